//! From a tree to typed data.

use std::mem;

use super::plain::Plain;
use super::value::Value;

/// Why text is not the data that was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// It is no JSON.
    #[error("{what} at byte {byte}")]
    Text {
        /// What is wrong.
        what: &'static str,
        /// Where, from 0.
        byte: usize,
    },
    /// It is JSON of another shape.
    #[error("{0}")]
    Shape(String),
}

/// How a record is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Every field has to be there, but for optional ones.
    Whole,
    /// Every field has to be there, but for optional ones, and no other.
    Closed,
    /// Fields that are not there keep their defaults.
    Lenient,
    /// Fields that are not there keep their defaults, and there may be no other.
    Options,
}

/// The part of the tree that is read next, and the first fault that was found.
#[derive(Debug)]
pub struct Reader {
    next: Value,
    fault: Option<JsonError>,
}

impl Reader {
    /// Reads this.
    pub fn new(tree: Value) -> Self {
        Self {
            next: tree,
            fault: None,
        }
    }

    /// The first fault, if any.
    pub fn finish(self) -> Result<(), JsonError> {
        self.fault.map_or(Ok(()), Err)
    }

    /// The part.
    pub fn take(&mut self) -> Value {
        mem::take(&mut self.next)
    }

    /// Whether the part is nothing.
    pub(super) fn is_null(&self) -> bool {
        matches!(self.next, Value::Null)
    }

    /// Says what was expected in place of what was found.
    pub fn refuse(&mut self, found: &Value, expected: &str) {
        self.fault(format!(
            "invalid type: {}, expected {expected}",
            found.described()
        ));
    }

    pub(super) fn fault(&mut self, what: String) {
        self.fault.get_or_insert(JsonError::Shape(what));
    }

    pub(super) fn is_faulty(&self) -> bool {
        self.fault.is_some()
    }

    /// Reads a part of the part.
    pub(super) fn part(&mut self, part: Value, into: &mut dyn Plain) {
        self.next = part;
        into.read(self);
    }

    /// The items of an array; nothing where it is none.
    pub(super) fn list(&mut self) -> Vec<Value> {
        match self.take() {
            Value::List(items) => items,
            other => {
                self.refuse(&other, "a sequence");
                Vec::new()
            }
        }
    }

    /// An array of as many items as there are parts.
    pub fn tuple(&mut self, parts: &mut [&mut dyn Plain]) {
        let items = self.list();
        if items.len() != parts.len() && !self.is_faulty() {
            self.fault(format!(
                "invalid length {}, expected a tuple of size {}",
                items.len(),
                parts.len()
            ));
        }
        for (item, part) in items.into_iter().zip(parts) {
            self.part(item, *part);
        }
    }

    /// An object's entries by name.
    pub fn record(&mut self, what: &str, rule: Rule, names: &[&str], parts: &mut [&mut dyn Plain]) {
        let entries = match self.take() {
            Value::Map(entries) => entries,
            other => return self.refuse(&other, &format!("struct {what}")),
        };
        let mut seen = vec![false; names.len()];
        for (name, value) in entries {
            match names.iter().position(|known| *known == name) {
                Some(at) if seen[at] => self.fault(format!("duplicate field `{name}`")),
                Some(at) => {
                    seen[at] = true;
                    self.part(value, parts[at]);
                }
                None if matches!(rule, Rule::Closed | Rule::Options) => {
                    self.unknown("field", &name, names);
                }
                None => {}
            }
            if self.is_faulty() {
                return;
            }
        }
        if matches!(rule, Rule::Lenient | Rule::Options) {
            return;
        }
        for ((name, part), seen) in names.iter().zip(parts).zip(seen) {
            if !seen && !part.may_lack() {
                return self.fault(format!("missing field `{name}`"));
            }
        }
    }

    /// Which of several shapes it is; what the shape holds is read next.
    pub fn choose(&mut self, tag: Option<&str>, variants: &[&str]) -> Option<usize> {
        let word = match (tag, self.take()) {
            (Some(tag), Value::Map(mut entries)) => {
                let Some(at) = entries.iter().position(|(name, _)| name == tag) else {
                    self.fault(format!("missing field `{tag}`"));
                    return None;
                };
                let word = entries.remove(at).1;
                self.next = Value::Map(entries);
                word
            }
            (None, Value::Map(mut entries)) if entries.len() == 1 => {
                let (name, value) = entries.remove(0);
                self.next = value;
                Value::Text(name)
            }
            (None, word @ Value::Text(_)) => word,
            (_, other) => {
                self.refuse(&other, "string or map");
                return None;
            }
        };
        let Value::Text(word) = word else {
            self.refuse(&word, "variant identifier");
            return None;
        };
        let at = variants.iter().position(|variant| *variant == word);
        if at.is_none() {
            self.unknown("variant", &word, variants);
        }
        at
    }

    /// What a chosen shape holds.
    pub fn variant(
        &mut self,
        tag: Option<&str>,
        rule: Rule,
        variant: &str,
        names: &[&str],
        parts: &mut [&mut dyn Plain],
        inner: Option<&mut dyn Plain>,
    ) {
        if self.is_faulty() {
            return;
        }
        match inner {
            Some(inner) => inner.read(self),
            None if names.is_empty() && tag.is_none() => match self.take() {
                Value::Null => {}
                other => self.refuse(&other, "unit variant"),
            },
            None => self.record(variant, rule, names, parts),
        }
    }

    fn unknown(&mut self, what: &str, found: &str, known: &[&str]) {
        let quoted: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let expected = match quoted.as_slice() {
            [] => format!("there are no {what}s"),
            [one] => format!("expected {one}"),
            [one, other] => format!("expected {one} or {other}"),
            _ => format!("expected one of {}", quoted.join(", ")),
        };
        self.fault(format!("unknown {what} `{found}`, {expected}"));
    }
}
