//! Columns of times of day without a date, `14:05:07` or `2:05 PM`: seconds since midnight.
//!
//! A day's time says nothing about which day it is, so it is no instant; as a number it keeps its order within the day.

use super::buffer::{Texts, quoted};
use super::infer::TIME_SHARE;
use super::time::{self, DateOrder};
use crate::data::{Column, ColumnKind, Level, MISSING_CODE, Notice, NullToken, is_null_token};

/// 2000-01-01T00:00:00Z in microseconds since 1970.
const MIDNIGHT: i64 = 946_684_800_000_000;
/// Names that are looked at before all are read.
const FIRST: usize = 64;

/// A column's times of day.
#[derive(Clone, Debug)]
struct Clock {
    /// Seconds since midnight, from 0 to below 86,400, row by row; `NaN` where there is none.
    secs: Vec<f64>,
    null_tokens: Vec<NullToken>,
    /// Rows whose text is no time of day, and the name of the first of them.
    unread: (u64, Option<u32>),
}

/// Seconds since midnight that a text says: `14:05`, `14:05:07.25`, `2:05:07 pm`; `None` of any other.
fn time_of_day(text: &str) -> Option<f64> {
    let text = text.trim();
    if !text.starts_with(|c: char| c.is_ascii_digit()) || !text.contains(':') || text.len() > 24 {
        return None;
    }
    let instant = time::parse(&format!("2000-01-01 {text}"), DateOrder::DayFirst)?;
    (!instant.zoned).then_some((instant.micros - MIDNIGHT) as f64 / 1e6)
}

/// The column as seconds since midnight, if (nearly) all its cells are times of day.
pub(super) fn clock_column(
    texts: &Texts,
    counts: &[u64],
    name: &str,
    notices: &mut Vec<Notice>,
) -> Option<Column> {
    let clock = clock(texts, counts)?;
    notices.push(Notice::Other {
        title: format!("{name} holds times of day without a date"),
        meaning: "They were read as seconds since midnight. They do not say which day it is: to order rows in time, write the date with them in one column.".to_owned(),
        level: Level::Warning,
    });
    if let (count, Some(code)) = clock.unread {
        notices.push(Notice::Unreadable {
            column: name.to_owned(),
            kind: ColumnKind::Number,
            count,
            example: quoted(texts.names.text(code)),
        });
    }
    Some(Column {
        null_tokens: clock.null_tokens,
        ..Column::number(name, clock.secs)
    })
}

/// Reads a column whose texts are, nearly all of them, times of day.
fn clock(texts: &Texts, counts: &[u64]) -> Option<Clock> {
    let named = || texts.names.iter().filter(|text| !is_null_token(text));
    if !named().take(FIRST).any(|text| time_of_day(text).is_some()) {
        return None;
    }
    let of_name: Vec<Option<f64>> = texts.names.iter().map(time_of_day).collect();
    let (mut read, mut unread) = (0, (0, None));
    for ((code, text), &count) in (0..).zip(texts.names.iter()).zip(counts) {
        match of_name[code as usize] {
            Some(_) => read += count,
            None if is_null_token(text) => {}
            None => unread = (unread.0 + count, unread.1.or(Some(code))),
        }
    }
    if (read as f64) < TIME_SHARE * (read + unread.0) as f64 {
        return None;
    }
    let mut null_tokens = Vec::new();
    let mut secs = Vec::with_capacity(texts.codes.len());
    for (row, &code) in (0..).zip(&texts.codes) {
        let value = of_name.get(code as usize).copied().flatten();
        secs.push(value.unwrap_or(f64::NAN));
        if code != MISSING_CODE && is_null_token(texts.names.text(code)) {
            let token = texts.names.text(code).to_owned();
            null_tokens.push(NullToken { row, token });
        }
    }
    Some(Clock {
        secs,
        null_tokens,
        unread,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Values;

    #[test]
    fn times_of_day_are_seconds_since_midnight() {
        for (text, secs) in [
            ("14:05:07", Some(50_707.0)),
            ("00:00", Some(0.0)),
            ("9:30", Some(34_200.0)),
            ("14:05:07.25", Some(50_707.25)),
            ("14:05:07,5", Some(50_707.5)),
            ("2:05 PM", Some(50_700.0)),
            ("12:00:01 am", Some(1.0)),
            ("24:30", None),
            ("16:9", None),
            ("1405", None),
            ("14:05Z", None),
            ("2026-01-01 14:05", None),
            ("a:05", None),
            ("", None),
        ] {
            assert_eq!(time_of_day(text), secs, "{text}");
        }
    }

    fn typed(name: &str, cells: &[&str]) -> (Column, Vec<Notice>) {
        let text: String = cells.iter().map(|c| format!("1,{c}\n")).collect();
        let text = format!("n,{name}\n{text}");
        let read = crate::ingest::read_csv("a.csv", text.as_bytes()).unwrap();
        (read.frame.column(name).unwrap().clone(), read.notices)
    }

    #[test]
    fn times_of_day_are_numbers_and_told() {
        let (column, notices) = typed("clock", &["14:05:07", "NA", "00:00:01", ""]);
        assert_eq!(column.kind, ColumnKind::Number);
        let Values::Number(v) = &column.values else {
            panic!("{column:?}")
        };
        assert_eq!((v[0], v[2]), (50_707.0, 1.0));
        assert!(v[1].is_nan() && v[3].is_nan());
        assert_eq!(column.null_token(1), Some("NA"));
        assert!(notices.iter().any(|n| n.title().contains("times of day")));
        assert_eq!(
            typed("ratio", &["16:9", "4:3"]).0.kind,
            ColumnKind::Category
        );
        assert_eq!(
            typed("score", &["10:15", "no", "no"]).0.kind,
            ColumnKind::Category
        );
    }
}
