//! `ALERTS` series -> which alert fires, for each entity and instant.

use super::super::series::SeriesSet;
use super::entity::{Layout, Placed, is_alert};
use super::grid::{Cells, Grid, lasts};
use crate::data::sort_by;

/// Alerts that always fire, to show that alerting works, or that only mute others.
const ALWAYS: [&str; 3] = ["Watchdog", "InfoInhibitor", "DeadMansSwitch"];

/// One alert's firing.
#[derive(Debug)]
pub(super) struct Firing {
    pub name: String,
    /// 0 is the most severe.
    severity: usize,
    pub placed: Placed,
    /// Cells in which it fires, ascending.
    pub cells: Vec<i64>,
}

/// Every alert that fires, the most severe first, equals by name; none where no series is of alerts.
pub(super) fn firing(
    set: &SeriesSet,
    layout: &Layout,
    grid: &Grid,
    merged: &mut u64,
) -> Option<Vec<Firing>> {
    let mut all = Vec::new();
    let mut has_alerts = false;
    for placed in layout.placed.iter().filter(|p| p.column.is_none()) {
        let labels = set.labels(placed.series);
        let value = |name: &str| labels.iter().find(|l| l.0 == name).map(|l| l.1);
        if !value(super::super::series::METRIC).is_some_and(is_alert) {
            continue;
        }
        has_alerts = true;
        let name = value("alertname").unwrap_or("alert");
        if value("alertstate").is_some_and(|state| state != "firing") || ALWAYS.contains(&name) {
            continue;
        }
        let Some(points) = set.points.get(placed.series) else {
            continue;
        };
        let Cells { cells, values } = lasts(&points.times, &points.values, grid, merged);
        let fires = |x: f64| !x.is_nan() && x != 0.0;
        all.push(Firing {
            name: name.to_owned(),
            severity: rank(value("severity").unwrap_or_default()),
            placed: placed.clone(),
            cells: cells
                .into_iter()
                .zip(values)
                .filter(|(_, x)| fires(*x))
                .map(|(cell, _)| cell)
                .collect(),
        });
    }
    sort_by(&mut all, |a, b| {
        (a.severity, &a.name).cmp(&(b.severity, &b.name))
    });
    has_alerts.then_some(all)
}

fn rank(severity: &str) -> usize {
    const ORDER: [&str; 7] = [
        "critical", "page", "error", "major", "warning", "minor", "info",
    ];
    ORDER
        .iter()
        .position(|s| *s == severity)
        .unwrap_or(ORDER.len())
}
