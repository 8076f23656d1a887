//! Folders that are dropped: their files, as deep as they go.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

/// Entries of a folder that are looked at, files and folders within it.
const MOST: usize = 500;

/// What was dropped, where a folder is among it; to be asked before the event is over.
pub(in crate::ui) fn entries(transfer: &DataTransfer) -> Option<Vec<FileSystemEntry>> {
    let items = transfer.items();
    let entries: Vec<FileSystemEntry> = (0..items.length())
        .filter_map(|i| items.get(i)?.webkit_get_as_entry().ok().flatten())
        .collect();
    entries
        .iter()
        .any(FileSystemEntry::is_directory)
        .then_some(entries)
}

/// The files of these folders by their paths, hidden ones left out, and whether there are more than are taken.
pub(in crate::ui) async fn files(entries: Vec<FileSystemEntry>) -> Result<(Array, bool), JsValue> {
    let mut waiting = entries;
    let mut found: Vec<(String, File)> = Vec::new();
    let mut looked_at = 0;
    let mut is_cut = false;
    while let Some(entry) = waiting.pop() {
        if entry.name().starts_with('.') {
            continue;
        }
        looked_at += 1;
        if looked_at > MOST {
            is_cut = true;
            break;
        }
        if entry.is_directory() {
            let reader = entry
                .unchecked_into::<FileSystemDirectoryEntry>()
                .create_reader();
            // A reader gives a hundred at a time, and none at the end.
            loop {
                let some = promised(|done, failed| {
                    // What cannot be asked is told as what fails.
                    if let Err(why) = reader.read_entries_with_callback_and_callback(done, failed) {
                        let _ = failed.call1(&JsValue::NULL, &why);
                    }
                });
                let some: Array = some.await?.unchecked_into();
                is_cut |= waiting.len() > MOST;
                if some.length() == 0 || is_cut {
                    break;
                }
                waiting.extend(some.iter().map(JsCast::unchecked_into));
            }
        } else {
            let path = entry.full_path();
            let entry: FileSystemFileEntry = entry.unchecked_into();
            let file = promised(|done, failed| entry.file_with_callback_and_callback(done, failed));
            found.push((path, file.await?.unchecked_into()));
        }
    }
    crate::data::sort_by(&mut found, |a, b| a.0.cmp(&b.0));
    let files = found.into_iter().map(|(_, file)| JsValue::from(file));
    Ok((files.collect(), is_cut))
}

/// What is handed to one of two callbacks.
async fn promised(ask: impl Fn(&Function, &Function)) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::new(&mut |done, failed| ask(&done, &failed))).await
}
