//! Bytes of a CSV file -> a typed [`Frame`], with what had to be worked around as notices and the place of what could not be.
//!
//! ```text
//! sample -> sniff (format, encoding) -> guess (delimiter, quote, escape) -> layout (preamble, header, width)
//! bytes -> decode -> csv (records with lines) -> rows (repaired, skipped) -> table (columns) -> infer (kinds, units)
//! ```
//!
//! Where records are lists of their fields, `expanded` stands for guess, layout and csv.
//!
//! And bytes of any export of metrics to a frame, alone or with others:
//!
//! ```text
//! files -> inflate, zip -> recognise -> member (the reader of each format) -> series -> join (rows and columns)
//! ```
//!
//! Invariants: no input panics, hangs or asks for memory beyond the limits; the result does not depend on how the bytes
//! are cut into pieces; nothing is dropped or changed without a notice. This layer names `data`, and `json` for its tokens.

mod align;
mod between;
mod buffer;
mod candidates;
mod class;
mod clock;
mod columnar;
mod continued;
mod csv;
mod decode;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod digits;
mod duplicates;
mod epoch;
mod error;
mod events_table;
mod expanded;
mod exposition;
mod files;
mod fixed;
mod guess;
mod header;
mod infer;
mod inflate;
mod input;
mod join;
mod kind;
mod kubectl;
mod kubernetes_events;
mod layout;
mod limits;
mod lines;
mod lone;
mod measure;
mod member;
mod names;
mod number;
mod offset;
mod openmetrics;
mod options;
mod quantity;
mod raw;
mod reader;
mod readings;
mod recognise;
mod record_form;
mod report;
mod retype;
mod rows;
mod sample_line;
mod scan;
mod scrapes;
mod series;
mod series_json;
mod sniff;
mod stack;
mod start;
mod table;
mod target;
mod texts;
mod time;
mod unwrap;
pub mod value;
mod zip;
mod zone;

pub use decode::Encoding;
pub(crate) use duplicates::repeated_rows;
pub use error::IngestError;
pub use files::{FileRead, FilesReader, InputFile, TableRead, read_files};
pub use input::Pull;
pub use join::{ALERT_COLUMN, HEALTHY, JoinOptions, JoinReport, JoinedColumn};
pub use limits::{
    MAX_BYTES, MAX_CELL_BYTES, MAX_CELLS, MAX_COLUMNS, MAX_NAMES, MAX_ROW_BYTES, MAX_ROWS,
    MAX_TEXT_BYTES, SAMPLE_BYTES,
};
pub use offset::Offset;
pub use options::{Delimiter, Escape, ReadOptions, Sequence};
pub use reader::Reader;
pub use recognise::{Format, Recognised, recognise};
pub use report::{ColumnReport, ReadReport, RowList, RowNote, Sureness, Why};
pub use retype::retype;
pub use sniff::Foreign;
pub use stack::stack;
pub use target::guess_target;
pub use texts::{TextRow, instants, read_texts};
pub use time::DateOrder;
pub use zone::is_zone_open;

use crate::data::{Frame, Notice};

/// A table that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Ingested {
    /// The table; at least one column and one row.
    pub frame: Frame,
    /// What had to be worked around, and what there is to know about rows and columns.
    pub notices: Vec<Notice>,
    /// The file's size.
    pub bytes: u64,
    /// The rows, the header left out.
    pub rows: u64,
    /// How it was read.
    pub how: ReadReport,
    /// Rows that do not stand on the line after the row before them, with their line; none where it is no file of its own.
    jumps: Vec<(u32, u64)>,
}

/// Reads a whole CSV file.
///
/// ```
/// let table = kubecast::ingest::read_csv("pods.csv", b"pod,cpu,issue\na,0.5,None\nb,0.9,oom\n")?;
/// let issue = table.frame.column("issue").expect("a column");
/// assert_eq!(issue.classes().names, ["None", "oom"]);
/// # Ok::<(), kubecast::ingest::IngestError>(())
/// ```
///
/// # Errors
/// When the file is not a table, is empty, or goes beyond a limit.
pub fn read_csv(file_name: &str, bytes: &[u8]) -> Result<Ingested, IngestError> {
    read_csv_as(file_name, bytes, &ReadOptions::default())
}

/// Reads a whole CSV file as the caller says; what is not said is guessed. [`Ingested::how`] says how it was read.
///
/// # Errors
/// When the file is not a table, is empty, or goes beyond a limit.
pub fn read_csv_as(
    file_name: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<Ingested, IngestError> {
    let mut reader = Reader::with_options(file_name, options.clone());
    reader.push(bytes)?;
    reader.finish()
}
