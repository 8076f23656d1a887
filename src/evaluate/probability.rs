use ndarray::ArrayView2;

use super::EvaluateError;
use super::confusion::{check_length, check_weights};
use super::sum::Sum;

/// Mean negative natural logarithm of the true class's probability (`log_loss` of scikit-learn 1.9).
///
/// `proba` is rows x classes; probabilities are clipped to `eps..=1 - eps` with the `eps` of `f64` (2.2e-16), so one
/// row costs at most 36.04. Rows are not rescaled to a sum of 1.
///
/// # Errors
/// [`EvaluateError::Lengths`], [`EvaluateError::ClassOutOfRange`], [`EvaluateError::Weight`],
/// [`EvaluateError::Score`] where a true class's probability is not finite, [`EvaluateError::NoRows`].
pub fn log_loss(
    truth: &[u32],
    proba: ArrayView2<'_, f64>,
    weights: Option<&[f64]>,
) -> Result<f64, EvaluateError> {
    weighted_mean(truth, proba, weights, |row, class| {
        let probability = proba[[row, class]];
        finite(row, probability).map(surprise)
    })
}

/// Mean squared distance between probabilities and what came (Brier 1950; `brier_score_loss` of scikit-learn 1.9): 0 is
/// perfect. Two classes: the squared error of one class's probability, 0 to 1; more: summed over classes, 0 to 2.
///
/// # Errors
/// As for [`log_loss`].
pub fn brier(
    truth: &[u32],
    proba: ArrayView2<'_, f64>,
    weights: Option<&[f64]>,
) -> Result<f64, EvaluateError> {
    let scale = if proba.ncols() == 2 { 0.5 } else { 1.0 };
    let mean = weighted_mean(truth, proba, weights, |row, class| {
        let mut squares = Sum::default();
        for (c, &probability) in proba.row(row).iter().enumerate() {
            let came = if c == class { 1.0 } else { 0.0 };
            let miss = came - finite(row, probability)?;
            squares.add(miss * miss);
        }
        Ok(squares.value())
    })?;
    Ok(mean * scale)
}

/// What one row costs when its class had this probability.
pub(super) fn surprise(probability: f64) -> f64 {
    -libm::log(probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON))
}

fn finite(row: usize, score: f64) -> Result<f64, EvaluateError> {
    if score.is_finite() {
        Ok(score)
    } else {
        Err(EvaluateError::Score { row, score })
    }
}

fn weighted_mean(
    truth: &[u32],
    proba: ArrayView2<'_, f64>,
    weights: Option<&[f64]>,
    cost: impl Fn(usize, usize) -> Result<f64, EvaluateError>,
) -> Result<f64, EvaluateError> {
    check_length("the probabilities", truth.len(), proba.nrows())?;
    check_weights(truth.len(), weights)?;
    let classes = proba.ncols();
    let (mut sum, mut whole) = (Sum::default(), Sum::default());
    for (row, &class) in truth.iter().enumerate() {
        if class as usize >= classes {
            return Err(EvaluateError::ClassOutOfRange {
                row,
                class,
                classes,
            });
        }
        let weight = weights.map_or(1.0, |weights| weights[row]);
        sum.add(weight * cost(row, class as usize)?);
        whole.add(weight);
    }
    let whole = whole.value();
    if whole > 0.0 {
        Ok(sum.value() / whole)
    } else {
        Err(EvaluateError::NoRows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn by_hand() {
        let proba = array![[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]];
        let loss = log_loss(&[1, 1], proba.view(), None).unwrap();
        assert!((loss - libm::log(4.0) / 2.0).abs() < 1e-15);
        let score = brier(&[1, 1], proba.view(), None).unwrap();
        assert!((score - (0.25 + 0.5625 + 0.0625) / 2.0).abs() < 1e-15);
        let binary = array![[0.2, 0.8]];
        assert!((brier(&[0], binary.view(), None).unwrap() - 0.64).abs() < 1e-15);
    }

    #[test]
    fn an_impossible_class_costs_much_but_not_everything() {
        let loss = log_loss(&[0], array![[0.0, 1.0]].view(), None).unwrap();
        assert!((loss - 52.0 * std::f64::consts::LN_2).abs() < 1e-12);
    }

    #[test]
    fn wrong_input_is_refused() {
        let proba = array![[0.5, f64::NAN]];
        assert!(matches!(
            log_loss(&[1], proba.view(), None),
            Err(EvaluateError::Score { .. })
        ));
        assert!(matches!(
            log_loss(&[2], proba.view(), None),
            Err(EvaluateError::ClassOutOfRange { .. })
        ));
        assert!(matches!(
            brier(&[0], proba.view(), Some(&[0.0, 1.0])),
            Err(EvaluateError::Lengths { .. })
        ));
        assert_eq!(
            log_loss(&[], ndarray::Array2::zeros((0, 2)).view(), None),
            Err(EvaluateError::NoRows)
        );
    }
}
