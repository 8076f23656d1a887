//! What faults push, one short block per kind (specification, 5).
//!
//! [`Drives::press`] turns an episode's pressure into pushes on hidden drivers, at most four; where a block needs to know
//! how far the target is from harm it asks the state of the step before. No block writes a metric: whether harm holds is
//! read off the state, in `labels`.

use super::cluster::Topology;
use super::curve::exp;
use super::faults::{Episode, IssueKind, Scope, Target};
use super::random::{Draws, Stream};
use super::world::States;

/// What faults push in a control plane. All 0 without a fault.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ControlDrive {
    /// Logarithm of the factor on the fsync time.
    pub(super) fsync: f64,
    /// Requests per second of a storm.
    pub(super) requests: f64,
    /// How slow the scheduler is.
    pub(super) scheduling: f64,
    /// Extra DNS queries per query.
    pub(super) dns: f64,
    /// Share of the database's quota that garbage fills.
    pub(super) db: f64,
    /// Share of the free room for pods that cannot be had.
    pub(super) blocked: f64,
    /// Milliseconds that an admission webhook adds.
    pub(super) webhook_ms: f64,
}

/// What faults push on a node. All 0 without a fault.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NodeDrive {
    pub(super) cpu: f64,
    pub(super) memory: f64,
    pub(super) io: f64,
    pub(super) disk: f64,
    /// Added factor on the relist time.
    pub(super) relist: f64,
    /// Congestion, 0.4 loses 1 % of packets.
    pub(super) congestion: f64,
    pub(super) rtt_ms: f64,
    /// Failing calls of the container runtime per minute.
    pub(super) runtime_errors: f64,
    pub(super) heartbeat_lost: bool,
    /// Shares of the connection table and of the process numbers.
    pub(super) connections: f64,
    pub(super) processes: f64,
    pub(super) clock_ms: f64,
    /// Share of the certificate's life that is gone.
    pub(super) certificate: f64,
}

/// What faults push on a placement. All 0 without a fault.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PlacementDrive {
    /// Extra load, of which 1 is 1.6 times the usual.
    pub(super) load: f64,
    /// Share by which the CPU limit is cut.
    pub(super) quota_cut: f64,
    /// Share of the memory limit that leaks per second.
    pub(super) leak: f64,
    /// Share of pods that cannot stay up.
    pub(super) crash_share: f64,
    /// Chance of a single crash per minute.
    pub(super) crash_chance: f64,
    /// Share of the volume that garbage fills.
    pub(super) volume: f64,
    /// Share of pods whose image cannot be pulled.
    pub(super) pull_share: f64,
    /// Something is rolled out at this step.
    pub(super) deploy: bool,
}

/// What is pushed how hard in one step.
#[derive(Clone, Debug)]
pub(super) struct Drives {
    pub(super) clusters: Vec<ControlDrive>,
    pub(super) nodes: Vec<NodeDrive>,
    pub(super) placements: Vec<PlacementDrive>,
    pressed: bool,
}

/// Adds to what is pushed already: of two that push the same thing the harder counts.
fn push(driver: &mut f64, by: f64) {
    *driver = driver.max(by);
}

impl Drives {
    pub(super) fn none(topology: &Topology) -> Self {
        Self {
            clusters: vec![ControlDrive::default(); topology.clusters.len()],
            nodes: vec![NodeDrive::default(); topology.nodes.len()],
            placements: vec![PlacementDrive::default(); topology.placements.len()],
            pressed: false,
        }
    }

    /// Lets go of everything.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.pressed) {
            self.clusters.fill(ControlDrive::default());
            self.nodes.fill(NodeDrive::default());
            self.placements.fill(PlacementDrive::default());
        }
    }

    /// Pushes what an episode of this number pushes at this instant with this pressure. `members` are the placements
    /// that its target holds.
    pub(super) fn press(
        &mut self,
        (number, episode): (usize, &Episode),
        (secs, step_secs): (f64, f64),
        pressure: f64,
        members: &[u32],
        (topology, states): (&Topology, &States),
    ) {
        self.pressed = true;
        match (episode.kind.course().scope, episode.target) {
            (Scope::Cluster, Target::Cluster(c)) => {
                self.press_cluster(episode, c as usize, pressure, topology, states);
            }
            (Scope::Node | Scope::Zone, _) => {
                let mut last = usize::MAX;
                for &e in members {
                    let n = topology.placements[e as usize].node;
                    if n != last {
                        self.press_node(number, episode, n, (secs, pressure), topology, states);
                        last = n;
                    }
                }
            }
            _ => {
                for &e in members {
                    let e = e as usize;
                    self.press_placement(episode, e, (secs, step_secs, pressure), topology, states);
                }
            }
        }
    }

    fn press_cluster(
        &mut self,
        episode: &Episode,
        c: usize,
        pressure: f64,
        topology: &Topology,
        states: &States,
    ) {
        let (drive, cluster, state) = (
            &mut self.clusters[c],
            &topology.clusters[c],
            &states.clusters[c],
        );
        match episode.kind {
            // A slow or shared disk: 100 ms at a pressure of 1, whatever the disk's own speed.
            IssueKind::EtcdHighLatency => {
                push(
                    &mut drive.fsync,
                    pressure * libm::log(100.0 / state.fsync_rest_ms).max(0.5),
                );
            }
            // A LIST storm or a controller in a tight loop: the server is all but full at a pressure of 1.
            IssueKind::ApiServerLatency => {
                let free = 0.985 * cluster.request_cap - state.requests_rest;
                push(&mut drive.requests, pressure.min(1.25) * free.max(0.0));
            }
            // A database that nobody defragments.
            IssueKind::EtcdDbQuota => {
                push(&mut drive.db, pressure * (0.952 - state.db_rest).max(0.05))
            }
            // A lost leader or slow binds: more arrives than is bound at a pressure of 1.
            IssueKind::SchedulerFailure => {
                let full = libm::sqrt(cluster.bind_rate / (14.0 * state.arrival_rate.max(1e-3)));
                push(&mut drive.scheduling, pressure * pressure * full);
            }
            // Every name is tried with five suffixes, and clients that fail try again.
            IssueKind::DnsDegraded => push(
                &mut drive.dns,
                pressure * (3.85 / state.dns_load_rest - 1.0).max(0.2) / 3.0,
            ),
            // No more addresses, or the cluster autoscaler is stuck, while the load goes up.
            IssueKind::CapacityExhausted => {
                push(
                    &mut drive.blocked,
                    if pressure >= 1.0 { 1.0 } else { 0.9 * pressure },
                );
                for e in cluster.placements.clone() {
                    push(&mut self.placements[e].load, 0.12 * pressure);
                }
            }
            // The webhook's pods are gone: each write waits for its timeout.
            IssueKind::WebhookTimeout => push(&mut drive.webhook_ms, 1_200.0 * pressure * pressure),
            _ => {}
        }
    }

    fn press_node(
        &mut self,
        number: usize,
        episode: &Episode,
        n: usize,
        (secs, pressure): (f64, f64),
        topology: &Topology,
        states: &States,
    ) {
        let (drive, node, state) = (&mut self.nodes[n], &topology.nodes[n], &states.nodes[n]);
        let cluster = &topology.clusters[node.cluster];
        let (variant, gain) = (episode.variant, episode.gain);
        match episode.kind {
            // An out-of-memory spiral, failing hardware, or nothing but silence.
            IssueKind::NodeFailure => {
                drive.heartbeat_lost |= pressure >= 1.0;
                let near = pressure.min(1.0);
                push(&mut drive.cpu, 0.3 * gain * near);
                if variant < 0.4 {
                    push(
                        &mut drive.memory,
                        near * 0.97 * (cluster.memory_limit - state.memory_rest),
                    );
                    push(&mut drive.relist, 12.0 * near * near);
                } else if variant < 0.8 {
                    push(&mut drive.io, 0.5 * near);
                    push(&mut drive.relist, 20.0 * near * near);
                    push(&mut drive.runtime_errors, 1.5 * near);
                }
            }
            // A process outside of the pods, or a pod without a limit.
            IssueKind::MemoryPressure => {
                push(
                    &mut drive.memory,
                    pressure * (cluster.memory_limit + 0.003 - state.memory_rest).max(0.02),
                );
                push(&mut drive.io, 0.25 * pressure * gain);
            }
            // Congestion and loss.
            IssueKind::NetworkLatency => {
                push(
                    &mut drive.congestion,
                    0.40 * pressure * if variant < 0.7 { 1.0 } else { 0.5 },
                );
                push(
                    &mut drive.rtt_ms,
                    2.2 * pressure * if variant < 0.7 { gain } else { 1.0 + gain },
                );
            }
            // Logs, images and scratch space.
            IssueKind::DiskPressure => {
                push(
                    &mut drive.disk,
                    pressure * (cluster.disk_limit + 0.004 - state.disk_rest).max(0.03),
                );
                push(&mut drive.io, 0.2 * pressure * gain);
            }
            IssueKind::Conntrack => {
                push(&mut drive.connections, pressure * 0.92);
                if pressure > 1.0 {
                    push(&mut drive.rtt_ms, 1.5 * gain);
                    push(&mut drive.congestion, 0.3);
                }
            }
            IssueKind::PidExhaustion => push(&mut drive.processes, pressure * 0.9),
            IssueKind::ClockSkew => push(&mut drive.clock_ms, 52.0 * pressure * pressure),
            IssueKind::CertExpiry => {
                push(&mut drive.certificate, pressure.min(1.0));
                drive.heartbeat_lost |= pressure >= 1.0;
            }
            // The container runtime is stuck: 10 s from 60 ms at a pressure of 1.
            IssueKind::RuntimeHang => {
                push(&mut drive.relist, exp(5.3 * pressure) - 1.0);
                push(&mut drive.runtime_errors, 2.0 * pressure);
            }
            IssueKind::ZonePartition => drive.heartbeat_lost |= pressure >= 1.0,
            IssueKind::RandomCompound => {
                // Two to four drivers of ten, each with a shape and a lag of its own.
                let draws = Draws::new(number as u64, Stream::Fault, 7).at(0);
                let count = 2 + (draws.bits(0) % 3);
                for i in 0..count {
                    let lag = draws.between(0.0, 1_200.0, 10 + i);
                    let since = secs - episode.onset_secs - lag;
                    if since < 0.0 {
                        continue;
                    }
                    let period = draws.between(120.0, 900.0, 20 + i);
                    let way = since / period;
                    let shape = match draws.bits(30 + i) % 4 {
                        0 => 1.0,
                        1 => (way / 2.0).min(1.0),
                        2 => 0.5 + 0.5 * libm::sin(std::f64::consts::TAU * way),
                        _ => way - way.floor(),
                    };
                    let by = pressure * shape;
                    match (draws.bits(40) + 3 * i) % 10 {
                        0 => push(&mut drive.cpu, 0.4 * by),
                        1 => push(&mut drive.memory, 0.25 * by),
                        2 => push(&mut drive.io, 0.5 * by),
                        3 => push(&mut drive.disk, 0.2 * by),
                        4 => push(&mut drive.relist, 30.0 * by),
                        5 => push(&mut drive.congestion, 0.35 * by),
                        6 => push(&mut drive.rtt_ms, 2.0 * by),
                        7 => push(&mut drive.connections, 0.6 * by),
                        8 => push(&mut drive.processes, 0.6 * by),
                        _ => push(&mut drive.runtime_errors, 3.0 * by),
                    }
                }
            }
            _ => {}
        }
    }

    fn press_placement(
        &mut self,
        episode: &Episode,
        e: usize,
        (secs, step_secs, pressure): (f64, f64, f64),
        topology: &Topology,
        states: &States,
    ) {
        let (drive, place, state) = (
            &mut self.placements[e],
            &topology.placements[e],
            &states.placements[e],
        );
        let workload = &topology.workloads[place.workload];
        let first = secs < episode.onset_secs + step_secs;
        match episode.kind {
            // A bad rollout, a dependency, a probe: single restarts first, then pods that cannot stay up.
            IssueKind::PodCrashLoop => {
                drive.deploy |= first && episode.variant < 0.6;
                if pressure >= 1.0 {
                    push(&mut drive.crash_share, 0.25 + 0.75 * episode.gain);
                } else {
                    push(&mut drive.crash_chance, 0.08 * pressure * pressure);
                }
            }
            // The rate is solved so that the limit is met at the impact; from there one round takes a quarter of an hour.
            IssueKind::MemoryLeak => {
                drive.deploy |= first && episode.variant < 0.5;
                let room = (1.01 - state.memory_rest).max(0.05);
                let killed = state.since_oom_secs < secs - episode.onset_secs;
                let rate = if (killed || secs >= episode.due_secs) && secs < episode.end_secs {
                    room / (900.0 / (0.6 + 0.4 * episode.severity))
                } else if secs < episode.end_secs {
                    // What leaks leaks steadily: the pressure's bend is taken out again.
                    let way = episode.way(secs);
                    (0.84 * room * way / place.leak_gain - state.leaked).max(0.0) / step_secs
                } else {
                    0.0
                };
                // While it is there at all nothing is freed.
                let least = if secs < episode.end_secs { 1e-12 } else { 0.0 };
                push(&mut drive.leak, (rate * place.leak_gain).max(least));
            }
            // More load, or a limit that was cut: the quota's throttling sets in at a pressure of 1.
            IssueKind::CpuThrottling => {
                let needed = 0.90 / (workload.peak_to_mean * state.demand_rest.max(0.05));
                let by = pressure * (needed - 1.0).max(0.05);
                // Where replicas follow the load they would take it up.
                if episode.variant < 0.6 && !workload.autoscaled {
                    push(&mut drive.load, (by / 1.6).min(3.0));
                } else {
                    push(&mut drive.quota_cut, by / (1.0 + by));
                }
            }
            // As much load as takes all the replicas that are allowed.
            IssueKind::HpaMaxed => {
                let w = &states.workloads[place.workload];
                let needed = 1.08 * w.most_replicas / w.wanted_rest.max(0.5);
                push(
                    &mut drive.load,
                    (pressure * (needed - 1.0).max(0.05) / 1.6).min(4.0),
                );
            }
            IssueKind::PvcFull => push(
                &mut drive.volume,
                pressure * (0.972 - state.volume).max(0.02),
            ),
            // A tag, a secret or a registry: what is rolled out cannot start.
            IssueKind::ImagePullFailure => {
                drive.deploy |= first;
                push(
                    &mut drive.pull_share,
                    if pressure >= 1.0 {
                        0.25 + 0.2 * episode.gain
                    } else {
                        0.0
                    },
                );
            }
            _ => {}
        }
    }
}
