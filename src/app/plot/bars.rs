//! Horizontal bars: what columns are worth, and rows per class.

use super::chart::{CLASS_ROWS, Counts, IMPORTANCE_ROWS};
use super::draw::{Ink, Write};
use super::layout::{Rect, RowLayout};
use super::number::{count, percent};
use super::palette::class_color;
use super::surface::DrawError;
use crate::protocol::Importance;

/// The key of a class: a small square before its label.
const KEY: f64 = 9.0;

/// Band behind the focused row, label and, for classes, the key of each row.
pub(super) fn paint_labels(
    at: &RowLayout,
    ink: &Ink,
    focus: Option<usize>,
    keys: Option<(&[String], &[&str])>,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    if let Some(row) = focus.and_then(|item| at.rect(item)) {
        ink.fill_round(row, 5.0, theme.hover(), 1.0)?;
    }
    for (i, label) in at.labels.iter().enumerate() {
        let hot = focus == Some(i);
        if i % at.stride != 0 && !hot {
            continue;
        }
        let Some(row) = at.rect(i) else { continue };
        let (_, middle) = row.center();
        let end = at.plot.x - 10.0;
        if let Some((classes, names)) = keys
            && let Some(name) = names.get(i)
            && end > 20.0
        {
            let color = class_color(name, classes, theme.dark);
            let key = Rect::new(6.0, middle - KEY / 2.0, KEY, KEY);
            ink.fill_round(key, 3.0, color, 1.0)?;
            ink.text(label, (6.0 + KEY + 8.0, middle), Write::label())?;
        } else {
            ink.text(label, (end, middle), Write::label().end())?;
        }
    }
    Ok(())
}

/// Ticks with grid lines from top to bottom of the rows.
pub(super) fn paint_axis(at: &RowLayout, ink: &Ink, title: &str) -> Result<(), DrawError> {
    if at.foot < 1.0 {
        return Ok(());
    }
    let theme = ink.theme;
    let bottom = at.plot.y + at.plot.h;
    let write = Write::small().color(theme.muted);
    for (value, label) in &at.ticks {
        let x = at.across(*value);
        ink.rule_down(x, at.plot.y, bottom + 3.0, theme.line)?;
        ink.text(label, (x, bottom + 12.0), write.middle())?;
    }
    let end = at.plot.x + at.plot.w;
    ink.text(title, (end, bottom + 29.0), write.end())
}

fn thickness(row: f64) -> f64 {
    (row * 0.58).clamp(1.0, 16.0)
}

pub(super) fn paint_importance(
    data: &[Importance],
    at: &RowLayout,
    ink: &Ink,
    focus: Option<usize>,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    paint_labels(at, ink, focus, None)?;
    paint_axis(at, ink, "")?;
    let zero = at.across(0.0);
    let thick = thickness(at.row);
    for (i, one) in data.iter().take(IMPORTANCE_ROWS).enumerate() {
        let Some(row) = at.rect(i) else { continue };
        let (_, middle) = row.center();
        if one.mean.is_finite() {
            let end = at.across(one.mean);
            let (from, to) = (zero.min(end), zero.max(end));
            let bar = Rect::new(from, middle - thick / 2.0, to - from, thick);
            ink.fill_round(bar, 3.0, theme.accent, 1.0)?;
        }
        if one.mean.is_finite() && one.std.is_finite() && one.std > 0.0 {
            let (from, to) = (at.across(one.mean - one.std), at.across(one.mean + one.std));
            ink.rule_across(from, to, middle, theme.text)?;
            for end in [from, to] {
                ink.rule_down(end, middle - 3.0, middle + 4.0, theme.text)?;
            }
        }
        if one.impurity.is_finite() {
            let x = at.across(one.impurity);
            diamond(ink, (x, middle), 4.5)?;
        }
    }
    if at.foot < 1.0 {
        return Ok(());
    }
    // The legend, from the left edge where the plot is too narrow for it.
    let y = at.plot.y + at.plot.h + 31.0;
    let write = Write::small().color(theme.muted);
    let wide = at.plot.w >= 360.0;
    let mut x = if wide { at.plot.x } else { 2.0 };
    ink.fill_round(Rect::new(x, y - 4.0, 16.0, 8.0), 2.0, theme.accent, 1.0)?;
    ink.text("drop in macro F1 \u{b1} std", (x + 22.0, y), write)?;
    let (x2, y2) = if wide {
        x += 172.0;
        (x, y)
    } else {
        (x, y + 16.0)
    };
    diamond(ink, (x2 + 8.0, y2), 4.5)?;
    ink.text("share of impurity, biased", (x2 + 22.0, y2), write)?;
    if !at.note.is_empty() && wide {
        ink.text(&at.note, (at.plot.x + at.plot.w, y + 16.0), write.end())?;
    }
    Ok(())
}

fn diamond(ink: &Ink, (x, y): (f64, f64), r: f64) -> Result<(), DrawError> {
    let theme = ink.theme;
    let shape = |r: f64| [(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
    ink.polygon(&shape(r + 1.0), theme.surface, 1.0)?;
    ink.polygon(&shape(r), theme.faint, 1.0)?;
    ink.polygon(&shape(r - 1.6), theme.surface, 1.0)
}

pub(super) fn paint_counts(
    data: &Counts,
    at: &RowLayout,
    ink: &Ink,
    focus: Option<usize>,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    // The bars have the classes' colours: no keys.
    paint_labels(at, ink, focus, None)?;
    let thick = thickness(at.row);
    let total = data.total();
    for (i, (class, rows)) in data.counts.iter().take(CLASS_ROWS).enumerate() {
        let Some(row) = at.rect(i) else { continue };
        let (_, middle) = row.center();
        let end = at.across(*rows as f64);
        // A class with rows is never without a bar.
        let width = (end - at.plot.x).max(if *rows > 0 { 1.5 } else { 0.0 });
        let bar = Rect::new(at.plot.x, middle - thick / 2.0, width, thick);
        let color = class_color(class, &data.classes, theme.dark);
        ink.fill_round(bar, 3.0, color, 1.0)?;
        if i % at.stride != 0 && focus != Some(i) {
            continue;
        }
        let x = at.plot.x + width + 8.0;
        let text = if total > 0 && at.plot.w > 60.0 {
            let share = *rows as f64 / total as f64;
            format!("{} \u{b7} {}", count(*rows), percent(share))
        } else {
            count(*rows)
        };
        ink.text(&text, (x, middle), Write::label())?;
    }
    if !at.note.is_empty() {
        let y = at.plot.y + at.plot.h + 14.0;
        ink.text(&at.note, (at.plot.x, y), Write::small().color(theme.muted))?;
    }
    Ok(())
}
