//! How two forecasts differ, in words, as JSON and in the words of the protocol.

use super::run_kept::RunIncident;
use crate::data::grouped;
use crate::evaluate::{Outcome, PairedFigure, PairedReport};
use crate::json::{self, record};
use crate::protocol::RunComparison;
use crate::session::paired_words::{
    Differs, FIGURE_HEADS, Figure, figure_lines, figure_text, is_sure, p_text, table,
};

/// Incidents that changed sides and are listed on the page, at most.
const MOST_LISTED: usize = 200;
/// What intervals and p-values are of.
const HOW: &str = "Intervals: bootstrap over incidents, and over 24 parts of the time for pages. p: how often exchanging the runs, incident by incident or part by part, makes so large a difference.";

/// An incident on another side in the second run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangedIncident {
    /// The entity, or the group that the kind hits.
    pub entity: String,
    /// The kind.
    pub kind: String,
    /// When it set in.
    pub start: String,
    /// What became of it in the first run.
    pub first: String,
    /// And in the second.
    pub second: String,
}

record!(Whole: ChangedIncident { entity, kind, start, first, second });

/// How two forecasts differ.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedRuns {
    /// In a sentence.
    pub finding: String,
    /// What keeps them from being compared in full.
    pub notes: Vec<String>,
    /// What differs in data, recipe and parameters: name, the first run's, the second's.
    pub differs: Vec<[String; 3]>,
    /// Incidents in common, and each run's own beside them.
    pub incidents: [usize; 3],
    /// False pages per cluster-day that each run was granted.
    pub at: [f64; 2],
    /// Budgets that both can be compared at, rising.
    pub budgets: Vec<f64>,
    /// The figures.
    pub report: PairedReport,
    /// The incidents that changed sides, by time.
    pub changed: Vec<ChangedIncident>,
}

pub(super) fn became(incident: &RunIncident) -> String {
    match incident.outcome() {
        Outcome::Ahead(_) => format!(
            "ahead, {} min",
            number(incident.ahead_minutes.unwrap_or(0.0))
        ),
        Outcome::Late(_) => format!("late, {} min", number(incident.late_minutes.unwrap_or(0.0))),
        Outcome::Missed => "missed".to_owned(),
    }
}

/// What may be said of two runs, in a sentence.
pub(super) fn finding(report: &PairedReport, incidents: usize) -> String {
    let recall = &report.recall_ahead;
    let more = recall.difference.unwrap_or(0.0) * incidents as f64;
    let more = more.round() as i64;
    let p = |figure: &PairedFigure| {
        figure
            .test
            .map_or(String::new(), |t| format!("p = {}", p_text(t.p_corrected)))
    };
    let shared = match incidents {
        1 => "the one incident in common".to_owned(),
        n => format!("the {} incidents in common", grouped(n as u64)),
    };
    let mut text = match more {
        0 => format!("Both warn of as many of {shared}"),
        n => format!(
            "The second warns of {} {} of {shared} ({})",
            n.abs(),
            if n > 0 { "more" } else { "fewer" },
            p(recall)
        ),
    };
    if !is_sure(recall) && more != 0 {
        text.push_str(", which chance alone could do");
    }
    let wrong = &report.false_per_cluster_day;
    if let Some(d) = wrong.difference {
        text.push_str(&match d.abs() >= 0.005 {
            false => ", with as many false pages".to_owned(),
            true => format!(
                ", with {} {} false pages per cluster-day ({}{})",
                number(d.abs()),
                if d > 0.0 { "more" } else { "fewer" },
                p(wrong),
                if is_sure(wrong) {
                    ""
                } else {
                    ", no sure difference"
                },
            ),
        });
    }
    text.push('.');
    text
}

/// At most two decimals.
pub(super) fn number(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

impl ComparedRuns {
    fn figures(&self) -> [(&'static str, &PairedFigure); 4] {
        let report = &self.report;
        [
            ("share caught ahead", &report.recall_ahead),
            ("median lead, minutes", &report.lead_minutes),
            ("false pages per cluster-day", &report.false_per_cluster_day),
            ("page precision", &report.page_precision),
        ]
    }

    /// What the figures are of.
    fn on_what(&self) -> String {
        let incidents = match self.incidents[0] {
            1 => "On the one incident in common".to_owned(),
            n => format!("On the {} incidents in common", grouped(n as u64)),
        };
        match self.at {
            [a, b] if a == b => {
                format!("{incidents}, at {} false pages per cluster-day", number(a))
            }
            _ => incidents,
        }
    }

    /// In the words of the protocol.
    pub(in crate::session) fn told(&self) -> RunComparison {
        let lines = figure_lines(&self.figures(), number);
        let mut tables = vec![table(self.on_what(), &FIGURE_HEADS, lines)];
        if !self.differs.is_empty() {
            let rows = self.differs.iter().map(|row| row.to_vec()).collect();
            let caption = "What was asked and learned from otherwise".to_owned();
            tables.push(table(caption, &["What", "First", "Second"], rows));
        }
        if !self.changed.is_empty() {
            let listed = self.changed.iter().take(MOST_LISTED).map(|c| {
                let start = c.start.replace('T', " ");
                vec![
                    c.kind.clone(),
                    c.entity.clone(),
                    start,
                    c.first.clone(),
                    c.second.clone(),
                ]
            });
            let caption = match self.changed.len() {
                1 => "1 incident changed sides".to_owned(),
                n if n > MOST_LISTED => format!(
                    "{} incidents changed sides, the first {MOST_LISTED} of them",
                    grouped(n as u64)
                ),
                n => format!("{n} incidents changed sides"),
            };
            let first = ["Kind", "Entity", "Start", "First", "Second"];
            tables.push(table(caption, &first, listed.collect()));
        }
        RunComparison {
            finding: self.finding.clone(),
            notes: self.notes.iter().cloned().chain([HOW.to_owned()]).collect(),
            tables,
            budget: (self.at[0] == self.at[1]).then_some(self.at[0]),
            budgets: self.budgets.clone(),
        }
    }

    /// As JSON, indented.
    pub fn to_json(&self) -> String {
        json::to_lines(&Compared {
            finding: self.finding.clone(),
            notes: self.notes.clone(),
            differs: Differs::of(&self.differs),
            budget_first: self.at[0],
            budget_second: self.at[1],
            incidents_in_common: self.incidents[0] as u64,
            incidents_first_alone: self.incidents[1] as u64,
            incidents_second_alone: self.incidents[2] as u64,
            figures: Figure::of(&self.figures()),
            changed: self.changed.clone(),
        }) + "\n"
    }

    /// As a few lines for a terminal.
    pub fn to_text(&self) -> String {
        let mut text = figure_text(
            (&self.finding, &self.notes, &self.differs),
            &self.on_what(),
            figure_lines(&self.figures(), number),
        );
        if !self.changed.is_empty() {
            text.push_str("incidents that changed sides:\n");
        }
        for c in &self.changed {
            text.push_str(&format!(
                "  {}  {} on {}: {}, then {}\n",
                c.start, c.kind, c.entity, c.first, c.second
            ));
        }
        text
    }
}

struct Compared {
    finding: String,
    notes: Vec<String>,
    differs: Vec<Differs>,
    budget_first: f64,
    budget_second: f64,
    incidents_in_common: u64,
    incidents_first_alone: u64,
    incidents_second_alone: u64,
    figures: Vec<Figure>,
    changed: Vec<ChangedIncident>,
}

record!(Whole: Compared {
    finding, notes, differs, budget_first, budget_second, incidents_in_common, incidents_first_alone, incidents_second_alone, figures, changed,
});
