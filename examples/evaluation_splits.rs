//! What a split's score says, and what comes true: the table of splits in `docs/evaluation.md`.
//! `cargo run --release --example evaluation_splits -- [--seeds N] [--rows N]`
//!
//! For each seed a cluster fleet is simulated and split in three ways. The model that each split learns is scored on the
//! split's own test part, and on a fleet of another seed that it knows nothing of: the truth.

#![expect(clippy::print_stderr, reason = "it takes long, and says how far it is")]

use std::error::Error;
use std::path::Path;

use kubecast::data::Frame;
use kubecast::learn::Fitter;
use kubecast::session::{ForecastReport, ForecastSpec, forecast, forecast_elsewhere};
use kubecast::simulate::{Preset, Scenario, Simulation};

const BEGINS: &str = "<!-- splits: cargo run --release --example evaluation_splits -->\n";
const ENDS: &str = "<!-- splits end -->";
/// Apart from those that are learned from.
const TRUTH_SEEDS: u64 = 100;

type Split = (&'static str, bool, bool);
/// Name, rows drawn at random, whole entities.
const SPLITS: [Split; 3] = [
    ("random rows", true, false),
    ("by entity", false, true),
    ("forward in time, embargo", false, false),
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str, default: u64| -> Result<u64, std::num::ParseIntError> {
        let at = arguments.iter().position(|argument| argument == name);
        let value = at.and_then(|at| arguments.get(at + 1));
        value.map_or(Ok(default), |value| value.parse())
    };
    let (seeds, rows) = (given("--seeds", 5)?, given("--rows", 400_000)?);
    let mut lines = String::from(
        "| seed | split | gate | average precision, 90 % | ROC AUC | caught ahead | page precision | truth: average precision, 90 % | ROC AUC | caught ahead | page precision |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for seed in 1..=seeds {
        let own = fleet(seed, rows)?;
        let truth = fleet(TRUTH_SEEDS + seed, rows)?;
        for split in SPLITS {
            let spec = spec(split);
            let (said, comes) = std::thread::scope(|scope| {
                let said = scope.spawn(|| forecast(&own, &spec, &mut grow));
                let comes = forecast_elsewhere(&own, &truth, &spec, &mut grow);
                (said.join(), comes)
            });
            let (said, comes) = (said.map_err(|_| "a thread ended early")??, comes?);
            let gate = if said.leaks.is_empty() {
                "passes"
            } else {
                "refuses"
            };
            let line = format!(
                "| {seed} | {} | {gate} | {} | {} |\n",
                split.0,
                figures(&said),
                figures(&comes)
            );
            eprint!("{line}");
            lines.push_str(&line);
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/evaluation.md");
    let text = std::fs::read_to_string(&path)?;
    let (Some(from), Some(until)) = (text.find(BEGINS), text.find(ENDS)) else {
        return Err("docs/evaluation.md has no place for the table".into());
    };
    let (before, after) = (&text[..from + BEGINS.len()], &text[until..]);
    Ok(std::fs::write(path, format!("{before}{lines}\n{after}"))?)
}

/// Eight clusters for a week.
fn fleet(seed: u64, rows: u64) -> Result<Frame, Box<dyn Error>> {
    let scenario = Scenario {
        num_samples: rows as u32,
        seed,
        clusters: 8,
        time_periods_hours: Some(168),
        ..Scenario::of(Preset::Default)
    };
    let mut simulation = Simulation::new(scenario.check()?);
    simulation.find();
    Ok(simulation.finish())
}

fn spec((_, shuffled, by_entity): Split) -> ForecastSpec {
    ForecastSpec {
        time: Some("timestamp".to_owned()),
        entity: vec!["entity_id".to_owned()],
        target: "issue_type".to_owned(),
        windows_minutes: vec![15, 60],
        horizon_minutes: 30,
        shuffled,
        by_entity,
        // What the gate refuses is scored as well: that is what the table shows.
        anyway: true,
        ..ForecastSpec::default()
    }
}

/// All units of a forest.
fn grow(fitter: &mut Fitter) -> Result<(), String> {
    while fitter.step().map_err(|e| e.to_string())? {}
    Ok(())
}

fn figures(report: &ForecastReport) -> String {
    let known = |x: Option<f64>| x.map_or("none".to_owned(), |x| format!("{x:.3}"));
    let interval = report.average_precision_90;
    let interval = interval.map_or(String::new(), |i| {
        format!(" ({:.3} to {:.3})", i.low, i.high)
    });
    let all = &report.incidents.overall;
    format!(
        "{}{interval} | {} | {} of {} | {}",
        known(report.average_precision),
        known(report.roc_auc),
        all.ahead,
        all.incidents,
        known(all.precision)
    )
}
