//! How many requests this page has made to other hosts, as the browser's own resource timing counts them.

use wasm_bindgen::JsValue;

/// Requests to any other origin since the page was opened; none where the browser does not count them.
///
/// The timing covers the page's thread. The workers are bound to the page's own origin by the same policy, which the
/// browser suite proves by trying.
pub(in crate::ui) fn to_other_hosts() -> Option<u32> {
    let window = web_sys::window()?;
    let origin = window.location().origin().ok()?;
    let entries = window.performance()?.get_entries_by_type("resource");
    let count = entries
        .iter()
        .filter_map(|entry| {
            js_sys::Reflect::get(&entry, &JsValue::from_str("name"))
                .ok()?
                .as_string()
        })
        .filter(|name| {
            !name.starts_with(&origin) && !name.starts_with("blob:") && !name.starts_with("data:")
        })
        .count();
    u32::try_from(count).ok()
}
