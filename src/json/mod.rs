//! Plain data as JSON text and back: one writer and one reader for messages, model files, reports and what is kept.
//!
//! Invariants: text is read into a [`Value`] whose size and depth the text itself bounds, and from there into typed
//! data; what does not fit is a [`JsonError`] that names it, never a panic. The text written is byte for byte that of
//! `serde_json` with derived implementations, which the tests compare it with (but for floats of which two shortest texts
//! lie equally near).
//!
//! A type says its shape once, with `record!` or `choice!`, as names and references; all work is done by code that
//! knows no type. Derived serde code knows them all, again for each format, and was a quarter of the page's download.

mod data;
mod number;
mod plain;
mod read;
mod shape;
mod text;
mod tokens;
mod value;
mod write;

pub use plain::Plain;
pub use read::{JsonError, Reader, Rule};
pub use tokens::{Token, Tokens};
pub use value::Value;
pub use write::Writer;

pub(crate) use shape::{choice, record};

/// A value as JSON without spaces.
pub fn to_text(value: &dyn Plain) -> String {
    let mut writer = Writer::dense();
    value.write(&mut writer);
    writer.finish()
}

/// A value as JSON on indented lines.
pub fn to_lines(value: &dyn Plain) -> String {
    let mut writer = Writer::indented();
    value.write(&mut writer);
    writer.finish()
}

/// A value of JSON text.
pub fn of_text<T: Plain>(text: &[u8]) -> Result<T, JsonError> {
    of_value(Value::of_text(text)?)
}

/// A value of a tree.
pub fn of_value<T: Plain>(tree: Value) -> Result<T, JsonError> {
    let mut value = T::blank();
    let mut reader = Reader::new(tree);
    value.read(&mut reader);
    reader.finish()?;
    Ok(value)
}
