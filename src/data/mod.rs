//! The vocabulary: typed columns with missing values, warnings as values.
//!
//! Invariants: a [`Frame`]'s columns all have its number of rows; names are unique and not empty; a number is
//! finite or `NaN`, and `NaN` means missing. This layer names no other.

mod column;
mod frame;
mod notice;

pub use column::{
    Column, ColumnKind, Dictionary, MISSING_CODE, MISSING_TIME, NullToken, Values, is_null_token,
};
pub use frame::{Fingerprint, Frame, FrameError};
pub use notice::{Level, Notice};

pub(crate) use notice::grouped;
