//! A fitted tree: flat, small, checked before use.

use super::{BytesError, Reader};

const LEAF: u8 = 1;
const MISSING_LEFT: u8 = 2;
/// A leaf whose payload is a class, which has all its weight.
const PURE: u8 = 4;
/// A split by a set of bins; `bin` and the four upper bits say which of the tree's sets.
const SET: u8 = 8;
/// Different sets that a tree can hold: 12 bits name them.
pub(crate) const MOST_SETS: usize = 1 << 12;

/// A set of bins, bin `b` in bit `b % 64` of word `b / 64`: those that go left. [`MISSING_BIN`](super::MISSING_BIN) may be among them.
pub type BinSet = [u64; 4];

/// Whether a bin is in a set.
#[inline]
pub fn set_has(set: &BinSet, bin: u8) -> bool {
    set[usize::from(bin >> 6)] >> (bin & 63) & 1 == 1
}

impl Node {
    /// The feature that a split asks; 0 for a leaf.
    #[inline]
    pub(super) fn feature(self) -> usize {
        usize::from(self.feature)
    }

    /// The child that a bin leads to; for a split that is no set.
    #[inline]
    pub(super) fn child_by_cut(self, bin: u8) -> usize {
        // Missing is the highest bin: one more makes it the lowest, and moves all others alike.
        let shift = self.flags >> 1 & 1;
        let right = bin.wrapping_add(shift) > self.bin.wrapping_add(shift);
        self.payload as usize + usize::from(right)
    }
}

impl Node {
    /// The node as a step of a walk over rows of twins (see [`Steps`](super::Steps)), itself being number `at`: what is
    /// asked in the lower 24 bits, the last that goes left in the next 8, the left child above. For a node that is no set.
    pub(super) fn step(self, at: usize) -> u64 {
        if self.is_leaf() {
            // No byte is above 255: who has arrived stays.
            return (at as u64) << 32 | 255 << 24;
        }
        let shift = self.flags >> 1 & 1;
        let cut = self.bin.wrapping_add(shift);
        let twin = u64::from(self.feature) * 2 + u64::from(shift);
        u64::from(self.payload) << 32 | u64::from(cut) << 24 | twin
    }
}

/// One node in 8 bytes: a split on a feature's bin or by a set of bins, or a leaf.
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
    /// Rows whose bin is in `set` go to `left`, the others to `left + 1`.
    SetSplit {
        /// The feature asked.
        feature: usize,
        /// The bins that go left, the missing one among them where those go left.
        set: &'a BinSet,
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

    /// A split by the tree's set of that place, below [`MOST_SETS`].
    pub(crate) fn split_set(feature: u16, place: usize, left: u32) -> Self {
        Self {
            feature,
            bin: place as u8,
            flags: SET | ((place >> 8) as u8) << 4,
            payload: left,
        }
    }

    pub(super) fn set_place(self) -> usize {
        usize::from(self.bin) | usize::from(self.flags >> 4) << 8
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

    pub(super) fn is_leaf(self) -> bool {
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
        /// Feature, class, leaf or set.
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

/// A fitted tree over bins. Children stand after their parents, siblings side by side, subtrees depth first.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    /// `width` values for each leaf that is not pure, in the order of the leaves.
    pub(super) values: Vec<f32>,
    pub(super) width: usize,
    /// The sets that set splits name, in order of their first use.
    pub(super) sets: Vec<BinSet>,
}

impl Tree {
    /// From grown nodes; the grower guarantees what [`Tree::check`] checks. Nodes may come in any order in which
    /// children follow their parents; they are kept depth first.
    pub(crate) fn from_parts(
        nodes: Vec<Node>,
        values: Vec<f32>,
        sets: Vec<BinSet>,
        width: usize,
    ) -> Self {
        let grown = Self {
            nodes,
            values,
            width,
            sets,
        };
        grown.depth_first()
    }

    /// The same, from nodes that were grown depth first: a leaf's values and a split's set are there in its turn.
    pub(crate) fn from_ordered_parts(
        nodes: Vec<Node>,
        values: Vec<f32>,
        sets: Vec<BinSet>,
        width: usize,
    ) -> Self {
        let grown = Self {
            nodes,
            values,
            width,
            sets,
        };
        debug_assert!(grown == grown.depth_first(), "not depth first");
        grown
    }

    fn depth_first(&self) -> Self {
        let mut out = Self {
            nodes: Vec::with_capacity(self.nodes.len()),
            values: Vec::with_capacity(self.values.len()),
            width: self.width,
            sets: Vec::with_capacity(self.sets.len()),
        };
        let mut sets_at = vec![None; self.sets.len()];
        let mut pending = Vec::new();
        if let Some(&root) = self.nodes.first() {
            out.nodes.push(root);
            pending.push((0_usize, 0_usize));
        }
        while let Some((from, to)) = pending.pop() {
            let node = self.nodes[from];
            match self.kind(from) {
                NodeKind::Pure { .. } => {}
                NodeKind::Values(values) => {
                    let place = out.values.len() / self.width.max(1);
                    out.values.extend_from_slice(values);
                    out.nodes[to] = Node::leaf(place as u32);
                }
                NodeKind::Split { left, .. } | NodeKind::SetSplit { left, .. } => {
                    let at = out.nodes.len();
                    out.nodes.extend([self.nodes[left], self.nodes[left + 1]]);
                    pending.push((left + 1, at + 1));
                    pending.push((left, at));
                    let mut moved = node;
                    if let NodeKind::SetSplit { set, .. } = self.kind(from) {
                        let place = *sets_at[node.set_place()].get_or_insert_with(|| {
                            out.sets.push(*set);
                            out.sets.len() - 1
                        });
                        moved = Node::split_set(node.feature, place, 0);
                    }
                    moved.payload = at as u32;
                    out.nodes[to] = moved;
                }
            }
        }
        out
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
        if n.flags & SET != 0 {
            NodeKind::SetSplit {
                feature: usize::from(n.feature),
                set: &self.sets[n.set_place()],
                left: n.payload as usize,
            }
        } else if !n.is_leaf() {
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

    /// The child that a row goes to from a node that is no leaf.
    #[inline]
    pub(super) fn child(&self, node: Node, bin: u8) -> usize {
        if node.flags & SET == 0 {
            return node.child_by_cut(bin);
        }
        let left = set_has(&self.sets[node.set_place()], bin);
        node.payload as usize + usize::from(!left)
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
            at = self.child(node, bin(usize::from(node.feature)));
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
            NodeKind::Split { .. } | NodeKind::SetSplit { .. } => {}
        }
    }

    /// Adds the class shares of each of `leaves` to its row of `shares` (leaves x classes).
    pub fn add_shares_of(&self, leaves: &[u32], shares: &mut [f64]) {
        let width = self.width;
        for (shares, &leaf) in shares.chunks_exact_mut(width.max(1)).zip(leaves) {
            let node = self.nodes[leaf as usize];
            if node.flags & PURE != 0 {
                shares[node.payload as usize] += 1.0;
                continue;
            }
            let values = &self.values[node.payload as usize * width..][..shares.len()];
            // By fours, which one instruction or two can add.
            let (mut to, mut from) = (shares.chunks_exact_mut(4), values.chunks_exact(4));
            for (to, from) in to.by_ref().zip(from.by_ref()) {
                for (to, &x) in to.iter_mut().zip(from) {
                    *to += f64::from(x);
                }
            }
            for (to, &x) in to.into_remainder().iter_mut().zip(from.remainder()) {
                *to += f64::from(x);
            }
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

    /// Reads and checks one as version 1 of the model file has it: nodes as they are, then the leaf values.
    pub(crate) fn read_plain(
        r: &mut Reader<'_>,
        width: usize,
        features: usize,
        classes: usize,
    ) -> Result<Self, TreeError> {
        let n = r.len(8)?;
        let mut nodes = Vec::with_capacity(n);
        for at in 0..n {
            let node = Node {
                feature: r.u16()?,
                bin: r.u8()?,
                flags: r.u8()?,
                payload: r.u32()?,
            };
            if node.flags & SET != 0 {
                return Err(TreeError::Kind { node: at });
            }
            nodes.push(node);
        }
        let tree = Self {
            nodes,
            values: r.f32s()?,
            width,
            sets: Vec::new(),
        };
        tree.check(features, classes)?;
        Ok(tree.depth_first())
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
                flags if flags & 15 == SET || flags & !MISSING_LEFT == 0 => {
                    if flags & SET != 0 {
                        range("set", node.set_place() as u64, self.sets.len())?;
                    }
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
            if let NodeKind::Split { left, .. } | NodeKind::SetSplit { left, .. } = self.kind(at) {
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
    use crate::trees::MISSING_BIN;

    fn stump() -> Tree {
        Tree::from_parts(
            vec![Node::split(1, 3, true, 1), Node::pure(2), Node::leaf(0)],
            vec![0.25, 0.5, 0.25],
            vec![],
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
            Tree::from_parts(vec![], vec![], vec![], 1).check(1, 1),
            Err(TreeError::Empty)
        );
    }
}
