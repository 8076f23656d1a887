//! Rows that are unlike those that the name they were given was learned from.

use ndarray::ArrayView2;

use super::failure::Fault;
use crate::export::kubecast::ModelFile;
use crate::learn::{NoveltyError, Side};
use crate::prepare::Recipe;
use crate::protocol::UnfamiliarRows;

/// The unfamiliar among predicted rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Marks {
    /// Their places among the predictions, ascending.
    rows: Vec<u32>,
    /// The columns that make each so.
    because: Vec<String>,
    /// One healthy row in so many is expected among them.
    pub(super) alarm_one_in: f64,
}

impl Marks {
    /// Marks rows (rows x features) by what a model file knows, as predicted; none where it does not tell.
    pub(super) fn of(
        file: &ModelFile,
        features: ArrayView2<'_, f64>,
        predicted: &[u32],
    ) -> Result<Option<Self>, Fault> {
        let mut marks = Marks::begin(file);
        if let Some(marks) = &mut marks {
            marks.add(file, features, predicted, 0)?;
        }
        Ok(marks)
    }

    /// No rows yet; none where the file does not tell.
    pub(super) fn begin(file: &ModelFile) -> Option<Self> {
        file.novelty.as_ref().map(|novelty| Self {
            alarm_one_in: novelty.alarm_one_in(),
            ..Self::default()
        })
    }

    /// Adds those of a block of rows, of which the first is the prediction `from`.
    pub(super) fn add(
        &mut self,
        file: &ModelFile,
        features: ArrayView2<'_, f64>,
        predicted: &[u32],
        from: usize,
    ) -> Result<(), Fault> {
        let Some(novelty) = &file.novelty else {
            return Ok(());
        };
        let judged = novelty.judge(features, predicted)?;
        let sources = file.recipe.sources();
        for (row, (judged, &class)) in judged.iter().zip(predicted).enumerate() {
            if judged.is_unfamiliar {
                let columns = novelty.because(features, row, class, &sources);
                self.rows.push((from + row) as u32);
                self.because.push(in_words(&file.recipe, &columns));
            }
        }
        Ok(())
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.rows.len()
    }

    /// Why a prediction is of an unfamiliar row; none where it is not.
    pub(super) fn because(&self, prediction: usize) -> Option<&str> {
        let at = self.rows.binary_search(&(prediction as u32)).ok()?;
        self.because.get(at).map(String::as_str)
    }

    /// The same of each of so many predictions.
    pub(super) fn all(&self, predictions: usize) -> Vec<Option<String>> {
        let all = (0..predictions).map(|at| self.because(at).map(str::to_owned));
        all.collect()
    }

    /// How many there are of each class, of the predictions `of`, whose classes are `truth`.
    pub(super) fn of_classes(&self, of: &[usize], truth: &[u32], classes: usize) -> UnfamiliarRows {
        let mut of_class = vec![0_u64; classes];
        for (&prediction, &class) in of.iter().zip(truth) {
            if self.because(prediction).is_some() {
                of_class[class as usize] += 1;
            }
        }
        UnfamiliarRows {
            alarm_one_in: self.alarm_one_in,
            of_class,
        }
    }
}

/// `memory_usage_percent high, node missing`.
fn in_words(recipe: &Recipe, columns: &[(usize, Side)]) -> String {
    let words = columns.iter().filter_map(|&(column, side)| {
        let name = &recipe.columns().get(column)?.name;
        Some(match side {
            Side::High => format!("{name} high"),
            Side::Low => format!("{name} low"),
            Side::Missing => format!("{name} missing"),
            Side::Other => name.clone(),
        })
    });
    words.collect::<Vec<_>>().join(", ")
}

impl From<NoveltyError> for Fault {
    fn from(error: NoveltyError) -> Self {
        Self::internal(&error.to_string())
    }
}
