//! `cargo xtask conformance`: scikit-learn's own estimator checks on the learners.

use crate::{
    command::{Outcome, execute, program_at_root, root, step},
    engine, python,
};

/// Builds the program that they talk to and runs them: for all learners, or those named (`rf`, `gb`, `iforest`).
pub fn run(arguments: &[String]) -> Outcome {
    let python = python::ready()?;
    let program = engine::built("estimator")?;
    step("scikit-learn's estimator checks", || {
        execute(
            program_at_root(&python)
                .arg(root().join("tests/conformance/check.py"))
                .args(arguments)
                .env("KUBECAST_ESTIMATOR", &program)
                .env("PYTHONDONTWRITEBYTECODE", "1"),
            "See the failed checks above. Where one fails and why: cargo xtask conformance rf --trace",
        )
    })
}
