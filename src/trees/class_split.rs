//! The best cut of one node on one feature's bins, from class weights in whole numbers.

use super::class_rows::Sample;
use super::class_scan::{Best, FEW, Segment, is_light, scan_gini, scan_light};
use super::{BinSet, MISSING_BIN, Rng};

/// What a split is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Impurity {
    /// `1 - sum of squared shares`.
    Gini,
    /// `- sum of share x ln(share)`.
    Entropy,
}

/// How a node's rows part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cut {
    /// Bins up to `bin` go left; none of the node's rows lies above it up to `last_bin`: any cut between parts them alike.
    Bin {
        bin: u8,
        last_bin: u8,
        missing_left: bool,
    },
    /// Bins of the set go left.
    Set(BinSet),
}

/// Where to split a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ClassSplit {
    pub(crate) feature: usize,
    pub(crate) cut: Cut,
    /// How much purity it adds, times the node's weight; above 0.
    pub(crate) gain: f64,
    /// Whether both sides are of one class each: no other split can be better.
    pub(crate) perfect: bool,
}

/// A node as its splits are judged: class weights and their total, never 0.
#[derive(Debug)]
pub(crate) struct NodeWeights<'n> {
    pub(crate) by_class: &'n [u32],
    pub(crate) total: u64,
    /// Sum of squared class weights.
    pub(crate) squares: u64,
    /// Twice the weight of each of the first classes.
    pub(super) twice: [u32; FEW],
}

impl<'n> NodeWeights<'n> {
    pub(crate) fn new(by_class: &'n [u32]) -> Self {
        let mut twice = [0; FEW];
        for (twice, weight) in twice.iter_mut().zip(by_class) {
            *twice = weight.wrapping_mul(2);
        }
        let (mut total, mut squares) = (0_u64, 0_u64);
        for &weight in by_class {
            let weight = u64::from(weight);
            total = total.wrapping_add(weight);
            squares = squares.wrapping_add(weight.wrapping_mul(weight));
        }
        Self {
            by_class,
            twice,
            total,
            squares,
        }
    }

    pub(crate) fn is_pure(&self) -> bool {
        self.squares == self.total * self.total
    }
}

/// Class weights left of a boundary that moves up, and what they are worth: kept up to date row by row, so that judging
/// a boundary takes no loop over classes (Gini).
#[derive(Debug, Default)]
pub(super) struct Sides {
    pub(super) left: Vec<u32>,
    left_total: u64,
    left_squares: u64,
    right_squares: u64,
}

impl Sides {
    pub(super) fn begin(&mut self, node: &NodeWeights<'_>) {
        self.left.clear();
        self.left.resize(node.by_class.len(), 0);
        self.left_total = 0;
        self.left_squares = 0;
        self.right_squares = node.squares;
    }

    /// Moves a weight of a class to the left.
    #[inline]
    pub(super) fn take(&mut self, node: &NodeWeights<'_>, class: usize, weight: u32) {
        let (Some(left), Some(&all)) = (self.left.get_mut(class), node.by_class.get(class)) else {
            return;
        };
        let (w, l) = (u64::from(weight), u64::from(*left));
        let r = u64::from(all).wrapping_sub(l);
        // (l + w)^2 - l^2, and r^2 - (r - w)^2: none can overflow, see `Sample`.
        self.left_squares = self
            .left_squares
            .wrapping_add(w.wrapping_mul(l.wrapping_add(l).wrapping_add(w)));
        self.right_squares = self
            .right_squares
            .wrapping_sub(w.wrapping_mul(r.wrapping_add(r).wrapping_sub(w)));
        self.left_total = self.left_total.wrapping_add(w);
        *left = left.wrapping_add(weight);
    }

    #[inline]
    fn take_key(&mut self, node: &NodeWeights<'_>, key: u64) {
        self.take(node, (key >> 24 & 255) as usize, (key & 0xff_ffff) as u32);
    }

    /// The purity of both sides, times the node's weight; at most its weight for Gini, at most 0 for entropy.
    #[inline]
    pub(super) fn worth(&self, impurity: Impurity, node: &NodeWeights<'_>) -> f64 {
        let (wl, wr) = (
            self.left_total as f64,
            (node.total - self.left_total) as f64,
        );
        match impurity {
            Impurity::Gini => self.left_squares as f64 / wl + self.right_squares as f64 / wr,
            Impurity::Entropy => {
                let mut sum = -x_ln_x(wl) - x_ln_x(wr);
                for (&l, &all) in self.left.iter().zip(node.by_class) {
                    sum += x_ln_x(f64::from(l)) + x_ln_x(f64::from(all - l));
                }
                sum
            }
        }
    }
}

fn x_ln_x(x: f64) -> f64 {
    if x > 0.0 { x * libm::log(x) } else { 0.0 }
}

/// What an undivided node is worth, and the most that any split of it can be.
pub(super) fn bounds(impurity: Impurity, node: &NodeWeights<'_>) -> (f64, f64) {
    let total = node.total as f64;
    match impurity {
        Impurity::Gini => (node.squares as f64 / total, total),
        Impurity::Entropy => {
            let sum: f64 = node.by_class.iter().map(|&w| x_ln_x(f64::from(w))).sum();
            (sum - x_ln_x(total), -1e-12 * total)
        }
    }
}

/// Scratch for finding splits of one tree: nothing is allocated per node.
#[derive(Debug)]
pub(crate) struct ClassSplitter {
    pub(super) impurity: Impurity,
    pub(super) min_leaf_rows: usize,
    /// The node's bins on the feature at hand.
    pub(super) bins: Vec<u8>,
    /// `bin << 32 | class << 24 | weight` of the node's rows, ordered by bin.
    keys: Vec<u64>,
    /// The same in 32 bits, for light nodes.
    light_keys: Vec<u32>,
    /// Weights by bin and class, `bin * classes + class`; all zero between features.
    histogram: Vec<u32>,
    segment: Segment,
    pub(super) sides: Sides,
    /// Class weights that a random cut sends left.
    pub(super) left: Vec<u32>,
}

/// Up to so many rows for each class are put in order; more go to a histogram of 256 x classes.
const COUNT_TO_PER_CLASS: usize = 200;

impl ClassSplitter {
    pub(crate) fn new(impurity: Impurity, classes: usize, min_leaf_rows: u32) -> Self {
        Self {
            impurity,
            min_leaf_rows: min_leaf_rows.max(1) as usize,
            bins: Vec::new(),
            keys: Vec::new(),
            light_keys: Vec::new(),
            histogram: vec![0; 256 * classes],
            segment: Segment::default(),
            sides: Sides::default(),
            left: Vec::new(),
        }
    }

    /// The best cut of `samples` on a feature of numbers, or `None` where it is constant, no cut leaves enough rows on
    /// both sides, or none is worth more than `least` (a gain). `bin_of` gives a sample's bin.
    #[inline]
    pub(crate) fn best_cut(
        &mut self,
        feature: usize,
        samples: &[Sample],
        node: &NodeWeights<'_>,
        least: f64,
        bin_of: impl Fn(Sample) -> u8,
    ) -> Option<ClassSplit> {
        let (whole, most) = bounds(self.impurity, node);
        let mut best = Best {
            // A gain within rounding of none is none.
            worth: whole + least.max(node.total as f64 * 1e-12),
            cut: None,
        };
        self.bins.clear();
        self.bins.extend(samples.iter().map(|s| bin_of(*s)));
        let (low, high) = self
            .bins
            .iter()
            .fold((255, 0), |(low, high), &b| (b.min(low), b.max(high)));
        if low == high {
            return None;
        }
        let n = samples.len();
        if n > COUNT_TO_PER_CLASS * node.by_class.len() {
            self.fill_histogram(samples, node.by_class.len());
            self.scan_histogram(node, low, high, n, &mut best);
        } else {
            if self.impurity == Impurity::Gini
                && self.min_leaf_rows == 1
                && high != MISSING_BIN
                && is_light(node)
            {
                let keys = &mut self.light_keys;
                order(samples, &self.bins, low, high, keys, Sample::light_key);
                scan_light(keys, node, &mut self.segment, &mut best);
            } else {
                order(samples, &self.bins, low, high, &mut self.keys, Sample::key);
                self.scan_keys(node, &mut best);
            }
        }
        best.cut.map(|cut| ClassSplit {
            feature,
            cut,
            gain: best.worth - whole,
            perfect: best.worth >= most,
        })
    }

    fn scan_keys(&mut self, node: &NodeWeights<'_>, best: &mut Best) {
        let bin_of = |key: &u64| (key >> 32) as u8;
        let missing = match self.keys.last() {
            Some(key) if bin_of(key) == MISSING_BIN => {
                self.keys.len() - self.keys.partition_point(|key| bin_of(key) < MISSING_BIN)
            }
            _ => 0,
        };
        if missing == 0 && self.impurity == Impurity::Gini && self.min_leaf_rows == 1 {
            scan_gini(&self.keys, node, &mut self.sides.left, best);
            return;
        }
        for missing_left in [false, true] {
            if missing_left && missing == 0 {
                break;
            }
            let (valued, absent) = self.keys.split_at(self.keys.len() - missing);
            self.sides.begin(node);
            let mut rows = 0;
            if missing_left {
                absent
                    .iter()
                    .for_each(|&key| self.sides.take_key(node, key));
                rows = missing;
            }
            for (i, key) in valued.iter().enumerate() {
                self.sides.take_key(node, *key);
                rows += 1;
                let next = valued.get(i + 1).map(bin_of);
                let boundary = match next {
                    Some(next) => next != bin_of(key),
                    // All values against the missing ones.
                    None => !missing_left && missing > 0,
                };
                if boundary
                    && rows >= self.min_leaf_rows
                    && self.keys.len() - rows >= self.min_leaf_rows
                {
                    let worth = self.sides.worth(self.impurity, node);
                    best.consider(worth, bin_of(key), next, missing_left);
                }
            }
        }
    }

    pub(super) fn fill_histogram(&mut self, samples: &[Sample], classes: usize) {
        for (s, &bin) in samples.iter().zip(&self.bins) {
            if let Some(cell) = self.histogram.get_mut(
                usize::from(bin)
                    .wrapping_mul(classes)
                    .wrapping_add(s.class()),
            ) {
                *cell = cell.wrapping_add(s.weight());
            }
        }
    }

    /// A bin's class weights.
    pub(super) fn cells(&self, bin: u8, classes: usize) -> &[u32] {
        &self.histogram[usize::from(bin) * classes..][..classes]
    }

    /// Makes the histogram zero again.
    pub(super) fn clear_histogram(&mut self, low: u8, high: u8, classes: usize) {
        self.histogram[usize::from(low) * classes..(usize::from(high) + 1) * classes].fill(0);
    }

    fn scan_histogram(
        &mut self,
        node: &NodeWeights<'_>,
        low: u8,
        high: u8,
        n: usize,
        best: &mut Best,
    ) {
        let classes = node.by_class.len();
        let mut rows_by_bin = [0_u32; 256];
        self.bins
            .iter()
            .for_each(|&b| rows_by_bin[usize::from(b)] += 1);
        let missing = rows_by_bin[usize::from(MISSING_BIN)] as usize;
        let highest = (low..high.min(254).saturating_add(1))
            .rev()
            .find(|&b| rows_by_bin[usize::from(b)] > 0);
        for missing_left in [false, true] {
            if missing_left && missing == 0 {
                break;
            }
            self.sides.begin(node);
            let mut rows = 0;
            if missing_left {
                let begin = usize::from(MISSING_BIN) * classes;
                for (class, &w) in self.histogram[begin..begin + classes].iter().enumerate() {
                    self.sides.take(node, class, w);
                }
                rows = missing;
            }
            let mut last = None;
            for bin in low..=high.min(254) {
                let in_bin = rows_by_bin[usize::from(bin)] as usize;
                if in_bin == 0 {
                    continue;
                }
                if let Some(last) = last
                    && rows >= self.min_leaf_rows
                    && n - rows >= self.min_leaf_rows
                {
                    let worth = self.sides.worth(self.impurity, node);
                    best.consider(worth, last, Some(bin), missing_left);
                }
                let begin = usize::from(bin) * classes;
                for (class, &w) in self.histogram[begin..begin + classes].iter().enumerate() {
                    if w > 0 {
                        self.sides.take(node, class, w);
                    }
                }
                rows += in_bin;
                last = Some(bin);
            }
            if let Some(highest) = highest
                && !missing_left
                && missing >= self.min_leaf_rows
                && rows >= self.min_leaf_rows
            {
                let worth = self.sides.worth(self.impurity, node);
                best.consider(worth, highest, None, false);
            }
        }
        self.clear_histogram(low, high, classes);
    }
}

/// Fills `keys` with what `key` makes of the samples and their bins, which are from `low` to `high`, in order of the bins.
fn order<K: Copy + Default>(
    samples: &[Sample],
    bins: &[u8],
    low: u8,
    high: u8,
    keys: &mut Vec<K>,
    key: impl Fn(Sample, u8) -> K,
) {
    keys.resize(bins.len(), K::default());
    match bins.len() {
        0..=8 => order_by_rank::<K, 8>(samples, bins, keys, key),
        9..=16 => order_by_rank::<K, 16>(samples, bins, keys, key),
        17..=32 => order_by_rank::<K, 32>(samples, bins, keys, key),
        33..=64 => order_by_rank::<K, 64>(samples, bins, keys, key),
        _ => order_by_counting(samples, bins, low, high, keys, key),
    }
}

/// Counts the rows of each bin first: for more than 64.
fn order_by_counting<K: Copy>(
    samples: &[Sample],
    bins: &[u8],
    low: u8,
    high: u8,
    keys: &mut [K],
    key: impl Fn(Sample, u8) -> K,
) {
    let mut begins = [0_u32; 257];
    for &bin in bins {
        let count = &mut begins[usize::from(bin) + 1];
        *count = count.wrapping_add(1);
    }
    let mut sum = 0_u32;
    for begin in &mut begins[usize::from(low)..=usize::from(high)] {
        sum = sum.wrapping_add(*begin);
        *begin = sum;
    }
    for (&s, &bin) in samples.iter().zip(bins) {
        let begin = &mut begins[usize::from(bin)];
        if let Some(place) = keys.get_mut(*begin as usize) {
            *place = key(s, bin);
        }
        *begin = begin.wrapping_add(1);
    }
}

/// For at most `N`, which is at most 64: each one's rank is how many come before it, counted for all at once without a
/// branch.
fn order_by_rank<K: Copy, const N: usize>(
    samples: &[Sample],
    bins: &[u8],
    keys: &mut [K],
    key: impl Fn(Sample, u8) -> K,
) {
    // Bin and place: no two alike, so that ranks are places. Lanes without a sample come last.
    let mut lanes = [i16::MAX; N];
    let mut at = 0_i16;
    for (lane, &bin) in lanes.iter_mut().zip(bins) {
        *lane = i16::from(bin) << 6 | at;
        at = at.wrapping_add(1);
    }
    let mut ranks = [0_i16; N];
    for &other in lanes.iter().take(bins.len()) {
        for (rank, &lane) in ranks.iter_mut().zip(&lanes) {
            *rank = rank.wrapping_add(i16::from(other < lane));
        }
    }
    for ((&s, &bin), &rank) in samples.iter().zip(bins).zip(&ranks) {
        if let Some(place) = keys.get_mut(rank as usize) {
            *place = key(s, bin);
        }
    }
}

/// Draws features one after the other without repeating any (Fisher-Yates, a step at a time).
#[derive(Debug)]
pub(crate) struct FeatureDraw {
    order: Vec<u32>,
}

impl FeatureDraw {
    pub(crate) fn new(features: usize) -> Self {
        Self {
            order: (0..features as u32).collect(),
        }
    }

    /// The `i`-th feature of this node's draw, having drawn those before.
    pub(crate) fn draw(&mut self, i: usize, rng: &mut Rng) -> usize {
        let left = self.order.len() - i;
        let j = i + rng.below(left as u32) as usize;
        self.order.swap(i, j);
        self.order[i] as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(
        bins: &[u8],
        classes: &[u8],
        n_classes: usize,
        impurity: Impurity,
        min_leaf: u32,
    ) -> Option<ClassSplit> {
        let samples: Vec<Sample> = classes
            .iter()
            .enumerate()
            .map(|(i, &c)| Sample::new(i as u32, c, 1))
            .collect();
        let mut weights = vec![0; n_classes];
        classes.iter().for_each(|&c| weights[usize::from(c)] += 1);
        let mut splitter = ClassSplitter::new(impurity, n_classes, min_leaf);
        let node = NodeWeights::new(&weights);
        let found = splitter.best_cut(3, &samples, &node, 0.0, |s| bins[s.row()]);
        assert!(splitter.histogram.iter().all(|&n| n == 0));
        found
    }

    #[test]
    fn a_cut_may_lie_anywhere_between_the_bins_present() {
        let split = best(&[10, 10, 20, 20], &[0, 0, 1, 1], 2, Impurity::Gini, 1).unwrap();
        let cut = Cut::Bin {
            bin: 10,
            last_bin: 19,
            missing_left: false,
        };
        assert_eq!((split.feature, split.cut, split.perfect), (3, cut, true));
        assert!((split.gain - 2.0).abs() < 1e-12, "from 2 of 4 to 4 of 4");
    }

    #[test]
    fn a_constant_feature_and_one_without_a_gain_have_no_split() {
        for impurity in [Impurity::Gini, Impurity::Entropy] {
            assert_eq!(best(&[7; 4], &[0, 1, 0, 1], 2, impurity, 1), None);
            assert_eq!(best(&[1, 1, 2, 2], &[0, 1, 0, 1], 2, impurity, 1), None);
            assert_eq!(best(&[1, 2, 2, 2], &[0, 1, 1, 1], 2, impurity, 2), None);
        }
    }

    #[test]
    fn few_rows_and_many_take_different_ways_to_the_same_split() {
        // 3 classes: up to 64 rows by rank, to 300 by counting, then by histogram. Twice the rows, twice the gain.
        let mut rng = Rng::new(4, 4);
        for missing in [false, true] {
            for impurity in [Impurity::Gini, Impurity::Entropy] {
                for n in [3, 7, 15, 31, 60] {
                    let bins: Vec<u8> = (0..n)
                        .map(|_| match rng.below(if missing { 40 } else { 39 }) {
                            39 => MISSING_BIN,
                            b => b as u8 * 6,
                        })
                        .collect();
                    let classes: Vec<u8> = (0..n).map(|_| rng.below(3) as u8).collect();
                    let once = best(&bins, &classes, 3, impurity, 1);
                    for times in [2, 3, 10, 200] {
                        let more =
                            best(&bins.repeat(times), &classes.repeat(times), 3, impurity, 1);
                        match (once, more) {
                            (None, None) => {}
                            (Some(a), Some(b)) => {
                                assert_eq!((a.cut, a.perfect), (b.cut, b.perfect));
                                let gain = a.gain * times as f64;
                                assert!((gain - b.gain).abs() < 1e-9 * (1.0 + gain), "{a:?} {b:?}");
                            }
                            other => panic!("{n} rows {times} times: {other:?}"),
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn many_classes_are_judged_as_few_are() {
        let mut rng = Rng::new(6, 6);
        for n in [2, 9, 40, 150] {
            let bins: Vec<u8> = (0..n).map(|_| rng.below(50) as u8).collect();
            let classes: Vec<u8> = (0..n).map(|_| rng.below(3) as u8).collect();
            let apart: Vec<u8> = classes.iter().map(|c| c * 12).collect();
            assert_eq!(
                best(&bins, &classes, 3, Impurity::Gini, 1),
                best(&bins, &apart, 30, Impurity::Gini, 1)
            );
        }
    }

    #[test]
    fn draws_do_not_repeat() {
        let mut draw = FeatureDraw::new(9);
        let mut rng = Rng::new(1, 1);
        for _ in 0..50 {
            let mut seen: Vec<usize> = (0..9).map(|i| draw.draw(i, &mut rng)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..9).collect::<Vec<_>>());
        }
    }
}
