//! Which columns say when a row was and whose it is: as they are named, else as they are found.

use crate::data::Frame;
use crate::prepare::{Series, SeriesError, entity_columns, time_columns};

/// The time's column and those that tell entities apart. The target is never one that is found.
///
/// # Errors
/// [`SeriesError::NoTime`] where no time is named and none found.
pub(super) fn keys(
    frame: &Frame,
    time: Option<&str>,
    entity: &[String],
    target: &str,
) -> Result<(String, Vec<String>), SeriesError> {
    let found = || time_columns(frame).first().copied();
    let time = time.or_else(found).ok_or(SeriesError::NoTime)?;
    let entity = match entity {
        [] => entity_columns(frame, time, &[target.to_owned()]),
        named => named.to_vec(),
    };
    Ok((time.to_owned(), entity))
}

/// A table's rows by those columns.
///
/// # Errors
/// [`SeriesError`], where they are no series.
pub(super) fn series(
    frame: &Frame,
    time: Option<&str>,
    entity: &[String],
    target: &str,
) -> Result<Series, SeriesError> {
    let (time, entity) = keys(frame, time, entity, target)?;
    Series::new(frame, &time, &entity)
}
