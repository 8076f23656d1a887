//! `kubecast compare`: what makes two forecasts, or two trainings, differ, and whether that may be chance.

use clap::Args as ClapArgs;

use super::files;
use super::forecast::check_budget;
use super::run::tell;
use crate::protocol::{Failure, Place};
use crate::session::{KeptRun, compare as compare_runs};

#[derive(Debug, ClapArgs)]
pub(super) struct CompareArgs {
    /// The first run: what `kubecast forecast`, `train` or `evaluate` wrote with --report; - is standard input.
    #[arg(value_name = "FIRST")]
    first: String,
    /// The second run, likewise.
    #[arg(value_name = "SECOND")]
    second: String,
    /// False pages per cluster-day to compare forecasts at, of those that the page's slider has [default: those that each was asked for].
    #[arg(long, value_name = "X")]
    budget: Option<f64>,
    /// The comparison to write, as JSON; - is standard output.
    #[arg(long, value_name = "FILE")]
    report: Option<String>,
}

pub(super) fn compare(args: &CompareArgs) -> Result<(), Failure> {
    if let Some(budget) = args.budget {
        check_budget(budget)?;
    }
    let read = |path: &str| {
        let (head, bytes) = files::read(path)?;
        KeptRun::of_json(&bytes).map_err(|e| Failure {
            place: Place {
                file: Some(head.name),
                ..Place::default()
            },
            ..e.failure()
        })
    };
    let (first, second) = (read(&args.first)?, read(&args.second)?);
    let compared = compare_runs(&first, &second, args.budget).map_err(|e| e.failure())?;
    if let Some(out) = &args.report {
        files::write(out, compared.to_json().as_bytes())?;
    }
    tell(&compared.to_text());
    Ok(())
}
