//! A second hand that counts turns of the event loop: a thread that was busy or asleep for a minute has waited for one tick,
//! and what arrived meanwhile is heard before the next.

use js_sys::Function;
use wasm_bindgen::prelude::*;

const TICK_MILLIS: i32 = 1000;

#[wasm_bindgen]
extern "C" {
    // Of the window and of workers alike.
    #[wasm_bindgen(js_name = setInterval)]
    fn set_interval(work: &Function, millis: i32) -> JsValue;
    #[wasm_bindgen(js_name = clearInterval)]
    fn clear_interval(token: &JsValue);
}

/// Calls back about once a second until it is dropped.
pub(super) struct Ticks {
    token: JsValue,
    _work: Closure<dyn FnMut()>,
}

impl Ticks {
    pub fn start(work: impl FnMut() + 'static) -> Self {
        let work = Closure::<dyn FnMut()>::new(work);
        Self {
            token: set_interval(work.as_ref().unchecked_ref(), TICK_MILLIS),
            _work: work,
        }
    }
}

impl Drop for Ticks {
    fn drop(&mut self) {
        clear_interval(&self.token);
    }
}
