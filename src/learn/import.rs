//! Two-class ensembles made elsewhere, to be compared with ours.

use super::{Model, ModelKind};
use crate::data::sort_numbers;
use crate::trees::{BinEdges, FeatureBins, Node, Tree, TreeError};

/// A tree as scikit-learn lays it out, one element for each node, the root first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForeignTree {
    /// The feature asked, from 0; of no meaning in a leaf.
    pub feature: Vec<usize>,
    /// Rows with `feature <= threshold` go left.
    pub threshold: Vec<f64>,
    /// The children (left, right); `None` in a leaf.
    pub children: Vec<Option<(usize, usize)>>,
    /// A leaf's value: the second class's share in a forest, its score in boosting.
    pub value: Vec<f64>,
}

/// Why an ensemble cannot be expressed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ImportError {
    /// More thresholds than there are edges of bins.
    #[error("feature {feature} has {thresholds} thresholds, but bins have at most 254 edges")]
    Thresholds {
        /// The feature, from 0.
        feature: usize,
        /// Its distinct thresholds.
        thresholds: usize,
    },
    /// A list of another length, an index that is not there, a value that is not finite.
    #[error("node {node} of tree {tree} is damaged")]
    Node {
        /// The tree, from 0.
        tree: usize,
        /// The node, from 0.
        node: usize,
    },
    /// Nodes that are no tree.
    #[error("tree {tree}: {error}")]
    Tree {
        /// The tree, from 0.
        tree: usize,
        /// How.
        error: TreeError,
    },
}

/// Parts that together hold 53 bits in pieces of 24.
const PARTS: usize = 3;

impl Model {
    /// A model of two classes over so many features that predicts what the trees do: a forest's mean, or boosting's
    /// logistic of `first_score` plus the sum (the learning rate is in the values already). Edges of bins are the
    /// trees' thresholds.
    ///
    /// Our leaves are `f32`. So that nothing is lost, every tree becomes three whose leaves add up to the value; such a
    /// forest predicts but is not read back from bytes, since not each tree's leaves are shares.
    pub fn import(
        kind: ModelKind,
        features: usize,
        first_score: f64,
        trees: &[ForeignTree],
    ) -> Result<Self, ImportError> {
        let mut thresholds = vec![Vec::new(); features];
        for (at, tree) in trees.iter().enumerate() {
            check(at, tree, features)?;
            for (node, _) in tree
                .children
                .iter()
                .enumerate()
                .filter(|(_, c)| c.is_some())
            {
                thresholds[tree.feature[node]].push(tree.threshold[node]);
            }
        }
        let mut edges = Vec::with_capacity(features);
        for (feature, mut of_feature) in thresholds.into_iter().enumerate() {
            sort_numbers(&mut of_feature);
            of_feature.dedup();
            let count = of_feature.len();
            edges.push(
                BinEdges::from_edges(of_feature).ok_or(ImportError::Thresholds {
                    feature,
                    thresholds: count,
                })?,
            );
        }
        let boosted = kind == ModelKind::Boost;
        let mut ours = Vec::with_capacity(trees.len() * PARTS);
        for (at, tree) in trees.iter().enumerate() {
            for part in 0..PARTS {
                let imported = import(tree, &edges, part, boosted);
                let width = if boosted { 1 } else { 2 };
                let imported = Tree::from_parts(imported.0, imported.1, Vec::new(), width);
                imported
                    .check(features, 2)
                    .map_err(|error| ImportError::Tree { tree: at, error })?;
                ours.push(imported);
            }
        }
        let first_scores = if boosted {
            vec![first_score]
        } else {
            Vec::new()
        };
        Ok(Self::from_parts(
            kind,
            edges.into_iter().map(FeatureBins::Numbers).collect(),
            2,
            first_scores,
            ours,
            vec![0.0; features],
            None,
        ))
    }
}

fn check(at: usize, tree: &ForeignTree, features: usize) -> Result<(), ImportError> {
    let damaged = |node| Err(ImportError::Node { tree: at, node });
    let n = tree.children.len();
    if n == 0 || [tree.feature.len(), tree.threshold.len(), tree.value.len()] != [n; 3] {
        return damaged(0);
    }
    let mut has_parent = vec![false; n];
    for node in 0..n {
        let fine = match tree.children[node] {
            None => tree.value[node].is_finite(),
            Some((left, right)) => {
                let fresh = |child: usize| child > node && child < n && !has_parent[child];
                let fine = fresh(left)
                    && fresh(right)
                    && left != right
                    && tree.feature[node] < features
                    && tree.threshold[node].is_finite();
                if fine {
                    has_parent[left] = true;
                    has_parent[right] = true;
                }
                fine
            }
        };
        if !fine {
            return damaged(node);
        }
    }
    Ok(())
}

/// The nodes and leaf values of one part of a tree.
fn import(
    tree: &ForeignTree,
    edges: &[BinEdges],
    part: usize,
    boosted: bool,
) -> (Vec<Node>, Vec<f32>) {
    let mut order = vec![0];
    let mut nodes = Vec::with_capacity(tree.children.len());
    let mut values = Vec::new();
    let mut leaves = 0;
    while let Some(&node) = order.get(nodes.len()) {
        if let Some((left, right)) = tree.children[node] {
            let feature = tree.feature[node];
            let bin = edges[feature].bin(tree.threshold[node]);
            nodes.push(Node::split(feature as u16, bin, false, order.len() as u32));
            order.extend([left, right]);
        } else {
            nodes.push(Node::leaf(leaves));
            leaves += 1;
            let value = tree.value[node];
            if !boosted {
                values.push(parts(1.0 - value)[part]);
            }
            values.push(parts(value)[part]);
        }
    }
    (nodes, values)
}

/// Numbers that add up to `x`, each rounded towards zero, so that shares stay shares.
fn parts(x: f64) -> [f32; PARTS] {
    let mut left = x;
    [(); PARTS].map(|()| {
        let nearest = left as f32;
        let towards_zero = if f64::from(nearest).abs() > left.abs() {
            f32::from_bits(nearest.to_bits() - 1)
        } else {
            nearest
        };
        left -= f64::from(towards_zero);
        towards_zero
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_last_bit() {
        for x in [1.0 / 3.0, -0.1, 1.0, 0.0, 1e-30, 123_456.789, 1.0 - 1e-16] {
            let parts = parts(x);
            assert_eq!(parts.iter().map(|&p| f64::from(p)).sum::<f64>(), x);
            assert!(parts.iter().all(|p| f64::from(*p) * x >= 0.0));
        }
    }

    #[test]
    fn what_is_no_tree_and_what_has_no_bins_is_refused() {
        let stump = ForeignTree {
            feature: vec![0, 0, 0],
            threshold: vec![0.5, 0.0, 0.0],
            children: vec![Some((1, 2)), None, None],
            value: vec![0.0, 0.25, 0.75],
        };
        let import = |trees: &[ForeignTree]| Model::import(ModelKind::Forest, 1, 0.0, trees);
        assert!(import(std::slice::from_ref(&stump)).is_ok());
        for children in [(0, 2), (1, 1), (1, 3)] {
            let mut damaged = stump.clone();
            damaged.children[0] = Some(children);
            let refused = import(&[damaged]).unwrap_err();
            assert_eq!(refused, ImportError::Node { tree: 0, node: 0 });
        }
        let many: Vec<ForeignTree> = (0..255)
            .map(|i| {
                let mut tree = stump.clone();
                tree.threshold[0] = f64::from(i);
                tree
            })
            .collect();
        let refused = import(&many).unwrap_err();
        let (feature, thresholds) = (0, 255);
        assert_eq!(
            refused,
            ImportError::Thresholds {
                feature,
                thresholds
            }
        );
    }
}
