//! Instants and the calendar: proleptic Gregorian, UTC, no leap seconds. The tests compare it with a calendar library,
//! which the page would have to fetch for these few lines.

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;
/// The first instant that can be written in every time zone, in microseconds since 1970: early on 2 January -9999.
const FIRST_MICROS: i64 = -377_705_023_201_000_000;
/// The last one: late on 30 December 9999.
const LAST_MICROS: i64 = 253_402_207_200_000_000;
/// The largest offset from UTC, 25:59:59.
const MAX_OFFSET_SECS: i32 = 93_599;

/// Whether an instant lies within the years -9999 to 9999.
pub fn is_instant(micros: i64) -> bool {
    (FIRST_MICROS..=LAST_MICROS).contains(&micros)
}

/// Microseconds since 1970 of a date (year, month and day from 1), a time of day (hour, minute, second, nanosecond) and
/// an offset from UTC in seconds, rounded toward 1970; `None` where there is no such day, time or instant.
pub fn instant_micros(
    (year, month, day): (i32, i32, i32),
    (hour, minute, second, nanos): (i32, i32, i32, i32),
    offset_secs: i32,
) -> Option<i64> {
    let is_day = (-9_999..=9_999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day);
    let is_time = (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second)
        && (0..1_000_000_000).contains(&nanos);
    if !is_day || !is_time || offset_secs.unsigned_abs() > MAX_OFFSET_SECS.unsigned_abs() {
        return None;
    }
    let secs = days_since_1970(year, month, day) * 86_400
        + i64::from(hour * 3_600 + minute * 60 + second)
        - i64::from(offset_secs);
    let nanos = i128::from(secs) * 1_000_000_000 + i128::from(nanos);
    let micros = i64::try_from(nanos / 1_000).ok()?;
    is_instant(micros).then_some(micros)
}

/// ISO 8601 in UTC without its `Z`, with as many fractional digits as the instant has: `2025-02-07T05:31:09.595296`.
/// Empty beyond the years -9999 to 9999.
pub fn time_text(micros: i64) -> String {
    if !is_instant(micros) {
        return String::new();
    }
    let (year, month, day) = date_of(micros.div_euclid(DAY_MICROS));
    let of_day = micros.rem_euclid(DAY_MICROS);
    let (secs, fraction) = (of_day / 1_000_000, of_day % 1_000_000);
    let (hour, minute, second) = (secs / 3_600, secs / 60 % 60, secs % 60);
    let year = if year < 0 {
        format!("-{:06}", -year)
    } else {
        format!("{year:04}")
    };
    let mut text = format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if fraction > 0 {
        let digits = format!("{fraction:06}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    text
}

fn days_in_month(year: i32, month: i32) -> i32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March, eras have 400 of them.
fn days_since_1970(year: i32, month: i32, day: i32) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The same, back.
fn date_of(days_since_1970: i64) -> (i64, i64, i64) {
    let days = days_since_1970 + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::DateTime;
    use jiff::tz::Offset;
    use proptest::prelude::*;

    fn slow(
        (year, month, day): (i32, i32, i32),
        (hour, minute, second, nanos): (i32, i32, i32, i32),
        offset_secs: i32,
    ) -> Option<i64> {
        let civil = DateTime::new(
            year.try_into().ok()?,
            month.try_into().ok()?,
            day.try_into().ok()?,
            hour.try_into().ok()?,
            minute.try_into().ok()?,
            second.try_into().ok()?,
            nanos,
        )
        .ok()?;
        let offset = Offset::from_seconds(offset_secs).ok()?;
        Some(offset.to_timestamp(civil).ok()?.as_microsecond())
    }

    proptest! {
        #[test]
        fn instants_agree_with_a_calendar_library(
            year in -10_001..10_001_i32, month in -1..14_i32, day in -1..33_i32,
            hour in -1..25_i32, minute in -1..61_i32, second in -1..61_i32,
            nanos in prop_oneof![Just(0), -1..1_000_000_001_i32], offset in -94_000..94_000_i32,
        ) {
            let (date, time) = ((year, month, day), (hour, minute, second, nanos));
            prop_assert_eq!(instant_micros(date, time, offset), slow(date, time, offset));
        }

        #[test]
        fn texts_agree_with_a_calendar_library(
            micros in prop_oneof![FIRST_MICROS - 5..LAST_MICROS + 5, -5_000_000..5_000_000_i64, (0..2_000_000_000_i64).prop_map(|s| s * 1_000_000)],
        ) {
            let slow = jiff::Timestamp::from_microsecond(micros)
                .map(|at| at.to_string().trim_end_matches('Z').to_owned())
                .unwrap_or_default();
            prop_assert_eq!(time_text(micros), slow);
        }
    }

    #[test]
    fn the_bounds_are_those_of_the_calendar_library() {
        for micros in [
            FIRST_MICROS - 1,
            FIRST_MICROS,
            LAST_MICROS,
            LAST_MICROS + 1,
            i64::MIN,
            i64::MAX,
        ] {
            assert_eq!(
                is_instant(micros),
                jiff::Timestamp::from_microsecond(micros).is_ok(),
                "{micros}"
            );
        }
    }
}
