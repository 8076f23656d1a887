//! Text -> records, with the line on which each begins.

use csv_core::ReadRecordResult;

use super::limits::{MAX_CELL_BYTES, MAX_COLUMNS, MAX_ROW_BYTES};

/// Counts line ends (LF, CR, and CRLF as one) in a stream.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LineCount {
    ends: u64,
    after_cr: bool,
}

impl LineCount {
    /// Counts the ends in the next piece.
    pub fn count(&mut self, piece: &[u8]) {
        let Some(&last) = piece.last() else { return };
        let lf = piece.iter().filter(|&&b| b == b'\n').count() as u64;
        self.ends += lf;
        if self.after_cr && piece.first() == Some(&b'\n') {
            self.ends -= 1;
        }
        if piece.contains(&b'\r') {
            let cr = piece.iter().filter(|&&b| b == b'\r').count() as u64;
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

/// A record: its cells, unquoted, one after the other in `text`, each up to its place in `ends`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    pub text: &'a [u8],
    pub ends: &'a [usize],
    /// The line on which it begins, from 1.
    pub line: u64,
}

impl<'a> Record<'a> {
    /// Its cells, in order.
    pub fn cells(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let text = self.text;
        let mut from = 0;
        self.ends.iter().map(move |&end| {
            let cell = text.get(from..end).unwrap_or_default();
            from = end;
            cell
        })
    }
}

/// Why a record cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordError<E> {
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
    Taker(E),
}

/// Cuts a stream of text into records.
#[derive(Debug)]
pub(super) struct Tokenizer {
    reader: csv_core::Reader,
    out: Vec<u8>,
    ends: Vec<usize>,
    written: usize,
    cells: usize,
    lines: LineCount,
    record_line: u64,
    record_offset: u64,
    offset: u64,
    inside: bool,
    /// The line of a quote that was open at the end of the file.
    pub unclosed_quote: Option<u64>,
}

impl Tokenizer {
    pub fn new(delimiter: u8) -> Self {
        Self {
            reader: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            out: vec![0; 1 << 12],
            ends: vec![0; 64],
            written: 0,
            cells: 0,
            lines: LineCount::default(),
            record_line: 1,
            record_offset: 0,
            offset: 0,
            inside: false,
            unclosed_quote: None,
        }
    }

    /// Hands each record that ends in this piece to `take`.
    pub fn push<E>(
        &mut self,
        mut piece: &[u8],
        mut take: impl FnMut(Record<'_>) -> Result<(), E>,
    ) -> Result<(), RecordError<E>> {
        // csv-core takes an empty slice as the end of the file, so it never gets one here.
        while !piece.is_empty() {
            if !self.inside {
                // Blank lines between records are skipped here, so that the record's line is known.
                let blank = piece
                    .iter()
                    .position(|&b| b != b'\n' && b != b'\r')
                    .unwrap_or(piece.len());
                let (skipped, rest) = piece.split_at(blank);
                self.lines.count(skipped);
                self.offset += skipped.len() as u64;
                piece = rest;
                if piece.is_empty() {
                    return Ok(());
                }
                self.record_line = self.lines.line();
                self.record_offset = self.offset;
                self.inside = true;
            }
            let read = self.step(piece, &mut take)?;
            let (used, rest) = piece.split_at(read.min(piece.len()));
            self.lines.count(used);
            self.offset += used.len() as u64;
            piece = rest;
        }
        Ok(())
    }

    /// Hands over the last record, if the file ended within one.
    pub fn finish<E>(
        &mut self,
        mut take: impl FnMut(Record<'_>) -> Result<(), E>,
    ) -> Result<(), RecordError<E>> {
        // A line end closes every record but one whose quote is open, which takes it in. (A clone of csv-core's reader
        // would be the better place to try this on, but it does not carry all of its state.)
        let mut read = 0;
        while self.inside && read == 0 {
            read = self.step(b"\n", &mut take)?;
        }
        if self.inside {
            let last = self.last_cell_start();
            let mut before = LineCount::default();
            before.count(self.out.get(..last).unwrap_or_default());
            self.unclosed_quote = Some(self.record_line + before.line() - 1);
        }
        while self.inside {
            self.step(&[], &mut take)?;
        }
        Ok(())
    }

    fn last_cell_start(&self) -> usize {
        match self.cells {
            0 => 0,
            n => self.ends.get(n - 1).copied().unwrap_or(0),
        }
    }

    /// One call of csv-core: the number of bytes that it took.
    fn step<E>(
        &mut self,
        piece: &[u8],
        take: &mut impl FnMut(Record<'_>) -> Result<(), E>,
    ) -> Result<usize, RecordError<E>> {
        let (result, read, wrote, ended) = self.reader.read_record(
            piece,
            self.out.get_mut(self.written..).unwrap_or_default(),
            self.ends.get_mut(self.cells..).unwrap_or_default(),
        );
        self.written += wrote;
        self.cells += ended;
        if self.cells > MAX_COLUMNS {
            return Err(RecordError::TooManyColumns {
                line: self.record_line,
            });
        }
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => self.out.resize(self.out.len() * 2, 0),
            ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
            ReadRecordResult::Record => {
                if self.unclosed_quote.is_some() {
                    // The line end that was put behind the file.
                    self.written = self.written.saturating_sub(1);
                    if let Some(end) = self.ends.get_mut(self.cells.saturating_sub(1)) {
                        *end = self.written;
                    }
                }
                self.check_lengths()?;
                let record = Record {
                    text: self.out.get(..self.written).unwrap_or_default(),
                    ends: self.ends.get(..self.cells).unwrap_or_default(),
                    line: self.record_line,
                };
                self.written = 0;
                self.cells = 0;
                self.inside = false;
                take(record).map_err(RecordError::Taker)?;
                return Ok(read);
            }
            ReadRecordResult::End => self.inside = false,
        }
        self.check_lengths()?;
        Ok(read)
    }

    /// Refuses a cell that has grown too long. The check of the cells that are complete makes the outcome the same
    /// wherever the stream is cut.
    fn check_lengths<E>(&self) -> Result<(), RecordError<E>> {
        if self.written <= MAX_CELL_BYTES {
            return Ok(());
        }
        let mut from = 0;
        let ends = self.ends.get(..self.cells).unwrap_or_default();
        for (column, end) in ends.iter().copied().chain([self.written]).enumerate() {
            if end.saturating_sub(from) > MAX_CELL_BYTES {
                let mut before = LineCount::default();
                before.count(self.out.get(..from).unwrap_or_default());
                return Err(RecordError::CellTooLong {
                    line: self.record_line + before.line() - 1,
                    column,
                    offset: self.record_offset,
                });
            }
            from = end;
        }
        if self.written > MAX_ROW_BYTES {
            return Err(RecordError::RowTooLong {
                line: self.record_line,
                offset: self.record_offset,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rows = Vec<(u64, Vec<String>)>;

    fn read(text: &str, size: usize) -> (Rows, Option<u64>) {
        let mut tokenizer = Tokenizer::new(b',');
        let mut rows = Vec::new();
        let mut take = |r: Record<'_>| {
            let cells = r
                .cells()
                .map(|c| String::from_utf8_lossy(c).into_owned())
                .collect();
            rows.push((r.line, cells));
            Ok::<(), ()>(())
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
    fn an_open_quote_is_found_with_its_line() {
        for size in 1..40 {
            let (rows, line) = read("a,b\n1,2\n\"3\n3\",\"4\n5,6\n", size);
            assert_eq!(line, Some(4));
            assert_eq!(rows[2].1, ["3\n3", "4\n5,6\n"]);
            assert_eq!(read("a,b\n1,\"2\"", size).1, None);
            assert_eq!(read("a,b\n1,\"2\"\"", size).1, Some(2));
            assert_eq!(read("a,b\n1,", size).1, None);
        }
    }

    #[test]
    fn limits_hold() {
        let mut tokenizer = Tokenizer::new(b',');
        let refused = tokenizer.push(&vec![b','; 2 * MAX_COLUMNS], |_| Ok::<(), ()>(()));
        assert_eq!(refused, Err(RecordError::TooManyColumns { line: 1 }));
        let mut tokenizer = Tokenizer::new(b',');
        let mut text = b"a,b\n1,\"".to_vec();
        text.resize(2 * MAX_CELL_BYTES + 100, b'\n');
        let refused = tokenizer.push(&text, |_| Ok::<(), ()>(()));
        let expected = RecordError::CellTooLong {
            line: 2,
            column: 1,
            offset: 4,
        };
        assert_eq!(refused, Err(expected));
    }
}
