//! The front door: bytes in pieces -> a table.

use super::csv::{Record, RecordError, Tokenizer};
use super::decode::{Decoder, Encoding};
use super::limits::{MAX_BYTES, SAMPLE_BYTES};
use super::sniff::{Dialect, delimiter_name, sniff};
use super::table::TableBuilder;
use super::{IngestError, Ingested};
use crate::data::{Level, Notice};

/// Reads a CSV file that comes in pieces of any size.
///
/// The result, errors included, does not depend on how the bytes are cut.
#[derive(Debug)]
pub struct Reader {
    file: String,
    bytes: u64,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The first bytes are collected, to see what the file is.
    Sampling(Vec<u8>),
    Reading(Box<Pipeline>),
}

#[derive(Debug)]
struct Pipeline {
    dialect: Dialect,
    decoder: Decoder,
    tokenizer: Tokenizer,
    table: TableBuilder,
}

impl Reader {
    /// A reader of the file of that name, which is used in messages only.
    pub fn new(file_name: &str) -> Self {
        Self {
            file: file_name.to_owned(),
            bytes: 0,
            stage: Stage::Sampling(Vec::new()),
        }
    }

    /// The bytes taken so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The rows read so far.
    pub fn rows(&self) -> u64 {
        match &self.stage {
            Stage::Sampling(_) => 0,
            Stage::Reading(pipeline) => pipeline.table.rows(),
        }
    }

    /// Takes the next piece. After an error the reader is of no further use.
    ///
    /// # Errors
    /// When the file is not a table, or goes beyond a limit.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), IngestError> {
        let mut rest = chunk;
        if let Stage::Sampling(sample) = &mut self.stage {
            let (head, tail) = rest.split_at(rest.len().min(SAMPLE_BYTES - sample.len()));
            sample.extend_from_slice(head);
            self.bytes += head.len() as u64;
            rest = tail;
            if sample.len() == SAMPLE_BYTES {
                self.begin(false)?;
            }
        }
        if rest.is_empty() {
            return Ok(());
        }
        self.bytes += rest.len() as u64;
        if self.bytes > MAX_BYTES {
            return Err(IngestError::TooManyBytes {
                file: self.file.clone(),
                byte: MAX_BYTES,
            });
        }
        match &mut self.stage {
            Stage::Reading(pipeline) => pipeline.push(&self.file, rest),
            Stage::Sampling(_) => Ok(()),
        }
    }

    /// The table.
    ///
    /// # Errors
    /// When the file is not a table, is empty, or goes beyond a limit.
    pub fn finish(mut self) -> Result<Ingested, IngestError> {
        if matches!(self.stage, Stage::Sampling(_)) {
            self.begin(true)?;
        }
        match self.stage {
            Stage::Reading(pipeline) => pipeline.finish(&self.file, self.bytes),
            Stage::Sampling(_) => Err(IngestError::Empty { file: self.file }),
        }
    }

    /// Looks at the sample and begins to read with it.
    fn begin(&mut self, complete: bool) -> Result<(), IngestError> {
        let Stage::Sampling(sample) = &mut self.stage else {
            return Ok(());
        };
        let sample = std::mem::take(sample);
        let file = self.file.clone();
        match sniff(&sample, complete) {
            Err(what) => Err(IngestError::Foreign { file, what }),
            Ok(None) => Err(IngestError::Empty { file }),
            Ok(Some(dialect)) => {
                let mut pipeline = Box::new(Pipeline {
                    dialect,
                    decoder: Decoder::new(dialect.encoding, dialect.unicode_lines),
                    tokenizer: Tokenizer::new(dialect.delimiter),
                    table: TableBuilder::new(&file),
                });
                let body = sample.get(dialect.mark_bytes..).unwrap_or_default();
                pipeline.push(&file, body)?;
                self.stage = Stage::Reading(pipeline);
                Ok(())
            }
        }
    }
}

impl Pipeline {
    fn push(&mut self, file: &str, piece: &[u8]) -> Result<(), IngestError> {
        // Small pieces keep the decoded copy small, where one is made.
        for piece in piece.chunks(SAMPLE_BYTES) {
            let text = self.decoder.decode(piece);
            let table = &mut self.table;
            let result = self.tokenizer.push(text, |r: Record<'_>| table.push(r));
            result.map_err(|e| self.error(file, e))?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, file: &str, bytes: u64) -> Result<Ingested, IngestError> {
        let text = self.decoder.finish();
        let table = &mut self.table;
        let result = self
            .tokenizer
            .push(text, |r: Record<'_>| table.push(r))
            .and_then(|()| self.tokenizer.finish(|r: Record<'_>| table.push(r)));
        result.map_err(|e| self.error(file, e))?;
        let mut notices = self.notices();
        let mut ingested = self.table.finish(bytes)?;
        notices.append(&mut ingested.notices);
        ingested.notices = notices;
        Ok(ingested)
    }

    fn error(&self, file: &str, error: RecordError<IngestError>) -> IngestError {
        let file = file.to_owned();
        // The text is the file byte for byte unless it was decoded from something else.
        let exact = matches!(self.decoder.encoding(), Encoding::Ascii | Encoding::Utf8)
            && !self.dialect.unicode_lines
            && self.decoder.invalid.count == 0
            && self.decoder.nul.count == 0;
        let byte = |offset: u64| exact.then_some(offset + self.dialect.mark_bytes as u64);
        match error {
            RecordError::Taker(error) => error,
            RecordError::TooManyColumns { line } => IngestError::TooManyColumns { file, line },
            RecordError::CellTooLong {
                line,
                column,
                offset,
            } => IngestError::CellTooLong {
                file,
                line,
                column: self.table.column_name(column),
                byte: byte(offset),
            },
            RecordError::RowTooLong { line, offset } => IngestError::RowTooLong {
                file,
                line,
                byte: byte(offset),
            },
        }
    }

    /// What there is to tell about the bytes and the text.
    fn notices(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        let encoding = self.decoder.encoding();
        if encoding == Encoding::Windows1252 {
            notices.push(Notice::Other {
                title: "Read as Windows-1252".to_owned(),
                meaning: "The file is not UTF-8, so its accented letters and signs are a guess. Save it as UTF-8 to be sure.".to_owned(),
                level: Level::Warning,
            });
        }
        let utf16 = matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be);
        if utf16 || self.dialect.delimiter != b',' {
            notices.push(Notice::Dialect {
                delimiter: delimiter_name(self.dialect.delimiter).to_owned(),
                encoding: encoding.name().to_owned(),
            });
        }
        if self.dialect.unicode_lines {
            notices.push(Notice::Other {
                title: "Lines end with U+2028 or U+0085".to_owned(),
                meaning: "Few programs read them as line ends. Save the file with ordinary ones."
                    .to_owned(),
                level: Level::Warning,
            });
        }
        let invalid = self.decoder.invalid;
        if invalid.count > 0 {
            notices.push(Notice::InvalidText {
                encoding: encoding.name().to_owned(),
                count: invalid.count,
                first_line: invalid.first_line,
            });
        }
        let nul = self.decoder.nul;
        if nul.count > 0 {
            notices.push(Notice::NulBytes {
                count: nul.count,
                first_line: nul.first_line,
            });
        }
        if let Some(line) = self.tokenizer.unclosed_quote {
            notices.push(Notice::UnclosedQuote { line });
        }
        notices
    }
}
