//! What a session keeps: one data set, one model, one table of predictions.

use super::failure::Fault;
use super::forecast::Forecasted;
use super::job::Slice;
use super::profile::{self, DataFacts};
use super::rows::Listed;
use super::unfamiliar::Marks;
use crate::data::{Column, ColumnKind, Frame, Notice, SortedMap};
use crate::export::kubecast::ModelFile;
use crate::ingest::{self, ReadReport};
use crate::json::record;
use crate::learn::ModelKind;
use crate::protocol::{DataSummary, Event, ModelSummary, Options, Report};
use ndarray::Array2;

/// The session's memory.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) data: Option<Loaded>,
    pub(super) model: Option<Trained>,
    pub(super) predictions: Option<Predictions>,
    /// The last forecast of the current data set.
    pub(super) forecast: Option<Forecasted>,
}

impl Store {
    pub(super) fn data(&self) -> Result<&Loaded, Fault> {
        self.data.as_ref().ok_or_else(Fault::no_data)
    }

    pub(super) fn model(&self) -> Result<&Trained, Fault> {
        self.model.as_ref().ok_or_else(Fault::no_model)
    }
}

/// The current data set.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) frame: Frame,
    pub(super) facts: DataFacts,
    pub(super) notices: Vec<Notice>,
    /// Columns whose kind was set by hand, as they were read: each new kind is read from these, so that nothing is lost on the way.
    pub(super) as_read: SortedMap<usize, Column>,
    /// How each file of delimited text was read, with every row that was not read as it stands.
    pub(super) hows: Vec<(String, ReadReport)>,
    /// The rows that were listed last.
    pub(super) listed: Option<Listed>,
}

impl Loaded {
    pub(super) fn set_kind(&mut self, name: &str, kind: ColumnKind) -> Result<(), Fault> {
        let at = self
            .frame
            .position(name)
            .ok_or_else(|| Fault::no_column(name))?;
        self.listed = None;
        let original = self
            .as_read
            .get(&at)
            .unwrap_or(&self.frame.columns()[at])
            .clone();
        let (column, told) = if original.kind == kind {
            (original.clone(), Vec::new())
        } else {
            ingest::retype(&original, kind)
        };
        self.notices
            .retain(|n| !matches!(n, Notice::Unreadable { column, .. } if column == name));
        self.notices.extend(told);
        self.facts.kinds_set.retain(|set| set != name);
        if original.kind == kind {
            self.as_read.remove(&at);
        } else {
            self.facts.kinds_set.push(name.to_owned());
            self.as_read.insert(at, original);
        }
        self.frame
            .replace(at, column)
            .map_err(|e| Fault::internal(&e.to_string()))
    }

    /// Columns whose kind was set, with it, in the table's order.
    pub(super) fn kinds(&self) -> Vec<(String, ColumnKind)> {
        self.as_read
            .keys()
            .map(|&at| &self.frame.columns()[at])
            .map(|c| (c.name.clone(), c.kind))
            .collect()
    }

    pub(super) fn summary(&self) -> DataSummary {
        profile::describe(
            &self.frame,
            &self.facts,
            &self.notices,
            ingest::guess_target(&self.frame),
        )
    }
}

/// What a model file carries beside the model.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Details {
    pub(super) options: Options,
    pub(super) data_name: String,
    pub(super) data_fingerprint: String,
    /// Training rows of each class.
    pub(super) class_rows: Vec<u64>,
    /// Its `fit_secs` is 0: the file is the same whoever trains it.
    pub(super) report: Option<Report>,
}

record!(Lenient: Details { options, data_name, data_fingerprint, class_rows, report });

/// The current model.
#[derive(Debug)]
pub(super) struct Trained {
    pub(super) file: ModelFile,
    pub(super) details: Details,
    pub(super) bytes: Vec<u8>,
    pub(super) id: String,
    pub(super) fit_secs: f64,
    /// What is kept of it to compare it by, as JSON; none of a model that was opened.
    pub(super) run: Option<String>,
}

impl Trained {
    pub(super) fn file_name(&self) -> String {
        format!("{}.kubecast", stem(&self.details.data_name))
    }

    /// Its report with the seconds that the fit took here.
    pub(super) fn report(&self) -> Option<Report> {
        self.details.report.clone().map(|report| Report {
            fit_secs: self.fit_secs,
            ..report
        })
    }

    pub(super) fn summary(&self) -> ModelSummary {
        let ModelFile {
            recipe,
            classes,
            model,
            ..
        } = &self.file;
        ModelSummary {
            kind: model.kind().name().to_owned(),
            target: recipe.target().to_owned(),
            classes: classes.clone(),
            columns: recipe
                .columns()
                .iter()
                .map(|c| (c.name.clone(), c.kind))
                .collect(),
            features: model.features() as u64,
            trees: model.trees().len() as u64,
            nodes: model.nodes(),
            bytes: self.bytes.len() as u64,
            id: self.id.clone(),
            options: self.details.options.clone(),
            data_name: self.details.data_name.clone(),
            data_fingerprint: self.details.data_fingerprint.clone(),
            text: (model.kind() == ModelKind::DecisionTree)
                .then(|| model.text(&recipe.feature_names(), classes)),
        }
    }
}

/// The current predictions.
#[derive(Debug)]
pub(super) struct Predictions {
    pub(super) data_name: String,
    pub(super) classes: Vec<String>,
    /// Row of the table, from 0, of each prediction.
    pub(super) rows: Vec<u32>,
    /// Rows x classes.
    pub(super) probabilities: Array2<f64>,
    pub(super) predicted: Vec<u32>,
    /// The true class's name of each row, where the table has the target; empty where a cell is.
    pub(super) truth: Option<Vec<String>>,
    /// Rows that are unlike those learned from, where the model tells.
    pub(super) marks: Option<Marks>,
    /// Where the table has the target: what is kept of the evaluation to compare it by, as JSON.
    pub(super) run: Option<String>,
}

/// A file as a job's end.
pub(super) fn file(name: String, media_type: &str, bytes: Vec<u8>) -> Slice {
    let event = Event::File {
        name,
        media_type: media_type.to_owned(),
    };
    Slice::Done(Box::new(event), Some(bytes))
}

/// A file's name without its last ending.
pub(super) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ if name.is_empty() => "kubecast",
        _ => name,
    }
}
