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
