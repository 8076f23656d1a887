//! What is measured of the state: noise, buckets, windows, rounding, and scrapes that are lost (specification, 6).

use super::cluster::Topology;
use super::curve::{exp, normal_share};
use super::random::{Draws, StepDraws, Stream};
use super::scenario::{ExportProfile, Scenario};
use super::table::{Col, MISSING, Row, put};
use super::world::World;

/// Bounds of etcd's histograms, ms: 1 ms doubled 13 times.
const ETCD_BUCKETS: [f64; 14] = [
    1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0, 2_048.0, 4_096.0, 8_192.0,
];
/// Bounds of the API server's histogram that kube-prometheus keeps, ms.
const API_BUCKETS: [f64; 13] = [
    5.0, 25.0, 50.0, 100.0, 200.0, 1_000.0, 2_000.0, 4_000.0, 5_000.0, 10_000.0, 20_000.0,
    45_000.0, 60_000.0,
];
/// Deviation of the logarithm of a latency among requests.
const SPREAD: f64 = 0.8;
/// Standard normal quantile of 0.99.
const Q99: f64 = 2.326_347_874;
/// Scrapes that a burst of losses lasts on average.
const BURST_SCRAPES: f64 = 4.0;
/// Share of a lost node's scrapes that are lost.
const LOST_NODE: f64 = 0.93;

/// The p99 that `histogram_quantile` would find for a true one: linear within the bucket, at most the last bound.
fn through_buckets(p99_ms: f64, buckets: &[f64]) -> f64 {
    let last = buckets[buckets.len() - 1];
    let Some(at) = buckets.iter().position(|&bound| p99_ms <= bound) else {
        return last;
    };
    let below = |bound: f64| {
        if bound <= 0.0 {
            return 0.0;
        }
        normal_share(libm::log(bound / p99_ms) / SPREAD + Q99)
    };
    let low = if at == 0 { 0.0 } else { buckets[at - 1] };
    let (from, until) = (below(low), below(buckets[at]));
    let way = (0.99 - from) / (until - from).max(1e-12);
    low + (buckets[at] - low) * way.clamp(0.0, 1.0)
}

/// Whether a target's scrapes are lost (Gilbert and Elliott: single losses, and bursts).
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    bad: bool,
}

#[derive(Clone, Copy, Debug)]
struct Losses {
    single: f64,
    burst_starts: f64,
    burst_ends: f64,
}

impl Losses {
    /// Such that this share of scrapes is lost, half of them in bursts.
    fn new(share: f64) -> Self {
        let single = 0.5 * share;
        let bad = (share - single) / (1.0 - single).max(1e-9);
        let burst_ends = 1.0 / BURST_SCRAPES;
        Self {
            single,
            burst_starts: burst_ends * bad / (1.0 - bad).max(1e-9),
            burst_ends,
        }
    }
}

impl Link {
    fn is_lost(&mut self, losses: Losses, draw: StepDraws, index: u64) -> bool {
        let turn = if self.bad {
            losses.burst_ends
        } else {
            losses.burst_starts
        };
        self.bad ^= draw.uniform(index) < turn;
        self.bad || draw.uniform(index + 1) < losses.single
    }
}

/// What Prometheus sees.
#[derive(Clone, Debug)]
pub(super) struct Observer {
    draws: Draws,
    noise: f64,
    losses: Losses,
    outages: bool,
    full: bool,
    scrape_secs: f64,
    nodes: Vec<Link>,
    control_planes: Vec<Link>,
    dns: Vec<Link>,
    objects: Vec<Link>,
    /// Seconds for which a cluster's Prometheus is still away.
    away_secs: Vec<f64>,
}

/// Which of a cluster's targets answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    objects: bool,
}

impl Observer {
    pub(super) fn new(
        scenario: &Scenario,
        topology: &Topology,
        scrape_secs: f64,
        full: bool,
    ) -> Self {
        let clusters = topology.clusters.len();
        Self {
            draws: Draws::new(scenario.seed, Stream::Observation, 0),
            noise: scenario.noise,
            losses: Losses::new(scenario.missingness),
            outages: scenario.outages,
            full,
            scrape_secs,
            nodes: vec![Link::default(); topology.nodes.len()],
            control_planes: vec![Link::default(); clusters],
            dns: vec![Link::default(); clusters],
            objects: vec![Link::default(); clusters],
            away_secs: vec![0.0; clusters],
        }
    }

    /// Fills the control plane's cells of a row.
    pub(super) fn of_cluster(
        &mut self,
        c: usize,
        tick: u64,
        topology: &Topology,
        world: &World,
        row: &mut Row,
    ) -> Seen {
        let draw = self.draws.at(tick << 24 | 1 << 22 | c as u64);
        let (cluster, s) = (&topology.clusters[c], &world.states.clusters[c]);
        self.away_secs[c] -= self.scrape_secs;
        if self.outages && draw.uniform(60) < self.scrape_secs / 1_728_000.0 {
            self.away_secs[c] = draw.between(120.0, 600.0, 61);
        }
        let away = self.away_secs[c] > 0.0;
        // A quantile of many requests is known well: s/√n.
        let quantile = |true_ms: f64, per_sec: f64, index: u64| {
            let deviation = SPREAD * 2.0 / (per_sec * 300.0).max(9.0).sqrt();
            true_ms * exp(self.noise * deviation * draw.noise(index))
        };
        let fsync = through_buckets(quantile(s.shown.fsync, s.writes, 0), &ETCD_BUCKETS);
        let commit = through_buckets(quantile(s.shown.commit, s.writes, 1), &ETCD_BUCKETS);
        let api = through_buckets(quantile(s.shown.api, s.requests, 2), &API_BUCKETS);
        // Its histogram ends at a minute.
        let schedule = quantile(s.shown.schedule, 3.0, 3).min(60_000.0);
        put(row, Col::ApiMs, api);
        put(row, Col::EtcdMs, commit);
        put(row, Col::ScheduleMs, schedule);
        let some =
            |x: f64, spread: f64, index: u64| x * (1.0 + self.noise * spread * draw.noise(index));
        if self.full {
            put(row, Col::ApiRps, some(s.requests, 0.01, 4).max(0.0));
            put(
                row,
                Col::ApiP50,
                quantile(s.shown.api, s.requests, 5) * exp(-SPREAD * Q99) / 1_000.0,
            );
            put(row, Col::ApiP99, api / 1_000.0);
            put(
                row,
                Col::Api5xx,
                some(s.failed_window, 0.06, 6).clamp(0.0, 1.0),
            );
            put(row, Col::Api429, some(s.refused_window, 0.02, 7).max(0.0));
            put(
                row,
                Col::Inflight,
                some(s.inflight, 0.03, 8).clamp(0.0, 600.0),
            );
            put(
                row,
                Col::Webhook,
                quantile(s.shown.webhook, s.writes, 9) / 1_000.0,
            );
            put(row, Col::Fsync, fsync / 1_000.0);
            put(row, Col::Commit, commit / 1_000.0);
            put(row, Col::LeaderChanges, s.leader_changes);
            put(row, Col::DbRatio, s.db);
            put(
                row,
                Col::PendingActive,
                s.queue.floor()
                    + world.states.workloads[cluster.workloads.clone()]
                        .iter()
                        .map(|w| w.pending)
                        .sum::<f64>(),
            );
            put(row, Col::PendingBackoff, s.backoff.floor());
            put(
                row,
                Col::PendingUnschedulable,
                s.homeless.floor()
                    + world.states.workloads[cluster.workloads.clone()]
                        .iter()
                        .map(|w| w.homeless)
                        .sum::<f64>(),
            );
            put(row, Col::SchedulerP99, schedule / 1_000.0);
            put(row, Col::DnsQps, some(s.dns_qps, 0.01, 10));
            put(
                row,
                Col::DnsP99,
                quantile(s.shown.dns, s.dns_qps, 11) / 1_000.0,
            );
            put(
                row,
                Col::DnsFailed,
                some(s.dns_failed_window, 0.06, 12).clamp(0.0, 1.0),
            );
        }
        let lost = self.control_planes[c].is_lost(self.losses, draw, 20) || away;
        let no_control_plane = cluster.profile == ExportProfile::NoControlPlane;
        if lost || no_control_plane {
            blank(row, &[Col::ApiMs, Col::ScheduleMs]);
            blank_range(row, Col::ApiRps, Col::Webhook);
            blank_range(row, Col::PendingActive, Col::SchedulerP99);
        }
        if lost || no_control_plane || cluster.profile == ExportProfile::NoEtcd {
            blank(row, &[Col::EtcdMs]);
            blank_range(row, Col::Fsync, Col::DbRatio);
        }
        if self.dns[c].is_lost(self.losses, draw, 30) || away {
            blank_range(row, Col::DnsQps, Col::DnsFailed);
        }
        let objects = !self.outages || !(self.objects[c].is_lost(self.losses, draw, 40) || away);
        Seen { objects }
    }

    /// Fills the node's cells of a row; answers whether the node answered.
    pub(super) fn of_node(
        &mut self,
        n: usize,
        tick: u64,
        topology: &Topology,
        world: &World,
        seen: Seen,
        row: &mut Row,
    ) -> bool {
        let draw = self.draws.at(tick << 24 | 2 << 22 | n as u64);
        let s = &world.states.nodes[n];
        let c = topology.nodes[n].cluster;
        // Gauges: about half a percent of their range.
        let percent = |share: f64, spread: f64, index: u64| {
            (100.0 * share + self.noise * spread * draw.noise(index)).clamp(0.0, 100.0)
        };
        let some = |x: f64, spread: f64, index: u64| {
            (x * (1.0 + self.noise * spread * draw.noise(index))).max(0.0)
        };
        put(row, Col::Cpu, percent(s.cpu_window, 0.6, 0));
        put(row, Col::Memory, percent(s.memory, 0.5, 1));
        put(row, Col::Disk, percent(s.disk, 0.15, 2));
        put(row, Col::Receive, some(s.receive, 0.02, 3).min(2e8));
        put(row, Col::Transmit, some(s.transmit, 0.02, 4).min(2e8));
        put(row, Col::RuntimeErrors, s.runtime_errors.round());
        put(row, Col::Rpc, some(s.rpc, 0.01, 5));
        if self.full {
            put(row, Col::Relist, some(s.relist_shown_ms, 0.05, 6) / 1_000.0);
            put(row, Col::Evictions, s.evictions);
            put(row, Col::Load1, some(s.load1, 0.02, 7));
            put(row, Col::DiskIo, some(s.io, 0.02, 8));
            put(row, Col::InodesFree, s.inodes_free);
            put(row, Col::Retrans, some(s.loss_window, 0.05, 9));
            put(row, Col::Conntrack, some(s.connections, 0.01, 10).min(1.0));
            put(row, Col::Processes, some(s.processes, 0.004, 11).min(1.0));
            put(row, Col::ClockOffset, some(s.clock_ms, 0.05, 12) / 1_000.0);
            put(row, Col::Certificate, s.certificate_secs.max(0.0));
        }
        let flag = |holds: bool| if holds { 1.0 } else { 0.0 };
        put(row, Col::NodeReady, flag(s.ready));
        put(row, Col::MemoryPressure, flag(s.has_memory_pressure()));
        put(row, Col::DiskPressure, flag(s.has_disk_pressure()));
        put(row, Col::PidPressure, flag(s.has_pid_pressure()));
        put(row, Col::Unschedulable, flag(s.is_cordoned()));
        if !seen.objects {
            blank(row, &[Col::NodeReady]);
            blank_range(row, Col::MemoryPressure, Col::Unschedulable);
        }
        let lost = self.nodes[n].is_lost(self.losses, draw, 20)
            || (self.outages && self.away_secs[c] > 0.0)
            || (!s.ready && draw.uniform(23) < LOST_NODE);
        if lost {
            blank(
                row,
                &[
                    Col::Cpu,
                    Col::Memory,
                    Col::Disk,
                    Col::Receive,
                    Col::Transmit,
                    Col::RuntimeErrors,
                    Col::Rpc,
                ],
            );
            blank_range(row, Col::Relist, Col::Certificate);
        }
        !lost
    }

    /// Fills the placement's cells of a row.
    pub(super) fn of_placement(
        &self,
        e: usize,
        tick: u64,
        topology: &Topology,
        world: &World,
        (seen, answered): (Seen, bool),
        row: &mut Row,
    ) {
        let draw = self.draws.at(tick << 24 | 3 << 22 | e as u64);
        let place = &topology.placements[e];
        let (s, of, node) = (
            &world.states.placements[e],
            &world.states.workloads[place.workload],
            &world.states.nodes[place.node],
        );
        let cluster_number = topology.nodes[place.node].cluster;
        let (cluster, control) = (
            &topology.clusters[cluster_number],
            &world.states.clusters[cluster_number],
        );
        put(row, Col::PodCount, s.pods + s.stuck);
        put(row, Col::RestartCount, s.restarts);
        put(row, Col::ReadyPercent, 100.0 * s.ready_share());
        let pvc = 100.0 * s.volume_now + self.noise * 0.1 * draw.noise(0);
        let has_volume = place.volume > 0.0 && cluster.profile != ExportProfile::NoPvc;
        // Without a volume of its own it writes to the node's disk.
        let local = if self.full {
            f64::NAN
        } else {
            60.0 * node.disk
        };
        put(
            row,
            Col::Pvc,
            if has_volume {
                pvc.clamp(0.0, 100.0)
            } else {
                local
            },
        );
        if self.full {
            let workload = &topology.workloads[place.workload];
            let some = |x: f64, spread: f64, index: u64| {
                (x * (1.0 + self.noise * spread * draw.noise(index))).max(0.0)
            };
            let ratio = (s.memory + self.noise * 0.004 * draw.noise(1)).clamp(0.0, 1.0);
            let throttled = some(s.throttled_window, 0.04, 2);
            put(row, Col::Throttled, throttled.min(1.0));
            put(row, Col::CpuOfLimit, some(s.cpu_window, 0.01, 6).min(1.0));
            put(row, Col::WorkingSet, ratio);
            let pages = (ratio * workload.memory_limit_bytes / 4_096.0).floor();
            put(row, Col::WorkingSetBytes, 4_096.0 * pages);
            put(row, Col::RestartsTotal, s.restarts);
            put(row, Col::RestartRate, s.restart_rate);
            put(row, Col::OomKilled, s.ooms);
            put(
                row,
                Col::WaitingCrash,
                if s.backing_off && s.is_crash_looping() {
                    1.0
                } else {
                    0.0
                },
            );
            put(
                row,
                Col::WaitingImage,
                if s.pulling > 0.0 || of.pulling_secs > 0.0 {
                    1.0
                } else {
                    0.0
                },
            );
            put(row, Col::SpecReplicas, of.replicas);
            put(row, Col::ReadyReplicas, of.ready.min(of.replicas));
            put(row, Col::MaxReplicas, of.most_replicas);
            put(row, Col::DeployAge, of.deploy_age_secs);
            // What its requests go through.
            let lost_packets = 20.0 * node.loss_window;
            let slow = 1.0
                + 3.0 * s.throttled_window
                + 8.0 * (node.cpu - 0.8).max(0.0)
                + lost_packets
                + node.rtt_ms / 50.0
                + control.shown.dns / 20.0;
            let requests = workload.requests_per_pod * of.load * place.pods;
            let serves = s.ready > 0.0;
            put(
                row,
                Col::AppRps,
                if serves { some(requests, 0.03, 3) } else { 0.0 },
            );
            let p99 = workload.latency_ms / 1_000.0
                * slow
                * exp(
                    self.noise * SPREAD * 2.0 / (300.0 * requests).max(9.0).sqrt() * draw.noise(4),
                );
            put(
                row,
                Col::AppP99,
                if serves { p99.min(60.0) } else { f64::NAN },
            );
            let failed = 5e-4 * exp(0.3 * self.noise * draw.noise(5))
                + 0.3 * (1.0 - s.ready_share())
                + control.dns_failed;
            put(
                row,
                Col::AppErrors,
                if serves { failed.min(1.0) } else { f64::NAN },
            );
        }
        if !seen.objects {
            blank(row, &[Col::PodCount, Col::RestartCount, Col::ReadyPercent]);
            blank_range(row, Col::RestartsTotal, Col::DeployAge);
        }
        if !answered {
            blank(row, &[Col::Pvc]);
            blank_range(row, Col::Throttled, Col::WorkingSetBytes);
            blank_range(row, Col::AppRps, Col::AppErrors);
        }
    }
}

fn blank(row: &mut Row, columns: &[Col]) {
    for &column in columns {
        row[column as usize] = MISSING;
    }
}

fn blank_range(row: &mut Row, from: Col, until: Col) {
    row[from as usize..=until as usize].fill(MISSING);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_out_of_buckets_is_where_the_buckets_allow() {
        for bounds in [&ETCD_BUCKETS[..], &API_BUCKETS[..]] {
            let mut before = 0.0;
            for i in 0..400 {
                let p99 = exp(f64::from(i) * 0.03);
                let seen = through_buckets(p99, bounds);
                assert!(
                    seen >= before - 1e-9 && seen <= bounds[bounds.len() - 1],
                    "{p99}: {seen}"
                );
                if p99 <= bounds[bounds.len() - 1] {
                    let at = bounds.iter().position(|&b| p99 <= b).unwrap();
                    let low = if at == 0 { 0.0 } else { bounds[at - 1] };
                    assert!((low..=bounds[at]).contains(&seen), "{p99}: {seen}");
                }
                before = seen;
            }
        }
    }

    #[test]
    fn as_many_scrapes_are_lost_as_were_asked_for_and_some_in_a_row() {
        for share in [0.0, 0.01, 0.1, 0.5] {
            let losses = Losses::new(share);
            let draws = Draws::new(1, Stream::Observation, 0);
            let mut link = Link::default();
            let lost: Vec<bool> = (0..2_000_000)
                .map(|i| link.is_lost(losses, draws.at(i), 0))
                .collect();
            let found = lost.iter().filter(|&&l| l).count() as f64 / lost.len() as f64;
            assert!((found - share).abs() <= 0.05 * share, "{share}: {found}");
            let pairs = lost.windows(2).filter(|w| w[0] && w[1]).count() as f64 / lost.len() as f64;
            assert!(pairs >= 2.0 * share * share * 0.5, "{share}: {pairs}");
        }
    }
}
