//! Plain data as plain objects.

use serde::{Serialize, Serializer, ser::SerializeMap};
use wasm_bindgen::JsValue;

use kubecast::json::{Plain, Value};

/// A value as objects, arrays, strings, numbers, booleans and null, as it would be in JSON.
pub(crate) fn to_js(value: &dyn Plain) -> Result<JsValue, JsValue> {
    tree_to_js(&Value::of(value))
}

/// The same of a tree.
pub(crate) fn tree_to_js(tree: &Value) -> Result<JsValue, JsValue> {
    Tree(tree)
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|why| js_sys::Error::new(&why.to_string()).into())
}

/// An object, entry by entry.
pub(crate) fn of<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(
        entries
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// One type for all that is handed over: each more would be another copy of the serialiser in the program.
struct Tree<'a>(&'a Value);

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => to.serialize_unit(),
            Value::Bool(x) => to.serialize_bool(*x),
            Value::Whole(x) => to.serialize_u64(*x),
            Value::Negative(x) => to.serialize_i64(*x),
            Value::Number(x) => to.serialize_f64(*x),
            Value::Text(x) => to.serialize_str(x),
            Value::List(items) => to.collect_seq(items.iter().map(Tree)),
            Value::Map(entries) => {
                let mut map = to.serialize_map(Some(entries.len()))?;
                for (name, value) in entries {
                    map.serialize_entry(name.as_str(), &Tree(value))?;
                }
                map.end()
            }
        }
    }
}
