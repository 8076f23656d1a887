use std::collections::VecDeque;

use ndarray::Array2;

use super::parts::Parts;
use super::{ForecastError, ForecastSpec};
use crate::data::{Frame, SortedSet, sort_by};
use crate::learn::Model;
use crate::prepare::{LookBack, Looked, WindowPlan, propose};

/// Rows whose features stand in memory as numbers of full width at a time.
const CHUNK_ROWS: usize = 8_192;
/// Rows that all features are looked at on, at most: enough to see which tell anything.
const SCREEN_ROWS: usize = 30_000;
/// Features that are kept, at most. Of many hundred most say the same or nothing; what is left is learned from better, and
/// fits in memory for every row.
pub(super) const MOST_KEPT: usize = 160;

/// Features of some rows, made a column of the table at a time.
pub(super) struct Features {
    pub(super) names: Vec<String>,
    /// Trees cut between values: half the digits halve the memory.
    columns: Vec<Vec<f32>>,
    /// The rows, ascending.
    rows: Vec<u32>,
    /// Features that are made; all where none is named.
    wanted: SortedSet<String>,
    back: LookBack,
    plan: WindowPlan,
    left: VecDeque<WindowPlan>,
    steps: usize,
}

impl Features {
    /// Every feature of some of the rows to learn from, to choose by.
    pub(super) fn screen(frame: &Frame, spec: &ForecastSpec, parts: &Parts) -> Self {
        let stride = parts.train.len().div_ceil(SCREEN_ROWS).max(1);
        let rows = parts.train.iter().copied().step_by(stride).collect();
        let plan = propose(frame, &parts.series, &parts.columns, &spec.windows_minutes);
        Self::new(plan, parts, rows, SortedSet::default())
    }

    /// The features that told this model most, of every row that is learned from or scored.
    pub(super) fn chosen(&self, parts: &Parts, model: &Model) -> Self {
        let mut is_asked = vec![false; parts.series.instants.len()];
        for &row in parts.judged.iter().chain([&parts.train]).flatten() {
            is_asked[row as usize] = true;
        }
        let rows = (0..)
            .zip(is_asked)
            .filter(|of| of.1)
            .map(|of| of.0)
            .collect();
        Self::new(self.plan.clone(), parts, rows, self.telling(model))
    }

    fn new(plan: WindowPlan, parts: &Parts, rows: Vec<u32>, wanted: SortedSet<String>) -> Self {
        let one = |columns, calendar| WindowPlan {
            windows_minutes: plan.windows_minutes.clone(),
            columns,
            past_minutes: plan.past_minutes,
            calendar,
        };
        let each = plan.columns.iter().cloned();
        let mut left: VecDeque<WindowPlan> = each.map(|looks| one(vec![looks], false)).collect();
        if plan.calendar {
            left.push_back(one(Vec::new(), true));
        }
        Self {
            names: Vec::new(),
            columns: Vec::new(),
            back: LookBack::new(&parts.series, &rows),
            rows,
            wanted,
            steps: left.len(),
            left,
            plan,
        }
    }

    /// Makes the features of one more column; answers whether there are more.
    pub(super) fn step(&mut self, frame: &Frame, parts: &Parts) -> Result<bool, ForecastError> {
        if let Some(plan) = self.left.pop_front() {
            let (names, columns) = (&mut self.names, &mut self.columns);
            let all = self.wanted.is_empty();
            let wanted = |name: &str| all || self.wanted.contains(name);
            let take = &mut |name, looked: Looked<'_>| {
                names.push(name);
                columns.push(looked.each().map(|x| x as f32).collect());
            };
            self.back
                .features(frame, &parts.series, &plan, &wanted, take)?;
        }
        Ok(!self.left.is_empty())
    }

    /// Columns of the table that are done, and all.
    pub(super) fn done(&self) -> (usize, usize) {
        (self.steps - self.left.len(), self.steps)
    }

    /// Rows whose features these are.
    pub(super) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Rows x features of rows of the table.
    pub(super) fn of(&self, rows: &[u32]) -> Array2<f64> {
        let places: Vec<Option<usize>> = rows
            .iter()
            .map(|row| self.rows.binary_search(row).ok())
            .collect();
        Array2::from_shape_fn((rows.len(), self.columns.len()), |(row, f)| {
            places[row].map_or(f64::NAN, |at| self.columns[f][at].into())
        })
    }

    /// The names of those that told a model most.
    fn telling(&self, model: &Model) -> SortedSet<String> {
        let importance = model.impurity_importance();
        let mut best: Vec<usize> = (0..self.names.len())
            .filter(|&f| importance.get(f).is_some_and(|i| *i > 0.0))
            .collect();
        sort_by(&mut best, |&a, &b| {
            importance[b].total_cmp(&importance[a]).then(a.cmp(&b))
        });
        if best.is_empty() {
            best = (0..self.names.len()).collect();
        }
        best.truncate(MOST_KEPT);
        best.into_iter().map(|f| self.names[f].clone()).collect()
    }

    /// Writes the probabilities (rows x classes) of the next of some rows of a side, from the `done`th on; answers how many
    /// are done.
    pub(super) fn predict(
        &self,
        model: &Model,
        rows: &[u32],
        places: &[u32],
        done: usize,
        all: &mut Array2<f64>,
    ) -> usize {
        let until = (done + CHUNK_ROWS).min(places.len());
        let some: Vec<u32> = places[done..until]
            .iter()
            .map(|&at| rows[at as usize])
            .collect();
        let made = model.predict_proba(self.of(&some).view());
        for (made, &at) in made.rows().into_iter().zip(&places[done..until]) {
            all.row_mut(at as usize).assign(&made);
        }
        until
    }
}
