//! The learners behind one JSON object in and one out, so that other tools can ask them: `cargo xtask conformance` runs
//! scikit-learn's estimator checks against it.
//!
//! `{"op":"fit","kind":"rf|gb|iforest","X":[[..]],"y":[..],"w":[..],"params":{..},"seed":S}` on standard input gives
//! `{"model":"<base64>","classes":[..]}` (for `iforest` no classes, but an `"offset"`), or `{"error":"a sentence"}`.
//! `{"op":"predict","model":"<base64>","X":[[..]]}` gives `{"label":[..],"proba":[[..]]}`, for `iforest`
//! `{"score":[..],"offset":f}`: the higher a score the more normal, and an inlier where score - offset >= 0. `null` and
//! `NaN` are missing values. The program ends with 0 even where it refuses. With `--serve` it answers line by line.

#![expect(clippy::print_stdout, reason = "a program that prints its result")]

#[path = "estimator/base64.rs"]
mod base64;
#[path = "estimator/input.rs"]
mod input;
#[path = "estimator/label.rs"]
mod label;
#[path = "estimator/options.rs"]
mod options;

use std::io::{BufRead as _, Read as _};

use kubecast::learn::{Fitter, IsolationFitter, IsolationForest, Model, TrainRows};
use kubecast::trees::{Reader, Writer};
use label::Labels;
use options::Estimator;
use serde_json::{Value, json};

type Answer<T = Value> = Result<T, String>;

fn main() {
    let mut stdin = std::io::stdin().lock();
    if std::env::args().any(|argument| argument == "--serve") {
        let mut line = Vec::new();
        while stdin.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            println!("{}", answer(&line));
            line.clear();
        }
    } else {
        let mut bytes = Vec::new();
        let read = stdin.read_to_end(&mut bytes);
        let read = read.map_err(|error| json!({ "error": error.to_string() }));
        println!(
            "{}",
            read.map_or_else(|refused| refused, |_| answer(&bytes))
        );
    }
}

fn answer(request: &[u8]) -> Value {
    let answered = input::parse(request).and_then(|request| match request["op"].as_str() {
        Some("fit") => fit(&request),
        Some("predict") => predict(&request),
        _ => Err("`op` must be \"fit\" or \"predict\"".to_owned()),
    });
    answered.unwrap_or_else(|error| json!({ "error": error }))
}

fn sentence(error: impl ToString) -> String {
    error.to_string()
}

fn fit(request: &Value) -> Answer {
    let x = input::matrix(&request["X"])?;
    let estimator = Estimator::of(request, x.ncols())?;
    let mut weights = input::weights(&request["w"], x.nrows())?;
    let mut w = Writer::new();
    if let Estimator::Isolation(params) = estimator {
        let mut fitter =
            IsolationFitter::new(x.view(), weights.as_deref(), params).map_err(sentence)?;
        while fitter.step().map_err(sentence)? {}
        let forest = fitter.finish().ok_or("units are missing")?;
        w.u8(ISOLATION);
        forest.write(&mut w);
        let model = base64::encode(&w.into_bytes());
        return Ok(json!({ "model": model, "classes": [], "offset": forest.offset() }));
    }
    let Estimator::Classifier {
        learner,
        class_weight,
    } = estimator
    else {
        return Err("no such learner".to_owned());
    };
    input::refuse_infinite(&x)?;
    let (labels, classes) = Labels::of(&request["y"])?;
    if classes.len() != x.nrows() {
        return Err(format!(
            "X has {} rows, but y has {}",
            x.nrows(),
            classes.len()
        ));
    }
    options::apply_class_weight(&class_weight, &labels, &classes, &mut weights)?;
    let mut rows = TrainRows::new(x.view(), &classes, labels.len());
    if let Some(weights) = &weights {
        rows = rows.weights(weights);
    }
    let mut fitter = Fitter::of(&rows, learner).map_err(sentence)?;
    while fitter.step().map_err(sentence)? {}
    let model = fitter.finish().ok_or("units are missing")?;
    w.u8(CLASSIFIER);
    w.bytes(labels.to_json().to_string().as_bytes());
    model.write(&mut w);
    let model = base64::encode(&w.into_bytes());
    Ok(json!({ "model": model, "classes": labels.to_json() }))
}

/// What a kept model begins with.
const CLASSIFIER: u8 = 1;
const ISOLATION: u8 = 2;

fn predict(request: &Value) -> Answer {
    let text = request["model"].as_str().ok_or("`model` must be text")?;
    let bytes = base64::decode(text).ok_or("the model is no base64")?;
    let x = input::matrix(&request["X"])?;
    let mut r = Reader::new(&bytes);
    let kind = r.u8().map_err(sentence)?;
    if kind == ISOLATION {
        let forest = IsolationForest::read(&mut r).map_err(sentence)?;
        r.finish().map_err(sentence)?;
        let scores = forest.score_samples(x.view()).map_err(sentence)?.to_vec();
        return Ok(json!({ "score": scores, "offset": forest.offset() }));
    }
    if kind != CLASSIFIER {
        return Err(format!("the model is of kind {kind}, which there is not"));
    }
    let classes = r.text().map_err(sentence)?;
    let classes: Value = serde_json::from_str(classes).map_err(sentence)?;
    let model = Model::read(&mut r).map_err(sentence)?;
    r.finish().map_err(sentence)?;
    let names = classes.as_array().filter(|n| n.len() == model.classes());
    let names = names.ok_or("the model's classes are damaged")?;
    input::refuse_infinite(&x)?;
    if x.ncols() != model.features() {
        return Err(format!(
            "X has {} features, but the model was fitted on {} features",
            x.ncols(),
            model.features()
        ));
    }
    let proba = model.predict_proba(x.view());
    let likeliest = Model::likeliest(proba.view());
    let label: Vec<&Value> = likeliest.iter().map(|&k| &names[k as usize]).collect();
    let proba: Vec<Vec<f64>> = proba.rows().into_iter().map(|row| row.to_vec()).collect();
    Ok(json!({ "label": label, "proba": proba }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(request: &str) -> Value {
        answer(request.as_bytes())
    }

    fn refused(request: &str, part: &str) {
        let answer = asked(request);
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(error.contains(part), "{request}: {answer}");
    }

    fn blobs(kind: &str, y: &str) -> Value {
        let x = "[[0,NaN],[0.1,2],[0,3],[5,1],[5.1,null],[5,2],[0.05,1],[5.2,1]]";
        asked(&format!(
            r#"{{"op":"fit","kind":"{kind}","X":{x},"y":{y},"params":{{"n_estimators":20}},"seed":7}}"#
        ))
    }

    #[test]
    fn labels_keep_their_kind_and_are_sorted() {
        for (y, classes, first) in [
            (
                r#"["z","z","z","a","a","a","z","a"]"#,
                json!(["a", "z"]),
                json!("z"),
            ),
            ("[10,10,10,9,9,9,10,9]", json!([9, 10]), json!(10)),
            ("[1.0,1,1,-2,-2,-2,1,-2]", json!([-2.0, 1.0]), json!(1.0)),
            (
                "[false,false,false,true,true,true,false,true]",
                json!([false, true]),
                json!(false),
            ),
        ] {
            for kind in ["rf", "gb"] {
                let fitted = blobs(kind, y);
                assert_eq!(fitted["classes"], classes, "{fitted}");
                let request = json!({ "op": "predict", "model": fitted["model"], "X": [[0.0, 2.0], [5.0, null]] });
                let predicted = asked(&request.to_string());
                assert_eq!(predicted["label"][0], first, "{predicted}");
                for proba in predicted["proba"].as_array().unwrap() {
                    let sum: f64 = proba
                        .as_array()
                        .unwrap()
                        .iter()
                        .filter_map(Value::as_f64)
                        .sum();
                    assert!((sum - 1.0).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn a_weight_of_two_is_two_rows_and_one_of_zero_is_none() {
        for kind in ["rf", "gb", "iforest"] {
            let with = |x: &str, y: &str, w: &str| {
                asked(&format!(
                    r#"{{"op":"fit","kind":"{kind}","X":{x},"y":{y},"w":{w},"seed":3}}"#
                ))
            };
            let weighted = with("[[3],[1],[9],[2],[4]]", "[1,0,0,0,1]", "[1,2,0,1,2]");
            let repeated = with("[[1],[1],[2],[3],[4],[4]]", "[0,0,0,1,1,1]", "null");
            let predict = |fitted: &Value| {
                let request =
                    json!({ "op": "predict", "model": fitted["model"], "X": [[0], [2.2], [9]] });
                asked(&request.to_string())
            };
            assert!(weighted["error"].is_null(), "{weighted}");
            assert_eq!(predict(&weighted), predict(&repeated), "{kind}");
        }
    }

    #[test]
    fn an_isolation_forest_scores_the_far_row_lowest() {
        let fitted = asked(
            r#"{"op":"fit","kind":"iforest","X":[[1],[2],[1.5],[1.2],[99]],"params":{"contamination":0.2}}"#,
        );
        let request = json!({ "op": "predict", "model": fitted["model"], "X": [[1.5], [99]] });
        let scored = asked(&request.to_string());
        let score = |row: usize| scored["score"][row].as_f64().unwrap();
        let offset = scored["offset"].as_f64().unwrap();
        assert!(score(0) >= offset && score(1) < offset, "{scored}");
    }

    #[test]
    fn what_cannot_be_done_is_said_in_a_sentence() {
        refused("", "not JSON");
        refused("[]", "object");
        refused(r#"{"op":"fly"}"#, "`op`");
        refused(r#"{"op":"fit","kind":"svm","X":[[1]]}"#, "`kind`");
        refused(
            r#"{"op":"fit","kind":"rf","X":[1,2],"y":[1,2]}"#,
            "list of rows",
        );
        refused(
            r#"{"op":"fit","kind":"rf","X":[[1,2],[1]],"y":[1,2]}"#,
            "row 1",
        );
        refused(
            r#"{"op":"fit","kind":"rf","X":[["x"]],"y":[1]}"#,
            "no number",
        );
        refused(r#"{"op":"fit","kind":"rf","X":[],"y":[]}"#, "no rows");
        refused(
            r#"{"op":"fit","kind":"rf","X":[[1],[2]],"y":[1]}"#,
            "2 rows",
        );
        refused(
            r#"{"op":"fit","kind":"rf","X":[[1],[-Infinity]],"y":[1,2]}"#,
            "row 1, column 0 of X is -inf",
        );
        refused(
            r#"{"op":"fit","kind":"rf","X":[[1],[2]],"y":[1,NaN]}"#,
            "y[1] is missing",
        );
        refused(
            r#"{"op":"fit","kind":"gb","X":[[1],[2]],"y":[0.5,1]}"#,
            "Unknown label type",
        );
        refused(
            r#"{"op":"fit","kind":"gb","X":[[1],[2]],"y":["a",1]}"#,
            "mixes",
        );
        refused(
            r#"{"op":"fit","kind":"gb","X":[[1],[2]],"y":[1,1]}"#,
            "one class",
        );
        refused(
            r#"{"op":"fit","kind":"gb","X":[[1],[2]],"y":[1,2],"w":[0,0]}"#,
            "zero",
        );
        for kind in ["rf", "gb", "iforest"] {
            let with = |params: &str| {
                format!(
                    r#"{{"op":"fit","kind":"{kind}","X":[[1],[2]],"y":[1,2],"params":{params}}}"#
                )
            };
            refused(&with(r#"{"colour":1}"#), "colour");
            refused(&with(r#"{"n_estimators":0}"#), "0, but must be");
            refused(&with(r#"{"n_estimators":1.5}"#), "n_estimators is 1.5");
            refused(&with(r#"{"random_state":"x"}"#), "random_state is");
            let fine = asked(&with(r#"{"n_estimators":2,"random_state":3}"#));
            assert!(fine["error"].is_null(), "{fine}");
        }
        refused(r#"{"op":"predict","model":"%","X":[[1]]}"#, "base64");
        refused(r#"{"op":"predict","model":"","X":[[1]]}"#, "end at");
        refused(r#"{"op":"predict","model":"CQkJ","X":[[1]]}"#, "kind 9");
        let fitted = blobs("rf", "[0,0,0,1,1,1,0,1]");
        let wide = json!({ "op": "predict", "model": fitted["model"], "X": [[1, 2, 3]] });
        refused(
            &wide.to_string(),
            "X has 3 features, but the model was fitted on 2",
        );
        let mut text = fitted["model"].as_str().unwrap().to_owned();
        text.truncate(text.len() / 8 * 4);
        let cut = json!({ "op": "predict", "model": text, "X": [[1, 2]] });
        assert!(asked(&cut.to_string())["error"].is_string());
    }

    #[test]
    fn base64_is_the_standards() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(base64::encode(bytes.as_bytes()), text);
            assert_eq!(base64::decode(text).unwrap(), bytes.as_bytes());
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(base64::decode(&base64::encode(&all)), Some(all));
        for bad in ["Z", "Zg=", "Z===", "Zg==Zg==", "Zm 9"] {
            assert_eq!(base64::decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn pythons_numbers_are_read_outside_of_text_only() {
        let request =
            input::parse(br#"{"NaN":[NaN,-Infinity,"NaN \" Infinity",Infinity]}"#).unwrap();
        let expected = json!({ "NaN": [null, "-inf", "NaN \" Infinity", "inf"] });
        assert_eq!(request, expected);
    }
}
