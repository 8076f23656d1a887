//! A look at the whole table: what is missing together, how classes differ, what goes together, how regularly it was
//! scraped, what is there twice.
//!
//! Invariants: the same table gives the same profile; what grows faster than the table is measured on rows spread evenly
//! over it, and says on how many. The work is cut into slices by column where a million rows take long.

mod by_class;
mod correlation;
mod missing;
mod names;
mod series;

use by_class::Classes;
use correlation::Ranks;
use missing::Missing;

use super::failure::Fault;
use super::job::{Job, Progress, Slice};
use super::store::Store;
use crate::data::{ColumnKind, Frame, Values};
use crate::ingest;
use crate::protocol::{DataProfile, Event, Stage};

/// Repeated rows that are named.
const SHOWN_ROWS: usize = 5;

/// What is at work.
enum Part {
    Missing(Missing),
    Repeated,
    Ranks(Ranks),
    Classes(Option<Classes>),
    Series,
}

/// Makes the profile, a slice at a time.
pub(super) struct ProfileJob {
    part: Option<Part>,
    profile: DataProfile,
}

impl ProfileJob {
    pub(super) fn new(target: String) -> Self {
        Self {
            part: None,
            profile: DataProfile {
                target,
                ..DataProfile::default()
            },
        }
    }

    /// Works on; whether there is more to do.
    fn step(&mut self, frame: &Frame) -> bool {
        let profile = &mut self.profile;
        self.part = match self.part.take() {
            None => {
                profile.rows = frame.rows() as u64;
                if frame.column(&profile.target).is_none() {
                    profile.target.clear();
                }
                Some(Part::Missing(Missing::new(frame)))
            }
            Some(Part::Missing(mut missing)) => Some(match missing.step(frame, &profile.target) {
                true => Part::Missing(missing),
                false => {
                    profile.missing = missing.finish(frame);
                    Part::Repeated
                }
            }),
            Some(Part::Repeated) => {
                let (count, first) = ingest::repeated_rows(frame, SHOWN_ROWS);
                profile.repeated = count;
                profile.repeated_first = first.into_iter().map(u64::from).collect();
                Some(Part::Ranks(Ranks::new(frame)))
            }
            Some(Part::Ranks(mut ranks)) => Some(match ranks.step(frame) {
                true => Part::Ranks(ranks),
                false => {
                    profile.correlation = ranks.finish(frame);
                    Part::Classes(Classes::new(frame, &profile.target))
                }
            }),
            Some(Part::Classes(Some(mut classes))) => Some(match classes.step(frame) {
                true => Part::Classes(Some(classes)),
                false => {
                    profile.by_class = Some(classes.finish());
                    Part::Series
                }
            }),
            Some(Part::Classes(None)) => Some(Part::Series),
            Some(Part::Series) => {
                profile.series = series::series(frame, &profile.target);
                None
            }
        };
        self.part.is_some()
    }

    fn done(&self) -> f64 {
        match self.part {
            None | Some(Part::Missing(_)) => 0.0,
            Some(Part::Repeated) => 0.2,
            Some(Part::Ranks(_)) => 0.3,
            Some(Part::Classes(_)) => 0.4,
            Some(Part::Series) => 0.6,
        }
    }
}

impl Job for ProfileJob {
    fn work(&mut self, store: &mut Store, _now_secs: f64) -> Result<Slice, Fault> {
        let frame = &store.data()?.frame;
        if self.step(frame) {
            let told = Progress::new(Stage::Profiling, self.done(), "the whole table");
            return Ok(Slice::More(told));
        }
        let profile = std::mem::take(&mut self.profile);
        Ok(Slice::done(Event::Profiled(Box::new(profile))))
    }
}

/// Columns of numbers that say something of a row, by place in the table.
fn number_columns(frame: &Frame) -> Vec<usize> {
    let columns = frame.columns().iter().enumerate();
    let says = |kind| {
        matches!(
            kind,
            ColumnKind::Number | ColumnKind::Integer | ColumnKind::Boolean
        )
    };
    columns
        .filter(|(_, c)| says(c.kind) && matches!(c.values, Values::Number(_)))
        .map(|(at, _)| at)
        .collect()
}

fn numbers(frame: &Frame, at: usize) -> &[f64] {
    match frame.columns().get(at).map(|c| &c.values) {
        Some(Values::Number(values)) => values,
        _ => &[],
    }
}

/// At most `most` of `of` places, spread evenly, the first among them.
fn spread_evenly(of: usize, most: usize) -> impl Iterator<Item = usize> {
    let taken = of.min(most);
    // 64 bits: where pointers have 32 the product does not fit.
    (0..taken as u64).map(move |i| (i * of as u64 / taken.max(1) as u64) as usize)
}
