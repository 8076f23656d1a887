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
//! the policy in the page's `<meta>` binds it too, and runs the module that the page has already compiled; a message that
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

pub use client::Client;
pub use start::{Role, role};

/// Does what the worker was started for, until it is terminated.
pub fn run(role: Role) {
    match role {
        Role::Session => host::run(),
        Role::Pool => grower::run(),
    }
}
