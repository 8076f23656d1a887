//! The training rows' probabilities while boosting goes on.
//!
//! A round adds a leaf's value to a row's score, and the softmax takes powers of scores: so each probability is multiplied
//! by the power of the leaf's value, and a row's are then divided by their sum. A power is taken for each leaf, not for
//! each row and class. What this differs from the softmax of summed scores is the rounding of a product: a part in ten
//! million for each round.

use super::boost::{logistic, softmax};

/// Rows whose probabilities are divided together: they stay in the nearest cache.
const BLOCK: usize = 128;

/// No probability is taken for less: it would never rise again.
const LEAST: f32 = 1e-30;

/// Leaves that a byte can name.
pub(crate) const BYTE_LEAVES: usize = 256;

/// `e^value` of each leaf that a byte may name; 1 where there is none.
pub(crate) fn powers(values: &[f32]) -> [f32; BYTE_LEAVES] {
    let mut powers = [1.0; BYTE_LEAVES];
    for (power, &value) in powers.iter_mut().zip(values) {
        *power = power_of(value);
    }
    powers
}

/// `e^value`.
pub(crate) fn power_of(value: f32) -> f32 {
    libm::exp(f64::from(value)) as f32
}

/// Probabilities of each row's outputs, column by column. A single output is that of the second of two classes.
#[derive(Debug)]
pub(crate) struct RowProbabilities {
    rows: usize,
    /// `column * rows + row`; as many columns as outputs, of a single output two.
    columns: Vec<f32>,
    outputs: usize,
}

impl RowProbabilities {
    /// All rows alike, as these scores (one for each output) say.
    pub(crate) fn new(first_scores: &[f64], rows: usize) -> Self {
        let mut first = first_scores.to_vec();
        if let [score] = *first_scores {
            first = vec![logistic(-score), logistic(score)];
        } else {
            softmax(&mut first);
        }
        let column = |&p: &f64| std::iter::repeat_n(p as f32, rows);
        Self {
            rows,
            columns: first.iter().flat_map(column).collect(),
            outputs: first_scores.len(),
        }
    }

    fn column_at(&self, output: usize) -> std::ops::Range<usize> {
        let column = if self.outputs == 1 { 1 } else { output };
        column * self.rows..(column + 1) * self.rows
    }

    /// An output's probabilities, of all rows; as [`Self::settle`] left them.
    pub(crate) fn of(&self, output: usize) -> &[f32] {
        self.columns.get(self.column_at(output)).unwrap_or_default()
    }

    /// Multiplies an output's column by the powers of the leaves that its rows fell into.
    pub(crate) fn multiply(&mut self, output: usize, leaves: &[u8], powers: &[f32; BYTE_LEAVES]) {
        let range = self.column_at(output);
        let column = self.columns.get_mut(range).unwrap_or_default();
        for (p, &leaf) in column.iter_mut().zip(leaves) {
            *p *= powers[usize::from(leaf)];
        }
    }

    /// Multiplies an output's column by a factor for each row.
    pub(crate) fn multiply_by(&mut self, output: usize, factors: &[f32]) {
        let range = self.column_at(output);
        let column = self.columns.get_mut(range).unwrap_or_default();
        column.iter_mut().zip(factors).for_each(|(p, &x)| *p *= x);
    }

    /// Divides each row's columns by their sum.
    pub(crate) fn settle(&mut self) {
        let mut begin = 0;
        while begin < self.rows {
            let n = BLOCK.min(self.rows - begin);
            let mut totals = [0.0_f32; BLOCK];
            for column in self.columns.chunks_exact(self.rows) {
                for (total, &p) in totals.iter_mut().zip(&column[begin..begin + n]) {
                    *total += p;
                }
            }
            totals.iter_mut().for_each(|total| *total = 1.0 / *total);
            for column in self.columns.chunks_exact_mut(self.rows) {
                for (p, &share) in column[begin..begin + n].iter_mut().zip(&totals) {
                    let settled = *p * share;
                    *p = if settled > LEAST { settled } else { LEAST };
                }
            }
            begin += n;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trees::Rng;

    #[test]
    fn they_are_the_softmax_of_summed_scores() {
        let mut rng = Rng::new(5, 0);
        for (rows, outputs) in [(1, 3), (127, 1), (128, 10), (300, 4)] {
            let first: Vec<f64> = (0..outputs).map(|_| rng.unit() * 4.0 - 2.0).collect();
            let mut kept = RowProbabilities::new(&first, rows);
            let mut scores: Vec<Vec<f64>> = vec![first; rows];
            for _ in 0..60 {
                for output in 0..outputs {
                    let values: Vec<f32> = (0..7).map(|_| (rng.unit() - 0.5) as f32).collect();
                    let leaves: Vec<u8> = (0..rows).map(|_| rng.below(7) as u8).collect();
                    if output % 2 == 0 {
                        kept.multiply(output, &leaves, &powers(&values));
                    } else {
                        let value = |&leaf: &u8| power_of(values[usize::from(leaf)]);
                        let factors: Vec<f32> = leaves.iter().map(value).collect();
                        kept.multiply_by(output, &factors);
                    }
                    for (scores, &leaf) in scores.iter_mut().zip(&leaves) {
                        scores[output] += f64::from(values[usize::from(leaf)]);
                    }
                }
                kept.settle();
            }
            for (row, scores) in scores.iter().enumerate() {
                let mut exact = scores.clone();
                if let [score] = exact[..] {
                    exact = vec![logistic(score)];
                } else {
                    softmax(&mut exact);
                }
                for (output, exact) in exact.iter().enumerate() {
                    let p = f64::from(kept.of(output)[row]);
                    assert!((p - exact).abs() <= 1e-5 * exact, "{p} {exact}");
                }
            }
        }
    }

    #[test]
    fn what_was_as_good_as_impossible_may_become_likely() {
        let mut kept = RowProbabilities::new(&[0.0, 0.0, 0.0], 2);
        for round in 0..60 {
            let values = if round < 20 {
                [-10.0, 0.0]
            } else {
                [10.0, 0.0]
            };
            kept.multiply(0, &[0, 1], &powers(&values));
            kept.settle();
            assert!((0..3).all(|k| kept.of(k).iter().all(|p| p.is_normal())));
            if round == 19 {
                assert_eq!(kept.of(0)[0], LEAST);
            }
        }
        assert_eq!(kept.of(0)[0], 1.0);
        assert!((kept.of(0)[1] - 1.0 / 3.0).abs() < 1e-6);
    }
}
