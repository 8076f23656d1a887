//! Text for the clipboard.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Puts a text into the clipboard; the error is the browser's.
pub(in crate::ui) async fn text(text: &str) -> Result<(), String> {
    write(text).await.map_err(|error| {
        let words = error.dyn_ref::<js_sys::Error>().map(js_sys::Error::message);
        words.map_or_else(
            || "The browser does not allow it.".to_owned(),
            |words| format!("The browser says: {words}"),
        )
    })
}

/// By reflection: where the page is not served securely there is no clipboard.
async fn write(text: &str) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    let clipboard = Reflect::get(&window.navigator(), &"clipboard".into())?;
    let function: Function = Reflect::get(&clipboard, &"writeText".into())?.dyn_into()?;
    let promise: Promise = function.call1(&clipboard, &text.into())?.dyn_into()?;
    JsFuture::from(promise).await?;
    Ok(())
}
