//! Placements: what the pods of a workload on one node do (specification, 4). They are taken as alike: one memory
//! curve, one crash counter, and a share of them that a fault is about.

use super::cluster::{Placement, Workload};
use super::curve::{exp, logistic};
use super::drives::PlacementDrive;
use super::grid::Moment;
use super::random::{Draws, StepDraws, Stream};
use super::workload::WorkloadState;

/// A placement's moving state.
#[derive(Clone, Debug)]
pub(super) struct PlacementState {
    draws: Draws,
    /// Pods that are bound here; those that were evicted from a lost node and cannot be deleted there; those that start.
    pub(super) pods: f64,
    pub(super) stuck: f64,
    pub(super) starting: f64,
    /// Pods that are warming up and burn twice the CPU.
    warming: f64,
    pub(super) ready: f64,
    /// CPU demand over limit per pod, the same without what faults add, and the part of the periods that is throttled.
    pub(super) demand: f64,
    pub(super) demand_rest: f64,
    pub(super) throttled: f64,
    /// Of the last five minutes: the share of periods that were throttled, and CPU used over limit.
    pub(super) throttled_window: f64,
    pub(super) cpu_window: f64,
    pub(super) throttled_secs: f64,
    /// Share of the memory limit in use, the same without what leaked, and what leaked.
    pub(super) memory: f64,
    pub(super) memory_rest: f64,
    pub(super) leaked: f64,
    /// What is left of being young, 1 at the start.
    youth: f64,
    replay: f64,
    pub(super) full_secs: f64,
    pub(super) since_oom_secs: f64,
    pub(super) ooms: f64,
    /// Crashes in a row, seconds left of waiting or running, seconds since the last two, and of health.
    crashes: u32,
    phase_secs: f64,
    pub(super) backing_off: bool,
    pub(super) since_crash_secs: f64,
    since_crash_before_secs: f64,
    affected: f64,
    pub(super) down_share: f64,
    /// Containers' restarts since their pods were made, summed over pods; they fall when pods are replaced.
    pub(super) restarts: f64,
    /// Restarts in this step.
    pub(super) restarted: f64,
    /// Restarts per second over five minutes, whatever was reset.
    pub(super) restart_rate: f64,
    /// Pods that wait for an image.
    pub(super) pulling: f64,
    /// Volume share without what faults add, and with.
    pub(super) volume: f64,
    pub(super) volume_now: f64,
    /// CPU of the node that the pods take, and its memory.
    pub(super) node_cpu: f64,
    pub(super) node_memory: f64,
}

/// Constants of a step that all placements share.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlacementDecay {
    throttle: f64,
    youth: f64,
    warm: f64,
    window: f64,
    mended: f64,
}

impl PlacementDecay {
    pub(super) fn new(step_secs: f64) -> Self {
        Self {
            // 0.7 of the way in a minute.
            throttle: 1.0 - libm::pow(0.3, step_secs / 60.0),
            youth: exp(-step_secs / 21_600.0),
            warm: exp(-step_secs / 60.0),
            // A five-minute window, whose mean age is 150 s.
            window: 1.0 - exp(-step_secs / 150.0),
            mended: exp(-step_secs / 900.0),
        }
    }
}

/// What a placement's node and cluster do to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    pub(super) node_lost: bool,
    /// Share of pods whose probes cannot start for want of process numbers.
    pub(super) probes_failing: f64,
}

const LONG_AGO_SECS: f64 = 1e9;

impl PlacementState {
    pub(super) fn new(seed: u64, e: usize, place: &Placement, workload: &Workload) -> Self {
        let draws = Draws::new(seed, Stream::Pod, e as u64);
        Self {
            draws,
            pods: place.pods,
            stuck: 0.0,
            starting: 0.0,
            warming: 0.0,
            ready: place.pods,
            demand: workload.demand,
            demand_rest: workload.demand,
            throttled: 0.0,
            throttled_window: 0.0,
            cpu_window: workload.demand.min(1.0),
            throttled_secs: 0.0,
            memory: workload.memory,
            memory_rest: workload.memory,
            leaked: 0.0,
            youth: draws.uniform(0, 1),
            replay: 1.0,
            full_secs: 0.0,
            since_oom_secs: LONG_AGO_SECS,
            ooms: 0.0,
            crashes: 0,
            phase_secs: 0.0,
            backing_off: false,
            since_crash_secs: LONG_AGO_SECS,
            since_crash_before_secs: LONG_AGO_SECS,
            affected: 0.0,
            down_share: 0.0,
            restarts: draws.at(0).between(0.0, 4.0, 2).floor(),
            restarted: 0.0,
            restart_rate: 0.0,
            pulling: 0.0,
            volume: place.volume,
            volume_now: place.volume,
            node_cpu: 0.0,
            node_memory: 0.0,
        }
    }

    pub(super) fn step(
        &mut self,
        (place, workload, of): (&Placement, &Workload, &WorkloadState),
        drive: &PlacementDrive,
        around: Around,
        now: &Moment,
        decay: PlacementDecay,
    ) {
        let draw = self.draws.at(now.step);
        let step_secs = now.step_secs;
        self.restarted = 0.0;
        if of.deploys {
            // New pods: what leaked, what was counted and what had grown is gone.
            (self.leaked, self.replay, self.restarts, self.crashes) = (0.0, 1.0, 0.0, 0);
            self.youth = 1.0;
        }
        self.step_cpu((place, workload, of), drive, decay);
        self.step_memory((place, workload, of), drive, draw, now, decay);
        self.step_crashes(drive, draw, step_secs);

        // A container restarts now and then for no reason that anybody looks into.
        if draw.uniform(0) < step_secs / 259_200.0 && !around.node_lost {
            self.restarts += 1.0;
            self.restarted += 1.0;
        }
        self.restart_rate += decay.window * (self.restarted / step_secs - self.restart_rate);
        self.step_readiness(of, drive, around, draw, step_secs);
        if place.volume > 0.0 {
            self.volume += place.volume_rate * of.load * step_secs;
            if self.volume > 0.82 {
                // Somebody expands it in time.
                self.volume *= 0.45;
            }
            self.volume_now = (self.volume + drive.volume).min(1.0);
        }
    }

    fn step_cpu(
        &mut self,
        (place, workload, of): (&Placement, &Workload, &WorkloadState),
        drive: &PlacementDrive,
        decay: PlacementDecay,
    ) {
        // Fewer pods that are ready each have more to do.
        let spread = workload.replicas / of.ready.max(0.3 * workload.replicas);
        self.demand_rest = workload.demand * of.load * spread;
        self.demand = self.demand_rest * (1.0 + 1.6 * drive.load) / (1.0 - drive.quota_cut);
        let aim = 0.95 * logistic((workload.peak_to_mean * self.demand - 1.0) / 0.12);
        self.throttled += decay.throttle * (aim - self.throttled);
        self.throttled_window += decay.window * (self.throttled - self.throttled_window);
        self.cpu_window += decay.window * (self.demand.min(1.0) - self.cpu_window);
        let used = self.demand.min(1.0) * (1.0 - drive.quota_cut) / workload.demand;
        let working = self.ready + self.warming;
        self.node_cpu = place.cpu_per_pod * working * used;
        self.warming *= decay.warm;
    }

    fn step_memory(
        &mut self,
        (place, workload, of): (&Placement, &Workload, &WorkloadState),
        drive: &PlacementDrive,
        draw: StepDraws,
        now: &Moment,
        decay: PlacementDecay,
    ) {
        self.youth *= decay.youth;
        self.since_oom_secs += now.step_secs;
        let mut rest = workload.memory
            + workload.memory_of_load * (of.load * (1.0 + 1.6 * drive.load) - 1.0).min(1.5)
            + 0.12 * (1.0 - self.youth);
        if workload.gc_share > 0.0 {
            let way = now.secs / workload.gc_secs + place.gc_phase;
            rest += workload.gc_share * (way - way.floor());
        }
        if workload.warm_memory > 0.0 {
            let since = now.hour - workload.warm_hour;
            let since = if since < 0.0 { since + 24.0 } else { since };
            // Two hours up, six hours down.
            let way = if since < 2.0 {
                since / 2.0
            } else {
                (1.0 - (since - 2.0) / 6.0).max(0.0)
            };
            rest += workload.warm_memory * way;
        }
        let load = of.load * (1.0 + 1.6 * drive.load);
        self.leaked += drive.leak * self.replay * now.step_secs * (0.7 + 0.3 * load.min(2.0));
        if drive.leak == 0.0 {
            // Once a leak is mended its pods are replaced, one after the other.
            self.leaked *= decay.mended;
        }
        self.memory_rest = rest;
        self.memory = (rest + self.leaked).min(1.0);
        self.full_secs = if self.memory > 0.95 {
            self.full_secs + now.step_secs
        } else {
            0.0
        };
        if rest + self.leaked + 0.01 * draw.noise(1) > 1.0 && self.pods > 0.0 {
            let killed = (self.pods * draw.between(0.3, 1.0, 2)).ceil();
            self.ooms += killed;
            self.since_oom_secs = 0.0;
            self.full_secs = 0.0;
            self.leaked = 0.05;
            // The backlog is replayed.
            self.replay = (self.replay * 1.3).min(3.0);
            self.youth = 1.0;
            self.crash(killed);
        }
        self.node_memory = place.memory_per_pod * self.memory * self.pods;
    }

    /// One container of each of so many pods ends; they wait, longer each time.
    fn crash(&mut self, pods: f64) {
        self.restarts += pods;
        self.restarted += pods;
        self.affected = pods;
        self.crashes = (self.crashes + 1).min(10);
        self.backing_off = true;
        self.since_crash_before_secs = self.since_crash_secs;
        self.since_crash_secs = 0.0;
        self.phase_secs = (10.0 * f64::from(1_u32 << (self.crashes - 1))).min(300.0);
    }

    /// Crash, wait 10 s, 20 s and so on up to 300 s, run about 20 s: all that happens within a step.
    fn step_crashes(&mut self, drive: &PlacementDrive, draw: StepDraws, step_secs: f64) {
        self.since_crash_secs += step_secs;
        self.since_crash_before_secs += step_secs;
        if drive.crash_share == 0.0 && !self.backing_off {
            self.down_share = 0.0;
            if self.crashes > 0 && self.since_crash_secs > 900.0 {
                self.crashes = 0;
            }
            if drive.crash_chance > 0.0 && draw.uniform(3) < drive.crash_chance * step_secs / 60.0 {
                self.restarts += 1.0;
                self.restarted += 1.0;
            }
            return;
        }
        let affected = (drive.crash_share * self.pods).ceil();
        let (mut left, mut down) = (step_secs, 0.0);
        for i in 0..24 {
            let spent = self.phase_secs.min(left);
            self.phase_secs -= spent;
            left -= spent;
            down += if self.backing_off { spent } else { 0.0 };
            if left <= 0.0 {
                break;
            }
            if self.backing_off {
                self.backing_off = false;
                self.phase_secs = 20.0 * exp(0.5 * draw.noise(10 + i));
            } else if affected > 0.0 {
                self.crash(affected);
            } else {
                break;
            }
        }
        self.down_share = down / step_secs;
    }

    fn step_readiness(
        &mut self,
        of: &WorkloadState,
        drive: &PlacementDrive,
        around: Around,
        draw: StepDraws,
        step_secs: f64,
    ) {
        self.pulling = if drive.pull_share > 0.0 {
            (drive.pull_share * self.pods).ceil()
        } else {
            0.0
        };
        let mut unready =
            self.starting + self.pulling + self.down_share * self.affected.min(self.pods);
        if of.rolling_secs > 0.0 {
            unready += self.pods * draw.between(0.05, 0.15, 4);
        }
        if draw.uniform(5) < 0.004 * step_secs / 60.0 {
            unready += 1.0;
        }
        // Probes time out where the quota or the node leaves them no time.
        unready += self.pods * (0.25 * (self.throttled - 0.55).max(0.0) + around.probes_failing);
        self.ready = if around.node_lost {
            0.0
        } else {
            (self.pods - unready).round().max(0.0)
        };
        self.throttled_secs = if self.throttled > 0.25 {
            self.throttled_secs + step_secs
        } else {
            0.0
        };
        self.warming += self.starting;
        self.starting = 0.0;
    }

    /// So many pods are bound here; they are ready in the next step.
    pub(super) fn bind(&mut self, pods: f64) {
        self.pods += pods;
        self.starting += pods;
    }

    /// Share of the pods that are ready, all on this node counted.
    pub(super) fn ready_share(&self) -> f64 {
        let all = self.pods + self.stuck;
        if all > 0.0 {
            (self.ready / all).min(1.0)
        } else {
            1.0
        }
    }

    /// Waiting in the back-off after at least two restarts in ten minutes.
    pub(super) fn is_crash_looping(&self) -> bool {
        let recent = if self.affected >= 2.0 {
            self.since_crash_secs
        } else {
            self.since_crash_before_secs
        };
        self.crashes >= 2 && recent < 600.0 && (self.backing_off || self.down_share > 0.3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::cluster::Topology;
    use crate::simulate::grid::Grid;
    use crate::simulate::{Preset, Scenario};

    #[test]
    fn a_crash_loop_waits_longer_each_time() {
        let valid = Scenario::of(Preset::Seed).check().unwrap();
        let grid = Grid::new(&valid);
        let topology = Topology::new(&valid, grid.entities);
        let place = &topology.placements[0];
        let workload = &topology.workloads[place.workload];
        let mut state = PlacementState::new(1, 0, place, workload);
        state.restarts = 0.0;
        let drive = PlacementDrive {
            crash_share: 1e-9,
            ..PlacementDrive::default()
        };
        let mut at = Vec::new();
        for minute in 0..60 {
            let before = state.restarts;
            state.step_crashes(&drive, state.draws.at(minute), 60.0);
            for _ in 0..(state.restarts - before) as usize {
                at.push(minute);
            }
        }
        // 10 + 20 + 40 + 80 + 160 s and then 300 s apart, each with about 20 s of running.
        assert!((12..=18).contains(&at.len()), "{at:?}");
        assert!(
            at[3] <= 3 && at[at.len() - 1] - at[at.len() - 2] >= 4,
            "{at:?}"
        );
        assert!(state.is_crash_looping());
        let calm = PlacementDrive::default();
        for minute in 60..90 {
            state.step_crashes(&calm, state.draws.at(minute), 60.0);
        }
        assert!(!state.is_crash_looping() && state.crashes == 0);
    }
}
