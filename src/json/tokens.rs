//! JSON text as tokens, piece by piece: for files too large for a tree.
//!
//! Invariants: the tokens do not depend on how the text is cut into pieces; nothing is kept of what was passed but two
//! bits for each open level.

use super::read::JsonError;

/// Levels that may be open at once.
const MAX_DEPTH: usize = 128;

/// What comes next in the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token<'a> {
    /// `[` or `{`.
    Open(u8),
    /// `]` or `}`.
    Close(u8),
    /// An entry's name.
    Name(&'a str),
    /// A string.
    Text(&'a str),
    /// A number, as it is written.
    Number(&'a str),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
}

/// What the grammar allows next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Value,
    /// The first item of a list, or its end.
    ItemOrClose,
    /// The first name of a map, or its end.
    NameOrClose,
    Name,
    Colon,
    CommaOrClose,
    /// Nothing but space; another text where several may follow each other.
    End,
}

/// Reads tokens off the front of a text that comes in pieces.
#[derive(Debug)]
pub struct Tokens {
    next: Next,
    /// Whether several texts may follow each other, as in JSON lines.
    is_series: bool,
    depth: usize,
    /// For each open level whether it is a map.
    maps: u128,
    /// A string whose escapes were read.
    unescaped: String,
    /// Bytes passed in earlier pieces.
    passed: usize,
}

impl Tokens {
    /// Of one text, or of several that follow each other.
    pub fn new(is_series: bool) -> Self {
        Self {
            next: Next::Value,
            is_series,
            depth: 0,
            maps: 0,
            unescaped: String::new(),
            passed: 0,
        }
    }

    /// Levels that are open.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Whether an item of a list has just ended: whoever knows what follows may pass whole items, each with its comma.
    pub fn is_between_items(&self) -> bool {
        self.next == Next::CommaOrClose && !self.is_map()
    }

    /// Says that this many bytes before the next piece are gone, so that errors count from the beginning.
    pub fn passed(&mut self, bytes: usize) {
        self.passed = self.passed.saturating_add(bytes);
    }

    /// The token at `at`, which is moved past it. `None` where the piece ends within it or before it; `last` says that
    /// no other piece follows, and then `None` is the end of the text.
    ///
    /// # Errors
    /// Where the text is no JSON, with the byte.
    pub fn next<'a>(
        &'a mut self,
        piece: &'a [u8],
        at: &mut usize,
        last: bool,
    ) -> Result<Option<Token<'a>>, JsonError> {
        loop {
            while let Some(b' ' | b'\n' | b'\r' | b'\t') = piece.get(*at) {
                *at += 1;
            }
            let Some(&byte) = piece.get(*at) else {
                let is_whole = self.next == Next::End || (self.is_series && self.depth == 0);
                return match last && !is_whole {
                    true => Err(self.fault("EOF while parsing", *at)),
                    false => Ok(None),
                };
            };
            match (self.next, byte) {
                (Next::Colon, b':') => self.next = Next::Value,
                (Next::CommaOrClose, b',') => {
                    self.next = if self.is_map() {
                        Next::Name
                    } else {
                        Next::Value
                    };
                }
                (Next::CommaOrClose | Next::ItemOrClose | Next::NameOrClose, b']' | b'}') => {
                    if (byte == b'}') != self.is_map() {
                        return Err(self.fault("mismatched bracket", *at));
                    }
                    self.depth -= 1;
                    self.after_value();
                    *at += 1;
                    return Ok(Some(Token::Close(byte)));
                }
                (Next::Value | Next::ItemOrClose, b'[' | b'{') => {
                    if self.depth == MAX_DEPTH {
                        return Err(self.fault("recursion limit exceeded", *at));
                    }
                    let bit = 1 << self.depth;
                    self.maps = if byte == b'{' {
                        self.maps | bit
                    } else {
                        self.maps & !bit
                    };
                    self.depth += 1;
                    self.next = if byte == b'{' {
                        Next::NameOrClose
                    } else {
                        Next::ItemOrClose
                    };
                    *at += 1;
                    return Ok(Some(Token::Open(byte)));
                }
                (Next::Name | Next::NameOrClose, b'"') => {
                    let Some(text) = string(piece, at, last, self.passed, &mut self.unescaped)?
                    else {
                        return Ok(None);
                    };
                    self.next = Next::Colon;
                    return Ok(Some(Token::Name(text)));
                }
                (Next::Value | Next::ItemOrClose, _) => return self.scalar(piece, at, last),
                (Next::End, _) if self.is_series => {
                    self.next = Next::Value;
                    continue;
                }
                (next, _) => {
                    let what = match next {
                        Next::Colon => "expected `:`",
                        Next::CommaOrClose => "expected `,` or a closing bracket",
                        Next::End => "trailing characters",
                        _ => "key must be a string",
                    };
                    return Err(self.fault(what, *at));
                }
            }
            *at += 1;
        }
    }

    fn is_map(&self) -> bool {
        self.depth > 0 && self.maps >> (self.depth - 1) & 1 == 1
    }

    fn after_value(&mut self) {
        self.next = if self.depth == 0 {
            Next::End
        } else {
            Next::CommaOrClose
        };
    }

    fn fault(&self, what: &'static str, at: usize) -> JsonError {
        fault(what, self.passed.saturating_add(at))
    }

    fn scalar<'a>(
        &'a mut self,
        piece: &'a [u8],
        at: &mut usize,
        last: bool,
    ) -> Result<Option<Token<'a>>, JsonError> {
        let rest = piece.get(*at..).unwrap_or_default();
        if rest.first() == Some(&b'"') {
            let after = if self.depth == 0 {
                Next::End
            } else {
                Next::CommaOrClose
            };
            let text = string(piece, at, last, self.passed, &mut self.unescaped)?;
            if text.is_some() {
                self.next = after;
            }
            return Ok(text.map(Token::Text));
        }
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        let len = rest.iter().position(|b| !is_word(b));
        if len.is_none() && !last {
            return Ok(None);
        }
        let word = rest.get(..len.unwrap_or(rest.len())).unwrap_or_default();
        let token = match word {
            b"null" => Token::Null,
            b"true" => Token::Bool(true),
            b"false" => Token::Bool(false),
            _ if is_number(word) => Token::Number(str::from_utf8(word).unwrap_or_default()),
            _ => return Err(self.fault("expected value", *at)),
        };
        *at += word.len();
        self.after_value();
        Ok(Some(token))
    }
}

fn fault(what: &'static str, byte: usize) -> JsonError {
    JsonError::Text { what, byte }
}

/// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
fn is_number(word: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut rest = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.first() == Some(&b'0')) {
        return false;
    }
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let n = digits(fraction);
        if n == 0 {
            return false;
        }
        rest = &fraction[n..];
    }
    if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        let signless = exponent
            .strip_prefix(b"+")
            .or_else(|| exponent.strip_prefix(b"-"))
            .unwrap_or(exponent);
        let n = digits(signless);
        return n > 0 && n == signless.len();
    }
    rest.is_empty()
}

/// The string whose quote is at `at`.
fn string<'a>(
    piece: &'a [u8],
    at: &mut usize,
    last: bool,
    passed: usize,
    unescaped: &'a mut String,
) -> Result<Option<&'a str>, JsonError> {
    let start = *at + 1;
    let mut end = start;
    let mut has_escapes = false;
    loop {
        match piece.get(end) {
            Some(b'"') => break,
            Some(b'\\') => {
                has_escapes = true;
                end += 2;
            }
            Some(0..=0x1f) => {
                return Err(fault(
                    "control character in a string",
                    passed.saturating_add(end),
                ));
            }
            Some(_) => end += 1,
            None if last => {
                return Err(fault(
                    "EOF while parsing a string",
                    passed.saturating_add(piece.len()),
                ));
            }
            None => return Ok(None),
        }
    }
    let from = passed.saturating_add(start);
    let text = str::from_utf8(&piece[start..end])
        .map_err(|e| fault("invalid unicode code point", from + e.valid_up_to()))?;
    *at = end + 1;
    if !has_escapes {
        return Ok(Some(text));
    }
    unescape(text, from, unescaped)?;
    Ok(Some(unescaped))
}

fn unescape(text: &str, from: usize, out: &mut String) -> Result<(), JsonError> {
    out.clear();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let here = from + (text.len() - rest.len()) + at;
        let escape = &rest[at + 1..];
        let mut passed = 1;
        out.push(match escape.bytes().next() {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let hex = |at: usize| {
                    let digits = escape.get(at..at + 4)?;
                    let all = digits.bytes().all(|b| b.is_ascii_hexdigit());
                    all.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
                };
                let high = hex(1).ok_or_else(|| fault("invalid escape", here))?;
                passed = 5;
                let low = match escape.get(5..7) {
                    Some("\\u") if (0xd800..0xdc00).contains(&high) => hex(7),
                    _ => None,
                };
                let code = match low {
                    Some(low @ 0xdc00..0xe000) => {
                        passed = 11;
                        0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)
                    }
                    _ => high,
                };
                char::from_u32(code).ok_or_else(|| fault("lone surrogate in a string", here))?
            }
            _ => return Err(fault("invalid escape", here)),
        });
        rest = escape.get(passed..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(())
}
