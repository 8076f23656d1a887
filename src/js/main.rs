//! The program with everything but the screen in it: the JavaScript module, imported by any page or by Node, and what the
//! page's workers run. Simulate, search, train, predict, keep and load.
//!
//! ```js
//! import init, { simulate, train, loadModel } from './kubecast.js';
//! await init();
//! const { csv } = simulate({ num_samples: 2000 });
//! const model = await train(csv, { target: 'issue_type' }, ({ done }) => console.log(done));
//! const [{ predicted, probability }] = model.predict({ cpu_usage: 93.5, memory_usage: 71.2 });
//! const rows = model.predict(otherCsv, { reading: { delimiter: ';', decimal: ',' } });
//! ```
//!
//! Invariants: plain objects in and out, and no name from a file ever becomes a property by assignment (`__proto__` is
//! a column like any other); every error is an `Error` with the sentences of the page; one row is predicted at once,
//! without a worker; training gives the caller's event loop a turn every few hundredths of a second.

mod model;
mod object;
mod options;
mod reading;
mod rows;
mod scorer;
mod training;

use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use kubecast::json::Value;
use kubecast::protocol::{Event, Failure, FailureCode, Place, Request};
use kubecast::session::Session;

use kubecast::worker::now_secs;
pub use model::Model;
use object::{to_js, tree_to_js};
pub use scorer::Scorer;
pub use training::{search, train};

// Here and not in a module of its own: the linker leaves out what no function stands beside.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

/// In a worker of the page: the session, or what grows trees for it. Imported by anything else: nothing, and the exports
/// are there to be called.
fn main() {
    match kubecast::worker::role() {
        Some(kubecast::worker::Role::Session) => kubecast::worker::serve(),
        Some(kubecast::worker::Role::Pool) => kubecast::worker::grow(),
        None => {}
    }
}

/// The only job of a session that answers one question at a time.
const JOB: u64 = 1;

/// Simulates a cluster's metrics. Returns `{name, csv, rows, columns, fingerprint}`; the same options give the same bytes.
#[wasm_bindgen(unchecked_return_type = "Simulation")]
pub fn simulate(
    #[wasm_bindgen(unchecked_optional_param_type = "SimulateOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let run = || {
        let spec = options::read_simulate(&options)?;
        let mut session = Session::in_place();
        let request = Request::Simulate {
            spec: Box::new(spec),
            sample: false,
        };
        let Event::Data(data) = ask(&mut session, request, Vec::new())?.0 else {
            return Err(unexpected());
        };
        let (_, Some(csv)) = ask(&mut session, Request::ExportData, Vec::new())? else {
            return Err(unexpected());
        };
        let columns = data.columns.into_iter().map(|c| Value::Text(c.name));
        let csv = String::from_utf8(csv).map_err(|_| unexpected())?;
        Ok(object::of([
            ("name", Value::Text(data.name)),
            ("rows", Value::Whole(data.rows)),
            ("columns", Value::List(columns.collect())),
            ("fingerprint", Value::Text(data.fingerprint)),
            ("csv", Value::Text(csv)),
        ]))
    };
    tree_to_js(&run().map_err(error)?)
}

/// Reads a model file's bytes.
#[wasm_bindgen(js_name = loadModel)]
pub fn load_model(
    #[wasm_bindgen(unchecked_param_type = "Uint8Array | ArrayBuffer")] bytes: JsValue,
) -> Result<Model, JsValue> {
    let bytes = match bytes.dyn_ref::<Uint8Array>() {
        Some(bytes) => bytes.to_vec(),
        None if bytes.is_instance_of::<ArrayBuffer>() => Uint8Array::new(&bytes).to_vec(),
        None => {
            return Err(error(wrong_argument(
                "bytes",
                "loadModel takes a model file's bytes as a Uint8Array or an ArrayBuffer",
            )));
        }
    };
    Model::open(bytes).map_err(error)
}

/// Asks a session, and works until it has answered.
fn ask(
    session: &mut Session,
    request: Request,
    files: Vec<Vec<u8>>,
) -> Result<(Event, Option<Vec<u8>>), Failure> {
    session.submit(JOB, request, files);
    while session.has_work() {
        for reply in session.work(now_secs()) {
            match reply.event {
                Event::Progress { .. } => {}
                Event::Failed { failure, .. } => return Err(failure),
                event => return Ok((event, reply.attachment)),
            }
        }
    }
    Err(unexpected())
}

/// A table's text as bytes, from a string, a `Uint8Array` or an `ArrayBuffer`; none where it is something else.
fn text_bytes(value: &JsValue) -> Option<Vec<u8>> {
    if let Some(text) = value.as_string() {
        Some(text.into_bytes())
    } else if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        Some(bytes.to_vec())
    } else if value.is_instance_of::<ArrayBuffer>() {
        Some(Uint8Array::new(value).to_vec())
    } else {
        None
    }
}

/// An `Error` with the failure's sentences as its message, and its parts as properties.
fn error(failure: Failure) -> JsValue {
    let error = js_sys::Error::new(&failure.to_string());
    error.set_name("KubecastError");
    let parts = [
        ("code", to_js(&failure.code)),
        ("title", to_js(&failure.title)),
        ("detail", to_js(&failure.detail)),
        ("hint", to_js(&failure.hint)),
        ("place", to_js(&failure.place)),
    ];
    for (name, value) in parts {
        // A fresh error takes any property; without one its message still says it all.
        let _ = Reflect::set(
            &error,
            &JsValue::from_str(name),
            &value.unwrap_or(JsValue::NULL),
        );
    }
    error.into()
}

fn wrong_argument(name: &str, detail: &str) -> Failure {
    Failure {
        code: FailureCode::Option,
        title: format!("{name} is not what is expected here"),
        detail: format!("{detail}."),
        hint: "The module's type declarations list what each function takes.".to_owned(),
        place: Place {
            column: Some(name.to_owned()),
            ..Place::default()
        },
    }
}

fn unexpected() -> Failure {
    Failure {
        code: FailureCode::Internal,
        title: "The work ended without the answer that was asked for".to_owned(),
        detail: String::new(),
        hint: "This is a fault of kubecast: please report it with what you called.".to_owned(),
        place: Place::default(),
    }
}
