//! Sorting of what is short or seldom sorted.
//!
//! The standard library's sorters are compiled again for each type and comparison, four kilobytes each time, and a
//! visitor fetches them all. Here the sorter is one and sees only places; long columns of numbers are all sorted as
//! 64-bit integers, by one of the standard library's, and rows with such keys by another.

use std::cmp::Ordering;

/// Sorts; equals keep their order.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let order = order(items.len(), &mut |a, b| compare(&items[a], &items[b]));
    arrange(order, &mut |a, b| items.swap(a, b));
}

/// Sorts by a key; equals keep their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts; equals keep their order.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Sorts integers.
pub fn sort_keys(keys: &mut [u64]) {
    keys.sort_unstable();
}

/// Sorts rows by their keys, equals by the rows' numbers.
pub fn sort_keyed(rows: &mut [(u64, u32)]) {
    rows.sort_unstable();
}

/// A key that has the total order of floats.
pub fn number_key(x: f64) -> u64 {
    // Negative ones have their sign in the highest bit, and grow downwards.
    let bits = x.to_bits();
    bits ^ ((bits as i64 >> 63) as u64 | SIGN)
}

/// Sorts row numbers.
pub fn sort_rows(rows: &mut [u32]) {
    sort_as(rows, u64::from, |key| key as u32);
}

/// Sorts floats by their total order.
pub fn sort_numbers(numbers: &mut [f64]) {
    let back = |key: u64| f64::from_bits(key ^ (!(key as i64 >> 63) as u64 | SIGN));
    sort_as(numbers, number_key, back);
}

/// Sorts instants.
pub fn sort_instants(instants: &mut [i64]) {
    sort_as(instants, |t| t as u64 ^ SIGN, |key| (key ^ SIGN) as i64);
}

const SIGN: u64 = 1 << 63;

/// Sorts values as integers of the same order.
fn sort_as<T: Copy>(values: &mut [T], key: impl Fn(T) -> u64, value: impl Fn(u64) -> T) {
    let mut keys: Vec<u64> = values.iter().map(|&x| key(x)).collect();
    sort_keys(&mut keys);
    for (x, key) in values.iter_mut().zip(keys) {
        *x = value(key);
    }
}

/// The places in the order of what stands there, merged from runs of doubling length.
fn order(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut from: Vec<usize> = (0..len).collect();
    let mut to = from.clone();
    let mut run = 1;
    while run < len {
        for start in (0..len).step_by(2 * run) {
            let middle = len.min(start + run);
            let end = len.min(middle + run);
            let (mut left, mut right) = (start, middle);
            for place in &mut to[start..end] {
                let takes_left = left < middle
                    && (right == end || compare(from[left], from[right]) != Ordering::Greater);
                let next = if takes_left { &mut left } else { &mut right };
                *place = from[*next];
                *next += 1;
            }
        }
        std::mem::swap(&mut from, &mut to);
        run *= 2;
    }
    from
}

/// Swaps until each place holds what `order` says, cycle by cycle.
fn arrange(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut place = start;
        loop {
            let next = std::mem::replace(&mut order[place], place);
            if next == start || next == place {
                break;
            }
            swap(place, next);
            place = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(keys in prop::collection::vec(0u8..20, 0..200)) {
            let mut ours: Vec<(u8, usize)> = keys.into_iter().zip(0..).collect();
            let mut theirs = ours.clone();
            sort_by_key(&mut ours, |x| x.0);
            theirs.sort_by_key(|x| x.0);
            prop_assert_eq!(&ours, &theirs);
            ours.reverse();
            sort(&mut ours);
            theirs.sort_unstable();
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn numbers_are_sorted_by_their_total_order(mut floats in prop::collection::vec(any::<f64>(), 0..50), mut whole in prop::collection::vec(any::<i64>(), 0..50), mut rows in prop::collection::vec(any::<u32>(), 0..50)) {
            floats.extend([0.0, -0.0, f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
            let bits = |floats: &[f64]| floats.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            let (mut f, mut i, mut r) = (floats.clone(), whole.clone(), rows.clone());
            f.sort_by(f64::total_cmp);
            i.sort_unstable();
            r.sort_unstable();
            sort_numbers(&mut floats);
            sort_instants(&mut whole);
            sort_rows(&mut rows);
            prop_assert_eq!(bits(&floats), bits(&f));
            prop_assert_eq!((whole, rows), (i, r));
        }
    }
}
