//! Files to keep, and what each is for.

use yew::prelude::*;

use super::dismiss;
use crate::app::verdict::Sentence;
use crate::app::{Act, Handle, Route, Trained, format};
use crate::protocol::Request;
use crate::ui::route;
use crate::ui::widgets::{Chosen, FileButton, Strip, Waiting, async_view, opening, use_app};

#[component]
pub(in crate::ui) fn Keep() -> Html {
    let app = use_app();
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
    let words = state.job.as_ref().map(|j| j.purpose.words());
    html! {
        <>
            { opening(&sentence, &sub) }
            <Strip progress={state.model.running().cloned()} words={words.unwrap_or_default()}>
                if model.is_some() {
                    <button type="button" class="btn primary" id="save-model" onclick={app.on::<MouseEvent>(Act::Export(Request::SaveModel))}>{ "Save the model" }</button>
                } else {
                    <button type="button" class="btn primary" onclick={Callback::from(|_: MouseEvent| route::go(Route::Train))}>{ "Train a model" }</button>
                }
                <FileButton id="open-model" label="Open a model file" accept=".kubecast" multiple={false} for_what={Chosen::ByName} />
            </Strip>
            <Waiting />
            { async_view(&state.model, &dismiss(&app), Route::Keep, || html! {}, |_| html! {}) }
            <div class="grid">
                if let Some(model) = model {
                    <ModelCard model={model.clone()} />
                }
                <section class="card span6" aria-labelledby="keep-report-title">
                    <h2 id="keep-report-title">{ "Report" }</h2>
                    <p class="why">{ "Every figure of the evaluation with the options, the seed and the fingerprint of the data, as JSON: for a record, a ticket, or a check in a pipeline." }</p>
                    <p class="actions">
                        <button type="button" class="btn" id="keep-report" disabled={!has_report} onclick={app.on::<MouseEvent>(Act::Export(Request::ExportReport))}>{ "Download the report" }</button>
                    </p>
                </section>
                <section class="card span6" aria-labelledby="keep-log-title">
                    <h2 id="keep-log-title">{ "Run log" }</h2>
                    <p class="why">{ format!("{} so far, each with its time, parameters, seed and figures. As text to read, as JSON for programs.", format::plural(state.runs.len() as u64, "run")) }</p>
                    <p class="actions">
                        <button type="button" class="btn" disabled={state.runs.is_empty()} onclick={app.on::<MouseEvent>(Act::ExportRuns { json: false })}>{ "Download as text" }</button>
                        <button type="button" class="btn" disabled={state.runs.is_empty()} onclick={app.on::<MouseEvent>(Act::ExportRuns { json: true })}>{ "Download as JSON" }</button>
                    </p>
                </section>
                <section class="card span12" aria-labelledby="kept-title">
                    <h2 id="kept-title">{ "What this browser keeps" }</h2>
                    <p class="why">{ kept_words(state.keeps) }</p>
                    <p class="actions">
                        <button type="button" class="btn" id="forget-all" onclick={app.on::<MouseEvent>(Act::Forget)} disabled={state.keeps != Some(true)}>{ "Forget data and model" }</button>
                    </p>
                </section>
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

#[derive(PartialEq, Properties)]
struct ModelCardProps {
    model: Handle<Trained>,
}

#[component]
fn ModelCard(props: &ModelCardProps) -> Html {
    let m = &props.model.model;
    let columns: Vec<String> = m.columns.iter().map(|(name, _)| name.clone()).collect();
    let pairs = [
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
    html! {
        <section class="card span12" aria-labelledby="model-card-title">
            <h2 id="model-card-title">{ "The model file" }</h2>
            <p class="why">{ "One .kubecast file holds the trees, the recipe and the report. This page, the command line and the JavaScript module read it, and predict the same, bit for bit." }</p>
            <dl class="pairs">
                for (name, value) in pairs {
                    <div><dt>{ name }</dt><dd>{ value }</dd></div>
                }
            </dl>
        </section>
    }
}
