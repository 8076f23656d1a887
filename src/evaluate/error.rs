use thiserror::Error;

/// Why a figure cannot be computed: wrong input, or rows on which it is not defined.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EvaluateError {
    /// Two inputs that go row by row have different lengths.
    #[error("{what} has {found} rows, the truth has {expected}")]
    Lengths {
        /// The input.
        what: &'static str,
        /// Rows of the truth.
        expected: usize,
        /// Rows of the input.
        found: usize,
    },
    /// A class number is not below the number of classes.
    #[error("row {row} is of class number {class}, but there are {classes} classes")]
    ClassOutOfRange {
        /// The row, from 0.
        row: usize,
        /// Its class.
        class: u32,
        /// Classes there are.
        classes: usize,
    },
    /// More classes than a matrix is made for.
    #[error(
        "{classes} classes are more than the {} that can be compared",
        super::MAX_CLASSES
    )]
    TooManyClasses {
        /// Classes asked for.
        classes: usize,
    },
    /// A weight that is negative or not finite.
    #[error("row {row} has the weight {weight}, which is negative or not finite")]
    Weight {
        /// The row, from 0.
        row: usize,
        /// Its weight.
        weight: f64,
    },
    /// A score or probability that is not finite.
    #[error("row {row} has the score {score}, which is not finite")]
    Score {
        /// The row, from 0.
        row: usize,
        /// Its score.
        score: f64,
    },
    /// No rows, or all of weight 0.
    #[error("there are no rows to evaluate on")]
    NoRows,
    /// No row is of the class.
    #[error("no row is of this class")]
    NoPositives,
    /// Every row is of the class.
    #[error("every row is of this class")]
    NoNegatives,
}
