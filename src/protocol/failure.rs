//! An error as a person reads it.

/// Where in the input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The column's name, or the option's.
    pub column: Option<String>,
    /// The byte, from 0.
    pub byte: Option<u64>,
}

/// The group an error belongs to, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureCode {
    /// The file cannot be read.
    Input,
    /// The table does not allow what was asked.
    Data,
    /// An option is out of range.
    Option,
    /// The model file cannot be used.
    Model,
    /// The table and the model do not fit.
    Mismatch,
    /// Memory or size.
    Resource,
    /// A worker died or a message could not be read.
    Internal,
}

/// What went wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{title}: {detail} {hint}")]
pub struct Failure {
    /// The group.
    pub code: FailureCode,
    /// A short sentence without full stop: what failed.
    pub title: String,
    /// One or two sentences: why, with the figures.
    pub detail: String,
    /// One sentence: what to do.
    pub hint: String,
    /// Where.
    pub place: Place,
}
