//! Issue kinds, and episodes of them: how hard a fault presses at each instant.
//!
//! A fault never writes a metric. It presses on a few hidden drivers of the model; the metrics, the side effects and
//! the label all follow from the state that results.

/// The issue kinds, as spelt in the label column, in the order of [`IssueKind::ALL`].
pub const ISSUE_TYPES: [&str; 9] = [
    "node_failure",
    "pod_crash_loop",
    "memory_pressure",
    "cpu_throttling",
    "network_latency",
    "disk_pressure",
    "api_server_latency",
    "etcd_high_latency",
    "scheduler_failure",
];

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IssueKind {
    /// A node stops reporting.
    NodeFailure,
    /// A workload's containers die and are started again, ever more slowly.
    PodCrashLoop,
    /// A node runs short of memory.
    MemoryPressure,
    /// A workload is held back by its CPU quota.
    CpuThrottling,
    /// Packets of a node or a zone are late or lost.
    NetworkLatency,
    /// A node's disk fills up.
    DiskPressure,
    /// The API server answers slowly.
    ApiServerLatency,
    /// etcd writes slowly.
    EtcdHighLatency,
    /// Pods wait for a node.
    SchedulerFailure,
}

/// What a kind strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    Cluster,
    Node,
    Workload,
}

/// How a kind unfolds. Times are medians in minutes of lognormals with the spread beside them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) scope: Scope,
    pub(super) precursor_mins: f64,
    pub(super) precursor_sigma: f64,
    /// The share of episodes with no warning at all.
    pub(super) sudden: f64,
    pub(super) active_mins: f64,
}

impl IssueKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::NodeFailure,
        Self::PodCrashLoop,
        Self::MemoryPressure,
        Self::CpuThrottling,
        Self::NetworkLatency,
        Self::DiskPressure,
        Self::ApiServerLatency,
        Self::EtcdHighLatency,
        Self::SchedulerFailure,
    ];

    /// Its name in the label column.
    pub fn name(self) -> &'static str {
        ISSUE_TYPES[self as usize]
    }

    pub(super) fn course(self) -> Course {
        let course = |scope, precursor_mins, precursor_sigma, sudden, active_mins| Course {
            scope,
            precursor_mins,
            precursor_sigma,
            sudden,
            active_mins,
        };
        match self {
            Self::NodeFailure => course(Scope::Node, 20.0, 0.7, 0.35, 25.0),
            Self::PodCrashLoop => course(Scope::Workload, 8.0, 0.6, 0.5, 45.0),
            Self::MemoryPressure => course(Scope::Node, 60.0, 0.7, 0.05, 30.0),
            Self::CpuThrottling => course(Scope::Workload, 35.0, 0.7, 0.2, 60.0),
            Self::NetworkLatency => course(Scope::Node, 15.0, 0.7, 0.4, 35.0),
            Self::DiskPressure => course(Scope::Node, 240.0, 0.6, 0.05, 40.0),
            Self::ApiServerLatency => course(Scope::Cluster, 20.0, 0.6, 0.2, 30.0),
            Self::EtcdHighLatency => course(Scope::Cluster, 40.0, 0.8, 0.15, 35.0),
            Self::SchedulerFailure => course(Scope::Cluster, 15.0, 0.6, 0.35, 25.0),
        }
    }
}

/// What an episode strikes, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The control plane of a cluster, and so every row of it.
    Cluster(u32),
    /// The nodes of one zone of a cluster.
    Zone(u32),
    /// One node.
    Node(u32),
    /// One workload on every node where it runs.
    Workload(u32),
    /// One workload on one node: a row's entity.
    Placement(u32),
}

impl Target {
    /// Where two issues hold at once, the narrower gives the label.
    pub(super) fn narrowness(self) -> u8 {
        match self {
            Self::Cluster(_) => 0,
            Self::Zone(_) => 1,
            Self::Node(_) => 2,
            Self::Workload(_) => 3,
            Self::Placement(_) => 4,
        }
    }
}

/// One fault from its first sign to its last: the truth behind the labels. Times are seconds from the first row's
/// timestamp, negative for what began before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// What goes wrong.
    pub kind: IssueKind,
    /// What it strikes.
    pub target: Target,
    /// When it starts to press.
    pub onset_secs: f64,
    /// When the pressure passes what the target can bear. An aborted episode heals before.
    pub impact_secs: f64,
    /// When the pressure starts to fall.
    pub end_secs: f64,
    /// When nothing of it is left.
    pub recovered_secs: f64,
    /// How hard it presses; 1 is usual, 0.45 to 2.2.
    pub severity: f64,
    /// A near miss: it heals before it does harm, and its rows are labelled healthy.
    pub aborted: bool,
    /// The bend of the way up: 1 is a straight ramp, more is late and steep.
    pub(super) bend: f64,
    /// Which of the kind's mechanisms is at work, 0 to 1.
    pub(super) variant: f64,
    /// How strongly side effects show, 0 to 1.
    pub(super) gain: f64,
}

/// The pressure up to which a precursor rises; impact is at 1.
const PRECURSOR_TOP: f64 = 0.95;

impl Episode {
    /// The highest pressure: above 1, or below it for a near miss.
    pub(super) fn peak(&self) -> f64 {
        if self.aborted {
            PRECURSOR_TOP * 0.9
        } else {
            1.0 + 0.25 * self.severity
        }
    }

    /// The pressure at an instant: 0 before onset, up to 0.95 before impact, above 1 while active, then falling to 0.
    pub(super) fn pressure(&self, secs: f64) -> f64 {
        if secs < self.onset_secs || secs >= self.recovered_secs {
            return 0.0;
        }
        if secs < self.end_secs {
            if secs >= self.impact_secs {
                return self.peak();
            }
            let way = (secs - self.onset_secs) / (self.impact_secs - self.onset_secs);
            let top = self.peak().min(PRECURSOR_TOP);
            return top * libm::pow(way, self.bend);
        }
        // A node that is back reports at once.
        if self.kind == IssueKind::NodeFailure && !self.aborted {
            return 0.0;
        }
        let rest = self.recovered_secs - secs;
        self.pressure(self.end_secs.next_down()) * rest / (self.recovered_secs - self.end_secs)
    }

    /// Whether the pressure alone, without the noise of the state, means that the issue holds.
    pub(super) fn holds(&self, secs: f64) -> bool {
        self.pressure(secs) >= 1.0
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
            impact_secs: 200.0,
            end_secs: 300.0,
            recovered_secs: 400.0,
            severity: 1.0,
            aborted: false,
            bend: 2.0,
            variant: 0.5,
            gain: 0.5,
        }
    }

    #[test]
    fn pressure_rises_holds_and_falls() {
        let e = episode();
        assert_eq!(e.pressure(99.0), 0.0);
        assert!((e.pressure(150.0) - 0.95 * 0.25).abs() < 1e-12);
        assert!(e.pressure(199.9) < 0.95 && !e.holds(199.9));
        assert_eq!(e.pressure(200.0), 1.25);
        assert!(e.holds(299.0));
        assert!((e.pressure(350.0) - 0.625).abs() < 1e-9);
        assert_eq!(e.pressure(400.0), 0.0);
    }

    #[test]
    fn a_near_miss_never_holds_and_heals() {
        let e = Episode {
            aborted: true,
            impact_secs: 200.0,
            end_secs: 190.0,
            ..episode()
        };
        assert!((0..500).all(|t| !e.holds(f64::from(t))));
        assert!(e.pressure(189.0) > 0.5);
        assert!(e.pressure(300.0) < e.pressure(195.0));
    }

    #[test]
    fn names_and_kinds_stand_in_one_order() {
        for (kind, name) in IssueKind::ALL.into_iter().zip(ISSUE_TYPES) {
            assert_eq!(kind.name(), name);
        }
    }
}
