//! What a single cell looks like: the evidence from which delimiters, headers and the place of a gap are guessed.

use super::layout::is_drawn;
use super::number;
use super::time::{self, DateOrder};
use super::value::{NumberFormat, parse_quantity};
use crate::data::is_null_token;

/// What a cell looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Nothing, or a null token.
    Empty,
    /// A number, with or without a unit.
    Number,
    /// A date, a time of day, or both.
    Time,
    /// Anything else.
    Text,
}

impl Class {
    pub fn of(cell: &[u8]) -> Self {
        let cell = cell.trim_ascii();
        if cell.is_empty() {
            return Self::Empty;
        }
        if number::parse(cell).is_some() {
            return Self::Number;
        }
        let text = match std::str::from_utf8(cell) {
            Ok(text) if cell.len() <= 48 => text,
            _ => return Self::Text,
        };
        if is_null_token(text) {
            return Self::Empty;
        }
        let english = NumberFormat {
            group: Some(','),
            ..NumberFormat::PLAIN
        };
        let german = NumberFormat {
            decimal: ',',
            group: Some('.'),
            minutes: false,
        };
        if [english, german]
            .iter()
            .any(|&f| parse_quantity(text, f).is_some())
        {
            return Self::Number;
        }
        if is_time(text) {
            Self::Time
        } else {
            Self::Text
        }
    }

    /// Whether it is a number or a time: what a header seldom is.
    pub fn is_typed(self) -> bool {
        matches!(self, Self::Number | Self::Time)
    }
}

/// Whether a text is a date, or a time of day such as `11:43 PM`.
pub(super) fn is_time(text: &str) -> bool {
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    [DateOrder::DayFirst, DateOrder::MonthFirst]
        .iter()
        .any(|&order| time::parse(text, order).is_some())
        || time::parse(&format!("2000-01-01 {text}"), DateOrder::DayFirst).is_some()
}

/// How well a text reads as one cell, 0 to 1: numbers and times do, words do, what holds the signs that separate cells does not.
pub(super) fn likeness(cell: &[u8]) -> f64 {
    if cell == b"\t" {
        return 0.0;
    }
    let cell = cell.trim_ascii();
    match Class::of(cell) {
        Class::Empty => return 0.9,
        Class::Number | Class::Time => return 1.0,
        Class::Text => {}
    }
    let Ok(text) = std::str::from_utf8(cell) else {
        return 0.0;
    };
    let (first, last) = (cell.first(), cell.last());
    // A lone sign is what separates cells.
    if let [sign] = *cell
        && sign.is_ascii_punctuation()
        && !matches!(sign, b'-' | b'.' | b'?' | b'+' | b'/')
    {
        return 0.0;
    }
    if first == Some(&0xe2) && is_drawn(cell) {
        return 0.0;
    }
    // What is left of several signs of which a part was taken for all.
    if matches!(first, Some(b'>' | b'}' | b')' | b']')) {
        return 0.9;
    }
    if matches!(first, Some(b'"' | b'\'' | b'`')) || matches!(last, Some(b'"')) {
        return 0.0;
    }
    let mut signs = 0;
    let mut colons = 0;
    let mut spaces = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\t' | '|' | '^' | '~' => return 0.0,
            c if c < ' ' && !matches!(c, '\n' | '\r') => return 0.0,
            // Prose has a blank behind these.
            ',' | ';' => signs += usize::from(chars.peek().is_some_and(|&n| n != ' ')),
            ':' => colons += 1,
            ' ' => spaces += 1,
            _ => {}
        }
    }
    if signs > 0 {
        return 0.0;
    }
    if colons > 1 && spaces == 0 && !text.contains("://") {
        return 0.4;
    }
    0.95
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        for (cell, class) in [
            ("", Class::Empty),
            (" NA ", Class::Empty),
            ("1.5", Class::Number),
            ("$1,234.50", Class::Number),
            ("1,5", Class::Number),
            ("12%", Class::Number),
            ("11:43 PM", Class::Time),
            ("01/27/2018", Class::Time),
            ("cpu", Class::Text),
            ("node-1", Class::Text),
        ] {
            assert_eq!(Class::of(cell.as_bytes()), class, "{cell}");
        }
        assert!(likeness(b"1;2") < 0.5 && likeness(b"a|b") < 0.5 && likeness(b"\"x") < 0.5);
        assert!(likeness(b"Anytown, WW") > 0.9);
    }
}
