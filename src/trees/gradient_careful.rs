//! Splits that must keep more than the usual rules: enough rows on each side, an order of the sides' values. One bin
//! after the other, for the nodes that need it.

use super::MISSING_BIN;
use super::gradient_histogram::{Cells, Pair, first_of, second_of};
use super::gradient_split::{Candidate, Left, SplitRules};

/// Between which values a node's step must lie, in units of first / second derivative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub low: f64,
    pub high: f64,
}

impl Bounds {
    /// No bounds.
    pub const NONE: Self = Self {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
    };

    /// The Newton step of rows with such sums.
    pub fn step(&self, sum: Pair, l2: f64) -> f64 {
        let divisor = f64::from(second_of(sum)) + l2;
        let step = if divisor > 0.0 {
            -f64::from(first_of(sum)) / divisor
        } else {
            0.0
        };
        if step < self.low {
            self.low
        } else if step > self.high {
            self.high
        } else {
            step
        }
    }

    /// What two sides may be after a split in which the right one must not be below (1) or above (-1) the left one:
    /// half-way between their steps is the border (the basic method of LightGBM).
    pub fn divided(self, sign: i8, left_step: f64, right_step: f64) -> (Self, Self) {
        let middle = left_step / 2.0 + right_step / 2.0;
        let (below, above) = (
            Self {
                high: middle,
                ..self
            },
            Self {
                low: middle,
                ..self
            },
        );
        match sign {
            0 => (self, self),
            1.. => (below, above),
            _ => (above, below),
        }
    }
}

/// What a split gains whose sides have such sums, steps and L2 penalty.
pub(super) fn gain(sides: [Pair; 2], steps: [f64; 2], bounds: Bounds, l2: f64) -> f64 {
    let total = sides[0].wrapping_add(sides[1]);
    let [left, right, total] = [sides[0], sides[1], total].map(|sum| {
        (
            f64::from(first_of(sum)),
            f64::from(second_of(sum)) + l2,
            sum,
        )
    });
    if bounds == Bounds::NONE {
        // As the quick search reckons, so that equals are equals in both.
        let both = (left.0 * left.0 * right.1 + right.0 * right.0 * left.1) / (left.1 * right.1);
        return both - total.0 * total.0 / total.1;
    }
    // Twice the fall of the loss where rows take a step that need not be their best.
    let worth =
        |(first, second, _): (f64, f64, Pair), step: f64| -step * (2.0 * first + second * step);
    worth(left, steps[0]) + worth(right, steps[1]) - worth(total, bounds.step(total.2, l2))
}

/// What a node's split must keep beside [`SplitRules`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Care {
    /// Fewest rows on each side.
    pub least: u64,
    /// Rows of the node.
    pub rows: u64,
    /// The node's bounds.
    pub bounds: Bounds,
}

/// As [`super::gradient_split::SplitScan::scan`]. `counts` holds the rows of each bin, if rows are to be counted; `sign`
/// is 1 where the right side's step must not be below the left one's, -1 where not above, else 0.
#[expect(
    clippy::too_many_arguments,
    reason = "a node's, a feature's and the search's parts"
)]
pub(super) fn scan_carefully(
    place: usize,
    cells: &Cells,
    counts: Option<&Cells>,
    used_bins: usize,
    total: Pair,
    rules: &SplitRules,
    care: &Care,
    sign: i8,
    best: &mut Option<Candidate>,
) {
    let l2 = rules.l2;
    let missing = cells[usize::from(MISSING_BIN)];
    for missing_left in [false, true] {
        if missing_left && missing == 0 {
            break;
        }
        let mut left = if missing_left { missing } else { 0 };
        let mut rows = match counts {
            Some(counts) if missing_left => counts[usize::from(MISSING_BIN)],
            _ => 0,
        };
        for bin in 0..used_bins.min(usize::from(MISSING_BIN)) {
            left = left.wrapping_add(cells[bin]);
            rows += counts.map_or(0, |counts| counts[bin]);
            let right = total.wrapping_sub(left);
            let lighter = second_of(left).min(second_of(right));
            let few = counts.is_some() && rows.min(care.rows.saturating_sub(rows)) < care.least;
            if few || f64::from(lighter) < rules.min_second {
                continue;
            }
            let steps = [left, right].map(|sum| care.bounds.step(sum, l2));
            if f64::from(sign) * (steps[1] - steps[0]) < 0.0 {
                continue;
            }
            let gain = gain([left, right], steps, care.bounds, l2);
            if gain > best.as_ref().map_or(rules.min_gain, |b| b.gain) {
                let empty = |&b: &usize| cells[b] != 0 || counts.is_some_and(|c| c[b] != 0);
                let next = (bin + 1..used_bins).find(empty).unwrap_or(used_bins);
                *best = Some(Candidate {
                    place,
                    left: Left::UpTo {
                        bin: bin as u8,
                        last: next.max(bin + 1) as u8 - 1,
                    },
                    missing_left,
                    gain,
                    left_sum: left,
                    any_missing: missing != 0,
                });
            }
        }
    }
}
