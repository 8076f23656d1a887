//! Rows predicted in batches or reshuffled, as their matrix would be.

use super::*;

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
