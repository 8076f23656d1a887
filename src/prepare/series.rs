//! Time and identity found in a table: rows of one entity, ordered in time, are a series.

use thiserror::Error;

use crate::data::{
    Column, ColumnKind, Frame, MISSING_CODE, MISSING_TIME, Values, lowered, number_key, sort_by,
    sort_keyed, sort_keys,
};

/// Microseconds of a minute.
pub const MINUTE_MICROS: i64 = 60_000_000;
/// The series of a row without a time or without a name.
pub const NO_SERIES: u32 = u32::MAX;
/// A step longer than so many usual ones is a gap.
const GAP_STEPS: i64 = 2;
/// The most minutes that a number may say where time is counted rather than dated: 19,000 years.
const MOST_MINUTES: f64 = 1e10;

/// Words in the names of columns that say what a row is about, widest scope first.
const SCOPES: [&str; 13] = [
    "cluster",
    "region",
    "zone",
    "namespace",
    "node",
    "workload",
    "deployment",
    "pod",
    "container",
    "instance",
    "host",
    "unit",
    "entity",
];
/// Words in the names of numbers that measure or count something of what a row is about, and name nothing.
const MEASURES: [&str; 14] = [
    "count", "bytes", "percent", "total", "ratio", "usage", "rate", "seconds", "status", "ready",
    "restart", "limit", "request", "load",
];

/// Why a table is no set of series.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SeriesError {
    /// Nothing in the table is a time.
    #[error("no column of this table is a time, so what comes before what is not known")]
    NoTime,
    /// There is no such column.
    #[error("there is no column {column:?}")]
    UnknownColumn {
        /// Its name.
        column: String,
    },
    /// A column that was named as the time and is none.
    #[error("the column {column:?} holds {} values, not times", .kind.name())]
    NotATime {
        /// Its name.
        column: String,
        /// What it holds.
        kind: ColumnKind,
    },
    /// No row has a time.
    #[error("no row has a time in the column {column:?}")]
    NoRows {
        /// Its name.
        column: String,
    },
}

/// The rows of each entity, in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The time's column.
    pub time: String,
    /// The columns whose cells together name an entity; none where all rows are of one.
    pub entity: Vec<String>,
    /// Each row's instant in microseconds; [`MISSING_TIME`] where it has none. A number that counts (cycles, hours) counts
    /// minutes here.
    pub instants: Vec<i64>,
    /// Each row's entity, or [`NO_SERIES`].
    pub of_row: Vec<u32>,
    /// Entities by first appearance; names of several columns are joined by `/`.
    pub names: Vec<String>,
    /// Rows with a time by entity, then time, then their place in the table.
    pub order: Vec<u32>,
    /// Where in `order` each entity begins, and the end: one more than there are entities.
    pub starts: Vec<u32>,
    /// The usual step between two rows of an entity (median), in microseconds; 0 where none has two.
    pub step_micros: i64,
    /// Steps of more than twice the usual one.
    pub gaps: u64,
    /// Rows that have entity and instant in common with one before them in the order, ascending.
    pub duplicates: Vec<u32>,
    /// Rows that stand below a later one of their entity, ascending.
    pub backwards: Vec<u32>,
    /// Rows without a time.
    pub without_time: u64,
    /// Whether time is counted by a number rather than dated.
    pub counted: bool,
}

impl Series {
    /// Puts a table's rows in order. `time` names the column of instants (a number counts minutes), `entity` the columns
    /// that tell entities apart; a missing cell there is a name of its own.
    ///
    /// # Errors
    /// [`SeriesError`]; what can be worked around (gaps, duplicates, time going backwards) is told by the result instead.
    pub fn new(frame: &Frame, time: &str, entity: &[String]) -> Result<Self, SeriesError> {
        let (instants, counted) = instants(column(frame, time)?)?;
        let columns = entity.iter().map(|name| column(frame, name));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let (of_row, names) = entities(&columns, &instants);
        if of_row.iter().all(|&e| e == NO_SERIES) {
            return Err(SeriesError::NoRows {
                column: time.to_owned(),
            });
        }
        let mut last = vec![MISSING_TIME; names.len()];
        let mut backwards = Vec::new();
        let mut starts = vec![0_u32; names.len() + 1];
        for ((row, &e), &at) in (0..).zip(&of_row).zip(&instants) {
            if e != NO_SERIES {
                let last = &mut last[e as usize];
                if at < *last {
                    backwards.push(row);
                }
                *last = at.max(*last);
                starts[e as usize + 1] += 1;
            }
        }
        for e in 0..names.len() {
            starts[e + 1] += starts[e];
        }
        let order = in_time(&of_row, &instants, &starts);
        let mut duplicates = Vec::new();
        let mut steps = Vec::new();
        for pair in order.windows(2) {
            let (a, b) = (pair[0] as usize, pair[1] as usize);
            if of_row[a] == of_row[b] {
                match instants[b].saturating_sub(instants[a]) {
                    0 => duplicates.push(pair[1]),
                    step => steps.push(step),
                }
            }
        }
        crate::data::sort_rows(&mut duplicates);
        crate::data::sort_instants(&mut steps);
        let step_micros = steps.get(steps.len() / 2).copied().unwrap_or(0);
        let gap = step_micros.saturating_mul(GAP_STEPS);
        Ok(Self {
            time: time.to_owned(),
            entity: entity.to_vec(),
            without_time: (instants.len() - order.len()) as u64,
            gaps: steps.iter().filter(|&&step| step > gap).count() as u64,
            instants,
            of_row,
            names,
            order,
            starts,
            step_micros,
            duplicates,
            backwards,
            counted,
        })
    }

    /// Each entity's rows, in time.
    pub fn each(&self) -> impl Iterator<Item = &[u32]> {
        self.starts
            .windows(2)
            .map(|ends| &self.order[ends[0] as usize..ends[1] as usize])
    }

    /// The first and the last instant, in microseconds.
    pub fn span(&self) -> (i64, i64) {
        let instants = self.order.iter().map(|&row| self.instants[row as usize]);
        instants.fold((i64::MAX, i64::MIN), |(a, b), t| (a.min(t), b.max(t)))
    }

    /// The same without the rows from this one on; entities keep their numbers.
    #[must_use]
    pub fn without_from(mut self, row: u32) -> Self {
        if let Some(rest) = self.of_row.get_mut(row as usize..) {
            rest.fill(NO_SERIES);
        }
        self.duplicates.retain(|&duplicate| duplicate < row);
        self.backwards.retain(|&backwards| backwards < row);
        self.of_rows_left()
    }

    /// The same without the rows that repeat an entity's instant.
    #[must_use]
    pub fn without_duplicates(mut self) -> Self {
        for &row in &self.duplicates {
            self.of_row[row as usize] = NO_SERIES;
        }
        self.duplicates.clear();
        self.of_rows_left()
    }

    /// The order without rows that are of no series.
    fn of_rows_left(mut self) -> Self {
        let of_row = &self.of_row;
        self.order.retain(|&row| of_row[row as usize] != NO_SERIES);
        self.starts.fill(0);
        for &row in &self.order {
            self.starts[self.of_row[row as usize] as usize + 1] += 1;
        }
        for e in 1..self.starts.len() {
            self.starts[e] += self.starts[e - 1];
        }
        self
    }
}

fn column<'a>(frame: &'a Frame, name: &str) -> Result<&'a Column, SeriesError> {
    frame
        .column(name)
        .ok_or_else(|| SeriesError::UnknownColumn {
            column: name.to_owned(),
        })
}

fn instants(column: &Column) -> Result<(Vec<i64>, bool), SeriesError> {
    match &column.values {
        Values::Time(instants) => Ok((instants.clone(), false)),
        Values::Number(counts) => {
            let minutes = |&x: &f64| match x.abs() <= MOST_MINUTES {
                true => (x * MINUTE_MICROS as f64).round() as i64,
                false => MISSING_TIME,
            };
            Ok((counts.iter().map(minutes).collect(), true))
        }
        Values::Text(_) => Err(SeriesError::NotATime {
            column: column.name.clone(),
            kind: column.kind,
        }),
    }
}

/// The rows by entity, then time, then their place in the table; `starts` as in [`Series`].
fn in_time(of_row: &[u32], instants: &[i64], starts: &[u32]) -> Vec<u32> {
    let mut next = starts.to_vec();
    let mut order = vec![0; starts.last().copied().unwrap_or(0) as usize];
    for (row, &e) in (0..).zip(of_row) {
        if e != NO_SERIES {
            order[next[e as usize] as usize] = row;
            next[e as usize] += 1;
        }
    }
    let at = |row: u32| instants[row as usize];
    for ends in starts.windows(2) {
        let rows = &mut order[ends[0] as usize..ends[1] as usize];
        // Nearly every table has each entity's rows in time already.
        if !rows.is_sorted_by_key(|&row| at(row)) {
            let mut keyed: Vec<(u64, u32)> = rows
                .iter()
                .map(|&row| (at(row) as u64 ^ 1 << 63, row))
                .collect();
            sort_keyed(&mut keyed);
            for (row, (_, sorted)) in rows.iter_mut().zip(keyed) {
                *row = sorted;
            }
        }
    }
    order
}

/// Each row's entity, and their names.
fn entities(columns: &[&Column], instants: &[i64]) -> (Vec<u32>, Vec<String>) {
    let mut codes = vec![0_u32; instants.len()];
    let mut names = vec![String::new()];
    for (at, column) in columns.iter().enumerate() {
        let (own, own_names) = coded(column);
        let (next, first_rows) = together((&codes, names.len()), (&own, own_names.len()));
        let name = |&row: &u32| {
            let (before, own) = (codes[row as usize] as usize, own[row as usize] as usize);
            let own = own_names.get(own).map_or("", String::as_str);
            match at {
                0 => own.to_owned(),
                _ => format!("{}/{own}", names[before]),
            }
        };
        names = first_rows.iter().map(name).collect();
        codes = next;
    }
    if names.is_empty() {
        names.push(String::new());
    }
    for (code, &at) in codes.iter_mut().zip(instants) {
        if at == MISSING_TIME {
            *code = NO_SERIES;
        }
    }
    (codes, names)
}

/// A column's cells as numbers of names; that of a missing one is one more than the last.
fn coded(column: &Column) -> (Vec<u32>, Vec<String>) {
    let no_tokens = column.null_tokens.is_empty();
    let (codes, names) = match &column.values {
        Values::Text(d) => (d.codes.clone(), d.names.clone()),
        // A text for each different number rather than for each row.
        Values::Number(values) if no_tokens => {
            let keys = values.iter().zip(0..).filter(|(x, _)| !x.is_nan());
            // Both zeros have the same text.
            let mut keys: Vec<(u64, u32)> =
                keys.map(|(&x, row)| (number_key(x + 0.0), row)).collect();
            let mut codes = vec![MISSING_CODE; values.len()];
            let first_rows = numbered(&mut keys, &mut codes);
            let names = first_rows.iter().map(|&row| column.text(row as usize));
            (codes, names.collect())
        }
        _ => {
            let cells = (0..column.len()).map(|row| column.text(row));
            let d = crate::data::Dictionary::from_cells(cells);
            (d.codes, d.names)
        }
    };
    let missing = names.len() as u32;
    (
        codes.into_iter().map(|code| code.min(missing)).collect(),
        names,
    )
}

/// Numbers the different keys by first appearance: the number of each key's row, and the first row of each number.
fn numbered(keys: &mut [(u64, u32)], numbers: &mut [u32]) -> Vec<u32> {
    sort_keyed(keys);
    let runs = keys.chunk_by(|a, b| a.0 == b.0);
    let mut first_rows: Vec<u32> = runs
        .clone()
        .filter_map(|run| Some(run.first()?.1))
        .collect();
    // By its first row each run finds its number.
    let mut order: Vec<(u64, u32)> = first_rows.iter().map(|&row| row.into()).zip(0..).collect();
    sort_keyed(&mut order);
    let mut number_of = vec![0; order.len()];
    for (number, (row, run)) in (0..).zip(order) {
        number_of[run as usize] = number;
        first_rows[number as usize] = row as u32;
    }
    for (run, number) in runs.zip(number_of) {
        for &(_, row) in run {
            numbers[row as usize] = number;
        }
    }
    first_rows
}

/// Pairs of two numberings as one, by first appearance, with the first row of each. A numbering of `n` names has a number
/// more for what is missing.
fn together((a, names_a): (&[u32], usize), (b, names_b): (&[u32], usize)) -> (Vec<u32>, Vec<u32>) {
    let width = names_b as u64 + 1;
    let key = |(&a, &b): (&u32, &u32)| u64::from(a) * width + u64::from(b);
    let most = (names_a as u64 + 1).saturating_mul(width);
    let mut codes = vec![0; a.len()];
    if most > 4 * a.len() as u64 + 1024 {
        let mut keys: Vec<(u64, u32)> = a.iter().zip(b).map(key).zip(0..).collect();
        let first_rows = numbered(&mut keys, &mut codes);
        return (codes, first_rows);
    }
    let mut number_of = vec![NO_SERIES; most as usize];
    let mut first_rows = Vec::new();
    for ((row, code), key) in (0..).zip(&mut codes).zip(a.iter().zip(b).map(key)) {
        let number = &mut number_of[key as usize];
        if *number == NO_SERIES {
            *number = first_rows.len() as u32;
            first_rows.push(row);
        }
        *code = *number;
    }
    (codes, first_rows)
}

/// The columns that may be the time, likeliest first: instants, then numbers named like a count of time.
pub fn time_columns(frame: &Frame) -> Vec<&str> {
    let dated = frame
        .columns()
        .iter()
        .filter(|c| matches!(c.values, Values::Time(_)) && c.kind == ColumnKind::Timestamp);
    let counted = frame.columns().iter().filter(|c| {
        let name = lowered(&c.name);
        matches!(c.values, Values::Number(_))
            && ["cycle", "time", "timestamp", "epoch", "minute"].contains(&name.as_str())
    });
    dated.chain(counted).map(|c| c.name.as_str()).collect()
}

/// The columns that tell entities apart: added one by one, each the one that leaves the fewest rows with their entity and
/// instant in common with another, until none is left or none helps. `not` (the target) is never one; without a need,
/// none is.
pub fn entity_columns(frame: &Frame, time: &str, not: &[String]) -> Vec<String> {
    let Some(Ok((instants, _))) = frame.column(time).map(instants) else {
        return Vec::new();
    };
    let mut open: Vec<&Column> = frame
        .columns()
        .iter()
        .filter(|c| c.name != time && !not.contains(&c.name) && is_scope(c))
        .collect();
    // Columns with a telling name first, so that they win a tie.
    sort_by(&mut open, |a, b| rank(&a.name).cmp(&rank(&b.name)));
    let mut coded: Vec<(&Column, Vec<u32>, usize)> = open
        .into_iter()
        .map(|column| {
            let (codes, names) = coded(column);
            (column, codes, names.len())
        })
        .collect();
    let mut chosen: Vec<&Column> = Vec::new();
    let (mut codes, mut entities) = (vec![0_u32; instants.len()], 1);
    let instants = Instants::new(&instants);
    let mut left = instants.clashes(&codes, entities);
    while left > 0 {
        let mut best: Option<(usize, usize, Vec<u32>, usize)> = None;
        for (at, (_, own, names)) in coded.iter().enumerate() {
            let (with, first_rows) = together((&codes, entities), (own, *names));
            let clashes = instants.clashes(&with, first_rows.len());
            if best.as_ref().is_none_or(|(least, ..)| clashes < *least) {
                best = Some((clashes, at, with, first_rows.len()));
            }
        }
        match best {
            Some((clashes, at, with, count)) if clashes < left => {
                left = clashes;
                (codes, entities) = (with, count);
                chosen.push(coded.remove(at).0);
            }
            _ => break,
        }
    }
    chosen.into_iter().map(|c| c.name.clone()).collect()
}

fn rank(name: &str) -> usize {
    let name = lowered(name);
    let found = SCOPES.iter().position(|scope| name.contains(scope));
    found.unwrap_or(SCOPES.len())
}

fn is_scope(column: &Column) -> bool {
    match &column.values {
        // A name for every row tells rows apart, not entities.
        Values::Text(d) => 2 * d.names.len() <= d.codes.len() || rank(&column.name) < SCOPES.len(),
        Values::Number(_) => {
            let name = lowered(&column.name);
            let measures = MEASURES.iter().any(|word| name.contains(word));
            rank(&name) < SCOPES.len() && column.kind == ColumnKind::Integer && !measures
        }
        Values::Time(_) => false,
    }
}

/// The rows' instants as numbers.
struct Instants {
    /// [`NO_SERIES`] where there is none.
    numbers: Vec<u32>,
    different: usize,
}

impl Instants {
    fn new(instants: &[i64]) -> Self {
        let mut numbers = vec![NO_SERIES; instants.len()];
        let rows = instants.iter().zip(0..);
        let mut keys: Vec<(u64, u32)> = rows
            .filter(|(t, _)| **t != MISSING_TIME)
            .map(|(&t, row)| (t as u64, row))
            .collect();
        let different = numbered(&mut keys, &mut numbers).len();
        Self { numbers, different }
    }

    /// Rows that have entity and instant in common with one before them.
    fn clashes(&self, entity: &[u32], entities: usize) -> usize {
        let entities = entities as u64;
        let rows = self.numbers.iter().zip(entity);
        let rows = rows.filter(|(t, _)| **t != NO_SERIES);
        let keys = rows.map(|(&t, &e)| u64::from(t) * entities + u64::from(e));
        let most = (self.different as u64).saturating_mul(entities);
        if most <= 64 * self.numbers.len() as u64 + 1024 {
            let mut seen = vec![0_u64; most as usize / 64 + 1];
            let mut clashes = 0;
            for key in keys {
                let (word, bit) = (&mut seen[key as usize / 64], 1 << (key % 64));
                clashes += usize::from(*word & bit != 0);
                *word |= bit;
            }
            return clashes;
        }
        let mut keys: Vec<u64> = keys.collect();
        sort_keys(&mut keys);
        keys.windows(2).filter(|pair| pair[0] == pair[1]).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_counts_of_a_pod_does_not_name_it() {
        let m = MINUTE_MICROS;
        let columns = vec![
            Column::time("timestamp", vec![0, 0, m, m]),
            Column::integer("container_memory_bytes", vec![5.0, 6.0, 7.0, 8.0]),
            Column::integer("pod_count", vec![1.0, 2.0, 3.0, 4.0]),
            Column::integer("entity_id", vec![7.0, 9.0, 7.0, 9.0]),
        ];
        let frame = Frame::new("t", columns).unwrap();
        assert_eq!(entity_columns(&frame, "timestamp", &[]), ["entity_id"]);
    }

    fn frame() -> Frame {
        let m = MINUTE_MICROS;
        Frame::new(
            "t",
            vec![
                Column::time("timestamp", vec![0, 0, m, m, 9 * m, 2 * m, MISSING_TIME, m]),
                Column::category("pod", ["a", "b", "a", "b", "a", "b", "a", "b"]),
                Column::category("issue", ["x", "x", "y", "y", "x", "y", "x", "y"]),
                Column::number("cpu", vec![1.0; 8]),
            ],
        )
        .unwrap()
    }

    #[test]
    fn rows_are_put_in_time_and_what_is_odd_is_told() {
        let s = Series::new(&frame(), "timestamp", &["pod".to_owned()]).unwrap();
        assert_eq!(s.names, ["a", "b"]);
        assert_eq!(s.order, [0, 2, 4, 1, 3, 7, 5]);
        assert_eq!(s.starts, [0, 3, 7]);
        assert_eq!((s.step_micros, s.gaps), (MINUTE_MICROS, 1));
        assert_eq!(
            (s.duplicates.as_slice(), s.backwards.as_slice()),
            (&[7][..], &[7][..])
        );
        assert_eq!((s.without_time, s.of_row[6]), (1, NO_SERIES));
        let s = s.without_duplicates();
        let each: Vec<_> = s.each().collect();
        assert_eq!(each, [&[0, 2, 4][..], &[1, 3, 5]]);
    }

    #[test]
    fn time_and_entity_are_proposed_and_the_target_never() {
        let f = frame();
        assert_eq!(time_columns(&f), ["timestamp"]);
        assert_eq!(
            entity_columns(&f, "timestamp", &["issue".to_owned()]),
            ["pod"]
        );
        let one = Frame::new(
            "t",
            vec![
                Column::time("at", vec![0, 1, 2]),
                Column::category("pod", ["a", "a", "b"]),
            ],
        );
        assert!(entity_columns(&one.unwrap(), "at", &[]).is_empty());
    }

    #[test]
    fn what_is_no_series_is_said() {
        let f = frame();
        let no = |time: &str, entity: &[String]| Series::new(&f, time, entity).unwrap_err();
        assert!(matches!(no("when", &[]), SeriesError::UnknownColumn { .. }));
        assert!(matches!(no("pod", &[]), SeriesError::NotATime { .. }));
        assert!(matches!(
            no("timestamp", &["x".to_owned()]),
            SeriesError::UnknownColumn { .. }
        ));
        let none = Frame::new("t", vec![Column::time("at", vec![MISSING_TIME])]).unwrap();
        assert!(matches!(
            Series::new(&none, "at", &[]),
            Err(SeriesError::NoRows { .. })
        ));
        let s = Series::new(&f, "cpu", &[]).unwrap();
        assert!(s.counted && s.instants[0] == MINUTE_MICROS && s.duplicates.len() == 7);
    }
}
