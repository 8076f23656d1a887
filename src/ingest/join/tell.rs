//! How series were joined, in words.

use super::super::member::counted;
use super::super::series::SeriesSet;
use super::entity::Layout;
use super::{ALERT_COLUMN, HEALTHY, JoinReport, JoinedColumn, Surroundings};
use crate::data::{Level, Notice, grouped};

/// What there is to know before the table is trusted.
pub(super) fn notices(
    set: &SeriesSet,
    report: &JoinReport,
    layout: &Layout,
    around: &Surroundings<'_>,
) -> Vec<Notice> {
    let mut notices = Vec::new();
    let mut tell = |level: Level, title: String, meaning: String| {
        notices.push(Notice::Other {
            title,
            meaning,
            level,
        });
    };
    let entity = match &layout.entity_labels[..] {
        [] => "one row for each instant".to_owned(),
        labels => format!("one row for each instant and {}", labels.join(", ")),
    };
    let grid = match around.is_untimed {
        true => "in the order of the scrapes, since no sample has a time".to_owned(),
        false => format!("{} s apart", report.step_secs),
    };
    tell(
        Level::Info,
        format!(
            "{} series of {} became {}",
            grouped(report.series),
            counted(report.files, "file"),
            counted(report.columns.len() as u64, "column")
        ),
        format!(
            "There is {entity}, {grid}. Instants without a sample stay missing; nothing is carried on, and nothing in a row was measured after its time."
        ),
    );
    if layout.row_masks.len() > 1 {
        tell(
            Level::Warning,
            "Some metrics have no label in common".to_owned(),
            "Their rows stand one below the other, and each lacks the other's columns. Export them with a label that both have, such as node.".to_owned(),
        );
    }
    let rates: Vec<&JoinedColumn> = report.columns.iter().filter(|c| c.is_rate).collect();
    if !rates.is_empty() {
        let resets: u64 = rates.iter().map(|c| c.resets).sum();
        tell(
            Level::Info,
            format!(
                "{} made a rate per second",
                counted(rates.len() as u64, "counter")
            ),
            format!(
                "They only grow, which tells nothing by itself. There were {}; after a reset a counter has grown by what it shows.",
                counted(resets, "reset")
            ),
        );
    }
    let gaps: u64 = report.columns.iter().map(|c| c.gaps).sum();
    if gaps > 0 {
        let most = report
            .columns
            .iter()
            .max_by_key(|c| c.gaps)
            .map_or("", |c| c.name.as_str());
        tell(
            Level::Info,
            format!("{} missing between others", counted(gaps, "sample")),
            format!("Their cells are empty. Most are in {most}."),
        );
    }
    let duplicates: u64 = report.columns.iter().map(|c| c.duplicates).sum();
    if duplicates > 0 {
        tell(
            Level::Warning,
            format!("{} series found twice", grouped(duplicates)),
            "They differ in labels that tell the members of a pair apart, or that change with each start of a pod. The fuller one counts, and the other fills its gaps.".to_owned(),
        );
    }
    if report.merged > 0 {
        tell(
            Level::Info,
            format!(
                "{} in a cell with a later one",
                counted(report.merged, "sample")
            ),
            "The last of a cell counts.".to_owned(),
        );
    }
    if report.unplaced > 0 {
        tell(
            Level::Warning,
            format!("{} of no row", counted(report.unplaced, "sample")),
            "They are of something, or of an instant, that no finer metric has.".to_owned(),
        );
    }
    if set.non_finite > 0 {
        tell(
            Level::Warning,
            format!("{} infinite or too large", counted(set.non_finite, "value")),
            "They are read as missing.".to_owned(),
        );
    }
    if layout.placed.iter().any(|p| p.column.is_none()) {
        let hidden = match report.alerts_hidden {
            0 => String::new(),
            n => format!(
                " Beside a more severe one, {} fired.",
                counted(n, "further alert")
            ),
        };
        tell(
            Level::Info,
            format!("The column {ALERT_COLUMN} says which alert fires"),
            format!(
                "{HEALTHY} where none does. Pending alerts, and those that always fire, are left out.{hidden}"
            ),
        );
    }
    notices
}
