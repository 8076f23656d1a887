//! From a table to "warns of 9 of 14 incidents": features that look back, labels that look ahead, a split that the gate
//! lets pass, a forest, and a judgement by incident beside rules that need no learning.

mod bench;
mod error;
mod features;
mod found;
mod job;
mod parts;
mod report;
mod rivals;
mod summary;
mod track;

use ndarray::Array2;

use bench::Bench;
pub use error::ForecastError;
use features::Features;
pub(super) use found::find;
pub(super) use job::ForecastJob;
use parts::{Parts, Side};
pub use report::{ForecastReport, RivalReport};
use rivals::{RIVALS, Rivals};
pub(super) use track::{Forecasted, track};

use crate::data::Frame;
use crate::evaluate::{Calibration, RankedScores, reliability};
use crate::learn::{Fitter, ForestParams, Learner, Model};
use crate::prepare::Ahead;
pub use crate::protocol::ForecastSpec;

/// Fewest rows before an issue on which a kind is calibrated alone; rarer kinds share one calibration.
const FEW_ROWS: usize = 50;

/// Runs it all. `grow` steps the fitter to the end, on as many threads as it likes.
///
/// # Errors
/// [`ForecastError`], in words and with a way on.
pub fn forecast(
    frame: &Frame,
    spec: &ForecastSpec,
    grow: &mut dyn FnMut(&mut Fitter) -> Result<(), String>,
) -> Result<ForecastReport, ForecastError> {
    let parts = Parts::new(frame, spec)?;
    let mut features = Features::new(frame, spec, &parts);
    while features.step(frame, &parts)? {}
    let mut fitter = fitter(spec, &parts, &features)?;
    grow(&mut fitter).map_err(ForecastError::Learn)?;
    let model = grown(fitter)?;
    let classes = parts.kinds.len() + 1;
    let predict = |side| {
        let mut all = Vec::new();
        while features.predict(&model, side, &mut all, classes) {}
        probabilities(all, classes)
    };
    let scored = Scored::new(&parts, &predict(Side::Calibrate)?, &predict(Side::Test)?)?;
    let Scored {
        calibrate, test, ..
    } = &scored;
    let bench = Bench::new(&parts, spec);
    let (thresholds, judged) = bench.judge(calibrate.view(), test.view(), spec.budget);

    let mut report = ForecastReport::new(&parts, spec, frame, features.names.len());
    report.threshold = thresholds.first().copied().flatten();
    report.curve = bench.curve(Side::Test, test.view());
    report.incidents = judged;
    scored.rate(&parts, &mut report);
    let rivals = Rivals::new(frame, spec, &parts, &features);
    for (rival, name) in RIVALS.iter().enumerate() {
        let of = |side| rivals.scores(rival, &parts, &features, side);
        let (_, judged) = bench.judge(
            of(Side::Calibrate).view(),
            of(Side::Test).view(),
            spec.budget,
        );
        report.rivals.push(RivalReport {
            name: (*name).to_owned(),
            score: judged.overall,
        });
    }
    report.word();
    Ok(report)
}

/// The forest that learns the kinds.
fn fitter(
    spec: &ForecastSpec,
    parts: &Parts,
    features: &Features,
) -> Result<Fitter, ForecastError> {
    let learner = ForestParams::new()
        .trees(spec.trees)
        .min_samples_leaf(5)
        .seed(spec.seed);
    let learner =
        linfa::ParamGuard::check(learner).map_err(|e| ForecastError::Learn(e.to_string()))?;
    Fitter::new(
        features.train().view(),
        parts.train_classes(),
        parts.kinds.len() + 1,
        Learner::Forest(learner),
    )
    .map_err(|e| ForecastError::Learn(e.to_string()))
}

fn grown(fitter: Fitter) -> Result<Model, ForecastError> {
    let missing = || ForecastError::Learn("a tree is missing".to_owned());
    fitter.finish().ok_or_else(missing)
}

/// Rows x classes.
fn probabilities(all: Vec<f64>, classes: usize) -> Result<Array2<f64>, ForecastError> {
    Array2::from_shape_vec((all.len() / classes.max(1), classes), all)
        .map_err(|e| ForecastError::Learn(e.to_string()))
}

/// Calibrated probabilities, rows x kinds.
struct Scored {
    calibrate: Array2<f64>,
    test: Array2<f64>,
    /// Of any issue, for each row to judge by.
    any: Vec<f64>,
}

impl Scored {
    fn new(
        parts: &Parts,
        raw_calibrate: &Array2<f64>,
        raw_test: &Array2<f64>,
    ) -> Result<Self, ForecastError> {
        let maps = calibrations(parts, raw_calibrate)?;
        let apply = |raw: &Array2<f64>| {
            Array2::from_shape_fn((raw.nrows(), maps.len()), |(row, k)| {
                maps[k].apply(raw[(row, k + 1)])
            })
        };
        Ok(Self {
            calibrate: apply(raw_calibrate),
            test: apply(raw_test),
            any: raw_test.column(0).iter().map(|quiet| 1.0 - quiet).collect(),
        })
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

/// One map for each kind, fitted on the calibration part alone.
fn calibrations(parts: &Parts, raw: &Array2<f64>) -> Result<Vec<Calibration>, ForecastError> {
    let mut pairs: Vec<(Vec<bool>, Vec<f64>)> = vec![Default::default(); parts.kinds.len()];
    let mut all: (Vec<bool>, Vec<f64>) = Default::default();
    for (at, &row) in parts.split.calibrate.iter().enumerate() {
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
