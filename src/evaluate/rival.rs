//! What a model must beat: rules that need no learning, scored like a model so that the same alert policy judges them.

use super::RankedScores;
use crate::data::sort_numbers;

/// Quiet values that a rule remembers, and rows it is chosen on, at most.
const MOST_ROWS: usize = 8_000;

/// A static threshold on one metric: how extreme a value is among quiet training rows is its score, so that every
/// threshold on the score is one on the metric.
#[derive(Clone, Debug, PartialEq)]
pub struct StaticRule {
    /// Which of the columns it was chosen from.
    pub column: usize,
    /// Whether large values are bad; else small ones.
    pub upwards: bool,
    /// Area under the ROC curve in training, 0.5 to 1.
    pub area: f64,
    quiet: Vec<f64>,
}

impl StaticRule {
    /// The column (and direction) that best ranks rows before an issue above quiet ones, in training rows: `columns` hold a
    /// value for each, `answers` whether an issue comes. None where no column has both.
    pub fn fit(columns: &[Vec<f64>], answers: &[bool]) -> Option<Self> {
        let quiet_rows = answers.iter().filter(|a| !**a).count();
        let stride = quiet_rows.div_ceil(MOST_ROWS).max(1);
        let mut seen = 0_usize;
        let chosen: Vec<usize> = (0..answers.len())
            .filter(|&row| {
                seen += usize::from(!answers[row]);
                answers[row] || seen.is_multiple_of(stride)
            })
            .collect();
        let mut best: Option<Self> = None;
        for (column, values) in columns.iter().enumerate() {
            let known = chosen.iter().filter(|&&row| values[row].is_finite());
            let (scores, positive): (Vec<f64>, Vec<bool>) =
                known.map(|&row| (values[row], answers[row])).unzip();
            let Some(area) = RankedScores::new(&positive, &scores, None)
                .ok()
                .and_then(|r| r.roc(true).ok())
                .map(|r| r.area)
            else {
                continue;
            };
            let strength = area.max(1.0 - area);
            if best.as_ref().is_none_or(|b| strength > b.area) {
                let mut quiet: Vec<f64> = scores
                    .iter()
                    .zip(&positive)
                    .filter(|(_, p)| !**p)
                    .map(|(&s, _)| s)
                    .collect();
                sort_numbers(&mut quiet);
                best = Some(Self {
                    column,
                    upwards: area >= 0.5,
                    area: strength,
                    quiet,
                });
            }
        }
        best
    }

    /// Share of quiet values that are less extreme, 0 to 1; beyond all of them more than that, by how far: below 2. `NaN`
    /// stays.
    pub fn score(&self, value: f64) -> f64 {
        let (Some(&low), Some(&high)) = (self.quiet.first(), self.quiet.last()) else {
            return f64::NAN;
        };
        if value.is_nan() {
            return value;
        }
        let n = self.quiet.len() as f64;
        let spread = (high - low).max(f64::MIN_POSITIVE);
        let (below, beyond) = match self.upwards {
            true => (
                self.quiet.partition_point(|q| *q < value) as f64,
                value - high,
            ),
            false => (
                n - self.quiet.partition_point(|q| *q <= value) as f64,
                low - value,
            ),
        };
        let beyond = (beyond / spread).max(0.0);
        // Halved: the scores of all rules lie within 0 and 1.
        (below / n + beyond / (1.0 + beyond)) / 2.0
    }

    /// The score of the value that a straight line reaches after so many minutes, where that is worse than now.
    pub fn extrapolated(&self, value: f64, slope_per_minute: f64, minutes: f64) -> f64 {
        let ahead = value + slope_per_minute * minutes;
        let now = self.score(value);
        if ahead.is_finite() {
            now.max(self.score(ahead))
        } else {
            now
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metric_that_tells_is_found_and_ranks_beyond_what_was_seen() {
        // x is useless, y falls before an issue.
        let answers: Vec<bool> = (0..40).map(|i| i % 4 == 0).collect();
        let x: Vec<f64> = (0..40).map(|i| f64::from(i * 7 % 11)).collect();
        let y: Vec<f64> = (0..40)
            .map(|i| {
                if i % 4 == 0 {
                    1.0
                } else {
                    10.0 + f64::from(i % 3)
                }
            })
            .collect();
        let rule = StaticRule::fit(&[x, vec![f64::NAN; 40], y], &answers).unwrap();
        assert_eq!((rule.column, rule.upwards, rule.area), (2, false, 1.0));
        // Quiet values are 10, 11, 12, ten each: 11 is below a third of them; 9 half a spread below all.
        assert!((rule.score(11.0) - 1.0 / 6.0).abs() < 1e-15);
        assert!((rule.score(9.0) - (1.0 + 0.5 / 1.5) / 2.0).abs() < 1e-15);
        assert!(rule.score(5.0) > rule.score(9.0) && rule.score(f64::NAN).is_nan());
        assert_eq!(rule.extrapolated(11.0, -0.2, 10.0), rule.score(9.0));
        assert_eq!(rule.extrapolated(11.0, 0.2, 10.0), rule.score(11.0));
        assert!(StaticRule::fit(&[vec![1.0; 3]], &[true; 3]).is_none());
    }
}
