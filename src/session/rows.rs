//! Rows of the current data set as a person lists them: those that pass a filter, in the order of a column.

use super::failure::Fault;
use super::profile::rows_of;
use super::store::Loaded;
use crate::data::{
    Column, Frame, MISSING_CODE, MISSING_TIME, Values, lower, number_key, sort_by, sort_keyed,
};
use crate::protocol::{RowsPage, RowsView};

/// The rows of a view, in its order; kept, since pages of it are asked for one after the other.
#[derive(Debug)]
pub(super) struct Listed {
    view: RowsView,
    rows: Vec<u32>,
}

/// A page of the rows that the view lists, in its order.
pub(super) fn page(
    data: &mut Loaded,
    view: &RowsView,
    offset: u64,
    limit: u32,
) -> Result<RowsPage, Fault> {
    let is_known = |listed: &Listed| listed.view == *view;
    if !data.listed.as_ref().is_some_and(is_known) {
        // Pages without sort and filter need no list, and another list is not kept for them.
        data.listed = match view.sort.is_none() && view.filter.is_none() {
            true => None,
            false => Some(Listed {
                rows: list(&data.frame, view)?,
                view: view.clone(),
            }),
        };
    }
    let rows = data.listed.as_ref().map(|listed| &*listed.rows);
    Ok(rows_of(&data.frame, rows, offset, limit))
}

fn column<'a>(frame: &'a Frame, name: &str) -> Result<&'a Column, Fault> {
    frame.column(name).ok_or_else(|| Fault::no_column(name))
}

fn list(frame: &Frame, view: &RowsView) -> Result<Vec<u32>, Fault> {
    let all = 0..frame.rows() as u32;
    let mut rows: Vec<u32> = match &view.filter {
        None => all.collect(),
        Some(filter) => {
            let column = column(frame, &filter.column)?;
            let in_range = |x: f64| {
                filter.min.is_none_or(|min| x >= min) && filter.max.is_none_or(|max| x <= max)
            };
            let is_ranged = filter.min.is_some() || filter.max.is_some();
            let wanted: String = filter.contains.trim().chars().map(lower).collect();
            let contains = |text: &str| {
                wanted.is_empty()
                    || text
                        .chars()
                        .map(lower)
                        .collect::<String>()
                        .contains(&wanted)
            };
            match &column.values {
                // What is asked of a name is asked once, not for each of its rows.
                Values::Text(names) => {
                    let passes: Vec<bool> = names.names.iter().map(|n| contains(n)).collect();
                    let of_missing = wanted.is_empty();
                    all.filter(|&row| match names.codes.get(row as usize) {
                        Some(&MISSING_CODE) | None => of_missing,
                        Some(&code) => passes.get(code as usize).copied().unwrap_or(false),
                    })
                    .collect()
                }
                Values::Number(numbers) if is_ranged || wanted.is_empty() => all
                    .filter(|&row| {
                        // What is missing is in no range.
                        !is_ranged || numbers.get(row as usize).is_some_and(|&x| in_range(x))
                    })
                    .collect(),
                Values::Number(_) | Values::Time(_) => all
                    .filter(|&row| contains(&column.text(row as usize)))
                    .collect(),
            }
        }
    };
    if let Some(name) = &view.sort {
        rows = sorted(column(frame, name)?, rows, view.descending);
    }
    Ok(rows)
}

/// The rows by the column's values, missing ones last either way; equals stay in the table's order.
fn sorted(column: &Column, rows: Vec<u32>, descending: bool) -> Vec<u32> {
    // Names by their own order, of which each row carries the place, from 1: turned around, 0 would be the last key.
    let places: Vec<u64> = match &column.values {
        Values::Text(names) => {
            let mut order: Vec<u32> = (0..names.names.len() as u32).collect();
            let name = |at: u32| names.names.get(at as usize).map_or("", String::as_str);
            sort_by(&mut order, |&a, &b| name(a).cmp(name(b)));
            let mut places = vec![0; order.len()];
            for (place, at) in (1..).zip(order) {
                places[at as usize] = place;
            }
            places
        }
        _ => Vec::new(),
    };
    let key = |row: u32| -> Option<u64> {
        let at = row as usize;
        match &column.values {
            Values::Number(numbers) => numbers.get(at).filter(|x| !x.is_nan()).map(|&x| {
                // Both zeros are equal.
                number_key(x + 0.0)
            }),
            Values::Time(times) => times
                .get(at)
                .filter(|&&t| t != MISSING_TIME)
                .map(|&t| (t as u64) ^ (1 << 63)),
            Values::Text(names) => names
                .codes
                .get(at)
                .filter(|&&code| code != MISSING_CODE)
                .and_then(|&code| places.get(code as usize).copied()),
        }
    };
    let mut keyed: Vec<(u64, u32)> = rows
        .into_iter()
        .map(|row| match key(row) {
            // No value has the last key: instants and numbers are within the calendar and finite.
            None => (u64::MAX, row),
            Some(key) if descending => (!key, row),
            Some(key) => (key, row),
        })
        .collect();
    sort_keyed(&mut keyed);
    keyed.into_iter().map(|(_, row)| row).collect()
}
