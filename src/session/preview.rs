//! A look at a scenario, and the files beside its table; neither changes anything.

use super::failure::Fault;
use super::job::{Job, Progress, Slice};
use super::scenario::scenario;
use super::store::{self, Store};
use crate::protocol::{
    Event, PreviewAlert, PreviewEpisode, PreviewMetric, ScenarioFile, ScenarioPreview,
    SimulateSpec, Stage,
};
use crate::simulate::{self, Chunk, ColumnSet, Episode, Extent, Simulation, main_metrics, unit};

/// Steps of one placement that a look may cost: about a second in a browser.
const MOST_WORK: usize = 1_200_000;
/// A look reaches at least so far, whatever it costs.
const LEAST_SECS: f64 = 6.0 * 3_600.0;
/// Instants that are shown.
const MOST_POINTS: usize = 300;
/// Scrapes that the window holds at least.
const LEAST_POINTS: f64 = 96.0;
/// Episodes that are listed.
const MOST_EPISODES: usize = 300;
/// Metrics that are shown.
const MOST_METRICS: usize = 4;
/// What is shown of any kind.
const OF_ANY: [&str; 4] = [
    "cpu_usage_percent",
    "memory_usage_percent",
    "pod_ready_percent",
    "api_server_latency_ms",
];
/// Rows made in one slice.
const SLICE_ROWS: usize = 8_192;
/// A fault whose first sign comes so long before harm announces itself.
const ANNOUNCED_SECS: f64 = 120.0;

pub(super) struct PreviewJob {
    spec: Box<SimulateSpec>,
    wanted: Option<u32>,
    look: Option<Look>,
}

/// A look under way.
struct Look {
    simulation: Simulation,
    extent: Extent,
    seen_secs: f64,
    columns: Vec<String>,
    window: Option<Window>,
}

/// What is shown, and what was measured of it so far.
struct Window {
    entity: u32,
    episode: Option<usize>,
    from_secs: f64,
    until_secs: f64,
    names: Vec<&'static str>,
    secs: Vec<f64>,
    values: Vec<Vec<f64>>,
    alerts: Vec<PreviewAlert>,
}

impl PreviewJob {
    pub(super) fn new(spec: Box<SimulateSpec>, wanted: Option<u32>) -> Self {
        Self {
            spec,
            wanted,
            look: None,
        }
    }
}

impl Job for PreviewJob {
    fn work(&mut self, _: &mut Store, _: f64) -> Result<Slice, Fault> {
        let Some(look) = &mut self.look else {
            self.look = Some(Look::new(&self.spec)?);
            return Ok(progress(0.0));
        };
        if look.window.is_none() {
            if look.simulation.find_some() {
                return Ok(progress(look.simulation.done()));
            }
            look.window = Some(look.choose(self.wanted));
        }
        let done = look.simulation.done();
        if look.measure() {
            return Ok(progress(done));
        }
        let preview = self.look.take().map(|look| look.finish(&self.spec));
        Ok(Slice::done(Event::Preview(Box::new(
            preview.unwrap_or_default(),
        ))))
    }
}

fn progress(done: f64) -> Slice {
    Slice::More(Progress::new(Stage::Simulating, done * 0.99, ""))
}

impl Look {
    fn new(spec: &SimulateSpec) -> Result<Self, Fault> {
        let asked = scenario(spec)?;
        let valid = asked.clone().check()?;
        valid.check_table()?;
        let columns = valid.column_names();
        let mut whole = asked;
        // Alerts are columns of the full table; which columns there are changes no value.
        whole.columns = ColumnSet::Full;
        let mut simulation = Simulation::new(whole.check()?);
        let extent = simulation.extent();
        let step_secs = f64::from(extent.scrape_secs.min(60));
        let steps = (MOST_WORK / extent.placements.max(1)) as f64;
        let seen_secs = simulation.look_ahead((steps * step_secs).max(LEAST_SECS));
        Ok(Self {
            simulation,
            extent,
            seen_secs,
            columns,
            window: None,
        })
    }

    /// The window: around the wanted episode, or the first that shows itself whole.
    fn choose(&self, wanted: Option<u32>) -> Window {
        let episodes = self.simulation.episodes();
        let seen = |e: &Episode| e.onset_secs < self.seen_secs && !self.hits(e).is_empty();
        let whole = |e: &Episode| {
            seen(e) && e.struck && e.onset_secs > 1_800.0 && e.recovered_secs < self.seen_secs
        };
        let first = |fit: &dyn Fn(&Episode) -> bool| episodes.iter().position(fit);
        let chosen = wanted
            .map(|number| number as usize)
            .filter(|&number| episodes.get(number).is_some_and(seen))
            .or_else(|| first(&|e| whole(e) && is_announced(e)))
            .or_else(|| first(&whole))
            .or_else(|| first(&seen));
        let scrape_secs = f64::from(self.extent.scrape_secs);
        let least = (LEAST_POINTS * scrape_secs).max(LEAST_SECS);
        let (entity, from, until, kind) = match chosen.map(|number| &episodes[number]) {
            Some(e) => {
                let end = if e.end_secs < self.seen_secs {
                    e.recovered_secs
                } else {
                    self.seen_secs
                };
                let around = (0.5 * (least - (end - e.onset_secs)))
                    .max(0.3 * (end - e.onset_secs))
                    .max(3_600.0);
                let entity = self.hits(e).first().copied().unwrap_or_default();
                (entity, e.onset_secs - around, end + around, Some(e.kind))
            }
            None => (self.simulation.first_entity(), 0.0, 4.0 * least, None),
        };
        let from = from.max(0.0);
        let mut names: Vec<&'static str> = Vec::new();
        let all = kind.map_or(&[][..], main_metrics).iter().chain(&OF_ANY);
        for name in all {
            if self.columns.iter().any(|column| column == name) && !names.contains(name) {
                names.push(name);
            }
        }
        Window {
            entity,
            episode: chosen,
            from_secs: from,
            until_secs: until.min(self.seen_secs),
            values: vec![Vec::new(); names.len()],
            names,
            secs: Vec::new(),
            alerts: Vec::new(),
        }
    }

    fn hits(&self, episode: &Episode) -> Vec<u32> {
        self.simulation.entities_of(episode)
    }

    /// Makes some rows and keeps what is shown of them; answers whether there is more to come.
    fn measure(&mut self) -> bool {
        let Some(window) = &mut self.window else {
            return false;
        };
        let Some(chunk) = self.simulation.chunks(SLICE_ROWS).next() else {
            return false;
        };
        window.take(&chunk, f64::from(self.extent.scrape_secs))
    }

    fn finish(self, spec: &SimulateSpec) -> ScenarioPreview {
        let Self {
            simulation,
            extent,
            seen_secs,
            columns,
            window,
        } = self;
        let scrape_secs = f64::from(extent.scrape_secs);
        let whole_secs = scrape_secs * (extent.scrapes.saturating_sub(1)) as f64;
        let mut preview = ScenarioPreview {
            start_secs: (extent.start_micros / 1_000_000).max(0) as u64,
            rows: u64::from(spec.num_samples),
            columns: columns.len() as u32,
            scrape_secs: extent.scrape_secs,
            entities: extent.entities as u32,
            clusters: extent.clusters as u32,
            span_secs: whole_secs,
            seen_secs,
            ..ScenarioPreview::default()
        };
        let Some(window) = window else {
            return preview;
        };
        preview.entity = simulation.entity_text(window.entity);
        preview.episode = window.episode.map(|number| number as u32);
        // As a dashboard with a longer step shows it: every so many scrapes one.
        let every = window.secs.len().div_ceil(MOST_POINTS).max(1);
        preview.secs = window.secs.iter().copied().step_by(every).collect();
        let shown = window.names.iter().zip(&window.values);
        let shown = shown.filter(|(_, values)| values.iter().any(|value| !value.is_nan()));
        preview.metrics = shown
            .take(MOST_METRICS)
            .map(|(name, values)| PreviewMetric {
                name: (*name).to_owned(),
                unit: unit(name).to_owned(),
                values: values
                    .iter()
                    .step_by(every)
                    .map(|&value| (!value.is_nan()).then_some(value))
                    .collect(),
            })
            .collect();
        preview.alerts = window.alerts;
        let cut = seen_secs < whole_secs;
        let seen = simulation.episodes().iter().enumerate();
        for (number, e) in seen.filter(|(_, e)| e.onset_secs <= seen_secs) {
            preview.episodes_found += 1;
            // The one in sight is listed whatever its number.
            if preview.episodes.len() >= MOST_EPISODES && window.episode != Some(number) {
                continue;
            }
            let ended = !cut || e.end_secs <= seen_secs;
            preview.episodes.push(PreviewEpisode {
                number: number as u32,
                kind: e.kind.name().to_owned(),
                place: simulation.place_text(e),
                onset_secs: e.onset_secs,
                impact_secs: e.struck.then_some(e.impact_secs),
                end_secs: ended.then_some(e.end_secs),
                recovered_secs: ended.then_some(e.recovered_secs),
                announced: is_announced(e),
                near_miss: ended && !e.struck,
                here: simulation.entities_of(e).contains(&window.entity),
            });
        }
        preview
    }
}

fn is_announced(episode: &Episode) -> bool {
    episode.due_secs - episode.onset_secs >= ANNOUNCED_SECS
}

impl Window {
    /// Keeps what is shown of these rows; answers whether later ones may be shown.
    fn take(&mut self, chunk: &Chunk, scrape_secs: f64) -> bool {
        let at = |name: &str| {
            chunk
                .columns()
                .iter()
                .position(|(column, _)| column == name)
        };
        let (Some(time), Some(entity), Some(alert), Some(firing)) = (
            at("timestamp"),
            at("entity_id"),
            at("alert_name"),
            at("alert_firing"),
        ) else {
            return false;
        };
        let places: Vec<Option<usize>> = self.names.iter().map(|name| at(name)).collect();
        let ticks = chunk.cells(time);
        for (row, &tick) in ticks.iter().enumerate() {
            let secs = f64::from(tick) * scrape_secs;
            if secs > self.until_secs {
                return false;
            }
            if secs < self.from_secs || chunk.number(entity, row) != f64::from(self.entity) {
                continue;
            }
            self.secs.push(secs);
            for (values, place) in self.values.iter_mut().zip(&places) {
                values.push(place.map_or(f64::NAN, |place| chunk.number(place, row)));
            }
            if chunk.number(firing, row) == 1.0 {
                self.note_alert(
                    chunk.name(alert, row).unwrap_or_default(),
                    secs,
                    scrape_secs,
                );
            }
        }
        true
    }

    fn note_alert(&mut self, name: &str, secs: f64, scrape_secs: f64) {
        // A lost scrape or two do not end it.
        let goes_on =
            |a: &&mut PreviewAlert| a.name == name && secs - a.until_secs < 3.5 * scrape_secs;
        match self.alerts.iter_mut().rev().find(goes_on) {
            Some(alert) => alert.until_secs = secs,
            // As many at most as there are scrapes in the window.
            None => self.alerts.push(PreviewAlert {
                name: name.to_owned(),
                from_secs: secs,
                until_secs: secs,
            }),
        }
    }
}

/// Writes a scenario's table, or what is beside it.
pub(super) struct ExportScenarioJob {
    spec: Box<SimulateSpec>,
    what: ScenarioFile,
    simulation: Option<Simulation>,
    text: Vec<u8>,
}

impl ExportScenarioJob {
    pub(super) fn new(spec: Box<SimulateSpec>, what: ScenarioFile) -> Self {
        Self {
            spec,
            what,
            simulation: None,
            text: Vec::new(),
        }
    }

    fn file(&mut self, name: &str, media_type: &str, text: Vec<u8>) -> Slice {
        self.simulation = None;
        store::file(name.to_owned(), media_type, text)
    }
}

impl Job for ExportScenarioJob {
    fn work(&mut self, _: &mut Store, _: f64) -> Result<Slice, Fault> {
        let Some(simulation) = &mut self.simulation else {
            let valid = scenario(&self.spec)?.check()?;
            if self.what == ScenarioFile::Table {
                valid.check_table()?;
            }
            self.simulation = Some(Simulation::new(valid));
            return Ok(writing(0.0));
        };
        match self.what {
            ScenarioFile::Config => {
                let text = simulate::config_json(simulation);
                Ok(self.file("config.json", "application/json", text))
            }
            ScenarioFile::Table => {
                if let Some(chunk) = simulation.chunks(SLICE_ROWS).next() {
                    if self.text.is_empty() {
                        chunk.write_header(&mut self.text);
                    }
                    chunk.write_rows(&mut self.text);
                    return Ok(writing(simulation.done()));
                }
                let name = format!("simulated-seed-{}.csv", self.spec.seed);
                let text = std::mem::take(&mut self.text);
                Ok(self.file(&name, "text/csv", text))
            }
            ScenarioFile::Episodes | ScenarioFile::Events => {
                if simulation.find_some() {
                    return Ok(writing(simulation.done() * 2.0));
                }
                let (name, text) = if self.what == ScenarioFile::Episodes {
                    ("episodes.csv", simulate::episodes_csv(simulation))
                } else {
                    ("events.csv", simulate::events_csv(simulation))
                };
                Ok(self.file(name, "text/csv", text))
            }
        }
    }
}

fn writing(done: f64) -> Slice {
    Slice::More(Progress::new(Stage::Writing, done.min(1.0) * 0.99, ""))
}
