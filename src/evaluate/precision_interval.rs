//! How far the average precision of a forecast may be off.

use super::crossed::{Cell, Scale, entities, of_resamples, stretch};
use super::incident::SLICES;
use super::interval::{Interval, quantile};
use crate::data::{number_key, sort_keyed, sort_numbers};
use crate::trees::Rng;

/// Resamples of stretches alone.
const DRAWS: usize = 200;
const STREAM: u64 = 0x626f_6f74;

/// Rows to judge by, one place each for all of these.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredRows<'a> {
    /// Whether an issue came.
    pub positive: &'a [bool],
    /// How likely that was said to be.
    pub scores: &'a [f64],
    /// When, in microseconds.
    pub at: &'a [i64],
    /// Of which entity, where these are others than those learned from.
    pub others: Option<&'a [u32]>,
}

/// The 90 % interval of the average precision of rows over some time, in 24 stretches of equal length: rows moved one by one
/// would take those of an incident for as many witnesses (Künsch 1989).
///
/// Where the entities are those that were learned from, it is how the figure would read at another time: the bootstrap over
/// stretches, 200 resamples, 5 and 95 % quantiles. Where they are others, a further few would have been others again, and both
/// are drawn: `evaluate/crossed.rs`. Of a single entity nothing is known of others, and time alone is drawn.
///
/// `None` without rows of both classes, where a score is not finite, or where lengths differ.
pub fn average_precision_interval(rows: &ScoredRows<'_>, seed: u64) -> Option<Interval> {
    let span = (*rows.at.iter().min()?, *rows.at.iter().max()?);
    let ranks = Ranks::new(rows)?;
    let cell = |&at: &u32| Cell {
        entity: rows.others.map_or(0, |of| of[at as usize]),
        stretch: stretch(rows.at[at as usize], span),
    };
    let cells: Vec<Cell> = ranks.order.iter().map(cell).collect();
    if entities(&cells) > 1 {
        return of_resamples(&cells, Scale::Share, seed, &mut |w| {
            ranks.average_precision(w)
        });
    }
    let mut rng = Rng::new(seed, STREAM);
    let mut figures = Vec::with_capacity(DRAWS);
    for _ in 0..DRAWS {
        let mut drawn = [0.0; SLICES];
        for _ in 0..SLICES {
            drawn[rng.below(SLICES as u32) as usize] += 1.0;
        }
        let weights: Vec<f64> = cells
            .iter()
            .map(|c| drawn[usize::from(c.stretch)])
            .collect();
        // A resample may hold no positive row: it says nothing.
        figures.extend(ranks.average_precision(&weights));
    }
    sort_numbers(&mut figures);
    (!figures.is_empty()).then(|| Interval {
        low: quantile(&figures, 0.05),
        high: quantile(&figures, 0.95),
    })
}

/// Rows from the highest score down: put in order once, for all weights.
struct Ranks {
    order: Vec<u32>,
    positive: Vec<bool>,
    /// Whether the next row has another score.
    ends: Vec<bool>,
}

impl Ranks {
    fn new(rows: &ScoredRows<'_>) -> Option<Self> {
        let n = rows.positive.len();
        let fits = rows.scores.len() == n && rows.at.len() == n;
        let fits = fits && rows.others.is_none_or(|of| of.len() == n);
        if !fits || rows.scores.iter().any(|s| !s.is_finite()) {
            return None;
        }
        // Adding 0 makes -0 and 0 one score.
        let score = |at: u32| rows.scores[at as usize] + 0.0;
        let mut keyed: Vec<(u64, u32)> = (0..n as u32)
            .map(|at| (!number_key(score(at)), at))
            .collect();
        sort_keyed(&mut keyed);
        let ends = (0..n).map(|at| keyed.get(at + 1).is_none_or(|next| next.0 != keyed[at].0));
        Some(Self {
            ends: ends.collect(),
            positive: keyed
                .iter()
                .map(|row| rows.positive[row.1 as usize])
                .collect(),
            order: keyed.iter().map(|row| row.1).collect(),
        })
    }

    /// [`super::PrecisionRecallCurve::average_precision`] of weights in the order of the ranks; none without a positive row.
    /// Weights are small whole numbers, so that sums of them are exact.
    fn average_precision(&self, weights: &[f64]) -> Option<f64> {
        let (mut found, mut said, mut before, mut area) = (0.0, 0.0, 0.0, 0.0);
        for ((&weight, &positive), &ends) in weights.iter().zip(&self.positive).zip(&self.ends) {
            said += weight;
            if positive {
                found += weight;
            }
            if ends && found > before {
                area += (found - before) * (found / said);
                before = found;
            }
        }
        (found > 0.0).then(|| area / found)
    }
}

#[cfg(test)]
#[path = "precision_interval_tests.rs"]
mod tests;
