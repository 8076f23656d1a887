//! The commands.

use std::io::Write;

use super::args::{Args, Command, EvaluateArgs, InspectArgs, PredictArgs, TrainArgs};
use super::drive::{Driver, unexpected};
use super::files;
use super::memory;
use super::read_args::ReadingArgs;
use super::simulate::simulate;
use crate::data::{Level, Notice};
use crate::json::{self, Plain, record};
use crate::protocol::{
    DataSummary, Event, Failure, FailureCode, ModelSpec, ModelSummary, Place, PredictionSummary,
    PrepareSpec, ReadSpec, Report, Request, SearchSpec,
};
use crate::session::is_model_file;

pub(super) fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::Simulate(args) => simulate(&args),
        Command::Train(args) => train(&args),
        Command::Evaluate(args) => evaluate(&args),
        Command::Predict(args) => predict(&args),
        Command::Inspect(args) => inspect(&args),
        Command::Profile(args) => super::profile::profile(&args),
        Command::Forecast(args) => super::forecast::forecast(&args),
        Command::Compare(args) => super::compare::compare(&args),
        Command::Read(args) => super::read::read(&args),
    }
}

fn train(args: &TrainArgs) -> Result<(), Failure> {
    // What is wrong with the command line is told before a large file is read.
    let (prepare, model) = (args.prepare()?, args.model()?);
    let limit = args.memory_limit.or_else(memory::available_bytes);
    let mut driver = Driver::within(args.threads.map(usize::from), limit);
    let reading = args.reading.spec(&args.files)?;
    let mut table = load(&mut driver, &args.files, reading)?;
    for (column, kind) in args.kinds() {
        let request = Request::SetKind {
            column: column.clone(),
            kind: *kind,
        };
        table = data(driver.ask(request, Vec::new())?.0)?;
    }
    tell_notices(&table.notices);
    if args.estimate {
        return estimate(&mut driver, prepare, model, limit);
    }
    let (prepare, model) = match args.search.spec() {
        Some(spec) => search(&mut driver, prepare, model, spec)?,
        None => (prepare, model),
    };
    let request = Request::Train { prepare, model };
    let (model, report) = match driver.ask(request, Vec::new())?.0 {
        Event::Trained { model, report, .. } => (model, report),
        _ => return Err(unexpected()),
    };
    if let Some(out) = &args.out {
        files::write(out, &file(&mut driver, Request::SaveModel)?)?;
    }
    if let Some(out) = &args.report {
        files::write(out, &file(&mut driver, Request::ExportReport)?)?;
    }
    tell_notices(&report.notices);
    tell(&format!(
        "{}: {} trees, {} nodes, {} features, trained on {} rows\n{}",
        model.kind,
        model.trees,
        model.nodes,
        model.features,
        report.rows_train,
        figures(&report)
    ));
    Ok(())
}

/// Tells what a training would need; one that does not fit is a failure.
fn estimate(
    driver: &mut Driver,
    prepare: PrepareSpec,
    model: ModelSpec,
    limit_bytes: Option<u64>,
) -> Result<(), Failure> {
    let request = Request::Estimate { prepare, model };
    let Event::Estimated(estimate) = driver.ask(request, Vec::new())?.0 else {
        return Err(unexpected());
    };
    let needed = memory::words(estimate.memory_bytes);
    if let Some(limit) = limit_bytes.filter(|&limit| estimate.memory_bytes > limit) {
        return Err(Failure {
            code: FailureCode::Resource,
            title: "This training needs more memory than there is for it".to_owned(),
            detail: format!("It takes about {needed}, and there are {}.", memory::words(limit)),
            hint: "Grow fewer or smaller trees, use fewer threads, columns or rows, or allow more with --memory-limit."
                .to_owned(),
            place: Place::default(),
        });
    }
    files::write("-", &lines(&estimate))?;
    tell(&format!(
        "Growing it takes about {:.1} s on {} and {needed} of memory, by a probe of {} rows\n",
        estimate.secs,
        match estimate.workers {
            1 => "1 thread".to_owned(),
            n => format!("{n} threads"),
        },
        estimate.probe_rows
    ));
    Ok(())
}

/// Searches, tells what was found, and returns the best settings.
fn search(
    driver: &mut Driver,
    prepare: PrepareSpec,
    model: ModelSpec,
    search: SearchSpec,
) -> Result<(PrepareSpec, ModelSpec), Failure> {
    let request = Request::Search {
        prepare: prepare.clone(),
        model,
        search,
    };
    let Event::Found(found) = driver.ask(request, Vec::new())?.0 else {
        return Err(unexpected());
    };
    tell_notices(&found.notices);
    let mut text = format!(
        "{} settings tried, {} models fitted in {:.1} s\n     score    spread  folds  steps  settings\n",
        found.tried, found.fits, found.secs
    );
    for c in &found.candidates {
        let mark = if c.number == found.best { '*' } else { ' ' };
        let changes = match c.number {
            0 => "yours",
            _ => &c.changes,
        };
        text.push_str(&format!(
            "{mark} {:>8.4}  {:>8.4}  {:>5}  {:>5}  {changes}\n",
            c.mean, c.spread, c.folds, c.steps
        ));
    }
    tell(&text);
    Ok((prepare, found.model))
}

fn evaluate(args: &EvaluateArgs) -> Result<(), Failure> {
    let mut driver = Driver::new(None);
    let (model, _) = open(&mut driver, &args.model)?;
    let predictions = predictions(&mut driver, &args.files, &args.reading)?;
    let report = predictions.report.as_deref().ok_or_else(|| Failure {
        code: FailureCode::Mismatch,
        title: format!(
            "There is nothing to compare with: no column {}",
            model.target
        ),
        detail: format!(
            "The model predicts {}, and {} does not hold it.",
            model.target, predictions.data_name
        ),
        hint: "Evaluate on a file that holds the true values, or use predict.".to_owned(),
        place: Place {
            column: Some(model.target.clone()),
            ..Place::default()
        },
    })?;
    tell_notices(&predictions.notices);
    files::write(&args.report, driver.session().evaluation(report).as_bytes())?;
    tell(&figures(report));
    Ok(())
}

fn predict(args: &PredictArgs) -> Result<(), Failure> {
    let mut driver = Driver::new(None);
    open(&mut driver, &args.model)?;
    let predictions = predictions(&mut driver, &args.files, &args.reading)?;
    tell_notices(&predictions.notices);
    files::write(&args.out, &file(&mut driver, Request::ExportPredictions)?)?;
    let mut text = format!("{} rows predicted\n", predictions.rows);
    for total in predictions.totals.iter().filter(|total| total.rows > 0) {
        text.push_str(&format!("  {:>9}  {}\n", total.rows, total.class));
    }
    if let Some(unfamiliar) = predictions.unfamiliar {
        text.push_str(&format!(
            "{unfamiliar} of them are unlike the rows that the model learned from: do not trust their names\n"
        ));
    }
    tell(&text);
    Ok(())
}

fn inspect(args: &InspectArgs) -> Result<(), Failure> {
    let mut driver = Driver::new(None);
    let (mut heads, bytes) = files::read_all(&args.files)?;
    let is_model = matches!(&bytes[..], [only] if is_model_file(only));
    let reading = args.reading.spec(&args.files)?;
    let text = if is_model && let Some(head) = heads.pop() {
        if reading.is_some() {
            return Err(no_table(&head.name));
        }
        let request = Request::OpenModel { name: head.name };
        let (model, report) = opened(driver.ask(request, bytes)?.0)?;
        lines(&Opened { model, report })
    } else {
        let request = Request::Load {
            files: heads,
            reading,
        };
        lines(&data(driver.ask(request, bytes)?.0)?)
    };
    files::write("-", &text)
}

struct Opened {
    model: ModelSummary,
    report: Option<Box<Report>>,
}

record!(Whole: Opened { model, report });

fn no_table(name: &str) -> Failure {
    Failure {
        code: FailureCode::Option,
        title: format!("{name} is a model, and there is nothing to say of how it is read"),
        detail: "The options of reading are about tables and exports.".to_owned(),
        hint: "Leave them out.".to_owned(),
        place: Place::default(),
    }
}

pub(super) fn load(
    driver: &mut Driver,
    paths: &[String],
    reading: Option<Box<ReadSpec>>,
) -> Result<DataSummary, Failure> {
    let (files, bytes) = files::read_all(paths)?;
    data(driver.ask(Request::Load { files, reading }, bytes)?.0)
}

fn open(driver: &mut Driver, path: &str) -> Result<(ModelSummary, Option<Box<Report>>), Failure> {
    let (head, bytes) = files::read(path)?;
    let request = Request::OpenModel { name: head.name };
    opened(driver.ask(request, vec![bytes])?.0)
}

fn predictions(
    driver: &mut Driver,
    paths: &[String],
    reading: &ReadingArgs,
) -> Result<PredictionSummary, Failure> {
    let reading = reading.spec(paths)?;
    let (files, bytes) = files::read_all(paths)?;
    match driver.ask(Request::Predict { files, reading }, bytes)?.0 {
        Event::Predicted(summary) => Ok(*summary),
        _ => Err(unexpected()),
    }
}

fn data(event: Event) -> Result<DataSummary, Failure> {
    match event {
        Event::Data(summary) => Ok(*summary),
        _ => Err(unexpected()),
    }
}

fn opened(event: Event) -> Result<(ModelSummary, Option<Box<Report>>), Failure> {
    match event {
        Event::Opened { model, report } => Ok((*model, report)),
        _ => Err(unexpected()),
    }
}

fn file(driver: &mut Driver, request: Request) -> Result<Vec<u8>, Failure> {
    match driver.ask(request, Vec::new())? {
        (Event::File { .. }, Some(bytes)) => Ok(bytes),
        _ => Err(unexpected()),
    }
}

pub(super) fn lines(value: &dyn Plain) -> Vec<u8> {
    (json::to_lines(value) + "\n").into_bytes()
}

fn figures(report: &Report) -> String {
    let percent = |x: f64| format!("{:.2} %", x * 100.0);
    let mut text = format!(
        "on {} rows of {}: macro F1 {:.4} ({:.4} to {:.4}), accuracy {} (always {}: {})\n",
        report.rows_test,
        report.data_name,
        report.macro_f1,
        report.macro_f1_interval.low,
        report.macro_f1_interval.high,
        percent(report.accuracy),
        report.baseline.class,
        percent(report.baseline.accuracy),
    );
    if let Some(unfamiliar) = &report.unfamiliar {
        let classes = report.classes.iter().zip(&unfamiliar.of_class);
        let rows: Vec<String> = classes
            .filter(|(_, rows)| **rows > 0)
            .map(|(class, rows)| format!("{rows} of {class}"))
            .collect();
        text.push_str(&format!(
            "unlike the rows learned from, where one healthy row in {:.0} is expected to be: {}\n",
            unfamiliar.alarm_one_in,
            if rows.is_empty() {
                "none".to_owned()
            } else {
                rows.join(", ")
            }
        ));
        if let Some(precision) = unfamiliar.average_precision {
            text.push_str(&format!(
                "the most unlike first, rows of issues stand before healthy ones with an average precision of {precision:.3}\n"
            ));
        }
    }
    if !report.beats_baseline {
        text.push_str("The model is no better than always saying the same: there is nothing here to rely on.\n");
    }
    text
}

fn tell_notices(notices: &[Notice]) {
    for notice in notices {
        let word = match notice.level() {
            Level::Info => "note",
            Level::Warning => "warning",
        };
        tell(&format!(
            "{word}: {}. {}\n",
            notice.title(),
            notice.meaning()
        ));
    }
}

/// For whoever stands by: on standard error, so that what is piped on stays clean.
pub(super) fn tell(text: &str) {
    // Nobody may be listening.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
