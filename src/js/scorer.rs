//! Rows of plain numbers through a model: typed arrays in and out.

use js_sys::Float64Array;
use wasm_bindgen::prelude::*;

use crate::{error, object, tree_to_js, wrong_argument};
use kubecast::json::Value;
use kubecast::session;

/// A model made ready for rows of plain numbers. It holds a copy of the model; `free()` gives the memory back.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Scorer {
    scorer: session::Scorer,
    columns: u32,
    classes: u32,
    cells: Vec<f64>,
    probabilities: Vec<f64>,
}

impl Scorer {
    pub(crate) fn new(scorer: session::Scorer) -> Result<Self, JsValue> {
        let (columns, classes) = (scorer.columns().count(), scorer.classes().len());
        Ok(Self {
            columns: columns as u32,
            classes: classes as u32,
            cells: vec![0.0; scorer.block_rows() * columns],
            probabilities: vec![0.0; scorer.block_rows() * classes],
            scorer,
        })
    }
}

#[wasm_bindgen]
impl Scorer {
    /// The columns whose numbers make a row, in order. Of a column with `names` the number is a name's place among them.
    #[wasm_bindgen(getter, unchecked_return_type = "ScorerColumn[]")]
    pub fn columns(&self) -> Result<JsValue, JsValue> {
        let text = |text: &str| Value::Text(text.to_owned());
        let columns = self.scorer.columns().map(|(name, names)| {
            let names = names.map_or(Value::Null, |names| {
                Value::List(names.iter().map(|name| text(name)).collect())
            });
            object::of([("column", text(name)), ("names", names)])
        });
        tree_to_js(&Value::List(columns.collect()))
    }

    /// The classes, in the order of the probabilities.
    #[wasm_bindgen(getter, unchecked_return_type = "string[]")]
    pub fn classes(&self) -> Result<JsValue, JsValue> {
        let classes = self.scorer.classes().iter();
        tree_to_js(&Value::List(classes.cloned().map(Value::Text).collect()))
    }

    /// The probability of each class for each row, row by row: into `probabilities` (rows x classes) where it is given,
    /// which is returned, else into a new array. `values` holds the rows one after another, a number for each of
    /// `columns`; `NaN` is a missing cell. A row that the model's recipe drops has `NaN` for probabilities.
    pub fn score(
        &mut self,
        values: &Float64Array,
        probabilities: Option<Float64Array>,
    ) -> Result<Float64Array, JsValue> {
        let (columns, classes) = (self.columns, self.classes);
        let rows = values.length() / columns;
        if values.length() != rows * columns {
            let detail = format!(
                "score takes {columns} numbers for each row, and {} are no whole number of rows",
                values.length()
            );
            return Err(error(wrong_argument("values", &detail)));
        }
        let length = f64::from(rows) * f64::from(classes);
        let out = match probabilities {
            Some(out) if f64::from(out.length()) == length => out,
            Some(out) => {
                let detail = format!(
                    "score writes {length} probabilities ({rows} rows x {classes} classes), and there is room for {}",
                    out.length()
                );
                return Err(error(wrong_argument("probabilities", &detail)));
            }
            None if length <= f64::from(u32::MAX >> 3) => {
                Float64Array::new_with_length(length as u32)
            }
            None => {
                return Err(error(wrong_argument(
                    "values",
                    "these are more rows than an array can hold probabilities for: score them in parts",
                )));
            }
        };
        if rows as usize <= self.scorer.block_rows() {
            self.part(values, &out);
            return Ok(out);
        }
        let block = self.scorer.block_rows() as u32;
        let mut from = 0;
        while from < rows {
            let to = rows.min(from + block);
            self.part(
                &values.subarray(from * columns, to * columns),
                &out.subarray(from * classes, to * classes),
            );
            from = to;
        }
        Ok(out)
    }
}

impl Scorer {
    /// At most a block of rows.
    fn part(&mut self, values: &Float64Array, out: &Float64Array) {
        let cells = &mut self.cells[..values.length() as usize];
        let probabilities = &mut self.probabilities[..out.length() as usize];
        values.copy_to(cells);
        self.scorer.score(cells, probabilities);
        out.copy_from(probabilities);
    }
}
