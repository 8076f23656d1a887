//! Every metric against scikit-learn 1.9.1's on the same predictions: 407 binary and 150 multi-class cases.

#![allow(clippy::print_stderr, reason = "a test that does not run says so")]

use std::path::PathBuf;

use kubecast::evaluate::{
    Average, ConfusionMatrix, EvaluateError, Labels, RankedScores, brier, log_loss,
};
use ndarray::Array2;
use serde_json::Value;

const TOLERANCE: f64 = 1e-12;

fn cases(file: &str) -> Option<Vec<Value>> {
    let folder = std::env::var_os("KUBECAST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = folder.join("oracles").join(file);
    match std::fs::read(&path) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).expect("the oracles are JSON")),
        Err(error) => {
            eprintln!("DID NOT RUN: {}: {error}", path.display());
            None
        }
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(|v| v.as_f64().expect("a number"))
        .collect()
}

fn classes(value: &Value) -> Vec<u32> {
    numbers(value).into_iter().map(|v| v as u32).collect()
}

/// Collects what differs, so that one run shows all of it.
#[derive(Default)]
struct Check {
    compared: usize,
    wrong: Vec<String>,
}

impl Check {
    fn equal(&mut self, place: &str, ours: f64, expected: f64) {
        self.compared += 1;
        let close = (ours - expected).abs() <= TOLERANCE * expected.abs().max(1.0);
        if !close {
            self.wrong
                .push(format!("{place}: {ours:?}, not {expected:?}"));
        }
    }

    /// `undefined` is what scikit-learn answers where a figure is not defined.
    fn figure(&mut self, place: &str, ours: Option<f64>, expected: &Value, undefined: Value) {
        match (ours, expected.as_f64()) {
            (Some(ours), Some(expected)) => self.equal(place, ours, expected),
            (None, _) if *expected == undefined => self.compared += 1,
            _ => self
                .wrong
                .push(format!("{place}: {ours:?}, not {expected}")),
        }
    }

    fn series(&mut self, place: &str, ours: &[f64], expected: &Value) {
        let expected = numbers(expected);
        if ours.len() != expected.len() {
            self.wrong.push(format!(
                "{place}: {} points, not {}",
                ours.len(),
                expected.len()
            ));
        }
        for (i, (&ours, expected)) in ours.iter().zip(expected).enumerate() {
            self.equal(&format!("{place}[{i}]"), ours, expected);
        }
    }

    fn finish(self, at_least: usize) {
        assert!(
            self.wrong.is_empty(),
            "{} differ:\n{}",
            self.wrong.len(),
            self.wrong.join("\n")
        );
        assert!(
            self.compared >= at_least,
            "only {} figures compared",
            self.compared
        );
    }
}

fn nan() -> Value {
    Value::from("NaN")
}

fn zero() -> Value {
    Value::from(0.0)
}

#[test]
fn binary_cases() {
    let Some(cases) = cases("metrics_binary_1.json") else {
        return;
    };
    assert_eq!(cases.len(), 407);
    let mut check = Check::default();
    for case in &cases {
        let at = |figure: &str| format!("{} {figure}", case["name"]);
        let expect = &case["expect"];
        let truth = classes(&case["y"]);
        let scores = numbers(&case["p"]);
        let weights = (!case["w"].is_null()).then(|| numbers(&case["w"]));
        let weights = weights.as_deref();

        let predicted: Vec<u32> = scores.iter().map(|&p| u32::from(p >= 0.5)).collect();
        let matrix = ConfusionMatrix::new(&truth, &predicted, 2, weights).unwrap();
        for t in 0..2 {
            for p in 0..2 {
                let expected = expect["confusion"][t][p].as_f64().unwrap();
                check.equal(&at("confusion"), matrix.cell(t, p), expected);
            }
        }
        check.figure(
            &at("accuracy"),
            matrix.accuracy(),
            &expect["accuracy"],
            nan(),
        );
        let balanced = matrix.balanced_accuracy();
        check.figure(
            &at("balanced accuracy"),
            balanced,
            &expect["balanced_accuracy"],
            nan(),
        );
        check.figure(
            &at("precision"),
            matrix.precision(1),
            &expect["precision0"],
            zero(),
        );
        check.figure(&at("recall"), matrix.recall(1), &expect["recall0"], zero());
        check.figure(&at("f1"), matrix.f1(1), &expect["f1_0"], zero());
        check.figure(&at("mcc"), matrix.mcc(), &expect["mcc"], zero());
        check.figure(&at("kappa"), matrix.kappa(), &expect["kappa"], nan());

        let proba = Array2::from_shape_fn((scores.len(), 2), |(row, class)| {
            if class == 1 {
                scores[row]
            } else {
                1.0 - scores[row]
            }
        });
        let loss = log_loss(&truth, proba.view(), weights).ok();
        check.figure(&at("log loss"), loss, &expect["log_loss"], nan());
        let squared = brier(&truth, proba.view(), weights).ok();
        check.figure(&at("brier"), squared, &expect["brier"], nan());

        let positive: Vec<bool> = truth.iter().map(|&t| t == 1).collect();
        let ranked = RankedScores::new(&positive, &scores, weights).unwrap();
        match ranked.roc(false) {
            Ok(roc) => {
                check.figure(&at("ROC AUC"), Some(roc.area), &expect["roc_auc"], nan());
                check.series(&at("fpr"), &roc.fpr, &expect["roc"][0]);
                check.series(&at("tpr"), &roc.tpr, &expect["roc"][1]);
                let fewer = ranked.roc(true).unwrap();
                check.equal(&at("area without points on a line"), fewer.area, roc.area);
            }
            Err(why) => {
                assert!(matches!(
                    why,
                    EvaluateError::NoPositives | EvaluateError::NoNegatives
                ));
                check.figure(&at("ROC AUC"), None, &expect["roc_auc"], nan());
                // Where a class has no weight scikit-learn still draws, with rates of NaN.
                let fpr = expect["roc"][0].as_array();
                assert!(
                    fpr.is_none_or(|fpr| fpr.iter().all(|v| *v == nan())),
                    "{}",
                    at("roc")
                );
            }
        }
        match ranked.precision_recall() {
            Ok(curve) => {
                let area = Some(curve.average_precision);
                check.figure(&at("AP"), area, &expect["average_precision"], zero());
                if !expect["pr"].is_null() {
                    check.series(&at("precision"), &curve.precision, &expect["pr"][0]);
                    check.series(&at("recall"), &curve.recall, &expect["pr"][1]);
                    check.series(&at("thresholds"), &curve.thresholds, &expect["pr"][2]);
                }
            }
            Err(why) => {
                assert_eq!(why, EvaluateError::NoPositives);
                check.figure(&at("AP"), None, &expect["average_precision"], zero());
                assert!(expect["pr"].is_null(), "{}", at("pr"));
            }
        }
    }
    check.finish(20_000);
}

#[test]
fn multi_class_cases() {
    let Some(cases) = cases("metrics_multi_1.json") else {
        return;
    };
    assert_eq!(cases.len(), 150);
    let mut check = Check::default();
    for (i, case) in cases.iter().enumerate() {
        let at = |figure: &str| format!("case {i} {figure}");
        let expect = &case["expect"];
        let k = case["k"].as_u64().unwrap() as usize;
        let matrix =
            ConfusionMatrix::new(&classes(&case["y"]), &classes(&case["yhat"]), k, None).unwrap();
        for t in 0..k {
            for p in 0..k {
                let expected = expect["confusion"][t][p].as_f64().unwrap();
                check.equal(&at("confusion"), matrix.cell(t, p), expected);
            }
        }
        for (name, average) in [
            ("macro", Average::Macro),
            ("micro", Average::Micro),
            ("weighted", Average::Weighted),
        ] {
            // Made with `labels=range(k)`: classes nowhere to be seen count as 0.
            let averages = matrix.average(average, Labels::All).unwrap();
            for (figure, ours) in [
                ("precision", averages.precision),
                ("recall", averages.recall),
                ("f1", averages.f1),
            ] {
                let key = format!("{figure}_{name}");
                check.figure(&at(&key), Some(ours), &expect[&key], nan());
            }
        }
        check.figure(&at("mcc"), matrix.mcc(), &expect["mcc"], zero());
        check.figure(&at("kappa"), matrix.kappa(), &expect["kappa"], nan());
        let balanced = matrix.balanced_accuracy();
        check.figure(
            &at("balanced accuracy"),
            balanced,
            &expect["balanced_accuracy"],
            nan(),
        );
    }
    check.finish(150 * 12);
}
