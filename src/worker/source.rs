//! A file's bytes, read where the session is, so that the page's thread never holds them.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::start::in_words;
use crate::protocol::{Failure, FailureCode, Place};

/// Read at a time: a fraction of a second of any disk, and little to hold twice.
const PIECE_BYTES: u64 = 8 << 20;
/// The files of one request together. A worker has 4 GiB, and a table needs several times its text while it is read.
const MOST_BYTES: u64 = 1 << 30;

/// What is told while files are read.
pub(super) struct Reading {
    /// Bytes read of all files.
    pub read: u64,
    /// Bytes of all files.
    pub total: u64,
}

/// The bytes of each file (`File`, `Blob`, `Uint8Array` or `ArrayBuffer`), in order. `tell` hears how far it is, and
/// answers whether to go on; none where it said no.
pub(super) async fn read_all(
    files: &[JsValue],
    names: &[String],
    tell: impl Fn(Reading) -> bool,
) -> Result<Option<Vec<Vec<u8>>>, Failure> {
    let name = |at: usize| names.get(at).map_or("the file", String::as_str);
    let mut total = 0u64;
    for (at, file) in files.iter().enumerate() {
        total = total.saturating_add(
            size(file).ok_or_else(|| unreadable(name(at), "it is neither a file nor bytes"))?,
        );
    }
    if total > MOST_BYTES {
        return Err(too_large(total));
    }
    let mut read = 0u64;
    let mut all = Vec::with_capacity(files.len());
    for (at, file) in files.iter().enumerate() {
        let length = size(file).unwrap_or(0);
        let mut bytes: Vec<u8> = Vec::new();
        usize::try_from(length)
            .ok()
            .and_then(|n| bytes.try_reserve_exact(n).ok())
            .ok_or_else(|| too_large(total))?;
        if let Some(blob) = file.dyn_ref::<Blob>() {
            let mut from = 0u64;
            while from < length {
                if !tell(Reading { read, total }) {
                    return Ok(None);
                }
                let to = (from + PIECE_BYTES).min(length);
                let piece = piece(blob, from, to)
                    .await
                    .map_err(|e| unreadable(name(at), &in_words(&e)))?;
                append(&mut bytes, &piece);
                read += to - from;
                from = to;
            }
        } else if let Some(array) = file.dyn_ref::<Uint8Array>() {
            append(&mut bytes, array);
            read += length;
        } else {
            append(&mut bytes, &Uint8Array::new(file));
            read += length;
        }
        all.push(bytes);
    }
    Ok(Some(all))
}

fn size(file: &JsValue) -> Option<u64> {
    if let Some(blob) = file.dyn_ref::<Blob>() {
        Some(blob.size() as u64)
    } else if let Some(bytes) = file.dyn_ref::<Uint8Array>() {
        Some(u64::from(bytes.byte_length()))
    } else {
        file.dyn_ref::<ArrayBuffer>()
            .map(|b| u64::from(b.byte_length()))
    }
}

async fn piece(blob: &Blob, from: u64, to: u64) -> Result<Uint8Array, JsValue> {
    let slice = blob.slice_with_f64_and_f64(from as f64, to as f64)?;
    let buffer = JsFuture::from(slice.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer))
}

/// Within what was reserved, unless the file grew since: then the vector grows as usual.
fn append(bytes: &mut Vec<u8>, piece: &Uint8Array) {
    let at = bytes.len();
    bytes.resize(at + piece.length() as usize, 0);
    if let Some(tail) = bytes.get_mut(at..) {
        piece.copy_to(tail);
    }
}

fn unreadable(name: &str, why: &str) -> Failure {
    Failure {
        code: FailureCode::Input,
        title: format!("{name} could not be read"),
        detail: format!("The browser says: {}.", why.trim_end_matches('.')),
        hint: "If it was moved, renamed or changed since you chose it, choose it again.".to_owned(),
        place: Place {
            file: Some(name.to_owned()),
            ..Place::default()
        },
    }
}

fn too_large(total: u64) -> Failure {
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    Failure {
        code: FailureCode::Resource,
        title: "Too much for a browser tab".to_owned(),
        detail: format!(
            "{} MB were chosen; a tab can take up to {} MB at a time, or less where memory is short.",
            megabytes(total),
            megabytes(MOST_BYTES)
        ),
        hint: "Choose fewer or smaller files, or use the command line, which takes what the machine's memory holds.".to_owned(),
        place: Place::default(),
    }
}
