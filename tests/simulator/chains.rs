//! What a fault brings about comes after it, each in its turn, and no line of the model says so.

use super::*;

/// How far a run is from its twin, by entity: for each metric, the first tick from `from` on at which it is off by this
/// factor (or this much), seconds.
struct Chain {
    ours: Frame,
    twin: Frame,
    rows: BTreeMap<u64, Vec<usize>>,
    secs: Vec<f64>,
    /// By row: the workload's number over all clusters.
    workloads: Vec<u32>,
}

impl Chain {
    fn new(scenario: Scenario) -> (Self, Vec<kubecast::simulate::Episode>) {
        let valid = Scenario {
            noise: 0.2,
            missingness: 0.0,
            outages: false,
            overlap: 0.0,
            unknown_fraction: 0.0,
            ..scenario
        }
        .check()
        .unwrap();
        let mut simulation = Simulation::new(valid.clone());
        simulation.find();
        let episodes = simulation
            .episodes()
            .iter()
            .filter(|e| e.struck)
            .cloned()
            .collect();
        let (ours, twin) = (simulation.finish(), Simulation::new(valid.twin()).finish());
        let Values::Time(times) = &ours.column("timestamp").unwrap().values else {
            panic!()
        };
        let secs = times.iter().map(|t| (t - times[0]) as f64 / 1e6).collect();
        let rows = series(&ours);
        let workloads = workload_numbers(&ours);
        (
            Self {
                ours,
                twin,
                rows,
                secs,
                workloads,
            },
            episodes,
        )
    }

    /// When a metric of an entity is first this much above its twin's, between two instants.
    fn first(
        &self,
        entity: u64,
        name: &str,
        above: impl Fn(f64, f64) -> bool,
        span: (f64, f64),
    ) -> Option<f64> {
        let (ours, twin) = (numbers(&self.ours, name), numbers(&self.twin, name));
        self.rows[&entity]
            .iter()
            .find(|&&row| (span.0..span.1).contains(&self.secs[row]) && above(ours[row], twin[row]))
            .map(|&row| self.secs[row])
    }
}

/// The number of each row's workload over all clusters: names carry it within their cluster, in which the agent is the
/// first and DNS the second.
fn workload_numbers(frame: &Frame) -> Vec<u32> {
    let (cluster, name) = (
        frame.column("cluster").unwrap(),
        frame.column("workload").unwrap(),
    );
    let of: Vec<(u32, u32)> = (0..frame.rows())
        .map(|row| {
            let c = cluster
                .text(row)
                .rsplit('-')
                .next()
                .unwrap()
                .parse::<u32>()
                .unwrap()
                - 1;
            let w = match name.text(row).as_str() {
                "node-agent" => 0,
                "coredns" => 1,
                other => other.rsplit('-').next().unwrap().parse().unwrap(),
            };
            (c, w)
        })
        .collect();
    // Every workload of these clusters has a row, so the largest number tells how many there are.
    let counts: Vec<u32> = (0..4)
        .map(|c| {
            of.iter()
                .filter(|(of, _)| *of == c)
                .map(|(_, w)| w + 1)
                .max()
                .unwrap_or(0)
        })
        .collect();
    of.into_iter()
        .map(|(c, w)| counts[..c as usize].iter().sum::<u32>() + w)
        .collect()
}

/// A step of a chain: a metric, and when it counts as gone up from its twin's.
type Step = (&'static str, fn(f64, f64) -> bool);

/// The share of episodes whose steps come in order of time, each at most a scrape before the one before it. Steps that are
/// not reached in the episode fail it.
fn in_order(scenario: Scenario, kind: IssueKind, steps: &[Step]) -> (usize, usize) {
    let (chain, episodes) = Chain::new(scenario);
    let (mut right, mut all) = (0, 0);
    for episode in episodes.iter().filter(|e| e.kind == kind) {
        let entity = match episode.target {
            Target::Cluster(c) => chain.rows.keys().copied().find(|e| *e as u32 / 60 == c),
            Target::Node(n) => chain.rows.keys().copied().find(|e| *e as u32 / 5 == n),
            _ => None,
        };
        let end = episode.recovered_secs + 1_800.0;
        let Some(entity) =
            entity.filter(|_| end < *chain.secs.last().unwrap() && episode.onset_secs > 0.0)
        else {
            continue;
        };
        // A counter that an earlier case has left ahead of the twin's says nothing of this one.
        let before = (episode.onset_secs - 120.0, episode.onset_secs);
        let &(last, above) = steps.last().unwrap();
        if chain.first(entity, last, above, before).is_some() {
            continue;
        }
        all += 1;
        let mut at = episode.onset_secs - 60.0;
        let mut ok = true;
        for &(name, above) in steps {
            match chain.first(entity, name, above, (episode.onset_secs, end)) {
                Some(when) if when >= at => at = when,
                other => {
                    println!("{kind:?} {name}: {other:?} after {at}");
                    ok = false;
                    break;
                }
            }
        }
        right += usize::from(ok);
    }
    (right, all)
}

/// Specification, 5: what a fault brings about comes after it, each in its turn, and no line of the model says so.
#[test]
fn trouble_spreads_in_order_of_time() {
    let one = |kind: &str, seed| Scenario {
        issue_types: vec![kind.to_owned()],
        issue_probability: 0.06,
        abort_rate: 0.0,
        sudden: Some(0.0),
        severity: 1.5,
        ..full(150_000, seed)
    };
    // Slow disk -> slow commits -> slow API server -> slow scheduler.
    let (right, all) = in_order(
        one("etcd_high_latency", 1),
        IssueKind::EtcdHighLatency,
        &[
            ("etcd_disk_wal_fsync_p99_seconds", |x, y| x > 1.5 * y),
            ("etcd_disk_backend_commit_p99_seconds", |x, y| x > 1.7 * y),
            ("apiserver_request_p99_seconds", |x, y| x > 2.5 * y),
            ("scheduler_p99_seconds", |x, y| x > 2.5 * y),
        ],
    );
    println!("etcd: {right} of {all}");
    assert!(
        all >= 8 && right * 100 >= all * 95,
        "etcd: {right} of {all}"
    );
    // A node falls silent: its metrics vanish at once, kube-state-metrics stays, and five minutes later its pods are made
    // anew on other nodes.
    let (chain, episodes) = Chain::new(Scenario {
        autoscaling: false,
        deploy_rate: 0.0,
        ..one("node_failure", 2)
    });
    let (mut right, mut all) = (0, 0);
    for episode in &episodes {
        let Target::Node(n) = episode.target else {
            continue;
        };
        // Long enough to be emptied, and not where the other nodes of the zone are lost too.
        let span = (episode.impact_secs, episode.end_secs);
        let Some(&entity) = chain.rows.keys().find(|&&e| e as u32 / 5 == n) else {
            continue;
        };
        if span.0 < 0.0 || span.1 - span.0 < 600.0 || span.1 > *chain.secs.last().unwrap() {
            continue;
        }
        let here = chain.rows[&entity][0];
        let of = (
            text(&chain.ours, "cluster", here),
            text(&chain.ours, "workload", here),
        );
        // Pods that were placed otherwise before say nothing.
        let pods = [
            numbers(&chain.ours, "pod_count"),
            numbers(&chain.twin, "pod_count"),
        ];
        let elsewhere = chain.rows.iter().filter(|(e, rows)| {
            let before = rows
                .iter()
                .rfind(|&&row| chain.secs[row] < span.0)
                .unwrap_or(&rows[0]);
            **e as u32 / 5 != n
                && pods[0][*before] == pods[1][*before]
                && (
                    text(&chain.ours, "cluster", rows[0]),
                    text(&chain.ours, "workload", rows[0]),
                ) == of
        });
        let lost = chain.first(entity, "node_ready_status", |x, y| x < y, span);
        let vanished = chain.first(
            entity,
            "kubelet_rpc_rate",
            |x, y| x.is_nan() && !y.is_nan(),
            span,
        );
        let stays = chain
            .first(entity, "pod_count", |x, _| x.is_nan(), span)
            .is_none();
        let moved = elsewhere
            .filter_map(|(&e, _)| {
                chain.first(e, "pod_count", |x, y| x > y, (span.0 - 60.0, span.1))
            })
            .fold(f64::INFINITY, f64::min);
        let (Some(lost), Some(vanished)) = (lost, vanished) else {
            all += 1;
            continue;
        };
        all += 1;
        // Where the workload is on this node alone there is nowhere to go.
        let later = moved.is_infinite() || moved - lost >= 240.0;
        right += usize::from(stays && vanished >= lost - 60.0 && vanished <= lost + 300.0 && later);
    }
    println!("node: {right} of {all}");
    assert!(
        all >= 8 && right * 100 >= all * 95,
        "node: {right} of {all}"
    );
    // A leak: the working set grows, containers are killed and restarted, and requests fail.
    let leak = Scenario {
        autoscaling: false,
        deploy_rate: 0.0,
        ..one("memory_leak", 4)
    };
    let (chain, episodes) = Chain::new(leak);
    let (mut right, mut all) = (0, 0);
    for episode in episodes.iter().filter(|e| e.kind == IssueKind::MemoryLeak) {
        let Target::Workload(w) = episode.target else {
            continue;
        };
        let span = (episode.onset_secs, episode.recovered_secs);
        if span.0 < 0.0 || span.1 > *chain.secs.last().unwrap() {
            continue;
        }
        let entity = chain
            .rows
            .iter()
            .find(|(_, rows)| chain.workloads[rows[0]] == w);
        let Some((&entity, rows)) = entity else {
            continue;
        };
        // Counters go on from what earlier leaks left.
        let begin = *rows.iter().find(|&&row| chain.secs[row] >= span.0).unwrap();
        let before = numbers(&chain.ours, "oomkilled_total")[begin];
        let first =
            |name: &str, above: &dyn Fn(f64, f64) -> bool| chain.first(entity, name, above, span);
        let Some(killed) = first("oomkilled_total", &|x, _| x > before) else {
            continue;
        };
        all += 1;
        let grown = first("container_memory_working_set_ratio", &|x, y| x > y + 0.05);
        // The leak may have come with a rollout, which fails requests too: what counts is after the kill.
        let after = (killed, killed + 900.0);
        let again = chain.first(
            entity,
            "kube_pod_container_status_restarts_rate5m",
            |x, y| x > y + 1e-4,
            after,
        );
        let failed = chain.first(
            entity,
            "app_error_ratio",
            |x, y| x > y + 2e-3 || x.is_nan(),
            after,
        );
        let ok = grown.is_some_and(|t| t <= killed)
            && again.is_some()
            // Ten seconds of one pod among many are not seen.
            && failed.is_none_or(|t| t >= killed);
        right += usize::from(ok);
    }
    println!("leak: {right} of {all}");
    assert!(
        all >= 8 && right * 100 >= all * 95,
        "leak: {right} of {all}"
    );
    // More queries -> fuller servers -> failed lookups -> failed requests of applications.
    let (right, all) = in_order(
        one("dns_degraded", 3),
        IssueKind::DnsDegraded,
        &[
            ("coredns_qps", |x, y| x > 1.3 * y),
            ("coredns_servfail_ratio", |x, y| x > y + 0.004),
            ("app_error_ratio", |x, y| x > y + 0.01),
        ],
    );
    println!("dns: {right} of {all}");
    assert!(all >= 8 && right * 100 >= all * 95, "dns: {right} of {all}");
    // A disk that fills up -> the condition -> pods are evicted. (Images are collected on the way, which the disk shows as a
    // dent.)
    let (right, all) = in_order(
        Scenario {
            issue_probability: 0.02,
            ..one("disk_pressure", 5)
        },
        IssueKind::DiskPressure,
        &[
            ("disk_usage_percent", |x, y| x > y + 3.0),
            ("node_disk_pressure", |x, y| x > y),
            ("kubelet_evictions_total", |x, y| x > y),
        ],
    );
    println!("disk: {right} of {all}");
    assert!(
        all >= 8 && right * 100 >= all * 95,
        "disk: {right} of {all}"
    );
}
