//! Records -> rows of the table: what fits goes on as it is; what does not is repaired, told apart from other tables and
//! from lines below the table, and in any case named.

use super::IngestError;
use super::align::{align, fit};
use super::class::Class;
use super::csv::Record;
use super::expanded::Piece;
use super::fixed;
use super::layout::{Layout, is_drawn, is_ruled, shown};
use super::options::Delimiter;
use super::raw::write_row;
use super::report::{RowList, Why};
use super::scan::{CellIter, Cells, Dialect, Mode, Scan};
use super::table::TableBuilder;

/// How many misfit rows are held back until a row that fits, or the end, says what they are.
const MOST_HELD: usize = 64;
const MOST_HELD_BYTES: usize = 1 << 20;

/// A row that does not fit, held back.
#[derive(Debug)]
struct Held {
    line: u64,
    lines: u64,
    cells: Vec<Vec<u8>>,
    why: Option<Why>,
    source: Vec<u8>,
    /// Whether a blank line stands above it.
    apart: bool,
    /// Whether it has the table's width all the same.
    fits: bool,
}

/// Sorts records into the table.
#[derive(Debug)]
pub(super) struct Rows {
    layout: Layout,
    dialect: Dialect,
    explicit_comment: bool,
    pub table: TableBuilder,
    /// The table as text, where it is asked for.
    raw: Option<Vec<u8>>,
    held: Vec<Held>,
    held_bytes: usize,
    /// Whether a blank line stands above the next record.
    apart: bool,
    /// Whether records belong to another table, and of what width.
    other: Option<usize>,
    /// The cells of a line that is cut at fixed places.
    cells: Cells,
    pub repaired: RowList,
    pub skipped: RowList,
}

impl Rows {
    pub fn new(
        layout: Layout,
        dialect: Dialect,
        explicit_comment: bool,
        table: TableBuilder,
        raw: bool,
    ) -> Self {
        let mut rows = Self {
            raw: raw.then(Vec::new),
            layout,
            dialect,
            explicit_comment,
            table,
            held: Vec::new(),
            held_bytes: 0,
            apart: false,
            other: None,
            cells: Cells::default(),
            repaired: RowList::default(),
            skipped: RowList::default(),
        };
        for (line, why, text) in std::mem::take(&mut rows.layout.skipped) {
            rows.skipped.add(line, why, text);
        }
        for (line, why, text) in std::mem::take(&mut rows.layout.repaired) {
            rows.repaired.add(line, why, text);
        }
        if let Some(raw) = &mut rows.raw {
            write_row(raw, rows.layout.header_text.iter().map(String::as_bytes));
        }
        rows
    }

    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Takes the next record.
    pub fn push(&mut self, record: Record<'_>) -> Result<(), IngestError> {
        if self.layout.starts.is_empty() || record.ends.is_empty() || is_ruled(record.source) {
            return self.push_cut(record);
        }
        let mut cells = std::mem::take(&mut self.cells);
        fixed::cut(record.source, &self.layout.starts, &mut cells);
        let pushed = self.push_cut(Record {
            text: &cells.text,
            ends: &cells.ends,
            gap: 0,
            pad: true,
            ..record
        });
        self.cells = cells;
        pushed
    }

    /// Takes what is known to be a row, or to be none.
    pub fn push_piece(&mut self, piece: Piece<'_>) -> Result<(), IngestError> {
        match piece {
            Piece::Row(record) => {
                if let Some(why) = record.why {
                    self.table.count_ragged(record.line);
                    self.repaired.add(record.line, why, String::new());
                }
                return self.emit(record.cells(), record.line);
            }
            Piece::Repaired(line, why, source) => self.repaired.add(line, why, shown(source)),
            Piece::Skipped(line, why, source) => self.skipped.add(line, why, shown(source)),
        }
        Ok(())
    }

    fn push_cut(&mut self, record: Record<'_>) -> Result<(), IngestError> {
        if record.line < self.layout.first_line {
            return Ok(());
        }
        let width = record.ends.len();
        let first = record.text.first().copied().unwrap_or(0);
        // Nearly every row of nearly every file.
        let usual = width == self.layout.width
            && self.layout.starts.len() != 1
            && record.why.is_none()
            && !self.apart
            && self.held.is_empty()
            && self.other.is_none()
            && !matches!(
                first,
                b'-' | b'=' | b'+' | b'|' | b':' | b'_' | b' ' | b'(' | 0xe2
            )
            && Some(first) != self.layout.comment
            && !self.only_first_is_filled(&record)
            && !self.is_header(&record)
            && self.edge_is_blank(&record);
        if usual {
            return self.emit(record.cells(), record.line);
        }
        self.unusual(record)
    }

    fn unusual(&mut self, record: Record<'_>) -> Result<(), IngestError> {
        let width = record.ends.len();
        // Nothing but delimiters is a blank line of a spreadsheet; the sign is the end of a file as DOS marked it.
        let is_blank = || record.cells().all(<[u8]>::is_empty);
        if width == 0 || (self.layout.columns() > 1 && is_blank()) || record.source == b"\x1a" {
            self.skipped.add(record.line, Why::Blank, String::new());
            self.apart = true;
            return Ok(());
        }
        let fits = (width == self.layout.width && self.edge_is_blank(&record))
            || (self.layout.drop_last > 0
                && width == self.layout.columns()
                && self.layout.has_width(width));
        // Its rows begin with a blank.
        let fits = fits && (!self.layout.is_lone() || record.source.starts_with(b" "));
        let is_comment =
            self.layout.comment.is_some() && record.source.first().copied() == self.layout.comment;
        if is_comment && (self.explicit_comment || !fits) {
            self.skipped
                .add(record.line, Why::Comment, shown(record.source));
            return Ok(());
        }
        if is_ruled(record.source) && record.cells().all(|c| c.is_empty() || is_drawn(c)) {
            self.skipped
                .add(record.line, Why::Ruled, shown(record.source));
            return Ok(());
        }
        if !self.layout.starts.is_empty() && fixed::is_count(record.source) {
            self.skipped
                .add(record.line, Why::Footnote, shown(record.source));
            return Ok(());
        }
        let apart = std::mem::take(&mut self.apart);
        if fits && self.is_header(&record) {
            self.resume()?;
            self.other = None;
            self.skipped
                .add(record.line, Why::HeaderAgain, shown(record.source));
            return Ok(());
        }
        if self.other == Some(width) && !(apart && fits && self.typed_fit(&record) > 0) {
            self.skipped
                .add(record.line, Why::OtherTable, shown(record.source));
            return Ok(());
        }
        let odd = fits && self.typed_fit(&record) < 0;
        // What stands below a line that is no row may be more of the same.
        let below = odd && !self.held.is_empty();
        let header_like = odd && apart && self.looks_like_header(&record);
        if !fits || below || header_like || self.only_first_is_filled(&record) {
            return self.hold(&record, apart, fits);
        }
        // A row of words set apart is the header of another table if the rows below it are of that table too.
        if let [.., last] = &self.held[..]
            && last.fits
            && last.apart
            && last
                .cells
                .iter()
                .filter(|c| !c.trim_ascii().is_empty())
                .count()
                > 1
        {
            let other = self.typed_fit(&record) <= 0;
            if let Some(header) = self.held.pop() {
                let why = if other {
                    Why::OtherTable
                } else {
                    Why::HeaderAgain
                };
                self.resume()?;
                self.skipped.add(header.line, why, shown(&header.source));
            }
            if other {
                self.other = Some(width);
                self.skipped
                    .add(record.line, Why::OtherTable, shown(record.source));
                return Ok(());
            }
        }
        self.resume()?;
        self.other = None;
        if let Some(why) = record.why {
            self.repaired.add(record.line, why, String::new());
        }
        self.emit(record.cells(), record.line)
    }

    /// What is still held is judged as the end of the file; the table as text, if it was asked for.
    pub fn finish(&mut self) -> Result<Option<Vec<u8>>, IngestError> {
        let held = std::mem::take(&mut self.held);
        self.settle(held, true)?;
        let by_line = |list: &mut RowList| {
            crate::data::sort_by_key(&mut list.rows, |note| note.line);
        };
        by_line(&mut self.repaired);
        by_line(&mut self.skipped);
        Ok(self.raw.take())
    }

    /// Whether the cells at the end that every row leaves empty are empty in this one.
    fn edge_is_blank(&self, record: &Record<'_>) -> bool {
        if self.layout.drop_last == 0 && !self.layout.drop_first {
            return true;
        }
        let first = usize::from(self.layout.drop_first);
        let from = first + self.layout.columns();
        record
            .cells()
            .enumerate()
            .all(|(at, c)| (at >= first && at < from) || c.trim_ascii().is_empty())
    }

    /// Whether nothing but the first cell is filled, with what its column does not hold.
    fn only_first_is_filled(&self, record: &Record<'_>) -> bool {
        let gap = record.gap;
        let [first, second, .., last] = record.ends else {
            return false;
        };
        // A row of nothing but delimiters, which may be one of those at the end of a sheet.
        if *last == gap * (record.ends.len() - 1) {
            return true;
        }
        if *second > first + gap || *last > first + gap * (record.ends.len() - 1) || *first == 0 {
            return false;
        }
        record
            .cells()
            .next()
            .is_some_and(|cell| self.is_remark(cell))
    }

    /// Whether a cell is no value of the first column: a sentence, or words where numbers stand.
    fn is_remark(&self, cell: &[u8]) -> bool {
        let column = self.layout.classes.first().copied().flatten();
        let words = cell
            .split(u8::is_ascii_whitespace)
            .filter(|w| !w.is_empty())
            .count();
        words > 3
            || (matches!(cell.first(), Some(b'(' | b'=' | b'[')) && words > 1)
            || cell.starts_with(b"--")
            || cell.starts_with("\u{a9}".as_bytes())
            || matches!(cell, b"EOF" | b"END")
            || (fit(cell, column) < 0 && Class::of(cell) == Class::Text)
            || cell.starts_with(b"*")
            || cell.ends_with(b":")
            || cell.windows(2).any(|w| w == b": ")
    }

    /// Whether a record repeats the header.
    fn is_header(&self, record: &Record<'_>) -> bool {
        let layout = &self.layout;
        if layout.header_rows == 0 {
            return false;
        }
        let mut names = layout.header.iter();
        let cells = record.cells().skip(usize::from(layout.drop_first));
        let mut typed = false;
        for (cell, name) in cells.take(layout.columns()).zip(names.by_ref()) {
            if cell.trim_ascii() != name.as_bytes() {
                return false;
            }
            typed |= !name.is_empty();
        }
        typed && names.next().is_none()
    }

    /// How well a record's cells fit those columns that hold numbers or times: the sum over them of 1 and -1.
    fn typed_fit(&self, record: &Record<'_>) -> i32 {
        let cells = record.cells().skip(usize::from(self.layout.drop_first));
        cells
            .zip(&self.layout.classes)
            .filter(|(_, column)| column.is_some_and(Class::is_typed))
            .map(|(cell, column)| fit(cell, *column).signum())
            .sum()
    }

    fn looks_like_header(&self, record: &Record<'_>) -> bool {
        record
            .cells()
            .all(|c| !Class::of(c).is_typed() && c.len() < 60)
    }

    fn hold(&mut self, record: &Record<'_>, apart: bool, fits: bool) -> Result<(), IngestError> {
        self.held_bytes += record.source.len();
        self.held.push(Held {
            line: record.line,
            lines: record.lines,
            cells: record.cells().map(<[u8]>::to_vec).collect(),
            why: record.why,
            source: record.source.to_vec(),
            apart,
            fits,
        });
        if self.held.len() >= MOST_HELD || self.held_bytes > MOST_HELD_BYTES {
            return self.resume();
        }
        Ok(())
    }

    /// The table goes on behind what is held.
    fn resume(&mut self) -> Result<(), IngestError> {
        if self.held.is_empty() {
            return Ok(());
        }
        let held = std::mem::take(&mut self.held);
        self.held_bytes = 0;
        self.settle(held, false)
    }

    fn settle(&mut self, held: Vec<Held>, at_end: bool) -> Result<(), IngestError> {
        let mut groups: Vec<Vec<Held>> = Vec::new();
        for row in held {
            match groups.last_mut() {
                Some(group) if !row.apart => group.push(row),
                _ => groups.push(vec![row]),
            }
        }
        let last = groups.len();
        for (at, group) in groups.into_iter().enumerate() {
            if self.is_other_table(&group) {
                if !at_end && at + 1 == last {
                    self.other = group.first().map(|r| r.cells.len());
                }
                for row in group {
                    self.skipped
                        .add(row.line, Why::OtherTable, shown(&row.source));
                }
                continue;
            }
            let mut below = false;
            let mut rows = group.into_iter().peekable();
            while let Some(row) = rows.next() {
                below = at_end && self.is_below(&row, below);
                if below {
                    let blank = row.cells.iter().all(Vec::is_empty);
                    let why = if blank { Why::Blank } else { Why::Footnote };
                    self.skipped.add(row.line, why, shown(&row.source));
                    continue;
                }
                if let Some(next) = rows.peek()
                    && let Some(cells) = self.joined(&row, next)
                {
                    self.repaired.add(row.line, Why::Broken, String::new());
                    self.emit(cells_of(&cells).iter(), row.line)?;
                    rows.next();
                    continue;
                }
                self.repair(row)?;
            }
        }
        Ok(())
    }

    /// Whether rows that do not fit, set apart by a blank line, are another table.
    fn is_other_table(&self, group: &[Held]) -> bool {
        // A title above it is part of it.
        let titles = group.iter().take_while(|r| r.cells.len() == 1).count();
        let apart = group.first().is_some_and(|r| r.apart);
        let group = group.get(titles.min(2)..).unwrap_or_default();
        let [first, second, ..] = group else {
            return false;
        };
        let width = first.cells.len();
        let words = |row: &Held| row.cells.iter().all(|c| !Class::of(c).is_typed());
        // Without a blank line between them, names over values that are not this table's tell.
        let alike = group.iter().filter(|r| r.cells.len() == width).count() * 10;
        let values = group.iter().filter(|r| !words(r)).count() * 10;
        let headed = words(first)
            && group.len() > 2
            && width != self.layout.columns()
            && alike >= group.len() * 9
            && values >= (group.len() - 1) * 9;
        (apart || headed)
            && width > 1
            && alike >= group.len() * 8
            && (group.len() > 2 || (words(first) && !words(second)))
    }

    /// Whether a row at the end of the file, below one that is none if `below`, is none either.
    fn is_below(&self, row: &Held, below: bool) -> bool {
        let blank = self.layout.columns() > 1 && row.cells.iter().all(|c| c.is_empty());
        let more = below && (row.cells.len() < self.layout.columns() || self.score(&row.cells) < 0);
        blank || more || self.is_footnote(row)
    }

    /// Whether a row at the end of the file is none.
    fn is_footnote(&self, row: &Held) -> bool {
        let columns = self.layout.columns();
        if self.layout.is_lone() || self.layout.is_boxed() {
            return !row.fits && row.cells.len() == 1;
        }
        let filled = row
            .cells
            .iter()
            .filter(|c| !c.trim_ascii().is_empty())
            .count();
        let fitting = row
            .cells
            .iter()
            .zip(&self.layout.classes)
            .any(|(c, k)| k.is_some_and(Class::is_typed) && fit(c, *k) > 0);
        if columns < 2 || fitting {
            return false;
        }
        // `Source: a, b and c` in a narrower row than the table has.
        let sentence = row.cells.len() < columns
            && row
                .cells
                .first()
                .is_some_and(|c| c.windows(2).any(|w| w == b": "))
            && row.cells.iter().skip(1).all(|c| c.starts_with(b" "));
        if sentence {
            return true;
        }
        if filled > (columns / 2).max(1) {
            return false;
        }
        row.apart || row.cells.first().is_some_and(|c| self.is_remark(c))
    }

    /// The cells of two lines that are one row, if they are.
    fn joined(&self, row: &Held, next: &Held) -> Option<Vec<Vec<u8>>> {
        let width = self.layout.columns();
        if row.line + row.lines != next.line || row.fits || next.fits || width < 3 {
            return None;
        }
        let (upper, lower) = (row.cells.len(), next.cells.len());
        if upper + lower != width + 1 || upper == 1 && lower == 1 {
            return None;
        }
        let mut cells = row.cells.clone();
        let glued = cells.last_mut()?;
        glued.push(b'\n');
        let (head, tail) = next.cells.split_first()?;
        glued.extend_from_slice(head);
        cells.extend_from_slice(tail);
        let alone = self.score(&row.cells) + self.score(&next.cells);
        (self.score(&cells) > alone).then_some(cells)
    }

    /// How well cells fit the columns from the first on.
    fn score(&self, cells: &[Vec<u8>]) -> i32 {
        cells
            .iter()
            .zip(&self.layout.classes)
            .map(|(c, k)| fit(c, *k))
            .sum()
    }

    /// Adds a row that does not fit, as nearly as it can be set right.
    fn repair(&mut self, row: Held) -> Result<(), IngestError> {
        let width = self.layout.columns();
        if row.fits {
            if let Some(why) = row.why {
                self.repaired.add(row.line, why, String::new());
            }
            return self.emit(cells_of(&row.cells).iter(), row.line);
        }
        let mut cells: Vec<&[u8]> = row.cells.iter().map(Vec::as_slice).collect();
        if self.layout.drop_first && cells.len() > width && cells[0].trim_ascii().is_empty() {
            cells.remove(0);
        }
        while self.layout.drop_last > 0
            && cells.len() > width
            && cells.last().is_some_and(|c| c.trim_ascii().is_empty())
        {
            cells.pop();
        }
        if cells.len() == 2 * width && width > 1 {
            let halves = cells.split_at(width);
            let classes = &self.layout.classes;
            let of = |(c, k): (&&[u8], &Option<Class>)| fit(c, *k);
            let fits = |half: &[&[u8]]| half.iter().zip(classes).map(of).sum::<i32>() > 0;
            if fits(halves.0) && fits(halves.1) {
                self.repaired.add(row.line, Why::TwoRows, String::new());
                self.emit(halves.0.iter().copied().collect::<Cells>().iter(), row.line)?;
                return self.emit(halves.1.iter().copied().collect::<Cells>().iter(), row.line);
            }
        }
        if let Some(other) = self.otherwise_separated(&row) {
            self.repaired.add(row.line, Why::Delimiter, String::new());
            return self.emit(other.iter(), row.line);
        }
        let joint = self.dialect.delimiter.joint();
        let why = row.why.unwrap_or(if cells.len() < width {
            Why::Short
        } else {
            Why::Long
        });
        let (set_right, left_out) = align(&cells, &self.layout.classes, joint.as_bytes());
        let filled = cells.iter().filter(|c| !c.trim_ascii().is_empty()).count();
        if cells.len() < width || filled > width {
            self.table.count_ragged(row.line);
        }
        self.repaired.add(row.line, why, shown(&left_out));
        self.emit(cells_of(&set_right).iter(), row.line)
    }

    /// The row's cells under another delimiter, if that gives the table's width.
    fn otherwise_separated(&self, row: &Held) -> Option<Cells> {
        let width = self.layout.columns();
        if row.lines != 1 || width < 2 || row.cells.len() * 2 > width + 1 {
            return None;
        }
        let before = self.score(&row.cells);
        let mut found = Cells::default();
        for delimiter in [b',', b';', b'\t', b'|', b' ', b':'].map(Delimiter::Byte) {
            if delimiter == self.dialect.delimiter {
                continue;
            }
            let dialect = Dialect {
                delimiter,
                ..self.dialect
            };
            let scan = dialect.record(&row.source, 0, true, Mode::Strict, width, &mut found);
            if matches!(scan, Scan::Record { lines: 1, .. }) && found.ends.len() == width {
                let cells: Vec<Vec<u8>> = found.iter().map(<[u8]>::to_vec).collect();
                if self.score(&cells) >= before {
                    return Some(found);
                }
            }
        }
        None
    }

    /// Adds a row of whole width, edges included or not.
    fn emit(&mut self, mut cells: CellIter<'_>, line: u64) -> Result<(), IngestError> {
        let columns = self.layout.columns();
        if self.layout.drop_first && cells.ends.len() > columns {
            cells.next();
        }
        if let Some(raw) = &mut self.raw {
            write_row(raw, cells.clone().take(columns));
        }
        self.table.push(cells.take(columns), line)
    }
}

fn cells_of(row: &[Vec<u8>]) -> Cells {
    row.iter().map(Vec::as_slice).collect()
}
