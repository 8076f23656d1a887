//! Features that look back: what a row's entity did over the last minutes. No feature ever sees a later row.
//!
//! Windows are in minutes, not rows, so that they stay true across gaps. One pass over each entity's rows in time; what
//! is kept between rows ([`super::rolling`]) is all that a live feed needs.

use super::clock::is_clock;
use super::rolling::{Counter, Fading, Lag, Rolled, Window};
use super::series::{MINUTE_MICROS, NO_SERIES, Series, SeriesError};
use crate::data::{Column, Frame, Values, lowered};

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;
/// Days after which the hour says something.
const CYCLES: i64 = 14;
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
    /// Minutes until a share or a percentage is full at the window's slope, at most [`FAR_MINUTES`].
    Full,
    /// Minutes until it is empty, likewise.
    Empty,
    /// How many deviations the mean of the last minutes ([`SHORT_MINUTES`]) stands above the entity's own longer past
    /// ([`WindowPlan::past_minutes`]), within +-[`MOST_DEVIATIONS`]; the window does not matter.
    Standing,
}

/// What is further off than this is as if it never came: two days.
pub const FAR_MINUTES: f64 = 2_880.0;
/// What stands against the past: five minutes, or three steps where these are longer, and no longer than the past.
pub const SHORT_MINUTES: u32 = 5;
/// More deviations than this are all the same.
pub const MOST_DEVIATIONS: f64 = 1_000.0;

impl Look {
    /// Every way.
    pub const ALL: [Self; 14] = [
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
        Self::Full,
        Self::Empty,
        Self::Standing,
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
            Self::Full => "minutes to full",
            Self::Empty => "minutes to empty",
            Self::Standing => "against its past",
        }
    }

    fn has_window(self) -> bool {
        !matches!(self, Self::Now | Self::Since | Self::Standing)
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
    /// How long the past is that [`Look::Standing`] compares with, in minutes; 0 for none.
    pub past_minutes: u32,
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

/// What a column of shares or percentages is when it is full, by its name and its values.
pub fn full(name: &str, values: &[f64]) -> Option<f64> {
    let name = lowered(name);
    let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
    let full = if has(&["percent", "pct", "%"]) {
        100.0
    } else if has(&["ratio", "fraction", "utilization", "utilisation"]) {
        1.0
    } else {
        return None;
    };
    let within = |x: &f64| x.is_nan() || (0.0..=full * 1.001).contains(x);
    values.iter().all(within).then_some(full)
}

fn short_minutes(series: &Series, past_minutes: u32) -> f64 {
    let steps = 3.0 * series.step_micros as f64 / MINUTE_MICROS as f64;
    steps
        .max(f64::from(SHORT_MINUTES))
        .min(f64::from(past_minutes))
}

/// How long a past an entity is compared with, in minutes: a twenty-eighth of the time seen (six hours of a week), at most
/// eight hours; 0, for none, where that is no longer than two windows.
pub fn past_minutes(series: &Series, windows_minutes: &[u32]) -> u32 {
    let (first, last) = series.span();
    let span = last.saturating_sub(first) / MINUTE_MICROS / 28;
    let past = u32::try_from(span.clamp(0, 480)).unwrap_or(0);
    let longest = windows_minutes.iter().copied().max().unwrap_or(0);
    if past > longest.saturating_mul(2) {
        past
    } else {
        0
    }
}

/// What is proposed for the columns named: counters by their rate and the time since they grew; other numbers by value,
/// change, mean, max, deviation and slope, and against the entity's own past; shares and percentages by the time until
/// they are full or empty as well. Clocks ([`is_clock`]) are left out.
pub fn propose(
    frame: &Frame,
    series: &Series,
    columns: &[String],
    windows_minutes: &[u32],
) -> WindowPlan {
    let past_minutes = past_minutes(series, windows_minutes);
    let looks = |name: &String| {
        let Values::Number(values) = &frame.column(name)?.values else {
            return None;
        };
        let mut looks = match is_counter(name, values, series) {
            true => vec![Look::Rate, Look::Since],
            false if is_clock(name, values, series) => return None,
            false => vec![
                Look::Now,
                Look::Difference,
                Look::Mean,
                Look::Max,
                Look::Deviation,
                Look::Slope,
            ],
        };
        if looks.contains(&Look::Slope) {
            if full(name, values).is_some() {
                looks.extend([Look::Full, Look::Empty]);
            }
            if past_minutes > 0 {
                looks.push(Look::Standing);
            }
        }
        Some(Looks {
            column: name.clone(),
            looks,
        })
    };
    let (first, last) = series.span();
    WindowPlan {
        windows_minutes: windows_minutes.to_vec(),
        columns: columns.iter().filter_map(looks).collect(),
        past_minutes,
        // A cycle that was seen a few times only is another clock.
        calendar: !series.counted && last.saturating_sub(first) >= CYCLES * DAY_MICROS,
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
    each_wanted(frame, series, plan, &|_| true, take)
}

/// As [`each_feature`], those only whose names are wanted: the others cost nothing, but for those that share a pass.
///
/// # Errors
/// As [`each_feature`].
pub fn each_wanted(
    frame: &Frame,
    series: &Series,
    plan: &WindowPlan,
    wanted: &dyn Fn(&str) -> bool,
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
            full: full(&looks.column, values),
            wanted,
        };
        if looks.looks.contains(&Look::Now) && wanted(&looks.column) {
            take(looks.column.clone(), values.clone());
        }
        for &window in &plan.windows_minutes {
            pass.looks(&looks.column, &looks.looks, window.max(1), take);
        }
        let against = feature_name(&looks.column, Look::Standing, 0);
        if looks.looks.contains(&Look::Standing) && plan.past_minutes > 0 && wanted(&against) {
            let span = short_minutes(series, plan.past_minutes);
            let mut short = Window::new(span, 1);
            let few = fewest(series, plan.past_minutes) / 2;
            let mut past = Window::new(f64::from(plan.past_minutes), few.max(2));
            let deviations = pass.column(&mut |new, minute, value| {
                if new {
                    short.clear();
                    past.clear();
                }
                standing(short.push(minute, value).mean, &past.push(minute, value))
            });
            take(against, deviations);
        }
        let since = feature_name(&looks.column, Look::Since, 0);
        if looks.looks.contains(&Look::Since) && wanted(&since) {
            let mut counter = Counter::new(1.0);
            let minutes = pass.column(&mut |new, minute, value| {
                if new {
                    counter.clear();
                }
                counter.push(minute, value).1
            });
            take(since, minutes);
        }
    }
    if plan.calendar {
        calendar(series, wanted, take);
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
    full: Option<f64>,
    wanted: &'a dyn Fn(&str) -> bool,
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
            let name = feature_name(name, look, window);
            if looks.contains(&look) && (self.wanted)(&name) {
                take(name, self.column(of));
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
        type Of = fn(&Rolled, f64, f64) -> f64;
        let all: [(Look, Of); 7] = [
            (Look::Mean, |r, _, _| r.mean),
            (Look::Min, |r, _, _| r.min),
            (Look::Max, |r, _, _| r.max),
            (Look::Deviation, |r, _, _| r.deviation),
            (Look::Slope, |r, _, _| r.slope),
            (Look::Full, |r, now, full| minutes_to(full - now, r.slope)),
            (Look::Empty, |r, now, _| minutes_to(now, -r.slope)),
        ];
        let full = self.full.unwrap_or(f64::NAN);
        let of: Vec<_> = all
            .into_iter()
            .filter(|(look, _)| looks.contains(look))
            .filter(|(look, _)| (self.wanted)(&feature_name(name, *look, window)))
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
                    out[row] = finite(of(&rolled, self.values[at], full));
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

/// Minutes until a way is gone at a pace per minute.
fn minutes_to(way: f64, pace: f64) -> f64 {
    match pace > 0.0 {
        true => (way / pace).clamp(0.0, FAR_MINUTES),
        // NaN where either is.
        false => way * 0.0 + pace * 0.0 + FAR_MINUTES,
    }
}

/// Deviations above the past's mean; 0 where the past, of which the last minutes are a part, stood still but for rounding.
fn standing(mean: f64, past: &Rolled) -> f64 {
    let off = mean - past.mean;
    match off.abs() <= 1e-12 * past.mean.abs() {
        true => 0.0,
        false => (off / past.deviation).clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS),
    }
}

fn finite(x: f64) -> f64 {
    if x.is_finite() { x } else { f64::NAN }
}

/// Hour and weekday as sine and cosine, so that midnight is next to the minute before it.
fn calendar(
    series: &Series,
    wanted: &dyn Fn(&str) -> bool,
    take: &mut dyn FnMut(String, Vec<f64>),
) {
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
            let name = format!("{name} {word}");
            if wanted(&name) {
                let values = series.instants.iter().zip(&series.of_row).map(at).collect();
                take(name, values);
            }
        }
    }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
