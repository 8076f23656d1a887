//! How visible each kind of fault is before its harm, as the table in `docs/simulator.md`:
//! `cargo run --release --example simulator_precursors`.
//!
//! Of each announced incident one entity is looked at. A column counts in deviations from what the entity shows while it is
//! healthy (by day and by night), which is all that a forecaster has to go by.

use std::error::Error;
use std::path::Path;

use kubecast::data::{Frame, Values};
use kubecast::simulate::{Episode, ISSUE_TYPES, Preset, Scenario, Simulation};

const UNKNOWN: [&str; 8] = [
    "conntrack",
    "pid_exhaustion",
    "clock_skew",
    "cert_expiry",
    "webhook_timeout",
    "runtime_hang",
    "zone_partition",
    "random_compound",
];
const LEADS_MINS: [f64; 4] = [60.0, 30.0, 15.0, 5.0];
/// Healthy rows above which a value counts as seen: one in a thousand is.
const SEEN: f64 = 0.999;
const BEGINS: &str = "<!-- precursors: cargo run --release --example simulator_precursors -->\n";
const ENDS: &str = "<!-- precursors end -->";

fn main() -> Result<(), Box<dyn Error>> {
    let mut lines = String::from(
        "| kind | incidents, announced | onset to harm, minutes: quarter, median, three quarters | most telling column | 60 min before | 30 | 15 | 5 | seen 15 min before |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    for (i, kind) in ISSUE_TYPES.into_iter().chain(UNKNOWN).enumerate() {
        let line = of_kind(kind, 300 + i as u64)?;
        lines.push_str(&line);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/simulator.md");
    let text = std::fs::read_to_string(&path)?;
    let (Some(from), Some(until)) = (text.find(BEGINS), text.find(ENDS)) else {
        return Err("docs/simulator.md has no place for the table".into());
    };
    let new = format!(
        "{}{lines}\n{}",
        &text[..from + BEGINS.len()],
        &text[until..]
    );
    Ok(std::fs::write(path, new)?)
}

/// The scenario in which a kind strikes often and nothing else does.
fn scenario(kind: &str, seed: u64) -> Scenario {
    let known = ISSUE_TYPES.contains(&kind);
    let only = vec![kind.to_owned()];
    Scenario {
        num_samples: 240_000,
        seed,
        issue_types: if known {
            only.clone()
        } else {
            vec!["image_pull_failure".to_owned()]
        },
        unknown_types: if known { Vec::new() } else { only },
        unknown_fraction: if known { 0.0 } else { 0.9 },
        issue_probability: 0.03,
        overlap: 0.0,
        outages: false,
        // A control plane's trouble is one case, however many rows see it.
        clusters: 12,
        ..Scenario::of(Preset::Default)
    }
}

/// Measured columns that a level says something of: counters and what only counts time are left out.
fn gauges(frame: &Frame) -> Vec<(&str, &[f64])> {
    let last = frame.position("coredns_servfail_ratio").unwrap_or_default();
    let not = [
        "time_of_day",
        "day_of_week",
        "is_weekend",
        "cluster_age_days",
        "entity_id",
        "deploy_age_s",
        "pod_restart_count",
    ];
    frame.columns()[..=last]
        .iter()
        .filter(|column| !not.contains(&column.name.as_str()) && !column.name.ends_with("_total"))
        .filter_map(|column| match &column.values {
            Values::Number(values) => Some((column.name.as_str(), values.as_slice())),
            _ => None,
        })
        .collect()
}

/// A column's course before the incidents: by incident, deviations at each lead, and whether it is seen 15 minutes before.
struct Course<'a> {
    name: &'a str,
    by_lead: Vec<Vec<f64>>,
    seen: usize,
}

fn of_kind(kind: &str, seed: u64) -> Result<String, Box<dyn Error>> {
    let mut simulation = Simulation::new(scenario(kind, seed).check()?);
    simulation.find();
    let mine = |e: &&Episode| e.struck && e.kind.name() == kind;
    let episodes: Vec<(Episode, Vec<u32>)> = simulation
        .episodes()
        .iter()
        .filter(mine)
        .map(|e| (e.clone(), simulation.entities_of(e)))
        .collect();
    let frame = simulation.finish();
    let Some(Values::Time(times)) = frame.column("timestamp").map(|c| &c.values) else {
        return Err("no timestamps".into());
    };
    let secs: Vec<f64> = times.iter().map(|t| (t - times[0]) as f64 / 1e6).collect();
    let Some(Values::Number(entities)) = frame.column("entity_id").map(|c| &c.values) else {
        return Err("no entities".into());
    };
    let phase = frame.column("phase").ok_or("no phase")?;
    let healthy: Vec<bool> = (0..frame.rows())
        .map(|row| phase.text(row) == "healthy")
        .collect();
    let all = episodes.len();
    let announced: Vec<&(Episode, Vec<u32>)> = episodes
        .iter()
        .filter(|(e, _)| e.due_secs > e.onset_secs && e.impact_secs > 3_600.0)
        .collect();
    let announced_of_all = episodes
        .iter()
        .filter(|(e, _)| e.due_secs > e.onset_secs)
        .count();
    let mut onset: Vec<f64> = announced
        .iter()
        .map(|(e, _)| (e.impact_secs - e.onset_secs) / 60.0)
        .collect();
    if onset.is_empty() {
        return Ok(format!("| {kind} | {all}, none | | | | | | | |\n"));
    }
    let quantile = |values: &mut Vec<f64>, q: f64| {
        values.retain(|x| !x.is_nan());
        values.sort_by(f64::total_cmp);
        if values.is_empty() {
            f64::NAN
        } else {
            values[((values.len() - 1) as f64 * q).round() as usize]
        }
    };
    let quartiles = [0.25, 0.5, 0.75].map(|q| quantile(&mut onset, q));
    // Rows of the entities that are looked at, in order of time.
    let looked: Vec<Vec<usize>> = announced
        .iter()
        .map(|(_, of)| {
            (0..frame.rows())
                .filter(|&row| of.first().is_some_and(|&e| entities[row] == f64::from(e)))
                .collect()
        })
        .collect();
    let mut courses: Vec<Course> = Vec::new();
    for (name, values) in gauges(&frame) {
        let mut course = Course {
            name,
            by_lead: vec![Vec::new(); LEADS_MINS.len()],
            seen: 0,
        };
        for ((episode, _), rows) in announced.iter().zip(&looked) {
            let mut usual: Vec<f64> = rows
                .iter()
                .filter(|&&row| healthy[row])
                .map(|&row| values[row])
                .filter(|x| !x.is_nan())
                .collect();
            if usual.len() < 100 {
                continue;
            }
            let mean = usual.iter().sum::<f64>() / usual.len() as f64;
            let variance =
                usual.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / usual.len() as f64;
            let high = quantile(&mut usual, SEEN);
            let low = quantile(&mut usual, 1.0 - SEEN);
            for (at, lead) in LEADS_MINS.iter().enumerate() {
                let when = episode.impact_secs - 60.0 * lead;
                let near = rows
                    .iter()
                    .filter(|&&row| secs[row] <= when && secs[row] > when - 600.0);
                let there: Vec<f64> = near
                    .map(|&row| values[row])
                    .filter(|x| !x.is_nan())
                    .collect();
                if there.is_empty() {
                    continue;
                }
                let x = there.iter().sum::<f64>() / there.len() as f64;
                // A column that never changes deviates by nothing, or by more than can be told.
                let z = if x == mean {
                    0.0
                } else {
                    ((x - mean) / variance.sqrt()).clamp(-99.0, 99.0)
                };
                course.by_lead[at].push(z);
                course.seen += usize::from(*lead == 15.0 && (x > high || x < low));
            }
        }
        courses.push(course);
    }
    let median = |course: &Course, at: usize| quantile(&mut course.by_lead[at].clone(), 0.5);
    let best = courses
        .iter()
        .max_by(|a, b| {
            let size = |c: &Course| {
                let (x, y) = (median(c, 2).abs(), median(c, 3).abs());
                if x.is_nan() || y.is_nan() {
                    -1.0
                } else {
                    x + 0.2 * y
                }
            };
            size(a).total_cmp(&size(b))
        })
        .ok_or("no columns")?;
    let at = |i: usize| format!("{:+.1}", median(best, i));
    let count = best.by_lead[2].len().max(1);
    Ok(format!(
        "| {kind} | {all}, {announced_of_all} | {:.0}, {:.0}, {:.0} | `{}` | {} | {} | {} | {} | {:.0} % |\n",
        quartiles[0],
        quartiles[1],
        quartiles[2],
        best.name,
        at(0),
        at(1),
        at(2),
        at(3),
        100.0 * best.seen as f64 / count as f64,
    ))
}
