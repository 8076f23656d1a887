//! The vocabulary: typed columns with missing values, warnings as values.
//!
//! Invariants: a [`Frame`]'s columns all have its number of rows; names are unique and not empty; a number is
//! finite or `NaN`, and `NaN` means missing. This layer names no other.

mod civil;
mod column;
mod cut;
mod decimal;
mod distinct;
mod frame;
mod letter;
mod names;
mod notice;
mod order;
mod sorted;

pub use civil::{instant_micros, is_instant, time_text};
pub use column::{
    Column, ColumnKind, Dictionary, MISSING_CODE, MISSING_TIME, NullToken, Values, is_null_token,
};
pub use cut::{DELIMITER, Signs, cut_line};
pub use decimal::read_float;
pub use distinct::count_distinct;
pub use frame::{Fingerprint, Frame, FrameError};
pub use notice::{Level, Notice};

pub use letter::{lower, lowered, upper};
pub use names::Names;
pub use notice::grouped;
pub use order::{
    number_key, sort, sort_by, sort_by_key, sort_instants, sort_keyed, sort_keys, sort_numbers,
    sort_rows,
};
pub use sorted::{SortedMap, SortedSet};
