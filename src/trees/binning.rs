//! Values to bins.

use ndarray::ArrayView2;

use super::{BytesError, Reader, Writer};

/// The bin of `NaN`.
pub const MISSING_BIN: u8 = 255;
/// Bins of values present: 0 to 254.
pub const MAX_BINS: usize = 255;

/// The inner edges of one feature's bins: ascending, finite, at most 254. Bin `b` ends at `edges[b]`, inclusive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BinEdges(Vec<f64>);

impl BinEdges {
    /// Edges of a training column. `NaN` is left out. With at most 255 distinct values each gets a bin of its own, with
    /// edges half-way between neighbours, as exact splits would have; with more, bins of about equal numbers of rows,
    /// where a frequent value gets a bin of its own.
    pub fn fit(values: impl IntoIterator<Item = f64>) -> Self {
        // Adding 0 makes one zero of two.
        let mut sorted: Vec<f64> = values
            .into_iter()
            .filter(|x| x.is_finite())
            .map(|x| x + 0.0)
            .collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let mut distinct: Vec<(f64, usize)> = Vec::new();
        for x in sorted {
            match distinct.last_mut() {
                Some((last, count)) if *last == x => *count += 1,
                _ => distinct.push((x, 1)),
            }
        }
        if distinct.len() <= MAX_BINS {
            return Self(
                distinct
                    .windows(2)
                    .map(|w| midpoint(w[0].0, w[1].0))
                    .collect(),
            );
        }
        let mut edges = Vec::with_capacity(MAX_BINS - 1);
        let mut rows_left: usize = distinct.iter().map(|d| d.1).sum();
        let mut in_bin = 0_usize;
        for (i, &(x, count)) in distinct.iter().enumerate() {
            let Some(&(next, next_count)) = distinct.get(i + 1) else {
                break;
            };
            in_bin += count;
            let bins_left = MAX_BINS - edges.len();
            if bins_left < 2 {
                break;
            }
            let share = rows_left as f64 / bins_left as f64;
            // Close the bin when it is full, or when the next value is so frequent that it deserves its own.
            let overfull = in_bin as f64 + next_count as f64 / 2.0 > share;
            let values_left = distinct.len() - i - 1;
            if overfull || values_left < bins_left {
                edges.push(midpoint(x, next));
                rows_left -= in_bin;
                in_bin = 0;
            }
        }
        Self(edges)
    }

    /// From edges that are checked to be ascending, finite and few enough.
    pub fn from_edges(edges: Vec<f64>) -> Option<Self> {
        let ok = edges.len() < MAX_BINS
            && edges.iter().all(|x| x.is_finite())
            && edges.windows(2).all(|w| w[0] < w[1]);
        ok.then_some(Self(edges))
    }

    /// The edges.
    pub fn edges(&self) -> &[f64] {
        &self.0
    }

    /// The bin of a value: [`MISSING_BIN`] for `NaN`; infinities go to the outer bins.
    pub fn bin(&self, x: f64) -> u8 {
        if x.is_nan() {
            MISSING_BIN
        } else {
            self.0.partition_point(|&edge| edge < x) as u8
        }
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.f64s(&self.0);
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Option<Self>, BytesError> {
        Ok(Self::from_edges(r.f64s()?))
    }
}

/// A number `m` with `a <= m < b`, half-way where floats allow, for finite `a < b`.
pub fn midpoint(a: f64, b: f64) -> f64 {
    let m = a / 2.0 + b / 2.0;
    if a <= m && m < b { m } else { a }
}

/// The bins of a matrix, one vector per feature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BinnedColumns {
    columns: Vec<Vec<u8>>,
    rows: usize,
}

impl BinnedColumns {
    /// From columns of equal length; `None` where they are not.
    pub fn new(columns: Vec<Vec<u8>>, rows: usize) -> Option<Self> {
        columns
            .iter()
            .all(|c| c.len() == rows)
            .then_some(Self { columns, rows })
    }

    /// The bins of `matrix` (rows x features; `NaN` is missing). There are as many edges as features.
    pub fn of(matrix: ArrayView2<'_, f64>, edges: &[BinEdges]) -> Self {
        let columns = matrix
            .columns()
            .into_iter()
            .zip(edges)
            .map(|(c, e)| c.iter().map(|&x| e.bin(x)).collect());
        Self {
            columns: columns.collect(),
            rows: matrix.nrows(),
        }
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Features.
    pub fn features(&self) -> usize {
        self.columns.len()
    }

    /// One feature's bins.
    pub fn column(&self, feature: usize) -> &[u8] {
        &self.columns[feature]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn few_values_get_a_bin_each() {
        let edges = BinEdges::fit([3.0, 1.0, f64::NAN, 2.0, 1.0]);
        assert_eq!(edges.edges(), [1.5, 2.5]);
        assert_eq!(
            [1.0, 1.5, 2.0, 9.0, -9.0].map(|x| edges.bin(x)),
            [0, 0, 1, 2, 0]
        );
        assert_eq!(edges.bin(f64::NAN), MISSING_BIN);
        assert_eq!(BinEdges::fit([f64::NAN, 5.0, 5.0]).edges(), [0.0; 0]);
    }

    #[test]
    fn many_values_get_bins_of_equal_rows_and_a_frequent_one_its_own() {
        let mut values: Vec<f64> = (0..10_000).map(f64::from).collect();
        values.extend(std::iter::repeat_n(5000.5, 3000));
        let edges = BinEdges::fit(values.iter().copied());
        assert!(
            (240..255).contains(&edges.edges().len()),
            "{}",
            edges.edges().len()
        );
        let mut counts = [0; 256];
        values
            .iter()
            .for_each(|&x| counts[edges.bin(x) as usize] += 1);
        assert!((3000..3060).contains(&counts[edges.bin(5000.5) as usize]));
        let largest = (0..256)
            .filter(|&b| b != edges.bin(5000.5) as usize)
            .map(|b| counts[b])
            .max();
        assert!(largest < Some(100), "{largest:?}");
    }

    #[test]
    fn midpoints_separate_neighbours() {
        for (a, b) in [
            (1.0, f64::from_bits(1.0_f64.to_bits() + 1)),
            (-f64::MAX, f64::MAX),
            (0.0, f64::from_bits(1)),
        ] {
            let m = midpoint(a, b);
            assert!(a <= m && m < b, "{a} {m} {b}");
        }
    }

    proptest! {
        #[test]
        fn asking_the_bin_is_asking_the_value(values in prop::collection::vec(-1e3..1e3_f64, 1..600), x in -1e3..1e3_f64) {
            let edges = BinEdges::fit(values);
            for (b, &edge) in edges.edges().iter().enumerate() {
                prop_assert_eq!(usize::from(edges.bin(x)) <= b, x <= edge);
            }
        }
    }
}
