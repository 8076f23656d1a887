//! The first run, which finds the truth: when harm sets in on a row, whose it is, and when each episode has its rows.
//!
//! It runs beside its twin on which no fault strikes. What the twin shows too is nobody's; the rest is blamed on an
//! episode. An episode lets go when harm has held for as long as was planned, so that the asked share of rows comes out
//! whatever harm needs to set in, and what it brought down beyond its plan the next of that kind has less.

use super::faults::{Episode, IssueKind};
use super::grid::Moment;
use super::labels::{Blame, Suspect, Truth, blame};
use super::schedule::rows_of;
use super::world::{Setting, World};

/// Seconds after its end for which harm may still be an episode's.
const BLAME_SECS: f64 = 1_800.0;
/// What harm usually outlasts the fault, by kind: less is asked of the fault for it.
fn tail_secs(kind: IssueKind) -> f64 {
    match kind {
        IssueKind::CapacityExhausted => 900.0,
        IssueKind::HpaMaxed => 480.0,
        IssueKind::MemoryPressure | IssueKind::MemoryLeak => 300.0,
        IssueKind::ApiServerLatency | IssueKind::SchedulerFailure => 120.0,
        IssueKind::NodeFailure | IssueKind::CertExpiry | IssueKind::ZonePartition => 0.0,
        _ => 60.0,
    }
}

/// The first run.
#[derive(Debug)]
pub(super) struct Discovery {
    world: World,
    twin: World,
    pub(super) truth: Truth,
    suspects: Vec<Vec<Suspect>>,
    /// Kinds that victims may be labelled with.
    allowed: u32,
    /// By label: rows so far, and rows that were planned for episodes that are over.
    realised: Vec<f64>,
    planned_over: Vec<f64>,
    /// Episodes that have begun and are not over: number, seconds of harm, own rows in this step, all of its rows.
    open: Vec<Open>,
    next: usize,
}

#[derive(Debug)]
struct Open {
    episode: usize,
    rows: f64,
    held_secs: f64,
    showing: f64,
    over_secs: f64,
}

impl Discovery {
    pub(super) fn new(setting: &Setting, episodes: Vec<Episode>) -> Self {
        Self {
            twin: World::new(setting, Vec::new()),
            world: World::new(setting, episodes),
            truth: Truth::new(setting.grid.entities),
            suspects: vec![Vec::new(); setting.topology.clusters.len()],
            allowed: setting
                .scenario
                .kinds
                .iter()
                .fold(0, |set, (kind, _)| set | kind.bit()),
            realised: vec![0.0; IssueKind::ALL.len()],
            planned_over: vec![0.0; IssueKind::ALL.len()],
            open: Vec::new(),
            next: 0,
        }
    }

    pub(super) fn episodes(&self) -> &[Episode] {
        &self.world.episodes
    }

    /// The share that is done, 0 to 1.
    pub(super) fn done(&self, setting: &Setting) -> f64 {
        if self.world.episodes.is_empty() {
            return 1.0;
        }
        self.world.step as f64 / (setting.steps + 1) as f64
    }

    /// Goes on for so many steps; answers whether there is more to do.
    pub(super) fn run(&mut self, setting: &Setting, steps: usize) -> bool {
        // Where nothing strikes there is nothing to find.
        if self.world.episodes.is_empty() {
            return false;
        }
        let until = setting.steps.min(self.world.step.saturating_add(steps));
        while self.world.step < until {
            self.live(setting);
        }
        self.world.step < setting.steps
    }

    fn live(&mut self, setting: &Setting) {
        let step = self.world.step;
        let now = setting.grid.moment(step);
        self.world.step(setting);
        self.twin.step(setting);
        self.open_episodes(&now, setting);
        self.find_blame(step, setting);
        self.close_episodes(&now);
    }

    fn open_episodes(&mut self, now: &Moment, setting: &Setting) {
        while let Some(episode) = self.world.episodes.get(self.next) {
            if episode.onset_secs > now.secs {
                break;
            }
            if !episode.aborted {
                let rows = rows_of(&setting.topology, episode.target);
                let first = rows
                    .first()
                    .map(|&row| setting.topology.emitted[row as usize]);
                if let Some(e) = first {
                    let c = setting.topology.cluster_of(e as usize);
                    self.suspects[c].push(Suspect::new(self.next, episode));
                }
                self.open.push(Open {
                    episode: self.next,
                    rows: rows.len() as f64,
                    held_secs: 0.0,
                    showing: 0.0,
                    over_secs: f64::INFINITY,
                });
            }
            self.next += 1;
        }
    }

    fn find_blame(&mut self, step: usize, setting: &Setting) {
        let topology = &setting.topology;
        let tick = setting.grid.tick_of(step);
        let secs = setting.grid.moment(step).secs;
        let (harm, calm) = (&self.world.harm, &self.twin.harm);
        for open in &mut self.open {
            open.showing = 0.0;
        }
        for (row, &e) in topology.emitted.iter().enumerate() {
            let e = e as usize;
            let n = topology.placements[e].node;
            let c = topology.nodes[n].cluster;
            let suspects = &self.suspects[c];
            if suspects.is_empty() {
                continue;
            }
            let masks = [
                harm.placements[e] & !calm.placements[e],
                harm.nodes[n] & !calm.nodes[n],
                harm.clusters[c] & !calm.clusters[c],
            ];
            if masks == [0; 3] {
                continue;
            }
            let Some(found) = blame(masks, e, (suspects, secs), self.allowed, topology) else {
                continue;
            };
            self.truth.note(row, step, found);
            note_row(
                found,
                tick.is_some(),
                &mut self.world.episodes,
                &mut self.realised,
                &mut self.open,
            );
        }
    }

    fn close_episodes(&mut self, now: &Moment) {
        let ends = now.secs + now.step_secs;
        for i in 0..self.open.len() {
            let number = self.open[i].episode;
            let showing = self.open[i].showing;
            let kind = self.world.episodes[number].kind;
            if showing > 0.0 && !self.world.episodes[number].struck {
                let carry = self.carry(kind);
                let thrift = self.thrift();
                let episode = &mut self.world.episodes[number];
                episode.struck = true;
                episode.impact_secs = now.secs;
                let wanted = (episode.planned_rows + carry) / episode.planned_rows.max(1e-9);
                episode.hold_secs *= wanted.clamp(0.4, 2.0) * thrift;
            }
            let open = &mut self.open[i];
            open.held_secs += now.step_secs * (showing / open.rows.max(1.0)).min(1.0);
            let episode = &mut self.world.episodes[number];
            // A leak strikes early where the load is high: it is counted from then on.
            let begun = if episode.struck {
                episode.impact_secs.min(episode.due_secs)
            } else {
                episode.due_secs
            };
            if episode.end_secs.is_finite() || now.secs < begun {
                continue;
            }
            let late = now.secs - begun;
            let waited = late > 7_200.0 + 2.0 * episode.hold_secs;
            let enough =
                open.held_secs + tail_secs(kind).min(0.5 * episode.hold_secs) >= episode.hold_secs;
            let too_long = late > 3.0 * episode.hold_secs + 7_200.0;
            if (episode.struck && (enough || too_long)) || (!episode.struck && waited) {
                episode.end_secs = ends;
                episode.recovered_secs = ends + episode.recovery_secs;
                open.over_secs = episode.recovered_secs;
            }
        }
        for open in &self.open {
            if open.over_secs <= now.secs {
                let episode = &self.world.episodes[open.episode];
                self.planned_over[episode.kind as usize] += episode.planned_rows;
            }
        }
        self.open.retain(|open| open.over_secs > now.secs);
        let episodes = &self.world.episodes;
        for suspects in &mut self.suspects {
            suspects.retain(|s| {
                let episode = &episodes[s.episode as usize];
                episode.end_secs + BLAME_SECS > now.secs
                    && (episode.struck || episode.end_secs > now.secs)
            });
        }
    }

    /// Rows that episodes of a kind that are over still owe.
    fn carry(&self, kind: IssueKind) -> f64 {
        let current: f64 = self
            .open
            .iter()
            .map(|open| &self.world.episodes[open.episode])
            .filter(|episode| episode.kind == kind)
            .map(|episode| f64::from(episode.own_rows))
            .sum();
        self.planned_over[kind as usize] - (self.realised[kind as usize] - current)
    }

    /// What the episodes to come are shortened by for what others had too many, victims above all: not all of it, since
    /// [`Discovery::carry`] sees to a part.
    fn thrift(&self) -> f64 {
        let episodes = &self.world.episodes;
        let current: f64 = self
            .open
            .iter()
            .map(|open| f64::from(episodes[open.episode].rows))
            .sum();
        let sum = |list: &[f64]| list.iter().sum::<f64>();
        let excess = sum(&self.realised) - current - sum(&self.planned_over);
        let to_come = episodes
            .iter()
            .filter(|e| !e.struck && e.end_secs.is_infinite());
        let to_come: f64 = to_come.map(|e| e.planned_rows).sum();
        (1.0 - 0.8 * excess / to_come.max(1.0)).clamp(0.4, 1.3)
    }

    /// The episodes as they were found, and whose harm each row shows.
    pub(super) fn finish(self, setting: &Setting) -> (Vec<Episode>, Truth) {
        let end = setting.grid.moment(setting.steps).secs;
        let mut episodes = self.world.episodes;
        for episode in &mut episodes {
            // The run ends before they do.
            if episode.end_secs.is_infinite() {
                episode.end_secs = end.max(episode.due_secs);
                episode.recovered_secs = episode.end_secs + episode.recovery_secs;
            }
        }
        (episodes, self.truth)
    }
}

fn note_row(
    found: Blame,
    scraped: bool,
    episodes: &mut [Episode],
    realised: &mut [f64],
    open: &mut [Open],
) {
    let episode = &mut episodes[found.episode as usize];
    let own = found.kind == episode.kind && !found.victim;
    if own
        && let Some(open) = open
            .iter_mut()
            .find(|o| o.episode == found.episode as usize)
    {
        open.showing += 1.0;
    }
    if scraped {
        realised[found.kind as usize] += 1.0;
        episode.rows += 1;
        episode.own_rows += u32::from(own);
    }
}
