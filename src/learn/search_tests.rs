//! The search against the slow obvious version, and in any order.

use linfa::ParamGuard;
use ndarray::{Array2, Axis};

use super::*;
use crate::trees::Rng;

/// Whole numbers of few values, so that a fold's own bins are those of all rows; the class is a noisy parity.
fn table(rows: usize) -> (Array2<f64>, Vec<u8>) {
    let mut rng = Rng::new(11, 0);
    let x = Array2::from_shape_fn((rows, 4), |_| f64::from(rng.below(6)));
    let class = |r: ndarray::ArrayView1<'_, f64>| ((r[0] + r[1]) as u8 % 3, r[2] as u8);
    let y = x
        .rows()
        .into_iter()
        .map(|r| match class(r) {
            (_, 0) if rng.below(3) == 0 => 2,
            (k, _) => k,
        })
        .collect();
    (x, y)
}

fn roles(rows: usize, folds: usize) -> Vec<Vec<u8>> {
    let role = |row: usize, fold: usize| match row {
        _ if row % 17 == 16 => LEFT_OUT,
        _ if row % folds == fold => SCORED,
        _ => LEARNED,
    };
    (0..folds)
        .map(|fold| (0..rows).map(|row| role(row, fold)).collect())
        .collect()
}

fn forest() -> Learner {
    let params = ForestParams::new().trees(18).max_depth(Some(1)).seed(3);
    Learner::Forest(params.check().unwrap())
}

fn boost() -> Learner {
    Learner::Boost(BoostParams::new().rounds(9).seed(3).check().unwrap())
}

fn search(learner: Learner, candidates: u32) -> Search {
    let (x, y) = table(300);
    let rows = TrainRows::new(x.view(), &y, 3);
    Search::new(&rows, &roles(300, 3), learner, Goal::MacroF1, candidates).unwrap()
}

#[test]
fn the_best_is_found_and_never_worse_than_the_users_own() {
    for learner in [forest(), boost()] {
        let mut search = search(learner, 18);
        assert_eq!(search.best(), None);
        while search.step().unwrap() {
            if let Some(best) = search.best() {
                let trials = search.trials();
                let own = trials.iter().find(|t| t.number == 0).unwrap();
                assert!(best.mean >= own.mean, "{best:?} {own:?}");
            }
        }
        let (best, trials) = (search.best().unwrap(), search.trials());
        assert!(search.is_over() && !search.step().unwrap());
        assert_eq!(trials.len(), 19);
        let own = trials.iter().find(|t| t.number == 0).unwrap();
        assert_eq!((best.steps, best.folds), (own.steps, 3));
        assert_eq!(trials[0], best);
        // Nine and the own, then three, then one, of each nine: 3 folds of each.
        assert_eq!(search.done(), 3 * (10 + 4 + 2 + 9 + 3 + 1));
        assert!(search.released() <= search.units());
        if own.steps == 18 {
            assert!(best.mean > own.mean + 0.1, "stumps cannot say parities");
        }
    }
}

#[test]
fn a_fold_scores_what_a_model_of_its_rows_scores() {
    let (x, y) = table(300);
    let roles = roles(300, 3);
    let rows_of = |fold: usize, role: u8| -> Vec<usize> {
        (0..300).filter(|&r| roles[fold][r] == role).collect()
    };
    for learner in [forest(), boost()] {
        for goal in [Goal::MacroF1, Goal::Accuracy, Goal::LogLoss] {
            let rows = TrainRows::new(x.view(), &y, 3);
            let mut search = Search::new(&rows, &roles, learner.clone(), goal, 1).unwrap();
            while search.step().unwrap() {}
            let trial = search.trials().into_iter().find(|t| t.number == 0).unwrap();
            let mut scores = Vec::new();
            for fold in 0..3 {
                let (learned, scored) = (rows_of(fold, LEARNED), rows_of(fold, SCORED));
                let classes = learned.iter().map(|&r| y[r]).collect();
                let of_fold = x.select(Axis(0), &learned);
                let mut fitter = Fitter::new(of_fold.view(), classes, 3, learner.clone()).unwrap();
                while fitter.step().unwrap() {}
                let model = fitter.finish().unwrap();
                let p = model.predict_proba(x.select(Axis(0), &scored).view());
                let said = Model::likeliest(p.view());
                let truth: Vec<usize> = scored.iter().map(|&r| usize::from(y[r])).collect();
                let hits = |k: usize| {
                    (0..truth.len())
                        .filter(|&i| truth[i] == k && said[i] as usize == k)
                        .count()
                };
                let n = truth.len() as f64;
                scores.push(match goal {
                    Goal::Accuracy => (0..3).map(hits).sum::<usize>() as f64 / n,
                    Goal::LogLoss => {
                        let loss = |i: usize| {
                            -libm::log(p[(i, truth[i])].clamp(f64::EPSILON, 1.0 - f64::EPSILON))
                        };
                        (0..truth.len()).map(loss).sum::<f64>() / n
                    }
                    Goal::MacroF1 => {
                        let f1 = |k: usize| {
                            let of = truth.iter().filter(|t| **t == k).count();
                            let as_it = said.iter().filter(|s| **s as usize == k).count();
                            2.0 * hits(k) as f64 / (of + as_it) as f64
                        };
                        (0..3).map(f1).sum::<f64>() / 3.0
                    }
                });
            }
            let mean = scores.iter().sum::<f64>() / 3.0;
            assert!(
                (trial.mean - mean).abs() < 1e-12,
                "{goal:?}: {} {mean}",
                trial.mean
            );
            let spread = (scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / 2.0).sqrt();
            assert!((trial.spread - spread).abs() < 1e-12);
        }
    }
}

#[test]
fn the_result_does_not_depend_on_who_grows_what_and_when() {
    let mut here = search(forest(), 18);
    while here.step().unwrap() {}
    let mut there = search(forest(), 18);
    let setup = there.setup();
    let mut workers: Vec<UnitGrower> = (0..3)
        .map(|_| UnitGrower::from_bytes(&setup).unwrap())
        .collect();
    let mut next = 0;
    while !there.is_over() {
        while let Some(news) = there.news() {
            for worker in &mut workers {
                worker.learn(&news).unwrap();
                worker.learn(&news).unwrap();
            }
        }
        assert!(workers[0].grow(there.released()).is_err());
        for unit in (next..there.released()).rev() {
            let bytes = workers[unit as usize % 3].grow(unit).unwrap();
            there.accept(unit, &bytes).unwrap();
            there.accept(unit, &bytes).unwrap();
            next += 1;
        }
    }
    assert_eq!(here.trials(), there.trials());
    assert_eq!(here.best(), there.best());
}

#[test]
fn what_is_not_drawn_from_the_folds_rows_does_not_count() {
    // A row that no fold uses may be of any class: no score changes.
    let (x, mut y) = table(300);
    let run = |y: &[u8]| {
        let rows = TrainRows::new(x.view(), y, 3);
        let mut search = Search::new(&rows, &roles(300, 3), boost(), Goal::LogLoss, 9).unwrap();
        while search.step().unwrap() {}
        search.trials()
    };
    let before = run(&y);
    (16..300)
        .step_by(17)
        .for_each(|row| y[row] = (y[row] + 1) % 3);
    assert_eq!(run(&y), before);
}

#[test]
fn a_fold_of_one_class_says_that_class() {
    let (x, y) = table(60);
    let mut order: Vec<usize> = (0..60).collect();
    order.sort_by_key(|&row| y[row]);
    let mut roles = vec![SCORED; 60];
    order[..5].iter().for_each(|&row| roles[row] = LEARNED);
    let rows = TrainRows::new(x.view(), &y, 3);
    let mut search = Search::new(&rows, &[roles], forest(), Goal::Accuracy, 1).unwrap();
    while search.step().unwrap() {}
    let share = y.iter().filter(|y| **y == 0).count() as f64 - 5.0;
    assert!((search.best().unwrap().mean - share / 55.0).abs() < 1e-12);
}

#[test]
fn what_is_damaged_or_not_searched_is_an_error() {
    let (x, y) = table(60);
    let rows = TrainRows::new(x.view(), &y, 3);
    let tree = Learner::DecisionTree(DecisionTreeParams::new().check().unwrap());
    assert!(Search::new(&rows, &roles(60, 3), tree, Goal::MacroF1, 9).is_err());
    for wrong in [Vec::new(), roles(59, 3), vec![vec![LEARNED; 60]]] {
        assert!(Search::new(&rows, &wrong, forest(), Goal::MacroF1, 9).is_err());
    }
    assert!(Search::new(&rows, &roles(60, 3), forest(), Goal::MacroF1, 0).is_err());
    let mut search = Search::new(&rows, &roles(60, 3), forest(), Goal::MacroF1, 9).unwrap();
    let setup = search.setup();
    for cut in 0..setup.len() {
        assert!(UnitGrower::from_bytes(&setup[..cut]).is_err(), "{cut}");
    }
    let news = search.news().unwrap();
    let mut worker = UnitGrower::from_bytes(&setup).unwrap();
    assert!(worker.learn(&news[..6]).is_err());
    assert!(worker.learn(&[9, 0, 0, 0, 1, 0, 0, 0]).is_err());
    worker.learn(&news).unwrap();
    let bytes = worker.grow(0).unwrap();
    for cut in 0..bytes.len() {
        assert!(search.accept(0, &bytes[..cut]).is_err());
    }
    search.accept(u32::MAX, &bytes).unwrap();
    assert_eq!(search.done(), 0);
}
