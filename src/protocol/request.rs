//! What the screen asks.

use super::{
    ForecastSpec, ModelSpec, PrepareSpec, ReadSpec, ScenarioFile, SearchSpec, SimulateSpec,
};
use crate::data::ColumnKind;

/// A file that comes along: its bytes are the message's attachment of the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHead {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// When it was written, in seconds since 1970, where that is known: exports without a time are as old as that.
    pub modified_secs: Option<u64>,
}

/// Which predictions to list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PredictionFilter {
    /// Only rows predicted as this class.
    pub class: Option<String>,
    /// Only rows whose predicted class has at least this probability.
    pub min_probability: Option<f64>,
    /// Only rows where truth and prediction differ; lists nothing where no truth is known.
    pub wrong_only: bool,
    /// Only rows that are unlike those learned from; lists nothing where the model does not tell.
    pub unfamiliar_only: bool,
}

/// Which rows of the data set to list, and in what order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowsView {
    /// The column to sort by; none keeps the table's order. Missing values come last either way.
    pub sort: Option<String>,
    /// Whether the largest comes first.
    pub descending: bool,
    /// Only rows that pass.
    pub filter: Option<RowsFilter>,
}

/// Which rows of the data set to list, by one column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowsFilter {
    /// The column.
    pub column: String,
    /// Only cells in whose text this occurs, in letters large or small.
    pub contains: String,
    /// Of numbers: only values of at least this.
    pub min: Option<f64>,
    /// Of numbers: only values of at most this.
    pub max: Option<f64>,
}

/// A question to the session. One data set, one model and one table of predictions are current at a time; a request
/// that fails leaves all three as they were.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Read these files (attachments, in order) into the current data set: tables with equal headers are stacked, and
    /// exports of metrics joined on time and labels. Answer: `Data`.
    Load {
        /// The files.
        files: Vec<FileHead>,
        /// How to read them; none guesses everything.
        reading: Option<Box<ReadSpec>>,
    },
    /// Simulate into the current data set. Answer: `Data`.
    Simulate {
        /// The scenario.
        spec: Box<SimulateSpec>,
        /// Whether this is the sample of a first visit, for the summary's origin.
        sample: bool,
    },
    /// Look at a scenario without simulating it into anything. Answer: `Preview`.
    PreviewScenario {
        /// The scenario.
        spec: Box<SimulateSpec>,
        /// The episode to look at, by its number; absent: the first that shows itself whole.
        episode: Option<u32>,
    },
    /// A scenario's table or what is beside it; changes nothing. Answer: `File`.
    ExportScenario {
        /// The scenario.
        spec: Box<SimulateSpec>,
        /// Which file.
        what: ScenarioFile,
    },
    /// Read a column as another kind. Answer: `Data`.
    SetKind {
        /// The column's name.
        column: String,
        /// Its new kind.
        kind: ColumnKind,
    },
    /// Look at a column as target. Answer: `Target`.
    DescribeTarget {
        /// The column's name.
        column: String,
    },
    /// A page of the current data set's rows. Answer: `Rows`.
    Rows {
        /// First row, from 0.
        offset: u64,
        /// At most this many.
        limit: u32,
        /// Which rows and in what order; none lists all as they stand.
        view: Option<Box<RowsView>>,
    },
    /// Look at the whole of the current data set. Answers: `Progress`, then `Profiled`.
    Profile {
        /// The target whose classes are compared; empty for none.
        target: String,
    },
    /// What a training would need. Answer: `Estimated`.
    Estimate {
        /// From table to features.
        prepare: PrepareSpec,
        /// From features to model.
        model: ModelSpec,
    },
    /// Train and evaluate on the current data set. Answers: `Progress`, then `Trained`.
    Train {
        /// From table to features.
        prepare: PrepareSpec,
        /// From features to model.
        model: ModelSpec,
    },
    /// Search for parameters that score better on the training rows' folds; changes nothing. Answers: `Progress` with
    /// candidates, then `Found`.
    Search {
        /// From table to features.
        prepare: PrepareSpec,
        /// The model with the user's own parameters.
        model: ModelSpec,
        /// How to search.
        search: SearchSpec,
    },
    /// Find time, identity and incidents in the current data set. Answer: `Series`.
    DescribeSeries {
        /// What is named; all of it may be left open.
        spec: Box<ForecastSpec>,
    },
    /// How early, and how often wrongly, would it have warned? Answers: `Progress`, then `Forecast` or `Refused`.
    Forecast {
        /// What is asked.
        spec: Box<ForecastSpec>,
    },
    /// An entity of the last forecast over time. Answer: `Track`.
    Track {
        /// The entity's number.
        entity: u32,
        /// From which second to which; none for all that was judged.
        secs: Option<(f64, f64)>,
    },
    /// A column of an entity over time, to mark incidents on. Answer: `Track`, with the column in place of a kind.
    Metric {
        /// What is named of time and entities; all of it may be left open.
        spec: Box<ForecastSpec>,
        /// The entity's number.
        entity: u32,
        /// The column; empty: the first that a forecast would look at.
        column: String,
        /// From which second to which; none for all.
        secs: Option<(f64, f64)>,
    },
    /// Incidents that were marked, from a file (attachment) with the columns `from`, `until`, `kind` and perhaps `entity`.
    /// Answer: `Marks`.
    ReadMarks {
        /// The file's name.
        name: String,
    },
    /// The last forecast's report as JSON. Answer: `File`.
    ExportForecast,
    /// Compare two forecasts, or two trainings, by what was kept of them. Answer: `Compared`.
    CompareRuns {
        /// The first and the second, as [`ForecastSummary::run`](super::ForecastSummary::run) or
        /// [`Event::Trained`](super::Event::Trained) told.
        runs: (String, String),
        /// The budget to compare forecasts at; none for each run's own.
        budget: Option<f64>,
    },
    /// Make a model file (attachment) the current model. Answer: `Opened`.
    OpenModel {
        /// The file's name.
        name: String,
    },
    /// The current model as a file. Answer: `File`.
    SaveModel,
    /// Predict rows of these files (attachments) with the current model. Answer: `Predicted`.
    Predict {
        /// The files; none means the current data set.
        files: Vec<FileHead>,
        /// How to read them, whatever was said of those that the model learned from; none guesses everything.
        reading: Option<Box<ReadSpec>>,
    },
    /// A page of the predictions. Answer: `PredictionRows`.
    PredictionRows {
        /// Which rows.
        filter: PredictionFilter,
        /// First of the filtered rows, from 0.
        offset: u64,
        /// At most this many.
        limit: u32,
    },
    /// The current data set as CSV. Answer: `File`.
    ExportData,
    /// Every row of the files that was repaired or left out as the current data set was read, as CSV. Answer: `File`.
    ExportRowNotes,
    /// The predictions as CSV. Answer: `File`.
    ExportPredictions,
    /// The last training's report as JSON. Answer: `File`.
    ExportReport,
}
