//! Bytes of a CSV file -> a typed [`Frame`], with what had to be worked around as notices and the place of what could not be.
//!
//! ```text
//! bytes -> sniff (format, encoding, separator) -> decode -> csv (records with lines) -> table (columns) -> infer (kinds)
//! ```
//!
//! Invariants: no input panics, hangs or asks for memory beyond the limits; the result does not depend on how the bytes
//! are cut into pieces; nothing is dropped or changed without a notice. This layer names `data` alone.

mod buffer;
mod csv;
mod decode;
mod duplicates;
mod epoch;
mod error;
mod infer;
mod kind;
mod limits;
mod names;
mod number;
mod reader;
mod retype;
mod sniff;
mod stack;
mod table;
mod target;
mod time;
pub mod value;

pub use error::IngestError;
pub use limits::{
    MAX_BYTES, MAX_CELL_BYTES, MAX_CELLS, MAX_COLUMNS, MAX_NAMES, MAX_ROW_BYTES, MAX_ROWS,
    MAX_TEXT_BYTES, SAMPLE_BYTES,
};
pub use reader::Reader;
pub use retype::retype;
pub use sniff::Foreign;
pub use stack::stack;
pub use target::guess_target;

use crate::data::{Frame, Notice};

/// A table that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Ingested {
    /// The table; at least one column and one row.
    pub frame: Frame,
    /// What had to be worked around, and what there is to know about rows and columns.
    pub notices: Vec<Notice>,
    /// The file's size.
    pub bytes: u64,
    /// The rows, the header left out.
    pub rows: u64,
}

/// Reads a whole CSV file.
///
/// ```
/// let table = kubecast::ingest::read_csv("pods.csv", b"pod,cpu,issue\na,0.5,None\nb,0.9,oom\n")?;
/// let issue = table.frame.column("issue").expect("a column");
/// assert_eq!(issue.classes().names, ["None", "oom"]);
/// # Ok::<(), kubecast::ingest::IngestError>(())
/// ```
///
/// # Errors
/// When the file is not a table, is empty, or goes beyond a limit.
pub fn read_csv(file_name: &str, bytes: &[u8]) -> Result<Ingested, IngestError> {
    let mut reader = Reader::new(file_name);
    reader.push(bytes)?;
    reader.finish()
}
