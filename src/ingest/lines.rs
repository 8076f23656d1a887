//! Text in pieces -> lines.

use super::IngestError;
use super::limits::MAX_ROW_BYTES;
use super::member::FileFacts;

/// Cuts lines, whatever the pieces; line feeds and the carriage returns before them are left out.
#[derive(Debug, Default)]
pub(super) struct Lines {
    rest: Vec<u8>,
    /// Lines so far.
    count: u64,
}

impl Lines {
    /// Takes a piece, and gives each line that ends in it with its number, from 1.
    pub fn push(
        &mut self,
        file: &FileFacts,
        mut piece: &[u8],
        mut take: impl FnMut(u64, &[u8]) -> Result<(), IngestError>,
    ) -> Result<(), IngestError> {
        while let Some(end) = piece.iter().position(|&b| b == b'\n') {
            let (line, after) = piece.split_at(end);
            piece = after.get(1..).unwrap_or_default();
            self.count += 1;
            if self.rest.is_empty() {
                take(self.count, ended(line))?;
            } else {
                self.rest.extend_from_slice(line);
                take(self.count, ended(&self.rest))?;
                self.rest.clear();
            }
        }
        self.rest.extend_from_slice(piece);
        if self.rest.len() > MAX_ROW_BYTES {
            return Err(IngestError::RowTooLong {
                file: file.name.clone(),
                line: self.count + 1,
                byte: None,
            });
        }
        Ok(())
    }

    /// Gives the last line, if no line feed ended it; returns how many there were.
    pub fn finish(
        self,
        mut take: impl FnMut(u64, &[u8]) -> Result<(), IngestError>,
    ) -> Result<u64, IngestError> {
        if self.rest.is_empty() {
            return Ok(self.count);
        }
        take(self.count + 1, ended(&self.rest))?;
        Ok(self.count + 1)
    }
}

fn ended(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
