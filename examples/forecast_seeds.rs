//! What the forecast is worth on five simulated fleets, and how much of what can be seen ahead it sees: the two tables in
//! `docs/evaluation.md`. `cargo run --release --example forecast_seeds -- [--seeds N] [--rows N]`
//!
//! The simulator knows when the fault behind each incident began to show. An incident that another fault brought down, or whose
//! own fault began less than two minutes before, could not have been paged ahead: two rows of the last three have to say so.
//! What remains is the ceiling of its kind.

#![expect(clippy::print_stderr, reason = "it takes long, and says how far it is")]

mod weeks;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;

use kubecast::data::{Frame, Values};
use kubecast::session::{ForecastReport, RunIncident, forecast};
use kubecast::simulate::Episode;
use weeks::{fleet, given, grow, question};

const BEGINS: &str = "<!-- seeds: cargo run --release --example forecast_seeds -->\n";
const ENDS: &str = "<!-- seeds end -->";
/// Those whose precursor lasts half an hour or more at the median.
const GRADUAL: [&str; 9] = [
    "memory_pressure",
    "hpa_maxed",
    "cpu_throttling",
    "memory_leak",
    "disk_pressure",
    "pvc_full",
    "etcd_db_quota",
    "etcd_high_latency",
    "capacity_exhausted",
];
/// A page takes two rows.
const SEEN_MINUTES: f64 = 2.0;
const SECS: f64 = 1e6;

/// Incidents of one kind, over the seeds.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    incidents: u32,
    /// Of a fault of the same kind.
    own: u32,
    /// Of these, with so much time from its onset to the incident: two minutes, 15, 30.
    shown: [u32; 3],
    ahead: u32,
    /// Caught ahead though their own fault had not shown: by luck, or by what brought them down.
    beyond: u32,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.incidents += other.incidents;
        self.own += other.own;
        self.ahead += other.ahead;
        self.beyond += other.beyond;
        for (sum, more) in self.shown.iter_mut().zip(other.shown) {
            *sum += more;
        }
    }

    fn line(&self, name: &str) -> String {
        let [page, quarter, half] = self.shown;
        let share = match page {
            0 => "none can be".to_owned(),
            _ => format!(
                "{:.0} %",
                100.0 * f64::from(self.ahead - self.beyond) / f64::from(page)
            ),
        };
        format!(
            "| {name} | {} | {} | {page} | {quarter} | {half} | {} | {} | {share} |\n",
            self.incidents, self.own, self.ahead, self.beyond
        )
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (seeds, rows) = (given("--seeds", 5)?, given("--rows", 400_000)?);
    let mut lines = String::from(
        "| seed | incidents | caught ahead | of gradual kinds | false pages a cluster-day | page precision | lead, median | static thresholds | straight line |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut kinds: BTreeMap<String, Tally> = BTreeMap::new();
    for seed in 1..=seeds {
        let (frame, episodes) = fleet(seed, rows)?;
        let report = forecast(&frame, &question(), &mut grow)?;
        let tallies = tallies(&frame, &episodes, &report)?;
        let line = seed_line(seed, &report, &tallies);
        eprint!("{line}");
        lines.push_str(&line);
        for (kind, tally) in &tallies {
            kinds.entry(kind.clone()).or_default().add(tally);
        }
    }
    lines.push_str("\n| kind | incidents | of a fault of the same kind | of these, shown 2 minutes before or sooner: the ceiling | 15 | 30 | caught ahead | of these, beyond the ceiling | of the ceiling |\n|---|---|---|---|---|---|---|---|---|\n");
    for gradual in [true, false] {
        let mut all = Tally::default();
        for (kind, tally) in &kinds {
            if GRADUAL.contains(&kind.as_str()) == gradual && kind != "unknown" {
                all.add(tally);
                lines.push_str(&tally.line(&format!("`{kind}`")));
            }
        }
        let name = if gradual {
            "all gradual kinds"
        } else {
            "all sudden kinds"
        };
        lines.push_str(&all.line(&format!("**{name}**")));
    }
    if let Some(unknown) = kinds.get("unknown") {
        lines.push_str(&unknown.line("`unknown`, of which no training row knows"));
    }
    weeks::write(BEGINS, ENDS, &lines)
}

fn seed_line(seed: u64, report: &ForecastReport, tallies: &BTreeMap<String, Tally>) -> String {
    let all = &report.incidents.overall;
    let mut gradual = Tally::default();
    for kind in GRADUAL {
        gradual.add(&tallies.get(kind).copied().unwrap_or_default());
    }
    let mut line = format!(
        "| {seed} | {} | {} | {} of {} | {:.2} | {} | {}",
        all.incidents,
        all.ahead,
        gradual.ahead,
        gradual.incidents,
        all.false_per_cluster_day,
        all.precision
            .map_or("no pages".to_owned(), |p| format!("{p:.2}")),
        all.lead_minutes
            .map_or("none".to_owned(), |(median, _)| format!("{median} min")),
    );
    for rule in ["static thresholds", "linear extrapolation"] {
        let rival = report.rivals.iter().find(|r| r.name.contains(rule));
        let told = rival.map_or("none".to_owned(), |r| {
            format!("{} at {:.2}", r.score.ahead, r.score.false_per_cluster_day)
        });
        // Writing to a string cannot fail.
        let _ = write!(line, " | {told}");
    }
    line + " |\n"
}

/// What became of each judged incident, beside what could have.
fn tallies(
    frame: &Frame,
    episodes: &[Episode],
    report: &ForecastReport,
) -> Result<BTreeMap<String, Tally>, Box<dyn Error>> {
    let run = report.run.as_ref().ok_or("the report keeps no incidents")?;
    let first_judged = run.span_secs.first().copied().ok_or("nothing was judged")?;
    let behind = Behind::of(frame)?;
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for incident in &run.incidents {
        let start_secs = first_judged + incident.start_secs;
        let number = behind
            .episode(incident, start_secs)
            .ok_or_else(|| format!("no row starts the {} of {}", incident.kind, incident.entity))?;
        let episode = episodes.get(number).ok_or("a row names no episode")?;
        let tally = tallies.entry(incident.kind.clone()).or_default();
        tally.incidents += 1;
        let own = episode.kind.name() == incident.kind;
        let shown_minutes = (start_secs - behind.first_secs - episode.onset_secs) / 60.0;
        tally.own += u32::from(own);
        for (count, minutes) in tally.shown.iter_mut().zip([SEEN_MINUTES, 15.0, 30.0]) {
            *count += u32::from(own && shown_minutes >= minutes);
        }
        let ahead = incident.ahead_minutes.is_some();
        tally.ahead += u32::from(ahead);
        tally.beyond += u32::from(ahead && !(own && shown_minutes >= SEEN_MINUTES));
    }
    Ok(tallies)
}

/// Which fault is behind each row.
struct Behind<'a> {
    frame: &'a Frame,
    times: &'a [i64],
    episodes: &'a [f64],
    /// The first scrape, in seconds since 1970.
    first_secs: f64,
}

impl<'a> Behind<'a> {
    fn of(frame: &'a Frame) -> Result<Self, Box<dyn Error>> {
        let values = |name: &str| frame.column(name).map(|c| &c.values);
        let (Some(Values::Time(times)), Some(Values::Number(episodes))) =
            (values("timestamp"), values("episode_id"))
        else {
            return Err("the table has no timestamp or no episode_id".into());
        };
        let first = times.iter().min().ok_or("the table is empty")?;
        Ok(Self {
            frame,
            times,
            episodes,
            first_secs: *first as f64 / SECS,
        })
    }

    /// Of the row that starts an incident, of its entity or of the group that its kind hits: the number of the episode.
    fn episode(&self, incident: &RunIncident, start_secs: f64) -> Option<usize> {
        let start = (start_secs * SECS).round() as i64;
        let from = self.times.partition_point(|&t| t < start - 500_000);
        let rows = (from..self.times.len()).take_while(|&row| self.times[row] <= start + 500_000);
        let mut rows =
            rows.filter(|&row| self.text("issue_type", row).as_ref() == Some(&incident.kind));
        rows.find(|&row| {
            ["entity_id", "cluster", "node"]
                .iter()
                .any(|name| self.text(name, row).as_ref() == Some(&incident.entity))
        })
        .map(|row| self.episodes[row] as usize)
    }

    fn text(&self, column: &str, row: usize) -> Option<String> {
        match &self.frame.column(column)?.values {
            Values::Text(d) => d.names.get(*d.codes.get(row)? as usize).cloned(),
            Values::Number(v) => v.get(row).map(ToString::to_string),
            Values::Time(_) => None,
        }
    }
}
