//! A job works in slices until it ends.

use super::failure::Fault;
use super::store::Store;
use super::{UnitNews, UnitWork};
use crate::ingest::{IngestError, Pull};
use crate::learn::{Fitter, LearnError, Search};
use crate::protocol::{Candidate, Event, Stage};

/// How units are grown in the session's own thread, where they are. A pointer each, so that the growers are linked only
/// into programs that ask for them: the page's pool brings its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct InPlace {
    pub(super) training: fn(&mut Fitter) -> Result<bool, LearnError>,
    pub(super) search: fn(&mut Search) -> Result<bool, LearnError>,
}

/// The bytes of a request's file.
#[derive(Debug)]
pub enum FileBytes {
    /// At hand.
    Held(Vec<u8>),
    /// Where they lie: of a large table no more is held than is being read.
    Pulled(Box<dyn Pull>),
}

impl FileBytes {
    /// All of them.
    pub(super) fn whole(self, name: &str) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Held(bytes) => Ok(bytes),
            Self::Pulled(mut source) => {
                let size = usize::try_from(source.size()).unwrap_or(usize::MAX);
                let mut bytes = Vec::new();
                let pulled = match bytes.try_reserve_exact(size) {
                    Ok(()) => {
                        bytes.resize(size, 0);
                        source.pull(0, &mut bytes)
                    }
                    Err(_) => Err("it is larger than the memory at hand".to_owned()),
                };
                pulled.map_err(|why| IngestError::Unreadable {
                    file: name.to_owned(),
                    why,
                })?;
                Ok(bytes)
            }
        }
    }
}

/// What a session knows of the machine that it is on.
#[derive(Clone, Copy, Debug)]
pub(super) struct HostFacts {
    /// Workers that grow trees at the same time.
    pub(super) workers: u32,
    /// Bytes for a training's table and features.
    pub(super) memory_limit_bytes: Option<u64>,
}

impl Default for HostFacts {
    fn default() -> Self {
        Self {
            workers: 1,
            memory_limit_bytes: None,
        }
    }
}

/// How a slice ended.
pub(super) enum Slice {
    /// There is more to do.
    More(Progress),
    /// Units are being grown elsewhere.
    Waiting(Progress),
    /// The job is done: its last event, and a file's bytes.
    Done(Box<Event>, Option<Vec<u8>>),
}

/// How far a job is.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    pub(super) stage: Stage,
    /// 0 to 1 over the whole job.
    pub(super) done: f64,
    pub(super) detail: String,
    /// A search's best so far.
    pub(super) candidates: Vec<Candidate>,
}

impl Progress {
    pub(super) fn new(stage: Stage, done: f64, detail: impl Into<String>) -> Self {
        Self {
            stage,
            done,
            detail: detail.into(),
            candidates: Vec::new(),
        }
    }
}

impl Slice {
    /// The end, without a file.
    pub(super) fn done(event: Event) -> Self {
        Self::Done(Box::new(event), None)
    }
}

/// What a request becomes. A job changes the store only in its last slice, when nothing can fail any more.
pub(super) trait Job {
    /// Works one slice.
    fn work(&mut self, store: &mut Store, now_secs: f64) -> Result<Slice, Fault>;

    /// The job as one whose units can be grown elsewhere, if it is.
    fn growing(&mut self) -> Option<&mut dyn Growing> {
        None
    }
}

/// A job whose units can be grown elsewhere.
pub(super) trait Growing {
    /// Units to hand out, once.
    fn unit_work(&mut self) -> Option<UnitWork>;

    /// What those who grow them must be told since they were last.
    fn unit_news(&mut self) -> Option<UnitNews>;

    /// Takes a unit.
    fn accept(&mut self, unit: u32, bytes: &[u8], now_secs: f64) -> Result<Slice, Fault>;
}

/// A request that needs one slice.
pub(super) struct Instant<F>(pub(super) Option<F>);

impl<F: FnOnce(&mut Store) -> Result<Slice, Fault>> Job for Instant<F> {
    fn work(&mut self, store: &mut Store, _now_secs: f64) -> Result<Slice, Fault> {
        match self.0.take() {
            Some(run) => run(store),
            None => Ok(Slice::done(Event::Cancelled)),
        }
    }
}
