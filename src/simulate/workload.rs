//! Workloads: load over days and weeks, replicas that follow it, rollouts (specification, 3).

use super::cluster::Workload;
use super::curve::exp;
use super::grid::Moment;
use super::random::{Decay, Draws, Drift, Stream};

/// A workload's moving state.
#[derive(Clone, Debug)]
pub(super) struct WorkloadState {
    draws: Draws,
    drift: Drift,
    burst: f64,
    /// A load test: factor and seconds left.
    test: f64,
    test_secs: f64,
    /// What is asked of it, 1 is usual; without what faults add.
    pub(super) load: f64,
    /// Replicas that it is to have, and the bounds of the autoscaler.
    pub(super) replicas: f64,
    pub(super) least_replicas: f64,
    pub(super) most_replicas: f64,
    /// Replicas that the autoscaler would have without what faults add.
    pub(super) wanted_rest: f64,
    /// The most wanted in the last five minutes, and how long ago that was.
    held: f64,
    held_secs: f64,
    /// How long it has been at its most.
    pub(super) maxed_secs: f64,
    /// Pods that are bound, ready, waiting to be bound, and fitting nowhere.
    pub(super) bound: f64,
    pub(super) ready: f64,
    pub(super) pending: f64,
    pub(super) homeless: f64,
    /// CPU demand over limit, mean over pods, in the last step, with and without what faults add.
    pub(super) usage: f64,
    pub(super) usage_rest: f64,
    pub(super) deploy_age_secs: f64,
    pub(super) rolling_secs: f64,
    /// Seconds for which pods still wait for an image that is slow to come, which is no fault.
    pub(super) pulling_secs: f64,
    /// A rollout begins in this step.
    pub(super) deploys: bool,
}

/// Constants of a step that all workloads share.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoadDecay {
    drift: Decay,
    burst: f64,
}

impl LoadDecay {
    pub(super) fn new(step_secs: f64) -> Self {
        Self {
            drift: Decay::new(step_secs, 1_200.0),
            burst: Decay::new(step_secs, 600.0).keep(),
        }
    }
}

impl WorkloadState {
    pub(super) fn new(seed: u64, w: usize, workload: &Workload) -> Self {
        let draws = Draws::new(seed, Stream::Deploy, w as u64);
        let replicas = workload.replicas;
        Self {
            draws: Draws::new(seed, Stream::Load, w as u64),
            drift: Drift(draws.normal(0, 1)),
            burst: 0.0,
            test: 0.0,
            test_secs: 0.0,
            load: 1.0,
            replicas,
            least_replicas: (0.5 * replicas).ceil(),
            most_replicas: if workload.autoscaled {
                (workload.most_factor * replicas).round()
            } else {
                replicas
            },
            wanted_rest: replicas,
            held: replicas,
            held_secs: 0.0,
            maxed_secs: 0.0,
            bound: replicas,
            ready: replicas,
            pending: 0.0,
            homeless: 0.0,
            usage: workload.demand,
            usage_rest: workload.demand,
            deploy_age_secs: draws.between(0.0, 200_000.0, 1, 2),
            rolling_secs: 0.0,
            pulling_secs: 0.0,
            deploys: false,
        }
    }

    /// Moves the load on. `sun` is cosine and sine of the hour's angle, `weather` the cluster's own drift.
    pub(super) fn step_load(
        &mut self,
        workload: &Workload,
        now: &Moment,
        sun: [f64; 2],
        weather: f64,
        decay: LoadDecay,
    ) {
        let draw = self.draws.at(now.step);
        let x = self.drift.step(decay.drift, draw.noise(0));
        self.burst *= decay.burst;
        if draw.uniform(1) < now.step_secs / 21_600.0 {
            self.burst += draw.between(0.2, 0.7, 2);
        }
        // A load test or a flash crowd: it looks like a fault and is none.
        self.test_secs -= now.step_secs;
        if draw.uniform(6) < now.step_secs / 216_000.0 {
            (self.test, self.test_secs) =
                (draw.between(0.8, 2.5, 7), draw.between(600.0, 1_800.0, 8));
        }
        let test = if self.test_secs > 0.0 { self.test } else { 0.0 };
        let phase = if workload.period_secs > 0.0 {
            let runs = now.secs / workload.period_secs + workload.period_phase;
            if runs - runs.floor() < 0.2 { 1.6 } else { 0.25 }
        } else {
            let c = sun[0] * workload.peak[0] + sun[1] * workload.peak[1];
            1.0 + workload.daily[0] * c + workload.daily[1] * (2.0 * c * c - 1.0)
        };
        let week = if now.is_weekend {
            workload.weekend
        } else {
            1.0
        };
        let drift = exp(0.12 * x + 0.06 * weather + workload.growth * now.secs);
        self.load = phase * week * drift * (1.0 + self.burst + test);
    }

    /// Rollouts: most in the office hours of weekdays. `forced` is one that a fault brings.
    pub(super) fn step_deploys(&mut self, now: &Moment, rate: f64, forced: bool) {
        let draw = self.draws.at(now.step);
        let office = !now.is_weekend && (9.0..18.0).contains(&now.hour);
        let usual = rate * if office { 5.0 } else { 1.0 } / (40.0 * 3_600.0);
        self.deploy_age_secs += now.step_secs;
        self.rolling_secs = (self.rolling_secs - now.step_secs).max(0.0);
        self.pulling_secs = (self.pulling_secs - now.step_secs).max(0.0);
        self.deploys = forced || draw.uniform(3) < usual * now.step_secs;
        if self.deploys {
            self.deploy_age_secs = 0.0;
            self.rolling_secs = draw.between(180.0, 480.0, 4);
            self.pulling_secs = (draw.between(-500.0, 300.0, 5)).max(0.0);
        }
    }

    /// The autoscaler: up at once, down to the most of the last five minutes.
    pub(super) fn step_replicas(&mut self, workload: &Workload, step_secs: f64) {
        if !workload.autoscaled {
            return;
        }
        let wanted = |usage: f64, now: f64| {
            let u = usage / (1.05 * workload.demand);
            let raw = if (u - 1.0).abs() > 0.1 {
                (now * u).ceil()
            } else {
                now
            };
            // Four rounds of 15 s, each at most twice as many.
            raw.min(16.0 * now)
                .clamp(self.least_replicas, self.most_replicas)
        };
        let desired = wanted(self.usage, self.replicas);
        self.wanted_rest = wanted(self.usage_rest, self.replicas);
        self.held_secs += step_secs;
        if desired >= self.held || self.held_secs >= 300.0 {
            self.held = desired;
            self.held_secs = 0.0;
        }
        self.replicas = if desired > self.replicas {
            desired
        } else {
            self.held.min(self.replicas).max(desired)
        };
        self.maxed_secs = if self.replicas >= self.most_replicas {
            self.maxed_secs + step_secs
        } else {
            0.0
        };
    }
}
