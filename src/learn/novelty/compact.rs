//! An isolation forest in few bytes: thresholds in single precision, children by the order of writing.

use crate::learn::IsolationForest;
use crate::trees::{IsolationNode, IsolationTree, Reader, Writer};

use super::NoveltyError;

const LEFT: u8 = 1;
/// Two bits say what a node is; the others hold a leaf's rows, or 0 where they follow.
const LEAF: u8 = 2;
const SPLIT: u8 = 0;

/// The same forest with thresholds that single precision holds: what is asked is what is kept.
pub(super) fn rounded(forest: IsolationForest) -> Result<IsolationForest, NoveltyError> {
    let (features, rows) = (forest.features(), forest.max_samples());
    let round = |tree: &IsolationTree| {
        let nodes = tree.nodes().iter().map(|&node| match node {
            IsolationNode::Split {
                feature,
                threshold,
                missing_left,
                left,
            } => IsolationNode::Split {
                feature,
                threshold: f64::from(single(threshold)),
                missing_left,
                left,
            },
            leaf @ IsolationNode::Leaf { .. } => leaf,
        });
        IsolationTree::new(nodes.collect(), features, rows)
    };
    let trees = forest.trees().iter().map(round);
    let trees = trees.collect::<Result<Vec<_>, _>>()?;
    Ok(IsolationForest::from_parts(features, rows, trees))
}

fn single(x: f64) -> f32 {
    let x = x as f32;
    // What single precision cannot hold is as far as it goes.
    x.clamp(f32::MIN, f32::MAX)
}

pub(super) fn write(forest: &IsolationForest, w: &mut Writer) {
    w.u32(forest.max_samples());
    w.len(forest.trees().len());
    for tree in forest.trees() {
        let nodes = tree.nodes();
        w.len(nodes.len());
        // Depth first, the left side first.
        let mut pending = vec![0_usize];
        while let Some(at) = pending.pop() {
            match nodes[at] {
                IsolationNode::Split {
                    feature,
                    threshold,
                    missing_left,
                    left,
                } => {
                    w.u8(if missing_left { SPLIT | LEFT } else { SPLIT });
                    w.u16(feature as u16);
                    w.u32(single(threshold).to_bits());
                    pending.extend([left as usize + 1, left as usize]);
                }
                IsolationNode::Leaf { rows } => match u8::try_from(rows) {
                    Ok(few) if few < 64 => w.u8(LEAF | few << 2),
                    _ => {
                        w.u8(LEAF);
                        w.u32(rows);
                    }
                },
            }
        }
    }
}

pub(super) fn read(r: &mut Reader<'_>, features: usize) -> Result<IsolationForest, NoveltyError> {
    let rows = r.u32()?;
    let n = r.len(5)?;
    if n == 0 || rows == 0 {
        return Err(NoveltyError::Part("a forest without trees or rows"));
    }
    let mut trees = Vec::with_capacity(n);
    for _ in 0..n {
        let expected = r.len(1)?;
        let mut nodes = vec![IsolationNode::Leaf { rows: 1 }];
        let mut pending = vec![0_usize];
        while let Some(at) = pending.pop() {
            let kind = r.u8()?;
            nodes[at] = match kind & 3 {
                LEAF => IsolationNode::Leaf {
                    rows: match u32::from(kind >> 2) {
                        0 => r.u32()?,
                        few => few,
                    },
                },
                SPLIT | LEFT if kind < 2 => {
                    let left = nodes.len();
                    if left + 2 > expected {
                        return Err(NoveltyError::Part("a tree of more nodes than it tells"));
                    }
                    nodes.extend([IsolationNode::Leaf { rows: 1 }; 2]);
                    pending.extend([left + 1, left]);
                    IsolationNode::Split {
                        feature: r.u16()?.into(),
                        threshold: f32::from_bits(r.u32()?).into(),
                        missing_left: kind & LEFT == LEFT,
                        left: left as u32,
                    }
                }
                _ => return Err(NoveltyError::Part("a node of no known kind")),
            };
        }
        if nodes.len() != expected {
            return Err(NoveltyError::Part("a tree of fewer nodes than it tells"));
        }
        trees.push(IsolationTree::new(nodes, features, rows)?);
    }
    Ok(IsolationForest::from_parts(features, rows, trees))
}
