//! Grows an isolation tree from a sample of rows.

use super::isolation_tree::IsolationNode;
use super::{IsolationTree, IsolationTreeError, Rng};

/// What an isolation tree is grown from.
#[derive(Clone, Copy, Debug)]
pub struct IsolationGrower<'a> {
    /// Row-major: `features` values for each row, finite or `NaN` (missing).
    pub values: &'a [f64],
    /// Features of a row.
    pub features: usize,
    /// Features that the tree may ask, drawn anew for each tree; 1 to `features`.
    pub max_features: usize,
}

/// Rows of a node and what is known of them.
struct Pending {
    node: usize,
    begin: usize,
    end: usize,
    level: u32,
    /// So many of the first features are constant in the node.
    constants: usize,
}

/// A cut that leaves rows on both sides.
struct Cut {
    feature: u32,
    threshold: f64,
    /// Where missing values go, if the node has any.
    missing_left: Option<bool>,
}

impl IsolationGrower<'_> {
    /// The tree of a sample: rows by place, each with how often it was drawn. A node's feature is drawn from those that
    /// are not constant in it, the threshold evenly between the least and the largest value there (Liu, Ting & Zhou
    /// 2008, algorithm 2); a node ends where nothing is left to cut or at level `ceil(log2(rows))`.
    ///
    /// Missing values go to a side drawn at random, as in scikit-learn; where all present values of a node are equal
    /// the cut is between present (left) and missing (right). Where a node has no missing values, they will go with the
    /// larger side.
    pub fn grow(
        &self,
        sample: Vec<(u32, u32)>,
        rng: &mut Rng,
    ) -> Result<IsolationTree, IsolationTreeError> {
        let mut sample = sample;
        let rows = total(&sample);
        let deepest = u32::BITS - rows.saturating_sub(1).leading_zeros();
        let mut features = self.draw_features(rng);
        let mut nodes = vec![IsolationNode::Leaf { rows }];
        let mut pending = vec![Pending {
            node: 0,
            begin: 0,
            end: sample.len(),
            level: 0,
            constants: 0,
        }];
        while let Some(mut at) = pending.pop() {
            let part = &mut sample[at.begin..at.end];
            // Equal rows were merged: one place cannot be cut.
            if part.len() < 2 || at.level >= deepest {
                continue;
            }
            let Some(cut) = self.draw_cut(part, &mut features, &mut at.constants, rng) else {
                continue;
            };
            let goes_left = |row: u32| {
                let x = self.value(row, cut.feature);
                x <= cut.threshold || (x.is_nan() && cut.missing_left == Some(true))
            };
            let middle = partition(part, goes_left);
            let (left_rows, right_rows) = (total(&part[..middle]), total(&part[middle..]));
            let left = nodes.len();
            nodes[at.node] = IsolationNode::Split {
                feature: cut.feature,
                threshold: cut.threshold,
                missing_left: cut.missing_left.unwrap_or(left_rows > right_rows),
                left: left as u32,
            };
            nodes.push(IsolationNode::Leaf { rows: left_rows });
            nodes.push(IsolationNode::Leaf { rows: right_rows });
            for (node, begin, end) in [
                (left + 1, at.begin + middle, at.end),
                (left, at.begin, at.begin + middle),
            ] {
                pending.push(Pending {
                    node,
                    begin,
                    end,
                    level: at.level + 1,
                    constants: at.constants,
                });
            }
        }
        IsolationTree::new(nodes, self.features, rows)
    }

    fn value(&self, row: u32, feature: u32) -> f64 {
        self.values[row as usize * self.features + feature as usize]
    }

    /// The tree's features, without replacement.
    fn draw_features(&self, rng: &mut Rng) -> Vec<u32> {
        let mut features: Vec<u32> = (0..self.features as u32).collect();
        if self.max_features < self.features {
            for at in 0..self.max_features {
                let other = at + rng.below((self.features - at) as u32) as usize;
                features.swap(at, other);
            }
            features.truncate(self.max_features);
        }
        features
    }

    /// Draws features until one is not constant among the rows. Constant ones move to the front, where the node's
    /// children do not look again; what other nodes know of the front stays true, since only what is behind it moves.
    fn draw_cut(
        &self,
        rows: &[(u32, u32)],
        features: &mut [u32],
        constants: &mut usize,
        rng: &mut Rng,
    ) -> Option<Cut> {
        while *constants < features.len() {
            let drawn = *constants + rng.below((features.len() - *constants) as u32) as usize;
            let feature = features[drawn];
            let (mut least, mut largest) = (f64::INFINITY, f64::NEG_INFINITY);
            let mut missing = false;
            for &(row, _) in rows {
                let x = self.value(row, feature);
                missing |= x.is_nan();
                // In WebAssembly `min` and `max` are calls.
                if x < least {
                    least = x;
                }
                if x > largest {
                    largest = x;
                }
            }
            if least < largest {
                let share = rng.unit();
                // Not `least + share * (largest - least)`: the difference may overflow.
                let threshold = (least * (1.0 - share) + largest * share).max(least);
                return Some(Cut {
                    feature,
                    threshold: if threshold < largest {
                        threshold
                    } else {
                        least
                    },
                    missing_left: missing.then(|| rng.below(2) == 1),
                });
            }
            if missing && least == largest {
                return Some(Cut {
                    feature,
                    threshold: least,
                    missing_left: Some(false),
                });
            }
            features.swap(*constants, drawn);
            *constants += 1;
        }
        None
    }
}

fn total(rows: &[(u32, u32)]) -> u32 {
    rows.iter().map(|&(_, times)| times).sum()
}

/// Moves rows that go left before those that do not; how many there are.
fn partition(rows: &mut [(u32, u32)], goes_left: impl Fn(u32) -> bool) -> usize {
    let mut middle = 0;
    for at in 0..rows.len() {
        if goes_left(rows[at].0) {
            rows.swap(middle, at);
            middle += 1;
        }
    }
    middle
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    fn grow(values: &[f64], features: usize, seed: u64) -> IsolationTree {
        let grower = IsolationGrower {
            values,
            features,
            max_features: features,
        };
        let sample = (0..(values.len() / features) as u32)
            .map(|row| (row, 1))
            .collect();
        grower.grow(sample, &mut Rng::new(seed, 0)).unwrap()
    }

    #[test]
    fn every_cut_leaves_rows_on_both_sides_and_every_row_ends_alone() {
        for seed in 0..50 {
            let tree = grow(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 1e9], 1, seed);
            let leaves = tree.nodes().iter().filter_map(|node| match node {
                IsolationNode::Leaf { rows } => Some(*rows),
                IsolationNode::Split { .. } => None,
            });
            let leaves: Vec<u32> = leaves.collect();
            assert_eq!(leaves.iter().sum::<u32>(), 8);
            assert!(leaves.iter().all(|&rows| rows > 0));
            // 1e9 is cut off first, but for one tree in a hundred million.
            assert_eq!(tree.path_length(&[1e9]), 1.0);
            assert!(tree.path_length(&[4.0]) > 1.0);
        }
    }

    #[test]
    fn the_widest_span_of_numbers_and_neighbours_can_be_cut() {
        for (a, b) in [
            (-f64::MAX, f64::MAX),
            (1.0, f64::from_bits(1.0_f64.to_bits() + 1)),
            (0.0, f64::from_bits(1)),
        ] {
            for seed in 0..100 {
                assert_eq!(grow(&[a, b], 1, seed).nodes().len(), 3, "{a} {b}");
            }
        }
    }

    #[test]
    fn constant_features_are_never_asked() {
        for seed in 0..50 {
            let tree = grow(&[7.0, 1.0, NAN, 7.0, 2.0, NAN, 7.0, 3.0, NAN], 3, seed);
            for node in tree.nodes() {
                if let IsolationNode::Split { feature, .. } = node {
                    assert_eq!(*feature, 1);
                }
            }
            assert_eq!(tree.nodes().len(), 5);
        }
        assert_eq!(grow(&[7.0, 7.0, 7.0], 1, 0).nodes().len(), 1);
    }

    #[test]
    fn missing_is_cut_from_present_where_nothing_else_differs() {
        for seed in 0..20 {
            let tree = grow(&[7.0, NAN], 1, seed);
            assert_eq!(tree.nodes().len(), 3);
            assert_eq!(tree.path_length(&[NAN]), 1.0);
            assert!(matches!(
                tree.nodes()[0],
                IsolationNode::Split {
                    missing_left: false,
                    threshold: 7.0,
                    ..
                }
            ));
        }
    }

    #[test]
    fn missing_values_go_to_either_side_where_seen_and_with_the_larger_where_not() {
        let (mut left, mut seen) = (0, 0);
        for seed in 0..400 {
            if let IsolationNode::Split { missing_left, .. } =
                grow(&[1.0, 2.0, NAN], 1, seed).nodes()[0]
            {
                left += u32::from(missing_left);
                seen += 1;
            }
            let tree = grow(&[1.0, 2.0, 3.0, 4.0, 1e12], 1, seed);
            let IsolationNode::Split { missing_left, .. } = tree.nodes()[0] else {
                panic!("no split")
            };
            assert!(missing_left);
        }
        assert!(seen == 400 && (150..250).contains(&left), "{left}");
    }
}
