//! Gradient boosting: a round grows one tree per class on the softmax's derivatives (one on the logistic's for two classes).

use super::params::BoostValidParams;
use super::train_set::TrainSet;
use crate::trees::{GradientGrower, GradientTreeParams, Rng, Tree};

/// The scores that boosting begins from: the log of each class's weighted share (two classes: their log odds).
pub(crate) fn first_scores(totals: &[f64], weights: &[f64]) -> Vec<f64> {
    let weighted: Vec<f64> = totals.iter().zip(weights).map(|(n, w)| n * w).collect();
    let total: f64 = weighted.iter().sum();
    // A class without rows in training stays as unlikely as half a row.
    let log_share = |x: f64| libm::log(x.max(0.5) / total);
    match weighted.as_slice() {
        [a, b] => vec![log_share(*b) - log_share(*a)],
        all => all.iter().map(|&x| log_share(x)).collect(),
    }
}

/// `1 / (1 + e^-x)`.
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// Scores to probabilities, in place.
pub(crate) fn softmax(scores: &mut [f64]) {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for s in scores.iter_mut() {
        *s = libm::exp(*s - largest);
        total += *s;
    }
    scores.iter_mut().for_each(|s| *s /= total);
}

/// What one worker keeps between rounds.
#[derive(Debug)]
pub(crate) struct Booster {
    outputs: usize,
    weights: Vec<f64>,
    /// `output * rows + row`.
    scores: Vec<f64>,
    round: u32,
}

/// A round's trees and what each feature gained.
pub(crate) struct Round {
    pub(crate) trees: Vec<Tree>,
    pub(crate) importance: Vec<f64>,
}

impl Booster {
    pub(crate) fn new(set: &TrainSet, params: &BoostValidParams) -> Self {
        let counts = set.class_totals();
        let weights = params.class_weights.weigh(&counts);
        let first = first_scores(&counts, &weights);
        let rows = set.classes.len();
        let scores = first
            .iter()
            .flat_map(|&s| std::iter::repeat_n(s, rows))
            .collect();
        Self {
            outputs: first.len(),
            weights,
            scores,
            round: 0,
        }
    }

    /// The round that comes next.
    pub(crate) fn round(&self) -> u32 {
        self.round
    }

    /// Grows the next round.
    pub(crate) fn grow(&mut self, set: &TrainSet, params: &BoostValidParams) -> Round {
        let n = set.classes.len();
        let rows = self.draw_rows(n, params);
        let outputs = self.outputs;
        let mut gradients = vec![vec![0.0_f32; n]; outputs];
        let mut hessians = vec![vec![0.0_f32; n]; outputs];
        let mut p = vec![0.0; outputs];
        // Of several classes each second derivative counts K / (K - 1) times, as in LightGBM: the softmax has one
        // score more than it needs.
        let spare = if outputs > 1 {
            outputs as f64 / (outputs as f64 - 1.0)
        } else {
            1.0
        };
        for &row in &rows {
            let row = row as usize;
            let class = usize::from(set.classes[row]);
            let weight = self.weights[class] * set.weight(row);
            if outputs == 1 {
                let p = logistic(self.scores[row]);
                gradients[0][row] = (weight * (p - class as f64)) as f32;
                hessians[0][row] = (weight * p * (1.0 - p)) as f32;
            } else {
                p.iter_mut()
                    .enumerate()
                    .for_each(|(k, p)| *p = self.scores[k * n + row]);
                softmax(&mut p);
                for (k, &p) in p.iter().enumerate() {
                    gradients[k][row] = (weight * (p - f64::from(u8::from(k == class)))) as f32;
                    hessians[k][row] = (weight * p * (1.0 - p) * spare) as f32;
                }
            }
        }
        let mut importance = vec![0.0; set.columns.features()];
        let tree_params = GradientTreeParams {
            max_depth: params.max_depth,
            min_samples_leaf: params.min_samples_leaf,
            l2: params.l2,
            learning_rate: params.learning_rate,
        };
        let mut grower = GradientGrower::new(&set.columns, &set.bins, tree_params);
        let mut trees = Vec::with_capacity(outputs);
        for k in 0..outputs {
            let scores = &mut self.scores[k * n..(k + 1) * n];
            let tree = grower.grow(&rows, &gradients[k], &hessians[k], scores, &mut importance);
            if rows.len() < n {
                let mut drawn = rows.iter().peekable();
                for (row, score) in scores.iter_mut().enumerate() {
                    if drawn.next_if(|&&r| r as usize == row).is_none() {
                        *score += tree.score(tree.leaf_of(|f| set.columns.column(f)[row]));
                    }
                }
            }
            trees.push(tree);
        }
        self.round += 1;
        Round { trees, importance }
    }

    fn draw_rows(&self, n: usize, params: &BoostValidParams) -> Vec<u32> {
        if params.subsample >= 1.0 {
            return (0..n as u32).collect();
        }
        let mut rng = Rng::new(params.seed, u64::from(self.round));
        let drawn: Vec<u32> = (0..n as u32)
            .filter(|_| rng.unit() < params.subsample)
            .collect();
        if drawn.is_empty() {
            (0..n as u32).collect()
        } else {
            drawn
        }
    }
}
