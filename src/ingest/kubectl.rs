//! What kubectl prints for people: `kubectl top` and `kubectl events`, in columns of blanks and without a time.
//!
//! Sources: kubernetes/kubernetes `staging/src/k8s.io/kubectl/pkg/metricsutil/metrics_printer.go` and
//! `pkg/cmd/events/event_printer.go`.

use super::IngestError;
use super::exposition::UntimedSample;
use super::kubernetes_events::{EventLog, ObjectEvents, Seen};
use super::lines::Lines;
use super::member::{FileFacts, counted};
use super::quantity::{age_secs, quantity};
use super::series::{Labels, METRIC, SeriesSet, float};
use crate::data::{Level, Notice, is_instant};

/// Reads `kubectl top nodes` and `kubectl top pods`.
#[derive(Debug, Default)]
pub(super) struct KubeTop {
    lines: Lines,
    columns: Vec<TopColumn>,
    /// Tables in the file, each with its header.
    tables: u32,
    rows: Vec<(u32, Vec<String>)>,
    odd: u64,
    first_odd: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TopColumn {
    Label(&'static str),
    Metric(&'static str),
    Other,
}

/// Rows of `kubectl top` that are kept: a cluster has fewer.
const MAX_TOP_ROWS: usize = 1_000_000;

impl KubeTop {
    pub fn push(&mut self, file: &FileFacts, piece: &[u8]) -> Result<(), IngestError> {
        let mut lines = std::mem::take(&mut self.lines);
        let read = lines.push(file, piece, |number, line| self.line(file, number, line));
        self.lines = lines;
        read
    }

    fn line(&mut self, file: &FileFacts, number: u64, line: &[u8]) -> Result<(), IngestError> {
        let text = String::from_utf8_lossy(line);
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.is_empty() {
            return Ok(());
        }
        if words.contains(&"CPU(cores)") {
            self.columns = header(&words);
            self.tables += 1;
            return Ok(());
        }
        if self.columns.is_empty() {
            // --no-headers
            self.columns = header(match words.len() {
                5 => &["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"],
                4 => &["NAMESPACE", "NAME", "CPU(cores)", "MEMORY(bytes)"],
                _ => &["POD", "CPU(cores)", "MEMORY(bytes)"],
            });
        }
        let fits = words.len() == self.columns.len();
        let is_measured = |(word, column): (&&str, &TopColumn)| match column {
            TopColumn::Metric(_) => *word == "<unknown>" || quantity(word).is_some(),
            _ => true,
        };
        if !fits
            || !words.iter().zip(&self.columns).all(is_measured)
            || self.rows.len() >= MAX_TOP_ROWS
        {
            self.odd += 1;
            if self.first_odd == 0 {
                self.first_odd = number;
            }
            return Ok(());
        }
        if self.rows.is_empty() && self.tables == 0 {
            self.tables = 1;
        }
        let _ = file;
        self.rows.push((
            self.tables.saturating_sub(1),
            words.iter().map(|w| (*w).to_owned()).collect(),
        ));
        Ok(())
    }

    pub fn finish(
        mut self,
        file: &FileFacts,
        set: &mut SeriesSet,
    ) -> Result<(Vec<Notice>, Vec<UntimedSample>), IngestError> {
        let lines = std::mem::take(&mut self.lines);
        lines.finish(|number, line| self.line(file, number, line))?;
        let mut labels = Labels::default();
        let mut samples = Vec::new();
        for (table, words) in &self.rows {
            for (column, word) in self.columns.iter().zip(words) {
                let TopColumn::Metric(metric) = column else {
                    continue;
                };
                labels.clear();
                labels.push(METRIC, metric);
                for (column, word) in self.columns.iter().zip(words) {
                    if let TopColumn::Label(name) = column {
                        labels.push(name, word);
                    }
                }
                let series = set
                    .series(&mut labels, file.number)
                    .map_err(|f| f.of_file(&file.name, None))?;
                let value = quantity(word).map_or(f64::NAN, |q| q.0);
                samples.push(UntimedSample {
                    series,
                    scrape: *table,
                    value,
                });
            }
        }
        let mut notices = Vec::new();
        if self.odd > 0 {
            notices.push(odd_lines(file, self.odd, self.first_odd));
        }
        Ok((notices, samples))
    }
}

fn header(words: &[&str]) -> Vec<TopColumn> {
    let is_of_pods = words.iter().any(|w| matches!(*w, "NAMESPACE" | "POD"))
        || !words.iter().any(|w| w.ends_with('%') || w.ends_with("(%)"));
    let has_containers = words.contains(&"POD") && words.contains(&"NAME");
    words
        .iter()
        .map(|word| match *word {
            "NAMESPACE" => TopColumn::Label("namespace"),
            "POD" => TopColumn::Label("pod"),
            "NAME" if has_containers => TopColumn::Label("container"),
            "NAME" if is_of_pods => TopColumn::Label("pod"),
            "NAME" => TopColumn::Label("node"),
            "CPU(cores)" => TopColumn::Metric("cpu_cores"),
            "CPU(%)" | "CPU%" => TopColumn::Metric("cpu_percent"),
            "MEMORY(bytes)" => TopColumn::Metric("memory_bytes"),
            "MEMORY(%)" | "MEMORY%" => TopColumn::Metric("memory_percent"),
            _ => TopColumn::Other,
        })
        .collect()
}

fn odd_lines(file: &FileFacts, count: u64, first: u64) -> Notice {
    Notice::Other {
        title: format!(
            "{}: {} unlike what kubectl prints",
            file.name,
            counted(count, "line")
        ),
        meaning: format!("They were skipped. First on line {first}."),
        level: Level::Warning,
    }
}

/// Reads `kubectl events` and `kubectl get events`.
#[derive(Debug, Default)]
pub(super) struct EventsText {
    lines: Lines,
    columns: Vec<String>,
    log: EventLog,
    odd: u64,
    first_odd: u64,
}

impl EventsText {
    pub fn push(&mut self, file: &FileFacts, piece: &[u8]) -> Result<(), IngestError> {
        let mut lines = std::mem::take(&mut self.lines);
        let read = lines.push(file, piece, |number, line| self.line(file, number, line));
        self.lines = lines;
        read
    }

    pub fn finish(
        mut self,
        file: &FileFacts,
    ) -> Result<(Vec<ObjectEvents>, Vec<Notice>), IngestError> {
        let lines = std::mem::take(&mut self.lines);
        lines.finish(|number, line| self.line(file, number, line))?;
        let mut notices = Vec::new();
        if self.odd > 0 {
            notices.push(odd_lines(file, self.odd, self.first_odd));
        }
        if file.modified.is_none() {
            notices.push(Notice::Other {
                title: format!("{}: when the events were is not known", file.name),
                meaning: "kubectl prints how long ago they were, and the file does not say when it was written. Load it as a file, or export with -o json.".to_owned(),
                level: Level::Warning,
            });
        }
        Ok((self.log.finish(), notices))
    }

    fn line(&mut self, file: &FileFacts, number: u64, line: &[u8]) -> Result<(), IngestError> {
        let text = String::from_utf8_lossy(line);
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        if text.contains("REASON") && text.contains("OBJECT") && text.contains("LAST SEEN") {
            let joined = text
                .replace("LAST SEEN", "LAST_SEEN")
                .replace("FIRST SEEN", "FIRST_SEEN");
            self.columns = joined.split_whitespace().map(str::to_owned).collect();
            return Ok(());
        }
        if !self.event(file, text)? {
            self.odd += 1;
            if self.first_odd == 0 {
                self.first_odd = number;
            }
        }
        Ok(())
    }

    /// Whether the line is an event. Every cell but the message is one word, except for the age's `(x9 over 40m)`.
    fn event(&mut self, file: &FileFacts, text: &str) -> Result<bool, IngestError> {
        let (mut namespace, mut kind, mut reason, mut object) = ("", "", "", "");
        let (mut last, mut first, mut count) = (None, None, 1.0);
        let mut rest = text;
        let mut is_event = false;
        for column in &self.columns {
            rest = rest.trim_start();
            let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            match column.as_str() {
                "NAMESPACE" => namespace = word,
                "LAST_SEEN" => {
                    last = age_secs(word);
                    if last.is_none() && word != "<unknown>" {
                        return Ok(false);
                    }
                    first = last;
                    // `3m12s (x9 over 40m)`
                    if let Some(repeats) = after.trim_start().strip_prefix("(x")
                        && let Some((inside, behind)) = repeats.split_once(')')
                    {
                        let (times, over) = inside.split_once(" over ").unwrap_or((inside, ""));
                        count = float(times).unwrap_or(1.0);
                        first = age_secs(over).or(last);
                        rest = behind;
                        continue;
                    }
                }
                "TYPE" => kind = word,
                "REASON" => reason = word,
                "OBJECT" => {
                    object = word;
                    is_event = word.contains('/');
                }
                // What follows has cells of several words, or none.
                _ => break,
            }
            rest = after;
        }
        if !is_event {
            return Ok(false);
        }
        let ago = |secs: Option<f64>| {
            let at = file.modified?.checked_sub((secs? * 1e6) as i64)?;
            is_instant(at).then_some(at)
        };
        let (object_kind, name) = object.split_once('/').unwrap_or(("", object));
        self.log.add(
            file,
            [namespace, object_kind, name, reason, kind],
            &Seen {
                first: ago(first),
                last: ago(last),
                count,
            },
        )?;
        Ok(true)
    }
}
