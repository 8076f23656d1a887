//! Searching for better parameters: random search (Bergstra & Bengio 2012) with successive halving (Jamieson & Talwalkar
//! 2016), as scikit-learn's `HalvingRandomSearchCV`, with trees or rounds as what is rationed.
//!
//! Candidates are drawn nine at a time, fitted on each fold with a ninth of the trees and scored on the fold's other
//! rows; the best third goes on with a third of the trees, and the best third of those with all. Then the next nine
//! begin. The user's own settings are candidate 0: they go along with the first nine whatever their score, so that what
//! is found is never worse on the folds. Whoever drives the search ends it when time is up: what is done is kept.
//!
//! A unit of work is (candidate, fold): a pure function of the training set, what each row is to the fold, the
//! candidate's number and the trees granted, so that it runs in any worker. Which candidates go on is told by
//! [`Search::news`].
//!
//! Bins (and before them the recipe) are those of all training rows, not fitted again in each fold: so a fold costs no
//! sorting, and every worker holds the columns once. The folds' scored rows thus have a say in where bins are cut and
//! what a missing cell becomes, but none in any label; against 255 bins that is nearly nothing, it is the same for
//! every candidate, and the held-out rows, which the final score comes from, are not seen at all.
//!
//! A rate that pays only over many rounds looks bad after a ninth of them: boosting's search leans to larger ones.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::fold_grower::{FoldCounts, FoldGrower, SCORED, Section};
use super::params::{LearnError, Learner};
use super::search_space::{Setting, draw, space};
use super::train_rows::TrainRows;

/// Candidates drawn together.
const DRAWN: u32 = 9;
/// A rung's candidates and the next one's differ by this factor, as do their trees.
const FACTOR: u32 = 3;
/// The rung with all trees, from 0.
const LAST_RUNG: u32 = 2;

/// The most candidates that a search draws.
pub const MOST_CANDIDATES: u32 = 900;

/// What makes a candidate better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Goal {
    /// The mean F1 of the classes that a fold's truth or predictions hold: rare issues count as much as frequent ones.
    #[default]
    MacroF1,
    /// The share of rows predicted right.
    Accuracy,
    /// The mean negative logarithm of the true class's probability; less is better.
    LogLoss,
}

/// A candidate, as far as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Its number; 0 is the user's own.
    pub number: u32,
    /// What it changes of the user's own settings.
    pub settings: Vec<Setting>,
    /// Trees or rounds that it is scored with; those of the last whole cross-validation, where there is one.
    pub steps: u32,
    /// Folds scored with so many.
    pub folds: u32,
    /// Mean score over these folds.
    pub mean: f64,
    /// Their standard deviation (with n - 1); 0 for one fold.
    pub spread: f64,
}

/// A section and its scores.
#[derive(Debug)]
struct Rung {
    section: Section,
    rung: u32,
    /// `candidate * folds + fold`.
    scores: Vec<Option<f64>>,
    missing: usize,
}

/// A search: units go out by number and come back as bytes, in any order up to [`Search::released`].
#[derive(Debug)]
pub struct Search {
    grower: FoldGrower,
    goal: Goal,
    candidates: u32,
    drawn: u32,
    rungs: Vec<Rung>,
    news: VecDeque<Vec<u8>>,
    over: bool,
    done: u32,
}

impl Search {
    /// Bins the rows and makes ready. `folds` holds for each fold what each of `rows` is to it
    /// ([`LEARNED`](super::LEARNED), [`SCORED`], else left out); 1 to 255 folds, each with scored rows. `learner` is
    /// candidate 0, and its seed draws the others, `candidates` of them (1 to 900).
    ///
    /// # Errors
    /// [`LearnError`] for rows that cannot be learned from, folds of another shape, and a learner that is not searched.
    pub fn new(
        rows: &TrainRows<'_>,
        folds: &[Vec<u8>],
        learner: Learner,
        goal: Goal,
        candidates: u32,
    ) -> Result<Self, LearnError> {
        space(&learner)?;
        if !(1..=MOST_CANDIDATES).contains(&candidates) {
            return Err(LearnError::Parameter {
                option: "candidates",
                value: candidates.to_string(),
                allowed: "1 to 900",
            });
        }
        let (set, order) = rows.bin_in_order(learner)?;
        let of_order = |roles: &Vec<u8>| -> Option<Vec<u8>> {
            let roles: Option<Vec<u8>> = order
                .iter()
                .map(|&row| roles.get(row as usize).copied())
                .collect();
            roles.filter(|roles| roles.contains(&SCORED))
        };
        let roles: Option<Vec<Vec<u8>>> = folds.iter().map(of_order).collect();
        let roles = roles.filter(|r| (1..=255).contains(&r.len()));
        let roles = roles.ok_or(LearnError::Shape {
            rows: order.len(),
            classes: folds.first().map_or(0, Vec::len),
        })?;
        let mut search = Self {
            grower: FoldGrower::new(set, roles),
            goal,
            candidates,
            drawn: 0,
            rungs: Vec::new(),
            news: VecDeque::new(),
            over: false,
            done: 0,
        };
        search.draw_more();
        Ok(search)
    }

    /// What a worker needs to grow units.
    pub fn setup(&self) -> Vec<u8> {
        self.grower.to_bytes()
    }

    /// Units if no time is set, or a few more.
    pub fn units(&self) -> u32 {
        let drawings = self.candidates.div_ceil(DRAWN);
        // Nine, three and one of each nine, and candidate 0 three times.
        (drawings * (DRAWN + FACTOR + 1) + LAST_RUNG + 1) * self.grower.folds()
    }

    /// Units below this one may be grown now.
    pub fn released(&self) -> u32 {
        self.rungs.iter().map(|r| r.scores.len() as u32).sum()
    }

    /// What [`UnitGrower::learn`](super::UnitGrower::learn) must be told, in this order, before the units released last
    /// are grown.
    pub fn news(&mut self) -> Option<Vec<u8>> {
        self.news.pop_front()
    }

    /// Units grown.
    pub fn done(&self) -> u32 {
        self.done
    }

    /// Whether no candidate is left.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Grows the first unit that is missing, here. `false` when no candidate is left.
    ///
    /// # Errors
    /// As for [`Search::accept`].
    pub fn step(&mut self) -> Result<bool, LearnError> {
        while let Some(news) = self.news() {
            self.grower.learn(&news)?;
        }
        let mut missing = self.rungs.iter().flat_map(|r| &r.scores);
        let Some(unit) = missing.position(Option::is_none) else {
            return Ok(false);
        };
        let bytes = self.grower.grow(unit as u32)?;
        self.accept(unit as u32, &bytes)?;
        Ok(!self.over)
    }

    /// Takes a unit's bytes, checked; one that is there already or was not released is ignored.
    ///
    /// # Errors
    /// [`LearnError::Grow`] where the bytes are damaged.
    pub fn accept(&mut self, unit: u32, bytes: &[u8]) -> Result<(), LearnError> {
        let counts = FoldCounts::from_bytes(bytes, self.grower.set().n_classes)?;
        let score = score(&counts, self.goal);
        let mut left = unit as usize;
        for rung in &mut self.rungs {
            let Some(place) = rung.scores.get_mut(left) else {
                left -= rung.scores.len();
                continue;
            };
            if place.is_none() {
                *place = Some(score);
                rung.missing -= 1;
                self.done += 1;
                if rung.missing == 0 {
                    self.go_on();
                }
            }
            break;
        }
        Ok(())
    }

    /// The last rung is whole: the best third goes on, or more candidates are drawn.
    fn go_on(&mut self) {
        let Some(rung) = self.rungs.last().filter(|rung| rung.missing == 0) else {
            return;
        };
        if rung.rung == LAST_RUNG {
            return self.draw_more();
        }
        let candidates = &rung.section.candidates;
        let mut order: Vec<(u32, f64)> = candidates
            .iter()
            .enumerate()
            .filter(|(_, number)| **number > 0)
            .map(|(at, &number)| (number, self.mean_of(rung, at).0))
            .collect();
        crate::data::sort_by(&mut order, |a, b| self.better(a.1, b.1));
        order.truncate(order.len().div_ceil(FACTOR as usize));
        let mut next: Vec<u32> = order.iter().map(|(number, _)| *number).collect();
        if candidates.contains(&0) {
            next.insert(0, 0);
        }
        self.begin(rung.rung + 1, next);
    }

    fn draw_more(&mut self) {
        let wanted = DRAWN.min(self.candidates - self.drawn);
        if wanted == 0 {
            self.over = true;
            return;
        }
        let first = if self.drawn == 0 { 0 } else { self.drawn + 1 };
        self.drawn += wanted;
        self.begin(0, (first..=self.drawn).collect());
    }

    fn begin(&mut self, rung: u32, candidates: Vec<u32>) {
        let share = FACTOR.pow(LAST_RUNG - rung);
        let scores = vec![None; candidates.len() * self.grower.folds() as usize];
        let section = Section {
            steps: self.grower.set().learner.steps().div_ceil(share),
            candidates,
        };
        self.news.push_back(section.news(self.rungs.len()));
        self.rungs.push(Rung {
            section,
            rung,
            missing: scores.len(),
            scores,
        });
    }

    /// Mean, spread and number of the scores of a rung's candidate.
    fn mean_of(&self, rung: &Rung, at: usize) -> (f64, f64, u32) {
        let folds = self.grower.folds() as usize;
        let scores: Vec<f64> = rung.scores[at * folds..(at + 1) * folds]
            .iter()
            .copied()
            .flatten()
            .collect();
        let n = scores.len() as f64;
        let mean = scores.iter().sum::<f64>() / n.max(1.0);
        let squares: f64 = scores.iter().map(|s| (s - mean) * (s - mean)).sum();
        (
            mean,
            (squares / (n - 1.0).max(1.0)).sqrt(),
            scores.len() as u32,
        )
    }

    /// Less where `a` is the better score.
    fn better(&self, a: f64, b: f64) -> Ordering {
        match self.goal {
            Goal::LogLoss => a.total_cmp(&b),
            Goal::MacroF1 | Goal::Accuracy => b.total_cmp(&a),
        }
    }

    /// The candidates so far: those that came furthest first, of these the best first, of equals the earlier. One that is
    /// not scored on all folds yet comes after those that are.
    pub fn trials(&self) -> Vec<Trial> {
        let mut out: Vec<Trial> = Vec::new();
        for rung in &self.rungs {
            for (at, &number) in rung.section.candidates.iter().enumerate() {
                let (mean, spread, folds) = self.mean_of(rung, at);
                let known = out.iter().position(|t| t.number == number);
                let whole = folds == self.grower.folds();
                let trial = Trial {
                    number,
                    settings: draw(&self.grower.set().learner, number),
                    steps: rung.section.steps,
                    folds,
                    mean,
                    spread,
                };
                match known {
                    Some(known) if whole => out[known] = trial,
                    None if folds > 0 => out.push(trial),
                    _ => {}
                }
            }
        }
        crate::data::sort_by(&mut out, |a, b| {
            let whole = |t: &Trial| t.folds == self.grower.folds();
            whole(b)
                .cmp(&whole(a))
                .then(b.steps.cmp(&a.steps))
                .then_with(|| self.better(a.mean, b.mean))
                .then(a.number.cmp(&b.number))
        });
        out
    }

    /// The best so far: of those that are scored on all folds with the trees of the user's own settings' last whole
    /// score, the best, of equals the earlier. None before those are scored at all.
    pub fn best(&self) -> Option<Trial> {
        let trials = self.trials();
        let own = trials.iter().find(|t| t.number == 0)?;
        let (steps, folds) = (own.steps, self.grower.folds());
        let mut best = own.clone();
        for rung in self.rungs.iter().filter(|r| r.section.steps == steps) {
            for (at, &number) in rung.section.candidates.iter().enumerate() {
                let (mean, spread, scored) = self.mean_of(rung, at);
                let order = self.better(mean, best.mean).then(number.cmp(&best.number));
                if scored == folds && order == Ordering::Less {
                    best = Trial {
                        number,
                        settings: draw(&self.grower.set().learner, number),
                        mean,
                        spread,
                        ..best
                    };
                }
            }
        }
        (best.folds == folds).then_some(best)
    }
}

fn score(counts: &FoldCounts, goal: Goal) -> f64 {
    let rows: f64 = counts.classes.iter().map(|[_, of_it, _]| of_it).sum();
    match goal {
        Goal::MacroF1 => {
            let present = counts.classes.iter().filter(|[_, t, p]| t + p > 0.0);
            let (sum, n) = present.fold((0.0, 0.0), |(sum, n), [hit, t, p]| {
                (sum + 2.0 * hit / (t + p), n + 1.0)
            });
            sum / f64::max(n, 1.0)
        }
        Goal::Accuracy => {
            let hits: f64 = counts.classes.iter().map(|[hit, ..]| hit).sum();
            hits / rows.max(f64::MIN_POSITIVE)
        }
        Goal::LogLoss => counts.loss / rows.max(f64::MIN_POSITIVE),
    }
}
