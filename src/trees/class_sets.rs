//! Splits of a classification node on a feature of categories: sets of bins.

use super::class_rows::Sample;
use super::class_split::{ClassSplit, ClassSplitter, Cut, NodeWeights, bounds};
use crate::data::{number_key, sort_by_key, sort_keyed};

/// Orders of the categories that are tried: by the share of each of so many classes, the heaviest first.
const MOST_ORDERS: usize = 8;

impl ClassSplitter {
    /// The best set of bins found on a feature of categories. Of two classes it is the best there is: categories in order
    /// of one class's share, cut once (Breiman et al. 1984, theorem 4.5). Of more, the best such cut over the orders by
    /// each class's share. Missing values are a category of their own. See `best_cut` for `None`.
    pub(crate) fn best_set(
        &mut self,
        feature: usize,
        samples: &[Sample],
        node: &NodeWeights<'_>,
        least: f64,
        bin_of: impl Fn(Sample) -> u8,
    ) -> Option<ClassSplit> {
        let classes = node.by_class.len();
        self.bins.clear();
        self.bins.extend(samples.iter().map(|s| bin_of(*s)));
        let mut rows_by_bin = [0_usize; 256];
        self.bins
            .iter()
            .for_each(|&b| rows_by_bin[usize::from(b)] += 1);
        let mut present: Vec<u8> = (0..=255)
            .filter(|&b| rows_by_bin[usize::from(b)] > 0)
            .collect();
        let (Some(&low), Some(&high)) = (present.first(), present.last()) else {
            return None;
        };
        if low == high {
            return None;
        }
        self.fill_histogram(samples, classes);
        let mut by_weight: Vec<usize> = (0..classes).filter(|&k| node.by_class[k] > 0).collect();
        sort_by_key(&mut by_weight, |&k| std::cmp::Reverse(node.by_class[k]));
        // Of two classes one order is the other's reverse.
        by_weight.truncate(if by_weight.len() == 2 { 1 } else { MOST_ORDERS });
        let (whole, most) = bounds(self.impurity, node);
        let mut best_worth = whole + least.max(node.total as f64 * 1e-12);
        let mut best = None;
        for class in by_weight {
            let share = |bin: u8| {
                let cells = self.cells(bin, classes);
                let total: u64 = cells.iter().map(|&w| u64::from(w)).sum();
                f64::from(cells[class]) / total as f64
            };
            let key = |&bin: &u8| (number_key(share(bin)), u32::from(bin));
            let mut keyed: Vec<(u64, u32)> = present.iter().map(key).collect();
            sort_keyed(&mut keyed);
            present.clear();
            present.extend(keyed.iter().map(|k| k.1 as u8));
            self.sides.begin(node);
            let mut rows = 0;
            let mut set = [0_u64; 4];
            for &bin in &present[..present.len() - 1] {
                for k in 0..classes {
                    let weight = self.cells(bin, classes)[k];
                    if weight > 0 {
                        self.sides.take(node, k, weight);
                    }
                }
                rows += rows_by_bin[usize::from(bin)];
                set[usize::from(bin >> 6)] |= 1 << (bin & 63);
                if rows >= self.min_leaf_rows && samples.len() - rows >= self.min_leaf_rows {
                    let worth = self.sides.worth(self.impurity, node);
                    if worth > best_worth {
                        best_worth = worth;
                        best = Some(set);
                    }
                }
            }
        }
        self.clear_histogram(low, high, classes);
        best.map(|set| ClassSplit {
            feature,
            cut: Cut::Set(set),
            gain: best_worth - whole,
            perfect: best_worth >= most,
        })
    }
}
