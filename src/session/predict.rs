//! New rows through the current model.

use ndarray::{Array2, Axis, s};

use super::assess::Assessment;
use super::failure::Fault;
use super::job::{FileBytes, Job, Progress, Slice};
use super::load::FilesReader;
use super::own_past::{Comparing, untold};
use super::said::Said;
use super::store::{Details, Predictions, Store, Trained};
use super::trainings::{Judged, RunRows, TrainedRun};
use super::unfamiliar::Marks;
use crate::data::{Dictionary, Frame, MISSING_CODE, Notice};
use crate::export::kubecast::ModelFile;
use crate::export::{CsvOptions, predictions_csv};
use crate::learn::Model;
use crate::prepare::healthy_classes;
use crate::protocol::{
    ClassCount, Event, FileHead, PredictionFilter, PredictionSummary, Report, RowsPage, Stage,
};

/// Rows predicted in one slice.
const SLICE_ROWS: usize = 4096;
/// Rows of the first page.
const FIRST_PAGE: u32 = 100;

#[derive(Debug)]
pub(super) struct PredictJob {
    reader: Option<FilesReader>,
    begun_secs: Option<f64>,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    Read,
    /// The rows' own past; with the table, where it is not the current one.
    Compare(Box<Predicting>, Option<Box<Frame>>, Box<Comparing>),
    Predict(Box<Predicting>),
    Explain(Box<Predictions>, Box<Assessment>, Vec<Notice>, f64),
    Over,
}

#[derive(Debug)]
struct Predicting {
    data_name: String,
    fingerprint: String,
    features: Array2<f64>,
    rows: Vec<u32>,
    truth: Option<Dictionary>,
    /// Of the rows whose true class the model knows.
    run: Option<RunRows>,
    probabilities: Array2<f64>,
    marks: Option<Marks>,
    at: usize,
    notices: Vec<Notice>,
    began_secs: f64,
}

impl PredictJob {
    pub(super) fn new(heads: &[FileHead], attachments: Vec<FileBytes>, said: Said) -> Self {
        let reader = (!attachments.is_empty()).then(|| FilesReader::new(heads, attachments, said));
        Self {
            reader,
            begun_secs: None,
            phase: Phase::Read,
        }
    }
}

impl Predicting {
    fn new(
        frame: &Frame,
        model: &Trained,
        mut notices: Vec<Notice>,
        now_secs: f64,
    ) -> Result<Self, Fault> {
        let file = &model.file;
        notices.extend(file.recipe.match_columns(frame)?);
        let all: Vec<u32> = (0..frame.rows() as u32).collect();
        let features = file.recipe.transform(frame, &all)?;
        let dropped = (all.len() - features.rows.len()) as u64;
        if dropped > 0 {
            notices.push(Notice::DroppedRows { rows: dropped });
        }
        let truth = frame.column(file.recipe.target()).map(|column| {
            let all = column.classes();
            Dictionary {
                codes: features
                    .rows
                    .iter()
                    .map(|&row| all.codes[row as usize])
                    .collect(),
                names: all.names,
            }
        });
        let run = truth.as_ref().map(|truth| {
            let is_known: Vec<bool> = truth
                .names
                .iter()
                .map(|name| file.classes.contains(name))
                .collect();
            let rows = features.rows.iter().zip(&truth.codes);
            let rows = rows.filter(|(_, code)| is_known.get(**code as usize) == Some(&true));
            let rows: Vec<u32> = rows.map(|(row, _)| *row).collect();
            RunRows::new(frame, &model.details.options, &file.classes, &rows)
        });
        Ok(Self {
            run,
            data_name: frame.name.clone(),
            fingerprint: frame.fingerprint().to_string(),
            probabilities: Array2::zeros((features.rows.len(), file.classes.len())),
            features: features.matrix,
            rows: features.rows,
            truth,
            marks: Marks::begin(file, None),
            at: 0,
            notices,
            began_secs: now_secs,
        })
    }

    /// What the rows' own past takes, where the model compares with that.
    fn comparing(&mut self, frame: &Frame, file: &ModelFile) -> Option<Box<Comparing>> {
        let past = file.own_past.as_ref()?;
        Comparing::to_predict(frame, past, &self.rows, &mut self.notices).map(Box::new)
    }

    /// Predicts the next rows; whether there are more.
    fn step(&mut self, file: &ModelFile) -> Result<bool, Fault> {
        let end = self.rows.len().min(self.at + SLICE_ROWS);
        let features = self.features.slice(s![self.at..end, ..]);
        let part = file.model.predict_proba(features);
        if let Some(marks) = &mut self.marks {
            marks.add(file, features, &Model::likeliest(part.view()))?;
        }
        self.probabilities
            .slice_mut(s![self.at..end, ..])
            .assign(&part);
        self.at = end;
        Ok(end < self.rows.len())
    }

    /// The rows whose true class the model knows, with it; the others told.
    fn known_truth(&mut self, classes: &[String]) -> Option<(Vec<usize>, Vec<u32>)> {
        let truth = self.truth.as_ref()?;
        let number: Vec<Option<u32>> = truth
            .names
            .iter()
            .map(|n| classes.iter().position(|c| c == n).map(|k| k as u32))
            .collect();
        let mut rows = Vec::new();
        let mut codes = Vec::new();
        let mut strange = 0_u64;
        for (row, &code) in truth.codes.iter().enumerate() {
            match number.get(code as usize) {
                Some(Some(class)) => {
                    rows.push(row);
                    codes.push(*class);
                }
                Some(None) => strange += 1,
                None => {}
            }
        }
        let missing = truth.codes.iter().filter(|c| **c == MISSING_CODE).count() as u64;
        if missing > 0 {
            self.notices.push(Notice::MissingTarget { rows: missing });
        }
        if strange > 0 {
            let names: Vec<String> = truth
                .names
                .iter()
                .zip(&number)
                .filter(|(_, n)| n.is_none())
                .map(|(n, _)| n.clone())
                .collect();
            self.notices.push(Notice::Other {
                title: format!("{strange} rows are of classes that the model does not know"),
                meaning: format!(
                    "{}: they are predicted, but not evaluated.",
                    names.join(", ")
                ),
                level: crate::data::Level::Warning,
            });
        }
        (!rows.is_empty()).then_some((rows, codes))
    }
}

impl Job for PredictJob {
    fn work(&mut self, store: &mut Store, now_secs: f64) -> Result<Slice, Fault> {
        self.begun_secs.get_or_insert(now_secs);
        let model = store.model()?;
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Read => {
                let (mut predicting, frame) = match &mut self.reader {
                    None => {
                        let frame = &store.data()?.frame;
                        (Predicting::new(frame, model, Vec::new(), now_secs)?, None)
                    }
                    Some(reader) => match reader.work()? {
                        Err(progress) => {
                            self.phase = Phase::Read;
                            return Ok(Slice::More(Progress {
                                done: progress.done * 0.5,
                                ..progress
                            }));
                        }
                        Ok(read) => {
                            let table = read.table;
                            let p = Predicting::new(&table.frame, model, table.notices, now_secs)?;
                            (p, Some(Box::new(table.frame)))
                        }
                    },
                };
                let here = match &frame {
                    Some(frame) => frame,
                    None => &store.data()?.frame,
                };
                let comparing = predicting.comparing(here, &model.file);
                let predicting = Box::new(predicting);
                self.phase = match comparing {
                    Some(comparing) => Phase::Compare(predicting, frame, comparing),
                    None => Phase::Predict(predicting),
                };
                Ok(Slice::More(Progress::new(
                    Stage::Predicting,
                    0.5,
                    "columns match",
                )))
            }
            Phase::Compare(mut p, frame, mut comparing) => {
                let here = match &frame {
                    Some(frame) => frame,
                    None => &store.data()?.frame,
                };
                let done = comparing.step(here, &model.file.recipe)?;
                self.phase = match done {
                    Some(_) => Phase::Compare(p, frame, comparing),
                    None => {
                        let rows = comparing.into_rows();
                        p.notices.extend(untold(&rows));
                        p.marks = Marks::begin(&model.file, Some(rows));
                        Phase::Predict(p)
                    }
                };
                let detail = "rows beside their own past";
                let done = done.unwrap_or(1.0);
                Ok(Slice::More(Progress::new(
                    Stage::Predicting,
                    0.5 + 0.1 * done,
                    detail,
                )))
            }
            Phase::Predict(mut p) => {
                if p.step(&model.file)? {
                    let share = p.at as f64 / p.rows.len().max(1) as f64;
                    let detail = format!("{} of {} rows", p.at, p.rows.len());
                    self.phase = Phase::Predict(p);
                    return Ok(Slice::More(Progress::new(
                        Stage::Predicting,
                        0.6 + 0.2 * share,
                        detail,
                    )));
                }
                let secs = now_secs - p.began_secs;
                let known = p.known_truth(&model.file.classes);
                let Predicting {
                    data_name,
                    fingerprint,
                    features,
                    rows,
                    truth,
                    run,
                    probabilities,
                    marks,
                    notices,
                    ..
                } = *p;
                let mut predictions = Predictions {
                    data_name,
                    classes: model.file.classes.clone(),
                    predicted: Model::likeliest(probabilities.view()),
                    rows,
                    truth: truth.map(|t| {
                        (0..t.codes.len())
                            .map(|i| t.name(i).unwrap_or_default().to_owned())
                            .collect()
                    }),
                    probabilities,
                    marks,
                    run: None,
                };
                let Some((known_rows, codes)) = known else {
                    return Ok(finish(store, predictions, None, notices, secs));
                };
                let Details {
                    class_rows,
                    options,
                    ..
                } = &model.details;
                let seed = options.prepare.seed;
                let known_features = features.select(Axis(0), &known_rows);
                let known_p = predictions.probabilities.select(Axis(0), &known_rows);
                let called: Vec<u32> = known_rows
                    .iter()
                    .map(|&row| predictions.predicted[row])
                    .collect();
                let judged = Judged {
                    truth: &codes,
                    predicted: &called,
                    probabilities: &known_p,
                };
                let rows_train = class_rows.iter().sum();
                let leaks = model.details.data_fingerprint == fingerprint;
                predictions.run = run.map(|run| {
                    let run = run.judged(rows_train, &judged);
                    TrainedRun { leaks, ..run }.kept_text()
                });
                let healthy = healthy_classes(&model.file.classes, class_rows);
                let marks = predictions.marks.as_ref();
                let unfamiliar = marks.map(|m| m.of_classes(&known_rows, &codes, &healthy));
                let mut assessment = Assessment::new(
                    &model.file,
                    known_features,
                    codes,
                    &known_p,
                    class_rows,
                    seed,
                )?;
                assessment.describe(options, &fingerprint, &predictions.data_name, unfamiliar);
                self.phase =
                    Phase::Explain(Box::new(predictions), Box::new(assessment), notices, secs);
                Ok(Slice::More(Progress::new(
                    Stage::Evaluating,
                    0.85,
                    "rows are scored",
                )))
            }
            Phase::Explain(predictions, mut assessment, notices, secs) => {
                match assessment.step(&model.file.model) {
                    Some(done) => {
                        let all = assessment.columns();
                        let share = done as f64 / all.max(1) as f64;
                        self.phase = Phase::Explain(predictions, assessment, notices, secs);
                        let detail = format!("column {done} of {all}");
                        Ok(Slice::More(Progress::new(
                            Stage::Explaining,
                            0.85 + 0.14 * share,
                            detail,
                        )))
                    }
                    None => Ok(finish(
                        store,
                        *predictions,
                        Some(assessment.finish()),
                        notices,
                        secs,
                    )),
                }
            }
            Phase::Over => Err(Fault::internal("the prediction is over")),
        }
    }
}

fn finish(
    store: &mut Store,
    predictions: Predictions,
    report: Option<Report>,
    notices: Vec<Notice>,
    secs: f64,
) -> Slice {
    let mut counts = vec![0_u64; predictions.classes.len()];
    predictions
        .predicted
        .iter()
        .for_each(|&k| counts[k as usize] += 1);
    let class_rows = store
        .model
        .as_ref()
        .map_or(&[][..], |m| &m.details.class_rows);
    let healthy = healthy_classes(&predictions.classes, class_rows);
    let totals = predictions.classes.iter().zip(counts).zip(healthy);
    let summary = PredictionSummary {
        data_name: predictions.data_name.clone(),
        rows: predictions.rows.len() as u64,
        totals: totals
            .map(|((class, rows), healthy)| ClassCount {
                class: class.clone(),
                rows,
                healthy,
            })
            .collect(),
        unfamiliar: predictions.marks.as_ref().map(|m| m.count() as u64),
        page: page(&predictions, &PredictionFilter::default(), 0, FIRST_PAGE),
        report: report.map(|report| {
            Box::new(Report {
                notices: notices.clone(),
                ..report
            })
        }),
        notices,
        secs,
    };
    store.predictions = Some(predictions);
    Slice::done(Event::Predicted(Box::new(summary)))
}

/// A page of the predictions that pass the filter: predicted class, its probability, the true class where it is known,
/// the columns that make the row unlike those learned from where the model tells, then every class's probability.
pub(super) fn page(
    p: &Predictions,
    filter: &PredictionFilter,
    offset: u64,
    limit: u32,
) -> RowsPage {
    let class = filter
        .class
        .as_ref()
        .map(|name| p.classes.iter().position(|c| c == name));
    let because = |i: usize| p.marks.as_ref()?.because(i);
    let passes = |i: usize| {
        let predicted = p.predicted[i] as usize;
        let right = p.truth.as_ref().map(|t| t[i] == p.classes[predicted]);
        class.is_none_or(|class| class == Some(predicted))
            && filter
                .min_probability
                .is_none_or(|least| p.probabilities[(i, predicted)] >= least)
            && (!filter.wrong_only
                || (right == Some(false) && p.truth.as_ref().is_some_and(|t| !t[i].is_empty())))
            && (!filter.unfamiliar_only || because(i).is_some())
    };
    let mut columns = vec!["predicted".to_owned(), "probability".to_owned()];
    if p.truth.is_some() {
        columns.push("actual".to_owned());
    }
    if p.marks.is_some() {
        columns.push("unlike training".to_owned());
    }
    columns.extend(p.classes.iter().map(|c| format!("p_{c}")));
    let mut total = 0_u64;
    let mut rows = Vec::new();
    for i in (0..p.rows.len()).filter(|&i| passes(i)) {
        if total >= offset && rows.len() < limit as usize {
            let predicted = p.predicted[i] as usize;
            let mut cells = vec![
                match because(i) {
                    // The likeliest of the names that it knows, and none of them is sure to be right.
                    Some(_) => format!("unfamiliar ({}?)", p.classes[predicted]),
                    None => p.classes[predicted].clone(),
                },
                p.probabilities[(i, predicted)].to_string(),
            ];
            cells.extend(p.truth.as_ref().map(|t| t[i].clone()));
            if p.marks.is_some() {
                let why = because(i).or_else(|| p.marks.as_ref()?.why_untold(i));
                cells.push(why.unwrap_or_default().to_owned());
            }
            cells.extend(p.probabilities.row(i).iter().map(f64::to_string));
            rows.push((u64::from(p.rows[i]), cells));
        }
        total += 1;
    }
    RowsPage {
        columns,
        offset,
        total,
        rows,
    }
}

/// The predictions as CSV.
pub(super) fn csv(p: &Predictions) -> Vec<u8> {
    let rows: Vec<u64> = p.rows.iter().map(|&row| u64::from(row)).collect();
    let familiar = p.marks.as_ref().map(|marks| {
        let of = (0..rows.len()).map(|i| match (marks.because(i), marks.why_untold(i)) {
            (Some(because), _) => (Some(false), because),
            (None, Some(why)) => (None, why),
            (None, None) => (Some(true), ""),
        });
        of.collect::<Vec<_>>()
    });
    predictions_csv(
        &p.classes,
        &rows,
        &p.predicted,
        p.probabilities.view(),
        familiar.as_deref(),
        CsvOptions::default(),
    )
}
