//! What the simulator's specification asks for, line by line; `docs/simulator.md` has what it prints.
#![expect(
    clippy::print_stdout,
    reason = "the figures that docs/simulator.md tells"
)]

mod balance;
mod bytes;
mod chains;
mod kinds;
mod labels;
mod learning;
mod parameters;
mod twin;

use std::collections::BTreeMap;

use kubecast::data::{ColumnKind, Frame, Values};
use kubecast::evaluate::{Average, ConfusionMatrix, Labels};
use kubecast::export::{CsvOptions, frame_csv};
use kubecast::ingest::{InputFile, JoinOptions, read_csv, read_files};
use kubecast::learn::{BoostParams, Fitter, Learner, Model};
use kubecast::protocol::{ScenarioColumns, ScenarioPreset, SimulateSpec};
use kubecast::session::ScenarioText;
use kubecast::simulate::{
    ColumnSet, ExportProfile, ISSUE_TYPES, IssueKind, LabelMode, Preset, Scenario, SimulateError,
    Simulation, Target, config_json, episodes_csv, events_csv,
};
use linfa::ParamGuard;
use ndarray::Array2;

fn run(scenario: Scenario) -> Frame {
    Simulation::new(scenario.check().unwrap()).finish()
}

/// Four clusters, two days.
fn full(num_samples: u32, seed: u64) -> Scenario {
    Scenario {
        num_samples,
        seed,
        ..Scenario::of(Preset::Default)
    }
}

fn numbers<'a>(frame: &'a Frame, name: &str) -> &'a [f64] {
    match &frame.column(name).unwrap().values {
        Values::Number(values) => values,
        _ => panic!("{name} is no number"),
    }
}

fn text(frame: &Frame, name: &str, row: usize) -> String {
    frame.column(name).unwrap().text(row)
}

/// Rows of each entity, in order of time.
fn series(frame: &Frame) -> BTreeMap<u64, Vec<usize>> {
    let mut of = BTreeMap::<u64, Vec<usize>>::new();
    for (row, &entity) in numbers(frame, "entity_id").iter().enumerate() {
        of.entry(entity as u64).or_default().push(row);
    }
    of
}
