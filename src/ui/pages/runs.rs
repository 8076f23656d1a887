//! What was done, and what made the difference.

use wasm_bindgen::JsValue;
use yew::prelude::*;

use crate::app::verdict::Sentence;
use crate::app::{Act, format, runlog, select};
use crate::protocol::RunRecord;
use crate::ui::shell::App;
use crate::ui::widgets::{Scroll, Strip, opening, use_app};

#[component]
pub(in crate::ui) fn Runs() -> Html {
    let app = use_app();
    let state = &app.state;
    let runs = &state.runs;
    let empty = runs.is_empty();
    html! {
        <>
            { opening(&finding(runs), if state.keeps == Some(false) {
                "This browser keeps nothing for this page: the log is gone when you close it."
            } else {
                "The log stays in this browser, on this device alone."
            }) }
            <Strip>
                if state.clearing_runs {
                    <p class="strip-note" role="alert">{ format!("Clear {}? This cannot be undone.", format::plural(runs.len() as u64, "run")) }</p>
                    <button type="button" class="btn danger" id="confirm-clear" onclick={app.on::<MouseEvent>(Act::ConfirmClear(true))}>{ "Clear the log" }</button>
                    <button type="button" class="btn" onclick={app.on::<MouseEvent>(Act::ConfirmClear(false))}>{ "Keep it" }</button>
                } else {
                    <button type="button" class="btn" disabled={empty} onclick={app.on::<MouseEvent>(Act::ExportRuns { json: false })}>{ "Download as text" }</button>
                    <button type="button" class="btn" disabled={empty} onclick={app.on::<MouseEvent>(Act::ExportRuns { json: true })}>{ "Download as JSON" }</button>
                    <button type="button" class="btn" id="clear-runs" disabled={empty} onclick={app.on::<MouseEvent>(Act::ClearRuns)}>{ "Clear the log" }</button>
                }
            </Strip>
            <div class="grid">
                { comparison(&app) }
                { log(&app) }
            </div>
        </>
    }
}

fn finding(runs: &[RunRecord]) -> Sentence {
    let best = runs
        .iter()
        .filter(|r| r.action == "train" && r.outcome == "done")
        .filter_map(|r| Some((r, runlog::figure(r, runlog::MACRO_F1)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let trainings = runs.iter().filter(|r| r.action == "train").count() as u64;
    match best {
        Some((run, score)) => Sentence::of([
            "",
            &format::plural(trainings, "training"),
            "; the best macro F1 is ",
            &format::score(score),
            &format!(
                ", a {} on {}.",
                runlog::model_name(run),
                format::shortened(&run.data_name, 40)
            ),
        ]),
        None if runs.is_empty() => Sentence::of(["Nothing was done yet."]),
        None => Sentence::of([
            "",
            &format::plural(runs.len() as u64, "run"),
            ", no training yet.",
        ]),
    }
}

fn comparison(app: &App) -> Html {
    let runs = &app.state.runs;
    let chosen: Vec<&RunRecord> = app
        .state
        .compared
        .iter()
        .filter_map(|&i| runs.get(i))
        .collect();
    if chosen.len() < 2 {
        return html! {};
    }
    let rows = runlog::differences(&chosen);
    html! {
        <section class="card span12" aria-labelledby="differences-title" id="differences">
            <h2 id="differences-title">{ format!("What differs between {} runs", chosen.len()) }</h2>
            <p class="why">{ "What they share is left out." }</p>
            if rows.is_empty() {
                <p>{ "Nothing: the same data, options and figures." }</p>
            } else {
                <Scroll label="What differs between the chosen runs">
                    <table class="data">
                        <thead>
                            <tr>
                                <th scope="col">{ "" }<span class="visually-hidden">{ "What" }</span></th>
                                for run in chosen.iter() {
                                    <th scope="col" class="num">{ local_time(run.at_millis) }</th>
                                }
                            </tr>
                        </thead>
                        <tbody>
                            for row in rows {
                                <tr>
                                    <th scope="row">{ select::capital(&row.name) }</th>
                                    for value in row.values.iter() {
                                        <td class="num" title={value.clone()}>{ format::shortened(value, 40) }</td>
                                    }
                                </tr>
                            }
                        </tbody>
                    </table>
                </Scroll>
            }
        </section>
    }
}

fn log(app: &App) -> Html {
    let runs = &app.state.runs;
    if runs.is_empty() {
        return html! {};
    }
    html! {
        <section class="card span12" aria-labelledby="log-title">
            <h2 id="log-title">{ "Run log" }</h2>
            <p class="why">{ "Newest first. Choose two or more with scores to see what differs." }</p>
            <Scroll label="Run log" tall={true}>
                <table class="data">
                    <thead>
                        <tr>
                            <th scope="col">{ "Compare" }</th>
                            <th scope="col">{ "Time" }</th>
                            <th scope="col">{ "Action" }</th>
                            <th scope="col">{ "Data" }</th>
                            <th scope="col">{ "Model" }</th>
                            <th scope="col" class="num">{ "Rows" }</th>
                            <th scope="col" class="num">{ "Accuracy" }</th>
                            <th scope="col" class="num">{ "Macro F1" }</th>
                            <th scope="col" class="num">{ "Duration" }</th>
                            <th scope="col">{ "Outcome" }</th>
                        </tr>
                    </thead>
                    <tbody>
                        for (i, run) in runs.iter().enumerate().rev() {
                            { log_row(app, i, run) }
                        }
                    </tbody>
                </table>
            </Scroll>
        </section>
    }
}

fn log_row(app: &App, i: usize, run: &RunRecord) -> Html {
    let time = local_time(run.at_millis);
    let checked = app.state.compared.contains(&i);
    html! {
            <tr key={i}>
                <td class="choose">
                    if select::comparable(run) {
    <label>                    <input
                            type="checkbox"
                            {checked}
                            aria-label={format!("Compare the run of {time}")}
                            onchange={app.on::<Event>(Act::Compare(i, !checked))}
                        /></label>
                    }
                </td>
                <td>{ time }</td>
                <td>{ run.action.clone() }</td>
                <td title={run.data_name.clone()}>{ format::shortened(&run.data_name, 32) }</td>
                <td>{ runlog::model_name(run) }</td>
                <td class="num">{ runlog::figure_text(run, runlog::ROWS) }</td>
                <td class="num">{ runlog::figure_text(run, runlog::ACCURACY) }</td>
                <td class="num">{ runlog::figure_text(run, runlog::MACRO_F1) }</td>
                <td class="num">{ if run.secs > 0.0 { format::duration(run.secs) } else { "–".to_owned() } }</td>
                <td title={run.outcome.clone()}>{ format::shortened(&run.outcome, 24) }</td>
            </tr>
        }
}

/// Date and time of this device, to the second.
fn local_time(at_millis: f64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(at_millis));
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes(),
        date.get_seconds()
    )
}
