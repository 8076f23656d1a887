//! The protocol's options as the layers' own, and back; by hand, so that either can change.

use crate::data::sort_by;
use crate::evaluate::Evaluation;
use crate::explain::ColumnImportance;
use crate::learn::{
    BoostParams, ClassWeights, DecisionTreeParams, EarlyStopping, FeatureDraw, ForestParams,
    LearnError, Learner, Setting,
};
use crate::prepare::{EncodingRule, MissingRule, RecipeParams, ScalingRule};
use crate::protocol::{
    Baseline, ClassScore, ClassWeight, Criterion, Curve, Encoding, Importance, Interval,
    MaxFeatures, Missing, ModelSpec, PrepareSpec, Report, Scaling, Undefined,
};
use crate::trees::Impurity;
use linfa::ParamGuard;

pub(super) fn recipe(spec: &PrepareSpec) -> RecipeParams {
    RecipeParams {
        target: spec.target.clone(),
        columns: spec.columns.clone(),
        missing: match spec.missing {
            Missing::AsIs => MissingRule::AsIs,
            Missing::DropRows => MissingRule::DropRows,
            Missing::Mean => MissingRule::Mean,
            Missing::Median => MissingRule::Median,
            Missing::MostFrequent => MissingRule::MostFrequent,
            Missing::Constant(value) => MissingRule::Constant(value),
        },
        indicator: spec.indicator,
        scaling: match spec.scaling {
            Scaling::None => ScalingRule::None,
            Scaling::Standard => ScalingRule::Standard,
            Scaling::MinMax => ScalingRule::MinMax,
            Scaling::Robust => ScalingRule::Robust,
        },
        encoding: match spec.encoding {
            Encoding::Ordinal => EncodingRule::Ordinal,
            Encoding::Sets => EncodingRule::Sets,
            Encoding::OneHot => EncodingRule::OneHot,
        },
    }
}

fn weights(weight: ClassWeight) -> ClassWeights {
    match weight {
        ClassWeight::None => ClassWeights::None,
        ClassWeight::Balanced => ClassWeights::Balanced,
    }
}

fn impurity(criterion: Criterion) -> Impurity {
    match criterion {
        Criterion::Gini => Impurity::Gini,
        Criterion::Entropy => Impurity::Entropy,
    }
}

pub(super) fn learner(spec: &ModelSpec, seed: u64) -> Result<Learner, LearnError> {
    Ok(match spec {
        ModelSpec::RandomForest(s) => Learner::Forest(
            ForestParams::new()
                .trees(s.trees)
                .max_depth(s.max_depth)
                .min_samples_split(s.min_samples_split)
                .min_samples_leaf(s.min_samples_leaf)
                .max_features(match s.max_features {
                    MaxFeatures::Sqrt => FeatureDraw::Sqrt,
                    MaxFeatures::Log2 => FeatureDraw::Log2,
                    MaxFeatures::All => FeatureDraw::All,
                    MaxFeatures::Share(share) => FeatureDraw::Share(share),
                })
                .class_weights(weights(s.class_weight))
                .impurity(impurity(s.criterion))
                .bootstrap(s.bootstrap)
                .random_cuts(s.random_cuts)
                .max_leaves(s.max_leaves)
                .out_of_bag(s.out_of_bag)
                .seed(seed)
                .check()?,
        ),
        ModelSpec::GradientBoosting(s) => Learner::Boost(
            BoostParams::new()
                .rounds(s.rounds)
                .learning_rate(s.learning_rate)
                .max_depth(s.max_depth)
                .max_leaves(s.max_leaves)
                .min_hessian(s.min_hessian)
                .min_gain(s.min_gain)
                .min_samples_leaf(s.min_samples_leaf)
                .l2(s.l2)
                .subsample(s.subsample)
                .column_share(s.column_share)
                .early_stopping(s.stop_after.map(|patience| EarlyStopping {
                    patience,
                    ..EarlyStopping::default()
                }))
                .class_weights(weights(s.class_weight))
                .seed(seed)
                .check()?,
        ),
        ModelSpec::DecisionTree(s) => Learner::DecisionTree(
            DecisionTreeParams::new()
                .max_depth(s.max_depth)
                .min_samples_split(s.min_samples_split)
                .min_samples_leaf(s.min_samples_leaf)
                .impurity(impurity(s.criterion))
                .seed(seed)
                .check()?,
        ),
    })
}

/// A search's setting put into a model's parameters.
pub(super) fn set(spec: &mut ModelSpec, setting: Setting) {
    match (setting, spec) {
        (Setting::MaxDepth(levels), ModelSpec::RandomForest(s)) => s.max_depth = levels,
        (Setting::MaxDepth(levels), ModelSpec::GradientBoosting(s)) => s.max_depth = levels,
        (Setting::MaxLeaves(leaves), ModelSpec::GradientBoosting(s)) => s.max_leaves = leaves,
        (Setting::ColumnShare(share), ModelSpec::GradientBoosting(s)) => {
            s.column_share = Some(share)
        }
        (Setting::MinSamplesLeaf(rows), ModelSpec::RandomForest(s)) => s.min_samples_leaf = rows,
        (Setting::MinSamplesLeaf(rows), ModelSpec::GradientBoosting(s)) => {
            s.min_samples_leaf = rows;
        }
        (Setting::ClassWeights(w), ModelSpec::RandomForest(s)) => s.class_weight = weight(w),
        (Setting::ClassWeights(w), ModelSpec::GradientBoosting(s)) => s.class_weight = weight(w),
        (Setting::MaxFeatures(draw), ModelSpec::RandomForest(s)) => {
            s.max_features = match draw {
                FeatureDraw::Sqrt => MaxFeatures::Sqrt,
                FeatureDraw::Log2 => MaxFeatures::Log2,
                FeatureDraw::All => MaxFeatures::All,
                FeatureDraw::Share(share) => MaxFeatures::Share(share),
            }
        }
        (Setting::Impurity(impurity), ModelSpec::RandomForest(s)) => {
            s.criterion = match impurity {
                Impurity::Gini => Criterion::Gini,
                Impurity::Entropy => Criterion::Entropy,
            }
        }
        (Setting::RandomCuts(random), ModelSpec::RandomForest(s)) => s.random_cuts = random,
        (Setting::LearningRate(rate), ModelSpec::GradientBoosting(s)) => s.learning_rate = rate,
        (Setting::L2(penalty), ModelSpec::GradientBoosting(s)) => s.l2 = penalty,
        (Setting::Subsample(share), ModelSpec::GradientBoosting(s)) => s.subsample = share,
        _ => {}
    }
}

fn weight(weights: ClassWeights) -> ClassWeight {
    match weights {
        ClassWeights::None => ClassWeight::None,
        ClassWeights::Balanced => ClassWeight::Balanced,
    }
}

/// A search's settings as a person reads them: `depth limit 12, class weights none`.
pub(super) fn words(settings: &[Setting]) -> String {
    let word = |setting: &Setting| match setting {
        Setting::MaxDepth(Some(levels)) => format!("depth limit {levels}"),
        Setting::MaxDepth(None) => "no depth limit".to_owned(),
        Setting::MinSamplesLeaf(rows) => format!("{rows} rows in a leaf"),
        Setting::ClassWeights(ClassWeights::None) => "every row alike".to_owned(),
        Setting::ClassWeights(ClassWeights::Balanced) => "every class alike".to_owned(),
        Setting::MaxFeatures(draw) => match draw {
            FeatureDraw::Sqrt => "root of the features".to_owned(),
            FeatureDraw::Log2 => "logarithm of the features".to_owned(),
            FeatureDraw::All => "all features".to_owned(),
            FeatureDraw::Share(share) => format!("{share} of the features"),
        },
        Setting::Impurity(Impurity::Gini) => "Gini".to_owned(),
        Setting::Impurity(Impurity::Entropy) => "entropy".to_owned(),
        Setting::RandomCuts(true) => "random cuts".to_owned(),
        Setting::RandomCuts(false) => "best cuts".to_owned(),
        Setting::LearningRate(rate) => format!("rate {rate}"),
        Setting::L2(penalty) => format!("L2 {penalty}"),
        Setting::Subsample(share) => format!("{share} of the rows"),
        Setting::MaxLeaves(Some(leaves)) => format!("{leaves} leaves"),
        Setting::MaxLeaves(None) => "any number of leaves".to_owned(),
        Setting::ColumnShare(share) => format!("{share} of the columns"),
    };
    settings.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn interval(i: crate::evaluate::Interval) -> Interval {
    Interval {
        low: i.low,
        high: i.high,
    }
}

/// An evaluation as a report; options, names and rows of training are the caller's to fill in.
pub(super) fn report(e: Evaluation) -> Option<Report> {
    let name = |class: usize| e.classes.get(class).cloned().unwrap_or_default();
    let curves = |curves: &[crate::evaluate::CurvePoints]| -> Vec<Curve> {
        curves
            .iter()
            .map(|c| Curve {
                class: name(c.class),
                points: c.points.clone(),
                thresholds: c.thresholds.clone(),
                area: c.area,
            })
            .collect()
    };
    let baseline = e.baseline.as_ref()?;
    Some(Report {
        accuracy: e.accuracy,
        accuracy_interval: interval(e.accuracy_interval),
        balanced_accuracy: e.balanced_accuracy,
        macro_precision: e.macro_precision,
        macro_recall: e.macro_recall,
        macro_f1: e.macro_f1,
        macro_f1_interval: interval(e.macro_f1_interval),
        weighted_precision: e.weighted_precision,
        weighted_recall: e.weighted_recall,
        weighted_f1: e.weighted_f1,
        mcc: e.mcc,
        log_loss: e.log_loss,
        roc_auc_ovr: e.roc_auc_ovr,
        average_precision: e.average_precision,
        confusion: e.confusion.clone(),
        per_class: e
            .per_class
            .iter()
            .map(|c| ClassScore {
                class: name(c.class),
                precision: c.precision,
                recall: c.recall,
                f1: c.f1,
                support: c.support,
                roc_auc: c.roc_auc,
                average_precision: c.average_precision,
            })
            .collect(),
        roc: curves(&e.roc),
        precision_recall: curves(&e.precision_recall),
        importance: Vec::new(),
        baseline: Baseline {
            class: name(baseline.class),
            accuracy: baseline.accuracy,
            balanced_accuracy: baseline.balanced_accuracy,
            macro_f1: baseline.macro_f1,
            weighted_f1: baseline.weighted_f1,
            log_loss: baseline.log_loss,
        },
        beats_baseline: e.beats_baseline,
        rows_train: 0,
        rows_test: e.rows as u64,
        fit_secs: 0.0,
        options: crate::protocol::Options::default(),
        data_fingerprint: String::new(),
        data_name: String::new(),
        out_of_bag: None,
        rounds: None,
        unfamiliar: None,
        undefined: e
            .undefined
            .iter()
            .map(|(figure, why)| Undefined {
                figure: figure.clone(),
                why: why.clone(),
            })
            .collect(),
        notices: Vec::new(),
        classes: e.classes,
    })
}

/// Importances by column, the largest mean drop first.
pub(super) fn importance(
    columns: Vec<ColumnImportance>,
    names: &[String],
    impurity_by_column: &[f64],
) -> Vec<Importance> {
    let mut out: Vec<Importance> = columns
        .into_iter()
        .map(|c| Importance {
            column: names.get(c.source).cloned().unwrap_or_default(),
            mean: c.mean,
            std: c.std,
            repeats: c.repeats,
            impurity: impurity_by_column.get(c.source).copied().unwrap_or(0.0),
        })
        .collect();
    sort_by(&mut out, |a, b| {
        b.mean
            .total_cmp(&a.mean)
            .then_with(|| b.impurity.total_cmp(&a.impurity))
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{BoostSpec, ForestSpec, TreeSpec};

    #[test]
    fn the_page_s_defaults_are_the_library_s() {
        let of = |spec| learner(&spec, 42).unwrap();
        let forest = Learner::Forest(ForestParams::new().check().unwrap());
        assert_eq!(of(ModelSpec::RandomForest(ForestSpec::default())), forest);
        let boost = Learner::Boost(BoostParams::new().check().unwrap());
        assert_eq!(of(ModelSpec::GradientBoosting(BoostSpec::default())), boost);
        let tree = Learner::DecisionTree(DecisionTreeParams::new().check().unwrap());
        assert_eq!(of(ModelSpec::DecisionTree(TreeSpec::default())), tree);
    }
}
