//! Held-out rows against their predictions, then what each column is worth; a slice at a time.

use ndarray::{Array2, Axis};

use super::convert;
use super::failure::Fault;
use crate::evaluate::evaluate;
use crate::explain::{Permutation, Shuffle};
use crate::export::kubecast::ModelFile;
use crate::learn::{Model, Reshuffled};
use crate::protocol::{Options, Report, UnfamiliarRows};

/// Times each column is shuffled.
const REPEATS: u32 = 5;
/// Rows that importance is measured on, at most: beyond, its spread is that of the repeats.
const MAX_ROWS: usize = 2000;

/// An assessment under way.
#[derive(Debug)]
pub(super) struct Assessment {
    /// The rows that importance is measured on.
    features: Array2<f64>,
    /// The same, ready to be predicted, from the first step on.
    reshuffled: Option<Reshuffled>,
    report: Report,
    permutation: Permutation,
    columns: Vec<String>,
    impurity: Vec<f64>,
}

impl Assessment {
    /// Scores predictions. `truth` holds class numbers, rows match those of `features` and `probabilities`.
    pub(super) fn new(
        file: &ModelFile,
        features: Array2<f64>,
        truth: Vec<u32>,
        probabilities: &Array2<f64>,
        class_rows: &[u64],
        seed: u64,
    ) -> Result<Self, Fault> {
        let predicted = Model::likeliest(probabilities.view());
        let evaluation = evaluate(
            &truth,
            probabilities.view(),
            &predicted,
            &file.classes,
            class_rows,
            seed,
        );
        let report = convert::report(evaluation).ok_or_else(Fault::no_test_rows)?;
        let sources = file.recipe.sources();
        let columns: Vec<String> = file
            .recipe
            .columns()
            .iter()
            .map(|c| c.name.clone())
            .collect();
        let mut impurity = vec![0.0; columns.len()];
        for (&source, share) in sources.iter().zip(file.model.impurity_importance()) {
            if let Some(sum) = impurity.get_mut(source) {
                *sum += share;
            }
        }
        let permutation = Permutation::new(
            truth,
            sources,
            columns.len(),
            REPEATS,
            MAX_ROWS,
            seed,
            file.classes.len(),
        );
        // Only the rows that importance needs are kept.
        let used: Vec<usize> = permutation.rows().iter().map(|&row| row as usize).collect();
        let features = features.select(Axis(0), &used);
        Ok(Self {
            features,
            reshuffled: None,
            report,
            permutation,
            columns,
            impurity,
        })
    }

    /// Notes in the report what was scored, for an evaluation apart from training.
    pub(super) fn describe(
        &mut self,
        options: &Options,
        fingerprint: &str,
        data_name: &str,
        unfamiliar: Option<UnfamiliarRows>,
    ) {
        self.report.unfamiliar = unfamiliar;
        self.report.options = options.clone();
        self.report.data_fingerprint = fingerprint.to_owned();
        self.report.data_name = data_name.to_owned();
    }

    /// The number of columns to shuffle.
    pub(super) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Shuffles the next column; how many are done, or `None` when all are.
    pub(super) fn step(&mut self, model: &Model) -> Option<usize> {
        let reshuffled = match self.reshuffled.take() {
            Some(reshuffled) => reshuffled,
            None => {
                let features = std::mem::take(&mut self.features);
                Reshuffled::new(model, features.view())?
            }
        };
        let reshuffled = self.reshuffled.insert(reshuffled);
        let mut predict = |shuffled: Option<Shuffle<'_>>| match shuffled {
            Some((features, order)) => reshuffled.shuffled(model, features, order),
            None => reshuffled.likeliest().to_vec(),
        };
        self.permutation
            .step_by(&mut predict)
            .map(|source| source + 1)
    }

    /// The report with importances.
    pub(super) fn finish(self) -> Report {
        let importance =
            convert::importance(self.permutation.finish(), &self.columns, &self.impurity);
        Report {
            importance,
            ..self.report
        }
    }
}
