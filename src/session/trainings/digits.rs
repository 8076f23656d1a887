//! Many small numbers as a short text.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Digits of a number, at most: 30 bits.
const MOST_DIGITS: usize = 5;

/// Each number in as many digits of base 64 as the largest needs, the highest first; numbers of more than 30 bits become the
/// largest of 30.
pub(super) fn packed(numbers: &[u32]) -> String {
    let most = (1_u32 << (6 * MOST_DIGITS)) - 1;
    let largest = numbers.iter().copied().max().unwrap_or(0).min(most);
    let digits = (1..MOST_DIGITS).find(|&d| largest >> (6 * d) == 0);
    let digits = digits.unwrap_or(MOST_DIGITS);
    let mut out = String::with_capacity(numbers.len() * digits);
    for &number in numbers {
        for digit in (0..digits).rev() {
            let at = number.min(most) >> (6 * digit) & 63;
            out.push(char::from(ALPHABET[at as usize]));
        }
    }
    out
}

/// The numbers of a text that holds so many; none where it does not.
pub(super) fn unpacked(text: &str, count: usize) -> Option<Vec<u32>> {
    if count == 0 {
        return text.is_empty().then(Vec::new);
    }
    let digits = text.len() / count;
    if !text.len().is_multiple_of(count) || !(1..=MOST_DIGITS).contains(&digits) {
        return None;
    }
    let digit = |&sign: &u8| ALPHABET.iter().position(|&known| known == sign);
    let number = |signs: &[u8]| {
        signs.iter().try_fold(0_u32, |number, sign| {
            Some(number << 6 | digit(sign)? as u32)
        })
    };
    text.as_bytes().chunks(digits).map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        // 63 is the last sign; 64 is one and nothing.
        assert_eq!(packed(&[0, 1, 63]), "AB_");
        assert_eq!(packed(&[0, 1, 64]), "AAABBA");
        for numbers in [vec![], vec![0], vec![4_095, 4_096, 1 << 29], vec![7; 100]] {
            assert_eq!(unpacked(&packed(&numbers), numbers.len()), Some(numbers));
        }
        for (text, count) in [
            ("AB", 3),
            ("", 1),
            ("A!", 2),
            ("é", 2),
            ("AAAAAA", 1),
            ("A", 0),
        ] {
            assert_eq!(unpacked(text, count), None, "{text}");
        }
        assert_eq!(unpacked(&packed(&[u32::MAX]), 1), Some(vec![(1 << 30) - 1]));
    }
}
