//! The page: Yew and the DOM, nothing else.
//!
//! ```text
//! DOM event ─▶ Store::act ─▶ State::after (pure, in `app`) ─▶ new State ─▶ components
//!                                    └─▶ Effects ─▶ worker client, browser storage, downloads, address
//! ```
//!
//! Invariants: function components only; what is shown is a function of [`crate::app::State`]; nothing here computes
//! on data; text from files is only ever shown as text.

mod browser;
pub mod charts;
mod pages;
mod route;
mod shell;
mod store;
mod widgets;

/// Puts the page into `#app`. Does nothing where there is no such element.
pub fn run() {
    console_error_panic_hook::set_once();
    let root = web_sys::window()
        .and_then(|w| w.document())
        .and_then(|d| d.get_element_by_id("app"));
    if let Some(root) = root {
        let store = store::Store::default();
        store.begin();
        yew::Renderer::<shell::Shell>::with_root_and_props(root, shell::ShellProps { store })
            .render();
    }
}
