//! A recipe on a table that it was not fitted on.

use super::*;

#[test]
fn every_missing_renamed_and_retyped_column_is_named() {
    let frame = sample();
    let (recipe, _) = Recipe::fit(&frame, &params(&frame), &all_rows(&frame)).unwrap();
    let other = Frame::new(
        "other",
        vec![
            Column::category("Zone Name", ["a", "b"]),
            Column::category("cpu", ["high", "low"]),
            Column::number("Restarts (count)", vec![1.0, 2.0]),
            Column::time("up", vec![1, 2]),
        ],
    )
    .unwrap();
    let error = recipe.match_columns(&other).unwrap_err();
    assert_eq!(error, recipe.transform(&other, &[0]).unwrap_err());
    let PrepareError::Mismatch { missing, retyped } = &error else {
        panic!("{error:?}");
    };
    let likely: Vec<_> = missing
        .iter()
        .map(|m| (m.column.as_str(), m.likely.as_deref()))
        .collect();
    assert_eq!(
        likely,
        [
            ("restarts", Some("Restarts (count)")),
            ("zone", Some("Zone Name"))
        ]
    );
    let names: Vec<_> = retyped
        .iter()
        .map(|r| (r.column.as_str(), r.expected, r.found))
        .collect();
    assert_eq!(
        names,
        [
            ("cpu", ColumnKind::Number, ColumnKind::Category),
            ("up", ColumnKind::Boolean, ColumnKind::Timestamp)
        ]
    );
    let text = error.to_string();
    for part in [
        "\"restarts\" is missing",
        "\"cpu\" was a number in training and is a category here (\"high\")",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn order_extra_columns_and_unseen_names_are_told_and_harmless() {
    let frame = sample();
    let (recipe, _) = Recipe::fit(&frame, &params(&frame), &all_rows(&frame)).unwrap();
    // A small file: its integers are one value, its category has names of its own, its order is another.
    let mut restarts = Column::number("restarts", vec![2.0, 2.0]);
    restarts.kind = ColumnKind::Constant;
    let mut zone = Column::category("zone", ["z", "a"]);
    zone.kind = ColumnKind::Identifier;
    let other = Frame::new(
        "other",
        vec![
            Column::number("extra", vec![0.0, 0.0]),
            zone,
            restarts,
            Column::integer("up", vec![1.0, 0.0]),
            Column::category("cpu", ["NA", "12.5"]),
        ],
    )
    .unwrap();
    let notices = recipe.match_columns(&other).unwrap();
    assert_eq!(
        notices,
        [
            Notice::ColumnOrder,
            Notice::ExtraColumn {
                column: "extra".to_owned()
            },
            Notice::UnseenCategories {
                column: "zone".to_owned(),
                names: vec!["z".to_owned()],
                rows: 1
            },
        ]
    );
    let features = recipe.transform(&other, &[1, 0]).unwrap();
    assert_eq!(features.matrix.row(0).to_vec(), [12.5, 2.0, 0.0, 0.0]);
    let row = features.matrix.row(1).to_vec();
    assert!(row[0].is_nan() && row[3].is_nan());
    assert_eq!(row[1..3], [2.0, 1.0]);
    // The same table as in training is told nothing.
    assert_eq!(recipe.match_columns(&frame).unwrap(), []);
}
