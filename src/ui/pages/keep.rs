//! Files to keep, and what each is for.

use yew::prelude::*;

use super::runs::run_downloads;
use crate::app::verdict::Sentence;
use crate::app::{Act, Route, Trained, format};
use crate::protocol::Request;
use crate::ui::shell::App;
use crate::ui::widgets::{
    Chosen, MODELS, actions, card, failed, file_button, opening, pairs, strip, way, work_words,
};

pub(in crate::ui) fn keep(app: &App) -> Html {
    let state = &app.state;
    let model = state.model.value();
    let has_report = model.is_some_and(|m| m.report.is_some());
    let (sentence, sub) = match model {
        Some(m) => (
            Sentence::of([
                "A ",
                &m.model.kind,
                " for ",
                &m.model.target,
                ", ",
                &format::bytes(m.model.bytes),
                " in one file.",
            ]),
            match &m.file {
                Some(file) => format!("Opened from {file}."),
                None if m.secs == 0.0 => {
                    format!("Trained on {} in your last visit.", m.model.data_name)
                }
                None => format!("Trained on {}.", m.model.data_name),
            },
        ),
        None => (
            Sentence::of(["There is nothing to keep yet."]),
            "Train a model, or open one that was kept before.".to_owned(),
        ),
    };
    let first = if model.is_some() {
        app.button(
            "btn primary",
            "save-model",
            "Save the model",
            Act::Export(Request::SaveModel),
        )
    } else {
        way("btn primary", "Train a model", Route::Train)
    };
    let buttons = html! {
        <>
            { first }
            { file_button(app, "btn file", "open-model", "Open a model file", MODELS, Chosen::ByName) }
        </>
    };
    html! {
        <>
            { opening(&sentence, &sub) }
            { strip(app, state.model.running(), &work_words(app), buttons) }
            { failed(app, &state.model, Route::Keep) }
            <div class="grid">
                if let Some(model) = model {
                    { model_card(model) }
                }
                { card(
                    "card span6",
                    "keep-report-title",
                    "Report",
                    "Every figure of the evaluation with the options, the seed and the fingerprint of the data, as JSON: for a record, a ticket, or a check in a pipeline.",
                    actions(app.button_unless(
                        !has_report,
                        "btn",
                        "keep-report",
                        "Download the report",
                        Act::Export(Request::ExportReport),
                    )),
                ) }
                { card(
                    "card span6",
                    "keep-log-title",
                    "Run log",
                    &format!("{} so far, each with its time, parameters, seed and figures. As text to read, as JSON for programs.", format::plural(state.runs.len() as u64, "run")),
                    actions(run_downloads(app)),
                ) }
                { card(
                    "card span12",
                    "kept-title",
                    "What this browser keeps",
                    kept_words(state.keeps),
                    actions(app.button_unless(
                        state.keeps != Some(true),
                        "btn",
                        "forget-all",
                        "Forget data and model",
                        Act::Forget,
                    )),
                ) }
            </div>
        </>
    }
}

fn kept_words(keeps: Option<bool>) -> &'static str {
    match keeps {
        Some(true) => {
            "The last data set, the last model and the run log stay in this browser, on this device alone, and are there again when you come back."
        }
        Some(false) => {
            "This browser keeps nothing for this page, perhaps because of a private window. Download what you need before you close it."
        }
        None => "Looking at what was kept.",
    }
}

fn model_card(trained: &Trained) -> Html {
    let m = &trained.model;
    let columns: Vec<String> = m.columns.iter().map(|(name, _)| name.clone()).collect();
    let lines = [
        (
            "Predicts",
            format!(
                "{}, one of {}",
                m.target,
                format::plural(m.classes.len() as u64, "class")
            ),
        ),
        (
            "Needs",
            format!(
                "{}: {}",
                format::plural(columns.len() as u64, "column"),
                format::listed(&columns, 10)
            ),
        ),
        (
            "Size",
            format!(
                "{} of {} and {}",
                format::bytes(m.bytes),
                format::plural(m.trees, "tree"),
                format::plural(m.nodes, "node")
            ),
        ),
        (
            "Trained on",
            format!("{}, fingerprint {}", m.data_name, m.data_fingerprint),
        ),
        ("Id", m.id.clone()),
    ];
    let lines = lines.map(|(name, value)| (name.to_owned(), value));
    card(
        "card span12",
        "model-card-title",
        "The model file",
        "One .kubecast file holds the trees, the recipe and the report. This page, the command line and the JavaScript module read it, and predict the same, bit for bit.",
        pairs(&lines),
    )
}
