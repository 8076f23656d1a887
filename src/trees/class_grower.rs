//! Grows one classification tree, drawing features at every node (Breiman 2001).

use std::collections::BinaryHeap;

use super::class_random::goes_left;
use super::class_rows::{RowDraw, Sample, part_rows};
use super::class_split::{ClassSplit, ClassSplitter, Cut, FeatureDraw, NodeWeights};
use super::tree::MOST_SETS;
use super::{BinSet, BinnedColumns, FeatureBins, Impurity, Node, Rng, Tree, set_has, share};

/// Checked parameters of one tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassTreeParams {
    /// Levels below the root; `None`: no bound but 1,000.
    pub max_depth: Option<u32>,
    /// Most leaves, at least 2, the split of largest gain first; `None`: no bound.
    pub max_leaves: Option<u32>,
    /// Fewest rows of a node that is split.
    pub min_samples_split: u32,
    /// Fewest rows on each side of a split.
    pub min_samples_leaf: u32,
    /// Features drawn at each node; more are drawn while all so far were constant or without a split.
    pub max_features: u32,
    /// What a split is judged by.
    pub impurity: Impurity,
    /// Draw rows with replacement.
    pub bootstrap: bool,
    /// Draw each feature's cut at random instead of taking its best (Geurts et al. 2006).
    pub random_cuts: bool,
}

/// A grown tree and the impurity that each feature removed, as shares of 1 (all 0 for a tree without splits).
#[derive(Clone, Debug, PartialEq)]
pub struct GrownTree {
    /// The tree.
    pub tree: Tree,
    /// Per feature.
    pub importance: Vec<f64>,
}

/// The bins row by row, as small nodes want them: one stretch of memory for all features of a row.
#[derive(Clone, Debug)]
pub struct RowMajor {
    bins: Vec<u8>,
    stride: usize,
}

/// Bins that are copied at a time.
const PIECE: usize = 16;

impl RowMajor {
    /// A copy of the columns.
    pub fn of(columns: &BinnedColumns) -> Self {
        // Rounded up, so that a row is copied in whole pieces.
        let stride = columns.features().next_multiple_of(PIECE);
        let mut bins = vec![0; stride * columns.rows()];
        for feature in 0..columns.features() {
            let to = bins.iter_mut().skip(feature).step_by(stride);
            to.zip(columns.column(feature)).for_each(|(to, &b)| *to = b);
        }
        Self { bins, stride }
    }
}

/// What all trees of a forest share.
#[derive(Clone, Copy, Debug)]
pub struct ClassGrower<'a> {
    /// Binned training rows, in order of their class.
    pub columns: &'a BinnedColumns,
    /// The same, row by row.
    pub row_major: &'a RowMajor,
    /// How the features were binned.
    pub bins: &'a [FeatureBins],
    /// Class of each row, ascending.
    pub classes: &'a [u8],
    /// Weight of each row, above 0; empty where all weigh 1.
    pub row_weights: &'a [f32],
    /// What a row of each class weighs; as many as there are classes.
    pub class_weights: &'a [f64],
    /// Parameters.
    pub params: ClassTreeParams,
}

struct Open {
    node: usize,
    begin: usize,
    end: usize,
    depth: u32,
    /// Class weights.
    weights: Vec<u32>,
    /// Where its rows' bins are: 0 in the whole table, else in the copy of that level.
    level: usize,
}

/// A node that waits for its split, the one of largest gain first.
struct Waiting {
    split: ClassSplit,
    open: Open,
}

impl Ord for Waiting {
    fn cmp(&self, o: &Self) -> std::cmp::Ordering {
        let by_gain = self.split.gain.total_cmp(&o.split.gain);
        by_gain.then(o.open.node.cmp(&self.open.node))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, o: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(o))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, o: &Self) -> bool {
        self.cmp(o).is_eq()
    }
}

impl Eq for Waiting {}

struct Growth<'g> {
    grower: &'g ClassGrower<'g>,
    rng: Rng,
    splitter: ClassSplitter,
    draw: FeatureDraw,
    samples: Vec<Sample>,
    right: Vec<Sample>,
    nodes: Vec<Node>,
    values: Vec<f32>,
    sets: Vec<BinSet>,
    importance: Vec<f64>,
    spare: Vec<Vec<u32>>,
    /// Copies of the bins of the rows of a subtree, row by row, for levels 1 and 2.
    copies: [Vec<u8>; LEVELS.len()],
}

/// A subtree whose rows' bins take no more bytes than this works on a copy of them, which stays in a near cache.
const LEVELS: [usize; 2] = [1 << 18, 1 << 14];
/// Rows with more features than this are not copied: a subtree would ask too few of them.
const WIDEST_COPY: usize = 512;

/// A feature's bins by where a sample is: in the whole table (level 0) or in the copy of its level.
fn bins_of<'b>(
    feature: usize,
    columns: &'b BinnedColumns,
    copies: &'b [Vec<u8>],
    level: usize,
) -> &'b [u8] {
    match level.checked_sub(1).and_then(|level| copies.get(level)) {
        Some(copy) => copy.get(feature..).unwrap_or_default(),
        None => columns.column(feature),
    }
}

impl ClassGrower<'_> {
    /// Grows the tree of this seed. It needs at least one row.
    pub fn grow(&self, seed: u64, tree: u64) -> GrownTree {
        let mut rng = Rng::new(seed, tree);
        let samples = self.row_draw().samples(&mut rng);
        let mut weights = vec![0_u32; self.class_weights.len()];
        samples
            .iter()
            .for_each(|s| weights[s.class()] += s.weight());
        let root = Open {
            node: 0,
            begin: 0,
            end: samples.len(),
            depth: 0,
            weights,
            level: 0,
        };
        let mut growth = Growth {
            grower: self,
            rng,
            splitter: ClassSplitter::new(
                self.params.impurity,
                self.class_weights.len(),
                self.params.min_samples_leaf,
            ),
            draw: FeatureDraw::new(self.columns.features()),
            right: vec![Sample::default(); samples.len()],
            samples,
            nodes: vec![Node::pure(0)],
            values: Vec::new(),
            sets: Vec::new(),
            importance: vec![0.0; self.columns.features()],
            spare: Vec::new(),
            copies: Default::default(),
        };
        match self.params.max_leaves {
            None => growth.depth_first(root),
            Some(leaves) => growth.best_first(root, leaves as usize),
        }
        let mut importance = growth.importance;
        let removed: f64 = importance.iter().sum();
        if removed > 0.0 {
            importance.iter_mut().for_each(|x| *x /= removed);
        }
        let classes = self.class_weights.len();
        let tree = match self.params.max_leaves {
            None => Tree::from_ordered_parts,
            Some(_) => Tree::from_parts,
        };
        GrownTree {
            tree: tree(growth.nodes, growth.values, growth.sets, classes),
            importance,
        }
    }

    /// How often this tree's bootstrap draws each row; 0 for those that can judge it (out of bag).
    pub fn drawn(&self, seed: u64, tree: u64) -> Vec<u32> {
        self.row_draw().counts(&mut Rng::new(seed, tree))
    }

    fn row_draw(&self) -> RowDraw<'_> {
        RowDraw::new(
            self.classes,
            self.row_weights,
            self.class_weights,
            self.params.bootstrap,
        )
    }
}

impl Growth<'_> {
    fn depth_first(&mut self, root: Open) {
        let mut pending = vec![root];
        while let Some(mut open) = pending.pop() {
            self.come_near(&mut open);
            match self.best_split(&open) {
                Some(split) => {
                    let [left, right] = self.part(open, &split);
                    pending.extend([right, left]);
                }
                None => self.close(open),
            }
        }
    }

    /// Copies the rows of a subtree that is small enough for it, which then know themselves by where they begin in the
    /// copy.
    /// Depth first, a subtree is done before the next one of its level is begun.
    fn come_near(&mut self, open: &mut Open) {
        let RowMajor { bins, stride } = self.grower.row_major;
        let stride = *stride;
        let samples = &mut self.samples[open.begin..open.end];
        if stride > WIDEST_COPY || samples.len() < 2 {
            return;
        }
        let fits = LEVELS
            .iter()
            .filter(|&&bytes| samples.len() * stride <= bytes)
            .count();
        if fits <= open.level {
            return;
        }
        let mut copy = std::mem::take(&mut self.copies[fits - 1]);
        copy.resize(samples.len() * stride, 0);
        let from = match open.level.checked_sub(1) {
            Some(level) => &self.copies[level],
            None => bins,
        };
        let rows = copy.chunks_exact_mut(stride);
        for ((place, sample), row) in samples.iter_mut().enumerate().zip(rows) {
            let begin = match open.level {
                0 => sample.row() * stride,
                _ => sample.row(),
            };
            let from = from[begin..][..stride].chunks_exact(PIECE);
            for (to, from) in row.chunks_exact_mut(PIECE).zip(from) {
                to.copy_from_slice(from);
            }
            *sample = sample.at((place * stride) as u32);
        }
        self.copies[fits - 1] = copy;
        open.level = fits;
    }

    fn best_first(&mut self, root: Open, most: usize) {
        let mut waiting = BinaryHeap::new();
        let mut leaves = 1;
        let mut fresh = vec![root];
        loop {
            for open in fresh.drain(..) {
                match self.best_split(&open) {
                    Some(split) => waiting.push(Waiting { split, open }),
                    None => self.close(open),
                }
            }
            if leaves >= most {
                break;
            }
            let Some(Waiting { split, open }) = waiting.pop() else {
                break;
            };
            fresh.extend(self.part(open, &split));
            leaves += 1;
        }
        for waiting in waiting {
            self.close(waiting.open);
        }
    }

    fn best_split(&mut self, open: &Open) -> Option<ClassSplit> {
        let p = &self.grower.params;
        let samples = &self.samples[open.begin..open.end];
        let n = samples.len() as u64;
        let node = NodeWeights::new(&open.weights);
        if node.is_pure()
            || open.depth >= p.max_depth.unwrap_or(1000)
            || n < u64::from(p.min_samples_split)
            || n < 2 * u64::from(p.min_samples_leaf)
        {
            return None;
        }
        let columns = self.grower.columns;
        let mut best: Option<ClassSplit> = None;
        for i in 0..columns.features() {
            // Like scikit-learn: go on past max_features until one split is found.
            if i >= p.max_features as usize && best.is_some() {
                break;
            }
            // Where all are asked nothing is drawn: of equal splits the first feature's is taken, not the first drawn.
            let feature = if p.max_features as usize >= columns.features() {
                i
            } else {
                self.draw.draw(i, &mut self.rng)
            };
            let bins = bins_of(feature, columns, &self.copies, open.level);
            let bin_of = |s: Sample| bins[s.row()];
            let categories = self.grower.bins.get(feature);
            let least = best.map_or(0.0, |b| b.gain);
            let splitter = &mut self.splitter;
            let split = if p.random_cuts {
                let Some(feature_bins) = categories else {
                    continue;
                };
                splitter.random_cut(feature, samples, &node, feature_bins, &mut self.rng, bin_of)
            } else if categories.is_some_and(FeatureBins::is_categories)
                && self.sets.len() < MOST_SETS
            {
                splitter.best_set(feature, samples, &node, least, bin_of)
            } else {
                splitter.best_cut(feature, samples, &node, least, bin_of)
            };
            if let Some(split) = split
                && best.is_none_or(|b| split.gain > b.gain)
            {
                best = Some(split);
                if split.perfect {
                    break;
                }
            }
        }
        best
    }

    /// Splits a node: its rows, in order on both sides, and two open nodes.
    fn part(&mut self, open: Open, split: &ClassSplit) -> [Open; 2] {
        let Open {
            node,
            begin,
            end,
            depth,
            mut weights,
            level,
        } = open;
        self.importance[split.feature] += split.gain;
        let bins = bins_of(split.feature, self.grower.columns, &self.copies, level);
        let bin_of = |s: Sample| bins[s.row()];
        let rows = &mut self.samples[begin..end];
        let scratch = &mut self.right[..end - begin];
        let mut small_weights = self.spare.pop().unwrap_or_default();
        small_weights.clear();
        small_weights.resize(weights.len(), 0);
        let (left, any_missing) = match &split.cut {
            cut @ Cut::Bin { .. } => part_rows(rows, scratch, bin_of, |bin| goes_left(cut, bin)),
            Cut::Set(set) => part_rows(rows, scratch, bin_of, |bin| set_has(set, bin)),
        };
        let others = rows.len() - left;
        // The smaller side is weighed, the larger is what remains.
        let smaller = if left <= others {
            &rows[..left]
        } else {
            &rows[left..]
        };
        for sample in smaller {
            let weight = &mut small_weights[sample.class()];
            *weight = weight.wrapping_add(sample.weight());
        }
        weights
            .iter_mut()
            .zip(&small_weights)
            .for_each(|(all, small)| *all = all.wrapping_sub(*small));
        let (left_weights, right_weights) = if left <= others {
            (small_weights, weights)
        } else {
            (weights, small_weights)
        };
        let total = |weights: &[u32]| weights.iter().map(|&w| u64::from(w)).sum::<u64>();
        let left_is_larger = total(&left_weights) >= total(&right_weights);
        let first = self.nodes.len();
        self.nodes.extend([Node::pure(0); 2]);
        let feature = split.feature as u16;
        self.nodes[node] = match split.cut {
            Cut::Bin {
                bin,
                last_bin,
                missing_left,
            } => {
                let bins = self.grower.bins.get(split.feature);
                let cut = bins.map_or(bin, |b| b.middle_cut(bin, last_bin));
                // Where training saw none, missing values go with the larger side (as in scikit-learn).
                let missing_left = if any_missing {
                    missing_left
                } else {
                    left_is_larger
                };
                Node::split(feature, cut, missing_left, first as u32)
            }
            Cut::Set(mut set) => {
                // So do categories that are not here.
                let mut present = [0_u64; 4];
                for sample in &self.samples[begin..end] {
                    let bin = bin_of(*sample);
                    present[usize::from(bin >> 6)] |= 1 << (bin & 63);
                }
                for (word, present) in set.iter_mut().zip(present) {
                    *word = *word & present | if left_is_larger { !present } else { 0 };
                }
                self.sets.push(set);
                Node::split_set(feature, self.sets.len() - 1, first as u32)
            }
        };
        let depth = depth + 1;
        let middle = begin + left;
        [
            Open {
                node: first,
                begin,
                end: middle,
                depth,
                weights: left_weights,
                level,
            },
            Open {
                node: first + 1,
                begin: middle,
                end,
                depth,
                weights: right_weights,
                level,
            },
        ]
    }

    /// Makes a leaf of a node.
    fn close(&mut self, open: Open) {
        let weights = open.weights;
        let mut present = weights.iter().enumerate().filter(|(_, w)| **w > 0);
        self.nodes[open.node] = match (present.next(), present.next()) {
            (Some((class, _)), None) => Node::pure(class as u32),
            (None, _) => Node::pure(0),
            _ => {
                let place = self.values.len() / weights.len();
                let total: f64 = weights.iter().map(|&w| f64::from(w)).sum();
                let shares = weights.iter().map(|&w| share(f64::from(w) / total));
                self.values.extend(shares);
                Node::leaf(place as u32)
            }
        };
        self.spare.push(weights);
    }
}
