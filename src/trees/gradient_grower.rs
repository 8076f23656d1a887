//! Grows one tree on gradients: best split first, or level by level; the smaller of two siblings is counted, the larger
//! is what remains (Ke et al. 2017).
//!
//! Where we differ from LightGBM: sums are exact integers, a split must keep `min_samples_leaf` exactly (not by an
//! estimate from second derivatives), and cuts go half-way between the values that a node has.

use super::bin_rows::BinRows;
use super::gradient_careful::{Bounds, Care, scan_carefully};
use super::gradient_histogram::{Histogram, Pair, Units, pair, second_of};
use super::gradient_sets::scan_sets;
use super::gradient_split::{Candidate, Left, SplitRules, SplitScan};
use super::tree::MOST_SETS;
use super::{BinSet, BinnedColumns, FeatureBins, MISSING_BIN, Node, Tree, set_has};
use crate::data::sort_by_key;

/// Checked parameters of one gradient tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientTreeParams {
    /// Leaves, at least 1; `u32::MAX` for no bound.
    pub max_leaves: u32,
    /// Levels below the root; `u32::MAX` for no bound.
    pub max_depth: u32,
    /// Whether the leaf whose split gains most is split next, wherever it is; else one level after the other.
    pub best_first: bool,
    /// Fewest rows on each side of a split.
    pub min_samples_leaf: u32,
    /// Least sum of second derivatives on each side: below it a Newton step is noise.
    pub min_hessian: f64,
    /// Where all rows together have less second derivatives than this, `min_hessian` is less in proportion; 0 for never.
    pub full_hessian: f64,
    /// A split lowers the loss by more than half of this.
    pub min_gain: f64,
    /// Added to the sum of second derivatives.
    pub l2: f64,
    /// What each leaf's Newton step is multiplied with.
    pub learning_rate: f64,
}

impl GradientTreeParams {
    /// The least sum of second derivatives on a side of a split, where all rows have so much together.
    fn min_hessian_of(&self, all: f64) -> f64 {
        if all < self.full_hessian {
            self.min_hessian * (all / self.full_hessian)
        } else {
            self.min_hessian
        }
    }
}

/// Largest Newton step, before the learning rate: a class with hardly any second derivative would jump.
const MAX_STEP: f64 = 10.0;

/// Histograms that are kept for the subtraction hold at most so many cells (256 MB); beyond, both children are counted.
/// The tree is the same.
const MAX_KEPT_CELLS: usize = 32 << 20;

/// The rows that trees are grown on.
#[derive(Clone, Copy, Debug)]
pub struct GradientRows<'a> {
    /// Bins by column.
    pub columns: &'a BinnedColumns,
    /// The same by row.
    pub bins: &'a BinRows,
    /// How each feature was binned: cuts go half-way between values, categories are divided as sets. What is not there is
    /// taken for numbers.
    pub features: &'a [FeatureBins],
    /// For each feature 1 where steps must not fall as values rise, -1 where they must not rise, else 0; empty for none.
    pub monotone: &'a [i8],
}

/// What one tree is fitted to.
#[derive(Clone, Copy, Debug)]
pub struct TreeTask<'a> {
    /// The rows, each at most once.
    pub rows: &'a [u32],
    /// First and second derivative of each row's loss (see [`Units::pack`]): one for every row there is.
    pub pairs: &'a [Pair],
    /// What their integers stand for.
    pub units: Units,
    /// Places (see [`BinRows::usable`]) of the features that may be asked.
    pub places: &'a [u16],
}

#[derive(Debug)]
struct Leaf {
    node: usize,
    begin: usize,
    end: usize,
    depth: u32,
    sum: Pair,
    bounds: Bounds,
    /// Empty where nobody will ask for it.
    histogram: Histogram,
    split: Option<Candidate>,
    /// Whether `split` was found with rows counted.
    counted: bool,
}

impl Leaf {
    fn rows(&self) -> usize {
        self.end - self.begin
    }
}

/// Scratch that serves tree after tree.
#[derive(Debug, Default)]
pub struct GradientGrower {
    rows: Vec<u32>,
    right: Vec<u32>,
    leaves: Vec<Leaf>,
    values: Vec<f32>,
    spare: Vec<Histogram>,
    counts: Histogram,
    /// The sets of the tree at hand.
    sets: Vec<BinSet>,
    scan: SplitScan,
}

/// What stays the same while a tree grows.
struct Growing<'a> {
    data: GradientRows<'a>,
    task: TreeTask<'a>,
    params: &'a GradientTreeParams,
    rules: SplitRules,
    /// Histograms that may wait for their leaf's split.
    max_kept: usize,
}

impl GradientGrower {
    /// Grows a tree and adds each feature's gain to `importance`. A root's histogram may be there already.
    pub fn grow(
        &mut self,
        data: GradientRows<'_>,
        task: TreeTask<'_>,
        root_histogram: Option<Histogram>,
        params: &GradientTreeParams,
        importance: &mut [f64],
    ) -> Tree {
        let units = task.units;
        let gain_unit = units.first() * units.first() / units.second();
        let cells = (data.bins.usable().len().max(1) * 256).next_multiple_of(8);
        let sum = |sum: Pair, &row: &u32| sum.wrapping_add(task.pairs[row as usize]);
        let sum = task.rows.iter().fold(0, sum);
        let min_hessian = params.min_hessian_of(f64::from(second_of(sum)) * units.second());
        let growing = Growing {
            data,
            task,
            params,
            rules: SplitRules {
                l2: params.l2 / units.second(),
                min_second: (min_hessian / units.second()).max(1.0),
                min_gain: params.min_gain.max(1e-9) / gain_unit,
            },
            max_kept: (MAX_KEPT_CELLS / cells).max(2),
        };
        self.sets.clear();
        self.rows.clear();
        self.rows.extend_from_slice(task.rows);
        self.right.resize(task.rows.len(), 0);
        let mut root = Leaf {
            node: 0,
            begin: 0,
            end: task.rows.len(),
            depth: 0,
            sum,
            bounds: Bounds::NONE,
            histogram: Histogram::default(),
            split: None,
            counted: false,
        };
        if growing.may_split(&root) {
            root.histogram = root_histogram.unwrap_or_default();
            self.find(&growing, &mut root);
        }
        self.leaves.clear();
        self.leaves.push(root);
        let mut nodes = vec![Node::leaf(0)];
        while self.leaves.len() < params.max_leaves as usize {
            let Some((at, split)) = next(&self.leaves, params.best_first) else {
                break;
            };
            if let Some(gained) = self.split(&growing, &mut nodes, at, split) {
                importance[gained] += split.gain * gain_unit;
            }
        }
        self.end(&growing, nodes)
    }

    /// The rows of each leaf of the tree grown last, with the leaf's value.
    pub fn leaf_rows(&self) -> impl Iterator<Item = (&[u32], f32)> {
        let leaves = self.leaves.iter().zip(&self.values);
        leaves.map(|(leaf, &value)| (&self.rows[leaf.begin..leaf.end], value))
    }

    /// Splits a leaf; the feature asked, or none if a side would have too few rows: then the leaf's split is another.
    fn split(
        &mut self,
        growing: &Growing<'_>,
        nodes: &mut Vec<Node>,
        at: usize,
        split: Candidate,
    ) -> Option<usize> {
        let Growing { data, params, .. } = *growing;
        let mut leaf = self.leaves.swap_remove(at);
        let feature = usize::from(data.bins.usable()[split.place]);
        if matches!(split.left, Left::In(_)) && self.sets.len() >= MOST_SETS {
            // A tree names so many sets; what was found before it was full is searched again without.
            leaf.split = None;
            self.find(growing, &mut leaf);
            self.leaves.push(leaf);
            return None;
        }
        let (cut, table) = match split.left {
            Left::UpTo { bin, last } => {
                let middle = |f: &FeatureBins| f.middle_cut(bin, last);
                let cut = data.features.get(feature).map_or(bin, middle);
                (Some(cut), table_of(|b| b <= cut))
            }
            Left::In(set) => (None, table_of(|b| set_has(&set, b))),
        };
        let (n_left, missing_left) = self.divide(growing, &leaf, &split, table);
        let least = params.min_samples_leaf.max(1) as usize;
        if n_left.min(leaf.rows() - n_left) < least {
            leaf.split = None;
            if !leaf.counted {
                leaf.counted = true;
                self.find(growing, &mut leaf);
            }
            self.leaves.push(leaf);
            return None;
        }
        let middle = leaf.begin + n_left;
        let place = nodes.len();
        nodes.extend([Node::leaf(0); 2]);
        nodes[leaf.node] = match (cut, split.left) {
            (_, Left::In(set)) => {
                let at = self.sets.iter().position(|s| *s == set);
                let at = at.unwrap_or_else(|| {
                    self.sets.push(set);
                    self.sets.len() - 1
                });
                Node::split_set(feature as u16, at, place as u32)
            }
            (cut, Left::UpTo { bin, .. }) => {
                let cut = cut.unwrap_or(bin);
                Node::split(feature as u16, cut, missing_left, place as u32)
            }
        };
        let right_sum = leaf.sum.wrapping_sub(split.left_sum);
        let steps = [split.left_sum, right_sum].map(|sum| leaf.bounds.step(sum, growing.rules.l2));
        let (left_bounds, right_bounds) =
            leaf.bounds
                .divided(growing.sign(feature), steps[0], steps[1]);
        let side = |node, begin, end, sum, bounds| Leaf {
            node,
            begin,
            end,
            depth: leaf.depth + 1,
            sum,
            bounds,
            histogram: Histogram::default(),
            split: None,
            counted: false,
        };
        let left = side(place, leaf.begin, middle, split.left_sum, left_bounds);
        let right = side(place + 1, middle, leaf.end, right_sum, right_bounds);
        let left_is_small = left.rows() <= right.rows();
        let (mut small, mut large) = if left_is_small {
            (left, right)
        } else {
            (right, left)
        };
        let last = self.leaves.len() + 2 >= params.max_leaves as usize;
        if !last && (growing.may_split(&small) || growing.may_split(&large)) {
            small.histogram = self.count(growing, small.begin, small.end);
            large.histogram = leaf.histogram;
            if large.histogram.is_empty() {
                large.histogram = self.count(growing, large.begin, large.end);
            } else {
                large.histogram.subtract(&small.histogram);
            }
            self.find(growing, &mut small);
            self.find(growing, &mut large);
        } else {
            self.spare.push(leaf.histogram);
        }
        self.leaves.extend([small, large]);
        Some(feature)
    }

    /// Puts the rows of a leaf that go left before the others: how many, and the side of missing values.
    fn divide(
        &mut self,
        growing: &Growing<'_>,
        leaf: &Leaf,
        split: &Candidate,
        mut goes_left: [u8; 256],
    ) -> (usize, bool) {
        let bins = growing.data.bins;
        let feature = usize::from(bins.usable()[split.place]);
        let column = growing.data.columns.column(feature);
        goes_left[usize::from(MISSING_BIN)] = u8::from(split.missing_left);
        let n_left = self.partition(leaf, column, &goes_left);
        let told = split.any_missing || matches!(split.left, Left::In(_));
        if told {
            return (n_left, split.missing_left);
        }
        // Training saw none here that weigh anything: they go with the larger side.
        let missing_left = n_left >= leaf.rows() - n_left;
        if missing_left && bins.any_missing(split.place) {
            goes_left[usize::from(MISSING_BIN)] = 1;
            return (self.partition(leaf, column, &goes_left), true);
        }
        (n_left, missing_left)
    }

    /// Stable; how many go left.
    fn partition(&mut self, leaf: &Leaf, column: &[u8], goes_left: &[u8; 256]) -> usize {
        let rows = &mut self.rows[leaf.begin..leaf.end];
        let right = &mut self.right[..rows.len()];
        let (mut n_left, mut n_right) = (0, 0);
        for i in 0..rows.len() {
            let row = rows[i];
            let left = usize::from(goes_left[usize::from(column[row as usize])]);
            // Written to both sides, kept on one: no branch to guess.
            rows[n_left] = row;
            right[n_right] = row;
            n_left += left;
            n_right += 1 - left;
        }
        rows[n_left..].copy_from_slice(&right[..n_right]);
        n_left
    }

    fn count(&mut self, growing: &Growing<'_>, begin: usize, end: usize) -> Histogram {
        let mut histogram = self.spare.pop().unwrap_or_default();
        histogram.clear(growing.data.bins);
        let pairs = growing.task.pairs;
        histogram.count(growing.data.bins, &self.rows[begin..end], |row| pairs[row]);
        histogram
    }

    /// Finds a leaf's best split; its histogram is given back where it has none.
    fn find(&mut self, growing: &Growing<'_>, leaf: &mut Leaf) {
        let Growing {
            data,
            task,
            params,
            ref rules,
            ..
        } = *growing;
        if growing.may_split(leaf) {
            let rows = leaf.rows() as u64;
            let care = Care {
                least: params.min_samples_leaf.max(1).into(),
                rows,
                bounds: leaf.bounds,
            };
            if leaf.counted {
                self.counts.clear(data.bins);
                let rows = &self.rows[leaf.begin..leaf.end];
                self.counts.count(data.bins, rows, |_| pair(0, 1));
            }
            if leaf.histogram.is_empty() {
                leaf.histogram = self.count(growing, leaf.begin, leaf.end);
            }
            for &place in task.places {
                let place = usize::from(place);
                let used = data.bins.used_bins(place);
                let cells = leaf.histogram.cells(place);
                let feature = usize::from(data.bins.usable()[place]);
                if growing.is_categories(feature) {
                    if self.sets.len() < MOST_SETS {
                        let counts = leaf.counted.then(|| self.counts.cells(place));
                        let (best, sum, unit) = (&mut leaf.split, leaf.sum, task.units.second());
                        scan_sets(place, cells, counts, sum, rules, &care, unit, best);
                    }
                } else if leaf.counted || !data.monotone.is_empty() {
                    let counts = leaf.counted.then(|| self.counts.cells(place));
                    let sign = growing.sign(feature);
                    let (best, sum) = (&mut leaf.split, leaf.sum);
                    scan_carefully(place, cells, counts, used, sum, rules, &care, sign, best);
                } else {
                    let best = &mut leaf.split;
                    self.scan.scan(place, cells, used, leaf.sum, rules, best);
                }
            }
        }
        let kept = self
            .leaves
            .iter()
            .filter(|l| !l.histogram.is_empty())
            .count();
        if leaf.split.is_none() || kept >= growing.max_kept {
            self.spare.push(std::mem::take(&mut leaf.histogram));
        }
    }

    /// Leaves become nodes.
    fn end(&mut self, growing: &Growing<'_>, mut nodes: Vec<Node>) -> Tree {
        let (units, params) = (growing.task.units, growing.params);
        self.values.clear();
        sort_by_key(&mut self.leaves, |leaf| leaf.node);
        for (place, leaf) in self.leaves.iter_mut().enumerate() {
            let step =
                leaf.bounds.step(leaf.sum, growing.rules.l2) * units.first() / units.second();
            let step = step.clamp(-MAX_STEP, MAX_STEP) * params.learning_rate;
            nodes[leaf.node] = Node::leaf(place as u32);
            self.values.push(step as f32);
            if !leaf.histogram.is_empty() {
                self.spare.push(std::mem::take(&mut leaf.histogram));
            }
        }
        // Roots that were counted elsewhere are not piled up.
        self.spare.truncate(self.leaves.len());
        Tree::from_parts(nodes, self.values.clone(), self.sets.clone(), 1)
    }
}

impl Growing<'_> {
    fn may_split(&self, leaf: &Leaf) -> bool {
        let least = u64::from(self.params.min_samples_leaf.max(1));
        leaf.depth < self.params.max_depth
            && leaf.rows() as u64 >= 2 * least
            && f64::from(second_of(leaf.sum)) >= 2.0 * self.rules.min_second
    }

    fn is_categories(&self, feature: usize) -> bool {
        self.data
            .features
            .get(feature)
            .is_some_and(FeatureBins::is_categories)
    }

    /// The order that a feature's sides must keep; categories have none.
    fn sign(&self, feature: usize) -> i8 {
        if self.is_categories(feature) {
            return 0;
        }
        self.data.monotone.get(feature).copied().unwrap_or(0)
    }
}

/// 1 for each bin that goes left.
fn table_of(goes_left: impl Fn(u8) -> bool) -> [u8; 256] {
    std::array::from_fn(|bin| u8::from(goes_left(bin as u8)))
}

/// The leaf to split next, and how.
fn next(leaves: &[Leaf], best_first: bool) -> Option<(usize, Candidate)> {
    let mut found: Option<(usize, Candidate)> = None;
    for (at, leaf) in leaves.iter().enumerate() {
        let Some(split) = leaf.split else { continue };
        let sooner = found.is_none_or(|(best, best_split)| {
            if best_first && split.gain != best_split.gain {
                split.gain > best_split.gain
            } else {
                leaf.node < leaves[best].node
            }
        });
        if sooner {
            found = Some((at, split));
        }
    }
    found
}
