//! A column's distinct texts, without an allocation for each.

use std::hash::{DefaultHasher, Hasher};

use crate::data::{Dictionary, MISSING_CODE};

/// Distinct texts in one buffer, numbered in order of first appearance, found by an open-addressed table.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    text: Vec<u8>,
    ends: Vec<usize>,
    hashes: Vec<u32>,
    /// A code plus one, or 0 where free; the length is a power of two.
    slots: Vec<u32>,
    last: u32,
}

impl Names {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of all texts together.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// The text of a code; empty for codes that do not exist.
    pub fn bytes(&self, code: u32) -> &[u8] {
        let code = code as usize;
        let from = match code {
            0 => 0,
            _ => self.ends.get(code - 1).copied().unwrap_or(0),
        };
        match self.ends.get(code) {
            Some(&to) => self.text.get(from..to).unwrap_or_default(),
            None => &[],
        }
    }

    /// The text of a code. It came as UTF-8.
    pub fn text(&self, code: u32) -> &str {
        std::str::from_utf8(self.bytes(code)).unwrap_or_default()
    }

    /// Every text, in order of code.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|code| self.text(code))
    }

    /// The code of a text, and whether it is new.
    pub fn intern(&mut self, name: &[u8]) -> (u32, bool) {
        // Neighbouring rows are often alike.
        if (self.last as usize) < self.len() && self.bytes(self.last) == name {
            return (self.last, false);
        }
        if self.slots.len() <= 2 * self.len() {
            self.grow();
        }
        let hash = hash_of(name);
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                0 => break,
                slot => {
                    let code = slot - 1;
                    if self.hashes[code as usize] == hash && self.bytes(code) == name {
                        self.last = code;
                        return (code, false);
                    }
                }
            }
            at = (at + 1) & mask;
        }
        let code = self.len() as u32;
        self.slots[at] = code + 1;
        self.hashes.push(hash);
        self.text.extend_from_slice(name);
        self.ends.push(self.text.len());
        self.last = code;
        (code, true)
    }

    /// The code of a text that is there.
    pub fn find(&self, name: &[u8]) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let hash = hash_of(name);
        let mut at = hash as usize & mask;
        loop {
            let code = self.slots[at].checked_sub(1)?;
            if self.hashes[code as usize] == hash && self.bytes(code) == name {
                return Some(code);
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(16);
        let mut slots = vec![0; size];
        let mask = size - 1;
        for (code, &hash) in self.hashes.iter().enumerate() {
            let mut at = hash as usize & mask;
            while slots[at] != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = code as u32 + 1;
        }
        self.slots = slots;
    }

    /// The cells with these codes.
    pub fn into_dictionary(self, codes: Vec<u32>) -> Dictionary {
        Dictionary {
            codes,
            names: self.iter().map(str::to_owned).collect(),
        }
    }

    /// How many rows carry each name; missing ones carry none.
    pub fn counts(&self, codes: &[u32]) -> Vec<u64> {
        let mut counts = vec![0; self.len()];
        for &code in codes {
            if code != MISSING_CODE
                && let Some(count) = counts.get_mut(code as usize)
            {
                *count += 1;
            }
        }
        counts
    }
}

/// The codes do not depend on the hash, only the time taken does.
fn hash_of(name: &[u8]) -> u32 {
    let mut hasher = DefaultHasher::new();
    hasher.write(name);
    hasher.finish() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn codes_are_those_of_the_plain_dictionary(cells in prop::collection::vec("[ab]{1,4}", 0..200)) {
            let mut names = Names::default();
            let codes: Vec<u32> = cells.iter().map(|c| names.intern(c.as_bytes()).0).collect();
            prop_assert_eq!(names.into_dictionary(codes), Dictionary::from_cells(&cells));
        }
    }
}
