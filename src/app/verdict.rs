//! Sentences about a model, computed from its figures.

use super::format;
use crate::protocol::{PredictionSummary, Report};

/// A sentence with its figures set apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence(pub Vec<(Weight, String)>);

/// How a part of a sentence stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// It does not.
    Plain,
    /// It is a figure or a finding.
    Strong,
}

impl Sentence {
    /// A sentence of alternating plain and strong parts, the first plain; empty parts are left out.
    pub fn of<const N: usize>(parts: [&str; N]) -> Self {
        Self(
            parts
                .into_iter()
                .enumerate()
                .filter(|(_, part)| !part.is_empty())
                .map(|(i, part)| {
                    let weight = if i % 2 == 0 {
                        Weight::Plain
                    } else {
                        Weight::Strong
                    };
                    (weight, part.to_owned())
                })
                .collect(),
        )
    }

    /// All of it as text.
    pub fn text(&self) -> String {
        self.0.iter().map(|(_, part)| part.as_str()).collect()
    }
}

/// What an evaluation says.
pub fn of_report(report: &Report) -> Sentence {
    let baseline = &report.baseline;
    let always = format!("always saying {}", baseline.class);
    let rows = format::plural(report.rows_test, "row");
    if !report.beats_baseline {
        return Sentence::of([
            "",
            &format!("No better than {always}"),
            ": this model has found nothing.",
        ]);
    }
    if report.accuracy > baseline.accuracy {
        return Sentence::of([
            "Right on ",
            &format::percent(report.accuracy),
            " of ",
            &rows,
            &format!(" it never saw; {always} would be right on "),
            &format::percent(baseline.accuracy),
            ".",
        ]);
    }
    Sentence::of([
        "Finds the rare classes: macro F1 ",
        &format::score(report.macro_f1),
        &format!(" where {always} reaches "),
        &format::score(baseline.macro_f1),
        ", at the price of being right on ",
        &format::percent(report.accuracy),
        " of rows instead of ",
        &format::percent(baseline.accuracy),
        ".",
    ])
}

/// How the verdict was reached, in one or two sentences.
pub fn grounds(report: &Report) -> String {
    let prepare = &report.options.prepare;
    let drawn = if prepare.stratify {
        "the same share of each class"
    } else {
        "drawn from all rows alike"
    };
    let mut text = format!(
        "95 % interval {}. Tested on {} held out of {} ({}), {drawn}, split with seed {}.",
        percent_interval(report),
        format::plural(report.rows_test, "row"),
        format::count(report.rows_train + report.rows_test),
        report.data_name,
        prepare.seed,
    );
    if report.fit_secs > 0.0 {
        text.push_str(&format!(
            " The {} was fitted in {}.",
            report.options.model.name(),
            format::duration(report.fit_secs)
        ));
    }
    if let Some(rounds) = report.rounds {
        let kept = format::plural(u64::from(rounds), "round");
        text.push_str(&format!(" {kept} were kept: more did not help."));
    }
    if let Some(right) = report.out_of_bag {
        text.push_str(&format!(
            " Out of bag it is right on {} of its training rows.",
            format::percent(right)
        ));
    }
    if !report.beats_baseline {
        text = format!(
            "Right on {} of rows, against {} for that one word. {text} Do not use it; look for columns that say more, or for more rows.",
            format::percent(report.accuracy),
            format::percent(report.baseline.accuracy)
        );
    }
    text
}

/// One figure of an evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its name.
    pub label: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// Its value, or `not defined`.
    pub value: String,
    /// Its interval, or why it is not defined; may be empty.
    pub beside: String,
    /// The baseline's value and the difference; may be empty.
    pub below: String,
    /// Whether it is better than the baseline's.
    pub better: bool,
}

/// The figures of an evaluation, the most telling first.
pub fn figures(report: &Report) -> Vec<Figure> {
    let b = &report.baseline;
    let why = |name: &str| {
        report
            .undefined
            .iter()
            .find(|u| normal(&u.figure) == normal(name))
            .map(|u| u.why.clone())
            .unwrap_or_default()
    };
    let against = |value: f64, base: f64| {
        let arrow = if value > base { "▲" } else { "▼" };
        if value == base {
            (format!("baseline {}", format::score(base)), false)
        } else {
            (
                format!(
                    "{arrow} {} {} baseline {}",
                    format::score((value - base).abs()),
                    if value > base { "over" } else { "below" },
                    format::score(base)
                ),
                value > base,
            )
        }
    };
    let plain = |label, meaning, value: f64, beside: String, base: Option<f64>| {
        let (below, better) = base.map(|base| against(value, base)).unwrap_or_default();
        let undefined = !value.is_finite();
        Figure {
            label,
            meaning,
            value: format::score(value),
            beside: if undefined { why(label) } else { beside },
            below: if undefined { String::new() } else { below },
            better,
        }
    };
    let percent_delta = report.accuracy - b.accuracy;
    let mut out = vec![
        Figure {
            label: "Accuracy",
            meaning: "Share of held-out rows that were predicted right.",
            value: format::percent(report.accuracy),
            beside: percent_interval(report),
            below: if percent_delta == 0.0 {
                format!("baseline {}", format::percent(b.accuracy))
            } else {
                format!(
                    "{} {} points {} baseline {}",
                    if percent_delta > 0.0 { "▲" } else { "▼" },
                    format::number(percent_delta.abs() * 100.0),
                    if percent_delta > 0.0 { "over" } else { "below" },
                    format::percent(b.accuracy)
                )
            },
            better: percent_delta > 0.0,
        },
        plain(
            "Balanced accuracy",
            "Mean over the classes of the share of their rows that was found; each class counts alike.",
            report.balanced_accuracy,
            String::new(),
            Some(b.balanced_accuracy),
        ),
        plain(
            "Macro F1",
            "Mean over the classes of the harmonic mean of precision and recall; each class counts alike.",
            report.macro_f1,
            format!(
                "{} to {}",
                format::score(report.macro_f1_interval.low),
                format::score(report.macro_f1_interval.high)
            ),
            Some(b.macro_f1),
        ),
        plain(
            "Weighted F1",
            "The same mean, each class weighing as many rows as it has.",
            report.weighted_f1,
            String::new(),
            Some(b.weighted_f1),
        ),
        plain(
            "MCC",
            "Matthews correlation: 1 is perfect, 0 is what chance reaches.",
            report.mcc,
            String::new(),
            Some(0.0),
        ),
    ];
    let log_loss_better = report.log_loss < b.log_loss;
    out.push(Figure {
        label: "Log loss",
        meaning: "How surprised the probabilities are by the truth; lower is better.",
        value: if report.log_loss.is_finite() {
            format::number(report.log_loss)
        } else {
            "not defined".to_owned()
        },
        beside: if report.log_loss.is_finite() {
            "lower is better".to_owned()
        } else {
            why("log loss")
        },
        below: if report.log_loss.is_finite() {
            format!(
                "{} {} {} baseline {}",
                if log_loss_better { "▼" } else { "▲" },
                format::number((b.log_loss - report.log_loss).abs()),
                if log_loss_better { "below" } else { "over" },
                format::number(b.log_loss)
            )
        } else {
            String::new()
        },
        better: log_loss_better,
    });
    out.push(plain(
        "ROC AUC",
        "Chance that a row of a class is ranked above a row of another; mean over the classes.",
        report.roc_auc_ovr.unwrap_or(f64::NAN),
        String::new(),
        Some(0.5),
    ));
    out.push(plain(
        "Average precision",
        "Area under the precision-recall curve; mean over the classes.",
        report.average_precision.unwrap_or(f64::NAN),
        String::new(),
        None,
    ));
    if let Some(roc) = out.iter_mut().find(|f| f.label == "ROC AUC")
        && report.roc_auc_ovr.is_none()
    {
        roc.beside = why("roc_auc_ovr");
    }
    out
}

/// `94.3 to 96.6 %`.
fn percent_interval(report: &Report) -> String {
    let low = format::percent(report.accuracy_interval.low);
    let high = format::percent(report.accuracy_interval.high);
    format!("{} to {high}", low.trim_end_matches(" %"))
}

fn normal(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// What the confusion matrix shows.
pub fn confusion_title(report: &Report) -> String {
    let mut wrong = 0;
    let mut worst: Option<(u64, usize, usize)> = None;
    for (truth, row) in report.confusion.iter().enumerate() {
        for (said, &n) in row.iter().enumerate() {
            if truth != said && n > 0 {
                wrong += n;
                if worst.is_none_or(|(most, ..)| n > most) {
                    worst = Some((n, truth, said));
                }
            }
        }
    }
    let name = |i: usize| {
        report
            .classes
            .get(i)
            .map(|c| format::class_name(c))
            .unwrap_or_default()
    };
    match worst {
        None => "Every held-out row is right".to_owned(),
        Some((n, truth, said)) => {
            let most = match (wrong, 2 * n > wrong) {
                (1, _) => "The one mistake",
                (_, true) => "Most mistakes",
                (_, false) => "The most frequent mistake",
            };
            format!(
                "{most}: {} taken for {} ({} of {})",
                name(truth),
                name(said),
                format::count(n),
                format::count(wrong)
            )
        }
    }
}

/// What the importance chart shows.
pub fn importance_title(report: &Report) -> String {
    match report.importance.as_slice() {
        [] => "Importance was not measured".to_owned(),
        [top, ..] if top.mean <= 2.0 * top.std || top.mean <= 0.0 => {
            "No single column decides".to_owned()
        }
        [top, second, ..] if top.mean - second.mean <= top.std.max(second.std) => {
            format!("{} and {} decide most", top.column, second.column)
        }
        [top, ..] => format!("{} decides most", top.column),
    }
}

/// What the ROC curves show.
pub fn roc_title(report: &Report) -> String {
    let hardest = report
        .per_class
        .iter()
        .filter_map(|c| Some((c, c.roc_auc?)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    match hardest {
        None => "No class can be ranked on these rows".to_owned(),
        Some((_, 1.0)) => "Every class is told apart from the rest".to_owned(),
        Some((c, area)) => format!(
            "{} is the hardest to tell apart (area {})",
            format::class_name(&c.class),
            format::score(area)
        ),
    }
}

/// What the precision-recall curves show.
pub fn precision_recall_title(report: &Report) -> String {
    let hardest = report
        .per_class
        .iter()
        .filter_map(|c| Some((c, c.average_precision?)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    match hardest {
        None => "No class has rows to be found".to_owned(),
        Some((_, 1.0)) => "Every class is found without a false alarm".to_owned(),
        Some((c, area)) => format!(
            "{} costs the most false alarms (average precision {})",
            format::class_name(&c.class),
            format::score(area)
        ),
    }
}

/// What the table of classes shows.
pub fn classes_title(report: &Report) -> String {
    let weakest = report
        .per_class
        .iter()
        .filter(|c| c.support > 0)
        .filter_map(|c| Some((c, c.recall?)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    match weakest {
        None => "Scores of each class".to_owned(),
        Some((_, 1.0)) => "Every class is found in full".to_owned(),
        Some((c, recall)) => format!(
            "{} is missed most: {} of its rows are found",
            format::class_name(&c.class),
            format::percent(recall)
        ),
    }
}

/// How to read the table of classes.
pub fn classes_how(report: &Report) -> String {
    let how = "Each class against the rest, on held-out rows.";
    match &report.unfamiliar {
        Some(unfamiliar) => format!(
            "{how} Of healthy rows one in {} is expected to be unfamiliar.",
            format::count(unfamiliar.alarm_one_in as u64)
        ),
        None => how.to_owned(),
    }
}

/// What predictions say.
pub fn of_predictions(summary: &PredictionSummary) -> Sentence {
    let mut sentence = of_totals(summary);
    if let Some(unfamiliar) = summary.unfamiliar.filter(|&rows| rows > 0) {
        let strange = Sentence::of([
            " ",
            &format::count(unfamiliar),
            if unfamiliar == 1 {
                " row is unlike anything learned from: its name is a guess."
            } else {
                " rows are unlike anything learned from: their names are guesses."
            },
        ]);
        sentence.0.extend(strange.0);
    }
    sentence
}

fn of_totals(summary: &PredictionSummary) -> Sentence {
    let rows = format::plural(summary.rows, "row");
    if summary.rows == 0 {
        return Sentence::of(["There was no row to predict."]);
    }
    let healthy: u64 = summary
        .totals
        .iter()
        .filter(|c| c.healthy)
        .map(|c| c.rows)
        .sum();
    let has_healthy = summary.totals.iter().any(|c| c.healthy);
    let most = summary
        .totals
        .iter()
        .filter(|c| !has_healthy || !c.healthy)
        .max_by(|a, b| a.rows.cmp(&b.rows).then_with(|| b.class.cmp(&a.class)));
    match most {
        Some(most) if has_healthy && healthy < summary.rows => Sentence::of([
            "",
            &format::percent((summary.rows - healthy) as f64 / summary.rows as f64),
            " of ",
            &rows,
            " point to an issue; the most frequent is ",
            &format::class_name(&most.class),
            ".",
        ]),
        _ if has_healthy => Sentence::of(["None of ", &rows, " points to an issue."]),
        Some(most) => Sentence::of([
            "Of ",
            &rows,
            " most are predicted as ",
            &most.class,
            &format!(
                " ({}).",
                format::percent(most.rows as f64 / summary.rows as f64)
            ),
        ]),
        None => Sentence::of(["", &rows, " were predicted."]),
    }
}
