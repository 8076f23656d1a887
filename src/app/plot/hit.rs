//! From a pointer or a key to an item of a chart, from an item to its place and to what it says.

use super::chart::{CLASS_ROWS, Chart, Confusion, CurveKind, Curves, IMPORTANCE_ROWS};
use super::dots::NAMES;
use super::layout::{Layout, Rect};
use super::number::{count, figure, percent};
use super::{budget, timeline};

/// A step through the items by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Home.
    First,
    /// End.
    Last,
}

/// How many items can be pointed at.
pub fn items(layout: &Layout) -> usize {
    match layout {
        Layout::Matrix(at) => at.len(),
        Layout::Curves(at) => at.len(),
        Layout::Rows(at) => at.len(),
        Layout::Times(at) => at.len(),
        Layout::Budget(at) => at.len(),
        Layout::Nothing { .. } => 0,
    }
}

/// The item under a point in CSS pixels from the chart's upper left corner.
pub fn hit(layout: &Layout, x: f64, y: f64) -> Option<usize> {
    if !x.is_finite() || !y.is_finite() {
        return None;
    }
    match layout {
        Layout::Matrix(at) => at.hit((x, y)),
        Layout::Curves(at) => at.hit((x, y)),
        Layout::Rows(at) => at.hit((x, y)),
        Layout::Times(at) => at.hit((x, y)),
        Layout::Budget(at) => at.hit((x, y)),
        Layout::Nothing { .. } => None,
    }
}

/// Where an item lies.
pub fn rect(layout: &Layout, item: usize) -> Option<Rect> {
    match layout {
        Layout::Matrix(at) => at.rect(item),
        Layout::Curves(at) => at.rect(item),
        Layout::Rows(at) => at.rect(item),
        Layout::Times(at) => at.rect(item),
        Layout::Budget(at) => at.rect(item),
        Layout::Nothing { .. } => None,
    }
}

/// The item that a key leads to from another, or from none; none where there are no items. In a matrix arrows go by
/// row and column; in curves left and right along the curve, up and down from class to class at about the same x; in
/// a timeline along a metric and from metric to metric; in rows every arrow goes one row up or down.
pub fn step(layout: &Layout, item: Option<usize>, step: Step) -> Option<usize> {
    let last = items(layout).checked_sub(1)?;
    let Some(item) = item.filter(|&item| item <= last) else {
        return Some(if step == Step::Last { last } else { 0 });
    };
    let next = match (step, layout) {
        (Step::First, _) => 0,
        (Step::Last, _) => last,
        (_, Layout::Matrix(at)) => {
            let n = at.classes;
            let (row, column) = (item / n, item % n);
            let (row, column) = match step {
                Step::Up => (row.saturating_sub(1), column),
                Step::Down => ((row + 1).min(n - 1), column),
                Step::Left => (row, column.saturating_sub(1)),
                _ => (row, (column + 1).min(n - 1)),
            };
            row * n + column
        }
        (Step::Up | Step::Down, Layout::Curves(at)) => {
            let (series, _) = at.at(item)?;
            let there = if step == Step::Up {
                series.checked_sub(1)
            } else {
                series.checked_add(1)
            };
            match there.and_then(|series| nearest_across(layout, series, item)) {
                Some(next) => next,
                None => item,
            }
        }
        (Step::Up, Layout::Times(at)) => item.checked_sub(at.points()).unwrap_or(item),
        (Step::Down, Layout::Times(at)) => Some(item + at.points())
            .filter(|&next| next <= last)
            .unwrap_or(item),
        (Step::Left | Step::Up, _) => item.saturating_sub(1),
        (_, _) => (item + 1).min(last),
    };
    Some(next)
}

/// The item of a series that lies nearest across to another item.
fn nearest_across(layout: &Layout, series: usize, item: usize) -> Option<usize> {
    let Layout::Curves(at) = layout else {
        return None;
    };
    let x = at.rect(item)?.center().0;
    let (start, end) = (*at.starts.get(series)?, *at.starts.get(series + 1)?);
    (start..end)
        .filter_map(|item| Some((item, (at.rect(item)?.center().0 - x).abs())))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(item, _)| item)
}

/// What an item says, as a sentence without full stop; none where there is no such item.
pub fn text(chart: &Chart, item: usize) -> Option<String> {
    match chart {
        Chart::Confusion(data) => cell_text(data, item),
        Chart::Curves(data) => curve_text(data, item),
        Chart::Timeline(data) => timeline::text(data, item),
        Chart::Budget(data) => budget::text(data, item),
        Chart::Pairs(data) => data.text(item),
        Chart::Spreads(data) => data.text(item),
        Chart::Importance(columns) => {
            let one = columns.iter().take(IMPORTANCE_ROWS).nth(item)?;
            let drop = if one.mean.is_nan() {
                "not measured".to_owned()
            } else {
                format!(
                    "macro F1 falls by {} \u{b1} {} when it is shuffled",
                    figure(one.mean),
                    figure(one.std)
                )
            };
            let impurity = percent(one.impurity);
            Some(format!(
                "{}: {drop}; {impurity} of the impurity removed in training (biased towards columns with many values)",
                one.column
            ))
        }
        Chart::Scores(data) => {
            let one = data.scores.iter().take(CLASS_ROWS).nth(item)?;
            let values: Vec<String> = NAMES
                .iter()
                .zip(one.values)
                .map(|(name, value)| match value {
                    Some(value) => format!("{name} {}", figure(value)),
                    None => format!("{name} undefined"),
                })
                .collect();
            let rows = rows_of(one.support);
            Some(format!("{}: {}; {rows}", one.class, values.join(", ")))
        }
        Chart::Counts(data) => {
            let (class, rows) = data.counts.iter().take(CLASS_ROWS).nth(item)?;
            let total = data.total();
            let share = if total > 0 {
                let share = percent(*rows as f64 / total as f64);
                format!(", {share} of {}", count(total))
            } else {
                String::new()
            };
            let predicted = if data.unit == "rows" {
                ""
            } else {
                " predicted"
            };
            Some(format!("{class}: {}{predicted}{share}", rows_of(*rows)))
        }
    }
}

fn rows_of(rows: u64) -> String {
    match rows {
        1 => "1 row".into(),
        n => format!("{} rows", count(n)),
    }
}

fn cell_text(data: &Confusion, item: usize) -> Option<String> {
    let n = data.classes.len();
    let (truth, said) = (item.checked_div(n)?, item.checked_rem(n)?);
    let (actual, predicted) = (data.classes.get(truth)?, data.classes.get(said)?);
    let rows = rows_of(data.count(truth, said));
    let what = if truth == said {
        format!("{actual} predicted right: {rows}")
    } else {
        format!("{actual} predicted as {predicted}: {rows}")
    };
    Some(match data.share(truth, said) {
        Some(share) => {
            let total = data.totals.get(truth).copied().unwrap_or(0);
            format!("{what}, {} of its {}", percent(share), count(total))
        }
        None => format!("{what}; the class has no held-out rows"),
    })
}

fn curve_text(data: &Curves, item: usize) -> Option<String> {
    let mut left = item;
    for series in &data.series {
        let Some(&(x, y)) = series.points.get(left) else {
            left -= series.points.len();
            continue;
        };
        let threshold = match series.thresholds.get(left) {
            Some(at) if at.is_finite() && *at <= 1.0 => {
                format!(" when the probability is at least {}", figure(*at))
            }
            _ => String::new(),
        };
        let class = &series.class;
        let area = figure(series.area);
        return Some(match data.kind {
            CurveKind::Roc => format!(
                "{class}: {} found, {} false alarms among the other rows{threshold}; area {area}",
                percent(y),
                percent(x)
            ),
            CurveKind::Reliability => {
                format!("Where it said {}, it came in {}", percent(x), percent(y))
            }
            CurveKind::PrecisionRecall => format!(
                "{class}: {} found, {} of what it says is right{threshold}; average precision {area}",
                percent(x),
                percent(y)
            ),
        });
    }
    None
}

/// The finding in one sentence, for who cannot see the chart.
pub fn sentence(chart: &Chart) -> String {
    match chart {
        Chart::Confusion(data) => {
            let (rows, right) = (data.rows(), data.right());
            if rows == 0 {
                return "Confusion matrix without rows.".into();
            }
            let head = format!(
                "Confusion matrix of {} classes over {}: {} predicted right",
                count(data.classes.len() as u64),
                rows_of(rows),
                percent(right as f64 / rows as f64)
            );
            match data.worst() {
                Some((truth, said, n)) => format!(
                    "{head}; the most frequent error is {} predicted as {}, {}.",
                    data.classes[truth],
                    data.classes[said],
                    rows_of(n)
                ),
                None => format!("{head}."),
            }
        }
        Chart::Curves(data) => {
            let (name, area) = match data.kind {
                CurveKind::Roc => ("ROC curves", "area"),
                CurveKind::PrecisionRecall => ("Precision-recall curves", "average precision"),
                CurveKind::Reliability => ("Reliability diagram", "calibration error"),
            };
            let (Some(worst), Some(best)) = (data.series.first(), data.series.last()) else {
                return format!("{name}: undefined for every class.");
            };
            if data.series.len() == 1 {
                return format!("{name} of {}: {area} {}.", worst.class, figure(worst.area));
            }
            format!(
                "{name} of {} classes: {area} from {} ({}) to {} ({}).",
                count(data.series.len() as u64),
                figure(worst.area),
                worst.class,
                figure(best.area),
                best.class
            )
        }
        Chart::Timeline(data) => timeline::sentence(data),
        Chart::Budget(data) => budget::sentence(data),
        Chart::Pairs(data) => data.sentence(),
        Chart::Spreads(data) => data.sentence(),
        Chart::Importance(columns) => match columns.first() {
            Some(first) => format!(
                "What each of {} columns is worth: {} decides most, with a drop in macro F1 of {} when it is shuffled.",
                count(columns.len() as u64),
                first.column,
                figure(first.mean)
            ),
            None => "What each column is worth: not measured.".into(),
        },
        Chart::Scores(data) => match data.scores.first() {
            Some(worst) => format!(
                "Precision, recall and F1 of {} classes: the smallest F1 is {} ({}).",
                count(data.scores.len() as u64),
                worst.values[2].map_or("undefined".into(), figure),
                worst.class
            ),
            None => "Precision, recall and F1: no classes.".into(),
        },
        Chart::Counts(data) => {
            let what = if data.unit == "rows" {
                "Rows per class"
            } else {
                "Rows predicted as each class"
            };
            match (data.counts.first(), data.total()) {
                (Some((class, rows)), total) if total > 0 => format!(
                    "{what}: {} classes over {}, most of them {class} with {}.",
                    count(data.counts.len() as u64),
                    rows_of(total),
                    percent(*rows as f64 / total as f64)
                ),
                _ => format!("{what}: none."),
            }
        }
    }
}
