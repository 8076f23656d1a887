//! A column while it is being read: numbers for as long as every cell is one, then texts.

use super::limits::SHOWN_LINES;
use super::names::Names;
use super::number::{self, Style};
use crate::data::{Dictionary, MISSING_CODE, NullToken, is_null_token};

/// Cells of one kind met on the way: how many, and where the first ones stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sightings {
    pub count: u64,
    pub first_lines: Vec<u64>,
}

impl Sightings {
    pub fn add(&mut self, line: u64) {
        self.count += 1;
        if self.first_lines.len() < SHOWN_LINES {
            self.first_lines.push(line);
        }
    }
}

/// The cells of a column of numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    /// `NaN` is missing.
    pub values: Vec<f64>,
    /// How each was written, so that its text can be given back.
    written: Written,
    /// The texts of cells that this does not give back: null tokens, infinite numbers, `1e5`, `007`; by row.
    others: Vec<(u32, u32)>,
    other_names: Names,
    /// Whether fractions stand behind a comma.
    comma: bool,
    /// Whether some number has a fraction.
    has_fraction: bool,
    /// The width of all numbers, while they may be codes.
    codes: CodeWidth,
    /// Whether some number has zeros in front.
    padded: bool,
}

/// Whether a column's numbers are whole, not negative and of one width of at least 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum CodeWidth {
    #[default]
    Unknown,
    Of(u8),
    No,
}

/// How many digits stand behind the points of a column's numbers. Nearly every column has one answer for all of them, and
/// then that is all that is kept.
#[derive(Clone, Debug, Default)]
struct Written {
    /// What holds for every number so far.
    all: AllWritten,
    /// Once nothing does: for each row its digits, or [`SHORTEST`].
    each: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum AllWritten {
    /// There is no number yet.
    #[default]
    None,
    /// As many digits for all.
    Fixed(u8),
    /// The shortest text that reads back as the number.
    Shortest,
    /// Both so far: the digits of the first are those of all, and each is the shortest text.
    Both(u8),
    /// Neither.
    Mixed,
}

/// Stands for the shortest text that reads back as the number.
const SHORTEST: u8 = u8::MAX;
/// Up to so many digits a text without zeros at the end of its fraction is the shortest that reads back as its number.
const SURE_DIGITS: usize = 15;

impl Written {
    /// The number of row `row`, before which as many stand. `is_shortest` may say no where it is not known.
    #[inline]
    fn push(&mut self, row: usize, fraction: u8, is_shortest: bool) {
        self.all = match self.all {
            AllWritten::Mixed => {
                self.each.push(fraction);
                return;
            }
            AllWritten::None if is_shortest => AllWritten::Both(fraction),
            AllWritten::None => AllWritten::Fixed(fraction),
            AllWritten::Both(all) => match (all == fraction, is_shortest) {
                (true, true) => return,
                (true, false) => AllWritten::Fixed(all),
                (false, true) => AllWritten::Shortest,
                (false, false) => return self.part(row, all, fraction),
            },
            AllWritten::Fixed(all) if all == fraction => return,
            AllWritten::Fixed(all) => return self.part(row, all, fraction),
            AllWritten::Shortest if is_shortest => return,
            AllWritten::Shortest => return self.part(row, SHORTEST, fraction),
        };
    }

    /// Nothing holds for all any more: `before` held for those up to `row`.
    #[cold]
    fn part(&mut self, row: usize, before: u8, fraction: u8) {
        self.all = AllWritten::Mixed;
        self.each = vec![before; row];
        self.each.push(fraction);
    }

    fn push_nothing(&mut self) {
        if self.all == AllWritten::Mixed {
            self.each.push(0);
        }
    }

    fn of(&self, row: usize) -> u8 {
        match self.all {
            AllWritten::None => 0,
            AllWritten::Fixed(all) | AllWritten::Both(all) => all,
            AllWritten::Shortest => SHORTEST,
            AllWritten::Mixed => self.each.get(row).copied().unwrap_or(0),
        }
    }
}

/// The cells of a column of texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    pub names: Names,
    /// [`MISSING_CODE`] where the cell is empty.
    pub codes: Vec<u32>,
}

/// What a column's cells are.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    Numbers(Numbers),
    Texts(Texts),
}

/// A column while it is being read.
#[derive(Clone, Debug)]
pub(super) struct ColumnBuffer {
    pub cells: Cells,
    /// Numbers that are infinite or too large: missing.
    pub non_finite: Sightings,
    /// The first cell that is no number, where numbers stand before it; with its line.
    pub first_word: Option<(String, u64)>,
    /// An integer that a 64-bit float does not hold.
    pub inexact: Option<String>,
}

impl ColumnBuffer {
    /// Of a file whose fractions stand behind `decimal`.
    pub fn new(decimal: char) -> Self {
        Self {
            cells: Cells::Numbers(Numbers {
                comma: decimal == ',',
                ..Numbers::default()
            }),
            non_finite: Sightings::default(),
            first_word: None,
            inexact: None,
        }
    }

    /// Adds a cell; answers how many bytes of new text it brought, and how many new names.
    pub fn push(&mut self, cell: &[u8], line: u64) -> (usize, usize) {
        let cell = trimmed(cell);
        match &mut self.cells {
            Cells::Texts(texts) => return texts.push(cell),
            Cells::Numbers(numbers) => {
                if cell.is_empty() {
                    numbers.push_missing();
                    return (0, 0);
                }
                if !numbers.comma
                    && let Some((value, width, fraction)) = number::quick(cell)
                {
                    return numbers.push_plain(cell, value, width, fraction);
                }
                if let Some(n) = numbers.parse(cell) {
                    if !n.inexact {
                        if n.value.is_infinite() {
                            self.non_finite.add(line);
                        }
                        return numbers.push(cell, n.value, n.style);
                    }
                    self.inexact = Some(lossy(cell));
                } else if is_null(cell) {
                    return numbers.push(cell, f64::NAN, Style::Other);
                } else {
                    self.first_word = Some((lossy(cell), line));
                }
            }
        }
        self.become_texts();
        match &mut self.cells {
            Cells::Texts(texts) => {
                texts.push(cell);
                (texts.names.text_bytes(), texts.names.len())
            }
            Cells::Numbers(_) => (0, 0),
        }
    }

    /// Adds a cell that the row lacks.
    pub fn push_missing(&mut self) {
        match &mut self.cells {
            Cells::Numbers(numbers) => numbers.push_missing(),
            Cells::Texts(texts) => texts.codes.push(MISSING_CODE),
        }
    }

    /// Makes room for so many more rows; false where there is none.
    pub fn make_room(&mut self, rows: usize) -> bool {
        match &mut self.cells {
            Cells::Numbers(numbers) => {
                let each = &mut numbers.written.each;
                numbers.values.try_reserve_exact(rows).is_ok()
                    && (each.is_empty() || each.try_reserve_exact(rows).is_ok())
            }
            Cells::Texts(texts) => texts.codes.try_reserve_exact(rows).is_ok(),
        }
    }

    /// Reads the numbers as what they were written as.
    pub fn become_texts(&mut self) {
        if let Cells::Numbers(numbers) = &mut self.cells {
            self.cells = Cells::Texts(std::mem::take(numbers).into_texts());
        }
    }

    /// Whether no cell says anything.
    pub fn is_blank(&self) -> bool {
        match &self.cells {
            Cells::Numbers(n) => n.others.is_empty() && n.values.iter().all(|x| x.is_nan()),
            Cells::Texts(t) => t.names.len() == 0,
        }
    }
}

impl Numbers {
    fn parse(&self, cell: &[u8]) -> Option<number::Number> {
        if !self.comma {
            return number::parse(cell);
        }
        // Longer ones are read with the texts.
        let mut plain = [0; 64];
        let plain = plain.get_mut(..cell.len())?;
        for (to, &b) in plain.iter_mut().zip(cell) {
            *to = match b {
                b',' => b'.',
                b'.' => return None,
                b => b,
            };
        }
        number::parse(plain)
    }

    /// Whether some number has a fraction behind a comma.
    pub fn has_comma(&self) -> bool {
        self.comma && self.has_fraction
    }

    fn push(&mut self, cell: &[u8], value: f64, style: Style) -> (usize, usize) {
        match style {
            Style::Plain { width, fraction } if value.is_finite() && fraction != SHORTEST => {
                self.push_plain(cell, value, width, fraction)
            }
            _ => {
                if value.is_finite() {
                    self.codes = CodeWidth::No;
                }
                self.keep(cell, value)
            }
        }
    }

    /// A cell whose text is kept.
    fn keep(&mut self, cell: &[u8], value: f64) -> (usize, usize) {
        let row = self.values.len() as u32;
        let finite = value.is_finite();
        self.values.push(if finite { value } else { f64::NAN });
        self.written.push_nothing();
        let (code, new) = self.other_names.intern(cell);
        self.others.push((row, code));
        if new { (cell.len(), 1) } else { (0, 0) }
    }

    /// A number of plain style: an optional minus, digits, an optional fraction.
    #[inline]
    fn push_plain(&mut self, cell: &[u8], value: f64, width: u8, fraction: u8) -> (usize, usize) {
        self.has_fraction |= fraction > 0;
        let is_code = width >= 4 && fraction == 0 && value >= 0.0;
        match self.codes {
            CodeWidth::No => {}
            CodeWidth::Unknown if is_code => self.codes = CodeWidth::Of(width),
            CodeWidth::Of(all) if is_code && all == width => {}
            _ => self.codes = CodeWidth::No,
        }
        let digits = cell.strip_prefix(b"-").unwrap_or(cell);
        if let [b'0', second, ..] = digits
            && *second != b'.'
            && *second != b','
        {
            self.padded = true;
            return self.keep(cell, value);
        }
        let is_shortest =
            digits.len() <= SURE_DIGITS + 1 && (fraction == 0 || digits.last() != Some(&b'0'));
        self.written.push(self.values.len(), fraction, is_shortest);
        self.values.push(value);
        (0, 0)
    }

    fn push_missing(&mut self) {
        self.values.push(f64::NAN);
        self.written.push_nothing();
    }

    fn into_texts(self) -> Texts {
        let mut texts = Texts {
            names: Names::default(),
            codes: Vec::with_capacity(self.values.capacity()),
        };
        let mut others = self.others.iter().peekable();
        let mut text = String::new();
        for (row, &value) in self.values.iter().enumerate() {
            if let Some(&&(_, code)) = others.peek().filter(|(at, _)| *at as usize == row) {
                others.next();
                texts.push(self.other_names.bytes(code));
            } else if value.is_nan() {
                texts.codes.push(MISSING_CODE);
            } else {
                text.clear();
                match self.written.of(row) {
                    SHORTEST => number::write_shortest(&mut text, value),
                    fraction => number::write_plain(&mut text, value, fraction),
                }
                if self.comma {
                    text = text.replace('.', ",");
                }
                texts.push(text.as_bytes());
            }
        }
        texts
    }

    /// The null tokens, by row.
    pub fn null_tokens(&self) -> Vec<NullToken> {
        self.others
            .iter()
            .filter_map(|&(row, code)| {
                let token = self.other_names.text(code);
                is_null_token(token).then(|| NullToken {
                    row,
                    token: token.to_owned(),
                })
            })
            .collect()
    }

    /// Whether the cells are codes rather than numbers: all of the same width of at least 4, and some with a leading zero,
    /// as in postal codes.
    pub fn are_padded_codes(&self) -> bool {
        let is_code = matches!(self.codes, CodeWidth::Of(_)) && self.padded;
        // A column of nothing but 0000 says nothing either way.
        is_code && self.values.iter().any(|&x| x > 0.0)
    }
}

impl Texts {
    fn push(&mut self, cell: &[u8]) -> (usize, usize) {
        if cell.is_empty() {
            self.codes.push(MISSING_CODE);
            return (0, 0);
        }
        let (code, new) = self.names.intern(cell);
        self.codes.push(code);
        if new { (cell.len(), 1) } else { (0, 0) }
    }

    pub fn into_dictionary(self) -> Dictionary {
        self.names.into_dictionary(self.codes)
    }
}

/// A cell without the blanks around it.
pub(super) fn trimmed(cell: &[u8]) -> &[u8] {
    // Nearly every cell begins and ends with a sign of ASCII that is no blank.
    let plain = |b: Option<&u8>| b.is_some_and(|b| (b'!'..=b'~').contains(b));
    if plain(cell.first()) && plain(cell.last()) {
        return cell;
    }
    let cell = cell.trim_ascii();
    match (cell.first(), cell.last()) {
        (Some(first), Some(last)) if !first.is_ascii() || !last.is_ascii() => {
            std::str::from_utf8(cell).map_or(cell, |text| text.trim().as_bytes())
        }
        _ => cell,
    }
}

fn is_null(cell: &[u8]) -> bool {
    cell.len() <= 9 && std::str::from_utf8(cell).is_ok_and(is_null_token)
}

/// A cell as a notice quotes it: its first 80 characters.
fn lossy(cell: &[u8]) -> String {
    quoted(&String::from_utf8_lossy(cell))
}

/// A text as a notice quotes it: its first 80 characters.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}\u{2026}", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_turn_back_into_their_texts() {
        let cells = [
            "1",
            "007",
            "-12.50",
            "+3",
            ".5",
            "1e5",
            "",
            "NA",
            "inf",
            "0.1",
            "17.343418538390747",
            "word",
            "2.0",
            "n/a",
        ];
        let mut buffer = ColumnBuffer::new('.');
        for (row, cell) in cells.iter().enumerate() {
            buffer.push(cell.as_bytes(), row as u64 + 2);
        }
        assert_eq!(buffer.first_word, Some(("word".to_owned(), 13)));
        let Cells::Texts(texts) = buffer.cells else {
            panic!("a word makes it text")
        };
        assert_eq!(texts.into_dictionary(), Dictionary::from_cells(cells));
    }

    proptest! {
        /// Whatever is read as numbers first and turns out to be text comes back letter for letter, up to 15 digits.
        #[test]
        fn any_cells_turn_back_into_their_texts(
            cells in prop::collection::vec("-?[0-9]{0,12}(\\.[0-9]{0,3})?|[0-9]{13,17}|[0-9]\\.[0-9]{4}|-?0?0\\.[0-9]0|NA||[1-9]{16,19}|[+]1|1e5", 0..40)
        ) {
            let mut buffer = ColumnBuffer::new('.');
            for (row, cell) in cells.iter().enumerate() {
                buffer.push(cell.as_bytes(), row as u64 + 2);
            }
            buffer.become_texts();
            let Cells::Texts(texts) = buffer.cells else { panic!("texts") };
            prop_assert_eq!(texts.into_dictionary(), Dictionary::from_cells(&cells));
        }
    }

    #[test]
    fn what_holds_for_all_cells_is_kept_once() {
        let all = |cells: &[&str]| {
            let mut buffer = ColumnBuffer::new('.');
            for cell in cells {
                buffer.push(cell.as_bytes(), 2);
            }
            let Cells::Numbers(numbers) = buffer.cells else {
                panic!("numbers")
            };
            (numbers.written.all, numbers.written.each.len())
        };
        assert_eq!(all(&["1.5", "", "2.5"]), (AllWritten::Both(1), 0));
        assert_eq!(all(&["1.50", "2.25", "NA"]), (AllWritten::Fixed(2), 0));
        assert_eq!(all(&["1.5", "2.25", "3"]), (AllWritten::Shortest, 0));
        assert_eq!(all(&["1.5", "2.25", "3.10"]), (AllWritten::Mixed, 3));
        assert_eq!(all(&["1.50", "2.250", "", "007"]), (AllWritten::Mixed, 4));
    }

    #[test]
    fn null_tokens_of_a_number_column_are_kept() {
        let mut buffer = ColumnBuffer::new('.');
        for cell in ["1", " None ", "", "2", "NA", "1e400", "None"] {
            buffer.push(cell.as_bytes(), 2);
        }
        assert_eq!(buffer.non_finite.count, 1);
        let Cells::Numbers(numbers) = buffer.cells else {
            panic!("null tokens do not make it text")
        };
        let tokens: Vec<(u32, String)> = numbers
            .null_tokens()
            .into_iter()
            .map(|t| (t.row, t.token))
            .collect();
        let expected = [(1, "None"), (4, "NA"), (6, "None")];
        assert_eq!(tokens, expected.map(|(r, t)| (r, t.to_owned())));
        assert_eq!(
            numbers.values.iter().filter(|x| x.is_nan()).count(),
            5,
            "the empty cell and the infinite one are missing too"
        );
    }
}
