//! What the model is worth on rows that it never saw.

use std::any::Any;
use std::rc::Rc;

use yew::prelude::*;

use crate::app::plot::{Chart, class_color};
use crate::app::verdict::{self, Sentence};
use crate::app::{Act, Route, Trained, format, runlog, select};
use crate::protocol::{ClassScore, Report, Request};
use crate::ui::charts::ChartCard;
use crate::ui::shell::App;
use crate::ui::widgets::{
    actions, card, cell, column_heads, failed, figure_list, notice_list, opening, pairs, scroll,
    strip, strip_note, way, work_words,
};

pub(in crate::ui) fn evaluate(app: &App) -> Html {
    let state = &app.state;
    let model = state.model.value();
    let report = model.and_then(|m| m.report.clone());
    let (sentence, sub) = match (&report, model) {
        (Some(report), _) => (verdict::of_report(report), verdict::grounds(report)),
        (None, Some(_)) => (
            Sentence::of(["This model file carries no evaluation."]),
            "Predict a table that has the target column to see how right it is.".to_owned(),
        ),
        (None, None) => (
            Sentence::of(["There is no model to judge yet."]),
            "Training one on the sample takes a few seconds.".to_owned(),
        ),
    };
    let why_not = select::train_why_not(state);
    let stale = report.is_some() && !select::same_training(state);
    let other = select::model_is_of_other_data(state);
    let ways = if report.is_some() {
        html! {
            <>
                { way("btn primary", "Keep this model", Route::Keep) }
                { way("btn", "Predict new rows", Route::Predict) }
                { way("btn", "Compare with another run", Route::Runs) }
            </>
        }
    } else {
        app.button_unless(
            why_not.is_some(),
            "btn primary",
            "",
            "Train on this data",
            Act::Train,
        )
    };
    let note = if other {
        "Trained on another table than the one at hand."
    } else if stale {
        "The settings were changed since this training."
    } else {
        ""
    };
    let buttons = html! { <>{ ways }{ strip_note(note) }</> };
    html! {
        <>
            { opening(&sentence, &sub) }
            { strip(app, state.model.running(), &work_words(app), buttons) }
            { failed(app, &state.model, Route::Evaluate) }
            if let (Some(report), Some(trained)) = (&report, model) {
                { report_view(app, report, trained) }
            }
        </>
    }
}

fn report_view(app: &App, report: &Rc<Report>, trained: &Trained) -> Html {
    let of: Rc<dyn Any> = Rc::<Report>::clone(report);
    html! {
        <div class="grid">
            <section class="card span12" aria-label="Figures">
                { figure_list(&verdict::figures(report), false) }
            </section>
            { report_charts(app, report, &of) }
            if !report.notices.is_empty() {
                { card(
                    "card span12",
                    "report-notices-title",
                    "Before you trust it",
                    "",
                    notice_list(&report.notices),
                ) }
            }
            { details(app, report, trained) }
        </div>
    }
}

/// The charts and the table of classes of a report that belongs to a value.
pub(super) fn report_charts(app: &App, report: &Report, of: &Rc<dyn Any>) -> Html {
    let made =
        |what, make: fn(&Report) -> Chart| app.store.charts().chart(of, what, &|| make(report));
    let chart = |class: &'static str, chart: Rc<Chart>, title: String, why: &'static str| {
        html! {
            <div {class}><ChartCard {chart} {title} {why} /></div>
        }
    };
    html! {
        <>
            { chart(
                "span7 chart-cell",
                made("confusion", Chart::confusion),
                verdict::confusion_title(report),
                "Rows are the truth, columns what was said; share of each row.",
            ) }
            if !report.importance.is_empty() {
                { chart(
                    "span5 chart-cell",
                    made("importance", Chart::importance),
                    verdict::importance_title(report),
                    "Drop in macro F1 when a column is shuffled, on held-out rows; the whiskers are its spread over the repeats. Columns that say the same share their worth.",
                ) }
            }
            { card(
                "card span12",
                "classes-title",
                &select::capital(&verdict::classes_title(report)),
                &verdict::classes_how(report),
                class_table(report, app.dark),
            ) }
            if !report.roc.is_empty() {
                { chart(
                    "span6 chart-cell",
                    made("roc", Chart::roc),
                    select::capital(&verdict::roc_title(report)),
                    "ROC: share of a class that is found, against the share of other rows taken for it.",
                ) }
            }
            if !report.precision_recall.is_empty() {
                { chart(
                    "span6 chart-cell",
                    made("precision and recall", Chart::precision_recall),
                    select::capital(&verdict::precision_recall_title(report)),
                    "Precision and recall: how many alarms are true, against the share that is found.",
                ) }
            }
        </>
    }
}

const HEADS: [(&str, bool, &str); 8] = [
    ("Class", false, ""),
    ("Rows", true, ""),
    (
        "Precision",
        true,
        "Share of the rows predicted as this class that are of it.",
    ),
    ("Recall", true, "Share of this class's rows that are found."),
    ("F1", true, "Harmonic mean of precision and recall."),
    ("ROC AUC", true, ""),
    ("Average precision", true, ""),
    (
        "Unfamiliar",
        true,
        "Rows unlike those that the name they were given was learned from.",
    ),
];

fn class_table(report: &Report, dark: bool) -> Html {
    let score = |x: Option<f64>| match x {
        Some(x) => cell("num", "", &format::score(x)),
        None => cell("num muted", "", "not defined"),
    };
    let unfamiliar = report.unfamiliar.as_ref();
    let row = |at: usize, class: &ClassScore| {
        html! {
            <tr>
                <th scope="row">
                    <span class="key" style={format!("background:{}", class_color(&class.class, &report.classes, dark).css())} aria-hidden="true"></span>
                    { format::shortened(&class.class, 40) }
                </th>
                { cell("num", "", &format::count(class.support)) }
                { score(class.precision) }
                { score(class.recall) }
                { score(class.f1) }
                { score(class.roc_auc) }
                { score(class.average_precision) }
                if let Some(rows) = unfamiliar.and_then(|u| u.of_class.get(at)) {
                    { cell("num", "", &format::count(*rows)) }
                }
            </tr>
        }
    };
    let table = html! {
        <table class="data">
            { column_heads(&HEADS[..HEADS.len() - usize::from(unfamiliar.is_none())]) }
            <tbody>
                for (at, class) in report.per_class.iter().enumerate() {
                    { row(at, class) }
                }
            </tbody>
        </table>
    };
    scroll("Scores of each class", true, table)
}

fn details(app: &App, report: &Report, trained: &Trained) -> Html {
    let model = &trained.model;
    let mut lines = vec![
        (
            "model file".to_owned(),
            format!("{}, id {}", format::bytes(model.bytes), model.id),
        ),
        (
            "trees".to_owned(),
            format!(
                "{}, {}",
                format::count(model.trees),
                format::plural(model.nodes, "node")
            ),
        ),
        ("features".to_owned(), format::count(model.features)),
        ("data".to_owned(), report.data_name.clone()),
        (
            "data fingerprint".to_owned(),
            report.data_fingerprint.clone(),
        ),
        ("training rows".to_owned(), format::count(report.rows_train)),
        ("held-out rows".to_owned(), format::count(report.rows_test)),
    ];
    lines.extend(runlog::option_lines(&report.options));
    let body = html! {
        <>
            if let Some(text) = &model.text {
                <details class="more">
                    <summary>{ "The tree as text" }</summary>
                    { scroll("The decision tree as text", true, html! { <pre>{ text }</pre> }) }
                </details>
            }
            <details class="more">
                <summary>{ "Options and fingerprint" }</summary>
                { pairs(&lines) }
            </details>
            { actions(app.button(
                "btn",
                "download-report",
                "Download the report as JSON",
                Act::Export(Request::ExportReport),
            )) }
        </>
    };
    card(
        "card span12",
        "details-title",
        "How to get the same again",
        "The same data, options and seed give the same model, byte for byte, here and on the command line.",
        body,
    )
}
