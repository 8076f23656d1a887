//! Fitting unit by unit, here or in workers.

use ndarray::ArrayView2;

use super::boost::{self, Booster};
use super::model::{Model, ModelKind};
use super::params::{ClassWeights, LearnError, Learner};
use super::train_set::TrainSet;
use super::{decision_tree, forest};
use crate::trees::{BinEdges, BinnedColumns, Reader, Tree, Writer};

/// Why a unit cannot be grown.
#[derive(Debug, thiserror::Error)]
#[error("the training set that reached the worker is damaged: {detail}")]
pub struct UnitError {
    /// What is wrong.
    pub detail: String,
}

/// Grows units of a training in any worker: the same bytes whatever the worker.
#[derive(Debug)]
pub struct UnitGrower {
    set: TrainSet,
    class_weights: Vec<f64>,
    booster: Option<Booster>,
}

impl UnitGrower {
    /// From the bytes of [`Fitter::setup`].
    pub fn from_bytes(setup: &[u8]) -> Result<Self, UnitError> {
        Ok(Self::new(
            TrainSet::from_bytes(setup).map_err(|detail| UnitError { detail })?,
        ))
    }

    fn new(set: TrainSet) -> Self {
        let class_weights = match &set.learner {
            Learner::Forest(p) => p.class_weights.weigh(&set.class_counts()),
            _ => Vec::new(),
        };
        Self {
            set,
            class_weights,
            booster: None,
        }
    }

    /// Grows one unit. Boosting rounds build on those before: they are grown again if this worker has not seen them.
    pub fn grow(&mut self, unit: u32) -> Result<Vec<u8>, UnitError> {
        let Self {
            set,
            class_weights,
            booster,
        } = self;
        let (trees, importance) = match &set.learner {
            Learner::Forest(p) => {
                let grown = forest::grow(set, p, class_weights, unit);
                (vec![grown.tree], grown.importance)
            }
            Learner::DecisionTree(p) => {
                let grown = decision_tree::grow(set, p).map_err(|e| UnitError {
                    detail: e.to_string(),
                })?;
                (vec![grown.tree], grown.importance)
            }
            Learner::Boost(p) => {
                if booster.as_ref().is_some_and(|b| b.round() > unit) {
                    *booster = None;
                }
                let booster = booster.get_or_insert_with(|| Booster::new(set, p));
                let mut round = booster.grow(set, p);
                while booster.round() <= unit {
                    round = booster.grow(set, p);
                }
                (round.trees, round.importance)
            }
        };
        let mut w = Writer::new();
        w.len(trees.len());
        trees.iter().for_each(|tree| tree.write(&mut w));
        w.f64s(&importance);
        Ok(w.into_bytes())
    }
}

/// A training: units go out by number and come back as bytes, in any order; then it is a [`Model`].
#[derive(Debug)]
pub struct Fitter {
    kind: ModelKind,
    edges: Vec<BinEdges>,
    n_classes: usize,
    first_scores: Vec<f64>,
    width: usize,
    trees_per_unit: usize,
    grown: Vec<Option<(Vec<Tree>, Vec<f64>)>>,
    done: u32,
    parallel: bool,
    grower: UnitGrower,
}

impl Fitter {
    /// Bins the features (rows x features, `NaN` is missing, all other values finite) and makes ready. `classes` holds
    /// each row's class, below `n_classes` (2 to 255), of which at least two must occur.
    pub fn new(
        features: ArrayView2<'_, f64>,
        classes: Vec<u8>,
        n_classes: usize,
        learner: Learner,
    ) -> Result<Self, LearnError> {
        let rows = features.nrows();
        if rows == 0 {
            return Err(LearnError::NoRows);
        }
        if features.ncols() == 0 {
            return Err(LearnError::NoFeatures);
        }
        if features.ncols() > usize::from(u16::MAX) {
            return Err(LearnError::TooManyFeatures {
                features: features.ncols(),
            });
        }
        if n_classes > 255 {
            return Err(LearnError::TooManyClasses { classes: n_classes });
        }
        if classes.len() != rows || classes.iter().any(|&c| usize::from(c) >= n_classes) {
            return Err(LearnError::Shape {
                rows,
                classes: classes.len(),
            });
        }
        if classes.iter().all(|c| *c == classes[0]) {
            return Err(LearnError::OneClass { rows });
        }
        let weights = bin_weights(&classes, n_classes);
        let edges: Vec<BinEdges> = features
            .columns()
            .into_iter()
            .map(|c| BinEdges::fit(c.iter().copied().zip(weights.iter().copied())))
            .collect();
        let columns = BinnedColumns::of(features, &edges);
        let set = TrainSet {
            columns,
            edges: edges.clone(),
            classes,
            n_classes,
            learner,
        };
        let counts = set.class_counts();
        let (kind, first_scores) = match &set.learner {
            Learner::Forest(_) => (ModelKind::Forest, Vec::new()),
            Learner::DecisionTree(_) => (ModelKind::DecisionTree, Vec::new()),
            Learner::Boost(p) => (
                ModelKind::Boost,
                boost::first_scores(&counts, &p.class_weights.weigh(&counts)),
            ),
        };
        let boosted = kind == ModelKind::Boost;
        Ok(Self {
            kind,
            edges,
            n_classes,
            width: if boosted { 1 } else { n_classes },
            trees_per_unit: if boosted { first_scores.len() } else { 1 },
            first_scores,
            grown: vec![None; set.learner.units() as usize],
            done: 0,
            parallel: set.learner.parallel(),
            grower: UnitGrower::new(set),
        })
    }

    /// What a worker needs to grow units.
    pub fn setup(&self) -> Vec<u8> {
        self.grower.set.to_bytes()
    }

    /// Units in all.
    pub fn units(&self) -> u32 {
        self.grown.len() as u32
    }

    /// Units grown.
    pub fn done(&self) -> u32 {
        self.done
    }

    /// Whether units may be grown at the same time.
    pub fn parallel(&self) -> bool {
        self.parallel
    }

    /// Rows that a decision tree is fitted on where that is not all of them: (used, of).
    pub fn sampled(&self) -> Option<(usize, usize)> {
        let rows = self.grower.set.classes.len();
        (self.kind == ModelKind::DecisionTree && rows > decision_tree::MAX_ROWS)
            .then_some((decision_tree::MAX_ROWS, rows))
    }

    /// Grows the first unit that is missing, here. `false` when none is.
    pub fn step(&mut self) -> Result<bool, LearnError> {
        let Some(unit) = self.grown.iter().position(Option::is_none) else {
            return Ok(false);
        };
        let bytes = self.grower.grow(unit as u32)?;
        self.accept(unit as u32, &bytes)?;
        Ok(true)
    }

    /// Takes a unit's bytes, checked; one that is there already is ignored.
    pub fn accept(&mut self, unit: u32, bytes: &[u8]) -> Result<(), LearnError> {
        let features = self.edges.len();
        let Some(place) = self.grown.get_mut(unit as usize) else {
            return Ok(());
        };
        if place.is_some() {
            return Ok(());
        }
        let mut r = Reader::new(bytes);
        let n = r.len(1)?;
        if n != self.trees_per_unit {
            return Err(LearnError::Shape {
                rows: self.trees_per_unit,
                classes: n,
            });
        }
        let trees = (0..n)
            .map(|_| Tree::read(&mut r, self.width, features, self.n_classes))
            .collect::<Result<Vec<_>, _>>()?;
        let importance = r.f64s()?;
        r.finish()?;
        if importance.len() != features {
            return Err(LearnError::Shape {
                rows: features,
                classes: importance.len(),
            });
        }
        *place = Some((trees, importance));
        self.done += 1;
        Ok(())
    }

    /// The model, once all units are there.
    pub fn finish(self) -> Option<Model> {
        let mut trees = Vec::new();
        let mut importance = vec![0.0; self.edges.len()];
        for unit in self.grown {
            let (unit_trees, gains) = unit?;
            trees.extend(unit_trees);
            importance
                .iter_mut()
                .zip(gains)
                .for_each(|(sum, g)| *sum += g);
        }
        let total: f64 = importance.iter().sum();
        if total > 0.0 {
            importance.iter_mut().for_each(|x| *x /= total);
        }
        Some(Model::from_parts(
            self.kind,
            self.edges,
            self.n_classes,
            self.first_scores,
            trees,
            importance,
        ))
    }
}

/// What each row weighs when bins are cut: half as every row alike, half as every class alike. Twelve rows of a rare
/// fault among thousands would else share bins with healthy neighbours, and no split could tell them apart.
fn bin_weights(classes: &[u8], n_classes: usize) -> Vec<f64> {
    let mut counts = vec![0; n_classes];
    classes.iter().for_each(|&c| counts[usize::from(c)] += 1);
    let by_class = ClassWeights::Balanced.weigh(&counts);
    classes
        .iter()
        .map(|&c| 0.5 + 0.5 * by_class[usize::from(c)])
        .collect()
}
