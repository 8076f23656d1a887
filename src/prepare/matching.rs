//! A recipe meets a table: which columns are missing, renamed, retyped, extra or out of order.

use super::encode::Encoder;
use super::error::{MissingColumn, PrepareError, RetypedColumn};
use super::reading::Reader;
use super::recipe::Recipe;
use crate::data::{Frame, Level, Names, Notice, lower};

/// Most names, and most characters of each, that are compared to find what a column is called now.
const COMPARED: usize = 200;
const COMPARED_CHARS: usize = 48;
/// Most extra columns told one by one, and most unseen names kept of a column.
const MAX_EXTRA: usize = 100;
const MAX_UNSEEN: usize = 1_000;
/// How alike two names must be, from 0 to 1, to be thought the same column.
const LIKELY: f64 = 0.6;

impl Recipe {
    /// Whether the table can be read as the training table was, and what differs without harm: columns in another order,
    /// extra ones, names that training never saw.
    ///
    /// # Errors
    /// [`PrepareError::Mismatch`] with every column that is missing (and what it may be called now) or holds something
    /// else than in training.
    pub fn match_columns(&self, frame: &Frame) -> Result<Vec<Notice>, PrepareError> {
        let readers = self.readers(frame)?;
        let mut notices = Vec::new();
        let places: Vec<usize> = self.locate(frame).into_iter().flatten().collect();
        if !places.is_sorted() {
            notices.push(Notice::ColumnOrder);
        }
        let known: Names = self.columns().iter().map(|c| c.name.as_str()).collect();
        let extra = |name: &&str| !known.contains(name) && *name != self.target();
        let extra: Vec<&str> = frame
            .columns()
            .iter()
            .map(|c| c.name.as_str())
            .filter(extra)
            .collect();
        for name in extra.iter().take(MAX_EXTRA) {
            notices.push(Notice::ExtraColumn {
                column: (*name).to_owned(),
            });
        }
        if extra.len() > MAX_EXTRA {
            notices.push(Notice::Other {
                title: format!(
                    "{} more columns are not used by the model",
                    extra.len() - MAX_EXTRA
                ),
                meaning: "They were not there in training, and are ignored.".to_owned(),
                level: Level::Info,
            });
        }
        for (spec, reader) in self.columns().iter().zip(&readers) {
            let (names, rows) = reader.unseen();
            if rows > 0 {
                let names = names.into_iter().take(MAX_UNSEEN);
                notices.push(Notice::UnseenCategories {
                    column: spec.name.clone(),
                    names: names.map(super::error::excerpt).collect(),
                    rows,
                });
            }
        }
        Ok(notices)
    }

    /// Every column of `frame` that is not as in training; `found` says where each stands.
    pub(super) fn mismatch(&self, frame: &Frame, found: &[Option<usize>]) -> PrepareError {
        let mut missing = Vec::new();
        let mut retyped = Vec::new();
        let known: Names = self.columns().iter().map(|c| c.name.as_str()).collect();
        let mut free: Vec<&str> = frame
            .columns()
            .iter()
            .map(|c| c.name.as_str())
            .filter(|name| !known.contains(name) && *name != self.target())
            .take(COMPARED)
            .collect();
        for ((spec, encoder), at) in self.columns().iter().zip(self.encoders()).zip(found) {
            let Some(column) = at.and_then(|at| frame.columns().get(at)) else {
                let likely = if missing.len() < COMPARED {
                    likeliest(&spec.name, &free)
                } else {
                    None
                };
                missing.push(MissingColumn {
                    column: spec.name.clone(),
                    likely: likely.map(|at| free.remove(at).to_owned()),
                });
                continue;
            };
            let read = match encoder {
                Encoder::Number { .. } => Reader::numbers(column),
                Encoder::Boolean { words, .. } => Reader::boolean(column, words),
                Encoder::Ordinal { names, .. }
                | Encoder::Sets { names, .. }
                | Encoder::OneHot { names, .. } => Reader::names(column, names),
            };
            if let Err(example) = read {
                retyped.push(RetypedColumn {
                    column: spec.name.clone(),
                    expected: spec.kind,
                    found: column.kind,
                    example,
                });
            }
        }
        PrepareError::Mismatch { missing, retyped }
    }
}

/// The place of the name most like `name`, if one is much like it; the first of equals.
fn likeliest(name: &str, free: &[&str]) -> Option<usize> {
    let mut best = (LIKELY, None);
    for (at, other) in free.iter().enumerate() {
        let alike = similarity(name, other);
        if alike > best.0 {
            best = (alike, Some(at));
        }
    }
    best.1
}

/// How alike two headers are, from 0 to 1: letters and digits by edit distance or shared words, whichever says more, so
/// that `cpu_usage_percent`, `CPU usage (percent)` and `usage_cpu_percent` are alike.
fn similarity(a: &str, b: &str) -> f64 {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .take(12)
            .map(|word| word.chars().take(COMPARED_CHARS).map(lower).collect())
            .collect()
    };
    let (a, b) = (words(a), words(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let shared = a.iter().filter(|word| b.contains(word)).count();
    let by_words = 2.0 * shared as f64 / (a.len() + b.len()) as f64;
    let letters =
        |words: &[String]| -> Vec<char> { words.concat().chars().take(COMPARED_CHARS).collect() };
    let (a, b) = (letters(&a), letters(&b));
    let by_letters = 1.0 - edits(&a, &b) as f64 / a.len().max(b.len()) as f64;
    by_words.max(by_letters)
}

/// Levenshtein's distance.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_by_hand() {
        let d = |a: &str, b: &str| {
            edits(
                &a.chars().collect::<Vec<_>>(),
                &b.chars().collect::<Vec<_>>(),
            )
        };
        assert_eq!(d("kitten", "sitting"), 3);
        assert_eq!(d("", "abc"), 3);
        assert_eq!(d("abc", "abc"), 0);
    }

    #[test]
    fn renamed_headers_are_found() {
        let free = ["node", "CPU usage (percent)", "memory_percent", "latency"];
        assert_eq!(likeliest("cpu_usage_percent", &free), Some(1));
        assert_eq!(likeliest("memory_usage_percent", &free), Some(2));
        assert_eq!(likeliest("etcd_fsync_secs", &free), None);
    }
}
