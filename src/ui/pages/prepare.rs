//! From table to features.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::app::form::{Field, MissingRule};
use crate::app::select;
use crate::app::{Act, Handle, Route, Setting, format};
use crate::data::{Notice, lowered};
use crate::protocol::{ColumnSummary, DataSummary, Encoding, Scaling, TargetSummary};
use crate::ui::route;
use crate::ui::shell::App;
use crate::ui::widgets::{Check, Select, Strip, Waiting, number_field, opening, use_app};

/// More columns than this can be searched.
const SEARCHED: usize = 30;

const MISSING: [(MissingRule, &str, &str); 6] = [
    (
        MissingRule::AsIs,
        "as-is",
        "Leave them: trees learn where they go",
    ),
    (
        MissingRule::DropRows,
        "drop-rows",
        "Leave out rows that lack a value",
    ),
    (MissingRule::Mean, "mean", "Fill in the mean"),
    (MissingRule::Median, "median", "Fill in the median"),
    (
        MissingRule::MostFrequent,
        "most-frequent",
        "Fill in the most frequent value",
    ),
    (
        MissingRule::Constant,
        "constant",
        "Fill in a value of your own",
    ),
];

const SCALING: [(Scaling, &str, &str); 4] = [
    (Scaling::None, "none", "None"),
    (
        Scaling::Standard,
        "standard",
        "Standard: mean 0, deviation 1",
    ),
    (Scaling::MinMax, "min-max", "Min-max: from 0 to 1"),
    (
        Scaling::Robust,
        "robust",
        "Robust: median 0, middle half 1 wide",
    ),
];

const ENCODING: [(Encoding, &str, &str); 3] = [
    (
        Encoding::Sets,
        "sets",
        "As they are: splits by sets of names",
    ),
    (Encoding::Ordinal, "ordinal", "One number for each name"),
    (
        Encoding::OneHot,
        "one-hot",
        "One column for each name (one-hot)",
    ),
];

#[component]
pub(in crate::ui) fn Prepare() -> Html {
    let app = use_app();
    let state = &app.state;
    let settings = &state.settings;
    let why_not = select::train_why_not(state);
    let training = state.training().is_some();
    let to_train = Callback::from(|_: MouseEvent| route::go(Route::Train));
    let (Some(data), Some(target)) = (state.data.value(), state.target.value()) else {
        return html! {
            <>
                { opening(&select::plan(state), "The Data step takes CSV files, or simulates a cluster.") }
                <Strip>
                    <button type="button" class="btn primary" onclick={Callback::from(|_: MouseEvent| route::go(Route::Data))}>{ "Go to the data" }</button>
                </Strip>
            </>
        };
    };
    html! {
        <>
            { opening(&select::plan(state), "Everything below is fitted on the training rows alone and travels with the model.") }
            <Strip progress={state.target.running().cloned()} words="Looking at the target">
                <button type="button" class="btn primary" disabled={why_not.is_some()} onclick={to_train}>{ "Choose a model" }</button>
                <button type="button" class="btn" disabled={training} onclick={app.on::<MouseEvent>(Act::Set(Setting::PrepareDefaults))}>{ "Back to the defaults" }</button>
                <span class="strip-note">{ why_not.unwrap_or_default() }</span>
            </Strip>
            <Waiting />
            <div class="grid">
                <ColumnList data={data.clone()} target={target.clone()} />
                <div class="span5 stack">
                    <section class="card" aria-labelledby="split-title">
                        <h2 id="split-title">{ "Rows that are held out" }</h2>
                        <p class="why">{ "The model is judged on rows that it never saw." }</p>
                        { number_field(&app, Field::TestShare) }
                        { number_field(&app, Field::SplitSeed) }
                        <Check
                            id="stratify"
                            label="Hold out the same share of each class"
                            hint="Keeps rare classes in both parts."
                            checked={settings.stratify}
                            on_change={set(&app, Setting::Stratify)}
                        />
                    </section>
                    <section class="card" aria-labelledby="missing-title">
                        <h2 id="missing-title">{ "Missing values" }</h2>
                        <p class="why">{ missing_words(data) }</p>
                        <Select
                            id="missing"
                            label="Rule"
                            hint="Means and medians are those of the training rows. Categories take the most frequent name."
                            value={name_of(&MISSING, settings.missing)}
                            options={options(&MISSING)}
                            on_choice={choose(&app, &MISSING, Setting::Missing)}
                        />
                        if settings.missing == MissingRule::Constant {
                            { number_field(&app, Field::FillValue) }
                        }
                        <Check
                            id="indicator"
                            label="Add a column that says what was missing"
                            hint="That a value is missing is sometimes the best sign."
                            checked={settings.indicator}
                            on_change={set(&app, Setting::Indicator)}
                        />
                    </section>
                    <section class="card" aria-labelledby="numbers-title">
                        <h2 id="numbers-title">{ "Numbers and names" }</h2>
                        <Select
                            id="scaling"
                            label="Scaling of numbers"
                            hint="Trees do not need it."
                            value={name_of(&SCALING, settings.scaling)}
                            options={options(&SCALING)}
                            on_choice={choose(&app, &SCALING, Setting::Scaling)}
                        />
                        <Select
                            id="encoding"
                            label="Names as numbers"
                            hint="Names that training never saw count as none of the known ones."
                            value={name_of(&ENCODING, settings.encoding)}
                            options={options(&ENCODING)}
                            on_choice={choose(&app, &ENCODING, Setting::Encoding)}
                        />
                    </section>
                </div>
            </div>
        </>
    }
}

fn missing_words(data: &DataSummary) -> String {
    let with: Vec<String> = data
        .columns
        .iter()
        .filter(|c| c.used && c.missing > 0)
        .map(|c| c.name.clone())
        .collect();
    match with.len() as u64 {
        0 => "No column to learn from lacks a value.".to_owned(),
        n => format!(
            "{} with missing values: {}.",
            format::plural(n, "column"),
            format::listed(&with, 4)
        ),
    }
}

pub(super) fn set<T: 'static>(app: &App, setting: fn(T) -> Setting) -> Callback<T> {
    let store = app.store.clone();
    Callback::from(move |value| store.act(Act::Set(setting(value))))
}

/// The name of a choice in a list of them.
pub(super) fn name_of<T: PartialEq>(
    list: &[(T, &'static str, &'static str)],
    value: T,
) -> AttrValue {
    list.iter()
        .find(|(v, ..)| *v == value)
        .map_or("", |(_, name, _)| name)
        .into()
}

pub(super) fn options<T>(list: &[(T, &'static str, &'static str)]) -> Vec<(AttrValue, AttrValue)> {
    list.iter()
        .map(|(_, name, label)| ((*name).into(), (*label).into()))
        .collect()
}

pub(super) fn choose<T: Copy + 'static>(
    app: &App,
    list: &'static [(T, &'static str, &'static str)],
    setting: fn(T) -> Setting,
) -> Callback<String> {
    let store = app.store.clone();
    Callback::from(move |name: String| {
        if let Some((value, ..)) = list.iter().find(|(_, n, _)| *n == name) {
            store.act(Act::Set(setting(*value)));
        }
    })
}

#[derive(PartialEq, Properties)]
struct ColumnListProps {
    data: Handle<DataSummary>,
    target: Handle<TargetSummary>,
}

#[component]
fn ColumnList(props: &ColumnListProps) -> Html {
    let app = use_app();
    let search = use_state(String::new);
    let ColumnListProps { data, target } = props;
    let chosen = app.state.features();
    let oninput = {
        let search = search.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event
                .target()
                .and_then(|t| t.dyn_into::<HtmlInputElement>().ok())
            {
                search.set(input.value());
            }
        })
    };
    let needle = lowered(&search);
    let columns: Vec<&ColumnSummary> = data
        .columns
        .iter()
        .filter(|c| c.name != target.column && lowered(&c.name).contains(&needle))
        .collect();
    let found = columns.len();
    let button = |label: &'static str, setting: Setting| {
        html! {
            <button type="button" class="btn" onclick={app.on::<MouseEvent>(Act::Set(setting))}>{ label }</button>
        }
    };
    html! {
        <section class="card span7" aria-labelledby="features-title">
            <h2 id="features-title">{ format!("{} of {} are used", format::count(chosen.len() as u64), format::plural(data.columns.len().saturating_sub(1) as u64, "column")) }</h2>
            <p class="why">{ format!("Target: {}. Uncheck what would not be known in time when the model is used.", target.column) }</p>
            <p class="actions">
                { button("Suggested", Setting::SuggestedColumns) }
                { button("All", Setting::AllColumns) }
                { button("None", Setting::NoColumns) }
            </p>
            if data.columns.len() > SEARCHED {
                <div class="field">
                    <label for="column-search">{ "Search columns" }</label>
                    <input type="search" id="column-search" value={(*search).clone()} {oninput} />
                </div>
            }
            <div class="column-list" role="group" aria-labelledby="features-title">
                for column in columns.iter().take(400) {
                    { column_check(&app, column, target, chosen.contains(&column.name.as_str())) }
                }
            </div>
            if found == 0 {
                <p class="why">{ "No column has that in its name." }</p>
            }
            if found > 400 {
                <p class="why">{ format!("The first 400 of {}: search for the others.", format::count(found as u64)) }</p>
            }
        </section>
    }
}

fn column_check(app: &App, column: &ColumnSummary, target: &TargetSummary, checked: bool) -> Html {
    let store = app.store.clone();
    let name = column.name.clone();
    let on_change =
        Callback::from(move |on| store.act(Act::Set(Setting::Column(name.clone(), on))));
    html! {
        <Check
            key={column.name.clone()}
            id={format!("use-{}", column.name)}
            label={format::shortened(&column.name, 60)}
            hint={hint(column, target)}
            {checked}
            {on_change}
        />
    }
}

/// What speaks against a column, or what it is.
fn hint(column: &ColumnSummary, target: &TargetSummary) -> String {
    if !column.why_not.is_empty() {
        return format!(
            "{}: {}",
            select::capital(column.kind.name()),
            column.why_not
        );
    }
    let against = target.notices.iter().find_map(|n| match n {
        Notice::TargetCopy { .. } | Notice::LeftOut { .. } if n.column() == Some(&column.name) => {
            Some(format!("{}. {}", n.title(), n.meaning()))
        }
        _ => None,
    });
    against.unwrap_or_else(|| {
        let missing = match column.missing {
            0 => String::new(),
            n => format!(", {} missing", format::count(n)),
        };
        format!(
            "{}, {}{missing}",
            select::capital(column.kind.name()),
            select::range(column)
        )
    })
}
