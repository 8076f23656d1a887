//! The bins of a matrix row by row: what a histogram of all features reads.

use std::ops::Range;

use super::{BinnedColumns, MISSING_BIN};

/// Features side by side in one tile: their histograms of 8-byte cells (64 KB) about fill the nearest cache.
const TILE_FEATURES: usize = 32;
/// Bins in one word.
const WORD_BINS: usize = 8;

/// The features of a matrix that can be split, in tiles of up to 32, each row's bins in 1 to 4 words of 8: whoever counts
/// a row reads one or two cache lines instead of one per feature.
#[derive(Clone, Debug, Default)]
pub struct BinRows {
    tiles: Vec<Tile>,
    rows: usize,
    usable: Vec<u16>,
    used_bins: Vec<u16>,
    any_missing: Vec<bool>,
}

#[derive(Clone, Debug)]
pub(super) struct Tile {
    /// `words_per_row` words a row; bin `j` of a word in bits `8 j` to `8 j + 7`; places without a feature hold 0.
    pub words: Vec<u64>,
    pub words_per_row: usize,
}

impl BinRows {
    /// Of all columns, but for those with a single bin.
    pub fn of(columns: &BinnedColumns) -> Self {
        let mut out = Self {
            rows: columns.rows(),
            ..Self::default()
        };
        for feature in 0..columns.features() {
            let column = columns.column(feature);
            let mut present = [false; 256];
            column.iter().for_each(|&b| present[usize::from(b)] = true);
            if present.iter().filter(|p| **p).count() < 2 {
                continue;
            }
            let missing = usize::from(MISSING_BIN);
            let last = (0..missing).rev().find(|&b| present[b]).unwrap_or(0);
            out.usable.push(feature as u16);
            out.used_bins.push(last as u16 + 1);
            out.any_missing.push(present[missing]);
        }
        for features in out.usable.chunks(TILE_FEATURES) {
            let words_per_row = features.len().div_ceil(WORD_BINS);
            let mut words = vec![0_u64; words_per_row * out.rows];
            for (place, &feature) in features.iter().enumerate() {
                let (word, shift) = (place / WORD_BINS, 8 * (place % WORD_BINS));
                let column = columns.column(usize::from(feature));
                for (line, &bin) in words.chunks_exact_mut(words_per_row).zip(column) {
                    line[word] |= u64::from(bin) << shift;
                }
            }
            out.tiles.push(Tile {
                words,
                words_per_row,
            });
        }
        out
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The features that have more than one bin, ascending; the others are not here. A feature's place in this list is
    /// its place in histograms.
    pub fn usable(&self) -> &[u16] {
        &self.usable
    }

    /// One more than the largest bin of values present, of the feature at a place.
    pub fn used_bins(&self, place: usize) -> usize {
        usize::from(self.used_bins[place])
    }

    /// Whether any row lacks the feature at a place.
    pub fn any_missing(&self, place: usize) -> bool {
        self.any_missing[place]
    }

    /// Where the bins of the feature at a place stand: tile, word and bit.
    pub(super) fn address(place: usize) -> (u16, u8, u8) {
        let inside = place % TILE_FEATURES;
        (
            (place / TILE_FEATURES) as u16,
            (inside / WORD_BINS) as u8,
            (8 * (inside % WORD_BINS)) as u8,
        )
    }

    pub(super) fn tiles(&self) -> &[Tile] {
        &self.tiles
    }
}

impl Tile {
    /// One bin of a row, by its address in the tile.
    #[inline]
    pub fn bin(&self, row: u32, word: u8, shift: u8) -> u8 {
        (self.words[row as usize * self.words_per_row + usize::from(word)] >> (shift & 63)) as u8
    }
}

/// The range that `rows`, in rising order, fill without a gap, if they do: what stands in columns can then be read on and on.
pub(crate) fn run_of(rows: &[u32]) -> Option<Range<usize>> {
    let (&first, &last) = (rows.first()?, rows.last()?);
    let run = first as usize..last as usize + 1;
    (run.len() == rows.len()).then_some(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_hold_what_columns_hold() {
        let column = |f: usize| (0..50).map(|i| ((i * 7 + f * 3) % 251) as u8).collect();
        let mut columns: Vec<Vec<u8>> = (0..41).map(column).collect();
        columns[3] = vec![9; 50];
        columns[5][4] = MISSING_BIN;
        let binned = BinnedColumns::new(columns.clone(), 50).unwrap();
        let rows = BinRows::of(&binned);
        assert_eq!(rows.usable().len(), 40, "a constant column is left out");
        assert!(rows.any_missing(4) && !rows.any_missing(3));
        for (first, tile) in rows
            .tiles()
            .iter()
            .enumerate()
            .map(|(t, tile)| (t * 32, tile))
        {
            for place in 0..(40 - first).min(32) {
                let feature = usize::from(rows.usable()[first + place]);
                for (row, line) in tile.words.chunks(tile.words_per_row).enumerate() {
                    let bin = (line[place / 8] >> (8 * (place % 8))) as u8;
                    assert_eq!(bin, columns[feature][row], "{feature} {row}");
                }
                let values = columns[feature].iter().filter(|b| **b != MISSING_BIN);
                let last = usize::from(*values.max().unwrap());
                assert_eq!(rows.used_bins(first + place), last + 1);
            }
        }
    }
}
