//! Growing units in a worker, whatever they are units of.

use super::fitter::TreeGrower;
use super::fold_grower::{FoldGrower, SEARCH};
use super::train_set::TrainSet;

/// Why a unit cannot be grown.
#[derive(Debug, thiserror::Error)]
#[error("the training set that reached the worker is damaged: {detail}")]
pub struct UnitError {
    /// What is wrong.
    pub detail: String,
}

/// Grows units of a training or of a search in any worker: the same bytes whatever the worker.
#[derive(Debug)]
pub struct UnitGrower(Kind);

#[derive(Debug)]
enum Kind {
    Training(Box<TreeGrower>),
    Search(Box<FoldGrower>),
}

impl UnitGrower {
    /// From the bytes of [`Fitter::setup`](super::Fitter::setup) or [`Search::setup`](super::Search::setup).
    ///
    /// # Errors
    /// [`UnitError`] where they are damaged.
    pub fn from_bytes(setup: &[u8]) -> Result<Self, UnitError> {
        if setup.first() == Some(&SEARCH) {
            return Ok(Self(Kind::Search(Box::new(FoldGrower::from_bytes(setup)?))));
        }
        let set = TrainSet::from_bytes(setup).map_err(|detail| UnitError { detail })?;
        Ok(Self(Kind::Training(Box::new(TreeGrower::new(set)))))
    }

    /// Grows one unit. Boosting rounds build on those before: they are grown again if this worker was not told of them.
    ///
    /// # Errors
    /// [`UnitError`] where it cannot be a unit of this work.
    pub fn grow(&mut self, unit: u32) -> Result<Vec<u8>, UnitError> {
        match &mut self.0 {
            Kind::Training(grower) => grower.grow(unit),
            Kind::Search(grower) => grower.grow(unit),
        }
    }

    /// Hears what later units build on ([`Fitter::news`](super::Fitter::news), [`Search::news`](super::Search::news)).
    /// What is known already is passed over.
    ///
    /// # Errors
    /// [`UnitError`] where it cannot be news of this work.
    pub fn learn(&mut self, news: &[u8]) -> Result<(), UnitError> {
        match &mut self.0 {
            Kind::Training(grower) => grower.learn(news),
            Kind::Search(grower) => grower.learn(news),
        }
    }

    /// What the other workers may be told of the unit grown last, so that they need not find it out themselves
    /// ([`UnitGrower::follow`]), once: which leaves all rows fell into. None where that is of no use.
    pub fn row_leaves(&mut self) -> Option<Vec<u8>> {
        match &mut self.0 {
            Kind::Training(grower) => grower.row_leaves(),
            Kind::Search(_) => None,
        }
    }

    /// Takes what another worker's [`UnitGrower::row_leaves`] said, before the news of its unit's round. A shortcut: without
    /// it the same comes of the news, only later. Of a unit that is known, or of another round, it is passed over.
    ///
    /// # Errors
    /// [`UnitError`] where it cannot be of this work.
    pub fn follow(&mut self, row_leaves: &[u8]) -> Result<(), UnitError> {
        match &mut self.0 {
            Kind::Training(grower) => grower.follow(row_leaves),
            Kind::Search(_) => Err(UnitError {
                detail: "a search has no rounds of trees".to_owned(),
            }),
        }
    }
}
