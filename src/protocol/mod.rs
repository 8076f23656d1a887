//! What the screen and the engine say to each other: plain data with public fields, written as versioned bytes.
//!
//! Invariants: nothing here computes, but for the words of what was chosen ([`option_lines`]); a message that cannot be read
//! is a [`WireError`], never a panic; every message carries the job it belongs to, so that what arrives late can be dropped. Options read from JSON fall back to their
//! defaults field by field, so that an old model file or a script with two options is understood.

mod event;
mod failure;
mod forecast;
mod option_lines;
mod preview;
mod profile;
mod reading;
mod request;
mod scenario;
mod shape;
mod spec;
mod summary;
mod wire;

pub use event::{Event, Stage};
pub use failure::{Failure, FailureCode, Place};
pub use forecast::{
    BudgetRung, CalibrationBin, CalibrationSummary, Flattering, ForecastOutcome, ForecastSpec,
    ForecastSummary, ForecastTrack, IncidentLine, LeakSummary, Mark, Mend, Refusal, RivalSummary,
    RunComparison, SeriesSummary, TrackIncident, TrackKind, TrackPage, WatchedEntity,
};
pub use option_lines::option_lines;
pub use preview::{PreviewAlert, PreviewEpisode, PreviewMetric, ScenarioFile, ScenarioPreview};
pub use profile::{
    ClassColumn, ClassNames, ClassProfile, ClassRows, CorrelatedPair, CorrelationProfile,
    CounterLine, DataProfile, EntityLine, MissingGroup, MissingPattern, MissingProfile, NameRows,
    SeriesProfile, Spread,
};
pub use reading::{Guess, ReadSetting, ReadSpec, ReadingSummary, RowNote, RowNotes};
pub use request::{FileHead, PredictionFilter, Request, RowsFilter, RowsView};
pub use scenario::{
    Exporters, LabelRule, LoadShape, ScenarioColumns, ScenarioPreset, SimulateSpec,
};
pub use spec::{
    BoostSpec, ClassWeight, Criterion, Encoding, FoldKind, ForestSpec, MaxFeatures, Missing,
    ModelSpec, Options, PrepareSpec, Scaling, SearchScore, SearchSpec, TreeSpec,
};
pub use summary::{
    Baseline, Candidate, ClassCount, ClassScore, ColumnSummary, Curve, DataOrigin, DataSummary,
    Estimate, FileSummary, Importance, Interval, JoinSummary, JoinedColumn, ModelSummary,
    PredictionSummary, Profile, Report, RowsPage, RunRecord, SearchSummary, TargetSummary,
    Undefined, UnfamiliarRows,
};
pub use wire::{Envelope, VERSION, WireError, decode, encode};

/// Numbers the jobs of one page; an event of a job that is no longer current is dropped.
pub type JobId = u64;
