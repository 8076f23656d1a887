//! Which columns are missing together, how often, and where in the table.

use crate::data::{
    Column, Frame, MISSING_CODE, MISSING_TIME, Values, is_null_token, sort_by, sort_keys,
};
use crate::protocol::{MissingGroup, MissingPattern, MissingProfile};

/// Groups told: as many as a row's word has bits.
const MOST_GROUPS: usize = 64;
const MOST_PATTERNS: usize = 12;
/// Runs of rows of a group's course, and groups of which it is told.
const RUNS: usize = 60;
const COURSES: usize = 24;
/// Columns looked at in a slice.
const SLICE_COLUMNS: usize = 4;

/// A bit for each row: missing.
type Bits = Vec<u64>;

struct Group {
    columns: Vec<usize>,
    missing: u64,
    bits: Bits,
}

/// Collects the groups, some columns at a time.
pub(super) struct Missing {
    next: usize,
    groups: Vec<Group>,
    columns: u64,
    rows: usize,
}

impl Missing {
    pub(super) fn new(frame: &Frame) -> Self {
        Self {
            next: 0,
            groups: Vec::new(),
            columns: 0,
            rows: frame.rows(),
        }
    }

    /// Looks at some more columns; false once all were looked at. Of the target only an empty cell is missing: `None` and
    /// the like are classes there.
    pub(super) fn step(&mut self, frame: &Frame, target: &str) -> bool {
        let columns = frame.columns().iter().enumerate().skip(self.next);
        for (at, column) in columns.take(SLICE_COLUMNS) {
            self.next = at + 1;
            let Some((bits, missing)) = missing_bits(column, column.name == target) else {
                continue;
            };
            self.columns += 1;
            let same = |g: &&mut Group| g.missing == missing && g.bits == bits;
            match self.groups.iter_mut().find(same) {
                Some(group) => group.columns.push(at),
                None => self.groups.push(Group {
                    columns: vec![at],
                    missing,
                    bits,
                }),
            }
        }
        self.next < frame.columns().len()
    }

    pub(super) fn finish(mut self, frame: &Frame) -> MissingProfile {
        sort_by(&mut self.groups, |a, b| {
            b.missing
                .cmp(&a.missing)
                .then_with(|| a.columns.cmp(&b.columns))
        });
        let left_out = self.groups.len().saturating_sub(MOST_GROUPS);
        self.groups.truncate(MOST_GROUPS);
        let (patterns, complete) = self.patterns();
        let told = patterns.iter().take(MOST_PATTERNS);
        let of = |&(word, rows): &(u64, u64)| MissingPattern {
            groups: (0..MOST_GROUPS as u32)
                .filter(|bit| word >> bit & 1 == 1)
                .collect(),
            rows,
        };
        let others = patterns.get(MOST_PATTERNS..).unwrap_or_default();
        let name = |&at: &usize| frame.columns().get(at).map(|c| c.name.clone());
        MissingProfile {
            columns: self.columns,
            complete,
            left_out: left_out as u64,
            patterns: told.map(of).collect(),
            other_patterns: others.len() as u64,
            other_rows: others.iter().map(|p| p.1).sum(),
            groups: self
                .groups
                .iter()
                .enumerate()
                .map(|(at, group)| MissingGroup {
                    columns: group.columns.iter().filter_map(name).collect(),
                    missing: group.missing,
                    course: match at < COURSES {
                        true => course(&group.bits, self.rows),
                        false => Vec::new(),
                    },
                })
                .collect(),
        }
    }

    /// Patterns as words of one bit a group, with their rows, most rows first; and the rows of none.
    fn patterns(&self) -> (Vec<(u64, u64)>, u64) {
        let mut words = vec![0_u64; self.rows];
        for (at, group) in self.groups.iter().enumerate() {
            for (first, &bits) in (0..).step_by(64).zip(&group.bits) {
                let mut left = bits;
                while left != 0 {
                    let row = first + left.trailing_zeros() as usize;
                    if let Some(word) = words.get_mut(row) {
                        *word |= 1 << at;
                    }
                    left &= left - 1;
                }
            }
        }
        words.retain(|&word| word != 0);
        let complete = (self.rows - words.len()) as u64;
        sort_keys(&mut words);
        let runs = words.chunk_by(|a, b| a == b);
        let mut patterns: Vec<(u64, u64)> = runs
            .filter_map(|run| Some((*run.first()?, run.len() as u64)))
            .collect();
        sort_by(&mut patterns, |a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        (patterns, complete)
    }
}

/// The column's bits and how many are set; none where no cell is missing.
fn missing_bits(column: &Column, is_target: bool) -> Option<(Bits, u64)> {
    let mut bits: Bits = vec![0; column.len().div_ceil(64)];
    fill(&mut bits, column, is_target);
    let missing = bits.iter().map(|word| u64::from(word.count_ones())).sum();
    (missing > 0).then_some((bits, missing))
}

fn fill(bits: &mut Bits, column: &Column, is_target: bool) {
    fn each<T>(bits: &mut Bits, values: &[T], is_missing: impl Fn(&T) -> bool) {
        for (word, run) in bits.iter_mut().zip(values.chunks(64)) {
            for (bit, value) in run.iter().enumerate() {
                *word |= u64::from(is_missing(value)) << bit;
            }
        }
    }
    match &column.values {
        Values::Number(values) => each(bits, values, |x| x.is_nan()),
        Values::Time(values) => each(bits, values, |&t| t == MISSING_TIME),
        Values::Text(names) => {
            let is_null = |name: &String| !is_target && is_null_token(name);
            let null: Vec<bool> = names.names.iter().map(is_null).collect();
            each(bits, &names.codes, |&code| {
                code == MISSING_CODE || null.get(code as usize) == Some(&true)
            });
        }
    }
    if is_target {
        for token in &column.null_tokens {
            if let Some(word) = bits.get_mut(token.row as usize / 64) {
                *word &= !(1 << (token.row % 64));
            }
        }
    }
}

/// The share that is missing in each run of rows.
fn course(bits: &Bits, rows: usize) -> Vec<f64> {
    let runs = rows.min(RUNS);
    let end = |run: usize| (run as u64 * rows as u64 / runs as u64) as usize;
    let is_missing = |row: usize| {
        let word = bits.get(row / 64).copied().unwrap_or(0);
        word >> (row % 64) & 1
    };
    (0..runs)
        .map(|run| {
            let (from, to) = (end(run), end(run + 1));
            let missing: u64 = (from..to).map(is_missing).sum();
            missing as f64 / (to - from) as f64
        })
        .collect()
}
