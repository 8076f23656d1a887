//! A cluster and its troubles: from a scenario to a table of metrics with labels, and the truth behind them.
//!
//! ```text
//! Scenario -check-> ValidScenario -> Simulation { step, step, ... } -> Frame (24 columns) + Episodes
//! ```
//!
//! - [`Scenario`]: what is asked for. The span and the number of rows give the interval between scrapes and the number
//!   of entities; an entity is a placement, one workload on one node, and a row is what was scraped of it at one tick.
//! - The model: load per workload (day, week, drift, bursts, jobs, rollouts), nodes (CPU, memory, disk, network,
//!   kubelet), placements (pods, readiness, restarts) and the control plane (etcd slows the API server, which slows
//!   the scheduler and the kubelets).
//! - [`Episode`]: a fault presses on hidden drivers, first softly (the precursor), then beyond what the target bears
//!   (the impact), then less (the recovery). It never writes a metric. About one in seven heals before it does harm.
//! - A row's label is the kind whose harm holds in the state at that moment on that entity; `None` elsewhere, also
//!   during precursors, near misses, backups, rollouts and reboots, which look alike and are healthy.
//!
//! Invariants: a run depends on the scenario alone, neither on the size of its steps nor on the platform: randomness
//! is a hash of (seed, stream, entity, tick), and transcendental functions are `libm`'s. The columns and labels are
//! those of the data set that Kubecast began with. This layer names only [`crate::data`].

mod control_plane;
mod drive;
mod fault;
mod grid;
mod node;
mod random;
mod scenario;
mod schedule;
mod simulation;
mod telemetry;
mod topology;
mod workload;

pub use fault::{Episode, ISSUE_TYPES, IssueKind, Target};
pub use scenario::{MAX_HOURS, MAX_SAMPLES, Scenario, SimulateError, ValidScenario};
pub use simulation::Simulation;
