//! The gate before any score: whether the test part can be told from the training part by what leaks between them.

use super::RankedScores;
use crate::data::{Frame, Values, grouped, sort_keyed};
use crate::prepare::{Episode, MINUTE_MICROS, Series};

/// Row pairs that a finding shows.
const SHOWN: usize = 5;
/// Area under the ROC curve from which one column alone gives the answer away.
const GIVEAWAY_AREA: f64 = 0.995;
/// Rows that a column is judged on, at most.
const MOST_ROWS: usize = 50_000;

/// How a split leaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leak {
    /// Rows of one incident (or of the time just before it) stand on both sides.
    SharedEpisode,
    /// A row's windows or horizon reach over to a row of the same entity on the other side.
    OverlappingWindows,
    /// Rows next to each other in one entity's time stand on different sides.
    Neighbours,
    /// Rows equal in every column stand on both sides.
    Duplicates,
    /// One column alone ranks the rows (nearly) as the answer does.
    Giveaway {
        /// Which.
        column: String,
    },
}

/// A leak, its rows, and what mends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which leak.
    pub leak: Leak,
    /// How many test rows (of a giveaway: rows judged) it touches.
    pub count: u64,
    /// Some (training row, test row) pairs, numbered from 0 as in the table; none for a giveaway.
    pub pairs: Vec<(u32, u32)>,
}

impl Finding {
    /// What it means, in a sentence.
    pub fn meaning(&self) -> String {
        let n = grouped(self.count);
        match &self.leak {
            Leak::SharedEpisode => {
                format!("{n} test rows belong to an incident that training rows belong to as well")
            }
            Leak::OverlappingWindows => format!(
                "the windows or the horizon of {n} test rows overlap those of training rows of the same entity"
            ),
            Leak::Neighbours => {
                format!("{n} test rows stand right beside a training row of the same entity")
            }
            Leak::Duplicates => {
                format!("{n} test rows are equal to a training row in every column")
            }
            Leak::Giveaway { column } => {
                format!("the column {column:?} alone gives the answer away")
            }
        }
    }

    /// What mends it.
    pub fn repair(&self) -> String {
        match &self.leak {
            Leak::SharedEpisode | Leak::Neighbours => {
                "Split forward in time, or by entity.".to_owned()
            }
            Leak::OverlappingWindows => {
                "Leave windows plus horizon out before each cut (an embargo).".to_owned()
            }
            Leak::Duplicates => "Take each of these rows once.".to_owned(),
            Leak::Giveaway { column } => {
                format!("Leave {column:?} out, if it is known only afterwards.")
            }
        }
    }
}

/// What the gate looks at.
#[derive(Clone, Copy, Debug)]
pub struct Gate<'a> {
    /// The rows in time.
    pub series: &'a Series,
    /// The incidents.
    pub episodes: &'a [Episode],
    /// The longest window that a feature looks back, in microseconds.
    pub window_micros: i64,
    /// How far a label looks ahead, in microseconds.
    pub horizon_micros: i64,
}

impl Gate<'_> {
    /// What leaks from the training rows to the test rows by time and incident. Empty: nothing.
    pub fn inspect(&self, train: &[u32], test: &[u32]) -> Vec<Finding> {
        let rows = self.series.instants.len();
        let mut side = vec![0_u8; rows];
        for &row in train {
            if let Some(side) = side.get_mut(row as usize) {
                *side = 1;
            }
        }
        for &row in test {
            if let Some(side) = side.get_mut(row as usize) {
                *side = 2;
            }
        }
        let at = |row: u32| self.series.instants[row as usize];
        let reach = self.window_micros.saturating_add(self.horizon_micros);
        let beside = self
            .series
            .step_micros
            .saturating_add(self.series.step_micros / 2);
        let mut overlapping = Pairs::new(Leak::OverlappingWindows);
        let mut neighbours = Pairs::new(Leak::Neighbours);
        let mut shared = Pairs::new(Leak::SharedEpisode);
        let mut of: Vec<Vec<&Episode>> = vec![Vec::new(); self.series.names.len()];
        for e in self.episodes {
            if let Some(of) = of.get_mut(e.entity as usize) {
                of.push(e);
            }
        }
        for (rows, episodes) in self.series.each().zip(of) {
            let known: Vec<u32> = rows
                .iter()
                .copied()
                .filter(|&r| side[r as usize] > 0)
                .collect();
            // The nearest training row before, then after, each test row.
            let mut nearest: Vec<Option<u32>> = vec![None; known.len()];
            let mut last = None;
            for (i, &row) in known.iter().enumerate() {
                if side[row as usize] == 1 {
                    last = Some(row);
                } else {
                    nearest[i] = last;
                }
            }
            last = None;
            for (i, &row) in known.iter().enumerate().rev() {
                if side[row as usize] == 1 {
                    last = Some(row);
                } else if let Some(after) = last {
                    let distance = |other: u32| at(row).abs_diff(at(other));
                    if nearest[i].is_none_or(|before| distance(after) < distance(before)) {
                        nearest[i] = Some(after);
                    }
                }
            }
            for (&row, nearest) in known.iter().zip(&nearest) {
                if let Some(other) = *nearest {
                    let apart = at(row).abs_diff(at(other));
                    overlapping.add(apart < reach.unsigned_abs(), other, row);
                    neighbours.add(apart <= beside.unsigned_abs(), other, row);
                }
            }
            for e in episodes {
                let from = e.start.saturating_sub(self.horizon_micros);
                let inside = || {
                    known
                        .iter()
                        .copied()
                        .filter(|&r| from <= at(r) && at(r) <= e.end)
                };
                if let Some(train) = inside().find(|&r| side[r as usize] == 1) {
                    inside()
                        .filter(|&r| side[r as usize] == 2)
                        .for_each(|test| shared.add(true, train, test));
                }
            }
        }
        [shared, neighbours, overlapping]
            .into_iter()
            .filter(|p| p.0.count > 0)
            .map(|p| p.0)
            .collect()
    }
}

struct Pairs(Finding);

impl Pairs {
    fn new(leak: Leak) -> Self {
        Self(Finding {
            leak,
            count: 0,
            pairs: Vec::new(),
        })
    }

    fn add(&mut self, does: bool, train: u32, test: u32) {
        if does {
            self.0.count += 1;
            if self.0.pairs.len() < SHOWN {
                self.0.pairs.push((train, test));
            }
        }
    }
}

/// Test rows that are equal to a training row in every column named (of which there is at least one).
pub fn duplicates(
    frame: &Frame,
    columns: &[String],
    train: &[u32],
    test: &[u32],
) -> Option<Finding> {
    let columns: Vec<_> = columns
        .iter()
        .filter_map(|name| frame.column(name))
        .collect();
    let bits = |column: usize, row: usize| match &columns[column].values {
        Values::Number(v) => v[row].to_bits(),
        Values::Text(d) => u64::from(d.codes[row]),
        Values::Time(v) => v[row] as u64,
    };
    let hash = |row: u32| {
        let all = (0..columns.len()).map(|c| bits(c, row as usize));
        // FNV-1a by words; equal rows are compared below.
        all.fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
            (h ^ b ^ (b >> 32)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let mut known: Vec<(u64, u32)> = train.iter().map(|&row| (hash(row), row)).collect();
    sort_keyed(&mut known);
    let mut found = Pairs::new(Leak::Duplicates);
    for &row in test.iter().filter(|_| !columns.is_empty()) {
        let key = hash(row);
        let from = known.partition_point(|k| k.0 < key);
        let same = |other: u32| {
            (0..columns.len()).all(|c| bits(c, row as usize) == bits(c, other as usize))
        };
        let twin = known[from..]
            .iter()
            .take_while(|k| k.0 == key)
            .find(|k| same(k.1));
        if let Some(&(_, other)) = twin {
            found.add(true, other, row);
        }
    }
    (found.0.count > 0).then_some(found.0)
}

/// Whether a column of numbers alone ranks rows as the answer does, either way up. Missing cells are left out; a column
/// with fewer than 10 rows of either answer is not judged.
pub fn giveaway(name: &str, values: &[f64], answers: &[bool]) -> Option<Finding> {
    let stride = values.len().div_ceil(MOST_ROWS).max(1);
    let known = values
        .iter()
        .zip(answers)
        .step_by(stride)
        .filter(|(x, _)| x.is_finite());
    let (scores, positive): (Vec<f64>, Vec<bool>) = known.map(|(&x, &a)| (x, a)).unzip();
    let yes = positive.iter().filter(|a| **a).count();
    if yes < 10 || positive.len() - yes < 10 {
        return None;
    }
    let area = RankedScores::new(&positive, &scores, None)
        .ok()?
        .roc(true)
        .ok()?
        .area;
    (area.max(1.0 - area) >= GIVEAWAY_AREA).then(|| Finding {
        leak: Leak::Giveaway {
            column: name.to_owned(),
        },
        count: positive.len() as u64,
        pairs: Vec::new(),
    })
}

/// The embargo that keeps windows and horizons apart, in whole minutes for people.
pub fn embargo_minutes(gate: &Gate<'_>) -> i64 {
    gate.window_micros.saturating_add(gate.horizon_micros) / MINUTE_MICROS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Column;
    use crate::prepare::{NO_SERIES, Shares, episodes, split_forward};

    fn series() -> Series {
        let m = MINUTE_MICROS;
        let columns = vec![
            Column::time("at", (0..200).map(|r| r / 2 * m).collect()),
            Column::category("pod", (0..200).map(|r| format!("p{}", r % 2))),
        ];
        Series::new(
            &Frame::new("t", columns).unwrap(),
            "at",
            &["pod".to_owned()],
        )
        .unwrap()
    }

    #[test]
    fn a_random_split_is_stopped_and_the_repair_passes() {
        let s = series();
        let m = MINUTE_MICROS;
        let mut labels = vec![0; 200];
        // Pod 0 from minute 50 to 54.
        (50..55).for_each(|t| labels[2 * t] = 1);
        let found = episodes(&s, &labels, &[true, false], 0);
        let gate = Gate {
            series: &s,
            episodes: &found,
            window_micros: 5 * m,
            horizon_micros: 5 * m,
        };
        // Every fourth row of either pod is tested: each stands beside one that is learned from.
        let (test, train): (Vec<u32>, Vec<u32>) = (0..200).partition(|r| r / 2 % 4 == 3);
        let findings = gate.inspect(&train, &test);
        let told: Vec<_> = findings.iter().map(|f| (f.leak.clone(), f.count)).collect();
        // Minutes 45 to 54 belong to the incident: 47 and 51 of pod 0 are tested.
        assert_eq!(
            told,
            [
                (Leak::SharedEpisode, 2),
                (Leak::Neighbours, 50),
                (Leak::OverlappingWindows, 50)
            ]
        );
        assert_eq!(findings[0].pairs, [(90, 94), (90, 102)]);
        assert_eq!(embargo_minutes(&gate), 10);
        let split = split_forward(&s, &found, Shares::default(), 10 * m).unwrap();
        assert!(gate.inspect(&split.train, &split.test).is_empty());
        assert!(gate.inspect(&split.train, &split.calibrate).is_empty());
        assert!(gate.inspect(&split.calibrate, &split.test).is_empty());
        // An embargo too short by one minute is caught.
        let short = split_forward(&s, &found, Shares::default(), 8 * m).unwrap();
        let leaks: Vec<_> = gate
            .inspect(&short.train, &short.calibrate)
            .into_iter()
            .map(|f| f.leak)
            .collect();
        assert_eq!(leaks, [Leak::OverlappingWindows]);
    }

    #[test]
    fn twins_and_columns_that_know_are_found() {
        let frame = Frame::new(
            "t",
            vec![
                Column::number("x", vec![1.0, 2.0, 1.0, f64::NAN, f64::NAN]),
                Column::category("c", ["a", "a", "a", "b", "b"]),
            ],
        )
        .unwrap();
        let both = ["x".to_owned(), "c".to_owned()];
        let found = duplicates(&frame, &both, &[0, 1, 3], &[2, 4]).unwrap();
        assert_eq!(
            (found.count, found.pairs.as_slice()),
            (2, &[(0, 2), (3, 4)][..])
        );
        assert!(
            duplicates(&frame, &both, &[1], &[2, 4]).is_none()
                && duplicates(&frame, &[], &[0], &[2]).is_none()
        );
        let answers: Vec<bool> = (0..100).map(|i| i % 5 == 0).collect();
        let countdown: Vec<f64> = answers
            .iter()
            .enumerate()
            .map(|(i, &a)| if a { -1e3 } else { i as f64 })
            .collect();
        assert!(giveaway("ttf", &countdown, &answers).is_some());
        assert!(giveaway("i", &(0..100).map(f64::from).collect::<Vec<_>>(), &answers).is_none());
        assert!(giveaway("few", &countdown[..20], &answers[..20]).is_none());
    }

    #[test]
    fn rows_of_no_series_do_not_leak() {
        let mut s = series();
        s.of_row.fill(NO_SERIES);
        s.order.clear();
        s.starts.fill(0);
        let gate = Gate {
            series: &s,
            episodes: &[],
            window_micros: 0,
            horizon_micros: 0,
        };
        assert!(gate.inspect(&[0, 2], &[1, 3]).is_empty());
    }
}
