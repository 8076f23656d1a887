//! A cluster that can be simulated: choices, and what they would give.

use std::any::Any;
use std::rc::Rc;

use yew::prelude::*;

use crate::app::form::{Field, ISSUES, Knob};
use crate::app::plot::{Chart, Theme, class_color};
use crate::app::{Act, Handle, Route, Setting, foresight, format};
use crate::protocol::{PreviewEpisode, ScenarioFile, ScenarioPreview};
use crate::ui::charts::ChartCard;
use crate::ui::shell::App;
use crate::ui::widgets::{
    Named, actions, card, cell, check, choice, column_heads, failed, named_field, number_field,
    opening, scroll, strip, typed_field, way,
};

/// The way from the data to the simulator.
pub(super) fn simulator_card() -> Html {
    card(
        "card span12",
        "simulator-title",
        "Or simulate a cluster",
        "Metrics of a small cluster in which known faults strike, to try things on. You see what strikes before you use it.",
        actions(way("btn", "Open the simulator", Route::Simulate)),
    )
}

/// Choices, each by its name in a scenario.
type Choice = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const MAIN: [Choice; 2] = [
    (
        "preset",
        "Preset",
        "What is not set below is as the preset has it.",
        &[
            ("seed", "Seed: small and easy"),
            ("default", "Default: four clusters"),
            ("production", "Production: few issues, many gaps"),
            ("stress", "Stress: much at once"),
        ],
    ),
    (
        "columns",
        "Columns",
        "All: real metric names and the truth beside the labels.",
        &[
            ("", "As the preset"),
            ("seed", "The first 24"),
            ("full", "All"),
        ],
    ),
];

const REST: [Choice; 6] = [
    (
        "load_preset",
        "Load",
        "How it runs over days and weeks.",
        &[
            ("", "As the preset"),
            ("office", "Office hours"),
            ("global", "Flat"),
            ("batch", "Jobs by night"),
        ],
    ),
    (
        "label_mode",
        "A row is labelled",
        "With the kind of issue, from when to when.",
        &[
            ("", "As the preset"),
            ("impact", "While harm holds"),
            ("onset", "From the onset"),
            ("horizon", "Ahead of the harm"),
        ],
    ),
    (
        "export_profile",
        "Exporters",
        "What the monitoring shows.",
        &[
            ("", "As the preset"),
            ("full", "Everything"),
            ("no_etcd", "Nothing of etcd"),
            ("no_control_plane", "Nothing of the control plane"),
            ("no_pvc", "Nothing of volumes"),
            ("mixed", "Different by cluster"),
        ],
    ),
    ("outages", "Prometheus is away now and then", "", &YES_OR_NO),
    ("autoscaling", "Replicas follow the load", "", &YES_OR_NO),
    (
        "faults",
        "Faults strike",
        "No: the twin of the same seed that stays healthy.",
        &[("true", "Yes"), ("false", "No")],
    ),
];

/// What is typed as a scenario has it: name, label, hint, what holds where it is empty.
const TYPED: [(&str, &str, &str, &str); 5] = [
    (
        "horizons",
        "Horizons, minutes",
        "For each a column says whether harm begins within it. One to six, separated by commas.",
        "15,30,60",
    ),
    (
        "issue_weights",
        "Weights of issues",
        "How often kinds strike: memory_leak=3, pvc_full=0.5. Others weigh 1.",
        "all alike",
    ),
    (
        "unknown_types",
        "Kinds unknown to training",
        "Such as conntrack,cert_expiry. They stand in test rows alone, labelled unknown.",
        "all eight",
    ),
    (
        "workload_mix",
        "Mix of workloads",
        "Shares of deployments, stateful sets, daemon sets, cron jobs and jobs.",
        "0.52,0.16,0.1,0.12,0.1",
    ),
    (
        "start_time",
        "First scrape (UTC)",
        "Such as 2025-03-03T00:07:30.",
        "as the preset",
    ),
];

const YES_OR_NO: [(&str, &str); 3] = [("", "As the preset"), ("true", "Yes"), ("false", "No")];

pub(in crate::ui) fn simulate(app: &App) -> Html {
    let state = &app.state;
    let settings = &state.settings;
    let wrong = settings.simulate_spec().is_err();
    let preview = state.preview.value();
    let (sentence, sub) = foresight::finding(preview.map(|p| &**p));
    // A preview has its own place; only what a person asked for takes the strip's.
    let busy = state.data.running();
    let words = match (&state.job, busy) {
        (Some(job), Some(_)) => job.purpose.words(),
        _ => String::new(),
    };
    let buttons = html! {
        <>
            { app.button_unless(wrong, "btn primary", "simulate", "Use this data", Act::Simulate) }
            { app.button_unless(wrong, "btn", "copy-link", "Copy link", Act::CopyLink) }
            <span class="strip-note">{ "The link holds these settings and no data; it gives the same bytes anywhere." }</span>
        </>
    };
    html! {
        <>
            { opening(&sentence, &sub) }
            { strip(app, busy, &words, buttons) }
            { failed(app, &state.preview, Route::Simulate) }
            <div class="grid">
                { form(app) }
                <div class="span7 stack beside" id="preview">
                    if let Some(preview) = preview {
                        { timeline(app, preview) }
                    } else {
                        { card("card", "timeline-title", "What would happen", "The preview is being made.", html! {}) }
                    }
                    { files(app, wrong) }
                </div>
                { rest(app) }
                if let Some(preview) = preview {
                    { episodes(app, preview) }
                }
            </div>
        </>
    }
}

/// Return in a field uses the data, as the button above does.
fn as_form(app: &App, fields: Html) -> Html {
    let store = app.store.clone();
    let onsubmit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        store.act(Act::Simulate);
    });
    html! {
        <form class="form" {onsubmit}>
            { fields }
            <button type="submit" class="visually-hidden" tabindex="-1" aria-hidden="true"></button>
        </form>
    }
}

/// The choices that matter most: on a narrow screen the preview follows them.
fn form(app: &App) -> Html {
    let fields = [
        Field::SimulateRows,
        Field::SimulateHours,
        Field::SimulateProbability,
        Field::SimulateSeed,
    ];
    let body = html! {
        <div class="fields">
            { chooser(app, &MAIN[0]) }
            for field in fields {
                { number_field(app, field) }
            }
            { chooser(app, &MAIN[1]) }
        </div>
    };
    card(
        "card span5",
        "scenario-title",
        "The scenario",
        "The same settings give the same rows.",
        as_form(app, body),
    )
}

/// Which faults strike, and all that most people leave alone.
fn rest(app: &App) -> Html {
    let settings = &app.state.settings;
    let touched = Knob::ALL
        .iter()
        .filter(|&&knob| !settings.text(Field::Knob(knob)).is_empty())
        .count()
        + REST
            .iter()
            .filter(|(key, ..)| !matches!(&*settings.chosen(key), "" | "true"))
            .count()
        + TYPED
            .iter()
            .filter(|(key, ..)| !settings.chosen(key).is_empty())
            .count();
    let body = html! {
        <>
            <fieldset>
                <legend>{ "Issues to draw from" }</legend>
                <div class="checks">
                    for issue in ISSUES {
                        { check(&named(issue), settings.issues.contains(issue), set_issue(app, issue)) }
                    }
                </div>
                if settings.issues.is_empty() {
                    <p class="hint">{ "Without an issue every row is healthy, and there is nothing to learn." }</p>
                }
            </fieldset>
            <details class="more" id="sim-more">
                <summary>
                    { match touched {
                        0 => "Everything else: as the preset".to_owned(),
                        n => format!("Everything else: {} set", format::count(n as u64)),
                    } }
                </summary>
                <div class="fields">
                    for each in REST.iter() {
                        { chooser(app, each) }
                    }
                    for knob in Knob::ALL.iter() {
                        { number_field(app, Field::Knob(*knob)) }
                    }
                    for each in TYPED.iter() {
                        { typed(app, each) }
                    }
                </div>
            </details>
        </>
    };
    card(
        "card span5",
        "faults-title",
        "Faults, and the rest",
        "",
        as_form(app, body),
    )
}

fn typed(
    app: &App,
    (key, label, hint, usual): &(&'static str, &'static str, &'static str, &'static str),
) -> Html {
    let key: &'static str = key;
    let store = app.store.clone();
    let named = Named {
        id: format!("sim-{key}").into(),
        ..named_field("", label, hint)
    };
    typed_field(
        &named,
        "text",
        &app.state.settings.chosen(key),
        usual,
        move |text| {
            store.act(Act::Set(Setting::Scenario(key, text)));
        },
    )
}

/// One entity over time, and what strikes it.
fn timeline(app: &App, preview: &Handle<ScenarioPreview>) -> Html {
    let of: Rc<dyn Any> = preview.shared();
    let make = || Chart::timeline(preview);
    let chart = app.store.charts().chart(&of, "timeline", &make);
    let busy = app.state.preview.running().is_some();
    let why = format!(
        "{}. Dark while harm holds, light before and after. Dotted: onset and recovery; solid: impact; dashed: the alert \
         that Prometheus would have fired. Times are UTC.",
        preview.entity
    );
    html! {
        <ChartCard
            {chart}
            title={foresight::title(preview)}
            {why}
        >
            // Its place is reserved: nothing moves when it comes and goes.
            <p class="why" id="preview-state" aria-live="off">
                { if busy { "Looking again…" } else { "\u{a0}" } }
            </p>
        </ChartCard>
    }
}

/// Every fault that was found.
fn episodes(app: &App, preview: &ScenarioPreview) -> Html {
    if preview.episodes.is_empty() {
        return html! {};
    }
    let kinds = foresight::kinds(preview);
    let title = format!(
        "{} that begin in what was looked at",
        format::plural(u64::from(preview.episodes_found), "fault")
    );
    let why = match preview.episodes.len() as u64 {
        n if n < u64::from(preview.episodes_found) => {
            format!(
                "The first {}; the file of episodes has all.",
                format::count(n)
            )
        }
        _ => "The truth that the labels come from. Times are UTC.".to_owned(),
    };
    let heads = [
        ("Kind", false, ""),
        ("Where", false, ""),
        ("Onset", false, "When it begins to push"),
        ("Impact", false, "When harm sets in"),
        ("Recovery", false, "When it has ceased to push"),
        ("Before it", false, "Whether something announces it"),
        ("In the chart", false, ""),
    ];
    let table = scroll(
        "Faults of the scenario",
        true,
        html! {
            <table class="data" id="episodes">
                { column_heads(&heads) }
                <tbody>
                    for episode in preview.episodes.iter() {
                        { episode_row(app, preview, episode, &kinds) }
                    }
                </tbody>
            </table>
        },
    );
    card("card span12", "episodes-title", &title, &why, table)
}

fn episode_row(
    app: &App,
    preview: &ScenarioPreview,
    episode: &PreviewEpisode,
    kinds: &[String],
) -> Html {
    let clock = |secs: Option<f64>| {
        let text = secs.map(|secs| foresight::instant(preview, secs));
        cell("", "", text.as_deref().unwrap_or("–"))
    };
    let shown = preview.episode == Some(episode.number);
    let color = class_color(&episode.kind, kinds, Theme::of(app.dark).dark);
    let number = episode.number;
    html! {
        <tr key={number}>
            <th scope="row">
                <span class="key" style={format!("background:{}", color.css())}></span>
                { format::class_name(&episode.kind) }
            </th>
            { cell("", "", &episode.place) }
            { clock(Some(episode.onset_secs)) }
            { match episode.near_miss {
                true => cell("", "It heals before harm", "near miss"),
                false => clock(episode.impact_secs),
            } }
            { clock(episode.recovered_secs) }
            { cell("", "", if episode.announced { "announced" } else { "sudden" }) }
            <td class="choose">
                <button
                    type="button"
                    class="ghost"
                    aria-label={format!("{} {} of {}", if shown { "Shown:" } else { "Show" }, format::class_name(&episode.kind), foresight::instant(preview, episode.onset_secs))}
                    aria-pressed={if shown { "true" } else { "false" }}
                    onclick={app.on(Act::LookAt(number))}
                >
                    { if shown { "Shown" } else { "Show" } }
                </button>
            </td>
        </tr>
    }
}

fn files(app: &App, wrong: bool) -> Html {
    let button =
        |id, label, what| app.button_unless(wrong, "btn", id, label, Act::ExportScenario(what));
    let body = actions(html! {
        <>
            { button("save-table", "Table (CSV)", ScenarioFile::Table) }
            { button("save-episodes", "Episodes (CSV)", ScenarioFile::Episodes) }
            { button("save-events", "Events (CSV)", ScenarioFile::Events) }
            { button("save-config", "Settings (JSON)", ScenarioFile::Config) }
        </>
    });
    card(
        "card",
        "files-title",
        "Take it away",
        "The files that the command line writes of the same settings. They are made here.",
        body,
    )
}

fn chooser(app: &App, (key, label, hint, options): &Choice) -> Html {
    let key: &'static str = key;
    let store = app.store.clone();
    let options: Vec<(AttrValue, AttrValue)> = options
        .iter()
        .map(|&(value, label)| (value.into(), label.into()))
        .collect();
    let named = Named {
        id: format!("sim-{key}").into(),
        ..named_field("", label, hint)
    };
    choice(
        &named,
        &app.state.settings.chosen(key),
        &options,
        move |chosen| store.act(Act::Set(Setting::Scenario(key, chosen))),
    )
}

fn named(issue: &'static str) -> Named {
    Named {
        id: format!("issue-{issue}").into(),
        label: format::class_name(issue).into(),
        ..Named::default()
    }
}

fn set_issue(app: &App, issue: &'static str) -> Callback<bool> {
    let store = app.store.clone();
    Callback::from(move |on| store.act(Act::Set(Setting::Issue(issue.to_owned(), on))))
}
