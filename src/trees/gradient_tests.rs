//! The fast grower against a naive one, split by split.

use super::gradient_histogram::{first_of, second_of};
use super::{
    BinEdges, BinRows, BinSet, BinnedColumns, FeatureBins, GradientGrower, GradientRows,
    GradientTreeParams, MISSING_BIN, NodeKind, Pair, Rng, Tree, TreeOverRows, TreeTask, Units,
    set_has,
};

const PARAMS: GradientTreeParams = GradientTreeParams {
    max_leaves: 31,
    max_depth: u32::MAX,
    best_first: true,
    min_samples_leaf: 1,
    min_hessian: 1e-3,
    full_hessian: 0.0,
    min_gain: 0.0,
    l2: 0.0,
    learning_rate: 1.0,
};

/// A random small problem: ties, missing values, constant columns, rows that are left out.
struct Problem {
    columns: BinnedColumns,
    rows: Vec<u32>,
    pairs: Vec<Pair>,
    units: Units,
    monotone: Vec<i8>,
    features: Vec<FeatureBins>,
    params: GradientTreeParams,
}

fn problem(seed: u64) -> Problem {
    let mut rng = Rng::new(seed, 0);
    let n = 2 + rng.below(90) as usize;
    let features = 1 + rng.below(40) as usize;
    let column = |rng: &mut Rng| {
        let bins = [1, 2, 3, 9, 255][rng.below(5) as usize];
        let missing = [0, 0, 3, 60][rng.below(4) as usize];
        let bin = |rng: &mut Rng| {
            if rng.below(100) < missing {
                MISSING_BIN
            } else {
                rng.below(bins) as u8
            }
        };
        (0..n).map(|_| bin(rng)).collect::<Vec<u8>>()
    };
    let columns: Vec<Vec<u8>> = (0..features).map(|_| column(&mut rng)).collect();
    let ties = rng.below(2) == 0;
    let derivatives: Vec<(f64, f64)> = (0..n)
        .map(|_| {
            let g = if ties {
                f64::from(rng.below(5)) - 2.0
            } else {
                rng.unit() * 2.0 - 1.0
            };
            (g, if ties { 1.0 } else { rng.unit() * 0.25 })
        })
        .collect();
    let sum = |f: fn(&(f64, f64)) -> f64| derivatives.iter().map(f).sum();
    let units = Units::of(sum(|d| d.0.abs()), sum(|d| d.1));
    let scales = units.scales();
    let monotone = if rng.below(4) == 0 {
        (0..features).map(|_| rng.below(3) as i8 - 1).collect()
    } else {
        Vec::new()
    };
    // No edges: a cut stays where it was found.
    let kind = |rng: &mut Rng| match rng.below(4) {
        0 => FeatureBins::Categories(255),
        _ => FeatureBins::Numbers(BinEdges::default()),
    };
    Problem {
        columns: BinnedColumns::new(columns, n).unwrap(),
        rows: (0..n as u32).filter(|_| rng.below(8) > 0).collect(),
        pairs: derivatives
            .iter()
            .map(|d| Units::pack(scales, d.0, d.1))
            .collect(),
        units,
        monotone,
        features: (0..features).map(|_| kind(&mut rng)).collect(),
        params: GradientTreeParams {
            max_leaves: 2 + rng.below(20),
            max_depth: if rng.below(3) == 0 { 3 } else { u32::MAX },
            best_first: rng.below(3) > 0,
            min_samples_leaf: 1 + rng.below(2) * rng.below(12),
            min_hessian: [1e-3, 1.0][rng.below(2) as usize],
            full_hessian: f64::from(rng.below(3) * 10),
            l2: f64::from(rng.below(3)),
            ..PARAMS
        },
    }
}

impl Problem {
    fn grow(&self, importance: &mut [f64]) -> Tree {
        let bins = BinRows::of(&self.columns);
        let data = GradientRows {
            columns: &self.columns,
            bins: &bins,
            features: &self.features,
            monotone: &self.monotone,
        };
        let places: Vec<u16> = (0..bins.usable().len() as u16).collect();
        let task = TreeTask {
            rows: &self.rows,
            pairs: &self.pairs,
            units: self.units,
            places: &places,
        };
        let mut grower = GradientGrower::default();
        // What an earlier tree left behind changes nothing.
        grower.grow(data, task, None, &PARAMS, &mut importance.to_vec());
        let tree = grower.grow(data, task, None, &self.params, importance);
        let mut seen = vec![false; self.columns.rows()];
        for (rows, value) in grower.leaf_rows() {
            for &row in rows {
                let leaf = tree.leaf_of(|f| self.columns.column(f)[row as usize]);
                assert_eq!(
                    tree.score(leaf),
                    f64::from(value),
                    "a row is in the leaf that it falls into"
                );
                assert!(!std::mem::replace(&mut seen[row as usize], true));
            }
        }
        assert_eq!(seen.iter().filter(|s| **s).count(), self.rows.len());
        let mut scores = vec![f64::NAN; self.columns.rows()];
        let of_node: Vec<f64> = (0..tree.len()).map(|node| tree.score(node)).collect();
        TreeOverRows::new(&tree, &bins)
            .unwrap()
            .fill(&bins, &self.rows, &of_node, &mut scores);
        for &row in &self.rows {
            let leaf = tree.leaf_of(|f| self.columns.column(f)[row as usize]);
            assert_eq!(scores[row as usize], tree.score(leaf));
        }
        tree
    }
}

/// Sums of first and second derivatives, and rows.
type Sums = (i64, i64, u64);

/// A question: bins up to this one and perhaps missing values, or a set.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ask {
    Cut(u8, bool),
    Set(BinSet),
}

impl Ask {
    fn goes_left(self, bin: u8) -> bool {
        match self {
            Self::Cut(_, missing_left) if bin == MISSING_BIN => missing_left,
            Self::Cut(cut, _) => bin <= cut,
            Self::Set(set) => set_has(&set, bin),
        }
    }
}

/// A node of the naive tree: its rows, its depth, its bounds, the best split (gain, feature, question), and the children
/// once split.
struct Naive {
    rows: Vec<u32>,
    depth: u32,
    bounds: (f64, f64),
    best: Option<(f64, usize, Ask)>,
    children: Option<[usize; 2]>,
}

impl Problem {
    fn sums<'a>(&self, rows: impl IntoIterator<Item = &'a u32>) -> Sums {
        rows.into_iter().fold((0, 0, 0), |(g, h, n), &row| {
            let pair = self.pairs[row as usize];
            (
                g + i64::from(first_of(pair)),
                h + i64::from(second_of(pair)),
                n + 1,
            )
        })
    }

    fn bin(&self, row: u32, feature: usize) -> u8 {
        self.columns.column(feature)[row as usize]
    }

    fn is_categories(&self, feature: usize) -> bool {
        self.features
            .get(feature)
            .is_some_and(FeatureBins::is_categories)
    }

    fn step(&self, s: Sums, bounds: (f64, f64)) -> f64 {
        let divisor = s.1 as f64 + self.params.l2 / self.units.second();
        let step = if divisor > 0.0 {
            -(s.0 as f64) / divisor
        } else {
            0.0
        };
        step.clamp(bounds.0, bounds.1)
    }

    /// All questions that make sense of a feature, in the order in which they are preferred.
    fn questions(&self, node: &Naive, feature: usize) -> Vec<Ask> {
        let of_bin =
            |bin: u8| self.sums(node.rows.iter().filter(|&&r| self.bin(r, feature) == bin));
        let weighs = |bin: u8| (of_bin(bin).0, of_bin(bin).1) != (0, 0);
        if !self.is_categories(feature) {
            let sides = [false, true]
                .into_iter()
                .filter(|&left| !left || weighs(MISSING_BIN));
            return sides
                .flat_map(|left| (0..MISSING_BIN).map(move |bin| Ask::Cut(bin, left)))
                .collect();
        }
        let key =
            |bin: u8| of_bin(bin).0 as f64 / (of_bin(bin).1 as f64 + 1.0 / self.units.second());
        let mut present: Vec<u8> = (0..=MISSING_BIN).filter(|&bin| weighs(bin)).collect();
        present.sort_by(|&a, &b| key(a).total_cmp(&key(b)));
        let grow = |set: &mut BinSet, bin: u8| {
            set[usize::from(bin >> 6)] |= 1 << (bin & 63);
            Some(Ask::Set(*set))
        };
        present.into_iter().scan([0; 4], grow).collect()
    }

    /// By trying everything.
    fn naive_best(&self, node: &Naive) -> Option<(f64, usize, Ask)> {
        let p = &self.params;
        if node.depth >= p.max_depth {
            return None;
        }
        let all = self.sums(&self.rows).1 as f64 * self.units.second();
        let enough = p.full_hessian <= all;
        let share = if enough { 1.0 } else { all / p.full_hessian };
        let (l2, min_second) = (
            p.l2 / self.units.second(),
            (p.min_hessian * share / self.units.second()).max(1.0),
        );
        let total = self.sums(&node.rows);
        let whole = total.0 as f64 * total.0 as f64 / (total.1 as f64 + l2);
        let worth = |s: Sums| {
            let step = self.step(s, node.bounds);
            -step * (2.0 * s.0 as f64 + (s.1 as f64 + l2) * step)
        };
        let mut best = None;
        let mut most = 1e-9 * self.units.second() / (self.units.first() * self.units.first());
        for feature in 0..self.columns.features() {
            let categories = self.is_categories(feature);
            for ask in self.questions(node, feature) {
                let inside = |r: &&u32| ask.goes_left(self.bin(**r, feature));
                let left = self.sums(node.rows.iter().filter(inside));
                let right = (total.0 - left.0, total.1 - left.1, total.2 - left.2);
                if left.2.min(right.2) < u64::from(p.min_samples_leaf)
                    || (left.1.min(right.1) as f64) < min_second
                {
                    continue;
                }
                let sign = self.monotone.get(feature).copied().unwrap_or(0);
                let steps = [left, right].map(|s| self.step(s, node.bounds));
                if !categories && f64::from(sign) * (steps[1] - steps[0]) < 0.0 {
                    continue;
                }
                let side = |s: Sums| (s.0 as f64, s.1 as f64 + l2);
                let ((g, h), (other_g, other_h)) = (side(left), side(right));
                let gain = if node.bounds == (f64::NEG_INFINITY, f64::INFINITY) {
                    (g * g * other_h + other_g * other_g * h) / (h * other_h) - whole
                } else {
                    worth(left) + worth(right) - worth(total)
                };
                if gain > most {
                    most = gain;
                    best = Some((gain, feature, ask));
                }
            }
        }
        best
    }

    fn naive(&self) -> Vec<Naive> {
        let node = |rows, depth, bounds| {
            let children = None;
            let mut node = Naive {
                rows,
                depth,
                bounds,
                best: None,
                children,
            };
            node.best = self.naive_best(&node);
            node
        };
        let mut nodes = vec![node(
            self.rows.clone(),
            0,
            (f64::NEG_INFINITY, f64::INFINITY),
        )];
        let mut leaves = 1;
        while leaves < self.params.max_leaves {
            let mut open = (0..nodes.len())
                .filter(|&i| nodes[i].best.is_some() && nodes[i].children.is_none());
            let gain = |i: usize| nodes[i].best.map_or(0.0, |b| b.0);
            let chosen = if self.params.best_first {
                // Of equals the first.
                open.rev().max_by(|&a, &b| gain(a).total_cmp(&gain(b)))
            } else {
                open.next()
            };
            let Some(at) = chosen else { break };
            let (_, feature, ask) = nodes[at].best.unwrap();
            let left_side = |r: &&u32| ask.goes_left(self.bin(**r, feature));
            let (left, right): (Vec<u32>, Vec<u32>) = nodes[at].rows.iter().partition(left_side);
            let bounds = nodes[at].bounds;
            let steps = [&left, &right].map(|rows| self.step(self.sums(rows), bounds));
            let middle = steps[0] / 2.0 + steps[1] / 2.0;
            let (below, above) = ((bounds.0, middle), (middle, bounds.1));
            let sign = self.monotone.get(feature).copied().unwrap_or(0);
            let (left_bounds, right_bounds) = match sign {
                _ if self.is_categories(feature) => (bounds, bounds),
                0 => (bounds, bounds),
                1 => (below, above),
                _ => (above, below),
            };
            let depth = nodes[at].depth + 1;
            nodes[at].children = Some([nodes.len(), nodes.len() + 1]);
            nodes.push(node(left, depth, left_bounds));
            nodes.push(node(right, depth, right_bounds));
            leaves += 1;
        }
        nodes
    }
}

#[test]
fn splits_are_those_of_a_naive_learner() {
    let (mut splits, mut constrained, mut missing, mut sets) = (0, 0, 0, 0);
    for seed in 0..400 {
        let problem = problem(seed);
        let tree = problem.grow(&mut vec![0.0; problem.columns.features()]);
        let naive = problem.naive();
        assert_eq!(tree.len(), naive.len(), "problem {seed}");
        let mut pending = vec![(0, 0)];
        while let Some((at, naive_at)) = pending.pop() {
            let node = &naive[naive_at];
            let Some(children) = node.children else {
                let NodeKind::Values(value) = tree.kind(at) else {
                    panic!("problem {seed}, node {at}: {:?}", tree.kind(at));
                };
                let unit = problem.units.first() / problem.units.second();
                let step = problem.step(problem.sums(&node.rows), node.bounds) * unit;
                let difference = f64::from(value[0]) - step.clamp(-10.0, 10.0);
                assert!(
                    difference.abs() <= 1e-6 * step.abs(),
                    "problem {seed}, node {at}"
                );
                continue;
            };
            splits += 1;
            constrained += usize::from(!problem.monotone.is_empty());
            let (_, feature, ask) = node.best.unwrap();
            let any_missing = node
                .rows
                .iter()
                .any(|&r| problem.bin(r, feature) == MISSING_BIN);
            missing += usize::from(any_missing);
            let (found, found_ask, left) = match tree.kind(at) {
                NodeKind::Split {
                    feature,
                    bin,
                    missing_left,
                    left,
                } => {
                    let expected = match ask {
                        Ask::Cut(_, expected) if any_missing => expected,
                        _ => missing_left,
                    };
                    assert_eq!(missing_left, expected, "problem {seed}, node {at}");
                    let Ask::Cut(_, side) = ask else {
                        panic!("problem {seed}, node {at}")
                    };
                    (feature, Ask::Cut(bin, side), left)
                }
                NodeKind::SetSplit { feature, set, left } => {
                    sets += 1;
                    (feature, Ask::Set(*set), left)
                }
                other => panic!("problem {seed}, node {at}: {other:?}"),
            };
            assert_eq!(
                (found, found_ask),
                (feature, ask),
                "problem {seed}, node {at}"
            );
            pending.extend([(left, children[0]), (left + 1, children[1])]);
        }
    }
    let enough = splits > 1500 && constrained > 300 && missing > 300 && sets > 300;
    assert!(enough, "{splits} {constrained} {missing} {sets}");
}

#[test]
fn the_order_of_rows_changes_no_tree() {
    for seed in 0..60 {
        let mut problem = problem(seed);
        let tree = problem.grow(&mut vec![0.0; problem.columns.features()]);
        let n = problem.columns.rows();
        let mut order: Vec<usize> = (0..n).collect();
        let mut rng = Rng::new(seed, 9);
        (1..n)
            .rev()
            .for_each(|i| order.swap(i, rng.below(i as u32 + 1) as usize));
        let column = |f: usize| {
            order
                .iter()
                .map(|&i| problem.columns.column(f)[i])
                .collect()
        };
        let columns = (0..problem.columns.features()).map(column).collect();
        let kept = |&place: &u32| {
            problem
                .rows
                .binary_search(&(order[place as usize] as u32))
                .is_ok()
        };
        problem.rows = (0..n as u32).filter(kept).collect();
        problem.pairs = order.iter().map(|&i| problem.pairs[i]).collect();
        problem.columns = BinnedColumns::new(columns, n).unwrap();
        assert_eq!(
            problem.grow(&mut vec![0.0; problem.columns.features()]),
            tree,
            "problem {seed}"
        );
    }
}

#[test]
fn squared_loss_fits_group_means() {
    // With gradient = -y and hessian = 1 a leaf's step is the mean of its rows.
    let bins: Vec<u8> = (0..80).map(|i| [3, 9, 40, MISSING_BIN][i % 4]).collect();
    let y: Vec<f64> = (0..80).map(|i| [1.0, 2.0, 4.0, 8.0][i % 4]).collect();
    let units = Units::of(y.iter().sum(), 80.0);
    let problem = Problem {
        columns: BinnedColumns::new(vec![bins.clone()], 80).unwrap(),
        rows: (0..80).collect(),
        pairs: y
            .iter()
            .map(|y| Units::pack(units.scales(), -y, 1.0))
            .collect(),
        units,
        monotone: Vec::new(),
        features: Vec::new(),
        params: PARAMS,
    };
    let mut importance = [0.0];
    let tree = problem.grow(&mut importance);
    tree.check(1, 0).unwrap();
    for i in 0..80 {
        assert!(
            (tree.score(tree.leaf_of(|_| bins[i])) - y[i]).abs() < 1e-6,
            "{i}"
        );
    }
    // The squared deviations that the split removed.
    let mean = 15.0 / 4.0;
    let removed: f64 = y.iter().map(|y| (y - mean) * (y - mean)).sum();
    assert!(
        (importance[0] / removed - 1.0).abs() < 1e-6,
        "{importance:?} {removed}"
    );
}
