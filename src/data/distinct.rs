//! How many keys differ, without putting them in order.

use super::sort_keys;

/// Keys that are looked at in one pass: their table fits 4 MiB, beside a table that may be all that a tab holds.
const PASS_KEYS: usize = 1 << 18;

/// How many of at most `most` keys differ.
pub fn count_distinct(keys: impl Iterator<Item = u64> + Clone, most: usize) -> usize {
    // Each pass takes the keys of its share of hashes.
    let passes = most.div_ceil(PASS_KEYS).next_power_of_two() as u64;
    let mut slots = vec![0_u64; (2 * most.min(PASS_KEYS)).next_power_of_two().max(16)];
    let mask = slots.len() - 1;
    let mut count = 0;
    // Keys that were made to meet in one place would be looked for without end.
    let mut patience = 16 * most + 1024;
    for pass in 0..passes {
        slots.fill(0);
        let mut has_zero = false;
        for key in keys.clone() {
            // One product tells the shares apart; it need not be as even as what finds a slot.
            if (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) & (passes - 1) != pass {
                continue;
            }
            let hash = mixed(key);
            // An empty slot is 0, so that key is counted apart.
            if key == 0 {
                has_zero = true;
                continue;
            }
            let mut at = hash as usize & mask;
            while slots[at] != key {
                if slots[at] == 0 {
                    slots[at] = key;
                    count += 1;
                    break;
                }
                at = (at + 1) & mask;
                if patience == 0 {
                    return count_in_order(keys.collect());
                }
                patience -= 1;
            }
        }
        count += usize::from(has_zero);
    }
    count
}

fn count_in_order(mut keys: Vec<u64>) -> usize {
    sort_keys(&mut keys);
    keys.chunk_by(|a, b| a == b).count()
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
#[inline]
fn mixed(key: u64) -> u64 {
    let z = (key ^ (key >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_as_a_set_does(keys in prop::collection::vec(prop_oneof![0_u64..40, any::<u64>()], 0..300)) {
            let set: std::collections::BTreeSet<u64> = keys.iter().copied().collect();
            prop_assert_eq!(count_distinct(keys.iter().copied(), keys.len()), set.len());
        }
    }

    #[test]
    fn more_keys_than_one_pass_takes() {
        let keys = (0..5_000_000_u64).map(|i| (i % 1_234_567).wrapping_mul(0x9e37_79b9));
        assert_eq!(count_distinct(keys, 5_000_000), 1_234_567);
    }

    #[test]
    fn keys_that_meet_in_one_place_take_no_longer() {
        // Of many keys those whose hashes end alike.
        let meets = |key: &u64| mixed(*key) as usize & 0x3fff == 7;
        let keys: Vec<u64> = (1..80_000_000).filter(meets).collect();
        assert!(keys.len() > 4_000 && keys.len() < 8_192, "{}", keys.len());
        assert_eq!(count_distinct(keys.iter().copied(), keys.len()), keys.len());
    }
}
