use super::probability::surprise;
use super::sum::sum;
use super::{Average, ConfusionMatrix, EvaluateError, Labels};

/// Always saying the most frequent training class (`DummyClassifier` with `strategy="prior"`), on the rows that the
/// model is judged on.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// That class's number; the first of equally frequent ones.
    pub class: usize,
    /// Share of rows of that class.
    pub accuracy: f64,
    /// Mean recall over classes that have rows: 1 / their number, or 0 where that class has none.
    pub balanced_accuracy: f64,
    /// Mean F1 over the classes in the truth and that class.
    pub macro_f1: f64,
    /// Mean F1 weighted by rows.
    pub weighted_f1: f64,
    /// Log loss of saying the training shares as probabilities for every row, clipped as in [`super::log_loss`].
    pub log_loss: f64,
}

impl Baseline {
    /// The baseline on `truth`. `train_counts` are the training rows per class, as many as there are classes; without
    /// any training rows the first class is said, with even shares.
    ///
    /// # Errors
    /// [`EvaluateError::NoRows`], [`EvaluateError::ClassOutOfRange`] and [`EvaluateError::TooManyClasses`].
    pub fn new(truth: &[u32], train_counts: &[u64]) -> Result<Self, EvaluateError> {
        let classes = train_counts.len();
        let most = train_counts.iter().copied().max().unwrap_or(0);
        let class = train_counts
            .iter()
            .position(|&count| count == most)
            .unwrap_or(0);
        let constant = vec![u32::try_from(class).unwrap_or(u32::MAX); truth.len()];
        let matrix = ConfusionMatrix::new(truth, &constant, classes, None)?;
        let averages = |average| {
            matrix
                .average(average, Labels::Present)
                .ok_or(EvaluateError::NoRows)
        };

        let trained: f64 = sum(train_counts.iter().map(|&count| count as f64));
        let share = |class: usize| {
            if trained > 0.0 {
                train_counts[class] as f64 / trained
            } else {
                1.0 / classes as f64
            }
        };
        let loss = sum((0..classes)
            .filter(|&c| matrix.support(c) > 0.0)
            .map(|c| matrix.support(c) * surprise(share(c))));
        Ok(Self {
            class,
            accuracy: matrix.accuracy().ok_or(EvaluateError::NoRows)?,
            balanced_accuracy: matrix.balanced_accuracy().ok_or(EvaluateError::NoRows)?,
            macro_f1: averages(Average::Macro)?.f1,
            weighted_f1: averages(Average::Weighted)?.f1,
            log_loss: loss / matrix.total(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let truth = [0, 0, 0, 1, 2, 2];
        let baseline = Baseline::new(&truth, &[6, 2, 0]).unwrap();
        assert_eq!(baseline.class, 0);
        assert_eq!(baseline.accuracy, 0.5);
        assert!((baseline.balanced_accuracy - 1.0 / 3.0).abs() < 1e-15);
        assert!((baseline.macro_f1 - (2.0 / 3.0) / 3.0).abs() < 1e-15);
        assert!((baseline.weighted_f1 - (2.0 / 3.0) / 2.0).abs() < 1e-15);
        let never_seen = -libm::log(f64::EPSILON);
        let expected = (3.0 * -libm::log(0.75) + -libm::log(0.25) + 2.0 * never_seen) / 6.0;
        assert!((baseline.log_loss - expected).abs() < 1e-12);
    }

    #[test]
    fn odd_input() {
        assert_eq!(Baseline::new(&[], &[1, 2]), Err(EvaluateError::NoRows));
        assert_eq!(Baseline::new(&[], &[]), Err(EvaluateError::NoRows));
        let untrained = Baseline::new(&[1, 0], &[0, 0]).unwrap();
        assert_eq!((untrained.class, untrained.accuracy), (0, 0.5));
        assert!((untrained.log_loss - libm::log(2.0)).abs() < 1e-15);
        let absent = Baseline::new(&[1, 1], &[5, 1]).unwrap();
        assert_eq!((absent.accuracy, absent.macro_f1), (0.0, 0.0));
    }
}
