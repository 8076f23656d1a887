//! What is kept of a forecast, to compare it with others.

use super::bench::Bench;
use super::compared::number;
use super::parts::Parts;
use super::run_budgets::RunOutcome;
use super::summary::Bought;
use super::{ForecastReport, ForecastSpec};
use crate::data::{Frame, grouped, sort_by};
use crate::evaluate::Outcome;
use crate::json::{self, record};
use crate::prepare::{Episode, MINUTE_MICROS};
use crate::protocol::Mark;
use crate::session::compare::CompareError;

/// Characters of a run, at most, that the page keeps in its log.
const MOST_KEPT: usize = 200_000;

/// What is kept of a forecast to compare it by; instants are in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForecastRun {
    /// The table's name.
    pub data: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// What was asked, with what was found in place of what was left open.
    pub spec: ForecastSpec,
    /// Rows learned from.
    pub rows_train: u64,
    /// Rows judged by.
    pub rows_test: u64,
    /// Features.
    pub features: u32,
    /// Leaks of the split that were scored all the same.
    pub leaks: u32,
    /// Entities that were judged, as a fingerprint of their names.
    pub watched: String,
    /// Clusters watched.
    pub clusters: u32,
    /// The first and the last instant that was judged, as seconds since 1970.
    pub span_secs: Vec<f64>,
    /// The incidents that were judged.
    pub incidents: Vec<RunIncident>,
    /// Decided pages that were about an incident: seconds since the first instant.
    pub pages_about: Vec<f64>,
    /// Decided pages that were not.
    pub pages_false: Vec<f64>,
    /// Other budgets that it was judged at, rising; none where it was judged at its own alone.
    pub budgets: Vec<f64>,
    /// Which of the outcomes each of them bought.
    pub bought: Vec<u32>,
    /// What thresholds came to, each once.
    pub outcomes: Vec<RunOutcome>,
}

record!(Lenient: ForecastRun {
    data, fingerprint, spec, rows_train, rows_test, features, leaks, watched, clusters, span_secs, incidents, pages_about,
    pages_false, budgets, bought, outcomes,
});

/// What became of an incident in a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunIncident {
    /// The entity, or the group that the kind hits.
    pub entity: String,
    /// The kind.
    pub kind: String,
    /// When it set in, as seconds since the run's first instant.
    pub start_secs: f64,
    /// Minutes from the first page to the start where it was caught ahead.
    pub ahead_minutes: Option<f64>,
    /// Minutes from the start to the first page where it was caught late.
    pub late_minutes: Option<f64>,
}

record!(Whole: RunIncident { entity, kind, start_secs, ahead_minutes, late_minutes });

impl RunIncident {
    pub(super) fn outcome(&self) -> Outcome {
        let micros = |minutes: f64| (minutes * MINUTE_MICROS as f64).round() as i64;
        match (self.ahead_minutes, self.late_minutes) {
            (Some(lead), _) => Outcome::Ahead(micros(lead)),
            (None, Some(delay)) => Outcome::Late(micros(delay)),
            (None, None) => Outcome::Missed,
        }
    }
}

impl ForecastRun {
    /// Of a run whose incidents are judged.
    pub(super) fn new(
        report: &ForecastReport,
        parts: &Parts,
        spec: &ForecastSpec,
        frame: &Frame,
        bench: &Bench<'_>,
        bought: &Bought,
    ) -> Self {
        let (incidents, seen, _) = bench.judged();
        let span = bench.span();
        let secs = |micros: i64| micros as f64 / 1e6;
        let since = |micros: i64| secs(micros.saturating_sub(span.0));
        let named = |entity: u32| {
            let own = parts.series.names.get(entity as usize).map(String::as_str);
            parts.scopes.name(entity).or(own).unwrap_or("").to_owned()
        };
        let minutes = |micros: i64| micros as f64 / MINUTE_MICROS as f64;
        let incident = |(e, outcome): (&Episode, &Outcome)| RunIncident {
            entity: named(e.entity),
            kind: parts
                .class_names
                .get(e.kind as usize)
                .cloned()
                .unwrap_or_default(),
            start_secs: since(e.start),
            ahead_minutes: match *outcome {
                Outcome::Ahead(lead) => Some(minutes(lead)),
                Outcome::Late(_) | Outcome::Missed => None,
            },
            late_minutes: match *outcome {
                Outcome::Late(delay) => Some(minutes(delay)),
                Outcome::Ahead(_) | Outcome::Missed => None,
            },
        };
        let pages = |wanted: bool| {
            let all = report.incidents.decided.iter();
            let all = all.filter(|(_, about)| *about == wanted);
            all.map(|(at, _)| since(*at)).collect()
        };
        let mut run = Self {
            data: report.data_name.clone(),
            fingerprint: frame.fingerprint().to_string(),
            spec: ForecastSpec {
                time: Some(report.time.clone()),
                entity: report.entity.clone(),
                ..spec.clone()
            },
            rows_train: report.rows[0],
            rows_test: report.rows[2],
            features: report.features,
            leaks: parts.leaks.len() as u32,
            watched: fingerprint(seen.iter().map(|&entity| named(entity)).collect()),
            clusters: parts.clusters,
            span_secs: vec![secs(span.0), secs(span.1)],
            incidents: incidents
                .iter()
                .zip(&report.incidents.outcomes)
                .map(incident)
                .collect(),
            pages_about: pages(true),
            pages_false: pages(false),
            ..Self::default()
        };
        run.keep(bought, span.0);
        run
    }

    /// As the page's log keeps it: at its own budget alone where all of them would be too long, and none where that would be.
    pub(super) fn kept(&self) -> Option<String> {
        let text = json::to_text(self);
        let text = match text.len() <= MOST_KEPT {
            true => text,
            false => json::to_text(&self.at_its_own()),
        };
        (text.len() <= MOST_KEPT).then_some(text)
    }

    /// Of what was kept.
    pub(in crate::session) fn of_tree(tree: json::Value) -> Result<Self, CompareError> {
        let why = |what: &str| CompareError::NoRun(what.to_owned());
        let run: Self = json::of_value(tree).map_err(|e| why(&e.to_string()))?;
        let is_span =
            |span: &[f64]| matches!(span, [a, b] if a <= b && a.abs().max(b.abs()) < 9e12);
        match is_span(&run.span_secs) && !run.watched.is_empty() {
            true => Ok(run),
            false => Err(why("it does not tell what became of each incident")),
        }
    }

    pub(super) fn micros(&self, since_secs: f64) -> i64 {
        ((self.span_secs.first().copied().unwrap_or(0.0) + since_secs) * 1e6).round() as i64
    }

    pub(super) fn span(&self) -> (i64, i64) {
        let end = self.span_secs.get(1).copied().unwrap_or(0.0);
        (self.micros(0.0), (end * 1e6).round() as i64)
    }

    pub(super) fn pages(&self) -> Vec<(i64, bool)> {
        let of = |list: &[f64], about| -> Vec<(i64, bool)> {
            list.iter().map(|&at| (self.micros(at), about)).collect()
        };
        let mut all = of(&self.pages_about, true);
        all.extend(of(&self.pages_false, false));
        all
    }

    /// The label's column, or how many marks there are and which.
    fn target(&self) -> String {
        let Some(marks) = &self.spec.marks else {
            return self.spec.target.clone();
        };
        let text = |mark: &Mark| json::to_text(mark);
        let which = fingerprint(marks.iter().map(text).collect());
        let n = grouped(marks.len() as u64);
        format!("{n} marked by hand ({})", &which[..8])
    }

    /// What was asked and found, by name; the order is that of a table.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let spec = &self.spec;
        let list = |items: &[String], none: &str| match items {
            [] => none.to_owned(),
            items => items.join(", "),
        };
        let windows: Vec<String> = spec.windows_minutes.iter().map(u32::to_string).collect();
        let judged = match (spec.shuffled, spec.by_entity) {
            (true, _) => "any rows",
            (_, true) => "other entities",
            _ => "later rows",
        };
        vec![
            ("data", self.data.clone()),
            ("fingerprint", self.fingerprint.chars().take(12).collect()),
            ("time", spec.time.clone().unwrap_or_default()),
            ("entity", list(&spec.entity, "all rows")),
            ("target", self.target()),
            ("columns", list(&spec.columns, "every number")),
            ("left out", list(&spec.leave, "none")),
            ("minutes ahead", spec.horizon_minutes.to_string()),
            ("windows, minutes", windows.join(", ")),
            ("gap in an incident, minutes", spec.gap_minutes.to_string()),
            ("judged by", judged.to_owned()),
            (
                "repeated times",
                if spec.first_of_duplicates {
                    "first kept"
                } else {
                    "none"
                }
                .to_owned(),
            ),
            ("budget", number(spec.budget)),
            ("trees", spec.trees.to_string()),
            ("seed", spec.seed.to_string()),
            ("features", grouped(u64::from(self.features))),
            ("rows learned from", grouped(self.rows_train)),
            ("rows judged by", grouped(self.rows_test)),
            ("incidents judged by", grouped(self.incidents.len() as u64)),
        ]
    }
}

/// Equal for equal names in any order.
fn fingerprint(mut names: Vec<String>) -> String {
    sort_by(&mut names, |a, b| a.cmp(b));
    // FNV-1a, 64 bits; a zero byte ends each name.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in names.iter().flat_map(|n| n.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}
