//! What goes over the wire between the page, the session worker and the pool: arrays that begin with a word.
//!
//! Requests and events travel as the protocol's versioned bytes; files, grown units and what sets a pool worker up are
//! buffers beside them, moved rather than copied.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessagePort;

use super::start::{Cause, Loss};
use crate::protocol::JobId;

/// A message and the buffers in it that are moved.
pub(super) struct Parcel {
    pub message: JsValue,
    pub transfer: Array,
}

/// From the page to the session worker.
pub(super) enum ToSession {
    /// A question. `job` stands beside the envelope, so that one that cannot be read can still be answered.
    Request {
        job: JobId,
        envelope: Vec<u8>,
        files: Vec<JsValue>,
    },
    /// The job is no longer wanted.
    Cancel { job: JobId },
    /// The pool worker that was asked for runs; it is spoken to through this port.
    Started { worker: u32, port: MessagePort },
    /// The pool worker died, or could not be started.
    Gone { worker: u32, loss: Loss },
}

/// From the session worker to the page.
pub(super) enum FromSession {
    /// It listens.
    Ready,
    /// It heard a request or a cancel: said at once, whatever the answer takes.
    Heard,
    /// Start a pool worker; the number is the session's name for it.
    Start(u32),
    /// Terminate it.
    Stop(u32),
    /// An answer, with a file's bytes.
    Reply {
        envelope: Vec<u8>,
        attachment: Option<Vec<u8>>,
    },
}

/// From the session worker to a pool worker.
pub(super) enum ToPool {
    /// The training set.
    Setup(Uint8Array),
    /// Units grown so far that every worker must know before the next ones.
    Learn(Uint8Array),
    /// The leaves that all rows fell into in a unit that another grew.
    Follow(Uint8Array),
    /// Grow this unit.
    Grow(u32),
}

/// From a pool worker to the session worker.
pub(super) enum FromPool {
    /// It listens.
    Ready,
    /// A unit's bytes, and what the other workers may be told of it.
    Grown {
        unit: u32,
        bytes: Vec<u8>,
        row_leaves: Option<Uint8Array>,
    },
    /// It cannot grow, and says why in a sentence.
    Refused(String),
}

impl ToSession {
    pub fn parcel(&self) -> Parcel {
        match self {
            Self::Request {
                job,
                envelope,
                files,
            } => {
                let envelope = Uint8Array::from(envelope.as_slice());
                let transfer = Array::of1(&envelope.buffer());
                let list = Array::new();
                for file in files {
                    if let Some(bytes) = file.dyn_ref::<Uint8Array>() {
                        transfer.push(&bytes.buffer());
                    } else if file.is_instance_of::<ArrayBuffer>() {
                        transfer.push(file);
                    }
                    list.push(file);
                }
                Parcel {
                    message: Array::of4(&word("request"), &number(*job), &envelope, &list).into(),
                    transfer,
                }
            }
            Self::Cancel { job } => plain(Array::of2(&word("cancel"), &number(*job))),
            Self::Started { worker, port } => Parcel {
                message: Array::of3(&word("started"), &JsValue::from(*worker), port).into(),
                transfer: Array::of1(port),
            },
            Self::Gone { worker, loss } => plain(Array::of4(
                &word("gone"),
                &JsValue::from(*worker),
                &word(loss.cause.word()),
                &word(&loss.why),
            )),
        }
    }

    pub fn read(message: &JsValue) -> Option<Self> {
        let (kind, parts) = open(message)?;
        match kind.as_str() {
            "request" => Some(Self::Request {
                job: job(&parts.get(1))?,
                envelope: bytes(&parts.get(2))?,
                files: parts.get(3).dyn_into::<Array>().ok()?.iter().collect(),
            }),
            "cancel" => Some(Self::Cancel {
                job: job(&parts.get(1))?,
            }),
            "started" => Some(Self::Started {
                worker: unit(&parts.get(1))?,
                port: parts.get(2).dyn_into().ok()?,
            }),
            "gone" => Some(Self::Gone {
                worker: unit(&parts.get(1))?,
                loss: read_loss(&parts.get(2).as_string()?, &parts.get(3))?,
            }),
            _ => None,
        }
    }
}

impl FromSession {
    pub fn parcel(&self) -> Parcel {
        match self {
            Self::Ready => plain(Array::of1(&word("ready"))),
            Self::Heard => plain(Array::of1(&word("heard"))),
            Self::Start(worker) => plain(Array::of2(&word("start"), &JsValue::from(*worker))),
            Self::Stop(worker) => plain(Array::of2(&word("stop"), &JsValue::from(*worker))),
            Self::Reply {
                envelope,
                attachment,
            } => {
                let envelope = Uint8Array::from(envelope.as_slice());
                let transfer = Array::of1(&envelope.buffer());
                let attachment = attachment
                    .as_deref()
                    .map(Uint8Array::from)
                    .inspect(|bytes| {
                        transfer.push(&bytes.buffer());
                    });
                let attachment = attachment.map_or(JsValue::UNDEFINED, JsValue::from);
                Parcel {
                    message: Array::of3(&word("reply"), &envelope, &attachment).into(),
                    transfer,
                }
            }
        }
    }

    pub fn read(message: &JsValue) -> Option<Self> {
        let (kind, parts) = open(message)?;
        match kind.as_str() {
            "ready" => Some(Self::Ready),
            "heard" => Some(Self::Heard),
            "start" => Some(Self::Start(unit(&parts.get(1))?)),
            "stop" => Some(Self::Stop(unit(&parts.get(1))?)),
            "reply" => Some(Self::Reply {
                envelope: bytes(&parts.get(1))?,
                attachment: bytes(&parts.get(2)),
            }),
            _ => None,
        }
    }
}

impl ToPool {
    pub fn parcel(&self) -> Parcel {
        plain(match self {
            // Copied: every worker of the pool needs its own, and a fresh one may have to take a dead one's place.
            Self::Setup(bytes) => Array::of2(&word("setup"), bytes),
            Self::Learn(bytes) => Array::of2(&word("learn"), bytes),
            Self::Follow(bytes) => Array::of2(&word("follow"), bytes),
            Self::Grow(unit) => Array::of2(&word("grow"), &JsValue::from(*unit)),
        })
    }

    pub fn read(message: &JsValue) -> Option<Self> {
        let (kind, parts) = open(message)?;
        match kind.as_str() {
            "setup" => Some(Self::Setup(parts.get(1).dyn_into().ok()?)),
            "learn" => Some(Self::Learn(parts.get(1).dyn_into().ok()?)),
            "follow" => Some(Self::Follow(parts.get(1).dyn_into().ok()?)),
            "grow" => Some(Self::Grow(unit(&parts.get(1))?)),
            _ => None,
        }
    }
}

impl FromPool {
    pub fn parcel(&self) -> Parcel {
        match self {
            Self::Ready => plain(Array::of1(&word("ready"))),
            Self::Grown {
                unit,
                bytes,
                row_leaves,
            } => {
                let bytes = Uint8Array::from(bytes.as_slice());
                let transfer = Array::of1(&bytes.buffer());
                let row_leaves = row_leaves.as_ref().inspect(|bytes| {
                    transfer.push(&bytes.buffer());
                });
                let row_leaves = row_leaves.map_or(JsValue::UNDEFINED, JsValue::from);
                let unit = JsValue::from(*unit);
                Parcel {
                    message: Array::of4(&word("grown"), &unit, &bytes, &row_leaves).into(),
                    transfer,
                }
            }
            Self::Refused(why) => plain(Array::of2(&word("refused"), &word(why))),
        }
    }

    pub fn read(message: &JsValue) -> Option<Self> {
        let (kind, parts) = open(message)?;
        match kind.as_str() {
            "ready" => Some(Self::Ready),
            "grown" => Some(Self::Grown {
                unit: unit(&parts.get(1))?,
                bytes: bytes(&parts.get(2))?,
                row_leaves: parts.get(3).dyn_into().ok(),
            }),
            "refused" => Some(Self::Refused(parts.get(1).as_string()?)),
            _ => None,
        }
    }
}

/// What a worker says when its code panics; its starting script says `lost` where that is all there is to know.
pub(super) fn panicked(why: &str) -> JsValue {
    Array::of2(&word(Cause::Panicked.word()), &word(why)).into()
}

/// Whether the message is a worker's last.
pub(super) fn loss(message: &JsValue) -> Option<Loss> {
    let (kind, parts) = open(message)?;
    read_loss(&kind, &parts.get(1))
}

fn read_loss(cause: &str, why: &JsValue) -> Option<Loss> {
    Some(Loss {
        cause: Cause::of_word(cause)?,
        why: why.as_string().unwrap_or_default(),
    })
}

fn word(text: &str) -> JsValue {
    JsValue::from_str(text)
}

fn plain(message: Array) -> Parcel {
    Parcel {
        message: message.into(),
        transfer: Array::new(),
    }
}

fn open(message: &JsValue) -> Option<(String, &Array)> {
    let parts = message.dyn_ref::<Array>()?;
    Some((parts.get(0).as_string()?, parts))
}

fn bytes(value: &JsValue) -> Option<Vec<u8>> {
    Some(value.dyn_ref::<Uint8Array>()?.to_vec())
}

/// Jobs are counted from 1 by the page: far below 2^53, so exact as a JavaScript number.
fn number(job: JobId) -> JsValue {
    JsValue::from_f64(job as f64)
}

fn job(value: &JsValue) -> Option<JobId> {
    let x = value.as_f64()?;
    (x >= 0.0 && x <= 2f64.powi(53)).then_some(x as JobId)
}

fn unit(value: &JsValue) -> Option<u32> {
    let x = value.as_f64()?;
    (x >= 0.0 && x <= f64::from(u32::MAX)).then_some(x as u32)
}
