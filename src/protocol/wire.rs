//! Messages as bytes: a version, then JSON. Large binary values travel beside it as attachments.

use super::JobId;
use crate::json::{JsonError, Plain, Reader, Rule, Value, Writer};

/// Both ends must speak the same version: a cached script may meet a newer worker.
pub const VERSION: u16 = 1;

/// A message and the job it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope<T> {
    /// The job.
    pub job: JobId,
    /// What is said.
    pub body: T,
}

/// Why bytes are no message.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// Too short to carry a version.
    #[error("the message has {bytes} bytes, too few for one")]
    Short {
        /// Its length.
        bytes: usize,
    },
    /// Another version.
    #[error("the message speaks version {found} where this side speaks {VERSION}: reload the page")]
    Version {
        /// Its version.
        found: u16,
    },
    /// Not readable.
    #[error("the message cannot be read: {0}")]
    Json(#[from] JsonError),
    /// It would not be readable.
    #[error("the message holds a number that is not finite")]
    NotFinite,
}

const NAMES: &[&str] = &["job", "body"];

/// Writes a message. Fails only where a number is not finite.
pub fn encode(job: JobId, body: &dyn Plain) -> Result<Vec<u8>, WireError> {
    let mut writer = Writer::dense();
    writer.record(NAMES, &[&job, body]);
    if !writer.is_exact() {
        return Err(WireError::NotFinite);
    }
    let mut bytes = VERSION.to_le_bytes().to_vec();
    bytes.extend_from_slice(writer.finish().as_bytes());
    Ok(bytes)
}

/// Reads a message.
pub fn decode<T: Plain>(bytes: &[u8]) -> Result<Envelope<T>, WireError> {
    let (mut job, mut body) = (0, T::blank());
    read(bytes, &mut job, &mut body)?;
    Ok(Envelope { job, body })
}

fn read(bytes: &[u8], job: &mut JobId, body: &mut dyn Plain) -> Result<(), WireError> {
    let Some((version, text)) = bytes.split_first_chunk::<2>() else {
        return Err(WireError::Short { bytes: bytes.len() });
    };
    let found = u16::from_le_bytes(*version);
    if found != VERSION {
        return Err(WireError::Version { found });
    }
    let mut reader = Reader::new(Value::of_text(text)?);
    reader.record("Envelope", Rule::Whole, NAMES, &mut [job, body]);
    Ok(reader.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Request;

    #[test]
    fn a_message_survives_and_a_damaged_one_is_an_error() {
        let bytes = encode(
            7,
            &Request::Rows {
                offset: 3,
                limit: 9,
                view: None,
            },
        )
        .unwrap();
        let back: Envelope<Request> = decode(&bytes).unwrap();
        assert_eq!(
            back,
            Envelope {
                job: 7,
                body: Request::Rows {
                    offset: 3,
                    limit: 9,
                    view: None
                }
            }
        );
        assert!(matches!(
            decode::<Request>(&bytes[..1]),
            Err(WireError::Short { bytes: 1 })
        ));
        for cut in 2..bytes.len() {
            assert!(
                matches!(decode::<Request>(&bytes[..cut]), Err(WireError::Json(_))),
                "cut at {cut}"
            );
        }
        let mut newer = bytes;
        newer[0] = 9;
        assert!(matches!(
            decode::<Request>(&newer),
            Err(WireError::Version { found: 9 })
        ));
    }
}
