use crate::prepare::{Ahead, Episode, Series};

/// Parts of the training rows, each scored by a forest that has not learned from it. The shorter they are the less is left out
/// around them, and the more alike those forests are to the one that judges. Where each of six cannot be learned without (few
/// entities, few incidents), there are three.
const FOLDS: [u8; 2] = [6, 3];

/// The training rows again, in parts that are held out in turn: what the forest says of rows that it has not learned from
/// tells what its pages are worth, from several times as many incidents as the calibration part has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TrainFolds {
    /// Each training row's fold, as [`crate::prepare::TimeSplit::train`]; empty where there are too few incidents to hold any
    /// out.
    pub(super) of: Vec<u8>,
    /// For each fold, the rows to learn from instead, ascending.
    pub(super) train: Vec<Vec<u32>>,
}

/// What folds are made of.
pub(super) struct FoldTask<'a> {
    pub(super) series: &'a Series,
    pub(super) episodes: &'a [Episode],
    pub(super) labels: &'a [Ahead],
    /// Rows of the training part, ascending.
    pub(super) all: &'a [u32],
    /// Those that are learned from.
    pub(super) learned: &'a [u32],
    pub(super) embargo_micros: i64,
    /// Whole entities rather than stretches of time.
    pub(super) by_entity: bool,
}

impl FoldTask<'_> {
    /// Stretches of time of equal numbers of rows, with the embargo on both sides of each, and with each incident wholly in
    /// the part in which it begins; or every sixth or third entity.
    pub(super) fn folds(&self) -> TrainFolds {
        let mut found = FOLDS.iter().filter_map(|&count| self.parts(count));
        found.next().unwrap_or_default()
    }

    /// So many parts; none where one cannot be told from the others.
    fn parts(&self, count: u8) -> Option<TrainFolds> {
        let of: Vec<u8> = match self.by_entity {
            true => self
                .all
                .iter()
                .map(|&row| (self.entity(row) % u32::from(count)) as u8)
                .collect(),
            false => self.stretches(count),
        };
        let train: Vec<Vec<u32>> = (0..count).map(|fold| self.outside(fold, &of)).collect();
        let is_learnable = |rows: &Vec<u32>| {
            let of = |row: &u32| self.labels[*row as usize];
            rows.iter().any(|r| of(r) == Ahead::Quiet)
                && rows.iter().any(|r| matches!(of(r), Ahead::Kind(_)))
        };
        let all = train.iter().all(is_learnable) && (0..count).all(|fold| of.contains(&fold));
        all.then_some(TrainFolds { of, train })
    }

    fn entity(&self, row: u32) -> u32 {
        self.series.of_row[row as usize]
    }

    fn at(&self, row: u32) -> i64 {
        self.series.instants[row as usize]
    }

    fn cuts(&self, count: u8) -> Vec<i64> {
        let mut instants: Vec<i64> = self.all.iter().map(|&row| self.at(row)).collect();
        crate::data::sort_instants(&mut instants);
        let cut = |k: usize| {
            instants
                .get(k * instants.len() / usize::from(count))
                .copied()
                .unwrap_or(i64::MAX)
        };
        (1..usize::from(count)).map(cut).collect()
    }

    fn stretches(&self, count: u8) -> Vec<u8> {
        let cuts = self.cuts(count);
        let stretch = |row: &u32| cuts.iter().filter(|cut| self.at(*row) >= **cut).count() as u8;
        self.all.iter().map(stretch).collect()
    }

    /// Rows that are learned from and look neither into a fold nor out of it.
    fn outside(&self, fold: u8, of: &[u8]) -> Vec<u32> {
        let is_in = |row: &u32| self.all.binary_search(row).is_ok_and(|at| of[at] == fold);
        let rows = self.learned.iter().copied();
        if self.by_entity {
            return rows.filter(|row| !is_in(row)).collect();
        }
        let held = self.all.iter().zip(of).filter(|(_, f)| **f == fold);
        let (mut first, mut last) = (i64::MAX, i64::MIN);
        for (&row, _) in held {
            (first, last) = (first.min(self.at(row)), last.max(self.at(row)));
        }
        let embargo = self.embargo_micros;
        let (first, last) = (first.saturating_sub(embargo), last.saturating_add(embargo));
        // An incident that crosses the cut is on one side only: the rows before it count as its own.
        let mut crossing = vec![(i64::MAX, i64::MIN); self.series.names.len()];
        for e in self
            .episodes
            .iter()
            .filter(|e| e.end >= first && e.start <= last)
        {
            if let Some(c) = crossing.get_mut(e.entity as usize) {
                *c = (c.0.min(e.start.saturating_sub(embargo)), c.1.max(e.end));
            }
        }
        rows.filter(|&row| {
            let t = self.at(row);
            let crossed = crossing
                .get(self.entity(row) as usize)
                .copied()
                .unwrap_or((i64::MAX, i64::MIN));
            !(first <= t && t <= last || crossed.0 <= t && t <= crossed.1)
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Column, Frame};
    use crate::prepare::{MINUTE_MICROS, ahead};

    #[test]
    fn no_fold_learns_from_what_it_is_scored_on() {
        let m = MINUTE_MICROS;
        let at: Vec<i64> = (0..900).map(|t| t / 2 * m).collect();
        let pods = (0..900).map(|row| ["a", "b"][row % 2]);
        let columns = vec![Column::time("at", at), Column::category("pod", pods)];
        let frame = Frame::new("t", columns).unwrap();
        let series = Series::new(&frame, "at", &["pod".to_owned()]).unwrap();
        let incident = |entity: u32, start: i64| Episode {
            entity,
            kind: 1,
            start: start * m,
            end: (start + 9) * m,
            rows: 10,
            censored_start: false,
            censored_end: false,
        };
        let episodes = [
            incident(0, 60),
            incident(1, 145),
            incident(0, 260),
            incident(1, 400),
        ];
        let labels = ahead(&series, &episodes, 15 * m);
        let all: Vec<u32> = (0..900).collect();
        let usable = |row: &u32| matches!(labels[*row as usize], Ahead::Quiet | Ahead::Kind(_));
        let learned: Vec<u32> = all.iter().copied().filter(usable).collect();
        let mut task = FoldTask {
            series: &series,
            episodes: &episodes,
            labels: &labels,
            all: &all,
            learned: &learned,
            embargo_micros: 20 * m,
            by_entity: false,
        };
        let folds = task.folds();
        assert_eq!(folds.of.iter().filter(|f| **f == 1).count(), 150);
        for (fold, train) in folds.train.iter().enumerate() {
            let minutes = |row: u32| series.instants[row as usize] / m;
            let (first, last) = (75 * fold as i64, 75 * fold as i64 + 74);
            assert!(
                train
                    .iter()
                    .all(|&r| !(first - 20..=last + 20).contains(&minutes(r)))
            );
            assert!(train.windows(2).all(|w| w[0] < w[1]) && !train.is_empty());
            // The incident of b at 145 crosses the second cut: the third fold learns from none of its rows.
            if fold == 2 {
                assert!(!train.iter().any(|&r| series.of_row[r as usize] == 1
                    && minutes(r) > 124
                    && minutes(r) < 155));
            }
        }
        task.by_entity = true;
        // Two entities leave the other folds empty: there are no folds.
        assert_eq!(task.folds(), TrainFolds::default());
    }

    #[test]
    fn four_entities_are_held_out_in_three_parts() {
        let m = MINUTE_MICROS;
        let at = (0..800).map(|row| row / 4 * m).collect();
        let pods = (0..800).map(|row| ["a", "b", "c", "d"][row % 4]);
        let columns = vec![Column::time("at", at), Column::category("pod", pods)];
        let frame = Frame::new("t", columns).unwrap();
        let series = Series::new(&frame, "at", &["pod".to_owned()]).unwrap();
        let episodes: Vec<Episode> = (0..4)
            .map(|entity| Episode {
                entity,
                kind: 1,
                start: 100 * m,
                end: 109 * m,
                rows: 10,
                censored_start: false,
                censored_end: false,
            })
            .collect();
        let labels = ahead(&series, &episodes, 15 * m);
        let all: Vec<u32> = (0..800).collect();
        let task = FoldTask {
            series: &series,
            episodes: &episodes,
            labels: &labels,
            all: &all,
            learned: &all,
            embargo_micros: 20 * m,
            by_entity: true,
        };
        let folds = task.folds();
        assert_eq!((folds.train.len(), &folds.of[..4]), (3, &[0, 1, 2, 0][..]));
    }
}
