//! How often the rows of each class bear each name of a column of names.

use crate::data::{
    Column, ColumnKind, Dictionary, Frame, MISSING_CODE, Values, is_null_token, sort_by,
};
use crate::protocol::{ClassNames, NameRows};
use crate::session::shape::shown;

/// Names told of a column; the others are one.
const MOST_NAMES: usize = 8;

/// Columns whose cells are names, by place in the table.
pub(super) fn name_columns(frame: &Frame) -> Vec<usize> {
    let columns = frame.columns().iter().enumerate();
    columns
        .filter(|(_, column)| dictionary(column).is_some())
        .map(|(at, _)| at)
        .collect()
}

fn dictionary(column: &Column) -> Option<&Dictionary> {
    let says = matches!(
        column.kind,
        ColumnKind::Category | ColumnKind::Boolean | ColumnKind::Text
    );
    match &column.values {
        Values::Text(dictionary) if says => Some(dictionary),
        _ => None,
    }
}

/// A column's most frequent names by class, counted in all rows of `classes` classes: `class_of` has a row's class, or
/// something beyond them. None where no name stands twice.
pub(super) fn names_by_class(
    frame: &Frame,
    at: usize,
    class_of: &[u8],
    classes: usize,
) -> Option<ClassNames> {
    let column = frame.columns().get(at)?;
    let Dictionary { codes, names } = dictionary(column)?;
    let cells = || {
        let rows = codes.iter().zip(class_of);
        rows.filter(|(_, class)| usize::from(**class) < classes)
    };
    let is_name: Vec<bool> = names.iter().map(|name| !is_null_token(name)).collect();
    let mut counts = vec![0_u64; names.len()];
    for (&code, _) in cells() {
        if let Some(count) = counts.get_mut(code as usize) {
            *count += 1;
        }
    }
    let mut order: Vec<usize> = (0..names.len())
        .filter(|&code| is_name[code] && counts[code] > 0)
        .collect();
    // Equals stand in the order of their names, whatever the order of rows.
    sort_by(&mut order, |&a, &b| {
        counts[b]
            .cmp(&counts[a])
            .then_with(|| names[a].cmp(&names[b]))
    });
    if order.first().is_none_or(|&most| counts[most] < 2) {
        return None;
    }
    let other_names = order.len().saturating_sub(MOST_NAMES);
    order.truncate(MOST_NAMES);
    // Of a code: its line; then that of the other names, then that of missing cells.
    let (others, missing) = (order.len(), order.len() + 1);
    let mut line_of: Vec<u8> = vec![others as u8; names.len()];
    for (line, &code) in (0..).zip(&order) {
        line_of[code] = line;
    }
    let mut lines = vec![vec![0_u64; classes]; missing + 1];
    for (&code, &class) in cells() {
        let code = code as usize;
        let line = match is_name.get(code) {
            Some(true) => usize::from(line_of[code]),
            Some(false) | None => missing,
        };
        lines[line][usize::from(class)] += 1;
    }
    debug_assert!(
        codes
            .iter()
            .all(|&c| c == MISSING_CODE || (c as usize) < names.len())
    );
    let apart = apart(&lines[..missing], classes);
    let missing = lines.pop().unwrap_or_default();
    let others = lines.pop().unwrap_or_default();
    let names = order
        .into_iter()
        .zip(lines)
        .map(|(code, of_class)| NameRows {
            name: shown(&names[code]),
            of_class,
        });
    Some(ClassNames {
        name: column.name.clone(),
        apart,
        names: names.collect(),
        other_names: other_names as u64,
        others,
        missing,
    })
}

/// Cramer's V squared of a table of counts, line by line: chi-squared over the most that it could be. 0 where there is only
/// one line or one class.
fn apart(lines: &[Vec<u64>], classes: usize) -> f64 {
    let of_line: Vec<f64> = lines.iter().map(|l| l.iter().sum::<u64>() as f64).collect();
    let of_class = |class: usize| lines.iter().map(|l| l[class]).sum::<u64>() as f64;
    let of_class: Vec<f64> = (0..classes).map(of_class).collect();
    let all: f64 = of_line.iter().sum();
    let some = |sums: &[f64]| sums.iter().filter(|&&sum| sum > 0.0).count();
    let free = some(&of_line).min(some(&of_class)).saturating_sub(1);
    if free == 0 {
        return 0.0;
    }
    let mut chi_squared = 0.0;
    for (line, line_rows) in lines.iter().zip(&of_line) {
        for (&rows, class_rows) in line.iter().zip(&of_class) {
            let expected = line_rows * class_rows / all;
            if expected > 0.0 {
                let off = rows as f64 - expected;
                chi_squared += off * off / expected;
            }
        }
    }
    (chi_squared / (all * free as f64)).min(1.0)
}
