//! A few values kept in this browser, in IndexedDB: one store, one value per key.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbRequest, IdbTransactionMode};

const DATABASE: &str = "kubecast";
const STORE: &str = "kept";

/// The value under a key; undefined where there is none.
pub(in crate::ui) async fn get(key: &str) -> Result<JsValue, String> {
    let database = open().await?;
    let store = store(&database, IdbTransactionMode::Readonly)?;
    let request = store.get(&key.into()).map_err(|e| words(&e))?;
    let value = wait(&request).await;
    database.close();
    value
}

/// Keeps a value under a key. The error is a sentence.
pub(in crate::ui) async fn put(key: &str, value: &JsValue) -> Result<(), String> {
    let database = open().await?;
    let store = store(&database, IdbTransactionMode::Readwrite)?;
    let request = store
        .put_with_key(value, &key.into())
        .map_err(|e| words(&e))?;
    let done = wait(&request).await;
    database.close();
    done.map(|_| ())
}

/// Forgets a key.
pub(in crate::ui) async fn delete(key: &str) -> Result<(), String> {
    let database = open().await?;
    let store = store(&database, IdbTransactionMode::Readwrite)?;
    let request = store.delete(&key.into()).map_err(|e| words(&e))?;
    let done = wait(&request).await;
    database.close();
    done.map(|_| ())
}

async fn open() -> Result<IdbDatabase, String> {
    let factory = web_sys::window()
        .and_then(|w| w.indexed_db().ok().flatten())
        .ok_or("This browser has no place to keep things for pages.")?;
    let request = factory.open_with_u32(DATABASE, 1).map_err(|e| words(&e))?;
    let opening = request.clone();
    let upgrade = Closure::once_into_js(move |_: web_sys::Event| {
        let database: Option<IdbDatabase> = opening.result().ok().map(JsCast::unchecked_into);
        if let Some(database) = database {
            // Fails only where it is there already.
            let _ = database.create_object_store(STORE);
        }
    });
    request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    let database: IdbDatabase = wait(&request).await?.unchecked_into();
    Ok(database)
}

fn store(database: &IdbDatabase, mode: IdbTransactionMode) -> Result<IdbObjectStore, String> {
    database
        .transaction_with_str_and_mode(STORE, mode)
        .and_then(|t| t.object_store(STORE))
        .map_err(|e| words(&e))
}

/// A request's result once it is there.
async fn wait(request: &IdbRequest) -> Result<JsValue, String> {
    let promise = Promise::new(&mut |resolve, reject| {
        let (done, failed) = (request.clone(), request.clone());
        let success = Closure::once_into_js(move |_: web_sys::Event| {
            let value = done.result().unwrap_or(JsValue::UNDEFINED);
            let _ = resolve.call1(&JsValue::NULL, &value);
        });
        let error = Closure::once_into_js(move |_: web_sys::Event| {
            let why = failed
                .error()
                .ok()
                .flatten()
                .map_or(JsValue::NULL, Into::into);
            let _ = reject.call1(&JsValue::NULL, &why);
        });
        request.set_onsuccess(Some(success.unchecked_ref()));
        request.set_onerror(Some(error.unchecked_ref()));
    });
    JsFuture::from(promise).await.map_err(|e| words(&e))
}

fn words(error: &JsValue) -> String {
    let part = |key: &str| {
        js_sys::Reflect::get(error, &key.into())
            .ok()
            .and_then(|v| v.as_string())
            .unwrap_or_default()
    };
    match part("name").as_str() {
        "QuotaExceededError" => {
            "The browser gives this page no more room on this device.".to_owned()
        }
        "" => "The browser refused without a reason.".to_owned(),
        name => format!(
            "The browser refused: {} ({name}).",
            part("message").trim_end_matches('.')
        ),
    }
}
