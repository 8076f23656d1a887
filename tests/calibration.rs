//! Calibration against scikit-learn 1.9.1. `fixtures/make_calibration.py` made the fixture.

use kubecast::evaluate::{Calibration, reliability};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect()
}

fn alike(ours: &[f64], theirs: &[f64], within: f64) {
    assert_eq!(ours.len(), theirs.len());
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() <= within, "{a} {b}");
    }
}

#[test]
fn isotonic_platt_and_bins_are_scikit_learns() {
    let fixture: Value = serde_json::from_str(include_str!("fixtures/calibration.json")).unwrap();
    let cases = fixture["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let p = numbers(&case["p"]);
        let came: Vec<bool> = numbers(&case["y"]).iter().map(|y| *y > 0.0).collect();
        let asked = numbers(&case["asked"]);
        let of = |c: &Calibration| asked.iter().map(|&s| c.apply(s)).collect::<Vec<f64>>();
        alike(
            &of(&Calibration::isotonic(&came, &p).unwrap()),
            &numbers(&case["isotonic"]),
            1e-12,
        );
        // Theirs stops at a gradient of 1e-6.
        alike(
            &of(&Calibration::platt(&came, &p).unwrap()),
            &numbers(&case["platt"]),
            1e-5,
        );
        let r = reliability(&came, &p, 10).unwrap();
        alike(
            &r.bins.iter().map(|b| b.share).collect::<Vec<_>>(),
            &numbers(&case["bin_share"]),
            1e-12,
        );
        alike(
            &r.bins.iter().map(|b| b.mean).collect::<Vec<_>>(),
            &numbers(&case["bin_mean"]),
            1e-12,
        );
        alike(&[r.brier], &[case["brier"].as_f64().unwrap()], 1e-12);
    }
}
