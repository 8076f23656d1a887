//! A timeline's panels: one for each metric, one axis of time, and what strikes shaded behind them.

use super::draw::{Ink, SMALL_SIZE, Write};
use super::label::{Measure, elide};
use super::layout::Rect;
use super::number::ticks;
use super::palette::{Dash, class_color};
use super::surface::DrawError;
use super::timeline::{Timeline, short};
use crate::protocol::PreviewMetric;

/// Height of a panel with its title.
const PANEL: f64 = 112.0;
/// Height of a panel's title.
const TITLE: f64 = 18.0;
/// Height of what stands above the panels: kinds, marks, the alert.
const HEAD: f64 = 50.0;
/// Height of the times below.
const FOOT: f64 = 24.0;
/// Seconds between times on the axis.
const STEPS_SECS: [u64; 11] = [
    60, 300, 600, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 604_800,
];

/// Where a timeline lies.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineLayout {
    /// Width and height.
    pub size: (f64, f64),
    /// A panel for each metric.
    pub panels: Vec<Rect>,
    /// Each panel's axis, low and high.
    pub ranges: Vec<(f64, f64)>,
    /// Whether there is room for titles and times.
    pub titles: bool,
    secs: Vec<f64>,
    marks: Vec<Mark>,
}

/// A label above the panels.
#[derive(Clone, Debug, PartialEq)]
struct Mark {
    text: String,
    x: f64,
    row: usize,
    kind: Option<String>,
}

impl TimelineLayout {
    pub(super) fn new(data: &Timeline, size: (f64, f64), measure: Measure) -> Self {
        let (width, height) = size;
        let count = data.metrics.len().max(1) as f64;
        let titles = width >= 240.0 && height >= HEAD + FOOT + count * (TITLE + 20.0);
        let (left, head, foot, title) = if titles {
            (46.0, head(data), FOOT, TITLE)
        } else {
            (2.0, 2.0, 2.0, 2.0)
        };
        let each = ((height - head - foot) / count).max(title + 1.0);
        let panels = (0..data.metrics.len())
            .map(|i| {
                let top = head + i as f64 * each + title;
                Rect::new(left, top, width - left - 12.0, each - title - 2.0)
            })
            .collect();
        let mut this = Self {
            size,
            panels,
            ranges: match &data.warned {
                Some(warned) if !warned.marked => {
                    let panels = data.metrics.iter().enumerate();
                    panels.map(|(i, metric)| warned.range(i, metric)).collect()
                }
                _ => data.metrics.iter().map(range).collect(),
            },
            titles,
            secs: data.secs.clone(),
            marks: Vec::new(),
        };
        if titles {
            this.marks = marks(data, &this, measure);
        }
        this
    }

    fn span(&self) -> (f64, f64) {
        match (self.secs.first(), self.secs.last()) {
            (Some(&first), Some(&last)) if last > first => (first, last),
            _ => (0.0, 1.0),
        }
    }

    /// Where an instant lies across, within the panels.
    pub fn across(&self, secs: f64) -> f64 {
        let (first, last) = self.span();
        let plot = self.panels.first().copied().unwrap_or_default();
        plot.x + plot.w * ((secs - first) / (last - first)).clamp(0.0, 1.0)
    }

    pub(super) fn upward(&self, panel: usize, value: f64) -> f64 {
        let (Some(plot), Some(&(low, high))) = (self.panels.get(panel), self.ranges.get(panel))
        else {
            return 0.0;
        };
        plot.y + plot.h * (1.0 - ((value - low) / (high - low)).clamp(0.0, 1.0))
    }

    /// Points of all metrics.
    pub fn len(&self) -> usize {
        self.panels.len() * self.secs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Points of one metric.
    pub fn points(&self) -> usize {
        self.secs.len()
    }

    /// A point's slice of its panel.
    pub fn rect(&self, item: usize) -> Option<Rect> {
        let points = self.secs.len().max(1);
        let panel = self.panels.get(item / points)?;
        let x = self.across(*self.secs.get(item % points)?);
        Some(Rect::new(x - 3.0, panel.y, 6.0, panel.h))
    }

    /// The nearest instant of the panel under a point.
    pub fn hit(&self, (x, y): (f64, f64)) -> Option<usize> {
        let panel = self.panels.iter().position(|p| {
            y >= p.y - TITLE && y < p.y + p.h && x >= p.x - 4.0 && x < p.x + p.w + 4.0
        })?;
        let after = self.secs.partition_point(|&secs| self.across(secs) < x);
        let last = self.secs.len().checked_sub(1)?;
        let gap = |i: usize| {
            let secs = self.secs.get(i).copied().unwrap_or_default();
            (self.across(secs) - x).abs()
        };
        let (left, right) = (after.saturating_sub(1).min(last), after.min(last));
        let point = if gap(left) <= gap(right) { left } else { right };
        Some(panel * self.secs.len() + point)
    }
}

fn range(metric: &PreviewMetric) -> (f64, f64) {
    let seen = metric.values.iter().flatten().filter(|x| x.is_finite());
    let (low, high) = seen.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| {
        (low.min(x), high.max(x))
    });
    if low > high {
        return (0.0, 1.0);
    }
    let room = ((high - low) * 0.1).max(high.abs() * 0.02).max(1e-6);
    // What is never negative does not seem to be.
    let floor = if low >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
    ((low - room).max(floor), high + room)
}

/// The labels above the panels, each where it meets no other of its row.
fn marks(data: &Timeline, at: &TimelineLayout, measure: Measure) -> Vec<Mark> {
    let (first, last) = at.span();
    let mut wanted: Vec<(usize, f64, String, Option<String>)> = Vec::new();
    let chosen = data.chosen.and_then(|i| data.episodes.get(i));
    if let Some(e) = chosen {
        let sudden = e
            .impact_secs
            .is_some_and(|impact| impact - e.onset_secs < 120.0);
        let times = [
            ("onset", Some(e.onset_secs).filter(|_| !sudden)),
            ("impact", e.impact_secs),
            ("recovery", e.recovered_secs),
        ];
        for (text, secs) in times {
            if let Some(secs) = secs {
                wanted.push((1, secs, text.to_owned(), None));
            }
        }
        match data.alert() {
            Some(alert) => wanted.push((2, alert.from_secs, format!("alert {}", alert.name), None)),
            None if !e.near_miss => {
                wanted.push((2, e.onset_secs, "no alert fires".to_owned(), None));
            }
            None => {}
        }
    }
    // The chosen one's name first, so that no other takes its place.
    let others = |miss: bool| data.episodes.iter().filter(move |e| e.near_miss == miss);
    for e in chosen.into_iter().chain(others(false)).chain(others(true)) {
        let miss = if e.near_miss { "near miss: " } else { "" };
        let text = format!("{miss}{}", e.kind.replace('_', " "));
        let secs = e.impact_secs.unwrap_or(e.onset_secs).max(first);
        wanted.push((0, secs, text, Some(e.kind.clone())));
    }
    let mut placed: Vec<(Mark, f64)> = Vec::new();
    for (row, secs, text, kind) in wanted {
        if secs < first || secs > last {
            continue;
        }
        let bold = kind.is_some();
        let text = elide(&text, at.size.0 * 0.6, SMALL_SIZE, bold, measure);
        let wide = measure(&text, SMALL_SIZE, bold);
        // Beside its line, or to the left of it where the chart ends.
        let x = (at.across(secs) + 4.0).min(at.size.0 - 4.0 - wide);
        let meets = |(other, end): &(Mark, f64)| {
            other.row == row && x < end + 8.0 && x + wide + 8.0 > other.x
        };
        if !placed.iter().any(meets) {
            let mark = Mark { text, x, row, kind };
            placed.push((mark, x + wide));
        }
    }
    placed.into_iter().map(|(mark, _)| mark).collect()
}

/// A forecast has kinds alone above its panels.
fn head(data: &Timeline) -> f64 {
    if data.warned.is_some() { 22.0 } else { HEAD }
}

/// The height at which a timeline reads best.
pub(super) fn height(data: &Timeline) -> f64 {
    let panels = data.metrics.len().max(1) as f64;
    let each = match (&data.warned, data.metrics.len()) {
        (Some(_), 0 | 1) => 2.0 * PANEL,
        (Some(_), 2) => 1.3 * PANEL,
        _ => PANEL,
    };
    head(data) + FOOT + panels * each
}

pub(super) fn paint(
    data: &Timeline,
    at: &TimelineLayout,
    ink: &Ink,
    focus: Option<usize>,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    let (first, last) = at.span();
    let Some((top, bottom)) = at.panels.first().zip(at.panels.last()) else {
        return Ok(());
    };
    let (from, until) = (top.y - 4.0, bottom.y + bottom.h);
    if let Some(warned) = &data.warned {
        super::warned::shade(data, warned, at, ink)?;
    }
    let shaded = data.episodes.iter().filter(|_| data.warned.is_none());
    for e in shaded {
        let color = class_color(&e.kind, &data.kinds, theme.dark);
        let end = e.end_secs.unwrap_or(last);
        let impact = e.impact_secs.unwrap_or(end);
        let recovered = e.recovered_secs.unwrap_or(last);
        for (a, b, alpha) in [
            (e.onset_secs, impact, 0.13),
            (impact, end, 0.36),
            (end, recovered, 0.13),
        ] {
            let (x0, x1) = (at.across(a), at.across(b));
            if b > first && a < last {
                ink.fill(Rect::new(x0, from, x1 - x0, until - from), color, alpha)?;
            }
        }
    }
    for (i, (panel, metric)) in at.panels.iter().zip(&data.metrics).enumerate() {
        paint_panel(data, at, ink, (i, panel, metric))?;
    }
    if let Some(warned) = &data.warned {
        super::warned::paint(data, warned, at, ink)?;
    }
    if let Some(e) = data.chosen.and_then(|i| data.episodes.get(i)) {
        let lines = [
            (Some(e.onset_secs), Dash::Dots),
            (e.impact_secs, Dash::Solid),
            (e.recovered_secs, Dash::Dots),
            (data.alert().map(|a| a.from_secs), Dash::Long),
        ];
        for (secs, dash) in lines {
            if let Some(secs) = secs.filter(|secs| (first..=last).contains(secs)) {
                let x = at.across(secs);
                let start = if dash == Dash::Long { 46.0 } else { 31.0 };
                let start = if at.titles { start } else { from };
                ink.path(&[(x, start), (x, until)], dash, theme.text, 0.8, 1.0)?;
            }
        }
    }
    for mark in &at.marks {
        let color = if mark.kind.is_some() {
            theme.text
        } else {
            theme.muted
        };
        if let Some(kind) = &mark.kind {
            let color = class_color(kind, &data.kinds, theme.dark);
            ink.fill(Rect::new(mark.x - 3.0, 15.5, 24.0, 2.0), color, 1.0)?;
        }
        let y = [8.0, 25.0, 40.0].get(mark.row).copied().unwrap_or(8.0);
        let write = Write::small().color(color).bold(mark.kind.is_some());
        ink.text(&mark.text, (mark.x, y), write)?;
    }
    if at.titles {
        paint_times(data, at, ink, until)?;
    }
    if let Some((metric, point)) = focus.and_then(|item| data.at(item)) {
        let x = at.across(data.secs.get(point).copied().unwrap_or_default());
        ink.rule_down(x, from, until, theme.muted)?;
        let panel = focus.unwrap_or(0) / data.secs.len().max(1);
        if let Some(Some(value)) = metric.values.get(point) {
            let y = at.upward(panel, *value);
            ink.disc((x, y), 5.0, theme.surface)?;
            ink.disc((x, y), 4.0, theme.text)?;
        }
    }
    Ok(())
}

fn paint_panel(
    data: &Timeline,
    at: &TimelineLayout,
    ink: &Ink,
    (i, panel, metric): (usize, &Rect, &PreviewMetric),
) -> Result<(), DrawError> {
    let theme = ink.theme;
    let (low, high) = at.ranges.get(i).copied().unwrap_or((0.0, 1.0));
    let base = panel.y + panel.h;
    ink.rule_across(panel.x, panel.x + panel.w, base, theme.line)?;
    if at.titles {
        let most = if panel.h > 110.0 { 6 } else { 3 };
        for (value, _) in ticks(low, high, most) {
            let y = at.upward(i, value);
            ink.rule_across(panel.x, panel.x + panel.w, y, theme.line)?;
            let write = Write::small().color(theme.muted).end();
            ink.text(&brief(value), (panel.x - 6.0, y), write)?;
        }
        let title = if metric.unit.is_empty() {
            metric.name.clone()
        } else {
            format!("{}, {}", metric.name, metric.unit)
        };
        let room = panel.w;
        let title = elide(&title, room, SMALL_SIZE, false, &super::estimate);
        ink.text(&title, (panel.x, panel.y - 9.0), Write::small())?;
    }
    let mut line: Vec<(f64, f64)> = Vec::new();
    let ends = [None];
    for (value, secs) in metric
        .values
        .iter()
        .chain(&ends)
        .zip(data.secs.iter().chain(&[0.0]))
    {
        match value {
            Some(value) => line.push((at.across(*secs), at.upward(i, *value))),
            None => {
                if let [alone] = line[..] {
                    ink.disc(alone, 1.5, theme.text)?;
                }
                ink.path(&line, Dash::Solid, theme.text, 1.0, 1.5)?;
                line.clear();
            }
        }
    }
    Ok(())
}

fn paint_times(
    data: &Timeline,
    at: &TimelineLayout,
    ink: &Ink,
    below: f64,
) -> Result<(), DrawError> {
    let (first, last) = at.span();
    let plot = at.panels.first().copied().unwrap_or_default();
    let most = (plot.w / 62.0).max(2.0);
    let step = STEPS_SECS
        .into_iter()
        .find(|&step| (last - first) / step as f64 <= most)
        .unwrap_or(STEPS_SECS[10]);
    let start = data.start_secs as f64;
    let mut secs = libm::ceil((start + first) / step as f64) * step as f64 - start;
    while secs <= last {
        let text = data.clock(secs);
        // At midnight the day.
        let label = match text.split_once(' ') {
            Some((day, "00:00")) => day,
            Some((_, time)) => time,
            None => &text,
        };
        let x = at.across(secs);
        ink.rule_down(x, below, below + 4.0, ink.theme.faint)?;
        // The first and the last stay within the chart.
        let x = x.clamp(16.0, at.size.0 - 18.0);
        let write = Write::small().color(ink.theme.muted).middle();
        ink.text(label, (x, below + 13.0), write)?;
        secs += step as f64;
    }
    Ok(())
}

/// A number of at most six characters.
fn brief(value: f64) -> String {
    match value.abs() {
        size if size >= 1e9 => format!("{}G", short(value / 1e9)),
        size if size >= 1e6 => format!("{}M", short(value / 1e6)),
        size if size >= 1e4 => format!("{}k", short(value / 1e3)),
        _ => short(value),
    }
}
