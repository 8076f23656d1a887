//! Fields, each with its label, its hint, and what is wrong with it.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::app::form::Field;
use crate::app::{Act, Setting};
use crate::ui::shell::App;

/// A number that is checked as it is typed.
pub(in crate::ui) fn number_field(app: &App, field: Field) -> Html {
    let rule = field.rule();
    let text = app.state.settings.text(field);
    let problem = app.state.settings.problem(field);
    let oninput = {
        let store = app.store.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event
                .target()
                .and_then(|t| t.dyn_into::<HtmlInputElement>().ok())
            {
                store.act(Act::Set(Setting::Text(field, input.value().into())));
            }
        })
    };
    let hint_id = format!("{}-hint", rule.id);
    let error_id = format!("{}-error", rule.id);
    let described = match problem {
        Some(_) => format!("{error_id} {hint_id}"),
        None => hint_id.clone(),
    };
    html! {
        <div class={classes!("field", problem.is_some().then_some("wrong"))}>
            <label for={rule.id}>{ rule.label }</label>
            <div class="field-row">
                <input
                    type="text"
                    id={rule.id}
                    inputmode={match (rule.text, rule.whole) {
                        (true, _) => "text",
                        (false, true) => "numeric",
                        (false, false) => "decimal",
                    }}
                    autocomplete="off"
                    spellcheck="false"
                    value={text.to_string()}
                    placeholder={rule.empty}
                    aria-invalid={problem.is_some().then_some("true")}
                    aria-describedby={described}
                    {oninput}
                />
                if matches!(field, Field::SimulateSeed | Field::SplitSeed) {
                    { app.button("btn", "", "Fresh seed", Act::FreshSeed(field)) }
                }
            </div>
            if let Some(problem) = problem {
                <p class="error" id={error_id}>{ problem }</p>
            }
            <p class="hint" id={hint_id}>{ rule.hint }</p>
        </div>
    }
}

/// What a choice or a check is called.
#[derive(Clone, Default)]
pub(in crate::ui) struct Named {
    pub(in crate::ui) id: AttrValue,
    pub(in crate::ui) label: AttrValue,
    /// What it means; may be empty.
    pub(in crate::ui) hint: AttrValue,
    /// Whether the label is for those alone who do not see the screen.
    pub(in crate::ui) hide_label: bool,
}

/// The names of a field, without a hint where that is empty.
pub(in crate::ui) fn named_field(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
) -> Named {
    Named {
        id: id.into(),
        label: label.into(),
        hint: hint.into(),
        hide_label: false,
    }
}

impl Named {
    fn hint_id(&self) -> Option<String> {
        (!self.hint.is_empty()).then(|| format!("{}-hint", self.id))
    }

    fn hint(&self) -> Html {
        match self.hint_id() {
            Some(id) => html! { <p class="hint" {id}>{ &self.hint }</p> },
            None => html! {},
        }
    }
}

/// A choice among a few, each with its value and its label.
pub(in crate::ui) fn choice(
    named: &Named,
    value: &str,
    options: &[(AttrValue, AttrValue)],
    on_choice: impl Fn(String) + 'static,
) -> Html {
    choice_of(named, value, options, Callback::from(on_choice))
}

fn choice_of(
    named: &Named,
    value: &str,
    options: &[(AttrValue, AttrValue)],
    on_choice: Callback<String>,
) -> Html {
    let onchange = Callback::from(move |event: Event| {
        let target = event.target();
        if let Some(select) = target.and_then(|t| t.dyn_into::<HtmlSelectElement>().ok()) {
            on_choice.emit(select.value());
        }
    });
    let select = html! {
        <select
            id={named.id.clone()}
            aria-label={named.hide_label.then(|| named.label.clone())}
            aria-describedby={named.hint_id()}
            {onchange}
        >
            for (each, label) in options.iter() {
                <option value={each.clone()} selected={**each == *value}>{ label }</option>
            }
        </select>
    };
    if named.hide_label {
        return select;
    }
    html! {
        <div class="field">
            <label for={named.id.clone()}>{ &named.label }</label>
            { select }
            { named.hint() }
        </div>
    }
}

/// A text or a number that is taken once it is whole: when the field is left, or Enter is pressed. `found` is what holds
/// where it is empty.
pub(in crate::ui) fn typed_field(
    named: &Named,
    kind: &'static str,
    value: &str,
    found: &str,
    on_change: impl Fn(String) + 'static,
) -> Html {
    let onchange = Callback::from(move |event: Event| {
        let target = event.target();
        if let Some(input) = target.and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) {
            on_change(input.value());
        }
    });
    html! {
        <div class="field">
            <label for={named.id.clone()}>{ &named.label }</label>
            <input
                type={kind}
                step={(kind == "number").then_some("any")}
                id={named.id.clone()}
                autocomplete="off"
                spellcheck="false"
                value={value.to_owned()}
                placeholder={found.to_owned()}
                aria-describedby={named.hint_id()}
                {onchange}
            />
            { named.hint() }
        </div>
    }
}

/// Yes or no.
pub(in crate::ui) fn check(named: &Named, checked: bool, on_change: Callback<bool>) -> Html {
    let onchange = Callback::from(move |event: Event| {
        let target = event.target();
        if let Some(input) = target.and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) {
            on_change.emit(input.checked());
        }
    });
    html! {
        <div class="check" key={named.id.to_string()}>
            <label>
                <input
                    type="checkbox"
                    id={named.id.clone()}
                    {checked}
                    aria-describedby={named.hint_id()}
                    {onchange}
                />
                <span>{ &named.label }</span>
            </label>
            { named.hint() }
        </div>
    }
}
