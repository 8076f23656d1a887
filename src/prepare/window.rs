//! Features that look back: what a row's entity did over the last minutes. No feature ever sees a later row.
//!
//! Windows are in minutes, not rows, so that they stay true across gaps. One pass over each entity's rows in time; what
//! is kept between rows ([`super::rolling`]) is all that a live feed needs.

use super::rolling::{Counter, Fading, Lag, Rolled, Window};
use super::series::{MINUTE_MICROS, NO_SERIES, Series, SeriesError};
use crate::data::{Column, Frame, Values, lowered};

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;
/// The windows that are proposed, in minutes.
pub const WINDOW_MINUTES: [u32; 3] = [5, 15, 60];

/// How a feature looks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The value itself.
    Now,
    /// The value a window ago.
    Lag,
    /// The value less that of a window ago.
    Difference,
    /// The window's mean.
    Mean,
    /// Its least value.
    Min,
    /// Its largest value.
    Max,
    /// Its standard deviation.
    Deviation,
    /// Its slope per minute.
    Slope,
    /// A mean in which a row weighs half as much for each window that it is old.
    Fading,
    /// What a counter grew by each minute, resets counted.
    Rate,
    /// Minutes since a counter grew; the window does not matter.
    Since,
}

impl Look {
    /// Every way.
    pub const ALL: [Self; 11] = [
        Self::Now,
        Self::Lag,
        Self::Difference,
        Self::Mean,
        Self::Min,
        Self::Max,
        Self::Deviation,
        Self::Slope,
        Self::Fading,
        Self::Rate,
        Self::Since,
    ];

    /// The word in a feature's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Lag => "lag",
            Self::Difference => "change",
            Self::Mean => "mean",
            Self::Min => "min",
            Self::Max => "max",
            Self::Deviation => "deviation",
            Self::Slope => "slope",
            Self::Fading => "ewm",
            Self::Rate => "rate",
            Self::Since => "minutes since growth",
        }
    }

    fn has_window(self) -> bool {
        !matches!(self, Self::Now | Self::Since)
    }
}

/// A column's features.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looks {
    /// The column, of numbers.
    pub column: String,
    /// How it is looked at; each in every window that it needs.
    pub looks: Vec<Look>,
}

/// What is made of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowPlan {
    /// The windows, in minutes, each above 0.
    pub windows_minutes: Vec<u32>,
    /// Columns and how they are looked at.
    pub columns: Vec<Looks>,
    /// Add hour and weekday as places on a circle (UTC, or local where the file names no zone).
    pub calendar: bool,
}

/// The name of a feature: `cpu_usage mean 15m`.
pub fn feature_name(column: &str, look: Look, window_minutes: u32) -> String {
    match look {
        Look::Now => column.to_owned(),
        _ if look.has_window() => format!("{column} {} {window_minutes}m", look.word()),
        _ => format!("{column} {}", look.word()),
    }
}

/// Whether a column counts something up: its name says so, and it falls within a series on few steps only.
pub fn is_counter(name: &str, values: &[f64], series: &Series) -> bool {
    let name = lowered(name);
    let named = ["_total", "_count", "restart", "_sum"]
        .iter()
        .any(|w| name.contains(w));
    if !named {
        return false;
    }
    let (mut up, mut down) = (0_u64, 0_u64);
    for rows in series.each() {
        for pair in rows.windows(2) {
            let (a, b) = (values[pair[0] as usize], values[pair[1] as usize]);
            up += u64::from(b > a);
            down += u64::from(b < a);
        }
    }
    up > 0 && down * 10 <= up
}

/// What is proposed for the columns named: counters by their rate and the time since they grew, other numbers by value,
/// change, mean, max, deviation and slope.
pub fn propose(
    frame: &Frame,
    series: &Series,
    columns: &[String],
    windows_minutes: &[u32],
) -> WindowPlan {
    let looks = |name: &String| {
        let Values::Number(values) = &frame.column(name)?.values else {
            return None;
        };
        let looks = match is_counter(name, values, series) {
            true => vec![Look::Rate, Look::Since],
            false => vec![
                Look::Now,
                Look::Difference,
                Look::Mean,
                Look::Max,
                Look::Deviation,
                Look::Slope,
            ],
        };
        Some(Looks {
            column: name.clone(),
            looks,
        })
    };
    let (first, last) = series.span();
    WindowPlan {
        windows_minutes: windows_minutes.to_vec(),
        columns: columns.iter().filter_map(looks).collect(),
        // Within one day the hour is only another clock.
        calendar: !series.counted && last.saturating_sub(first) >= 2 * DAY_MICROS,
    }
}

/// Makes every feature, one at a time, in the table's order of rows: a million rows' features need not stand in memory at
/// once. Rows of no series are `NaN`.
///
/// # Errors
/// [`SeriesError::UnknownColumn`], also of a column that holds no numbers.
pub fn each_feature(
    frame: &Frame,
    series: &Series,
    plan: &WindowPlan,
    take: &mut dyn FnMut(String, Vec<f64>),
) -> Result<(), SeriesError> {
    let origin = series.span().0;
    let minute = |&row: &u32| {
        series.instants[row as usize].wrapping_sub(origin) as f64 / MINUTE_MICROS as f64
    };
    let minutes: Vec<f64> = series.order.iter().map(minute).collect();
    for looks in &plan.columns {
        let Some(Values::Number(values)) = frame.column(&looks.column).map(|c| &c.values) else {
            return Err(SeriesError::UnknownColumn {
                column: looks.column.clone(),
            });
        };
        let sorted: Vec<f64> = series.order.iter().map(|&r| values[r as usize]).collect();
        let pass = Pass {
            series,
            minutes: &minutes,
            values: &sorted,
        };
        if looks.looks.contains(&Look::Now) {
            take(looks.column.clone(), values.clone());
        }
        for &window in &plan.windows_minutes {
            pass.looks(&looks.column, &looks.looks, window.max(1), take);
        }
        if looks.looks.contains(&Look::Since) {
            let mut counter = Counter::new(1.0);
            let since = pass.column(&mut |new, minute, value| {
                if new {
                    counter.clear();
                }
                counter.push(minute, value).1
            });
            take(feature_name(&looks.column, Look::Since, 0), since);
        }
    }
    if plan.calendar {
        calendar(series, take);
    }
    Ok(())
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

/// One column in the order of its series.
struct Pass<'a> {
    series: &'a Series,
    minutes: &'a [f64],
    values: &'a [f64],
}

impl Pass<'_> {
    /// One feature; `of` hears whether a new series begins, the minute and the value.
    fn column(&self, of: &mut dyn FnMut(bool, f64, f64) -> f64) -> Vec<f64> {
        let mut out = vec![f64::NAN; self.series.instants.len()];
        for ends in self.series.starts.windows(2) {
            for at in ends[0]..ends[1] {
                let row = self.series.order[at as usize] as usize;
                let (minute, value) = (self.minutes[at as usize], self.values[at as usize]);
                out[row] = finite(of(at == ends[0], minute, value));
            }
        }
        out
    }

    fn looks(
        &self,
        name: &str,
        looks: &[Look],
        window: u32,
        take: &mut dyn FnMut(String, Vec<f64>),
    ) {
        let span = f64::from(window);
        let step = self.series.step_micros as f64 / MINUTE_MICROS as f64;
        let mut one = |look: Look, of: &mut dyn FnMut(bool, f64, f64) -> f64| {
            if looks.contains(&look) {
                take(feature_name(name, look, window), self.column(of));
            }
        };
        let mut lag = Lag::new(span, 1.5 * step);
        let mut ago = |new: bool, minute: f64, value: f64| {
            if new {
                lag.clear();
            }
            lag.push(minute, value)
        };
        one(Look::Lag, &mut ago);
        one(Look::Difference, &mut |new, minute, value| {
            value - ago(new, minute, value)
        });
        let mut fading = Fading::new(span);
        one(Look::Fading, &mut |new, minute, value| {
            if new {
                fading.clear();
            }
            fading.push(minute, value)
        });
        let mut counter = Counter::new(span);
        one(Look::Rate, &mut |new, minute, value| {
            if new {
                counter.clear();
            }
            counter.push(minute, value).0
        });
        self.rolled(name, looks, window, take);
    }

    /// Mean, bounds, deviation and slope in one pass.
    fn rolled(
        &self,
        name: &str,
        looks: &[Look],
        window: u32,
        take: &mut dyn FnMut(String, Vec<f64>),
    ) {
        type Of = fn(&Rolled) -> f64;
        let all: [(Look, Of); 5] = [
            (Look::Mean, |r| r.mean),
            (Look::Min, |r| r.min),
            (Look::Max, |r| r.max),
            (Look::Deviation, |r| r.deviation),
            (Look::Slope, |r| r.slope),
        ];
        let of: Vec<_> = all
            .into_iter()
            .filter(|(look, _)| looks.contains(look))
            .collect();
        if of.is_empty() {
            return;
        }
        let rows = self.series.instants.len();
        let mut out: Vec<Vec<f64>> = of.iter().map(|_| vec![f64::NAN; rows]).collect();
        let mut state = Window::new(f64::from(window), fewest(self.series, window));
        for ends in self.series.starts.windows(2) {
            state.clear();
            for at in ends[0] as usize..ends[1] as usize {
                let rolled = state.push(self.minutes[at], self.values[at]);
                let row = self.series.order[at] as usize;
                for (out, (_, of)) in out.iter_mut().zip(&of) {
                    out[row] = finite(of(&rolled));
                }
            }
        }
        for ((look, _), values) in of.into_iter().zip(out) {
            take(feature_name(name, look, window), values);
        }
    }
}

/// Half of the values that a window has where nothing is missing: fewer say nothing.
fn fewest(series: &Series, window_minutes: u32) -> u32 {
    let rows = i64::from(window_minutes) * MINUTE_MICROS / series.step_micros.max(1);
    u32::try_from((rows + 1) / 2).unwrap_or(u32::MAX).max(1)
}

fn finite(x: f64) -> f64 {
    if x.is_finite() { x } else { f64::NAN }
}

/// Hour and weekday as sine and cosine, so that midnight is next to the minute before it.
fn calendar(series: &Series, take: &mut dyn FnMut(String, Vec<f64>)) {
    let cycles = [
        ("hour", DAY_MICROS, 0),
        ("weekday", 7 * DAY_MICROS, 3 * DAY_MICROS),
    ];
    for (name, cycle, shift) in cycles {
        for (word, of) in [("sin", libm::sin as fn(f64) -> f64), ("cos", libm::cos)] {
            let at = |(&t, &e): (&i64, &u32)| match e {
                NO_SERIES => f64::NAN,
                // 1970 began on a Thursday: weeks are counted from a Monday.
                _ => {
                    let place = t.wrapping_add(shift).rem_euclid(cycle) as f64 / cycle as f64;
                    of(std::f64::consts::TAU * place)
                }
            };
            let values = series.instants.iter().zip(&series.of_row).map(at).collect();
            take(format!("{name} {word}"), values);
        }
    }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
