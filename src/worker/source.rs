//! Files where the session is: their bytes are read there, and only as they are used, so that neither the page's thread
//! nor the worker ever holds a large one whole.

use js_sys::{Array, ArrayBuffer, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, FileReaderSync};

use super::start::{self, in_words};
use crate::protocol::{Failure, FailureCode, Place};
use crate::session::{FileBytes, Pull};

/// The files of one request together. A worker has 4 GiB, and a table's columns may take several times its text.
const MOST_BYTES: u64 = 1 << 30;

/// Bytes of pieces that may lie about before the browser is urged to collect them.
const LEFT_BYTES: usize = 6 << 20;
/// What it takes to urge it: V8 collects when so much more is held outside of its heap.
const URGENT_BYTES: u32 = 64 << 20;

/// The bytes of each file (`File`, `Blob`, `Uint8Array` or `ArrayBuffer`), in order; the first two are read as they are
/// asked for.
pub(super) fn files(files: Vec<JsValue>, names: &[String]) -> Result<Vec<FileBytes>, Failure> {
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
    let of = |(at, file): (usize, JsValue)| match file.dyn_into::<Blob>() {
        Ok(blob) => match FileReaderSync::new() {
            Ok(reader) => Ok(FileBytes::Pulled(Box::new(Elsewhere {
                blob,
                reader,
                left_bytes: 0,
            }))),
            Err(why) => Err(unreadable(name(at), &in_words(&why))),
        },
        Err(bytes) => Ok(FileBytes::Held(Uint8Array::new(&bytes).to_vec())),
    };
    files.into_iter().enumerate().map(of).collect()
}

/// A file of the browser. Reading it waits for it, which a worker may.
#[derive(Debug)]
struct Elsewhere {
    blob: Blob,
    reader: FileReaderSync,
    /// Bytes of answers that may not be collected yet.
    left_bytes: usize,
}

impl Pull for Elsewhere {
    fn size(&self) -> u64 {
        self.blob.size() as u64
    }

    fn pull(&mut self, from: u64, to: &mut [u8]) -> Result<(), String> {
        let end = from + to.len() as u64;
        let piece = self
            .blob
            .slice_with_f64_and_f64(from as f64, end as f64)
            .and_then(|slice| self.reader.read_as_array_buffer(&slice))
            .map_err(|why| {
                let why = in_words(&why);
                format!("the browser says: {}", why.trim_end_matches('.'))
            })?;
        let bytes = Uint8Array::new(&piece);
        if bytes.length() as usize != to.len() {
            return Err("it is shorter than it was".to_owned());
        }
        bytes.copy_to(to);
        self.left_bytes += to.len();
        if self.left_bytes >= LEFT_BYTES || (end == self.size() && end > LEFT_BYTES as u64) {
            self.left_bytes = 0;
            urge_collection();
        }
        Ok(())
    }
}

/// Each piece is answered in a buffer of its own, and none is collected before some 64 MiB of them lie about. One that is
/// as large, and that nobody touches, takes no memory and is counted as theirs.
fn urge_collection() {
    let size = JsValue::from(URGENT_BYTES);
    let buffer = Reflect::get(&start::scope(), &"ArrayBuffer".into())
        .and_then(|buffer| buffer.dyn_into::<Function>())
        .and_then(|buffer| Reflect::construct(&buffer, &Array::of1(&size)));
    // Where memory is short it throws, and the browser has collected already.
    drop(buffer);
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
