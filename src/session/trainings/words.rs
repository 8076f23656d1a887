//! How two trainings differ, in words, as JSON and in the words of the protocol.

use crate::data::grouped;
use crate::evaluate::{PairedFigure, PairedRowsReport};
use crate::json::{self, record};
use crate::protocol::RunComparison;
use crate::session::paired_words::{
    Differs, FIGURE_HEADS, Figure, figure_lines, figure_text, is_sure, p_text, table,
};

/// What intervals and p-values are of.
const HOW: &str = "Intervals: bootstrap over rows, or entities. p: how often exchanging the runs, row by row or entity by entity, makes so large a difference.";

/// How two trainings differ.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedTrainings {
    /// In a sentence.
    pub finding: String,
    /// What keeps them from being compared in full, and what rows are taken for.
    pub notes: Vec<String>,
    /// What differs in data, recipe and parameters: name, the first run's, the second's.
    pub differs: Vec<[String; 3]>,
    /// Rows in common, and each run's own beside them.
    pub rows: [u64; 3],
    /// Class names, of both.
    pub classes: Vec<String>,
    /// The figures, and the rows of each class by who is right.
    pub report: PairedRowsReport,
}

/// What may be said of two trainings, in a sentence.
pub(super) fn finding(report: &PairedRowsReport, rows: u64) -> String {
    let sum = |at: usize| -> u64 { report.sides.iter().map(|s| s[at]).sum() };
    let (first, second) = (sum(1), sum(2));
    let p = |figure: &PairedFigure| {
        let test = figure.test;
        test.map_or(String::new(), |t| format!("p = {}", p_text(t.p_corrected)))
    };
    let shared = match rows {
        1 => "the one row in common".to_owned(),
        n => format!("the {} rows in common", grouped(n)),
    };
    let accuracy = &report.accuracy;
    let mut text = match first == second {
        true => format!("Both name as many of {shared} rightly"),
        false => format!(
            "The second names {} {} of {shared} rightly ({}{})",
            grouped(first.abs_diff(second)),
            if second > first { "more" } else { "fewer" },
            p(accuracy),
            if is_sure(accuracy) {
                ""
            } else {
                ", which chance alone could do"
            }
        ),
    };
    let f1 = &report.macro_f1;
    if let Some(d) = f1.difference {
        text.push_str(&match d.abs() >= 0.000_05 {
            false => ", with equal macro F1".to_owned(),
            true => format!(
                ", with macro F1 {} {} ({}{})",
                score(d.abs()),
                if d > 0.0 { "higher" } else { "lower" },
                p(f1),
                if is_sure(f1) {
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

/// Four decimals.
fn score(x: f64) -> String {
    let text = format!("{x:.4}");
    match text == "-0.0000" {
        true => "0.0000".to_owned(),
        false => text,
    }
}

impl ComparedTrainings {
    fn figures(&self) -> [(&'static str, &PairedFigure); 4] {
        let report = &self.report;
        [
            ("accuracy", &report.accuracy),
            ("macro F1", &report.macro_f1),
            ("balanced accuracy", &report.balanced_accuracy),
            ("log loss", &report.log_loss),
        ]
    }

    /// Class, rows, right in both, in the first alone, in the second alone, in neither.
    fn sides(&self) -> Vec<Vec<String>> {
        let each = self.classes.iter().zip(&self.report.sides);
        let there = each.filter(|(_, sides)| sides.iter().sum::<u64>() > 0);
        there
            .map(|(class, sides)| {
                let all: u64 = sides.iter().sum();
                let counts = [all].into_iter().chain(*sides).map(grouped);
                [class.clone()].into_iter().chain(counts).collect()
            })
            .collect()
    }

    fn on_what(&self) -> String {
        match self.rows[0] {
            1 => "On the one row in common".to_owned(),
            n => format!("On the {} rows in common", grouped(n)),
        }
    }

    /// In the words of the protocol.
    pub(in crate::session) fn told(&self) -> RunComparison {
        let lines = figure_lines(&self.figures(), score);
        let mut tables = vec![table(self.on_what(), &FIGURE_HEADS, lines)];
        if !self.differs.is_empty() {
            let rows = self.differs.iter().map(|row| row.to_vec()).collect();
            let caption = "What was asked and learned from otherwise".to_owned();
            tables.push(table(caption, &["What", "First", "Second"], rows));
        }
        tables.push(table(self.changed(), &SIDES, self.sides()));
        RunComparison {
            finding: self.finding.clone(),
            notes: self.notes.iter().cloned().chain([HOW.to_owned()]).collect(),
            tables,
            ..RunComparison::default()
        }
    }

    /// How many rows changed sides.
    fn changed(&self) -> String {
        let changed: u64 = self.report.sides.iter().map(|s| s[1] + s[2]).sum();
        match changed {
            1 => "1 row changed sides".to_owned(),
            n => format!("{} rows changed sides", grouped(n)),
        }
    }

    /// As JSON, indented.
    pub fn to_json(&self) -> String {
        let classes = self.classes.iter().zip(&self.report.sides);
        json::to_lines(&Compared {
            finding: self.finding.clone(),
            notes: self.notes.clone(),
            differs: Differs::of(&self.differs),
            rows_in_common: self.rows[0],
            rows_first_alone: self.rows[1],
            rows_second_alone: self.rows[2],
            groups: self.report.groups,
            figures: Figure::of(&self.figures()),
            classes: classes
                .map(|(name, &[both, first, second, neither])| ClassSides {
                    name: name.clone(),
                    right_in_both: both,
                    right_in_first: first,
                    right_in_second: second,
                    right_in_neither: neither,
                })
                .collect(),
        }) + "\n"
    }

    /// As a few lines for a terminal.
    pub fn to_text(&self) -> String {
        let mut text = figure_text(
            (&self.finding, &self.notes, &self.differs),
            &self.on_what(),
            figure_lines(&self.figures(), score),
        );
        text.push_str(&format!("{}:\n", self.changed()));
        let heads = SIDES.map(str::to_owned).to_vec();
        for row in std::iter::once(heads).chain(self.sides()) {
            for (at, cell) in row.iter().enumerate() {
                text.push_str(&match at {
                    0 => format!("  {cell:<26}"),
                    _ => format!("{cell:>15}"),
                });
            }
            text.push('\n');
        }
        text
    }
}

const SIDES: [&str; 6] = [
    "Class",
    "Rows",
    "Right in both",
    "First alone",
    "Second alone",
    "In neither",
];

struct Compared {
    finding: String,
    notes: Vec<String>,
    differs: Vec<Differs>,
    rows_in_common: u64,
    rows_first_alone: u64,
    rows_second_alone: u64,
    groups: u32,
    figures: Vec<Figure>,
    classes: Vec<ClassSides>,
}

struct ClassSides {
    name: String,
    right_in_both: u64,
    right_in_first: u64,
    right_in_second: u64,
    right_in_neither: u64,
}

record!(Whole: Compared {
    finding, notes, differs, rows_in_common, rows_first_alone, rows_second_alone, groups, figures, classes,
});
record!(Whole: ClassSides { name, right_in_both, right_in_first, right_in_second, right_in_neither });
