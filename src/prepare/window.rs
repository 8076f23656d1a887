//! Features that look back: what a row's entity did over the last minutes, and which of it is proposed.
//!
//! Windows are in minutes, not rows, so that they stay true across gaps. [`super::look_back`] makes the features.

use super::clock::is_clock;
use super::series::{MINUTE_MICROS, Series};
use crate::data::{Frame, Values, lowered};

/// Microseconds of a day.
pub(super) const DAY_MICROS: i64 = 86_400_000_000;
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

/// The last minutes that stand against the past.
pub(super) fn short_minutes(series: &Series, past_minutes: u32) -> f64 {
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

/// Half of the values that a window has where nothing is missing: fewer say nothing.
pub(super) fn fewest(series: &Series, window_minutes: u32) -> u32 {
    let rows = i64::from(window_minutes) * MINUTE_MICROS / series.step_micros.max(1);
    u32::try_from((rows + 1) / 2).unwrap_or(u32::MAX).max(1)
}
