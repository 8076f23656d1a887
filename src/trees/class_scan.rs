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
    if classes <= FEW && node.squares < EXACT {
        scan_few(keys, node, best);
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

/// Classes that have places of their own in `scan_few`: nothing to clear elsewhere, and no index to check.
const FEW: usize = 16;

/// Whole numbers below this are exact as floats.
const EXACT: u64 = 1 << 53;

/// For few classes and sums that are exact as floats, which then are never converted.
fn scan_few(keys: &[u64], node: &NodeWeights<'_>, best: &mut Best) {
    // Twice a class's weight in the node; what of it is left.
    let mut classes = [[0.0_f64; 2]; FEW];
    for (class, &all) in classes.iter_mut().zip(node.by_class) {
        class[0] = 2.0 * f64::from(all);
    }
    let total = node.total as f64;
    let (mut left, mut left_squares, mut right_squares) = (0.0, 0.0, node.squares as f64);
    let mut worth = best.worth;
    for pair in keys.windows(2) {
        let &[key, next] = pair else { return };
        let [twice, before] = &mut classes[(key >> 24) as usize & (FEW - 1)];
        let weight = f64::from((key & 0xff_ffff) as i32);
        let now = *before + weight;
        // (l + w)^2 - l^2, and (a - l - w)^2 - (a - l)^2.
        let both = *before + now;
        left_squares += weight * both;
        right_squares += weight * (both - *twice);
        *before = now;
        left += weight;
        let right = total - left;
        // Judged without a division unless it is the best so far; and whether it is a boundary, which no processor could
        // guess, is not asked but makes it worth nothing.
        let boundary = (((key ^ next) >> 32 != 0) as u64).wrapping_neg();
        let (product, by_product) = (left * right, left_squares * right + right_squares * left);
        if f64::from_bits(by_product.to_bits() & boundary) > worth * product {
            let next = Some((next >> 32) as u8);
            best.consider(by_product / product, (key >> 32) as u8, next, false);
            worth = best.worth;
        }
    }
}

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
