//! The table behind a chart, and the CSV of what is drawn.

use super::chart::{Chart, Confusion, CurveKind, Curves};
use super::number::{count, figure, percent};
use super::{budget, timeline};
use crate::data::{read_float, sort_by};

/// Most classes for which a confusion matrix is listed as a matrix; beyond, its cells that are not empty are listed.
const MATRIX_CLASSES: usize = 30;
/// False positive rates, or recalls, at which the table reads a curve.
const READINGS: [f64; 3] = [0.01, 0.05, 0.1];
/// Recalls at which the table reads a precision-recall curve.
const RECALLS: [f64; 3] = [0.5, 0.8, 0.95];

/// Headers and rows, as many cells in each row as there are headers; the first column is text, the others numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The header.
    pub headers: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// The table twin: what the chart shows, in full, for reading.
pub fn table(chart: &Chart) -> Table {
    match chart {
        Chart::Confusion(data) if data.classes.len() <= MATRIX_CLASSES => Table {
            headers: headers(&["Actual", "Rows"])
                .chain(data.classes.iter().map(|class| format!("as {class}")))
                .collect(),
            rows: data
                .classes
                .iter()
                .enumerate()
                .map(|(i, class)| {
                    let total = data.totals.get(i).copied().unwrap_or(0);
                    let cells = (0..data.classes.len()).map(|j| count(data.count(i, j)));
                    [class.clone(), count(total)]
                        .into_iter()
                        .chain(cells)
                        .collect()
                })
                .collect(),
        },
        Chart::Confusion(data) => Table {
            headers: headers(&["Actual", "Predicted", "Rows", "Share of actual"]).collect(),
            rows: cells(data)
                .into_iter()
                .map(|(i, j, rows)| {
                    let share = data.share(i, j).map_or(String::new(), percent);
                    let name = |i: usize| data.classes.get(i).cloned().unwrap_or_default();
                    vec![name(i), name(j), count(rows), share]
                })
                .collect(),
        },
        Chart::Curves(data) => curve_table(data),
        Chart::Timeline(data) => timeline::table(data),
        Chart::Budget(data) => budget::table(data),
        Chart::Pairs(data) => data.table(),
        Chart::Spreads(data) => data.table(),
        Chart::Importance(columns) => Table {
            headers: headers(&[
                "Column",
                "Drop in macro F1",
                "Standard deviation",
                "Share of impurity (biased)",
            ])
            .collect(),
            rows: columns
                .iter()
                .map(|one| {
                    vec![
                        one.column.clone(),
                        figure(one.mean),
                        figure(one.std),
                        percent(one.impurity),
                    ]
                })
                .collect(),
        },
        Chart::Scores(data) => Table {
            headers: headers(&["Class", "Precision", "Recall", "F1", "Rows"]).collect(),
            rows: data
                .scores
                .iter()
                .map(|one| {
                    let values = one.values.iter();
                    let values = values.map(|value| value.map_or("undefined".into(), figure));
                    std::iter::once(one.class.clone())
                        .chain(values)
                        .chain([count(one.support)])
                        .collect()
                })
                .collect(),
        },
        Chart::Counts(data) => {
            let total = data.total();
            let share = |rows: u64| {
                if total > 0 {
                    percent(rows as f64 / total as f64)
                } else {
                    String::new()
                }
            };
            let mut rows: Vec<Vec<String>> = data
                .counts
                .iter()
                .map(|(class, rows)| vec![class.clone(), count(*rows), share(*rows)])
                .collect();
            if data.missing > 0 {
                rows.push(vec![
                    "(without a class)".into(),
                    count(data.missing),
                    String::new(),
                ]);
            }
            let unit = if data.unit == "rows" {
                "Rows"
            } else {
                "Rows predicted"
            };
            Table {
                headers: headers(&["Class", unit, "Share"]).collect(),
                rows,
            }
        }
    }
}

fn headers<'a>(names: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    names.iter().map(|name| (*name).to_owned())
}

/// Cells with rows, most rows first.
fn cells(data: &Confusion) -> Vec<(usize, usize, u64)> {
    let mut cells: Vec<(usize, usize, u64)> = data
        .counts
        .iter()
        .enumerate()
        .flat_map(|(i, row)| row.iter().enumerate().map(move |(j, &rows)| (i, j, rows)))
        .filter(|cell| cell.2 > 0)
        .collect();
    sort_by(&mut cells, |a, b| {
        b.2.cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1)))
    });
    cells
}

fn curve_table(data: &Curves) -> Table {
    let (area, at, what) = match data.kind {
        CurveKind::Roc => (
            "Area under the curve",
            READINGS,
            "Found at false positive rate",
        ),
        CurveKind::PrecisionRecall => ("Average precision", RECALLS, "Precision at recall"),
        CurveKind::Reliability => return bin_table(data),
    };
    let mut names = headers(&["Class", area, "Share of rows"]).collect::<Vec<_>>();
    names.extend(at.iter().map(|at| format!("{what} {}", percent(*at))));
    let rows = data
        .series
        .iter()
        .map(|series| {
            let mut row = vec![
                series.class.clone(),
                figure(series.area),
                series.base.map_or(String::new(), percent),
            ];
            row.extend(at.iter().map(|&at| {
                let points = series.points.iter();
                let value = match data.kind {
                    // The most that is found without exceeding the rate.
                    CurveKind::Roc => points
                        .take_while(|point| point.0 <= at)
                        .map(|point| point.1)
                        .fold(0.0, f64::max),
                    // The best precision of those that find at least so much.
                    CurveKind::PrecisionRecall | CurveKind::Reliability => points
                        .filter(|point| point.0 >= at)
                        .map(|point| point.1)
                        .fold(0.0, f64::max),
                };
                percent(value)
            }));
            row
        })
        .collect();
    Table {
        headers: names,
        rows,
    }
}

/// Bins of probability.
fn bin_table(data: &Curves) -> Table {
    let points = data.series.iter().flat_map(|series| &series.points);
    Table {
        headers: headers(&["Mean probability", "Came"]).collect(),
        rows: points.map(|&(x, y)| vec![percent(x), percent(y)]).collect(),
    }
}

/// The CSV of what is drawn (RFC 4180), with plain numbers in full; of curves, every point. Cells that a spreadsheet
/// would run as formulas are neutralised by an apostrophe.
pub fn csv(chart: &Chart) -> String {
    let mut text = String::new();
    let mut line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(&neutral(cell))).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    };
    let number = |value: f64| {
        if value.is_finite() {
            value.to_string()
        } else {
            String::new()
        }
    };
    let optional = |value: Option<f64>| value.map_or(String::new(), number);
    let header = |names: &[&str]| headers(names).collect::<Vec<_>>();
    match chart {
        Chart::Confusion(data) => {
            let mut names = header(&["actual"]);
            names.extend(data.classes.iter().cloned());
            line(&names);
            for (i, class) in data.classes.iter().enumerate() {
                let counts = (0..data.classes.len()).map(|j| data.count(i, j).to_string());
                let row: Vec<String> = std::iter::once(class.clone()).chain(counts).collect();
                line(&row);
            }
        }
        Chart::Curves(data) => {
            let (x, y) = match data.kind {
                CurveKind::Roc => ("false_positive_rate", "true_positive_rate"),
                CurveKind::PrecisionRecall => ("recall", "precision"),
                CurveKind::Reliability => ("probability", "share"),
            };
            line(&header(&["class", x, y, "threshold", "area"]));
            for series in &data.series {
                for (i, &(x, y)) in series.points.iter().enumerate() {
                    let threshold = series.thresholds.get(i).copied().unwrap_or(f64::NAN);
                    line(&[
                        series.class.clone(),
                        number(x),
                        number(y),
                        number(threshold),
                        number(series.area),
                    ]);
                }
            }
        }
        Chart::Timeline(data) => {
            for cells in timeline::lines(data, &number) {
                line(&cells);
            }
        }
        Chart::Budget(data) => {
            for cells in budget::lines(data, &number) {
                line(&cells);
            }
        }
        Chart::Pairs(data) => {
            let n = data.columns.len();
            let mut names = header(&["column"]);
            names.extend(data.columns.iter().cloned());
            line(&names);
            for (i, name) in data.columns.iter().enumerate() {
                let values = data.values.iter().skip(i * n).take(n);
                let values = values.map(|value| optional(*value));
                line(
                    &std::iter::once(name.clone())
                        .chain(values)
                        .collect::<Vec<_>>(),
                );
            }
        }
        Chart::Spreads(data) => {
            line(&header(&[
                "class", "p5", "p25", "p50", "p75", "p95", "values",
            ]));
            for (class, spread) in data.classes.iter().zip(&data.spreads) {
                let (at, values) = spread.unwrap_or(([f64::NAN; 5], 0));
                let cells = at.iter().map(|&x| number(x)).chain([values.to_string()]);
                line(
                    &std::iter::once(class.clone())
                        .chain(cells)
                        .collect::<Vec<_>>(),
                );
            }
        }
        Chart::Importance(columns) => {
            line(&header(&[
                "column",
                "macro_f1_drop_mean",
                "macro_f1_drop_std",
                "impurity_share",
            ]));
            for one in columns {
                line(&[
                    one.column.clone(),
                    number(one.mean),
                    number(one.std),
                    number(one.impurity),
                ]);
            }
        }
        Chart::Scores(data) => {
            line(&header(&["class", "precision", "recall", "f1", "rows"]));
            for one in &data.scores {
                let [precision, recall, f1] = one.values.map(optional);
                line(&[
                    one.class.clone(),
                    precision,
                    recall,
                    f1,
                    one.support.to_string(),
                ]);
            }
        }
        Chart::Counts(data) => {
            let unit = data.unit.replace(' ', "_");
            line(&header(&["class", &unit]));
            for (class, rows) in &data.counts {
                line(&[class.clone(), rows.to_string()]);
            }
        }
    }
    text
}

/// A cell that no spreadsheet takes for a formula.
fn neutral(cell: &str) -> String {
    let risky = cell.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]);
    if risky && !is_plain_number(cell) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn is_plain_number(cell: &str) -> bool {
    cell.chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'))
        && read_float(cell).is_some()
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralised_and_numbers_are_not() {
        for (cell, safe) in [
            ("=1+1", "'=1+1"),
            ("+1", "+1"),
            ("-0.5e-3", "-0.5e-3"),
            ("-1+cmd", "'-1+cmd"),
            ("-inf", "'-inf"),
            ("@sum", "'@sum"),
            ("\tx", "'\tx"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("node_failure", "node_failure"),
        ] {
            assert_eq!(neutral(cell), safe);
        }
        assert_eq!(quoted("a\"b,c"), "\"a\"\"b,c\"");
    }
}
