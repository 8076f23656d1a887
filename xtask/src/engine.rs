//! `cargo xtask bench engine`: our learners beside the libraries a user would pick instead, on the same files.

use std::path::PathBuf;

use crate::{
    browser,
    command::{Outcome, cargo, execute, program_at_root, root, step, target},
    python, site, tool,
};

/// Its name among the benchmarks, and what `--list` says of it.
pub const NAME: &str = "engine";
pub const SUMMARY: &str = "The learners beside scikit-learn's and LightGBM: [--sets A,B] [--reps N] [--native] [--write], or --folds [NAME...] [--write].";

/// Builds ours, gets Python and what is compared, and measures in turns: cost (natively and in Chromium), or with `--folds`
/// accuracy on many files.
pub fn run(arguments: &[String]) -> Outcome {
    let python = python::ready()?;
    let given = |option: &str| arguments.iter().any(|argument| argument == option);
    let folds = given("--folds");
    let (script, programs): (_, &[(&str, &str)]) = if folds {
        ("folds.py", &[("estimator", "KUBECAST_ESTIMATOR")])
    } else {
        let ours = &[
            ("engine_bench", "KUBECAST_BENCH"),
            ("isolation_bench", "KUBECAST_ISOLATION"),
        ];
        ("engine.py", ours)
    };
    let mut measure = program_at_root(&python);
    measure
        .arg(root().join("tests/peers").join(script))
        .args(arguments.iter().filter(|argument| *argument != "--folds"))
        .env("KUBECAST_WORK", tool::cache()?.join("peers"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    for (example, variable) in programs {
        measure.env(variable, built(example)?);
    }
    if !folds && !given("--native") {
        // The page is measured as it is shipped.
        let machine = browser::ready()?;
        site::build(&tool::ready()?)?;
        browser::packages(&machine)?;
        let page = browser::script(&machine, "engine.mjs");
        measure.env("KUBECAST_NODE", page.get_program());
        for (name, value) in page.get_envs() {
            if let Some(value) = value {
                measure.env(name, value);
            }
        }
    }
    step("ours and the peers, in turns", || {
        execute(&mut measure, "See what the benchmark says above.")
    })
}

/// An example of this repository, optimised.
pub fn built(example: &str) -> Outcome<PathBuf> {
    step(&format!("examples/{example}.rs"), || {
        execute(
            &mut cargo(["build", "--quiet", "--release", "--example", example]),
            "Mend what is named above.",
        )
    })?;
    let name = format!("{example}{}", std::env::consts::EXE_SUFFIX);
    Ok(target()?.join("release/examples").join(name))
}
