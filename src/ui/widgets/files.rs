//! Choosing files.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::app::marking::Marking;
use crate::app::{Act, FileRef};
use crate::ui::shell::App;

/// What choosing files means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Chosen {
    /// They are the data.
    Data,
    /// They are to be predicted.
    Predict,
    /// Each goes where its name says.
    ByName,
    /// They mark incidents.
    Marks,
}

impl Chosen {
    fn act(self, files: Vec<FileRef>) -> Act {
        match self {
            Self::Data => Act::LoadFiles(files),
            Self::Predict => Act::PredictFiles(files),
            Self::ByName => Act::Dropped(files),
            Self::Marks => Act::Mark(Marking::Open(files)),
        }
    }
}

/// The kinds of file that are tables.
pub(in crate::ui) const TABLES: &str =
    ".csv,.tsv,.txt,.json,.jsonl,.prom,.gz,.zip,text/csv,text/plain,application/json";
/// Both kinds.
pub(in crate::ui) const TABLES_AND_MODELS: &str =
    ".csv,.tsv,.txt,.json,.jsonl,.prom,.gz,.zip,text/csv,text/plain,application/json,.kubecast";
/// The kind of file that is a model.
pub(in crate::ui) const MODELS: &str = ".kubecast";

/// A button of this class that opens the browser's file chooser, which offers these kinds of file first: several at a
/// time, or one where it is to be a model.
pub(in crate::ui) fn file_button(
    app: &App,
    class: &'static str,
    id: &'static str,
    label: &'static str,
    accept: &'static str,
    for_what: Chosen,
) -> Html {
    let store = app.store.clone();
    let onchange = Callback::from(move |event: Event| {
        let Some(input) = event
            .target()
            .and_then(|t| t.dyn_into::<HtmlInputElement>().ok())
        else {
            return;
        };
        let files = input
            .files()
            .map(|list| store.files().take(&list))
            .unwrap_or_default();
        // So that the same file can be chosen again.
        input.set_value("");
        if !files.is_empty() {
            store.act(for_what.act(files));
        }
    });
    html! {
        <label {class}>
            <input
                type="file"
                class="visually-hidden"
                {id}
                {accept}
                multiple={accept != MODELS}
                {onchange}
            />
            { label }
        </label>
    }
}
