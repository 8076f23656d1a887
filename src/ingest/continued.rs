//! Cells of drawn tables that go on in the lines below: behind a sign at their end, as psql prints them, or between lines drawn
//! above and below each row.

use super::IngestError;
use super::class::Class;
use super::csv::{Record, Taker};
use super::guess::rows_of;
use super::layout::{Layout, is_ruled};
use super::limits::MAX_CELL_BYTES;
use super::options::Delimiter;
use super::scan::{CellIter, Cells, Dialect};

/// Rows of the sample that are looked at.
const ROWS: usize = 2_000;
/// What psql sets behind a cell that goes on.
const SIGNS: [&[u8]; 2] = [b"+", "\u{21b5}".as_bytes()];

/// Joins lines to rows.
#[derive(Debug)]
pub(super) struct Joiner {
    /// Whether each row stands between drawn lines.
    ruled: bool,
    width: usize,
    first_line: u64,
    /// The cells that hold numbers or times in nearly all rows: they do not go on.
    typed: Vec<bool>,
    /// Where the first cell is.
    first: usize,
    held: Option<Held>,
}

/// A row that may go on.
#[derive(Debug)]
struct Held {
    cells: Vec<Vec<u8>>,
    /// Which cells end with a sign.
    open: Vec<bool>,
    line: u64,
    lines: u64,
    source: Vec<u8>,
    bytes: usize,
}

impl Joiner {
    /// `None` unless the sample is a drawn table of several lines.
    pub fn of(text: &[u8], complete: bool, dialect: Dialect, layout: &Layout) -> Option<Self> {
        let bar = match dialect.delimiter {
            Delimiter::Byte(b'|') => true,
            Delimiter::Sequence(signs) => {
                matches!(
                    signs.as_bytes(),
                    [0xe2, 0x94, 0x82 | 0x83] | [0xe2, 0x95, 0x91]
                )
            }
            _ => false,
        };
        let rows = rows_of(text, complete, dialect, layout.width, ROWS);
        if !bar || layout.width < 2 || !rows.iter().any(|r| is_ruled(&r.source)) {
            return None;
        }
        let first = usize::from(layout.drop_first);
        let typed = (0..layout.width).map(|at| {
            let class = at.checked_sub(first).and_then(|at| layout.classes.get(at));
            class.copied().flatten().is_some_and(Class::is_typed)
        });
        let mut joiner = Self {
            ruled: false,
            width: layout.width,
            first_line: layout.first_line,
            typed: typed.collect(),
            first,
            held: None,
        };
        // Rows that follow each other without a line between them must look like more of the first.
        let (mut groups, mut begun, mut only) = (0, false, true);
        for row in rows.iter().filter(|r| r.line >= layout.first_line) {
            if is_ruled(&row.source) {
                begun = false;
            } else if row.cells.len() == layout.width {
                groups += usize::from(!begun);
                only &= !begun || joiner.is_more(row.cells.iter().map(Vec::as_slice));
                begun = true;
            }
        }
        joiner.ruled = only && groups > 1;
        Some(joiner)
    }

    /// Whether a line between drawn ones is more of the row above it: its first cell is blank or the only one that is not, and
    /// nothing stands where numbers would.
    fn is_more<'a>(&self, cells: impl Iterator<Item = &'a [u8]>) -> bool {
        let (mut filled, mut named) = (0, false);
        for (at, (cell, &typed)) in cells.zip(&self.typed).enumerate() {
            if cell.trim_ascii().is_empty() {
                continue;
            }
            if typed {
                return false;
            }
            named |= at == self.first;
            filled += 1;
        }
        filled > 0 && (!named || filled == 1)
    }

    /// Takes the next record; rows that are whole go on.
    pub fn push(&mut self, record: Record<'_>, take: Taker<'_>) -> Result<(), IngestError> {
        let fits = record.ends.len() == self.width
            && record.why.is_none()
            && record.line >= self.first_line
            && !is_ruled(record.source);
        if !fits {
            self.flush(take)?;
            return take(record);
        }
        if self.join(&record) {
            return Ok(());
        }
        self.flush(take)?;
        let cells = || CellIter {
            pad: false,
            ..record.cells()
        };
        let open: Vec<bool> = cells().map(|c| sign_of(c).is_some()).collect();
        if !self.ruled && !open.contains(&true) {
            return take(record);
        }
        self.held = Some(Held {
            cells: record.cells().map(|c| c.trim_ascii().to_vec()).collect(),
            open,
            line: record.line,
            lines: record.lines,
            source: record.source.to_vec(),
            bytes: record.source.len(),
        });
        Ok(())
    }

    /// Adds a line to the row that is held, if it is more of it.
    fn join(&mut self, record: &Record<'_>) -> bool {
        let blank = |cell: &[u8]| cell.trim_ascii().is_empty();
        let more_ruled = self.ruled && self.is_more(record.cells());
        let Some(held) = &mut self.held else {
            return false;
        };
        let more_marked = held.open.contains(&true)
            && held.open.contains(&false)
            && record
                .cells()
                .zip(&held.open)
                .all(|(cell, &open)| open || blank(cell));
        // What has grown too long for a cell is left as the lines that it was.
        let fits = held.bytes + record.source.len() <= MAX_CELL_BYTES;
        if !fits || !(more_marked || more_ruled) || record.line != held.line + held.lines {
            return false;
        }
        let cells = CellIter {
            pad: false,
            ..record.cells()
        };
        for ((cell, open), more) in held.cells.iter_mut().zip(&mut held.open).zip(cells) {
            let goes_on = std::mem::replace(open, sign_of(more).is_some());
            if more_marked && goes_on {
                let kept = sign_of(cell).map_or(cell.len(), |head| head.trim_ascii_end().len());
                cell.truncate(kept);
            }
            let text = more.trim_ascii();
            if (more_marked && goes_on) || !text.is_empty() {
                if !cell.is_empty() || more_marked {
                    cell.push(b'\n');
                }
                cell.extend_from_slice(text);
            }
        }
        held.lines += record.lines;
        held.bytes += record.source.len();
        true
    }

    /// Hands on the row that is held.
    pub fn flush(&mut self, take: Taker<'_>) -> Result<(), IngestError> {
        let Some(held) = self.held.take() else {
            return Ok(());
        };
        let cells: Cells = held.cells.iter().map(Vec::as_slice).collect();
        take(Record {
            text: &cells.text,
            ends: &cells.ends,
            gap: 0,
            pad: true,
            line: held.line,
            lines: held.lines,
            why: None,
            source: &held.source,
        })
    }
}

/// A cell without the sign that says it goes on; the sign stands at its very end, where else a blank stands.
fn sign_of(cell: &[u8]) -> Option<&[u8]> {
    SIGNS.into_iter().find_map(|sign| cell.strip_suffix(sign))
}

#[cfg(test)]
mod tests {
    use super::super::options::ReadOptions;
    use super::super::reader::Reader;

    fn read(text: &str, size: usize) -> String {
        let mut reader = Reader::with_options("t", ReadOptions::default()).keep_raw();
        for piece in text.as_bytes().chunks(size) {
            reader.push(piece).unwrap();
        }
        String::from_utf8(reader.finish_raw().unwrap().1).unwrap()
    }

    #[test]
    fn cells_go_on_behind_a_sign() {
        let text = " id |  note  | cpu \n----+--------+-----\n  1 | one   +|   5\n    | two   +|    \n    |        |    \n  2 | C++    |   6\n  3 |        |   7\n(3 rows)\n";
        for size in [1, 1000] {
            assert_eq!(
                read(text, size),
                "id,note,cpu\n1,\"one\ntwo\",5\n2,C++,6\n3,,7\n"
            );
        }
    }

    #[test]
    fn cells_go_on_between_drawn_lines() {
        let rule = "+----+------+-----+\n";
        let text = format!(
            "{rule}| id | note | cpu |\n{rule}| 1  | one  | 5   |\n|    | two  |     |\n{rule}| 2  | x    | 6   |\n{rule}"
        );
        assert_eq!(read(&text, 5), "id,note,cpu\n1,\"one\ntwo\",5\n2,x,6\n");
    }

    #[test]
    fn rows_of_a_section_stay_rows() {
        let rule = "+----+------+-----+\n";
        let text = format!(
            "{rule}| id | note | cpu |\n{rule}| a  | one  | 5   |\n|    | two  | 6   |\n{rule}| b  | x    | 6   |\n|    | y    | 8   |\n{rule}"
        );
        assert_eq!(
            read(&text, 5),
            "id,note,cpu\na,one,5\n,two,6\nb,x,6\n,y,8\n"
        );
    }
}
