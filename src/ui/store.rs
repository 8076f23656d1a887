//! The one place where the state changes: acts in, a new state out, effects run.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::browser::{copy, download, files::Files, idb, listen, seed};
use super::charts::MadeCharts;
use super::route;
use crate::app::form::Field;
use crate::app::marking::Marking;
use crate::app::{Act, Action, Attachment, Effect, Handle, Kept, Setting, State, runlog};
use crate::app::{source_of_text, source_to_text};
use crate::data::sort_by_key;
use crate::protocol::{Event, Failure, FailureCode, JobId, Place};
use crate::worker::Client;

/// A preview waits so long for the next change.
const PREVIEW_MILLIS: i32 = 250;

/// The state and what runs its effects. Cloning shares it.
#[derive(Clone, Default)]
pub(super) struct Store(Rc<Inner>);

#[derive(Default)]
struct Inner {
    state: RefCell<Rc<State>>,
    acts: RefCell<VecDeque<Act>>,
    busy: Cell<bool>,
    listener: RefCell<Option<Callback<Rc<State>>>>,
    client: RefCell<Option<Client>>,
    heard: RefCell<Vec<Act>>,
    files: Files,
    charts: MadeCharts,
}

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Store {
    /// The state as it is.
    pub(super) fn state(&self) -> Rc<State> {
        Rc::clone(&self.0.state.borrow())
    }

    /// The files that the page holds.
    pub(super) fn files(&self) -> &Files {
        &self.0.files
    }

    /// The charts that were made.
    pub(super) fn charts(&self) -> &MadeCharts {
        &self.0.charts
    }

    /// Calls back with each new state.
    pub(super) fn on_change(&self, listener: Callback<Rc<State>>) {
        *self.0.listener.borrow_mut() = Some(listener);
    }

    /// Starts the worker, listens to the window, and fetches what was kept.
    pub(super) fn begin(&self) {
        self.start_client();
        if let Some(told) = route::told() {
            self.act(told);
        }
        listen::to_window(self);
        let store = self.clone();
        spawn_local(async move {
            let kept = store.fetch_kept().await;
            let marks = idb::get("marks").await.ok();
            if let Some(marks) = marks.and_then(|kept| kept.as_string()) {
                store.act(Act::Mark(Marking::Kept(marks)));
            }
            store.act(Act::Started(kept.map(Box::new)));
        });
    }

    fn start_client(&self) {
        let (events, losses) = (self.clone(), self.clone());
        let client = Client::start(
            move |job, event, attachment| events.heard(job, event, attachment),
            move |what| losses.hear_later(Act::Lost(what)),
        );
        match client {
            Ok(client) => *self.0.client.borrow_mut() = Some(client),
            Err(why) => self.act(Act::Trouble(Box::new(Failure {
                code: FailureCode::Internal,
                title: "This browser starts no workers".to_owned(),
                detail: why,
                hint: "Open the page in another current browser, or use the command line."
                    .to_owned(),
                place: Place::default(),
            }))),
        }
    }

    /// More than the sample will soon be asked for.
    pub(super) fn prepare(&self) {
        let client = self.0.client.borrow().clone();
        if let Some(client) = client {
            client.prepare();
        }
    }

    fn heard(&self, job: JobId, event: Event, attachment: Option<Vec<u8>>) {
        self.hear_later(Act::Heard {
            job,
            event: Box::new(event),
            attachment: attachment.map(Handle::new),
        });
    }

    /// What the client says in one go is taken together, a loss first: the failures of the lost worker's jobs come
    /// before the loss is told, and the next job must not begin in between.
    fn hear_later(&self, act: Act) {
        let mut heard = self.0.heard.borrow_mut();
        heard.push(act);
        if heard.len() > 1 {
            return;
        }
        drop(heard);
        let store = self.clone();
        spawn_local(async move {
            let mut acts = std::mem::take(&mut *store.0.heard.borrow_mut());
            sort_by_key(&mut acts, |act| !matches!(act, Act::Lost(_)));
            for act in acts {
                store.act(act);
            }
        });
    }

    /// Something happened.
    pub(super) fn act(&self, act: Act) {
        self.0.acts.borrow_mut().push_back(act);
        if self.0.busy.replace(true) {
            return;
        }
        loop {
            let Some(act) = self.0.acts.borrow_mut().pop_front() else {
                break;
            };
            let (next, effects) = self.state().after(&Action {
                at_millis: js_sys::Date::now(),
                act,
            });
            *self.0.state.borrow_mut() = Rc::new(next);
            for effect in effects {
                self.run(effect);
            }
        }
        self.0.busy.set(false);
        let listener = self.0.listener.borrow().clone();
        if let Some(listener) = listener {
            listener.emit(self.state());
        }
    }

    fn run(&self, effect: Effect) {
        match effect {
            Effect::Send {
                job,
                request,
                attachments,
            } => {
                let client = self.0.client.borrow().clone();
                if let Some(client) = client {
                    let files = attachments.iter().map(|a| self.bytes(a)).collect();
                    client.send(job, &request, files);
                }
            }
            Effect::Cancel(job) => {
                let client = self.0.client.borrow().clone();
                if let Some(client) = client {
                    client.cancel(job);
                }
            }
            Effect::Go(route) => route::go(route),
            Effect::Focus(field) => listen::focus_later(field.rule().id),
            Effect::Download {
                name,
                media_type,
                bytes,
            } => {
                if let Err(why) = download::save(&name, &media_type, &bytes) {
                    self.trouble("The file could not be handed over", &why);
                }
            }
            Effect::KeepData(source) => {
                let value = js_sys::Object::new();
                let files = match &source.origin {
                    crate::app::Origin::Files(files) => self.0.files.array(files),
                    crate::app::Origin::Scenario { .. } => js_sys::Array::new(),
                };
                set(&value, "note", &source_to_text(&source).into());
                set(&value, "files", &files);
                self.keep("data", Some(value.into()));
            }
            Effect::KeepModel(name, bytes) => {
                let value = js_sys::Object::new();
                set(&value, "name", &(*name).into());
                set(&value, "bytes", &js_sys::Uint8Array::from(bytes.as_slice()));
                self.keep("model", Some(value.into()));
            }
            Effect::KeepRuns(runs) => self.keep("runs", Some(runlog::to_json(&runs).into())),
            Effect::KeepMarks(text) => self.keep("marks", Some(text.into())),
            Effect::Forget => {
                self.keep("data", None);
                self.keep("marks", None);
                self.keep("model", None);
            }
            Effect::Address(link) => route::set_link(&link),
            Effect::PreviewSoon(turn) => {
                let store = self.clone();
                spawn_local(async move {
                    listen::sleep(PREVIEW_MILLIS).await;
                    store.act(Act::PreviewDue(turn));
                });
            }
            Effect::CopyAddress => self.copy_address(),
            Effect::DrawSeed(field) => self.draw_seed(field),
        }
    }

    fn bytes(&self, attachment: &Attachment) -> JsValue {
        match attachment {
            Attachment::File(key) => self.0.files.get(*key),
            Attachment::Bytes(bytes) => js_sys::Uint8Array::from(bytes.as_slice()).into(),
        }
    }

    fn draw_seed(&self, field: Field) {
        match seed::draw() {
            Ok(seed) => self.act(Act::Set(Setting::Text(field, seed.to_string().into()))),
            Err(why) => self.trouble("No seed could be drawn", &why),
        }
    }

    fn copy_address(&self) {
        let store = self.clone();
        spawn_local(async move {
            match copy::text(&route::address()).await {
                Ok(()) => store.act(Act::Copied),
                Err(why) => store.act(Act::Trouble(Box::new(Failure {
                    code: FailureCode::Internal,
                    title: "The link could not be copied".to_owned(),
                    detail: why,
                    hint: "Copy it from the address bar: it stands there.".to_owned(),
                    place: Place::default(),
                }))),
            }
        });
    }

    fn keep(&self, key: &'static str, value: Option<JsValue>) {
        if self.state().keeps == Some(false) {
            return;
        }
        let store = self.clone();
        spawn_local(async move {
            let done = match value {
                Some(value) => idb::put(key, &value).await,
                None => idb::delete(key).await,
            };
            if let Err(why) = done {
                let what = match key {
                    "data" => "This data set is not kept for your next visit",
                    "model" => "This model is not kept for your next visit",
                    "marks" => "These marks are not kept for your next visit",
                    _ => "The run log is not kept for your next visit",
                };
                store.act(Act::Trouble(Box::new(Failure {
                    code: FailureCode::Resource,
                    title: what.to_owned(),
                    detail: why,
                    hint: "Work goes on; download what you want to keep before you close the page."
                        .to_owned(),
                    place: Place::default(),
                })));
            }
        });
    }

    fn trouble(&self, title: &str, why: &str) {
        self.act(Act::Trouble(Box::new(Failure {
            code: FailureCode::Internal,
            title: title.to_owned(),
            detail: why.to_owned(),
            hint: "Try it again, or in another current browser.".to_owned(),
            place: Place::default(),
        })));
    }

    async fn fetch_kept(&self) -> Result<Kept, String> {
        let data = idb::get("data").await?;
        let model = idb::get("model").await?;
        let runs = idb::get("runs").await?;
        let files = self.0.files.take_array(&get(&data, "files"));
        Ok(Kept {
            source: get(&data, "note")
                .as_string()
                .and_then(|note| source_of_text(&note, files)),
            model: get(&model, "name").as_string().map(|name| {
                let bytes = js_sys::Uint8Array::new(&get(&model, "bytes")).to_vec();
                (name.into(), Handle::new(bytes))
            }),
            runs: runs
                .as_string()
                .map(|text| runlog::of_json(&text))
                .unwrap_or_default(),
        })
    }
}

fn set(object: &js_sys::Object, key: &str, value: &JsValue) {
    // A plain object takes any property.
    let _ = js_sys::Reflect::set(object, &key.into(), value);
}

/// A property; undefined where there is none, or no object.
fn get(object: &JsValue, key: &str) -> JsValue {
    js_sys::Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}
