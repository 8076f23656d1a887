//! What can go wrong on the way from a table to features.

use std::fmt;

use crate::data::ColumnKind;

/// A column that the recipe needs and the table lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingColumn {
    /// Its name in training.
    pub column: String,
    /// A column of the table that the recipe does not know and whose name is much alike.
    pub likely: Option<String>,
}

/// A column whose cells cannot be read as in training.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetypedColumn {
    /// Its name.
    pub column: String,
    /// What it was in training.
    pub expected: ColumnKind,
    /// What it is now.
    pub found: ColumnKind,
    /// A cell that shows it; cut to 60 characters.
    pub example: String,
}

/// Why a table cannot be prepared.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PrepareError {
    /// The share of held-out rows is no share.
    #[error("the test share must lie above 0 and below 1, not at {share}")]
    TestShare {
        /// What was asked for.
        share: f64,
    },
    /// Too few rows to hold any out.
    #[error(
        "{rows} rows with a target in {classes} classes cannot be split into training and test rows"
    )]
    TooFewRows {
        /// Rows with a target.
        rows: usize,
        /// Classes among them.
        classes: usize,
    },
    /// No column is left to learn from.
    #[error("no column is left to learn from")]
    NoColumns,
    /// A column that was asked for is not in the table.
    #[error("there is no column {column:?}")]
    UnknownColumn {
        /// Its name.
        column: String,
    },
    /// A column that was asked for twice.
    #[error("the column {column:?} is listed twice")]
    RepeatedColumn {
        /// Its name.
        column: String,
    },
    /// The target among the features.
    #[error("the target {column:?} cannot be a feature of its own prediction")]
    TargetAsFeature {
        /// Its name.
        column: String,
    },
    /// A kind of column that says nothing about the next row.
    #[error("the column {column:?} is {} and cannot be a feature", article(*.kind))]
    NotAFeature {
        /// Its name.
        column: String,
        /// Its kind.
        kind: ColumnKind,
    },
    /// Cells that cannot be read as the column's kind says.
    #[error("the column {column:?} is {} but holds {example:?}", article(*.kind))]
    Unreadable {
        /// Its name.
        column: String,
        /// Its kind.
        kind: ColumnKind,
        /// A cell; cut to 60 characters.
        example: String,
    },
    /// The number to put in missing cells is no number.
    #[error("missing cells cannot be filled with {value}")]
    Fill {
        /// What was asked for.
        value: f64,
    },
    /// A category of too many names.
    #[error(
        "the column {column:?} has {names} names in training, more than the {limit} that can be kept"
    )]
    TooManyNames {
        /// Its name.
        column: String,
        /// Its names.
        names: usize,
        /// The most allowed.
        limit: usize,
    },
    /// One-hot encoding would make too many features.
    #[error(
        "one-hot encoding would make {features} features, more than {limit}; most come from {column:?} with {names} names"
    )]
    TooWide {
        /// One-hot features in all.
        features: usize,
        /// The most allowed.
        limit: usize,
        /// The column with the most names.
        column: String,
        /// How many names it has.
        names: usize,
    },
    /// There are no training rows, or each of them misses a used column.
    #[error("no training row is left{}", if *.dropped > 0 { format!(": each of {dropped} lacks a value in a used column") } else { String::new() })]
    NoRows {
        /// Rows dropped for missing cells.
        dropped: usize,
    },
    /// A row number beyond the table.
    #[error("row {row} lies beyond the table's {rows} rows")]
    RowOutOfRange {
        /// The row, from 0.
        row: u32,
        /// The table's rows.
        rows: usize,
    },
    /// The features would not fit into memory.
    #[error("{rows} rows of {features} features do not fit into memory")]
    OutOfMemory {
        /// Rows.
        rows: usize,
        /// Features.
        features: usize,
    },
    /// The table's columns are not those of training.
    #[error("{}", mismatch(.missing, .retyped))]
    Mismatch {
        /// Columns that are not there.
        missing: Vec<MissingColumn>,
        /// Columns that cannot be read as in training.
        retyped: Vec<RetypedColumn>,
    },
    /// A recipe that was read from a file contradicts itself.
    #[error("the recipe is damaged: {what}")]
    Damaged {
        /// What is wrong, in a few words.
        what: String,
    },
}

impl PrepareError {
    /// What to do about it, in one sentence; empty where nothing can be.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TestShare { .. } => "0.25 holds out a quarter of the rows.",
            Self::TooFewRows { .. } => {
                "At least one class needs two rows: one to learn from, one to test on."
            }
            Self::NoColumns => {
                "Tick at least one column, or change the type of one that holds a measurement."
            }
            Self::UnknownColumn { .. } => "Check the spelling against the table's header.",
            Self::RepeatedColumn { .. } => "List it once.",
            Self::TargetAsFeature { .. } => "Choose another target or leave it out.",
            Self::NotAFeature { .. } => {
                "Leave it out, or change its type if it is a measurement or a category."
            }
            Self::Unreadable { .. } => "Change the column's type.",
            Self::Fill { .. } => "Choose a finite number, or another rule.",
            Self::TooManyNames { .. } => {
                "So many names are rather an identifier: leave the column out."
            }
            Self::TooWide { .. } => "Use ordinal encoding, or leave that column out.",
            Self::NoRows { .. } => {
                "Choose another rule for missing cells, or leave out the columns that miss most."
            }
            Self::RowOutOfRange { .. } => "",
            Self::OutOfMemory { .. } => "Use fewer rows or fewer columns.",
            Self::Mismatch { .. } => {
                "Rename or add the columns in the file, or open the model that was trained on such files."
            }
            Self::Damaged { .. } => "Save the model again from where it was trained.",
        }
    }
}

/// `a number`, `an integer`.
fn article(kind: ColumnKind) -> String {
    match kind {
        ColumnKind::Text => "free text".to_owned(),
        ColumnKind::Integer | ColumnKind::Identifier => format!("an {}", kind.name()),
        _ => format!("a {}", kind.name()),
    }
}

impl fmt::Display for MissingColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.likely {
            Some(likely) => write!(
                f,
                "{:?} is missing (is it called {likely:?} now?)",
                self.column
            ),
            None => write!(f, "{:?} is missing", self.column),
        }
    }
}

impl fmt::Display for RetypedColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (expected, found) = (article(self.expected), article(self.found));
        write!(
            f,
            "{:?} was {expected} in training and is {found} here",
            self.column
        )?;
        if !self.example.is_empty() {
            write!(f, " ({:?})", self.example)?;
        }
        Ok(())
    }
}

/// How many columns a sentence names before it counts the rest; the error's fields hold them all.
const NAMED: usize = 20;

fn mismatch(missing: &[MissingColumn], retyped: &[RetypedColumn]) -> String {
    let all = missing
        .iter()
        .map(ToString::to_string)
        .chain(retyped.iter().map(ToString::to_string));
    let mut text = all.take(NAMED).collect::<Vec<_>>().join("; ");
    let rest = (missing.len() + retyped.len()).saturating_sub(NAMED);
    if rest > 0 {
        text.push_str(&format!("; and {rest} more"));
    }
    text
}

/// At most 60 characters of a cell, for a sentence.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}
