//! `cargo xtask bench engine`: our learners beside the libraries a user would pick instead, on the same files.

use crate::{
    command::{Outcome, cargo, execute, program_at_root, root, step, target},
    python, tool,
};

/// Its name among the benchmarks, and what `--list` says of it.
pub const NAME: &str = "engine";
pub const SUMMARY: &str =
    "the learners beside scikit-learn's and LightGBM on the same data (--sets, --reps, --write)";

/// Builds ours, gets Python and the peers, and measures them in turns.
pub fn run(arguments: &[String]) -> Outcome {
    let python = python::ready()?;
    step("examples/engine_bench.rs", || {
        execute(
            &mut cargo(["build", "--quiet", "--release", "--example", "engine_bench"]),
            "Mend what is named above.",
        )
    })?;
    let name = format!("engine_bench{}", std::env::consts::EXE_SUFFIX);
    let program = target()?.join("release/examples").join(name);
    step(SUMMARY, || {
        execute(
            program_at_root(&python)
                .arg(root().join("tests/peers/engine.py"))
                .args(arguments)
                .env("KUBECAST_BENCH", &program)
                .env("KUBECAST_WORK", tool::cache()?.join("peers"))
                .env("PYTHONDONTWRITEBYTECODE", "1"),
            "See what the benchmark says above.",
        )
    })
}
