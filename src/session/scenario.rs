//! Scenarios of the protocol as the simulator's own, and their tables as text that never stands in memory whole.

use super::failure::Fault;
use crate::data::instant_micros;
use crate::protocol::{
    Exporters, Failure, FailureCode, LabelRule, LoadShape, Place, ScenarioColumns, ScenarioPreset,
    SimulateSpec,
};
use crate::simulate::{
    self, Chunk, ColumnSet, ExportProfile, LabelMode, LoadPreset, Preset, Scenario, SimulateError,
    Simulation,
};

/// Rows of one piece of text.
const CHUNK_ROWS: usize = 8_192;

pub(super) fn scenario(spec: &SimulateSpec) -> Result<Scenario, SimulateError> {
    let mut s = Scenario::of(match spec.preset {
        ScenarioPreset::Seed => Preset::Seed,
        ScenarioPreset::Default => Preset::Default,
        ScenarioPreset::Production => Preset::Production,
        ScenarioPreset::Stress => Preset::Stress,
    });
    s.num_samples = spec.num_samples;
    s.seed = spec.seed;
    s.faults = spec.faults;
    s.issue_types.clone_from(&spec.issue_types);
    s.issue_weights.clone_from(&spec.issue_weights);
    s.unknown_types.clone_from(&spec.unknown_types);
    s.time_periods_hours = spec.time_periods.or(s.time_periods_hours);
    s.scrape_interval_secs = spec.scrape_interval;
    s.sudden = spec.p_sudden;
    set(&mut s.issue_probability, spec.issue_probability);
    for (to, given, option) in [
        (&mut s.clusters, spec.clusters, "clusters"),
        (&mut s.nodes, spec.nodes, "nodes"),
        (
            &mut s.placements_per_node,
            spec.placements_per_node,
            "placements_per_node",
        ),
    ] {
        // To the simulator 0 means its own choice, but nobody who says 0 means that.
        if given == Some(0) {
            return Err(SimulateError::Range {
                option,
                given: "0".to_owned(),
                allowed: "1 or more".to_owned(),
            });
        }
        set(to, given);
    }
    for (to, given) in [
        (&mut s.noise, spec.noise),
        (&mut s.missingness, spec.missingness),
        (&mut s.row_drop, spec.row_drop),
        (&mut s.label_noise, spec.label_noise),
        (&mut s.severity, spec.severity),
        (&mut s.abort_rate, spec.abort_rate),
        (&mut s.overlap, spec.overlap),
        (&mut s.unknown_fraction, spec.unknown_fraction),
        (&mut s.deploy_rate, spec.deploy_rate),
    ] {
        set(to, given);
    }
    set(&mut s.outages, spec.outages);
    set(&mut s.autoscaling, spec.autoscaling);
    set(
        &mut s.load_preset,
        spec.load_preset.map(|load| match load {
            LoadShape::Office => LoadPreset::Office,
            LoadShape::Global => LoadPreset::Global,
            LoadShape::Batch => LoadPreset::Batch,
        }),
    );
    set(
        &mut s.label_mode,
        spec.label_mode.map(|rule| match rule {
            LabelRule::Impact => LabelMode::Impact,
            LabelRule::Onset => LabelMode::Onset,
            LabelRule::Horizon => LabelMode::Horizon,
        }),
    );
    set(
        &mut s.export_profile,
        spec.export_profile.map(|shown| match shown {
            Exporters::Full => ExportProfile::Full,
            Exporters::NoEtcd => ExportProfile::NoEtcd,
            Exporters::NoControlPlane => ExportProfile::NoControlPlane,
            Exporters::NoPvc => ExportProfile::NoPvc,
            Exporters::Mixed => ExportProfile::Mixed,
        }),
    );
    set(
        &mut s.columns,
        spec.columns.map(|columns| match columns {
            ScenarioColumns::Seed => ColumnSet::Seed,
            ScenarioColumns::Full => ColumnSet::Full,
        }),
    );
    if !spec.horizons.is_empty() {
        s.horizons_mins.clone_from(&spec.horizons);
    }
    if !spec.workload_mix.is_empty() {
        s.workload_mix = spec
            .workload_mix
            .clone()
            .try_into()
            .map_err(|mix: Vec<f64>| SimulateError::Range {
                option: "workload_mix",
                given: format!("{} numbers", mix.len()),
                allowed: "five: deployments, stateful sets, daemon sets, cron jobs, jobs"
                    .to_owned(),
            })?;
    }
    if let Some(text) = &spec.start_time {
        s.start_micros = start_micros(text).ok_or_else(|| SimulateError::Range {
            option: "start_time",
            given: format!("{text:?}"),
            allowed: "an instant such as 2025-03-03T00:07:30 (UTC), from 1970 to 2200".to_owned(),
        })?;
    }
    Ok(s)
}

fn set<T>(to: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *to = given;
    }
}

/// `2025-03-03`, with or without a time after `T` or a blank, with or without seconds and `Z`.
fn start_micros(text: &str) -> Option<i64> {
    let text = text.trim().trim_end_matches('Z');
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let number = |part: Option<&str>| part?.parse::<i32>().ok();
    let mut date = date.split('-');
    let day = (
        number(date.next())?,
        number(date.next())?,
        number(date.next())?,
    );
    let mut time = time.split(':');
    let (hour, minute) = (number(time.next())?, number(time.next())?);
    let second = time.next().map_or(Some(0), |part| part.parse().ok())?;
    if date.next().is_some() || time.next().is_some() {
        return None;
    }
    instant_micros(day, (hour, minute, second, 0), 0)
}

/// A simulated table as CSV, made while it is read: the bytes that [`crate::protocol::Request::ExportData`] gives of the
/// same scenario, however long it is.
#[derive(Debug)]
pub struct ScenarioText {
    simulation: Simulation,
    begun: bool,
    /// What OpenMetrics is written of, and the metrics still to be written, the last first.
    whole: Option<(Chunk, Vec<usize>)>,
}

impl ScenarioText {
    /// Checks the scenario and plans its faults.
    pub fn new(spec: &SimulateSpec) -> Result<Self, Failure> {
        let checked = scenario(spec).and_then(Scenario::check);
        let valid = checked.map_err(|error| Fault::from(error).told().0)?;
        Ok(Self {
            simulation: Simulation::new(valid),
            begun: false,
            whole: None,
        })
    }

    /// Appends the next lines, the header before the first; answers whether there were any.
    pub fn more(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(chunk) = self.simulation.chunks(CHUNK_ROWS).next() else {
            return false;
        };
        if !std::mem::replace(&mut self.begun, true) {
            Chunk::write_header(&chunk, out);
        }
        chunk.write_rows(out);
        true
    }

    /// As [`ScenarioText::more`], with a line for each metric and time instead of a column for each metric.
    pub fn more_long(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(chunk) = self.simulation.chunks(CHUNK_ROWS / 8).next() else {
            return false;
        };
        if !std::mem::replace(&mut self.begun, true) {
            Chunk::write_long_header(&chunk, out);
        }
        chunk.write_long_rows(out);
        true
    }

    /// As [`ScenarioText::more`], as OpenMetrics, which has each metric in one piece: the table is held until it is
    /// written, 4 bytes a cell. Needs all columns, which name the series.
    pub fn more_openmetrics(&mut self, out: &mut Vec<u8>) -> Result<bool, Failure> {
        if self.whole.is_none() {
            let extent = self.simulation.extent();
            let rows = extent.scrapes.saturating_mul(extent.entities);
            let Some(chunk) = self.simulation.chunks(rows).next() else {
                return Ok(false);
            };
            let mut columns = chunk.openmetrics_columns();
            columns.reverse();
            if !chunk.columns().iter().any(|(name, _)| name == "entity_id") {
                return Err(Failure {
                    code: FailureCode::Option,
                    title: "OpenMetrics needs all columns".to_owned(),
                    detail: "The first 24 columns do not say which series a value belongs to."
                        .to_owned(),
                    hint: "Ask for --columns full, or for CSV.".to_owned(),
                    place: Place::default(),
                });
            }
            self.whole = Some((chunk, columns));
        }
        let Some((chunk, columns)) = &mut self.whole else {
            return Ok(false);
        };
        if let Some(column) = columns.pop() {
            chunk.write_openmetrics(column, out);
            return Ok(true);
        }
        if !std::mem::replace(&mut self.begun, true) {
            out.extend_from_slice(b"# EOF\n");
            return Ok(true);
        }
        Ok(false)
    }

    /// The share that is done, 0 to 1.
    pub fn done(&self) -> f64 {
        self.simulation.done()
    }

    /// One line per fault.
    pub fn episodes_csv(&mut self) -> Vec<u8> {
        simulate::episodes_csv(&mut self.simulation)
    }

    /// One line per thing that happened.
    pub fn events_csv(&mut self) -> Vec<u8> {
        simulate::events_csv(&mut self.simulation)
    }

    /// What the table was made from, with a hash.
    pub fn config_json(&self) -> Vec<u8> {
        simulate::config_json(&self.simulation)
    }

    /// Kinds that strike whole clusters and of which there are fewer than ten: their rows are many and their number of
    /// cases is small.
    pub fn rare_kinds(&mut self) -> Vec<(&'static str, usize)> {
        simulate::rare_kinds(&mut self.simulation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_read_as_it_is_written() {
        for text in [
            "2025-03-03T00:07:30",
            "2025-03-03 00:07:30Z",
            " 2025-03-03T00:07:30 ",
        ] {
            assert_eq!(start_micros(text), Some(1_740_960_450_000_000), "{text}");
        }
        assert_eq!(start_micros("1970-01-02"), Some(86_400_000_000));
        for text in [
            "",
            "soon",
            "2025-13-01",
            "2025-03-03T25:00",
            "2025-03-03-04",
            "2025-03-03T1:2:3:4",
        ] {
            assert_eq!(start_micros(text), None, "{text}");
        }
    }
}
