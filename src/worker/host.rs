//! The session worker: hears requests, works them in slices, and keeps hearing in between.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessageEvent};

use super::message::{FromSession, ToSession};
use super::pool::{Pool, PoolEvent, machine_workers};
use super::source;
use super::start::{self, now_secs};
use crate::protocol::{
    self, Event, Failure, FailureCode, FileHead, JobId, ModelSpec, Place, Request, Stage,
};
use crate::session::{FileBytes, Reply, Session, UnitWork};

/// Slices are worked for this long before messages are heard again.
const TURN_SECS: f64 = 0.02;
/// What a training's table and features may take of the 4 GiB that a program of 32-bit addresses has.
const MEMORY_LIMIT_BYTES: u64 = 3 << 30;
/// Workers that are started for boosting before it is known how many it can use.
const BOOSTING_AHEAD: u32 = 4;
/// Progress of one stage is told no more often than this: drawing it takes the growers' time on a machine of few cores.
const TELL_SECS: f64 = 0.1;

/// Listens until it is terminated.
pub(super) fn run(session: Session) {
    start::report_panics();
    let channel = match MessageChannel::new() {
        Ok(channel) => channel,
        // Every browser that runs the module has it; without it nothing can be said but this.
        Err(why) => {
            let why = start::in_words(&why);
            let _ = start::scope().post_message(&super::message::panicked(&why));
            return;
        }
    };
    let host = Rc::new(Host {
        session: RefCell::new(session.on(machine_workers(), Some(MEMORY_LIMIT_BYTES))),
        pool: RefCell::new(None),
        job: Cell::new(None),
        arrivals: Cell::new(0),
        bell: channel.clone(),
        rung: Cell::new(false),
        told: Cell::new((None, 0.0)),
    });
    let on_turn = {
        let host = Rc::clone(&host);
        Closure::<dyn FnMut(MessageEvent)>::new(move |_| host.turn())
    };
    channel
        .port2()
        .set_onmessage(Some(on_turn.as_ref().unchecked_ref()));
    on_turn.forget();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        host.hear(&event.data())
    });
    start::scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(&FromSession::Ready);
}

struct Host {
    session: RefCell<Session>,
    pool: RefCell<Option<Pool>>,
    /// The job that has no last event yet.
    job: Cell<Option<JobId>>,
    /// Counts requests and cancels: what was begun under an earlier count is no longer wanted.
    arrivals: Cell<u64>,
    /// Rung at one end and heard at the other: sooner than any timer. Held whole, so that neither end is collected.
    bell: MessageChannel,
    rung: Cell<bool>,
    told: Cell<(Option<Stage>, f64)>,
}

impl Host {
    fn hear(self: &Rc<Self>, message: &JsValue) {
        let heard = ToSession::read(message);
        if let Some(ToSession::Request { .. } | ToSession::Cancel { .. }) = heard {
            // At once, whatever the answer takes: the page ends a worker that does not even hear.
            post(&FromSession::Heard);
        }
        match heard {
            Some(ToSession::Request {
                job,
                envelope,
                files,
            }) => {
                self.stop();
                match protocol::decode::<Request>(&envelope) {
                    Ok(envelope) => self.begin(job, envelope.body, files),
                    Err(error) => self.tell(job, failed(unreadable(&error.to_string()))),
                }
            }
            Some(ToSession::Cancel { job }) if self.job.get() == Some(job) => {
                self.stop();
            }
            Some(ToSession::Started { worker, port }) => {
                if let Some(pool) = self.pool() {
                    pool.started(worker, port);
                }
            }
            Some(ToSession::Gone { worker, loss }) => {
                if let Some(pool) = self.pool() {
                    pool.gone(worker, &loss);
                }
            }
            // A job that has ended; or nothing that names one, so that nobody waits for an answer.
            Some(ToSession::Cancel { .. }) | None => {}
        }
    }

    /// A handle of its own: what the pool tells may end it.
    fn pool(&self) -> Option<Pool> {
        self.pool.borrow().clone()
    }

    /// Ends the job at hand as cancelled, and its workers with it.
    fn stop(&self) {
        self.arrivals.set(self.arrivals.get() + 1);
        *self.pool.borrow_mut() = None;
        if self.job.get().is_some() {
            let replies = self.session.borrow_mut().cancel();
            self.tell_all(replies);
        }
    }

    fn begin(self: &Rc<Self>, job: JobId, request: Request, files: Vec<JsValue>) {
        if files.is_empty() {
            self.submit(job, request, Vec::new());
            return;
        }
        match source::files(files, &names(&request)) {
            Ok(files) => self.submit(job, request, files),
            Err(failure) => {
                self.job.set(Some(job));
                self.tell(job, failed(failure));
            }
        }
    }

    fn submit(self: &Rc<Self>, job: JobId, request: Request, files: Vec<FileBytes>) {
        self.job.set(Some(job));
        // Workers take about as long to start as the table takes to prepare.
        let ahead = match &request {
            Request::Train {
                model: ModelSpec::RandomForest(spec),
                ..
            } => machine_workers().min(spec.trees),
            Request::Train {
                model: ModelSpec::GradientBoosting(_),
                ..
            } => machine_workers().min(BOOSTING_AHEAD),
            Request::Search { .. } => machine_workers(),
            Request::Forecast { spec } => machine_workers().min(spec.trees),
            _ => 0,
        };
        self.session.borrow_mut().submit_files(job, request, files);
        if ahead > 0 {
            self.start_pool(ahead);
        }
        self.ring();
    }

    /// One turn of the event loop: some slices of work.
    fn turn(self: &Rc<Self>) {
        self.rung.set(false);
        let begun = now_secs();
        loop {
            if !self.session.borrow().has_work() {
                break;
            }
            let replies = self.session.borrow_mut().work(now_secs());
            self.tell_all(replies);
            if now_secs() - begun > TURN_SECS {
                break;
            }
        }
        let work = self.session.borrow_mut().unit_work();
        if let Some(work) = work
            && let Err(why) = self.grow(&work)
        {
            self.fail(&why);
        }
        self.ring();
    }

    /// Asks for another turn if there is something to do.
    fn ring(&self) {
        if self.rung.get() || !self.session.borrow().has_work() {
            return;
        }
        self.rung.set(true);
        if self.bell.port1().post_message(&JsValue::UNDEFINED).is_err() {
            // An undefined value can always be sent.
            self.rung.set(false);
        }
    }

    fn grow(self: &Rc<Self>, work: &UnitWork) -> Result<(), String> {
        let pool = self.pool().unwrap_or_else(|| self.start_pool(0));
        pool.begin(work);
        self.teach(&pool)
    }

    /// Tells the pool what there is to know since it was last told, and lets the units grow that build on it.
    fn teach(&self, pool: &Pool) -> Result<(), String> {
        let news = self.session.borrow_mut().unit_news();
        for lesson in &news.lessons {
            pool.learn(lesson)?;
        }
        pool.release(news.released)
    }

    fn start_pool(self: &Rc<Self>, workers: u32) -> Pool {
        let host = Rc::downgrade(self);
        let arrival = self.arrivals.get();
        let pool = Pool::start(workers, move |event| {
            if let Some(host) = host.upgrade()
                && host.arrivals.get() == arrival
            {
                host.hear_pool(event);
            }
        });
        *self.pool.borrow_mut() = Some(pool.clone());
        pool
    }

    fn hear_pool(&self, event: PoolEvent) {
        match event {
            PoolEvent::Grown { unit, bytes } => {
                let replies = self
                    .session
                    .borrow_mut()
                    .accept_unit(unit, &bytes, now_secs());
                if self.session.borrow().has_work() {
                    // All is grown, perhaps sooner than was thought.
                    *self.pool.borrow_mut() = None;
                } else if let Some(pool) = self.pool()
                    && let Err(why) = self.teach(&pool)
                {
                    return self.fail(&why);
                }
                self.tell_all(replies);
                self.ring();
            }
            PoolEvent::Failed(why) => self.fail(&why),
        }
    }

    fn fail(&self, why: &str) {
        *self.pool.borrow_mut() = None;
        let replies = self.session.borrow_mut().host_failed(why);
        self.tell_all(replies);
        self.ring();
    }

    fn tell_all(&self, replies: Vec<Reply>) {
        for reply in replies {
            self.reply(reply);
        }
    }

    fn tell(&self, job: JobId, event: Event) {
        self.reply(Reply {
            job,
            event,
            attachment: None,
        });
    }

    fn reply(&self, reply: Reply) {
        if let Event::Progress { stage, .. } = &reply.event {
            let now = now_secs();
            let (last, at) = self.told.get();
            if last == Some(*stage) && now - at < TELL_SECS {
                return;
            }
            self.told.set((Some(*stage), now));
        } else {
            self.told.set((None, 0.0));
            if self.job.get() == Some(reply.job) {
                self.job.set(None);
                // Whatever is still growing grows for nobody.
                *self.pool.borrow_mut() = None;
            }
        }
        let envelope = protocol::encode(reply.job, &reply.event)
            .or_else(|error| protocol::encode(reply.job, &failed(unreadable(&error.to_string()))))
            .unwrap_or_default();
        post(&FromSession::Reply {
            envelope,
            attachment: reply.attachment,
        });
    }
}

/// Says something to the page.
pub(super) fn post(what: &FromSession) {
    let parcel = what.parcel();
    // Buffers made for this message can always be moved.
    let _ = start::scope().post_message_with_transfer(&parcel.message, &parcel.transfer);
}

fn names(request: &Request) -> Vec<String> {
    let of = |files: &[FileHead]| files.iter().map(|f| f.name.clone()).collect();
    match request {
        Request::Load { files, .. } | Request::Predict { files, .. } => of(files),
        Request::OpenModel { name } => vec![name.clone()],
        _ => Vec::new(),
    }
}

fn failed(failure: Failure) -> Event {
    Event::Failed {
        failure,
        notices: Vec::new(),
    }
}

fn unreadable(why: &str) -> Failure {
    Failure {
        code: FailureCode::Internal,
        title: "A message between the page and its worker could not be read".to_owned(),
        detail: format!("{why}."),
        hint: "Reload the page: it may have been updated while it was open.".to_owned(),
        place: Place::default(),
    }
}
