//! Capital and small letters, as far as names of columns, classes and files need them: the Latin, Greek and Cyrillic
//! letters that have one counterpart. The standard library's tables for all scripts are 24 KB that every visitor fetches.

/// The small letter of a capital one; any other character as it is.
pub fn lower(c: char) -> char {
    let code = u32::from(c);
    moved(
        c,
        match code {
            0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde => code + 0x20,
            0x100..=0x12f | 0x132..=0x137 | 0x14a..=0x177 => code | 1,
            0x139..=0x148 | 0x179..=0x17e => code + code % 2,
            0x391..=0x3a1 | 0x3a3..=0x3ab | 0x410..=0x42f => code + 0x20,
            0x400..=0x40f => code + 0x50,
            0x460..=0x481 | 0x48a..=0x4bf | 0x4d0..=0x52f => code | 1,
            _ => code,
        },
    )
}

/// The capital letter of a small one; any other character as it is.
pub fn upper(c: char) -> char {
    let code = u32::from(c);
    moved(
        c,
        match code {
            0x61..=0x7a | 0xe0..=0xf6 | 0xf8..=0xfe => code - 0x20,
            0x101..=0x12f | 0x133..=0x137 | 0x14b..=0x177 => code & !1,
            0x13a..=0x148 | 0x17a..=0x17e => code - (1 - code % 2),
            0x3b1..=0x3c1 | 0x3c3..=0x3cb | 0x430..=0x44f => code - 0x20,
            0x450..=0x45f => code - 0x50,
            0x461..=0x481 | 0x48b..=0x4bf | 0x4d1..=0x52f => code & !1,
            _ => code,
        },
    )
}

fn moved(c: char, code: u32) -> char {
    char::from_u32(code).unwrap_or(c)
}

/// The text in small letters.
pub fn lowered(text: &str) -> String {
    text.chars().map(lower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_the_standard_library_s_in_these_scripts() {
        let mut other = Vec::new();
        for c in (0..0x530).filter_map(char::from_u32) {
            let is_same =
                |ours: char, mut theirs: Vec<char>| theirs.pop() == Some(ours) && theirs.is_empty();
            if !is_same(lower(c), c.to_lowercase().collect())
                || !is_same(upper(c), c.to_uppercase().collect())
            {
                other.push(u32::from(c));
            }
        }
        // Long s, micro sign, sharp s, dotted and dotless i, the letters past Latin Extended-A, accented Greek.
        let odd = |code: u32| matches!(code, 0xb5 | 0xdf | 0xff | 0x130 | 0x131 | 0x149 | 0x178 | 0x17f..=0x390 | 0x3ac..=0x3b0 | 0x3c2 | 0x3cc..=0x3ff | 0x4c0..=0x4cf);
        other.retain(|&code| !odd(code));
        assert_eq!(other, Vec::<u32>::new());
        assert_eq!(
            lowered("ŽELEZO Über ΣΟΦΙΑ ЁЖ 日本 K8s"),
            "železo über σοφια ёж 日本 k8s"
        );
    }
}
