//! A million rows of the simulator, all columns, on one thread: made, and written as CSV.
//!
//! What it finds it keeps for `tests/browser/bench/simulate.mjs`, which measures the same in Chromium's worker and writes
//! both into `docs/simulator.md`.

use std::time::Instant;

use kubecast::simulate::{ColumnSet, Preset, Scenario, Simulation};

const ROWS: u32 = 1_000_000;

#[expect(clippy::print_stdout, reason = "a benchmark prints")]
fn main() {
    println!(
        "{:<28} {:>8} {:>8} {:>8} {:>10}",
        "", "find, s", "make, s", "CSV, s", "CSV, MB"
    );
    let full = Scenario {
        num_samples: ROWS,
        ..Scenario::of(Preset::Default)
    };
    let seed = Scenario {
        columns: ColumnSet::Seed,
        ..full.clone()
    };
    let sample = Scenario {
        num_samples: 5_000,
        ..Scenario::of(Preset::Seed)
    };
    let mut kept = Vec::new();
    for (name, scenario) in [
        ("1M rows, all columns", full),
        ("1M rows, 24 columns", seed),
        ("the page's sample", sample),
    ] {
        // The best of three: what else runs only adds.
        let mut best = [f64::INFINITY; 3];
        let mut bytes = 0;
        for _ in 0..3 {
            let Ok(valid) = scenario.clone().check() else {
                return;
            };
            let begun = now();
            let mut simulation = Simulation::new(valid);
            simulation.find();
            let found = begun.elapsed().as_secs_f64();
            let (mut written, mut text) = (0.0, Vec::new());
            bytes = 0;
            for chunk in simulation.chunks(8_192) {
                let begun = now();
                text.clear();
                chunk.write_rows(&mut text);
                bytes += text.len();
                written += begun.elapsed().as_secs_f64();
            }
            let made = begun.elapsed().as_secs_f64() - written;
            for (best, secs) in best.iter_mut().zip([found, made, written]) {
                *best = best.min(secs);
            }
        }
        println!(
            "{name:<28} {:>8.3} {:>8.3} {:>8.3} {:>10.1}",
            best[0],
            best[1],
            best[2],
            bytes as f64 / 1e6
        );
        kept.push(format!(
            "{{\"name\": \"{name}\", \"find\": {:.3}, \"make\": {:.3}, \"text\": {:.3}, \"mb\": {:.1}}}",
            best[0],
            best[1],
            best[2],
            bytes as f64 / 1e6
        ));
    }
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-simulate.json");
    let text = format!("[{}]\n", kept.join(", "));
    if let Err(error) = std::fs::write(&path, text) {
        println!("{} cannot be written: {error}", path.display());
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn now() -> Instant {
    Instant::now()
}
