//! Tables that hold series: Grafana's and Datadog's CSV files, VictoriaMetrics' without a header, and any table with a
//! column of times that is to stand beside others.

use super::files::Part;
use super::member::FileFacts;
use super::quantity::{Dimension, quantity};
use super::recognise::{Format, grafana_title, is_metric_name};
use super::sample_line;
use super::series::{Labels, METRIC, MetricKind, SeriesFault, SeriesSet};
use super::{IngestError, Ingested};
use crate::data::{
    Column, ColumnKind, Frame, Level, MISSING_TIME, Names, Notice, Values, is_null_token, lowered,
};

/// Headers of texts that name what a row is about.
const LABELS: [&str; 26] = [
    "series",
    "metric",
    "__name__",
    "field",
    "instance",
    "node",
    "host",
    "hostname",
    "nodename",
    "namespace",
    "pod",
    "pod_name",
    "container",
    "job",
    "cluster",
    "service",
    "deployment",
    "statefulset",
    "daemonset",
    "workload",
    "entity",
    "unit",
    "machine",
    "server",
    "device",
    "persistentvolumeclaim",
];
/// The columns of VictoriaMetrics' format strings.
const VICTORIA_VALUE: &str = "__value__";
const VICTORIA_TIME: &str = "__timestamp__";

/// Whether tables are to be joined as series rather than stacked.
pub(super) fn are_series(parts: &[Part]) -> bool {
    let frames: Vec<&Frame> = parts
        .iter()
        .filter_map(|p| p.end.table.as_ref())
        .map(|t| &t.frame)
        .collect();
    let is_export = |p: &Part| matches!(p.format, Format::VictoriaCsv | Format::DatadogCsv);
    if parts.iter().any(is_export) {
        return true;
    }
    if let [part] = parts {
        return part.format == Format::GrafanaCsv && frames.iter().any(|f| holds_series(f));
    }
    let headers = |f: &Frame| {
        let mut names: Vec<String> = f.columns().iter().map(|c| c.name.clone()).collect();
        crate::data::sort(&mut names);
        names
    };
    let are_alike = frames.windows(2).all(|w| headers(w[0]) == headers(w[1]));
    let mut titles: Vec<&str> = parts.iter().map(|p| p.facts.stem()).collect();
    titles.dedup();
    let are_panels = parts.iter().all(|p| p.format == Format::GrafanaCsv) && titles.len() > 1;
    // Files with other columns can still be joined on time.
    (!are_alike || are_panels) && frames.iter().all(|f| time_column(f).is_some())
}

/// Whether Grafana's columns are series by their headers, or hold what is no number yet.
fn holds_series(frame: &Frame) -> bool {
    let is_series = |c: &Column| {
        c.name.contains("=\"") || c.name == "Value" || numbers(c).is_some_and(|n| n.1.is_some())
    };
    time_column(frame).is_some() && frame.columns().iter().skip(1).any(is_series)
}

fn time_column(frame: &Frame) -> Option<usize> {
    frame
        .columns()
        .iter()
        .position(|c| matches!(c.values, Values::Time(_)))
}

/// A column's numbers, and the dimension where they are written with a unit; none where it holds texts.
fn numbers(column: &Column) -> Option<(Vec<f64>, Option<Dimension>)> {
    match &column.values {
        Values::Number(values) => Some((values.clone(), None)),
        Values::Time(_) => None,
        Values::Text(texts) => {
            let mut of_name = Vec::with_capacity(texts.names.len());
            let mut found = None;
            for name in &texts.names {
                if is_null_token(name) {
                    of_name.push(f64::NAN);
                    continue;
                }
                let (number, dimension) = quantity(name)?;
                // A plain 0 stands among numbers of any unit.
                if number != 0.0 && *found.get_or_insert(dimension) != dimension {
                    return None;
                }
                of_name.push(number);
            }
            let values = texts
                .codes
                .iter()
                .map(|&c| of_name.get(c as usize).copied().unwrap_or(f64::NAN))
                .collect();
            Some((values, Some(found?)))
        }
    }
}

/// The header of a file of VictoriaMetrics that has none: as its format string says, or by what its first line holds.
pub(super) fn header_of_headless(sample: &[u8], format: Option<&str>) -> Vec<u8> {
    if let Some(format) = format {
        let name = |part: &str| match part.trim() {
            time if time.starts_with(VICTORIA_TIME) => VICTORIA_TIME.to_owned(),
            name => name.to_owned(),
        };
        let names: Vec<String> = format.split(',').map(name).collect();
        return (names.join(",") + "\n").into_bytes();
    }
    let line = sample.split(|&b| b == b'\n').next().unwrap_or_default();
    let mut has_name = false;
    let mut numbers = 0;
    let mut names = Vec::new();
    for (at, cell) in line.trim_ascii_end().split(|&b| b == b',').enumerate() {
        let text = str::from_utf8(cell).unwrap_or_default();
        let number = super::series::float(text);
        let is_time = number.is_some_and(|x| x >= 1e9 && !text.contains('.'))
            || (number.is_none() && text.contains('T') && text.contains(':'));
        names.push(if is_time {
            VICTORIA_TIME.to_owned()
        } else if number.is_some() {
            numbers += 1;
            if numbers == 1 {
                VICTORIA_VALUE.to_owned()
            } else {
                format!("label_{}", at + 1)
            }
        } else if !has_name && is_metric_name(cell) {
            has_name = true;
            METRIC.to_owned()
        } else {
            format!("label_{}", at + 1)
        });
    }
    (names.join(",") + "\n").into_bytes()
}

/// Adds the series of all tables.
pub(super) fn add_all(
    set: &mut SeriesSet,
    parts: &mut [Part],
    notices: &mut Vec<Notice>,
) -> Result<(), IngestError> {
    let shared = shared_headers(parts);
    for part in parts.iter_mut() {
        let Some(table) = part.end.table.take() else {
            continue;
        };
        notices.extend(kept_notices(&table));
        let Some(time) = time_column(&table.frame) else {
            return Err(IngestError::NoTimes {
                file: part.facts.name.clone(),
            });
        };
        add(
            set,
            &part.facts,
            part.format,
            &table.frame,
            time,
            &shared,
            notices,
        )
        .map_err(|fault| match fault {
            Fault::Series(fault) => fault.of_file(&part.facts.name, None),
            Fault::Ingest(error) => error,
        })?;
    }
    Ok(())
}

/// What is told of a table's columns does not hold for the joined table; what is told of its bytes does.
fn kept_notices(table: &Ingested) -> Vec<Notice> {
    let is_kept = |n: &&Notice| {
        matches!(
            n,
            Notice::RaggedRows { .. }
                | Notice::UnclosedQuote { .. }
                | Notice::InvalidText { .. }
                | Notice::NulBytes { .. }
                | Notice::AmbiguousDate { .. }
                | Notice::NonFinite { .. }
        )
    };
    table.notices.iter().filter(is_kept).cloned().collect()
}

/// Headers that stand in several panels' files: names of what is watched, not of metrics.
fn shared_headers(parts: &[Part]) -> Names {
    let (mut seen, mut shared) = (Names::default(), Names::default());
    for part in parts.iter().filter(|p| p.format == Format::GrafanaCsv) {
        for column in part.end.table.iter().flat_map(|t| t.frame.columns()) {
            if !seen.take(&column.name) {
                shared.take(&column.name);
            }
        }
    }
    shared
}

enum Fault {
    Series(SeriesFault),
    Ingest(IngestError),
}

impl From<SeriesFault> for Fault {
    fn from(fault: SeriesFault) -> Self {
        Self::Series(fault)
    }
}

fn add(
    set: &mut SeriesSet,
    facts: &FileFacts,
    format: Format,
    frame: &Frame,
    time: usize,
    shared: &Names,
    notices: &mut Vec<Notice>,
) -> Result<(), Fault> {
    let Some(Values::Time(times)) = frame.columns().get(time).map(|c| &c.values) else {
        return Ok(());
    };
    let is_victoria = format == Format::VictoriaCsv;
    let mut labels_at = Vec::new();
    let mut values_at = Vec::new();
    for (at, column) in frame
        .columns()
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != time)
    {
        let name = lowered(&column.name);
        let is_label = if is_victoria {
            column.name != VICTORIA_VALUE
        } else {
            LABELS.contains(&name.as_str())
                && (matches!(column.values, Values::Text(_)) || name == "unit")
        };
        if is_label {
            labels_at.push(at);
        } else if column.kind != ColumnKind::Identifier || !matches!(column.values, Values::Text(_))
        {
            values_at.push(at);
        }
    }
    if format != Format::VictoriaCsv && format != Format::DatadogCsv {
        // What is needed to tell the rows of an instant apart names them.
        let is_text = |at: &usize| {
            matches!(frame.columns()[*at].values, Values::Text(_))
                && numbers(&frame.columns()[*at]).is_none()
        };
        while repeats(frame, times, &labels_at)
            && let Some(place) = values_at.iter().position(is_text)
        {
            labels_at.push(values_at.remove(place));
        }
    }
    let has_one_value = values_at.len() == 1;
    let mut labels = Labels::default();
    for at in values_at {
        let Some(column) = frame.columns().get(at) else {
            continue;
        };
        let read = numbers(column);
        if let Some((_, Some(dimension))) = &read
            && *dimension != Dimension::Plain
        {
            notices.push(Notice::Other {
                title: format!(
                    "{}: {} is in {}",
                    facts.name,
                    column.name,
                    dimension.ending()
                ),
                meaning: "It was written with units, and is read as numbers of one unit."
                    .to_owned(),
                level: Level::Info,
            });
        }
        // Rows of the same labels follow each other, or take turns.
        let mut known = super::names::Names::default();
        let mut series_of = Vec::new();
        let mut key = Vec::new();
        for (row, &instant) in times.iter().enumerate() {
            if instant == MISSING_TIME {
                continue;
            }
            key.clear();
            for &label in &labels_at {
                key.extend_from_slice(cell(frame, label, row).as_bytes());
                key.push(0xff);
            }
            let (code, is_new) = known.intern(&key);
            if is_new {
                labels.clear();
                name_series(&mut labels, facts, format, column, shared, has_one_value);
                for &label in &labels_at {
                    let name = &frame.columns()[label].name;
                    let value = cell(frame, label, row);
                    match lowered(name).as_str() {
                        "metric" | "__name__" | "field" => labels.push(METRIC, &value),
                        lower if LABELS.contains(&lower) => labels.push(lower, &value),
                        _ => labels.push(name, &value),
                    }
                }
                series_of.push(set.series(&mut labels, facts.number)?);
                if read.is_none() {
                    set.declare(labels.value(METRIC).unwrap_or_default(), MetricKind::Words);
                }
            }
            let Some(&series) = series_of.get(code as usize) else {
                continue;
            };
            match &read {
                Some((values, _)) => set.add(series, instant, values[row])?,
                None => {
                    let word = cell(frame, at, row);
                    if !word.is_empty() {
                        set.add_word(series, instant, &word)?;
                    }
                }
            }
        }
    }
    if times.iter().all(|&t| t == MISSING_TIME) {
        return Err(Fault::Ingest(IngestError::NoTimes {
            file: facts.name.clone(),
        }));
    }
    Ok(())
}

/// Whether two rows have the same instant and labels.
fn repeats(frame: &Frame, times: &[i64], labels_at: &[usize]) -> bool {
    let mut seen = super::names::Names::default();
    let mut key = Vec::new();
    times.iter().enumerate().any(|(row, time)| {
        key.clear();
        key.extend_from_slice(&time.to_le_bytes());
        for &label in labels_at {
            key.extend_from_slice(cell(frame, label, row).as_bytes());
            key.push(0xff);
        }
        !seen.intern(&key).1
    })
}

fn cell(frame: &Frame, column: usize, row: usize) -> String {
    frame
        .columns()
        .get(column)
        .map(|c| c.text(row))
        .unwrap_or_default()
}

/// The labels that a column's header gives, its metric's name among them.
fn name_series(
    labels: &mut Labels,
    facts: &FileFacts,
    format: Format,
    column: &Column,
    shared: &Names,
    has_one_value: bool,
) {
    let header = column.name.as_str();
    if format == Format::DatadogCsv {
        // `host:n1,env:prod`
        for part in header.split(',') {
            match part.split_once(':') {
                Some((name, value)) => labels.push(name.trim(), value.trim()),
                None if part != "*" => labels.push("scope", part.trim()),
                None => {}
            }
        }
        return;
    }
    if format == Format::VictoriaCsv {
        labels.push(METRIC, facts.stem());
        return;
    }
    if header.contains("=\"") {
        // `name{instance="n1"}`, or the labels alone.
        let line = format!("{header} 0");
        if sample_line::parse(&line, None, labels).is_ok() {
            return;
        }
        labels.clear();
        labels.push(METRIC, facts.stem());
        let line = format!("_{header} 0");
        let mut inner = Labels::default();
        if header.starts_with('{') && sample_line::parse(&line, None, &mut inner).is_ok() {
            inner.each(|name, value| {
                if name != METRIC {
                    labels.push(name, value);
                }
            });
            return;
        }
        labels.push("series", header);
        return;
    }
    let is_panel = format == Format::GrafanaCsv && grafana_title(&facts.name).is_some();
    if header.eq_ignore_ascii_case("value") && (has_one_value || is_panel) {
        labels.push(METRIC, facts.stem());
    } else if is_panel && shared.contains(header) {
        labels.push(METRIC, facts.stem());
        labels.push("series", header);
    } else {
        labels.push(METRIC, header);
    }
}
