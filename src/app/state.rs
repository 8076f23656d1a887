//! Everything that the screen shows.

use std::collections::VecDeque;
use std::rc::Rc;

use super::form::Settings;
use super::{Attachment, Handle};
use crate::data::{ColumnKind, Notice, SortedSet};
use crate::protocol::{
    Candidate, DataProfile, DataSummary, Estimate, Failure, ForecastSummary, ForecastTrack, JobId,
    ModelSpec, ModelSummary, PredictionFilter, PredictionSummary, PrepareSpec, ReadSpec, Refusal,
    Report, Request, RowsPage, RowsView, RunComparison, RunRecord, ScenarioPreview, SearchSummary,
    SeriesSummary, SimulateSpec, Stage, TargetSummary,
};

/// A step of the spine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Route {
    #[default]
    Data,
    Prepare,
    Train,
    Evaluate,
    Forecast,
    Predict,
    Keep,
    Runs,
    /// A page beside the spine, reached from the data.
    Simulate,
}

impl Route {
    /// The steps of the spine, in order.
    pub const STEPS: [Self; 8] = [
        Self::Data,
        Self::Prepare,
        Self::Train,
        Self::Evaluate,
        Self::Forecast,
        Self::Predict,
        Self::Keep,
        Self::Runs,
    ];

    /// Its word.
    pub fn title(self) -> &'static str {
        match self {
            Self::Data => "Data",
            Self::Prepare => "Prepare",
            Self::Train => "Train",
            Self::Evaluate => "Evaluate",
            Self::Forecast => "Forecast",
            Self::Predict => "Predict",
            Self::Keep => "Keep",
            Self::Runs => "Runs",
            Self::Simulate => "Simulate",
        }
    }

    /// Its address after the `#`.
    pub fn hash(self) -> &'static str {
        match self {
            Self::Data => "#/data",
            Self::Prepare => "#/prepare",
            Self::Train => "#/train",
            Self::Evaluate => "#/evaluate",
            Self::Forecast => "#/forecast",
            Self::Predict => "#/predict",
            Self::Keep => "#/keep",
            Self::Runs => "#/runs",
            Self::Simulate => "#/simulate",
        }
    }

    /// The step of an address; an unknown one is none.
    pub fn of_hash(hash: &str) -> Option<Self> {
        let (hash, _) = hash.split_once('?').unwrap_or((hash, ""));
        Self::STEPS
            .into_iter()
            .chain([Self::Simulate])
            .find(|r| r.hash() == hash)
    }

    /// The step of the spine that it belongs to.
    pub fn step(self) -> Self {
        match self {
            Self::Simulate => Self::Data,
            step => step,
        }
    }
}

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// At what; absent until it is known.
    pub stage: Option<Stage>,
    /// Share done, 0 to 1.
    pub done: f64,
    /// A few words.
    pub detail: Rc<str>,
    /// Estimated seconds left; absent until there is something to estimate from.
    pub left_secs: Option<f64>,
}

/// A value that is fetched: not asked for, under way, there, or failed. While it is renewed and after a failure the
/// last value stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Async<T> {
    /// Not asked for.
    #[default]
    Idle,
    /// Under way.
    Running {
        /// How far.
        progress: Progress,
        /// What was there before.
        last: Option<T>,
    },
    /// There.
    Ready(T),
    /// Failed.
    Failed {
        /// Why, and what to do.
        failure: Handle<Failure>,
        /// What was noticed before it failed.
        notices: Handle<Vec<Notice>>,
        /// The job, so that the same failure twice is told twice.
        job: JobId,
        /// What was there before.
        last: Option<T>,
    },
}

impl<T: Clone> Async<T> {
    /// The value, or the last one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Idle => None,
            Self::Running { last, .. } | Self::Failed { last, .. } => last.as_ref(),
            Self::Ready(value) => Some(value),
        }
    }

    /// How far it is, if it is under way.
    pub fn running(&self) -> Option<&Progress> {
        match self {
            Self::Running { progress, .. } => Some(progress),
            _ => None,
        }
    }

    pub(super) fn run(&mut self, progress: Progress) {
        let last = self.value().cloned();
        *self = Self::Running { progress, last };
    }

    pub(super) fn fail(&mut self, job: JobId, failure: Failure, notices: Vec<Notice>) {
        let last = self.value().cloned();
        *self = Self::Failed {
            failure: Handle::new(failure),
            notices: Handle::new(notices),
            job,
            last,
        };
    }

    /// Back to the last value: what was under way is over, a failure was read.
    pub(super) fn settle(&mut self) {
        *self = match self.value() {
            Some(value) => Self::Ready(value.clone()),
            None => Self::Idle,
        };
    }
}

/// A file that the page holds, by its key there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRef {
    /// Its key in the page's own list.
    pub key: u32,
    /// Its name.
    pub name: Rc<str>,
    /// Its size.
    pub bytes: u64,
    /// When it was written, in seconds since 1970, where that is known.
    pub modified_secs: Option<u64>,
}

/// Where a data set can be had again.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// From these files.
    Files(Rc<[FileRef]>),
    /// From the simulator.
    Scenario {
        /// The scenario.
        spec: Rc<SimulateSpec>,
        /// Whether it is the sample of a first visit.
        sample: bool,
    },
}

/// A data set's origin, and what was changed by hand since.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Where it comes from.
    pub origin: Origin,
    /// Columns read as another kind.
    pub kinds: Rc<[(String, ColumnKind)]>,
    /// The target, where it is not the guess.
    pub target: Option<Rc<str>>,
    /// What was said of how its files are to be read.
    pub reading: Rc<ReadSpec>,
}

impl Source {
    /// An origin with nothing changed.
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            kinds: Rc::new([]),
            target: None,
            reading: Rc::default(),
        }
    }

    /// A name for people.
    pub fn name(&self) -> String {
        match &self.origin {
            Origin::Files(files) => match files.as_ref() {
                [] => "no file".to_owned(),
                [one] => one.name.to_string(),
                [one, ..] => format!("{} and {} more", one.name, files.len() - 1),
            },
            Origin::Scenario { sample: true, .. } => "the sample".to_owned(),
            Origin::Scenario { .. } => "the simulation".to_owned(),
        }
    }
}

/// What a job is for.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the variants say it; `restoring`: not asked for by a person"
)]
pub enum Purpose {
    Load {
        source: Source,
        restoring: bool,
    },
    SetKind {
        column: String,
        kind: ColumnKind,
        restoring: bool,
    },
    Target {
        column: String,
    },
    Train {
        prepare: Box<PrepareSpec>,
        model: Box<ModelSpec>,
    },
    Search {
        prepare: Box<PrepareSpec>,
        model: Box<ModelSpec>,
    },
    /// Time and identity of the data set.
    Series,
    /// What warnings would be worth.
    Forecast,
    /// An entity of the forecast over time.
    Track,
    /// A column to mark incidents on.
    Metric,
    /// A file of marks.
    Marks,
    Open {
        name: Rc<str>,
        restoring: bool,
    },
    /// The model's bytes, to be kept in the browser.
    Remember,
    Predict {
        name: Rc<str>,
    },
    /// A page of the data set's rows.
    Rows,
    /// A look at the whole data set, for which nobody waits.
    Profile,
    /// A page of predictions.
    Page,
    /// A look at the scenario of the form.
    Preview,
    /// A file to download.
    Export,
    /// What a training would need.
    Estimate,
    /// How two forecasts differ.
    Compare,
}

impl Purpose {
    /// What is being done, for people.
    pub fn words(&self) -> String {
        match self {
            Self::Load { source, .. } => match source.origin {
                Origin::Files(_) => format!("Reading {}", source.name()),
                Origin::Scenario { sample: true, .. } => "Making the sample".to_owned(),
                Origin::Scenario { .. } => "Simulating".to_owned(),
            },
            Self::SetKind { column, .. } => format!("Reading {column} again"),
            Self::Target { column } => format!("Looking at {column}"),
            Self::Train { model, .. } => format!("Training a {}", model.name()),
            Self::Search { model, .. } => format!("Searching for a better {}", model.name()),
            Self::Series => "Finding time and entities".to_owned(),
            Self::Forecast => "Forecasting".to_owned(),
            Self::Track | Self::Metric => "Looking at an entity".to_owned(),
            Self::Marks => "Reading marks".to_owned(),
            Self::Open { name, .. } => format!("Opening {name}"),
            Self::Remember => "Keeping the model".to_owned(),
            Self::Predict { name } => format!("Predicting {name}"),
            Self::Rows => "Listing rows".to_owned(),
            Self::Profile => "Profiling".to_owned(),
            Self::Page => "Listing predictions".to_owned(),
            Self::Preview => "Looking at the scenario".to_owned(),
            Self::Export => "Writing the file".to_owned(),
            Self::Estimate => "Probing".to_owned(),
            Self::Compare => "Comparing".to_owned(),
        }
    }

    /// Whether only the newest of its sort is of interest.
    pub(super) fn replaces(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Load { .. }, Self::Load { .. } | Self::SetKind { .. })
                | (Self::Rows, Self::Rows)
                | (Self::Profile, Self::Profile)
                | (Self::Page, Self::Page)
                | (Self::Preview, Self::Preview)
                | (Self::Target { .. }, Self::Target { .. })
                | (Self::Train { .. }, Self::Train { .. })
                | (Self::Search { .. }, Self::Search { .. })
                | (Self::Series, Self::Series)
                | (Self::Forecast, Self::Forecast)
                | (Self::Track, Self::Track)
                | (Self::Metric, Self::Metric)
                | (Self::Remember, Self::Remember)
                | (Self::Compare, Self::Compare)
                | (Self::Estimate, Self::Estimate)
        )
    }
}

/// The job at work.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What it is for.
    pub purpose: Purpose,
    /// When it began, in milliseconds since 1970.
    pub began_millis: f64,
    /// How far it is.
    pub progress: Progress,
}

/// A job that waits for the one at work.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// What it is for.
    pub purpose: Purpose,
    /// What will be asked.
    pub request: Request,
    /// What goes along.
    pub attachments: Vec<Attachment>,
}

/// A model and what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// The model.
    pub model: ModelSummary,
    /// Its evaluation, if it carries one.
    pub report: Option<Rc<Report>>,
    /// The file that it was opened from; absent where it was trained here, in this visit or the last.
    pub file: Option<Rc<str>>,
    /// Seconds from the order to the report; 0 where it was opened or is of the last visit.
    pub secs: f64,
}

/// Something to be read that belongs to no single value.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Tells two equal ones apart.
    pub id: u64,
    /// What.
    pub failure: Handle<Failure>,
}

/// What the browser keeps of a visit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// The last data set.
    pub source: Option<Source>,
    /// The last model file, its name first.
    pub model: Option<(Rc<str>, Handle<Vec<u8>>)>,
    /// The run log.
    pub runs: Vec<RunRecord>,
}

/// Everything that the screen shows.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The step in sight.
    pub route: Route,
    /// The data set.
    pub data: Async<Handle<DataSummary>>,
    /// Where it can be had again.
    pub source: Option<Source>,
    /// The one of its files whose reading is in sight; of no such name where it is that of all of them.
    pub reading_of: Rc<str>,
    /// The target.
    pub target: Async<Handle<TargetSummary>>,
    /// What was typed and chosen.
    pub settings: Handle<Settings>,
    /// The model.
    pub model: Async<Handle<Trained>>,
    /// Its file, once it was fetched.
    pub model_bytes: Option<(Rc<str>, Handle<Vec<u8>>)>,
    /// The last search for better settings.
    pub search: Async<Handle<SearchSummary>>,
    /// The best candidates of the search at work.
    pub candidates: Handle<Vec<Candidate>>,
    /// Time and identity of the data set.
    pub series: Async<Handle<SeriesSummary>>,
    /// What warnings would be worth.
    pub forecast: Async<Handle<ForecastSummary>>,
    /// Which of its budgets is looked at.
    pub rung: Handle<usize>,
    /// Why there is no forecast.
    pub refusal: Option<Handle<Refusal>>,
    /// The seconds of the entity that were asked for last; none for all.
    pub sight: Option<(f64, f64)>,
    /// The entity of it in sight.
    pub track: Async<Handle<ForecastTrack>>,
    /// The column on which incidents are marked.
    pub marking: Option<Handle<ForecastTrack>>,
    /// The seconds of it that were asked for last; none for all.
    pub marking_sight: Option<(f64, f64)>,
    /// The seconds between which a pointer is drawn on it.
    pub drag: Handle<Option<(f64, f64)>>,
    /// The rows of the data set in sight; idle while they are the first of all.
    pub rows: Async<Handle<RowsPage>>,
    /// Which of them are listed.
    pub rows_view: Handle<RowsView>,
    /// The look at the whole data set.
    pub profile: Async<Handle<DataProfile>>,
    /// The predictions.
    pub predictions: Async<Handle<PredictionSummary>>,
    /// The page of them in sight.
    pub page: Async<Handle<RowsPage>>,
    /// The look at the scenario of the form.
    pub preview: Async<Handle<ScenarioPreview>>,
    /// Counts the changes of that form.
    pub preview_turn: u64,
    /// Which predictions are listed.
    pub filter: PredictionFilter,
    /// The run log.
    pub runs: Handle<Vec<RunRecord>>,
    /// Runs to be compared, by place in the log.
    pub compared: SortedSet<usize>,
    /// How the two forecasts among them differ, once the engine has said so.
    pub comparison: Option<Handle<RunComparison>>,
    /// The job at work.
    pub job: Option<Job>,
    /// The jobs that wait.
    pub queue: VecDeque<Pending>,
    /// The last job's number.
    pub last_job: JobId,
    /// What belongs to no single value.
    pub alerts: Vec<Alert>,
    /// The last result, as a sentence for the live region.
    pub said: Rc<str>,
    /// The data set that was restored from the last visit.
    pub restored: Option<Rc<str>>,
    /// Whether this browser keeps things; absent until it is known.
    pub keeps: Option<bool>,
    /// Whether the log is to be cleared, once confirmed.
    pub clearing_runs: bool,
    /// What a training with the settings at hand would need, once it is known.
    pub estimate: Option<Estimate>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            route: Route::Data,
            data: Async::Idle,
            source: None,
            reading_of: "".into(),
            target: Async::Idle,
            settings: Handle::default(),
            model: Async::Idle,
            search: Async::Idle,
            candidates: Handle::default(),
            model_bytes: None,
            series: Async::Idle,
            forecast: Async::Idle,
            rung: Handle::default(),
            sight: None,
            refusal: None,
            track: Async::Idle,
            marking: None,
            marking_sight: None,
            drag: Handle::default(),
            rows: Async::Idle,
            rows_view: Handle::default(),
            profile: Async::Idle,
            predictions: Async::Idle,
            page: Async::Idle,
            preview: Async::Idle,
            preview_turn: 0,
            filter: PredictionFilter::default(),
            runs: Handle::default(),
            compared: SortedSet::default(),
            comparison: None,
            job: None,
            queue: VecDeque::new(),
            last_job: 0,
            alerts: Vec::new(),
            said: "".into(),
            restored: None,
            keeps: None,
            clearing_runs: false,
            estimate: None,
        }
    }
}

impl State {
    /// The training or the search for better settings at work, if one is.
    pub fn training(&self) -> Option<&Job> {
        self.job.as_ref().filter(|j| {
            matches!(
                j.purpose,
                Purpose::Train { .. } | Purpose::Search { .. } | Purpose::Forecast
            )
        })
    }

    /// What a person asked for and waits for the job at work, if anything does.
    pub fn waiting(&self) -> Option<&Pending> {
        self.queue.iter().find(|p| {
            matches!(
                p.purpose,
                Purpose::Load {
                    restoring: false,
                    ..
                } | Purpose::Open {
                    restoring: false,
                    ..
                } | Purpose::Predict { .. }
            )
        })
    }

    /// The columns to learn from, in file order.
    pub fn features(&self) -> Vec<&str> {
        let (Some(data), Some(target)) = (self.data.value(), self.target.value()) else {
            return Vec::new();
        };
        data.columns
            .iter()
            .map(|c| c.name.as_str())
            .filter(|name| {
                *name != target.column
                    && match &self.settings.columns {
                        Some(chosen) => chosen.contains(*name),
                        None => target.features.iter().any(|f| f == name),
                    }
            })
            .collect()
    }
}
