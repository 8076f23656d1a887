//! Which rows boosting learns from: those that weigh something, less those held out, less those that a round does not draw.

use super::boost_params::BoostValidParams;
use super::train_set::TrainSet;
use crate::data::sort_rows;
use crate::trees::Rng;

/// Streams of randomness: rounds draw from their own number.
const HELD_OUT: u64 = 1 << 40;

/// A training's rows and what they weigh.
#[derive(Debug)]
pub(crate) struct BoostRows {
    /// Each row's weight times its class's.
    pub(crate) weights: Vec<f32>,
    /// Whether all weights are whole numbers: then a row that weighs 2 counts exactly as two rows.
    pub(crate) whole: bool,
    /// Rows to learn from, ascending.
    pub(crate) learned: Vec<u32>,
    /// Rows held out to see when to stop, ascending; none where nothing is held out.
    pub(crate) held_out: Vec<u32>,
    /// Weight of each class's rows to learn from.
    pub(crate) class_sums: Vec<f64>,
}

impl BoostRows {
    pub(crate) fn of(set: &TrainSet, params: &BoostValidParams) -> Self {
        let by_class = params.class_weights.weigh(&set.class_totals());
        let weight =
            |(row, &class): (usize, &u8)| (set.weight(row) * by_class[usize::from(class)]) as f32;
        let weights: Vec<f32> = set.classes.iter().enumerate().map(weight).collect();
        let weighs = |&row: &u32| weights[row as usize] > 0.0;
        let all: Vec<u32> = (0..weights.len() as u32).filter(weighs).collect();
        let held_out = hold_out(set, params, &all);
        let mut held = held_out.iter().peekable();
        let learned: Vec<u32> = all
            .into_iter()
            .filter(|row| held.next_if_eq(&row).is_none())
            .collect();
        let mut class_sums = vec![0.0; set.n_classes];
        for &row in &learned {
            let class = usize::from(set.classes[row as usize]);
            class_sums[class] += f64::from(weights[row as usize]);
        }
        Self {
            whole: weights.iter().all(|w| w.fract() == 0.0),
            weights,
            learned,
            held_out,
            class_sums,
        }
    }

    /// The rows that a round learns from, and the other rows to learn from. Where a share is drawn and nothing comes of
    /// it, all are taken.
    pub(crate) fn draw(&self, params: &BoostValidParams, round: u32) -> (Vec<u32>, Vec<u32>) {
        if params.subsample >= 1.0 {
            return (self.learned.clone(), Vec::new());
        }
        let mut rng = Rng::new(params.seed, u64::from(round));
        let (drawn, others): (Vec<u32>, Vec<u32>) = self
            .learned
            .iter()
            .partition(|_| rng.unit() < params.subsample);
        if drawn.is_empty() {
            (others, drawn)
        } else {
            (drawn, others)
        }
    }
}

/// The share of each class's rows (rounded, never all of them) that is held out, drawn without replacement.
fn hold_out(set: &TrainSet, params: &BoostValidParams, rows: &[u32]) -> Vec<u32> {
    let Some(stopping) = params.early_stopping else {
        return Vec::new();
    };
    let mut by_class = vec![Vec::new(); set.n_classes];
    for &row in rows {
        by_class[usize::from(set.classes[row as usize])].push(row);
    }
    let mut rng = Rng::new(params.seed, HELD_OUT);
    let mut held_out = Vec::new();
    for rows in &mut by_class {
        let wanted = (rows.len() as f64 * stopping.share).round() as usize;
        for i in 0..wanted.min(rows.len().saturating_sub(1)) {
            let other = i + rng.below((rows.len() - i) as u32) as usize;
            rows.swap(i, other);
            held_out.push(rows[i]);
        }
    }
    sort_rows(&mut held_out);
    held_out
}
