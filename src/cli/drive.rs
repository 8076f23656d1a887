//! Drives a session to the end of each request, and grows its trees on threads.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use super::progress::Progress;
use crate::learn::UnitGrower;
use crate::protocol::{Event, Failure, FailureCode, JobId, Place, Request};
use crate::session::{Reply, Session, UnitWork};

/// A session and the terminal that it tells how far it is.
pub(super) struct Driver {
    session: Session,
    job: JobId,
    threads: usize,
    progress: Progress,
    begun: Instant,
}

/// A request's last event, with a file's bytes.
pub(super) type Answer = (Event, Option<Vec<u8>>);

impl Driver {
    /// With `threads` threads to grow trees on; none means one per core.
    pub fn new(threads: Option<usize>) -> Self {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            session: Session::new(false),
            job: 0,
            threads: threads.unwrap_or_else(cores),
            progress: Progress::new(),
            begun: now(),
        }
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, request: Request, files: Vec<Vec<u8>>) -> Result<Answer, Failure> {
        self.job += 1;
        self.session.submit(self.job, request, files);
        let mut answer = None;
        while answer.is_none() {
            let replies = if let Some(work) = self.session.unit_work() {
                self.grow(&work)
            } else if self.session.has_work() {
                let now_secs = self.now_secs();
                self.session.work(now_secs)
            } else {
                break;
            };
            answer = self.hear(replies);
        }
        self.progress.clear();
        match answer {
            Some((Event::Failed { failure, .. }, _)) => Err(failure),
            Some(answer) => Ok(answer),
            None => Err(unexpected()),
        }
    }

    fn hear(&mut self, replies: Vec<Reply>) -> Option<Answer> {
        let now_secs = self.now_secs();
        let mut answer = None;
        for reply in replies.into_iter().filter(|reply| reply.job == self.job) {
            if let Event::Progress {
                stage,
                done,
                detail,
            } = &reply.event
            {
                self.progress.tell(*stage, *done, detail, now_secs);
            } else {
                answer = Some((reply.event, reply.attachment));
            }
        }
        answer
    }

    /// Grows every unit; returns what the session said to the last, or to what failed.
    fn grow(&mut self, work: &UnitWork) -> Vec<Reply> {
        let threads = if work.parallel {
            self.threads.clamp(1, work.units.max(1) as usize)
        } else {
            1
        };
        let next = AtomicU32::new(0);
        let stop = AtomicBool::new(false);
        let (send, receive) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let send = send.clone();
                let (next, stop) = (&next, &stop);
                scope.spawn(move || {
                    let mut grower = match UnitGrower::from_bytes(&work.setup) {
                        Ok(grower) => grower,
                        Err(error) => return drop(send.send(Err(error))),
                    };
                    while !stop.load(Ordering::Relaxed) {
                        let unit = next.fetch_add(1, Ordering::Relaxed);
                        if unit >= work.units {
                            break;
                        }
                        let grown = grower.grow(unit).map(|bytes| (unit, bytes));
                        // Nobody receives any more once the job has failed.
                        if send.send(grown).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(send);
            let mut last = Vec::new();
            for grown in receive {
                let now_secs = self.now_secs();
                last = match grown {
                    Ok((unit, bytes)) => self.session.accept_unit(unit, &bytes, now_secs),
                    Err(error) => self.session.host_failed(&format!("{error}.")),
                };
                let ended = last
                    .iter()
                    .any(|reply| !matches!(reply.event, Event::Progress { .. }));
                if ended {
                    stop.store(true, Ordering::Relaxed);
                    break;
                }
                self.hear(std::mem::take(&mut last));
            }
            last
        })
    }

    fn now_secs(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the clock comes from"
)]
fn now() -> Instant {
    Instant::now()
}

/// The session ended a job without the answer that its request has.
pub(super) fn unexpected() -> Failure {
    Failure {
        code: FailureCode::Internal,
        title: "The work ended without the answer that was asked for".to_owned(),
        detail: String::new(),
        hint: "This is a fault of kubecast: please report it with the command that you ran."
            .to_owned(),
        place: Place::default(),
    }
}
