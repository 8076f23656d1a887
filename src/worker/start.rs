//! Starting a worker so that the page's security policy binds it, and hearing when it dies.

use js_sys::{Array, JsString, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, DedicatedWorkerGlobalScope, MessageEvent, MessagePort, Url, Worker,
    WorkerOptions, WorkerType,
};

use super::message;

/// What a worker was started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Owns data and models.
    Session,
    /// Grows trees, then is thrown away.
    Pool,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Pool => "pool",
        }
    }
}

/// The worker's own script: waits for the glue's address and the compiled module, and starts them. What goes wrong
/// where no `error` event would tell is told as a message of the same shape as a panic's.
const SCRIPT: &str = r#"
const lost = (why) => self.postMessage(['lost', String((why && why.message) || why)]);
self.addEventListener('unhandledrejection', (event) => { event.preventDefault(); lost(event.reason); });
self.addEventListener('message', async ({ data: [glue, module, role, port] }) => {
  self.__kubecast_role = role;
  self.__kubecast_port = port;
  try {
    const { default: init } = await import(glue);
    await init({ module_or_path: module });
  } catch (error) { lost(error); }
}, { once: true });
"#;

#[wasm_bindgen]
extern "C" {
    type ImportMeta;
    #[wasm_bindgen(method, getter)]
    fn url(this: &ImportMeta) -> JsString;
    // The glue's own: its address is the one that a worker imports.
    #[wasm_bindgen(thread_local_v2, js_namespace = import, js_name = meta)]
    static IMPORT_META: ImportMeta;
    // static/boot.js: fetched once; what failed is fetched again.
    #[wasm_bindgen(catch, js_namespace = __kubecast, js_name = engine)]
    fn engine() -> Result<Promise, JsValue>;
}

/// A program for workers: its glue's address and its compiled module.
#[derive(Clone)]
pub(super) struct Program {
    glue: JsValue,
    module: JsValue,
}

impl Program {
    /// This one.
    pub fn own() -> Self {
        Self {
            glue: IMPORT_META.with(ImportMeta::url).into(),
            module: wasm_bindgen::module(),
        }
    }

    /// The engine, fetched if it is not there.
    ///
    /// # Errors
    /// [`Cause::NotFetched`], in the browser's or the server's words.
    pub async fn engine() -> Result<Self, Loss> {
        let fetched = match engine() {
            Ok(promise) => JsFuture::from(promise).await,
            Err(error) => Err(error),
        };
        let parts = fetched.map(|parts| parts.unchecked_into::<Array>());
        parts
            .map_err(|error| Loss::not_fetched(&in_words(&error)))
            .map(|parts| Self {
                glue: parts.get(0),
                module: parts.get(1),
            })
    }
}

/// What this thread was started for; none where it is no worker of ours (a window, Node, somebody else's worker).
pub fn role() -> Option<Role> {
    let global = js_sys::global();
    if !global.is_instance_of::<DedicatedWorkerGlobalScope>() {
        return None;
    }
    let name = Reflect::get(&global, &JsValue::from_str("__kubecast_role")).ok()?;
    [Role::Session, Role::Pool]
        .into_iter()
        .find(|role| name == role.name())
}

/// This worker's scope. Only for threads that have a [`role`].
pub(super) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// What a started worker lets be known.
pub(super) enum Heard {
    /// A message.
    Message(JsValue),
    /// It stopped, and must not be used again.
    Lost(Loss),
}

/// Why a worker stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Loss {
    pub cause: Cause,
    /// In the words of the panic or the browser; for a silent one, what it did not do.
    pub why: String,
}

/// What ended a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Our own code gave up, and said so.
    Panicked,
    /// The browser ended it.
    Lost,
    /// It did not answer, and was ended for that.
    Silent,
    /// Its program could not be fetched.
    NotFetched,
}

impl Cause {
    /// As it is written in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Panicked => "panicked",
            Self::Lost => "lost",
            Self::Silent => "silent",
            Self::NotFetched => "not fetched",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Panicked, Self::Lost, Self::Silent, Self::NotFetched]
            .into_iter()
            .find(|cause| cause.word() == word)
    }
}

impl Loss {
    pub fn panicked(why: String) -> Self {
        let cause = Cause::Panicked;
        Self { cause, why }
    }

    /// `what` it did not do, within how many seconds.
    pub fn silent(what: &str, secs: u32) -> Self {
        Self {
            cause: Cause::Silent,
            why: format!("{what} within {secs} seconds"),
        }
    }

    /// The program that it should run did not come.
    pub fn not_fetched(why: &str) -> Self {
        Self {
            cause: Cause::NotFetched,
            why: why.to_owned(),
        }
    }

    /// A sentence for people.
    pub fn sentence(&self) -> String {
        let why = self.why.trim_end_matches('.');
        match self.cause {
            Cause::Panicked => {
                format!("A worker of this page stopped on an error of its own: {why}.")
            }
            Cause::Lost => format!(
                "A worker of this page stopped, most likely because the browser gave it no more memory ({why})."
            ),
            Cause::Silent => format!("A worker of this page was stopped because it did not {why}."),
            Cause::NotFetched => format!(
                "The engine of this page is fetched when it is first needed, and could not be: {why}."
            ),
        }
    }
}

/// A running worker; dropping it terminates it at once.
pub(super) struct Line {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(web_sys::Event)>,
}

impl Line {
    /// Starts a worker; a `port` is its to keep. What it says goes to `hear`, never before this returns.
    pub fn start(
        role: Role,
        program: &Program,
        port: Option<&MessagePort>,
        hear: impl Fn(Heard) + Clone + 'static,
    ) -> Result<Self, String> {
        let worker = spawn(role, program, port).map_err(|e| in_words(&e))?;
        let on_message = {
            let hear = hear.clone();
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                let data = event.data();
                hear(match message::loss(&data) {
                    Some(loss) => Heard::Lost(loss),
                    None => Heard::Message(data),
                });
            })
        };
        let on_error = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            // Else it would be reported once more in the scope of whoever started the worker, and end that too.
            event.prevent_default();
            let why = Reflect::get(&event, &JsValue::from_str("message"))
                .ok()
                .and_then(|m| m.as_string())
                .filter(|m| !m.is_empty())
                .unwrap_or_else(|| event.type_());
            let cause = Cause::Lost;
            hear(Heard::Lost(Loss { cause, why }));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self {
            worker,
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    /// Says something; `transfer` lists the buffers that are moved rather than copied.
    pub fn post(&self, message: &JsValue, transfer: &Array) -> Result<(), String> {
        self.worker
            .post_message_with_transfer(message, transfer)
            .map_err(|e| in_words(&e))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}

fn spawn(role: Role, program: &Program, port: Option<&MessagePort>) -> Result<Worker, JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let script = Array::of1(&JsValue::from_str(SCRIPT));
    let blob = Blob::new_with_str_sequence_and_options(&script, &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let options = WorkerOptions::new();
    options.set_name(&format!("kubecast {}", role.name()));
    options.set_type(WorkerType::Module);
    // The address is not revoked: a module worker may fetch it after the constructor has returned, and it is a few bytes.
    let worker = Worker::new_with_options(&url, &options)?;
    let first = Array::of3(
        &program.glue,
        &program.module,
        &JsValue::from_str(role.name()),
    );
    let moved = Array::new();
    if let Some(port) = port {
        first.push(port);
        moved.push(port);
    }
    worker.post_message_with_transfer(&first, &moved)?;
    Ok(worker)
}

/// The port that this worker was given, if any.
pub(super) fn port() -> Option<MessagePort> {
    Reflect::get(&js_sys::global(), &JsValue::from_str("__kubecast_port"))
        .ok()?
        .dyn_into()
        .ok()
}

/// Sends this worker's panics to whoever started it, before the trap ends it.
pub(super) fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        // If even this cannot be sent, the trap that follows is heard as an `error` event.
        let _ = scope().post_message(&message::panicked(&info.to_string()));
    }));
}

/// A JavaScript error's message.
pub(super) fn in_words(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error
            .as_string()
            .unwrap_or_else(|| String::from(js_sys::JsString::from(error.clone()))),
    }
}

/// Seconds of a clock that never goes back.
pub fn now_secs() -> f64 {
    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = performance, js_name = now)]
        fn now_millis() -> f64;
    }
    now_millis() / 1000.0
}
