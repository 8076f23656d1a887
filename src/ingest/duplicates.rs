//! Rows that repeat an earlier one in every cell.

use crate::data::{Frame, Values, count_distinct, sort_keys};

/// So many rows at a time.
const PART_ROWS: usize = 4096;

/// How many rows repeat an earlier row, and the first of them (rows from 0).
///
/// Rows are compared by a 64-bit fingerprint of their cells: among a million rows two different ones are taken for
/// equal with a probability of 3e-8.
pub(crate) fn repeated_rows(frame: &Frame, shown: usize) -> (u64, Vec<u32>) {
    let mut rows: Vec<u64> = vec![0; frame.rows()];
    for column in frame.columns() {
        match &column.values {
            Values::Number(v) => add(&mut rows, v, |x| x.to_bits()),
            Values::Time(v) => add(&mut rows, v, |x| x as u64),
            Values::Text(d) => add(&mut rows, &d.codes, u64::from),
        }
        for token in &column.null_tokens {
            if let Some(hash) = rows.get_mut(token.row as usize) {
                let text = token.token.bytes();
                *hash = text.fold(*hash, |h, b| mix(h, u64::from(b)));
            }
        }
    }
    if count_distinct(rows.iter().copied(), rows.len()) == rows.len() {
        return (0, Vec::new());
    }
    let mut sorted = rows.clone();
    sort_keys(&mut sorted);
    let mut several: Vec<u64> = sorted
        .windows(2)
        .filter(|w| w[0] == w[1])
        .map(|w| w[0])
        .collect();
    let count = several.len() as u64;
    several.dedup();
    let mut seen = vec![false; several.len()];
    let mut repeated = Vec::new();
    for (row, hash) in rows.iter().enumerate() {
        if repeated.len() == shown {
            break;
        }
        if let Ok(at) = several.binary_search(hash)
            && std::mem::replace(&mut seen[at], true)
        {
            repeated.push(row as u32);
        }
    }
    (count, repeated)
}

fn add<T: Copy>(rows: &mut [u64], cells: &[T], bits: impl Fn(T) -> u64 + Copy) {
    for (rows, cells) in rows.chunks_mut(PART_ROWS).zip(cells.chunks(PART_ROWS)) {
        add_part(rows, cells, bits);
    }
}

/// A call of its own: a browser's compiler makes a function fast between two calls of it, never within one.
#[inline(never)]
fn add_part<T: Copy>(rows: &mut [u64], cells: &[T], bits: impl Fn(T) -> u64) {
    for (hash, &cell) in rows.iter_mut().zip(cells) {
        *hash = mix(*hash, bits(cell));
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014) over the running sum.
fn mix(hash: u64, cell: u64) -> u64 {
    let mut z = (hash ^ cell).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Column;

    #[test]
    fn repeated_rows_are_those_equal_in_every_cell() {
        let frame = Frame::new(
            "t",
            vec![
                Column::number("a", vec![1.0, 1.0, 2.0, 1.0, f64::NAN, f64::NAN]),
                Column::category("b", ["x", "y", "x", "x", "", ""]),
            ],
        )
        .expect("a table");
        assert_eq!(repeated_rows(&frame, 5), (2, vec![3, 5]));
        assert_eq!(repeated_rows(&frame, 1), (2, vec![3]));
    }
}
