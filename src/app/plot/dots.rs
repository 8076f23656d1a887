//! Precision, recall and F1 of each class as marks of different shape on one axis.

use super::bars::{paint_axis, paint_labels};
use super::chart::{CLASS_ROWS, Scores};
use super::draw::{Ink, Write};
use super::layout::RowLayout;
use super::surface::DrawError;

/// The three scores, in the order of [`super::chart::Score::values`].
pub const NAMES: [&str; 3] = ["precision", "recall", "F1"];

pub(super) fn paint(
    data: &Scores,
    at: &RowLayout,
    ink: &Ink,
    focus: Option<usize>,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    let names: Vec<&str> = data.scores.iter().map(|one| one.class.as_str()).collect();
    paint_labels(at, ink, focus, Some((&data.classes, &names)))?;
    paint_axis(at, ink, "")?;
    let size = (at.row * 0.2).clamp(2.0, 5.0);
    for (i, score) in data.scores.iter().take(CLASS_ROWS).enumerate() {
        let Some(row) = at.rect(i) else { continue };
        let (_, middle) = row.center();
        let known = || score.values.iter().flatten().copied();
        if known().next().is_none() {
            let write = Write::small().color(theme.muted);
            ink.text("undefined", (at.plot.x + 6.0, middle), write)?;
            continue;
        }
        let least = known().fold(f64::INFINITY, f64::min);
        let most = known().fold(f64::NEG_INFINITY, f64::max);
        ink.rule_across(at.across(least), at.across(most), middle, theme.faint)?;
        for (which, value) in score.values.iter().enumerate() {
            if let Some(value) = value {
                mark(ink, which, (at.across(*value), middle), size)?;
            }
        }
    }
    if at.foot < 1.0 {
        return Ok(());
    }
    let bottom = at.plot.y + at.plot.h;
    let write = Write::small().color(theme.muted);
    let mut x = if at.plot.w >= 260.0 { at.plot.x } else { 6.0 };
    let y = bottom + 31.0;
    for (which, name) in NAMES.iter().enumerate() {
        mark(ink, which, (x + 4.0, y), 5.0)?;
        ink.text(name, (x + 16.0, y), write)?;
        x += 84.0;
    }
    if !at.note.is_empty() {
        ink.text(&at.note, (at.plot.x, y + 16.0), write)?;
    } else if at.range.0 > 0.0 {
        let note = format!("The axis starts at {}.", at.range.0);
        ink.text(
            &note,
            (if at.plot.w >= 260.0 { at.plot.x } else { 2.0 }, y + 16.0),
            write,
        )?;
    }
    Ok(())
}

/// A triangle for precision, a ring for recall, a bar for F1.
fn mark(ink: &Ink, which: usize, (x, y): (f64, f64), r: f64) -> Result<(), DrawError> {
    let theme = ink.theme;
    match which {
        0 => {
            let shape = |r: f64| [(x, y - r), (x + r, y + r * 0.8), (x - r, y + r * 0.8)];
            ink.polygon(&shape(r + 1.0), theme.surface, 1.0)?;
            ink.polygon(&shape(r), theme.accent, 1.0)
        }
        1 => ink.ring((x, y), r, 1.8, theme.accent),
        _ => {
            let bar = |w: f64, r: f64| super::Rect::new(x - w / 2.0, y - r, w, r * 2.0);
            ink.fill(bar(5.0, r + 2.0), theme.surface, 1.0)?;
            ink.fill(bar(3.0, r + 1.0), theme.text, 1.0)
        }
    }
}
