//! Portable randomness: SplitMix64 (Steele, Lea & Flood 2014), the same sequence on every target.

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[derive(Clone, Debug)]
pub(crate) struct Rng {
    state: u64,
}

impl Rng {
    /// Equal for equal `(seed, stream)`, unrelated otherwise.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self {
            state: mix(seed.wrapping_add(GOLDEN))
                ^ mix(stream.wrapping_mul(GOLDEN).wrapping_add(1)),
        }
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Uniform in `0..n`; 0 for `n` of 0.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        scale((self.next_u64() >> 32) as u32, n)
    }

    /// Two independent uniform numbers in `0..n` for the price of one.
    pub(crate) fn pair_below(&mut self, n: u32) -> [u32; 2] {
        let bits = self.next_u64();
        [scale((bits >> 32) as u32, n), scale(bits as u32, n)]
    }
}

/// By multiplication (Lemire 2019), without rejection: no number's share is off by more than `n / 2^32`.
fn scale(bits: u32, n: u32) -> u32 {
    ((u64::from(bits) * u64::from(n)) >> 32) as u32
}
