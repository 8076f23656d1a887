//! New rows, predicted.

use std::any::Any;
use std::rc::Rc;

use yew::prelude::*;

use super::evaluate::report_charts;
use crate::app::form::Field;
use crate::app::plot::Chart;
use crate::app::verdict::{self, Sentence};
use crate::app::{Act, Handle, Route, format};
use crate::protocol::{PredictionFilter, PredictionSummary, Report, Request};
use crate::ui::charts::ChartCard;
use crate::ui::shell::App;
use crate::ui::widgets::{
    Chosen, MODELS, Rows, Source, TABLES, card, check, choice, failed, figure_list, file_button,
    named_field, notice_list, number_field, opening, pager, strip, way, work_words,
};

pub(in crate::ui) fn predict(app: &App) -> Html {
    let state = &app.state;
    let model = state.model.value();
    let (sentence, sub) = match (state.predictions.value(), model) {
        (_, None) => (
            Sentence::of(["Predicting takes a model first."]),
            "Train one, or open a model file.".to_owned(),
        ),
        (Some(p), Some(m)) => (
            verdict::of_predictions(p),
            format!(
                "{}, predicted by the {} in {}.",
                p.data_name,
                m.model.kind,
                format::duration(p.secs)
            ),
        ),
        (None, Some(m)) => (
            Sentence::of([
                "Drop new metrics to predict ",
                &m.model.target,
                " for each row.",
            ]),
            format!(
                "The table needs these columns, in any order: {}. With {} in it, it is evaluated too.",
                format::listed(
                    &m.model
                        .columns
                        .iter()
                        .map(|(name, _)| name.clone())
                        .collect::<Vec<_>>(),
                    8
                ),
                m.model.target
            ),
        ),
    };
    let predicted = state.predictions.value();
    let buttons = match model {
        Some(_) => html! {
            <>
                { file_button(
                    app,
                    if predicted.is_none() { "btn file primary" } else { "btn file" },
                    "predict-files",
                    "Choose files to predict",
                    TABLES,
                    Chosen::Predict,
                ) }
                if let Some(data) = state.data.value() {
                    { app.button(
                        "btn",
                        "predict-data",
                        &format!("Predict {}", format::shortened(&data.name, 28)),
                        Act::PredictData,
                    ) }
                }
                if predicted.is_some() {
                    { app.button(
                        "btn primary",
                        "download-predictions",
                        "Download CSV",
                        Act::Export(Request::ExportPredictions),
                    ) }
                }
            </>
        },
        None => html! {
            <>
                { way("btn primary", "Train a model", Route::Train) }
                { file_button(app, "btn file", "predict-open", "Open a model file", MODELS, Chosen::ByName) }
            </>
        },
    };
    html! {
        <>
            { opening(&sentence, &sub) }
            { strip(app, state.predictions.running(), &work_words(app), buttons) }
            { failed(app, &state.predictions, Route::Predict) }
            if let Some(predicted) = predicted {
                { predictions(app, predicted) }
            }
        </>
    }
}

fn predictions(app: &App, p: &Handle<PredictionSummary>) -> Html {
    let of: Rc<dyn Any> = p.shared();
    let make = || Chart::prediction_totals(p);
    let chart = app.store.charts().chart(&of, "totals", &make);
    let wide = p.notices.is_empty();
    html! {
        <div class="grid">
            <div class={classes!("chart-cell", if wide { "span12" } else { "span7" })}>
                <ChartCard {chart} title="Rows predicted as each class" why={format!("Of {}.", format::plural(p.rows, "row"))} />
            </div>
            if !wide {
                { card(
                    "card span5",
                    "fit-title",
                    "How the table fits the model",
                    "",
                    notice_list(&p.notices),
                ) }
            }
            { table(app, p) }
            if let Some(report) = &p.report {
                { card(
                    "card span12",
                    "truth-title",
                    "Against the truth in this table",
                    &truth(app, report),
                    figure_list(&verdict::figures(report), has_seen(app, report)),
                ) }
                { report_charts(app, report, &of) }
            }
        </div>
    }
}

/// Whether the model was trained on rows of the table that it predicted.
fn has_seen(app: &App, report: &Report) -> bool {
    let model = app.state.model.value();
    model.is_some_and(|m| m.model.data_fingerprint == report.data_fingerprint)
}

/// What the evaluation on a predicted table is worth.
fn truth(app: &App, report: &Report) -> String {
    if !has_seen(app, report) {
        return verdict::of_report(report).text();
    }
    let honest = app.state.model.value().and_then(|m| m.report.as_ref());
    let honest = honest.map(|r| {
        format!(
            " On rows that it never saw it is right on {}.",
            format::percent(r.accuracy)
        )
    });
    format!(
        "The model was trained on rows of this very table, so that these figures flatter it.{}",
        honest.unwrap_or_default()
    )
}

fn table(app: &App, p: &Handle<PredictionSummary>) -> Html {
    let state = &app.state;
    let filter = &state.filter;
    let page = state.page.value();
    let on_class = {
        let store = app.store.clone();
        let filter = filter.clone();
        move |class: String| {
            store.act(Act::Filter(PredictionFilter {
                class: (!class.is_empty()).then_some(class),
                ..filter.clone()
            }));
        }
    };
    let on_wrong = {
        let store = app.store.clone();
        let filter = filter.clone();
        Callback::from(move |wrong_only| {
            store.act(Act::Filter(PredictionFilter {
                wrong_only,
                ..filter.clone()
            }));
        })
    };
    let on_unfamiliar = {
        let store = app.store.clone();
        let filter = filter.clone();
        Callback::from(move |unfamiliar_only| {
            store.act(Act::Filter(PredictionFilter {
                unfamiliar_only,
                ..filter.clone()
            }));
        })
    };
    let unfamiliar = p.unfamiliar.filter(|&rows| rows > 0);
    let mut classes: Vec<(AttrValue, AttrValue)> = vec![("".into(), "Every class".into())];
    classes.extend(p.totals.iter().map(|c| {
        (
            c.class.clone().into(),
            format!("{} ({})", c.class, format::count(c.rows)).into(),
        )
    }));
    let body = html! {
        <>
            <div class="filters">
                { choice(
                    &named_field("filter-class", "Predicted as", ""),
                    filter.class.as_deref().unwrap_or_default(),
                    &classes,
                    on_class,
                ) }
                { number_field(app, Field::MinProbability) }
                if p.report.is_some() {
                    { check(
                        &named_field("filter-wrong", "Only where truth and prediction differ", ""),
                        filter.wrong_only,
                        on_wrong,
                    ) }
                }
                if unfamiliar.is_some() {
                    { check(
                        &named_field("filter-unfamiliar", "Only unfamiliar rows", ""),
                        filter.unfamiliar_only,
                        on_unfamiliar,
                    ) }
                }
            </div>
            { failed(app, &state.page, Route::Predict) }
            if let Some(page) = page {
                <Rows source={Source::Page(page.clone())} label="Predictions" />
                { pager(app, page, Act::Page) }
            }
        </>
    };
    card(
        "card span12",
        "predictions-title",
        "Each row",
        if unfamiliar.is_some() {
            "An unfamiliar row is unlike those that its name was learned from: the name in brackets is a guess, and \"unlike training\" says which columns make it so."
        } else {
            "The predicted class with its probability, then the probability of every class."
        },
        body,
    )
}
