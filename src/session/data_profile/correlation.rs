//! Rank correlation of the columns of numbers.

use super::{number_columns, numbers, spread_evenly};
use crate::data::{Frame, number_key, sort_by, sort_keyed};
use crate::protocol::{CorrelatedPair, CorrelationProfile};

/// Rows that are looked at: the standard error of a correlation of 0 is 0.007.
const MOST_ROWS: usize = 20_000;
/// Columns that are compared, each with each.
const MOST_COLUMNS: usize = 120;
/// Columns of the matrix.
const SHOWN_COLUMNS: usize = 30;
const SHOWN_PAIRS: usize = 12;
/// Rows that both columns of a pair must have.
const FEWEST_ROWS: u64 = 10;
/// Columns ranked in a slice.
const SLICE_COLUMNS: usize = 8;

/// The ranks of the columns, some columns at a time.
pub(super) struct Ranks {
    columns: Vec<usize>,
    left_out: usize,
    rows: Vec<u32>,
    ranked: Vec<Ranked>,
}

/// A column's mid-ranks about their mean.
struct Ranked {
    /// By row looked at; 0 where missing.
    ranks: Vec<f64>,
    /// Which rows have one; none where all have.
    present: Option<Vec<bool>>,
    /// Sum of their squares.
    squares: f64,
}

impl Ranks {
    pub(super) fn new(frame: &Frame) -> Self {
        let mut columns = number_columns(frame);
        let left_out = columns.len().saturating_sub(MOST_COLUMNS);
        columns.truncate(MOST_COLUMNS);
        let rows = spread_evenly(frame.rows(), MOST_ROWS);
        Self {
            columns,
            left_out,
            rows: rows.map(|row| row as u32).collect(),
            ranked: Vec::new(),
        }
    }

    /// Ranks some more columns; false once all are ranked.
    pub(super) fn step(&mut self, frame: &Frame) -> bool {
        let next = self.columns.iter().skip(self.ranked.len());
        for &at in next.take(SLICE_COLUMNS).copied().collect::<Vec<_>>().iter() {
            let values = numbers(frame, at);
            let cells = self.rows.iter();
            let cells = cells.map(|&row| values.get(row as usize).copied().unwrap_or(f64::NAN));
            self.ranked.push(Ranked::of(&cells.collect::<Vec<f64>>()));
        }
        self.ranked.len() < self.columns.len()
    }

    pub(super) fn finish(self, frame: &Frame) -> Option<CorrelationProfile> {
        let n = self.columns.len();
        if n < 2 {
            return None;
        }
        let mut all: Vec<Option<(f64, u64)>> = vec![None; n * n];
        let mut pairs: Vec<(usize, usize, f64, u64)> = Vec::new();
        for (i, a) in self.ranked.iter().enumerate() {
            for (j, b) in self.ranked.iter().enumerate().skip(i + 1) {
                if let Some((rank, rows)) = a.with(b) {
                    all[i * n + j] = Some((rank, rows));
                    all[j * n + i] = Some((rank, rows));
                    pairs.push((i, j, rank, rows));
                }
            }
            if a.squares > 0.0 {
                all[i * n + i] = Some((1.0, self.rows.len() as u64));
            }
        }
        sort_by(&mut pairs, |a, b| {
            let strength = |p: &(usize, usize, f64, u64)| p.2.abs();
            strength(b)
                .total_cmp(&strength(a))
                .then_with(|| (a.0, a.1).cmp(&(b.0, b.1)))
        });
        let mut shown: Vec<usize> = Vec::new();
        for at in pairs.iter().flat_map(|p| [p.0, p.1]).chain(0..n) {
            if shown.len() < SHOWN_COLUMNS && !shown.contains(&at) {
                shown.push(at);
            }
        }
        crate::data::sort(&mut shown);
        let name = |at: usize| {
            let column = self.columns.get(at).and_then(|&c| frame.columns().get(c));
            column.map_or_else(String::new, |c| c.name.clone())
        };
        let cell = |i: usize, j: usize| all.get(i * n + j).copied().flatten().map(|c| c.0);
        let matrix = shown
            .iter()
            .flat_map(|&i| shown.iter().map(move |&j| (i, j)));
        Some(CorrelationProfile {
            rows: self.rows.len() as u64,
            compared: n as u64,
            left_out: self.left_out as u64,
            columns: shown.iter().map(|&at| name(at)).collect(),
            matrix: matrix.map(|(i, j)| cell(i, j)).collect(),
            pairs: pairs
                .iter()
                .take(SHOWN_PAIRS)
                .map(|&(i, j, rank, rows)| CorrelatedPair {
                    a: name(i),
                    b: name(j),
                    rank,
                    rows,
                })
                .collect(),
        })
    }
}

impl Ranked {
    fn of(values: &[f64]) -> Self {
        let mut ranks = mid_ranks(values);
        let present: Vec<bool> = values.iter().map(|x| !x.is_nan()).collect();
        let count = present.iter().filter(|&&p| p).count();
        let middle = (count as f64 + 1.0) / 2.0;
        let mut squares = 0.0;
        for (rank, present) in ranks.iter_mut().zip(&present) {
            *rank = if *present { *rank - middle } else { 0.0 };
            squares += *rank * *rank;
        }
        Self {
            ranks,
            present: (count < values.len()).then_some(present),
            squares,
        }
    }

    /// Pearson's correlation of the ranks where both have one.
    fn with(&self, other: &Self) -> Option<(f64, u64)> {
        let cells = || self.ranks.iter().zip(&other.ranks);
        let (rows, dot, [aa, bb]) = match (&self.present, &other.present) {
            (None, None) => (
                self.ranks.len() as u64,
                cells().map(|(a, b)| a * b).sum::<f64>(),
                [self.squares, other.squares],
            ),
            (mine, theirs) => {
                let has = |of: &Option<Vec<bool>>, at: usize| {
                    of.as_ref().is_none_or(|of| of.get(at) == Some(&true))
                };
                let (mut n, mut sums) = (0_u64, [0.0; 5]);
                for (at, (&a, &b)) in cells().enumerate() {
                    if has(mine, at) && has(theirs, at) {
                        n += 1;
                        for (sum, x) in sums.iter_mut().zip([a, b, a * a, b * b, a * b]) {
                            *sum += x;
                        }
                    }
                }
                let [a, b, aa, bb, ab] = sums;
                let of = n.max(1) as f64;
                (n, ab - a * b / of, [aa - a * a / of, bb - b * b / of])
            }
        };
        // Ranks are halves: what is left of a column that does not vary is smaller than any that does.
        let varies = aa > 1e-6 * rows as f64 && bb > 1e-6 * rows as f64;
        (rows >= FEWEST_ROWS && varies).then(|| ((dot / (aa * bb).sqrt()).clamp(-1.0, 1.0), rows))
    }
}

/// Ranks from 1, equal values sharing the mean of theirs; those of missing values mean nothing.
pub(super) fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut keyed: Vec<(u64, u32)> = values
        .iter()
        .zip(0..)
        .filter(|(x, _)| !x.is_nan())
        // Both zeros are equal.
        .map(|(&x, row)| (number_key(x + 0.0), row))
        .collect();
    sort_keyed(&mut keyed);
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0.0;
    for run in keyed.chunk_by(|a, b| a.0 == b.0) {
        let length = run.len() as f64;
        let rank = before + (length + 1.0) / 2.0;
        for &(_, row) in run {
            ranks[row as usize] = rank;
        }
        before += length;
    }
    ranks
}
