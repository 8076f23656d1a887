//! What a split's score says, and what comes true: the table of splits in `docs/evaluation.md`.
//! `cargo run --release --example evaluation_splits -- [--seeds N] [--rows N]`
//!
//! For each seed a cluster fleet is simulated and split in three ways. The model that each split learns is scored on the
//! split's own test part, and on a fleet of another seed that it knows nothing of: the truth.

#![expect(clippy::print_stderr, reason = "it takes long, and says how far it is")]

mod weeks;

use std::error::Error;

use kubecast::session::{ForecastReport, ForecastSpec, forecast, forecast_elsewhere};
use weeks::{fleet, given, grow, question};

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
    let (seeds, rows) = (given("--seeds", 5)?, given("--rows", 400_000)?);
    let mut lines = String::from(
        "| seed | split | gate | average precision, 90 % | ROC AUC | caught ahead | page precision | truth: average precision, 90 % | ROC AUC | caught ahead | page precision |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for seed in 1..=seeds {
        let (own, _) = fleet(seed, rows)?;
        let (truth, _) = fleet(TRUTH_SEEDS + seed, rows)?;
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
    weeks::write(BEGINS, ENDS, &lines)
}

fn spec((_, shuffled, by_entity): Split) -> ForecastSpec {
    ForecastSpec {
        shuffled,
        by_entity,
        // What the gate refuses is scored as well: that is what the table shows.
        anyway: true,
        ..question()
    }
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
