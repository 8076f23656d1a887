//! Four words that are added at once.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) use plain::Quad;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use vectors::Quad;

/// The compiler makes two vectors of the plain four natively, and leaves them as four words in WebAssembly.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vectors {
    use core::arch::wasm32::{i64x2_add, u64x2, u64x2_extract_lane, v128};

    #[derive(Clone, Copy, Debug)]
    pub struct Quad(v128, v128);

    impl Default for Quad {
        fn default() -> Self {
            Self::new([0; 4])
        }
    }

    impl Quad {
        #[inline]
        pub fn new([a, b, c, d]: [u64; 4]) -> Self {
            Self(u64x2(a, b), u64x2(c, d))
        }

        /// Word by word, without carry out of any.
        #[inline]
        pub fn plus(self, other: Self) -> Self {
            Self(i64x2_add(self.0, other.0), i64x2_add(self.1, other.1))
        }

        /// Word `at`, 0 to 3.
        pub fn get(&self, at: usize) -> u64 {
            let half = if at < 2 { self.0 } else { self.1 };
            if at.is_multiple_of(2) {
                u64x2_extract_lane::<0>(half)
            } else {
                u64x2_extract_lane::<1>(half)
            }
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod plain {
    #[derive(Clone, Copy, Debug, Default)]
    pub struct Quad([u64; 4]);

    impl Quad {
        #[inline]
        pub fn new(words: [u64; 4]) -> Self {
            Self(words)
        }

        /// Word by word, without carry out of any.
        #[inline]
        pub fn plus(self, other: Self) -> Self {
            Self(std::array::from_fn(|i| self.0[i].wrapping_add(other.0[i])))
        }

        /// Word `at`, 0 to 3.
        pub fn get(&self, at: usize) -> u64 {
            self.0[at]
        }
    }
}
