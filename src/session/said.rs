//! How files are to be read, from plain data: one parser of what is said, for the page, the command line and the module.

use super::failure::Fault;
use crate::ingest::{DateOrder, Delimiter, Encoding, Escape, JoinOptions, Offset, ReadOptions};
use crate::protocol::{Failure, ReadSetting, ReadSpec};

/// What each setting is called where it is typed. (In JavaScript with low lines.)
pub const READ_SETTINGS: [(&str, ReadSetting); 10] = [
    ("delimiter", ReadSetting::Delimiter),
    ("quote", ReadSetting::Quote),
    ("escape", ReadSetting::Escape),
    ("encoding", ReadSetting::Encoding),
    ("header-rows", ReadSetting::HeaderRows),
    ("preamble-rows", ReadSetting::PreambleRows),
    ("decimal", ReadSetting::Decimal),
    ("dates", ReadSetting::DateOrder),
    ("offset", ReadSetting::Offset),
    ("comment", ReadSetting::Comment),
];

/// What is said of files as the readers take it.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Of all of them.
    pub all: ReadOptions,
    /// Of single ones, by name: all that holds of each.
    pub single: Vec<(String, ReadOptions)>,
    /// Of how series are joined.
    pub join: JoinOptions,
}

impl Said {
    /// The same, from plain data. What cannot be said is a failure that quotes it and tells what can.
    pub fn of(spec: &ReadSpec) -> Result<Self, Failure> {
        said(spec).map_err(|fault| fault.told().0)
    }
}

/// Whether a value can be said of a setting; what can be, where it cannot.
pub fn check_said(setting: ReadSetting, value: &str) -> Result<(), &'static str> {
    say(&mut ReadOptions::default(), setting, value)
}

/// Whether rows can be so many seconds apart; what can be, where they cannot.
pub fn check_step(secs: f64) -> Result<(), &'static str> {
    match (1e-3..1e9).contains(&secs) {
        true => Ok(()),
        false => Err("rows are from 0.001 to a billion seconds apart"),
    }
}

/// What is said, from plain data.
pub(super) fn said(spec: &ReadSpec) -> Result<Said, Fault> {
    let say_all = |reading: &mut ReadOptions, said: &[(ReadSetting, String)]| {
        said.iter().try_for_each(|(setting, value)| {
            say(reading, *setting, value).map_err(|means| Fault::reading(value, means))
        })
    };
    let mut all = ReadOptions::default();
    say_all(&mut all, &spec.said)?;
    let mut single = Vec::new();
    for (file, said) in &spec.said_of {
        let mut reading = all.clone();
        say_all(&mut reading, said)?;
        single.push((file.clone(), reading));
    }
    if let Some(secs) = spec.step_secs {
        check_step(secs).map_err(|means| Fault::reading(&secs.to_string(), means))?;
    }
    let join = JoinOptions {
        step_secs: spec.step_secs,
        entity_labels: spec.entity_labels.clone(),
        rates: spec.rates.clone(),
        replica_labels: spec.replica_labels.clone(),
        victoria_format: spec.victoria_format.clone(),
    };
    Ok(Said { all, single, join })
}

fn say(reading: &mut ReadOptions, setting: ReadSetting, value: &str) -> Result<(), &'static str> {
    match setting {
        ReadSetting::Encoding => {
            reading.encoding = Some(Encoding::named(value).ok_or(
                "an encoding is UTF-8, UTF-16LE, UTF-16BE, UTF-32LE, UTF-32BE or Windows-1252",
            )?);
        }
        ReadSetting::Delimiter => {
            reading.delimiter = Some(Delimiter::named(value).ok_or(
                "what stands between cells is a sign such as ; or several such as ||, or comma, semicolon, tab, blank, blanks, wide-blanks or fixed",
            )?);
        }
        ReadSetting::Quote => reading.quote = Some(sign(value).ok_or(SIGN)?),
        ReadSetting::Escape => {
            reading.escape =
                Some(Escape::named(value).ok_or(
                    "a quote within quotes is doubled, or after backslash or another sign",
                )?);
        }
        ReadSetting::Decimal => {
            reading.decimal = Some(match value {
                "." | "point" => '.',
                "," | "comma" => ',',
                _ => return Err("the sign before a fraction is . or ,"),
            });
        }
        ReadSetting::HeaderRows => reading.header_rows = Some(rows(value).ok_or(ROWS)?),
        ReadSetting::PreambleRows => reading.preamble_rows = Some(rows(value).ok_or(ROWS)?),
        ReadSetting::DateOrder => {
            let order = DateOrder::named(value);
            reading.date_order = Some(order.ok_or("dates are day-first or month-first")?);
        }
        ReadSetting::Offset => {
            reading.offset = Some(Offset::named(value).ok_or(
                "how far times are ahead of UTC is UTC, or from -14:00 to +14:00, such as +01:00",
            )?);
        }
        ReadSetting::Comment => reading.comment = Some(sign(value).ok_or(SIGN)?),
    }
    Ok(())
}

const SIGN: &str = "it is one character, or none";
const ROWS: &str = "it is a whole number from 0 to 1,000,000";

fn sign(text: &str) -> Option<Option<u8>> {
    match *text.as_bytes() {
        _ if text == "none" => Some(None),
        [b] if b.is_ascii_graphic() => Some(Some(b)),
        _ => None,
    }
}

fn rows(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|&rows| rows <= 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_arrives() {
        let said = |setting, value: &str| {
            let mut reading = ReadOptions::default();
            say(&mut reading, setting, value).map(|()| reading)
        };
        let delimiter = |value| said(ReadSetting::Delimiter, value).map(|of| of.delimiter);
        assert_eq!(delimiter("tab"), Ok(Some(Delimiter::Byte(b'\t'))));
        assert_eq!(delimiter("||"), Ok(Delimiter::named("||")));
        assert!(delimiter("ab").is_err() && delimiter("").is_err());
        let quote = |value| said(ReadSetting::Quote, value).map(|of| of.quote);
        assert_eq!(quote("none"), Ok(Some(None)));
        assert_eq!(quote("'"), Ok(Some(Some(b'\''))));
        assert!(quote("ab").is_err());
        let decimal = said(ReadSetting::Decimal, "comma").map(|of| of.decimal);
        assert_eq!(decimal, Ok(Some(',')));
        let encoding = said(ReadSetting::Encoding, "latin-1").map(|of| of.encoding);
        assert_eq!(encoding, Ok(Some(Encoding::Windows1252)));
        for (setting, value, is_right) in [
            (ReadSetting::Offset, "+01:00", true),
            (ReadSetting::Offset, "-5", true),
            (ReadSetting::Offset, "15:00", false),
            (ReadSetting::Encoding, "ebcdic", false),
            (ReadSetting::Escape, "x", false),
            (ReadSetting::HeaderRows, "2", true),
            (ReadSetting::HeaderRows, "-1", false),
            (ReadSetting::DateOrder, "year-first", false),
        ] {
            assert_eq!(check_said(setting, value).is_ok(), is_right, "{value}");
        }
        assert!(check_step(60.0).is_ok() && check_step(f64::NAN).is_err());
        let wrong = ReadSpec {
            said: vec![(ReadSetting::Decimal, "x".to_owned())],
            ..ReadSpec::default()
        };
        let failure = Said::of(&wrong).unwrap_err();
        assert!(failure.title.contains("\"x\""), "{failure}");
    }
}
