//! Things to know, each with what it means.

use yew::prelude::*;

use crate::app::{Handle, format};
use crate::data::{Level, Notice, sort_by_key};

/// Notices of one kind that are listed one by one before the rest is folded.
const SHOWN: usize = 6;

#[derive(PartialEq, Properties)]
pub(in crate::ui) struct NoticesProps {
    pub(in crate::ui) notices: Handle<Vec<Notice>>,
}

/// A list of notices, warnings first, the long tail folded.
#[component]
pub(in crate::ui) fn Notices(props: &NoticesProps) -> Html {
    let mut sorted: Vec<&Notice> = props.notices.iter().collect();
    sort_by_key(&mut sorted, |n| n.level() != Level::Warning);
    let rest = sorted.split_off(sorted.len().min(SHOWN));
    html! {
        <>
            <ul class="notices">
                for notice in sorted {
                    { item(notice) }
                }
            </ul>
            if !rest.is_empty() {
                <details class="more">
                    <summary>{ format!("{} more", format::count(rest.len() as u64)) }</summary>
                    <ul class="notices">
                        for notice in rest.iter().take(200) {
                            { item(notice) }
                        }
                    </ul>
                </details>
            }
        </>
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
