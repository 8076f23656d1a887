//! The root histograms of several trees in one pass: the trees of a round begin with the same rows, and a row's bin, once
//! read, serves them all.

use super::BinnedColumns;
use super::bin_rows::{BinRows, run_of};
use super::gradient_histogram::{Histogram, Pair};
use super::quad::Quad;

/// Trees counted together: their pairs fill two vectors.
pub const TOGETHER: usize = 4;

/// Rows whose pairs stay in the second nearest cache (64 KB) while the features pass by.
const BLOCK_ROWS: usize = 2048;

/// One feature's cells for all trees, side by side.
type Cells = [Quad; 256];

/// Scratch that serves round after round.
#[derive(Debug, Default)]
pub struct RootCounter {
    cells: Vec<Cells>,
    block: Vec<Quad>,
}

impl RootCounter {
    /// The histograms of `rows` for up to [`TOGETHER`] trees, `pairs` holding each tree's derivatives of every row.
    pub fn count(
        &mut self,
        columns: &BinnedColumns,
        bins: &BinRows,
        rows: &[u32],
        pairs: &[&[Pair]],
    ) -> Vec<Histogram> {
        let places = bins.usable();
        self.cells.clear();
        self.cells.resize(places.len(), [Quad::default(); 256]);
        for rows in rows.chunks(BLOCK_ROWS) {
            let run = run_of(rows);
            self.block.clear();
            let pair = |pairs: Option<&&[Pair]>, row: usize| pairs.map_or(0, |pairs| pairs[row]);
            self.block.extend(rows.iter().map(|&row| {
                Quad::new(std::array::from_fn(|tree| {
                    pair(pairs.get(tree), row as usize)
                }))
            }));
            for (cells, &feature) in self.cells.iter_mut().zip(places) {
                let column = columns.column(usize::from(feature));
                match run.clone().and_then(|run| column.get(run)) {
                    Some(bins) => add(cells, bins.iter().copied(), &self.block),
                    None => add(
                        cells,
                        rows.iter().map(|&row| column[row as usize]),
                        &self.block,
                    ),
                }
            }
        }
        let of_tree = |tree: usize| {
            let mut histogram = Histogram::default();
            histogram.clear(bins);
            for (place, cells) in self.cells.iter().enumerate() {
                let own = histogram.cells_mut(place).iter_mut().zip(cells);
                own.for_each(|(to, from)| *to = from.get(tree));
            }
            histogram
        };
        (0..pairs.len().min(TOGETHER)).map(of_tree).collect()
    }
}

#[inline]
fn add(cells: &mut Cells, bins: impl Iterator<Item = u8>, pairs: &[Quad]) {
    for (bin, &pairs) in bins.zip(pairs) {
        let cell = &mut cells[usize::from(bin)];
        *cell = cell.plus(pairs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trees::Rng;

    #[test]
    fn together_they_are_as_alone() {
        let mut rng = Rng::new(3, 0);
        let column = |bins: u32| (0..5000).map(|_| rng.below(bins) as u8).collect();
        let columns: Vec<Vec<u8>> = [256, 2, 1, 256, 30].map(column).to_vec();
        let columns = BinnedColumns::new(columns, 5000).unwrap();
        let bins = BinRows::of(&columns);
        let rows: Vec<u32> = (0..5000).filter(|r| r % 7 != 3).collect();
        let pairs: Vec<Vec<Pair>> = (0..3)
            .map(|_| (0..5000).map(|_| rng.next_u64()).collect())
            .collect();
        let slices: Vec<&[Pair]> = pairs.iter().map(Vec::as_slice).collect();
        let mut counter = RootCounter::default();
        counter.count(&columns, &bins, &rows[..9], &slices);
        let together = counter.count(&columns, &bins, &rows, &slices);
        for (together, pairs) in together.iter().zip(&pairs) {
            let mut alone = Histogram::default();
            alone.clear(&bins);
            alone.count(&bins, &rows, |row| pairs[row]);
            for place in 0..bins.usable().len() {
                assert_eq!(together.cells(place), alone.cells(place));
            }
        }
    }
}
