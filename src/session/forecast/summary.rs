use super::bench::Thresholds;
use super::parts::Parts;
use super::{ForecastReport, ForecastRun, ForecastSpec, RIVALS, RowMatrix};
use crate::data::{Frame, sort_by};
use crate::evaluate::{self, IncidentReport, IncidentScore, Outcome, Reliability};
use crate::prepare::Episode;
use crate::protocol::{
    BudgetRung, CalibrationBin, CalibrationSummary, ForecastOutcome, ForecastSummary, IncidentLine,
    Interval, RivalSummary, WatchedEntity,
};

/// Entities that are listed.
const LISTED: usize = 500;
/// Budgets that can be chosen, in false pages per cluster-day, beside the one that is asked for.
const BUDGETS: [f64; 19] = [
    0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0,
    20.0,
];

/// The budgets that can be chosen, with the one that is asked for.
pub(super) fn budgets(asked: f64) -> Vec<f64> {
    let mut all = BUDGETS.to_vec();
    if asked.is_finite() && asked >= 0.0 && !all.contains(&asked) {
        all.push(asked);
    }
    sort_by(&mut all, f64::total_cmp);
    all
}

pub(super) fn line(name: &str, s: &IncidentScore) -> IncidentLine {
    IncidentLine {
        name: name.to_owned(),
        incidents: s.incidents,
        ahead: s.ahead,
        late: s.late,
        missed: s.missed,
        lead_minutes: s.lead_minutes.map(|lead| lead.0),
        recall_ahead: interval(s.recall_ahead),
        lead_interval: interval(s.lead),
        lead_p10_minutes: s.lead_minutes.map(|lead| lead.1),
        delay_minutes: s.delay_minutes,
        pages_ahead: s.pages_ahead,
        pages_during: s.pages_during,
        pages_false: s.pages_false,
        false_wrong_kind: s.wrong_kind,
        false_too_early: s.too_early,
        pages_undecided: s.undecided,
        false_per_day: s.false_per_day,
        false_per_cluster_day: s.false_per_cluster_day,
        page_precision: s.precision,
        pages_per_incident: s.pages_per_incident,
    }
}

fn interval(interval: Option<evaluate::Interval>) -> Option<Interval> {
    interval.map(|i| Interval {
        low: i.low,
        high: i.high,
    })
}

/// Outcomes of thresholds, each once, and which of them each budget buys.
#[derive(Default)]
pub(super) struct Bought {
    pub(super) thresholds: Vec<Thresholds>,
    pub(super) reports: Vec<IncidentReport>,
    /// For each budget so far.
    pub(super) of_budget: Vec<u32>,
}

impl Bought {
    /// Adds the next budget's thresholds; what they are worth is asked where they are new.
    pub(super) fn add(
        &mut self,
        thresholds: Thresholds,
        worth: impl FnOnce(&Thresholds) -> IncidentReport,
    ) {
        let known = self.thresholds.iter().position(|t| *t == thresholds);
        let at = known.unwrap_or_else(|| {
            self.reports.push(worth(&thresholds));
            self.thresholds.push(thresholds);
            self.thresholds.len() - 1
        });
        self.of_budget.push(at as u32);
    }

    /// What a budget bought.
    pub(super) fn report(&self, budget: usize) -> Option<&IncidentReport> {
        self.reports.get(*self.of_budget.get(budget)? as usize)
    }
}

/// All that was found, in the words of the protocol.
pub(super) struct Told<'a> {
    pub(super) frame: &'a Frame,
    pub(super) spec: &'a ForecastSpec,
    pub(super) parts: &'a Parts,
    pub(super) report: &'a ForecastReport,
    pub(super) bought: &'a Bought,
    /// Of each of the model's outcomes.
    pub(super) matrices: &'a [RowMatrix],
    pub(super) rivals: &'a [Bought],
    pub(super) incidents: &'a [Episode],
    pub(super) seen: &'a [u32],
    pub(super) days: f64,
}

impl Told<'_> {
    pub(super) fn summary(&self) -> ForecastSummary {
        let Self { parts, report, .. } = self;
        let name = |class: u32| {
            let name = parts.class_names.get(class as usize);
            name.cloned().unwrap_or_default()
        };
        let outcome =
            |((thresholds, report), rows): ((&Thresholds, &IncidentReport), &RowMatrix)| {
                ForecastOutcome {
                    row_counts: rows.counts.clone(),
                    rows_finding: rows.finding(),
                    thresholds: thresholds.clone(),
                    all: line("all", &report.overall),
                    kinds: report
                        .kinds
                        .iter()
                        .map(|(kind, score)| line(&name(*kind), score))
                        .collect(),
                    recall_ahead: interval(report.recall_ahead),
                    lead_minutes: interval(report.lead),
                    false_per_day: interval(report.false_per_day),
                }
            };
        let bought = self.bought;
        let rung = |(at, &budget): (usize, &f64)| BudgetRung {
            budget,
            outcome: bought.of_budget.get(at).copied().unwrap_or(0),
            rivals: self
                .rivals
                .iter()
                .map(|r| r.of_budget.get(at).copied().unwrap_or(0))
                .collect(),
        };
        let rival = |(name, bought): (&&str, &Bought)| RivalSummary {
            name: (*name).to_owned(),
            outcomes: bought
                .reports
                .iter()
                .map(|report| line(name, &report.overall))
                .collect(),
        };
        let (watched, telling) = self.watched();
        ForecastSummary {
            spec: ForecastSpec {
                time: Some(report.time.clone()),
                entity: report.entity.clone(),
                ..self.spec.clone()
            },
            data_name: report.data_name.clone(),
            data_fingerprint: self.frame.fingerprint().to_string(),
            entities: report.entities,
            clusters: report.clusters,
            counted: parts.series.counted,
            days: self.days,
            episodes: report.episodes,
            rows_train: report.rows[0],
            rows_calibrate: report.rows[1],
            rows_test: report.rows[2],
            rows_embargoed: report.rows[3],
            features: report.features,
            kinds: parts.kinds.iter().map(|&kind| name(kind)).collect(),
            notices: report.notices.clone(),
            leaks: parts.leaks.iter().map(super::error::leak).collect(),
            roc_auc: report.roc_auc,
            average_precision: report.average_precision,
            rungs: budgets(self.spec.budget)
                .iter()
                .enumerate()
                .map(rung)
                .collect(),
            outcomes: bought
                .thresholds
                .iter()
                .zip(&bought.reports)
                .zip(self.matrices)
                .map(outcome)
                .collect(),
            rivals: RIVALS.iter().zip(self.rivals).map(rival).collect(),
            calibration: report.reliability.as_ref().map(calibration),
            watched,
            telling,
            flattering: None,
            row_classes: report.row_matrix.classes.clone(),
            run: report.run.as_ref().and_then(ForecastRun::kept),
        }
    }

    /// The entities seen, those with most incidents first, and the one that tells most: the longest warning, else the most
    /// incidents.
    fn watched(&self) -> (Vec<WatchedEntity>, u32) {
        let scopes = &self.parts.scopes;
        let mut counts = vec![0_u32; self.parts.series.names.len()];
        for incident in self.incidents {
            for entity in scopes.members(incident.entity) {
                if let Some(count) = counts.get_mut(entity as usize) {
                    *count += 1;
                }
            }
        }
        let incidents_of = |entity: u32| counts.get(entity as usize).copied().unwrap_or(0);
        let mut all: Vec<WatchedEntity> = self
            .seen
            .iter()
            .map(|&number| WatchedEntity {
                number,
                name: self
                    .parts
                    .series
                    .names
                    .get(number as usize)
                    .cloned()
                    .unwrap_or_default(),
                incidents: incidents_of(number),
            })
            .collect();
        sort_by(&mut all, |a, b| {
            b.incidents
                .cmp(&a.incidents)
                .then_with(|| a.number.cmp(&b.number))
        });
        let outcomes = self.report.incidents.outcomes.iter().zip(self.incidents);
        let mut best: Option<(i64, u32)> = None;
        for (outcome, incident) in outcomes {
            if let Outcome::Ahead(lead) = *outcome
                && best.is_none_or(|(longest, _)| lead > longest)
            {
                best = Some((
                    lead,
                    scopes
                        .members(incident.entity)
                        .first()
                        .copied()
                        .unwrap_or(0),
                ));
            }
        }
        let telling = best.map(|b| b.1).or(all.first().map(|e| e.number));
        let telling = telling.unwrap_or(0);
        let place = all.iter().position(|e| e.number == telling);
        if let Some(place) = place.filter(|&place| place >= LISTED) {
            all.swap(place, LISTED - 1);
        }
        all.truncate(LISTED);
        (all, telling)
    }
}

fn calibration(r: &Reliability) -> CalibrationSummary {
    CalibrationSummary {
        bins: r
            .bins
            .iter()
            .map(|bin| CalibrationBin {
                mean: bin.mean,
                share: bin.share,
                rows: bin.rows,
            })
            .collect(),
        brier: r.brier,
        reliability: r.reliability,
        resolution: r.resolution,
        uncertainty: r.uncertainty,
        calibration_error: r.calibration_error,
    }
}
