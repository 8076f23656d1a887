//! A training: recipe, trees, evaluation, importance, and only then the current model.

use ndarray::Array2;

use super::assess::Assessment;
use super::convert;
use super::failure::Fault;
use super::job::{self, InPlace, Job, Progress, Slice};
use super::open::seal;
use super::own_past::{Comparing, untold};
use super::prepared::Prepared;
use super::store::{Details, Loaded, Store, Trained};
use super::trainings::{Judged, RunRows};
use super::unfamiliar::Marks;
use super::{UnitNews, UnitWork};
use crate::data::{Frame, Level, Notice};
use crate::export::kubecast::ModelFile;
use crate::learn::{Fitter, Model, Novelty, NoveltyFitter, TrainRows};
use crate::prepare::{self, OwnPast, PastRows, Recipe};
use crate::protocol::{Event, ModelSpec, Options, PrepareSpec, Report, Stage, UnfamiliarRows};

/// Shares of the job, for progress: ready to grow, grown, scored.
const READ: f64 = 0.02;
const PREPARED: f64 = 0.05;
const GROWN: f64 = 0.8;
const SCORED: f64 = 0.85;

#[derive(Debug)]
pub(super) struct TrainJob {
    spec: PrepareSpec,
    model: ModelSpec,
    in_place: Option<InPlace>,
    memory_limit_bytes: Option<u64>,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    Begin,
    /// The rows' own past, before what compares with it is fitted.
    Recall(Box<Growing>, Box<Recall>),
    Compare(Box<Growing>, Box<NoveltyFitter>),
    Grow(Box<Growing>),
    Explain(Box<Explaining>),
    Over,
}

/// Rows to be compared with their own past.
#[derive(Debug)]
struct Recall {
    comparing: Comparing,
    train_rows: Vec<u32>,
    train_classes: Vec<u8>,
    healthy: Vec<bool>,
}

/// What is done before trees are grown.
#[derive(Debug)]
enum First {
    Recall(Box<Recall>),
    Compare(Box<NoveltyFitter>),
    Grow,
}

#[derive(Debug)]
struct Growing {
    fitter: Fitter,
    setup: Option<Vec<u8>>,
    begun_secs: Option<f64>,
    recipe: Recipe,
    novelty: Option<Novelty>,
    /// Where that compares rows with their own past: by which columns, and the held-out rows beside theirs.
    own_past: Option<(OwnPast, PastRows)>,
    classes: Vec<String>,
    details: Details,
    rows_train: u64,
    test: Array2<f64>,
    test_rows: Vec<u32>,
    truth: Vec<u32>,
    notices: Vec<Notice>,
}

#[derive(Debug)]
struct Explaining {
    file: ModelFile,
    details: Details,
    assessment: Assessment,
    rows_train: u64,
    fit_secs: f64,
    out_of_bag: Option<f64>,
    rounds: Option<u32>,
    unfamiliar: Option<UnfamiliarRows>,
    /// What is kept of it to compare it by, as JSON.
    run: String,
    notices: Vec<Notice>,
}

/// Trees of one boosting round.
fn steps_trees(classes: usize) -> usize {
    if classes == 2 { 1 } else { classes.max(1) }
}

impl TrainJob {
    pub(super) fn new(
        spec: PrepareSpec,
        model: ModelSpec,
        in_place: Option<InPlace>,
        memory_limit_bytes: Option<u64>,
    ) -> Self {
        Self {
            spec,
            model,
            in_place,
            memory_limit_bytes,
            phase: Phase::Begin,
        }
    }

    fn begin(&self, data: &Loaded) -> Result<(Growing, First), Fault> {
        let frame = &data.frame;
        // What cannot be fitted is said before time is spent.
        let learner = convert::learner(&self.model, self.spec.seed)?;
        let Prepared {
            spec,
            recipe,
            class_names: classes,
            train_rows,
            train,
            train_classes,
            test,
            test_rows,
            truth,
            mut notices,
        } = Prepared::new(frame, &self.spec, self.memory_limit_bytes)?;
        let mut class_rows = vec![0_u64; classes.len()];
        train_classes
            .iter()
            .for_each(|&c| class_rows[usize::from(c)] += 1);
        let categories = recipe.category_features();
        let healthy = prepare::healthy_classes(&classes, &class_rows);
        let comparing = if spec.mark_unfamiliar && spec.unfamiliar_own_past {
            let rows = (&train_rows[..], &test_rows[..]);
            let limit = self.memory_limit_bytes;
            let (comparing, told) = Comparing::to_train(frame, &spec, &recipe, rows, limit)?;
            notices.extend(told);
            Some(comparing)
        } else {
            None
        };
        let as_they_are = spec.mark_unfamiliar && comparing.is_none();
        let novelty = as_they_are.then(|| {
            NoveltyFitter::new(
                train.view(),
                &train_classes,
                &healthy,
                &categories,
                spec.seed,
            )
        });
        let rows =
            TrainRows::new(train.view(), &train_classes, classes.len()).categories(&categories);
        let fitter = Fitter::of(&rows, learner)?;
        if let Some((used, of)) = fitter.sampled() {
            let why =
                "A single tree looks at every row at every node: a random sample says as much."
                    .to_owned();
            notices.push(Notice::Sampled {
                used: used as u64,
                of: of as u64,
                why,
            });
        }
        let details = Details {
            options: Options {
                prepare: spec,
                model: self.model.clone(),
                kinds: data.kinds(),
            },
            data_name: frame.name.clone(),
            data_fingerprint: frame.fingerprint().to_string(),
            class_rows,
            report: None,
        };
        let growing = Growing {
            setup: self.in_place.is_none().then(|| fitter.setup()),
            fitter,
            begun_secs: None,
            recipe,
            novelty: None,
            own_past: None,
            details,
            rows_train: train.nrows() as u64,
            truth,
            classes,
            test,
            test_rows,
            notices,
        };
        let first = match (comparing, novelty.flatten()) {
            (Some(comparing), _) => First::Recall(Box::new(Recall {
                comparing,
                train_rows,
                train_classes,
                healthy,
            })),
            (None, Some(novelty)) => First::Compare(Box::new(novelty)),
            (None, None) => First::Grow,
        };
        Ok((growing, first))
    }
}

impl Growing {
    fn progress(&self, inline: bool, model: &ModelSpec) -> Slice {
        let (done, units) = (self.fitter.done(), self.fitter.units());
        let (steps_done, steps) = self.fitter.steps();
        let unit = if matches!(model, ModelSpec::GradientBoosting(_)) {
            "round"
        } else {
            "tree"
        };
        let share = f64::from(done) / f64::from(units.max(1));
        let detail = format!("{unit} {steps_done} of {steps}");
        let progress = Progress::new(
            Stage::Growing,
            PREPARED + (GROWN - PREPARED) * share,
            detail,
        );
        if inline || done >= units {
            Slice::More(progress)
        } else {
            Slice::Waiting(progress)
        }
    }

    /// The rows beside their own past are there: what compares with it, or none where too few rows have one.
    fn recalled(&mut self, recall: Recall) -> Option<NoveltyFitter> {
        let (past, train, test, instants) = recall.comparing.parted(&recall.train_rows);
        self.notices.extend(untold(&test));
        let rows = train.lengths(0, recall.train_rows.len());
        let (classes, healthy) = (&recall.train_classes, &recall.healthy);
        let seed = self.details.options.prepare.seed;
        let fitter = NoveltyFitter::in_time(rows.view(), classes, healthy, &instants, seed);
        match fitter {
            Some(_) => self.own_past = Some((past, test)),
            None => self.notices.push(Notice::Other {
                title: "Unfamiliar rows will not be told".to_owned(),
                meaning: "Too few healthy rows have a past to be compared with.".to_owned(),
                level: Level::Warning,
            }),
        }
        fitter
    }

    /// All trees are there: score the held-out rows.
    fn score(self, frame: &Frame, now_secs: f64) -> Result<Explaining, Fault> {
        let fit_secs = self.begun_secs.map_or(0.0, |begun| now_secs - begun);
        let model = self
            .fitter
            .finish()
            .ok_or_else(|| Fault::internal("a tree is missing"))?;
        let probabilities = model.predict_proba(self.test.view());
        let out_of_bag = model.out_of_bag();
        let rounds = match &self.details.options.model {
            ModelSpec::GradientBoosting(spec) if spec.stop_after.is_some() => {
                Some((model.trees().len() / steps_trees(self.classes.len())) as u32)
            }
            _ => None,
        };
        let (own_past, past) = self.own_past.unzip();
        let file = ModelFile {
            recipe: self.recipe,
            classes: self.classes,
            model,
            novelty: self.novelty,
            own_past,
            details: Vec::new(),
        };
        let predicted = Model::likeliest(probabilities.view());
        let marks = Marks::of(&file, self.test.view(), past, &predicted)?;
        let all: Vec<usize> = (0..predicted.len()).collect();
        let healthy = prepare::healthy_classes(&file.classes, &self.details.class_rows);
        let unfamiliar = marks.map(|marks| marks.of_classes(&all, &self.truth, &healthy));
        let run = RunRows::new(frame, &self.details.options, &file.classes, &self.test_rows);
        let judged = Judged {
            truth: &self.truth,
            predicted: &predicted,
            probabilities: &probabilities,
        };
        let run = run.judged(self.rows_train, &judged);
        let seed = self.details.options.prepare.seed;
        let assessment = Assessment::new(
            &file,
            self.test,
            self.truth,
            &probabilities,
            &self.details.class_rows,
            seed,
        )?;
        Ok(Explaining {
            file,
            details: self.details,
            assessment,
            rows_train: self.rows_train,
            fit_secs,
            out_of_bag,
            rounds,
            unfamiliar,
            run: run.kept_text(),
            notices: self.notices,
        })
    }
}

impl Explaining {
    fn finish(self, store: &mut Store) -> Result<Slice, Fault> {
        let Self {
            file,
            mut details,
            assessment,
            rows_train,
            fit_secs,
            out_of_bag,
            rounds,
            unfamiliar,
            run,
            notices,
        } = self;
        let report = Report {
            rows_train,
            options: details.options.clone(),
            data_fingerprint: details.data_fingerprint.clone(),
            data_name: details.data_name.clone(),
            notices,
            out_of_bag,
            rounds,
            unfamiliar,
            ..assessment.finish()
        };
        details.report = Some(report);
        let trained = Trained {
            run: Some(run.clone()),
            ..seal(file, details, fit_secs)?
        };
        let report = trained.report().ok_or_else(Fault::no_report)?;
        let event = Event::Trained {
            model: Box::new(trained.summary()),
            report: Box::new(report),
            run: Some(run),
        };
        store.model = Some(trained);
        store.predictions = None;
        Ok(Slice::done(event))
    }
}

impl Job for TrainJob {
    fn work(&mut self, store: &mut Store, now_secs: f64) -> Result<Slice, Fault> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Begin => {
                let (growing, first) = self.begin(store.data()?)?;
                let growing = Box::new(growing);
                let (phase, share) = match first {
                    First::Recall(recall) => (Phase::Recall(growing, recall), READ),
                    First::Compare(novelty) => (Phase::Compare(growing, novelty), READ),
                    First::Grow => (Phase::Grow(growing), PREPARED),
                };
                self.phase = phase;
                let detail = "features and bins are ready";
                Ok(Slice::More(Progress::new(Stage::Preparing, share, detail)))
            }
            Phase::Recall(mut growing, mut recall) => {
                let frame = &store.data()?.frame;
                let more = recall.comparing.step(frame, &growing.recipe)?.is_some();
                self.phase = if more {
                    Phase::Recall(growing, recall)
                } else {
                    match growing.recalled(*recall) {
                        Some(novelty) => Phase::Compare(growing, Box::new(novelty)),
                        None => Phase::Grow(growing),
                    }
                };
                let detail = "rows beside their own past";
                Ok(Slice::More(Progress::new(Stage::Preparing, READ, detail)))
            }
            Phase::Compare(mut growing, mut novelty) => {
                novelty.step()?;
                let (done, steps) = (novelty.done(), novelty.steps());
                self.phase = if done < steps {
                    Phase::Compare(growing, novelty)
                } else {
                    growing.novelty = novelty.finish();
                    Phase::Grow(growing)
                };
                let share = READ + (PREPARED - READ) * done as f64 / steps as f64;
                let detail = format!("familiar rows, step {done} of {steps}");
                Ok(Slice::More(Progress::new(Stage::Preparing, share, detail)))
            }
            Phase::Grow(mut growing) => {
                growing.begun_secs.get_or_insert(now_secs);
                let grown = growing.fitter.done() >= growing.fitter.units();
                if !grown {
                    if let Some(here) = self.in_place {
                        (here.training)(&mut growing.fitter)?;
                    }
                    let slice = growing.progress(self.in_place.is_some(), &self.model);
                    self.phase = Phase::Grow(growing);
                    return Ok(slice);
                }
                let explaining = growing.score(&store.data()?.frame, now_secs)?;
                self.phase = Phase::Explain(Box::new(explaining));
                Ok(Slice::More(Progress::new(
                    Stage::Evaluating,
                    SCORED,
                    "held-out rows are scored",
                )))
            }
            Phase::Explain(mut explaining) => {
                match explaining.assessment.step(&explaining.file.model) {
                    Some(done) => {
                        let all = explaining.assessment.columns();
                        let share = done as f64 / all.max(1) as f64;
                        let progress = Progress::new(
                            Stage::Explaining,
                            SCORED + (1.0 - SCORED) * share * 0.98,
                            format!("column {done} of {all}"),
                        );
                        self.phase = Phase::Explain(explaining);
                        Ok(Slice::More(progress))
                    }
                    None => explaining.finish(store),
                }
            }
            Phase::Over => Err(Fault::internal("the training is over")),
        }
    }

    fn growing(&mut self) -> Option<&mut dyn job::Growing> {
        Some(self)
    }
}

impl job::Growing for TrainJob {
    fn unit_work(&mut self) -> Option<UnitWork> {
        let Phase::Grow(growing) = &mut self.phase else {
            return None;
        };
        let setup = growing.setup.take()?;
        Some(UnitWork {
            setup,
            units: growing.fitter.units(),
            at_once: growing.fitter.at_once(),
        })
    }

    fn unit_news(&mut self) -> Option<UnitNews> {
        let Phase::Grow(growing) = &mut self.phase else {
            return None;
        };
        let fitter = &mut growing.fitter;
        Some(UnitNews {
            lessons: std::iter::from_fn(|| fitter.news()).collect(),
            released: fitter.released(),
        })
    }

    fn accept(&mut self, unit: u32, bytes: &[u8], now_secs: f64) -> Result<Slice, Fault> {
        let _ = now_secs;
        match &mut self.phase {
            Phase::Grow(growing) => {
                growing.fitter.accept(unit, bytes)?;
                Ok(growing.progress(self.in_place.is_some(), &self.model))
            }
            _ => Err(Fault::internal("a tree came back that nobody waits for")),
        }
    }
}
