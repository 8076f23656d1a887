//! Which rows are held out.

use super::error::PrepareError;
use crate::data::{Dictionary, sort_by_key, sort_rows};

/// Row numbers, ascending, in two disjoint sets; rows without a target are in neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// To learn from.
    pub train: Vec<u32>,
    /// Held out.
    pub test: Vec<u32>,
}

/// Draws the rows to hold out: `ceil(test_share * rows)` of those with a target, as scikit-learn's `train_test_split`
/// counts them (the rows drawn are others).
///
/// Stratified, each class is held out in proportion (largest remainders), and every class of two rows or more has at
/// least one on either side, for which the size may give way; the one row of a class goes to training. The same
/// arguments give the same rows on every platform.
///
/// # Errors
/// [`PrepareError::TestShare`], and [`PrepareError::TooFewRows`] where one side would stay empty.
pub fn split(
    classes: &Dictionary,
    test_share: f64,
    seed: u64,
    stratify: bool,
) -> Result<Split, PrepareError> {
    if !(test_share > 0.0 && test_share < 1.0) {
        return Err(PrepareError::TestShare { share: test_share });
    }
    let strata = if stratify { classes.names.len() } else { 1 };
    let mut rows_of: Vec<Vec<u32>> = vec![Vec::new(); strata];
    for (row, &code) in classes.codes.iter().enumerate() {
        if (code as usize) < classes.names.len() {
            let stratum = if stratify { code as usize } else { 0 };
            rows_of[stratum].push(row as u32);
        }
    }
    let rows: usize = rows_of.iter().map(Vec::len).sum();
    let too_few = PrepareError::TooFewRows {
        rows,
        classes: classes.counts().iter().filter(|&&n| n > 0).count(),
    };
    if rows < 2 {
        return Err(too_few);
    }
    let wanted = ((test_share * rows as f64).ceil() as usize).clamp(1, rows - 1);
    let counts: Vec<usize> = rows_of.iter().map(Vec::len).collect();
    let held_out = allocate(&counts, wanted);

    let mut out = Split::default();
    for (stratum, (mut rows, take)) in rows_of.into_iter().zip(held_out).enumerate() {
        // One generator per class: its draw does not depend on how many rows other classes have.
        let mut draw = Draw::new(seed, stratum as u64);
        for i in 0..take {
            let left = (rows.len() - i) as u64;
            rows.swap(i, i + draw.below(left) as usize);
        }
        out.test.extend_from_slice(&rows[..take]);
        out.train.extend_from_slice(&rows[take..]);
    }
    if out.test.is_empty() || out.train.is_empty() {
        return Err(too_few);
    }
    sort_rows(&mut out.train);
    sort_rows(&mut out.test);
    Ok(out)
}

/// How many rows of each class are held out: in proportion, with the largest remainders rounded up (the earlier class
/// of equals), then within 1 and `count - 1` for classes of two rows or more, 0 for smaller ones.
fn allocate(counts: &[usize], wanted: usize) -> Vec<usize> {
    let total: usize = counts.iter().sum();
    let bounds = |n: usize| if n < 2 { (0, 0) } else { (1, n - 1) };
    // Exact: counts are below 2^32, so the products fit.
    let exact = |n: usize| n as u64 * wanted as u64;
    let total = total.max(1) as u64;
    let mut take: Vec<usize> = counts
        .iter()
        .map(|&n| (exact(n) / total) as usize)
        .collect();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    sort_by_key(&mut order, |&k| {
        (std::cmp::Reverse(exact(counts[k]) % total), k)
    });
    let left = wanted.saturating_sub(take.iter().sum());
    for &k in order.iter().take(left) {
        take[k] += 1;
    }
    for (take, &n) in take.iter_mut().zip(counts) {
        let (low, high) = bounds(n);
        *take = (*take).clamp(low, high);
    }
    // What the bounds took or gave is given or taken elsewhere, in equal shares, where there is room.
    loop {
        let sum: usize = take.iter().sum();
        let room = |k: usize, take: &[usize]| {
            let (low, high) = bounds(counts[k]);
            if sum < wanted {
                high - take[k]
            } else {
                take[k] - low
            }
        };
        let mut open: Vec<usize> = (0..counts.len()).filter(|&k| room(k, &take) > 0).collect();
        let mut gap = sum.abs_diff(wanted);
        if gap == 0 || open.is_empty() {
            return take;
        }
        sort_by_key(&mut open, |&k| (std::cmp::Reverse(counts[k]), k));
        let share = gap.div_ceil(open.len());
        for k in open {
            let step = share.min(gap).min(room(k, &take));
            if sum < wanted {
                take[k] += step;
            } else {
                take[k] -= step;
            }
            gap -= step;
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every platform.
#[derive(Clone, Debug)]
pub(super) struct Draw(u64);

impl Draw {
    /// A stream of its own for each (seed, stream).
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut mix = Self(seed);
        let start = mix.next();
        let mut draw = Self(start ^ stream.wrapping_mul(0xd134_2543_de82_ef95));
        draw.next();
        draw
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform below `n`, which must not be 0, without bias (Lemire 2019).
    pub(super) fn below(&mut self, n: u64) -> u64 {
        let n = n.max(1);
        let threshold = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.next()) * u128::from(n);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn classes(counts: &[usize]) -> Dictionary {
        let cells = counts
            .iter()
            .enumerate()
            .flat_map(|(k, &n)| std::iter::repeat_n(format!("c{k:03}"), n));
        Dictionary::from_cells(cells)
    }

    #[test]
    fn known_numbers_come_out_of_the_generator() {
        // The reference implementation's first outputs for seed 1234567.
        let mut draw = Draw(1_234_567);
        assert_eq!(draw.next(), 6_457_827_717_110_365_317);
        assert_eq!(draw.next(), 3_203_168_211_198_807_973);
        assert_eq!(draw.next(), 9_817_491_932_198_370_423);
    }

    #[test]
    fn sizes_are_those_of_scikit_learn() {
        // train_test_split(test_size=.25, stratify=y) holds out 38 of iris' 150 rows, and 13, 13, 12 of its classes
        // (which of them gets 12 is drawn there).
        let s = split(&classes(&[50, 50, 50]), 0.25, 42, true).unwrap();
        assert_eq!((s.train.len(), s.test.len()), (112, 38));
        assert_eq!(allocate(&[50, 50, 50], 38), [13, 13, 12]);
        assert_eq!(allocate(&[6978, 313, 709], 2000), [1745, 78, 177]);
    }

    #[test]
    fn a_class_of_one_row_is_learned_from_and_a_class_of_two_is_on_both_sides() {
        let s = split(&classes(&[100, 1, 2]), 0.25, 7, true).unwrap();
        assert!(s.train.contains(&100));
        assert_eq!(s.test.iter().filter(|&&r| r > 100).count(), 1);
        assert_eq!(s.train.iter().filter(|&&r| r > 100).count(), 1);
    }

    #[test]
    fn rows_without_a_target_are_left_out() {
        let d = Dictionary::from_cells(["a", "", "b", "a", "b", "", "a", "b"]);
        for stratify in [true, false] {
            let s = split(&d, 0.5, 1, stratify).unwrap();
            let mut all = [s.train, s.test].concat();
            all.sort_unstable();
            assert_eq!(all, [0, 2, 3, 4, 6, 7]);
        }
    }

    #[test]
    fn what_cannot_be_split_is_refused() {
        for share in [0.0, 1.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                split(&classes(&[5, 5]), share, 1, true),
                Err(PrepareError::TestShare { .. })
            ));
        }
        assert!(split(&classes(&[]), 0.25, 1, true).is_err());
        assert!(split(&classes(&[1]), 0.25, 1, false).is_err());
        assert!(split(&classes(&[1, 1, 1]), 0.25, 1, true).is_err());
        assert!(split(&classes(&[1, 1, 1]), 0.25, 1, false).is_ok());
    }

    #[test]
    fn many_small_classes_end() {
        let counts: Vec<usize> = std::iter::once(1_000_000)
            .chain(std::iter::repeat_n(2, 100_000))
            .collect();
        let take = allocate(&counts, 1000);
        assert_eq!(take[0], 1);
        assert_eq!(take.iter().sum::<usize>(), 100_001);
    }

    proptest! {
        #[test]
        fn a_split_is_a_partition_with_every_class_on_both_sides(
            counts in prop::collection::vec(0usize..40, 1..12),
            share in 0.01f64..0.99,
            seed: u64,
        ) {
            let d = classes(&counts);
            if let Ok(s) = split(&d, share, seed, true) {
                let mut all = [s.train.clone(), s.test.clone()].concat();
                all.sort_unstable();
                let expected: Vec<u32> = (0..d.codes.len() as u32).collect();
                prop_assert_eq!(all, expected);
                prop_assert!(s.train.is_sorted() && s.test.is_sorted());
                for (k, &n) in d.counts().iter().enumerate() {
                    let held = s.test.iter().filter(|&&r| d.codes[r as usize] == k as u32).count();
                    let (low, high) = if n < 2 { (0, 0) } else { (1, n - 1) };
                    prop_assert!((low..=high).contains(&(held as u64)));
                }
                prop_assert_eq!(&s, &split(&d, share, seed, true).unwrap());
            }
        }

        #[test]
        fn the_size_is_kept_where_it_can_be(counts in prop::collection::vec(0usize..400, 1..9), share in 0.01f64..0.99) {
            let rows: usize = counts.iter().sum();
            let wanted = (share * rows as f64).ceil() as usize;
            let low = counts.iter().filter(|&&n| n > 1).count();
            let high: usize = counts.iter().map(|&n| n.saturating_sub(1)).sum();
            let sum: usize = allocate(&counts, wanted).iter().sum();
            prop_assert_eq!(sum, wanted.clamp(low, high.max(low)));
        }
    }
}
