//! The one façade: a request in, slices of work, events out. Native; no web types; no clock and no randomness of its own.
//!
//! Invariants: a request that fails or is cancelled leaves the current data set, model and predictions as they were;
//! each job ends with exactly one event that is not progress; work goes on in slices of some tens of milliseconds, so
//! that its host can hear a cancel between two of them.

mod assess;
mod begin;
mod compare;
mod convert;
mod data_profile;
mod estimate;
mod failure;
mod forecast;
mod job;
mod keys;
mod load;
mod open;
mod own_past;
mod paired_words;
mod predict;
mod prepared;
mod preview;
mod profile;
mod reading;
mod rows;
mod said;
mod scenario;
mod scores;
mod search;
mod shape;
mod state;
mod store;
mod train;
mod trainings;
mod unfamiliar;

pub use crate::export::kubecast::is_model_file;
pub use crate::ingest::Pull;
pub use compare::{CompareError, Compared, KeptRun, compare};
pub use forecast::{
    ChangedIncident, ComparedRuns, ForecastError, ForecastReport, ForecastRun, ForecastSpec,
    MarkFault, MarksFileError, RivalReport, RowMatrix, RunIncident, RunOutcome, compare_forecasts,
    forecast, forecast_elsewhere, read_marks,
};
pub use job::FileBytes;
pub use said::{READ_SETTINGS, Said, check_said, check_step};
pub use scenario::ScenarioText;
pub use scores::{Familiarity, Scorer, Scores};
pub use state::{Reply, Session, UnitNews, UnitWork};
pub use trainings::{ComparedTrainings, TrainedRun, compare_trainings};
