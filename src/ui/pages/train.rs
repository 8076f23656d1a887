//! Which model, with which parameters.

use yew::prelude::*;

use super::prepare::{choose, set};
use super::search::search_card;
use crate::app::form::{FeatureRule, Field, ModelKind};
use crate::app::select;
use crate::app::verdict::Sentence;
use crate::app::{Act, Async, Purpose, Route, Setting, estimate_words, format};
use crate::data::lowered;
use crate::protocol::{ClassWeight, Criterion};
use crate::ui::shell::App;
use crate::ui::widgets::{
    card, check, failed, named_field, number_field, opening, strip, strip_note, way, work_words,
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

pub(in crate::ui) fn train(app: &App) -> Html {
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
    let progress = match state.job.as_ref().map(|j| &j.purpose) {
        Some(Purpose::Train { .. } | Purpose::Open { .. }) => state.model.running(),
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
    let estimate = state.estimate.as_ref().map(estimate_words);
    let buttons = html! {
        <>
            { app.button_unless(why_not.is_some(), "btn primary", "train", "Train", Act::Train) }
            { app.button("btn", "", "Back to the defaults", Act::Set(Setting::ModelDefaults)) }
            if state.model.value().is_some_and(|m| m.report.is_some()) {
                { way("btn", "See the last evaluation", Route::Evaluate) }
            }
            // Beside the buttons, which must not move under the hand when it is known.
            { strip_note(&why_not.or(estimate).unwrap_or_default()) }
        </>
    };
    let models = html! {
        <div class="radio-cards" role="radiogroup" aria-labelledby="model-title">
            for (kind, id, name, what) in MODELS {
                { radio(app, kind, id, name, what) }
            }
        </div>
    };
    html! {
        <>
            { opening(&finding(app, model.2), &sub) }
            { strip(app, progress, &work_words(app), buttons) }
            { failed(app, &state.model, Route::Train) }
            <div class="grid">
                { card("card span12", "model-title", "Model", "", models) }
                { card(
                    "card span12",
                    "parameters-title",
                    "Parameters",
                    "The defaults suit most tables. The command line and the JavaScript module take the same.",
                    parameters(app),
                ) }
                { search_card(app) }
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
    let fields = |fields: &[Field]| -> Html {
        fields
            .iter()
            .map(|&field| number_field(app, field))
            .collect()
    };
    let weights = |id, value, setting| {
        let hint = "Balanced makes rare issues count as much as frequent ones.";
        choose(
            app,
            &named_field(id, "Class weights", hint),
            &WEIGHTS,
            value,
            setting,
        )
    };
    let criteria = |id, value, setting| {
        let hint = "What a split is judged by. Both give much the same.";
        choose(
            app,
            &named_field(id, "Criterion", hint),
            &CRITERIA,
            value,
            setting,
        )
    };
    let body = match s.model {
        ModelKind::Forest => {
            let features = named_field(
                "forest-features",
                "Features per split",
                "Fewer make the trees differ more.",
            );
            let bootstrap = named_field(
                "forest-bootstrap",
                "Each tree draws its own rows",
                "With replacement (bootstrap). Keeps the trees from agreeing on chance.",
            );
            let random_cuts = named_field(
                "forest-random-cuts",
                "Draw each question at random",
                "Extremely randomized trees: often better where the metrics are noisy.",
            );
            let out_of_bag = named_field(
                "forest-out-of-bag",
                "Judge its own rows, too",
                "Each by the trees that did not draw it: a second opinion beside the held-out rows.",
            );
            html! {
                <>
                    { fields(&[
                        Field::ForestTrees,
                        Field::ForestDepth,
                        Field::ForestMinSplit,
                        Field::ForestMinLeaf,
                        Field::ForestLeaves,
                    ]) }
                    { choose(app, &features, &FEATURES, s.features, Setting::Features) }
                    if s.features == FeatureRule::Share {
                        { number_field(app, Field::ForestFeatureShare) }
                    }
                    { weights("forest-weight", s.forest_weight, Setting::ForestWeight) }
                    { criteria("forest-criterion", s.forest_criterion, Setting::ForestCriterion) }
                    { check(&bootstrap, s.bootstrap, set(app, Setting::Bootstrap)) }
                    { check(&random_cuts, s.random_cuts, set(app, Setting::RandomCuts)) }
                    { check(&out_of_bag, s.out_of_bag, set(app, Setting::OutOfBag)) }
                </>
            }
        }
        ModelKind::Boosting => html! {
            <>
                { fields(&[
                    Field::BoostRounds,
                    Field::BoostRate,
                    Field::BoostDepth,
                    Field::BoostLeaves,
                    Field::BoostMinLeaf,
                    Field::BoostMinHessian,
                    Field::BoostMinGain,
                    Field::BoostL2,
                    Field::BoostSubsample,
                    Field::BoostColumns,
                    Field::BoostStop,
                ]) }
                { weights("boost-weight", s.boost_weight, Setting::BoostWeight) }
            </>
        },
        ModelKind::Tree => html! {
            <>
                { fields(&[Field::TreeDepth, Field::TreeMinSplit, Field::TreeMinLeaf]) }
                { criteria("tree-criterion", s.tree_criterion, Setting::TreeCriterion) }
            </>
        },
    };
    let unfamiliar = named_field(
        "mark-unfamiliar",
        "Mark rows unlike any in training",
        "So that a new kind of issue is not taken for a known one.",
    );
    let own_past = named_field(
        "own-past",
        "Compare rows with their entity's own past",
        "Time and entity as on the step Forecast.",
    );
    html! {
        <div class="fields">
            { body }
            { check(&unfamiliar, s.mark_unfamiliar, set(app, Setting::MarkUnfamiliar)) }
            if s.mark_unfamiliar {
                { check(&own_past, s.own_past, set(app, Setting::OwnPast)) }
            }
        </div>
    }
}
