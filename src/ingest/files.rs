//! Files of any kind that is read -> one table: unpacked, recognised, read, and joined or stacked.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::columnar;
use super::inflate::{Gunzip, InflateFault, Inflater, Taken};
use super::input::{Input, Pull};
use super::join::{JoinOptions, JoinReport, Surroundings, join};
use super::kubernetes_events::ObjectEvents;
use super::limits::{
    FREE_INFLATED_BYTES, MAX_BYTES, MAX_FILES, MAX_INFLATED_BYTES, MAX_INFLATED_RATIO,
};
use super::member::{FileFacts, Member, MemberEnd};
use super::readings::Readings;
use super::recognise::{Format, Recognised, recognise};
use super::scrapes;
use super::series::SeriesSet;
use super::zip::{self, ZipFault};
use super::zone::{is_zone_open, without_zone};
use super::{Foreign, IngestError, Ingested, ReadOptions, ReadReport, stack};
use crate::data::{Notice, is_instant};

/// A file as it was given.
#[derive(Clone, Debug)]
pub struct InputFile<'a> {
    /// Its name; formats without a place for it take a metric's name from it.
    pub name: String,
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
    /// When it was written, in seconds since 1970, where that is known: exports without a time are as old as that.
    pub modified_secs: Option<f64>,
}

/// What one file came to.
#[derive(Clone, Debug, PartialEq)]
pub struct FileRead {
    /// Its name; of a file in an archive the name it has there.
    pub name: String,
    /// What it was taken for.
    pub recognised: Recognised,
    /// Its bytes, inflated.
    pub bytes: u64,
    /// Rows of a table, else samples or events.
    pub rows: u64,
    /// How it was read, where it is delimited text.
    pub how: Option<ReadReport>,
}

/// A table of one file or several.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRead {
    /// The table.
    pub table: Ingested,
    /// The files, those of archives one by one.
    pub files: Vec<FileRead>,
    /// How series were joined; none where the table is one file's, or several stacked.
    pub join: Option<JoinReport>,
}

/// Reads files in steps, so that whoever waits can be told how far it is.
#[derive(Debug)]
pub struct FilesReader<'a> {
    options: JoinOptions,
    reading: Readings,
    inputs: Vec<Input<'a>>,
    /// Files that are not looked at yet, then parts of archives, in order.
    queue: VecDeque<Source>,
    current: Option<Current>,
    set: SeriesSet,
    parts: Vec<Part>,
    files: Vec<FileRead>,
    /// Files of archives that are no data.
    skipped: Vec<(String, IngestError)>,
    done_bytes: u64,
    all_bytes: u64,
    inflated: u64,
    read_files: u32,
}

/// A file that was read to its end.
#[derive(Debug)]
pub(super) struct Part {
    pub facts: FileFacts,
    pub format: Format,
    pub end: MemberEnd,
}

/// Bytes of an input, and how they are packed.
#[derive(Debug)]
struct Source {
    input: usize,
    start: usize,
    end: usize,
    name: String,
    modified: Option<i64>,
    packing: Packing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    /// Not looked at yet.
    Unknown,
    Plain {
        check: Option<(u64, u32)>,
    },
    Deflate {
        size: u64,
        crc: u32,
    },
}

#[derive(Debug)]
struct Current {
    source: Source,
    at: usize,
    unpacker: Unpacker,
    member: Member,
    given: u64,
}

#[derive(Debug)]
enum Unpacker {
    None,
    Gzip(Box<Gunzip>),
    Deflate(Box<Inflater>),
}

impl<'a> FilesReader<'a> {
    /// A reader of these files.
    pub fn new(inputs: Vec<InputFile<'a>>, options: JoinOptions) -> Self {
        let mut reader = Self::empty(options);
        for file in inputs {
            reader.add(file);
        }
        reader
    }

    /// A reader without files.
    pub fn empty(options: JoinOptions) -> Self {
        Self {
            options,
            reading: Readings::default(),
            inputs: Vec::new(),
            queue: VecDeque::new(),
            current: None,
            set: SeriesSet::default(),
            parts: Vec::new(),
            files: Vec::new(),
            skipped: Vec::new(),
            done_bytes: 0,
            all_bytes: 0,
            inflated: 0,
            read_files: 0,
        }
    }

    /// Adds a file; before the first work.
    pub fn add(&mut self, file: InputFile<'a>) {
        self.queue_input(file.name, Input::Held(file.bytes), file.modified_secs);
    }

    /// Adds a file whose bytes lie elsewhere; before the first work.
    pub fn add_pulled(&mut self, name: String, bytes: Box<dyn Pull>, modified_secs: Option<f64>) {
        self.queue_input(name, Input::pulled(bytes), modified_secs);
    }

    fn queue_input(&mut self, name: String, input: Input<'a>, modified_secs: Option<f64>) {
        self.queue.push_back(Source {
            input: self.inputs.len(),
            start: 0,
            // Larger ones are refused before they are looked at.
            end: usize::try_from(input.size()).unwrap_or(usize::MAX),
            name,
            modified: modified_secs.and_then(instant),
            packing: Packing::Unknown,
        });
        self.all_bytes += input.size();
        self.inputs.push(input);
    }

    /// Reads every file of delimited text as the caller says; what is not said is guessed.
    #[must_use]
    pub fn read_as(mut self, reading: ReadOptions) -> Self {
        self.reading.all = reading;
        self
    }

    /// Reads the files of this name (with or without `.gz`; of a file in an archive the name there) as the caller says, whatever
    /// is said of all.
    #[must_use]
    pub fn read_file_as(mut self, name: String, reading: ReadOptions) -> Self {
        self.reading.single.push((name, reading));
        self
    }

    /// Bytes read and bytes in all, as the files were given.
    pub fn progress(&self) -> (u64, u64) {
        (self.done_bytes.min(self.all_bytes), self.all_bytes)
    }

    /// The file that is being read.
    pub fn current_file(&self) -> Option<&str> {
        self.current.as_ref().map(|c| c.source.name.as_str())
    }

    /// Reads about so many bytes on. True while there is more to read.
    ///
    /// # Errors
    /// When a file is not read; the reader is of no further use.
    pub fn work(&mut self, budget_bytes: usize) -> Result<bool, IngestError> {
        if self.current.is_none() {
            let Some(source) = self.queue.pop_front() else {
                return Ok(false);
            };
            self.open(source)?;
            return Ok(true);
        }
        if let Some(mut current) = self.current.take() {
            let name = current.member.facts.name.clone();
            let in_archive = current.source.packing != Packing::Unknown;
            let left = (current.source.end - current.source.start) as u64;
            let before = self.done_bytes;
            let read = match self.read_on(&mut current, budget_bytes.max(1)) {
                Ok(false) => {
                    self.current = Some(current);
                    return Ok(true);
                }
                Ok(true) => self.close(current),
                Err(error) => Err(error),
            };
            match read {
                // An archive may hold a picture or a note beside the data.
                Err(error @ (IngestError::Foreign { .. } | IngestError::Empty { .. }))
                    if in_archive =>
                {
                    self.done_bytes = self
                        .done_bytes
                        .max(before.saturating_add(left).min(self.all_bytes));
                    self.skipped.push((name, error));
                }
                read => read?,
            }
        }
        Ok(true)
    }

    /// The table.
    ///
    /// # Errors
    /// When the files do not make one.
    pub fn finish(mut self) -> Result<TableRead, IngestError> {
        while self.work(1 << 20)? {}
        let files = std::mem::take(&mut self.files);
        self.inputs = Vec::new();
        if files.is_empty() {
            let first = self.skipped.into_iter().next();
            return Err(first.map_or(IngestError::NoFile, |(_, error)| error));
        }
        let bytes = files.iter().map(|f| f.bytes).sum();
        let (mut table, join) = assemble(self.set, self.parts, &self.options, bytes)?;
        if is_zone_open(&files) {
            table.notices.push(without_zone(&files));
        }
        table.notices.extend(self.reading.unused(&files));
        for (name, error) in self.skipped {
            table.notices.push(Notice::Other {
                title: format!("{name} was left out"),
                meaning: format!("{error}. The rest of the archive was read."),
                level: crate::data::Level::Warning,
            });
        }
        Ok(TableRead { table, files, join })
    }

    fn open(&mut self, source: Source) -> Result<(), IngestError> {
        let Some(input) = self.inputs.get_mut(source.input) else {
            return Ok(());
        };
        if source.packing == Packing::Unknown && input.size() > MAX_BYTES {
            return Err(IngestError::TooManyBytes {
                file: source.name,
                byte: MAX_BYTES,
            });
        }
        let bytes = input
            .piece(source.start, source.end, 8)
            .map_err(|why| IngestError::unreadable(&source.name, why))?;
        let mut modified = source.modified;
        let unpacker = match source.packing {
            Packing::Unknown => {
                match recognise(&source.name, bytes.get(..4).unwrap_or(bytes)).format {
                    Format::Zip => return self.open_archive(&source),
                    Format::Gzip => {
                        if let Some(&[a, b, c, d]) = bytes.get(4..8)
                            && let secs @ 1.. = u32::from_le_bytes([a, b, c, d])
                        {
                            modified = instant(f64::from(secs));
                        }
                        Unpacker::Gzip(Box::new(Gunzip::new()))
                    }
                    _ => Unpacker::None,
                }
            }
            Packing::Plain { .. } => Unpacker::None,
            Packing::Deflate { .. } => Unpacker::Deflate(Box::new(Inflater::new())),
        };
        let mut name = source.name.clone();
        if matches!(unpacker, Unpacker::Gzip(_)) {
            name = name.strip_suffix(".gz").unwrap_or(&name).to_owned();
        }
        let facts = FileFacts {
            name,
            number: self.read_files,
            modified,
        };
        self.read_files += 1;
        self.set.files.push(facts.name.clone());
        let reading = self.reading.of(&facts.name);
        let mut member = Member::new(facts, &self.options, reading);
        if matches!(unpacker, Unpacker::None) {
            member.expect((source.end - source.start) as u64);
        }
        self.current = Some(Current {
            source,
            at: 0,
            unpacker,
            member,
            given: 0,
        });
        Ok(())
    }

    fn open_archive(&mut self, source: &Source) -> Result<(), IngestError> {
        let Some(input) = self.inputs.get_mut(source.input) else {
            return Ok(());
        };
        let file = source.name.clone();
        let room = MAX_FILES.saturating_sub(self.queue.len() + self.read_files as usize);
        // What is in it stands at its end, and its files anywhere.
        let bytes = input.whole();
        let bytes = bytes.map_err(|why| IngestError::unreadable(&file, why))?;
        let size = bytes.len() as u64;
        let entries = zip::entries(bytes, room).map_err(|fault| match fault {
            ZipFault::Other => IngestError::Foreign {
                file: file.clone(),
                what: Foreign::Zip,
            },
            ZipFault::Damaged(what) => IngestError::Packed {
                file: file.clone(),
                what: what.to_owned(),
            },
            ZipFault::Unsupported(what) => IngestError::Packed {
                file: file.clone(),
                what,
            },
        })?;
        if entries.is_empty() {
            return Err(IngestError::Packed {
                file,
                what: "it holds no file".to_owned(),
            });
        }
        let packed: u64 = entries.iter().map(|e| (e.end - e.start) as u64).sum();
        self.done_bytes += size.saturating_sub(packed);
        for entry in entries.into_iter().rev() {
            self.queue.push_front(Source {
                input: source.input,
                start: entry.start,
                end: entry.end,
                name: entry.name,
                modified: entry
                    .modified_secs
                    .map_or(source.modified, |secs| instant(secs as f64)),
                packing: match entry.is_deflated {
                    true => Packing::Deflate {
                        size: entry.size,
                        crc: entry.crc,
                    },
                    false => Packing::Plain {
                        check: Some((entry.size, entry.crc)),
                    },
                },
            });
        }
        Ok(())
    }

    /// Whether the file is at its end.
    fn read_on(&mut self, current: &mut Current, budget: usize) -> Result<bool, IngestError> {
        let Some(input) = self.inputs.get_mut(current.source.input) else {
            return Ok(true);
        };
        let (start, end) = (current.source.start, current.source.end);
        let size = end - start;
        let rest = size.saturating_sub(current.at);
        let packed = |fault: InflateFault| IngestError::Packed {
            file: current.source.name.clone(),
            what: fault.in_words().to_owned(),
        };
        let piece = input
            .piece(start + current.at, end, budget)
            .map_err(|why| IngestError::unreadable(&current.source.name, why))?;
        let taken = match &mut current.unpacker {
            Unpacker::None => {
                current.member.push(piece, &mut self.set)?;
                Taken {
                    read: piece.len(),
                    is_done: piece.len() == rest,
                    ..Taken::default()
                }
            }
            unpacker => {
                let taken = match unpacker {
                    Unpacker::Gzip(gunzip) => gunzip.step(piece),
                    Unpacker::Deflate(inflater) => inflater.step(piece),
                    Unpacker::None => Ok(Taken::default()),
                }
                .map_err(packed)?;
                let window = match unpacker {
                    Unpacker::Gzip(gunzip) => gunzip.window(),
                    Unpacker::Deflate(inflater) => inflater.window(),
                    Unpacker::None => &[],
                };
                let out = window
                    .get(taken.from..taken.from + taken.written)
                    .unwrap_or_default();
                current.given += out.len() as u64;
                self.inflated += out.len() as u64;
                let most =
                    FREE_INFLATED_BYTES.max((size as u64).saturating_mul(MAX_INFLATED_RATIO));
                if current.given > most || self.inflated > MAX_INFLATED_BYTES {
                    return Err(IngestError::Bomb {
                        file: current.source.name.clone(),
                        packed: size as u64,
                        inflated: current.given,
                    });
                }
                current.member.push(out, &mut self.set)?;
                taken
            }
        };
        current.at += taken.read;
        self.done_bytes += taken.read as u64;
        // Output that waits in the decoder takes no further input.
        let is_stuck = taken.read == 0 && taken.written == 0;
        let is_gzip = matches!(current.unpacker, Unpacker::Gzip(_));
        let is_over = if is_gzip {
            current.at >= size && is_stuck
        } else {
            taken.is_done || is_stuck
        };
        if is_over {
            self.done_bytes += (size - current.at.min(size)) as u64;
            match (&mut current.unpacker, current.source.packing) {
                (Unpacker::Gzip(gunzip), _) => gunzip.finish().map_err(packed)?,
                (Unpacker::Deflate(inflater), Packing::Deflate { size, crc }) => {
                    if !taken.is_done {
                        return Err(packed(InflateFault::Truncated));
                    }
                    if inflater.written != size || inflater.crc() != crc {
                        return Err(packed(InflateFault::Checksum));
                    }
                }
                (
                    Unpacker::None,
                    Packing::Plain {
                        check: Some((_, crc)),
                    },
                ) => {
                    let mut sum = super::inflate::Crc::new();
                    // Of an archive, which is held whole.
                    sum.add(input.piece(start, end, size).unwrap_or_default());
                    if sum.value() != crc {
                        return Err(packed(InflateFault::Checksum));
                    }
                }
                _ => {}
            }
        }
        Ok(is_over)
    }

    fn close(&mut self, current: Current) -> Result<(), IngestError> {
        let trailing = match &current.unpacker {
            Unpacker::Gzip(gunzip) => gunzip.trailing,
            _ => 0,
        };
        let input = current.source.input;
        let (facts, recognised, mut end) = current.member.finish(&mut self.set)?;
        if trailing > 0 {
            end.notices.push(Notice::Other {
                title: format!("{}: {trailing} bytes after the compressed data", facts.name),
                meaning: "They belong to no member, and were left out.".to_owned(),
                level: crate::data::Level::Info,
            });
        }
        // One that is given a header here has other lines than the file.
        let is_as_read = recognised.format != Format::VictoriaCsv;
        let table = end.table.as_ref().filter(|_| is_as_read);
        let how = table.map(|table| table.how.clone());
        self.files.push(FileRead {
            name: facts.name.clone(),
            recognised,
            bytes: end.bytes,
            rows: end.rows,
            how,
        });
        self.parts.push(Part {
            facts,
            format: recognised.format,
            end,
        });
        // The bytes are not needed any more.
        if !self.queue.iter().any(|s| s.input == input)
            && let Some(file) = self.inputs.get_mut(input)
        {
            file.forget();
        }
        Ok(())
    }
}

/// Reads files of any kind that is read here into one table.
///
/// One delimited file is read as [`super::read_csv`] reads it, and several with the same headers are stacked. Everything
/// else becomes series, which are joined on time and labels.
///
/// # Errors
/// When a file is not read, or they do not make a table.
pub fn read_files(
    files: Vec<InputFile<'_>>,
    options: &JoinOptions,
) -> Result<TableRead, IngestError> {
    FilesReader::new(files, options.clone()).finish()
}

/// Seconds since 1970 as an instant.
fn instant(secs: f64) -> Option<i64> {
    let micros = libm::round(secs * 1e6) as i64;
    (secs.is_finite() && is_instant(micros)).then_some(micros)
}

/// What was read as one table.
fn assemble(
    mut set: SeriesSet,
    mut parts: Vec<Part>,
    options: &JoinOptions,
    bytes: u64,
) -> Result<(Ingested, Option<JoinReport>), IngestError> {
    let is_table = |part: &Part| part.end.table.is_some();
    let mut notices: Vec<Notice> = Vec::new();
    for part in &mut parts {
        notices.append(&mut part.end.notices);
    }
    if parts.iter().all(is_table) && !columnar::are_series(&parts) {
        let tables = parts.into_iter().filter_map(|p| p.end.table).collect();
        let mut table = stack(tables)?;
        table.notices.append(&mut notices);
        return Ok((table, None));
    }
    let only_events = parts.iter().all(|p| !p.end.events.is_empty());
    if only_events {
        let files: Vec<String> = parts.iter().map(|p| p.facts.name.clone()).collect();
        let events: Vec<ObjectEvents> = parts.into_iter().flat_map(|p| p.end.events).collect();
        let mut table = super::events_table::table(&files, events, bytes)?;
        notices.append(&mut table.notices);
        table.notices = notices;
        return Ok((table, None));
    }
    columnar::add_all(&mut set, &mut parts, &mut notices)?;
    let is_untimed = scrapes::add_all(&mut set, &parts, &mut notices)?;
    let events_known = super::events_table::add_all(&mut set, &parts, &mut notices)?;
    if set.samples == 0 {
        let file = parts
            .first()
            .map_or_else(String::new, |p| p.facts.name.clone());
        return Err(IngestError::NoSamples { file });
    }
    let around = Surroundings {
        files: parts.len() as u64,
        bytes,
        options,
        is_untimed,
        events_known,
    };
    drop(parts);
    let (mut table, report) = join(set, &around)?;
    notices.append(&mut table.notices);
    table.notices = notices;
    Ok((table, Some(report)))
}
