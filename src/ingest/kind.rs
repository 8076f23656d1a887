//! What a column's values mean, from the values and the column's name.

use super::epoch::words;
use super::number;
use crate::data::{
    ColumnKind, Dictionary, MISSING_CODE, Values, is_null_token, lowered, sort, sort_numbers,
};

/// Up to so many names are a category in any case.
const FEW_NAMES: usize = 32;
/// Above so many names a column is text, however often they repeat.
const MANY_NAMES: usize = 1_000;
/// Fewer rows than this do not show that a column names its rows.
const IDENTIFIED_ROWS: usize = 10;
/// Pairs of words that mean no and yes.
const NO_YES: [[&str; 2]; 8] = [
    ["no", "yes"],
    ["false", "true"],
    ["n", "y"],
    ["f", "t"],
    ["off", "on"],
    ["disabled", "enabled"],
    ["inactive", "active"],
    ["unhealthy", "healthy"],
];

/// The kind of a column at `position` (from 0) under that name.
pub(super) fn kind_of(values: &Values, name: &str, position: usize) -> ColumnKind {
    match values {
        Values::Number(v) => kind_of_numbers(v, name, position),
        Values::Text(d) => kind_of_names(d, name),
        Values::Time(_) => ColumnKind::Timestamp,
    }
}

fn kind_of_numbers(values: &[f64], name: &str, position: usize) -> ColumnKind {
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut missing, mut integers, mut zero_one) = (0usize, true, true);
    for &x in values {
        if x.is_nan() {
            missing += 1;
            continue;
        }
        // In WebAssembly `min` and `max` are calls.
        if x < least {
            least = x;
        }
        if x > most {
            most = x;
        }
        // Once known not to be, it is not asked again.
        if integers {
            integers = is_whole(x);
            zero_one &= x == 0.0 || x == 1.0;
        }
    }
    if missing == values.len() || (least == most && missing == 0 && values.len() > 1) {
        return ColumnKind::Constant;
    }
    if integers && zero_one && least < most {
        return ColumnKind::Boolean;
    }
    if !integers {
        return ColumnKind::Number;
    }
    if values.len() >= IDENTIFIED_ROWS && missing == 0 && numbers_rows(values, name, position) {
        return ColumnKind::Identifier;
    }
    ColumnKind::Integer
}

/// Whether a number is an integer; beyond 2^53 all are.
fn is_whole(x: f64) -> bool {
    (x.abs() < 9_007_199_254_740_992.0 && (x as i64) as f64 == x) || x.trunc() == x
}

/// Whether integers count the rows, or are all different under a name that says so.
fn numbers_rows(values: &[f64], name: &str, position: usize) -> bool {
    let named = names_rows(name);
    let counts = |first: f64| {
        values
            .iter()
            .enumerate()
            .all(|(row, &x)| x == first + row as f64)
    };
    // A measurement may happen to rise by one each row; the first column that does so is an index.
    if (named || position == 0) && (counts(0.0) || counts(1.0)) {
        return true;
    }
    if !named {
        return false;
    }
    let mut sorted = values.to_vec();
    sort_numbers(&mut sorted);
    sorted.windows(2).all(|w| w[0] != w[1])
}

/// Whether a name says that its column names rows.
fn names_rows(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    let id = [
        "id", "ids", "uid", "uuid", "guid", "index", "idx", "key", "row", "rownum", "no", "nr",
        "unnamed", "record", "sample",
    ];
    words.is_empty()
        || id.contains(&last)
        || name.starts_with("Unnamed")
        || (words.first().is_some_and(|w| w == "column") && words.len() == 2)
}

fn kind_of_names(d: &Dictionary, name: &str) -> ColumnKind {
    let counts = d.counts();
    let distinct = counts.iter().filter(|&&n| n > 0).count();
    let empty = d.codes.iter().filter(|&&c| c == MISSING_CODE).count();
    if distinct == 0 || (distinct == 1 && empty == 0 && d.codes.len() > 1) {
        return ColumnKind::Constant;
    }
    // What follows is about the names that are not null tokens.
    let (mut names, mut rows, mut number_rows, mut bytes) = (0usize, 0u64, 0u64, 0usize);
    for (text, &count) in d.names.iter().zip(&counts) {
        if count == 0 || is_null_token(text) {
            continue;
        }
        names += 1;
        rows += count;
        bytes += text.len();
        if number::parse(text.as_bytes()).is_some() {
            number_rows += count;
        }
    }
    if names == 2 && is_no_yes(d.names.iter().filter(|n| !is_null_token(n))) {
        return ColumnKind::Boolean;
    }
    let unique = rows >= IDENTIFIED_ROWS as u64 && names as u64 * 20 >= rows * 19;
    let mostly_numbers = number_rows * 2 > rows;
    if unique && (!mostly_numbers || names_rows(name)) {
        // Sentences are text, however unique.
        let sentences = bytes > names * 60;
        return if sentences {
            ColumnKind::Text
        } else {
            ColumnKind::Identifier
        };
    }
    let few = names <= FEW_NAMES && !unique;
    if few || (names <= MANY_NAMES && names as u64 * 10 <= rows) {
        ColumnKind::Category
    } else {
        ColumnKind::Text
    }
}

/// Whether the names are one of the pairs of words for no and yes.
pub(super) fn is_no_yes<'a>(names: impl Iterator<Item = &'a String>) -> bool {
    let mut lower: Vec<String> = names.map(|n| lowered(n)).collect();
    sort(&mut lower);
    NO_YES.iter().any(|pair| {
        let mut pair = *pair;
        sort(&mut pair);
        lower == pair
    })
}

/// Whether a word means no or yes.
pub(super) fn is_no_or_yes(word: &str) -> bool {
    NO_YES
        .iter()
        .flatten()
        .any(|w| w.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(name: &str, position: usize, v: &[f64]) -> ColumnKind {
        kind_of(&Values::Number(v.to_vec()), name, position)
    }

    fn names<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> ColumnKind {
        kind_of(&Values::Text(Dictionary::from_cells(cells)), "x", 1)
    }

    #[test]
    fn kinds_of_numbers() {
        use ColumnKind::*;
        let count: Vec<f64> = (0..20).map(f64::from).collect();
        let odd: Vec<f64> = (0..20).map(|i| f64::from(i * 7 % 20)).collect();
        assert_eq!(numbers("x", 1, &[0.5, 1.0]), Number);
        assert_eq!(numbers("x", 1, &[2.0, 1.0, f64::NAN]), Integer);
        assert_eq!(numbers("x", 1, &[0.0, 1.0, f64::NAN]), Boolean);
        assert_eq!(numbers("x", 1, &[3.0, 3.0]), Constant);
        assert_eq!(numbers("x", 1, &[3.0, f64::NAN]), Integer);
        assert_eq!(numbers("x", 1, &[f64::NAN, f64::NAN]), Constant);
        assert_eq!(numbers("x", 1, &[3.0]), Integer);
        assert_eq!(numbers("x", 0, &count), Identifier);
        assert_eq!(numbers("cpu", 1, &count), Integer);
        assert_eq!(numbers("row_id", 3, &odd), Identifier);
        assert_eq!(numbers("load", 3, &odd), Integer);
    }

    #[test]
    fn kinds_of_names() {
        use ColumnKind::*;
        assert_eq!(names(["a", "b", "a"]), Category);
        assert_eq!(names(["yes", "No", ""]), Boolean);
        assert_eq!(names(["t", "f", "NA"]), Boolean);
        assert_eq!(names(["t", "l"]), Category);
        assert_eq!(names(["x", "x"]), Constant);
        assert_eq!(names(["x", ""]), Category);
        assert_eq!(names(["", ""]), Constant);
        assert_eq!(names(["None", "NA", "None"]), Category);
        assert_eq!(names(["None", "None"]), Constant);
        assert_eq!(names((0..100).map(|i| format!("pod-{i}"))), Identifier);
        assert_eq!(names((0..100).map(|i| format!("pod-{}", i % 40))), Text);
        assert_eq!(
            names((0..1000).map(|i| format!("pod-{}", i % 40))),
            Category
        );
        assert_eq!(names((0..3000).map(|i| format!("pod-{}", i % 1500))), Text);
        let sentence = "the quick brown fox jumps over the lazy dog and then some more words";
        assert_eq!(names((0..100).map(|i| format!("{sentence} {i}"))), Text);
    }
}
