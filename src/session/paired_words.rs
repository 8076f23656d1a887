//! Figures of two runs, each with what may be said of their difference, in words.

use crate::evaluate::{Interval, PairedFigure};
use crate::json::record;

/// At most so likely by chance, and it is called a difference.
const LEVEL: f64 = 0.05;

pub(super) const FIGURE_HEADS: [&str; 6] = [
    "Figure",
    "First",
    "Second",
    "Difference",
    "90 % interval",
    "p, corrected",
];

pub(super) fn is_sure(figure: &PairedFigure) -> bool {
    figure.test.is_some_and(|t| t.p_corrected <= LEVEL)
}

pub(super) fn p_text(p: f64) -> String {
    match p {
        p if p < 0.001 => format!("{p:.4}"),
        p if p < 0.1 => format!("{p:.3}"),
        p => format!("{p:.2}"),
    }
}

/// Name, first, second, difference, its 90 % interval, p as it is corrected.
pub(super) fn figure_lines(
    figures: &[(&'static str, &PairedFigure)],
    number: fn(f64) -> String,
) -> Vec<Vec<String>> {
    let dash = |x: Option<f64>| x.map_or("-".to_owned(), number);
    let signed = |x: f64| match number(x) {
        text if x > 0.0 && text != number(0.0) => format!("+{text}"),
        text => text,
    };
    let line = |(name, f): &(&'static str, &PairedFigure)| {
        vec![
            (*name).to_owned(),
            dash(f.of[0]),
            dash(f.of[1]),
            f.difference.map_or("-".to_owned(), signed),
            f.interval.map_or("-".to_owned(), |i| {
                format!("{} to {}", signed(i.low), signed(i.high))
            }),
            f.test.map_or("-".to_owned(), |t| p_text(t.p_corrected)),
        ]
    };
    figures.iter().map(line).collect()
}

/// A caption, and rows of cells below their heads.
pub(super) fn table(
    caption: String,
    heads: &[&str],
    rows: Vec<Vec<String>>,
) -> (String, Vec<Vec<String>>) {
    let heads = heads.iter().map(|head| (*head).to_owned()).collect();
    (caption, std::iter::once(heads).chain(rows).collect())
}

/// For a terminal: the finding, notes, what differs, and the figures.
pub(super) fn figure_text(
    (finding, notes, differs): (&str, &[String], &[[String; 3]]),
    on_what: &str,
    lines: Vec<Vec<String>>,
) -> String {
    let mut text = format!("{finding}\n");
    for note in notes {
        text.push_str(&format!("note: {note}\n"));
    }
    for [name, first, second] in differs {
        text.push_str(&format!("  {name}: {first} | {second}\n"));
    }
    text.push_str(&format!("{on_what}:\n"));
    let heads = [
        "",
        "first",
        "second",
        "difference",
        "90 % interval",
        "p, Holm",
    ];
    let heads = heads.map(str::to_owned).to_vec();
    for row in std::iter::once(heads).chain(lines) {
        let [name, first, second, difference, interval, p] = row.as_slice() else {
            continue;
        };
        text.push_str(&format!(
            "{name:<28}{first:>8}{second:>8}{difference:>12}  {interval:>18}{p:>9}\n"
        ));
    }
    text
}

/// What was asked otherwise, as JSON.
pub(super) struct Differs {
    name: String,
    first: String,
    second: String,
}

record!(Whole: Differs { name, first, second });

impl Differs {
    pub(super) fn of(differs: &[[String; 3]]) -> Vec<Self> {
        let each = |[name, first, second]: &[String; 3]| Self {
            name: name.clone(),
            first: first.clone(),
            second: second.clone(),
        };
        differs.iter().map(each).collect()
    }
}

/// A figure of two runs, as JSON.
pub(super) struct Figure {
    name: String,
    first: Option<f64>,
    second: Option<f64>,
    difference: Option<f64>,
    difference_90: Vec<f64>,
    p: Option<f64>,
    p_corrected: Option<f64>,
    pairs_that_differ: Option<u32>,
    exact: Option<bool>,
}

record!(Whole: Figure { name, first, second, difference, difference_90, p, p_corrected, pairs_that_differ, exact });

impl Figure {
    pub(super) fn of(figures: &[(&'static str, &PairedFigure)]) -> Vec<Self> {
        let ends = |i: Option<Interval>| i.map_or(Vec::new(), |i| vec![i.low, i.high]);
        let each = |(name, f): &(&'static str, &PairedFigure)| Self {
            name: (*name).to_owned(),
            first: f.of[0],
            second: f.of[1],
            difference: f.difference,
            difference_90: ends(f.interval),
            p: f.test.map(|t| t.p),
            p_corrected: f.test.map(|t| t.p_corrected),
            pairs_that_differ: f.test.map(|t| t.pairs),
            exact: f.test.map(|t| t.exact),
        };
        figures.iter().map(each).collect()
    }
}
