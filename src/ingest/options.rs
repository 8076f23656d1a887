//! What a caller may say about a file instead of leaving it to be guessed.

use super::decode::Encoding;

/// What stands between the cells of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// One ASCII character.
    Byte(u8),
    /// The same character twice: `||`, `::`.
    Twice(u8),
    /// Any run of blanks, as `column -t` and `kubectl` write.
    Blanks,
    /// A tab or a run of two blanks or more, so that cells may hold single ones.
    WideBlanks,
    /// Nothing: each column has its place in the line.
    Fixed,
}

impl Delimiter {
    /// It as it stands in the file; for runs of blanks the shortest.
    pub fn text(self) -> String {
        match self {
            Self::Byte(b) => char::from(b).to_string(),
            Self::Twice(b) => [char::from(b); 2].iter().collect(),
            Self::Blanks => " ".to_owned(),
            Self::WideBlanks => "  ".to_owned(),
            Self::Fixed => "fixed".to_owned(),
        }
    }

    /// What joins cells of a row that has too many.
    pub(super) fn joint(self) -> String {
        match self {
            Self::Fixed => " ".to_owned(),
            other => other.text(),
        }
    }

    /// Its name for people.
    pub fn name(self) -> String {
        match self {
            Self::Byte(b',') => "comma".to_owned(),
            Self::Byte(b';') => "semicolon".to_owned(),
            Self::Byte(b'\t') => "tab".to_owned(),
            Self::Byte(b' ') => "blank".to_owned(),
            Self::Byte(b) if b < b' ' => format!("the control character {b}"),
            Self::Blanks => "blanks".to_owned(),
            Self::WideBlanks => "two blanks or more".to_owned(),
            Self::Fixed => "fixed places in the line".to_owned(),
            other => other.text(),
        }
    }

    /// What a name or the characters themselves mean: `tab`, `blanks`, `wide-blanks`, `fixed`, `;`, `||`; `None` if nothing.
    pub fn named(text: &str) -> Option<Self> {
        Some(match text {
            "comma" => Self::Byte(b','),
            "semicolon" => Self::Byte(b';'),
            "tab" | "\\t" => Self::Byte(b'\t'),
            "blank" | "space" => Self::Byte(b' '),
            "blanks" => Self::Blanks,
            "wide-blanks" | "  " => Self::WideBlanks,
            "fixed" => Self::Fixed,
            _ => match *text.as_bytes() {
                [b] if is_delimiter(b) => Self::Byte(b),
                [a, b] if a == b && is_delimiter(a) => Self::Twice(a),
                _ => return None,
            },
        })
    }
}

fn is_delimiter(b: u8) -> bool {
    b.is_ascii() && !b.is_ascii_alphanumeric() && !matches!(b, 0 | b'\n' | b'\r' | b'"')
}

/// How a quote stands within a quoted cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Escape {
    /// Twice.
    #[default]
    Doubled,
    /// After a backslash.
    Backslash,
}

impl Escape {
    /// It as it stands in the file, given the quote.
    pub fn text(self, quote: Option<u8>) -> String {
        match (self, quote) {
            (Self::Backslash, _) => "\\".to_owned(),
            (Self::Doubled, Some(quote)) => char::from(quote).to_string(),
            (Self::Doubled, None) => String::new(),
        }
    }
}

/// What the caller says; `None` is left to be guessed. Reading again with other options is one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// What stands between cells.
    pub delimiter: Option<Delimiter>,
    /// The quote; `Some(None)` where quotes are characters like any other.
    pub quote: Option<Option<u8>>,
    /// How a quote stands within a quoted cell.
    pub escape: Option<Escape>,
    /// How bytes stand for characters.
    pub encoding: Option<Encoding>,
    /// Header rows, joined to one; 0 where the first row is data.
    pub header_rows: Option<usize>,
    /// Lines above the header that are not part of the table; blank ones and comments not counted.
    pub preamble_rows: Option<usize>,
    /// `.` or `,` before a number's fraction.
    pub decimal: Option<char>,
    /// What lines begin with that are no rows; `Some(None)` where there are no such lines.
    pub comment: Option<Option<u8>>,
}
