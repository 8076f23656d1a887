//! How one column becomes features.

use super::impute;
use super::params::{EncodingRule, MissingRule, RecipeParams};
use super::reading::Reader;
use super::scale::Scale;
use crate::data::{sort, sort_by};
use crate::json::choice;

/// The place of a cell that says nothing.
pub(super) const MISSING: u32 = u32::MAX;
/// The place of a name that training never saw.
pub(super) const UNSEEN: u32 = u32::MAX - 1;
/// The name that missing cells of a category take under [`MissingRule::Constant`].
const MISSING_NAME: &str = "missing";

/// Names that a set of categories can hold: a model's bins but the one of missing values.
const MOST_SET_NAMES: usize = 255;

/// What is done with one column's cells.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Encoder {
    /// One feature: the number, filled, then scaled.
    Number {
        /// What fills a missing cell, before scaling.
        fill: Option<f64>,
        scale: Scale,
        indicator: bool,
    },
    /// One feature: 0 or 1, filled, then scaled.
    Boolean {
        /// The words for 0 and 1, where they are not known ones.
        words: Vec<String>,
        fill: Option<f64>,
        scale: Scale,
        indicator: bool,
    },
    /// One feature: the name's place among `names`.
    Ordinal {
        /// Training names, sorted by code point.
        names: Vec<String>,
        /// The place that missing and unseen names take.
        fill: Option<u32>,
        indicator: bool,
    },
    /// One feature: the name's place among `names`, of which a split sends any set to each side.
    Sets {
        /// The most frequent names in training, at most 255, sorted by code point.
        names: Vec<String>,
        /// The place that missing and all other names take.
        fill: Option<u32>,
        indicator: bool,
    },
    /// One 0/1 feature for each of `names`.
    OneHot {
        /// Training names, sorted by code point.
        names: Vec<String>,
        /// The place that missing names take; unseen ones take none.
        fill: Option<u32>,
        indicator: bool,
    },
}

choice!(Closed "encoder": Encoder {
    Number { fill, scale, indicator } = "number",
    Boolean { words, fill, scale, indicator } = "boolean",
    Ordinal { names, fill, indicator } = "ordinal",
    Sets { names, fill, indicator } = "sets",
    OneHot { names, fill, indicator } = "one-hot",
});

impl Encoder {
    /// Fits on training rows. `None` where each of them is missing.
    pub(super) fn fit_numbers(
        reader: &Reader<'_>,
        words: Option<Vec<String>>,
        rows: &[u32],
        params: &RecipeParams,
    ) -> Option<Self> {
        let mut values: Vec<f64> = rows.iter().map(|&row| reader.number(row)).collect();
        values.retain(|x| !x.is_nan());
        let absent = rows.len() - values.len();
        if values.is_empty() {
            return None;
        }
        let fill = impute::fill(params.missing, &values);
        if let Some(fill) = fill {
            values.resize(rows.len(), fill);
        }
        let scale = Scale::fit(params.scaling, &values);
        let indicator = params.indicator && absent > 0;
        Some(match words {
            None => Self::Number {
                fill,
                scale,
                indicator,
            },
            Some(words) => Self::Boolean {
                words,
                fill,
                scale,
                indicator,
            },
        })
    }

    /// Fits on the names of training rows: `counts` are (name, rows) sorted by name, at least one; `absent` the rows
    /// that are missing.
    pub(super) fn fit_names(
        mut counts: Vec<(String, u64)>,
        absent: u64,
        params: &RecipeParams,
    ) -> Self {
        let one_hot = params.encoding == EncodingRule::OneHot;
        if params.encoding == EncodingRule::Sets && counts.len() >= MOST_SET_NAMES {
            // One place is left for cells that are missing. Rarer names say nothing, as names that training never saw.
            sort_by(&mut counts, |a, b| {
                b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0))
            });
            counts.truncate(MOST_SET_NAMES - 1);
            sort(&mut counts);
        }
        let mut most_frequent = (0, 0);
        for (place, (_, count)) in counts.iter().enumerate() {
            if *count > most_frequent.1 {
                most_frequent = (place as u32, *count);
            }
        }
        let mut names: Vec<String> = counts.into_iter().map(|(name, _)| name).collect();
        let fill = match params.missing {
            MissingRule::AsIs | MissingRule::DropRows => None,
            MissingRule::Mean | MissingRule::Median | MissingRule::MostFrequent => {
                Some(most_frequent.0)
            }
            // One-hot, a column that is 0 throughout training would teach nothing.
            MissingRule::Constant(_) if one_hot && absent == 0 => None,
            MissingRule::Constant(_) => {
                let place = names.binary_search_by(|name| name.as_str().cmp(MISSING_NAME));
                if let Err(at) = place {
                    names.insert(at, MISSING_NAME.to_owned());
                }
                let (Ok(place) | Err(place)) = place;
                Some(place as u32)
            }
        };
        let indicator = params.indicator && absent > 0;
        match params.encoding {
            EncodingRule::OneHot => Self::OneHot {
                names,
                fill,
                indicator,
            },
            EncodingRule::Sets => Self::Sets {
                names,
                fill,
                indicator,
            },
            EncodingRule::Ordinal => Self::Ordinal {
                names,
                fill,
                indicator,
            },
        }
    }

    /// Whether it has a feature that says that the cell is missing.
    pub(super) fn indicator(&self) -> bool {
        match self {
            Self::Number { indicator, .. }
            | Self::Boolean { indicator, .. }
            | Self::Ordinal { indicator, .. }
            | Self::Sets { indicator, .. }
            | Self::OneHot { indicator, .. } => *indicator,
        }
    }

    /// How many features it makes.
    pub(super) fn width(&self) -> usize {
        let values = match self {
            Self::OneHot { names, .. } => names.len(),
            _ => 1,
        };
        values + usize::from(self.indicator())
    }

    /// The features' names. Where they are longer than the column's own, that is cut to 200 characters: a header of a
    /// megabyte must not be written five thousand times.
    pub(super) fn feature_names(&self, column: &str, out: &mut Vec<String>) {
        let end = column.char_indices().nth(200).map_or(column.len(), |c| c.0);
        let short = &column[..end];
        match self {
            Self::OneHot { names, .. } => {
                out.extend(names.iter().map(|name| format!("{short}={name}")));
            }
            _ => out.push(column.to_owned()),
        }
        if self.indicator() {
            out.push(format!("{short} is missing"));
        }
    }

    /// Whether the row's cell would come out as a missing feature if nothing filled it.
    pub(super) fn is_missing(&self, reader: &Reader<'_>, row: u32) -> bool {
        match self {
            Self::Number { .. } | Self::Boolean { .. } => reader.number(row).is_nan(),
            Self::Ordinal { .. } | Self::Sets { .. } => reader.code(row) >= UNSEEN,
            Self::OneHot { .. } => reader.code(row) == MISSING,
        }
    }

    /// Appends its features, one after another, each with a value per row.
    pub(super) fn encode(&self, reader: &Reader<'_>, rows: &[u32], out: &mut Vec<f64>) {
        match self {
            Self::Number { fill, scale, .. } | Self::Boolean { fill, scale, .. } => {
                out.extend(rows.iter().map(|&row| {
                    let x = reader.number(row);
                    scale.apply(if x.is_nan() { fill.unwrap_or(x) } else { x })
                }));
            }
            Self::Ordinal { fill, .. } | Self::Sets { fill, .. } => {
                let absent = fill.map_or(f64::NAN, f64::from);
                out.extend(rows.iter().map(|&row| match reader.code(row) {
                    MISSING | UNSEEN => absent,
                    place => f64::from(place),
                }));
            }
            Self::OneHot { names, fill, .. } => {
                let start = out.len();
                out.resize(start + names.len() * rows.len(), 0.0);
                for (i, &row) in rows.iter().enumerate() {
                    let place = match (reader.code(row), fill) {
                        (MISSING, Some(fill)) => *fill,
                        (place, _) => place,
                    };
                    if (place as usize) < names.len() {
                        out[start + place as usize * rows.len() + i] = 1.0;
                    }
                }
            }
        }
        if self.indicator() {
            // A name that training never saw is there, though it says nothing.
            out.extend(rows.iter().map(|&row| match self {
                Self::Ordinal { .. } | Self::Sets { .. } | Self::OneHot { .. } => {
                    f64::from(u8::from(reader.code(row) == MISSING))
                }
                _ => f64::from(u8::from(reader.number(row).is_nan())),
            }));
        }
    }

    /// What is wrong with it, in a few words, if anything is.
    pub(super) fn fault(&self, max_names: usize) -> Option<&'static str> {
        match self {
            Self::Number { fill, scale, .. } => number_fault(*fill, *scale),
            Self::Boolean {
                words, fill, scale, ..
            } => {
                if words.len() > 2 || words.len() == 2 && words[0] >= words[1] {
                    return Some("its two words are not two");
                }
                number_fault(*fill, *scale)
            }
            Self::Ordinal { names, fill, .. }
            | Self::Sets { names, fill, .. }
            | Self::OneHot { names, fill, .. } => {
                let most = match self {
                    Self::Sets { .. } => MOST_SET_NAMES,
                    _ => max_names,
                };
                if names.is_empty() || names.len() > most {
                    Some("it has no names or too many")
                } else if !names.is_sorted_by(|a, b| a < b) {
                    Some("its names are not in order")
                } else if fill.is_some_and(|place| place as usize >= names.len()) {
                    Some("its missing cells take a name that it lacks")
                } else {
                    None
                }
            }
        }
    }
}

fn number_fault(fill: Option<f64>, scale: Scale) -> Option<&'static str> {
    if fill.is_some_and(|x| !x.is_finite()) {
        Some("its missing cells take no number")
    } else if !scale.is_valid() {
        Some("its scale is no scale")
    } else {
        None
    }
}
