//! Predictions as numbers, for programs; the screen gets pages of text.

use super::begin::with_run;
use super::failure::Fault;
use super::own_past::Comparing;
use super::state::Session;
use super::store::Predictions;
use super::unfamiliar::Marks;
use crate::data::Frame;
use crate::learn::{Model, Predictor};
use crate::prepare::Recipe;
use crate::protocol::{Failure, Report};

/// Predicted rows with the probability of each class.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// Class names, in the model's order.
    pub classes: Vec<String>,
    /// Row of the table, from 0, of each prediction: rows that the model's recipe drops are not among them.
    pub rows: Vec<u32>,
    /// Class number of each prediction.
    pub predicted: Vec<u32>,
    /// Predictions x classes, row by row; each row sums to 1.
    pub probabilities: Vec<f64>,
    /// Of each prediction, where the model tells which rows are unlike those learned from.
    pub unfamiliar: Option<Vec<Familiarity>>,
}

/// Whether a row is like those that its name was learned from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Familiarity {
    /// It is.
    Familiar,
    /// It is not; the columns that make it so, in words.
    Unfamiliar(String),
    /// It is not known, and why: rows are compared with their own past, and this one has none.
    NotTold(&'static str),
}

impl Session {
    /// The current predictions, if any.
    pub fn scores(&self) -> Option<Scores> {
        self.store()
            .predictions
            .as_ref()
            .map(|p: &Predictions| Scores {
                classes: p.classes.clone(),
                rows: p.rows.clone(),
                predicted: p.predicted.clone(),
                probabilities: p.probabilities.iter().copied().collect(),
                unfamiliar: p.marks.as_ref().map(|marks| marks.all(p.rows.len())),
            })
    }

    /// The report of the current predictions, where their table has the target, as JSON: with what `kubecast compare` compares
    /// it by.
    pub fn evaluation(&self, report: &Report) -> String {
        let predictions = self.store().predictions.as_ref();
        with_run(report, predictions.and_then(|p| p.run.as_deref()))
    }

    /// Predicts a small table at once with the current model, and changes nothing. Errors where there is no model, or
    /// where the table lacks its columns.
    pub fn predict_frame(&self, frame: &Frame) -> Result<Scores, Failure> {
        let predict = || -> Result<Scores, Fault> {
            let file = &self.store().model()?.file;
            let all: Vec<u32> = (0..frame.rows() as u32).collect();
            file.recipe.match_columns(frame)?;
            let features = file.recipe.transform(frame, &all)?;
            let probabilities = file.model.predict_proba(features.matrix.view());
            let predicted = Model::likeliest(probabilities.view());
            let past = match &file.own_past {
                Some(past) => {
                    let comparing = Comparing::to_predict(frame, past, &features.rows, &mut vec![]);
                    comparing
                        .map(|c| c.finish(frame, &file.recipe))
                        .transpose()?
                }
                None => None,
            };
            let marks = Marks::of(file, features.matrix.view(), past, &predicted)?;
            Ok(Scores {
                classes: file.classes.clone(),
                unfamiliar: marks.map(|marks| marks.all(predicted.len())),
                rows: features.rows,
                predicted,
                probabilities: probabilities.iter().copied().collect(),
            })
        };
        predict().map_err(|fault| fault.told().0)
    }
}

/// A model made ready for rows of plain numbers: no table, no names looked up, nothing allocated for a row. It predicts
/// what [`Session::predict_frame`] predicts, bit for bit.
#[derive(Clone, Debug)]
pub struct Scorer {
    recipe: Recipe,
    classes: Vec<String>,
    predictor: Predictor,
    /// Of a block of rows, row by row.
    features: Vec<f64>,
    /// Rows of a block that the recipe drops.
    dropped: Vec<bool>,
}

impl Scorer {
    /// The columns whose numbers make a row, in order, each with its names where it is one of names: there the number is
    /// the name's place among them.
    pub fn columns(&self) -> impl Iterator<Item = (&str, Option<&[String]>)> {
        let columns = self.recipe.columns().iter().enumerate();
        columns.map(|(at, column)| (column.name.as_str(), self.recipe.names(at)))
    }

    /// Class names, in the order of the probabilities.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Rows that are best scored in one call.
    pub fn block_rows(&self) -> usize {
        self.dropped.len()
    }

    /// The probabilities (rows x classes, row by row, into `out`) of rows of numbers (rows x columns, row by row): as many
    /// rows as both hold. What is not finite is missing; a row that the recipe drops has `NaN` for probabilities.
    pub fn score(&mut self, cells: &[f64], out: &mut [f64]) {
        let (columns, width) = (self.recipe.columns().len(), self.recipe.width());
        let (rows, classes) = (self.dropped.len(), self.classes.len());
        let blocks = cells.chunks(rows * columns);
        for (cells, out) in blocks.zip(out.chunks_mut(rows * classes)) {
            let cells = cells.chunks_exact(columns);
            let rows = cells.len().min(out.len() / classes);
            let features = self.features.chunks_exact_mut(width);
            for ((cells, features), dropped) in cells.zip(features).zip(&mut self.dropped) {
                *dropped = !self.recipe.encode_cells(cells, features);
            }
            let out = &mut out[..rows * classes];
            self.predictor.predict(&self.features[..rows * width], out);
            for (out, dropped) in out.chunks_exact_mut(classes).zip(&self.dropped) {
                if *dropped {
                    out.fill(f64::NAN);
                }
            }
        }
    }
}

impl Session {
    /// The current model, ready for rows of plain numbers. Errors where there is no model.
    pub fn scorer(&self) -> Result<Scorer, Failure> {
        let model = self.store().model().map_err(|fault| fault.told().0)?;
        let predictor = Predictor::new(model.file.model.clone());
        let rows = predictor.block_rows();
        Ok(Scorer {
            features: vec![0.0; rows * model.file.recipe.width()],
            dropped: vec![false; rows],
            recipe: model.file.recipe.clone(),
            classes: model.file.classes.clone(),
            predictor,
        })
    }
}
