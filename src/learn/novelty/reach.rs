//! How far a row goes beyond the values of other rows, column by column.

use ndarray::ArrayView2;

use crate::data::sort_numbers;
use crate::trees::{BytesError, Reader, Writer};

/// The share of rows at either end whose values count as beyond the usual.
const BEYOND: f64 = 0.001;

/// A feature's usual values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    /// The least and the largest usual value.
    pub(super) low: f64,
    pub(super) high: f64,
    /// The middle one (median).
    pub(super) middle: f64,
    /// The unit that distances from them are told in, above 0: all that the rows span.
    pub(super) span: f64,
    /// Whether (nearly) every row has a value.
    pub(super) always_there: bool,
    /// Categories have codes, which are near nothing: only missing says something.
    pub(super) is_ordered: bool,
}

/// The usual values of some rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    ranges: Vec<Range>,
}

impl Reach {
    /// Of rows (rows x features; `NaN` is missing). `categories` are the features whose values are codes without order.
    pub(super) fn fit(rows: ArrayView2<'_, f64>, categories: &[usize]) -> Self {
        let n = rows.nrows();
        let mut values = Vec::with_capacity(n);
        let ranges = rows.columns().into_iter().enumerate().map(|(at, column)| {
            values.clear();
            values.extend(column.iter().copied().filter(|x| !x.is_nan()));
            sort_numbers(&mut values);
            Range::of(&values, n, !categories.contains(&at))
        });
        Self {
            ranges: ranges.collect(),
        }
    }

    pub(super) fn ranges(&self) -> &[Range] {
        &self.ranges
    }

    /// How far a value of a feature goes beyond the usual: the logarithm of one more than the distance in spans; 0 within.
    pub(super) fn of(&self, feature: usize, x: f64) -> f64 {
        self.ranges
            .get(feature)
            .map_or(0.0, |range| range.beyond(x))
    }

    /// The sum over a row's features.
    pub(super) fn score(&self, row: impl Iterator<Item = f64>) -> f64 {
        self.ranges.iter().zip(row).map(|(r, x)| r.beyond(x)).sum()
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.len(self.ranges.len());
        for range in &self.ranges {
            w.f64(range.low);
            w.f64(range.high);
            w.f64(range.middle);
            w.f64(range.span);
            w.u8(u8::from(range.always_there) | u8::from(range.is_ordered) << 1);
        }
    }

    /// Reads one; what cannot be is `None`.
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Option<Self>, BytesError> {
        let n = r.len(33)?;
        let mut ranges = Vec::with_capacity(n);
        for _ in 0..n {
            let (low, high, middle) = (r.f64()?, r.f64()?, r.f64()?);
            let (span, flags) = (r.f64()?, r.u8()?);
            let sound = [low, high, middle].iter().all(|x| x.is_finite()) && low <= high;
            if !(sound && span.is_finite() && span > 0.0 && flags < 4) {
                return Ok(None);
            }
            ranges.push(Range {
                low,
                high,
                middle,
                span,
                always_there: flags & 1 == 1,
                is_ordered: flags & 2 == 2,
            });
        }
        Ok(Some(Self { ranges }))
    }
}

impl Range {
    /// Of sorted values that are there, of `n` rows.
    fn of(values: &[f64], n: usize, is_ordered: bool) -> Self {
        let (Some(&least), Some(&largest)) = (values.first(), values.last()) else {
            // Never there: a value says nothing, since nothing is known of it.
            return Self {
                low: 0.0,
                high: 0.0,
                middle: 0.0,
                span: 1.0,
                always_there: false,
                is_ordered: false,
            };
        };
        let beyond = (values.len() as f64 * BEYOND) as usize;
        // The difference of two finite numbers may be none.
        let span = (largest - least).min(f64::MAX);
        let of_one = if largest == 0.0 { 1.0 } else { largest.abs() };
        Self {
            low: values[beyond],
            high: values[values.len() - 1 - beyond],
            middle: values[values.len() / 2],
            span: if span > 0.0 { span } else { of_one },
            always_there: ((n - values.len()) as f64) < n as f64 * BEYOND,
            is_ordered,
        }
    }

    fn beyond(&self, x: f64) -> f64 {
        let spans = if x.is_nan() {
            f64::from(u8::from(self.always_there))
        } else if !self.is_ordered {
            0.0
        } else {
            // Each in spans, since the distance itself may be beyond all numbers.
            let far = (x / self.span - self.high / self.span)
                .max(self.low / self.span - x / self.span)
                .max(0.0);
            if far.is_finite() { far } else { f64::MAX }
        };
        libm::log1p(spans)
    }
}
