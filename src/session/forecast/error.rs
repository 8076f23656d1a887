use crate::data::grouped;
use crate::evaluate::Finding;
use crate::prepare::{SeriesError, TimeSplitError};
use crate::protocol::{Failure, FailureCode, Place};

/// Why there is no forecast.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ForecastError {
    /// Time or identity is missing.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// Nothing is left on a side.
    #[error(transparent)]
    Split(#[from] TimeSplitError),
    /// Rows that have entity and instant in common.
    #[error("{} rows have their time and entity in common with another, the first of them row {row}", grouped(*.rows))]
    Duplicates {
        /// How many.
        rows: u64,
        /// The first, from 1.
        row: u64,
    },
    /// No class of the target says that all is well, or no other.
    #[error("the column {column:?} tells no issue from health: {found}")]
    NoIssue {
        /// The target.
        column: String,
        /// What it holds.
        found: String,
    },
    /// Too few incidents to learn from or to judge by.
    #[error("{incidents} of the {all} incidents can be used to {part}")]
    FewIncidents {
        /// In that part.
        incidents: usize,
        /// In the whole table.
        all: usize,
        /// `learn from` or `judge by`.
        part: &'static str,
    },
    /// No number to look at.
    #[error("no column of numbers is left to look at")]
    NoColumns,
    /// The split leaks.
    #[error("{}", .0.iter().map(Finding::meaning).collect::<Vec<_>>().join("; "))]
    Leaks(Vec<Finding>),
    /// The learner refused.
    #[error("{0}")]
    Learn(String),
}

impl ForecastError {
    /// As a person reads it.
    pub fn failure(&self) -> Failure {
        let rows = |f: &Finding| {
            let pairs: Vec<String> = f
                .pairs
                .iter()
                .map(|p| format!("{} and {}", p.0 + 1, p.1 + 1))
                .collect();
            match pairs.is_empty() {
                true => String::new(),
                false => format!(" (rows {})", pairs.join(", ")),
            }
        };
        let (title, hint) = match self {
            Self::Series(SeriesError::NoTime) => ("There is no time in this table", "Name a column with --time: instants, or a number that counts minutes, cycles or the like.".to_owned()),
            Self::Series(_) => ("The rows cannot be put in time", "Name the columns of time and entity with --time and --entity.".to_owned()),
            Self::Split(TimeSplitError::TooShort { .. }) => ("The data is too short for these windows and this horizon", "Ask for a shorter horizon or shorter windows, or bring more data.".to_owned()),
            Self::Split(_) => ("There are too few entities to hold any out", "Split forward in time instead: leave --by-entity out.".to_owned()),
            Self::Duplicates { .. } => ("Times stand twice", "Name the columns that tell these rows apart with --entity, or keep the first of each with --first-of-duplicates.".to_owned()),
            Self::NoIssue { .. } => ("There is nothing to warn of", "Name the column that says what was wrong with --target.".to_owned()),
            Self::FewIncidents { .. } => ("There are too few incidents", "Bring data with more incidents (at least two to learn from and two to judge by), or hold out entities with --by-entity.".to_owned()),
            Self::NoColumns => ("There is nothing to look at", "Name columns of numbers with --columns.".to_owned()),
            Self::Leaks(findings) => ("The split leaks, so its score would say nothing about tomorrow", findings.iter().map(|f| f.repair() + &rows(f)).collect::<Vec<_>>().join(" ") + " To see the score all the same: --anyway."),
            Self::Learn(_) => ("The forest cannot be grown", "Check the options.".to_owned()),
        };
        let mut detail = self.to_string();
        if let Some(first) = detail.get(..1).map(str::to_ascii_uppercase) {
            detail.replace_range(..1, &first);
        }
        Failure {
            code: FailureCode::Data,
            title: title.to_owned(),
            detail: detail + ".",
            hint,
            place: Place::default(),
        }
    }
}
