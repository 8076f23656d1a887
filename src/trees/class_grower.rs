//! Grows one classification tree, depth first, drawing features at every node (Breiman 2001).

use super::class_split::{ClassSplit, ClassSplitter, FeatureDraw, Sample};
use super::{BinEdges, BinnedColumns, Impurity, MISSING_BIN, Node, Rng, Tree};

/// Checked parameters of one tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassTreeParams {
    /// Levels below the root; `None`: no bound but 1,000.
    pub max_depth: Option<u32>,
    /// Fewest rows of a node that is split.
    pub min_samples_split: u32,
    /// Fewest rows on each side of a split.
    pub min_samples_leaf: u32,
    /// Features drawn at each node; more are drawn while all so far were constant or without a split.
    pub max_features: u32,
    /// What a split is judged by.
    pub impurity: Impurity,
    /// Draw rows with replacement.
    pub bootstrap: bool,
}

/// A grown tree and the impurity that each feature removed, as shares of 1 (all 0 for a tree without splits).
#[derive(Clone, Debug, PartialEq)]
pub struct GrownTree {
    /// The tree.
    pub tree: Tree,
    /// Per feature.
    pub importance: Vec<f64>,
}

/// What all trees of a forest share.
#[derive(Clone, Copy, Debug)]
pub struct ClassGrower<'a> {
    /// Binned training rows.
    pub columns: &'a BinnedColumns,
    /// The features' edges.
    pub edges: &'a [BinEdges],
    /// Class of each row.
    pub classes: &'a [u8],
    /// What a row of each class weighs; as many as there are classes.
    pub class_weights: &'a [f64],
    /// Parameters.
    pub params: ClassTreeParams,
}

/// How much of a class's weight is given by drawing its rows more often, as a power of it; its splits give the rest.
///
/// Weights in the splits alone (0; scikit-learn before 1.9) leave a rare class without a vote, since every tree fences
/// its few rows in; drawing alone (1; scikit-learn since, and Chen, Liaw & Breiman 2004) forgets most rows of a large
/// class. On a trace with 1 % of faults macro F1 rises with it, on a table of four uneven classes it falls; this lies
/// between.
const DRAWN: f64 = 0.6;

struct Pending {
    node: usize,
    begin: usize,
    end: usize,
    depth: u32,
}

impl ClassGrower<'_> {
    /// Grows the tree of this seed. It needs at least one row.
    pub fn grow(&self, seed: u64, tree: u64) -> GrownTree {
        let mut rng = Rng::new(seed, tree);
        let mut samples = self.draw_rows(&mut rng);
        // What drawing has not given a row of its weight, the splits give.
        let rest: Vec<f64> = self
            .class_weights
            .iter()
            .map(|w| libm::pow(*w, 1.0 - DRAWN))
            .collect();
        let class_weights = if self.params.bootstrap {
            &rest
        } else {
            self.class_weights
        };
        let mut splitter = ClassSplitter::new(
            self.params.impurity,
            class_weights,
            self.params.min_samples_leaf,
        );
        let mut draw = FeatureDraw::new(self.columns.features());
        let mut nodes = vec![Node::pure(0)];
        let mut values = Vec::new();
        let mut importance = vec![0.0; self.columns.features()];
        let mut right_half = Vec::with_capacity(samples.len() / 2);
        let mut pending = vec![Pending {
            node: 0,
            begin: 0,
            end: samples.len(),
            depth: 0,
        }];
        while let Some(Pending {
            node,
            begin,
            end,
            depth,
        }) = pending.pop()
        {
            let rows = &mut samples[begin..end];
            let (weights, total) = splitter.node_weights(rows);
            let split = self.best_split(
                &mut splitter,
                &mut draw,
                &mut rng,
                rows,
                &weights,
                total,
                depth,
            );
            let Some(split) = split else {
                nodes[node] = leaf(&weights, total, &mut values);
                continue;
            };
            importance[split.feature] += split.gain;
            let cut = self
                .edges
                .get(split.feature)
                .map_or(split.bin, |e| e.middle_cut(split.bin, split.last_bin));
            let (middle, missing_left) = partition(
                rows,
                self.columns.column(split.feature),
                split,
                &mut right_half,
            );
            let left = nodes.len();
            nodes.extend([Node::pure(0); 2]);
            nodes[node] = Node::split(split.feature as u16, cut, missing_left, left as u32);
            let middle = begin + middle;
            pending.push(Pending {
                node: left + 1,
                begin: middle,
                end,
                depth: depth + 1,
            });
            pending.push(Pending {
                node: left,
                begin,
                end: middle,
                depth: depth + 1,
            });
        }
        let removed: f64 = importance.iter().sum();
        if removed > 0.0 {
            importance.iter_mut().for_each(|x| *x /= removed);
        }
        GrownTree {
            tree: Tree::from_parts(nodes, values, self.class_weights.len()),
            importance,
        }
    }

    /// As many rows as there are, with replacement, each as likely as its weight to the power of [`DRAWN`].
    fn draw_rows(&self, rng: &mut Rng) -> Vec<Sample> {
        let n = self.columns.rows();
        let mut counts = vec![0_u16; n];
        if !self.params.bootstrap {
            counts.fill(1);
        } else if self
            .class_weights
            .iter()
            .all(|w| *w == self.class_weights[0])
        {
            for _ in 0..n {
                let row = rng.below(n as u32) as usize;
                counts[row] = counts[row].saturating_add(1);
            }
        } else {
            let mut rows = vec![Vec::new(); self.class_weights.len()];
            for (row, &class) in self.classes.iter().enumerate() {
                rows[usize::from(class)].push(row);
            }
            let mut sum = 0.0;
            let up_to: Vec<f64> = rows
                .iter()
                .zip(self.class_weights)
                .map(|(rows, weight)| {
                    sum += rows.len() as f64 * libm::pow(*weight, DRAWN);
                    sum
                })
                .collect();
            for _ in 0..n {
                let at = rng.unit() * sum;
                let rows = &rows[up_to.partition_point(|&end| end <= at).min(rows.len() - 1)];
                if let Some(&row) = rows.get(rng.below(rows.len() as u32) as usize) {
                    counts[row] = counts[row].saturating_add(1);
                }
            }
        }
        let drawn = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        drawn
            .map(|(row, &count)| Sample {
                row: row as u32,
                count,
                class: self.classes[row],
            })
            .collect()
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one node of the loop above, in a function of its own"
    )]
    fn best_split(
        &self,
        splitter: &mut ClassSplitter<'_>,
        draw: &mut FeatureDraw,
        rng: &mut Rng,
        rows: &[Sample],
        weights: &[f64],
        total: f64,
        depth: u32,
    ) -> Option<ClassSplit> {
        let p = &self.params;
        let n = rows.len() as u64;
        let pure = weights.iter().filter(|w| **w > 0.0).count() < 2;
        if pure
            || depth >= p.max_depth.unwrap_or(1000)
            || n < u64::from(p.min_samples_split)
            || n < 2 * u64::from(p.min_samples_leaf)
        {
            return None;
        }
        let features = self.columns.features();
        let mut best: Option<ClassSplit> = None;
        for i in 0..features {
            // Like scikit-learn: go on past max_features until one split is found.
            if i >= p.max_features as usize && best.is_some() {
                break;
            }
            let feature = draw.draw(i, rng);
            let split = splitter.best(feature, self.columns.column(feature), rows, weights, total);
            if let Some(split) = split
                && best.is_none_or(|b| split.gain > b.gain)
            {
                best = Some(split);
            }
        }
        best
    }
}

/// Moves the rows that go left to the front, keeping the order on both sides; how many they are, and the side that rows
/// with a missing value take when predicting (where none was missing here: the larger side, as in scikit-learn).
fn partition(
    rows: &mut [Sample],
    bins: &[u8],
    split: ClassSplit,
    right: &mut Vec<Sample>,
) -> (usize, bool) {
    right.clear();
    let mut left = 0;
    let mut any_missing = false;
    for i in 0..rows.len() {
        let sample = rows[i];
        let bin = bins[sample.row as usize];
        any_missing |= bin == MISSING_BIN;
        let goes_left = if bin == MISSING_BIN {
            split.missing_left
        } else {
            bin <= split.bin
        };
        if goes_left {
            rows[left] = sample;
            left += 1;
        } else {
            right.push(sample);
        }
    }
    rows[left..].copy_from_slice(right);
    (
        left,
        if any_missing {
            split.missing_left
        } else {
            left >= right.len()
        },
    )
}

fn leaf(weights: &[f64], total: f64, values: &mut Vec<f32>) -> Node {
    let mut present = weights.iter().enumerate().filter(|(_, w)| **w > 0.0);
    match (present.next(), present.next()) {
        (Some((class, _)), None) => Node::pure(class as u32),
        (None, _) => Node::pure(0),
        _ => {
            let place = values.len() / weights.len();
            values.extend(weights.iter().map(|w| (w / total) as f32));
            Node::leaf(place as u32)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: ClassTreeParams = ClassTreeParams {
        max_depth: None,
        min_samples_split: 2,
        min_samples_leaf: 1,
        max_features: 2,
        impurity: Impurity::Gini,
        bootstrap: false,
    };

    fn noise(rows: usize, features: usize) -> BinnedColumns {
        let mut rng = Rng::new(3, 3);
        BinnedColumns::new(
            (0..features)
                .map(|_| (0..rows).map(|_| rng.below(250) as u8).collect())
                .collect(),
            rows,
        )
        .unwrap()
    }

    fn leaf_class(tree: &Tree, columns: &BinnedColumns, row: usize, k: usize) -> usize {
        let mut shares = vec![0.0; k];
        tree.add_shares(tree.leaf_of(|f| columns.column(f)[row]), &mut shares);
        (0..k)
            .max_by(|&a, &b| shares[a].total_cmp(&shares[b]))
            .unwrap()
    }

    #[test]
    fn an_unbounded_tree_learns_distinct_rows_by_heart() {
        let columns = noise(500, 4);
        let classes: Vec<u8> = (0..500).map(|i| (i % 3) as u8).collect();
        let grower = ClassGrower {
            columns: &columns,
            edges: &[],
            classes: &classes,
            class_weights: &[1.0; 3],
            params: PARAMS,
        };
        let grown = grower.grow(1, 0);
        grown.tree.check(4, 3).unwrap();
        assert!(
            (0..500)
                .all(|row| leaf_class(&grown.tree, &columns, row, 3) == usize::from(classes[row]))
        );
        assert!((grown.importance.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(grower.grow(1, 0), grown, "a pure function of its seed");
        assert_ne!(grower.grow(1, 1), grown);
    }

    #[test]
    fn bounds_hold() {
        let columns = noise(400, 3);
        let classes: Vec<u8> = (0..400).map(|i| (i % 2) as u8).collect();
        let params = ClassTreeParams {
            max_depth: Some(3),
            min_samples_leaf: 30,
            ..PARAMS
        };
        let grown = ClassGrower {
            columns: &columns,
            edges: &[],
            classes: &classes,
            class_weights: &[1.0; 2],
            params,
        }
        .grow(5, 0);
        assert!(grown.tree.depth() <= 3);
        let mut rows_in = vec![0; grown.tree.len()];
        (0..400).for_each(|row| rows_in[grown.tree.leaf_of(|f| columns.column(f)[row])] += 1);
        assert!(rows_in.iter().all(|&n| n == 0 || n >= 30), "{rows_in:?}");
    }

    #[test]
    fn missing_values_go_where_they_help() {
        // Class 1 is where the value is missing or high.
        let bins: Vec<u8> = (0..90).map(|i| [5, 200, MISSING_BIN][i % 3]).collect();
        let classes: Vec<u8> = bins.iter().map(|&b| u8::from(b > 100)).collect();
        let columns = BinnedColumns::new(vec![bins], 90).unwrap();
        let grower = ClassGrower {
            columns: &columns,
            edges: &[],
            classes: &classes,
            class_weights: &[1.0; 2],
            params: PARAMS,
        };
        let tree = grower.grow(0, 0).tree;
        assert_eq!(tree.len(), 3);
        assert!(
            (0..90).all(|row| leaf_class(&tree, &columns, row, 2) == usize::from(classes[row]))
        );
    }

    #[test]
    fn a_class_that_weighs_more_is_drawn_more() {
        let columns = noise(1000, 1);
        let classes: Vec<u8> = (0..1000).map(|i| u8::from(i < 10)).collect();
        let grower = ClassGrower {
            columns: &columns,
            edges: &[],
            classes: &classes,
            class_weights: &[1.0, libm::pow(99.0, 1.0 / DRAWN)],
            params: ClassTreeParams {
                bootstrap: true,
                ..PARAMS
            },
        };
        let samples = grower.draw_rows(&mut Rng::new(4, 4));
        let drawn = |class| -> u32 {
            let of = samples.iter().filter(|s| s.class == class);
            of.map(|s| u32::from(s.count)).sum()
        };
        assert_eq!(drawn(0) + drawn(1), 1000);
        assert!((450..550).contains(&drawn(1)), "{}", drawn(1));
    }

    #[test]
    fn one_row_or_no_feature_makes_a_leaf() {
        let columns = BinnedColumns::new(vec![], 3).unwrap();
        let grower = ClassGrower {
            columns: &columns,
            edges: &[],
            classes: &[0, 1, 1],
            class_weights: &[1.0; 2],
            params: PARAMS,
        };
        let tree = grower.grow(0, 0).tree;
        let mut shares = [0.0; 2];
        tree.add_shares(tree.leaf_of(|_| 0), &mut shares);
        assert_eq!((tree.len(), shares[1] > shares[0]), (1, true));
    }
}
