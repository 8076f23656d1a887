//! What a forecast asks, and what is found and refused before it.

use super::short;
use crate::app::marking::is_by_hand;
use crate::app::select::capital;
use crate::app::{State, format};
use crate::data::{ColumnKind, lowered};
use crate::protocol::{Mend, SeriesSummary};

/// What mends a refusal, on its button.
pub fn mends(mends: &[Mend]) -> String {
    let words: Vec<String> = mends
        .iter()
        .map(|mend| match mend {
            Mend::Leave(column) => format!("leave {} out", format::shortened(column, 24)),
            Mend::Forward => "split forward in time".to_owned(),
            Mend::ByEntity => "hold out entities".to_owned(),
            Mend::Horizon(minutes) => format!("look {minutes} minutes ahead"),
            Mend::FirstOfDuplicates => "keep the first of each".to_owned(),
        })
        .collect();
    match words.as_slice() {
        [] => String::new(),
        [first, ..] if words.len() > 3 => {
            capital(&format!("{first}, and {} more repairs", words.len() - 1))
        }
        _ => capital(&words.join(", ")),
    }
}

/// What was found of time and entities, in a sentence.
pub fn found(series: &SeriesSummary) -> String {
    if series.time.is_empty() {
        return "No column of time was found.".to_owned();
    }
    let by = match series.entity.as_slice() {
        [] => "One entity".to_owned(),
        columns => format!(
            "{} by {}",
            format::plural(u64::from(series.entities), "entity").replace("entitys", "entities"),
            format::listed(columns, 3)
        ),
    };
    let step = match series.counted {
        true => format!("{} {}", short(series.step_secs / 60.0), series.time),
        false => format::duration(series.step_secs),
    };
    let span: Vec<&str> = series
        .span
        .iter()
        .map(|at| at.get(..16).unwrap_or(at))
        .collect();
    let mut text = format!(
        "{by}, a row every {step}, {}; {}.",
        span.join(" to ").replace('T', " "),
        format::plural(u64::from(series.incidents), "incident")
    );
    let odd = [
        (series.gaps, "gap"),
        (series.duplicates, "repeated time"),
        (series.backwards, "row out of order"),
        (series.without_time, "row without a time"),
    ];
    let odd: Vec<String> = odd
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| match what.split_once(' ') {
            Some((noun, rest)) if noun == "row" => format!("{} {rest}", format::plural(*n, noun)),
            _ => format::plural(*n, what),
        })
        .collect();
    if !odd.is_empty() {
        text.push_str(&format!(" {}.", capital(&odd.join(", "))));
    }
    text
}

/// Why a forecast cannot begin; absent where it can.
pub fn why_not(state: &State) -> Option<String> {
    if state.data.value().is_none() {
        return Some("Load a table first.".to_owned());
    }
    if is_by_hand(state) && state.settings.ahead.marks.is_empty() {
        return Some("Mark incidents below first.".to_owned());
    }
    let target = state.target.value().map_or("", |t| t.column.as_str());
    let wrong = state.settings.forecast_spec(target).err();
    wrong.map(|field| format!("Set {} right first.", field.rule().label))
}

fn columns(state: &State, wanted: impl Fn(ColumnKind, &str) -> bool) -> Vec<String> {
    let target = state.target.value().map_or("", |t| t.column.as_str());
    let data = state.data.value();
    let columns = data.iter().flat_map(|d| &d.columns);
    let wanted = columns.filter(|c| c.name != target && wanted(c.kind, &c.name));
    wanted.map(|c| c.name.clone()).collect()
}

/// Columns that may be the time.
pub fn time_columns(state: &State) -> Vec<String> {
    const WORDS: [&str; 8] = [
        "time", "cycle", "epoch", "minute", "date", "step", "tick", "hour",
    ];
    columns(state, |kind, name| {
        let name = lowered(name);
        let is_number = matches!(kind, ColumnKind::Number | ColumnKind::Integer);
        kind == ColumnKind::Timestamp || is_number && WORDS.iter().any(|word| name.contains(word))
    })
}

/// Columns that may tell entities apart.
pub fn entity_columns(state: &State) -> Vec<String> {
    columns(state, |kind, _| {
        matches!(
            kind,
            ColumnKind::Category | ColumnKind::Identifier | ColumnKind::Integer
        )
    })
}

/// Columns that incidents may be marked on.
pub fn metric_columns(state: &State) -> Vec<String> {
    columns(state, |kind, _| {
        matches!(kind, ColumnKind::Number | ColumnKind::Integer)
    })
}

/// Columns that may say what was wrong, and counters of restarts, which a classifier could not learn.
pub fn target_columns(state: &State) -> Vec<String> {
    let data = state.data.value();
    let all = data.iter().flat_map(|d| &d.columns);
    all.filter(|c| c.target_why_not.is_empty() || lowered(&c.name).contains("restart"))
        .map(|c| c.name.clone())
        .collect()
}
