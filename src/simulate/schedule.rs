//! When and where faults strike, so that the asked share of rows carries an issue (specification, 8).
//!
//! The plan is made before the run. What it cannot know (when harm sets in, how long it outlasts the fault, what it
//! brings down) the run corrects: an episode lasts until its rows are there, and what one has too many the next of its
//! kind has fewer (`world`).

use super::cluster::Topology;
use super::faults::{Episode, IssueKind, Scope, Target};
use super::grid::Grid;
use super::labels::covers;
use super::random::{Draws, Stream};
use super::scenario::ValidScenario;
use crate::data::{sort_by, sort_by_key};

/// A network fault strikes a whole zone this often.
const ZONE_SHARE: f64 = 0.25;
/// Random places tried before the free ones are searched in order.
const TRIES: u64 = 24;
/// Ticks searched in order after that.
const SEARCH_TICKS: usize = 8_192;
/// Seconds that a scope is left alone around a harm, where there is room for it.
const GUARD_SECS: f64 = 1_800.0;
/// Where test rows begin, as a share of the time: kinds that stay unknown strike after it.
pub(super) const TEST_FROM: f64 = 0.8;
/// The earliest that a fault begins, within the burn-in.
const EARLIEST_SECS: f64 = -19_800.0;

/// Every episode, by onset.
///
/// Harm of the plan never shares a row unless `overlap` says so, so a row has one true issue; precursors and recoveries
/// may overlap anything, as they do in life. Broad kinds are placed first, since narrow ones fit into what they leave;
/// what a kind cannot place goes to those after it.
pub(super) fn plan(scenario: &ValidScenario, grid: &Grid, topology: &Topology) -> Vec<Episode> {
    let p = scenario.issue_probability();
    if p <= 0.0 {
        return Vec::new();
    }
    let mut planner = Planner {
        scenario,
        grid,
        topology,
        p,
        taken: vec![false; grid.slots()],
        episodes: Vec::new(),
    };
    let rows = p * grid.slots() as f64;
    let unknown = if scenario.unknown.is_empty() {
        0.0
    } else {
        scenario.asked.unknown_fraction * rows
    };
    let mut placed = 0.0;
    for (i, &kind) in scenario.unknown.iter().enumerate() {
        placed += planner.fill(
            kind,
            (unknown - placed) / (scenario.unknown.len() - i) as f64,
            0,
        );
    }
    let mut left = rows - placed;
    let mut kinds = scenario.kinds.clone();
    sort_by_key(&mut kinds, |(kind, _)| {
        std::cmp::Reverse(kind.course().scope)
    });
    // What one kind has no place for the others share, in a second and a third round.
    for round in 0..3 {
        let (all, mut weights) = (left, 1.0);
        for &(kind, weight) in &kinds {
            // Later kinds make up for what the earlier left, in the first round.
            let quota = if round == 0 {
                left * weight / f64::max(weights, 1e-9)
            } else {
                all * weight
            };
            left -= planner.fill(kind, quota, round);
            weights -= weight;
        }
    }
    // At a high share whole workloads no longer fit: single placements do.
    for &(kind, _) in kinds.iter().rev() {
        left -= planner.fill_gaps(kind, left);
    }
    planner.near_misses();
    let mut episodes = planner.episodes;
    part(&mut episodes);
    sort_by(&mut episodes, |a, b| {
        a.onset_secs
            .total_cmp(&b.onset_secs)
            .then(a.kind.cmp(&b.kind))
            .then(a.target.cmp(&b.target))
    });
    episodes
}

/// A kind does not announce itself on a target while its last case there still holds.
fn part(episodes: &mut [Episode]) {
    sort_by(episodes, |a, b| {
        let order = a.kind.cmp(&b.kind).then(a.target.cmp(&b.target));
        order.then(a.due_secs.total_cmp(&b.due_secs))
    });
    let mut free_from = f64::NEG_INFINITY;
    for i in 0..episodes.len() {
        if i == 0
            || (episodes[i].kind, episodes[i].target)
                != (episodes[i - 1].kind, episodes[i - 1].target)
        {
            free_from = f64::NEG_INFINITY;
        }
        let episode = &mut episodes[i];
        episode.onset_secs = episode.onset_secs.max(free_from).min(episode.due_secs);
        if episode.aborted {
            episode.end_secs = episode.end_secs.max(episode.onset_secs);
            episode.recovered_secs = episode.end_secs + episode.recovery_secs;
        }
        free_from = episode.due_secs + 1.3 * episode.hold_secs + episode.recovery_secs + GUARD_SECS;
    }
}

struct Planner<'a> {
    scenario: &'a ValidScenario,
    grid: &'a Grid,
    topology: &'a Topology,
    p: f64,
    /// By emitted entity, then tick: whether harm is planned for the row, or it is to be left alone.
    taken: Vec<bool>,
    episodes: Vec<Episode>,
}

impl Planner<'_> {
    /// Places episodes of a kind until its quota of rows is met or nothing fits; answers the rows placed.
    fn fill(&mut self, kind: IssueKind, quota: f64, round: u64) -> f64 {
        let draws = Draws::new(
            self.scenario.seed,
            Stream::Schedule,
            round << 32 | kind as u64,
        );
        let scrape = f64::from(self.grid.scrape_secs);
        let candidates = self.candidates(kind);
        let mut placed = 0.0;
        let mut number = 0;
        let mut failures = 0;
        while failures < 12 {
            number += 1;
            let Some(target) = self.target(kind, &candidates, draws, number) else {
                break;
            };
            let rows = rows_of(self.topology, target);
            let width = rows.len() as f64;
            let wanted = (quota - placed) / width;
            // Rows of one scrape are the least there is; a smaller rest is left to others.
            if wanted < 0.5 {
                if quota - placed < 0.5 {
                    break;
                }
                failures += 1;
                continue;
            }
            let drawn = self.hold_secs(kind, draws, number);
            // A case much shorter than its kind's is none: harm needs time to set in. Others take its rows.
            if wanted * scrape < 0.4 * drawn && drawn > 2.0 * scrape {
                failures += 1;
                continue;
            }
            let hold = drawn.min(wanted * scrape).max(0.5 * scrape);
            let ticks = ((hold / scrape).ceil() as usize).min(self.grid.ticks);
            match self.find(kind, target, &rows, ticks, draws, number) {
                Some(start) => {
                    placed += self.place(kind, target, &rows, start, hold, draws, number);
                    failures = 0;
                }
                None => failures += 1,
            }
        }
        placed
    }

    /// Fills free runs of single targets in order until `quota` rows are met; answers the rows placed.
    fn fill_gaps(&mut self, kind: IssueKind, quota: f64) -> f64 {
        let draws = Draws::new(self.scenario.seed, Stream::Schedule, 100 + kind as u64);
        let scrape = f64::from(self.grid.scrape_secs);
        let targets: Vec<Target> = match kind.course().scope {
            Scope::Cluster => (0..self.topology.clusters.len() as u32)
                .map(Target::Cluster)
                .collect(),
            Scope::Node | Scope::Zone => (0..self.topology.nodes.len() as u32)
                .map(Target::Node)
                .collect(),
            // The autoscaler is the workload's.
            Scope::Workload if kind == IssueKind::HpaMaxed => Vec::new(),
            Scope::Workload => self
                .candidates(kind)
                .into_iter()
                .map(Target::Placement)
                .collect(),
        };
        let mut placed = 0.0;
        let mut number = 0;
        for target in targets {
            let rows = rows_of(self.topology, target);
            let width = rows.len() as f64;
            let mut tick = 0;
            while tick < self.grid.ticks && width > 0.0 {
                let wanted = ((quota - placed) / width).round();
                if wanted < 1.0 {
                    break;
                }
                let longest = self.hold_secs(kind, draws, number) / scrape;
                let longest = (longest.ceil() as usize).clamp(1, wanted as usize);
                let run = (tick..self.grid.ticks)
                    .take(longest)
                    .take_while(|&t| self.is_free(&rows, t))
                    .count();
                if run > 0 {
                    let hold = run as f64 * scrape;
                    placed += self.place(kind, target, &rows, tick, hold, draws, number);
                    number += 1;
                }
                tick += run.max(1);
            }
        }
        placed
    }

    /// Whether a kind can strike a placement at all.
    fn suits(&self, kind: IssueKind, e: usize) -> bool {
        let place = &self.topology.placements[e];
        match kind {
            IssueKind::PvcFull => place.volume > 0.0,
            IssueKind::HpaMaxed => self.topology.workloads[place.workload].autoscaled,
            _ => true,
        }
    }

    /// The emitted placements that a kind can strike.
    fn candidates(&self, kind: IssueKind) -> Vec<u32> {
        let all = self.topology.emitted.iter().copied();
        all.filter(|&e| self.suits(kind, e as usize)).collect()
    }

    /// What one of the candidates belongs to, so that a target without rows is never drawn.
    fn target(
        &self,
        kind: IssueKind,
        candidates: &[u32],
        draws: Draws,
        number: u64,
    ) -> Option<Target> {
        let e = *candidates.get(draws.below(candidates.len(), number, 200))? as usize;
        let place = &self.topology.placements[e];
        let node = &self.topology.nodes[place.node];
        let zonal = kind == IssueKind::NetworkLatency && draws.uniform(number, 1) < ZONE_SHARE;
        Some(match kind.course().scope {
            Scope::Cluster => Target::Cluster(node.cluster as u32),
            Scope::Zone => Target::Zone(node.zone as u32),
            Scope::Node if zonal => Target::Zone(node.zone as u32),
            Scope::Node => Target::Node(place.node as u32),
            // Some kinds suit only a part of a workload's placements.
            Scope::Workload if kind == IssueKind::PvcFull => Target::Placement(e as u32),
            Scope::Workload => Target::Workload(place.workload as u32),
        })
    }

    /// How long harm is to hold. Where issues fill most of the time, episodes are long rather than many.
    fn hold_secs(&self, kind: IssueKind, draws: Draws, number: u64) -> f64 {
        let stretch = (1.5 * self.p / (1.0 - self.p).max(1e-6)).max(1.0);
        let span = self.grid.ticks as f64 * f64::from(self.grid.scrape_secs);
        (60.0 * draws.lognormal(kind.course().active_mins, 0.4, number, 2) * stretch).min(span)
    }

    fn is_free(&self, rows: &[u32], tick: usize) -> bool {
        rows.iter()
            .all(|&row| !self.taken[row as usize * self.grid.ticks + tick])
    }

    /// A tick from which `ticks` are free on the target: a random one, or the first soon after a random one.
    fn find(
        &self,
        kind: IssueKind,
        target: Target,
        rows: &[u32],
        ticks: usize,
        draws: Draws,
        number: u64,
    ) -> Option<usize> {
        let least = if kind.is_known() || self.is_held_out(target) {
            0
        } else {
            (TEST_FROM * self.grid.ticks as f64).ceil() as usize
        };
        let starts = (self.grid.ticks.checked_sub(ticks)? + 1).checked_sub(least)?;
        if starts == 0 {
            return None;
        }
        let overlaps = draws.uniform(number, 5) < self.scenario.asked.overlap;
        for i in 0..TRIES {
            let start = least + draws.below(starts, number, 10 + i);
            if overlaps || (start..start + ticks).all(|t| self.is_free(rows, t)) {
                return Some(start);
            }
        }
        let from = least + draws.below(starts, number, 9);
        let mut run = 0;
        for at in from..from + self.grid.ticks.min(SEARCH_TICKS) {
            let tick = least + (at - least) % (self.grid.ticks - least);
            // A run does not go on over the end.
            run = if !self.is_free(rows, tick) {
                0
            } else if tick == least {
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

    /// Whether a target lies in the cluster whose rows are all test rows.
    fn is_held_out(&self, target: Target) -> bool {
        let e = rows_of(self.topology, target)
            .first()
            .map(|&row| self.topology.emitted[row as usize] as usize);
        e.is_some_and(|e| Some(self.topology.cluster_of(e)) == held_out_cluster(self.topology))
    }

    /// Adds an episode whose harm is to hold from tick `start` on for `hold_secs`, marks its rows and answers how many.
    #[expect(clippy::too_many_arguments, reason = "an episode's own fields")]
    fn place(
        &mut self,
        kind: IssueKind,
        target: Target,
        rows: &[u32],
        start: usize,
        hold_secs: f64,
        draws: Draws,
        number: u64,
    ) -> f64 {
        let scrape = f64::from(self.grid.scrape_secs);
        // Harm falls between scrapes as often as on them.
        let early = scrape * draws.uniform(number, 6).min(0.999);
        let due = self.grid.tick_secs(start) - early;
        let mut episode = self.episode(kind, target, due, false, draws, number);
        episode.hold_secs = hold_secs;
        episode.planned_rows = hold_secs / scrape * rows.len() as f64;
        let ticks = (hold_secs / scrape).ceil() as usize;
        // Where issues are many there is no room to be left alone.
        let guard = GUARD_SECS * (1.0 - 2.0 * self.p).max(0.0);
        let guard = (guard / scrape).round() as usize;
        let marked = start.saturating_sub(guard)..(start + ticks + guard).min(self.grid.ticks);
        for &row in rows {
            let row = row as usize * self.grid.ticks;
            self.taken[row + marked.start..row + marked.end].fill(true);
        }
        let planned = episode.planned_rows;
        self.episodes.push(episode);
        planned
    }

    fn episode(
        &self,
        kind: IssueKind,
        target: Target,
        due_secs: f64,
        aborted: bool,
        draws: Draws,
        number: u64,
    ) -> Episode {
        let course = kind.course();
        let p = self.p;
        // Where issues fill most of the time there is little left for what precedes them.
        let longest = 60.0 * course.active_mins * (1.2 * (1.0 - p) / p).min(24.0);
        let sudden = self.scenario.asked.sudden.unwrap_or(course.sudden);
        let precursor = if !aborted && draws.uniform(number, 3) < sudden {
            0.0
        } else {
            60.0 * draws.lognormal(course.precursor_mins, course.precursor_sigma, number, 4)
        };
        let severity = draws.lognormal(1.0, 0.35, number, 7).clamp(0.45, 2.2);
        Episode {
            kind,
            target,
            onset_secs: (due_secs - precursor.min(longest))
                .max(EARLIEST_SECS)
                .min(due_secs),
            due_secs,
            impact_secs: due_secs,
            end_secs: f64::INFINITY,
            recovered_secs: f64::INFINITY,
            severity: severity * self.scenario.asked.severity,
            aborted,
            struck: false,
            rows: 0,
            own_rows: 0,
            bend: draws.between(1.0, 2.6, number, 8),
            variant: draws.uniform(number, 30),
            gain: draws.uniform(number, 31),
            hold_secs: 0.0,
            planned_rows: 0.0,
            recovery_secs: 60.0 * draws.lognormal(6.0, 0.5, number, 32),
        }
    }

    /// Adds episodes that heal in the last quarter of their precursor.
    fn near_misses(&mut self) {
        let rate = self.scenario.asked.abort_rate;
        let share = rate / (1.0 - rate) * (1.0 - self.p);
        let count = (self.episodes.len() as f64 * share).round() as u64;
        let draws = Draws::new(self.scenario.seed, Stream::Schedule, 200);
        let kinds = &self.scenario.kinds;
        for number in 0..count {
            let (kind, _) = kinds[draws.below(kinds.len(), number, 50)];
            // What nothing announces cannot heal in time.
            let candidates = self.candidates(kind);
            let target = self.target(kind, &candidates, draws, number);
            let Some(target) = target.filter(|_| kind.course().sudden < 1.0) else {
                continue;
            };
            let due = self
                .grid
                .tick_secs(draws.below(self.grid.ticks, number, 51));
            let mut episode = self.episode(kind, target, due, true, draws, number);
            let whole = due - episode.onset_secs;
            episode.end_secs = due - whole * draws.between(0.02, 0.25, number, 52);
            episode.recovered_secs = episode.end_secs + episode.recovery_secs;
            self.episodes.push(episode);
        }
    }
}

/// The cluster that is held out for testing, where there are enough.
pub(super) fn held_out_cluster(topology: &Topology) -> Option<usize> {
    let count = topology.clusters.len();
    (count >= 4).then_some(count - 1)
}

/// The placements that a target holds.
pub(super) fn members(topology: &Topology, target: Target) -> Vec<u32> {
    let list = |range: std::ops::Range<usize>| range.map(|e| e as u32).collect();
    match target {
        Target::Cluster(c) => list(topology.clusters[c as usize].placements.clone()),
        Target::Node(n) => list(topology.nodes[n as usize].placements.clone()),
        Target::Workload(w) => topology.workloads[w as usize].placements.clone(),
        Target::Placement(e) => vec![e],
        Target::Zone(_) => {
            let all = 0..topology.placements.len();
            list(all)
                .into_iter()
                .filter(|&e: &u32| covers(target, e as usize, topology))
                .collect()
        }
    }
}

/// The emitted entities that a target holds.
pub(super) fn rows_of(topology: &Topology, target: Target) -> Vec<u32> {
    members(topology, target)
        .into_iter()
        .map(|e| topology.row_of[e as usize])
        .filter(|&row| row != u32::MAX)
        .collect()
}
