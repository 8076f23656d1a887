//! Training rows as a weighted set, and drawing from it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use ndarray::ArrayView2;

use super::IsolationError;
use crate::trees::{Reader, Rng, Writer};

/// Distinct rows in a canonical order, with weights: the same whatever the order of rows, and whether a row stands
/// there twice or weighs two.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct WeightedRows {
    features: usize,
    /// Row-major, `features` values for each row; all `NaN` alike, no -0.
    values: Vec<f64>,
    /// Ends of the rows on the line of weights: ascending, the last is the weight in all.
    ends: Vec<f64>,
    /// The whole weight rounded down: what can be drawn without replacement.
    cells: u32,
}

/// Parts that a cell is divided in; such a point of a cell is an exact number.
const POINTS: u32 = 1 << 20;

impl WeightedRows {
    /// From rows (rows x features; finite, or `NaN` for missing) and a weight for each (finite, 0 or more; absent: 1).
    /// Weights count rows; where they sum to less than there are distinct rows, they are only relative, and scaled.
    pub(super) fn new(
        rows: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
    ) -> Result<Self, IsolationError> {
        let (n, features) = rows.dim();
        if n == 0 {
            return Err(IsolationError::NoRows);
        }
        if features == 0 {
            return Err(IsolationError::NoFeatures);
        }
        if features > usize::from(u16::MAX) {
            return Err(IsolationError::TooManyFeatures { features });
        }
        refuse_infinite(rows)?;
        let weights = match weights {
            Some(weights) => checked(weights, n)?,
            None => None,
        };
        let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
        let mut order: Vec<usize> = (0..n).filter(|&row| weight(row) > 0.0).collect();
        if order.is_empty() {
            return Err(IsolationError::AllZero);
        }
        let compare = |a: usize, b: usize| {
            let pairs = rows.row(a).into_iter().zip(rows.row(b));
            pairs
                .map(|(&x, &y)| canonical(x).total_cmp(&canonical(y)))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        };
        // Equal rows by weight, so that their sum does not depend on the order they came in.
        order.sort_unstable_by(|&a, &b| compare(a, b).then(weight(a).total_cmp(&weight(b))));
        let mut values = Vec::new();
        let mut ends: Vec<f64> = Vec::new();
        let mut total = 0.0;
        for (at, &row) in order.iter().enumerate() {
            total += weight(row);
            match ends.last_mut() {
                Some(end) if compare(order[at - 1], row).is_eq() => *end = total,
                _ => {
                    values.extend(rows.row(row).iter().map(|&x| canonical(x)));
                    ends.push(total);
                }
            }
        }
        let distinct = ends.len() as f64;
        if total > f64::from(u32::MAX) || distinct > f64::from(u32::MAX) {
            return Err(IsolationError::TooHeavy { weight: total });
        }
        let mut cells = total as u32;
        if total < distinct {
            ends.iter_mut().for_each(|end| *end *= distinct / total);
            cells = distinct as u32;
        }
        Ok(Self {
            features,
            values,
            ends,
            cells,
        })
    }

    /// Features of a row.
    pub(super) fn features(&self) -> usize {
        self.features
    }

    /// Row-major values of the distinct rows.
    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// Rows, counted by their weights.
    pub(super) fn count(&self) -> u32 {
        self.cells
    }

    /// Draws `rows` of them, with replacement if `bootstrap`: places of distinct rows, ascending, and how often each
    /// was drawn. The line of weights is cut into cells of length one, cells are drawn, and in each a point: a row of
    /// weight 2 is drawn as if it stood there twice.
    pub(super) fn draw(&self, rows: u32, bootstrap: bool, rng: &mut Rng) -> Vec<(u32, u32)> {
        let cells = if bootstrap {
            let mut cells: Vec<u32> = (0..rows).map(|_| rng.below(self.cells)).collect();
            cells.sort_unstable();
            cells
        } else {
            without_replacement(rows.min(self.cells), self.cells, rng)
        };
        let mut drawn: Vec<(u32, u32)> = Vec::new();
        for cell in cells {
            let point = f64::from(cell) + f64::from(rng.below(POINTS)) / f64::from(POINTS);
            let row = self.ends.partition_point(|&end| end <= point);
            let row = row.min(self.ends.len() - 1) as u32;
            match drawn.last_mut() {
                Some((last, times)) if *last == row => *times += 1,
                _ => drawn.push((row, 1)),
            }
        }
        drawn
    }

    /// `numpy.percentile` (linear) of a figure that each distinct row has, over the rows as counted; `share` is 0 to 1.
    pub(super) fn quantile(&self, figures: &[f64], share: f64) -> f64 {
        let mut order: Vec<usize> = (0..figures.len()).collect();
        order.sort_unstable_by(|&a, &b| figures[a].total_cmp(&figures[b]));
        let mut end = 0.0;
        let ends: Vec<f64> = order
            .iter()
            .map(|&row| {
                end += self.ends[row] - if row > 0 { self.ends[row - 1] } else { 0.0 };
                end
            })
            .collect();
        // The value at a place from 0, of the list in which every row stands as often as it counts.
        let at = |place: f64| {
            let row = ends.partition_point(|&end| end <= place);
            figures[order[row.min(order.len() - 1)]]
        };
        let place = (end - 1.0).max(0.0) * share;
        let (low, high) = (at(place.floor()), at(place.floor() + 1.0));
        let between = place - place.floor();
        if between < 0.5 {
            low + (high - low) * between
        } else {
            high - (high - low) * (1.0 - between)
        }
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.len(self.features);
        w.f64s(&self.values);
        w.f64s(&self.ends);
        w.u32(self.cells);
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, IsolationError> {
        let set = Self {
            features: r.u32()? as usize,
            values: r.f64s()?,
            ends: r.f64s()?,
            cells: r.u32()?,
        };
        let damaged = |part| Err(IsolationError::SetPart { part });
        if set.features == 0 || set.features > usize::from(u16::MAX) {
            return damaged("the number of features");
        }
        if set.ends.len().checked_mul(set.features) != Some(set.values.len()) {
            return damaged("the number of values");
        }
        if set.values.iter().any(|x| x.is_infinite()) {
            return damaged("a value");
        }
        let ascending = set.ends.windows(2).all(|w| w[0] < w[1]);
        let total = set.ends.last().copied().unwrap_or(0.0);
        let starts = set.ends.first().is_some_and(|first| *first > 0.0);
        let counted = set.cells > 0 && f64::from(set.cells) <= total + 1.0;
        if !(ascending && starts && total.is_finite() && counted) {
            return damaged("a weight");
        }
        Ok(set)
    }
}

/// Names the first value that is infinite, by rows and then columns.
pub(super) fn refuse_infinite(rows: ArrayView2<'_, f64>) -> Result<(), IsolationError> {
    match rows.indexed_iter().find(|(_, x)| x.is_infinite()) {
        Some(((row, column), &value)) => Err(IsolationError::Infinite { row, column, value }),
        None => Ok(()),
    }
}

/// The weights, or none where all are 1.
fn checked(weights: &[f64], rows: usize) -> Result<Option<&[f64]>, IsolationError> {
    if weights.len() != rows {
        return Err(IsolationError::Weights {
            rows,
            weights: weights.len(),
        });
    }
    let bad = |w: &f64| !(w.is_finite() && *w >= 0.0);
    if let Some(row) = weights.iter().position(bad) {
        let weight = weights[row];
        return Err(IsolationError::Weight { row, weight });
    }
    Ok(weights.iter().any(|w| *w != 1.0).then_some(weights))
}

/// One `NaN`, one zero.
fn canonical(x: f64) -> f64 {
    if x.is_nan() { f64::NAN } else { x + 0.0 }
}

/// `count` of `0..all`, ascending (Floyd's algorithm, in Bentley & Floyd 1987).
fn without_replacement(count: u32, all: u32, rng: &mut Rng) -> Vec<u32> {
    if count == all {
        return (0..all).collect();
    }
    let mut drawn = BTreeSet::new();
    for largest in all - count..all {
        let cell = rng.below(largest + 1);
        if !drawn.insert(cell) {
            drawn.insert(largest);
        }
    }
    drawn.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    const NAN: f64 = f64::NAN;

    #[test]
    fn order_and_repetition_make_no_difference() {
        let a = array![[1.0, NAN], [0.0, 2.0], [3.0, 1.0]];
        let b = array![[3.0, 1.0], [-0.0, 2.0], [1.0, -NAN], [3.0, 1.0], [9.0, 9.0]];
        let weighted = WeightedRows::new(a.view(), Some(&[1.0, 4.0, 2.0])).unwrap();
        let repeated = WeightedRows::new(b.view(), Some(&[1.0, 4.0, 1.0, 1.0, 0.0])).unwrap();
        assert_eq!(weighted.ends, repeated.ends);
        assert_eq!(weighted.count(), 7);
        for bootstrap in [false, true] {
            let draw = |set: &WeightedRows| set.draw(5, bootstrap, &mut Rng::new(3, 0));
            assert_eq!(draw(&weighted), draw(&repeated));
            assert_eq!(draw(&weighted).iter().map(|d| d.1).sum::<u32>(), 5);
        }
        assert_eq!(
            weighted.draw(7, false, &mut Rng::new(3, 0)),
            [(0, 4), (1, 1), (2, 2)]
        );
    }

    #[test]
    fn relative_weights_are_scaled_to_the_rows() {
        let rows = Array2::from_shape_fn((10, 1), |(i, _)| i as f64);
        let mut weights = vec![0.05; 10];
        weights[3] = 0.55;
        let set = WeightedRows::new(rows.view(), Some(&weights)).unwrap();
        assert_eq!(set.count(), 10);
        let mut times = [0_u32; 10];
        for unit in 0..2000 {
            for (row, n) in set.draw(5, false, &mut Rng::new(1, unit)) {
                times[row as usize] += n;
            }
        }
        assert!((5300..5700).contains(&times[3]), "{times:?}");
        assert!(times.iter().all(|&n| n > 400), "{times:?}");
    }

    #[test]
    fn draws_without_replacement_are_even() {
        let mut times = [0_u32; 20];
        for unit in 0..5000 {
            let cells = without_replacement(5, 20, &mut Rng::new(1, unit));
            assert!(cells.windows(2).all(|w| w[0] < w[1]) && cells.len() == 5);
            cells.iter().for_each(|&c| times[c as usize] += 1);
        }
        assert!(times.iter().all(|n| (1100..1400).contains(n)), "{times:?}");
    }

    #[test]
    fn quantiles_are_numpys() {
        let rows = Array2::from_shape_fn((5, 1), |(i, _)| i as f64);
        let figures = [0.3, 0.1, 0.5, 0.2, 0.4];
        let plain = WeightedRows::new(rows.view(), None).unwrap();
        // numpy.percentile([.3, .1, .5, .2, .4], [0, 10, 30, 37.5, 50])
        for (share, expected) in [
            (0.0, 0.1),
            (0.1, 0.14),
            (0.3, 0.22),
            (0.375, 0.25),
            (0.5, 0.3),
        ] {
            assert!((plain.quantile(&figures, share) - expected).abs() < 1e-15);
        }
        // numpy.percentile([.3, .1, .1, .1, .5, .2, .4], 40)
        let heavy = WeightedRows::new(rows.view(), Some(&[1.0, 3.0, 1.0, 1.0, 1.0])).unwrap();
        assert!((heavy.quantile(&figures, 0.4) - 0.14).abs() < 1e-15);
    }

    #[test]
    fn unusable_rows_and_weights_are_refused_by_name() {
        let rows = array![[1.0, 2.0], [3.0, f64::NEG_INFINITY]];
        let said = |rows: &Array2<f64>, weights: Option<&[f64]>| {
            let error = WeightedRows::new(rows.view(), weights).unwrap_err();
            error.to_string()
        };
        assert!(said(&rows, None).contains("row 1, column 1 is -inf"));
        let rows = array![[1.0], [3.0]];
        assert!(said(&rows, Some(&[1.0])).contains("2 rows came with 1 sample weights"));
        assert!(said(&rows, Some(&[1.0, -1.0])).contains("row 1 is -1"));
        assert!(said(&rows, Some(&[NAN, 1.0])).contains("row 0 is NaN"));
        assert!(said(&rows, Some(&[0.0, 0.0])).contains("all sample weights are zero"));
        assert!(said(&rows, Some(&[1e300, 1.0])).contains("at most"));
        assert!(said(&Array2::zeros((0, 2)), None).contains("no rows"));
        assert!(said(&Array2::zeros((2, 0)), None).contains("no features"));
    }
}
