//! Drives a session to the end of each request, and grows its trees on threads.

use std::collections::VecDeque;
use std::sync::{Arc, mpsc};
use std::time::Instant;

use super::progress::Progress;
use crate::learn::{UnitError, UnitGrower};
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
        Self::within(threads, None)
    }

    /// The same, where a training may take so many bytes.
    pub fn within(threads: Option<usize>, memory_limit_bytes: Option<u64>) -> Self {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.unwrap_or_else(cores);
        let workers = u32::try_from(threads).unwrap_or(u32::MAX);
        Self {
            session: Session::default().on(workers, memory_limit_bytes),
            job: 0,
            threads,
            progress: Progress::new(),
            begun: now(),
        }
    }

    /// What the answers left behind.
    pub fn session(&self) -> &Session {
        &self.session
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
                ..
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
        let threads = self.threads.clamp(1, work.at_once.max(1) as usize);
        let (send, receive) = mpsc::channel();
        std::thread::scope(|scope| {
            let mut told = Vec::new();
            for thread in 0..threads {
                let (tell, hear) = mpsc::channel();
                told.push(tell);
                let send = send.clone();
                scope.spawn(move || grow_as_told(thread, &work.setup, &hear, &send));
            }
            drop(send);
            // The threads end when nobody tells them anything any more: when `told` goes.
            let tell = |thread: usize, order: Order| {
                let _ = told[thread].send(order);
            };
            let mut next = 0;
            let mut idle: VecDeque<usize> = (0..threads).collect();
            let mut last = Vec::new();
            loop {
                let news = self.session.unit_news();
                for lesson in news.lessons {
                    let lesson: Arc<[u8]> = lesson.into();
                    (0..threads).for_each(|thread| tell(thread, Order::Learn(lesson.clone())));
                }
                while next < news.released
                    && let Some(thread) = idle.pop_front()
                {
                    tell(thread, Order::Grow(next));
                    next += 1;
                }
                let Ok((thread, grown)) = receive.recv() else {
                    break last;
                };
                idle.push_back(thread);
                let now_secs = self.now_secs();
                last = match grown {
                    Ok(Grown {
                        unit,
                        bytes,
                        row_leaves,
                    }) => {
                        if let Some(leaves) = row_leaves {
                            let leaves: Arc<[u8]> = leaves.into();
                            let others = (0..threads).filter(|other| *other != thread);
                            others.for_each(|other| tell(other, Order::Follow(leaves.clone())));
                        }
                        self.session.accept_unit(unit, &bytes, now_secs)
                    }
                    Err(error) => self.session.host_failed(&format!("{error}.")),
                };
                let ended = last
                    .iter()
                    .any(|reply| !matches!(reply.event, Event::Progress { .. }));
                if ended || self.session.has_work() {
                    break last;
                }
                self.hear(std::mem::take(&mut last));
            }
        })
    }

    fn now_secs(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }
}

/// What a thread is told.
enum Order {
    Learn(Arc<[u8]>),
    Follow(Arc<[u8]>),
    Grow(u32),
}

/// A grown unit, and what the other threads may be told of it.
struct Grown {
    unit: u32,
    bytes: Vec<u8>,
    row_leaves: Option<Vec<u8>>,
}

/// What a thread says: a grown unit, or why there is none.
type Said = (usize, Result<Grown, UnitError>);

/// A thread's life: until nobody tells it anything, or nobody listens.
fn grow_as_told(
    thread: usize,
    setup: &[u8],
    hear: &mpsc::Receiver<Order>,
    send: &mpsc::Sender<Said>,
) {
    let mut grower = match UnitGrower::from_bytes(setup) {
        Ok(grower) => grower,
        Err(error) => return drop(send.send((thread, Err(error)))),
    };
    for order in hear {
        let grown = match order {
            Order::Learn(lesson) => match grower.learn(&lesson) {
                Ok(()) => continue,
                Err(error) => Err(error),
            },
            Order::Follow(leaves) => match grower.follow(&leaves) {
                Ok(()) => continue,
                Err(error) => Err(error),
            },
            Order::Grow(unit) => grower.grow(unit).map(|bytes| Grown {
                unit,
                bytes,
                row_leaves: grower.row_leaves(),
            }),
        };
        if send.send((thread, grown)).is_err() {
            break;
        }
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
