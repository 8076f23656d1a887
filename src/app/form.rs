//! Parameters as typed: what each field means, what it allows, and what is wrong with what stands in it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::format;
use crate::protocol::{
    BoostSpec, ClassWeight, Criterion, Encoding, ForestSpec, MaxFeatures, Missing, ModelSpec,
    PrepareSpec, Scaling, SimulateSpec, TreeSpec,
};

/// A field that is typed into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the rule of each field says what it is")]
pub enum Field {
    SimulateRows,
    SimulateHours,
    SimulateProbability,
    SimulateSeed,
    TestShare,
    SplitSeed,
    FillValue,
    ForestTrees,
    ForestDepth,
    ForestMinSplit,
    ForestMinLeaf,
    ForestFeatureShare,
    BoostRounds,
    BoostRate,
    BoostDepth,
    BoostMinLeaf,
    BoostL2,
    BoostSubsample,
    TreeDepth,
    TreeMinSplit,
    TreeMinLeaf,
    MinProbability,
}

/// What a field allows, in words and in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// A name for the page's markup, unique.
    pub id: &'static str,
    /// Its label.
    pub label: &'static str,
    /// One plain sentence: what it does.
    pub hint: &'static str,
    /// The least that is allowed.
    pub low: f64,
    /// The most that is allowed.
    pub high: f64,
    /// Whether `low` itself is excluded.
    pub above_low: bool,
    /// Whether `high` itself is excluded.
    pub below_high: bool,
    /// Whether only whole numbers are allowed.
    pub whole: bool,
    /// What an empty field means; absent: it must be filled.
    pub empty: Option<&'static str>,
    /// What stands in it at first.
    pub default: &'static str,
}

const fn whole(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    low: f64,
    high: f64,
    default: &'static str,
) -> Rule {
    Rule {
        id,
        label,
        hint,
        low,
        high,
        above_low: false,
        below_high: false,
        whole: true,
        empty: None,
        default,
    }
}

const fn share(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    default: &'static str,
) -> Rule {
    Rule {
        whole: false,
        ..whole(id, label, hint, 0.0, 1.0, default)
    }
}

/// Seeds up to 2^53 - 1, which every language reads back exactly.
const MAX_SEED: f64 = 9_007_199_254_740_991.0;

impl Field {
    /// What the field means and allows.
    pub fn rule(self) -> Rule {
        match self {
            Self::SimulateRows => whole(
                "sim-rows",
                "Rows",
                "How many measurements to make.",
                1.0,
                5_000_000.0,
                "5000",
            ),
            Self::SimulateHours => whole(
                "sim-hours",
                "Hours",
                "The time that the rows span. 168 is a week.",
                1.0,
                8784.0,
                "168",
            ),
            Self::SimulateProbability => share(
                "sim-probability",
                "Share of rows with an issue",
                "0.3 gives an issue to about three rows in ten.",
                "0.3",
            ),
            Self::SimulateSeed => whole(
                "sim-seed",
                "Seed",
                "The same seed gives the same rows.",
                0.0,
                MAX_SEED,
                "42",
            ),
            Self::TestShare => Rule {
                above_low: true,
                below_high: true,
                ..share(
                    "test-share",
                    "Test share",
                    "The share of rows that training never sees and the scores are measured on.",
                    "0.25",
                )
            },
            Self::SplitSeed => whole(
                "split-seed",
                "Seed",
                "Draws the held-out rows and all that training draws. The same seed gives the same model.",
                0.0,
                MAX_SEED,
                "42",
            ),
            Self::FillValue => Rule {
                low: -1e300,
                high: 1e300,
                ..share(
                    "fill-value",
                    "Value to fill in",
                    "Stands in every missing number. Categories take the name missing.",
                    "0",
                )
            },
            Self::ForestTrees => whole(
                "forest-trees",
                "Trees",
                "More trees give steadier answers and take longer.",
                1.0,
                2000.0,
                "100",
            ),
            Self::ForestDepth => Rule {
                empty: Some("as deep as needed"),
                ..whole(
                    "forest-depth",
                    "Depth limit",
                    "Fewer levels give a simpler model. Empty lets every tree grow until its leaves are pure.",
                    1.0,
                    64.0,
                    "",
                )
            },
            Self::ForestMinSplit => whole(
                "forest-min-split",
                "Fewest rows to split",
                "A group of fewer rows is not divided further.",
                2.0,
                1_000_000.0,
                "2",
            ),
            Self::ForestMinLeaf => whole(
                "forest-min-leaf",
                "Fewest rows in a leaf",
                "Larger leaves smooth out noise in the rows.",
                1.0,
                1_000_000.0,
                "1",
            ),
            Self::ForestFeatureShare => Rule {
                above_low: true,
                ..share(
                    "forest-feature-share",
                    "Share of features",
                    "The share that each split may choose from.",
                    "0.5",
                )
            },
            Self::BoostRounds => whole(
                "boost-rounds",
                "Rounds",
                "Each round corrects what the ones before got wrong.",
                1.0,
                2000.0,
                "100",
            ),
            Self::BoostRate => Rule {
                above_low: true,
                ..share(
                    "boost-rate",
                    "Learning rate",
                    "How much of each correction is taken. A smaller rate needs more rounds.",
                    "0.1",
                )
            },
            Self::BoostDepth => whole(
                "boost-depth",
                "Depth of each tree",
                "How many questions in a row a correction may ask.",
                1.0,
                16.0,
                "3",
            ),
            Self::BoostMinLeaf => whole(
                "boost-min-leaf",
                "Fewest rows in a leaf",
                "Larger leaves smooth out noise in the rows.",
                1.0,
                1_000_000.0,
                "1",
            ),
            Self::BoostL2 => Rule {
                high: 1_000_000.0,
                ..share(
                    "boost-l2",
                    "L2 penalty",
                    "Holds corrections back where few rows speak for them.",
                    "1",
                )
            },
            Self::BoostSubsample => Rule {
                above_low: true,
                ..share(
                    "boost-subsample",
                    "Share of rows per round",
                    "Below 1, each round learns from a fresh draw of the rows.",
                    "1",
                )
            },
            Self::TreeDepth => whole(
                "tree-depth",
                "Depth limit",
                "Fewer levels are easier to read.",
                1.0,
                32.0,
                "8",
            ),
            Self::TreeMinSplit => whole(
                "tree-min-split",
                "Fewest rows to split",
                "A group of fewer rows is not divided further.",
                2.0,
                1_000_000.0,
                "2",
            ),
            Self::TreeMinLeaf => whole(
                "tree-min-leaf",
                "Fewest rows in a leaf",
                "Larger leaves smooth out noise in the rows.",
                1.0,
                1_000_000.0,
                "1",
            ),
            Self::MinProbability => Rule {
                empty: Some("any"),
                ..share(
                    "min-probability",
                    "Probability from",
                    "Only rows whose predicted class has at least this probability.",
                    "",
                )
            },
        }
    }
}

impl Rule {
    /// What is allowed, in words: `A whole number from 1 to 2,000.`
    pub fn allowed(&self) -> String {
        let noun = if self.whole {
            "A whole number"
        } else {
            "A number"
        };
        let low = format::number(self.low);
        let high = format::number(self.high);
        let range = match (self.above_low, self.below_high) {
            _ if self.high >= 1e300 => String::new(),
            _ if self.high >= MAX_SEED => format!(" from {low} up"),
            (false, false) => format!(" from {low} to {high}"),
            (true, false) => format!(" above {low}, at most {high}"),
            (false, true) => format!(" from {low}, below {high}"),
            (true, true) => format!(" above {low} and below {high}"),
        };
        match self.empty {
            Some(empty) => format!("{noun}{range}, or empty: {empty}."),
            None => format!("{noun}{range}."),
        }
    }

    /// The number that was typed; `None` where an empty field is allowed. The error is a sentence.
    pub fn read(&self, text: &str) -> Result<Option<f64>, String> {
        let text = text.trim();
        if text.is_empty() {
            return match self.empty {
                Some(_) => Ok(None),
                None => Err(self.allowed()),
            };
        }
        let plain: String = if self.whole {
            text.chars()
                .filter(|c| !matches!(c, ',' | ' ' | '_' | '\u{a0}' | '\u{202f}'))
                .collect()
        } else if text.contains(',') && !text.contains('.') {
            return Err(format!(
                "Write {} with a point instead of a comma.",
                text.replace(',', ".")
            ));
        } else {
            text.to_owned()
        };
        let looks_numeric = plain
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
        let value: f64 = match plain.parse() {
            Ok(value) if looks_numeric => value,
            _ => {
                return Err(format!(
                    "{} is not a number. {}",
                    format::shortened(text, 24),
                    self.allowed()
                ));
            }
        };
        let outside = !value.is_finite()
            || value < self.low
            || value > self.high
            || (self.above_low && value <= self.low)
            || (self.below_high && value >= self.high);
        if outside || (self.whole && value != libm::trunc(value)) {
            return Err(self.allowed());
        }
        Ok(Some(value))
    }
}

/// Which model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ModelKind {
    #[default]
    Forest,
    Boosting,
    Tree,
}

/// What to do with missing cells, without the number that goes with [`Missing::Constant`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `Missing`")]
pub enum MissingRule {
    #[default]
    AsIs,
    DropRows,
    Mean,
    Median,
    MostFrequent,
    Constant,
}

/// How many features a split may choose from, without the number that goes with [`MaxFeatures::Share`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `MaxFeatures`")]
pub enum FeatureRule {
    #[default]
    Sqrt,
    Log2,
    All,
    Share,
}

/// Everything that was typed or chosen and not sent yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What stands in the fields that were touched.
    pub texts: BTreeMap<Field, Rc<str>>,
    /// Issue kinds to simulate.
    pub issues: BTreeSet<String>,
    /// Columns to learn from; absent: the suggested ones.
    pub columns: Option<BTreeSet<String>>,
    /// Rule for missing cells.
    pub missing: MissingRule,
    /// Whether missing cells get an indicator column.
    pub indicator: bool,
    /// Scaling.
    pub scaling: Scaling,
    /// Encoding.
    pub encoding: Encoding,
    /// Whether each class is held out in the same share.
    pub stratify: bool,
    /// Which model.
    pub model: ModelKind,
    /// Features drawn at each node of the forest.
    pub features: FeatureRule,
    /// The forest's class weights.
    pub forest_weight: ClassWeight,
    /// Boosting's class weights.
    pub boost_weight: ClassWeight,
    /// The forest's criterion.
    pub forest_criterion: Criterion,
    /// The tree's criterion.
    pub tree_criterion: Criterion,
    /// Whether each tree of the forest draws its own rows.
    pub bootstrap: bool,
}

/// The nine kinds of issue that the simulator knows.
pub const ISSUES: [&str; 9] = [
    "node_failure",
    "pod_crash_loop",
    "memory_pressure",
    "cpu_throttling",
    "network_latency",
    "disk_pressure",
    "api_server_latency",
    "etcd_high_latency",
    "scheduler_failure",
];

impl Default for Settings {
    fn default() -> Self {
        let prepare = PrepareSpec::default();
        let forest = ForestSpec::default();
        Self {
            texts: BTreeMap::new(),
            issues: ISSUES.map(str::to_owned).into(),
            columns: None,
            missing: MissingRule::AsIs,
            indicator: prepare.indicator,
            scaling: prepare.scaling,
            encoding: prepare.encoding,
            stratify: prepare.stratify,
            model: ModelKind::Forest,
            features: FeatureRule::Sqrt,
            forest_weight: forest.class_weight,
            boost_weight: BoostSpec::default().class_weight,
            forest_criterion: forest.criterion,
            tree_criterion: TreeSpec::default().criterion,
            bootstrap: forest.bootstrap,
        }
    }
}

impl Settings {
    /// What stands in a field.
    pub fn text(&self, field: Field) -> Rc<str> {
        self.texts
            .get(&field)
            .cloned()
            .unwrap_or_else(|| field.rule().default.into())
    }

    /// What is wrong with it, if anything.
    pub fn problem(&self, field: Field) -> Option<String> {
        field.rule().read(&self.text(field)).err()
    }

    fn read(&self, field: Field) -> Result<Option<f64>, Field> {
        field.rule().read(&self.text(field)).map_err(|_| field)
    }

    fn number(&self, field: Field) -> Result<f64, Field> {
        self.read(field)?.ok_or(field)
    }

    fn whole(&self, field: Field) -> Result<u32, Field> {
        Ok(self.number(field)? as u32)
    }

    /// The scenario, or the first field that is not right.
    pub fn simulate_spec(&self) -> Result<SimulateSpec, Field> {
        let all = self.issues.len() == ISSUES.len();
        Ok(SimulateSpec {
            num_samples: self.whole(Field::SimulateRows)?,
            time_periods: self.whole(Field::SimulateHours)?,
            issue_types: if all {
                Vec::new()
            } else {
                self.issues.iter().cloned().collect()
            },
            issue_probability: if self.issues.is_empty() {
                0.0
            } else {
                self.number(Field::SimulateProbability)?
            },
            seed: self.number(Field::SimulateSeed)? as u64,
        })
    }

    /// The recipe for this target, or the first field that is not right.
    pub fn prepare_spec(&self, target: &str) -> Result<PrepareSpec, Field> {
        Ok(PrepareSpec {
            target: target.to_owned(),
            columns: self
                .columns
                .iter()
                .flatten()
                .filter(|c| *c != target)
                .cloned()
                .collect(),
            missing: match self.missing {
                MissingRule::AsIs => Missing::AsIs,
                MissingRule::DropRows => Missing::DropRows,
                MissingRule::Mean => Missing::Mean,
                MissingRule::Median => Missing::Median,
                MissingRule::MostFrequent => Missing::MostFrequent,
                MissingRule::Constant => Missing::Constant(self.number(Field::FillValue)?),
            },
            indicator: self.indicator,
            scaling: self.scaling,
            encoding: self.encoding,
            test_share: self.number(Field::TestShare)?,
            seed: self.number(Field::SplitSeed)? as u64,
            stratify: self.stratify,
        })
    }

    /// The model's parameters, or the first field that is not right.
    pub fn model_spec(&self) -> Result<ModelSpec, Field> {
        Ok(match self.model {
            ModelKind::Forest => ModelSpec::RandomForest(ForestSpec {
                trees: self.whole(Field::ForestTrees)?,
                max_depth: self.read(Field::ForestDepth)?.map(|x| x as u32),
                min_samples_split: self.whole(Field::ForestMinSplit)?,
                min_samples_leaf: self.whole(Field::ForestMinLeaf)?,
                max_features: match self.features {
                    FeatureRule::Sqrt => MaxFeatures::Sqrt,
                    FeatureRule::Log2 => MaxFeatures::Log2,
                    FeatureRule::All => MaxFeatures::All,
                    FeatureRule::Share => {
                        MaxFeatures::Share(self.number(Field::ForestFeatureShare)?)
                    }
                },
                class_weight: self.forest_weight,
                criterion: self.forest_criterion,
                bootstrap: self.bootstrap,
            }),
            ModelKind::Boosting => ModelSpec::GradientBoosting(BoostSpec {
                rounds: self.whole(Field::BoostRounds)?,
                learning_rate: self.number(Field::BoostRate)?,
                max_depth: self.whole(Field::BoostDepth)?,
                min_samples_leaf: self.whole(Field::BoostMinLeaf)?,
                l2: self.number(Field::BoostL2)?,
                subsample: self.number(Field::BoostSubsample)?,
                class_weight: self.boost_weight,
            }),
            ModelKind::Tree => ModelSpec::DecisionTree(TreeSpec {
                max_depth: self.whole(Field::TreeDepth)?,
                min_samples_split: self.whole(Field::TreeMinSplit)?,
                min_samples_leaf: self.whole(Field::TreeMinLeaf)?,
                criterion: self.tree_criterion,
            }),
        })
    }

    /// The rows held out of `rows`, rounded up as scikit-learn does; absent where the share is not right.
    pub fn held_out(&self, rows: u64) -> Option<u64> {
        let share = self.number(Field::TestShare).ok()?;
        Some((libm::ceil(rows as f64 * share) as u64).min(rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untouched_fields_are_the_defaults_of_the_command_line() {
        let s = Settings::default();
        assert_eq!(s.model_spec(), Ok(ModelSpec::default()));
        assert_eq!(
            s.prepare_spec("issue_type"),
            Ok(PrepareSpec {
                target: "issue_type".into(),
                ..Default::default()
            })
        );
        assert_eq!(
            s.simulate_spec(),
            Ok(SimulateSpec {
                num_samples: 5000,
                ..Default::default()
            })
        );
        for model in [ModelKind::Boosting, ModelKind::Tree] {
            let spec = Settings {
                model,
                ..Settings::default()
            }
            .model_spec();
            let expected = match model {
                ModelKind::Boosting => ModelSpec::GradientBoosting(BoostSpec::default()),
                _ => ModelSpec::DecisionTree(TreeSpec::default()),
            };
            assert_eq!(spec, Ok(expected));
        }
    }

    #[test]
    fn what_is_typed_is_checked_in_words() {
        let trees = Field::ForestTrees.rule();
        assert_eq!(trees.read("1,000"), Ok(Some(1000.0)));
        assert_eq!(
            trees.read("0"),
            Err("A whole number from 1 to 2,000.".into())
        );
        assert_eq!(
            trees.read("2.5"),
            Err("A whole number from 1 to 2,000.".into())
        );
        assert!(
            trees
                .read("many")
                .unwrap_err()
                .starts_with("many is not a number.")
        );
        assert!(trees.read("").is_err());
        assert!(trees.read("inf").is_err());
        let share = Field::TestShare.rule();
        assert_eq!(
            share.read("0,25"),
            Err("Write 0.25 with a point instead of a comma.".into())
        );
        assert_eq!(share.read("1"), Err("A number above 0 and below 1.".into()));
        assert_eq!(Field::ForestDepth.rule().read(" "), Ok(None));
        assert!(Field::SimulateSeed.rule().read("1e300").is_err());
    }

    #[test]
    fn the_first_wrong_field_is_named() {
        let mut s = Settings::default();
        s.texts.insert(Field::ForestMinLeaf, "none".into());
        assert_eq!(s.model_spec(), Err(Field::ForestMinLeaf));
        assert!(s.problem(Field::ForestMinLeaf).is_some());
        assert_eq!(s.held_out(10_000), Some(2500));
    }
}
