//! Fitting unit by unit, here or in workers.

use ndarray::ArrayView2;

use super::boost::{self, Booster};
use super::decision_tree;
use super::forest::Planter;
use super::model::{Model, ModelKind};
use super::params::{LearnError, Learner};
use super::train_rows::TrainRows;
use super::train_set::TrainSet;
use crate::trees::{FeatureBins, Reader, Tree, Writer};

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
    planter: Option<Planter>,
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
        Self {
            set,
            planter: None,
            booster: None,
        }
    }

    /// Grows one unit. Boosting rounds build on those before: they are grown again if this worker has not seen them.
    pub fn grow(&mut self, unit: u32) -> Result<Vec<u8>, UnitError> {
        let Self {
            set,
            planter,
            booster,
        } = self;
        let mut votes = Vec::new();
        let (trees, importance) = match &set.learner {
            Learner::Forest(p) => {
                let planter = planter.get_or_insert_with(|| Planter::new(set, p));
                let (grown, out_of_bag) = planter.grow(set, p, unit);
                votes = out_of_bag;
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
        let (features, classes) = (set.columns.features(), set.leaf_classes());
        trees
            .iter()
            .for_each(|tree| tree.write(&mut w, features, classes));
        w.f64s(&importance);
        w.bytes(&votes);
        Ok(w.into_bytes())
    }
}

/// A training: units go out by number and come back as bytes, in any order; then it is a [`Model`].
#[derive(Debug)]
pub struct Fitter {
    kind: ModelKind,
    bins: Vec<FeatureBins>,
    n_classes: usize,
    first_scores: Vec<f64>,
    trees_per_unit: usize,
    grown: Vec<Option<(Vec<Tree>, Vec<f64>)>>,
    done: u32,
    parallel: bool,
    /// Votes of the trees that did not draw a row, `row * n_classes + class`; empty where they are not asked.
    votes: Vec<u16>,
    grower: UnitGrower,
}

impl Fitter {
    /// Bins the features (rows x features, `NaN` is missing) and makes ready. `classes` holds each row's class, below
    /// `n_classes` (2 to 255), of which at least two must occur.
    pub fn new(
        features: ArrayView2<'_, f64>,
        classes: Vec<u8>,
        n_classes: usize,
        learner: Learner,
    ) -> Result<Self, LearnError> {
        let rows = TrainRows::new(features.view(), &classes, n_classes);
        Self::of(&rows, learner)
    }

    /// The same, from rows that may weigh differently and features that may be categories.
    pub fn of(rows: &TrainRows<'_>, learner: Learner) -> Result<Self, LearnError> {
        let set = rows.bin(learner)?;
        let n_classes = set.n_classes;
        let totals = set.class_totals();
        let (kind, first_scores) = match &set.learner {
            Learner::Forest(_) => (ModelKind::Forest, Vec::new()),
            Learner::DecisionTree(_) => (ModelKind::DecisionTree, Vec::new()),
            Learner::Boost(p) => (
                ModelKind::Boost,
                boost::first_scores(&totals, &p.class_weights.weigh(&totals)),
            ),
        };
        let votes = match &set.learner {
            Learner::Forest(p) if p.out_of_bag => vec![0; set.classes.len() * n_classes],
            _ => Vec::new(),
        };
        let boosted = kind == ModelKind::Boost;
        Ok(Self {
            kind,
            bins: set.bins.clone(),
            n_classes,
            trees_per_unit: if boosted { first_scores.len() } else { 1 },
            first_scores,
            grown: vec![None; set.learner.units() as usize],
            done: 0,
            parallel: set.learner.parallel(),
            votes,
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
        let features = self.bins.len();
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
            .map(|_| Tree::read(&mut r, features, self.grower.set.leaf_classes()))
            .collect::<Result<Vec<_>, _>>()?;
        let importance = r.f64s()?;
        let votes = r.bytes()?;
        r.finish()?;
        for (row, &vote) in self.votes.chunks_exact_mut(self.n_classes).zip(votes) {
            if let Some(count) = row.get_mut(usize::from(vote).wrapping_sub(1)) {
                *count = count.saturating_add(1);
            }
        }
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
        let out_of_bag = self.out_of_bag();
        let mut importance = vec![0.0; self.bins.len()];
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
            self.bins,
            self.n_classes,
            self.first_scores,
            trees,
            importance,
            out_of_bag,
        ))
    }

    /// Share of the weight of the training rows that most trees which did not draw them judge rightly (rows that every
    /// tree drew do not count); none where that was not asked.
    fn out_of_bag(&self) -> Option<f64> {
        let set = &self.grower.set;
        let (mut right, mut judged) = (0.0, 0.0);
        for (row, votes) in self.votes.chunks_exact(self.n_classes).enumerate() {
            let most = votes.iter().copied().max().unwrap_or(0);
            if most > 0 {
                let first = votes.iter().position(|&n| n == most);
                judged += set.weight(row);
                if first == Some(usize::from(set.classes[row])) {
                    right += set.weight(row);
                }
            }
        }
        (judged > 0.0).then(|| right / judged)
    }
}
