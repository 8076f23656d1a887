//! Hands a file to the person.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

/// Lets the browser save bytes under a name. The error is the browser's own word.
pub(in crate::ui) fn save(name: &str, media_type: &str, bytes: &[u8]) -> Result<(), String> {
    let words = |error: wasm_bindgen::JsValue| format!("{error:?}");
    let parts = Array::of1(&Uint8Array::from(bytes));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    let blob =
        web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options).map_err(words)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob).map_err(words)?;
    let document = web_sys::window()
        .and_then(|w| w.document())
        .ok_or("there is no document")?;
    let link: web_sys::HtmlAnchorElement = document
        .create_element("a")
        .map_err(words)?
        .unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // Firefox reads the address after the click has returned.
    spawn_local(async move {
        super::listen::sleep(10_000).await;
        let _ = web_sys::Url::revoke_object_url(&url);
    });
    Ok(())
}
