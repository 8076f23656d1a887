//! The writer.

use super::plain::Plain;

/// Writes JSON text.
#[derive(Debug)]
pub struct Writer {
    out: String,
    /// Levels deep, where lines are indented.
    indent: Option<usize>,
    /// Whether nothing stands yet in what was opened last.
    is_first: bool,
    /// Written as the next record's first entry.
    tag: Option<(&'static str, &'static str)>,
    is_exact: bool,
}

impl Writer {
    /// Writes it without spaces.
    pub fn dense() -> Self {
        Self {
            out: String::new(),
            indent: None,
            is_first: true,
            tag: None,
            is_exact: true,
        }
    }

    /// Writes it on indented lines.
    pub fn indented() -> Self {
        Self {
            indent: Some(0),
            ..Self::dense()
        }
    }

    /// The text.
    pub fn finish(self) -> String {
        self.out
    }

    /// Whether every number was finite: JSON has no other, so nothing stands in their place.
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    pub(super) fn not_finite(&mut self) {
        self.is_exact = false;
        self.null();
    }

    /// Nothing.
    pub fn null(&mut self) {
        self.literal("null");
    }

    /// Text that is JSON already.
    pub(super) fn literal(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// A string.
    pub fn text(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            let escape = match c {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\u{8}' => "\\b",
                '\u{c}' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\0'..='\u{1f}' => {
                    let code = c as u32;
                    self.out
                        .push_str(if code < 16 { "\\u000" } else { "\\u001" });
                    self.out.extend(char::from_digit(code % 16, 16));
                    continue;
                }
                _ => {
                    self.out.push(c);
                    continue;
                }
            };
            self.out.push_str(escape);
        }
        self.out.push('"');
    }

    /// Begins an array or an object.
    pub(super) fn open(&mut self, bracket: u8) {
        self.out.push(char::from(bracket));
        if let Some(indent) = &mut self.indent {
            *indent += 1;
        }
        self.is_first = true;
    }

    /// Stands before each of its items.
    pub(super) fn item(&mut self) {
        if !self.is_first {
            self.out.push(',');
        }
        self.is_first = false;
        self.line();
    }

    /// An entry's name.
    pub(super) fn name(&mut self, name: &str) {
        self.text(name);
        self.literal(if self.indent.is_some() { ": " } else { ":" });
    }

    /// Ends it.
    pub(super) fn close(&mut self, bracket: u8) {
        if let Some(indent) = &mut self.indent {
            *indent -= 1;
        }
        if !self.is_first {
            self.line();
        }
        self.out.push(char::from(bracket));
        self.is_first = false;
    }

    fn line(&mut self) {
        if let Some(indent) = self.indent {
            self.out.push('\n');
            for _ in 0..indent {
                self.out.push_str("  ");
            }
        }
    }

    /// An array.
    pub fn list(&mut self, items: &mut dyn Iterator<Item = &dyn Plain>) {
        self.open(b'[');
        for item in items {
            self.item();
            item.write(self);
        }
        self.close(b']');
    }

    /// An object of names and values.
    pub fn record(&mut self, names: &[&str], values: &[&dyn Plain]) {
        let tag = self.tag.take();
        self.open(b'{');
        if let Some((tag, variant)) = tag {
            self.item();
            self.name(tag);
            self.text(variant);
        }
        for (name, value) in names.iter().zip(values) {
            self.item();
            self.name(name);
            value.write(self);
        }
        self.close(b'}');
    }

    /// One of several shapes: a word, or a word with what it holds. With a `tag` the word stands among what it holds.
    pub fn variant(
        &mut self,
        tag: Option<&'static str>,
        variant: &'static str,
        names: &[&str],
        values: &[&dyn Plain],
        inner: Option<&dyn Plain>,
    ) {
        if let Some(tag) = tag {
            self.tag = Some((tag, variant));
        } else if names.is_empty() && inner.is_none() {
            return self.text(variant);
        } else {
            self.open(b'{');
            self.item();
            self.name(variant);
        }
        match inner {
            Some(inner) => inner.write(self),
            None => self.record(names, values),
        }
        if tag.is_none() {
            self.close(b'}');
        }
    }
}
