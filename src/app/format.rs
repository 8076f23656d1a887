//! Figures as text: three significant digits, thousands apart, units always.

use crate::data::read_float;

/// A whole number with its thousands set apart: `12,345`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A count and its noun: `1 row`, `12,345 rows`. The plural adds an `s`, or `es` after `s`.
pub fn plural(n: u64, noun: &str) -> String {
    let ending = match (n, noun.ends_with('s')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{} {noun}{ending}", count(n))
}

/// A number with three significant digits: `0.00123`, `12.3`, `12,345`, `1.2e-7`. What is not finite says so.
pub fn number(x: f64) -> String {
    if x.is_nan() {
        return "not defined".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "infinite" } else { "−infinite" }.to_owned();
    }
    if x == 0.0 {
        return "0".to_owned();
    }
    let sign = if x < 0.0 { "−" } else { "" };
    let size = x.abs();
    // The exponent after rounding to three digits, so that 9.996 is read as 10.0.
    let scientific = format!("{size:.2e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..15).contains(&exponent) {
        return format!("{sign}{}e{exponent}", trim_zeros(digits));
    }
    if exponent >= 2 {
        return format!("{sign}{}", count(libm::round(size) as u64));
    }
    let places = usize::try_from(2 - exponent).unwrap_or(0);
    format!("{sign}{}", trim_zeros(&format!("{size:.places$}")))
}

fn trim_zeros(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

/// A share as per cent: `97.3 %`. A share short of all never reads as `100 %`, one above none never as `0 %`.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return "not defined".to_owned();
    }
    let value = share * 100.0;
    if value == 0.0 || value == 100.0 {
        return format!("{value:.0} %");
    }
    for places in [1_usize, 2, 3] {
        let text = format!("{value:.places$}");
        let read = read_float(&text).unwrap_or(value);
        if read.abs() > 0.0 && read != 100.0 {
            return format!("{} %", trim_zeros(&text).replace('-', "−"));
        }
    }
    if value > 50.0 {
        "above 99.999 %".to_owned()
    } else {
        "below 0.001 %".to_owned()
    }
}

/// A score between -1 and 1 to three places: `0.842`. One short of 1 never reads as `1.000`.
pub fn score(x: f64) -> String {
    if !x.is_finite() {
        return "not defined".to_owned();
    }
    let mut text = format!("{x:.3}");
    if text == "1.000" && x < 1.0 {
        text = format!("{x:.4}");
        if text == "1.0000" {
            return "above 0.9999".to_owned();
        }
    }
    if text == "-0.000" {
        text = "0.000".to_owned();
    }
    text.replace('-', "−")
}

/// A score where it is defined.
pub fn optional_score(x: Option<f64>) -> String {
    x.map_or_else(|| "not defined".to_owned(), score)
}

/// A size: `512 bytes`, `12.4 MB` (decimal units).
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if n < 1000 {
        return plural(n, "byte");
    }
    let mut size = n as f64 / 1000.0;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{} {}", number(size), UNITS[unit])
}

/// A duration: `14 ms`, `3.1 s`, `2 min 5 s`, `1 h 12 min`.
pub fn duration(secs: f64) -> String {
    if !secs.is_finite() || secs < 0.0 {
        return "unknown".to_owned();
    }
    if secs < 0.001 {
        return "below 1 ms".to_owned();
    }
    if secs < 0.995 {
        return format!("{} ms", number(libm::round(secs * 1000.0)));
    }
    if secs < 9.95 {
        return format!("{secs:.1} s");
    }
    let whole = libm::round(secs) as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => match whole % 60 {
            0 => format!("{} min", whole / 60),
            s => format!("{} min {s} s", whole / 60),
        },
        _ => match whole % 3600 / 60 {
            0 => format!("{} h", whole / 3600),
            m => format!("{} h {m} min", whole / 3600),
        },
    }
}

/// Time left, coarse enough not to flicker: `about 5 s left`.
pub fn time_left(secs: f64) -> String {
    if secs < 2.0 {
        return "almost done".to_owned();
    }
    let step = if secs < 20.0 {
        1.0
    } else if secs < 90.0 {
        5.0
    } else {
        30.0
    };
    format!("about {} left", duration(libm::ceil(secs / step) * step))
}

/// Cuts long text for a cell or a label, at a character, with an ellipsis.
pub fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(limit.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// Names as a list: `a`, `a and b`, `a, b and 3 more`.
pub fn listed(names: &[String], most: usize) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        _ if names.len() <= most.max(2) => {
            let (last, first) = names.split_last().unwrap_or((&names[0], &[]));
            format!("{} and {last}", first.join(", "))
        }
        _ => format!(
            "{} and {} more",
            names[..most].join(", "),
            names.len() - most
        ),
    }
}

/// A class's name for people: underscores become spaces.
pub fn class_name(class: &str) -> String {
    class.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_significant_digits() {
        for (x, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.001_234_5, "0.00123"),
            (12.345, "12.3"),
            (9.996, "10"),
            (999.6, "1,000"),
            (1_234_567.0, "1,234,567"),
            (-0.5, "−0.5"),
            (1.2e-7, "1.2e-7"),
            (3.0e17, "3e17"),
            (f64::NAN, "not defined"),
        ] {
            assert_eq!(number(x), text, "{x}");
        }
    }

    #[test]
    fn a_share_short_of_all_is_never_rounded_to_all() {
        assert_eq!(percent(0.973), "97.3 %");
        assert_eq!(percent(0.9996), "99.96 %");
        assert_eq!(percent(0.999_999_99), "above 99.999 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.0002), "0.02 %");
        assert_eq!(percent(0.3), "30 %");
        assert_eq!(score(0.9996), "0.9996");
        assert_eq!(score(1.0), "1.000");
        assert_eq!(score(-0.000_01), "0.000");
    }

    #[test]
    fn sizes_durations_and_lists() {
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(12_400_000), "12.4 MB");
        assert_eq!(bytes(999_999), "1 MB");
        assert_eq!(duration(0.0142), "14 ms");
        assert_eq!(duration(3.12), "3.1 s");
        assert_eq!(duration(125.0), "2 min 5 s");
        assert_eq!(duration(4320.0), "1 h 12 min");
        assert_eq!(time_left(43.0), "about 45 s left");
        let names: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).into();
        assert_eq!(listed(&names[..2], 3), "a and b");
        assert_eq!(listed(&names, 2), "a, b and 2 more");
        assert_eq!(plural(2, "class"), "2 classes");
        assert_eq!(shortened("żółw biega", 5), "żółw…");
    }
}
