//! What stands between cells beside their delimiter: blanks, the delimiter once more, or nothing at all since there is one column.

use super::candidates;
use super::class::{self, Class};
use super::guess::{SCORED_ROWS, SampleRow, rows_of};
use super::layout::is_ruled;
use super::options::Delimiter;
use super::scan::Dialect;

/// Whether nearly every delimiter outside quotes has a blank behind it: `1, "2, 3", 4`.
pub(super) fn is_padded(text: &[u8], dialect: Dialect) -> bool {
    let delimiter = match &dialect.delimiter {
        Delimiter::Byte(b' ') => return false,
        Delimiter::Byte(_) | Delimiter::Sequence(_) => candidates::bytes_of(&dialect.delimiter),
        _ => return false,
    };
    let (mut cells, mut padded, mut quoted) = (0usize, 0usize, 0usize);
    for line in text.split(|b| matches!(b, b'\n' | b'\r')).take(100) {
        if is_ruled(line) {
            continue;
        }
        let mut within = false;
        for (at, &b) in line.iter().enumerate() {
            if Some(b) == dialect.quote {
                within = !within;
            } else if !within && line[at..].starts_with(delimiter) {
                let rest = &line[at + delimiter.len()..];
                // A bar at the side stands close to some cells.
                let side = at == 0 && delimiter == b"|" && rest.first() != Some(&b' ');
                if !rest.is_empty() && !rest.starts_with(delimiter) && !side {
                    cells += 1;
                    let tab = rest.first() == Some(&b'\t') && delimiter != b"\t";
                    padded += usize::from(rest.first() == Some(&b' ') || tab);
                    let next = rest.iter().find(|b| **b != b' ').copied();
                    quoted += usize::from(rest.first() == Some(&b' ') && next == dialect.quote);
                }
            }
        }
    }
    // A quote behind a blank begins a cell only if the blank is none of it. Bars stand at the side of a drawn table, too.
    let most = match delimiter {
        _ if quoted > 0 && padded > 2 && dialect.quote == Some(b'"') => 10,
        b"|" => 16,
        _ => 19,
    };
    cells > 1 && padded * 20 >= cells * most
}

/// Whether every second cell is empty in every row: the delimiter is written twice.
pub(super) fn is_doubled(text: &[u8], complete: bool, dialect: Dialect) -> bool {
    let rows = rows_of(text, complete, dialect, usize::MAX, 100);
    let rows: Vec<&SampleRow> = rows.iter().filter(|r| r.filled() > 1).collect();
    let doubled = |row: &&&SampleRow| {
        row.cells.len() % 2 == 1 && row.cells.iter().skip(1).step_by(2).all(|c| c.is_empty())
    };
    rows.len() > 1 && rows.iter().filter(doubled).count() * 10 > rows.len() * 9
}

/// Whether the lines as they stand are numbers or times, so that nothing separates anything.
pub(super) fn is_one_typed_column(text: &[u8], complete: bool, dialect: Dialect) -> bool {
    if dialect.delimiter == Delimiter::Byte(b',') {
        return is_one_of_fractions(text, complete, dialect);
    }
    if matches!(dialect.delimiter, Delimiter::Byte(b';' | b'\t' | b'|')) {
        return false;
    }
    let rows = rows_of(text, complete, dialect, usize::MAX, SCORED_ROWS);
    let rows: Vec<&SampleRow> = rows.iter().filter(|r| !r.cells.is_empty()).collect();
    let typed = |row: &&&SampleRow| {
        std::str::from_utf8(&row.source).is_ok_and(|t| class::is_time(t.trim()))
    };
    rows.iter().filter(typed).count() * 10 >= rows.len() * 8
}

/// Whether one name stands above numbers with decimal commas and nothing else.
fn is_one_of_fractions(text: &[u8], complete: bool, dialect: Dialect) -> bool {
    let rows = rows_of(text, complete, dialect, usize::MAX, SCORED_ROWS);
    let mut rows = rows.iter().filter(|r| !r.cells.is_empty());
    let named = rows
        .next()
        .is_some_and(|r| r.cells.len() == 1 && Class::of(&r.source) == Class::Text);
    let mut count = 0;
    named
        && rows.all(|row| {
            count += 1;
            row.source.iter().filter(|&&b| b == b',').count() == 1
                && Class::of(&row.source) == Class::Number
        })
        && count > 1
}
