//! What a caller says of how a table's text is to be read, as a plain object.

use kubecast::json::{self, Plain, Value};
use kubecast::protocol::{Failure, ReadSpec};
use kubecast::session::{READ_SETTINGS, check_said, check_step};

use crate::options::{Map, refused};

/// The options of `reading` beside those of [`READ_SETTINGS`].
const OF_JOINING: [&str; 6] = [
    "step",
    "entity_labels",
    "rates",
    "no_rates",
    "replica_labels",
    "victoria_format",
];

/// From the object under `reading`; nothing where all is left to be guessed, as it is by what is null.
pub(crate) fn reading_of(value: Option<Value>) -> Result<Option<Box<ReadSpec>>, Failure> {
    let said = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Map(said)) => said,
        Some(_) => {
            return Err(refused(
                "reading",
                "it is an object such as { delimiter: ';' }",
            ));
        }
    };
    let mut spec = ReadSpec::default();
    for (name, value) in said.into_iter().filter(|(_, v)| *v != Value::Null) {
        say(&mut spec, &name, value).map_err(|why| refused(&format!("reading.{name}"), &why))?;
    }
    Ok((spec != ReadSpec::default()).then(|| Box::new(spec)))
}

fn say(spec: &mut ReadSpec, name: &str, value: Value) -> Result<(), String> {
    let typed = name.replace('_', "-");
    let setting = READ_SETTINGS.iter().find(|(known, _)| *known == typed);
    if let (Some((_, setting)), true) = (setting, !name.contains('-')) {
        let value = match value {
            Value::Text(text) => text,
            Value::Whole(number) => number.to_string(),
            _ => return Err("it is a string, or a whole number of rows".to_owned()),
        };
        check_said(*setting, &value)?;
        spec.said.push((*setting, value));
        return Ok(());
    }
    match name {
        "step" => {
            let secs = of::<f64>(value)?;
            check_step(secs)?;
            spec.step_secs = Some(secs);
        }
        "entity_labels" => spec.entity_labels = Some(of(value)?),
        "rates" | "no_rates" => {
            let metrics: Vec<String> = of(value)?;
            let is_rate = name == "rates";
            spec.rates.extend(metrics.into_iter().map(|m| (m, is_rate)));
        }
        "replica_labels" => spec.replica_labels = Some(of(value)?),
        "victoria_format" => spec.victoria_format = Some(of(value)?),
        _ => {
            let known = READ_SETTINGS.map(|(name, _)| name.replace('-', "_"));
            return Err(format!(
                "what can be said is {}, {}",
                known.join(", "),
                OF_JOINING.join(", ")
            ));
        }
    }
    Ok(())
}

fn of<T: Plain>(value: Value) -> Result<T, String> {
    json::of_value(value).map_err(|why| why.to_string())
}

/// What `predict` and `evaluate` take beside the table.
pub(crate) fn of_table(mut options: Map) -> Result<Option<Box<ReadSpec>>, Failure> {
    let at = options.iter().position(|(name, _)| name == "reading");
    let reading = reading_of(at.map(|at| options.remove(at).1))?;
    match options.first() {
        None => Ok(reading),
        Some((other, _)) => Err(refused(other, "the only option is reading")),
    }
}
