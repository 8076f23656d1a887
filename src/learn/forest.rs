//! A forest's unit: one tree.

use super::params::ForestValidParams;
use super::train_set::TrainSet;
use crate::trees::{ClassGrower, ClassTreeParams, GrownTree};

/// Grows tree `unit` of the forest.
pub(crate) fn grow(
    set: &TrainSet,
    params: &ForestValidParams,
    class_weights: &[f64],
    unit: u32,
) -> GrownTree {
    let grower = ClassGrower {
        columns: &set.columns,
        edges: &set.edges,
        classes: &set.classes,
        class_weights,
        params: ClassTreeParams {
            max_depth: params.max_depth,
            min_samples_split: params.min_samples_split,
            min_samples_leaf: params.min_samples_leaf,
            max_features: params.max_features.of(set.columns.features()),
            impurity: params.impurity,
            bootstrap: params.bootstrap,
        },
    };
    grower.grow(params.seed, u64::from(unit))
}
