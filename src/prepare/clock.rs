//! Columns that tell what time it is: a model that may read a clock learns when the incidents of the past were, not what
//! came before them.

use super::series::Series;
use crate::data::lowered;

/// Names of columns that say where in the day or week a row stands.
const CALENDAR: [&str; 12] = [
    "time_of_day",
    "day_of_week",
    "is_weekend",
    "hour",
    "hour_of_day",
    "minute",
    "weekday",
    "day",
    "day_of_month",
    "week",
    "month",
    "year",
];
/// Rows over which a pace is read, so that rounding does not hide it.
const LAG: usize = 120;
/// How far paces may lie from the usual one, as a share of it.
const NEAR: f64 = 0.03;
/// The share of a clock's paces that is the usual one; the rest are resets.
const STEADY: f64 = 0.8;
/// Fewest paces that say anything.
const FEWEST: usize = 50;

/// Whether a column of numbers says what time it is: by its name a place in the calendar, or it moves at one and the same
/// pace (ages, uptimes and times left, resets aside). `values` are in the table's order, `NaN` missing.
pub fn is_clock(name: &str, values: &[f64], series: &Series) -> bool {
    let name = lowered(name);
    if CALENDAR.contains(&name.as_str()) {
        return true;
    }
    let mut paces = Vec::new();
    for rows in series.each() {
        let lag = LAG.min(rows.len() / 4).max(1);
        for (a, b) in rows.iter().zip(rows.iter().skip(lag)).step_by(7) {
            let span = series.instants[*b as usize].saturating_sub(series.instants[*a as usize]);
            let pace = (values[*b as usize] - values[*a as usize]) / span as f64;
            if pace.is_finite() {
                paces.push(pace);
            }
        }
    }
    if paces.len() < FEWEST {
        return false;
    }
    crate::data::sort_numbers(&mut paces);
    let usual = paces[paces.len() / 2];
    let near = |p: &&f64| (**p - usual).abs() <= NEAR * usual.abs();
    usual != 0.0 && paces.iter().filter(near).count() as f64 >= STEADY * paces.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Column, Frame};
    use crate::prepare::MINUTE_MICROS;

    #[test]
    fn ages_are_clocks_and_gauges_are_not() {
        let at: Vec<i64> = (0..2_000).map(|t| t * MINUTE_MICROS).collect();
        let frame = Frame::new("t", vec![Column::time("at", at)]).unwrap();
        let series = Series::new(&frame, "at", &[]).unwrap();
        let made = |of: &dyn Fn(f64) -> f64| -> Vec<f64> {
            (0..2_000).map(|t| of(f64::from(t))).collect()
        };
        // Days, rounded to a thousandth; seconds since the last deploy, two of them; seconds left.
        let days = made(&|t| (t / 1.44).round() / 1000.0);
        let deployed = made(&|t| (t % 900.0) * 60.0);
        let left = made(&|t| 1e6 - 60.0 * t);
        // What fills by the load of the day, what wavers, what stands still, and what is seldom known.
        let filling = made(&|t| t + 200.0 * libm::sin(t / 230.0));
        let wavering = made(&|t| libm::sin(t * t));
        let still = made(&|_| 3.0);
        let seldom = made(&|t| if t < 40.0 { t } else { f64::NAN });
        for clock in [&days, &deployed, &left] {
            assert!(is_clock("x", clock, &series));
        }
        for other in [&filling, &wavering, &still, &seldom] {
            assert!(!is_clock("x", other, &series));
        }
        assert!(is_clock("Day_of_week", &still, &series));
    }
}
