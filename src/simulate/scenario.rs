//! What is asked for, and the check that it can be made (specification, 10).

use super::faults::{ISSUE_TYPES, IssueKind, SEED_ISSUE_TYPES};
use super::grid::START_MICROS;

/// The most rows that one run makes.
pub const MAX_SAMPLES: u32 = 5_000_000;
/// The longest span of one run, in hours: a leap year.
pub const MAX_HOURS: u32 = 8_784;
/// The most cells of a table that is held in memory: what a browser's tab holds at 8 bytes each.
pub const MAX_CELLS: u64 = 130_000_000;
/// The most entities, scraped or not, that are simulated together.
pub const MAX_PLACEMENTS: u32 = 120_000;

/// Where the parameters that are not given come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// As the data set that Kubecast began with: its 24 columns, its nine kinds, a third of the rows, a small cluster,
    /// and no missing but lost scrapes.
    #[default]
    Seed,
    /// Four clusters, all kinds, all columns, 5 % of the rows.
    Default,
    /// As it is in production: 1 % of the rows, labels that people made, every gap there is.
    Production,
    /// Much at once: more noise, more gaps, episodes that overlap.
    Stress,
}

/// How load runs over days and weeks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadPreset {
    /// High by day, lower at weekends.
    #[default]
    Office,
    /// Users everywhere: flat days, no weekend.
    Global,
    /// Jobs by night.
    Batch,
}

/// What `issue_type` says of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabelMode {
    /// The kind whose harm holds now.
    #[default]
    Impact,
    /// The kind of the episode between its onset and its end.
    Onset,
    /// The kind whose harm begins within the first of [`Scenario::horizons_mins`].
    Horizon,
}

/// What the exporters of a cluster show; what they do not is missing for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExportProfile {
    /// Everything.
    #[default]
    Full,
    /// Nothing of etcd, as managed control planes have it.
    NoEtcd,
    /// Nothing of the control plane.
    NoControlPlane,
    /// Nothing of volumes.
    NoPvc,
    /// One of the above for each cluster, by chance.
    Mixed,
}

/// Which columns are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColumnSet {
    /// The 24 of the first data set.
    #[default]
    Seed,
    /// Those, then real metric names, then the labels.
    Full,
}

/// A scenario as it is asked for, unchecked. Shares are 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What the others came from, kept for the record.
    pub preset: Preset,
    /// Rows to make, 1 to [`MAX_SAMPLES`].
    pub num_samples: u32,
    /// Hours that the rows span, 1 to [`MAX_HOURS`]; about two days where it is not given.
    pub time_periods_hours: Option<u32>,
    /// Issue kinds to draw from; empty means all of the preset. `None` and `normal` may stand among
    /// them and add nothing: healthy rows always fill what the issues leave.
    pub issue_types: Vec<String>,
    /// What each of `issue_types` weighs, above 0; empty means all alike.
    pub issue_weights: Vec<f64>,
    /// The share of rows with an issue.
    pub issue_probability: f64,
    /// Same seed, same rows.
    pub seed: u64,
    /// Seconds between scrapes: 15, 30 or a multiple of 60 up to 3600; chosen where it is not given.
    pub scrape_interval_secs: Option<u32>,
    /// The first scrape, microseconds since 1970 (UTC).
    pub start_micros: i64,
    /// Clusters, 1 to 64; 0 means as many as the rows need. More are added where entities do not fit.
    pub clusters: u32,
    /// Nodes per cluster, 2 to 200; 0 means as many as the rows need.
    pub nodes: u32,
    /// Workloads on each node, 2 to 20; 0 means as many as the rows need.
    pub placements_per_node: u32,
    /// Shares of deployments, stateful sets, daemon sets, cron jobs and jobs among workloads; they need not sum to 1.
    pub workload_mix: [f64; 5],
    /// How load runs.
    pub load_preset: LoadPreset,
    /// Factor on the noise of measuring, 0 to 10.
    pub noise: f64,
    /// Share of scraped cells that are lost, 0 to 0.5.
    pub missingness: f64,
    /// Whether Prometheus itself is away now and then, and kube-state-metrics loses scrapes too.
    pub outages: bool,
    /// Share of rows that are dropped whole, 0 to 0.5.
    pub row_drop: f64,
    /// Share of issue rows whose `issue_type` is wrong, 0 to 0.5; above 0 people label late and at jittered bounds too.
    pub label_noise: f64,
    /// What `issue_type` says.
    pub label_mode: LabelMode,
    /// Horizons of the `y_` columns, minutes, 1 to 1440, at most 6.
    pub horizons_mins: Vec<u32>,
    /// Factor on the severity of episodes, 0.1 to 4.
    pub severity: f64,
    /// The share of episodes that nothing announces; each kind's own where it is not given.
    pub sudden: Option<f64>,
    /// The share of episodes that heal before harm.
    pub abort_rate: f64,
    /// The share of episodes that may strike where another does.
    pub overlap: f64,
    /// Kinds that stay unknown to training; empty means all.
    pub unknown_types: Vec<String>,
    /// Their share of the issue rows; they stand in test rows alone.
    pub unknown_fraction: f64,
    /// Whether replicas follow the load.
    pub autoscaling: bool,
    /// Factor on how often something is rolled out, 0 to 20.
    pub deploy_rate: f64,
    /// What exporters show.
    pub export_profile: ExportProfile,
    /// Which columns are made.
    pub columns: ColumnSet,
    /// Whether faults strike; without, the same seed gives the twin that stayed healthy.
    pub faults: bool,
}

impl Scenario {
    /// The scenario of a preset.
    pub fn of(preset: Preset) -> Self {
        let seed = Self {
            preset,
            num_samples: 10_000,
            time_periods_hours: Some(168),
            issue_types: Vec::new(),
            issue_weights: Vec::new(),
            issue_probability: 0.3,
            seed: 42,
            scrape_interval_secs: None,
            start_micros: START_MICROS,
            clusters: 0,
            nodes: 0,
            placements_per_node: 0,
            workload_mix: [0.52, 0.16, 0.1, 0.12, 0.1],
            load_preset: LoadPreset::Office,
            noise: 1.0,
            missingness: 0.004,
            outages: false,
            row_drop: 0.0,
            label_noise: 0.0,
            label_mode: LabelMode::Impact,
            horizons_mins: vec![15, 30, 60],
            severity: 1.0,
            sudden: None,
            abort_rate: 0.15,
            overlap: 0.0,
            unknown_types: Vec::new(),
            unknown_fraction: 0.0,
            autoscaling: true,
            deploy_rate: 1.0,
            export_profile: ExportProfile::Full,
            columns: ColumnSet::Seed,
            faults: true,
        };
        let full = Self {
            time_periods_hours: None,
            issue_probability: 0.05,
            clusters: 4,
            nodes: 12,
            placements_per_node: 5,
            missingness: 0.01,
            outages: true,
            overlap: 0.1,
            unknown_fraction: 0.05,
            columns: ColumnSet::Full,
            ..seed.clone()
        };
        match preset {
            Preset::Seed => seed,
            Preset::Default => full,
            Preset::Production => Self {
                issue_probability: 0.01,
                label_noise: 0.02,
                row_drop: 0.002,
                export_profile: ExportProfile::Mixed,
                ..full
            },
            Preset::Stress => Self {
                issue_probability: 0.15,
                noise: 2.0,
                missingness: 0.05,
                row_drop: 0.02,
                label_noise: 0.05,
                overlap: 0.3,
                severity: 1.3,
                deploy_rate: 3.0,
                export_profile: ExportProfile::Mixed,
                ..full
            },
        }
    }
}

impl Default for Scenario {
    fn default() -> Self {
        Self::of(Preset::Seed)
    }
}

/// A scenario that can be run: the only thing that [`super::Simulation::new`] takes.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidScenario {
    pub(super) asked: Scenario,
    pub(super) num_samples: u32,
    pub(super) hours: Option<u32>,
    pub(super) scrape_secs: Option<u32>,
    pub(super) start_micros: i64,
    pub(super) row_drop: f64,
    pub(super) seed: u64,
    pub(super) clusters: u32,
    pub(super) nodes: u32,
    pub(super) placements_per_node: u32,
    /// Known kinds and the share of the issue rows that each is to have.
    pub(super) kinds: Vec<(IssueKind, f64)>,
    /// Kinds that stay unknown.
    pub(super) unknown: Vec<IssueKind>,
}

/// Why a scenario cannot be run; names the option and what it may be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SimulateError {
    /// A number is out of range, or none.
    #[error("{option} is {given}; it may be {allowed}")]
    Range {
        /// The option.
        option: &'static str,
        /// What was asked.
        given: String,
        /// What it may be.
        allowed: String,
    },
    /// An issue type that the simulator does not know.
    #[error("{option} has {given:?}, which is not known; known are {known}")]
    IssueType {
        /// The option.
        option: &'static str,
        /// What was asked.
        given: String,
        /// The known ones.
        known: String,
    },
    /// As many weights as types are needed.
    #[error(
        "issue_weights has {weights} numbers for {types} issue types; it may be empty or one above 0 for each"
    )]
    Weights {
        /// How many weights.
        weights: usize,
        /// How many types.
        types: usize,
    },
    /// More than one tab holds.
    #[error(
        "num_samples is {rows} with {columns} columns, which is more than a tab holds; with these columns it may be 1 to {most}"
    )]
    TooLarge {
        /// The rows asked for.
        rows: u32,
        /// The columns asked for.
        columns: usize,
        /// The most rows with them.
        most: u64,
    },
}

impl SimulateError {
    /// The option at fault, as the specs call it.
    pub fn option(&self) -> &'static str {
        match self {
            Self::Range { option, .. } | Self::IssueType { option, .. } => option,
            Self::Weights { .. } => "issue_weights",
            Self::TooLarge { .. } => "num_samples",
        }
    }
}

/// Other spellings that people and older tools use.
const ALIASES: [(&str, IssueKind); 15] = [
    ("pod_crash", IssueKind::PodCrashLoop),
    ("crash_loop", IssueKind::PodCrashLoop),
    ("crashloopbackoff", IssueKind::PodCrashLoop),
    ("oom", IssueKind::MemoryLeak),
    ("cpu_throttle", IssueKind::CpuThrottling),
    ("node_not_ready", IssueKind::NodeFailure),
    ("network", IssueKind::NetworkLatency),
    ("disk_full", IssueKind::DiskPressure),
    ("api_latency", IssueKind::ApiServerLatency),
    ("api_server", IssueKind::ApiServerLatency),
    ("etcd_latency", IssueKind::EtcdHighLatency),
    ("etcd", IssueKind::EtcdHighLatency),
    ("scheduler", IssueKind::SchedulerFailure),
    ("dns", IssueKind::DnsDegraded),
    ("image_pull", IssueKind::ImagePullFailure),
];

/// Names of the healthy state.
const HEALTHY: [&str; 4] = ["none", "normal", "healthy", ""];

fn within(option: &'static str, given: f64, low: f64, high: f64) -> Result<(), SimulateError> {
    if (low..=high).contains(&given) {
        return Ok(());
    }
    Err(SimulateError::Range {
        option,
        given: given.to_string(),
        allowed: format!("{low} to {high}"),
    })
}

impl Scenario {
    /// Checks every option. Kinds come out in the order of [`ISSUE_TYPES`], each once, so that the order in
    /// which they were asked for changes nothing.
    pub fn check(self) -> Result<ValidScenario, SimulateError> {
        let or_none = |x: Option<u32>, usual: f64| x.map_or(usual, f64::from);
        // 0 leaves the choice to the simulator.
        let or_zero = |x: u32, low: f64| if x == 0 { low } else { f64::from(x) };
        let samples = f64::from(MAX_SAMPLES);
        within("num_samples", f64::from(self.num_samples), 1.0, samples)?;
        let hours = or_none(self.time_periods_hours, 1.0);
        within("time_periods", hours, 1.0, f64::from(MAX_HOURS))?;
        within("issue_probability", self.issue_probability, 0.0, 1.0)?;
        if let Some(secs) = self.scrape_interval_secs
            && !(matches!(secs, 15 | 30)
                || (secs.is_multiple_of(60) && (60..=3_600).contains(&secs)))
        {
            return Err(SimulateError::Range {
                option: "scrape_interval",
                given: secs.to_string(),
                allowed: "15, 30 or a multiple of 60 up to 3600 seconds".to_owned(),
            });
        }
        // The years 1970 to 2200: whatever is added stays an instant that can be written.
        if !(0..=7_258_118_400_000_000).contains(&self.start_micros) {
            return Err(SimulateError::Range {
                option: "start_time",
                given: format!("{} s since 1970", self.start_micros / 1_000_000),
                allowed: "an instant from 1970 to 2200".to_owned(),
            });
        }
        within("clusters", or_zero(self.clusters, 1.0), 1.0, 64.0)?;
        within("nodes", or_zero(self.nodes, 2.0), 2.0, 200.0)?;
        within(
            "placements_per_node",
            or_zero(self.placements_per_node, 2.0),
            2.0,
            20.0,
        )?;
        for share in self.workload_mix {
            within("workload_mix", share, 0.0, 1e6)?;
        }
        within("workload_mix", self.workload_mix.iter().sum(), 1e-9, 1e7)?;
        within("noise", self.noise, 0.0, 10.0)?;
        within("missingness", self.missingness, 0.0, 0.5)?;
        within("row_drop", self.row_drop, 0.0, 0.5)?;
        within("label_noise", self.label_noise, 0.0, 0.5)?;
        within("horizons", self.horizons_mins.len() as f64, 1.0, 6.0)?;
        for &horizon in &self.horizons_mins {
            within("horizons", f64::from(horizon), 1.0, 1_440.0)?;
        }
        within("severity", self.severity, 0.1, 4.0)?;
        within("p_sudden", self.sudden.unwrap_or(0.0), 0.0, 1.0)?;
        within("abort_rate", self.abort_rate, 0.0, 0.9)?;
        within("overlap", self.overlap, 0.0, 1.0)?;
        within("unknown_fraction", self.unknown_fraction, 0.0, 1.0)?;
        within("deploy_rate", self.deploy_rate, 0.0, 20.0)?;
        let kinds = self.known_kinds()?;
        let unknown = self.unknown_kinds()?;
        let mut valid = ValidScenario {
            num_samples: self.num_samples,
            hours: self.time_periods_hours,
            scrape_secs: self.scrape_interval_secs,
            start_micros: self.start_micros,
            row_drop: self.row_drop,
            seed: self.seed,
            clusters: self.clusters,
            nodes: self.nodes,
            placements_per_node: self.placements_per_node,
            kinds,
            unknown,
            asked: self,
        };
        valid.settle_size()?;
        Ok(valid)
    }

    fn known_kinds(&self) -> Result<Vec<(IssueKind, f64)>, SimulateError> {
        if !self.issue_weights.is_empty() {
            if self.issue_weights.len() != self.issue_types.len() {
                return Err(SimulateError::Weights {
                    weights: self.issue_weights.len(),
                    types: self.issue_types.len(),
                });
            }
            for &weight in &self.issue_weights {
                within("issue_weights", weight, 1e-9, 1e9)?;
            }
        }
        let mut weights = [0.0; ISSUE_TYPES.len()];
        if self.issue_types.is_empty() {
            let count = match self.preset {
                Preset::Seed => SEED_ISSUE_TYPES,
                _ => ISSUE_TYPES.len(),
            };
            weights[..count].fill(1.0);
        }
        for (i, name) in self.issue_types.iter().enumerate() {
            if HEALTHY.contains(&plain(name).as_str()) {
                continue;
            }
            let kind = recognise(name, "issue_types", true)?;
            weights[kind as usize] = self.issue_weights.get(i).copied().unwrap_or(1.0);
        }
        let sum: f64 = weights.iter().sum();
        Ok(IssueKind::ALL
            .iter()
            .zip(weights)
            .filter(|&(_, weight)| weight > 0.0)
            .map(|(&kind, weight)| (kind, weight / sum))
            .collect())
    }

    fn unknown_kinds(&self) -> Result<Vec<IssueKind>, SimulateError> {
        let all = || IssueKind::ALL[ISSUE_TYPES.len()..].to_vec();
        if self.unknown_types.is_empty() {
            return Ok(all());
        }
        let asked: Result<Vec<_>, _> = self
            .unknown_types
            .iter()
            .map(|name| recognise(name, "unknown_types", false))
            .collect();
        let asked = asked?;
        Ok(all()
            .into_iter()
            .filter(|kind| asked.contains(kind))
            .collect())
    }
}

impl ValidScenario {
    pub(super) fn placements_per_cluster(&self) -> u32 {
        self.nodes * self.placements_per_node
    }

    /// Chooses the sizes that were left open, and adds clusters until every entity has its place.
    fn settle_size(&mut self) -> Result<(), SimulateError> {
        let small = Self {
            nodes: 12,
            placements_per_node: 5,
            clusters: self.clusters.max(1),
            ..self.clone()
        };
        let entities = super::grid::Grid::new(&small).entities as u32;
        if self.placements_per_node == 0 {
            self.placements_per_node = if entities <= 36 { 3 } else { 5 };
        }
        if self.nodes == 0 {
            self.nodes = entities.div_ceil(self.placements_per_node).clamp(4, 12);
        }
        self.clusters = self
            .clusters
            .max(1)
            .max(entities.div_ceil(self.placements_per_cluster()));
        let placements = u64::from(self.clusters) * u64::from(self.placements_per_cluster());
        if placements > u64::from(MAX_PLACEMENTS) {
            return Err(SimulateError::Range {
                option: "clusters",
                given: format!(
                    "{} of {} placements",
                    self.clusters,
                    self.placements_per_cluster()
                ),
                allowed: format!(
                    "such that clusters x nodes x placements_per_node is at most {MAX_PLACEMENTS}"
                ),
            });
        }
        Ok(())
    }

    /// The table's columns, in order.
    pub fn column_names(&self) -> Vec<String> {
        let columns = super::table::columns(&self.asked);
        columns.into_iter().map(|(name, _)| name).collect()
    }

    /// Whether a table of it can be held in memory at once; a run that is streamed has no such bound.
    pub fn check_table(&self) -> Result<(), SimulateError> {
        let columns = super::table::columns(&self.asked).len();
        let most = (MAX_CELLS / columns as u64).min(u64::from(MAX_SAMPLES));
        if u64::from(self.num_samples) <= most {
            return Ok(());
        }
        Err(SimulateError::TooLarge {
            rows: self.num_samples,
            columns,
            most,
        })
    }

    /// The share of rows to have an issue.
    pub(super) fn issue_probability(&self) -> f64 {
        let none = !self.asked.faults || self.kinds.is_empty();
        if none {
            0.0
        } else {
            self.asked.issue_probability
        }
    }

    /// The same cluster on which no fault strikes, with equal noise.
    pub fn twin(&self) -> Self {
        let mut twin = self.clone();
        twin.asked.faults = false;
        twin
    }
}

/// Case, blanks and hyphens do not matter.
fn plain(name: &str) -> String {
    name.trim()
        .chars()
        .map(|c| match c {
            ' ' | '-' => '_',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

fn recognise(name: &str, option: &'static str, known: bool) -> Result<IssueKind, SimulateError> {
    let plain = plain(name);
    let exact = IssueKind::ALL
        .iter()
        .copied()
        .find(|kind| kind.name() == plain);
    let alias = || {
        ALIASES
            .iter()
            .find(|(alias, _)| *alias == plain)
            .map(|&(_, kind)| kind)
    };
    exact
        .or_else(alias)
        .filter(|kind| kind.is_known() == known)
        .ok_or_else(|| {
            let names = IssueKind::ALL
                .iter()
                .filter(|kind| kind.is_known() == known);
            SimulateError::IssueType {
                option,
                given: name.to_owned(),
                known: names.map(|kind| kind.name()).collect::<Vec<_>>().join(", "),
            }
        })
}
