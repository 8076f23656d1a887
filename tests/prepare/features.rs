//! What becomes of each column, and what the features are called.

use super::*;

#[test]
fn a_feature_is_missing_where_a_target_has_a_class() {
    let frame = sample();
    let y = frame.column("y").unwrap().classes();
    assert_eq!(y.names, ["None", "oom"]);
    let (recipe, _) = Recipe::fit(&frame, &params(&frame), &all_rows(&frame)).unwrap();
    let features = recipe.transform(&frame, &[0, 1, 2, 3, 4]).unwrap();
    assert_eq!(features.names, ["cpu", "restarts", "up", "zone"]);
    assert_eq!(feature(&features, "up"), [1.0, 0.0, 0.0, 1.0, 0.0]);
    // `None` and the empty cell are missing; the rest are in the order of their names.
    let zone = feature(&features, "zone");
    assert_eq!((zone[0], zone[1], zone[3]), (1.0, 0.0, 2.0));
    assert!(zone[2].is_nan() && zone[4].is_nan());
    // Each feature's values lie together.
    assert!(features.matrix.t().is_standard_layout());
    assert!(recipe.leaves_missing());
}

#[test]
fn one_hot_columns_say_from_which_column_they_come() {
    let frame = sample();
    let mut params = params(&frame);
    params.encoding = EncodingRule::OneHot;
    params.indicator = true;
    let (recipe, _) = Recipe::fit(&frame, &params, &all_rows(&frame)).unwrap();
    let names = [
        "cpu",
        "cpu is missing",
        "restarts",
        "up",
        "zone=a",
        "zone=b",
        "zone=c",
        "zone is missing",
    ];
    assert_eq!(recipe.feature_names(), names);
    assert_eq!(recipe.sources(), [0, 0, 1, 2, 3, 3, 3, 3]);
    let features = recipe.transform(&frame, &[0, 2, 3]).unwrap();
    let row = |i: usize| {
        features
            .matrix
            .row(i)
            .iter()
            .skip(4)
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(row(0), [0.0, 1.0, 0.0, 0.0]);
    assert_eq!(row(1), [0.0, 0.0, 0.0, 1.0]);
    assert_eq!(row(2), [0.0, 0.0, 1.0, 0.0]);
}

#[test]
fn names_of_features_are_unique() {
    let frame = Frame::new(
        "t",
        vec![
            Column::number("a=b", vec![1.0, 2.0]),
            Column::category("a", ["b", "c"]),
        ],
    )
    .unwrap();
    let mut params = params(&frame);
    params.encoding = EncodingRule::OneHot;
    let (recipe, _) = Recipe::fit(&frame, &params, &[0, 1]).unwrap();
    assert_eq!(recipe.feature_names(), ["a=b", "a=b (2)", "a=c"]);
}

#[test]
fn long_headers_stay_short_and_many_equal_names_are_told_apart() {
    let long = "x".repeat(300);
    let column = |i: usize| Column::number(format!("{long}{i}"), vec![1.0, f64::NAN]);
    let frame = Frame::new("t", (0..2_000).map(column).collect()).unwrap();
    let mut params = params(&frame);
    params.indicator = true;
    let (recipe, _) = Recipe::fit(&frame, &params, &[0, 1]).unwrap();
    let names = recipe.feature_names();
    assert_eq!(names[1], format!("{} is missing", "x".repeat(200)));
    assert_eq!(names[3], format!("{} is missing (2)", "x".repeat(200)));
    let distinct: std::collections::HashSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), 4_000);
}

#[test]
fn rows_that_miss_a_cell_are_dropped_and_told() {
    let frame = sample();
    let mut params = params(&frame);
    params.missing = MissingRule::DropRows;
    let (recipe, notices) = Recipe::fit(&frame, &params, &all_rows(&frame)).unwrap();
    let features = recipe.transform(&frame, &all_rows(&frame)).unwrap();
    assert!(features.matrix.iter().all(|x| x.is_finite()));
    assert_eq!(features.rows.len(), features.matrix.nrows());
    assert!(!features.rows.contains(&2) && !features.rows.contains(&3));
    let dropped = (40 - features.rows.len()) as u64;
    assert_eq!(notices, [Notice::DroppedRows { rows: dropped }]);
    assert!(!recipe.leaves_missing());
}

#[test]
fn a_column_that_training_lacks_is_left_out_and_told() {
    let frame = Frame::new(
        "t",
        vec![
            Column::number("a", vec![1.0, 2.0, 3.0]),
            Column::number("b", vec![f64::NAN, f64::NAN, 3.0]),
        ],
    )
    .unwrap();
    for missing in [
        MissingRule::AsIs,
        MissingRule::DropRows,
        MissingRule::Constant(0.0),
    ] {
        let mut params = params(&frame);
        params.missing = missing;
        let (recipe, notices) = Recipe::fit(&frame, &params, &[0, 1]).unwrap();
        assert_eq!(recipe.feature_names(), ["a"]);
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].column(), Some("b"));
    }
}

#[test]
fn what_cannot_be_a_feature_is_refused_in_words() {
    let mut frame = sample();
    let time = Column::time("cpu", (0..40).collect());
    frame.replace(0, time).unwrap();
    let refused = |frame: &Frame, params: &RecipeParams| {
        let error = Recipe::fit(frame, params, &all_rows(frame)).unwrap_err();
        assert!(!error.hint().is_empty());
        error.to_string()
    };
    let all = params(&frame);
    assert_eq!(
        refused(&frame, &all),
        "the column \"cpu\" is a timestamp and cannot be a feature"
    );
    let with = |columns: &[&str]| RecipeParams {
        columns: columns.iter().map(ToString::to_string).collect(),
        ..all.clone()
    };
    assert_eq!(
        refused(&frame, &with(&["zone", "y"])),
        "the target \"y\" cannot be a feature of its own prediction"
    );
    assert_eq!(
        refused(&frame, &with(&["nope"])),
        "there is no column \"nope\""
    );
    assert_eq!(
        refused(&frame, &with(&["up", "up"])),
        "the column \"up\" is listed twice"
    );
    assert_eq!(
        refused(&frame, &with(&[])),
        "no column is left to learn from"
    );
    let mut odd = with(&["restarts"]);
    odd.missing = MissingRule::Constant(f64::NAN);
    assert!(refused(&frame, &odd).contains("cannot be filled"));
    assert!(matches!(
        Recipe::fit(&frame, &with(&["up"]), &[40]),
        Err(PrepareError::RowOutOfRange { row: 40, rows: 40 })
    ));
    // A million names: refused one-hot with the column's name.
    let wide = Frame::new(
        "t",
        vec![Column::category("id", (0..9_000).map(|i| format!("n{i}")))],
    )
    .unwrap();
    let mut params = params(&wide);
    params.encoding = EncodingRule::OneHot;
    assert!(refused(&wide, &params).contains("9000 features, more than 5000"));
    params.encoding = EncodingRule::Ordinal;
    assert!(Recipe::fit(&wide, &params, &all_rows(&wide)).is_ok());
}

#[test]
fn categories_as_they_are_keep_the_most_frequent_names() {
    // 300 names, of which name i stands in i + 1 rows: the first 46 are the rarest.
    let names = (0..300).flat_map(|i| std::iter::repeat_n(format!("w{i:03}"), i + 1));
    let frame = Frame::new("t", vec![Column::category("workload", names)]).unwrap();
    let mut params = params(&frame);
    params.encoding = EncodingRule::Sets;
    let (recipe, _) = Recipe::fit(&frame, &params, &all_rows(&frame)).unwrap();
    assert_eq!(recipe.category_features(), [0]);
    let other = Frame::new(
        "o",
        vec![Column::category(
            "workload",
            ["w046", "w299", "w045", "new"],
        )],
    )
    .unwrap();
    let features = recipe.transform(&other, &[0, 1, 2, 3]).unwrap();
    let codes: Vec<f64> = features.matrix.column(0).to_vec();
    assert_eq!(codes[..2], [0.0, 253.0]);
    assert!(
        codes[2].is_nan() && codes[3].is_nan(),
        "rare and unseen say nothing"
    );
}
