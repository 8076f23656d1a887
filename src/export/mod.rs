//! What leaves: one file per format.
//!
//! Invariants: numbers are written in the shortest form that reads back as the same bits; text that a spreadsheet
//! would run as a formula is neutralised unless the caller says otherwise.

mod csv;
pub mod kubecast;

pub use csv::{CsvOptions, CsvWriter, cell, frame_csv, predictions_csv};
