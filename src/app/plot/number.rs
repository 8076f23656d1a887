//! Figures as a chart prints them: three significant digits, thousands set apart, a true minus sign.

/// `1,234,567`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three significant digits: `0.0412`, `12.3`, `1,230`; `undefined` for NaN. Beyond a million in powers of ten. What is
/// a little below 1 never reads as 1: `0.9997`, `>0.9999`.
pub fn figure(value: f64) -> String {
    if value.is_nan() {
        return "undefined".into();
    }
    let sign = if value < 0.0 { "\u{2212}" } else { "" };
    let size = value.abs();
    if size.is_infinite() {
        return format!("{sign}\u{221e}");
    }
    if size == 0.0 {
        return "0".into();
    }
    if !(1e-6..1e6).contains(&size) {
        return format!("{sign}{size:.2e}");
    }
    if (0.9995..1.0).contains(&value) {
        return if value < 0.999_95 {
            format!("{value:.4}")
        } else {
            ">0.9999".into()
        };
    }
    // The first count of decimals that shows three digits once rounded.
    let decimals = match size {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.9995 => 2,
        s if s >= 0.099_95 => 3,
        s if s >= 0.009_995 => 4,
        s if s >= 0.000_999_5 => 5,
        s if s >= 0.000_099_95 => 6,
        _ => 8,
    };
    if decimals == 0 {
        return format!("{sign}{}", count(size.round() as u64));
    }
    format!("{sign}{size:.decimals$}")
}

/// A share as a percentage: `4.10 %`; never `100 %` or `0 %` where it is not exactly that.
pub fn percent(share: f64) -> String {
    match share {
        0.0 => "0 %".into(),
        1.0 => "100 %".into(),
        s if s > 0.9995 && s < 1.0 => "above 99.9 %".into(),
        s if s > 0.0 && s < 0.0001 => "below 0.01 %".into(),
        s if s.is_nan() => "undefined".into(),
        s => format!("{} %", figure(s * 100.0)),
    }
}

/// A share as a matrix cell prints it: `.98`, `1`, `<.01`, `>.99`, nothing for 0.
pub fn cell_share(share: f64) -> String {
    match share {
        s if s <= 0.0 || s.is_nan() => String::new(),
        s if s >= 1.0 => "1".into(),
        s if s < 0.005 => "<.01".into(),
        s if s >= 0.995 => ">.99".into(),
        s => format!("{s:.2}").trim_start_matches('0').to_owned(),
    }
}

/// A share in a small cell: rounded down to hundredths, nothing below one.
pub fn cell_share_short(share: f64) -> String {
    match share {
        s if s >= 1.0 => "1".into(),
        s if s >= 0.01 => format!(".{:02}", libm::floor(s * 100.0 + 1e-9) as u32),
        _ => String::new(),
    }
}

/// Round numbers (1, 2 or 5 times a power of ten) within `low..=high`, at most `most` of them, with their labels.
pub fn ticks(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 || most < 2 {
        return Vec::new();
    }
    let raw = span / (most - 1) as f64;
    let power = libm::floor(libm::log10(raw));
    let unit = libm::pow(10.0, power);
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|factor| factor * unit >= raw * 0.999_999)
        .unwrap_or(10.0);
    let step = factor * unit;
    if step <= 0.0 || !step.is_finite() {
        return Vec::new();
    }
    let decimals = (-libm::floor(libm::log10(step) + 1e-9)).clamp(0.0, 12.0) as usize;
    let first = libm::ceil(low / step - 1e-9);
    (0..most)
        .map(|i| (first + i as f64) * step)
        .take_while(|value| *value <= high + step * 1e-9)
        .map(|value| {
            let label = if value.abs() < step * 1e-9 {
                "0".to_owned()
            } else {
                format!("{value:.decimals$}").replace('-', "\u{2212}")
            };
            (value, label)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits() {
        for (value, text) in [
            (0.0, "0"),
            (0.041_2, "0.0412"),
            (0.999_6, "0.9996"),
            (0.999_99, ">0.9999"),
            (1.0, "1.00"),
            (0.000_523_4, "0.000523"),
            (12.34, "12.3"),
            (99.96, "100"),
            (1_234.0, "1,234"),
            (-0.5, "\u{2212}0.500"),
            (f64::NAN, "undefined"),
        ] {
            assert_eq!(figure(value), text, "{value}");
        }
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn a_share_is_only_all_or_nothing_where_it_is() {
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.999_99), "above 99.9 %");
        assert_eq!(percent(0.041), "4.10 %");
        assert_eq!(percent(0.000_001), "below 0.01 %");
        assert_eq!(cell_share(0.98), ".98");
        assert_eq!(cell_share(0.999), ">.99");
        assert_eq!(cell_share(0.001), "<.01");
        assert_eq!(cell_share(0.0), "");
        assert_eq!(cell_share_short(0.999), ".99");
        assert_eq!(cell_share_short(0.07), ".07");
        assert_eq!(cell_share_short(0.29), ".29");
        assert_eq!(cell_share_short(0.009), "");
    }

    #[test]
    fn ticks_are_round_and_few() {
        let labels = |low, high, most| -> Vec<String> {
            ticks(low, high, most).into_iter().map(|t| t.1).collect()
        };
        assert_eq!(labels(0.0, 0.13, 3), ["0", "0.1"]);
        assert_eq!(labels(0.0, 1.0, 5), ["0", "0.5", "1.0"]);
        assert_eq!(
            labels(0.0, 1.0, 6),
            ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(labels(-0.02, 0.1, 4), ["0", "0.05", "0.10"]);
        assert!(labels(0.0, 0.0, 4).is_empty());
        assert!(labels(0.0, f64::INFINITY, 4).is_empty());
        for (low, high) in [(1e-300, 2e-300), (-1e300, 1e300), (0.0, 5e-324)] {
            assert!(ticks(low, high, 5).len() <= 5);
        }
    }
}
