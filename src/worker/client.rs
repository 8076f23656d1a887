//! The page's end of the session worker, and the pool workers that it starts and ends for it.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageChannel;

use super::message::{FromSession, Parcel, ToSession};
use super::start::{Cause, Heard, Line, Loss, Program, Role, in_words};
use super::ticks::Ticks;
use crate::protocol::{self, Event, Failure, FailureCode, JobId, Place, Request};
use crate::session::Session;

/// The job of making the sample once more, which nobody waits for; others are numbered from 1.
const SAMPLE: JobId = 0;
/// A session worker that does not listen after so many ticks is replaced; the next one is given as many more.
const START_TICKS: u32 = 10;
/// Session workers that are started before it is told that none starts.
const MOST_STARTS: u32 = 3;
/// A session worker that listened and does not say within so many ticks that it heard a request or a cancel is lost. It
/// hears between two slices of work.
const HEARD_TICKS: u32 = 10;

/// Asks the session worker, and starts another where one died or fell silent.
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
    /// The engine, once it is fetched: from then on the session is a whole one. Before, it is the page's own, for the sample.
    engine: Option<Program>,
    /// The engine is being fetched; what is asked waits.
    fetching: bool,
    /// What asked for the sample, to be asked again of the whole session that comes after, whatever that is asked first: a
    /// file that cannot be read leaves the sample at hand.
    sample: Option<Vec<u8>>,
    /// The whole session makes the sample; what is asked waits.
    remaking: bool,
    /// Said once the worker listens and has all that it needs, each with its job.
    queue: Vec<(JobId, Parcel)>,
    /// Jobs without a last event, the newest last.
    pending: Vec<JobId>,
    /// Pool workers, by the session's numbers; none where one waits for its program.
    pool: Vec<(u32, Option<Line>)>,
    /// Session workers started without one that listened.
    starts: u32,
    /// Requests and cancels that the worker has not said to have heard.
    unheard: u32,
    /// Ticks since it was started, or since it last said so.
    waited: u32,
    /// While something of it is awaited.
    ticks: Option<Ticks>,
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
        state.start(&mut state.inner.borrow_mut())?;
        Ok(Self { state })
    }

    /// Asks. `files` are the request's files in order, each a `File`, a `Blob` or a `Uint8Array`; the worker reads the
    /// first two itself, and takes the memory of the last, which is empty afterwards.
    pub fn send(&self, job: JobId, request: &Request, files: Vec<JsValue>) {
        {
            let mut inner = self.state.inner.borrow_mut();
            inner.pending.push(job);
            match request {
                _ if inner.engine.is_some() => {}
                Request::Simulate { sample: true, .. } => {
                    inner.sample = protocol::encode(SAMPLE, request).ok();
                }
                _ => {}
            }
            if inner.engine.is_none() && !inner.fetching && !Session::is_for_sample(request) {
                self.state.fetch_engine(&mut inner);
            }
        }
        let said = protocol::encode(job, request)
            .map_err(|error| error.to_string())
            .and_then(|envelope| {
                let request = ToSession::Request {
                    job,
                    envelope,
                    files,
                };
                self.say(job, request)
            });
        if let Err(why) = said {
            // Never from within `send`: whoever asks is not ready to be answered.
            let state = Rc::clone(&self.state);
            spawn_local(async move {
                let failed = failed(FailureCode::Internal, &format!("{why}."));
                state.deliver(job, failed, None);
            });
        }
    }

    /// Fetches the engine and starts a whole session before anything is asked of one, so that the first thing that is
    /// asked does not wait for it. That it cannot be fetched is told when it is needed.
    pub fn prepare(&self) {
        let state = Rc::downgrade(&self.state);
        spawn_local(async move {
            let fetched = Program::engine().await;
            let (Some(state), Ok(program)) = (state.upgrade(), fetched) else {
                return;
            };
            let is_idle = {
                let inner = state.inner.borrow();
                inner.engine.is_none() && !inner.fetching && inner.pending.is_empty()
            };
            // A job of the sample's session is not ended for it.
            if is_idle {
                state.go_over(Ok(program));
            }
        });
    }

    /// Cancels a job; its last event tells how it ended.
    pub fn cancel(&self, job: JobId) {
        {
            let mut inner = self.state.inner.borrow_mut();
            if !inner.pending.contains(&job) {
                return;
            }
            if inner.fetching {
                inner.queue.retain(|(waiting, _)| *waiting != job);
                drop(inner);
                // As in `send`: never from within.
                let state = Rc::clone(&self.state);
                spawn_local(async move { state.deliver(job, Event::Cancelled, None) });
                return;
            }
            // The pool is the newest job's.
            if inner.pending.last() == Some(&job) {
                inner.pool.clear();
            }
        }
        // A worker that cannot be told is one that is being heard to die.
        let _ = self.say(job, ToSession::Cancel { job });
    }

    fn say(&self, job: JobId, what: ToSession) -> Result<(), String> {
        let parcel = what.parcel();
        let mut inner = self.state.inner.borrow_mut();
        if inner.fetching {
            inner.queue.push((job, parcel));
            return Ok(());
        }
        if inner.line.is_none() {
            self.state.start(&mut inner)?;
        }
        if !inner.ready || inner.remaking {
            inner.queue.push((job, parcel));
            return Ok(());
        }
        self.state.ask(&mut inner, &parcel)
    }
}

impl Inner {
    fn post(&self, parcel: &Parcel) -> Result<(), String> {
        match &self.line {
            Some(line) => line.post(&parcel.message, &parcel.transfer),
            None => Ok(()),
        }
    }
}

impl State {
    fn start(self: &Rc<Self>, inner: &mut Inner) -> Result<(), String> {
        let state: Weak<State> = Rc::downgrade(self);
        let program = inner.engine.clone().unwrap_or_else(Program::own);
        let line = Line::start(Role::Session, &program, None, move |heard| {
            if let Some(state) = state.upgrade() {
                match heard {
                    Heard::Message(message) => state.hear(&message),
                    Heard::Lost(loss) => state.lose(&loss),
                }
            }
        })?;
        inner.line = Some(line);
        inner.ready = false;
        inner.starts += 1;
        self.watch(inner);
        Ok(())
    }

    /// Has the engine fetched, and a whole session in the place of the one for the sample. Until it is there that one stays:
    /// where the engine does not come, nothing is lost.
    fn fetch_engine(self: &Rc<Self>, inner: &mut Inner) {
        inner.fetching = true;
        let state = Rc::downgrade(self);
        spawn_local(async move {
            let fetched = Program::engine().await;
            if let Some(state) = state.upgrade() {
                state.go_over(fetched);
            }
        });
    }

    fn go_over(self: &Rc<Self>, fetched: Result<Program, Loss>) {
        let mut inner = self.inner.borrow_mut();
        inner.fetching = false;
        let (mut ended, ending) = match fetched {
            Ok(program) => {
                inner.engine = Some(program);
                inner.line = None;
                inner.unheard = 0;
                inner.ticks = None;
                inner.starts = 0;
                inner.remaking = inner.sample.is_some();
                let waits = |job: &JobId| inner.queue.iter().any(|(waiting, _)| waiting == job);
                // A job that the sample's session was still at.
                let left = inner.pending.iter().copied().filter(|job| !waits(job));
                let left: Vec<JobId> = left.collect();
                match self.start(&mut inner) {
                    Ok(()) => (left, Event::Cancelled),
                    Err(why) => {
                        inner.queue.clear();
                        let failed = failed(FailureCode::Internal, &format!("{why}."));
                        (inner.pending.clone(), failed)
                    }
                }
            }
            Err(loss) => {
                let queue = std::mem::take(&mut inner.queue);
                let jobs = queue.into_iter().map(|(job, _)| job).collect();
                (jobs, failed(FailureCode::Internal, &loss.sentence()))
            }
        };
        drop(inner);
        ended.dedup();
        for job in ended {
            self.deliver(job, ending.clone(), None);
        }
    }

    /// Says something to a session that listens, and waits to hear that it heard.
    fn ask(self: &Rc<Self>, inner: &mut Inner, parcel: &Parcel) -> Result<(), String> {
        inner.post(parcel)?;
        inner.unheard += 1;
        self.watch(inner);
        Ok(())
    }

    /// Says all that has waited.
    fn ask_all(self: &Rc<Self>, inner: &mut Inner) -> Result<(), String> {
        let queue = std::mem::take(&mut inner.queue);
        let mut parcels = queue.iter().map(|(_, parcel)| parcel);
        parcels.try_for_each(|parcel| self.ask(inner, parcel))
    }

    /// Counts from now how long the worker keeps silent, unless that is being counted.
    fn watch(self: &Rc<Self>, inner: &mut Inner) {
        if inner.ticks.is_none() {
            inner.waited = 0;
            let state = Rc::downgrade(self);
            inner.ticks = Some(Ticks::start(move || {
                if let Some(state) = state.upgrade() {
                    state.tick();
                }
            }));
        }
    }

    fn tick(self: &Rc<Self>) {
        let mut inner = self.inner.borrow_mut();
        inner.waited += 1;
        let late = |ticks| inner.waited >= ticks;
        let loss = if inner.ready {
            late(HEARD_TICKS).then(|| Loss::silent("answer", HEARD_TICKS))
        } else if !late(inner.starts * START_TICKS) {
            None
        } else if inner.starts < MOST_STARTS {
            // What was to be said to it still waits here: nothing is lost.
            inner.waited = 0;
            self.start(&mut inner).err().map(Loss::panicked)
        } else {
            Some(Loss::silent("start", inner.starts * START_TICKS))
        };
        drop(inner);
        if let Some(loss) = loss {
            self.lose(&loss);
        }
    }

    fn hear(self: &Rc<Self>, message: &JsValue) {
        match FromSession::read(message) {
            Some(FromSession::Ready) => self.greet(),
            Some(FromSession::Heard) => {
                let mut inner = self.inner.borrow_mut();
                inner.unheard = inner.unheard.saturating_sub(1);
                inner.waited = 0;
                if inner.unheard == 0 {
                    inner.ticks = None;
                }
            }
            Some(FromSession::Start(worker)) => self.start_pool_worker(worker),
            Some(FromSession::Stop(worker)) => {
                self.inner.borrow_mut().pool.retain(|(w, _)| *w != worker);
            }
            Some(FromSession::Reply {
                envelope,
                attachment,
            }) => match protocol::decode::<Event>(&envelope) {
                Ok(envelope) => self.deliver(envelope.job, envelope.body, attachment),
                Err(error) => self.lose(&Loss::panicked(error.to_string())),
            },
            None => self.lose(&Loss::panicked(
                "it answered with something that cannot be read".to_owned(),
            )),
        }
    }

    /// The worker listens: says what has waited.
    fn greet(self: &Rc<Self>) {
        let mut inner = self.inner.borrow_mut();
        inner.ready = true;
        inner.starts = 0;
        inner.ticks = None;
        inner.unheard = 0;
        if inner.fetching {
            // What waits is for the session that comes after this one.
            return;
        }
        let sample = if inner.remaking {
            inner.sample.take()
        } else {
            None
        };
        let said = if let Some(envelope) = sample {
            let request = ToSession::Request {
                job: SAMPLE,
                envelope,
                files: Vec::new(),
            };
            self.ask(&mut inner, &request.parcel())
        } else {
            self.ask_all(&mut inner)
        };
        drop(inner);
        if let Err(why) = said {
            self.lose(&Loss::panicked(why));
        }
    }

    /// Started here, not by the session: a worker that starts workers now and then hangs in Firefox. The two speak through
    /// ports of their own; here it is only heard to die.
    fn start_pool_worker(self: &Rc<Self>, worker: u32) {
        self.inner.borrow_mut().pool.push((worker, None));
        let state = Rc::downgrade(self);
        spawn_local(async move {
            let program = Program::engine().await;
            if let Some(state) = state.upgrade() {
                state.run_pool_worker(worker, program);
            }
        });
    }

    fn run_pool_worker(self: &Rc<Self>, worker: u32, program: Result<Program, Loss>) {
        let is_wanted = |inner: &Inner| inner.pool.iter().any(|(w, _)| *w == worker);
        if !is_wanted(&self.inner.borrow()) {
            return;
        }
        let state = Rc::downgrade(self);
        let started = program.and_then(|program| {
            let channel = MessageChannel::new().map_err(|e| Loss::panicked(in_words(&e)))?;
            let port = channel.port1();
            let line = Line::start(Role::Pool, &program, Some(&port), move |heard| {
                if let (Some(state), Heard::Lost(loss)) = (state.upgrade(), heard) {
                    state.lose_pool_worker(worker, loss);
                }
            });
            Ok((line.map_err(Loss::panicked)?, channel.port2()))
        });
        match started {
            Ok((line, port)) => {
                let mut inner = self.inner.borrow_mut();
                let mut pool = inner.pool.iter_mut();
                if let Some((_, place)) = pool.find(|(w, _)| *w == worker) {
                    *place = Some(line);
                }
                // It waits for this answer.
                let _ = inner.post(&ToSession::Started { worker, port }.parcel());
            }
            Err(loss) => self.lose_pool_worker(worker, loss),
        }
    }

    fn lose_pool_worker(&self, worker: u32, loss: Loss) {
        let mut inner = self.inner.borrow_mut();
        inner.pool.retain(|(w, _)| *w != worker);
        // A session that cannot be told is one that is being heard to die.
        let _ = inner.post(&ToSession::Gone { worker, loss }.parcel());
    }

    fn deliver(self: &Rc<Self>, job: JobId, event: Event, attachment: Option<Vec<u8>>) {
        let mut inner = self.inner.borrow_mut();
        if job == SAMPLE && inner.remaking && !matches!(event, Event::Progress { .. }) {
            inner.remaking = false;
            let said = self.ask_all(&mut inner);
            drop(inner);
            if let Err(why) = said {
                self.lose(&Loss::panicked(why));
            }
            return;
        }
        let Some(at) = inner.pending.iter().position(|&waiting| waiting == job) else {
            return;
        };
        if !matches!(event, Event::Progress { .. }) {
            inner.pending.remove(at);
        }
        drop(inner);
        (self.on_event)(job, event, attachment);
    }

    fn lose(self: &Rc<Self>, loss: &Loss) {
        let (line, pending) = {
            let mut inner = self.inner.borrow_mut();
            inner.ready = false;
            inner.queue.clear();
            inner.remaking = false;
            inner.pool.clear();
            inner.starts = 0;
            inner.unheard = 0;
            inner.ticks = None;
            (inner.line.take(), inner.pending.clone())
        };
        if line.is_none() {
            return;
        }
        drop(line);
        let code = match loss.cause {
            Cause::Lost => FailureCode::Resource,
            Cause::Panicked | Cause::Silent | Cause::NotFetched => FailureCode::Internal,
        };
        for job in pending {
            self.deliver(job, failed(code, &loss.sentence()), None);
        }
        (self.on_lost)(loss.sentence());
    }
}

fn failed(code: FailureCode, detail: &str) -> Event {
    let failure = Failure {
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
    };
    Event::Failed {
        failure,
        notices: Vec::new(),
    }
}
