//! A cluster and its troubles: from a scenario to a table of metrics with labels, and the truth behind them.
//!
//! ```text
//! Scenario -check-> ValidScenario -> Simulation { step, step, ... } -> chunks or a Frame, and Episodes
//! ```
//!
//! The parts, each a page of the specification that `docs/simulator.md` explains:
//!
//! - [`Scenario`] and `grid`: what is asked for, and which instants and entities that spans. An entity is a placement,
//!   one workload on one node; a row is what was scraped of it at one tick.
//! - `cluster`: what there is. `workload`, `placement`, `node`, `control_plane`, `pods`: how it lives.
//! - `faults`: kinds and their course; `drives`: an [`Episode`] presses on hidden drivers and never writes a metric.
//!   `schedule`: when and where.
//! - `discovery`: the first run, which finds the truth. `labels`: harm is read off the state, and blamed on an episode only where the twin, the same cluster without
//!   faults, shows none. `annotation`: what a row may know of it. `alerts`: what Prometheus would have said.
//! - `observation`: noise, buckets, windows and lost scrapes. `table`: the columns, `forms`: the same a line per metric,
//!   or as OpenMetrics. `record`: the files beside it.
//!   `preview`: the beginning of a run, to be looked at.
//!
//! Invariants: a run depends on the scenario alone, neither on the size of its steps nor on the platform: randomness
//! is a hash of (seed, stream, entity, step), and transcendental functions are `libm`'s or `curve`'s. The noise does not
//! depend on the faults: outside of what they reach the twin's rows are the same bytes. This layer names only
//! [`crate::data`].

mod alerts;
mod annotation;
mod cluster;
mod control_plane;
mod curve;
mod discovery;
mod drives;
mod faults;
mod forms;
mod grid;
mod labels;
mod node;
mod observation;
mod placement;
mod pods;
mod preview;
mod random;
mod record;
mod scenario;
mod schedule;
mod simulation;
mod table;
mod workload;
mod world;

pub use faults::{Episode, ISSUE_TYPES, IssueKind, SEED_ISSUE_TYPES, Target};
pub use preview::{Extent, main_metrics, unit};
pub use record::{config_json, episodes_csv, events_csv, rare_kinds};
pub use scenario::{
    ColumnSet, ExportProfile, LabelMode, LoadPreset, MAX_CELLS, MAX_HOURS, MAX_PLACEMENTS,
    MAX_SAMPLES, Preset, Scenario, SimulateError, ValidScenario,
};
pub use simulation::{Chunks, Simulation};
pub use table::{Cells, Chunk};
