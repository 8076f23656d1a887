//! Choosing files.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::use_app;
use crate::app::{Act, FileRef};

#[derive(PartialEq, Properties)]
pub(in crate::ui) struct FileButtonProps {
    pub(in crate::ui) id: AttrValue,
    pub(in crate::ui) label: AttrValue,
    /// What kinds of file are offered first.
    pub(in crate::ui) accept: AttrValue,
    #[prop_or(true)]
    pub(in crate::ui) multiple: bool,
    #[prop_or_default]
    pub(in crate::ui) primary: bool,
    /// What choosing them means.
    pub(in crate::ui) act: fn(Vec<FileRef>) -> Act,
}

/// A button that opens the browser's file chooser.
#[component]
pub(in crate::ui) fn FileButton(props: &FileButtonProps) -> Html {
    let app = use_app();
    let act = props.act;
    let onchange = Callback::from(move |event: Event| {
        let Some(input) = event
            .target()
            .and_then(|t| t.dyn_into::<HtmlInputElement>().ok())
        else {
            return;
        };
        let files = input
            .files()
            .map(|list| app.store.files().take(&list))
            .unwrap_or_default();
        // So that the same file can be chosen again.
        input.set_value("");
        if !files.is_empty() {
            app.store.act(act(files));
        }
    });
    html! {
        <label class={classes!("btn", "file", props.primary.then_some("primary"))}>
            <input
                type="file"
                class="visually-hidden"
                id={props.id.clone()}
                accept={props.accept.clone()}
                multiple={props.multiple}
                {onchange}
            />
            { &props.label }
        </label>
    }
}
