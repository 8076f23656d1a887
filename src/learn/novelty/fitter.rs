//! Fitting the references, a part at a time.

use ndarray::{Array2, ArrayView2};

use super::NoveltyError;
use super::model::Novelty;
use super::reference::{Parts, Reference, gathered};
use crate::data::{MISSING_TIME, sort_by};
use crate::trees::Rng;

/// Rows that a reference is fitted on, at most: a share of one in a thousand is still ten rows of these.
const MOST_ROWS: usize = 20_000;
/// Healthy rows (or, without a healthy class, rows) below which nothing is called unfamiliar: of fewer more than one in two
/// hundred would be.
const FEWEST_HEALTHY: usize = 400;
/// Rows of known issues below which those named an issue are not called unfamiliar.
const FEWEST_ISSUES: usize = 40;
/// Parts that each reference's rows are scored in, by detectors fitted on the others.
const FOLDS: usize = 4;
/// Stretches of time that these parts are dealt from in turn, where rows stand in time: a row's neighbours, which are like it,
/// are mostly held out with it.
const STRETCHES: usize = 64;

/// A reference under way.
#[derive(Debug)]
struct Fitting {
    /// Rows x features, in the order drawn.
    rows: Array2<f64>,
    /// Whether they stand in time: then folds are stretches of it.
    in_time: bool,
    /// Of each row that a fold has scored.
    scores: Vec<(f64, f64)>,
    folds_done: usize,
    done: Option<Reference>,
}

/// A fit under way: each step is a fold of a reference, or the reference itself.
#[derive(Debug)]
pub struct NoveltyFitter {
    healthy: Fitting,
    issues: Option<Fitting>,
    healthy_classes: Vec<bool>,
    categories: Vec<usize>,
    seed: u64,
}

impl NoveltyFitter {
    /// Steps that a reference takes.
    pub const STEPS: usize = FOLDS + 1;

    /// Draws the rows that are compared with. `classes` holds each row's class, `healthy` for each class whether it says
    /// that nothing is wrong, `categories` the features whose values are codes without order. `None` where there are too few
    /// rows to tell what is rare.
    pub fn new(
        rows: ArrayView2<'_, f64>,
        classes: &[u8],
        healthy: &[bool],
        categories: &[usize],
        seed: u64,
    ) -> Option<Self> {
        Self::begin(rows, (classes, healthy), categories, None, seed)
    }

    /// The same of rows in time, each at its instant in microseconds, all of whose features are numbers: how rare a score is
    /// is told by stretches of time that the detector was not fitted on, since rows next to each other are alike. Rows without
    /// an instant ([`MISSING_TIME`]) are left out.
    pub fn in_time(
        rows: ArrayView2<'_, f64>,
        classes: &[u8],
        healthy: &[bool],
        instants: &[i64],
        seed: u64,
    ) -> Option<Self> {
        Self::begin(rows, (classes, healthy), &[], Some(instants), seed)
    }

    fn begin(
        rows: ArrayView2<'_, f64>,
        (classes, healthy): (&[u8], &[bool]),
        categories: &[usize],
        instants: Option<&[i64]>,
        seed: u64,
    ) -> Option<Self> {
        let any_healthy = healthy.contains(&true);
        let is_healthy = |row: &usize| {
            let class = classes.get(*row).map_or(0, |&class| usize::from(class));
            !any_healthy || healthy.get(class) == Some(&true)
        };
        let is_there = |row: &usize| {
            instants.is_none_or(|of| of.get(*row).is_some_and(|&at| at != MISSING_TIME))
        };
        let (of_healthy, of_issues): (Vec<usize>, Vec<usize>) =
            (0..rows.nrows()).filter(is_there).partition(is_healthy);
        if of_healthy.len() < FEWEST_HEALTHY || rows.ncols() == 0 {
            return None;
        }
        let issues = (of_issues.len() >= FEWEST_ISSUES)
            .then(|| Fitting::new(rows, of_issues, instants, Rng::new(seed, 1)));
        Some(Self {
            healthy: Fitting::new(rows, of_healthy, instants, Rng::new(seed, 0)),
            issues,
            // Without a healthy class every name is judged by the one reference.
            healthy_classes: healthy.iter().map(|&h| h || !any_healthy).collect(),
            categories: categories.to_vec(),
            seed,
        })
    }

    /// Rows that are compared with, of the healthy and of the known issues, given how many there are of each class; none where
    /// [`Self::new`] gives none.
    pub fn compared_rows(class_rows: &[u64], healthy: &[bool]) -> (u64, u64) {
        let any_healthy = healthy.contains(&true);
        let (mut of_healthy, mut of_issues) = (0, 0);
        for (at, &rows) in class_rows.iter().enumerate() {
            match !any_healthy || healthy.get(at) == Some(&true) {
                true => of_healthy += rows,
                false => of_issues += rows,
            }
        }
        if of_healthy < FEWEST_HEALTHY as u64 {
            return (0, 0);
        }
        if of_issues < FEWEST_ISSUES as u64 {
            of_issues = 0;
        }
        let most = MOST_ROWS as u64;
        (of_healthy.min(most), of_issues.min(most))
    }

    /// Steps in all.
    pub fn steps(&self) -> usize {
        Self::STEPS * (1 + usize::from(self.issues.is_some()))
    }

    /// Steps that are done.
    pub fn done(&self) -> usize {
        let done = |of: &Fitting| of.folds_done + usize::from(of.done.is_some());
        done(&self.healthy) + self.issues.as_ref().map_or(0, done)
    }

    /// Takes the next step. `false` where none is left.
    pub fn step(&mut self) -> Result<bool, NoveltyError> {
        for fitting in [Some(&mut self.healthy), self.issues.as_mut()] {
            let Some(fitting) = fitting.filter(|fitting| fitting.done.is_none()) else {
                continue;
            };
            fitting.step(&self.categories, self.seed)?;
            return Ok(true);
        }
        Ok(false)
    }

    /// What was fitted, once all steps are done.
    pub fn finish(self) -> Option<Novelty> {
        let healthy = self.healthy.done?;
        let issues = match self.issues {
            Some(fitting) => Some(fitting.done?),
            None => None,
        };
        Some(Novelty::new(healthy, issues, self.healthy_classes))
    }
}

impl Fitting {
    fn new(
        rows: ArrayView2<'_, f64>,
        mut which: Vec<usize>,
        instants: Option<&[i64]>,
        mut rng: Rng,
    ) -> Self {
        let drawn = which.len().min(MOST_ROWS);
        for at in 0..drawn {
            let other = at + rng.below((which.len() - at) as u32) as usize;
            which.swap(at, other);
        }
        which.truncate(drawn);
        if let Some(of) = instants {
            sort_by(&mut which, |&a, &b| of[a].cmp(&of[b]).then(a.cmp(&b)));
        }
        Self {
            rows: gathered(rows, &which),
            in_time: instants.is_some(),
            scores: Vec::with_capacity(drawn),
            folds_done: 0,
            done: None,
        }
    }

    fn step(&mut self, categories: &[usize], seed: u64) -> Result<(), NoveltyError> {
        let rows = self.rows.view();
        if self.folds_done == FOLDS {
            let parts = Parts::fit(rows, categories, seed)?;
            self.done = Some(Reference::new(parts, &self.scores));
            return Ok(());
        }
        let fold = self.folds_done;
        let (held, others): (Vec<usize>, Vec<usize>) =
            (0..rows.nrows()).partition(|row| match self.in_time {
                // As many rows in each, however many an instant has.
                true => row * STRETCHES.min(rows.nrows()) / rows.nrows() % FOLDS == fold,
                false => row % FOLDS == fold,
            });
        let parts = Parts::fit(gathered(rows, &others).view(), categories, seed)?;
        let scores = parts.scores(gathered(rows, &held).view())?;
        self.scores.extend(scores);
        self.folds_done += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_rows_are_compared_as_are_drawn() {
        for (counts, any_healthy) in [
            ([700_usize, 50], true),
            ([700, 39], true),
            ([399, 500], true),
            ([300, 300], false),
            ([20_500, 60], true),
        ] {
            let classes: Vec<u8> = (0..2_u8)
                .flat_map(|class| std::iter::repeat_n(class, counts[usize::from(class)]))
                .collect();
            let rows = Array2::zeros((classes.len(), 1));
            let healthy = [any_healthy, false];
            let fitter = NoveltyFitter::new(rows.view(), &classes, &healthy, &[], 1);
            let drawn = fitter.map_or((0, 0), |of| {
                let issues = of.issues.map_or(0, |of| of.rows.nrows());
                (of.healthy.rows.nrows() as u64, issues as u64)
            });
            let counted = NoveltyFitter::compared_rows(&counts.map(|n| n as u64), &healthy);
            assert_eq!(counted, drawn, "{counts:?}");
        }
    }

    #[test]
    fn rows_in_time_are_held_out_by_stretches_and_those_without_an_instant_not_at_all() {
        // A walk: each row is like the one before it, and an hour later all are elsewhere.
        let n = 6_400;
        let mut rng = Rng::new(5, 0);
        let mut at = 0.0;
        let rows = Array2::from_shape_fn((n, 1), |_| {
            at += rng.unit() - 0.5;
            at
        });
        let (classes, healthy) = (vec![0; n], [true]);
        let mut instants: Vec<i64> = (0..n as i64).collect();
        instants[100..200].fill(MISSING_TIME);
        let fitted = |mut fitter: NoveltyFitter| {
            while fitter.step().unwrap() {}
            fitter.healthy
        };
        let in_time = NoveltyFitter::in_time(rows.view(), &classes, &healthy, &instants, 1);
        let in_time = fitted(in_time.unwrap());
        assert_eq!(
            (in_time.rows.nrows(), in_time.scores.len()),
            (n - 100, n - 100)
        );
        let in_time_rows = in_time.rows.column(0).to_vec();
        assert_eq!(in_time_rows[..100], rows.column(0).to_vec()[..100]);
        assert_eq!(in_time_rows[100], rows[(200, 0)]);
        // Held out with its neighbours a row looks stranger than among them.
        let dealt = NoveltyFitter::new(rows.view(), &classes, &healthy, &[], 1);
        let dealt = fitted(dealt.unwrap());
        let beyond = |of: &Fitting| of.scores.iter().filter(|score| score.1 > 0.0).count();
        assert!(
            beyond(&in_time) > 2 * beyond(&dealt),
            "{} and {}",
            beyond(&in_time),
            beyond(&dealt)
        );
        // Of few rows as well each fold has some.
        let few = instants[200..]
            .iter()
            .take(600)
            .copied()
            .collect::<Vec<_>>();
        let classes: Vec<u8> = (0..600).map(|row| u8::from(row < 41)).collect();
        let rows = rows.slice(ndarray::s![..600, ..]);
        let few = NoveltyFitter::in_time(rows, &classes, &[true, false], &few, 1);
        let mut few = few.unwrap();
        while few.step().unwrap() {}
        assert_eq!(few.issues.as_ref().map(|of| of.scores.len()), Some(41));
        assert!(few.finish().is_some());
    }
}
