//! Options as plain objects. What is not known or out of place is an error that names it.

use wasm_bindgen::JsValue;

use kubecast::data::ColumnKind;
use kubecast::json::{self, JsonError, Plain, Reader, Value};
use kubecast::protocol::{
    Failure, FailureCode, ModelSpec, Place, PrepareSpec, ReadSpec, SearchSpec, SimulateSpec,
};

use crate::reading;

/// What `train` was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TrainOptions {
    pub prepare: PrepareSpec,
    pub model: ModelSpec,
    pub kinds: Vec<(String, ColumnKind)>,
    pub name: String,
    /// How the table is written; none guesses everything.
    pub reading: Option<Box<ReadSpec>>,
}

/// What `predict` and `evaluate` were asked for: how the table is written.
pub(crate) fn read_table(options: &JsValue) -> Result<Option<Box<ReadSpec>>, Failure> {
    reading::of_table(object(options)?)
}

pub(crate) fn read_simulate(options: &JsValue) -> Result<SimulateSpec, Failure> {
    from_map(object(options)?, "")
}

pub(crate) fn read_train(options: &JsValue) -> Result<TrainOptions, Failure> {
    train_from(object(options)?)
}

/// What `search` was asked for: a training's options, and how to search.
pub(crate) fn read_search(options: &JsValue) -> Result<(TrainOptions, SearchSpec), Failure> {
    search_from(object(options)?)
}

pub(crate) type Map = Vec<(String, Value)>;

fn remove(map: &mut Map, name: &str) -> Option<Value> {
    let at = map.iter().position(|(known, _)| known == name)?;
    Some(map.remove(at).1)
}

fn search_from(mut map: Map) -> Result<(TrainOptions, SearchSpec), Failure> {
    let search = match remove(&mut map, "search") {
        None => SearchSpec::default(),
        Some(Value::Map(search)) => from_map(search, "search.")?,
        Some(_) => return Err(refused("search", "it is an object such as { seconds: 30 }")),
    };
    Ok((train_from(map)?, search))
}

fn train_from(mut map: Map) -> Result<TrainOptions, Failure> {
    let kinds = match remove(&mut map, "kinds") {
        None => Vec::new(),
        Some(Value::Map(kinds)) => kinds
            .into_iter()
            .map(|(column, kind)| {
                let read = json::of_value(kind)
                    .map_err(|why| refused(&format!("kinds.{column}"), &why.to_string()))?;
                Ok((column, read))
            })
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(refused("kinds", "it maps column names to kinds")),
    };
    let name = match remove(&mut map, "name") {
        None => "data.csv".to_owned(),
        Some(Value::Text(name)) => name,
        Some(_) => return Err(refused("name", "it is a string")),
    };
    let model = match remove(&mut map, "model") {
        None => ModelSpec::default(),
        Some(Value::Text(kind)) => model_from(&kind, Map::new())?,
        Some(Value::Map(mut model)) => match remove(&mut model, "kind") {
            Some(Value::Text(kind)) => model_from(&kind, model)?,
            _ => return Err(refused("model.kind", KINDS)),
        },
        Some(_) => return Err(refused("model", KINDS)),
    };
    let reading = reading::reading_of(remove(&mut map, "reading"))?;
    Ok(TrainOptions {
        prepare: from_map(map, "")?,
        model,
        kinds,
        name,
        reading,
    })
}

const KINDS: &str = "it is random-forest, gradient-boosting or decision-tree";

fn model_from(kind: &str, params: Map) -> Result<ModelSpec, Failure> {
    Ok(match kind {
        "random-forest" => ModelSpec::RandomForest(from_map(params, "model.")?),
        "gradient-boosting" => ModelSpec::GradientBoosting(from_map(params, "model.")?),
        "decision-tree" => ModelSpec::DecisionTree(from_map(params, "model.")?),
        _ => return Err(refused("model.kind", KINDS)),
    })
}

/// The object's own enumerable properties; nothing for undefined and null.
fn object(options: &JsValue) -> Result<Map, Failure> {
    if options.is_undefined() || options.is_null() {
        return Ok(Map::new());
    }
    let text = js_sys::JSON::stringify(options)
        .ok()
        .and_then(|text| text.as_string())
        .ok_or_else(|| refused("options", "it is an object of plain values"))?;
    match Value::of_text(text.as_bytes()) {
        Ok(Value::Map(map)) => Ok(map),
        _ => Err(refused("options", "it is an object of plain values")),
    }
}

/// Reads a spec whose fields all have defaults.
fn from_map<T: Plain>(map: Map, prefix: &str) -> Result<T, Failure> {
    let mut spec = T::blank();
    match fill(map, prefix, &mut spec) {
        None => Ok(spec),
        Some(failure) => Err(failure),
    }
}

/// A field that cannot be read is found by reading each alone.
fn fill(map: Map, prefix: &str, spec: &mut dyn Plain) -> Option<Failure> {
    let fields = map.clone();
    let why = read(map, spec).err()?;
    for (name, value) in fields {
        if let Err(why) = read(vec![(name.clone(), value)], spec) {
            return Some(refused(&format!("{prefix}{name}"), &why.to_string()));
        }
    }
    Some(refused(prefix.trim_end_matches('.'), &why.to_string()))
}

fn read(map: Map, spec: &mut dyn Plain) -> Result<(), JsonError> {
    let mut reader = Reader::new(Value::Map(map));
    spec.read(&mut reader);
    reader.finish()
}

pub(crate) fn refused(option: &str, why: &str) -> Failure {
    Failure {
        code: FailureCode::Option,
        title: format!("The option {option} cannot be used"),
        detail: format!("{}.", why.trim_end_matches('.')),
        hint: "The module's type declarations list every option.".to_owned(),
        place: Place {
            column: Some(option.to_owned()),
            ..Place::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubecast::protocol::{FoldKind, ForestSpec, Missing, SearchScore, TreeSpec};

    fn read(json: &str) -> Result<TrainOptions, Failure> {
        match Value::of_text(json.as_bytes()).unwrap() {
            Value::Map(map) => train_from(map),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn options_arrive_and_the_rest_are_the_page_s_defaults() {
        assert_eq!(
            read("{}").unwrap(),
            TrainOptions {
                prepare: PrepareSpec::default(),
                model: ModelSpec::default(),
                kinds: Vec::new(),
                name: "data.csv".to_owned(),
                reading: None,
            }
        );
        let read = read(
            r#"{"target": "y", "missing": {"constant": -1}, "seed": 7, "kinds": {"__proto__": "category"}, "name": "a.csv",
                "model": {"kind": "random-forest", "trees": 9, "max_features": {"share": 0.5}}}"#,
        )
        .unwrap();
        assert_eq!(read.prepare.missing, Missing::Constant(-1.0));
        assert_eq!((read.prepare.target.as_str(), read.prepare.seed), ("y", 7));
        assert_eq!(read.kinds, [("__proto__".to_owned(), ColumnKind::Category)]);
        let ModelSpec::RandomForest(ForestSpec { trees: 9, .. }) = read.model else {
            panic!("{:?}", read.model)
        };
        assert_eq!(
            super::tests::read(r#"{"model": "decision-tree"}"#)
                .unwrap()
                .model,
            ModelSpec::DecisionTree(TreeSpec::default())
        );
    }

    #[test]
    fn a_search_takes_a_training_s_options_and_its_own() {
        let read = |json: &str| match Value::of_text(json.as_bytes()).unwrap() {
            Value::Map(map) => search_from(map),
            other => panic!("{other:?}"),
        };
        let (train, search) = read(r#"{"target": "y"}"#).unwrap();
        assert_eq!(train.prepare.target, "y");
        assert_eq!(search, SearchSpec::default());
        let words = r#"{"model": "gradient-boosting", "search": {"seconds": 3, "folds": 4, "fold_kind": {"grouped": {"column": "node"}}, "score": "log-loss"}}"#;
        let (train, search) = read(words).unwrap();
        assert!(matches!(train.model, ModelSpec::GradientBoosting(_)));
        let expected = SearchSpec {
            seconds: 3.0,
            folds: 4,
            fold_kind: FoldKind::Grouped {
                column: "node".to_owned(),
            },
            score: SearchScore::LogLoss,
            ..SearchSpec::default()
        };
        assert_eq!(search, expected);
        for (json, option) in [
            (r#"{"search": 3}"#, "search"),
            (r#"{"search": {"secs": 3}}"#, "search.secs"),
            (r#"{"tagret": "y"}"#, "tagret"),
        ] {
            let failure = read(json).unwrap_err();
            assert_eq!(failure.place.column.as_deref(), Some(option), "{failure}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (json, option) in [
            (r#"{"tagret": "y"}"#, "tagret"),
            (r#"{"seed": -1}"#, "seed"),
            (r#"{"seed": 1, "scaling": "cubic"}"#, "scaling"),
            (
                r#"{"model": {"kind": "random-forest", "tres": 3}}"#,
                "model.tres",
            ),
            (
                r#"{"model": {"kind": "random-forest", "trees": "many"}}"#,
                "model.trees",
            ),
            (r#"{"model": {"kind": "svm"}}"#, "model.kind"),
            (r#"{"model": {}}"#, "model.kind"),
            (r#"{"model": 3}"#, "model"),
            (r#"{"kinds": {"a": "colour"}}"#, "kinds.a"),
            (r#"{"name": 3}"#, "name"),
            (r#"{"reading": ";"}"#, "reading"),
            (r#"{"reading": {"delimiter": "ab"}}"#, "reading.delimiter"),
            (r#"{"reading": {"header-rows": 1}}"#, "reading.header-rows"),
            (r#"{"reading": {"step": 0}}"#, "reading.step"),
        ] {
            let failure = read(json).unwrap_err();
            assert_eq!(failure.place.column.as_deref(), Some(option), "{failure}");
            assert!(failure.title.contains(option));
            assert_eq!(failure.code, FailureCode::Option);
        }
    }
}
