//! What a recipe is asked to do.

/// How missing feature cells are treated.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum MissingRule {
    /// They stay missing (`NaN`); under one-hot encoding a missing name is 0 in every column.
    #[default]
    AsIs,
    /// Rows that miss any used column are left out, in training and afterwards.
    DropRows,
    /// The mean over training rows; categories take their most frequent name.
    Mean,
    /// The median over training rows; categories take their most frequent name.
    Median,
    /// The most frequent training value, the smallest of equals.
    MostFrequent,
    /// This finite number; categories take the name `missing`.
    Constant(f64),
}

/// How numbers are scaled, after missing ones are filled. Missing cells that are left stay missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScalingRule {
    /// As they are.
    #[default]
    None,
    /// Zero mean and unit population variance (scikit-learn's `StandardScaler`).
    Standard,
    /// From 0 to 1 (scikit-learn's `MinMaxScaler`).
    MinMax,
    /// Zero median and unit interquartile range (scikit-learn's `RobustScaler`).
    Robust,
}

/// How names become numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EncodingRule {
    /// The place of the name among the sorted training names, from 0; a name that training never saw is missing.
    #[default]
    Ordinal,
    /// As it is: a tree's split sends any set of names to each side. The 254 most frequent training names; the others, and
    /// those that training never saw, are missing.
    Sets,
    /// One column of 0 and 1 per training name; a name that training never saw is 0 in all of them.
    OneHot,
}

/// What a [`crate::prepare::Recipe`] is fitted to do.
#[derive(Clone, Debug, PartialEq)]
pub struct RecipeParams {
    /// The column to predict.
    pub target: String,
    /// The columns to learn from, in the order in which their features shall stand.
    pub columns: Vec<String>,
    /// How missing cells are treated.
    pub missing: MissingRule,
    /// Whether each column with missing cells in training gets a 0/1 feature `COLUMN is missing`.
    pub indicator: bool,
    /// How numbers and booleans are scaled; features made of names and indicators are not.
    pub scaling: ScalingRule,
    /// How names become numbers.
    pub encoding: EncodingRule,
}

impl RecipeParams {
    /// Cells as they are: nothing filled, nothing scaled, names by their place.
    pub fn new(target: impl Into<String>, columns: Vec<String>) -> Self {
        Self {
            target: target.into(),
            columns,
            missing: MissingRule::default(),
            indicator: false,
            scaling: ScalingRule::default(),
            encoding: EncodingRule::default(),
        }
    }

    /// The same for a learner that cannot take missing cells: where they would stay, they become the median.
    pub fn without_missing(mut self) -> Self {
        if self.missing == MissingRule::AsIs {
            self.missing = MissingRule::Median;
        }
        self
    }
}
