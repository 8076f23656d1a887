//! The one way in which a value that is fetched is shown: a strip with its place reserved, then the value.

use yew::prelude::*;

use super::{Alert, use_app};
use crate::app::{Act, Async, Progress, Route, format};

#[derive(PartialEq, Properties)]
pub(in crate::ui) struct StripProps {
    /// What is being done; absent where nothing is.
    #[prop_or_default]
    pub(in crate::ui) progress: Option<Progress>,
    /// In words.
    #[prop_or_default]
    pub(in crate::ui) words: AttrValue,
    /// What can be done meanwhile or else.
    #[prop_or_default]
    pub(in crate::ui) children: Html,
}

/// Buttons, and in their place, while work runs, how far it is: nothing moves.
#[component]
pub(in crate::ui) fn Strip(props: &StripProps) -> Html {
    let app = use_app();
    html! {
        <div class="strip">
            if let Some(progress) = &props.progress {
                { bar(progress, &props.words) }
                <button type="button" class="btn" id="cancel" onclick={app.on::<MouseEvent>(Act::Cancel)}>
                    { "Cancel" }
                </button>
            } else {
                { props.children.clone() }
            }
        </div>
    }
}

fn bar(progress: &Progress, words: &AttrValue) -> Html {
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
                aria-label={words}
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow={known.then(|| format!("{percent:.0}"))}
            >
                <div class="bar-done" style={format!("width:{percent:.0}%")}></div>
            </div>
        </div>
    }
}

/// Shows a value that is fetched: its failure with what to do, then the value, or what to do where there is none.
pub(in crate::ui) fn async_view<T: Clone>(
    value: &Async<T>,
    dismiss: &Callback<Route>,
    route: Route,
    idle: impl FnOnce() -> Html,
    ready: impl FnOnce(&T) -> Html,
) -> Html {
    let alert = match value {
        Async::Failed {
            failure,
            notices,
            job,
            ..
        } => html! {
            <Alert
                key={*job}
                failure={failure.clone()}
                notices={Some(notices.clone())}
                on_close={dismiss.reform(move |()| route)}
            />
        },
        _ => html! {},
    };
    html! {
        <>
            { alert }
            { value.value().map_or_else(idle, ready) }
        </>
    }
}

/// What waits for the work at hand, and the choice between them.
#[component]
pub(in crate::ui) fn Waiting() -> Html {
    let app = use_app();
    let (Some(job), Some(waiting)) = (&app.state.job, app.state.waiting()) else {
        return html! {};
    };
    html! {
        <div class="waiting" role="status">
            <p>
                { format!("{} goes on, nothing is lost. Next: {}.", job.purpose.words(), lower(&waiting.purpose.words())) }
            </p>
            <button type="button" class="btn" onclick={app.on::<MouseEvent>(Act::PreferWaiting)}>
                { "Stop and do it now" }
            </button>
            <button type="button" class="btn" onclick={app.on::<MouseEvent>(Act::DropWaiting)}>
                { "Do not do it" }
            </button>
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
