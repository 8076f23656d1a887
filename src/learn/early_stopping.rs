//! When to stop boosting: the loss on rows that no tree has seen.

use super::boost::{first_scores, logistic, softmax};
use super::boost_params::{BoostValidParams, EarlyStopping};
use super::boost_rows::BoostRows;
use super::train_set::TrainSet;
use crate::trees::Tree;

/// Held-out rows, their scores, and the round after which their loss was least.
#[derive(Debug)]
pub(crate) struct Watch {
    rows: Vec<u32>,
    weights: Vec<f64>,
    /// `row * outputs + output`.
    scores: Vec<f64>,
    outputs: usize,
    patience: u32,
    rounds: u32,
    least: f64,
    best_rounds: u32,
}

impl Watch {
    /// None where nothing is held out.
    pub(crate) fn new(set: &TrainSet, params: &BoostValidParams) -> Option<Self> {
        let EarlyStopping { patience, .. } = params.early_stopping?;
        let rows = BoostRows::of(set, params);
        if rows.held_out.is_empty() {
            return None;
        }
        let first = first_scores(&rows.class_sums);
        let weight = |&row: &u32| f64::from(rows.weights[row as usize]);
        let mut watch = Self {
            weights: rows.held_out.iter().map(weight).collect(),
            scores: first.repeat(rows.held_out.len()),
            outputs: first.len(),
            rows: rows.held_out,
            patience,
            rounds: 0,
            least: f64::INFINITY,
            best_rounds: 0,
        };
        watch.least = watch.loss(set);
        Some(watch)
    }

    /// Adds a round's trees. Whether to stop: no round in the last `patience` was better than all before them.
    pub(crate) fn add<'a>(
        &mut self,
        set: &TrainSet,
        trees: impl Iterator<Item = &'a Tree>,
    ) -> bool {
        for (output, tree) in trees.enumerate() {
            for (scores, &row) in self.scores.chunks_exact_mut(self.outputs).zip(&self.rows) {
                let leaf = tree.leaf_of(|f| set.columns.column(f)[row as usize]);
                if let Some(score) = scores.get_mut(output) {
                    *score += tree.score(leaf);
                }
            }
        }
        self.rounds += 1;
        let loss = self.loss(set);
        if loss < self.least {
            self.least = loss;
            self.best_rounds = self.rounds;
        }
        self.rounds - self.best_rounds >= self.patience
    }

    /// Rounds after which the loss was least: at least 1, since a model has trees.
    pub(crate) fn best_rounds(&self) -> u32 {
        self.best_rounds.max(1)
    }

    /// The weighted log loss, as a sum.
    fn loss(&self, set: &TrainSet) -> f64 {
        let mut total = 0.0;
        let rows = self.rows.iter().zip(&self.weights);
        for (scores, (&row, weight)) in self.scores.chunks_exact(self.outputs).zip(rows) {
            let class = usize::from(set.classes[row as usize]);
            let p = match scores {
                [score] => logistic(if class == 1 { *score } else { -score }),
                _ => {
                    let mut p = scores.to_vec();
                    softmax(&mut p);
                    p.get(class).copied().unwrap_or(0.0)
                }
            };
            total -= weight * libm::log(p.max(f64::MIN_POSITIVE));
        }
        total
    }
}
