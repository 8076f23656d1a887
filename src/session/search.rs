//! A search for better settings. It never touches the held-out rows, and leaves data, model and predictions as they are.

use super::convert;
use super::failure::Fault;
use super::job::{Growing, InPlace, Job, Progress, Slice};
use super::prepared::Prepared;
use super::store::{Loaded, Store};
use super::{UnitNews, UnitWork};
use crate::data::{Frame, Level, Notice, Values};
use crate::evaluate::{self, Folds, Gap};
use crate::learn::{Goal, LEARNED, LEFT_OUT, SCORED, Search, TrainRows, Trial};
use crate::protocol::{
    Candidate, Event, FoldKind, ModelSpec, PrepareSpec, SearchScore, SearchSpec, SearchSummary,
    Stage,
};

/// Candidates that are listed, beside the user's own.
const LISTED: usize = 8;
const MICROS: f64 = 1e6;

pub(super) struct SearchJob {
    prepare: PrepareSpec,
    model: ModelSpec,
    spec: SearchSpec,
    in_place: Option<InPlace>,
    memory_limit_bytes: Option<u64>,
    begun_secs: f64,
    at_work: Option<Box<Searching>>,
}

struct Searching {
    search: Search,
    setup: Option<Vec<u8>>,
    prepare: PrepareSpec,
    notices: Vec<Notice>,
}

impl SearchJob {
    pub(super) fn new(
        prepare: PrepareSpec,
        model: ModelSpec,
        spec: SearchSpec,
        in_place: Option<InPlace>,
        memory_limit_bytes: Option<u64>,
    ) -> Self {
        Self {
            prepare,
            model,
            spec,
            in_place,
            memory_limit_bytes,
            begun_secs: 0.0,
            at_work: None,
        }
    }

    fn begin(&self, data: &Loaded) -> Result<Searching, Fault> {
        let seconds = self.spec.seconds;
        if !(seconds > 0.0 && seconds <= 86_400.0) {
            return Err(Fault::search_seconds(seconds));
        }
        let learner = convert::learner(&self.model, self.prepare.seed)?;
        let prepared = Prepared::new(&data.frame, &self.prepare, self.memory_limit_bytes)?;
        let folds = self.folds(&data.frame, &prepared)?;
        let mut notices = prepared.notices;
        let thin = folds.thin_classes.iter();
        let thin = thin.filter_map(|&class| prepared.class_names.get(class as usize));
        notices.extend(thin.map(|class| Notice::Other {
            title: format!("{class} has fewer rows to learn from than there are folds"),
            meaning: "Some folds have none of them to score on.".to_owned(),
            level: Level::Info,
        }));
        if folds.without_time > 0 {
            notices.push(Notice::Other {
                title: format!("{} rows are in no fold", folds.without_time),
                meaning: "Their time is missing.".to_owned(),
                level: Level::Warning,
            });
        }
        let roles: Vec<Vec<u8>> = folds
            .folds
            .iter()
            .map(|fold| {
                let mut roles = vec![LEFT_OUT; prepared.train_rows.len()];
                let mut put = |rows: &[u32], role| {
                    rows.iter().for_each(|&row| roles[row as usize] = role);
                };
                put(&fold.train, LEARNED);
                put(&fold.test, SCORED);
                roles
            })
            .collect();
        let classes = prepared.class_names.len();
        let categories = prepared.recipe.category_features();
        let rows = TrainRows::new(prepared.train.view(), &prepared.train_classes, classes)
            .categories(&categories);
        let goal = match self.spec.score {
            SearchScore::MacroF1 => Goal::MacroF1,
            SearchScore::Accuracy => Goal::Accuracy,
            SearchScore::LogLoss => Goal::LogLoss,
        };
        let search = Search::new(&rows, &roles, learner, goal, self.spec.candidates)?;
        Ok(Searching {
            setup: self.in_place.is_none().then(|| search.setup()),
            search,
            prepare: prepared.spec,
            notices,
        })
    }

    /// Folds of the training rows, which are numbered from 0 among themselves.
    fn folds(&self, frame: &Frame, prepared: &Prepared) -> Result<Folds, Fault> {
        let folds = self.spec.folds as usize;
        let column = |name: &str| frame.column(name).ok_or_else(|| Fault::no_column(name));
        let rows = || prepared.train_rows.iter().map(|&row| row as usize);
        Ok(match &self.spec.fold_kind {
            FoldKind::Stratified => {
                let classes: Vec<u32> = prepared.train_classes.iter().map(|&c| c.into()).collect();
                evaluate::stratified(&classes, folds, prepared.spec.seed)?
            }
            FoldKind::Grouped { column: name } => {
                let names = column(name)?.classes();
                let groups: Vec<u32> = rows().map(|row| names.codes[row]).collect();
                evaluate::grouped(&groups, folds)?
            }
            FoldKind::Forward {
                column: name,
                gap_secs,
            } => {
                let Values::Time(times) = &column(name)?.values else {
                    return Err(Fault::no_time(name));
                };
                let times: Vec<i64> = rows().map(|row| times[row]).collect();
                // What is no number is no gap, and what is too long leaves no rows.
                let gap = Gap::Span((gap_secs * MICROS) as i64);
                evaluate::forward(&times, folds, gap)?
            }
        })
    }

    /// What there is to say after a unit, or the end.
    fn told(&self, searching: &Searching, now_secs: f64) -> Slice {
        let elapsed = (now_secs - self.begun_secs).max(0.0);
        let trials = searching.search.trials();
        if searching.search.is_over() || elapsed >= self.spec.seconds {
            return Slice::done(Event::Found(Box::new(
                self.summary(searching, &trials, elapsed),
            )));
        }
        let own = trials.iter().find(|t| t.number == 0);
        let best = searching.search.best();
        let mut detail = match trials.len() {
            1 => "1 candidate".to_owned(),
            n => format!("{n} candidates"),
        };
        if let (Some(best), Some(own)) = (best, own) {
            detail.push_str(&format!(", best {:.3}, yours {:.3}", best.mean, own.mean));
        }
        let units = f64::from(searching.search.units().max(1));
        let share = (elapsed / self.spec.seconds).max(f64::from(searching.search.done()) / units);
        let progress = Progress {
            candidates: listed(&trials),
            ..Progress::new(Stage::Searching, share.min(1.0), detail)
        };
        if self.in_place.is_some() {
            Slice::More(progress)
        } else {
            Slice::Waiting(progress)
        }
    }

    fn summary(&self, searching: &Searching, trials: &[Trial], secs: f64) -> SearchSummary {
        let best = searching.search.best();
        let mut model = self.model.clone();
        for &setting in best.iter().flat_map(|best| &best.settings) {
            convert::set(&mut model, setting);
        }
        SearchSummary {
            prepare: searching.prepare.clone(),
            model,
            best: best.map_or(0, |best| best.number),
            candidates: listed(trials),
            tried: trials.len() as u32,
            fits: searching.search.done(),
            secs,
            notices: searching.notices.clone(),
        }
    }
}

/// The first few candidates, and the user's own.
fn listed(trials: &[Trial]) -> Vec<Candidate> {
    let first = trials.iter().take(LISTED);
    let own = trials.iter().skip(LISTED).filter(|t| t.number == 0);
    first
        .chain(own)
        .map(|t| Candidate {
            number: t.number,
            changes: convert::words(&t.settings),
            steps: t.steps,
            folds: t.folds,
            mean: t.mean,
            spread: t.spread,
        })
        .collect()
}

impl Job for SearchJob {
    fn work(&mut self, store: &mut Store, now_secs: f64) -> Result<Slice, Fault> {
        let Some(mut searching) = self.at_work.take() else {
            self.begun_secs = now_secs;
            self.at_work = Some(Box::new(self.begin(store.data()?)?));
            let detail = "features and folds are ready";
            return Ok(Slice::More(Progress::new(Stage::Preparing, 0.0, detail)));
        };
        if let Some(here) = self.in_place {
            (here.search)(&mut searching.search)?;
        }
        let slice = self.told(&searching, now_secs);
        self.at_work = Some(searching);
        Ok(slice)
    }

    fn growing(&mut self) -> Option<&mut dyn Growing> {
        Some(self)
    }
}

impl Growing for SearchJob {
    fn unit_work(&mut self) -> Option<UnitWork> {
        let searching = self.at_work.as_mut()?;
        Some(UnitWork {
            setup: searching.setup.take()?,
            units: searching.search.units(),
            at_once: searching.search.units(),
        })
    }

    fn unit_news(&mut self) -> Option<UnitNews> {
        let search = &mut self.at_work.as_mut()?.search;
        Some(UnitNews {
            lessons: std::iter::from_fn(|| search.news()).collect(),
            released: search.released(),
        })
    }

    fn accept(&mut self, unit: u32, bytes: &[u8], now_secs: f64) -> Result<Slice, Fault> {
        let mut searching = self
            .at_work
            .take()
            .ok_or_else(|| Fault::internal("a score came back that nobody waits for"))?;
        searching.search.accept(unit, bytes)?;
        let slice = self.told(&searching, now_secs);
        self.at_work = Some(searching);
        Ok(slice)
    }
}
