//! The confusion matrix: cells as dark as their share of the row.

use super::chart::Confusion;
use super::draw::{Ink, LABEL_SIZE, SMALL_SIZE, Write};
use super::label::{Measure, break_lines, elide, printable};
use super::layout::{Rect, stride};
use super::number::{cell_share, cell_share_short, count};
use super::surface::DrawError;

/// A cell this wide and high (CSS pixels) prints its share.
const PRINTS: (f64, f64) = (30.0, 16.0);
/// A cell this wide prints its share in small figures, rounded down.
pub(super) const PRINTS_SMALL: f64 = 22.0;
/// A cell this wide and high prints its count below.
const PRINTS_COUNT: (f64, f64) = (46.0, 34.0);
/// Height of a line of column labels.
const LINE: f64 = 14.0;

/// Where the matrix lies.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixLayout {
    /// Width and height.
    pub size: (f64, f64),
    /// The cells.
    pub plot: Rect,
    /// Width and height of a cell.
    pub cell: (f64, f64),
    /// Classes.
    pub classes: usize,
    /// Row labels, elided; every `stride_down`th is shown.
    pub row_labels: Vec<String>,
    /// Column labels as lines; one line running upward where `upward`. Every `stride_across`th is shown.
    pub column_labels: Vec<Vec<String>>,
    /// Whether column labels run upward.
    pub upward: bool,
    /// Every how many columns have a label.
    pub stride_across: usize,
    /// Every how many rows have a label.
    pub stride_down: usize,
    /// Whether there is room for titles, and for a scale where cells are too small to print.
    pub titles: bool,
}

impl MatrixLayout {
    /// Of these names down and across, with titles if there are any.
    pub(super) fn new(names: &[String], titled: bool, size: (f64, f64), measure: Measure) -> Self {
        let (width, height) = size;
        let classes = names.len();
        let n = classes.max(1) as f64;
        let titles = titled && width >= 160.0 && height >= 120.0;
        let top = if titles { 20.0 } else { 0.0 };
        let most = names
            .iter()
            .map(|name| measure(&printable(name), LABEL_SIZE, false))
            .fold(0.0, f64::max);
        let share = if width < 480.0 { 0.27 } else { 0.25 };
        let label_room = most.max(36.0).min(width * share);
        let left = if label_room < 16.0 {
            0.0
        } else {
            label_room + 10.0
        };
        let cell_w = ((width - left).max(1.0) / n).min(112.0);
        let words: Option<Vec<Vec<String>>> = names
            .iter()
            .map(|name| break_lines(name, cell_w - 3.0, SMALL_SIZE, 3, measure))
            .collect();
        let (column_labels, upward, head) = match words {
            Some(lines) if cell_w >= 30.0 => {
                let deepest = lines.iter().map(Vec::len).max().unwrap_or(1);
                (lines, false, deepest as f64 * LINE + 6.0)
            }
            _ => {
                let room = most.min(height * 0.34).min(124.0);
                let labels: Vec<Vec<String>> = names
                    .iter()
                    .map(|name| vec![elide(name, room, SMALL_SIZE, false, measure)])
                    .collect();
                let longest = labels
                    .iter()
                    .flatten()
                    .map(|label| measure(label, SMALL_SIZE, false))
                    .fold(0.0, f64::max);
                (labels, true, longest + 10.0)
            }
        };
        let head = if height - top - head < height * 0.4 {
            0.0
        } else {
            head
        };
        let scale = if titles && cell_w < PRINTS.0 {
            26.0
        } else {
            0.0
        };
        let room = (height - top - head - scale - 2.0).max(1.0);
        let cell_h = (room / n).min(cell_w.max(36.0)).min(72.0);
        Self {
            size,
            plot: Rect::new(left, top + head, cell_w * n, cell_h * n),
            cell: (cell_w, cell_h),
            classes,
            row_labels: names
                .iter()
                .map(|name| elide(name, label_room, LABEL_SIZE, false, measure))
                .collect(),
            column_labels: if head > 0.0 {
                column_labels
            } else {
                Vec::new()
            },
            upward,
            stride_across: if upward { stride(cell_w) } else { 1 },
            stride_down: stride(cell_h),
            titles,
        }
    }

    /// Cells.
    pub fn len(&self) -> usize {
        self.classes * self.classes
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.classes == 0
    }

    /// A cell by its number: row by row.
    pub fn rect(&self, item: usize) -> Option<Rect> {
        if item >= self.len() {
            return None;
        }
        let (row, column) = (item / self.classes, item % self.classes);
        Some(Rect::new(
            self.plot.x + column as f64 * self.cell.0,
            self.plot.y + row as f64 * self.cell.1,
            self.cell.0,
            self.cell.1,
        ))
    }

    /// The cell under a point.
    pub fn hit(&self, at: (f64, f64)) -> Option<usize> {
        if !self.plot.contains(at) || self.classes == 0 {
            return None;
        }
        let index = |offset: f64, side: f64| {
            let index = (offset / side).floor().max(0.0) as usize;
            index.min(self.classes - 1)
        };
        let column = index(at.0 - self.plot.x, self.cell.0);
        let row = index(at.1 - self.plot.y, self.cell.1);
        Some(row * self.classes + column)
    }

    pub(super) fn gap(&self) -> f64 {
        match self.cell.0.min(self.cell.1) {
            side if side >= 16.0 => 2.0,
            side if side >= 6.0 => 1.0,
            _ => 0.0,
        }
    }
}

pub(super) fn paint(
    data: &Confusion,
    at: &MatrixLayout,
    ink: &Ink,
    focus: Option<usize>,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    let n = at.classes;
    let focused = focus
        .filter(|&item| item < at.len())
        .map(|item| (item / n, item % n));
    paint_labels(data, at, ink, focused)?;
    let gap = at.gap();
    let radius = if gap >= 2.0 { 4.0 } else { 0.0 };
    if gap < 1.0 {
        ink.fill(at.plot, theme.sunken, 1.0)?;
    }
    for truth in 0..n {
        for said in 0..n {
            let Some(rect) = at.rect(truth * n + said) else {
                continue;
            };
            let share = data.share(truth, said).unwrap_or(0.0);
            let cell = Rect::new(rect.x, rect.y, rect.w - gap, rect.h - gap);
            if share <= 0.0 {
                if gap >= 1.0 {
                    ink.fill_round(cell, radius, theme.sunken, 0.55)?;
                }
                continue;
            }
            // A single row among thousands still shows.
            let shade = theme.surface.mix(theme.accent, share.max(0.04) * 0.96);
            ink.fill_round(cell, radius, shade, 1.0)?;
            if rect.w < PRINTS_SMALL || rect.h < PRINTS.1 {
                continue;
            }
            let color = shade.readable([theme.text, theme.accent_ink]);
            let (x, y) = cell.center();
            if rect.w < PRINTS.0 {
                let write = Write::tiny().middle().color(color);
                ink.text(&cell_share_short(share), (x, y), write)?;
                continue;
            }
            let both = rect.w >= PRINTS_COUNT.0 && rect.h >= PRINTS_COUNT.1;
            let lift = if both { 7.0 } else { 0.0 };
            let write = Write::label().middle().color(color).bold(truth == said);
            ink.text(&cell_share(share), (x, y - lift), write)?;
            if both {
                let rows = count(data.count(truth, said));
                let write = Write::small().middle().color(color);
                ink.text(&rows, (x, y + lift + 1.0), write)?;
            }
        }
    }
    if at.titles && at.cell.0 < PRINTS_SMALL {
        paint_scale(at, ink)?;
    }
    if let Some(rect) = focus.and_then(|item| at.rect(item)) {
        let grown = Rect::new(rect.x - 2.0, rect.y - 2.0, rect.w + 2.0, rect.h + 2.0);
        ink.outline(grown, 2.0, theme.text)?;
    }
    Ok(())
}

fn paint_labels(
    data: &Confusion,
    at: &MatrixLayout,
    ink: &Ink,
    focused: Option<(usize, usize)>,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    let muted = Write::small().color(theme.muted);
    if at.titles {
        if at.plot.x > 30.0 {
            ink.text("actual", (at.plot.x - 10.0, 8.0), muted.end())?;
        }
        ink.text("predicted as", (at.plot.x, 8.0), muted)?;
    }
    paint_names_as(at, ink, focused, &|i| {
        data.totals.get(i).is_none_or(|&rows| rows == 0)
    })
}

/// The names down and across.
pub(super) fn paint_names(
    at: &MatrixLayout,
    ink: &Ink,
    focused: Option<(usize, usize)>,
) -> Result<(), DrawError> {
    paint_names_as(at, ink, focused, &|_| false)
}

fn paint_names_as(
    at: &MatrixLayout,
    ink: &Ink,
    focused: Option<(usize, usize)>,
    is_empty: &dyn Fn(usize) -> bool,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    for (i, label) in at.row_labels.iter().enumerate() {
        let hot = focused.is_some_and(|(truth, _)| truth == i);
        if (i % at.stride_down != 0 || at.plot.x < 1.0) && !hot {
            continue;
        }
        let y = at.plot.y + (i as f64 + 0.5) * at.cell.1 - at.gap() / 2.0;
        let color = if hot || !is_empty(i) {
            theme.text
        } else {
            theme.muted
        };
        let write = Write::label().end().color(color).bold(hot);
        ink.text(label, (at.plot.x - 10.0, y), write)?;
    }
    for (i, lines) in at.column_labels.iter().enumerate() {
        let hot = focused.is_some_and(|(_, said)| said == i);
        if i % at.stride_across != 0 && !hot {
            continue;
        }
        let x = at.plot.x + (i as f64 + 0.5) * at.cell.0 - at.gap() / 2.0;
        let color = if hot { theme.text } else { theme.muted };
        let write = Write::small().color(color).bold(hot);
        if at.upward {
            let label = lines.first().map_or("", String::as_str);
            ink.text(label, (x, at.plot.y - 6.0), write.upward())?;
            continue;
        }
        for (line, text) in lines.iter().rev().enumerate() {
            let y = at.plot.y - 11.0 - line as f64 * LINE;
            ink.text(text, (x, y), write.middle())?;
        }
    }
    Ok(())
}

/// What the shades mean, where cells are too small to say it.
fn paint_scale(at: &MatrixLayout, ink: &Ink) -> Result<(), DrawError> {
    let theme = ink.theme;
    let y = at.plot.y + at.plot.h + 16.0;
    let write = Write::small().color(theme.muted);
    let x = at.plot.x;
    ink.text("0", (x, y), write)?;
    let width = (at.plot.w * 0.4).clamp(40.0, 120.0);
    let steps = 24;
    for step in 0..steps {
        let share = (f64::from(step) + 0.5) / f64::from(steps);
        let left = x + 12.0 + width * f64::from(step) / f64::from(steps);
        let rect = Rect::new(left, y - 5.0, width / f64::from(steps), 10.0);
        ink.fill(rect, theme.surface.mix(theme.accent, share * 0.96), 1.0)?;
    }
    ink.text("100 % of the row", (x + width + 18.0, y), write)
}
