//! What the steps say of themselves, computed from the state.

use super::form::ModelKind;
use super::verdict::Sentence;
use super::{Async, Purpose, Route, State, ahead, format, runlog};
use crate::data::{ColumnKind, upper};
use crate::protocol::{
    ColumnSummary, DataOrigin, DataSummary, FoldKind, PrepareSpec, Profile, SearchSummary,
    TargetSummary,
};

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Tick {
    Open,
    Busy,
    Done,
    Failed,
}

/// A step of the spine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepState {
    /// Which.
    pub route: Route,
    /// How far.
    pub tick: Tick,
    /// In a few words.
    pub note: String,
}

/// All steps with their states.
pub fn steps(state: &State) -> Vec<StepState> {
    Route::STEPS
        .into_iter()
        .map(|route| {
            let (tick, note) = step(state, route);
            StepState { route, tick, note }
        })
        .collect()
}

fn step(state: &State, route: Route) -> (Tick, String) {
    match route {
        Route::Data | Route::Simulate => asynchronous(&state.data, "Drop a CSV file", |d| {
            format!(
                "{}, {}",
                format::plural(d.rows, "row"),
                format::plural(d.columns.len() as u64, "column")
            )
        }),
        Route::Prepare => match (state.data.value(), state.target.value()) {
            (Some(_), Some(t)) if t.why_not.is_empty() => (
                if state.model.value().is_some() {
                    Tick::Done
                } else {
                    Tick::Open
                },
                format!(
                    "{}, target {}",
                    format::plural(state.features().len() as u64, "column"),
                    format::shortened(&t.column, 18)
                ),
            ),
            (Some(_), _) => (Tick::Open, "Choose a target".to_owned()),
            _ => (Tick::Open, "Columns and held-out rows".to_owned()),
        },
        Route::Train if state.search.running().is_some() => {
            asynchronous(&state.search, "", |_| String::new())
        }
        Route::Train => asynchronous(&state.model, "Random forest by default", |t| {
            let kind = capital(&t.model.kind);
            match (&t.file, t.secs) {
                (Some(_), _) => format!("{kind}, from a file"),
                (None, 0.0) => format!("{kind}, of your last visit"),
                (None, secs) => format!("{kind}, {}", format::duration(secs)),
            }
        }),
        Route::Evaluate => match state.model.value().map(|m| m.report.as_ref()) {
            Some(Some(r)) if !r.beats_baseline => {
                (Tick::Done, "No better than its baseline".to_owned())
            }
            Some(Some(r)) => (Tick::Done, format!("{} right", format::percent(r.accuracy))),
            Some(None) => (Tick::Open, "No report in the file".to_owned()),
            None => (Tick::Open, "On rows it never saw".to_owned()),
        },
        Route::Forecast => asynchronous(&state.forecast, "How early, how often wrong", |f| {
            ahead::outcome(f, *state.rung).map_or(String::new(), |o| {
                format!("{} of {} caught ahead", o.all.ahead, o.all.incidents)
            })
        }),
        Route::Predict => asynchronous(&state.predictions, "Drop new metrics", |p| {
            format::plural(p.rows, "row")
        }),
        Route::Keep => (Tick::Open, "Model, report, log".to_owned()),
        Route::Runs => match state.runs.len() as u64 {
            0 => (Tick::Open, "None yet".to_owned()),
            n => (Tick::Open, format::plural(n, "run")),
        },
    }
}

fn asynchronous<T: Clone>(
    value: &Async<T>,
    idle: &str,
    ready: impl Fn(&T) -> String,
) -> (Tick, String) {
    match value {
        Async::Idle => (Tick::Open, idle.to_owned()),
        Async::Running { progress, .. } => (
            Tick::Busy,
            match progress.done {
                done if done > 0.0 => format!("{:.0} %", libm::floor(done * 100.0)),
                _ => "At work".to_owned(),
            },
        ),
        Async::Ready(value) => (Tick::Done, ready(value)),
        Async::Failed {
            last: Some(value), ..
        } => (Tick::Done, ready(value)),
        Async::Failed { last: None, .. } => (Tick::Failed, "Failed".to_owned()),
    }
}

/// The same text with a capital letter first.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => std::iter::once(upper(first)).chain(chars).collect(),
        None => String::new(),
    }
}

/// What the job at work is, and how far, in words; absent where none is.
pub fn at_work(state: &State) -> Option<String> {
    let job = state.job.as_ref()?;
    if matches!(
        job.purpose,
        Purpose::Remember
            | Purpose::Page
            | Purpose::Rows
            | Purpose::Estimate
            | Purpose::Profile
            | Purpose::Preview
            | Purpose::Series
            | Purpose::Track
            | Purpose::Metric
    ) {
        return None;
    }
    Some(job.purpose.words())
}

/// What a table holds, in one sentence.
pub fn data_finding(data: &DataSummary, target: Option<&TargetSummary>) -> Sentence {
    let rows = format::plural(data.rows, "row");
    let Some(target) = target else {
        return Sentence::of(["", &rows, ", and no column that could be predicted."]);
    };
    let total: u64 = target.classes.iter().map(|c| c.rows).sum();
    let healthy: u64 = target
        .classes
        .iter()
        .filter(|c| c.healthy)
        .map(|c| c.rows)
        .sum();
    let has_healthy = healthy > 0;
    let issues: Vec<_> = target
        .classes
        .iter()
        .filter(|c| !c.healthy && c.rows > 0)
        .collect();
    let most = issues
        .iter()
        .max_by(|a, b| a.rows.cmp(&b.rows).then_with(|| b.class.cmp(&a.class)));
    match (most, has_healthy) {
        (Some(most), true) => {
            let share = format::percent((total - healthy) as f64 / total as f64);
            match issues.len() {
                1 => Sentence::of([
                    "",
                    &share,
                    " of ",
                    &rows,
                    " carry ",
                    &format::class_name(&most.class),
                    ".",
                ]),
                n => Sentence::of([
                    "",
                    &share,
                    " of ",
                    &rows,
                    &format!(" carry one of {n} issues; "),
                    &format::class_name(&most.class),
                    " is the most frequent.",
                ]),
            }
        }
        (None, true) => {
            Sentence::of(["All of ", &rows, " are healthy: there is nothing to learn."])
        }
        (Some(most), false) => Sentence::of([
            "",
            &rows,
            &format!(" in {} by ", format::plural(issues.len() as u64, "class")),
            &target.column,
            "; ",
            &most.class,
            &format!(
                " is the most frequent ({}).",
                format::percent(most.rows as f64 / total.max(1) as f64)
            ),
        ]),
        (None, false) => Sentence::of(["", &rows, ", and no value in the target column."]),
    }
}

/// Where a table comes from, in a few words.
pub fn data_origin(data: &DataSummary) -> String {
    match &data.origin {
        DataOrigin::Files => match data.files.len() {
            0 | 1 => "Read from a file on this device. It stays here.".to_owned(),
            n => format!("Read from {n} files on this device. They stay here."),
        },
        DataOrigin::Simulated { spec, sample } => format!(
            "{}{}, seed {}. {}",
            if *sample {
                "A simulated sample"
            } else {
                "Simulated metrics"
            },
            spec.hours().map_or_else(String::new, |hours| format!(
                " of {} hours",
                format::count(u64::from(hours))
            )),
            spec.seed,
            if *sample {
                "Drop your own metrics to replace it."
            } else {
                ""
            }
        )
        .trim_end()
        .to_owned(),
    }
}

/// What the recipe will do, in one sentence.
pub fn plan(state: &State) -> Sentence {
    let (Some(_), Some(target)) = (state.data.value(), state.target.value()) else {
        return Sentence::of(["Load a table to prepare it."]);
    };
    if !target.why_not.is_empty() {
        return Sentence::of(["", &target.column, " cannot be predicted yet."]);
    }
    let columns = state.features().len() as u64;
    let rows: u64 = target.classes.iter().map(|c| c.rows).sum();
    let Some(held_out) = state.settings.held_out(rows) else {
        return Sentence::of(["The test share has to be set right first."]);
    };
    let columns = match columns {
        0 => "No column".to_owned(),
        n => format::plural(n, "column"),
    };
    Sentence::of([
        "",
        &columns,
        " to learn from, ",
        &format::plural(rows - held_out, "row"),
        " to train on, ",
        &format::count(held_out),
        " held out.",
    ])
}

/// Why training cannot begin; absent where it can.
pub fn train_why_not(state: &State) -> Option<String> {
    if state.data.value().is_none() {
        return Some("Load a table first.".to_owned());
    }
    if state.search.running().is_some() {
        return Some("A search is at work: wait for it, or cancel it.".to_owned());
    }
    match state.target.value() {
        None => Some("Choose a target on the Data step first.".to_owned()),
        Some(t) if !t.why_not.is_empty() => Some(t.why_not.clone()),
        Some(_) if state.features().is_empty() => {
            Some("Check at least one column to learn from on the Prepare step.".to_owned())
        }
        Some(_) => None,
    }
}

/// Why a search cannot begin, beyond what keeps a training from it; absent where it can.
pub fn search_why_not(state: &State) -> Option<String> {
    train_why_not(state).or_else(|| {
        (state.settings.model == ModelKind::Tree)
            .then(|| "A single tree has too little to search: choose another model.".to_owned())
    })
}

/// Ways to divide the training rows of this table into folds, each with its words.
pub fn fold_kinds(state: &State) -> Vec<(FoldKind, String)> {
    let mut kinds = vec![(
        FoldKind::Stratified,
        "Any rows, each class alike".to_owned(),
    )];
    for column in state.data.value().iter().flat_map(|d| &d.columns) {
        let name = column.name.clone();
        let short = format::shortened(&name, 24);
        match column.kind {
            ColumnKind::Timestamp => kinds.push((
                FoldKind::Forward {
                    column: name,
                    gap_secs: 0.0,
                },
                format!("Later rows, by {short}"),
            )),
            ColumnKind::Category | ColumnKind::Identifier
                if column.distinct > 2 && state.target.value().is_none_or(|t| t.column != name) =>
            {
                let words = format!("Rows of another {short}");
                kinds.push((FoldKind::Grouped { column: name }, words));
            }
            _ => {}
        }
    }
    kinds
}

/// What a search found, in one sentence.
pub fn found(found: &SearchSummary) -> String {
    let score = |number: u32| found.candidates.iter().find(|c| c.number == number);
    let tried = format::plural(u64::from(found.tried.saturating_sub(1)), "other setting");
    match (score(found.best), score(0)) {
        (Some(best), Some(own)) if found.best > 0 => format!(
            "Better: {}. Macro F1 {} where yours has {}, over {}; {tried} tried.",
            best.changes,
            format::score(best.mean),
            format::score(own.mean),
            format::plural(u64::from(best.folds), "fold"),
        ),
        (_, Some(_)) => format!("Your own settings are the best so far; {tried} tried."),
        _ => "Time was up before your own settings were scored.".to_owned(),
    }
}

/// Whether the model was trained on another table than the one at hand.
pub fn model_is_of_other_data(state: &State) -> bool {
    match (state.data.value(), state.model.value()) {
        (Some(d), Some(m)) => d.fingerprint != m.model.data_fingerprint,
        _ => false,
    }
}

/// The column's missing cells. A target's `None` or `NA` is a class, and only its empty cells are missing.
pub fn missing(column: &ColumnSummary, target: Option<&TargetSummary>) -> u64 {
    match target {
        Some(target) if target.column == column.name => target.missing,
        _ => column.missing,
    }
}

/// The range of a column's values, in a few words.
pub fn range(column: &ColumnSummary) -> String {
    match &column.profile {
        Profile::Histogram { min, max, .. } => {
            format!("{} to {}", format::number(*min), format::number(*max))
        }
        Profile::Span { first, last, .. } => format!("{} to {}", moment(first), moment(last)),
        Profile::Top { values, .. } => values
            .first()
            .map(|(value, _)| format!("mostly {}", format::shortened(value, 22)))
            .unwrap_or_default(),
        Profile::Empty => "–".to_owned(),
    }
}

/// An instant to the minute.
fn moment(iso: &str) -> String {
    iso.chars().take(16).collect::<String>().replace('T', " ")
}

/// Whether the settings would train the model at hand again. The model names its columns where the settings may leave
/// them to the suggestion, so that the columns themselves are compared.
pub fn same_training(state: &State) -> bool {
    let (Some(target), Some(model)) = (state.target.value(), state.model.value()) else {
        return true;
    };
    let options = &model.model.options;
    let (Ok(prepare), Ok(spec)) = (
        state.settings.prepare_spec(&target.column),
        state.settings.model_spec(),
    ) else {
        return false;
    };
    let trained_on = &options.prepare.columns;
    let features = state.features();
    let same_columns = if trained_on.is_empty() {
        prepare.columns.is_empty()
    } else {
        trained_on.len() == features.len()
            && features.iter().all(|f| trained_on.iter().any(|c| c == f))
    };
    let prepare = PrepareSpec {
        columns: trained_on.clone(),
        ..prepare
    };
    same_columns && prepare == options.prepare && spec == options.model
}

/// The runs that can be compared: trainings, evaluations and forecasts that ended well.
pub fn comparable(run: &crate::protocol::RunRecord) -> bool {
    run.outcome == "done"
        && (run.forecast.is_some() || runlog::figure(run, runlog::ACCURACY).is_some())
}
