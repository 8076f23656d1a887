//! What `kubecast simulate` can be told: every parameter of the simulator.

use clap::{Args as ClapArgs, ValueEnum};

use crate::protocol::{
    Exporters, LabelRule, LoadShape, ScenarioColumns, ScenarioPreset, SimulateSpec,
};

#[derive(Debug, ClapArgs)]
pub(super) struct SimulateArgs {
    /// Where the parameters that are not given come from.
    #[arg(long, value_enum, default_value_t = PresetName::Seed)]
    preset: PresetName,
    /// Rows to make.
    #[arg(long, visible_alias = "num-samples", value_name = "N", default_value_t = SimulateSpec::default().num_samples,
        value_parser = clap::value_parser!(u32).range(1..=5_000_000), allow_negative_numbers = true)]
    rows: u32,
    /// Hours that they span [default: 168; of other presets about 48, as the rows need].
    #[arg(long, visible_alias = "time-periods", value_name = "H",
        value_parser = clap::value_parser!(u32).range(1..=8_784), allow_negative_numbers = true)]
    hours: Option<u32>,
    /// Issue kinds to draw from, separated by commas [default: nine; of other presets sixteen].
    #[arg(
        long,
        visible_alias = "issue-types",
        value_name = "A,B",
        value_delimiter = ','
    )]
    issues: Vec<String>,
    /// What each of --issues weighs, separated by commas.
    #[arg(
        long,
        value_name = "W,W",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    issue_weights: Vec<f64>,
    /// Share of rows with an issue, 0 to 1 [default: 0.3, 0.05, 0.01, 0.15 by preset].
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    issue_probability: Option<f64>,
    /// Same seed, same bytes.
    #[arg(long, value_name = "S", default_value_t = SimulateSpec::default().seed)]
    seed: u64,
    /// Which columns: the 24 of the first data set, or those, real metric names and the truth.
    #[arg(long, value_enum)]
    columns: Option<ColumnsName>,
    /// The CSV file to write, compressed where it ends in .gz; - is standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub out: String,
    /// A column for each metric, or a line for each metric and time.
    #[arg(long, value_enum, default_value_t = Layout::Wide)]
    pub layout: Layout,
    /// The form of the table. OpenMetrics needs all columns and holds the table until it is written.
    #[arg(long, value_enum, default_value_t = Form::Csv)]
    pub format: Form,
    /// One line per fault, as CSV.
    #[arg(long, value_name = "FILE")]
    pub episodes: Option<String>,
    /// One line per thing that happened, as CSV.
    #[arg(long, value_name = "FILE")]
    pub events: Option<String>,
    /// Everything that the table was made from, as JSON.
    #[arg(long, value_name = "FILE")]
    pub config: Option<String>,
    /// No fault strikes: with the same seed, the same noise, the cluster that stayed healthy.
    #[arg(long)]
    twin: bool,
    #[command(flatten)]
    cluster: ClusterArgs,
    #[command(flatten)]
    faults: FaultArgs,
    #[command(flatten)]
    seen: SeenArgs,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "The cluster")]
struct ClusterArgs {
    /// Clusters, 1 to 64; more are added where the rows need them.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    clusters: Option<u32>,
    /// Nodes of each cluster, 2 to 200.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    nodes: Option<u32>,
    /// Workloads on each node, 2 to 20.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    placements_per_node: Option<u32>,
    /// Shares of deployments, stateful sets, daemon sets, cron jobs and jobs.
    #[arg(
        long,
        value_name = "D,S,D,C,J",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    workload_mix: Vec<f64>,
    /// How load runs over days and weeks.
    #[arg(long, value_enum)]
    load_preset: Option<LoadName>,
    /// Whether replicas follow the load.
    #[arg(long, value_name = "BOOL", action = clap::ArgAction::Set)]
    autoscaling: Option<bool>,
    /// Factor on how often something is rolled out, 0 to 20.
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    deploy_rate: Option<f64>,
    /// The first scrape, such as 2025-03-03T00:07:30 (UTC).
    #[arg(long, value_name = "TIME")]
    start_time: Option<String>,
    /// Seconds between scrapes: 15, 30 or a multiple of 60 up to 3600.
    #[arg(long, value_name = "SECS", allow_negative_numbers = true)]
    scrape_interval: Option<u32>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Faults")]
struct FaultArgs {
    /// Factor on their severity, 0.1 to 4.
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    severity: Option<f64>,
    /// Share that nothing announces, 0 to 1 [default: each kind's own].
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    p_sudden: Option<f64>,
    /// Share that heals before harm, 0 to 0.9.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    abort_rate: Option<f64>,
    /// Share that may strike where another does, 0 to 1.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    overlap: Option<f64>,
    /// Kinds that stay unknown to training, separated by commas [default: all eight].
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    unknown_types: Vec<String>,
    /// Their share of the issue rows, 0 to 1.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    unknown_fraction: Option<f64>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "What is seen and said of it")]
struct SeenArgs {
    /// Factor on the noise of measuring, 0 to 10.
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    noise: Option<f64>,
    /// Share of scraped cells that are lost, 0 to 0.5.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    missingness: Option<f64>,
    /// Whether Prometheus itself is away now and then.
    #[arg(long, value_name = "BOOL", action = clap::ArgAction::Set)]
    outages: Option<bool>,
    /// Share of rows that are dropped whole, 0 to 0.5.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    row_drop: Option<f64>,
    /// What exporters show.
    #[arg(long, value_enum)]
    export_profile: Option<ProfileName>,
    /// What issue_type says of a row.
    #[arg(long, value_enum)]
    label_mode: Option<LabelName>,
    /// Share of issue rows whose label is wrong, 0 to 0.5.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    label_noise: Option<f64>,
    /// Minutes for which there is a column y_M each, separated by commas [default: 15,30,60].
    #[arg(
        long,
        value_name = "M,M",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    horizons: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PresetName {
    /// As the first data set: 24 columns, nine kinds, 30 % of the rows
    Seed,
    /// Four clusters, every kind and column, 5 % of the rows
    Default,
    /// 1 % of the rows, every gap, labels that people made
    Production,
    /// Much at once
    Stress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Layout {
    /// A column for each metric
    Wide,
    /// A line for each metric and time
    Long,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub(super) enum Form {
    Csv,
    /// The text that Prometheus scrapes, with times
    OpenMetrics,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LoadName {
    Office,
    Global,
    Batch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum ProfileName {
    Full,
    NoEtcd,
    NoControlPlane,
    NoPvc,
    Mixed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LabelName {
    /// The kind whose harm holds now
    Impact,
    /// The kind of the fault from its onset to its end
    Onset,
    /// The kind whose harm begins within the first horizon
    Horizon,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ColumnsName {
    Seed,
    Full,
}

impl SimulateArgs {
    pub fn spec(&self) -> SimulateSpec {
        let (cluster, faults, seen) = (&self.cluster, &self.faults, &self.seen);
        SimulateSpec {
            preset: match self.preset {
                PresetName::Seed => ScenarioPreset::Seed,
                PresetName::Default => ScenarioPreset::Default,
                PresetName::Production => ScenarioPreset::Production,
                PresetName::Stress => ScenarioPreset::Stress,
            },
            num_samples: self.rows,
            time_periods: self.hours,
            issue_types: self.issues.clone(),
            issue_weights: self.issue_weights.clone(),
            issue_probability: self.issue_probability,
            seed: self.seed,
            scrape_interval: cluster.scrape_interval,
            start_time: cluster.start_time.clone(),
            clusters: cluster.clusters,
            nodes: cluster.nodes,
            placements_per_node: cluster.placements_per_node,
            workload_mix: cluster.workload_mix.clone(),
            load_preset: cluster.load_preset.map(|name| match name {
                LoadName::Office => LoadShape::Office,
                LoadName::Global => LoadShape::Global,
                LoadName::Batch => LoadShape::Batch,
            }),
            noise: seen.noise,
            missingness: seen.missingness,
            outages: seen.outages,
            row_drop: seen.row_drop,
            label_noise: seen.label_noise,
            label_mode: seen.label_mode.map(|name| match name {
                LabelName::Impact => LabelRule::Impact,
                LabelName::Onset => LabelRule::Onset,
                LabelName::Horizon => LabelRule::Horizon,
            }),
            horizons: seen.horizons.clone(),
            severity: faults.severity,
            p_sudden: faults.p_sudden,
            abort_rate: faults.abort_rate,
            overlap: faults.overlap,
            unknown_types: faults.unknown_types.clone(),
            unknown_fraction: faults.unknown_fraction,
            autoscaling: cluster.autoscaling,
            deploy_rate: cluster.deploy_rate,
            export_profile: seen.export_profile.map(|name| match name {
                ProfileName::Full => Exporters::Full,
                ProfileName::NoEtcd => Exporters::NoEtcd,
                ProfileName::NoControlPlane => Exporters::NoControlPlane,
                ProfileName::NoPvc => Exporters::NoPvc,
                ProfileName::Mixed => Exporters::Mixed,
            }),
            columns: self.columns.map(|name| match name {
                ColumnsName::Seed => ScenarioColumns::Seed,
                ColumnsName::Full => ScenarioColumns::Full,
            }),
            faults: !self.twin,
        }
    }
}
