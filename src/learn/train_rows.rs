//! Rows to learn from, and how they become a training set.

use crate::data::sort_by;
use ndarray::ArrayView2;

use super::params::{ClassWeights, LearnError, Learner};
use super::train_set::TrainSet;
use crate::trees::{BinEdges, BinnedColumns, FeatureBins};

/// Rows to learn from.
#[derive(Clone, Debug)]
pub struct TrainRows<'a> {
    features: ArrayView2<'a, f64>,
    classes: &'a [u8],
    n_classes: usize,
    weights: Option<&'a [f64]>,
    categories: &'a [usize],
}

impl<'a> TrainRows<'a> {
    /// Features (rows x features; `NaN` is missing, infinities count as the outermost values) and the class of each row,
    /// below `n_classes` (2 to 255).
    pub fn new(features: ArrayView2<'a, f64>, classes: &'a [u8], n_classes: usize) -> Self {
        Self {
            features,
            classes,
            n_classes,
            weights: None,
            categories: &[],
        }
    }

    /// What each row weighs, 0 or more; a row of weight 0 is as if it were absent, one of weight 2 as if it were there
    /// twice. All 1 by default. Kept as `f32`.
    pub fn weights(mut self, weights: &'a [f64]) -> Self {
        self.weights = Some(weights);
        self
    }

    /// Features whose values are codes of categories, 0 to 254, in no order: a split sends a set of them to each side.
    /// What is no such code is missing.
    pub fn categories(mut self, features: &'a [usize]) -> Self {
        self.categories = features;
        self
    }

    /// Bins the features and puts the rows in an order of their own (by class, then by bins, then by weight), so that
    /// what is learnt does not depend on the order in which they came.
    pub(super) fn bin(&self, learner: Learner) -> Result<TrainSet, LearnError> {
        Ok(self.bin_in_order(learner)?.0)
    }

    /// The same, with the row that came of each row.
    pub(super) fn bin_in_order(
        &self,
        learner: Learner,
    ) -> Result<(TrainSet, Vec<u32>), LearnError> {
        let weights = self.checked()?;
        let kept: Vec<u32> = (0..self.classes.len() as u32)
            .filter(|&row| weights.is_none_or(|w| w[row as usize] as f32 > 0.0))
            .collect();
        if kept.is_empty() {
            return Err(LearnError::NoWeight {
                rows: self.classes.len(),
            });
        }
        let first = self.classes[kept[0] as usize];
        if kept.iter().all(|&row| self.classes[row as usize] == first) {
            return Err(LearnError::OneClass { rows: kept.len() });
        }
        let bin_weights = self.bin_weights(weights);
        let mut bins = Vec::with_capacity(self.features.ncols());
        let mut binned = Vec::with_capacity(self.features.ncols());
        // linfa's tree cuts by order alone.
        let by_sets = !matches!(learner, Learner::DecisionTree(_));
        for (f, column) in self.features.columns().into_iter().enumerate() {
            if by_sets && self.categories.contains(&f) {
                let of = FeatureBins::Categories(255);
                binned.push(column.iter().map(|&x| of.bin(x)).collect());
                bins.push(of);
            } else {
                let (edges, column) = BinEdges::fit_bins(&column.to_vec(), &bin_weights);
                binned.push(column);
                bins.push(FeatureBins::Numbers(edges));
            }
        }
        let rows = self.classes.len();
        let columns = BinnedColumns::new(binned, rows).ok_or(LearnError::Shape {
            rows,
            classes: rows,
        })?;
        let order = self.order(kept, &columns, weights);
        let all_alike = weights.is_none_or(|w| order.iter().all(|&row| w[row as usize] == 1.0));
        let set = TrainSet {
            columns: columns.reordered(&order),
            bins,
            classes: order
                .iter()
                .map(|&row| self.classes[row as usize])
                .collect(),
            weights: match weights {
                Some(w) if !all_alike => order.iter().map(|&row| w[row as usize] as f32).collect(),
                _ => Vec::new(),
            },
            n_classes: self.n_classes,
            learner,
        };
        Ok((set, order))
    }

    fn checked(&self) -> Result<Option<&'a [f64]>, LearnError> {
        let (rows, features) = self.features.dim();
        if rows == 0 {
            return Err(LearnError::NoRows);
        }
        if features == 0 {
            return Err(LearnError::NoFeatures);
        }
        if features > usize::from(u16::MAX) {
            return Err(LearnError::TooManyFeatures { features });
        }
        if self.n_classes > 255 {
            return Err(LearnError::TooManyClasses {
                classes: self.n_classes,
            });
        }
        let in_range = |&c: &u8| usize::from(c) < self.n_classes;
        if self.classes.len() != rows || !self.classes.iter().all(in_range) {
            return Err(LearnError::Shape {
                rows,
                classes: self.classes.len(),
            });
        }
        if let Some(weights) = self.weights {
            if weights.len() != rows {
                return Err(LearnError::Shape {
                    rows,
                    classes: weights.len(),
                });
            }
            let usable = |w: &f64| *w >= 0.0 && (*w as f32).is_finite();
            if let Some(row) = weights.iter().position(|w| !usable(w)) {
                return Err(LearnError::Weight {
                    row,
                    weight: weights[row],
                });
            }
        }
        Ok(self.weights)
    }

    /// What each row weighs when bins are cut: half as every row alike, half as every class alike. Twelve rows of a rare
    /// fault among thousands would else share bins with healthy neighbours, and no split could tell them apart.
    fn bin_weights(&self, weights: Option<&[f64]>) -> Vec<f64> {
        let weight = |row: usize| weights.map_or(1.0, |w| f64::from(w[row] as f32));
        let mut totals = vec![0.0; self.n_classes];
        for (row, &class) in self.classes.iter().enumerate() {
            totals[usize::from(class)] += weight(row);
        }
        let by_class = ClassWeights::Balanced.weigh(&totals);
        let rows = self.classes.iter().enumerate();
        rows.map(|(row, &c)| weight(row) * (0.5 + 0.5 * by_class[usize::from(c)]))
            .collect()
    }

    fn order(
        &self,
        mut kept: Vec<u32>,
        columns: &BinnedColumns,
        weights: Option<&[f64]>,
    ) -> Vec<u32> {
        let width = columns.features();
        let mut by_row = vec![0_u8; width * columns.rows()];
        for f in 0..width {
            let to = by_row.iter_mut().skip(f).step_by(width);
            to.zip(columns.column(f)).for_each(|(to, &b)| *to = b);
        }
        let bins = |row: u32| &by_row[row as usize * width..][..width];
        sort_by(&mut kept, |&a, &b| {
            self.classes[a as usize]
                .cmp(&self.classes[b as usize])
                .then_with(|| bins(a).cmp(bins(b)))
                .then_with(|| {
                    weights.map_or(std::cmp::Ordering::Equal, |w| {
                        w[a as usize].total_cmp(&w[b as usize])
                    })
                })
        });
        kept
    }
}
