//! A node: CPU, memory, disk, network, the kubelet, and whether it reports at all.

use super::grid::Moment;
use super::random::{Decay, Draws, Drift, Stream};
use super::topology::Node;

/// What faults press on, for one node. Pressures are 0 without a fault; 1 is where harm begins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NodeDrive {
    pub(super) cpu: f64,
    pub(super) memory: f64,
    pub(super) disk: f64,
    /// Traffic that crowds a link.
    pub(super) congestion: f64,
    /// Packets lost.
    pub(super) loss: f64,
    /// Failing calls of the container runtime, per five minutes.
    pub(super) runtime_errors: f64,
    /// The kubelet no longer reports.
    pub(super) heartbeat_lost: bool,
}

/// What the placements on a node do together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NodeLoad {
    /// Mean load, weighted by share.
    pub(super) load: f64,
    /// Pods.
    pub(super) pods: f64,
    /// Failing calls of the container runtime, per five minutes.
    pub(super) runtime_errors: f64,
    /// The share of placements that are being rolled out.
    pub(super) rolling: f64,
}

/// A node's moving state.
#[derive(Clone, Debug)]
pub(super) struct NodeState {
    draws: Draws,
    cpu_drift: Drift,
    memory_drift: Drift,
    network_drift: Drift,
    drain_secs: f64,
    /// Share of the cores in use.
    pub(super) cpu: f64,
    /// Share of memory in use.
    pub(super) memory: f64,
    /// Share of the fullest file system.
    pub(super) disk: f64,
    /// Bytes per second.
    pub(super) receive: f64,
    pub(super) transmit: f64,
    /// Errors of the container runtime in the last five minutes.
    pub(super) runtime_errors: f64,
    /// Kubelet requests per second.
    pub(super) rpc: f64,
    /// The Ready condition.
    pub(super) ready: bool,
}

/// Constants of a step that all nodes share.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeDecay {
    fast: Decay,
    slow: Decay,
}

impl NodeDecay {
    pub(super) fn new(step_secs: f64) -> Self {
        Self {
            fast: Decay::new(step_secs, 1_800.0),
            slow: Decay::new(step_secs, 10_800.0),
        }
    }
}

impl NodeState {
    pub(super) fn new(seed: u64, n: usize) -> Self {
        let draws = Draws::new(seed, Stream::Node, n as u64);
        Self {
            draws,
            cpu_drift: Drift(draws.normal(0, 100)),
            memory_drift: Drift(draws.normal(0, 102)),
            network_drift: Drift(draws.normal(0, 104)),
            drain_secs: 0.0,
            cpu: 0.0,
            memory: 0.0,
            disk: 0.0,
            receive: 0.0,
            transmit: 0.0,
            runtime_errors: 0.0,
            rpc: 0.0,
            ready: true,
        }
    }

    /// One step. `api_ms` is the API server's latency, which slows the kubelet's calls.
    ///
    /// Benign look-alikes are part of it: a nightly backup, caches warmed once a day, disks that fill up and are
    /// cleaned, reboots for upgrades.
    pub(super) fn step(
        &mut self,
        node: &Node,
        load: &NodeLoad,
        drive: &NodeDrive,
        now: &Moment,
        api_ms: f64,
        decay: NodeDecay,
    ) {
        let (draw, tick) = (self.draws, now.tick);
        let backup = (2.0..2.75).contains(&now.hour);
        let backup_share = if backup { 1.0 } else { 0.0 };

        let y = self.cpu_drift.step(decay.fast, draw.noise(tick, 0));
        let cpu = 0.04 + node.cpu * load.load + 0.035 * y + 0.07 * backup_share + drive.cpu;
        self.cpu = cpu.clamp(0.01, 1.0);

        let y = self.memory_drift.step(decay.slow, draw.noise(tick, 1));
        let since_warm = (now.hour - node.warm_hour + 24.0) % 24.0;
        let warm = if since_warm < 2.0 {
            node.warm_memory * (1.0 - (since_warm - 1.0).abs())
        } else {
            0.0
        };
        let healthy = node.memory * (0.8 + 0.2 * load.load.min(2.0)) + 0.03 * y + warm;
        self.memory = pressed(healthy.clamp(0.05, 0.9), node.memory_limit, drive.memory);

        let fill = now.secs / node.disk_period_secs + draw.uniform(0, 106);
        let healthy = node.disk + (0.8 - node.disk) * (fill - fill.floor());
        self.disk = pressed(healthy, node.disk_limit, drive.disk);

        let y = self.network_drift.step(decay.fast, draw.noise(tick, 2));
        let crowd = drive.congestion * drive.congestion;
        let goodput = 1.0 - 0.5 * (drive.loss / 1.2).min(1.0);
        let traffic = (0.25 + 0.75 * load.load) * libm::exp(0.25 * y) * goodput;
        self.receive =
            node.receive * traffic * (1.0 + 3.5 * crowd) * libm::exp(0.12 * draw.noise(tick, 3));
        self.transmit = node.transmit
            * traffic
            * (1.0 + 2.5 * crowd + 2.0 * backup_share)
            * libm::exp(0.12 * draw.noise(tick, 4));

        self.drain_secs = (self.drain_secs - now.step_secs).max(0.0);
        if draw.uniform(tick, 5) < now.step_secs / (5.0 * 86_400.0) {
            self.drain_secs = draw.between(120.0, 300.0, tick, 6);
        }
        self.ready = !drive.heartbeat_lost && self.drain_secs <= 0.0;

        let late = |pressure: f64| pressure * pressure * pressure;
        let errors = 0.25
            + 0.9 * load.rolling
            + load.runtime_errors
            + drive.runtime_errors
            + 1.2 * late(drive.memory)
            + 0.8 * late(drive.disk)
            + 0.5 * late(drive.loss)
            + if self.ready { 0.0 } else { 2.0 };
        self.runtime_errors = draw.count(errors * libm::exp(0.4 * draw.noise(tick, 7)), tick, 8);

        let stall = 1.0 / (1.0 + api_ms / 900.0);
        let retries = 1.0 + 0.35 * drive.congestion - 0.35 * (drive.loss / 1.3).min(1.0);
        let busy = 0.8 + 0.2 * load.load.min(2.5) + 0.3 * load.rolling;
        let alive = if drive.heartbeat_lost { 0.08 } else { 1.0 };
        self.rpc = (node.rpc + 0.25 * load.pods)
            * busy
            * stall
            * retries
            * alive
            * libm::exp(0.1 * draw.noise(tick, 9));
    }
}

/// A share that a pressure moves from its healthy value to its limit at 1, and from there towards full.
fn pressed(healthy: f64, limit: f64, pressure: f64) -> f64 {
    if pressure <= 1.0 {
        healthy + (limit - healthy).max(0.0) * pressure
    } else {
        let limit = limit.max(healthy);
        limit + (0.995 - limit).max(0.0) * (1.0 - libm::exp(-2.2 * (pressure - 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::pressed;

    #[test]
    fn pressure_meets_the_limit_at_one_and_never_fills_up() {
        assert_eq!(pressed(0.4, 0.9, 0.0), 0.4);
        assert!((pressed(0.4, 0.9, 1.0) - 0.9).abs() < 1e-12);
        let mut last = 0.0;
        for i in 0..400 {
            let now = pressed(0.4, 0.9, f64::from(i) / 100.0);
            assert!(now > last && now < 1.0);
            last = now;
        }
    }
}
