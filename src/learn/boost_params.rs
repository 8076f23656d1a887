//! Parameters of gradient boosting.

use linfa::ParamGuard;

use super::params::{ClassWeights, LearnError, in_range, rows, share};
use crate::trees::GradientTreeParams;

/// Which leaf of a growing tree is split next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Growth {
    /// The one whose split gains most, wherever it stands (LightGBM's way).
    #[default]
    BestFirst,
    /// All of one level before the next.
    LevelByLevel,
}

/// When boosting stops before its last round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarlyStopping {
    /// Share of each class's training rows that is held out, above 0, at most 0.5.
    pub share: f64,
    /// Rounds without a smaller loss on them after which it stops, at least 1. The rounds up to the least loss are kept.
    pub patience: u32,
}

impl Default for EarlyStopping {
    /// A tenth, 10 rounds.
    fn default() -> Self {
        Self {
            share: 0.1,
            patience: 10,
        }
    }
}

/// Checked parameters of gradient boosting.
#[derive(Clone, Debug, PartialEq)]
pub struct BoostValidParams {
    pub(crate) rounds: u32,
    pub(crate) learning_rate: f64,
    pub(crate) max_depth: Option<u32>,
    pub(crate) max_leaves: Option<u32>,
    pub(crate) growth: Growth,
    pub(crate) min_samples_leaf: u32,
    pub(crate) min_hessian: f64,
    pub(crate) min_gain: f64,
    pub(crate) l2: f64,
    pub(crate) subsample: f64,
    pub(crate) column_share: Option<f64>,
    pub(crate) early_stopping: Option<EarlyStopping>,
    pub(crate) monotone: Vec<i8>,
    pub(crate) class_weights: ClassWeights,
    pub(crate) seed: u64,
}

impl BoostValidParams {
    /// Share of features of each tree where so many rows are learned from.
    pub(crate) fn column_share(&self, rows: usize) -> f64 {
        let automatic = if rows < LARGE_ROWS { 0.5 } else { 1.0 };
        self.column_share.unwrap_or(automatic)
    }

    /// Those of one tree that is grown on rows of so much weight.
    pub(crate) fn tree(&self, weight: f64) -> GradientTreeParams {
        GradientTreeParams {
            full_hessian: FULL_HESSIAN * weight * self.subsample,
            max_leaves: self.max_leaves.unwrap_or(u32::MAX),
            max_depth: self.max_depth.unwrap_or(u32::MAX),
            best_first: self.growth == Growth::BestFirst,
            min_samples_leaf: self.min_samples_leaf,
            min_hessian: self.min_hessian,
            min_gain: self.min_gain,
            l2: self.l2,
            learning_rate: self.learning_rate,
        }
    }
}

/// Second derivative of a row on the average from which on `min_hessian` holds in full. Where it is 1, a leaf then needs as
/// much as 20 average rows have, or 1: LightGBM's rule, which estimates the 20 rows of its leaves from second derivatives.
const FULL_HESSIAN: f64 = 0.05;

/// Rows from which on every tree may ask all features, unless told otherwise.
const LARGE_ROWS: usize = 10_000;

/// Parameters of gradient boosting (Friedman 2001, with Newton steps on histograms as in LightGBM; Ke et al. 2017).
#[derive(Clone, Debug, PartialEq)]
pub struct BoostParams(BoostValidParams);

impl Default for BoostParams {
    fn default() -> Self {
        Self(BoostValidParams {
            rounds: 100,
            learning_rate: 0.1,
            max_depth: None,
            max_leaves: Some(31),
            growth: Growth::BestFirst,
            min_samples_leaf: 1,
            min_hessian: 1.0,
            min_gain: 0.0,
            l2: 0.1,
            subsample: 1.0,
            column_share: None,
            early_stopping: None,
            monotone: Vec::new(),
            class_weights: ClassWeights::None,
            seed: 42,
        })
    }
}

impl BoostParams {
    /// 100 rounds at rate 0.1 of trees with 31 leaves, of half of the features where there are few rows. A leaf holds second derivatives of at least 1 in sum, or of 20
    /// average rows, and pays hardly any L2 penalty: so rare classes survive, which a penalty of their own weight would
    /// hold back and which leaves without second derivatives would lose to noise.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rounds, 1 to 2,000; each grows one tree per class (one in all for two classes).
    pub fn rounds(mut self, rounds: u32) -> Self {
        self.0.rounds = rounds;
        self
    }

    /// Share of each step that is taken, above 0, at most 1.
    pub fn learning_rate(mut self, rate: f64) -> Self {
        self.0.learning_rate = rate;
        self
    }

    /// Levels below the root, 1 to 64, or no bound.
    pub fn max_depth(mut self, levels: Option<u32>) -> Self {
        self.0.max_depth = levels;
        self
    }

    /// Leaves of a tree, 2 to 65,536, or no bound.
    pub fn max_leaves(mut self, leaves: Option<u32>) -> Self {
        self.0.max_leaves = leaves;
        self
    }

    /// Which leaf is split next.
    pub fn growth(mut self, growth: Growth) -> Self {
        self.0.growth = growth;
        self
    }

    /// Fewest rows of a leaf, at least 1.
    pub fn min_samples_leaf(mut self, rows: u32) -> Self {
        self.0.min_samples_leaf = rows;
        self
    }

    /// Least sum of second derivatives of a leaf, 0 or more. A row's is 1/4 where two classes are even and goes to 0 as the
    /// model becomes sure of it: where the average row has less than 1/20, the bound is less in proportion, or learning would
    /// end there.
    pub fn min_hessian(mut self, sum: f64) -> Self {
        self.0.min_hessian = sum;
        self
    }

    /// A split lowers the loss by more than half of this, 0 or more.
    pub fn min_gain(mut self, gain: f64) -> Self {
        self.0.min_gain = gain;
        self
    }

    /// L2 penalty on leaf values, 0 or more.
    pub fn l2(mut self, penalty: f64) -> Self {
        self.0.l2 = penalty;
        self
    }

    /// Share of rows that each round draws, above 0, at most 1.
    pub fn subsample(mut self, share: f64) -> Self {
        self.0.subsample = share;
        self
    }

    /// Share of features that each tree draws (at least one), above 0, at most 1; `None` for half of them where fewer than
    /// 10,000 rows are learned from, else all. Few rows hardly tell good features from lucky ones, and trees that ask other
    /// features average that out; many rows do, and the rounds are short for what they tell. (The bound is the one from which
    /// on scikit-learn's `HistGradientBoostingClassifier` takes a table for large.)
    pub fn column_share(mut self, share: impl Into<Option<f64>>) -> Self {
        self.0.column_share = share.into();
        self
    }

    /// Hold rows out and stop once they are not predicted better any more; `None` to learn from all, in all rounds.
    pub fn early_stopping(mut self, stopping: Option<EarlyStopping>) -> Self {
        self.0.early_stopping = stopping;
        self
    }

    /// For each feature 1 where the score of the second of two classes must not fall as values rise, -1 where it must
    /// not rise, else 0; empty for no such rules. For two classes only, as in scikit-learn.
    pub fn monotone(mut self, signs: Vec<i8>) -> Self {
        self.0.monotone = signs;
        self
    }

    /// What each class's rows weigh.
    pub fn class_weights(mut self, weights: ClassWeights) -> Self {
        self.0.class_weights = weights;
        self
    }

    /// Same seed, same model.
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

/// To change what was checked.
impl From<BoostValidParams> for BoostParams {
    fn from(checked: BoostValidParams) -> Self {
        Self(checked)
    }
}

impl ParamGuard for BoostParams {
    type Checked = BoostValidParams;
    type Error = LearnError;

    fn check_ref(&self) -> Result<&BoostValidParams, LearnError> {
        let p = &self.0;
        in_range("rounds", p.rounds, 1, 2000, "1 to 2,000")?;
        share("learning_rate", p.learning_rate)?;
        in_range(
            "max_depth",
            p.max_depth.unwrap_or(1),
            1,
            64,
            "1 to 64, or absent",
        )?;
        in_range(
            "max_leaves",
            p.max_leaves.unwrap_or(2),
            2,
            65_536,
            "2 to 65,536, or absent",
        )?;
        rows(2, p.min_samples_leaf)?;
        in_range("min_hessian", p.min_hessian, 0.0, 1e6, "0 to 1,000,000")?;
        in_range("min_gain", p.min_gain, 0.0, 1e6, "0 to 1,000,000")?;
        in_range("l2", p.l2, 0.0, 1e6, "0 to 1,000,000")?;
        share("subsample", p.subsample)?;
        share("column_share", p.column_share.unwrap_or(1.0))?;
        if let Some(EarlyStopping { share, patience }) = p.early_stopping {
            let allowed = "above 0 and at most 0.5";
            in_range(
                "early_stopping.share",
                share,
                f64::MIN_POSITIVE,
                0.5,
                allowed,
            )?;
            let allowed = "1 or more";
            in_range("early_stopping.patience", patience, 1, u32::MAX, allowed)?;
        }
        for &sign in &p.monotone {
            in_range("monotone", sign, -1, 1, "-1, 0 or 1 for each feature")?;
        }
        Ok(p)
    }

    fn check(self) -> Result<BoostValidParams, LearnError> {
        self.check_ref()?;
        Ok(self.0)
    }
}
