//! Text -> records, with the line on which each begins.
//!
//! A line without quotes is cut where it stands. A line with quotes is read as the dialect has it, over as many lines as its
//! quotes ask for; where that does not end in a row, or in one that swallows rows, the line alone is read as nearly as can
//! be, so that a damaged row costs none of its neighbours. What is decided hangs on the text alone, never on how it is cut.

use super::IngestError;
use super::limits::{MAX_CELL_BYTES, MAX_COLUMNS, MAX_ROW_BYTES};
use super::options::{Delimiter, Escape};
use super::report::Why;
use super::scan::{CellIter, Cells, Dialect, Mode, Scan, line_at, line_end};
use crate::data::{DELIMITER, Signs, cut_line};

/// Counts line ends (LF, CR, and CRLF as one) in a stream.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LineCount {
    ends: u64,
    after_cr: bool,
}

impl LineCount {
    /// Counts the ends in the next piece.
    pub fn count(&mut self, piece: &[u8]) {
        self.count_seen(piece, look(piece));
    }

    /// The same of a piece that was looked at.
    pub fn count_seen(&mut self, piece: &[u8], Look { lf, cr, .. }: Look) {
        let Some(&last) = piece.last() else { return };
        self.ends += lf;
        if self.after_cr && piece.first() == Some(&b'\n') {
            self.ends -= 1;
        }
        if cr > 0 {
            let both = piece.windows(2).filter(|w| w == b"\r\n").count() as u64;
            self.ends += cr - both;
        }
        self.after_cr = last == b'\r';
    }

    /// The line of the next byte, from 1.
    pub fn line(&self) -> u64 {
        self.ends + 1
    }
}

/// What one look at all bytes of a piece tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub is_ascii: bool,
    pub has_nul: bool,
    pub lf: u64,
    pub cr: u64,
}

/// Looks at a piece: in runs whose counts fit a byte, so that many bytes are taken at once.
pub(super) fn look(piece: &[u8]) -> Look {
    let mut seen = Look::default();
    let mut all = 0;
    for run in piece.chunks(192) {
        let (mut any, mut nul, mut lf, mut cr) = (0u8, 0u8, 0u8, 0u8);
        for &b in run {
            any |= b;
            nul |= u8::from(b == 0);
            lf = lf.wrapping_add(u8::from(b == b'\n'));
            cr = cr.wrapping_add(u8::from(b == b'\r'));
        }
        all |= any;
        seen.has_nul |= nul != 0;
        seen.lf += u64::from(lf);
        seen.cr += u64::from(cr);
    }
    seen.is_ascii = all < 0x80;
    seen
}

/// A record: its cells, one after the other in `text` with `gap` bytes between them, each up to its place in `ends`.
/// A blank line has none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    pub text: &'a [u8],
    pub ends: &'a [usize],
    pub gap: usize,
    /// Whether blanks around cells do not belong to them.
    pub pad: bool,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The lines that it takes.
    pub lines: u64,
    /// Why it is not what stands in the file.
    pub why: Option<Why>,
    /// What stands in the file, quotes and all.
    pub source: &'a [u8],
}

impl<'a> Record<'a> {
    /// Its cells, in order.
    pub fn cells(&self) -> CellIter<'a> {
        CellIter {
            text: self.text,
            ends: self.ends,
            gap: self.gap,
            pad: self.pad,
            from: 0,
        }
    }
}

/// Who takes the records. One type: code for each closure would be code to fetch.
pub(super) type Taker<'a> = &'a mut dyn FnMut(Record<'_>) -> Result<(), IngestError>;

/// Why a record cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RecordError {
    /// More cells than [`MAX_COLUMNS`].
    TooManyColumns { line: u64 },
    /// A cell longer than [`MAX_CELL_BYTES`]; `column` from 0, `line` where the cell begins, `offset` where the record begins in the text.
    CellTooLong {
        line: u64,
        column: usize,
        offset: u64,
    },
    /// A row longer than [`MAX_ROW_BYTES`].
    RowTooLong { line: u64, offset: u64 },
    /// What the taker of the records said.
    Taker(IngestError),
}

/// Cuts a stream of text into records.
#[derive(Debug)]
pub(super) struct Tokenizer {
    dialect: Dialect,
    /// The cells that a row should have.
    width: usize,
    /// What each byte means to a line that is cut where it stands.
    signs: Signs,
    /// Text of which no whole record is known yet.
    buffer: Vec<u8>,
    /// How much there must be before another look: what grows in small pieces is not looked at for each.
    wait: usize,
    /// The line of the next record, and where it begins in the text.
    line: u64,
    offset: u64,
    ends: Vec<usize>,
    cells: Cells,
    other: Cells,
    /// The line of the first quote that is not closed in its row.
    pub unclosed_quote: Option<u64>,
}

/// How far a damaged row may reach.
const DAMAGED_LINES: usize = 16;
const DAMAGED_BYTES: usize = 1 << 16;

const CELL: u8 = 0;
const LINE_END: u8 = 2;
const CAREFUL: u8 = 3;

/// What the careful reading of a record came to.
struct Careful {
    next: usize,
    lines: u64,
    why: Option<Why>,
}

impl Tokenizer {
    pub fn new(dialect: Dialect, width: usize) -> Self {
        let mut class = [CELL; 256];
        class[usize::from(b'\n')] = LINE_END;
        class[usize::from(b'\r')] = LINE_END;
        if let Escape::Sign(sign) = dialect.escape {
            class[usize::from(sign)] = CAREFUL;
        }
        match dialect.delimiter {
            Delimiter::Fixed => {}
            Delimiter::Byte(b) => class[usize::from(b)] = DELIMITER,
            Delimiter::Sequence(signs) => class[usize::from(signs.first())] = CAREFUL,
            Delimiter::Blanks | Delimiter::WideBlanks => {
                class[usize::from(b' ')] = CAREFUL;
                class[usize::from(b'\t')] = CAREFUL;
            }
        }
        if let Some(quote) = dialect.quote {
            class[usize::from(quote)] = CAREFUL;
        }
        Self {
            dialect,
            width,
            signs: Signs::new(class),
            buffer: Vec::new(),
            wait: 0,
            line: 1,
            offset: 0,
            ends: Vec::new(),
            cells: Cells::default(),
            other: Cells::default(),
            unclosed_quote: None,
        }
    }

    /// Hands each record that is known to end in what there is by now to `take`.
    pub fn push(&mut self, piece: &[u8], take: Taker<'_>) -> Result<(), RecordError> {
        if self.buffer.is_empty() {
            let used = self.run(piece, false, take)?;
            self.buffer
                .extend_from_slice(piece.get(used..).unwrap_or_default());
        } else {
            self.buffer.extend_from_slice(piece);
            if self.buffer.len() < self.wait {
                return Ok(());
            }
            let mut buffer = std::mem::take(&mut self.buffer);
            let used = self.run(&buffer, false, take)?;
            buffer.drain(..used);
            self.buffer = buffer;
        }
        self.wait = self.buffer.len() + self.buffer.len() / 2 + 1;
        Ok(())
    }

    /// Hands over what is left at the end of the file.
    pub fn finish(&mut self, take: Taker<'_>) -> Result<(), RecordError> {
        let buffer = std::mem::take(&mut self.buffer);
        self.run(&buffer, true, take).map(|_| ())
    }

    /// Reads records from the text; the number of bytes that they take.
    fn run(&mut self, text: &[u8], complete: bool, take: Taker<'_>) -> Result<usize, RecordError> {
        let mut start = 0;
        while start < text.len() {
            self.ends.clear();
            let line = text.get(start..).unwrap_or_default();
            let at = cut_line(line, &self.signs, &mut self.ends, MAX_COLUMNS - 1);
            if at > MAX_CELL_BYTES || self.ends.len() >= MAX_COLUMNS - 1 {
                self.check_cells(at, line.get(at).copied())?;
            }
            match line.get(at) {
                None if !complete => return Ok(start),
                None => {
                    self.plain(line, line.len(), take)?;
                    return Ok(text.len());
                }
                Some(b'\n' | b'\r') => {
                    let Some(width) = line_end(line, at, complete) else {
                        return Ok(start);
                    };
                    self.plain(line.get(..at).unwrap_or_default(), at + width, take)?;
                    start += at + width;
                }
                Some(_) => {
                    let Some(found) = self.careful(text, start, complete)? else {
                        return Ok(start);
                    };
                    let source = text.get(start..found.next).unwrap_or_default();
                    self.hand_over(source, found, start, take)?;
                    start += source.len();
                }
            }
        }
        Ok(start)
    }

    /// Hands over a line that holds no quotes, whose delimiters are known.
    fn plain(&mut self, line: &[u8], length: usize, take: Taker<'_>) -> Result<(), RecordError> {
        if !(self.ends.is_empty() && line.trim_ascii().is_empty()) {
            self.ends.push(line.len());
        }
        let record = Record {
            text: line,
            ends: &self.ends,
            gap: 1,
            pad: self.dialect.pad,
            line: self.line,
            lines: 1,
            why: None,
            source: line,
        };
        self.line += 1;
        self.offset += length as u64;
        take(record).map_err(RecordError::Taker)
    }

    /// Hands over what the careful reading found.
    fn hand_over(
        &mut self,
        source: &[u8],
        found: Careful,
        start: usize,
        take: Taker<'_>,
    ) -> Result<(), RecordError> {
        let line = self.line;
        let mut from = 0;
        for (column, &end) in self.cells.ends.iter().enumerate() {
            if column >= MAX_COLUMNS {
                return Err(RecordError::TooManyColumns { line });
            }
            if end - from > MAX_CELL_BYTES {
                let mut before = LineCount::default();
                before.count(self.cells.text.get(..from).unwrap_or_default());
                return Err(RecordError::CellTooLong {
                    line: line + before.line() - 1,
                    column,
                    offset: self.offset,
                });
            }
            from = end;
        }
        if self.cells.ends.len() == 1 && source.trim_ascii().is_empty() {
            self.cells.clear();
        }
        let body = source.trim_ascii_end().len();
        let record = Record {
            text: &self.cells.text,
            ends: &self.cells.ends,
            gap: 0,
            pad: self.dialect.pad || !matches!(self.dialect.delimiter, Delimiter::Byte(_)),
            line,
            lines: found.lines,
            why: found.why,
            source: source.get(..body).unwrap_or_default(),
        };
        self.line += found.lines;
        self.offset += (found.next - start) as u64;
        take(record).map_err(RecordError::Taker)
    }

    /// Refuses cells that are too long, or too many, in a line cut up to `at`, where `stop` stands.
    fn check_cells(&self, at: usize, stop: Option<u8>) -> Result<(), RecordError> {
        let (line, offset) = (self.line, self.offset);
        let mut from = 0;
        for (column, end) in self.ends.iter().copied().chain([at]).enumerate() {
            if from > MAX_ROW_BYTES {
                return Err(RecordError::RowTooLong { line, offset });
            }
            if end - from > MAX_CELL_BYTES {
                return Err(RecordError::CellTooLong {
                    line,
                    column,
                    offset,
                });
            }
            from = end + 1;
        }
        // A delimiter that stops is one too many.
        if stop.is_some_and(|b| self.signs.class(b) == DELIMITER) {
            return Err(RecordError::TooManyColumns { line });
        }
        Ok(())
    }

    /// Reads the record that begins at `start` into `self.cells`; `None` if more text is needed to tell.
    fn careful(
        &mut self,
        text: &[u8],
        start: usize,
        complete: bool,
    ) -> Result<Option<Careful>, RecordError> {
        let (dialect, width) = (self.dialect, self.width);
        let record =
            |mode, cells: &mut Cells| dialect.record(text, start, complete, mode, width, cells);
        match record(Mode::Strict, &mut self.cells) {
            Scan::Cut => return Ok(None),
            Scan::Record { next, lines, stray } => {
                let fits = self.cells.ends.len() == width;
                let swallows = lines > 1
                    && (!fits || width > 3)
                    && self.holds_rows(text.get(start..next).unwrap_or_default());
                if !swallows && (fits || !stray) {
                    let why = stray.then_some(Why::Quote);
                    return Ok(Some(Careful { next, lines, why }));
                }
            }
            Scan::Broken => {}
        }
        // The row is damaged: its line alone, as nearly as it can be read.
        let Some((end, next)) = line_at(text, start, complete) else {
            if text.len() - start > MAX_ROW_BYTES + MAX_CELL_BYTES {
                let (line, offset) = (self.line, self.offset);
                return Err(RecordError::RowTooLong { line, offset });
            }
            return Ok(None);
        };
        let line = text.get(start..end).unwrap_or_default();
        let scan = dialect.record(line, 0, true, Mode::Literal, width, &mut self.cells);
        if let Scan::Record { stray: false, .. } = scan
            && (self.cells.ends.len() == width || width == usize::MAX)
        {
            let (lines, why) = (1, None);
            return Ok(Some(Careful { next, lines, why }));
        }
        let found = |next, lines| {
            let why = Some(Why::Quote);
            Ok(Some(Careful { next, lines, why }))
        };
        let mut nearest = usize::MAX;
        for mode in [Some(Mode::Loose), Some(Mode::Eager), None] {
            match mode {
                Some(mode) => {
                    let scan = dialect.record(line, 0, true, mode, width, &mut self.other);
                    if scan == Scan::Broken {
                        if mode == Mode::Loose && self.unclosed_quote.is_none() {
                            self.unclosed_quote = Some(self.line);
                        }
                        continue;
                    }
                }
                None => dialect.cut_everywhere(line, &mut self.other),
            }
            let distance = self.other.ends.len().abs_diff(width);
            if distance < nearest {
                nearest = distance;
                std::mem::swap(&mut self.cells, &mut self.other);
            }
            if distance == 0 {
                return found(next, 1);
            }
        }
        // A cell with line ends in it may be the damaged one; it is looked for in the next few lines.
        let mut window = next;
        for _ in 1..DAMAGED_LINES {
            if window >= text.len() || window - start > DAMAGED_BYTES {
                break;
            }
            match line_at(text, window, complete) {
                Some((_, next)) => window = next,
                None if text.len() - start > DAMAGED_BYTES => break,
                None => return Ok(None),
            }
        }
        if !complete && window >= text.len() && window - start <= DAMAGED_BYTES {
            return Ok(None);
        }
        let near = text.get(start..window).unwrap_or_default();
        for mode in [Mode::Loose, Mode::Eager] {
            let scan = dialect.record(near, 0, true, mode, width, &mut self.other);
            if let Scan::Record { next, lines, .. } = scan
                && lines > 1
                && self.other.ends.len() == width
                && !self.holds_rows(near.get(..next).unwrap_or_default())
            {
                std::mem::swap(&mut self.cells, &mut self.other);
                return found(start + next, lines);
            }
        }
        found(next, 1)
    }

    /// Whether one of the lines after the first is a row by itself.
    fn holds_rows(&mut self, record: &[u8]) -> bool {
        let mut cells = Cells::default();
        let mut at = match line_at(record, 0, true) {
            Some((_, next)) => next,
            None => return false,
        };
        while at < record.len() {
            let Some((end, next)) = line_at(record, at, true) else {
                return false;
            };
            let line = record.get(at..end).unwrap_or_default();
            let scan = self
                .dialect
                .record(line, 0, true, Mode::Strict, self.width, &mut cells);
            if matches!(scan, Scan::Record { stray: false, .. }) && cells.ends.len() == self.width {
                return true;
            }
            at = next;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comma() -> Dialect {
        Dialect {
            delimiter: Delimiter::Byte(b','),
            quote: Some(b'"'),
            escape: Escape::Doubled,
            pad: false,
        }
    }

    type Rows = Vec<(u64, Vec<String>)>;

    fn read(text: &str, size: usize) -> (Rows, Option<u64>) {
        let mut tokenizer = Tokenizer::new(comma(), 2);
        let mut rows = Vec::new();
        let mut take = |r: Record<'_>| {
            let cells = r
                .cells()
                .map(|c| String::from_utf8_lossy(c).into_owned())
                .collect();
            if !r.ends.is_empty() {
                rows.push((r.line, cells));
            }
            Ok(())
        };
        for piece in text.as_bytes().chunks(size) {
            tokenizer.push(piece, &mut take).expect("a record");
        }
        tokenizer.finish(&mut take).expect("a record");
        (rows, tokenizer.unclosed_quote)
    }

    #[test]
    fn lines_are_those_of_the_file_wherever_it_is_cut() {
        let text = "a,b\r\n\r\n1,\"x\r\ny\"\r2,3\n\n\n4,\"\"\"5\"\"\"";
        let row = |line: u64, cells: [&str; 2]| (line, cells.map(str::to_owned).to_vec());
        let expected = vec![
            row(1, ["a", "b"]),
            row(3, ["1", "x\r\ny"]),
            row(5, ["2", "3"]),
            row(8, ["4", "\"5\""]),
        ];
        for size in 1..40 {
            assert_eq!(read(text, size), (expected.clone(), None), "cut by {size}");
        }
    }

    #[test]
    fn an_open_quote_is_found_with_its_line_and_costs_no_other_row() {
        for size in 1..40 {
            let (rows, line) = read("a,b\n1,2\n\"3\n3\",\"4\n5,6\n", size);
            assert_eq!(line, Some(3), "cut by {size}: {rows:?}");
            assert_eq!(rows.last().unwrap().1, ["5", "6"]);
            assert_eq!(read("a,b\n1,\"2\"", size).1, None);
            assert_eq!(read("a,b\n1,\"2\"\"", size).1, Some(2));
            assert_eq!(read("a,b\n1,", size).1, None);
            let (rows, line) = read("a,b\n1,\"2\n3,4\n\"5\",\"6,7\"\n", size);
            assert_eq!(line, Some(2));
            assert_eq!(
                rows[1..],
                [
                    (2, vec!["1".into(), "2".into()]),
                    (3, vec!["3".into(), "4".into()]),
                    (4, vec!["5".into(), "6,7".into()])
                ]
            );
        }
    }

    #[test]
    fn limits_hold() {
        let mut tokenizer = Tokenizer::new(comma(), 2);
        let refused = tokenizer.push(&vec![b','; 2 * MAX_COLUMNS], &mut |_| Ok(()));
        assert_eq!(refused, Err(RecordError::TooManyColumns { line: 1 }));
        let mut tokenizer = Tokenizer::new(comma(), 2);
        let mut text = b"a,b\n1,".to_vec();
        text.resize(2 * MAX_CELL_BYTES + 100, b'x');
        let refused = tokenizer.push(&text, &mut |_| Ok(()));
        let expected = RecordError::CellTooLong {
            line: 2,
            column: 1,
            offset: 4,
        };
        assert_eq!(refused, Err(expected));
    }
}
