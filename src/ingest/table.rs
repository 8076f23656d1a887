//! Records -> columns: the header, rows with too few or too many cells, repeated rows.

use std::iter::Take;

use super::buffer::{ColumnBuffer, Sightings, quoted};
use super::duplicates::repeated_rows;
use super::infer::{Said, infer};
use super::limits::{MAX_CELLS, MAX_NAMES, MAX_ROWS, MAX_TEXT_BYTES, SHOWN_LINES};
use super::offset::Offset;
use super::report::{ColumnReport, ReadReport, Sureness};
use super::scan::CellIter;
use super::sniff::Foreign;
use super::time::DateOrder;
use super::{IngestError, Ingested};
use crate::data::{ColumnKind, Frame, Level, Names, Notice, Values};

/// A table while it is being read.
#[derive(Debug)]
pub(super) struct TableBuilder {
    file: String,
    header: Header,
    decimal: char,
    /// Whether a header alone is a table: where it is asked for as text.
    pub may_be_empty: bool,
    /// Whether drawn lines tell that it is a table, whatever its cells hold.
    pub is_drawn: bool,
    /// What is said of dates that name day and month by numbers.
    pub date_order: Option<DateOrder>,
    /// What is said of times without a zone.
    pub offset: Option<Offset>,
    columns: Vec<ColumnBuffer>,
    rows: u64,
    ragged: Sightings,
    text_bytes: u64,
    names: u64,
    /// Rows that do not stand on the line after the row before them, with their line.
    jumps: Vec<(u32, u64)>,
    next_line: u64,
    /// Rows that the columns have room for, where it was made.
    room: u64,
}

#[derive(Debug)]
struct Header {
    names: Vec<String>,
    notices: Vec<Notice>,
    /// Columns up to the last one with a name: what follows may be a trailing separator.
    named: usize,
    /// Whether the names stand in the file.
    headed: bool,
    line: u64,
}

impl TableBuilder {
    /// A table whose columns have these names, as they stand in the file; `headed` if they do, on `header_line`.
    pub fn new(
        file: &str,
        names: &[String],
        headed: bool,
        header_line: u64,
        decimal: char,
    ) -> Self {
        let header = Header::new(names, headed, header_line);
        Self {
            file: file.to_owned(),
            columns: vec![ColumnBuffer::new(decimal); header.names.len()],
            header,
            decimal,
            may_be_empty: false,
            is_drawn: false,
            date_order: None,
            offset: None,
            rows: 0,
            ragged: Sightings::default(),
            text_bytes: 0,
            names: 0,
            jumps: Vec::new(),
            next_line: 0,
            room: 0,
        }
    }

    /// The rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Makes room for the rows of a file of which `done` of `expected` bytes were read and `next` more come now: as many as
    /// it has at the rate so far, and a little more. A column that grows as usual is moved again and again, and the places
    /// that it leaves are too small for what comes.
    pub fn make_room(&mut self, done: u64, expected: u64, next: usize) {
        let per_byte = self.rows as f64 / done.max(1) as f64;
        let soon = self.rows + (per_byte * 2.0 * next as f64) as u64;
        if self.rows < 64 || soon < self.room || done >= expected {
            return;
        }
        let all = per_byte * expected as f64 * 1.02 + 256.0;
        let all = (all as u64)
            .min(MAX_ROWS)
            .min(MAX_CELLS / self.columns.len().max(1) as u64);
        let more = usize::try_from(all.saturating_sub(self.rows)).unwrap_or(0);
        // Where there is no room for all, they grow as usual.
        if self.columns.iter_mut().all(|column| column.make_room(more)) {
            self.room = all;
        } else {
            self.room = u64::MAX;
        }
    }

    /// A column's name for people, from its place.
    pub fn column_name(&self, at: usize) -> String {
        let name = self.header.names.get(at);
        name.map_or_else(|| format!("column {}", at + 1), |n| quoted(n))
    }

    /// Counts a row that had too few or too many cells.
    pub fn count_ragged(&mut self, line: u64) {
        self.ragged.add(line);
    }

    /// Takes the next row: at most as many cells as there are columns; those that it lacks are missing.
    pub fn push(&mut self, cells: Take<CellIter<'_>>, line: u64) -> Result<(), IngestError> {
        let width = self.columns.len() as u64;
        if self.rows >= MAX_ROWS || (self.rows + 1).saturating_mul(width) > MAX_CELLS {
            return Err(IngestError::TooManyRows {
                file: self.file.clone(),
                line,
                rows: self.rows,
            });
        }
        let mut crowded = None;
        let mut taken = 0;
        for (at, (column, cell)) in self.columns.iter_mut().zip(cells).enumerate() {
            let (bytes, names) = column.push(cell, line);
            taken = at + 1;
            if names > 0 {
                self.text_bytes += bytes as u64;
                self.names += names as u64;
                if self.text_bytes > MAX_TEXT_BYTES || self.names > MAX_NAMES {
                    crowded = Some(at);
                }
            }
        }
        for column in self.columns.iter_mut().skip(taken) {
            column.push_missing();
        }
        if self.rows == 0 || line != self.next_line {
            self.jumps.push((self.rows as u32, line));
        }
        self.next_line = line + 1;
        self.rows += 1;
        match crowded {
            Some(at) => Err(IngestError::TooMuchText {
                file: self.file.clone(),
                line,
                column: self.column_name(at),
            }),
            None => Ok(()),
        }
    }

    /// The table, with everything there is to tell about its rows and columns.
    pub fn finish(mut self, bytes: u64) -> Result<Ingested, IngestError> {
        let file = self.file;
        let mut header = self.header;
        if self.rows == 0 && !self.may_be_empty {
            return Err(IngestError::HeaderOnly {
                file,
                line: header.line,
            });
        }
        // Nameless columns at the end with nothing in them come from a separator at the end of each line.
        while self.columns.len() > header.named.max(1)
            && self.columns.last().is_some_and(ColumnBuffer::is_blank)
        {
            self.columns.pop();
            let position = header.names.len() as u64;
            header.names.pop();
            header.notices.retain(
                |n| !matches!(n, Notice::RenamedColumn { position: at, .. } if *at == position),
            );
        }
        let mut notices = header.notices;
        if !header.headed {
            notices.push(Notice::Other {
                title: "There is no header".to_owned(),
                meaning: "The first line holds values where the columns' names should stand, so the columns are called after their places.".to_owned(),
                level: Level::Warning,
            });
        }
        if self.ragged.count > 0 {
            notices.push(Notice::RaggedRows {
                count: self.ragged.count,
                expected: self.columns.len() as u64,
                first_lines: self.ragged.first_lines,
            });
        }
        let mut columns = Vec::with_capacity(self.columns.len());
        let mut reports = Vec::with_capacity(self.columns.len());
        let mut decimal_comma = false;
        let mut dates = None;
        let mut local = false;
        for (position, (buffer, name)) in self.columns.into_iter().zip(header.names).enumerate() {
            let said = Said {
                decimal: self.decimal,
                dates: self.date_order,
                offset: self.offset,
            };
            let (column, unit) = infer(buffer, name, position, said, &mut notices);
            decimal_comma |= unit.decimal == ',';
            local |= unit.local;
            if let Some((_, open)) = unit.dates
                && (open || dates.is_none())
            {
                dates = unit.dates;
            }
            reports.push(ColumnReport {
                name: column.name.clone(),
                kind: Some(column.kind),
                unit: unit.symbol.to_owned(),
                missing: column.missing_count() as u64,
            });
            columns.push(column);
        }
        tell_units(&reports, &mut notices);
        if self.decimal == ',' && decimal_comma {
            notices.push(Notice::Other {
                title: "Fractions stand behind a comma".to_owned(),
                meaning: "Found from the numbers of the first rows.".to_owned(),
                level: Level::Info,
            });
        }
        if !self.is_drawn && are_sentences(&columns) {
            let what = Foreign::Prose;
            return Err(IngestError::Foreign { file, what });
        }
        if let [only] = &columns[..] {
            if !self.is_drawn && is_prose(&only.values, only.kind) {
                let what = Foreign::Prose;
                return Err(IngestError::Foreign { file, what });
            }
            notices.push(Notice::Other {
                title: "There is only one column".to_owned(),
                meaning: "A model learns a target from other columns. If the file has more, its separator was not found: name it.".to_owned(),
                level: Level::Warning,
            });
        }
        if self.rows == 1 {
            notices.push(Notice::Other {
                title: "There is only one row".to_owned(),
                meaning: "It can be predicted, but nothing can be learned from it.".to_owned(),
                level: Level::Warning,
            });
        }
        let frame = Frame::new(file.clone(), columns)
            .map_err(|source| IngestError::Frame { file, source })?;
        if frame.columns().len() > 1 {
            let (count, first) = repeated_rows(&frame, SHOWN_LINES);
            if count > 0 {
                notices.push(Notice::DuplicateRows {
                    count,
                    first_lines: first.iter().map(|&r| line_of(&self.jumps, r)).collect(),
                });
            }
        }
        let how = ReadReport {
            decimal: if decimal_comma { "," } else { "." }.to_owned(),
            date_order: dates.map_or("", |(order, _)| order.name()).to_owned(),
            offset: match local {
                true => self.offset.unwrap_or_default().name(),
                false => String::new(),
            },
            sure: Sureness {
                // Nothing in the file says where it was written.
                offset: if local && self.offset.is_none() {
                    0.5
                } else {
                    1.0
                },
                // Slashes are American more often than not, dots and dashes are not.
                date_order: if dates.is_some_and(|(_, open)| open) {
                    0.5
                } else {
                    1.0
                },
                ..Sureness::default()
            },
            rows: self.rows,
            columns: reports,
            ..ReadReport::default()
        };
        Ok(Ingested {
            jumps: self.jumps,
            frame,
            notices,
            bytes,
            rows: self.rows,
            how,
        })
    }
}

/// The line on which a row begins.
pub(super) fn line_of(jumps: &[(u32, u64)], row: u32) -> u64 {
    let after = jumps.partition_point(|&(at, _)| at <= row);
    match after.checked_sub(1).and_then(|i| jumps.get(i)) {
        Some(&(at, line)) => line + u64::from(row - at),
        None => u64::from(row) + 2,
    }
}

/// Tells which columns hold numbers with units, in one notice.
fn tell_units(columns: &[ColumnReport], notices: &mut Vec<Notice>) {
    let with_units: Vec<&ColumnReport> = columns.iter().filter(|c| !c.unit.is_empty()).collect();
    if with_units.is_empty() {
        return;
    }
    let shown: Vec<String> = with_units
        .iter()
        .take(5)
        .map(|c| format!("{} in {}", c.name, c.unit))
        .collect();
    let more = match with_units.len() - shown.len() {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    notices.push(Notice::Other {
        title: "Numbers with units were read".to_owned(),
        meaning: format!(
            "Each column's values are in one unit: {}{more}.",
            shown.join(", ")
        ),
        level: Level::Info,
    });
}

/// Whether a single column holds sentences rather than cells.
fn is_prose(values: &Values, kind: ColumnKind) -> bool {
    let Values::Text(d) = values else {
        return false;
    };
    if matches!(kind, ColumnKind::Boolean | ColumnKind::Constant) {
        return false;
    }
    let wordy = |name: &&String| name.split_whitespace().count() >= 4;
    d.names.iter().filter(wordy).count() * 2 > d.names.len()
}

/// Whether the columns are sentences cut at their commas: a name as long as one, and rows that end as sentences do.
fn are_sentences(columns: &[crate::data::Column]) -> bool {
    let words = |text: &str| text.split_whitespace().count();
    let (Some(first), Some(last)) = (columns.first(), columns.last()) else {
        return false;
    };
    let are_texts = columns.iter().all(|c| matches!(c.values, Values::Text(_)));
    if !are_texts || columns.iter().all(|c| words(&c.name) < 4) {
        return false;
    }
    let ends = |row: &usize| {
        let in_row: usize = columns.iter().map(|c| words(&c.text(*row))).sum();
        in_row >= 5 && last.text(*row).ends_with(['.', '!', '?'])
    };
    (0..first.len()).filter(ends).count() * 2 > first.len()
}

impl Header {
    fn new(cells: &[String], headed: bool, line: u64) -> Self {
        let cells: Vec<String> = cells.to_vec();
        let named = cells
            .iter()
            .rposition(|c| !c.is_empty())
            .map_or(1, |i| i + 1);
        let mut taken: Names = cells.iter().map(String::as_str).collect();
        let mut seen = Names::default();
        let mut names = Vec::with_capacity(cells.len());
        let mut notices = Vec::new();
        let mut repeats = Names::default();
        for (at, cell) in cells.into_iter().enumerate() {
            let position = at as u64 + 1;
            if !cell.is_empty() && seen.take(&cell) {
                names.push(cell);
                continue;
            }
            // A nameless column is called after its place, a repeated name gets a number.
            let (stem, mut number) = match cell.as_str() {
                "" => ("column", position),
                repeated => (
                    repeated,
                    repeats.number(repeated).map_or(2, |n| n as u64 + 1),
                ),
            };
            let mut name = format!("{stem}_{number}");
            while !taken.take(&name) {
                number += 1;
                name = format!("{stem}_{number}");
            }
            if !cell.is_empty() {
                repeats.set(&cell, number as usize);
            }
            notices.push(Notice::RenamedColumn {
                from: quoted(&cell),
                to: quoted(&name),
                position,
            });
            names.push(name);
        }
        Self {
            names,
            notices,
            named,
            headed,
            line,
        }
    }
}
