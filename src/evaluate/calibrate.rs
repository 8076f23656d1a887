//! Whether "0.7" means seven times out of ten, and making it so on rows that neither train nor test.

use super::EvaluateError;
use super::sum::{Sum, sum};
use crate::data::sort_by;

/// One bin of a reliability diagram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityBin {
    /// Mean probability of its rows.
    pub mean: f64,
    /// Share of them that came true.
    pub share: f64,
    /// Its rows, at least 1.
    pub rows: u64,
}

/// How well probabilities are calibrated.
#[derive(Clone, Debug, PartialEq)]
pub struct Reliability {
    /// Bins of equal width over 0 to 1 that have rows, as scikit-learn's `calibration_curve` (`strategy="uniform"`).
    pub bins: Vec<ReliabilityBin>,
    /// Mean squared error of the probabilities (Brier 1950, one class), 0 to 1.
    pub brier: f64,
    /// What miscalibration costs of it, by bins (Murphy 1973).
    pub reliability: f64,
    /// What telling rows apart saves.
    pub resolution: f64,
    /// What the share that comes true costs whoever knows only that.
    pub uncertainty: f64,
    /// What binning leaves unexplained (Stephenson, Coelho & Jolliffe 2008): `brier = reliability - resolution +
    /// uncertainty + within`.
    pub within: f64,
    /// Expected calibration error: mean distance of a bin's probability from its share (Naeini et al. 2015).
    pub calibration_error: f64,
}

/// Reliability in so many bins (at least 1). `came` says which rows came true.
///
/// # Errors
/// [`EvaluateError::Lengths`], [`EvaluateError::NoRows`], [`EvaluateError::Score`] of a probability beyond 0 to 1.
pub fn reliability(
    came: &[bool],
    probabilities: &[f64],
    bins: usize,
) -> Result<Reliability, EvaluateError> {
    check(came, probabilities)?;
    let bins = bins.max(1);
    let step = 1.0 / bins as f64;
    let mut of: Vec<(Sum, u64, u64)> = vec![(Sum::default(), 0, 0); bins];
    for (&came, &p) in came.iter().zip(probabilities) {
        // The edges as numpy's linspace makes them; a probability on an edge is in the bin below.
        let mut at = ((p * bins as f64) as usize).min(bins - 1);
        while at > 0 && at as f64 * step >= p {
            at -= 1;
        }
        while at + 1 < bins && (at + 1) as f64 * step < p {
            at += 1;
        }
        let bin = &mut of[at];
        bin.0.add(p);
        bin.1 += u64::from(came);
        bin.2 += 1;
    }
    let bins: Vec<ReliabilityBin> = of
        .iter()
        .filter(|b| b.2 > 0)
        .map(|&(total, hits, rows)| ReliabilityBin {
            mean: total.value() / rows as f64,
            share: hits as f64 / rows as f64,
            rows,
        })
        .collect();
    let n = came.len() as f64;
    let base = came.iter().filter(|c| **c).count() as f64 / n;
    let mean = |cost: &dyn Fn(&ReliabilityBin) -> f64| {
        sum(bins.iter().map(|b| b.rows as f64 * cost(b))) / n
    };
    let error = |(&came, &p): (&bool, &f64)| {
        let miss = p - f64::from(u8::from(came));
        miss * miss
    };
    let brier = sum(came.iter().zip(probabilities).map(error)) / n;
    let reliability = mean(&|b| (b.mean - b.share) * (b.mean - b.share));
    let resolution = mean(&|b| (b.share - base) * (b.share - base));
    let uncertainty = base * (1.0 - base);
    Ok(Reliability {
        brier,
        reliability,
        resolution,
        uncertainty,
        within: brier - (reliability - resolution + uncertainty),
        calibration_error: mean(&|b| (b.mean - b.share).abs()),
        bins,
    })
}

/// A map from scores to probabilities.
#[derive(Clone, Debug, PartialEq)]
pub enum Calibration {
    /// A rising step-and-ramp function through these points (score, probability), flat beyond the ends.
    Isotonic(Vec<(f64, f64)>),
    /// `1 / (1 + exp(slope * score + intercept))`.
    Platt {
        /// Negative where a higher score means more likely.
        slope: f64,
        /// See there.
        intercept: f64,
    },
}

impl Calibration {
    /// Isotonic regression by pooling adjacent violators (Ayer et al. 1955), as scikit-learn's `IsotonicRegression`:
    /// equal scores are one point, between points the line.
    ///
    /// # Errors
    /// [`EvaluateError::Lengths`], [`EvaluateError::NoRows`], [`EvaluateError::Score`] beyond 0 to 1.
    pub fn isotonic(came: &[bool], scores: &[f64]) -> Result<Self, EvaluateError> {
        check(came, scores)?;
        let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(came.iter().copied()).collect();
        sort_by(&mut rows, |a, b| a.0.total_cmp(&b.0));
        // Score, hits, rows; then pooled blocks with how many points they hold.
        let mut points: Vec<(f64, u64, u64)> = Vec::new();
        for (score, came) in rows {
            match points.last_mut() {
                Some(p) if p.0 == score => (p.1, p.2) = (p.1 + u64::from(came), p.2 + 1),
                _ => points.push((score, u64::from(came), 1)),
            }
        }
        let mut blocks: Vec<(u64, u64, usize)> = Vec::new();
        for &(_, hits, rows) in &points {
            let mut new = (hits, rows, 1);
            // Exact: shares are compared by cross-multiplication.
            while let Some(&(h, r, n)) = blocks.last() {
                if u128::from(h) * u128::from(new.1) < u128::from(new.0) * u128::from(r) {
                    break;
                }
                new = (h + new.0, r + new.1, n + new.2);
                blocks.pop();
            }
            blocks.push(new);
        }
        let fitted = blocks
            .iter()
            .flat_map(|&(hits, rows, n)| std::iter::repeat_n(hits as f64 / rows as f64, n));
        let all: Vec<(f64, f64)> = points.iter().map(|p| p.0).zip(fitted).collect();
        // Points within a flat stretch say nothing.
        let keep = |at: usize| {
            let y = all[at].1;
            at == 0 || at + 1 == all.len() || all[at - 1].1 != y || all[at + 1].1 != y
        };
        Ok(Self::Isotonic(
            (0..all.len())
                .filter(|&at| keep(at))
                .map(|at| all[at])
                .collect(),
        ))
    }

    /// Logistic regression on the score with Platt's targets (Platt 1999), by Newton's method with the step halved where
    /// it would not improve (Lin, Lin & Weng 2007).
    ///
    /// # Errors
    /// As [`Self::isotonic`].
    pub fn platt(came: &[bool], scores: &[f64]) -> Result<Self, EvaluateError> {
        check(came, scores)?;
        let positives = came.iter().filter(|c| **c).count() as f64;
        let negatives = came.len() as f64 - positives;
        let (high, low) = (
            (positives + 1.0) / (positives + 2.0),
            1.0 / (negatives + 2.0),
        );
        let target = |came: bool| if came { high } else { low };
        let loss = |a: f64, b: f64| {
            sum(came.iter().zip(scores).map(|(&came, &s)| {
                let f = a * s + b;
                let rest = if f >= 0.0 {
                    libm::log1p(libm::exp(-f))
                } else {
                    libm::log1p(libm::exp(f)) - f
                };
                target(came) * f + rest
            }))
        };
        let (mut a, mut b) = (0.0, libm::log((negatives + 1.0) / (positives + 1.0)));
        let mut at = loss(a, b);
        for _ in 0..100 {
            let (mut g, mut h) = ([0.0; 2], [1e-12, 0.0, 1e-12]);
            for (&came, &s) in came.iter().zip(scores) {
                let p = 1.0 / (1.0 + libm::exp(a * s + b));
                let (d, w) = (target(came) - p, p * (1.0 - p));
                (g[0], g[1]) = (g[0] + d * s, g[1] + d);
                (h[0], h[1], h[2]) = (h[0] + w * s * s, h[1] + w * s, h[2] + w);
            }
            if g[0].abs() < 1e-9 && g[1].abs() < 1e-9 {
                break;
            }
            let det = h[0] * h[2] - h[1] * h[1];
            let (da, db) = (
                -(h[2] * g[0] - h[1] * g[1]) / det,
                -(h[0] * g[1] - h[1] * g[0]) / det,
            );
            let mut step = 1.0;
            let better = std::iter::repeat_with(|| {
                let tried = (a + step * da, b + step * db);
                step /= 2.0;
                (tried, loss(tried.0, tried.1))
            })
            .take(40)
            .find(|(_, l)| *l < at);
            let Some(((next_a, next_b), next)) = better else {
                break;
            };
            (a, b, at) = (next_a, next_b, next);
        }
        Ok(Self::Platt {
            slope: a,
            intercept: b,
        })
    }

    /// A score's probability; `NaN` stays.
    pub fn apply(&self, score: f64) -> f64 {
        match self {
            Self::Platt { slope, intercept } => 1.0 / (1.0 + libm::exp(slope * score + intercept)),
            Self::Isotonic(_) if score.is_nan() => score,
            Self::Isotonic(points) => {
                let at = points.partition_point(|p| p.0 < score);
                match (
                    at.checked_sub(1).and_then(|i| points.get(i)),
                    points.get(at),
                ) {
                    (Some(a), Some(b)) => a.1 + (b.1 - a.1) * ((score - a.0) / (b.0 - a.0)),
                    (Some(end), None) | (None, Some(end)) => end.1,
                    (None, None) => f64::NAN,
                }
            }
        }
    }
}

fn check(came: &[bool], probabilities: &[f64]) -> Result<(), EvaluateError> {
    super::confusion::check_length("the probabilities", came.len(), probabilities.len())?;
    if came.is_empty() {
        return Err(EvaluateError::NoRows);
    }
    match probabilities.iter().position(|p| !(0.0..=1.0).contains(p)) {
        Some(row) => Err(EvaluateError::Score {
            row,
            score: probabilities[row],
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reliability_by_hand() {
        // Two bins: .1 and .3 (one of two came), .7 and .9 (both came).
        let r = reliability(&[false, true, true, true], &[0.1, 0.3, 0.7, 0.9], 2).unwrap();
        let bins: Vec<_> = r.bins.iter().map(|b| (b.mean, b.share, b.rows)).collect();
        assert_eq!(bins, [(0.2, 0.5, 2), (0.8, 1.0, 2)]);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-15, "{a} {b}");
        // (.01 + .49 + .09 + .01) / 4; (.09 + .04) / 2; (.0625 + .0625) / 2; .75 * .25; (.3 + .2) / 2.
        near(r.brier, 0.15);
        near(r.reliability, 0.065);
        near(r.resolution, 0.0625);
        near(r.uncertainty, 0.1875);
        near(r.within, 0.15 - 0.065 + 0.0625 - 0.1875);
        near(r.calibration_error, 0.25);
    }

    #[test]
    fn pooled_by_hand() {
        // .2: 0, .4: 1, .6: 0, .8: 1: the middle two are pooled to one half.
        let c = Calibration::isotonic(&[false, true, false, true], &[0.2, 0.4, 0.6, 0.8]).unwrap();
        assert_eq!(
            c,
            Calibration::Isotonic(vec![(0.2, 0.0), (0.4, 0.5), (0.6, 0.5), (0.8, 1.0)])
        );
        let got: Vec<f64> = [0.0, 0.3, 0.5, 0.7, 1.0].map(|s| c.apply(s)).to_vec();
        assert!(
            got.iter()
                .zip([0.0, 0.25, 0.5, 0.75, 1.0])
                .all(|(a, b)| (a - b).abs() < 1e-15),
            "{got:?}"
        );
        assert!(c.apply(f64::NAN).is_nan());
    }

    #[test]
    fn what_cannot_be_calibrated_is_said() {
        assert_eq!(reliability(&[], &[], 10), Err(EvaluateError::NoRows));
        assert!(matches!(
            Calibration::platt(&[true], &[1.5]),
            Err(EvaluateError::Score { .. })
        ));
        assert!(matches!(
            Calibration::isotonic(&[true], &[]),
            Err(EvaluateError::Lengths { .. })
        ));
        // One class only: no panic, and a probability.
        let c = Calibration::platt(&[true, true], &[0.5, 0.6]).unwrap();
        assert!((0.0..=1.0).contains(&c.apply(0.55)));
    }
}
