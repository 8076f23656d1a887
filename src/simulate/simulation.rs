//! A run: the model stepped tick by tick, measured into a table.

use crate::data::Frame;

use super::control_plane::{API_LIMIT_MS, ControlDecay, ControlState, FSYNC_LIMIT_MS};
use super::drive::{Active, Drives};
use super::fault::{Episode, IssueKind};
use super::grid::Grid;
use super::node::{NodeDecay, NodeLoad, NodeState};
use super::random::{Draws, Stream};
use super::scenario::ValidScenario;
use super::schedule::{placements, plan};
use super::telemetry::{Measures, Telemetry, rounded};
use super::topology::Topology;
use super::workload::{LoadDecay, PlacementState, Surroundings, WorkloadState};

/// A run that can be taken up where it stopped. The table does not depend on the size of its steps.
#[derive(Debug)]
pub struct Simulation {
    scenario: ValidScenario,
    grid: Grid,
    topology: Topology,
    episodes: Vec<Episode>,
    /// Episodes before this one have begun.
    next_episode: usize,
    active: Vec<Active>,
    tick: usize,
    clusters: Vec<ControlState>,
    nodes: Vec<NodeState>,
    workloads: Vec<WorkloadState>,
    placements: Vec<PlacementState>,
    load_decay: LoadDecay,
    node_decay: NodeDecay,
    control_decay: ControlDecay,
    keep: Draws,
    observation: Draws,
    telemetry: Telemetry,
}

impl Simulation {
    /// Plans the faults; no row is made yet.
    pub fn new(scenario: ValidScenario) -> Self {
        let seed = scenario.seed;
        let grid = Grid::new(&scenario);
        let step_secs = f64::from(grid.step_secs);
        let topology = Topology::new(seed, grid.entities);
        let episodes = plan(&scenario, &grid, &topology);
        let states = |count: usize| 0..count;
        Self {
            clusters: states(topology.clusters.len())
                .map(|c| ControlState::new(seed, c))
                .collect(),
            nodes: states(topology.nodes.len())
                .map(|n| NodeState::new(seed, n))
                .collect(),
            workloads: states(topology.workloads.len())
                .map(|w| WorkloadState::new(seed, w))
                .collect(),
            placements: states(topology.placements.len())
                .map(|e| PlacementState::new(seed, e))
                .collect(),
            load_decay: LoadDecay::new(step_secs),
            node_decay: NodeDecay::new(step_secs),
            control_decay: ControlDecay::new(step_secs),
            keep: Draws::new(seed, Stream::Keep, 0),
            observation: Draws::new(seed, Stream::Observation, 0),
            telemetry: Telemetry::with_capacity(scenario.num_samples as usize),
            next_episode: 0,
            active: Vec::new(),
            tick: 0,
            scenario,
            grid,
            topology,
            episodes,
        }
    }

    /// Makes about `rows` rows more (whole ticks, at least one). Answers whether there are more to make.
    pub fn step(&mut self, rows: usize) -> bool {
        let until = self.telemetry.rows().saturating_add(rows);
        while self.tick < self.grid.ticks {
            self.advance();
            self.tick += 1;
            if self.telemetry.rows() >= until {
                break;
            }
        }
        self.tick < self.grid.ticks
    }

    /// The share of the run that is done, 0 to 1.
    pub fn done(&self) -> f64 {
        self.tick as f64 / self.grid.ticks as f64
    }

    /// The truth behind the labels, by onset. Complete from the start.
    pub fn episodes(&self) -> &[Episode] {
        &self.episodes
    }

    /// Steps to the end and hands over the table: exactly the rows asked for, by timestamp, then entity; 24 columns,
    /// the last of them `issue_type`, `None` where the row is healthy. `NaN` is a lost scrape.
    pub fn finish(mut self) -> Frame {
        while self.step(usize::MAX) {}
        let name = format!("Simulated, seed {}", self.scenario.seed);
        // The names are distinct and the lengths equal by construction.
        self.telemetry
            .into_frame(name, &self.topology)
            .unwrap_or_default()
    }

    fn advance(&mut self) {
        let now = self.grid.moment(self.tick);
        self.wake(now.secs);
        let drives = self.press(now.tick, now.secs);

        for state in &mut self.clusters {
            state.drift(now.tick, self.control_decay);
        }
        for (workload, state) in self.topology.workloads.iter().zip(&mut self.workloads) {
            let drift = self.clusters[workload.cluster].drift;
            state.step(workload, &now, drift, self.load_decay);
        }
        for (c, cluster) in self.topology.clusters.iter().enumerate() {
            let workloads = &self.workloads[cluster.workloads.clone()];
            let count = workloads.len() as f64;
            let load = workloads.iter().map(|w| w.load).sum::<f64>() / count;
            let rolling = workloads.iter().filter(|w| w.rolling).count() as f64 / count;
            let crashing = drives.placements[cluster.placements.clone()]
                .iter()
                .map(|d| d.crash.min(1.0) * d.crash_share)
                .sum::<f64>()
                / cluster.placements.len() as f64;
            let churn = rolling + 0.6 * crashing;
            self.clusters[c].step(
                cluster,
                load,
                churn,
                &drives.clusters[c],
                &now,
                self.control_decay,
            );
        }
        for (e, state) in self.placements.iter_mut().enumerate() {
            let workload = &self.workloads[self.topology.placements[e].workload];
            state.demand(workload, &drives.placements[e]);
        }
        for (n, node) in self.topology.nodes.iter().enumerate() {
            let mut load = NodeLoad::default();
            for &e in &node.placements {
                let (place, state) = (&self.topology.placements[e], &self.placements[e]);
                let drive = &drives.placements[e];
                load.load += place.share * state.load;
                load.pods += state.pods;
                load.rolling += if self.workloads[place.workload].rolling {
                    1.0 / node.placements.len() as f64
                } else {
                    0.0
                };
                if drive.crash >= 1.0 {
                    load.runtime_errors += 0.35 * drive.crash_share * state.pods;
                }
                load.runtime_errors += 0.5 * drive.quota;
            }
            let api_ms = self.clusters[node.cluster].api_ms;
            self.nodes[n].step(node, &load, &drives.nodes[n], &now, api_ms, self.node_decay);
        }
        for (e, state) in self.placements.iter_mut().enumerate() {
            let place = &self.topology.placements[e];
            let drive = &drives.nodes[place.node];
            let workload = &self.topology.workloads[place.workload];
            let backlog = &drives.clusters[workload.cluster];
            let around = Surroundings {
                node_lost: !self.nodes[place.node].ready,
                memory: drive.memory,
                disk: drive.disk,
                network: drive.congestion.max(drive.loss),
                scheduling: backlog.schedule.max(backlog.stalled),
            };
            let workload_state = &self.workloads[place.workload];
            state.settle(
                place,
                workload,
                workload_state,
                &drives.placements[e],
                &around,
                &now,
            );
        }
        self.emit();
    }

    /// Takes up episodes that begin and drops those that are over.
    fn wake(&mut self, secs: f64) {
        let (episodes, topology) = (&self.episodes, &self.topology);
        self.active
            .retain(|active| episodes[active.episode].recovered_secs > secs);
        while let Some(episode) = episodes.get(self.next_episode) {
            if episode.onset_secs > secs {
                break;
            }
            if episode.recovered_secs > secs {
                self.active.push(Active {
                    episode: self.next_episode,
                    members: placements(topology, episode.target),
                    pressure: 0.0,
                });
            }
            self.next_episode += 1;
        }
    }

    /// What the active episodes press on. The pressure wobbles a little from tick to tick.
    fn press(&mut self, tick: u64, secs: f64) -> Drives {
        let mut drives = Drives::none(&self.topology);
        for active in &mut self.active {
            let episode = &self.episodes[active.episode];
            let draws = Draws::new(self.scenario.seed, Stream::Fault, active.episode as u64);
            let steady = episode.pressure(secs);
            active.pressure = steady * (1.0 + 0.035 * draws.noise(tick, 0));
            if episode.kind == IssueKind::NodeFailure {
                active.pressure = steady;
            }
            drives.press(episode, active, &self.topology);
        }
        drives
    }

    /// The kind whose harm holds on each placement, from the state. The narrower target wins, then the harder one.
    fn labels(&self) -> Vec<Option<IssueKind>> {
        let mut labels = vec![None; self.placements.len()];
        let mut rank = vec![(0, 0.0); self.placements.len()];
        for active in &self.active {
            let episode = &self.episodes[active.episode];
            if active.pressure < 0.85 {
                continue;
            }
            for &e in &active.members {
                let mine = (episode.target.narrowness(), active.pressure);
                if self.holds(episode.kind, e, active.pressure)
                    && (labels[e].is_none() || mine > rank[e])
                {
                    labels[e] = Some(episode.kind);
                    rank[e] = mine;
                }
            }
        }
        labels
    }

    fn holds(&self, kind: IssueKind, e: usize, pressure: f64) -> bool {
        let place = &self.topology.placements[e];
        let node = &self.nodes[place.node];
        let plane = &self.clusters[self.topology.nodes[place.node].cluster];
        match kind {
            IssueKind::NodeFailure => !node.ready,
            IssueKind::MemoryPressure => node.memory > self.topology.nodes[place.node].memory_limit,
            IssueKind::DiskPressure => node.disk > self.topology.nodes[place.node].disk_limit,
            IssueKind::ApiServerLatency => plane.api_ms > API_LIMIT_MS,
            IssueKind::EtcdHighLatency => plane.fsync_ms > FSYNC_LIMIT_MS,
            // Throttled share over its limit, round trips over five times the usual, containers backing off, a pod
            // pending for more than five minutes: each is its pressure, scaled.
            IssueKind::PodCrashLoop
            | IssueKind::CpuThrottling
            | IssueKind::NetworkLatency
            | IssueKind::SchedulerFailure => pressure >= 1.0,
        }
    }

    fn emit(&mut self) {
        let labels = self.labels();
        let now = self.grid.moment(self.tick);
        let slots = self.grid.slots();
        for (e, label) in labels.into_iter().enumerate() {
            // Exactly the rows asked for, each slot as likely as the next (Knuth, TAOCP 3.4.2, algorithm S).
            let slot = self.tick * self.grid.entities + e;
            let missing = self.scenario.num_samples as usize - self.telemetry.rows();
            if self.keep.uniform(slot as u64, 0) * (slots - slot) as f64 >= missing as f64 {
                continue;
            }
            let mut row = self.measure(e);
            row[15] = rounded(now.hour, 4);
            row[16] = f64::from(now.day_of_week);
            row[17] = if now.is_weekend { 1.0 } else { 0.0 };
            let cluster = self.topology.nodes[self.topology.placements[e].node].cluster;
            let age = self.topology.clusters[cluster].age_days + now.secs / 86_400.0;
            row[18] = rounded(age, 3);
            self.telemetry.push(e, now.micros, &row, label);
        }
    }

    /// A placement's numbers with the noise of measuring; the last four, which the calendar gives, are 0.
    fn measure(&self, e: usize) -> Measures {
        let tick = self.tick as u64;
        let place = &self.topology.placements[e];
        let state = &self.placements[e];
        let (n, node) = (place.node, &self.nodes[place.node]);
        let c = self.topology.nodes[n].cluster;
        let plane = &self.clusters[c];
        // Draws are keyed by target, so that two rows of one node show the same number.
        let of_node = |i: u64| self.observation.noise(tick, (n as u64) << 20 | 1 << 16 | i);
        let of_plane = |i: u64| self.observation.noise(tick, (c as u64) << 20 | 2 << 16 | i);
        let percent =
            |share: f64, noise: f64| rounded((100.0 * share + noise).clamp(0.0, 100.0), 2);
        let millis = |ms: f64, noise: f64| rounded(ms * libm::exp(0.2 * noise), 2);

        let fill = self.grid.secs(self.tick) / place.volume_period_secs
            + self.observation.uniform(0, (e as u64) << 20 | 3 << 16);
        let mut volume = place.volume + (0.82 - place.volume) * (fill - fill.floor());
        if place.local_volume {
            // It shares the disk that fills up.
            volume += (0.97 - volume) * ((node.disk - 0.8) / 0.2).max(0.0);
        }

        let mut row = [0.0; 19];
        row[0] = state.pods;
        row[1] = percent(node.cpu, 1.3 * of_node(0));
        row[2] = percent(node.memory, 0.9 * of_node(1));
        row[3] = percent(node.disk, 0.5 * of_node(2));
        row[4] = rounded(node.receive, 1);
        row[5] = rounded(node.transmit, 1);
        row[6] = state.restarts;
        row[7] = rounded(100.0 * state.ready / state.pods, 2);
        row[8] = if node.ready { 1.0 } else { 0.0 };
        row[9] = millis(plane.api_ms, of_plane(0));
        row[10] = millis(plane.etcd_ms, of_plane(1));
        row[11] = millis(plane.schedule_ms, of_plane(2));
        row[12] = node.runtime_errors;
        row[13] = rounded(node.rpc, 2);
        row[14] = percent(volume, 0.3 * of_node(3));
        if self.scrape_lost(
            (n as u64) << 20 | 4 << 16,
            if node.ready { 0.0 } else { 0.5 },
        ) {
            for i in [1, 2, 3, 4, 5, 12, 13, 14] {
                row[i] = f64::NAN;
            }
        }
        if self.scrape_lost((c as u64) << 20 | 5 << 16, 0.0) {
            for i in [9, 10, 11] {
                row[i] = f64::NAN;
            }
        }
        row
    }

    /// Whether a target's scrape is lost: now and then one, sometimes a few in a row.
    fn scrape_lost(&self, target: u64, chance: f64) -> bool {
        let tick = self.tick as u64;
        let burst = (0..4).any(|ago| {
            let start = tick.wrapping_sub(ago);
            self.observation.uniform(start, target) < 0.0008
                && self.observation.below(4, start, target | 1) as u64 >= ago
        });
        burst || self.observation.uniform(tick, target | 2) < chance.max(0.002)
    }
}
