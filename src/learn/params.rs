//! Parameters, and what is allowed. Defaults as in scikit-learn, but for balanced class weights in the forest.

use linfa::ParamGuard;

use super::boost_params::BoostValidParams;
use crate::trees::{BytesError, Impurity, TreeError};

/// Why something cannot be fitted.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// A parameter out of range.
    #[error("{option} is {value}, but must be {allowed}")]
    Parameter {
        /// Its name.
        option: &'static str,
        /// What it is.
        value: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// No rows to learn from.
    #[error("there are no rows to learn from")]
    NoRows,
    /// No features to learn from.
    #[error("there are no features to learn from")]
    NoFeatures,
    /// One class has nothing to be told from.
    #[error("all {rows} rows are of one class: there is nothing to tell apart")]
    OneClass {
        /// The rows.
        rows: usize,
    },
    /// More classes than a model holds.
    #[error("{classes} classes are more than the 255 that a model can tell apart")]
    TooManyClasses {
        /// How many.
        classes: usize,
    },
    /// More features than a model holds.
    #[error("{features} features are more than the 65,535 that a model can hold")]
    TooManyFeatures {
        /// How many.
        features: usize,
    },
    /// A weight that is none.
    #[error("the weight of row {row} is {weight}, but must be a finite number of 0 or more")]
    Weight {
        /// The row, from 0.
        row: usize,
        /// Its weight.
        weight: f64,
    },
    /// All rows weigh nothing.
    #[error("all {rows} rows weigh 0: there is nothing to learn from")]
    NoWeight {
        /// The rows.
        rows: usize,
    },
    /// Rows and classes do not match in number.
    #[error("{rows} rows came with {classes} classes")]
    Shape {
        /// Rows of the matrix.
        rows: usize,
        /// Class labels.
        classes: usize,
    },
    /// A unit came back unreadable.
    #[error("a grown tree that came back is damaged: {0}")]
    Unit(#[from] TreeError),
    /// A unit came back unreadable.
    #[error("a grown tree that came back is damaged: {0}")]
    Bytes(#[from] BytesError),
    /// A unit could not be grown.
    #[error(transparent)]
    Grow(#[from] super::UnitError),
    /// linfa's own.
    #[error("linfa: {0}")]
    Linfa(#[from] linfa::Error),
}

/// What each class's rows weigh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClassWeights {
    /// Every row alike.
    None,
    /// Every class alike: rows / (classes x rows of the class).
    #[default]
    Balanced,
}

impl ClassWeights {
    /// The weight of a row of each class, from the total weight of each class's rows; 1 for a class without rows.
    pub fn weigh(self, totals: &[f64]) -> Vec<f64> {
        let present = totals.iter().filter(|n| **n > 0.0).count() as f64;
        let all: f64 = totals.iter().sum();
        let balanced = |n: f64| {
            if n > 0.0 { all / (present * n) } else { 1.0 }
        };
        totals
            .iter()
            .map(|&n| if self == Self::None { 1.0 } else { balanced(n) })
            .collect()
    }
}

/// How many features each node draws.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum FeatureDraw {
    /// The square root, rounded down.
    #[default]
    Sqrt,
    /// The base-2 logarithm, rounded down.
    Log2,
    /// All.
    All,
    /// A share, above 0, at most 1.
    Share(f64),
}

impl FeatureDraw {
    /// Of so many features; at least 1.
    pub fn of(self, features: usize) -> u32 {
        let n = features as f64;
        let drawn = match self {
            Self::Sqrt => n.sqrt(),
            Self::Log2 => libm::log2(n.max(1.0)),
            Self::All => n,
            Self::Share(share) => n * share,
        };
        (drawn as u32).clamp(1, (features as u32).max(1))
    }
}

/// Checked parameters of a random forest.
#[derive(Clone, Debug, PartialEq)]
pub struct ForestValidParams {
    pub(crate) trees: u32,
    pub(crate) max_depth: Option<u32>,
    pub(crate) min_samples_split: u32,
    pub(crate) min_samples_leaf: u32,
    pub(crate) max_features: FeatureDraw,
    pub(crate) class_weights: ClassWeights,
    pub(crate) impurity: Impurity,
    pub(crate) bootstrap: bool,
    pub(crate) max_leaves: Option<u32>,
    pub(crate) random_cuts: bool,
    pub(crate) out_of_bag: bool,
    pub(crate) seed: u64,
}

/// Parameters of a random forest (Breiman 2001; the defaults of scikit-learn's, with balanced class weights).
#[derive(Clone, Debug, PartialEq)]
pub struct ForestParams(ForestValidParams);

impl Default for ForestParams {
    fn default() -> Self {
        Self(ForestValidParams {
            trees: 100,
            max_depth: None,
            min_samples_split: 2,
            min_samples_leaf: 1,
            max_features: FeatureDraw::Sqrt,
            class_weights: ClassWeights::Balanced,
            impurity: Impurity::Gini,
            bootstrap: true,
            max_leaves: None,
            random_cuts: false,
            out_of_bag: false,
            seed: 42,
        })
    }
}

impl ForestParams {
    /// 100 trees grown until leaves are pure.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trees, 1 to 2,000.
    pub fn trees(mut self, trees: u32) -> Self {
        self.0.trees = trees;
        self
    }

    /// Levels below the root, 1 to 64, or no bound.
    pub fn max_depth(mut self, levels: Option<u32>) -> Self {
        self.0.max_depth = levels;
        self
    }

    /// Fewest rows of a node that is split, at least 2.
    pub fn min_samples_split(mut self, rows: u32) -> Self {
        self.0.min_samples_split = rows;
        self
    }

    /// Fewest rows of a leaf, at least 1.
    pub fn min_samples_leaf(mut self, rows: u32) -> Self {
        self.0.min_samples_leaf = rows;
        self
    }

    /// Features drawn at each node.
    pub fn max_features(mut self, draw: FeatureDraw) -> Self {
        self.0.max_features = draw;
        self
    }

    /// What each class's rows weigh.
    pub fn class_weights(mut self, weights: ClassWeights) -> Self {
        self.0.class_weights = weights;
        self
    }

    /// What a split is judged by.
    pub fn impurity(mut self, impurity: Impurity) -> Self {
        self.0.impurity = impurity;
        self
    }

    /// Whether each tree learns from rows drawn with replacement.
    pub fn bootstrap(mut self, bootstrap: bool) -> Self {
        self.0.bootstrap = bootstrap;
        self
    }

    /// Most leaves of a tree, 2 or more, those of largest gain first; no bound by default.
    pub fn max_leaves(mut self, leaves: Option<u32>) -> Self {
        self.0.max_leaves = leaves;
        self
    }

    /// Draw each feature's cut at random (extremely randomized trees, Geurts et al. 2006): often better on noisy data, with
    /// larger trees. scikit-learn's ExtraTrees go without a bootstrap, too.
    pub fn random_cuts(mut self, random: bool) -> Self {
        self.0.random_cuts = random;
        self
    }

    /// Judge each training row by the trees that did not draw it ([`Model::out_of_bag`](super::Model::out_of_bag));
    /// needs the bootstrap.
    pub fn out_of_bag(mut self, judge: bool) -> Self {
        self.0.out_of_bag = judge;
        self
    }

    /// Same seed, same forest.
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

/// To change what was checked.
impl From<ForestValidParams> for ForestParams {
    fn from(checked: ForestValidParams) -> Self {
        Self(checked)
    }
}

/// Checked parameters of a single tree.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionTreeValidParams {
    pub(crate) max_depth: u32,
    pub(crate) min_samples_split: u32,
    pub(crate) min_samples_leaf: u32,
    pub(crate) impurity: Impurity,
    pub(crate) seed: u64,
}

/// Parameters of a single tree that can be read, fitted by `linfa-trees`.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionTreeParams(DecisionTreeValidParams);

impl Default for DecisionTreeParams {
    fn default() -> Self {
        Self(DecisionTreeValidParams {
            max_depth: 8,
            min_samples_split: 2,
            min_samples_leaf: 1,
            impurity: Impurity::Gini,
            seed: 42,
        })
    }
}

impl DecisionTreeParams {
    /// At most 8 levels.
    pub fn new() -> Self {
        Self::default()
    }

    /// Levels below the root, 1 to 32.
    pub fn max_depth(mut self, levels: u32) -> Self {
        self.0.max_depth = levels;
        self
    }

    /// Fewest rows of a node that is split, at least 2.
    pub fn min_samples_split(mut self, rows: u32) -> Self {
        self.0.min_samples_split = rows;
        self
    }

    /// Fewest rows of a leaf, at least 1.
    pub fn min_samples_leaf(mut self, rows: u32) -> Self {
        self.0.min_samples_leaf = rows;
        self
    }

    /// What a split is judged by.
    pub fn impurity(mut self, impurity: Impurity) -> Self {
        self.0.impurity = impurity;
        self
    }

    /// Draws the rows where there are too many for linfa.
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

pub(super) fn in_range<T: PartialOrd + ToString>(
    option: &'static str,
    value: T,
    least: T,
    most: T,
    allowed: &'static str,
) -> Result<(), LearnError> {
    if value >= least && value <= most {
        Ok(())
    } else {
        Err(LearnError::Parameter {
            option,
            value: value.to_string(),
            allowed,
        })
    }
}

pub(super) fn share(option: &'static str, value: f64) -> Result<(), LearnError> {
    in_range(
        option,
        value,
        f64::MIN_POSITIVE,
        1.0,
        "above 0 and at most 1",
    )
}

pub(super) fn rows(split: u32, leaf: u32) -> Result<(), LearnError> {
    in_range("min_samples_split", split, 2, u32::MAX, "2 or more")?;
    in_range("min_samples_leaf", leaf, 1, u32::MAX, "1 or more")
}

impl ParamGuard for ForestParams {
    type Checked = ForestValidParams;
    type Error = LearnError;

    fn check_ref(&self) -> Result<&ForestValidParams, LearnError> {
        let p = &self.0;
        in_range("trees", p.trees, 1, 2000, "1 to 2,000")?;
        in_range(
            "max_depth",
            p.max_depth.unwrap_or(1),
            1,
            64,
            "1 to 64, or absent",
        )?;
        rows(p.min_samples_split, p.min_samples_leaf)?;
        if let FeatureDraw::Share(value) = p.max_features {
            share("max_features", value)?;
        }
        in_range(
            "max_leaves",
            p.max_leaves.unwrap_or(2),
            2,
            u32::MAX,
            "2 or more, or absent",
        )?;
        if p.out_of_bag && !p.bootstrap {
            return Err(LearnError::Parameter {
                option: "out_of_bag",
                value: "on".to_owned(),
                allowed: "off where rows are not drawn (bootstrap is off)",
            });
        }
        Ok(p)
    }

    fn check(self) -> Result<ForestValidParams, LearnError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl ParamGuard for DecisionTreeParams {
    type Checked = DecisionTreeValidParams;
    type Error = LearnError;

    fn check_ref(&self) -> Result<&DecisionTreeValidParams, LearnError> {
        let p = &self.0;
        in_range("max_depth", p.max_depth, 1, 32, "1 to 32")?;
        rows(p.min_samples_split, p.min_samples_leaf)?;
        Ok(p)
    }

    fn check(self) -> Result<DecisionTreeValidParams, LearnError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// Which learner, with its checked parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum Learner {
    /// A random forest.
    Forest(ForestValidParams),
    /// Gradient boosting.
    Boost(BoostValidParams),
    /// A single tree.
    DecisionTree(DecisionTreeValidParams),
}

impl Learner {
    /// Steps that build on each other or stand alone: trees, rounds.
    pub fn steps(&self) -> u32 {
        match self {
            Self::Forest(p) => p.trees,
            Self::Boost(p) => p.rounds,
            Self::DecisionTree(_) => 1,
        }
    }

    /// What its draws begin from.
    pub fn seed(&self) -> u64 {
        match self {
            Self::Forest(p) => p.seed,
            Self::Boost(p) => p.seed,
            Self::DecisionTree(p) => p.seed,
        }
    }

    /// As many trees or rounds, at least one.
    pub(super) fn set_steps(&mut self, steps: u32) {
        match self {
            Self::Forest(p) => p.trees = steps.max(1),
            Self::Boost(p) => p.rounds = steps.max(1),
            Self::DecisionTree(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::BoostParams;

    #[test]
    fn only_checked_parameters_pass_and_the_range_is_named() {
        assert!(ForestParams::new().check().is_ok() && BoostParams::new().check().is_ok());
        let error = ForestParams::new().trees(0).check().unwrap_err();
        assert_eq!(error.to_string(), "trees is 0, but must be 1 to 2,000");
        for bad in [f64::NAN, 0.0, -1.0, 1.5, f64::INFINITY] {
            assert!(
                BoostParams::new().learning_rate(bad).check().is_err(),
                "{bad}"
            );
            assert!(
                ForestParams::new()
                    .max_features(FeatureDraw::Share(bad))
                    .check()
                    .is_err(),
                "{bad}"
            );
        }
        assert!(BoostParams::new().l2(f64::NAN).check().is_err());
        assert!(DecisionTreeParams::new().max_depth(0).check().is_err());
        assert!(ForestParams::new().min_samples_split(1).check().is_err());
    }

    #[test]
    fn balanced_weights_give_each_class_the_same_total() {
        let w = ClassWeights::Balanced.weigh(&[90.0, 10.0, 0.0]);
        assert!((w[0] * 90.0 - w[1] * 10.0).abs() < 1e-12);
        assert!((w[0] * 90.0 + w[1] * 10.0 - 100.0).abs() < 1e-12);
        assert_eq!(w[2], 1.0);
    }

    #[test]
    fn features_drawn_are_never_none() {
        assert_eq!(
            [0, 1, 2, 22, 24].map(|n| FeatureDraw::Sqrt.of(n)),
            [1, 1, 1, 4, 4]
        );
        assert_eq!([1, 8, 9].map(|n| FeatureDraw::Log2.of(n)), [1, 3, 3]);
        assert_eq!(FeatureDraw::Share(0.01).of(22), 1);
    }
}
