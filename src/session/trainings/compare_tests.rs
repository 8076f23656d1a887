use ndarray::Array2;

use super::super::run::{Judged, RunRows};
use super::*;
use crate::data::{Column, Frame};
use crate::json;
use crate::protocol::Options;
use crate::session::compare::{Compared, KeptRun, compare};

/// Twelve rows of two classes, without a time.
fn table() -> Frame {
    let columns = vec![
        Column::number("load", (0..12).map(f64::from).collect()),
        Column::category(
            "issue",
            (0..12).map(|row| ["none", "oom"][usize::from(row > 5)]),
        ),
    ];
    Frame::new("pods.csv", columns).unwrap()
}

/// What a run called some rows of it, its class of each with a probability of .8.
fn run(rows: &[u32], predicted: &[u32], trees: u32) -> TrainedRun {
    let truth: Vec<u32> = rows.iter().map(|&row| u32::from(row > 5)).collect();
    let mut options = Options::default();
    options.prepare.target = "issue".to_owned();
    options.prepare.seed = u64::from(trees);
    let judged = Judged {
        truth: &truth,
        predicted,
        probabilities: &Array2::from_shape_fn((rows.len(), 2), |(at, class)| {
            if predicted[at] as usize == class {
                0.8
            } else {
                0.2
            }
        }),
    };
    let classes = ["none".to_owned(), "oom".to_owned()];
    RunRows::new(&table(), &options, &classes, rows).judged(3, &judged)
}

/// The first judged rows 0, 2, 4, 6, 8, 10 and called 0, 2 and 6 wrongly; the second judged 2, 4, 6, 8, 10, 11 and called 8 and 11
/// wrongly. In common are 2, 4, 6, 8 and 10: 3 of 5 against 4 of 5. Right in both: 4 (none) and 10 (oom); in the first alone: 8;
/// in the second alone: 2 and 6. Of the eight exchanges all have a sum of 1 or 3 of three: p = 1. F1 of the first: 2 / 4 and 4 / 6,
/// of the second 4 / 5 and 4 / 5: .8 - .5833 = .2167.
#[test]
fn rows_in_common_are_compared() {
    let first = run(&[0, 2, 4, 6, 8, 10], &[1, 1, 0, 0, 1, 1], 1);
    let second = run(&[2, 4, 6, 8, 10, 11], &[0, 0, 1, 0, 1, 0], 2);
    let found = compare_trainings(&first, &second).unwrap();
    assert_eq!(found.rows, [5, 1, 1]);
    assert_eq!(found.report.accuracy.of, [Some(0.6), Some(0.8)]);
    assert_eq!(found.report.sides, [[1, 0, 1, 0], [1, 1, 1, 0]]);
    assert_eq!(found.report.accuracy.test.map(|t| t.p), Some(1.0));
    // -ln .8 of those called rightly, -ln .2 of the others; kept in steps.
    let loss = |right: f64| (-right * libm::log(0.8) - (5.0 - right) * libm::log(0.2)) / 5.0;
    for (of, right) in found.report.log_loss.of.iter().zip([3.0, 4.0]) {
        assert!((of.unwrap() - loss(right)).abs() < 2e-3, "{of:?}");
    }
    assert_eq!(
        found.finding,
        "The second names 1 more of the 5 rows in common rightly (p = 1.00, which chance alone could do), with macro F1 0.2167 higher (p = 1.00, no sure difference)."
    );
    let differs: Vec<&str> = found
        .differs
        .iter()
        .map(|[name, ..]| name.as_str())
        .collect();
    assert_eq!(differs, ["seed"]);
    assert_eq!(
        found.notes,
        [
            "5 rows were judged in both and are compared; 1 of the first and 1 of the second were not judged in the other.",
            "The table has no entities over time: its rows are taken for independent.",
        ]
    );
    let told = found.told();
    assert_eq!(told.tables.len(), 3);
    let (caption, sides) = &told.tables[2];
    assert_eq!(caption, "3 rows changed sides");
    assert_eq!(sides[1], ["none", "2", "1", "0", "1", "0"]);
    assert_eq!(sides[2], ["oom", "3", "1", "1", "1", "0"]);
    assert!(
        found.to_text().contains("balanced accuracy"),
        "{}",
        found.to_text()
    );
    assert!(json::Value::of_text(found.to_json().as_bytes()).is_ok());
}

#[test]
fn who_saw_the_answers_is_not_believed() {
    let first = run(&[0, 2, 7], &[0, 0, 1], 1);
    let second = TrainedRun {
        leaks: true,
        ..first.clone()
    };
    let found = compare_trainings(&first, &second).unwrap();
    assert_eq!(
        found.notes[0],
        "The second run was judged on the table that it learned from: its figures are not to be believed."
    );
}

#[test]
fn other_data_other_targets_and_other_rows_are_refused() {
    let first = run(&[0, 2], &[0, 0], 1);
    let other = TrainedRun {
        fingerprint: "else".to_owned(),
        ..first.clone()
    };
    let refused = |second: &TrainedRun| compare_trainings(&first, second).unwrap_err();
    assert!(matches!(refused(&other), CompareError::OtherData(_)));
    let other = TrainedRun {
        target: "else".to_owned(),
        ..first.clone()
    };
    assert!(matches!(refused(&other), CompareError::OtherTarget(_)));
    let other = run(&[1, 3, 5], &[0, 0, 0], 1);
    assert_eq!(refused(&other), CompareError::NoRowsInCommon([2, 3]));
    let words = refused(&other).failure();
    assert!(words.detail.contains("of 2 rows"), "{words:?}");
    // A forecast is another thing.
    let read = |text: &str| KeptRun::of_json(text.as_bytes()).unwrap();
    let training = read(&format!(
        "{{\"accuracy\": 1, \"run\": {}}}",
        first.kept_text()
    ));
    let forecast = read("{\"span_secs\": [0, 1], \"watched\": \"x\"}");
    assert_eq!(
        compare(&training, &forecast, None),
        Err(CompareError::Unlike)
    );
    let Ok(Compared::Trainings(same)) = compare(&training, &training, Some(0.5)) else {
        panic!("a run can be compared with itself");
    };
    assert_eq!(same.report.accuracy.difference, Some(0.0));
    assert!(
        same.finding.starts_with("Both name as many of the 2 rows"),
        "{}",
        same.finding
    );
}

/// A model that knows one class more: its number in the other's list is another.
#[test]
fn classes_are_known_by_their_names() {
    let first = run(&[0, 2, 7, 9], &[0, 0, 1, 0], 1);
    let mut second = run(&[0, 2, 7, 9], &[1, 0, 1, 1], 1);
    second.classes = vec!["none".to_owned(), "dns".to_owned()];
    let found = compare_trainings(&first, &second).unwrap();
    assert_eq!(found.classes, ["none", "oom", "dns"]);
    // Rows 0, 7 and 9 are called dns by the second: none of them rightly.
    assert_eq!(found.report.accuracy.of, [Some(0.75), Some(0.25)]);
}
