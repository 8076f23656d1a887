//! Two runs compared, whichever they are: what was kept of them is read, and asked by its kind.

use super::forecast::{ComparedRuns, ForecastRun, compare_forecasts};
use super::trainings::{ComparedTrainings, TrainedRun, compare_trainings};
use crate::json;
use crate::protocol::{Failure, FailureCode, Place, RunComparison};

/// Why two runs cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// A text is no report that holds a run, or one of before runs could be compared.
    #[error("{0}")]
    NoRun(String),
    /// One is a forecast and the other a training.
    #[error("the one is a forecast, the other a training")]
    Unlike,
    /// No incident was judged in both forecasts.
    #[error(
        "the incidents differ: of {} of the first run and {} of the second no two have entity, kind and start in common", .0[0], .0[1]
    )]
    NothingInCommon([usize; 2]),
    /// The trainings were judged on tables that differ.
    #[error("the first was judged on {:?}, the second on {:?}, and what these hold differs", .0[0], .0[1])]
    OtherData([String; 2]),
    /// The trainings predict other columns.
    #[error("the first predicts {:?}, the second {:?}", .0[0], .0[1])]
    OtherTarget([String; 2]),
    /// No row was judged in both trainings.
    #[error("of {} rows that the first was judged by and {} of the second none is in both", .0[0], .0[1])]
    NoRowsInCommon([u64; 2]),
}

impl CompareError {
    /// In words, with the way on.
    pub fn failure(&self) -> Failure {
        let (title, hint) = match self {
            Self::NoRun(_) => (
                "This is no report of a run that can be compared",
                "Give reports that kubecast forecast, train or evaluate wrote with --report; older ones lack what runs are compared by.",
            ),
            Self::Unlike => (
                "A forecast and a training have no figure in common",
                "Compare two forecasts, or two trainings.",
            ),
            Self::NothingInCommon(_) => (
                "The two runs were judged by different incidents",
                "Compare runs on the same table that were judged by the same rows: the same split and, where entities are held out, the same seed.",
            ),
            Self::OtherData(_) => (
                "The two runs were judged on other data",
                "Compare runs on the same table, its columns read as the same kinds.",
            ),
            Self::OtherTarget(_) => (
                "The two runs predict different columns",
                "Compare runs with the same target.",
            ),
            Self::NoRowsInCommon(_) => (
                "The two runs were judged by different rows",
                "Hold out the same rows: the same share and seed.",
            ),
        };
        Failure {
            code: FailureCode::Mismatch,
            title: title.to_owned(),
            detail: format!("{self}."),
            hint: hint.to_owned(),
            place: Place::default(),
        }
    }
}

/// What was kept of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum KeptRun {
    /// A forecast.
    Forecast(Box<ForecastRun>),
    /// A training, or an evaluation.
    Training(Box<TrainedRun>),
}

impl KeptRun {
    /// Of a kept text, or of a report that holds it.
    ///
    /// # Errors
    /// [`CompareError::NoRun`].
    pub fn of_json(text: &[u8]) -> Result<Self, CompareError> {
        let no_run = |e: json::JsonError| CompareError::NoRun(e.to_string());
        let mut tree = json::Value::of_text(text).map_err(no_run)?;
        let place = |tree: &json::Value, wanted: &str| match tree {
            json::Value::Map(fields) => fields.iter().position(|(name, _)| name == wanted),
            _ => None,
        };
        if let (Some(at), json::Value::Map(fields)) = (place(&tree, "run"), &mut tree) {
            tree = fields.swap_remove(at).1;
        }
        let is_training = place(&tree, "surprise").is_some();
        Ok(match is_training {
            true => Self::Training(Box::new(TrainedRun::of_tree(tree)?)),
            false => Self::Forecast(Box::new(ForecastRun::of_tree(tree)?)),
        })
    }
}

/// How two runs differ.
#[derive(Clone, Debug, PartialEq)]
pub enum Compared {
    /// Two forecasts.
    Forecasts(Box<ComparedRuns>),
    /// Two trainings.
    Trainings(Box<ComparedTrainings>),
}

/// Compares two runs of one kind; forecasts at the budget that each was asked for, or at the kept one nearest to `budget`.
///
/// # Errors
/// [`CompareError`], but for [`CompareError::NoRun`].
pub fn compare(
    first: &KeptRun,
    second: &KeptRun,
    budget: Option<f64>,
) -> Result<Compared, CompareError> {
    match (first, second) {
        (KeptRun::Forecast(first), KeptRun::Forecast(second)) => {
            let compared = compare_forecasts(first, second, budget)?;
            Ok(Compared::Forecasts(Box::new(compared)))
        }
        (KeptRun::Training(first), KeptRun::Training(second)) => {
            let compared = compare_trainings(first, second)?;
            Ok(Compared::Trainings(Box::new(compared)))
        }
        _ => Err(CompareError::Unlike),
    }
}

impl Compared {
    /// In the words of the protocol.
    pub(super) fn told(&self) -> RunComparison {
        match self {
            Self::Forecasts(compared) => compared.told(),
            Self::Trainings(compared) => compared.told(),
        }
    }

    /// As JSON, indented.
    pub fn to_json(&self) -> String {
        match self {
            Self::Forecasts(compared) => compared.to_json(),
            Self::Trainings(compared) => compared.to_json(),
        }
    }

    /// As a few lines for a terminal.
    pub fn to_text(&self) -> String {
        match self {
            Self::Forecasts(compared) => compared.to_text(),
            Self::Trainings(compared) => compared.to_text(),
        }
    }
}
