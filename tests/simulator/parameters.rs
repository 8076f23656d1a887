//! What may be asked for, and the files beside the table.

use super::*;

#[test]
fn what_is_wrong_is_named_with_what_is_allowed() {
    let refused = |change: &dyn Fn(&mut Scenario)| {
        let mut scenario = Scenario::of(Preset::Default);
        change(&mut scenario);
        let error = scenario.check().unwrap_err();
        (error.option(), error.to_string())
    };
    type Change = fn(&mut Scenario);
    let cases: [(Change, &str, &str); 14] = [
        (|s| s.num_samples = 0, "num_samples", "1 to 5000000"),
        (
            |s| s.time_periods_hours = Some(0),
            "time_periods",
            "1 to 8784",
        ),
        (|s| s.issue_probability = 1.5, "issue_probability", "0 to 1"),
        (
            |s| s.issue_types = vec!["moon".into()],
            "issue_types",
            "node_failure",
        ),
        (
            |s| s.unknown_types = vec!["node_failure".into()],
            "unknown_types",
            "conntrack",
        ),
        (
            |s| s.issue_weights = vec![1.0],
            "issue_weights",
            "one above 0 for each",
        ),
        (
            |s| s.scrape_interval_secs = Some(7),
            "scrape_interval",
            "multiple of 60",
        ),
        (|s| s.start_micros = -1, "start_time", "1970 to 2200"),
        (|s| s.clusters = 65, "clusters", "1 to 64"),
        (|s| s.missingness = 0.6, "missingness", "0 to 0.5"),
        (|s| s.horizons_mins = vec![0], "horizons", "1 to 1440"),
        (|s| s.severity = f64::NAN, "severity", "0.1 to 4"),
        (|s| s.workload_mix = [0.0; 5], "workload_mix", "to"),
        (|s| s.overlap = -0.1, "overlap", "0 to 1"),
    ];
    for (change, option, allowed) in cases {
        let (named, text) = refused(&change);
        assert_eq!(named, option, "{text}");
        assert!(text.contains(option) && text.contains(allowed), "{text}");
    }
    let large = Scenario {
        num_samples: 5_000_000,
        ..Scenario::of(Preset::Default)
    };
    let error = large.check().unwrap().check_table().unwrap_err();
    assert!(matches!(error, SimulateError::TooLarge { .. }));
    assert!(
        error.to_string().contains("more than a tab holds"),
        "{error}"
    );
    let seed = Scenario {
        num_samples: 5_000_000,
        ..Scenario::of(Preset::Seed)
    };
    assert_eq!(seed.check().unwrap().check_table(), Ok(()));
}

#[test]
fn the_files_beside_the_table_say_what_happened() {
    let scenario = full(60_000, 13);
    let mut simulation = Simulation::new(scenario.check().unwrap());
    let episodes = String::from_utf8(episodes_csv(&mut simulation)).unwrap();
    let events = String::from_utf8(events_csv(&mut simulation)).unwrap();
    let config: serde_json::Value = serde_json::from_slice(&config_json(&simulation)).unwrap();
    assert_eq!(
        (config["seed"].as_u64(), config["version"].as_u64()),
        (Some(13), Some(3))
    );
    assert_eq!(config["hash"].as_str().unwrap().len(), 16);
    let count = simulation.episodes().len();
    assert_eq!(episodes.lines().count(), count + 1);
    let onsets = events
        .lines()
        .filter(|line| line.contains(",onset,"))
        .count();
    let ends = events
        .lines()
        .filter(|line| line.contains(",impact,") || line.contains(",healed,"))
        .count();
    assert_eq!((onsets, ends), (count, count));
    let secs: Vec<f64> = events
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(1).unwrap().parse().unwrap())
        .collect();
    assert!(secs.is_sorted());
    let columns = episodes.lines().next().unwrap().split(',').count();
    assert!(
        episodes
            .lines()
            .all(|line| line.split(',').count() == columns)
    );
}
