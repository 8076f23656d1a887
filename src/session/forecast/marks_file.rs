//! A file of marked incidents: a row each.

use crate::data::lowered;
use crate::ingest::{IngestError, read_texts};
use crate::protocol::{Failure, FailureCode, Mark, Place};
use crate::session::failure::Fault;

/// The columns, each with the names that it may have; the last may be absent.
const COLUMNS: [&[&str]; 4] = [
    &["from", "start", "begin"],
    &["until", "to", "end"],
    &["kind", "issue", "issue_type"],
    &["entity"],
];

/// Why a file marks nothing.
#[derive(Debug, thiserror::Error)]
pub enum MarksFileError {
    /// It is no table.
    #[error(transparent)]
    Read(#[from] IngestError),
    /// A column is missing.
    #[error("the file has no column {column:?}: its header is {header:?}")]
    NoColumn {
        /// The file.
        file: String,
        /// The column's name.
        column: &'static str,
        /// What stands in its first row.
        header: String,
    },
    /// It has a header alone.
    #[error("the file marks no incident")]
    NoRows {
        /// The file.
        file: String,
    },
}

impl MarksFileError {
    /// As a person reads it.
    pub fn failure(self) -> Failure {
        let detail = self.to_string();
        let (file, title) = match self {
            Self::Read(error) => return Fault::from(error).told().0,
            Self::NoColumn { file, .. } => (file, "The file is no list of marks"),
            Self::NoRows { file } => (file, "The file is empty"),
        };
        Failure {
            code: FailureCode::Data,
            title: title.to_owned(),
            detail: super::error::sentence(&detail),
            hint: "Give it the columns from, until, kind and, where incidents are of one entity each, entity; a row for each incident.".to_owned(),
            place: Place {
                file: Some(file),
                line: Some(1),
                ..Place::default()
            },
        }
    }
}

/// The marks of a file with the columns `from`, `until`, `kind` and perhaps `entity`, as text, each with its line.
///
/// # Errors
/// [`MarksFileError`] where it is no such table. What the marks say is looked at where they meet a table of metrics.
pub fn read_marks(file_name: &str, bytes: &[u8]) -> Result<Vec<(u64, Mark)>, MarksFileError> {
    let (header, rows) = read_texts(file_name, bytes)?;
    let names: Vec<String> = header.iter().map(|name| lowered(name.trim())).collect();
    let place = |column: &[&'static str]| {
        let found = column
            .iter()
            .find_map(|name| names.iter().position(|n| n == name));
        found.ok_or_else(|| MarksFileError::NoColumn {
            file: file_name.to_owned(),
            column: column[0],
            header: header.join(","),
        })
    };
    let [from, until, kind, entity] = COLUMNS;
    let (from, until, kind, entity) = (place(from)?, place(until)?, place(kind)?, place(entity));
    let marks = rows.into_iter().filter_map(|row| {
        let cell = |at: usize| row.cells[at].trim().to_owned();
        let mark = Mark {
            from: cell(from),
            until: cell(until),
            kind: cell(kind),
            entity: entity.as_ref().map_or(String::new(), |&at| cell(at)),
        };
        (mark != Mark::default()).then_some((row.line, mark))
    });
    let marks: Vec<(u64, Mark)> = marks.collect();
    match marks.is_empty() {
        true => Err(MarksFileError::NoRows {
            file: file_name.to_owned(),
        }),
        false => Ok(marks),
    }
}
