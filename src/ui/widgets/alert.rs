//! What failed, where, and what to do.

use yew::prelude::*;

use super::notice_list;
use crate::app::Act;
use crate::data::Notice;
use crate::protocol::{Failure, Place};
use crate::ui::shell::App;

/// A failure as a person reads it, and what closes it. A new failure has another key, so that it is read out.
pub(in crate::ui) fn alert(
    app: &App,
    key: u64,
    failure: &Failure,
    notices: &[Notice],
    close: Act,
) -> Html {
    let Failure {
        title,
        detail,
        hint,
        place,
        ..
    } = failure;
    let place = place_text(place);
    html! {
        <div {key} class="alert" role="alert">
            <div class="alert-text">
                <p class="alert-title">{ title.trim_end_matches('.') }</p>
                <p>{ detail }</p>
                if !place.is_empty() {
                    <p class="place">{ place }</p>
                }
                <p class="hint">{ hint }</p>
                if !notices.is_empty() {
                    { notice_list(notices) }
                }
            </div>
            <button type="button" class="ghost" onclick={app.on(close)} aria-label={format!("Close: {title}")}>
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
