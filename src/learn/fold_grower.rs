//! A search's unit of work: one candidate fitted on one fold's rows and scored on its others.

use super::fitter::Fitter;
use super::model::Model;
use super::params::Learner;
use super::search_space::draw;
use super::train_set::TrainSet;
use super::unit_grower::UnitError;
use crate::trees::{BytesError, Reader, Writer};

/// What a row is to a fold: neither.
pub const LEFT_OUT: u8 = 0;
/// What a row is to a fold: fitted on.
pub const LEARNED: u8 = 1;
/// What a row is to a fold: scored on.
pub const SCORED: u8 = 2;

/// The first byte of a search's setup; those of a training are smaller.
pub(super) const SEARCH: u8 = 255;

/// How a fitted candidate does on a fold's scored rows, in weights of rows (their number where all weigh 1).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FoldCounts {
    /// By class: predicted as it and of it; of it; predicted as it.
    pub(super) classes: Vec<[f64; 3]>,
    /// Sum of the negative logarithms of the true classes' probabilities.
    pub(super) loss: f64,
}

impl FoldCounts {
    fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.f64(self.loss);
        w.f64s(self.classes.as_flattened());
        w.into_bytes()
    }

    /// From bytes, checked.
    pub(super) fn from_bytes(bytes: &[u8], n_classes: usize) -> Result<Self, UnitError> {
        let damaged = |e: BytesError| UnitError {
            detail: e.to_string(),
        };
        let mut r = Reader::new(bytes);
        let loss = r.f64().map_err(damaged)?;
        let counts = r.f64s().map_err(damaged)?;
        r.finish().map_err(damaged)?;
        let (classes, rest) = counts.as_chunks::<3>();
        let sound = |x: &f64| x.is_finite() && *x >= 0.0;
        if classes.len() != n_classes
            || !rest.is_empty()
            || !counts.iter().all(sound)
            || !sound(&loss)
        {
            return Err(UnitError {
                detail: "a fold's score is out of range".to_owned(),
            });
        }
        Ok(Self {
            classes: classes.to_vec(),
            loss,
        })
    }
}

/// Candidates that are fitted with the same number of trees or rounds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) steps: u32,
    pub(super) candidates: Vec<u32>,
}

impl Section {
    /// As what a worker is told ([`FoldGrower::learn`]).
    pub(super) fn news(&self, number: usize) -> Vec<u8> {
        let mut w = Writer::new();
        w.u32(number as u32);
        w.u32(self.steps);
        self.candidates.iter().for_each(|&c| w.u32(c));
        w.into_bytes()
    }
}

/// What every worker of a search holds.
#[derive(Debug)]
pub(super) struct FoldGrower {
    set: TrainSet,
    /// By fold: what each row is to it.
    roles: Vec<Vec<u8>>,
    sections: Vec<Section>,
}

impl FoldGrower {
    pub(super) fn new(set: TrainSet, roles: Vec<Vec<u8>>) -> Self {
        Self {
            set,
            roles,
            sections: Vec::new(),
        }
    }

    /// What a worker needs to begin.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(SEARCH);
        w.bytes(&self.set.to_bytes());
        w.len(self.roles.len());
        self.roles.iter().for_each(|roles| w.bytes(roles));
        w.into_bytes()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, UnitError> {
        let damaged = |detail: String| UnitError { detail };
        let read = |e: BytesError| damaged(e.to_string());
        let mut r = Reader::new(bytes);
        r.u8().map_err(read)?;
        let set = TrainSet::from_bytes(r.bytes().map_err(read)?).map_err(damaged)?;
        let folds = r.len(4).map_err(read)?;
        let roles = (0..folds)
            .map(|_| r.bytes().map(<[u8]>::to_vec))
            .collect::<Result<Vec<_>, _>>()
            .map_err(read)?;
        r.finish().map_err(read)?;
        if roles.iter().any(|roles| roles.len() != set.classes.len()) {
            return Err(damaged("its folds are of other rows".to_owned()));
        }
        Ok(Self::new(set, roles))
    }

    pub(super) fn set(&self) -> &TrainSet {
        &self.set
    }

    pub(super) fn folds(&self) -> u32 {
        self.roles.len() as u32
    }

    /// Hears of the candidates that go on; what is known already is passed over.
    pub(super) fn learn(&mut self, news: &[u8]) -> Result<(), UnitError> {
        let mut r = Reader::new(news);
        let mut words = Vec::new();
        for _ in 0..news.len() / 4 {
            words.push(r.u32().map_err(|e| UnitError {
                detail: e.to_string(),
            })?);
        }
        let [number, steps, candidates @ ..] = words.as_slice() else {
            return Err(UnitError {
                detail: "a search's news end too early".to_owned(),
            });
        };
        match self.sections.len().cmp(&(*number as usize)) {
            std::cmp::Ordering::Equal => self.sections.push(Section {
                steps: *steps,
                candidates: candidates.to_vec(),
            }),
            std::cmp::Ordering::Greater => {}
            std::cmp::Ordering::Less => {
                return Err(UnitError {
                    detail: "a search's news came out of order".to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Fits and scores unit `unit`: units count folds within candidates within sections.
    pub(super) fn grow(&self, unit: u32) -> Result<Vec<u8>, UnitError> {
        let unknown = || UnitError {
            detail: "a unit of a search was asked for before its candidate was known".to_owned(),
        };
        let folds = self.roles.len();
        let mut left = unit as usize;
        for section in &self.sections {
            let units = section.candidates.len() * folds;
            if left < units {
                let candidate = section.candidates[left / folds];
                let counts = self.fit(candidate, section.steps, left % folds)?;
                return Ok(counts.to_bytes());
            }
            left -= units;
        }
        Err(unknown())
    }

    fn fit(&self, candidate: u32, steps: u32, fold: usize) -> Result<FoldCounts, UnitError> {
        let mut learner = self.set.learner.clone();
        draw(&self.set.learner, candidate)
            .iter()
            .for_each(|setting| setting.apply(&mut learner));
        learner.set_steps(steps);
        let of = |role: u8| -> Vec<u32> {
            let rows = self.roles[fold].iter().enumerate();
            rows.filter(|(_, r)| **r == role)
                .map(|(row, _)| row as u32)
                .collect()
        };
        let (learned, scored) = (of(LEARNED), of(SCORED));
        let class = |row: u32| usize::from(self.set.classes[row as usize]);
        let first = learned.first().map_or(0, |&row| class(row));
        // Classes ascend: the first and the last row tell whether there is more than one.
        let probabilities = if learned.last().is_none_or(|&row| class(row) == first) {
            // Nothing to tell apart: it says the only class that it knows.
            ndarray::Array2::from_shape_fn((scored.len(), self.set.n_classes), |(_, k)| {
                f64::from(u8::from(k == first))
            })
        } else {
            self.train(learner, &learned)?
                .predict_bins(&self.set.columns, &scored)
        };
        let mut counts = FoldCounts {
            classes: vec![[0.0; 3]; self.set.n_classes],
            loss: 0.0,
        };
        let predicted = Model::likeliest(probabilities.view());
        for (i, (&row, predicted)) in scored.iter().zip(predicted).enumerate() {
            let (truth, predicted) = (class(row), predicted as usize);
            let weight = self.set.weight(row as usize);
            let p = probabilities[(i, truth)].clamp(f64::EPSILON, 1.0 - f64::EPSILON);
            counts.loss -= weight * libm::log(p);
            counts.classes[truth][1] += weight;
            counts.classes[predicted][2] += weight;
            if truth == predicted {
                counts.classes[truth][0] += weight;
            }
        }
        Ok(counts)
    }

    fn train(&self, learner: Learner, rows: &[u32]) -> Result<Model, UnitError> {
        let damaged = |detail: String| UnitError { detail };
        let of = |row: &u32| self.set.classes[*row as usize];
        let set = TrainSet {
            columns: self.set.columns.reordered(rows),
            bins: self.set.bins.clone(),
            classes: rows.iter().map(of).collect(),
            weights: if self.set.weights.is_empty() {
                Vec::new()
            } else {
                rows.iter()
                    .map(|&row| self.set.weights[row as usize])
                    .collect()
            },
            n_classes: self.set.n_classes,
            learner,
        };
        let mut fitter = Fitter::of_set(set).map_err(|e| damaged(e.to_string()))?;
        while fitter.step().map_err(|e| damaged(e.to_string()))? {}
        fitter
            .finish()
            .ok_or_else(|| damaged("a tree is missing".to_owned()))
    }
}
