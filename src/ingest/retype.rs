//! A column read as another kind.

use super::buffer::{quoted, trimmed};
use super::epoch::EpochUnit;
use super::infer::TimeReader;
use super::kind::{is_no_or_yes, is_no_yes};
use super::number;
use crate::data::{
    Column, ColumnKind, Dictionary, MISSING_CODE, MISSING_TIME, Notice, NullToken, Values,
    is_null_token,
};

/// Reads a column as another kind. Cells that the new kind cannot hold become missing and are told as
/// [`Notice::Unreadable`]; null tokens stay as they are. The length and the name stay the same.
///
/// Numbers become instants by their magnitude, counted from 1970; instants become seconds since 1970.
/// `Text`, `Identifier` and `Constant` keep the values and change only what they are taken for.
pub fn retype(column: &Column, kind: ColumnKind) -> (Column, Vec<Notice>) {
    let mut lost = Lost::default();
    let (values, null_tokens) = match kind {
        ColumnKind::Number => numbers(column, |_| true, &mut lost),
        ColumnKind::Integer => numbers(column, |x| x.trunc() == x, &mut lost),
        ColumnKind::Boolean => booleans(column, &mut lost),
        ColumnKind::Timestamp => instants(column, &mut lost),
        ColumnKind::Category | ColumnKind::Text => (Values::Text(names(column)), Vec::new()),
        ColumnKind::Identifier | ColumnKind::Constant => {
            (column.values.clone(), column.null_tokens.clone())
        }
    };
    let notices = match lost.example {
        Some(example) => vec![Notice::Unreadable {
            column: column.name.clone(),
            kind,
            count: lost.count,
            example,
        }],
        None => Vec::new(),
    };
    let column = Column {
        name: column.name.clone(),
        kind,
        values,
        null_tokens,
    };
    (column, notices)
}

/// Cells that the new kind cannot hold.
#[derive(Default)]
struct Lost {
    count: u64,
    example: Option<String>,
}

impl Lost {
    fn add(&mut self, count: u64, text: impl FnOnce() -> String) {
        if count > 0 {
            self.count += count;
            self.example.get_or_insert_with(|| quoted(&text()));
        }
    }
}

fn names(column: &Column) -> Dictionary {
    match &column.values {
        Values::Text(d) => d.clone(),
        _ => Dictionary::from_cells((0..column.len()).map(|row| column.text(row))),
    }
}

/// Applies `read` to each name once; the cells whose name is a null token, with what they say.
fn by_name<T: Copy>(
    d: &Dictionary,
    missing: T,
    mut read: impl FnMut(&str) -> Option<T>,
    lost: &mut Lost,
) -> (Vec<T>, Vec<NullToken>) {
    let counts = d.counts();
    let mut is_null = Vec::with_capacity(d.names.len());
    let mut read_names = Vec::with_capacity(d.names.len());
    for (name, &count) in d.names.iter().zip(&counts) {
        is_null.push(is_null_token(name));
        let value = if is_null_token(name) {
            None
        } else {
            read(name)
        };
        if value.is_none() && !is_null_token(name) {
            lost.add(count, || name.clone());
        }
        read_names.push(value.unwrap_or(missing));
    }
    let mut null_tokens = Vec::new();
    let mut cells = Vec::with_capacity(d.codes.len());
    for (row, &code) in d.codes.iter().enumerate() {
        cells.push(read_names.get(code as usize).copied().unwrap_or(missing));
        if code != MISSING_CODE && is_null.get(code as usize) == Some(&true) {
            null_tokens.push(NullToken {
                row: row as u32,
                token: d.name(row).unwrap_or_default().to_owned(),
            });
        }
    }
    (cells, null_tokens)
}

fn numbers(
    column: &Column,
    allowed: impl Fn(f64) -> bool,
    lost: &mut Lost,
) -> (Values, Vec<NullToken>) {
    match &column.values {
        Values::Text(d) => {
            let read = |text: &str| {
                let n = number::parse(trimmed(text.as_bytes()))?;
                (n.value.is_finite() && allowed(n.value)).then_some(n.value)
            };
            let (cells, null_tokens) = by_name(d, f64::NAN, read, lost);
            (Values::Number(cells), null_tokens)
        }
        Values::Number(v) => {
            let mut keep = |(row, &x): (usize, &f64)| {
                if x.is_nan() || allowed(x) {
                    return x;
                }
                lost.add(1, || column.text(row));
                f64::NAN
            };
            let cells = v.iter().enumerate().map(&mut keep).collect();
            (Values::Number(cells), column.null_tokens.clone())
        }
        Values::Time(v) => {
            let seconds = |&t: &i64| match t {
                MISSING_TIME => f64::NAN,
                _ => t as f64 / 1e6,
            };
            let seconds = Column {
                null_tokens: column.null_tokens.clone(),
                ..Column::number(column.name.clone(), v.iter().map(seconds).collect())
            };
            numbers(&seconds, allowed, lost)
        }
    }
}

fn booleans(column: &Column, lost: &mut Lost) -> (Values, Vec<NullToken>) {
    let Values::Text(d) = &column.values else {
        return numbers(column, |x| x == 0.0 || x == 1.0, lost);
    };
    let zero_one = |text: &str| match number::parse(text.as_bytes()) {
        Some(n) if n.value == 0.0 || n.value == 1.0 => Some(n.value),
        _ => None,
    };
    let present: Vec<&String> = d.names.iter().filter(|n| !is_null_token(n)).collect();
    if !present.is_empty() && present.iter().all(|n| zero_one(n).is_some()) {
        let (cells, null_tokens) = by_name(d, f64::NAN, zero_one, lost);
        return (Values::Number(cells), null_tokens);
    }
    // Any two names can be told apart as no and yes; of more, the words for no and yes stay.
    if present.len() <= 2 || is_no_yes(present.iter().copied()) {
        return (Values::Text(d.clone()), Vec::new());
    }
    let counts = d.counts();
    let mut out = d.clone();
    let keep: Vec<bool> = d
        .names
        .iter()
        .map(|n| is_null_token(n) || is_no_or_yes(n))
        .collect();
    for ((name, &kept), &count) in d.names.iter().zip(&keep).zip(&counts) {
        if !kept {
            lost.add(count, || name.clone());
        }
    }
    for code in &mut out.codes {
        if keep.get(*code as usize) == Some(&false) {
            *code = MISSING_CODE;
        }
    }
    (Values::Text(compacted(out)), Vec::new())
}

/// The same cells without the names that no cell carries any more.
fn compacted(d: Dictionary) -> Dictionary {
    Dictionary::from_cells((0..d.codes.len()).map(|row| d.name(row).unwrap_or_default()))
}

fn instants(column: &Column, lost: &mut Lost) -> (Values, Vec<NullToken>) {
    match &column.values {
        Values::Time(_) => (column.values.clone(), column.null_tokens.clone()),
        Values::Text(d) => {
            let present = || {
                d.names
                    .iter()
                    .map(String::as_str)
                    .filter(|n| !is_null_token(n))
            };
            // Whoever says that it is time says as much as a name can.
            let reader = TimeReader::for_names("timestamp", None, present);
            let read = |text: &str| reader?.read(text).map(|(micros, _)| micros);
            let (cells, null_tokens) = by_name(d, MISSING_TIME, read, lost);
            (Values::Time(cells), null_tokens)
        }
        Values::Number(v) => {
            let present = v.iter().copied().filter(|x| !x.is_nan());
            let unit = super::epoch::unit_of(super::epoch::TimeName::Yes, present);
            let mut read = |(row, &x): (usize, &f64)| {
                if x.is_nan() {
                    return MISSING_TIME;
                }
                let micros = unit.and_then(|unit: EpochUnit| unit.micros(x));
                if micros.is_none() {
                    lost.add(1, || column.text(row));
                }
                micros.unwrap_or(MISSING_TIME)
            };
            let cells = v.iter().enumerate().map(&mut read).collect();
            (Values::Time(cells), column.null_tokens.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_a_number_column_become_missing_and_are_told() {
        let column = Column::category("x", ["1", "two", "NA", "", "3.5", "two"]);
        let (numbers, notices) = retype(&column, ColumnKind::Number);
        let Values::Number(v) = &numbers.values else {
            panic!("numbers")
        };
        assert_eq!((v[0], v[4]), (1.0, 3.5));
        assert!([1, 2, 3, 5].iter().all(|&i| v[i].is_nan()));
        assert_eq!(numbers.null_token(2), Some("NA"));
        let [Notice::Unreadable { count, example, .. }] = &notices[..] else {
            panic!("{notices:?}")
        };
        assert_eq!((*count, example.as_str()), (2, "two"));
        let (_, notices) = retype(&column, ColumnKind::Integer);
        assert!(matches!(notices[..], [Notice::Unreadable { count: 3, .. }]));
    }

    #[test]
    fn numbers_become_names_and_come_back() {
        let mut column = Column::number("x", vec![1.0, f64::NAN, 2.5]);
        column.null_tokens.push(NullToken {
            row: 1,
            token: "None".to_owned(),
        });
        let (names, notices) = retype(&column, ColumnKind::Category);
        assert_eq!(
            names.values,
            Values::Text(Dictionary::from_cells(["1", "None", "2.5"]))
        );
        assert!(notices.is_empty());
        let (back, notices) = retype(&names, ColumnKind::Number);
        assert!(notices.is_empty());
        assert_eq!(back.null_tokens, column.null_tokens);
        assert_eq!(back.text(2), "2.5");
    }

    #[test]
    fn booleans_hold_two_values() {
        let (column, notices) = retype(
            &Column::category("x", ["yes", "no", "maybe", "None"]),
            ColumnKind::Boolean,
        );
        assert_eq!(
            column.values,
            Values::Text(Dictionary::from_cells(["yes", "no", "", "None"]))
        );
        assert!(matches!(notices[..], [Notice::Unreadable { count: 1, .. }]));
        let (column, _) = retype(&Column::category("x", ["1", "0", ""]), ColumnKind::Boolean);
        assert!(matches!(column.values, Values::Number(_)));
        let (_, notices) = retype(&Column::number("x", vec![0.0, 2.0]), ColumnKind::Boolean);
        assert!(matches!(notices[..], [Notice::Unreadable { count: 1, .. }]));
    }

    #[test]
    fn instants_and_numbers() {
        let (time, notices) = retype(
            &Column::number("x", vec![1_767_225_600.0, f64::NAN]),
            ColumnKind::Timestamp,
        );
        assert!(notices.is_empty());
        assert_eq!(
            time.values,
            Values::Time(vec![1_767_225_600_000_000, MISSING_TIME])
        );
        let (numbers, _) = retype(&time, ColumnKind::Number);
        assert_eq!(numbers.text(0), "1767225600");
        let (time, notices) = retype(
            &Column::category("x", ["2026-01-01", "soon"]),
            ColumnKind::Timestamp,
        );
        assert_eq!(time.text(0), "2026-01-01T00:00:00");
        assert!(matches!(notices[..], [Notice::Unreadable { count: 1, .. }]));
    }
}
