//! No score without its baseline: noise does not beat it, skill does.

use super::*;

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
