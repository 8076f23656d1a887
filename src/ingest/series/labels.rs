//! A series' labels, and the bytes that stand for them.

use crate::data::sort_by;

/// Ends a name or a value in a key: no byte of UTF-8.
const END: u8 = 0xff;

/// Labels while they are read: a buffer that is used again for the next series.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Labels {
    text: String,
    /// Where each name and its value end; a name begins where the value before it ends.
    ends: Vec<(usize, usize)>,
    key: Vec<u8>,
}

impl Labels {
    /// No labels.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Adds a label. An empty value is the same as no label.
    pub fn push(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        self.text.push_str(name);
        let name_end = self.text.len();
        self.text.push_str(value);
        self.ends.push((name_end, self.text.len()));
    }

    fn label(&self, at: usize) -> (&str, &str) {
        let from = match at {
            0 => 0,
            _ => self.ends[at - 1].1,
        };
        let (name_end, end) = self.ends[at];
        (&self.text[from..name_end], &self.text[name_end..end])
    }

    /// The value of a name.
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut all = (0..self.len()).map(|at| self.label(at));
        all.find(|label| label.0 == name).map(|label| label.1)
    }

    /// Gives every name and value.
    pub fn each(&self, mut take: impl FnMut(&str, &str)) {
        (0..self.len())
            .map(|at| self.label(at))
            .for_each(|(name, value)| take(name, value));
    }

    /// Characters of all names and values.
    pub fn characters(&self) -> usize {
        self.text.chars().count()
    }

    /// Whether a name stands there twice.
    pub fn repeats(&self) -> bool {
        (0..self.len()).any(|at| (0..at).any(|before| self.label(at).0 == self.label(before).0))
    }

    /// The labels, sorted by name, as bytes that no other labels have. Of a repeated name the last counts.
    pub fn key(&mut self) -> &[u8] {
        self.key_without(&[])
    }

    /// The same of the labels with other names than these.
    pub fn key_without(&mut self, names: &[&str]) -> &[u8] {
        let mut order: Vec<usize> = (0..self.len()).collect();
        let is_sorted = order
            .windows(2)
            .all(|w| self.label(w[0]).0 < self.label(w[1]).0);
        if !is_sorted {
            sort_by(&mut order, |&a, &b| self.label(a).0.cmp(self.label(b).0));
        }
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        for (place, &at) in order.iter().enumerate() {
            let (name, value) = self.label(at);
            let is_repeated = order
                .get(place + 1)
                .is_some_and(|&n| self.label(n).0 == name);
            if !is_repeated && !names.contains(&name) {
                put(&mut key, name);
                put(&mut key, value);
            }
        }
        self.key = key;
        &self.key
    }
}

/// Appends a part of a key.
pub(in crate::ingest) fn put(key: &mut Vec<u8>, part: &str) {
    key.extend_from_slice(part.as_bytes());
    key.push(END);
}

/// The labels of a key.
pub(in crate::ingest) fn decode_key(key: &[u8]) -> Vec<(&str, &str)> {
    let mut parts = key
        .split(|&b| b == END)
        .map(|part| str::from_utf8(part).unwrap_or_default());
    let mut labels = Vec::new();
    while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
        labels.push((name, value));
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_labels_and_empty_ones_make_no_other_series() {
        let key = |labels: &[(&str, &str)]| {
            let mut buffer = Labels::default();
            labels.iter().for_each(|(n, v)| buffer.push(n, v));
            buffer.key().to_vec()
        };
        let expected = key(&[("a", "1"), ("b", "2")]);
        assert_eq!(key(&[("b", "2"), ("c", ""), ("a", "1")]), expected);
        assert_eq!(decode_key(&expected), [("a", "1"), ("b", "2")]);
        assert_ne!(
            key(&[("a", "1b"), ("b", "2")]),
            key(&[("a", "1"), ("bb", "2")])
        );
        assert_eq!(key(&[("a", "1"), ("a", "2")]), key(&[("a", "2")]));
        assert_eq!(decode_key(&key(&[])), []);
    }
}
