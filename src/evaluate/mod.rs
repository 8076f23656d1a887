//! What predictions are worth on rows that training did not see.
//!
//! Every figure follows scikit-learn 1.9's definition and agrees with it to 1e-12 (`tests/oracles.rs`). Where a figure
//! is not defined on the rows at hand, it is an error or `None` with the reason, never a silent 0 or `NaN`; only
//! averages over classes count an undefined part as 0 (`zero_division=0`).
//!
//! * [`ConfusionMatrix`]: accuracy, precision, recall, F1 and their averages, MCC, kappa.
//! * [`RankedScores`]: ROC and precision-recall curves; [`thin`] makes them small enough to draw.
//! * [`log_loss`] and [`brier`]: the probabilities themselves.
//! * [`wilson`] and [`macro_f1_interval`]: how far a figure may be off by the choice of rows; [`average_precision_interval`]:
//!   by that of time and of entities.
//! * [`Baseline`] and [`ChanceTest`]: what no model at all, and a model that knows nothing, would reach.
//! * [`stratified`], [`grouped`], [`forward`]: folds for cross-validation.
//! * [`AlertPolicy`] turns probabilities into pages, [`judge_pages`] judges those by incident, [`budget_curve`] says what
//!   each threshold costs.
//! * [`compare_runs`] says how two runs differ on the same incidents, [`compare_rows`] two classifiers on the same rows, and
//!   whether that may be chance.
//! * [`Gate`] looks for leaks between the parts before anything is scored; [`Calibration`] and [`reliability`] make
//!   probabilities mean what they say.
//! * [`evaluate`]: all of it in one [`Evaluation`].
//!
//! Invariants: classes are numbers `0..k`, names come in only with [`evaluate`]; sums run in the order of rows and are
//! compensated, so that results do not depend on the platform; no input panics.

mod alert;
mod baseline;
mod budget;
mod calibrate;
mod chance;
mod confusion;
mod crossed;
mod curve;
mod error;
mod fold;
mod gate;
mod incident;
mod interval;
mod judge;
mod paired;
mod paired_rows;
mod precision_interval;
mod probability;
mod report;
mod rival;
mod scope;
mod sum;
mod thin;
mod undefined;
mod worth;

pub use alert::{AlertPolicy, Page, Tracks, all_pages, pages, peaked_pages, peaks};
pub use baseline::Baseline;
pub use budget::{BudgetPoint, budget_curve, thresholds, within_budget};
pub use calibrate::{Calibration, Reliability, ReliabilityBin, reliability};
pub use chance::{CLAIM_LEVEL, ChanceTest};
pub use confusion::{Average, Averages, ConfusionMatrix, Labels, MAX_CLASSES};
pub use curve::{PrecisionRecallCurve, RankedScores, RocCurve};
pub use error::EvaluateError;
pub use fold::{Fold, FoldError, Folds, Gap, MAX_FOLDS, MIN_FOLDS, forward, grouped, stratified};
pub use gate::{Finding, Gate, Leak, duplicates, embargo_minutes, giveaway};
pub use incident::{
    Drawn, IncidentReport, IncidentScore, LEAD_BARS, Outcome, Watched, fair, judge as judge_pages,
    judge_point,
};
pub use interval::{Interval, macro_f1_interval, wilson};
pub use judge::evaluate;
pub use paired::{
    Exchanged, PairedFigure, PairedReport, PairedRuns, PartPages, compare_runs, pages_in_parts,
    side,
};
pub use paired_rows::{PairedRow, PairedRowsReport, compare_rows};
pub use precision_interval::{ScoredRows, average_precision_interval};
pub use probability::{brier, log_loss};
pub use report::{ClassScore, CurvePoints, Evaluation};
pub use rival::StaticRule;
pub use scope::{Groups, NO_GROUP, ScopedTracks, Scopes};
pub use thin::thin;
pub use worth::{PageWorth, apply_worths, page_worths};
