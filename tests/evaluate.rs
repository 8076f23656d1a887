//! Evaluation and importance through their front doors.
#![allow(clippy::print_stderr, reason = "a test that does not run says so")]

use std::path::PathBuf;

use kubecast::evaluate::{Average, ConfusionMatrix, Evaluation, Labels, RankedScores, evaluate};
use kubecast::explain::Permutation;
use kubecast::learn::{
    BoostParams, Fitter, ForestParams, Learner, Model, Predictor, Reshuffled, TrainRows,
};
use linfa::ParamGuard;
use ndarray::{Array2, Axis};
use proptest::prelude::*;

/// A generator of its own, so that the data do not lean on the code under test.
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        // xorshift64* (Vigna 2016).
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn class(&mut self, shares: &[f64]) -> u32 {
        let mut at = self.unit();
        for (class, share) in shares.iter().enumerate() {
            at -= share;
            if at < 0.0 {
                return class as u32;
            }
        }
        shares.len() as u32 - 1
    }
}

fn names(k: usize) -> Vec<String> {
    (0..k).map(|c| format!("class {c}")).collect()
}

/// Probabilities that lean to `predicted`.
fn leaning(predicted: &[u32], k: usize, dice: &mut Dice) -> Array2<f64> {
    let mut proba = Array2::from_shape_fn((predicted.len(), k), |_| dice.unit());
    for (mut row, &class) in proba.axis_iter_mut(Axis(0)).zip(predicted) {
        row[class as usize] += 1.0;
        let sum = row.sum();
        row /= sum;
    }
    proba
}

fn judge(truth: &[u32], predicted: &[u32], k: usize, seed: u64) -> Evaluation {
    let mut dice = Dice(seed + 1);
    let proba = leaning(predicted, k, &mut dice);
    let mut train = vec![0; k];
    for &class in truth {
        train[class as usize] += 3;
    }
    evaluate(truth, proba.view(), predicted, &names(k), &train, seed)
}

fn under_lines(points: &[(f64, f64)]) -> f64 {
    points
        .windows(2)
        .map(|w| (w[1].0 - w[0].0) * (w[0].1 + w[1].1) / 2.0)
        .sum()
}

fn assert_finite(evaluation: &Evaluation) {
    // Debug text names every number there is.
    let text = format!("{evaluation:?}");
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}

#[test]
fn a_report_holds_together() {
    let mut dice = Dice(7);
    let shares = [0.6, 0.25, 0.1, 0.05];
    let truth: Vec<u32> = (0..3000).map(|_| dice.class(&shares)).collect();
    let predicted: Vec<u32> = truth
        .iter()
        .map(|&t| {
            if dice.unit() < 0.8 {
                t
            } else {
                dice.class(&shares)
            }
        })
        .collect();
    let report = judge(&truth, &predicted, 4, 11);
    let proba = leaning(&predicted, 4, &mut Dice(12));
    assert_finite(&report);
    assert_eq!(report.rows, 3000);
    assert_eq!(report.confusion.iter().flatten().sum::<u64>(), 3000);
    for (class, score) in report.per_class.iter().enumerate() {
        assert_eq!(score.support, report.confusion[class].iter().sum::<u64>());
    }
    let within = |value: f64, low: f64, high: f64| low <= value && value <= high;
    let accuracy = report.accuracy_interval;
    assert!(within(report.accuracy, accuracy.low, accuracy.high));
    let macro_f1 = report.macro_f1_interval;
    assert!(within(report.macro_f1, macro_f1.low, macro_f1.high));
    assert!((report.weighted_recall - report.accuracy).abs() < 1e-12);
    assert!((report.macro_recall - report.balanced_accuracy).abs() < 1e-12);
    assert!(report.beats_baseline && report.undefined.is_empty());
    assert!(
        (report.chance.accuracy - 0.44).abs() < 0.05,
        "the shares squared, about"
    );
    assert_eq!((report.roc.len(), report.precision_recall.len()), (4, 4));
    for curve in &report.roc {
        assert!(curve.points.len() <= 200 && curve.points.len() == curve.thresholds.len());
        assert_eq!(curve.points.first(), Some(&(0.0, 0.0)));
        assert_eq!(curve.points.last(), Some(&(1.0, 1.0)));
        assert!(curve.thresholds.is_sorted_by(|a, b| a > b));
        assert_eq!(report.per_class[curve.class].roc_auc, Some(curve.area));
        let drawn = under_lines(&curve.points);
        assert!(
            (drawn - curve.area).abs() < 0.001,
            "{drawn} for {}",
            curve.area
        );
    }
    for curve in &report.precision_recall {
        assert!(curve.points.len() <= 200 && curve.points.len() == curve.thresholds.len());
        assert_eq!(curve.points.first(), Some(&(0.0, 1.0)));
        assert_eq!(curve.points.last().map(|p| p.0), Some(1.0));
        // Average precision goes by steps, the drawing by lines: compare with the lines through all points.
        let positive: Vec<bool> = truth.iter().map(|&t| t as usize == curve.class).collect();
        let scores = proba.column(curve.class).to_vec();
        let whole = RankedScores::new(&positive, &scores, None)
            .and_then(|ranked| ranked.precision_recall())
            .unwrap();
        assert!(whole.recall.len() > 1000, "there is something to thin");
        assert_eq!(whole.average_precision, curve.area);
        let points: Vec<(f64, f64)> = whole
            .recall
            .into_iter()
            .zip(whole.precision)
            .rev()
            .collect();
        let (drawn, whole) = (under_lines(&curve.points), under_lines(&points));
        assert!((drawn - whole).abs() < 0.001, "{drawn} for {whole}");
    }
    assert_eq!(
        report,
        judge(&truth, &predicted, 4, 11),
        "the same seed, the same report"
    );
}

#[test]
fn noise_never_beats_its_baseline() {
    let balances: [(&[f64], &[f64]); 5] = [
        (&[0.5, 0.5], &[0.5, 0.5]),
        (&[0.5, 0.5], &[0.3, 0.7]),
        (&[0.9, 0.1], &[0.95, 0.05]),
        (&[0.99, 0.01], &[0.99, 0.01]),
        (
            &[0.7, 0.1, 0.05, 0.05, 0.04, 0.03, 0.02, 0.01],
            &[0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05],
        ),
    ];
    let (mut trials, mut claims, mut above) = (0, 0, 0);
    for rows in [40, 200, 1000] {
        for (of_truth, of_guess) in balances {
            let mut dice = Dice(rows * 31 + of_truth.len() as u64);
            for seed in 0..60 {
                let truth: Vec<u32> = (0..rows).map(|_| dice.class(of_truth)).collect();
                let guess: Vec<u32> = (0..rows).map(|_| dice.class(of_guess)).collect();
                let report = judge(&truth, &guess, of_truth.len(), seed);
                assert_finite(&report);
                trials += 1;
                claims += u32::from(report.beats_baseline);
                let baseline = report.baseline.expect("there are rows");
                above += u32::from(report.macro_f1_interval.low > baseline.macro_f1);
            }
        }
    }
    assert!(claims * 50 <= trials, "{claims} false claims of {trials}");
    assert!(
        above * 10 >= trials,
        "the interval alone would not have told: {above} of {trials}"
    );
}

#[test]
fn a_forest_on_labels_that_are_noise_is_no_better_than_its_baseline() {
    let folder = std::env::var_os("KUBECAST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = folder.join("telemetry/dishang_resource_metrics.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("DID NOT RUN: no {}", path.display());
        return;
    };
    let mut rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| {
            line.split(',')
                .map(|cell| cell.parse().expect("a number"))
                .collect()
        })
        .collect();
    assert_eq!(rows.len(), 1000);
    let (mut claims, mut above) = (0, 0);
    for seed in 0..12 {
        let mut dice = Dice(seed + 77);
        for i in (1..rows.len()).rev() {
            rows.swap(i, (dice.unit() * (i + 1) as f64) as usize);
        }
        let features =
            |rows: &[Vec<f64>]| Array2::from_shape_fn((rows.len(), 4), |(r, f)| rows[r][f]);
        let labels = |rows: &[Vec<f64>]| rows.iter().map(|row| row[4] as u32).collect::<Vec<u32>>();
        let (test, train) = rows.split_at(250);
        let learner = Learner::Forest(ForestParams::new().trees(30).seed(seed).check().unwrap());
        let classes: Vec<u8> = labels(train).iter().map(|&c| c as u8).collect();
        let ones = classes.iter().filter(|&&c| c == 1).count() as u64;
        let mut fitter = Fitter::new(features(train).view(), classes, 2, learner).unwrap();
        while fitter.step().unwrap() {}
        let model = fitter.finish().unwrap();
        let proba = model.predict_proba(features(test).view());
        let predicted = Model::likeliest(proba.view());
        let report = evaluate(
            &labels(test),
            proba.view(),
            &predicted,
            &names(2),
            &[750 - ones, ones],
            seed,
        );
        claims += u32::from(report.beats_baseline);
        above += u32::from(report.macro_f1 > report.baseline.unwrap().macro_f1);
    }
    assert_eq!(claims, 0);
    assert!(
        above >= 10,
        "macro F1 alone would have been taken in: {above} of 12"
    );
}

#[test]
fn skill_beats_its_baseline() {
    let mut dice = Dice(3);
    // 16 rare rows of 1,600; 11 found, 4 false alarms.
    let truth: Vec<u32> = (0..1600).map(|i| u32::from(i < 16)).collect();
    let found: Vec<u32> = (0..1600)
        .map(|i| u32::from(i < 11 || (500..504).contains(&i)))
        .collect();
    assert!(judge(&truth, &found, 2, 1).beats_baseline);
    // Even classes, right 65 times of 100.
    let mut seen = 0;
    for seed in 0..20 {
        let truth: Vec<u32> = (0..400).map(|_| dice.class(&[0.5, 0.5])).collect();
        let said: Vec<u32> = truth
            .iter()
            .map(|&t| if dice.unit() < 0.65 { t } else { 1 - t })
            .collect();
        seen += u32::from(judge(&truth, &said, 2, seed).beats_baseline);
    }
    assert!(seen >= 19, "{seen} of 20");
    // Ten classes, most of the rows healthy; half of each kind of issue found.
    let mut shares = [0.03; 10];
    shares[0] = 0.73;
    let truth: Vec<u32> = (0..500).map(|_| dice.class(&shares)).collect();
    let said: Vec<u32> = truth
        .iter()
        .map(|&t| if dice.unit() < 0.5 { t } else { 0 })
        .collect();
    assert!(judge(&truth, &said, 10, 2).beats_baseline);
}

#[test]
fn the_baseline_itself_is_no_better_than_the_baseline() {
    let truth: Vec<u32> = (0..500).map(|i| u32::from(i % 4 == 0)).collect();
    let report = judge(&truth, &vec![0; 500], 2, 0);
    let baseline = report.baseline.clone().expect("there are rows");
    assert_eq!(report.macro_f1, baseline.macro_f1);
    assert!(!report.beats_baseline);
    let figures: Vec<&str> = report
        .undefined
        .iter()
        .map(|(figure, _)| figure.as_str())
        .collect();
    assert_eq!(figures, ["MCC", "precision of class 1"]);
}

#[test]
fn what_is_undefined_is_named_and_nothing_is_nan() {
    let names = names(3);
    let none = evaluate(
        &[],
        Array2::zeros((0, 3)).view(),
        &[],
        &names,
        &[1, 2, 3],
        0,
    );
    assert_finite(&none);
    assert_eq!(none.undefined[0].0, "every figure");
    assert!(none.baseline.is_none() && !none.beats_baseline);

    let one_class = evaluate(
        &[1, 1],
        Array2::from_elem((2, 3), 0.5).view(),
        &[1, 1],
        &names,
        &[],
        0,
    );
    assert_finite(&one_class);
    assert!(
        one_class
            .undefined
            .iter()
            .any(|(f, why)| f == "ROC AUC of class 1" && why.contains("every row"))
    );
    assert!(
        one_class
            .undefined
            .iter()
            .any(|(f, _)| f == "F1 of class 0")
    );
    assert_eq!(one_class.roc_auc_ovr, None);
    assert_eq!(one_class.precision_recall.len(), 1);

    let mut proba = Array2::from_elem((3, 3), 1.0 / 3.0);
    proba[[0, 1]] = f64::NAN;
    proba[[2, 2]] = f64::INFINITY;
    let odd = evaluate(&[0, 1, 9], proba.view(), &[0, 2], &names, &[1], 0);
    assert_finite(&odd);
    assert_eq!(odd.rows, 2);
    let figures: Vec<&str> = odd
        .undefined
        .iter()
        .map(|(figure, _)| figure.as_str())
        .collect();
    assert!(
        figures.contains(&"1 row") && figures.contains(&"probabilities of 1 row"),
        "{figures:?}"
    );

    let narrow = evaluate(
        &[0, 1],
        Array2::zeros((2, 2)).view(),
        &[0, 1],
        &names,
        &[1],
        0,
    );
    assert_finite(&narrow);
    assert!(narrow.roc.is_empty() && narrow.accuracy == 1.0);
    assert_finite(&evaluate(
        &[0],
        Array2::zeros((1, 0)).view(),
        &[0],
        &[],
        &[],
        0,
    ));
}

proptest! {
    #[test]
    fn whatever_comes_in_what_goes_out_is_finite(
        rows in prop::collection::vec((0..5_u32, 0..5_u32, prop::num::f64::ANY, 0..4_u8), 0..40),
        k in 0..5_usize,
        columns in 0..5_usize,
        counts in prop::collection::vec(any::<u64>(), 0..6),
        seed in any::<u64>(),
    ) {
        let truth: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let predicted: Vec<u32> = rows.iter().map(|row| row.1).collect();
        let proba = Array2::from_shape_fn((rows.len(), columns), |(r, c)| match rows[r].3 {
            0 => rows[r].2,
            1 => 1.0,
            _ => f64::from(rows[r].0 + c as u32) / 10.0,
        });
        let report = evaluate(&truth, proba.view(), &predicted, &names(k), &counts, seed);
        assert_finite(&report);
        prop_assert_eq!(report.per_class.len(), k);
    }
}

/// A model that goes by feature 0, and where that is low by which of features 1 and 2 is set.
fn model(features: &Array2<f64>) -> Vec<u32> {
    features
        .axis_iter(Axis(0))
        .map(|row| {
            if row[0] > 0.5 {
                2
            } else if row[1] > row[2] {
                1
            } else {
                0
            }
        })
        .collect()
}

fn table(rows: usize) -> (Array2<f64>, Vec<u32>) {
    let mut dice = Dice(12);
    let features = Array2::from_shape_fn((rows, 4), |_| dice.unit());
    let mut truth = model(&features);
    for class in truth.iter_mut().step_by(10) {
        *class = 0;
    }
    (features, truth)
}

fn macro_f1(truth: &[u32], predicted: &[u32]) -> f64 {
    ConfusionMatrix::new(truth, predicted, 3, None)
        .unwrap()
        .average(Average::Macro, Labels::Present)
        .unwrap()
        .f1
}

#[test]
fn importance_agrees_with_brute_force() {
    let (features, truth) = table(240);
    // Features 1 and 2 come from one column; feature 3 is of no use; column 3 has no feature.
    let sources = vec![0, 1, 1, 2];
    let mut seen: Vec<Array2<f64>> = Vec::new();
    let mut job = Permutation::new(truth.clone(), sources.clone(), 4, 5, 2000, 42, 3);
    assert_eq!(job.rows().len(), 240);
    let mut order = Vec::new();
    while let Some(source) = job.step(&features, &mut |matrix| {
        seen.push(matrix.clone());
        model(matrix)
    }) {
        order.push(source);
    }
    let importance = job.finish();
    assert_eq!(order, [0, 1, 2, 3]);
    assert_eq!(
        seen.len(),
        1 + 3 * 5,
        "once as it is, then each column with features five times"
    );
    assert_eq!(seen[0], features);

    let whole = macro_f1(&truth, &model(&features));
    for (i, shuffled) in seen[1..].iter().enumerate() {
        let (source, repeat) = (i / 5, i % 5);
        for (feature, &of) in sources.iter().enumerate() {
            let (now, before) = (shuffled.column(feature), features.column(feature));
            if of == source {
                let sorted = |column: ndarray::ArrayView1<f64>| {
                    let mut values = column.to_vec();
                    values.sort_by(f64::total_cmp);
                    values
                };
                assert_ne!(now, before);
                assert_eq!(
                    sorted(now),
                    sorted(before),
                    "the same values, dealt out anew"
                );
            } else {
                assert_eq!(
                    now, before,
                    "column {source} leaves feature {feature} alone"
                );
            }
        }
        if source == 1 {
            // Both features went to the same rows.
            for row in shuffled.axis_iter(Axis(0)) {
                let home = features
                    .column(1)
                    .iter()
                    .position(|&v| v == row[1])
                    .unwrap();
                assert_eq!(features[[home, 2]], row[2]);
            }
        }
        let drop = whole - macro_f1(&truth, &model(shuffled));
        assert!((importance[source].repeats[repeat] - drop).abs() < 1e-12);
    }
    assert_ne!(seen[1], seen[2], "each repeat has its own order");
    for column in &importance {
        let mean = column.repeats.iter().sum::<f64>() / 5.0;
        let variance = column
            .repeats
            .iter()
            .map(|d| (d - mean).powi(2))
            .sum::<f64>()
            / 5.0;
        assert!((column.mean - mean).abs() < 1e-12 && (column.std - variance.sqrt()).abs() < 1e-12);
    }
    assert!(importance[0].mean > 0.2 && importance[1].mean > 0.1);
    assert_eq!((importance[2].mean, importance[2].std), (0.0, 0.0));
    assert_eq!(importance[3].repeats, [0.0; 5]);
}

#[test]
fn importance_takes_the_sample_from_all_rows_or_as_given() {
    let (features, truth) = table(500);
    let run = |whole: bool| {
        let mut job = Permutation::new(truth.clone(), vec![0, 1, 1, 2], 3, 2, 100, 1, 3);
        let rows: Vec<usize> = job.rows().iter().map(|&row| row as usize).collect();
        assert_eq!(rows.len(), 100);
        let given = if whole {
            features.clone()
        } else {
            features.select(Axis(0), &rows)
        };
        while job
            .step(&given, &mut |matrix| {
                assert_eq!(matrix.nrows(), 100);
                model(matrix)
            })
            .is_some()
        {}
        job.finish()
    };
    assert_eq!(run(true), run(false));
    assert_eq!(run(true).len(), 3);
}

/// Numbers, some missing, and a category, with classes that hang on them.
fn mixed(rows: usize) -> (Array2<f64>, Vec<u8>) {
    let mut dice = Dice(77);
    let mut features = Array2::zeros((rows, 7));
    let mut classes = Vec::with_capacity(rows);
    for mut row in features.rows_mut() {
        for x in &mut row {
            *x = if dice.unit() < 0.1 {
                f64::NAN
            } else {
                (dice.unit() * 30.0).floor()
            };
        }
        row[6] = (dice.unit() * 12.0).floor();
        let high = row[0] > 14.0 || [1.0, 4.0, 7.0].contains(&row[6]);
        let class = u8::from(high) + u8::from(row[1] + row[2] > 25.0 && dice.unit() < 0.9);
        classes.push(class);
    }
    (features, classes)
}

#[test]
fn reshuffled_rows_are_predicted_as_a_matrix_would_be() {
    let (features, classes) = mixed(700);
    let all = |learner: Learner, categories: &[usize]| {
        let rows = TrainRows::new(features.view(), &classes, 3).categories(categories);
        let mut fitter = Fitter::of(&rows, learner).unwrap();
        while fitter.step().unwrap() {}
        fitter.finish().unwrap()
    };
    let forest = || Learner::Forest(ForestParams::new().trees(20).check().unwrap());
    let boost = || Learner::Boost(BoostParams::new().rounds(15).check().unwrap());
    let sources = vec![0, 1, 1, 2, 3, 4, 5];
    let truth: Vec<u32> = classes.iter().map(|&c| u32::from(c)).collect();
    let mut drops = 0;
    for model in [
        all(forest(), &[]),
        all(forest(), &[6]),
        all(boost(), &[]),
        all(boost(), &[6]),
    ] {
        let new = || Permutation::new(truth.clone(), sources.clone(), 6, 3, 300, 5, 3);
        let (mut slow, mut fast) = (new(), new());
        let used: Vec<usize> = fast.rows().iter().map(|&row| row as usize).collect();
        let used = features.select(Axis(0), &used);
        let reshuffled = Reshuffled::new(&model, used.view()).unwrap();
        let likeliest = |m: &Array2<f64>| Model::likeliest(model.predict_proba(m.view()).view());
        assert_eq!(reshuffled.likeliest(), likeliest(&used));
        while slow.step(&features, &mut |m| likeliest(m)).is_some() {}
        while fast
            .step_by(&mut |shuffled| match shuffled {
                Some((features, order)) => {
                    let predicted = reshuffled.shuffled(&model, features, order);
                    let mut matrix = used.clone();
                    for &f in features {
                        for (i, &row) in order.iter().enumerate() {
                            matrix[(i, f)] = used[(row as usize, f)];
                        }
                    }
                    assert_eq!(predicted, likeliest(&matrix));
                    predicted
                }
                None => reshuffled.likeliest().to_vec(),
            })
            .is_some()
        {}
        let (slow, fast) = (slow.finish(), fast.finish());
        assert_eq!(slow, fast);
        drops += fast.iter().filter(|column| column.mean > 0.01).count();
        assert!(Reshuffled::new(&model, features.slice(ndarray::s![.., 1..])).is_none());
    }
    assert!(drops >= 8, "{drops} columns matter");
}

#[test]
fn a_predictor_predicts_what_its_model_does() {
    let (features, classes) = mixed(900);
    for (learner, categories) in [
        (
            Learner::Forest(ForestParams::new().trees(17).check().unwrap()),
            &[][..],
        ),
        (
            Learner::Forest(ForestParams::new().trees(17).check().unwrap()),
            &[6],
        ),
        (
            Learner::Boost(BoostParams::new().rounds(9).check().unwrap()),
            &[],
        ),
    ] {
        let rows = TrainRows::new(features.view(), &classes, 3).categories(categories);
        let mut fitter = Fitter::of(&rows, learner).unwrap();
        while fitter.step().unwrap() {}
        let model = fitter.finish().unwrap();
        let expected = model.predict_proba(features.view());
        let expected = expected.as_slice().unwrap();
        let values: Vec<f64> = features.iter().copied().collect();
        let mut predictor = Predictor::new(model);
        for batch in [1, 2, 7, 8, 9, 500, 900] {
            let mut out = vec![-1.0; 900 * 3];
            for (values, out) in values.chunks(batch * 7).zip(out.chunks_mut(batch * 3)) {
                predictor.predict(values, out);
            }
            assert_eq!(out, expected, "in batches of {batch}");
        }
    }
}

#[test]
fn importance_of_a_matrix_that_does_not_fit_is_none() {
    let mut job = Permutation::new(vec![0, 1, 0], vec![0], 1, 5, 2000, 0, 2);
    assert_eq!(job.step(&Array2::zeros((2, 1)), &mut |_| Vec::new()), None);
    assert_eq!(job.step(&Array2::zeros((3, 2)), &mut |_| Vec::new()), None);
    assert!(job.finish().is_empty());
}
