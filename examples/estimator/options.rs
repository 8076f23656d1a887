//! A request's `params`, by scikit-learn's names, as checked parameters of ours.

use kubecast::learn::{
    Amount, BoostParams, ClassWeights, FeatureDraw, ForestParams, IsolationParams,
    IsolationValidParams, Learner,
};
use kubecast::trees::Impurity;
use linfa::ParamGuard as _;
use serde_json::{Map, Value};

use super::label::Labels;
use super::{Answer, sentence};

/// What to fit.
pub enum Estimator {
    /// A classifier.
    Classifier {
        /// With checked parameters.
        learner: Learner,
        /// A weight for each class by name, where `class_weight` says so.
        class_weight: Map<String, Value>,
    },
    /// An isolation forest.
    Isolation(IsolationValidParams),
}

impl Estimator {
    /// Of a request whose rows have so many features.
    pub fn of(request: &Value, features: usize) -> Answer<Self> {
        let mut params = match &request["params"] {
            Value::Null => Map::new(),
            Value::Object(params) => params.clone(),
            _ => return Err("`params` must be an object".to_owned()),
        };
        // scikit-learn's name for it, among the parameters.
        let random_state = params.remove("random_state").unwrap_or(Value::Null);
        let seed = seed("random_state", &random_state)?.or(seed("seed", &request["seed"])?);
        let (params, seed) = (&params, seed.unwrap_or(0));
        match request["kind"].as_str() {
            Some("rf") => forest(params, seed, features),
            Some("gb") => boosting(params, seed),
            Some("iforest") => isolation(params, seed),
            _ => Err("`kind` must be \"rf\", \"gb\" or \"iforest\"".to_owned()),
        }
    }
}

fn seed(name: &str, value: &Value) -> Answer<Option<u64>> {
    absent_or(value, |value| {
        let seed = value.as_u64().or_else(|| value.as_i64().map(|n| n as u64));
        seed.map_or_else(|| refused(name, value, "a whole number"), Ok)
    })
}

fn forest(params: &Map<String, Value>, seed: u64, features: usize) -> Answer<Estimator> {
    let mut forest = ForestParams::new()
        .class_weights(ClassWeights::None)
        .seed(seed);
    let mut class_weight = Map::new();
    for (name, value) in params {
        forest = match name.as_str() {
            "n_estimators" => forest.trees(count(name, value)?),
            "max_depth" => forest.max_depth(absent_or(value, |v| count(name, v))?),
            "min_samples_split" => forest.min_samples_split(count(name, value)?),
            "min_samples_leaf" => forest.min_samples_leaf(count(name, value)?),
            "max_features" => forest.max_features(feature_draw(value, features)?),
            "max_leaf_nodes" => forest.max_leaves(absent_or(value, |v| count(name, v))?),
            "bootstrap" => forest.bootstrap(truth(name, value)?),
            "criterion" => forest.impurity(match value.as_str() {
                Some("gini") => Impurity::Gini,
                Some("entropy" | "log_loss") => Impurity::Entropy,
                _ => return refused(name, value, "\"gini\", \"entropy\" or \"log_loss\""),
            }),
            "class_weight" => {
                let (rule, by_name) = weights_of_classes(value)?;
                class_weight = by_name;
                forest.class_weights(rule)
            }
            _ => return unknown(name, "rf"),
        };
    }
    Ok(Estimator::Classifier {
        learner: Learner::Forest(forest.check().map_err(sentence)?),
        class_weight,
    })
}

fn boosting(params: &Map<String, Value>, seed: u64) -> Answer<Estimator> {
    let mut boost = BoostParams::new().seed(seed);
    let mut class_weight = Map::new();
    for (name, value) in params {
        boost = match name.as_str() {
            "n_estimators" | "max_iter" => boost.rounds(count(name, value)?),
            "learning_rate" => boost.learning_rate(number(name, value)?),
            "max_depth" => boost.max_depth(absent_or(value, |v| count(name, v))?),
            "max_leaf_nodes" => boost.max_leaves(absent_or(value, |v| count(name, v))?),
            "min_samples_leaf" => boost.min_samples_leaf(count(name, value)?),
            "l2_regularization" => boost.l2(number(name, value)?),
            "subsample" => boost.subsample(number(name, value)?),
            "colsample_bytree" if value == "auto" => boost.column_share(None),
            "colsample_bytree" => boost.column_share(number(name, value)?),
            "min_child_weight" => boost.min_hessian(number(name, value)?),
            "class_weight" => {
                let (rule, by_name) = weights_of_classes(value)?;
                class_weight = by_name;
                boost.class_weights(rule)
            }
            _ => return unknown(name, "gb"),
        };
    }
    Ok(Estimator::Classifier {
        learner: Learner::Boost(boost.check().map_err(sentence)?),
        class_weight,
    })
}

fn isolation(params: &Map<String, Value>, seed: u64) -> Answer<Estimator> {
    let mut forest = IsolationParams::new().seed(seed);
    for (name, value) in params {
        forest = match name.as_str() {
            "n_estimators" => forest.trees(count(name, value)?),
            "max_samples" if value == "auto" => forest.max_samples(None),
            "max_samples" => forest.max_samples(Some(amount(name, value)?)),
            "max_features" => forest.max_features(amount(name, value)?),
            "bootstrap" => forest.bootstrap(truth(name, value)?),
            "contamination" if value == "auto" => forest.contamination(None),
            "contamination" => forest.contamination(Some(number(name, value)?)),
            _ => return unknown(name, "iforest"),
        };
    }
    Ok(Estimator::Isolation(forest.check().map_err(sentence)?))
}

/// Multiplies each row's weight by its class's; a class that is not named counts 1.
pub fn apply_class_weight(
    class_weight: &Map<String, Value>,
    labels: &Labels,
    classes: &[u8],
    weights: &mut Option<Vec<f64>>,
) -> Answer<()> {
    if class_weight.is_empty() {
        return Ok(());
    }
    let mut by_class = vec![1.0; labels.len()];
    for (name, value) in class_weight {
        let weight = number("class_weight", value)?;
        if !(weight.is_finite() && weight >= 0.0) {
            return refused("class_weight", value, "0 or more for each class");
        }
        let place = labels.place(name);
        let place = place.ok_or_else(|| format!("class_weight names {name}, which is no class"))?;
        by_class[place] = weight;
    }
    let weights = weights.get_or_insert_with(|| vec![1.0; classes.len()]);
    for (weight, &class) in weights.iter_mut().zip(classes) {
        *weight *= by_class[usize::from(class)];
    }
    Ok(())
}

fn refused<T>(name: &str, value: &Value, allowed: &str) -> Answer<T> {
    Err(format!("{name} is {value}, but must be {allowed}"))
}

fn unknown<T>(name: &str, kind: &str) -> Answer<T> {
    Err(format!("{kind} has no parameter `{name}`"))
}

fn absent_or<T>(value: &Value, read: impl FnOnce(&Value) -> Answer<T>) -> Answer<Option<T>> {
    if value.is_null() {
        Ok(None)
    } else {
        read(value).map(Some)
    }
}

fn count(name: &str, value: &Value) -> Answer<u32> {
    match value.as_u64().and_then(|n| u32::try_from(n).ok()) {
        Some(n) => Ok(n),
        None => refused(name, value, "a whole number, 0 or more"),
    }
}

fn number(name: &str, value: &Value) -> Answer<f64> {
    match value.as_f64() {
        Some(x) => Ok(x),
        None => refused(name, value, "a number"),
    }
}

fn truth(name: &str, value: &Value) -> Answer<bool> {
    match value.as_bool() {
        Some(b) => Ok(b),
        None => refused(name, value, "true or false"),
    }
}

fn amount(name: &str, value: &Value) -> Answer<Amount> {
    if value.is_f64() {
        number(name, value).map(Amount::Share)
    } else {
        count(name, value).map(Amount::Count)
    }
}

fn feature_draw(value: &Value, features: usize) -> Answer<FeatureDraw> {
    match (value, value.as_str()) {
        (Value::Null, _) => Ok(FeatureDraw::All),
        (_, Some("sqrt")) => Ok(FeatureDraw::Sqrt),
        (_, Some("log2")) => Ok(FeatureDraw::Log2),
        (Value::Number(n), _) if n.is_f64() => {
            number("max_features", value).map(FeatureDraw::Share)
        }
        (Value::Number(n), _) if n.as_u64().is_some_and(|n| n > 0) => {
            let share = (n.as_f64().unwrap_or(1.0) + 0.5) / features.max(1) as f64;
            Ok(if share < 1.0 {
                FeatureDraw::Share(share)
            } else {
                FeatureDraw::All
            })
        }
        _ => refused(
            "max_features",
            value,
            "\"sqrt\", \"log2\", null, a number of features or a share such as 0.5",
        ),
    }
}

fn weights_of_classes(value: &Value) -> Answer<(ClassWeights, Map<String, Value>)> {
    match value {
        Value::Null => Ok((ClassWeights::None, Map::new())),
        Value::String(rule) if rule == "balanced" => Ok((ClassWeights::Balanced, Map::new())),
        Value::Object(by_name) => Ok((ClassWeights::None, by_name.clone())),
        _ => refused(
            "class_weight",
            value,
            "null, \"balanced\" or an object of a number for each class",
        ),
    }
}
