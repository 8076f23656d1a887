//! Learners: checked parameters, then a fitter that grows unit by unit, then a model.
//!
//! `XParams` are checked ([`linfa::ParamGuard`]) into `XValidParams`; only those fit. A [`Fitter`] is resumable: each
//! unit of work (a tree, a boosting round) is a pure function of the [`TrainSet`] and the unit's number (and, in
//! boosting, the rounds before), so that it can run in any worker and the model does not depend on which.
//! [`linfa::traits::Fit`] steps to the end.

mod boost;
mod decision_tree;
mod fitter;
mod forest;
mod import;
mod isolation;
mod linfa_traits;
mod model;
mod params;
mod train_rows;
mod train_set;

pub use fitter::{Fitter, UnitError, UnitGrower};
pub use import::{ForeignTree, ImportError};
pub use isolation::{
    Amount, IsolationError, IsolationFitter, IsolationForest, IsolationModelError, IsolationParams,
    IsolationUnitGrower, IsolationValidParams,
};
pub use model::{Model, ModelError, ModelKind};
pub use params::{
    BoostParams, BoostValidParams, ClassWeights, DecisionTreeParams, DecisionTreeValidParams,
    FeatureDraw, ForestParams, ForestValidParams, LearnError, Learner,
};
pub use train_rows::TrainRows;
pub use train_set::TrainSet;
