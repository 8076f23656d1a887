//! Labels: whether harm holds, read off the state; whose it is; and what a row may know of the future
//! (specification, 5 and 7).

use super::cluster::Topology;
use super::faults::{Episode, ISSUE_TYPES, IssueKind, Target};
use super::world::States;

/// Which kinds of harm hold in one step, as bits of [`IssueKind`], by the scope at which they are seen.
#[derive(Clone, Debug)]
pub(super) struct Harm {
    pub(super) clusters: Vec<u32>,
    pub(super) nodes: Vec<u32>,
    pub(super) placements: Vec<u32>,
}

fn bit(kind: IssueKind, holds: bool) -> u32 {
    if holds { kind.bit() } else { 0 }
}

impl Harm {
    pub(super) fn none(topology: &Topology) -> Self {
        Self {
            clusters: vec![0; topology.clusters.len()],
            nodes: vec![0; topology.nodes.len()],
            placements: vec![0; topology.placements.len()],
        }
    }

    /// The predicates, each on the state alone. `compound` are the nodes on which an episode of random drivers is at
    /// its height, which is all that defines it.
    pub(super) fn read(&mut self, topology: &Topology, states: &States, compound: &[usize]) {
        for (harm, (s, cluster)) in self
            .clusters
            .iter_mut()
            .zip(states.clusters.iter().zip(&topology.clusters))
        {
            let homeless = s.homeless_secs >= 900.0;
            *harm = bit(IssueKind::ApiServerLatency, s.api_ms > 1_000.0)
                | bit(IssueKind::EtcdHighLatency, s.fsync_high_secs >= 120.0)
                | bit(IssueKind::EtcdDbQuota, s.db > 0.95)
                | bit(IssueKind::SchedulerFailure, s.oldest_secs > 300.0)
                | bit(
                    IssueKind::DnsDegraded,
                    s.dns_failed > 0.01 || s.dns_ms > 4_000.0,
                )
                | bit(IssueKind::CapacityExhausted, homeless)
                | bit(IssueKind::WebhookTimeout, s.webhook_ms > 1_000.0);
            debug_assert!(cluster.fsync_ms > 0.0);
        }
        for (harm, (s, node)) in self
            .nodes
            .iter_mut()
            .zip(states.nodes.iter().zip(&topology.nodes))
        {
            let cluster = &topology.clusters[node.cluster];
            *harm = bit(IssueKind::NodeFailure, !s.ready)
                | bit(
                    IssueKind::MemoryPressure,
                    s.has_memory_pressure() || s.memory > cluster.memory_limit,
                )
                | bit(
                    IssueKind::NetworkLatency,
                    s.loss > 0.01 || s.rtt_ms > 5.0 * s.usual_rtt_ms,
                )
                | bit(IssueKind::DiskPressure, s.disk > cluster.disk_limit)
                | bit(IssueKind::Conntrack, s.connections > 0.93)
                | bit(IssueKind::PidExhaustion, s.has_pid_pressure())
                | bit(IssueKind::ClockSkew, s.clock_ms > 50.0)
                | bit(IssueKind::CertExpiry, s.certificate_secs <= 0.0)
                | bit(IssueKind::RuntimeHang, s.relist_ms > 10_000.0)
                | bit(IssueKind::ZonePartition, !s.ready);
        }
        for &n in compound {
            self.nodes[n] |= IssueKind::RandomCompound.bit();
        }
        for (harm, (s, place)) in self
            .placements
            .iter_mut()
            .zip(states.placements.iter().zip(&topology.placements))
        {
            let of = &states.workloads[place.workload];
            *harm = bit(IssueKind::PodCrashLoop, s.is_crash_looping())
                | bit(
                    IssueKind::MemoryLeak,
                    s.since_oom_secs < 600.0 || s.full_secs >= 300.0,
                )
                | bit(IssueKind::CpuThrottling, s.throttled_secs >= 300.0)
                | bit(IssueKind::HpaMaxed, of.maxed_secs >= 900.0)
                | bit(IssueKind::PvcFull, s.volume_now > 0.97)
                | bit(IssueKind::ImagePullFailure, s.pulling > 0.0);
        }
    }
}

/// Whose harm a row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Blame {
    pub(super) kind: IssueKind,
    /// The episode that it goes back to.
    pub(super) episode: u32,
    /// The row is not what the fault struck, but what it brought down.
    pub(super) victim: bool,
}

/// An episode that may be to blame, with what it covers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suspect {
    pub(super) episode: u32,
    pub(super) kind: IssueKind,
    pub(super) target: Target,
    pub(super) severity: f64,
    due_secs: f64,
}

impl Suspect {
    pub(super) fn new(number: usize, episode: &Episode) -> Self {
        Self {
            episode: number as u32,
            kind: episode.kind,
            target: episode.target,
            severity: episode.severity,
            due_secs: episode.due_secs,
        }
    }

    pub(super) fn covers(&self, e: usize, topology: &Topology) -> bool {
        covers(self.target, e, topology)
    }
}

/// Whether a placement belongs to a target.
pub(super) fn covers(target: Target, e: usize, topology: &Topology) -> bool {
    let place = &topology.placements[e];
    match target {
        Target::Placement(given) => given as usize == e,
        Target::Workload(w) => w as usize == place.workload,
        Target::Node(n) => n as usize == place.node,
        Target::Zone(z) => z as usize == topology.nodes[place.node].zone,
        Target::Cluster(c) => c as usize == topology.nodes[place.node].cluster,
    }
}

/// The harm on a row that would not be without faults (`masks` less the twin's), by the narrowest scope, and among
/// those the one whose own fault strikes the row, then the more severe. What no fault explains is nobody's.
pub(super) fn blame(
    masks: [u32; 3],
    e: usize,
    (suspects, secs): (&[Suspect], f64),
    allowed: u32,
    topology: &Topology,
) -> Option<Blame> {
    for mask in masks {
        let mut best: Option<(bool, f64, Blame)> = None;
        let mut bits = mask;
        while bits != 0 {
            let kind = IssueKind::ALL[bits.trailing_zeros() as usize];
            bits &= bits - 1;
            // Of several of its kind the last that is due, else the next to be.
            let mut root: Option<&Suspect> = None;
            for s in suspects
                .iter()
                .filter(|s| s.kind == kind && s.covers(e, topology))
            {
                let better = root.is_none_or(|r| {
                    if s.due_secs <= secs {
                        r.due_secs > secs || s.due_secs >= r.due_secs
                    } else {
                        s.due_secs < r.due_secs
                    }
                });
                root = if better { Some(s) } else { root };
            }
            let from = root.or_else(|| {
                // A victim: of what covers the row, else of the control plane, else of what came last.
                let known = allowed & kind.bit() != 0;
                let by = |f: &dyn Fn(&Suspect) -> bool| {
                    suspects
                        .iter()
                        .rfind(|s| s.kind.brings_down() & kind.bit() != 0 && f(s))
                };
                known
                    .then(|| {
                        by(&|s| s.covers(e, topology))
                            .or_else(|| by(&|s| matches!(s.target, Target::Cluster(_))))
                            .or_else(|| by(&|_| true))
                    })
                    .flatten()
            });
            let Some(from) = from else { continue };
            let is_root = root.is_some();
            let better = best
                .as_ref()
                .is_none_or(|(had, severity, _)| (is_root, from.severity) > (*had, *severity));
            if better {
                let found = Blame {
                    kind,
                    episode: from.episode,
                    victim: !is_root,
                };
                best = Some((is_root, from.severity, found));
            }
        }
        if let Some((_, _, found)) = best {
            return Some(found);
        }
    }
    None
}

/// A stretch of steps in which a row's entity shows one kind of harm.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interval {
    pub(super) from: u32,
    /// The first step after it.
    pub(super) until: u32,
    pub(super) blame: Blame,
}

/// All harm of a run, by emitted entity, in order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Truth {
    pub(super) intervals: Vec<Vec<Interval>>,
}

impl Truth {
    pub(super) fn new(entities: usize) -> Self {
        Self {
            intervals: vec![Vec::new(); entities],
        }
    }

    /// Notes what a step shows. Must be called in order of steps.
    pub(super) fn note(&mut self, row: usize, step: usize, blame: Blame) {
        let list = &mut self.intervals[row];
        if let Some(last) = list.last_mut()
            && last.until as usize == step
            && last.blame == blame
        {
            last.until += 1;
            return;
        }
        list.push(Interval {
            from: step as u32,
            until: step as u32 + 1,
            blame,
        });
    }
}

/// Names of labels by code: the kinds, then `unknown`, then `None`.
pub(super) const UNKNOWN: usize = ISSUE_TYPES.len();
/// The code of a row without an issue.
pub(super) const HEALTHY: usize = UNKNOWN + 1;

/// A kind's code among the labels.
pub(super) fn label_code(kind: IssueKind) -> usize {
    (kind as usize).min(UNKNOWN)
}

/// A label's text.
pub(super) fn label_name(code: usize) -> &'static str {
    match ISSUE_TYPES.get(code) {
        Some(name) => name,
        None if code == UNKNOWN => "unknown",
        None => "None",
    }
}
