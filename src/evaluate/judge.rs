use ndarray::{ArrayView2, Axis, CowArray, Ix2};

use super::sum::sum;
use super::undefined::{Undefined, rows_text};
use super::{
    Average, Averages, Baseline, ChanceTest, ClassScore, ConfusionMatrix, CurvePoints,
    EvaluateError, Evaluation, Labels, MAX_CLASSES, RankedScores, brier, log_loss,
    macro_f1_interval, thin, wilson,
};

/// Points of a curve at most.
const MAX_POINTS: usize = 200;

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
    let proba = probabilities(proba, &kept, k, &mut undefined);
    // Probabilities far out of range could overflow.
    let finite = |figure: Result<f64, EvaluateError>| figure.ok().filter(|value| value.is_finite());
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
        log_loss: (proba.as_ref())
            .and_then(|proba| finite(log_loss(&truth, proba.view(), None)))
            .unwrap_or(0.0),
        brier: (proba.as_ref()).and_then(|proba| finite(brier(&truth, proba.view(), None))),
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
    if let Some(proba) = proba.as_ref().filter(|_| rows > 0) {
        evaluation.draw_curves(&truth, proba.view(), &mut undefined);
    }
    evaluation.undefined = undefined.list;
    evaluation
}

impl Evaluation {
    fn draw_curves(
        &mut self,
        truth: &[u32],
        proba: ArrayView2<'_, f64>,
        undefined: &mut Undefined,
    ) {
        for class in 0..self.classes.len() {
            let name = self.classes[class].clone();
            let positive: Vec<bool> = truth.iter().map(|&t| t as usize == class).collect();
            let scores = proba.column(class).to_vec();
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

/// The probabilities of the rows `kept`, odd ones as 0; `None` where there is not one for each row and class.
fn probabilities<'a>(
    proba: ArrayView2<'a, f64>,
    kept: &[usize],
    classes: usize,
    undefined: &mut Undefined,
) -> Option<CowArray<'a, f64, Ix2>> {
    if proba.ncols() != classes || kept.last().is_some_and(|&row| row >= proba.nrows()) {
        undefined.add(
            "log loss, ROC and precision-recall".to_owned(),
            format!(
                "the probabilities are {} rows of {} classes, not one for each row and class",
                proba.nrows(),
                proba.ncols()
            ),
        );
        return None;
    }
    let odd = kept
        .iter()
        .filter(|&&row| proba.row(row).iter().any(|p| !p.is_finite()))
        .count();
    if odd > 0 {
        undefined.add(
            format!("probabilities of {}", rows_text(odd)),
            "they are not numbers, and count as 0".to_owned(),
        );
    } else if kept.len() == proba.nrows() {
        return Some(proba.into());
    }
    let mut copy = proba.select(Axis(0), kept);
    copy.mapv_inplace(|p| if p.is_finite() { p } else { 0.0 });
    Some(copy.into())
}
