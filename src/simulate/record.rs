//! The files beside the table: its episodes, what happened when, and what it was made from.

use super::cluster::node_name;
use super::faults::{Episode, Scope, Target};
use super::scenario::{ColumnSet, ExportProfile, LabelMode, LoadPreset, Preset};
use super::schedule::members;
use super::simulation::Simulation;
use super::world::Setting;
use crate::data::{sort_by, time_text};

/// The version of the model: the same version, seed and configuration give the same bytes.
const VERSION: u32 = 3;

fn instant(setting: &Setting, secs: f64) -> String {
    time_text(setting.grid.start_micros + (secs * 1e6) as i64)
}

/// Scope and name of what an episode strikes.
pub(super) fn target_text(target: Target, setting: &Setting) -> (&'static str, String) {
    let topology = &setting.topology;
    match target {
        Target::Cluster(c) => ("cluster", format!("cluster-{}", c + 1)),
        Target::Zone(z) => (
            "zone",
            format!("zone-{}{}", z / 3 + 1, ["a", "b", "c"][z as usize % 3]),
        ),
        Target::Node(n) => ("node", node_name(n as usize)),
        Target::Workload(w) => ("workload", topology.workloads[w as usize].name.clone()),
        Target::Placement(e) => {
            let place = &topology.placements[e as usize];
            let name = &topology.workloads[place.workload].name;
            ("placement", format!("{name}@{}", node_name(place.node)))
        }
    }
}

pub(super) fn cluster_text(episode: &Episode, setting: &Setting) -> String {
    let first = members(&setting.topology, episode.target)
        .first()
        .map(|&e| e as usize);
    first.map_or_else(String::new, |e| {
        format!("cluster-{}", setting.topology.cluster_of(e) + 1)
    })
}

/// One line per episode, by onset: kind, target, its times, how severe it was, whether it came to anything, and the rows
/// that are labelled because of it (its own kind's, and all with its victims').
pub fn episodes_csv(simulation: &mut Simulation) -> Vec<u8> {
    simulation.find();
    let setting = simulation.setting();
    let mut text = String::from(
        "episode_id,kind,scope,target,cluster,onset,impact,end,recovered,precursor_s,active_s,severity,near_miss,rows,rows_with_victims\n",
    );
    for (number, e) in simulation.episodes().iter().enumerate() {
        let (scope, target) = target_text(e.target, setting);
        let impact = if e.struck {
            instant(setting, e.impact_secs)
        } else {
            String::new()
        };
        let until = if e.struck { e.impact_secs } else { e.end_secs };
        text.push_str(&format!(
            "{number},{},{scope},{target},{},{},{impact},{},{},{},{},{:.3},{},{},{}\n",
            e.kind.name(),
            cluster_text(e, setting),
            instant(setting, e.onset_secs),
            instant(setting, e.end_secs),
            instant(setting, e.recovered_secs),
            (until - e.onset_secs).round(),
            (e.end_secs - until).round(),
            e.severity,
            u8::from(!e.struck),
            e.own_rows,
            e.rows,
        ));
    }
    text.into_bytes()
}

/// One line per thing that happened, in order of time: onset, impact, end and recovery of each episode, the healing of
/// each near miss, and the first row of each kind that an episode brought down.
pub fn events_csv(simulation: &mut Simulation) -> Vec<u8> {
    simulation.find();
    let setting = simulation.setting();
    let mut events: Vec<(f64, usize, &str, &str)> = Vec::new();
    for (number, e) in simulation.episodes().iter().enumerate() {
        events.push((e.onset_secs, number, "onset", e.kind.name()));
        if e.struck {
            events.push((e.impact_secs, number, "impact", e.kind.name()));
            events.push((e.end_secs, number, "end", e.kind.name()));
        } else {
            events.push((e.end_secs, number, "healed", e.kind.name()));
        }
        events.push((e.recovered_secs, number, "recovered", e.kind.name()));
    }
    let intervals = simulation.truth().map_or(&[][..], |truth| &truth.intervals);
    let mut firsts: Vec<(u32, u32, &str)> = intervals
        .iter()
        .flatten()
        .filter(|i| i.blame.victim)
        .map(|i| (i.blame.episode, i.from, i.blame.kind.name()))
        .collect();
    sort_by(&mut firsts, |a, b| (a.0, a.2, a.1).cmp(&(b.0, b.2, b.1)));
    firsts.dedup_by_key(|first| (first.0, first.2));
    for (episode, from, kind) in firsts {
        events.push((
            setting.grid.moment(from as usize).secs,
            episode as usize,
            "victim",
            kind,
        ));
    }
    sort_by(&mut events, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut text = String::from("timestamp,seconds,event,kind,episode_id,scope,target,cluster\n");
    for (secs, number, event, kind) in events {
        let episode = &simulation.episodes()[number];
        let (scope, target) = target_text(episode.target, setting);
        text.push_str(&format!(
            "{},{},{event},{kind},{number},{scope},{target},{}\n",
            instant(setting, secs),
            secs.round(),
            cluster_text(episode, setting),
        ));
    }
    text.into_bytes()
}

/// Kinds that strike whole clusters and of which there are fewer than ten cases: their rows are many, and yet there is
/// little to learn from. More clusters give more.
pub fn rare_kinds(simulation: &mut Simulation) -> Vec<(&'static str, usize)> {
    simulation.find();
    let kinds = &simulation.setting().scenario.kinds;
    kinds
        .iter()
        .filter(|(kind, _)| {
            kind.course().scope == Scope::Cluster && !simulation.episodes().is_empty()
        })
        .map(|(kind, _)| {
            let cases = simulation
                .episodes()
                .iter()
                .filter(|e| e.kind == *kind && e.struck);
            (kind.name(), cases.count())
        })
        .filter(|&(_, cases)| cases < 10)
        .collect()
}

/// Everything that the table depends on, as JSON, with a hash of it.
pub fn config_json(simulation: &Simulation) -> Vec<u8> {
    let (scenario, grid) = (&simulation.setting().scenario, &simulation.setting().grid);
    let asked = &scenario.asked;
    let list = |items: Vec<String>| format!("[{}]", items.join(", "));
    let quoted = |name: &str| format!("\"{name}\"");
    let fields: Vec<(&str, String)> = vec![
        ("version", VERSION.to_string()),
        ("seed", scenario.seed.to_string()),
        (
            "preset",
            quoted(match asked.preset {
                Preset::Seed => "seed",
                Preset::Default => "default",
                Preset::Production => "production",
                Preset::Stress => "stress",
            }),
        ),
        ("num_samples", scenario.num_samples.to_string()),
        (
            "time_periods",
            scenario.hours.map_or("null".to_owned(), |h| h.to_string()),
        ),
        ("scrape_interval", grid.scrape_secs.to_string()),
        ("scrapes", grid.ticks.to_string()),
        ("entities", grid.entities.to_string()),
        ("start_time", quoted(&time_text(grid.start_micros))),
        (
            "issue_types",
            list(
                scenario
                    .kinds
                    .iter()
                    .map(|(kind, _)| quoted(kind.name()))
                    .collect(),
            ),
        ),
        (
            "issue_weights",
            list(
                scenario
                    .kinds
                    .iter()
                    .map(|(_, weight)| weight.to_string())
                    .collect(),
            ),
        ),
        ("issue_probability", asked.issue_probability.to_string()),
        (
            "unknown_types",
            list(
                scenario
                    .unknown
                    .iter()
                    .map(|kind| quoted(kind.name()))
                    .collect(),
            ),
        ),
        ("unknown_fraction", asked.unknown_fraction.to_string()),
        ("clusters", scenario.clusters.to_string()),
        ("nodes", scenario.nodes.to_string()),
        (
            "placements_per_node",
            scenario.placements_per_node.to_string(),
        ),
        (
            "workload_mix",
            list(asked.workload_mix.iter().map(f64::to_string).collect()),
        ),
        (
            "load_preset",
            quoted(match asked.load_preset {
                LoadPreset::Office => "office",
                LoadPreset::Global => "global",
                LoadPreset::Batch => "batch",
            }),
        ),
        ("noise", asked.noise.to_string()),
        ("missingness", asked.missingness.to_string()),
        ("outages", asked.outages.to_string()),
        ("row_drop", asked.row_drop.to_string()),
        ("label_noise", asked.label_noise.to_string()),
        (
            "label_mode",
            quoted(match asked.label_mode {
                LabelMode::Impact => "impact",
                LabelMode::Onset => "onset",
                LabelMode::Horizon => "horizon",
            }),
        ),
        (
            "horizons",
            list(asked.horizons_mins.iter().map(u32::to_string).collect()),
        ),
        ("severity", asked.severity.to_string()),
        (
            "p_sudden",
            asked.sudden.map_or("null".to_owned(), |p| p.to_string()),
        ),
        ("abort_rate", asked.abort_rate.to_string()),
        ("overlap", asked.overlap.to_string()),
        ("autoscaling", asked.autoscaling.to_string()),
        ("deploy_rate", asked.deploy_rate.to_string()),
        (
            "export_profile",
            quoted(match asked.export_profile {
                ExportProfile::Full => "full",
                ExportProfile::NoEtcd => "no_etcd",
                ExportProfile::NoControlPlane => "no_control_plane",
                ExportProfile::NoPvc => "no_pvc",
                ExportProfile::Mixed => "mixed",
            }),
        ),
        (
            "columns",
            quoted(match asked.columns {
                ColumnSet::Seed => "seed",
                ColumnSet::Full => "full",
            }),
        ),
        ("faults", asked.faults.to_string()),
    ];
    let body: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("  \"{name}\": {value}"))
        .collect();
    let body = body.join(",\n");
    format!(
        "{{\n{body},\n  \"hash\": \"{:016x}\"\n}}\n",
        hash(body.as_bytes())
    )
    .into_bytes()
}

/// FNV-1a of 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
