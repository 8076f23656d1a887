//! Records set as lists of their fields, a line each, as psql prints them after `\x` and mysql after `\G`: a row of the table
//! for each record, a column for each name.
//!
//! ```text
//! -[ RECORD 1 ]---    *************************** 1. row ***************************
//! id   | 1              id: 1
//! note | over     +   note: over
//!      | two lines    two lines
//! ```
//!
//! Lines like these are written by programs and by nobody else, so they are only looked for, never scored against delimiters.
//! psql's unaligned form has none: there, all records must have the same names, and blank lines between them.
//! One record is kept at a time.

use super::IngestError;
use super::csv::{Record, RecordError};
use super::guess::SampleRow;
use super::layout::is_ruled;
use super::limits::{MAX_CELL_BYTES, MAX_COLUMNS, MAX_ROW_BYTES};
use super::options::{Delimiter, ReadOptions, Sequence};
use super::record_form::{Form, Marker, bar_width, form_of, is_footer, marker};
use super::report::Why;
use super::scan::{Cells, line_at};
use crate::data::Names;

/// Rows of the sample by which the columns' types are judged.
const SAMPLE_ROWS: usize = 2_000;
/// Columns of one name that are told apart.
const MOST_NAMESAKES: usize = 8;

/// What comes out, in the order of the lines.
pub(super) enum Piece<'a> {
    /// A row of the table.
    Row(Record<'a>),
    /// A line that was not read as it stands.
    Repaired(u64, Why, &'a [u8]),
    /// A line that is not in the table.
    Skipped(u64, Why, &'a [u8]),
}

type Taker<'a> = &'a mut dyn FnMut(Piece<'_>) -> Result<(), IngestError>;

/// Where the next line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Above,
    Within,
    Below,
}

/// The record that is being read.
#[derive(Debug, Default)]
struct Open {
    line: u64,
    lines: u64,
    number: u64,
    source: Vec<u8>,
    /// Whether lines are drawn at its sides.
    sided: bool,
    /// How many characters stand before the colon of its first field.
    colon: Option<usize>,
    /// By column; `None` where it has no such field so far.
    cells: Vec<Option<Vec<u8>>>,
    /// The column of the last field.
    last: Option<usize>,
    fields: usize,
    bytes: usize,
    /// Blank lines of which the next line says whether they belong to a value.
    blanks: u64,
}

/// Reads records set as lists of their fields.
#[derive(Debug)]
pub(super) struct Expander {
    form: Form,
    names: Vec<String>,
    numbers: Names,
    /// Whether names that are new become columns.
    grows: bool,
    bar: Option<Delimiter>,
    buffer: Vec<u8>,
    wait: usize,
    line: u64,
    place: Place,
    /// Whether records are counted from 1 again, and have had no column of the table since.
    other: bool,
    open: Open,
}

/// What a sample shows.
#[derive(Debug)]
pub(super) struct Sample {
    pub names: Vec<String>,
    pub rows: Vec<SampleRow>,
    pub preamble_rows: usize,
    pub delimiter: Delimiter,
    /// How sure it is that these are records, 0 to 1.
    pub sure: f64,
}

impl Expander {
    fn new(form: Form, names: Vec<String>, grows: bool) -> Self {
        let mut expander = Self {
            form,
            names: Vec::new(),
            numbers: Names::default(),
            grows,
            bar: None,
            buffer: Vec::new(),
            wait: 0,
            line: 1,
            place: Place::Above,
            other: false,
            open: Open::default(),
        };
        for name in names {
            expander.add_column(&name);
        }
        expander
    }

    /// The program's word for the form.
    pub fn written_by(&self) -> &'static str {
        match self.form {
            Form::Barred => "psql's expanded output",
            Form::Bare => "psql's expanded output, unaligned",
            Form::Starred => "mysql's vertical output",
        }
    }

    /// Hands on what the lines hold that are known to end by now.
    pub fn push(&mut self, piece: &[u8], take: Taker<'_>) -> Result<(), RecordError> {
        self.buffer.extend_from_slice(piece);
        if self.buffer.len() < self.wait {
            return Ok(());
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let used = self.run(&buffer, false, take)?;
        buffer.drain(..used);
        self.wait = buffer.len() + buffer.len() / 2 + 1;
        self.buffer = buffer;
        Ok(())
    }

    /// Hands on what is left at the end of the file.
    pub fn finish(&mut self, take: Taker<'_>) -> Result<(), RecordError> {
        let buffer = std::mem::take(&mut self.buffer);
        self.run(&buffer, true, take)?;
        self.close(take)
    }

    fn run(&mut self, text: &[u8], complete: bool, take: Taker<'_>) -> Result<usize, RecordError> {
        let too_long = |line| RecordError::RowTooLong { line, offset: 0 };
        let mut start = 0;
        while start < text.len() {
            let Some((end, next)) = line_at(text, start, complete) else {
                // The last byte may be half of a line end.
                if text.len() - start > MAX_ROW_BYTES + 1 {
                    return Err(too_long(self.line));
                }
                return Ok(start);
            };
            if end - start > MAX_ROW_BYTES {
                return Err(too_long(self.line));
            }
            self.take_line(text.get(start..end).unwrap_or_default(), take)?;
            self.line += 1;
            start = next;
        }
        Ok(start)
    }

    fn take_line(&mut self, line: &[u8], take: Taker<'_>) -> Result<(), RecordError> {
        if let Some(mark) = marker(line).filter(|m| m.form == self.form) {
            self.close(take)?;
            self.begin(line, mark);
            return Ok(());
        }
        if line.trim_ascii().is_empty() {
            if self.place == Place::Within && self.form != Form::Barred {
                self.open.blanks += 1;
                return Ok(());
            }
            return self.skip(Why::Blank, line, take);
        }
        match (self.place, self.form) {
            (Place::Above, Form::Bare) => {
                self.begin(line, Marker::NONE);
                self.bare(line, take)
            }
            (Place::Above, _) => self.skip(Why::Preamble, line, take),
            (Place::Below, _) => self.skip(Why::Footnote, line, take),
            (Place::Within, _) if is_footer(line, self.form) => {
                self.close(take)?;
                self.place = Place::Below;
                self.skip(Why::Footnote, line, take)
            }
            (Place::Within, Form::Barred) => self.barred(line, take),
            (Place::Within, Form::Bare) => self.bare(line, take),
            (Place::Within, Form::Starred) => self.starred(line, take),
        }
    }

    fn skip(&mut self, why: Why, line: &[u8], take: Taker<'_>) -> Result<(), RecordError> {
        if self.place == Place::Within {
            self.open.lines += 1;
        }
        take(Piece::Skipped(self.line, why, line)).map_err(RecordError::Taker)
    }

    fn begin(&mut self, line: &[u8], mark: Marker) {
        self.other |= mark.number <= self.open.number && !self.names.is_empty();
        self.open.line = self.line;
        self.open.lines = u64::from(self.form != Form::Bare);
        self.open.number = mark.number;
        self.open.source.clear();
        let shown = line.get(..400).unwrap_or(line);
        self.open.source.extend_from_slice(shown);
        self.open.sided = mark.sided;
        self.open.colon = None;
        self.open.last = None;
        self.open.fields = 0;
        self.open.bytes = 0;
        self.place = Place::Within;
    }

    /// Hands on the record that is being read.
    fn close(&mut self, take: Taker<'_>) -> Result<(), RecordError> {
        if self.place != Place::Within {
            return Ok(());
        }
        self.place = Place::Below;
        let blanks = std::mem::take(&mut self.open.blanks);
        let open = &mut self.open;
        let after = open.line + open.lines;
        if open.fields == 0 {
            let why = match self.other {
                true => Why::OtherTable,
                false => Why::NoField,
            };
            take(Piece::Skipped(open.line, why, &open.source)).map_err(RecordError::Taker)?;
        } else {
            self.other = false;
            open.cells.resize(self.names.len(), None);
            let whole = open.cells.iter().all(Option::is_some);
            let cells: Cells = open
                .cells
                .iter()
                .map(|c| c.as_deref().unwrap_or_default())
                .collect();
            let record = Record {
                text: &cells.text,
                ends: &cells.ends,
                gap: 0,
                pad: true,
                line: open.line,
                lines: open.lines,
                why: (!whole).then_some(Why::Short),
                source: &open.source,
            };
            take(Piece::Row(record)).map_err(RecordError::Taker)?;
            open.cells.clear();
        }
        for at in 0..blanks {
            take(Piece::Skipped(after + at, Why::Blank, b"")).map_err(RecordError::Taker)?;
        }
        Ok(())
    }

    /// `name | value`, or `     | more of it`.
    fn barred(&mut self, line: &[u8], take: Taker<'_>) -> Result<(), RecordError> {
        let mut body = line.trim_ascii_end();
        if is_ruled(body) && !body.trim_ascii().contains(&b' ') {
            return self.skip(Why::Ruled, line, take);
        }
        if self.open.sided {
            body = body.trim_ascii_start();
            body = body.get(bar_width(body)..).unwrap_or_default();
            let ends = [1, 3].into_iter().find_map(|width| {
                let (head, tail) = body.split_at_checked(body.len().checked_sub(width)?)?;
                (bar_width(tail) == width).then_some(head)
            });
            body = ends.unwrap_or(body);
        }
        // psql of old set other signs where values go on.
        let goes_on = match body.trim_ascii_start() {
            [b':' | b';', b' ', ..] | [b':' | b';'] if self.open.last.is_some() => true,
            rest => bar_width(rest) > 0,
        };
        if goes_on {
            return self.more(body.trim_ascii_start(), line, take);
        }
        let Some(at) =
            (0..body.len()).find(|&at| bar_width(body.get(at..).unwrap_or_default()) > 0)
        else {
            return self.skip(Why::NoField, line, take);
        };
        let (name, rest) = body.split_at(at);
        let width = bar_width(rest);
        let (bar, value) = rest.split_at(width);
        if self.bar.is_none() {
            self.bar = Some(match width {
                1 => Delimiter::Byte(b'|'),
                _ => std::str::from_utf8(bar)
                    .ok()
                    .and_then(Sequence::new)
                    .map_or(Delimiter::Byte(b'|'), Delimiter::Sequence),
            });
        }
        let value = value.strip_prefix(b" ").unwrap_or(value).trim_ascii_end();
        self.add_field(name.trim_ascii(), value, line, take)
    }

    /// More of the last value, behind a sign that says how it goes on.
    fn more(&mut self, rest: &[u8], line: &[u8], take: Taker<'_>) -> Result<(), RecordError> {
        let why = match self.other && self.open.fields == 0 {
            true => Why::OtherTable,
            false => Why::NoField,
        };
        let Some(cell) = self.open.last.and_then(|at| self.open.cells.get_mut(at)) else {
            return self.skip(why, line, take);
        };
        let Some(cell) = cell else {
            return self.skip(why, line, take);
        };
        let old = rest.first().copied();
        let more = rest.get(bar_width(rest).max(1)..).unwrap_or_default();
        let before = cell.len();
        const WRAPPED: &[u8] = "\u{2026}".as_bytes();
        let wrapped = [&b"."[..], WRAPPED].into_iter().find_map(|sign| {
            let more = more.strip_prefix(sign)?;
            cell.strip_suffix(sign).map(|head| (head.len(), more))
        });
        if let Some((kept, more)) = wrapped {
            cell.truncate(kept);
            cell.extend_from_slice(more);
        } else {
            let more = more.strip_prefix(b" ").unwrap_or(more);
            if !matches!(old, Some(b':' | b';')) {
                let marked = cell.strip_suffix(b"+");
                let marked = marked.or_else(|| cell.strip_suffix("\u{21b5}".as_bytes()));
                let kept = marked.map_or(cell.len(), |head| head.trim_ascii_end().len());
                cell.truncate(kept);
            }
            if old != Some(b';') {
                cell.push(b'\n');
            }
            cell.extend_from_slice(more);
        }
        let grown = cell.len().saturating_sub(before);
        self.count(grown)
    }

    /// `name|value`, or a line more of the last value.
    fn bare(&mut self, line: &[u8], take: Taker<'_>) -> Result<(), RecordError> {
        self.bar.get_or_insert(Delimiter::Byte(b'|'));
        let cut = line.iter().position(|&b| b == b'|');
        let (name, value) = line.split_at(cut.unwrap_or(0));
        let known = std::str::from_utf8(name)
            .ok()
            .and_then(|name| self.numbers.number(name));
        let is_first = known == Some(0);
        if self.open.blanks > 0 && is_first {
            self.close(take)?;
            self.begin(line, Marker::NONE);
        }
        if cut.is_none() || (known.is_none() && !self.grows) {
            return self.lines_more(line, take);
        }
        self.add_field(name, value.get(1..).unwrap_or_default(), line, take)
    }

    /// `name: value`, or a line more of the last value.
    fn starred(&mut self, line: &[u8], take: Taker<'_>) -> Result<(), RecordError> {
        self.bar.get_or_insert(Delimiter::Byte(b':'));
        let first = line.iter().position(|&b| b == b':');
        let aligned = match self.open.colon {
            None => first,
            Some(colon) => {
                let mut starts =
                    (0..line.len()).filter(|&at| line.get(at).is_some_and(|b| b & 0xc0 != 0x80));
                starts.nth(colon).filter(|&at| line.get(at) == Some(&b':'))
            }
        };
        let name_at = |at: usize| line.get(..at).unwrap_or_default().trim_ascii();
        let known = |at: &usize| {
            let name = std::str::from_utf8(name_at(*at)).ok();
            name.and_then(|n| self.numbers.number(n))
                .is_some_and(|n| self.open.cells.get(n).is_none_or(Option::is_none))
        };
        let may_be_new = self.grows && !self.other;
        let at = aligned.filter(|at| {
            !name_at(*at).is_empty() && (may_be_new || self.open.fields == 0 || known(at))
        });
        let Some(at) = at.or_else(|| first.filter(known)) else {
            return self.lines_more(line, take);
        };
        if self.open.colon.is_none() {
            let chars = line.iter().take(at).filter(|&b| b & 0xc0 != 0x80);
            self.open.colon = Some(chars.count());
        }
        let value = line.get(at + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        self.add_field(name_at(at), value, line, take)
    }

    /// The line as it stands, and the blank ones above it, are more of the last value.
    fn lines_more(&mut self, line: &[u8], take: Taker<'_>) -> Result<(), RecordError> {
        let blanks = std::mem::take(&mut self.open.blanks);
        self.open.lines += blanks;
        let cell = self.open.last.and_then(|at| self.open.cells.get_mut(at));
        let Some(Some(cell)) = cell else {
            let why = match self.other {
                true => Why::OtherTable,
                false => Why::NoField,
            };
            return self.skip(why, line, take);
        };
        for _ in 0..=blanks {
            cell.push(b'\n');
        }
        cell.extend_from_slice(line);
        take(Piece::Repaired(self.line, Why::Continued, b"")).map_err(RecordError::Taker)?;
        self.count(line.len() + 1 + usize::try_from(blanks).unwrap_or(usize::MAX / 2))
    }

    fn add_field(
        &mut self,
        name: &[u8],
        value: &[u8],
        line: &[u8],
        take: Taker<'_>,
    ) -> Result<(), RecordError> {
        self.open.lines += std::mem::take(&mut self.open.blanks);
        let name = String::from_utf8_lossy(name);
        let found = self.column_of(&name);
        let column = match found {
            None if self.grows && !self.other => {
                if self.names.len() >= MAX_COLUMNS {
                    return Err(RecordError::TooManyColumns { line: self.line });
                }
                self.add_column(&name);
                self.names.len() - 1
            }
            None => {
                self.open.last = None;
                if self.other && self.open.fields == 0 {
                    return self.skip(Why::OtherTable, line, take);
                }
                self.open.lines += 1;
                let left_out = Piece::Repaired(self.line, Why::Long, line);
                return take(left_out).map_err(RecordError::Taker);
            }
            Some(column) => column,
        };
        if self.open.cells.len() <= column {
            self.open.cells.resize(self.names.len(), None);
        }
        if let Some(cell) = self.open.cells.get_mut(column) {
            *cell = Some(value.to_vec());
        }
        self.open.last = Some(column);
        self.open.fields += 1;
        self.count(value.len())
    }

    /// Counts a line of the record, and the bytes that it brought.
    fn count(&mut self, bytes: usize) -> Result<(), RecordError> {
        self.open.lines += 1;
        self.open.bytes = self.open.bytes.saturating_add(bytes);
        let (line, offset) = (self.open.line, 0);
        let last = self.open.last.unwrap_or(0);
        let cell = self.open.cells.get(last).and_then(Option::as_ref);
        if cell.is_some_and(|c| c.len() > MAX_CELL_BYTES) {
            return Err(RecordError::CellTooLong {
                line,
                column: last,
                offset,
            });
        }
        if self.open.bytes > MAX_ROW_BYTES {
            return Err(RecordError::RowTooLong { line, offset });
        }
        Ok(())
    }

    /// The column of that name which the record has not filled yet: mostly the one after the last.
    fn column_of(&self, name: &str) -> Option<usize> {
        let free = |at: &usize| self.open.cells.get(*at).is_none_or(Option::is_none);
        let next = self.open.last.map_or(0, |at| at + 1);
        if self.names.get(next).is_some_and(|n| n == name) && free(&next) {
            return Some(next);
        }
        let first = self.numbers.number(name)?;
        let mut namesakes = (1..MOST_NAMESAKES).map_while(|n| self.numbers.number(&key(name, n)));
        Some(first)
            .filter(free)
            .or_else(|| namesakes.find(|at| free(at)))
    }

    fn add_column(&mut self, name: &str) {
        let number = self.names.len();
        let free = (0..MOST_NAMESAKES)
            .map(|n| key(name, n))
            .find(|key| !self.numbers.contains(key));
        if let Some(key) = free {
            self.numbers.set(&key, number);
        }
        self.names.push(name.to_owned());
    }
}

/// What the nth column of a name is looked up by. Names hold no NUL.
fn key(name: &str, nth: usize) -> String {
    match nth {
        0 => name.to_owned(),
        n => format!("{name}\0{n}"),
    }
}

/// Whether a sample holds records set as lists of their fields: then what reads them, and what the sample shows. Whoever says how
/// cells are separated or quoted has lines read as they stand.
pub(super) fn expander(
    text: &[u8],
    complete: bool,
    options: &ReadOptions,
) -> Option<(Expander, Sample)> {
    let told = options.delimiter.is_some()
        || options.quote.is_some()
        || options.header_rows.is_some()
        || options.preamble_rows.is_some();
    if told {
        return None;
    }
    let form = form_of(text, complete)?;
    let mut expander = Expander::new(form, Vec::new(), true);
    let mut rows: Vec<SampleRow> = Vec::new();
    let (mut misfits, mut preamble_rows) = (0usize, 0usize);
    let mut take = |piece: Piece<'_>| {
        match piece {
            Piece::Row(record) if rows.len() < SAMPLE_ROWS => rows.push(SampleRow {
                line: record.line,
                lines: record.lines,
                cells: record.cells().map(<[u8]>::to_vec).collect(),
                why: None,
                source: record.source.to_vec(),
            }),
            Piece::Skipped(_, Why::NoField, _) => misfits += 1,
            Piece::Skipped(_, Why::Preamble, _) => preamble_rows += 1,
            _ => {}
        }
        Ok(())
    };
    // A limit that is met here is told by the whole file's reading, as of any other text.
    expander.push(text, &mut take).ok()?;
    if complete || (expander.open.fields > 0 && !expander.names.is_empty()) {
        expander.finish(&mut take).ok()?;
    }
    let width = expander.names.len();
    for row in &mut rows {
        row.cells.resize(width, Vec::new());
    }
    let fields = rows.iter().flat_map(|r| &r.cells).count();
    if rows.is_empty() || misfits * 20 > fields {
        return None;
    }
    let names = expander.names;
    let sample = Sample {
        names: names.clone(),
        rows,
        preamble_rows,
        delimiter: expander.bar?,
        sure: if form == Form::Bare { 0.9 } else { 0.99 },
    };
    Some((Expander::new(form, names, false), sample))
}
