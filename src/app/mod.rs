//! What the screen shows and does, as pure functions: no Yew, no DOM, no clock and no randomness of its own.
//!
//! Invariants: [`State::after`] is the only way in which a [`State`] changes, and it is a function of the state and
//! the [`Action`] alone; what has to happen outside is returned as [`Effect`]s. Large values sit behind a
//! [`Handle`], equal only to itself. An event of a job that is no longer current changes nothing. Sentences that
//! claim something are computed from the figures that they claim, in [`select`] and [`verdict`].

mod action;
mod after;
pub mod ahead;
mod dropping;
mod effect;
mod engine;
mod estimating;
mod forecasting;
pub mod foresight;
pub mod form;
pub mod format;
mod handle;
mod kept;
pub mod marking;
pub mod plot;
pub mod profiling;
pub mod reading;
mod record;
mod recovery;
pub mod runlog;
pub mod select;
mod simulator;
mod state;
mod training;
pub mod verdict;

pub use action::{Act, Action, Setting};
pub use after::{PAGE_ROWS, model_fields, sample_spec};
pub use effect::{Attachment, Effect, KeptData};
pub use estimating::estimate_words;
pub use handle::Handle;
pub use kept::{source_of_text, source_to_text};
pub use state::{
    Alert, Async, FileRef, Job, Kept, Origin, Pending, Progress, Purpose, Route, Source, State,
    Trained,
};
