//! Each row against its entity's own past: how far a value lies from all that the entity showed before it.

use std::collections::VecDeque;

use ndarray::{Array2, ArrayView2, Axis, s};

use super::clock::is_clock;
use super::error::PrepareError;
use super::recipe::Recipe;
use super::series::{Series, SeriesError};
use super::window::MOST_DEVIATIONS;
use crate::data::{Frame, Names, Values};
use crate::json::record;

/// Values that an entity has shown before anything is compared with them.
pub const FEWEST_PAST_VALUES: usize = 20;
/// The latest values that are compared with, a day of minutes: older ones are forgotten.
const MOST_VALUES: usize = 1_440;
/// A range that n values tell is widened by this over n. One row in a thousand is so much farther off by few values than by
/// many: 8 / n of normal, 13 / n of Laplace and 19 / n of uniform ones, drawn 20 to 60 at a time.
const FEW_VALUES_WIDEN: f64 = 12.0;
/// A spread below this share of the middle (or below this) is taken for it.
const LEAST_SPREAD: f64 = 1e-9;

/// By which columns rows are compared with their entity's own past. Plain data that travels with the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnPast {
    /// The time's column.
    pub time: String,
    /// The columns that tell entities apart; none where all rows are of one.
    pub entity: Vec<String>,
    /// The recipe's columns that are compared: numbers. At least one.
    pub columns: Vec<String>,
}

record!(Closed: OwnPast { time, entity, columns });

impl OwnPast {
    /// What a recipe reads as numbers, but for the columns that name the row and those that tell what time it is.
    ///
    /// # Errors
    /// [`PrepareError::Mismatch`] where the table is not as the recipe needs it, [`PrepareError::NoColumns`] where no column
    /// is left.
    pub fn of(recipe: &Recipe, frame: &Frame, series: &Series) -> Result<Self, PrepareError> {
        let mut columns = Vec::new();
        for name in recipe.number_columns() {
            let is_key = *name == series.time || series.entity.contains(name);
            if !is_key && !is_clock(name, &recipe.numbers(frame, name)?, series) {
                columns.push(name.clone());
            }
        }
        match columns.is_empty() {
            true => Err(PrepareError::NoColumns),
            false => Ok(Self {
                time: series.time.clone(),
                entity: series.entity.clone(),
                columns,
            }),
        }
    }

    /// Whether it is sound beside its recipe, to be asked of one that was read from a file.
    ///
    /// # Errors
    /// [`PrepareError::Damaged`] with what is wrong.
    pub fn check(&self, recipe: &Recipe) -> Result<(), PrepareError> {
        let known: Names = recipe.number_columns().map(String::as_str).collect();
        let mut seen = Names::default();
        for name in &self.columns {
            if !known.contains(name) || !seen.take(name) {
                let what = format!("the column {name:?} has no past");
                return Err(PrepareError::Damaged { what });
            }
        }
        match self.columns.is_empty() {
            true => Err(PrepareError::NoColumns),
            false => Ok(()),
        }
    }
}

/// Rows against their entity's own past, made a column at a time.
#[derive(Clone, Debug)]
pub struct PastRows {
    /// The table's rows that are compared.
    rows: Vec<u32>,
    /// Rows x columns: how far each value lies from the median of its entity's earlier ones, `ln(1 + d)`, with the distance d
    /// in ranges between their tenth and ninetieth percentile (of n values 1 + 12 / n times as wide), at most [`MOST_DEVIATIONS`]; below zero where the value is
    /// below the median. `NaN` where the value is missing, or where fewer than [`FEWEST_PAST_VALUES`] came before.
    distances: Array2<f64>,
    /// Whether a row has a past in any column.
    has_past: Vec<bool>,
    columns_done: usize,
}

impl PastRows {
    /// Of some of a table's rows, by so many columns. Each is compared with all earlier rows of its entity in the table.
    pub fn new(rows: Vec<u32>, columns: usize) -> Self {
        Self {
            distances: Array2::from_elem((rows.len(), columns), f64::NAN),
            has_past: vec![false; rows.len()],
            rows,
            columns_done: 0,
        }
    }

    /// Adds the next column's values, a number for each row of the table, `NaN` missing. No later row is looked at; one pass,
    /// memory by entity: its latest 1,440 values.
    pub fn add(&mut self, values: &[f64], series: &Series) {
        let mut of_table = vec![None; values.len()];
        for rows in series.each() {
            let mut past = Past::default();
            for &row in rows {
                let x = values[row as usize];
                of_table[row as usize] = past.distance(x);
                past.take(x);
            }
        }
        for (at, &row) in self.rows.iter().enumerate() {
            if let Some(distance) = of_table[row as usize] {
                self.distances[(at, self.columns_done)] = distance;
                self.has_past[at] = true;
            }
        }
        self.columns_done += 1;
    }

    /// The first so many rows, and the others.
    pub fn split_at(self, rows: usize) -> (Self, Self) {
        let at = rows.min(self.rows.len());
        let (first, rest) = self.distances.view().split_at(Axis(0), at);
        let part = |distances: ArrayView2<'_, f64>, of: std::ops::Range<usize>| Self {
            rows: self.rows[of.clone()].to_vec(),
            distances: distances.to_owned(),
            has_past: self.has_past[of].to_vec(),
            columns_done: self.columns_done,
        };
        (part(first, 0..at), part(rest, at..self.rows.len()))
    }

    /// How far the rows from this one on lie from their past, so many of them, whatever the side.
    pub fn lengths(&self, from: usize, rows: usize) -> Array2<f64> {
        self.distances
            .slice(s![from..from + rows, ..])
            .mapv(f64::abs)
    }

    /// Columns that were added.
    pub fn columns_done(&self) -> usize {
        self.columns_done
    }

    /// Rows x columns; `NaN` is missing, below zero is below the median.
    pub fn distances(&self) -> &Array2<f64> {
        &self.distances
    }

    /// Whether each row has a past to be compared with, in any column.
    pub fn has_past(&self) -> &[bool] {
        &self.has_past
    }
}

/// How far each value lies from the median of its entity's earlier ones, whatever the side (see [`PastRows`]); rows of the
/// table x columns. Percentiles, so that an incident of the past does not widen what counts as usual. Missing (`NaN`) where the
/// value is, where fewer than twenty came before, and in rows of no series.
///
/// # Errors
/// [`SeriesError::UnknownColumn`], also of a column that holds no numbers.
pub fn against_own_past(
    frame: &Frame,
    series: &Series,
    columns: &[String],
) -> Result<Array2<f64>, SeriesError> {
    let mut out = PastRows::new((0..frame.rows() as u32).collect(), columns.len());
    for name in columns {
        match frame.column(name).map(|column| &column.values) {
            Some(Values::Number(values)) => out.add(values, series),
            _ => {
                let column = name.clone();
                return Err(SeriesError::UnknownColumn { column });
            }
        }
    }
    Ok(out.distances.mapv_into(f64::abs))
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

    /// None where too few came before.
    fn distance(&self, x: f64) -> Option<f64> {
        let n = self.sorted.len();
        if n < FEWEST_PAST_VALUES {
            return None;
        }
        let middle = self.sorted[n / 2];
        let spread = self.sorted[n - 1 - n / 10] - self.sorted[n / 10];
        let spread = spread.max(LEAST_SPREAD * middle.abs().max(1.0));
        let far = (x - middle).abs() / spread / (1.0 + FEW_VALUES_WIDEN / n as f64);
        // Differences of the widest numbers are none.
        if far.is_nan() && !x.is_nan() {
            return Some(0.0);
        }
        // A minimum of what is missing would be the other.
        let far = if x.is_nan() {
            x
        } else {
            far.min(MOST_DEVIATIONS)
        };
        Some(libm::copysign(libm::log1p(far), x - middle))
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
        // Two and seven ranges, each widened by 12 of 20.
        assert!((out[40] - libm::log1p(1.25)).abs() < 1e-12, "{}", out[40]);
        assert!((out[41] - libm::log1p(4.375)).abs() < 1e-12, "{}", out[41]);
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
    fn sides_are_told_and_what_has_no_past_is_told_from_what_is_missing() {
        let mut values: Vec<f64> = (0..60).map(|row| f64::from(row / 2 * 7 % 10)).collect();
        (values[56], values[58], values[59]) = (f64::NAN, 99.0, -99.0);
        let (_, series) = table(values.clone());
        let mut past = PastRows::new(vec![10, 39, 40, 56, 58, 59], 2);
        // Of a second column nobody has shown a value.
        past.add(&[f64::NAN; 60], &series);
        assert!(past.has_past().iter().all(|has| !has));
        past.add(&values, &series);
        assert_eq!(past.columns_done(), 2);
        assert_eq!(past.has_past(), [false, false, true, true, true, true]);
        let out = past.distances().column(1).to_vec();
        assert!(out[..2].iter().all(|x| x.is_nan()) && out[3].is_nan());
        assert!(
            out[2].is_finite() && out[4] > 2.0 && out[5] < -2.0,
            "{out:?}"
        );
    }

    #[test]
    fn numbers_are_compared_but_for_keys_and_clocks() {
        let n = 1_200;
        let noise = (0..n).map(|row: i32| f64::from((row * row * 37 + row * 11) % 1009));
        let columns = vec![
            Column::time(
                "at",
                (0..n).map(|row| i64::from(row / 2) * 60_000_000).collect(),
            ),
            Column::integer("pod", (0..n).map(|row| f64::from(row % 2)).collect()),
            Column::number("cpu", noise.collect()),
            Column::number(
                "age_seconds",
                (0..n).map(|row| f64::from(row / 2 * 60)).collect(),
            ),
            Column::category("node", (0..n).map(|row| ["a", "b"][row as usize / 7 % 2])),
            Column::category(
                "issue",
                (0..n).map(|row| ["None", "oom"][row as usize % 3 / 2]),
            ),
        ];
        let frame = Frame::new("t", columns).unwrap();
        let names = ["pod", "cpu", "age_seconds", "node"].map(str::to_owned);
        let params = crate::prepare::RecipeParams::new("issue", names.to_vec());
        let rows: Vec<u32> = (0..n as u32).collect();
        let (recipe, _) = Recipe::fit(&frame, &params, &rows).unwrap();
        let series = Series::new(&frame, "at", &["pod".to_owned()]).unwrap();
        let past = OwnPast::of(&recipe, &frame, &series).unwrap();
        let expected = OwnPast {
            time: "at".to_owned(),
            entity: vec!["pod".to_owned()],
            columns: vec!["cpu".to_owned()],
        };
        assert_eq!(past, expected);
        assert_eq!(past.check(&recipe), Ok(()));
        for columns in [&[][..], &["cpu", "cpu"], &["node"], &["nowhere"]] {
            let columns = columns.iter().map(|&name| name.to_owned()).collect();
            let damaged = OwnPast {
                columns,
                ..past.clone()
            };
            assert!(damaged.check(&recipe).is_err(), "{damaged:?}");
        }
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
