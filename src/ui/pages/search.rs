//! Searching for better settings before a training.

use yew::prelude::*;

use super::prepare::choose;
use crate::app::{Act, Route, Setting, format, select};
use crate::protocol::Candidate;
use crate::ui::shell::App;
use crate::ui::widgets::{
    card, cell, choice, column_heads, failed, named_field, scroll, strip_note, work_strip,
};

const TIMES: [(u32, &str, &str); 3] = [
    (10, "10", "10 seconds"),
    (60, "60", "1 minute"),
    (300, "300", "5 minutes"),
];

const HEADS: [(&str, bool, &str); 5] = [
    ("Settings", false, ""),
    ("Steps", true, "Trees or rounds that it was scored with."),
    ("Folds", true, ""),
    ("Macro F1", true, "Mean over the folds."),
    ("Spread", true, "Standard deviation over the folds."),
];

/// How long and on which rows, what it found so far, and the way to train with it.
pub(super) fn search_card(app: &App) -> Html {
    let state = &app.state;
    let settings = &state.settings;
    let progress = state.search.running();
    let found = state.search.value().filter(|_| progress.is_none());
    let best = found.map_or(0, |f| f.best);
    let why_not = select::search_why_not(state);
    let cannot = why_not.is_some();
    let note = why_not.or_else(|| found.map(|f| select::found(f)));
    let time = named_field("search-time", "Time", "");
    let buttons = html! {
        <>
            { app.button_unless(cannot, "btn", "search", "Search", Act::Search) }
            if best > 0 {
                { app.button("btn", "train-found", "Train with these settings", Act::TrainFound) }
            }
            { strip_note(&note.unwrap_or_default()) }
        </>
    };
    let body = html! {
        <>
            <div class="fields">
                { choose(app, &time, &TIMES, settings.search_secs, Setting::SearchSecs) }
                { folds(app) }
            </div>
            { work_strip(app, progress, "Searching", buttons) }
            { failed(app, &state.search, Route::Train) }
            if !state.candidates.is_empty() {
                { scroll("Settings tried", false, html! {
                    <table class="data" id="candidates">
                        { column_heads(&HEADS) }
                        <tbody>
                            for candidate in state.candidates.iter() {
                                { row(candidate, best) }
                            }
                        </tbody>
                    </table>
                }) }
            }
        </>
    };
    card(
        "card span12",
        "search-title",
        "Search for better settings",
        "Tries other parameters by cross-validation on the training rows. The held-out rows stay unseen.",
        body,
    )
}

fn folds(app: &App) -> Html {
    let kinds = select::fold_kinds(&app.state);
    let chosen = kinds
        .iter()
        .position(|(kind, _)| *kind == app.state.settings.folds);
    let options: Vec<(AttrValue, AttrValue)> = kinds
        .iter()
        .enumerate()
        .map(|(at, (_, words))| (at.to_string().into(), words.clone().into()))
        .collect();
    let named = named_field(
        "search-folds",
        "Score on",
        "What the model will meet: rows like these, later ones, or those of others.",
    );
    let store = app.store.clone();
    let set = move |at: String| {
        if let Some((kind, _)) = at.parse().ok().and_then(|at: usize| kinds.get(at)) {
            store.act(Act::Set(Setting::Folds(kind.clone())));
        }
    };
    choice(&named, &chosen.unwrap_or(0).to_string(), &options, set)
}

fn row(candidate: &Candidate, best: u32) -> Html {
    let name = match candidate.number {
        0 => "Yours".to_owned(),
        _ => select::capital(&candidate.changes),
    };
    let is_best = best > 0 && candidate.number == best;
    let number = |text: String| cell("num", "", &text);
    html! {
        <tr key={candidate.number}>
            <th scope="row">
                { name }
                if is_best {
                    { " " }<span class="badge">{ "Best" }</span>
                }
            </th>
            { number(candidate.steps.to_string()) }
            { number(candidate.folds.to_string()) }
            { number(format::score(candidate.mean)) }
            { number(format!("± {}", format::score(candidate.spread))) }
        </tr>
    }
}
