//! The front door: bytes in pieces -> a table.

use super::continued::Joiner;
use super::csv::{Record, RecordError, Tokenizer};
use super::decode::{Decoder, Encoding};
use super::expanded::{Expander, Piece, Sample, expander};
use super::guess::{Guess, guess};
use super::layout::{Layout, layout};
use super::limits::{MAX_BYTES, SAMPLE_BYTES, SHOWN_LINES};
use super::options::{Delimiter, Escape, ReadOptions};
use super::report::{ReadReport, Sureness, Why};
use super::rows::Rows;
use super::scan::Dialect;
use super::sniff::{Coding, sniff};
use super::table::TableBuilder;
use super::unwrap::{Unwrapper, unwrapper};
use super::{IngestError, Ingested};
use crate::data::{Level, Notice, grouped};

/// Reads a CSV file that comes in pieces of any size.
///
/// The result, errors included, does not depend on how the bytes are cut.
#[derive(Debug)]
pub struct Reader {
    file: String,
    bytes: u64,
    options: ReadOptions,
    raw: bool,
    /// How many bytes will come, where that is known.
    expected: Option<u64>,
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
    coding: Coding,
    guess: Guess,
    decoder: Decoder,
    /// Where each line is quoted as a whole.
    unwrapper: Option<Unwrapper>,
    /// Where each record is a list of its fields.
    expander: Option<Expander>,
    tokenizer: Tokenizer,
    /// Where cells may go on in the lines below.
    joiner: Option<Joiner>,
    rows: Rows,
}

impl Reader {
    /// A reader of the file of that name, which is used in messages only.
    pub fn new(file_name: &str) -> Self {
        Self::with_options(file_name, ReadOptions::default())
    }

    /// A reader of a file about which the caller knows something.
    pub fn with_options(file_name: &str, options: ReadOptions) -> Self {
        Self {
            file: file_name.to_owned(),
            bytes: 0,
            options,
            raw: false,
            expected: None,
            stage: Stage::Sampling(Vec::new()),
        }
    }

    /// Keeps the cells as text as well, for [`Reader::finish_raw`]. To be called before the first piece.
    #[must_use]
    pub fn keep_raw(mut self) -> Self {
        self.raw = true;
        self
    }

    /// So many bytes will come in all: room is made for as many rows as that is, so that none is moved later. What comes
    /// may be more or less.
    pub fn expect(&mut self, bytes: u64) {
        self.expected = Some(bytes);
    }

    /// The bytes taken so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The rows read so far.
    pub fn rows(&self) -> u64 {
        match &self.stage {
            Stage::Sampling(_) => 0,
            Stage::Reading(pipeline) => pipeline.rows.table.rows(),
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
        if let Stage::Reading(pipeline) = &mut self.stage {
            if let Some(expected) = self.expected {
                let before = self.bytes - rest.len() as u64;
                pipeline.rows.table.make_room(before, expected, rest.len());
            }
            pipeline.push(&self.file, rest)?;
        }
        Ok(())
    }

    /// The table.
    ///
    /// # Errors
    /// When the file is not a table, is empty, or goes beyond a limit.
    pub fn finish(self) -> Result<Ingested, IngestError> {
        self.finish_raw().map(|(table, _)| table)
    }

    /// The table, and its cells as text before any typing: UTF-8, commas, double quotes where needed, line feeds, the
    /// header as it stands in the file. The text is empty without [`Reader::keep_raw`].
    ///
    /// # Errors
    /// When the file is not a table, is empty, or goes beyond a limit.
    pub fn finish_raw(mut self) -> Result<(Ingested, Vec<u8>), IngestError> {
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
        let (coding, text) = match sniff(&sample, complete, self.options.encoding) {
            Err(what) => return Err(IngestError::Foreign { file, what }),
            Ok(None) => return Err(IngestError::Empty { file }),
            Ok(Some(found)) => found,
        };
        let expanded = expander(&text, complete, &self.options);
        let (unwrapper, text) = match unwrapper(&text, complete, &self.options) {
            Some((unwrapper, bare)) if expanded.is_none() => (Some(unwrapper), bare),
            _ => (None, text),
        };
        let (expander, guess, layout) = match expanded {
            Some((expander, sample)) => {
                let guess = guess_of(&sample);
                let layout = Layout::of_records(&sample, guess.dialect, &self.options);
                (Some(expander), guess, Some(layout))
            }
            None => {
                let guess = guess(&text, complete, &self.options);
                let layout = layout(&text, complete, guess.dialect, &self.options);
                (None, guess, layout)
            }
        };
        let Some(layout) = layout else {
            // No row at all: beyond a limit, or nothing but blanks.
            let mut tokenizer = Tokenizer::new(guess.dialect, usize::MAX);
            let read = tokenizer.push(&text, &mut |_| Ok(()));
            let error = read
                .err()
                .map(|e| located(e, &file, |at| format!("column {}", at + 1), |_| None));
            return Err(error.unwrap_or(IngestError::Empty { file }));
        };
        let joiner = match expander {
            Some(_) => None,
            None => Joiner::of(&text, complete, guess.dialect, &layout),
        };
        drop(text);
        let mut table = TableBuilder::new(
            &file,
            &layout.header,
            layout.header_rows > 0,
            layout.header_line,
            layout.decimal,
        );
        table.may_be_empty = self.raw;
        table.is_drawn = expander.is_some() || layout.is_lone() || layout.is_boxed();
        table.date_order = self.options.date_order;
        table.offset = self.options.offset;
        let explicit_comment = self.options.comment.is_some();
        let mut pipeline = Box::new(Pipeline {
            coding,
            guess,
            decoder: Decoder::new(coding.encoding, coding.line_sign),
            unwrapper,
            expander,
            tokenizer: Tokenizer::new(guess.dialect, layout.width),
            joiner,
            rows: Rows::new(layout, guess.dialect, explicit_comment, table, self.raw),
        });
        let body = sample.get(coding.mark_bytes..).unwrap_or_default();
        pipeline.push(&file, body)?;
        self.stage = Stage::Reading(pipeline);
        Ok(())
    }
}

impl Pipeline {
    fn push(&mut self, file: &str, piece: &[u8]) -> Result<(), IngestError> {
        // Small pieces keep the decoded copy small, where one is made.
        for piece in piece.chunks(SAMPLE_BYTES) {
            let text = self.decoder.decode(piece);
            let rows = &mut self.rows;
            if let Some(expander) = &mut self.expander {
                let result = expander.push(text, &mut |piece: Piece<'_>| rows.push_piece(piece));
                result.map_err(|e| self.error(file, e))?;
                continue;
            }
            let text = match &mut self.unwrapper {
                Some(unwrapper) => unwrapper.push(text),
                None => Ok(text),
            };
            let joiner = &mut self.joiner;
            let mut take = |r: Record<'_>| match joiner {
                Some(joiner) => joiner.push(r, &mut |r: Record<'_>| rows.push(r)),
                None => rows.push(r),
            };
            let result = text.and_then(|text| self.tokenizer.push(text, &mut take));
            result.map_err(|e| self.error(file, e))?;
        }
        Ok(())
    }

    fn finish(
        mut self: Box<Self>,
        file: &str,
        bytes: u64,
    ) -> Result<(Ingested, Vec<u8>), IngestError> {
        let text = self.decoder.finish();
        let (rows, tokenizer) = (&mut self.rows, &mut self.tokenizer);
        let result = if let Some(expander) = &mut self.expander {
            let mut take = |piece: Piece<'_>| rows.push_piece(piece);
            expander
                .push(text, &mut take)
                .and_then(|()| expander.finish(&mut take))
        } else {
            let joiner = &mut self.joiner;
            let mut take = |r: Record<'_>| match joiner {
                Some(joiner) => joiner.push(r, &mut |r: Record<'_>| rows.push(r)),
                None => rows.push(r),
            };
            let result = match &mut self.unwrapper {
                Some(unwrapper) => unwrapper
                    .push(text)
                    .and_then(|text| tokenizer.push(text, &mut take))
                    .and_then(|()| unwrapper.finish())
                    .and_then(|text| tokenizer.push(text, &mut take)),
                None => tokenizer.push(text, &mut take),
            };
            let result = result.and_then(|()| tokenizer.finish(&mut take));
            result.and_then(|()| match &mut self.joiner {
                Some(joiner) => {
                    let flushed = joiner.flush(&mut |r: Record<'_>| rows.push(r));
                    flushed.map_err(RecordError::Taker)
                }
                None => Ok(()),
            })
        };
        result.map_err(|e| self.error(file, e))?;
        let raw = self.rows.finish()?;
        let mut notices = self.notices();
        let how = self.how();
        let mut ingested = self.rows.table.finish(bytes)?;
        notices.append(&mut ingested.notices);
        ingested.notices = notices;
        let found = std::mem::take(&mut ingested.how);
        ingested.how = ReadReport {
            decimal: found.decimal,
            date_order: found.date_order,
            offset: found.offset,
            sure: Sureness {
                date_order: found.sure.date_order,
                offset: found.sure.offset,
                ..how.sure
            },
            rows: found.rows,
            columns: found.columns,
            ..how
        };
        Ok((ingested, raw.unwrap_or_default()))
    }

    /// How the file was read, but for what its columns are.
    fn how(&mut self) -> ReadReport {
        let dialect = self.guess.dialect;
        let repaired = std::mem::take(&mut self.rows.repaired);
        let skipped = std::mem::take(&mut self.rows.skipped);
        let layout = self.rows.layout();
        let sign = |b: Option<u8>| b.map(|b| char::from(b).to_string()).unwrap_or_default();
        ReadReport {
            encoding: self.decoder.encoding().name().to_owned(),
            delimiter: dialect.delimiter.text(),
            quote: sign(dialect.quote),
            escape: dialect.escape.text(dialect.quote),
            comment: sign(layout.comment),
            header_rows: layout.header_rows as u64,
            preamble_rows: layout.preamble_rows as u64,
            repaired,
            skipped,
            sure: Sureness {
                encoding: self.coding.sure,
                delimiter: self.guess.delimiter_sure,
                quote: self.guess.quote_sure,
                escape: self.guess.escape_sure,
                decimal: layout.decimal_sure,
                date_order: 1.0,
                offset: 1.0,
                header_rows: layout.header_sure,
                preamble_rows: layout.preamble_sure,
            },
            ..ReadReport::default()
        }
    }

    fn error(&self, file: &str, error: RecordError) -> IngestError {
        // The text is the file byte for byte unless it was decoded from something else.
        let exact = matches!(self.decoder.encoding(), Encoding::Ascii | Encoding::Utf8)
            && self.coding.line_sign.is_none()
            && self.unwrapper.is_none()
            && self.expander.is_none()
            && self.decoder.invalid.count == 0
            && self.decoder.nul.count == 0
            && self.decoder.controls.count == 0;
        let byte = |offset: u64| exact.then_some(offset + self.coding.mark_bytes as u64);
        located(error, file, |at| self.rows.table.column_name(at), byte)
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
        if encoding.wide_bytes().is_some() || self.guess.dialect.delimiter != Delimiter::Byte(b',')
        {
            notices.push(Notice::Dialect {
                delimiter: self.guess.dialect.delimiter.name(),
                encoding: encoding.name().to_owned(),
            });
        }
        if let Some(sign) = self.coding.line_sign {
            notices.push(Notice::Other {
                title: format!("Lines end with U+{:04X}", u32::from(sign)),
                meaning: "Few programs read it as a line end. Save the file with ordinary ones."
                    .to_owned(),
                level: Level::Warning,
            });
        }
        if self.unwrapper.is_some() {
            notices.push(Notice::Other {
                title: "Each line was quoted as a whole".to_owned(),
                meaning: "The quotes around the lines were taken off, and the rows within them read. To read the lines as they stand, say what the quote is.".to_owned(),
                level: Level::Info,
            });
        }
        if let Some(expander) = &self.expander {
            notices.push(Notice::Other {
                title: "Each record was a list of its fields".to_owned(),
                meaning: format!(
                    "The file was read as {}: a row for each record, a column for each name. To read its lines as they stand, say what the delimiter is.",
                    expander.written_by()
                ),
                level: Level::Info,
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
        let controls = self.decoder.controls;
        if controls.count > 0 {
            notices.push(Notice::Other {
                title: "Quotes and dashes were set right".to_owned(),
                meaning: format!(
                    "{} characters of Windows-1252, the first on line {}, were written as controls by a program that took them for Latin-1.",
                    grouped(controls.count),
                    controls.first_line
                ),
                level: Level::Info,
            });
        }
        if let Some(line) = self.tokenizer.unclosed_quote {
            notices.push(Notice::UnclosedQuote { line });
        }
        notices.extend(self.row_notices());
        notices
    }

    /// What there is to tell about rows that are not in the table as they stand in the file.
    fn row_notices(&self) -> Option<Notice> {
        let told = |why: &Why| {
            !matches!(
                why,
                Why::Blank
                    | Why::Comment
                    | Why::Separator
                    | Why::Ruled
                    | Why::Short
                    | Why::Long
                    | Why::Continued
            )
        };
        let rows = || {
            let all = self
                .rows
                .skipped
                .rows
                .iter()
                .chain(&self.rows.repaired.rows);
            all.filter(|r| told(&r.why))
        };
        let first = rows().next()?;
        let count = rows().count();
        let lines: Vec<String> = rows()
            .take(SHOWN_LINES)
            .map(|r| r.line.to_string())
            .collect();
        Some(Notice::Other {
            title: match count {
                1 => "1 line was repaired or left out".to_owned(),
                n => format!("{} lines were repaired or left out", grouped(n as u64)),
            },
            meaning: format!(
                "Line {}: {}. {}",
                first.line,
                first.why.words(),
                match lines.len() {
                    1 => String::new(),
                    _ => format!("The first lines are {}.", lines.join(", ")),
                }
            )
            .trim_end()
            .to_owned(),
            level: Level::Warning,
        })
    }
}

/// The dialect of records that are lists of their fields.
fn guess_of(sample: &Sample) -> Guess {
    Guess {
        dialect: Dialect {
            delimiter: sample.delimiter,
            quote: None,
            escape: Escape::Doubled,
            pad: true,
        },
        delimiter_sure: sample.sure,
        quote_sure: sample.sure,
        escape_sure: sample.sure,
    }
}

/// An error of a record, told of its file.
fn located(
    error: RecordError,
    file: &str,
    column_name: impl Fn(usize) -> String,
    byte: impl Fn(u64) -> Option<u64>,
) -> IngestError {
    let file = file.to_owned();
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
            column: column_name(column),
            byte: byte(offset),
        },
        RecordError::RowTooLong { line, offset } => IngestError::RowTooLong {
            file,
            line,
            byte: byte(offset),
        },
    }
}
