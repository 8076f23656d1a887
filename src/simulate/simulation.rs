//! A run: found once, then measured into a table, piece by piece.

use std::sync::Arc;

use super::alerts::{self, Alerts};
use super::annotation::{Annotator, PHASES, ROLES, SPLITS};
use super::cluster::{NAMESPACES, Topology, WORKLOAD_TYPES, node_name};
use super::discovery::Discovery;
use super::faults::Episode;
use super::grid::Grid;
use super::labels::{HEALTHY, Truth, label_name};
use super::observation::Observer;
use super::random::{Draws, Stream};
use super::scenario::{ColumnSet, ValidScenario};
use super::schedule::plan;
use super::table::{Cells, Chunk, Col, Legend, MISSING, MOST_COLUMNS, Row, columns, put};
use super::world::{Setting, World};
use crate::data::Frame;

/// Steps of the first run that are made at a time.
const DISCOVERY_STEPS: usize = 256;

/// A run that can be taken up where it stopped. The table does not depend on the size of its steps.
#[derive(Debug)]
pub struct Simulation {
    setting: Setting,
    stage: Stage,
    rows: Chunk,
    /// Rows that were handed over already.
    taken: usize,
}

#[derive(Debug)]
enum Stage {
    /// Finding when harm sets in and whose it is.
    Finding(Box<Discovery>),
    Measuring(Box<Measuring>),
}

impl Simulation {
    /// Plans the faults; no row is made yet.
    pub fn new(scenario: ValidScenario) -> Self {
        let grid = Grid::new(&scenario);
        let topology = Topology::new(&scenario, grid.entities);
        let episodes = plan(&scenario, &grid, &topology);
        let legend = legend(&scenario, &grid, &topology);
        let setting = Setting {
            scenario,
            steps: grid.steps(),
            grid,
            topology,
        };
        let discovery = Discovery::new(&setting, episodes);
        Self {
            stage: Stage::Finding(Box::new(discovery)),
            rows: Chunk::new(Arc::new(legend), 0),
            setting,
            taken: 0,
        }
    }

    /// Makes about `rows` rows more (whole ticks), or finds out more of what will happen. Answers whether there are more
    /// to make.
    pub fn step(&mut self, rows: usize) -> bool {
        match &mut self.stage {
            Stage::Finding(discovery) => {
                let steps = DISCOVERY_STEPS.min(rows.max(1));
                if !discovery.run(&self.setting, steps) {
                    self.find();
                }
                true
            }
            Stage::Measuring(measuring) => measuring.step(&self.setting, &mut self.rows, rows),
        }
    }

    /// Ends the run after so many steps of the model: what strikes until then is what strikes in the whole run.
    pub(super) fn end_after(&mut self, steps: usize) {
        self.setting.steps = steps.clamp(1, self.setting.grid.steps());
    }

    /// Finds out more of what will happen, and makes no row; answers whether there is more to find out.
    pub fn find_some(&mut self) -> bool {
        if matches!(self.stage, Stage::Finding(_)) {
            self.step(usize::MAX);
        }
        matches!(self.stage, Stage::Finding(_))
    }

    /// Finishes finding out what will happen: from then on [`Simulation::episodes`] is the whole truth.
    pub fn find(&mut self) {
        if let Stage::Finding(discovery) = &mut self.stage {
            while discovery.run(&self.setting, DISCOVERY_STEPS) {}
            let none = Discovery::new(&self.setting, Vec::new());
            let (episodes, truth) = std::mem::replace(&mut **discovery, none).finish(&self.setting);
            self.stage = Stage::Measuring(Box::new(Measuring::new(&self.setting, episodes, truth)));
        }
    }

    /// The share of the run that is done, 0 to 1; what is found out first is half of it.
    pub fn done(&self) -> f64 {
        match &self.stage {
            Stage::Finding(discovery) => 0.5 * discovery.done(&self.setting),
            Stage::Measuring(measuring) => {
                0.5 + 0.5 * measuring.world.step as f64 / self.setting.steps as f64
            }
        }
    }

    /// The truth behind the labels, by onset. Planned until [`Simulation::find`] or the first row, then as it is.
    pub fn episodes(&self) -> &[Episode] {
        match &self.stage {
            Stage::Finding(discovery) => discovery.episodes(),
            Stage::Measuring(measuring) => &measuring.annotator.episodes,
        }
    }

    /// Rows made so far.
    pub fn rows(&self) -> usize {
        self.taken + self.rows.rows()
    }

    pub(super) fn setting(&self) -> &Setting {
        &self.setting
    }

    pub(super) fn truth(&self) -> Option<&Truth> {
        match &self.stage {
            Stage::Finding(_) => None,
            Stage::Measuring(measuring) => Some(&measuring.annotator.truth),
        }
    }

    /// Steps to the end and hands over the table: exactly the rows asked for, by timestamp, then entity; `issue_type` is
    /// `None` where the row is healthy. `NaN` is a value that was not scraped.
    pub fn finish(mut self) -> Frame {
        while self.step(usize::MAX) {}
        let name = format!("Simulated, seed {}", self.setting.scenario.seed);
        // The names are distinct and the lengths equal by construction.
        self.rows.into_frame(name).unwrap_or_default()
    }

    /// The rows in pieces of `rows` (the last may be shorter), each made when it is asked for: a long table never
    /// stands in memory. The rows do not depend on the size of the pieces.
    ///
    /// ```
    /// use kubecast::simulate::{Preset, Scenario, Simulation};
    ///
    /// let scenario = Scenario { num_samples: 2_000, ..Scenario::of(Preset::Default) };
    /// let mut text = Vec::new();
    /// for chunk in Simulation::new(scenario.check()?).chunks(512) {
    ///     if text.is_empty() {
    ///         chunk.write_header(&mut text);
    ///     }
    ///     chunk.write_rows(&mut text);
    /// }
    /// assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count(), 2_001);
    /// # Ok::<(), kubecast::simulate::SimulateError>(())
    /// ```
    pub fn chunks(&mut self, rows: usize) -> Chunks<'_> {
        Chunks {
            simulation: self,
            rows: rows.max(1),
        }
    }
}

/// See [`Simulation::chunks`].
#[derive(Debug)]
pub struct Chunks<'a> {
    simulation: &'a mut Simulation,
    rows: usize,
}

impl Iterator for Chunks<'_> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        while self.simulation.rows.rows() < self.rows {
            let missing = self.rows - self.simulation.rows.rows();
            if !self.simulation.step(missing) {
                break;
            }
        }
        let chunk = self.simulation.rows.take(self.rows);
        self.simulation.taken += chunk.rows();
        (chunk.rows() > 0).then_some(chunk)
    }
}

/// The second run, which is measured.
#[derive(Debug)]
struct Measuring {
    world: World,
    observer: Observer,
    annotator: Annotator,
    alerts: Option<Alerts>,
    keep: Draws,
    made: usize,
    row: Row,
}

impl Measuring {
    fn new(setting: &Setting, episodes: Vec<Episode>, truth: Truth) -> Self {
        let full = setting.scenario.asked.columns == ColumnSet::Full;
        let scrape_secs = f64::from(setting.grid.scrape_secs);
        Self {
            world: World::new(setting, episodes.clone()),
            observer: Observer::new(
                &setting.scenario.asked,
                &setting.topology,
                scrape_secs,
                full,
            ),
            annotator: Annotator::new(setting, episodes, truth),
            alerts: full.then(|| Alerts::new(&setting.topology)),
            keep: Draws::new(setting.scenario.seed, Stream::Keep, 0),
            made: 0,
            row: [MISSING; MOST_COLUMNS],
        }
    }

    /// Makes about so many rows more, whole ticks; answers whether there are more.
    fn step(&mut self, setting: &Setting, rows: &mut Chunk, wanted: usize) -> bool {
        let until = self.made.saturating_add(wanted);
        let steps = setting.steps;
        while self.world.step < steps {
            let step = self.world.step;
            self.world.step(setting);
            if let Some(alerts) = &mut self.alerts {
                alerts.step(
                    &setting.topology,
                    &self.world,
                    f64::from(setting.grid.step_secs),
                );
            }
            if let Some(tick) = setting.grid.tick_of(step) {
                self.emit(step, tick, setting, rows);
                if self.made >= until {
                    break;
                }
            }
        }
        self.world.step < steps
    }

    /// Measures every entity once. Of the rows that there are the asked number is kept, each with the chance that is
    /// left, so that it comes out exact.
    fn emit(&mut self, step: usize, tick: usize, setting: &Setting, rows: &mut Chunk) {
        let (grid, topology) = (&setting.grid, &setting.topology);
        let now = grid.moment(step);
        self.annotator.go_to(now.secs, topology);
        let row = &mut self.row;
        put(row, Col::TimeOfDay, now.hour);
        put(row, Col::DayOfWeek, f64::from(now.day_of_week));
        put(row, Col::IsWeekend, if now.is_weekend { 1.0 } else { 0.0 });
        row[Col::Timestamp as usize] = tick as i32;
        let (mut cluster, mut node) = (usize::MAX, usize::MAX);
        let (mut seen, mut answered) = (None, false);
        for (number, &e) in topology.emitted.iter().enumerate() {
            let e = e as usize;
            let place = &topology.placements[e];
            let n = place.node;
            let c = topology.nodes[n].cluster;
            if c != cluster {
                cluster = c;
                seen = Some(
                    self.observer
                        .of_cluster(c, tick as u64, topology, &self.world, row),
                );
                put(
                    row,
                    Col::ClusterAge,
                    topology.clusters[c].age_days + now.secs / 86_400.0,
                );
                row[Col::Cluster as usize] = c as i32;
            }
            let Some(seen) = seen else { continue };
            if n != node {
                node = n;
                answered = self
                    .observer
                    .of_node(n, tick as u64, topology, &self.world, seen, row);
                row[Col::Node as usize] = n as i32;
                row[Col::Zone as usize] = topology.nodes[n].zone as i32;
            }
            let slot = tick * grid.entities + number;
            let missing = setting.scenario.num_samples as usize - self.made;
            let left = grid.slots() - slot;
            if self.keep.uniform(slot as u64, 0) * left as f64 >= missing as f64 {
                continue;
            }
            let workload = &topology.workloads[place.workload];
            row[Col::Namespace as usize] = workload.namespace as i32;
            row[Col::WorkloadType as usize] = workload.workload_type as i32;
            row[Col::Workload as usize] = place.workload as i32;
            row[Col::Entity as usize] = e as i32;
            self.observer.of_placement(
                e,
                tick as u64,
                topology,
                &self.world,
                (seen, answered),
                row,
            );
            self.annotator.annotate(
                (number, e),
                (step, tick),
                setting,
                self.alerts.as_ref(),
                row,
            );
            rows.push(row);
            self.made += 1;
        }
    }
}

fn legend(scenario: &ValidScenario, grid: &Grid, topology: &Topology) -> Legend {
    let columns = columns(&scenario.asked);
    let texts = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>()
    };
    let labels: Vec<String> = (0..=HEALTHY)
        .map(|code| label_name(code).to_owned())
        .collect();
    let names = columns
        .iter()
        .map(|(name, cells)| match (name.as_str(), cells) {
            ("node", _) => (0..topology.nodes.len()).map(node_name).collect(),
            ("namespace", _) => texts(&NAMESPACES),
            ("workload_type", _) => texts(&WORKLOAD_TYPES),
            ("cluster", _) => (1..=topology.clusters.len())
                .map(|c| format!("cluster-{c}"))
                .collect(),
            ("zone", _) => (0..topology.clusters.len() * 3)
                .map(|z| format!("zone-{}{}", z / 3 + 1, ["a", "b", "c"][z % 3]))
                .collect(),
            ("workload", _) => topology.workloads.iter().map(|w| w.name.clone()).collect(),
            ("phase", _) => texts(&PHASES),
            ("role", _) => texts(&ROLES),
            ("split", _) => texts(&SPLITS),
            ("alert_name", _) => alerts::names(),
            (_, Cells::Names) => labels.clone(),
            _ => Vec::new(),
        })
        .collect();
    Legend {
        columns,
        names,
        start_micros: grid.start_micros,
        scrape_micros: i64::from(grid.scrape_secs) * 1_000_000,
    }
}
