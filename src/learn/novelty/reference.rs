//! Rows that others are compared with: an isolation forest and ranges fitted on them, and how rare each score is.

use linfa::ParamGuard as _;
use ndarray::{Array2, ArrayView2, Axis};

use super::reach::Reach;
use super::tail::Tail;
use super::{NoveltyError, compact};
use crate::learn::{IsolationFitter, IsolationForest, IsolationParams};
use crate::trees::{IsolationNode, Reader, Writer};

/// Trees of a forest: half of the usual, for each is kept in the model file.
const TREES: u32 = 50;

/// Rows that others are compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    parts: Parts,
    forest_tail: Tail,
    reach_tail: Tail,
}

/// What is fitted on rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parts {
    forest: IsolationForest,
    /// Of each tree's nodes.
    expected: Vec<Vec<f64>>,
    reach: Reach,
}

impl Parts {
    fn new(forest: IsolationForest, reach: Reach) -> Self {
        let trees = forest.trees().iter();
        Self {
            expected: trees.map(|tree| expected_paths(tree.nodes())).collect(),
            forest,
            reach,
        }
    }

    pub(super) fn fit(
        rows: ArrayView2<'_, f64>,
        categories: &[usize],
        seed: u64,
    ) -> Result<Self, NoveltyError> {
        let params = IsolationParams::new().trees(TREES).seed(seed).check()?;
        let mut fitter = IsolationFitter::new(rows, None, params)?;
        while fitter.step()? {}
        let forest = fitter.finish().ok_or(NoveltyError::Part("a tree"))?;
        Ok(Self::new(
            compact::rounded(forest)?,
            Reach::fit(rows, categories),
        ))
    }

    /// Each row's score in the forest, higher for stranger ones (0 to 1), and its reach.
    pub(super) fn scores(
        &self,
        rows: ArrayView2<'_, f64>,
    ) -> Result<Vec<(f64, f64)>, NoveltyError> {
        let forest = self.forest.score_samples(rows)?;
        let reach = rows.rows().into_iter();
        let reach = reach.map(|row| self.reach.score(row.iter().copied()));
        Ok(forest.iter().map(|score| -score).zip(reach).collect())
    }
}

impl Reference {
    /// From parts fitted on all rows, and scores that parts fitted on others gave them.
    pub(super) fn new(parts: Parts, scores: &[(f64, f64)]) -> Self {
        Self {
            parts,
            forest_tail: Tail::of(scores.iter().map(|s| s.0).collect()),
            reach_tail: Tail::of(scores.iter().map(|s| s.1).collect()),
        }
    }

    /// How rare each row (rows x features; `NaN` is missing) would be among the reference's: the negative logarithm of the
    /// share of them that are as strange by either look; 0 for what is as usual as can be.
    pub fn surprise(&self, rows: ArrayView2<'_, f64>) -> Result<Vec<f64>, NoveltyError> {
        let scores = self.parts.scores(rows)?;
        let surprise = |(forest, reach): (f64, f64)| {
            let rarer = self
                .forest_tail
                .surprise(forest)
                .max(self.reach_tail.surprise(reach));
            // Two looks find what is rare twice as often.
            (rarer - std::f64::consts::LN_2).max(0.0)
        };
        Ok(scores.into_iter().map(surprise).collect())
    }

    /// Each row's isolation score alone, higher for stranger ones, 0 to 1.
    pub fn isolation(&self, rows: ArrayView2<'_, f64>) -> Result<Vec<f64>, NoveltyError> {
        let scores = self.parts.scores(rows)?;
        Ok(scores.into_iter().map(|(forest, _)| forest).collect())
    }

    /// The share of its own rows that are called strange where `share` is asked for: no less than the rarest place there is.
    pub fn alarms(&self, share: f64) -> f64 {
        share.max(2.0 / f64::from(self.forest_tail.count() + 1))
    }

    pub(super) fn features(&self) -> usize {
        self.parts.forest.features()
    }

    /// How much each feature adds to what is strange about a row, by the look that finds it stranger: in the forest, levels
    /// by which the path is shorter than expected for each of its cuts; else the reach. Shares of their sum.
    pub(super) fn shares(&self, row: &[f64]) -> Vec<f64> {
        let mut shares = vec![0.0; row.len()];
        let view = ArrayView2::from_shape((1, row.len()), row);
        let score = view.ok().and_then(|view| self.parts.scores(view).ok());
        let Some(&(forest, reach)) = score.as_deref().and_then(<[_]>::first) else {
            return shares;
        };
        if self.reach_tail.surprise(reach) >= self.forest_tail.surprise(forest) {
            for (feature, (share, &x)) in shares.iter_mut().zip(row).enumerate() {
                *share = self.parts.reach.of(feature, x) / reach.max(f64::MIN_POSITIVE);
            }
            return shares;
        }
        let trees = self.parts.forest.trees().iter();
        for (tree, expected) in trees.zip(&self.parts.expected) {
            let nodes = tree.nodes();
            let mut at = 0;
            while let IsolationNode::Split {
                feature,
                threshold,
                missing_left,
                left,
            } = nodes[at]
            {
                let x = row[feature as usize];
                let goes_left = x <= threshold || (x.is_nan() && missing_left);
                let next = left as usize + usize::from(!goes_left);
                shares[feature as usize] += expected[at] - expected[next];
                at = next;
            }
        }
        let sum: f64 = shares.iter().sum();
        if sum > 0.0 {
            shares.iter_mut().for_each(|share| *share /= sum);
        }
        shares
    }

    /// A feature's middle value among the reference's rows, where its values have an order.
    pub(super) fn middle(&self, feature: usize) -> Option<f64> {
        let range = self.parts.reach.ranges().get(feature)?;
        range.is_ordered.then_some(range.middle)
    }

    pub(super) fn write(&self, w: &mut Writer) {
        compact::write(&self.parts.forest, w);
        self.parts.reach.write(w);
        self.forest_tail.write(w);
        self.reach_tail.write(w);
    }

    pub(super) fn read(r: &mut Reader<'_>, features: usize) -> Result<Self, NoveltyError> {
        let forest = compact::read(r, features)?;
        let part = NoveltyError::Part;
        let reach = Reach::read(r)?.filter(|reach| reach.ranges().len() == features);
        let reach = reach.ok_or(part("a feature's range"))?;
        let forest_tail = Tail::read(r)?.ok_or(part("how rare scores are"))?;
        let reach_tail = Tail::read(r)?.ok_or(part("how rare scores are"))?;
        Ok(Self {
            parts: Parts::new(forest, reach),
            forest_tail,
            reach_tail,
        })
    }
}

/// For each node the mean path length of the training rows below it, from the root on.
fn expected_paths(nodes: &[IsolationNode]) -> Vec<f64> {
    let mut rows = vec![0.0; nodes.len()];
    let mut sums = vec![0.0; nodes.len()];
    let mut levels = vec![0_u32; nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        if let IsolationNode::Split { left, .. } = *node {
            levels[left as usize] = levels[at] + 1;
            levels[left as usize + 1] = levels[at] + 1;
        }
    }
    // Children stand after their parents.
    for (at, node) in nodes.iter().enumerate().rev() {
        match *node {
            IsolationNode::Leaf { rows: n } => {
                rows[at] = f64::from(n);
                let path = f64::from(levels[at]) + crate::trees::average_path_length(n);
                sums[at] = path * f64::from(n);
            }
            IsolationNode::Split { left, .. } => {
                let left = left as usize;
                rows[at] = rows[left] + rows[left + 1];
                sums[at] = sums[left] + sums[left + 1];
            }
        }
    }
    sums.iter().zip(rows).map(|(sum, n)| sum / n).collect()
}

/// Rows of a matrix, row by row.
pub(super) fn gathered(rows: ArrayView2<'_, f64>, which: &[usize]) -> Array2<f64> {
    let picked = rows.select(Axis(0), which);
    // Whatever the matrix's own order is.
    picked.as_standard_layout().into_owned()
}
