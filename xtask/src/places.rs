//! Where in the sources a panic stands: file, line and column, 1,300 times, sixteen bytes that nothing else resembles. A
//! visitor's program keeps the file, without the folders of the machine that compiled it; a build that is not slimmed
//! says the line as well.

use std::collections::BTreeMap;

use crate::slim::Reader;

/// One place: where its file's name lies, how long that is, line, column.
const PLACE: usize = 16;

/// A run of bytes of the program's memory as it stands in the module.
struct Segment {
    /// Its address in memory.
    address: usize,
    /// Where it begins in the section.
    begin: usize,
    length: usize,
}

/// The places of a program.
#[derive(Debug, PartialEq, Eq)]
pub struct Places {
    /// How many there are.
    pub count: usize,
    /// By the address of each that now says what another one before it says: the address of that one.
    pub same: BTreeMap<usize, usize>,
}

/// Takes lines and columns from a data section; none where the section is not as the linker writes it.
pub fn without_lines(section: &mut [u8]) -> Option<Places> {
    let segments = segments(section)?;
    let mut found = Vec::new();
    let mut folders = Vec::new();
    for segment in &segments {
        let first = segment.address.next_multiple_of(4);
        let end = (segment.address + segment.length).saturating_sub(PLACE - 1);
        for address in (first..end).step_by(4) {
            let at = segment.begin + address - segment.address;
            let Some((name, length)) = file_of(section, &segments, at) else {
                continue;
            };
            let folder = folder(&section[name..name + length]);
            if folder > 0 {
                let (address, length) = (word(section, at) + folder, length - folder);
                put(section, at, address);
                put(section, at + 4, length);
                folders.push(name..name + folder);
            }
            section[at + 8..at + PLACE].fill(0);
            found.push((address, [word(section, at), word(section, at + 4)]));
        }
    }
    // Only now: many places share a name.
    for folder in folders {
        section[folder].fill(0);
    }
    let mut places = Places {
        count: found.len(),
        same: BTreeMap::new(),
    };
    let mut first = BTreeMap::new();
    for (address, says) in found {
        let first = *first.entry(says).or_insert(address);
        if first != address {
            places.same.insert(address, first);
        }
    }
    Some(places)
}

/// The name of the file (its place in the section, its length) of a place, if one stands here.
fn file_of(section: &[u8], segments: &[Segment], at: usize) -> Option<(usize, usize)> {
    let [address, length, line, column] = [0, 4, 8, 12].map(|i| word(section, at + i));
    if !(5..=250).contains(&length)
        || !(1..100_000).contains(&line)
        || !(1..2_000).contains(&column)
    {
        return None;
    }
    let segment = segments
        .iter()
        .find(|s| s.address <= address && address + length <= s.address + s.length)?;
    let begin = segment.begin + address - segment.address;
    let name = &section[begin..begin + length];
    let is_name = name.ends_with(b".rs") && name.iter().all(|c| (b' '..=b'~').contains(c));
    is_name.then_some((begin, length))
}

/// The length of the path to the folder of packages.
fn folder(name: &[u8]) -> usize {
    const PACKAGES: &[u8] = b"/registry/src/";
    let packages = name.windows(PACKAGES.len()).position(|w| w == PACKAGES);
    let Some(begin) = packages.map(|at| at + PACKAGES.len()) else {
        return 0;
    };
    // One folder for each registry.
    let registry = name[begin..].iter().position(|&c| c == b'/');
    registry.map_or(0, |length| begin + length + 1)
}

/// The active segments of the program's memory.
fn segments(section: &[u8]) -> Option<Vec<Segment>> {
    const I32_CONST: u8 = 0x41;
    const END: u8 = 0x0b;
    let mut at = Reader {
        bytes: section,
        at: 0,
    };
    let mut segments = Vec::new();
    for _ in 0..at.number()? {
        if at.number()? != 0 || at.byte()? != I32_CONST {
            return None;
        }
        // Signed, but no address is so high.
        let address = at.number()?;
        if at.byte()? != END {
            return None;
        }
        let length = at.number()?;
        let begin = at.at;
        at.take(length)?;
        segments.push(Segment {
            address,
            begin,
            length,
        });
    }
    Some(segments)
}

fn word(bytes: &[u8], at: usize) -> usize {
    let word = bytes[at..at + 4].iter().rev();
    word.fold(0, |sum, &byte| sum << 8 | usize::from(byte))
}

fn put(bytes: &mut [u8], at: usize, word: usize) {
    bytes[at..at + 4].copy_from_slice(&(word as u32).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lose_their_lines_and_folders_and_other_bytes_stay() {
        let name = b"/home/me/.cargo/registry/src/index-1/csv-0.1.0/src/reader.rs";
        let own = b"src/lib.rs";
        let mut memory = [name.as_slice(), own, b"tail.."].concat();
        memory.resize(memory.len().next_multiple_of(4), 7);
        let places = memory.len();
        let all = [
            (0, name.len(), 70),
            (name.len(), own.len(), 8),
            (0, 3, 9),
            (name.len(), own.len(), 11),
        ];
        for (at, length, line) in all {
            for number in [1024 + at, length, line, 5] {
                memory.extend((number as u32).to_le_bytes());
            }
        }
        // One segment at 1024.
        let mut section = vec![
            1,
            0,
            0x41,
            0x80,
            0x08,
            0x0b,
            0x80 | (memory.len() & 127) as u8,
        ];
        section.push((memory.len() >> 7) as u8);
        let begin = section.len();
        section.extend(&memory);
        let first = 1024 + places + PLACE;
        let found = without_lines(&mut section).unwrap();
        assert_eq!(found.count, 3);
        assert_eq!(found.same, BTreeMap::from([(first + 2 * PLACE, first)]));
        let after = &section[begin..];
        let short = name.len() - "csv-0.1.0/src/reader.rs".len();
        assert!(after[..short].iter().all(|&b| b == 0));
        assert_eq!(after[short..places], memory[short..places]);
        assert_eq!(word(after, places), 1024 + short);
        assert_eq!(word(after, places + 4), name.len() - short);
        assert_eq!(word(after, places + 8), 0);
        assert_eq!(after[places + 16..][..8], memory[places + 16..][..8]);
        assert_eq!(after[places + 24..][..8], [0; 8]);
        assert_eq!(after[places + 32..][..16], memory[places + 32..][..16]);
        assert_eq!(without_lines(&mut [1, 1, 0]), None);
    }
}
