//! Series of several files -> one table: a row for each entity and instant of a grid, a column for each metric.
//!
//! ```text
//! series -> entity (which labels name a row, which a column) -> grid (cells, rates) -> rows (the table)
//! ```
//!
//! Invariants: the table does not depend on the order of files, series or samples; a cell is a sample of its own half
//! step or missing, and never an older one; no value was measured after its row's time ([`grid`]).

mod alerts;
mod entity;
mod grid;
mod rows;
mod tell;

use super::series::SeriesSet;
use super::{IngestError, Ingested, ReadReport};
use crate::data::Frame;

/// The class of a row in which no alert fires.
pub const HEALTHY: &str = "None";
/// The column that says which alert fires.
pub const ALERT_COLUMN: &str = "alert";

/// What one may change of how series are joined.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JoinOptions {
    /// Seconds between rows, above 0; none takes the samples' own distance.
    pub step_secs: Option<f64>,
    /// The labels that name a row; none takes those that vary and are shared.
    pub entity_labels: Option<Vec<String>>,
    /// Metrics that are to be made rates, or not to be; the others are judged by their kind, name and values.
    pub rates: Vec<(String, bool)>,
    /// Labels that tell the members of a highly available pair apart, whose series are one; none takes the usual.
    pub replica_labels: Option<Vec<String>>,
    /// VictoriaMetrics' format string, for its CSV files: `__name__,instance,__value__,__timestamp__:unix_s`.
    pub victoria_format: Option<String>,
}

/// How series were joined.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JoinReport {
    /// Files that went in.
    pub files: u64,
    /// Series that went in.
    pub series: u64,
    /// Samples that went in.
    pub samples: u64,
    /// The labels that name a row.
    pub entity_labels: Vec<String>,
    /// Labels that are the same everywhere or tell nothing apart, and were left out.
    pub dropped_labels: Vec<String>,
    /// Seconds between rows; 0 where no time is known.
    pub step_secs: f64,
    /// The columns that are measurements.
    pub columns: Vec<JoinedColumn>,
    /// Samples of the same series in one cell, of which the last counts.
    pub merged: u64,
    /// Samples that belong to no row: of an entity or an instant that nothing finer has.
    pub unplaced: u64,
    /// Cells of alerts that were firing beside a more severe one.
    pub alerts_hidden: u64,
}

/// A column of the joined table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JoinedColumn {
    /// Its name.
    pub name: String,
    /// The metric that it holds.
    pub metric: String,
    /// The first file that the metric came from, by name.
    pub source: String,
    /// Series in it.
    pub series: u64,
    /// Whether a counter was made a rate per second.
    pub is_rate: bool,
    /// Resets of the counter.
    pub resets: u64,
    /// Cells without a sample between a series' first and last.
    pub gaps: u64,
    /// Series that are there twice, as in highly available pairs; they fill each other's gaps.
    pub duplicates: u64,
}

/// What is known beside the series.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    pub files: u64,
    pub bytes: u64,
    pub options: &'a JoinOptions,
    /// Instants are numbers of scrapes.
    pub is_untimed: bool,
    /// The time that events are known of, in microseconds since 1970: none of a kind are none, not unknown.
    pub events_known: Option<(i64, i64)>,
}

/// The joined table, with what there is to tell about it.
pub(super) fn join(
    mut set: SeriesSet,
    around: &Surroundings<'_>,
) -> Result<(Ingested, JoinReport), IngestError> {
    let mut report = JoinReport {
        files: around.files,
        series: set.points.len() as u64,
        samples: set.samples,
        ..JoinReport::default()
    };
    report.merged += grid::sort_samples(&mut set);
    let mut names = set.files.clone();
    crate::data::sort(&mut names);
    names.dedup();
    let file = match &names[..] {
        [] => "the files".to_owned(),
        [only] => only.clone(),
        [a, b] => format!("{a} and {b}"),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    };
    let layout = entity::lay_out(&set, around.options, &file)?;
    let grid = grid::Grid::of(&set, &layout, around);
    let columns = grid::columns(&set, &layout, &grid, around, &mut report);
    let mut notices = Vec::new();
    let table = rows::table(
        &set,
        &layout,
        &grid,
        columns,
        around,
        &file,
        &mut report,
        &mut notices,
    )?;
    let frame =
        Frame::new(file.clone(), table).map_err(|source| IngestError::Frame { file, source })?;
    report.entity_labels = layout.entity_labels.clone();
    report.dropped_labels = layout.dropped_labels.clone();
    report.step_secs = if around.is_untimed {
        0.0
    } else {
        grid.step as f64 / 1e6
    };
    let mut told = tell::notices(&set, &report, &layout, around);
    told.append(&mut notices);
    let rows = frame.rows() as u64;
    Ok((
        Ingested {
            jumps: Vec::new(),
            frame,
            notices: told,
            bytes: around.bytes,
            rows,
            how: ReadReport::default(),
        },
        report,
    ))
}
