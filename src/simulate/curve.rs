//! Curves of the model that a step needs often, from additions and multiplications alone: the same bits on every target.

/// e^x to a relative error below 1e-8 for |x| <= 700; beyond that as at the bound.
///
/// x = k ln 2 + r with |r| <= ln 2 / 2, then the Taylor polynomial of degree 8 in r. `libm::exp` is four times as slow.
pub(super) fn exp(x: f64) -> f64 {
    /// Adding and subtracting it rounds to the nearest whole number.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let x = x.clamp(-700.0, 700.0);
    let k = x * std::f64::consts::LOG2_E + ROUND - ROUND;
    let r = x - k * std::f64::consts::LN_2;
    let mut sum = 1.0;
    for n in [8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0] {
        sum = 1.0 + r / n * sum;
    }
    sum * f64::from_bits(((k as i64 + 1_023) as u64) << 52)
}

/// The logistic curve, 1 / (1 + e^-x).
pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// The share of a standard normal distribution below `x`, to 1e-7 (Abramowitz and Stegun, 26.2.17).
pub(super) fn normal_share(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let tail = t
        * (0.319_381_530
            + t * (-0.356_563_782
                + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))))
        * exp(-0.5 * x * x)
        * 0.398_942_280_401_432_7;
    if x >= 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curves_are_what_they_are_called() {
        for i in -7_000..7_000 {
            let x = f64::from(i) * 0.01;
            let ratio = exp(x) / libm::exp(x);
            assert!((ratio - 1.0).abs() < 1e-8, "{x}: {ratio}");
            let share = 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
            assert!((normal_share(x) - share).abs() < 1e-7, "{x}");
        }
        assert!(exp(1e9).is_finite() && exp(-1e9) > 0.0);
        assert_eq!(logistic(0.0), 0.5);
    }
}
