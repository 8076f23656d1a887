//! The rows of one classification tree: drawn, weighted, and small enough to be moved about.

use super::{MISSING_BIN, Rng};

/// A row of a growing tree in 64 bits: where it is (32), its class (8), its weight (24).
///
/// Weights are whole numbers, so that sums and sums of squares are exact and no order of rows can change a tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sample(u64);

/// Largest weight of a sample.
const MOST_WEIGHT: f64 = (1 << 24) as f64 - 1.0;
/// Largest weight of a tree's samples together: its square fits in 64 bits.
const MOST_TOTAL: f64 = (1_u64 << 31) as f64;

impl Sample {
    pub(crate) fn new(row: u32, class: u8, weight: u32) -> Self {
        Self(u64::from(row) << 32 | u64::from(class) << 24 | u64::from(weight & 0xff_ffff))
    }

    #[inline]
    pub(crate) fn row(self) -> usize {
        (self.0 >> 32) as usize
    }

    #[inline]
    pub(crate) fn class(self) -> usize {
        (self.0 >> 24 & 255) as usize
    }

    #[inline]
    pub(crate) fn weight(self) -> u32 {
        (self.0 & 0xff_ffff) as u32
    }

    /// Class, bin and weight in 32 bits, for weights below 2^16.
    #[inline]
    pub(crate) fn light_key(self, bin: u8) -> u32 {
        self.0 as u32 & 0xff00_ffff | u32::from(bin) << 16
    }

    /// The same at another place.
    #[inline]
    pub(crate) fn at(self, place: u32) -> Self {
        Self(u64::from(place) << 32 | self.0 & 0xffff_ffff)
    }

    /// The row's bin in the place of its number: ordered by bin.
    #[inline]
    pub(crate) fn key(self, bin: u8) -> u64 {
        u64::from(bin) << 32 | self.0 & 0xffff_ffff
    }
}

/// Parts rows in place, those that go left first, each side in its order; how many go left, and whether any is missing.
/// `right` is as long as `rows` and is written over.
#[inline]
pub(super) fn part_rows(
    rows: &mut [Sample],
    right: &mut [Sample],
    bin_of: impl Fn(Sample) -> u8,
    goes_left: impl Fn(u8) -> bool,
) -> (usize, bool) {
    let (mut left, mut others) = (0_usize, 0_usize);
    let mut any_missing = false;
    for i in 0..rows.len() {
        let sample = rows[i];
        let bin = bin_of(sample);
        any_missing |= bin == MISSING_BIN;
        let goes_left = goes_left(bin);
        // Written to both sides, kept on one: no branch to be guessed wrong.
        if let (Some(to_left), Some(to_right)) = (rows.get_mut(left), right.get_mut(others)) {
            *to_left = sample;
            *to_right = sample;
        }
        left = left.wrapping_add(usize::from(goes_left));
        others = others.wrapping_add(usize::from(!goes_left));
    }
    rows[left..].copy_from_slice(&right[..others]);
    (left, any_missing)
}

/// How much of a class's weight is given by drawing its rows more often, as a power of it; its splits give the rest.
///
/// Weights in the splits alone (0; scikit-learn before 1.9) leave a rare class without a vote, since every tree fences
/// its few rows in; drawing alone (1; scikit-learn since, and Chen, Liaw & Breiman 2004) forgets most rows of a large
/// class. On a trace with 1 % of faults macro F1 rises with it, on a table of four uneven classes it falls; this lies
/// between.
const DRAWN: f64 = 0.6;

/// Whole weights count rows up to so many for each row on average; larger ones are of another unit.
const MOST_DRAWS: f64 = 64.0;

/// What all trees of a forest draw from: rows that stand in order of their class.
#[derive(Debug)]
pub(crate) struct RowDraw<'a> {
    classes: &'a [u8],
    row_weights: &'a [f32],
    class_weights: Vec<f64>,
    bootstrap: bool,
    /// Draws of a bootstrap: as many as there are rows; where all weights are whole and small, they count rows.
    draws: u32,
    /// Per class: its first row, the mass of those before it, and what a unit of row weight is of mass.
    parts: Vec<Part>,
    mass: f64,
    /// Row weights summed up to and including each row within its class; empty where rows weigh 1.
    up_to: Vec<f64>,
}

#[derive(Debug)]
struct Part {
    first_row: u32,
    rows: u32,
    mass_before: f64,
    density: f64,
}

impl<'a> RowDraw<'a> {
    /// `classes` ascend; `row_weights` is empty (all 1) or has a weight above 0 for each row.
    pub(crate) fn new(
        classes: &'a [u8],
        row_weights: &'a [f32],
        class_weights: &[f64],
        bootstrap: bool,
    ) -> Self {
        let mut parts = Vec::new();
        let mut up_to = Vec::with_capacity(row_weights.len());
        let mut mass = 0.0;
        let mut begin = 0;
        while let Some(&class) = classes.get(begin) {
            let rows = classes[begin..].partition_point(|&c| c == class);
            let mut weight = 0.0;
            for w in row_weights.get(begin..begin + rows).unwrap_or_default() {
                weight += f64::from(*w);
                up_to.push(weight);
            }
            if row_weights.is_empty() {
                weight = rows as f64;
            }
            let density = libm::pow(class_weights[usize::from(class)], DRAWN);
            parts.push(Part {
                first_row: begin as u32,
                rows: rows as u32,
                mass_before: mass,
                density,
            });
            mass += weight * density;
            begin += rows;
        }
        let total: f64 = row_weights.iter().map(|w| f64::from(*w)).sum();
        let whole = row_weights.iter().all(|w| w.fract() == 0.0);
        let draws = if whole && total > 0.0 && total <= MOST_DRAWS * classes.len() as f64 {
            total as u32
        } else {
            classes.len() as u32
        };
        Self {
            classes,
            row_weights,
            class_weights: class_weights.to_vec(),
            bootstrap,
            draws,
            parts,
            mass,
            up_to,
        }
    }

    /// How often a tree's bootstrap draws each row (1 each without one). A pure function of the generator's state.
    pub(crate) fn counts(&self, rng: &mut Rng) -> Vec<u32> {
        if !self.bootstrap {
            return vec![1; self.classes.len()];
        }
        let mut counts = vec![0_u32; self.classes.len()];
        if self.up_to.is_empty() && self.parts.iter().all(|p| p.density == 1.0) {
            // All rows are alike: what is below comes to the same.
            let last = self.classes.len().saturating_sub(1);
            for _ in 0..self.draws {
                let row = (rng.unit() * self.mass) as usize;
                if let Some(count) = counts.get_mut(row.min(last)) {
                    *count = count.wrapping_add(1);
                }
            }
            return counts;
        }
        for _ in 0..self.draws {
            let at = rng.unit() * self.mass;
            let part = self.parts.partition_point(|p| p.mass_before <= at).max(1) - 1;
            let Some(part) = self.parts.get(part) else {
                continue;
            };
            let within = (at - part.mass_before) / part.density;
            let place = if self.up_to.is_empty() {
                within as u32
            } else {
                let first = part.first_row as usize;
                self.up_to[first..first + part.rows as usize].partition_point(|&sum| sum <= within)
                    as u32
            };
            // Rounding may lead one beyond the end.
            let row = part.first_row + place.min(part.rows - 1);
            counts[row as usize] += 1;
        }
        counts
    }

    /// The rows of a tree with their weights in whole numbers, in order.
    pub(crate) fn samples(&self, rng: &mut Rng) -> Vec<Sample> {
        let counts = self.counts(rng);
        // What drawing has not given a row of its weight, the splits give.
        let rest: Vec<f64> = if self.bootstrap {
            let power = |w: &f64| libm::pow(*w, 1.0 - DRAWN);
            self.class_weights.iter().map(power).collect()
        } else {
            self.class_weights.clone()
        };
        let weigh_rows = !self.bootstrap && !self.row_weights.is_empty();
        let weight = |row: usize, count: u32| {
            let of_row = if weigh_rows {
                f64::from(self.row_weights[row])
            } else {
                1.0
            };
            f64::from(count) * of_row * rest[usize::from(self.classes[row])]
        };
        let drawn = || counts.iter().enumerate().filter(|(_, n)| **n > 0);
        let scale = if weigh_rows || rest.iter().any(|w| *w != 1.0) {
            let (mut total, mut most) = (0.0_f64, 0.0_f64);
            for (row, &n) in drawn() {
                let w = weight(row, n);
                total += w;
                most = most.max(w);
            }
            power_of_two_below((MOST_TOTAL / total).min(MOST_WEIGHT / most))
        } else {
            1.0
        };
        drawn()
            .map(|(row, &n)| {
                let whole = (weight(row, n) * scale + 0.5).clamp(1.0, MOST_WEIGHT);
                Sample::new(row as u32, self.classes[row], whole as u32)
            })
            .collect()
    }
}

/// The largest power of two that is not above `x`, from 2^-40 to 2^40.
fn power_of_two_below(x: f64) -> f64 {
    let mut power = (1_u64 << 40) as f64;
    while power > x && power > 1e-12 {
        power /= 2.0;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_what_was_put_in() {
        let s = Sample::new(u32::MAX, 254, 0xff_ffff);
        assert_eq!(
            (s.row(), s.class(), s.weight()),
            (u32::MAX as usize, 254, 0xff_ffff)
        );
    }

    #[test]
    fn a_whole_weight_counts_rows() {
        let repeated = RowDraw::new(&[0, 0, 0, 1, 1, 1, 1], &[], &[1.0, 2.0], true);
        let weighted = RowDraw::new(&[0, 0, 1, 1], &[1.0, 2.0, 1.0, 3.0], &[1.0, 2.0], true);
        for seed in 0..50 {
            let r = repeated.counts(&mut Rng::new(seed, 0));
            let w = weighted.counts(&mut Rng::new(seed, 0));
            assert_eq!(w, [r[0], r[1] + r[2], r[3], r[4] + r[5] + r[6]]);
        }
    }

    #[test]
    fn weights_of_another_unit_do_not_count_rows() {
        let draw = RowDraw::new(&[0, 1], &[2e9, 1e9], &[1.0, 1.0], true);
        let counts = draw.counts(&mut Rng::new(1, 0));
        assert_eq!(counts.iter().sum::<u32>(), 2);
    }

    #[test]
    fn rows_of_a_heavy_class_are_drawn_more_often_and_each_row_of_it_alike() {
        let classes: Vec<u8> = (0..1000).map(|i| u8::from(i >= 900)).collect();
        let draw = RowDraw::new(&classes, &[], &[1.0, 9.0], true);
        let mut sums = vec![0_u32; 1000];
        for seed in 0..200 {
            let counts = draw.counts(&mut Rng::new(seed, 1));
            assert_eq!(counts.iter().sum::<u32>(), 1000);
            sums.iter_mut().zip(counts).for_each(|(s, n)| *s += n);
        }
        let mean = |rows: &[u32]| f64::from(rows.iter().sum::<u32>()) / rows.len() as f64;
        let ratio = mean(&sums[900..]) / mean(&sums[..900]);
        assert!(
            (ratio / libm::pow(9.0, DRAWN) - 1.0).abs() < 0.03,
            "{ratio}"
        );
    }

    #[test]
    fn weights_become_whole_numbers_in_proportion() {
        let draw = RowDraw::new(&[0, 0, 1], &[0.5, 1e-9, 3.0], &[1.0, 0.25], false);
        let weights: Vec<u32> = draw
            .samples(&mut Rng::new(1, 1))
            .iter()
            .map(|s| s.weight())
            .collect();
        assert_eq!(weights[1], 1, "never nothing");
        assert!((f64::from(weights[2]) / f64::from(weights[0]) - 1.5).abs() < 1e-6);
        let total: u32 = weights.iter().sum();
        assert!(f64::from(total) <= MOST_TOTAL);
    }
}
