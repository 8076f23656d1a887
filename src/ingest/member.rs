//! One file, once it is unpacked: what it is, and the reader that takes its text.

use super::decode::{Decoder, Encoding};
use super::exposition::{Exposition, UntimedSample};
use super::join::JoinOptions;
use super::kubectl::{EventsText, KubeTop};
use super::kubernetes_events::{EventsJson, ObjectEvents};
use super::limits::SAMPLE_BYTES;
use super::recognise::{Format, Recognised, grafana_title, recognise, stem_of};
use super::series::SeriesSet;
use super::series_json::SeriesJson;
use super::sniff;
use super::{IngestError, Ingested, ReadOptions, Reader};
use crate::data::{Notice, grouped};

/// What is known of a file beside its bytes.
#[derive(Clone, Debug)]
pub(super) struct FileFacts {
    pub name: String,
    /// Its place among all files.
    pub number: u32,
    /// When it was written, in microseconds since 1970: exports without times are as old as that.
    pub modified: Option<i64>,
}

impl FileFacts {
    /// What a metric without a name is called: the panel's title, or the file's name.
    pub fn stem(&self) -> &str {
        grafana_title(&self.name).unwrap_or_else(|| stem_of(&self.name))
    }
}

/// A file's bytes in pieces.
#[derive(Debug)]
pub(super) struct Member {
    pub facts: FileFacts,
    recognised: Recognised,
    bytes: u64,
    /// Samples of the files before.
    before: u64,
    sample: Vec<u8>,
    decoder: Decoder,
    reading: Option<Reading>,
    victoria_format: Option<String>,
    options: ReadOptions,
    /// How many bytes will come, where that is known.
    expected: Option<u64>,
}

#[derive(Debug)]
enum Reading {
    Table(Box<Reader>),
    Json(Box<SeriesJson>),
    Lines(Box<Exposition>),
    Top(Box<KubeTop>),
    Events(Box<EventsText>),
    KubernetesEvents(Box<EventsJson>),
}

/// What a file came to, beside what it added to the series.
#[derive(Debug, Default)]
pub(super) struct MemberEnd {
    pub table: Option<Ingested>,
    pub events: Vec<ObjectEvents>,
    pub untimed: Vec<UntimedSample>,
    pub notices: Vec<Notice>,
    pub bytes: u64,
    /// Samples, events or rows.
    pub rows: u64,
}

impl Member {
    pub fn new(facts: FileFacts, options: &JoinOptions, reading: &ReadOptions) -> Self {
        Self {
            facts,
            recognised: Recognised {
                format: Format::Delimited,
                sure: 0.0,
            },
            bytes: 0,
            before: 0,
            sample: Vec::new(),
            decoder: Decoder::new(Encoding::Utf8, None),
            reading: None,
            victoria_format: options.victoria_format.clone(),
            options: reading.clone(),
            expected: None,
        }
    }

    /// So many bytes will come.
    pub fn expect(&mut self, bytes: u64) {
        self.expected = Some(bytes);
    }

    /// Takes the next bytes.
    pub fn push(&mut self, piece: &[u8], set: &mut SeriesSet) -> Result<(), IngestError> {
        self.bytes += piece.len() as u64;
        if self.reading.is_some() {
            return self.read(piece, set);
        }
        let missing = SAMPLE_BYTES.saturating_sub(self.sample.len());
        let (head, tail) = piece.split_at(piece.len().min(missing));
        self.sample.extend_from_slice(head);
        if self.sample.len() < SAMPLE_BYTES {
            return Ok(());
        }
        self.begin(set)?;
        self.read(tail, set)
    }

    /// The end of the file.
    pub fn finish(
        mut self,
        set: &mut SeriesSet,
    ) -> Result<(FileFacts, Recognised, MemberEnd), IngestError> {
        if self.reading.is_none() {
            self.begin(set)?;
        }
        let left = self.decoder.finish().to_vec();
        if !left.is_empty() && !matches!(self.reading, Some(Reading::Table(_))) {
            self.take(&left, set)?;
        }
        let facts = &self.facts;
        let mut end = MemberEnd {
            bytes: self.bytes,
            ..MemberEnd::default()
        };
        match self.reading {
            Some(Reading::Table(reader)) => {
                let table = reader.finish()?;
                end.rows = table.rows;
                end.table = Some(table);
            }
            Some(Reading::Json(json)) => end.notices = json.finish(facts, set)?,
            Some(Reading::Lines(lines)) => {
                let last = lines.finish(facts, set)?;
                (end.notices, end.untimed) = (last.notices, last.untimed);
            }
            Some(Reading::Top(top)) => (end.notices, end.untimed) = top.finish(facts, set)?,
            Some(Reading::Events(events)) => (end.events, end.notices) = events.finish(facts)?,
            Some(Reading::KubernetesEvents(events)) => {
                (end.events, end.notices) = events.finish(facts)?
            }
            None => {}
        }
        if end.table.is_none() {
            end.rows = set.samples.saturating_sub(self.before)
                + (end.untimed.len() + end.events.len()) as u64;
        }
        let invalid = self.decoder.invalid;
        if invalid.count > 0 {
            end.notices.push(Notice::InvalidText {
                encoding: self.decoder.encoding().name().to_owned(),
                count: invalid.count,
                first_line: invalid.first_line,
            });
        }
        Ok((self.facts, self.recognised, end))
    }

    /// Looks at the first bytes, and reads them.
    fn begin(&mut self, set: &mut SeriesSet) -> Result<(), IngestError> {
        let sample = std::mem::take(&mut self.sample);
        self.before = set.samples;
        let mut recognised = recognise(&self.facts.name, &sample);
        // Whoever gives the format string says what the file is.
        if self.victoria_format.is_some() && recognised.format == Format::Delimited {
            recognised = Recognised {
                format: Format::VictoriaCsv,
                sure: 1.0,
            };
        }
        self.recognised = recognised;
        let (encoding, mark) = match sniff::marked(&sample) {
            Some(marked) => marked,
            None => (sniff::unmarked_wide(&sample).unwrap_or(Encoding::Utf8), 0),
        };
        self.decoder = Decoder::new(encoding, None);
        self.reading = Some(match recognised.format {
            Format::PrometheusJson | Format::DatadogJson => {
                Reading::Json(Box::new(SeriesJson::new(false)))
            }
            Format::VictoriaJson => Reading::Json(Box::new(SeriesJson::new(true))),
            Format::Exposition => Reading::Lines(Box::new(Exposition::new())),
            Format::KubectlTop => Reading::Top(Box::default()),
            Format::KubectlEvents => Reading::Events(Box::default()),
            Format::KubernetesEvents => Reading::KubernetesEvents(Box::default()),
            // A compressed file within a compressed one is refused by the reader of tables.
            Format::Delimited
            | Format::GrafanaCsv
            | Format::DatadogCsv
            | Format::Gzip
            | Format::Zip => {
                let mut reader = Reader::with_options(&self.facts.name, self.options.clone());
                if let Some(bytes) = self.expected {
                    reader.expect(bytes);
                }
                Reading::Table(Box::new(reader))
            }
            Format::VictoriaCsv => {
                let said = ReadOptions {
                    offset: self.options.offset,
                    ..ReadOptions::default()
                };
                let mut reader = Box::new(Reader::with_options(&self.facts.name, said));
                reader.push(&super::columnar::header_of_headless(
                    &sample,
                    self.victoria_format.as_deref(),
                ))?;
                Reading::Table(reader)
            }
        });
        let mark = if matches!(self.reading, Some(Reading::Table(_))) {
            0
        } else {
            mark
        };
        self.read(sample.get(mark..).unwrap_or_default(), set)
    }

    /// Takes bytes in the file's encoding.
    fn read(&mut self, piece: &[u8], set: &mut SeriesSet) -> Result<(), IngestError> {
        if let Some(Reading::Table(reader)) = &mut self.reading {
            return reader.push(piece);
        }
        let mut decoder = std::mem::replace(&mut self.decoder, Decoder::new(Encoding::Utf8, None));
        let read = self.take(decoder.decode(piece), set);
        self.decoder = decoder;
        read
    }

    /// Takes text.
    fn take(&mut self, text: &[u8], set: &mut SeriesSet) -> Result<(), IngestError> {
        let facts = &self.facts;
        match &mut self.reading {
            Some(Reading::Json(json)) => json.push(facts, text, set),
            Some(Reading::Lines(lines)) => lines.push(facts, text, set),
            Some(Reading::Top(top)) => top.push(facts, text),
            Some(Reading::Events(events)) => events.push(facts, text),
            Some(Reading::KubernetesEvents(events)) => events.push(facts, text),
            Some(Reading::Table(_)) | None => Ok(()),
        }
    }
}

/// `1 sample`, `2 samples`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", grouped(count))
}

/// A stranger's words, for a person: no control characters, and not too many.
pub(super) fn told(text: &str) -> String {
    const MOST: usize = 300;
    let mut told: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(MOST)
        .collect();
    if told.len() < text.len() && text.chars().nth(MOST).is_some() {
        told.push('\u{2026}');
    }
    told
}
