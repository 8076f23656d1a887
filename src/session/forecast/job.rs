//! A forecast as a job: features a column at a time, a forest that is grown elsewhere, then a budget at a time.

use ndarray::Array2;

use super::bench::{Bargain, Bench};
use super::error::mended;
use super::features::{Features, MOST_KEPT};
use super::parts::{Parts, Side};
use super::rivals::{CHANCE_AT, RIVALS, Rivals};
use super::summary::{Bought, Told, budgets};
use super::track::Forecasted;
use super::{
    ForecastError, ForecastReport, ForecastRun, ForecastSpec, Pass, RivalReport, RowMatrix, Scored,
    fitter, grown, named_thresholds, offset_of, raw, settled,
};
use crate::data::Frame;
use crate::learn::{Fitter, Model};
use crate::protocol::{Event, Flattering, ForecastSummary, Stage};
use crate::session::failure::Fault;
use crate::session::job::{Growing, InPlace, Job, Progress, Slice};
use crate::session::store::{Store, stem};
use crate::session::{UnitNews, UnitWork};

/// Shares of a run that are done once features are chosen, trees grown, budgets judged.
const CHOSEN: f64 = 0.3;
const GROWN: f64 = 0.8;
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
    /// Rows of each side x classes.
    raw: [Array2<f64>; 2],
    at: At,
    bought: Bought,
    rivals: Vec<Bought>,
}

enum At {
    Features {
        pass: Pass,
    },
    Grow {
        pass: Pass,
        fitter: Box<Fitter>,
        setup: Option<Vec<u8>>,
    },
    Predict {
        pass: Pass,
        model: Box<Model>,
        /// The side that is scored now, and how many of its rows are done.
        side: usize,
        done: usize,
    },
    Judge {
        scored: Scored,
        bargain: Bargain,
    },
    Rivals {
        scored: Scored,
        bargain: Bargain,
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
        let parts = match Parts::new(frame, &spec, None) {
            Ok(parts) => parts,
            Err(error) => return Ok(Err(error)),
        };
        let features = Features::screen(frame, &spec, &parts);
        let most = (parts.columns.len() * (1 + 8 * spec.windows_minutes.len()) + 4) as u64;
        let screened = most * (KEPT_BYTES + LEARNED_BYTES) * features.rows().len() as u64;
        let kept = most.min(MOST_KEPT as u64);
        let rows = (parts.judged[0].len() + parts.judged[1].len()) as u64;
        let learned = parts.train.len() as u64;
        let needed = screened.max(kept * (KEPT_BYTES * (rows + learned) + LEARNED_BYTES * learned));
        match self.limit_bytes {
            Some(limit) if needed > limit => Err(Fault::too_large(needed, limit, most as usize)),
            _ => Ok(Ok(Run {
                raw: raw(&parts),
                spec,
                parts,
                features,
                at: At::Features { pass: Pass::Screen },
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

    /// The share done within the forest of a pass.
    fn grown_share(run: &Run, pass: Pass, share: f64) -> f64 {
        let forests = run.parts.folds.train.len() as f64 / 2.0 + 1.0;
        let (before, own) = match pass {
            Pass::Screen => return CHOSEN * (0.5 + share / 6.0),
            Pass::Fold(fold) => (f64::from(fold) / 2.0, 0.5),
            Pass::All => (forests - 1.0, 1.0),
        };
        CHOSEN + (GROWN - CHOSEN) * (before + own * share) / forests
    }

    fn grown_so_far(&self, run: &Run, pass: Pass, fitter: &Fitter) -> Slice {
        let (done, units) = (fitter.done(), fitter.units());
        let share = 0.9 * f64::from(done) / f64::from(units.max(1));
        let detail = format!("tree {done} of {units}");
        let progress = self.told(Stage::Growing, Self::grown_share(run, pass, share), detail);
        match self.in_place.is_some() || done >= units {
            true => Slice::More(progress),
            false => Slice::Waiting(progress),
        }
    }

    fn grow(&self, run: &Run, pass: Pass) -> Result<At, ForecastError> {
        let fitter = fitter(&run.spec, &run.parts, &run.features, pass)?;
        Ok(At::Grow {
            pass,
            setup: self.in_place.is_none().then(|| fitter.setup()),
            fitter: Box::new(fitter),
        })
    }

    fn step(&self, run: &mut Run, frame: &Frame) -> Result<Slice, ForecastError> {
        match std::mem::replace(&mut run.at, At::Over) {
            At::Features { pass } => {
                let more = run.features.step(frame, &run.parts)?;
                let (done, all) = run.features.done();
                run.at = match more {
                    true => At::Features { pass },
                    false => self.grow(run, pass)?,
                };
                let from = if pass == Pass::Screen { 0.0 } else { 2.0 / 3.0 };
                let share = from
                    + done as f64
                        / all.max(1) as f64
                        / if pass == Pass::Screen { 2.0 } else { 3.0 };
                let detail = format!("column {done} of {all}");
                Ok(Slice::More(self.told(
                    Stage::Preparing,
                    CHOSEN * share,
                    detail,
                )))
            }
            At::Grow {
                pass,
                mut fitter,
                setup,
            } => {
                if fitter.done() < fitter.units() {
                    if let Some(here) = self.in_place {
                        (here.training)(&mut fitter)
                            .map_err(|e| ForecastError::Learn(e.to_string()))?;
                    }
                    let slice = self.grown_so_far(run, pass, &fitter);
                    run.at = At::Grow {
                        pass,
                        fitter,
                        setup,
                    };
                    return Ok(slice);
                }
                let model = Box::new(grown(*fitter)?);
                let share = Self::grown_share(run, pass, 0.9);
                if pass == Pass::Screen {
                    run.features = run.features.chosen(&run.parts, &model);
                    let next = pass.next(&run.parts).unwrap_or(Pass::All);
                    run.at = At::Features { pass: next };
                    return Ok(Slice::More(self.told(
                        Stage::Preparing,
                        share,
                        "features are chosen",
                    )));
                }
                run.at = At::Predict {
                    pass,
                    model,
                    side: 0,
                    done: 0,
                };
                Ok(Slice::More(self.told(
                    Stage::Evaluating,
                    share,
                    "rows are scored",
                )))
            }
            At::Predict {
                pass,
                model,
                mut side,
                mut done,
            } => {
                if let Some(&now) = pass.sides().get(side) {
                    let (rows, places) = (
                        &run.parts.judged[now as usize],
                        run.parts.places(now, pass.fold()),
                    );
                    done = run.features.predict(
                        &model,
                        rows,
                        &places,
                        done,
                        &mut run.raw[now as usize],
                    );
                    if done >= places.len() {
                        (side, done) = (side + 1, 0);
                    }
                    run.at = At::Predict {
                        pass,
                        model,
                        side,
                        done,
                    };
                } else if let Some(next) = pass.next(&run.parts) {
                    run.at = self.grow(run, next)?;
                } else {
                    let bench = Bench::new(&run.parts, &run.spec);
                    let raw = std::mem::take(&mut run.raw);
                    let scored = Scored::new(&run.parts, &bench, raw)?;
                    let bargain = bench.bargain(scored.calibrate.view());
                    run.at = At::Judge { scored, bargain };
                }
                let share = Self::grown_share(run, pass, 0.95);
                Ok(Slice::More(self.told(
                    Stage::Evaluating,
                    share,
                    "rows are scored",
                )))
            }
            At::Judge { scored, bargain } => {
                let budgets = budgets(run.spec.budget);
                let bench = Bench::new(&run.parts, &run.spec);
                let done = run.bought.of_budget.len();
                if let Some(&budget) = budgets.get(done) {
                    let thresholds = bargain.bought(budget).1;
                    run.bought.add(thresholds, |t| bench.worth(t, &scored.seen));
                    run.at = At::Judge { scored, bargain };
                } else {
                    let rivals = Rivals::new(frame, &run.spec, &run.parts);
                    run.at = At::Rivals {
                        scored,
                        bargain,
                        rivals,
                    };
                }
                let share = GROWN + (JUDGED - GROWN) * done as f64 / budgets.len() as f64;
                Ok(Slice::More(self.told(
                    Stage::Evaluating,
                    share,
                    "budgets are tried",
                )))
            }
            At::Rivals {
                scored,
                bargain,
                rivals,
            } => {
                let at = run.rivals.len();
                let slice = if at < rivals.count() {
                    let bench = Bench::new(&run.parts, &run.spec);
                    let mut bought = Bought::default();
                    if at == CHANCE_AT {
                        for budget in budgets(run.spec.budget) {
                            let thresholds = bargain.bought(budget).1;
                            bought.add(thresholds, |t| bench.chance(t, &scored.seen));
                        }
                    } else {
                        let of = |side| rivals.scores(at, &run.parts, side);
                        let rival = bench.bargain(of(Side::Calibrate).view());
                        let seen = bench.seen(Side::Test, of(Side::Test).view());
                        for budget in budgets(run.spec.budget) {
                            let thresholds = rivals.thresholds(at, &rival, budget);
                            bought.add(thresholds, |t| bench.worth(t, &seen));
                        }
                    }
                    run.rivals.push(bought);
                    let share = JUDGED + (1.0 - JUDGED) * at as f64 / rivals.count() as f64;
                    Slice::More(self.told(Stage::Evaluating, share, RIVALS[at]))
                } else {
                    Slice::done(Event::Cancelled)
                };
                run.at = At::Rivals {
                    scored,
                    bargain,
                    rivals,
                };
                Ok(slice)
            }
            At::Over => Err(ForecastError::Learn("the forecast is over".to_owned())),
        }
    }

    /// All figures of a run whose steps are over.
    fn finish(run: Run, frame: &Frame) -> Option<(ForecastSummary, Forecasted)> {
        let At::Rivals {
            scored, bargain, ..
        } = run.at
        else {
            return None;
        };
        let (spec, parts) = (run.spec, run.parts);
        let asked = budgets(spec.budget)
            .iter()
            .position(|b| *b == spec.budget)?;
        let bench = Bench::new(&parts, &spec);
        let mut report = ForecastReport::new(&parts, &spec, frame, run.features.names.len());
        let place = *run.bought.of_budget.get(asked)? as usize;
        report.threshold = bargain.bought(spec.budget).0;
        report.thresholds = named_thresholds(&parts, run.bought.thresholds.get(place)?);
        report.incidents = run.bought.report(asked)?.clone();
        let row_matrix = |t| RowMatrix::new(&parts, &bench, &scored.seen, t);
        let matrices: Vec<RowMatrix> = run.bought.thresholds.iter().map(row_matrix).collect();
        report.row_matrix = matrices.get(place)?.clone();
        let bought = &run.bought;
        report.run = Some(ForecastRun::new(
            &report, &parts, &spec, frame, &bench, bought,
        ));
        report.curve = bench.curve(&bargain, &scored.seen);
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
            matrices: &matrices,
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
        let data = store.data()?;
        let frame = &data.frame;
        let Some(mut run) = self.run.take() else {
            self.spec = settled(frame, &self.spec, offset_of(&data.hows));
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
        let At::Grow { fitter, setup, .. } = &mut self.run.as_mut()?.at else {
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
        if let At::Grow { fitter, .. } = &mut run.at {
            fitter.accept(unit, bytes)?;
        }
        let At::Grow { fitter, pass, .. } = &run.at else {
            return Err(Fault::internal("a tree came back that nobody waits for"));
        };
        let slice = self.grown_so_far(&run, *pass, fitter);
        self.run = Some(run);
        Ok(slice)
    }
}
