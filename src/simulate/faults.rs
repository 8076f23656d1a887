//! Faults: what kinds there are and how they run (specification, 5).
//!
//! An [`Episode`] is a pressure on one target over time: 0 before its onset, rising below 1 in the precursor, above 1
//! from when harm is due, then falling. `drives` turns it into pushes on hidden drivers.

/// What a fault is about, from the narrowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    Workload,
    Node,
    Zone,
    Cluster,
}

macro_rules! kinds {
    ($($kind:ident $name:literal $scope:ident $precursor:literal/$sigma:literal $sudden:literal $active:literal;)*) => {
        /// A kind of issue. The first nine are those of the data set that Kubecast began with; from
        /// [`IssueKind::Conntrack`] on they are labelled `unknown` and never stand in training rows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum IssueKind { $($kind),* }

        impl IssueKind {
            pub(super) const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The label, and what a scenario calls it.
            pub fn name(self) -> &'static str {
                const NAMES: &[&str] = &[$($name),*];
                NAMES[self as usize]
            }

            pub(super) fn course(self) -> Course {
                const COURSES: &[Course] = &[$(Course {
                    scope: Scope::$scope, precursor_mins: $precursor, precursor_sigma: $sigma, sudden: $sudden,
                    active_mins: $active,
                }),*];
                COURSES[self as usize]
            }
        }
    };
}

kinds! {
    // Kind, name, scope, precursor in minutes / sigma of its logarithm, share without one, minutes active.
    NodeFailure "node_failure" Node 20.0/0.7 0.35 25.0;
    PodCrashLoop "pod_crash_loop" Workload 8.0/0.6 0.5 45.0;
    MemoryPressure "memory_pressure" Node 60.0/0.7 0.05 30.0;
    CpuThrottling "cpu_throttling" Workload 35.0/0.7 0.2 60.0;
    NetworkLatency "network_latency" Node 15.0/0.7 0.4 35.0;
    DiskPressure "disk_pressure" Node 240.0/0.6 0.05 40.0;
    ApiServerLatency "api_server_latency" Cluster 20.0/0.6 0.2 30.0;
    EtcdHighLatency "etcd_high_latency" Cluster 40.0/0.8 0.15 35.0;
    SchedulerFailure "scheduler_failure" Cluster 15.0/0.6 0.35 25.0;
    MemoryLeak "memory_leak" Workload 240.0/0.8 0.0 40.0;
    PvcFull "pvc_full" Workload 480.0/0.6 0.0 60.0;
    EtcdDbQuota "etcd_db_quota" Cluster 720.0/0.5 0.0 45.0;
    DnsDegraded "dns_degraded" Cluster 15.0/0.7 0.2 25.0;
    HpaMaxed "hpa_maxed" Workload 45.0/0.6 0.1 60.0;
    CapacityExhausted "capacity_exhausted" Cluster 45.0/0.6 0.1 60.0;
    ImagePullFailure "image_pull_failure" Workload 1.0/0.1 1.0 40.0;
    Conntrack "conntrack" Node 40.0/0.7 0.1 30.0;
    PidExhaustion "pid_exhaustion" Node 40.0/0.7 0.1 30.0;
    ClockSkew "clock_skew" Node 90.0/0.7 0.05 40.0;
    CertExpiry "cert_expiry" Node 720.0/0.3 0.0 40.0;
    WebhookTimeout "webhook_timeout" Cluster 10.0/0.7 0.4 30.0;
    RuntimeHang "runtime_hang" Node 25.0/0.7 0.2 30.0;
    ZonePartition "zone_partition" Zone 1.0/0.1 1.0 25.0;
    RandomCompound "random_compound" Node 30.0/0.7 0.2 35.0;
}

/// Every issue type that has a label of its own, the first nine as in the first data set.
pub const ISSUE_TYPES: [&str; 16] = [
    "node_failure",
    "pod_crash_loop",
    "memory_pressure",
    "cpu_throttling",
    "network_latency",
    "disk_pressure",
    "api_server_latency",
    "etcd_high_latency",
    "scheduler_failure",
    "memory_leak",
    "pvc_full",
    "etcd_db_quota",
    "dns_degraded",
    "hpa_maxed",
    "capacity_exhausted",
    "image_pull_failure",
];
/// How many of them are those of the data set that Kubecast began with: the first.
pub const SEED_ISSUE_TYPES: usize = 9;

impl IssueKind {
    /// Whether it has a label of its own; the others are `unknown`.
    pub fn is_known(self) -> bool {
        (self as usize) < ISSUE_TYPES.len()
    }

    /// The kinds that it can bring down, as bits: what else is seen beside it has other reasons.
    pub(super) fn brings_down(self) -> u32 {
        use IssueKind as K;
        let kinds: &[K] = match self {
            K::NodeFailure | K::ZonePartition | K::CertExpiry | K::RuntimeHang => &[
                K::NodeFailure,
                K::MemoryPressure,
                K::CapacityExhausted,
                K::CpuThrottling,
                K::HpaMaxed,
            ],
            K::MemoryLeak => &[K::PodCrashLoop, K::MemoryPressure],
            K::MemoryPressure => &[K::NodeFailure, K::CpuThrottling, K::CapacityExhausted],
            K::DiskPressure => &[K::CapacityExhausted, K::PodCrashLoop],
            K::CpuThrottling => &[K::HpaMaxed, K::CapacityExhausted, K::PodCrashLoop],
            K::HpaMaxed => &[K::CpuThrottling, K::CapacityExhausted],
            K::CapacityExhausted => &[K::HpaMaxed, K::CpuThrottling],
            K::PodCrashLoop | K::ImagePullFailure => &[K::CpuThrottling],
            K::EtcdHighLatency | K::EtcdDbQuota | K::WebhookTimeout => {
                &[K::ApiServerLatency, K::SchedulerFailure, K::EtcdHighLatency]
            }
            K::ApiServerLatency => &[K::SchedulerFailure, K::EtcdHighLatency],
            K::RandomCompound => &[
                K::MemoryPressure,
                K::NetworkLatency,
                K::DiskPressure,
                K::NodeFailure,
                K::CpuThrottling,
            ],
            K::Conntrack => &[K::NetworkLatency],
            K::PidExhaustion => &[K::PodCrashLoop, K::CpuThrottling],
            K::NetworkLatency
            | K::SchedulerFailure
            | K::PvcFull
            | K::DnsDegraded
            | K::ClockSkew => &[],
        };
        kinds.iter().fold(0, |set, kind| set | kind.bit())
    }

    /// Its bit in a set of kinds.
    pub(super) fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// How a kind runs: medians and spreads of the times, in minutes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) scope: Scope,
    pub(super) precursor_mins: f64,
    pub(super) precursor_sigma: f64,
    /// The share of episodes that nothing announces.
    pub(super) sudden: f64,
    pub(super) active_mins: f64,
}

/// What an episode strikes; numbers index all clusters' parts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A whole cluster, through its control plane.
    Cluster(u32),
    /// The nodes of one zone.
    Zone(u32),
    /// One node.
    Node(u32),
    /// A workload on all its nodes.
    Workload(u32),
    /// One workload on one node.
    Placement(u32),
}

/// One fault from onset to recovery: the truth behind the labels. Times are seconds from the first scrape; they are
/// negative where they lie before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// What it is.
    pub kind: IssueKind,
    /// What it strikes.
    pub target: Target,
    /// When it begins to push.
    pub onset_secs: f64,
    /// When harm was due.
    pub due_secs: f64,
    /// When harm first held in the state; when it was due, where it never did.
    pub impact_secs: f64,
    /// When it lets go.
    pub end_secs: f64,
    /// When it has ceased to push.
    pub recovered_secs: f64,
    /// How far it goes beyond harm: lognormal around 1, 0.45 to 2.2.
    pub severity: f64,
    /// Whether it is to heal before harm.
    pub aborted: bool,
    /// Whether harm was seen on the target. Where it was not, the episode is a near miss: no row is labelled with it.
    pub struck: bool,
    /// Rows whose label is due to it, victims among them.
    pub rows: u32,
    /// Of those, the rows of its own kind.
    pub own_rows: u32,
    /// The bend of the precursor: pressure grows with this power of time.
    pub(super) bend: f64,
    /// Which mechanism it takes where a kind has several, 0 to 1, and how strong the side effects are.
    pub(super) variant: f64,
    pub(super) gain: f64,
    /// Seconds that harm is to hold.
    pub(super) hold_secs: f64,
    /// Emitted rows that were planned for it.
    pub(super) planned_rows: f64,
    pub(super) recovery_secs: f64,
}

/// The pressure up to which a precursor rises; impact is at 1.
const PRECURSOR_TOP: f64 = 0.95;
/// Pressure of the impact beyond 1, for a severity of 1.
const BEYOND: f64 = 0.25;
/// Where harm does not hold although it should, pressure grows by this much a minute, up to [`MOST_PUSHED`].
const PUSHED_A_MINUTE: f64 = 0.02;
const MOST_PUSHED: f64 = 1.5;

impl Episode {
    /// The share of the time from onset to harm that is over, 0 to 1.
    pub(super) fn way(&self, secs: f64) -> f64 {
        let whole = (self.due_secs - self.onset_secs).max(1.0);
        ((secs - self.onset_secs) / whole).clamp(0.0, 1.0)
    }

    /// The pressure at an instant, `pushed` seconds of which harm was due and did not hold.
    pub(super) fn pressure(&self, secs: f64, pushed: f64) -> f64 {
        if secs < self.onset_secs || secs >= self.recovered_secs {
            return 0.0;
        }
        if secs < self.end_secs {
            if secs >= self.due_secs && !self.aborted {
                let more = (PUSHED_A_MINUTE * pushed / 60.0).min(MOST_PUSHED);
                return 1.0 + BEYOND * self.severity + more;
            }
            return PRECURSOR_TOP * libm::pow(self.way(secs), self.bend);
        }
        // A node that is back reports at once.
        if matches!(
            self.kind,
            IssueKind::NodeFailure | IssueKind::ZonePartition | IssueKind::CertExpiry
        ) {
            return 0.0;
        }
        let rest = self.recovered_secs - secs;
        let top = self.pressure(self.end_secs - 1e-3, pushed);
        top * rest / self.recovery_secs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn episode() -> Episode {
        Episode {
            kind: IssueKind::MemoryPressure,
            target: Target::Node(0),
            onset_secs: 100.0,
            due_secs: 200.0,
            impact_secs: 200.0,
            end_secs: 300.0,
            recovered_secs: 400.0,
            severity: 1.0,
            aborted: false,
            struck: false,
            rows: 0,
            own_rows: 0,
            bend: 2.0,
            variant: 0.5,
            gain: 0.5,
            hold_secs: 100.0,
            planned_rows: 1.0,
            recovery_secs: 100.0,
        }
    }

    #[test]
    fn pressure_rises_holds_and_falls() {
        let e = episode();
        assert_eq!(e.pressure(99.0, 0.0), 0.0);
        assert!((e.pressure(150.0, 0.0) - 0.95 * 0.25).abs() < 1e-12);
        assert!(e.pressure(199.9, 0.0) < 0.95);
        assert_eq!(e.pressure(200.0, 0.0), 1.25);
        assert_eq!(e.pressure(250.0, 300.0), 1.35);
        assert!((e.pressure(350.0, 0.0) - 0.625).abs() < 1e-9);
        assert_eq!(e.pressure(400.0, 0.0), 0.0);
    }

    #[test]
    fn a_near_miss_stays_below_and_heals() {
        let e = Episode {
            aborted: true,
            end_secs: 190.0,
            recovered_secs: 290.0,
            ..episode()
        };
        assert!((0..500).all(|t| e.pressure(f64::from(t), 0.0) < 0.95));
        assert!(e.pressure(189.0, 0.0) > 0.5);
        assert!(e.pressure(250.0, 0.0) < e.pressure(195.0, 0.0));
    }

    #[test]
    fn names_and_kinds_stand_in_one_order() {
        for (kind, name) in IssueKind::ALL.iter().zip(ISSUE_TYPES) {
            assert_eq!(kind.name(), name);
            assert!(kind.is_known());
        }
        assert!(
            IssueKind::ALL[ISSUE_TYPES.len()..]
                .iter()
                .all(|k| !k.is_known())
        );
        assert_eq!(IssueKind::ALL.len(), 24);
    }
}
