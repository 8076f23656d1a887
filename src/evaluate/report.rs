use ndarray::ArrayView2;

use super::probability::surprise;
use super::sum::sum;
use super::{
    Average, Averages, Baseline, ChanceTest, ConfusionMatrix, EvaluateError, Interval, Labels,
    MAX_CLASSES, RankedScores, macro_f1_interval, thin, wilson,
};

/// Points of a curve at most.
const MAX_POINTS: usize = 200;

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

/// Judges predictions on rows that training did not see.
///
/// `truth` and `predicted` are class numbers, `proba` is rows x classes, `classes` the names and `train_class_counts`
/// the training rows of each class; `seed` drives the bootstrap and the shuffles. Rows with a class out of range (or
/// beyond the shortest input) are left out, probabilities that are not finite count as 0; both are named in
/// [`Evaluation::undefined`].
pub fn evaluate(
    truth: &[u32],
    proba: ArrayView2<'_, f64>,
    predicted: &[u32],
    classes: &[String],
    train_class_counts: &[u64],
    seed: u64,
) -> Evaluation {
    let k = classes.len().min(MAX_CLASSES);
    let classes = &classes[..k];
    let mut undefined = Undefined::default();
    let kept = rows_in_range(truth, predicted, k, &mut undefined);
    let truth: Vec<u32> = kept.iter().map(|&row| truth[row]).collect();
    let predicted: Vec<u32> = kept.iter().map(|&row| predicted[row]).collect();
    // Lengths and classes have just been checked: nothing is left to go wrong.
    let matrix = ConfusionMatrix::new(&truth, &predicted, k, None)
        .or_else(|_| ConfusionMatrix::new(&[], &[], k, None));
    let Ok(matrix) = matrix else {
        return Evaluation::nothing();
    };

    let rows = truth.len();
    let probabilities = Probabilities::new(proba, &kept, k, &mut undefined);
    let per_class: Vec<ClassScore> = (0..k).map(|c| class_score(&matrix, c)).collect();
    let average = |average| matrix.average(average, Labels::Present);
    let no_averages = Averages {
        precision: 0.0,
        recall: 0.0,
        f1: 0.0,
    };
    let of_macro = average(Average::Macro).unwrap_or(no_averages);
    let of_weighted = average(Average::Weighted).unwrap_or(no_averages);

    let mut train_counts = train_class_counts.to_vec();
    train_counts.resize(k, 0);
    let baseline = Baseline::new(&truth, &train_counts).ok();
    let chance = ChanceTest::new(&truth, &predicted, &matrix, seed);
    let macro_f1_interval = macro_f1_interval(&truth, &predicted, k, seed);

    let mut evaluation = Evaluation {
        rows,
        classes: classes.to_vec(),
        confusion: matrix.counts(),
        accuracy: matrix.accuracy().unwrap_or(0.0),
        accuracy_interval: wilson(matrix.correct(), matrix.total()),
        balanced_accuracy: matrix.balanced_accuracy().unwrap_or(0.0),
        macro_precision: of_macro.precision,
        macro_recall: of_macro.recall,
        macro_f1: of_macro.f1,
        macro_f1_interval,
        weighted_precision: of_weighted.precision,
        weighted_recall: of_weighted.recall,
        weighted_f1: of_weighted.f1,
        mcc: matrix.mcc().unwrap_or(0.0),
        kappa: matrix.kappa(),
        log_loss: probabilities.log_loss(&truth).unwrap_or(0.0),
        brier: probabilities.brier(&truth),
        roc_auc_ovr: None,
        average_precision: None,
        per_class,
        roc: Vec::new(),
        precision_recall: Vec::new(),
        beats_baseline: chance.is_skill()
            && baseline
                .as_ref()
                .is_some_and(|baseline| macro_f1_interval.low > baseline.macro_f1),
        baseline,
        chance,
        undefined: Vec::new(),
    };
    undefined.of_matrix(&matrix, classes);
    if rows > 0 {
        evaluation.draw_curves(&truth, &probabilities, &mut undefined);
    }
    evaluation.undefined = undefined.list;
    evaluation
}

impl Evaluation {
    fn nothing() -> Self {
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

    fn draw_curves(
        &mut self,
        truth: &[u32],
        probabilities: &Probabilities<'_, '_>,
        undefined: &mut Undefined,
    ) {
        if !probabilities.given {
            return;
        }
        for class in 0..self.classes.len() {
            let name = self.classes[class].clone();
            let positive: Vec<bool> = truth.iter().map(|&t| t as usize == class).collect();
            let scores = probabilities.of_class(class);
            let ranked = RankedScores::new(&positive, &scores, None);
            match ranked
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|r| r.roc(true))
            {
                Ok(roc) => {
                    self.per_class[class].roc_auc = Some(roc.area);
                    let points = roc.fpr.iter().copied().zip(roc.tpr.iter().copied());
                    self.roc.push(CurvePoints::new(
                        class,
                        points.collect(),
                        &roc.thresholds,
                        roc.area,
                        &ranked,
                    ));
                }
                Err(why) => undefined.add(format!("ROC AUC of {name}"), why.to_string()),
            }
            match ranked
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|r| r.precision_recall())
            {
                Ok(curve) => {
                    let area = curve.average_precision;
                    self.per_class[class].average_precision = Some(area);
                    let points = curve
                        .recall
                        .iter()
                        .copied()
                        .zip(curve.precision.iter().copied());
                    let mut thresholds = curve.thresholds.clone();
                    thresholds.push(f64::INFINITY);
                    thresholds.reverse();
                    self.precision_recall.push(CurvePoints::new(
                        class,
                        points.rev().collect(),
                        &thresholds,
                        area,
                        &ranked,
                    ));
                }
                Err(why) => undefined.add(format!("average precision of {name}"), why.to_string()),
            }
        }
        self.roc_auc_ovr = mean(self.per_class.iter().filter_map(|c| c.roc_auc));
        if self.roc_auc_ovr.is_none() {
            undefined.add("ROC AUC".to_owned(), "all rows are of one class".to_owned());
        }
        self.average_precision = mean(self.per_class.iter().filter_map(|c| c.average_precision));
    }
}

impl CurvePoints {
    fn new(
        class: usize,
        points: Vec<(f64, f64)>,
        thresholds: &[f64],
        area: f64,
        ranked: &Result<RankedScores, EvaluateError>,
    ) -> Self {
        let unreached = ranked.as_ref().map_or(1.0, RankedScores::unreached);
        let kept = thin(&points, MAX_POINTS);
        Self {
            class,
            points: kept.iter().map(|&i| points[i]).collect(),
            thresholds: kept
                .iter()
                .map(|&i| {
                    if thresholds[i].is_finite() {
                        thresholds[i]
                    } else {
                        unreached
                    }
                })
                .collect(),
            area,
        }
    }
}

/// Row numbers whose classes are in range, with a note of those left out.
fn rows_in_range(
    truth: &[u32],
    predicted: &[u32],
    classes: usize,
    undefined: &mut Undefined,
) -> Vec<usize> {
    let kept: Vec<usize> = truth
        .iter()
        .zip(predicted)
        .enumerate()
        .filter(|&(_, (&t, &p))| (t as usize) < classes && (p as usize) < classes)
        .map(|(row, _)| row)
        .collect();
    let left_out = truth.len().max(predicted.len()) - kept.len();
    if left_out > 0 {
        undefined.add(
            rows_text(left_out),
            "they lack a true or a predicted class that the model knows, and are left out"
                .to_owned(),
        );
    }
    kept
}

fn rows_text(rows: usize) -> String {
    if rows == 1 {
        "1 row".to_owned()
    } else {
        format!("{rows} rows")
    }
}

fn class_score(matrix: &ConfusionMatrix, class: usize) -> ClassScore {
    ClassScore {
        class,
        precision: matrix.precision(class),
        recall: matrix.recall(class),
        f1: matrix.f1(class),
        support: matrix.support(class) as u64,
        roc_auc: None,
        average_precision: None,
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| sum(values.iter().copied()) / values.len() as f64)
}

/// The probabilities of the rows that are kept, as numbers that are finite.
struct Probabilities<'p, 'r> {
    proba: ArrayView2<'p, f64>,
    rows: &'r [usize],
    given: bool,
}

impl<'p, 'r> Probabilities<'p, 'r> {
    fn new(
        proba: ArrayView2<'p, f64>,
        rows: &'r [usize],
        classes: usize,
        undefined: &mut Undefined,
    ) -> Self {
        let given = proba.ncols() == classes && rows.last().is_none_or(|&row| row < proba.nrows());
        if !given {
            undefined.add(
                "log loss, ROC and precision-recall".to_owned(),
                format!(
                    "the probabilities are {} rows of {} classes, not one for each row and class",
                    proba.nrows(),
                    proba.ncols()
                ),
            );
        } else {
            let odd = rows
                .iter()
                .filter(|&&row| proba.row(row).iter().any(|p| !p.is_finite()))
                .count();
            if odd > 0 {
                undefined.add(
                    format!("probabilities of {}", rows_text(odd)),
                    "they are not numbers, and count as 0".to_owned(),
                );
            }
        }
        Self { proba, rows, given }
    }

    fn at(&self, row: usize, class: usize) -> f64 {
        let probability = self.proba[[row, class]];
        if probability.is_finite() {
            probability
        } else {
            0.0
        }
    }

    fn of_class(&self, class: usize) -> Vec<f64> {
        self.rows.iter().map(|&row| self.at(row, class)).collect()
    }

    /// As [`super::log_loss`].
    fn log_loss(&self, truth: &[u32]) -> Option<f64> {
        let costs = truth
            .iter()
            .zip(self.rows)
            .map(|(&class, &row)| surprise(self.at(row, class as usize)));
        (self.given && !truth.is_empty()).then(|| sum(costs) / truth.len() as f64)
    }

    /// As [`super::brier`].
    fn brier(&self, truth: &[u32]) -> Option<f64> {
        if !self.given || truth.is_empty() {
            return None;
        }
        let classes = self.proba.ncols();
        let scale = if classes == 2 { 0.5 } else { 1.0 };
        let costs = truth.iter().zip(self.rows).map(|(&class, &row)| {
            sum((0..classes).map(|c| {
                let came = if c == class as usize { 1.0 } else { 0.0 };
                let miss = came - self.at(row, c);
                miss * miss
            }))
        });
        // Probabilities far out of range could overflow.
        Some(sum(costs) / truth.len() as f64 * scale).filter(|score| score.is_finite())
    }
}

#[derive(Default)]
struct Undefined {
    list: Vec<(String, String)>,
}

impl Undefined {
    fn add(&mut self, figure: String, why: String) {
        self.list.push((figure, why));
    }

    fn of_matrix(&mut self, matrix: &ConfusionMatrix, classes: &[String]) {
        if matrix.total() <= 0.0 {
            self.add("every figure".to_owned(), EvaluateError::NoRows.to_string());
            return;
        }
        if matrix.mcc().is_none() {
            self.add(
                "MCC".to_owned(),
                "all rows, or all predictions, are of one class".to_owned(),
            );
        }
        if matrix.kappa().is_none() {
            self.add(
                "kappa".to_owned(),
                "all rows and all predictions are of one class".to_owned(),
            );
        }
        for (c, name) in classes.iter().enumerate() {
            if matrix.predicted(c) <= 0.0 {
                self.add(
                    format!("precision of {name}"),
                    "no row is predicted as this class".to_owned(),
                );
            }
            if matrix.support(c) <= 0.0 {
                self.add(
                    format!("recall of {name}"),
                    EvaluateError::NoPositives.to_string(),
                );
            }
            if !matrix.is_present(c) {
                self.add(
                    format!("F1 of {name}"),
                    "no row is of this class or predicted as it".to_owned(),
                );
            }
        }
    }
}
