//! Rows that are unlike those that the name they were given was learned from.

use ndarray::ArrayView2;

use super::failure::Fault;
use super::scores::Familiarity;
use crate::evaluate::RankedScores;
use crate::export::kubecast::ModelFile;
use crate::learn::{NoveltyError, Side};
use crate::prepare::{PastRows, Recipe};
use crate::protocol::UnfamiliarRows;

/// The unfamiliar among predicted rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    /// Their places among the predictions, ascending.
    rows: Vec<u32>,
    /// The columns that make each so.
    because: Vec<String>,
    /// Of each prediction, how rare its row would be among healthy ones: the negative logarithm of their share that is as
    /// strange; `NaN` where it is not told.
    surprise: Vec<f64>,
    /// What rows are judged by, where that is their own past, until all are.
    past: Option<PastRows>,
    /// Whether that would be their own past, if the table had what it takes.
    lacks_past: bool,
    /// One healthy row in so many is expected among them.
    pub(super) alarm_one_in: f64,
}

impl Marks {
    /// Marks rows (rows x features) by what a model file knows, as predicted; none where it does not tell. `past` is as for
    /// [`Marks::begin`].
    pub(super) fn of(
        file: &ModelFile,
        features: ArrayView2<'_, f64>,
        past: Option<PastRows>,
        predicted: &[u32],
    ) -> Result<Option<Self>, Fault> {
        let mut marks = Marks::begin(file, past);
        if let Some(marks) = &mut marks {
            marks.add(file, features, predicted)?;
        }
        Ok(marks)
    }

    /// No rows yet; none where the file does not tell. `past` are all rows to come beside their own past, where the file
    /// compares with that and the table has what it takes.
    pub(super) fn begin(file: &ModelFile, past: Option<PastRows>) -> Option<Self> {
        file.novelty.as_ref().map(|novelty| Self {
            alarm_one_in: novelty.alarm_one_in(),
            lacks_past: file.own_past.is_some() && past.is_none(),
            past,
            ..Self::default()
        })
    }

    /// Adds those of the next block of rows.
    pub(super) fn add(
        &mut self,
        file: &ModelFile,
        features: ArrayView2<'_, f64>,
        predicted: &[u32],
    ) -> Result<(), Fault> {
        let Some(novelty) = &file.novelty else {
            return Ok(());
        };
        let from = self.surprise.len();
        let Some(own_past) = &file.own_past else {
            let judged = novelty.judge(features, predicted)?;
            let sources = file.recipe.sources();
            for (row, (judged, &class)) in judged.iter().zip(predicted).enumerate() {
                self.surprise.push(judged.surprise);
                if judged.is_unfamiliar {
                    let columns = novelty.because(features, row, class, &sources);
                    self.rows.push((from + row) as u32);
                    self.because.push(in_words(&file.recipe, &columns));
                }
            }
            return Ok(());
        };
        let Some(past) = self.past.take() else {
            self.surprise.resize(from + predicted.len(), f64::NAN);
            return Ok(());
        };
        let lengths = past.lengths(from, predicted.len());
        let judged = novelty.judge(lengths.view(), predicted)?;
        let sources: Vec<usize> = (0..own_past.columns.len()).collect();
        for (row, (judged, &class)) in judged.iter().zip(predicted).enumerate() {
            let at = from + row;
            let has_past = past.has_past()[at];
            self.surprise
                .push(if has_past { judged.surprise } else { f64::NAN });
            if has_past && judged.is_unfamiliar {
                let columns = novelty.because(lengths.view(), row, class, &sources);
                let words = columns.iter().map(|&(column, side)| {
                    let is_below = past.distances()[(at, column)] < 0.0;
                    let name = &own_past.columns[column];
                    match (side, is_below) {
                        (Side::High, false) => format!("{name} high"),
                        (Side::High, true) => format!("{name} low"),
                        // Nearer to the middle than usual.
                        (Side::Low | Side::Other, _) => format!("{name} in the middle"),
                        (Side::Missing, _) => format!("{name} missing"),
                    }
                });
                let words = words.collect::<Vec<_>>().join(", ");
                self.rows.push(at as u32);
                self.because.push(format!("against its own past: {words}"));
            }
        }
        self.past = Some(past).filter(|past| past.has_past().len() > self.surprise.len());
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

    /// Why it is not told of a prediction whether its row is unfamiliar; none where it is.
    pub(super) fn why_untold(&self, prediction: usize) -> Option<&'static str> {
        let is_told = self.surprise.get(prediction).is_some_and(|x| !x.is_nan());
        (!is_told).then_some(match self.lacks_past {
            true => "not told: no time or entity",
            false => "not told: too short a past",
        })
    }

    /// What is known of each of so many predictions.
    pub(super) fn all(&self, predictions: usize) -> Vec<Familiarity> {
        let all = (0..predictions).map(|at| match (self.because(at), self.why_untold(at)) {
            (Some(because), _) => Familiarity::Unfamiliar(because.to_owned()),
            (None, Some(why)) => Familiarity::NotTold(why),
            (None, None) => Familiarity::Familiar,
        });
        all.collect()
    }

    /// How many there are of each class, of the predictions `of`, whose classes are `truth`, and how well they stand before
    /// those of the `healthy` classes.
    pub(super) fn of_classes(
        &self,
        of: &[usize],
        truth: &[u32],
        healthy: &[bool],
    ) -> UnfamiliarRows {
        let mut of_class = vec![0_u64; healthy.len()];
        let (mut issue, mut surprise) = (Vec::new(), Vec::new());
        for (&prediction, &class) in of.iter().zip(truth) {
            if self.because(prediction).is_some() {
                of_class[class as usize] += 1;
            }
            if self.why_untold(prediction).is_none() {
                issue.push(!healthy[class as usize]);
                surprise.push(self.surprise[prediction]);
            }
        }
        // Refused where only one side has rows.
        let ranked = RankedScores::new(&issue, &surprise, None);
        let curve = ranked.and_then(|ranked| ranked.precision_recall());
        UnfamiliarRows {
            alarm_one_in: self.alarm_one_in,
            of_class,
            average_precision: curve.ok().map(|curve| curve.average_precision),
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
