//! Rows as plain objects, and back.

use js_sys::{Array, Date, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::wrong_argument;
use kubecast::data::{Column, ColumnKind, Frame};
use kubecast::protocol::Failure;
use kubecast::session::{Familiarity, Scores};

/// The rows that a caller wrote: one object, or an array of them.
pub(crate) fn rows_of(value: &JsValue) -> Result<Array, Failure> {
    if let Some(rows) = value.dyn_ref::<Array>() {
        return Ok(rows.clone());
    }
    if value.is_object() {
        return Ok(Array::of1(value));
    }
    Err(wrong_argument(
        "rows",
        "predict takes an object of column and value, an array of such objects, or a table as CSV text or bytes",
    ))
}

/// A table of the columns that the model needs. Those that no row has are left out, for the model to name.
pub(crate) fn frame_of(rows: &Array, columns: &[(String, ColumnKind)]) -> Result<Frame, Failure> {
    let rows: Vec<Object> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            if row.is_object() && !row.is_array() {
                Ok(row.unchecked_into())
            } else {
                Err(wrong_argument(
                    &format!("row {}", at + 1),
                    "each row is an object of column and value",
                ))
            }
        })
        .collect::<Result<_, _>>()?;
    let mut table = Vec::with_capacity(columns.len());
    for (name, kind) in columns {
        if let Some(column) = column_of(&rows, name, *kind)? {
            table.push(column);
        }
    }
    if table.len() < columns.len() {
        // What else there is, so that the model can say which of it may be the one that it lacks.
        let keys = rows.first().map(Object::keys).unwrap_or_default();
        for name in keys
            .iter()
            .filter_map(|key| key.as_string())
            .take(MOST_OTHERS)
        {
            if !columns.iter().any(|(known, _)| *known == name)
                && let Some(column) = column_of(&rows, &name, ColumnKind::Text)?
            {
                table.push(column);
            }
        }
    }
    Frame::new("rows", table).map_err(|why| wrong_argument("rows", &why.to_string()))
}

/// Columns that the model does not know are looked at up to here.
const MOST_OTHERS: usize = 256;

enum Cell {
    Missing,
    Number(f64),
    Text(String),
}

fn column_of(rows: &[Object], name: &str, kind: ColumnKind) -> Result<Option<Column>, Failure> {
    let key = JsValue::from_str(name);
    let mut is_there = false;
    let mut has_text = false;
    let mut cells = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        // Only what the row itself has: a column called `constructor` is not what every object inherits.
        let value = if Object::has_own(row, &key) {
            is_there = true;
            Reflect::get(row, &key).unwrap_or(JsValue::UNDEFINED)
        } else {
            JsValue::UNDEFINED
        };
        let cell = cell_of(&value, kind).ok_or_else(|| {
            wrong_argument(
                &format!("{name} in row {}", at + 1),
                "a value is a number, a string, a boolean, a date, null or undefined",
            )
        })?;
        has_text |= matches!(cell, Cell::Text(_));
        cells.push(cell);
    }
    if !is_there && !rows.is_empty() {
        return Ok(None);
    }
    Ok(Some(if has_text {
        Column::category(
            name,
            cells.into_iter().map(|cell| match cell {
                Cell::Missing => String::new(),
                Cell::Number(x) => Column::number("", vec![x]).text(0),
                Cell::Text(text) => text,
            }),
        )
    } else {
        Column::number(
            name,
            cells
                .into_iter()
                .map(|cell| match cell {
                    Cell::Number(x) => x,
                    Cell::Missing | Cell::Text(_) => f64::NAN,
                })
                .collect(),
        )
    }))
}

fn cell_of(value: &JsValue, kind: ColumnKind) -> Option<Cell> {
    if value.is_undefined() || value.is_null() {
        return Some(Cell::Missing);
    }
    if let Some(x) = value.as_f64() {
        return Some(if x.is_finite() {
            Cell::Number(x)
        } else {
            Cell::Missing
        });
    }
    if let Some(text) = value.as_string() {
        return Some(Cell::Text(text));
    }
    if let Some(truth) = value.as_bool() {
        let names = matches!(kind, ColumnKind::Category | ColumnKind::Text);
        return Some(match (names, truth) {
            (true, true) => Cell::Text("true".to_owned()),
            (true, false) => Cell::Text("false".to_owned()),
            (false, truth) => Cell::Number(f64::from(u8::from(truth))),
        });
    }
    let date = value.dyn_ref::<Date>()?;
    if date.get_time().is_nan() {
        return Some(Cell::Missing);
    }
    Some(Cell::Text(String::from(date.to_iso_string())))
}

/// One `{row, predicted, probability, probabilities}` per row; `unfamiliar` as well where the model tells.
pub(crate) fn to_objects(scores: &Scores) -> Result<Array, JsValue> {
    let names: Vec<JsValue> = scores
        .classes
        .iter()
        .map(|c| JsValue::from_str(c))
        .collect();
    let [number, predicted, probability, probabilities] =
        ["row", "predicted", "probability", "probabilities"].map(JsValue::from_str);
    let objects = Array::new();
    let rows = scores.probabilities.chunks_exact(names.len().max(1));
    let unfamiliar = JsValue::from_str("unfamiliar");
    let lines = rows.zip(&scores.predicted).zip(&scores.rows);
    for (line, ((row, &class), &at)) in lines.enumerate() {
        let class = class as usize;
        // Made from entries, each becomes a property of its own, whatever its name.
        let entries = Array::new();
        for (name, &share) in names.iter().zip(row) {
            entries.push(&Array::of2(name, &JsValue::from_f64(share)));
        }
        let object = Object::new();
        Reflect::set(&object, &number, &JsValue::from(at))?;
        Reflect::set(
            &object,
            &predicted,
            names.get(class).unwrap_or(&JsValue::NULL),
        )?;
        let share = row.get(class).copied().unwrap_or(f64::NAN);
        Reflect::set(&object, &probability, &JsValue::from_f64(share))?;
        Reflect::set(
            &object,
            &probabilities,
            &Object::from_entries(&entries)?.into(),
        )?;
        if let Some(because) = &scores.unfamiliar {
            let because = match because.get(line) {
                Some(Familiarity::Familiar) => JsValue::NULL,
                Some(Familiarity::Unfamiliar(because)) => JsValue::from_str(because),
                Some(Familiarity::NotTold(_)) | None => JsValue::UNDEFINED,
            };
            if !because.is_undefined() {
                Reflect::set(&object, &unfamiliar, &because)?;
            }
        }
        objects.push(&object);
    }
    Ok(objects)
}
