//! Warnings ahead of time: what is asked, what is refused, and what they are worth by incident.

use super::{Failure, Interval};

/// How early, and how often wrongly, would it have warned?
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastSpec {
    /// The time's column; none for the likeliest.
    pub time: Option<String>,
    /// The columns that tell entities apart; none for those that do.
    pub entity: Vec<String>,
    /// The label's column; empty where incidents are marked.
    pub target: String,
    /// Incidents that a person marked, in place of a label's column; none where there is one.
    pub marks: Option<Vec<Mark>>,
    /// Columns to look at; none for every number.
    pub columns: Vec<String>,
    /// Columns left out.
    pub leave: Vec<String>,
    /// How far ahead, in minutes.
    pub horizon_minutes: u32,
    /// How far back, in minutes.
    pub windows_minutes: Vec<u32>,
    /// Health between two flaps of one incident, at most, in minutes.
    pub gap_minutes: u32,
    /// False pages per cluster-day that are paid.
    pub budget: f64,
    /// Hold out entities rather than later rows.
    pub by_entity: bool,
    /// Hold out rows drawn at random, which leaks: to see by how much.
    pub shuffled: bool,
    /// Keep the first of the rows that repeat an entity's instant.
    pub first_of_duplicates: bool,
    /// Score a split that leaks all the same.
    pub anyway: bool,
    /// Trees of the forest.
    pub trees: u32,
    /// Everything that is drawn.
    pub seed: u64,
}

impl Default for ForecastSpec {
    fn default() -> Self {
        Self {
            time: None,
            entity: Vec::new(),
            target: "issue_type".to_owned(),
            marks: None,
            columns: Vec::new(),
            leave: Vec::new(),
            horizon_minutes: 30,
            windows_minutes: vec![5, 15, 60],
            gap_minutes: 10,
            budget: 0.5,
            by_entity: false,
            shuffled: false,
            first_of_duplicates: false,
            anyway: false,
            trees: 100,
            seed: 42,
        }
    }
}

/// An incident that a person marked: rows from one instant on, up to another, which is not of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The entity, as the table names it (cells of several columns joined by `/`); empty: all of them.
    pub entity: String,
    /// The first instant, in any form in which a table's cell may hold one; without a zone it is as the data's. Where time is
    /// counted, a number of the time's column.
    pub from: String,
    /// The first instant after it, likewise.
    pub until: String,
    /// The kind of issue.
    pub kind: String,
}

/// Time and identity as they were found in a table, or named.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeriesSummary {
    /// The time's column; empty where there is none.
    pub time: String,
    /// The columns that tell entities apart; none where all rows are of one.
    pub entity: Vec<String>,
    /// Entities.
    pub entities: u32,
    /// Whether the time is a number, one of which counts as a minute.
    pub counted: bool,
    /// The usual step between rows of an entity, in seconds.
    pub step_secs: f64,
    /// The first instant and the last, as text.
    pub span: Vec<String>,
    /// Gaps of more than two steps.
    pub gaps: u64,
    /// Rows that have entity and instant in common with another.
    pub duplicates: u64,
    /// Rows at which time goes backwards.
    pub backwards: u64,
    /// Rows without a time.
    pub without_time: u64,
    /// Incidents, by the label's column or as they are marked.
    pub incidents: u32,
    /// Where incidents are marked, the names of the first 500 entities, by number.
    pub names: Vec<String>,
    /// The marks that were asked about, in their order, with instants in UTC where these can be read.
    pub marks: Vec<Mark>,
    /// Both instants of each mark in seconds since 1970 (minutes that are counted, times 60), where they can be read.
    pub mark_secs: Vec<Option<f64>>,
    /// Rows of the table within each mark.
    pub mark_rows: Vec<u64>,
    /// What is wrong with each mark; empty where nothing is.
    pub mark_problems: Vec<String>,
    /// Why nothing can be forecast so, if that is known already.
    pub refusal: Option<Refusal>,
}

/// A way on after a refusal: a change of what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mend {
    /// Leave this column out.
    Leave(String),
    /// Split forward in time.
    Forward,
    /// Hold out entities.
    ByEntity,
    /// Look so many minutes ahead.
    Horizon(u32),
    /// Of rows that repeat a time keep the first.
    FirstOfDuplicates,
}

/// Why there is no forecast, and the ways on.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// In words.
    pub failure: Failure,
    /// How the split leaks; none where something else is wrong.
    pub leaks: Vec<LeakSummary>,
    /// What would mend it: all of these together.
    pub mends: Vec<Mend>,
}

/// A leak of a split.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeakSummary {
    /// What it means.
    pub meaning: String,
    /// What mends it.
    pub repair: String,
    /// Rows that it touches.
    pub count: u64,
    /// Some (row learned from, row judged by), numbered from 1.
    pub rows: Vec<(u64, u64)>,
}

/// Incidents and pages of one kind, or of all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IncidentLine {
    /// The kind.
    pub name: String,
    /// Incidents.
    pub incidents: u32,
    /// Caught ahead.
    pub ahead: u32,
    /// Caught while they were on.
    pub late: u32,
    /// Not caught.
    pub missed: u32,
    /// Median lead of those caught ahead, in minutes.
    pub lead_minutes: Option<f64>,
    /// Its 10th percentile.
    pub lead_p10_minutes: Option<f64>,
    /// 90 % interval of the share caught ahead.
    pub recall_ahead: Option<Interval>,
    /// 90 % interval of the median lead, in minutes.
    pub lead_interval: Option<Interval>,
    /// Median delay of those caught late, in minutes.
    pub delay_minutes: Option<f64>,
    /// Pages in the horizon before an incident.
    pub pages_ahead: u32,
    /// Pages during one.
    pub pages_during: u32,
    /// False pages.
    pub pages_false: u32,
    /// Of these: about an incident of another kind.
    pub false_wrong_kind: u32,
    /// Of these: up to two horizons before one.
    pub false_too_early: u32,
    /// Pages that nobody can judge.
    pub pages_undecided: u32,
    /// False pages per day of the time watched.
    pub false_per_day: f64,
    /// The same, for each cluster.
    pub false_per_cluster_day: f64,
    /// Share of decided pages that were about an incident.
    pub page_precision: Option<f64>,
    /// Pages about an incident for each that was caught.
    pub pages_per_incident: Option<f64>,
}

/// What came of the thresholds that a budget buys, on the part that is judged by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForecastOutcome {
    /// Each kind's threshold, in the order of [`ForecastSummary::kinds`]; none pages never.
    pub thresholds: Vec<Option<f64>>,
    /// All kinds.
    pub all: IncidentLine,
    /// Each kind that has incidents or pages.
    pub kinds: Vec<IncidentLine>,
    /// 90 % interval of the share caught ahead.
    pub recall_ahead: Option<Interval>,
    /// 90 % interval of the median lead, in minutes.
    pub lead_minutes: Option<Interval>,
    /// 90 % interval of false pages per day.
    pub false_per_day: Option<Interval>,
    /// Rows of each of [`ForecastSummary::row_classes`] (down) that were said to be of each (across).
    pub row_counts: Vec<Vec<u64>>,
    /// The same in a sentence, without its full stop.
    pub rows_finding: String,
}

/// A rule that needs no learning, on the same rows with the same policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RivalSummary {
    /// What it is.
    pub name: String,
    /// What came of its thresholds.
    pub outcomes: Vec<IncidentLine>,
}

/// What a budget buys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BudgetRung {
    /// False pages per cluster-day that are paid.
    pub budget: f64,
    /// Which of the model's outcomes.
    pub outcome: u32,
    /// Which of each rival's.
    pub rivals: Vec<u32>,
}

/// A group of rows with nearly the same probability.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CalibrationBin {
    /// Mean probability.
    pub mean: f64,
    /// Share of them in which the issue came.
    pub share: f64,
    /// Rows.
    pub rows: u64,
}

/// Whether probabilities are what they say, on the part that is judged by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CalibrationSummary {
    /// By probability, empty bins left out.
    pub bins: Vec<CalibrationBin>,
    /// Mean squared error; 0 is best.
    pub brier: f64,
    /// Of which: miscalibration.
    pub reliability: f64,
    /// Of which: what the probabilities tell apart, subtracted.
    pub resolution: f64,
    /// Of which: what the issues' share alone leaves open.
    pub uncertainty: f64,
    /// Expected calibration error.
    pub calibration_error: f64,
}

/// An entity of the part that is judged by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchedEntity {
    /// Its number.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Incidents on it.
    pub incidents: u32,
}

/// What a leaking split would have read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flattering {
    /// How it leaks.
    pub leaks: Vec<LeakSummary>,
    /// All kinds, at the budget that was asked for.
    pub all: IncidentLine,
    /// Average precision by rows.
    pub average_precision: Option<f64>,
}

/// What a forecast is worth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForecastSummary {
    /// What was asked, with what was found in place of what was left open.
    pub spec: ForecastSpec,
    /// The table's name.
    pub data_name: String,
    /// Its fingerprint.
    pub data_fingerprint: String,
    /// Entities.
    pub entities: u32,
    /// Clusters watched.
    pub clusters: u32,
    /// Whether the time is a number, one of which counts as a minute.
    pub counted: bool,
    /// Days that were judged.
    pub days: f64,
    /// Incidents in the whole table.
    pub episodes: u32,
    /// Rows learned from.
    pub rows_train: u64,
    /// Rows calibrated on.
    pub rows_calibrate: u64,
    /// Rows judged by.
    pub rows_test: u64,
    /// Rows left out between them.
    pub rows_embargoed: u64,
    /// Features.
    pub features: u32,
    /// Kinds that are warned of.
    pub kinds: Vec<String>,
    /// What was worked around.
    pub notices: Vec<String>,
    /// Leaks of a split that was scored all the same, and could not be mended.
    pub leaks: Vec<LeakSummary>,
    /// By rows: area under the ROC curve of any issue within the horizon.
    pub roc_auc: Option<f64>,
    /// Likewise its average precision.
    pub average_precision: Option<f64>,
    /// What each budget buys, the smallest first.
    pub rungs: Vec<BudgetRung>,
    /// What came of the model's thresholds.
    pub outcomes: Vec<ForecastOutcome>,
    /// What came of rules that need no learning, and of chance.
    pub rivals: Vec<RivalSummary>,
    /// Whether the probabilities are what they say.
    pub calibration: Option<CalibrationSummary>,
    /// Entities that were judged, those with most incidents first; the first 500.
    pub watched: Vec<WatchedEntity>,
    /// The entity that tells most.
    pub telling: u32,
    /// What the leaking split would have read, where an honest one stands above.
    pub flattering: Option<Flattering>,
    /// What rows may be, and may be said to be.
    pub row_classes: Vec<String>,
    /// What is kept of it to be compared with other runs, as JSON of the engine's own; none where that would be too long.
    pub run: Option<String>,
}

/// How two forecasts, or two trainings, differ, in the engine's words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunComparison {
    /// In a sentence.
    pub finding: String,
    /// What keeps them from being compared in full.
    pub notes: Vec<String>,
    /// Figures with their differences, what differs in what was asked, and incidents that changed sides: a caption, then rows
    /// of cells, the first of which are heads.
    pub tables: Vec<(String, Vec<Vec<String>>)>,
    /// The budget at which both are compared, in false pages per cluster-day; none where each has its own.
    pub budget: Option<f64>,
    /// Budgets at which they can be compared, rising.
    pub budgets: Vec<f64>,
}

/// Probabilities of one entity over time. Seconds count from `start_secs`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForecastTrack {
    /// The entity's number.
    pub entity: u32,
    /// Its name.
    pub name: String,
    /// Seconds since 1970 (UTC) of second 0.
    pub start_secs: u64,
    /// Whether the time is a number, one of which counts as a minute.
    pub counted: bool,
    /// First second and last second that were judged.
    pub span: Vec<f64>,
    /// Instants, rising; of more than there is room for, those of the highest probabilities.
    pub secs: Vec<f64>,
    /// The kinds that tell most, at most four.
    pub kinds: Vec<TrackKind>,
    /// Incidents on the entity in sight.
    pub incidents: Vec<TrackIncident>,
    /// Pages in sight, for each of the model's outcomes.
    pub pages: Vec<Vec<TrackPage>>,
}

/// A kind's probabilities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackKind {
    /// The kind.
    pub name: String,
    /// As many as there are instants; the highest around each.
    pub values: Vec<Option<f64>>,
}

/// An incident.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackIncident {
    /// Its kind.
    pub kind: String,
    /// From when.
    pub start_secs: f64,
    /// To when.
    pub end_secs: f64,
    /// Whether it counts: its whole horizon was watched.
    pub counts: bool,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackPage {
    /// Which of the kinds of the forecast.
    pub kind: u32,
    /// When.
    pub secs: f64,
}
