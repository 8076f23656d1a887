//! What a threshold costs and what it gives: the curve that the budget is chosen on.

use ndarray::ArrayView2;

use super::alert::{AlertPolicy, peaked_pages, peaks};
use super::incident::{IncidentScore, Watched, judge_point};
use crate::data::sort_numbers;

/// Probabilities looked at for thresholds, at most.
const MOST_SEEN: usize = 200_000;
/// Ranks of thresholds grow by this factor.
const GROWTH: f64 = 1.35;

/// A threshold with what it costs and gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BudgetPoint {
    /// Pages from this probability on.
    pub threshold: f64,
    /// False pages per cluster and day.
    pub false_per_cluster_day: f64,
    /// Share of incidents caught ahead; `NaN` without incidents.
    pub recall_ahead: f64,
    /// Median lead of those, in minutes; `NaN` where there is none.
    pub lead_minutes: f64,
}

impl BudgetPoint {
    /// Of a threshold and what it is worth.
    pub fn new(threshold: f64, score: &IncidentScore) -> Self {
        Self {
            threshold,
            false_per_cluster_day: score.false_per_cluster_day,
            recall_ahead: match score.incidents {
                0 => f64::NAN,
                n => f64::from(score.ahead) / f64::from(n),
            },
            lead_minutes: score.lead_minutes.map_or(f64::NAN, |lead| lead.0),
        }
    }
}

/// Up to about 45 thresholds that are worth trying, the highest first: the scores themselves at ranks that grow by a third
/// each, the highest taken one by one: there, each counts.
pub fn thresholds(scores: ArrayView2<'_, f64>) -> Vec<f64> {
    let stride = scores.len().div_ceil(MOST_SEEN).max(1);
    let mut seen: Vec<f64> = scores
        .iter()
        .copied()
        .filter(|p| p.is_finite() && *p > 0.0)
        .step_by(stride)
        .collect();
    sort_numbers(&mut seen);
    seen.reverse();
    let mut thresholds: Vec<f64> = Vec::new();
    let mut rank = 0_usize;
    while let Some(&p) = seen.get(rank) {
        if thresholds.last() != Some(&p) {
            thresholds.push(p);
        }
        rank = ((rank as f64 * GROWTH) as usize).max(rank + 1);
    }
    thresholds
}

/// A point for each of the [`thresholds`], one for all kinds.
pub fn budget_curve(
    watched: &Watched<'_>,
    kinds: &[u32],
    probabilities: ArrayView2<'_, f64>,
    policy: &AlertPolicy,
) -> Vec<BudgetPoint> {
    let scored = threshold_scores(watched, kinds, probabilities, policy);
    scored
        .iter()
        .map(|(threshold, score)| BudgetPoint::new(*threshold, score))
        .collect()
}

/// What each of those is worth.
pub(super) fn threshold_scores(
    watched: &Watched<'_>,
    kinds: &[u32],
    probabilities: ArrayView2<'_, f64>,
    policy: &AlertPolicy,
) -> Vec<(f64, IncidentScore)> {
    let probability = |row: u32, k: usize| {
        let p = probabilities.get((row as usize, k));
        p.copied().unwrap_or(f64::NAN)
    };
    let peaks: Vec<Vec<f64>> = (0..kinds.len())
        .map(|k| peaks(watched.tracks, &|row| probability(row, k)))
        .collect();
    let scored = |threshold| {
        let policy = AlertPolicy {
            threshold,
            ..*policy
        };
        let mut pages = Vec::new();
        for (k, &kind) in kinds.iter().enumerate() {
            let of = |row: u32| probability(row, k);
            pages.extend(peaked_pages(watched.tracks, kind, &of, &peaks[k], &policy));
        }
        (threshold, judge_point(watched, &pages))
    };
    thresholds(probabilities).into_iter().map(scored).collect()
}

/// The threshold that catches most ahead within a budget of false pages per cluster-day; of equals the cheaper, then the
/// lowest: what costs nothing here is kept as a margin. Without incidents, where nothing tells what is caught: the lowest
/// above the first that costs more. None where every one costs more.
pub fn within_budget(curve: &[BudgetPoint], budget: f64) -> Option<f64> {
    if curve.iter().all(|p| p.recall_ahead.is_nan()) {
        let within = curve
            .iter()
            .take_while(|p| p.false_per_cluster_day <= budget);
        return within.last().map(|p| p.threshold);
    }
    let within = curve.iter().filter(|p| p.false_per_cluster_day <= budget);
    let mut best: Option<&BudgetPoint> = None;
    for p in within {
        let worth = |p: &BudgetPoint| [p.recall_ahead, -p.false_per_cluster_day, -p.threshold];
        if best.is_none_or(|b| worth(p) > worth(b)) {
            best = Some(p);
        }
    }
    best.map(|p| p.threshold)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Column, Frame};
    use crate::evaluate::{Drawn, Tracks};
    use crate::prepare::{Episode, MINUTE_MICROS, Series};

    #[test]
    fn the_budget_buys_what_it_can() {
        let m = MINUTE_MICROS;
        let at: Vec<i64> = (0..1441).map(|t| t * m).collect();
        let series = Series::new(
            &Frame::new("t", vec![Column::time("at", at)]).unwrap(),
            "at",
            &[],
        )
        .unwrap();
        let tracks = Tracks::new(&series, &(0..1441).collect::<Vec<_>>());
        let incident = |start: i64| Episode {
            entity: 0,
            kind: 1,
            start: start * m,
            end: (start + 5) * m,
            rows: 6,
            censored_start: false,
            censored_end: false,
        };
        let incidents = [incident(300), incident(900)];
        let watched = Watched {
            tracks: &tracks,
            incidents: &incidents,
            unfair: &[],
            horizon_micros: 30 * m,
            span: (0, 1440 * m),
            clusters: 1,
            drawn: Drawn::Time,
        };
        // .9 warns of the first, .8 is a false page, .7 warns of the second, .6 is another false page.
        let mut p = ndarray::Array2::zeros((1441, 1));
        for (row, x) in [(290, 0.9), (600, 0.8), (880, 0.7), (1200, 0.6)] {
            p[(row, 0)] = x;
        }
        let policy = AlertPolicy {
            threshold: 0.0,
            needed: 1,
            steps: 1,
            release: 1.0,
            cooldown_micros: 30 * m,
            stale_micros: 5 * m,
        };
        let curve = budget_curve(&watched, &[1], p.view(), &policy);
        let told: Vec<_> = curve
            .iter()
            .map(|c| {
                (
                    c.threshold,
                    c.false_per_cluster_day,
                    c.recall_ahead,
                    c.lead_minutes,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (0.9, 0.0, 0.5, 10.0),
                (0.8, 1.0, 0.5, 10.0),
                (0.7, 1.0, 1.0, 15.0),
                (0.6, 2.0, 1.0, 15.0)
            ]
        );
        assert_eq!(within_budget(&curve, 0.5), Some(0.9));
        assert_eq!(within_budget(&curve, 1.0), Some(0.7));
        assert_eq!(within_budget(&curve, 5.0), Some(0.7));
        assert_eq!(within_budget(&curve[1..], 0.5), None);
        let blind: Vec<_> = curve
            .iter()
            .map(|p| BudgetPoint {
                recall_ahead: f64::NAN,
                ..*p
            })
            .collect();
        assert_eq!(
            (within_budget(&blind, 1.5), within_budget(&blind[1..], 0.5)),
            (Some(0.7), None)
        );
    }
}
