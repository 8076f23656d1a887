//! From table to features.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::app::form::{Field, MissingRule};
use crate::app::select;
use crate::app::{Act, Handle, Route, Setting, format};
use crate::data::{Notice, lowered};
use crate::protocol::{ColumnSummary, DataSummary, Encoding, Scaling, TargetSummary};
use crate::ui::shell::App;
use crate::ui::widgets::{
    Named, actions, button, card, check, choice, go, named_field, number_field, opening,
    plain_strip, strip, strip_note, way,
};

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

pub(in crate::ui) fn prepare(app: &App) -> Html {
    let state = &app.state;
    let why_not = select::train_why_not(state);
    let training = state.training().is_some();
    let (Some(data), Some(target)) = (state.data.value(), state.target.value()) else {
        return html! {
            <>
                { opening(&select::plan(state), "The Data step takes CSV files, or simulates a cluster.") }
                { plain_strip(way("btn primary", "Go to the data", Route::Data)) }
            </>
        };
    };
    let buttons = html! {
        <>
            { button("btn primary", "", "Choose a model", why_not.is_some(), go(Route::Train)) }
            { app.button_unless(
                training,
                "btn",
                "",
                "Back to the defaults",
                Act::Set(Setting::PrepareDefaults),
            ) }
            { strip_note(&why_not.unwrap_or_default()) }
        </>
    };
    html! {
        <>
            { opening(&select::plan(state), "Everything below is fitted on the training rows alone and travels with the model.") }
            { strip(app, state.target.running(), "Looking at the target", buttons) }
            <div class="grid">
                <ColumnList app={app.clone()} data={data.clone()} target={target.clone()} />
                <div class="span5 stack">
                    { card(
                        "card",
                        "split-title",
                        "Rows that are held out",
                        "The model is judged on rows that it never saw.",
                        split_fields(app),
                    ) }
                    { card(
                        "card",
                        "missing-title",
                        "Missing values",
                        &missing_words(data),
                        missing_fields(app),
                    ) }
                    { card("card", "numbers-title", "Numbers and names", "", number_fields(app)) }
                </div>
            </div>
        </>
    }
}

fn split_fields(app: &App) -> Html {
    let stratify = named_field(
        "stratify",
        "Hold out the same share of each class",
        "Keeps rare classes in both parts.",
    );
    html! {
        <>
            { number_field(app, Field::TestShare) }
            { number_field(app, Field::SplitSeed) }
            { check(&stratify, app.state.settings.stratify, set(app, Setting::Stratify)) }
        </>
    }
}

fn missing_fields(app: &App) -> Html {
    let settings = &app.state.settings;
    let rule = named_field(
        "missing",
        "Rule",
        "Means and medians are those of the training rows. Categories take the most frequent name.",
    );
    let indicator = named_field(
        "indicator",
        "Add a column that says what was missing",
        "That a value is missing is sometimes the best sign.",
    );
    html! {
        <>
            { choose(app, &rule, &MISSING, settings.missing, Setting::Missing) }
            if settings.missing == MissingRule::Constant {
                { number_field(app, Field::FillValue) }
            }
            { check(&indicator, settings.indicator, set(app, Setting::Indicator)) }
        </>
    }
}

fn number_fields(app: &App) -> Html {
    let settings = &app.state.settings;
    let scaling = named_field("scaling", "Scaling of numbers", "Trees do not need it.");
    let encoding = named_field(
        "encoding",
        "Names as numbers",
        "Names that training never saw count as none of the known ones.",
    );
    html! {
        <>
            { choose(app, &scaling, &SCALING, settings.scaling, Setting::Scaling) }
            { choose(app, &encoding, &ENCODING, settings.encoding, Setting::Encoding) }
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

/// A choice from a list of values, names and labels.
pub(super) fn choose<T: Copy + PartialEq + 'static>(
    app: &App,
    named: &Named,
    list: &'static [(T, &'static str, &'static str)],
    value: T,
    setting: fn(T) -> Setting,
) -> Html {
    let at = list.iter().position(|(v, ..)| *v == value);
    let set = {
        let store = app.store.clone();
        move |i: usize| store.act(Act::Set(setting(list[i].0)))
    };
    let words = list
        .iter()
        .map(|(_, name, label)| (*name, *label))
        .collect();
    choose_at(named, words, at, Box::new(set))
}

/// The same for values of any type: by place in the list.
fn choose_at(
    named: &Named,
    words: Vec<(&'static str, &'static str)>,
    at: Option<usize>,
    set: Box<dyn Fn(usize)>,
) -> Html {
    let value = at.map_or("", |i| words[i].0);
    let options: Vec<(AttrValue, AttrValue)> = words
        .iter()
        .map(|(name, label)| ((*name).into(), (*label).into()))
        .collect();
    let names: Vec<&'static str> = words.iter().map(|(name, _)| *name).collect();
    choice(named, value, &options, move |name| {
        if let Some(i) = names.iter().position(|n| *n == name) {
            set(i);
        }
    })
}

#[derive(PartialEq, Properties)]
struct ColumnListProps {
    app: App,
    data: Handle<DataSummary>,
    target: Handle<TargetSummary>,
}

#[component]
fn ColumnList(props: &ColumnListProps) -> Html {
    let search = use_state(String::new);
    let ColumnListProps { app, data, target } = props;
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
    let button =
        |label: &'static str, setting: Setting| app.button("btn", "", label, Act::Set(setting));
    let title = format!(
        "{} of {} are used",
        format::count(chosen.len() as u64),
        format::plural(data.columns.len().saturating_sub(1) as u64, "column")
    );
    let why = format!(
        "Target: {}. Uncheck what would not be known in time when the model is used.",
        target.column
    );
    let body = html! {
        <>
            { actions(html! {
                <>
                    { button("Suggested", Setting::SuggestedColumns) }
                    { button("All", Setting::AllColumns) }
                    { button("None", Setting::NoColumns) }
                </>
            }) }
            if data.columns.len() > SEARCHED {
                <div class="field">
                    <label for="column-search">{ "Search columns" }</label>
                    <input type="search" id="column-search" value={(*search).clone()} {oninput} />
                </div>
            }
            <div class="column-list" role="group" aria-labelledby="features-title">
                for column in columns.iter().take(400) {
                    { column_check(app, column, target, chosen.contains(&column.name.as_str())) }
                }
            </div>
            if found == 0 {
                <p class="why">{ "No column has that in its name." }</p>
            }
            if found > 400 {
                <p class="why">{ format!("The first 400 of {}: search for the others.", format::count(found as u64)) }</p>
            }
        </>
    };
    card("card span7", "features-title", &title, &why, body)
}

fn column_check(app: &App, column: &ColumnSummary, target: &TargetSummary, checked: bool) -> Html {
    let store = app.store.clone();
    let name = column.name.clone();
    let on_change =
        Callback::from(move |on| store.act(Act::Set(Setting::Column(name.clone(), on))));
    let named = Named {
        id: format!("use-{}", column.name).into(),
        label: format::shortened(&column.name, 60).into(),
        hint: hint(column, target).into(),
        hide_label: false,
    };
    check(&named, checked, on_change)
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
