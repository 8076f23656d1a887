//! The pool of throw-away workers that grow the units of one training.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Uint8Array};

use super::assignment::{AfterLoss, Assignment};
use super::message::{FromPool, Parcel, ToPool};
use super::start::{Heard, Line, Role};
use crate::session::UnitWork;

/// More workers than this cost more in start-up and memory than they gain.
const MOST_WORKERS: u32 = 8;

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

/// Workers for one training; dropping it terminates them all at once.
pub(super) struct Pool {
    state: Rc<State>,
}

struct State {
    tell: Box<dyn Fn(PoolEvent)>,
    inner: RefCell<Inner>,
}

struct Inner {
    workers: Vec<PoolWorker>,
    setup: Option<Uint8Array>,
    assignment: Assignment,
}

struct PoolWorker {
    line: Line,
    // Messages to a worker that replaced another carry on where that one stopped; what the dead one still says is not heard.
    ready: bool,
    set_up: bool,
}

impl Pool {
    /// Starts workers ahead of the work that they will get.
    pub fn start(workers: u32, tell: impl Fn(PoolEvent) + 'static) -> Result<Self, String> {
        let state = Rc::new(State {
            tell: Box::new(tell),
            inner: RefCell::new(Inner {
                workers: Vec::new(),
                setup: None,
                assignment: Assignment::of_workers(workers as usize),
            }),
        });
        for index in 0..workers as usize {
            let worker = PoolWorker::start(&Rc::downgrade(&state), index)?;
            state.inner.borrow_mut().workers.push(worker);
        }
        Ok(Self { state })
    }

    /// Hands the work out. Of workers started ahead, those that it cannot use are terminated.
    pub fn begin(&self, work: &UnitWork) -> Result<(), String> {
        let wanted = if work.parallel {
            machine_workers().min(work.units).max(1)
        } else {
            1
        } as usize;
        let missing = {
            let mut inner = self.state.inner.borrow_mut();
            inner.workers.truncate(wanted);
            inner.workers.len()..wanted
        };
        for index in missing {
            let worker = PoolWorker::start(&Rc::downgrade(&self.state), index)?;
            self.state.inner.borrow_mut().workers.push(worker);
        }
        let mut inner = self.state.inner.borrow_mut();
        inner.setup = Some(Uint8Array::from(work.setup.as_slice()));
        inner.assignment.begin(work.units, wanted);
        for index in 0..wanted {
            inner.feed(index)?;
        }
        Ok(())
    }
}

impl PoolWorker {
    fn start(state: &Weak<State>, index: usize) -> Result<Self, String> {
        let state = state.clone();
        let line = Line::start(Role::Pool, move |heard| {
            if let Some(state) = state.upgrade() {
                state.hear(index, heard);
            }
        })?;
        Ok(Self {
            line,
            ready: false,
            set_up: false,
        })
    }
}

impl State {
    fn hear(self: &Rc<Self>, index: usize, heard: Heard) {
        let event = match heard {
            Heard::Lost(loss) => self
                .replace(index)
                .unwrap_or_else(|| Some(PoolEvent::Failed(loss.sentence()))),
            Heard::Message(message) => match FromPool::read(&message) {
                Some(FromPool::Ready) => {
                    let mut inner = self.inner.borrow_mut();
                    if let Some(worker) = inner.workers.get_mut(index) {
                        worker.ready = true;
                    }
                    inner.feed(index).err().map(PoolEvent::Failed)
                }
                Some(FromPool::Grown { unit, bytes }) => self.grown(index, unit, bytes),
                Some(FromPool::Refused(why)) => Some(PoolEvent::Failed(why)),
                None => Some(PoolEvent::Failed(
                    "A worker answered with something that cannot be read.".to_owned(),
                )),
            },
        };
        // Told last, with nothing borrowed: whoever hears it may drop the pool.
        if let Some(event) = event {
            (self.tell)(event);
        }
    }

    fn grown(&self, index: usize, unit: u32, bytes: Vec<u8>) -> Option<PoolEvent> {
        let mut inner = self.inner.borrow_mut();
        if !inner.assignment.done(index, unit) {
            return None;
        }
        if inner.assignment.is_done() {
            inner.workers.clear();
            inner.setup = None;
        } else if let Err(why) = inner.feed(index) {
            return Some(PoolEvent::Failed(why));
        }
        Some(PoolEvent::Grown { unit, bytes })
    }

    /// Puts a fresh worker in a dead one's place; none where that is no use.
    fn replace(self: &Rc<Self>, index: usize) -> Option<Option<PoolEvent>> {
        if self.inner.borrow_mut().assignment.lost(index) == AfterLoss::GiveUp {
            return None;
        }
        match PoolWorker::start(&Rc::downgrade(self), index) {
            Ok(worker) => {
                *self.inner.borrow_mut().workers.get_mut(index)? = worker;
                Some(None)
            }
            Err(why) => Some(Some(PoolEvent::Failed(why))),
        }
    }
}

impl Inner {
    /// Gives a worker its training set if it lacks it, and a unit if it rests.
    fn feed(&mut self, index: usize) -> Result<(), String> {
        let (Some(worker), Some(setup)) = (self.workers.get_mut(index), self.setup.as_ref()) else {
            return Ok(());
        };
        if !worker.ready {
            return Ok(());
        }
        if !worker.set_up {
            worker.say(&ToPool::Setup(setup.clone()))?;
            worker.set_up = true;
        }
        match self.assignment.hand_out(index) {
            Some(unit) => worker.say(&ToPool::Grow(unit)),
            None => Ok(()),
        }
    }
}

impl PoolWorker {
    fn say(&self, what: &ToPool) -> Result<(), String> {
        let Parcel { message, .. } = what.parcel();
        self.line.post(&message, &Array::new())
    }
}
