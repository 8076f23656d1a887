//! To be written.
pub mod charts;
