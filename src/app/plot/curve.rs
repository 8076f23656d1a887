//! ROC and precision-recall curves with their legend, which names every class with its area, the worst first.

use super::chart::{CurveKind, Curves, Series};
use super::draw::{Ink, LABEL_SIZE, Write};
use super::label::{Measure, elide, printable};
use super::layout::Rect;
use super::number::{count, figure, percent};
use super::palette::{Dash, class_color, class_dash};
use super::surface::DrawError;

/// From this width on (CSS pixels) the legend stands beside the plot, else below.
pub const WIDE: f64 = 520.0;
/// Height of a legend entry.
const ENTRY: f64 = 20.0;
/// Most legend entries below a narrow plot.
pub(super) const MOST_ENTRIES: usize = 14;
/// How far from a curve (CSS pixels) it is still pointed at.
const REACH: f64 = 24.0;
/// Width of a legend entry's piece of line, with the gap after it.
const SWATCH: f64 = 30.0;

/// Columns of a legend below a plot.
pub(super) fn columns_below(width: f64) -> usize {
    if width >= 440.0 { 2 } else { 1 }
}

/// One line of the legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it names.
    pub what: EntryKind,
    /// Where.
    pub rect: Rect,
    /// Its name, elided.
    pub name: String,
    /// Its area.
    pub value: String,
}

/// What a legend entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A class, by its place in [`Curves::series`].
    Series(usize),
    /// The mean over classes.
    Average,
    /// What a model without skill reaches.
    Chance,
    /// Classes that have no line here.
    More,
}

/// Where the curves lie.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveLayout {
    /// Width and height.
    pub size: (f64, f64),
    /// 0 to 1 both ways.
    pub plot: Rect,
    /// The legend.
    pub legend: Vec<Entry>,
    /// Shares with a tick, both ways.
    pub ticks: Vec<f64>,
    /// Whether there is room for ticks and titles.
    pub titles: bool,
    /// Where each series' items begin, and their number at the end.
    pub starts: Vec<usize>,
    points: Vec<Vec<(f64, f64)>>,
}

impl CurveLayout {
    pub(super) fn new(data: &Curves, size: (f64, f64), measure: Measure) -> Self {
        let (width, height) = size;
        let titles = width >= 180.0 && height >= 130.0;
        let (left, top, foot) = if titles {
            (40.0, 24.0, 38.0)
        } else {
            (2.0, 2.0, 2.0)
        };
        let right = 10.0;
        let extra = usize::from(!data.average.is_empty() || data.average_area.is_some())
            + usize::from(data.kind == CurveKind::Roc);
        // One line needs no legend.
        let named = titles && data.kind != CurveKind::Reliability;
        let wanted = if named { data.series.len() + extra } else { 0 };
        let longest = data
            .series
            .iter()
            .map(|series| measure(&printable(&series.class), LABEL_SIZE, true))
            .fold(measure("mean over classes", LABEL_SIZE, false), f64::max);
        let value_room = measure(">0.0000", LABEL_SIZE, true) + 8.0;
        let (plot, legend_at, columns, rows) = if width >= WIDE {
            let legend = (longest + SWATCH + value_room).min(width * 0.38);
            let plot_h = height - top - foot;
            let plot_w = (width - legend - left - right - 20.0).min(plot_h * 1.7);
            let plot = Rect::new(left, top, plot_w, plot_h);
            let at = Rect::new(width - legend, top - 4.0, legend, height - top);
            let at = Rect::new(at.x.min(plot.x + plot.w + 36.0), at.y, at.w, at.h);
            (plot, at, 1, ((at.h / ENTRY).floor() as usize).max(1))
        } else {
            let columns = columns_below(width);
            let spare = height - top - foot - 150.0;
            let rows = ((spare / ENTRY).floor().max(0.0) as usize)
                .min(wanted.div_ceil(columns))
                .min(MOST_ENTRIES);
            let below = rows as f64 * ENTRY + if rows > 0 { 6.0 } else { 0.0 };
            let plot = Rect::new(left, top, width - left - right, height - top - foot - below);
            let y = height - rows as f64 * ENTRY;
            let at = Rect::new(if titles { 8.0 } else { 0.0 }, y, width - 16.0, below);
            (plot, at, columns, rows)
        };
        let legend = if named {
            entries(data, legend_at, columns, rows, value_room, measure)
        } else {
            Vec::new()
        };
        let ticks = if plot.w.min(plot.h) < 140.0 {
            vec![0.0, 0.5, 1.0]
        } else {
            vec![0.0, 0.25, 0.5, 0.75, 1.0]
        };
        let mut starts = vec![0];
        let mut items = 0_usize;
        for series in &data.series {
            items = items.saturating_add(series.points.len());
            starts.push(items);
        }
        let mut this = Self {
            size,
            plot,
            legend,
            ticks,
            titles,
            starts,
            points: Vec::new(),
        };
        this.points = data
            .series
            .iter()
            .map(|series| {
                series
                    .points
                    .iter()
                    .map(|&point| this.place(point))
                    .collect()
            })
            .collect();
        this
    }

    /// Where a point lies.
    pub fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (
            self.plot.x + x * self.plot.w,
            self.plot.y + (1.0 - y) * self.plot.h,
        )
    }

    /// Points of all curves.
    pub fn len(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Series and point of an item.
    pub fn at(&self, item: usize) -> Option<(usize, usize)> {
        if item >= self.len() {
            return None;
        }
        let series = self.starts.partition_point(|&start| start <= item) - 1;
        Some((series, item - self.starts.get(series)?))
    }

    /// The item of a series' point.
    pub fn item(&self, series: usize, point: usize) -> Option<usize> {
        let start = *self.starts.get(series)?;
        let end = *self.starts.get(series + 1)?;
        let item = start.checked_add(point)?;
        (item < end).then_some(item)
    }

    /// A point's surroundings.
    pub fn rect(&self, item: usize) -> Option<Rect> {
        let (series, point) = self.at(item)?;
        let (x, y) = *self.points.get(series)?.get(point)?;
        Some(Rect::new(x - 4.0, y - 4.0, 8.0, 8.0))
    }

    /// The nearer end of the nearest piece of any curve, or the middle of the curve whose legend entry is meant.
    pub fn hit(&self, at: (f64, f64)) -> Option<usize> {
        if let Some(entry) = self.legend.iter().find(|entry| entry.rect.contains(at)) {
            let EntryKind::Series(series) = entry.what else {
                return None;
            };
            return self.item(series, self.points.get(series)?.len() / 2);
        }
        let mut best: Option<(f64, usize)> = None;
        for (series, points) in self.points.iter().enumerate() {
            for (i, &from) in points.iter().enumerate() {
                let to = points.get(i + 1).copied().unwrap_or(from);
                let (distance, share) = distance_to(at, from, to);
                if distance > REACH || best.is_some_and(|(least, _)| distance >= least) {
                    continue;
                }
                let end = if share > 0.5 { i + 1 } else { i };
                if let Some(item) = self.item(series, end) {
                    best = Some((distance, item));
                }
            }
        }
        best.map(|(_, item)| item)
    }
}

/// Distance of a point to a piece of line, and how far along it (0 to 1) the nearest point lies.
fn distance_to(at: (f64, f64), from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 {
        (((at.0 - from.0) * dx + (at.1 - from.1) * dy) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (x, y) = (from.0 + share * dx - at.0, from.1 + share * dy - at.1);
    (libm::hypot(x, y), share)
}

fn entries(
    data: &Curves,
    room: Rect,
    columns: usize,
    rows: usize,
    value_room: f64,
    measure: Measure,
) -> Vec<Entry> {
    let mut all: Vec<(EntryKind, String, String)> = Vec::new();
    if data.average_area.is_some() || !data.average.is_empty() {
        let value = data.average_area.map_or(String::new(), area);
        all.push((EntryKind::Average, "mean over classes".into(), value));
    }
    if data.kind == CurveKind::Roc {
        all.push((EntryKind::Chance, "no skill".into(), area(0.5)));
    }
    let places = (rows * columns).saturating_sub(all.len());
    let shown = if data.series.len() > places {
        places.saturating_sub(1)
    } else {
        data.series.len()
    };
    let mut list: Vec<(EntryKind, String, String)> = data
        .series
        .iter()
        .take(shown)
        .enumerate()
        .map(|(i, one)| (EntryKind::Series(i), one.class.clone(), area(one.area)))
        .collect();
    let left_out = data.series.len() - shown;
    if left_out > 0 {
        let name = format!("{} more classes in the table", count(left_out as u64));
        list.push((EntryKind::More, name, String::new()));
    }
    list.append(&mut all);
    let width = room.w / columns as f64 - if columns > 1 { 12.0 } else { 0.0 };
    list.into_iter()
        .take(rows * columns)
        .enumerate()
        .map(|(i, (what, name, value))| {
            let (column, row) = (i / rows.max(1), i % rows.max(1));
            let rect = Rect::new(
                room.x + column as f64 * (width + 24.0),
                room.y + row as f64 * ENTRY,
                width,
                ENTRY,
            );
            let taken = if what == EntryKind::More {
                SWATCH
            } else {
                SWATCH + value_room
            };
            let name = elide(&name, width - taken, LABEL_SIZE, false, measure);
            Entry {
                what,
                rect,
                name,
                value,
            }
        })
        .collect()
}

fn area(value: f64) -> String {
    if value.is_nan() {
        "\u{2013}".into()
    } else {
        figure(value)
    }
}

/// The line through a series' points: straight for ROC; steps for precision-recall, where the precision of a point
/// holds from the recall before it.
fn line_of(series: &Series, kind: CurveKind) -> Vec<(f64, f64)> {
    if kind != CurveKind::PrecisionRecall {
        return series.points.clone();
    }
    let mut line = Vec::with_capacity(series.points.len() * 2);
    for (i, &(x, y)) in series.points.iter().enumerate() {
        if let Some(&(before, _)) = i.checked_sub(1).and_then(|i| series.points.get(i)) {
            line.push((before, y));
        }
        line.push((x, y));
    }
    line
}

pub(super) fn paint(
    data: &Curves,
    at: &CurveLayout,
    ink: &Ink,
    focus: Option<usize>,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    let focused = focus.and_then(|item| at.at(item));
    paint_axes(data, at, ink)?;
    let placed = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
        points.iter().map(|&point| at.place(point)).collect()
    };
    if data.kind != CurveKind::PrecisionRecall {
        let chance = placed(&[(0.0, 0.0), (1.0, 1.0)]);
        ink.path(&chance, Dash::Short, theme.faint, 1.0, 1.0)?;
    }
    // Worst first in the legend, so worst last, on top, in the plot; the focused one above all.
    let order = (0..data.series.len())
        .rev()
        .filter(|&i| focused.is_none_or(|(series, _)| series != i));
    let crowded = data.series.len() > 12;
    for i in order.chain(focused.map(|(series, _)| series)) {
        let Some(series) = data.series.get(i) else {
            continue;
        };
        let hot = focused.is_some_and(|(one, _)| one == i);
        let color = class_color(&series.class, &data.classes, theme.dark);
        let alpha = match (focused.is_some(), hot) {
            (true, false) => 0.22,
            (false, _) if crowded => 0.6,
            _ => 1.0,
        };
        let width = if hot { 2.5 } else { 1.5 };
        let dash = if hot {
            Dash::Solid
        } else {
            class_dash(&series.class, &data.classes)
        };
        let line = placed(&line_of(series, data.kind));
        ink.path(&line, dash, color, alpha, width)?;
        if data.kind == CurveKind::Reliability {
            line.iter().try_for_each(|&at| ink.disc(at, 3.0, color))?;
        }
    }
    if !data.average.is_empty() && focused.is_none() {
        ink.path(&placed(&data.average), Dash::Solid, theme.text, 1.0, 2.0)?;
    }
    if let Some((series, point)) = focused
        && let Some(one) = data.series.get(series)
    {
        paint_focus(data, at, ink, one, point)?;
    }
    paint_legend(data, at, ink, focused.map(|(series, _)| series))
}

fn paint_focus(
    data: &Curves,
    at: &CurveLayout,
    ink: &Ink,
    series: &Series,
    point: usize,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    let color = class_color(&series.class, &data.classes, theme.dark);
    if let (CurveKind::PrecisionRecall, Some(base)) = (data.kind, series.base) {
        let line = [at.place((0.0, base)), at.place((1.0, base))];
        ink.path(&line, Dash::Short, theme.faint, 1.0, 1.0)?;
        let (x, y) = at.place((1.0, base));
        if at.titles {
            // Below the line where there is room, so that it does not meet the curve.
            let y = if base > 0.12 { y + 9.0 } else { y - 9.0 };
            let write = Write::small().color(theme.muted).end();
            ink.text(&format!("no skill {}", percent(base)), (x - 2.0, y), write)?;
        }
    }
    if let Some(&place) = series.points.get(point) {
        let place = at.place(place);
        ink.disc(place, 5.0, theme.surface)?;
        ink.disc(place, 4.0, color)?;
    }
    Ok(())
}

fn paint_axes(data: &Curves, at: &CurveLayout, ink: &Ink) -> Result<(), DrawError> {
    let theme = ink.theme;
    let plot = at.plot;
    for &share in &at.ticks {
        let (x, y) = at.place((share, share));
        ink.rule_across(plot.x, plot.x + plot.w, y, theme.line)?;
        if share == 0.0 || share == 1.0 {
            ink.rule_down(x, plot.y, plot.y + plot.h, theme.line)?;
        }
        if !at.titles {
            continue;
        }
        let label = format!("{}", share * 100.0);
        let write = Write::small().color(theme.muted);
        ink.text(&label, (plot.x - 7.0, y), write.end())?;
        ink.text(&label, (x, plot.y + plot.h + 11.0), write.middle())?;
    }
    if !at.titles {
        return Ok(());
    }
    let narrow = plot.w < 300.0;
    let (up, across) = match (data.kind, narrow) {
        (CurveKind::Roc, _) => ("true positive rate, %", "false positive rate, %"),
        (CurveKind::PrecisionRecall, _) => ("precision, %", "recall, %"),
        (CurveKind::Reliability, _) => ("came within the horizon, %", "said, %"),
    };
    let write = Write::small().color(theme.muted);
    ink.text(up, (2.0, 8.0), write)?;
    let below = plot.y + plot.h + 27.0;
    ink.text(across, (plot.x + plot.w, below), write.end())
}

fn paint_legend(
    data: &Curves,
    at: &CurveLayout,
    ink: &Ink,
    focused: Option<usize>,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    if let Some(first) = at.legend.first()
        && at.size.0 >= WIDE
        && first.rect.y > 16.0
    {
        let title = match data.kind {
            CurveKind::Roc => "area under the curve",
            CurveKind::PrecisionRecall => "average precision",
            CurveKind::Reliability => "calibration error",
        };
        let x = first.rect.x + first.rect.w;
        ink.text(title, (x, 8.0), Write::small().color(theme.muted).end())?;
    }
    for entry in &at.legend {
        let middle = entry.rect.y + entry.rect.h / 2.0;
        let (from, to) = (entry.rect.x, entry.rect.x + SWATCH - 8.0);
        let piece = [(from, middle), (to, middle)];
        let mut write = Write::label();
        match entry.what {
            EntryKind::Series(i) => {
                let Some(series) = data.series.get(i) else {
                    continue;
                };
                let color = class_color(&series.class, &data.classes, theme.dark);
                let hot = focused == Some(i);
                let dash = class_dash(&series.class, &data.classes);
                ink.path(&piece, dash, color, 1.0, if hot { 3.0 } else { 2.0 })?;
                write = write.bold(hot);
                if focused.is_some() && !hot {
                    write = write.color(theme.muted);
                }
            }
            EntryKind::Average => {
                if !data.average.is_empty() {
                    ink.path(&piece, Dash::Solid, theme.text, 1.0, 2.0)?;
                }
                write = write.color(theme.muted);
            }
            EntryKind::Chance => {
                ink.path(&piece, Dash::Short, theme.faint, 1.0, 1.0)?;
                write = write.color(theme.muted);
            }
            EntryKind::More => write = write.color(theme.muted),
        }
        let bold = write;
        ink.text(&entry.name, (from + SWATCH, middle), bold)?;
        let end = (entry.rect.x + entry.rect.w, middle);
        ink.text(&entry.value, end, write.end())?;
    }
    Ok(())
}
