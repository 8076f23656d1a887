//! What the simulator can be asked for. What is not given is the preset's.

/// Where the parameters that are not given come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScenarioPreset {
    /// As the data set that Kubecast began with: 24 columns, nine kinds, 30 % of the rows.
    #[default]
    Seed,
    /// Four clusters, every kind and column, 5 % of the rows.
    Default,
    /// 1 % of the rows, every gap, labels that people made.
    Production,
    /// Much at once.
    Stress,
}

/// How load runs over days and weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadShape {
    /// High by day, lower at weekends.
    Office,
    /// Flat.
    Global,
    /// Jobs by night.
    Batch,
}

/// What `issue_type` says of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelRule {
    /// The kind whose harm holds now.
    Impact,
    /// The kind of the fault from its onset to its end.
    Onset,
    /// The kind whose harm begins within the first horizon.
    Horizon,
}

/// What exporters show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exporters {
    /// Everything.
    Full,
    /// Nothing of etcd.
    NoEtcd,
    /// Nothing of the control plane.
    NoControlPlane,
    /// Nothing of volumes.
    NoPvc,
    /// One of these for each cluster.
    Mixed,
}

/// Which columns are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScenarioColumns {
    /// The 24 of the first data set.
    Seed,
    /// Those, then real metric names, then the labels.
    Full,
}

/// A scenario for the simulator. Shares are 0 to 1; what is absent or empty is the preset's.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulateSpec {
    /// Where the parameters that are not given come from.
    pub preset: ScenarioPreset,
    /// Rows to make, 1 to 5,000,000.
    pub num_samples: u32,
    /// Hours that they span, 1 to 8,784; of the seed preset 168, of the others about 48.
    pub time_periods: Option<u32>,
    /// Issue kinds to draw from; empty means all of the preset.
    pub issue_types: Vec<String>,
    /// What each of `issue_types` weighs; empty means all alike.
    pub issue_weights: Vec<f64>,
    /// Share of rows with an issue.
    pub issue_probability: Option<f64>,
    /// Same seed, same bytes.
    pub seed: u64,
    /// Seconds between scrapes: 15, 30 or a multiple of 60 up to 3600.
    pub scrape_interval: Option<u32>,
    /// The first scrape, such as `2025-03-03T00:07:30` (UTC).
    pub start_time: Option<String>,
    /// Clusters, 1 to 64.
    pub clusters: Option<u32>,
    /// Nodes of each, 2 to 200.
    pub nodes: Option<u32>,
    /// Workloads on each node, 2 to 20.
    pub placements_per_node: Option<u32>,
    /// Shares of deployments, stateful sets, daemon sets, cron jobs and jobs among workloads.
    pub workload_mix: Vec<f64>,
    /// How load runs.
    pub load_preset: Option<LoadShape>,
    /// Factor on the noise of measuring, 0 to 10.
    pub noise: Option<f64>,
    /// Share of scraped cells that are lost, 0 to 0.5.
    pub missingness: Option<f64>,
    /// Whether Prometheus itself is away now and then.
    pub outages: Option<bool>,
    /// Share of rows that are dropped whole, 0 to 0.5.
    pub row_drop: Option<f64>,
    /// Share of issue rows whose label is wrong, 0 to 0.5.
    pub label_noise: Option<f64>,
    /// What `issue_type` says.
    pub label_mode: Option<LabelRule>,
    /// Horizons of the `y_` columns, minutes, 1 to 1440.
    pub horizons: Vec<u32>,
    /// Factor on the severity of faults, 0.1 to 4.
    pub severity: Option<f64>,
    /// Share of faults that nothing announces; absent means each kind's own.
    pub p_sudden: Option<f64>,
    /// Share of faults that heal before harm, 0 to 0.9.
    pub abort_rate: Option<f64>,
    /// Share of faults that may strike where another does.
    pub overlap: Option<f64>,
    /// Kinds that stay unknown to training; empty means all.
    pub unknown_types: Vec<String>,
    /// Their share of the issue rows.
    pub unknown_fraction: Option<f64>,
    /// Whether replicas follow the load.
    pub autoscaling: Option<bool>,
    /// Factor on how often something is rolled out, 0 to 20.
    pub deploy_rate: Option<f64>,
    /// What exporters show.
    pub export_profile: Option<Exporters>,
    /// Which columns are made.
    pub columns: Option<ScenarioColumns>,
    /// Whether faults strike; without them the same seed gives the twin that stayed healthy.
    pub faults: bool,
}

impl Default for SimulateSpec {
    fn default() -> Self {
        Self {
            preset: ScenarioPreset::default(),
            num_samples: 10_000,
            time_periods: None,
            issue_types: Vec::new(),
            issue_weights: Vec::new(),
            issue_probability: None,
            seed: 42,
            scrape_interval: None,
            start_time: None,
            clusters: None,
            nodes: None,
            placements_per_node: None,
            workload_mix: Vec::new(),
            load_preset: None,
            noise: None,
            missingness: None,
            outages: None,
            row_drop: None,
            label_noise: None,
            label_mode: None,
            horizons: Vec::new(),
            severity: None,
            p_sudden: None,
            abort_rate: None,
            overlap: None,
            unknown_types: Vec::new(),
            unknown_fraction: None,
            autoscaling: None,
            deploy_rate: None,
            export_profile: None,
            columns: None,
            faults: true,
        }
    }
}

impl SimulateSpec {
    /// Hours that the rows span, where that does not follow from their number.
    pub fn hours(&self) -> Option<u32> {
        self.time_periods
            .or((self.preset == ScenarioPreset::Seed).then_some(168))
    }
}
