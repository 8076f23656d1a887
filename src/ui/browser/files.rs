//! The files that the page was given, by number: the state knows only names and sizes.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::app::FileRef;

/// Files by key.
#[derive(Default)]
pub(in crate::ui) struct Files(RefCell<Vec<web_sys::File>>);

impl Files {
    /// Takes the files of an input or a drop.
    pub(in crate::ui) fn take(&self, list: &web_sys::FileList) -> Vec<FileRef> {
        (0..list.length())
            .filter_map(|i| list.get(i))
            .map(|file| self.take_one(file))
            .collect()
    }

    /// Takes files that were kept.
    pub(in crate::ui) fn take_array(&self, list: &JsValue) -> Vec<FileRef> {
        if !Array::is_array(list) {
            return Vec::new();
        }
        Array::from(list)
            .iter()
            .filter_map(|file| file.dyn_into::<web_sys::File>().ok())
            .map(|file| self.take_one(file))
            .collect()
    }

    /// Takes text as a file of this name; none where it is blank.
    pub(in crate::ui) fn take_text(&self, name: &str, text: &str) -> Option<FileRef> {
        if text.trim().is_empty() {
            return None;
        }
        let parts = Array::of1(&text.into());
        // Refused only where there is no memory.
        let file = web_sys::File::new_with_str_sequence(&parts, name).ok()?;
        Some(self.take_one(file))
    }

    fn take_one(&self, file: web_sys::File) -> FileRef {
        let mut files = self.0.borrow_mut();
        let found = FileRef {
            key: files.len() as u32,
            name: file.name().into(),
            bytes: file.size() as u64,
            modified_secs: Some((file.last_modified() / 1e3) as u64),
        };
        files.push(file);
        found
    }

    /// A file; undefined for an unknown key.
    pub(in crate::ui) fn get(&self, key: u32) -> JsValue {
        self.0
            .borrow()
            .get(key as usize)
            .map_or(JsValue::UNDEFINED, JsValue::from)
    }

    /// Files as an array to keep.
    pub(in crate::ui) fn array(&self, files: &[FileRef]) -> Array {
        files.iter().map(|f| self.get(f.key)).collect()
    }
}
