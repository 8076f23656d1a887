//! What a probability is worth as a page. Kinds differ in how well they announce themselves, so that one threshold on all
//! of their probabilities spends the budget of false pages badly. Each kind's probabilities are mapped to the share of
//! right ones among the pages that a lower threshold would add; a threshold on that share is the same bargain for every
//! kind, and so buys the most incidents for any number of false pages (equal slopes on concave curves; the map is the
//! slope of the curve's upper hull, found by pooling adjacent violators as in isotonic regression).

use ndarray::{Array2, ArrayView2};

use super::alert::AlertPolicy;
use super::budget::threshold_scores;
use super::incident::Watched;
use crate::prepare::Episode;

/// Half a false page is added to each step, so that one lucky page is not a certainty.
const DOUBT: f64 = 0.5;
/// Within a step, which is of one worth, probabilities rise by so small a share of the way to the next: their order is kept.
const RISE: f64 = 0.01;

/// One kind's map from probability to worth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageWorth {
    /// From this probability on, it is worth so much; both fall.
    steps: Vec<(f64, f64)>,
}

impl PageWorth {
    /// From thresholds, which fall, each with the incidents that were caught ahead and the false pages, in numbers.
    pub fn fit(points: &[(f64, u32, u32)]) -> Self {
        // Threshold, incidents gained, false pages added.
        let mut pools: Vec<(f64, f64, f64)> = Vec::new();
        let (mut ahead, mut falses) = (0_u32, 0_u32);
        let mut free = 1.0_f64;
        for &(threshold, caught, wrong) in points {
            // A lower threshold may move a page so that it comes too early: what was once gained is not counted twice.
            let gain = f64::from(caught.saturating_sub(ahead));
            let cost = f64::from(wrong.saturating_sub(falses));
            (ahead, falses) = (ahead.max(caught), falses.max(wrong));
            if gain + cost == 0.0 {
                free = threshold;
                continue;
            }
            // What cost nothing is as good as the step above it, as far as half of the way: the widest margin to both sides.
            if let Some(last) = pools.last_mut()
                && free < last.0
            {
                last.0 = f64::midpoint(last.0, free);
            }
            free = threshold;
            pools.push((threshold, gain, cost));
            while let [.., a, b] = pools.as_slice() {
                if worth(a.1, a.2) > worth(b.1, b.2) {
                    break;
                }
                let pooled = (b.0, a.1 + b.1, a.2 + b.2);
                pools.truncate(pools.len() - 2);
                pools.push(pooled);
            }
        }
        if let Some(last) = pools.last_mut()
            && free < last.0
        {
            last.0 = f64::midpoint(last.0, free);
        }
        let steps = pools.iter().map(|p| (p.0, worth(p.1, p.2)));
        Self {
            steps: steps.filter(|s| s.1 > 0.0).collect(),
        }
    }

    /// 0 to 1, rising with the probability; `NaN` of `NaN`.
    pub fn apply(&self, probability: f64) -> f64 {
        let mut above = self.top();
        for &step in &self.steps {
            if probability >= step.0 {
                return between(step, rise(step, above), probability);
            }
            above = step;
        }
        match self.steps.is_empty() || probability.is_nan() {
            true => probability * 0.0,
            // Nothing was caught so low.
            false => between((0.0, 0.0), rise((0.0, 0.0), above), probability),
        }
    }

    /// What each step's probabilities are worth, the highest first.
    pub fn levels(&self) -> impl Iterator<Item = f64> {
        self.steps.iter().map(|step| step.1)
    }

    /// Beyond the highest step: a certainty is worth no more than what was seen, but for its rank.
    fn top(&self) -> (f64, f64) {
        (
            1.0,
            self.steps
                .first()
                .map_or(0.0, |step| step.1 + RISE * (1.0 - step.1)),
        )
    }

    /// The least probability that is worth so much; none where none is.
    pub fn probability(&self, worth: f64) -> Option<f64> {
        let mut above = self.top();
        for &step in &self.steps {
            if worth > step.1 {
                let top = rise(step, above);
                return match worth <= top.1 {
                    true => Some(between((step.1, step.0), (top.1, top.0), worth)),
                    // Only the next step is worth more; above the highest there is none.
                    false => (above.0 < 1.0).then_some(above.0),
                };
            }
            above = step;
        }
        let last = self.steps.last()?;
        let top = rise((0.0, 0.0), *last);
        Some(match worth <= top.1 {
            true => between((0.0, 0.0), (top.1, top.0), worth),
            false => last.0,
        })
    }
}

/// Where the worth of a step's probabilities ends, which are of one worth but for their order.
fn rise(step: (f64, f64), above: (f64, f64)) -> (f64, f64) {
    (above.0, step.1 + RISE * (above.1 - step.1))
}

fn worth(gain: f64, cost: f64) -> f64 {
    gain / (gain + cost + DOUBT)
}

fn between(low: (f64, f64), high: (f64, f64), x: f64) -> f64 {
    let way = high.0 - low.0;
    match way > 0.0 {
        true => low.1 + (high.1 - low.1) * ((x - low.0) / way).clamp(0.0, 1.0),
        false => low.1,
    }
}

/// A map for each kind (a column of the probabilities), from what was watched.
pub fn page_worths(
    watched: &Watched<'_>,
    kinds: &[u32],
    probabilities: ArrayView2<'_, f64>,
    policy: &AlertPolicy,
) -> Vec<PageWorth> {
    let of = |(at, &kind): (usize, &u32)| {
        let incidents: Vec<Episode> = watched
            .incidents
            .iter()
            .filter(|e| e.kind == kind)
            .copied()
            .collect();
        let watched = Watched {
            incidents: &incidents,
            ..watched.clone()
        };
        let column = probabilities.column(at).insert_axis(ndarray::Axis(1));
        let points = threshold_scores(&watched, &[kind], column, policy);
        let points: Vec<_> = points
            .iter()
            .map(|(threshold, score)| (*threshold, score.ahead, score.pages_false))
            .collect();
        PageWorth::fit(&points)
    };
    kinds.iter().enumerate().map(of).collect()
}

/// Each probability by its kind's map.
pub fn apply_worths(worths: &[PageWorth], probabilities: ArrayView2<'_, f64>) -> Array2<f64> {
    Array2::from_shape_fn(probabilities.dim(), |(row, k)| {
        worths
            .get(k)
            .map_or(f64::NAN, |w| w.apply(probabilities[(row, k)]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        // Two caught for nothing: 2 / 2.5. Then one for one: 1 / 2.5. Then nothing for one, and two for one: pooled, two for
        // two: 2 / 4.5. That is more than the step before, so that these three are one: three for three, 3 / 6.5.
        let worth = PageWorth::fit(&[(0.9, 2, 0), (0.7, 3, 1), (0.5, 3, 2), (0.3, 5, 3)]);
        assert_eq!(worth.steps, [(0.9, 0.8), (0.3, 3.0 / 6.5)]);
        assert_eq!((worth.apply(0.9), worth.apply(0.3)), (0.8, 3.0 / 6.5));
        assert!((worth.apply(1.0) - 0.80002).abs() < 1e-15);
        assert!((worth.apply(0.6) - (3.0 / 6.5 + 0.005 * (0.8 - 3.0 / 6.5))).abs() < 1e-15);
        assert!((worth.apply(0.15) - 0.005 * 3.0 / 6.5).abs() < 1e-15);
        assert!(worth.apply(f64::NAN).is_nan());
        assert_eq!(worth.probability(0.9), None);
        for bound in [0.001, 0.05, 0.2, 0.4, 3.0 / 6.5, 0.462, 0.6, 0.8, 0.80001] {
            let least = worth.probability(bound).unwrap();
            assert!(
                worth.apply(least) >= bound - 1e-12 && worth.apply(least - 1e-6) < bound,
                "{bound} {least}"
            );
        }
        // Down to .5 nothing was caught and nothing cost: half of that way is as good as .9.
        let wide = PageWorth::fit(&[(0.9, 2, 0), (0.7, 2, 0), (0.5, 2, 0), (0.4, 2, 3)]);
        assert_eq!(wide.steps, [(0.7, 0.8)]);
        // Never ahead: never worth a page.
        let never = PageWorth::fit(&[(0.9, 0, 1), (0.5, 0, 7)]);
        assert_eq!(
            (never.apply(1.0), never.apply(0.2), never.probability(0.1)),
            (0.0, 0.0, None)
        );
    }

    proptest! {
        #[test]
        fn more_probable_is_never_worth_less(steps in prop::collection::vec((1..9_u32, 0..4_u32, 0..9_u32), 0..12), a in 0.0..1.0_f64, b in 0.0..1.0_f64) {
            let (mut threshold, mut ahead, mut falses) = (1.0, 0, 0);
            let points: Vec<_> = steps.iter().map(|s| {
                threshold *= 1.0 - f64::from(s.0) / 20.0;
                (ahead, falses) = (ahead + s.1, falses + s.2);
                (threshold, ahead, falses)
            }).collect();
            let worth = PageWorth::fit(&points);
            let (low, high) = (worth.apply(a.min(b)), worth.apply(a.max(b)));
            prop_assert!(low <= high && (0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
        }
    }
}
