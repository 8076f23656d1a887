//! Everything that was typed or chosen, and the request that it makes.

use std::rc::Rc;

use super::{AheadForm, Field};
use crate::data::{SortedMap, SortedSet};
use crate::protocol::{
    BoostSpec, ClassWeight, Criterion, Encoding, FoldKind, ForestSpec, MaxFeatures, Missing,
    ModelSpec, Options, PrepareSpec, Scaling, ScenarioPreset, SimulateSpec, TreeSpec,
};

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
    pub texts: SortedMap<Field, Rc<str>>,
    /// Issue kinds to simulate.
    pub issues: SortedSet<String>,
    /// What each of them weighs, where it is not 1.
    pub issue_weights: SortedMap<String, f64>,
    /// The scenario to simulate, but for the issue kinds and what is typed.
    pub scenario: SimulateSpec,
    /// Columns to learn from; absent: the suggested ones.
    pub columns: Option<SortedSet<String>>,
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
    /// Whether rows unlike any in training are to be marked.
    pub mark_unfamiliar: bool,
    /// Whether that is by each entity's own past, in time and by entity as a forecast has them.
    pub own_past: bool,
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
    /// Whether the forest's cuts are drawn at random.
    pub random_cuts: bool,
    /// Whether the forest judges its own rows.
    pub out_of_bag: bool,
    /// Seconds that a search for better settings may take.
    pub search_secs: u32,
    /// The rows that it scores on.
    pub folds: FoldKind,
    /// What a forecast looks at, but for what is typed.
    pub ahead: AheadForm,
}

impl Default for Settings {
    fn default() -> Self {
        let prepare = PrepareSpec::default();
        let forest = ForestSpec::default();
        Self {
            texts: SortedMap::default(),
            issues: super::scenario::usual_issues(ScenarioPreset::Seed),
            issue_weights: SortedMap::default(),
            scenario: SimulateSpec::default(),
            columns: None,
            missing: MissingRule::AsIs,
            indicator: prepare.indicator,
            scaling: prepare.scaling,
            encoding: prepare.encoding,
            stratify: prepare.stratify,
            mark_unfamiliar: prepare.mark_unfamiliar,
            own_past: prepare.unfamiliar_own_past,
            model: ModelKind::Forest,
            features: FeatureRule::Sqrt,
            forest_weight: forest.class_weight,
            boost_weight: BoostSpec::default().class_weight,
            forest_criterion: forest.criterion,
            tree_criterion: TreeSpec::default().criterion,
            bootstrap: forest.bootstrap,
            random_cuts: forest.random_cuts,
            out_of_bag: forest.out_of_bag,
            search_secs: 60,
            folds: FoldKind::Stratified,
            ahead: AheadForm::default(),
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

    pub(super) fn read(&self, field: Field) -> Result<Option<f64>, Field> {
        field.rule().read(&self.text(field)).map_err(|_| field)
    }

    pub(super) fn number(&self, field: Field) -> Result<f64, Field> {
        self.read(field)?.ok_or(field)
    }

    pub(super) fn whole(&self, field: Field) -> Result<u32, Field> {
        Ok(self.number(field)? as u32)
    }

    /// A whole number, or none where an empty field is allowed.
    pub(super) fn limit(&self, field: Field) -> Result<Option<u32>, Field> {
        Ok(self.read(field)?.map(|x| x as u32))
    }

    /// The recipe for this target, or the first field that is not right.
    pub fn prepare_spec(&self, target: &str) -> Result<PrepareSpec, Field> {
        let in_time = self.own_past.then(|| self.ahead.series(target));
        let in_time = in_time.unwrap_or_default();
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
            mark_unfamiliar: self.mark_unfamiliar,
            unfamiliar_own_past: self.own_past,
            time: in_time.time,
            entity: in_time.entity,
        })
    }

    /// The model's parameters, or the first field that is not right.
    pub fn model_spec(&self) -> Result<ModelSpec, Field> {
        Ok(match self.model {
            ModelKind::Forest => ModelSpec::RandomForest(ForestSpec {
                trees: self.whole(Field::ForestTrees)?,
                max_depth: self.limit(Field::ForestDepth)?,
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
                random_cuts: self.random_cuts,
                max_leaves: self.limit(Field::ForestLeaves)?,
                out_of_bag: self.out_of_bag,
            }),
            ModelKind::Boosting => ModelSpec::GradientBoosting(BoostSpec {
                rounds: self.whole(Field::BoostRounds)?,
                learning_rate: self.number(Field::BoostRate)?,
                max_depth: self.limit(Field::BoostDepth)?,
                max_leaves: self.limit(Field::BoostLeaves)?,
                min_hessian: self.number(Field::BoostMinHessian)?,
                min_gain: self.number(Field::BoostMinGain)?,
                column_share: self.read(Field::BoostColumns)?,
                stop_after: self.limit(Field::BoostStop)?,
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

    /// Sets everything as these options say. `suggested` are the columns that need not be named.
    pub fn adopt(&mut self, options: &Options, suggested: &[String]) {
        let prepare = &options.prepare;
        let limit = |limit: Option<u32>| limit.map(|n| n.to_string()).unwrap_or_default();
        let mut put = |field: Field, text: String| {
            self.texts.insert(field, text.into());
        };
        put(Field::TestShare, prepare.test_share.to_string());
        put(Field::SplitSeed, prepare.seed.to_string());
        self.missing = match prepare.missing {
            Missing::AsIs => MissingRule::AsIs,
            Missing::DropRows => MissingRule::DropRows,
            Missing::Mean => MissingRule::Mean,
            Missing::Median => MissingRule::Median,
            Missing::MostFrequent => MissingRule::MostFrequent,
            Missing::Constant(value) => {
                put(Field::FillValue, value.to_string());
                MissingRule::Constant
            }
        };
        match &options.model {
            ModelSpec::RandomForest(x) => {
                put(Field::ForestTrees, x.trees.to_string());
                put(Field::ForestDepth, limit(x.max_depth));
                put(Field::ForestMinSplit, x.min_samples_split.to_string());
                put(Field::ForestMinLeaf, x.min_samples_leaf.to_string());
                self.features = match x.max_features {
                    MaxFeatures::Sqrt => FeatureRule::Sqrt,
                    MaxFeatures::Log2 => FeatureRule::Log2,
                    MaxFeatures::All => FeatureRule::All,
                    MaxFeatures::Share(share) => {
                        put(Field::ForestFeatureShare, share.to_string());
                        FeatureRule::Share
                    }
                };
                self.model = ModelKind::Forest;
                self.forest_weight = x.class_weight;
                self.forest_criterion = x.criterion;
                self.bootstrap = x.bootstrap;
                self.random_cuts = x.random_cuts;
                put(Field::ForestLeaves, limit(x.max_leaves));
                self.out_of_bag = x.out_of_bag;
            }
            ModelSpec::GradientBoosting(x) => {
                put(Field::BoostRounds, x.rounds.to_string());
                put(Field::BoostRate, x.learning_rate.to_string());
                put(Field::BoostDepth, limit(x.max_depth));
                put(Field::BoostLeaves, limit(x.max_leaves));
                put(Field::BoostMinHessian, x.min_hessian.to_string());
                put(Field::BoostMinGain, x.min_gain.to_string());
                let share = x.column_share.map(|share| share.to_string());
                put(Field::BoostColumns, share.unwrap_or_default());
                put(Field::BoostStop, limit(x.stop_after));
                put(Field::BoostMinLeaf, x.min_samples_leaf.to_string());
                put(Field::BoostL2, x.l2.to_string());
                put(Field::BoostSubsample, x.subsample.to_string());
                self.model = ModelKind::Boosting;
                self.boost_weight = x.class_weight;
            }
            ModelSpec::DecisionTree(x) => {
                put(Field::TreeDepth, x.max_depth.to_string());
                put(Field::TreeMinSplit, x.min_samples_split.to_string());
                put(Field::TreeMinLeaf, x.min_samples_leaf.to_string());
                self.model = ModelKind::Tree;
                self.tree_criterion = x.criterion;
            }
        }
        self.indicator = prepare.indicator;
        self.scaling = prepare.scaling;
        self.encoding = prepare.encoding;
        self.stratify = prepare.stratify;
        self.mark_unfamiliar = prepare.mark_unfamiliar;
        self.own_past = prepare.unfamiliar_own_past;
        let chosen: SortedSet<String> = prepare.columns.iter().cloned().collect();
        let as_suggested = chosen.is_empty()
            || chosen.len() == suggested.len() && suggested.iter().all(|c| chosen.contains(c));
        self.columns = (!as_suggested).then_some(chosen);
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
                time_periods: Some(168),
                issue_probability: Some(0.3),
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
    fn options_are_adopted_and_given_back_as_they_were() {
        for model in [
            ModelSpec::RandomForest(ForestSpec {
                trees: 7,
                max_depth: Some(5),
                max_features: MaxFeatures::Share(0.3),
                bootstrap: false,
                random_cuts: true,
                max_leaves: Some(40),
                out_of_bag: true,
                ..ForestSpec::default()
            }),
            ModelSpec::GradientBoosting(BoostSpec {
                learning_rate: 0.05,
                max_depth: None,
                max_leaves: Some(31),
                column_share: Some(0.5),
                stop_after: Some(10),
                l2: 2.5,
                ..BoostSpec::default()
            }),
            ModelSpec::DecisionTree(TreeSpec {
                max_depth: 3,
                ..TreeSpec::default()
            }),
        ] {
            let options = Options {
                prepare: PrepareSpec {
                    target: "y".into(),
                    columns: vec!["a".into(), "b".into()],
                    missing: Missing::Constant(-1.5),
                    indicator: true,
                    scaling: Scaling::Robust,
                    encoding: Encoding::OneHot,
                    test_share: 0.4,
                    seed: 7,
                    stratify: false,
                    mark_unfamiliar: false,
                    unfamiliar_own_past: true,
                    ..PrepareSpec::default()
                },
                model,
                kinds: Vec::new(),
            };
            let mut s = Settings::default();
            s.adopt(&options, &["a".to_owned()]);
            assert_eq!(s.prepare_spec("y"), Ok(options.prepare));
            assert_eq!(s.model_spec(), Ok(options.model));
        }
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
