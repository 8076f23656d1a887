//! New rows, predicted.

use std::rc::Rc;

use yew::prelude::*;

use super::dismiss;
use super::evaluate::ReportCharts;
use crate::app::form::Field;
use crate::app::plot::Chart;
use crate::app::verdict::{self, Sentence};
use crate::app::{Act, Handle, PAGE_ROWS, Route, format};
use crate::protocol::{PredictionFilter, PredictionSummary, Report, Request};
use crate::ui::charts::ChartCard;
use crate::ui::route;
use crate::ui::shell::App;
use crate::ui::widgets::{
    Check, Chosen, FileButton, Notices, Rows, Select, Strip, Waiting, async_view, figure_list,
    number_field, opening, use_app,
};

#[component]
pub(in crate::ui) fn Predict() -> Html {
    let app = use_app();
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
    let words = state.job.as_ref().map(|j| j.purpose.words());
    html! {
        <>
            { opening(&sentence, &sub) }
            <Strip progress={state.predictions.running().cloned()} words={words.unwrap_or_default()}>
                if model.is_some() {
                    <FileButton id="predict-files" label="Choose files to predict" accept=".csv,.tsv,.txt,text/csv" primary={state.predictions.value().is_none()} for_what={Chosen::Predict} />
                    if let Some(data) = state.data.value() {
                        <button type="button" class="btn" id="predict-data" onclick={app.on::<MouseEvent>(Act::PredictData)}>
                            { format!("Predict {}", format::shortened(&data.name, 28)) }
                        </button>
                    }
                    if state.predictions.value().is_some() {
                        <button type="button" class="btn primary" id="download-predictions" onclick={app.on::<MouseEvent>(Act::Export(Request::ExportPredictions))}>{ "Download CSV" }</button>
                    }
                } else {
                    <button type="button" class="btn primary" onclick={Callback::from(|_: MouseEvent| route::go(Route::Train))}>{ "Train a model" }</button>
                    <FileButton id="predict-open" label="Open a model file" accept=".kubecast" multiple={false} for_what={Chosen::ByName} />
                }
            </Strip>
            <Waiting />
            { async_view(&state.predictions, &dismiss(&app), Route::Predict, || html! {}, |p| html! { <Predictions predictions={p.clone()} /> }) }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct PredictionsProps {
    predictions: Handle<PredictionSummary>,
}

#[component]
fn Predictions(props: &PredictionsProps) -> Html {
    let app = use_app();
    let p = &props.predictions;
    let chart = use_memo(p.clone(), |p| Rc::new(Chart::prediction_totals(p)));
    let report = use_memo(p.clone(), |p| {
        p.report
            .as_ref()
            .map(|r| Handle::new(Rc::new((**r).clone())))
    });
    let wide = p.notices.is_empty();
    html! {
        <div class="grid">
            <div class={classes!("chart-cell", if wide { "span12" } else { "span7" })}>
                <ChartCard chart={(*chart).clone()} title="Rows predicted as each class" why={format!("Of {}.", format::plural(p.rows, "row"))} />
            </div>
            if !wide {
                <section class="card span5" aria-labelledby="fit-title">
                    <h2 id="fit-title">{ "How the table fits the model" }</h2>
                    <Notices notices={Handle::new(p.notices.clone())} />
                </section>
            }
            { table(&app, p) }
            if let Some(report) = &*report {
                <section class="card span12" aria-labelledby="truth-title">
                    <h2 id="truth-title">{ "Against the truth in this table" }</h2>
                    <p class="why">{ truth(&app, report) }</p>
                    { figure_list(&verdict::figures(report), has_seen(&app, report)) }
                </section>
                <ReportCharts report={report.clone()} />
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
    let change = |f: fn(PredictionFilter, String) -> PredictionFilter| {
        let store = app.store.clone();
        let filter = filter.clone();
        Callback::from(move |value: String| store.act(Act::Filter(f(filter.clone(), value))))
    };
    let on_class = change(|filter, class| PredictionFilter {
        class: (!class.is_empty()).then_some(class),
        ..filter
    });
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
    let mut classes: Vec<(AttrValue, AttrValue)> = vec![("".into(), "Every class".into())];
    classes.extend(p.totals.iter().map(|c| {
        (
            c.class.clone().into(),
            format!("{} ({})", c.class, format::count(c.rows)).into(),
        )
    }));
    let total = page.map_or(0, |page| page.total);
    let offset = page.map_or(0, |page| page.offset);
    let shown = page.map_or(0, |page| page.rows.len() as u64);
    let to = |offset: u64| app.on::<MouseEvent>(Act::Page(offset));
    let rows = u64::from(PAGE_ROWS);
    html! {
        <section class="card span12" aria-labelledby="predictions-title">
            <h2 id="predictions-title">{ "Each row" }</h2>
            <p class="why">{ "The predicted class with its probability, then the probability of every class." }</p>
            <div class="filters">
                <Select id="filter-class" label="Predicted as" value={filter.class.clone().unwrap_or_default()} options={classes} on_choice={on_class} />
                { number_field(app, Field::MinProbability) }
                if p.report.is_some() {
                    <Check id="filter-wrong" label="Only where truth and prediction differ" checked={filter.wrong_only} on_change={on_wrong} />
                }
            </div>
            { async_view(&state.page, &dismiss(app), Route::Predict, || html! {}, |page| html! {
                <Rows page={page.clone()} label="Predictions" />
            }) }
            <div class="pager">
                <p aria-live="polite">
                    { match (total, shown) {
                        (0, _) => "No row is like that.".to_owned(),
                        (_, 0) => format!("None of {} from here.", format::plural(total, "row")),
                        _ => format!("Rows {} to {} of {}", format::count(offset + 1), format::count(offset + shown), format::count(total)),
                    } }
                </p>
                <button type="button" class="btn" disabled={offset == 0} onclick={to(0)}>{ "First" }</button>
                <button type="button" class="btn" disabled={offset == 0} onclick={to(offset.saturating_sub(rows))}>{ "Previous" }</button>
                <button type="button" class="btn" disabled={offset + shown >= total} onclick={to(offset + rows)}>{ "Next" }</button>
            </div>
        </section>
    }
}
