use super::target::Target;
use super::{ForecastError, ForecastSpec, marks};
use crate::data::{Frame, time_text};
use crate::prepare::{MINUTE_MICROS, Series};
use crate::protocol::SeriesSummary;
use crate::session::keys::keys;

/// Entities that are named.
const LISTED: usize = 500;

/// Time, identity and incidents of a table, as far as they are found.
/// The marks are [`marks::settled`].
pub(in crate::session) fn find(frame: &Frame, spec: &ForecastSpec) -> SeriesSummary {
    let mut out = SeriesSummary::default();
    if let Err(error) = look(frame, spec, &mut out) {
        out.refusal = Some(error.refusal(spec, out.entities));
    }
    out
}

fn look(frame: &Frame, spec: &ForecastSpec, out: &mut SeriesSummary) -> Result<(), ForecastError> {
    (out.time, out.entity) = keys(frame, spec.time.as_deref(), &spec.entity, &spec.target)?;
    let series = Series::new(frame, &out.time, &out.entity)?;
    out.entities = series.names.len() as u32;
    out.counted = series.counted;
    out.step_secs = series.step_micros as f64 / 1e6;
    let (first, last) = series.span();
    out.span = [first, last]
        .map(|at| match series.counted {
            true => (at / MINUTE_MICROS).to_string(),
            false => time_text(at),
        })
        .to_vec();
    out.gaps = series.gaps;
    out.duplicates = series.duplicates.len() as u64;
    out.backwards = series.backwards.len() as u64;
    out.without_time = series.without_time;
    if let Some(marks) = &spec.marks {
        out.names = series.names.iter().take(LISTED).cloned().collect();
        marks::tell(marks, &series, out);
    }
    // Where the first mark is still to be made nothing is wrong.
    if spec.marks.as_ref().is_none_or(|marks| !marks.is_empty()) {
        out.incidents = Target::read(frame, spec, &series)?.episodes.len() as u32;
    }
    match series.duplicates.first() {
        Some(&row) if !spec.first_of_duplicates => Err(ForecastError::Duplicates {
            rows: out.duplicates,
            row: u64::from(row) + 1,
        }),
        _ => Ok(()),
    }
}
