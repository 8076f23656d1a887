//! The shape of one column: what is missing, how many values differ, how they are spread.

use std::borrow::Cow;

use crate::data::{
    Column, ColumnKind, SortedMap, Values, count_distinct, is_null_token, sort_by, sort_instants,
    sort_numbers,
};
use crate::prepare::mean;
use crate::protocol::Profile;

/// Bins of a histogram or a span of time.
const BINS: usize = 24;
/// Values listed one by one.
const TOP: usize = 12;
/// Characters of a cell that are shown.
const SHOWN_CHARS: usize = 200;
/// Distinct numbers beyond which a target is continuous: with a fractional part, and without.
const MAX_FRACTIONAL_CLASSES: usize = 20;
const MAX_INTEGER_CLASSES: usize = 100;

/// What one look at a column's cells gives.
pub(super) struct Shape {
    /// Missing cells, read as a feature.
    pub(super) missing: u64,
    /// Empty cells, read as a target: null tokens are classes.
    pub(super) empty: u64,
    /// Distinct values, missing apart.
    pub(super) distinct: usize,
    /// Distinct classes, null tokens among them.
    pub(super) classes: usize,
    /// Whether some class has two rows.
    pub(super) has_twice: bool,
    /// The one class, where there is one.
    pub(super) only: Option<String>,
    /// Distinct numbers, where they are too many to be classes.
    pub(super) continuous: Option<usize>,
    pub(super) mean: Option<f64>,
    pub(super) profile: Profile,
}

impl Shape {
    pub(super) fn of(column: &Column) -> Self {
        match &column.values {
            Values::Number(values) => Self::of_numbers(column, values),
            Values::Text(_) => Self::of_names(column),
            Values::Time(values) => Self::of_instants(column, values),
        }
    }

    fn of_numbers(column: &Column, values: &[f64]) -> Self {
        // Most columns have a number in each row, and need no copy.
        let mut present = if values.iter().any(|x| x.is_nan()) {
            Cow::Owned(values.iter().copied().filter(|x| !x.is_nan()).collect())
        } else {
            Cow::Borrowed(values)
        };
        let mean = (!present.is_empty()).then(|| mean(&present));
        let tokens = token_counts(column);
        let missing = values.len() - present.len();
        let token_rows: u64 = tokens.iter().map(|(_, n)| n).sum();
        let listed = matches!(
            column.kind,
            ColumnKind::Boolean | ColumnKind::Category | ColumnKind::Constant
        );
        let histogram = histogram(&present);
        let mut counts: Vec<(f64, u64)> = Vec::new();
        let first = present.first().copied();
        // Only values that are listed have to be counted one by one. Both zeros are equal.
        let distinct = if listed {
            sort_numbers(present.to_mut());
            let runs = present.chunk_by(|a, b| a == b);
            counts.extend(runs.map(|run| (run[0], run.len() as u64)));
            counts.len()
        } else {
            count_distinct(present.iter().map(|x| (x + 0.0).to_bits()), present.len())
        };
        let has_twice = distinct < present.len() || tokens.iter().any(|(_, n)| *n > 1);
        let fractional = present.iter().any(|x| x.fract() != 0.0);
        let most = if column.kind == ColumnKind::Category {
            usize::MAX
        } else if fractional {
            MAX_FRACTIONAL_CLASSES
        } else {
            MAX_INTEGER_CLASSES
        };
        let text = |x: f64| Column::number("", vec![x]).text(0);
        let profile = if present.is_empty() && tokens.is_empty() {
            Profile::Empty
        } else if listed || present.is_empty() {
            // Only the most frequent are written out.
            let rows = counts.iter().map(|(_, n)| n).sum::<u64>() + token_rows;
            keep_top(&mut counts);
            let values = counts.into_iter().map(|(x, n)| (text(x), n));
            top(values.chain(tokens.iter().cloned()).collect(), rows)
        } else {
            histogram
        };
        let classes = distinct + tokens.len();
        let only = (classes == 1).then(|| match first {
            Some(x) => text(x),
            None => tokens[0].0.clone(),
        });
        Self {
            missing: missing as u64,
            empty: (missing as u64).saturating_sub(token_rows),
            distinct,
            classes,
            has_twice,
            only,
            continuous: (distinct > most).then_some(distinct),
            mean,
            profile,
        }
    }

    fn of_names(column: &Column) -> Self {
        let Values::Text(dictionary) = &column.values else {
            return Self::nothing(column.len());
        };
        let mut counts: Vec<(&str, u64)> = dictionary
            .names
            .iter()
            .map(String::as_str)
            .zip(dictionary.counts())
            .filter(|(name, count)| *count > 0 && !name.is_empty())
            .collect();
        let filled: u64 = counts.iter().map(|(_, n)| n).sum();
        let null: Vec<u64> = counts
            .iter()
            .filter(|(name, _)| is_null_token(name))
            .map(|(_, n)| *n)
            .collect();
        let empty = column.len() as u64 - filled;
        let classes = counts.len();
        let has_twice = counts.iter().any(|(_, n)| *n > 1);
        let only = (classes == 1).then(|| shown(counts[0].0));
        let distinct = classes - null.len();
        keep_top(&mut counts);
        let values: Vec<_> = counts
            .into_iter()
            .map(|(name, n)| (shown(name), n))
            .collect();
        Self {
            missing: empty + null.iter().sum::<u64>(),
            empty,
            distinct,
            classes,
            has_twice,
            only,
            continuous: None,
            mean: None,
            profile: if classes == 0 {
                Profile::Empty
            } else {
                top(values, filled)
            },
        }
    }

    fn of_instants(column: &Column, values: &[i64]) -> Self {
        let mut present: Vec<i64> = values
            .iter()
            .copied()
            .filter(|&t| t != crate::data::MISSING_TIME)
            .collect();
        sort_instants(&mut present);
        let tokens = token_counts(column);
        let missing = (values.len() - present.len()) as u64;
        let mut shape = Self::nothing(column.len());
        let runs = || present.chunk_by(|a, b| a == b);
        shape.missing = missing;
        shape.empty = missing.saturating_sub(tokens.iter().map(|(_, n)| n).sum());
        shape.distinct = runs().count();
        shape.classes = shape.distinct + tokens.len();
        shape.has_twice = runs().any(|run| run.len() > 1);
        if let (Some(&first), Some(&last)) = (present.first(), present.last()) {
            let text = |t: i64| Column::time("", vec![t]).text(0);
            let mut counts = vec![0; BINS];
            let width = last.abs_diff(first);
            for &t in &present {
                let part = u128::from(t.abs_diff(first)) * BINS as u128;
                let bin = part.checked_div(u128::from(width)).unwrap_or(0);
                counts[(bin as usize).min(BINS - 1)] += 1;
            }
            shape.profile = Profile::Span {
                first: text(first),
                last: text(last),
                counts,
            };
        }
        shape
    }

    fn nothing(rows: usize) -> Self {
        Self {
            missing: rows as u64,
            empty: rows as u64,
            distinct: 0,
            classes: 0,
            has_twice: false,
            only: None,
            continuous: None,
            mean: None,
            profile: Profile::Empty,
        }
    }
}

/// Null tokens of a number or time column and their rows, sorted by name.
fn token_counts(column: &Column) -> Vec<(String, u64)> {
    // Few are distinct: they are spellings of a handful of words.
    let mut counts = SortedMap::<&str, u64>::default();
    for token in &column.null_tokens {
        let rows = counts.get(&&*token.token).map_or(0, |n| *n);
        counts.insert(&token.token, rows + 1);
    }
    counts.iter().map(|(name, n)| (shown(name), *n)).collect()
}

/// Equal-width bins; all in the first where the values are equal.
fn histogram(values: &[f64]) -> Profile {
    if values.is_empty() {
        return Profile::Empty;
    }
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Halved, so that the width of the widest range is finite.
    let width = max / 2.0 - min / 2.0;
    let mut counts = vec![0; BINS];
    for &x in values {
        let part = (x / 2.0 - min / 2.0) / width * BINS as f64;
        // NaN, of a width of 0, is bin 0.
        counts[(part as usize).min(BINS - 1)] += 1;
    }
    Profile::Histogram { min, max, counts }
}

/// Keeps the most frequent, the earlier of equals, without sorting the rest.
fn keep_top<T>(counts: &mut Vec<(T, u64)>) {
    let mut best: Vec<(u64, usize)> = Vec::with_capacity(TOP + 1);
    for (at, (_, n)) in counts.iter().enumerate() {
        if best.len() < TOP || best.last().is_some_and(|last| last.0 < *n) {
            let place = best.iter().take_while(|known| known.0 >= *n).count();
            best.insert(place, (*n, at));
            best.truncate(TOP);
        }
    }
    let mut keep = vec![false; counts.len()];
    for (_, at) in best {
        keep[at] = true;
    }
    let mut keep = keep.into_iter();
    counts.retain(|_| keep.next() == Some(true));
}

/// The most frequent of `values`, most frequent first, of `rows` rows in all.
fn top(mut values: Vec<(String, u64)>, rows: u64) -> Profile {
    sort_by(&mut values, |a, b| {
        b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0))
    });
    values.truncate(TOP);
    let listed: u64 = values.iter().map(|(_, n)| n).sum();
    Profile::Top {
        values,
        other: rows.saturating_sub(listed),
    }
}

/// At most 200 characters of a text, with an ellipsis where it goes on.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}
