//! Two classifiers compared on the rows that both were judged by: `evaluate/paired.rs` with rows for pairs, or whole groups of
//! rows where these belong together, since rows of one entity are not as many witnesses.

use super::paired::{PairedFigure, correct, figures};
use super::probability::surprise;
use crate::data::sort_by;
use crate::trees::Rng;

const STREAM: u64 = 0x7061_726f;

/// A row that both judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedRow {
    /// Its class, below the number of classes.
    pub truth: u32,
    /// What the first called it, and the second.
    pub predicted: [u32; 2],
    /// What the first thought its class's probability was, and the second: 0 to 1.
    pub probability: [f64; 2],
    /// The group that it belongs to; where there are none each row is its own.
    pub group: u32,
}

/// How two classifiers differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairedRowsReport {
    /// Share of rows called what they are.
    pub accuracy: PairedFigure,
    /// Mean F1 of the classes that are there or were named.
    pub macro_f1: PairedFigure,
    /// Mean recall of the classes that are there.
    pub balanced_accuracy: PairedFigure,
    /// Mean negative natural logarithm of the probability of what they are; less is better.
    pub log_loss: PairedFigure,
    /// Rows of each class: right in both, in the first alone, in the second alone, in neither.
    pub sides: Vec<[u64; 4]>,
    /// Groups that were drawn and exchanged whole.
    pub groups: u32,
}

/// Rows from one place to another, as one of the two saw them.
#[derive(Clone, Copy)]
struct Unit {
    from: u32,
    until: u32,
    by: usize,
}

/// Compares two classifiers of `classes` classes. Equal for equal seeds, whatever the order of the groups' numbers; exchanging the
/// two turns every difference's sign. Rows of classes out of range are left out; without rows nothing is said.
///
/// Intervals are of 90 %, by the bootstrap over groups; p-values of all exchanges of the two within groups, or of drawn ones,
/// corrected for four figures (Holm 1979).
pub fn compare_rows(rows: &[PairedRow], classes: usize, seed: u64) -> PairedRowsReport {
    let is_in = |row: &&PairedRow| {
        let [a, b] = row.predicted;
        [row.truth, a, b].iter().all(|&c| (c as usize) < classes)
    };
    let mut rows: Vec<PairedRow> = rows.iter().filter(is_in).copied().collect();
    sort_by(&mut rows, |a, b| a.group.cmp(&b.group));
    let losses: Vec<[f64; 2]> = rows.iter().map(|r| r.probability.map(surprise)).collect();
    let mut units: Vec<[Unit; 2]> = Vec::new();
    let mut from = 0;
    for group in rows.chunk_by(|a, b| a.group == b.group) {
        let until = from + group.len() as u32;
        units.push([0, 1].map(|by| Unit { from, until, by }));
        from = until;
    }
    let mut sides = vec![[0_u64; 4]; classes];
    for row in &rows {
        let [first, second] = row.predicted.map(|p| p == row.truth);
        let side = match (first, second) {
            (true, true) => 0,
            (true, false) => 1,
            (false, true) => 2,
            (false, false) => 3,
        };
        sides[row.truth as usize][side] += 1;
    }
    let differ = |a: &Unit, b: &Unit| {
        (a.from..a.until).any(|at| {
            let row = &rows[at as usize];
            row.predicted[a.by] != row.predicted[b.by]
                || row.probability[a.by] != row.probability[b.by]
        })
    };
    let of = |units: &[[Unit; 2]], run: usize| {
        let mut tally = Tally::new(classes);
        for unit in units {
            let Unit { from, until, by } = unit[run];
            for at in from as usize..until as usize {
                tally.add(rows[at].truth, rows[at].predicted[by], losses[at][by]);
            }
        }
        tally.figures()
    };
    let mut rng = Rng::new(seed, STREAM);
    let [accuracy, macro_f1, balanced_accuracy, log_loss] =
        figures(&units, 2 * rows.len(), &differ, &of, &mut rng);
    let mut out = PairedRowsReport {
        accuracy,
        macro_f1,
        balanced_accuracy,
        log_loss,
        sides,
        groups: units.len() as u32,
    };
    let tests = [
        &mut out.accuracy,
        &mut out.macro_f1,
        &mut out.balanced_accuracy,
        &mut out.log_loss,
    ];
    correct(tests.into_iter().filter_map(|figure| figure.test.as_mut()));
    out
}

/// What the figures are made of.
struct Tally {
    rows: u32,
    loss: f64,
    /// Of each class: rows called it that are, rows that are, rows called it.
    of_class: Vec<[u32; 3]>,
}

impl Tally {
    fn new(classes: usize) -> Self {
        Self {
            rows: 0,
            loss: 0.0,
            of_class: vec![[0; 3]; classes],
        }
    }

    fn add(&mut self, truth: u32, predicted: u32, loss: f64) {
        self.rows += 1;
        self.loss += loss;
        self.of_class[truth as usize][0] += u32::from(truth == predicted);
        self.of_class[truth as usize][1] += 1;
        self.of_class[predicted as usize][2] += 1;
    }

    /// Accuracy, macro F1, balanced accuracy and log loss.
    fn figures(&self) -> [Option<f64>; 4] {
        let (mut right, mut f1, mut named) = (0, 0.0, 0.0);
        let (mut recall, mut there) = (0.0, 0.0);
        for &[hits, truth, predicted] in &self.of_class {
            right += hits;
            if truth + predicted > 0 {
                f1 += 2.0 * f64::from(hits) / f64::from(truth + predicted);
                named += 1.0;
            }
            if truth > 0 {
                recall += f64::from(hits) / f64::from(truth);
                there += 1.0;
            }
        }
        let rows = f64::from(self.rows);
        let some = |figure: f64| (self.rows > 0).then_some(figure);
        [
            some(f64::from(right) / rows),
            some(f1 / named),
            some(recall / there),
            some(self.loss / rows),
        ]
    }
}

#[cfg(test)]
#[path = "paired_rows_tests.rs"]
mod tests;
