//! The control plane: etcd slows the API server, which slows the scheduler and the kubelets; clients that wait try
//! again, which writes more (specification, 4).

use super::cluster::Cluster;
use super::curve::{exp, logistic};
use super::drives::ControlDrive;
use super::grid::Moment;
use super::random::{Decay, Draws, Drift, Stream};

/// What a cluster's workloads ask of its control plane in one step.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ControlLoad {
    /// Mean load, 1 is usual.
    pub(super) load: f64,
    /// Pods made, deleted, restarted or evicted per second.
    pub(super) churn: f64,
    /// Pods that wait to be bound and can be, and that fit nowhere.
    pub(super) pending: f64,
    pub(super) homeless: f64,
    /// Share of names whose lookup fails somewhere else than at the servers.
    pub(super) unready: f64,
}

/// A control plane's moving state. Latencies are the p99 of a step, ms.
#[derive(Clone, Debug)]
pub(super) struct ControlState {
    draws: Draws,
    weather: Drift,
    fsync_drift: Drift,
    api_drift: Drift,
    schedule_drift: Drift,
    dns_drift: Drift,
    /// A snapshot, a LIST storm, a cold cache.
    blips: [Blip; 3],
    pub(super) writes: f64,
    pub(super) fsync_ms: f64,
    /// Without what faults add.
    pub(super) fsync_rest_ms: f64,
    pub(super) fsync_high_secs: f64,
    pub(super) commit_ms: f64,
    pub(super) leader_changes: f64,
    /// Share of the database's quota, without what faults add, and with.
    pub(super) db_rest: f64,
    pub(super) db: f64,
    /// Requests per second, and without what faults and retries add.
    pub(super) requests: f64,
    pub(super) requests_rest: f64,
    pub(super) usage: f64,
    pub(super) api_ms: f64,
    pub(super) webhook_ms: f64,
    pub(super) inflight: f64,
    /// Requests per second refused for want of a place, and the share that fails.
    pub(super) refused: f64,
    pub(super) failed: f64,
    /// The latencies as quantiles over five minutes show them.
    pub(super) shown: ShownMs,
    /// Rates over five minutes: refused, failed, and failed lookups.
    pub(super) refused_window: f64,
    pub(super) failed_window: f64,
    pub(super) dns_failed_window: f64,
    /// Pods in the queues, how long the oldest has waited, the rates at which pods come and can be bound.
    pub(super) queue: f64,
    pub(super) oldest_secs: f64,
    pub(super) backoff: f64,
    pub(super) homeless: f64,
    pub(super) homeless_secs: f64,
    pub(super) arrival_rate: f64,
    pub(super) bind_rate: f64,
    pub(super) schedule_ms: f64,
    /// Pods that may be bound in the next step.
    pub(super) bind_budget: f64,
    pub(super) dns_qps: f64,
    pub(super) dns_load_rest: f64,
    pub(super) dns_ms: f64,
    pub(super) dns_memory: f64,
    pub(super) dns_failed: f64,
    /// The DNS servers are killed for want of memory in this step.
    pub(super) dns_oom: bool,
}

/// Latencies of the last five minutes, ms: what is asked of a histogram is never of this instant alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShownMs {
    pub(super) fsync: f64,
    pub(super) commit: f64,
    pub(super) api: f64,
    pub(super) schedule: f64,
    pub(super) dns: f64,
    pub(super) webhook: f64,
}

/// Moves a latency of a window towards that of now, on the scale of its logarithm: a quantile does not add up requests.
pub(super) fn follow_latency(shown_ms: &mut f64, now_ms: f64, share: f64) {
    *shown_ms *= exp(share * libm::log(now_ms.max(1e-3) / shown_ms.max(1e-3)));
}

/// A few minutes that look like trouble and are none.
#[derive(Clone, Copy, Debug, Default)]
struct Blip {
    height: f64,
    age_secs: f64,
    life_secs: f64,
}

impl Blip {
    /// Up and down again along a parabola.
    fn size(&self) -> f64 {
        let way = self.age_secs / self.life_secs.max(1.0);
        self.height * (4.0 * way * (1.0 - way)).max(0.0)
    }
}

/// Constants of a step that all control planes share.
#[derive(Clone, Copy, Debug)]
pub(super) struct ControlDecay {
    fast: Decay,
    weather: Decay,
    follow: f64,
    window: f64,
}

impl ControlDecay {
    pub(super) fn new(step_secs: f64) -> Self {
        Self {
            fast: Decay::new(step_secs, 1_200.0),
            weather: Decay::new(step_secs, 7_200.0),
            follow: 1.0 - Decay::new(step_secs, 60.0).keep(),
            // A five-minute window, whose mean age is 150 s.
            window: 1.0 - Decay::new(step_secs, 150.0).keep(),
        }
    }
}

impl ControlState {
    pub(super) fn new(seed: u64, c: usize, cluster: &Cluster) -> Self {
        let draws = Draws::new(seed, Stream::ControlPlane, c as u64);
        Self {
            draws,
            weather: Drift(draws.normal(0, 1)),
            fsync_drift: Drift(draws.normal(0, 2)),
            api_drift: Drift(draws.normal(0, 3)),
            schedule_drift: Drift(draws.normal(0, 4)),
            dns_drift: Drift(draws.normal(0, 5)),
            blips: [Blip::default(); 3],
            writes: 60.0,
            fsync_ms: cluster.fsync_ms,
            fsync_rest_ms: cluster.fsync_ms,
            fsync_high_secs: 0.0,
            commit_ms: 2.3 * cluster.fsync_ms,
            leader_changes: 0.0,
            db_rest: cluster.db,
            db: cluster.db,
            requests: 180.0,
            requests_rest: 180.0,
            usage: 0.3,
            api_ms: 27.0,
            webhook_ms: 0.0,
            inflight: 10.0,
            refused: 0.0,
            failed: 4e-4,
            shown: ShownMs {
                fsync: cluster.fsync_ms,
                commit: 2.3 * cluster.fsync_ms,
                api: 27.0,
                schedule: 10.0,
                dns: 1.5,
                webhook: 4.0,
            },
            refused_window: 0.0,
            failed_window: 4e-4,
            dns_failed_window: 6e-4,
            queue: 0.0,
            oldest_secs: 0.0,
            backoff: 0.0,
            homeless: 0.0,
            homeless_secs: 0.0,
            arrival_rate: cluster.arrivals,
            bind_rate: cluster.bind_rate,
            schedule_ms: 10.0,
            bind_budget: 1_000.0,
            dns_qps: cluster.dns_qps,
            dns_load_rest: 1.0,
            dns_ms: 1.5,
            dns_memory: 0.47,
            dns_failed: 6e-4,
            dns_oom: false,
        }
    }

    /// The cluster's own drift of the load.
    pub(super) fn step_weather(&mut self, now: &Moment, decay: ControlDecay) -> f64 {
        self.weather
            .step(decay.weather, self.draws.at(now.step).noise(0))
    }

    pub(super) fn step(
        &mut self,
        cluster: &Cluster,
        load: &ControlLoad,
        drive: &ControlDrive,
        now: &Moment,
        decay: ControlDecay,
    ) {
        self.step_blips(now);
        self.step_etcd(cluster, load, drive, now, decay);
        self.step_api(cluster, load, drive, now, decay);
        self.step_scheduler(cluster, load, drive, now, decay);
        self.step_dns(cluster, load, drive, now, decay);
        let shown = &mut self.shown;
        for (shown, now) in [
            (&mut shown.fsync, self.fsync_ms),
            (&mut shown.commit, self.commit_ms),
            (&mut shown.api, self.api_ms),
            (&mut shown.schedule, self.schedule_ms),
            (&mut shown.dns, self.dns_ms),
            (&mut shown.webhook, self.webhook_ms),
        ] {
            follow_latency(shown, now, decay.window);
        }
        self.refused_window += decay.window * (self.refused - self.refused_window);
        self.failed_window += decay.window * (self.failed - self.failed_window);
        self.dns_failed_window += decay.window * (self.dns_failed - self.dns_failed_window);
    }

    /// Snapshots, LIST storms and cold caches, each about once a day for a few minutes.
    fn step_blips(&mut self, now: &Moment) {
        let draw = self.draws.at(now.step);
        for (i, blip) in self.blips.iter_mut().enumerate() {
            let index = 20 + 4 * i as u64;
            blip.age_secs += now.step_secs;
            if blip.age_secs > blip.life_secs && draw.uniform(index) < now.step_secs / 86_400.0 {
                *blip = Blip {
                    height: draw.between(0.5, 1.15, index + 1),
                    age_secs: 0.0,
                    life_secs: draw.between(240.0, 900.0, index + 2),
                };
            }
        }
    }

    fn retry(&self) -> f64 {
        1.0 + 0.8 * logistic((self.api_ms - 900.0) / 250.0)
    }

    fn step_etcd(
        &mut self,
        cluster: &Cluster,
        load: &ControlLoad,
        drive: &ControlDrive,
        now: &Moment,
        decay: ControlDecay,
    ) {
        let draw = self.draws.at(now.step);
        let y = self.fsync_drift.step(decay.fast, draw.noise(1));
        let backup = if (2.0..2.0 + 1.0 / 3.0).contains(&now.hour) {
            1.2
        } else {
            0.0
        };
        // Every five minutes what is old is compacted.
        let compacts = now.secs.rem_euclid(300.0) < 60.0;
        self.writes = 60.0 * (0.7 + 0.3 * load.load) * self.retry() + 6.0 * load.churn;
        let crowd = self.writes / cluster.write_cap;
        let rest = cluster.fsync_ms
            * exp(0.22 * y)
            * (1.0 + crowd * crowd * crowd)
            * (1.0 + backup)
            * if compacts { 1.15 } else { 1.0 };
        let snapshot = self.blips[0].size() * libm::log(100.0 / cluster.fsync_ms).max(0.5);
        let aim = (rest * exp(drive.fsync.max(snapshot))).min(20_000.0);
        self.fsync_rest_ms += decay.follow * (rest - self.fsync_rest_ms);
        self.fsync_ms += decay.follow * (aim - self.fsync_ms);
        self.fsync_high_secs = if self.fsync_ms > 100.0 {
            self.fsync_high_secs + now.step_secs
        } else {
            0.0
        };
        self.commit_ms = 2.3 * self.fsync_ms * exp(0.04 * draw.noise(2));
        let chance = now.step_secs / 1_728_000.0
            // The logistic curve alone would elect some every day on a healthy disk.
            + 0.5
                * logistic((self.fsync_ms - 450.0) / 90.0)
                * ((self.fsync_ms - 60.0) / 100.0).clamp(0.0, 1.0)
                * now.step_secs
                / 60.0;
        let elects = draw.uniform(3) < chance;
        self.leader_changes += if elects { 1.0 } else { 0.0 };
        // Grows with what changes, and is flat after compaction.
        let growth = 2e-7 * (self.writes / 60.0) * now.step_secs;
        self.db_rest += growth;
        if self.db_rest > 0.6 {
            // Defragmented by hand before it matters.
            self.db_rest = cluster.db;
        }
        self.db = (self.db_rest + drive.db).min(1.0);
        self.webhook_ms = 4.0 * exp(0.2 * y) + drive.webhook_ms;
        if elects {
            self.api_ms += 900.0;
        }
    }

    fn step_api(
        &mut self,
        cluster: &Cluster,
        load: &ControlLoad,
        drive: &ControlDrive,
        now: &Moment,
        decay: ControlDecay,
    ) {
        let draw = self.draws.at(now.step);
        let y = self.api_drift.step(decay.fast, draw.noise(4));
        let rest = 180.0 * (0.5 + 0.5 * load.load) + 8.0 * load.churn;
        self.requests_rest = rest;
        let storm = self.blips[1].size().min(1.02) * (0.985 * cluster.request_cap - rest).max(0.0);
        self.requests = (rest + drive.requests.max(storm)) * self.retry();
        let u = (self.requests / cluster.request_cap).min(0.997);
        self.usage = u;
        // Writes wait for etcd; where it takes none, clients wait for their time-outs.
        let full = 2_000.0 * (self.db - 0.97).max(0.0) / 0.03;
        let aim = 9.0 * exp(0.18 * y) * (1.0 + 2.0 * u * u / (1.0 - u))
            + 1.6 * self.commit_ms
            + drive.webhook_ms
            + full;
        // What an election added is gone after a step, and a burst of writes is served within one.
        self.api_ms = if aim > self.api_ms {
            self.api_ms + 0.75 * (aim - self.api_ms)
        } else {
            self.api_ms + 0.6 * (aim - self.api_ms)
        }
        .clamp(1.0, 60_000.0);
        self.inflight = self.requests * (0.01 + 0.0016 * self.api_ms);
        self.refused = 0.2 * (self.inflight - 600.0).max(0.0);
        self.inflight = self.inflight.min(600.0);
        self.failed = 4e-4 * exp(0.4 * y)
            + 0.4 * logistic((self.api_ms - 2_500.0) / 400.0)
            + 0.15 * (self.db - 0.95).max(0.0) / 0.05;
    }

    fn step_scheduler(
        &mut self,
        cluster: &Cluster,
        load: &ControlLoad,
        drive: &ControlDrive,
        now: &Moment,
        decay: ControlDecay,
    ) {
        let draw = self.draws.at(now.step);
        let y = self.schedule_drift.step(decay.fast, draw.noise(5));
        let slow = 14.0 * drive.scheduling * drive.scheduling;
        self.bind_rate = cluster.bind_rate / ((1.0 + self.api_ms / 250.0) * (1.0 + slow));
        self.arrival_rate = cluster.arrivals * (0.4 + 0.6 * load.load);
        // Short-lived pods come all the time; those of the workloads wait in `pending`.
        let come = draw.count(self.arrival_rate * now.step_secs, 6);
        let room = if drive.blocked >= 1.0 { 0.7 } else { 1.0 };
        // Before nothing fits any more, a few pods now and then find no place for a minute or two.
        let squeezed = drive.blocked > 0.0
            && self.homeless < 1.0
            && draw.uniform(8) < 0.3 * drive.blocked * drive.blocked * now.step_secs / 60.0;
        self.homeless = if drive.blocked >= 1.0 {
            self.homeless + (1.0 - room) * come
        } else if squeezed {
            draw.between(1.0, 2.5, 9).floor()
        } else {
            // Those that fit again are bound within minutes.
            if self.homeless < 1.0 {
                0.0
            } else {
                0.8 * self.homeless
            }
        };
        self.homeless_secs = if self.homeless + load.homeless >= 1.0 {
            self.homeless_secs + now.step_secs
        } else {
            0.0
        };
        let before = self.queue + room * come;
        let bound = (self.bind_rate * now.step_secs).min(before);
        self.bind_budget = self.bind_rate * now.step_secs - bound;
        self.queue = before - bound;
        let all = self.queue + load.pending;
        self.oldest_secs = if all < 0.5 {
            0.0
        } else {
            // First in, first out: those served were the oldest.
            let served = bound / before.max(1.0);
            self.oldest_secs * (1.0 - served) + now.step_secs
        };
        self.backoff = 0.3 * (self.homeless + load.homeless);
        self.schedule_ms = (6.0 * exp(0.2 * y) * (1.0 + 5.0 * drive.scheduling)
            + 0.25 * self.api_ms
            + 1_000.0 * all / self.bind_rate.max(0.01))
        .min(60_000.0);
    }

    fn step_dns(
        &mut self,
        cluster: &Cluster,
        load: &ControlLoad,
        drive: &ControlDrive,
        now: &Moment,
        decay: ControlDecay,
    ) {
        let draw = self.draws.at(now.step);
        let y = self.dns_drift.step(decay.fast, draw.noise(7));
        // What fails is asked again.
        self.dns_load_rest = load.load * (1.0 + 0.5 * load.unready.min(1.0));
        let again = 1.0 + 0.5 * self.dns_failed_window.min(1.0);
        let cold = self.blips[2].size() * (3.85 / self.dns_load_rest - 1.0).max(0.2) / 3.0;
        let asked = self.dns_load_rest * again * (1.0 + 3.0 * drive.dns.max(cold));
        self.dns_qps = cluster.dns_qps * asked;
        let crowd = self.dns_qps / cluster.dns_cap;
        let crowd2 = crowd * crowd;
        self.dns_ms = (1.2 * exp(0.25 * y) * (1.0 + 12.0 * crowd2 * crowd2)
            + 0.02 * self.dns_memory)
            .min(16_000.0);
        self.dns_memory = 0.35 + 0.12 * asked;
        self.dns_oom = self.dns_memory >= 1.0 && now.step.is_multiple_of(5);
        self.dns_failed = 6e-4 * exp(0.5 * y)
            + 0.25 * logistic((self.dns_memory - 0.9) / 0.03)
            + if self.dns_oom { 0.3 } else { 0.0 };
    }
}
