//! A column of texts that are numbers after all: with units, with a decimal comma, with signs between the thousands.
//!
//! What a sign or a suffix means is decided over the whole column: `1,234` is a thousand where every comma stands before
//! three digits, `5m` is minutes where the other cells are durations.

use super::names::Names;
use super::number;
use super::value::{NumberFormat, Quantity, Unit, parse_quantity};
use crate::data::is_null_token;

/// What a column's numbers are.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    /// By code of the names; `NaN` where null or infinite.
    pub values: Vec<f64>,
    pub unit: Unit,
    pub format: NumberFormat,
    /// Whether the commas could as well stand before fractions.
    pub open: bool,
    /// Cells that are infinite.
    pub non_finite: u64,
}

/// The share of rows that must be written with the unit where others are plain numbers.
const MARKED_SHARE: f64 = 0.25;

/// Reads the distinct texts of a column, each with its count of rows. `None` if they are not all such numbers.
pub(super) fn measure(names: &Names, counts: &[u64], decimal: char) -> Option<Measured> {
    let present = || {
        names
            .iter()
            .enumerate()
            .filter(|(code, text)| counts.get(*code) != Some(&0) && !is_null_token(text))
    };
    // Most columns of text are words: the first few show it.
    let digits = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    let unlike = present()
        .take(20)
        .filter(|(_, t)| !digits(t) && !is_infinite(t))
        .count();
    if unlike > 0 {
        return None;
    }
    let (point, comma) = (
        NumberFormat::PLAIN,
        NumberFormat {
            decimal: ',',
            ..NumberFormat::PLAIN
        },
    );
    let grouped = |format: NumberFormat, group| NumberFormat {
        group: Some(group),
        ..format
    };
    let mut formats = vec![point, grouped(point, ','), comma, grouped(comma, '.')];
    if decimal == ',' {
        formats.rotate_left(2);
    }
    for group in [' ', '\'', '_'] {
        formats.push(grouped(point, group));
        formats.push(grouped(comma, group));
    }
    let mut format = formats
        .iter()
        .copied()
        .find(|&f| present().all(|(_, t)| is_infinite(t) || parse_quantity(t, f).is_some()))?;
    let mut units: Vec<Unit> = Vec::new();
    let (mut marked, mut plain, mut special, mut rows) = (0u64, 0u64, 0usize, 0u64);
    let mut inexact = false;
    for (code, text) in present() {
        let count = counts.get(code).copied().unwrap_or(0);
        rows += count;
        let Some(q) = parse_quantity(text, format) else {
            continue;
        };
        inexact |= q.inexact;
        special += usize::from(number::parse(text.as_bytes()).is_none());
        if q.marked {
            marked += count;
            if !units.contains(&q.unit) {
                units.push(q.unit);
            }
        } else if q.value != 0.0 {
            plain += count;
        }
    }
    let unit = match units[..] {
        [] => Unit::Count,
        [unit] => unit,
        [Unit::Count, Unit::Bytes] | [Unit::Bytes, Unit::Count] => Unit::Bytes,
        // 45s, 5m, 2h: minutes, if thousandths are all that the counts are.
        [Unit::Count, Unit::Seconds] | [Unit::Seconds, Unit::Count]
            if present().all(|(_, t)| is_infinite(t) || !has_prefix(t)) =>
        {
            format.minutes = true;
            Unit::Seconds
        }
        _ => return None,
    };
    if inexact || special == 0 {
        return None;
    }
    // One odd cell among plain numbers is told rather than trusted, and so are plain numbers beside a unit.
    let share = (marked as f64) / (marked + plain).max(1) as f64;
    let mixed = plain > 0 && marked > 0;
    if mixed && (share < MARKED_SHARE || !matches!(unit, Unit::Count | Unit::Bytes)) {
        return None;
    }
    if marked == 0 && special < 2 && rows > 4 {
        return None;
    }
    let open = format.group == Some(',')
        && units.is_empty()
        && present().all(|(_, t)| !t.contains('.') && t.matches(',').count() < 2)
        && decimal != ',';
    let mut non_finite = 0;
    let values = names
        .iter()
        .enumerate()
        .map(|(code, text)| match read(text, format) {
            Some(q) if q.value.is_finite() => q.value,
            _ if is_null_token(text) => f64::NAN,
            _ => {
                non_finite += counts.get(code).copied().unwrap_or(0);
                f64::NAN
            }
        })
        .collect();
    Some(Measured {
        values,
        unit,
        format,
        open,
        non_finite,
    })
}

fn read(text: &str, format: NumberFormat) -> Option<Quantity> {
    if is_null_token(text) {
        return None;
    }
    parse_quantity(text, format)
}

/// Whether a count carries a prefix other than `m`.
fn has_prefix(text: &str) -> bool {
    let text = text.trim_end();
    let plain = NumberFormat::PLAIN;
    parse_quantity(text, plain).is_some_and(|q| q.marked && q.unit == Unit::Count)
        && !text.ends_with('m')
}

/// `inf`, `+Inf`, `-Infinity` and the sign for it.
fn is_infinite(text: &str) -> bool {
    let bare = text.strip_prefix(['+', '-', '\u{2212}']).unwrap_or(text);
    bare == "\u{221e}" || bare.eq_ignore_ascii_case("inf") || bare.eq_ignore_ascii_case("infinity")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(cells: &[&str], decimal: char) -> Option<(Vec<f64>, &'static str)> {
        let mut names = Names::default();
        let codes: Vec<u32> = cells.iter().map(|c| names.intern(c.as_bytes()).0).collect();
        let counts = names.counts(&codes);
        let m = measure(&names, &counts, decimal)?;
        let cells = codes.iter().map(|&c| m.values[c as usize]).collect();
        Some((cells, m.unit.symbol()))
    }

    #[test]
    fn columns() {
        let some = |v: &[f64], unit| Some((v.to_vec(), unit));
        assert_eq!(measured(&["31.2%", "5 %"], '.'), some(&[31.2, 5.0], "%"));
        assert_eq!(
            measured(&["1.5 kB", "20 B", "1 KiB"], '.'),
            some(&[1500.0, 20.0, 1024.0], "B")
        );
        assert_eq!(
            measured(&["412m", "1", "90m"], '.'),
            some(&[0.412, 1.0, 0.09], "")
        );
        assert_eq!(
            measured(&["45s", "5m", "2h"], '.'),
            some(&[45.0, 300.0, 7200.0], "s")
        );
        assert_eq!(
            measured(&["0", "128Mi", "1Gi"], '.').map(|m| m.1),
            Some("B")
        );
        assert_eq!(measured(&["1,5", "2,25"], '.'), some(&[1.5, 2.25], ""));
        assert_eq!(
            measured(&["1,234", "5,678"], '.'),
            some(&[1234.0, 5678.0], "")
        );
        assert_eq!(
            measured(&["1,234", "5,678"], ','),
            some(&[1.234, 5.678], "")
        );
        assert_eq!(measured(&["1.234,5", "7"], '.'), some(&[1234.5, 7.0], ""));
        assert_eq!(
            measured(&["1\u{a0}234", "2\u{a0}345"], '.'),
            some(&[1234.0, 2345.0], "")
        );
        assert_eq!(measured(&["5 %", "3 s"], '.'), None);
        assert_eq!(measured(&["5 %", "3"], '.'), None);
        assert_eq!(measured(&["5 %", "words"], '.'), None);
        assert_eq!(measured(&["1", "2"], '.'), None);
        let (values, _) = measured(&["5 ms", "+Inf", "N/A"], '.').expect("a column");
        assert!(values[0] == 0.005 && values[1].is_nan() && values[2].is_nan());
    }
}
