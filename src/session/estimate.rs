//! What a training will need, told before it begins: memory from the table's shape, time from a short probe.

use ndarray::s;

use super::convert;
use super::failure::Fault;
use super::job::{Job, Progress, Slice};
use super::own_past::Comparing;
use super::store::Store;
use crate::data::{Frame, Values};
use crate::ingest;
use crate::learn::{Fitter, NoveltyFitter, TrainRows};
use crate::prepare::{self, Recipe};
use crate::protocol::{Estimate, Event, ModelSpec, PrepareSpec, Stage};

/// Training rows that the larger of two probes learns from, at most; the smaller one learns from a quarter of them. A
/// unit's time is taken for a constant and a part that grows with the rows.
const PROBE_ROWS: usize = 8192;
/// A probe grows for so long before its time is taken: a browser compiles better what runs often.
const WARM_SECS: f64 = 0.05;
/// Then for so long, or until it has no more to grow.
const PROBE_SECS: f64 = 0.05;
/// Bytes that a tree takes in a model for each training row, at most (measured: 0.65 where every leaf is pure).
const TREE_ROW_BYTES: u64 = 1;
/// Bytes of a worker for each training row beside its features' bins: orders, weights, classes.
const WORKER_ROW_BYTES: u64 = 40;
/// What a worker and its program take before they hold anything.
const WORKER_BYTES: u64 = 16 << 20;

/// Bytes that a session holds while it trains: the table, features of all rows, bins and their copy for the workers, trees.
pub(super) fn session_bytes(frame: &Frame, features: usize, train_rows: usize, trees: u32) -> u64 {
    let cell_bytes = |values: &Values| match values {
        Values::Number(_) | Values::Time(_) => 8,
        Values::Text(_) => 4,
    };
    let columns = frame.columns().iter();
    let row_bytes: u64 = columns.map(|c| cell_bytes(&c.values)).sum();
    let (features, train_rows) = (features as u64, train_rows as u64);
    let all_rows = frame.rows() as u64;
    row_bytes * all_rows
        + 8 * features * all_rows
        + 2 * features * train_rows
        + TREE_ROW_BYTES * train_rows * u64::from(trees)
}

/// Refuses what would not fit, before the features are made.
pub(super) fn check_memory(
    frame: &Frame,
    features: usize,
    train_rows: usize,
    limit_bytes: Option<u64>,
) -> Result<(), Fault> {
    let needed = session_bytes(frame, features, train_rows, 0);
    match limit_bytes {
        Some(limit) if needed > limit => Err(Fault::too_large(needed, limit, features)),
        _ => Ok(()),
    }
}

pub(super) struct EstimateJob {
    prepare: PrepareSpec,
    model: ModelSpec,
    workers: u32,
    limit_bytes: Option<u64>,
    probe: Option<Probe>,
}

struct Probe {
    /// Those left, the next one last.
    left: Vec<(Fitter, usize)>,
    /// When the one at work began, and what was grown by when once it was warm.
    begun_secs: Option<f64>,
    warm: Option<(u32, f64)>,
    /// Rows, and seconds of a unit.
    measured: Vec<(usize, f64)>,
    /// Until it is measured: what marks unfamiliar rows, on those of the probe.
    novelty: Option<NoveltyProbe>,
    /// Seconds that it will take.
    novelty_secs: f64,
    /// Where rows are compared with their own past: until a column's time is taken, and since when.
    past: Option<(Comparing, Recipe, Option<f64>)>,
    /// Columns by which they are.
    past_columns: usize,
    /// Rows that it will compare with.
    compared_rows: u64,
    rows: usize,
    features: usize,
    train_rows: usize,
    units: u32,
    at_once: u32,
}

struct NoveltyProbe {
    fitter: NoveltyFitter,
    /// Rows that the step which is measured compares with.
    healthy_rows: u64,
    /// When that step began.
    begun_secs: Option<f64>,
}

impl EstimateJob {
    pub(super) fn new(
        prepare: PrepareSpec,
        model: ModelSpec,
        workers: u32,
        limit_bytes: Option<u64>,
    ) -> Self {
        Self {
            prepare,
            model,
            workers,
            limit_bytes,
            probe: None,
        }
    }

    /// Every so many-th training row, binned.
    fn begin(&self, frame: &Frame) -> Result<Probe, Fault> {
        let learner = convert::learner(&self.model, self.prepare.seed)?;
        let mut spec = self.prepare.clone();
        if spec.target.is_empty() {
            let guess = ingest::guess_target(frame).ok_or_else(Fault::no_target)?;
            spec.target = frame.columns()[guess].name.clone();
        }
        if spec.columns.is_empty() {
            let choices = prepare::default_features(frame, &spec.target).into_iter();
            spec.columns = choices.filter(|c| c.used).map(|c| c.column).collect();
        }
        let target = frame
            .column(&spec.target)
            .ok_or_else(|| Fault::no_column(&spec.target))?;
        let classes = target.classes();
        let held_out = prepare::split(&classes, spec.test_share, spec.seed, spec.stratify)?;
        let train_rows = held_out.train.len();
        let mut class_rows = vec![0_u64; classes.names.len()];
        for &row in &held_out.train {
            class_rows[classes.codes[row as usize] as usize] += 1;
        }
        let step = train_rows.div_ceil(PROBE_ROWS).max(1);
        let some: Vec<u32> = held_out.train.into_iter().step_by(step).collect();
        let (recipe, _) = Recipe::fit(frame, &convert::recipe(&spec), &some)?;
        let features = recipe.transform(frame, &some)?;
        check_memory(frame, features.matrix.ncols(), train_rows, self.limit_bytes)?;
        let code = |&row: &u32| classes.codes[row as usize] as u8;
        let codes: Vec<u8> = features.rows.iter().map(code).collect();
        let categories = recipe.category_features();
        let past = match spec.mark_unfamiliar && spec.unfamiliar_own_past {
            true => {
                let (rows, limit) = ((&features.rows[..], &[][..]), self.limit_bytes);
                let (past, _) = Comparing::to_train(frame, &spec, &recipe, rows, limit)?;
                Some((past, recipe, None))
            }
            false => None,
        };
        let some = |every: usize| {
            let matrix = features.matrix.slice(s![..;every, ..]);
            let codes: Vec<u8> = codes.iter().copied().step_by(every).collect();
            let rows = TrainRows::new(matrix, &codes, classes.names.len());
            let fitter = Fitter::of(&rows.categories(&categories), learner.clone())?;
            Ok::<_, Fault>((fitter, codes.len()))
        };
        let healthy = prepare::healthy_classes(&classes.names, &class_rows);
        let compared = match spec.mark_unfamiliar {
            true => NoveltyFitter::compared_rows(&class_rows, &healthy),
            false => (0, 0),
        };
        let compared_rows = compared.0 + compared.1;
        let novelty = (compared_rows > 0).then(|| {
            let rows = features.matrix.view();
            let fitter = NoveltyFitter::new(rows, &codes, &healthy, &categories, spec.seed)?;
            let mut of_class = vec![0_u64; class_rows.len()];
            codes
                .iter()
                .for_each(|&code| of_class[usize::from(code)] += 1);
            Some(NoveltyProbe {
                fitter,
                healthy_rows: NoveltyFitter::compared_rows(&of_class, &healthy).0,
                begun_secs: None,
            })
        });
        let whole = some(1)?;
        let (units, at_once) = (whole.0.units(), whole.0.at_once());
        let mut left = vec![whole];
        // Too few rows may lack a class: then the larger probe stands alone.
        left.extend(some(4).ok());
        Ok(Probe {
            left,
            begun_secs: None,
            warm: None,
            measured: Vec::new(),
            novelty: novelty.flatten(),
            novelty_secs: 0.0,
            past_columns: past.as_ref().map_or(0, |(past, ..)| past.columns()),
            past,
            compared_rows,
            rows: features.rows.len(),
            features: features.matrix.ncols(),
            train_rows,
            units,
            at_once,
        })
    }

    fn estimate(&self, probe: &Probe, frame: &Frame) -> Estimate {
        // A tree whose leaves are pure is deeper where there are more rows; a boosting round is as deep as ever.
        let work = |rows: usize| {
            let rows = rows.max(2) as f64;
            match &self.model {
                ModelSpec::RandomForest(_) => rows * libm::log2(rows),
                _ => rows,
            }
        };
        let (of, all) = (probe.train_rows, work(probe.train_rows));
        let unit_secs = match probe.measured[..] {
            [(few, small), (many, large)] if many > few && large > small => {
                let pace = (large - small) / (work(many) - work(few));
                large + pace * (all - work(many))
            }
            [.., (rows, secs)] => secs * all / work(rows.min(of)),
            [] => 0.0,
        };
        let workers = self.workers.min(probe.at_once);
        // Workers of boosting wait for the last of a round, and each keeps all probabilities.
        let share = match &self.model {
            ModelSpec::GradientBoosting(_) => 0.2 + 0.8 / f64::from(workers),
            _ => 1.0 / f64::from(workers),
        };
        let trees = probe.units;
        let held = session_bytes(frame, probe.features, probe.train_rows, trees);
        let (features, train_rows) = (probe.features as u64, probe.train_rows as u64);
        let worker = WORKER_BYTES + (3 * features + WORKER_ROW_BYTES) * train_rows;
        // Before the workers begin: the rows, and those of a fold once more.
        let past = 16 * probe.past_columns as u64 * frame.rows() as u64;
        let compared = 16 * features * probe.compared_rows + past;
        Estimate {
            secs: unit_secs * f64::from(probe.units) * share + probe.novelty_secs,
            memory_bytes: held + compared.max(worker * u64::from(workers)),
            workers,
            probe_rows: probe.rows as u64,
        }
    }
}

impl Job for EstimateJob {
    fn work(&mut self, store: &mut Store, now_secs: f64) -> Result<Slice, Fault> {
        let frame = &store.data()?.frame;
        let told = |done| Progress::new(Stage::Preparing, done, "a probe");
        let Some(mut probe) = self.probe.take() else {
            self.probe = Some(self.begin(frame)?);
            return Ok(Slice::More(told(0.2)));
        };
        if let Some((mut past, recipe, begun)) = probe.past.take() {
            match begun {
                None => {
                    past.step(frame, &recipe)?;
                    probe.past = Some((past, recipe, Some(now_secs)));
                }
                Some(begun) => {
                    probe.novelty_secs = (now_secs - begun) * probe.past_columns as f64;
                }
            }
            self.probe = Some(probe);
            return Ok(Slice::More(told(0.25)));
        }
        if let Some(mut novelty) = probe.novelty.take() {
            match novelty.begun_secs {
                // The first is slow.
                None if novelty.fitter.done() == 0 => {
                    novelty.fitter.step()?;
                    probe.novelty = Some(novelty);
                }
                None => {
                    novelty.begun_secs = Some(now_secs);
                    novelty.fitter.step()?;
                    probe.novelty = Some(novelty);
                }
                Some(begun) => {
                    // Each reference takes as many steps, of its own rows.
                    let row_secs = (now_secs - begun) / novelty.healthy_rows.max(1) as f64;
                    let steps = NoveltyFitter::STEPS as f64;
                    probe.novelty_secs += row_secs * steps * probe.compared_rows as f64;
                }
            }
            self.probe = Some(probe);
            return Ok(Slice::More(told(0.3)));
        }
        let Some((fitter, rows)) = probe.left.last_mut() else {
            return Ok(Slice::done(Event::Estimated(self.estimate(&probe, frame))));
        };
        let begun = *probe.begun_secs.get_or_insert(now_secs);
        let over = fitter.done() >= fitter.units();
        match probe.warm {
            None if fitter.done() > 0 && (now_secs - begun >= WARM_SECS || over) => {
                probe.warm = Some((fitter.done(), now_secs));
            }
            _ => {}
        }
        if let Some((done, since)) = probe.warm
            && (fitter.done() > done && now_secs - since >= PROBE_SECS || over)
        {
            // All of it may have been grown to get warm.
            let (units, secs) = match fitter.done() - done {
                0 => (fitter.done(), now_secs - begun),
                units => (units, now_secs - since),
            };
            probe.measured.push((*rows, secs / f64::from(units.max(1))));
            probe.left.pop();
            (probe.begun_secs, probe.warm) = (None, None);
        } else {
            fitter.step()?;
        }
        self.probe = Some(probe);
        Ok(Slice::More(told(0.5)))
    }
}
