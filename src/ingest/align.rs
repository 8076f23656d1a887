//! A row with a cell too few or too many -> a row of the table's width, so that each value stands where it belongs.
//!
//! A gap is put, and surplus cells are joined or left out, where the cells then look most like those of their columns. Where
//! that decides nothing, the gap is at the end, and surplus cells join the last one.

use super::class::Class;

/// The most cells that are moved about; a row that lacks more is filled up at its end.
const MOST_MOVED: usize = 3;

/// How well a cell fits a column.
pub(super) fn fit(cell: &[u8], column: Option<Class>) -> i32 {
    match (Class::of(cell), column) {
        (Class::Empty, _) => 0,
        (found, Some(wanted)) if found == wanted => 2,
        (_, None) => 0,
        (Class::Text, Some(_)) => -3,
        (_, Some(Class::Text)) => -1,
        _ => -2,
    }
}

/// The cells set right, and what was left out, joined with blanks.
pub(super) fn align(
    cells: &[&[u8]],
    columns: &[Option<Class>],
    joint: &[u8],
) -> (Vec<Vec<u8>>, Vec<u8>) {
    let width = columns.len();
    let mut row: Vec<Vec<u8>> = cells.iter().map(|c| c.to_vec()).collect();
    let mut left_out = Vec::new();
    if width == 0 {
        return (row, left_out);
    }
    while row.len() < width {
        let at = if width - row.len() <= MOST_MOVED {
            gap(&row, columns)
        } else {
            row.len()
        };
        row.insert(at, Vec::new());
    }
    while row.len() > width {
        let moved = row.len() - width <= MOST_MOVED;
        match if moved {
            surplus(&row, columns)
        } else {
            Surplus::End
        } {
            Surplus::Blank(at) => {
                row.remove(at);
            }
            Surplus::Join(at) => {
                let next = row.remove(at + 1);
                row[at].extend_from_slice(joint);
                row[at].extend_from_slice(&next);
            }
            Surplus::End => {
                let extra = row.split_off(width);
                let text_column = columns.last() == Some(&Some(Class::Text));
                let filled: Vec<&Vec<u8>> = extra
                    .iter()
                    .filter(|c| !c.trim_ascii().is_empty())
                    .collect();
                if text_column && !filled.is_empty() {
                    for cell in &extra {
                        row[width - 1].extend_from_slice(joint);
                        row[width - 1].extend_from_slice(cell);
                    }
                } else {
                    for cell in filled {
                        if !left_out.is_empty() {
                            left_out.extend_from_slice(joint);
                        }
                        left_out.extend_from_slice(cell);
                    }
                }
            }
        }
    }
    (row, left_out)
}

/// Where a missing cell was: the last of the best places.
fn gap(row: &[Vec<u8>], columns: &[Option<Class>]) -> usize {
    let lacking = columns.len() - row.len();
    // Left of the gap cells stand in their columns, right of it one further for each cell that is missing.
    let mut total: i32 = row
        .iter()
        .zip(columns.iter().skip(lacking))
        .map(|(c, &k)| fit(c, k))
        .sum();
    let mut best = (total, 0);
    for (at, cell) in row.iter().enumerate() {
        let right = columns.get(at + lacking).copied().flatten();
        total += fit(cell, columns[at]) - fit(cell, right);
        if total >= best.0 {
            best = (total, at + 1);
        }
    }
    best.1
}

enum Surplus {
    /// An empty cell that is one too many.
    Blank(usize),
    /// Two cells that are one.
    Join(usize),
    /// All that stands behind the last column.
    End,
}

/// Which cell is too many.
fn surplus(row: &[Vec<u8>], columns: &[Option<Class>]) -> Surplus {
    let extra = row.len() - columns.len();
    let column = |at: usize| columns.get(at).copied().flatten();
    let left: Vec<i32> = row
        .iter()
        .enumerate()
        .map(|(i, c)| fit(c, column(i)))
        .collect();
    let right = |i: usize| match i.checked_sub(extra) {
        Some(at) => fit(&row[i], column(at)),
        None => -9,
    };
    let mut before = 0;
    let mut after: i32 = (1..row.len()).map(&right).sum();
    let end: i32 = left.iter().take(columns.len()).sum();
    let mut best = (end, Surplus::End);
    for at in 0..row.len() {
        // Cells before `at` stay, cells behind it move up.
        let blank = row[at].trim_ascii().is_empty();
        if blank && before + after > best.0 - i32::from(at + 1 == row.len()) {
            best = (before + after, Surplus::Blank(at));
        }
        let follows = row.get(at + 1).is_some_and(|c| !c.trim_ascii().is_empty());
        // Words may hold a delimiter; so may a number between its thousands.
        let joins = || match column(at) {
            Some(Class::Text) => true,
            Some(Class::Number) => {
                let whole = [row[at].as_slice(), b",", row[at + 1].as_slice()].concat();
                Class::of(&whole) == Class::Number && row[at + 1].len() == 3
            }
            _ => false,
        };
        if follows && !blank && joins() {
            let joined = before + 2 + after - right(at + 1);
            let thousands = i32::from(column(at) == Some(Class::Number));
            if joined + thousands > best.0 && at + 1 >= extra {
                best = (joined, Surplus::Join(at));
            }
        }
        before += left[at];
        if at + 1 < row.len() {
            after -= right(at + 1);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aligned(cells: &[&str], columns: &[Option<Class>]) -> Vec<String> {
        let cells: Vec<&[u8]> = cells.iter().map(|c| c.as_bytes()).collect();
        let (row, _) = align(&cells, columns, b",");
        row.iter()
            .map(|c| String::from_utf8_lossy(c).into_owned())
            .collect()
    }

    #[test]
    fn values_stand_where_they_belong() {
        let columns = [
            Some(Class::Text),
            Some(Class::Number),
            Some(Class::Time),
            Some(Class::Text),
        ];
        assert_eq!(
            aligned(&["a", "2026-01-01", "z"], &columns),
            ["a", "", "2026-01-01", "z"]
        );
        assert_eq!(
            aligned(&["a", "1", "2026-01-01"], &columns),
            ["a", "1", "2026-01-01", ""]
        );
        assert_eq!(aligned(&["a"], &columns), ["a", "", "", ""]);
        assert_eq!(
            aligned(&["a", "", "1", "2026-01-01", "z"], &columns),
            ["a", "1", "2026-01-01", "z"]
        );
        assert_eq!(
            aligned(&["a", "b", "1", "2026-01-01", "z"], &columns),
            ["a,b", "1", "2026-01-01", "z"]
        );
        assert_eq!(
            aligned(&["a", "1", "2026-01-01", "y", "z"], &columns),
            ["a", "1", "2026-01-01", "y,z"]
        );
        let numbers = [Some(Class::Number); 3];
        assert_eq!(aligned(&["1", "2"], &numbers), ["1", "2", ""]);
        assert_eq!(aligned(&["1", "2", "3", "4"], &numbers), ["1", "2", "3"]);
        let money = [Some(Class::Text), Some(Class::Number)];
        assert_eq!(aligned(&["a", "$1", "200"], &money), ["a", "$1,200"]);
        assert_eq!(aligned(&["1", "2", "3", ""], &numbers), ["1", "2", "3"]);
    }
}
