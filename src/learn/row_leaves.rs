//! The leaves that all rows fell into, told by whoever grew a unit's trees to those who did not: they need not ask the
//! trees. It is a shortcut: whoever is not told asks them, and comes to the same.

use super::softmax::BYTE_LEAVES;
use crate::trees::{BytesError, Reader, Writer};

/// One tree's.
#[derive(Debug)]
pub(super) struct RowLeaves<'a> {
    /// Values of up to 256 leaves, in an order of their own.
    pub(super) values: Vec<f32>,
    /// For each row its leaf's place in `values`; of rows that are not learned from, any.
    pub(super) leaves: &'a [u8],
}

/// Writes down a unit's trees, as they are grown.
#[derive(Debug)]
pub(super) struct RowLeavesWriter(Writer);

impl RowLeavesWriter {
    pub(super) fn new(unit: u32) -> Self {
        let mut w = Writer::new();
        w.u32(unit);
        Self(w)
    }

    pub(super) fn tree(&mut self, values: &[f32], leaves: &[u8]) {
        self.0.f32s(values);
        self.0.bytes(leaves);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// The unit that bytes are of, and what is left to read.
pub(super) fn unit_of(bytes: &[u8]) -> Result<(u32, Reader<'_>), BytesError> {
    let mut r = Reader::new(bytes);
    Ok((r.u32()?, r))
}

/// The leaves of so many rows in a unit's trees, of which there are so many.
pub(super) fn read<'a>(
    mut r: Reader<'a>,
    trees: usize,
    rows: usize,
) -> Result<Vec<RowLeaves<'a>>, String> {
    let mut out = Vec::with_capacity(trees);
    for _ in 0..trees {
        let values = r.f32s().map_err(|e| e.to_string())?;
        let leaves = r.bytes().map_err(|e| e.to_string())?;
        if values.is_empty()
            || values.len() > BYTE_LEAVES
            || values.iter().any(|v| !v.is_finite())
            || leaves.len() != rows
        {
            return Err("the leaves of its rows are out of range".to_owned());
        }
        out.push(RowLeaves { values, leaves });
    }
    r.finish().map_err(|e| e.to_string())?;
    Ok(out)
}
