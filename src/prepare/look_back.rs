//! Makes the features of a plan: what each row's entity did over the last minutes. No feature ever sees a later row.
//!
//! A table is at hand as a whole, so each column is put in the order of its series once, and its windows are summed in
//! blocks ([`super::blocks`]). What [`super::rolling`] keeps between rows is all that a live feed needs for the same bits.

use super::column_looks::ColumnLooks;
use super::series::{MINUTE_MICROS, Series, SeriesError};
use super::window::{DAY_MICROS, WindowPlan};
use crate::data::{Column, Frame, Values};

/// The place of a row that is of no series.
const NO_PLACE: u32 = u32::MAX;
/// Series, and the rows whose features are asked.
pub struct LookBack {
    /// Since the first row of all, by place: where a row stands in the order of the series.
    pub(super) minutes: Vec<f64>,
    pub(super) place_of_row: Vec<u32>,
    /// Places that are told, ascending, and where each series' begin.
    pub(super) places: Vec<u32>,
    pub(super) places_from: Vec<u32>,
    /// For each row that is asked, where its place stands among them.
    asked: Vec<u32>,
    /// 1, 2, 3 and so on: how many values of a series are known where none is missing.
    pub(super) counts: Vec<u32>,
}

/// A feature of the rows that were asked.
pub struct Looked<'a> {
    by_place: &'a [f64],
    asked: &'a [u32],
}

impl Looked<'_> {
    /// The values, in the order of the rows that were asked; `NaN` is missing.
    pub fn each(&self) -> impl Iterator<Item = f64> + '_ {
        let of = |&at: &u32| self.by_place.get(at as usize).copied().unwrap_or(f64::NAN);
        self.asked.iter().map(of)
    }
}

impl LookBack {
    /// For features of these rows. What is made of a row does not hang on which others are asked.
    pub fn new(series: &Series, rows: &[u32]) -> Self {
        let origin = series.span().0;
        let minute = |&row: &u32| {
            series.instants[row as usize].wrapping_sub(origin) as f64 / MINUTE_MICROS as f64
        };
        let mut place_of_row = vec![NO_PLACE; series.instants.len()];
        for (place, &row) in (0..).zip(&series.order) {
            place_of_row[row as usize] = place;
        }
        let place = |&row: &u32| place_of_row.get(row as usize).copied().unwrap_or(NO_PLACE);
        let mut at_of_place = vec![NO_PLACE; series.order.len()];
        for place in rows.iter().map(place) {
            if let Some(at) = at_of_place.get_mut(place as usize) {
                *at = 0;
            }
        }
        let mut places = Vec::new();
        let mut places_from = vec![0];
        for ends in series.starts.windows(2) {
            let of = ends[0] as usize..ends[1] as usize;
            let is_asked = |place: &usize| at_of_place[*place] != NO_PLACE;
            let asked = of.clone().filter(is_asked).count();
            let end = of.clone().rfind(is_asked).map_or(of.start, |last| last + 1);
            // Of nearly all rows the others are told as well: that is less work than to leave them out.
            let all = 2 * asked > end - of.start;
            for (at, place) in at_of_place[of.start..end].iter_mut().zip(ends[0]..) {
                if all || *at != NO_PLACE {
                    *at = places.len() as u32;
                    places.push(place);
                }
            }
            places_from.push(places.len() as u32);
        }
        let asked = rows.iter().map(place);
        let asked = asked.map(|p| at_of_place.get(p as usize).copied().unwrap_or(NO_PLACE));
        let longest = series.starts.windows(2).map(|ends| ends[1] - ends[0]).max();
        Self {
            minutes: series.order.iter().map(minute).collect(),
            asked: asked.collect(),
            counts: (1..=longest.unwrap_or(0)).collect(),
            place_of_row,
            places,
            places_from,
        }
    }

    /// Makes the features whose names are wanted, one at a time. Those of one column and window share a pass; what is not
    /// wanted costs nothing.
    ///
    /// # Errors
    /// [`SeriesError::UnknownColumn`], also of a column that holds no numbers.
    pub fn features(
        &self,
        frame: &Frame,
        series: &Series,
        plan: &WindowPlan,
        wanted: &dyn Fn(&str) -> bool,
        take: &mut dyn FnMut(String, Looked<'_>),
    ) -> Result<(), SeriesError> {
        let mut told = |name: String, by_place: &[f64]| {
            let asked = &self.asked;
            take(name, Looked { by_place, asked });
        };
        for looks in &plan.columns {
            let Some(Values::Number(values)) = frame.column(&looks.column).map(|c| &c.values)
            else {
                return Err(SeriesError::UnknownColumn {
                    column: looks.column.clone(),
                });
            };
            ColumnLooks::new(self, series, looks, values, wanted).features(plan, &mut told);
        }
        if plan.calendar {
            self.calendar(series, wanted, &mut told);
        }
        Ok(())
    }

    /// Hour and weekday as sine and cosine, so that midnight is next to the minute before it.
    fn calendar(
        &self,
        series: &Series,
        wanted: &dyn Fn(&str) -> bool,
        take: &mut dyn FnMut(String, &[f64]),
    ) {
        let cycles = [
            ("hour", DAY_MICROS, 0),
            ("weekday", 7 * DAY_MICROS, 3 * DAY_MICROS),
        ];
        for (name, cycle, shift) in cycles {
            for (word, of) in [("sin", libm::sin as fn(f64) -> f64), ("cos", libm::cos)] {
                let at = |&place: &u32| {
                    let t = series.instants[series.order[place as usize] as usize];
                    // 1970 began on a Thursday: weeks are counted from a Monday.
                    let place = t.wrapping_add(shift).rem_euclid(cycle) as f64 / cycle as f64;
                    of(std::f64::consts::TAU * place)
                };
                let name = format!("{name} {word}");
                if wanted(&name) {
                    let values: Vec<f64> = self.places.iter().map(at).collect();
                    take(name, &values);
                }
            }
        }
    }
}

/// Makes every feature, one at a time, in the table's order of rows. Rows of no series are `NaN`.
///
/// # Errors
/// As [`LookBack::features`].
pub fn each_feature(
    frame: &Frame,
    series: &Series,
    plan: &WindowPlan,
    take: &mut dyn FnMut(String, Vec<f64>),
) -> Result<(), SeriesError> {
    let rows: Vec<u32> = (0..series.instants.len() as u32).collect();
    let back = LookBack::new(series, &rows);
    back.features(frame, series, plan, &|_| true, &mut |name, looked| {
        take(name, looked.each().collect());
    })
}

/// All features as a table.
///
/// # Errors
/// As [`each_feature`]; [`SeriesError::UnknownColumn`] as well where two features would have one name.
pub fn features(frame: &Frame, series: &Series, plan: &WindowPlan) -> Result<Frame, SeriesError> {
    let mut columns = Vec::new();
    each_feature(frame, series, plan, &mut |name, values| {
        columns.push(Column::number(name, values));
    })?;
    Frame::new(frame.name.clone(), columns).map_err(|error| SeriesError::UnknownColumn {
        column: error.to_string(),
    })
}

#[cfg(test)]
#[path = "look_back_tests.rs"]
mod tests;
