//! A trained model, held ready to predict.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::options::read_table;
use crate::scorer::Scorer;
use crate::{ask, error, rows, text_bytes, to_js, unexpected, wrong_argument};
use kubecast::protocol::{
    Event, Failure, FailureCode, FileHead, ModelSummary, Place, PredictionSummary, ReadSpec,
    Report, Request,
};
use kubecast::session::Session;

/// A trained model.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Model {
    session: Session,
    file: Vec<u8>,
    summary: ModelSummary,
    report: Option<Box<Report>>,
}

impl Model {
    /// From a model file's bytes.
    pub(crate) fn open(file: Vec<u8>) -> Result<Self, Failure> {
        let mut session = Session::in_place();
        let request = Request::OpenModel {
            name: "model.kubecast".to_owned(),
        };
        match ask(&mut session, request, vec![file.clone()])?.0 {
            Event::Opened { model, report } => Ok(Self {
                session,
                file,
                summary: *model,
                report,
            }),
            _ => Err(unexpected()),
        }
    }

    /// With the report of the training itself, which knows how long it took.
    pub(crate) fn with_report(self, report: Box<Report>) -> Self {
        Self {
            report: Some(report),
            ..self
        }
    }

    fn predict_table(
        &mut self,
        bytes: Vec<u8>,
        reading: Option<Box<ReadSpec>>,
    ) -> Result<PredictionSummary, Failure> {
        let file = FileHead {
            name: "data.csv".to_owned(),
            bytes: bytes.len() as u64,
            modified_secs: None,
        };
        let request = Request::Predict {
            files: vec![file],
            reading,
        };
        match ask(&mut self.session, request, vec![bytes])?.0 {
            Event::Predicted(summary) => Ok(*summary),
            _ => Err(unexpected()),
        }
    }
}

#[wasm_bindgen]
impl Model {
    /// Predicts one row (an object of column and value), several (an array of such objects), or a CSV table (text or
    /// bytes): per row the class, its probability, and the probability of each class. `options.reading` says how the table
    /// is written, whatever was said of the one that the model learned from; what it does not say is guessed.
    #[wasm_bindgen(unchecked_return_type = "Prediction[]")]
    pub fn predict(
        &mut self,
        #[wasm_bindgen(
            js_name = rowsOrCsv,
            unchecked_param_type = "Row | Row[] | string | Uint8Array | ArrayBuffer"
        )]
        rows_or_csv: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "TableOptions")] options: JsValue,
    ) -> Result<JsValue, JsValue> {
        let reading = read_table(&options).map_err(error)?;
        let scores = match text_bytes(&rows_or_csv) {
            Some(bytes) => self
                .predict_table(bytes, reading)
                .and_then(|_| self.session.scores().ok_or_else(unexpected)),
            None if reading.is_some() => Err(wrong_argument(
                "reading",
                "how a table is written is said of text or bytes, not of rows as objects",
            )),
            None => rows::rows_of(&rows_or_csv)
                .and_then(|rows| rows::frame_of(&rows, &self.summary.columns))
                .and_then(|frame| self.session.predict_frame(&frame)),
        };
        Ok(rows::to_objects(&scores.map_err(error)?)?.into())
    }

    /// Makes the model ready for rows of plain numbers in a `Float64Array`, the fast way in: no object for a row, no name
    /// looked up, nothing allocated.
    pub fn scorer(&self) -> Result<Scorer, JsValue> {
        Scorer::new(self.session.scorer().map_err(error)?)
    }

    /// Evaluates the model on a CSV table (text or bytes) that holds its target; `options` as to `predict`.
    #[wasm_bindgen(unchecked_return_type = "Report")]
    pub fn evaluate(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "string | Uint8Array | ArrayBuffer")] csv: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "TableOptions")] options: JsValue,
    ) -> Result<JsValue, JsValue> {
        let reading = read_table(&options).map_err(error)?;
        let bytes = text_bytes(&csv).ok_or_else(|| {
            error(wrong_argument(
                "csv",
                "evaluate takes a table as a string of CSV, or its bytes as a Uint8Array or an ArrayBuffer",
            ))
        })?;
        let summary = self.predict_table(bytes, reading).map_err(error)?;
        let report = summary
            .report
            .ok_or_else(|| error(no_truth(&self.summary.target)))?;
        to_js(&report)
    }

    /// The model file's bytes, which `loadModel` reads back.
    #[wasm_bindgen(js_name = toBytes)]
    pub fn to_bytes(&self) -> Uint8Array {
        Uint8Array::from(self.file.as_slice())
    }

    /// What the model is: its kind, target, classes, columns, size and options.
    #[wasm_bindgen(getter, unchecked_return_type = "ModelSummary")]
    pub fn summary(&self) -> Result<JsValue, JsValue> {
        to_js(&self.summary)
    }

    /// Its evaluation on the rows that were held out, or null where the file carries none.
    #[wasm_bindgen(getter, unchecked_return_type = "Report | null")]
    pub fn report(&self) -> Result<JsValue, JsValue> {
        to_js(&self.report)
    }
}

fn no_truth(target: &str) -> Failure {
    Failure {
        code: FailureCode::Mismatch,
        title: format!("There is nothing to compare with: no column {target}"),
        detail: format!("The model predicts {target}, and the table does not hold it."),
        hint: "Evaluate on a table that holds the true values, or use predict.".to_owned(),
        place: Place {
            column: Some(target.to_owned()),
            ..Place::default()
        },
    }
}
