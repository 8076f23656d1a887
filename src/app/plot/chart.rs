//! What a chart shows, as plain data made from summaries; no geometry and no colour.
//!
//! Constructors take whatever a report holds, even one that was read from a file: ragged matrices are squared, points
//! that are not finite are left out, and sizes never exceed what the report itself holds.

use super::budget::BudgetCurve;
use super::pairs::Correlations;
use super::spread::Spreads;
use super::timeline::Timeline;
use crate::data::sort_by;
use crate::protocol::{
    CalibrationSummary, ClassCount, Curve, Importance, PredictionSummary, Report, TargetSummary,
};

/// Most columns drawn by [`Chart::importance`]; the table twin has all.
pub const IMPORTANCE_ROWS: usize = 15;
/// Most classes drawn as rows; the table twin has all.
pub const CLASS_ROWS: usize = 24;
/// Steps of the false positive rate at which curves are averaged.
const AVERAGE_STEPS: usize = 100;

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub enum Chart {
    /// Truth against prediction.
    Confusion(Confusion),
    /// ROC or precision-recall curves, one per class.
    Curves(Curves),
    /// What each column is worth.
    Importance(Vec<Importance>),
    /// Precision, recall and F1 per class.
    Scores(Scores),
    /// Rows per class.
    Counts(Counts),
    /// What happens to one entity.
    Timeline(Timeline),
    /// What each budget of false pages buys.
    Budget(BudgetCurve),
    /// What rises and falls together.
    Pairs(Correlations),
    /// A column's values by class.
    Spreads(Spreads),
}

/// Rows are truth, columns what was predicted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// Class names.
    pub classes: Vec<String>,
    /// Rows per cell, square: `classes` x `classes`.
    pub counts: Vec<Vec<u64>>,
    /// Rows of each true class.
    pub totals: Vec<u64>,
}

impl Confusion {
    /// Rows of this cell; 0 outside the matrix.
    pub fn count(&self, truth: usize, said: usize) -> u64 {
        let row = self.counts.get(truth);
        row.and_then(|row| row.get(said)).copied().unwrap_or(0)
    }

    /// The cell's share of its true class's rows, 0 to 1; none where the class has no rows.
    pub fn share(&self, truth: usize, said: usize) -> Option<f64> {
        let total = *self.totals.get(truth)?;
        (total > 0).then(|| self.count(truth, said) as f64 / total as f64)
    }

    /// Rows in all.
    pub fn rows(&self) -> u64 {
        self.totals.iter().fold(0, |sum, &n| sum.saturating_add(n))
    }

    /// Rows predicted right.
    pub fn right(&self) -> u64 {
        (0..self.classes.len()).fold(0, |sum: u64, i| sum.saturating_add(self.count(i, i)))
    }

    /// The off-diagonal cell with the most rows (the first of equals): truth, predicted, rows. None without errors.
    pub fn worst(&self) -> Option<(usize, usize, u64)> {
        let mut worst = None;
        for (truth, row) in self.counts.iter().enumerate() {
            for (said, &rows) in row.iter().enumerate() {
                if truth != said && rows > 0 && worst.is_none_or(|(_, _, most)| rows > most) {
                    worst = Some((truth, said, rows));
                }
            }
        }
        worst
    }
}

/// Which curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveKind {
    /// False positive rate across, true positive rate up.
    Roc,
    /// Recall across, precision up; drawn as steps, as average precision sums it.
    PrecisionRecall,
    /// Mean probability across, share in which it came up.
    Reliability,
}

/// One class against the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The class.
    pub class: String,
    /// Finite points with both coordinates in 0 to 1, by rising x.
    pub points: Vec<(f64, f64)>,
    /// The threshold at each point; NaN where it is not known.
    pub thresholds: Vec<f64>,
    /// Area under the curve, or average precision; NaN where it is not defined.
    pub area: f64,
    /// Share of all rows that are of this class, where it is known.
    pub base: Option<f64>,
}

/// Curves of several classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// Which.
    pub kind: CurveKind,
    /// Every class of the report, for colours.
    pub classes: Vec<String>,
    /// The classes where the curve is defined, smallest area first.
    pub series: Vec<Series>,
    /// ROC of at least two classes: the mean true positive rate at each false positive rate (Fawcett 2006, vertical
    /// averaging).
    pub average: Vec<(f64, f64)>,
    /// Mean area over the classes where it is defined.
    pub average_area: Option<f64>,
}

/// One class's scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The class.
    pub class: String,
    /// Precision, recall and F1; none where undefined.
    pub values: [Option<f64>; 3],
    /// Held-out rows of the class.
    pub support: u64,
}

/// Scores of every class, smallest F1 first, undefined ones last.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// Every class, for colours.
    pub classes: Vec<String>,
    /// The scores.
    pub scores: Vec<Score>,
}

/// Rows per class, most first.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// What is counted, for the table's header: `rows` or `rows predicted`.
    pub unit: &'static str,
    /// Every class, for colours.
    pub classes: Vec<String>,
    /// Class and rows.
    pub counts: Vec<(String, u64)>,
    /// Rows without a class.
    pub missing: u64,
}

impl Counts {
    /// Rows with a class.
    pub fn total(&self) -> u64 {
        let rows = self.counts.iter().map(|&(_, rows)| rows);
        rows.fold(0, u64::saturating_add)
    }
}

impl Chart {
    /// The confusion matrix of a report.
    pub fn confusion(report: &Report) -> Self {
        Self::matrix(&report.classes, &report.confusion)
    }

    /// The confusion matrix of classes: rows of each (down) that were said to be of each (across).
    pub fn matrix(classes: &[String], confusion: &[Vec<u64>]) -> Self {
        let n = classes.len();
        let counts: Vec<Vec<u64>> = (0..n)
            .map(|truth| {
                let row = confusion.get(truth);
                (0..n)
                    .map(|said| row.and_then(|row| row.get(said)).copied().unwrap_or(0))
                    .collect()
            })
            .collect();
        let totals = counts
            .iter()
            .map(|row| row.iter().fold(0, |sum: u64, &n| sum.saturating_add(n)))
            .collect();
        Self::Confusion(Confusion {
            classes: classes.to_vec(),
            counts,
            totals,
        })
    }

    /// The ROC curves of a report.
    pub fn roc(report: &Report) -> Self {
        let series = series_of(&report.roc, report);
        let average = if series.len() > 1 {
            average(&series)
        } else {
            Vec::new()
        };
        Self::Curves(Curves {
            kind: CurveKind::Roc,
            classes: report.classes.clone(),
            series,
            average,
            average_area: report.roc_auc_ovr.filter(|area| area.is_finite()),
        })
    }

    /// The precision-recall curves of a report.
    pub fn precision_recall(report: &Report) -> Self {
        Self::Curves(Curves {
            kind: CurveKind::PrecisionRecall,
            classes: report.classes.clone(),
            series: series_of(&report.precision_recall, report),
            average: Vec::new(),
            average_area: report.average_precision.filter(|area| area.is_finite()),
        })
    }

    /// Whether probabilities are what they say.
    pub fn reliability(calibration: &CalibrationSummary) -> Self {
        let finite = |x: f64| x.is_finite().then(|| x.clamp(0.0, 1.0));
        let points = calibration.bins.iter();
        let points: Vec<(f64, f64)> = points
            .filter_map(|bin| Some((finite(bin.mean)?, finite(bin.share)?)))
            .collect();
        let series = Series {
            class: "all kinds".to_owned(),
            thresholds: vec![f64::NAN; points.len()],
            points,
            area: calibration.calibration_error,
            base: None,
        };
        let is_empty = series.points.is_empty();
        Self::Curves(Curves {
            kind: CurveKind::Reliability,
            classes: vec![series.class.clone()],
            series: if is_empty { Vec::new() } else { vec![series] },
            average: Vec::new(),
            average_area: None,
        })
    }

    /// What each column is worth, in the report's order (largest mean drop first).
    pub fn importance(report: &Report) -> Self {
        Self::Importance(report.importance.clone())
    }

    /// Precision, recall and F1 of each class.
    pub fn class_scores(report: &Report) -> Self {
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
        let mut scores: Vec<Score> = report
            .per_class
            .iter()
            .map(|score| Score {
                class: score.class.clone(),
                values: [
                    finite(score.precision),
                    finite(score.recall),
                    finite(score.f1),
                ],
                support: score.support,
            })
            .collect();
        let key = |score: &Score| score.values[2].unwrap_or(f64::INFINITY);
        sort_by(&mut scores, |a, b| {
            key(a)
                .total_cmp(&key(b))
                .then_with(|| a.class.cmp(&b.class))
        });
        Self::Scores(Scores {
            classes: report.classes.clone(),
            scores,
        })
    }

    /// Rows of each class of a target.
    pub fn class_counts(target: &TargetSummary) -> Self {
        Self::Counts(counts_of("rows", &target.classes, target.missing))
    }

    /// Rows predicted as each class.
    pub fn prediction_totals(predictions: &PredictionSummary) -> Self {
        Self::Counts(counts_of("rows predicted", &predictions.totals, 0))
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Confusion(confusion) => confusion.classes.is_empty(),
            Self::Curves(curves) => curves.series.is_empty(),
            Self::Importance(columns) => columns.is_empty(),
            Self::Scores(scores) => scores.scores.is_empty(),
            Self::Counts(counts) => counts.counts.is_empty(),
            Self::Timeline(timeline) => timeline.is_empty(),
            Self::Budget(curve) => curve.marks.is_empty(),
            Self::Pairs(pairs) => pairs.columns.is_empty(),
            Self::Spreads(spreads) => spreads.spreads.iter().all(Option::is_none),
        }
    }
}

fn counts_of(unit: &'static str, counts: &[ClassCount], missing: u64) -> Counts {
    let classes = counts.iter().map(|count| count.class.clone()).collect();
    let mut counts: Vec<(String, u64)> = counts
        .iter()
        .map(|count| (count.class.clone(), count.rows))
        .collect();
    sort_by(&mut counts, |a, b| {
        b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0))
    });
    Counts {
        unit,
        classes,
        counts,
        missing,
    }
}

fn series_of(curves: &[Curve], report: &Report) -> Vec<Series> {
    let rows: u64 = report
        .per_class
        .iter()
        .fold(0, |sum, score| sum.saturating_add(score.support));
    let mut series: Vec<Series> = curves
        .iter()
        .map(|curve| {
            let mut points: Vec<((f64, f64), f64)> = curve
                .points
                .iter()
                .enumerate()
                .filter(|(_, (x, y))| x.is_finite() && y.is_finite())
                .map(|(i, &(x, y))| {
                    let threshold = curve.thresholds.get(i).copied().unwrap_or(f64::NAN);
                    ((x.clamp(0.0, 1.0), y.clamp(0.0, 1.0)), threshold)
                })
                .collect();
            if let (Some(first), Some(last)) = (points.first(), points.last())
                && first.0.0 > last.0.0
            {
                points.reverse();
            }
            // Stable: points above one another keep their order.
            sort_by(&mut points, |a, b| a.0.0.total_cmp(&b.0.0));
            let base = report
                .per_class
                .iter()
                .find(|score| score.class == curve.class && rows > 0)
                .map(|score| score.support as f64 / rows as f64);
            Series {
                class: curve.class.clone(),
                points: points.iter().map(|point| point.0).collect(),
                thresholds: points.iter().map(|point| point.1).collect(),
                area: curve.area,
                base,
            }
        })
        .filter(|series| !series.points.is_empty())
        .collect();
    sort_by(&mut series, |a, b| {
        a.area
            .total_cmp(&b.area)
            .then_with(|| a.class.cmp(&b.class))
    });
    series
}

/// Mean y over the series at each of the equally spaced x.
fn average(series: &[Series]) -> Vec<(f64, f64)> {
    let mut mean = vec![(0.0, 0.0)];
    mean.extend((0..=AVERAGE_STEPS).map(|step| {
        let x = step as f64 / AVERAGE_STEPS as f64;
        let sum: f64 = series.iter().map(|one| height_at(&one.points, x)).sum();
        (x, sum / series.len() as f64)
    }));
    mean
}

/// The curve's y at x: linear between points, the upper end where it rises straight up.
fn height_at(points: &[(f64, f64)], x: f64) -> f64 {
    let after = points.partition_point(|point| point.0 <= x);
    let before = after.checked_sub(1).and_then(|i| points.get(i));
    match (before, points.get(after)) {
        (Some(&(x0, y0)), Some(&(x1, y1))) if x1 > x0 => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
        (Some(&(_, y)), _) => y,
        (None, Some(&(x1, y1))) if x1 > 0.0 => y1 * x / x1,
        (None, _) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_read_between_its_points() {
        let points = [(0.0, 0.0), (0.0, 0.5), (0.5, 0.7), (1.0, 1.0)];
        assert_eq!(height_at(&points, 0.0), 0.5);
        assert!((height_at(&points, 0.25) - 0.6).abs() < 1e-12);
        assert_eq!(height_at(&points, 1.0), 1.0);
        assert_eq!(height_at(&[(0.5, 1.0)], 0.25), 0.5);
        assert_eq!(height_at(&[], 0.25), 0.0);
    }

    #[test]
    fn the_average_of_chance_and_perfection_lies_between() {
        let series = |points: Vec<(f64, f64)>| Series {
            class: String::new(),
            thresholds: vec![0.5; points.len()],
            points,
            area: 0.5,
            base: None,
        };
        let both = [
            series(vec![(0.0, 0.0), (1.0, 1.0)]),
            series(vec![(0.0, 1.0), (1.0, 1.0)]),
        ];
        for (x, y) in average(&both).into_iter().skip(1) {
            assert!((y - (0.5 + x / 2.0)).abs() < 1e-12, "{x} {y}");
        }
    }
}
