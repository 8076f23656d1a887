//! The page's workers: where the session runs, and the pool that grows trees for it.
//!
//! ```text
//! page's thread             session worker                     pool workers (thrown away after each training)
//! Client ─── envelope ────▶ host ── Session ── UnitWork ──┐
//!        ◀── envelope ────                                │
//!        ◀─ start, stop ──  Pool ◀───────── port ─────────┴──▶ grower: UnitGrower::grow(unit)
//!        ── port, gone ──▶
//!        ───────────────── starts, hears die, terminates ───▶
//! ```
//!
//! Invariants: the page's thread never computes, and no training set or grown unit passes through it; every worker is
//! started by the page, since in Firefox a worker that starts workers hangs now and then, and from a small Blob, so that
//! the policy in the page's `<meta>` binds it too, and runs a module that the page has compiled: the engine, which is fetched
//! when it is first needed, or, as long as the sample is all there is, the page's own; a message that
//! cannot be read is an error value; a worker that died or keeps silent is ended and never spoken to again; each job ends
//! with exactly one event, also when its worker died.

mod assignment;
pub mod client;
mod grower;
mod host;
mod message;
mod pool;
mod source;
mod start;
mod ticks;

use crate::session::Session;

pub use client::Client;
pub use start::{Role, now_secs, role};

/// Serves the session, in a worker that was started for it, until it is terminated.
pub fn serve() {
    host::run(Session::default());
}

/// Serves a session that makes and shows the sample, and can do nothing else. A program that does not name [`serve`]
/// links no more than that.
pub fn serve_sample() {
    host::run(Session::of_sample());
}

/// Grows trees, in a worker that was started for it, until it is terminated. Links the growers: the page's program does
/// not name this.
pub fn grow() {
    grower::run();
}
