//! Two trainings compared: what they were asked, and the rows that both were judged by.

use super::run::{MOST_ROWS, TrainedRun};
use super::words::{ComparedTrainings, finding};
use crate::data::grouped;
use crate::evaluate::{PairedRow, compare_rows};
use crate::session::compare::CompareError;

const DRAW_SEED: u64 = 42;
/// Fewer entities are told of.
const FEW_ENTITIES: u32 = 5;

/// Compares two trainings, or evaluations on one table.
///
/// # Errors
/// [`CompareError::OtherData`], [`CompareError::OtherTarget`], [`CompareError::NoRowsInCommon`].
pub fn compare_trainings(
    first: &TrainedRun,
    second: &TrainedRun,
) -> Result<ComparedTrainings, CompareError> {
    if first.fingerprint != second.fingerprint {
        let names = [first.data.clone(), second.data.clone()];
        return Err(CompareError::OtherData(names));
    }
    if first.target != second.target {
        let names = [first.target.clone(), second.target.clone()];
        return Err(CompareError::OtherTarget(names));
    }
    let unread = || CompareError::NoRun("the rows that it was judged by cannot be read".to_owned());
    let a = first.judged().ok_or_else(unread)?;
    let b = second.judged().ok_or_else(unread)?;
    // Two models may know other classes of one table: those of both.
    let mut classes = first.classes.clone();
    let of_second: Vec<u32> = second
        .classes
        .iter()
        .map(|name| {
            let known = classes.iter().position(|class| class == name);
            let at = known.unwrap_or_else(|| {
                classes.push(name.clone());
                classes.len() - 1
            });
            at as u32
        })
        .collect();
    let mut rows: Vec<PairedRow> = Vec::new();
    for (at, row) in a.rows.iter().enumerate() {
        let Ok(there) = b.rows.binary_search(row) else {
            continue;
        };
        rows.push(PairedRow {
            truth: a.truth[at],
            predicted: [a.predicted[at], of_second[b.predicted[there] as usize]],
            probability: [a.probability[at], b.probability[there]],
            group: a
                .groups
                .as_ref()
                .map_or(rows.len() as u32, |groups| groups[at]),
        });
    }
    let own = [first, second].map(|run| u64::from(run.kept) - rows.len() as u64);
    if rows.is_empty() {
        return Err(CompareError::NoRowsInCommon([
            first.rows_judged,
            second.rows_judged,
        ]));
    }
    let mut notes = Vec::new();
    for (run, which) in [(first, "first"), (second, "second")] {
        if run.leaks {
            notes.push(format!("The {which} run was judged on the table that it learned from: its figures are not to be believed."));
        }
        if run.rows_judged > u64::from(run.kept) {
            notes.push(format!(
                "Of the {} rows that the {which} run was judged by {} were kept, drawn by their numbers.",
                grouped(run.rows_judged),
                grouped(MOST_ROWS as u64)
            ));
        }
    }
    if own != [0, 0] {
        notes.push(format!(
            "{} rows were judged in both and are compared; {} of the first and {} of the second were not judged in the other.",
            grouped(rows.len() as u64),
            grouped(own[0]),
            grouped(own[1])
        ));
    }
    let mut report = compare_rows(&rows, classes.len(), DRAW_SEED);
    let by = first.entity.join(", ");
    if a.groups.is_some() && report.groups < 2 {
        notes.push(format!(
            "All rows in common are of one entity by {by}: its rows are taken for independent, and nothing is known of others."
        ));
        for (at, row) in rows.iter_mut().enumerate() {
            row.group = at as u32;
        }
        report = compare_rows(&rows, classes.len(), DRAW_SEED);
    } else if a.groups.is_some() {
        notes.push(format!(
            "Rows of one entity are no independent witnesses: they are drawn and exchanged together, {} entities by {by}.",
            grouped(u64::from(report.groups))
        ));
        if report.groups < FEW_ENTITIES {
            notes.push(
                "So few entities can hardly tell a difference from chance, and intervals of so few are too narrow.".to_owned(),
            );
        }
    } else {
        notes.push(
            "The table has no entities over time: its rows are taken for independent.".to_owned(),
        );
    }
    let (of_first, of_second) = (first.facts(), second.facts());
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in of_first.iter().chain(&of_second) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let value = |facts: &[(String, String)], name: &String| {
        let known = facts.iter().find(|fact| fact.0 == *name);
        known.map_or_else(|| "–".to_owned(), |fact| fact.1.clone())
    };
    let differs = names.into_iter().filter_map(|name| {
        let (a, b) = (value(&of_first, name), value(&of_second, name));
        (a != b).then(|| [name.clone(), a, b])
    });
    Ok(ComparedTrainings {
        finding: finding(&report, rows.len() as u64),
        notes,
        differs: differs.collect(),
        rows: [rows.len() as u64, own[0], own[1]],
        classes,
        report,
    })
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
