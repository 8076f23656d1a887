//! `cargo xtask test`: everything that must pass, with each step's wall time. Steps share one target folder.

use std::time::{Duration, Instant};

use crate::{
    browser,
    command::{Failure, Outcome, Took, cargo, execute, note, output, step},
    site,
    tool::{self, Tools},
};

/// The steps by name, in order.
const STEPS: [(&str, &str); 8] = [
    ("tools", "the build tools, Node and two browsers"),
    ("fmt", "the code's format"),
    ("graph", "the plain build sees no web crate"),
    ("clippy", "the lints, native and WebAssembly"),
    ("test", "the native tests"),
    ("doc", "the documentation"),
    ("dist", "the static site"),
    ("browsers", "the browser tests"),
];

/// Crates that only the page may link.
const WEB_CRATES: [&str; 7] = [
    "yew",
    "web-sys",
    "js-sys",
    "wasm-bindgen",
    "wasm-bindgen-futures",
    "serde-wasm-bindgen",
    "plotters-canvas",
];

/// What earlier steps found for later ones.
#[derive(Default)]
struct Found {
    tools: Option<Tools>,
    machine: Option<browser::Machine>,
}

/// Runs all the steps, or those named.
pub fn run(arguments: &[String]) -> Outcome {
    for name in arguments {
        if !STEPS.iter().any(|(step, _)| step == name) {
            let names: Vec<&str> = STEPS.iter().map(|(step, _)| *step).collect();
            return Err(Failure::new(
                format!("`test` has no step `{name}`"),
                format!("The steps are {}.", names.join(", ")),
            ));
        }
    }
    let start = Instant::now();
    let mut found = Found::default();
    let mut table: Vec<(&str, Duration, Option<Failure>)> = Vec::new();
    for (name, title) in STEPS {
        if !arguments.is_empty() && !arguments.iter().any(|argument| argument == name) {
            continue;
        }
        let begun = Instant::now();
        let failure = step(&format!("{name}: {title}"), || run_step(name, &mut found)).err();
        if let Some(failure) = &failure {
            note(&failure.what);
        }
        let stop = failure.is_some() && name == "tools";
        table.push((name, begun.elapsed(), failure));
        if stop {
            break;
        }
    }
    println!();
    for (name, took, failure) in &table {
        let verdict = if failure.is_none() {
            "passed"
        } else {
            "FAILED"
        };
        println!("    {name:<10} {:>14}  {verdict}", Took(*took).to_string());
    }
    println!(
        "    {:<10} {:>14}",
        "all",
        Took(start.elapsed()).to_string()
    );
    let failed: Vec<Failure> = table
        .into_iter()
        .filter_map(|(_, _, failure)| failure)
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    let remedies: Vec<String> = failed
        .iter()
        .map(|failure| format!("{}\n{}", failure.what, failure.remedy))
        .collect();
    Err(Failure::new(
        format!("{} of the steps above", failed.len()),
        remedies.join("\n"),
    ))
}

fn run_step(name: &str, found: &mut Found) -> Outcome {
    match name {
        "tools" => {
            found.tools = Some(tool::ready()?);
            found.machine = Some(browser::ready()?);
            Ok(())
        }
        "fmt" => execute(
            &mut cargo(["fmt", "--all", "--check"]),
            "Run `cargo fmt --all`.",
        ),
        "graph" => plain_graph(),
        "clippy" => clippy(),
        "test" => execute(
            &mut cargo(["test", "--workspace", "--features", "kubecast/cli"]),
            "Mend the tests that failed above.",
        ),
        "doc" => execute(
            cargo(["doc", "--no-deps", "--features", "cli"]).env("RUSTDOCFLAGS", "-D warnings"),
            "Mend the documentation that is named above.",
        ),
        "dist" => {
            let tools = match found.tools.take() {
                Some(tools) => tools,
                None => tool::ready()?,
            };
            site::check_weight(site::build(&tools)?)
        }
        _ => {
            let machine = match found.machine.take() {
                Some(machine) => machine,
                None => browser::ready()?,
            };
            browser::suite(&machine)
        }
    }
}

fn clippy() -> Outcome {
    const REMEDY: &str = "Mend what the lints name above.";
    let native = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--features",
        "kubecast/cli",
    ];
    execute(cargo(native).args(["--", "-D", "warnings"]), REMEDY)?;
    tool::wasm_target()?;
    let page = [
        "clippy",
        "--target",
        tool::WASM_TARGET,
        "--features",
        "ui",
        "--lib",
        "--bin",
        "page",
        "--bin",
        "engine",
    ];
    execute(cargo(page).args(["--", "-D", "warnings"]), REMEDY)
}

/// The core's own tests must not need a browser's crates.
fn plain_graph() -> Outcome {
    let list = output(&mut cargo([
        "tree",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "none",
    ]))
    .ok_or_else(|| {
        Failure::new(
            "cargo tree failed",
            "Run `cargo tree` and see what it says.",
        )
    })?;
    let seen = web_crates(&list);
    if seen.is_empty() {
        note(format_args!(
            "{} lines of crates, none of the web",
            list.lines().count()
        ));
        return Ok(());
    }
    Err(Failure::new(
        format!("a build without features links {}", seen.join(", ")),
        "Make the dependency optional and name it under the feature `ui` in Cargo.toml; `cargo tree --invert CRATE` shows who wants it.",
    ))
}

fn web_crates(list: &str) -> Vec<&'static str> {
    let named = |name: &str| {
        list.lines()
            .any(|line| line.split(' ').next() == Some(name))
    };
    WEB_CRATES.into_iter().filter(|name| named(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_crate_is_seen_and_its_namesake_is_not() {
        assert_eq!(
            web_crates("kubecast v0.1.0\nyew v0.23.0 (*)\nyewtil v1.0.0"),
            ["yew"]
        );
        assert!(web_crates("plotters v0.3.7\nwasm-bindgen-shared v0.2.130").is_empty());
    }
}
