//! Where a line of text is cut: the loop over every byte of every file. It stands here because this part of the page is
//! compiled to be fast, and the rest of reading to be small.

/// Ordinary bytes are 0, delimiters 1; any other class stops.
pub const DELIMITER: u8 = 1;

/// The most signs that are looked for eight bytes at a time.
const MOST_SIGNS: usize = 4;

/// The bytes that mean something, where they are few.
#[derive(Clone, Copy, Debug)]
pub struct Signs {
    class: [u8; 256],
    /// Each in all eight bytes of a word; `None` where there are more.
    words: Option<[u64; MOST_SIGNS]>,
}

const ONES: u64 = 0x0101_0101_0101_0101;

impl Signs {
    /// Of a class for each byte: ordinary ones are 0.
    pub fn new(class: [u8; 256]) -> Self {
        let mut words = [0; MOST_SIGNS];
        let mut count = 0;
        for (byte, _) in (0u64..).zip(&class).filter(|(_, class)| **class != 0) {
            if let Some(word) = words.get_mut(count) {
                *word = ONES * byte;
            }
            count += 1;
        }
        for at in count..MOST_SIGNS {
            words[at] = words[0];
        }
        Self {
            class,
            words: (1..=MOST_SIGNS).contains(&count).then_some(words),
        }
    }

    /// A byte's class.
    pub fn class(&self, byte: u8) -> u8 {
        self.class[usize::from(byte)]
    }
}

/// The highest bit of each byte that is one of the signs, exactly.
#[inline]
fn marks(word: u64, signs: &[u64; MOST_SIGNS]) -> u64 {
    const LOW: u64 = ONES * 0x7f;
    // A byte is zero if neither its low bits, carried up, nor its high bit are set.
    let zero = |x: u64| !(((x & LOW).wrapping_add(LOW)) | x | LOW);
    zero(word ^ signs[0]) | zero(word ^ signs[1]) | zero(word ^ signs[2]) | zero(word ^ signs[3])
}

/// Adds the place of each delimiter before the first byte of another class to `ends`, at most `most` of them, and returns
/// where it stopped: that byte's place, or the length of the line.
pub fn cut_line(line: &[u8], signs: &Signs, ends: &mut Vec<usize>, most: usize) -> usize {
    let mut from = 0;
    if let Some(words) = &signs.words {
        let (chunks, _) = line.as_chunks::<8>();
        for chunk in chunks {
            let mut marks = marks(u64::from_le_bytes(*chunk), words);
            while marks != 0 {
                let at = (marks.trailing_zeros() / 8) as usize;
                if signs.class[usize::from(chunk[at])] != DELIMITER || ends.len() >= most {
                    return from + at;
                }
                ends.push(from + at);
                marks &= marks - 1;
            }
            from += 8;
        }
    }
    for (at, &b) in line.iter().enumerate().skip(from) {
        let class = signs.class[usize::from(b)];
        if class == 0 {
            continue;
        }
        if class != DELIMITER || ends.len() >= most {
            return at;
        }
        ends.push(at);
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_up_to_what_stops() {
        let mut class = [0; 256];
        class[usize::from(b',')] = DELIMITER;
        class[usize::from(b'\n')] = 2;
        let class = Signs::new(class);
        let mut ends = Vec::new();
        assert_eq!(cut_line(b"a,bc,\nd,", &class, &mut ends, 9), 5);
        assert_eq!(ends, [1, 4]);
        ends.clear();
        assert_eq!(cut_line(b"a,b,c", &class, &mut ends, 1), 3);
        assert_eq!(cut_line(b"abc", &class, &mut ends, 9), 3);
        // Each byte beside each other one, as far as a word reaches and beyond.
        let mut all = [0; 256];
        for (byte, class) in (0..=255u8).zip(&mut all) {
            *class = u8::from(matches!(byte, b',' | 0x80 | 0xff)) + 2 * u8::from(byte == 0);
        }
        let signs = Signs::new(all);
        for length in 0..20 {
            for byte in 0..=255 {
                for at in 0..length {
                    let mut line = vec![b'-'; length];
                    line[at] = byte;
                    let mut ends = Vec::new();
                    let stop = cut_line(&line, &signs, &mut ends, 9);
                    let is_end = signs.class(byte) == DELIMITER;
                    assert_eq!(ends, if is_end { vec![at] } else { vec![] });
                    assert_eq!(stop, if byte == 0 { at } else { length });
                }
            }
        }
    }
}
