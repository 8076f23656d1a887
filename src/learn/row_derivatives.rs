//! The derivatives of the rows' losses that a tree of boosting is grown on.

use crate::trees::{Pair, Units, run_of};

/// Sums of derivatives that are kept side by side, so that none waits for the addition before it.
const LANES: usize = 4;

/// What the derivatives of the rows' losses in one output's score come from.
pub(super) struct RowDerivatives<'a> {
    pub probabilities: &'a [f32],
    pub classes: &'a [u8],
    pub weights: &'a [f32],
    /// Whether all weights are whole numbers.
    pub whole: bool,
    /// The output's class.
    pub class: u8,
}

impl RowDerivatives<'_> {
    /// First and second derivative of a row that is predicted so.
    #[inline]
    fn of(&self, p: f32, class: u8) -> (f64, f64) {
        let p = f64::from(p);
        let target = if class == self.class { 1.0 } else { 0.0 };
        (p - target, p * (1.0 - p))
    }

    /// Integer derivatives of all rows, in units that the sums over `rows` allow.
    pub(super) fn pack(&self, rows: &[u32], pairs: &mut Vec<Pair>) -> Units {
        let (first, second) = self.sums(rows);
        let units = Units::of(first, second);
        let scales = units.scales();
        let all = self
            .probabilities
            .iter()
            .zip(self.classes)
            .zip(self.weights);
        pairs.clear();
        if self.whole {
            pairs.extend(all.map(|((&p, &class), &weight)| {
                let (g, h) = self.of(p, class);
                // Both halves of the pair at once.
                Units::pack(scales, g, h).wrapping_mul(weight as u64)
            }));
        } else {
            pairs.extend(all.map(|((&p, &class), &weight)| {
                let (g, h) = self.of(p, class);
                let weight = f64::from(weight);
                Units::pack(scales, weight * g, weight * h)
            }));
        }
        units
    }

    /// The sums over `rows` of the first derivatives' absolute values and of the second ones.
    fn sums(&self, rows: &[u32]) -> (f64, f64) {
        let (mut first, mut second) = ([0.0; LANES], [0.0; LANES]);
        let run = run_of(rows).unwrap_or_default();
        let (p, p_rest) = self.probabilities[run.clone()].as_chunks::<LANES>();
        let (classes, classes_rest) = self.classes[run.clone()].as_chunks::<LANES>();
        let (weights, weights_rest) = self.weights[run.clone()].as_chunks::<LANES>();
        for ((p, classes), weights) in p.iter().zip(classes).zip(weights) {
            for lane in 0..LANES {
                let (g, h) = self.of(p[lane], classes[lane]);
                first[lane] += f64::from(weights[lane]) * g.abs();
                second[lane] += f64::from(weights[lane]) * h;
            }
        }
        let mut add = |lane: usize, p: f32, class: u8, weight: f32| {
            let (g, h) = self.of(p, class);
            first[lane] += f64::from(weight) * g.abs();
            second[lane] += f64::from(weight) * h;
        };
        let rest = p_rest.iter().zip(classes_rest).zip(weights_rest);
        for (lane, ((&p, &class), &weight)) in rest.enumerate() {
            add(lane, p, class, weight);
        }
        if run.is_empty() {
            for (at, &row) in rows.iter().enumerate() {
                let row = row as usize;
                add(
                    at % LANES,
                    self.probabilities[row],
                    self.classes[row],
                    self.weights[row],
                );
            }
        }
        (first.iter().sum(), second.iter().sum())
    }
}
