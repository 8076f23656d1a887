//! The single readable tree, fitted by `linfa-trees` on bins.
//!
//! linfa takes values closer than 1e-5 for equal, cannot order `NaN` and keeps no class shares. On bins values are
//! whole numbers, missing is the highest, and the shares are counted afterwards. Its ties fall by hash order: a tree
//! that was fitted is kept, and not promised again from the same seed.

use linfa::prelude::*;
use linfa_trees::{DecisionTree, SplitQuality, TreeNode};
use ndarray::{Array1, Array2};

use super::params::{DecisionTreeValidParams, LearnError};
use super::train_set::TrainSet;
use crate::trees::{GrownTree, Impurity, Node, Rng, Tree, share};

/// linfa scans every row at every node: with more rows than this it fits a sample.
pub(crate) const MAX_ROWS: usize = 50_000;

/// Fits the tree.
pub(crate) fn grow(
    set: &TrainSet,
    params: &DecisionTreeValidParams,
) -> Result<GrownTree, LearnError> {
    let rows = draw_rows(set.classes.len(), params.seed);
    let features = set.columns.features();
    let records = Array2::from_shape_fn((rows.len(), features), |(i, f)| {
        f64::from(set.columns.column(f)[rows[i]])
    });
    let targets: Array1<usize> = rows
        .iter()
        .map(|&row| usize::from(set.classes[row]))
        .collect();
    let quality = match params.impurity {
        Impurity::Gini => SplitQuality::Gini,
        Impurity::Entropy => SplitQuality::Entropy,
    };
    let fitted = DecisionTree::params()
        .split_quality(quality)
        .max_depth(Some(params.max_depth as usize))
        .min_weight_split(params.min_samples_split as f32)
        .min_weight_leaf(params.min_samples_leaf as f32)
        .fit(&Dataset::new(records, targets))?;
    Ok(flatten(fitted.root_node(), set))
}

fn draw_rows(n: usize, seed: u64) -> Vec<usize> {
    if n <= MAX_ROWS {
        return (0..n).collect();
    }
    let mut rng = Rng::new(seed, 0);
    let mut left = MAX_ROWS;
    // Selection sampling (Knuth, Algorithm S): each subset of that size is as likely.
    (0..n)
        .filter(|&row| {
            let take = (rng.below((n - row) as u32) as usize) < left;
            left -= usize::from(take);
            take
        })
        .collect()
}

/// linfa's nodes as a flat tree; each leaf's shares are those of all training rows that fall into it.
fn flatten(root: &TreeNode<f64, usize>, set: &TrainSet) -> GrownTree {
    let mut nodes = vec![Node::leaf(0)];
    let mut importance = vec![0.0; set.columns.features()];
    let all: Vec<u32> = (0..set.classes.len() as u32).collect();
    let mut values = Vec::new();
    let mut pending = vec![(0, root, all)];
    while let Some((at, node, rows)) = pending.pop() {
        let children: Vec<_> = node
            .children()
            .into_iter()
            .filter_map(|c| c.as_deref())
            .collect();
        let (feature, cut, decrease) = node.split();
        let (left, right) = match children.as_slice() {
            &[left, right] if !node.is_leaf() => (left, right),
            _ => {
                nodes[at] = leaf(set, &rows, node.prediction().unwrap_or(0), &mut values);
                continue;
            }
        };
        let bins = set.columns.column(feature);
        let (on_left, on_right): (Vec<u32>, Vec<u32>) = rows
            .into_iter()
            .partition(|&row| f64::from(bins[row as usize]) <= cut);
        let share = (on_left.len() + on_right.len()) as f64 / set.classes.len() as f64;
        importance[feature] += share * decrease;
        let first = nodes.len();
        nodes.extend([Node::leaf(0); 2]);
        // `bin <= cut` of whole bins is `bin <= floor(cut)`; a missing value is bin 255, right of every cut.
        nodes[at] = Node::split(
            feature as u16,
            cut.clamp(0.0, 254.0) as u8,
            false,
            first as u32,
        );
        pending.push((first + 1, right, on_right));
        pending.push((first, left, on_left));
    }
    let removed: f64 = importance.iter().sum();
    if removed > 0.0 {
        importance.iter_mut().for_each(|x| *x /= removed);
    }
    GrownTree {
        tree: Tree::from_parts(nodes, values, Vec::new(), set.n_classes),
        importance,
    }
}

fn leaf(set: &TrainSet, rows: &[u32], prediction: usize, values: &mut Vec<f32>) -> Node {
    let mut counts = vec![0_u32; set.n_classes];
    rows.iter()
        .for_each(|&row| counts[usize::from(set.classes[row as usize])] += 1);
    match counts.iter().filter(|n| **n > 0).count() {
        0 => Node::pure(prediction as u32),
        1 => Node::pure(counts.iter().position(|n| *n > 0).unwrap_or(prediction) as u32),
        _ => {
            let place = values.len() / set.n_classes;
            values.extend(
                counts
                    .iter()
                    .map(|&n| share(f64::from(n) / rows.len() as f64)),
            );
            Node::leaf(place as u32)
        }
    }
}
