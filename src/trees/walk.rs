//! Many walks at a time, from roots to leaves: while one waits for memory, the others go on.

use super::Tree;

/// Walks at a time.
const LANES: usize = 8;

impl Tree {
    /// The leaves of rows whose bins lie side by side (row `i` at `rows[i * stride..]`, `stride` at least the number of
    /// features and at least 1), one in each of `leaves`.
    pub fn leaves_of(&self, rows: &[u8], stride: usize, leaves: &mut [u32]) {
        let blocks = rows.chunks(LANES * stride.max(1));
        for (leaves, rows) in leaves.chunks_mut(LANES).zip(blocks) {
            let mut at = [0_usize; LANES];
            let mut begin = [0_usize; LANES];
            for (lane, begin) in begin.iter_mut().enumerate().take(leaves.len()) {
                *begin = lane * stride;
            }
            if self.sets.is_empty() {
                self.walk(&mut at, |lane, feature| rows[begin[lane] + feature]);
            } else {
                self.walk_sets(&mut at, |lane, feature| rows[begin[lane] + feature]);
            }
            leaves
                .iter_mut()
                .zip(at)
                .for_each(|(leaf, at)| *leaf = at as u32);
        }
    }

    /// Without a branch that could be guessed wrong: a walk that has arrived stays where it is.
    #[inline]
    fn walk(&self, at: &mut [usize; LANES], bin: impl Fn(usize, usize) -> u8) {
        loop {
            let mut walking = false;
            for (lane, at) in at.iter_mut().enumerate() {
                let node = self.nodes[*at];
                let child = node.child_by_cut(bin(lane, node.feature()));
                walking |= !node.is_leaf();
                *at = if node.is_leaf() { *at } else { child };
            }
            if !walking {
                return;
            }
        }
    }

    fn walk_sets(&self, at: &mut [usize; LANES], bin: impl Fn(usize, usize) -> u8) {
        loop {
            let mut walking = false;
            for (lane, at) in at.iter_mut().enumerate() {
                let node = self.nodes[*at];
                if !node.is_leaf() {
                    walking = true;
                    *at = self.child(node, bin(lane, node.feature()));
                }
            }
            if !walking {
                return;
            }
        }
    }

    /// Calls `tell` with each tree's place and the leaf of one row in it, in order; `bins` are the row's.
    pub fn leaves_of_row(trees: &[Self], bins: &[u8], mut tell: impl FnMut(usize, usize)) {
        for (block, trees) in trees.chunks(LANES).enumerate() {
            let mut at = [0_usize; LANES];
            let mut walking = true;
            while walking {
                walking = false;
                for (tree, at) in trees.iter().zip(&mut at) {
                    let node = tree.nodes[*at];
                    if !node.is_leaf() {
                        walking = true;
                        *at = tree.child(node, bins[node.feature()]);
                    }
                }
            }
            for (i, at) in at.into_iter().enumerate().take(trees.len()) {
                tell(block * LANES + i, at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trees::{Node, Rng};

    /// A random tree over 3 features, with or without sets.
    fn random(seed: u64, sets: bool) -> Tree {
        let mut rng = Rng::new(seed, 0);
        let mut nodes = vec![Node::pure(0)];
        let mut kept = Vec::new();
        for at in 0..40 {
            let left = nodes.len();
            if at >= left || rng.below(3) == 0 {
                continue;
            }
            let feature = rng.below(3) as u16;
            nodes[at] = if sets && rng.below(2) == 0 {
                kept.push([
                    rng.next_u64(),
                    rng.next_u64(),
                    rng.next_u64(),
                    rng.next_u64(),
                ]);
                Node::split_set(feature, kept.len() - 1, left as u32)
            } else {
                let missing_left = rng.below(2) == 0;
                Node::split(feature, rng.below(255) as u8, missing_left, left as u32)
            };
            nodes.extend([Node::pure(0); 2]);
        }
        let tree = Tree::from_parts(nodes, vec![], kept, 2);
        tree.check(3, 2).unwrap();
        tree
    }

    #[test]
    fn walks_together_arrive_where_each_would_alone() {
        let mut rng = Rng::new(9, 9);
        for rows in [0, 1, 7, 8, 9, 100] {
            let stride = 5;
            let bins: Vec<u8> = (0..rows * stride)
                .map(|_| {
                    if rng.below(9) == 0 {
                        255
                    } else {
                        rng.below(256) as u8
                    }
                })
                .collect();
            let trees: Vec<Tree> = (0..20).map(|seed| random(seed, seed % 2 == 1)).collect();
            for tree in &trees {
                let mut leaves = vec![0; rows];
                tree.leaves_of(&bins, stride, &mut leaves);
                for (i, &leaf) in leaves.iter().enumerate() {
                    assert_eq!(leaf as usize, tree.leaf_of(|f| bins[i * stride + f]));
                }
            }
            for row in bins.chunks(stride) {
                let mut seen = Vec::new();
                Tree::leaves_of_row(&trees, row, |tree, leaf| seen.push((tree, leaf)));
                let alone = |(i, tree): (usize, &Tree)| (i, tree.leaf_of(|f| row[f]));
                assert_eq!(
                    seen,
                    trees.iter().enumerate().map(alone).collect::<Vec<_>>()
                );
            }
        }
    }
}
