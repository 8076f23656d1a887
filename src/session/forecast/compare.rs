//! Two forecasts compared: what they were asked, the incidents that both were judged by, and the time that both watched.

use super::compared::{ChangedIncident, ComparedRuns, became, finding, number};
use super::run_kept::{ForecastRun, RunIncident};
use crate::data::{sort_by, time_text};
use crate::evaluate::{Outcome, PairedRuns, compare_runs, pages_in_parts};
use crate::prepare::MINUTE_MICROS;
use crate::session::compare::CompareError;

const DRAW_SEED: u64 = 42;

/// Entity, kind and start of an incident.
type Key = (String, String, i64);

/// Compares two forecasts, each at the budget that it was asked for, or at the kept one nearest to `budget` (false pages per
/// cluster-day).
///
/// # Errors
/// [`CompareError::NothingInCommon`].
pub fn compare_forecasts(
    first: &ForecastRun,
    second: &ForecastRun,
    budget: Option<f64>,
) -> Result<ComparedRuns, CompareError> {
    let both = first.budgets.iter().copied();
    let both = both.filter(|b| second.budgets.contains(b)).collect();
    let mut notes = Vec::new();
    let at = |run: &ForecastRun| budget.map_or_else(|| run.clone(), |b| run.at_budget(b));
    let (first, second) = (&at(first), &at(second));
    if let Some(asked) = budget {
        for (run, which) in [(first, "first"), (second, "second")] {
            let at = run.spec.budget;
            if at != asked {
                notes.push(match run.budgets.is_empty() {
                    true => format!(
                        "Of the {which} run one budget alone was kept: it is compared at {} false pages per cluster-day, not at {}.",
                        number(at),
                        number(asked)
                    ),
                    false => format!(
                        "The {which} run is compared at {} false pages per cluster-day, the nearest to {} that was kept of it.",
                        number(at),
                        number(asked)
                    ),
                });
            }
        }
    }
    let keys = |run: &ForecastRun| -> Vec<(Key, usize)> {
        let key = |(at, i): (usize, &RunIncident)| {
            (
                (i.entity.clone(), i.kind.clone(), run.micros(i.start_secs)),
                at,
            )
        };
        let mut keys: Vec<(Key, usize)> = run.incidents.iter().enumerate().map(key).collect();
        sort_by(&mut keys, |a, b| a.cmp(b));
        keys
    };
    let of_second = keys(second);
    let mut common: Vec<(i64, &RunIncident, &RunIncident)> = Vec::new();
    for (key, at) in keys(first) {
        if let Ok(place) = of_second.binary_search_by(|known| known.0.cmp(&key)) {
            let other = &second.incidents[of_second[place].1];
            common.push((key.2, &first.incidents[at], other));
        }
    }
    let counts = [first.incidents.len(), second.incidents.len()];
    if common.is_empty() {
        return Err(CompareError::NothingInCommon(counts));
    }
    sort_by(&mut common, |a, b| a.0.cmp(&b.0));
    let pairs: Vec<[Outcome; 2]> = common
        .iter()
        .map(|(_, a, b)| [a.outcome(), b.outcome()])
        .collect();

    let (a, b) = (first.span(), second.span());
    let span = (a.0.max(b.0), a.1.min(b.1));
    let own = counts.map(|n| n - common.len());
    if own != [0, 0] {
        notes.push(format!(
            "{} incidents were judged in both and are compared; {} of the first and {} of the second were not judged in the other.",
            common.len(), own[0], own[1]
        ));
    }
    if first.fingerprint != second.fingerprint {
        notes.push(
            "The tables differ: their incidents are the same where entity, kind and start are."
                .to_owned(),
        );
    }
    if first.spec.horizon_minutes != second.spec.horizon_minutes {
        notes.push("The horizons differ: ahead means within each run's own.".to_owned());
    }
    if first.spec.by_entity && second.spec.by_entity {
        notes.push(
            "Entities were held out: intervals and p-values are about these at other times, and do not know how others would differ."
                .to_owned(),
        );
    }
    for (run, which) in [(first, "first"), (second, "second")] {
        if run.leaks > 0 {
            notes.push(format!(
                "The {which} run's split leaks: its figures are not to be believed."
            ));
        }
    }
    let same = first.watched == second.watched && first.clusters == second.clusters;
    let parts = match same && span.0 < span.1 {
        true => {
            let [a, b] = [first, second].map(|run| pages_in_parts(&run.pages(), span));
            a.into_iter().zip(b).map(|(a, b)| [a, b]).collect()
        }
        false => {
            notes.push(
                "Other entities or other times were watched: pages are not compared.".to_owned(),
            );
            Vec::new()
        }
    };
    if same && span.0 < span.1 && a != b {
        notes.push(format!(
            "Pages are compared from {} to {}, which both watched.",
            time_text(span.0),
            time_text(span.1)
        ));
    }
    let days = span.1.saturating_sub(span.0).max(MINUTE_MICROS) as f64 / 86_400e6;
    let report = compare_runs(
        &PairedRuns {
            incidents: &pairs,
            parts: &parts,
            cluster_days: days * f64::from(first.clusters.max(1)),
        },
        DRAW_SEED,
    );
    let changed = report.changed.iter().map(|&at| {
        let (start, a, b) = &common[at];
        ChangedIncident {
            entity: a.entity.clone(),
            kind: a.kind.clone(),
            start: time_text(*start),
            first: became(a),
            second: became(b),
        }
    });
    let differs = first.facts().into_iter().zip(second.facts());
    let differs = differs.filter(|(a, b)| a.1 != b.1);
    Ok(ComparedRuns {
        finding: finding(&report, common.len()),
        notes,
        differs: differs.map(|(a, b)| [a.0.to_owned(), a.1, b.1]).collect(),
        incidents: [common.len(), own[0], own[1]],
        at: [first.spec.budget, second.spec.budget],
        budgets: both,
        changed: changed.collect(),
        report,
    })
}

#[cfg(test)]
mod tests {
    use super::super::run_budgets::RunOutcome;
    use super::*;
    use crate::json;
    use crate::protocol::ForecastSpec;
    use crate::session::compare::KeptRun;

    fn of_json(text: &str) -> Result<ForecastRun, CompareError> {
        match KeptRun::of_json(text.as_bytes())? {
            KeptRun::Forecast(run) => Ok(*run),
            KeptRun::Training(_) => panic!("this is no training"),
        }
    }

    fn incident(entity: &str, start_secs: f64, ahead: Option<f64>) -> RunIncident {
        RunIncident {
            entity: entity.to_owned(),
            kind: "oom".to_owned(),
            start_secs,
            ahead_minutes: ahead,
            late_minutes: None,
        }
    }

    /// Two days of one cluster, watched from second 1,000,000: three incidents, the first of which alone is caught ahead;
    /// a page about it and two false ones.
    fn run() -> ForecastRun {
        ForecastRun {
            data: "pods.csv".to_owned(),
            fingerprint: "aa".to_owned(),
            spec: ForecastSpec::default(),
            watched: "pods".to_owned(),
            clusters: 1,
            span_secs: vec![1_000_000.0, 1_172_800.0],
            incidents: vec![
                incident("pod-1", 7_200.0, Some(12.0)),
                incident("pod-1", 90_000.0, None),
                incident("pod-2", 90_000.0, None),
            ],
            pages_about: vec![6_480.0],
            pages_false: vec![20_000.5, 50_000.0],
            ..ForecastRun::default()
        }
    }

    /// The second begins a quarter of an hour later, catches the second and the third but not the first, and has a page
    /// before the time in common and one false page. Incidents in common are the same instants: 1 of 3 against 2 of 3.
    fn other() -> ForecastRun {
        let run = run();
        ForecastRun {
            spec: ForecastSpec {
                trees: 7,
                ..run.spec.clone()
            },
            span_secs: vec![1_000_900.0, 1_172_800.0],
            incidents: vec![
                incident("pod-2", 89_100.0, Some(5.0)),
                incident("pod-1", 89_100.0, Some(9.5)),
                RunIncident {
                    late_minutes: Some(3.0),
                    ..incident("pod-1", 6_300.0, None)
                },
                incident("pod-3", 89_100.0, None),
            ],
            pages_about: vec![88_530.0, 88_800.0],
            pages_false: vec![60.0],
            ..run
        }
    }

    #[test]
    fn incidents_in_common_are_found_by_what_and_when() {
        let found = compare_forecasts(&run(), &other(), None).unwrap();
        assert_eq!(found.incidents, [3, 0, 1]);
        let recall = &found.report.recall_ahead;
        assert_eq!(recall.of, [Some(1.0 / 3.0), Some(2.0 / 3.0)]);
        // All three differ: of eight exchanges all have a difference of 1 or 3 of 3.
        assert_eq!(recall.test.map(|t| (t.p, t.pairs)), Some((1.0, 3)));
        // 2 false pages against 1, in two days less a quarter of an hour.
        let days = (172_800.0 - 900.0) / 86_400.0;
        let wrong = found.report.false_per_cluster_day.difference.unwrap();
        assert!((wrong + 1.0 / days).abs() < 1e-12, "{wrong}");
        assert_eq!(
            found.report.page_precision.of,
            [Some(1.0 / 3.0), Some(2.0 / 3.0)]
        );
        let changed: Vec<_> = found
            .changed
            .iter()
            .map(|c| (&*c.entity, &*c.start, &*c.first, &*c.second))
            .collect();
        assert_eq!(
            changed,
            [
                (
                    "pod-1",
                    "1970-01-12T15:46:40",
                    "ahead, 12 min",
                    "late, 3 min"
                ),
                ("pod-1", "1970-01-13T14:46:40", "missed", "ahead, 9.5 min"),
                ("pod-2", "1970-01-13T14:46:40", "missed", "ahead, 5 min"),
            ]
        );
        let differs: Vec<_> = found
            .differs
            .iter()
            .map(|[name, ..]| name.as_str())
            .collect();
        assert_eq!(differs, ["trees", "incidents judged by"]);
        assert_eq!(found.notes.len(), 2, "{:?}", found.notes);
        assert!(found.finding.starts_with("The second warns of 1 more of the 3 incidents in common (p = 1.00), which chance alone could do"), "{}", found.finding);
        assert!(found.to_text().contains("share caught ahead"));
        assert_eq!(found.told().tables.len(), 3);
    }

    #[test]
    fn a_run_is_compared_with_itself_after_it_was_kept() {
        let kept = run().kept().unwrap();
        let read = of_json(&kept).unwrap();
        assert_eq!(read, run());
        let within = format!("{{\"verdict\": \"x\", \"run\": {kept}}}");
        assert_eq!(of_json(&within).unwrap(), run());
        let found = compare_forecasts(&read, &run(), None).unwrap();
        assert!(found.changed.is_empty() && found.differs.is_empty() && found.notes.is_empty());
        assert!(
            found.finding.starts_with("Both warn of as many"),
            "{}",
            found.finding
        );
        assert!(json::Value::of_text(found.to_json().as_bytes()).is_ok());
    }

    /// The second run kept budgets .5, as it stands, and 2, at which it catches the first as well: 1 of 3 against 3 of 3, since of
    /// the first one alone was kept.
    #[test]
    fn runs_are_compared_at_the_budget_that_is_asked_for() {
        let outcome = |leads: &str| RunOutcome {
            leads: leads.to_owned(),
            pages_about: "5580 82950 270".to_owned(),
            pages_false: String::new(),
        };
        let kept = ForecastRun {
            budgets: vec![0.5, 2.0],
            bought: vec![0, 1],
            outcomes: vec![outcome("300 570 -180 -"), outcome("300 570 720 -")],
            ..other()
        };
        let found = compare_forecasts(&run(), &kept, Some(1.8)).unwrap();
        assert_eq!(found.at, [0.5, 2.0]);
        let recall = found.report.recall_ahead.of;
        assert_eq!(recall, [Some(1.0 / 3.0), Some(1.0)]);
        assert_eq!(found.report.page_precision.of[1], Some(1.0));
        assert_eq!(
            found.notes[..2],
            [
                "Of the first run one budget alone was kept: it is compared at 0.5 false pages per cluster-day, not at 1.8.",
                "The second run is compared at 2 false pages per cluster-day, the nearest to 1.8 that was kept of it.",
            ]
        );
        assert!(
            found
                .differs
                .iter()
                .any(|[name, a, b]| name == "budget" && a == "0.5" && b == "2")
        );
        // At the budget of both, and of a run with itself, nothing is to be noted of budgets.
        let found = compare_forecasts(&kept, &kept, Some(2.0)).unwrap();
        assert!(found.notes.is_empty() && found.changed.is_empty());
        assert_eq!(
            (found.at, found.budgets.as_slice()),
            ([2.0, 2.0], &[0.5, 2.0][..])
        );
        let told = found.told();
        assert_eq!((told.budget, told.budgets), (Some(2.0), vec![0.5, 2.0]));
        assert!(
            told.tables[0]
                .0
                .ends_with("at 2 false pages per cluster-day"),
            "{}",
            told.tables[0].0
        );
    }

    #[test]
    fn what_has_nothing_in_common_is_refused_and_other_entities_pages_are_left_out() {
        let mut elsewhere = other();
        elsewhere.watched = "others".to_owned();
        let found = compare_forecasts(&run(), &elsewhere, None).unwrap();
        assert!(found.report.page_precision.test.is_none());
        assert!(
            found
                .notes
                .iter()
                .any(|n| n.contains("pages are not compared"))
        );
        for i in &mut elsewhere.incidents {
            i.start_secs += 60.0;
        }
        let refused = compare_forecasts(&run(), &elsewhere, None).unwrap_err();
        assert_eq!(refused, CompareError::NothingInCommon([3, 4]));
        assert!(
            refused.failure().detail.contains("3 of the first"),
            "{refused}"
        );
        for text in [
            "",
            "[1]",
            "{}",
            "{\"run\": 3}",
            "{\"verdict\": \"old\"}",
            "{\"span_secs\": [2, 1], \"watched\": \"x\"}",
        ] {
            let error = of_json(text).unwrap_err();
            assert!(matches!(error, CompareError::NoRun(_)), "{text}");
        }
    }
}
