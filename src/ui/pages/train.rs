//! Which model, with which parameters.

use yew::prelude::*;

use super::dismiss;
use super::prepare::{choose, name_of, options, set};
use crate::app::form::{FeatureRule, Field, ModelKind};
use crate::app::select;
use crate::app::verdict::Sentence;
use crate::app::{Act, Async, Purpose, Route, Setting, format};
use crate::data::lowered;
use crate::protocol::{ClassWeight, Criterion};
use crate::ui::route;
use crate::ui::shell::App;
use crate::ui::widgets::{
    Check, Select, Strip, Waiting, async_view, number_field, opening, use_app,
};

const MODELS: [(ModelKind, &str, &str, &str); 3] = [
    (
        ModelKind::Forest,
        "random-forest",
        "Random forest",
        "Many deep trees vote. Good without any tuning.",
    ),
    (
        ModelKind::Boosting,
        "gradient-boosting",
        "Gradient boosting",
        "Small trees correct each other. Often a little better, and more sensitive to its parameters.",
    ),
    (
        ModelKind::Tree,
        "decision-tree",
        "Decision tree",
        "One tree that can be read from the root to each answer.",
    ),
];

const FEATURES: [(FeatureRule, &str, &str); 4] = [
    (FeatureRule::Sqrt, "sqrt", "Square root of their number"),
    (
        FeatureRule::Log2,
        "log2",
        "Base-2 logarithm of their number",
    ),
    (FeatureRule::All, "all", "All"),
    (FeatureRule::Share, "share", "A share"),
];

const WEIGHTS: [(ClassWeight, &str, &str); 2] = [
    (
        ClassWeight::Balanced,
        "balanced",
        "Every class alike (balanced)",
    ),
    (ClassWeight::None, "none", "Every row alike"),
];

const CRITERIA: [(Criterion, &str, &str); 2] = [
    (Criterion::Gini, "gini", "Gini impurity"),
    (Criterion::Entropy, "entropy", "Entropy"),
];

#[component]
pub(in crate::ui) fn Train() -> Html {
    let app = use_app();
    let state = &app.state;
    let settings = &state.settings;
    let why_not = select::train_why_not(state).or_else(|| {
        settings
            .model_spec()
            .err()
            .map(|field| format!("Set {} right first.", lowered(field.rule().label)))
    });
    let model = MODELS
        .iter()
        .find(|(kind, ..)| *kind == settings.model)
        .unwrap_or(&MODELS[0]);
    let words = state.job.as_ref().map(|j| j.purpose.words());
    let progress = match state.job.as_ref().map(|j| &j.purpose) {
        Some(Purpose::Train { .. } | Purpose::Open { .. }) => state.model.running().cloned(),
        _ => None,
    };
    let sub = match &state.model {
        Async::Running { last: Some(_), .. } => {
            "The last model stays until the new one is done.".to_owned()
        }
        other => match other.value() {
            Some(t) => format!(
                "The model at hand: {}{}, {}.",
                t.model.kind,
                match (&t.file, t.secs) {
                    (Some(file), _) => format!(", opened from {file}"),
                    (None, 0.0) => ", of your last visit".to_owned(),
                    (None, secs) => format!(", made in {}", format::duration(secs)),
                },
                format::plural(t.model.trees, "tree"),
            ),
            None => "It is judged at once on the rows that were held out.".to_owned(),
        },
    };
    html! {
        <>
            { opening(&finding(&app, model.2), &sub) }
            <Strip {progress} words={words.unwrap_or_default()}>
                <button
                    type="button"
                    class="btn primary"
                    id="train"
                    disabled={why_not.is_some()}
                    onclick={app.on::<MouseEvent>(Act::Train)}
                >
                    { "Train" }
                </button>
                <button type="button" class="btn" onclick={app.on::<MouseEvent>(Act::Set(Setting::ModelDefaults))}>{ "Back to the defaults" }</button>
                if state.model.value().is_some_and(|m| m.report.is_some()) {
                    <button type="button" class="btn" onclick={Callback::from(|_: MouseEvent| route::go(Route::Evaluate))}>{ "See the last evaluation" }</button>
                }
                <span class="strip-note">{ why_not.unwrap_or_default() }</span>
            </Strip>
            <Waiting />
            { async_view(&state.model, &dismiss(&app), Route::Train, || html! {}, |_| html! {}) }
            <div class="grid">
                <section class="card span12" aria-labelledby="model-title">
                    <h2 id="model-title">{ "Model" }</h2>
                    <div class="radio-cards" role="radiogroup" aria-labelledby="model-title">
                        for (kind, id, name, what) in MODELS {
                            { radio(&app, kind, id, name, what) }
                        }
                    </div>
                </section>
                <section class="card span12" aria-labelledby="parameters-title">
                    <h2 id="parameters-title">{ "Parameters" }</h2>
                    <p class="why">{ "The defaults suit most tables. The command line and the JavaScript module take the same." }</p>
                    { parameters(&app) }
                </section>
            </div>
        </>
    }
}

fn finding(app: &App, model: &str) -> Sentence {
    let state = &app.state;
    match state.target.value() {
        Some(target) if state.data.value().is_some() => Sentence::of([
            "A ",
            &lowered(model),
            " will learn ",
            &target.column,
            " from ",
            &format::plural(state.features().len() as u64, "column"),
            ".",
        ]),
        _ => Sentence::of(["Load a table first, then train on it."]),
    }
}

fn radio(
    app: &App,
    kind: ModelKind,
    id: &'static str,
    name: &'static str,
    what: &'static str,
) -> Html {
    let checked = app.state.settings.model == kind;
    let what_id = format!("{id}-what");
    html! {
        <label class={classes!("radio-card", checked.then_some("chosen"))}>
            <input
                type="radio"
                name="model"
                {id}
                {checked}
                aria-describedby={what_id.clone()}
                onchange={app.on::<Event>(Act::Set(Setting::Model(kind)))}
            />
            <span>
                <b>{ name }</b>
                <span class="hint" id={what_id}>{ what }</span>
            </span>
        </label>
    }
}

fn parameters(app: &App) -> Html {
    let s = &app.state.settings;
    match s.model {
        ModelKind::Forest => html! {
            <div class="fields">
                { number_field(app, Field::ForestTrees) }
                { number_field(app, Field::ForestDepth) }
                { number_field(app, Field::ForestMinSplit) }
                { number_field(app, Field::ForestMinLeaf) }
                <Select
                    id="forest-features"
                    label="Features per split"
                    hint="Fewer make the trees differ more."
                    value={name_of(&FEATURES, s.features)}
                    options={options(&FEATURES)}
                    on_choice={choose(app, &FEATURES, Setting::Features)}
                />
                if s.features == FeatureRule::Share {
                    { number_field(app, Field::ForestFeatureShare) }
                }
                <Select
                    id="forest-weight"
                    label="Class weights"
                    hint="Balanced makes rare issues count as much as frequent ones."
                    value={name_of(&WEIGHTS, s.forest_weight)}
                    options={options(&WEIGHTS)}
                    on_choice={choose(app, &WEIGHTS, Setting::ForestWeight)}
                />
                <Select
                    id="forest-criterion"
                    label="Criterion"
                    hint="What a split is judged by. Both give much the same."
                    value={name_of(&CRITERIA, s.forest_criterion)}
                    options={options(&CRITERIA)}
                    on_choice={choose(app, &CRITERIA, Setting::ForestCriterion)}
                />
                <Check
                    id="forest-bootstrap"
                    label="Each tree draws its own rows"
                    hint="With replacement (bootstrap). Keeps the trees from agreeing on chance."
                    checked={s.bootstrap}
                    on_change={set(app, Setting::Bootstrap)}
                />
            </div>
        },
        ModelKind::Boosting => html! {
            <div class="fields">
                { number_field(app, Field::BoostRounds) }
                { number_field(app, Field::BoostRate) }
                { number_field(app, Field::BoostDepth) }
                { number_field(app, Field::BoostMinLeaf) }
                { number_field(app, Field::BoostL2) }
                { number_field(app, Field::BoostSubsample) }
                <Select
                    id="boost-weight"
                    label="Class weights"
                    hint="Balanced makes rare issues count as much as frequent ones."
                    value={name_of(&WEIGHTS, s.boost_weight)}
                    options={options(&WEIGHTS)}
                    on_choice={choose(app, &WEIGHTS, Setting::BoostWeight)}
                />
            </div>
        },
        ModelKind::Tree => html! {
            <div class="fields">
                { number_field(app, Field::TreeDepth) }
                { number_field(app, Field::TreeMinSplit) }
                { number_field(app, Field::TreeMinLeaf) }
                <Select
                    id="tree-criterion"
                    label="Criterion"
                    hint="What a split is judged by. Both give much the same."
                    value={name_of(&CRITERIA, s.tree_criterion)}
                    options={options(&CRITERIA)}
                    on_choice={choose(app, &CRITERIA, Setting::TreeCriterion)}
                />
            </div>
        },
    }
}
