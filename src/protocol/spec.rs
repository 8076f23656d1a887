//! What the user can choose, with the defaults. The same on the page, on the command line and in JavaScript.

use crate::data::ColumnKind;

/// What to do with missing feature cells. Fitted on training rows only.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Missing {
    /// Leave them: trees learn to which side they go.
    #[default]
    AsIs,
    /// Leave out rows that miss any used feature.
    DropRows,
    /// The column's mean over training rows; categories take the most frequent.
    Mean,
    /// The column's median over training rows; categories take the most frequent.
    Median,
    /// The column's most frequent value over training rows (the smallest of equals).
    MostFrequent,
    /// This number; categories take the name `missing`.
    Constant(f64),
}

/// How numbers are scaled. Trees do not need it; fitted on training rows only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scaling {
    /// As they are.
    #[default]
    None,
    /// Zero mean, unit variance (population), as scikit-learn's `StandardScaler`.
    Standard,
    /// To 0 to 1, as scikit-learn's `MinMaxScaler`.
    MinMax,
    /// Zero median, unit interquartile range, as scikit-learn's `RobustScaler`.
    Robust,
}

/// How categories become numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// One number each, names in sorted order; unseen names are missing.
    Ordinal,
    /// As they are: a split sends any set of names to each side; rare and unseen names are missing.
    #[default]
    Sets,
    /// One column of 0 and 1 per name seen in training; unseen names are 0 in all of them.
    OneHot,
}

/// How a table becomes features, and which rows are held out.
#[derive(Clone, Debug, PartialEq)]
pub struct PrepareSpec {
    /// The column to predict; empty means the guess.
    pub target: String,
    /// The columns to learn from; empty means every suitable one.
    pub columns: Vec<String>,
    /// What to do with missing cells.
    pub missing: Missing,
    /// Add a 0/1 column for each feature with missing cells in training.
    pub indicator: bool,
    /// How numbers are scaled.
    pub scaling: Scaling,
    /// How categories become numbers.
    pub encoding: Encoding,
    /// Share of rows held out, above 0 and below 1.
    pub test_share: f64,
    /// Draws the held-out rows and everything in training that is drawn.
    pub seed: u64,
    /// Hold out the same share of each class.
    pub stratify: bool,
    /// Learn to tell rows that are unlike those learned from.
    pub mark_unfamiliar: bool,
    /// Judge that by each row's distance from its entity's own past rather than by the row as it is.
    pub unfamiliar_own_past: bool,
    /// The column of time that own pasts are in; absent: the likeliest.
    pub time: Option<String>,
    /// The columns that tell entities apart; empty: those that leave no time twice.
    pub entity: Vec<String>,
}

impl Default for PrepareSpec {
    fn default() -> Self {
        Self {
            target: String::new(),
            columns: Vec::new(),
            missing: Missing::default(),
            indicator: false,
            scaling: Scaling::default(),
            encoding: Encoding::default(),
            test_share: 0.25,
            seed: 42,
            stratify: true,
            mark_unfamiliar: true,
            unfamiliar_own_past: false,
            time: None,
            entity: Vec::new(),
        }
    }
}

/// What each class's rows weigh in training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClassWeight {
    /// Every row alike.
    None,
    /// Every class alike: rows / (classes x rows of the class), as scikit-learn's `balanced`.
    #[default]
    Balanced,
}

/// How many features each node draws.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum MaxFeatures {
    /// The square root of their number, rounded down, at least 1.
    #[default]
    Sqrt,
    /// The base-2 logarithm of their number, rounded down, at least 1.
    Log2,
    /// All of them.
    All,
    /// This share of them, above 0, at most 1.
    Share(f64),
}

/// What a split is judged by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Criterion {
    /// Gini impurity.
    #[default]
    Gini,
    /// Shannon entropy.
    Entropy,
}

/// A random forest (Breiman 2001).
#[derive(Clone, Debug, PartialEq)]
pub struct ForestSpec {
    /// Trees, 1 to 2,000.
    pub trees: u32,
    /// Levels below the root, 1 to 64; absent: until leaves are pure.
    pub max_depth: Option<u32>,
    /// Fewest rows to split a node, at least 2.
    pub min_samples_split: u32,
    /// Fewest rows in a leaf, at least 1.
    pub min_samples_leaf: u32,
    /// Features drawn at each node.
    pub max_features: MaxFeatures,
    /// What each class's rows weigh.
    pub class_weight: ClassWeight,
    /// What a split is judged by.
    pub criterion: Criterion,
    /// Each tree learns from rows drawn with replacement.
    pub bootstrap: bool,
    /// Cuts are drawn at random (extremely randomized trees).
    pub random_cuts: bool,
    /// Leaves of a tree, 2 to 65,536, those of largest gain first; absent: no bound.
    pub max_leaves: Option<u32>,
    /// Judge each training row by the trees that did not draw it; needs the bootstrap.
    pub out_of_bag: bool,
}

impl Default for ForestSpec {
    fn default() -> Self {
        Self {
            trees: 100,
            max_depth: None,
            min_samples_split: 2,
            min_samples_leaf: 1,
            max_features: MaxFeatures::Sqrt,
            class_weight: ClassWeight::Balanced,
            criterion: Criterion::Gini,
            bootstrap: true,
            random_cuts: false,
            max_leaves: None,
            out_of_bag: false,
        }
    }
}

/// Gradient boosting of trees (Friedman 2001, with Newton steps). The defaults are those of `learn::BoostParams`.
#[derive(Clone, Debug, PartialEq)]
pub struct BoostSpec {
    /// Boosting rounds, 1 to 2,000; each grows one tree per class (one in all for two classes).
    pub rounds: u32,
    /// Share of each tree's step that is taken, above 0, at most 1.
    pub learning_rate: f64,
    /// Levels below the root of each tree, 1 to 64; absent: no bound.
    pub max_depth: Option<u32>,
    /// Leaves of each tree, 2 to 65,536, those of largest gain first; absent: no bound. One of the two bounds is needed.
    pub max_leaves: Option<u32>,
    /// Fewest rows in a leaf, at least 1.
    pub min_samples_leaf: u32,
    /// Least sum of a leaf's second derivatives, 0 or more; in proportion less where the average row has less than 1/20.
    pub min_hessian: f64,
    /// A split lowers the loss by more than half of this, 0 or more.
    pub min_gain: f64,
    /// L2 penalty on leaf values, 0 or more.
    pub l2: f64,
    /// Share of rows that each round draws, above 0, at most 1.
    pub subsample: f64,
    /// Share of features that each tree draws, above 0, at most 1; absent: half where fewer than 10,000 rows are learned
    /// from, else all.
    pub column_share: Option<f64>,
    /// Hold a tenth of each class's training rows out, and stop after so many rounds that do not predict them better,
    /// at least 1; absent: learn from all, in all rounds.
    pub stop_after: Option<u32>,
    /// What each class's rows weigh.
    pub class_weight: ClassWeight,
}

impl Default for BoostSpec {
    fn default() -> Self {
        Self {
            rounds: 100,
            learning_rate: 0.1,
            max_depth: None,
            max_leaves: Some(31),
            min_samples_leaf: 1,
            min_hessian: 1.0,
            min_gain: 0.0,
            l2: 0.1,
            subsample: 1.0,
            column_share: None,
            stop_after: None,
            class_weight: ClassWeight::None,
        }
    }
}

/// A single tree that can be read, fitted by `linfa-trees`.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeSpec {
    /// Levels below the root, 1 to 32.
    pub max_depth: u32,
    /// Fewest rows to split a node, at least 2.
    pub min_samples_split: u32,
    /// Fewest rows in a leaf, at least 1.
    pub min_samples_leaf: u32,
    /// What a split is judged by.
    pub criterion: Criterion,
}

impl Default for TreeSpec {
    fn default() -> Self {
        Self {
            max_depth: 8,
            min_samples_split: 2,
            min_samples_leaf: 1,
            criterion: Criterion::Gini,
        }
    }
}

/// Which model to train, with its parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelSpec {
    /// The default.
    RandomForest(ForestSpec),
    /// Often a little more accurate, and more sensitive to its parameters.
    GradientBoosting(BoostSpec),
    /// One tree that can be read.
    DecisionTree(TreeSpec),
}

impl ModelSpec {
    /// Its name for people.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RandomForest(_) => "random forest",
            Self::GradientBoosting(_) => "gradient boosting",
            Self::DecisionTree(_) => "decision tree",
        }
    }
}

impl Default for ModelSpec {
    fn default() -> Self {
        Self::RandomForest(ForestSpec::default())
    }
}

/// Which training rows a candidate of a search is scored on.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum FoldKind {
    /// Drawn, each class in the same share in every fold.
    #[default]
    Stratified,
    /// Rows with the same value in this column stay together: scored on nodes or pods that it never saw.
    Grouped {
        /// The column.
        column: String,
    },
    /// Scored on what came after all rows that it learned from.
    Forward {
        /// The column of times.
        column: String,
        /// Seconds before the scored rows whose rows are left out, 0 or more.
        gap_secs: f64,
    },
}

/// What makes a candidate of a search better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchScore {
    /// The mean F1 of the classes.
    #[default]
    MacroF1,
    /// The share of rows predicted right.
    Accuracy,
    /// The mean negative logarithm of the true class's probability; less is better.
    LogLoss,
}

/// A search for better parameters, by cross-validation on the training rows alone.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchSpec {
    /// Seconds after which no more is begun, above 0, at most 86,400.
    pub seconds: f64,
    /// Candidates drawn, 1 to 900; time usually ends before.
    pub candidates: u32,
    /// Folds, 2 to 20.
    pub folds: u32,
    /// Which rows are in which fold.
    pub fold_kind: FoldKind,
    /// What makes a candidate better.
    pub score: SearchScore,
}

impl Default for SearchSpec {
    fn default() -> Self {
        Self {
            seconds: 60.0,
            candidates: 900,
            folds: 5,
            fold_kind: FoldKind::Stratified,
            score: SearchScore::MacroF1,
        }
    }
}

/// Everything that decides a training, so that a report can be made again: the options, and the kinds of
/// columns that the user changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// From table to features.
    pub prepare: PrepareSpec,
    /// From features to model.
    pub model: ModelSpec,
    /// Columns whose kind was set by hand.
    pub kinds: Vec<(String, ColumnKind)>,
}
