//! A fitted tree: flat, small, checked before use.

use super::{BytesError, MISSING_BIN, Reader, Writer};

const LEAF: u8 = 1;
const MISSING_LEFT: u8 = 2;
/// A leaf whose payload is a class, which has all its weight.
const PURE: u8 = 4;

/// One node in 8 bytes: a split on a feature's bin, or a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Split: the feature.
    feature: u16,
    /// Split: rows of this bin and below go left.
    bin: u8,
    flags: u8,
    /// Split: the left child; the right one follows it. Pure leaf: the class. Other leaf: its place among the leaf values.
    payload: u32,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NodeKind<'a> {
    /// Rows with `bin(feature) <= bin` go to `left`, the others to `left + 1`; missing ones to the left if `missing_left`.
    Split {
        /// The feature asked.
        feature: usize,
        /// The last bin that goes left.
        bin: u8,
        /// Where missing values go.
        missing_left: bool,
        /// The left child.
        left: usize,
    },
    /// A leaf of one class.
    Pure {
        /// The class.
        class: usize,
    },
    /// A leaf's values: class shares, or one score.
    Values(&'a [f32]),
}

impl Node {
    /// A split.
    pub fn split(feature: u16, bin: u8, missing_left: bool, left: u32) -> Self {
        Self {
            feature,
            bin,
            flags: if missing_left { MISSING_LEFT } else { 0 },
            payload: left,
        }
    }

    /// A leaf of one class.
    pub fn pure(class: u32) -> Self {
        Self {
            feature: 0,
            bin: 0,
            flags: LEAF | PURE,
            payload: class,
        }
    }

    /// A leaf whose values begin at `place * width`.
    pub fn leaf(place: u32) -> Self {
        Self {
            feature: 0,
            bin: 0,
            flags: LEAF,
            payload: place,
        }
    }

    fn is_leaf(self) -> bool {
        self.flags & LEAF != 0
    }
}

/// Why nodes are no tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The bytes do not hold one.
    #[error(transparent)]
    Bytes(#[from] BytesError),
    /// No node.
    #[error("a tree without nodes")]
    Empty,
    /// A child that is not after its parent, not there, or another's too; or a node that nobody reaches.
    #[error("node {node} has no place of its own in the tree")]
    Structure {
        /// The node.
        node: usize,
    },
    /// A feature, class or leaf that is not there.
    #[error("node {node} refers to {what} {index} of {count}")]
    Range {
        /// The node.
        node: usize,
        /// Feature, class or leaf.
        what: &'static str,
        /// Which.
        index: u64,
        /// How many there are.
        count: u64,
    },
    /// A leaf value that is not a finite number.
    #[error("leaf value {place} is not finite")]
    NotFinite {
        /// Its place.
        place: usize,
    },
    /// A node of no known kind.
    #[error("node {node} is of no known kind")]
    Kind {
        /// The node.
        node: usize,
    },
}

/// A fitted tree over bins. Children stand after their parents, siblings side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    nodes: Vec<Node>,
    /// `width` values for each leaf that is not pure.
    values: Vec<f32>,
    width: usize,
}

impl Tree {
    /// From grown nodes; the grower guarantees what [`Tree::check`] checks.
    pub(crate) fn from_parts(nodes: Vec<Node>, values: Vec<f32>, width: usize) -> Self {
        Self {
            nodes,
            values,
            width,
        }
    }

    /// Nodes, leaves included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether it has no nodes; a checked tree has some.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What a node is.
    pub fn kind(&self, node: usize) -> NodeKind<'_> {
        let n = self.nodes[node];
        if !n.is_leaf() {
            NodeKind::Split {
                feature: usize::from(n.feature),
                bin: n.bin,
                missing_left: n.flags & MISSING_LEFT != 0,
                left: n.payload as usize,
            }
        } else if n.flags & PURE != 0 {
            NodeKind::Pure {
                class: n.payload as usize,
            }
        } else {
            let at = n.payload as usize * self.width;
            NodeKind::Values(&self.values[at..at + self.width])
        }
    }

    /// The leaf that a row falls into; `bin(feature)` gives the row's bins.
    #[inline]
    pub fn leaf_of(&self, bin: impl Fn(usize) -> u8) -> usize {
        let mut at = 0;
        loop {
            let node = self.nodes[at];
            if node.is_leaf() {
                return at;
            }
            let b = bin(usize::from(node.feature));
            let left = if b == MISSING_BIN {
                node.flags & MISSING_LEFT != 0
            } else {
                b <= node.bin
            };
            at = node.payload as usize + usize::from(!left);
        }
    }

    /// Adds a leaf's class shares to `shares` (one per class).
    #[inline]
    pub fn add_shares(&self, leaf: usize, shares: &mut [f64]) {
        match self.kind(leaf) {
            NodeKind::Pure { class } => shares[class] += 1.0,
            NodeKind::Values(v) => shares
                .iter_mut()
                .zip(v)
                .for_each(|(s, &x)| *s += f64::from(x)),
            NodeKind::Split { .. } => {}
        }
    }

    /// A leaf's single score, for gradient trees.
    #[inline]
    pub fn score(&self, leaf: usize) -> f64 {
        match self.kind(leaf) {
            NodeKind::Values(v) => f64::from(v[0]),
            _ => 0.0,
        }
    }

    /// Writes it.
    pub fn write(&self, w: &mut Writer) {
        w.len(self.nodes.len());
        for node in &self.nodes {
            w.u16(node.feature);
            w.u8(node.bin);
            w.u8(node.flags);
            w.u32(node.payload);
        }
        w.f32s(&self.values);
    }

    /// Reads and checks one whose leaves have `width` values, over `features` features and `classes` classes.
    pub fn read(
        r: &mut Reader<'_>,
        width: usize,
        features: usize,
        classes: usize,
    ) -> Result<Self, TreeError> {
        let n = r.len(8)?;
        let mut nodes = Vec::with_capacity(n);
        for _ in 0..n {
            nodes.push(Node {
                feature: r.u16()?,
                bin: r.u8()?,
                flags: r.u8()?,
                payload: r.u32()?,
            });
        }
        let tree = Self {
            nodes,
            values: r.f32s()?,
            width,
        };
        tree.check(features, classes)?;
        Ok(tree)
    }

    /// That every walk from the root ends in a leaf that is there: children come after their parents (no cycle), each
    /// node but the root has exactly one parent, every index is in range, every value finite.
    pub fn check(&self, features: usize, classes: usize) -> Result<(), TreeError> {
        let n = self.nodes.len();
        if n == 0 {
            return Err(TreeError::Empty);
        }
        if let Some(place) = self.values.iter().position(|x| !x.is_finite()) {
            return Err(TreeError::NotFinite { place });
        }
        let leaves = self.values.len() / self.width.max(1);
        let mut parents = vec![0_u8; n];
        for (at, node) in self.nodes.iter().enumerate() {
            let range = |what, index: u64, count: usize| {
                let error = TreeError::Range {
                    node: at,
                    what,
                    index,
                    count: count as u64,
                };
                if index < count as u64 {
                    Ok(())
                } else {
                    Err(error)
                }
            };
            match node.flags {
                0 | MISSING_LEFT => {
                    range("feature", u64::from(node.feature), features)?;
                    let left = node.payload as usize;
                    if left <= at || left.checked_add(1).is_none_or(|right| right >= n) {
                        return Err(TreeError::Structure { node: at });
                    }
                    parents[left] = parents[left].saturating_add(1);
                    parents[left + 1] = parents[left + 1].saturating_add(1);
                }
                flags if flags == LEAF | PURE => range("class", u64::from(node.payload), classes)?,
                LEAF => range("leaf", u64::from(node.payload), leaves)?,
                _ => return Err(TreeError::Kind { node: at }),
            }
        }
        match parents
            .iter()
            .enumerate()
            .position(|(at, &p)| p != u8::from(at > 0))
        {
            Some(node) => Err(TreeError::Structure { node }),
            None => Ok(()),
        }
    }

    /// Whether every leaf's values are shares: not negative, with a sum of 1 but for rounding.
    pub fn has_shares(&self) -> bool {
        self.values.chunks(self.width.max(1)).all(|leaf| {
            let sum: f64 = leaf.iter().map(|&x| f64::from(x)).sum();
            leaf.iter().all(|x| *x >= 0.0) && (sum - 1.0).abs() < 1e-3
        })
    }

    /// Levels below the root.
    pub fn depth(&self) -> usize {
        let mut level = vec![0_usize; self.nodes.len()];
        for at in 0..self.nodes.len() {
            if let NodeKind::Split { left, .. } = self.kind(at) {
                level[left] = level[at] + 1;
                level[left + 1] = level[at] + 1;
            }
        }
        level.into_iter().max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stump() -> Tree {
        Tree::from_parts(
            vec![Node::split(1, 3, true, 1), Node::pure(2), Node::leaf(0)],
            vec![0.25, 0.5, 0.25],
            3,
        )
    }

    #[test]
    fn rows_fall_where_their_bins_say() {
        let tree = stump();
        tree.check(2, 3).unwrap();
        assert_eq!(
            [0, 3, 4, 254, MISSING_BIN].map(|b| tree.leaf_of(|_| b)),
            [1, 1, 2, 2, 1]
        );
        let mut shares = [0.0; 3];
        tree.add_shares(1, &mut shares);
        tree.add_shares(2, &mut shares);
        assert_eq!(shares, [0.25, 0.5, 1.25]);
        assert_eq!(tree.depth(), 1);
    }

    #[test]
    fn a_damaged_tree_is_refused_with_the_reason() {
        let base = stump();
        let with = |at: usize, node: Node| {
            let mut t = base.clone();
            t.nodes[at] = node;
            t.check(2, 3)
        };
        assert_eq!(
            with(0, Node::split(0, 0, false, 0)),
            Err(TreeError::Structure { node: 0 }),
            "a cycle"
        );
        assert_eq!(
            with(0, Node::split(0, 0, false, 2)),
            Err(TreeError::Structure { node: 0 }),
            "beyond the end"
        );
        assert_eq!(
            with(0, Node::split(0, 0, false, u32::MAX)),
            Err(TreeError::Structure { node: 0 })
        );
        assert_eq!(
            with(0, Node::pure(0)),
            Err(TreeError::Structure { node: 1 }),
            "unreached"
        );
        assert!(matches!(
            with(0, Node::split(2, 0, false, 1)),
            Err(TreeError::Range {
                what: "feature",
                ..
            })
        ));
        assert!(matches!(
            with(1, Node::pure(3)),
            Err(TreeError::Range { what: "class", .. })
        ));
        assert!(matches!(
            with(2, Node::leaf(1)),
            Err(TreeError::Range { what: "leaf", .. })
        ));
        let mut nan = base.clone();
        nan.values[1] = f32::NAN;
        assert_eq!(nan.check(2, 3), Err(TreeError::NotFinite { place: 1 }));
        assert_eq!(
            Tree::from_parts(vec![], vec![], 1).check(1, 1),
            Err(TreeError::Empty)
        );
    }

    #[test]
    fn bytes_survive_and_every_truncation_is_refused() {
        let mut w = Writer::new();
        stump().write(&mut w);
        let bytes = w.into_bytes();
        assert_eq!(Tree::read(&mut Reader::new(&bytes), 3, 2, 3), Ok(stump()));
        for cut in 0..bytes.len() {
            assert!(
                Tree::read(&mut Reader::new(&bytes[..cut]), 3, 2, 3).is_err(),
                "cut at {cut}"
            );
        }
    }
}
