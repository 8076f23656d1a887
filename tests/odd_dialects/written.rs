//! Tables and how they are written, undamaged and damaged.

use super::*;

/// Rows of a small table.
pub const FEW: usize = 5;

/// A table and how it is written.
pub struct Written {
    pub header: Row,
    pub rows: Vec<Row>,
    pub style: Style,
    /// Line ends behind each row beside the first.
    pub more_ends: u64,
}

impl Written {
    /// Undamaged and, unless there are few rows, with one row damaged: a cell too few in the middle, a cell too many at the end.
    /// `form` makes bytes of the lines, of which the first is the header.
    pub fn cases(
        &self,
        kind: &'static str,
        what: &str,
        told: &'static str,
        form: &dyn Fn(&[String]) -> Vec<u8>,
        cases: &mut Vec<Case>,
    ) {
        let lines = self.style.table(&self.header, &self.rows);
        let case = |what: String, bytes| Case {
            kind,
            what,
            bytes,
            header: Some(self.header.clone()),
            rows: self.rows.clone(),
            damaged: Vec::new(),
            delimiter: told,
        };
        cases.push(case(what.to_owned(), form(&lines)));
        if self.rows.len() <= FEW {
            return;
        }
        for (damage, at) in [("less", self.rows.len() / 2), ("more", self.rows.len() - 1)] {
            let mut cells: Vec<String> = self.rows[at].iter().map(|c| self.style.cell(c)).collect();
            match damage {
                "less" => drop(cells.remove(1)),
                _ => cells.insert(2, self.style.cell("extra")),
            }
            let mut odd = lines.clone();
            odd[at + 1] = cells.join(self.style.delimiter);
            cases.push(Case {
                rows: without(&self.rows, at),
                // `\r\r\n` ends a line and one more.
                damaged: vec![line_of(&odd, at + 1) + self.more_ends * (at as u64 + 1)],
                ..case(format!("{what} {damage} at {at}"), form(&odd))
            });
        }
    }
}

pub fn ended(lines: &[String], end: &'static str) -> Vec<u8> {
    Style { end, ..PLAIN }.text(lines).into_bytes()
}

/// What cannot be written in a box: cells of several lines, and the box's own sign.
pub fn flat(rows: &[Row]) -> Vec<Row> {
    let flat = |c: &String| c.replace('\n', " ").replace('|', "/");
    rows.iter().map(|r| r.iter().map(flat).collect()).collect()
}
