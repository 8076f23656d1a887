//! Load, rollouts and pods: what placements do by themselves and under pressure.

use super::grid::Moment;
use super::random::{Decay, Draws, Drift, Stream};
use super::topology::{Placement, Workload};

/// What faults press on, for one placement. Pressures are 0 without a fault; 1 is where harm begins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PlacementDrive {
    /// More requests than the CPU quota serves.
    pub(super) surge: f64,
    /// A quota too small for the usual load.
    pub(super) quota: f64,
    /// Containers that die.
    pub(super) crash: f64,
    /// The share of pods whose containers die.
    pub(super) crash_share: f64,
}

/// A workload's moving state.
#[derive(Clone, Debug)]
pub(super) struct WorkloadState {
    draws: Draws,
    deploys: Draws,
    drift: Drift,
    burst: f64,
    rollout_secs: f64,
    /// Requests relative to the mean.
    pub(super) load: f64,
    /// Pods are being replaced.
    pub(super) rolling: bool,
    /// Pods were replaced since the last scrape: their counters start again.
    pub(super) replaced: bool,
}

/// Constants of a step that all workloads share.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoadDecay {
    drift: Decay,
    burst: Decay,
}

impl LoadDecay {
    pub(super) fn new(step_secs: f64) -> Self {
        Self {
            drift: Decay::new(step_secs, 1_200.0),
            burst: Decay::new(step_secs, 600.0),
        }
    }
}

impl WorkloadState {
    pub(super) fn new(seed: u64, w: usize) -> Self {
        let draws = Draws::new(seed, Stream::Load, w as u64);
        Self {
            draws,
            deploys: Draws::new(seed, Stream::Deploy, w as u64),
            drift: Drift(draws.normal(0, 100)),
            burst: 0.0,
            rollout_secs: 0.0,
            load: 1.0,
            rolling: false,
            replaced: false,
        }
    }

    /// One step: a daily and a weekly shape, drift of its own and of the whole cluster, short bursts (crowds that
    /// the autoscaler absorbs), runs of jobs, and rollouts, which come mostly in office hours.
    pub(super) fn step(
        &mut self,
        workload: &Workload,
        now: &Moment,
        cluster_drift: f64,
        decay: LoadDecay,
    ) {
        use std::f64::consts::TAU;
        let tick = now.tick;
        let phase = TAU * (now.hour - workload.peak_hour) / 24.0;
        let day =
            1.0 + workload.daily[0] * libm::cos(phase) + workload.daily[1] * libm::cos(2.0 * phase);
        let week = if now.is_weekend {
            workload.weekend
        } else {
            1.0
        };
        let drift = self.drift.step(decay.drift, self.draws.noise(tick, 0));
        self.burst *= decay.burst.keep();
        if self.draws.uniform(tick, 1) < now.step_secs / 21_600.0 {
            self.burst += self.draws.between(0.2, 0.7, tick, 2);
        }
        // A run takes a fifth of its period; over periods shorter than a step, what is measured is the mean.
        let run = if workload.period_secs <= 0.0 {
            1.0
        } else if workload.period_secs <= now.step_secs {
            0.52
        } else {
            let place = now.secs / workload.period_secs + self.draws.uniform(0, 101);
            if place - place.floor() < 0.2 {
                1.6
            } else {
                0.25
            }
        };
        self.load =
            day * week * run * libm::exp(0.12 * drift + 0.06 * cluster_drift) * (1.0 + self.burst);

        self.rollout_secs = (self.rollout_secs - now.step_secs).max(0.0);
        let office = !now.is_weekend && (9.0..17.0).contains(&now.hour);
        let per_hour = if office { 5.0 / 80.0 } else { 1.0 / 80.0 };
        self.replaced = self.deploys.uniform(tick, 0) < per_hour * now.step_secs / 3_600.0;
        if self.replaced {
            self.rollout_secs = self.deploys.between(180.0, 480.0, tick, 1);
        }
        self.rolling = self.rollout_secs > 0.0;
    }
}

/// What a placement suffers from around it, each 0 without trouble.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Surroundings {
    pub(super) node_lost: bool,
    pub(super) memory: f64,
    pub(super) disk: f64,
    pub(super) network: f64,
    pub(super) scheduling: f64,
}

/// A placement's moving state.
#[derive(Clone, Debug)]
pub(super) struct PlacementState {
    draws: Draws,
    /// How much of a scheduling backlog hits it, 0 to 1.
    exposed: f64,
    demand: f64,
    was_crashing: bool,
    /// Pods on the node.
    pub(super) pods: f64,
    /// Pods that are ready.
    pub(super) ready: f64,
    /// Restarts since the pods were last replaced.
    pub(super) restarts: f64,
    /// Work relative to the mean, with what faults add.
    pub(super) load: f64,
}

impl PlacementState {
    pub(super) fn new(seed: u64, e: usize) -> Self {
        let draws = Draws::new(seed, Stream::Pod, e as u64);
        let exposed = draws.uniform(0, 100);
        Self {
            draws,
            exposed: exposed * exposed,
            demand: 1.0,
            was_crashing: false,
            pods: 1.0,
            ready: 1.0,
            restarts: draws.count(1.2, 0, 101),
            load: 1.0,
        }
    }

    /// The work of this step, before the node is known.
    pub(super) fn demand(&mut self, workload: &WorkloadState, drive: &PlacementDrive) {
        self.load = workload.load * (1.0 + 0.9 * drive.surge) * (1.0 - 0.25 * drive.quota.min(1.0));
    }

    /// Pods, readiness and restarts, once the node's state is known.
    pub(super) fn settle(
        &mut self,
        placement: &Placement,
        workload: &Workload,
        state: &WorkloadState,
        drive: &PlacementDrive,
        around: &Surroundings,
        now: &Moment,
    ) {
        let (tick, step_secs) = (now.tick, now.step_secs);
        // The autoscaler follows within minutes, and pods leave slowly.
        let follow = (step_secs / 600.0).min(1.0);
        self.demand += follow * (self.load - self.demand);
        let scale = if workload.autoscaled {
            self.demand.clamp(0.5, 2.5)
        } else {
            1.0
        };
        self.pods = (placement.pods * scale).round().max(1.0);

        let crashing = drive.crash >= 1.0;
        let mut down = 0.0;
        if crashing {
            // Between two tries a container runs for a while.
            down += drive.crash_share * self.draws.between(0.55, 1.0, tick, 0);
        } else {
            down += 0.12 * drive.crash * drive.crash_share;
        }
        if state.rolling {
            down += self.draws.between(0.0, 0.28, tick, 1);
        }
        let late = |pressure: f64| pressure * pressure * pressure;
        // Probes of starved containers time out.
        down += late(drive.surge) * self.draws.between(0.0, 0.1, tick, 2);
        down += late(drive.quota) * self.draws.between(0.02, 0.18, tick, 3);
        down += late(around.memory) * self.draws.between(0.0, 0.12, tick, 4);
        down += late(around.disk) * self.draws.between(0.0, 0.1, tick, 5);
        down += late(around.network) * self.draws.between(0.0, 0.16, tick, 6);
        down += around.scheduling * self.exposed * self.draws.between(0.1, 0.5, tick, 7);
        let mut up = self.pods * (1.0 - down.min(1.0));
        if self.draws.uniform(tick, 8) < 0.04 {
            up -= 1.0;
        }
        if around.node_lost {
            up *= self.draws.between(0.0, 0.55, tick, 9);
        }
        self.ready = up.round().clamp(0.0, self.pods);

        let mut restarts = self.pods * step_secs / (3.0 * 86_400.0);
        if crashing {
            restarts += drive.crash_share * self.pods * step_secs / 600.0;
        } else {
            restarts += 0.08 * drive.crash * drive.crash * self.pods * step_secs / 300.0;
        }
        restarts += 0.012 * late(around.memory) * self.pods * step_secs / 300.0;
        restarts += 0.008 * (late(drive.quota) + late(drive.surge)) * self.pods * step_secs / 300.0;
        self.restarts += self.draws.count(restarts, tick, 10);
        // What crashed is usually cured by a rollout, which starts the counters again.
        let cured = self.was_crashing && !crashing && self.draws.uniform(tick, 11) < 0.85;
        if state.replaced || cured {
            self.restarts = 0.0;
        }
        self.was_crashing = crashing;
    }
}
