//! The walk over a node's rows in order of a feature's bins that finds the best boundary by Gini.

use super::class_split::{Cut, NodeWeights};

/// The usual case of `scan_keys` with all its sums in registers: Gini, nothing missing.
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
                sums.judge((key >> 32) as u8, (next >> 32) as u8, best);
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
            sums.judge((key >> 32) as u8, (next >> 32) as u8, best);
        }
    }
}

/// Classes that have places of their own.
pub(super) const FEW: usize = 16;
/// Boundaries that are summed up before they are judged.
const SEGMENT: usize = 64;
/// They are judged in whole blocks of so many.
const BLOCK: usize = 8;
/// Nodes of less weight have squares below 2^30.
const LIGHT: u64 = 1 << 15;
/// More than twice what rounding to single precision can take from a boundary's worth, as a share.
const SLACK: f32 = 1e-6;

/// The sums at up to 64 boundaries one after the other: all numbers of one kind together, for vectors.
#[derive(Debug)]
pub(super) struct Segment {
    /// Weight on the left.
    left: [i32; SEGMENT],
    /// Squares of the class weights on the left.
    squares: [i32; SEGMENT],
    /// The node's squares less twice the sum over classes of `left x all`: with the left's squares, those on the right,
    /// since that is `(all - left)^2` multiplied out.
    rest: [i32; SEGMENT],
    /// What the boundary is worth, about; 0 where the bins beside it are one.
    worth: [f32; SEGMENT],
}

impl Default for Segment {
    fn default() -> Self {
        Self {
            left: [0; SEGMENT],
            squares: [0; SEGMENT],
            rest: [0; SEGMENT],
            worth: [0.0; SEGMENT],
        }
    }
}

/// Whether `scan_light` can do it, and sooner: few classes, and sums that fit in 32 bits. In a browser `scan_gini`, whose cut
/// is the same, took 7 % less of a forest's time.
pub(super) fn is_light(node: &NodeWeights<'_>) -> bool {
    !cfg!(target_arch = "wasm32") && node.by_class.len() <= FEW && node.total < LIGHT
}

/// Where a light key has its bin.
const BIN: u32 = 16;

/// `scan_gini` for light nodes, which are nearly all there are, on `Sample::light_key`s in order of their bins. Rows
/// only add up whole numbers; the boundaries are then judged in single precision, as vectors, and only those that may
/// be the best so far are judged again as `scan_gini` judges: the cut is the same.
pub(super) fn scan_light(
    keys: &mut Vec<u32>,
    node: &NodeWeights<'_>,
    segment: &mut Segment,
    best: &mut Best,
) {
    let (Some(boundaries), Some(&last)) = (keys.len().checked_sub(1), keys.last()) else {
        return;
    };
    // No boundary lies among equals.
    keys.resize(boundaries.next_multiple_of(BLOCK) + 1, last);
    let mut of_class = [0_u32; FEW];
    let (mut left, mut squares, mut rest) = (0_u32, 0_u32, node.squares as u32);
    let mut begin = 0;
    while begin < boundaries {
        let used = SEGMENT.min(boundaries - begin);
        let blocks = used.next_multiple_of(BLOCK);
        let keys = &keys[begin..][..=blocks];
        begin = begin.wrapping_add(SEGMENT);
        let sums = segment.left.iter_mut().zip(&mut segment.squares);
        let sums = sums.zip(&mut segment.rest);
        for (&key, ((to_left, to_squares), to_rest)) in keys[..used].iter().zip(sums) {
            let class = (key >> 24) as usize & (FEW - 1);
            let weight = key & 0xffff;
            let l = of_class[class];
            let now = l.wrapping_add(weight);
            of_class[class] = now;
            left = left.wrapping_add(weight);
            rest = rest.wrapping_sub(weight.wrapping_mul(node.twice[class]));
            // (l + w)^2 - l^2.
            squares = squares.wrapping_add(weight.wrapping_mul(l.wrapping_add(now)));
            *to_left = left as i32;
            *to_rest = rest as i32;
            *to_squares = squares as i32;
        }
        let most = segment.judge(keys, node);
        if most <= best.worth as f32 * (1.0 - SLACK) {
            continue;
        }
        let least = most * (1.0 - SLACK);
        let mut at = 0;
        while let Some(more) = segment.worth[at..blocks].iter().position(|w| *w >= least) {
            at = at.wrapping_add(more);
            let squares = segment.squares[at];
            let sums = Sums {
                squares_left: squares as u64,
                squares_right: segment.rest[at].wrapping_add(squares) as u64,
                left: segment.left[at] as u64,
                total: node.total,
            };
            let bin = |key: u32| (key >> BIN) as u8;
            at = at.wrapping_add(1);
            if let (Some(&key), Some(&next)) = (keys.get(at.wrapping_sub(1)), keys.get(at)) {
                sums.judge(bin(key), bin(next), best);
            }
        }
    }
}

impl Segment {
    /// What the boundaries after each key but the last are worth, about, and the most of them. The loops are as vectors
    /// want them.
    fn judge(&mut self, keys: &[u32], node: &NodeWeights<'_>) -> f32 {
        let blocks = keys.len().saturating_sub(1).min(SEGMENT);
        let total = node.total as i32;
        let worth = &mut self.worth[..blocks];
        let pairs = keys[..blocks].iter().zip(&keys[1..]);
        let each = worth.iter_mut().zip(pairs);
        let each = each.zip(&self.left[..blocks]).zip(&self.squares[..blocks]);
        for ((((worth, (key, next)), &l), &squares), &rest) in each.zip(&self.rest[..blocks]) {
            let (on_right, r) = (rest.wrapping_add(squares), total.wrapping_sub(l));
            let (l, r) = (l as f32, r as f32);
            let both = (squares as f32 * r + on_right as f32 * l) / (l * r);
            let same_bin = (key ^ next) & (0xff << BIN) == 0;
            *worth = if same_bin { 0.0 } else { both };
        }
        let larger = |a: f32, b: f32| if a > b { a } else { b };
        let mut most = [0.0; BLOCK];
        for block in worth.chunks_exact(BLOCK) {
            for (most, &worth) in most.iter_mut().zip(block) {
                *most = larger(worth, *most);
            }
        }
        most.iter().fold(0.0, |most, &worth| larger(worth, most))
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

    /// Judges the boundary between two bins, without a division unless it is the best so far.
    #[inline(always)]
    fn judge(&self, bin: u8, next: u8, best: &mut Best) {
        // Signed numbers become floats in one instruction; all are below 2^63.
        let left = self.left as i64 as f64;
        let right = self.total.wrapping_sub(self.left) as i64 as f64;
        let both = left * right;
        let worth_by_both =
            self.squares_left as i64 as f64 * right + self.squares_right as i64 as f64 * left;
        if worth_by_both > best.worth * both {
            best.consider(worth_by_both / both, bin, Some(next), false);
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
