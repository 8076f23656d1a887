//! Incidents: what an on-call person would count as one, read off a label column.

use super::series::Series;
use crate::data::sort_by;

/// A label that says nothing.
pub const NO_LABEL: u32 = u32::MAX;

/// One kind of issue on one entity, from its first row in impact to its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// Which entity of the [`Series`].
    pub entity: u32,
    /// Which kind: a class of the label.
    pub kind: u32,
    /// The first instant in impact, in microseconds.
    pub start: i64,
    /// The last instant in impact, in microseconds.
    pub end: i64,
    /// Rows in impact.
    pub rows: u32,
    /// It was on when its entity was first seen: nothing could precede it.
    pub censored_start: bool,
    /// It was on when its entity was last seen: nobody knows when it ended.
    pub censored_end: bool,
}

/// Episodes by start, then entity, then kind. `labels` holds each row's class, [`NO_LABEL`] where it has none; `healthy`
/// says of each class whether nothing is wrong. What flaps is one: rows in impact less than `gap_micros` of health apart
/// (and a step and a half, for a scrape comes late).
pub fn episodes(
    series: &Series,
    labels: &[u32],
    healthy: &[bool],
    gap_micros: i64,
) -> Vec<Episode> {
    let most = series
        .step_micros
        .saturating_add(series.step_micros / 2)
        .saturating_add(gap_micros.max(0));
    let mut all = Vec::new();
    for (entity, rows) in series.each().enumerate() {
        let mut open: Vec<Episode> = Vec::new();
        let at = |row: u32| series.instants[row as usize];
        let (Some(&first), Some(&last)) = (rows.first(), rows.last()) else {
            continue;
        };
        for &row in rows {
            let (kind, t) = (labels[row as usize], at(row));
            if healthy.get(kind as usize).copied().unwrap_or(true) {
                continue;
            }
            let known = open.iter_mut().find(|e| e.kind == kind);
            match known {
                Some(e) if t.saturating_sub(e.end) <= most => {
                    (e.end, e.rows) = (t, e.rows + 1);
                }
                known => {
                    let new = Episode {
                        entity: entity as u32,
                        kind,
                        start: t,
                        end: t,
                        rows: 1,
                        censored_start: t == at(first),
                        censored_end: false,
                    };
                    match known {
                        Some(e) => all.push(std::mem::replace(e, new)),
                        None => open.push(new),
                    }
                }
            }
        }
        all.append(&mut open);
        for e in all
            .iter_mut()
            .rev()
            .take_while(|e| e.entity == entity as u32)
        {
            e.censored_end = e.end == at(last);
        }
    }
    sort_by(&mut all, |a, b| {
        (a.start, a.entity, a.kind).cmp(&(b.start, b.entity, b.kind))
    });
    all
}
