//! The walk over a node's rows in order of a feature's bins that finds the best boundary by Gini.

use super::class_split::{Cut, NodeWeights};

/// The usual case of `scan_keys` with all its sums in registers: Gini, nothing missing.
pub(super) fn scan_gini(
    keys: &[u64],
    node: &NodeWeights<'_>,
    left: &mut Vec<u32>,
    best: &mut Best,
) {
    left.clear();
    left.resize(node.by_class.len(), 0);
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

/// Classes that have places of their own in `scan_light`.
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
    /// The node's squares less twice the sum over classes of `left x all`: with the left's squares, those on the right.
    rest: [i32; SEGMENT],
    /// What the bins beside the boundary differ in: 0 is no boundary.
    step: [i32; SEGMENT],
    /// What the boundary is worth, about; 0 where there is none.
    worth: [f32; SEGMENT],
}

impl Default for Segment {
    fn default() -> Self {
        Self {
            left: [0; SEGMENT],
            squares: [0; SEGMENT],
            rest: [0; SEGMENT],
            step: [0; SEGMENT],
            worth: [0.0; SEGMENT],
        }
    }
}

/// Whether `scan_light` can do it: few classes, and sums that fit in 32 bits.
pub(super) fn is_light(node: &NodeWeights<'_>) -> bool {
    node.by_class.len() <= FEW && node.total < LIGHT
}

/// `scan_gini` for light nodes, which are nearly all there are. Rows only add up whole numbers; the boundaries are
/// then judged in single precision, as vectors, and only those that may be the best so far are judged again as
/// `scan_gini` judges: the cut is the same.
pub(super) fn scan_light(
    keys: &[u64],
    node: &NodeWeights<'_>,
    segment: &mut Segment,
    best: &mut Best,
) {
    let mut of_class = [0_u32; FEW];
    let (mut left, mut squares, mut rest) = (0_u32, 0_u32, node.squares as u32);
    let Some(boundaries) = keys.len().checked_sub(1) else {
        return;
    };
    let pieces = keys[..boundaries].chunks(SEGMENT);
    for (keys, nexts) in pieces.zip(keys[1..].chunks(SEGMENT)) {
        let used = keys.len().next_multiple_of(BLOCK).min(SEGMENT);
        if let Some(last) = segment.step[..used].last_chunk_mut::<BLOCK>() {
            *last = [0; BLOCK];
        }
        let sums = segment.left.iter_mut().zip(&mut segment.squares);
        let sums = sums.zip(&mut segment.rest).zip(&mut segment.step);
        for ((&key, &next), (((to_left, to_squares), to_rest), step)) in
            keys.iter().zip(nexts).zip(sums)
        {
            let class = (key >> 24) as usize & (FEW - 1);
            let weight = (key & 0xff_ffff) as u32;
            let l = of_class[class];
            let now = l.wrapping_add(weight);
            of_class[class] = now;
            left = left.wrapping_add(weight);
            // (l + w)^2 - l^2.
            squares = squares.wrapping_add(weight.wrapping_mul(l.wrapping_add(now)));
            rest = rest.wrapping_sub(weight.wrapping_mul(node.twice[class]));
            *to_left = left as i32;
            *to_squares = squares as i32;
            *to_rest = rest as i32;
            *step = ((key ^ next) >> 32) as i32;
        }
        let most = segment.judge(used, node.total as i32);
        if most <= best.worth as f32 * (1.0 - SLACK) {
            continue;
        }
        let least = most * (1.0 - SLACK);
        let pairs = keys.iter().zip(nexts).zip(&segment.worth).enumerate();
        for (i, ((&key, &next), &worth)) in pairs {
            if worth >= least {
                let squares = segment.squares[i];
                let sums = Sums {
                    squares_left: squares as u64,
                    squares_right: segment.rest[i].wrapping_add(squares) as u64,
                    left: segment.left[i] as u64,
                    total: node.total,
                };
                sums.judge(key, next, best);
            }
        }
    }
}

impl Segment {
    /// What the first `used` boundaries are worth, about, and the most of them. The loops are as vectors want them.
    fn judge(&mut self, used: usize, total: i32) -> f32 {
        let sums = self.left[..used].iter().zip(&self.squares);
        let sums = sums.zip(&self.rest).zip(&self.step);
        for ((((&l, &squares), &rest), &step), worth) in sums.zip(&mut self.worth) {
            let (on_right, r) = (rest.wrapping_add(squares), total.wrapping_sub(l));
            let (l, r) = (l as f32, r as f32);
            let both = (squares as f32 * r + on_right as f32 * l) / (l * r);
            *worth = if step == 0 { 0.0 } else { both };
        }
        let larger = |a: f32, b: f32| if a > b { a } else { b };
        let mut most = [0.0; BLOCK];
        for block in self.worth[..used].chunks_exact(BLOCK) {
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
