//! What came in: the finding, the target, the columns, the first rows.

use std::any::Any;
use std::rc::Rc;

use yew::prelude::*;

use super::columns::ColumnsCard;
use super::profile::profile_card;
use super::reading::reading_cards;
use super::rows::rows_card;
use super::simulate::simulator_card;
use crate::app::plot::Chart;
use crate::app::select;
use crate::app::verdict::{Figure, Sentence};
use crate::app::{Act, Handle, Origin, Route, format};
use crate::protocol::{DataSummary, TargetSummary};
use crate::ui::charts::ChartCard;
use crate::ui::shell::App;
use crate::ui::widgets::{
    Chosen, TABLES_AND_MODELS, actions, card, choice, failed, figure_list, file_button,
    named_field, notice_list, opening, strip, way,
};

pub(in crate::ui) fn data(app: &App) -> Html {
    let state = &app.state;
    let target = state.target.value();
    let (sentence, sub) = match state.data.value() {
        Some(data) => (
            select::data_finding(data, target.map(|t| &**t)),
            select::data_origin(data),
        ),
        None => (
            Sentence::of(["Drop the metrics of your cluster on this page."]),
            "CSV files or exports of metrics. They are read here and never leave this device."
                .to_owned(),
        ),
    };
    // Training is seen here too: it began here, or a drop during it came here.
    let busy = state.data.running().or(state.target.running());
    let busy = busy.or(state.training().map(|job| &job.progress));
    let words = match (&state.job, busy) {
        (Some(job), Some(_)) => job.purpose.words(),
        _ => String::new(),
    };
    let why_not = select::train_why_not(state);
    let training = state.training().is_some();
    let note = html! {
        <span class="strip-note">
            { if training { "A model is being trained." } else { "" } }
            { why_not.as_deref().filter(|_| state.data.value().is_some()).unwrap_or_default() }
        </span>
    };
    let buttons = html! {
        <>
            { app.button_unless(
                why_not.is_some() || training,
                "btn primary",
                "train-now",
                "Train on this data",
                Act::Train,
            ) }
            { way("btn", "Choose columns and rules first", Route::Prepare) }
            { note }
        </>
    };
    html! {
        <>
            { opening(&sentence, &sub) }
            { strip(app, busy, &words, buttons) }
            { restored(app) }
            { failed(app, &state.target, Route::Data) }
            { failed(app, &state.data, Route::Data) }
            if let Some(data) = state.data.value() {
                { body(app, data, target) }
            } else {
                <div class="grid">{ drop_card(app, "card drop span12") }{ simulator_card() }</div>
            }
        </>
    }
}

fn restored(app: &App) -> Html {
    let Some(name) = &app.state.restored else {
        return html! {};
    };
    html! {
        <div class="waiting" id="restored">
            <p>{ format!("Restored {name} from your last visit. It is kept in this browser alone.") }</p>
            { app.button("btn", "forget", "Forget it", Act::Forget) }
            { app.button("btn", "", "Close", Act::DismissRestored) }
        </div>
    }
}

fn body(app: &App, data: &Handle<DataSummary>, target: Option<&Handle<TargetSummary>>) -> Html {
    let notices = all_notices(data, target);
    html! {
        <div class="grid">
            { target_card(app, data, target) }
            { drop_card(app, "card drop span5") }
            <section class="card span12" aria-label="Figures of the data set">
                { figure_list(&figures(data, target.map(|t| &**t)), false) }
            </section>
            { reading_cards(app, data) }
            if !notices.is_empty() {
                { card(
                    "card span12",
                    "notices-title",
                    &format!("{} to know of this data", format::plural(notices.len() as u64, "thing")),
                    "",
                    notice_list(&notices),
                ) }
            }
            <ColumnsCard store={app.store.clone()} data={data.clone()} target={target.cloned()} />
            { profile_card(app) }
            { rows_card(app, data) }
            { simulator_card() }
        </div>
    }
}

fn all_notices(
    data: &DataSummary,
    target: Option<&Handle<TargetSummary>>,
) -> Vec<crate::data::Notice> {
    let mut notices = data.notices.clone();
    if let Some(target) = target {
        for notice in &target.notices {
            if !notices.contains(notice) {
                notices.push(notice.clone());
            }
        }
    }
    notices
}

fn figures(data: &DataSummary, target: Option<&TargetSummary>) -> Vec<Figure> {
    let figure = |label, value: String, beside: String| Figure {
        label,
        meaning: "",
        value,
        beside,
        below: String::new(),
        better: false,
    };
    let cells = data.rows * data.columns.len() as u64;
    let missing: u64 = data
        .columns
        .iter()
        .map(|c| select::missing(c, target))
        .sum();
    let size = match data.bytes {
        0 => figure("Size", "–".to_owned(), "made, not read".to_owned()),
        n => figure("Size", format::bytes(n), String::new()),
    };
    vec![
        figure("Rows", format::count(data.rows), String::new()),
        figure(
            "Columns",
            format::count(data.columns.len() as u64),
            format!(
                "{} fit to learn from",
                data.columns.iter().filter(|c| c.used).count()
            ),
        ),
        figure(
            "Missing cells",
            format::percent(missing as f64 / cells.max(1) as f64),
            format::count(missing),
        ),
        size,
        figure(
            match data.bytes {
                0 => "Made in",
                _ => "Read in",
            },
            format::duration(data.parse_secs),
            String::new(),
        ),
    ]
}

/// Where files come in. The whole window takes drops.
fn drop_card(app: &App, class: &'static str) -> Html {
    let is_sample = matches!(
        app.state.source.as_ref().map(|s| &s.origin),
        Some(Origin::Scenario { sample: true, .. })
    );
    let body = html! {
        <>
            <div class="drop-zone">
                <svg width="32" height="32" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
                    <path d="M12 15V4m0 0L7.5 8.5M12 4l4.5 4.5M4 15v3.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V15" />
                </svg>
                { file_button(app, "btn file", "choose-files", "Choose files", TABLES_AND_MODELS, Chosen::Data) }
            </div>
            <p class="why">{ "Nothing leaves this device. The last data set is kept in this browser for your next visit." }</p>
            if !is_sample {
                { actions(app.button("btn", "load-sample", "Show the sample", Act::LoadSample)) }
            }
        </>
    };
    card(
        class,
        "drop-title",
        "Your own metrics",
        "Drop files or a folder anywhere on this page, or paste text: CSV, exports of Prometheus, Grafana, VictoriaMetrics or Datadog, what kubectl prints; packed as .gz or .zip too. Tables with the same columns are stacked, exports joined on time and labels.",
        body,
    )
}

/// The column to predict, and its classes.
fn target_card(app: &App, data: &DataSummary, target: Option<&Handle<TargetSummary>>) -> Html {
    let store = app.store.clone();
    let on_choice = move |column: String| {
        if !column.is_empty() {
            store.act(Act::SetTarget(column));
        }
    };
    let mut options: Vec<(AttrValue, AttrValue)> = data
        .columns
        .iter()
        .filter(|c| c.target_why_not.is_empty())
        .map(|c| (c.name.clone().into(), format::shortened(&c.name, 48).into()))
        .collect();
    let value: AttrValue = match target {
        Some(t) => {
            if !options.iter().any(|(v, _)| *v == *t.column) {
                options.insert(0, (t.column.clone().into(), t.column.clone().into()));
            }
            t.column.clone().into()
        }
        None => {
            options.insert(0, ("".into(), "Choose a column".into()));
            "".into()
        }
    };
    let named = named_field(
        "target",
        "Column to predict",
        "A column of a few names or numbers. Rows where it is empty are left out.",
    );
    let chooser = choice(&named, &value, &options, on_choice);
    match target {
        Some(target) => {
            let of: Rc<dyn Any> = target.shared();
            let make = || Chart::class_counts(target);
            let chart = app.store.charts().chart(&of, "classes", &make);
            let total: u64 = target.classes.iter().map(|c| c.rows).sum();
            let title = format!(
                "{} of {}",
                format::plural(target.classes.len() as u64, "class"),
                target.column
            );
            let why = format!(
                "Rows of each class, of {}{}.",
                format::count(total),
                match target.missing {
                    0 => String::new(),
                    n => format!("; {} without a value", format::count(n)),
                }
            );
            html! {
                <div class="span7 chart-cell" id="target-card">
                    <ChartCard {chart} {title} {why}>
                        if !target.why_not.is_empty() {
                            <p class="error">{ &target.why_not }</p>
                        }
                        { chooser }
                    </ChartCard>
                </div>
            }
        }
        None => html! {
            <section class="card span7" id="target-card" aria-labelledby="target-title">
                <h2 id="target-title">{ "No column can be predicted as it is" }</h2>
                <p class="why">{ "A target is a column with at least two different values, each in several rows. Change a column's type below, or choose one here." }</p>
                { chooser }
                <ul class="plain">
                    for column in data.columns.iter().filter(|c| !c.target_why_not.is_empty()).take(8) {
                        <li><b>{ format::shortened(&column.name, 40) }</b>{ format!(": {}", column.target_why_not) }</li>
                    }
                </ul>
            </section>
        },
    }
}
