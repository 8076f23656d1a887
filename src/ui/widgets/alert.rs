//! What failed, where, and what to do.

use yew::prelude::*;

use super::Notices;
use crate::app::Handle;
use crate::data::Notice;
use crate::protocol::{Failure, Place};

#[derive(PartialEq, Properties)]
pub(in crate::ui) struct AlertProps {
    pub(in crate::ui) failure: Handle<Failure>,
    #[prop_or_default]
    pub(in crate::ui) notices: Option<Handle<Vec<Notice>>>,
    pub(in crate::ui) on_close: Callback<()>,
}

/// A failure as a person reads it.
#[component]
pub(in crate::ui) fn Alert(props: &AlertProps) -> Html {
    let Failure {
        title,
        detail,
        hint,
        place,
        ..
    } = &*props.failure;
    let close = props.on_close.reform(|_: MouseEvent| ());
    let place = place_text(place);
    html! {
        <div class="alert" role="alert">
            <div class="alert-text">
                <p class="alert-title">{ title.trim_end_matches('.') }</p>
                <p>{ detail }</p>
                if !place.is_empty() {
                    <p class="place">{ place }</p>
                }
                <p class="hint">{ hint }</p>
                if let Some(notices) = props.notices.as_ref().filter(|n| !n.is_empty()) {
                    <Notices notices={notices.clone()} />
                }
            </div>
            <button type="button" class="ghost" onclick={close} aria-label={format!("Close: {title}")}>
                { "Close" }
            </button>
        </div>
    }
}

/// `checkout.csv, line 12, column cpu, byte 840`.
fn place_text(place: &Place) -> String {
    let parts = [
        place.file.clone(),
        place.line.map(|n| format!("line {n}")),
        place.column.as_ref().map(|c| format!("column {c}")),
        place.byte.map(|n| format!("byte {n}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("In {}.", parts.join(", "))
    }
}
