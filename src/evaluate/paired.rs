//! Two runs compared on the incidents and the time that both were judged by.
//!
//! A bare difference says nothing: two runs of one method with other seeds differ as well. So each difference stands beside
//! an interval, by the bootstrap over pairs (an incident with what became of it in both runs, or a part of the time with the
//! pages of both), and a test: where it makes no difference which run is which, the two of any pair may be exchanged
//! (sign-flip permutation; Fisher 1935). All exchanges of pairs that differ are gone through where there are few, else some
//! are drawn, and the run itself counts as one of them, so that no p-value is 0 (Phipson & Smyth 2010).

use super::incident::{Outcome, SLICES};
use super::interval::{Interval, quantile};
use crate::data::{sort_by, sort_numbers};
use crate::prepare::MINUTE_MICROS;
use crate::trees::Rng;

/// Pairs that differ, at most, for all exchanges to be gone through: 65,536 of them.
const MOST_ENUMERATED: usize = 16;
/// Exchanges drawn where there are more.
const DRAWS: u32 = 10_000;
/// Pairs looked at in all exchanges together, about: fewer are drawn where there are very many pairs.
const MOST_LOOKS: u64 = 40_000_000;
const FEWEST_DRAWS: u32 = 999;
const RESAMPLES: usize = 1_000;
const STREAM: u64 = 0x7061_6972;
/// Differences of figures that are equal but for rounding.
const EQUAL: f64 = 1e-9;

/// Decided pages of a part of the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartPages {
    /// Pages about an incident.
    pub about: u32,
    /// All others.
    pub wrong: u32,
}

/// What two runs made of the same incidents and the same time.
#[derive(Clone, Debug, PartialEq)]
pub struct PairedRuns<'a> {
    /// What became of each incident, in the first run and in the second.
    pub incidents: &'a [[Outcome; 2]],
    /// Pages of the first run and of the second in parts of equal length of the time; none where their pages cannot be
    /// compared.
    pub parts: &'a [[PartPages; 2]],
    /// Days of the time, times clusters watched; above 0.
    pub cluster_days: f64,
}

/// How likely so large a difference, in either direction, would be if it made no difference which run is which.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exchanged {
    /// The p-value, above 0 and at most 1.
    pub p: f64,
    /// The same, corrected for all figures that were tested together (Holm 1979), at most 1.
    pub p_corrected: f64,
    /// Pairs that differ; of classifiers, groups of rows, or rows, with another name or probability.
    pub pairs: u32,
    /// Whether all exchanges were gone through; else 10,000 were drawn (fewer of more than 4,000 pairs).
    pub exact: bool,
}

/// A figure of two runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairedFigure {
    /// In the first run and in the second; none where it is not defined.
    pub of: [Option<f64>; 2],
    /// The second less the first.
    pub difference: Option<f64>,
    /// Its 90 % interval; resamples in which it is not defined are left out.
    pub interval: Option<Interval>,
    /// Whether it may be chance.
    pub test: Option<Exchanged>,
}

/// How two runs differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairedReport {
    /// Share of incidents caught ahead, 0 to 1.
    pub recall_ahead: PairedFigure,
    /// Median lead in minutes, of the incidents that each caught ahead.
    pub lead_minutes: PairedFigure,
    /// False pages per cluster-day.
    pub false_per_cluster_day: PairedFigure,
    /// Share of decided pages that were about an incident, 0 to 1.
    pub page_precision: PairedFigure,
    /// Incidents that are ahead in one run and not in the other, or late in one and missed in the other.
    pub changed: Vec<usize>,
}

/// Which side an incident is on: 2 ahead, 1 late, 0 missed.
pub fn side(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Ahead(_) => 2,
        Outcome::Late(_) => 1,
        Outcome::Missed => 0,
    }
}

/// Counts pages, given as instant and whether they were about an incident, in 24 parts of a time from one instant to a
/// later one; pages outside are left out.
pub fn pages_in_parts(pages: &[(i64, bool)], span: (i64, i64)) -> Vec<PartPages> {
    let mut parts = vec![PartPages::default(); SLICES];
    let length = span.1.saturating_sub(span.0).max(1) as f64;
    for &(at, about) in pages {
        if at < span.0 || at > span.1 {
            continue;
        }
        let place = at.saturating_sub(span.0) as f64 / length * SLICES as f64;
        let part = &mut parts[(place as usize).min(SLICES - 1)];
        match about {
            true => part.about += 1,
            false => part.wrong += 1,
        }
    }
    parts
}

/// Compares two runs. Equal for equal seeds; exchanging the runs turns every difference's sign.
///
/// Where an exchange leaves a run without what a figure is of (no incident caught ahead, no page), it counts as one with a
/// difference at least as large: the p-value can only be too high.
pub fn compare_runs(runs: &PairedRuns<'_>, seed: u64) -> PairedReport {
    let n = runs.incidents.len() as f64;
    let days = runs.cluster_days.max(f64::MIN_POSITIVE);
    let share = move |caught: usize| (n > 0.0).then(|| caught as f64 / n);
    let mut rng = Rng::new(seed, STREAM);
    let mut out = PairedReport {
        recall_ahead: figure(
            runs.incidents,
            &|a, b| side(*a) == 2 && side(*b) != 2 || side(*b) == 2 && side(*a) != 2,
            &|all, run| share(all.iter().filter(|pair| side(pair[run]) == 2).count()),
            &mut rng,
        ),
        lead_minutes: figure(
            runs.incidents,
            &|a, b| lead(*a) != lead(*b),
            &median_lead,
            &mut rng,
        ),
        changed: (0..runs.incidents.len())
            .filter(|&at| side(runs.incidents[at][0]) != side(runs.incidents[at][1]))
            .collect(),
        ..PairedReport::default()
    };
    if !runs.parts.is_empty() {
        let total = |all: &[[PartPages; 2]], run: usize, of: fn(&PartPages) -> u32| -> u64 {
            all.iter().map(|pair| u64::from(of(&pair[run]))).sum()
        };
        out.false_per_cluster_day = figure(
            runs.parts,
            &|a, b| a.wrong != b.wrong,
            &|all, run| Some(total(all, run, |p| p.wrong) as f64 / days),
            &mut rng,
        );
        out.page_precision = figure(
            runs.parts,
            &|a, b| a != b,
            &|all, run| {
                let (about, wrong) = (total(all, run, |p| p.about), total(all, run, |p| p.wrong));
                (about + wrong > 0).then(|| about as f64 / (about + wrong) as f64)
            },
            &mut rng,
        );
    }
    let tests = [
        &mut out.recall_ahead,
        &mut out.lead_minutes,
        &mut out.false_per_cluster_day,
        &mut out.page_precision,
    ];
    correct(tests.into_iter().filter_map(|figure| figure.test.as_mut()));
    out
}

/// Holm's correction: the smallest of n p-values times n, the next times n - 1, and so on, none below the one before it. The
/// chance that any of n figures without a difference is called one stays below the level, however the figures depend on
/// each other.
pub(super) fn correct<'a>(tests: impl Iterator<Item = &'a mut Exchanged>) {
    let mut tests: Vec<&mut Exchanged> = tests.collect();
    sort_by(&mut tests, |a, b| a.p.total_cmp(&b.p));
    let mut least = 0.0;
    for (left, test) in (1..=tests.len()).rev().zip(tests) {
        least = f64::max(least, (test.p * left as f64).min(1.0));
        test.p_corrected = least;
    }
}

fn lead(outcome: Outcome) -> Option<i64> {
    match outcome {
        Outcome::Ahead(lead) => Some(lead),
        Outcome::Late(_) | Outcome::Missed => None,
    }
}

fn median_lead(all: &[[Outcome; 2]], run: usize) -> Option<f64> {
    let leads = all.iter().filter_map(|pair| lead(pair[run]));
    let mut leads: Vec<f64> = leads.map(|l| l as f64 / MINUTE_MICROS as f64).collect();
    sort_numbers(&mut leads);
    (!leads.is_empty()).then(|| quantile(&leads, 0.5))
}

/// A figure of the first (0) or the second (1) of each pair; none where it is not defined.
type FigureOf<'a, T> = dyn Fn(&[[T; 2]], usize) -> Option<f64> + 'a;

/// Several of them.
pub(super) type FiguresOf<'a, T, const N: usize> =
    dyn Fn(&[[T; 2]], usize) -> [Option<f64>; N] + 'a;

/// A figure of pairs; `of` computes it for the first (0) or the second (1) of each, `differ` tells pairs whose exchange
/// changes it.
fn figure<T: Copy>(
    pairs: &[[T; 2]],
    differ: &dyn Fn(&T, &T) -> bool,
    of: &FigureOf<'_, T>,
    rng: &mut Rng,
) -> PairedFigure {
    let of = |pairs: &[[T; 2]], run: usize| [of(pairs, run)];
    let [figure] = figures(pairs, pairs.len(), differ, &of, rng);
    figure
}

/// The same of several figures that are computed at once, from `looks` looks at what the pairs are made of.
pub(super) fn figures<T: Copy, const N: usize>(
    pairs: &[[T; 2]],
    looks: usize,
    differ: &dyn Fn(&T, &T) -> bool,
    of: &FiguresOf<'_, T, N>,
    rng: &mut Rng,
) -> [PairedFigure; N] {
    let differences = |pairs: &[[T; 2]]| {
        let (first, second) = (of(pairs, 0), of(pairs, 1));
        std::array::from_fn::<Option<f64>, N, _>(|n| Some(second[n]? - first[n]?))
    };
    let (both, found) = ([of(pairs, 0), of(pairs, 1)], differences(pairs));
    let mut out = std::array::from_fn::<PairedFigure, N, _>(|n| PairedFigure {
        of: both.map(|of| of[n]),
        ..PairedFigure::default()
    });
    if found.iter().all(Option::is_none) {
        return out;
    }
    let mut drawn: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
    let mut resample = pairs.to_vec();
    for _ in 0..RESAMPLES {
        for pair in &mut resample {
            *pair = pairs[rng.below(pairs.len() as u32) as usize];
        }
        for (drawn, difference) in drawn.iter_mut().zip(differences(&resample)) {
            drawn.extend(difference);
        }
    }

    let differing: Vec<usize> = (0..pairs.len())
        .filter(|&at| differ(&pairs[at][0], &pairs[at][1]))
        .collect();
    let looks = looks.max(1) as u64;
    let exact = differing.len() <= MOST_ENUMERATED && looks << differing.len() <= 2 * MOST_LOOKS;
    let exchanges = match exact {
        true => 1 << differing.len(),
        false => DRAWS.min(((MOST_LOOKS / looks) as u32).max(FEWEST_DRAWS)),
    };
    let mut exchanged = pairs.to_vec();
    let mut as_large = [0_u32; N];
    for exchange in 0..exchanges {
        let mut bits = u64::from(exchange);
        for (nth, &at) in differing.iter().enumerate() {
            if !exact && nth % 64 == 0 {
                bits = rng.next_u64();
            }
            let [a, b] = pairs[at];
            exchanged[at] = if bits & 1 == 1 { [b, a] } else { [a, b] };
            bits >>= 1;
        }
        let differences = differences(&exchanged);
        for (n, as_large) in as_large.iter_mut().enumerate() {
            let is_as_large = |d: f64| found[n].is_none_or(|f| d.abs() >= f.abs() - EQUAL);
            *as_large += u32::from(differences[n].is_none_or(is_as_large));
        }
    }
    for (n, out) in out.iter_mut().enumerate() {
        if found[n].is_none() {
            continue;
        }
        let drawn = &mut drawn[n];
        sort_numbers(drawn);
        let p = match exact {
            true => f64::from(as_large[n]) / f64::from(exchanges),
            false => f64::from(as_large[n] + 1) / f64::from(exchanges + 1),
        };
        out.difference = found[n];
        out.interval = (!drawn.is_empty()).then(|| Interval {
            low: quantile(drawn, 0.05),
            high: quantile(drawn, 0.95),
        });
        out.test = Some(Exchanged {
            p,
            p_corrected: p,
            pairs: differing.len() as u32,
            exact,
        });
    }
    out
}

#[cfg(test)]
#[path = "paired_tests.rs"]
mod tests;
