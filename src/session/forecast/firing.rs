//! The alerts that a table says were firing, as a rule among others: what the on-call has today.

use super::parts::Parts;
use crate::data::{Frame, Values};
use crate::prepare::Ahead;

/// Names of columns that say which alert fires at a row, or that one does.
const COLUMNS: [&str; 4] = ["alert_name", "alertname", "alert", "alert_firing"];
/// Cells that say that none does.
const NONE: [&str; 6] = ["none", "normal", "inactive", "ok", "false", "0"];

/// Which alert fires at each row, and what of.
pub(super) struct Firing {
    /// Each row's alert: a place in `worth`, or beyond.
    of_row: Vec<u32>,
    /// For each alert, the place of the kind that it tells of, and the share of its training rows in or ahead of an incident of
    /// that kind.
    worth: Vec<Option<(usize, f64)>>,
}

impl Firing {
    /// `None` where the table has no column of alerts but, it may be, the target.
    pub(super) fn new(frame: &Frame, target: &str, parts: &Parts) -> Option<Self> {
        let named = COLUMNS.iter().filter(|name| **name != target);
        let column = named.filter_map(|name| frame.column(name)).next()?;
        let (of_row, alerts): (Vec<u32>, usize) = match &column.values {
            Values::Number(values) => {
                let alert = |x: &f64| if *x > 0.0 { 0 } else { u32::MAX };
                (values.iter().map(alert).collect(), 1)
            }
            Values::Text(_) => {
                let classes = column.classes();
                let says = |name: &String| !NONE.iter().any(|none| none.eq_ignore_ascii_case(name));
                let fires: Vec<bool> = classes.names.iter().map(says).collect();
                let alert = |&code: &u32| match fires.get(code as usize) {
                    Some(true) => code,
                    _ => u32::MAX,
                };
                (classes.codes.iter().map(alert).collect(), fires.len())
            }
            Values::Time(_) => return None,
        };
        let mut rows = vec![vec![0_u32; parts.kinds.len() + 1]; alerts];
        for &row in &parts.split.train {
            let Some(counts) = rows.get_mut(of_row[row as usize] as usize) else {
                continue;
            };
            let kind = match parts.labels[row as usize] {
                Ahead::Kind(kind) => Some(kind),
                Ahead::Inside => Some(parts.now[row as usize]),
                Ahead::Quiet | Ahead::Unknown => None,
            };
            let place = kind.and_then(|kind| parts.kinds.iter().position(|k| *k == kind));
            counts[place.unwrap_or(parts.kinds.len())] += 1;
        }
        let worth = |counts: &Vec<u32>| {
            let all: u32 = counts.iter().sum();
            let kinds = counts.iter().take(parts.kinds.len()).enumerate();
            let (kind, &most) = kinds.rev().max_by_key(|(_, n)| **n)?;
            (most > 0).then(|| (kind, f64::from(most) / f64::from(all)))
        };
        Some(Self {
            worth: rows.iter().map(worth).collect(),
            of_row,
        })
    }

    /// How much a row's alert says that the kind at this place is here or comes, 0 to 1.
    pub(super) fn score(&self, row: u32, kind: usize) -> f64 {
        let alert = self.of_row.get(row as usize).copied().unwrap_or(u32::MAX);
        match self.worth.get(alert as usize) {
            Some(Some((of, share))) if *of == kind => *share,
            _ => 0.0,
        }
    }
}
