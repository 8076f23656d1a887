//! `cargo xtask bench`: native benchmarks in `benches/`, browser benchmarks in `tests/browser/bench/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    browser,
    command::{Failure, Outcome, cargo, execute, root, step},
    engine, site, tool,
};

struct Bench {
    name: String,
    path: PathBuf,
    in_browser: bool,
}

/// Runs all of them, or those named; `--list` only lists them. `engine` takes options and is run only by name: it
/// measures others too.
pub fn run(arguments: &[String]) -> Outcome {
    if arguments.first().is_some_and(|name| name == engine::NAME) {
        return engine::run(&arguments[1..]);
    }
    let benches = all();
    if arguments.iter().any(|argument| argument == "--list") {
        for bench in &benches {
            println!("{:<16} {}", bench.name, summary(&bench.path));
        }
        println!("{:<16} {}", engine::NAME, engine::SUMMARY);
        return Ok(());
    }
    let names: Vec<&str> = benches.iter().map(|bench| bench.name.as_str()).collect();
    if let Some(unknown) = arguments
        .iter()
        .find(|argument| !names.contains(&argument.as_str()))
    {
        return Err(Failure::new(
            format!("there is no benchmark `{unknown}`"),
            format!("There are: {}.", names.join(", ")),
        ));
    }
    let wanted = |bench: &&Bench| arguments.is_empty() || arguments.contains(&bench.name);
    let (pages, natives): (Vec<&Bench>, Vec<&Bench>) = benches
        .iter()
        .filter(wanted)
        .partition(|bench| bench.in_browser);
    for bench in natives {
        step(&format!("{}: {}", bench.name, summary(&bench.path)), || {
            execute(
                &mut cargo([
                    "bench",
                    "--quiet",
                    "--features",
                    "cli",
                    "--bench",
                    &bench.name,
                ]),
                "Mend what is named above.",
            )
        })?;
    }
    if pages.is_empty() {
        return Ok(());
    }
    // A page is measured as it is shipped.
    let machine = browser::ready()?;
    site::build(&tool::ready()?)?;
    browser::packages(&machine)?;
    for bench in pages {
        step(&format!("{}: {}", bench.name, summary(&bench.path)), || {
            execute(
                &mut browser::script(&machine, &format!("bench/{}.mjs", bench.name)),
                "See what the benchmark says above.",
            )
        })?;
    }
    Ok(())
}

fn all() -> Vec<Bench> {
    let mut benches = within(&root().join("benches"), "rs", false);
    benches.extend(within(&root().join("tests/browser/bench"), "mjs", true));
    benches
}

fn within(folder: &Path, extension: &str, in_browser: bool) -> Vec<Bench> {
    let mut benches: Vec<Bench> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .filter_map(|path| {
            let name = path.file_stem()?.to_str()?.to_owned();
            Some(Bench {
                name,
                path,
                in_browser,
            })
        })
        .collect();
    benches.sort_by(|a, b| a.name.cmp(&b.name));
    benches
}

/// The first line of a file's opening comment.
fn summary(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches(['/', '!', ' ']).to_owned()
}
