//! What a search may change, and to what: the one place to add a parameter to.

use super::params::{ClassWeights, FeatureDraw, LearnError, Learner};
use crate::trees::{Impurity, Rng};

/// A parameter and a value for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// Levels below the root, or no bound.
    MaxDepth(Option<u32>),
    /// Fewest rows of a leaf.
    MinSamplesLeaf(u32),
    /// Features drawn at each node (forest).
    MaxFeatures(FeatureDraw),
    /// What each class's rows weigh.
    ClassWeights(ClassWeights),
    /// What a split is judged by (forest).
    Impurity(Impurity),
    /// Whether cuts are drawn at random (forest).
    RandomCuts(bool),
    /// Share of each step that is taken (boosting).
    LearningRate(f64),
    /// L2 penalty on leaf values (boosting).
    L2(f64),
    /// Share of rows that each round draws (boosting).
    Subsample(f64),
    /// Most leaves of a tree, or no bound (boosting).
    MaxLeaves(Option<u32>),
    /// Share of features that each tree draws (boosting).
    ColumnShare(f64),
}

use Setting::{
    ClassWeights as Weights, ColumnShare, L2, LearningRate, MaxDepth, MaxFeatures, MaxLeaves,
    MinSamplesLeaf, RandomCuts, Subsample,
};

const WEIGHTS: &[Setting] = &[Weights(ClassWeights::None), Weights(ClassWeights::Balanced)];

const FOREST: &[&[Setting]] = &[
    &[
        MaxDepth(None),
        MaxDepth(Some(8)),
        MaxDepth(Some(12)),
        MaxDepth(Some(16)),
        MaxDepth(Some(24)),
    ],
    &[
        MinSamplesLeaf(1),
        MinSamplesLeaf(2),
        MinSamplesLeaf(3),
        MinSamplesLeaf(5),
        MinSamplesLeaf(10),
        MinSamplesLeaf(20),
    ],
    &[
        MaxFeatures(FeatureDraw::Sqrt),
        MaxFeatures(FeatureDraw::Log2),
        MaxFeatures(FeatureDraw::Share(0.33)),
        MaxFeatures(FeatureDraw::Share(0.6)),
        MaxFeatures(FeatureDraw::All),
    ],
    WEIGHTS,
    &[
        Setting::Impurity(Impurity::Gini),
        Setting::Impurity(Impurity::Entropy),
    ],
    &[RandomCuts(false), RandomCuts(true)],
];

const BOOST: &[&[Setting]] = &[
    &[
        LearningRate(0.03),
        LearningRate(0.05),
        LearningRate(0.07),
        LearningRate(0.1),
        LearningRate(0.15),
        LearningRate(0.2),
        LearningRate(0.3),
    ],
    &[
        MaxDepth(Some(2)),
        MaxDepth(Some(3)),
        MaxDepth(Some(4)),
        MaxDepth(Some(5)),
        MaxDepth(Some(6)),
        MaxDepth(Some(8)),
    ],
    &[
        MinSamplesLeaf(1),
        MinSamplesLeaf(2),
        MinSamplesLeaf(5),
        MinSamplesLeaf(10),
        MinSamplesLeaf(20),
        MinSamplesLeaf(50),
    ],
    &[L2(0.0), L2(0.1), L2(0.3), L2(1.0), L2(3.0), L2(10.0)],
    &[Subsample(0.6), Subsample(0.8), Subsample(1.0)],
    &[
        MaxLeaves(Some(7)),
        MaxLeaves(Some(15)),
        MaxLeaves(Some(31)),
        MaxLeaves(Some(63)),
    ],
    &[ColumnShare(0.5), ColumnShare(0.8), ColumnShare(1.0)],
    WEIGHTS,
];

impl Setting {
    /// Puts it into a learner that has such a parameter.
    pub fn apply(self, learner: &mut Learner) {
        match (self, learner) {
            (Self::MaxDepth(levels), Learner::Forest(p)) => p.max_depth = levels,
            (Self::MaxDepth(levels), Learner::Boost(p)) => p.max_depth = levels,
            (Self::MinSamplesLeaf(rows), Learner::Forest(p)) => p.min_samples_leaf = rows,
            (Self::MinSamplesLeaf(rows), Learner::Boost(p)) => p.min_samples_leaf = rows,
            (Self::ClassWeights(weights), Learner::Forest(p)) => p.class_weights = weights,
            (Self::ClassWeights(weights), Learner::Boost(p)) => p.class_weights = weights,
            (Self::MaxFeatures(draw), Learner::Forest(p)) => p.max_features = draw,
            (Self::Impurity(impurity), Learner::Forest(p)) => p.impurity = impurity,
            (Self::RandomCuts(random), Learner::Forest(p)) => p.random_cuts = random,
            (Self::LearningRate(rate), Learner::Boost(p)) => p.learning_rate = rate,
            (Self::L2(penalty), Learner::Boost(p)) => p.l2 = penalty,
            (Self::Subsample(share), Learner::Boost(p)) => p.subsample = share,
            (Self::MaxLeaves(leaves), Learner::Boost(p)) => p.max_leaves = leaves,
            (Self::ColumnShare(share), Learner::Boost(p)) => p.column_share = Some(share),
            _ => {}
        }
    }

    fn changes(self, learner: &Learner) -> bool {
        let mut with = learner.clone();
        self.apply(&mut with);
        with != *learner
    }
}

/// The parameters of a learner that a search changes, each with its values.
///
/// # Errors
/// [`LearnError::Parameter`] for a single tree.
pub(super) fn space(learner: &Learner) -> Result<&'static [&'static [Setting]], LearnError> {
    match learner {
        Learner::Forest(_) => Ok(FOREST),
        Learner::Boost(_) => Ok(BOOST),
        Learner::DecisionTree(_) => Err(LearnError::Parameter {
            option: "model",
            value: "a decision tree".to_owned(),
            allowed: "a random forest or gradient boosting where settings are searched for",
        }),
    }
}

/// What candidate `number` changes of the user's own settings, which are candidate 0: a pure function of both and the
/// learner's seed. Each parameter stays as it is with probability 1/2, and takes any of its other values alike; at
/// least one is changed. So most candidates stay near what the user chose, and say in a few words how they differ.
pub(super) fn draw(learner: &Learner, number: u32) -> Vec<Setting> {
    let Ok(space) = space(learner) else {
        return Vec::new();
    };
    if number == 0 {
        return Vec::new();
    }
    let mut rng = Rng::new(learner.seed(), CANDIDATES + u64::from(number));
    let must = rng.below(space.len() as u32) as usize;
    let mut settings = Vec::new();
    for (i, values) in space.iter().enumerate() {
        let stays = rng.below(2) == 0;
        let others: Vec<Setting> = values
            .iter()
            .copied()
            .filter(|s| s.changes(learner))
            .collect();
        let value = others.get(rng.below(others.len() as u32) as usize);
        if i == must || !stays {
            settings.extend(value);
        }
    }
    settings
}

/// Streams of randomness, by candidate.
const CANDIDATES: u64 = 3 << 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::{BoostParams, ForestParams};
    use linfa::ParamGuard;

    fn learners() -> [Learner; 2] {
        [
            Learner::Forest(ForestParams::new().seed(7).check().unwrap()),
            Learner::Boost(BoostParams::new().seed(7).check().unwrap()),
        ]
    }

    #[test]
    fn candidates_differ_from_the_first_and_are_drawn_the_same_again() {
        for learner in learners() {
            assert!(draw(&learner, 0).is_empty());
            let mut all = Vec::new();
            for number in 1..200 {
                let settings = draw(&learner, number);
                assert_eq!(settings, draw(&learner, number));
                assert!(!settings.is_empty());
                assert!(settings.iter().all(|s| s.changes(&learner)));
                let mut with = learner.clone();
                settings.iter().for_each(|s| s.apply(&mut with));
                assert_ne!(with, learner);
                all.extend(settings);
            }
            for value in space(&learner)
                .unwrap()
                .iter()
                .flat_map(|values| values.iter())
            {
                assert_eq!(all.contains(value), value.changes(&learner), "{value:?}");
            }
        }
    }

    #[test]
    fn every_value_is_one_that_is_allowed() {
        for learner in learners() {
            for value in space(&learner)
                .unwrap()
                .iter()
                .flat_map(|values| values.iter())
            {
                let mut with = learner.clone();
                value.apply(&mut with);
                match with {
                    Learner::Forest(p) => assert!(ForestParams::from(p).check().is_ok()),
                    Learner::Boost(p) => assert!(BoostParams::from(p).check().is_ok()),
                    Learner::DecisionTree(_) => {}
                }
            }
        }
    }
}
