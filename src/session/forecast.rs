//! From a table to "warns of 9 of 14 incidents": features that look back, labels that look ahead, a split that the gate
//! lets pass, a forest, and a judgement by incident beside rules that need no learning.

mod error;
mod parts;
mod report;

use ndarray::{Array2, ArrayView2};

pub use error::ForecastError;
use parts::{Parts, Side};
pub use report::{ForecastReport, RivalReport};

use crate::data::Frame;
use crate::evaluate::{
    AlertPolicy, Calibration, IncidentReport, RankedScores, StaticRule, Tracks, Watched, all_pages,
    budget_curve, fair, judge_pages, reliability, within_budget,
};
use crate::learn::{Fitter, ForestParams, Learner};
use crate::prepare::{Ahead, MINUTE_MICROS, each_feature, propose};

/// Fewest rows before an issue on which a kind is calibrated alone; rarer kinds share one calibration.
const FEW_ROWS: usize = 50;

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastSpec {
    /// The time's column; none for the likeliest.
    pub time: Option<String>,
    /// The columns that tell entities apart; none for those that do.
    pub entity: Vec<String>,
    /// The label's column.
    pub target: String,
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
    /// Keep the first of the rows that repeat an entity's instant.
    pub first_of_duplicates: bool,
    /// Score a split that leaks all the same.
    pub anyway: bool,
    /// Trees of the forest.
    pub trees: u32,
    /// Everything that is drawn.
    pub seed: u64,
}

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
    let features = Features::new(frame, spec, &parts)?;
    let learner = ForestParams::new()
        .trees(spec.trees)
        .min_samples_leaf(5)
        .seed(spec.seed);
    let learner =
        linfa::ParamGuard::check(learner).map_err(|e| ForecastError::Learn(e.to_string()))?;
    let learn = |e: crate::learn::LearnError| ForecastError::Learn(e.to_string());
    let classes = parts.train_classes();
    let mut fitter = Fitter::new(
        features.train.view(),
        classes,
        parts.kinds.len() + 1,
        Learner::Forest(learner),
    )
    .map_err(learn)?;
    grow(&mut fitter).map_err(ForecastError::Learn)?;
    let model = fitter
        .finish()
        .ok_or_else(|| ForecastError::Learn("a tree is missing".to_owned()))?;
    let raw_calibrate = model.predict_proba(features.calibrate.view());
    let raw_test = model.predict_proba(features.test.view());

    let maps = calibrations(&parts, &raw_calibrate)?;
    let apply = |raw: &Array2<f64>| {
        Array2::from_shape_fn((raw.nrows(), maps.len()), |(row, k)| {
            maps[k].apply(raw[(row, k + 1)])
        })
    };
    let (calibrate, test) = (apply(&raw_calibrate), apply(&raw_test));
    let bench = Bench::new(&parts, spec);
    let (threshold, judged) = bench.judge(calibrate.view(), test.view());

    let mut report = ForecastReport::new(&parts, spec, frame, features.names.len());
    report.threshold = threshold;
    report.curve = bench.curve(Side::Test, test.view());
    report.incidents = judged;
    let (mut came, mut scores) = (Vec::new(), Vec::new());
    let (mut any, mut any_score) = (Vec::new(), Vec::new());
    for (at, &row) in parts.split.test.iter().enumerate() {
        let kind = match parts.labels[row as usize] {
            Ahead::Quiet => None,
            Ahead::Kind(kind) => Some(kind),
            Ahead::Inside | Ahead::Unknown => continue,
        };
        any.push(kind.is_some());
        any_score.push(1.0 - raw_test[(at, 0)]);
        for (k, &known) in parts.kinds.iter().enumerate() {
            came.push(kind == Some(known));
            scores.push(test[(at, k)]);
        }
    }
    report.reliability = reliability(&came, &scores, 10).ok();
    if let Ok(ranked) = RankedScores::new(&any, &any_score, None) {
        report.roc_auc = ranked.roc(true).ok().map(|r| r.area);
        report.average_precision = ranked.precision_recall().ok().map(|r| r.average_precision);
    }
    rivals(frame, spec, &parts, &bench, &features, &mut report);
    report.word();
    Ok(report)
}

/// Rows x features of each part.
struct Features {
    names: Vec<String>,
    train: Array2<f64>,
    calibrate: Array2<f64>,
    test: Array2<f64>,
}

impl Features {
    fn new(frame: &Frame, spec: &ForecastSpec, parts: &Parts) -> Result<Self, ForecastError> {
        let plan = propose(frame, &parts.series, &parts.columns, &spec.windows_minutes);
        let (mut names, mut columns) = (Vec::new(), Vec::new());
        let rows = [&parts.train, &parts.split.calibrate, &parts.split.test];
        each_feature(frame, &parts.series, &plan, &mut |name, values| {
            names.push(name);
            let all = rows.iter().flat_map(|rows| rows.iter());
            // Trees cut between values: half the digits halve the memory.
            columns.push(
                all.map(|&row| values[row as usize] as f32)
                    .collect::<Vec<f32>>(),
            );
        })?;
        let mut from = 0;
        let [train, calibrate, test] = rows.map(|rows| {
            let begin = from;
            from += rows.len();
            Array2::from_shape_fn((rows.len(), columns.len()), |(row, f)| {
                f64::from(columns[f][begin + row])
            })
        });
        Ok(Self {
            names,
            train,
            calibrate,
            test,
        })
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

/// The same rows, incidents and policy for the model and its rivals.
struct Bench<'a> {
    parts: &'a Parts,
    policy: AlertPolicy,
    horizon_micros: i64,
    budget: f64,
    seed: u64,
    tracks: [Tracks; 2],
}

impl<'a> Bench<'a> {
    fn new(parts: &'a Parts, spec: &ForecastSpec) -> Self {
        let horizon_micros = i64::from(spec.horizon_minutes) * MINUTE_MICROS;
        let policy = AlertPolicy {
            threshold: 0.5,
            needed: 2,
            steps: 3,
            release: 0.7,
            cooldown_micros: horizon_micros,
            stale_micros: parts.series.step_micros.saturating_mul(5),
        };
        let tracks = [&parts.split.calibrate, &parts.split.test]
            .map(|rows| Tracks::new(&parts.series, rows));
        Self {
            parts,
            policy,
            horizon_micros,
            budget: spec.budget,
            seed: spec.seed,
            tracks,
        }
    }

    fn watched<T>(&self, side: Side, then: impl FnOnce(&Watched<'_>) -> T) -> T {
        let tracks = &self.tracks[side as usize];
        let (incidents, unfair) = fair(tracks, &self.parts.episodes, self.horizon_micros);
        let span = tracks
            .seen()
            .fold((i64::MAX, i64::MIN), |(a, b), s| (a.min(s.1), b.max(s.2)));
        then(&Watched {
            tracks,
            incidents: &incidents,
            unfair: &unfair,
            horizon_micros: self.horizon_micros,
            span,
            clusters: self.parts.clusters,
        })
    }

    fn curve(&self, side: Side, scores: ArrayView2<'_, f64>) -> Vec<crate::evaluate::BudgetPoint> {
        self.watched(side, |watched| {
            budget_curve(watched, &self.parts.kinds, scores, &self.policy)
        })
    }

    /// The threshold that the calibration part asks for, and what it is worth on the test part.
    fn judge(
        &self,
        calibrate: ArrayView2<'_, f64>,
        test: ArrayView2<'_, f64>,
    ) -> (Option<f64>, IncidentReport) {
        let threshold = within_budget(&self.curve(Side::Calibrate, calibrate), self.budget);
        let policy = AlertPolicy {
            threshold: threshold.unwrap_or(f64::INFINITY),
            ..self.policy
        };
        let judged = self.watched(Side::Test, |watched| {
            let pages = all_pages(watched.tracks, &self.parts.kinds, test, &policy);
            judge_pages(watched, &pages, self.seed)
        });
        (threshold, judged)
    }
}

fn rivals(
    frame: &Frame,
    spec: &ForecastSpec,
    parts: &Parts,
    bench: &Bench<'_>,
    features: &Features,
    report: &mut ForecastReport,
) {
    let kinds = parts.kinds.len();
    let shape = |rows: &[u32]| (rows.len(), kinds);
    let (calibrate, test) = (&parts.split.calibrate, &parts.split.test);
    let mut add = |name: &str, scores: &dyn Fn(u32, usize) -> f64| {
        let of = |rows: &[u32]| Array2::from_shape_fn(shape(rows), |(at, k)| scores(rows[at], k));
        let (_, judged) = bench.judge(of(calibrate).view(), of(test).view());
        report.rivals.push(RivalReport {
            name: name.to_owned(),
            score: judged.overall,
        });
    };
    add("always normal", &|_, _| 0.0);
    add("persistence", &|row, k| {
        f64::from(u8::from(parts.now[row as usize] == parts.kinds[k]))
    });
    let train: Vec<Vec<f64>> = parts
        .columns
        .iter()
        .map(|name| parts.of(frame, name, &parts.train))
        .collect();
    let rules: Vec<Option<StaticRule>> = (0..kinds)
        .map(|k| {
            let answers: Vec<bool> = parts
                .train
                .iter()
                .map(|&r| parts.labels[r as usize] == Ahead::Kind(parts.kinds[k]))
                .collect();
            StaticRule::fit(&train, &answers)
        })
        .collect();
    let all: Vec<u32> = (0..frame.rows() as u32).collect();
    let values: Vec<Vec<f64>> = rules
        .iter()
        .map(|rule| {
            rule.as_ref().map_or(Vec::new(), |rule| {
                parts.of(frame, &parts.columns[rule.column], &all)
            })
        })
        .collect();
    add("static thresholds", &|row, k| {
        rules[k]
            .as_ref()
            .map_or(0.0, |rule| rule.score(values[k][row as usize]))
    });
    let longest = spec.windows_minutes.iter().copied().max().unwrap_or(1);
    let slopes: Vec<Option<usize>> = rules
        .iter()
        .map(|rule| {
            let name = crate::prepare::feature_name(
                &parts.columns[rule.as_ref()?.column],
                crate::prepare::Look::Slope,
                longest,
            );
            features.names.iter().position(|n| *n == name)
        })
        .collect();
    let horizon = f64::from(spec.horizon_minutes);
    let place = parts.places();
    add("linear extrapolation", &|row, k| {
        let Some(rule) = &rules[k] else { return 0.0 };
        let now = values[k][row as usize];
        let slope = match (slopes[k], place[row as usize]) {
            (Some(f), Some((Side::Calibrate, at))) => features.calibrate[(at, f)],
            (Some(f), Some((Side::Test, at))) => features.test[(at, f)],
            _ => f64::NAN,
        };
        rule.extrapolated(now, slope, horizon)
    });
}
