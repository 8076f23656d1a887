//! A fitted model: predicts from features, writes itself, reads itself with every part checked.

use ndarray::{Array2, ArrayView2};

use super::boost::{logistic, softmax};
use crate::trees::{BinEdges, BytesError, NodeKind, Reader, Tree, TreeError, Writer};

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
    edges: Vec<BinEdges>,
    n_classes: usize,
    /// Boosting: one score per output (one in all for two classes).
    first_scores: Vec<f64>,
    trees: Vec<Tree>,
    /// Share of the impurity (or gain) that each feature removed in training; sums to 1, or all 0.
    importance: Vec<f64>,
}

/// Rows predicted together: their bins stay in the nearest cache while the trees pass by.
const BLOCK_ROWS: usize = 256;

impl Model {
    pub(crate) fn from_parts(
        kind: ModelKind,
        edges: Vec<BinEdges>,
        n_classes: usize,
        first_scores: Vec<f64>,
        trees: Vec<Tree>,
        importance: Vec<f64>,
    ) -> Self {
        Self {
            kind,
            edges,
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
        self.edges.len()
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

    /// Class probabilities (rows x classes) of features (rows x features; `NaN` is missing). A matrix of another
    /// width gives no rows.
    pub fn predict_proba(&self, features: ArrayView2<'_, f64>) -> Array2<f64> {
        let width = self.edges.len();
        if features.ncols() != width {
            return Array2::zeros((0, self.n_classes));
        }
        let mut out = Array2::zeros((features.nrows(), self.n_classes));
        let mut bins = vec![0_u8; BLOCK_ROWS * width];
        let mut begin = 0;
        while begin < features.nrows() {
            let rows = BLOCK_ROWS.min(features.nrows() - begin);
            for (f, edges) in self.edges.iter().enumerate() {
                for i in 0..rows {
                    bins[i * width + f] = edges.bin(features[(begin + i, f)]);
                }
            }
            let mut block = out.slice_mut(ndarray::s![begin..begin + rows, ..]);
            for (i, mut row) in block.rows_mut().into_iter().enumerate() {
                if let Some(row) = row.as_slice_mut() {
                    self.predict_row(&bins[i * width..(i + 1) * width], row);
                }
            }
            begin += rows;
        }
        out
    }

    /// One row's probabilities, into `out` (one per class), without allocation.
    fn predict_row(&self, bins: &[u8], out: &mut [f64]) {
        let leaf = |tree: &Tree| tree.leaf_of(|f| bins[f]);
        if self.kind == ModelKind::Boost {
            let outputs = self.first_scores.len();
            out[..outputs].copy_from_slice(&self.first_scores);
            for (i, tree) in self.trees.iter().enumerate() {
                out[i % outputs] += tree.score(leaf(tree));
            }
            if outputs == 1 {
                let p = logistic(out[0]);
                out[0] = 1.0 - p;
                out[1] = p;
            } else {
                softmax(out);
            }
        } else {
            self.trees
                .iter()
                .for_each(|tree| tree.add_shares(leaf(tree), out));
            let total: f64 = out.iter().sum();
            out.iter_mut().for_each(|p| *p /= total);
        }
    }

    /// The likeliest class of each row of probabilities; the first of equals.
    pub fn likeliest(probabilities: ArrayView2<'_, f64>) -> Vec<u32> {
        let first_largest = |row: ndarray::ArrayView1<'_, f64>| {
            let mut best = 0;
            for (k, p) in row.iter().enumerate() {
                if *p > row[best] {
                    best = k;
                }
            }
            best as u32
        };
        probabilities
            .rows()
            .into_iter()
            .map(first_largest)
            .collect()
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
                    let (low, high) = match self.edges[feature].edges().get(usize::from(bin)) {
                        Some(edge) => (format!("{name} <= {edge}"), format!("{name} > {edge}")),
                        None => (format!("{name} is there"), format!("{name} is missing")),
                    };
                    let _ = missing_left;
                    pending.push((left + 1, level, high));
                    pending.push((left, level, low));
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
        w.len(self.edges.len());
        self.edges.iter().for_each(|e| e.write(w));
        w.f64s(&self.first_scores);
        w.f64s(&self.importance);
        w.len(self.trees.len());
        self.trees.iter().for_each(|t| t.write(w));
    }

    /// Reads and checks one.
    pub fn read(r: &mut Reader<'_>) -> Result<Self, ModelError> {
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
        let n_features = r.len(4)?;
        if n_features == 0 || n_features > usize::from(u16::MAX) {
            return Err(ModelError::Part {
                part: "the number of features",
                found: n_features as u64,
            });
        }
        let mut edges = Vec::with_capacity(n_features);
        for f in 0..n_features {
            edges.push(BinEdges::read(r)?.ok_or(ModelError::Part {
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
        let n_trees = r.len(12)?;
        let whole_rounds = outputs == 0 || n_trees.is_multiple_of(outputs);
        if n_trees == 0 || !whole_rounds || (kind == ModelKind::DecisionTree && n_trees != 1) {
            return Err(ModelError::Part {
                part: "the number of trees",
                found: n_trees as u64,
            });
        }
        let width = if kind == ModelKind::Boost {
            1
        } else {
            n_classes
        };
        let mut trees = Vec::with_capacity(n_trees);
        for tree in 0..n_trees {
            let read = Tree::read(r, width, n_features, n_classes)
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
            edges,
            n_classes,
            first_scores,
            trees,
            importance,
        })
    }
}
