//! The best split of one node on one feature, from class counts by bin.

use super::{MISSING_BIN, Rng};

/// What a split is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Impurity {
    /// `1 - sum of squared shares`.
    Gini,
    /// `- sum of share x ln(share)`.
    Entropy,
}

impl Impurity {
    /// `total x (constant - impurity)` of a side: what a split raises. Gini: sum of squared class weights over their
    /// total. Entropy: `sum of w ln w - total ln total`.
    fn purity(self, weights: &[f64], total: f64) -> f64 {
        if total <= 0.0 {
            return 0.0;
        }
        match self {
            Self::Gini => weights.iter().map(|w| w * w).sum::<f64>() / total,
            Self::Entropy => weights.iter().map(|&w| x_ln_x(w)).sum::<f64>() - x_ln_x(total),
        }
    }
}

fn x_ln_x(x: f64) -> f64 {
    if x > 0.0 { x * libm::log(x) } else { 0.0 }
}

/// A row of a growing tree: where it is, its class, and how often the bootstrap drew it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) row: u32,
    pub(crate) count: u16,
    pub(crate) class: u8,
}

/// Where to split a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ClassSplit {
    pub(crate) feature: usize,
    /// This bin and below go left,
    pub(crate) bin: u8,
    /// and none of the node's rows lies above it up to this one: any cut between splits them alike.
    pub(crate) last_bin: u8,
    pub(crate) missing_left: bool,
    /// How much purity it adds, times the node's weight; above 0.
    pub(crate) gain: f64,
}

/// Scratch for finding splits of one tree: nothing is allocated per node.
#[derive(Debug)]
pub(crate) struct ClassSplitter<'a> {
    impurity: Impurity,
    /// What a row of each class weighs.
    class_weights: &'a [f64],
    min_leaf_rows: u32,
    /// Counts by bin and class, `bin * classes + class`; all zero between nodes.
    histogram: Vec<u32>,
    rows_by_bin: [u32; 256],
    /// `bin << 24 | class << 16 | count` of a small node's rows.
    keys: Vec<u32>,
    left: Side,
    with_missing: Vec<f64>,
    missing: Vec<f64>,
}

/// Class weights of one side, kept up to date while bins move over.
#[derive(Debug, Default)]
struct Side {
    weights: Vec<f64>,
    total: f64,
    rows: u32,
}

impl Side {
    fn clear(&mut self, classes: usize) {
        self.weights.clear();
        self.weights.resize(classes, 0.0);
        self.total = 0.0;
        self.rows = 0;
    }
}

/// Below this many rows a node's bins are sorted instead of spread over a histogram of 256 x classes.
const SORT_BELOW: usize = 128;

impl<'a> ClassSplitter<'a> {
    pub(crate) fn new(impurity: Impurity, class_weights: &'a [f64], min_leaf_rows: u32) -> Self {
        Self {
            impurity,
            class_weights,
            min_leaf_rows: min_leaf_rows.max(1),
            histogram: vec![0; 256 * class_weights.len()],
            rows_by_bin: [0; 256],
            keys: Vec::with_capacity(SORT_BELOW),
            left: Side::default(),
            with_missing: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// The class weights of a node's rows, and their total.
    pub(crate) fn node_weights(&self, samples: &[Sample]) -> (Vec<f64>, f64) {
        let mut counts = vec![0_u64; self.class_weights.len()];
        for s in samples {
            counts[usize::from(s.class)] += u64::from(s.count);
        }
        let weights: Vec<f64> = counts
            .iter()
            .zip(self.class_weights)
            .map(|(&n, w)| n as f64 * w)
            .collect();
        let total = weights.iter().sum();
        (weights, total)
    }

    /// The best split of `samples` on a feature's bins, or `None` where it is constant or no split leaves enough rows on
    /// both sides.
    pub(crate) fn best(
        &mut self,
        feature: usize,
        bins: &[u8],
        samples: &[Sample],
        node_weights: &[f64],
        node_total: f64,
    ) -> Option<ClassSplit> {
        if samples.len() < SORT_BELOW {
            self.best_by_sorting(feature, bins, samples, node_weights, node_total)
        } else {
            self.best_by_histogram(feature, bins, samples, node_weights, node_total)
        }
    }

    fn best_by_histogram(
        &mut self,
        feature: usize,
        bins: &[u8],
        samples: &[Sample],
        node_weights: &[f64],
        node_total: f64,
    ) -> Option<ClassSplit> {
        let classes = self.class_weights.len();
        for s in samples {
            let bin = usize::from(bins[s.row as usize]);
            self.histogram[bin * classes + usize::from(s.class)] += u32::from(s.count);
            self.rows_by_bin[bin] += 1;
        }
        let present: Vec<u8> = (0..=MISSING_BIN)
            .filter(|&b| self.rows_by_bin[usize::from(b)] > 0)
            .collect();
        if present.len() < 2 {
            for &bin in &present {
                self.rows_by_bin[usize::from(bin)] = 0;
                self.histogram[usize::from(bin) * classes..][..classes].fill(0);
            }
            return None;
        }
        let mut scan = Scan::begin(
            self.impurity,
            self.min_leaf_rows,
            node_weights,
            node_total,
            samples.len(),
        );
        let class_weights = self.class_weights;
        self.left.clear(classes);
        self.missing.clear();
        self.missing.resize(classes, 0.0);
        let missing_rows = self.rows_by_bin[usize::from(MISSING_BIN)];
        if missing_rows > 0 {
            let cells = &self.histogram[usize::from(MISSING_BIN) * classes..][..classes];
            for (m, (&n, w)) in self.missing.iter_mut().zip(cells.iter().zip(class_weights)) {
                *m = f64::from(n) * w;
            }
        }
        let valued = present.len() - usize::from(missing_rows > 0);
        for i in 0..valued {
            let bin = usize::from(present[i]);
            let cells = &self.histogram[bin * classes..][..classes];
            for (class, &n) in cells.iter().enumerate() {
                if n > 0 {
                    let w = f64::from(n) * class_weights[class];
                    self.left.weights[class] += w;
                    self.left.total += w;
                }
            }
            self.left.rows += self.rows_by_bin[bin];
            let next = present.get(i + 1).copied().filter(|&b| b != MISSING_BIN);
            scan.boundary(
                present[i],
                next,
                &self.left,
                &self.missing,
                missing_rows,
                &mut self.with_missing,
            );
        }
        for &bin in &present {
            self.rows_by_bin[usize::from(bin)] = 0;
            self.histogram[usize::from(bin) * classes..][..classes].fill(0);
        }
        scan.finish(feature)
    }

    fn best_by_sorting(
        &mut self,
        feature: usize,
        bins: &[u8],
        samples: &[Sample],
        node_weights: &[f64],
        node_total: f64,
    ) -> Option<ClassSplit> {
        let classes = self.class_weights.len();
        self.keys.clear();
        self.keys.extend(samples.iter().map(|s| {
            u32::from(bins[s.row as usize]) << 24 | u32::from(s.class) << 16 | u32::from(s.count)
        }));
        let first = self.keys[0] >> 24;
        if self.keys.iter().all(|k| k >> 24 == first) {
            return None;
        }
        self.keys.sort_unstable();
        let valued = self
            .keys
            .partition_point(|&k| k >> 24 < u32::from(MISSING_BIN));
        let missing_rows = (self.keys.len() - valued) as u32;
        self.left.clear(classes);
        self.missing.clear();
        self.missing.resize(classes, 0.0);
        for &key in &self.keys[valued..] {
            let class = (key >> 16 & 255) as usize;
            self.missing[class] += f64::from(key & 0xffff) * self.class_weights[class];
        }
        let mut scan = Scan::begin(
            self.impurity,
            self.min_leaf_rows,
            node_weights,
            node_total,
            samples.len(),
        );
        for i in 0..valued {
            let key = self.keys[i];
            let class = (key >> 16 & 255) as usize;
            let w = f64::from(key & 0xffff) * self.class_weights[class];
            self.left.weights[class] += w;
            self.left.total += w;
            self.left.rows += 1;
            let bin = (key >> 24) as u8;
            let next = if i + 1 < valued {
                Some((self.keys[i + 1] >> 24) as u8)
            } else {
                None
            };
            if next != Some(bin) {
                scan.boundary(
                    bin,
                    next,
                    &self.left,
                    &self.missing,
                    missing_rows,
                    &mut self.with_missing,
                );
            }
        }
        scan.finish(feature)
    }
}

/// Walks the boundaries between present bins and keeps the best.
struct Scan<'n> {
    impurity: Impurity,
    min_leaf_rows: u32,
    node_weights: &'n [f64],
    node_total: f64,
    node_rows: u32,
    node_purity: f64,
    best_gain: f64,
    /// The last present bin on the left, the first on the right (none where only missing rows go right), and the side of missing rows.
    best: Option<(u8, Option<u8>, bool)>,
}

impl<'n> Scan<'n> {
    fn begin(
        impurity: Impurity,
        min_leaf_rows: u32,
        node_weights: &'n [f64],
        node_total: f64,
        rows: usize,
    ) -> Self {
        let node_purity = impurity.purity(node_weights, node_total);
        Self {
            impurity,
            min_leaf_rows,
            node_weights,
            node_total,
            node_rows: rows as u32,
            node_purity,
            // A gain within rounding of none is none.
            best_gain: node_total * 1e-12,
            best: None,
        }
    }

    /// `left` holds all rows up to `bin`; `next` is the next present bin. Missing rows are in neither side yet.
    fn boundary(
        &mut self,
        bin: u8,
        next: Option<u8>,
        left: &Side,
        missing: &[f64],
        missing_rows: u32,
        with_missing: &mut Vec<f64>,
    ) {
        // Missing rows on the right; where nothing else is there, they are the right side.
        if next.is_some() || missing_rows > 0 {
            self.consider((bin, next, false), &left.weights, left.total, left.rows);
        }
        if missing_rows > 0 && next.is_some() {
            with_missing.clear();
            with_missing.extend(left.weights.iter().zip(missing).map(|(l, m)| l + m));
            let total = left.total + missing.iter().sum::<f64>();
            self.consider(
                (bin, next, true),
                with_missing,
                total,
                left.rows + missing_rows,
            );
        }
    }

    fn consider(
        &mut self,
        cut: (u8, Option<u8>, bool),
        left: &[f64],
        left_total: f64,
        left_rows: u32,
    ) {
        let right_rows = self.node_rows - left_rows;
        if left_rows < self.min_leaf_rows || right_rows < self.min_leaf_rows {
            return;
        }
        let right_total = self.node_total - left_total;
        let right_purity = match self.impurity {
            Impurity::Gini => {
                if right_total > 0.0 {
                    let squares: f64 = self
                        .node_weights
                        .iter()
                        .zip(left)
                        .map(|(n, l)| (n - l) * (n - l))
                        .sum();
                    squares / right_total
                } else {
                    0.0
                }
            }
            Impurity::Entropy => {
                self.node_weights
                    .iter()
                    .zip(left)
                    .map(|(n, l)| x_ln_x(n - l))
                    .sum::<f64>()
                    - x_ln_x(right_total)
            }
        };
        let gain = self.impurity.purity(left, left_total) + right_purity - self.node_purity;
        if gain > self.best_gain {
            self.best_gain = gain;
            self.best = Some(cut);
        }
    }

    fn finish(self, feature: usize) -> Option<ClassSplit> {
        let (bin, next, missing_left) = self.best?;
        let last_bin = next.map_or(bin, |next| next - 1);
        Some(ClassSplit {
            feature,
            bin,
            last_bin,
            missing_left,
            gain: self.best_gain,
        })
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
    use proptest::prelude::*;

    use super::*;

    /// The slow obvious version: every cut, both sides for missing rows, impurities from scratch.
    fn naive(
        bins: &[u8],
        samples: &[Sample],
        class_weights: &[f64],
        impurity: Impurity,
        min_leaf: u32,
    ) -> Option<(f64, Vec<bool>)> {
        let weigh = |side: &dyn Fn(usize) -> bool| {
            let mut w = vec![0.0; class_weights.len()];
            let mut rows = 0;
            for (i, s) in samples.iter().enumerate().filter(|(i, _)| side(*i)) {
                let _ = i;
                w[usize::from(s.class)] += f64::from(s.count) * class_weights[usize::from(s.class)];
                rows += 1;
            }
            let total: f64 = w.iter().sum();
            let pure = match impurity {
                Impurity::Gini => w.iter().map(|x| x / total * x).sum::<f64>(),
                Impurity::Entropy => w
                    .iter()
                    .filter(|x| **x > 0.0)
                    .map(|x| x * libm::log(x / total))
                    .sum::<f64>(),
            };
            (pure, rows)
        };
        let (all, _) = weigh(&|_| true);
        let mut best: Option<(f64, Vec<bool>)> = None;
        for cut in 0..255_u8 {
            for missing_left in [false, true] {
                let left: Vec<bool> = samples
                    .iter()
                    .map(|s| match bins[s.row as usize] {
                        MISSING_BIN => missing_left,
                        b => b <= cut,
                    })
                    .collect();
                let (l, nl) = weigh(&|i| left[i]);
                let (r, nr) = weigh(&|i| !left[i]);
                if nl < min_leaf || nr < min_leaf {
                    continue;
                }
                let gain = l + r - all;
                if best.as_ref().is_none_or(|b| gain > b.0 + 1e-9) {
                    best = Some((gain, left));
                }
            }
        }
        best.filter(|b| b.0 > 1e-9)
    }

    proptest! {
        #[test]
        fn both_ways_find_the_gain_of_the_slow_one(
            rows in prop::collection::vec((0..12_u8, 0..3_u8, 1..4_u16), 2..200),
            missing in 0..12_u8, entropy: bool, min_leaf in 1..4_u32,
        ) {
            let bins: Vec<u8> = rows.iter().map(|r| if r.0 == missing { MISSING_BIN } else { r.0 * 3 }).collect();
            let samples: Vec<Sample> =
                rows.iter().enumerate().map(|(i, r)| Sample { row: i as u32, class: r.1, count: r.2 }).collect();
            let class_weights = [1.0, 0.5, 2.5];
            let impurity = if entropy { Impurity::Entropy } else { Impurity::Gini };
            let mut splitter = ClassSplitter::new(impurity, &class_weights, min_leaf);
            let (weights, total) = splitter.node_weights(&samples);
            let expected = naive(&bins, &samples, &class_weights, impurity, min_leaf);
            let by_sort = splitter.best_by_sorting(0, &bins, &samples, &weights, total);
            let by_histogram = splitter.best_by_histogram(0, &bins, &samples, &weights, total);
            prop_assert!(splitter.histogram.iter().all(|&n| n == 0));
            for found in [by_sort, by_histogram] {
                match (found, &expected) {
                    (None, None) => {}
                    (Some(f), Some(e)) => prop_assert!((f.gain - e.0).abs() < 1e-8 * (1.0 + total), "{} {}", f.gain, e.0),
                    (f, e) => prop_assert!(false, "{f:?} {e:?}"),
                }
            }
        }
    }

    #[test]
    fn a_cut_may_lie_anywhere_between_the_bins_present() {
        let bins = [10, 10, 20, 20];
        let samples: Vec<Sample> = (0..4)
            .map(|i| Sample {
                row: i,
                class: u8::from(i > 1),
                count: 1,
            })
            .collect();
        let mut splitter = ClassSplitter::new(Impurity::Gini, &[1.0, 1.0], 1);
        let (weights, total) = splitter.node_weights(&samples);
        let split = splitter.best(3, &bins, &samples, &weights, total).unwrap();
        assert_eq!((split.feature, split.bin, split.last_bin), (3, 10, 19));
    }

    #[test]
    fn a_constant_feature_and_one_without_a_gain_have_no_split() {
        let mut splitter = ClassSplitter::new(Impurity::Gini, &[1.0, 1.0], 1);
        let samples: Vec<Sample> = (0..4)
            .map(|i| Sample {
                row: i,
                class: (i % 2) as u8,
                count: 1,
            })
            .collect();
        let (weights, total) = splitter.node_weights(&samples);
        assert_eq!(splitter.best(0, &[7; 4], &samples, &weights, total), None);
        assert_eq!(
            splitter.best(0, &[1, 1, 2, 2], &samples, &weights, total),
            None
        );
    }

    #[test]
    fn draws_do_not_repeat() {
        let mut draw = FeatureDraw::new(9);
        let mut rng = crate::trees::Rng::new(1, 1);
        for _ in 0..50 {
            let mut seen: Vec<usize> = (0..9).map(|i| draw.draw(i, &mut rng)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..9).collect::<Vec<_>>());
        }
    }
}
