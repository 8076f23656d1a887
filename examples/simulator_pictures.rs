//! Draws one picture per kind of fault for `docs/simulator.md`: `cargo run --example simulator_pictures`.
//!
//! Each shows the main metrics of one entity that the fault hits, from an hour before its onset to after its recovery;
//! shaded are precursor, harm and recovery, and a line marks when Prometheus would have fired.

use std::error::Error;
use std::path::Path;

use kubecast::data::{Frame, Values};
use kubecast::simulate::{Episode, ISSUE_TYPES, Preset, Scenario, Simulation, Target};
use plotters::prelude::*;

/// A kind and what to draw of it, in the order of panels.
const PICTURES: [(&str, &[&str]); 24] = [
    (
        "node_failure",
        &[
            "node_ready_status",
            "kubelet_pleg_relist_duration_seconds_p99",
            "cpu_usage_percent",
            "pod_ready_percent",
        ],
    ),
    (
        "pod_crash_loop",
        &[
            "kube_pod_container_status_restarts_total",
            "waiting_crashloop",
            "pod_ready_percent",
            "app_error_ratio",
        ],
    ),
    (
        "memory_leak",
        &[
            "container_memory_working_set_ratio",
            "oomkilled_total",
            "kube_pod_container_status_restarts_total",
            "pod_ready_percent",
        ],
    ),
    (
        "memory_pressure",
        &[
            "memory_usage_percent",
            "node_memory_pressure",
            "kubelet_evictions_total",
            "kubelet_pleg_relist_duration_seconds_p99",
        ],
    ),
    (
        "cpu_throttling",
        &[
            "container_cpu_cfs_throttled_ratio",
            "app_p99_seconds",
            "app_rps",
            "cpu_usage_percent",
        ],
    ),
    (
        "network_latency",
        &[
            "tcp_retrans_ratio",
            "network_receive_bytes",
            "app_p99_seconds",
        ],
    ),
    (
        "disk_pressure",
        &[
            "disk_usage_percent",
            "node_disk_pressure",
            "kubelet_evictions_total",
            "node_filesystem_inodes_free_ratio",
        ],
    ),
    ("pvc_full", &["pvc_usage_percent", "app_error_ratio"]),
    (
        "api_server_latency",
        &[
            "apiserver_request_rate",
            "apiserver_request_p99_seconds",
            "apiserver_current_inflight_requests",
            "scheduler_p99_seconds",
        ],
    ),
    (
        "etcd_high_latency",
        &[
            "etcd_disk_wal_fsync_p99_seconds",
            "etcd_disk_backend_commit_p99_seconds",
            "apiserver_request_p99_seconds",
            "etcd_leader_changes_total",
        ],
    ),
    (
        "etcd_db_quota",
        &[
            "etcd_db_ratio",
            "apiserver_request_5xx_ratio",
            "apiserver_request_p99_seconds",
        ],
    ),
    (
        "scheduler_failure",
        &[
            "scheduler_p99_seconds",
            "scheduler_pending_pods_active",
            "apiserver_request_p99_seconds",
        ],
    ),
    (
        "dns_degraded",
        &[
            "coredns_qps",
            "coredns_servfail_ratio",
            "coredns_p99_seconds",
            "app_error_ratio",
        ],
    ),
    (
        "hpa_maxed",
        &[
            "spec_replicas",
            "max_replicas",
            "app_rps",
            "container_cpu_cfs_throttled_ratio",
        ],
    ),
    (
        "capacity_exhausted",
        &[
            "scheduler_pending_pods_unschedulable",
            "cpu_usage_percent",
            "ready_replicas",
        ],
    ),
    (
        "image_pull_failure",
        &[
            "waiting_imagepull",
            "ready_replicas",
            "container_runtime_errors",
            "deploy_age_s",
        ],
    ),
    (
        "conntrack",
        &[
            "node_nf_conntrack_ratio",
            "tcp_retrans_ratio",
            "app_p99_seconds",
        ],
    ),
    (
        "pid_exhaustion",
        &[
            "node_processes_ratio",
            "node_pid_pressure",
            "pod_ready_percent",
        ],
    ),
    (
        "clock_skew",
        &["node_timex_offset_seconds", "cpu_usage_percent"],
    ),
    (
        "cert_expiry",
        &[
            "kubelet_certificate_ttl_seconds",
            "node_ready_status",
            "cpu_usage_percent",
        ],
    ),
    (
        "webhook_timeout",
        &[
            "apiserver_admission_webhook_p99_seconds",
            "apiserver_request_p99_seconds",
            "apiserver_request_5xx_ratio",
        ],
    ),
    (
        "runtime_hang",
        &[
            "kubelet_pleg_relist_duration_seconds_p99",
            "container_runtime_errors",
            "node_ready_status",
        ],
    ),
    (
        "zone_partition",
        &[
            "node_ready_status",
            "cpu_usage_percent",
            "pod_ready_percent",
        ],
    ),
    (
        "random_compound",
        &[
            "cpu_usage_percent",
            "memory_usage_percent",
            "tcp_retrans_ratio",
            "kubelet_pleg_relist_duration_seconds_p99",
        ],
    ),
];
/// Points of one line at most, so that a picture stays small.
const MOST_POINTS: usize = 150;
const WIDTH: u32 = 860;
const PANEL: u32 = 112;
const HEAD: u32 = 58;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/simulator");
    std::fs::create_dir_all(&folder)?;
    for (i, (kind, metrics)) in PICTURES.into_iter().enumerate() {
        draw(&folder, kind, metrics, 100 + i as u64)?;
    }
    Ok(())
}

/// The scenario in which a kind strikes often and nothing else does.
fn scenario(kind: &str, seed: u64) -> Scenario {
    let known = ISSUE_TYPES.contains(&kind);
    let only = vec![kind.to_owned()];
    Scenario {
        num_samples: 160_000,
        seed,
        issue_types: if known {
            only.clone()
        } else {
            vec!["pvc_full".to_owned()]
        },
        unknown_types: if known { Vec::new() } else { only },
        unknown_fraction: if known { 0.0 } else { 0.9 },
        issue_probability: 0.04,
        overlap: 0.0,
        outages: false,
        abort_rate: 0.0,
        ..Scenario::of(Preset::Default)
    }
}

/// Whether a row belongs to what an episode strikes.
fn is_hit(frame: &Frame, row: usize, number: usize) -> bool {
    number_at(frame, "episode_id", row) == number as f64
        && frame
            .column("phase")
            .is_some_and(|p| p.text(row) == "active")
}

fn number_at(frame: &Frame, name: &str, row: usize) -> f64 {
    match frame.column(name).map(|c| &c.values) {
        Some(Values::Number(values)) => values[row],
        _ => f64::NAN,
    }
}

fn draw(folder: &Path, kind: &str, metrics: &[&str], seed: u64) -> Result<(), Box<dyn Error>> {
    let mut simulation = Simulation::new(scenario(kind, seed).check()?);
    simulation.find();
    let episodes: Vec<Episode> = simulation.episodes().to_vec();
    let frame = simulation.finish();
    let Some(Values::Time(times)) = frame.column("timestamp").map(|c| &c.values) else {
        return Err("no timestamps".into());
    };
    let secs: Vec<f64> = times.iter().map(|t| (t - times[0]) as f64 / 1e6).collect();
    let last = secs.last().copied().unwrap_or_default();
    // The first that is announced (where its kind ever is) and lies within the run.
    let whole = |e: &&(usize, &Episode)| {
        e.1.kind.name() == kind
            && e.1.struck
            && e.1.onset_secs > 3_600.0
            && e.1.recovered_secs + 1_800.0 < last
    };
    let all: Vec<(usize, &Episode)> = episodes.iter().enumerate().collect();
    let announced = all
        .iter()
        .filter(whole)
        .find(|e| e.1.due_secs - e.1.onset_secs > 900.0 && e.1.end_secs - e.1.impact_secs > 900.0);
    let Some(&(number, episode)) = announced.or_else(|| all.iter().find(whole)) else {
        return Err(format!("{kind} never strikes").into());
    };
    let hit = (0..frame.rows())
        .find(|&row| is_hit(&frame, row, number))
        .ok_or("nothing is hit")?;
    let entity = number_at(&frame, "entity_id", hit);
    let ahead = (0.3 * (episode.recovered_secs - episode.onset_secs)).clamp(1_200.0, 3_600.0);
    let span = episode.onset_secs - ahead..episode.recovered_secs + ahead;
    let rows: Vec<usize> = (0..frame.rows())
        .filter(|&row| number_at(&frame, "entity_id", row) == entity && span.contains(&secs[row]))
        .collect();
    let alert = rows.iter().copied().find(|&row| {
        secs[row] >= episode.onset_secs && number_at(&frame, "alert_firing", row) == 1.0
    });
    let minutes = |at: f64| (at - episode.impact_secs) / 60.0;

    let path = folder.join(format!("{kind}.svg"));
    let height = HEAD + PANEL * metrics.len() as u32 + 24;
    let root = SVGBackend::new(&path, (WIDTH, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let of = |name: &str| frame.column(name).map_or_else(String::new, |c| c.text(hit));
    let whom = match episode.target {
        Target::Cluster(_) => of("cluster"),
        Target::Zone(_) => format!("{}, {}", of("zone"), of("node")),
        Target::Node(_) => of("node"),
        Target::Workload(_) | Target::Placement(_) => {
            format!("{} on {}", of("workload"), of("node"))
        }
    };
    let title = format!("{kind}: {whom}");
    root.draw(&Text::new(title, (12, 10), ("sans-serif", 17)))?;
    let fired = alert.map_or_else(
        || "no alert fires".to_owned(),
        |row| {
            format!(
                "{} fires {:+.0} min from the impact",
                frame
                    .column("alert_name")
                    .map_or_else(String::new, |c| c.text(row)),
                minutes(secs[row])
            )
        },
    );
    let note = format!("yellow: precursor, red: harm holds, blue: recovery; dashed: {fired}");
    root.draw(&Text::new(
        note,
        (12, 34),
        ("sans-serif", 12).into_font().color(&RGBColor(90, 90, 90)),
    ))?;

    let (from, until) = (minutes(span.start), minutes(span.end));
    for (i, name) in metrics.iter().enumerate() {
        let top = HEAD + PANEL * i as u32;
        let bottom = i + 1 == metrics.len();
        let panel = root
            .clone()
            .shrink((0, top), (WIDTH, PANEL + if bottom { 24 } else { 0 }));
        let points: Vec<(f64, f64)> = rows
            .iter()
            .map(|&row| (minutes(secs[row]), number_at(&frame, name, row)))
            .collect();
        let seen = points.iter().map(|p| p.1).filter(|y| !y.is_nan());
        let (low, high) = seen.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| {
            (l.min(y), h.max(y))
        });
        let room = ((high - low) * 0.08).max(high.abs() * 0.02).max(1e-6);
        let (low, high) = (
            (low - room).max(if low >= 0.0 { 0.0 } else { low - room }),
            high + room,
        );
        let mut chart = ChartBuilder::on(&panel)
            .margin_right(14)
            .margin_top(16)
            .x_label_area_size(if bottom { 24 } else { 2 })
            .y_label_area_size(76)
            .build_cartesian_2d(from..until, low..high)?;
        let bands = [
            (
                episode.onset_secs,
                episode.impact_secs,
                RGBColor(255, 226, 138),
            ),
            (
                episode.impact_secs,
                episode.end_secs,
                RGBColor(246, 168, 160),
            ),
            (
                episode.end_secs,
                episode.recovered_secs,
                RGBColor(184, 212, 243),
            ),
        ];
        chart.draw_series(
            bands
                .into_iter()
                .filter(|b| b.1 > b.0)
                .map(|(a, b, colour)| {
                    Rectangle::new(
                        [(minutes(a), low), (minutes(b), high)],
                        colour.mix(0.6).filled(),
                    )
                }),
        )?;
        let mut mesh = chart.configure_mesh();
        mesh.disable_mesh()
            .y_labels(3)
            .y_label_formatter(&|y| brief(*y))
            .label_style(("sans-serif", 11));
        if bottom {
            mesh.x_labels(8)
                .x_label_formatter(&|x| format!("{x:+.0} min"))
                .draw()?;
        } else {
            mesh.x_labels(0).draw()?;
        }
        for line in thinned(&points) {
            chart.draw_series(LineSeries::new(line, RGBColor(30, 60, 110).stroke_width(1)))?;
        }
        if let Some(row) = alert {
            let x = minutes(secs[row]);
            let dashes = (0..6).map(|k| {
                let y = |part: f64| low + (high - low) * (f64::from(k) + part) / 6.0;
                PathElement::new(
                    vec![(x, y(0.0)), (x, y(0.6))],
                    RGBColor(120, 20, 20).stroke_width(1),
                )
            });
            chart.draw_series(dashes)?;
        }
        panel.draw(&Text::new((*name).to_owned(), (80, 1), ("sans-serif", 12)))?;
    }
    root.present()?;
    let bytes = std::fs::metadata(&path)?.len();
    if bytes > 30_000 {
        return Err(format!("{kind}.svg has {bytes} bytes").into());
    }
    Ok(())
}

/// A number of three digits or so.
fn brief(y: f64) -> String {
    match y.abs() {
        a if a >= 1e6 => format!("{:.1}M", y / 1e6),
        a if a >= 1e4 => format!("{:.0}k", y / 1e3),
        a if a >= 100.0 => format!("{y:.0}"),
        a if a >= 1.0 => format!("{y:.1}"),
        _ => format!("{y:.4}")
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
    }
}

/// Lines without the points that are missing: of each group of neighbours the least and the most.
fn thinned(points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    let group = points.len().div_ceil(MOST_POINTS / 2).max(1);
    let mut lines = vec![Vec::new()];
    for part in points.chunks(group) {
        let mut seen: Vec<(f64, f64)> = part.iter().copied().filter(|p| !p.1.is_nan()).collect();
        if seen.is_empty() {
            lines.push(Vec::new());
            continue;
        }
        if seen.len() > 2 {
            let least = seen
                .iter()
                .copied()
                .fold(seen[0], |a, b| if b.1 < a.1 { b } else { a });
            let most = seen
                .iter()
                .copied()
                .fold(seen[0], |a, b| if b.1 > a.1 { b } else { a });
            seen = if least.0 <= most.0 {
                vec![least, most]
            } else {
                vec![most, least]
            };
        }
        if let Some(line) = lines.last_mut() {
            line.extend(seen);
        }
    }
    lines.into_iter().filter(|line| line.len() > 1).collect()
}
