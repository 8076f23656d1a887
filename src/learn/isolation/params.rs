//! An isolation forest's parameters, what is allowed, and what can go wrong.

use linfa::ParamGuard;

use crate::trees::{BytesError, IsolationTreeError, Reader, Writer};

/// Why an isolation forest cannot be fitted or asked.
#[derive(Debug, thiserror::Error)]
pub enum IsolationError {
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
    /// More features than a model holds.
    #[error("{features} features are more than the 65,535 that a model can hold")]
    TooManyFeatures {
        /// How many.
        features: usize,
    },
    /// More features asked for than there are.
    #[error("max_features is {asked}, but there are only {features} features")]
    MaxFeatures {
        /// What was asked for.
        asked: u32,
        /// What there is.
        features: usize,
    },
    /// More rows than a fitter counts.
    #[error("the rows weigh {weight} in all, but at most 4,294,967,295 can be counted")]
    TooHeavy {
        /// Rows, or the sum of their weights.
        weight: f64,
    },
    /// A number that is not finite. `NaN` is fine: it is a missing value.
    #[error("the value in row {row}, column {column} is {value}: values are finite or missing")]
    Infinite {
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
        /// What it is.
        value: f64,
    },
    /// Weights and rows do not match in number.
    #[error("{rows} rows came with {weights} sample weights")]
    Weights {
        /// Rows of the matrix.
        rows: usize,
        /// Weights.
        weights: usize,
    },
    /// A weight that is none.
    #[error("the sample weight of row {row} is {weight}, but must be 0 or more")]
    Weight {
        /// The row, from 0.
        row: usize,
        /// What it is.
        weight: f64,
    },
    /// No weight at all.
    #[error("all sample weights are zero: there is nothing to learn from")]
    AllZero,
    /// A matrix of another width.
    #[error("the rows have {found} features, but the model was fitted on {expected}")]
    Width {
        /// Of the matrix.
        found: usize,
        /// Of the model.
        expected: usize,
    },
    /// A unit came back unreadable.
    #[error("a grown tree that came back is damaged: {0}")]
    Unit(#[from] IsolationTreeError),
    /// A training set came unreadable.
    #[error("the training set that reached the worker is damaged: {0}")]
    Set(#[from] BytesError),
    /// A training set whose parts contradict one another.
    #[error("the training set that reached the worker is damaged: {part} is out of range")]
    SetPart {
        /// Which part.
        part: &'static str,
    },
    /// linfa's own.
    #[error("linfa: {0}")]
    Linfa(#[from] linfa::Error),
}

/// How much of something to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// So many.
    Count(u32),
    /// A share, above 0, at most 1; rounded down, but at least one.
    Share(f64),
}

impl Amount {
    /// Of so many, at least 1 and at most all.
    pub(super) fn of(self, all: u32) -> u32 {
        let drawn = match self {
            Self::Count(count) => count,
            Self::Share(share) => (f64::from(all) * share) as u32,
        };
        drawn.clamp(1, all.max(1))
    }
}

/// Checked parameters of an isolation forest.
#[derive(Clone, Debug, PartialEq)]
pub struct IsolationValidParams {
    pub(super) trees: u32,
    pub(super) max_samples: Option<Amount>,
    pub(super) max_features: Amount,
    pub(super) bootstrap: bool,
    pub(super) contamination: Option<f64>,
    pub(super) seed: u64,
}

/// Parameters of an isolation forest (Liu, Ting & Zhou 2008), with the defaults of scikit-learn's.
#[derive(Clone, Debug, PartialEq)]
pub struct IsolationParams(IsolationValidParams);

impl Default for IsolationParams {
    fn default() -> Self {
        Self(IsolationValidParams {
            trees: 100,
            max_samples: None,
            max_features: Amount::Share(1.0),
            bootstrap: false,
            contamination: None,
            seed: 42,
        })
    }
}

impl IsolationParams {
    /// 100 trees of at most 256 rows each, all features, the paper's threshold.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trees, 1 to 10,000.
    pub fn trees(mut self, trees: u32) -> Self {
        self.0.trees = trees;
        self
    }

    /// Rows that each tree draws, 1 to 16,777,216 (all where there are fewer); absent: 256.
    pub fn max_samples(mut self, rows: Option<Amount>) -> Self {
        self.0.max_samples = rows;
        self
    }

    /// Features that each tree draws, 1 to all.
    pub fn max_features(mut self, features: Amount) -> Self {
        self.0.max_features = features;
        self
    }

    /// Whether rows are drawn with replacement.
    pub fn bootstrap(mut self, bootstrap: bool) -> Self {
        self.0.bootstrap = bootstrap;
        self
    }

    /// The share of training rows to call outliers, above 0, at most 0.5; absent: those of a score below -0.5.
    pub fn contamination(mut self, share: Option<f64>) -> Self {
        self.0.contamination = share;
        self
    }

    /// Same seed, same forest.
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

impl IsolationValidParams {
    fn check(&self) -> Result<(), IsolationError> {
        let refused = |option, value: String, allowed| {
            Err(IsolationError::Parameter {
                option,
                value,
                allowed,
            })
        };
        if !(1..=10_000).contains(&self.trees) {
            return refused("trees", self.trees.to_string(), "1 to 10,000");
        }
        let amounts = [
            ("max_samples", self.max_samples),
            ("max_features", Some(self.max_features)),
        ];
        for (option, amount) in amounts {
            match amount {
                Some(Amount::Count(0)) => return refused(option, "0".to_owned(), "1 or more"),
                Some(Amount::Share(share)) if !(share > 0.0 && share <= 1.0) => {
                    return refused(option, share.to_string(), "above 0 and at most 1");
                }
                _ => {}
            }
        }
        match self.contamination {
            Some(share) if !(share > 0.0 && share <= 0.5) => refused(
                "contamination",
                share.to_string(),
                "above 0 and at most 0.5, or absent",
            ),
            _ => Ok(()),
        }
    }

    /// What growing a tree needs: contamination is the fitter's alone.
    pub(super) fn write(&self, w: &mut Writer) {
        w.u32(self.trees);
        write_amount(w, self.max_samples);
        write_amount(w, Some(self.max_features));
        w.u8(u8::from(self.bootstrap));
        w.u64(self.seed);
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, IsolationError> {
        let damaged = || IsolationError::SetPart {
            part: "a parameter",
        };
        let params = Self {
            trees: r.u32()?,
            max_samples: read_amount(r)?,
            max_features: read_amount(r)?.ok_or_else(damaged)?,
            bootstrap: r.u8()? == 1,
            contamination: None,
            seed: r.u64()?,
        };
        params.check().map_err(|_| damaged())?;
        Ok(params)
    }
}

fn write_amount(w: &mut Writer, amount: Option<Amount>) {
    let (tag, value) = match amount {
        None => (0, 0.0),
        Some(Amount::Count(count)) => (1, f64::from(count)),
        Some(Amount::Share(share)) => (2, share),
    };
    w.u8(tag);
    w.f64(value);
}

fn read_amount(r: &mut Reader<'_>) -> Result<Option<Amount>, BytesError> {
    let tag = r.u8()?;
    let value = r.f64()?;
    Ok(match tag {
        1 => Some(Amount::Count(value as u32)),
        2 => Some(Amount::Share(value)),
        _ => None,
    })
}

impl ParamGuard for IsolationParams {
    type Checked = IsolationValidParams;
    type Error = IsolationError;

    fn check_ref(&self) -> Result<&IsolationValidParams, IsolationError> {
        self.0.check()?;
        Ok(&self.0)
    }

    fn check(self) -> Result<IsolationValidParams, IsolationError> {
        self.0.check()?;
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_checked_parameters_pass_and_the_range_is_named() {
        assert!(IsolationParams::new().check().is_ok());
        let error = IsolationParams::new().trees(0).check().unwrap_err();
        assert_eq!(error.to_string(), "trees is 0, but must be 1 to 10,000");
        for bad in [f64::NAN, 0.0, -1.0, 1.5, f64::INFINITY] {
            let new = IsolationParams::new;
            let share = Amount::Share(bad);
            assert!(new().max_samples(Some(share)).check().is_err(), "{bad}");
            assert!(new().max_features(share).check().is_err(), "{bad}");
            assert!(new().contamination(Some(bad)).check().is_err(), "{bad}");
        }
        let half = IsolationParams::new().contamination(Some(0.5));
        assert!(half.check().is_ok());
        let error = IsolationParams::new().contamination(Some(0.51)).check();
        assert!(error.unwrap_err().to_string().contains("contamination"));
        let none = IsolationParams::new().max_samples(Some(Amount::Count(0)));
        assert!(none.check().is_err());
    }

    #[test]
    fn amounts_are_never_none_nor_more_than_there_is() {
        assert_eq!(Amount::Share(0.01).of(22), 1);
        assert_eq!(Amount::Share(0.5).of(23), 11);
        assert_eq!(Amount::Share(1.0).of(23), 23);
        assert_eq!(Amount::Count(256).of(23), 23);
        assert_eq!(Amount::Count(7).of(23), 7);
    }
}
