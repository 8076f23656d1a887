//! What a column is worth, against brute force.

use super::*;

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

#[test]
fn importance_of_a_matrix_that_does_not_fit_is_none() {
    let mut job = Permutation::new(vec![0, 1, 0], vec![0], 1, 5, 2000, 0, 2);
    assert_eq!(job.step(&Array2::zeros((2, 1)), &mut |_| Vec::new()), None);
    assert_eq!(job.step(&Array2::zeros((3, 2)), &mut |_| Vec::new()), None);
    assert!(job.finish().is_empty());
}
