//! What was done, and what made the difference.

use wasm_bindgen::JsValue;
use yew::prelude::*;

use crate::app::verdict::Sentence;
use crate::app::{Act, ahead, format, runlog, select};
use crate::protocol::{RunComparison, RunRecord};
use crate::ui::shell::App;
use crate::ui::widgets::{
    card, cell, choice, column_heads, named_field, opening, plain_strip, scroll,
};

pub(in crate::ui) fn runs(app: &App) -> Html {
    let state = &app.state;
    let runs = &state.runs;
    let sub = if state.keeps == Some(false) {
        "This browser keeps nothing for this page: the log is gone when you close it."
    } else {
        "The log stays in this browser, on this device alone."
    };
    let buttons = if state.clearing_runs {
        html! {
            <>
                <p class="strip-note" role="alert">{ format!("Clear {}? This cannot be undone.", format::plural(runs.len() as u64, "run")) }</p>
                { app.button("btn danger", "confirm-clear", "Clear the log", Act::ConfirmClear(true)) }
                { app.button("btn", "", "Keep it", Act::ConfirmClear(false)) }
            </>
        }
    } else {
        html! {
            <>
                { run_downloads(app) }
                { app.button_unless(runs.is_empty(), "btn", "clear-runs", "Clear the log", Act::ClearRuns) }
            </>
        }
    };
    html! {
        <>
            { opening(&finding(runs), sub) }
            { plain_strip(buttons) }
            <div class="grid">
                { comparison(app) }
                { log(app) }
            </div>
        </>
    }
}

/// The run log as files.
pub(super) fn run_downloads(app: &App) -> Html {
    let empty = app.state.runs.is_empty();
    let save = |label, json| app.button_unless(empty, "btn", "", label, Act::ExportRuns { json });
    html! {
        <>
            { save("Download as text", false) }
            { save("Download as JSON", true) }
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
    if let Some(comparison) = &app.state.comparison {
        return tested(app, comparison);
    }
    let rows = runlog::differences(&chosen);
    let table = html! {
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
                for row in rows.iter() {
                    <tr>
                        <th scope="row">{ select::capital(&row.name) }</th>
                        for value in row.values.iter() {
                            { cell("num", value, &format::shortened(value, 40)) }
                        }
                    </tr>
                }
            </tbody>
        </table>
    };
    let body = if rows.is_empty() {
        html! { <p>{ "Nothing: the same data, options and figures." }</p> }
    } else {
        scroll("What differs between the chosen runs", false, table)
    };
    html! {
        <section class="card span12" aria-labelledby="differences-title" id="differences">
            <h2 id="differences-title">{ format!("What differs between {} runs", chosen.len()) }</h2>
            <p class="why">{ "What they share is left out. Figures stand side by side, untested: a small difference may be chance." }</p>
            { body }
        </section>
    }
}

/// How two forecasts, or two trainings, differ, as the engine says it.
fn tested(app: &App, comparison: &RunComparison) -> Html {
    let budgets = comparison.budgets.clone();
    let at = budgets.iter().position(|b| Some(*b) == comparison.budget);
    let at = at.map_or_else(String::new, |at| at.to_string());
    let labels = budgets.iter().map(|budget| ahead::short(*budget).into());
    let mut options: Vec<(AttrValue, AttrValue)> = labels
        .enumerate()
        .map(|(at, label)| (at.to_string().into(), label))
        .collect();
    if at.is_empty() {
        options.insert(0, ("".into(), "each its own".into()));
    }
    let store = app.store.clone();
    let named = named_field("at-budget", "False pages per cluster-day", "");
    let choose = move |at: String| {
        let at = at.parse().ok();
        if let Some(budget) = at.and_then(|at: usize| budgets.get(at)) {
            store.act(Act::CompareAt(*budget));
        }
    };
    html! {
        <section class="card span12" aria-labelledby="differences-title" id="differences">
            <h2 id="differences-title">{ &comparison.finding }</h2>
            for note in comparison.notes.iter() {
                <p class="why">{ note }</p>
            }
            if options.len() > 1 {
                { choice(&named, &at, &options, choose) }
            }
            for (caption, rows) in comparison.tables.iter() {
                <h3>{ caption }</h3>
                <div class="scroll" tabindex="0" role="region" aria-label={caption.clone()}>
                    <table class="data">
                        <thead>
                            for row in rows.iter().take(1) {
                                <tr>
                                    for text in row.iter() {
                                        <th scope="col">{ text }</th>
                                    }
                                </tr>
                            }
                        </thead>
                        <tbody>
                            for row in rows.iter().skip(1) {
                                <tr>
                                    for text in row.iter() {
                                        { cell("", text, &format::shortened(text, 40)) }
                                    }
                                </tr>
                            }
                        </tbody>
                    </table>
                </div>
            }
        </section>
    }
}

const HEADS: [(&str, bool, &str); 10] = [
    ("Compare", false, ""),
    ("Time", false, ""),
    ("Action", false, ""),
    ("Data", false, ""),
    ("Model", false, ""),
    ("Rows", true, ""),
    ("Accuracy", true, ""),
    ("Macro F1", true, ""),
    ("Duration", true, ""),
    ("Outcome", false, ""),
];

fn log(app: &App) -> Html {
    let runs = &app.state.runs;
    if runs.is_empty() {
        return html! {};
    }
    let table = html! {
        <table class="data">
            { column_heads(&HEADS) }
            <tbody>
                for (i, run) in runs.iter().enumerate().rev() {
                    { log_row(app, i, run) }
                }
            </tbody>
        </table>
    };
    card(
        "card span12",
        "log-title",
        "Run log",
        "Newest first. Choose two trainings or two forecasts to have what differs tested, or more runs to see it.",
        scroll("Run log", true, table),
    )
}

fn log_row(app: &App, i: usize, run: &RunRecord) -> Html {
    let time = local_time(run.at_millis);
    let checked = app.state.compared.contains(&i);
    let took = if run.secs > 0.0 {
        format::duration(run.secs)
    } else {
        "–".to_owned()
    };
    let figure = |name| cell("num", "", &runlog::figure_text(run, name));
    html! {
        <tr key={i}>
            <td class="choose">
                if select::comparable(run) {
                    <label>
                        <input
                            type="checkbox"
                            {checked}
                            aria-label={format!("Compare the run of {time}")}
                            onchange={app.on::<Event>(Act::Compare(i, !checked))}
                        />
                    </label>
                }
            </td>
            { cell("", "", &time) }
            { cell("", "", &run.action) }
            { cell("", &run.data_name, &format::shortened(&run.data_name, 32)) }
            { cell("", "", runlog::model_name(run)) }
            { figure(runlog::ROWS) }
            { figure(runlog::ACCURACY) }
            { figure(runlog::MACRO_F1) }
            { cell("num", "", &took) }
            { cell("", &run.outcome, &format::shortened(&run.outcome, 24)) }
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
