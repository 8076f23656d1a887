//! Portable randomness.

/// A SplitMix64 generator (Steele, Lea & Flood 2014): 64 bits of state, the same sequence on every target.
#[derive(Clone, Debug)]
pub struct Rng {
    state: u64,
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Rng {
    /// The generator of a stream: equal for equal `(seed, stream)`, unrelated otherwise.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self {
            state: mix(seed.wrapping_add(GOLDEN))
                ^ mix(stream.wrapping_mul(GOLDEN).wrapping_add(1)),
        }
    }

    /// 64 uniform bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Uniform in `0..n` by multiplication (Lemire 2019, without the rejection: the bias is below `n / 2^64`). `n` of 0 gives 0.
    pub fn below(&mut self, n: u32) -> u32 {
        // In two halves: 32-bit targets have no product of 128 bits.
        let (x, n) = (self.next_u64(), u64::from(n));
        let (high, low) = ((x >> 32).wrapping_mul(n), (x & 0xffff_ffff).wrapping_mul(n));
        (high.wrapping_add(low >> 32) >> 32) as u32
    }

    /// Uniform in `[0, 1)` with 53 bits.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_stays_in_range_and_is_even() {
        let mut rng = Rng::new(42, 0);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[rng.below(7) as usize] += 1;
        }
        for count in counts {
            assert!((9_500..10_500).contains(&count), "{counts:?}");
        }
        assert_eq!(rng.below(0), 0);
        for n in [1, 3, 30, 80_018, u32::MAX] {
            let mut same = Rng { ..rng };
            let wide = u128::from(same.next_u64()) * u128::from(n);
            assert_eq!(rng.below(n), (wide >> 64) as u32);
        }
        assert!((0..1000).all(|_| (0.0..1.0).contains(&rng.unit())));
    }

    #[test]
    fn streams_differ() {
        assert_ne!(Rng::new(1, 0).next_u64(), Rng::new(1, 1).next_u64());
        assert_ne!(Rng::new(1, 0).next_u64(), Rng::new(2, 0).next_u64());
        assert_eq!(Rng::new(1, 5).next_u64(), Rng::new(1, 5).next_u64());
    }
}
