//! What the screen shows: summaries, thinned series and pages of rows, never the data itself.

use super::{ModelSpec, Options, PrepareSpec, ReadingSummary, SimulateSpec};
use crate::data::{ColumnKind, Notice};

/// Where the current data set came from.
#[derive(Clone, Debug, PartialEq)]
pub enum DataOrigin {
    /// Files.
    Files,
    /// The simulator.
    Simulated {
        /// The scenario.
        spec: Box<SimulateSpec>,
        /// Whether it is the sample of a first visit.
        sample: bool,
    },
}

/// One file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct FileSummary {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
}

/// The shape of a column's values.
#[derive(Clone, Debug, PartialEq)]
pub enum Profile {
    /// Equal-width bins from `min` to `max`.
    Histogram {
        /// Lower end of the first bin.
        min: f64,
        /// Upper end of the last.
        max: f64,
        /// Rows per bin (24 bins).
        counts: Vec<u64>,
    },
    /// The most frequent values, most frequent first (at most 12), with null tokens among them.
    Top {
        /// Value and rows.
        values: Vec<(String, u64)>,
        /// Rows with any other value.
        other: u64,
    },
    /// Instants.
    Span {
        /// First, ISO 8601.
        first: String,
        /// Last, ISO 8601.
        last: String,
        /// Rows per equal-width bin of time (24 bins).
        counts: Vec<u64>,
    },
    /// Nothing to show.
    Empty,
}

/// One column of the current data set.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnSummary {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: ColumnKind,
    /// Whether the user set it.
    pub kind_set: bool,
    /// Missing cells, read as a feature.
    pub missing: u64,
    /// Distinct values, missing apart.
    pub distinct: u64,
    /// Of numbers: mean over values present.
    pub mean: Option<f64>,
    /// The shape of its values.
    pub profile: Profile,
    /// Whether it is used as a feature by default.
    pub used: bool,
    /// Why it is not, where it is not.
    pub why_not: String,
    /// Whether it could be a target at all, and if not why.
    pub target_why_not: String,
}

/// The current data set.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSummary {
    /// A name for people.
    pub name: String,
    /// Where it came from.
    pub origin: DataOrigin,
    /// The files read, if any.
    pub files: Vec<FileSummary>,
    /// Rows.
    pub rows: u64,
    /// Bytes of text read, 0 for a simulation.
    pub bytes: u64,
    /// Seconds of reading and typing, without waiting.
    pub parse_secs: f64,
    /// 16 hexadecimal digits.
    pub fingerprint: String,
    /// Its columns, in file order.
    pub columns: Vec<ColumnSummary>,
    /// What to know of it.
    pub notices: Vec<Notice>,
    /// The first rows.
    pub preview: RowsPage,
    /// The likeliest target as a look at it; none where no column could be one.
    pub target: Option<TargetSummary>,
    /// How series were joined; none where the table is one file's, or several stacked.
    pub join: Option<JoinSummary>,
    /// How each file of delimited text was read, in the order of `files`.
    pub readings: Vec<ReadingSummary>,
}

/// How exports of metrics became one table.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinSummary {
    /// Series that went in.
    pub series: u64,
    /// Samples that went in.
    pub samples: u64,
    /// The labels that name a row.
    pub entity_labels: Vec<String>,
    /// Labels that tell nothing apart.
    pub dropped_labels: Vec<String>,
    /// Seconds between rows; 0 where no time is known.
    pub step_secs: f64,
    /// The columns that are measurements.
    pub columns: Vec<JoinedColumn>,
    /// Samples of the same series in one cell, of which the last counts.
    pub merged: u64,
    /// Samples that belong to no row.
    pub unplaced: u64,
}

/// A column of a joined table.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinedColumn {
    /// Its name.
    pub name: String,
    /// The metric that it holds.
    pub metric: String,
    /// The first file that the metric came from, by name.
    pub source: String,
    /// Series in it.
    pub series: u64,
    /// Whether a counter was made a rate per second.
    pub is_rate: bool,
    /// Resets of the counter.
    pub resets: u64,
    /// Cells without a sample between a series' first and last.
    pub gaps: u64,
    /// Series that are there twice.
    pub duplicates: u64,
}

/// A class and its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassCount {
    /// The class.
    pub class: String,
    /// Its rows.
    pub rows: u64,
    /// Whether its name says that nothing is wrong (`None`, `normal`, `healthy`, `ok`, `0`).
    pub healthy: bool,
}

/// A column as target.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetSummary {
    /// The column.
    pub column: String,
    /// Its classes, sorted by name; at most 255.
    pub classes: Vec<ClassCount>,
    /// Rows without a class.
    pub missing: u64,
    /// Why it cannot be trained on; empty if it can.
    pub why_not: String,
    /// Rare classes, suspected copies.
    pub notices: Vec<Notice>,
    /// The columns used as features by default with this target.
    pub features: Vec<String>,
}

/// A page of a table, every cell as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowsPage {
    /// Headers.
    pub columns: Vec<String>,
    /// Row number (from 0) of the first.
    pub offset: u64,
    /// Rows there are in all (after filtering).
    pub total: u64,
    /// The original row number (from 0) of each row, then its cells.
    pub rows: Vec<(u64, Vec<String>)>,
}

/// A figure's 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// One class's scores against the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassScore {
    /// The class.
    pub class: String,
    /// Share of rows predicted as this class that are; undefined where none is predicted.
    pub precision: Option<f64>,
    /// Share of this class's rows that are found; undefined where it has none.
    pub recall: Option<f64>,
    /// Harmonic mean of both; undefined where the class is neither there nor predicted.
    pub f1: Option<f64>,
    /// Held-out rows of this class.
    pub support: u64,
    /// Area under the ROC curve; undefined where all rows or none are of this class.
    pub roc_auc: Option<f64>,
    /// Average precision; undefined where no row is of this class.
    pub average_precision: Option<f64>,
}

/// A curve of one class against the rest, thinned to at most 200 points without moving its area by more than 0.001.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The class.
    pub class: String,
    /// ROC: (false positive rate, true positive rate). Precision-recall: (recall, precision).
    pub points: Vec<(f64, f64)>,
    /// The threshold on the class's probability at each point.
    pub thresholds: Vec<f64>,
    /// ROC: its area. Precision-recall: average precision.
    pub area: f64,
}

/// What a column is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Importance {
    /// The table's column (all features made from it are shuffled together).
    pub column: String,
    /// Mean drop in macro F1 on held-out rows when it is shuffled.
    pub mean: f64,
    /// Standard deviation of the drop over the repeats.
    pub std: f64,
    /// Drops of the repeats.
    pub repeats: Vec<f64>,
    /// Share of the impurity removed in training; biased towards columns with many values.
    pub impurity: f64,
}

/// Always saying the most frequent training class.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// That class.
    pub class: String,
    /// Its accuracy on the held-out rows.
    pub accuracy: f64,
    /// Its balanced accuracy.
    pub balanced_accuracy: f64,
    /// Its macro F1.
    pub macro_f1: f64,
    /// Its weighted F1.
    pub weighted_f1: f64,
    /// Log loss of predicting the training shares for every row.
    pub log_loss: f64,
}

/// A figure that is not defined on these rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undefined {
    /// The figure.
    pub figure: String,
    /// Why.
    pub why: String,
}

/// An evaluation on rows that training did not see. Definitions follow scikit-learn's with `zero_division=0` in averages.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Share of rows predicted right.
    pub accuracy: f64,
    /// 95 % interval of the accuracy (Wilson).
    pub accuracy_interval: Interval,
    /// Mean recall over classes that have rows.
    pub balanced_accuracy: f64,
    /// Mean precision over classes.
    pub macro_precision: f64,
    /// Mean recall over classes.
    pub macro_recall: f64,
    /// Mean F1 over classes.
    pub macro_f1: f64,
    /// 95 % interval of macro F1 (bootstrap over held-out rows, 200 draws).
    pub macro_f1_interval: Interval,
    /// Mean precision weighted by support.
    pub weighted_precision: f64,
    /// Mean recall weighted by support.
    pub weighted_recall: f64,
    /// Mean F1 weighted by support.
    pub weighted_f1: f64,
    /// Matthews correlation coefficient (Gorodkin's for several classes).
    pub mcc: f64,
    /// Mean negative log probability of the true class.
    pub log_loss: f64,
    /// Mean one-vs-rest area under the ROC curve over the classes where it is defined.
    pub roc_auc_ovr: Option<f64>,
    /// Mean one-vs-rest average precision over the classes where it is defined.
    pub average_precision: Option<f64>,
    /// Class names, sorted.
    pub classes: Vec<String>,
    /// Rows are truth, columns what was predicted.
    pub confusion: Vec<Vec<u64>>,
    /// Per class.
    pub per_class: Vec<ClassScore>,
    /// One per class where it is defined.
    pub roc: Vec<Curve>,
    /// One per class where it is defined.
    pub precision_recall: Vec<Curve>,
    /// By mean drop, largest first; empty where it was not asked for.
    pub importance: Vec<Importance>,
    /// The majority class.
    pub baseline: Baseline,
    /// Whether the model is better than the baseline beyond chance: the lower end of its macro F1 interval is above the
    /// baseline's macro F1, and its accuracy or macro F1 is above what its own predictions reach when they are shuffled
    /// (permutation test at 1 %).
    pub beats_baseline: bool,
    /// Rows trained on.
    pub rows_train: u64,
    /// Rows evaluated on.
    pub rows_test: u64,
    /// Seconds of fitting; 0 where it is not known.
    pub fit_secs: f64,
    /// What was chosen.
    pub options: Options,
    /// The table's fingerprint, 16 hexadecimal digits.
    pub data_fingerprint: String,
    /// The table's name.
    pub data_name: String,
    /// Figures that are not defined here, and why.
    pub undefined: Vec<Undefined>,
    /// What to know before trusting it.
    pub notices: Vec<Notice>,
    /// Of a forest that was asked to judge its own rows: the share of them that the trees which did not draw them judge
    /// rightly, 0 to 1.
    pub out_of_bag: Option<f64>,
    /// Of boosting that may stop early: the rounds that it kept.
    pub rounds: Option<u32>,
    /// Rows that are unlike those learned from, where the model tells.
    pub unfamiliar: Option<UnfamiliarRows>,
}

/// Rows that are unlike those that the name they were given was learned from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnfamiliarRows {
    /// One healthy row in so many is expected among them.
    pub alarm_one_in: f64,
    /// How many of each class, in the report's order of classes.
    pub of_class: Vec<u64>,
    /// Average precision of the rows of issues among all, the most unfamiliar first; none where one side has no row.
    pub average_precision: Option<f64>,
}

/// Parameters that a search tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its number; 0 is the user's own.
    pub number: u32,
    /// What it changes of them, in words: `depth limit 12, class weights none`; empty for the user's own.
    pub changes: String,
    /// Trees or rounds that it was scored with.
    pub steps: u32,
    /// Folds that it was scored on with so many.
    pub folds: u32,
    /// Mean score over these folds.
    pub mean: f64,
    /// Standard deviation of the score over these folds.
    pub spread: f64,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchSummary {
    /// The recipe that it searched with, the target and columns named.
    pub prepare: PrepareSpec,
    /// The model with the best parameters, all of its trees or rounds.
    pub model: ModelSpec,
    /// The best candidate's number; 0 where nothing was found that is better than the user's own.
    pub best: u32,
    /// The best candidates, the best first, and the user's own wherever they stand.
    pub candidates: Vec<Candidate>,
    /// Candidates that were scored on any fold.
    pub tried: u32,
    /// Models that were fitted.
    pub fits: u32,
    /// Seconds that it took.
    pub secs: f64,
    /// What was worked around.
    pub notices: Vec<Notice>,
}

/// The current model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSummary {
    /// `random forest`, `gradient boosting` or `decision tree`.
    pub kind: String,
    /// What it predicts.
    pub target: String,
    /// Class names, sorted.
    pub classes: Vec<String>,
    /// Columns that it needs, with their kinds.
    pub columns: Vec<(String, ColumnKind)>,
    /// Features made from them.
    pub features: u64,
    /// Trees.
    pub trees: u64,
    /// Nodes of all trees, leaves included.
    pub nodes: u64,
    /// Size of the model file.
    pub bytes: u64,
    /// SHA-256 of the model file, the first 16 hexadecimal digits.
    pub id: String,
    /// What was chosen.
    pub options: Options,
    /// Where the training table came from.
    pub data_name: String,
    /// The training table's fingerprint.
    pub data_fingerprint: String,
    /// The tree in indented text, for a decision tree.
    pub text: Option<String>,
}

/// The predictions.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictionSummary {
    /// The table predicted.
    pub data_name: String,
    /// Its rows.
    pub rows: u64,
    /// Rows predicted as each class, in the model's order of classes.
    pub totals: Vec<ClassCount>,
    /// Rows that are unlike those learned from, whatever they are predicted as; none where the model does not tell.
    pub unfamiliar: Option<u64>,
    /// The first page.
    pub page: RowsPage,
    /// Where the table has the target: the evaluation on it.
    pub report: Option<Box<Report>>,
    /// Columns in another order, extra, unseen names.
    pub notices: Vec<Notice>,
    /// Seconds of predicting.
    pub secs: f64,
}

/// A line of the run log.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// `load`, `simulate`, `train`, `evaluate`, `predict`, `open`.
    pub action: String,
    /// Milliseconds since 1970.
    pub at_millis: f64,
    /// Duration in seconds.
    pub secs: f64,
    /// The table's name.
    pub data_name: String,
    /// The table's fingerprint.
    pub data_fingerprint: String,
    /// What was chosen, for a training.
    pub options: Option<Options>,
    /// Name and value of the figures worth a line: rows, columns, accuracy, macro F1.
    pub figures: Vec<(String, f64)>,
    /// How it ended: `done`, `cancelled`, or the failure's title.
    pub outcome: String,
    /// Of a forecast: what is kept of it to be compared with others.
    pub forecast: Option<String>,
    /// Of a training, likewise.
    pub training: Option<String>,
}

/// What a training would need.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    /// Seconds to grow all trees on the workers at hand.
    pub secs: f64,
    /// Bytes that the session and its workers hold while they grow.
    pub memory_bytes: u64,
    /// Workers that it would use.
    pub workers: u32,
    /// Training rows that the time was probed with.
    pub probe_rows: u64,
}
