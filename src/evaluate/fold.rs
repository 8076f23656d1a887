//! Folds for cross-validation: which training rows a model is fitted on, and on which others it is scored.

use thiserror::Error;

use crate::data::{MISSING_TIME, sort_by_key};
use crate::trees::Rng;

/// The fewest folds.
pub const MIN_FOLDS: usize = 2;
/// The most folds: more cost more than they tell.
pub const MAX_FOLDS: usize = 20;

/// One fold: row numbers, ascending, in two disjoint sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fold {
    /// To fit on.
    pub train: Vec<u32>,
    /// To score on.
    pub test: Vec<u32>,
}

/// Folds, and what they could not do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds {
    /// Each with rows on both sides.
    pub folds: Vec<Fold>,
    /// Classes with fewer rows than folds (and at least one): some folds have none of them to score on.
    pub thin_classes: Vec<u32>,
    /// Rows in no fold, since their time is missing.
    pub without_time: usize,
}

/// What lies between the rows that a fold forward in time is fitted on and those that it is scored on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// So many of the rows before are left out.
    Rows(usize),
    /// Rows less than this long before the first scored row are left out, in the unit of the times; negative is 0.
    Span(i64),
}

/// Why there are no folds.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FoldError {
    /// A number of folds that is not allowed.
    #[error("{folds} folds were asked for, but there must be {MIN_FOLDS} to {MAX_FOLDS}")]
    Count {
        /// Folds asked for.
        folds: usize,
    },
    /// Too few rows, groups or instants to fill every fold.
    #[error("{folds} folds need at least {needed} {what}, and there are {found}")]
    TooFew {
        /// Folds asked for.
        folds: usize,
        /// `rows`, `groups` or `instants`.
        what: &'static str,
        /// How many are needed.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// Nothing is left to fit on before the gap.
    #[error("the gap leaves no rows to learn from in fold {fold}")]
    Gap {
        /// Which fold, from 1.
        fold: usize,
    },
}

fn check(folds: usize) -> Result<(), FoldError> {
    if (MIN_FOLDS..=MAX_FOLDS).contains(&folds) {
        Ok(())
    } else {
        Err(FoldError::Count { folds })
    }
}

fn enough(folds: usize, what: &'static str, needed: usize, found: usize) -> Result<(), FoldError> {
    if found >= needed {
        Ok(())
    } else {
        Err(FoldError::TooFew {
            folds,
            what,
            needed,
            found,
        })
    }
}

/// Each row in the test side of its own fold, in the train side of all others.
fn from_places(places: &[usize], folds: usize) -> Vec<Fold> {
    let mut out = vec![Fold::default(); folds];
    for (row, &place) in places.iter().enumerate() {
        for (number, fold) in out.iter_mut().enumerate() {
            let side = if number == place {
                &mut fold.test
            } else {
                &mut fold.train
            };
            side.push(row as u32);
        }
    }
    out
}

/// Stratified folds (scikit-learn's `StratifiedKFold`, shuffled): the number of rows of a class differs by at most one
/// between folds, and so does the number of rows. Which rows is drawn. A class with fewer rows than folds is spread as
/// far as it goes, and told in [`Folds::thin_classes`].
///
/// `classes` holds the class of each row; `folds` is 2 to 20.
///
/// # Errors
/// [`FoldError::Count`]; [`FoldError::TooFew`] with fewer rows than folds.
pub fn stratified(classes: &[u32], folds: usize, seed: u64) -> Result<Folds, FoldError> {
    check(folds)?;
    enough(folds, "rows", folds, classes.len())?;
    let mut rows: Vec<u32> = (0..classes.len() as u32).collect();
    sort_by_key(&mut rows, |&row| classes[row as usize]);
    let mut places = vec![0; rows.len()];
    let mut thin_classes = Vec::new();
    let mut begin = 0;
    for of_class in rows.chunk_by_mut(|&a, &b| classes[a as usize] == classes[b as usize]) {
        let class = classes[of_class[0] as usize];
        if of_class.len() < folds {
            thin_classes.push(class);
        }
        // One generator per class: its draw does not depend on how many rows other classes have.
        let mut rng = Rng::new(seed, u64::from(class));
        for i in 0..of_class.len() {
            let other = i + rng.below((of_class.len() - i) as u32) as usize;
            of_class.swap(i, other);
            // Counted on from class to class, so that small classes do not all end in the first folds.
            places[of_class[i] as usize] = (begin + i) % folds;
        }
        begin += of_class.len();
    }
    Ok(Folds {
        folds: from_places(&places, folds),
        thin_classes,
        without_time: 0,
    })
}

/// Grouped folds (scikit-learn's `GroupKFold`): all rows of a group are scored in the same fold, so none is on both
/// sides. The largest group goes first, each to the fold with the fewest rows so far (the first of equals).
///
/// `groups` holds any number for the group of each row; `folds` is 2 to 20. Nothing is drawn.
///
/// # Errors
/// [`FoldError::Count`]; [`FoldError::TooFew`] with fewer groups than folds.
pub fn grouped(groups: &[u32], folds: usize) -> Result<Folds, FoldError> {
    check(folds)?;
    let mut rows: Vec<u32> = (0..groups.len() as u32).collect();
    sort_by_key(&mut rows, |&row| groups[row as usize]);
    let mut members: Vec<&[u32]> = rows
        .chunk_by(|&a, &b| groups[a as usize] == groups[b as usize])
        .collect();
    enough(folds, "groups", folds, members.len())?;
    sort_by_key(&mut members, |rows| std::cmp::Reverse(rows.len()));
    let mut sizes = vec![0; folds];
    let mut places = vec![0; groups.len()];
    for rows in members {
        let lightest = (0..folds).min_by_key(|&fold| sizes[fold]).unwrap_or(0);
        sizes[lightest] += rows.len();
        rows.iter().for_each(|&row| places[row as usize] = lightest);
    }
    Ok(Folds {
        folds: from_places(&places, folds),
        ..Folds::default()
    })
}

/// Folds forward in time (scikit-learn's `TimeSeriesSplit`): the rows in order of time are cut into `folds + 1` blocks,
/// the first with what is left over; fold `i` is scored on block `i + 1` and fitted on all rows before it, less the gap.
/// Rows of one instant stay in one block, the earlier of the two that they would fall into: so blocks are as large as
/// scikit-learn's where no two rows share an instant.
///
/// `times` holds each row's time in any unit; rows whose time is [`MISSING_TIME`] are in no fold, and counted. `folds`
/// is 2 to 20. Nothing is drawn.
///
/// # Errors
/// [`FoldError::Count`]; [`FoldError::TooFew`] with fewer instants than blocks, or where one instant fills more than a
/// block; [`FoldError::Gap`] where a gap leaves nothing to fit on.
pub fn forward(times: &[i64], folds: usize, gap: Gap) -> Result<Folds, FoldError> {
    check(folds)?;
    let mut rows: Vec<u32> = (0..times.len() as u32)
        .filter(|&row| times[row as usize] != MISSING_TIME)
        .collect();
    let time = |row: u32| times[row as usize];
    sort_by_key(&mut rows, |&row| time(row));
    let n = rows.len();
    enough(folds, "rows", folds + 1, n)?;
    let block = n / (folds + 1);
    // Where blocks begin, moved on to the next instant.
    let begin = |i: usize| {
        let at = n - (folds - i) * block;
        let before = time(rows[at - 1]);
        at + rows[at..]
            .iter()
            .take_while(|&&row| time(row) == before)
            .count()
    };
    let mut begins: Vec<usize> = (0..folds).map(begin).collect();
    begins.push(n);
    let mut out = Vec::with_capacity(folds);
    for (i, pair) in begins.windows(2).enumerate() {
        let (from, to) = (pair[0], pair[1]);
        if from >= to {
            let found = rows.chunk_by(|&a, &b| time(a) == time(b)).count();
            return Err(FoldError::TooFew {
                folds,
                what: "instants, none with more rows than a fold",
                needed: folds + 1,
                found,
            });
        }
        let first = time(rows[from]);
        let before = match gap {
            Gap::Rows(rows) => from.saturating_sub(rows),
            Gap::Span(span) => {
                let last = first.saturating_sub(span.max(0));
                rows[..from].partition_point(|&row| span <= 0 || time(row) <= last)
            }
        };
        if before == 0 {
            return Err(FoldError::Gap { fold: i + 1 });
        }
        let side = |rows: &[u32]| {
            let mut rows = rows.to_vec();
            crate::data::sort_rows(&mut rows);
            rows
        };
        out.push(Fold {
            train: side(&rows[..before]),
            test: side(&rows[from..to]),
        });
    }
    Ok(Folds {
        folds: out,
        without_time: times.len() - n,
        ..Folds::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sizes(folds: &Folds) -> Vec<(usize, usize)> {
        let size = |f: &Fold| (f.train.len(), f.test.len());
        folds.folds.iter().map(size).collect()
    }

    #[test]
    fn sizes_are_those_of_scikit_learn() {
        // StratifiedKFold(3) on 7 rows of class 0 and 4 of class 1: test sides 4, 4, 3 with 3+1, 2+2, 2+1 rows.
        let classes = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1];
        let folds = stratified(&classes, 3, 9).unwrap();
        assert_eq!(sizes(&folds), [(7, 4), (7, 4), (8, 3)]);
        let ones = |f: &Fold| f.test.iter().filter(|&&r| r >= 7).count();
        assert_eq!(folds.folds.iter().map(ones).collect::<Vec<_>>(), [1, 2, 1]);
        // GroupKFold(3) on groups of 5, 3, 3, 2, 1 rows: 5, 5 (3 + 2), 4 (3 + 1).
        let groups = [9, 9, 9, 9, 9, 4, 4, 4, 5, 5, 5, 0, 0, 7];
        assert_eq!(
            sizes(&grouped(&groups, 3).unwrap()),
            [(9, 5), (9, 5), (10, 4)]
        );
        // TimeSeriesSplit(3) on 10 rows: fitted on 4, 6, 8, scored on 2; gap=1 takes one away.
        let times: Vec<i64> = (0..10).rev().collect();
        let folds = forward(&times, 3, Gap::Rows(0)).unwrap();
        assert_eq!(sizes(&folds), [(4, 2), (6, 2), (8, 2)]);
        assert_eq!(folds.folds[0].train, [6, 7, 8, 9]);
        assert_eq!(folds.folds[2].test, [0, 1]);
        let folds = forward(&times, 3, Gap::Rows(1)).unwrap();
        assert_eq!(sizes(&folds), [(3, 2), (5, 2), (7, 2)]);
        let folds = forward(&times, 3, Gap::Span(3)).unwrap();
        assert_eq!(sizes(&folds), [(2, 2), (4, 2), (6, 2)]);
    }

    #[test]
    fn what_cannot_be_folded_is_said() {
        for folds in [0, 1, 21, usize::MAX] {
            let error = FoldError::Count { folds };
            assert_eq!(stratified(&[0; 50], folds, 1), Err(error.clone()));
            assert_eq!(grouped(&[0; 50], folds), Err(error.clone()));
            assert_eq!(forward(&[0; 50], folds, Gap::Rows(0)), Err(error));
        }
        assert!(stratified(&[0, 1], 3, 1).is_err());
        assert!(grouped(&[1, 1, 2, 2], 3).is_err());
        assert!(forward(&[1, 2, 3], 3, Gap::Rows(0)).is_err());
        assert!(forward(&[5; 40], 3, Gap::Rows(0)).is_err());
        let times: Vec<i64> = (0..40).collect();
        assert_eq!(
            forward(&times, 3, Gap::Rows(10)),
            Err(FoldError::Gap { fold: 1 })
        );
        assert_eq!(
            forward(&times, 3, Gap::Span(i64::MAX)),
            Err(FoldError::Gap { fold: 1 })
        );
    }

    #[test]
    fn a_thin_class_is_spread_and_told_and_a_missing_time_is_counted() {
        let mut classes = vec![0; 30];
        classes.extend([2, 2, 2]);
        let folds = stratified(&classes, 5, 3).unwrap();
        assert_eq!(folds.thin_classes, [2]);
        let of_it = |f: &Fold| f.test.iter().filter(|&&r| r >= 30).count();
        let spread: Vec<usize> = folds.folds.iter().map(of_it).collect();
        assert_eq!(
            (spread.iter().sum::<usize>(), spread.iter().max()),
            (3, Some(&1))
        );
        let times = [4, MISSING_TIME, 1, 2, 3, MISSING_TIME];
        let folds = forward(&times, 3, Gap::Rows(0)).unwrap();
        assert_eq!(folds.without_time, 2);
        assert_eq!(folds.folds[2].train, [2, 3, 4]);
    }

    fn is_partition(folds: &Folds, rows: usize) -> bool {
        let mut all: Vec<u32> = folds.folds.iter().flat_map(|f| f.test.clone()).collect();
        all.sort_unstable();
        all == (0..rows as u32).collect::<Vec<_>>()
            && folds.folds.iter().all(|f| {
                let mut both = [f.train.clone(), f.test.clone()].concat();
                both.sort_unstable();
                f.train.is_sorted() && f.test.is_sorted() && both == all
            })
    }

    fn spread(mut counts: impl Iterator<Item = usize> + Clone) -> usize {
        counts.clone().max().unwrap_or(0)
            - counts
                .next()
                .map_or(0, |first| counts.fold(first, usize::min))
    }

    proptest! {
        #[test]
        fn stratified_folds_are_even(
            classes in prop::collection::vec(0u32..5, 2..120),
            folds in 2usize..=20,
            seed: u64,
        ) {
            if let Ok(made) = stratified(&classes, folds, seed) {
                prop_assert!(is_partition(&made, classes.len()));
                prop_assert!(spread(made.folds.iter().map(|f| f.test.len())) <= 1);
                for class in 0..5 {
                    let rows = |f: &Fold| f.test.iter().filter(|&&r| classes[r as usize] == class).count();
                    prop_assert!(spread(made.folds.iter().map(rows)) <= 1);
                    let n = classes.iter().filter(|c| **c == class).count();
                    prop_assert_eq!(made.thin_classes.contains(&class), n > 0 && n < folds);
                }
                prop_assert_eq!(&made, &stratified(&classes, folds, seed).unwrap());
            } else {
                prop_assert!(classes.len() < folds);
            }
        }

        #[test]
        fn no_group_is_on_both_sides_and_folds_are_balanced(
            groups in prop::collection::vec(0u32..30, 2..150),
            folds in 2usize..=8,
        ) {
            if let Ok(made) = grouped(&groups, folds) {
                prop_assert!(is_partition(&made, groups.len()));
                let mut largest = 0;
                for group in 0..30 {
                    let rows = groups.iter().filter(|g| **g == group).count();
                    largest = largest.max(rows);
                    let of = |f: &Fold| f.test.iter().filter(|&&r| groups[r as usize] == group).count();
                    prop_assert!(made.folds.iter().all(|f| of(f) == 0 || of(f) == rows));
                }
                prop_assert!(made.folds.iter().all(|f| !f.test.is_empty() && !f.train.is_empty()));
                prop_assert!(spread(made.folds.iter().map(|f| f.test.len())) <= largest);
            }
        }

        #[test]
        fn no_fold_learns_from_what_comes_later(
            times in prop::collection::vec(prop_oneof![9 => 0i64..60, 1 => Just(MISSING_TIME)], 2..150),
            folds in 2usize..=8,
            gap in 0i64..4,
            in_rows: bool,
        ) {
            let gap = if in_rows { Gap::Rows(gap as usize) } else { Gap::Span(gap) };
            if let Ok(made) = forward(&times, folds, gap) {
                prop_assert_eq!(made.folds.len(), folds);
                let mut tested = Vec::new();
                for fold in &made.folds {
                    let time = |&row: &u32| times[row as usize];
                    let last = fold.train.iter().map(time).max().unwrap();
                    let first = fold.test.iter().map(time).min().unwrap();
                    prop_assert!(last < first);
                    if let Gap::Span(span) = gap {
                        prop_assert!(first - last >= span);
                    }
                    tested.extend_from_slice(&fold.test);
                }
                let n = tested.len();
                tested.sort_unstable();
                tested.dedup();
                prop_assert_eq!(n, tested.len());
                prop_assert_eq!(made.without_time, times.iter().filter(|t| **t == MISSING_TIME).count());
            }
        }
    }
}
