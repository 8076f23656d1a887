//! What happened.

use std::rc::Rc;

use super::ahead::Nudge;
use super::form::{FeatureRule, Field, HeldOut, MissingRule, ModelKind};
use super::marking::Marking;
use super::{FileRef, Handle, Kept, Route};
use crate::data::ColumnKind;
use crate::protocol::{
    ClassWeight, Criterion, Encoding, Event, Failure, FoldKind, JobId, PredictionFilter, ReadSpec,
    Request, RowsView, Scaling, ScenarioFile,
};

/// Something that happened, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Milliseconds since 1970.
    pub at_millis: f64,
    /// What.
    pub act: Act,
}

/// A choice in a form.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each is a field of `Settings`")]
pub enum Setting {
    Text(Field, Rc<str>),
    Issue(String, bool),
    /// A choice of the scenario by its name, as a link has it; empty: as the preset.
    Scenario(&'static str, String),
    Column(String, bool),
    AllColumns,
    NoColumns,
    SuggestedColumns,
    Missing(MissingRule),
    Indicator(bool),
    Scaling(Scaling),
    Encoding(Encoding),
    Stratify(bool),
    MarkUnfamiliar(bool),
    OwnPast(bool),
    Model(ModelKind),
    Features(FeatureRule),
    ForestWeight(ClassWeight),
    BoostWeight(ClassWeight),
    ForestCriterion(Criterion),
    TreeCriterion(Criterion),
    Bootstrap(bool),
    RandomCuts(bool),
    /// Whether the forest judges its own rows.
    OutOfBag(bool),
    SearchSecs(u32),
    /// The time's column; empty: as it is found.
    ForecastTime(String),
    /// The columns that tell entities apart; the first empty: as they are found.
    ForecastEntity([String; 2]),
    ForecastHeldOut(HeldOut),
    /// A column that was left out of a forecast is to be looked at again.
    ForecastPutBack(String),
    Folds(FoldKind),
    /// The parameters of the chosen model, back to what they were at first.
    ModelDefaults,
    /// The recipe, back to what it was at first.
    PrepareDefaults,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// The page is up; this was kept from the last visit. `Err`: the browser keeps nothing, and why.
    Started(Result<Box<Kept>, String>),
    /// Another step came into sight.
    Went(Route),
    /// Files were dropped or chosen. On the prediction step they are to be predicted.
    Dropped(Vec<FileRef>),
    /// The files of folders were dropped, hidden ones left out.
    DroppedFolder {
        /// By their paths.
        files: Vec<FileRef>,
        /// Whether there were more than are taken.
        is_cut: bool,
    },
    /// Files were chosen as data.
    LoadFiles(Vec<FileRef>),
    /// Files were chosen to be predicted.
    PredictFiles(Vec<FileRef>),
    /// The data set itself is to be predicted.
    PredictData,
    /// The scenario of the form is to be simulated.
    Simulate,
    /// A link to a scenario was opened: what stands after the `?`.
    Linked(String),
    /// The scenario's choices have not changed for a moment, if this is their last change.
    PreviewDue(u64),
    /// Another episode of the preview is to be looked at, by its number.
    LookAt(u32),
    /// A file of the scenario is wanted.
    ExportScenario(ScenarioFile),
    /// The link to the scenario is to be copied.
    CopyLink,
    /// It was.
    Copied,
    /// The sample is to be loaded.
    LoadSample,
    /// Something was typed or chosen.
    Set(Setting),
    /// A fresh seed is wanted.
    FreshSeed(Field),
    /// A column is to be read as another kind.
    SetKind(String, ColumnKind),
    /// The files at hand are to be read again, as this says.
    ReadAs(ReadSpec),
    /// How this one of them was read is to be seen; that of all of them, if there is none of that name.
    SeeReading(String),
    /// Another target; empty: incidents are marked by hand.
    SetTarget(String),
    /// A model is to be trained.
    Train,
    /// Better settings are to be searched for.
    Search,
    /// Incidents are marked by hand.
    Mark(Marking),
    /// The table is to be forecast.
    Forecast,
    /// The same, with what mends the refusal.
    Mend,
    /// The same, though its split leaks.
    ForecastAnyway,
    /// Another budget of the forecast is looked at, by its place.
    Budget(usize),
    /// Another entity of it, by its number.
    Watch(u32),
    /// Another time of that entity, in seconds; none for all.
    Span(Option<(f64, f64)>),
    /// The time in sight is drawn along, or made wider or closer.
    Nudge(Nudge),
    /// A model is to be trained with the settings that were found.
    TrainFound,
    /// The job at work is to stop.
    Cancel,
    /// What waits is not wanted any more.
    DropWaiting,
    /// Stop the job at work and begin with what waits.
    PreferWaiting,
    /// The whole data set is to be looked at.
    Profile,
    /// Other rows of the data set are to be listed, or in another order.
    ViewRows(RowsView),
    /// Another page of them, by its first row.
    PageRows(u64),
    /// Other predictions are to be listed.
    Filter(PredictionFilter),
    /// Another page of them, by its first row.
    Page(u64),
    /// A file is wanted: `SaveModel`, `ExportData`, `ExportPredictions` or `ExportReport`.
    Export(Request),
    /// The run log is wanted, as JSON or as text.
    ExportRuns {
        /// Whether as JSON.
        json: bool,
    },
    /// A run is to be compared, or not any more.
    Compare(usize, bool),
    /// The forecasts that are compared are to be so at this budget.
    CompareAt(f64),
    /// The run log is to be cleared (asks first).
    ClearRuns,
    /// Yes, or no.
    ConfirmClear(bool),
    /// What was kept is to be forgotten.
    Forget,
    /// The note about the last visit was read.
    DismissRestored,
    /// An alert was read.
    Dismiss(u64),
    /// A failure of a value was read.
    DismissFailure(Route),
    /// The engine says something.
    Heard {
        /// The job.
        job: JobId,
        /// What.
        event: Box<Event>,
        /// A file's bytes.
        attachment: Option<Handle<Vec<u8>>>,
    },
    /// The engine died; one sentence says of what.
    Lost(String),
    /// Something outside failed.
    Trouble(Box<Failure>),
}
