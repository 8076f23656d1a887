//! Grows one tree on gradients, level by level, the larger sibling's histogram by subtraction (Ke et al. 2017).

use super::{BinnedColumns, FeatureBins, MISSING_BIN, Node, Tree};

/// Checked parameters of one gradient tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientTreeParams {
    /// Levels below the root.
    pub max_depth: u32,
    /// Fewest rows on each side of a split.
    pub min_samples_leaf: u32,
    /// Added to the sum of second derivatives.
    pub l2: f64,
    /// What each leaf's Newton step is multiplied with.
    pub learning_rate: f64,
}

/// Least sum of second derivatives on each side: below it a Newton step is noise (as in LightGBM).
const MIN_HESSIAN: f64 = 1e-3;
/// Largest Newton step, before the learning rate: a class with hardly any second derivative would jump.
const MAX_STEP: f64 = 10.0;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cell {
    gradient: f64,
    hessian: f64,
    rows: u32,
}

impl Cell {
    fn add(&mut self, o: &Self) {
        self.gradient += o.gradient;
        self.hessian += o.hessian;
        self.rows += o.rows;
    }

    fn without(&self, o: &Self) -> Self {
        Self {
            gradient: self.gradient - o.gradient,
            hessian: self.hessian - o.hessian,
            rows: self.rows - o.rows,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct GradientSplit {
    feature: usize,
    /// This bin and below go left; none of the node's rows lies above it up to `last_bin`.
    bin: u8,
    last_bin: u8,
    missing_left: bool,
    gain: f64,
}

/// Scratch that serves tree after tree.
#[derive(Debug)]
pub struct GradientGrower<'a> {
    columns: &'a BinnedColumns,
    edges: &'a [FeatureBins],
    params: GradientTreeParams,
    rows: Vec<u32>,
    right: Vec<u32>,
    spare: Vec<Vec<Cell>>,
}

struct Open {
    node: usize,
    begin: usize,
    end: usize,
    depth: u32,
    histogram: Vec<Cell>,
    total: Cell,
}

impl<'a> GradientGrower<'a> {
    /// For these columns and their edges.
    pub fn new(
        columns: &'a BinnedColumns,
        edges: &'a [FeatureBins],
        params: GradientTreeParams,
    ) -> Self {
        Self {
            columns,
            edges,
            params,
            rows: Vec::new(),
            right: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// Grows a tree on `rows` from the first and second derivatives of each row's loss; adds each leaf's value to
    /// `scores` of those rows, and each feature's gain to `importance`.
    pub fn grow(
        &mut self,
        rows: &[u32],
        gradients: &[f32],
        hessians: &[f32],
        scores: &mut [f64],
        importance: &mut [f64],
    ) -> Tree {
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        let mut nodes = vec![Node::leaf(0)];
        let mut values = Vec::new();
        let mut total = Cell::default();
        for &row in rows {
            let row = row as usize;
            total.add(&Cell {
                gradient: gradients[row].into(),
                hessian: hessians[row].into(),
                rows: 1,
            });
        }
        let histogram = self.histogram(0, rows.len(), gradients, hessians);
        let mut open = vec![Open {
            node: 0,
            begin: 0,
            end: rows.len(),
            depth: 0,
            histogram,
            total,
        }];
        while let Some(Open {
            node,
            begin,
            end,
            depth,
            histogram,
            total,
        }) = open.pop()
        {
            let split = if depth < self.params.max_depth {
                self.best_split(&histogram, &total)
            } else {
                None
            };
            let Some(split) = split else {
                self.spare.push(histogram);
                let step = self.step(&total);
                for &row in &self.rows[begin..end] {
                    scores[row as usize] += f64::from(step);
                }
                nodes[node] = Node::leaf(values.len() as u32);
                values.push(step);
                continue;
            };
            importance[split.feature] += split.gain;
            let cut = self
                .edges
                .get(split.feature)
                .map_or(split.bin, |e| e.middle_cut(split.bin, split.last_bin));
            let (left_rows, missing_left) = self.partition(begin, end, split);
            let middle = begin + left_rows;
            let left = nodes.len();
            nodes.extend([Node::leaf(0); 2]);
            nodes[node] = Node::split(split.feature as u16, cut, missing_left, left as u32);
            // The smaller side is counted, the larger is what remains.
            let (small_begin, small_end) = if middle - begin <= end - middle {
                (begin, middle)
            } else {
                (middle, end)
            };
            let last_level = depth + 1 >= self.params.max_depth;
            let (small, large) = if last_level {
                (Vec::new(), histogram)
            } else {
                let small = self.histogram(small_begin, small_end, gradients, hessians);
                let mut large = histogram;
                large
                    .iter_mut()
                    .zip(&small)
                    .for_each(|(l, s)| *l = l.without(s));
                (small, large)
            };
            let mut small_total = Cell::default();
            for &row in &self.rows[small_begin..small_end] {
                let row = row as usize;
                small_total.add(&Cell {
                    gradient: gradients[row].into(),
                    hessian: hessians[row].into(),
                    rows: 1,
                });
            }
            let large_total = total.without(&small_total);
            let small_is_left = small_begin == begin;
            let (left_part, right_part) = if small_is_left {
                ((small, small_total), (large, large_total))
            } else {
                ((large, large_total), (small, small_total))
            };
            let depth = depth + 1;
            open.push(Open {
                node: left + 1,
                begin: middle,
                end,
                depth,
                histogram: right_part.0,
                total: right_part.1,
            });
            open.push(Open {
                node: left,
                begin,
                end: middle,
                depth,
                histogram: left_part.0,
                total: left_part.1,
            });
        }
        Tree::from_parts(nodes, values, Vec::new(), 1)
    }

    fn step(&self, total: &Cell) -> f32 {
        let step = -total.gradient / (total.hessian + self.params.l2).max(1e-16);
        (step.clamp(-MAX_STEP, MAX_STEP) * self.params.learning_rate) as f32
    }

    fn histogram(
        &mut self,
        begin: usize,
        end: usize,
        gradients: &[f32],
        hessians: &[f32],
    ) -> Vec<Cell> {
        let mut cells = self.spare.pop().unwrap_or_default();
        cells.clear();
        cells.resize(self.columns.features() * 256, Cell::default());
        let rows = &self.rows[begin..end];
        for (feature, cells) in cells.chunks_exact_mut(256).enumerate() {
            let bins = self.columns.column(feature);
            for &row in rows {
                let row = row as usize;
                let cell = &mut cells[usize::from(bins[row])];
                cell.gradient += f64::from(gradients[row]);
                cell.hessian += f64::from(hessians[row]);
                cell.rows += 1;
            }
        }
        cells
    }

    fn best_split(&self, histogram: &[Cell], total: &Cell) -> Option<GradientSplit> {
        let least = self.params.min_samples_leaf.max(1);
        if total.rows < 2 * least {
            return None;
        }
        let l2 = self.params.l2;
        let worth = |c: &Cell| c.gradient * c.gradient / (c.hessian + l2).max(1e-16);
        let whole = worth(total);
        let mut best: Option<GradientSplit> = None;
        let mut best_gain = 1e-9;
        for (feature, cells) in histogram.chunks_exact(256).enumerate() {
            let missing = cells[usize::from(MISSING_BIN)];
            let mut left = Cell::default();
            let mut last_present: Option<u8> = None;
            for bin in 0..MISSING_BIN {
                let cell = &cells[usize::from(bin)];
                if cell.rows == 0 {
                    continue;
                }
                // The boundary before this bin: all that `left` holds against the rest.
                if let Some(last) = last_present {
                    for missing_left in [false, true] {
                        if missing_left && missing.rows == 0 {
                            break;
                        }
                        let mut side = left;
                        if missing_left {
                            side.add(&missing);
                        }
                        let other = total.without(&side);
                        if side.rows < least
                            || other.rows < least
                            || side.hessian < MIN_HESSIAN
                            || other.hessian < MIN_HESSIAN
                        {
                            continue;
                        }
                        let gain = worth(&side) + worth(&other) - whole;
                        if gain > best_gain {
                            best_gain = gain;
                            best = Some(GradientSplit {
                                feature,
                                bin: last,
                                last_bin: bin - 1,
                                missing_left,
                                gain,
                            });
                        }
                    }
                }
                left.add(cell);
                last_present = Some(bin);
            }

            // All values against the missing ones.
            if let Some(last) = last_present
                && missing.rows >= least
                && left.rows >= least
                && left.hessian >= MIN_HESSIAN
                && missing.hessian >= MIN_HESSIAN
            {
                let gain = worth(&left) + worth(&missing) - whole;
                if gain > best_gain {
                    best_gain = gain;
                    best = Some(GradientSplit {
                        feature,
                        bin: last,
                        last_bin: last,
                        missing_left: false,
                        gain,
                    });
                }
            }
        }
        best
    }

    /// Stable; how many go left, and the side of missing values when predicting.
    fn partition(&mut self, begin: usize, end: usize, split: GradientSplit) -> (usize, bool) {
        let bins = self.columns.column(split.feature);
        let rows = &mut self.rows[begin..end];
        self.right.clear();
        let mut left = 0;
        let mut any_missing = false;
        for i in 0..rows.len() {
            let row = rows[i];
            let bin = bins[row as usize];
            any_missing |= bin == MISSING_BIN;
            let goes_left = if bin == MISSING_BIN {
                split.missing_left
            } else {
                bin <= split.bin
            };
            if goes_left {
                rows[left] = row;
                left += 1;
            } else {
                self.right.push(row);
            }
        }
        rows[left..].copy_from_slice(&self.right);
        (
            left,
            if any_missing {
                split.missing_left
            } else {
                left >= self.right.len()
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trees::Rng;

    const PARAMS: GradientTreeParams = GradientTreeParams {
        max_depth: 3,
        min_samples_leaf: 1,
        l2: 0.0,
        learning_rate: 1.0,
    };

    #[test]
    fn squared_loss_fits_group_means() {
        // With gradient = -y and hessian = 1 a leaf's step is the mean of its rows.
        let bins: Vec<u8> = (0..80).map(|i| [3, 9, 40, MISSING_BIN][i % 4]).collect();
        let y: Vec<f32> = (0..80).map(|i| [1.0, 2.0, 4.0, 8.0][i % 4]).collect();
        let columns = BinnedColumns::new(vec![bins.clone()], 80).unwrap();
        let gradients: Vec<f32> = y.iter().map(|v| -v).collect();
        let rows: Vec<u32> = (0..80).collect();
        let mut scores = vec![0.0; 80];
        let mut importance = [0.0];
        let tree = GradientGrower::new(&columns, &[], PARAMS).grow(
            &rows,
            &gradients,
            &[1.0; 80],
            &mut scores,
            &mut importance,
        );
        tree.check(1, 0).unwrap();
        for i in 0..80 {
            assert!(
                (scores[i] - f64::from(y[i])).abs() < 1e-6,
                "{i}: {}",
                scores[i]
            );
            assert!((tree.score(tree.leaf_of(|_| bins[i])) - scores[i]).abs() < 1e-6);
        }
        assert!(importance[0] > 0.0);
    }

    #[test]
    fn subtraction_gives_what_counting_gives() {
        let mut rng = Rng::new(8, 0);
        let n = 3000;
        let columns = BinnedColumns::new(
            (0..3)
                .map(|_| {
                    (0..n)
                        .map(|_| {
                            if rng.below(9) == 0 {
                                MISSING_BIN
                            } else {
                                rng.below(200) as u8
                            }
                        })
                        .collect()
                })
                .collect(),
            n,
        )
        .unwrap();
        let gradients: Vec<f32> = (0..n)
            .map(|i| (f64::from(columns.column(0)[i]) / 90.0 - 1.0 + rng.unit()) as f32)
            .collect();
        let hessians = vec![1.0_f32; n];
        let rows: Vec<u32> = (0..n as u32).collect();
        let mut scores = vec![0.0; n];
        let tree = GradientGrower::new(&columns, &[], PARAMS).grow(
            &rows,
            &gradients,
            &hessians,
            &mut scores,
            &mut [0.0; 3],
        );
        // Every leaf's step is minus the mean gradient of the rows that fall into it.
        for leaf in 0..tree.len() {
            let inside: Vec<usize> = (0..n)
                .filter(|&i| tree.leaf_of(|f| columns.column(f)[i]) == leaf)
                .collect();
            if inside.is_empty() {
                continue;
            }
            let mean =
                inside.iter().map(|&i| f64::from(gradients[i])).sum::<f64>() / inside.len() as f64;
            assert!(
                (tree.score(leaf) + mean).abs() < 1e-5,
                "{} {mean}",
                tree.score(leaf)
            );
            assert!(
                inside
                    .iter()
                    .all(|&i| (scores[i] - tree.score(leaf)).abs() < 1e-12)
            );
        }
        assert_eq!(tree.depth(), 3);
    }
}
