use ndarray::ArrayView2;

use super::ForecastSpec;
use super::parts::{Parts, Side};
use crate::evaluate::{
    AlertPolicy, BudgetPoint, IncidentReport, Page, Tracks, Watched, budget_curve, fair,
    judge_pages, pages, within_budget,
};
use crate::prepare::{Episode, MINUTE_MICROS};

/// Each kind's threshold; none pages never.
pub(super) type Thresholds = Vec<Option<f64>>;

/// When a probability becomes a page: two of the last three rows, one page each horizon while it lasts.
pub(super) fn policy(parts: &Parts, horizon_micros: i64) -> AlertPolicy {
    AlertPolicy {
        threshold: 0.5,
        needed: 2,
        steps: 3,
        release: 0.7,
        cooldown_micros: horizon_micros,
        stale_micros: parts.series.step_micros.saturating_mul(5),
    }
}

/// The pages of all kinds: column `k` of the probabilities is kind `kinds[k]`.
pub(super) fn pages_of(
    tracks: &Tracks,
    kinds: &[u32],
    probability: &dyn Fn(u32, usize) -> f64,
    thresholds: &Thresholds,
    policy: &AlertPolicy,
) -> Vec<Page> {
    let mut out = Vec::new();
    for (k, (&kind, threshold)) in kinds.iter().zip(thresholds).enumerate() {
        let Some(threshold) = *threshold else {
            continue;
        };
        let policy = AlertPolicy {
            threshold,
            ..*policy
        };
        out.extend(pages(tracks, kind, &|row| probability(row, k), &policy));
    }
    out
}

/// The same rows, incidents and policy for the model and its rivals.
pub(super) struct Bench<'a> {
    parts: &'a Parts,
    policy: AlertPolicy,
    horizon_micros: i64,
    seed: u64,
    tracks: [Tracks; 2],
}

impl<'a> Bench<'a> {
    pub(super) fn new(parts: &'a Parts, spec: &ForecastSpec) -> Self {
        let horizon_micros = i64::from(spec.horizon_minutes) * MINUTE_MICROS;
        let tracks = [&parts.split.calibrate, &parts.split.test]
            .map(|rows| Tracks::new(&parts.series, rows));
        Self {
            parts,
            policy: policy(parts, horizon_micros),
            horizon_micros,
            seed: spec.seed,
            tracks,
        }
    }

    pub(super) fn watched<T>(&self, side: Side, then: impl FnOnce(&Watched<'_>) -> T) -> T {
        let tracks = &self.tracks[side as usize];
        let (incidents, unfair) = fair(tracks, &self.parts.episodes, self.horizon_micros);
        let span = tracks
            .seen()
            .fold((i64::MAX, i64::MIN), |(a, b), s| (a.min(s.1), b.max(s.2)));
        then(&Watched {
            tracks,
            incidents: &incidents,
            unfair: &unfair,
            horizon_micros: self.horizon_micros,
            span,
            clusters: self.parts.clusters,
        })
    }

    /// Incidents that are judged, entities that were seen, and days.
    pub(super) fn judged(&self) -> (Vec<Episode>, Vec<u32>, f64) {
        self.watched(Side::Test, |watched| {
            let micros = watched.span.1.saturating_sub(watched.span.0).max(0) as f64;
            (
                watched.incidents.to_vec(),
                watched.tracks.seen().map(|seen| seen.0).collect(),
                micros / 86_400e6,
            )
        })
    }

    pub(super) fn curve(&self, side: Side, scores: ArrayView2<'_, f64>) -> Vec<BudgetPoint> {
        self.watched(side, |watched| {
            budget_curve(watched, &self.parts.kinds, scores, &self.policy)
        })
    }

    /// The thresholds that the calibration part's curve asks for.
    pub(super) fn bought(&self, curve: &[BudgetPoint], budget: f64) -> Thresholds {
        vec![within_budget(curve, budget); self.parts.kinds.len()]
    }

    /// What thresholds are worth on the test part.
    pub(super) fn worth(
        &self,
        thresholds: &Thresholds,
        test: ArrayView2<'_, f64>,
    ) -> IncidentReport {
        let probability = |row: u32, k: usize| {
            let p = test.get((row as usize, k));
            p.copied().unwrap_or(f64::NAN)
        };
        self.watched(Side::Test, |watched| {
            let kinds = &self.parts.kinds;
            let pages = pages_of(
                watched.tracks,
                kinds,
                &probability,
                thresholds,
                &self.policy,
            );
            judge_pages(watched, &pages, self.seed)
        })
    }

    /// The thresholds that the calibration part asks for, and what they are worth on the test part.
    pub(super) fn judge(
        &self,
        calibrate: ArrayView2<'_, f64>,
        test: ArrayView2<'_, f64>,
        budget: f64,
    ) -> (Thresholds, IncidentReport) {
        let thresholds = self.bought(&self.curve(Side::Calibrate, calibrate), budget);
        let judged = self.worth(&thresholds, test);
        (thresholds, judged)
    }
}
