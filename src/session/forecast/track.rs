use ndarray::Array2;

use super::bench::{Seen, Thresholds, pages_of, policy};
use super::parts::Parts;
use crate::data::sort_by;
use crate::evaluate::{Tracks, fair};
use crate::prepare::MINUTE_MICROS;
use crate::protocol::{ForecastTrack, TrackIncident, TrackKind, TrackPage};

/// Instants of a track, at most.
const MOST_POINTS: usize = 420;
/// Kinds of a track, at most.
const MOST_KINDS: usize = 4;
const SECOND_MICROS: i64 = 1_000_000;

/// The last forecast, kept to be looked at.
pub(in crate::session) struct Forecasted {
    pub(super) parts: Parts,
    /// Rows of the test part x kinds.
    pub(super) test: Array2<f32>,
    /// Of each outcome.
    pub(super) thresholds: Vec<Thresholds>,
    pub(super) horizon_minutes: u32,
    /// The report as JSON, as the command line writes it.
    pub(in crate::session) json: String,
    pub(in crate::session) data_name: String,
}

impl std::fmt::Debug for Forecasted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forecasted").finish_non_exhaustive()
    }
}

/// An entity of a forecast over time, within some seconds of its first judged row; none where it was not judged.
pub(in crate::session) fn track(
    of: &Forecasted,
    entity: u32,
    secs: Option<(f64, f64)>,
) -> Option<ForecastTrack> {
    let series = &of.parts.series;
    let test = &of.parts.split.test;
    let at = |row: u32| series.instants[row as usize];
    // Rows of the test part by time, with their places in it.
    let (mut rows, mut places) = (Vec::new(), Vec::new());
    for &row in series.each().nth(entity as usize)? {
        if let Ok(place) = test.binary_search(&row) {
            rows.push(row);
            places.push(place);
        }
    }
    let (&first, &last) = (rows.first()?, rows.last()?);
    let start = at(first).max(0) / SECOND_MICROS;
    let secs_of = |micros: i64| (micros.saturating_sub(start * SECOND_MICROS)) as f64 / 1e6;
    let span = (secs_of(at(first)), secs_of(at(last)));
    let (from, until) = match secs {
        Some((from, until)) if until > from => (from, until),
        _ => span,
    };
    let in_sight = |secs: f64| from <= secs && secs <= until;
    let seen: Vec<usize> = (0..rows.len())
        .filter(|&i| in_sight(secs_of(at(rows[i]))))
        .collect();

    // With those that may be hit together with it: what hits them all is judged by what is said of all.
    let scopes = &of.parts.scopes;
    let is_near = |other: u32| other == entity || scopes.share(entity, other);
    let listed: Vec<u32> = test
        .iter()
        .copied()
        .filter(|&row| is_near(series.of_row[row as usize]))
        .collect();
    let listed_places: Vec<usize> = listed
        .iter()
        .map(|row| test.binary_search(row).unwrap_or(0))
        .collect();
    let own = Array2::from_shape_fn((listed.len(), of.parts.kinds.len()), |(row, k)| {
        f64::from(of.test[(listed_places[row], k)])
    });
    let scoped = scopes.tracks(Tracks::new(series, &listed), listed.len());
    let tracks = &scoped.tracks;
    let scores = scopes.scores(&scoped, &of.parts.kinds, own.view());
    let scores = Seen::new(tracks, scores);
    // Rows of the tracks that say something of the entity's rows, for each kind.
    let said: Vec<Vec<u32>> = of
        .parts
        .kinds
        .iter()
        .map(|&kind| {
            let about = scopes.about(kind, entity);
            let here: Vec<(i64, u32)> = tracks
                .each()
                .filter(|r| r.0 == about)
                .map(|r| (r.1, r.2))
                .collect();
            let of_row = |&row: &u32| {
                let found = here.binary_search_by(|r| r.0.cmp(&at(row)));
                found.map_or(u32::MAX, |place| here[place].1)
            };
            rows.iter().map(of_row).collect()
        })
        .collect();
    let probability = |i: usize, k: usize| scores.score(said[k][i], k);

    let horizon = i64::from(of.horizon_minutes) * MINUTE_MICROS;
    let (counting, _) = fair(tracks, &of.parts.incidents, horizon);
    let here = of
        .parts
        .incidents
        .iter()
        .filter(|e| scopes.covers(e.entity, entity));
    let name = |kind: u32| {
        let name = of.parts.class_names.get(kind as usize);
        name.cloned().unwrap_or_default()
    };
    let mut struck: Vec<u32> = Vec::new();
    let mut incidents = Vec::new();
    for e in here {
        let (start_secs, end_secs) = (secs_of(e.start), secs_of(e.end));
        if end_secs < from || start_secs > until {
            continue;
        }
        if !struck.contains(&e.kind) {
            struck.push(e.kind);
        }
        incidents.push(TrackIncident {
            kind: name(e.kind),
            start_secs,
            end_secs,
            counts: counting.contains(e),
        });
    }

    // Kinds that strike here, then those that are thought most likely.
    let highest = |k: usize| seen.iter().map(|&i| probability(i, k)).fold(0.0, f64::max);
    let mut kinds: Vec<(bool, f64, usize)> = of
        .parts
        .kinds
        .iter()
        .enumerate()
        .map(|(k, kind)| (struck.contains(kind), highest(k), k))
        .collect();
    sort_by(&mut kinds, |a, b| {
        b.0.cmp(&a.0).then_with(|| b.1.total_cmp(&a.1))
    });
    let some = kinds.iter().filter(|k| k.0).count().max(1);
    kinds.truncate(some.min(MOST_KINDS));

    let groups = groups(&seen, &|i| secs_of(at(rows[i])), (from, until));
    let gap = (series.step_micros.saturating_mul(5) as f64 / 1e6)
        .max((until - from) / MOST_POINTS as f64 * 3.0);
    let (mut shown, mut values) = (Vec::new(), vec![Vec::new(); kinds.len()]);
    for group in groups {
        // The instant of the highest, so that a peak stands where it is.
        let total = |i: usize| {
            kinds
                .iter()
                .map(|k| probability(i, k.2))
                .fold(0.0, f64::max)
        };
        let peak = group
            .iter()
            .copied()
            .max_by(|&a, &b| total(a).total_cmp(&total(b)))?;
        let instant = secs_of(at(rows[peak]));
        if shown.last().is_some_and(|&before| instant - before > gap) {
            shown.push(instant - gap / 2.0);
            values
                .iter_mut()
                .for_each(|v: &mut Vec<Option<f64>>| v.push(None));
        }
        shown.push(instant);
        for (values, kind) in values.iter_mut().zip(&kinds) {
            let most = group
                .iter()
                .map(|&i| probability(i, kind.2))
                .fold(0.0, f64::max);
            values.push(Some(most));
        }
    }

    let policy = policy(&of.parts, horizon);
    let pages = of.thresholds.iter().map(|thresholds| {
        let pages = pages_of(tracks, &of.parts.kinds, &scores, thresholds, &policy);
        pages
            .iter()
            .filter(|page| scopes.covers(page.entity, entity))
            .map(|page| TrackPage {
                kind: of
                    .parts
                    .kinds
                    .iter()
                    .position(|k| *k == page.kind)
                    .unwrap_or(0) as u32,
                secs: secs_of(page.at),
            })
            .filter(|page| in_sight(page.secs))
            .collect()
    });
    Some(ForecastTrack {
        entity,
        name: series.names.get(entity as usize)?.clone(),
        start_secs: start as u64,
        counted: series.counted,
        span: vec![span.0, span.1],
        secs: shown,
        pages: pages.collect(),
        kinds: kinds
            .iter()
            .zip(values)
            .map(|(kind, values)| TrackKind {
                name: name(of.parts.kinds[kind.2]),
                values,
            })
            .collect(),
        incidents,
    })
}

/// Rows in groups of equal time, one each where there is room for all.
fn groups(
    rows: &[usize],
    secs: &dyn Fn(usize) -> f64,
    (from, until): (f64, f64),
) -> Vec<Vec<usize>> {
    if rows.len() <= MOST_POINTS {
        return rows.iter().map(|&row| vec![row]).collect();
    }
    let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
    for &row in rows {
        let share = (secs(row) - from) / (until - from).max(1e-9);
        let group = ((share * MOST_POINTS as f64) as usize).min(MOST_POINTS - 1);
        match groups.last_mut() {
            Some((last, rows)) if *last == group => rows.push(row),
            _ => groups.push((group, vec![row])),
        }
    }
    groups.into_iter().map(|g| g.1).collect()
}
