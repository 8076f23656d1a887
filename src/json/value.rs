//! JSON as a tree.

use super::plain::Plain;
use super::read::{JsonError, Reader};
use super::write::Writer;

/// Any JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// A truth.
    Bool(bool),
    /// An integer that is not negative.
    Whole(u64),
    /// A negative integer.
    Negative(i64),
    /// Any other number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object, in the text's order.
    Map(Vec<(String, Value)>),
}

impl Plain for Value {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Null => to.null(),
            Self::Bool(x) => x.write(to),
            Self::Whole(x) => x.write(to),
            Self::Negative(x) => to.literal(&x.to_string()),
            Self::Number(x) => x.write(to),
            Self::Text(x) => x.write(to),
            Self::List(x) => x.write(to),
            Self::Map(entries) => {
                to.open(b'{');
                for (name, value) in entries {
                    to.item();
                    to.name(name);
                    value.write(to);
                }
                to.close(b'}');
            }
        }
    }

    fn read(&mut self, from: &mut Reader) {
        *self = from.take();
    }

    fn blank() -> Self {
        Self::Null
    }
}

impl Value {
    /// A value's tree.
    pub fn of(value: &dyn Plain) -> Self {
        // The writer and the parser are there in any case: no second walk through every type.
        Self::of_text(super::to_text(value).as_bytes()).unwrap_or_default()
    }

    /// Reads text.
    pub fn of_text(text: &[u8]) -> Result<Self, JsonError> {
        super::text::parse(text)
    }

    /// What it is, as a sentence about what was found calls it.
    pub(super) fn described(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(x) => format!("boolean `{x}`"),
            Self::Whole(x) => format!("integer `{x}`"),
            Self::Negative(x) => format!("integer `{x}`"),
            Self::Number(_) => format!("floating point `{}`", super::to_text(self)),
            Self::Text(x) => format!("string {x:?}"),
            Self::List(_) => "sequence".to_owned(),
            Self::Map(_) => "map".to_owned(),
        }
    }
}
