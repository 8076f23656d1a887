//! Why a model answers as it does.
//!
//! * [`Permutation`]: what each column of the table is worth to a model, on rows that training did not see.
//!
//! Invariants: a model is a function from features to classes here; what kind it is, this layer need not know.

mod permutation;

pub use permutation::{ColumnImportance, Permutation, Shuffle};
