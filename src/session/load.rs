//! Files and scenarios become the current data set.

use super::failure::Fault;
use super::job::{FileBytes, Job, Progress, Slice};
use super::profile::DataFacts;
use super::reading;
use super::said::Said;
use super::scenario::scenario;
use super::store::{Loaded, Store};
use crate::data::SortedMap;
use crate::ingest::{self, InputFile, JoinReport, TableRead};
use crate::protocol::{
    DataOrigin, Event, FileHead, FileSummary, JoinSummary, JoinedColumn, SimulateSpec, Stage,
};
use crate::simulate::Simulation;

/// Bytes read in one slice.
const SLICE_BYTES: usize = 1 << 20;
/// Rows simulated in one slice.
const SLICE_ROWS: usize = 4096;

/// Reads files in slices; what `Load` and `Predict` share.
#[derive(Debug)]
pub(super) struct FilesReader {
    /// None once the table was made.
    reader: Option<ingest::FilesReader<'static>>,
}

impl FilesReader {
    pub(super) fn new(heads: &[FileHead], attachments: Vec<FileBytes>, said: Said) -> Self {
        let nameless = FileHead {
            name: "file".to_owned(),
            bytes: 0,
            modified_secs: None,
        };
        let heads = heads.iter().chain(std::iter::repeat(&nameless));
        let mut reader = ingest::FilesReader::empty(said.join).read_as(said.all);
        for (file, reading) in said.single {
            reader = reader.read_file_as(file, reading);
        }
        for (head, file) in heads.zip(attachments) {
            let modified_secs = head.modified_secs.map(|secs| secs as f64);
            match file {
                FileBytes::Held(bytes) => reader.add(InputFile {
                    name: head.name.clone(),
                    bytes: bytes.into(),
                    modified_secs,
                }),
                FileBytes::Pulled(source) => {
                    reader.add_pulled(head.name.clone(), source, modified_secs);
                }
            }
        }
        Self {
            reader: Some(reader),
        }
    }

    /// Reads on; the table once all is read. Progress runs from 0 to 1.
    pub(super) fn work(&mut self) -> Result<Result<TableRead, Progress>, Fault> {
        let Some(reader) = &mut self.reader else {
            return Err(Fault::internal("the files were read already"));
        };
        if !reader.work(SLICE_BYTES)? {
            return match self.reader.take() {
                Some(reader) => Ok(Ok(reader.finish()?)),
                None => Err(Fault::internal("the reader is gone")),
            };
        }
        let (read, all) = reader.progress();
        let megabytes = |n: u64| n as f64 / 1e6;
        let done = read as f64 / all.max(1) as f64;
        let detail = format!("{:.1} of {:.1} MB", megabytes(read), megabytes(all));
        Ok(Err(Progress::new(Stage::Reading, done, detail)))
    }
}

/// The files of a table, one line for each.
pub(super) fn summaries(read: &TableRead) -> Vec<FileSummary> {
    let of = |file: &ingest::FileRead| FileSummary {
        name: file.name.clone(),
        bytes: file.bytes,
        rows: file.rows,
    };
    read.files.iter().map(of).collect()
}

fn join_summary(report: JoinReport) -> JoinSummary {
    let column = |c: ingest::JoinedColumn| JoinedColumn {
        name: c.name,
        metric: c.metric,
        source: c.source,
        series: c.series,
        is_rate: c.is_rate,
        resets: c.resets,
        gaps: c.gaps,
        duplicates: c.duplicates,
    };
    JoinSummary {
        series: report.series,
        samples: report.samples,
        entity_labels: report.entity_labels,
        dropped_labels: report.dropped_labels,
        step_secs: report.step_secs,
        columns: report.columns.into_iter().map(column).collect(),
        merged: report.merged,
        unplaced: report.unplaced,
    }
}

#[derive(Debug)]
pub(super) struct LoadJob {
    reader: FilesReader,
    begun_secs: Option<f64>,
    table: Option<TableRead>,
}

impl LoadJob {
    pub(super) fn new(heads: &[FileHead], attachments: Vec<FileBytes>, said: Said) -> Self {
        Self {
            reader: FilesReader::new(heads, attachments, said),
            begun_secs: None,
            table: None,
        }
    }
}

impl Job for LoadJob {
    fn work(&mut self, store: &mut Store, now_secs: f64) -> Result<Slice, Fault> {
        let begun = *self.begun_secs.get_or_insert(now_secs);
        if let Some(read) = self.table.take() {
            let files = summaries(&read);
            let asks_zone = ingest::is_zone_open(&read.files);
            let hows = reading::hows(read.files);
            let table = read.table;
            let facts = DataFacts {
                origin: DataOrigin::Files,
                files,
                bytes: table.bytes,
                parse_secs: now_secs - begun,
                kinds_set: Vec::new(),
                join: read.join.map(join_summary),
                readings: reading::summaries(&hows, asks_zone),
            };
            return Ok(keep(
                store,
                Loaded {
                    frame: table.frame,
                    facts,
                    notices: table.notices,
                    as_read: SortedMap::default(),
                    hows,
                    listed: None,
                },
            ));
        }
        Ok(Slice::More(match self.reader.work()? {
            Ok(table) => {
                self.table = Some(table);
                Progress::new(Stage::Profiling, 0.92, "types and distributions")
            }
            Err(progress) => Progress {
                done: progress.done * 0.9,
                ..progress
            },
        }))
    }
}

/// Makes a data set the current one; predictions of another remain, since they carry all they need.
fn keep(store: &mut Store, loaded: Loaded) -> Slice {
    let summary = loaded.summary();
    store.data = Some(loaded);
    // Of another table.
    store.forecast = None;
    Slice::done(Event::Data(Box::new(summary)))
}

#[derive(Debug)]
pub(super) struct SimulateJob {
    spec: Box<SimulateSpec>,
    sample: bool,
    simulation: Option<Simulation>,
    finished: bool,
    begun_secs: Option<f64>,
}

impl SimulateJob {
    pub(super) fn new(spec: Box<SimulateSpec>, sample: bool) -> Self {
        Self {
            spec,
            sample,
            simulation: None,
            finished: false,
            begun_secs: None,
        }
    }
}

impl Job for SimulateJob {
    fn work(&mut self, store: &mut Store, now_secs: f64) -> Result<Slice, Fault> {
        let begun = *self.begun_secs.get_or_insert(now_secs);
        if self.finished
            && let Some(simulation) = self.simulation.take()
        {
            let frame = simulation.finish();
            let facts = DataFacts {
                origin: DataOrigin::Simulated {
                    spec: self.spec.clone(),
                    sample: self.sample,
                },
                files: Vec::new(),
                bytes: 0,
                parse_secs: now_secs - begun,
                kinds_set: Vec::new(),
                join: None,
                readings: Vec::new(),
            };
            return Ok(keep(
                store,
                Loaded {
                    frame,
                    facts,
                    notices: Vec::new(),
                    as_read: SortedMap::default(),
                    hows: Vec::new(),
                    listed: None,
                },
            ));
        }
        if self.simulation.is_none() {
            let valid = scenario(&self.spec)?.check()?;
            valid.check_table()?;
            self.simulation = Some(Simulation::new(valid));
        }
        let Some(simulation) = &mut self.simulation else {
            return Err(Fault::internal("the simulation is gone"));
        };
        self.finished = !simulation.step(SLICE_ROWS);
        let rows = (simulation.done() * f64::from(self.spec.num_samples)).round();
        let detail = format!("{rows} of {} rows", self.spec.num_samples);
        Ok(Slice::More(Progress::new(
            Stage::Simulating,
            simulation.done() * 0.95,
            detail,
        )))
    }
}
