use super::{Baseline, ChanceTest, EvaluateError, Interval};

/// Everything that held-out rows say of a model. Every number is finite; one that is not defined on these rows is `None`
/// or, where it cannot be, 0, and is named in [`Self::undefined`].
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Rows evaluated on.
    pub rows: usize,
    /// Class names, in the order of class numbers.
    pub classes: Vec<String>,
    /// Rows by true class (outer) and predicted class (inner).
    pub confusion: Vec<Vec<u64>>,
    /// Share of rows predicted right.
    pub accuracy: f64,
    /// Its 95 % interval (Wilson).
    pub accuracy_interval: Interval,
    /// Mean recall over classes that have rows.
    pub balanced_accuracy: f64,
    /// Mean precision over the classes in the truth or among the predictions, undefined ones as 0; so for the next two.
    pub macro_precision: f64,
    /// Mean recall.
    pub macro_recall: f64,
    /// Mean F1.
    pub macro_f1: f64,
    /// Its 95 % interval (bootstrap over rows).
    pub macro_f1_interval: Interval,
    /// Mean precision weighted by the classes' rows.
    pub weighted_precision: f64,
    /// Mean recall weighted by the classes' rows; equal to the accuracy.
    pub weighted_recall: f64,
    /// Mean F1 weighted by the classes' rows.
    pub weighted_f1: f64,
    /// Matthews correlation coefficient.
    pub mcc: f64,
    /// Cohen's kappa.
    pub kappa: Option<f64>,
    /// Mean negative natural logarithm of the true class's probability.
    pub log_loss: f64,
    /// Brier score.
    pub brier: Option<f64>,
    /// Mean one-vs-rest area under the ROC curve over the classes where it is defined.
    pub roc_auc_ovr: Option<f64>,
    /// Mean one-vs-rest average precision over the classes where it is defined.
    pub average_precision: Option<f64>,
    /// One per class, in the order of class numbers.
    pub per_class: Vec<ClassScore>,
    /// ROC curves, one per class where it is defined: (false positive rate, true positive rate).
    pub roc: Vec<CurvePoints>,
    /// Precision-recall curves, one per class where it is defined: (recall, precision), from recall 0 on.
    pub precision_recall: Vec<CurvePoints>,
    /// Always saying the most frequent training class; `None` without rows.
    pub baseline: Option<Baseline>,
    /// Whether the predictions know more than themselves shuffled.
    pub chance: ChanceTest,
    /// Whether the model is better than its baseline beyond chance: [`ChanceTest::is_skill`], and the lower end of
    /// [`Self::macro_f1_interval`] is above the baseline's macro F1.
    pub beats_baseline: bool,
    /// Figures that are not defined on these rows, and why.
    pub undefined: Vec<(String, String)>,
}

/// One class against the rest; `None` where a figure is not defined.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassScore {
    /// The class's number.
    pub class: usize,
    /// Share of rows predicted as the class that are of it.
    pub precision: Option<f64>,
    /// Share of the class's rows that are found.
    pub recall: Option<f64>,
    /// Harmonic mean of both.
    pub f1: Option<f64>,
    /// Rows of the class.
    pub support: u64,
    /// Area under the ROC curve of its probability.
    pub roc_auc: Option<f64>,
    /// Average precision of its probability.
    pub average_precision: Option<f64>,
}

/// A curve to draw: at most 200 points, to be joined by straight lines, the area under which differs from that under all
/// points by less than 0.001.
#[derive(Clone, Debug, PartialEq)]
pub struct CurvePoints {
    /// The class's number.
    pub class: usize,
    /// Rising in `x`.
    pub points: Vec<(f64, f64)>,
    /// At each point: rows of at least this probability are called the class. The first point, at which none is called
    /// so, has 1, or the number after the highest probability.
    pub thresholds: Vec<f64>,
    /// Area of the whole curve: by trapezoids for ROC, average precision for precision-recall.
    pub area: f64,
}

impl Evaluation {
    /// What no rows of no classes say.
    pub(super) fn nothing() -> Self {
        let nothing = Interval {
            low: 0.0,
            high: 1.0,
        };
        Self {
            rows: 0,
            classes: Vec::new(),
            confusion: Vec::new(),
            accuracy: 0.0,
            accuracy_interval: nothing,
            balanced_accuracy: 0.0,
            macro_precision: 0.0,
            macro_recall: 0.0,
            macro_f1: 0.0,
            macro_f1_interval: nothing,
            weighted_precision: 0.0,
            weighted_recall: 0.0,
            weighted_f1: 0.0,
            mcc: 0.0,
            kappa: None,
            log_loss: 0.0,
            brier: None,
            roc_auc_ovr: None,
            average_precision: None,
            per_class: Vec::new(),
            roc: Vec::new(),
            precision_recall: Vec::new(),
            baseline: None,
            chance: ChanceTest {
                p_value: 1.0,
                accuracy: 0.0,
                macro_f1: 0.0,
            },
            beats_baseline: false,
            undefined: vec![("every figure".to_owned(), EvaluateError::NoRows.to_string())],
        }
    }
}
