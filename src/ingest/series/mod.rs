//! What every export of metrics has in common: series with labels, instants and values.

mod float;
mod labels;

pub(super) use float::float;
pub(super) use labels::Labels;
use labels::decode_key;

use super::IngestError;
use super::limits::{MAX_CELLS, MAX_LABELS, MAX_SERIES, MAX_TEXT_BYTES};
use super::names::Names;
use crate::data;

/// The name under which a metric's own name stands among its labels.
pub(super) const METRIC: &str = "__name__";

/// What a metric counts, as its exposition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetricKind {
    /// It only grows, but for resets.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Its samples named `_count`, `_sum` and `_bucket` only grow; the rest are gauges.
    Distribution,
    /// Events counted at an instant: those of a cell are added up, and none is 0.
    Events,
    /// Its values are places in [`SeriesSet::words`].
    Words,
}

/// One series: instants and values of equal length, in the order of the files.
#[derive(Clone, Debug, Default)]
pub(super) struct Points {
    /// Microseconds since 1970.
    pub times: Vec<i64>,
    /// `NaN` where the file says that there is none, or an infinity.
    pub values: Vec<f64>,
    /// The first by name of the files that it is in, as a place in [`SeriesSet::files`].
    pub file: u32,
}

/// All series of all files, each once.
#[derive(Debug, Default)]
pub(super) struct SeriesSet {
    keys: Names,
    /// By number of series.
    pub points: Vec<Points>,
    metrics: data::Names,
    kinds: Vec<MetricKind>,
    /// Samples in all.
    pub samples: u64,
    /// The files' names.
    pub files: Vec<String>,
    /// Texts that stand in place of numbers.
    pub words: Names,
    /// Values that are infinite or no 64-bit float, kept as missing.
    pub non_finite: u64,
}

impl SeriesSet {
    /// The number of the series with these labels, which are sorted.
    ///
    /// # Errors
    /// Where there are more series or labels than fit.
    pub fn series(&mut self, labels: &mut Labels, file: u32) -> Result<u32, SeriesFault> {
        if labels.len() > MAX_LABELS {
            return Err(SeriesFault::Labels);
        }
        let (number, is_new) = self.keys.intern(labels.key());
        if is_new {
            if self.points.len() >= MAX_SERIES || self.keys.text_bytes() as u64 > MAX_TEXT_BYTES {
                return Err(SeriesFault::Series);
            }
            self.points.push(Points {
                file,
                ..Points::default()
            });
        } else if let Some(points) = self.points.get_mut(number as usize) {
            let name = |file: u32| self.files.get(file as usize);
            if name(file) < name(points.file) {
                points.file = file;
            }
        }
        Ok(number)
    }

    /// Adds a sample.
    ///
    /// # Errors
    /// Where there are more samples than fit.
    pub fn add(&mut self, series: u32, time: i64, value: f64) -> Result<(), SeriesFault> {
        if self.samples >= MAX_CELLS {
            return Err(SeriesFault::Samples);
        }
        let Some(points) = self.points.get_mut(series as usize) else {
            return Ok(());
        };
        self.samples += 1;
        points.times.push(time);
        points.values.push(if value.is_finite() {
            value
        } else {
            self.non_finite += u64::from(value.is_infinite());
            f64::NAN
        });
        Ok(())
    }

    /// Adds a sample that is a text.
    ///
    /// # Errors
    /// Where there are more samples or texts than fit.
    pub fn add_word(&mut self, series: u32, time: i64, word: &str) -> Result<(), SeriesFault> {
        let (code, _) = self.words.intern(word.as_bytes());
        if self.words.text_bytes() as u64 > MAX_TEXT_BYTES {
            return Err(SeriesFault::Series);
        }
        self.add(series, time, f64::from(code))
    }

    /// A series' labels, sorted by name.
    pub fn labels(&self, series: usize) -> Vec<(&str, &str)> {
        decode_key(self.keys.bytes(series as u32))
    }

    /// Says what kind of metric a family is.
    pub fn declare(&mut self, family: &str, kind: MetricKind) {
        // A file with a billion declarations and no sample keeps none of them.
        if self.kinds.len() < MAX_SERIES && self.metrics.take(family) {
            self.kinds.push(kind);
        }
    }

    /// The kind of a sample's metric, if a file said so.
    pub fn declared(&self, sample: &str) -> Option<MetricKind> {
        let kind_of = |name: &str| self.metrics.number(name).and_then(|at| self.kinds.get(at));
        if let Some(kind) = kind_of(sample) {
            return Some(match kind {
                MetricKind::Distribution => MetricKind::Gauge,
                kind => *kind,
            });
        }
        let (family, suffix) = sample.rsplit_once('_')?;
        match (kind_of(family)?, suffix) {
            (MetricKind::Counter, "total") => Some(MetricKind::Counter),
            (MetricKind::Distribution, "count" | "sum" | "bucket") => Some(MetricKind::Counter),
            _ => Some(MetricKind::Gauge),
        }
    }
}

/// Why series are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SeriesFault {
    /// Too many labels of one series.
    Labels,
    /// Too many series, or too much text in them.
    Series,
    /// Too many samples.
    Samples,
}

impl SeriesFault {
    /// The error of that file.
    pub fn of_file(self, file: &str, line: Option<u64>) -> IngestError {
        IngestError::TooManySeries {
            file: file.to_owned(),
            line,
            what: match self {
                Self::Labels => format!("more than {MAX_LABELS} labels of one series"),
                Self::Series => format!(
                    "more than {MAX_SERIES} series, or labels of more than {} MiB",
                    MAX_TEXT_BYTES >> 20
                ),
                Self::Samples => format!("more than {MAX_CELLS} samples"),
            },
        }
    }
}

/// An instant of seconds (or of milliseconds, microseconds or nanoseconds, by magnitude) as microseconds since 1970.
pub(super) fn micros_by_magnitude(time: f64) -> Option<i64> {
    let magnitude = time.abs();
    let micros = match magnitude {
        x if x >= 1e17 => time / 1e3,
        x if x >= 1e14 => time,
        x if x >= 1e11 => time * 1e3,
        _ => time * 1e6,
    };
    // `is_instant` refuses what the cast cuts.
    let micros = libm::round(micros) as i64;
    data::is_instant(micros).then_some(micros)
}

/// Milliseconds as microseconds.
pub(super) fn micros_of_millis(millis: f64) -> Option<i64> {
    let micros = libm::round(millis * 1e3) as i64;
    data::is_instant(micros).then_some(micros)
}
