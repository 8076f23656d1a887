//! Cells that are numbers, read exactly as `str::parse::<f64>` reads them.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::digits::short;
use crate::data::read_float;

/// How a number was written, so that its text can be given back when its column turns out to be text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `-12.50`, or `007`: digits with an optional minus and an optional fraction that is not empty.
    Plain { width: u8, fraction: u8 },
    /// Anything else: `+1`, `.5`, `1.`, `1e5`.
    Other,
}

/// A cell that is a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    /// Its value; infinite where it is too large, NaN never.
    pub value: f64,
    /// Digits alone, with an optional sign.
    pub integer: bool,
    /// Whether it is an integer that the value does not hold exactly.
    pub inexact: bool,
    pub style: Style,
}

/// The powers of ten that a 64-bit float holds exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];
/// Up to here every integer is a 64-bit float: 2^53.
const EXACT: u64 = 1 << 53;

/// Reads a cell of at most 16 digits that a float holds exactly, as nearly all are: its value, its width and how many digits
/// stand behind its point. `None` for any other cell, which [`parse`] reads.
#[inline]
pub(super) fn quick(cell: &[u8]) -> Option<(f64, u8, u8)> {
    // Of many columns every other number is negative: not asked, but counted.
    let negative = cell.first() == Some(&b'-');
    let digits = cell.get(usize::from(negative)..)?;
    let (mantissa, fraction) = short(digits)?;
    if mantissa > EXACT {
        return None;
    }
    // Both are exact, so their quotient is rounded once: the result is the nearest float (Clinger, 1990). Signed integers
    // become floats in one instruction.
    let magnitude = mantissa as i64 as f64 / TENS[fraction];
    let sign = u64::from(negative) << 63;
    let value = f64::from_bits(magnitude.to_bits() | sign);
    Some((value, cell.len() as u8, fraction as u8))
}

/// Reads a cell without blanks around it; `None` if it is no number (NaN is none).
pub(super) fn parse(cell: &[u8]) -> Option<Number> {
    if let Some((value, width, fraction)) = quick(cell) {
        return Some(Number {
            value,
            integer: fraction == 0,
            inexact: false,
            style: Style::Plain { width, fraction },
        });
    }
    let (negative, digits) = match cell.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, cell),
    };
    let mut mantissa: u64 = 0;
    let mut fraction = 0;
    let mut point = None;
    for (at, &b) in digits.iter().enumerate() {
        match b {
            b'0'..=b'9' if at < 19 => mantissa = mantissa * 10 + u64::from(b - b'0'),
            b'0'..=b'9' => {}
            b'.' if point.is_none() && at > 0 => point = Some(at),
            _ => return parse_slowly(cell),
        }
    }
    if let Some(point) = point {
        fraction = digits.len() - point - 1;
        if fraction == 0 {
            return parse_slowly(cell);
        }
    }
    if digits.is_empty() {
        return None;
    }
    let integer = point.is_none();
    let value = if digits.len() <= 19 && mantissa <= EXACT && fraction < TENS.len() {
        // Both are exact, so their quotient is rounded once: the result is the nearest float (Clinger, 1990).
        let magnitude = mantissa as f64 / TENS[fraction];
        if negative { -magnitude } else { magnitude }
    } else {
        read_float(text_of(cell)?)?
    };
    let style = match (u8::try_from(cell.len()), u8::try_from(fraction)) {
        (Ok(width), Ok(fraction)) => Style::Plain { width, fraction },
        _ => Style::Other,
    };
    Some(Number {
        value,
        integer,
        inexact: integer && digits.len() > 15 && !holds_exactly(value, digits),
        style,
    })
}

/// The digits as one integer and how many of them stand behind the point, for at most 16 bytes of digits with at most one
/// point among them, neither first nor last; `None` for any other text. Eight bytes are read at a time, as one word.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
fn short(digits: &[u8]) -> Option<(u64, usize)> {
    let n = digits.len();
    let (mantissa, fraction) = if n <= 8 {
        let part = eight(word(digits), n)?;
        (part.value, part.behind)
    } else if n <= 16 {
        let (head, tail) = digits.split_at(8);
        let (head, tail) = (eight(word(head), 8)?, eight(word(tail), n - 8)?);
        let fraction = match (head.point, tail.point) {
            (true, true) => return None,
            (true, false) => head.behind + tail.digits,
            (false, _) => tail.behind,
        };
        // A point between the two words has nothing behind it in the first.
        if tail.point && tail.behind == 0 {
            return None;
        }
        // At most 16 digits, which fit: said so, since in WebAssembly to ask whether a product of 64 bits fits takes longer
        // than all the rest.
        let mantissa = head.value.wrapping_mul(POWERS[tail.digits]);
        (mantissa.wrapping_add(tail.value), fraction)
    } else {
        return None;
    };
    let pointed = digits.first() == Some(&b'.') || digits.last() == Some(&b'.');
    (!pointed).then_some((mantissa, fraction))
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
const POWERS: [u64; 9] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
];

/// Up to eight bytes, the first one lowest.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
fn word(bytes: &[u8]) -> u64 {
    match *bytes {
        [a, b, c, d, e, f, g, h] => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
        [a, b, c, d, ..] => {
            let low = u64::from(u32::from_le_bytes([a, b, c, d]));
            let more = bytes.len() - 4;
            match bytes.last_chunk::<4>() {
                Some(last) => low | u64::from(u32::from_le_bytes(*last)) << (8 * more),
                None => low,
            }
        }
        _ => bytes
            .iter()
            .rev()
            .fold(0, |word, &b| word << 8 | u64::from(b)),
    }
}

/// What up to eight bytes of digits hold.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
struct Eight {
    value: u64,
    digits: usize,
    point: bool,
    /// Digits behind the point.
    behind: usize,
}

/// Reads the `n` lowest bytes of a word: digits, and at most one point.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
fn eight(word: u64, n: usize) -> Option<Eight> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    if n == 0 {
        return None;
    }
    // The lowest byte that is a point; bytes above it may be marked wrongly, which no one looks at.
    let differs = word ^ (ONES * b'.' as u64);
    let marked = differs.wrapping_sub(ONES) & !differs & (ONES << 7);
    let (packed, digits, point, behind) = if marked == 0 {
        (word, n, false, 0)
    } else {
        let at = marked.trailing_zeros() as usize / 8;
        let below = (1u64 << (8 * at)) - 1;
        (
            (word & below) | ((word >> 8) & !below),
            n - 1,
            true,
            n - 1 - at,
        )
    };
    if digits == 0 {
        return None;
    }
    // Zeros in front, so that there are eight digits.
    let zeros = (ONES * b'0' as u64)
        .checked_shr(8 * digits as u32)
        .unwrap_or(0);
    let padded = packed << (64 - 8 * digits as u32) | zeros;
    let high = ONES * 0xf0;
    let is_digits =
        padded & high == ONES * 0x30 && padded.wrapping_add(ONES * 6) & high == ONES * 0x30;
    if !is_digits {
        return None;
    }
    // Pairs, then fours, then all eight (D. Lemire, "Number parsing at a gigabyte per second", 2021).
    let pairs = (padded & (ONES * 0x0f)).wrapping_mul((10 << 8) + 1) >> 8;
    let fours = (pairs & 0x00ff_00ff_00ff_00ff).wrapping_mul((100 << 16) + 1) >> 16;
    let all = (fours & 0x0000_ffff_0000_ffff).wrapping_mul((10_000 << 32) + 1) >> 32;
    Some(Eight {
        value: all,
        digits,
        point,
        behind,
    })
}

/// The forms that are rare in files.
#[cold]
fn parse_slowly(cell: &[u8]) -> Option<Number> {
    let value = read_float(text_of(cell)?)?;
    if value.is_nan() {
        return None;
    }
    let digits = cell.strip_prefix(b"+").unwrap_or(cell);
    let integer = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    Some(Number {
        value,
        integer,
        inexact: integer && digits.len() > 15 && !holds_exactly(value, digits),
        style: Style::Other,
    })
}

fn text_of(cell: &[u8]) -> Option<&str> {
    std::str::from_utf8(cell).ok()
}

/// Whether the value, written out, has these digits. Infinite values do not count: they are told as such.
fn holds_exactly(value: f64, digits: &[u8]) -> bool {
    if value.is_infinite() {
        return true;
    }
    let written = format!("{:.0}", value.abs());
    let zeros = digits.iter().take_while(|&&b| b == b'0').count();
    digits.get(zeros..) == Some(written.as_bytes()) || (value == 0.0 && zeros == digits.len())
}

/// Appends the text of a number of plain style: what was read, where the value has at most 15 digits or was written
/// in its shortest form.
pub(super) fn write_plain(out: &mut String, value: f64, fraction: u8) {
    use std::fmt::Write;
    let fraction = usize::from(fraction);
    let start = out.len();
    write_shortest(out, value);
    let shortest = out.get(start..).unwrap_or_default();
    let digits = shortest.find('.').map_or(0, |at| shortest.len() - at - 1);
    // Of integers the shortest text may end in naughts that the number has not.
    if digits != fraction || fraction == 0 {
        out.truncate(start);
        // Writing to a string cannot fail.
        let _ = write!(out, "{value:.fraction$}");
    }
}

/// Appends the shortest text that reads back as the number, without an exponent.
pub(super) fn write_shortest(out: &mut String, value: f64) {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) {
        let expected = text
            .parse::<f64>()
            .ok()
            .filter(|x| !x.is_nan())
            .map(f64::to_bits);
        let got = parse(text.as_bytes());
        assert_eq!(got.map(|n| n.value.to_bits()), expected, "{text:?}");
    }

    #[test]
    fn forms_met_in_the_wild() {
        for text in [
            "",
            "-",
            "+",
            ".",
            "-.",
            "1",
            "+1",
            "-1",
            ".5",
            "-.5",
            "1.",
            "1e5",
            "1E-5",
            "e5",
            "1e",
            "1_000",
            "0x1F",
            "--1",
            "1.2.3",
            "1,5",
            "inf",
            "-Infinity",
            "nan",
            "1e400",
            "-1e400",
            "1e-400",
            "-0",
            "-0.0",
            "00012",
            "9007199254740992",
            "9007199254740993",
            "18446744073709551616",
            "123456789012345678901234567890",
            "0.30000000000000004",
            "0.000000000000000000000000000001",
            "1.7976931348623157e308",
            "2.5.",
            "1 000",
            "99999999999999999999",
            "0000000000000000000000000001.5",
        ] {
            check(text);
        }
    }

    #[test]
    fn integers_that_a_float_cannot_hold_are_known() {
        let inexact = |text: &str| parse(text.as_bytes()).is_some_and(|n| n.inexact);
        assert!(inexact("9007199254740993"));
        assert!(inexact("+9007199254740993"));
        assert!(inexact("-1767225600123456789"));
        assert!(!inexact("9007199254740992"));
        assert!(!inexact("18446744073709551616"));
        assert!(!inexact("0000000000000000012"));
        assert!(!inexact("0000000000000000000"));
        assert!(!inexact("9007199254740993.5"));
    }

    proptest! {
        #[test]
        fn reads_as_the_standard_library_does(text in "[-+]?[0-9]{0,22}(\\.[0-9]{0,22})?([eE][-+]?[0-9]{1,3})?") {
            check(&text);
        }

        #[test]
        fn any_text_reads_as_the_standard_library_does(text in "[-+.eEinfa0-9 _x]{0,12}") {
            check(&text);
        }

        #[test]
        fn plain_text_comes_back(text in "-?(0|[1-9][0-9]{0,8})(\\.[0-9]{1,6})?") {
            let n = parse(text.as_bytes()).expect("a number");
            let Style::Plain { fraction, .. } = n.style else { panic!("{text} is plain") };
            let mut out = String::new();
            write_plain(&mut out, n.value, fraction);
            prop_assert_eq!(out, text);
        }

        #[test]
        fn the_shortest_text_of_any_number_comes_back(x in -1e15f64..1e15) {
            let text = format!("{x}");
            let n = parse(text.as_bytes()).expect("a number");
            let Style::Plain { fraction, .. } = n.style else { panic!("{text} is plain") };
            let mut out = String::new();
            write_plain(&mut out, n.value, fraction);
            prop_assert_eq!(out, text);
        }
    }
}
