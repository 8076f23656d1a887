//! Shares, gaps, counts and how much a gauge remembers.

use super::*;

/// Specification, 11: lag-1 autocorrelation of node and control-plane gauges at least 0.8 (the first data set: 0.006).
#[test]
fn gauges_of_nodes_and_control_planes_go_on_from_where_they_were() {
    for issue_probability in [0.0, 0.05] {
        let frame = run(Scenario {
            issue_probability,
            ..full(120_000, 11)
        });
        let of = series(&frame);
        for name in [
            "cpu_usage_percent",
            "memory_usage_percent",
            "disk_usage_percent",
            "network_receive_bytes",
            "network_transmit_bytes",
            "kubelet_rpc_rate",
            "kubelet_pleg_relist_duration_seconds_p99",
            "node_load1_per_core",
            "node_disk_io_time_weighted_rate",
            "node_filesystem_inodes_free_ratio",
            "tcp_retrans_ratio",
            "node_nf_conntrack_ratio",
            "node_processes_ratio",
            "node_timex_offset_seconds",
            "api_server_latency_ms",
            "etcd_latency_ms",
            "scheduler_latency_ms",
            "apiserver_request_rate",
            "etcd_disk_wal_fsync_p99_seconds",
            "etcd_db_ratio",
            "coredns_qps",
            "coredns_p99_seconds",
        ] {
            let values = numbers(&frame, name);
            let (mut lagged, mut squares) = (0.0, 0.0);
            for rows in of.values() {
                let seen: Vec<f64> = rows
                    .iter()
                    .map(|&r| values[r])
                    .filter(|x| !x.is_nan())
                    .collect();
                let mean = seen.iter().sum::<f64>() / seen.len() as f64;
                lagged += seen
                    .windows(2)
                    .map(|w| (w[0] - mean) * (w[1] - mean))
                    .sum::<f64>();
                squares += seen.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
            }
            let r = lagged / squares;
            assert!(r >= 0.8, "{name} with {issue_probability}: {r}");
        }
    }
}

/// Specification, 8 and 11: shares, gaps and counts are within a tenth of what was asked for.
#[test]
fn shares_gaps_and_counts_are_what_was_asked_for() {
    for (preset, issue_probability, seed) in [
        (Preset::Default, 0.05, 1),
        (Preset::Default, 0.05, 2),
        (Preset::Default, 0.2, 3),
        (Preset::Production, 0.01, 4),
        (Preset::Production, 0.01, 5),
        (Preset::Production, 0.01, 6),
        (Preset::Stress, 0.15, 5),
    ] {
        let scenario = Scenario {
            issue_probability,
            ..Scenario {
                num_samples: 250_000,
                seed,
                ..Scenario::of(preset)
            }
        };
        let frame = run(scenario);
        assert_eq!(frame.rows(), 250_000);
        let label = frame.column("issue_type_true").unwrap();
        let issues = (0..frame.rows())
            .filter(|&row| label.text(row) != "None")
            .count();
        let share = issues as f64 / frame.rows() as f64;
        println!("{preset:?} {issue_probability}: {share:.4}");
        assert!(
            (share / issue_probability - 1.0).abs() < 0.1,
            "{preset:?}: {share}"
        );
    }
    for missingness in [0.01, 0.1] {
        let frame = run(Scenario {
            missingness,
            outages: false,
            faults: false,
            export_profile: ExportProfile::Full,
            ..full(250_000, 6)
        });
        let mut missing = 0;
        let names = [
            "cpu_usage_percent",
            "app_rps",
            "api_server_latency_ms",
            "etcd_db_ratio",
            "coredns_qps",
        ];
        for name in names {
            missing += frame.column(name).unwrap().missing_count();
        }
        let share = missing as f64 / (names.len() * frame.rows()) as f64;
        assert!(
            (share / missingness - 1.0).abs() < 0.1,
            "asked {missingness}, got {share}"
        );
    }
    // A restart in three days per placement, where nothing is wrong.
    let frame = run(Scenario {
        faults: false,
        outages: false,
        missingness: 0.0,
        deploy_rate: 0.0,
        time_periods_hours: Some(96),
        scrape_interval_secs: Some(300),
        ..full(250_000, 7)
    });
    let counts = numbers(&frame, "kube_pod_container_status_restarts_total");
    let of = series(&frame);
    let grown: f64 = of
        .values()
        .map(|rows| counts[rows[rows.len() - 1]] - counts[rows[0]])
        .sum();
    let days = 4.0 * of.len() as f64;
    let rate = grown / days * 3.0;
    assert!(
        (rate - 1.0).abs() < 0.1,
        "{rate} restarts in three days per placement"
    );
}
