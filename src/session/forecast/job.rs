//! A forecast as a job: features a column at a time, a forest that is grown elsewhere, then a budget at a time.

use super::bench::Bench;
use super::error::mended;
use super::features::Features;
use super::parts::{Parts, Side};
use super::rivals::{RIVALS, Rivals};
use super::summary::{Bought, Told, budgets};
use super::track::Forecasted;
use super::{
    ForecastError, ForecastReport, ForecastSpec, RivalReport, Scored, fitter, grown, probabilities,
};
use crate::data::Frame;
use crate::evaluate::BudgetPoint;
use crate::learn::{Fitter, Model};
use crate::protocol::{Event, Flattering, ForecastSummary, Stage};
use crate::session::failure::Fault;
use crate::session::job::{Growing, InPlace, Job, Progress, Slice};
use crate::session::store::{Store, stem};
use crate::session::{UnitNews, UnitWork};

/// Shares of a run that are done once features are made, trees grown, rows scored, budgets judged.
const MADE: f64 = 0.25;
const GROWN: f64 = 0.75;
const SCORED: f64 = 0.82;
const JUDGED: f64 = 0.9;
/// Bytes of a feature of a row, as it is kept and as it is learned from.
const KEPT_BYTES: u64 = 4;
const LEARNED_BYTES: u64 = 9;

pub(in crate::session) struct ForecastJob {
    spec: ForecastSpec,
    in_place: Option<InPlace>,
    limit_bytes: Option<u64>,
    run: Option<Box<Run>>,
    /// The run of a split that leaks, which an honest one is to stand above.
    leaky: Option<(ForecastSummary, Forecasted)>,
}

/// One split from features to figures.
struct Run {
    spec: ForecastSpec,
    parts: Parts,
    features: Features,
    at: At,
    bought: Bought,
    rivals: Vec<Bought>,
}

enum At {
    Features,
    Grow {
        fitter: Box<Fitter>,
        setup: Option<Vec<u8>>,
    },
    Predict {
        model: Box<Model>,
        raw: [Vec<f64>; 2],
    },
    Judge {
        scored: Scored,
        curve: Vec<BudgetPoint>,
    },
    Rivals {
        scored: Scored,
        rivals: Rivals,
    },
    Over,
}

impl ForecastJob {
    pub(in crate::session) fn new(
        spec: ForecastSpec,
        in_place: Option<InPlace>,
        limit_bytes: Option<u64>,
    ) -> Self {
        Self {
            spec,
            in_place,
            limit_bytes,
            run: None,
            leaky: None,
        }
    }

    fn begin(
        &self,
        frame: &Frame,
        spec: ForecastSpec,
    ) -> Result<Result<Run, ForecastError>, Fault> {
        let parts = match Parts::new(frame, &spec) {
            Ok(parts) => parts,
            Err(error) => return Ok(Err(error)),
        };
        let features = Features::new(frame, &spec, &parts);
        let most = (parts.columns.len() * (1 + 5 * spec.windows_minutes.len()) + 4) as u64;
        let rows =
            (parts.train.len() + parts.split.calibrate.len() + parts.split.test.len()) as u64;
        let needed = most * (KEPT_BYTES * rows + LEARNED_BYTES * parts.train.len() as u64);
        match self.limit_bytes {
            Some(limit) if needed > limit => Err(Fault::too_large(needed, limit, most as usize)),
            _ => Ok(Ok(Run {
                spec,
                parts,
                features,
                at: At::Features,
                bought: Bought::default(),
                rivals: Vec::new(),
            })),
        }
    }

    /// Of a run whose split leaks the honest one follows; both shares are of one whole.
    fn share(&self, done: f64) -> f64 {
        match (&self.leaky, self.spec.anyway) {
            (Some(_), _) => 0.5 + done / 2.0,
            (None, true) => done / 2.0,
            (None, false) => done,
        }
    }

    fn told(&self, stage: Stage, done: f64, detail: impl Into<String>) -> Progress {
        Progress::new(stage, self.share(done).min(0.999), detail)
    }

    fn grown_so_far(&self, fitter: &Fitter) -> Slice {
        let (done, units) = (fitter.done(), fitter.units());
        let share = f64::from(done) / f64::from(units.max(1));
        let detail = format!("tree {done} of {units}");
        let progress = self.told(Stage::Growing, MADE + (GROWN - MADE) * share, detail);
        match self.in_place.is_some() || done >= units {
            true => Slice::More(progress),
            false => Slice::Waiting(progress),
        }
    }

    fn step(&self, run: &mut Run, frame: &Frame) -> Result<Slice, ForecastError> {
        let classes = run.parts.kinds.len() + 1;
        match std::mem::replace(&mut run.at, At::Over) {
            At::Features => {
                let more = run.features.step(frame, &run.parts)?;
                let (done, all) = run.features.done();
                run.at = At::Features;
                if !more {
                    let fitter = fitter(&run.spec, &run.parts, &run.features)?;
                    run.at = At::Grow {
                        setup: self.in_place.is_none().then(|| fitter.setup()),
                        fitter: Box::new(fitter),
                    };
                }
                let share = done as f64 / all.max(1) as f64;
                let detail = format!("column {done} of {all}");
                Ok(Slice::More(self.told(
                    Stage::Preparing,
                    MADE * share,
                    detail,
                )))
            }
            At::Grow { mut fitter, setup } => {
                if fitter.done() >= fitter.units() {
                    run.at = At::Predict {
                        model: Box::new(grown(*fitter)?),
                        raw: [Vec::new(), Vec::new()],
                    };
                    return Ok(Slice::More(self.told(Stage::Evaluating, GROWN, "")));
                }
                if let Some(here) = self.in_place {
                    (here.training)(&mut fitter)
                        .map_err(|e| ForecastError::Learn(e.to_string()))?;
                }
                let slice = self.grown_so_far(&fitter);
                run.at = At::Grow { fitter, setup };
                Ok(slice)
            }
            At::Predict { model, mut raw } => {
                let more = [Side::Calibrate, Side::Test].into_iter().any(|side| {
                    run.features
                        .predict(&model, side, &mut raw[side as usize], classes)
                });
                let all = run.parts.split.calibrate.len() + run.parts.split.test.len();
                let done = (raw[0].len() + raw[1].len()) / classes;
                if more {
                    run.at = At::Predict { model, raw };
                } else {
                    let [calibrate, test] = raw;
                    let scored = Scored::new(
                        &run.parts,
                        &probabilities(calibrate, classes)?,
                        &probabilities(test, classes)?,
                    )?;
                    let bench = Bench::new(&run.parts, &run.spec);
                    let curve = bench.curve(Side::Calibrate, scored.calibrate.view());
                    run.at = At::Judge { scored, curve };
                }
                let share = GROWN + (SCORED - GROWN) * done as f64 / all.max(1) as f64;
                Ok(Slice::More(self.told(
                    Stage::Evaluating,
                    share,
                    "rows are scored",
                )))
            }
            At::Judge { scored, curve } => {
                let budgets = budgets(run.spec.budget);
                let bench = Bench::new(&run.parts, &run.spec);
                let done = run.bought.of_budget.len();
                if let Some(&budget) = budgets.get(done) {
                    let thresholds = bench.bought(&curve, budget);
                    run.bought
                        .add(thresholds, |t| bench.worth(t, scored.test.view()));
                    run.at = At::Judge { scored, curve };
                } else {
                    let rivals = Rivals::new(frame, &run.spec, &run.parts, &run.features);
                    run.at = At::Rivals { scored, rivals };
                }
                let share = SCORED + (JUDGED - SCORED) * done as f64 / budgets.len() as f64;
                Ok(Slice::More(self.told(
                    Stage::Evaluating,
                    share,
                    "budgets are tried",
                )))
            }
            At::Rivals { scored, rivals } => {
                let at = run.rivals.len();
                if at < RIVALS.len() {
                    let of = |side| rivals.scores(at, &run.parts, &run.features, side);
                    let bench = Bench::new(&run.parts, &run.spec);
                    let (calibrate, test) = (of(Side::Calibrate), of(Side::Test));
                    let curve = bench.curve(Side::Calibrate, calibrate.view());
                    let mut bought = Bought::default();
                    for budget in budgets(run.spec.budget) {
                        bought.add(bench.bought(&curve, budget), |t| {
                            bench.worth(t, test.view())
                        });
                    }
                    run.rivals.push(bought);
                    run.at = At::Rivals { scored, rivals };
                    let share = JUDGED + (1.0 - JUDGED) * at as f64 / RIVALS.len() as f64;
                    return Ok(Slice::More(self.told(Stage::Evaluating, share, RIVALS[at])));
                }
                run.at = At::Rivals { scored, rivals };
                Ok(Slice::done(Event::Cancelled))
            }
            At::Over => Err(ForecastError::Learn("the forecast is over".to_owned())),
        }
    }

    /// All figures of a run whose steps are over.
    fn finish(run: Run, frame: &Frame) -> Option<(ForecastSummary, Forecasted)> {
        let At::Rivals { scored, .. } = run.at else {
            return None;
        };
        let (spec, parts) = (run.spec, run.parts);
        let asked = budgets(spec.budget)
            .iter()
            .position(|b| *b == spec.budget)?;
        let bench = Bench::new(&parts, &spec);
        let mut report = ForecastReport::new(&parts, &spec, frame, run.features.names.len());
        let place = *run.bought.of_budget.get(asked)? as usize;
        report.threshold = run.bought.thresholds.get(place)?.first().copied().flatten();
        report.incidents = run.bought.report(asked)?.clone();
        report.curve = bench.curve(Side::Test, scored.test.view());
        scored.rate(&parts, &mut report);
        report.rivals = RIVALS
            .iter()
            .zip(&run.rivals)
            .filter_map(|(name, bought)| {
                Some(RivalReport {
                    name: (*name).to_owned(),
                    score: bought.report(asked)?.overall.clone(),
                })
            })
            .collect();
        report.word();
        let (incidents, seen, days) = bench.judged();
        let summary = Told {
            frame,
            spec: &spec,
            parts: &parts,
            report: &report,
            bought: &run.bought,
            rivals: &run.rivals,
            incidents: &incidents,
            seen: &seen,
            days,
        }
        .summary();
        let forecasted = Forecasted {
            test: scored.test.mapv(|p| p as f32),
            thresholds: run.bought.thresholds,
            horizon_minutes: spec.horizon_minutes,
            json: report.to_json(),
            data_name: stem(&frame.name).to_owned(),
            parts,
        };
        Some((summary, forecasted))
    }

    fn end(&mut self, run: Run, store: &mut Store) -> Result<Slice, Fault> {
        let frame = &store.data()?.frame;
        let lost = || Fault::internal("the forecast's figures are missing");
        let (mut summary, forecasted) = Self::finish(run, frame).ok_or_else(lost)?;
        if let Some((leaky, _)) = self.leaky.take() {
            let outcome = |s: &ForecastSummary| {
                let rung = s.rungs.iter().find(|r| r.budget == s.spec.budget)?;
                s.outcomes.get(rung.outcome as usize).cloned()
            };
            summary.flattering = outcome(&leaky).map(|outcome| Flattering {
                all: outcome.all,
                average_precision: leaky.average_precision,
                leaks: leaky.leaks,
            });
        } else if !summary.leaks.is_empty() {
            // The honest one, where what leaks can be mended.
            let mends = super::error::mends(&forecasted.parts.leaks, &self.spec);
            let honest = mended(&self.spec, &mends);
            if !mends.is_empty()
                && let Ok(run) = self.begin(frame, honest)?
            {
                self.run = Some(Box::new(run));
                self.leaky = Some((summary, forecasted));
                return Ok(Slice::More(self.told(
                    Stage::Preparing,
                    0.0,
                    "now an honest split",
                )));
            }
        }
        store.forecast = Some(forecasted);
        Ok(Slice::done(Event::Forecast(Box::new(summary))))
    }

    fn refused(&mut self, store: &mut Store, error: &ForecastError) -> Result<Slice, Fault> {
        // A leaky score without an honest one is still what was asked for.
        if let Some((summary, forecasted)) = self.leaky.take() {
            store.forecast = Some(forecasted);
            return Ok(Slice::done(Event::Forecast(Box::new(summary))));
        }
        let found = super::find(&store.data()?.frame, &self.spec);
        let refusal = error.refusal(&self.spec, found.entities);
        Ok(Slice::done(Event::Refused(Box::new(refusal))))
    }
}

impl Job for ForecastJob {
    fn work(&mut self, store: &mut Store, _now_secs: f64) -> Result<Slice, Fault> {
        let frame = &store.data()?.frame;
        let Some(mut run) = self.run.take() else {
            return match self.begin(frame, self.spec.clone())? {
                Ok(run) => {
                    self.run = Some(Box::new(run));
                    let detail = "the split is checked";
                    Ok(Slice::More(self.told(Stage::Preparing, 0.0, detail)))
                }
                Err(error) => self.refused(store, &error),
            };
        };
        match self.step(&mut run, frame) {
            Ok(Slice::Done(..)) => self.end(*run, store),
            Ok(slice) => {
                self.run = Some(run);
                Ok(slice)
            }
            Err(error) => self.refused(store, &error),
        }
    }

    fn growing(&mut self) -> Option<&mut dyn Growing> {
        Some(self)
    }
}

impl Growing for ForecastJob {
    fn unit_work(&mut self) -> Option<UnitWork> {
        let At::Grow { fitter, setup } = &mut self.run.as_mut()?.at else {
            return None;
        };
        Some(UnitWork {
            setup: setup.take()?,
            units: fitter.units(),
            at_once: fitter.at_once(),
        })
    }

    fn unit_news(&mut self) -> Option<UnitNews> {
        let At::Grow { fitter, .. } = &mut self.run.as_mut()?.at else {
            return None;
        };
        Some(UnitNews {
            lessons: std::iter::from_fn(|| fitter.news()).collect(),
            released: fitter.released(),
        })
    }

    fn accept(&mut self, unit: u32, bytes: &[u8], _now_secs: f64) -> Result<Slice, Fault> {
        let Some(mut run) = self.run.take() else {
            return Err(Fault::internal("a tree came back that nobody waits for"));
        };
        let slice = match &mut run.at {
            At::Grow { fitter, .. } => {
                fitter.accept(unit, bytes)?;
                self.grown_so_far(fitter)
            }
            _ => return Err(Fault::internal("a tree came back that nobody waits for")),
        };
        self.run = Some(run);
        Ok(slice)
    }
}
