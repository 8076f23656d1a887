//! Choosing files.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::use_app;
use crate::app::{Act, FileRef};

/// What choosing files means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Chosen {
    /// They are the data.
    Data,
    /// They are to be predicted.
    Predict,
    /// Each goes where its name says.
    ByName,
}

impl Chosen {
    fn act(self, files: Vec<FileRef>) -> Act {
        match self {
            Self::Data => Act::LoadFiles(files),
            Self::Predict => Act::PredictFiles(files),
            Self::ByName => Act::Dropped(files),
        }
    }
}

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
    pub(in crate::ui) for_what: Chosen,
}

/// A button that opens the browser's file chooser.
#[component]
pub(in crate::ui) fn FileButton(props: &FileButtonProps) -> Html {
    let app = use_app();
    let for_what = props.for_what;
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
            app.store.act(for_what.act(files));
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
