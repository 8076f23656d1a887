//! The row with which a table begins: the first of several that are alike, and what stands above it as a header would.

use super::class::Class;
use super::guess::SampleRow;
use super::layout::{Layout, has_repeats, is_ruled, is_separator};
use super::options::Delimiter;
use super::report::Why;
use super::scan::{Cells, Dialect, Mode};

/// The first row that belongs to the table.
pub(super) fn table_start(
    rows: &[SampleRow],
    layout: &Layout,
    is_comment: &dyn Fn(&SampleRow) -> bool,
) -> usize {
    let width = layout.width;
    let columns = layout.columns();
    let fits = |row: &SampleRow| layout.has_width(row.cells.len());
    let full = |row: &SampleRow| {
        fits(row) && (columns < 3 || row.filled() * 2 > columns || row.filled() > 3)
    };
    let candidates = rows
        .iter()
        .enumerate()
        .filter(|(_, r)| !is_comment(r) && !is_separator(r) && !is_ruled(&r.source));
    let mut start = None;
    for (at, row) in candidates {
        if !(if columns == 1 { fits(row) } else { full(row) }) {
            continue;
        }
        let next: Vec<&SampleRow> = rows
            .iter()
            .skip(at + 1)
            .filter(|r| !is_comment(r) && !is_ruled(&r.source))
            .take(8)
            .collect();
        let good = next.iter().filter(|r| fits(r)).count();
        if good * 2 >= next.len() {
            start = Some(at);
            break;
        }
    }
    // A title above two columns stands apart.
    let title = |at: usize| {
        let (row, next) = (rows.get(at)?, rows.get(at + 1)?);
        let apart = row.line + row.lines < next.line && row.filled() == 1;
        (columns == 2 && apart && full(next) && next.filled() == 2).then_some(at + 1)
    };
    // A whole row of words at the very top names the columns, be most rows below it damaged.
    let top = rows.iter().position(|r| !is_comment(r) && !is_separator(r));
    let named = top.and_then(|at| rows.get(at));
    let is_name = |c: &Vec<u8>| !c.trim_ascii().is_empty() && !Class::of(c).is_typed();
    let headed = columns > 2
        && named.is_some_and(|r| fits(r) && r.cells.iter().all(is_name) && !has_repeats(r));
    let start = start.map(|at| match top {
        Some(top) if headed && at > top => top,
        _ => title(at).unwrap_or(at),
    });
    let Some(mut start) = start else {
        return rows
            .iter()
            .position(|r| !is_comment(r) && !is_separator(r))
            .unwrap_or(0);
    };
    // A row right above that is nearly as wide and holds words is a damaged header, and one that spans columns is the
    // upper part of one.
    while let Some(above) = start.checked_sub(1).and_then(|i| rows.get(i)) {
        let below = &rows[start];
        let adjacent = above.line + above.lines == below.line;
        let cells = above.cells.len();
        let below_is_words = below.cells.iter().all(|c| !Class::of(c).is_typed());
        let heads = |c: &Vec<u8>| c.trim_ascii().is_empty() && below_is_words;
        let words = above.filled() > 1
            && (above.cells.iter().all(|c| !Class::of(c).is_typed())
                || above.cells.first().is_some_and(heads));
        let spans = fits(above) && above.filled() > 1;
        let near = columns > 2
            && cells != width
            && cells + 1 + columns / 8 >= width
            && cells <= width + 1 + columns / 8;
        if !adjacent || is_comment(above) || !words {
            break;
        }
        if (spans && below_is_words)
            || (near && !below_is_words)
            || (near && below.why.is_none() && is_header_like(above, below))
        {
            start -= 1;
        } else {
            break;
        }
    }
    // A commented header: the last comment above, if it has a name for each column.
    start
}

/// Cuts the row above the table at another delimiter, if that gives a name for each column. Whether it did.
pub(super) fn other_header(
    rows: &mut [SampleRow],
    first: usize,
    layout: &Layout,
    dialect: Dialect,
) -> bool {
    let columns = layout.columns();
    let Some([above, below, ..]) = first.checked_sub(1).and_then(|at| rows.get_mut(at..)) else {
        return false;
    };
    let adjacent = above.line + above.lines == below.line && above.lines == 1;
    let headed = below.cells.iter().all(|c| !Class::of(c).is_typed());
    if columns < 3 || above.cells.len() > 1 || !adjacent || headed {
        return false;
    }
    for delimiter in [b',', b';', b'\t', b'|', b' '].map(Delimiter::Byte) {
        let dialect = Dialect {
            delimiter,
            ..dialect
        };
        let mut cells = Cells::default();
        dialect.record(&above.source, 0, true, Mode::Strict, usize::MAX, &mut cells);
        let name = |c: &[u8]| !c.is_empty() && !Class::of(c).is_typed();
        if cells.ends.len() == columns && cells.iter().all(name) {
            above.cells = cells.iter().map(<[u8]>::to_vec).collect();
            above.why = Some(Why::Delimiter);
            return true;
        }
    }
    false
}

/// Whether a misfit row of words stands above rows of words as a header would: its cells are short and none repeats below.
fn is_header_like(above: &SampleRow, below: &SampleRow) -> bool {
    !has_repeats(above)
        && above.cells.iter().all(|c| c.len() < 40 && !c.is_empty())
        && !above.cells.iter().any(|c| below.cells.contains(c))
}
