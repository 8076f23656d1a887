//! From the pressure of episodes to what it pushes in the model.

use super::control_plane::ControlDrive;
use super::fault::{Episode, IssueKind, Target};
use super::node::NodeDrive;
use super::topology::Topology;
use super::workload::PlacementDrive;
use crate::data::sort;

/// An episode that presses now.
#[derive(Debug)]
pub(super) struct Active {
    /// Its place among the episodes.
    pub(super) episode: usize,
    /// The placements that it is about.
    pub(super) members: Vec<usize>,
    /// The pressure, with the wobble of this tick.
    pub(super) pressure: f64,
}

/// What is pushed how hard in one tick.
#[derive(Debug)]
pub(super) struct Drives {
    pub(super) clusters: Vec<ControlDrive>,
    pub(super) nodes: Vec<NodeDrive>,
    pub(super) placements: Vec<PlacementDrive>,
}

impl Drives {
    pub(super) fn none(topology: &Topology) -> Self {
        Self {
            clusters: vec![ControlDrive::default(); topology.clusters.len()],
            nodes: vec![NodeDrive::default(); topology.nodes.len()],
            placements: vec![PlacementDrive::default(); topology.placements.len()],
        }
    }

    /// Adds an episode's pressure to what it strikes, by the mechanism that it drew. Of two that push the same thing
    /// the harder counts.
    pub(super) fn press(&mut self, episode: &Episode, active: &Active, topology: &Topology) {
        let pressure = active.pressure;
        let (variant, gain) = (episode.variant, episode.gain);
        let cluster_of = |e: usize| topology.nodes[topology.placements[e].node].cluster;
        match episode.kind {
            IssueKind::ApiServerLatency
            | IssueKind::EtcdHighLatency
            | IssueKind::SchedulerFailure => {
                let Target::Cluster(c) = episode.target else {
                    return;
                };
                let drive = &mut self.clusters[c as usize];
                let part = match episode.kind {
                    IssueKind::ApiServerLatency => &mut drive.api,
                    IssueKind::EtcdHighLatency => &mut drive.fsync,
                    _ if variant < 0.3 => &mut drive.stalled,
                    _ => &mut drive.schedule,
                };
                *part = part.max(pressure);
            }
            IssueKind::PodCrashLoop | IssueKind::CpuThrottling => {
                for &e in &active.members {
                    let drive = &mut self.placements[e];
                    if episode.kind == IssueKind::PodCrashLoop {
                        drive.crash = drive.crash.max(pressure);
                        drive.crash_share = drive.crash_share.max(0.1 + 0.9 * gain);
                    } else if variant < 0.65 {
                        drive.surge = drive.surge.max(pressure);
                        // Bursts take what the node has left before the quota cuts them off.
                        let node = &mut self.nodes[topology.placements[e].node];
                        node.cpu += pressure * (0.12 + 0.3 * gain);
                    } else {
                        drive.quota = drive.quota.max(pressure);
                    }
                }
            }
            IssueKind::NodeFailure
            | IssueKind::MemoryPressure
            | IssueKind::DiskPressure
            | IssueKind::NetworkLatency => {
                // Members of one node follow each other or not: each node is pressed once.
                let mut nodes: Vec<usize> = active
                    .members
                    .iter()
                    .map(|&e| topology.placements[e].node)
                    .collect();
                sort(&mut nodes);
                nodes.dedup();
                for n in nodes {
                    let drive = &mut self.nodes[n];
                    match episode.kind {
                        IssueKind::MemoryPressure => {
                            drive.memory = drive.memory.max(pressure);
                            drive.cpu += 0.06 * pressure;
                        }
                        IssueKind::DiskPressure => drive.disk = drive.disk.max(pressure),
                        IssueKind::NetworkLatency if variant < 0.6 => {
                            drive.congestion = drive.congestion.max(pressure);
                        }
                        IssueKind::NetworkLatency => drive.loss = drive.loss.max(pressure),
                        _ => {
                            drive.heartbeat_lost |= pressure >= 1.0;
                            if variant < 0.4 {
                                drive.memory = drive.memory.max(0.9 * pressure.min(1.0));
                            } else if variant < 0.75 {
                                drive.runtime_errors += 4.0 * pressure;
                            }
                            drive.cpu += pressure * 0.25 * gain;
                        }
                    }
                }
                if episode.kind == IssueKind::NetworkLatency
                    && let Some(&e) = active.members.first()
                {
                    let drive = &mut self.clusters[cluster_of(e)];
                    drive.network = drive.network.max(pressure * (0.2 + 0.8 * gain));
                }
            }
        }
    }
}
