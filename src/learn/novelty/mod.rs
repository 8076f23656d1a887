//! Novelty detection: whether a row is unlike the rows that the name it was given was learned from.
//!
//! A classifier gives every row one of the names it knows. Beside it stand two [`Reference`]s: the healthy training rows, and
//! those of all known issues together. A row that is named healthy is unfamiliar where it is unlike the healthy rows; one
//! that is named an issue, where it is unlike both. Where no class is healthy all training rows are the one reference.
//!
//! A reference looks at a row in two ways:
//!
//! * an isolation forest (Liu, Ting & Zhou 2008), which finds rows that few cuts set apart. Its cuts lie within the values
//!   that its trees drew, so that what lies far beyond them looks to it like what lies just beyond;
//! * its [`reach`](Reach): how far the row goes beyond the values of the reference, column by column.
//!
//! Each score is compared with those of reference rows that the detector was not fitted on (cross-conformal, four folds:
//! Laxhammar & Falkman 2010; Vovk 2015), which says how rare it is among such rows; of two looks the rarer counts twice
//! (Bonferroni). A row is unfamiliar where it is as rare as [`HEALTHY_ALARMS`] of healthy rows, or [`ISSUE_ALARMS`] of known
//! issues; of few rows the rarest place of all.
//!
//! Which columns make it so: in the forest, by how much shorter the path becomes at each cut (the change of the expected
//! value along the path, as Saabas 2014 does for predictions); in the reach, by how far each column goes.

mod compact;
mod fitter;
mod model;
mod reach;
mod reference;
mod tail;
#[cfg(test)]
mod tests;

pub use fitter::NoveltyFitter;
pub use model::{Judgement, Novelty, NoveltyError, Side};
pub use reach::Reach;
pub use reference::Reference;

/// The share of healthy rows that are called unfamiliar: one in a thousand.
pub const HEALTHY_ALARMS: f64 = 0.001;
/// The share of rows of known issues that are unlike their reference: one in a hundred.
pub const ISSUE_ALARMS: f64 = 0.01;
