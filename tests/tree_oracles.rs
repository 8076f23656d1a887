//! Ensembles of scikit-learn 1.9.1's, given node by node, in our evaluation: 24 forests and boosted ensembles, 16 rows each.

#![allow(clippy::print_stderr, reason = "a test that does not run says so")]

use std::path::PathBuf;

use kubecast::learn::{ForeignTree, Model, ModelKind};
use ndarray::Array2;
use serde_json::Value;

const TOLERANCE: f64 = 1e-12;

fn ensembles() -> Option<Vec<Value>> {
    let folder = std::env::var_os("KUBECAST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = folder.join("oracles/trees_shap_1.json");
    match std::fs::read(&path) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).expect("the oracles are JSON")),
        Err(error) => {
            eprintln!("DID NOT RUN: {}: {error}", path.display());
            None
        }
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|v| v.as_f64().expect("a number")).collect()
}

/// `scale` is what each leaf's value counts: boosting's learning rate.
fn tree(value: &Value, scale: f64) -> ForeignTree {
    let left = numbers(&value["left"]);
    let right = numbers(&value["right"]);
    let children = left.iter().zip(right);
    ForeignTree {
        feature: numbers(&value["feature"])
            .iter()
            .map(|f| f.max(0.0) as usize)
            .collect(),
        threshold: numbers(&value["threshold"]),
        children: children
            .map(|(&left, right)| (left >= 0.0).then_some((left as usize, right as usize)))
            .collect(),
        value: numbers(&value["value"]).iter().map(|v| v * scale).collect(),
    }
}

#[test]
fn ensembles_predict_what_scikit_learn_says() {
    let Some(ensembles) = ensembles() else {
        return;
    };
    assert_eq!(ensembles.len(), 24);
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (i, ensemble) in ensembles.iter().enumerate() {
        let (kind, scale) = match ensemble["kind"].as_str() {
            Some("rf") => (ModelKind::Forest, 1.0),
            Some("gb") => (ModelKind::Boost, ensemble["lr"].as_f64().unwrap()),
            other => panic!("{other:?}"),
        };
        // scikit-learn compares what fits into 32 bits.
        let rows: Vec<Vec<f64>> = ensemble["X"]
            .as_array()
            .unwrap()
            .iter()
            .map(numbers)
            .collect();
        let features = rows[0].len();
        let flat = rows
            .concat()
            .into_iter()
            .map(|x| f64::from(x as f32))
            .collect();
        let x = Array2::from_shape_vec((rows.len(), features), flat).unwrap();
        let trees: Vec<ForeignTree> = ensemble["trees"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| tree(t, scale))
            .collect();
        let init = ensemble["init"].as_f64().unwrap();
        let model = match Model::import(kind, features, init, &trees) {
            Ok(model) => model,
            Err(error) => {
                wrong.push(format!("ensemble {i}: {error}"));
                continue;
            }
        };
        let proba = model.predict_proba(x.view());
        let labels = Model::likeliest(proba.view());
        let expected = numbers(&ensemble["expect"]["proba1"]);
        let expected_labels = numbers(&ensemble["expect"]["label"]);
        assert_eq!(expected.len(), x.nrows());
        for row in 0..x.nrows() {
            let (ours, expected) = (proba[(row, 1)], expected[row]);
            compared += 1;
            if (ours - expected).abs() > TOLERANCE {
                wrong.push(format!(
                    "ensemble {i} row {row}: {ours:?}, not {expected:?}"
                ));
            }
            if f64::from(labels[row]) != expected_labels[row] {
                wrong.push(format!("ensemble {i} row {row}: another label"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(compared, 24 * 16);
}
