//! Columns that give the target away.

use super::*;

fn given_away(name: &str, target: &str) -> Option<Vec<String>> {
    let frame = suite(name)?;
    let choices = default_features(&frame, target);
    let told = choices.iter().filter(|c| c.notice.is_some());
    Some(told.map(|c| c.column.clone()).collect())
}

#[test]
fn columns_that_give_the_target_away_are_told() {
    for (name, target, expected) in [
        (
            "telemetry/petshop_low_traffic.csv",
            "label",
            &[
                "split",
                "issue",
                "target_metric",
                "root_cause",
                "invalid_AWS::DynamoDB::Table|requests|Sum",
            ][..],
        ),
        ("telemetry/cmapss_fd001_units1-70.csv", "label", &["RUL"]),
        (
            "telemetry/nezha_online_boutique_0823.csv",
            "label",
            &["any_fault"],
        ),
    ] {
        if let Some(told) = given_away(name, target) {
            assert_eq!(told, expected, "{name}");
        }
    }
    if let Some(frame) = suite("hostile/label_is_feature_copy.csv") {
        let choices = default_features(&frame, "label");
        let used: Vec<_> = choices
            .iter()
            .map(|c| (c.column.as_str(), c.used))
            .collect();
        assert_eq!(used, [("a", true), ("leak", false), ("label", false)]);
    }
}

#[test]
fn honest_columns_are_not_told() {
    for (name, target) in [
        ("seed/kubernetes_metrics_dataset.csv", "issue_type"),
        ("telemetry/devtrails_kubernetes_metrics.csv", "issue_type"),
        (
            "telemetry/dishang_resource_metrics.csv",
            "resource_exhaustion",
        ),
        ("telemetry/lgbm_multiclass_train.csv", "label"),
        ("telemetry/nab_aws_6series.csv", "label"),
        ("telemetry/ms_cloud_crash_and_api.csv", "label"),
        ("classic/anneal.csv", "class"),
        ("classic/breast_cancer.csv", "target"),
        ("classic/car.csv", "class"),
        ("classic/digits.csv", "target"),
        ("classic/iris.csv", "target"),
        ("classic/kr_vs_kp.csv", "class"),
        ("classic/mushroom.csv", "class"),
        ("classic/pendigits.csv", "class"),
        ("classic/segment.csv", "class"),
        ("classic/spambase.csv", "class"),
        ("classic/vehicle.csv", "Class"),
        ("classic/wine.csv", "target"),
    ] {
        if let Some(told) = given_away(name, target) {
            assert_eq!(told, [""; 0], "{name}");
        }
    }
}

#[test]
fn a_table_of_giveaways_alone_is_still_learned_from() {
    let frame = Frame::new(
        "t",
        vec![
            Column::number("x", (0..100).map(f64::from).collect()),
            Column::category("y", (0..100).map(|i| if i < 50 { "a" } else { "b" })),
        ],
    )
    .unwrap();
    let choices = default_features(&frame, "y");
    assert!(choices[0].used && choices[0].notice.is_some() && choices[0].why_not.is_empty());
    assert!(!choices[1].used);
    assert!(default_features(&frame, "nope").is_empty());
}

#[test]
fn a_simulated_cluster_gives_nothing_away() {
    for seed in [1, 42] {
        let scenario = Scenario {
            num_samples: 20_000,
            time_periods_hours: Some(168),
            issue_probability: 0.3,
            seed,
            ..Scenario::default()
        };
        let frame = Simulation::new(scenario.check().unwrap()).finish();
        let choices = default_features(&frame, "issue_type");
        let told: Vec<_> = choices.iter().filter_map(|c| c.notice.clone()).collect();
        assert_eq!(told, [], "seed {seed}");
        assert!(choices.iter().filter(|c| c.used).count() > 15);
    }
}
