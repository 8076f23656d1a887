//! A column of an entity over time: what incidents are marked on.

use super::parts::columns;
use super::{ForecastError, ForecastSpec};
use crate::data::{Frame, Values};
use crate::protocol::{ForecastTrack, TrackKind};
use crate::session::keys;

/// Groups of rows of equal time that a column is thinned to; each keeps its lowest and its highest.
const MOST_GROUPS: usize = 210;
const SECOND_MICROS: i64 = 1_000_000;

/// The column over the entity's rows, within some seconds of its first; another column or entity where these are not there.
pub(in crate::session) fn metric(
    frame: &Frame,
    spec: &ForecastSpec,
    (entity, column): (u32, &str),
    secs: Option<(f64, f64)>,
) -> Result<ForecastTrack, ForecastError> {
    let series = keys::series(frame, spec.time.as_deref(), &spec.entity, &spec.target)?;
    let all = columns(frame, spec, &series);
    let wanted = all.iter().find(|name| *name == column).or(all.first());
    let name = wanted.ok_or(ForecastError::NoColumns)?;
    let values: &[f64] = match frame.column(name).map(|c| &c.values) {
        Some(Values::Number(values)) => values,
        _ => return Err(ForecastError::NoColumns),
    };
    let entity = entity.min(series.names.len().saturating_sub(1) as u32);
    let rows = series.each().nth(entity as usize).unwrap_or_default();
    let at = |row: u32| series.instants[row as usize];
    let first = rows.first().map_or(0, |&row| at(row));
    let start = first.max(0) / SECOND_MICROS;
    let secs_of = |row: u32| at(row).saturating_sub(start * SECOND_MICROS) as f64 / 1e6;
    let span = (
        rows.first().map_or(0.0, |&row| secs_of(row)),
        rows.last().map_or(0.0, |&row| secs_of(row)),
    );
    let (from, until) = match secs {
        Some((from, until)) if until > from => (from, until),
        _ => span,
    };
    let seen: Vec<u32> = rows
        .iter()
        .copied()
        .filter(|&row| (from..=until).contains(&secs_of(row)))
        .collect();
    let gap = (series.step_micros.saturating_mul(5) as f64 / 1e6)
        .max((until - from) / MOST_GROUPS as f64 * 3.0);
    let mut out: (Vec<f64>, Vec<Option<f64>>) = Default::default();
    for row in thinned(&seen, values) {
        let (instant, value) = (secs_of(row), values[row as usize]);
        if out.0.last().is_some_and(|before| instant - before > gap) {
            out.0.push(instant - gap / 2.0);
            out.1.push(None);
        }
        out.0.push(instant);
        out.1.push(value.is_finite().then_some(value));
    }
    Ok(ForecastTrack {
        entity,
        name: series.names[entity as usize].clone(),
        start_secs: start as u64,
        counted: series.counted,
        span: vec![span.0, span.1],
        secs: out.0,
        kinds: vec![TrackKind {
            name: name.clone(),
            values: out.1,
        }],
        incidents: Vec::new(),
        pages: Vec::new(),
    })
}

/// All of these rows, or of each group of as many the first and the last, the lowest and the highest, in time.
fn thinned(rows: &[u32], values: &[f64]) -> Vec<u32> {
    let each = rows.len().div_ceil(MOST_GROUPS).max(1);
    if each <= 4 {
        return rows.to_vec();
    }
    let value = |row: &u32| values[*row as usize];
    let mut out = Vec::new();
    for group in rows.chunks(each) {
        let known = || (0..group.len()).filter(|&i| !value(&group[i]).is_nan());
        let least = known().min_by(|&a, &b| value(&group[a]).total_cmp(&value(&group[b])));
        let most = known().max_by(|&a, &b| value(&group[a]).total_cmp(&value(&group[b])));
        let (least, most) = (least.unwrap_or(0), most.unwrap_or(group.len() - 1));
        out.push(group[least.min(most)]);
        if least != most {
            out.push(group[least.max(most)]);
        }
    }
    // The ends stay in sight.
    if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
        if out.first() != Some(first) {
            out.insert(0, *first);
        }
        if out.last() != Some(last) {
            out.push(*last);
        }
    }
    out
}
