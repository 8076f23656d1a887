//! What `--raw` writes, read back.

use kubecast::ingest::{IngestError, ReadOptions, ReadReport, Reader};

pub type Row = Vec<String>;

/// The table as text, header first, and how it was read.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<(Vec<Row>, ReadReport), IngestError> {
    let mut reader = Reader::with_options("test.csv", options.clone()).keep_raw();
    reader.push(bytes)?;
    let (table, raw) = reader.finish_raw()?;
    Ok((parse(&String::from_utf8(raw).expect("UTF-8")), table.how))
}

/// RFC 4180 without mercy: what `--raw` writes is exactly that.
pub fn parse(text: &str) -> Vec<Row> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quoted, c) {
            (true, '"') if chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            (true, '"') => quoted = false,
            (false, '"') => quoted = true,
            (false, ',') => row.push(std::mem::take(&mut cell)),
            (false, '\n') => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (_, c) => cell.push(c),
        }
    }
    assert!(!quoted && row.is_empty() && cell.is_empty());
    rows
}
