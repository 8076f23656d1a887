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
                    inputmode={if rule.whole { "numeric" } else { "decimal" }}
                    autocomplete="off"
                    spellcheck="false"
                    value={text.to_string()}
                    placeholder={rule.empty}
                    aria-invalid={problem.is_some().then_some("true")}
                    aria-describedby={described}
                    {oninput}
                />
                if matches!(field, Field::SimulateSeed | Field::SplitSeed) {
                    <button
                        type="button"
                        class="btn"
                        onclick={app.on::<MouseEvent>(Act::FreshSeed(field))}
                    >
                        { "Fresh seed" }
                    </button>
                }
            </div>
            if let Some(problem) = problem {
                <p class="error" id={error_id}>{ problem }</p>
            }
            <p class="hint" id={hint_id}>{ rule.hint }</p>
        </div>
    }
}

#[derive(PartialEq, Properties)]
pub(in crate::ui) struct SelectProps {
    pub(in crate::ui) id: AttrValue,
    pub(in crate::ui) label: AttrValue,
    #[prop_or_default]
    pub(in crate::ui) hide_label: bool,
    #[prop_or_default]
    pub(in crate::ui) hint: AttrValue,
    pub(in crate::ui) value: AttrValue,
    /// Value and label of each.
    pub(in crate::ui) options: Vec<(AttrValue, AttrValue)>,
    pub(in crate::ui) on_choice: Callback<String>,
}

/// A choice among a few.
#[component]
pub(in crate::ui) fn Select(props: &SelectProps) -> Html {
    let onchange = Callback::from({
        let on_choice = props.on_choice.clone();
        move |event: Event| {
            let target = event.target();
            if let Some(select) = target.and_then(|t| t.dyn_into::<HtmlSelectElement>().ok()) {
                on_choice.emit(select.value());
            }
        }
    });
    let hint_id = format!("{}-hint", props.id);
    let select = html! {
        <select
            id={props.id.clone()}
            aria-label={props.hide_label.then(|| props.label.clone())}
            aria-describedby={(!props.hint.is_empty()).then(|| hint_id.clone())}
            {onchange}
        >
            for (value, label) in props.options.iter() {
                <option value={value.clone()} selected={*value == props.value}>{ label }</option>
            }
        </select>
    };
    if props.hide_label {
        return select;
    }
    html! {
        <div class="field">
            <label for={props.id.clone()}>{ &props.label }</label>
            { select }
            if !props.hint.is_empty() {
                <p class="hint" id={hint_id}>{ &props.hint }</p>
            }
        </div>
    }
}

#[derive(PartialEq, Properties)]
pub(in crate::ui) struct CheckProps {
    pub(in crate::ui) id: AttrValue,
    pub(in crate::ui) label: AttrValue,
    #[prop_or_default]
    pub(in crate::ui) hint: AttrValue,
    pub(in crate::ui) checked: bool,
    pub(in crate::ui) on_change: Callback<bool>,
}

/// Yes or no.
#[component]
pub(in crate::ui) fn Check(props: &CheckProps) -> Html {
    let onchange = Callback::from({
        let on_change = props.on_change.clone();
        move |event: Event| {
            let target = event.target();
            if let Some(input) = target.and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) {
                on_change.emit(input.checked());
            }
        }
    });
    let hint_id = format!("{}-hint", props.id);
    html! {
        <div class="check">
            <label>
                <input
                    type="checkbox"
                    id={props.id.clone()}
                    checked={props.checked}
                    aria-describedby={(!props.hint.is_empty()).then(|| hint_id.clone())}
                    {onchange}
                />
                <span>{ &props.label }</span>
            </label>
            if !props.hint.is_empty() {
                <p class="hint" id={hint_id}>{ &props.hint }</p>
            }
        </div>
    }
}
