use super::*;

/// What the first and the second call each of the eight rows worked by hand.
const NAMES: [[u32; 2]; 8] = [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 1],
    [0, 1],
];

fn row(truth: u32, predicted: [u32; 2], probability: [f64; 2], group: u32) -> PairedRow {
    PairedRow {
        truth,
        predicted,
        probability,
        group,
    }
}

fn near(a: Option<f64>, b: f64) {
    assert!(a.is_some_and(|a| (a - b).abs() < 1e-12), "{a:?} is not {b}");
}

fn p(figure: &PairedFigure) -> f64 {
    figure.test.map_or(f64::NAN, |t| t.p)
}

/// Eight rows of their own: five of class 0, three of class 1. The probabilities are e^-1 in the first and e^-2 in the second
/// throughout.
/// ```text
/// row      0  1  2  3  4  5  6  7
/// truth    0  0  0  0  0  1  1  1
/// first    0  0  0  0  1  1  0  0     5 right
/// second   0  0  0  1  0  1  1  1     7 right
/// ```
/// Accuracy 5 / 8 and 7 / 8, a difference of 2 / 8. Rows that differ in name are 3 (first alone right) and 4, 6, 7 (second alone).
/// Balanced accuracy (4 / 5 + 1 / 3) / 2 = 17 / 30 and (4 / 5 + 1) / 2 = 9 / 10. F1 of the first: class 0 2 * 4 / (5 + 6), class 1
/// 2 * 1 / (3 + 2); of the second: 2 * 4 / (5 + 4) and 2 * 3 / (3 + 4). Log loss 1 and 2.
///
/// All eight rows differ, in probability at least: 256 exchanges. Of the four that differ in name the sum of signs is 3 - 1 = 2
/// and |sum| >= 2 in 16 - 6 = 10 of 16: p = 10 / 16. Of log loss eight equal differences: 2 of 256 have all of one sign.
#[test]
fn rows_by_hand() {
    let chance = [libm::exp(-1.0), libm::exp(-2.0)];
    let rows: Vec<PairedRow> = (0..8)
        .map(|at| row(u32::from(at > 4), NAMES[at as usize], chance, at))
        .collect();
    let found = compare_rows(&rows, 2, 7);
    assert_eq!(found.accuracy.of, [Some(5.0 / 8.0), Some(7.0 / 8.0)]);
    assert_eq!(p(&found.accuracy), 10.0 / 16.0);
    near(found.balanced_accuracy.of[0], 17.0 / 30.0);
    near(found.balanced_accuracy.of[1], 0.9);
    near(found.macro_f1.of[0], (8.0 / 11.0 + 2.0 / 5.0) / 2.0);
    near(found.macro_f1.of[1], (8.0 / 9.0 + 6.0 / 7.0) / 2.0);
    near(found.log_loss.difference, 1.0);
    let test = found.log_loss.test.unwrap();
    assert_eq!((test.p, test.pairs, test.exact), (2.0 / 256.0, 8, true));
    // The surest of four.
    assert_eq!(test.p_corrected, 8.0 / 256.0);
    let interval = found.log_loss.interval.unwrap();
    assert!((interval.low - 1.0).abs() < 1e-12 && (interval.high - 1.0).abs() < 1e-12);
    assert_eq!(found.sides, [[3, 1, 1, 0], [1, 0, 2, 0]]);
    assert_eq!(found.groups, 8);
    // Exchanged, every sign turns.
    let turned: Vec<PairedRow> = rows
        .iter()
        .map(|r| {
            row(
                r.truth,
                [r.predicted[1], r.predicted[0]],
                [chance[1], chance[0]],
                r.group,
            )
        })
        .collect();
    let turned = compare_rows(&turned, 2, 7);
    for (a, b) in [
        (turned.accuracy, found.accuracy),
        (turned.macro_f1, found.macro_f1),
    ] {
        assert_eq!((a.difference, p(&a)), (b.difference.map(|d| -d), p(&b)));
    }
}

/// The same with three groups, whose rows stay together: 0 to 3, 4 and 5, 6 and 7. Right more often in the second: by -1, 1 and 2.
/// The eight exchanges' sums: 2, 4, 0, 2 in size, each twice; 2 or more are six: p = 6 / 8. Rows are drawn and exchanged whole,
/// so that of log loss no more is sure than 2 of 8.
#[test]
fn rows_of_a_group_are_one_witness() {
    let group = [0, 0, 0, 0, 9, 9, 4, 4];
    let rows: Vec<PairedRow> = (0..8)
        .map(|at| row(u32::from(at > 4), NAMES[at], [0.5, 0.25], group[at]))
        .collect();
    let found = compare_rows(&rows, 2, 7);
    assert_eq!((found.groups, p(&found.accuracy)), (3, 6.0 / 8.0));
    assert_eq!(p(&found.log_loss), 2.0 / 8.0);
    // Of one group nothing is known.
    let one: Vec<PairedRow> = rows.iter().map(|r| PairedRow { group: 0, ..*r }).collect();
    assert_eq!(p(&compare_rows(&one, 2, 7).accuracy), 1.0);
}

#[test]
fn what_is_equal_or_odd_or_empty_is_no_difference() {
    let rows = vec![row(0, [1, 1], [0.3, 0.3], 0), row(1, [1, 1], [0.9, 0.9], 1)];
    let found = compare_rows(&rows, 2, 1);
    assert_eq!(
        (found.accuracy.difference, p(&found.accuracy)),
        (Some(0.0), 1.0)
    );
    assert_eq!(found.log_loss.test.map(|t| t.pairs), Some(0));
    // A class that nobody knows is left out.
    let odd = [
        rows.clone(),
        vec![row(7, [0, 1], [0.1, 0.9], 2), row(0, [0, 7], [0.1, 0.9], 2)],
    ];
    assert_eq!(compare_rows(&odd.concat(), 2, 1), found);
    let nothing = compare_rows(&[], 2, 1);
    assert_eq!(nothing.accuracy, PairedFigure::default());
}

/// Two classifiers that differ by chance alone, right in three of four rows each, on 60 rows: a p-value of a tenth or less in at
/// most a tenth of 200 comparisons, about (a standard deviation is .02).
#[test]
fn chance_alone_is_seldom_called_a_difference() {
    let mut rng = Rng::new(3, 9);
    let mut small = 0;
    for _ in 0..200 {
        let rows: Vec<PairedRow> = (0..60)
            .map(|at| {
                let truth = rng.below(3);
                let named = [0, 1].map(|_| {
                    if rng.below(4) == 0 {
                        rng.below(3)
                    } else {
                        truth
                    }
                });
                row(truth, named, [rng.unit(), rng.unit()], at)
            })
            .collect();
        let found = compare_rows(&rows, 3, 1);
        small += u32::from(p(&found.macro_f1) <= 0.1);
    }
    assert!((6..=34).contains(&small), "{small} of 200");
}
