//! Every error as what a person reads: the one place that words them.

use crate::data::{Notice, upper};
use crate::evaluate::FoldError;
use crate::export::kubecast::ModelFileError;
use crate::ingest::IngestError;
use crate::learn::LearnError;
use crate::prepare::PrepareError;
use crate::protocol::{Failure, FailureCode, Place};
use crate::simulate::SimulateError;

/// An error on its way out, with what was found before.
#[derive(Debug)]
pub(super) struct Fault {
    failure: Failure,
    notices: Vec<Notice>,
}

/// `this is so` as `This is so.`
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let mut out: String = chars.next().into_iter().map(upper).collect();
    out.push_str(chars.as_str());
    if !out.ends_with(['.', '!', '?', '\u{2026}']) && !out.is_empty() {
        out.push('.');
    }
    out
}

impl Fault {
    fn new(
        code: FailureCode,
        title: impl Into<String>,
        detail: &str,
        hint: impl Into<String>,
    ) -> Self {
        let failure = Failure {
            code,
            title: title.into(),
            detail: sentence(detail),
            hint: hint.into(),
            place: Place::default(),
        };
        Self {
            failure,
            notices: Vec::new(),
        }
    }

    pub(super) fn said(failure: Failure) -> Self {
        Self {
            failure,
            notices: Vec::new(),
        }
    }

    fn at_column(mut self, column: &str) -> Self {
        self.failure.place.column = Some(column.to_owned());
        self
    }

    pub(super) fn told(self) -> (Failure, Vec<Notice>) {
        (self.failure, self.notices)
    }

    pub(super) fn no_data() -> Self {
        Self::new(
            FailureCode::Data,
            "There is no data yet",
            "nothing has been loaded or simulated",
            "Drop a CSV file, or simulate a cluster.",
        )
    }

    pub(super) fn no_model() -> Self {
        Self::new(
            FailureCode::Model,
            "There is no model yet",
            "nothing has been trained or opened",
            "Train a model, or open a .kubecast file.",
        )
    }

    pub(super) fn no_forecast() -> Self {
        Self::new(
            FailureCode::Data,
            "There is no forecast of this yet",
            "nothing has been forecast, or not of this entity",
            "Forecast the table first.",
        )
    }

    pub(super) fn no_predictions() -> Self {
        Self::new(
            FailureCode::Data,
            "There are no predictions yet",
            "no rows have been predicted",
            "Choose a CSV file to predict.",
        )
    }

    pub(super) fn no_report() -> Self {
        Self::new(
            FailureCode::Model,
            "There is no report",
            "the model carries no evaluation",
            "Evaluate it on a CSV file that has the target.",
        )
    }

    pub(super) fn no_target() -> Self {
        Self::new(
            FailureCode::Data,
            "There is nothing to predict",
            "no column of the table has between 2 and 255 classes",
            "Add a column that says what was wrong in each row, or change a column's type to category.",
        )
    }

    pub(super) fn no_test_rows() -> Self {
        Self::new(
            FailureCode::Data,
            "No row is left to evaluate on",
            "the held-out rows all lack a value or a class",
            "Choose another rule for missing values, or a larger test share.",
        )
    }

    pub(super) fn no_column(name: &str) -> Self {
        Self::new(
            FailureCode::Option,
            format!("There is no column {name}"),
            "the table has no column of that name",
            "Choose one of the table's columns.",
        )
        .at_column(name)
    }

    pub(super) fn target(name: &str, why: &str) -> Self {
        Self::new(
            FailureCode::Data,
            format!("{name} cannot be predicted"),
            why,
            "Choose another target, or change the column's type.",
        )
        .at_column(name)
    }

    pub(super) fn no_time(name: &str) -> Self {
        Self::new(
            FailureCode::Option,
            format!("{name} holds no times"),
            "folds forward in time need a column of timestamps",
            "Choose a column of timestamps, or change the column's type.",
        )
        .at_column(name)
    }

    pub(super) fn no_past(why: &str) -> Self {
        Self::new(
            FailureCode::Option,
            "Rows cannot be compared with their own past",
            why,
            "Name the columns of time and entity (on the page, on the step Forecast), or tell unfamiliar rows as they are.",
        )
    }

    pub(super) fn search_seconds(seconds: f64) -> Self {
        Self::new(
            FailureCode::Option,
            "The time to search is out of range",
            &format!(
                "{seconds} seconds were asked for, but they must be above 0 and at most 86,400"
            ),
            "Choose a time in the range given.",
        )
        .at_column("seconds")
    }

    pub(super) fn too_large(needed: u64, limit: u64, features: usize) -> Self {
        let megabytes = |bytes: u64| bytes.div_ceil(1 << 20);
        Self::new(
            FailureCode::Resource,
            "This training needs more memory than there is for it",
            &format!(
                "Its table and {features} features take {} MB, and there are {} MB for them",
                megabytes(needed),
                megabytes(limit)
            ),
            "Learn from fewer columns, leave categories as they are rather than one column for each name, or use fewer rows; in a tab there is less room than on the command line.",
        )
    }

    /// What was said of a file cannot be done.
    pub(super) fn reading(value: &str, means: &str) -> Self {
        Self::new(
            FailureCode::Option,
            format!("{value:?} does not say how to read"),
            means,
            "Choose another, or leave it to be guessed.",
        )
    }

    pub(super) fn internal(what: &str) -> Self {
        Self::new(
            FailureCode::Internal,
            "Something went wrong inside",
            what,
            "Try again; if it happens again, report it with the file that you used.",
        )
    }

    pub(super) fn host(what: &str) -> Self {
        Self::new(
            FailureCode::Resource,
            "A worker stopped",
            what,
            "Close other tabs or use fewer rows, and try again. Your data and your last model are still here.",
        )
    }

    pub(super) fn model_file(name: &str, error: ModelFileError) -> Self {
        let hint = match &error {
            ModelFileError::Empty | ModelFileError::Foreign => {
                "Choose a file that Kubecast saved, ending in .kubecast."
            }
            ModelFileError::Newer { .. } => {
                "Reload the page to get the newest Kubecast, or train again here."
            }
            ModelFileError::Length { .. }
            | ModelFileError::Checksum
            | ModelFileError::Bytes(_)
            | ModelFileError::Json { .. }
            | ModelFileError::Recipe(_)
            | ModelFileError::Model(_)
            | ModelFileError::Novelty(_)
            | ModelFileError::Parts { .. }
            | ModelFileError::Class { .. } => {
                "Copy or download the file again, or save it again from where it was trained."
            }
        };
        let mut fault = Self::new(
            FailureCode::Model,
            format!("{name} cannot be opened"),
            &error.to_string(),
            hint,
        );
        fault.failure.place.file = Some(name.to_owned());
        fault
    }
}

impl From<IngestError> for Fault {
    fn from(error: IngestError) -> Self {
        let title = match error.file() {
            Some(file) => format!("{file} cannot be read"),
            None => "There is nothing to read".to_owned(),
        };
        let mut fault = Self::new(FailureCode::Input, title, &error.to_string(), error.hint());
        fault.failure.place = Place {
            file: error.file().map(str::to_owned),
            line: error.line(),
            column: error.column().map(str::to_owned),
            byte: error.byte(),
        };
        fault
    }
}

impl From<PrepareError> for Fault {
    fn from(error: PrepareError) -> Self {
        let (code, title, column) = match &error {
            PrepareError::TestShare { .. } => {
                (FailureCode::Option, "The test share is out of range", None)
            }
            PrepareError::Fill { .. } => (FailureCode::Option, "The fill value is no number", None),
            PrepareError::UnknownColumn { column }
            | PrepareError::RepeatedColumn { column }
            | PrepareError::TargetAsFeature { column } => (
                FailureCode::Option,
                "The choice of columns cannot be used",
                Some(column),
            ),
            PrepareError::NotAFeature { column, .. } | PrepareError::Unreadable { column, .. } => (
                FailureCode::Data,
                "A column cannot be learned from",
                Some(column),
            ),
            PrepareError::TooFewRows { .. } | PrepareError::NoRows { .. } => {
                (FailureCode::Data, "There are too few rows", None)
            }
            PrepareError::NoColumns => (FailureCode::Data, "There is nothing to learn from", None),
            PrepareError::TooManyNames { column, .. } | PrepareError::TooWide { column, .. } => (
                FailureCode::Data,
                "A column has too many names",
                Some(column),
            ),
            PrepareError::RowOutOfRange { .. } => {
                (FailureCode::Internal, "A row is not there", None)
            }
            PrepareError::OutOfMemory { .. } => {
                (FailureCode::Resource, "There is not enough memory", None)
            }
            PrepareError::Mismatch { .. } => (
                FailureCode::Mismatch,
                "The table does not have the model's columns",
                None,
            ),
            PrepareError::Damaged { .. } => (FailureCode::Model, "The model is damaged", None),
        };
        let column = column.cloned();
        let mut fault = Self::new(code, title, &error.to_string(), error.hint());
        fault.failure.place.column = column;
        fault
    }
}

impl From<LearnError> for Fault {
    fn from(error: LearnError) -> Self {
        let (code, title, hint) = match &error {
            LearnError::Parameter { .. } => (
                FailureCode::Option,
                "A parameter is out of range",
                "Choose a value in the range given.",
            ),
            LearnError::NoRows | LearnError::OneClass { .. } => (
                FailureCode::Data,
                "There is nothing to learn from these rows",
                "Load data with rows of at least two classes.",
            ),
            LearnError::Weight { .. } | LearnError::NoWeight { .. } => (
                FailureCode::Data,
                "The rows' weights cannot be used",
                "Give each row a weight of 0 or more, and at least one of them more than 0.",
            ),
            LearnError::NoFeatures => (
                FailureCode::Data,
                "There is nothing to learn from",
                "Choose at least one column to learn from that is not constant.",
            ),
            LearnError::TooManyClasses { .. } => (
                FailureCode::Data,
                "There are too many classes",
                "Merge classes, or choose another target.",
            ),
            LearnError::TooManyFeatures { .. } => (
                FailureCode::Data,
                "There are too many features",
                "Choose fewer columns, or ordinal encoding.",
            ),
            LearnError::Shape { .. }
            | LearnError::Unit(_)
            | LearnError::Bytes(_)
            | LearnError::Grow(_)
            | LearnError::Linfa(_) => (
                FailureCode::Internal,
                "Training failed inside",
                "Try again; if it happens again, report it.",
            ),
        };
        let mut fault = Self::new(code, title, &error.to_string(), hint);
        if let LearnError::Parameter { option, .. } = &error {
            fault.failure.place.column = Some((*option).to_owned());
        }
        fault
    }
}

impl From<FoldError> for Fault {
    fn from(error: FoldError) -> Self {
        let hint = match &error {
            FoldError::Count { .. } => "Choose a number in the range given.",
            FoldError::TooFew { .. } => "Choose fewer folds, or another kind of folds.",
            FoldError::Gap { .. } => "Choose a shorter gap, or fewer folds.",
        };
        Self::new(
            FailureCode::Option,
            "The rows cannot be divided into these folds",
            &error.to_string(),
            hint,
        )
    }
}

impl From<SimulateError> for Fault {
    fn from(error: SimulateError) -> Self {
        let option = error.option();
        Self::new(
            FailureCode::Option,
            "The scenario cannot be simulated",
            &error.to_string(),
            "Choose a value in the range given.",
        )
        .at_column(option)
    }
}
