//! The slow obvious classification tree, for tests: every cut of every feature, impurities from scratch.

use proptest::prelude::*;

use super::class_grower::{ClassGrower, ClassTreeParams, RowMajor};
use super::{BinnedColumns, FeatureBins, Impurity, MISSING_BIN, NodeKind, Tree, set_has};

/// Rows of a test: bins by feature, classes ascending, whole weights.
#[derive(Clone, Debug)]
struct Data {
    columns: Vec<Vec<u8>>,
    categories: Vec<bool>,
    classes: Vec<u8>,
    weights: Vec<f32>,
    n_classes: usize,
}

impl Data {
    fn grow(&self, params: ClassTreeParams, seed: u64) -> Tree {
        let columns = BinnedColumns::new(self.columns.clone(), self.classes.len()).unwrap();
        let bins: Vec<FeatureBins> = self
            .categories
            .iter()
            .map(|&c| {
                if c {
                    FeatureBins::Categories(255)
                } else {
                    let edges = (0..254).map(f64::from).collect();
                    FeatureBins::Numbers(super::BinEdges::from_edges(edges).unwrap())
                }
            })
            .collect();
        let grower = ClassGrower {
            columns: &columns,
            row_major: &RowMajor::of(&columns),
            bins: &bins,
            classes: &self.classes,
            row_weights: &self.weights,
            class_weights: &vec![1.0; self.n_classes],
            params,
        };
        let tree = grower.grow(seed, 0).tree;
        tree.check(self.columns.len(), self.n_classes).unwrap();
        tree
    }

    fn shares(&self, tree: &Tree, row: usize) -> Vec<f64> {
        let mut shares = vec![0.0; self.n_classes];
        tree.add_shares(tree.leaf_of(|f| self.columns[f][row]), &mut shares);
        shares
    }

    /// Total purity of a side: Gini `sum w^2 / W`, entropy `sum w ln(w / W)`.
    fn purity(&self, rows: &[usize], impurity: Impurity) -> f64 {
        let mut w = vec![0.0; self.n_classes];
        rows.iter()
            .for_each(|&r| w[usize::from(self.classes[r])] += f64::from(self.weights[r]));
        let total: f64 = w.iter().sum();
        match impurity {
            Impurity::Gini => w.iter().map(|x| x * x / total).sum(),
            Impurity::Entropy => w
                .iter()
                .filter(|x| **x > 0.0)
                .map(|x| x * libm::log(x / total))
                .sum(),
        }
    }

    fn gain(
        &self,
        rows: &[usize],
        impurity: Impurity,
        left: &dyn Fn(usize) -> bool,
    ) -> Option<f64> {
        let (l, r): (Vec<usize>, Vec<usize>) = rows.iter().partition(|&&row| left(row));
        (!l.is_empty() && !r.is_empty()).then(|| {
            self.purity(&l, impurity) + self.purity(&r, impurity) - self.purity(rows, impurity)
        })
    }

    /// The most that any split gains: of numbers every cut with both sides for missing values, of categories every subset.
    fn best_gain(&self, rows: &[usize], impurity: Impurity) -> f64 {
        let mut best = 0.0_f64;
        for (column, &categories) in self.columns.iter().zip(&self.categories) {
            let mut consider = |left: &dyn Fn(usize) -> bool| {
                best = best.max(self.gain(rows, impurity, left).unwrap_or(0.0));
            };
            if categories {
                let mut present: Vec<u8> = rows.iter().map(|&r| column[r]).collect();
                present.sort_unstable();
                present.dedup();
                for subset in 0..1_u32 << present.len() {
                    consider(&|row| {
                        let place = present.binary_search(&column[row]).unwrap();
                        subset >> place & 1 == 1
                    });
                }
            } else {
                for cut in 0..255_u8 {
                    for missing_left in [false, true] {
                        consider(&|row| match column[row] {
                            MISSING_BIN => missing_left,
                            b => b <= cut,
                        });
                    }
                }
            }
        }
        best
    }

    /// That each split of the tree gains as much as the best there is, and that nothing is left to gain at its leaves.
    fn check_splits(&self, tree: &Tree, impurity: Impurity) {
        let all: Vec<usize> = (0..self.classes.len()).collect();
        let mut pending = vec![(0, all)];
        while let Some((at, rows)) = pending.pop() {
            let total: f64 = rows.iter().map(|&r| f64::from(self.weights[r])).sum();
            let best = self.best_gain(&rows, impurity);
            let go = |left: usize, goes_left: &dyn Fn(usize) -> bool| {
                let gained = self.gain(&rows, impurity, goes_left).unwrap();
                assert!(
                    (gained - best).abs() < 1e-9 * (1.0 + total),
                    "{gained} {best}"
                );
                let (l, r) = rows.iter().partition(|&&row| goes_left(row));
                [(left, l), (left + 1, r)]
            };
            match tree.kind(at) {
                NodeKind::Split {
                    feature,
                    bin,
                    missing_left,
                    left,
                } => pending.extend(go(left, &|row| match self.columns[feature][row] {
                    MISSING_BIN => missing_left,
                    b => b <= bin,
                })),
                NodeKind::SetSplit { feature, set, left } => {
                    pending.extend(go(left, &|row| set_has(set, self.columns[feature][row])));
                }
                _ => assert!(best < 1e-9 * (1.0 + total), "{best} left at a leaf"),
            }
        }
    }
}

fn params(features: usize) -> ClassTreeParams {
    ClassTreeParams {
        max_depth: None,
        max_leaves: None,
        min_samples_split: 2,
        min_samples_leaf: 1,
        max_features: features as u32,
        impurity: Impurity::Gini,
        bootstrap: false,
        random_cuts: false,
    }
}

prop_compose! {
    /// Small data sets with ties, missing values, weights, categories and constant columns.
    fn small(n_classes: usize)(
        rows in 2..60_usize,
    )(
        columns in prop::collection::vec(
            prop::collection::vec((0..7_u8, 0..6_u8), rows), 1..4),
        kinds in prop::collection::vec(0..4_u8, 4),
        mut classes in prop::collection::vec(0..n_classes as u8, rows),
        weights in prop::collection::vec(1..4_u8, rows),
    ) -> Data {
        classes.sort_unstable();
        let categories: Vec<bool> = kinds.iter().take(columns.len()).map(|&k| k == 1).collect();
        let columns = columns
            .iter()
            .zip(&kinds)
            .map(|(cells, &kind)| {
                let bin = |&(bin, missing): &(u8, u8)| match kind {
                    // Constant; categories; with missing values; without.
                    0 => 9,
                    1 => bin,
                    2 if missing == 0 => MISSING_BIN,
                    _ => bin * 20,
                };
                cells.iter().map(bin).collect()
            })
            .collect();
        Data {
            columns,
            categories,
            classes,
            weights: weights.into_iter().map(f32::from).collect(),
            n_classes,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn each_split_is_the_best_of_all_of_two_classes(data in small(2), entropy: bool) {
        let impurity = if entropy { Impurity::Entropy } else { Impurity::Gini };
        let p = ClassTreeParams { impurity, ..params(data.columns.len()) };
        data.check_splits(&data.grow(p, 1), impurity);
    }

    #[test]
    fn each_split_is_the_best_of_all_of_four_classes(mut data in small(4)) {
        // Of more than two classes a set of categories is good, not always the best there is.
        data.categories.fill(false);
        let p = params(data.columns.len());
        data.check_splits(&data.grow(p, 1), Impurity::Gini);
    }

    #[test]
    fn a_row_of_weight_two_is_two_rows(data in small(3)) {
        let mut twice = data.clone();
        for column in &mut twice.columns {
            *column = repeat(column, &data.weights);
        }
        twice.classes = repeat(&data.classes, &data.weights);
        twice.weights.clear();
        let p = params(data.columns.len());
        prop_assert_eq!(data.grow(p, 1), twice.grow(p, 1));
        let drawn = ClassTreeParams { bootstrap: true, ..p };
        prop_assert_eq!(data.grow(drawn, 2), twice.grow(drawn, 2));
    }

    #[test]
    fn a_constant_column_changes_nothing(data in small(3)) {
        let p = params(data.columns.len());
        let tree = data.grow(p, 1);
        let mut more = data.clone();
        more.columns.push(vec![5; data.classes.len()]);
        more.categories.push(false);
        let wider = more.grow(params(more.columns.len()), 1);
        for row in 0..data.classes.len() {
            prop_assert_eq!(data.shares(&tree, row), more.shares(&wider, row));
        }
    }

    #[test]
    fn the_largest_gains_come_first_where_leaves_are_few(data in small(3), most in 2..6_u32) {
        let p = params(data.columns.len());
        let whole = data.grow(p, 1);
        let few = data.grow(ClassTreeParams { max_leaves: Some(most), ..p }, 1);
        let leaves = few.len().div_ceil(2);
        prop_assert!(leaves <= most as usize && leaves == whole.len().div_ceil(2).min(most as usize));
    }

    #[test]
    fn random_cuts_part_the_rows_and_end(data in small(3), seed: u64) {
        let p = ClassTreeParams { random_cuts: true, ..params(data.columns.len()) };
        let tree = data.grow(p, seed);
        prop_assert_eq!(&tree, &data.grow(p, seed));
        prop_assert!(tree.len() < 2 * data.classes.len());
    }
}

fn repeat<T: Copy>(values: &[T], weights: &[f32]) -> Vec<T> {
    let times = values.iter().zip(weights);
    times
        .flat_map(|(&x, &w)| std::iter::repeat_n(x, w as usize))
        .collect()
}
