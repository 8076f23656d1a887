//! Numbers that are instants: counted from 1970 in seconds, milliseconds, microseconds or nanoseconds.
//!
//! A number alone does not say so; its column's name and its magnitude together do.

use crate::data::{instant_micros, is_instant, lower, read_float, upper};

/// How strongly a column's name says that it holds instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TimeName {
    /// Not at all.
    No,
    /// It may (`time`, `date`, `created_at`): the magnitude must agree.
    Maybe,
    /// It does (`timestamp`, `epoch`).
    Yes,
}

/// The unit in which instants are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EpochUnit {
    Seconds,
    Millis,
    Micros,
    Nanos,
    /// 20260131: not counted, but a number all the same.
    CalendarDay,
}

/// What a column's name says.
pub(super) fn time_name(name: &str) -> TimeName {
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    if has(&[
        "timestamp",
        "timestamps",
        "datetime",
        "epoch",
        "unixtime",
        "unix",
    ]) {
        return TimeName::Yes;
    }
    let durations = [
        "cpu",
        "response",
        "run",
        "up",
        "wall",
        "user",
        "sys",
        "system",
        "elapsed",
        "processing",
        "wait",
        "idle",
        "total",
        "execution",
        "latency",
        "service",
        "avg",
        "mean",
        "max",
        "min",
        "duration",
        "lead",
        "delay",
        "busy",
        "io",
        "of",
        "since",
        "to",
        "remaining",
    ];
    let ends = [words.first(), words.last()];
    let instants = ["time", "date", "ts", "at", "day", "dt", "clock"];
    let at_an_end = ends
        .into_iter()
        .flatten()
        .any(|w| instants.contains(&w.as_str()));
    if at_an_end && !has(&durations) {
        TimeName::Maybe
    } else {
        TimeName::No
    }
}

/// A name's words in lower case, cut at signs and at capitals within.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for c in name.chars().take(200) {
        if !c.is_alphanumeric() || (lower(c) != c && after_lower) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(lower(c));
        }
        after_lower = upper(c) != c;
    }
    words.retain(|w| !w.is_empty());
    words
}

/// The unit of a column's numbers (missing ones left out), if they can be instants under that name.
pub(super) fn unit_of(name: TimeName, values: impl Iterator<Item = f64>) -> Option<EpochUnit> {
    if name == TimeName::No {
        return None;
    }
    let (mut least, mut most, mut any) = (f64::INFINITY, 0.0_f64, false);
    let (mut days, mut signed) = (true, false);
    for x in values {
        any = true;
        signed |= x < 0.0;
        least = least.min(x.abs());
        most = most.max(x.abs());
        days = days && calendar_day(x).is_some();
    }
    if !any {
        return None;
    }
    if days {
        return Some(EpochUnit::CalendarDay);
    }
    let (unit, per_second) = match most {
        x if x < 1e11 => (EpochUnit::Seconds, 1.0),
        x if x < 1e14 => (EpochUnit::Millis, 1e3),
        x if x < 1e17 => (EpochUnit::Micros, 1e6),
        // The last nanosecond that 64 bits count.
        x if x < 9.3e18 => (EpochUnit::Nanos, 1e9),
        _ => return None,
    };
    // Between 1979 and 2128, unless the name leaves no doubt.
    let plausible = !signed && least >= 3e8 * per_second && most <= 5e9 * per_second;
    (name == TimeName::Yes || plausible).then_some(unit)
}

/// 20260131 as microseconds since 1970; `None` unless it is a day between 1900 and 2100.
fn calendar_day(x: f64) -> Option<i64> {
    if !(19_000_101.0..=21_001_231.0).contains(&x) || x.trunc() != x {
        return None;
    }
    let n = x as i32;
    instant_micros((n / 10_000, n / 100 % 100, n % 100), (0, 0, 0, 0), 0)
}

impl EpochUnit {
    /// Microseconds since 1970, rounded to the nearest; `None` beyond the years -9999 to 9999.
    pub fn micros(self, x: f64) -> Option<i64> {
        let micros = match self {
            Self::Seconds => libm::round(x * 1e6),
            Self::Millis => libm::round(x * 1e3),
            Self::Micros => libm::round(x),
            Self::Nanos => libm::floor(x / 1e3),
            Self::CalendarDay => return calendar_day(x),
        };
        (micros.abs() < 9e18)
            .then_some(micros as i64)
            .filter(|&m| is_instant(m))
    }

    /// The same from a text, whose digits all count: nanoseconds have more than a float holds.
    pub fn micros_of_text(self, text: &str) -> Option<i64> {
        let Ok(n) = text.parse::<i64>() else {
            return self.micros(read_float(text)?);
        };
        let micros = match self {
            Self::Seconds => n.checked_mul(1_000_000)?,
            Self::Millis => n.checked_mul(1_000)?,
            Self::Micros => n,
            Self::Nanos => n.div_euclid(1_000),
            Self::CalendarDay => return calendar_day(n as f64),
        };
        Some(micros).filter(|&m| is_instant(m))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in [
            "timestamp",
            "Timestamp",
            "unix_timestamp",
            "epoch_ms",
            "timestamp (ms)",
            "datetime",
        ] {
            assert_eq!(time_name(name), TimeName::Yes, "{name}");
        }
        for name in [
            "time",
            "Time",
            "ts",
            "created_at",
            "event_time",
            "startTime",
            "date",
            "time_utc",
        ] {
            assert_eq!(time_name(name), TimeName::Maybe, "{name}");
        }
        for name in [
            "cpu_time",
            "response_time_ms",
            "uptime",
            "cycle",
            "rate",
            "status",
            "latency",
            "hour",
            "time_of_day",
        ] {
            assert_eq!(time_name(name), TimeName::No, "{name}");
        }
    }

    #[test]
    fn units() {
        let unit = |name, xs: &[f64]| unit_of(name, xs.iter().copied());
        let (yes, maybe) = (TimeName::Yes, TimeName::Maybe);
        assert_eq!(unit(maybe, &[1_767_225_600.0]), Some(EpochUnit::Seconds));
        assert_eq!(unit(maybe, &[1.7672256e12]), Some(EpochUnit::Millis));
        assert_eq!(unit(maybe, &[1.7672256e15]), Some(EpochUnit::Micros));
        assert_eq!(unit(maybe, &[1.7672256e18]), Some(EpochUnit::Nanos));
        assert_eq!(unit(maybe, &[12.9, 3.5]), None);
        assert_eq!(unit(yes, &[0.0, 60.0]), Some(EpochUnit::Seconds));
        assert_eq!(unit(yes, &[-1.0]), Some(EpochUnit::Seconds));
        assert_eq!(unit(yes, &[1e30]), None);
        assert_eq!(unit(yes, &[]), None);
        assert_eq!(unit(maybe, &[20_260_131.0]), Some(EpochUnit::CalendarDay));
        assert_eq!(unit(maybe, &[20_260_132.0]), None);
        assert_eq!(unit(TimeName::No, &[1_767_225_600.0]), None);
    }

    #[test]
    fn instants() {
        let t = 1_767_225_600_000_000;
        assert_eq!(EpochUnit::Seconds.micros(1_767_225_600.0), Some(t));
        assert_eq!(
            EpochUnit::Seconds.micros(1_767_225_600.25),
            Some(t + 250_000)
        );
        assert_eq!(
            EpochUnit::Nanos.micros_of_text("1767225600123456789"),
            Some(t + 123_456)
        );
        assert_eq!(
            EpochUnit::Nanos.micros_of_text("9223372036854775807"),
            Some(9_223_372_036_854_775)
        );
        assert_eq!(EpochUnit::CalendarDay.micros(20_260_101.0), Some(t));
        assert_eq!(EpochUnit::Seconds.micros(1e300), None);
        assert_eq!(
            EpochUnit::Seconds.micros_of_text("9223372036854775807"),
            None
        );
    }
}
