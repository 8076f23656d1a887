//! The isolation forest against scikit-learn 1.9.1's: its trees scored by us, our trees beside its own, and what must
//! hold whatever is drawn. `fixtures/make_isolation.py` made the fixtures.

use kubecast::learn::{
    Amount, IsolationFitter, IsolationForest, IsolationParams, IsolationUnitGrower,
};
use kubecast::trees::{IsolationNode, IsolationTree, Reader, Rng, Writer};
use linfa::ParamGuard as _;
use linfa::prelude::*;
use ndarray::{Array1, Array2, Axis};
use proptest::prelude::*;
use serde_json::Value;

fn cases() -> Vec<Value> {
    let fixture: Value = serde_json::from_str(include_str!("fixtures/isolation.json")).unwrap();
    fixture["cases"].as_array().unwrap().clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap();
    list.iter()
        .map(|v| v.as_f64().unwrap_or(f64::NAN))
        .collect()
}

fn rows(case: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = case["x"].as_array().unwrap().iter().map(numbers).collect();
    let flat: Vec<f64> = rows.concat();
    Array2::from_shape_vec((rows.len(), rows[0].len()), flat).unwrap()
}

fn params(case: &Value) -> IsolationParams {
    let options = &case["options"];
    let amount = |v: &Value| match v.as_u64() {
        Some(count) => Some(Amount::Count(count as u32)),
        None => v.as_f64().map(Amount::Share),
    };
    let mut params = IsolationParams::new()
        .max_samples(amount(&options["max_samples"]))
        .contamination(options["contamination"].as_f64());
    if let Some(features) = amount(&options["max_features"]) {
        params = params.max_features(features);
    }
    params
}

fn fit(x: &Array2<f64>, weights: Option<&[f64]>, params: IsolationParams) -> IsolationForest {
    let mut fitter = IsolationFitter::new(x.view(), weights, params.check().unwrap()).unwrap();
    while fitter.step().unwrap() {}
    fitter.finish().unwrap()
}

fn bytes(forest: &IsolationForest) -> Vec<u8> {
    let mut w = Writer::new();
    forest.write(&mut w);
    w.into_bytes()
}

/// scikit-learn's arrays as a tree of ours: siblings side by side, children after their parents.
fn import(tree: &Value, features: usize, rows: u32) -> IsolationTree {
    let list = |name: &str| numbers(&tree[name]);
    let (left, right) = (list("left"), list("right"));
    let (feature, threshold) = (list("feature"), list("threshold"));
    let (missing_left, count) = (list("missing_left"), list("rows"));
    let mut order = vec![0_usize];
    let mut nodes = Vec::new();
    let mut at = 0;
    while at < order.len() {
        let theirs = order[at];
        at += 1;
        if left[theirs] < 0.0 {
            let rows = count[theirs] as u32;
            nodes.push(IsolationNode::Leaf { rows });
            continue;
        }
        nodes.push(IsolationNode::Split {
            feature: feature[theirs] as u32,
            threshold: threshold[theirs],
            missing_left: missing_left[theirs] == 1.0,
            left: order.len() as u32,
        });
        order.extend([left[theirs] as usize, right[theirs] as usize]);
    }
    IsolationTree::new(nodes, features, rows).unwrap()
}

#[test]
fn scikit_learns_trees_give_scikit_learns_scores() {
    let mut compared = 0;
    for case in cases() {
        let x = rows(&case);
        let max_samples = case["max_samples"].as_u64().unwrap() as u32;
        let trees = case["trees"].as_array().unwrap();
        let mut w = Writer::new();
        w.len(x.ncols());
        w.u32(max_samples);
        w.f64(case["offset"].as_f64().unwrap());
        w.len(trees.len());
        for tree in trees {
            import(tree, x.ncols(), max_samples).write(&mut w);
        }
        let bytes = w.into_bytes();
        let forest = IsolationForest::read(&mut Reader::new(&bytes)).unwrap();
        let ours = forest.score_samples(x.view()).unwrap();
        for (ours, expected) in ours.iter().zip(numbers(&case["scores"])) {
            assert!((ours - expected).abs() < 1e-12, "{} {ours}", case["name"]);
            compared += 1;
        }
    }
    assert!(compared > 700, "only {compared} scores compared");
}

/// Ranks from 0, the mean of equals.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |x: f64| {
        let below = values.iter().filter(|v| **v < x).count() as f64;
        let equal = values.iter().filter(|v| **v == x).count() as f64;
        below + (equal - 1.0) / 2.0
    };
    values.iter().map(|&x| rank(x)).collect()
}

/// Spearman's.
fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (Array1::from(ranks(a)), Array1::from(ranks(b)));
    let (a, b) = (&a - a.mean().unwrap(), &b - b.mean().unwrap());
    (&a * &b).sum() / ((&a * &a).sum() * (&b * &b).sum()).sqrt()
}

#[test]
fn our_trees_rank_the_rows_as_scikit_learns_do() {
    for case in cases() {
        let name = &case["name"];
        let x = rows(&case);
        let expected = numbers(&case["mean_scores"]);
        let forest = fit(&x, None, params(&case).trees(400));
        assert_eq!(
            u64::from(forest.max_samples()),
            case["max_samples"].as_u64().unwrap()
        );
        let ours = forest.score_samples(x.view()).unwrap().to_vec();
        let furthest = ours.iter().zip(&expected).map(|(a, b)| (a - b).abs());
        let furthest = furthest.fold(0.0, f64::max);
        assert!(furthest < 0.03, "{name}: {furthest}");
        if x.nrows() > 7 {
            let correlation = rank_correlation(&ours, &expected);
            assert!(correlation > 0.95, "{name}: {correlation}");
        }
        let offset = case["mean_offset"].as_f64().unwrap();
        assert!((forest.offset() - offset).abs() < 0.01, "{name}");
        if let Some(share) = case["options"]["contamination"].as_f64() {
            let outliers = ours.iter().filter(|s| **s < forest.offset()).count();
            let wanted = share * x.nrows() as f64;
            assert!(
                (outliers as f64 - wanted).abs() <= 1.0,
                "{name}: {outliers}"
            );
        }
    }
}

fn mixed(n: usize, seed: u64) -> Array2<f64> {
    let mut rng = Rng::new(seed, 9);
    Array2::from_shape_fn((n, 4), |(_, column)| match column {
        0 => 3.0,
        1 => f64::from(rng.below(3)),
        2 if rng.below(5) == 0 => f64::NAN,
        _ => rng.unit() + rng.unit() * 3.0,
    })
}

#[test]
fn any_order_of_units_and_any_worker_give_the_same_bytes() {
    let x = mixed(300, 1);
    let checked = IsolationParams::new().trees(20).contamination(Some(0.1));
    let here = bytes(&fit(&x, None, checked.clone()));
    let mut fitter = IsolationFitter::new(x.view(), None, checked.check().unwrap()).unwrap();
    let setup = fitter.setup();
    let workers = [0; 3].map(|_| IsolationUnitGrower::from_bytes(&setup).unwrap());
    for unit in (0..20).rev() {
        let tree = workers[unit as usize % 3].grow(unit).unwrap();
        fitter.accept(unit, &tree).unwrap();
        fitter.accept(unit, &[1, 2, 3]).unwrap();
    }
    assert_eq!((fitter.done(), fitter.units()), (20, 20));
    assert_eq!(bytes(&fitter.finish().unwrap()), here);
    for cut in (0..setup.len()).step_by(97) {
        assert!(IsolationUnitGrower::from_bytes(&setup[..cut]).is_err());
    }
}

#[test]
fn the_order_of_rows_makes_no_difference_and_a_weight_of_two_is_two_rows() {
    let x = mixed(120, 2);
    for options in [
        IsolationParams::new(),
        IsolationParams::new().bootstrap(true),
        IsolationParams::new().max_samples(Some(Amount::Share(0.3))),
        IsolationParams::new().contamination(Some(0.2)),
        IsolationParams::new().max_features(Amount::Count(2)),
    ] {
        let options = options.trees(15);
        let plain = fit(&x, None, options.clone());
        let backwards: Vec<usize> = (0..120).rev().collect();
        let turned = x.select(Axis(0), &backwards);
        assert_eq!(bytes(&fit(&turned, None, options.clone())), bytes(&plain));
        assert_eq!(
            bytes(&fit(&x, Some(&[1.0; 120]), options.clone())),
            bytes(&plain)
        );
        // Scores follow their rows.
        let scores = plain.score_samples(x.view()).unwrap();
        let theirs = plain.score_samples(turned.view()).unwrap();
        assert_eq!(scores.select(Axis(0), &backwards), theirs);

        let weights: Vec<f64> = (0..120).map(|i| f64::from(i % 4)).collect();
        let repeated: Vec<usize> = (0..120)
            .flat_map(|i| std::iter::repeat_n(i, i % 4))
            .collect();
        let repeated = fit(&x.select(Axis(0), &repeated), None, options.clone());
        assert_eq!(
            bytes(&fit(
                &turned,
                Some(&weights_of(&backwards, &weights)),
                options
            )),
            bytes(&repeated)
        );
    }
}

fn weights_of(order: &[usize], weights: &[f64]) -> Vec<f64> {
    order.iter().map(|&i| weights[i]).collect()
}

#[test]
fn one_row_constant_columns_and_duplicates_have_scores() {
    let one = fit(&Array2::ones((1, 2)), None, IsolationParams::new());
    assert_eq!(
        one.score_samples(Array2::zeros((2, 2)).view()).unwrap(),
        Array1::from(vec![-0.5, -0.5])
    );
    let same = fit(
        &Array2::ones((50, 2)),
        None,
        IsolationParams::new().contamination(Some(0.1)),
    );
    // No cut is possible: every path is as long as usual.
    assert_eq!(same.offset(), -0.5);
    let nothing = fit(
        &Array2::from_elem((5, 1), f64::NAN),
        None,
        IsolationParams::new(),
    );
    let scores = nothing.score_samples(Array2::from_elem((1, 1), f64::NAN).view());
    assert_eq!(scores.unwrap()[0], -0.5);
    let mut far = Array2::zeros((100, 1));
    far[(40, 0)] = 1.0;
    let scores = fit(&far, None, IsolationParams::new())
        .score_samples(far.view())
        .unwrap();
    assert!(scores[40] < -0.8 && scores[0] > -0.5, "{scores}");
}

#[test]
fn what_cannot_be_scored_is_refused_by_name() {
    let x = mixed(30, 3);
    let forest = fit(&x, None, IsolationParams::new().trees(5));
    let mut infinite = x.clone();
    infinite[(7, 2)] = f64::INFINITY;
    let error = forest.score_samples(infinite.view()).unwrap_err();
    assert!(
        error.to_string().contains("row 7, column 2 is inf"),
        "{error}"
    );
    let error = forest
        .score_samples(Array2::zeros((2, 3)).view())
        .unwrap_err();
    assert!(error.to_string().contains("3 features") && error.to_string().contains("fitted on 4"));
    let inliers: Array1<bool> = forest.predict(&infinite);
    assert!(inliers.iter().all(|inlier| !inlier));
    let too_many = IsolationParams::new().max_features(Amount::Count(9));
    let refused = IsolationFitter::new(x.view(), None, too_many.check().unwrap());
    assert!(refused.unwrap_err().to_string().contains("only 4 features"));
}

#[test]
fn a_linfa_user_fits_it_without_targets() {
    let x = mixed(200, 4);
    let forest = IsolationParams::new()
        .contamination(Some(0.05))
        .fit(&DatasetBase::from(x.clone()))
        .unwrap();
    let inliers: Array1<bool> = forest.predict(&x);
    assert_eq!(inliers.iter().filter(|inlier| !**inlier).count(), 10);
    let unit = DatasetBase::new(x.clone(), vec![(); 200]);
    let again = IsolationParams::new().contamination(Some(0.05)).fit(&unit);
    assert_eq!(again.unwrap(), forest);
    let weighted = DatasetBase::from(x).with_weights(Array1::from_elem(200, 2.0));
    let weighted = IsolationParams::new().fit(&weighted).unwrap();
    assert_eq!(weighted.max_samples(), 256);
}

#[test]
fn bytes_survive_and_every_truncation_is_refused() {
    let x = mixed(40, 5);
    let forest = fit(
        &x,
        None,
        IsolationParams::new().trees(3).contamination(Some(0.1)),
    );
    let bytes = bytes(&forest);
    assert_eq!(IsolationForest::read(&mut Reader::new(&bytes)), Ok(forest));
    for cut in 0..bytes.len() {
        let read = IsolationForest::read(&mut Reader::new(&bytes[..cut]));
        assert!(read.is_err(), "cut at {cut}");
    }
}

proptest! {
    #[test]
    fn hostile_bytes_are_refused_or_score_what_they_are_given(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let x = mixed(20, 6);
        let mut bytes = bytes(&fit(&x, None, IsolationParams::new().trees(2)));
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        for bytes in [&bytes, &noise] {
            if let Ok(forest) = IsolationForest::read(&mut Reader::new(bytes))
                && let Ok(scores) = forest.score_samples(x.view())
            {
                prop_assert!(scores.iter().all(|s| (-1.0..=0.0).contains(s)));
            }
        }
    }

    #[test]
    fn any_rows_are_fitted_and_scored(
        cells in prop::collection::vec(prop::option::weighted(0.8, -1e3..1e3_f64), 1..60),
        width in 1_usize..4,
        weights in prop::collection::vec(0.0..3.0_f64, 60),
        seed in any::<u64>(),
    ) {
        let n = cells.len().div_ceil(width);
        let x = Array2::from_shape_fn((n, width), |(i, f)| {
            let cell = cells[(i * width + f) % cells.len()];
            cell.map_or(f64::NAN, |x| (x / 100.0).round())
        });
        let params = IsolationParams::new().trees(3).seed(seed).contamination(Some(0.3));
        let forest = fit(&x, Some(&weights[..n]), params);
        let scores = forest.score_samples(x.view()).unwrap();
        prop_assert!(scores.iter().all(|s| (-1.0..=0.0).contains(s)));
        prop_assert_eq!(IsolationForest::read(&mut Reader::new(&bytes(&forest))), Ok(forest));
    }
}
