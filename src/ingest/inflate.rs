//! Compressed bytes in pieces -> plain ones in pieces: DEFLATE (RFC 1951), alone in a zip archive or in gzip (RFC 1952).
//!
//! Invariants: what comes out is bounded by the caller's allowance, and the work by what goes in and comes out; sizes
//! and check sums that the file states are compared, never allocated for.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

/// Bytes of the window, which what comes out goes through: a power of two, and at least 32 KiB.
const WINDOW_BYTES: usize = 1 << 16;
/// Bytes of a gzip header that are kept until it is whole: name and comment included.
const MAX_HEADER_BYTES: usize = 64 << 10;

/// Why bytes cannot be inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InflateFault {
    /// They are no DEFLATE data.
    Damaged,
    /// They end too early.
    Truncated,
    /// What came out is not what went in, by the check sum or the size.
    Checksum,
    /// The header is none that gzip has.
    Header,
}

impl InflateFault {
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Damaged => "its compressed data is damaged",
            Self::Truncated => "it ends before its compressed data does",
            Self::Checksum => "its check sum or size is not that of what it holds",
            Self::Header => "its header is none that gzip has",
        }
    }
}

/// What one step took and gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// Bytes that went in.
    pub read: usize,
    /// Where in the window what came out stands.
    pub from: usize,
    /// Bytes that came out.
    pub written: usize,
    /// Whether the data ended.
    pub is_done: bool,
}

/// DEFLATE data.
pub(super) struct Inflater {
    state: Box<DecompressorOxide>,
    window: Vec<u8>,
    at: usize,
    crc: Crc,
    /// Bytes that came out.
    pub written: u64,
}

impl std::fmt::Debug for Inflater {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inflater")
            .field("written", &self.written)
            .finish_non_exhaustive()
    }
}

impl Inflater {
    pub fn new() -> Self {
        Self {
            state: Box::default(),
            window: vec![0; WINDOW_BYTES],
            at: 0,
            crc: Crc::new(),
            written: 0,
        }
    }

    /// Inflates until the input is used up or the window's end is reached; what came out is `window()[from..][..written]`.
    pub fn step(&mut self, input: &[u8]) -> Result<Taken, InflateFault> {
        let from = self.at;
        let (status, read, written) = decompress(
            &mut self.state,
            input,
            &mut self.window,
            from,
            TINFL_FLAG_HAS_MORE_INPUT,
        );
        self.at = (from + written) % WINDOW_BYTES;
        self.written += written as u64;
        let out = self.window.get(from..from + written).unwrap_or_default();
        self.crc.add(out);
        let is_done = match status {
            TINFLStatus::Done => true,
            TINFLStatus::NeedsMoreInput | TINFLStatus::HasMoreOutput => false,
            _ => return Err(InflateFault::Damaged),
        };
        Ok(Taken {
            read,
            from,
            written,
            is_done,
        })
    }

    /// Begins with other data; what is expensive to make is kept.
    fn restart(&mut self) {
        self.state.init();
        self.at = 0;
        self.crc.state = !0;
        self.written = 0;
    }

    pub fn window(&self) -> &[u8] {
        &self.window
    }

    /// The CRC-32 of what came out.
    pub fn crc(&self) -> u32 {
        self.crc.value()
    }
}

/// A gzip file, of one member or several.
#[derive(Debug)]
pub(super) struct Gunzip {
    stage: GzipStage,
    /// Bytes of a header or a trailer that is not whole.
    kept: Vec<u8>,
    inflater: Inflater,
    members: u64,
    /// Bytes after the last member, which are no member.
    pub trailing: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GzipStage {
    Header,
    Body,
    Trailer,
    /// What follows is no member.
    Over,
}

impl Gunzip {
    pub fn new() -> Self {
        Self {
            stage: GzipStage::Header,
            kept: Vec::new(),
            inflater: Inflater::new(),
            members: 0,
            trailing: 0,
        }
    }

    /// Takes some of the input: what came out is `window()[from..][..written]`.
    pub fn step(&mut self, input: &[u8]) -> Result<Taken, InflateFault> {
        match self.stage {
            GzipStage::Header => {
                // Byte by byte: a header is short, and where it ends is known only at its end.
                let mut read = 0;
                for &byte in input {
                    self.kept.push(byte);
                    read += 1;
                    match header_len(&self.kept) {
                        Ok(Some(_)) => {
                            self.kept.clear();
                            self.inflater.restart();
                            self.stage = GzipStage::Body;
                            break;
                        }
                        Ok(None) if self.kept.len() < MAX_HEADER_BYTES => {}
                        // Zeros and the like that fill up a tape's block.
                        _ if self.members > 0 => {
                            self.stage = GzipStage::Over;
                            self.trailing = self.kept.len() as u64;
                            break;
                        }
                        _ => return Err(InflateFault::Header),
                    }
                }
                Ok(Taken {
                    read,
                    ..Taken::default()
                })
            }
            GzipStage::Body => {
                let taken = self.inflater.step(input)?;
                if taken.is_done {
                    self.stage = GzipStage::Trailer;
                }
                Ok(Taken {
                    is_done: false,
                    ..taken
                })
            }
            GzipStage::Trailer => {
                let read = input.len().min(8 - self.kept.len());
                self.kept.extend_from_slice(&input[..read]);
                if let &[a, b, c, d, e, f, g, h] = &self.kept[..] {
                    let crc = u32::from_le_bytes([a, b, c, d]);
                    let size = u32::from_le_bytes([e, f, g, h]);
                    if crc != self.inflater.crc() || size != self.inflater.written as u32 {
                        return Err(InflateFault::Checksum);
                    }
                    self.kept.clear();
                    self.members += 1;
                    self.stage = GzipStage::Header;
                }
                Ok(Taken {
                    read,
                    ..Taken::default()
                })
            }
            GzipStage::Over => {
                self.trailing += input.len() as u64;
                Ok(Taken {
                    read: input.len(),
                    ..Taken::default()
                })
            }
        }
    }

    pub fn window(&self) -> &[u8] {
        self.inflater.window()
    }

    /// The end of the input.
    pub fn finish(&mut self) -> Result<(), InflateFault> {
        match self.stage {
            GzipStage::Over => Ok(()),
            GzipStage::Header if self.members > 0 => {
                self.trailing += self.kept.len() as u64;
                Ok(())
            }
            _ => Err(InflateFault::Truncated),
        }
    }
}

/// The length of the gzip header that the bytes begin with; `None` while it is not whole.
fn header_len(bytes: &[u8]) -> Result<Option<usize>, InflateFault> {
    let start = [0x1f, 0x8b, 8];
    if !start.starts_with(&bytes[..bytes.len().min(3)]) {
        return Err(InflateFault::Header);
    }
    let Some(&flags) = bytes.get(3) else {
        return Ok(None);
    };
    if flags & 0xe0 != 0 {
        return Err(InflateFault::Header);
    }
    let mut len = 10;
    if flags & 4 != 0 {
        match (bytes.get(len), bytes.get(len + 1)) {
            (Some(&low), Some(&high)) => len += 2 + usize::from(u16::from_le_bytes([low, high])),
            _ => return Ok(None),
        }
    }
    // A name and a comment, each ended by a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            match bytes
                .get(len..)
                .and_then(|rest| rest.iter().position(|&b| b == 0))
            {
                Some(end) => len += end + 1,
                None => return Ok(None),
            }
        }
    }
    len += if flags & 2 != 0 { 2 } else { 0 };
    Ok((bytes.len() >= len).then_some(len))
}

/// CRC-32 as gzip and zip have it.
pub(super) struct Crc {
    table: [[u32; 256]; 4],
    state: u32,
}

impl Crc {
    pub fn new() -> Self {
        let mut table = [[0_u32; 256]; 4];
        for (at, entry) in table[0].iter_mut().enumerate() {
            let mut value = at as u32;
            for _ in 0..8 {
                value = (value >> 1) ^ (0xedb8_8320 & (value & 1).wrapping_neg());
            }
            *entry = value;
        }
        for row in 1..4 {
            for at in 0..256 {
                let before = table[row - 1][at];
                table[row][at] = (before >> 8) ^ table[0][(before & 0xff) as usize];
            }
        }
        Self { table, state: !0 }
    }

    pub fn add(&mut self, bytes: &[u8]) {
        let row = |row: usize, byte: u32| self.table[row][(byte & 0xff) as usize];
        let mut state = self.state;
        let mut fours = bytes.chunks_exact(4);
        for four in &mut fours {
            let word = state ^ u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            state = row(3, word) ^ row(2, word >> 8) ^ row(1, word >> 16) ^ row(0, word >> 24);
        }
        for &byte in fours.remainder() {
            state = (state >> 8) ^ row(0, state ^ u32::from(byte));
        }
        self.state = state;
    }

    pub fn value(&self) -> u32 {
        !self.state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_sum_is_that_of_the_standard() {
        for cut in 0..9 {
            let mut crc = Crc::new();
            let (a, b) = b"123456789".split_at(cut);
            crc.add(a);
            crc.add(b);
            assert_eq!(crc.value(), 0xcbf4_3926);
        }
    }
}
