//! The page's end of the session worker.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::message::{FromSession, Parcel, ToSession};
use super::start::{Heard, Line, Loss, Role};
use crate::protocol::{self, Event, Failure, FailureCode, JobId, Place, Request};

/// Asks the session worker, and starts another where one died.
///
/// Each job sent gets exactly one event that is not `Progress`, also where its worker dies. After `on_lost` the next
/// worker knows neither data nor model: the page loads them again from where it keeps them.
#[derive(Clone)]
pub struct Client {
    state: Rc<State>,
}

type OnEvent = Box<dyn Fn(JobId, Event, Option<Vec<u8>>)>;

struct State {
    on_event: OnEvent,
    on_lost: Box<dyn Fn(String)>,
    inner: RefCell<Inner>,
}

#[derive(Default)]
struct Inner {
    line: Option<Line>,
    ready: bool,
    /// Said once the worker listens.
    queue: Vec<Parcel>,
    /// Jobs without a last event.
    pending: Vec<JobId>,
}

impl Client {
    /// Starts the session worker. `on_event` hears a job's events with a file's bytes; `on_lost` hears, in a sentence,
    /// that the worker died, after each of its jobs has failed. Errors where this browser starts no workers.
    pub fn start(
        on_event: impl Fn(JobId, Event, Option<Vec<u8>>) + 'static,
        on_lost: impl Fn(String) + 'static,
    ) -> Result<Self, String> {
        let state = Rc::new(State {
            on_event: Box::new(on_event),
            on_lost: Box::new(on_lost),
            inner: RefCell::default(),
        });
        let line = start(&state)?;
        state.inner.borrow_mut().line = Some(line);
        Ok(Self { state })
    }

    /// Asks. `files` are the request's files in order, each a `File`, a `Blob` or a `Uint8Array`; the worker reads the
    /// first two itself, and takes the memory of the last, which is empty afterwards.
    pub fn send(&self, job: JobId, request: &Request, files: Vec<JsValue>) {
        self.state.inner.borrow_mut().pending.push(job);
        let said = protocol::encode(job, request)
            .map_err(|error| error.to_string())
            .and_then(|envelope| {
                self.say(ToSession::Request {
                    job,
                    envelope,
                    files,
                })
            });
        if let Err(why) = said {
            // Never from within `send`: whoever asks is not ready to be answered.
            let state = Rc::clone(&self.state);
            spawn_local(async move {
                state.end(job, failure(FailureCode::Internal, &format!("{why}.")));
            });
        }
    }

    /// Cancels a job; its last event tells how it ended.
    pub fn cancel(&self, job: JobId) {
        let waits = self.state.inner.borrow().pending.contains(&job);
        if waits {
            // A worker that cannot be told is one that is being heard to die.
            let _ = self.say(ToSession::Cancel { job });
        }
    }

    fn say(&self, what: ToSession) -> Result<(), String> {
        let parcel = what.parcel();
        let mut inner = self.state.inner.borrow_mut();
        if inner.line.is_none() {
            inner.line = Some(start(&self.state)?);
            inner.ready = false;
        }
        if !inner.ready {
            inner.queue.push(parcel);
            return Ok(());
        }
        match &inner.line {
            Some(line) => line.post(&parcel.message, &parcel.transfer),
            None => Ok(()),
        }
    }
}

fn start(state: &Rc<State>) -> Result<Line, String> {
    let state: Weak<State> = Rc::downgrade(state);
    Line::start(Role::Session, move |heard| {
        if let Some(state) = state.upgrade() {
            match heard {
                Heard::Message(message) => state.hear(&message),
                Heard::Lost(loss) => state.lose(&loss),
            }
        }
    })
}

impl State {
    fn hear(&self, message: &JsValue) {
        match FromSession::read(message) {
            Some(FromSession::Ready) => self.greet(),
            Some(FromSession::Reply {
                envelope,
                attachment,
            }) => match protocol::decode::<Event>(&envelope) {
                Ok(envelope) => self.deliver(envelope.job, envelope.body, attachment),
                Err(error) => self.lose(&Loss {
                    panicked: true,
                    why: error.to_string(),
                }),
            },
            None => self.lose(&Loss {
                panicked: true,
                why: "it answered with something that cannot be read".to_owned(),
            }),
        }
    }

    /// The worker listens: says what has waited.
    fn greet(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.ready = true;
        let queue = std::mem::take(&mut inner.queue);
        let mut lost = None;
        if let Some(line) = &inner.line {
            for Parcel { message, transfer } in queue {
                if let Err(why) = line.post(&message, &transfer) {
                    lost = Some(why);
                }
            }
        }
        drop(inner);
        if let Some(why) = lost {
            self.lose(&Loss {
                panicked: true,
                why,
            });
        }
    }

    fn deliver(&self, job: JobId, event: Event, attachment: Option<Vec<u8>>) {
        let mut inner = self.inner.borrow_mut();
        let Some(at) = inner.pending.iter().position(|&waiting| waiting == job) else {
            return;
        };
        if !matches!(event, Event::Progress { .. }) {
            inner.pending.swap_remove(at);
        }
        drop(inner);
        (self.on_event)(job, event, attachment);
    }

    fn end(&self, job: JobId, failure: Failure) {
        let event = Event::Failed {
            failure,
            notices: Vec::new(),
        };
        self.deliver(job, event, None);
    }

    fn lose(&self, loss: &Loss) {
        let (line, pending) = {
            let mut inner = self.inner.borrow_mut();
            inner.ready = false;
            inner.queue.clear();
            (inner.line.take(), inner.pending.clone())
        };
        if line.is_none() {
            return;
        }
        drop(line);
        let code = if loss.panicked {
            FailureCode::Internal
        } else {
            FailureCode::Resource
        };
        for job in pending {
            self.end(job, failure(code, &loss.sentence()));
        }
        (self.on_lost)(loss.sentence());
    }
}

fn failure(code: FailureCode, detail: &str) -> Failure {
    Failure {
        code,
        title: "The work stopped half-way".to_owned(),
        detail: detail.to_owned(),
        hint: match code {
            FailureCode::Resource => {
                "Try it with fewer rows or trees, or on the command line, which can use all of the machine's memory."
            }
            _ => "Try it again; if it stops again, the run log says what was asked, so that it can be reported.",
        }
        .to_owned(),
        place: Place::default(),
    }
}
