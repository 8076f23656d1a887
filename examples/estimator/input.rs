//! A request's tables and lists, with a sentence for each that is none.

use ndarray::Array2;
use serde_json::Value;

use super::Answer;

/// JSON, but `NaN`, `Infinity` and `-Infinity` are taken as Python writes them.
pub fn parse(request: &[u8]) -> Answer {
    let text = std::str::from_utf8(request).map_err(|_| "the request is not UTF-8")?;
    let request: Value = match serde_json::from_str(text) {
        Ok(request) => request,
        Err(_) => serde_json::from_str(&without_pythons_numbers(text))
            .map_err(|error| format!("the request is not JSON: {error}"))?,
    };
    if request.is_object() {
        Ok(request)
    } else {
        Err("the request must be a JSON object".to_owned())
    }
}

/// `NaN` becomes `null`, infinities become text, outside of text.
fn without_pythons_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        if c == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            });
            taken = end.map_or(rest.len(), |end| end + 2);
            out.push_str(&rest[..taken]);
        } else {
            let words = [
                ("NaN", "null"),
                ("Infinity", "\"inf\""),
                ("-Infinity", "\"-inf\""),
            ];
            match words.iter().find(|(word, _)| rest.starts_with(word)) {
                Some((word, instead)) => {
                    taken = word.len();
                    out.push_str(instead);
                }
                None => out.push(c),
            }
        }
        rest = &rest[taken..];
    }
    out
}

/// A number; `null` is missing, a truth value 0 or 1.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Null => Some(f64::NAN),
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        Value::Number(n) => n.as_f64(),
        Value::String(s) if s == "inf" => Some(f64::INFINITY),
        Value::String(s) if s == "-inf" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// Rows x features.
pub fn matrix(value: &Value) -> Answer<Array2<f64>> {
    let rows = value.as_array().ok_or("X must be a list of rows")?;
    let mut values = Vec::new();
    let mut width = 0;
    for (i, row) in rows.iter().enumerate() {
        let row = row.as_array();
        let row = row.ok_or_else(|| format!("X must be a list of rows, but row {i} is no list"))?;
        if i == 0 {
            width = row.len();
        }
        if row.len() != width {
            return Err(format!(
                "row {i} of X has {} features, but row 0 has {width}",
                row.len()
            ));
        }
        for (f, cell) in row.iter().enumerate() {
            let x = number(cell);
            values.push(x.ok_or_else(|| format!("row {i}, column {f} of X is no number: {cell}"))?);
        }
    }
    Array2::from_shape_vec((rows.len(), width), values).map_err(|error| error.to_string())
}

/// Names the first value that is infinite.
pub fn refuse_infinite(x: &Array2<f64>) -> Answer<()> {
    match x.indexed_iter().find(|(_, x)| x.is_infinite()) {
        Some(((row, column), x)) => Err(format!(
            "the value in row {row}, column {column} of X is {x}: values are finite or missing (NaN)"
        )),
        None => Ok(()),
    }
}

/// A weight for each row, if there are any.
pub fn weights(value: &Value, rows: usize) -> Answer<Option<Vec<f64>>> {
    if value.is_null() {
        return Ok(None);
    }
    let list = value.as_array().ok_or("w must be a list of numbers")?;
    if list.len() != rows {
        return Err(format!("X has {rows} rows, but w has {}", list.len()));
    }
    let weight = |(i, value): (usize, &Value)| {
        let w = number(value).filter(|w| w.is_finite() && *w >= 0.0);
        w.ok_or_else(|| format!("the sample weight of row {i} is {value}, but must be 0 or more"))
    };
    let weights: Vec<f64> = list.iter().enumerate().map(weight).collect::<Answer<_>>()?;
    if rows > 0 && weights.iter().all(|w| *w == 0.0) {
        return Err("all sample weights are zero: there is nothing to learn from".to_owned());
    }
    Ok(Some(weights))
}
