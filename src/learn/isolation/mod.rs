//! The isolation forest: how easily random cuts set a row apart from the others (Liu, Ting & Zhou 2008).
//!
//! Scores, offset and contamination are scikit-learn's. Where we differ:
//!
//! * Thresholds and values are `f64`; scikit-learn rounds to `f32` and takes values within 1e-7 for equal.
//! * A sample weight is a frequency: a row of weight 2 is two rows, one of weight 0 is none, and fitting does not see
//!   the order of rows. scikit-learn's tree counts a row that was drawn twice once.
//! * Where all present values of a node are equal, a cut can still part them from the missing ones.

mod fitter;
mod model;
mod params;
mod sample;

pub use fitter::{IsolationFitter, IsolationUnitGrower};
pub use model::{IsolationForest, IsolationModelError};
pub use params::{Amount, IsolationError, IsolationParams, IsolationValidParams};
