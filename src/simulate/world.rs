//! The cluster as it lives: everything that moves, and one step of it.
//!
//! A world is run twice: once beside its twin on which no fault strikes, to find when harm sets in and whose it is
//! (`discovery`), then with the episodes as they were found, and measured (`simulation`). Both are the same arithmetic on
//! the same draws.

use super::cluster::Topology;
use super::control_plane::{ControlDecay, ControlLoad, ControlState};
use super::drives::Drives;
use super::faults::{Episode, IssueKind, Target};
use super::grid::{Grid, Moment};
use super::labels::Harm;
use super::node::{NodeDecay, NodeLoad, NodeState};
use super::placement::{Around, PlacementDecay, PlacementState};
use super::pods::move_pods;
use super::scenario::ValidScenario;
use super::schedule::members;
use super::workload::{LoadDecay, WorkloadState};

/// What does not change during a run.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) scenario: ValidScenario,
    pub(super) grid: Grid,
    pub(super) topology: Topology,
    /// Steps of the model to be made: the grid's, or fewer where only the beginning is looked at.
    pub(super) steps: usize,
}

/// Everything that moves.
#[derive(Clone, Debug)]
pub(super) struct States {
    pub(super) clusters: Vec<ControlState>,
    pub(super) nodes: Vec<NodeState>,
    pub(super) workloads: Vec<WorkloadState>,
    pub(super) placements: Vec<PlacementState>,
}

/// An episode that pushes.
#[derive(Clone, Debug)]
struct Running {
    episode: usize,
    members: Vec<u32>,
    /// Seconds in which harm was due and did not hold.
    pushed_secs: f64,
    pressure: f64,
}

/// A cluster, its faults, and how far it has come.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) states: States,
    pub(super) episodes: Vec<Episode>,
    pub(super) harm: Harm,
    pub(super) step: usize,
    drives: Drives,
    next_episode: usize,
    running: Vec<Running>,
    loads: Vec<NodeLoad>,
    load_decay: LoadDecay,
    node_decay: NodeDecay,
    control_decay: ControlDecay,
    placement_decay: PlacementDecay,
}

impl World {
    pub(super) fn new(setting: &Setting, episodes: Vec<Episode>) -> Self {
        let (topology, seed) = (&setting.topology, setting.scenario.seed);
        let step_secs = f64::from(setting.grid.step_secs);
        let states = States {
            clusters: topology
                .clusters
                .iter()
                .enumerate()
                .map(|(c, cluster)| ControlState::new(seed, c, cluster))
                .collect(),
            nodes: topology
                .nodes
                .iter()
                .enumerate()
                .map(|(n, node)| NodeState::new(seed, n, node))
                .collect(),
            workloads: topology
                .workloads
                .iter()
                .enumerate()
                .map(|(w, workload)| WorkloadState::new(seed, w, workload))
                .collect(),
            placements: topology
                .placements
                .iter()
                .enumerate()
                .map(|(e, place)| {
                    PlacementState::new(seed, e, place, &topology.workloads[place.workload])
                })
                .collect(),
        };
        Self {
            states,
            episodes,
            harm: Harm::none(topology),
            step: 0,
            drives: Drives::none(topology),
            next_episode: 0,
            running: Vec::new(),
            loads: vec![NodeLoad::default(); topology.nodes.len()],
            load_decay: LoadDecay::new(step_secs),
            node_decay: NodeDecay::new(step_secs),
            control_decay: ControlDecay::new(step_secs),
            placement_decay: PlacementDecay::new(step_secs),
        }
    }

    /// One step of the whole cluster.
    pub(super) fn step(&mut self, setting: &Setting) {
        let now = setting.grid.moment(self.step);
        self.press(&now, setting);
        self.step_workloads(&now, setting);
        self.step_placements(&now, setting);
        self.step_nodes(&now, setting);
        self.step_control_planes(&now, setting);
        let compound: Vec<usize> = self
            .running
            .iter()
            .filter(|r| {
                self.episodes[r.episode].kind == IssueKind::RandomCompound && r.pressure >= 1.0
            })
            .filter_map(|r| match self.episodes[r.episode].target {
                Target::Node(n) => Some(n as usize),
                _ => None,
            })
            .collect();
        self.harm.read(&setting.topology, &self.states, &compound);
        self.step += 1;
        let harm = &self.harm;
        for running in &mut self.running {
            let episode = &self.episodes[running.episode];
            let due =
                now.secs >= episode.due_secs && now.secs < episode.end_secs && !episode.aborted;
            if due && !shows(harm, episode.kind, &running.members, &setting.topology) {
                running.pushed_secs += now.step_secs;
            }
        }
    }

    /// Takes up episodes that begin, drops those that are over, and pushes what the others push.
    fn press(&mut self, now: &Moment, setting: &Setting) {
        let secs = now.secs;
        let episodes = &self.episodes;
        self.running
            .retain(|running| episodes[running.episode].recovered_secs > secs);
        while let Some(episode) = episodes.get(self.next_episode) {
            if episode.onset_secs > secs {
                break;
            }
            if episode.recovered_secs > secs {
                self.running.push(Running {
                    episode: self.next_episode,
                    members: members(&setting.topology, episode.target),
                    pushed_secs: 0.0,
                    pressure: 0.0,
                });
            }
            self.next_episode += 1;
        }
        self.drives.clear();
        for running in &mut self.running {
            let episode = &self.episodes[running.episode];
            running.pressure = episode.pressure(secs, running.pushed_secs);
            if running.pressure > 0.0 {
                self.drives.press(
                    (running.episode, episode),
                    (secs, now.step_secs),
                    running.pressure,
                    &running.members,
                    (&setting.topology, &self.states),
                );
            }
        }
    }

    fn step_workloads(&mut self, now: &Moment, setting: &Setting) {
        let topology = &setting.topology;
        let angle = std::f64::consts::TAU * now.hour / 24.0;
        let sun = [libm::cos(angle), libm::sin(angle)];
        let rate = setting.scenario.asked.deploy_rate;
        for (c, cluster) in topology.clusters.iter().enumerate() {
            let weather = self.states.clusters[c].step_weather(now, self.control_decay);
            for w in cluster.workloads.clone() {
                let workload = &topology.workloads[w];
                let state = &mut self.states.workloads[w];
                state.step_load(workload, now, sun, weather, self.load_decay);
                let forced = workload
                    .placements
                    .iter()
                    .any(|&e| self.drives.placements[e as usize].deploy);
                state.step_deploys(now, rate, forced);
                state.step_replicas(workload, now.step_secs);
            }
        }
    }

    fn step_placements(&mut self, now: &Moment, setting: &Setting) {
        let topology = &setting.topology;
        let states = &mut self.states;
        self.loads.fill(NodeLoad::default());
        for of in &mut states.workloads {
            (of.usage, of.usage_rest) = (0.0, 0.0);
        }
        for (e, (state, place)) in states
            .placements
            .iter_mut()
            .zip(&topology.placements)
            .enumerate()
        {
            let node = &states.nodes[place.node];
            let around = Around {
                node_lost: !node.ready,
                probes_failing: 6.0 * (node.processes - 0.92).max(0.0),
            };
            let of = &mut states.workloads[place.workload];
            let workload = &topology.workloads[place.workload];
            state.step(
                (place, workload, of),
                &self.drives.placements[e],
                around,
                now,
                self.placement_decay,
            );
            let share = state.pods / of.bound.max(1.0);
            of.usage += share * state.demand;
            of.usage_rest += share * state.demand_rest;
            let load = &mut self.loads[place.node];
            load.cpu += state.node_cpu;
            load.memory += state.node_memory;
            load.pods += state.pods + state.stuck;
            load.load += of.load * (1.0 + 1.6 * self.drives.placements[e].load);
            load.failing += state.restarted + 0.25 * state.pulling;
            load.deploys += if of.deploys { 1.0 } else { 0.0 };
        }
    }

    fn step_nodes(&mut self, now: &Moment, setting: &Setting) {
        let topology = &setting.topology;
        for (n, node) in topology.nodes.iter().enumerate() {
            let mut load = self.loads[n];
            load.load /= node.placements.len().max(1) as f64;
            let api_ms = self.states.clusters[node.cluster].api_ms;
            self.states.nodes[n].step(
                (node, &topology.clusters[node.cluster]),
                &load,
                &self.drives.nodes[n],
                now,
                api_ms,
                self.node_decay,
            );
        }
    }

    fn step_control_planes(&mut self, now: &Moment, setting: &Setting) {
        let topology = &setting.topology;
        for (c, cluster) in topology.clusters.iter().enumerate() {
            let moved = move_pods(c, topology, &mut self.states, &self.drives, now.step_secs);
            let states = &mut self.states;
            let mut load = ControlLoad::default();
            let mut rolling = 0.0;
            let (mut ready, mut pods) = (0.0, 0.0);
            for of in &states.workloads[cluster.workloads.clone()] {
                load.load += of.load;
                load.pending += of.pending;
                load.homeless += of.homeless;
                ready += of.ready;
                pods += of.replicas;
                rolling += if of.rolling_secs > 0.0 {
                    2.0 * of.replicas / 330.0
                } else {
                    0.0
                };
            }
            load.load /= cluster.workloads.len().max(1) as f64;
            load.unready = 1.0 - (ready / pods.max(1.0)).min(1.0);
            let restarted: f64 = states.placements[cluster.placements.clone()]
                .iter()
                .map(|p| p.restarted)
                .sum();
            load.churn = rolling + (moved + restarted) / now.step_secs;
            states.clusters[c].step(
                cluster,
                &load,
                &self.drives.clusters[c],
                now,
                self.control_decay,
            );
        }
    }
}

/// Whether any member shows this kind of harm.
fn shows(harm: &Harm, kind: IssueKind, members: &[u32], topology: &Topology) -> bool {
    let bit = kind.bit();
    members.iter().any(|&e| {
        let e = e as usize;
        let n = topology.placements[e].node;
        (harm.placements[e] | harm.nodes[n] | harm.clusters[topology.nodes[n].cluster]) & bit != 0
    })
}
