//! A fitted isolation forest: scores rows, writes itself, reads itself with every part checked.

use linfa::traits::PredictInplace;
use ndarray::{Array1, ArrayBase, ArrayView2, Data, Ix2};

use super::IsolationError;
use super::sample::refuse_infinite;
use crate::trees::{
    BytesError, IsolationTree, IsolationTreeError, Reader, Writer, average_path_length,
};

/// The paper's threshold between outliers and inliers, as a score.
const AUTO_OFFSET: f64 = -0.5;
/// Rows scored together: their values stay in the nearest cache while the trees pass by.
const BLOCK_ROWS: usize = 256;

/// Why bytes are no isolation forest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IsolationModelError {
    /// They end too early, or a length is wrong.
    #[error(transparent)]
    Bytes(#[from] BytesError),
    /// A tree is damaged.
    #[error("tree {tree}: {error}")]
    Tree {
        /// Which, from 0.
        tree: usize,
        /// How.
        error: IsolationTreeError,
    },
    /// A part out of range.
    #[error("{part} is {found}, which cannot be")]
    Part {
        /// Which part.
        part: &'static str,
        /// What it is.
        found: u64,
    },
    /// An offset that is no score: scores are from -1 to 0.
    #[error("the offset is no score")]
    Offset,
}

/// A fitted isolation forest (Liu, Ting & Zhou 2008). The higher a score, the more normal the row.
#[derive(Clone, Debug, PartialEq)]
pub struct IsolationForest {
    features: usize,
    max_samples: u32,
    offset: f64,
    trees: Vec<IsolationTree>,
}

impl IsolationForest {
    /// From trees whose leaves hold `max_samples` rows each, over so many features; the growers guarantee it.
    pub(in crate::learn) fn from_parts(
        features: usize,
        max_samples: u32,
        trees: Vec<IsolationTree>,
    ) -> Self {
        Self {
            features,
            max_samples,
            offset: AUTO_OFFSET,
            trees,
        }
    }

    pub(super) fn set_offset(&mut self, offset: f64) {
        self.offset = offset;
    }

    /// Features it takes.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Rows that each tree drew.
    pub fn max_samples(&self) -> u32 {
        self.max_samples
    }

    /// Its trees.
    pub fn trees(&self) -> &[IsolationTree] {
        &self.trees
    }

    /// The score below which a row is an outlier: -0.5, or the contamination's percentile of the training scores.
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// The score of each row (rows x features; `NaN` is missing), from -1 (surely an outlier) to 0: the anomaly score
    /// of the paper's equation 2 with its sign turned, `-2^(-E[h(x)] / c(max_samples))`, as scikit-learn's
    /// `score_samples`. -0.5 throughout where each tree saw one row. Another width and infinite values are refused.
    pub fn score_samples(&self, rows: ArrayView2<'_, f64>) -> Result<Array1<f64>, IsolationError> {
        if rows.ncols() != self.features {
            return Err(IsolationError::Width {
                found: rows.ncols(),
                expected: self.features,
            });
        }
        refuse_infinite(rows)?;
        let mut scores = Array1::zeros(rows.nrows());
        let usual = average_path_length(self.max_samples);
        let mut values = Vec::with_capacity(BLOCK_ROWS * self.features);
        let blocks = rows.axis_chunks_iter(ndarray::Axis(0), BLOCK_ROWS);
        for (block, out) in blocks.zip(
            scores
                .as_slice_mut()
                .unwrap_or_default()
                .chunks_mut(BLOCK_ROWS),
        ) {
            values.clear();
            values.extend(block.iter());
            // Less the usual one, so that rows of which nothing is known score -0.5 to the last bit.
            for tree in &self.trees {
                tree.add_path_lengths(&values, self.features, usual, out);
            }
            out.iter_mut().for_each(|x| *x = self.score(*x));
        }
        Ok(scores)
    }

    /// The score of a sum, over the trees, of how much longer than usual the path is.
    fn score(&self, longer: f64) -> f64 {
        let usual = self.trees.len() as f64 * average_path_length(self.max_samples);
        let share = if usual > 0.0 { longer / usual } else { 0.0 };
        -libm::exp2(-(1.0 + share))
    }

    /// [`Self::score_samples`] less the offset: below 0 for outliers.
    pub fn decision_function(
        &self,
        rows: ArrayView2<'_, f64>,
    ) -> Result<Array1<f64>, IsolationError> {
        Ok(self.score_samples(rows)? - self.offset)
    }

    /// Writes it.
    pub fn write(&self, w: &mut Writer) {
        w.len(self.features);
        w.u32(self.max_samples);
        w.f64(self.offset);
        w.len(self.trees.len());
        self.trees.iter().for_each(|tree| tree.write(w));
    }

    /// Reads and checks one.
    pub fn read(r: &mut Reader<'_>) -> Result<Self, IsolationModelError> {
        let part = |part, found| IsolationModelError::Part { part, found };
        let features = r.u32()?;
        if features == 0 || features > u32::from(u16::MAX) {
            return Err(part("the number of features", features.into()));
        }
        let max_samples = r.u32()?;
        if max_samples == 0 {
            return Err(part("the rows of a tree", 0));
        }
        let offset = r.f64()?;
        if !(-1.0..=0.0).contains(&offset) {
            return Err(IsolationModelError::Offset);
        }
        let n = r.len(9)?;
        if n == 0 {
            return Err(part("the number of trees", 0));
        }
        let features = features as usize;
        let mut trees = Vec::with_capacity(n);
        for tree in 0..n {
            let read = IsolationTree::read(r, features, max_samples);
            trees.push(read.map_err(|error| IsolationModelError::Tree { tree, error })?);
        }
        Ok(Self {
            features,
            max_samples,
            offset,
            trees,
        })
    }
}

/// Whether each row is an inlier, as linfa's one-class machines answer. Rows that cannot be scored (another width, an
/// infinite value among them) are none: [`IsolationForest::score_samples`] says why.
impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<bool>> for IsolationForest {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<bool>) {
        match self.decision_function(x.view()) {
            Ok(decision) => y
                .iter_mut()
                .zip(decision)
                .for_each(|(inlier, x)| *inlier = x >= 0.0),
            Err(_) => y.fill(false),
        }
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<bool> {
        Array1::from_elem(x.nrows(), false)
    }
}
