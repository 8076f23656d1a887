//! Fitting unit by unit, here or in workers.

use std::cmp::Ordering;
use std::collections::VecDeque;

use ndarray::ArrayView2;

use super::boost::{self, Booster};
use super::boost_rows::BoostRows;
use super::decision_tree;
use super::early_stopping::Watch;
use super::forest::Planter;
use super::model::{Model, ModelKind};
use super::params::{LearnError, Learner};
use super::row_leaves::{self, RowLeavesWriter};
use super::train_rows::TrainRows;
use super::train_set::TrainSet;
use super::unit_grower::UnitError;
use crate::trees::{FeatureBins, Reader, Tree, TreeError, Writer};

/// Grows units of a training in any worker: the same bytes whatever the worker.
#[derive(Debug)]
pub(super) struct TreeGrower {
    set: TrainSet,
    planter: Option<Planter>,
    booster: Option<Booster>,
    /// Of the unit grown last, for [`Self::follow`] elsewhere.
    row_leaves: Option<RowLeavesWriter>,
}

impl TreeGrower {
    pub(super) fn new(set: TrainSet) -> Self {
        Self {
            set,
            planter: None,
            booster: None,
            row_leaves: None,
        }
    }

    /// Grows one unit. Boosting rounds build on those before: they are grown again if this worker was not told of them.
    pub(super) fn grow(&mut self, unit: u32) -> Result<Vec<u8>, UnitError> {
        let Unit {
            trees,
            importance,
            votes,
        } = self.grow_unit(unit, true)?;
        let mut w = Writer::new();
        w.len(trees.len());
        let (features, classes) = (self.set.columns.features(), self.set.leaf_classes());
        trees
            .iter()
            .for_each(|tree| tree.write(&mut w, features, classes));
        w.f64s(&importance);
        w.bytes(&votes);
        Ok(w.into_bytes())
    }

    /// `tell`: whether others will be told the leaves of the rows.
    fn grow_unit(&mut self, unit: u32, tell: bool) -> Result<Unit, UnitError> {
        let Self {
            set,
            planter,
            booster,
            row_leaves,
        } = self;
        *row_leaves = None;
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
                let groups = boost::groups(set.n_classes);
                let (round, group) = (unit / groups, unit % groups);
                if booster.as_ref().is_some_and(|b| !b.leads_to(round, group)) {
                    *booster = None;
                }
                let booster = booster.get_or_insert_with(|| Booster::new(set, p));
                while booster.round() < round {
                    let units = (0..groups).map(|group| booster.grow(set, p, group, None));
                    let trees: Vec<Tree> = units.flat_map(|unit| unit.trees).collect();
                    booster
                        .learn(set, &trees)
                        .map_err(|detail| UnitError { detail })?;
                }
                let unit = booster.grow(set, p, group, tell.then_some(row_leaves));
                (unit.trees, unit.importance)
            }
        };
        Ok(Unit {
            trees,
            importance,
            votes,
        })
    }

    /// Hears of a round that is grown ([`Fitter::news`]), so that it need not be grown here before those that build on
    /// it. What is known already is passed over.
    pub(super) fn learn(&mut self, news: &[u8]) -> Result<(), UnitError> {
        let damaged = |detail: String| UnitError { detail };
        let Learner::Boost(params) = &self.set.learner else {
            return Err(damaged("it does not learn in rounds".to_owned()));
        };
        let (round, trees) = read_news(news, self.set.columns.features(), self.set.n_classes)
            .map_err(|error| damaged(error.to_string()))?;
        let booster = self
            .booster
            .get_or_insert_with(|| Booster::new(&self.set, params));
        match round.cmp(&booster.round()) {
            Ordering::Less => Ok(()),
            Ordering::Equal => booster.learn(&self.set, &trees).map_err(damaged),
            Ordering::Greater => Err(damaged(format!(
                "round {round} came before round {}",
                booster.round()
            ))),
        }
    }

    /// The leaves that all rows fell into in the unit grown last, for [`Self::follow`] in other workers, once.
    pub(super) fn row_leaves(&mut self) -> Option<Vec<u8>> {
        self.row_leaves.take().map(RowLeavesWriter::into_bytes)
    }

    /// Takes what another worker's [`Self::row_leaves`] said of a unit of the round at hand, which then need not be found
    /// out from its trees. Of any other unit it is passed over.
    pub(super) fn follow(&mut self, row_leaves: &[u8]) -> Result<(), UnitError> {
        let damaged = |detail: String| UnitError { detail };
        let Learner::Boost(params) = &self.set.learner else {
            return Err(damaged("it does not learn in rounds".to_owned()));
        };
        let (unit, rest) = row_leaves::unit_of(row_leaves).map_err(|e| damaged(e.to_string()))?;
        let booster = self
            .booster
            .get_or_insert_with(|| Booster::new(&self.set, params));
        booster.follow(unit, rest).map_err(damaged)
    }
}

/// What is grown of a training at a time.
struct Unit {
    trees: Vec<Tree>,
    /// What each feature gained.
    importance: Vec<f64>,
    /// Of rows out of the bag, see `Planter::grow`.
    votes: Vec<u8>,
}

/// A whole round's trees, by output, with the round's number.
fn write_news<'a>(round: u32, trees: impl Iterator<Item = &'a Tree>, features: usize) -> Vec<u8> {
    let mut w = Writer::new();
    w.u32(round);
    trees.for_each(|tree| tree.write(&mut w, features, 0));
    w.into_bytes()
}

fn read_news(bytes: &[u8], features: usize, classes: usize) -> Result<(u32, Vec<Tree>), TreeError> {
    let mut r = Reader::new(bytes);
    let round = r.u32()?;
    let trees = (0..boost::outputs(classes))
        .map(|_| Tree::read(&mut r, features, 0))
        .collect::<Result<Vec<_>, _>>()?;
    r.finish()?;
    Ok((round, trees))
}

/// A training: units go out by number and come back as bytes, in any order; then it is a [`Model`].
#[derive(Debug)]
pub struct Fitter {
    kind: ModelKind,
    bins: Vec<FeatureBins>,
    n_classes: usize,
    first_scores: Vec<f64>,
    /// Units of a step: of a boosting round, else 1.
    groups: u32,
    grown: Vec<Option<(Vec<Tree>, Vec<f64>)>>,
    done: u32,
    /// Rounds all of whose units are there, as are those of all before them.
    whole: u32,
    watch: Option<Watch>,
    news: VecDeque<Vec<u8>>,
    /// Votes of the trees that did not draw a row, `row * n_classes + class`; empty where they are not asked.
    votes: Vec<u16>,
    grower: TreeGrower,
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
        Self::of_set(rows.bin(learner)?)
    }

    /// The same, from rows that are binned.
    pub(super) fn of_set(set: TrainSet) -> Result<Self, LearnError> {
        let n_classes = set.n_classes;
        if let Learner::Boost(p) = &set.learner
            && !p.monotone.is_empty()
            && (p.monotone.len() != set.bins.len() || n_classes != 2)
        {
            return Err(LearnError::Parameter {
                option: "monotone",
                value: format!("{} signs", p.monotone.len()),
                allowed: "one for each feature, where there are two classes",
            });
        }
        let mut watch = None;
        let (kind, first_scores) = match &set.learner {
            Learner::Forest(_) => (ModelKind::Forest, Vec::new()),
            Learner::DecisionTree(_) => (ModelKind::DecisionTree, Vec::new()),
            Learner::Boost(p) => {
                watch = Watch::new(&set, p);
                let sums = BoostRows::of(&set, p).class_sums;
                (ModelKind::Boost, boost::first_scores(&sums))
            }
        };
        let votes = match &set.learner {
            Learner::Forest(p) if p.out_of_bag => vec![0; set.classes.len() * n_classes],
            _ => Vec::new(),
        };
        let groups = match kind {
            ModelKind::Boost => boost::groups(n_classes),
            _ => 1,
        };
        Ok(Self {
            kind,
            bins: set.bins.clone(),
            n_classes,
            groups,
            first_scores,
            grown: vec![None; (set.learner.steps() * groups) as usize],
            done: 0,
            whole: 0,
            watch,
            news: VecDeque::new(),
            votes,
            grower: TreeGrower::new(set),
        })
    }

    /// What a worker needs to grow units.
    pub fn setup(&self) -> Vec<u8> {
        self.grower.set.to_bytes()
    }

    /// Units in all. Boosting that stops early has fewer from then on; those that fall away were never released.
    pub fn units(&self) -> u32 {
        self.grown.len() as u32
    }

    /// Units below this one may be grown now: all of a forest's, of boosting's those of the rounds that are whole and of
    /// the next.
    pub fn released(&self) -> u32 {
        match self.kind {
            ModelKind::Boost => self.units().min((self.whole + 1) * self.groups),
            _ => self.units(),
        }
    }

    /// What [`UnitGrower::learn`](super::UnitGrower::learn) must be told, in this order, before the units released last are grown: each round once.
    pub fn news(&mut self) -> Option<Vec<u8>> {
        self.news.pop_front()
    }

    /// Trees or boosting rounds that are there, and how many there will be.
    pub fn steps(&self) -> (u32, u32) {
        (self.done / self.groups, self.units() / self.groups)
    }

    /// Units grown.
    pub fn done(&self) -> u32 {
        self.done
    }

    /// So many units may be grown at the same time.
    pub fn at_once(&self) -> u32 {
        match self.kind {
            ModelKind::Forest => self.units(),
            ModelKind::Boost => self.groups,
            ModelKind::DecisionTree => 1,
        }
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
        // What is grown here needs no bytes.
        let grown = self.grower.grow_unit(unit as u32, false)?;
        self.take(unit, grown);
        while let Some(news) = self.news() {
            self.grower.learn(&news)?;
        }
        Ok(true)
    }

    /// Takes a unit's bytes, checked; one that is there already is ignored.
    pub fn accept(&mut self, unit: u32, bytes: &[u8]) -> Result<(), LearnError> {
        let features = self.bins.len();
        if self.grown.get(unit as usize).is_none_or(Option::is_some) {
            return Ok(());
        }
        let mut r = Reader::new(bytes);
        let n = r.len(1)?;
        let expected = match self.kind {
            ModelKind::Boost => boost::outputs_of(self.n_classes, unit % self.groups).len(),
            _ => 1,
        };
        if n != expected {
            return Err(LearnError::Shape {
                rows: expected,
                classes: n,
            });
        }
        let trees = (0..n)
            .map(|_| Tree::read(&mut r, features, self.grower.set.leaf_classes()))
            .collect::<Result<Vec<_>, _>>()?;
        let importance = r.f64s()?;
        let votes = r.bytes()?.to_vec();
        r.finish()?;
        if importance.len() != features {
            return Err(LearnError::Shape {
                rows: features,
                classes: importance.len(),
            });
        }
        let grown = Unit {
            trees,
            importance,
            votes,
        };
        self.take(unit as usize, grown);
        Ok(())
    }

    fn take(&mut self, unit: usize, grown: Unit) {
        let Some(place) = self.grown.get_mut(unit) else {
            return;
        };
        for (row, &vote) in self
            .votes
            .chunks_exact_mut(self.n_classes)
            .zip(&grown.votes)
        {
            if let Some(count) = row.get_mut(usize::from(vote).wrapping_sub(1)) {
                *count = count.saturating_add(1);
            }
        }
        *place = Some((grown.trees, grown.importance));
        self.done += 1;
        if self.kind == ModelKind::Boost {
            self.end_rounds();
        }
    }

    /// Counts the rounds that are whole now, and makes their news, or stops.
    fn end_rounds(&mut self) {
        let groups = self.groups as usize;
        loop {
            let rest = self.grown.get(self.whole as usize * groups..);
            let Some(units) = rest.and_then(|rest| rest.get(..groups)) else {
                return;
            };
            if units.iter().any(Option::is_none) {
                return;
            }
            let trees = || units.iter().flatten().flat_map(|(trees, _)| trees);
            let news = write_news(self.whole, trees(), self.bins.len());
            let set = &self.grower.set;
            let watch = self.watch.as_mut();
            let stop = watch.is_some_and(|watch| watch.add(set, trees()));
            self.whole += 1;
            if stop {
                self.grown.truncate(self.whole as usize * groups);
                self.done = self.units();
            } else if self.whole * self.groups < self.units() {
                self.news.push_back(news);
            }
        }
    }

    /// The model, once all units are there.
    pub fn finish(mut self) -> Option<Model> {
        if let Some(watch) = &self.watch
            && self.whole * self.groups == self.units()
        {
            let kept = watch.best_rounds() * self.groups;
            self.grown.truncate(kept as usize);
        }
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
