//! Where everything in a chart lies, in CSS pixels, for one size: what is drawn and what is pointed at agree because
//! both read it here. Each size is laid out anew: a narrow chart has narrower labels and its legend below.

use super::budget::BudgetLayout;
use super::chart::{CLASS_ROWS, Chart, IMPORTANCE_ROWS};
use super::curve::{CurveLayout, MOST_ENTRIES};
use super::label::{Measure, elide};
use super::matrix::MatrixLayout;
use super::number::{count, ticks};
use super::times::TimelineLayout;
use super::{draw::LABEL_SIZE, draw::SMALL_SIZE};

/// A rectangle in CSS pixels from the chart's upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width, 0 or more.
    pub w: f64,
    /// Height, 0 or more.
    pub h: f64,
}

impl Rect {
    /// A rectangle; negative widths and heights become 0.
    pub fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self {
            x,
            y,
            w: w.max(0.0),
            h: h.max(0.0),
        }
    }

    /// Its middle.
    pub fn center(&self) -> (f64, f64) {
        (self.x + self.w / 2.0, self.y + self.h / 2.0)
    }

    /// Whether a point lies in it; its right and lower edges do not.
    pub fn contains(&self, (x, y): (f64, f64)) -> bool {
        x >= self.x && x < self.x + self.w && y >= self.y && y < self.y + self.h
    }
}

/// A chart's geometry.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// A matrix of cells.
    Matrix(MatrixLayout),
    /// Curves and their legend.
    Curves(CurveLayout),
    /// Labelled rows along one axis.
    Rows(RowLayout),
    /// Panels over time.
    Times(TimelineLayout),
    /// Two panels over false pages.
    Budget(BudgetLayout),
    /// Nothing fits or there is nothing.
    Nothing {
        /// Width and height.
        size: (f64, f64),
    },
}

impl Layout {
    /// Lays out a chart in a width and height in CSS pixels; what is not finite or negative counts as 0.
    pub fn new(chart: &Chart, size: (f64, f64), measure: Measure) -> Self {
        let side = |length: f64| {
            if length.is_finite() {
                length.clamp(0.0, 16_384.0)
            } else {
                0.0
            }
        };
        let size = (side(size.0), side(size.1));
        if chart.is_empty() || size.0 < 24.0 || size.1 < 16.0 {
            return Self::Nothing { size };
        }
        match chart {
            Chart::Confusion(data) => {
                Self::Matrix(MatrixLayout::new(&data.classes, true, size, measure))
            }
            Chart::Pairs(data) => {
                Self::Matrix(MatrixLayout::new(&data.columns, false, size, measure))
            }
            Chart::Curves(data) => Self::Curves(CurveLayout::new(data, size, measure)),
            Chart::Timeline(data) => Self::Times(TimelineLayout::new(data, size, measure)),
            Chart::Budget(data) => Self::Budget(BudgetLayout::new(data, size, measure)),
            _ => Self::Rows(RowLayout::new(chart, size, measure)),
        }
    }

    /// Width and height.
    pub fn size(&self) -> (f64, f64) {
        match self {
            Self::Matrix(at) => at.size,
            Self::Curves(at) => at.size,
            Self::Rows(at) => at.size,
            Self::Times(at) => at.size,
            Self::Budget(at) => at.size,
            Self::Nothing { size } => *size,
        }
    }
}

/// The height in CSS pixels at which a chart of this width reads best.
pub fn preferred_height(chart: &Chart, width: f64) -> f64 {
    let width = if width.is_finite() {
        width.clamp(0.0, 4_096.0)
    } else {
        0.0
    };
    let square = |names: usize| {
        let n = names.max(1) as f64;
        let cell = match names {
            0..=6 => 44.0,
            7..=14 => 36.0,
            15..=26 => 24.0,
            // About as high as it is wide.
            _ => (width * 0.8 / n).min(20.0),
        };
        (n * cell).clamp(60.0, 720.0) + if n > 6.0 { 110.0 } else { 76.0 }
    };
    match chart {
        Chart::Confusion(data) => square(data.classes.len()),
        Chart::Pairs(data) => square(data.columns.len()),
        Chart::Spreads(data) => 70.0 + data.classes.len().clamp(1, CLASS_ROWS) as f64 * 26.0,
        Chart::Curves(data) => {
            if width >= super::curve::WIDE {
                (width * 0.5).clamp(300.0, 380.0)
            } else {
                let columns = super::curve::columns_below(width);
                let entries = (data.series.len() + 2).div_ceil(columns).min(MOST_ENTRIES) as f64;
                (width * 0.75).clamp(200.0, 310.0) + 70.0 + entries * 20.0
            }
        }
        Chart::Importance(columns) => 70.0 + columns.len().clamp(1, IMPORTANCE_ROWS) as f64 * 28.0,
        Chart::Scores(scores) => 70.0 + scores.scores.len().clamp(1, CLASS_ROWS) as f64 * 26.0,
        Chart::Timeline(data) => super::times::height(data),
        Chart::Budget(_) => super::budget::height(),
        Chart::Counts(counts) => 16.0 + shown_counts(counts.counts.len()) as f64 * 28.0,
    }
}

fn shown_counts(classes: usize) -> usize {
    // One more row for those that are left out.
    classes.clamp(1, CLASS_ROWS) + usize::from(classes > CLASS_ROWS)
}

/// Labelled rows along one horizontal axis.
#[derive(Clone, Debug, PartialEq)]
pub struct RowLayout {
    /// Width and height.
    pub size: (f64, f64),
    /// Where values are drawn.
    pub plot: Rect,
    /// Height of a row.
    pub row: f64,
    /// Labels of the rows, elided.
    pub labels: Vec<String>,
    /// Every so many rows have room for their label.
    pub stride: usize,
    /// The axis' ends.
    pub range: (f64, f64),
    /// The axis' ticks.
    pub ticks: Vec<(f64, String)>,
    /// What was left out; empty where all is shown.
    pub note: String,
    /// Height of what stands below the rows: ticks, titles, legend.
    pub foot: f64,
}

impl RowLayout {
    fn new(chart: &Chart, size: (f64, f64), measure: Measure) -> Self {
        let (names, all, range, key, foot): (Vec<&str>, usize, _, f64, f64) = match chart {
            Chart::Importance(columns) => {
                let shown = columns.iter().take(IMPORTANCE_ROWS);
                let names = shown.clone().map(|one| one.column.as_str()).collect();
                let (mut low, mut high) = (0.0_f64, 0.0_f64);
                for one in shown {
                    for end in [
                        one.mean - one.std,
                        one.mean + one.std,
                        one.mean,
                        one.impurity,
                    ] {
                        if end.is_finite() {
                            low = low.min(end);
                            high = high.max(end);
                        }
                    }
                }
                (names, columns.len(), (low, high * 1.02), 0.0, 58.0)
            }
            Chart::Scores(data) => {
                let shown = data.scores.iter().take(CLASS_ROWS);
                let names = shown.clone().map(|one| one.class.as_str()).collect();
                let least = shown
                    .flat_map(|one| one.values.iter().flatten())
                    .fold(1.0_f64, |least, &value| least.min(value));
                // Starts at a round number, so that nobody takes the axis for one from 0.
                let low = match least {
                    v if v >= 0.95 => 0.9,
                    v if v >= 0.6 => 0.5,
                    _ => 0.0,
                };
                (names, data.scores.len(), (low, 1.0), 24.0, 58.0)
            }
            Chart::Counts(data) => {
                let shown = data.counts.iter().take(CLASS_ROWS);
                let names = shown.clone().map(|one| one.0.as_str()).collect();
                let most = shown.map(|one| one.1).max().unwrap_or(0);
                (names, data.counts.len(), (0.0, most as f64), 0.0, 6.0)
            }
            Chart::Spreads(data) => {
                let names = data.classes.iter().take(CLASS_ROWS).map(String::as_str);
                (
                    names.collect(),
                    data.classes.len(),
                    data.range(),
                    24.0,
                    58.0,
                )
            }
            Chart::Confusion(_)
            | Chart::Curves(_)
            | Chart::Timeline(_)
            | Chart::Budget(_)
            | Chart::Pairs(_) => (Vec::new(), 0, (0.0, 1.0), 0.0, 0.0),
        };
        let (width, height) = size;
        let foot = if height > foot * 2.0 { foot } else { 0.0 };
        let most = names
            .iter()
            .map(|name| measure(&super::label::printable(name), LABEL_SIZE, false))
            .fold(0.0, f64::max);
        let side = if width < 480.0 { 0.46 } else { 0.36 };
        let label_room = most.min((width * side - key - 12.0).max(0.0));
        let labels = names
            .iter()
            .map(|name| elide(name, label_room, LABEL_SIZE, false, measure))
            .collect();
        let left = if label_room < 16.0 {
            4.0
        } else {
            label_room + key + 12.0
        };
        let left_out = all.saturating_sub(names.len());
        let note = match (left_out, chart) {
            (0, _) => String::new(),
            (n, Chart::Counts(data)) => {
                let rows = data.counts.iter().skip(CLASS_ROWS).map(|one| one.1);
                let rows = count(rows.fold(0, u64::saturating_add));
                format!(
                    "{} more classes with {rows} rows: see the table",
                    count(n as u64)
                )
            }
            (n, Chart::Scores(_)) => {
                format!("{} more classes: see the table", count(n as u64))
            }
            (n, _) => format!("{} more columns: see the table", count(n as u64)),
        };
        let value_room = match chart {
            Chart::Counts(data) => {
                let most = data.counts.first().map_or(0, |one| one.1);
                let text = format!("{} \u{b7} 99.9 %", count(most));
                measure(&text, LABEL_SIZE, false) + 10.0
            }
            _ => 14.0,
        };
        let noted = if note.is_empty() || foot > 10.0 {
            0.0
        } else {
            24.0
        };
        let plot = Rect::new(
            left,
            4.0,
            width - left - value_room,
            height - foot - noted - 8.0,
        );
        let row = plot.h / names.len().max(1) as f64;
        let fits = if plot.w < 240.0 { 4 } else { 6 };
        let range = if range.1 > range.0 {
            range
        } else {
            (range.0, range.0 + 1.0)
        };
        Self {
            size,
            plot,
            row,
            labels,
            stride: stride(row),
            range,
            ticks: ticks(range.0, range.1, fits),
            note,
            foot,
        }
    }

    /// Rows shown.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// A row, from edge to edge of the chart.
    pub fn rect(&self, item: usize) -> Option<Rect> {
        (item < self.len()).then(|| {
            Rect::new(
                0.0,
                self.plot.y + item as f64 * self.row,
                self.size.0,
                self.row,
            )
        })
    }

    /// The row under a point.
    pub fn hit(&self, (x, y): (f64, f64)) -> Option<usize> {
        let inside = Rect::new(0.0, self.plot.y, self.size.0, self.plot.h).contains((x, y));
        let item = ((y - self.plot.y) / self.row).floor();
        (inside && item >= 0.0 && item < self.len() as f64).then_some(item as usize)
    }

    /// Where a value lies across; values outside the axis at its ends, NaN at its start.
    pub fn across(&self, value: f64) -> f64 {
        let share = (value - self.range.0) / (self.range.1 - self.range.0);
        let share = if share.is_nan() {
            0.0
        } else {
            share.clamp(0.0, 1.0)
        };
        self.plot.x + share * self.plot.w
    }
}

/// Every how many lines of this height a label of the small size fits.
pub(super) fn stride(height: f64) -> usize {
    let need = SMALL_SIZE + 2.0;
    if height <= 0.0 {
        return usize::MAX;
    }
    (need / height).ceil().clamp(1.0, 1e6) as usize
}
