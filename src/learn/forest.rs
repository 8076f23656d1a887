//! A forest's unit: one tree.

use super::params::ForestValidParams;
use super::train_set::TrainSet;
use crate::trees::{ClassGrower, ClassTreeParams, GrownTree, RowMajor};

/// What a worker keeps between the trees of a forest.
#[derive(Debug)]
pub(crate) struct Planter {
    row_major: RowMajor,
    class_weights: Vec<f64>,
}

impl Planter {
    pub(crate) fn new(set: &TrainSet, params: &ForestValidParams) -> Self {
        Self {
            row_major: RowMajor::of(&set.columns),
            class_weights: params.class_weights.weigh(&set.class_totals()),
        }
    }

    /// Grows tree `unit` of the forest; with it, where rows out of the bag are judged, what it votes for each: the class
    /// plus 1, or 0 where the row was drawn.
    pub(crate) fn grow(
        &self,
        set: &TrainSet,
        params: &ForestValidParams,
        unit: u32,
    ) -> (GrownTree, Vec<u8>) {
        let grower = self.grower(set, params);
        let grown = grower.grow(params.seed, u64::from(unit));
        if !params.out_of_bag {
            return (grown, Vec::new());
        }
        let drawn = grower.drawn(params.seed, u64::from(unit));
        let vote = |row: usize| {
            let leaf = grown.tree.leaf_of(|f| set.columns.column(f)[row]);
            let mut shares = vec![0.0; set.n_classes];
            grown.tree.add_shares(leaf, &mut shares);
            (0..set.n_classes).fold(0, |best, k| if shares[k] > shares[best] { k } else { best })
        };
        let votes = drawn.iter().enumerate();
        let votes = votes
            .map(|(row, &n)| if n > 0 { 0 } else { vote(row) as u8 + 1 })
            .collect();
        (grown, votes)
    }

    fn grower<'a>(&'a self, set: &'a TrainSet, params: &ForestValidParams) -> ClassGrower<'a> {
        ClassGrower {
            columns: &set.columns,
            row_major: &self.row_major,
            bins: &set.bins,
            classes: &set.classes,
            row_weights: &set.weights,
            class_weights: &self.class_weights,
            params: ClassTreeParams {
                max_depth: params.max_depth,
                min_samples_split: params.min_samples_split,
                min_samples_leaf: params.min_samples_leaf,
                max_features: params.max_features.of(set.columns.features()),
                impurity: params.impurity,
                bootstrap: params.bootstrap,
                max_leaves: params.max_leaves,
                random_cuts: params.random_cuts,
            },
        }
    }
}
