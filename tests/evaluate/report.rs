//! A report holds together, whatever comes in.

use super::*;

fn under_lines(points: &[(f64, f64)]) -> f64 {
    points
        .windows(2)
        .map(|w| (w[1].0 - w[0].0) * (w[0].1 + w[1].1) / 2.0)
        .sum()
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
