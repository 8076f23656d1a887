//! From a table to "warns of 9 of 14 incidents": features that look back, labels that look ahead, a split that the gate
//! lets pass, a forest, and a judgement by incident beside rules that need no learning.

mod bench;
mod beside;
mod compare;
mod compared;
mod error;
mod features;
mod firing;
mod folds;
mod found;
mod job;
mod marks;
mod marks_file;
mod metric;
mod parts;
mod report;
mod rivals;
mod row_matrix;
mod run_budgets;
mod run_kept;
mod summary;
mod target;
mod track;

use ndarray::Array2;

use bench::{Bench, Seen, Thresholds};
use beside::beside;
pub use compare::compare_forecasts;
pub use compared::{ChangedIncident, ComparedRuns};
pub use error::ForecastError;
use features::Features;
pub(super) use found::find;
pub(super) use job::ForecastJob;
pub use marks::MarkFault;
pub(super) use marks::{offset_of, settled};
pub use marks_file::{MarksFileError, read_marks};
pub(super) use metric::metric;
use parts::{Parts, Side};
pub use report::{ForecastReport, RivalReport};
use rivals::{CHANCE_AT, RIVALS, Rivals};
pub use row_matrix::RowMatrix;
pub use run_budgets::RunOutcome;
pub use run_kept::{ForecastRun, RunIncident};
use summary::{Bought, budgets};
pub(super) use track::{Forecasted, track};

use crate::data::Frame;
use crate::evaluate::{
    Calibration, Interval, RankedScores, ScoredRows, average_precision_interval, reliability,
};
use crate::ingest::Offset;
use crate::learn::{ClassWeights, FeatureDraw, Fitter, ForestParams, Learner, Model};
use crate::prepare::Ahead;
pub use crate::protocol::ForecastSpec;

/// Fewest rows before an issue on which a kind is calibrated alone; rarer kinds share one calibration.
const FEW_ROWS: usize = 50;
/// Share of the features drawn at each node: few of them tell of any one kind.
const DRAWN: f64 = 0.2;

/// Runs it all. Marks whose times have no zone are in UTC. `grow` steps the fitter to the end, on as many threads as it likes.
///
/// # Errors
/// [`ForecastError`], in words and with a way on.
pub fn forecast(
    frame: &Frame,
    spec: &ForecastSpec,
    grow: &mut dyn FnMut(&mut Fitter) -> Result<(), String>,
) -> Result<ForecastReport, ForecastError> {
    run(frame, None, spec, grow)
}

/// The same, but judged by all rows of another table, of which nothing was learned: what the figures of the split say would
/// come true elsewhere.
///
/// # Errors
/// [`ForecastError`], also where the other table's columns are not those of this one.
pub fn forecast_elsewhere(
    frame: &Frame,
    other: &Frame,
    spec: &ForecastSpec,
    grow: &mut dyn FnMut(&mut Fitter) -> Result<(), String>,
) -> Result<ForecastReport, ForecastError> {
    let (both, own_rows) = beside(frame, other, spec)?;
    run(&both, Some(own_rows), spec, grow)
}

fn run(
    frame: &Frame,
    own_rows: Option<u32>,
    spec: &ForecastSpec,
    grow: &mut dyn FnMut(&mut Fitter) -> Result<(), String>,
) -> Result<ForecastReport, ForecastError> {
    let spec = &settled(frame, spec, Offset::default());
    let parts = Parts::new(frame, spec, own_rows)?;
    let mut features = Features::screen(frame, spec, &parts);
    while features.step(frame, &parts)? {}
    let mut raw = raw(&parts);
    let mut pass = Some(Pass::Screen);
    while let Some(now) = pass {
        let mut fitter = fitter(spec, &parts, &features, now)?;
        grow(&mut fitter).map_err(ForecastError::Learn)?;
        let model = grown(fitter)?;
        if now == Pass::Screen {
            features = features.chosen(&parts, &model);
            while features.step(frame, &parts)? {}
        }
        for side in now.sides() {
            let (rows, places) = (
                &parts.judged[*side as usize],
                parts.places(*side, now.fold()),
            );
            let mut done = 0;
            while done < places.len() {
                done = features.predict(&model, rows, &places, done, &mut raw[*side as usize]);
            }
        }
        pass = now.next(&parts);
    }
    let bench = Bench::new(&parts, spec);
    let scored = Scored::new(&parts, &bench, raw)?;
    let bargain = bench.bargain(scored.calibrate.view());
    let (bound, thresholds) = bargain.bought(spec.budget);

    let mut report = ForecastReport::new(&parts, spec, frame, features.names.len());
    report.threshold = bound;
    report.thresholds = named_thresholds(&parts, &thresholds);
    report.curve = bench.curve(&bargain, &scored.seen);
    report.incidents = bench.worth(&thresholds, &scored.seen);
    report.row_matrix = RowMatrix::new(&parts, &bench, &scored.seen, &thresholds);
    let mut bought = Bought::default();
    for budget in budgets(spec.budget) {
        let thresholds = bargain.bought(budget).1;
        bought.add(thresholds, |t| bench.worth(t, &scored.seen));
    }
    report.run = Some(ForecastRun::new(
        &report, &parts, spec, frame, &bench, &bought,
    ));
    scored.rate(&parts, &mut report);
    report.average_precision_90 = scored.rate_interval(&parts, spec.seed);
    let rivals = Rivals::new(frame, spec, &parts);
    for (rival, name) in RIVALS.iter().enumerate().take(rivals.count()) {
        let judged = if rival == CHANCE_AT {
            bench.chance(&thresholds, &scored.seen)
        } else {
            let of = |side| rivals.scores(rival, &parts, side);
            let bargain = bench.bargain(of(Side::Calibrate).view());
            let seen = bench.seen(Side::Test, of(Side::Test).view());
            bench.worth(&rivals.thresholds(rival, &bargain, spec.budget), &seen)
        };
        report.rivals.push(RivalReport {
            name: (*name).to_owned(),
            score: judged.overall,
        });
    }
    report.word();
    Ok(report)
}

/// Forests are grown in turn: one that tells which features say anything, one for each fold of the training rows that has
/// not learned from it, and the one that judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    Screen,
    Fold(u8),
    All,
}

impl Pass {
    fn next(self, parts: &Parts) -> Option<Self> {
        let folds = parts.folds.train.len() as u8;
        match self {
            Self::Screen if folds > 0 => Some(Self::Fold(0)),
            Self::Fold(fold) if fold + 1 < folds => Some(Self::Fold(fold + 1)),
            Self::Screen | Self::Fold(_) => Some(Self::All),
            Self::All => None,
        }
    }

    /// Which rows it scores.
    fn sides(self) -> &'static [Side] {
        match self {
            Self::Screen => &[],
            Self::Fold(_) => &[Side::Calibrate],
            Self::All => &[Side::Calibrate, Side::Test],
        }
    }

    fn fold(self) -> Option<u8> {
        match self {
            Self::Fold(fold) => Some(fold),
            Self::Screen | Self::All => None,
        }
    }

    /// Trees of its forest.
    fn trees(self, asked: u32) -> u32 {
        match self {
            Self::Screen => asked.min(30),
            Self::Fold(_) => (asked / 2).max(1),
            Self::All => asked,
        }
    }
}

/// Rows of each side x classes, of which nothing is known yet.
fn raw(parts: &Parts) -> [Array2<f64>; 2] {
    let classes = parts.kinds.len() + 1;
    [0, 1].map(|side| Array2::zeros((parts.judged[side].len(), classes)))
}

fn named_thresholds(parts: &Parts, thresholds: &Thresholds) -> Vec<(String, f64)> {
    let named = parts
        .kinds
        .iter()
        .zip(thresholds)
        .filter_map(|(&kind, threshold)| {
            let name = parts.class_names.get(kind as usize)?;
            Some((name.clone(), (*threshold)?))
        });
    named.collect()
}

/// The forest that learns the kinds.
fn fitter(
    spec: &ForecastSpec,
    parts: &Parts,
    features: &Features,
    pass: Pass,
) -> Result<Fitter, ForecastError> {
    let rows = match pass {
        Pass::Screen => features.rows(),
        Pass::Fold(fold) => &parts.folds.train[usize::from(fold)],
        Pass::All => &parts.train,
    };
    let learner = ForestParams::new()
        .trees(pass.trees(spec.trees))
        .min_samples_leaf(5)
        // What is rare stays rare: probabilities are ranked, and thresholds chosen, by kind.
        .class_weights(ClassWeights::None)
        .max_features(match pass {
            Pass::Screen => FeatureDraw::Sqrt,
            Pass::Fold(_) | Pass::All => FeatureDraw::Share(DRAWN),
        })
        .seed(spec.seed);
    let learner =
        linfa::ParamGuard::check(learner).map_err(|e| ForecastError::Learn(e.to_string()))?;
    Fitter::new(
        features.of(rows).view(),
        parts.classes_of(rows),
        parts.kinds.len() + 1,
        Learner::Forest(learner),
    )
    .map_err(|e| ForecastError::Learn(e.to_string()))
}

fn grown(fitter: Fitter) -> Result<Model, ForecastError> {
    let missing = || ForecastError::Learn("a tree is missing".to_owned());
    fitter.finish().ok_or_else(missing)
}

/// Calibrated probabilities, rows of a side x kinds.
struct Scored {
    calibrate: Array2<f64>,
    test: Array2<f64>,
    /// Those of the test side as alerts see them: [`Bench::seen`].
    seen: Seen,
    /// Of any issue, for each row to judge by.
    any: Vec<f64>,
}

impl Scored {
    fn new(parts: &Parts, bench: &Bench<'_>, raw: [Array2<f64>; 2]) -> Result<Self, ForecastError> {
        let maps = calibrations(parts, &raw[0])?;
        let apply = |raw: &Array2<f64>| {
            Array2::from_shape_fn((raw.nrows(), maps.len()), |(row, k)| {
                maps[k].apply(raw[(row, k + 1)])
            })
        };
        let test = apply(&raw[1]);
        Ok(Self {
            calibrate: apply(&raw[0]),
            seen: bench.seen(Side::Test, test.view()),
            test,
            any: raw[1].column(0).iter().map(|quiet| 1.0 - quiet).collect(),
        })
    }

    /// 90 % interval of the average precision of "any issue within the horizon".
    fn rate_interval(&self, parts: &Parts, seed: u64) -> Option<Interval> {
        let known = |&(_, &row): &(usize, &u32)| {
            matches!(parts.labels[row as usize], Ahead::Quiet | Ahead::Kind(_))
        };
        let rows = || parts.split.test.iter().enumerate().filter(known);
        let any: Vec<bool> = rows()
            .map(|(_, &row)| parts.labels[row as usize] != Ahead::Quiet)
            .collect();
        let scores: Vec<f64> = rows().map(|(at, _)| self.any[at]).collect();
        let at: Vec<i64> = rows()
            .map(|(_, &row)| parts.series.instants[row as usize])
            .collect();
        let of: Vec<u32> = rows()
            .map(|(_, &row)| parts.series.of_row[row as usize])
            .collect();
        let scored = ScoredRows {
            positive: &any,
            scores: &scores,
            at: &at,
            others: parts.others.then_some(&of),
        };
        average_precision_interval(&scored, seed)
    }

    /// What the probabilities are worth by rows.
    fn rate(&self, parts: &Parts, report: &mut ForecastReport) {
        let (mut came, mut scores) = (Vec::new(), Vec::new());
        let (mut any, mut any_score) = (Vec::new(), Vec::new());
        for (at, &row) in parts.split.test.iter().enumerate() {
            let kind = match parts.labels[row as usize] {
                Ahead::Quiet => None,
                Ahead::Kind(kind) => Some(kind),
                Ahead::Inside | Ahead::Unknown => continue,
            };
            any.push(kind.is_some());
            any_score.push(self.any[at]);
            for (k, &known) in parts.kinds.iter().enumerate() {
                came.push(kind == Some(known));
                scores.push(self.test[(at, k)]);
            }
        }
        report.reliability = reliability(&came, &scores, 10).ok();
        if let Ok(ranked) = RankedScores::new(&any, &any_score, None) {
            report.roc_auc = ranked.roc(true).ok().map(|r| r.area);
            report.average_precision = ranked.precision_recall().ok().map(|r| r.average_precision);
        }
    }
}

/// One map for each kind, fitted on rows that the forest that scored them has not learned from.
fn calibrations(parts: &Parts, raw: &Array2<f64>) -> Result<Vec<Calibration>, ForecastError> {
    let mut pairs: Vec<(Vec<bool>, Vec<f64>)> = vec![Default::default(); parts.kinds.len()];
    let mut all: (Vec<bool>, Vec<f64>) = Default::default();
    for (at, &row) in parts.judged[0].iter().enumerate() {
        let kind = match parts.labels[row as usize] {
            Ahead::Quiet => None,
            Ahead::Kind(kind) => Some(kind),
            Ahead::Inside | Ahead::Unknown => continue,
        };
        for (k, known) in parts.kinds.iter().enumerate() {
            let pair = (kind == Some(*known), raw[(at, k + 1)].clamp(0.0, 1.0));
            for to in [&mut pairs[k], &mut all] {
                to.0.push(pair.0);
                to.1.push(pair.1);
            }
        }
    }
    let fit = |pair: &(Vec<bool>, Vec<f64>)| {
        Calibration::platt(&pair.0, &pair.1).map_err(|e| ForecastError::Learn(e.to_string()))
    };
    let shared = fit(&all)?;
    let of = |pair: &(Vec<bool>, Vec<f64>)| match pair.0.iter().filter(|c| **c).count() < FEW_ROWS {
        true => Ok(shared.clone()),
        false => fit(pair),
    };
    pairs.iter().map(of).collect()
}
