//! Predictions as numbers, for programs; the screen gets pages of text.

use super::failure::Fault;
use super::state::Session;
use super::store::Predictions;
use crate::data::Frame;
use crate::learn::Model;
use crate::protocol::Failure;

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
            })
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
            Ok(Scores {
                classes: file.classes.clone(),
                rows: features.rows,
                predicted: Model::likeliest(probabilities.view()),
                probabilities: probabilities.iter().copied().collect(),
            })
        };
        predict().map_err(|fault| fault.told().0)
    }
}
