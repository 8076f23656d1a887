//! What was chosen for a training, for people.

use super::Options;
use crate::data::{sort_by, sort_by_key};
use crate::json::{self, Value};

/// What was chosen, as names and values, nested names joined.
pub fn option_lines(options: &Options) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    flatten(&Value::of(options), "", &mut lines);
    // Which model it is comes before its parameters.
    sort_by_key(&mut lines, |(name, _)| name != "model");
    lines
}

fn flatten(value: &Value, path: &str, lines: &mut Vec<(String, String)>) {
    match value {
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            sort_by(&mut entries, |a, b| a.0.cmp(&b.0));
            for (key, value) in entries {
                let key = key.replace(['_', '-'], " ");
                let path = match path {
                    // The recipe's and the model's names do not clash, so their group says nothing.
                    "" if key == "prepare" => String::new(),
                    "" => key,
                    "model" if key == "kind" => "model".to_owned(),
                    "model" => key,
                    _ => format!("{path} {key}"),
                };
                flatten(value, &path, lines);
            }
        }
        Value::List(items) => {
            let texts: Vec<String> = items.iter().map(plain).collect();
            let text = match (texts.is_empty(), path) {
                (true, "columns") => "all suitable".to_owned(),
                (true, _) => "none".to_owned(),
                _ => texts.join(", "),
            };
            lines.push((path.to_owned(), text));
        }
        Value::Null if path == "max depth" => {
            lines.push((path.to_owned(), "unlimited".to_owned()));
        }
        other => lines.push((path.to_owned(), plain(other))),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Text(s) => s.replace('-', " "),
        Value::List(items) => items.iter().map(plain).collect::<Vec<_>>().join(" as "),
        other => json::to_text(other),
    }
}
