//! Learners: checked parameters, then a fitter that grows unit by unit, then a model.
//!
//! `XParams` are checked ([`linfa::ParamGuard`]) into `XValidParams`; only those fit. A [`Fitter`] is resumable: each
//! unit of work (a tree; in boosting the trees of a part of the classes in one round) is a pure function of the
//! [`TrainSet`] and the unit's number (and, in boosting, the rounds before, which every [`UnitGrower`] is told), so that it
//! can run in any worker and the model does not depend on which.
//! [`linfa::traits::Fit`] steps to the end.

mod boost;
mod boost_params;
mod boost_rows;
#[cfg(test)]
mod boost_tests;
mod decision_tree;
mod early_stopping;
mod fitter;
mod fold_grower;
mod forest;
mod import;
mod isolation;
mod linfa_traits;
mod model;
mod novelty;
mod params;
mod predictor;
mod reshuffled;
mod row_derivatives;
mod row_leaves;
mod search;
mod search_space;
#[cfg(test)]
mod search_tests;
mod softmax;
mod train_rows;
mod train_set;
mod unit_grower;

pub use boost_params::{BoostParams, BoostValidParams, EarlyStopping, Growth};
pub use fitter::Fitter;
pub use fold_grower::{LEARNED, LEFT_OUT, SCORED};
pub use import::{ForeignTree, ImportError};
pub use isolation::{
    Amount, IsolationError, IsolationFitter, IsolationForest, IsolationModelError, IsolationParams,
    IsolationUnitGrower, IsolationValidParams,
};
pub use model::{Model, ModelError, ModelKind};
pub use novelty::{
    HEALTHY_ALARMS, ISSUE_ALARMS, Judgement, Novelty, NoveltyError, NoveltyFitter, Reach,
    Reference, Side,
};
pub use params::{
    ClassWeights, DecisionTreeParams, DecisionTreeValidParams, FeatureDraw, ForestParams,
    ForestValidParams, LearnError, Learner,
};
pub use predictor::Predictor;
pub use reshuffled::Reshuffled;
pub use search::{Goal, MOST_CANDIDATES, Search, Trial};
pub use search_space::Setting;
pub use train_rows::TrainRows;
pub use train_set::TrainSet;
pub use unit_grower::{UnitError, UnitGrower};
