//! A look at a scenario before it is used: a few hours of one entity, and what strikes.

/// What is beside a simulated table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScenarioFile {
    /// The table itself, as CSV.
    Table,
    /// One line per fault, as CSV.
    Episodes,
    /// One line per thing that happened, as CSV.
    Events,
    /// What the table is made from, as JSON with a hash.
    Config,
}

/// A look at a scenario. Seconds count from the first scrape; what strikes is what strikes in the whole run, as far as
/// the look reaches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScenarioPreview {
    /// The first scrape, seconds since 1970 (UTC).
    pub start_secs: u64,
    /// Rows of the table.
    pub rows: u64,
    /// Columns of the table.
    pub columns: u32,
    /// Seconds between scrapes.
    pub scrape_secs: u32,
    /// Entities (a workload on a node each) that the rows are about.
    pub entities: u32,
    /// Clusters that they live in.
    pub clusters: u32,
    /// Seconds that the table spans.
    pub span_secs: f64,
    /// Seconds of it that were looked at.
    pub seen_secs: f64,
    /// The entity whose metrics are shown.
    pub entity: String,
    /// The episode that is in sight, by its number; absent where none strikes.
    pub episode: Option<u32>,
    /// Instants of the metrics, at most 300, evenly spaced.
    pub secs: Vec<f64>,
    /// The main metrics of that kind, at most four.
    pub metrics: Vec<PreviewMetric>,
    /// Episodes that begin in what was looked at, by onset; the first 300.
    pub episodes: Vec<PreviewEpisode>,
    /// How many there are.
    pub episodes_found: u32,
    /// Alerts on the entity within `secs`.
    pub alerts: Vec<PreviewAlert>,
}

/// A metric at the preview's instants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PreviewMetric {
    /// Its column.
    pub name: String,
    /// Its unit; empty for counts and states.
    pub unit: String,
    /// As many values as there are instants; absent where nothing was scraped.
    pub values: Vec<Option<f64>>,
}

/// A fault.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PreviewEpisode {
    /// Its number in `episodes.csv`.
    pub number: u32,
    /// What strikes.
    pub kind: String,
    /// What it strikes, and in which cluster.
    pub place: String,
    /// When it begins to push; may lie before the first scrape.
    pub onset_secs: f64,
    /// When harm sets in; absent where it does not, or not in what was looked at.
    pub impact_secs: Option<f64>,
    /// When it lets go; absent where that was not seen.
    pub end_secs: Option<f64>,
    /// When it has ceased to push; absent where its end was not seen.
    pub recovered_secs: Option<f64>,
    /// Whether it announces itself.
    pub announced: bool,
    /// Whether it heals before harm; known once its end was seen.
    pub near_miss: bool,
    /// Whether it strikes the entity whose metrics are shown.
    pub here: bool,
}

/// A time in which an alert fires.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PreviewAlert {
    /// The rule.
    pub name: String,
    /// The first scrape at which it fires.
    pub from_secs: f64,
    /// The last.
    pub until_secs: f64,
}
