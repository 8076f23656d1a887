use super::target::Target;
use super::{ForecastError, ForecastSpec};
use crate::data::{Frame, time_text};
use crate::prepare::{MINUTE_MICROS, Series, SeriesError, entity_columns, time_columns};
use crate::protocol::SeriesSummary;

/// Time, identity and incidents of a table, as far as they are found.
pub(in crate::session) fn find(frame: &Frame, spec: &ForecastSpec) -> SeriesSummary {
    let mut out = SeriesSummary::default();
    if let Err(error) = look(frame, spec, &mut out) {
        out.refusal = Some(error.refusal(spec, out.entities));
    }
    out
}

fn look(frame: &Frame, spec: &ForecastSpec, out: &mut SeriesSummary) -> Result<(), ForecastError> {
    let time = match &spec.time {
        Some(time) => time.clone(),
        None => (*time_columns(frame).first().ok_or(SeriesError::NoTime)?).to_owned(),
    };
    out.time.clone_from(&time);
    out.entity = match spec.entity.is_empty() {
        true => entity_columns(frame, &time, std::slice::from_ref(&spec.target)),
        false => spec.entity.clone(),
    };
    let series = Series::new(frame, &time, &out.entity)?;
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
    out.incidents = Target::read(frame, spec, &series)?.episodes.len() as u32;
    match series.duplicates.first() {
        Some(&row) if !spec.first_of_duplicates => Err(ForecastError::Duplicates {
            rows: out.duplicates,
            row: u64::from(row) + 1,
        }),
        _ => Ok(()),
    }
}
