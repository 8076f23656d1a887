use super::sum::sum;
use crate::data::{sort_keys, sort_numbers};
use crate::trees::Rng;

/// A range in which a figure lies with a confidence of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The normal distribution's 0.975 quantile.
const Z: f64 = 1.959_963_984_540_054;
const DRAWS: usize = 200;
/// Rows drawn at most in one resample; see [`macro_f1_interval`].
const MAX_DRAWN: usize = 200_000;
const STREAM: u64 = 0x626f_6f74;

/// Wilson's 95 % interval of a share: `correct` of `rows` (Wilson 1927; without continuity correction). It stays within
/// 0 and 1 and is sound for few rows and for shares near 0 or 1 (Brown, Cai & DasGupta 2001). Without rows, 0 to 1.
pub fn wilson(correct: f64, rows: f64) -> Interval {
    wilson_within(correct, rows, Z)
}

/// The same, of the confidence whose normal quantile is `z`.
pub(super) fn wilson_within(correct: f64, rows: f64, z: f64) -> Interval {
    if rows.is_nan() || rows <= 0.0 {
        return Interval {
            low: 0.0,
            high: 1.0,
        };
    }
    let share = correct / rows;
    let z2 = z * z / rows;
    let centre = (share + z2 / 2.0) / (1.0 + z2);
    let half = (z / (1.0 + z2)) * (share * (1.0 - share) / rows + z2 / (4.0 * rows)).sqrt();
    // At the ends centre and half width are equal but for their rounding.
    Interval {
        low: if correct <= 0.0 {
            0.0
        } else {
            (centre - half).max(0.0)
        },
        high: if correct >= rows {
            1.0
        } else {
            (centre + half).min(1.0)
        },
    }
}

/// The 95 % interval of macro F1 by the bootstrap over rows (Efron 1979): 200 resamples, 2.5 and 97.5 % quantiles with
/// linear interpolation. `truth` and `predicted` are class numbers below `classes`, row by row.
///
/// Each resample's macro F1 runs over the classes that are in it. Above 200,000 rows each resample draws 200,000 and the
/// deviations from the whole sample's figure are scaled by the root of the shares (m out of n bootstrap, Bickel,
/// Götze & van Zwet 1997), so that the time is bounded. Rows with a class out of range are left out; without rows the
/// interval is 0 to 1.
pub fn macro_f1_interval(truth: &[u32], predicted: &[u32], classes: usize, seed: u64) -> Interval {
    let mut pairs: Vec<u64> = truth
        .iter()
        .zip(predicted)
        .filter(|&(&t, &p)| (t as usize) < classes && (p as usize) < classes)
        .map(|(&t, &p)| u64::from(t) << 32 | u64::from(p))
        .collect();
    let Some(rows) = u32::try_from(pairs.len()).ok().filter(|&rows| rows > 0) else {
        return Interval {
            low: 0.0,
            high: 1.0,
        };
    };
    // Rows of one cell are alike: a resample is a multinomial draw of cells. Sorted, so that a cell is a run.
    sort_keys(&mut pairs);
    let mut cells: Vec<(u32, u32)> = Vec::new();
    let mut cell_of_row: Vec<u32> = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let pair = ((pair >> 32) as u32, pair as u32);
        if cells.last() != Some(&pair) {
            cells.push(pair);
        }
        cell_of_row.push((cells.len() - 1) as u32);
    }
    let mut counts = vec![0_u32; cells.len()];
    for &cell in &cell_of_row {
        counts[cell as usize] += 1;
    }
    let mut tally = Tally::new(classes);
    let whole = tally.macro_f1(&cells, &counts);

    let drawn = cell_of_row.len().min(MAX_DRAWN);
    let shrink = (drawn as f64 / cell_of_row.len() as f64).sqrt();
    let mut rng = Rng::new(seed, STREAM);
    let mut figures: Vec<f64> = (0..DRAWS)
        .map(|_| {
            counts.fill(0);
            for _ in 0..drawn / 2 {
                for row in pair_below(&mut rng, rows) {
                    counts[cell_of_row[row as usize] as usize] += 1;
                }
            }
            if drawn % 2 == 1 {
                counts[cell_of_row[rng.below(rows) as usize] as usize] += 1;
            }
            whole + (tally.macro_f1(&cells, &counts) - whole) * shrink
        })
        .collect();
    sort_numbers(&mut figures);
    Interval {
        low: quantile(&figures, 0.025).clamp(0.0, 1.0),
        high: quantile(&figures, 0.975).clamp(0.0, 1.0),
    }
}

/// Two independent uniform numbers in `0..n` from one draw, without 128-bit products, which are slow in wasm: no number's
/// share is off by more than `n / 2^32` of it.
fn pair_below(rng: &mut Rng, n: u32) -> [u32; 2] {
    let bits = rng.next_u64();
    [bits >> 32, bits & 0xffff_ffff].map(|half| ((half * u64::from(n)) >> 32) as u32)
}

/// Quantile of sorted values with linear interpolation (`numpy.quantile`'s default).
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor();
    let low = sorted[below as usize];
    let high = sorted[(below as usize + 1).min(sorted.len() - 1)];
    low + (high - low) * (place - below)
}

/// Counts per class, kept between resamples.
struct Tally {
    hits: Vec<u32>,
    /// Rows in the truth plus rows predicted.
    marks: Vec<u64>,
}

impl Tally {
    fn new(classes: usize) -> Self {
        Self {
            hits: vec![0; classes],
            marks: vec![0; classes],
        }
    }

    fn macro_f1(&mut self, cells: &[(u32, u32)], counts: &[u32]) -> f64 {
        self.hits.fill(0);
        self.marks.fill(0);
        for (&(t, p), &count) in cells.iter().zip(counts) {
            if t == p {
                self.hits[t as usize] += count;
            }
            self.marks[t as usize] += u64::from(count);
            self.marks[p as usize] += u64::from(count);
        }
        let present = self.marks.iter().filter(|&&marks| marks > 0).count();
        let total = sum(self
            .hits
            .iter()
            .zip(&self.marks)
            .filter(|&(_, &marks)| marks > 0)
            .map(|(&hits, &marks)| 2.0 * f64::from(hits) / marks as f64));
        total / present.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{Average, ConfusionMatrix, Labels};

    #[test]
    fn wilson_by_table() {
        // Newcombe 1998, table I: 81 of 263, and the two ends.
        let interval = wilson(81.0, 263.0);
        assert!((interval.low - 0.2553).abs() < 5e-5 && (interval.high - 0.3662).abs() < 5e-5);
        let none = wilson(0.0, 20.0);
        assert!(none.low == 0.0 && (none.high - 0.1611).abs() < 5e-5);
        let all = wilson(29.0, 29.0);
        assert!((all.low - 0.8830).abs() < 5e-5 && all.high == 1.0);
        let nothing = wilson(0.0, 0.0);
        assert_eq!((nothing.low, nothing.high), (0.0, 1.0));
    }

    /// Rows resampled one by one and scored through the confusion matrix.
    fn slow(truth: &[u32], predicted: &[u32], classes: usize, draws: usize) -> Interval {
        let mut rng = Rng::new(99, 7);
        let mut figures: Vec<f64> = (0..draws)
            .map(|_| {
                let rows: Vec<usize> = truth
                    .iter()
                    .map(|_| rng.below(truth.len() as u32) as usize)
                    .collect();
                let t: Vec<u32> = rows.iter().map(|&row| truth[row]).collect();
                let p: Vec<u32> = rows.iter().map(|&row| predicted[row]).collect();
                ConfusionMatrix::new(&t, &p, classes, None)
                    .unwrap()
                    .average(Average::Macro, Labels::Present)
                    .unwrap()
                    .f1
            })
            .collect();
        sort_numbers(&mut figures);
        Interval {
            low: quantile(&figures, 0.025),
            high: quantile(&figures, 0.975),
        }
    }

    fn rows(n: u32) -> (Vec<u32>, Vec<u32>) {
        let mut rng = Rng::new(5, 5);
        let truth: Vec<u32> = (0..n)
            .map(|i| if i % 20 == 0 { 2 } else { i % 2 })
            .collect();
        let predicted = truth
            .iter()
            .map(|&t| if rng.below(4) == 0 { rng.below(3) } else { t })
            .collect();
        (truth, predicted)
    }

    #[test]
    fn bootstrap_agrees_with_the_slow_one() {
        let (truth, predicted) = rows(301);
        let fast = macro_f1_interval(&truth, &predicted, 3, 1);
        let slow = slow(&truth, &predicted, 3, 4000);
        assert!(
            (fast.low - slow.low).abs() < 0.025 && (fast.high - slow.high).abs() < 0.025,
            "{fast:?} {slow:?}"
        );
        assert_eq!(fast, macro_f1_interval(&truth, &predicted, 3, 1));
        assert_ne!(fast, macro_f1_interval(&truth, &predicted, 3, 2));
    }

    #[test]
    fn many_rows_take_the_width_of_their_number() {
        let (truth, predicted) = rows(400_000);
        let half = macro_f1_interval(&truth[..100_000], &predicted[..100_000], 3, 1);
        let whole = macro_f1_interval(&truth, &predicted, 3, 1);
        let ratio = (half.high - half.low) / (whole.high - whole.low);
        assert!((1.6..2.5).contains(&ratio), "{ratio}");
    }

    #[test]
    fn a_perfect_model_has_no_spread_and_no_rows_no_knowledge() {
        let one = macro_f1_interval(&[0, 1, 1], &[0, 1, 1], 2, 0);
        assert_eq!((one.low, one.high), (1.0, 1.0));
        let none = macro_f1_interval(&[], &[], 2, 0);
        assert_eq!((none.low, none.high), (0.0, 1.0));
    }
}
