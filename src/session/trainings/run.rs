//! What is kept.

use ndarray::Array2;

use super::digits::{packed, unpacked};
use crate::data::{Frame, grouped, sort_by, sort_rows};
use crate::json::{self, record};
use crate::prepare::{entity_columns, time_columns};
use crate::protocol::{Options, option_lines};
use crate::session::compare::CompareError;
use crate::trees::Rng;

/// Rows kept of a run, at most.
pub(super) const MOST_ROWS: usize = 10_000;
const STREAM: u64 = 0x6b65_7074;
/// The largest of the steps that a surprise is kept in, and the surprise that it stands for: the most that a row can cost.
const STEPS: f64 = 4_095.0;
const MOST_SURPRISE: f64 = 36.05;

/// What is kept of a training to compare it by. Numbers of rows are packed: see `trainings/digits.rs`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainedRun {
    /// The table judged by.
    pub data: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// What is predicted.
    pub target: String,
    /// What was chosen.
    pub options: Options,
    /// Rows learned from.
    pub rows_train: u64,
    /// Rows judged by, of which at most 10,000 are kept.
    pub rows_judged: u64,
    /// Class names.
    pub classes: Vec<String>,
    /// The columns that tell entities apart, whose rows belong together; none where there are none.
    pub entity: Vec<String>,
    /// Whether rows that it learned from may be among those it was judged by.
    pub leaks: bool,
    /// Rows kept.
    pub kept: u32,
    /// The first row's number in the table, then how far each is from the one before it.
    pub rows: String,
    /// The class of each.
    pub truth: String,
    /// The class that each was called.
    pub predicted: String,
    /// How little probable its class was thought: the root of the negative logarithm, in 4,095ths of the most.
    pub surprise: String,
    /// The entity of each, by a number.
    pub groups: String,
}

record!(Whole: TrainedRun {
    data, fingerprint, target, options, rows_train, rows_judged, classes, entity, leaks, kept, rows, truth,
    predicted, surprise, groups,
});

/// A run whose rows are known, but not yet what came of them.
#[derive(Clone, Debug)]
pub(in crate::session) struct RunRows {
    run: TrainedRun,
    /// The places of those that are kept among all that are judged.
    places: Vec<u32>,
}

/// What came of all rows that were judged: class numbers, and a probability for each row and class.
pub(in crate::session) struct Judged<'a> {
    pub(in crate::session) truth: &'a [u32],
    pub(in crate::session) predicted: &'a [u32],
    pub(in crate::session) probabilities: &'a Array2<f64>,
}

/// The kept rows, read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct JudgedRows {
    /// Ascending.
    pub(super) rows: Vec<u32>,
    pub(super) truth: Vec<u32>,
    pub(super) predicted: Vec<u32>,
    /// Of the true class.
    pub(super) probability: Vec<f64>,
    /// Of each row; none where the table has no entities.
    pub(super) groups: Option<Vec<u32>>,
}

impl RunRows {
    /// Rows of `frame`, ascending, that are to be judged. Of many those are kept whose numbers a fixed draw favours, so that two
    /// runs that judge the same rows keep the same.
    pub(in crate::session) fn new(
        frame: &Frame,
        options: &Options,
        classes: &[String],
        rows: &[u32],
    ) -> Self {
        let mut places: Vec<u32> = (0..rows.len() as u32).collect();
        if places.len() > MOST_ROWS {
            let mut drawn: Vec<(u64, u32)> = places
                .iter()
                .map(|&at| {
                    let row = rows[at as usize];
                    (Rng::new(u64::from(row), STREAM).next_u64(), at)
                })
                .collect();
            crate::data::sort_keyed(&mut drawn);
            places = drawn.iter().take(MOST_ROWS).map(|d| d.1).collect();
            sort_rows(&mut places);
        }
        let kept: Vec<u32> = places.iter().map(|&at| rows[at as usize]).collect();
        let mut before = 0;
        let steps: Vec<u32> = kept
            .iter()
            .map(|&row| row - std::mem::replace(&mut before, row))
            .collect();
        let target = options.prepare.target.clone();
        let (entity, groups) = entities(frame, &target, &kept);
        let run = TrainedRun {
            data: frame.name.clone(),
            fingerprint: frame.fingerprint().to_string(),
            target,
            options: options.clone(),
            rows_judged: rows.len() as u64,
            classes: classes.to_vec(),
            entity,
            kept: kept.len() as u32,
            rows: packed(&steps),
            groups: packed(&groups),
            ..TrainedRun::default()
        };
        Self { run, places }
    }

    /// With what came of them; as many as there were.
    pub(in crate::session) fn judged(&self, rows_train: u64, judged: &Judged<'_>) -> TrainedRun {
        let of = |values: &[u32]| -> Vec<u32> {
            self.places.iter().map(|&at| values[at as usize]).collect()
        };
        let surprise = |&at: &u32| {
            let class = judged.truth[at as usize] as usize;
            let p = judged.probabilities.get((at as usize, class));
            let p = p.copied().unwrap_or(0.0).clamp(f64::EPSILON, 1.0);
            ((-libm::log(p) / MOST_SURPRISE).sqrt() * STEPS).round() as u32
        };
        let surprises: Vec<u32> = self.places.iter().map(surprise).collect();
        TrainedRun {
            rows_train,
            truth: packed(&of(judged.truth)),
            predicted: packed(&of(judged.predicted)),
            surprise: packed(&surprises),
            ..self.run.clone()
        }
    }
}

impl TrainedRun {
    /// As the page's log and reports hold it.
    pub(in crate::session) fn kept_text(&self) -> String {
        json::to_text(self)
    }

    /// Of what was kept.
    pub(in crate::session) fn of_tree(tree: json::Value) -> Result<Self, CompareError> {
        let run: Self = json::of_value(tree).map_err(|e| CompareError::NoRun(e.to_string()))?;
        match run.judged() {
            Some(_) => Ok(run),
            None => {
                let why = "the rows that it was judged by cannot be read";
                Err(CompareError::NoRun(why.to_owned()))
            }
        }
    }

    /// The kept rows; none where they cannot be what was kept.
    pub(super) fn judged(&self) -> Option<JudgedRows> {
        let n = self.kept as usize;
        let mut row = 0_u32;
        let mut rows = Vec::with_capacity(n.min(MOST_ROWS));
        for (at, step) in unpacked(&self.rows, n)?.into_iter().enumerate() {
            if at > 0 && step == 0 {
                return None;
            }
            row = row.checked_add(step)?;
            rows.push(row);
        }
        let of_classes = |text: &str| {
            let codes = unpacked(text, n)?;
            let are_known = codes.iter().all(|&c| (c as usize) < self.classes.len());
            are_known.then_some(codes)
        };
        let probability = |step: u32| {
            let root = f64::from(step) / STEPS;
            libm::exp(-root * root * MOST_SURPRISE)
        };
        let probabilities = unpacked(&self.surprise, n)?.into_iter().map(probability);
        let groups = match self.groups.is_empty() {
            true => None,
            false => Some(unpacked(&self.groups, n)?),
        };
        Some(JudgedRows {
            truth: of_classes(&self.truth)?,
            predicted: of_classes(&self.predicted)?,
            probability: probabilities.collect(),
            groups,
            rows,
        })
    }

    /// What was chosen and found, by name; the order is that of a table.
    pub(super) fn facts(&self) -> Vec<(String, String)> {
        let mut facts = vec![("data".to_owned(), self.data.clone())];
        facts.extend(option_lines(&self.options));
        let mut count = |name: &str, rows: u64| facts.push((name.to_owned(), grouped(rows)));
        count("rows learned from", self.rows_train);
        count("rows judged by", self.rows_judged);
        facts
    }
}

/// The columns that tell entities apart, and the number of each row's; nothing where there is no time, where nothing tells them
/// apart, or where all rows are of one.
fn entities(frame: &Frame, target: &str, rows: &[u32]) -> (Vec<String>, Vec<u32>) {
    let time = time_columns(frame).first().map(|time| (*time).to_owned());
    let names = time.map_or(Vec::new(), |time| {
        entity_columns(frame, &time, &[target.to_owned()])
    });
    let columns: Vec<_> = names.iter().filter_map(|name| frame.column(name)).collect();
    let name = |row: u32| {
        let cells = columns.iter().map(|column| column.text(row as usize));
        cells.collect::<Vec<String>>().join("\u{1f}")
    };
    let mut named: Vec<(String, usize)> = rows
        .iter()
        .enumerate()
        .map(|(at, &row)| (name(row), at))
        .collect();
    sort_by(&mut named, |a, b| a.cmp(b));
    let mut groups = vec![0; rows.len()];
    let mut count = 0_u32;
    for group in named.chunk_by(|a, b| a.0 == b.0) {
        for (_, at) in group {
            groups[*at] = count;
        }
        count += 1;
    }
    match count > 1 {
        true => (names, groups),
        false => (Vec::new(), Vec::new()),
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
