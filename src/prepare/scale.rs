//! Scaling of numbers.

use super::impute::{mean, median, quantile, sorted};
use super::params::ScalingRule;
use crate::json::choice;

/// A fitted scale. Every field is finite and no divisor is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Scale {
    /// `x`
    #[default]
    None,
    /// `(x - center) / width`
    Center {
        /// Mean or median.
        center: f64,
        /// Standard deviation or interquartile range; 1 where it is 0.
        width: f64,
    },
    /// `x * factor + offset`, as scikit-learn's `MinMaxScaler` computes it.
    Affine {
        /// 1 / (largest - smallest); 1 where they are equal.
        factor: f64,
        /// -smallest * factor
        offset: f64,
    },
}

choice!(Closed "scale": Scale {
    None = "none",
    Center { center, width } = "center",
    Affine { factor, offset } = "affine",
});

impl Scale {
    /// Fits on the training values that are present. Returns [`Scale::None`] for no values, and where the values are so
    /// large that a statistic is beyond 64-bit floats.
    pub(super) fn fit(rule: ScalingRule, present: &[f64]) -> Self {
        if present.is_empty() {
            return Self::None;
        }
        let scale = match rule {
            ScalingRule::None => Self::None,
            ScalingRule::Standard => {
                let (mean, variance) = mean_and_variance(present);
                // Indistinguishable from a constant: scikit-learn's `_is_constant_feature`
                // (Chan, Golub and LeVeque 1983).
                let n = present.len() as f64;
                let error = n * mean * f64::EPSILON;
                let constant = variance <= n * f64::EPSILON * variance + error * error;
                let width = if constant { 1.0 } else { variance.sqrt() };
                Self::Center {
                    center: mean,
                    width,
                }
            }
            ScalingRule::MinMax => {
                let low = present.iter().copied().fold(f64::INFINITY, f64::min);
                let high = present.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let factor = 1.0 / not_zero(high - low);
                Self::Affine {
                    factor,
                    offset: 0.0 - low * factor,
                }
            }
            ScalingRule::Robust => {
                let ascending = sorted(present);
                Self::Center {
                    center: median(&ascending),
                    width: not_zero(quantile(&ascending, 0.75) - quantile(&ascending, 0.25)),
                }
            }
        };
        if scale.is_valid() { scale } else { Self::None }
    }

    /// The scaled value; `NaN` stays `NaN`, and what is beyond 64-bit floats becomes the largest of them.
    pub(super) fn apply(self, x: f64) -> f64 {
        let y = match self {
            Self::None => return x,
            Self::Center { center, width } => (x - center) / width,
            Self::Affine { factor, offset } => x * factor + offset,
        };
        // Two infinities may have met: a present value must not turn missing.
        if y.is_nan() && !x.is_nan() {
            return 0.0;
        }
        y.clamp(f64::MIN, f64::MAX)
    }

    /// Whether every field is finite and every divisor positive.
    pub(super) fn is_valid(self) -> bool {
        match self {
            Self::None => true,
            Self::Center { center, width } => {
                center.is_finite() && width.is_finite() && width > 0.0
            }
            Self::Affine { factor, offset } => {
                factor.is_finite() && factor > 0.0 && offset.is_finite()
            }
        }
    }
}

/// Widths close to machine precision count as 0 and become 1 (scikit-learn's `_handle_zeros_in_scale`).
fn not_zero(width: f64) -> f64 {
    if width < 10.0 * f64::EPSILON {
        1.0
    } else {
        width
    }
}

/// Mean and population variance by the corrected two-pass algorithm, as scikit-learn's `_incremental_mean_and_var`.
fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = mean(values);
    let mut squares = 0.0;
    let mut correction = 0.0;
    for x in values {
        let d = x - mean;
        squares += d * d;
        correction += d;
    }
    (mean, (squares - correction * correction / n) / n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn constants_are_centred_and_not_divided() {
        for rule in [
            ScalingRule::Standard,
            ScalingRule::MinMax,
            ScalingRule::Robust,
        ] {
            let scale = Scale::fit(rule, &[0.1; 7]);
            assert!(scale.apply(0.1).abs() < 1e-15, "{rule:?}");
            assert!((scale.apply(1.1) - 1.0).abs() < 1e-15, "{rule:?}");
        }
    }

    #[test]
    fn small_cases_by_hand() {
        let v = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(
            Scale::fit(ScalingRule::Standard, &v),
            Scale::Center {
                center: 2.5,
                width: 1.25f64.sqrt()
            }
        );
        assert!((Scale::fit(ScalingRule::MinMax, &v).apply(2.5) - 0.5).abs() < 1e-15);
        assert_eq!(Scale::fit(ScalingRule::Robust, &v).apply(4.0), 1.0);
        assert!(
            Scale::fit(ScalingRule::Standard, &v)
                .apply(f64::NAN)
                .is_nan()
        );
    }

    proptest! {
        #[test]
        fn a_fitted_scale_is_always_valid_and_keeps_what_is_finite(
            values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::ZERO | prop::num::f64::SUBNORMAL, 1..20),
            x in prop::num::f64::NORMAL,
        ) {
            for rule in [ScalingRule::None, ScalingRule::Standard, ScalingRule::MinMax, ScalingRule::Robust] {
                let scale = Scale::fit(rule, &values);
                prop_assert!(scale.is_valid());
                prop_assert!(scale.apply(x).is_finite());
            }
        }
    }
}
