//! How a target's classes differ in each column of numbers, and in each of names.

use super::correlation::mid_ranks;
use super::names::{name_columns, names_by_class};
use super::{number_columns, numbers, spread_evenly};
use crate::data::{Dictionary, Frame, sort_by, sort_numbers};
use crate::protocol::{ClassColumn, ClassNames, ClassProfile, ClassRows, Spread};
use crate::session::shape::shown;

/// Classes that are told apart.
const MOST_CLASSES: usize = 12;
/// Rows looked at of each class.
const CLASS_ROWS: usize = 4_000;
const MOST_COLUMNS: usize = 60;
const MOST_NAME_COLUMNS: usize = 30;
/// Classes beyond which a target is none.
const MOST_NAMES: usize = 255;
const PERCENTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
/// Columns looked at in a slice.
const SLICE_COLUMNS: usize = 4;

/// The columns' values by class, some columns at a time.
pub(super) struct Classes {
    classes: Vec<ClassRows>,
    left_out: u64,
    /// Rows looked at, with their class.
    rows: Vec<(u32, u8)>,
    columns: Vec<usize>,
    next: usize,
    found: Vec<ClassColumn>,
    /// The class of each row of the table, by its place in `classes`; what is beyond them is none of them.
    class_of: Vec<u8>,
    name_columns: Vec<usize>,
    next_name: usize,
    named: Vec<ClassNames>,
}

impl Classes {
    /// None where the target is none or has no two classes.
    pub(super) fn new(frame: &Frame, target: &str) -> Option<Self> {
        let at = frame.position(target)?;
        let Dictionary { codes, names } = frame.columns().get(at)?.classes();
        if !(2..=MOST_NAMES).contains(&names.len()) {
            return None;
        }
        let mut of_class: Vec<Vec<u32>> = vec![Vec::new(); names.len()];
        for (row, &code) in (0..).zip(&codes) {
            if let Some(rows) = of_class.get_mut(code as usize) {
                rows.push(row);
            }
        }
        let mut order: Vec<usize> = (0..names.len()).collect();
        sort_by(&mut order, |&a, &b| {
            of_class[b].len().cmp(&of_class[a].len()).then(a.cmp(&b))
        });
        let left_out = order.len().saturating_sub(MOST_CLASSES);
        order.truncate(MOST_CLASSES);
        let mut rows = Vec::new();
        let mut classes = Vec::new();
        for (number, &class) in (0..).zip(&order) {
            let all = &of_class[class];
            let seen = spread_evenly(all.len(), CLASS_ROWS);
            let seen: Vec<(u32, u8)> = seen.map(|at| (all[at], number)).collect();
            classes.push(ClassRows {
                class: shown(&names[class]),
                rows: all.len() as u64,
                seen: seen.len() as u64,
            });
            rows.extend(seen);
        }
        let mut columns = number_columns(frame);
        columns.retain(|&column| column != at);
        let mut name_columns = name_columns(frame);
        name_columns.retain(|&column| column != at);
        let mut place = vec![u8::MAX; names.len()];
        for (number, &class) in (0..).zip(&order) {
            place[class] = number;
        }
        let class_of = codes.iter().map(|&code| place.get(code as usize).copied());
        let class_of = class_of.map(|place| place.unwrap_or(u8::MAX)).collect();
        Some(Self {
            classes,
            left_out: left_out as u64,
            rows,
            columns,
            next: 0,
            found: Vec::new(),
            class_of,
            name_columns,
            next_name: 0,
            named: Vec::new(),
        })
    }

    /// Looks at some more columns; false once all were looked at.
    pub(super) fn step(&mut self, frame: &Frame) -> bool {
        if self.next >= self.columns.len() {
            return self.step_names(frame);
        }
        for &at in self.columns.iter().skip(self.next).take(SLICE_COLUMNS) {
            let values = numbers(frame, at);
            let cells = self.rows.iter().map(|&(row, class)| {
                let x = values.get(row as usize).copied().unwrap_or(f64::NAN);
                (x, class)
            });
            let cells: Vec<(f64, u8)> = cells.filter(|(x, _)| !x.is_nan()).collect();
            let mut of_class = vec![Vec::new(); self.classes.len()];
            for &(x, class) in &cells {
                if let Some(of) = of_class.get_mut(usize::from(class)) {
                    of.push(x);
                }
            }
            self.found.push(ClassColumn {
                name: frame.columns()[at].name.clone(),
                apart: apart(&cells, self.classes.len()),
                spreads: of_class.into_iter().map(spread).collect(),
            });
        }
        self.next += SLICE_COLUMNS;
        self.next < self.columns.len() || !self.name_columns.is_empty()
    }

    fn step_names(&mut self, frame: &Frame) -> bool {
        let columns = self.name_columns.iter().skip(self.next_name);
        for &at in columns.take(SLICE_COLUMNS) {
            let classes = self.classes.len();
            self.named
                .extend(names_by_class(frame, at, &self.class_of, classes));
        }
        self.next_name += SLICE_COLUMNS;
        self.next_name < self.name_columns.len()
    }

    pub(super) fn finish(mut self) -> ClassProfile {
        // Equals stay in the table's order.
        sort_by(&mut self.found, |a, b| b.apart.total_cmp(&a.apart));
        self.found.truncate(MOST_COLUMNS);
        sort_by(&mut self.named, |a, b| b.apart.total_cmp(&a.apart));
        self.named.truncate(MOST_NAME_COLUMNS);
        ClassProfile {
            classes: self.classes,
            left_out: self.left_out,
            columns: self.found,
            named: self.named,
        }
    }
}

/// The share of the ranks' variance that lies between the classes; 0 where nothing varies.
fn apart(cells: &[(f64, u8)], classes: usize) -> f64 {
    let values: Vec<f64> = cells.iter().map(|c| c.0).collect();
    let middle = (values.len() as f64 + 1.0) / 2.0;
    let (mut all, mut sums) = (0.0, vec![(0.0, 0.0); classes]);
    for (rank, &(_, class)) in mid_ranks(&values).into_iter().zip(cells) {
        let off = rank - middle;
        all += off * off;
        if let Some((count, sum)) = sums.get_mut(usize::from(class)) {
            *count += 1.0;
            *sum += off;
        }
    }
    let between = sums
        .iter()
        .filter(|s| s.0 > 0.0)
        .map(|(n, sum)| sum * sum / n);
    let between: f64 = between.sum();
    if all > 0.0 { between / all } else { 0.0 }
}

fn spread(mut values: Vec<f64>) -> Option<Spread> {
    sort_numbers(&mut values);
    let last = values.len().checked_sub(1)?;
    let at = |share: f64| {
        let place = share * last as f64;
        let below = place as usize;
        let (low, high) = (values[below], values[(below + 1).min(last)]);
        // Of two that are far apart the difference may be infinite.
        let part = place - below as f64;
        low * (1.0 - part) + high * part
    };
    Some(Spread {
        values: values.len() as u64,
        at: PERCENTILES.map(at).to_vec(),
    })
}
