//! What fills a missing number: statistics over the training values that are present.
//!
//! They agree with scikit-learn's `SimpleImputer`.

use super::params::MissingRule;
use crate::data::sort_numbers;

/// The number that fills missing cells, or `None` where they are left or their rows dropped. `present` holds the
/// training values without the missing ones, in any order; there is at least one. The result is finite.
pub(super) fn fill(rule: MissingRule, present: &[f64]) -> Option<f64> {
    match rule {
        MissingRule::AsIs | MissingRule::DropRows => None,
        MissingRule::Mean => Some(mean(present)),
        MissingRule::Median => Some(median(&sorted(present))),
        MissingRule::MostFrequent => Some(most_frequent(&sorted(present))),
        MissingRule::Constant(value) => Some(value),
    }
}

/// The values in ascending order.
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut out = values.to_vec();
    sort_numbers(&mut out);
    out
}

/// The arithmetic mean; 0 of no values. Finite for finite values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    let n = values.len().max(1) as f64;
    let sum: f64 = values.iter().sum();
    if sum.is_finite() {
        // A second pass takes back what rounding left: the mean of equal values is that value.
        let mean = sum / n;
        let rest = values.iter().map(|x| x - mean).sum::<f64>() / n;
        if rest.is_finite() { mean + rest } else { mean }
    } else {
        // The sum is beyond the largest number though the mean is not.
        values
            .iter()
            .map(|x| x / n)
            .sum::<f64>()
            .clamp(f64::MIN, f64::MAX)
    }
}

/// The middle value, or the mean of the two in the middle, of ascending values; 0 of no values.
pub(super) fn median(ascending: &[f64]) -> f64 {
    let n = ascending.len();
    if n == 0 {
        return 0.0;
    }
    let (low, high) = (ascending[(n - 1) / 2], ascending[n / 2]);
    let sum = low + high;
    if sum.is_finite() {
        sum / 2.0
    } else {
        low / 2.0 + high / 2.0
    }
}

/// The value that stands most often in ascending values, the smallest of equals; 0 of no values.
pub(super) fn most_frequent(ascending: &[f64]) -> f64 {
    let (mut best, mut best_count) = (0.0, 0);
    for run in ascending.chunk_by(|a, b| a == b) {
        if run.len() > best_count {
            (best, best_count) = (run[0], run.len());
        }
    }
    best
}

/// The quantile at `share` (0 to 1) of ascending values, linear between neighbours as NumPy's default; 0 of no values.
pub(super) fn quantile(ascending: &[f64], share: f64) -> f64 {
    let Some(last) = ascending.len().checked_sub(1) else {
        return 0.0;
    };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let at = (place.floor() as usize).min(last);
    let (low, high) = (ascending[at], ascending[(at + 1).min(last)]);
    let (part, gap) = (place - at as f64, high - low);
    if !gap.is_finite() {
        return low * (1.0 - part) + high * part;
    }
    // From the nearer end, as NumPy does, so that the last digit agrees.
    if part >= 0.5 {
        high - gap * (1.0 - part)
    } else {
        low + gap * part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cases_by_hand() {
        let v = sorted(&[3.0, 1.0, 2.0, 2.0, 3.0]);
        assert_eq!(mean(&v), 2.2);
        assert_eq!(median(&v), 2.0);
        assert_eq!(median(&v[..4]), 2.0);
        assert_eq!(most_frequent(&v), 2.0);
        assert_eq!(quantile(&[0.0, 10.0], 0.25), 2.5);
        assert_eq!(quantile(&[5.0], 0.75), 5.0);
        assert_eq!(most_frequent(&sorted(&[7.0, -1.0, 4.0])), -1.0);
    }

    #[test]
    fn huge_values_stay_finite() {
        let v = [f64::MAX, f64::MAX, f64::MAX];
        for x in [mean(&v), median(&v), quantile(&[f64::MIN, f64::MAX], 0.25)] {
            assert!(x.is_finite(), "{x}");
        }
        assert!(mean(&v) > 1.79e308);
    }
}
