//! Cards, and the cells of tables.

use yew::prelude::*;

use super::button::named;

/// A card of this class: its title, how to read it, and what it holds. `id` is the title's.
pub(in crate::ui) fn card(
    class: &'static str,
    id: &'static str,
    title: &str,
    why: &str,
    body: Html,
) -> Html {
    html! {
        <section class={class} aria-labelledby={id}>
            <h2 {id}>{ title }</h2>
            if !why.is_empty() {
                <p class="why">{ why }</p>
            }
            { body }
        </section>
    }
}

/// Buttons below what they act on.
pub(in crate::ui) fn actions(buttons: Html) -> Html {
    html! { <p class="actions">{ buttons }</p> }
}

/// A note beside the buttons of a strip.
pub(in crate::ui) fn strip_note(text: &str) -> Html {
    html! { <span class="strip-note">{ text }</span> }
}

/// A cell of this class; its title, where it is not empty, is the text in full.
pub(in crate::ui) fn cell(class: &'static str, title: &str, text: &str) -> Html {
    let title = (!title.is_empty()).then(|| title.to_owned());
    html! { <td class={named(class)} {title}>{ text }</td> }
}

/// The names of columns, those of numbers marked, each with its meaning where it needs one.
pub(in crate::ui) fn column_heads(heads: &[(&'static str, bool, &'static str)]) -> Html {
    html! {
        <thead>
            <tr>
                for (name, number, meaning) in heads.iter() {
                    <th scope="col" class={number.then_some("num")} title={named(meaning)}>{ *name }</th>
                }
            </tr>
        </thead>
    }
}

/// Names and what stands for each.
pub(in crate::ui) fn pairs(lines: &[(String, String)]) -> Html {
    html! {
        <dl class="pairs">
            for (name, value) in lines.iter() {
                <div><dt>{ name }</dt><dd>{ value }</dd></div>
            }
        </dl>
    }
}
