//! A fitted model: predicts from features, writes itself, reads itself with every part checked.

use ndarray::{Array2, ArrayView2};

use super::boost::{logistic, softmax};
use crate::trees::{
    BinEdges, BinnedColumns, BytesError, FeatureBins, NodeKind, Reader, Steps, Tree, TreeError,
    Writer, set_has, set_twins,
};

/// Which learner made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelKind {
    /// A random forest: shares of leaves, averaged.
    Forest,
    /// Gradient boosting: scores of leaves, summed, then softmax.
    Boost,
    /// One tree: shares of its leaf.
    DecisionTree,
}

impl ModelKind {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forest => "random forest",
            Self::Boost => "gradient boosting",
            Self::DecisionTree => "decision tree",
        }
    }
}

/// Why bytes are no model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// They end too early, or a length is wrong.
    #[error(transparent)]
    Bytes(#[from] BytesError),
    /// A tree is damaged.
    #[error("tree {tree}: {error}")]
    Tree {
        /// Which, from 0.
        tree: usize,
        /// How.
        error: TreeError,
    },
    /// A part that contradicts another.
    #[error("{part} is {found}, which cannot be")]
    Part {
        /// Which part.
        part: &'static str,
        /// What it is.
        found: u64,
    },
}

/// A fitted model over features (not over a table: see the recipe).
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    kind: ModelKind,
    bins: Vec<FeatureBins>,
    n_classes: usize,
    /// Boosting: one score per output (one in all for two classes).
    first_scores: Vec<f64>,
    trees: Vec<Tree>,
    /// Share of the impurity (or gain) that each feature removed in training; sums to 1, or all 0.
    importance: Vec<f64>,
    /// A forest's score on rows that its trees did not draw.
    out_of_bag: Option<f64>,
}

/// How a model's bytes are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// As in version 1 of the model file.
    First,
    /// Trees packed, categories, the score out of the bag.
    Packed,
}

/// Bins of rows that are predicted together. A forest is far larger than a cache: the more rows pass a tree while it is
/// near, the less often it is fetched; the rows must stay near as well.
const BLOCK_BYTES: usize = 1 << 18;
/// Rows predicted together, at most.
const BLOCK_ROWS: usize = 1 << 13;
/// A tree is laid out for walking where it has at most so many nodes for each row.
const LAYING_OUT: usize = 8;

impl Model {
    pub(crate) fn from_parts(
        kind: ModelKind,
        bins: Vec<FeatureBins>,
        n_classes: usize,
        first_scores: Vec<f64>,
        trees: Vec<Tree>,
        importance: Vec<f64>,
        out_of_bag: Option<f64>,
    ) -> Self {
        Self {
            kind,
            out_of_bag,
            bins,
            n_classes,
            first_scores,
            trees,
            importance,
        }
    }

    /// Which learner made it.
    pub fn kind(&self) -> ModelKind {
        self.kind
    }

    /// Features it takes.
    pub fn features(&self) -> usize {
        self.bins.len()
    }

    /// Classes it tells apart.
    pub fn classes(&self) -> usize {
        self.n_classes
    }

    /// Its trees.
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// Nodes of all trees.
    pub fn nodes(&self) -> u64 {
        self.trees.iter().map(|t| t.len() as u64).sum()
    }

    /// Share of the impurity that each feature removed in training, biased towards features with many values.
    pub fn impurity_importance(&self) -> &[f64] {
        &self.importance
    }

    /// Share of the training rows' weight that the trees which did not draw them judge rightly, 0 to 1; none where it was
    /// not asked for ([`super::ForestParams::out_of_bag`]).
    pub fn out_of_bag(&self) -> Option<f64> {
        self.out_of_bag
    }

    /// Class probabilities (rows x classes) of features (rows x features; `NaN` is missing). A matrix of another
    /// width gives no rows.
    pub fn predict_proba(&self, features: ArrayView2<'_, f64>) -> Array2<f64> {
        let width = self.bins.len();
        if features.ncols() != width {
            return Array2::zeros((0, self.n_classes));
        }
        let mut out = Array2::zeros((features.nrows(), self.n_classes));
        let Some(all) = out.as_slice_mut() else {
            return out;
        };
        let most = self.block_rows();
        let mut twins = vec![0_u8; most.min(features.nrows()) * 2 * width];
        let mut leaves = vec![0_u32; most];
        for (block, out) in all.chunks_mut(most * self.n_classes).enumerate() {
            let rows = out.len() / self.n_classes;
            for (f, of) in self.bins.iter().enumerate() {
                let column = (0..rows).map(|i| features[(block * most + i, f)]);
                for (row, x) in twins.chunks_exact_mut(2 * width).zip(column) {
                    set_twins(row, f, of.bin(x));
                }
            }
            self.predict_block(&twins, None, &mut leaves[..rows], out);
        }
        out
    }

    /// Rows that are best predicted together.
    pub(super) fn block_rows(&self) -> usize {
        (BLOCK_BYTES / (2 * self.bins.len()).max(1)).clamp(64, BLOCK_ROWS)
    }

    /// How its features are binned.
    pub(super) fn bins(&self) -> &[FeatureBins] {
        &self.bins
    }

    /// Class probabilities (rows x classes) of some rows of columns that are binned as this model bins.
    pub(crate) fn predict_bins(&self, columns: &BinnedColumns, rows: &[u32]) -> Array2<f64> {
        let width = self.bins.len();
        let mut out = Array2::zeros((rows.len(), self.n_classes));
        let Some(all) = out.as_slice_mut() else {
            return out;
        };
        let most = self.block_rows();
        let mut twins = vec![0_u8; most.min(rows.len()) * 2 * width];
        let mut leaves = vec![0_u32; most];
        let blocks = all.chunks_mut(most * self.n_classes);
        for (out, rows) in blocks.zip(rows.chunks(most)) {
            for f in 0..width.min(columns.features()) {
                let column = columns.column(f);
                for (to, &row) in twins.chunks_exact_mut(2 * width).zip(rows) {
                    set_twins(to, f, column[row as usize]);
                }
            }
            self.predict_block(&twins, None, &mut leaves[..rows.len()], out);
        }
        out
    }

    /// One row's probabilities (one per class, into `out`) from its features, without allocation; `bins` is scratch, one
    /// for each feature. Slices of other lengths are left as they are.
    pub fn predict_row(&self, features: &[f64], bins: &mut [u8], out: &mut [f64]) {
        let fit = features.len() == self.bins.len()
            && bins.len() == self.bins.len()
            && out.len() == self.n_classes;
        if fit {
            for ((bin, of), &x) in bins.iter_mut().zip(&self.bins).zip(features) {
                *bin = of.bin(x);
            }
            self.begin_block(out);
            // Eight trees at a time.
            Tree::leaves_of_row(&self.trees, bins, |tree, leaf| self.add(tree, leaf, out));
            self.finish_block(out);
        }
    }

    /// Probabilities of as many rows of twins (see `trees::Steps`) as there are `leaves` (scratch), into `out` (rows x
    /// classes). `laid_out` holds the trees laid out, those without sets; else a tree is where it pays.
    pub(super) fn predict_block(
        &self,
        twins: &[u8],
        laid_out: Option<&[Option<Steps>]>,
        leaves: &mut [u32],
        out: &mut [f64],
    ) {
        let mut scratch = Steps::default();
        self.begin_block(out);
        // Eight rows at a time, and a tree stays in the nearest cache while they pass.
        for (i, tree) in self.trees.iter().enumerate() {
            let steps = match laid_out.and_then(|laid_out| laid_out.get(i)) {
                Some(steps) => steps.as_ref(),
                None if leaves.len() >= tree.len() / LAYING_OUT => {
                    scratch.lay_out(tree).then_some(&scratch)
                }
                None => None,
            };
            tree.leaves_of(steps, twins, 2 * self.bins.len(), leaves);
            if self.first_scores.is_empty() {
                tree.add_shares_of(leaves, out);
            } else {
                for (out, &leaf) in out.chunks_exact_mut(self.n_classes).zip(&*leaves) {
                    self.add(i, leaf as usize, out);
                }
            }
        }
        self.finish_block(out);
    }

    /// Sets what is summed, for each row, to what it begins with.
    pub(super) fn begin_block(&self, out: &mut [f64]) {
        out.fill(0.0);
        for out in out.chunks_exact_mut(self.n_classes) {
            out[..self.first_scores.len()].copy_from_slice(&self.first_scores);
        }
    }

    /// Makes probabilities of what was summed.
    pub(super) fn finish_block(&self, out: &mut [f64]) {
        for out in out.chunks_exact_mut(self.n_classes) {
            match self.first_scores.len() {
                0 => {
                    let total: f64 = out.iter().sum();
                    out.iter_mut().for_each(|p| *p /= total);
                }
                1 => {
                    let p = logistic(out[0]);
                    out[0] = 1.0 - p;
                    out[1] = p;
                }
                _ => softmax(out),
            }
        }
    }

    /// Adds what a leaf of a tree says to a row's scores or shares.
    #[inline]
    pub(super) fn add(&self, tree: usize, leaf: usize, out: &mut [f64]) {
        match self.first_scores.len() {
            0 => self.trees[tree].add_shares(leaf, out),
            outputs => out[tree % outputs] += self.trees[tree].score(leaf),
        }
    }

    /// The likeliest class of each row of probabilities; the first of equals.
    pub fn likeliest(probabilities: ArrayView2<'_, f64>) -> Vec<u32> {
        let rows = probabilities.rows().into_iter();
        rows.map(|row| Self::first_largest(row.iter().copied()))
            .collect()
    }

    pub(super) fn first_largest(row: impl IntoIterator<Item = f64>) -> u32 {
        let mut best = (0, f64::NEG_INFINITY);
        for (k, p) in row.into_iter().enumerate() {
            if k == 0 || p > best.1 {
                best = (k, p);
            }
        }
        best.0 as u32
    }

    /// The first tree in indented text: questions with features' names, leaves with their likeliest class and its share.
    pub fn text(&self, features: &[String], classes: &[String]) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        let Some(tree) = self.trees.first() else {
            return out;
        };
        let mut pending = vec![(0_usize, 0_usize, String::new())];
        while let Some((at, level, question)) = pending.pop() {
            let indent = "  ".repeat(level);
            match tree.kind(at) {
                NodeKind::Split {
                    feature,
                    bin,
                    missing_left,
                    left,
                } => {
                    if !question.is_empty() {
                        let _ = writeln!(out, "{indent}{question}:");
                    }
                    let level = level + usize::from(!question.is_empty());
                    let name = features.get(feature).map_or("?", String::as_str);
                    let edges = self.bins[feature].edges().map_or(&[][..], BinEdges::edges);
                    let (low, high) = match edges.get(usize::from(bin)) {
                        Some(edge) => (format!("{name} <= {edge}"), format!("{name} > {edge}")),
                        None => (format!("{name} is there"), format!("{name} is missing")),
                    };
                    let _ = missing_left;
                    pending.push((left + 1, level, high));
                    pending.push((left, level, low));
                }
                NodeKind::SetSplit { feature, set, left } => {
                    if !question.is_empty() {
                        let _ = writeln!(out, "{indent}{question}:");
                    }
                    let level = level + usize::from(!question.is_empty());
                    let name = features.get(feature).map_or("?", String::as_str);
                    let codes: Vec<String> = (0..255)
                        .filter(|&b| set_has(set, b))
                        .map(|b| b.to_string())
                        .collect();
                    let codes = codes.join(", ");
                    pending.push((left + 1, level, format!("{name} not in {codes}")));
                    pending.push((left, level, format!("{name} in {codes}")));
                }
                _ => {
                    let mut shares = vec![0.0; self.n_classes];
                    tree.add_shares(at, &mut shares);
                    let best =
                        (0..shares.len()).fold(0, |b, k| if shares[k] > shares[b] { k } else { b });
                    let class = classes.get(best).map_or("?", String::as_str);
                    let colon = if question.is_empty() { "" } else { ": " };
                    let _ = writeln!(
                        out,
                        "{indent}{question}{colon}{class} ({:.0} %)",
                        shares[best] * 100.0
                    );
                }
            }
        }
        out
    }

    /// Writes it.
    pub fn write(&self, w: &mut Writer) {
        w.u8(match self.kind {
            ModelKind::Forest => 0,
            ModelKind::Boost => 1,
            ModelKind::DecisionTree => 2,
        });
        w.u8(self.n_classes as u8);
        w.len(self.bins.len());
        self.bins.iter().for_each(|b| b.write(w));
        w.f64s(&self.first_scores);
        w.f64s(&self.importance);
        w.f64(self.out_of_bag.unwrap_or(f64::NAN));
        w.len(self.trees.len());
        let leaf_classes = self.leaf_classes();
        self.trees
            .iter()
            .for_each(|t| t.write(w, self.bins.len(), leaf_classes));
    }

    fn leaf_classes(&self) -> usize {
        if self.kind == ModelKind::Boost {
            0
        } else {
            self.n_classes
        }
    }

    /// Reads and checks one.
    pub fn read(r: &mut Reader<'_>) -> Result<Self, ModelError> {
        Self::read_as(r, Layout::Packed)
    }

    /// Reads and checks one as version 1 of the model file has it.
    pub fn read_first(r: &mut Reader<'_>) -> Result<Self, ModelError> {
        Self::read_as(r, Layout::First)
    }

    fn read_as(r: &mut Reader<'_>, layout: Layout) -> Result<Self, ModelError> {
        let kind = match r.u8()? {
            0 => ModelKind::Forest,
            1 => ModelKind::Boost,
            2 => ModelKind::DecisionTree,
            other => {
                return Err(ModelError::Part {
                    part: "the kind",
                    found: other.into(),
                });
            }
        };
        let n_classes = usize::from(r.u8()?);
        if n_classes < 2 {
            return Err(ModelError::Part {
                part: "the number of classes",
                found: n_classes as u64,
            });
        }
        let n_features = r.len(2)?;
        if n_features == 0 || n_features > usize::from(u16::MAX) {
            return Err(ModelError::Part {
                part: "the number of features",
                found: n_features as u64,
            });
        }
        let mut bins = Vec::with_capacity(n_features);
        for f in 0..n_features {
            let read = match layout {
                Layout::First => BinEdges::read(r)?.map(FeatureBins::Numbers),
                Layout::Packed => FeatureBins::read(r)?,
            };
            bins.push(read.ok_or(ModelError::Part {
                part: "a feature with bad edges",
                found: f as u64,
            })?);
        }
        let first_scores = r.f64s()?;
        let outputs = match (kind, n_classes) {
            (ModelKind::Boost, 2) => 1,
            (ModelKind::Boost, k) => k,
            _ => 0,
        };
        if first_scores.len() != outputs || first_scores.iter().any(|x| !x.is_finite()) {
            return Err(ModelError::Part {
                part: "the first scores",
                found: first_scores.len() as u64,
            });
        }
        let importance = r.f64s()?;
        if importance.len() != n_features || importance.iter().any(|x| !(0.0..=1.0).contains(x)) {
            return Err(ModelError::Part {
                part: "the importances",
                found: importance.len() as u64,
            });
        }
        let out_of_bag = match layout {
            Layout::First => None,
            Layout::Packed => Some(r.f64()?).filter(|share| !share.is_nan()),
        };
        if out_of_bag.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return Err(ModelError::Part {
                part: "the score out of the bag",
                found: 0,
            });
        }
        let n_trees = r.len(10)?;
        let whole_rounds = outputs == 0 || n_trees.is_multiple_of(outputs);
        if n_trees == 0 || !whole_rounds || (kind == ModelKind::DecisionTree && n_trees != 1) {
            return Err(ModelError::Part {
                part: "the number of trees",
                found: n_trees as u64,
            });
        }
        let leaf_classes = if kind == ModelKind::Boost {
            0
        } else {
            n_classes
        };
        let width = leaf_classes.max(1);
        let mut trees = Vec::with_capacity(n_trees);
        for tree in 0..n_trees {
            let read = match layout {
                Layout::First => Tree::read_plain(r, width, n_features, n_classes),
                Layout::Packed => Tree::read(r, n_features, leaf_classes),
            }
            .map_err(|error| ModelError::Tree { tree, error })?;
            if kind != ModelKind::Boost && !read.has_shares() {
                return Err(ModelError::Part {
                    part: "a tree whose leaves are no shares",
                    found: tree as u64,
                });
            }
            trees.push(read);
        }
        Ok(Self {
            kind,
            bins,
            n_classes,
            first_scores,
            trees,
            importance,
            out_of_bag,
        })
    }
}
