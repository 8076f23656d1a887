//! Model files in and out.

use sha2::{Digest, Sha256};

use super::failure::Fault;
use super::store::{Details, Trained};
use crate::export::kubecast::{self, ModelFile};
use crate::json;

/// A trained model as the file it will be saved as.
pub(super) fn seal(mut file: ModelFile, details: Details, fit_secs: f64) -> Result<Trained, Fault> {
    file.details = json::to_text(&details).into_bytes();
    let bytes = kubecast::write(&file).map_err(|e| Fault::internal(&e.to_string()))?;
    let id = id(&bytes);
    Ok(Trained {
        file,
        details,
        bytes,
        id,
        fit_secs,
        run: None,
    })
}

/// A model file as a model.
pub(super) fn open(name: &str, bytes: Vec<u8>) -> Result<Trained, Fault> {
    let file = kubecast::read(&bytes).map_err(|error| Fault::model_file(name, error))?;
    // Details are only shown: a file without readable ones still predicts.
    let mut details: Details = json::of_text(&file.details).unwrap_or_default();
    if file.novelty.is_none() {
        // What an older Kubecast wrote did not say.
        details.options.prepare.mark_unfamiliar = false;
        if let Some(report) = &mut details.report {
            report.options.prepare.mark_unfamiliar = false;
        }
    }
    details.class_rows.resize(file.classes.len(), 0);
    let id = id(&bytes);
    Ok(Trained {
        file,
        details,
        bytes,
        id,
        fit_secs: 0.0,
        run: None,
    })
}

fn id(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(8)
        .map(|b| format!("{b:02x}"))
        .collect()
}
