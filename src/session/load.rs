//! Files and scenarios become the current data set.

use super::convert;
use super::failure::Fault;
use super::job::{Job, Progress, Slice};
use super::profile::DataFacts;
use super::store::{Loaded, Store};
use crate::data::SortedMap;
use crate::ingest::{Ingested, Reader, stack};
use crate::protocol::{DataOrigin, Event, FileHead, FileSummary, SimulateSpec, Stage};
use crate::simulate::Simulation;

/// Bytes read in one slice.
const SLICE_BYTES: usize = 1 << 20;
/// Rows simulated in one slice.
const SLICE_ROWS: usize = 4096;

/// Reads files in slices; what `Load` and `Predict` share.
#[derive(Debug)]
pub(super) struct FilesReader {
    files: Vec<(String, Vec<u8>)>,
    file: usize,
    at: usize,
    reader: Option<Reader>,
    parts: Vec<Ingested>,
    summaries: Vec<FileSummary>,
    bytes: u64,
    read: u64,
}

impl FilesReader {
    pub(super) fn new(heads: &[FileHead], attachments: Vec<Vec<u8>>) -> Self {
        let names = heads
            .iter()
            .map(|h| h.name.clone())
            .chain(std::iter::repeat("file".to_owned()));
        let files: Vec<_> = names.zip(attachments).collect();
        let bytes = files.iter().map(|f| f.1.len() as u64).sum();
        Self {
            files,
            file: 0,
            at: 0,
            reader: None,
            parts: Vec::new(),
            summaries: Vec::new(),
            bytes,
            read: 0,
        }
    }

    /// Reads on; the table once all is read. Progress runs from 0 to 1.
    pub(super) fn work(&mut self) -> Result<Result<(Ingested, Vec<FileSummary>), Progress>, Fault> {
        let Some((name, bytes)) = self.files.get_mut(self.file) else {
            let table = stack(std::mem::take(&mut self.parts))?;
            return Ok(Ok((table, std::mem::take(&mut self.summaries))));
        };
        let reader = self.reader.get_or_insert_with(|| Reader::new(name));
        let end = bytes.len().min(self.at + SLICE_BYTES);
        if self.at < end {
            reader.push(&bytes[self.at..end])?;
            self.read += (end - self.at) as u64;
            self.at = end;
        } else if let Some(reader) = self.reader.take() {
            let part = reader.finish()?;
            self.summaries.push(FileSummary {
                name: name.clone(),
                bytes: part.bytes,
                rows: part.rows,
            });
            self.parts.push(part);
            // The text is not needed any more.
            *bytes = Vec::new();
            self.file += 1;
            self.at = 0;
        }
        let megabytes = |n: u64| n as f64 / 1e6;
        let done = self.read as f64 / self.bytes.max(1) as f64;
        let detail = format!(
            "{:.1} of {:.1} MB",
            megabytes(self.read),
            megabytes(self.bytes)
        );
        Ok(Err(Progress::new(Stage::Reading, done, detail)))
    }
}

#[derive(Debug)]
pub(super) struct LoadJob {
    reader: FilesReader,
    begun_secs: Option<f64>,
    table: Option<(Ingested, Vec<FileSummary>)>,
}

impl LoadJob {
    pub(super) fn new(heads: &[FileHead], attachments: Vec<Vec<u8>>) -> Self {
        Self {
            reader: FilesReader::new(heads, attachments),
            begun_secs: None,
            table: None,
        }
    }
}

impl Job for LoadJob {
    fn work(&mut self, store: &mut Store, now_secs: f64) -> Result<Slice, Fault> {
        let begun = *self.begun_secs.get_or_insert(now_secs);
        if let Some((table, files)) = self.table.take() {
            let facts = DataFacts {
                origin: DataOrigin::Files,
                files,
                bytes: table.bytes,
                parse_secs: now_secs - begun,
                kinds_set: Vec::new(),
            };
            return Ok(keep(
                store,
                Loaded {
                    frame: table.frame,
                    facts,
                    notices: table.notices,
                    as_read: SortedMap::default(),
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
    Slice::done(Event::Data(Box::new(summary)))
}

#[derive(Debug)]
pub(super) struct SimulateJob {
    spec: SimulateSpec,
    sample: bool,
    simulation: Option<Simulation>,
    finished: bool,
    begun_secs: Option<f64>,
}

impl SimulateJob {
    pub(super) fn new(spec: SimulateSpec, sample: bool) -> Self {
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
            };
            return Ok(keep(
                store,
                Loaded {
                    frame,
                    facts,
                    notices: Vec::new(),
                    as_read: SortedMap::default(),
                },
            ));
        }
        if self.simulation.is_none() {
            self.simulation = Some(Simulation::new(convert::scenario(&self.spec).check()?));
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
