//! The pool of throw-away workers that grow the units of one training. The page starts and ends them, since only it can
//! without now and then hanging (Firefox); the session speaks with each through a port of its own.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicU32, Ordering};

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};

use super::assignment::{AfterLoss, Assignment};
use super::host;
use super::message::{FromPool, FromSession, ToPool};
use super::start::{Loss, in_words};
use super::ticks::Ticks;
use crate::session::UnitWork;

/// More workers than this cost more in start-up and memory than they gain.
const MOST_WORKERS: u32 = 8;

/// A worker that does not listen after so many ticks is replaced.
const START_TICKS: u32 = 10;

/// What the pool lets be known.
pub(super) enum PoolEvent {
    /// A unit's bytes.
    Grown { unit: u32, bytes: Vec<u8> },
    /// It gave up; a sentence says why.
    Failed(String),
}

/// How many workers this machine can use at the same time.
pub(super) fn machine_workers() -> u32 {
    let cores = super::start::scope().navigator().hardware_concurrency();
    (cores as u32).clamp(1, MOST_WORKERS)
}

/// Workers for one training; dropping the last handle terminates them all at once.
#[derive(Clone)]
pub(super) struct Pool {
    state: Rc<State>,
}

struct State {
    tell: Box<dyn Fn(PoolEvent)>,
    inner: RefCell<Inner>,
}

struct Inner {
    /// None where a worker is done without.
    workers: Vec<Option<PoolWorker>>,
    /// What every worker must know before it grows, in order: the training set, then what was learned since.
    lessons: Vec<ToPool>,
    assignment: Assignment,
    _ticks: Ticks,
}

/// A worker that was asked for. What one that it replaced still says is not heard: that one had another number.
struct PoolWorker {
    number: u32,
    /// Once it runs.
    port: Option<MessagePort>,
    ear: Option<Closure<dyn FnMut(MessageEvent)>>,
    ready: bool,
    waited: u32,
    lessons: usize,
}

impl Pool {
    /// Has workers started ahead of the work that they will get.
    pub fn start(workers: u32, tell: impl Fn(PoolEvent) + 'static) -> Self {
        let workers = workers as usize;
        let state = Rc::new_cyclic(|state: &Weak<State>| {
            let state = state.clone();
            let ticks = Ticks::start(move || {
                if let Some(state) = state.upgrade() {
                    state.tick();
                }
            });
            State {
                tell: Box::new(tell),
                inner: RefCell::new(Inner {
                    workers: (0..workers).map(|_| Some(PoolWorker::ask())).collect(),
                    lessons: Vec::new(),
                    assignment: Assignment::of_workers(workers),
                    _ticks: ticks,
                }),
            }
        });
        Self { state }
    }

    /// Takes the work; [`Pool::release`] hands it out. Of workers started ahead, those that it cannot use are terminated.
    pub fn begin(&self, work: &UnitWork) {
        let wanted = machine_workers().min(work.at_once).max(1) as usize;
        let mut inner = self.state.inner.borrow_mut();
        inner.workers.resize_with(wanted, || None);
        for worker in &mut inner.workers {
            worker.get_or_insert_with(PoolWorker::ask);
        }
        inner.lessons = vec![ToPool::Setup(Uint8Array::from(work.setup.as_slice()))];
        inner.assignment.begin(work.units, wanted);
    }

    /// Lets units below this one be grown.
    pub fn release(&self, up_to: u32) -> Result<(), String> {
        let mut inner = self.state.inner.borrow_mut();
        inner.assignment.release(up_to);
        inner.feed_all()
    }

    /// Tells every worker, also those that will replace one, what the units to be released next build on.
    pub fn learn(&self, units: &[u8]) -> Result<(), String> {
        let mut inner = self.state.inner.borrow_mut();
        inner.lessons.push(ToPool::Learn(Uint8Array::from(units)));
        inner.feed_all()
    }

    /// A worker that was asked for runs, and is spoken to through this port.
    pub fn started(&self, number: u32, port: MessagePort) {
        let state = Rc::downgrade(&self.state);
        let ear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(state) = state.upgrade() {
                state.hear(number, &event.data());
            }
        });
        let mut inner = self.state.inner.borrow_mut();
        if let Some(worker) = inner.worker(number) {
            port.set_onmessage(Some(ear.as_ref().unchecked_ref()));
            worker.port = Some(port);
            worker.ear = Some(ear);
        }
    }

    /// A worker died, or could not be started.
    pub fn gone(&self, number: u32, loss: &Loss) {
        let at = self.state.inner.borrow().position(number);
        if let Some(at) = at {
            self.state.lose(at, loss);
        }
    }
}

impl State {
    fn hear(&self, number: u32, message: &JsValue) {
        let event = match FromPool::read(message) {
            Some(FromPool::Ready) => {
                let mut inner = self.inner.borrow_mut();
                if let Some(worker) = inner.worker(number) {
                    worker.ready = true;
                }
                inner.feed_all().err().map(PoolEvent::Failed)
            }
            Some(FromPool::Grown {
                unit,
                bytes,
                row_leaves,
            }) => self.grown(number, unit, bytes, row_leaves),
            Some(FromPool::Refused(why)) => Some(PoolEvent::Failed(why)),
            None => Some(PoolEvent::Failed(
                "A worker answered with something that cannot be read.".to_owned(),
            )),
        };
        // Told last, with nothing borrowed: whoever hears it may drop the pool.
        if let Some(event) = event {
            (self.tell)(event);
        }
    }

    fn grown(
        &self,
        number: u32,
        unit: u32,
        bytes: Vec<u8>,
        row_leaves: Option<Uint8Array>,
    ) -> Option<PoolEvent> {
        let mut inner = self.inner.borrow_mut();
        let at = inner.position(number)?;
        if !inner.assignment.done(at, unit) {
            return None;
        }
        if inner.assignment.is_done() {
            inner.workers.clear();
            inner.lessons.clear();
        } else {
            let told = row_leaves.map_or(Ok(()), |leaves| inner.follow(at, leaves));
            if let Err(why) = inner.feed(at).and(told) {
                return Some(PoolEvent::Failed(why));
            }
        }
        Some(PoolEvent::Grown { unit, bytes })
    }

    /// Puts a fresh worker in a lost one's place, where that is of use.
    fn lose(&self, at: usize, loss: &Loss) {
        let mut inner = self.inner.borrow_mut();
        let after = inner.assignment.lost(at);
        if let Some(worker) = inner.workers.get_mut(at) {
            // The old one is stopped before the new one is asked for.
            *worker = None;
            if after == AfterLoss::Replace {
                *worker = Some(PoolWorker::ask());
            }
        }
        drop(inner);
        if after == AfterLoss::GiveUp {
            (self.tell)(PoolEvent::Failed(loss.sentence()));
        }
    }

    /// Loses workers that have been starting for too long.
    fn tick(&self) {
        let mut late = Vec::new();
        for (at, worker) in self.inner.borrow_mut().workers.iter_mut().enumerate() {
            // Before it runs its program may have to come over a slow line.
            let starts = |worker: &&mut PoolWorker| worker.port.is_some() && !worker.ready;
            if let Some(worker) = worker.as_mut().filter(starts) {
                worker.waited += 1;
                if worker.waited >= START_TICKS {
                    late.push(at);
                }
            }
        }
        for at in late {
            self.lose(at, &Loss::silent("start", START_TICKS));
        }
    }
}

impl Inner {
    fn position(&self, number: u32) -> Option<usize> {
        let is_it = |w: &Option<PoolWorker>| w.as_ref().is_some_and(|w| w.number == number);
        self.workers.iter().position(is_it)
    }

    fn worker(&mut self, number: u32) -> Option<&mut PoolWorker> {
        let at = self.position(number)?;
        self.workers.get_mut(at)?.as_mut()
    }

    fn feed_all(&mut self) -> Result<(), String> {
        (0..self.workers.len()).try_for_each(|at| self.feed(at))
    }

    /// Tells the workers that know all there is to know, but for the one that said it, what is of use only now: it is large,
    /// and who comes later does without.
    fn follow(&self, from: usize, row_leaves: Uint8Array) -> Result<(), String> {
        let knows_all = |worker: &PoolWorker| worker.ready && worker.lessons == self.lessons.len();
        let others = self
            .workers
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != from);
        let mut others = others
            .filter_map(|(_, worker)| worker.as_ref())
            .filter(|worker| knows_all(worker));
        let Some(last) = others.next() else {
            return Ok(());
        };
        let message = ToPool::Follow(row_leaves);
        others.try_for_each(|worker| worker.say(&message))?;
        last.give(&message)
    }

    /// Tells a worker what it does not know yet, and gives it a unit if it rests.
    fn feed(&mut self, at: usize) -> Result<(), String> {
        let Some(Some(worker)) = self.workers.get_mut(at) else {
            return Ok(());
        };
        if !worker.ready {
            return Ok(());
        }
        while let Some(lesson) = self.lessons.get(worker.lessons) {
            worker.say(lesson)?;
            worker.lessons += 1;
        }
        match self.assignment.hand_out(at) {
            Some(unit) => worker.say(&ToPool::Grow(unit)),
            None => Ok(()),
        }
    }
}

impl PoolWorker {
    /// Asks the page for one.
    fn ask() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        host::post(&FromSession::Start(number));
        Self {
            number,
            port: None,
            ear: None,
            ready: false,
            waited: 0,
            lessons: 0,
        }
    }

    fn say(&self, what: &ToPool) -> Result<(), String> {
        match &self.port {
            Some(port) => port
                .post_message(&what.parcel().message)
                .map_err(|e| in_words(&e)),
            None => Ok(()),
        }
    }

    /// Says what nobody else needs any more: it is moved.
    fn give(&self, what: &ToPool) -> Result<(), String> {
        let parcel = what.parcel();
        let moved = match what {
            ToPool::Setup(bytes) | ToPool::Learn(bytes) | ToPool::Follow(bytes) => {
                Array::of1(&bytes.buffer())
            }
            ToPool::Grow(_) => parcel.transfer,
        };
        match &self.port {
            Some(port) => port
                .post_message_with_transferable(&parcel.message, &moved)
                .map_err(|e| in_words(&e)),
            None => Ok(()),
        }
    }
}

impl Drop for PoolWorker {
    fn drop(&mut self) {
        if let Some(port) = &self.port {
            port.set_onmessage(None);
            port.close();
        }
        host::post(&FromSession::Stop(self.number));
    }
}
