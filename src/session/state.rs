//! The session itself: one job at a time, and what it leaves behind.

use std::fmt;

use super::begin::{self, Begin};
use super::failure::Fault;
use super::job::{FileBytes, HostFacts, InPlace, Job, Progress, Slice};
use super::store::Store;
use crate::learn::{Fitter, Search};
use crate::protocol::{Event, JobId, Request};

/// An answer of the session, with the file's bytes where the event is [`Event::File`].
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The job it belongs to.
    pub job: JobId,
    /// What is said.
    pub event: Event,
    /// A file's bytes.
    pub attachment: Option<Vec<u8>>,
}

/// Growing that may be done elsewhere: `learn::UnitGrower::from_bytes(&setup)` in each worker, then `grow(unit)` for
/// each unit below `units`, as far as [`Session::unit_news`] releases them, its bytes handed to
/// [`Session::accept_unit`] in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitWork {
    /// What each worker needs: the binned columns, targets and parameters.
    pub setup: Vec<u8>,
    /// How many units there are.
    pub units: u32,
    /// So many units may be grown at the same time; more workers than that would have nothing to do.
    pub at_once: u32,
}

/// What those who grow units must be told, before they grow those released by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitNews {
    /// For every worker, in this order: `learn::UnitGrower::learn`. A worker that comes later must hear all there were.
    pub lessons: Vec<Vec<u8>>,
    /// Units below this one may be grown.
    pub released: u32,
}

/// Data, model and predictions of one user, and the job at hand.
pub struct Session {
    in_place: Option<InPlace>,
    host: HostFacts,
    begin: Begin,
    store: Store,
    current: Option<Current>,
}

struct Current {
    id: JobId,
    job: Box<dyn Job>,
    waiting: bool,
    /// The largest share told so far: progress never falls.
    done: f64,
}

/// Nothing is loaded. What is to be grown waits for [`Session::unit_work`] to be fetched and its results accepted.
impl Default for Session {
    fn default() -> Self {
        Self {
            in_place: None,
            host: HostFacts::default(),
            begin: begin::any,
            store: Store::default(),
            current: None,
        }
    }
}

// Not derived: that would link the text of everything that a job holds into the page.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Session {
    /// A session that grows trees itself, a unit per slice.
    pub fn in_place() -> Self {
        Self {
            in_place: Some(InPlace {
                training: Fitter::step,
                search: Search::step,
            }),
            ..Self::default()
        }
    }

    /// The same, where so many workers grow trees and this much memory (bytes) is there at most for a training's table and
    /// features; what needs more is refused before it begins.
    pub fn on(self, workers: u32, memory_limit_bytes: Option<u64>) -> Self {
        Self {
            host: HostFacts {
                workers: workers.max(1),
                memory_limit_bytes,
            },
            ..self
        }
    }

    /// A session that only makes and shows simulated data ([`Session::is_for_sample`]); others of its jobs fail. A program that
    /// names no other session links nothing else.
    pub fn of_sample() -> Self {
        Self {
            begin: begin::of_sample,
            in_place: None,
            host: HostFacts::default(),
            store: Store::default(),
            current: None,
        }
    }

    /// Whether [`Session::of_sample`] can answer.
    pub fn is_for_sample(request: &Request) -> bool {
        matches!(
            request,
            Request::Simulate { sample: true, .. }
                | Request::Rows { .. }
                | Request::DescribeTarget { .. }
        )
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Begins a job; one that is still at work is cancelled first. `attachments` are the bytes of the request's files, in order.
    pub fn submit(&mut self, job: JobId, request: Request, attachments: Vec<Vec<u8>>) {
        let files = attachments.into_iter().map(FileBytes::Held).collect();
        self.submit_files(job, request, files);
    }

    /// The same, where the bytes of a file may lie elsewhere.
    pub fn submit_files(&mut self, job: JobId, request: Request, attachments: Vec<FileBytes>) {
        let work = (self.begin)(request, attachments, self.in_place, self.host);
        self.current = Some(Current {
            id: job,
            job: work,
            waiting: false,
            done: 0.0,
        });
    }

    /// Works one slice of the current job and returns what there is to say. `now_secs` is a monotonic clock in seconds.
    pub fn work(&mut self, now_secs: f64) -> Vec<Reply> {
        let Some(current) = &mut self.current else {
            return Vec::new();
        };
        let slice = current.job.work(&mut self.store, now_secs);
        self.answer(slice)
    }

    fn answer(&mut self, slice: Result<Slice, Fault>) -> Vec<Reply> {
        let Some(current) = &mut self.current else {
            return Vec::new();
        };
        let job = current.id;
        let mut progress = |p: Progress, waiting| {
            current.waiting = waiting;
            current.done = p.done.clamp(current.done, 1.0);
            let event = Event::Progress {
                stage: p.stage,
                done: current.done,
                detail: p.detail,
                candidates: p.candidates,
            };
            vec![Reply {
                job,
                event,
                attachment: None,
            }]
        };
        let (event, attachment) = match slice {
            Ok(Slice::More(p)) => return progress(p, false),
            Ok(Slice::Waiting(p)) => return progress(p, true),
            Ok(Slice::Done(event, attachment)) => (*event, attachment),
            Err(fault) => {
                let (failure, notices) = fault.told();
                (Event::Failed { failure, notices }, None)
            }
        };
        self.current = None;
        vec![Reply {
            job,
            event,
            attachment,
        }]
    }

    /// Whether [`Session::work`] would do something now (false too while it waits for units grown elsewhere).
    pub fn has_work(&self) -> bool {
        self.current.as_ref().is_some_and(|c| !c.waiting)
    }

    /// Cancels the current job. Its last event is `Cancelled`, returned here.
    pub fn cancel(&mut self) -> Vec<Reply> {
        let cancelled = |c: Current| Reply {
            job: c.id,
            event: Event::Cancelled,
            attachment: None,
        };
        self.current.take().map(cancelled).into_iter().collect()
    }

    /// The units to grow elsewhere, once, when the current job has come to them.
    pub fn unit_work(&mut self) -> Option<UnitWork> {
        let current = self.current.as_mut().filter(|c| c.waiting)?;
        current.job.growing()?.unit_work()
    }

    /// What is new since this was last asked: after [`Session::unit_work`], and after each [`Session::accept_unit`].
    pub fn unit_news(&mut self) -> UnitNews {
        let current = self.current.as_mut();
        current
            .and_then(|current| current.job.growing()?.unit_news())
            .unwrap_or_default()
    }

    /// Takes the bytes of a grown unit. Bytes that cannot be read fail the job.
    pub fn accept_unit(&mut self, unit: u32, bytes: &[u8], now_secs: f64) -> Vec<Reply> {
        let Some(current) = &mut self.current else {
            return Vec::new();
        };
        let Some(growing) = current.job.growing() else {
            return Vec::new();
        };
        let slice = growing.accept(unit, bytes, now_secs);
        self.answer(slice)
    }

    /// Fails the current job because its host lost a worker; `what` is one sentence.
    pub fn host_failed(&mut self, what: &str) -> Vec<Reply> {
        self.answer(Err(Fault::host(what)))
    }
}
