//! What rises and falls together: a square of the columns, each cell as strong as its correlation.

use super::draw::{Ink, Write};
use super::layout::Rect;
use super::matrix::{MatrixLayout, PRINTS_SMALL, paint_names};
use super::palette::Rgb;
use super::surface::DrawError;
use super::table::Table;
use crate::protocol::CorrelationProfile;

/// Correlation of columns, each with each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Correlations {
    /// The columns.
    pub columns: Vec<String>,
    /// Row after row, -1 to 1; none where it is not defined.
    pub values: Vec<Option<f64>>,
}

impl Correlations {
    /// Of a profile. Values beyond -1 and 1 are none.
    pub fn new(found: &CorrelationProfile) -> Self {
        let n = found.columns.len();
        let value = |at: usize| {
            let value = found.matrix.get(at).copied().flatten();
            value.filter(|x| (-1.0..=1.0).contains(x))
        };
        Self {
            columns: found.columns.clone(),
            values: (0..n * n).map(value).collect(),
        }
    }

    fn value(&self, item: usize) -> Option<f64> {
        self.values.get(item).copied().flatten()
    }

    /// The strongest pair of two columns.
    fn strongest(&self) -> Option<(usize, f64)> {
        let n = self.columns.len();
        let pairs = (0..n * n).filter(|item| item / n < item % n);
        let pairs = pairs.filter_map(|item| Some((item, self.value(item)?)));
        pairs.fold(None, |best: Option<(usize, f64)>, pair| match best {
            Some(best) if best.1.abs() >= pair.1.abs() => Some(best),
            _ => Some(pair),
        })
    }

    pub(super) fn text(&self, item: usize) -> Option<String> {
        let n = self.columns.len();
        let (a, b) = (item.checked_div(n)?, item.checked_rem(n)?);
        let (a, b) = (self.columns.get(a)?, self.columns.get(b)?);
        Some(match self.value(item) {
            Some(value) => format!("{a} and {b}: {}", signed(value)),
            None => format!("{a} and {b}: not defined"),
        })
    }

    pub(super) fn sentence(&self) -> String {
        let n = self.columns.len();
        match self.strongest().and_then(|(item, _)| self.text(item)) {
            Some(text) => format!("Rank correlation of {n} columns; the strongest is {text}."),
            None => format!("Rank correlation of {n} columns: none is defined."),
        }
    }

    pub(super) fn table(&self) -> Table {
        let n = self.columns.len();
        let row = |(i, name): (usize, &String)| {
            let values = (0..n).map(|j| self.value(i * n + j).map_or_else(String::new, signed));
            std::iter::once(name.clone()).chain(values).collect()
        };
        Table {
            headers: std::iter::once("Column".to_owned())
                .chain(self.columns.iter().cloned())
                .collect(),
            rows: self.columns.iter().enumerate().map(row).collect(),
        }
    }
}

/// Two places, with a true minus sign.
fn signed(value: f64) -> String {
    let text = format!("{value:.2}");
    match text.strip_prefix('-') {
        Some("0.00") => "0.00".to_owned(),
        Some(size) => format!("\u{2212}{size}"),
        None => text,
    }
}

pub(super) fn paint(
    data: &Correlations,
    at: &MatrixLayout,
    ink: &Ink,
    focus: Option<usize>,
) -> Result<(), DrawError> {
    let n = at.classes;
    let focus = focus.filter(|&item| item < at.len());
    paint_names(at, ink, focus.map(|item| (item / n, item % n)))?;
    let theme = ink.theme;
    let against = Rgb(0xc7, 0x5b, 0x12);
    let gap = at.gap();
    for item in 0..at.len() {
        let Some(rect) = at.rect(item) else { continue };
        let cell = Rect::new(rect.x, rect.y, rect.w - gap, rect.h - gap);
        let Some(value) = data.value(item) else {
            ink.fill(cell, theme.sunken, 0.55)?;
            continue;
        };
        let color = if value < 0.0 { against } else { theme.accent };
        // That of a column with itself says nothing.
        let share = if item / n == item % n {
            0.0
        } else {
            value.abs()
        };
        let shade = theme
            .surface
            .mix(theme.sunken, 0.6)
            .mix(color, share * 0.92);
        ink.fill(cell, shade, 1.0)?;
        if rect.w >= PRINTS_SMALL && rect.h >= 14.0 && item / n != item % n {
            // In small cells without the naught.
            let text = signed(value);
            let text = match rect.w < 34.0 {
                true => text.replacen("0.", ".", 1),
                false => text,
            };
            let write = Write::tiny().middle();
            let write = write.color(shade.readable([theme.text, theme.accent_ink]));
            ink.text(&text, cell.center(), write)?;
        }
    }
    if let Some(rect) = focus.and_then(|item| at.rect(item)) {
        let grown = Rect::new(rect.x - 2.0, rect.y - 2.0, rect.w + 2.0, rect.h + 2.0);
        ink.outline(grown, 2.0, theme.text)?;
    }
    Ok(())
}
