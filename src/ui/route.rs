//! The step in the address, so that the browser's back button works, and a scenario's settings. Nothing else ever stands
//! there.

use wasm_bindgen::JsValue;

use crate::app::{Act, Route};

fn hash() -> Option<String> {
    web_sys::window()?.location().hash().ok()
}

/// The step that the address names.
pub(super) fn current() -> Option<Route> {
    Route::of_hash(&hash()?)
}

/// What the address says: a step, or a scenario to look at.
pub(super) fn told() -> Option<Act> {
    let hash = hash()?;
    let route = Route::of_hash(&hash)?;
    Some(match hash.split_once('?') {
        Some((_, link)) if route == Route::Simulate => Act::Linked(link.to_owned()),
        _ => Act::Went(route),
    })
}

/// Puts a step into the address; the browser tells of it by `hashchange`.
pub(super) fn go(route: Route) {
    if current() == Some(route) {
        return;
    }
    if let Some(window) = web_sys::window() {
        // Refused only where the document is being torn down.
        let _ = window.location().set_hash(route.hash());
    }
}

/// Puts a scenario's settings into the address, in place of those before; nobody is told.
pub(super) fn set_link(link: &str) {
    if let Some(history) = web_sys::window().and_then(|w| w.history().ok()) {
        let address = format!("{}?{link}", Route::Simulate.hash());
        // Refused where it is done too often: the next change does it.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}

/// The address in full.
pub(super) fn address() -> String {
    let location = web_sys::window().map(|w| w.location());
    location.and_then(|l| l.href().ok()).unwrap_or_default()
}
