//! Histograms of derivatives, in exact integers.
//!
//! A row's first and second derivatives become integers of one unit each (Shi et al. 2022 round to a few bits at
//! random; here the units are so fine that the sum of a whole tree fills 31 bits, and the nearest integer will do). Both
//! stand in one word, so that one addition counts both. Integer sums depend neither on the order of rows nor on how
//! they are divided among workers, and a sibling's histogram by subtraction is exact.

use super::bin_rows::{BinRows, Tile};

/// A pair of sums in one word: the first derivatives' in the upper 32 bits (two's complement), the second derivatives',
/// never negative, in the lower ones. Pairs are added and subtracted as words.
pub type Pair = u64;

/// Sums of a tree's derivatives stay below 2 to this.
const SUM_BITS: i32 = 30;

/// Makes a pair.
#[inline]
pub fn pair(first: i32, second: i32) -> Pair {
    (u64::from(first as u32) << 32) | u64::from(second as u32)
}

/// A pair's first derivatives.
#[inline]
pub fn first_of(pair: Pair) -> i32 {
    (pair >> 32) as i32
}

/// A pair's second derivatives.
#[inline]
pub fn second_of(pair: Pair) -> i32 {
    pair as i32
}

/// What an integer derivative of 1 stands for: powers of two, chosen so that no sum overflows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Units {
    first: f64,
    second: f64,
}

/// Added to a float of less than 2^51, this leaves the nearest integer (of two the even one) in the lowest bits: a
/// rounding that every target does alike, several at a time.
const ROUND: f64 = 6_755_399_441_055_744.0;

impl Units {
    /// For derivatives whose absolute values sum to so much.
    pub fn of(first_sum: f64, second_sum: f64) -> Self {
        Self {
            first: unit(first_sum),
            second: unit(second_sum),
        }
    }

    /// The unit of first derivatives.
    pub fn first(&self) -> f64 {
        self.first
    }

    /// The unit of second derivatives.
    pub fn second(&self) -> f64 {
        self.second
    }

    /// A pair from derivatives, by functions that can be hoisted: `scales` are the reciprocals of the units.
    #[inline]
    pub fn pack(scales: (f64, f64), first: f64, second: f64) -> Pair {
        let first = (first * scales.0 + ROUND).to_bits();
        let second = (second * scales.1 + ROUND).to_bits();
        (first << 32) | (second & 0xffff_ffff)
    }

    /// The reciprocals of the units: exact, since those are powers of two.
    pub fn scales(&self) -> (f64, f64) {
        (1.0 / self.first, 1.0 / self.second)
    }
}

/// The power of two that brings `sum` between 2^29 and 2^30.
fn unit(sum: f64) -> f64 {
    if !(f64::MIN_POSITIVE..1e300).contains(&sum) {
        return 1.0;
    }
    let exponent = ((sum.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    libm::scalbn(1.0, (exponent + 1 - SUM_BITS).clamp(-1000, 1000))
}

/// Cells of one feature: a pair for each bin, the last for missing values.
pub(super) type Cells = [Pair; 256];

/// A node's histogram: cells of each usable feature. Places up to the next multiple of 8 are there too, unused.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    cells: Vec<Cells>,
}

impl Histogram {
    /// All zero, for `rows`' features.
    pub(super) fn clear(&mut self, rows: &BinRows) {
        let places = rows.tiles().iter().map(|t| t.words_per_row * 8).sum();
        self.cells.clear();
        self.cells.resize(places, [0; 256]);
    }

    pub(super) fn cells(&self, place: usize) -> &Cells {
        &self.cells[place]
    }

    pub(super) fn cells_mut(&mut self, place: usize) -> &mut Cells {
        &mut self.cells[place]
    }

    /// Whether it was given away.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Counts `rows` of `bins`, each with its pair.
    pub(super) fn count(
        &mut self,
        bins: &BinRows,
        rows: &[u32],
        pair: impl Fn(usize) -> Pair + Copy,
    ) {
        let mut cells = self.cells.as_mut_slice();
        for tile in bins.tiles() {
            let Some((own, rest)) = cells.split_at_mut_checked(tile.words_per_row * 8) else {
                return;
            };
            cells = rest;
            match tile.words_per_row {
                1 => count_tile::<1, 8>(own, tile, rows, pair),
                2 => count_tile::<2, 16>(own, tile, rows, pair),
                3 => count_tile::<3, 24>(own, tile, rows, pair),
                _ => count_tile::<4, 32>(own, tile, rows, pair),
            }
        }
    }

    /// Takes another's away: what is left is its sibling.
    pub(super) fn subtract(&mut self, other: &Self) {
        for (a, b) in self.cells.iter_mut().zip(&other.cells) {
            a.iter_mut()
                .zip(b)
                .for_each(|(a, &b)| *a = a.wrapping_sub(b));
        }
    }
}

/// Rows whose bins and pairs are fetched together, before any is counted: rows of a deep node lie far apart, and so their
/// cache misses overlap instead of each being waited for.
const FETCHED_ROWS: usize = 64;

/// Rows of `WORDS` words into `PLACES` histograms. All indices are masked or constant, so none is checked but the row's.
fn count_tile<const WORDS: usize, const PLACES: usize>(
    cells: &mut [Cells],
    tile: &Tile,
    rows: &[u32],
    pair: impl Fn(usize) -> Pair,
) {
    let (Some(cells), lines) = (
        cells.first_chunk_mut::<PLACES>(),
        tile.words.as_chunks::<WORDS>().0,
    ) else {
        return;
    };
    let mut fetched = [([0_u64; WORDS], 0_u64); FETCHED_ROWS];
    for rows in rows.chunks(FETCHED_ROWS) {
        for (to, &row) in fetched.iter_mut().zip(rows) {
            *to = (lines[row as usize], pair(row as usize));
        }
        for (line, pair) in &fetched[..rows.len()] {
            for word in 0..WORDS {
                let bins = line[word];
                for j in 0..8 {
                    let cell = &mut cells[word * 8 + j][(bins >> (8 * j)) as usize & 255];
                    *cell = cell.wrapping_add(*pair);
                }
            }
        }
    }
}
