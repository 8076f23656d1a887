use super::EvaluateError;
use super::sum::sum;

/// The most classes of a [`ConfusionMatrix`]: the matrix is dense, and this keeps it at 8 MB.
pub const MAX_CLASSES: usize = 1024;

/// Rows (or their weights) by true and by predicted class.
///
/// A figure is `None` where its denominator is 0. scikit-learn answers 0 there with a warning (`nan` for kappa).
#[derive(Clone, Debug, PartialEq)]
pub struct ConfusionMatrix {
    classes: usize,
    /// `classes * classes`, one row per true class.
    cells: Vec<f64>,
    support: Vec<f64>,
    predicted: Vec<f64>,
    total: f64,
}

/// How the classes' precision, recall and F1 are brought together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// The mean over classes.
    Macro,
    /// The mean over classes, each with the weight of its rows in the truth.
    Weighted,
    /// One figure from the sums over classes; equal to the accuracy where each row has one class.
    Micro,
}

/// Which classes a macro average runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels {
    /// Those in the truth or among the predictions: scikit-learn's default (`labels=None`).
    Present,
    /// All of them, those nowhere to be seen as 0: scikit-learn with `labels=range(k)`.
    All,
}

/// Averages over classes, an undefined part counted as 0 (`zero_division=0`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Averages {
    /// Average share of rows predicted as a class that are of it.
    pub precision: f64,
    /// Average share of a class's rows that are found.
    pub recall: f64,
    /// Average F1. Not the harmonic mean of the two above.
    pub f1: f64,
}

impl ConfusionMatrix {
    /// Counts rows, or sums up their weights, by class numbers below `classes`.
    ///
    /// # Errors
    /// [`EvaluateError::Lengths`], [`EvaluateError::ClassOutOfRange`], [`EvaluateError::Weight`] and
    /// [`EvaluateError::TooManyClasses`]. No rows is a matrix of zeros.
    pub fn new(
        truth: &[u32],
        predicted: &[u32],
        classes: usize,
        weights: Option<&[f64]>,
    ) -> Result<Self, EvaluateError> {
        check_length("the predictions", truth.len(), predicted.len())?;
        check_weights(truth.len(), weights)?;
        if classes > MAX_CLASSES {
            return Err(EvaluateError::TooManyClasses { classes });
        }
        let mut cells = vec![0.0; classes * classes];
        for (row, (&t, &p)) in truth.iter().zip(predicted).enumerate() {
            for class in [t, p] {
                if class as usize >= classes {
                    return Err(EvaluateError::ClassOutOfRange {
                        row,
                        class,
                        classes,
                    });
                }
            }
            cells[t as usize * classes + p as usize] += weights.map_or(1.0, |weights| weights[row]);
        }
        let support: Vec<f64> = (0..classes)
            .map(|t| sum((0..classes).map(|p| cells[t * classes + p])))
            .collect();
        let predicted = (0..classes)
            .map(|p| sum((0..classes).map(|t| cells[t * classes + p])))
            .collect();
        let total = sum(support.iter().copied());
        Ok(Self {
            classes,
            cells,
            support,
            predicted,
            total,
        })
    }

    /// Number of classes `k`.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Rows (or weight) of class `truth` predicted as class `predicted`; 0 where there is no such class.
    pub fn cell(&self, truth: usize, predicted: usize) -> f64 {
        if truth < self.classes && predicted < self.classes {
            self.cells[truth * self.classes + predicted]
        } else {
            0.0
        }
    }

    /// Rows (or weight) of the class in the truth.
    pub fn support(&self, class: usize) -> f64 {
        self.support.get(class).copied().unwrap_or(0.0)
    }

    /// Rows (or weight) predicted as the class.
    pub fn predicted(&self, class: usize) -> f64 {
        self.predicted.get(class).copied().unwrap_or(0.0)
    }

    /// All rows (or their weight).
    pub fn total(&self) -> f64 {
        self.total
    }

    /// Rows (or weight) predicted right.
    pub fn correct(&self) -> f64 {
        sum((0..self.classes).map(|c| self.cell(c, c)))
    }

    /// The matrix as whole numbers, rows are truth; weights are rounded.
    pub fn counts(&self) -> Vec<Vec<u64>> {
        (0..self.classes)
            .map(|t| {
                (0..self.classes)
                    .map(|p| self.cell(t, p).round() as u64)
                    .collect()
            })
            .collect()
    }

    /// Whether the class is in the truth or among the predictions.
    pub fn is_present(&self, class: usize) -> bool {
        self.support(class) > 0.0 || self.predicted(class) > 0.0
    }

    /// Share of rows predicted right; `None` without rows.
    pub fn accuracy(&self) -> Option<f64> {
        ratio(self.correct(), self.total)
    }

    /// Mean recall over the classes that have rows (`balanced_accuracy_score`); `None` without rows.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        let recalls: Vec<f64> = (0..self.classes).filter_map(|c| self.recall(c)).collect();
        ratio(sum(recalls.iter().copied()), recalls.len() as f64)
    }

    /// Share of the rows predicted as the class that are of it; `None` where none is predicted.
    pub fn precision(&self, class: usize) -> Option<f64> {
        ratio(self.cell(class, class), self.predicted(class))
    }

    /// Share of the class's rows that are found; `None` where it has none.
    pub fn recall(&self, class: usize) -> Option<f64> {
        ratio(self.cell(class, class), self.support(class))
    }

    /// Harmonic mean of precision and recall, as `2 tp / (2 tp + fp + fn)`: defined, and 0, as soon as the class is in
    /// the truth or among the predictions.
    pub fn f1(&self, class: usize) -> Option<f64> {
        ratio(
            2.0 * self.cell(class, class),
            self.support(class) + self.predicted(class),
        )
    }

    /// Average precision, recall and F1 (`precision_recall_fscore_support` with `zero_division=0`); `None` without rows.
    ///
    /// `labels` matters to [`Average::Macro`] alone.
    pub fn average(&self, average: Average, labels: Labels) -> Option<Averages> {
        if self.total <= 0.0 {
            return None;
        }
        if average == Average::Micro {
            let share = self.accuracy()?;
            return Some(Averages {
                precision: share,
                recall: share,
                f1: share,
            });
        }
        let classes: Vec<usize> = (0..self.classes)
            .filter(|&c| labels == Labels::All || self.is_present(c))
            .collect();
        let weight = |class: usize| match average {
            Average::Weighted => self.support(class),
            _ => 1.0,
        };
        let whole = sum(classes.iter().map(|&c| weight(c)));
        let mean = |figure: &dyn Fn(usize) -> Option<f64>| {
            sum(classes
                .iter()
                .map(|&c| weight(c) * figure(c).unwrap_or(0.0)))
                / whole
        };
        Some(Averages {
            precision: mean(&|c| self.precision(c)),
            recall: mean(&|c| self.recall(c)),
            f1: mean(&|c| self.f1(c)),
        })
    }

    /// Matthews correlation coefficient, for several classes Gorodkin's R_K (Gorodkin 2004, `matthews_corrcoef`), from
    /// -1 to 1; `None` where truth or predictions are all of one class.
    pub fn mcc(&self) -> Option<f64> {
        let n = self.total;
        // In shares rather than counts, so that nothing overflows; covariances of the class indicators.
        let share = |count: f64| count / n;
        let truth_predicted = share(self.correct())
            - sum((0..self.classes).map(|c| share(self.support[c]) * share(self.predicted[c])));
        // 1 - sum s^2 cancels badly beside one large class; sum s (1 - s) does not.
        let spread = |counts: &[f64]| {
            sum(counts
                .iter()
                .map(|&count| share(count) * share((n - count).max(0.0))))
        };
        if n <= 0.0 {
            return None;
        }
        let product = spread(&self.support) * spread(&self.predicted);
        ratio(truth_predicted, product.sqrt()).map(|mcc| mcc.clamp(-1.0, 1.0))
    }

    /// Cohen's kappa (Cohen 1960, `cohen_kappa_score`), from -1 to 1; `None` where truth and predictions are all of one
    /// and the same class.
    pub fn kappa(&self) -> Option<f64> {
        let n = self.total;
        let disagree = sum((0..self.classes).map(|c| self.support[c] - self.cell(c, c))) / n;
        let by_chance =
            sum((0..self.classes).map(|c| (self.support[c] / n) * ((n - self.predicted[c]) / n)));
        if n <= 0.0 {
            return None;
        }
        ratio(disagree, by_chance).map(|share| 1.0 - share)
    }
}

/// `over / under`, undefined where `under` is 0.
fn ratio(over: f64, under: f64) -> Option<f64> {
    (under > 0.0).then(|| over / under)
}

pub(super) fn check_length(
    what: &'static str,
    expected: usize,
    found: usize,
) -> Result<(), EvaluateError> {
    if expected == found {
        Ok(())
    } else {
        Err(EvaluateError::Lengths {
            what,
            expected,
            found,
        })
    }
}

pub(super) fn check_weights(rows: usize, weights: Option<&[f64]>) -> Result<(), EvaluateError> {
    let Some(weights) = weights else {
        return Ok(());
    };
    check_length("the weights", rows, weights.len())?;
    match weights.iter().position(|w| !w.is_finite() || *w < 0.0) {
        Some(row) => Err(EvaluateError::Weight {
            row,
            weight: weights[row],
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(truth: &[u32], predicted: &[u32], classes: usize) -> ConfusionMatrix {
        ConfusionMatrix::new(truth, predicted, classes, None).unwrap()
    }

    #[test]
    fn figures_by_hand() {
        let m = matrix(&[0, 0, 0, 1, 1, 2], &[0, 0, 1, 1, 1, 0], 4);
        assert_eq!(m.counts()[0], [2, 1, 0, 0]);
        assert_eq!(m.accuracy(), Some(4.0 / 6.0));
        assert_eq!(m.balanced_accuracy(), Some((2.0 / 3.0 + 1.0 + 0.0) / 3.0));
        assert_eq!(m.precision(0), Some(2.0 / 3.0));
        assert_eq!(m.precision(2), None, "never predicted");
        assert_eq!(m.recall(2), Some(0.0));
        assert_eq!(m.f1(2), Some(0.0));
        assert_eq!((m.recall(3), m.f1(3)), (None, None));
        let present = m.average(Average::Macro, Labels::Present).unwrap();
        let all = m.average(Average::Macro, Labels::All).unwrap();
        assert!((present.f1 - (2.0 / 3.0 + 0.8) / 3.0).abs() < 1e-15);
        assert!((all.f1 - (2.0 / 3.0 + 0.8) / 4.0).abs() < 1e-15);
    }

    #[test]
    fn undefined_is_said_rather_than_zero() {
        let constant = matrix(&[0, 1, 1], &[0, 0, 0], 2);
        assert_eq!(constant.mcc(), None);
        assert_eq!(constant.kappa(), Some(0.0));
        assert_eq!(matrix(&[1, 1], &[1, 1], 2).kappa(), None);
        let empty = matrix(&[], &[], 2);
        assert_eq!(
            (
                empty.accuracy(),
                empty.balanced_accuracy(),
                empty.mcc(),
                empty.kappa()
            ),
            (None, None, None, None)
        );
        assert_eq!(empty.average(Average::Weighted, Labels::Present), None);
    }

    #[test]
    fn wrong_input_is_refused() {
        assert!(matches!(
            ConfusionMatrix::new(&[0], &[0, 1], 2, None),
            Err(EvaluateError::Lengths { .. })
        ));
        assert!(matches!(
            ConfusionMatrix::new(&[0, 2], &[0, 1], 2, None),
            Err(EvaluateError::ClassOutOfRange {
                row: 1,
                class: 2,
                ..
            })
        ));
        assert!(matches!(
            ConfusionMatrix::new(&[0], &[0], usize::MAX, None),
            Err(EvaluateError::TooManyClasses { .. })
        ));
        assert!(matches!(
            ConfusionMatrix::new(&[0], &[0], 1, Some(&[f64::NAN])),
            Err(EvaluateError::Weight { row: 0, .. })
        ));
    }

    #[test]
    fn a_weight_of_two_is_a_row_twice() {
        let once = ConfusionMatrix::new(&[0, 1, 1], &[1, 1, 0], 2, Some(&[2.0, 1.0, 0.0])).unwrap();
        assert_eq!(once, matrix(&[0, 0, 1], &[1, 1, 1], 2));
    }
}
