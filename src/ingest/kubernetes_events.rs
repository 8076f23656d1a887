//! Kubernetes events: `kubectl get events -o json`, and what events of any source come to: counts per object and reason.
//!
//! Source: kubernetes/api `core/v1` (`Event`) and `events/v1`.

use super::IngestError;
use super::limits::{MAX_ROW_BYTES, MAX_SERIES};
use super::member::{FileFacts, counted};
use super::names::Names;
use super::series::float;
use super::series_json::malformed;
use crate::data::{Level, MISSING_TIME, Notice, instant_micros};
use crate::json::{Token, Tokens};

/// The events of one object for one reason.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ObjectEvents {
    pub namespace: String,
    /// `pod`, `node` and so on, in lower case.
    pub object_kind: String,
    pub object: String,
    pub reason: String,
    /// `Normal` or `Warning`.
    pub severity: String,
    pub count: f64,
    /// Microseconds since 1970, or `MISSING_TIME`.
    pub first: i64,
    pub last: i64,
}

/// When an event was seen, in microseconds since 1970, and how often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen {
    pub first: Option<i64>,
    pub last: Option<i64>,
    pub count: f64,
}

/// Adds events up.
#[derive(Debug, Default)]
pub(super) struct EventLog {
    names: Names,
    events: Vec<ObjectEvents>,
}

impl EventLog {
    /// Adds an event: namespace, kind of object, object, reason and severity.
    pub fn add(
        &mut self,
        file: &FileFacts,
        words: [&str; 5],
        seen: &Seen,
    ) -> Result<(), IngestError> {
        let mut key = Vec::new();
        for word in words {
            key.extend_from_slice(word.as_bytes());
            key.push(0xff);
        }
        let (at, is_new) = self.names.intern(&key);
        if is_new {
            if self.events.len() >= MAX_SERIES {
                return Err(super::series::SeriesFault::Series.of_file(&file.name, None));
            }
            let [namespace, object_kind, object, reason, severity] = words.map(str::to_owned);
            let object_kind = crate::data::lowered(&object_kind);
            self.events.push(ObjectEvents {
                namespace,
                object_kind,
                object,
                reason,
                severity,
                count: 0.0,
                first: MISSING_TIME,
                last: MISSING_TIME,
            });
        }
        if let Some(event) = self.events.get_mut(at as usize) {
            // A count beyond the integers of a float is a stranger's joke.
            event.count += if seen.count.is_finite() {
                seen.count.clamp(0.0, 1e15)
            } else {
                1.0
            };
            let first = seen.first.or(seen.last).unwrap_or(MISSING_TIME);
            if event.first == MISSING_TIME || (first != MISSING_TIME && first < event.first) {
                event.first = first;
            }
            event.last = event
                .last
                .max(seen.last.or(seen.first).unwrap_or(MISSING_TIME));
        }
        Ok(())
    }

    pub fn finish(self) -> Vec<ObjectEvents> {
        self.events
    }
}

/// Reads the list in pieces.
#[derive(Debug)]
pub(super) struct EventsJson {
    tokens: Tokens,
    rest: Vec<u8>,
    /// For each open level the name under which its value stands now; a list has none.
    path: Vec<Key>,
    log: EventLog,
    event: Event,
    events: u64,
    untold: u64,
}

impl Default for EventsJson {
    fn default() -> Self {
        Self {
            tokens: Tokens::new(true),
            rest: Vec::new(),
            path: Vec::new(),
            log: EventLog::default(),
            event: Event::default(),
            events: 0,
            untold: 0,
        }
    }
}

#[derive(Debug, Default)]
struct Event {
    namespace: String,
    object_namespace: String,
    kind: String,
    object: String,
    reason: String,
    severity: String,
    first: Option<i64>,
    last: Option<i64>,
    at: Option<i64>,
    count: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Other,
    Items,
    Object,
    Metadata,
    Series,
    Kind,
    Name,
    Namespace,
    Reason,
    Severity,
    Count,
    First,
    Last,
    At,
}

fn key(name: &str) -> Key {
    match name {
        "items" => Key::Items,
        "involvedObject" | "regarding" => Key::Object,
        "metadata" => Key::Metadata,
        "series" => Key::Series,
        "kind" => Key::Kind,
        "name" => Key::Name,
        "namespace" => Key::Namespace,
        "reason" => Key::Reason,
        "type" => Key::Severity,
        "count" | "deprecatedCount" => Key::Count,
        "firstTimestamp" | "deprecatedFirstTimestamp" => Key::First,
        "lastTimestamp" | "deprecatedLastTimestamp" | "lastObservedTime" => Key::Last,
        "eventTime" => Key::At,
        _ => Key::Other,
    }
}

impl EventsJson {
    pub fn push(&mut self, file: &FileFacts, piece: &[u8]) -> Result<(), IngestError> {
        let mut rest = std::mem::take(&mut self.rest);
        rest.extend_from_slice(piece);
        let at = self.read(file, &rest, false)?;
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

    pub fn finish(
        mut self,
        file: &FileFacts,
    ) -> Result<(Vec<ObjectEvents>, Vec<Notice>), IngestError> {
        let rest = std::mem::take(&mut self.rest);
        self.read(file, &rest, true)?;
        let mut notices = Vec::new();
        if self.untold > 0 {
            notices.push(Notice::Other {
                title: format!(
                    "{}: {} without an event",
                    file.name,
                    counted(self.untold, "item")
                ),
                meaning: "They have no reason or no object, so they were skipped.".to_owned(),
                level: Level::Warning,
            });
        }
        Ok((self.log.finish(), notices))
    }

    fn read(&mut self, file: &FileFacts, text: &[u8], last: bool) -> Result<usize, IngestError> {
        let mut at = 0;
        loop {
            let token = match self.tokens.next(text, &mut at, last) {
                Ok(Some(token)) => token,
                Ok(None) => break,
                Err(error) => return Err(malformed(file, &error)),
            };
            match token {
                Token::Open(_) => self.path.push(Key::Other),
                Token::Name(name) => {
                    if let Some(level) = self.path.last_mut() {
                        *level = key(name);
                    }
                }
                Token::Close(bracket) => {
                    self.path.pop();
                    // The items of the list, or a single event.
                    let is_item = matches!(self.path[..], [Key::Items, Key::Other])
                        || (self.path.is_empty() && self.event.is_whole());
                    if bracket == b'}' && is_item {
                        let event = std::mem::take(&mut self.event);
                        match event.is_whole() {
                            true => event.log(file, &mut self.log)?,
                            false => self.untold += 1,
                        }
                        self.events += 1;
                    }
                }
                Token::Text(value) => self.event.take(within(&self.path), value),
                Token::Number(value) => self.event.take(within(&self.path), value),
                Token::Bool(_) | Token::Null => {}
            }
        }
        self.tokens.passed(at);
        Ok(at)
    }
}

/// The path within an event: of a list without its first two levels.
fn within(path: &[Key]) -> &[Key] {
    match path {
        [Key::Items, Key::Other, rest @ ..] => rest,
        path => path,
    }
}

impl Event {
    fn take(&mut self, path: &[Key], value: &str) {
        let put = |text: &mut String| {
            text.clear();
            text.push_str(value);
        };
        match path {
            [Key::Reason] => put(&mut self.reason),
            [Key::Severity] => put(&mut self.severity),
            [Key::Metadata, Key::Namespace] => put(&mut self.namespace),
            [Key::Object, Key::Kind] => put(&mut self.kind),
            [Key::Object, Key::Name] => put(&mut self.object),
            [Key::Object, Key::Namespace] => put(&mut self.object_namespace),
            // What a series says is newer.
            [Key::Series, Key::Count] => self.count = float(value),
            [Key::Count] if self.count.is_none() => self.count = float(value),
            [Key::First] => self.first = rfc3339_micros(value),
            [Key::Last] | [Key::Series, Key::Last] => {
                self.last = self.last.max(rfc3339_micros(value))
            }
            [Key::At] => self.at = rfc3339_micros(value),
            _ => {}
        }
    }

    fn is_whole(&self) -> bool {
        !self.reason.is_empty() && !self.object.is_empty()
    }

    fn log(self, file: &FileFacts, log: &mut EventLog) -> Result<(), IngestError> {
        let namespace = if self.object_namespace.is_empty() {
            &self.namespace
        } else {
            &self.object_namespace
        };
        // A node's events are kept in the namespace `default`, which is not the node's.
        let namespace = if self.kind == "Node" { "" } else { namespace };
        log.add(
            file,
            [
                namespace,
                &self.kind,
                &self.object,
                &self.reason,
                &self.severity,
            ],
            &Seen {
                first: self.first.or(self.at),
                last: self.last.or(self.at),
                count: self.count.unwrap_or(1.0),
            },
        )
    }
}

/// `2024-03-04T08:30:00.123456Z`, or with an offset, as microseconds since 1970.
pub(super) fn rfc3339_micros(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| -> Option<i32> {
        let digits = text.get(from..to)?;
        digits
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| digits.parse().ok())
            .flatten()
    };
    let sign = |at: usize| text.as_bytes().get(at).copied();
    if (sign(4), sign(7), sign(13), sign(16)) != (Some(b'-'), Some(b'-'), Some(b':'), Some(b':')) {
        return None;
    }
    let date = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let rest = text.get(19..)?;
    let fraction = rest
        .strip_prefix('.')
        .map_or(0, |r| r.bytes().take_while(u8::is_ascii_digit).count());
    let mut nanos = 0;
    for at in 0..9 {
        let digit = rest.as_bytes().get(1 + at).filter(|_| at < fraction);
        nanos = nanos * 10 + digit.map_or(0, |d| i32::from(d - b'0'));
    }
    let zone = rest.get(if fraction > 0 { fraction + 1 } else { 0 }..)?;
    let offset_secs = match zone.as_bytes() {
        [] | [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let digits = |from: usize| zone.get(from..from + 2)?.parse::<i32>().ok();
            let secs = digits(1)? * 3600 + digits(4)? * 60;
            if *sign == b'-' { -secs } else { secs }
        }
        _ => return None,
    };
    instant_micros(date, (hour, minute, second, nanos), offset_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_with_and_without_fraction_and_offset() {
        let t = 1_709_541_000_000_000;
        assert_eq!(rfc3339_micros("2024-03-04T08:30:00Z"), Some(t));
        assert_eq!(
            rfc3339_micros("2024-03-04T08:30:00.250000Z"),
            Some(t + 250_000)
        );
        assert_eq!(rfc3339_micros("2024-03-04T09:30:00+01:00"), Some(t));
        for text in [
            "",
            "2024-03-04",
            "2024-03-04T08:30:00X",
            "2024-13-04T08:30:00Z",
            "2024-03-04T08:30:0é",
        ] {
            assert_eq!(rfc3339_micros(text), None, "{text}");
        }
    }
}
