//! Text to floats, bit for bit as `str::parse::<f64>` reads them. The standard library's reader brings a table of powers
//! of five that does not compress: a fortieth of the page. What files hold goes two short ways here; the rest is divided
//! out digit by digit.

/// Powers of ten that are exact as floats.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];
/// 5^27 is the last that fits into 63 bits.
const MOST_FIVES: u32 = 27;
/// Digits that can decide to which side a float is rounded; past them it only matters whether there are any.
const MOST_DIGITS: usize = 770;

/// The float nearest to the number that the text is; none where it is no number. `inf` and `nan` are numbers.
pub fn read_float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let (negative, rest) = match bytes.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, bytes),
    };
    let magnitude = match Decimal::of(rest) {
        Some(decimal) => decimal.nearest(),
        None if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") => {
            f64::INFINITY
        }
        None if rest.eq_ignore_ascii_case(b"nan") => f64::NAN,
        None => return None,
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// `0.DIGITS` times ten to the power of `point`.
struct Decimal {
    /// Without zeros before the first.
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    fn of(text: &[u8]) -> Option<Self> {
        let (mantissa, exponent) = match text.iter().position(|b| matches!(b, b'e' | b'E')) {
            Some(at) => (&text[..at], exponent(&text[at + 1..])?),
            None => (text, 0),
        };
        let (whole, fraction) = match mantissa.iter().position(|&b| b == b'.') {
            Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
            None => (mantissa, &[][..]),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut decimal = Self {
            digits: Vec::with_capacity(mantissa.len().min(MOST_DIGITS + 1)),
            point: whole.len() as i64 + exponent,
        };
        for &b in whole.iter().chain(fraction) {
            match b {
                b'0' if decimal.digits.is_empty() => decimal.point -= 1,
                b'0'..=b'9' if decimal.digits.len() < MOST_DIGITS => decimal.digits.push(b - b'0'),
                b'0' => {}
                b'1'..=b'9' if decimal.digits.len() == MOST_DIGITS => decimal.digits.push(1),
                b'1'..=b'9' => {}
                _ => return None,
            }
        }
        while decimal.digits.last() == Some(&0) {
            decimal.digits.pop();
        }
        Some(decimal)
    }

    fn nearest(&self) -> f64 {
        let digits = &self.digits;
        if digits.is_empty() || self.point < -330 {
            return 0.0;
        }
        if self.point > 310 {
            return f64::INFINITY;
        }
        // The digits are an integer times this power of ten.
        let power = self.point - digits.len() as i64;
        let fives = power.unsigned_abs() as u32;
        if digits.len() > 19 || fives > MOST_FIVES {
            return divided(digits, power);
        }
        let integer = digits
            .iter()
            .fold(0_u64, |n, &digit| n * 10 + u64::from(digit));
        if integer <= 1 << 53 && (fives as usize) < TENS.len() {
            // Both are exact, so their product or quotient is rounded once (Clinger, 1990).
            let ten = TENS[fives as usize];
            return if power < 0 {
                integer as f64 / ten
            } else {
                integer as f64 * ten
            };
        }
        let five = u128::from(5_u64.pow(fives));
        if power >= 0 {
            return rounded(u128::from(integer) * five, false, power);
        }
        let zeros = integer.leading_zeros();
        let dividend = u128::from(integer << zeros) << 64;
        rounded(
            dividend / five,
            dividend % five != 0,
            power - 64 - i64::from(zeros),
        )
    }
}

/// An exponent's digits; past any float they no longer count.
fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    let mut exponent = 0_i64;
    for b in digits {
        if !b.is_ascii_digit() {
            return None;
        }
        exponent = (exponent * 10 + i64::from(b - b'0')).min(1 << 40);
    }
    Some(if negative { -exponent } else { exponent })
}

/// The float nearest to `integer` (and a little more, if so) times two to the power of `power`, to even between two.
fn rounded(integer: u128, more: bool, power: i64) -> f64 {
    let bits = 128 - i64::from(integer.leading_zeros());
    // The lowest bit that a float of this size holds.
    let lowest = (power + bits - 53).max(-1074);
    let dropped = lowest - power;
    let (mut kept, rest, half) = match dropped {
        ..=0 => (integer << -dropped, 0, 1),
        1..=127 => {
            let kept = integer >> dropped;
            (kept, integer - (kept << dropped), 1 << (dropped - 1))
        }
        _ => (0, 0, 1),
    };
    if rest > half || rest == half && (more || kept & 1 == 1) {
        kept += 1;
    }
    // A carry into a further bit goes on into the exponent, as it should.
    let exponent = lowest + 1074;
    if exponent >= 2046 {
        return f64::INFINITY;
    }
    f64::from_bits(kept as u64 + ((exponent as u64) << 52))
}

/// Digits times a power of ten by long division, bit by bit.
fn divided(digits: &[u8], power: i64) -> f64 {
    let mut dividend = Big(Vec::new());
    for &digit in digits {
        dividend.times_plus(10, u32::from(digit));
    }
    let mut divisor = Big(vec![1]);
    let scaled = if power < 0 {
        &mut divisor
    } else {
        &mut dividend
    };
    for _ in 0..power.unsigned_abs() / 9 {
        scaled.times_plus(1_000_000_000, 0);
    }
    for _ in 0..power.unsigned_abs() % 9 {
        scaled.times_plus(10, 0);
    }
    // So that the quotient has 64 or 65 bits.
    let shift = 64 - (dividend.bits() - divisor.bits());
    if shift > 0 {
        dividend.double(shift);
    } else {
        divisor.double(-shift);
    }
    divisor.double(65);
    let mut quotient = 0_u128;
    for _ in 0..=65 {
        quotient <<= 1;
        if dividend.at_least(&divisor) {
            dividend.less(&divisor);
            quotient |= 1;
        }
        divisor.halve();
    }
    rounded(quotient, !dividend.is_zero(), -shift)
}

/// An integer of any size, the lowest part first.
struct Big(Vec<u32>);

impl Big {
    fn times_plus(&mut self, factor: u32, more: u32) {
        let mut carry = u64::from(more);
        for part in &mut self.0 {
            carry += u64::from(*part) * u64::from(factor);
            *part = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn bits(&self) -> i64 {
        let empty = self.0.last().map_or(0, |part| part.leading_zeros());
        self.0.len() as i64 * 32 - i64::from(empty)
    }

    fn double(&mut self, times: i64) {
        for _ in 0..times % 32 {
            self.times_plus(2, 0);
        }
        self.0.splice(0..0, vec![0; (times / 32) as usize]);
    }

    fn halve(&mut self) {
        let mut carry = 0;
        for part in self.0.iter_mut().rev() {
            let low = *part & 1;
            *part = *part >> 1 | carry << 31;
            carry = low;
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn at_least(&self, other: &Self) -> bool {
        self.0.len() > other.0.len()
            || self.0.len() == other.0.len() && self.0.iter().rev().ge(other.0.iter().rev())
    }

    fn less(&mut self, other: &Self) {
        let mut borrow = false;
        for (at, part) in self.0.iter_mut().enumerate() {
            let taken = other.0.get(at).copied().unwrap_or(0);
            let (rest, first) = part.overflowing_sub(taken);
            let (rest, second) = rest.overflowing_sub(u32::from(borrow));
            *part = rest;
            borrow = first || second;
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) {
        let expected = text.parse::<f64>().ok();
        let got = read_float(text);
        let bits = |x: Option<f64>| x.filter(|x| !x.is_nan()).map(f64::to_bits);
        assert_eq!(
            (bits(got), got.is_some()),
            (bits(expected), expected.is_some()),
            "{text}"
        );
    }

    #[test]
    fn unusual_text_and_the_ends_of_the_range() {
        for text in [
            "",
            "+",
            "-",
            ".",
            "-.",
            "e",
            "e5",
            ".e5",
            "1e",
            "1e+",
            "1.e5",
            ".5e1",
            "1.",
            ".5",
            "-.5",
            "+1",
            "--1",
            "1_0",
            "0x1",
            " 1",
            "1 ",
            "1.2.3",
            "1e5.5",
            "inf",
            "-INF",
            "+infinity",
            "infinit",
            "NaN",
            "-nan",
            "0",
            "-0",
            "-0.0e9",
            "0e999999999999999999999",
            "1e999999999999999999999",
            "1e-999999999999999999999",
            "1e400",
            "-1e400",
            "1e-400",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "179769313486231580793e289",
            "2.2250738585072014e-308",
            "2.2250738585072011e-308",
            "2.225073858507201e-308",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.5e-324",
            "5e-324",
            "7.4e-324",
            "9007199254740993",
            "9007199254740992.999999999999999999999",
            "9007199254740993.000000000000000000000000001",
            "0.1",
            "0.3",
            "123456789012345678",
            "1234567890123456789012345",
            "0.000000000000000000000000000000000000012345",
            "18446744073709551615",
            "18446744073709551616e-5",
            "1e23",
            "8.5e22",
            "é",
        ] {
            check(text);
        }
        check(&format!("{}1", "0".repeat(2_000)));
        check(&format!("0.{}1", "0".repeat(2_000)));
        check(&format!("1{}e-2000", "0".repeat(2_000)));
        // Half-way between two floats for 800 digits, and then a little more.
        let half = "9007199254740993.".to_owned() + &"0".repeat(800);
        check(&half);
        check(&(half + "1"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_float_is_read_back_as_it_was_written(bits in any::<u64>(), places in 0usize..40) {
            let x = f64::from_bits(bits);
            check(&format!("{x}"));
            check(&format!("{x:e}"));
            check(&format!("{x:.places$e}"));
        }

        #[test]
        fn digits_are_read_as_the_standard_library_reads_them(text in "-?[0-9]{0,25}\\.?[0-9]{0,25}(e-?[0-9]{1,3})?") {
            check(&text);
        }

        #[test]
        fn halves_are_rounded_to_even(bits in 0u64..0x7fe0_0000_0000_0000, more in 0u8..3) {
            // Exactly between two floats: 53 bits and one more, written out in full.
            let x = f64::from_bits(bits);
            if (1e-5..1e25).contains(&x) {
                let step = f64::from_bits(bits + 1) - x;
                let text = format!("{:.80}", x);
                let half = format!("{:.80}", step / 2.0);
                // Added as decimal text.
                let (mut carry, mut sum) = (0, Vec::new());
                for (a, b) in text.bytes().rev().zip(half.bytes().rev().chain(std::iter::repeat(b'0'))) {
                    if a == b'.' { sum.push(b'.'); continue; }
                    let digit = a - b'0' + if b == b'.' { 0 } else { b - b'0' } + carry;
                    sum.push(b'0' + digit % 10);
                    carry = digit / 10;
                }
                if carry > 0 { sum.push(b'1'); }
                sum.reverse();
                let mut text = String::from_utf8(sum).unwrap();
                if more == 1 { text.push('1'); }
                check(&text);
            }
        }

        #[test]
        fn any_text_is_a_float_where_it_is_one(text in "[-+0-9.eEinfaINFA]{0,9}") {
            check(&text);
        }
    }
}
