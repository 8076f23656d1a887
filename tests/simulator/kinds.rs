//! Every kind strikes; near misses do not.

use super::*;

/// Specification, 5: every kind sets in when it is asked for, is labelled by its name, and is mostly itself.
#[test]
fn every_kind_strikes() {
    let unknown = [
        "conntrack",
        "pid_exhaustion",
        "clock_skew",
        "cert_expiry",
        "webhook_timeout",
        "runtime_hang",
        "zone_partition",
        "random_compound",
    ];
    for (i, kind) in ISSUE_TYPES.into_iter().chain(unknown).enumerate() {
        let known = i < ISSUE_TYPES.len();
        let scenario = Scenario {
            issue_types: if known {
                vec![kind.to_owned()]
            } else {
                Vec::new()
            },
            unknown_types: if known {
                Vec::new()
            } else {
                vec![kind.to_owned()]
            },
            unknown_fraction: if known { 0.0 } else { 0.5 },
            issue_probability: 0.08,
            ..full(60_000, 20 + i as u64)
        };
        let mut simulation = Simulation::new(scenario.check().unwrap());
        simulation.find();
        let of: Vec<_> = simulation
            .episodes()
            .iter()
            .filter(|e| e.kind.name() == kind)
            .cloned()
            .collect();
        let due = of.iter().filter(|e| !e.aborted).count();
        let struck = of.iter().filter(|e| e.struck).count();
        assert!(
            struck > 0 && struck * 10 >= due * 7,
            "{kind}: {struck} of {due}"
        );
        assert!(of.iter().all(|e| e.struck || e.rows == 0), "{kind}");
        let frame = simulation.finish();
        let label = frame.column("issue_type_true").unwrap();
        let name = if known { kind } else { "unknown" };
        let rows = (0..frame.rows())
            .filter(|&row| label.text(row) == name)
            .count();
        let planned = if known { 0.08 } else { 0.04 } * frame.rows() as f64;
        assert!(
            rows as f64 > 0.5 * planned,
            "{kind}: {rows} rows of {planned}"
        );
        if !known {
            // They stand in test rows alone.
            let split = frame.column("split").unwrap();
            for row in (0..frame.rows()).filter(|&row| label.text(row) == name) {
                assert_eq!(split.text(row), "test", "{kind}, row {row}");
            }
        }
    }
}

/// Specification, 5: near misses are labelled `None`; some failures nothing announces.
#[test]
fn near_misses_are_healthy_and_some_failures_come_from_nowhere() {
    let mut simulation = Simulation::new(full(100_000, 9).check().unwrap());
    simulation.find();
    let episodes = simulation.episodes().to_vec();
    let near = episodes.iter().filter(|e| !e.struck).count();
    assert!(
        near * 100 >= episodes.len() * 5 && near * 3 < episodes.len(),
        "{near} of {}",
        episodes.len()
    );
    assert!(
        episodes
            .iter()
            .any(|e| e.struck && e.due_secs == e.onset_secs)
    );
    let frame = simulation.finish();
    let miss = numbers(&frame, "near_miss");
    let rows = (0..frame.rows()).filter(|&row| miss[row] == 1.0);
    let mut count = 0;
    for row in rows {
        count += 1;
        assert_eq!(text(&frame, "issue_type_true", row), "None");
        assert_ne!(text(&frame, "phase", row), "active");
    }
    assert!(count > 100, "{count}");
    // A drain is no failure: cordoned on purpose, away for minutes, and labelled healthy.
    let calm = run(Scenario {
        faults: false,
        ..full(250_000, 9)
    });
    let ready = numbers(&calm, "node_ready_status");
    assert!(ready.contains(&0.0), "nodes are drained");
}
