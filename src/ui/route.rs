//! The step in the address, so that the browser's back button works. Nothing else ever stands there.

use crate::app::Route;

/// The step that the address names.
pub(super) fn current() -> Option<Route> {
    let hash = web_sys::window()?.location().hash().ok()?;
    Route::of_hash(&hash)
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
