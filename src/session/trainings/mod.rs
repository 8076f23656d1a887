//! What is kept of a training, or of an evaluation, to compare it with others: every row that it was judged by.

mod compare;
mod digits;
mod run;
mod words;

pub use compare::compare_trainings;
pub use run::TrainedRun;
pub(super) use run::{Judged, RunRows};
pub use words::ComparedTrainings;
