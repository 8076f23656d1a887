//! Query answers as JSON -> series: Prometheus and what speaks like it, VictoriaMetrics' lines, Datadog.
//!
//! All of them are objects with labels beside samples; where those objects stand makes no difference. Sources:
//! prometheus/prometheus `docs/querying/api.md`, VictoriaMetrics' README ("How to export data in JSON line format"),
//! <https://docs.datadoghq.com/api/latest/metrics/>.

use super::IngestError;
use super::limits::MAX_ROW_BYTES;
use super::member::{FileFacts, counted, told};
use super::series::{Labels, METRIC, SeriesSet, float, micros_by_magnitude, micros_of_millis};
use crate::data::{Level, Notice, grouped};
use crate::json::{JsonError, Token, Tokens};

/// Reads the answer in pieces.
#[derive(Debug)]
pub(super) struct SeriesJson {
    tokens: Tokens,
    /// Text whose token has not ended.
    rest: Vec<u8>,
    reading: Reading,
}

/// What an open level holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The answer, or its `data`.
    Outer,
    /// Its `result` or `series`, or the list that is all there is.
    Results,
    /// One series.
    Series,
    /// Its labels.
    Labels,
    /// `[[time, value], …]`; in milliseconds or not.
    Pairs { are_millis: bool },
    /// `[time, value]`
    Pair { is_millis: bool },
    /// `values` of VictoriaMetrics become pairs once their first item is a list.
    Values,
    /// `timestamps` of VictoriaMetrics.
    Timestamps,
    /// `warnings` and `infos`.
    Words,
    /// Anything else.
    Ignored,
}

/// The name before a value, where it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd)]
enum Key {
    #[default]
    Other,
    Status,
    ErrorType,
    Error,
    Words,
    Results,
    Data,
    Metric,
    Values,
    Value,
    Timestamps,
    PointList,
    Scope,
    Histograms,
}

#[derive(Debug, Default)]
struct Reading {
    open: Vec<Place>,
    key: Key,
    label: String,
    labels: Labels,
    scope: String,
    times: Vec<i64>,
    values: Vec<f64>,
    pair: (Option<f64>, Option<f64>, u8),
    is_failed: bool,
    error_type: String,
    error: String,
    words: Vec<String>,
    histograms: u64,
    unreadable: u64,
    untold_times: u64,
    series: u64,
}

impl SeriesJson {
    pub fn new(is_lines: bool) -> Self {
        Self {
            tokens: Tokens::new(is_lines),
            rest: Vec::new(),
            reading: Reading::default(),
        }
    }

    /// Takes the next piece of the text.
    pub fn push(
        &mut self,
        file: &FileFacts,
        piece: &[u8],
        set: &mut SeriesSet,
    ) -> Result<(), IngestError> {
        if self.rest.is_empty() {
            let at = self.read(file, piece, false, set)?;
            self.rest
                .extend_from_slice(piece.get(at..).unwrap_or_default());
            return Ok(());
        }
        let mut rest = std::mem::take(&mut self.rest);
        rest.extend_from_slice(piece);
        let at = self.read(file, &rest, false, set)?;
        rest.drain(..at);
        if rest.len() > MAX_ROW_BYTES {
            return Err(IngestError::RowTooLong {
                file: file.name.clone(),
                line: 1,
                byte: None,
            });
        }
        self.rest = rest;
        Ok(())
    }

    /// The end of the text.
    pub fn finish(
        mut self,
        file: &FileFacts,
        set: &mut SeriesSet,
    ) -> Result<Vec<Notice>, IngestError> {
        let rest = std::mem::take(&mut self.rest);
        let read = self.read(file, &rest, true, set);
        // What the server says went wrong is told even where its answer is cut.
        let reading = self.reading;
        if reading.is_failed || (read.is_ok() && reading.series == 0 && !reading.error.is_empty()) {
            let kind = if reading.error_type.is_empty() {
                "error"
            } else {
                &reading.error_type
            };
            let what = format!("{kind}: {}", reading.error);
            return Err(IngestError::Answer {
                file: file.name.clone(),
                what,
            });
        }
        read?;
        Ok(reading.notices(file))
    }

    fn read(
        &mut self,
        file: &FileFacts,
        text: &[u8],
        last: bool,
        set: &mut SeriesSet,
    ) -> Result<usize, IngestError> {
        let mut at = 0;
        loop {
            if self.reading.open.last() == Some(&(Place::Pairs { are_millis: false }))
                && self.tokens.is_between_items()
            {
                at = self.reading.plain_pairs(text, at);
            }
            match self.tokens.next(text, &mut at, last) {
                Ok(Some(token)) => self.reading.take(file, token, set)?,
                Ok(None) => break,
                Err(error) => {
                    if self.reading.is_failed {
                        return Ok(text.len());
                    }
                    return Err(malformed(file, &error));
                }
            }
        }
        self.tokens.passed(at);
        Ok(at)
    }
}

/// A fault of the text as the file's error.
pub(super) fn malformed(file: &FileFacts, error: &JsonError) -> IngestError {
    let (what, byte) = match error {
        JsonError::Text { what, byte } => (*what, Some(*byte as u64)),
        JsonError::Shape(_) => ("another shape was expected", None),
    };
    IngestError::Malformed {
        file: file.name.clone(),
        line: None,
        byte,
        what: format!("not JSON: {what}"),
    }
}

impl Reading {
    /// The usual samples, `,[1709541000,"0.31"]` one after the other, without a token for each part; returns where
    /// something else begins. They are most of what a large answer is.
    fn plain_pairs(&mut self, text: &[u8], mut at: usize) -> usize {
        while let Some((time, value, len)) = text.get(at..).and_then(plain_pair) {
            let Some(time) = micros_by_magnitude(time) else {
                break;
            };
            self.times.push(time);
            self.values.push(value);
            at += len;
        }
        at
    }

    fn take(
        &mut self,
        file: &FileFacts,
        token: Token<'_>,
        set: &mut SeriesSet,
    ) -> Result<(), IngestError> {
        let level = self.open.last().copied();
        match token {
            Token::Open(_) => {
                let opened = self.opened(level, token == Token::Open(b'{'));
                self.open.push(opened);
                self.key = Key::Other;
            }
            Token::Close(_) => {
                self.open.pop();
                self.key = Key::Other;
                match level {
                    Some(Place::Series) => self.end_series(file, set)?,
                    Some(Place::Pair { is_millis }) => self.end_pair(is_millis),
                    // A scalar's answer is a pair where other answers have a list of series.
                    // A string's answer has no number.
                    Some(Place::Results) if self.pair.2 > 0 && self.pair.1.is_some() => {
                        self.end_pair(false);
                        self.end_series(file, set)?;
                    }
                    _ => {}
                }
            }
            Token::Name(name) => match level {
                Some(Place::Labels) => {
                    self.label.clear();
                    self.label.push_str(name);
                }
                Some(Place::Outer) => self.key = outer_key(name),
                Some(Place::Series) => self.key = series_key(name),
                _ => {}
            },
            Token::Text(text) => self.text(level, text),
            Token::Number(text) => self.number(level, float(text)),
            Token::Bool(_) | Token::Null => self.number(level, None),
        }
        Ok(())
    }

    fn opened(&mut self, level: Option<Place>, is_map: bool) -> Place {
        match (level, self.key, is_map) {
            // The answer, the list alone, or one line of VictoriaMetrics: told apart by what is in them.
            (None, _, true) => Place::Outer,
            (None, _, false) => Place::Results,
            (Some(Place::Outer), Key::Data, true) => Place::Outer,
            (Some(Place::Outer), Key::Data | Key::Results, false) => Place::Results,
            (Some(Place::Outer), Key::Words, false) => Place::Words,
            (Some(Place::Outer), key, _) if key >= Key::Metric => {
                // A line of VictoriaMetrics: the object is a series itself.
                if let Some(level) = self.open.last_mut() {
                    *level = Place::Series;
                }
                self.opened(Some(Place::Series), is_map)
            }
            (Some(Place::Results), _, true) => Place::Series,
            (Some(Place::Series), Key::Metric, true) => Place::Labels,
            (Some(Place::Series), Key::Values, false) => Place::Values,
            (Some(Place::Series), Key::Value, false) => {
                self.pair = (None, None, 0);
                Place::Pair { is_millis: false }
            }
            (Some(Place::Series), Key::Timestamps, false) => Place::Timestamps,
            (Some(Place::Series), Key::PointList, false) => Place::Pairs { are_millis: true },
            (Some(Place::Series), Key::Histograms, _) => {
                self.histograms += 1;
                Place::Ignored
            }
            (Some(Place::Values), _, false) => {
                if let Some(level) = self.open.last_mut() {
                    *level = Place::Pairs { are_millis: false };
                }
                self.pair = (None, None, 0);
                Place::Pair { is_millis: false }
            }
            (Some(Place::Pairs { are_millis }), _, false) => {
                self.pair = (None, None, 0);
                Place::Pair {
                    is_millis: are_millis,
                }
            }
            _ => Place::Ignored,
        }
    }

    fn text(&mut self, level: Option<Place>, text: &str) {
        match level {
            Some(Place::Labels) => self.labels.push(&self.label, text),
            Some(Place::Pair { .. } | Place::Values | Place::Results) => {
                self.number(level, value(text))
            }
            Some(Place::Series) => match self.key {
                Key::Metric => self.labels.push(METRIC, text),
                Key::Scope => self.scope = text.to_owned(),
                _ => {}
            },
            Some(Place::Outer) => match self.key {
                Key::Status => self.is_failed |= text != "success" && text != "ok",
                Key::ErrorType => self.error_type = told(text),
                Key::Error => self.error = told(text),
                Key::Words => self.words.push(told(text)),
                // A line that begins with the metric's name alone.
                Key::Metric => self.labels.push(METRIC, text),
                _ => {}
            },
            Some(Place::Words) if self.words.len() < 5 => self.words.push(told(text)),
            _ => {}
        }
    }

    fn number(&mut self, level: Option<Place>, number: Option<f64>) {
        match level {
            Some(Place::Pair { .. } | Place::Results) => {
                match self.pair.2 {
                    0 => self.pair.0 = number,
                    1 => self.pair.1 = number,
                    _ => {}
                }
                self.pair.2 = self.pair.2.saturating_add(1);
            }
            Some(Place::Values) => self.values.push(number.unwrap_or(f64::NAN)),
            // A time that cannot be told keeps its place: values go by it.
            Some(Place::Timestamps) => {
                self.times
                    .push(number.and_then(micros_of_millis).unwrap_or(i64::MIN));
            }
            _ => {}
        }
    }

    fn end_pair(&mut self, is_millis: bool) {
        let (time, value, items) = std::mem::take(&mut self.pair);
        let in_micros = if is_millis {
            micros_of_millis
        } else {
            micros_by_magnitude
        };
        let Some(time) = time.and_then(in_micros).filter(|_| items == 2) else {
            self.untold_times += 1;
            return;
        };
        // Datadog writes null where there is no point; elsewhere a value is a number.
        self.unreadable += u64::from(value.is_none() && !is_millis);
        self.times.push(time);
        self.values.push(value.unwrap_or(f64::NAN));
    }

    fn end_series(&mut self, file: &FileFacts, set: &mut SeriesSet) -> Result<(), IngestError> {
        let times = std::mem::take(&mut self.times);
        let values = std::mem::take(&mut self.values);
        for part in std::mem::take(&mut self.scope).split(',') {
            match part.split_once(':') {
                Some((name, value)) => self.labels.push(name.trim(), value.trim()),
                None if part != "*" => self.labels.push("scope", part.trim()),
                None => {}
            }
        }
        if !times.is_empty() {
            if self.labels.value(METRIC).is_none() {
                self.labels.push(METRIC, file.stem());
            }
            let fault = |f: super::series::SeriesFault| f.of_file(&file.name, None);
            let series = set.series(&mut self.labels, file.number).map_err(fault)?;
            for (&time, &value) in times.iter().zip(&values) {
                if time == i64::MIN {
                    self.untold_times += 1;
                } else {
                    set.add(series, time, value).map_err(fault)?;
                }
            }
            self.untold_times += times.len().abs_diff(values.len()) as u64;
        }
        self.series += 1;
        self.labels.clear();
        // The buffers are used again.
        (self.times, self.values) = (times, values);
        self.times.clear();
        self.values.clear();
        Ok(())
    }

    fn notices(self, file: &FileFacts) -> Vec<Notice> {
        let mut notices = Vec::new();
        let mut tell = |title: String, meaning: &str| {
            notices.push(Notice::Other {
                title,
                meaning: meaning.to_owned(),
                level: Level::Warning,
            });
        };
        for words in self.words {
            tell(format!("{}: the server warned", file.name), &words);
        }
        let name = &file.name;
        if self.histograms > 0 {
            tell(
                format!(
                    "{name}: {} series with native histograms",
                    grouped(self.histograms)
                ),
                "A histogram is no number, so these samples were skipped. Query a quantile of them instead, with histogram_quantile.",
            );
        }
        if self.unreadable > 0 {
            tell(
                format!(
                    "{name}: {} that hold no number",
                    counted(self.unreadable, "value")
                ),
                "They are read as missing.",
            );
        }
        if self.untold_times > 0 {
            tell(
                format!(
                    "{name}: {} without a time",
                    counted(self.untold_times, "sample")
                ),
                "They were skipped, since they cannot be placed.",
            );
        }
        notices
    }
}

/// `,[seconds,"value"]` with at most one blank after each comma: both, and its length.
fn plain_pair(text: &[u8]) -> Option<(f64, f64, usize)> {
    let rest = text.strip_prefix(b",")?;
    let rest = rest.strip_prefix(b" ").unwrap_or(rest).strip_prefix(b"[")?;
    let is_of_time = |b: &u8| b.is_ascii_digit() || *b == b'.';
    let digits = rest.iter().position(|b| !is_of_time(b))?;
    let (time, rest) = rest.split_at(digits);
    // What JSON does not take for a number is left to the tokens.
    if !matches!(time, [b'1'..=b'9', .., b'0'..=b'9']) {
        return None;
    }
    let rest = rest.strip_prefix(b",")?;
    let rest = rest
        .strip_prefix(b" ")
        .unwrap_or(rest)
        .strip_prefix(b"\"")?;
    let is_of_value = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e');
    let digits = rest.iter().position(|b| !is_of_value(b))?;
    let (value, rest) = rest.split_at(digits);
    let rest = rest.strip_prefix(b"\"]")?;
    let number = |text: &[u8]| float(str::from_utf8(text).ok()?);
    Some((number(time)?, number(value)?, text.len() - rest.len()))
}

/// A value as Prometheus writes it: a Go float.
fn value(text: &str) -> Option<f64> {
    float(text).filter(|_| !text.is_empty())
}

fn outer_key(name: &str) -> Key {
    match name {
        "status" => Key::Status,
        "errorType" => Key::ErrorType,
        "error" | "errors" => Key::Error,
        "warnings" | "infos" => Key::Words,
        "result" | "series" | "results" => Key::Results,
        "data" => Key::Data,
        name => series_key(name),
    }
}

fn series_key(name: &str) -> Key {
    match name {
        "metric" => Key::Metric,
        "values" => Key::Values,
        "value" => Key::Value,
        "timestamps" => Key::Timestamps,
        "pointlist" => Key::PointList,
        "scope" => Key::Scope,
        "histograms" | "histogram" => Key::Histograms,
        _ => Key::Other,
    }
}
