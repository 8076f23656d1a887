//! Lines of samples -> series: OpenMetrics, the text format of Prometheus, `promtool tsdb dump` and `dump-openmetrics`.
//!
//! A text that ends with `# EOF` says that it is OpenMetrics, and is held to its rules (`openmetrics`). Any other is read
//! as scrapers do, and lines that are no samples are counted. Sources: prometheus/OpenMetrics
//! `specification/OpenMetrics.md`, prometheus/docs `exposition_formats.md`, prometheus/prometheus `cmd/promtool/tsdb.go`.

use super::IngestError;
use super::lines::Lines;
use super::member::{FileFacts, counted};
use super::openmetrics::Rules;
use super::sample_line::{Oddness, parse};
use super::series::{Labels, MetricKind, SeriesSet, micros_by_magnitude};
use crate::data::{Level, Notice};

/// Reads the text in pieces.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    lines: Lines,
    labels: Labels,
    /// Name and labels of the last sample as they were written, and its series: samples of a series follow each other.
    head: Vec<u8>,
    series: u32,
    /// OpenMetrics' rules, until something breaks one.
    rules: Option<Rules>,
    broken: Option<(u64, &'static str)>,
    ended: bool,
    samples: u64,
    /// Lines that are no samples, and the first of them.
    bad: u64,
    first_bad: Vec<(u64, &'static str)>,
    untold_times: u64,
    untimed: Vec<UntimedSample>,
    /// How many samples without a time each series has so far, by its number.
    scrapes: Vec<u32>,
}

/// A sample of which nothing but the order tells when it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct UntimedSample {
    pub series: u32,
    /// Which scrape of its file, from 0.
    pub scrape: u32,
    pub value: f64,
}

/// What a text holds beside its series.
#[derive(Debug)]
pub(super) struct ExpositionEnd {
    pub notices: Vec<Notice>,
    pub untimed: Vec<UntimedSample>,
}

impl Exposition {
    pub fn new() -> Self {
        Self {
            rules: Some(Rules::default()),
            ..Self::default()
        }
    }

    /// Takes the next piece of the text.
    pub fn push(
        &mut self,
        file: &FileFacts,
        piece: &[u8],
        set: &mut SeriesSet,
    ) -> Result<(), IngestError> {
        let mut lines = std::mem::take(&mut self.lines);
        let read = lines.push(file, piece, |number, line| {
            self.line(file, number, line, set)
        });
        self.lines = lines;
        read
    }

    /// The end of the text.
    pub fn finish(
        mut self,
        file: &FileFacts,
        set: &mut SeriesSet,
    ) -> Result<ExpositionEnd, IngestError> {
        let lines = std::mem::take(&mut self.lines);
        let last = lines.finish(|number, line| self.line(file, number, line, set))?;
        if let Some(rules) = &mut self.rules
            && let Err(what) = rules.finish()
        {
            self.broken = Some((last, what));
        }
        let malformed = |(line, what): (u64, &'static str)| IngestError::Malformed {
            file: file.name.clone(),
            line: Some(line),
            byte: None,
            what: what.to_owned(),
        };
        if self.ended
            && let Some(broken) = self.broken
        {
            return Err(malformed(broken));
        }
        if self.bad > self.samples
            && let Some(&first) = self.first_bad.first()
        {
            return Err(malformed(first));
        }
        let mut notices = Vec::new();
        let mut tell = |title: String, meaning: String| {
            notices.push(Notice::Other {
                title,
                meaning,
                level: Level::Warning,
            });
        };
        if self.bad > 0 {
            let first: Vec<String> = self
                .first_bad
                .iter()
                .map(|(line, what)| format!("line {line}: {what}"))
                .collect();
            tell(
                format!(
                    "{}: {} without a sample",
                    file.name,
                    counted(self.bad, "line")
                ),
                format!("They were skipped. First {}.", first.join("; ")),
            );
        }
        if self.untold_times > 0 {
            tell(
                format!(
                    "{}: {} with a time beyond the calendar",
                    file.name,
                    counted(self.untold_times, "sample")
                ),
                "They were skipped, since they cannot be placed.".to_owned(),
            );
        }
        Ok(ExpositionEnd {
            notices,
            untimed: self.untimed,
        })
    }

    fn line(
        &mut self,
        file: &FileFacts,
        number: u64,
        line: &[u8],
        set: &mut SeriesSet,
    ) -> Result<(), IngestError> {
        let Ok(line) = str::from_utf8(line) else {
            self.skip(number, "text that is not UTF-8");
            return Ok(());
        };
        if self.ended && !line.is_empty() {
            self.break_rule(number, "text after # EOF");
        }
        if let Some(about) = line.strip_prefix('#') {
            self.about(number, about, set);
            return Ok(());
        }
        if line.trim_ascii().is_empty() {
            // The piece after the last line feed is no line.
            if !self.ended {
                self.break_rule(number, "a blank line");
            }
            return Ok(());
        }
        self.sample(file, number, line, set)
    }

    /// A comment, from after its `#`.
    fn about(&mut self, number: u64, about: &str, set: &mut SeriesSet) {
        if about.starts_with(" EOF") {
            self.ended = true;
            if about != " EOF" {
                self.break_rule(number, "text after # EOF");
            }
            return;
        }
        let mut words = about.splitn(4, ' ');
        let (start, what, name, rest) = (words.next(), words.next(), words.next(), words.next());
        if let (Some("TYPE"), Some(name), Some(rest)) = (what, name, rest) {
            let kind = match rest.trim_ascii() {
                "counter" => Some(MetricKind::Counter),
                "gauge" | "info" | "stateset" | "gaugehistogram" => Some(MetricKind::Gauge),
                "histogram" | "summary" => Some(MetricKind::Distribution),
                _ => None,
            };
            if let Some(kind) = kind {
                set.declare(name, kind);
            }
        }
        let checked = match (&mut self.rules, start, what, name, rest) {
            (None, ..) => Ok(()),
            (Some(rules), Some(""), Some(what), Some(name), Some(rest)) => {
                rules.about(what, name, rest)
            }
            _ => Err("a comment that is neither HELP, TYPE nor UNIT with a name and a text"),
        };
        if let Err(what) = checked {
            self.break_rule(number, what);
        }
    }

    fn sample(
        &mut self,
        file: &FileFacts,
        number: u64,
        line: &str,
        set: &mut SeriesSet,
    ) -> Result<(), IngestError> {
        let is_same = !self.head.is_empty()
            && line.as_bytes().starts_with(&self.head)
            && matches!(line.as_bytes().get(self.head.len()), Some(b' ' | b'\t'));
        let known = is_same.then_some(self.head.len());
        let sample = match parse(line, known, &mut self.labels) {
            Ok(sample) => sample,
            Err(Oddness(what)) => {
                self.head.clear();
                self.skip(number, what);
                return Ok(());
            }
        };
        let fault = |f: super::series::SeriesFault| f.of_file(&file.name, Some(number));
        if !is_same {
            self.head.clear();
            self.head
                .extend_from_slice(line.as_bytes().get(..sample.head).unwrap_or_default());
            self.series = set.series(&mut self.labels, file.number).map_err(fault)?;
        }
        self.samples += 1;
        if let Some(what) = sample.odd {
            self.break_rule(number, what);
        }
        if let Some(rules) = &mut self.rules
            && let Err(what) = rules.sample(&mut self.labels, &sample, is_same)
        {
            self.break_rule(number, what);
        }
        let Some(time) = sample.time else {
            let at = self.series as usize;
            if self.scrapes.len() <= at {
                self.scrapes.resize(at + 1, 0);
            }
            let scrape = self.scrapes[at];
            self.scrapes[at] = scrape.saturating_add(1);
            self.untimed.push(UntimedSample {
                series: self.series,
                scrape,
                value: sample.value,
            });
            if self.untimed.len() as u64 > super::limits::MAX_CELLS {
                return Err(fault(super::series::SeriesFault::Samples));
            }
            return Ok(());
        };
        match micros_by_magnitude(time) {
            Some(time) => set.add(self.series, time, sample.value).map_err(fault)?,
            None => self.untold_times += 1,
        }
        Ok(())
    }

    fn skip(&mut self, number: u64, what: &'static str) {
        self.bad += 1;
        if self.first_bad.len() < super::limits::SHOWN_LINES {
            self.first_bad.push((number, what));
        }
        self.break_rule(number, what);
    }

    /// The first broken rule counts; after it the others are not asked any more.
    fn break_rule(&mut self, number: u64, what: &'static str) {
        self.rules = None;
        self.broken.get_or_insert((number, what));
    }
}
