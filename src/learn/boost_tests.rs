//! What boosting promises, whoever grows it and in whatever order its rows come.

use linfa::ParamGuard as _;
use ndarray::{Array2, ArrayView2, Axis};

use super::boost::softmax;
use super::boost_params::{BoostParams, BoostValidParams, EarlyStopping};
use super::boost_rows::BoostRows;
use super::params::Learner;
use super::train_set::TrainSet;
use super::{Fitter, Model, TrainRows, UnitGrower};
use crate::trees::{Reader, Rng, Tree, Writer};

/// Rows of noisy classes, with missing values and a column of few values.
fn table(rows: usize, classes: usize, seed: u64) -> (Array2<f64>, Vec<u8>) {
    let mut rng = Rng::new(seed, 0);
    let mut features = Array2::zeros((rows, 5));
    let mut labels = Vec::with_capacity(rows);
    for mut row in features.rows_mut() {
        row.iter_mut().for_each(|x| *x = rng.unit() * 4.0 - 2.0);
        let hidden = row[0] + row[1] * row[2];
        row[3] = (row[3] * 2.0).floor();
        if rng.below(10) == 0 {
            row[1] = f64::NAN;
        }
        let class = ((hidden + 6.0) / 12.0 * classes as f64).clamp(0.0, classes as f64 - 1.0) as u8;
        let noisy = rng.below(8) == 0;
        labels.push(if noisy {
            rng.below(classes as u32) as u8
        } else {
            class
        });
    }
    (0..classes).for_each(|k| labels[k] = k as u8);
    (features, labels)
}

fn checked(params: BoostParams) -> Learner {
    Learner::Boost(params.check().unwrap())
}

fn fit(features: ArrayView2<'_, f64>, labels: &[u8], classes: usize, params: BoostParams) -> Model {
    let mut fitter = Fitter::new(features, labels.to_vec(), classes, checked(params)).unwrap();
    while fitter.step().unwrap() {}
    fitter.finish().unwrap()
}

fn bytes(model: &Model) -> Vec<u8> {
    let mut w = Writer::new();
    model.write(&mut w);
    w.into_bytes()
}

/// Fits with so many workers that answer in an order that `seed` draws.
fn fit_with_workers(mut fitter: Fitter, workers: usize, seed: u64) -> Model {
    let mut rng = Rng::new(seed, 0);
    let setup = fitter.setup();
    let mut growers: Vec<UnitGrower> = (0..workers)
        .map(|_| UnitGrower::from_bytes(&setup).unwrap())
        .collect();
    let mut at_work: Vec<Option<u32>> = vec![None; workers];
    let mut lessons: Vec<Vec<u8>> = Vec::new();
    let mut next = 0;
    while fitter.done() < fitter.units() {
        while let Some(lesson) = fitter.news() {
            growers.iter_mut().for_each(|g| g.learn(&lesson).unwrap());
            lessons.push(lesson);
        }
        if rng.below(10) == 0 {
            // One is lost between two units; another hears what there was to hear.
            if let Some(place) = (0..workers).find(|&w| at_work[w].is_none()) {
                growers[place] = UnitGrower::from_bytes(&setup).unwrap();
                lessons
                    .iter()
                    .for_each(|l| growers[place].learn(l).unwrap());
            }
        }
        let worker = rng.below(workers as u32) as usize;
        match at_work[worker].take() {
            Some(unit) => {
                let grown = growers[worker].grow(unit).unwrap();
                let told = growers[worker].row_leaves();
                // Some hear it, others not, some twice.
                for grower in &mut growers {
                    let times = told.iter().cycle().take(rng.below(3) as usize);
                    times.for_each(|told| grower.follow(told).unwrap());
                }
                fitter.accept(unit, &grown).unwrap();
            }
            None if next < fitter.released() => {
                at_work[worker] = Some(next);
                next += 1;
            }
            None => {}
        }
    }
    fitter.finish().unwrap()
}

#[test]
fn any_number_of_workers_gives_the_same_bytes() {
    for (classes, params) in [
        (2, BoostParams::new().rounds(5)),
        (
            3,
            BoostParams::new()
                .rounds(5)
                .subsample(0.6)
                .column_share(0.5),
        ),
        (
            7,
            BoostParams::new()
                .rounds(4)
                .max_depth(None)
                .max_leaves(Some(9)),
        ),
        (
            // More leaves than a byte can name.
            3,
            BoostParams::new()
                .rounds(3)
                .min_hessian(0.0)
                .max_depth(None)
                .max_leaves(Some(600)),
        ),
        (
            5,
            BoostParams::new()
                .rounds(40)
                .learning_rate(0.5)
                .early_stopping(Some(EarlyStopping {
                    share: 0.2,
                    patience: 3,
                })),
        ),
    ] {
        let (features, labels) = table(400, classes, 3);
        let alone = bytes(&fit(features.view(), &labels, classes, params.clone()));
        for workers in [1, 2, 8] {
            for seed in 0..3 {
                let learner = checked(params.clone());
                let fitter =
                    Fitter::new(features.view(), labels.clone(), classes, learner).unwrap();
                let model = fit_with_workers(fitter, workers, seed);
                assert!(
                    bytes(&model) == alone,
                    "{classes} classes, {workers} workers, order {seed}"
                );
            }
        }
    }
}

#[test]
fn a_worker_that_is_told_nothing_grows_the_same() {
    let (features, labels) = table(200, 4, 1);
    let learner = checked(BoostParams::new().rounds(3));
    let mut fitter = Fitter::new(features.view(), labels, 4, learner).unwrap();
    let setup = fitter.setup();
    let mut late = UnitGrower::from_bytes(&setup).unwrap();
    let unit = late.grow(9).unwrap();
    while fitter.released() <= 8 {
        fitter.step().unwrap();
    }
    let mut early = UnitGrower::from_bytes(&setup).unwrap();
    assert!(early.grow(1).is_ok());
    assert!(early.grow(9).unwrap() == unit);
    assert!(late.grow(1).is_ok(), "it may be asked for what is past");
}

#[test]
fn a_worker_that_was_told_a_units_leaves_can_still_grow_it() {
    let (features, labels) = table(200, 4, 1);
    let learner = checked(BoostParams::new().rounds(3));
    let fitter = Fitter::new(features.view(), labels, 4, learner).unwrap();
    let setup = fitter.setup();
    let mut growers = [0; 3].map(|_| UnitGrower::from_bytes(&setup).unwrap());
    let unit = growers[0].grow(1).unwrap();
    let later = growers[0].grow(6).unwrap();
    let mut told = UnitGrower::from_bytes(&setup).unwrap();
    told.grow(1).unwrap();
    let leaves = told.row_leaves().unwrap();
    assert!(told.row_leaves().is_none(), "it is said once");
    for grower in &mut growers[1..] {
        grower.follow(&leaves).unwrap();
    }
    assert!(growers[1].grow(1).unwrap() == unit);
    assert!(growers[2].grow(6).unwrap() == later);
}

#[test]
fn leaves_that_cannot_be_are_refused() {
    let (features, labels) = table(200, 4, 1);
    let learner = checked(BoostParams::new().rounds(3));
    let mut fitter = Fitter::new(features.view(), labels, 4, learner).unwrap();
    let setup = fitter.setup();
    let mut one = UnitGrower::from_bytes(&setup).unwrap();
    let mut leaves = Vec::new();
    for unit in 0..4 {
        let grown = one.grow(unit).unwrap();
        leaves.push(one.row_leaves().unwrap());
        fitter.accept(unit, &grown).unwrap();
    }
    let news = fitter.news().unwrap();
    let mut other = UnitGrower::from_bytes(&setup).unwrap();
    for cut in 0..leaves[0].len() {
        assert!(other.follow(&leaves[0][..cut]).is_err(), "cut at {cut}");
    }
    // Other leaves than the trees say.
    let mut moved = leaves[0].clone();
    let rows = moved.len() - 200;
    moved[rows..].iter_mut().for_each(|leaf| *leaf ^= 1);
    other.follow(&moved).unwrap();
    assert!(other.learn(&news).is_err());
    let mut third = UnitGrower::from_bytes(&setup).unwrap();
    leaves.iter().for_each(|l| third.follow(l).unwrap());
    third.learn(&news).unwrap();
    leaves.iter().for_each(|l| third.follow(l).unwrap());
    assert!(
        third.grow(4).unwrap() == {
            one.learn(&news).unwrap();
            one.grow(4).unwrap()
        }
    );
}

#[test]
fn damaged_news_are_refused() {
    let (features, labels) = table(200, 4, 1);
    let learner = checked(BoostParams::new().rounds(3));
    let mut fitter = Fitter::new(features.view(), labels, 4, learner).unwrap();
    let setup = fitter.setup();
    let mut growers = [0; 2].map(|_| UnitGrower::from_bytes(&setup).unwrap());
    for unit in 0..4 {
        let grown = growers[0].grow(unit).unwrap();
        fitter.accept(unit, &grown).unwrap();
    }
    let news = fitter.news().unwrap();
    assert!(fitter.news().is_none());
    for cut in 0..news.len() {
        assert!(growers[1].learn(&news[..cut]).is_err(), "cut at {cut}");
    }
    let mut later = news.clone();
    later[0] = 1;
    assert!(
        growers[1].learn(&later).is_err(),
        "a round that does not follow"
    );
    let mut other = news.clone();
    *other.last_mut().unwrap() ^= 1;
    assert!(
        growers[0].learn(&other).is_err(),
        "other trees than it grew"
    );
    assert!(growers[1].learn(&news).is_ok());
    assert!(growers[1].learn(&news).is_ok(), "heard twice");
    let wide = UnitGrower::from_bytes(&setup).unwrap().learn(&[0xff; 64]);
    assert!(wide.is_err());
}

#[test]
fn neither_the_order_of_rows_nor_a_constant_column_changes_a_prediction() {
    let params = || {
        BoostParams::new()
            .rounds(8)
            .max_depth(None)
            .max_leaves(Some(12))
    };
    for classes in [2, 4] {
        let (features, labels) = table(300, classes, 11);
        let model = fit(features.view(), &labels, classes, params());
        let expected = model.predict_proba(features.view());
        let mut order: Vec<usize> = (0..300).collect();
        let mut rng = Rng::new(4, 4);
        (1..300)
            .rev()
            .for_each(|i| order.swap(i, rng.below(i as u32 + 1) as usize));
        let shuffled: Vec<u8> = order.iter().map(|&i| labels[i]).collect();
        let other = fit(
            features.select(Axis(0), &order).view(),
            &shuffled,
            classes,
            params(),
        );
        assert_eq!(other.predict_proba(features.view()), expected);
        let constant = Array2::from_elem((300, 1), 7.0);
        let wider = ndarray::concatenate![Axis(1), constant, features];
        let other = fit(wider.view(), &labels, classes, params());
        assert_eq!(other.predict_proba(wider.view()), expected);
    }
}

#[test]
fn a_row_twice_is_a_row_of_twice_the_weight_and_none_one_of_no_weight() {
    for classes in [2, 3] {
        let (features, labels) = table(300, classes, 21);
        let learner = || checked(BoostParams::new().rounds(6));
        let predict = |rows: &TrainRows<'_>| {
            let mut fitter = Fitter::of(rows, learner()).unwrap();
            while fitter.step().unwrap() {}
            fitter.finish().unwrap().predict_proba(features.view())
        };
        let weights: Vec<f64> = (0..300).map(|i| [1.0, 2.0, 0.0][i % 3]).collect();
        let rows = TrainRows::new(features.view(), &labels, classes);
        let weighted = predict(&rows.clone().weights(&weights));
        let twice: Vec<usize> = (0..300)
            .flat_map(|i| std::iter::repeat_n(i, [1, 2, 0][i % 3]))
            .collect();
        let repeated_labels: Vec<u8> = twice.iter().map(|&i| labels[i]).collect();
        let repeated = features.select(Axis(0), &twice);
        let repeated = predict(&TrainRows::new(repeated.view(), &repeated_labels, classes));
        for (a, b) in weighted.iter().zip(&repeated) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
        assert_eq!(predict(&rows.clone().weights(&[1.0; 300])), predict(&rows));
    }
}

#[test]
fn categories_are_divided_as_sets() {
    // A class hangs on which of 40 names a row has, in no order of theirs; some names are missing.
    let mut rng = Rng::new(6, 0);
    let kind = |name: u32| (name * 7 % 11) as u8 % 3;
    let names: Vec<u32> = (0..900).map(|_| rng.below(40)).collect();
    let labels: Vec<u8> = names
        .iter()
        .map(|&n| if n == 39 { 0 } else { kind(n) })
        .collect();
    let name = |&n: &u32| if n == 39 { f64::NAN } else { f64::from(n) };
    let mut features = Array2::zeros((900, 2));
    features
        .column_mut(1)
        .iter_mut()
        .zip(&names)
        .for_each(|(to, n)| *to = name(n));
    features
        .column_mut(0)
        .iter_mut()
        .for_each(|x| *x = rng.unit());
    let params = BoostParams::new()
        .rounds(20)
        .max_leaves(Some(4))
        .learning_rate(0.3);
    let rows = TrainRows::new(features.view(), &labels, 3).categories(&[1]);
    let alone = {
        let mut fitter = Fitter::of(&rows, checked(params.clone())).unwrap();
        while fitter.step().unwrap() {}
        fitter.finish().unwrap()
    };
    let said = Model::likeliest(alone.predict_proba(features.view()).view());
    let right = said
        .iter()
        .zip(&labels)
        .filter(|(p, t)| **p == u32::from(**t))
        .count();
    assert_eq!(right, 900);
    let fitter = Fitter::of(&rows, checked(params)).unwrap();
    assert!(bytes(&fit_with_workers(fitter, 3, 1)) == bytes(&alone));
}

fn log_loss(model: &Model, features: ArrayView2<'_, f64>, labels: &[u8]) -> f64 {
    let p = model.predict_proba(features);
    let rows = labels.iter().enumerate();
    rows.map(|(row, &class)| -libm::log(p[(row, usize::from(class))]))
        .sum()
}

#[test]
fn the_training_loss_never_rises_at_small_rates() {
    for classes in [2, 5] {
        let (features, labels) = table(300, classes, 5);
        let mut last = f64::INFINITY;
        for rounds in 1..30 {
            let params = BoostParams::new()
                .rounds(rounds)
                .learning_rate(0.05)
                .max_depth(None)
                .max_leaves(Some(8));
            let model = fit(features.view(), &labels, classes, params);
            let loss = log_loss(&model, features.view(), &labels);
            assert!(
                loss < last,
                "{classes} classes, round {rounds}: {loss} after {last}"
            );
            last = loss;
        }
    }
}

#[test]
fn what_must_not_fall_does_not_fall() {
    let (features, labels) = table(600, 2, 8);
    for signs in [vec![1, 0, 0, 0, 0], vec![0, -1, 1, 1, -1]] {
        let free = BoostParams::new()
            .rounds(30)
            .max_depth(None)
            .max_leaves(Some(16));
        let models = [free.clone().monotone(signs.clone()), free]
            .map(|p| fit(features.view(), &labels, 2, p));
        let mut broken = [0, 0];
        let mut rng = Rng::new(1, 1);
        for _ in 0..200 {
            let point: Vec<f64> = (0..5).map(|_| rng.unit() * 4.0 - 2.0).collect();
            for (feature, &sign) in signs.iter().enumerate().filter(|s| *s.1 != 0) {
                let mut line = Array2::zeros((60, 5));
                for (i, mut row) in line.rows_mut().into_iter().enumerate() {
                    row.iter_mut().zip(&point).for_each(|(to, &x)| *to = x);
                    row[feature] = (i as f64) / 15.0 - 2.0;
                }
                for (broken, model) in broken.iter_mut().zip(&models) {
                    let p = model.predict_proba(line.view());
                    let falls = |i: usize| f64::from(sign) * (p[(i + 1, 1)] - p[(i, 1)]) < -1e-12;
                    *broken += (0..59).filter(|&i| falls(i)).count();
                }
            }
        }
        assert_eq!(broken[0], 0, "{signs:?}");
        assert!(broken[1] > 0, "without the rule it does fall");
    }
    let three = Fitter::new(
        features.view(),
        labels,
        3,
        checked(BoostParams::new().monotone(vec![1, 0, 0, 0, 0])),
    );
    assert!(three.is_err(), "for two classes only");
}

#[test]
fn stopping_early_keeps_the_rounds_of_the_least_loss_on_rows_held_out() {
    for classes in [2, 4] {
        let (features, labels) = table(500, classes, 2);
        let stopping = |patience| {
            Some(EarlyStopping {
                share: 0.3,
                patience,
            })
        };
        let params = |patience| {
            BoostParams::new()
                .rounds(60)
                .max_depth(Some(3))
                .l2(1.0)
                .learning_rate(0.3)
                .early_stopping(stopping(patience))
        };
        let outputs = super::boost::outputs(classes);
        let valid: BoostValidParams = params(100).check().unwrap();
        let learner = checked(params(100));
        let fitter = Fitter::new(features.view(), labels.clone(), classes, learner).unwrap();
        let set = TrainSet::from_bytes(&fitter.setup()).unwrap();
        let rows = BoostRows::of(&set, &valid);
        assert!(
            rows.held_out.len().abs_diff(150) <= classes
                && rows.held_out.len() + rows.learned.len() == 500
        );
        let long = fit(features.view(), &labels, classes, params(100));
        // All rounds, by a fitter that is not let to choose: its trees tell the loss after each round.
        let mut grower = UnitGrower::from_bytes(&fitter.setup()).unwrap();
        let first = super::boost::first_scores(&rows.class_sums);
        let mut scores = vec![first; rows.held_out.len()];
        let mut losses = Vec::new();
        let groups = super::boost::groups(classes);
        for unit in 0..60 * groups {
            let grown = grower.grow(unit).unwrap();
            let mut r = Reader::new(&grown);
            r.len(1).unwrap();
            for output in super::boost::outputs_of(classes, unit % groups) {
                let tree = Tree::read(&mut r, 5, 0).unwrap();
                for (scores, &row) in scores.iter_mut().zip(&rows.held_out) {
                    scores[output] +=
                        tree.score(tree.leaf_of(|f| set.columns.column(f)[row as usize]));
                }
            }
            if unit % groups == groups - 1 {
                let loss = |(scores, &row): (&Vec<f64>, &u32)| {
                    let mut p = if outputs == 1 {
                        vec![0.0, scores[0]]
                    } else {
                        scores.clone()
                    };
                    softmax(&mut p);
                    -libm::log(p[usize::from(set.classes[row as usize])])
                };
                losses.push(scores.iter().zip(&rows.held_out).map(loss).sum::<f64>());
            }
        }
        let best = (0..60)
            .rev()
            .min_by(|&a, &b| losses[a].total_cmp(&losses[b]))
            .unwrap();
        assert!((1..59).contains(&best), "{best}: {losses:?}");
        assert_eq!(long.trees().len(), (best + 1) * outputs);
        let stopped =
            losses
                .iter()
                .enumerate()
                .scan((f64::INFINITY, 0), |(least, at), (round, &loss)| {
                    if loss < *least {
                        (*least, *at) = (loss, round);
                    }
                    Some((round - *at, *at))
                });
        let kept = stopped
            .clone()
            .find(|s| s.0 == 2)
            .or(stopped.last())
            .map(|s| s.1)
            .unwrap();
        let short = fit(features.view(), &labels, classes, params(2));
        assert_eq!(short.trees().len(), (kept + 1) * outputs);
    }
}

#[test]
fn trees_of_few_rows_ask_half_of_the_features() {
    for (rows, automatic) in [(9_999, 0.5), (10_000, 1.0)] {
        let (features, labels) = table(rows, 3, 8);
        let of = |share: Option<f64>| {
            let params = BoostParams::new().rounds(2).column_share(share);
            bytes(&fit(features.view(), &labels, 3, params))
        };
        assert_eq!(of(None), of(Some(automatic)));
        assert_ne!(of(None), of(Some(1.5 - automatic)));
    }
}
