//! Predictions judged as an on-call person would: by incident, and by what each warning cost.
//!
//! A page is *ahead* of an incident of its entity and kind when it comes in the horizon before the start, *during* it
//! from start to end. An incident is caught ahead, else caught late, else missed. Every other page is false, whatever it
//! nearly was; those that nearly were something are counted again apart. Single rows are never counted as an incident's,
//! and no row is adjusted by what its neighbours said (point adjustment; Kim et al. 2022 show that it flatters noise).

use super::alert::{Page, Tracks};
use super::crossed::{Cell, Scale, entities, of_resamples, of_sum, stretch};
use super::interval::{Interval, quantile, wilson_within};
use crate::data::{SortedSet, sort_numbers};
use crate::prepare::{Episode, MINUTE_MICROS};
use crate::trees::Rng;

const DAY_MICROS: f64 = 86_400_000_000.0;
const DRAWS: usize = 1_000;
const STREAM: u64 = 0x696e_6369;
/// The normal distribution's 0.95 quantile.
const Z_90: f64 = 1.644_853_626_951_472_7;
/// The upper end of a Poisson mean's 90 % interval where none was counted: -ln 0.05 (Garwood 1936).
const MOST_OF_NONE: f64 = 2.995_732_273_553_991;
/// Parts of the time watched that false alarms are resampled by: those of one hour come together.
pub(super) const SLICES: usize = 24;
/// Bars of the leads' histogram.
pub const LEAD_BARS: usize = 6;

/// What would be another were it judged once more, which is what intervals are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// The time: the entities are those that were learned from.
    Time,
    /// Time and entities, of which so many were judged.
    Entities(u32),
}

/// What was watched.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched<'a> {
    /// The rows that were scored.
    pub tracks: &'a Tracks,
    /// Incidents that set in among them.
    pub incidents: &'a [Episode],
    /// Incidents whose horizon was not watched from its beginning: pages about them are undecided.
    pub unfair: &'a [Episode],
    /// How far ahead a page may be, in microseconds, above 0.
    pub horizon_micros: i64,
    /// From when to when, in microseconds.
    pub span: (i64, i64),
    /// Clusters that were watched all along, at least 1.
    pub clusters: u32,
    /// What intervals are about.
    pub drawn: Drawn,
}

impl Watched<'_> {
    /// How many entities were drawn, where they were.
    fn others(&self) -> Option<usize> {
        match self.drawn {
            Drawn::Entities(n) if n > 1 => Some(n as usize),
            Drawn::Entities(_) | Drawn::Time => None,
        }
    }

    fn cell(&self, entity: u32, at: i64) -> Cell {
        Cell {
            entity,
            stretch: stretch(at, self.span),
        }
    }

    fn is_about_unfair(&self, page: &Page) -> bool {
        self.unfair.iter().any(|e| {
            (e.entity, e.kind) == (page.entity, page.kind)
                && e.start.saturating_sub(self.horizon_micros) <= page.at
                && page.at <= e.end
        })
    }
}

/// Splits episodes by the tracks: those that set in while their entity was watched and had been for a horizon, then those
/// that were on, or set in sooner.
pub fn fair(
    tracks: &Tracks,
    episodes: &[Episode],
    horizon_micros: i64,
) -> (Vec<Episode>, Vec<Episode>) {
    let (mut fair, mut unfair) = (Vec::new(), Vec::new());
    let mut seen: Vec<(u32, i64, i64)> = tracks.seen().collect();
    crate::data::sort_by_key(&mut seen, |s| s.0);
    for e in episodes {
        let Ok(at) = seen.binary_search_by_key(&e.entity, |s| s.0) else {
            continue;
        };
        let (_, first, last) = seen[at];
        if e.end < first || e.start > last {
            continue;
        }
        match e.start.saturating_sub(horizon_micros) >= first && !e.censored_start {
            true => fair.push(*e),
            false => unfair.push(*e),
        }
    }
    (fair, unfair)
}

/// What became of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The first page came so long before it, in microseconds.
    Ahead(i64),
    /// The first page came so long after its start, in microseconds.
    Late(i64),
    /// No page was about it.
    Missed,
}

/// The figures of some incidents and pages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IncidentScore {
    /// Incidents.
    pub incidents: u32,
    /// Caught before they set in.
    pub ahead: u32,
    /// Caught while they were on.
    pub late: u32,
    /// Not caught.
    pub missed: u32,
    /// Median and 10th percentile of the leads of those caught ahead, in minutes (linear interpolation).
    pub lead_minutes: Option<(f64, f64)>,
    /// How many leads lie in each sixth of the horizon, the shortest first; a whole horizon is in the last.
    pub lead_bars: [u32; LEAD_BARS],
    /// Median delay of those caught late, in minutes.
    pub delay_minutes: Option<f64>,
    /// Pages in the horizon before an incident.
    pub pages_ahead: u32,
    /// Pages during one.
    pub pages_during: u32,
    /// All other pages whose horizon was seen to its end.
    pub pages_false: u32,
    /// Of the false ones: in the horizon before or during an incident of another kind on the same entity.
    pub wrong_kind: u32,
    /// Of the false ones: up to two horizons before an incident of the same kind and entity.
    pub too_early: u32,
    /// Pages whose entity was last seen before their horizon was over: nobody knows.
    pub undecided: u32,
    /// False pages per day of the time watched.
    pub false_per_day: f64,
    /// The same, for each cluster.
    pub false_per_cluster_day: f64,
    /// Share of decided pages that were about an incident; none without pages.
    pub precision: Option<f64>,
    /// Pages about an incident for each that was caught; none where none was.
    pub pages_per_incident: Option<f64>,
    /// 90 % interval of the share caught ahead, by the bootstrap over incidents (Wilson's where all or none are), or over
    /// entities and time where these are others than those learned from; none without incidents, and where no intervals are
    /// asked for.
    pub recall_ahead: Option<Interval>,
    /// 90 % interval of the median lead in minutes, likewise; none where fewer than two were caught ahead, or on fewer than two
    /// of entities that are others.
    pub lead: Option<Interval>,
}

/// The figures, overall and by kind, and how far they may be off.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IncidentReport {
    /// All kinds.
    pub overall: IncidentScore,
    /// Each kind that has incidents or pages, ascending.
    pub kinds: Vec<(u32, IncidentScore)>,
    /// What became of each incident.
    pub outcomes: Vec<Outcome>,
    /// The instant of each decided page, and whether it was about an incident.
    pub decided: Vec<(i64, bool)>,
    /// As [`IncidentScore::recall_ahead`].
    pub recall_ahead: Option<Interval>,
    /// As [`IncidentScore::lead`].
    pub lead: Option<Interval>,
    /// 90 % interval of false pages per day, by the bootstrap over 24 parts of the time watched, or over these and entities
    /// where they are others than those learned from; of none, Garwood's of a Poisson mean.
    pub false_per_day: Option<Interval>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ahead,
    During,
    False { wrong_kind: bool, too_early: bool },
    Undecided,
}

/// Judges pages by the incidents of what was watched.
pub fn judge(watched: &Watched<'_>, pages: &[Page], seed: u64) -> IncidentReport {
    let (verdicts, outcomes) = weigh(watched, pages);
    let of_incidents = watched.incidents.iter().map(|e| e.kind);
    let kinds: SortedSet<u32> = of_incidents.chain(pages.iter().map(|p| p.kind)).collect();
    let score = |kind: Option<u32>| score(watched, pages, &verdicts, &outcomes, kind);
    let mut out = IncidentReport {
        overall: score(None),
        kinds: kinds
            .iter()
            .map(|&kind| (kind, score(Some(kind))))
            .collect(),
        outcomes: outcomes.clone(),
        decided: decided(pages, &verdicts),
        ..IncidentReport::default()
    };
    intervals(watched, pages, &verdicts, &mut out, seed);
    out
}

/// The instants of pages that are decided, and whether each was about an incident.
fn decided(pages: &[Page], verdicts: &[Verdict]) -> Vec<(i64, bool)> {
    let told = |(page, verdict): (&Page, &Verdict)| match *verdict {
        Verdict::Ahead | Verdict::During => Some((page.at, true)),
        Verdict::False { .. } => Some((page.at, false)),
        Verdict::Undecided => None,
    };
    pages.iter().zip(verdicts).filter_map(told).collect()
}

/// The figures overall, without intervals.
pub fn judge_point(watched: &Watched<'_>, pages: &[Page]) -> IncidentScore {
    let (verdicts, outcomes) = weigh(watched, pages);
    score(watched, pages, &verdicts, &outcomes, None)
}

/// What each page was worth, and what became of each incident.
fn weigh(watched: &Watched<'_>, pages: &[Page]) -> (Vec<Verdict>, Vec<Outcome>) {
    let entities = watched.incidents.iter().map(|e| e.entity);
    let most = entities.chain(pages.iter().map(|p| p.entity)).max();
    let most = most.map_or(0, |e| e as usize + 1);
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); most];
    for (at, e) in watched.incidents.iter().enumerate() {
        of[e.entity as usize].push(at);
    }
    let mut last_seen = vec![i64::MIN; most];
    for (entity, _, last) in watched.tracks.seen() {
        if let Some(seen) = last_seen.get_mut(entity as usize) {
            *seen = last;
        }
    }
    let mut first: Vec<(Option<i64>, Option<i64>)> = vec![(None, None); watched.incidents.len()];
    let mut verdicts = Vec::with_capacity(pages.len());
    for page in pages {
        let entity = page.entity as usize;
        verdicts.push(verdict(
            watched,
            page,
            &of[entity],
            last_seen[entity],
            &mut first,
        ));
    }
    let outcome = |(e, first): (&Episode, &(Option<i64>, Option<i64>))| match *first {
        (Some(at), _) => Outcome::Ahead(e.start.saturating_sub(at)),
        (None, Some(at)) => Outcome::Late(at.saturating_sub(e.start)),
        (None, None) => Outcome::Missed,
    };
    (
        verdicts,
        watched.incidents.iter().zip(&first).map(outcome).collect(),
    )
}

/// What a page was worth; tells the incidents that it was about.
fn verdict(
    watched: &Watched<'_>,
    page: &Page,
    incidents: &[usize],
    last_seen: i64,
    first: &mut [(Option<i64>, Option<i64>)],
) -> Verdict {
    let horizon = watched.horizon_micros;
    let (mut ahead, mut during, mut wrong_kind, mut too_early) = (false, false, false, false);
    for &at in incidents {
        let e = &watched.incidents[at];
        let lead = e.start.saturating_sub(page.at);
        let (is_ahead, is_on) = (lead > 0 && lead <= horizon, lead <= 0 && page.at <= e.end);
        if e.kind != page.kind {
            wrong_kind |= is_ahead || is_on;
            continue;
        }
        let earliest =
            |known: &mut Option<i64>| *known = Some(known.map_or(page.at, |k| k.min(page.at)));
        if is_ahead {
            earliest(&mut first[at].0);
        } else if is_on {
            earliest(&mut first[at].1);
        }
        ahead |= is_ahead;
        during |= is_on;
        too_early |= lead > horizon && lead <= horizon.saturating_mul(2);
    }
    if during {
        Verdict::During
    } else if ahead {
        Verdict::Ahead
    } else if page.at.saturating_add(horizon) > last_seen || watched.is_about_unfair(page) {
        Verdict::Undecided
    } else {
        Verdict::False {
            wrong_kind,
            too_early,
        }
    }
}

fn days(watched: &Watched<'_>) -> f64 {
    let micros = watched.span.1.saturating_sub(watched.span.0) as f64;
    micros.max(MINUTE_MICROS as f64) / DAY_MICROS
}

fn score(
    watched: &Watched<'_>,
    pages: &[Page],
    verdicts: &[Verdict],
    outcomes: &[Outcome],
    kind: Option<u32>,
) -> IncidentScore {
    let mut out = IncidentScore::default();
    let (mut leads, mut delays) = (Vec::new(), Vec::new());
    for (e, outcome) in watched.incidents.iter().zip(outcomes) {
        if kind.is_some_and(|kind| kind != e.kind) {
            continue;
        }
        out.incidents += 1;
        match *outcome {
            Outcome::Ahead(lead) => {
                out.ahead += 1;
                leads.push(lead as f64 / MINUTE_MICROS as f64);
                let bar = lead as f64 / watched.horizon_micros.max(1) as f64 * LEAD_BARS as f64;
                out.lead_bars[(bar as usize).min(LEAD_BARS - 1)] += 1;
            }
            Outcome::Late(delay) => {
                out.late += 1;
                delays.push(delay as f64 / MINUTE_MICROS as f64);
            }
            Outcome::Missed => out.missed += 1,
        }
    }
    for (page, verdict) in pages.iter().zip(verdicts) {
        if kind.is_some_and(|kind| kind != page.kind) {
            continue;
        }
        match *verdict {
            Verdict::Ahead => out.pages_ahead += 1,
            Verdict::During => out.pages_during += 1,
            Verdict::Undecided => out.undecided += 1,
            Verdict::False {
                wrong_kind,
                too_early,
            } => {
                out.pages_false += 1;
                out.wrong_kind += u32::from(wrong_kind);
                out.too_early += u32::from(too_early);
            }
        }
    }
    sort_numbers(&mut leads);
    sort_numbers(&mut delays);
    if !leads.is_empty() {
        out.lead_minutes = Some((quantile(&leads, 0.5), quantile(&leads, 0.1)));
    }
    if !delays.is_empty() {
        out.delay_minutes = Some(quantile(&delays, 0.5));
    }
    out.false_per_day = f64::from(out.pages_false) / days(watched);
    out.false_per_cluster_day = out.false_per_day / f64::from(watched.clusters.max(1));
    let about = out.pages_ahead + out.pages_during;
    if about + out.pages_false > 0 {
        out.precision = Some(f64::from(about) / f64::from(about + out.pages_false));
    }
    if out.ahead + out.late > 0 {
        out.pages_per_incident = Some(f64::from(about) / f64::from(out.ahead + out.late));
    }
    out
}

fn intervals(
    watched: &Watched<'_>,
    pages: &[Page],
    verdicts: &[Verdict],
    out: &mut IncidentReport,
    seed: u64,
) {
    let mut rng = Rng::new(seed, STREAM);
    let ends = |mut figures: Vec<f64>| {
        sort_numbers(&mut figures);
        (!figures.is_empty()).then(|| Interval {
            low: quantile(&figures, 0.05),
            high: quantile(&figures, 0.95),
        })
    };
    let by_incidents = |outcomes: &[Outcome], rng: &mut Rng| {
        let (shares, medians) = resampled(outcomes, rng);
        let ahead = outcomes.iter().filter(|o| matches!(o, Outcome::Ahead(_)));
        let (ahead, n) = (ahead.count(), outcomes.len());
        // Of all or none every resample is equal, as if nothing were left to chance.
        let share = match n > 0 && (ahead == 0 || ahead == n) {
            true => Some(wilson_within(ahead as f64, n as f64, Z_90)),
            false => ends(shares),
        };
        (share, ends(medians).filter(|_| ahead > 1))
    };
    let known = |kind: Option<u32>, outcomes: &[Outcome]| -> Vec<(Cell, Outcome)> {
        let all = watched.incidents.iter().zip(outcomes);
        let all = all.filter(|(e, _)| kind.is_none_or(|kind| kind == e.kind));
        all.map(|(e, outcome)| (watched.cell(e.entity, e.start), *outcome))
            .collect()
    };
    let shares = |kind: Option<u32>, outcomes: &[Outcome], rng: &mut Rng| {
        let known = known(kind, outcomes);
        match watched.others() {
            Some(_) => among_entities(&known, watched.horizon_micros, seed),
            None => {
                let outcomes: Vec<Outcome> = known.iter().map(|k| k.1).collect();
                by_incidents(&outcomes, rng)
            }
        }
    };
    let (recall, lead) = shares(None, &out.outcomes, &mut rng);
    let falses: Vec<Cell> = pages
        .iter()
        .zip(verdicts)
        .filter(|(_, verdict)| matches!(verdict, Verdict::False { .. }))
        .map(|(page, _)| watched.cell(page.entity, page.at))
        .collect();
    let per_day = |i: Interval| Interval {
        low: i.low / days(watched),
        high: i.high / days(watched),
    };
    let falses = match (falses.len(), watched.others()) {
        // Of none every resample is equal here as well.
        (0, _) => Some(Interval {
            low: 0.0,
            high: MOST_OF_NONE,
        }),
        (n, Some(others)) => {
            // Groups that are paged as one were watched beside the entities.
            let all = others.max(watched.tracks.seen().count());
            let ones = vec![1.0; n];
            of_sum(n as f64, Scale::Count, (&falses, &ones), (all, others))
        }
        (_, None) => {
            let mut counts = [0_u32; SLICES];
            for cell in &falses {
                counts[usize::from(cell.stretch)] += 1;
            }
            let totals = (0..DRAWS).map(|_| {
                let drawn = (0..SLICES).map(|_| counts[rng.below(SLICES as u32) as usize]);
                f64::from(drawn.sum::<u32>())
            });
            ends(totals.collect())
        }
    }
    .map(per_day);
    (out.recall_ahead, out.lead, out.false_per_day) = (recall, lead, falses);
    (out.overall.recall_ahead, out.overall.lead) = (recall, lead);
    for (kind, score) in &mut out.kinds {
        let mut rng = Rng::new(seed, STREAM ^ (u64::from(*kind) + 1) << 32);
        (score.recall_ahead, score.lead) = shares(Some(*kind), &out.outcomes, &mut rng);
    }
}

/// The intervals of the share caught ahead and of the median lead, where other entities would have been others.
fn among_entities(
    incidents: &[(Cell, Outcome)],
    horizon_micros: i64,
    seed: u64,
) -> (Option<Interval>, Option<Interval>) {
    let n = incidents.len() as f64;
    if incidents.is_empty() {
        return (None, None);
    }
    let (mut caught, mut leads) = (Vec::new(), Vec::new());
    for (cell, outcome) in incidents {
        if let Outcome::Ahead(lead) = *outcome {
            caught.push(*cell);
            leads.push(lead as f64 / horizon_micros.max(1) as f64);
        }
    }
    let share = caught.len() as f64 / n;
    let cells: Vec<Cell> = incidents.iter().map(|i| i.0).collect();
    let hit = entities(&cells);
    let influence = |i: &(Cell, Outcome)| {
        let ahead = f64::from(u8::from(matches!(i.1, Outcome::Ahead(_))));
        (ahead - share) / n
    };
    let added: Vec<f64> = incidents.iter().map(influence).collect();
    let recall = of_sum(share, Scale::Share, (&cells, &added), (hit, hit));
    // Of all or none nothing varies: each entity is one witness then, and so is a single one of any share.
    let recall = recall.unwrap_or_else(|| wilson_within(share * hit as f64, hit as f64, Z_90));
    let mut median = |weights: &[f64]| {
        let mut drawn = Vec::new();
        for (&lead, &weight) in leads.iter().zip(weights) {
            drawn.extend((0..weight as usize).map(|_| lead));
        }
        sort_numbers(&mut drawn);
        (!drawn.is_empty()).then(|| quantile(&drawn, 0.5))
    };
    let minutes = horizon_micros.max(1) as f64 / MINUTE_MICROS as f64;
    let lead = of_resamples(&caught, Scale::Share, seed, &mut median).map(|i| Interval {
        low: i.low * minutes,
        high: i.high * minutes,
    });
    (Some(recall), lead)
}

/// Shares caught ahead and median leads in minutes of resamples; none without incidents, no lead of a resample without one.
fn resampled(outcomes: &[Outcome], rng: &mut Rng) -> (Vec<f64>, Vec<f64>) {
    let (mut shares, mut medians) = (Vec::new(), Vec::new());
    let n = outcomes.len();
    if n > 0 {
        for _ in 0..DRAWS {
            let mut leads: Vec<f64> = Vec::new();
            for _ in 0..n {
                if let Outcome::Ahead(lead) = outcomes[rng.below(n as u32) as usize] {
                    leads.push(lead as f64 / MINUTE_MICROS as f64);
                }
            }
            shares.push(leads.len() as f64 / n as f64);
            if !leads.is_empty() {
                sort_numbers(&mut leads);
                medians.push(quantile(&leads, 0.5));
            }
        }
    }
    (shares, medians)
}

#[cfg(test)]
#[path = "incident_tests.rs"]
mod tests;
