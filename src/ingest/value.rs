//! Cells that are numbers with a unit or with signs between their digits: `31.2%`, `1.20 GiB`, `412m`, `3m12s`, `1.234,5`.
//!
//! A value is told in its unit's base, so that `350 ms` and `1.2 s` of one column compare: bytes, bits, seconds, hertz,
//! each per second where the cell says so. A percentage stays one (31.2, not 0.312).

use super::number;

/// What a number counts, once it is scaled to the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Nothing that the cell tells: plain numbers, `1.2k`, and the thousandths and millions of Kubernetes (`412m` cores).
    Count,
    /// `%`; 31.2 % is 31.2.
    Percent,
    /// `B`, `kB`, `KiB`; also the `Ki`, `Mi`, `Gi` of Kubernetes.
    Bytes,
    /// `b`, `kb`, `bit`.
    Bits,
    /// `B/s`.
    BytesPerSecond,
    /// `b/s`, `bps`.
    BitsPerSecond,
    /// `ns` to years; a year has 365 days, a month is not read.
    Seconds,
    /// `Hz`.
    Hertz,
    /// `req/s`, `ops/s`, `/s` and their like.
    PerSecond,
    /// Watt.
    Watts,
    /// Volt.
    Volts,
    /// Degrees Celsius.
    Celsius,
    /// Degrees Fahrenheit.
    Fahrenheit,
    /// Money of one currency, by its sign.
    Money(&'static str),
}

impl Unit {
    /// Its sign; empty for a count.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Count => "",
            Self::Percent => "%",
            Self::Bytes => "B",
            Self::Bits => "bit",
            Self::BytesPerSecond => "B/s",
            Self::BitsPerSecond => "bit/s",
            Self::Seconds => "s",
            Self::Hertz => "Hz",
            Self::PerSecond => "1/s",
            Self::Watts => "W",
            Self::Volts => "V",
            Self::Celsius => "\u{b0}C",
            Self::Fahrenheit => "\u{b0}F",
            Self::Money(sign) => sign,
        }
    }
}

/// A number and what it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// In the unit's base; infinite where too large, NaN never.
    pub value: f64,
    /// What it counts.
    pub unit: Unit,
    /// Whether the cell named a unit or a prefix: `3` does not, `3k` does.
    pub marked: bool,
    /// Whether it is an integer that the value does not hold exactly.
    pub inexact: bool,
}

/// How a column writes its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberFormat {
    /// Before the fraction: `.` or `,`.
    pub decimal: char,
    /// Between groups of three digits, if any: `,` `.` `'` `_` or a space (of any width).
    pub group: Option<char>,
    /// Whether a lone `m` is minutes rather than thousandths: so where the column's other cells are durations.
    pub minutes: bool,
}

impl NumberFormat {
    /// `1234.5`, and `412m` is 0.412.
    pub const PLAIN: Self = Self {
        decimal: '.',
        group: None,
        minutes: false,
    };
}

/// Reads `31.2%`, `1.20 GiB`, `350 ms`, `412m`, `1.5 kB/s`, `5321Mi`, `3m12s`, `1e3`; `None` if it is no such number.
///
/// Forms as in Grafana's `valueFormats`, Kubernetes' `resource.Quantity` and Go's `time.Duration`.
pub fn parse_number_with_unit(text: &str) -> Option<Quantity> {
    parse_quantity(text, NumberFormat::PLAIN)
}

/// The same with another decimal sign or with groups of digits.
pub fn parse_quantity(text: &str, format: NumberFormat) -> Option<Quantity> {
    let text = text.trim();
    let (negative, rest) = sign(text);
    let (currency, rest) = currency(rest);
    // -$5 and $-5
    let (negative, rest) = match (negative, currency) {
        (None, Some(_)) => sign(rest),
        _ => (negative, rest),
    };
    let (n, suffix) = leading_number(rest, format)?;
    let suffix = suffix.trim();
    let signed = |x: f64| if negative == Some(true) { -x } else { x };
    let scaled = |(up, down): (f64, f64), unit| Quantity {
        value: signed(n.value * up / down),
        unit,
        marked: true,
        inexact: false,
    };
    if let Some(sign) = currency {
        return suffix
            .is_empty()
            .then(|| scaled((1.0, 1.0), Unit::Money(sign)));
    }
    if suffix.is_empty() {
        return Some(Quantity {
            value: signed(n.value),
            unit: Unit::Count,
            marked: false,
            inexact: n.inexact,
        });
    }
    if let Some((scale, unit)) = unit_of(suffix, format.minutes) {
        return Some(scaled(scale, unit));
    }
    // 3m12s: more numbers, each with a smaller unit of time than the one before.
    let mut seconds = 0.0;
    let mut last = f64::INFINITY;
    let mut rest = rest;
    while !rest.is_empty() {
        let (n, tail) = leading_number(rest, NumberFormat::PLAIN)?;
        let tail = tail.trim_start();
        let end = tail
            .find(|c: char| c.is_ascii_digit() || c.is_whitespace())
            .unwrap_or(tail.len());
        let (word, tail) = tail.split_at(end);
        let (scale, Unit::Seconds) = unit_of(word, true)? else {
            return None;
        };
        let length = scale.0 / scale.1;
        if length >= last {
            return None;
        }
        last = length;
        seconds += n.value * scale.0 / scale.1;
        rest = tail.trim_start();
    }
    Some(Quantity {
        value: signed(seconds),
        unit: Unit::Seconds,
        marked: true,
        inexact: false,
    })
}

/// A sign before a number, the typographic minus among them; `Some(true)` where negative.
fn sign(text: &str) -> (Option<bool>, &str) {
    for (sign, negative) in [('-', true), ('\u{2212}', true), ('+', false)] {
        if let Some(rest) = text.strip_prefix(sign) {
            return (Some(negative), rest);
        }
    }
    (None, text)
}

fn currency(text: &str) -> (Option<&'static str>, &str) {
    for sign in ["$", "\u{20ac}", "\u{a3}", "\u{a5}", "US$"] {
        if let Some(rest) = text.strip_prefix(sign) {
            return (Some(sign), rest.trim_start());
        }
    }
    (None, text)
}

/// Whether a character stands for the group sign: spaces of any width are alike, and so are the apostrophes.
fn is_group(c: char, group: Option<char>) -> bool {
    match group {
        Some(' ') => matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}'),
        Some('\'') => matches!(c, '\'' | '\u{2019}'),
        Some(g) => c == g,
        None => false,
    }
}

/// The number with which a text (without a sign) begins, and what follows it.
fn leading_number(text: &str, format: NumberFormat) -> Option<(number::Number, &str)> {
    let mut plain = String::new();
    let (mut end, mut point, mut since_group, mut groups) = (0, false, 0usize, 0u32);
    let mut chars = text.char_indices().peekable();
    while let Some(&(at, c)) = chars.peek() {
        if c.is_ascii_digit() {
            plain.push(c);
            since_group += usize::from(!point);
        } else if c == format.decimal && !point {
            if groups > 0 && since_group != 3 {
                return None;
            }
            point = true;
            plain.push('.');
        } else if !point
            && is_group(c, format.group)
            && text[at + c.len_utf8()..].starts_with(|d: char| d.is_ascii_digit())
            && (groups == 0 && (1..=3).contains(&since_group) || groups > 0 && since_group == 3)
        {
            groups += 1;
            since_group = 0;
        } else {
            break;
        }
        end = at + c.len_utf8();
        chars.next();
    }
    if groups > 0 && since_group != 3 {
        return None;
    }
    if !plain.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // An exponent has digits: 5E is five exa, 1e5 is not.
    let rest = &text[end..];
    if let Some(power) = rest.strip_prefix(['e', 'E']) {
        let digits = power.strip_prefix(['-', '+']).unwrap_or(power);
        let n = digits.bytes().take_while(u8::is_ascii_digit).count();
        if n > 0 {
            let length = rest.len() - digits.len() + n;
            plain.push_str(&rest[..length]);
            end += length;
        }
    }
    Some((number::parse(plain.as_bytes())?, &text[end..]))
}

/// A factor as what to multiply and what to divide by, both exact, so that 350 ms is as near to 0.35 as can be.
type Scale = (f64, f64);

const ONE: Scale = (1.0, 1.0);

/// What a suffix means, in the base unit.
fn unit_of(suffix: &str, minutes: bool) -> Option<(Scale, Unit)> {
    const TIME: [(&str, Scale); 33] = [
        ("ns", (1.0, 1e9)),
        ("us", (1.0, 1e6)),
        ("\u{b5}s", (1.0, 1e6)),
        ("\u{3bc}s", (1.0, 1e6)),
        ("ms", (1.0, 1e3)),
        ("msec", (1.0, 1e3)),
        ("s", ONE),
        ("sec", ONE),
        ("secs", ONE),
        ("second", ONE),
        ("seconds", ONE),
        ("min", (60.0, 1.0)),
        ("mins", (60.0, 1.0)),
        ("minute", (60.0, 1.0)),
        ("minutes", (60.0, 1.0)),
        ("h", (3_600.0, 1.0)),
        ("hr", (3_600.0, 1.0)),
        ("hrs", (3_600.0, 1.0)),
        ("hour", (3_600.0, 1.0)),
        ("hours", (3_600.0, 1.0)),
        ("d", (86_400.0, 1.0)),
        ("day", (86_400.0, 1.0)),
        ("days", (86_400.0, 1.0)),
        ("w", (604_800.0, 1.0)),
        ("week", (604_800.0, 1.0)),
        ("weeks", (604_800.0, 1.0)),
        ("y", (31_536_000.0, 1.0)),
        ("yr", (31_536_000.0, 1.0)),
        ("year", (31_536_000.0, 1.0)),
        ("years", (31_536_000.0, 1.0)),
        ("millisecond", (1.0, 1e3)),
        ("milliseconds", (1.0, 1e3)),
        ("microseconds", (1.0, 1e6)),
    ];
    /// What takes a decimal or binary prefix.
    const SCALED: [(&str, Unit); 32] = [
        ("B", Unit::Bytes),
        ("byte", Unit::Bytes),
        ("bytes", Unit::Bytes),
        ("Byte", Unit::Bytes),
        ("Bytes", Unit::Bytes),
        ("b", Unit::Bits),
        ("bit", Unit::Bits),
        ("bits", Unit::Bits),
        ("B/s", Unit::BytesPerSecond),
        ("Bps", Unit::BytesPerSecond),
        ("bytes/s", Unit::BytesPerSecond),
        ("b/s", Unit::BitsPerSecond),
        ("bps", Unit::BitsPerSecond),
        ("bit/s", Unit::BitsPerSecond),
        ("bits/s", Unit::BitsPerSecond),
        ("Hz", Unit::Hertz),
        ("hz", Unit::Hertz),
        ("W", Unit::Watts),
        ("V", Unit::Volts),
        ("/s", Unit::PerSecond),
        ("req/s", Unit::PerSecond),
        ("reqs/s", Unit::PerSecond),
        ("ops/s", Unit::PerSecond),
        ("op/s", Unit::PerSecond),
        ("c/s", Unit::PerSecond),
        ("p/s", Unit::PerSecond),
        ("io/s", Unit::PerSecond),
        ("rd/s", Unit::PerSecond),
        ("wr/s", Unit::PerSecond),
        ("rps", Unit::PerSecond),
        ("iops", Unit::PerSecond),
        ("cores", Unit::Count),
    ];
    const WORDS: [(&str, Scale, Unit); 17] = [
        ("%", ONE, Unit::Percent),
        ("percent", ONE, Unit::Percent),
        ("pct", ONE, Unit::Percent),
        ("\u{b0}C", ONE, Unit::Celsius),
        ("\u{2103}", ONE, Unit::Celsius),
        ("\u{b0}F", ONE, Unit::Fahrenheit),
        ("core", ONE, Unit::Count),
        ("Mil", (1e6, 1.0), Unit::Count),
        ("Bil", (1e9, 1.0), Unit::Count),
        ("Tri", (1e12, 1.0), Unit::Count),
        ("KB", (1e3, 1.0), Unit::Bytes),
        ("KB/s", (1e3, 1.0), Unit::BytesPerSecond),
        ("$", ONE, Unit::Money("$")),
        ("USD", ONE, Unit::Money("$")),
        ("\u{20ac}", ONE, Unit::Money("\u{20ac}")),
        ("EUR", ONE, Unit::Money("\u{20ac}")),
        ("\u{a3}", ONE, Unit::Money("\u{a3}")),
    ];
    if suffix == "m" && minutes {
        return Some(((60.0, 1.0), Unit::Seconds));
    }
    if let Some(&(_, scale)) = TIME.iter().find(|(word, _)| *word == suffix) {
        return Some((scale, Unit::Seconds));
    }
    if let Some(&(_, scale, unit)) = WORDS.iter().find(|(word, ..)| *word == suffix) {
        return Some((scale, unit));
    }
    let (scale, binary, word) = prefix(suffix);
    let word = word.trim_start();
    match (word, binary) {
        ("", true) => return Some((scale, Unit::Bytes)),
        ("", false) => return (scale != ONE).then_some((scale, Unit::Count)),
        _ => {}
    }
    let found = |word: &str| SCALED.iter().find(|(known, _)| *known == word);
    // What begins like a prefix may be none: p/s, B.
    if let Some(&(_, unit)) = found(suffix) {
        return Some((ONE, unit));
    }
    found(word).map(|&(_, unit)| (scale, unit))
}

/// A decimal or binary prefix, whether it is binary, and what follows; 1 where there is none.
fn prefix(text: &str) -> (Scale, bool, &str) {
    const DECIMAL: [(&str, Scale); 11] = [
        ("n", (1.0, 1e9)),
        ("u", (1.0, 1e6)),
        ("\u{b5}", (1.0, 1e6)),
        ("m", (1.0, 1e3)),
        ("k", (1e3, 1.0)),
        ("K", (1e3, 1.0)),
        ("M", (1e6, 1.0)),
        ("G", (1e9, 1.0)),
        ("T", (1e12, 1.0)),
        ("P", (1e15, 1.0)),
        ("E", (1e18, 1.0)),
    ];
    const BINARY: &str = "KMGTPE";
    let mut chars = text.chars();
    if let (Some(first), Some('i')) = (chars.next(), chars.next()) {
        let first = if first == 'k' { 'K' } else { first };
        if let Some(at) = BINARY.find(first) {
            let up = (1u64 << (10 * (at + 1))) as f64;
            return ((up, 1.0), true, chars.as_str());
        }
    }
    for (sign, scale) in DECIMAL {
        if let Some(rest) = text.strip_prefix(sign) {
            return (scale, false, rest);
        }
    }
    (ONE, false, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<(f64, Unit)> {
        parse_number_with_unit(text).map(|q| (q.value, q.unit))
    }

    #[test]
    fn what_exports_write() {
        let gib = f64::from(1 << 30);
        for (text, value, unit) in [
            ("31.2%", 31.2, Unit::Percent),
            ("-3 %", -3.0, Unit::Percent),
            ("1.20 GiB", 1.2 * gib, Unit::Bytes),
            ("5321Mi", 5321.0 * f64::from(1 << 20), Unit::Bytes),
            ("350 ms", 0.35, Unit::Seconds),
            ("412m", 0.412, Unit::Count),
            ("1.5 kB/s", 1500.0, Unit::BytesPerSecond),
            ("1.2 Mb/s", 1.2e6, Unit::BitsPerSecond),
            ("10 MB", 1e7, Unit::Bytes),
            ("7 B", 7.0, Unit::Bytes),
            ("3", 3.0, Unit::Count),
            ("1.2K", 1200.0, Unit::Count),
            ("1.20 Mil", 1.2e6, Unit::Count),
            ("2E", 2e18, Unit::Count),
            ("2e3", 2000.0, Unit::Count),
            ("2e3ms", 2.0, Unit::Seconds),
            ("3m12s", 192.0, Unit::Seconds),
            ("5d4h", 446_400.0, Unit::Seconds),
            ("1h30m", 5400.0, Unit::Seconds),
            ("1.5 hours", 5400.0, Unit::Seconds),
            ("1 min 5 s", 65.0, Unit::Seconds),
            ("2.4 GHz", 2.4e9, Unit::Hertz),
            ("1.50K req/s", 1500.0, Unit::PerSecond),
            ("3 p/s", 3.0, Unit::PerSecond),
            ("1.2 \u{b5}s", 1.2e-6, Unit::Seconds),
            ("$999.99", 999.99, Unit::Money("$")),
            ("-$5", -5.0, Unit::Money("$")),
            ("12 \u{20ac}", 12.0, Unit::Money("\u{20ac}")),
            ("21.5 \u{b0}C", 21.5, Unit::Celsius),
            ("\u{2212}1", -1.0, Unit::Count),
            ("3.5 W", 3.5, Unit::Watts),
        ] {
            assert_eq!(read(text), Some((value, unit)), "{text}");
        }
    }

    #[test]
    fn what_only_begins_like_a_number_is_none() {
        for text in [
            "",
            "%",
            "m",
            "abc",
            "5more",
            "1.2.3",
            "10.0.0.1",
            "3 pods",
            "1,5",
            "12s3m",
            "3m3m",
            "1_000",
            "$",
            "--1",
            "2026-01-01",
            "5 5",
            "0x1F",
            "1h x",
            "NaN",
            "inf",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn other_signs() {
        let german = NumberFormat {
            decimal: ',',
            group: Some('.'),
            minutes: false,
        };
        let value = |text: &str, format| parse_quantity(text, format).map(|q| q.value);
        assert_eq!(value("1.234.567,5", german), Some(1_234_567.5));
        assert_eq!(value("31,2 %", german), Some(31.2));
        assert_eq!(value("12.34", german), None);
        assert_eq!(value("1.2345", german), None);
        let english = NumberFormat {
            group: Some(','),
            ..NumberFormat::PLAIN
        };
        assert_eq!(value("1,721,992,142.283", english), Some(1_721_992_142.283));
        assert_eq!(value("1,72,1", english), None);
        assert_eq!(value("1234,567", english), None);
        let swiss = NumberFormat {
            group: Some('\''),
            ..NumberFormat::PLAIN
        };
        assert_eq!(value("1'234.5", swiss), Some(1234.5));
        let french = NumberFormat {
            decimal: ',',
            group: Some(' '),
            minutes: false,
        };
        assert_eq!(value("1\u{202f}234,5 \u{20ac}", french), Some(1234.5));
        let minutes = NumberFormat {
            minutes: true,
            ..NumberFormat::PLAIN
        };
        assert_eq!(value("5m", minutes), Some(300.0));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "[-+$%0-9.,eEkKMGiBbmshd/ '\u{b5}\u{a0}\u{20ac}]{0,14}") {
            for format in [NumberFormat::PLAIN, NumberFormat { decimal: ',', group: Some(' '), minutes: true }] {
                if let Some(q) = parse_quantity(&text, format) {
                    prop_assert!(!q.value.is_nan());
                }
            }
        }

        #[test]
        fn plain_numbers_are_those_of_the_standard_library(text in "-?[0-9]{1,20}(\\.[0-9]{1,20})?(e[0-9]{1,2})?") {
            let q = parse_number_with_unit(&text).expect("a number");
            prop_assert_eq!(q.value.to_bits(), text.parse::<f64>().expect("a number").to_bits());
        }
    }
}
