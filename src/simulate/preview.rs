//! What a look at a run needs: how large it is, its beginning alone, whom an episode strikes, and what to draw of it.

use super::cluster::node_name;
use super::faults::{Episode, IssueKind};
use super::record::{cluster_text, target_text};
use super::schedule::rows_of;
use super::simulation::Simulation;

/// How large a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The first scrape, microseconds since 1970 (UTC).
    pub start_micros: i64,
    /// Seconds between scrapes.
    pub scrape_secs: u32,
    /// Scrapes.
    pub scrapes: usize,
    /// Entities scraped at each.
    pub entities: usize,
    /// Workloads on nodes, scraped or not: what a step of the model costs.
    pub placements: usize,
    /// Clusters.
    pub clusters: usize,
}

impl Simulation {
    /// How large the run is.
    pub fn extent(&self) -> Extent {
        let (grid, topology) = (&self.setting().grid, &self.setting().topology);
        Extent {
            start_micros: grid.start_micros,
            scrape_secs: grid.scrape_secs,
            scrapes: grid.ticks,
            entities: grid.entities,
            placements: topology.placements.len(),
            clusters: topology.clusters.len(),
        }
    }

    /// Ends the run about `secs` seconds after its first scrape. Faults are planned as for the whole run, and what has
    /// ended by then ends there in the whole run too. Answers the seconds that are made.
    pub fn look_ahead(&mut self, secs: f64) -> f64 {
        let grid = &self.setting().grid;
        let whole = grid.tick_secs(grid.ticks - 1);
        let tick = (secs.clamp(0.0, whole) / f64::from(grid.scrape_secs)) as usize;
        let (steps, seen) = (
            grid.burn_in + tick * grid.steps_per_tick() + 1,
            grid.tick_secs(tick),
        );
        self.end_after(steps);
        seen
    }

    /// The entities with rows that an episode strikes, by their `entity_id`.
    pub fn entities_of(&self, episode: &Episode) -> Vec<u32> {
        let topology = &self.setting().topology;
        let rows = rows_of(topology, episode.target);
        rows.into_iter()
            .map(|row| topology.emitted[row as usize])
            .collect()
    }

    /// The entity of the first row: what is looked at where nothing strikes.
    pub fn first_entity(&self) -> u32 {
        let emitted = &self.setting().topology.emitted;
        emitted.first().copied().unwrap_or_default()
    }

    /// An entity's name: its workload and its node.
    pub fn entity_text(&self, entity: u32) -> String {
        let topology = &self.setting().topology;
        match topology.placements.get(entity as usize) {
            Some(place) => format!(
                "{} on {}",
                topology.workloads[place.workload].name,
                node_name(place.node)
            ),
            None => String::new(),
        }
    }

    /// What an episode strikes, and in which of several clusters.
    pub fn place_text(&self, episode: &Episode) -> String {
        let (scope, name) = target_text(episode.target, self.setting());
        let name = name.replace('@', " on ");
        if scope == "cluster" || self.setting().topology.clusters.len() < 2 {
            return name;
        }
        format!("{name}, {}", cluster_text(episode, self.setting()))
    }
}

/// The columns that show a kind best, the most telling first: those of real metrics, then those of the first data set.
pub fn main_metrics(kind: IssueKind) -> &'static [&'static str] {
    use IssueKind as K;
    match kind {
        K::NodeFailure | K::ZonePartition | K::RuntimeHang => &[
            "kubelet_pleg_relist_duration_seconds_p99",
            "node_ready_status",
            "pod_ready_percent",
            "kubelet_rpc_rate",
            "cpu_usage_percent",
        ],
        K::CertExpiry => &["kubelet_certificate_ttl_seconds", "node_ready_status"],
        K::PodCrashLoop => &[
            "kube_pod_container_status_restarts_total",
            "waiting_crashloop",
            "pod_restart_count",
            "pod_ready_percent",
            "app_error_ratio",
            "container_runtime_errors",
        ],
        K::MemoryLeak => &[
            "container_memory_working_set_ratio",
            "oomkilled_total",
            "kube_pod_container_status_restarts_total",
            "pod_restart_count",
            "memory_usage_percent",
        ],
        K::MemoryPressure => &[
            "memory_usage_percent",
            "node_memory_pressure",
            "kubelet_evictions_total",
            "pod_count",
            "pod_restart_count",
        ],
        K::CpuThrottling => &[
            "container_cpu_cfs_throttled_ratio",
            "app_p99_seconds",
            "app_rps",
            "cpu_usage_percent",
            "pod_ready_percent",
        ],
        K::NetworkLatency | K::Conntrack => &[
            "tcp_retrans_ratio",
            "app_p99_seconds",
            "network_receive_bytes",
            "network_transmit_bytes",
        ],
        K::DiskPressure => &[
            "disk_usage_percent",
            "node_disk_pressure",
            "kubelet_evictions_total",
            "pod_count",
        ],
        K::PvcFull => &["pvc_usage_percent", "app_error_ratio"],
        K::ApiServerLatency | K::WebhookTimeout => &[
            "apiserver_request_p99_seconds",
            "apiserver_request_rate",
            "apiserver_current_inflight_requests",
            "api_server_latency_ms",
            "scheduler_latency_ms",
            "etcd_latency_ms",
        ],
        K::EtcdHighLatency => &[
            "etcd_disk_wal_fsync_p99_seconds",
            "etcd_disk_backend_commit_p99_seconds",
            "apiserver_request_p99_seconds",
            "etcd_latency_ms",
            "api_server_latency_ms",
            "scheduler_latency_ms",
        ],
        K::EtcdDbQuota => &[
            "etcd_db_ratio",
            "apiserver_request_5xx_ratio",
            "etcd_latency_ms",
        ],
        K::SchedulerFailure => &[
            "scheduler_p99_seconds",
            "scheduler_pending_pods_active",
            "scheduler_latency_ms",
            "api_server_latency_ms",
        ],
        K::DnsDegraded => &[
            "coredns_p99_seconds",
            "coredns_servfail_ratio",
            "coredns_qps",
            "app_error_ratio",
        ],
        K::HpaMaxed => &[
            "spec_replicas",
            "max_replicas",
            "app_rps",
            "container_cpu_cfs_throttled_ratio",
        ],
        K::CapacityExhausted => &[
            "scheduler_pending_pods_unschedulable",
            "ready_replicas",
            "cpu_usage_percent",
        ],
        K::ImagePullFailure => &["waiting_imagepull", "ready_replicas", "deploy_age_s"],
        K::PidExhaustion => &["node_processes_ratio", "node_pid_pressure"],
        K::ClockSkew => &["node_timex_offset_seconds"],
        K::RandomCompound => &["cpu_usage_percent", "memory_usage_percent"],
    }
}

/// A column's unit, read off its name; empty for counts and states.
pub fn unit(column: &str) -> &'static str {
    const UNITS: [(&str, &str); 8] = [
        ("_percent", "%"),
        ("_ratio", "share"),
        ("_ms", "ms"),
        ("_seconds", "s"),
        ("_age_s", "s"),
        ("_bytes", "B"),
        ("_rate", "per s"),
        ("ps", "per s"),
    ];
    let column = column.trim_end_matches("_p99");
    let known = UNITS.iter().find(|(end, _)| column.ends_with(end));
    known.map_or("", |(_, unit)| unit)
}
