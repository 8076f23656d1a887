//! What happens to one entity: its main metrics over time, what strikes it shaded by kind, and when Prometheus would have
//! fired.

use super::chart::Chart;
use super::number::figure;
use super::table::Table;
use super::warned::Warned;
use crate::data::time_text;
use crate::protocol::{PreviewAlert, PreviewEpisode, PreviewMetric, ScenarioPreview};

/// Metrics of one entity, and what strikes it. Seconds count from `start_secs`.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// The entity.
    pub entity: String,
    /// Seconds since 1970 (UTC).
    pub start_secs: u64,
    /// Rising instants.
    pub secs: Vec<f64>,
    /// As many values each as there are instants.
    pub metrics: Vec<PreviewMetric>,
    /// What strikes the entity within these instants, by onset.
    pub episodes: Vec<PreviewEpisode>,
    /// The one whose marks are written out, by its place in `episodes`.
    pub chosen: Option<usize>,
    /// Alerts on the entity.
    pub alerts: Vec<PreviewAlert>,
    /// Kinds of all that is listed, for colours.
    pub kinds: Vec<String>,
    /// Pages and thresholds, where it is of a forecast.
    pub warned: Option<Warned>,
}

impl Timeline {
    /// What a preview shows of its entity; nothing where its values do not fit its instants.
    pub fn new(preview: &ScenarioPreview) -> Self {
        let finite: Vec<bool> = preview.secs.iter().map(|secs| secs.is_finite()).collect();
        let whole = preview
            .metrics
            .iter()
            .all(|metric| metric.values.len() == finite.len());
        let fits = whole && finite.iter().all(|&is| is);
        let (first, last) = match (preview.secs.first(), preview.secs.last()) {
            (Some(&first), Some(&last)) if fits => (first, last),
            _ => (0.0, 0.0),
        };
        let within = |e: &&PreviewEpisode| {
            e.here && e.onset_secs <= last && e.recovered_secs.unwrap_or(last) >= first
        };
        let episodes: Vec<PreviewEpisode> =
            preview.episodes.iter().filter(within).cloned().collect();
        let chosen = episodes
            .iter()
            .position(|e| Some(e.number) == preview.episode);
        let mut kinds: Vec<String> = Vec::new();
        for episode in &preview.episodes {
            if !kinds.contains(&episode.kind) {
                kinds.push(episode.kind.clone());
            }
        }
        Self {
            entity: preview.entity.clone(),
            start_secs: preview.start_secs,
            secs: if fits {
                preview.secs.clone()
            } else {
                Vec::new()
            },
            metrics: preview.metrics.clone(),
            episodes,
            chosen,
            alerts: preview.alerts.clone(),
            kinds,
            warned: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.secs.len() < 2 || self.metrics.is_empty()
    }

    /// The alert that fires for the chosen episode: the first that fires between its onset and its recovery.
    pub fn alert(&self) -> Option<&PreviewAlert> {
        let episode = self.episodes.get(self.chosen?)?;
        let until = episode.recovered_secs.unwrap_or(f64::INFINITY);
        self.alerts
            .iter()
            .find(|a| a.from_secs >= episode.onset_secs && a.from_secs <= until)
    }

    pub(super) fn is_counted(&self) -> bool {
        self.warned.as_ref().is_some_and(|w| w.counted)
    }

    fn micros(&self, secs: f64) -> i64 {
        micros(self.start_secs, secs)
    }

    /// `03-04 14:05`.
    pub fn clock(&self, secs: f64) -> String {
        if self.is_counted() {
            return short((self.start_secs as f64 + secs) / 60.0);
        }
        clock(self.start_secs, secs)
    }

    /// What holds at an instant: the kind and how far it is; empty where nothing does. Harm comes before what precedes it.
    fn state(&self, secs: f64) -> (&str, &'static str) {
        let is_marked = self.warned.as_ref().is_some_and(|w| w.marked);
        let harm = if is_marked { "marked" } else { "harm holds" };
        let phase = |e: &PreviewEpisode| {
            let impact = e.impact_secs.unwrap_or(f64::INFINITY);
            let end = e.end_secs.unwrap_or(f64::INFINITY);
            match secs {
                s if s < e.onset_secs || s >= e.recovered_secs.unwrap_or(f64::INFINITY) => "",
                s if s >= end => "recovering",
                s if s >= impact => harm,
                _ if e.near_miss => "near miss",
                _ => "precursor",
            }
        };
        let all = || self.episodes.iter().map(|e| (e.kind.as_str(), phase(e)));
        all()
            .find(|(_, phase)| *phase == harm)
            .or_else(|| all().find(|(_, phase)| !phase.is_empty()))
            .unwrap_or(("", ""))
    }

    pub(super) fn at(&self, item: usize) -> Option<(&PreviewMetric, usize)> {
        let points = self.secs.len().max(1);
        Some((self.metrics.get(item / points)?, item % points))
    }
}

fn micros(start_secs: u64, secs: f64) -> i64 {
    let start = i64::try_from(start_secs).unwrap_or(0);
    start
        .saturating_mul(1_000_000)
        .saturating_add((secs * 1e6) as i64)
}

/// Month, day, hour and minute (UTC) of so many seconds after a start in seconds since 1970.
pub fn clock(start_secs: u64, secs: f64) -> String {
    let text = time_text(micros(start_secs, secs));
    text.get(5..16).unwrap_or(&text).replace('T', " ")
}

/// Three digits, without zeros at the end.
pub(super) fn short(value: f64) -> String {
    let text = figure(value);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn reading(metric: &PreviewMetric, point: usize) -> String {
    match metric.values.get(point) {
        Some(Some(value)) if metric.unit.is_empty() => short(*value),
        Some(Some(value)) => format!("{} {}", short(*value), metric.unit),
        _ => "not scraped".to_owned(),
    }
}

pub(super) fn text(data: &Timeline, item: usize) -> Option<String> {
    let (metric, point) = data.at(item)?;
    let secs = *data.secs.get(point)?;
    let what = match data.state(secs) {
        ("", _) => String::new(),
        (kind, phase) => format!("; {}: {phase}", kind.replace('_', " ")),
    };
    let (name, value) = (&metric.name, reading(metric, point));
    let pages = match (&data.warned, alerts(data, secs)) {
        (Some(_), pages) if !pages.is_empty() => format!("; page: {pages}"),
        _ => String::new(),
    };
    Some(format!("{}: {name} {value}{what}{pages}", data.clock(secs)))
}

pub(super) fn sentence(data: &Timeline) -> String {
    let names: Vec<&str> = data.metrics.iter().map(|m| m.name.as_str()).collect();
    let head = format!("{} over time: {}", data.entity, names.join(", "));
    if let Some(warned) = &data.warned {
        let n = data.episodes.len();
        let s = if n == 1 { "" } else { "s" };
        return format!("{head}; {n} incident{s}; {}.", warned.told());
    }
    let Some(e) = data.chosen.and_then(|i| data.episodes.get(i)) else {
        return format!("{head}; nothing strikes.");
    };
    let kind = e.kind.replace('_', " ");
    let impact = match e.impact_secs {
        Some(secs) => format!("harm sets in at {}", data.clock(secs)),
        None => "it does no harm".to_owned(),
    };
    let alert = match data.alert() {
        Some(alert) => format!("{} fires at {}", alert.name, data.clock(alert.from_secs)),
        None => "no alert fires".to_owned(),
    };
    let onset = data.clock(e.onset_secs);
    format!("{head}; {kind} begins at {onset}, {impact}, {alert}.")
}

/// A row for each instant.
pub(super) fn table(data: &Timeline) -> Table {
    let names = data.metrics.iter().map(|m| match m.unit.as_str() {
        "" => m.name.clone(),
        unit => format!("{}, {unit}", m.name),
    });
    let headers = std::iter::once("Time (UTC)".to_owned()).chain(names);
    let rows = data.secs.iter().enumerate().map(|(i, &secs)| {
        let values = data.metrics.iter().map(|m| match m.values.get(i) {
            Some(Some(value)) => short(*value),
            _ => "\u{2013}".to_owned(),
        });
        let (kind, phase) = data.state(secs);
        std::iter::once(data.clock(secs))
            .chain(values)
            .chain([kind.to_owned(), phase.to_owned(), alerts(data, secs)])
            .collect()
    });
    Table {
        headers: headers
            .chain(
                [
                    "Episode",
                    "Phase",
                    if data.warned.is_some() {
                        "Page"
                    } else {
                        "Alert"
                    },
                ]
                .map(str::to_owned),
            )
            .collect(),
        rows: rows.collect(),
    }
}

fn alerts(data: &Timeline, secs: f64) -> String {
    if let Some(warned) = &data.warned {
        let at = data.secs.partition_point(|&s| s < secs);
        let before = at.checked_sub(1).and_then(|i| data.secs.get(i));
        return warned.pages_within(before.copied().unwrap_or(f64::NEG_INFINITY), secs);
    }
    let firing = data.alerts.iter();
    let firing = firing.filter(|a| (a.from_secs..=a.until_secs).contains(&secs));
    let names: Vec<&str> = firing.map(|a| a.name.as_str()).collect();
    names.join(" ")
}

/// The lines of the CSV, the header first.
pub(super) fn lines(data: &Timeline, number: &dyn Fn(f64) -> String) -> Vec<Vec<String>> {
    let names = data.metrics.iter().map(|m| m.name.clone());
    let header = std::iter::once("timestamp".to_owned())
        .chain(names)
        .chain(["episode", "phase", "alert"].map(str::to_owned));
    let mut lines = vec![header.collect::<Vec<_>>()];
    for (i, &secs) in data.secs.iter().enumerate() {
        let value = |m: &PreviewMetric| {
            m.values
                .get(i)
                .copied()
                .flatten()
                .map_or(String::new(), number)
        };
        let (kind, phase) = data.state(secs);
        let line = std::iter::once(time_text(data.micros(secs)))
            .chain(data.metrics.iter().map(value))
            .chain([kind.to_owned(), phase.to_owned(), alerts(data, secs)]);
        lines.push(line.collect());
    }
    lines
}

impl Chart {
    /// A look at a scenario.
    pub fn timeline(preview: &ScenarioPreview) -> Self {
        Self::Timeline(Timeline::new(preview))
    }
}
