//! Buttons. Markup that is written out costs its size each time; a call costs a few bytes.

use yew::prelude::*;

use crate::app::{Act, Route};
use crate::ui::route;
use crate::ui::shell::App;

/// A button of this class, with an id where it is not empty.
pub(in crate::ui) fn button(
    class: &'static str,
    id: &'static str,
    label: &str,
    disabled: bool,
    onclick: Callback<MouseEvent>,
) -> Html {
    html! {
        <button type="button" {class} id={named(id)} {disabled} {onclick}>{ label }</button>
    }
}

/// A button that leads to another step.
pub(in crate::ui) fn way(class: &'static str, label: &'static str, to: Route) -> Html {
    button(class, "", label, false, go(to))
}

/// Leads to another step.
pub(in crate::ui) fn go(to: Route) -> Callback<MouseEvent> {
    Callback::from(move |_| route::go(to))
}

impl App {
    /// A button that does this.
    pub(in crate::ui) fn button(
        &self,
        class: &'static str,
        id: &'static str,
        label: &str,
        act: Act,
    ) -> Html {
        self.button_unless(false, class, id, label, act)
    }

    /// The same, disabled where this is so.
    pub(in crate::ui) fn button_unless(
        &self,
        disabled: bool,
        class: &'static str,
        id: &'static str,
        label: &str,
        act: Act,
    ) -> Html {
        button(class, id, label, disabled, self.on(act))
    }
}

/// An attribute that is left out where it is empty.
pub(in crate::ui) fn named(text: &'static str) -> Option<AttrValue> {
    (!text.is_empty()).then_some(AttrValue::Static(text))
}
