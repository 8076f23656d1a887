//! The column that a user most likely wants predicted.

use super::epoch::words;
use crate::data::{Column, ColumnKind, Frame, Values};

/// Names of labels, the surest first.
const LABELS: [&str; 22] = [
    "issue_type",
    "label",
    "labels",
    "target",
    "class",
    "issue",
    "failure_type",
    "failure",
    "fault",
    "fault_type",
    "anomaly",
    "is_anomaly",
    "outcome",
    "incident",
    "root_cause",
    "category",
    "status",
    "alert",
    "y",
    "output",
    "result",
    "type",
];
/// Words that end the names of labels: `machine_failure`, `attack_type`.
const LABEL_WORDS: [&str; 12] = [
    "label",
    "target",
    "class",
    "failure",
    "fault",
    "anomaly",
    "issue",
    "incident",
    "outcome",
    "attack",
    "exhaustion",
    "crash",
];
/// More classes than this are no classes.
const MOST_CLASSES: usize = 100;

/// The likeliest target: a column named like a label, by preference of the name; else the last column that is not a
/// timestamp, if it holds names, yes and no, or few integers. `None` where nothing looks like a target.
pub fn guess_target(frame: &Frame) -> Option<usize> {
    let columns = frame.columns();
    let named = |wanted: &str| {
        columns
            .iter()
            .position(|c| words(&c.name).join("_") == wanted)
    };
    // A column that can be a target goes before one that only has the name.
    let by_name: Vec<usize> = LABELS.iter().filter_map(|name| named(name)).collect();
    if let Some(&at) = by_name.iter().find(|&&at| holds_classes(&columns[at])) {
        return Some(at);
    }
    let by_word = columns.iter().rposition(|c| {
        let words = words(&c.name);
        let last = words.iter().rev().find(|w| *w != "type");
        last.is_some_and(|w| LABEL_WORDS.contains(&w.as_str())) && holds_classes(c)
    });
    if by_word.is_some() {
        return by_word;
    }
    let last = columns
        .iter()
        .rposition(|c| c.kind != ColumnKind::Timestamp)
        .filter(|&at| holds_classes(&columns[at]));
    // A label with one class, or none, is still what was meant: it is told why it cannot be learned.
    last.or(by_name.first().copied().filter(|&at| {
        !matches!(
            columns[at].kind,
            ColumnKind::Number | ColumnKind::Timestamp | ColumnKind::Identifier
        )
    }))
}

/// Whether a column's values can be classes.
fn holds_classes(column: &Column) -> bool {
    match (&column.values, column.kind) {
        (_, ColumnKind::Boolean | ColumnKind::Category) => true,
        (Values::Number(v), ColumnKind::Integer) => {
            let mut seen: Vec<f64> = Vec::new();
            for &x in v.iter().filter(|x| !x.is_nan()) {
                if let Err(at) = seen.binary_search_by(|y| y.total_cmp(&x)) {
                    if seen.len() == MOST_CLASSES {
                        return false;
                    }
                    seen.insert(at, x);
                }
            }
            seen.len() >= 2 && (seen.len() <= 20 || seen.len() * 20 <= v.len())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(columns: Vec<Column>) -> Option<String> {
        let frame = Frame::new("t", columns).expect("a table");
        guess_target(&frame).map(|at| frame.columns()[at].name.clone())
    }

    #[test]
    fn a_name_goes_before_the_place() {
        let words = |name: &str| Column::category(name, ["a", "b", "a"]);
        let numbers = |name: &str| Column::number(name, vec![0.5, 1.5, 2.5]);
        let codes = |name: &str| Column::integer(name, vec![0.0, 3.0, 2.0]);
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(
            guess(vec![codes("label"), numbers("x"), words("pod")]),
            some("label")
        );
        assert_eq!(
            guess(vec![words("label"), words("issue_type"), words("z")]),
            some("issue_type")
        );
        assert_eq!(guess(vec![numbers("x"), words("Class")]), some("Class"));
        assert_eq!(
            guess(vec![words("machine_failure"), words("pod"), numbers("x")]),
            some("machine_failure")
        );
        assert_eq!(guess(vec![numbers("y"), words("kind")]), some("kind"));
        assert_eq!(
            guess(vec![words("kind"), Column::time("t", vec![1, 2, 3])]),
            some("kind")
        );
        assert_eq!(guess(vec![words("a"), numbers("x")]), None);
        let mut constant = words("label");
        constant.kind = ColumnKind::Constant;
        assert_eq!(guess(vec![numbers("x"), constant]), some("label"));
    }
}
