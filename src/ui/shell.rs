//! The frame around every step: header, spine, and what is said aloud.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use yew::prelude::*;

use super::browser::listen::focus;
use super::browser::requests;
use super::browser::theme::Theme;
use super::pages;
use super::route;
use super::store::Store;
use super::widgets::{Named, alert, choice, mark, named_field};
use crate::app::select::{self, StepState, Tick};
use crate::app::{Act, Route, State, format};

/// What every part of the page may see and do.
#[derive(Clone)]
pub(super) struct App {
    pub(super) state: Rc<State>,
    pub(super) store: Store,
    pub(super) dark: bool,
}

impl PartialEq for App {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state) && self.dark == other.dark
    }
}

impl App {
    /// A callback that does this, whatever the event.
    pub(super) fn on<E: 'static>(&self, act: Act) -> Callback<E> {
        let store = self.store.clone();
        Callback::from(move |_: E| store.act(act.clone()))
    }
}

#[derive(PartialEq, Properties)]
pub(super) struct ShellProps {
    pub(super) store: Store,
}

#[component]
pub(super) fn Shell(props: &ShellProps) -> Html {
    let state = use_state(|| props.store.state());
    let theme = use_state(Theme::kept);
    let system = use_state(|| 0_u32);
    {
        let state = state.clone();
        use_effect_with(props.store.clone(), move |store| {
            state.set(store.state());
            store.on_change(Callback::from(move |next| state.set(next)));
        });
    }
    {
        // The system's own choice may change while the page is open.
        let system = system.clone();
        use_effect_with((), move |()| {
            Theme::kept().apply();
            let changed = Closure::<dyn Fn()>::new(move || system.set(js_sys::Date::now() as u32));
            let media = web_sys::window()
                .and_then(|w| w.match_media("(prefers-color-scheme: dark)").ok().flatten());
            if let Some(media) = media {
                let _ = media
                    .add_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
            }
            changed.forget();
        });
    }
    let route = state.route;
    {
        // Whoever goes to another step hears its finding first.
        let first = use_mut_ref(|| true);
        use_effect_with(route, move |route| {
            if let Some(document) = web_sys::window().and_then(|w| w.document()) {
                document.set_title(&format!("{} · Kubecast", route.title()));
            }
            if !std::mem::replace(&mut *first.borrow_mut(), false) {
                if let Some(window) = web_sys::window() {
                    window.scroll_to_with_x_and_y(0.0, 0.0);
                }
                focus("finding");
            }
            show_current_step();
        });
    }
    let app = App {
        state: (*state).clone(),
        store: props.store.clone(),
        dark: theme.is_dark(),
    };
    let choose_theme = {
        let theme = theme.clone();
        move |name: String| {
            let chosen = Theme::ALL.into_iter().find(|t| t.name() == name);
            let chosen = chosen.unwrap_or_default();
            chosen.choose();
            theme.set(chosen);
        }
    };
    let themes = [
        ("system".into(), "System theme".into()),
        ("light".into(), "Light".into()),
        ("dark".into(), "Dark".into()),
    ];
    let named = Named {
        hide_label: true,
        ..named_field("theme", "Theme", "")
    };
    let page = match route {
        Route::Data => pages::data(&app),
        Route::Prepare => pages::prepare(&app),
        Route::Train => pages::train(&app),
        Route::Evaluate => pages::evaluate(&app),
        Route::Forecast => pages::forecast(&app),
        Route::Predict => pages::predict(&app),
        Route::Keep => pages::keep(&app),
        Route::Runs => pages::runs(&app),
        Route::Simulate => pages::simulate(&app),
    };
    let skip = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        focus("finding");
    });
    html! {
        <>
            <a class="skip" href={route.hash()} onclick={skip}>{ "Skip to the content" }</a>
            <div class="app">
                <header class="top">
                    { mark() }
                    { data_chip(&app) }
                    <div class="right">
                        { requests_chip() }
                        { choice(&named, theme.name(), &themes, choose_theme) }
                    </div>
                </header>
                { spine(&app) }
                <main id="main">
                    { alerts(&app) }
                    // One step's parts are none of another's.
                    <key={route.hash()}>{ page }</>
                </main>
            </div>
            <div class="drop-veil" aria-hidden="true"><p>{ "Drop files, a folder or a model" }</p></div>
            <p class="visually-hidden" role="status" aria-live="polite" id="said">{ &*app.state.said }</p>
        </>
    }
}

/// On a narrow screen the steps are a row of tabs that scrolls: the one in sight is brought into view.
fn show_current_step() {
    let Some(document) = web_sys::window().and_then(|w| w.document()) else {
        return;
    };
    let step = document
        .query_selector("nav.spine a[aria-current]")
        .ok()
        .flatten()
        .and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(step) = step
        && let Some(spine) = step.parent_element()
    {
        spine.set_scroll_left(step.offset_left() - 48);
    }
}

fn alerts(app: &App) -> Html {
    let alerts = app.state.alerts.iter();
    alerts
        .map(|a| alert(app, a.id, &a.failure, &[], Act::Dismiss(a.id)))
        .collect()
}

fn data_chip(app: &App) -> Html {
    let Some(data) = app.state.data.value() else {
        return html! {};
    };
    html! {
        <span class="chip hide-narrow" id="data-chip" title={data.name.clone()}>
            <b>{ format::shortened(&data.name, 36) }</b>
            { format!(
                "{} · {}",
                format::plural(data.rows, "row"),
                format::plural(data.columns.len() as u64, "column")
            ) }
        </span>
    }
}

/// Counted anew with each change of the state.
fn requests_chip() -> Html {
    match requests::to_other_hosts() {
        None => html! {},
        Some(n) => html! {
            <span
                class="chip hide-small"
                title="Counted by this browser's own resource timing. The page's policy allows its own origin alone, for its workers too."
            >
                <span class={if n == 0 { "dot good" } else { "dot warn" }} aria-hidden="true"></span>
                { format!("{} to other hosts", format::plural(u64::from(n), "request")) }
            </span>
        },
    }
}

fn spine(app: &App) -> Html {
    let steps = select::steps(&app.state);
    html! {
        <nav class="spine" aria-label="Steps">
            for step in steps.iter() {
                { spine_step(step, app.state.route) }
            }
        </nav>
    }
}

fn spine_step(step: &StepState, in_sight: Route) -> Html {
    let StepState { route, tick, note } = step;
    let route = *route;
    let current = in_sight.step() == route;
    let (class, mark, said) = match tick {
        Tick::Done => ("tick done", "✓", "done"),
        Tick::Busy => ("tick busy", "", "at work"),
        Tick::Failed => ("tick failed", "!", "failed"),
        Tick::Open => ("tick", "", ""),
    };
    let onclick = Callback::from(move |event: MouseEvent| {
        // The address changes by one place in the code, so that a click on the step in sight does nothing.
        event.prevent_default();
        route::go(route);
    });
    html! {
        <a
            href={route.hash()}
            {onclick}
            aria-current={current.then_some(if in_sight == route { "page" } else { "true" })}
            class={(route == Route::Runs).then_some("aside")}
        >
            <span class={classes!(class, current.then_some("now"))} aria-hidden="true">{ mark }</span>
            <b>{ route.title() }</b>
            if !said.is_empty() {
                <span class="visually-hidden">{ format!(", {said}") }</span>
            }
            <small>{ note }</small>
        </a>
    }
}
