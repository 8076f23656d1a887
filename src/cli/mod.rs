//! The command line `kubecast`: the same session as the page's, driven from a terminal.
//!
//! ```text
//! kubecast simulate --rows 10000 --seed 42 --out cluster.csv
//! kubecast train cluster.csv --target issue_type --out cluster.kubecast --report report.json
//! kubecast train cluster.csv --target issue_type --estimate
//! kubecast predict cluster.kubecast fresh.csv --out predictions.csv
//! kubecast profile cluster.csv --target issue_type
//! kubecast forecast cluster.csv --target issue_type --horizon-minutes 30
//! kubecast compare before.json after.json
//! kubecast read odd.txt --raw --out table.csv --report how.json
//! kubecast train werte.csv --delimiter ';' --decimal , --dates day-first --out werte.kubecast
//! ```
//!
//! Every command that reads tables takes what `read` takes of how they are written.
//!
//! Invariants: the same seed, data and options give the same model bytes and the same figures as on the page, with any
//! number of threads; `-` is standard input or output; what went wrong is told as `error:` with why and what to do, and
//! the exit code is 2 where the command line itself is at fault, 1 where the data, a file or the machine is.

mod args;
mod compare;
mod drive;
mod files;
mod forecast;
mod memory;
mod profile;
mod progress;
mod read;
mod read_args;
mod run;
mod search_args;
mod simulate;
mod simulate_args;

use std::io::Write;
use std::process::ExitCode;

use crate::protocol::{Failure, FailureCode};

/// Reads the arguments, does what they say, and returns the exit code.
pub fn main() -> ExitCode {
    let args = match args::parse(std::env::args_os()) {
        Ok(args) => args,
        Err(error) => {
            // Help and version are "errors" with exit code 0. A closed pipe is nobody's fault.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match run::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = write!(std::io::stderr().lock(), "{}", in_words(&failure));
            ExitCode::from(exit_code(failure.code))
        }
    }
}

fn exit_code(code: FailureCode) -> u8 {
    match code {
        FailureCode::Option => 2,
        FailureCode::Input
        | FailureCode::Data
        | FailureCode::Model
        | FailureCode::Mismatch
        | FailureCode::Resource
        | FailureCode::Internal => 1,
    }
}

fn in_words(failure: &Failure) -> String {
    let place = &failure.place;
    let mut at = Vec::new();
    at.extend(place.file.clone());
    at.extend(place.line.map(|line| format!("line {line}")));
    at.extend(
        place
            .column
            .as_ref()
            .map(|column| format!("column {column}")),
    );
    at.extend(place.byte.map(|byte| format!("byte {byte}")));
    let mut text = format!("error: {}\n", failure.title);
    for line in [&at.join(", "), &failure.detail, &failure.hint] {
        if !line.is_empty() {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Place;

    #[test]
    fn an_error_says_what_where_why_and_what_to_do() {
        let failure = Failure {
            code: FailureCode::Input,
            title: "The file is empty".to_owned(),
            detail: "It has 0 bytes.".to_owned(),
            hint: "Choose another.".to_owned(),
            place: Place {
                file: Some("a.csv".to_owned()),
                line: Some(3),
                ..Place::default()
            },
        };
        assert_eq!(
            in_words(&failure),
            "error: The file is empty\n  a.csv, line 3\n  It has 0 bytes.\n  Choose another.\n"
        );
    }
}
