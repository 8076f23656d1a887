//! The alerts that Prometheus would have fired: the rules of kube-prometheus, etcd and CoreDNS with their `for:`, on the
//! state. The time from the first sign to the alert is what a prediction can win.

use super::cluster::{Topology, WorkloadType};
use super::curve::normal_share;
use super::world::{States, World};

/// A rule: its name and the seconds for which its condition must hold.
type Rule = (&'static str, f32);

/// By scope, the most telling first: that one is named where several fire.
const OF_PLACEMENT: [Rule; 8] = [
    ("KubePersistentVolumeFillingUp", 60.0),
    ("KubePodCrashLooping", 900.0),
    ("CPUThrottlingHigh", 900.0),
    ("KubeHpaMaxedOut", 900.0),
    ("KubeContainerWaiting", 3_600.0),
    ("KubePodNotReady", 900.0),
    ("KubeDeploymentReplicasMismatch", 900.0),
    ("KubeDeploymentRolloutStuck", 900.0),
];
const OF_NODE: [Rule; 10] = [
    ("KubeNodeNotReady", 900.0),
    ("KubeNodePressure", 600.0),
    ("KubeletPlegDurationHigh", 300.0),
    ("NodeMemoryHighUtilization", 900.0),
    ("NodeCPUHighUsage", 900.0),
    ("NodeSystemSaturation", 900.0),
    ("NodeFilesystemAlmostOutOfSpace", 1_800.0),
    ("NodeHighNumberConntrackEntriesUsed", 0.0),
    ("NodeClockSkewDetected", 600.0),
    ("KubeletClientCertificateExpiration", 0.0),
];
const OF_CLUSTER: [Rule; 8] = [
    ("etcdHighFsyncDurations", 600.0),
    ("etcdHighCommitDurations", 600.0),
    ("etcdDatabaseQuotaLowSpace", 600.0),
    ("KubeAPIErrorBudgetBurn", 120.0),
    ("CoreDNSLatencyHigh", 600.0),
    ("CoreDNSErrorsHigh", 600.0),
    ("KubePodNotReady", 900.0),
    ("KubeAPITerminatedRequests", 300.0),
];

/// Every rule's name by code.
pub(super) fn names() -> Vec<String> {
    let all = OF_PLACEMENT.iter().chain(&OF_NODE).chain(&OF_CLUSTER);
    all.map(|(name, _)| (*name).to_owned()).collect()
}

/// How long each condition has held, seconds; negative where it does not.
#[derive(Clone, Debug)]
pub(super) struct Alerts {
    placements: Vec<[f32; OF_PLACEMENT.len()]>,
    nodes: Vec<[f32; OF_NODE.len()]>,
    clusters: Vec<[f32; OF_CLUSTER.len()]>,
    /// Share of the error budget that is spent per time, over five minutes and over an hour.
    burns: Vec<[f64; 2]>,
}

const QUIET: f32 = -1.0;

fn hold<const N: usize>(timers: &mut [f32; N], conditions: [bool; N], step_secs: f32) {
    for (timer, holds) in timers.iter_mut().zip(conditions) {
        *timer = if holds {
            timer.max(0.0) + if *timer < 0.0 { 0.0 } else { step_secs }
        } else {
            QUIET
        };
    }
}

fn firing(timers: &[f32], rules: &[Rule]) -> Option<usize> {
    timers
        .iter()
        .zip(rules)
        .position(|(&timer, rule)| timer >= rule.1)
}

impl Alerts {
    pub(super) fn new(topology: &Topology) -> Self {
        Self {
            placements: vec![[QUIET; OF_PLACEMENT.len()]; topology.placements.len()],
            nodes: vec![[QUIET; OF_NODE.len()]; topology.nodes.len()],
            clusters: vec![[QUIET; OF_CLUSTER.len()]; topology.clusters.len()],
            burns: vec![[0.0; 2]; topology.clusters.len()],
        }
    }

    /// Evaluates all rules once.
    pub(super) fn step(&mut self, topology: &Topology, world: &World, step_secs: f64) {
        let States {
            clusters,
            nodes,
            workloads,
            placements,
        } = &world.states;
        let secs = step_secs as f32;
        for (timers, (s, place)) in self
            .placements
            .iter_mut()
            .zip(placements.iter().zip(&topology.placements))
        {
            let of = &workloads[place.workload];
            let deployment =
                topology.workloads[place.workload].workload_type == WorkloadType::Deployment;
            let conditions = [
                s.volume_now > 0.97,
                s.backing_off && s.is_crash_looping(),
                s.throttled > 0.25,
                of.maxed_secs > 0.0,
                s.pulling > 0.0,
                s.pulling > 0.0 || of.homeless > 0.0,
                deployment && of.ready < of.replicas - 0.5,
                deployment && s.pulling > 0.0,
            ];
            let crashing = timers[1];
            hold(timers, conditions, secs);
            // max_over_time over five minutes bridges the runs between two crashes.
            if !conditions[1] && crashing >= 0.0 && s.since_crash_secs < 300.0 {
                timers[1] = crashing + secs;
            }
        }
        for (timers, s) in self.nodes.iter_mut().zip(nodes) {
            let conditions = [
                !s.ready,
                s.has_memory_pressure() || s.has_disk_pressure() || s.has_pid_pressure(),
                s.relist_ms >= 10_000.0,
                s.memory > 0.9,
                s.cpu > 0.9,
                s.load1 > 2.0,
                s.disk > 0.95,
                s.connections > 0.75,
                s.clock_ms > 50.0,
                s.certificate_secs < 86_400.0,
            ];
            hold(timers, conditions, secs);
        }
        for ((timers, burns), s) in self.clusters.iter_mut().zip(&mut self.burns).zip(clusters) {
            // Requests above 1 s, of latencies whose logarithm has a deviation of 0.8, and those that failed.
            let slow = 1.0 - normal_share(2.326 - libm::log(s.api_ms / 1_000.0) / 0.8);
            let burn = (slow + s.failed) / 0.01;
            burns[0] += step_secs / 300.0 * (burn - burns[0]);
            burns[1] += step_secs / 3_600.0 * (burn - burns[1]);
            let conditions = [
                s.fsync_ms > 500.0,
                s.commit_ms > 250.0,
                s.db > 0.95,
                burns[0] > 14.4 && burns[1] > 14.4,
                s.dns_ms > 4_000.0,
                s.dns_failed_window > 0.01,
                s.homeless > 1.0 || s.oldest_secs > 60.0,
                s.refused_window > 0.2 * s.requests,
            ];
            hold(timers, conditions, secs);
        }
    }

    /// The alert that fires for a row, by its code among [`names`]: its own, its node's, else its cluster's.
    pub(super) fn of(&self, e: usize, n: usize, c: usize) -> Option<usize> {
        firing(&self.placements[e], &OF_PLACEMENT)
            .or_else(|| Some(OF_PLACEMENT.len() + firing(&self.nodes[n], &OF_NODE)?))
            .or_else(|| {
                Some(OF_PLACEMENT.len() + OF_NODE.len() + firing(&self.clusters[c], &OF_CLUSTER)?)
            })
    }
}
