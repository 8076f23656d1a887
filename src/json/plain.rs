//! What can be written and read, and the simplest of it.

use super::read::Reader;
use super::value::Value;
use super::write::Writer;

/// Data that can be written as JSON and read back.
pub trait Plain {
    /// Writes it.
    fn write(&self, to: &mut Writer);

    /// Becomes what stands next; where that is a fault, anything.
    fn read(&mut self, from: &mut Reader);

    /// Something to read into.
    fn blank() -> Self
    where
        Self: Sized;

    /// Whether a record may lack it.
    fn may_lack(&self) -> bool {
        false
    }
}

impl Plain for bool {
    fn write(&self, to: &mut Writer) {
        to.literal(if *self { "true" } else { "false" });
    }

    fn read(&mut self, from: &mut Reader) {
        match from.take() {
            Value::Bool(x) => *self = x,
            other => from.refuse(&other, "a boolean"),
        }
    }

    fn blank() -> Self {
        false
    }
}

impl Plain for u64 {
    fn write(&self, to: &mut Writer) {
        to.literal(&self.to_string());
    }

    fn read(&mut self, from: &mut Reader) {
        *self = whole(from, "u64", u64::MAX);
    }

    fn blank() -> Self {
        0
    }
}

impl Plain for u32 {
    fn write(&self, to: &mut Writer) {
        u64::from(*self).write(to);
    }

    fn read(&mut self, from: &mut Reader) {
        *self = whole(from, "u32", u32::MAX.into()) as u32;
    }

    fn blank() -> Self {
        0
    }
}

fn whole(from: &mut Reader, expected: &str, most: u64) -> u64 {
    let found = from.take();
    match found {
        Value::Whole(x) if x <= most => return x,
        Value::Whole(_) | Value::Negative(_) => {
            from.fault(format!(
                "invalid value: {}, expected {expected}",
                found.described()
            ));
        }
        _ => from.refuse(&found, expected),
    }
    0
}

impl Plain for f64 {
    fn write(&self, to: &mut Writer) {
        super::number::write(*self, to);
    }

    fn read(&mut self, from: &mut Reader) {
        match from.take() {
            Value::Whole(x) => *self = x as f64,
            Value::Negative(x) => *self = x as f64,
            Value::Number(x) => *self = x,
            other => from.refuse(&other, "f64"),
        }
    }

    fn blank() -> Self {
        0.0
    }
}

impl Plain for String {
    fn write(&self, to: &mut Writer) {
        to.text(self);
    }

    fn read(&mut self, from: &mut Reader) {
        match from.take() {
            Value::Text(x) => *self = x,
            other => from.refuse(&other, "a string"),
        }
    }

    fn blank() -> Self {
        Self::new()
    }
}

impl<T: Plain> Plain for Option<T> {
    fn write(&self, to: &mut Writer) {
        match self {
            Some(x) => x.write(to),
            None => to.null(),
        }
    }

    fn read(&mut self, from: &mut Reader) {
        *self = if from.is_null() {
            None
        } else {
            let mut x = T::blank();
            x.read(from);
            Some(x)
        };
    }

    fn blank() -> Self {
        None
    }

    fn may_lack(&self) -> bool {
        true
    }
}

impl<T: Plain> Plain for Box<T> {
    fn write(&self, to: &mut Writer) {
        (**self).write(to);
    }

    fn read(&mut self, from: &mut Reader) {
        (**self).read(from);
    }

    fn blank() -> Self {
        Self::new(T::blank())
    }
}

impl<T: Plain> Plain for Vec<T> {
    fn write(&self, to: &mut Writer) {
        to.list(&mut self.iter().map(|item| item as &dyn Plain));
    }

    fn read(&mut self, from: &mut Reader) {
        self.clear();
        for item in from.list() {
            let mut x = T::blank();
            from.part(item, &mut x);
            if from.is_faulty() {
                return;
            }
            self.push(x);
        }
    }

    fn blank() -> Self {
        Self::new()
    }
}

impl<A: Plain, B: Plain> Plain for (A, B) {
    fn write(&self, to: &mut Writer) {
        to.list(&mut [&self.0 as &dyn Plain, &self.1].into_iter());
    }

    fn read(&mut self, from: &mut Reader) {
        from.tuple(&mut [&mut self.0, &mut self.1]);
    }

    fn blank() -> Self {
        (A::blank(), B::blank())
    }
}
