//! Splits of a gradient tree on a feature of categories: sets of bins.

use super::gradient_careful::{Care, gain};
use super::gradient_histogram::{Cells, Pair, first_of, pair, second_of};
use super::gradient_split::{Candidate, Left, SplitRules};
use super::{BinSet, MISSING_BIN};
use crate::data::{number_key, sort_keyed};

/// Added to a category's sum of second derivatives when categories are put in order, so that one of hardly any weight
/// does not come first or last by chance (as in LightGBM, whose default is 10).
const SMOOTHING: f64 = 1.0;

/// Puts the best set found into `best` if it gains more than what is there. Categories stand in the order of their
/// smoothed Newton steps and are cut once: for squared loss that is the best division there is (Fisher 1958). Missing
/// values are a category of their own; categories that the node does not have go right.
#[expect(
    clippy::too_many_arguments,
    reason = "a node's, a feature's and the search's parts"
)]
pub(super) fn scan_sets(
    place: usize,
    cells: &Cells,
    counts: Option<&Cells>,
    total: Pair,
    rules: &SplitRules,
    care: &Care,
    second_unit: f64,
    best: &mut Option<Candidate>,
) {
    let mut keyed = [(0_u64, 0_u32); 256];
    let mut present = 0;
    for bin in 0..=MISSING_BIN {
        let cell = cells[usize::from(bin)];
        if cell != 0 {
            let smoothed = f64::from(second_of(cell)) + SMOOTHING / second_unit;
            let step = f64::from(first_of(cell)) / smoothed;
            keyed[present] = (number_key(step), u32::from(bin));
            present += 1;
        }
    }
    let keyed = &mut keyed[..present];
    sort_keyed(keyed);
    let (mut left, mut rows) = (pair(0, 0), 0);
    let mut set: BinSet = [0; 4];
    for &(_, bin) in keyed.iter() {
        let bin = bin as u8;
        left = left.wrapping_add(cells[usize::from(bin)]);
        rows += counts.map_or(0, |counts| counts[usize::from(bin)]);
        set[usize::from(bin >> 6)] |= 1 << (bin & 63);
        let right = total.wrapping_sub(left);
        let lighter = second_of(left).min(second_of(right));
        let few = counts.is_some() && rows.min(care.rows.saturating_sub(rows)) < care.least;
        if few || f64::from(lighter) < rules.min_second {
            continue;
        }
        let steps = [left, right].map(|sum| care.bounds.step(sum, rules.l2));
        let gain = gain([left, right], steps, care.bounds, rules.l2);
        if gain > best.as_ref().map_or(rules.min_gain, |b| b.gain) {
            *best = Some(Candidate {
                place,
                left: Left::In(set),
                missing_left: set[3] >> 63 == 1,
                gain,
                left_sum: left,
                any_missing: cells[usize::from(MISSING_BIN)] != 0,
            });
        }
    }
}
