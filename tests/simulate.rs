//! The simulator through its front door: what comes out is what was asked for, and could have been a cluster.

use kubecast::data::{Column, ColumnKind, Frame, Values};
use kubecast::evaluate::{Average, ConfusionMatrix, Labels};
use kubecast::export::{CsvOptions, frame_csv};
use kubecast::ingest::read_csv;
use kubecast::learn::{Fitter, ForestParams, Learner, Model};
use kubecast::simulate::{Episode, ISSUE_TYPES, IssueKind, SEED_ISSUE_TYPES, Scenario, Simulation};

use linfa::ParamGuard;
use ndarray::Array2;

const COLUMNS: [&str; 24] = [
    "node",
    "namespace",
    "workload_type",
    "pod_count",
    "cpu_usage_percent",
    "memory_usage_percent",
    "disk_usage_percent",
    "network_receive_bytes",
    "network_transmit_bytes",
    "pod_restart_count",
    "pod_ready_percent",
    "node_ready_status",
    "api_server_latency_ms",
    "etcd_latency_ms",
    "scheduler_latency_ms",
    "container_runtime_errors",
    "kubelet_rpc_rate",
    "pvc_usage_percent",
    "time_of_day",
    "day_of_week",
    "is_weekend",
    "cluster_age_days",
    "timestamp",
    "issue_type",
];

/// The scenario of the bundled sample.
fn sample() -> Scenario {
    Scenario {
        num_samples: 5_000,
        time_periods_hours: Some(168),
        issue_probability: 0.3,
        seed: 42,
        ..Scenario::default()
    }
}

fn run(scenario: Scenario) -> Frame {
    Simulation::new(scenario.check().unwrap()).finish()
}

fn numbers<'a>(frame: &'a Frame, name: &str) -> &'a [f64] {
    match &frame.column(name).unwrap().values {
        Values::Number(values) => values,
        _ => panic!("{name} is no number"),
    }
}

fn times(frame: &Frame) -> &[i64] {
    match &frame.column("timestamp").unwrap().values {
        Values::Time(values) => values,
        _ => panic!("timestamp is no time"),
    }
}

fn rows_of(frame: &Frame, class: &str) -> usize {
    let label = frame.column("issue_type").unwrap();
    (0..frame.rows())
        .filter(|&row| label.text(row) == class)
        .count()
}

fn issue_share(frame: &Frame) -> f64 {
    1.0 - rows_of(frame, "None") as f64 / frame.rows() as f64
}

#[test]
fn the_table_has_the_columns_and_kinds_of_the_first_data_set() {
    let frame = run(sample());
    assert_eq!(frame.rows(), 5_000);
    assert!(frame.columns().iter().map(|c| c.name.as_str()).eq(COLUMNS));
    let kind = |name: &str| frame.column(name).unwrap().kind;
    for name in ["node", "namespace", "workload_type", "issue_type"] {
        assert_eq!(kind(name), ColumnKind::Category, "{name}");
    }
    for name in [
        "pod_count",
        "pod_restart_count",
        "container_runtime_errors",
        "day_of_week",
    ] {
        assert_eq!(kind(name), ColumnKind::Integer, "{name}");
    }
    for name in ["node_ready_status", "is_weekend"] {
        assert_eq!(kind(name), ColumnKind::Boolean, "{name}");
    }
    assert_eq!(kind("timestamp"), ColumnKind::Timestamp);
    let others = frame
        .columns()
        .iter()
        .filter(|c| c.kind == ColumnKind::Number);
    assert_eq!(others.count(), 13);
}

/// What the page simulates is what the command line's file gives when it is read: kinds, cells, order of names.
#[test]
fn the_table_equals_what_is_read_back_from_its_csv() {
    for (num_samples, time_periods_hours, seed) in [
        (5_000, 168, 42),
        (1, 1, 0),
        (2, 1, 3),
        (40, 1, 3),
        (700, 24, 9),
        (9_000, 1, 5),
    ] {
        let frame = run(Scenario {
            num_samples,
            time_periods_hours: Some(time_periods_hours),
            seed,
            ..sample()
        });
        let text = frame_csv(&frame, CsvOptions::default());
        let back = read_csv("simulated.csv", &text).unwrap().frame;
        for (ours, theirs) in frame.columns().iter().zip(back.columns()) {
            assert_eq!(ours.name, theirs.name);
            assert_eq!(
                ours.kind, theirs.kind,
                "{} of {num_samples} rows",
                ours.name
            );
        }
        assert_eq!(
            frame.fingerprint(),
            back.fingerprint(),
            "{num_samples} rows"
        );
    }
}

#[test]
fn the_sample_shows_every_class_and_the_asked_share() {
    let frame = run(sample());
    for class in &ISSUE_TYPES[..SEED_ISSUE_TYPES] {
        let rows = rows_of(&frame, class);
        assert!((100..250).contains(&rows), "{class}: {rows} rows");
    }
    let total: usize = ISSUE_TYPES.iter().map(|class| rows_of(&frame, class)).sum();
    assert_eq!(total + rows_of(&frame, "None"), 5_000);
}

#[test]
fn the_share_of_issues_is_within_a_tenth_of_what_was_asked() {
    let shares = [0.01, 0.05, 0.15, 0.3, 0.6, 0.9, 1.0];
    let kinds: [&[&str]; 5] = [
        &[],
        &["api_server_latency", "etcd_high_latency"],
        &["node_failure"],
        &["pod_crash", "None"],
        &["scheduler_failure", "cpu_throttling"],
    ];
    for (i, kinds) in kinds.into_iter().enumerate() {
        for issue_probability in shares {
            let frame = run(Scenario {
                num_samples: 30_000,
                time_periods_hours: Some(240),
                issue_types: kinds.iter().map(|&k| k.to_owned()).collect(),
                issue_probability,
                seed: 7 + i as u64,
                ..Scenario::default()
            });
            let share = issue_share(&frame);
            assert!(
                (share / issue_probability - 1.0).abs() < 0.1,
                "asked {issue_probability} of {kinds:?}, got {share}"
            );
        }
    }
    let healthy = run(Scenario {
        issue_probability: 0.0,
        ..sample()
    });
    assert_eq!(issue_share(&healthy), 0.0);
    let healthy = run(Scenario {
        issue_types: vec!["normal".to_owned()],
        ..sample()
    });
    assert_eq!(issue_share(&healthy), 0.0);
}

#[test]
fn only_the_asked_kinds_occur() {
    let frame = run(Scenario {
        issue_types: vec!["pod_crash".to_owned(), "disk_pressure".to_owned()],
        ..sample()
    });
    for class in ISSUE_TYPES {
        let asked = class == "pod_crash_loop" || class == "disk_pressure";
        assert_eq!(rows_of(&frame, class) > 0, asked, "{class}");
    }
}

#[test]
fn the_size_of_the_steps_changes_nothing() {
    let whole = run(sample());
    for rows in [1, 7, 1_000] {
        let mut simulation = Simulation::new(sample().check().unwrap());
        let mut last = 0.0;
        assert_eq!(simulation.done(), 0.0);
        while simulation.step(rows) {
            assert!(simulation.done() > last && simulation.done() < 1.0);
            last = simulation.done();
        }
        assert_eq!(simulation.done(), 1.0);
        assert_eq!(simulation.finish().fingerprint(), whole.fingerprint());
    }
    let other = run(Scenario {
        seed: 43,
        ..sample()
    });
    assert_ne!(other.fingerprint(), whole.fingerprint());
}

#[test]
fn the_number_of_rows_is_exact_and_they_stand_in_order() {
    for (num_samples, time_periods_hours) in [
        (1, 1),
        (3, 1),
        (10, 168),
        (999, 5),
        (4_321, 50),
        (20_011, 2),
    ] {
        let frame = run(Scenario {
            num_samples,
            time_periods_hours: Some(time_periods_hours),
            ..sample()
        });
        assert_eq!(frame.rows(), num_samples as usize);
        let times = times(&frame);
        assert!(times.is_sorted());
        let span = times[times.len() - 1] - times[0];
        assert!(span < i64::from(time_periods_hours) * 3_600_000_000);
    }
}

#[test]
fn the_calendar_columns_follow_from_the_timestamp() {
    let frame = run(sample());
    let (hours, days, weekends) = (
        numbers(&frame, "time_of_day"),
        numbers(&frame, "day_of_week"),
        numbers(&frame, "is_weekend"),
    );
    for (row, &micros) in times(&frame).iter().enumerate() {
        let civil = jiff::Timestamp::from_microsecond(micros)
            .unwrap()
            .to_zoned(jiff::tz::TimeZone::UTC);
        let day = civil.weekday().to_monday_zero_offset();
        let hour = f64::from(civil.hour())
            + f64::from(civil.minute()) / 60.0
            + f64::from(civil.second()) / 3_600.0;
        assert_eq!(f64::from(day), days[row]);
        assert_eq!(f64::from(u8::from(day >= 5)), weekends[row]);
        assert!((hour - hours[row]).abs() < 1e-4);
    }
}

#[test]
fn every_cell_is_plausible() {
    let frame = run(Scenario {
        num_samples: 40_000,
        seed: 5,
        ..sample()
    });
    let ranges = [
        ("pod_count", 1.0, 150.0),
        ("cpu_usage_percent", 0.0, 100.0),
        ("memory_usage_percent", 0.0, 100.0),
        ("disk_usage_percent", 0.0, 100.0),
        ("network_receive_bytes", 0.0, 2e9),
        ("network_transmit_bytes", 0.0, 2e9),
        ("pod_restart_count", 0.0, 2_000.0),
        ("pod_ready_percent", 0.0, 100.0),
        ("node_ready_status", 0.0, 1.0),
        ("api_server_latency_ms", 1.0, 60_000.0),
        ("etcd_latency_ms", 0.5, 20_000.0),
        ("scheduler_latency_ms", 1.0, 60_000.0),
        ("container_runtime_errors", 0.0, 200.0),
        ("kubelet_rpc_rate", 0.0, 1_000.0),
        ("pvc_usage_percent", 0.0, 100.0),
        ("cluster_age_days", 0.0, 400.0),
    ];
    let mut missing = 0;
    for (name, low, high) in ranges {
        for &x in numbers(&frame, name) {
            missing += usize::from(x.is_nan());
            assert!(x.is_nan() || (low..=high).contains(&x), "{name}: {x}");
        }
    }
    // Some scrapes are lost, few enough.
    let cells = frame.rows() * frame.columns().len();
    assert!(
        (cells / 1_000..cells / 50).contains(&missing),
        "{missing} of {cells}"
    );
    for name in [
        "pod_count",
        "pod_restart_count",
        "pod_ready_percent",
        "node_ready_status",
    ] {
        assert_eq!(frame.column(name).unwrap().missing_count(), 0, "{name}");
    }
}

/// What an independent draw per row could not have: each series goes on from where it was.
#[test]
fn rows_of_one_entity_follow_from_each_other() {
    let frame = run(Scenario {
        num_samples: 20_000,
        ..sample()
    });
    let entity: Vec<String> = (0..frame.rows())
        .map(|row| {
            ["node", "namespace", "workload_type"]
                .map(|c| frame.column(c).unwrap().text(row))
                .join("/")
        })
        .collect();
    for (name, least) in [
        ("cpu_usage_percent", 0.8),
        ("memory_usage_percent", 0.8),
        ("disk_usage_percent", 0.85),
        ("pvc_usage_percent", 0.85),
        ("pod_restart_count", 0.7),
        ("etcd_latency_ms", 0.4),
    ] {
        let r = lag_one(&entity, numbers(&frame, name));
        assert!(r > least, "{name}: {r}");
    }
    // The measure itself tells apart: the same numbers in an order by chance have none.
    let cpu = numbers(&frame, "cpu_usage_percent");
    let shuffled: Vec<f64> = (0..cpu.len()).map(|i| cpu[i * 7_919 % cpu.len()]).collect();
    assert!(lag_one(&entity, &shuffled) < 0.2);
}

/// Correlation of each value with the next of its entity, both less the entity's mean.
fn lag_one(entity: &[String], values: &[f64]) -> f64 {
    let mut series = std::collections::BTreeMap::<&str, Vec<f64>>::new();
    for (name, &x) in entity.iter().zip(values) {
        if !x.is_nan() {
            series.entry(name).or_default().push(x);
        }
    }
    let (mut lagged, mut squares) = (0.0, 0.0);
    for values in series.values() {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        lagged += values
            .windows(2)
            .map(|w| (w[0] - mean) * (w[1] - mean))
            .sum::<f64>();
        squares += values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
    }
    lagged / squares
}

#[test]
fn episodes_are_the_truth_behind_the_labels() {
    let mut simulation = Simulation::new(sample().check().unwrap());
    simulation.find();
    let episodes = simulation.episodes().to_vec();
    assert!(episodes.is_sorted_by(|a, b| a.onset_secs <= b.onset_secs));
    for e in &episodes {
        assert!(e.onset_secs <= e.due_secs && e.end_secs < e.recovered_secs);
        assert!(e.onset_secs <= e.impact_secs && (e.struck || e.rows == 0));
        assert!(!e.struck || e.impact_secs < e.end_secs);
        assert!((0.45..=2.2).contains(&e.severity));
    }
    let near = episodes.iter().filter(|e| !e.struck).count();
    assert!(
        near > 0 && near < episodes.len() / 4,
        "{near} of {}",
        episodes.len()
    );
    assert!(
        episodes
            .iter()
            .any(|e| e.impact_secs - e.onset_secs > 600.0),
        "some give warning"
    );
    let frame = simulation.finish();
    let label = frame.column("issue_type").unwrap();
    let start = times(&frame)[0];
    let (mut labelled, mut own) = (0, 0);
    for (row, &micros) in times(&frame).iter().enumerate() {
        let name = label.text(row);
        if name == "None" {
            continue;
        }
        labelled += 1;
        let secs = (micros - start) as f64 / 1e6;
        // Harm may outlast the fault by half an hour.
        let at_work =
            |e: &&Episode| e.struck && e.onset_secs <= secs && secs < e.end_secs + 1_800.0;
        let mut by = episodes.iter().filter(at_work);
        own += usize::from(by.clone().any(|e| e.kind.name() == name));
        assert!(by.next().is_some(), "row {row}: {name} without an episode");
    }
    // The others are what a fault of another kind brought down.
    assert!(own * 10 >= labelled * 9, "{own} of {labelled}");
    // Rows that were dropped count for their episodes too.
    let counted: u32 = episodes.iter().map(|e| e.rows).sum();
    assert!(counted as usize >= labelled);
}

/// No fault writes a metric, so what one slows must show up further down the line.
#[test]
fn trouble_spreads_along_the_control_plane() {
    let frame = run(Scenario {
        num_samples: 20_000,
        issue_types: vec!["etcd_high_latency".to_owned()],
        ..sample()
    });
    let mean = |name: &str, class: &str| {
        let label: &Column = frame.column("issue_type").unwrap();
        let picked: Vec<f64> = numbers(&frame, name)
            .iter()
            .enumerate()
            .filter(|&(row, x)| label.text(row) == class && !x.is_nan())
            .map(|(_, &x)| x)
            .collect();
        picked.iter().sum::<f64>() / picked.len() as f64
    };
    let sick = IssueKind::EtcdHighLatency.name();
    for (name, factor) in [
        ("etcd_latency_ms", 10.0),
        ("api_server_latency_ms", 4.0),
        ("scheduler_latency_ms", 2.0),
    ] {
        assert!(mean(name, sick) > factor * mean(name, "None"), "{name}");
    }
    assert!(mean("kubelet_rpc_rate", sick) < 0.8 * mean("kubelet_rpc_rate", "None"));
}

/// The labels are worth learning, and not to be had for nothing: one row shows what goes on, but not always.
#[test]
fn a_forest_learns_much_and_not_everything() {
    for seed in [42, 2] {
        let frame = run(Scenario { seed, ..sample() });
        let by_chance = macro_f1(&frame, |row| row * 2_654_435_761 % 4_294_967_296 < 1 << 30);
        assert!(
            (0.75..0.96).contains(&by_chance),
            "seed {seed}: {by_chance}"
        );
        let later = macro_f1(&frame, |row| row >= frame.rows() * 3 / 4);
        assert!(
            (0.6..by_chance).contains(&later),
            "seed {seed}: {later} after {by_chance}"
        );
    }
}

/// A forest's macro F1 on the rows held out, from the numbers of a row alone.
fn macro_f1(frame: &Frame, held_out: impl Fn(usize) -> bool) -> f64 {
    let columns: Vec<&[f64]> = frame
        .columns()
        .iter()
        .filter_map(|column| match &column.values {
            Values::Number(values) => Some(values.as_slice()),
            _ => None,
        })
        .collect();
    let (test, train): (Vec<usize>, Vec<usize>) = (0..frame.rows()).partition(|&row| held_out(row));
    let features = |rows: &[usize]| {
        Array2::from_shape_fn((rows.len(), columns.len()), |(i, f)| columns[f][rows[i]])
    };
    let classes = frame.column("issue_type").unwrap().classes();
    let count = classes.names.len();
    let labels = train.iter().map(|&row| classes.codes[row] as u8).collect();
    let params = ForestParams::new().trees(40).seed(1);
    let learner = Learner::Forest(params.check().unwrap());
    let mut fitter = Fitter::new(features(&train).view(), labels, count, learner).unwrap();
    while fitter.step().unwrap() {}
    let shares = fitter
        .finish()
        .unwrap()
        .predict_proba(features(&test).view());
    let truth: Vec<u32> = test.iter().map(|&row| classes.codes[row]).collect();
    let predicted = Model::likeliest(shares.view());
    let matrix = ConfusionMatrix::new(&truth, &predicted, count, None).unwrap();
    matrix.average(Average::Macro, Labels::Present).unwrap().f1
}

/// The same bytes natively and as wasm; they change only when the simulator is changed on purpose.
#[test]
fn the_sample_is_what_it_was() {
    assert_eq!(run(sample()).fingerprint().to_string(), "45d20bb6988303bb");
}
