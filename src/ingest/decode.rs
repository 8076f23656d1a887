//! Bytes in a file's encoding -> UTF-8, piece by piece.
//!
//! Invariants: what comes out is valid UTF-8 without NUL; it does not depend on how the bytes are cut into pieces.

use super::csv::{LineCount, look};

/// How a file's bytes stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// ASCII so far: the first other byte decides between UTF-8 and Windows-1252.
    Ascii,
    /// UTF-8.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// UTF-32, low byte first.
    Utf32Le,
    /// UTF-32, high byte first.
    Utf32Be,
    /// Windows-1252, the usual one of spreadsheets in Western Europe and America.
    Windows1252,
}

impl Encoding {
    /// Its name as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascii | Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Utf32Le => "UTF-32LE",
            Self::Utf32Be => "UTF-32BE",
            Self::Windows1252 => "Windows-1252",
        }
    }

    /// The encoding of that name, in letters of either case; Latin-1 is read as what extends it.
    pub fn named(name: &str) -> Option<Self> {
        let aliases = [
            ("utf8", Self::Utf8),
            ("cp1252", Self::Windows1252),
            ("latin1", Self::Windows1252),
            ("latin-1", Self::Windows1252),
            ("iso-8859-1", Self::Windows1252),
        ];
        if let Some((_, of)) = aliases.iter().find(|(of, _)| of.eq_ignore_ascii_case(name)) {
            return Some(*of);
        }
        [
            Self::Utf8,
            Self::Utf16Le,
            Self::Utf16Be,
            Self::Utf32Le,
            Self::Utf32Be,
            Self::Windows1252,
        ]
        .into_iter()
        .find(|encoding| encoding.name().eq_ignore_ascii_case(name))
    }

    /// The bytes of its units, where those are more than one.
    pub(super) fn wide_bytes(self) -> Option<usize> {
        match self {
            Self::Utf16Le | Self::Utf16Be => Some(2),
            Self::Utf32Le | Self::Utf32Be => Some(4),
            Self::Ascii | Self::Utf8 | Self::Windows1252 => None,
        }
    }
}

/// How many of something, and the line of the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// How many.
    pub count: u64,
    /// The first one's line, from 1; 0 while there is none.
    pub first_line: u64,
}

impl Tally {
    fn add(&mut self, line: u64) {
        if self.count == 0 {
            self.first_line = line;
        }
        self.count += 1;
    }
}

/// Decodes a stream.
#[derive(Debug)]
pub(super) struct Decoder {
    encoding: Encoding,
    /// What ends lines here, where it is no usual line end.
    line_sign: Option<char>,
    /// The bytes of a character whose rest has not come yet: at most 3.
    carry: Vec<u8>,
    /// A high surrogate that waits for its other half.
    high: Option<u16>,
    out: Vec<u8>,
    lines: LineCount,
    /// Characters that are not of the encoding, replaced by U+FFFD.
    pub invalid: Tally,
    /// NUL bytes, removed.
    pub nul: Tally,
    /// Characters of Windows-1252 that were written as if they were Latin-1, set right.
    pub controls: Tally,
}

/// The characters of Windows-1252 from 0x80 to 0x9F; the five that it leaves open are U+FFFD.
/// <https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT>
const WINDOWS_1252_HIGH: [char; 32] = [
    '\u{20ac}', '\u{fffd}', '\u{201a}', '\u{0192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{02c6}', '\u{2030}', '\u{0160}', '\u{2039}', '\u{0152}', '\u{fffd}', '\u{017d}', '\u{fffd}',
    '\u{fffd}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{02dc}', '\u{2122}', '\u{0161}', '\u{203a}', '\u{0153}', '\u{fffd}', '\u{017e}', '\u{0178}',
];

impl Decoder {
    pub fn new(encoding: Encoding, line_sign: Option<char>) -> Self {
        Self {
            encoding,
            line_sign,
            carry: Vec::new(),
            high: None,
            out: Vec::new(),
            lines: LineCount::default(),
            invalid: Tally::default(),
            nul: Tally::default(),
            controls: Tally::default(),
        }
    }

    /// What it takes the file for, by now.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The text of a piece; characters that it cuts come with the next one.
    pub fn decode<'a>(&'a mut self, piece: &'a [u8]) -> &'a [u8] {
        // The usual file: a piece that is its own decoding.
        let may_be_plain = matches!(self.encoding, Encoding::Ascii | Encoding::Utf8)
            && self.carry.is_empty()
            && self.line_sign.is_none();
        if may_be_plain {
            let seen = look(piece);
            let is_text = seen.is_ascii
                || self.encoding == Encoding::Utf8 && std::str::from_utf8(piece).is_ok();
            if is_text && !seen.has_nul && (seen.is_ascii || !has_controls(piece)) {
                self.lines.count_seen(piece, seen);
                return piece;
            }
        }
        self.out.clear();
        match self.encoding.wide_bytes() {
            Some(width) => self.decode_wide(piece, width),
            None => {
                let mut bytes = std::mem::take(&mut self.carry);
                bytes.extend_from_slice(piece);
                self.decode_bytes(&bytes, false);
            }
        }
        &self.out
    }

    /// The text of what was left over at the end of the file.
    pub fn finish(&mut self) -> &[u8] {
        self.out.clear();
        match self.encoding.wide_bytes() {
            Some(_) => {
                if self.high.take().is_some() {
                    self.put_invalid();
                }
                if !std::mem::take(&mut self.carry).is_empty() {
                    self.put_invalid();
                }
            }
            None => {
                let bytes = std::mem::take(&mut self.carry);
                self.decode_bytes(&bytes, true);
            }
        }
        &self.out
    }

    /// Decodes an encoding of bytes. Unless `last`, a cut character at the end is kept for the next piece.
    fn decode_bytes(&mut self, mut bytes: &[u8], last: bool) {
        while !bytes.is_empty() {
            if self.encoding == Encoding::Windows1252 {
                for &b in bytes {
                    self.put_windows(b);
                }
                return;
            }
            let (text, rest, bad) = match std::str::from_utf8(bytes) {
                Ok(text) => (text, &[][..], None),
                Err(e) => {
                    let (good, rest) = bytes.split_at(e.valid_up_to());
                    (
                        std::str::from_utf8(good).unwrap_or_default(),
                        rest,
                        Some(e.error_len()),
                    )
                }
            };
            if self.encoding == Encoding::Ascii && !text.is_ascii() {
                self.encoding = Encoding::Utf8;
            }
            self.put_text(text);
            match bad {
                None => return,
                Some(None) if !last => {
                    self.carry = rest.to_vec();
                    return;
                }
                Some(len) => {
                    if self.encoding == Encoding::Ascii {
                        self.encoding = Encoding::Windows1252;
                        bytes = rest;
                        continue;
                    }
                    self.put_invalid();
                    bytes = rest.get(len.unwrap_or(rest.len())..).unwrap_or_default();
                }
            }
        }
    }

    fn decode_wide(&mut self, piece: &[u8], width: usize) {
        let mut bytes = piece;
        if !self.carry.is_empty() {
            let missing = width.saturating_sub(self.carry.len()).min(bytes.len());
            let (head, rest) = bytes.split_at(missing);
            self.carry.extend_from_slice(head);
            bytes = rest;
            if self.carry.len() < width {
                return;
            }
            let unit = std::mem::take(&mut self.carry);
            self.put_unit(&unit);
        }
        let units = bytes.chunks_exact(width);
        self.carry.extend_from_slice(units.remainder());
        for unit in units {
            self.put_unit(unit);
        }
    }

    fn put_unit(&mut self, unit: &[u8]) {
        let unit = match (self.encoding, unit) {
            (Encoding::Utf16Be, &[a, b]) => u16::from_be_bytes([a, b]),
            (_, &[a, b]) => u16::from_le_bytes([a, b]),
            (encoding, &[a, b, c, d]) => {
                let unit = match encoding {
                    Encoding::Utf32Be => u32::from_be_bytes([a, b, c, d]),
                    _ => u32::from_le_bytes([a, b, c, d]),
                };
                match char::from_u32(unit) {
                    Some(c) => self.put_char(c),
                    None => self.put_invalid(),
                }
                return;
            }
            _ => return,
        };
        if let Some(high) = self.high.take() {
            if let Some(Ok(c)) = char::decode_utf16([high, unit]).next() {
                self.put_char(c);
                return;
            }
            self.put_invalid();
        }
        match unit {
            0xd800..=0xdbff => self.high = Some(unit),
            0xdc00..=0xdfff => self.put_invalid(),
            _ => self.put_char(char::from_u32(u32::from(unit)).unwrap_or('\u{fffd}')),
        }
    }

    fn put_windows(&mut self, byte: u8) {
        match byte {
            0x80..=0x9f => match WINDOWS_1252_HIGH[usize::from(byte - 0x80)] {
                '\u{fffd}' => self.put_invalid(),
                c => self.put_char(c),
            },
            _ => self.put_char(char::from(byte)),
        }
    }

    fn put_text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        if self.line_sign.is_none() && !bytes.contains(&0) && !has_controls(bytes) {
            self.lines.count(bytes);
            self.out.extend_from_slice(bytes);
            return;
        }
        for c in text.chars() {
            self.put_char(c);
        }
    }

    fn put_char(&mut self, c: char) {
        match c {
            '\0' => {
                self.nul.add(self.lines.line());
                return;
            }
            c if Some(c) == self.line_sign => {
                self.lines.count(b"\n");
                self.out.push(b'\n');
                return;
            }
            _ => {}
        }
        let c = match windows_of(c) {
            Some(meant) => {
                self.controls.add(self.lines.line());
                meant
            }
            None => c,
        };
        let mut buffer = [0; 4];
        let bytes = c.encode_utf8(&mut buffer).as_bytes();
        self.lines.count(bytes);
        self.out.extend_from_slice(bytes);
    }

    fn put_invalid(&mut self) {
        self.invalid.add(self.lines.line());
        self.out.extend_from_slice("\u{fffd}".as_bytes());
    }
}

/// The character that was meant by a control which no text holds: a byte of Windows-1252 that a program took for Latin-1,
/// and wrote as UTF-8. U+0085 may end lines.
fn windows_of(c: char) -> Option<char> {
    let at = u32::from(c).checked_sub(0x80)?;
    let meant = *WINDOWS_1252_HIGH.get(at as usize)?;
    (meant != '\u{fffd}' && c != '\u{85}').then_some(meant)
}

/// Whether a text holds characters from U+0080 to U+009F.
fn has_controls(text: &[u8]) -> bool {
    text.windows(2)
        .any(|w| w[0] == 0xc2 && matches!(w[1], 0x80..=0x9f))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(encoding: Encoding, bytes: &[u8], size: usize) -> (String, Decoder) {
        let mut decoder = Decoder::new(encoding, None);
        let mut out = Vec::new();
        for piece in bytes.chunks(size.max(1)) {
            out.extend_from_slice(decoder.decode(piece));
        }
        out.extend_from_slice(decoder.finish());
        (String::from_utf8(out).expect("valid UTF-8"), decoder)
    }

    #[test]
    fn every_cut_gives_the_same_text() {
        let text = "a,\u{e9}\n\u{20ac},\u{1f600}\r\nx,\u{4e2d}\u{6587}\n";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let code = |c: char| u32::from(c);
        let le32: Vec<u8> = text.chars().flat_map(|c| code(c).to_le_bytes()).collect();
        let be32: Vec<u8> = text.chars().flat_map(|c| code(c).to_be_bytes()).collect();
        for size in 1..40 {
            assert_eq!(all(Encoding::Ascii, text.as_bytes(), size).0, text);
            assert_eq!(all(Encoding::Utf16Le, &le, size).0, text);
            assert_eq!(all(Encoding::Utf16Be, &be, size).0, text);
            assert_eq!(all(Encoding::Utf32Le, &le32, size).0, text);
            assert_eq!(all(Encoding::Utf32Be, &be32, size).0, text);
        }
    }

    #[test]
    fn what_is_no_character_is_counted_with_its_line() {
        for size in 1..12 {
            let (text, d) = all(Encoding::Utf8, b"a\nb\xc3(\nc\xe2\x82", size);
            assert_eq!(text, "a\nb\u{fffd}(\nc\u{fffd}");
            assert_eq!((d.invalid.count, d.invalid.first_line), (2, 2));
            let (text, d) = all(Encoding::Utf16Le, b"a\0\n\0\0\xd8b\0c", size);
            assert_eq!(text, "a\n\u{fffd}b\u{fffd}");
            assert_eq!((d.invalid.count, d.invalid.first_line), (2, 2));
            let (text, d) = all(Encoding::Utf32Le, b"a\0\0\0\n\0\0\0\0\xd8\0\0b\0", size);
            assert_eq!(text, "a\n\u{fffd}\u{fffd}");
            assert_eq!((d.invalid.count, d.invalid.first_line), (2, 2));
            let (text, d) = all(Encoding::Ascii, b"a\nb\0\0c", size);
            assert_eq!(text, "a\nbc");
            assert_eq!((d.nul.count, d.nul.first_line), (2, 2));
        }
    }

    #[test]
    fn what_was_taken_for_latin_1_is_set_right() {
        let written = "a\n\u{91}b\u{92} \u{96} \u{85}\u{81}\u{a9}\n";
        let wide: Vec<u8> = written.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for size in 1..12 {
            for (encoding, bytes) in [
                (Encoding::Ascii, written.as_bytes()),
                (Encoding::Utf16Le, &wide[..]),
            ] {
                let (text, d) = all(encoding, bytes, size);
                assert_eq!(text, "a\n\u{2018}b\u{2019} \u{2013} \u{85}\u{81}\u{a9}\n");
                assert_eq!((d.controls.count, d.controls.first_line), (3, 2));
            }
        }
    }

    #[test]
    fn the_first_byte_beyond_ascii_decides() {
        for size in 1..12 {
            let (text, d) = all(Encoding::Ascii, b"caf\xe9,\x80", size);
            assert_eq!(
                (text.as_str(), d.encoding()),
                ("caf\u{e9},\u{20ac}", Encoding::Windows1252)
            );
            let (text, d) = all(Encoding::Ascii, b"caf\xc3\xa9,\xe9", size);
            assert_eq!(
                (text.as_str(), d.encoding()),
                ("caf\u{e9},\u{fffd}", Encoding::Utf8)
            );
        }
    }
}
