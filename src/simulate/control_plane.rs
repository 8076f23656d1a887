//! A cluster's control plane: etcd, the API server, the scheduler, each slowing the next.

use super::grid::Moment;
use super::random::{Decay, Draws, Drift, Stream};
use super::topology::Cluster;

/// The API latency above which it is an issue, ms.
pub(super) const API_LIMIT_MS: f64 = 1_000.0;
/// The etcd fsync latency above which it is an issue, ms.
pub(super) const FSYNC_LIMIT_MS: f64 = 100.0;
/// The scheduling latency that a pod waiting for five minutes goes with, ms.
const SCHEDULE_LIMIT_MS: f64 = 600.0;

/// What faults press on, for one control plane. Pressures are 0 without a fault; 1 is where harm begins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ControlDrive {
    pub(super) api: f64,
    pub(super) fsync: f64,
    pub(super) schedule: f64,
    /// The same, but nothing is even tried: attempts that are not made are not slow.
    pub(super) stalled: f64,
    /// Late packets between its members and nodes.
    pub(super) network: f64,
}

/// A control plane's moving state.
#[derive(Clone, Debug)]
pub(super) struct ControlState {
    draws: Draws,
    load_drift: Drift,
    etcd_drift: Drift,
    api_drift: Drift,
    schedule_drift: Drift,
    /// Drift of the load of all its workloads.
    pub(super) drift: f64,
    /// p99 of an etcd fsync, ms.
    pub(super) fsync_ms: f64,
    /// p99 of an etcd commit, ms.
    pub(super) etcd_ms: f64,
    /// p99 of an API request, ms.
    pub(super) api_ms: f64,
    /// p99 of a scheduling attempt, ms.
    pub(super) schedule_ms: f64,
}

/// Constants of a step that all control planes share.
#[derive(Clone, Copy, Debug)]
pub(super) struct ControlDecay {
    slow: Decay,
    fast: Decay,
}

impl ControlDecay {
    pub(super) fn new(step_secs: f64) -> Self {
        Self {
            slow: Decay::new(step_secs, 7_200.0),
            fast: Decay::new(step_secs, 3_600.0),
        }
    }
}

impl ControlState {
    pub(super) fn new(seed: u64, c: usize) -> Self {
        let draws = Draws::new(seed, Stream::ControlPlane, c as u64);
        Self {
            draws,
            load_drift: Drift(draws.normal(0, 100)),
            etcd_drift: Drift(draws.normal(0, 102)),
            api_drift: Drift(draws.normal(0, 104)),
            schedule_drift: Drift(draws.normal(0, 106)),
            drift: 0.0,
            fsync_ms: 0.0,
            etcd_ms: 0.0,
            api_ms: 0.0,
            schedule_ms: 0.0,
        }
    }

    /// The drift of the cluster's load, which the workloads need first.
    pub(super) fn drift(&mut self, tick: u64, decay: ControlDecay) {
        self.drift = self.load_drift.step(decay.slow, self.draws.noise(tick, 0));
    }

    /// One step. `load` is the workloads' mean, `churn` the share of them whose pods come and go.
    ///
    /// A slow disk slows commits, they slow API requests, and they slow the scheduler. Bursts of LIST calls, of
    /// compaction and of pending jobs, over before an alert would fire, look like an issue and are none.
    pub(super) fn step(
        &mut self,
        cluster: &Cluster,
        load: f64,
        churn: f64,
        drive: &ControlDrive,
        now: &Moment,
        decay: ControlDecay,
    ) {
        let (draw, tick) = (self.draws, now.tick);
        let minutes = now.step_secs / 60.0;
        let y = self.etcd_drift.step(decay.fast, draw.noise(tick, 1));
        let backup = if (2.0..2.75).contains(&now.hour) {
            2.2
        } else {
            1.0
        };
        let mut healthy = cluster.fsync_ms
            * libm::exp(0.24 * y)
            * (0.7 + 0.3 * load)
            * (1.0 + 0.8 * churn)
            * backup;
        if draw.uniform(tick, 2) < (0.001 * minutes).min(0.02) {
            healthy *= draw.lognormal(6.0, 0.8, tick, 3);
        }
        self.fsync_ms = towards(healthy, FSYNC_LIMIT_MS, drive.fsync);
        self.etcd_ms =
            2.3 * self.fsync_ms * libm::exp(0.1 * draw.noise(tick, 4)) + 25.0 * drive.network;

        let y = self.api_drift.step(decay.fast, draw.noise(tick, 5));
        let mut healthy =
            cluster.api_ms * libm::exp(0.2 * y) * (0.6 + 0.4 * load) * (1.0 + 0.7 * churn);
        if draw.uniform(tick, 6) < (0.0015 * minutes).min(0.025) {
            healthy *= draw.lognormal(12.0, 0.8, tick, 7);
        }
        self.api_ms = towards(healthy, API_LIMIT_MS, drive.api)
            + 1.6 * self.etcd_ms
            + 110.0 * drive.network * drive.network;

        let y = self.schedule_drift.step(decay.fast, draw.noise(tick, 8));
        let mut healthy = cluster.schedule_ms * libm::exp(0.25 * y) * (1.0 + 1.5 * churn);
        if draw.uniform(tick, 9) < (0.0012 * minutes).min(0.02) {
            healthy *= draw.lognormal(14.0, 0.8, tick, 10);
        }
        self.schedule_ms = towards(healthy, SCHEDULE_LIMIT_MS, drive.schedule)
            + 0.25 * self.api_ms.min(8_000.0) * 0.8;
    }
}

/// A latency that a pressure moves from its healthy value to its limit at 1 and beyond, evenly in its logarithm.
fn towards(healthy: f64, limit: f64, pressure: f64) -> f64 {
    if pressure <= 0.0 {
        return healthy;
    }
    let low = libm::log(healthy);
    // Steeper before the limit than after it: queues are bounded by time-outs.
    let way = if pressure <= 1.0 {
        pressure
    } else {
        1.0 + 0.6 * (pressure - 1.0)
    };
    libm::exp(low + way * (libm::log(limit) - low).max(0.5))
}

#[cfg(test)]
mod tests {
    use super::towards;

    #[test]
    fn pressure_meets_the_limit_at_one() {
        assert_eq!(towards(20.0, 1_000.0, 0.0), 20.0);
        assert!((towards(20.0, 1_000.0, 1.0) - 1_000.0).abs() < 1e-9);
        assert!(towards(20.0, 1_000.0, 1.3) > 1_500.0);
    }
}
