//! Sixteen digits read at once.

/// What at most 16 bytes hold: the digits as one integer, and how many of them stand behind the point. `None` for anything
/// but digits with at most one point among them, neither first nor last.
///
/// The digits are laid at the end of a vector, the point is taken out, and pairs, fours and eights of them are summed
/// (D. Lemire, "Number parsing at a gigabyte per second", 2021). No branch depends on how long a number is or where its
/// point stands, which a processor cannot foresee; natively, words are as fast and need no newer processor.
#[inline]
pub(super) fn short(digits: &[u8]) -> Option<(u64, usize)> {
    use core::arch::wasm32 as simd;
    let n = digits.len();
    let aligned = at_the_end(digits)?;
    let filled = u16::MAX << (16 - n);
    let points = simd::i8x16_bitmask(simd::u8x16_eq(aligned, simd::u8x16_splat(b'.')));
    let values = simd::u8x16_sub(aligned, simd::u8x16_splat(b'0'));
    let are_digits = simd::u8x16_lt(values, simd::u8x16_splat(10));
    let inner = filled & (filled << 1) & 0x7fff;
    let plain = simd::i8x16_bitmask(are_digits) | points == filled
        && points & points.wrapping_sub(1) == 0
        && points & !inner == 0;
    if !plain {
        return None;
    }
    // Where the point stands: -1 without one. What stands before it moves one place towards the end.
    let point = 15 - points.leading_zeros() as i32;
    let places = simd::i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    let before = simd::i8x16_le(places, simd::i8x16_splat(point as i8));
    let closed = simd::i8x16_swizzle(
        simd::v128_and(values, are_digits),
        simd::i8x16_add(places, before),
    );
    let tens = simd::i16x8_mul(
        simd::v128_and(closed, simd::u16x8_splat(0xff)),
        simd::u16x8_splat(10),
    );
    let pairs = simd::i16x8_add(tens, simd::u16x8_shr(closed, 8));
    let hundreds = simd::i16x8(100, 1, 100, 1, 100, 1, 100, 1);
    let fours = simd::i32x4_dot_i16x8(pairs, hundreds);
    let myriads = simd::i16x8(10_000, 1, 10_000, 1, 10_000, 1, 10_000, 1);
    let eights = simd::i32x4_dot_i16x8(simd::i16x8_narrow_i32x4(fours, fours), myriads);
    let both = simd::u64x2_extract_lane::<0>(eights);
    // Less than 10^16.
    let mantissa = (both & 0xffff_ffff)
        .wrapping_mul(100_000_000)
        .wrapping_add(both >> 32);
    let fraction = if points == 0 {
        0
    } else {
        points.leading_zeros() as usize
    };
    Some((mantissa, fraction))
}

/// One to sixteen bytes as the last ones of sixteen, zeros before them.
#[inline]
fn at_the_end(bytes: &[u8]) -> Option<core::arch::wasm32::v128> {
    let n = bytes.len();
    let (head, tail) = if let (Some(first), Some(last)) =
        (bytes.first_chunk::<8>(), bytes.last_chunk::<8>())
    {
        if n > 16 {
            return None;
        }
        // What both hold is shifted out of the first: all eight bytes where there are no more.
        let half = 64 - 4 * n as u32;
        let head = u64::from_le_bytes(*first) << half << half;
        (head, u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        let word = u64::from(first) << (64 - 8 * n as u32) | u64::from(last) << 32;
        (0, word)
    } else {
        let word = bytes
            .iter()
            .fold(0, |word, &b| word >> 8 | u64::from(b) << 56);
        if n == 0 {
            return None;
        }
        (0, word)
    };
    Some(core::arch::wasm32::u64x2(head, tail))
}
