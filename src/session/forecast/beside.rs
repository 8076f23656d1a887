//! Another table below the one at hand: rows that nothing was learned from, to judge by.

use super::parts::TOGETHER;
use super::{ForecastError, ForecastSpec};
use crate::data::{Column, Dictionary, Frame, SortedMap, Values};
use crate::session::keys::keys;

/// Both tables in one, and how many rows the first has. Entities, clusters and nodes of the second are others than those of
/// the first, whatever their names.
///
/// # Errors
/// [`ForecastError::OtherColumns`] where the second lacks a column, or holds something else in it.
pub(super) fn beside(
    frame: &Frame,
    other: &Frame,
    spec: &ForecastSpec,
) -> Result<(Frame, u32), ForecastError> {
    let found = keys(frame, spec.time.as_deref(), &spec.entity, &spec.target);
    let mut apart = found.map_or_else(|_| spec.entity.clone(), |(_, entity)| entity);
    apart.extend(TOGETHER.map(str::to_owned));
    let below = |top: &Column| {
        let lacks = |what| ForecastError::OtherColumns {
            column: top.name.clone(),
            what,
        };
        let found = other.column(&top.name).ok_or(lacks("is not there"))?;
        let values = match (&top.values, &found.values) {
            (Values::Number(a), Values::Number(b)) => {
                let shift = if apart.contains(&top.name) {
                    above(a) - below_all(b)
                } else {
                    0.0
                };
                Values::Number(
                    a.iter()
                        .copied()
                        .chain(b.iter().map(|x| x + shift))
                        .collect(),
                )
            }
            (Values::Time(a), Values::Time(b)) => {
                Values::Time(a.iter().chain(b).copied().collect())
            }
            (Values::Text(a), Values::Text(b)) => {
                let mark = if apart.contains(&top.name) {
                    " (elsewhere)"
                } else {
                    ""
                };
                Values::Text(joined(a, b, mark))
            }
            _ => return Err(lacks("holds values of another kind")),
        };
        Ok(Column {
            values,
            null_tokens: Vec::new(),
            ..top.clone()
        })
    };
    let columns: Result<Vec<Column>, ForecastError> = frame.columns().iter().map(below).collect();
    let joined = Frame::new(frame.name.clone(), columns?);
    let joined = joined.map_err(|e| ForecastError::Learn(e.to_string()))?;
    Ok((joined, frame.rows() as u32))
}

/// A whole number above all of these.
fn above(numbers: &[f64]) -> f64 {
    let largest = numbers.iter().copied().filter(|x| x.is_finite());
    largest.fold(0.0, f64::max).floor() + 1.0
}

/// A whole number, at most 0, that none of these is below.
fn below_all(numbers: &[f64]) -> f64 {
    let least = numbers.iter().copied().filter(|x| x.is_finite());
    least.fold(0.0, f64::min).floor()
}

/// The names of the second are those of the first where they are equal, with `mark` behind them.
fn joined(a: &Dictionary, b: &Dictionary, mark: &str) -> Dictionary {
    let mut names = a.names.clone();
    let mut known: SortedMap<String, u32> = SortedMap::default();
    for (code, name) in (0_u32..).zip(&a.names) {
        known.insert(name.clone(), code);
    }
    let code_of = |name: &String| {
        let name = format!("{name}{mark}");
        known.get(&name).copied().unwrap_or_else(|| {
            names.push(name);
            names.len() as u32 - 1
        })
    };
    let codes: Vec<u32> = b.names.iter().map(code_of).collect();
    let below = b.codes.iter();
    let below = below.map(|&code| codes.get(code as usize).copied().unwrap_or(code));
    Dictionary {
        codes: a.codes.iter().copied().chain(below).collect(),
        names,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(pods: [&str; 2], issue: [&str; 2]) -> Frame {
        let columns = vec![
            Column::time("at", vec![0, 60_000_000]),
            Column::category("pod", pods),
            Column::number("node", vec![0.0, 7.0]),
            Column::number("load", vec![1.0, 2.0]),
            Column::category("issue", issue),
        ];
        Frame::new("t", columns).unwrap()
    }

    #[test]
    fn entities_stay_apart_and_classes_meet() {
        let spec = ForecastSpec {
            entity: vec!["pod".to_owned()],
            target: "issue".to_owned(),
            ..ForecastSpec::default()
        };
        let (own, other) = (
            table(["a", "b"], ["normal", "oom"]),
            table(["b", ""], ["oom", "dns"]),
        );
        let (both, rows) = beside(&own, &other, &spec).unwrap();
        assert_eq!((both.rows(), rows), (4, 2));
        let texts = |name: &str| -> Vec<String> {
            let column = both.column(name).unwrap();
            (0..4).map(|row| column.text(row)).collect()
        };
        assert_eq!(texts("pod"), ["a", "b", "b (elsewhere)", ""]);
        assert_eq!(texts("issue"), ["normal", "oom", "oom", "dns"]);
        assert_eq!(texts("node"), ["0", "7", "8", "15"]);
        assert_eq!(texts("load"), ["1", "2", "1", "2"]);
        assert_eq!(both.column("issue").unwrap().classes().names.len(), 3);
        let columns = other.columns().iter().filter(|c| c.name != "load").cloned();
        let lacking = Frame::new("t", columns.collect()).unwrap();
        let error = beside(&own, &lacking, &spec).unwrap_err();
        assert!(
            error.to_string().contains("\"load\" is not there"),
            "{error}"
        );
    }
}
