//! What the engine answers.

use super::{
    Candidate, DataProfile, DataSummary, Estimate, Failure, ForecastSummary, ForecastTrack, Mark,
    ModelSummary, PredictionSummary, Refusal, Report, RowsPage, RunComparison, ScenarioPreview,
    SearchSummary, SeriesSummary, TargetSummary,
};
use crate::data::Notice;

/// What a job is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading bytes.
    Reading,
    /// Simulating rows.
    Simulating,
    /// Finding types, distributions and what to warn of.
    Profiling,
    /// Splitting, imputing, encoding, binning.
    Preparing,
    /// Growing trees.
    Growing,
    /// Searching for better parameters.
    Searching,
    /// Scoring the held-out rows.
    Evaluating,
    /// Measuring what each column is worth.
    Explaining,
    /// Predicting new rows.
    Predicting,
    /// Writing a file.
    Writing,
}

/// An answer. Every job ends with exactly one event that is not `Progress`.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The job goes on.
    Progress {
        /// At what.
        stage: Stage,
        /// Share of the whole job done, 0 to 1, never falling.
        done: f64,
        /// A few words: `tree 31 of 100`, `12.4 of 81 MB`.
        detail: String,
        /// A search's best candidates so far.
        candidates: Vec<Candidate>,
    },
    /// The current data set changed.
    Data(Box<DataSummary>),
    /// A column as target.
    Target(Box<TargetSummary>),
    /// A page of rows.
    Rows(RowsPage),
    /// A look at the whole data set.
    Profiled(Box<DataProfile>),
    /// What a training would need.
    Estimated(Estimate),
    /// A look at a scenario.
    Preview(Box<ScenarioPreview>),
    /// A model was trained and evaluated; it is the current one.
    Trained {
        /// The model.
        model: Box<ModelSummary>,
        /// Its evaluation.
        report: Box<Report>,
        /// What is kept of it to be compared with other trainings, as JSON of the engine's own.
        run: Option<String>,
    },
    /// A search is over.
    Found(Box<SearchSummary>),
    /// Time and identity of the data set.
    Series(Box<SeriesSummary>),
    /// What warnings would be worth.
    Forecast(Box<ForecastSummary>),
    /// There is no forecast, and why; nothing was changed.
    Refused(Box<Refusal>),
    /// An entity of the last forecast over time, or one of its columns.
    Track(Box<ForecastTrack>),
    /// The incidents that a file marks.
    Marks(Vec<Mark>),
    /// How two forecasts differ.
    Compared(Box<RunComparison>),
    /// A model file was opened; it is the current one.
    Opened {
        /// The model.
        model: Box<ModelSummary>,
        /// The evaluation that it carries, if any.
        report: Option<Box<Report>>,
    },
    /// Predictions were made.
    Predicted(Box<PredictionSummary>),
    /// A page of predictions.
    PredictionRows(RowsPage),
    /// A file to keep; its bytes are the message's attachment.
    File {
        /// Its name.
        name: String,
        /// Its media type.
        media_type: String,
    },
    /// The job failed; nothing was changed.
    Failed {
        /// Why, and what to do.
        failure: Failure,
        /// What was found before.
        notices: Vec<Notice>,
    },
    /// The job was cancelled; nothing was changed.
    Cancelled,
}
