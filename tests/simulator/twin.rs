//! The cluster on which no fault strikes.

use super::*;

/// Specification, 2 and 11: without faults the noise is the same, so whatever differs is due to a fault: nothing before
/// the first, and nothing in clusters that none strikes.
#[test]
fn the_twin_differs_only_where_a_fault_reaches() {
    let scenario = Scenario {
        issue_types: vec![
            "node_failure".into(),
            "memory_leak".into(),
            "etcd_high_latency".into(),
        ],
        issue_probability: 0.0006,
        unknown_fraction: 0.0,
        abort_rate: 0.0,
        clusters: 6,
        ..full(60_000, 8)
    };
    let valid = scenario.check().unwrap();
    let mut simulation = Simulation::new(valid.clone());
    simulation.find();
    let episodes = simulation.episodes().to_vec();
    let (ours, twin) = (simulation.finish(), Simulation::new(valid.twin()).finish());
    assert_eq!(ours.rows(), twin.rows());
    let first_of = |cluster: usize| {
        let in_it = |target: Target| match target {
            Target::Cluster(c) => c as usize == cluster,
            Target::Zone(z) => z as usize / 3 == cluster,
            Target::Node(n) => n as usize / 12 == cluster,
            Target::Placement(e) => e as usize / 60 == cluster,
            // By the rows that it is named on.
            Target::Workload(_) => false,
        };
        let secs = episodes
            .iter()
            .filter(|e| in_it(e.target))
            .map(|e| e.onset_secs);
        secs.fold(f64::INFINITY, f64::min)
    };
    let Values::Time(times) = &ours.column("timestamp").unwrap().values else {
        panic!()
    };
    let last = ours.position("coredns_servfail_ratio").unwrap();
    let label = ours.position("issue_type").unwrap();
    let (mut reached, mut beyond, mut differ) = (0, 0, 0);
    for row in 0..ours.rows() {
        let cluster = numbers(&ours, "entity_id")[row] as usize / 60;
        let secs = (times[row] - times[0]) as f64 / 1e6;
        let same = (0..=last)
            .filter(|&i| i != label)
            .all(|i| ours.columns()[i].text(row) == twin.columns()[i].text(row));
        // Workloads are numbered over all clusters; the earliest of them bounds every cluster that one might be in.
        let workloads = episodes
            .iter()
            .filter(|e| matches!(e.target, Target::Workload(_)));
        let from = workloads
            .map(|e| e.onset_secs)
            .fold(first_of(cluster), f64::min);
        if secs < from {
            beyond += 1;
            assert!(same, "row {row} differs before any fault reaches it");
            assert_eq!(ours.columns()[label].text(row), "None");
        } else {
            reached += 1;
            differ += usize::from(!same);
        }
    }
    assert!(beyond > 5_000 && reached > 5_000, "{beyond}, {reached}");
    assert!(differ > 500, "{differ}: faults do something");
    let healthy = twin.column("issue_type_true").unwrap();
    assert!((0..twin.rows()).all(|row| healthy.text(row) == "None"));
}
