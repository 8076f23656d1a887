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
    /// No files were given.
    #[error("no file was given")]
    NoFile,
    /// The columns do not make a table.
    #[error("{file}: {source}")]
    Frame { file: String, source: FrameError },
}

impl IngestError {
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
            Self::NoFile => "Choose a CSV file.".to_owned(),
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
            Self::CellTooLong { byte, .. } | Self::RowTooLong { byte, .. } => *byte,
            _ => None,
        }
    }
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
