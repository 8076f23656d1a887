//! Events as a table of their own, or as counts beside metrics.

use super::files::Part;
use super::infer::tell_kind;
use super::kind::kind_of;
use super::kubernetes_events::ObjectEvents;
use super::member::counted;
use super::series::{Labels, METRIC, MetricKind, SeriesSet};
use super::{IngestError, Ingested, ReadReport};
use crate::data::{Column, Frame, Level, MISSING_TIME, Notice, sort_by};

/// The metric that counts events.
const EVENTS: &str = "events";

/// One row for each object and reason, sorted by these.
pub(super) fn table(
    files: &[String],
    events: Vec<ObjectEvents>,
    bytes: u64,
) -> Result<Ingested, IngestError> {
    let mut all: Vec<ObjectEvents> = Vec::new();
    let mut events = events;
    let key = |e: &ObjectEvents| {
        [
            &e.namespace,
            &e.object_kind,
            &e.object,
            &e.reason,
            &e.severity,
        ]
        .map(Clone::clone)
    };
    sort_by(&mut events, |a, b| key(a).cmp(&key(b)));
    for event in events {
        match all.last_mut() {
            // Two exports overlap: the same event is not counted twice.
            Some(last) if key(last) == key(&event) => {
                last.count = last.count.max(event.count);
                last.first = match (last.first, event.first) {
                    (MISSING_TIME, other) | (other, MISSING_TIME) => other,
                    (a, b) => a.min(b),
                };
                last.last = last.last.max(event.last);
            }
            _ => all.push(event),
        }
    }
    let text =
        |name: &str, of: fn(&ObjectEvents) -> &String| Column::category(name, all.iter().map(of));
    let mut columns = Vec::new();
    if all.iter().any(|e| e.last != MISSING_TIME) {
        columns.push(Column::time(
            "last_seen",
            all.iter().map(|e| e.last).collect(),
        ));
        columns.push(Column::time(
            "first_seen",
            all.iter().map(|e| e.first).collect(),
        ));
    }
    columns.push(text("namespace", |e| &e.namespace));
    columns.push(text("object_kind", |e| &e.object_kind));
    columns.push(text("object", |e| &e.object));
    columns.push(text("reason", |e| &e.reason));
    columns.push(text("type", |e| &e.severity));
    columns.push(Column::integer(
        "count",
        all.iter().map(|e| e.count).collect(),
    ));
    let mut notices = vec![Notice::Other {
        title: format!("{} of events", counted(all.len() as u64, "kind")),
        meaning: "One row for each object and reason, with how often it was seen. Events are kept for about an hour, so what is older is not in the export.".to_owned(),
        level: Level::Info,
    }];
    for (position, column) in columns.iter_mut().enumerate() {
        column.kind = kind_of(&column.values, &column.name, position);
        tell_kind(column, &mut notices);
    }
    let file = files.join(" and ");
    let rows = all.len() as u64;
    let frame =
        Frame::new(file.clone(), columns).map_err(|source| IngestError::Frame { file, source })?;
    Ok(Ingested {
        jumps: Vec::new(),
        frame,
        notices,
        bytes,
        rows,
        how: ReadReport::default(),
    })
}

/// Adds events as counts at the instant that they were last seen; returns the time over which all are known.
pub(super) fn add_all(
    set: &mut SeriesSet,
    parts: &[Part],
    notices: &mut Vec<Notice>,
) -> Result<Option<(i64, i64)>, IngestError> {
    let mut known: Option<(i64, i64)> = None;
    let mut labels = Labels::default();
    let mut untimed = 0;
    for part in parts {
        for event in &part.end.events {
            if event.last == MISSING_TIME {
                untimed += 1;
                continue;
            }
            labels.clear();
            labels.push(METRIC, EVENTS);
            labels.push("namespace", &event.namespace);
            labels.push(
                if event.object_kind.is_empty() {
                    "object"
                } else {
                    &event.object_kind
                },
                &event.object,
            );
            labels.push("reason", &event.reason);
            set.declare(EVENTS, MetricKind::Events);
            let fault = |f: super::series::SeriesFault| f.of_file(&part.facts.name, None);
            let series = set.series(&mut labels, part.facts.number).map_err(fault)?;
            set.add(series, event.last, event.count).map_err(fault)?;
            let end = part.facts.modified.unwrap_or(event.last).max(event.last);
            known = Some(known.map_or((event.first, end), |(from, to)| {
                (from.min(event.first), to.max(end))
            }));
        }
    }
    if untimed > 0 {
        notices.push(Notice::Other {
            title: format!("{} without a time", counted(untimed, "event")),
            meaning: "They cannot be placed beside metrics, and were skipped.".to_owned(),
            level: Level::Warning,
        });
    }
    Ok(known)
}
