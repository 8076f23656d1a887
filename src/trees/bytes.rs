//! Little-endian bytes, written and read with every length checked against what is left.

/// Why bytes cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BytesError {
    /// The bytes end inside a value.
    #[error("the bytes end at {at}, {missing} short")]
    End {
        /// Where reading began.
        at: usize,
        /// How many are missing.
        missing: usize,
    },
    /// A length that the bytes left cannot hold.
    #[error("a length of {length} at byte {at} is more than the {left} bytes left can hold")]
    Length {
        /// Where it stands.
        at: usize,
        /// What it says.
        length: u64,
        /// What is left.
        left: usize,
    },
    /// Bytes that should be text are not UTF-8.
    #[error("the text at byte {at} is not UTF-8")]
    Text {
        /// Where it stands.
        at: usize,
    },
    /// Bytes after the end.
    #[error("{count} bytes too many")]
    Trailing {
        /// How many.
        count: usize,
    },
}

/// Writes values one after the other.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// One byte.
    pub fn u8(&mut self, x: u8) {
        self.bytes.push(x);
    }

    /// 16 bits.
    pub fn u16(&mut self, x: u16) {
        self.bytes.extend_from_slice(&x.to_le_bytes());
    }

    /// 32 bits.
    pub fn u32(&mut self, x: u32) {
        self.bytes.extend_from_slice(&x.to_le_bytes());
    }

    /// 64 bits.
    pub fn u64(&mut self, x: u64) {
        self.bytes.extend_from_slice(&x.to_le_bytes());
    }

    /// A 64-bit float.
    pub fn f64(&mut self, x: f64) {
        self.bytes.extend_from_slice(&x.to_le_bytes());
    }

    /// A length, at most `u32::MAX`.
    pub fn len(&mut self, n: usize) {
        self.u32(u32::try_from(n).unwrap_or(u32::MAX));
    }

    /// A length and bytes.
    pub fn bytes(&mut self, b: &[u8]) {
        self.len(b.len());
        self.bytes.extend_from_slice(b);
    }

    /// A length and 64-bit floats.
    pub fn f64s(&mut self, v: &[f64]) {
        self.len(v.len());
        v.iter().for_each(|&x| self.f64(x));
    }

    /// A length and 32-bit floats.
    pub fn f32s(&mut self, v: &[f32]) {
        self.len(v.len());
        v.iter()
            .for_each(|&x| self.bytes.extend_from_slice(&x.to_le_bytes()));
    }
}

/// Reads what a [`Writer`] wrote.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// From the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes read so far.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Bytes not yet read.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], BytesError> {
        let left = self.left();
        if n > left {
            return Err(BytesError::End {
                at: self.at,
                missing: n - left,
            });
        }
        let out = &self.bytes[self.at..self.at + n];
        self.at += n;
        Ok(out)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BytesError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, BytesError> {
        Ok(self.array::<1>()?[0])
    }

    /// 16 bits.
    pub fn u16(&mut self) -> Result<u16, BytesError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// 32 bits.
    pub fn u32(&mut self) -> Result<u32, BytesError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// 64 bits.
    pub fn u64(&mut self) -> Result<u64, BytesError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A 64-bit float, any bits.
    pub fn f64(&mut self) -> Result<f64, BytesError> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    /// A length of things of at least `size` bytes each (1 or more): never more than the bytes left can hold.
    pub fn len(&mut self, size: usize) -> Result<usize, BytesError> {
        let at = self.at;
        let length = self.u32()?;
        let left = self.left();
        if u64::from(length) * size as u64 > left as u64 {
            return Err(BytesError::Length {
                at,
                length: u64::from(length),
                left,
            });
        }
        Ok(length as usize)
    }

    /// A length and bytes.
    pub fn bytes(&mut self) -> Result<&'a [u8], BytesError> {
        let n = self.len(1)?;
        self.take(n)
    }

    /// A length and UTF-8 text.
    pub fn text(&mut self) -> Result<&'a str, BytesError> {
        let at = self.at;
        std::str::from_utf8(self.bytes()?).map_err(|_| BytesError::Text { at })
    }

    /// A length and 64-bit floats, any bits.
    pub fn f64s(&mut self) -> Result<Vec<f64>, BytesError> {
        let n = self.len(8)?;
        (0..n).map(|_| self.f64()).collect()
    }

    /// A length and 32-bit floats, any bits.
    pub fn f32s(&mut self) -> Result<Vec<f32>, BytesError> {
        let n = self.len(4)?;
        (0..n)
            .map(|_| Ok(f32::from_le_bytes(self.array()?)))
            .collect()
    }

    /// That nothing is left.
    pub fn finish(self) -> Result<(), BytesError> {
        match self.left() {
            0 => Ok(()),
            count => Err(BytesError::Trailing { count }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_beyond_the_end_is_refused_before_anything_is_allocated() {
        let mut w = Writer::new();
        w.u32(u32::MAX);
        let bytes = w.into_bytes();
        assert_eq!(
            Reader::new(&bytes).f64s(),
            Err(BytesError::Length {
                at: 0,
                length: u64::from(u32::MAX),
                left: 0
            })
        );
    }

    #[test]
    fn values_survive_and_the_end_is_checked() {
        let mut w = Writer::new();
        w.u8(1);
        w.u16(2);
        w.u64(3);
        w.f64s(&[0.1, f64::MIN_POSITIVE]);
        w.f32s(&[1.5]);
        w.bytes("é".as_bytes());
        let bytes = w.into_bytes();
        let mut r = Reader::new(&bytes);
        assert_eq!((r.u8(), r.u16(), r.u64()), (Ok(1), Ok(2), Ok(3)));
        assert_eq!(r.f64s(), Ok(vec![0.1, f64::MIN_POSITIVE]));
        assert_eq!((r.f32s(), r.text()), (Ok(vec![1.5]), Ok("é")));
        assert_eq!(r.finish(), Ok(()));
        assert_eq!(
            Reader::new(&bytes).finish(),
            Err(BytesError::Trailing { count: bytes.len() })
        );
    }
}
