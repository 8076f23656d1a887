//! What became of a run at each of the slider's budgets, as short texts: a report and the page's log hold a run for each of them.

use super::run_kept::{ForecastRun, RunIncident};
use super::summary::{Bought, budgets};
use crate::data::read_float;
use crate::evaluate::{IncidentReport, Outcome};
use crate::json::record;
use crate::prepare::MINUTE_MICROS;

/// What the thresholds of a budget came to. Numbers are seconds, with a blank between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunOutcome {
    /// From the first page about each incident, in the run's order, to its start: more than 0 where it was caught ahead, 0 or less
    /// where it was late; a dash where it was missed.
    pub leads: String,
    /// Decided pages about an incident, by time: from the one before to each, from the run's first instant to the first.
    pub pages_about: String,
    /// Other decided pages, likewise.
    pub pages_false: String,
}

record!(Whole: RunOutcome { leads, pages_about, pages_false });

impl RunOutcome {
    fn new(report: &IncidentReport, start: i64) -> Self {
        let lead = |outcome: &Outcome| match *outcome {
            Outcome::Ahead(lead) => secs_text(lead),
            Outcome::Late(delay) => secs_text(delay.saturating_neg()),
            Outcome::Missed => "-".to_owned(),
        };
        let pages = |wanted: bool| {
            let all = report.decided.iter().filter(|page| page.1 == wanted);
            let mut all: Vec<i64> = all.map(|page| page.0).collect();
            crate::data::sort_instants(&mut all);
            let mut before = start;
            let since = |at: i64| secs_text(at.saturating_sub(std::mem::replace(&mut before, at)));
            all.into_iter().map(since).collect::<Vec<_>>().join(" ")
        };
        let leads: Vec<String> = report.outcomes.iter().map(lead).collect();
        Self {
            leads: leads.join(" "),
            pages_about: pages(true),
            pages_false: pages(false),
        }
    }
}

fn secs_text(micros: i64) -> String {
    (micros as f64 / 1e6).to_string()
}

fn secs_of(text: &str) -> Option<f64> {
    read_float(text).filter(|secs| secs.abs() < 9e12)
}

/// Seconds since the run's first instant.
fn instants(text: &str) -> Option<Vec<f64>> {
    let mut micros = 0.0;
    let mut instant = |word: &str| {
        micros += (secs_of(word)? * 1e6).round();
        Some(micros / 1e6)
    };
    text.split_ascii_whitespace().map(&mut instant).collect()
}

impl ForecastRun {
    /// Of every budget that the slider has.
    pub(super) fn keep(&mut self, bought: &Bought, start: i64) {
        self.budgets = budgets(self.spec.budget);
        self.bought = bought.of_budget.clone();
        let outcome = |report| RunOutcome::new(report, start);
        self.outcomes = bought.reports.iter().map(outcome).collect();
    }

    /// As it came to at the kept budget nearest to this; as it stands where one alone was kept.
    pub(super) fn at_budget(&self, budget: f64) -> Self {
        let away = |at: &usize| (self.budgets[*at] - budget).abs();
        let nearest = (0..self.budgets.len()).min_by(|a, b| away(a).total_cmp(&away(b)));
        let found = nearest.and_then(|at| self.at_place(at));
        found.unwrap_or_else(|| self.clone())
    }

    fn at_place(&self, at: usize) -> Option<Self> {
        let outcome = self.outcomes.get(*self.bought.get(at)? as usize)?;
        let leads: Vec<&str> = outcome.leads.split_ascii_whitespace().collect();
        if leads.len() != self.incidents.len() {
            return None;
        }
        let minute = MINUTE_MICROS as f64 / 1e6;
        let incident = |(known, lead): (&RunIncident, &str)| {
            let minutes = match lead {
                "-" => None,
                secs => Some(secs_of(secs)? / minute),
            };
            Some(RunIncident {
                ahead_minutes: minutes.filter(|m| *m > 0.0),
                late_minutes: minutes.filter(|m| *m <= 0.0).map(f64::abs),
                ..known.clone()
            })
        };
        let incidents: Option<Vec<RunIncident>> =
            self.incidents.iter().zip(leads).map(incident).collect();
        let mut out = self.clone();
        out.spec.budget = *self.budgets.get(at)?;
        out.incidents = incidents?;
        out.pages_about = instants(&outcome.pages_about)?;
        out.pages_false = instants(&outcome.pages_false)?;
        Some(out)
    }

    /// Without what became of it at other budgets than its own.
    pub(super) fn at_its_own(&self) -> Self {
        Self {
            budgets: Vec::new(),
            bought: Vec::new(),
            outcomes: Vec::new(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const M: i64 = MINUTE_MICROS;

    fn report(outcomes: [Outcome; 3], decided: &[(i64, bool)]) -> IncidentReport {
        IncidentReport {
            outcomes: outcomes.to_vec(),
            decided: decided.to_vec(),
            ..IncidentReport::default()
        }
    }

    fn run() -> ForecastRun {
        let mut run = ForecastRun {
            span_secs: vec![1_000.0, 90_000.0],
            watched: "pods".to_owned(),
            incidents: vec![RunIncident::default(); 3],
            ..ForecastRun::default()
        };
        run.spec.budget = 0.25;
        let bought = Bought {
            reports: vec![
                report([Outcome::Missed; 3], &[]),
                report(
                    [
                        Outcome::Ahead(12 * M),
                        Outcome::Late(0),
                        Outcome::Late(M / 2),
                    ],
                    // By kind, not by time.
                    &[
                        (1_000_000_000 + 90 * M, true),
                        (1_000_000_000 + 30 * M, true),
                        (1_000_000_000 + 5, false),
                    ],
                ),
            ],
            // Nothing is bought below the budget that was asked for, which is the seventh of twenty.
            of_budget: (0..20).map(|at| u32::from(at >= 6)).collect(),
            ..Bought::default()
        };
        run.keep(&bought, 1_000_000_000);
        run
    }

    #[test]
    fn what_became_of_it_at_each_budget_is_read_back() {
        let run = run();
        assert_eq!((run.budgets.len(), run.budgets[6]), (20, 0.25));
        assert_eq!(run.outcomes[1].leads, "720 0 -30");
        assert_eq!(run.outcomes[1].pages_about, "1800 3600");
        assert_eq!(run.outcomes[1].pages_false, "0.000005");
        let (none, some) = (run.at_budget(0.0), run.at_budget(7.4));
        assert_eq!((none.spec.budget, some.spec.budget), (0.0, 7.5));
        let outcomes = |run: &ForecastRun| -> Vec<Outcome> {
            run.incidents.iter().map(RunIncident::outcome).collect()
        };
        assert_eq!(outcomes(&none), [Outcome::Missed; 3]);
        let as_judged = [
            Outcome::Ahead(12 * M),
            Outcome::Late(0),
            Outcome::Late(M / 2),
        ];
        assert_eq!(outcomes(&some), as_judged);
        assert_eq!(some.pages_about, [1_800.0, 5_400.0]);
        assert_eq!(some.pages_false, [0.000_005]);
        assert!(none.pages_about.is_empty() && none.pages_false.is_empty());
    }

    #[test]
    fn a_run_of_one_budget_and_one_that_was_tampered_with_stand_as_they_are() {
        let run = run();
        let one = run.at_its_own();
        assert_eq!(one.at_budget(3.0), one);
        for leads in ["", "1 2", "1 2 x", "1 2 inf", "1 2 3 4"] {
            let mut odd = run.clone();
            odd.outcomes[1].leads = leads.to_owned();
            assert_eq!(odd.at_budget(3.0), odd, "{leads}");
        }
        let mut odd = run;
        odd.bought = vec![9; 20];
        assert_eq!(odd.at_budget(3.0), odd);
    }
}
