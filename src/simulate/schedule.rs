//! When and where faults strike, so that the asked share of rows carries an issue.

use super::fault::{Episode, IssueKind, Scope, Target};
use super::grid::Grid;
use super::random::{Draws, Stream};
use super::scenario::ValidScenario;
use super::topology::Topology;
use crate::data::{sort_by, sort_by_key};

/// Healed before it did harm: this share of all episodes.
const ABORT_SHARE: f64 = 0.15;
/// A network fault strikes a whole zone this often.
const ZONE_SHARE: f64 = 0.25;
/// Random places tried before the free ones are searched in order.
const TRIES: u64 = 24;
/// Ticks searched in order after that.
const SEARCH_TICKS: usize = 8_192;

/// Every episode, by onset.
///
/// Each kind has an equal quota of rows. Impacts never share a row, so a row has one true issue; precursors and
/// recoveries may overlap anything, as they do in life. Broad kinds are placed first, since narrow ones fit into what
/// they leave; what a kind cannot place goes to those after it.
pub(super) fn plan(scenario: &ValidScenario, grid: &Grid, topology: &Topology) -> Vec<Episode> {
    if scenario.kinds.is_empty() || scenario.issue_probability <= 0.0 {
        return Vec::new();
    }
    let mut planner = Planner {
        scenario,
        grid,
        topology,
        taken: vec![false; grid.slots()],
        episodes: Vec::new(),
    };
    let mut kinds = scenario.kinds.clone();
    sort_by_key(&mut kinds, |kind| kind.course().scope);
    let mut left = scenario.issue_probability * grid.slots() as f64;
    for (i, &kind) in kinds.iter().enumerate() {
        let quota = left / (kinds.len() - i) as f64;
        left -= planner.fill(kind, quota);
    }
    // At a high share whole workloads no longer fit: single placements do.
    for &kind in kinds.iter().rev() {
        left -= planner.fill_gaps(kind, left);
    }
    planner.near_misses();
    let mut episodes = planner.episodes;
    sort_by(&mut episodes, |a, b| {
        a.onset_secs
            .total_cmp(&b.onset_secs)
            .then(a.kind.cmp(&b.kind))
            .then(a.target.cmp(&b.target))
    });
    episodes
}

struct Planner<'a> {
    scenario: &'a ValidScenario,
    grid: &'a Grid,
    topology: &'a Topology,
    /// By placement, then tick: whether an impact holds the row.
    taken: Vec<bool>,
    episodes: Vec<Episode>,
}

impl Planner<'_> {
    /// Places episodes of a kind until its quota of rows is met or nothing fits; answers the rows placed.
    fn fill(&mut self, kind: IssueKind, quota: f64) -> f64 {
        let draws = Draws::new(self.scenario.seed, Stream::Schedule, kind as u64);
        let mut placed = 0.0;
        let mut number = 0;
        let mut failures = 0;
        while failures < 8 {
            let target = self.target(kind, draws, number);
            let width = self.placements(target).len() as f64;
            let wanted = ((quota - placed) / width).round();
            if wanted < 1.0 || width == 0.0 {
                // The quota is met, or the rest is smaller than this target: perhaps not than another.
                if quota - placed < 0.5 {
                    break;
                }
                failures += 1;
            } else {
                let ticks = self.active_ticks(kind, draws, number).min(wanted as usize);
                match self.find(target, ticks, draws, number) {
                    Some(start) => {
                        placed +=
                            width * self.place(kind, target, start, ticks, draws, number) as f64;
                        failures = 0;
                    }
                    None => failures += 1,
                }
            }
            number += 1;
        }
        placed
    }

    /// Fills free runs of single targets in order until `quota` rows are met; answers the rows placed.
    fn fill_gaps(&mut self, kind: IssueKind, quota: f64) -> f64 {
        let draws = Draws::new(self.scenario.seed, Stream::Schedule, 100 + kind as u64);
        let targets: Vec<Target> = match kind.course().scope {
            Scope::Cluster => (0..self.topology.clusters.len() as u32)
                .map(Target::Cluster)
                .collect(),
            Scope::Node => (0..self.topology.nodes.len() as u32)
                .map(Target::Node)
                .collect(),
            Scope::Workload => (0..self.topology.placements.len() as u32)
                .map(Target::Placement)
                .collect(),
        };
        let mut placed = 0.0;
        let mut number = 0;
        for target in targets {
            let width = self.placements(target).len() as f64;
            let mut tick = 0;
            while tick < self.grid.ticks && width > 0.0 {
                let wanted = ((quota - placed) / width).round();
                if wanted < 1.0 {
                    break;
                }
                let longest = self.active_ticks(kind, draws, number).min(wanted as usize);
                let run = (tick..self.grid.ticks)
                    .take(longest)
                    .take_while(|&t| self.is_free(target, t))
                    .count();
                if run > 0 {
                    placed += width * self.place(kind, target, tick, run, draws, number) as f64;
                    number += 1;
                }
                tick += run + 1;
            }
        }
        placed
    }

    fn target(&self, kind: IssueKind, draws: Draws, number: u64) -> Target {
        let any = |count: usize| draws.below(count, number, 0) as u32;
        match kind.course().scope {
            Scope::Cluster => Target::Cluster(any(self.topology.clusters.len())),
            Scope::Workload => Target::Workload(any(self.topology.workloads.len())),
            Scope::Node
                if kind == IssueKind::NetworkLatency && draws.uniform(number, 1) < ZONE_SHARE =>
            {
                Target::Zone(any(self.topology.zones.len()))
            }
            Scope::Node => Target::Node(any(self.topology.nodes.len())),
        }
    }

    fn placements(&self, target: Target) -> Vec<usize> {
        placements(self.topology, target)
    }

    fn active_ticks(&self, kind: IssueKind, draws: Draws, number: u64) -> usize {
        let secs = 60.0 * draws.lognormal(kind.course().active_mins, 0.4, number, 2);
        let ticks = (secs / f64::from(self.grid.step_secs)).round();
        (ticks as usize).clamp(1, self.grid.ticks)
    }

    fn is_free(&self, target: Target, tick: usize) -> bool {
        let free = |e: usize| !self.taken[e * self.grid.ticks + tick];
        match target {
            Target::Placement(e) => free(e as usize),
            Target::Node(n) => self.topology.nodes[n as usize]
                .placements
                .iter()
                .all(|&e| free(e)),
            Target::Workload(w) => self.topology.workloads[w as usize]
                .placements
                .iter()
                .all(|&e| free(e)),
            Target::Zone(z) => self.topology.zones[z as usize].iter().all(|&e| free(e)),
            Target::Cluster(c) => self.topology.clusters[c as usize]
                .placements
                .clone()
                .all(free),
        }
    }

    /// A tick from which `ticks` are free on the target: a random one, or the first soon after a random one.
    fn find(&self, target: Target, ticks: usize, draws: Draws, number: u64) -> Option<usize> {
        let starts = self.grid.ticks.checked_sub(ticks)? + 1;
        for i in 0..TRIES {
            let start = draws.below(starts, number, 10 + i);
            if (start..start + ticks).all(|t| self.is_free(target, t)) {
                return Some(start);
            }
        }
        let from = draws.below(starts, number, 9);
        let mut run = 0;
        for at in from..from + self.grid.ticks.min(SEARCH_TICKS) {
            let tick = at % self.grid.ticks;
            // A run does not go on over the end.
            run = if !self.is_free(target, tick) {
                0
            } else if tick == 0 {
                1
            } else {
                run + 1
            };
            if run == ticks {
                return Some(tick + 1 - ticks);
            }
        }
        None
    }

    /// Adds an episode whose impact holds from `start` for `ticks`, marks its rows, answers the ticks that it holds.
    fn place(
        &mut self,
        kind: IssueKind,
        target: Target,
        start: usize,
        ticks: usize,
        draws: Draws,
        number: u64,
    ) -> usize {
        let step = f64::from(self.grid.step_secs);
        let impact_secs = self.grid.secs(start);
        // Half a step beyond its last tick: the recovery then starts between scrapes.
        let end_secs = impact_secs + (ticks as f64 - 0.5) * step;
        let episode = self.episode(kind, target, impact_secs, end_secs, false, draws, number);
        let members = self.placements(target);
        let mut holds = 0;
        for tick in start..self.grid.ticks {
            if !episode.holds(self.grid.secs(tick)) {
                break;
            }
            holds += 1;
            for &e in &members {
                self.taken[e * self.grid.ticks + tick] = true;
            }
        }
        self.episodes.push(episode);
        holds
    }

    #[expect(clippy::too_many_arguments, reason = "an episode's own fields")]
    fn episode(
        &self,
        kind: IssueKind,
        target: Target,
        impact_secs: f64,
        end_secs: f64,
        aborted: bool,
        draws: Draws,
        number: u64,
    ) -> Episode {
        let course = kind.course();
        let p = self.scenario.issue_probability;
        // Where issues fill most of the time there is little left for what precedes them.
        let longest = 60.0 * course.active_mins * (1.2 * (1.0 - p) / p).min(24.0);
        let precursor = if !aborted && draws.uniform(number, 3) < course.sudden {
            0.0
        } else {
            60.0 * draws.lognormal(course.precursor_mins, course.precursor_sigma, number, 4)
        };
        let recovery = 60.0 * draws.lognormal(6.0, 0.5, number, 5);
        Episode {
            kind,
            target,
            onset_secs: impact_secs - precursor.min(longest),
            impact_secs,
            end_secs,
            recovered_secs: end_secs + recovery,
            severity: draws.lognormal(1.0, 0.35, number, 6).clamp(0.45, 2.2),
            aborted,
            bend: draws.between(1.0, 2.6, number, 7),
            variant: draws.uniform(number, 8),
            gain: draws.uniform(number, 9),
        }
    }

    /// Adds episodes that heal in the last quarter of their precursor.
    fn near_misses(&mut self) {
        let p = self.scenario.issue_probability;
        let share = ABORT_SHARE / (1.0 - ABORT_SHARE) * (1.0 - p);
        let count = (self.episodes.len() as f64 * share).round() as u64;
        let draws = Draws::new(self.scenario.seed, Stream::Schedule, 200);
        for number in 0..count {
            let kind = self.scenario.kinds[draws.below(self.scenario.kinds.len(), number, 30)];
            let target = self.target(kind, draws, number);
            let impact = self.grid.secs(draws.below(self.grid.ticks, number, 31));
            let mut episode = self.episode(kind, target, impact, impact, true, draws, number);
            let whole = impact - episode.onset_secs;
            episode.end_secs = impact - whole * draws.between(0.0, 0.25, number, 32);
            self.episodes.push(episode);
        }
    }
}

/// The rows that an episode on this target is about.
pub(super) fn placements(topology: &Topology, target: Target) -> Vec<usize> {
    match target {
        Target::Cluster(c) => topology.clusters[c as usize].placements.clone().collect(),
        Target::Zone(z) => topology.zones[z as usize].clone(),
        Target::Node(n) => topology.nodes[n as usize].placements.clone(),
        Target::Workload(w) => topology.workloads[w as usize].placements.clone(),
        Target::Placement(e) => vec![e as usize],
    }
}
