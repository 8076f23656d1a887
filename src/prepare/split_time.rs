//! Rows held out as they will be met: later ones, or those of other entities.

use thiserror::Error;

use super::episode::Episode;
use super::series::{MINUTE_MICROS, NO_SERIES, Series};
use super::split::Draw;
use crate::data::sort_instants;

/// Row numbers, ascending, in three disjoint sets: to learn from, to calibrate on, to judge by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeSplit {
    /// To learn from.
    pub train: Vec<u32>,
    /// To fit calibration and thresholds on.
    pub calibrate: Vec<u32>,
    /// To judge by, and for nothing else.
    pub test: Vec<u32>,
    /// The first instant of `calibrate` and of `test`, in microseconds, where the split is forward in time.
    pub cuts: Option<(i64, i64)>,
    /// Rows left out, since what they look at or ahead to crosses a cut.
    pub embargoed: u64,
}

/// Why a table cannot be split in time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TimeSplitError {
    /// The embargoes leave nothing.
    #[error(
        "the rows span {} minutes, and windows and horizon keep {} minutes apart: nothing is left to {part}",
        .span_micros / MINUTE_MICROS, .embargo_micros / MINUTE_MICROS
    )]
    TooShort {
        /// From the first row to the last, in microseconds.
        span_micros: i64,
        /// Window and horizon, in microseconds.
        embargo_micros: i64,
        /// `learn from`, `calibrate on` or `judge by`.
        part: &'static str,
    },
    /// Fewer than three entities cannot be told apart into three parts.
    #[error(
        "{entities} entities cannot be split into three parts: to learn from, to calibrate on, to judge by"
    )]
    FewEntities {
        /// How many there are.
        entities: usize,
    },
}

/// Shares of time (or of entities) to learn from and to calibrate on; the rest is to judge by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// To learn from, above 0.
    pub train: f64,
    /// To calibrate on, above 0.
    pub calibrate: f64,
}

impl Default for Shares {
    fn default() -> Self {
        Self {
            train: 0.55,
            calibrate: 0.15,
        }
    }
}

/// Forward in time: rows by instant, the first share to learn from, then to calibrate on, then to judge by. Between parts
/// at least `embargo_micros` (windows plus horizon) of the earlier part are left out, and with them each earlier row of an
/// episode that goes on beyond the cut: no episode stands on both sides.
///
/// # Errors
/// [`TimeSplitError::TooShort`].
pub fn split_forward(
    series: &Series,
    episodes: &[Episode],
    shares: Shares,
    embargo_micros: i64,
) -> Result<TimeSplit, TimeSplitError> {
    let mut instants: Vec<i64> = series
        .order
        .iter()
        .map(|&r| series.instants[r as usize])
        .collect();
    sort_instants(&mut instants);
    let at = |share: f64| {
        let place = (share.clamp(0.0, 1.0) * instants.len() as f64) as usize;
        instants[place.min(instants.len() - 1)]
    };
    let cuts = (at(shares.train), at(shares.train + shares.calibrate));
    let mut out = TimeSplit {
        cuts: Some(cuts),
        ..TimeSplit::default()
    };
    // Where an entity's rows end early because an episode of it runs across the cut.
    let ends = |cut: i64| {
        let mut ends = vec![cut.saturating_sub(embargo_micros.max(0)); series.names.len()];
        for e in episodes.iter().filter(|e| e.start < cut && e.end >= cut) {
            if let Some(end) = ends.get_mut(e.entity as usize) {
                *end = (*end).min(e.start.saturating_sub(embargo_micros.max(0)));
            }
        }
        ends
    };
    let (train_ends, calibrate_ends) = (ends(cuts.0), ends(cuts.1));
    for (row, (&t, &entity)) in series.instants.iter().zip(&series.of_row).enumerate() {
        if entity == NO_SERIES {
            continue;
        }
        let (row, entity) = (row as u32, entity as usize);
        if t >= cuts.1 {
            out.test.push(row);
        } else if t >= cuts.0 && t < calibrate_ends[entity] {
            out.calibrate.push(row);
        } else if t < train_ends[entity] {
            out.train.push(row);
        } else {
            out.embargoed += 1;
        }
    }
    for (rows, part) in [
        (&out.train, "learn from"),
        (&out.calibrate, "calibrate on"),
        (&out.test, "judge by"),
    ] {
        if rows.is_empty() {
            return Err(TimeSplitError::TooShort {
                span_micros: instants[instants.len() - 1].saturating_sub(instants[0]),
                embargo_micros,
                part,
            });
        }
    }
    Ok(out)
}

/// By entity: each stands in one part, drawn by `seed`; every part has one.
///
/// # Errors
/// [`TimeSplitError::FewEntities`].
pub fn split_entities(
    series: &Series,
    shares: Shares,
    seed: u64,
) -> Result<TimeSplit, TimeSplitError> {
    let entities = series.names.len();
    if entities < 3 {
        return Err(TimeSplitError::FewEntities { entities });
    }
    let mut draw = Draw::new(seed, 0);
    let mut order: Vec<usize> = (0..entities).collect();
    for i in (1..entities).rev() {
        order.swap(i, draw.below(i as u64 + 1) as usize);
    }
    let of = |share: f64| (share.clamp(0.0, 1.0) * entities as f64).round() as usize;
    let train = of(shares.train).clamp(1, entities - 2);
    let calibrate = of(shares.calibrate).clamp(1, entities - 1 - train);
    let mut part = vec![2_u8; entities];
    order[..train].iter().for_each(|&e| part[e] = 0);
    order[train..train + calibrate]
        .iter()
        .for_each(|&e| part[e] = 1);
    let mut out = TimeSplit::default();
    for (row, &entity) in series.of_row.iter().enumerate() {
        match part.get(entity as usize) {
            Some(0) => out.train.push(row as u32),
            Some(1) => out.calibrate.push(row as u32),
            Some(_) => out.test.push(row as u32),
            None => {}
        }
    }
    Ok(out)
}

/// Rows drawn at random: what leaks most, kept to show by how much.
pub fn split_shuffled(series: &Series, shares: Shares, seed: u64) -> TimeSplit {
    let mut draw = Draw::new(seed, 1);
    let mut out = TimeSplit::default();
    let of = |share: f64| (share.clamp(0.0, 1.0) * 1e6) as u64;
    let (train, calibrate) = (of(shares.train), of(shares.calibrate));
    for (row, &entity) in series.of_row.iter().enumerate() {
        let part = match draw.below(1_000_000) {
            _ if entity == NO_SERIES => continue,
            n if n < train => &mut out.train,
            n if n < train + calibrate => &mut out.calibrate,
            _ => &mut out.test,
        };
        part.push(row as u32);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::episode::episodes;
    use super::*;
    use crate::data::{Column, Frame};
    use proptest::prelude::*;

    fn series(rows: &[(i64, u8)]) -> Series {
        let columns = vec![
            Column::time("at", rows.iter().map(|r| r.0 * MINUTE_MICROS).collect()),
            Column::category("pod", rows.iter().map(|r| format!("p{}", r.1))),
        ];
        Series::new(
            &Frame::new("t", columns).unwrap(),
            "at",
            &["pod".to_owned()],
        )
        .unwrap()
    }

    proptest! {
        #[test]
        fn parts_are_apart_and_no_episode_is_on_both_sides(
            rows in prop::collection::vec((0..200_i64, 0..4_u8, 0..8_u32), 3..150), embargo in 0..30_i64, seed: u64,
        ) {
            let s = series(&rows.iter().map(|r| (r.0, r.1)).collect::<Vec<_>>());
            let labels: Vec<u32> = rows.iter().map(|r| r.2.saturating_sub(5)).collect();
            let found = episodes(&s, &labels, &[true, false, false], 5 * MINUTE_MICROS);
            let embargo = embargo * MINUTE_MICROS;
            if let Ok(split) = split_forward(&s, &found, Shares::default(), embargo) {
                let ends = |rows: &[u32]| {
                    let at = rows.iter().map(|&r| s.instants[r as usize]);
                    (at.clone().min().unwrap(), at.max().unwrap())
                };
                let parts = [&split.train, &split.calibrate, &split.test];
                for pair in parts.windows(2) {
                    prop_assert!(ends(pair[0]).1 < ends(pair[1]).0);
                    prop_assert!(embargo == 0 || ends(pair[1]).0 - ends(pair[0]).1 > embargo);
                }
                prop_assert_eq!(parts.iter().map(|p| p.len() as u64).sum::<u64>() + split.embargoed, rows.len() as u64);
                for e in &found {
                    let has = |rows: &[u32]| rows.iter().any(|&r| {
                        let t = s.instants[r as usize];
                        s.of_row[r as usize] == e.entity && (e.start..=e.end).contains(&t)
                    });
                    prop_assert!(parts.iter().filter(|p| has(p)).count() <= 1);
                }
            }
            if let Ok(split) = split_entities(&s, Shares::default(), seed) {
                let of = |rows: &[u32]| rows.iter().map(|&r| s.of_row[r as usize]).collect::<Vec<_>>();
                let (a, b, c) = (of(&split.train), of(&split.calibrate), of(&split.test));
                prop_assert!(!a.is_empty() && !b.is_empty() && !c.is_empty());
                prop_assert!(a.iter().all(|e| !b.contains(e) && !c.contains(e)) && b.iter().all(|e| !c.contains(e)));
            } else {
                prop_assert!(s.names.len() < 3);
            }
        }
    }

    #[test]
    fn a_horizon_longer_than_the_data_is_said() {
        let s = series(&[(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)]);
        let error = split_forward(&s, &[], Shares::default(), 60 * MINUTE_MICROS).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the rows span 4 minutes, and windows and horizon keep 60 minutes apart: nothing is left to learn from"
        );
        assert!(matches!(
            split_entities(&s, Shares::default(), 1),
            Err(TimeSplitError::FewEntities { entities: 1 })
        ));
    }
}
