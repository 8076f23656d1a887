//! The walk over a node's rows in order of a feature's bins that finds the best boundary by Gini.

use super::class_split::{Cut, NodeWeights};

/// The usual case of `scan_keys` with all its sums in registers: Gini, nothing missing, leaves of one row allowed.
pub(super) fn scan_gini(
    keys: &[u64],
    node: &NodeWeights<'_>,
    left: &mut Vec<u32>,
    best: &mut Best,
) {
    let classes = node.by_class.len();
    if classes <= FEW {
        // Few classes have places of their own: nothing to clear elsewhere, and no index to check.
        let mut all = [0_u32; FEW];
        all[..classes].copy_from_slice(node.by_class);
        let mut left = [0_u32; FEW];
        let mut sums = Sums::new(node);
        for pair in keys.windows(2) {
            let &[key, next] = pair else { return };
            let class = (key >> 24) as usize & (FEW - 1);
            left[class] = sums.take(key & 0xff_ffff, left[class], all[class]);
            if (key ^ next) >> 32 != 0 {
                sums.judge(key, next, best);
            }
        }
        return;
    }
    left.clear();
    left.resize(classes, 0);
    let mut sums = Sums::new(node);
    for pair in keys.windows(2) {
        let &[key, next] = pair else { return };
        let class = (key >> 24 & 255) as usize;
        let (Some(left), Some(&all)) = (left.get_mut(class), node.by_class.get(class)) else {
            return;
        };
        *left = sums.take(key & 0xff_ffff, *left, all);
        if (key ^ next) >> 32 != 0 {
            sums.judge(key, next, best);
        }
    }
}

/// Classes that have places of their own in `scan_gini`.
const FEW: usize = 16;

/// What both sides of a boundary that moves up are worth by Gini.
struct Sums {
    squares_left: u64,
    squares_right: u64,
    left: u64,
    total: u64,
}

impl Sums {
    fn new(node: &NodeWeights<'_>) -> Self {
        Self {
            squares_left: 0,
            squares_right: node.squares,
            left: 0,
            total: node.total,
        }
    }

    /// Moves a weight of a class to the left, which had `left` of `all`; what it has now.
    #[inline(always)]
    fn take(&mut self, weight: u64, left: u32, all: u32) -> u32 {
        let l = u64::from(left);
        let r = u64::from(all).wrapping_sub(l);
        let now = l.wrapping_add(weight);
        // (l + w)^2 - l^2, and r^2 - (r - w)^2.
        let more = weight.wrapping_mul(l.wrapping_add(now));
        let less = weight.wrapping_mul(r.wrapping_add(r).wrapping_sub(weight));
        self.squares_left = self.squares_left.wrapping_add(more);
        self.squares_right = self.squares_right.wrapping_sub(less);
        self.left = self.left.wrapping_add(weight);
        now as u32
    }

    /// Judges the boundary between two keys, without a division unless it is the best so far.
    #[inline(always)]
    fn judge(&self, key: u64, next: u64, best: &mut Best) {
        // Signed numbers become floats in one instruction; all are below 2^63.
        let left = self.left as i64 as f64;
        let right = self.total.wrapping_sub(self.left) as i64 as f64;
        let both = left * right;
        let worth_by_both =
            self.squares_left as i64 as f64 * right + self.squares_right as i64 as f64 * left;
        if worth_by_both > best.worth * both {
            let next = Some((next >> 32) as u8);
            best.consider(worth_by_both / both, (key >> 32) as u8, next, false);
        }
    }
}

/// The best boundary so far.
pub(super) struct Best {
    pub(super) worth: f64,
    pub(super) cut: Option<Cut>,
}

impl Best {
    /// `next` is the first present bin on the right; none where only missing rows are there.
    #[inline]
    pub(super) fn consider(&mut self, worth: f64, bin: u8, next: Option<u8>, missing_left: bool) {
        if worth > self.worth {
            self.worth = worth;
            self.cut = Some(Cut::Bin {
                bin,
                last_bin: next.map_or(bin, |next| next - 1),
                missing_left,
            });
        }
    }
}
