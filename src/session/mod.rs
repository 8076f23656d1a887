//! The one façade: a request in, slices of work, events out. Native; no web types; no clock and no randomness of its own.
//!
//! Invariants: a request that fails or is cancelled leaves the current data set, model and predictions as they were;
//! each job ends with exactly one event that is not progress; work goes on in slices of some tens of milliseconds, so
//! that its host can hear a cancel between two of them.

mod profile;
mod shape;

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
/// each unit below `units`, its bytes handed to [`Session::accept_unit`] in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitWork {
    /// What each worker needs: the binned columns, targets and parameters.
    pub setup: Vec<u8>,
    /// How many units there are.
    pub units: u32,
    /// Whether units may be grown at the same time by several workers; if not, one worker grows them in order.
    pub parallel: bool,
}

/// Data, model and predictions of one user, and the job at hand.
#[derive(Debug, Default)]
pub struct Session {}

impl Session {
    /// A session with nothing loaded. With `inline_units` it grows trees itself, a unit per slice; else it waits for
    /// [`Session::unit_work`] to be fetched and its results accepted.
    pub fn new(inline_units: bool) -> Self {
        let _ = inline_units;
        Self {}
    }

    /// Begins a job; one that is still at work is cancelled first. `attachments` are the bytes of the request's files, in order.
    pub fn submit(&mut self, job: JobId, request: Request, attachments: Vec<Vec<u8>>) {
        let _ = (job, request, attachments);
    }

    /// Works one slice of the current job and returns what there is to say. `now_secs` is a monotonic clock in seconds.
    pub fn work(&mut self, now_secs: f64) -> Vec<Reply> {
        let _ = now_secs;
        Vec::new()
    }

    /// Whether [`Session::work`] would do something now (false too while it waits for units grown elsewhere).
    pub fn has_work(&self) -> bool {
        false
    }

    /// Cancels the current job. Its last event is `Cancelled`, returned here.
    pub fn cancel(&mut self) -> Vec<Reply> {
        Vec::new()
    }

    /// The units to grow elsewhere, once, when the current job has come to them.
    pub fn unit_work(&mut self) -> Option<UnitWork> {
        None
    }

    /// Takes the bytes of a grown unit. Bytes that cannot be read fail the job.
    pub fn accept_unit(&mut self, unit: u32, bytes: &[u8], now_secs: f64) -> Vec<Reply> {
        let _ = (unit, bytes, now_secs);
        Vec::new()
    }

    /// Fails the current job because its host lost a worker; `what` is one sentence.
    pub fn host_failed(&mut self, what: &str) -> Vec<Reply> {
        let _ = what;
        Vec::new()
    }
}
