//! The best split of a node, from its histogram of derivatives.

use super::gradient_histogram::{Cells, Pair, first_of, pair, second_of};
use super::{BinSet, MISSING_BIN};

/// What a split must be, in the units of integer derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SplitRules {
    /// L2 penalty, in units of second derivatives.
    pub l2: f64,
    /// Least sum of second derivatives on each side, at least 1.
    pub min_second: f64,
    /// A split gains more than this.
    pub min_gain: f64,
}

/// Which of a feature's bins go left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// This bin and those below it; between it and `last` no cell holds anything.
    UpTo { bin: u8, last: u8 },
    /// Those in this set.
    In(BinSet),
}

/// A split found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    /// The feature's place among those that can be split.
    pub place: usize,
    pub left: Left,
    /// Where missing values go, if the node has any.
    pub missing_left: bool,
    /// How much the loss falls, twice, in units of (first derivative)² / second derivative.
    pub gain: f64,
    /// The sums of the left side.
    pub left_sum: Pair,
    /// Whether the node has missing values that weigh anything.
    pub any_missing: bool,
}

/// Scratch for one feature: sums over a bin and all below it, and what a cut after it gains.
#[derive(Clone, Debug)]
pub(super) struct SplitScan {
    first: [i32; 256],
    second: [i32; 256],
    gains: [f64; 256],
}

impl Default for SplitScan {
    fn default() -> Self {
        Self {
            first: [0; 256],
            second: [0; 256],
            gains: [0.0; 256],
        }
    }
}

/// Bins whose gains are found together.
const LANES: usize = 4;

impl SplitScan {
    /// Puts the best cut of a feature into `best` if it gains more than what is there (strictly: of equals the earlier
    /// feature, then missing values to the right, then the lower bin).
    pub fn scan(
        &mut self,
        place: usize,
        cells: &Cells,
        used_bins: usize,
        total: Pair,
        rules: &SplitRules,
        best: &mut Option<Candidate>,
    ) {
        let used = used_bins.min(usize::from(MISSING_BIN));
        let padded = used.next_multiple_of(LANES);
        let mut sum = 0_u64;
        for ((first, second), &cell) in self.first[..padded]
            .iter_mut()
            .zip(&mut self.second[..padded])
            .zip(&cells[..padded])
        {
            // The cell of missing values, when the last padding reaches it, comes after every cut.
            sum = sum.wrapping_add(cell);
            *first = first_of(sum);
            *second = second_of(sum);
        }
        let missing = cells[usize::from(MISSING_BIN)];
        self.side(place, cells, used, 0, total, rules, best);
        if missing != 0 {
            self.side(place, cells, used, missing, total, rules, best);
        }
    }

    /// With `offset` (0 or the missing rows) on the left.
    #[expect(clippy::too_many_arguments, reason = "one inner step of `scan`")]
    fn side(
        &mut self,
        place: usize,
        cells: &Cells,
        used: usize,
        offset: Pair,
        total: Pair,
        rules: &SplitRules,
        best: &mut Option<Candidate>,
    ) {
        let (first_sum, second_sum) = (f64::from(first_of(total)), f64::from(second_of(total)));
        let (first_off, second_off) = (f64::from(first_of(offset)), f64::from(second_of(offset)));
        let SplitRules { l2, min_second, .. } = *rules;
        let whole = first_sum * first_sum / (second_sum + l2);
        let padded = used.next_multiple_of(LANES);
        let gains = &mut self.gains[..padded];
        let sums = self.first[..padded].iter().zip(&self.second[..padded]);
        // One plain loop over slices: so the compiler does several bins at a time.
        for (gain, (&g, &h)) in gains.iter_mut().zip(sums) {
            let (g, h) = (f64::from(g) + first_off, f64::from(h) + second_off);
            let (other_g, other_h) = (first_sum - g, second_sum - h);
            let smaller = if h < other_h { h } else { other_h };
            let (h, other_h) = (h + l2, other_h + l2);
            // One division instead of two: g² / h + other_g² / other_h.
            let both = (g * g * other_h + other_g * other_g * h) / (h * other_h);
            *gain = if smaller >= min_second {
                both
            } else {
                f64::NEG_INFINITY
            };
        }
        let largest = largest_of(gains);
        let gain = largest - whole;
        let to_beat = best.as_ref().map_or(rules.min_gain, |b| b.gain);
        // A negated comparison would let a NaN through.
        if gain > to_beat {
            let Some(bin) = self.gains[..used].iter().position(|&g| g == largest) else {
                return;
            };
            let next = (bin + 1..used).find(|&b| cells[b] != 0).unwrap_or(used);
            *best = Some(Candidate {
                place,
                left: Left::UpTo {
                    bin: bin as u8,
                    last: next.max(bin + 1) as u8 - 1,
                },
                missing_left: offset != 0,
                gain,
                left_sum: pair(self.first[bin], self.second[bin]).wrapping_add(offset),
                any_missing: cells[usize::from(MISSING_BIN)] != 0,
            });
        }
    }
}

/// The largest of numbers, a multiple of [`LANES`] and none of them NaN.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn largest_of(gains: &[f64]) -> f64 {
    let mut largest = [f64::NEG_INFINITY; LANES];
    for gains in gains.as_chunks::<LANES>().0 {
        for (largest, &gain) in largest.iter_mut().zip(gains) {
            *largest = if gain > *largest { gain } else { *largest };
        }
    }
    let larger = |a, &b| if b > a { b } else { a };
    largest.iter().fold(f64::NEG_INFINITY, larger)
}

/// The same; the compiler would compare one by one.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn largest_of(gains: &[f64]) -> f64 {
    use core::arch::wasm32::{f64x2, f64x2_extract_lane, f64x2_pmax, f64x2_splat};
    let mut largest = [f64x2_splat(f64::NEG_INFINITY); 2];
    for &[a, b, c, d] in gains.as_chunks::<LANES>().0 {
        largest = [
            f64x2_pmax(largest[0], f64x2(a, b)),
            f64x2_pmax(largest[1], f64x2(c, d)),
        ];
    }
    let both = f64x2_pmax(largest[0], largest[1]);
    let (a, b) = (f64x2_extract_lane::<0>(both), f64x2_extract_lane::<1>(both));
    if b > a { b } else { a }
}
