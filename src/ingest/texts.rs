//! Small tables whose columns are known, as text with the line of each row; and instants of texts in any form.

use super::epoch::{TimeName, unit_of};
use super::infer::TimeReader;
use super::offset::Offset;
use super::table::line_of;
use super::{IngestError, Reader};
use crate::data::read_float;

/// A row as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextRow {
    /// Its first line, from 1.
    pub line: u64,
    /// A cell for each name of the header; empty where the file has none.
    pub cells: Vec<String>,
}

/// The header and the rows of delimited text, before any typing.
///
/// # Errors
/// When the file is not a table, is empty, or goes beyond a limit.
pub fn read_texts(
    file_name: &str,
    bytes: &[u8],
) -> Result<(Vec<String>, Vec<TextRow>), IngestError> {
    let mut reader = Reader::new(file_name).keep_raw();
    reader.push(bytes)?;
    let (table, raw) = reader.finish_raw()?;
    let mut rows = cells(&raw).into_iter();
    let header = rows.next().unwrap_or_default();
    let rows = (0..).zip(rows).map(|(row, mut cells)| {
        cells.resize(header.len(), String::new());
        TextRow {
            line: line_of(&table.jumps, row),
            cells,
        }
    });
    let rows = rows.collect();
    Ok((header, rows))
}

/// The cells of text with commas, double quotes where needed and line feeds.
fn cells(raw: &[u8]) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), Vec::new());
    let mut quoted = false;
    let text = |cell: &mut Vec<u8>| {
        let text = String::from_utf8_lossy(cell).into_owned();
        cell.clear();
        text
    };
    let mut bytes = raw.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' if quoted && bytes.peek() == Some(&b'"') => {
                bytes.next();
                cell.push(b'"');
            }
            b'"' => quoted = !quoted,
            b',' if !quoted => row.push(text(&mut cell)),
            b'\n' if !quoted => {
                row.push(text(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            byte => cell.push(byte),
        }
    }
    rows
}

/// Instants in microseconds since 1970 of texts in any form in which a table's cells may hold them, each none where it cannot
/// be read. What a text leaves open (whether the day or the month comes first, in what numbers count) the others say; times
/// without a zone are this far ahead of UTC.
pub fn instants(texts: &[&str], offset: Offset) -> Vec<Option<i64>> {
    let known = || texts.iter().map(|t| t.trim()).filter(|t| !t.is_empty());
    let reader = TimeReader::for_names("timestamp", None, known);
    let counted = |text: &str| {
        let number = read_float(text)?;
        unit_of(TimeName::Maybe, std::iter::once(number))?.micros_of_text(text)
    };
    let read = |text: &&str| {
        let text = text.trim();
        match reader.and_then(|reader| reader.read(text)) {
            Some((micros, true)) => Some(micros),
            Some((micros, false)) => micros.checked_sub(offset.micros()),
            None => counted(text),
        }
    };
    texts.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_as_text_with_their_lines() {
        let text = "# ours\n\nfrom;until;kind\n1;2;oom\n\n3;4;\"a \"\"b\"\"; c\"\n5\n";
        let (header, rows) = read_texts("marks.csv", text.as_bytes()).unwrap();
        assert_eq!(header, ["from", "until", "kind"]);
        let told: Vec<(u64, &str)> = rows.iter().map(|r| (r.line, r.cells[2].as_str())).collect();
        assert_eq!(told, [(4, "oom"), (6, "a \"b\"; c"), (7, "")]);
        let (_, none) = read_texts("marks.csv", b"from,until,kind\n").unwrap();
        assert_eq!(none, []);
        assert!(read_texts("marks.csv", b"").is_err());
    }

    #[test]
    fn instants_are_read_in_any_form() {
        let noon = 1_767_268_800_000_000;
        let ahead = Offset::named("+01:00").unwrap();
        let texts = [
            "2026-01-01T12:00:00Z",
            " 2026-01-01 13:00 ",
            "1767268800",
            "1767268800000",
            "noon",
            "",
        ];
        let all = [noon, noon, noon, noon].map(Some);
        assert_eq!(instants(&texts, ahead), [&all[..], &[None, None]].concat());
        // Alone, numbers say themselves what they count, and 31 that days come first.
        assert_eq!(instants(&["1767268800"], ahead), [Some(noon)]);
        let days = instants(&["31/01/2026 12:00", "01/02/2026 12:00"], Offset::default());
        assert_eq!(days[1].unwrap() - days[0].unwrap(), 86_400_000_000);
        assert_eq!(instants(&[], ahead), []);
    }
}
