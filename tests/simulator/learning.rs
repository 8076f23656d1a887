//! What a model can tell of single rows, of their past, and of single figures.

use super::*;

/// Even in [0, 1), by row.
fn chance(row: usize) -> f64 {
    (row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) as f64 / u64::MAX as f64
}

/// The columns that a model may learn from: what is measured, not when, where or what is true.
fn metrics(frame: &Frame) -> Vec<&[f64]> {
    let last = frame.position("coredns_servfail_ratio").unwrap();
    let not = [
        "time_of_day",
        "day_of_week",
        "is_weekend",
        "cluster_age_days",
        "entity_id",
        "kubelet_certificate_ttl_seconds",
    ];
    frame.columns()[..=last]
        .iter()
        .filter(|column| !not.contains(&column.name.as_str()))
        .filter_map(|column| match &column.values {
            Values::Number(values) => Some(values.as_slice()),
            _ => None,
        })
        .collect()
}

fn boosted(features: &Array2<f64>, labels: Vec<u8>, classes: usize, rounds: u32) -> Model {
    let params = BoostParams::new()
        .rounds(rounds)
        .learning_rate(0.15)
        .max_leaves(Some(15))
        .seed(1);
    let learner = Learner::Boost(params.check().unwrap());
    let mut fitter = Fitter::new(features.view(), labels, classes, learner).unwrap();
    while fitter.step().unwrap() {}
    fitter.finish().unwrap()
}

fn average_precision(scores: &[f64], truth: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..truth.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    let (mut hits, mut sum) = (0.0, 0.0);
    for (place, &row) in order.iter().enumerate() {
        if truth[row] {
            hits += 1.0;
            sum += hits / (place + 1) as f64;
        }
    }
    sum / hits
}

/// Share of pairs of a positive and a negative that a score puts in order.
fn auc(scores: &[f64], truth: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..truth.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let (mut below, mut pairs, mut positives) = (0.0, 0.0, 0.0);
    let mut at = 0;
    while at < order.len() {
        let mut end = at;
        let (mut p, mut n) = (0.0, 0.0);
        while end < order.len() && scores[order[end]] == scores[order[at]] {
            if truth[order[end]] {
                p += 1.0;
            } else {
                n += 1.0;
            }
            end += 1;
        }
        pairs += p * (below + 0.5 * n);
        positives += p;
        below += n;
        at = end;
    }
    pairs / (positives * below)
}

/// Specification, 11: macro F1 of a row-wise boosted model on impact labels between 0.55 and 0.90 (the first data set:
/// 0.999), on rows that come later than those it learned from.
#[test]
fn a_row_tells_much_of_the_issue_and_not_all() {
    let mut found = Vec::new();
    for seed in 1..=5 {
        let frame = run(Scenario {
            issue_probability: 0.1,
            clusters: 8,
            unknown_fraction: 0.0,
            ..full(150_000, seed)
        });
        let classes = frame.column("issue_type").unwrap().classes();
        let healthy = classes.names.iter().position(|n| n == "None").unwrap() as u32;
        let border = frame.rows() * 7 / 10;
        let train: Vec<usize> = (0..border)
            .filter(|&row| classes.codes[row] != healthy || chance(row) < 0.15)
            .collect();
        let test: Vec<usize> = (border..frame.rows())
            .filter(|&row| chance(row) < 0.5)
            .collect();
        let columns = metrics(&frame);
        let features = |rows: &[usize]| {
            Array2::from_shape_fn((rows.len(), columns.len()), |(i, f)| columns[f][rows[i]])
        };
        let labels = train.iter().map(|&row| classes.codes[row] as u8).collect();
        let model = boosted(&features(&train), labels, classes.names.len(), 30);
        let shares = model.predict_proba(features(&test).view());
        let truth: Vec<u32> = test.iter().map(|&row| classes.codes[row]).collect();
        let predicted = Model::likeliest(shares.view());
        let matrix = ConfusionMatrix::new(&truth, &predicted, classes.names.len(), None).unwrap();
        let f1 = matrix.average(Average::Macro, Labels::Present).unwrap().f1;
        println!("seed {seed}: macro F1 {f1:.3}");
        for (class, name) in classes.names.iter().enumerate() {
            if let Some(f1) = matrix.f1(class) {
                println!("  {name} {f1:.2} of {}", matrix.support(class));
            }
        }
        assert!((0.55..=0.9).contains(&f1), "seed {seed}: {f1}");
        found.push(f1);
    }
    // No single lucky draw: the mean stays clear of both ends.
    let mean = found.iter().sum::<f64>() / found.len() as f64;
    println!("mean of {} seeds: macro F1 {mean:.3}", found.len());
    assert!((0.6..=0.87).contains(&mean), "{mean}");
}

/// Specification, 11: average precision for harm within 30 minutes is clearly better with lags than from a row alone,
/// and at least three times the base rate.
#[test]
fn what_is_about_to_fail_shows_in_how_it_got_there() {
    let frame = run(Scenario {
        clusters: 8,
        unknown_fraction: 0.0,
        ..full(300_000, 3)
    });
    let y = numbers(&frame, "y_30");
    let columns = metrics(&frame);
    let mut place = vec![(0, 0); frame.rows()];
    let of = series(&frame);
    for (&entity, rows) in &of {
        for (at, &row) in rows.iter().enumerate() {
            place[row] = (entity, at);
        }
    }
    let earlier = |row: usize, ago: usize| {
        let (entity, at) = place[row];
        at.checked_sub(ago).map(|at| of[&entity][at])
    };
    // By column and row: the mean of the entity's six hours before, of those the values that are there.
    let usual: Vec<Vec<f64>> = columns
        .iter()
        .map(|column| {
            let mut means = vec![f64::NAN; frame.rows()];
            for rows in of.values() {
                let (mut sum, mut count) = (0.0, 0.0);
                for (at, &row) in rows.iter().enumerate() {
                    means[row] = sum / count;
                    let old = at
                        .checked_sub(360)
                        .map_or(f64::NAN, |old| column[rows[old]]);
                    for (x, sign) in [(column[row], 1.0), (old, -1.0)] {
                        if !x.is_nan() {
                            sum += sign * x;
                            count += sign;
                        }
                    }
                }
            }
            means
        })
        .collect();
    let border = frame.rows() * 7 / 10;
    let train: Vec<usize> = (0..border)
        .filter(|&row| y[row] == 1.0 || (y[row] == 0.0 && chance(row) < 0.15))
        .collect();
    let test: Vec<usize> = (border..frame.rows())
        .filter(|&row| y[row] >= 0.0 && chance(row) < 0.5)
        .collect();
    let alone = |rows: &[usize]| {
        Array2::from_shape_fn((rows.len(), columns.len()), |(i, f)| columns[f][rows[i]])
    };
    let lagged = |rows: &[usize]| {
        Array2::from_shape_fn((rows.len(), 5 * columns.len()), |(i, f)| {
            let (column, row) = (columns[f % columns.len()], rows[i]);
            match [0, 5, 15, 45, 360][f / columns.len()] {
                0 => column[row],
                // Against what has been usual for the entity.
                360 => column[row] - usual[f % columns.len()][row],
                ago => earlier(row, ago).map_or(f64::NAN, |before| column[row] - column[before]),
            }
        })
    };
    let labels: Vec<u8> = train.iter().map(|&row| y[row] as u8).collect();
    let truth: Vec<bool> = test.iter().map(|&row| y[row] == 1.0).collect();
    let precision = |train: Array2<f64>, test: Array2<f64>| {
        let shares = boosted(&train, labels.clone(), 2, 50).predict_proba(test.view());
        average_precision(&shares.column(1).to_vec(), &truth)
    };
    let base = truth.iter().filter(|&&t| t).count() as f64 / truth.len() as f64;
    let (row, lags) = (
        precision(alone(&train), alone(&test)),
        precision(lagged(&train), lagged(&test)),
    );
    println!("average precision: base {base:.3}, row {row:.3}, lags {lags:.3}");
    assert!(lags > 1.15 * row, "lags {lags}, row {row}");
    assert!(lags > 3.0 * base, "lags {lags}, base {base}");
}

/// Specification, 11: no memory, CPU or leak figure alone tells the rows before harm from the healthy ones.
#[test]
fn no_figure_alone_gives_what_is_coming_away() {
    let frame = run(Scenario {
        unknown_fraction: 0.0,
        ..full(200_000, 5)
    });
    let phase = frame.column("phase").unwrap();
    let cause = frame.column("root_cause").unwrap();
    for kind in ["memory_leak", "memory_pressure", "cpu_throttling"] {
        let rows: Vec<usize> = (0..frame.rows())
            .filter(|&row| match phase.text(row).as_str() {
                "healthy" => chance(row) < 0.2,
                "precursor" => cause.text(row) == kind,
                _ => false,
            })
            .collect();
        let truth: Vec<bool> = rows
            .iter()
            .map(|&row| phase.text(row) == "precursor")
            .collect();
        assert!(truth.iter().filter(|&&t| t).count() > 200, "{kind}");
        for name in [
            "memory_usage_percent",
            "cpu_usage_percent",
            "container_memory_working_set_ratio",
            "container_cpu_cfs_throttled_ratio",
            "kube_pod_container_status_restarts_total",
            "deploy_age_s",
        ] {
            let values = numbers(&frame, name);
            let scores: Vec<f64> = rows
                .iter()
                .map(|&row| {
                    if values[row].is_nan() {
                        0.0
                    } else {
                        values[row]
                    }
                })
                .collect();
            let area = auc(&scores, &truth);
            let area = area.max(1.0 - area);
            assert!(area <= 0.95, "{kind}, {name}: {area}");
        }
    }
}
