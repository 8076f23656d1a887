//! Training, and the search for better settings, in whatever thread calls it, a few hundredths of a second at a time.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::options::{TrainOptions, read_search, read_train};
use crate::{
    JOB, Model, ask, error, now_secs, object, text_bytes, tree_to_js, unexpected, wrong_argument,
};
use kubecast::json::Value;
use kubecast::protocol::{Event, FileHead, Request};
use kubecast::session::Session;

/// The caller's event loop gets a turn after this.
const TURN_SECS: f64 = 0.02;

/// Learns from a CSV table, evaluates on rows held out, and resolves to the model. `on_progress` is called with
/// `{stage, done, detail}`; what it throws ends the training and rejects.
#[wasm_bindgen]
pub async fn train(
    #[wasm_bindgen(unchecked_param_type = "string | Uint8Array | ArrayBuffer")] csv: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "TrainOptions")] options: JsValue,
    #[wasm_bindgen(
        js_name = onProgress,
        unchecked_optional_param_type = "(progress: Progress) => void"
    )]
    on_progress: JsValue,
) -> Result<Model, JsValue> {
    let options = read_train(&options).map_err(error)?;
    let (prepare, model) = (options.prepare.clone(), options.model.clone());
    let watcher = Watcher::new(on_progress, "train")?;
    let mut session = loaded(csv, options, &watcher, "train").await?;
    let request = Request::Train { prepare, model };
    let Event::Trained { report, .. } = work(&mut session, request, Vec::new(), &watcher).await?
    else {
        return Err(error(unexpected()));
    };
    let file = match ask(&mut session, Request::SaveModel, Vec::new()) {
        Ok((_, Some(file))) => file,
        Ok(_) => return Err(error(unexpected())),
        Err(failure) => return Err(error(failure)),
    };
    // The table is no longer needed; what is predicted is predicted by what the file holds.
    drop(session);
    let model = Model::open(file).map_err(error)?;
    Ok(model.with_report(report))
}

/// Searches for settings that score better on folds of the training rows than those given (random draws, then successive
/// halving), within `search.seconds`; the held-out rows are not touched. Resolves to `{model, candidates, best, ..}`, whose
/// `model` is an option for `train`. `on_progress` is called with `{stage, done, detail, candidates}`; what it throws ends
/// the search and rejects.
#[wasm_bindgen(unchecked_return_type = "SearchResult")]
pub async fn search(
    #[wasm_bindgen(unchecked_param_type = "string | Uint8Array | ArrayBuffer")] csv: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "SearchOptions")] options: JsValue,
    #[wasm_bindgen(
        js_name = onProgress,
        unchecked_optional_param_type = "(progress: Progress) => void"
    )]
    on_progress: JsValue,
) -> Result<JsValue, JsValue> {
    let (options, search) = read_search(&options).map_err(error)?;
    let (prepare, model) = (options.prepare.clone(), options.model.clone());
    let watcher = Watcher::new(on_progress, "search")?;
    let mut session = loaded(csv, options, &watcher, "search").await?;
    let request = Request::Search {
        prepare,
        model,
        search,
    };
    match work(&mut session, request, Vec::new(), &watcher).await? {
        Event::Found(found) => object::to_js(&*found),
        _ => Err(error(unexpected())),
    }
}

/// A session that holds the table.
async fn loaded(
    csv: JsValue,
    options: TrainOptions,
    watcher: &Watcher,
    caller: &str,
) -> Result<Session, JsValue> {
    let bytes = text_bytes(&csv).ok_or_else(|| {
        error(wrong_argument(
            "csv",
            &format!("{caller} takes a table as a string of CSV, or its bytes as a Uint8Array or an ArrayBuffer"),
        ))
    })?;
    drop(csv);
    let mut session = Session::in_place();
    let file = FileHead {
        name: options.name,
        bytes: bytes.len() as u64,
        modified_secs: None,
    };
    let load = Request::Load {
        files: vec![file],
        reading: options.reading,
    };
    work(&mut session, load, vec![bytes], watcher).await?;
    for (column, kind) in options.kinds {
        ask(&mut session, Request::SetKind { column, kind }, Vec::new()).map_err(error)?;
    }
    Ok(session)
}

struct Watcher(Option<Function>);

impl Watcher {
    fn new(on_progress: JsValue, caller: &str) -> Result<Self, JsValue> {
        if on_progress.is_undefined() || on_progress.is_null() {
            return Ok(Self(None));
        }
        match on_progress.dyn_into::<Function>() {
            Ok(function) => Ok(Self(Some(function))),
            Err(_) => Err(error(wrong_argument(
                "onProgress",
                &format!("{caller} takes a function to tell how far it is"),
            ))),
        }
    }

    fn tell(&self, event: &Event) -> Result<(), JsValue> {
        if let (
            Some(function),
            Event::Progress {
                stage,
                done,
                detail,
                candidates,
            },
        ) = (&self.0, event)
        {
            let progress = object::of([
                ("stage", Value::of(stage)),
                ("done", Value::Number(*done)),
                ("detail", Value::Text(detail.clone())),
                ("candidates", Value::of(candidates)),
            ]);
            function.call1(&JsValue::UNDEFINED, &tree_to_js(&progress)?)?;
        }
        Ok(())
    }
}

/// Works a request to its end, with turns of the event loop in between.
async fn work(
    session: &mut Session,
    request: Request,
    files: Vec<Vec<u8>>,
    watcher: &Watcher,
) -> Result<Event, JsValue> {
    session.submit(JOB, request, files);
    let mut turn_began = now_secs();
    while session.has_work() {
        for reply in session.work(now_secs()) {
            match reply.event {
                event @ Event::Progress { .. } => watcher.tell(&event)?,
                Event::Failed { failure, .. } => return Err(error(failure)),
                event => return Ok(event),
            }
        }
        if now_secs() - turn_began > TURN_SECS {
            next_turn().await?;
            turn_began = now_secs();
        }
    }
    Err(error(unexpected()))
}

async fn next_turn() -> Result<(), JsValue> {
    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = setTimeout)]
        fn set_timeout(function: &Function, millis: i32) -> JsValue;
    }
    let turn = Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, 0);
    });
    JsFuture::from(turn).await.map(drop)
}
