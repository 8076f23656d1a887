//! A timeline of a forecast: each kind's probability, incidents shaded, pages marked, lead as an arrow.

use super::chart::Chart;
use super::draw::{Ink, Write};
use super::layout::Rect;
use super::palette::{Dash, class_color};
use super::surface::DrawError;
use super::timeline::{Timeline, short};
use super::times::TimelineLayout;
use crate::protocol::{
    ForecastSummary, ForecastTrack, PreviewEpisode, PreviewMetric, TrackIncident, TrackKind,
};

/// What a page was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageMark {
    /// An incident to come within the horizon.
    Ahead,
    /// An incident that was on.
    During,
    /// None.
    False,
}

/// What is drawn on a forecast's panels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Warned {
    /// Whether the time is a number, one of which counts as a minute.
    pub counted: bool,
    /// Whether it is a column to mark incidents on: there are neither pages nor thresholds.
    pub marked: bool,
    /// Each panel's kind.
    pub kinds: Vec<String>,
    /// Each panel's threshold, in per cent.
    pub thresholds: Vec<Option<f64>>,
    /// Panel, second, and what it was about.
    pub pages: Vec<(usize, f64, PageMark)>,
    /// Panel, first page, and start of the incident that it warned of.
    pub leads: Vec<(usize, f64, f64)>,
}

impl Chart {
    /// An entity of a forecast over time, with the pages of one of its outcomes.
    pub fn warned(track: &ForecastTrack, summary: &ForecastSummary, outcome: usize) -> Self {
        timeline(track, warned(track, summary, outcome))
    }

    /// A column of an entity over time, with what is marked on it in place of incidents.
    pub fn marked(track: &ForecastTrack) -> Self {
        let warned = Warned {
            counted: track.counted,
            marked: true,
            kinds: vec![String::new()],
            ..Warned::default()
        };
        timeline(track, warned)
    }
}

fn timeline(track: &ForecastTrack, warned: Warned) -> Chart {
    let (times, unit) = if warned.marked {
        (1.0, "")
    } else {
        (100.0, "%")
    };
    let metric = |kind: &TrackKind| PreviewMetric {
        name: kind.name.replace('_', " "),
        unit: unit.to_owned(),
        values: kind.values.iter().map(|v| v.map(|x| x * times)).collect(),
    };
    let episode = |incident: &TrackIncident| PreviewEpisode {
        kind: incident.kind.clone(),
        onset_secs: incident.start_secs,
        impact_secs: Some(incident.start_secs),
        end_secs: Some(incident.end_secs),
        recovered_secs: Some(incident.end_secs),
        here: true,
        ..PreviewEpisode::default()
    };
    let mut timeline = Timeline::new(&crate::protocol::ScenarioPreview {
        start_secs: track.start_secs,
        entity: track.name.clone(),
        secs: track.secs.clone(),
        metrics: track.kinds.iter().map(metric).collect(),
        episodes: track.incidents.iter().map(episode).collect(),
        ..crate::protocol::ScenarioPreview::default()
    });
    timeline.warned = Some(warned);
    Chart::Timeline(timeline)
}

fn warned(track: &ForecastTrack, summary: &ForecastSummary, outcome: usize) -> Warned {
    let horizon_secs = f64::from(summary.spec.horizon_minutes) * 60.0;
    let kinds: Vec<String> = track.kinds.iter().map(|k| k.name.clone()).collect();
    let thresholds = summary.outcomes.get(outcome).map(|o| &o.thresholds);
    let place = |kind: &str| summary.kinds.iter().position(|k| k == kind);
    let threshold = |kind: &String| {
        let threshold = thresholds?.get(place(kind)?).copied().flatten();
        threshold.map(|t| t * 100.0)
    };
    let mut out = Warned {
        counted: track.counted,
        thresholds: kinds.iter().map(threshold).collect(),
        ..Warned::default()
    };
    for page in track.pages.get(outcome).into_iter().flatten() {
        let kind = summary.kinds.get(page.kind as usize);
        let Some(panel) = kinds.iter().position(|k| Some(k) == kind) else {
            continue;
        };
        let of_kind = || track.incidents.iter().filter(|i| Some(&i.kind) == kind);
        let is_ahead = |i: &&TrackIncident| {
            let lead = i.start_secs - page.secs;
            lead > 0.0 && lead <= horizon_secs
        };
        let is_on = |i: &TrackIncident| i.start_secs <= page.secs && page.secs <= i.end_secs;
        let ahead = of_kind().find(is_ahead);
        let mark = match ahead {
            _ if of_kind().any(is_on) => PageMark::During,
            Some(_) => PageMark::Ahead,
            None => PageMark::False,
        };
        if let Some(incident) = ahead {
            let known = |lead: &(usize, f64, f64)| lead.0 == panel && lead.2 == incident.start_secs;
            if !out.leads.iter().any(known) {
                out.leads.push((panel, page.secs, incident.start_secs));
            }
        }
        out.pages.push((panel, page.secs, mark));
    }
    out.kinds = kinds;
    out
}

impl Warned {
    /// The axis of a panel: from 0 to a little above its values and its threshold.
    pub(super) fn range(&self, panel: usize, metric: &PreviewMetric) -> (f64, f64) {
        let values = metric.values.iter().flatten().copied();
        let threshold = self.thresholds.get(panel).copied().flatten();
        let most = values.chain(threshold).fold(1.0, f64::max);
        // Room for the arrow above.
        (0.0, (most * 1.35).max(2.0))
    }

    /// Pages after one instant, up to another.
    pub(super) fn pages_within(&self, after: f64, until: f64) -> String {
        let here = self.pages.iter().filter(|p| p.1 > after && p.1 <= until);
        let names: Vec<String> = here
            .filter_map(|p| Some(self.kinds.get(p.0)?.replace('_', " ")))
            .collect();
        names.join(", ")
    }

    /// How many pages, and how many of them ahead, in words.
    pub(super) fn told(&self) -> String {
        if self.marked {
            return "draw across it to mark one".to_owned();
        }
        let ahead = self.pages.iter().filter(|p| p.2 == PageMark::Ahead).count();
        let wrong = self.pages.iter().filter(|p| p.2 == PageMark::False).count();
        let n = self.pages.len();
        format!(
            "{n} page{}, {ahead} ahead of an incident, {wrong} false",
            if n == 1 { "" } else { "s" }
        )
    }
}

/// How long, in a few words.
fn lead_words(secs: f64, counted: bool) -> String {
    match counted {
        true => format!("{} ahead", short(secs / 60.0)),
        false => format!("{} min ahead", short(secs / 60.0)),
    }
}

/// Incidents, each dark in its kind's panel and pale in the others.
pub(super) fn shade(
    data: &Timeline,
    warned: &Warned,
    at: &TimelineLayout,
    ink: &Ink,
) -> Result<(), DrawError> {
    for incident in &data.episodes {
        let color = class_color(&incident.kind, &data.kinds, ink.theme.dark);
        let (x0, x1) = (
            at.across(incident.onset_secs),
            at.across(incident.end_secs.unwrap_or(incident.onset_secs)),
        );
        for (panel, kind) in at.panels.iter().zip(&warned.kinds) {
            let is_its_own = warned.marked || *kind == incident.kind;
            let alpha = if is_its_own { 0.36 } else { 0.1 };
            let rect = Rect::new(x0, panel.y, (x1 - x0).max(2.0), panel.h);
            ink.fill(rect, color, alpha)?;
        }
    }
    Ok(())
}

/// Thresholds, pages and leads.
pub(super) fn paint(
    data: &Timeline,
    warned: &Warned,
    at: &TimelineLayout,
    ink: &Ink,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    for (i, (panel, threshold)) in at.panels.iter().zip(&warned.thresholds).enumerate() {
        if let Some(threshold) = threshold {
            let y = at.upward(i, *threshold);
            ink.path(
                &[(panel.x, y), (panel.x + panel.w, y)],
                Dash::Short,
                theme.accent,
                1.0,
                1.0,
            )?;
            if at.titles {
                let words = format!("pages above {} %", short(*threshold));
                let place = (panel.x + panel.w - 2.0, y - 8.0);
                ink.text(&words, place, Write::small().color(theme.accent).end())?;
            }
        }
    }
    for &(i, secs, mark) in &warned.pages {
        let (Some(panel), Some(kind)) = (at.panels.get(i), warned.kinds.get(i)) else {
            continue;
        };
        let x = at.across(secs);
        let y = warned.thresholds.get(i).copied().flatten();
        let y = y.map_or(panel.y + panel.h, |t| at.upward(i, t));
        let color = match mark {
            PageMark::False => theme.muted,
            _ => class_color(kind, &data.kinds, theme.dark),
        };
        let shape = |r: f64| [(x, y - r), (x + r, y + r * 0.8), (x - r, y + r * 0.8)];
        ink.polygon(&shape(6.0), theme.surface, 1.0)?;
        ink.polygon(&shape(5.0), color, 1.0)?;
        if mark == PageMark::False {
            ink.polygon(&shape(2.6), theme.surface, 1.0)?;
        }
    }
    let mut end = vec![f64::NEG_INFINITY; at.panels.len()];
    for &(i, from, until) in &warned.leads {
        let (Some(panel), Some(kind)) = (at.panels.get(i), warned.kinds.get(i)) else {
            continue;
        };
        let color = class_color(kind, &data.kinds, theme.dark);
        let (x0, x1, y) = (at.across(from), at.across(until), panel.y + 9.0);
        let threshold = warned.thresholds.get(i).copied().flatten();
        let foot = threshold.map_or(panel.y + panel.h, |t| at.upward(i, t));
        ink.path(
            &[(x0, foot), (x0, y), (x1, y)],
            Dash::Solid,
            color,
            1.0,
            1.5,
        )?;
        if x1 - x0 > 5.0 {
            ink.polygon(
                &[(x1, y), (x1 - 5.0, y - 3.5), (x1 - 5.0, y + 3.5)],
                color,
                1.0,
            )?;
        }
        let words = lead_words(until - from, warned.counted);
        let wide = super::estimate(&words, super::SMALL_SIZE, true);
        // To the left of its arrow, or to the right where the panel begins.
        let write = Write::small().bold(true).color(color);
        let (from_x, write, x) = match x0 - wide - 6.0 >= panel.x {
            true => (x0 - wide - 6.0, write.end(), x0 - 5.0),
            false => (x1 + 6.0, write, x1 + 6.0),
        };
        if at.titles && from_x > end[i] + 6.0 && from_x + wide < at.size.0 {
            ink.text(&words, (x, y), write)?;
            end[i] = x1.max(from_x + wide);
        }
    }
    Ok(())
}
