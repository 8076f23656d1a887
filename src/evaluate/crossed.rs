//! How far a figure may be off where some of many entities were judged, over some of many stretches of time.
//!
//! What comes of one entity is alike, and so is what comes in one stretch of time: neither rows nor incidents are as many
//! witnesses as there are of them. The variance of a figure is that by entities, plus that by stretches, less that by single
//! cells of both, which both hold (Cameron, Gelbach & Miller 2011), and no less than either alone. Owen's pigeonhole bootstrap
//! (2007), which multiplies the weights of both, counts the cells' own variance three times: where entities are alike its
//! intervals are up to 1.7 times, the root of 3, as wide as they need be.
//!
//! Of few entities the variance is a guess as well: Student's t has one degree of freedom less than there are entities. The
//! interval is laid on the scale on which the variance of a share (arcsine of the root) or of a count (root) does not hang on
//! its size, so that it ends within the range.

use super::incident::SLICES;
use super::interval::Interval;
use crate::data::sort_keys;
use crate::trees::Rng;

/// Resamples of each kind.
const DRAWS: usize = 200;
const STREAM: u64 = 0x6372_6f73;
/// Student's t, its 0.95 quantiles from one degree of freedom to as many as there are stretches less one.
const T_95: [f64; SLICES - 1] = [
    6.313752, 2.919986, 2.353363, 2.131847, 2.015048, 1.943180, 1.894579, 1.859548, 1.833113,
    1.812461, 1.795885, 1.782288, 1.770933, 1.761310, 1.753050, 1.745884, 1.739607, 1.734064,
    1.729133, 1.724718, 1.720743, 1.717144, 1.713872,
];

/// Where a witness comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// The entity.
    pub(super) entity: u32,
    /// The stretch of time, below [`SLICES`].
    pub(super) stretch: u8,
}

/// The stretch that an instant falls into, of 24 of equal length from the first instant to the last.
pub(super) fn stretch(at: i64, (first, last): (i64, i64)) -> u8 {
    let length = last.saturating_sub(first).max(1) as f64;
    let place = at.saturating_sub(first).max(0) as f64 / length * SLICES as f64;
    (place as usize).min(SLICES - 1) as u8
}

/// What a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// From 0 to 1.
    Share,
    /// From 0 up.
    Count,
}

impl Scale {
    fn laid(self, x: f64) -> f64 {
        match self {
            Self::Share => libm::asin(x.clamp(0.0, 1.0).sqrt()),
            Self::Count => x.max(0.0).sqrt(),
        }
    }

    fn read(self, y: f64) -> f64 {
        match self {
            Self::Share => {
                let root = libm::sin(y.clamp(0.0, std::f64::consts::FRAC_PI_2));
                root * root
            }
            Self::Count => y.max(0.0) * y.max(0.0),
        }
    }

    /// By how much it stretches a small change at `x`.
    fn slope(self, x: f64) -> f64 {
        match self {
            Self::Share => 0.5 / (x * (1.0 - x)).sqrt(),
            Self::Count => 0.5 / x.sqrt(),
        }
    }
}

/// The 90 % interval of a figure whose variance is that of `scale`; of fewer than two entities there is none.
fn around(figure: f64, variance: f64, entities: usize, scale: Scale) -> Option<Interval> {
    let t = T_95
        .get(entities.checked_sub(2)?)
        .unwrap_or(&T_95[SLICES - 2]);
    let (middle, half) = (scale.laid(figure), t * variance.max(0.0).sqrt());
    Some(Interval {
        low: scale.read(middle - half),
        high: scale.read(middle + half),
    })
}

/// Those of entities, stretches and cells as one. What the cells hold is in both of the others.
fn joined([entities, stretches, cells]: [f64; 3]) -> f64 {
    let both = entities + stretches - cells;
    both.max(entities).max(stretches)
}

/// So much more is the variance of `n` than that of resamples of them, whose mean is their own.
fn unbiased(n: usize) -> f64 {
    n as f64 / (n as f64 - 1.0)
}

/// The numbers of what witnesses come from, by what tells it, and how many there are.
fn numbered(cells: &[Cell], key: fn(Cell) -> u64) -> (Vec<u32>, usize) {
    let mut all: Vec<u64> = cells.iter().map(|cell| key(*cell)).collect();
    sort_keys(&mut all);
    all.dedup();
    let place = |cell: &Cell| all.binary_search(&key(*cell)).unwrap_or(0) as u32;
    (cells.iter().map(place).collect(), all.len())
}

const ENTITY: fn(Cell) -> u64 = |cell| u64::from(cell.entity);
const STRETCH: fn(Cell) -> u64 = |cell| u64::from(cell.stretch);
const BOTH: fn(Cell) -> u64 = |cell| u64::from(cell.entity) << 8 | u64::from(cell.stretch);

/// How many entities witnesses come from.
pub(super) fn entities(cells: &[Cell]) -> usize {
    numbered(cells, ENTITY).1
}

/// The 90 % interval of a count of witnesses (each adds 1), or of a share, to which each adds its influence: what it is above
/// the share, by the number of them. `watched` is how many could have been a witness's, of which so many are single entities.
/// None of fewer than two, and of a share at either end, where nothing varies.
pub(super) fn of_sum(
    figure: f64,
    scale: Scale,
    (cells, added): (&[Cell], &[f64]),
    (watched, entities): (usize, usize),
) -> Option<Interval> {
    let spread = |key, n: usize, correction: f64| {
        let (number, there) = numbered(cells, key);
        let mut sums = vec![0.0; there];
        for (&at, x) in number.iter().zip(added) {
            sums[at as usize] += x;
        }
        let total: f64 = sums.iter().sum();
        let squares: f64 = sums.iter().map(|x| x * x).sum();
        (squares - total * total / n as f64) * correction
    };
    let slope = scale.slope(figure);
    if watched < 2 || entities < 2 || !slope.is_finite() {
        return None;
    }
    let variance = joined([
        spread(ENTITY, watched, unbiased(entities)),
        spread(STRETCH, SLICES, unbiased(SLICES)),
        spread(BOTH, watched * SLICES, unbiased(watched * SLICES)),
    ]);
    around(figure, variance * slope * slope, entities, scale)
}

/// The 90 % interval of any figure of weighted witnesses, by 200 resamples each of their entities, of their stretches and of
/// their cells. `of` computes it from each witness's weight; resamples of which it says nothing are left out. None of fewer
/// than two entities, or where it says nothing of the witnesses as they are.
pub(super) fn of_resamples(
    cells: &[Cell],
    scale: Scale,
    seed: u64,
    of: &mut dyn FnMut(&[f64]) -> Option<f64>,
) -> Option<Interval> {
    let mut weights = vec![1.0; cells.len()];
    let figure = of(&weights)?;
    let by_entity = numbered(cells, ENTITY);
    let entities = by_entity.1;
    if entities < 2 {
        return None;
    }
    let mut rng = Rng::new(seed, STREAM);
    let mut spread = |(number, n): (Vec<u32>, usize)| {
        let (mut figures, mut drawn) = (Vec::with_capacity(DRAWS), vec![0.0; n]);
        for _ in 0..DRAWS {
            drawn.fill(0.0);
            for _ in 0..n {
                drawn[rng.below(n as u32) as usize] += 1.0;
            }
            for (weight, &at) in weights.iter_mut().zip(&number) {
                *weight = drawn[at as usize];
            }
            figures.extend(of(&weights).map(|figure| scale.laid(figure)));
        }
        let n = figures.len().max(1) as f64;
        let mean = figures.iter().sum::<f64>() / n;
        figures.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n
    };
    let variance = joined([
        spread(by_entity) * unbiased(entities),
        spread(numbered(cells, STRETCH)) * unbiased(SLICES),
        spread(numbered(cells, BOTH)),
    ]);
    around(figure, variance, entities, scale)
}

#[cfg(test)]
#[path = "crossed_tests.rs"]
mod tests;
