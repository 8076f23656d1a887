//! Numbers with a unit, as Grafana, kubectl and people write them: `31.2%`, `1.20 GiB`, `412m`, `5321Mi`, `350 ms`.
//!
//! Sources: grafana/grafana `packages/grafana-data/src/valueFormats`, kubernetes/apimachinery
//! `pkg/api/resource/quantity.go`.

use super::series::float;

/// What a unit measures; numbers of one dimension can stand in one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    /// A number alone, or scaled: `1.72 K`, `412m`.
    Plain,
    /// In percent, as written.
    Percent,
    /// In bytes, or bytes per second.
    Bytes,
    /// In bits, or bits per second.
    Bits,
    /// In seconds.
    Seconds,
    /// A count per second: `12.3 req/s`, `4 ops/s`.
    PerSecond,
}

impl Dimension {
    /// How a column's name ends that holds it; empty for plain numbers.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Plain | Self::PerSecond => "",
            Self::Percent => "percent",
            Self::Bytes => "bytes",
            Self::Bits => "bits",
            Self::Seconds => "seconds",
        }
    }
}

const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: [&str; 6] = ["k", "M", "G", "T", "P", "E"];
const SECONDS: [(&str, f64); 22] = [
    ("ns", 1e-9),
    ("\u{b5}s", 1e-6),
    ("\u{3bc}s", 1e-6),
    ("us", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("sec", 1.0),
    ("secs", 1.0),
    ("second", 1.0),
    ("seconds", 1.0),
    ("min", 60.0),
    ("mins", 60.0),
    ("minute", 60.0),
    ("minutes", 60.0),
    ("h", 3600.0),
    ("hour", 3600.0),
    ("hours", 3600.0),
    ("d", 86400.0),
    ("day", 86400.0),
    ("days", 86400.0),
    ("week", 604_800.0),
    ("weeks", 604_800.0),
];
const SHORT: [(&str, f64); 9] = [
    ("n", 1e-9),
    ("u", 1e-6),
    ("m", 1e-3),
    ("K", 1e3),
    ("Mil", 1e6),
    ("Bil", 1e9),
    ("Tri", 1e12),
    ("B", 1.0),
    ("", 1.0),
];

/// The number in the dimension's base unit, and the dimension; none where the text is neither.
pub(super) fn quantity(text: &str) -> Option<(f64, Dimension)> {
    let text = text.trim();
    let is_of_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | ',');
    let mut digits = text.find(|c| !is_of_number(c)).unwrap_or(text.len());
    // An exponent belongs to the number, `E` alone to the unit.
    if let Some(rest) = text[digits..].strip_prefix(['e', 'E']) {
        let signless = rest.trim_start_matches(['+', '-']);
        let exponent = signless
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(signless.len());
        if exponent > 0 {
            digits += 1 + (rest.len() - signless.len()) + exponent;
        }
    }
    let (number, unit) = text.split_at(digits);
    let number = match number.contains(',') {
        true => float(&without_thousands(number)?)?,
        false => float(number)?,
    };
    let unit = unit.trim();
    let (unit, is_rate) = match unit.strip_suffix("/s").or_else(|| unit.strip_suffix("ps")) {
        Some(unit) if !unit.is_empty() => (unit, true),
        _ => (unit, false),
    };
    if unit == "%" || unit == "percent" {
        return Some((number, Dimension::Percent));
    }
    if let Some(&(_, secs)) = SECONDS.iter().find(|(name, _)| *name == unit)
        && !is_rate
    {
        return Some((scaled(number, secs), Dimension::Seconds));
    }
    for (ends, dimension) in [
        (&["B", "Bytes", "bytes"][..], Dimension::Bytes),
        (&["b", "bit", "bits"], Dimension::Bits),
    ] {
        for end in ends {
            if let Some(scale) = unit.strip_suffix(end)
                && let Some(factor) = factor(scale)
            {
                // Grafana's short numbers end in B for nothing; its bytes have a scale or a rate, or say B alone.
                return Some((scaled(number, factor), dimension));
            }
        }
    }
    if let Some(at) = BINARY.iter().position(|name| *name == unit) {
        return Some((scaled(number, binary(at)), Dimension::Bytes));
    }
    if is_rate && unit.chars().all(char::is_alphabetic) {
        return Some((number, Dimension::PerSecond));
    }
    let short = SHORT
        .iter()
        .find(|(name, _)| *name == unit)
        .map(|&(_, factor)| factor);
    let plain = short.or_else(|| factor(unit))?;
    Some((scaled(number, plain), Dimension::Plain))
}

/// Divides where the factor is a fraction, so that 412 thousandths are 0.412.
fn scaled(number: f64, factor: f64) -> f64 {
    if factor < 1.0 {
        number / libm::round(1.0 / factor)
    } else {
        number * factor
    }
}

fn factor(scale: &str) -> Option<f64> {
    if scale.is_empty() {
        return Some(1.0);
    }
    if scale == "K" {
        return Some(1e3);
    }
    if let Some(at) = BINARY.iter().position(|name| *name == scale) {
        return Some(binary(at));
    }
    let at = DECIMAL.iter().position(|name| *name == scale)?;
    Some([1e3, 1e6, 1e9, 1e12, 1e15, 1e18][at])
}

fn binary(at: usize) -> f64 {
    (1_u64 << (10 * (at + 1))) as f64
}

/// `1,721,992.5` without its commas; none where they do not stand before three digits each.
fn without_thousands(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.trim_start_matches(['-', '+']).split(',');
    let first = groups.next()?;
    let fits =
        (1..=3).contains(&first.len()) && groups.all(|g| g.len() == 3) && !fraction.contains(',');
    fits.then(|| text.replace(',', ""))
}

/// Seconds of an age as kubectl writes it: `45s`, `3m12s`, `2d3h`, `5y20d`.
pub(super) fn age_secs(text: &str) -> Option<f64> {
    let mut secs = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number = float(&rest[..digits])?;
        let (factor, len) = match &rest.as_bytes()[digits..] {
            [b'm', b's', ..] => (1e-3, 2),
            [b'y', ..] => (365.0 * 86400.0, 1),
            [b'd', ..] => (86400.0, 1),
            [b'h', ..] => (3600.0, 1),
            [b'm', ..] => (60.0, 1),
            [b's', ..] => (1.0, 1),
            _ => return None,
        };
        secs += number * factor;
        rest = &rest[digits + len..];
    }
    (!text.is_empty()).then_some(secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exports_write() {
        use Dimension::*;
        for (text, number, dimension) in [
            ("31.2%", 31.2, Percent),
            ("31.2 %", 31.2, Percent),
            ("1.20 GiB", 1.2 * 1_073_741_824.0, Bytes),
            ("5321Mi", 5321.0 * 1_048_576.0, Bytes),
            ("350 ms", 0.35, Seconds),
            ("2 min", 120.0, Seconds),
            ("1.5 kB/s", 1500.0, Bytes),
            ("3 Mb/s", 3e6, Bits),
            ("412m", 0.412, Plain),
            ("2", 2.0, Plain),
            ("1.72 K", 1720.0, Plain),
            ("1.5 Mil", 1.5e6, Plain),
            ("1,721,992,142.283", 1_721_992_142.283, Plain),
            ("12.3 req/s", 12.3, PerSecond),
            ("1e3", 1000.0, Plain),
            ("2 B", 2.0, Bytes),
            ("-3.5 \u{b5}s", -3.5e-6, Seconds),
        ] {
            assert_eq!(quantity(text), Some((number, dimension)), "{text}");
        }
        for text in [
            "",
            "n1",
            "N/A",
            "1,5",
            "12 apples",
            "1.2.3",
            "%",
            "2024-03-04",
            "ms",
        ] {
            assert_eq!(quantity(text), None, "{text}");
        }
        assert_eq!(age_secs("3m12s"), Some(192.0));
        assert_eq!(age_secs("2d3h"), Some(183_600.0));
        assert_eq!(
            (age_secs(""), age_secs("5x"), age_secs("5")),
            (None, None, None)
        );
    }
}
