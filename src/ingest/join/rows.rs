//! Cells -> the table.

use super::super::IngestError;
use super::super::infer::tell_kind;
use super::super::kind::kind_of;
use super::super::limits::{MAX_CELLS, MAX_ROWS};
use super::super::names::Names;
use super::super::series::SeriesSet;
use super::alerts::{Firing, firing};
use super::entity::Layout;
use super::grid::{Column as GridColumn, ColumnKind as CellKind, Grid};
use super::{ALERT_COLUMN, HEALTHY, JoinReport, Surroundings};
use crate::data::{Column, Dictionary, Notice, Values, sort_by, sort_keys};

/// No series.
const NONE: u32 = u32::MAX;

/// What names the rows.
struct Entities {
    /// Tuples, in the order of their text.
    tuples: Vec<u32>,
    /// The place of each tuple among them, by its number.
    places: Vec<u32>,
}

/// Each row's cell (counted from the first) in the upper half, its entity in the lower, ascending.
struct Rows {
    keys: Vec<u64>,
    first_cell: i64,
}

impl Rows {
    fn cell(&self, key: u64) -> i64 {
        self.first_cell + (key >> 32) as i64
    }
}

/// The table's columns.
#[expect(clippy::too_many_arguments, reason = "what a join is made of")]
pub(super) fn table(
    set: &SeriesSet,
    layout: &Layout,
    grid: &Grid,
    columns: Vec<GridColumn>,
    around: &Surroundings<'_>,
    file: &str,
    report: &mut JoinReport,
    notices: &mut Vec<Notice>,
) -> Result<Vec<Column>, IngestError> {
    let alerts = firing(set, layout, grid, &mut report.merged);
    // Alerts make rows only where there is nothing else.
    let alone = columns.is_empty();
    let mut made: Vec<(u32, &[i64])> = Vec::new();
    let are_all_events = columns.iter().all(|c| c.kind == CellKind::Events);
    for column in columns
        .iter()
        .filter(|c| c.kind != CellKind::Events || are_all_events)
    {
        for (placed, cells) in &column.series {
            if layout.row_masks.contains(&placed.mask) {
                made.push((placed.tuple, &cells.cells));
            }
        }
    }
    if alone && let Some(alerts) = &alerts {
        made.extend(alerts.iter().map(|a| (a.placed.tuple, &a.cells[..])));
    }
    let entities = entities(&layout.tuples, made.iter().map(|m| m.0));
    let width = layout.entity_labels.len() + columns.len() + 2;
    let rows = rows(&made, &entities, width, file)?;
    drop(made);
    if rows.keys.is_empty() {
        return Err(IngestError::NoSamples {
            file: file.to_owned(),
        });
    }
    let mut out = Vec::with_capacity(width);
    let mut add = |mut column: Column, notices: &mut Vec<Notice>| {
        if let Values::Number(_) | Values::Text(_) = column.values {
            column.kind = kind_of(&column.values, &column.name, out.len());
        }
        tell_kind(&column, notices);
        out.push(column);
    };
    let mut taken = crate::data::Names::default();
    let mut unique = |name: &str| {
        let mut name = name.to_owned();
        while !taken.take(&name) {
            name.push('_');
        }
        name
    };
    if around.is_untimed {
        // One scrape needs no number.
        if rows.keys.iter().any(|key| key >> 32 > 0) {
            let scrape = |key: &u64| ((key >> 32) + 1) as f64;
            add(
                Column::integer(unique("scrape"), rows.keys.iter().map(scrape).collect()),
                notices,
            );
        }
    } else {
        let times = rows
            .keys
            .iter()
            .map(|&key| grid.time(rows.cell(key)))
            .collect();
        add(Column::time(unique("timestamp"), times), notices);
    }
    for (bit, label) in layout.entity_labels.iter().enumerate() {
        let value = |tuple: u32| {
            let part = layout.tuples.bytes(tuple).split(|&b| b == 0xff).nth(bit);
            str::from_utf8(part.unwrap_or_default()).unwrap_or_default()
        };
        let of_entity: Vec<&str> = entities.tuples.iter().map(|&t| value(t)).collect();
        let cells = rows
            .keys
            .iter()
            .map(|&key| of_entity[(key & 0xffff_ffff) as usize]);
        let values = Values::Text(Dictionary::from_cells(cells));
        let mut column = Column::category(unique(label), std::iter::empty::<&str>());
        column.values = values;
        add(column, notices);
    }
    for (column, told) in columns.into_iter().zip(&mut report.columns) {
        told.name = unique(&told.name);
        let values = filled(
            &column,
            layout,
            &entities,
            &rows,
            around,
            grid,
            &mut report.unplaced,
        );
        add(as_column(set, &told.name, column.kind, values), notices);
    }
    if let Some(alerts) = alerts {
        let cells = alerts_of_rows(&alerts, layout, &entities, &rows, report);
        add(Column::category(unique(ALERT_COLUMN), cells), notices);
    }
    Ok(out)
}

fn as_column(set: &SeriesSet, name: &str, kind: CellKind, values: Vec<f64>) -> Column {
    if kind != CellKind::Words {
        return Column::number(name, values);
    }
    let word = |x: &f64| {
        if x.is_nan() {
            ""
        } else {
            set.words.text(*x as u32)
        }
    };
    Column::category(name, values.iter().map(word))
}

fn entities(tuples: &Names, made: impl Iterator<Item = u32>) -> Entities {
    let mut places = vec![NONE; tuples.len()];
    for tuple in made {
        if let Some(place) = places.get_mut(tuple as usize) {
            *place = 0;
        }
    }
    let mut order: Vec<u32> = (0..tuples.len() as u32)
        .filter(|&t| places[t as usize] == 0)
        .collect();
    sort_by(&mut order, |&a, &b| tuples.bytes(a).cmp(tuples.bytes(b)));
    for (place, &tuple) in order.iter().enumerate() {
        places[tuple as usize] = place as u32;
    }
    Entities {
        tuples: order,
        places,
    }
}

fn rows(
    made: &[(u32, &[i64])],
    entities: &Entities,
    width: usize,
    file: &str,
) -> Result<Rows, IngestError> {
    let first_cell = made
        .iter()
        .filter_map(|m| m.1.first())
        .min()
        .copied()
        .unwrap_or(0);
    let most = MAX_ROWS.min(MAX_CELLS / width.max(1) as u64);
    let too_many = || IngestError::TooManyRows {
        file: file.to_owned(),
        line: 1,
        rows: most,
    };
    let mut keys: Vec<u64> = Vec::new();
    // Series of several columns share their rows: a run of keys is made one before it is added to the others.
    let mut settled = 0;
    for (tuple, cells) in made {
        let entity = u64::from(
            entities
                .places
                .get(*tuple as usize)
                .copied()
                .unwrap_or(NONE),
        );
        for &cell in *cells {
            let from_first = u32::try_from(cell - first_cell).map_err(|_| too_many())?;
            keys.push(u64::from(from_first) << 32 | entity);
        }
        if keys.len() > (4 * settled).max(1 << 22) {
            sort_keys(&mut keys);
            keys.dedup();
            settled = keys.len();
            if settled as u64 > most {
                return Err(too_many());
            }
        }
    }
    sort_keys(&mut keys);
    keys.dedup();
    if keys.len() as u64 > most {
        return Err(too_many());
    }
    Ok(Rows { keys, first_cell })
}

/// A column's values, row by row; counts the samples that no row takes.
fn filled(
    column: &GridColumn,
    layout: &Layout,
    entities: &Entities,
    rows: &Rows,
    around: &Surroundings<'_>,
    grid: &Grid,
    unplaced: &mut u64,
) -> Vec<f64> {
    let of_entity = series_of_entities(column, layout, entities);
    let mut cursors = vec![0_usize; column.series.len()];
    let mut used = vec![0_u64; column.series.len()];
    let mut last_used = vec![i64::MIN; column.series.len()];
    let mut out = Vec::with_capacity(rows.keys.len());
    for &key in &rows.keys {
        let cell = rows.cell(key);
        let at = of_entity[(key & 0xffff_ffff) as usize] as usize;
        let mut value = f64::NAN;
        if let Some((_, cells)) = column.series.get(at) {
            let cursor = &mut cursors[at];
            while cells.cells.get(*cursor).is_some_and(|&c| c < cell) {
                *cursor += 1;
            }
            if cells.cells.get(*cursor) == Some(&cell) {
                value = cells.values[*cursor];
                if last_used[at] != cell {
                    last_used[at] = cell;
                    used[at] += 1;
                }
            }
        }
        if column.kind == CellKind::Events && value.is_nan() {
            let time = grid.time(cell);
            let is_known = |(from, to): (i64, i64)| time >= from && time - grid.step < to;
            value = if around.events_known.is_some_and(is_known) {
                0.0
            } else {
                value
            };
        }
        out.push(value);
    }
    for ((_, cells), used) in column.series.iter().zip(used) {
        *unplaced += cells.cells.len() as u64 - used;
    }
    out
}

/// The series of each entity, by its place: its own, or else that of the most labels that it shares.
fn series_of_entities(column: &GridColumn, layout: &Layout, entities: &Entities) -> Vec<u32> {
    let mut out = vec![NONE; entities.tuples.len()];
    let mut masks: Vec<u32> = column
        .series
        .iter()
        .map(|(placed, _)| placed.mask)
        .collect();
    crate::data::sort_rows(&mut masks);
    masks.dedup();
    sort_by(&mut masks, |a, b| {
        b.count_ones().cmp(&a.count_ones()).then(a.cmp(b))
    });
    for mask in masks {
        let mut known = Names::default();
        let mut numbers = Vec::new();
        for (at, (placed, _)) in column.series.iter().enumerate() {
            if placed.mask == mask
                && known
                    .intern(&projected(&layout.tuples, placed.tuple, mask))
                    .1
            {
                numbers.push(at as u32);
            }
        }
        for (place, &tuple) in entities.tuples.iter().enumerate() {
            if out[place] == NONE
                && let Some(code) = known.find(&projected(&layout.tuples, tuple, mask))
            {
                out[place] = numbers[code as usize];
            }
        }
    }
    out
}

/// A tuple with the values of other labels left out.
fn projected(tuples: &Names, tuple: u32, mask: u32) -> Vec<u8> {
    let mut key = Vec::new();
    for (bit, value) in tuples.bytes(tuple).split(|&b| b == 0xff).enumerate() {
        if bit < 32 && mask >> bit & 1 == 1 {
            key.extend_from_slice(value);
        }
        key.push(0xff);
    }
    key
}

/// The most severe alert that fires in each row.
fn alerts_of_rows<'a>(
    alerts: &'a [Firing],
    layout: &Layout,
    entities: &Entities,
    rows: &Rows,
    report: &mut JoinReport,
) -> Vec<&'a str> {
    let (lists, of_entity) = alerts_of_entities(alerts, layout, entities);
    let mut cursors = vec![0_usize; alerts.len()];
    let mut placed = vec![0_usize; alerts.len()];
    let mut last_placed = vec![i64::MIN; alerts.len()];
    let mut out = Vec::with_capacity(rows.keys.len());
    for &key in &rows.keys {
        let cell = rows.cell(key);
        let mut first = usize::MAX;
        let mut fires = 0_u64;
        for &at in of_entity[(key & 0xffff_ffff) as usize]
            .iter()
            .flat_map(|&list| &lists[list])
        {
            let alert = &alerts[at];
            let cursor = &mut cursors[at];
            while alert.cells.get(*cursor).is_some_and(|&c| c < cell) {
                *cursor += 1;
            }
            if alert.cells.get(*cursor) == Some(&cell) {
                // The most severe stand first.
                first = first.min(at);
                fires += 1;
                if last_placed[at] != cell {
                    last_placed[at] = cell;
                    placed[at] += 1;
                }
            }
        }
        report.alerts_hidden += fires.saturating_sub(1);
        out.push(alerts.get(first).map_or(HEALTHY, |alert| &alert.name));
    }
    for (alert, placed) in alerts.iter().zip(placed) {
        report.unplaced += (alert.cells.len() - placed) as u64;
    }
    out
}

/// Lists of alerts, and which of them are about each entity: alerts that name the same values of the same labels share one.
fn alerts_of_entities(
    alerts: &[Firing],
    layout: &Layout,
    entities: &Entities,
) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let mut masks: Vec<u32> = alerts.iter().map(|a| a.placed.mask).collect();
    crate::data::sort_rows(&mut masks);
    masks.dedup();
    let mut lists: Vec<Vec<usize>> = Vec::new();
    let mut of_entity = vec![Vec::new(); entities.tuples.len()];
    for mask in masks {
        let first = lists.len();
        let mut known = Names::default();
        for (at, alert) in alerts
            .iter()
            .enumerate()
            .filter(|(_, a)| a.placed.mask == mask)
        {
            let (code, is_new) = known.intern(&projected(&layout.tuples, alert.placed.tuple, mask));
            if is_new {
                lists.push(Vec::new());
            }
            lists[first + code as usize].push(at);
        }
        for (place, &tuple) in entities.tuples.iter().enumerate() {
            if let Some(code) = known.find(&projected(&layout.tuples, tuple, mask)) {
                of_entity[place].push(first + code as usize);
            }
        }
    }
    (lists, of_entity)
}
