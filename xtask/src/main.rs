//! `cargo xtask`: the project's commands, needing nothing but the Rust toolchain.
//!
//! What a command needs beyond that (trunk, wasm-bindgen, browsers) it finds or fetches itself, once per user.

mod arrange;
mod bench;
mod browser;
mod code;
mod command;
mod conformance;
mod engine;
mod module;
mod name;
mod places;
mod python;
mod serve;
mod site;
mod slim;
mod suite;
mod tool;
mod weight;

use std::process::ExitCode;

use command::Failure;

const USAGE: &str = "\
cargo xtask serve [--port N] [--no-open]   build the page optimised, serve it, open a browser
cargo xtask dist                           build the static site and the JavaScript module under dist/
cargo xtask test [STEP...]                 everything that must pass, or only the steps named
cargo xtask bench [NAME...] [--list]       the benchmarks, or only those named
cargo xtask bench engine [--write]         the learners beside scikit-learn's and LightGBM (needs Python)
cargo xtask conformance [LEARNER...]       scikit-learn's own estimator checks on rf, gb and iforest (needs Python)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let outcome = match arguments.first().map(String::as_str) {
        Some("serve") => serve::run(rest),
        Some("dist") => site::run(rest),
        Some("test") => suite::run(rest),
        Some("bench") => bench::run(rest),
        Some("conformance") => conformance::run(rest),
        Some("help" | "--help" | "-h") => {
            println!("{USAGE}");
            Ok(())
        }
        Some(other) => Err(Failure::new(
            format!("there is no command `{other}`"),
            USAGE,
        )),
        None => Err(Failure::new("a command is missing", USAGE)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nfailed: {}", failure.what);
            for line in failure.remedy.lines() {
                eprintln!("  {line}");
            }
            ExitCode::FAILURE
        }
    }
}
