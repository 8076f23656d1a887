//! What a caller may say about a file instead of leaving it to be guessed.

use super::decode::Encoding;
use super::offset::Offset;
use super::time::DateOrder;

/// What stands between the cells of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// One ASCII character.
    Byte(u8),
    /// Several characters, or one that is not ASCII: `||`, `->`, `|~|`, `\u{a7}`.
    Sequence(Sequence),
    /// Any run of blanks, as `column -t` and `kubectl` write.
    Blanks,
    /// A tab or a run of two blanks or more, so that cells may hold single ones.
    WideBlanks,
    /// Nothing: each column has its place in the line.
    Fixed,
}

/// The characters of a delimiter: 2 to 8 bytes of UTF-8.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sequence {
    bytes: [u8; Self::MOST_BYTES],
    len: u8,
}

impl Sequence {
    /// The longest delimiter.
    pub const MOST_BYTES: usize = 8;

    /// Of characters that are neither letters nor digits, nor a double quote, nor end lines; `None` of others, of blanks alone,
    /// of a single ASCII character, and of more than 8 bytes.
    pub fn new(text: &str) -> Option<Self> {
        let separates = |c: char| match u8::try_from(c) {
            Ok(b) if b.is_ascii() => is_delimiter(b),
            _ => !c.is_alphanumeric(),
        };
        let mut bytes = [0; Self::MOST_BYTES];
        let len = text.len();
        if len < 2 || !text.chars().all(separates) || text.trim().is_empty() {
            return None;
        }
        bytes.get_mut(..len)?.copy_from_slice(text.as_bytes());
        Some(Self {
            bytes,
            len: len as u8,
        })
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Its first byte.
    pub(super) fn first(&self) -> u8 {
        self.bytes[0]
    }
}

impl std::fmt::Debug for Sequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&String::from_utf8_lossy(self.as_bytes()), f)
    }
}

impl Delimiter {
    /// It as it stands in the file; for runs of blanks the shortest.
    pub fn text(self) -> String {
        match self {
            Self::Byte(b) => char::from(b).to_string(),
            Self::Sequence(signs) => String::from_utf8_lossy(signs.as_bytes()).into_owned(),
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

    /// What a name or the characters themselves mean: `tab`, `blanks`, `wide-blanks`, `fixed`, `;`, `||`, `->`; `None` if
    /// nothing.
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
                _ => Self::Sequence(Sequence::new(text)?),
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
    /// After a sign of its own, mostly a backslash.
    Sign(u8),
}

impl Escape {
    /// After a backslash.
    pub const BACKSLASH: Self = Self::Sign(b'\\');

    /// What a name or the sign itself means: `doubled`, `backslash`, `^`; `None` if nothing.
    pub fn named(text: &str) -> Option<Self> {
        Some(match text {
            "doubled" | "\"" => Self::Doubled,
            "backslash" => Self::BACKSLASH,
            _ => match *text.as_bytes() {
                [b] if b.is_ascii_punctuation() => Self::Sign(b),
                _ => return None,
            },
        })
    }

    /// Its name, as [`Self::named`] takes it.
    pub fn name(self) -> String {
        match self {
            Self::Doubled => "doubled".to_owned(),
            Self::BACKSLASH => "backslash".to_owned(),
            Self::Sign(b) => char::from(b).to_string(),
        }
    }

    /// Whether a byte is the sign that stands before quotes.
    pub(super) fn is_sign(self, b: u8) -> bool {
        self == Self::Sign(b)
    }

    /// It as it stands in the file, given the quote.
    pub fn text(self, quote: Option<u8>) -> String {
        match (self, quote) {
            (Self::Sign(b), _) => char::from(b).to_string(),
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
    /// Which comes first in dates that name day and month by numbers.
    pub date_order: Option<DateOrder>,
    /// How far times without a zone are ahead of UTC.
    pub offset: Option<Offset>,
    /// What lines begin with that are no rows; `Some(None)` where there are no such lines.
    pub comment: Option<Option<u8>>,
}
