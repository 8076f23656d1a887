//! Things to know, each with what it means.

use yew::prelude::*;

use crate::app::format;
use crate::data::{Level, Notice, sort_by_key};

/// Notices of one kind that are listed one by one before the rest is folded.
const SHOWN: usize = 6;

/// A list of notices, warnings first, the long tail folded.
pub(in crate::ui) fn notice_list(notices: &[Notice]) -> Html {
    let mut sorted: Vec<&Notice> = notices.iter().collect();
    sort_by_key(&mut sorted, |n| n.level() != Level::Warning);
    let rest = sorted.split_off(sorted.len().min(SHOWN));
    html! {
        <>
            { items(&sorted) }
            if !rest.is_empty() {
                <details class="more">
                    <summary>{ format!("{} more", format::count(rest.len() as u64)) }</summary>
                    { items(rest.get(..200).unwrap_or(&rest)) }
                </details>
            }
        </>
    }
}

fn items(notices: &[&Notice]) -> Html {
    html! {
        <ul class="notices">
            for notice in notices.iter() {
                { item(notice) }
            }
        </ul>
    }
}

fn item(notice: &Notice) -> Html {
    let (class, word) = match notice.level() {
        Level::Warning => ("warning", "Warning"),
        Level::Info => ("info", "Note"),
    };
    html! {
        <li class={class}>
            <span class="badge">{ word }</span>
            <div>
                <b>{ notice.title() }</b>
                <p>{ notice.meaning() }</p>
            </div>
        </li>
    }
}
