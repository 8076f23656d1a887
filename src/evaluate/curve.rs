use super::EvaluateError;
use super::confusion::{check_length, check_weights};
use super::sum::{Sum, sum};
use crate::data::sort_by;

/// Rows ranked by the score of one class, from the highest down: what ROC and precision-recall curves are read from.
///
/// Follows `_binary_clf_curve` of scikit-learn 1.9: rows of equal score are one point, rows of weight 0 are not there.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedScores {
    /// Distinct scores, falling.
    thresholds: Vec<f64>,
    /// Weight of positives with a score of at least the threshold.
    true_positives: Vec<f64>,
    /// Weight of negatives with a score of at least the threshold.
    false_positives: Vec<f64>,
}

/// A ROC curve, as `roc_curve`'s.
#[derive(Clone, Debug, PartialEq)]
pub struct RocCurve {
    /// False positive rates, rising from 0 to 1.
    pub fpr: Vec<f64>,
    /// True positive rates, rising from 0 to 1.
    pub tpr: Vec<f64>,
    /// A row is called positive when its score is at least this; falling, the first is infinite.
    pub thresholds: Vec<f64>,
    /// Area under the curve by trapezoids (`roc_auc_score`).
    pub area: f64,
}

/// A precision-recall curve, as `precision_recall_curve`'s.
#[derive(Clone, Debug, PartialEq)]
pub struct PrecisionRecallCurve {
    /// Precisions; the last is 1 by convention.
    pub precision: Vec<f64>,
    /// Recalls, falling from 1 to 0.
    pub recall: Vec<f64>,
    /// A row is called positive when its score is at least this; rising, one fewer than the points.
    pub thresholds: Vec<f64>,
    /// Sum of precisions weighted by the steps of recall (`average_precision_score`), not interpolated.
    pub average_precision: f64,
}

impl RankedScores {
    /// Ranks rows by `scores`; `positive` says which are of the class.
    ///
    /// # Errors
    /// [`EvaluateError::Lengths`], [`EvaluateError::Weight`]; [`EvaluateError::Score`] where one is not finite;
    /// [`EvaluateError::NoRows`].
    pub fn new(
        positive: &[bool],
        scores: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<Self, EvaluateError> {
        check_length("the scores", positive.len(), scores.len())?;
        check_weights(positive.len(), weights)?;
        if let Some(row) = scores.iter().position(|s| !s.is_finite()) {
            return Err(EvaluateError::Score {
                row,
                score: scores[row],
            });
        }
        let mut rows: Vec<(f64, bool, f64)> = (0..positive.len())
            .map(|row| {
                (
                    // Adding 0 makes -0 and 0 one score.
                    scores[row] + 0.0,
                    positive[row],
                    weights.map_or(1.0, |weights| weights[row]),
                )
            })
            .filter(|&(_, _, weight)| weight > 0.0)
            .collect();
        if rows.is_empty() {
            return Err(EvaluateError::NoRows);
        }
        // Stable: rows of equal score are added up in their own order.
        sort_by(&mut rows, |a, b| b.0.total_cmp(&a.0));

        let mut ranked = Self {
            thresholds: Vec::new(),
            true_positives: Vec::new(),
            false_positives: Vec::new(),
        };
        let (mut true_positive, mut false_positive) = (Sum::default(), Sum::default());
        for (i, &(score, positive, weight)) in rows.iter().enumerate() {
            if positive {
                true_positive.add(weight);
            } else {
                false_positive.add(weight);
            }
            if rows.get(i + 1).is_none_or(|next| next.0 != score) {
                ranked.thresholds.push(score);
                ranked.true_positives.push(true_positive.value());
                ranked.false_positives.push(false_positive.value());
            }
        }
        Ok(ranked)
    }

    /// The ROC curve (`roc_curve`). `drop_intermediate` leaves out the points on a straight line between others, as
    /// scikit-learn does by default; it never changes the area.
    ///
    /// # Errors
    /// [`EvaluateError::NoPositives`] and [`EvaluateError::NoNegatives`], where a rate is 0 / 0.
    pub fn roc(&self, drop_intermediate: bool) -> Result<RocCurve, EvaluateError> {
        let positives = total(&self.true_positives).ok_or(EvaluateError::NoPositives)?;
        let negatives = total(&self.false_positives).ok_or(EvaluateError::NoNegatives)?;
        let (tps, fps) = (&self.true_positives, &self.false_positives);
        let last = tps.len() - 1;
        let bends = |v: &[f64], i: usize| (v[i + 1] - v[i]) - (v[i] - v[i - 1]) != 0.0;
        let kept: Vec<usize> = (0..=last)
            .filter(|&i| {
                !drop_intermediate || i == 0 || i == last || bends(fps, i) || bends(tps, i)
            })
            .collect();

        let from_origin = |first: f64, rest: &dyn Fn(usize) -> f64| {
            std::iter::once(first)
                .chain(kept.iter().map(|&i| rest(i)))
                .collect::<Vec<f64>>()
        };
        let fpr = from_origin(0.0, &|i| fps[i] / negatives);
        let tpr = from_origin(0.0, &|i| tps[i] / positives);
        let thresholds = from_origin(f64::INFINITY, &|i| self.thresholds[i]);
        let area = sum((1..fpr.len()).map(|i| (fpr[i] - fpr[i - 1]) * (tpr[i] + tpr[i - 1]) / 2.0));
        Ok(RocCurve {
            fpr,
            tpr,
            thresholds,
            area,
        })
    }

    /// The precision-recall curve (`precision_recall_curve`) and its average precision.
    ///
    /// # Errors
    /// [`EvaluateError::NoPositives`], where recall is 0 / 0.
    pub fn precision_recall(&self) -> Result<PrecisionRecallCurve, EvaluateError> {
        let positives = total(&self.true_positives).ok_or(EvaluateError::NoPositives)?;
        let mut precision = Vec::with_capacity(self.thresholds.len() + 1);
        let mut recall = Vec::with_capacity(self.thresholds.len() + 1);
        for (tp, fp) in self.true_positives.iter().zip(&self.false_positives).rev() {
            // Every row here has a weight above 0, so something is called positive at each threshold.
            precision.push(tp / (tp + fp));
            recall.push(tp / positives);
        }
        precision.push(1.0);
        recall.push(0.0);
        let steps = (1..recall.len()).map(|i| (recall[i - 1] - recall[i]) * precision[i - 1]);
        let average_precision = sum(steps).max(0.0);
        Ok(PrecisionRecallCurve {
            precision,
            recall,
            thresholds: self.thresholds.iter().rev().copied().collect(),
            average_precision,
        })
    }

    /// The lowest score at which no row is called positive: 1 for probabilities below 1, so that a curve's first point
    /// has a finite threshold that is true.
    pub fn unreached(&self) -> f64 {
        match self.thresholds.first() {
            Some(&top) if top >= 1.0 => top.next_up().min(f64::MAX),
            _ => 1.0,
        }
    }
}

/// The last of running sums, `None` where there is nothing.
fn total(running: &[f64]) -> Option<f64> {
    running.last().copied().filter(|&total| total > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_is_the_share_of_pairs_in_the_right_order() {
        let scores = [0.1, 0.4, 0.35, 0.8, 0.4, 0.4, 0.9, 0.0];
        let positive = [false, false, true, true, true, false, true, false];
        let weights = [1.0, 2.0, 0.5, 3.0, 1.5, 0.0, 1.0, 0.25];
        let (mut right, mut all) = (0.0, 0.0);
        for i in (0..8).filter(|&i| positive[i]) {
            for j in (0..8).filter(|&j| !positive[j]) {
                let pair = weights[i] * weights[j];
                all += pair;
                if scores[i] > scores[j] {
                    right += pair;
                } else if scores[i] == scores[j] {
                    right += pair / 2.0;
                }
            }
        }
        let ranked = RankedScores::new(&positive, &scores, Some(&weights)).unwrap();
        for drop in [false, true] {
            let roc = ranked.roc(drop).unwrap();
            assert!((roc.area - right / all).abs() < 1e-15);
            assert_eq!(roc.thresholds[0], f64::INFINITY);
        }
    }

    #[test]
    fn points_on_a_line_are_dropped_on_demand_alone() {
        let ranked =
            RankedScores::new(&[true, true, true, false], &[0.9, 0.8, 0.7, 0.1], None).unwrap();
        let all = ranked.roc(false).unwrap();
        let some = ranked.roc(true).unwrap();
        assert_eq!(all.tpr, [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0, 1.0]);
        assert_eq!(some.tpr, [0.0, 1.0 / 3.0, 1.0, 1.0]);
        assert_eq!(some.thresholds[1..], [0.9, 0.7, 0.1]);
        assert_eq!(all.area, some.area);
    }

    #[test]
    fn one_kind_of_rows_has_no_curve() {
        let only = RankedScores::new(&[true, true], &[0.2, 0.7], None).unwrap();
        assert_eq!(only.roc(true), Err(EvaluateError::NoNegatives));
        assert_eq!(only.precision_recall().unwrap().average_precision, 1.0);
        let none = RankedScores::new(&[false], &[0.2], None).unwrap();
        assert_eq!(none.roc(true), Err(EvaluateError::NoPositives));
        assert_eq!(none.precision_recall(), Err(EvaluateError::NoPositives));
        assert_eq!(
            RankedScores::new(&[], &[], None),
            Err(EvaluateError::NoRows)
        );
        assert!(matches!(
            RankedScores::new(&[true], &[f64::NAN], None),
            Err(EvaluateError::Score { row: 0, .. })
        ));
    }

    #[test]
    fn zeros_of_either_sign_are_one_score() {
        let ranked = RankedScores::new(&[true, false], &[-0.0, 0.0], None).unwrap();
        assert_eq!(ranked.roc(false).unwrap().area, 0.5);
    }

    #[test]
    fn the_first_threshold_calls_nothing_positive() {
        let at = |score| {
            RankedScores::new(&[true], &[score], None)
                .unwrap()
                .unreached()
        };
        assert_eq!(at(0.3), 1.0);
        assert!(at(1.0) > 1.0 && at(1.0) < 1.0 + 1e-15);
    }
}
