//! `kubecast forecast`: how early and how reliably it would have warned.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use clap::Args as ClapArgs;

use super::files;
use super::read::{read_any, said};
use super::read_args::ReadingArgs;
use super::run::tell;
use crate::learn::{Fitter, UnitGrower};
use crate::protocol::{Failure, FailureCode, Mark, Place};
use crate::session::{
    ForecastError, ForecastSpec, forecast as run, forecast_elsewhere, read_marks,
};

#[derive(Debug, ClapArgs)]
pub(super) struct ForecastArgs {
    /// Files of any kind that train takes; - is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The column of time: instants, or a number, one of which counts as a minute [default: the likeliest].
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// The columns that tell entities apart [default: those that leave no time twice].
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    entity: Vec<String>,
    /// The column that says what is wrong, or counts restarts.
    #[arg(long, value_name = "COLUMN", default_value = "issue_type")]
    target: String,
    /// Incidents marked by hand, in place of a target: a CSV file with the columns from, until, kind and perhaps entity (empty:
    /// all), a row for each. Times in any form, in UTC where they name no zone; a row of the data at the time of until is not
    /// of the incident.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["target", "judge"])]
    marks: Option<String>,
    /// The columns to look at [default: every number].
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    columns: Vec<String>,
    /// Columns to leave out.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    leave: Vec<String>,
    /// How far ahead, in minutes.
    #[arg(long, value_name = "H", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=525_600))]
    horizon_minutes: u32,
    /// How far back, in minutes.
    #[arg(long, value_name = "A,B", value_delimiter = ',', default_values_t = [5, 15, 60],
        value_parser = clap::value_parser!(u32).range(1..=525_600))]
    windows: Vec<u32>,
    /// Health between two flaps of one incident, at most, in minutes.
    #[arg(long, value_name = "M", default_value_t = 10)]
    gap_minutes: u32,
    /// False pages per cluster-day that are paid.
    #[arg(long, value_name = "X", default_value_t = 0.5)]
    budget: f64,
    /// Hold out entities rather than later rows.
    #[arg(long)]
    by_entity: bool,
    /// Hold out rows drawn at random: neighbours of those learned from, which leaks, so that it needs --anyway.
    #[arg(long, conflicts_with = "by_entity")]
    any_rows: bool,
    /// Judge by all rows of this file (of other entities and clusters, whatever their names) instead of those held out: what
    /// the figures of the same run without it would come to elsewhere.
    #[arg(long, value_name = "FILE")]
    judge: Option<String>,
    /// Of rows that repeat an entity's time, keep the first.
    #[arg(long)]
    first_of_duplicates: bool,
    /// Score a split that leaks all the same.
    #[arg(long)]
    anyway: bool,
    /// Trees of the forest, 1 to 2000.
    #[arg(long, value_name = "N", default_value_t = 100)]
    trees: u32,
    /// Draws everything that is drawn.
    #[arg(long, value_name = "S", default_value_t = 42)]
    seed: u64,
    /// Threads to grow trees on; the result does not depend on it [default: one per core].
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZeroUsize>,
    /// The report to write, as JSON; - is standard output.
    #[arg(long, value_name = "FILE")]
    report: Option<String>,
    #[command(flatten)]
    reading: ReadingArgs,
}

pub(super) fn check_budget(budget: f64) -> Result<(), Failure> {
    match budget.is_finite() && budget >= 0.0 {
        true => Ok(()),
        false => Err(Failure {
            code: FailureCode::Option,
            title: "The budget is no number of pages".to_owned(),
            detail: format!("It is {budget}."),
            hint: "Give 0 or more false pages per cluster and day.".to_owned(),
            place: Place::default(),
        }),
    }
}

pub(super) fn forecast(args: &ForecastArgs) -> Result<(), Failure> {
    check_budget(args.budget)?;
    let marked = args.marks.as_deref().map(marks).transpose()?;
    let mut paths = args.files.clone();
    paths.extend(args.judge.clone());
    let said = said(&args.reading, &paths)?;
    let read = read_any(&args.files, said.clone())?;
    let frame = read.table.frame;
    let spec = ForecastSpec {
        time: args.time.clone(),
        entity: args.entity.clone(),
        target: args.target.clone(),
        marks: marked
            .as_ref()
            .map(|(_, marks)| marks.iter().map(|(_, mark)| mark.clone()).collect()),
        columns: args.columns.clone(),
        leave: args.leave.clone(),
        horizon_minutes: args.horizon_minutes,
        windows_minutes: args.windows.clone(),
        gap_minutes: args.gap_minutes,
        budget: args.budget,
        by_entity: args.by_entity,
        shuffled: args.any_rows,
        first_of_duplicates: args.first_of_duplicates,
        anyway: args.anyway,
        trees: args.trees,
        seed: args.seed,
    };
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = args.threads.map_or_else(cores, usize::from);
    let mut grow = |fitter: &mut Fitter| grow(fitter, threads);
    let report = match &args.judge {
        None => run(&frame, &spec, &mut grow),
        Some(file) => {
            let file = std::slice::from_ref(file);
            let other = read_any(file, said)?;
            forecast_elsewhere(&frame, &other.table.frame, &spec, &mut grow)
        }
    };
    let report = report.map_err(|e| Failure {
        place: marked.map_or_else(Place::default, |(file, marks)| place(&e, file, &marks)),
        ..e.failure()
    })?;
    if let Some(out) = &args.report {
        files::write(out, report.to_json().as_bytes())?;
    }
    for notice in &report.notices {
        tell(&format!("note: {notice}\n"));
    }
    for leak in &report.leaks {
        tell(&format!("warning: {leak}\n"));
    }
    tell(&report.to_text());
    Ok(())
}

/// The name of a file of marks, and these, each with its line.
type Marks = (String, Vec<(u64, Mark)>);

fn marks(path: &str) -> Result<Marks, Failure> {
    let (head, bytes) = files::read(path)?;
    let marks = read_marks(&head.name, &bytes).map_err(|e| e.failure())?;
    Ok((head.name, marks))
}

/// Where in the file of marks it is that a mark cannot be used.
fn place(error: &ForecastError, file: String, marks: &[(u64, Mark)]) -> Place {
    let ForecastError::Mark { number, .. } = error else {
        return Place::default();
    };
    let mark = marks.get(*number as usize - 1);
    Place {
        file: Some(file),
        line: mark.map(|(line, _)| *line),
        ..Place::default()
    }
}

/// Every unit of a forest, whichever thread is free.
fn grow(fitter: &mut Fitter, threads: usize) -> Result<(), String> {
    let setup = fitter.setup();
    let (next, units) = (AtomicU32::new(0), fitter.units());
    let grown = Mutex::new(Vec::new());
    let work = || -> Result<(), String> {
        let mut grower = UnitGrower::from_bytes(&setup).map_err(|e| e.to_string())?;
        loop {
            let unit = next.fetch_add(1, Ordering::Relaxed);
            if unit >= units {
                return Ok(());
            }
            let bytes = grower.grow(unit).map_err(|e| e.to_string())?;
            let mut grown = grown.lock().map_err(|e| e.to_string())?;
            grown.push((unit, bytes));
        }
    };
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads.clamp(1, units.max(1) as usize))
            .map(|_| scope.spawn(work))
            .collect();
        all.into_iter()
            .try_for_each(|t| t.join().map_err(|_| "a thread ended early".to_owned())?)
    })?;
    for (unit, bytes) in grown.into_inner().map_err(|e| e.to_string())? {
        fitter.accept(unit, &bytes).map_err(|e| e.to_string())?;
    }
    Ok(())
}
