use ndarray::{Array2, Axis};

use crate::data::{sort_by_key, sort_rows};
use crate::trees::Rng;

/// What a column of the table is worth to a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnImportance {
    /// The column's number in the table.
    pub source: usize,
    /// Mean drop in macro F1 when the column is shuffled; about 0 for a column that the model does not need, also
    /// somewhat below.
    pub mean: f64,
    /// Standard deviation of the drops (of the repeats as a whole population, as scikit-learn's).
    pub std: f64,
    /// The drop of each repeat.
    pub repeats: Vec<f64>,
}

/// Features that are shuffled together, and for each row the row whose values it takes.
pub type Shuffle<'a> = (&'a [usize], &'a [u32]);

/// Permutation importance (Breiman 2001, "Random Forests", section 10; `permutation_importance` of scikit-learn with
/// `scoring="f1_macro"`), one column of the table at a time, so that it can be shown as it comes and be cancelled.
///
/// All features made from one column of the table are shuffled together, with the same order of rows: a category's
/// indicators stay one of a kind. Columns that say the same as each other share their worth and each look unimportant.
///
/// The orders depend on the seed, the column and the repeat alone.
#[derive(Clone, Debug)]
pub struct Permutation {
    truth: Vec<u32>,
    rows: Vec<u32>,
    all_rows: usize,
    /// The features of each column of the table.
    features_of: Vec<Vec<usize>>,
    features: usize,
    repeats: u32,
    seed: u64,
    classes: usize,
    /// Of the rows as they are.
    score: Option<f64>,
    /// What [`Self::step`] was given, of which one column's features are shuffled for the time of a prediction.
    matrix: Option<Array2<f64>>,
    next: usize,
    done: Vec<ColumnImportance>,
}

impl Permutation {
    /// Importance on held-out rows of classes `truth` (numbers below `classes`).
    ///
    /// `sources` has the column of the table, below `n_sources`, of each feature; a feature of any other is never
    /// shuffled. Each column is shuffled `repeats`
    /// times (5 is usual). Of more than `max_rows` rows a sample is used that keeps the classes' shares, and of each class
    /// at least one row as long as there is room.
    pub fn new(
        truth: Vec<u32>,
        sources: Vec<usize>,
        n_sources: usize,
        repeats: u32,
        max_rows: usize,
        seed: u64,
        classes: usize,
    ) -> Self {
        let rows = sample(&truth, max_rows, seed);
        let mut features_of = vec![Vec::new(); n_sources];
        for (feature, &source) in sources.iter().enumerate() {
            if let Some(features) = features_of.get_mut(source) {
                features.push(feature);
            }
        }
        Self {
            all_rows: truth.len(),
            truth: rows.iter().map(|&row| truth[row as usize]).collect(),
            rows,
            features_of,
            features: sources.len(),
            repeats: repeats.max(1),
            seed,
            classes,
            score: None,
            matrix: None,
            next: 0,
            done: Vec::new(),
        }
    }

    /// The held-out rows that are used: numbers into `truth`, rising.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Shuffles the next column of the table and returns its number; `None` when all are done.
    ///
    /// `features` is the matrix of the rows of [`Self::rows`], in their order, by features, or that of all held-out
    /// rows, of which these are then taken; it is read at the first step alone. A matrix of another shape, or no rows,
    /// ends it with no column done. `predict` gets a matrix of the used rows and answers their class numbers; an answer
    /// that is too short counts as wrong for the rest.
    pub fn step(
        &mut self,
        features: &Array2<f64>,
        predict: &mut dyn FnMut(&Array2<f64>) -> Vec<u32>,
    ) -> Option<usize> {
        if self.next >= self.features_of.len() {
            return None;
        }
        let mut matrix = match self.matrix.take() {
            Some(matrix) => matrix,
            None => self.used_rows(features)?,
        };
        let source = self.step_by(&mut |shuffled| {
            let Some((columns, order)) = shuffled else {
                return predict(&matrix);
            };
            let original: Vec<Vec<f64>> = columns
                .iter()
                .map(|&column| matrix.column(column).to_vec())
                .collect();
            for (&column, values) in columns.iter().zip(&original) {
                let shuffled = order.iter().map(|&row| values[row as usize]);
                for (cell, value) in matrix.column_mut(column).iter_mut().zip(shuffled) {
                    *cell = value;
                }
            }
            let predicted = predict(&matrix);
            for (&column, values) in columns.iter().zip(&original) {
                for (cell, &value) in matrix.column_mut(column).iter_mut().zip(values) {
                    *cell = value;
                }
            }
            predicted
        });
        self.matrix = Some(matrix);
        source
    }

    /// The same without a matrix, for who can predict shuffled rows faster: `predict` answers the class numbers of the rows
    /// of [`Self::rows`], as they are for `None`, and for `Some((features, order))` as if row `i` had the values of row
    /// `order[i]` (both places in [`Self::rows`]) in those features.
    pub fn step_by(
        &mut self,
        predict: &mut dyn FnMut(Option<Shuffle<'_>>) -> Vec<u32>,
    ) -> Option<usize> {
        if self.next >= self.features_of.len() || self.rows.is_empty() {
            return None;
        }
        let score = match self.score {
            Some(score) => score,
            None => macro_f1(&self.truth, &predict(None), self.classes),
        };
        self.score = Some(score);
        let source = self.next;
        self.next += 1;
        let columns = &self.features_of[source];
        let repeats: Vec<f64> = (0..self.repeats)
            .map(|repeat| {
                if columns.is_empty() {
                    return 0.0;
                }
                let order = self.order(source, repeat);
                let predicted = predict(Some((columns, &order)));
                score - macro_f1(&self.truth, &predicted, self.classes)
            })
            .collect();
        let count = repeats.len() as f64;
        let mean = repeats.iter().sum::<f64>() / count;
        let spread = repeats.iter().map(|drop| (drop - mean) * (drop - mean));
        self.done.push(ColumnImportance {
            source,
            mean,
            std: (spread.sum::<f64>() / count).sqrt(),
            repeats,
        });
        Some(source)
    }

    /// The columns done so far, in the table's order.
    pub fn finish(self) -> Vec<ColumnImportance> {
        self.done
    }

    /// The order in which `repeat` deals out the values of column `source` (numbers into [`Self::rows`]).
    fn order(&self, source: usize, repeat: u32) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        let stream = ((source as u64) << 32) | u64::from(repeat);
        shuffle(&mut order, &mut Rng::new(self.seed, stream));
        order
    }

    fn used_rows(&self, features: &Array2<f64>) -> Option<Array2<f64>> {
        if features.ncols() != self.features || self.rows.is_empty() {
            None
        } else if features.nrows() == self.rows.len() {
            Some(features.clone())
        } else if features.nrows() == self.all_rows {
            let rows: Vec<usize> = self.rows.iter().map(|&row| row as usize).collect();
            Some(features.select(Axis(0), &rows))
        } else {
            None
        }
    }
}

/// Fisher-Yates.
fn shuffle(values: &mut [u32], rng: &mut Rng) {
    for i in (1..values.len()).rev() {
        values.swap(i, rng.below(i as u32 + 1) as usize);
    }
}

/// At most `max_rows` row numbers, rising: each class by its share (largest remainders), but one row of each first, the
/// most frequent class before others.
fn sample(truth: &[u32], max_rows: usize, seed: u64) -> Vec<u32> {
    let rows = truth.len().min(u32::MAX as usize);
    if rows <= max_rows {
        return (0..rows as u32).collect();
    }
    let mut by_class: Vec<(u32, Vec<u32>)> = Vec::new();
    {
        let mut sorted: Vec<u32> = (0..rows as u32).collect();
        sort_by_key(&mut sorted, |&row| truth[row as usize]);
        for row in sorted {
            let class = truth[row as usize];
            match by_class.last_mut() {
                Some((last, members)) if *last == class => members.push(row),
                _ => by_class.push((class, vec![row])),
            }
        }
    }
    sort_by_key(&mut by_class, |(class, members)| {
        (std::cmp::Reverse(members.len()), *class)
    });
    by_class.truncate(max_rows);
    let spare = (max_rows - by_class.len()) as u64;
    // A class's first row is its own; the rest of the places go by the rest of the rows. In integers: no rounding.
    let rest: u64 = by_class.iter().map(|(_, m)| m.len() as u64 - 1).sum();
    let share = |members: usize| (members as u64 - 1) * spare;
    let mut quotas: Vec<u64> = by_class
        .iter()
        .map(|(_, members)| 1 + share(members.len()) / rest.max(1))
        .collect();
    let mut by_remainder: Vec<usize> = (0..by_class.len()).collect();
    sort_by_key(&mut by_remainder, |&i| {
        std::cmp::Reverse(share(by_class[i].1.len()) % rest.max(1))
    });
    let open = (max_rows as u64).saturating_sub(quotas.iter().sum());
    for &i in by_remainder.iter().take(open as usize) {
        quotas[i] += 1;
    }
    let mut chosen = Vec::with_capacity(max_rows);
    for ((class, mut members), quota) in by_class.into_iter().zip(quotas) {
        shuffle(&mut members, &mut Rng::new(seed, SAMPLE | u64::from(class)));
        members.truncate(quota as usize);
        chosen.append(&mut members);
    }
    sort_rows(&mut chosen);
    chosen
}

/// Streams of [`sample`], apart from those of columns.
const SAMPLE: u64 = 1 << 63;

/// Mean F1 over the classes in the truth or among the predictions.
fn macro_f1(truth: &[u32], predicted: &[u32], classes: usize) -> f64 {
    let mut hits = vec![0_u32; classes];
    let mut marks = vec![0_u32; classes];
    for (row, &t) in truth.iter().enumerate() {
        let p = predicted.get(row).copied().unwrap_or(u32::MAX);
        for class in [t, p] {
            if let Some(marks) = marks.get_mut(class as usize) {
                *marks += 1;
            }
        }
        if t == p
            && let Some(hits) = hits.get_mut(t as usize)
        {
            *hits += 1;
        }
    }
    let scores: Vec<f64> = hits
        .iter()
        .zip(&marks)
        .filter(|&(_, &marks)| marks > 0)
        .map(|(&hits, &marks)| 2.0 * f64::from(hits) / f64::from(marks))
        .collect();
    scores.iter().sum::<f64>() / scores.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_keeps_shares_and_rare_classes() {
        let truth: Vec<u32> = (0..10_000)
            .map(|i| match i {
                0..3 => 7,
                _ if i % 10 == 9 => 1,
                _ => 0,
            })
            .collect();
        let rows = sample(&truth, 200, 4);
        assert_eq!(rows.len(), 200);
        assert!(rows.is_sorted_by(|a, b| a < b));
        let count = |class| {
            rows.iter()
                .filter(|&&row| truth[row as usize] == class)
                .count()
        };
        assert_eq!((count(0), count(1), count(7)), (178, 21, 1));
        assert_eq!(rows, sample(&truth, 200, 4));
        assert_ne!(rows, sample(&truth, 200, 5));
    }

    #[test]
    fn samples_of_odd_sizes() {
        assert_eq!(sample(&[0, 1, 2], 3, 0), [0, 1, 2]);
        assert_eq!(sample(&[0, 1, 2, 2], 1, 0).len(), 1);
        assert_eq!(sample(&[0, 1, 2, 3], 2, 0), [0, 1]);
        assert!(sample(&[0, 1], 0, 0).is_empty());
        assert!(sample(&[], 5, 0).is_empty());
    }

    #[test]
    fn short_or_foreign_predictions_are_wrong_ones() {
        assert_eq!(macro_f1(&[0, 1], &[0, 1], 2), 1.0);
        assert_eq!(macro_f1(&[0, 1], &[0], 2), 0.5);
        assert_eq!(macro_f1(&[0, 1], &[9, 1], 2), 0.5);
        assert_eq!(macro_f1(&[], &[], 0), 0.0);
    }
}
