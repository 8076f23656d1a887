//! Why a file is not read as a table.

use super::limits::{
    MAX_BYTES, MAX_CELL_BYTES, MAX_CELLS, MAX_COLUMNS, MAX_NAMES, MAX_ROW_BYTES, MAX_ROWS,
    MAX_TEXT_BYTES,
};
use super::sniff::Foreign;
use crate::data::FrameError;

/// Why a file is not read as a table: what, where, and through [`IngestError::hint`] what to do.
///
/// `file` is the name it was given, `line` counts from 1, `column` is the header's name or `column N`, and `byte`
/// counts from 0 in the file as it was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are described above")]
pub enum IngestError {
    /// No bytes, or nothing but blanks and line ends.
    #[error("{file} is empty")]
    Empty { file: String },
    /// A header, but no row below it.
    #[error("{file} has a header and no rows")]
    HeaderOnly { file: String, line: u64 },
    /// Another kind of file.
    #[error("{file} is {}, not a CSV table", .what.name())]
    Foreign { file: String, what: Foreign },
    /// More bytes than [`MAX_BYTES`].
    #[error("{file} is larger than {} GiB", MAX_BYTES >> 30)]
    TooManyBytes { file: String, byte: u64 },
    /// More rows than [`MAX_ROWS`], or more cells than [`MAX_CELLS`].
    #[error("{file} has more than {rows} rows (line {line})")]
    TooManyRows { file: String, line: u64, rows: u64 },
    /// More columns than [`MAX_COLUMNS`].
    #[error("{file} has more than {MAX_COLUMNS} columns on line {line}")]
    TooManyColumns { file: String, line: u64 },
    /// A cell longer than [`MAX_CELL_BYTES`].
    #[error("{file} has a cell of more than {} MiB in {column}, beginning on line {line}", MAX_CELL_BYTES >> 20)]
    CellTooLong {
        file: String,
        line: u64,
        column: String,
        byte: Option<u64>,
    },
    /// A row longer than [`MAX_ROW_BYTES`].
    #[error("{file} has a row of more than {} MiB, beginning on line {line}", MAX_ROW_BYTES >> 20)]
    RowTooLong {
        file: String,
        line: u64,
        byte: Option<u64>,
    },
    /// More distinct texts than [`MAX_NAMES`] or [`MAX_TEXT_BYTES`].
    #[error("{file} holds more distinct texts than fit in memory (line {line}, {column})")]
    TooMuchText {
        file: String,
        line: u64,
        column: String,
    },
    /// Files that do not have the same headers.
    #[error("{file} and {first_file} have different columns: {}", difference(.missing, .extra))]
    DifferentColumns {
        file: String,
        first_file: String,
        missing: Vec<String>,
        extra: Vec<String>,
    },
    /// A file of another format than a table that does not keep to it.
    #[error("{file} is damaged: {what}{}{}", at_line(.line), at_byte(.byte))]
    Malformed {
        file: String,
        line: Option<u64>,
        byte: Option<u64>,
        what: String,
    },
    /// The server's answer is an error: its own words.
    #[error("{file} holds an error instead of data: {what}")]
    Answer { file: String, what: String },
    /// Everything was read, and there is no sample in it.
    #[error("{file} holds no samples")]
    NoSamples { file: String },
    /// A table without a column of times, beside others.
    #[error("{file} has no column of times to join it on")]
    NoTimes { file: String },
    /// More series, labels or samples than fit.
    #[error("{file} holds {what}")]
    TooManySeries {
        file: String,
        line: Option<u64>,
        what: String,
    },
    /// A file whose bytes cannot be had.
    #[error("{file} could not be read: {why}")]
    Unreadable { file: String, why: String },
    /// A compressed file that is damaged, or packed in a way that is not read.
    #[error("{file} cannot be unpacked: {what}")]
    Packed { file: String, what: String },
    /// A compressed file that inflates beyond all measure.
    #[error("{file} has {packed} bytes and inflates to more than {inflated}")]
    Bomb {
        file: String,
        packed: u64,
        inflated: u64,
    },
    /// No files were given.
    #[error("no file was given")]
    NoFile,
    /// The columns do not make a table.
    #[error("{file}: {source}")]
    Frame { file: String, source: FrameError },
}

impl IngestError {
    /// Of bytes that cannot be had.
    pub(super) fn unreadable(file: &str, why: String) -> Self {
        Self::Unreadable {
            file: file.to_owned(),
            why,
        }
    }

    /// One sentence: what to do.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty { .. } => {
                "Choose a file with a header line and at least one row below it.".to_owned()
            }
            Self::HeaderOnly { .. } => "Add rows below the header, one per line.".to_owned(),
            Self::Foreign { what, .. } => what.way_out().to_owned(),
            Self::TooManyBytes { .. } => {
                "Split it, or keep fewer columns or a shorter time range.".to_owned()
            }
            Self::TooManyRows { .. } => format!(
                "Keep fewer rows or columns: at most {MAX_ROWS} rows and {MAX_CELLS} cells are read."
            ),
            Self::TooManyColumns { .. } => {
                "Check the separator, or keep the columns you need.".to_owned()
            }
            Self::CellTooLong { .. } | Self::RowTooLong { .. } => {
                "A quote opened there may never be closed: close it, and load the file again."
                    .to_owned()
            }
            Self::TooMuchText { .. } => format!(
                "Leave out columns of free text or identifiers: at most {MAX_NAMES} distinct texts of {} MiB together are kept.",
                MAX_TEXT_BYTES >> 20
            ),
            Self::DifferentColumns { .. } => {
                "Load files with the same headers together, or one at a time.".to_owned()
            }
            Self::Malformed { .. } => {
                "Export or download it again: it may be cut, or have been changed by hand.".to_owned()
            }
            Self::Answer { .. } => {
                "Correct the query or its time range, and export the answer again.".to_owned()
            }
            Self::NoSamples { .. } => {
                "Check the query and its time range: export series with their samples.".to_owned()
            }
            Self::NoTimes { .. } => {
                "Add a column of times, load the file alone, or load files with the same headers.".to_owned()
            }
            Self::TooManySeries { .. } => {
                "Query fewer series or a shorter range, or aggregate them, for example with sum by (namespace, pod).".to_owned()
            }
            Self::Unreadable { .. } => {
                "If it was moved, renamed or changed since you chose it, choose it again.".to_owned()
            }
            Self::Packed { .. } => {
                "Unpack it with another program, and load the files inside.".to_owned()
            }
            Self::Bomb { .. } => {
                "Unpack it with another program if you trust it, and load the files inside.".to_owned()
            }
            Self::NoFile => "Choose a file.".to_owned(),
            Self::Frame { .. } => "Check the header line and the number of rows.".to_owned(),
        }
    }

    /// The file's name as it was given; `None` where no file is concerned.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Empty { file }
            | Self::HeaderOnly { file, .. }
            | Self::Foreign { file, .. }
            | Self::TooManyBytes { file, .. }
            | Self::TooManyRows { file, .. }
            | Self::TooManyColumns { file, .. }
            | Self::CellTooLong { file, .. }
            | Self::RowTooLong { file, .. }
            | Self::TooMuchText { file, .. }
            | Self::DifferentColumns { file, .. }
            | Self::Malformed { file, .. }
            | Self::Answer { file, .. }
            | Self::NoSamples { file }
            | Self::NoTimes { file }
            | Self::TooManySeries { file, .. }
            | Self::Unreadable { file, .. }
            | Self::Packed { file, .. }
            | Self::Bomb { file, .. }
            | Self::Frame { file, .. } => Some(file),
            Self::NoFile => None,
        }
    }

    /// The line, from 1.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::HeaderOnly { line, .. }
            | Self::TooManyRows { line, .. }
            | Self::TooManyColumns { line, .. }
            | Self::CellTooLong { line, .. }
            | Self::RowTooLong { line, .. }
            | Self::TooMuchText { line, .. } => Some(*line),
            Self::Malformed { line, .. } | Self::TooManySeries { line, .. } => *line,
            _ => None,
        }
    }

    /// The column's header, or `column N` where it is not known.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::CellTooLong { column, .. } | Self::TooMuchText { column, .. } => Some(column),
            _ => None,
        }
    }

    /// The byte of the file, from 0, where it is known exactly.
    pub fn byte(&self) -> Option<u64> {
        match self {
            Self::TooManyBytes { byte, .. } => Some(*byte),
            Self::CellTooLong { byte, .. }
            | Self::RowTooLong { byte, .. }
            | Self::Malformed { byte, .. } => *byte,
            _ => None,
        }
    }
}

fn at_line(line: &Option<u64>) -> String {
    line.map_or_else(String::new, |line| format!(" on line {line}"))
}

fn at_byte(byte: &Option<u64>) -> String {
    byte.map_or_else(String::new, |byte| format!(" at byte {byte}"))
}

/// The differing columns in words, at most five of each.
fn difference(missing: &[String], extra: &[String]) -> String {
    let listed = |names: &[String]| {
        let shown: Vec<String> = names.iter().take(5).map(|n| format!("{n:?}")).collect();
        match names.len().saturating_sub(5) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    };
    match (missing.is_empty(), extra.is_empty()) {
        (false, false) => format!("it lacks {} and adds {}", listed(missing), listed(extra)),
        (false, true) => format!("it lacks {}", listed(missing)),
        _ => format!("it adds {}", listed(extra)),
    }
}
