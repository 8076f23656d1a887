//! What a file may ask of memory and time. Beyond these it is refused in words, before anything is allocated for it.

/// Bytes of a file: 2 GiB.
pub const MAX_BYTES: u64 = 2 << 30;
/// Rows of a table.
pub const MAX_ROWS: u64 = 20_000_000;
/// Columns of a table.
pub const MAX_COLUMNS: usize = 5_000;
/// Cells of a table (rows times columns): 1.2 GB of numbers.
pub const MAX_CELLS: u64 = 150_000_000;
/// Bytes of one cell, in UTF-8: 1 MiB.
pub const MAX_CELL_BYTES: usize = 1 << 20;
/// Bytes of one row, in UTF-8: 32 MiB.
pub const MAX_ROW_BYTES: usize = 32 << 20;
/// Bytes of distinct texts kept over all columns, in UTF-8: 512 MiB.
pub const MAX_TEXT_BYTES: u64 = 512 << 20;
/// Distinct texts kept over all columns.
pub const MAX_NAMES: u64 = 12_000_000;
/// Bytes looked at before deciding how a file is encoded and separated: 256 KiB.
pub const SAMPLE_BYTES: usize = 256 << 10;
/// How many lines a notice names.
pub const SHOWN_LINES: usize = 5;
/// Series of all files together.
pub const MAX_SERIES: usize = 1_000_000;
/// Labels of one series.
pub const MAX_LABELS: usize = 512;
/// Names of labels of all series together.
pub const MAX_LABEL_NAMES: usize = 2_048;
/// Bytes that all files together may inflate to: 2 GiB.
pub const MAX_INFLATED_BYTES: u64 = 2 << 30;
/// How many times a compressed file's size it may inflate to once it is larger than [`FREE_INFLATED_BYTES`]. What
/// monitoring exports comes to 5 to 60; a bomb to 1,030.
pub const MAX_INFLATED_RATIO: u64 = 200;
/// Bytes that may come out of any compressed file, however small: 32 MiB.
pub const FREE_INFLATED_BYTES: u64 = 32 << 20;
/// Files in all archives together.
pub const MAX_FILES: usize = 10_000;
