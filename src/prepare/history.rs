//! Each row against its entity's own past: how far a value lies from all that the entity showed before it.

use std::collections::VecDeque;

use ndarray::Array2;

use super::series::{Series, SeriesError};
use super::window::MOST_DEVIATIONS;
use crate::data::{Frame, Values};

/// Values that an entity has shown before anything is compared with them.
const FEWEST_VALUES: usize = 20;
/// The latest values that are compared with, a day of minutes: older ones are forgotten.
const MOST_VALUES: usize = 1_440;
/// A spread below this share of the middle (or below this) is taken for it.
const LEAST_SPREAD: f64 = 1e-9;

/// How far each value lies from the median of its entity's earlier ones, whatever the side: `ln(1 + d)`, with the distance d
/// in ranges between their tenth and ninetieth percentile, at most [`MOST_DEVIATIONS`]; rows of the table x columns.
/// Percentiles, so that an incident of the past does not widen what counts as usual. Missing (`NaN`) where the value is, where
/// fewer than twenty came before, and in rows of no series. No later row is looked at; one pass, memory by entity: its latest 1,440 values.
///
/// # Errors
/// [`SeriesError::UnknownColumn`], also of a column that holds no numbers.
pub fn against_own_past(
    frame: &Frame,
    series: &Series,
    columns: &[String],
) -> Result<Array2<f64>, SeriesError> {
    let mut out = Array2::from_elem((frame.rows(), columns.len()), f64::NAN);
    for (at, name) in columns.iter().enumerate() {
        let values = match frame.column(name).map(|column| &column.values) {
            Some(Values::Number(values)) => values,
            _ => {
                let column = name.clone();
                return Err(SeriesError::UnknownColumn { column });
            }
        };
        for rows in series.each() {
            let mut past = Past::default();
            for &row in rows {
                let x = values[row as usize];
                out[(row as usize, at)] = past.distance(x);
                past.take(x);
            }
        }
    }
    Ok(out)
}

/// What an entity showed so far.
#[derive(Clone, Debug, Default)]
struct Past {
    latest: VecDeque<f64>,
    sorted: Vec<f64>,
}

impl Past {
    fn take(&mut self, x: f64) {
        if x.is_nan() {
            return;
        }
        if self.latest.len() == MOST_VALUES
            && let Some(oldest) = self.latest.pop_front()
        {
            let at = self.place(oldest);
            self.sorted.remove(at);
        }
        self.latest.push_back(x);
        self.sorted.insert(self.place(x), x);
    }

    /// How many are less.
    fn place(&self, x: f64) -> usize {
        self.sorted.partition_point(|&other| other < x)
    }

    fn distance(&self, x: f64) -> f64 {
        let n = self.sorted.len();
        if x.is_nan() || n < FEWEST_VALUES {
            return f64::NAN;
        }
        let middle = self.sorted[n / 2];
        let spread = self.sorted[n - 1 - n / 10] - self.sorted[n / 10];
        let spread = spread.max(LEAST_SPREAD * middle.abs().max(1.0));
        let far = (x - middle).abs() / spread;
        // Differences of the widest numbers are none.
        if far.is_nan() {
            return 0.0;
        }
        libm::log1p(far.min(MOST_DEVIATIONS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Column;

    fn table(values: Vec<f64>) -> (Frame, Series) {
        let n = values.len();
        let pods = Column::category("pod", (0..n).map(|row| ["a", "b"][row % 2]));
        let minutes = Column::number("minute", (0..n).map(|row| (row / 2) as f64).collect());
        let frame = Frame::new("t", vec![minutes, pods, Column::number("cpu", values)]).unwrap();
        let series = Series::new(&frame, "minute", &["pod".to_owned()]).unwrap();
        (frame, series)
    }

    fn of(values: Vec<f64>) -> Vec<f64> {
        let (frame, series) = table(values);
        let out = against_own_past(&frame, &series, &["cpu".to_owned()]).unwrap();
        out.column(0).to_vec()
    }

    #[test]
    fn each_entity_is_compared_with_itself() {
        // One pod counts from 0 to 19, the other from 100 to 119: middle 10 or 110, most from 2 to 17, or 102 to 117.
        let value = |row: usize| [0.0, 100.0][row % 2] + (row / 2) as f64;
        let mut values: Vec<f64> = (0..42).map(value).collect();
        values[40] = 40.0;
        values[41] = 5.0;
        let out = of(values);
        assert!(out[..40].iter().all(|x| x.is_nan()));
        assert!((out[40] - libm::log1p(2.0)).abs() < 1e-12, "{}", out[40]);
        assert!((out[41] - libm::log1p(7.0)).abs() < 1e-12, "{}", out[41]);
    }

    #[test]
    fn what_is_older_than_a_day_of_minutes_is_forgotten() {
        let mut past = Past::default();
        let mut slow: Vec<f64> = Vec::new();
        for row in 0..4_000_u32 {
            let x = f64::from(row * 7919 % 1009) + f64::from(row / 2_000) * 500.0;
            past.take(x);
            slow.push(x);
            if row % 500 == 499 {
                let mut latest = slow[slow.len().saturating_sub(MOST_VALUES)..].to_vec();
                latest.sort_by(f64::total_cmp);
                assert_eq!(past.sorted, latest);
            }
        }
    }

    #[test]
    fn a_later_row_changes_nothing_and_a_missing_value_is_passed_over() {
        let values: Vec<f64> = (0..60).map(|row| f64::from(row * 7 % 23)).collect();
        let first = of(values.clone());
        for change in [f64::NAN, 1e308, -5.0] {
            let mut other = values.clone();
            other[41] = change;
            let second = of(other);
            for row in 0..41 {
                assert_eq!(first[row].to_bits(), second[row].to_bits(), "row {row}");
            }
            assert_eq!(second[41].is_nan(), change.is_nan());
        }
        // What never varied is far off as soon as it does.
        let mut still = vec![7.0; 60];
        still[58] = 8.0;
        assert_eq!(of(still)[58], libm::log1p(MOST_DEVIATIONS));
    }

    #[test]
    fn a_column_that_is_no_number_is_named() {
        let (frame, series) = table(vec![0.0; 4]);
        for name in ["pod", "nowhere"] {
            let refused = against_own_past(&frame, &series, &[name.to_owned()]);
            let column = name.to_owned();
            assert_eq!(refused, Err(SeriesError::UnknownColumn { column }));
        }
    }
}
