//! Values to bins.

use crate::data::{sort_by_key, sort_keyed};
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
    /// Edges of a training column of values and their weights (above 0); `NaN` is left out. With at most 255 distinct
    /// values each gets a bin of its own, with edges half-way between neighbours, as exact splits would have; with more,
    /// bins of about equal weight, where a value of much weight gets a bin of its own (the weighted quantiles of Chen &
    /// Guestrin 2016), the widest of which are then halved. Rows of rare classes that weigh more, and those far out, are
    /// so told apart where they lie.
    pub fn fit(weighted: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let (values, weights): (Vec<f64>, Vec<f64>) = weighted.into_iter().unzip();
        Self::fit_sorted(&sorted_rows(&values), &values, &weights)
    }

    /// Edges of a column of values and their weights (of 0: left out), and the bin of each value. See [`Self::fit`].
    pub fn fit_bins(values: &[f64], weights: &[f64]) -> (Self, Vec<u8>) {
        let sorted = sorted_rows(values);
        let edges = Self::fit_sorted(&sorted, values, weights);
        let mut bins = vec![MISSING_BIN; values.len()];
        // In order of the values the bin only ever rises.
        let mut bin = 0;
        for &(_, row) in &sorted {
            let value = values[row as usize];
            while edges.0.get(bin).is_some_and(|&edge| edge < value) {
                bin += 1;
            }
            bins[row as usize] = bin as u8;
        }
        (edges, bins)
    }

    fn fit_sorted(sorted: &[(u64, u32)], values: &[f64], weights: &[f64]) -> Self {
        let mut distinct: Vec<(f64, f64)> = Vec::new();
        for &(_, row) in sorted {
            // Adding 0 makes one zero of two.
            let (x, weight) = (values[row as usize] + 0.0, weights[row as usize]);
            match distinct.last_mut() {
                _ if x.is_infinite() || weight <= 0.0 => {}
                Some((last, sum)) if *last == x => *sum += weight,
                _ => distinct.push((x, weight)),
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
        let mut bins = quantile_bins(&distinct);
        split_widest(&distinct, &mut bins);
        sort_by_key(&mut bins, |bin| bin.0);
        let ends = bins[..bins.len() - 1].iter().map(|&(_, end)| end);
        Self(
            ends.map(|end| midpoint(distinct[end - 1].0, distinct[end].0))
                .collect(),
        )
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

    /// Of the cuts after bins `low` to `high`, between which no row of a node lies, the one nearest to half-way in
    /// value: where an exact search would cut.
    pub fn middle_cut(&self, low: u8, high: u8) -> u8 {
        let (Some(&a), Some(&b)) = (
            self.0.get(usize::from(low)),
            self.0.get(usize::from(high.max(low))),
        ) else {
            return low;
        };
        let middle = a / 2.0 + b / 2.0;
        // Of the least numbers there are, half-way can round to beyond the last edge.
        let above = self.0[usize::from(low)..usize::from(high.max(low))]
            .partition_point(|&edge| edge < middle);
        let at = usize::from(low) + above;
        let below_is_nearer =
            above > 0 && at < self.0.len() && middle - self.0[at - 1] < self.0[at] - middle;
        (at - usize::from(below_is_nearer)) as u8
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.f64s(&self.0);
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Option<Self>, BytesError> {
        Ok(Self::from_edges(r.f64s()?))
    }
}

/// Rows of a column in order of their values, with a key that has the same order; `NaN` is left out.
fn sorted_rows(values: &[f64]) -> Vec<(u64, u32)> {
    let mut rows: Vec<(u64, u32)> = values
        .iter()
        .enumerate()
        .filter(|(_, x)| !x.is_nan())
        .map(|(row, &x)| {
            let bits = (x + 0.0).to_bits();
            let negative = bits >> 63 == 1;
            let key = if negative { !bits } else { bits ^ 1 << 63 };
            (key, row as u32)
        })
        .collect();
    if rows.len() < 4096 {
        sort_keyed(&mut rows);
        return rows;
    }
    // By digits from the lowest: time grows no faster than the rows.
    const DIGIT: u32 = 11;
    let mut spare = vec![(0, 0); rows.len()];
    for digit in 0..u64::BITS.div_ceil(DIGIT) {
        let of = |key: u64| (key >> (digit * DIGIT)) as usize & ((1 << DIGIT) - 1);
        let mut begins = vec![0_usize; 1 << DIGIT];
        rows.iter().for_each(|row| begins[of(row.0)] += 1);
        if begins.contains(&rows.len()) {
            continue;
        }
        let mut sum = 0;
        for begin in &mut begins {
            sum += std::mem::replace(begin, sum);
        }
        for &row in &rows {
            let place = &mut begins[of(row.0)];
            spare[*place] = row;
            *place += 1;
        }
        std::mem::swap(&mut rows, &mut spare);
    }
    rows
}

/// Bins cut by weight; the others go to where values lie far apart.
const QUANTILE_BINS: usize = 160;

/// Ranges of places among `distinct` (value, weight), of about equal weight; there are more values than bins.
fn quantile_bins(distinct: &[(f64, f64)]) -> Vec<(usize, usize)> {
    let mut bins = Vec::with_capacity(MAX_BINS);
    let mut weight_left: f64 = distinct.iter().map(|d| d.1).sum();
    let mut in_bin = 0.0;
    let mut begin = 0;
    for (i, pair) in distinct.windows(2).enumerate() {
        let bins_left = QUANTILE_BINS - bins.len();
        if bins_left < 2 {
            break;
        }
        in_bin += pair[0].1;
        // Close the bin when it is full, or when the next value weighs so much that it deserves its own.
        if in_bin + pair[1].1 / 2.0 > weight_left / bins_left as f64 {
            bins.push((begin, i + 1));
            begin = i + 1;
            weight_left -= in_bin;
            in_bin = 0.0;
        }
    }
    bins.push((begin, distinct.len()));
    bins
}

/// Halves the widest bin again and again: metrics have long tails, where the few rows that matter lie far apart and
/// bins of equal weight would swallow the distance between them.
fn split_widest(distinct: &[(f64, f64)], bins: &mut Vec<(usize, usize)>) {
    let width = |&(begin, end): &(usize, usize)| distinct[end - 1].0 - distinct[begin].0;
    while bins.len() < MAX_BINS {
        let widest = (0..bins.len())
            .filter(|&at| bins[at].1 - bins[at].0 > 1)
            .max_by(|&a, &b| width(&bins[a]).total_cmp(&width(&bins[b])));
        let Some(at) = widest else { break };
        let (begin, end) = bins[at];
        let middle = midpoint(distinct[begin].0, distinct[end - 1].0);
        let cut = begin + distinct[begin..end].partition_point(|d| d.0 <= middle);
        bins[at] = (begin, cut);
        bins.push((cut, end));
    }
}

/// A number `m` with `a <= m < b`, half-way where floats allow, for finite `a < b`.
pub fn midpoint(a: f64, b: f64) -> f64 {
    let m = a / 2.0 + b / 2.0;
    if a <= m && m < b { m } else { a }
}

/// How one feature's values become bins.
#[derive(Clone, Debug, PartialEq)]
pub enum FeatureBins {
    /// Numbers: bins of neighbours, in order.
    Numbers(BinEdges),
    /// Codes 0 to `count - 1` of categories (at most 255), in no order; a bin each. Any other value is missing.
    Categories(u8),
}

impl FeatureBins {
    /// The bin of a value: [`MISSING_BIN`] for `NaN`, and for what is no code of a category.
    pub fn bin(&self, x: f64) -> u8 {
        match self {
            Self::Numbers(edges) => edges.bin(x),
            // A cast saturates and takes NaN to 0: only a code comes back as it was.
            Self::Categories(count) => {
                let code = x as u8;
                if f64::from(code) == x && code < *count {
                    code
                } else {
                    MISSING_BIN
                }
            }
        }
    }

    /// Whether its bins have no order, so that splits are sets of them.
    pub fn is_categories(&self) -> bool {
        matches!(self, Self::Categories(_))
    }

    /// The edges between bins of numbers.
    pub fn edges(&self) -> Option<&BinEdges> {
        match self {
            Self::Numbers(edges) => Some(edges),
            Self::Categories(_) => None,
        }
    }

    /// See [`BinEdges::middle_cut`]; the lower bin for categories.
    pub fn middle_cut(&self, low: u8, high: u8) -> u8 {
        self.edges().map_or(low, |e| e.middle_cut(low, high))
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        match self {
            Self::Numbers(edges) => {
                w.u8(0);
                edges.write(w);
            }
            Self::Categories(count) => {
                w.u8(1);
                w.u8(*count);
            }
        }
    }

    /// `None` where the bytes say what cannot be.
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Option<Self>, BytesError> {
        Ok(match r.u8()? {
            0 => BinEdges::read(r)?.map(Self::Numbers),
            1 => Some(Self::Categories(r.u8()?)),
            _ => None,
        })
    }
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

    /// The bins of `matrix` (rows x features; `NaN` is missing). There are as many `bins` as features.
    pub fn of(matrix: ArrayView2<'_, f64>, bins: &[FeatureBins]) -> Self {
        let columns = matrix
            .columns()
            .into_iter()
            .zip(bins)
            .map(|(c, e)| c.iter().map(|&x| e.bin(x)).collect());
        Self {
            columns: columns.collect(),
            rows: matrix.nrows(),
        }
    }

    /// The same rows in another order: row `i` is what was row `order[i]`. `order` holds rows that are there.
    pub fn reordered(&self, order: &[u32]) -> Self {
        let columns = self.columns.iter();
        Self {
            columns: columns
                .map(|c| order.iter().map(|&row| c[row as usize]).collect())
                .collect(),
            rows: order.len(),
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

    fn even(values: impl IntoIterator<Item = f64>) -> BinEdges {
        BinEdges::fit(values.into_iter().map(|x| (x, 1.0)))
    }

    #[test]
    fn a_row_that_weighs_much_is_told_from_its_neighbours() {
        let values = (0..10_000).map(f64::from);
        let weighted = values.map(|x| (x, if x == 5000.0 { 200.0 } else { 1.0 }));
        let edges = BinEdges::fit(weighted);
        let bins = [4999.0, 5000.0, 5001.0].map(|x| edges.bin(x));
        assert!(bins[0] < bins[1] && bins[1] < bins[2], "{bins:?}");
    }

    #[test]
    fn few_values_get_a_bin_each() {
        let edges = even([3.0, 1.0, f64::NAN, 2.0, 1.0]);
        assert_eq!(edges.edges(), [1.5, 2.5]);
        assert_eq!(
            [1.0, 1.5, 2.0, 9.0, -9.0].map(|x| edges.bin(x)),
            [0, 0, 1, 2, 0]
        );
        assert_eq!(edges.bin(f64::NAN), MISSING_BIN);
        assert_eq!(even([f64::NAN, 5.0, 5.0]).edges(), [0.0; 0]);
    }

    #[test]
    fn many_values_get_bins_of_equal_rows_and_a_frequent_one_its_own() {
        let mut values: Vec<f64> = (0..10_000).map(f64::from).collect();
        values.extend(std::iter::repeat_n(5000.5, 3000));
        let edges = even(values.iter().copied());
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
    fn far_values_are_told_apart() {
        let near = (0..10_000).map(|i| f64::from(i) / 1e4);
        let far = (1..=20).map(|i| f64::from(i) * 10.0);
        let edges = even(near.chain(far));
        let bins: Vec<u8> = (1..=20).map(|i| edges.bin(f64::from(i) * 10.0)).collect();
        assert!(bins.windows(2).all(|w| w[0] < w[1]), "{bins:?}");
    }

    #[test]
    fn the_middle_cut_is_the_nearest_to_half_way_in_value() {
        let edges = BinEdges::from_edges(vec![1.0, 2.0, 3.0, 4.0, 100.0, 101.0]).unwrap();
        assert_eq!(edges.middle_cut(0, 0), 0);
        assert_eq!(edges.middle_cut(0, 2), 1);
        assert_eq!(edges.middle_cut(0, 5), 3, "51 is nearer to 4 than to 100");
        assert_eq!(edges.middle_cut(3, 4), 4, "of equals the upper");
        assert_eq!(edges.middle_cut(200, 210), 200, "beyond the edges");
        let least = f64::from_bits(1);
        let edges = BinEdges::from_edges(vec![-least, 0.0, least]).unwrap();
        assert_eq!([0, 1, 2].map(|bin| edges.middle_cut(bin, bin)), [0, 1, 2]);
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

    #[test]
    fn a_long_column_is_sorted_and_binned_as_a_short_one() {
        let mut rng = crate::trees::Rng::new(2, 2);
        let values: Vec<f64> = (0..9000)
            .map(|i| match i % 9 {
                0 => f64::NAN,
                1 => -0.0,
                2 => f64::from(rng.below(5)) - 2.0,
                3 => f64::INFINITY,
                4 => f64::NEG_INFINITY,
                _ => (rng.unit() - 0.5) * libm::pow(10.0, f64::from(rng.below(40)) - 20.0),
            })
            .collect();
        let mut expected: Vec<u32> = (0..9000)
            .filter(|&i| !values[i as usize].is_nan())
            .collect();
        expected
            .sort_by(|&a, &b| (values[a as usize] + 0.0).total_cmp(&(values[b as usize] + 0.0)));
        let rows: Vec<u32> = sorted_rows(&values).into_iter().map(|row| row.1).collect();
        assert_eq!(rows, expected);
        let (edges, bins) = BinEdges::fit_bins(&values, &vec![1.0; 9000]);
        assert_eq!(edges, even(values.iter().copied()));
        assert!((0..9000).all(|i| bins[i] == edges.bin(values[i])));
    }

    #[test]
    fn codes_are_bins_and_all_else_is_missing() {
        let bins = FeatureBins::Categories(3);
        assert_eq!([0.0, 2.0].map(|x| bins.bin(x)), [0, 2]);
        for other in [3.0, -1.0, 0.5, 256.0, f64::NAN, f64::INFINITY] {
            assert_eq!(bins.bin(other), MISSING_BIN, "{other}");
        }
    }

    proptest! {
        #[test]
        fn asking_the_bin_is_asking_the_value(values in prop::collection::vec(-1e3..1e3_f64, 1..600), x in -1e3..1e3_f64) {
            let edges = even(values);
            for (b, &edge) in edges.edges().iter().enumerate() {
                prop_assert_eq!(usize::from(edges.bin(x)) <= b, x <= edge);
            }
        }
    }
}
