//! Which leaves the training rows fall into, many rows at a time.

use super::bin_rows::BinRows;
use super::{BinSet, MISSING_BIN, NodeKind, Tree};

/// Rows that walk down together: while one waits for its bin, the others go on.
const ABREAST: usize = 8;

/// A question, or a leaf, in a form without branches: which bins go left, and where left is; the right child follows.
/// At a leaf all go left, to itself.
#[derive(Clone, Copy, Debug)]
struct Step {
    left_bins: BinSet,
    left: u32,
    tile: u16,
    word: u8,
    shift: u8,
}

impl Step {
    fn ask(&mut self, feature: usize, left: usize, bins: &BinRows) -> Option<()> {
        let place = bins.usable().binary_search(&(feature as u16)).ok()?;
        (self.tile, self.word, self.shift) = BinRows::address(place);
        self.left = left as u32;
        Some(())
    }
}

/// A checked gradient tree prepared to be asked for all rows of a training set.
#[derive(Debug)]
pub struct TreeOverRows {
    steps: Vec<Step>,
}

impl TreeOverRows {
    /// `None` if the tree asks a feature that the rows have no bins of.
    pub fn new(tree: &Tree, bins: &BinRows) -> Option<Self> {
        let steps = (0..tree.len()).map(|at| {
            let mut step = Step {
                left_bins: [u64::MAX; 4],
                left: at as u32,
                tile: 0,
                word: 0,
                shift: 0,
            };
            match tree.kind(at) {
                NodeKind::Split {
                    feature,
                    bin,
                    missing_left,
                    left,
                } => {
                    step.ask(feature, left, bins)?;
                    for b in 0..=MISSING_BIN {
                        let goes_left = if b == MISSING_BIN {
                            missing_left
                        } else {
                            b <= bin
                        };
                        if !goes_left {
                            step.left_bins[usize::from(b >> 6)] &= !(1 << (b & 63));
                        }
                    }
                }
                NodeKind::SetSplit { feature, set, left } => {
                    step.ask(feature, left, bins)?;
                    step.left_bins = *set;
                }
                NodeKind::Pure { .. } | NodeKind::Values(_) => {}
            }
            Some(step)
        });
        let steps: Option<Vec<Step>> = steps.collect();
        steps.filter(|s| !s.is_empty()).map(|steps| Self { steps })
    }

    /// Puts into `out`, in each of `rows`' places, what `of_node` has for the leaf that the row falls into.
    pub fn fill<T: Copy>(&self, bins: &BinRows, rows: &[u32], of_node: &[T], out: &mut [T]) {
        match bins.tiles() {
            [tile] => match tile.words_per_row {
                1 => self.fill_in(tile.words.as_chunks::<1>().0, rows, of_node, out),
                2 => self.fill_in(tile.words.as_chunks::<2>().0, rows, of_node, out),
                3 => self.fill_in(tile.words.as_chunks::<3>().0, rows, of_node, out),
                _ => self.fill_in(tile.words.as_chunks::<4>().0, rows, of_node, out),
            },
            tiles => {
                let (blocks, rest) = rows.as_chunks::<ABREAST>();
                let bin = |step: &Step, row: u32| {
                    let tile = tiles.get(usize::from(step.tile));
                    tile.map_or(0, |tile| tile.bin(row, step.word, step.shift))
                };
                for block in blocks {
                    self.fill_block(block, of_node, out, |step, i| bin(step, block[i]));
                }
                for &row in rest {
                    self.fill_block(&[row], of_node, out, |step, _| bin(step, row));
                }
            }
        }
    }

    /// All features in one tile: a row's line is looked up once.
    fn fill_in<const WORDS: usize, T: Copy>(
        &self,
        lines: &[[u64; WORDS]],
        rows: &[u32],
        of_node: &[T],
        out: &mut [T],
    ) {
        let bin = |line: &[u64; WORDS], step: &Step| {
            let word = line.get(usize::from(step.word)).copied().unwrap_or(0);
            (word >> (step.shift & 63)) as u8
        };
        let (blocks, rest) = rows.as_chunks::<ABREAST>();
        for block in blocks {
            let own: [[u64; WORDS]; ABREAST] = std::array::from_fn(|i| lines[block[i] as usize]);
            self.fill_block(block, of_node, out, |step, i| bin(&own[i], step));
        }
        for &row in rest {
            let own = &lines[row as usize];
            self.fill_block(&[row], of_node, out, |step, _| bin(own, step));
        }
    }

    #[inline]
    fn fill_block<const N: usize, T: Copy>(
        &self,
        rows: &[u32; N],
        of_node: &[T],
        out: &mut [T],
        bin: impl Fn(&Step, usize) -> u8,
    ) {
        let mut at = [0_usize; N];
        loop {
            let mut moved = 0;
            for (i, at) in at.iter_mut().enumerate() {
                let step = &self.steps[*at];
                let bin = bin(step, i);
                let goes_left = (step.left_bins[usize::from(bin >> 6)] >> (bin & 63)) & 1;
                let next = step.left as usize + 1 - goes_left as usize;
                moved |= next ^ *at;
                *at = next;
            }
            if moved == 0 {
                break;
            }
        }
        for (&row, at) in rows.iter().zip(at) {
            out[row as usize] = of_node[at];
        }
    }
}
