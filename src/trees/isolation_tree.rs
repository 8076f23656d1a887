//! A tree that isolates rows by random cuts, and how long the way to a leaf is.

use super::{BytesError, Reader, Writer};

const MISSING_LEFT: u8 = 1;
const LEAF: u8 = 2;
/// Bytes of the smallest node: flags and a leaf's rows.
const LEAST_BYTES: usize = 5;
/// Rows that walk side by side, so that one need not wait for another's memory.
const LANES: usize = 8;

/// Why nodes are no isolation tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IsolationTreeError {
    /// The bytes do not hold one.
    #[error(transparent)]
    Bytes(#[from] BytesError),
    /// A child that is not after its parent, not there, or another's too; or a node that nobody reaches.
    #[error("node {node} has no place of its own in the tree")]
    Structure {
        /// The node; 0 where there is none.
        node: usize,
    },
    /// A feature that is not there.
    #[error("node {node} asks feature {feature} of {features}")]
    Feature {
        /// The node.
        node: usize,
        /// The feature, from 0.
        feature: u32,
        /// How many there are.
        features: usize,
    },
    /// A threshold that is not a finite number.
    #[error("the threshold of node {node} is not finite")]
    Threshold {
        /// The node.
        node: usize,
    },
    /// Leaves that do not hold the tree's rows between them.
    #[error("the leaves hold {found} rows, not {expected}")]
    Rows {
        /// Of all leaves.
        found: u64,
        /// What the tree was grown from.
        expected: u64,
    },
    /// More levels than there is use for.
    #[error("node {node} is more than 32 levels deep")]
    Depth {
        /// The node.
        node: usize,
    },
    /// A node of no known kind, or a leaf without rows.
    #[error("node {node} is of no known kind")]
    Kind {
        /// The node.
        node: usize,
    },
}

/// A node of an isolation tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum IsolationNode {
    /// Rows with `feature <= threshold` go to `left`, the others to `left + 1`; missing ones (`NaN`) to the left if
    /// `missing_left`.
    Split {
        /// The feature asked, from 0.
        feature: u32,
        /// The last value that goes left; finite.
        threshold: f64,
        /// Where missing values go.
        missing_left: bool,
        /// The left child, after its parent; the right one follows it.
        left: u32,
    },
    /// A leaf.
    Leaf {
        /// Training rows that fell into it, 1 or more.
        rows: u32,
    },
}

/// An isolation tree (Liu, Ting & Zhou 2008). Thresholds are raw values: bins would blur the tails, and what is to be
/// isolated lies there. Children stand after their parents, siblings side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct IsolationTree {
    nodes: Vec<IsolationNode>,
    steps: Vec<Step>,
    /// For each node the path length of rows that end there: levels below the root plus what the leaf's rows would
    /// still take. 0 for splits.
    paths: Vec<f64>,
    /// Levels below the root.
    depth: u32,
}

/// A node to walk by. A leaf's step leads to itself: after as many steps as the tree is deep every row is at its leaf.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    threshold: f64,
    feature: u32,
    /// The left child; the highest bit says that missing values go there.
    left: u32,
}

const MISSING_BIT: u32 = 1 << 31;
/// A tree is no deeper than the logarithm of its rows, which are counted in 32 bits.
const MOST_LEVELS: u32 = 32;

impl Step {
    fn of(at: usize, node: IsolationNode) -> Self {
        match node {
            IsolationNode::Split {
                feature,
                threshold,
                missing_left,
                left,
            } => Self {
                threshold,
                feature,
                left: left | if missing_left { MISSING_BIT } else { 0 },
            },
            IsolationNode::Leaf { .. } => Self {
                threshold: f64::INFINITY,
                feature: 0,
                left: at as u32 | MISSING_BIT,
            },
        }
    }

    /// Where a row goes from here.
    #[inline]
    fn next(self, x: f64) -> usize {
        // A comparison with `NaN` is false: only then the bit decides.
        let left = (x <= self.threshold) | (x.is_nan() & (self.left >= MISSING_BIT));
        (self.left & !MISSING_BIT) as usize + usize::from(!left)
    }
}

/// The mean path length of an unsuccessful search in a binary search tree of `rows` keys: `c(n)` of Liu, Ting & Zhou
/// 2008, equation 1, with the harmonic number as `ln(n - 1)` plus Euler's constant. 0 for one row or none, 1 for two.
pub fn average_path_length(rows: u32) -> f64 {
    const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;
    match rows {
        0 | 1 => 0.0,
        2 => 1.0,
        _ => {
            let n = f64::from(rows);
            2.0 * (libm::log(n - 1.0) + EULER_GAMMA) - 2.0 * (n - 1.0) / n
        }
    }
}

impl IsolationTree {
    /// From nodes over `features` features that hold `rows` training rows in their leaves, checked: children come after
    /// their parents (so that no walk is endless) and at most 32 levels deep, each node but the root has exactly one
    /// parent, every feature is there, every threshold finite.
    pub fn new(
        nodes: Vec<IsolationNode>,
        features: usize,
        rows: u32,
    ) -> Result<Self, IsolationTreeError> {
        let n = nodes.len();
        if n == 0 || n >= MISSING_BIT as usize {
            return Err(IsolationTreeError::Structure { node: 0 });
        }
        let mut levels = vec![0_u32; n];
        let mut has_parent = vec![false; n];
        has_parent[0] = true;
        let mut paths = vec![0.0; n];
        let mut found = 0_u64;
        for (at, node) in nodes.iter().enumerate() {
            match *node {
                IsolationNode::Split {
                    feature,
                    threshold,
                    left,
                    ..
                } => {
                    if feature as usize >= features {
                        return Err(IsolationTreeError::Feature {
                            node: at,
                            feature,
                            features,
                        });
                    }
                    if !threshold.is_finite() {
                        return Err(IsolationTreeError::Threshold { node: at });
                    }
                    let left = left as usize;
                    if left <= at || left + 1 >= n || has_parent[left] || has_parent[left + 1] {
                        return Err(IsolationTreeError::Structure { node: at });
                    }
                    if levels[at] >= MOST_LEVELS {
                        return Err(IsolationTreeError::Depth { node: left });
                    }
                    for child in [left, left + 1] {
                        has_parent[child] = true;
                        levels[child] = levels[at] + 1;
                    }
                }
                IsolationNode::Leaf { rows: 0 } => {
                    return Err(IsolationTreeError::Kind { node: at });
                }
                IsolationNode::Leaf { rows } => {
                    found += u64::from(rows);
                    paths[at] = f64::from(levels[at]) + average_path_length(rows);
                }
            }
        }
        if let Some(node) = has_parent.iter().position(|parent| !parent) {
            return Err(IsolationTreeError::Structure { node });
        }
        let expected = u64::from(rows);
        if found != expected {
            return Err(IsolationTreeError::Rows { found, expected });
        }
        let steps = nodes.iter().enumerate();
        let steps = steps.map(|(at, node)| Step::of(at, *node)).collect();
        let depth = levels.into_iter().max().unwrap_or(0);
        Ok(Self {
            nodes,
            steps,
            paths,
            depth,
        })
    }

    /// Its nodes; the first is the root.
    pub fn nodes(&self) -> &[IsolationNode] {
        &self.nodes
    }

    /// The path length of a row: levels from the root to its leaf, plus [`average_path_length`] of the rows that
    /// training left there. `row` holds one value for each feature; `NaN` is missing.
    pub fn path_length(&self, row: &[f64]) -> f64 {
        let mut at = 0;
        for _ in 0..self.depth {
            let step = self.steps[at];
            at = step.next(row[step.feature as usize]);
        }
        self.paths[at]
    }

    /// Adds to each of `sums` the path length of its row less `usual`. `rows` holds `features` values for each, row by
    /// row.
    pub(crate) fn add_path_lengths(
        &self,
        rows: &[f64],
        features: usize,
        usual: f64,
        sums: &mut [f64],
    ) {
        let blocks = rows.chunks(LANES * features);
        for (rows, sums) in blocks.zip(sums.chunks_mut(LANES)) {
            if sums.len() < LANES {
                for (row, sum) in rows.chunks_exact(features).zip(sums) {
                    *sum += self.path_length(row) - usual;
                }
                continue;
            }
            let mut at = [0; LANES];
            for _ in 0..self.depth {
                for (lane, at) in at.iter_mut().enumerate() {
                    let step = self.steps[*at];
                    *at = step.next(rows[lane * features + step.feature as usize]);
                }
            }
            for (sum, at) in sums.iter_mut().zip(at) {
                *sum += self.paths[at] - usual;
            }
        }
    }

    /// Writes it.
    pub fn write(&self, w: &mut Writer) {
        w.len(self.nodes.len());
        for node in &self.nodes {
            match *node {
                IsolationNode::Split {
                    feature,
                    threshold,
                    missing_left,
                    left,
                } => {
                    w.u8(if missing_left { MISSING_LEFT } else { 0 });
                    w.u32(left);
                    w.u32(feature);
                    w.f64(threshold);
                }
                IsolationNode::Leaf { rows } => {
                    w.u8(LEAF);
                    w.u32(rows);
                }
            }
        }
    }

    /// Reads one and checks it as [`IsolationTree::new`] does.
    pub fn read(
        r: &mut Reader<'_>,
        features: usize,
        rows: u32,
    ) -> Result<Self, IsolationTreeError> {
        let n = r.len(LEAST_BYTES)?;
        let mut nodes = Vec::with_capacity(n);
        for node in 0..n {
            let flags = r.u8()?;
            let payload = r.u32()?;
            nodes.push(match flags {
                0 | MISSING_LEFT => IsolationNode::Split {
                    missing_left: flags == MISSING_LEFT,
                    left: payload,
                    feature: r.u32()?,
                    threshold: r.f64()?,
                },
                LEAF => IsolationNode::Leaf { rows: payload },
                _ => return Err(IsolationTreeError::Kind { node }),
            });
        }
        Self::new(nodes, features, rows)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(feature: u32, threshold: f64, missing_left: bool, left: u32) -> IsolationNode {
        IsolationNode::Split {
            feature,
            threshold,
            missing_left,
            left,
        }
    }

    fn leaf(rows: u32) -> IsolationNode {
        IsolationNode::Leaf { rows }
    }

    fn nodes() -> Vec<IsolationNode> {
        vec![
            split(1, 0.5, true, 1),
            leaf(1),
            split(0, -2.0, false, 3),
            leaf(2),
            leaf(5),
        ]
    }

    #[test]
    fn average_path_lengths_are_those_of_the_paper() {
        assert_eq!([0, 1, 2].map(average_path_length), [0.0, 0.0, 1.0]);
        // scikit-learn 1.9.1, `_average_path_length`.
        for (n, expected) in [
            (3, 1.207_392_357_589_623),
            (10, 3.748_880_484_475_504),
            (256, 10.244_770_920_119_917),
            (999, 12.967_939_884_427_995),
            (100_000, 22.180_282_259_643_523),
        ] {
            let ours = average_path_length(n);
            assert!((ours - expected).abs() < 1e-13, "{n}: {ours}");
        }
    }

    #[test]
    fn a_row_takes_its_way_and_a_missing_value_its_side() {
        let tree = IsolationTree::new(nodes(), 2, 8).unwrap();
        assert_eq!(tree.path_length(&[0.0, 0.5]), 1.0);
        assert_eq!(tree.path_length(&[0.0, f64::NAN]), 1.0);
        assert_eq!(tree.path_length(&[-2.0, 0.6]), 3.0);
        let deep = 2.0 + average_path_length(5);
        assert_eq!(tree.path_length(&[-1.9, 0.6]), deep);
        assert_eq!(tree.path_length(&[f64::NAN, 0.6]), deep);
    }

    #[test]
    fn a_damaged_tree_is_refused_with_the_reason() {
        let with = |at: usize, node| {
            let mut changed = nodes();
            changed[at] = node;
            IsolationTree::new(changed, 2, 8)
        };
        let structure = |node| Err(IsolationTreeError::Structure { node });
        assert_eq!(with(0, split(0, 0.0, false, 0)), structure(0), "a cycle");
        assert_eq!(with(2, split(0, 0.0, false, 1)), structure(2), "backwards");
        assert_eq!(with(2, split(0, 0.0, false, 4)), structure(2), "beyond");
        assert_eq!(with(0, split(0, 0.0, false, u32::MAX)), structure(0));
        assert_eq!(with(2, leaf(7)), structure(3), "unreached");
        assert_eq!(
            with(2, split(2, 0.0, false, 3)),
            Err(IsolationTreeError::Feature {
                node: 2,
                feature: 2,
                features: 2
            })
        );
        for bad in [f64::NAN, f64::INFINITY] {
            let refused = with(0, split(0, bad, false, 1));
            assert_eq!(refused, Err(IsolationTreeError::Threshold { node: 0 }));
        }
        assert_eq!(with(1, leaf(0)), Err(IsolationTreeError::Kind { node: 1 }));
        assert_eq!(
            with(1, leaf(u32::MAX)),
            Err(IsolationTreeError::Rows {
                found: u64::from(u32::MAX) + 7,
                expected: 8
            })
        );
        assert_eq!(IsolationTree::new(Vec::new(), 2, 0), structure(0));
        let chain = |levels: u32| {
            let pairs =
                (0..levels).flat_map(|l| [leaf(1), split(0, f64::from(l), false, 2 * l + 3)]);
            let mut nodes: Vec<IsolationNode> = [split(0, -1.0, false, 1)]
                .into_iter()
                .chain(pairs)
                .collect();
            nodes.extend([leaf(1), leaf(1)]);
            IsolationTree::new(nodes, 1, levels + 2)
        };
        assert_eq!(chain(31).unwrap().path_length(&[1e9]), 32.0);
        assert_eq!(chain(32), Err(IsolationTreeError::Depth { node: 65 }));
    }

    #[test]
    fn bytes_survive_and_every_truncation_is_refused() {
        let tree = IsolationTree::new(nodes(), 2, 8).unwrap();
        let mut w = Writer::new();
        tree.write(&mut w);
        let bytes = w.into_bytes();
        assert_eq!(
            IsolationTree::read(&mut Reader::new(&bytes), 2, 8),
            Ok(tree)
        );
        for cut in 0..bytes.len() {
            let read = IsolationTree::read(&mut Reader::new(&bytes[..cut]), 2, 8);
            assert!(read.is_err(), "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_refused_or_walked_to_an_end(
            flips in prop::collection::vec((0_usize..80, any::<u8>()), 1..6),
        ) {
            let mut w = Writer::new();
            IsolationTree::new(nodes(), 2, 8).unwrap().write(&mut w);
            let mut bytes = w.into_bytes();
            for (at, byte) in flips {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            if let Ok(tree) = IsolationTree::read(&mut Reader::new(&bytes), 2, 8) {
                let rows: Vec<f64> = [-1e300, -1.0, 0.0, 1.0, 1e300, f64::NAN]
                    .into_iter()
                    .flat_map(|x| [x, -x, x, x])
                    .collect();
                let mut sums = [0.0; 12];
                tree.add_path_lengths(&rows, 2, 0.5, &mut sums);
                for (row, sum) in rows.chunks(2).zip(sums) {
                    prop_assert!(sum.is_finite());
                    prop_assert_eq!(sum, tree.path_length(row) - 0.5);
                }
            }
        }
    }
}
