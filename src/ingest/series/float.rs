//! The floats of exports: short, many, and exact.

use crate::data::read_float;

/// Powers of ten that are exact as floats.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// The float that the text is, bit for bit as [`read_float`] reads it; none where it is no number. Digits with a point
/// among them that make an integer below 2^53 take the short way: one division, rounded once (Clinger, 1990).
pub(in crate::ingest) fn float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let (is_negative, digits) = match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, bytes),
    };
    let (mut integer, mut places, mut has_point) = (0_u64, 0_usize, false);
    // 18 digits and a point: the integer stays below 2^64.
    let is_plain = digits.len() <= 19
        && digits.first().is_some_and(u8::is_ascii_digit)
        && digits.iter().all(|&b| {
            if b == b'.' {
                return !std::mem::replace(&mut has_point, true);
            }
            integer = integer
                .wrapping_mul(10)
                .wrapping_add(u64::from(b.wrapping_sub(b'0')));
            places += usize::from(has_point);
            b.is_ascii_digit()
        });
    if !is_plain || integer > 1 << 53 {
        return read_float(text);
    }
    let magnitude = integer as f64 / TENS.get(places)?;
    Some(if is_negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) {
        let bits = |x: Option<f64>| x.map(|x| if x.is_nan() { 1 } else { x.to_bits() });
        assert_eq!(bits(float(text)), bits(read_float(text)), "{text}");
    }

    #[test]
    fn short_ways_end_where_the_long_one_does() {
        for text in [
            "",
            "-",
            ".",
            "-.",
            "1.",
            ".5",
            "-0",
            "0",
            "1..2",
            "1.2.3",
            "9007199254740992",
            "9007199254740993",
            "0.9007199254740993",
            "000000000000000000001",
            "1e5",
            "+Inf",
            "NaN",
            "-Inf",
            "1_0",
            "0x10",
            "9999999999999999999",
            "0.31",
            "1709541000.123",
            "1:2",
            "1/2",
        ] {
            check(text);
        }
    }

    proptest! {
        #[test]
        fn any_digits_are_read_exactly(text in "-?[0-9]{0,18}\\.?[0-9]{0,18}") {
            check(&text);
        }

        #[test]
        fn any_text_is_read_alike(text in "[-+0-9.eEinfNa/:_]{0,12}") {
            check(&text);
        }
    }
}
