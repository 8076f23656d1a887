//! What holds of every learner whatever it is given: a forest's shares, any order of rows, weights as repetitions, any
//! number of workers, and tables at the edge of what is allowed.

use kubecast::learn::{
    BoostParams, ClassWeights, DecisionTreeParams, FeatureDraw, Fitter, ForestParams, LearnError,
    Learner, Model, TrainRows, UnitGrower,
};
use kubecast::trees::{Rng, Writer};
use linfa::ParamGuard as _;
use ndarray::{Array2, Axis};

fn forest(params: ForestParams) -> Learner {
    Learner::Forest(params.check().unwrap())
}

fn boosting(params: BoostParams) -> Learner {
    Learner::Boost(params.check().unwrap())
}

/// Of each kind one, few enough trees to be quick.
fn each() -> [Learner; 4] {
    [
        forest(ForestParams::new().trees(8)),
        forest(ForestParams::new().trees(8).random_cuts(true)),
        boosting(BoostParams::new().rounds(4)),
        Learner::DecisionTree(DecisionTreeParams::new().check().unwrap()),
    ]
}

/// One tree without anything drawn.
fn sure_tree() -> Learner {
    forest(
        ForestParams::new()
            .trees(1)
            .bootstrap(false)
            .max_features(FeatureDraw::All)
            .class_weights(ClassWeights::None),
    )
}

fn fit(rows: &TrainRows<'_>, learner: Learner) -> Result<Model, LearnError> {
    let mut fitter = Fitter::of(rows, learner)?;
    while fitter.step()? {}
    Ok(fitter.finish().expect("all units are there"))
}

fn bytes(model: &Model) -> Vec<u8> {
    let mut w = Writer::new();
    model.write(&mut w);
    w.into_bytes()
}

/// Rows of few distinct values, with missing ones and a column of categories (the last), and classes that lean on them.
fn table(rows: usize, classes: usize, seed: u64) -> (Array2<f64>, Vec<u8>) {
    let mut rng = Rng::new(seed, 1);
    let mut x = Array2::zeros((rows, 4));
    let mut y = Vec::new();
    for mut row in x.rows_mut() {
        for (column, cell) in row.iter_mut().enumerate() {
            *cell = f64::from(rng.below([40, 7, 200, 5][column]));
        }
        let lean = row[0] / 40.0 + row[3] / 10.0 + rng.unit() / 2.0;
        y.push((lean / 2.0 * classes as f64) as u8 % classes as u8);
        if rng.below(6) == 0 {
            row[1] = f64::NAN;
        }
    }
    (x, y)
}

fn of<'a>(x: &'a Array2<f64>, y: &'a [u8], classes: usize) -> TrainRows<'a> {
    TrainRows::new(x.view(), y, classes).categories(&[3])
}

#[test]
fn a_forest_s_shares_sum_to_one() {
    for classes in [2, 5] {
        let (x, y) = table(400, classes, 3);
        let (fresh, _) = table(200, classes, 4);
        for learner in each() {
            let model = fit(&of(&x, &y, classes), learner).unwrap();
            for row in model.predict_proba(fresh.view()).rows() {
                assert!((row.sum() - 1.0).abs() < 1e-12, "{row}");
                assert!(row.iter().all(|p| (0.0..=1.0).contains(p)), "{row}");
            }
        }
    }
}

#[test]
fn the_order_of_rows_and_a_constant_column_change_no_tree() {
    for seed in 0..40 {
        let classes = 2 + seed as usize % 4;
        let (x, y) = table(30 + 10 * seed as usize, classes, seed);
        let model = fit(&of(&x, &y, classes), sure_tree()).unwrap();
        let expected = model.predict_proba(x.view());
        let mut rng = Rng::new(seed, 2);
        let mut order: Vec<usize> = (0..y.len()).collect();
        for i in (1..order.len()).rev() {
            order.swap(i, rng.below(i as u32 + 1) as usize);
        }
        let shuffled = x.select(Axis(0), &order);
        let labels: Vec<u8> = order.iter().map(|&row| y[row]).collect();
        let other = fit(&of(&shuffled, &labels, classes), sure_tree()).unwrap();
        assert!(bytes(&other) == bytes(&model), "seed {seed}");
        let constant = Array2::from_elem((y.len(), 1), -3.5);
        let wider = ndarray::concatenate![Axis(1), x, constant];
        let other = fit(&of(&wider, &y, classes), sure_tree()).unwrap();
        assert_eq!(other.predict_proba(wider.view()), expected, "seed {seed}");
    }
}

#[test]
fn a_row_twice_is_a_row_of_twice_the_weight_and_one_of_no_weight_is_absent() {
    for seed in 0..40 {
        let classes = 2 + seed as usize % 4;
        let (x, y) = table(40 + 10 * seed as usize, classes, seed);
        let times = |row: usize| [1, 2, 0, 1][row % 4];
        let weights: Vec<f64> = (0..y.len()).map(|row| times(row) as f64).collect();
        let rows: Vec<usize> = (0..y.len())
            .flat_map(|row| std::iter::repeat_n(row, times(row)))
            .collect();
        let repeated = x.select(Axis(0), &rows);
        let labels: Vec<u8> = rows.iter().map(|&row| y[row]).collect();
        let one = fit(&of(&x, &y, classes).weights(&weights), sure_tree()).unwrap();
        let two = fit(&of(&repeated, &labels, classes), sure_tree()).unwrap();
        assert_eq!(
            one.predict_proba(x.view()),
            two.predict_proba(x.view()),
            "seed {seed}"
        );
    }
}

#[test]
fn any_number_of_workers_gives_the_same_forest() {
    let (x, y) = table(500, 3, 8);
    for params in [
        ForestParams::new().trees(17),
        ForestParams::new().trees(17).random_cuts(true),
        ForestParams::new().trees(17).out_of_bag(true),
    ] {
        let alone = bytes(&fit(&of(&x, &y, 3), forest(params.clone())).unwrap());
        for workers in [1, 2, 8] {
            let mut fitter = Fitter::of(&of(&x, &y, 3), forest(params.clone())).unwrap();
            let setup = fitter.setup();
            let mut growers: Vec<UnitGrower> = (0..workers)
                .map(|_| UnitGrower::from_bytes(&setup).unwrap())
                .collect();
            // The last comes back first.
            for unit in (0..fitter.units()).rev() {
                let grown = growers[unit as usize % workers].grow(unit).unwrap();
                fitter.accept(unit, &grown).unwrap();
            }
            let model = fitter.finish().unwrap();
            assert!(bytes(&model) == alone, "{workers} workers");
        }
    }
}

/// Learns, and checks that what is predicted of the rows themselves is a share.
fn survives(name: &str, x: &Array2<f64>, y: &[u8], classes: usize) -> Vec<Model> {
    let learned = each().into_iter().map(|learner| {
        let model = fit(&TrainRows::new(x.view(), y, classes), learner)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(model.classes(), classes, "{name}");
        for row in model.predict_proba(x.view()).rows() {
            assert!((row.sum() - 1.0).abs() < 1e-9, "{name}: {row}");
        }
        model
    });
    learned.collect()
}

#[test]
fn tables_of_one_column_and_of_five_thousand() {
    let mut rng = Rng::new(9, 0);
    let y: Vec<u8> = (0..60).map(|row| (row % 3) as u8).collect();
    for columns in [1, 5000] {
        let mut x = Array2::from_shape_fn((60, columns), |_| rng.unit());
        let last = columns - 1;
        (0..60).for_each(|row| x[(row, last)] = f64::from(y[row]));
        let model = &survives("columns", &x, &y, 3)[2];
        assert_eq!(model.features(), columns);
        let said = Model::likeliest(model.predict_proba(x.view()).view());
        let right = said.iter().zip(&y).filter(|(a, b)| **a == u32::from(**b));
        assert_eq!(right.count(), 60, "boosting finds the column that tells");
    }
}

#[test]
fn two_hundred_and_fifty_five_classes_with_one_row_each_and_with_many() {
    for each_class in [1, 6] {
        let rows = 255 * each_class;
        let y: Vec<u8> = (0..rows).map(|row| (row % 255) as u8).collect();
        let x = Array2::from_shape_fn((rows, 2), |(row, column)| {
            [f64::from(y[row]), (row % 7) as f64][column]
        });
        for model in survives("classes", &x, &y, 255) {
            assert_eq!(model.predict_proba(x.view()).ncols(), 255);
        }
        let tree = fit(&TrainRows::new(x.view(), &y, 255), sure_tree()).unwrap();
        let said = Model::likeliest(tree.predict_proba(x.view()).view());
        assert!(said.iter().zip(&y).all(|(a, b)| *a == u32::from(*b)));
    }
    let x = Array2::zeros((4, 1));
    let one = fit(&TrainRows::new(x.view(), &[0; 4], 1), sure_tree());
    assert!(matches!(one, Err(LearnError::OneClass { rows: 4 })));
    let many = fit(&TrainRows::new(x.view(), &[0, 1, 2, 3], 256), sure_tree());
    assert!(matches!(
        many,
        Err(LearnError::TooManyClasses { classes: 256 })
    ));
}

#[test]
fn infinities_denormals_the_widest_span_duplicates_and_columns_without_values() {
    let odd = [
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        f64::from_bits(1),
        -f64::from_bits(1),
        f64::MIN_POSITIVE,
        -0.0,
        0.0,
        1.0 + f64::EPSILON,
        1.0,
        f64::NAN,
    ];
    // Each value is a class of its own, but for the zeros, which are equal.
    let y: Vec<u8> = (0..odd.len() * 5)
        .map(|row| if row / 5 > 7 { row / 5 - 1 } else { row / 5 } as u8)
        .collect();
    let x = Array2::from_shape_fn((y.len(), 3), |(row, column)| match column {
        0 => odd[row / 5],
        1 => f64::NAN,
        _ => f64::INFINITY,
    });
    survives("odd values", &x, &y, 11);
    let tree = fit(&TrainRows::new(x.view(), &y, 11), sure_tree()).unwrap();
    let said = Model::likeliest(tree.predict_proba(x.view()).view());
    // Infinities count as the outermost values: they share a bin with the largest and the least finite number.
    let outermost = |row: usize| row / 5 < 4;
    for (row, (&a, &b)) in said.iter().zip(&y).enumerate() {
        assert!(
            a == u32::from(b) || outermost(row),
            "{:?}: {a}",
            odd[row / 5]
        );
    }
    // Nothing to tell by: everyone says how often each class is.
    let same = Array2::from_elem((30, 2), 4.0);
    let y: Vec<u8> = (0..30).map(|row| u8::from(row % 3 == 0)).collect();
    for model in survives("duplicates", &same, &y, 2) {
        let p = model.predict_proba(same.view());
        assert!(p.rows().into_iter().all(|row| row == p.row(0)));
    }
}
