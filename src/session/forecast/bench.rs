use ndarray::{Array2, ArrayView2};

use super::ForecastSpec;
use super::parts::{Parts, Side};
use crate::data::sort_numbers;
use crate::evaluate::{
    AlertPolicy, BudgetPoint, Drawn, IncidentReport, Page, PageWorth, Tracks, Watched,
    apply_worths, fair, judge_pages, judge_point, page_worths, peaked_pages, peaks, thresholds,
    within_budget,
};
use crate::prepare::{Episode, MINUTE_MICROS};

/// Each kind's threshold; none pages never.
pub(super) type Thresholds = Vec<Option<f64>>;

/// Steps worth less than one right page in twenty are left to the ranks.
const LEAST_LEVEL: f64 = 0.05;

/// So many times the pages are moved: who is better than each of them is so by chance once in twenty.
const MOVES: u32 = 19;

/// When a probability becomes a page: two of the last three rows, one page each horizon while it lasts.
pub(super) fn policy(parts: &Parts, horizon_micros: i64) -> AlertPolicy {
    AlertPolicy {
        threshold: 0.5,
        needed: 2,
        steps: 3,
        release: 0.7,
        cooldown_micros: horizon_micros,
        stale_micros: parts.series.step_micros.saturating_mul(5),
    }
}

/// Scores as the tracks of a side see them, rows x kinds.
pub(super) struct Seen {
    scores: Array2<f64>,
    /// Of each kind.
    peaks: Vec<Vec<f64>>,
}

impl Seen {
    /// Scores of the tracks' rows.
    pub(super) fn new(tracks: &Tracks, scores: Array2<f64>) -> Self {
        let of = |k: usize| {
            peaks(tracks, &|row| {
                scores.get((row as usize, k)).copied().unwrap_or(f64::NAN)
            })
        };
        Self {
            peaks: (0..scores.ncols()).map(of).collect(),
            scores,
        }
    }

    /// Rows of the tracks' list.
    pub(super) fn rows(&self) -> usize {
        self.scores.nrows()
    }

    /// Of a row of the tracks' list and a kind.
    pub(super) fn score(&self, row: u32, k: usize) -> f64 {
        self.scores
            .get((row as usize, k))
            .copied()
            .unwrap_or(f64::NAN)
    }
}

/// The pages of all kinds: column `k` of the scores is kind `kinds[k]`.
pub(super) fn pages_of(
    tracks: &Tracks,
    kinds: &[u32],
    seen: &Seen,
    thresholds: &Thresholds,
    policy: &AlertPolicy,
) -> Vec<Page> {
    let mut out = Vec::new();
    for (k, (&kind, threshold)) in kinds.iter().zip(thresholds).enumerate() {
        let Some(threshold) = *threshold else {
            continue;
        };
        let policy = AlertPolicy {
            threshold,
            ..*policy
        };
        let of = |row: u32| seen.score(row, k);
        out.extend(peaked_pages(tracks, kind, &of, &seen.peaks[k], &policy));
    }
    out
}

/// What thresholds are chosen by: what each kind's probabilities are worth as pages, and what a common bound on that costs.
pub(super) struct Bargain {
    worths: Vec<PageWorth>,
    curve: Vec<BudgetPoint>,
}

impl Bargain {
    /// The worth from which on pages are sent, and each kind's threshold for it.
    pub(super) fn bought(&self, budget: f64) -> (Option<f64>, Thresholds) {
        let bound = within_budget(&self.curve, budget);
        let thresholds = bound.map(|bound| thresholds_of(&self.worths, bound));
        (
            bound,
            thresholds.unwrap_or_else(|| vec![None; self.worths.len()]),
        )
    }
}

/// Each kind's least probability that is worth so much; a last digit is granted, so that the row that the bound was taken
/// from counts.
fn thresholds_of(worths: &[PageWorth], bound: f64) -> Thresholds {
    let of = |worth: &PageWorth| worth.probability(bound).map(|p| p * (1.0 - 1e-12));
    worths.iter().map(of).collect()
}

/// The same rows, incidents and policy for the model and its rivals.
pub(super) struct Bench<'a> {
    parts: &'a Parts,
    policy: AlertPolicy,
    horizon_micros: i64,
    seed: u64,
}

impl<'a> Bench<'a> {
    pub(super) fn new(parts: &'a Parts, spec: &ForecastSpec) -> Self {
        let horizon_micros = i64::from(spec.horizon_minutes) * MINUTE_MICROS;
        Self {
            parts,
            policy: policy(parts, horizon_micros),
            horizon_micros,
            seed: spec.seed,
        }
    }

    pub(super) fn watched<T>(&self, side: Side, then: impl FnOnce(&Watched<'_>) -> T) -> T {
        let tracks = &self.parts.tracks[side as usize].tracks;
        let (incidents, unfair) = fair(tracks, &self.parts.incidents, self.horizon_micros);
        let span = tracks
            .seen()
            .fold((i64::MAX, i64::MIN), |(a, b), s| (a.min(s.1), b.max(s.2)));
        then(&Watched {
            tracks,
            incidents: &incidents,
            unfair: &unfair,
            horizon_micros: self.horizon_micros,
            span,
            clusters: self.parts.clusters,
            drawn: match self.parts.others {
                true => Drawn::Entities(self.parts.entities_of(side)),
                false => Drawn::Time,
            },
        })
    }

    /// The names of the kinds that are warned of.
    pub(super) fn kind_names(&self) -> impl Iterator<Item = String> {
        let names = &self.parts.class_names;
        let kinds = self.parts.kinds.iter();
        kinds.map(|&kind| names.get(kind as usize).cloned().unwrap_or_default())
    }

    /// The first and the last instant that was judged.
    pub(super) fn span(&self) -> (i64, i64) {
        self.watched(Side::Test, |watched| watched.span)
    }

    /// Incidents that are judged, entities that were seen, and days.
    pub(super) fn judged(&self) -> (Vec<Episode>, Vec<u32>, f64) {
        let entities = self.parts.series.names.len() as u32;
        self.watched(Side::Test, |watched| {
            let micros = watched.span.1.saturating_sub(watched.span.0).max(0) as f64;
            let seen = watched.tracks.seen().map(|seen| seen.0);
            (
                watched.incidents.to_vec(),
                seen.filter(|&seen| seen < entities).collect(),
                micros / 86_400e6,
            )
        })
    }

    /// Scores (rows of a side x kinds) as its tracks see them.
    pub(super) fn seen(&self, side: Side, scores: ArrayView2<'_, f64>) -> Seen {
        let Parts { scopes, kinds, .. } = self.parts;
        let of = &self.parts.tracks[side as usize];
        Seen::new(&of.tracks, scopes.scores(of, kinds, scores))
    }

    /// What scores of the calibration side are worth.
    pub(super) fn bargain(&self, calibrate: ArrayView2<'_, f64>) -> Bargain {
        let seen = self.seen(Side::Calibrate, calibrate);
        let kinds = &self.parts.kinds;
        let worths = self.watched(Side::Calibrate, |watched| {
            page_worths(watched, kinds, seen.scores.view(), &self.policy)
        });
        Bargain {
            curve: self.points(Side::Calibrate, &worths, &seen),
            worths,
        }
    }

    /// What each bound costs and gives on the test side; `seen` is [`Self::seen`] of its scores.
    pub(super) fn curve(&self, bargain: &Bargain, seen: &Seen) -> Vec<BudgetPoint> {
        self.points(Side::Test, &bargain.worths, seen)
    }

    fn points(&self, side: Side, worths: &[PageWorth], seen: &Seen) -> Vec<BudgetPoint> {
        let mut bounds = thresholds(apply_worths(worths, seen.scores.view()).view());
        // Where a kind's next step begins a bargain changes: each of those is tried as well.
        let levels = worths.iter().flat_map(PageWorth::levels);
        bounds.extend(levels.filter(|level| *level >= LEAST_LEVEL));
        sort_numbers(&mut bounds);
        bounds.dedup();
        bounds.reverse();
        self.watched(side, |watched| {
            let point = |bound| {
                let pages = self.pages(watched, &thresholds_of(worths, bound), seen);
                BudgetPoint::new(bound, &judge_point(watched, &pages))
            };
            bounds.into_iter().map(point).collect()
        })
    }

    fn pages(&self, watched: &Watched<'_>, thresholds: &Thresholds, seen: &Seen) -> Vec<Page> {
        pages_of(
            watched.tracks,
            &self.parts.kinds,
            seen,
            thresholds,
            &self.policy,
        )
    }

    /// What chance makes of the pages that thresholds send on the test side: all of an entity's moved to other times, at least
    /// a horizon away. Of the moves that wake nobody oftener than the pages
    /// themselves the one that catches most; where all do, the one that does so least.
    pub(super) fn chance(&self, thresholds: &Thresholds, seen: &Seen) -> IncidentReport {
        self.watched(Side::Test, |watched| {
            let pages = self.pages(watched, thresholds, seen);
            let own = judge_point(watched, &pages).pages_false;
            let mut best: Option<((u32, u32), Vec<Page>)> = None;
            for shift in 1..=MOVES {
                let moved = moved(watched.tracks, &pages, self.horizon_micros, shift);
                let score = judge_point(watched, &moved);
                // Smaller is better: pages beyond its own, then incidents that are not caught.
                let rank = (
                    score.pages_false.saturating_sub(own),
                    score.incidents - score.ahead,
                );
                if best.as_ref().is_none_or(|best| rank < best.0) {
                    best = Some((rank, moved));
                }
            }
            let moved = best.map_or(Vec::new(), |best| best.1);
            judge_pages(watched, &moved, self.seed)
        })
    }

    /// What thresholds are worth on the test side; `seen` is [`Self::seen`] of its scores.
    pub(super) fn worth(&self, thresholds: &Thresholds, seen: &Seen) -> IncidentReport {
        self.watched(Side::Test, |watched| {
            let pages = self.pages(watched, thresholds, seen);
            judge_pages(watched, &pages, self.seed)
        })
    }
}

/// Pages moved around the end of the time that their entity was seen, by so many twentieths of the way from one horizon to all
/// but one: nearer, a page would still be about what it was about. Those of an entity that was not seen so long are left out.
fn moved(tracks: &Tracks, pages: &[Page], horizon_micros: i64, twentieths: u32) -> Vec<Page> {
    let seen: Vec<(u32, i64, i64)> = tracks.seen().collect();
    let of = |page: &Page| {
        let &(_, first, last) = seen.iter().find(|seen| seen.0 == page.entity)?;
        let span = last.saturating_sub(first);
        let way = span.saturating_sub(horizon_micros.saturating_mul(2));
        if way <= 0 {
            return None;
        }
        let by = horizon_micros + way / i64::from(MOVES + 1) * i64::from(twentieths);
        let at = page.at.saturating_sub(first).saturating_add(by);
        Some(Page {
            at: first.saturating_add(at.rem_euclid(span)),
            ..*page
        })
    };
    pages.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Column, Frame};
    use crate::prepare::Series;

    #[test]
    fn pages_move_around_the_end_of_what_was_seen() {
        // 201 minutes from 100 on, a horizon of 20: a twentieth of the 160 between is eight.
        let at = (100..301).map(|t| t * MINUTE_MICROS).collect();
        let frame = Frame::new("t", vec![Column::time("at", at)]).unwrap();
        let series = Series::new(&frame, "at", &[]).unwrap();
        let tracks = Tracks::new(&series, &(0..201).collect::<Vec<_>>());
        let page = |minute: i64| Page {
            entity: 0,
            kind: 1,
            at: minute * MINUTE_MICROS,
        };
        let of = |shift| {
            let pages = moved(&tracks, &[page(110), page(285)], 20 * MINUTE_MICROS, shift);
            pages
                .iter()
                .map(|p| p.at / MINUTE_MICROS)
                .collect::<Vec<_>>()
        };
        // 20 + 8 on: 285 + 28 is 13 beyond the end, 300, which is the beginning, 100, once more.
        assert_eq!(of(1), [138, 113]);
        // 20 + 152 = 172 on, 28 short of all the way around.
        assert_eq!(of(19), [282, 257]);
        // Not twice as long as a horizon.
        assert!(moved(&tracks, &[page(110)], 100 * MINUTE_MICROS, 1).is_empty());
    }
}
