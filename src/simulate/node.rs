//! Nodes: CPU, memory, disk, network, the kubelet, and whether they report at all (specification, 4).
//!
//! Look-alikes of faults are part of it: a nightly backup, disks that fill up and are cleaned, reboots for upgrades.

use super::cluster::{Cluster, Node};
use super::drives::NodeDrive;
use super::grid::Moment;
use super::random::{Decay, Draws, Drift, Stream};

/// What the placements on a node do together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NodeLoad {
    /// Shares of the node's CPU and memory that pods take.
    pub(super) cpu: f64,
    pub(super) memory: f64,
    pub(super) pods: f64,
    /// Mean load of the pods, 1 is usual.
    pub(super) load: f64,
    /// Pods that crashed or could not start in this step.
    pub(super) failing: f64,
    /// Rollouts that begin here.
    pub(super) deploys: f64,
}

/// A node's moving state.
#[derive(Clone, Debug)]
pub(super) struct NodeState {
    draws: Draws,
    cpu_drift: Drift,
    memory_drift: Drift,
    relist_drift: Drift,
    network_drift: Drift,
    /// Share of the cores in use, and as a rate over five minutes shows it.
    pub(super) cpu: f64,
    pub(super) cpu_window: f64,
    /// Share of memory in use, and without what faults add.
    pub(super) memory: f64,
    pub(super) memory_rest: f64,
    pub(super) io: f64,
    /// Share of the fullest file system, the same without what faults add, and the part of it that can be collected.
    pub(super) disk: f64,
    pub(super) disk_rest: f64,
    garbage: f64,
    /// p99 of the relist, ms.
    pub(super) relist_ms: f64,
    /// The same as a quantile over five minutes shows it.
    pub(super) relist_shown_ms: f64,
    /// Share of packets sent again, and of those of the last five minutes.
    pub(super) loss: f64,
    pub(super) loss_window: f64,
    pub(super) rtt_ms: f64,
    pub(super) usual_rtt_ms: f64,
    /// Bytes per second.
    pub(super) receive: f64,
    pub(super) transmit: f64,
    /// Errors of the container runtime in the last five minutes.
    pub(super) runtime_errors: f64,
    /// Kubelet requests per second.
    pub(super) rpc: f64,
    pub(super) load1: f64,
    /// Shares of the connection table and of the process numbers in use.
    pub(super) connections: f64,
    pub(super) processes: f64,
    /// Milliseconds that the clock is off, seconds that the certificate is still good.
    pub(super) clock_ms: f64,
    pub(super) certificate_secs: f64,
    pub(super) inodes_free: f64,
    memory_pressure_secs: f64,
    disk_pressure_secs: f64,
    drain_secs: f64,
    /// The Ready condition, and for how long it has been false.
    pub(super) ready: bool,
    pub(super) lost_secs: f64,
    /// Its pods were evicted because it was lost.
    pub(super) emptied: bool,
    pub(super) evictions: f64,
}

/// Constants of a step that all nodes share.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeDecay {
    fast: Decay,
    slow: Decay,
    window: f64,
}

impl NodeDecay {
    pub(super) fn new(step_secs: f64) -> Self {
        Self {
            fast: Decay::new(step_secs, 1_200.0),
            slow: Decay::new(step_secs, 7_200.0),
            // A five-minute window, whose mean age is 150 s.
            window: Decay::new(step_secs, 150.0).keep(),
        }
    }
}

impl NodeState {
    pub(super) fn new(seed: u64, n: usize, node: &Node) -> Self {
        let draws = Draws::new(seed, Stream::Node, n as u64);
        Self {
            draws,
            cpu_drift: Drift(draws.normal(0, 100)),
            memory_drift: Drift(draws.normal(0, 102)),
            relist_drift: Drift(draws.normal(0, 103)),
            network_drift: Drift(draws.normal(0, 104)),
            cpu: 0.3,
            cpu_window: 0.3,
            memory: 0.5,
            memory_rest: 0.5,
            io: 0.1,
            disk: node.disk,
            disk_rest: node.disk,
            garbage: 0.05,
            relist_ms: 60.0,
            relist_shown_ms: 60.0,
            loss: 0.0008,
            loss_window: 0.0008,
            rtt_ms: 0.5,
            usual_rtt_ms: 0.5 * draws.lognormal(1.0, 0.25, 0, 105),
            receive: node.receive,
            transmit: node.transmit,
            runtime_errors: 0.0,
            rpc: node.rpc,
            load1: 0.3,
            connections: 0.05,
            processes: 0.2,
            clock_ms: 0.2,
            certificate_secs: draws.between(30.0, 300.0, 0, 106) * 86_400.0,
            inodes_free: node.inodes_free,
            memory_pressure_secs: 0.0,
            disk_pressure_secs: 0.0,
            drain_secs: 0.0,
            ready: true,
            lost_secs: 0.0,
            emptied: false,
            evictions: 0.0,
        }
    }

    /// One step. `api_ms` is the API server's latency of the step before, which slows the kubelet's calls.
    pub(super) fn step(
        &mut self,
        (node, cluster): (&Node, &Cluster),
        load: &NodeLoad,
        drive: &NodeDrive,
        now: &Moment,
        api_ms: f64,
        decay: NodeDecay,
    ) {
        let draw = self.draws.at(now.step);
        let step_secs = now.step_secs;
        let y = self.cpu_drift.step(decay.fast, draw.noise(0));
        let ym = self.memory_drift.step(decay.slow, draw.noise(1));
        let yp = self.relist_drift.step(decay.fast, draw.noise(2));
        let yn = self.network_drift.step(decay.slow, draw.noise(3));
        let backup = if (2.0..2.0 + 1.0 / 3.0).contains(&now.hour) {
            1.0
        } else {
            0.0
        };

        // A lost node runs no pod that anybody sees, but it is scraped no more either.
        self.cpu = (0.04 + load.cpu + 0.015 * y + 0.05 * backup + drive.cpu).clamp(0.01, 1.0);
        self.cpu_window += (1.0 - decay.window) * (self.cpu - self.cpu_window);
        self.memory_rest = node.system_memory + load.memory + 0.012 * ym;
        self.memory = (self.memory_rest + drive.memory).clamp(0.02, 0.995);
        self.io = (0.08
            + 0.3 * self.cpu
            + 0.35 * backup
            + 3.0 * (self.memory - 0.92).max(0.0)
            + drive.io
            + 0.01 * yp)
            .clamp(0.0, 1.0);
        self.load1 = (self.cpu * 0.9
            + 1.5 * (self.cpu - 0.8).max(0.0) * 4.0
            + 0.8 * (self.io - 0.3).max(0.0)
            + 0.03 * y)
            .max(0.01);
        self.step_disk(node, cluster, load, drive, step_secs);

        let busy = 6.0 * (self.cpu - 0.85).max(0.0) + 30.0 * (self.memory - 0.9).max(0.0);
        self.relist_ms = 60.0
            * super::curve::exp(0.25 * yp)
            * ((1.0 + load.pods / 60.0) * (1.0 + busy + 0.6 * self.io) + drive.relist);
        let tracked = (0.035 * load.load + 0.012 * yn + 0.02).max(0.005) + drive.connections;
        self.connections = tracked.clamp(0.0, 1.0);
        let dropped = (tracked - 0.93).max(0.0);
        self.processes = (0.08 + 0.0022 * load.pods + 0.004 * y + drive.processes).clamp(0.0, 1.0);
        let jam = drive.congestion;
        self.loss =
            (8e-4 * super::curve::exp(0.5 * yn) + 0.065 * jam * jam + 0.8 * dropped).min(0.5);
        let share = 1.0 - decay.window;
        super::control_plane::follow_latency(&mut self.relist_shown_ms, self.relist_ms, share);
        self.loss_window += share * (self.loss - self.loss_window);
        self.rtt_ms = self.usual_rtt_ms * super::curve::exp(0.2 * yn) * (1.0 + 0.4 * backup)
            + drive.rtt_ms * 2.0 * self.usual_rtt_ms
            + 40.0 * dropped;
        let goodput =
            (1.0 - 0.5 * jam.min(1.0)) * super::curve::exp(0.25 * yn) * (load.load + 2.0 * backup);
        self.receive = node.receive * goodput;
        self.transmit = node.transmit * goodput * (1.0 + 0.5 * self.loss);

        let errors = (0.05 + drive.runtime_errors + 0.0004 * (self.relist_ms - 500.0).max(0.0))
            * step_secs
            / 60.0
            + 0.35 * load.failing;
        let errors = if errors < 0.06 {
            if draw.uniform(4) < errors { 1.0 } else { 0.0 }
        } else {
            draw.count(errors, 4)
        };
        self.runtime_errors = self.runtime_errors * decay.window + errors;
        let slowed = 1.0 / (1.0 + api_ms / 900.0);
        let rpc =
            node.rpc * (0.75 + 0.25 * load.load) * slowed * (1.0 + 0.03 * y) + 2.0 * load.failing;
        self.rpc += (1.0 - decay.window) * (rpc - self.rpc);

        self.clock_ms = 0.2 * super::curve::exp(0.5 * ym) + drive.clock_ms;
        self.certificate_secs -= step_secs;
        if self.certificate_secs < 7.0 * 86_400.0 {
            // Rotated in time.
            self.certificate_secs += 300.0 * 86_400.0;
        }
        self.step_conditions(
            cluster,
            drive,
            draw.uniform(5),
            draw.between(900.0, 1_500.0, 6),
            step_secs,
        );
    }

    fn step_disk(
        &mut self,
        node: &Node,
        cluster: &Cluster,
        load: &NodeLoad,
        drive: &NodeDrive,
        step_secs: f64,
    ) {
        let pulled = 0.006 * load.deploys;
        self.garbage += pulled;
        self.disk_rest += node.log_rate * (0.5 + self.cpu) * step_secs + pulled;
        self.disk = (self.disk_rest + drive.disk).min(1.0);
        let high = cluster.disk_limit - 0.05;
        if self.disk > high && self.garbage > 0.01 {
            // The kubelet collects images, down to 5 % less where there are as many.
            let freed = self.garbage.min(self.disk - high + 0.05);
            self.garbage -= freed;
            self.disk_rest = (self.disk_rest - freed).max(0.05);
        } else if self.disk_rest > high {
            // Logs are rotated away.
            self.disk_rest -= 0.12;
        }
        self.disk = (self.disk_rest + drive.disk).min(1.0);
        self.inodes_free =
            (node.inodes_free - 0.5 * drive.disk - 0.1 * (self.disk_rest - node.disk))
                .clamp(0.0, 1.0);
    }

    fn step_conditions(
        &mut self,
        cluster: &Cluster,
        drive: &NodeDrive,
        chance: f64,
        length: f64,
        step_secs: f64,
    ) {
        // A condition holds for five minutes at least.
        let held = |left: f64, sets: bool| {
            if sets {
                300.0
            } else {
                (left - step_secs).max(0.0)
            }
        };
        self.memory_pressure_secs = held(
            self.memory_pressure_secs,
            self.memory > cluster.memory_limit + 0.02,
        );
        self.disk_pressure_secs = held(self.disk_pressure_secs, self.disk > cluster.disk_limit);

        // Drained for an upgrade: cordoned, rebooted for a few minutes, back.
        self.drain_secs = (self.drain_secs - step_secs).max(0.0);
        if chance < step_secs / 1_209_600.0 {
            self.drain_secs = length;
        }
        let rebooting = self.is_cordoned() && (300.0..510.0).contains(&self.drain_secs);
        let silent = drive.heartbeat_lost || self.relist_ms >= 180_000.0 || rebooting;
        // Fifty seconds without a heartbeat.
        self.lost_secs = if silent {
            self.lost_secs + step_secs
        } else {
            0.0
        };
        self.ready = self.lost_secs < 50.0;
        if drive.certificate > 0.0 {
            self.certificate_secs = self
                .certificate_secs
                .min((1.0 - drive.certificate) * 3.0 * 86_400.0);
        }
    }

    pub(super) fn has_memory_pressure(&self) -> bool {
        self.memory_pressure_secs > 0.0
    }

    pub(super) fn has_disk_pressure(&self) -> bool {
        self.disk_pressure_secs > 0.0
    }

    pub(super) fn has_pid_pressure(&self) -> bool {
        self.processes > 0.95
    }

    /// Taken out of service on purpose.
    pub(super) fn is_cordoned(&self) -> bool {
        self.drain_secs > 0.0
    }

    /// Whether new pods may come.
    pub(super) fn takes_pods(&self) -> bool {
        self.ready
            && !self.is_cordoned()
            && !self.has_memory_pressure()
            && !self.has_disk_pressure()
    }
}
