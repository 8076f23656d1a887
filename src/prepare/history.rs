//! Each row against its entity's own past: deviations of a value from all that the entity showed before it.

use ndarray::Array2;

use super::series::{Series, SeriesError};
use super::window::MOST_DEVIATIONS;
use crate::data::{Frame, Values};

/// Values that an entity has shown before anything is compared with them.
const FEWEST_VALUES: f64 = 10.0;
/// A deviation below this share of the mean (or below this) is taken for it.
const LEAST_DEVIATION: f64 = 1e-9;

/// How many standard deviations each value lies from the mean of its entity's earlier ones, whatever the side: rows of the
/// table x columns, 0 to [`MOST_DEVIATIONS`]. Missing (`NaN`) where the value is, where fewer than ten came before, and in
/// rows of no series. No later row is looked at; one pass, three numbers for each entity and column (Welford 1962).
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
                out[(row as usize, at)] = past.deviations(x);
                past.take(x);
            }
        }
    }
    Ok(out)
}

/// What an entity showed so far.
#[derive(Clone, Copy, Debug, Default)]
struct Past {
    count: f64,
    mean: f64,
    /// Sum of the squared distances from the mean.
    squares: f64,
}

impl Past {
    fn take(&mut self, x: f64) {
        if x.is_nan() {
            return;
        }
        self.count += 1.0;
        let from = x - self.mean;
        self.mean += from / self.count;
        self.squares += from * (x - self.mean);
    }

    fn deviations(&self, x: f64) -> f64 {
        if x.is_nan() || self.count < FEWEST_VALUES {
            return f64::NAN;
        }
        let least = LEAST_DEVIATION * self.mean.abs().max(1.0);
        let deviation = (self.squares / (self.count - 1.0)).sqrt().max(least);
        let far = (x - self.mean).abs() / deviation;
        // Sums of the widest numbers are none.
        if far.is_nan() {
            return 0.0;
        }
        far.min(MOST_DEVIATIONS)
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
        // One pod about 1 and 3, the other about 101 and 103: mean 2 or 102, deviation 1.05 after ten.
        let value = |row: usize| [0.0, 100.0][row % 2] + [1.0, 3.0][row / 2 % 2];
        let mut values: Vec<f64> = (0..22).map(value).collect();
        values[21] = 2.0;
        let out = of(values);
        assert!(out[..20].iter().all(|x| x.is_nan()));
        let deviation = (10.0_f64 / 9.0).sqrt();
        assert!((out[20] - 1.0 / deviation).abs() < 1e-12, "{}", out[20]);
        assert!((out[21] - 100.0 / deviation).abs() < 1e-9, "{}", out[21]);
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
        assert_eq!(of(still)[58], MOST_DEVIATIONS);
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
