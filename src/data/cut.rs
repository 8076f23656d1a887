//! Where a line of text is cut: the loop over every byte of every file. It stands here because this part of the page is
//! compiled to be fast, and the rest of reading to be small.

/// Ordinary bytes are 0, delimiters 1; any other class stops.
pub const DELIMITER: u8 = 1;

/// Adds the place of each delimiter before the first byte of another class to `ends`, at most `most` of them, and returns
/// where it stopped: that byte's place, or the length of the line.
pub fn cut_line(line: &[u8], class: &[u8; 256], ends: &mut Vec<usize>, most: usize) -> usize {
    for (at, &b) in line.iter().enumerate() {
        let class = class[usize::from(b)];
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
        let mut ends = Vec::new();
        assert_eq!(cut_line(b"a,bc,\nd,", &class, &mut ends, 9), 5);
        assert_eq!(ends, [1, 4]);
        ends.clear();
        assert_eq!(cut_line(b"a,b,c", &class, &mut ends, 1), 3);
        assert_eq!(cut_line(b"abc", &class, &mut ends, 9), 3);
    }
}
