//! Options read from words.

use super::*;
use crate::protocol::SimulateSpec;

fn train(words: &str) -> TrainArgs {
    let words = format!("kubecast train a.csv {words}");
    match Args::try_parse_from(words.split_whitespace()).map(|args| args.command) {
        Ok(Command::Train(args)) => *args,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_said_means_the_defaults_of_the_page() {
    assert_eq!(train("").prepare().unwrap(), PrepareSpec::default());
    for (words, spec) in [
        ("", ModelSpec::default()),
        (
            "--model gradient-boosting",
            ModelSpec::GradientBoosting(BoostSpec::default()),
        ),
        (
            "--model decision-tree",
            ModelSpec::DecisionTree(TreeSpec::default()),
        ),
    ] {
        assert_eq!(train(words).model().unwrap(), spec);
    }
    match Args::try_parse_from(["kubecast", "simulate"])
        .unwrap()
        .command
    {
        Command::Simulate(args) => assert_eq!(args.spec(), SimulateSpec::default()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_option_arrives() {
    let args = train(
        "--target y --columns a,b --kind x=y=category --missing constant --missing-value -1.5 --indicator \
         --scaling min-max --encoding one-hot --test-share 0.4 --seed 7 --no-stratify --no-unfamiliar",
    );
    assert_eq!(
        args.prepare().unwrap(),
        PrepareSpec {
            target: "y".to_owned(),
            columns: vec!["a".to_owned(), "b".to_owned()],
            missing: Missing::Constant(-1.5),
            indicator: true,
            scaling: Scaling::MinMax,
            encoding: Encoding::OneHot,
            test_share: 0.4,
            seed: 7,
            stratify: false,
            mark_unfamiliar: false,
            ..PrepareSpec::default()
        }
    );
    let past = train("--unfamiliar-own-past --time at --entity node,pod");
    assert_eq!(
        past.prepare().unwrap(),
        PrepareSpec {
            unfamiliar_own_past: true,
            time: Some("at".to_owned()),
            entity: vec!["node".to_owned(), "pod".to_owned()],
            ..PrepareSpec::default()
        }
    );
    assert_eq!(args.kinds(), [("x=y".to_owned(), ColumnKind::Category)]);
    let forest = train(
        "--trees 9 --max-depth 4 --min-samples-split 5 --min-samples-leaf 6 --max-features 0.5 \
         --class-weight none --criterion entropy --no-bootstrap --random-cuts --max-leaves 12 --out-of-bag",
    );
    assert_eq!(
        forest.model().unwrap(),
        ModelSpec::RandomForest(ForestSpec {
            trees: 9,
            max_depth: Some(4),
            min_samples_split: 5,
            min_samples_leaf: 6,
            max_features: MaxFeatures::Share(0.5),
            class_weight: ClassWeight::None,
            criterion: Criterion::Entropy,
            bootstrap: false,
            random_cuts: true,
            max_leaves: Some(12),
            out_of_bag: true,
        })
    );
    let boosting = train(
        "--model gradient-boosting --rounds 9 --learning-rate 0.3 --max-depth 4 --min-samples-leaf 6 --l2 2 \
         --subsample 0.5 --class-weight balanced --max-leaves 31 --min-hessian 2 --min-gain 0.5 \
         --column-share 0.7 --stop-after 12",
    );
    assert_eq!(
        boosting.model().unwrap(),
        ModelSpec::GradientBoosting(BoostSpec {
            rounds: 9,
            learning_rate: 0.3,
            max_depth: Some(4),
            max_leaves: Some(31),
            min_samples_leaf: 6,
            min_hessian: 2.0,
            min_gain: 0.5,
            l2: 2.0,
            subsample: 0.5,
            column_share: Some(0.7),
            stop_after: Some(12),
            class_weight: ClassWeight::Balanced,
        })
    );
    let by_leaves = train("--model gradient-boosting --max-leaves 63");
    assert_eq!(
        by_leaves.model().unwrap(),
        ModelSpec::GradientBoosting(BoostSpec {
            max_leaves: Some(63),
            ..BoostSpec::default()
        })
    );
    let by_depth = train("--model gradient-boosting --max-depth 3");
    assert_eq!(
        by_depth.model().unwrap(),
        ModelSpec::GradientBoosting(BoostSpec {
            max_depth: Some(3),
            max_leaves: None,
            ..BoostSpec::default()
        })
    );
}

#[test]
fn an_option_of_another_model_is_refused_by_name() {
    for words in [
        "--rounds 5",
        "--model decision-tree --trees 3",
        "--model decision-tree --class-weight none",
        "--model gradient-boosting --no-bootstrap",
    ] {
        let failure = train(words).model().unwrap_err();
        let option = words
            .split(' ')
            .rev()
            .find(|w| w.starts_with("--"))
            .unwrap();
        assert!(failure.title.starts_with(option), "{failure}");
        assert_eq!(failure.code, FailureCode::Option);
    }
    assert!(train("--missing constant").prepare().is_err());
    assert!(train("--missing-value 3").prepare().is_err());
}

#[test]
fn no_two_options_of_a_command_have_one_name() {
    grammar().debug_assert();
}
