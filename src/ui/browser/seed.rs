//! Fresh randomness.

/// A seed of nine digits at most: short enough to be read out.
pub(in crate::ui) fn draw() -> Result<u32, String> {
    let mut bytes = [0; 4];
    getrandom::getrandom(&mut bytes).map_err(|error| error.to_string())?;
    Ok(u32::from_le_bytes(bytes) % 1_000_000_000)
}
