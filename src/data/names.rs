//! A hash table by name.

use std::collections::HashMap;

/// Names, each with a number. One type for all that looks names up: the standard library's table is compiled again for
/// each, a kilobyte every time.
#[derive(Debug, Default)]
pub struct Names(HashMap<String, usize>);

impl Names {
    /// Takes a name up with its number: how many there were before it. False where it is known already.
    pub fn take(&mut self, name: &str) -> bool {
        let new = !self.contains(name);
        if new {
            self.set(name, self.0.len());
        }
        new
    }

    /// Gives a name this number.
    pub fn set(&mut self, name: &str, number: usize) {
        self.0.insert(name.to_owned(), number);
    }

    /// The name's number.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.0.get(name).copied()
    }

    /// Whether the name is known.
    pub fn contains(&self, name: &str) -> bool {
        self.number(name).is_some()
    }
}

impl<'a> FromIterator<&'a str> for Names {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut out = Self::default();
        for name in names {
            out.take(name);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_first_number_until_it_is_given_another() {
        let mut names: Names = ["a", "b", "a"].into_iter().collect();
        assert_eq!((names.number("a"), names.number("b")), (Some(0), Some(1)));
        assert!(!names.take("b") && names.take("c"));
        names.set("a", 7);
        assert_eq!((names.number("a"), names.number("c")), (Some(7), Some(2)));
        assert!(!names.contains("d"));
    }
}
