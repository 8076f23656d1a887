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
        let mut present = [0_u64; 4];
        for &b in &self.bins {
            present[usize::from(b >> 6)] |= 1 << (b & 63);
        }
        let mut ascending = (0..=255_u8).filter(|&b| set_has(&present, b));
        let low = ascending.next()?;
        ascending.next()?;
        let high = (0..MISSING_BIN)
            .rev()
            .find(|&b| set_has(&present, b))
            .unwrap_or(low);
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
        self.sides.begin(node);
        let mut rows = 0;
        for (s, &b) in samples.iter().zip(&self.bins) {
            if goes_left(&cut, b) {
                self.sides.take(node, s.class(), s.weight());
                rows += 1;
            }
        }
        let fewest = self.min_leaf_rows.max(1);
        if rows < fewest || samples.len() - rows < fewest {
            return None;
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
