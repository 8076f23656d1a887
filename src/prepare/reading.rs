//! A column's cells read in the way in which training read them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::encode::{MISSING, UNSEEN};
use super::error::excerpt;
use crate::data::{Column, Dictionary, MISSING_CODE, Values, is_null_token, read_float, sort};

/// Cells of one column of one table, by row number.
pub(super) enum Reader<'a> {
    /// Numbers as they are; `NaN` is missing.
    Numbers(&'a [f64]),
    /// Names read as numbers: `values[codes[row]]`, `NaN` beyond them.
    Mapped {
        codes: &'a [u32],
        values: Vec<f64>,
        names: &'a [String],
    },
    /// Names as places among the training names: `to[codes[row]]`, or [`MISSING`] or [`UNSEEN`].
    Names {
        dictionary: Cow<'a, Dictionary>,
        to: Vec<u32>,
    },
}

impl<'a> Reader<'a> {
    /// Reads numbers. Names are read as numbers where each that occurs is one or says that there is none.
    ///
    /// # Errors
    /// A cell that is no number.
    pub(super) fn numbers(column: &'a Column) -> Result<Self, String> {
        Self::mapped(column, parse_number, true)
    }

    /// Reads no and yes as 0 and 1: numbers, `words` (no first), or where `words` is empty any known pair of words.
    /// Other names are missing.
    ///
    /// # Errors
    /// A cell, where there are names and none can be read.
    pub(super) fn boolean(column: &'a Column, words: &[String]) -> Result<Self, String> {
        let read = |name: &str| match words.iter().position(|w| w == name) {
            Some(place) => Some(place as f64),
            None if words.is_empty() => known_boolean(name),
            None => None,
        };
        Self::mapped(column, read, false)
    }

    fn mapped(
        column: &'a Column,
        read: impl Fn(&str) -> Option<f64>,
        all: bool,
    ) -> Result<Self, String> {
        match &column.values {
            Values::Number(values) => Ok(Self::Numbers(values)),
            Values::Time(_) => Err(first_cell(column)),
            Values::Text(dictionary) => {
                let mut values = vec![f64::NAN; dictionary.names.len()];
                let (mut readable, mut unreadable) = (false, None);
                for (code, count) in dictionary.counts().into_iter().enumerate() {
                    let name = &dictionary.names[code];
                    if count == 0 || is_null_token(name) {
                        continue;
                    }
                    match read(name) {
                        Some(x) => {
                            values[code] = x;
                            readable = true;
                        }
                        None => unreadable = unreadable.or(Some(name)),
                    }
                }
                match unreadable {
                    Some(name) if all || !readable => Err(excerpt(name)),
                    _ => Ok(Self::Mapped {
                        codes: &dictionary.codes,
                        values,
                        names: &dictionary.names,
                    }),
                }
            }
        }
    }

    /// Reads names as places among `training` (sorted by code point).
    ///
    /// # Errors
    /// A cell, where they are instants, or numbers though no training name is one.
    pub(super) fn names(column: &'a Column, training: &[String]) -> Result<Self, String> {
        let numbers = matches!(column.values, Values::Number(_));
        let dictionary = as_names(column).ok_or_else(|| first_cell(column))?;
        let known = |name: &String| training.binary_search(name).ok();
        let mut to = Vec::with_capacity(dictionary.names.len());
        for name in &dictionary.names {
            to.push(match known(name) {
                _ if is_null_token(name) => MISSING,
                Some(place) => place as u32,
                None => UNSEEN,
            });
        }
        if numbers
            && to.contains(&UNSEEN)
            && !training.iter().any(|name| parse_number(name).is_some())
        {
            return Err(first_cell(column));
        }
        Ok(Self::Names { dictionary, to })
    }

    /// The cell as a number; `NaN` where it is missing, cannot be read, or is beyond the table.
    pub(super) fn number(&self, row: u32) -> f64 {
        let row = row as usize;
        let x = match self {
            Self::Numbers(values) => values.get(row).copied(),
            Self::Mapped { codes, values, .. } => codes
                .get(row)
                .and_then(|&code| values.get(code as usize))
                .copied(),
            Self::Names { .. } => None,
        };
        x.filter(|x| x.is_finite()).unwrap_or(f64::NAN)
    }

    /// The cell as a place among the training names, [`MISSING`] or [`UNSEEN`].
    pub(super) fn code(&self, row: u32) -> u32 {
        match self {
            Self::Names { dictionary, to } => {
                let code = dictionary.codes.get(row as usize).copied();
                code.and_then(|code| to.get(code as usize))
                    .copied()
                    .unwrap_or(MISSING)
            }
            _ => MISSING,
        }
    }

    /// Names that occur and cannot be placed, sorted, and how many rows hold them.
    pub(super) fn unseen(&self) -> (Vec<&str>, u64) {
        let mut names = Vec::new();
        let mut rows = 0;
        let mut note = |name, count| {
            names.push(name);
            rows += count;
        };
        match self {
            Self::Numbers(_) => {}
            Self::Mapped {
                codes,
                values,
                names,
            } => {
                let mut counts = vec![0u64; values.len()];
                for &code in *codes {
                    if let Some(count) = counts.get_mut(code as usize) {
                        *count += 1;
                    }
                }
                for ((name, x), count) in names.iter().zip(values).zip(counts) {
                    if count > 0 && x.is_nan() && !is_null_token(name) {
                        note(name.as_str(), count);
                    }
                }
            }
            Self::Names { dictionary, to } => {
                for ((name, &to), count) in dictionary.names.iter().zip(to).zip(dictionary.counts())
                {
                    if count > 0 && to == UNSEEN {
                        note(name.as_str(), count);
                    }
                }
            }
        }
        sort(&mut names);
        (names, rows)
    }
}

/// The column's cells as names; numbers as they would be written. `None` for instants.
pub(super) fn as_names(column: &Column) -> Option<Cow<'_, Dictionary>> {
    match &column.values {
        Values::Text(dictionary) => Some(Cow::Borrowed(dictionary)),
        Values::Time(_) => None,
        Values::Number(values) => {
            let mut seen = HashMap::<u64, u32>::new();
            let mut out = Dictionary::default();
            for (row, x) in values.iter().enumerate() {
                let code = if x.is_nan() {
                    MISSING_CODE
                } else {
                    // -0 is written as 0.
                    *seen.entry((x + 0.0).to_bits()).or_insert_with(|| {
                        out.names.push(column.text(row));
                        out.names.len() as u32 - 1
                    })
                };
                out.codes.push(code);
            }
            Some(Cow::Owned(out))
        }
    }
}

/// A finite number, or nothing.
fn parse_number(name: &str) -> Option<f64> {
    read_float(name.trim()).filter(|x| x.is_finite())
}

/// The words that mean no and yes by themselves.
pub(super) fn known_boolean(name: &str) -> Option<f64> {
    const NO: [&str; 10] = [
        "false", "no", "n", "f", "off", "0", "0.0", "down", "disabled", "inactive",
    ];
    const YES: [&str; 10] = [
        "true", "yes", "y", "t", "on", "1", "1.0", "up", "enabled", "active",
    ];
    let name = name.trim();
    let one_of = |words: [&str; 10]| words.iter().any(|w| w.eq_ignore_ascii_case(name));
    if one_of(NO) {
        Some(0.0)
    } else {
        one_of(YES).then_some(1.0)
    }
}

/// The first cell that says something, cut for a sentence.
fn first_cell(column: &Column) -> String {
    let said = |row: &usize| match &column.values {
        Values::Number(v) => !v[*row].is_nan(),
        Values::Time(v) => v[*row] != crate::data::MISSING_TIME,
        Values::Text(d) => d.codes[*row] != MISSING_CODE,
    };
    (0..column.len())
        .find(said)
        .map(|row| excerpt(&column.text(row)))
        .unwrap_or_default()
}
