//! The rules of OpenMetrics beyond single lines: what families are called, what their samples may say, and in which
//! order they stand. They are those of the reference parser (prometheus/client_python
//! `prometheus_client/openmetrics/parser.py`), whose suite `tests/formats` runs.

use super::names::Names;
use super::sample_line::Sample;
use super::series::{Labels, METRIC, float};
use crate::data;

/// Keeps the rules over the lines of one text.
#[derive(Debug, Default)]
pub(super) struct Rules {
    family: Option<Family>,
    /// Names that families and their samples took.
    taken: data::Names,
}

#[derive(Debug, Default)]
struct Family {
    name: String,
    kind: Option<&'static Kind>,
    has_help: bool,
    unit: Option<String>,
    has_samples: bool,
    /// The labels that the last sample's group shares.
    group: Option<u32>,
    groups: Names,
    /// The last sample's time, in its group.
    time: Option<f64>,
    histogram: Histogram,
}

/// One histogram at one time.
#[derive(Clone, Copy, Debug, Default)]
struct Histogram {
    is_open: bool,
    bucket: Option<f64>,
    value: f64,
    count: Option<f64>,
    has_sum: bool,
    has_gsum: bool,
    has_negative_buckets: bool,
    has_negative_gsum: bool,
}

/// A kind of family, and what its samples' names end with.
#[derive(Debug, PartialEq, Eq)]
struct Kind {
    name: &'static str,
    endings: &'static [&'static str],
}

const KINDS: [Kind; 8] = [
    Kind {
        name: "unknown",
        endings: &[""],
    },
    Kind {
        name: "gauge",
        endings: &[""],
    },
    Kind {
        name: "stateset",
        endings: &[""],
    },
    Kind {
        name: "counter",
        endings: &["_total", "_created"],
    },
    Kind {
        name: "summary",
        endings: &["", "_count", "_sum", "_created"],
    },
    Kind {
        name: "histogram",
        endings: &["_count", "_sum", "_bucket", "_created"],
    },
    Kind {
        name: "gaugehistogram",
        endings: &["_gcount", "_gsum", "_bucket"],
    },
    Kind {
        name: "info",
        endings: &["_info"],
    },
];

type Kept = Result<(), &'static str>;

/// An error where something is so.
fn not(broken: bool, what: &'static str) -> Kept {
    if broken { Err(what) } else { Ok(()) }
}

impl Rules {
    /// `# HELP name text` and its like.
    pub fn about(&mut self, what: &str, name: &str, text: &str) -> Kept {
        if self.family.as_ref().is_none_or(|f| f.name != name) {
            self.begin(name)?;
        }
        let Some(family) = &mut self.family else {
            return Ok(());
        };
        not(family.has_samples, "metadata after a family's samples")?;
        match what {
            "HELP" => not(
                std::mem::replace(&mut family.has_help, true),
                "a second HELP",
            ),
            "TYPE" => {
                not(family.kind.is_some(), "a second TYPE")?;
                family.kind = KINDS.iter().find(|k| k.name == text);
                not(
                    family.kind.is_none(),
                    "a TYPE that OpenMetrics does not have",
                )
            }
            "UNIT" => {
                let is_second = family.unit.is_some();
                family.unit = Some(text.to_owned());
                not(is_second, "a second UNIT")
            }
            _ => Err("a comment that is neither HELP, TYPE nor UNIT"),
        }
    }

    /// A sample; `is_same` where its name and labels are those of the sample before.
    pub fn sample(&mut self, labels: &mut Labels, sample: &Sample, is_same: bool) -> Kept {
        let name = labels.value(METRIC).unwrap_or_default().to_owned();
        if self.family.as_ref().and_then(|f| f.ending(&name)).is_none() {
            self.begin(&name)?;
        }
        match &mut self.family {
            Some(family) => family.sample(&name, labels, sample, is_same),
            None => Ok(()),
        }
    }

    /// The end of the text.
    pub fn finish(&mut self) -> Kept {
        let Some(family) = self.family.take() else {
            return Ok(());
        };
        let kind = family.kind();
        let mut endings = kind.endings.to_vec();
        if !endings.contains(&"") {
            endings.push("");
        }
        for ending in endings {
            let name = format!("{}{ending}", family.name);
            not(!self.taken.take(&name), "a name that another family has")?;
        }
        if let Some(unit) = family.unit.as_deref().filter(|unit| !unit.is_empty()) {
            let ends = family
                .name
                .strip_suffix(unit)
                .is_some_and(|stem| stem.ends_with('_'));
            not(!ends, "a UNIT that the name does not end with")?;
            not(
                matches!(kind.name, "info" | "stateset"),
                "a UNIT of something without unit",
            )?;
        }
        family.histogram.finish()
    }

    fn begin(&mut self, name: &str) -> Kept {
        self.finish()?;
        self.family = Some(Family {
            name: name.to_owned(),
            ..Family::default()
        });
        Ok(())
    }
}

impl Family {
    fn kind(&self) -> &'static Kind {
        self.kind.unwrap_or(&KINDS[0])
    }

    /// What a sample's name has beyond the family's, if it belongs to it.
    fn ending<'a>(&self, sample: &'a str) -> Option<&'a str> {
        let ending = sample.strip_prefix(self.name.as_str())?;
        self.kind().endings.contains(&ending).then_some(ending)
    }

    fn sample(&mut self, name: &str, labels: &mut Labels, sample: &Sample, is_same: bool) -> Kept {
        let ending = name.get(self.name.len()..).unwrap_or_default();
        let kind = self.kind().name;
        let value = sample.value;
        let is_histogram = matches!(kind, "histogram" | "gaugehistogram");
        let le = labels.value("le");
        let bound = le.and_then(float);
        if ending == "_bucket" {
            let is_canonical =
                bound.is_some_and(|b| !b.is_nan() && (b != f64::INFINITY || le == Some("+Inf")));
            not(!is_canonical, "a bucket without a le that is a number")?;
            not(value.fract() != 0.0, "a bucket that is no whole number")?;
        }
        if matches!(ending, "_count" | "_gcount") {
            not(value.fract() != 0.0, "a count that is no whole number")?;
        }
        let is_quantile = kind == "summary" && ending.is_empty();
        if is_quantile {
            let quantile = labels.value("quantile").and_then(float);
            not(
                !quantile.is_some_and(|q| (0.0..=1.0).contains(&q)),
                "a quantile that is not between 0 and 1",
            )?;
            not(value < 0.0, "a negative quantile")?;
        }
        not(
            kind == "stateset" && labels.value(&self.name).is_none(),
            "a state without its label",
        )?;
        self.keep_order(labels, sample, is_same, is_quantile)?;
        not(
            kind == "stateset" && value != 0.0 && value != 1.0,
            "a state that is neither 0 nor 1",
        )?;
        not(kind == "info" && value != 1.0, "an info that is not 1")?;
        let counts = matches!(ending, "_total" | "_sum" | "_count" | "_bucket" | "_gcount");
        not(
            (counts || ending == "_gsum") && value.is_nan(),
            "a counter that is NaN",
        )?;
        not(counts && value < 0.0, "a negative counter")?;
        let takes_exemplars =
            (is_histogram && ending == "_bucket") || (kind == "counter" && ending == "_total");
        not(
            sample.has_exemplar && !takes_exemplars,
            "an exemplar where none is allowed",
        )?;
        if is_histogram {
            self.histogram.is_open = true;
            self.histogram
                .add(ending, bound.unwrap_or(f64::NAN), value)?;
        }
        self.has_samples = true;
        Ok(())
    }

    /// Samples of a group stand together, and forward in time.
    fn keep_order(
        &mut self,
        labels: &mut Labels,
        sample: &Sample,
        is_same: bool,
        is_quantile: bool,
    ) -> Kept {
        let kind = self.kind().name;
        let group = if is_same && self.group.is_some() {
            self.group
        } else {
            let apart = match kind {
                "summary" if is_quantile => "quantile",
                "histogram" | "gaugehistogram" => "le",
                "stateset" => self.name.as_str(),
                _ => METRIC,
            };
            let key: &[u8] = match kind {
                "info" => &[],
                _ => labels.key_without(&[METRIC, apart]),
            };
            let (group, is_new) = self.groups.intern(key);
            not(
                !is_new && self.group != Some(group),
                "a group of samples in two places",
            )?;
            Some(group)
        };
        let is_new_group = self.group != group;
        if is_new_group || self.time != sample.time {
            self.histogram.finish()?;
            self.histogram = Histogram::default();
        }
        if !is_new_group {
            not(
                sample.time.is_some() != self.time.is_some(),
                "a group of samples of which only some have a time",
            )?;
            let is_backwards =
                matches!((self.time, sample.time), (Some(before), Some(now)) if before > now);
            not(
                is_backwards && kind != "info",
                "a time before the one above",
            )?;
        }
        self.group = group;
        self.time = sample.time;
        Ok(())
    }
}

impl Histogram {
    fn add(&mut self, ending: &str, bound: f64, value: f64) -> Kept {
        match ending {
            "_bucket" => {
                self.has_negative_buckets |= bound < 0.0;
                not(
                    self.bucket.is_some_and(|before| bound <= before),
                    "buckets out of order",
                )?;
                not(value < self.value, "a bucket below the one before")?;
                (self.bucket, self.value) = (Some(bound), value);
            }
            "_count" | "_gcount" => self.count = Some(value),
            "_sum" => self.has_sum = true,
            "_gsum" => {
                self.has_gsum = true;
                self.has_negative_gsum |= value < 0.0;
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(&self) -> Kept {
        if !self.is_open {
            return Ok(());
        }
        let has_sum = self.has_sum || self.has_gsum;
        not(
            self.bucket != Some(f64::INFINITY),
            "a histogram without its bucket +Inf",
        )?;
        not(
            self.count.is_some_and(|c| c != self.value),
            "a count that is not the bucket +Inf",
        )?;
        not(
            has_sum != self.count.is_some(),
            "a sum without a count, or a count without a sum",
        )?;
        not(
            self.has_negative_buckets && self.has_sum,
            "a sum beside negative buckets",
        )?;
        not(
            !self.has_negative_buckets && self.has_negative_gsum,
            "a negative sum without negative buckets",
        )
    }
}
