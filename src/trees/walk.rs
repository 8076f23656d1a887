//! Many walks at a time, from roots to leaves: while one waits for memory, the others go on.
//!
//! Rows that are walked together are rows of twins: for each feature its bin and, after it, one more than its bin, where the
//! missing bin becomes 0. A node that sends missing values to the right asks the first, one that sends them to the left the
//! second, and either is a plain comparison.

use super::Tree;

/// Walks at a time.
const LANES: usize = 8;
/// Steps between two looks at whether all have arrived.
const STEPS: usize = 4;
/// A tree of at most so many levels is walked to its depth without a look: most walks go as far.
const MOST_STEPS: usize = 14;

/// Writes a row's bin of a feature, and its twin.
#[inline]
pub fn set_twins(row: &mut [u8], feature: usize, bin: u8) {
    row[2 * feature] = bin;
    row[2 * feature + 1] = bin.wrapping_add(1);
}

/// A tree laid out for walking: a step is two loads, a comparison and an addition, and a leaf leads to itself.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    steps: Vec<u64>,
    /// Levels below the root, where they were counted.
    depth: Option<usize>,
}

impl Steps {
    /// Lays a tree out; one that splits by sets cannot be, and gives `false`.
    pub fn lay_out(&mut self, tree: &Tree) -> bool {
        self.steps.clear();
        self.depth = None;
        let nodes = tree.nodes.iter().enumerate();
        self.steps.extend(nodes.map(|(at, node)| node.step(at)));
        tree.sets.is_empty()
    }

    /// The same of a tree that will be walked often; none where it splits by sets.
    pub fn of(tree: &Tree) -> Option<Self> {
        let mut steps = Self::default();
        steps.lay_out(tree).then(|| Self {
            depth: Some(tree.depth()),
            ..steps
        })
    }

    /// As [`Tree::leaves_of`].
    fn leaves_of(&self, rows: &[u8], stride: usize, leaves: &mut [u32]) {
        let blocks = rows.chunks(LANES * stride);
        for (leaves, rows) in leaves.chunks_mut(LANES).zip(blocks) {
            let mut begin = [0_usize; LANES];
            for (lane, begin) in begin.iter_mut().enumerate().take(leaves.len()) {
                *begin = lane * stride;
            }
            let at = self.walk(rows, &begin);
            leaves.iter_mut().zip(at).for_each(|(leaf, at)| *leaf = at);
        }
    }

    #[inline]
    fn walk(&self, rows: &[u8], begin: &[usize; LANES]) -> [u32; LANES] {
        let mut at = [0_u32; LANES];
        let step = |at: &mut [u32; LANES]| {
            for (at, begin) in at.iter_mut().zip(begin) {
                *at = self.next(*at, &rows[*begin..]);
            }
        };
        if let Some(depth) = self.depth.filter(|depth| *depth <= MOST_STEPS) {
            (0..depth).for_each(|_| step(&mut at));
            return at;
        }
        loop {
            let mut before = at;
            for _ in 0..STEPS {
                before = at;
                step(&mut at);
            }
            if at == before {
                return at;
            }
        }
    }

    #[inline]
    fn next(&self, at: u32, row: &[u8]) -> u32 {
        let step = self.steps[at as usize];
        let twin = row[step as usize & 0xFF_FFFF];
        (step >> 32) as u32 + u32::from(twin > (step >> 24) as u8)
    }

    /// Calls `tell` with each tree's place and the leaf of one row of twins in it, in order, for as many trees as are laid
    /// out from the first on; how many those are.
    pub fn leaves_of_row(
        trees: &[Option<Self>],
        row: &[u8],
        mut tell: impl FnMut(usize, usize),
    ) -> usize {
        let mut told = 0;
        for trees in trees.chunks(LANES) {
            let Some(first) = trees.first().and_then(Option::as_ref) else {
                return told;
            };
            // Lanes without a tree walk the first once more.
            let mut steps = [first; LANES];
            let mut laid_out = 0;
            for (to, tree) in steps.iter_mut().zip(trees) {
                let Some(tree) = tree else { break };
                *to = tree;
                laid_out += 1;
            }
            let mut at = [0_u32; LANES];
            let depths = steps.iter().map(|tree| tree.depth.unwrap_or(usize::MAX));
            for _ in 0..depths.max().unwrap_or(0) {
                let before = at;
                for (at, tree) in at.iter_mut().zip(steps) {
                    *at = tree.next(*at, row);
                }
                if at == before {
                    break;
                }
            }
            for &at in &at[..laid_out] {
                tell(told, at as usize);
                told += 1;
            }
            if laid_out < trees.len() {
                return told;
            }
        }
        told
    }
}

impl Tree {
    /// The leaves of rows of twins that lie side by side (row `i` at `rows[i * stride..]`, `stride` at least twice the
    /// number of features and at least 1), one in each of `leaves`. `steps` is the tree laid out, if it is.
    pub fn leaves_of(&self, steps: Option<&Steps>, rows: &[u8], stride: usize, leaves: &mut [u32]) {
        match steps {
            Some(steps) => steps.leaves_of(rows, stride.max(1), leaves),
            None => self.leaves_of_nodes(rows, stride.max(1), leaves),
        }
    }

    fn leaves_of_nodes(&self, rows: &[u8], stride: usize, leaves: &mut [u32]) {
        let blocks = rows.chunks(LANES * stride);
        for (leaves, rows) in leaves.chunks_mut(LANES).zip(blocks) {
            let mut at = [0_usize; LANES];
            let mut begin = [0_usize; LANES];
            for (lane, begin) in begin.iter_mut().enumerate().take(leaves.len()) {
                *begin = lane * stride;
            }
            self.walk(&mut at, |lane, feature| rows[begin[lane] + 2 * feature]);
            leaves
                .iter_mut()
                .zip(at)
                .for_each(|(leaf, at)| *leaf = at as u32);
        }
    }

    /// The leaves of some rows of twins, by number, one in each of `leaves`.
    pub fn leaves_of_some(&self, rows: &[u8], stride: usize, some: &[u32], leaves: &mut [u32]) {
        for (leaves, some) in leaves.chunks_mut(LANES).zip(some.chunks(LANES)) {
            let mut at = [0_usize; LANES];
            let mut begin = [0_usize; LANES];
            for (begin, &row) in begin.iter_mut().zip(some) {
                *begin = row as usize * stride;
            }
            self.walk(&mut at, |lane, feature| rows[begin[lane] + 2 * feature]);
            leaves
                .iter_mut()
                .zip(at)
                .for_each(|(leaf, at)| *leaf = at as u32);
        }
    }

    /// The leaf of one row of twins, and the features asked on the way to it, feature `f` as bit `f % 64`.
    pub fn leaf_and_asked(&self, row: &[u8]) -> (usize, u64) {
        let (mut at, mut asked) = (0, 0);
        loop {
            let node = self.nodes[at];
            if node.is_leaf() {
                return (at, asked);
            }
            asked |= 1 << (node.feature() & 63);
            at = self.child(node, row[2 * node.feature()]);
        }
    }

    #[inline]
    fn walk(&self, at: &mut [usize; LANES], bin: impl Fn(usize, usize) -> u8) {
        if self.sets.is_empty() {
            self.walk_cuts(at, bin);
        } else {
            self.walk_sets(at, bin);
        }
    }

    /// Without a branch that could be guessed wrong: a walk that has arrived stays where it is.
    #[inline]
    fn walk_cuts(&self, at: &mut [usize; LANES], bin: impl Fn(usize, usize) -> u8) {
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
            let without_sets = trees.iter().filter(|tree| tree.sets.is_empty());
            let without_sets: Vec<Tree> = without_sets.cloned().collect();
            let mut twins = vec![0; bins.len() * 2];
            for (i, &bin) in bins.iter().enumerate() {
                set_twins(&mut twins, i, bin);
            }
            let some: Vec<u32> = (0..rows as u32).filter(|i| i % 3 != 1).collect();
            for tree in &trees {
                let alone = |i: usize| tree.leaf_of(|f| bins[i * stride + f]) as u32;
                let expected: Vec<u32> = (0..rows).map(alone).collect();
                let mut steps = Steps::default();
                let laid_out = steps.lay_out(tree).then_some(&steps);
                assert_eq!(laid_out.is_some(), tree.sets.is_empty());
                let counted = Steps::of(tree);
                assert_eq!(counted.is_some(), laid_out.is_some());
                for steps in [None, laid_out, counted.as_ref()] {
                    let mut leaves = vec![0; rows];
                    tree.leaves_of(steps, &twins, 2 * stride, &mut leaves);
                    assert_eq!(leaves, expected);
                }
                let mut leaves = vec![0; some.len()];
                tree.leaves_of_some(&twins, 2 * stride, &some, &mut leaves);
                let of_some = some.iter().map(|&i| expected[i as usize]);
                assert_eq!(leaves, of_some.collect::<Vec<_>>());
                for (row, &leaf) in twins.chunks(2 * stride).zip(&expected) {
                    let (at, asked) = tree.leaf_and_asked(row);
                    assert_eq!(at as u32, leaf);
                    assert!(asked < 8, "of three features");
                    if tree.len() > 1 {
                        assert_ne!(asked, 0);
                    }
                }
            }
            let laid_out: Vec<Option<Steps>> = trees.iter().map(Steps::of).collect();
            let cuts: Vec<Option<Steps>> = laid_out.iter().flatten().cloned().map(Some).collect();
            assert!(cuts.len() >= 10 && cuts.len() < trees.len());
            for row in twins.chunks(2 * stride) {
                for laid_out in [&laid_out, &cuts] {
                    let most = laid_out.iter().take_while(|steps| steps.is_some()).count();
                    let mut seen = Vec::new();
                    let told = Steps::leaves_of_row(laid_out, row, |i, leaf| seen.push((i, leaf)));
                    let of = if most == cuts.len() {
                        &without_sets
                    } else {
                        &trees
                    };
                    let alone = |(i, tree): (usize, &Tree)| (i, tree.leaf_of(|f| row[2 * f]));
                    let expected: Vec<_> = of.iter().enumerate().map(alone).take(most).collect();
                    assert_eq!((told, seen), (most, expected));
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
