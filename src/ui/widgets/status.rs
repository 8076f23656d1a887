//! How a value that is fetched is shown: a strip with its place reserved, what failed, and then the value.

use yew::prelude::*;

use super::alert;
use crate::app::{Act, Async, Progress, Route, format};
use crate::ui::shell::App;

/// Buttons, and in their place, while work runs, how far it is: nothing moves. Below, what waits for that work.
pub(in crate::ui) fn strip(
    app: &App,
    progress: Option<&Progress>,
    words: &str,
    buttons: Html,
) -> Html {
    html! {
        <>
            { work_strip(app, progress, words, buttons) }
            { waiting(app) }
        </>
    }
}

/// Buttons, and in their place, while work runs, how far it is.
pub(in crate::ui) fn work_strip(
    app: &App,
    progress: Option<&Progress>,
    words: &str,
    buttons: Html,
) -> Html {
    html! {
        <div class="strip">
            if let Some(progress) = progress {
                { bar(progress, words) }
                { app.button("btn", "cancel", "Cancel", Act::Cancel) }
            } else {
                { buttons }
            }
        </div>
    }
}

/// Buttons that stand there whatever runs.
pub(in crate::ui) fn plain_strip(buttons: Html) -> Html {
    html! { <div class="strip">{ buttons }</div> }
}

/// What the work at hand is, in words.
pub(in crate::ui) fn work_words(app: &App) -> String {
    let job = app.state.job.as_ref();
    job.map(|job| job.purpose.words()).unwrap_or_default()
}

fn bar(progress: &Progress, words: &str) -> Html {
    let percent = libm::floor(progress.done * 100.0);
    let known = progress.done > 0.0;
    let left = progress.left_secs.map(format::time_left);
    let parts: Vec<String> = [
        (!progress.detail.is_empty()).then(|| progress.detail.to_string()),
        known.then(|| format!("{percent:.0} %")),
        left,
    ]
    .into_iter()
    .flatten()
    .collect();
    html! {
        <div class="progress">
            <p class="progress-text">
                <b>{ words }</b>
                <span>{ parts.join(" · ") }</span>
            </p>
            <div
                class={classes!("bar", (!known).then_some("unknown"))}
                role="progressbar"
                aria-label={words.to_owned()}
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow={known.then(|| format!("{percent:.0}"))}
            >
                <div class="bar-done" style={format!("width:{percent:.0}%")}></div>
            </div>
        </div>
    }
}

/// Why a value of this step could not be fetched, and what to do.
pub(in crate::ui) fn failed<T: Clone>(app: &App, value: &Async<T>, route: Route) -> Html {
    match value {
        Async::Failed {
            failure,
            notices,
            job,
            ..
        } => alert(app, *job, failure, notices, Act::DismissFailure(route)),
        _ => html! {},
    }
}

/// What waits for the work at hand, and the choice between them.
fn waiting(app: &App) -> Html {
    let (Some(job), Some(waiting)) = (&app.state.job, app.state.waiting()) else {
        return html! {};
    };
    html! {
        <div class="waiting" role="status">
            <p>
                { format!("{} goes on, nothing is lost. Next: {}.", job.purpose.words(), lower(&waiting.purpose.words())) }
            </p>
            { app.button("btn", "", "Stop and do it now", Act::PreferWaiting) }
            { app.button("btn", "", "Do not do it", Act::DropWaiting) }
        </div>
    }
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|c| {
            std::iter::once(crate::data::lower(c))
                .chain(chars)
                .collect()
        })
        .unwrap_or_default()
}
