//! What there is: clusters of nodes, workloads, and the placements of one on the other, with their constants.

use super::random::{Draws, Stream};

const PLACEMENTS_PER_CLUSTER: usize = 60;
const NODES_PER_CLUSTER: usize = 12;
const ZONES: usize = 3;

const NAMESPACES: [&str; 8] = [
    "app-prod",
    "database",
    "kube-system",
    "messaging",
    "app-staging",
    "monitoring",
    "default",
    "app-dev",
];
const WORKLOAD_TYPES: [&str; 5] = ["deployment", "statefulset", "daemonset", "cronjob", "job"];

/// How a workload runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WorkloadType {
    Deployment,
    StatefulSet,
    DaemonSet,
    CronJob,
    Job,
}

impl WorkloadType {
    pub(super) fn name(self) -> &'static str {
        WORKLOAD_TYPES[self as usize]
    }
}

/// A control plane and its size.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) placements: std::ops::Range<usize>,
    pub(super) workloads: std::ops::Range<usize>,
    pub(super) age_days: f64,
    /// Healthy p99 of an API request, ms.
    pub(super) api_ms: f64,
    /// Healthy p99 of an etcd fsync, ms.
    pub(super) fsync_ms: f64,
    /// Healthy p99 of a scheduling attempt, ms.
    pub(super) schedule_ms: f64,
}

/// A machine.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) cluster: usize,
    pub(super) placements: Vec<usize>,
    /// Mean CPU share of its placements together, 0 to 1.
    pub(super) cpu: f64,
    /// Memory share at mean load.
    pub(super) memory: f64,
    /// Disk share from which natural growth starts.
    pub(super) disk: f64,
    /// Seconds in which natural growth fills the disk up to where images are collected.
    pub(super) disk_period_secs: f64,
    /// The memory and the disk share at which this node's kubelet reports pressure: operators set them differently.
    pub(super) memory_limit: f64,
    pub(super) disk_limit: f64,
    /// Mean bytes per second in and out.
    pub(super) receive: f64,
    pub(super) transmit: f64,
    /// Kubelet requests per second at rest.
    pub(super) rpc: f64,
    /// Hour at which caches are warmed, with the memory share they take; often 0.
    pub(super) warm_hour: f64,
    pub(super) warm_memory: f64,
}

/// Something that runs on several nodes.
#[derive(Clone, Debug)]
pub(super) struct Workload {
    pub(super) cluster: usize,
    pub(super) placements: Vec<usize>,
    pub(super) namespace: &'static str,
    pub(super) workload_type: WorkloadType,
    /// Amplitude of the first and second daily harmonic, and the hour of the peak.
    pub(super) daily: [f64; 2],
    pub(super) peak_hour: f64,
    /// Load on a weekend day, as a share of a weekday's.
    pub(super) weekend: f64,
    /// Seconds between runs of a job; 0 where it runs all the time.
    pub(super) period_secs: f64,
    /// Whether replicas follow the load.
    pub(super) autoscaled: bool,
}

/// A workload on a node: what a row is about.
#[derive(Clone, Debug)]
pub(super) struct Placement {
    pub(super) node: usize,
    pub(super) workload: usize,
    /// Pods at mean load.
    pub(super) pods: f64,
    /// Its share of the node's work.
    pub(super) share: f64,
    /// Volume share at the start of a fill, and the seconds to fill it.
    pub(super) volume: f64,
    pub(super) volume_period_secs: f64,
    /// Whether its volume lies on the node's own disk.
    pub(super) local_volume: bool,
}

/// Everything that does not change during a run.
#[derive(Clone, Debug)]
pub(super) struct Topology {
    pub(super) clusters: Vec<Cluster>,
    pub(super) nodes: Vec<Node>,
    pub(super) workloads: Vec<Workload>,
    pub(super) placements: Vec<Placement>,
    /// Placements by zone, [`ZONES`] per cluster.
    pub(super) zones: Vec<Vec<usize>>,
}

impl Topology {
    /// `entities` placements over as many clusters as they need, nodes about half as many, workloads one more than
    /// nodes: so each pair of a node and a workload occurs once.
    pub(super) fn new(seed: u64, entities: usize) -> Self {
        let mut topology = Self {
            clusters: Vec::new(),
            nodes: Vec::new(),
            workloads: Vec::new(),
            placements: Vec::with_capacity(entities),
            zones: Vec::new(),
        };
        let clusters = entities.div_ceil(PLACEMENTS_PER_CLUSTER);
        for c in 0..clusters {
            let from = entities * c / clusters;
            let to = entities * (c + 1) / clusters;
            topology.add_cluster(seed, to - from);
        }
        topology
    }

    fn add_cluster(&mut self, seed: u64, entities: usize) {
        let c = self.clusters.len();
        let draws = Draws::new(seed, Stream::Config, c as u64);
        let node_count = entities.div_ceil(2).clamp(2, NODES_PER_CLUSTER);
        let workload_count = node_count + 1;
        let (first_node, first_workload) = (self.nodes.len(), self.workloads.len());
        let first = self.placements.len();
        for i in 0..node_count {
            let n = first_node + i;
            self.nodes.push(node(seed, n, c));
        }
        let rotation = draws.below(NAMESPACES.len(), 1, 0);
        for i in 0..workload_count {
            let w = first_workload + i;
            let namespace = NAMESPACES[(rotation + i * 3) % NAMESPACES.len()];
            self.workloads.push(workload(seed, w, c, namespace));
        }
        self.zones.resize_with((c + 1) * ZONES, Vec::new);
        for i in 0..entities {
            let e = first + i;
            let (n, w) = (i % node_count, i % workload_count);
            self.nodes[first_node + n].placements.push(e);
            self.workloads[first_workload + w].placements.push(e);
            self.zones[c * ZONES + n % ZONES].push(e);
            let local_volume =
                self.workloads[first_workload + w].workload_type == WorkloadType::StatefulSet;
            self.placements.push(placement(
                seed,
                e,
                first_node + n,
                first_workload + w,
                local_volume,
            ));
        }
        self.clusters.push(Cluster {
            placements: first..first + entities,
            workloads: first_workload..first_workload + workload_count,
            age_days: draws.between(20.0, 330.0, 2, 0),
            api_ms: draws.lognormal(26.0, 0.3, 3, 0),
            fsync_ms: draws.lognormal(3.5, 0.3, 4, 0),
            schedule_ms: draws.lognormal(10.0, 0.3, 5, 0),
        });
        for n in first_node..first_node + node_count {
            let total: f64 = self.nodes[n]
                .placements
                .iter()
                .map(|&e| self.placements[e].share)
                .sum();
            for i in 0..self.nodes[n].placements.len() {
                let e = self.nodes[n].placements[i];
                self.placements[e].share /= total;
            }
        }
    }
}

fn node(seed: u64, n: usize, cluster: usize) -> Node {
    let draws = Draws::new(seed, Stream::Node, n as u64);
    let memory_limits = [0.86, 0.9, 0.93, 0.93, 0.95];
    let disk_limits = [0.86, 0.9, 0.9, 0.92, 0.95];
    let warms = draws.uniform(20, 0) < 0.35;
    let receive = draws.lognormal(4.5e6, 0.7, 21, 0);
    Node {
        cluster,
        placements: Vec::new(),
        cpu: draws.between(0.16, 0.42, 22, 0),
        memory: draws.between(0.32, 0.62, 23, 0),
        disk: draws.between(0.3, 0.55, 24, 0),
        disk_period_secs: draws.between(4.0, 12.0, 25, 0) * 86_400.0,
        memory_limit: memory_limits[draws.below(memory_limits.len(), 31, 0)],
        disk_limit: disk_limits[draws.below(disk_limits.len(), 26, 0)],
        receive,
        transmit: receive * draws.lognormal(0.8, 0.4, 27, 0),
        rpc: draws.between(28.0, 75.0, 28, 0),
        warm_hour: draws.between(1.0, 22.0, 29, 0),
        warm_memory: if warms {
            draws.between(0.12, 0.3, 30, 0)
        } else {
            0.0
        },
    }
}

fn workload(seed: u64, w: usize, cluster: usize, namespace: &'static str) -> Workload {
    let draws = Draws::new(seed, Stream::Load, w as u64);
    let workload_type = match namespace {
        "database" => WorkloadType::StatefulSet,
        "kube-system" if draws.uniform(40, 0) < 0.6 => WorkloadType::DaemonSet,
        "monitoring" if draws.uniform(40, 0) < 0.5 => WorkloadType::DaemonSet,
        _ => match draws.uniform(41, 0) {
            u if u < 0.52 => WorkloadType::Deployment,
            u if u < 0.68 => WorkloadType::StatefulSet,
            u if u < 0.78 => WorkloadType::DaemonSet,
            u if u < 0.9 => WorkloadType::CronJob,
            _ => WorkloadType::Job,
        },
    };
    let periods = [300.0, 900.0, 3_600.0, 21_600.0];
    let batch = matches!(workload_type, WorkloadType::CronJob | WorkloadType::Job);
    Workload {
        cluster,
        placements: Vec::new(),
        namespace,
        workload_type,
        daily: [
            draws.between(0.15, 0.5, 42, 0),
            draws.between(0.03, 0.15, 43, 0),
        ],
        peak_hour: draws.between(12.0, 18.0, 44, 0),
        weekend: if draws.uniform(45, 0) < 0.7 {
            draws.between(0.55, 0.95, 46, 0)
        } else {
            1.0
        },
        period_secs: if batch {
            periods[draws.below(periods.len(), 47, 0)]
        } else {
            0.0
        },
        autoscaled: workload_type == WorkloadType::Deployment && draws.uniform(48, 0) < 0.55,
    }
}

fn placement(seed: u64, e: usize, node: usize, workload: usize, local_volume: bool) -> Placement {
    let draws = Draws::new(seed, Stream::Pod, e as u64);
    Placement {
        node,
        workload,
        pods: draws.lognormal(13.0, 0.55, 60, 0).clamp(2.0, 48.0).round(),
        share: draws.lognormal(1.0, 0.6, 61, 0),
        volume: draws.between(0.1, 0.45, 62, 0),
        volume_period_secs: draws.between(3.0, 14.0, 63, 0) * 86_400.0,
        local_volume: local_volume || draws.uniform(64, 0) < 0.3,
    }
}

/// A node's name, unique over all clusters.
pub(super) fn node_name(n: usize) -> String {
    format!("node-{:03}", n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placement_is_a_pair_of_its_own_and_every_list_agrees() {
        for entities in [4, 5, 8, 23, 60, 61, 500] {
            let t = Topology::new(3, entities);
            assert_eq!(t.placements.len(), entities);
            let mut pairs: Vec<_> = t.placements.iter().map(|p| (p.node, p.workload)).collect();
            pairs.sort_unstable();
            pairs.dedup();
            assert_eq!(pairs.len(), entities);
            let covered = |lists: Vec<&Vec<usize>>| {
                let mut all: Vec<usize> = lists.into_iter().flatten().copied().collect();
                all.sort_unstable();
                assert!(all.into_iter().eq(0..entities));
            };
            covered(t.nodes.iter().map(|n| &n.placements).collect());
            covered(t.workloads.iter().map(|w| &w.placements).collect());
            covered(t.zones.iter().collect());
            for node in &t.nodes {
                let share: f64 = node.placements.iter().map(|&e| t.placements[e].share).sum();
                assert!((share - 1.0).abs() < 1e-9);
            }
            assert_eq!(t.clusters.last().unwrap().placements.end, entities);
        }
    }
}
