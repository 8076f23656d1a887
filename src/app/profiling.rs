//! A look at the whole data set: when it is asked for, and what is said of it.

use super::engine::Step;
use super::{Async, Origin, Pending, Purpose, Route, format};
use crate::protocol::{
    ClassProfile, CorrelationProfile, DataProfile, MissingProfile, Request, SeriesProfile,
};

impl Step {
    pub(super) fn ask_profile(&mut self) {
        if self.state.data.value().is_none() {
            return;
        }
        let target = self.state.target.value();
        self.ask(Pending {
            purpose: Purpose::Profile,
            request: Request::Profile {
                target: target.map(|t| t.column.clone()).unwrap_or_default(),
            },
            attachments: Vec::new(),
        });
    }

    /// Asks where the data are in sight, nothing is at work and it is not known. Of the sample a person asks: it would
    /// have the engine fetched, which a first visit does without.
    pub(super) fn profile_if_idle(&mut self) {
        let state = &self.state;
        let is_sample = state
            .source
            .as_ref()
            .is_none_or(|source| matches!(source.origin, Origin::Scenario { sample: true, .. }));
        let idle = state.job.is_none() && state.queue.is_empty();
        if idle && !is_sample && state.route == Route::Data && state.profile == Async::Idle {
            self.ask_profile();
        }
    }

    /// Another target: its classes are others.
    pub(super) fn renew_profile(&mut self) {
        let was_asked = self.state.profile.value().is_some();
        self.state.profile = Async::Idle;
        if was_asked && self.state.route == Route::Data {
            self.ask_profile();
        }
    }
}

/// What is most to be said of missing cells.
pub fn missing_title(missing: &MissingProfile, rows: u64) -> String {
    let share = |n: u64| format::percent(n as f64 / rows.max(1) as f64);
    match (&missing.groups[..], &missing.patterns[..]) {
        ([], _) => "No cell is missing".to_owned(),
        ([group, ..], _) if group.columns.len() > 1 => format!(
            "{} are missing together in {} of the rows",
            format::plural(group.columns.len() as u64, "column"),
            share(group.missing)
        ),
        ([group, ..], _) => format!(
            "{} is missing most, in {} of the rows",
            group.columns.first().map_or("", String::as_str),
            share(group.missing)
        ),
    }
}

/// The names of a group's columns, the first ones.
pub fn group_name(columns: &[String]) -> String {
    let first: Vec<&str> = columns.iter().take(3).map(String::as_str).collect();
    match columns.len() - first.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Which column tells the classes apart best.
pub fn class_title(classes: &ClassProfile) -> String {
    match classes.columns.first() {
        Some(best) if best.apart >= 0.005 => {
            format!("{} differs most between the classes", best.name)
        }
        _ => "No column of numbers differs between the classes".to_owned(),
    }
}

/// Which column of names tells the classes apart best.
pub fn named_title(classes: &ClassProfile) -> String {
    match classes.named.first() {
        Some(best) if best.apart >= 0.005 => {
            format!("Names by class: {} differs most", best.name)
        }
        _ => "Names by class: no column of names differs".to_owned(),
    }
}

/// What the columns of names say line by line: the column, a name, which share of each class bears it, and its rows. The names
/// left out and the cells that are missing are lines of their own.
pub fn named_lines(classes: &ClassProfile) -> Vec<(String, Vec<String>)> {
    let mut lines = Vec::new();
    for column in &classes.named {
        let mut add = |name: String, of_class: &[u64]| {
            let mut cells = vec![name];
            for (&rows, class) in of_class.iter().zip(&classes.classes) {
                cells.push(format::percent(rows as f64 / class.rows.max(1) as f64));
            }
            cells.push(format::count(of_class.iter().sum()));
            lines.push((column.name.clone(), cells));
        };
        for of in &column.names {
            add(format::shortened(&of.name, 24), &of.of_class);
        }
        if column.other_names > 0 {
            let name = format::plural(column.other_names, "other name");
            add(name, &column.others);
        }
        if column.missing.iter().any(|&rows| rows > 0) {
            add("(missing)".to_owned(), &column.missing);
        }
    }
    lines
}

/// The strongest pair, if it is strong.
pub fn correlation_title(found: &CorrelationProfile) -> String {
    match found.pairs.first() {
        Some(pair) if pair.rank.abs() >= 0.3 => format!(
            "{} and {} {}",
            pair.a,
            pair.b,
            match pair.rank >= 0.0 {
                true => "rise and fall together most",
                false => "move against each other most",
            }
        ),
        _ => "No two columns go together".to_owned(),
    }
}

/// How regularly the table was scraped.
pub fn series_title(series: &SeriesProfile) -> String {
    let every = match (series.step_secs > 0.0, series.counted) {
        (false, _) => "No entity has two rows in time".to_owned(),
        (true, true) => format!(
            "A row every {} of {}",
            format::number(series.step_secs / 60.0),
            series.time
        ),
        (true, false) => format!("A row every {}", format::duration(series.step_secs)),
    };
    match series.gaps {
        0 => format!("{every}, without a gap"),
        n => format!("{every}, with {}", format::plural(n, "gap")),
    }
}

/// One sentence for all of it.
pub fn sentence(profile: &DataProfile) -> String {
    let complete = profile.missing.complete as f64 / profile.rows.max(1) as f64;
    let repeated = match profile.repeated {
        0 => "no row is there twice".to_owned(),
        1 => "1 row repeats an earlier one".to_owned(),
        n => format!("{} rows repeat an earlier one", format::count(n)),
    };
    let time = match &profile.series {
        Some(series) => {
            let resets: u64 = series.counters.iter().map(|c| c.resets).sum();
            let resets = match series.counters.is_empty() {
                true => String::new(),
                false => format!("; {}", format::plural(resets, "counter reset")),
            };
            format!("{}{resets}.", series_title(series))
        }
        None => "No column is a time.".to_owned(),
    };
    format!(
        "{} of the rows are complete; {repeated}. {time}",
        format::percent(complete)
    )
}
