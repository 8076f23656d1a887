//! The rows at the top of a table that name its columns.
//!
//! They hold words where the columns below hold numbers or times. Where nothing but words stands in the table, its first row
//! is the header unless its words come again below.

use super::class::Class;
use super::guess::SampleRow;
use super::layout::{Layout, classes};
use super::report::Why;
use crate::data::Names;

/// The most header rows that are found.
const MOST_HEADER_ROWS: usize = 4;

/// The rows at the top that name columns.
pub(super) fn header_rows(layout: &mut Layout, table: &[&SampleRow]) -> usize {
    let offset = usize::from(layout.drop_first);
    let Some(first) = table.first() else { return 0 };
    let body_from = (MOST_HEADER_ROWS)
        .min(table.len().saturating_sub(1) / 2)
        .max(1);
    // What the columns look like below all that may be header.
    classes(layout, table.get(body_from..).unwrap_or_default());
    let typed: Vec<usize> = (0..layout.columns())
        .filter(|&c| layout.classes[c].is_some_and(Class::is_typed))
        .collect();
    let class_at = |row: &SampleRow, column: usize| {
        row.cells
            .get(column + offset)
            .map_or(Class::Empty, |c| Class::of(c))
    };
    // Dates above numbers are names as well.
    let evidence = |row: &SampleRow| {
        let (mut words, mut values) = (0usize, 0usize);
        for &c in &typed {
            match class_at(row, c) {
                Class::Empty => {}
                class if Some(class) == layout.classes[c] => values += 1,
                _ => words += 1,
            }
        }
        (words, values)
    };
    if typed.is_empty() || table.len() == 1 {
        // Nothing but words: a first row whose words come again in their columns is a row like the others.
        let columns = layout.columns();
        // The header once more is no row.
        let below = || table.iter().skip(1).filter(|r| r.cells != first.cells);
        let again = (0..columns)
            .filter(|&c| {
                let cell = first.cells.get(c + offset);
                cell.is_some_and(|cell| !cell.trim_ascii().is_empty())
                    && below().any(|r| r.cells.get(c + offset) == cell)
            })
            .count();
        let values = (0..columns)
            .filter(|&c| class_at(first, c).is_typed())
            .count();
        layout.header_sure = 0.6;
        let none = (again * 2 > columns && table.len() > 3)
            || (values * 2 > columns && (table.len() == 1 || !counts_up(first)));
        return match none {
            true => 0,
            false => 1 + more_names(layout, table, 1),
        };
    }
    let (words, values) = evidence(first);
    layout.header_sure = 1.0 - 0.5 / (1 + words.abs_diff(values)) as f64;
    // The last row of words near the top ends the header; rows above it belong to it, where names span columns too.
    let mut rows = 0;
    for (at, row) in table.iter().enumerate().take(MOST_HEADER_ROWS) {
        let (words, values) = evidence(row);
        let blanks = row.filled() < layout.columns();
        let one = at == 0 && words > values;
        if values == 0
            && (words * 2 > typed.len() || one)
            && (at == 0 || row.cells.len() == layout.width)
        {
            rows = at + 1;
        } else if one {
            rows = 1;
        } else if values > 0 && !(blanks && at == 0 && values * 2 <= typed.len()) {
            break;
        }
    }
    if rows >= table.len() {
        rows = 1;
    }
    if rows == 0 && counts_up(first) && !continues(first, table.get(1)) {
        rows = 1;
    }
    // It says nothing where the columns are typed: a header names its columns, data may leave them out.
    if rows == 0 && words == 0 && values == 0 {
        let empty = first
            .cells
            .iter()
            .filter(|c| c.trim_ascii().is_empty())
            .count();
        rows = usize::from(empty >= typed.len() || first.cells.len() != layout.width);
    }
    rows + more_names(layout, table, rows)
}

/// How many rows below those of the header go on naming its columns: words and nothing else, none in the first column, each
/// where the row above has a gap or a name that spans one, or above values.
fn more_names(layout: &Layout, table: &[&SampleRow], rows: usize) -> usize {
    let offset = usize::from(layout.drop_first);
    let names = |row: &SampleRow, above: &SampleRow| {
        let cell = |row: &SampleRow, c: usize| {
            let cell = row.cells.get(c + offset);
            cell.map_or(Class::Empty, |c| Class::of(c))
        };
        let gap = |c: usize| c < layout.columns() && cell(above, c) == Class::Empty;
        let typed = |c: usize| layout.classes[c].is_some_and(Class::is_typed);
        let is_name = |c: usize| match cell(row, c) {
            Class::Empty => true,
            Class::Text => c > 0 && (gap(c) || gap(c + 1) || typed(c)),
            _ => false,
        };
        let whole = row.cells.len() == layout.width && above.cells.len() == layout.width;
        whole && row.filled() > 0 && (0..layout.columns()).all(is_name)
    };
    let from = rows.saturating_sub(1);
    let pairs = table.get(from..).unwrap_or_default().windows(2);
    let most = MOST_HEADER_ROWS
        .saturating_sub(rows)
        .min(table.len().saturating_sub(rows + 1));
    match rows {
        0 => 0,
        _ => pairs.take(most).take_while(|w| names(w[1], w[0])).count(),
    }
}

/// Whether the numbers of a row rise by the same step, as years in a header do.
fn counts_up(row: &SampleRow) -> bool {
    let numbers: Vec<f64> = row
        .cells
        .iter()
        .filter_map(|c| super::number::parse(c.trim_ascii()))
        .filter(|n| n.integer)
        .map(|n| n.value)
        .collect();
    let step = |w: &[f64]| w[1] - w[0];
    let mut steps = numbers.windows(2).map(step);
    let first = steps.next();
    numbers.len() > 2 && first.is_some_and(|s| s != 0.0 && numbers.windows(2).all(|w| step(w) == s))
}

/// Whether the next row counts up as well: then both are data.
fn continues(_row: &SampleRow, next: Option<&&SampleRow>) -> bool {
    next.is_some_and(|next| counts_up(next))
}

/// The names, one per column, from the header rows joined with blanks.
pub(super) fn header(layout: &mut Layout, rows: &[&SampleRow]) {
    let columns = layout.columns();
    layout.header_rows = rows.len();
    let Some((last, upper)) = rows.split_last() else {
        layout.header = (1..=columns).map(|n| format!("column_{n}")).collect();
        layout.header_text.clone_from(&layout.header);
        return;
    };
    layout.header_line = last.line;
    for row in rows {
        let cells = row.cells.len();
        if cells != layout.width && cells != columns {
            let why = if cells < columns {
                Why::Short
            } else {
                Why::Long
            };
            layout.repaired.push((row.line, why, String::new()));
        } else if let Some(why) = row.why {
            layout.repaired.push((row.line, why, String::new()));
        }
    }
    let mut names = vec![String::new(); columns];
    let mut text: Option<Vec<String>> = None;
    for (at, row) in upper.iter().chain([last]).enumerate() {
        let offset = usize::from(layout.drop_first && row.cells.len() == layout.width);
        let mut cells: Vec<String> = row
            .cells
            .iter()
            .skip(offset)
            .map(|c| {
                let text = String::from_utf8_lossy(c);
                let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
                text.to_owned()
            })
            .collect();
        // R names the columns and not that of the rows' names.
        let filled = layout.classes.last().is_none_or(Option::is_some);
        if rows.len() == 1 && cells.len() + 1 == columns && layout.rows_are_named && filled {
            cells.insert(0, String::new());
        }
        // An extra delimiter in the header leaves a nameless cell more than there are columns.
        while cells.len() > columns
            && let Some(blank) = cells.iter().rposition(String::is_empty)
        {
            cells.remove(blank);
        }
        if upper.is_empty() && row.cells.len() == offset + cells.len() && cells.len() >= columns {
            let written = row.cells.iter().skip(offset).take(columns);
            let written = written.map(|c| String::from_utf8_lossy(c).replace('\u{feff}', ""));
            text = Some(written.collect());
        }
        // A name that spans columns stands in the first of them.
        let spans = at < upper.len() && cells.iter().any(String::is_empty);
        let mut span = String::new();
        for (name, cell) in names.iter_mut().zip(cells.iter()) {
            if !cell.is_empty() {
                span.clone_from(cell);
            }
            let part = if spans { &span } else { cell };
            if !part.is_empty() {
                if !name.is_empty() {
                    name.push(' ');
                }
                name.push_str(part);
            }
        }
    }
    // The sign of a comment is none of the name behind it.
    let mut text = text.unwrap_or_else(|| names.clone());
    for names in [&mut names, &mut text] {
        if let Some(first) = names.first_mut()
            && last.source.first() == Some(&b'#')
        {
            let rest = first.trim_start_matches('#').trim_start();
            if !rest.is_empty() {
                *first = rest.to_owned();
            }
        }
    }
    layout.header_text = text;
    layout.header = names;
}

/// Whether the first cells name their rows: words, or a count from 1, none of them twice.
pub(super) fn rows_are_named(table: &[&SampleRow]) -> bool {
    let mut seen = Names::default();
    table.len() > 1
        && table.iter().enumerate().all(|(at, row)| {
            let Some(cell) = row.cells.first() else {
                return false;
            };
            let counts = cell.as_slice() == (at + 1).to_string().as_bytes();
            (counts || Class::of(cell) == Class::Text) && seen.take(&String::from_utf8_lossy(cell))
        })
}
