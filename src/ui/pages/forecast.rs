//! Warnings ahead of time: what is asked, what they are worth at each budget, and one entity over time.

use std::any::Any;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

use super::marks::{columns, marks, sight};
use super::prepare::choose;
use crate::app::ahead::{self, Nudge};
use crate::app::form::{FORECAST_WINDOWS, Field, HeldOut};
use crate::app::marking::is_by_hand;
use crate::app::plot::{Chart, class_color};
use crate::app::verdict::Sentence;
use crate::app::{Act, Handle, Route, Setting, format};
use crate::protocol::{ForecastOutcome, ForecastSummary, IncidentLine, Refusal, Request};
use crate::ui::charts::ChartCard;
use crate::ui::shell::App;
use crate::ui::widgets::{
    card, cell, choice, column_heads, failed, figure_list, named_field, number_field, opening,
    pairs, scroll, strip, strip_note,
};

const HELD_OUT: [(HeldOut, &str, &str); 3] = [
    (HeldOut::Later, "later", "Later rows, after a gap"),
    (HeldOut::Entities, "entities", "Other entities"),
    (HeldOut::Any, "any", "Any rows (leaks)"),
];

pub(in crate::ui) fn forecast(app: &App) -> Html {
    let state = &app.state;
    let progress = state.forecast.running();
    let summary = state.forecast.value();
    let refusal = state.refusal.as_ref().filter(|_| progress.is_none());
    let (sentence, sub) = match (refusal, summary) {
        (Some(refusal), _) => {
            let failure = &refusal.failure;
            let title = format!("{}.", failure.title.trim_end_matches('.'));
            (Sentence::of(["", &title]), format!("{} {}", failure.detail, failure.hint))
        }
        (_, Some(summary)) => (ahead::verdict(summary, *state.rung), ahead::grounds(summary)),
        _ => (
            Sentence::of(["How early, and how often wrongly, would it have warned?"]),
            "A model looks back from each row and says what sets in soon. It is judged on rows that it never saw, by incident, as somebody on call would.".to_owned(),
        ),
    };
    let why_not = ahead::why_not(state);
    let class = match summary.is_some() || refusal.is_some() {
        true => "btn",
        false => "btn primary",
    };
    let run = |label| app.button_unless(why_not.is_some(), class, "forecast", label, Act::Forecast);
    let buttons = match refusal {
        Some(refusal) => html! {
            <>
                if !refusal.mends.is_empty() {
                    { app.button("btn primary", "mend", &format!("{}, and forecast", ahead::mends(&refusal.mends)), Act::Mend) }
                }
                if !refusal.leaks.is_empty() {
                    { app.button("btn", "anyway", "Evaluate it anyway", Act::ForecastAnyway) }
                }
                { run("Forecast") }
            </>
        },
        None => html! {
            <>
                { run(if summary.is_some() { "Forecast again" } else { "Forecast" }) }
                if summary.is_some() {
                    { app.button("btn", "save-forecast", "Download the report as JSON", Act::Export(Request::ExportForecast)) }
                }
                { strip_note(why_not.as_deref().unwrap_or_default()) }
            </>
        },
    };
    html! {
        <>
            { opening(&sentence, &sub) }
            { strip(app, progress, "Forecasting", buttons) }
            { failed(app, &state.forecast, Route::Forecast) }
            { failed(app, &state.series, Route::Forecast) }
            { failed(app, &state.track, Route::Forecast) }
            <div class="grid" id="forecast-page">
                if let Some(refusal) = refusal {
                    { leaks(refusal) }
                } else if let Some(summary) = summary {
                    { results(app, summary) }
                }
                { form(app) }
                if is_by_hand(state) {
                    { marks(app) }
                }
            </div>
        </>
    }
}

/// How the split leaks, with rows.
fn leaks(refusal: &Refusal) -> Html {
    if refusal.leaks.is_empty() {
        return html! {};
    }
    let heads = [
        ("What leaks", false, ""),
        ("Rows learned from and judged by", false, ""),
        ("What mends it", false, ""),
    ];
    let rows = |pairs: &[(u64, u64)]| {
        let pairs = pairs
            .iter()
            .map(|(a, b)| format!("{} and {}", format::count(*a), format::count(*b)));
        pairs.collect::<Vec<_>>().join("; ")
    };
    let table = html! {
        <table class="data wrap" id="leaks">
            { column_heads(&heads) }
            <tbody>
                for leak in refusal.leaks.iter() {
                    <tr>
                        <th scope="row">{ &leak.meaning }</th>
                        { cell("", "", &rows(&leak.rows)) }
                        { cell("", "", &leak.repair) }
                    </tr>
                }
            </tbody>
        </table>
    };
    card(
        "card span12",
        "leaks-title",
        "Rows that would tell the model what it is judged on",
        "Such a score says how well the model remembers, not how well it warns.",
        scroll("Leaks of the split", false, table),
    )
}

fn results(app: &App, summary: &Handle<ForecastSummary>) -> Html {
    let Some(outcome) = ahead::outcome(summary, *app.state.rung) else {
        return html! {};
    };
    let is_leaky = !summary.leaks.is_empty();
    html! {
        <>
            <section class="card span12" aria-label="Figures">
                { figure_list(&ahead::figures(summary, outcome), is_leaky) }
                if let Some((figures, price)) = ahead::flattered(summary) {
                    <div id="flattering">
                        <p class="why">{ "On the split that leaks it would read, and it would not be true:" }</p>
                        { figure_list(&figures, true) }
                        <p class="why price">{ price }</p>
                    </div>
                }
            </section>
            { curve(app, summary) }
            { rivals(app, summary, outcome) }
            { timeline(app, summary) }
            { kinds(app, summary, outcome) }
            { matrix(app, summary, outcome) }
            { calibration(app, summary) }
            { details(summary, outcome) }
        </>
    }
}

/// What each budget buys, and the slider that chooses one.
fn curve(app: &App, summary: &Handle<ForecastSummary>) -> Html {
    let rung = *app.state.rung;
    let of: Rc<dyn Any> = app.state.rung.shared();
    let make = || Chart::budgets(summary, rung, ahead::unit(summary));
    let chart = app.store.charts().chart(&of, "budgets", &make);
    let oninput = {
        let store = app.store.clone();
        Callback::from(move |event: InputEvent| {
            let input = event
                .target()
                .and_then(|t| t.dyn_into::<HtmlInputElement>().ok());
            if let Some(rung) = input.and_then(|input| input.value().parse().ok()) {
                store.act(Act::Budget(rung));
            }
        })
    };
    let words = format!(
        "{} false pages per cluster-day",
        ahead::short(ahead::budget(summary, rung))
    );
    html! {
        <div class="span7 chart-cell">
            <ChartCard
                {chart}
                title={ahead::curve_title(summary, rung)}
                why="Each point is a budget of false pages, whose threshold was chosen on other rows than it is judged by here. Rings are what it has to beat."
            >
                <div class="slider">
                    <label for="budget">{ "Budget" }</label>
                    <input
                        type="range"
                        id="budget"
                        min="0"
                        max={summary.rungs.len().saturating_sub(1).to_string()}
                        step="1"
                        value={rung.to_string()}
                        aria-valuetext={words.clone()}
                        {oninput}
                    />
                    <b aria-hidden="true">{ words }</b>
                </div>
            </ChartCard>
        </div>
    }
}

const RIVAL_HEADS: [(&str, bool, &str); 4] = [
    ("Rule", false, ""),
    ("Ahead", true, "Incidents caught ahead"),
    ("Lead", true, "The median"),
    ("False", true, "False pages a day"),
];

/// What the model has to beat, with the same policy at the same budget.
fn rivals(app: &App, summary: &ForecastSummary, outcome: &ForecastOutcome) -> Html {
    let rung = *app.state.rung;
    let row = |name: &str, line: &IncidentLine, own: bool| {
        let lead = line.lead_minutes.map_or("–".to_owned(), |x| {
            format!("{} {}", ahead::short(x), ahead::unit(summary))
        });
        html! {
            <tr class={own.then_some("own")}>
                <th scope="row">{ name }</th>
                { cell("num", "", &format!("{} of {}", line.ahead, line.incidents)) }
                { cell("num", "", &lead) }
                { cell("num", "", &ahead::short(line.false_per_day)) }
            </tr>
        }
    };
    let table = html! {
        <table class="data" id="rivals">
            { column_heads(&RIVAL_HEADS) }
            <tbody>
                { row("This model", &outcome.all, true) }
                for line in ahead::rivals(summary, rung) {
                    { row(&line.name, line, false) }
                }
            </tbody>
        </table>
    };
    card(
        "card span5",
        "rivals-title",
        &ahead::rivals_title(summary, rung),
        "The same rows, paging and budget. Chance is the model's own pages at other times.",
        scroll("Simple rules", false, table),
    )
}

const SIGHT: [&str; 5] = [
    "track-closer",
    "track-wider",
    "track-earlier",
    "track-later",
    "track-all",
];

/// One entity over time.
fn timeline(app: &App, summary: &Handle<ForecastSummary>) -> Html {
    let state = &app.state;
    let Some(track) = state.track.value() else {
        return card(
            "card span12",
            "timeline-title",
            "One entity over time",
            "It is being looked at.",
            html! {},
        );
    };
    let outcome = summary
        .rungs
        .get(*state.rung)
        .map_or(0, |r| r.outcome as usize);
    let of: Rc<dyn Any> = state.rung.shared();
    let make = || Chart::warned(track, summary, outcome);
    let chart = app.store.charts().chart(&of, "warned", &make);
    let options: Vec<(AttrValue, AttrValue)> = summary
        .watched
        .iter()
        .map(|w| {
            let name = match w.name.as_str() {
                "" => "all rows",
                name => name,
            };
            let words = format!(
                "{}, {}",
                format::shortened(name, 48),
                format::plural(u64::from(w.incidents), "incident")
            );
            (w.number.to_string().into(), words.into())
        })
        .collect();
    let named = named_field("watched", "Entity", "");
    let store = app.store.clone();
    let chosen = move |number: String| {
        if let Ok(number) = number.parse() {
            store.act(Act::Watch(number));
        }
    };
    let store = app.store.clone();
    let nudge = move |event: &MouseEvent, times: f64, drawn: f64| {
        // What happens on the chart alone.
        let canvas: Option<HtmlCanvasElement> = event.target_dyn_into();
        if let Some(canvas) = canvas.filter(|_| times != 1.0 || drawn != 0.0) {
            let (x, width) = (
                f64::from(event.offset_x()),
                f64::from(canvas.client_width()),
            );
            store.act(Act::Nudge(Nudge {
                x,
                width,
                times,
                drawn,
            }));
        }
    };
    let onpointermove = {
        let nudge = nudge.clone();
        Callback::from(move |event: PointerEvent| {
            if event.buttons() & 1 == 1 {
                nudge(&event, 1.0, f64::from(event.movement_x()));
            }
        })
    };
    let onwheel = Callback::from(move |event: WheelEvent| {
        // A pinch comes as a wheel with Ctrl. Without, the page scrolls.
        if event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            let turn = (event.delta_y() / 400.0).clamp(-0.25, 0.25);
            nudge(&event, 1.0 + turn, 0.0);
        } else if event.delta_x() != 0.0 {
            nudge(&event, 1.0, -event.delta_x());
        }
    });
    html! {
        <div class="span12 chart-cell" {onpointermove} {onwheel}>
            <ChartCard
                {chart}
                title={ahead::track_title(summary, track, outcome)}
                why={format!(
                    "Probability that the kind sets in within the horizon. Shaded: incidents. Filled triangles: pages about one, with the lead as an arrow; hollow ones: false pages. Drag it, or turn the wheel with Ctrl. {}",
                    if track.counted { "" } else { "Times are UTC." }
                )}
            >
                <div class="track-tools">
                    { choice(&named, &track.entity.to_string(), &options, chosen) }
                    { sight(app, &SIGHT, track, Act::Span) }
                </div>
            </ChartCard>
        </div>
    }
}

const KIND_HEADS: [(&str, bool, &str); 12] = [
    ("Kind", false, ""),
    (
        "Incidents",
        true,
        "That set in while their whole horizon was watched",
    ),
    ("Ahead", true, "A page came in the horizon before the start"),
    ("Of all", true, "Share caught ahead: its 90 % interval"),
    ("Late", true, "The first page came while it was on"),
    ("Missed", true, "No page was about it"),
    (
        "Lead / p10",
        true,
        "The median from the first page to the start; nine of ten are longer than the second figure",
    ),
    ("90 %", true, "The median's 90 % interval"),
    (
        "False a day",
        true,
        "Pages about no incident of their entity and kind",
    ),
    ("Per cluster-day", true, "The same, for each cluster"),
    (
        "Precision",
        true,
        "Share of pages that were about an incident",
    ),
    (
        "Pages each",
        true,
        "Pages about an incident for each that was caught",
    ),
];

fn kinds(app: &App, summary: &ForecastSummary, outcome: &ForecastOutcome) -> Html {
    let row = |line: &IncidentLine, is_kind: bool| {
        html! {
            <tr class={(!is_kind).then_some("own")}>
                <th scope="row">
                    if is_kind {
                        <span class="key" style={format!("background:{}", class_color(&line.name, &summary.kinds, app.dark).css())} aria-hidden="true"></span>
                        { format::class_name(&line.name) }
                    } else {
                        { "All kinds" }
                    }
                </th>
                for text in ahead::cells(line) {
                    { cell("num", "", &text) }
                }
            </tr>
        }
    };
    let table = html! {
        <table class="data" id="kinds">
            { column_heads(&KIND_HEADS) }
            <tbody>
                { row(&outcome.all, false) }
                for line in outcome.kinds.iter() {
                    { row(line, true) }
                }
            </tbody>
        </table>
    };
    let why = format!(
        "Leads are in {}. Whatever is not caught ahead is late or missed; single rows never count.",
        ahead::unit(summary)
    );
    card(
        "card span12",
        "kinds-title",
        &ahead::kinds_title(outcome),
        &why,
        scroll("Incidents of each kind", true, table),
    )
}

/// Rows at the thresholds of the budget.
fn matrix(app: &App, summary: &ForecastSummary, outcome: &ForecastOutcome) -> Html {
    if summary.row_classes.is_empty() {
        return html! {};
    }
    let of: Rc<dyn Any> = app.state.rung.shared();
    let make = || Chart::matrix(&summary.row_classes, &outcome.row_counts);
    let chart = app.store.charts().chart(&of, "rows", &make);
    html! {
        <div class="span12 chart-cell" id="row-matrix">
            <ChartCard
                {chart}
                title={outcome.rows_finding.clone()}
                why="Single rows at this budget's thresholds: down what set in within the horizon, across what was said; share of each row. Pages and incidents decide above, not these."
            />
        </div>
    }
}

fn calibration(app: &App, summary: &Handle<ForecastSummary>) -> Html {
    let Some(of_summary) = &summary.calibration else {
        return html! {};
    };
    let of: Rc<dyn Any> = summary.shared();
    let make = || Chart::reliability(of_summary);
    let chart = app.store.charts().chart(&of, "reliability", &make);
    html! {
        <div class="span6 chart-cell">
            <ChartCard
                {chart}
                title={ahead::calibration_title(of_summary)}
                why="Of the rows to which it gave a probability, the share in which the kind came. On the dashed line they agree."
            >
                { pairs(&ahead::calibration_lines(of_summary)) }
            </ChartCard>
        </div>
    }
}

fn details(summary: &ForecastSummary, outcome: &ForecastOutcome) -> Html {
    let body = html! {
        <>
            <p class="why">{ ahead::pages_of(&outcome.all) }</p>
            { pairs(&ahead::detail_lines(summary)) }
            if !summary.notices.is_empty() {
                <ul class="plain" id="forecast-notices">
                    for notice in summary.notices.iter() {
                        <li>{ notice }</li>
                    }
                </ul>
            }
        </>
    };
    card("card span6", "pages-title", "What it rests on", "", body)
}

/// What is asked: time, entities, target, horizon, windows, rows that judge, budget.
fn form(app: &App) -> Html {
    let state = &app.state;
    let settings = &state.settings;
    let form = &settings.ahead;
    let series = state.series.value();
    let found = match (series, state.series.running()) {
        (Some(series), None) => ahead::found(series),
        _ => "Time and entities are being found.".to_owned(),
    };
    let found_time = series.map_or("", |s| s.time.as_str());
    let found_entity = series.map_or(String::new(), |s| format::listed(&s.entity, 3));
    let as_found = |what: &str| match what {
        "" => "As found".to_owned(),
        what => format!("As found: {}", format::shortened(what, 40)),
    };
    let options = |first: String, names: Vec<String>| columns(Some(first), &names);
    let (entities, none) = (ahead::entity_columns(state), "Nothing else".to_owned());
    let select = |id,
                  label,
                  hint,
                  value: &str,
                  options: &[(AttrValue, AttrValue)],
                  set: fn(String, [String; 2]) -> Act| {
        let store = app.store.clone();
        let entity = form.entity.clone();
        choice(
            &named_field(id, label, hint),
            value,
            options,
            move |chosen| {
                store.act(set(chosen, entity.clone()));
            },
        )
    };
    let target = state.target.value().filter(|_| !is_by_hand(state));
    let target = target.map_or(String::new(), |t| t.column.clone());
    let targets = options("Marked by hand".to_owned(), ahead::target_columns(state));
    let refused = series.and_then(|s| s.refusal.as_ref());
    let onsubmit = {
        let store = app.store.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            store.act(Act::Forecast);
        })
    };
    let windows = (0..FORECAST_WINDOWS).map(Field::ForecastWindow);
    let fields = [Field::ForecastHorizon, Field::ForecastBudget]
        .into_iter()
        .chain(windows);
    let fields = fields.chain([Field::ForecastGap, Field::ForecastTrees]);
    let body = html! {
        <form class="form" {onsubmit}>
            <p class="why" id="series-found">{ found }</p>
            if let Some(refusal) = refused {
                <p class="error" id="series-refused">{ format!("{} {}", refusal.failure.detail, refusal.failure.hint) }</p>
            }
            <div class="fields">
                { select("forecast-time", "Time", "", &form.time, &options(as_found(found_time), ahead::time_columns(state)), |chosen, _| Act::Set(Setting::ForecastTime(chosen))) }
                { select("forecast-entity", "Rows are of one thing each, told by", "", &form.entity[0], &options(as_found(&found_entity), entities.clone()), |chosen, [_, and]| Act::Set(Setting::ForecastEntity([chosen, and]))) }
                if !form.entity[0].is_empty() {
                    { select("forecast-entity-and", "And by", "", &form.entity[1], &options(none, entities), |chosen, [first, _]| Act::Set(Setting::ForecastEntity([first, chosen]))) }
                }
                { select("forecast-target", "What was wrong", "", &target, &targets, |chosen, _| Act::SetTarget(chosen)) }
                { choose(app, &named_field("forecast-held-out", "Judge by", ""), &HELD_OUT, form.held_out, Setting::ForecastHeldOut) }
                for field in fields {
                    { number_field(app, field) }
                }
            </div>
            if !form.leave.is_empty() {
                <div class="actions">
                    { strip_note("Left out:") }
                    for column in form.leave.iter() {
                        { app.button("btn", "", &format!("Put {} back", format::shortened(column, 30)), Act::Set(Setting::ForecastPutBack(column.clone()))) }
                    }
                </div>
            }
            <button type="submit" class="visually-hidden" tabindex="-1" aria-hidden="true"></button>
        </form>
    };
    card(
        "card span12",
        "forecast-form-title",
        "What is asked",
        "An incident is a run of rows of one entity that carry one issue, at which restarts grow in number, or that are marked by hand.",
        body,
    )
}
