//! The exponential function, many at a time.

/// Added to a float of less than 2^51, this leaves the nearest integer in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `e^x` for `-700 <= x <= 700` (beyond: as at the nearest of these), to 1e-9 of its value. Only additions,
/// multiplications and shifts, in an order that is fixed: the same on every target, and the compiler can do several at
/// a time, which it cannot with `libm::exp`. `NaN` gives some number.
#[inline]
pub fn fast_exp(x: f64) -> f64 {
    let x = if x > -700.0 { x } else { -700.0 };
    let x = if x < 700.0 { x } else { 700.0 };
    // x = k ln 2 + r with |r| <= ln 2 / 2.
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = x - k * LN_2_HIGH - k * LN_2_LOW;
    // Taylor to r^8 / 8!: the rest is below 3e-10.
    let mut y = 1.0 / 40_320.0;
    y = y * r + 1.0 / 5_040.0;
    y = y * r + 1.0 / 720.0;
    y = y * r + 1.0 / 120.0;
    y = y * r + 1.0 / 24.0;
    y = y * r + 1.0 / 6.0;
    y = y * r + 0.5;
    y = y * r + 1.0;
    y = y * r + 1.0;
    // 2^k: k stands in the lowest bits of `shifted`.
    y * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_libms_to_a_billionth() {
        for i in -699_000..=699_000 {
            let x = f64::from(i) * 1e-3 + 1.234e-4;
            let (fast, exact) = (fast_exp(x), libm::exp(x));
            assert!((fast / exact - 1.0).abs() < 1e-9, "{x}: {fast} {exact}");
        }
        assert_eq!(fast_exp(0.0), 1.0);
        assert!(fast_exp(f64::NEG_INFINITY) < 1e-300 && fast_exp(f64::INFINITY).is_finite());
    }
}
