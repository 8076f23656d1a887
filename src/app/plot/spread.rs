//! How a column's values are spread in each class: the middle half as a bar, nine tenths as a line, the median as a mark.

use super::bars::{paint_axis, paint_labels};
use super::draw::Ink;
use super::layout::{Rect, RowLayout};
use super::number::{count, figure};
use super::palette::class_color;
use super::surface::DrawError;
use super::table::Table;
use crate::protocol::ClassProfile;

/// A column's values by class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spreads {
    /// The column.
    pub column: String,
    /// Every class, for colours.
    pub classes: Vec<String>,
    /// The 5th, 25th, 50th, 75th and 95th percentile of each class, and the values looked at; none where there is none.
    pub spreads: Vec<Option<([f64; 5], u64)>>,
}

impl Spreads {
    /// Of the column at this place among a profile's.
    pub fn new(found: &ClassProfile, at: usize) -> Self {
        let column = found.columns.get(at);
        let of = |class: usize| {
            let spread = column?.spreads.get(class)?.as_ref()?;
            let at = <[f64; 5]>::try_from(spread.at.as_slice()).ok()?;
            at.iter()
                .all(|x| x.is_finite())
                .then_some((at, spread.values))
        };
        Self {
            column: column.map_or_else(String::new, |c| c.name.clone()),
            classes: found.classes.iter().map(|c| c.class.clone()).collect(),
            spreads: (0..found.classes.len()).map(of).collect(),
        }
    }

    /// The least and the largest of what is drawn.
    pub(super) fn range(&self) -> (f64, f64) {
        let all = self.spreads.iter().flatten().flat_map(|s| s.0);
        let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        if low <= high { (low, high) } else { (0.0, 1.0) }
    }

    pub(super) fn text(&self, item: usize) -> Option<String> {
        let class = self.classes.get(item)?;
        Some(match self.spreads.get(item)? {
            Some(([p5, p25, p50, p75, p95], values)) => format!(
                "{class}: median {}, half of the values from {} to {}, nine tenths from {} to {}; {} values",
                figure(*p50),
                figure(*p25),
                figure(*p75),
                figure(*p5),
                figure(*p95),
                count(*values)
            ),
            None => format!("{class}: no value"),
        })
    }

    pub(super) fn sentence(&self) -> String {
        let classes = (0..self.classes.len()).filter_map(|item| self.text(item));
        let classes: Vec<String> = classes.collect();
        format!("{} by class. {}.", self.column, classes.join(". "))
    }

    pub(super) fn table(&self) -> Table {
        let names = ["Class", "5 %", "25 %", "Median", "75 %", "95 %", "Values"];
        let row = |(class, spread): (&String, &Option<([f64; 5], u64)>)| {
            let (at, values) = spread.unwrap_or(([f64::NAN; 5], 0));
            let cells = at.iter().map(|&x| figure(x));
            std::iter::once(class.clone())
                .chain(cells)
                .chain([count(values)])
                .collect()
        };
        Table {
            headers: names.map(str::to_owned).to_vec(),
            rows: self.classes.iter().zip(&self.spreads).map(row).collect(),
        }
    }
}

pub(super) fn paint(
    data: &Spreads,
    at: &RowLayout,
    ink: &Ink,
    focus: Option<usize>,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    let names: Vec<&str> = data.classes.iter().map(String::as_str).collect();
    paint_labels(at, ink, focus, Some((&data.classes, &names)))?;
    paint_axis(at, ink, &data.column)?;
    let thick = (at.row * 0.5).clamp(4.0, 14.0);
    for (i, (class, spread)) in data.classes.iter().zip(&data.spreads).enumerate() {
        let (Some(row), Some((of, _))) = (at.rect(i), spread) else {
            continue;
        };
        let (_, middle) = row.center();
        let color = class_color(class, &data.classes, theme.dark);
        let [p5, p25, p50, p75, p95] = of.map(|x| at.across(x));
        ink.rule_across(p5, p95, middle, color)?;
        let bar = Rect::new(p25, middle - thick / 2.0, (p75 - p25).max(1.0), thick);
        ink.fill(bar, theme.surface.mix(color, 0.45), 1.0)?;
        let mark = Rect::new(p50 - 1.5, middle - thick / 2.0 - 2.0, 3.0, thick + 4.0);
        ink.fill(mark, color, 1.0)?;
    }
    Ok(())
}
