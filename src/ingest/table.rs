//! Records -> columns: the header, rows with too few or too many cells, repeated rows.

use super::buffer::{ColumnBuffer, Sightings, quoted, trimmed};
use super::csv::Record;
use super::duplicates::repeated_rows;
use super::infer::infer;
use super::limits::{MAX_CELLS, MAX_NAMES, MAX_ROWS, MAX_TEXT_BYTES, SHOWN_LINES};
use super::sniff::Foreign;
use super::{IngestError, Ingested};
use crate::data::{ColumnKind, Frame, Level, Names, Notice, Values, read_float};

/// A table while it is being read.
#[derive(Debug)]
pub(super) struct TableBuilder {
    file: String,
    header: Option<Header>,
    columns: Vec<ColumnBuffer>,
    rows: u64,
    ragged: Sightings,
    text_bytes: u64,
    names: u64,
    /// Rows that do not stand on the line after the row before them, with their line.
    jumps: Vec<(u32, u64)>,
    next_line: u64,
}

#[derive(Debug)]
struct Header {
    names: Vec<String>,
    notices: Vec<Notice>,
    /// Columns up to the last one with a name: what follows may be a trailing separator.
    named: usize,
    looks_like_data: bool,
    line: u64,
}

impl TableBuilder {
    pub fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            header: None,
            columns: Vec::new(),
            rows: 0,
            ragged: Sightings::default(),
            text_bytes: 0,
            names: 0,
            jumps: Vec::new(),
            next_line: 0,
        }
    }

    /// The rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// A column's name for people, from its place.
    pub fn column_name(&self, at: usize) -> String {
        self.header
            .as_ref()
            .and_then(|h| h.names.get(at))
            .map_or_else(|| format!("column {}", at + 1), |n| quoted(n))
    }

    /// Takes the next record: first the header, then the rows.
    pub fn push(&mut self, record: Record<'_>) -> Result<(), IngestError> {
        let Some(header) = &self.header else {
            if !is_separator_line(&record) {
                let header = Header::read(&record);
                self.columns.resize(header.names.len(), ColumnBuffer::new());
                self.header = Some(header);
            }
            return Ok(());
        };
        let width = self.columns.len();
        let mut cells = record.cells();
        if record.ends.len() == 1 && width > 1 && trimmed(record.text).is_empty() {
            return Ok(()); // a line of blanks
        }
        if self.rows >= MAX_ROWS || (self.rows + 1).saturating_mul(width as u64) > MAX_CELLS {
            return Err(IngestError::TooManyRows {
                file: self.file.clone(),
                line: record.line,
                rows: self.rows,
            });
        }
        let mut crowded = None;
        let mut taken = 0;
        for (at, (column, cell)) in self.columns.iter_mut().zip(cells.by_ref()).enumerate() {
            let (bytes, names) = column.push(cell, record.line);
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
        if record.ends.len() < header.named
            || record.ends.iter().len() > width && cells.any(|c| !trimmed(c).is_empty())
        {
            self.ragged.add(record.line);
        }
        if self.rows == 0 || record.line != self.next_line {
            self.jumps.push((self.rows as u32, record.line));
        }
        self.next_line = record.line + 1;
        self.rows += 1;
        match crowded {
            Some(at) => Err(IngestError::TooMuchText {
                file: self.file.clone(),
                line: record.line,
                column: self.column_name(at),
            }),
            None => Ok(()),
        }
    }

    /// The table, with everything there is to tell about its rows and columns.
    pub fn finish(mut self, bytes: u64) -> Result<Ingested, IngestError> {
        let file = self.file;
        let Some(mut header) = self.header else {
            return Err(IngestError::Empty { file });
        };
        if self.rows == 0 {
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
        if header.looks_like_data {
            notices.push(Notice::Other {
                title: "The first line looks like data".to_owned(),
                meaning: "It holds numbers where the columns' names should stand. It was read as the header: add a line with names above it.".to_owned(),
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
        for (position, (buffer, name)) in self.columns.into_iter().zip(header.names).enumerate() {
            columns.push(infer(buffer, name, position, &mut notices));
        }
        if let [only] = &columns[..] {
            if is_prose(&only.values, only.kind) {
                let what = Foreign::Prose;
                return Err(IngestError::Foreign { file, what });
            }
            notices.push(Notice::Other {
                title: "There is only one column".to_owned(),
                meaning: "A model learns a target from other columns. If the file has more, its separator is none of comma, semicolon, tab and |.".to_owned(),
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
        Ok(Ingested {
            frame,
            notices,
            bytes,
            rows: self.rows,
        })
    }
}

/// The line on which a row begins.
fn line_of(jumps: &[(u32, u64)], row: u32) -> u64 {
    let after = jumps.partition_point(|&(at, _)| at <= row);
    match after.checked_sub(1).and_then(|i| jumps.get(i)) {
        Some(&(at, line)) => line + u64::from(row - at),
        None => u64::from(row) + 2,
    }
}

/// `sep=;`, which spreadsheets write above the header.
fn is_separator_line(record: &Record<'_>) -> bool {
    record.line == 1
        && record.ends.len() <= 2
        && record
            .text
            .strip_prefix(b"sep=")
            .is_some_and(|rest| rest.is_empty() || (record.ends.len() == 1 && rest.len() == 1))
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

impl Header {
    fn read(record: &Record<'_>) -> Self {
        let cells: Vec<String> = record
            .cells()
            .map(|cell| {
                let text = String::from_utf8_lossy(cell);
                text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
                    .to_owned()
            })
            .collect();
        let named = cells
            .iter()
            .rposition(|c| !c.is_empty())
            .map_or(1, |i| i + 1);
        let looks_like_data =
            cells.iter().any(|c| c.contains('.')) && cells.iter().all(|c| read_float(c).is_some());
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
            looks_like_data,
            line: record.line,
        }
    }
}
