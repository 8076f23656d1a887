//! What there is: clusters of zones and nodes, workloads, and the placements of one on the other, with the constants
//! that tell them apart (specification, 1 and 4). Nothing here changes during a run.

use super::random::{Draws, Stream};
use super::scenario::{ExportProfile, LoadPreset, ValidScenario};
use crate::data::sort_by_key;

const ZONES: usize = 3;

pub(super) const NAMESPACES: [&str; 8] = [
    "app-prod",
    "database",
    "kube-system",
    "messaging",
    "app-staging",
    "monitoring",
    "default",
    "app-dev",
];
pub(super) const WORKLOAD_TYPES: [&str; 5] =
    ["deployment", "statefulset", "daemonset", "cronjob", "job"];

/// How a workload runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WorkloadType {
    Deployment,
    StatefulSet,
    DaemonSet,
    CronJob,
    Job,
}

/// A control plane and its size. Thresholds differ, so that absolute cut-offs do not transfer.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) placements: std::ops::Range<usize>,
    pub(super) workloads: std::ops::Range<usize>,
    pub(super) nodes: std::ops::Range<usize>,
    pub(super) age_days: f64,
    /// Healthy p99 of an etcd fsync at rest, ms, and the writes per second at which it doubles.
    pub(super) fsync_ms: f64,
    pub(super) write_cap: f64,
    /// API requests per second that the server can serve.
    pub(super) request_cap: f64,
    /// Pods bound per second.
    pub(super) bind_rate: f64,
    /// Short-lived pods that jobs of all kinds create per second.
    pub(super) arrivals: f64,
    /// DNS queries per second at a load of 1, and those at which the servers saturate.
    pub(super) dns_qps: f64,
    pub(super) dns_cap: f64,
    /// Share of the database's quota after compaction.
    pub(super) db: f64,
    /// Shares of memory and disk at which the kubelets report pressure.
    pub(super) memory_limit: f64,
    pub(super) disk_limit: f64,
    pub(super) profile: ExportProfile,
}

/// A machine.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) cluster: usize,
    /// Its zone, over all clusters.
    pub(super) zone: usize,
    pub(super) placements: std::ops::Range<usize>,
    /// Memory that the system takes.
    pub(super) system_memory: f64,
    /// Disk share at the start, and what logs add per second.
    pub(super) disk: f64,
    pub(super) log_rate: f64,
    /// Mean bytes per second in and out at a load of 1.
    pub(super) receive: f64,
    pub(super) transmit: f64,
    /// Kubelet requests per second at rest.
    pub(super) rpc: f64,
    /// Pods at the start, and the most that fit.
    pub(super) usual_pods: f64,
    pub(super) most_pods: f64,
    pub(super) inodes_free: f64,
}

/// Something that runs on several nodes.
#[derive(Clone, Debug)]
pub(super) struct Workload {
    pub(super) placements: Vec<u32>,
    pub(super) name: String,
    /// Index into [`NAMESPACES`].
    pub(super) namespace: usize,
    pub(super) workload_type: WorkloadType,
    /// Amplitude of the first and second daily harmonic, and cosine and sine of the peak's angle.
    pub(super) daily: [f64; 2],
    pub(super) peak: [f64; 2],
    /// Load on a weekend day, as a share of a weekday's.
    pub(super) weekend: f64,
    /// Growth of the load per second.
    pub(super) growth: f64,
    /// Seconds between runs of a job, and where in it the run starts; 0 where it runs all the time.
    pub(super) period_secs: f64,
    pub(super) period_phase: f64,
    /// Whether replicas follow the load, within these factors of the first number.
    pub(super) autoscaled: bool,
    pub(super) most_factor: f64,
    /// CPU demand per pod, as a share of its limit, at a load of 1, and peak over mean within a period of the quota.
    pub(super) demand: f64,
    pub(super) peak_to_mean: f64,
    /// Share of the memory limit in use at rest, and what load adds.
    pub(super) memory: f64,
    pub(super) memory_of_load: f64,
    /// Garbage collection: amplitude and period, seconds; 0 where there is none.
    pub(super) gc_share: f64,
    pub(super) gc_secs: f64,
    /// Hour at which caches are warmed and the memory they take: what looks like a leak and is none.
    pub(super) warm_hour: f64,
    pub(super) warm_memory: f64,
    pub(super) latency_ms: f64,
    pub(super) requests_per_pod: f64,
    /// The first number of replicas.
    pub(super) replicas: f64,
    pub(super) memory_limit_bytes: f64,
}

impl Workload {
    /// Share of the memory limit that is in use in the middle of a day, hours after a rollout.
    fn usual_memory(&self) -> f64 {
        self.memory + 0.11 + 0.5 * self.gc_share + 0.3 * self.warm_memory
    }
}

/// A workload on a node: what a row is about.
#[derive(Clone, Debug)]
pub(super) struct Placement {
    pub(super) node: usize,
    pub(super) workload: usize,
    /// Pods at the start.
    pub(super) pods: f64,
    /// Share of the node's CPU that one pod takes at a load of 1, and of its memory with a full limit.
    pub(super) cpu_per_pod: f64,
    pub(super) memory_per_pod: f64,
    pub(super) gc_phase: f64,
    pub(super) leak_gain: f64,
    /// Volume share at the start and growth per second; a share of 0 is no volume.
    pub(super) volume: f64,
    pub(super) volume_rate: f64,
}

/// Everything that does not change during a run.
#[derive(Clone, Debug)]
pub(super) struct Topology {
    pub(super) clusters: Vec<Cluster>,
    pub(super) nodes: Vec<Node>,
    pub(super) workloads: Vec<Workload>,
    /// By cluster, then node.
    pub(super) placements: Vec<Placement>,
    /// Placements that rows are made of, ascending.
    pub(super) emitted: Vec<u32>,
    /// By placement: its place in `emitted`, or `u32::MAX`.
    pub(super) row_of: Vec<u32>,
}

impl Topology {
    pub(super) fn new(scenario: &ValidScenario, entities: usize) -> Self {
        let mut topology = Self {
            clusters: Vec::new(),
            nodes: Vec::new(),
            workloads: Vec::new(),
            placements: Vec::new(),
            emitted: Vec::with_capacity(entities),
            row_of: Vec::new(),
        };
        let clusters = scenario.clusters as usize;
        for c in 0..clusters {
            topology.add_cluster(scenario);
            let share = entities * (c + 1) / clusters - entities * c / clusters;
            let mut candidates: Vec<u32> = topology.clusters[c]
                .placements
                .clone()
                .map(|e| e as u32)
                .collect();
            let draws = Draws::new(scenario.seed, Stream::Config, 1 << 32 | c as u64);
            sort_by_key(&mut candidates, |&e| draws.bits(u64::from(e), 0));
            candidates.truncate(share);
            crate::data::sort_rows(&mut candidates);
            topology.emitted.extend(candidates);
        }
        topology.row_of = vec![u32::MAX; topology.placements.len()];
        for (row, &e) in topology.emitted.iter().enumerate() {
            topology.row_of[e as usize] = row as u32;
        }
        topology
    }

    pub(super) fn cluster_of(&self, placement: usize) -> usize {
        self.nodes[self.placements[placement].node].cluster
    }

    fn add_cluster(&mut self, scenario: &ValidScenario) {
        let seed = scenario.seed;
        let c = self.clusters.len();
        let draws = Draws::new(seed, Stream::Config, c as u64);
        let (node_count, slots) = (
            scenario.nodes as usize,
            scenario.placements_per_node as usize,
        );
        let (first_node, first_workload, first) = (
            self.nodes.len(),
            self.workloads.len(),
            self.placements.len(),
        );

        // Which workload stands in which slot: an agent on all nodes, DNS on up to three, the others side by side.
        let mut slot_of: Vec<Vec<usize>> = vec![Vec::new(); node_count];
        let mut count = 0;
        for slots in &mut slot_of {
            slots.push(0);
        }
        for slots in slot_of.iter_mut().take(3) {
            slots.push(1);
        }
        count += 2;
        let mut free: Vec<usize> = (0..slots)
            .flat_map(|round| (0..node_count).map(move |n| (round, n)))
            .filter(|&(round, n)| round >= slot_of[n].len())
            .map(|(_, n)| n)
            .collect();
        free.reverse();
        while let Some(n) = free.pop() {
            let wide = 2 + draws.below(4, 100 + count as u64, 0);
            slot_of[n].push(count);
            for _ in 1..wide {
                match free.last() {
                    Some(&n) if !slot_of[n].contains(&count) => {
                        slot_of[n].push(count);
                        free.pop();
                    }
                    _ => break,
                }
            }
            count += 1;
        }
        for i in 0..count {
            self.workloads
                .push(workload(scenario, first_workload + i, i, &draws));
        }
        for (i, slots) in slot_of.iter().enumerate() {
            let n = first_node + i;
            self.add_node(scenario, n, c, i, first_workload, slots);
        }
        for w in first_workload..self.workloads.len() {
            let replicas = self.workloads[w]
                .placements
                .iter()
                .map(|&e| self.placements[e as usize].pods)
                .sum();
            self.workloads[w].replicas = replicas;
        }
        let profile = match scenario.asked.export_profile {
            ExportProfile::Mixed => match draws.below(6, 20, 0) {
                0 => ExportProfile::NoEtcd,
                1 => ExportProfile::NoControlPlane,
                2 => ExportProfile::NoPvc,
                _ => ExportProfile::Full,
            },
            given => given,
        };
        let dns_qps = draws.lognormal(900.0, 0.5, 11, 0);
        self.clusters.push(Cluster {
            placements: first..self.placements.len(),
            workloads: first_workload..self.workloads.len(),
            nodes: first_node..self.nodes.len(),
            age_days: draws.between(20.0, 330.0, 2, 0),
            fsync_ms: draws.lognormal(4.0, 0.3, 4, 0),
            write_cap: draws.lognormal(240.0, 0.2, 5, 0),
            request_cap: draws.lognormal(620.0, 0.2, 6, 0),
            bind_rate: draws.lognormal(20.0, 0.3, 7, 0),
            arrivals: draws.lognormal(0.06, 0.4, 8, 0) * (node_count as f64 / 12.0).max(0.3),
            dns_qps,
            dns_cap: dns_qps * draws.between(4.0, 6.0, 12, 0),
            db: draws.between(0.06, 0.3, 13, 0),
            memory_limit: [0.90, 0.92, 0.93, 0.93][draws.below(4, 14, 0)],
            disk_limit: [0.87, 0.90, 0.90, 0.90][draws.below(4, 15, 0)],
            profile,
        });
    }

    fn add_node(
        &mut self,
        scenario: &ValidScenario,
        n: usize,
        cluster: usize,
        number: usize,
        first_workload: usize,
        slots: &[usize],
    ) {
        let draws = Draws::new(scenario.seed, Stream::Node, n as u64).at(u64::MAX);
        let wide = Draws::new(scenario.seed, Stream::Node, n as u64);
        let first = self.placements.len();
        let (cpu, memory) = (draws.between(0.16, 0.42, 0), draws.between(0.34, 0.58, 1));
        let system_memory = 0.08;
        for &slot in slots {
            let w = first_workload + slot;
            let e = self.placements.len();
            let own = Draws::new(scenario.seed, Stream::Pod, e as u64);
            let workload = &mut self.workloads[w];
            workload.placements.push(e as u32);
            let pods = match workload.workload_type {
                WorkloadType::DaemonSet => own.lognormal(4.0, 0.4, 60, 0).clamp(1.0, 12.0).round(),
                _ => own.lognormal(11.0, 0.55, 60, 0).clamp(2.0, 36.0).round(),
            };
            let stateful = workload.workload_type == WorkloadType::StatefulSet;
            let has_volume = stateful || own.uniform(64, 0) < 0.3;
            self.placements.push(Placement {
                node: n,
                workload: w,
                pods,
                // Shares for now, divided below.
                cpu_per_pod: own.lognormal(1.0, 0.6, 61, 0),
                memory_per_pod: own.lognormal(1.0, 0.5, 62, 0),
                gc_phase: own.uniform(63, 0),
                leak_gain: own.between(0.85, 1.2, 65, 0),
                volume: if has_volume {
                    own.between(0.12, 0.5, 66, 0)
                } else {
                    0.0
                },
                volume_rate: own.lognormal(0.006, 0.7, 67, 0) / 86_400.0,
            });
        }
        // Weights become shares of the node, so that it is as busy as it was drawn.
        let all = first..self.placements.len();
        let total =
            |f: &dyn Fn(&Placement) -> f64| self.placements[all.clone()].iter().map(f).sum::<f64>();
        let cpu_sum = total(&|p| p.cpu_per_pod);
        let memory_sum = total(&|p| p.memory_per_pod * self.workloads[p.workload].usual_memory());
        let pods: f64 = total(&|p| p.pods);
        for place in &mut self.placements[all.clone()] {
            place.cpu_per_pod *= cpu / cpu_sum / place.pods;
            place.memory_per_pod *= (memory - system_memory).max(0.1) / memory_sum / place.pods;
        }
        let receive = wide.lognormal(4.5e6, 0.7, 21, 0);
        self.nodes.push(Node {
            cluster,
            zone: cluster * ZONES + number % ZONES,
            placements: all,
            system_memory,
            disk: wide.between(0.32, 0.62, 24, 0),
            log_rate: wide.lognormal(0.004, 0.6, 25, 0) / 3_600.0 * 0.05,
            receive,
            transmit: receive * wide.lognormal(0.8, 0.4, 27, 0),
            rpc: wide.between(28.0, 75.0, 28, 0),
            usual_pods: pods,
            most_pods: (1.7 * pods).max(pods + 6.0).round(),
            inodes_free: wide.between(0.72, 0.93, 29, 0),
        });
    }
}

/// The `number`-th workload of a cluster: the first is a node agent, the second DNS.
fn workload(scenario: &ValidScenario, w: usize, number: usize, of_cluster: &Draws) -> Workload {
    const NAMES: [&str; 12] = [
        "checkout", "payments", "search", "catalog", "orders", "ledger", "events", "reports",
        "gateway", "profiles", "billing", "media",
    ];
    let draws = Draws::new(scenario.seed, Stream::Load, w as u64);
    let rotation = of_cluster.below(NAMESPACES.len(), 1, 0);
    let (namespace, workload_type, name) = match number {
        0 => (
            if of_cluster.uniform(3, 0) < 0.5 { 2 } else { 5 },
            WorkloadType::DaemonSet,
            "node-agent".to_owned(),
        ),
        1 => (2, WorkloadType::Deployment, "coredns".to_owned()),
        _ => {
            let namespace = (rotation + number * 3) % NAMESPACES.len();
            let types = [
                WorkloadType::Deployment,
                WorkloadType::StatefulSet,
                WorkloadType::DaemonSet,
                WorkloadType::CronJob,
                WorkloadType::Job,
            ];
            let mix = scenario.asked.workload_mix;
            let mut left = draws.uniform(41, 0) * mix.iter().sum::<f64>();
            let mut drawn = WorkloadType::Deployment;
            for (kind, share) in types.into_iter().zip(mix) {
                drawn = kind;
                left -= share;
                if left < 0.0 {
                    break;
                }
            }
            let databases = NAMESPACES[namespace] == "database" && mix[1] > 0.0;
            let kind = if databases {
                WorkloadType::StatefulSet
            } else {
                drawn
            };
            (
                namespace,
                kind,
                format!("{}-{}", NAMES[number % NAMES.len()], number),
            )
        }
    };
    let periods = [300.0, 900.0, 3_600.0, 21_600.0];
    let batch = matches!(workload_type, WorkloadType::CronJob | WorkloadType::Job);
    let system = number < 2;
    let (flat, peak_hour) = match scenario.asked.load_preset {
        LoadPreset::Office => (1.0, draws.between(12.0, 18.0, 44, 0)),
        LoadPreset::Global => (0.3, draws.between(0.0, 24.0, 44, 0)),
        LoadPreset::Batch => (1.0, draws.between(0.0, 5.0, 44, 0)),
    };
    let angle = std::f64::consts::TAU * peak_hour / 24.0;
    let collects = draws.uniform(50, 0) < 0.4;
    let warms = draws.uniform(51, 0) < 0.25;
    let rests = scenario.asked.load_preset == LoadPreset::Office && draws.uniform(45, 0) < 0.7;
    let peak_to_mean = draws.between(1.1, 1.6, 54, 0);
    let memory_of_load = draws.between(0.02, 0.12, 57, 0);
    let gc_share = if collects {
        draws.between(0.05, 0.18, 58, 0)
    } else {
        0.0
    };
    let warm_memory = if warms {
        draws.between(0.08, 0.2, 71, 0)
    } else {
        0.0
    };
    // Who set the limit left room for what the process does on a busy day.
    let room = 0.86 - gc_share - warm_memory - 0.12 - 0.4 * memory_of_load;
    Workload {
        placements: Vec::new(),
        name,
        namespace,
        workload_type,
        daily: [
            flat * draws.between(0.15, 0.5, 42, 0),
            flat * draws.between(0.03, 0.15, 43, 0),
        ],
        peak: [libm::cos(angle), libm::sin(angle)],
        weekend: if rests {
            draws.between(0.55, 0.95, 46, 0)
        } else {
            1.0
        },
        growth: 0.02 * draws.normal(49, 0) / 604_800.0,
        period_secs: if batch {
            periods[draws.below(periods.len(), 47, 0)]
        } else {
            0.0
        },
        period_phase: draws.uniform(52, 0),
        autoscaled: scenario.asked.autoscaling
            && workload_type == WorkloadType::Deployment
            && !system
            && draws.uniform(48, 0) < 0.55,
        most_factor: draws.between(2.0, 3.5, 53, 0),
        // Low enough that the daily peak alone does not throttle.
        demand: draws.between(0.24, 0.46, 55, 0) / peak_to_mean,
        peak_to_mean,
        memory: draws.between(0.35, 0.72, 56, 0).min(room),
        memory_of_load,
        gc_share,
        gc_secs: 60.0 * draws.between(20.0, 90.0, 59, 0),
        warm_hour: draws.between(1.0, 22.0, 70, 0),
        warm_memory,
        latency_ms: draws.lognormal(80.0, 0.7, 72, 0),
        requests_per_pod: draws.lognormal(30.0, 1.0, 73, 0),
        replicas: 0.0,
        memory_limit_bytes: 1_048_576.0 * [256.0, 512.0, 1_024.0, 1_536.0][draws.below(4, 74, 0)],
    }
}

/// A node's name, unique over all clusters.
pub(super) fn node_name(n: usize) -> String {
    format!("node-{:03}", n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::{Preset, Scenario};

    #[test]
    fn every_placement_is_a_pair_of_its_own_and_every_list_agrees() {
        for (preset, rows) in [
            (Preset::Seed, 10),
            (Preset::Seed, 90_000),
            (Preset::Default, 5_000),
        ] {
            let scenario = Scenario {
                num_samples: rows,
                time_periods_hours: Some(24),
                ..Scenario::of(preset)
            };
            let valid = scenario.check().unwrap();
            let grid = crate::simulate::grid::Grid::new(&valid);
            let t = Topology::new(&valid, grid.entities);
            assert_eq!(t.emitted.len(), grid.entities);
            assert!(t.emitted.is_sorted_by(|a, b| a < b));
            let mut pairs: Vec<_> = t.placements.iter().map(|p| (p.node, p.workload)).collect();
            assert!(pairs.is_sorted_by_key(|p| p.0));
            pairs.sort_unstable();
            pairs.dedup();
            assert_eq!(pairs.len(), t.placements.len());
            let per_cluster = valid.placements_per_cluster() as usize;
            assert_eq!(t.placements.len(), valid.clusters as usize * per_cluster);
            let mut listed: Vec<u32> = t
                .workloads
                .iter()
                .flat_map(|w| w.placements.clone())
                .collect();
            listed.sort_unstable();
            assert!(listed.into_iter().eq(0..t.placements.len() as u32));
        }
    }
}
