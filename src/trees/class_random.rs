//! Splits drawn at random, of which the best feature's is taken (extremely randomized trees; Geurts, Ernst & Wehenkel 2006).

use super::class_rows::Sample;
use super::class_split::{ClassSplit, ClassSplitter, Cut, NodeWeights, bounds};
use super::{FeatureBins, MISSING_BIN, Rng, set_has};

impl ClassSplitter {
    /// A cut drawn at random between the smallest and the largest value of `samples`, evenly by value as far as the
    /// feature's edges tell; of categories, each present one goes left or right by a toss; missing values likewise.
    /// `None` where the feature is constant or a side has too few rows.
    pub(crate) fn random_cut(
        &mut self,
        feature: usize,
        samples: &[Sample],
        node: &NodeWeights<'_>,
        bins: &FeatureBins,
        rng: &mut Rng,
        bin_of: impl Fn(Sample) -> u8,
    ) -> Option<ClassSplit> {
        self.bins.clear();
        self.bins.extend(samples.iter().map(|s| bin_of(*s)));
        let (low, high) = range(&self.bins, 255);
        if low == high {
            return None;
        }
        let high = if high == MISSING_BIN {
            range(&self.bins, 254).1
        } else {
            high
        };
        let cut = if bins.is_categories() {
            let mut set = [0; 4];
            for word in &mut set {
                *word = rng.next_u64();
            }
            Cut::Set(set)
        } else if low == high {
            // One value, and missing ones.
            Cut::Bin {
                bin: low,
                last_bin: low,
                missing_left: false,
            }
        } else {
            let bin = bins
                .edges()
                .map_or(low, |e| random_bin(e.edges(), low, high, rng));
            Cut::Bin {
                bin,
                last_bin: bin,
                missing_left: rng.next_u64() >> 63 == 1,
            }
        };
        let mut rows = 0;
        let left = &mut self.left;
        left.clear();
        left.resize(node.by_class.len(), 0);
        for (s, &b) in samples.iter().zip(&self.bins) {
            let goes_left = goes_left(&cut, b);
            rows += usize::from(goes_left);
            if let Some(left) = left.get_mut(s.class()) {
                // Nothing, where it goes right: no branch to be guessed wrong.
                *left = left.wrapping_add(s.weight() * u32::from(goes_left));
            }
        }
        let fewest = self.min_leaf_rows.max(1);
        if rows < fewest || samples.len() - rows < fewest {
            return None;
        }
        self.sides.begin(node);
        for (class, &weight) in self.left.iter().enumerate() {
            if weight > 0 {
                self.sides.take(node, class, weight);
            }
        }
        let (whole, most) = bounds(self.impurity, node);
        let worth = self.sides.worth(self.impurity, node);
        let gain = worth - whole;
        (gain > node.total as f64 * 1e-12).then_some(ClassSplit {
            feature,
            cut,
            gain,
            perfect: worth >= most,
        })
    }
}

/// The lowest bin, and the highest that is not above `most` (0 where none is).
fn range(bins: &[u8], most: u8) -> (u8, u8) {
    bins.iter().fold((255, 0), |(low, high), &b| {
        (b.min(low), if b <= most { b.max(high) } else { high })
    })
}

/// Whether a row of this bin goes left.
#[inline]
pub(super) fn goes_left(cut: &Cut, bin: u8) -> bool {
    match cut {
        Cut::Bin {
            bin: last,
            missing_left,
            ..
        } => {
            // Missing is the highest bin: one more makes it the lowest, and moves all others alike.
            let shift = u8::from(*missing_left);
            bin.wrapping_add(shift) <= last.wrapping_add(shift)
        }
        Cut::Set(set) => set_has(set, bin),
    }
}

/// A cut between the bins `low` and `high` (below it), each as likely as the stretch of values nearest to its edge.
fn random_bin(edges: &[f64], low: u8, high: u8, rng: &mut Rng) -> u8 {
    let inner = edges
        .get(usize::from(low)..usize::from(high))
        .unwrap_or_default();
    let (Some(first), Some(last)) = (inner.first(), inner.last()) else {
        return low;
    };
    // The outer edges get as much beyond them as lies between them and their neighbours.
    let gap = |a: f64, b: f64| (b - a) / 2.0;
    let below = inner.get(1).map_or(0.0, |next| gap(*first, *next));
    let above = inner
        .len()
        .checked_sub(2)
        .map_or(0.0, |at| gap(inner[at], *last));
    let at = first - below + rng.unit() * (last + above - (first - below));
    let upper = inner.partition_point(|&edge| edge < at);
    let nearest = match (upper.checked_sub(1), inner.get(upper)) {
        (Some(lower), Some(edge)) if at - inner[lower] < edge - at => lower,
        (_, Some(_)) => upper,
        (Some(lower), None) => lower,
        (None, None) => 0,
    };
    low + nearest as u8
}
