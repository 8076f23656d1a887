//! The functions of a program, instruction by instruction: what they name stands apart from all else, so that functions
//! and locals can get other numbers. Instructions are those of the WebAssembly core specification, version 3, without
//! exceptions, tail calls and garbage collection, which the compiler does not write; a function that holds any other is
//! not read.

use std::collections::BTreeMap;

use crate::slim::{Reader, put_bytes, put_number};

/// What a function is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Instructions as they stand.
    Bytes(Vec<u8>),
    /// An instruction and the function that it names.
    Function(u8, usize),
    /// An instruction and the local that it names.
    Local(u8, usize),
    /// A constant that may be an address.
    Constant(i64),
}

/// A function's locals beyond its parameters (how many of which type, in order) and its instructions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    pub locals: Vec<(usize, u8)>,
    pub parts: Vec<Part>,
}

const UNREACHABLE: u8 = 0x00;
const CALL: u8 = 0x10;
const CONSTANT: u8 = 0x41;

impl Body {
    /// Reads one function of a code section.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut at = Reader { bytes, at: 0 };
        let mut locals = Vec::new();
        for _ in 0..at.number()? {
            locals.push((at.number()?, at.byte()?));
        }
        let mut parts: Vec<Part> = Vec::new();
        while at.at < bytes.len() {
            let begin = at.at;
            let part = part(&mut at)?;
            match (parts.last_mut(), part) {
                (Some(Part::Bytes(bytes)), None) => bytes.extend(&at.bytes[begin..at.at]),
                (_, None) => parts.push(Part::Bytes(at.bytes[begin..at.at].to_vec())),
                (_, Some(part)) => parts.push(part),
            }
        }
        Some(Self { locals, parts })
    }

    /// It as bytes, with functions numbered anew.
    pub fn write(&self, function: impl Fn(usize) -> usize) -> Vec<u8> {
        let mut out = Vec::new();
        put_number(&mut out, self.locals.len());
        for &(count, kind) in &self.locals {
            put_number(&mut out, count);
            out.push(kind);
        }
        for part in &self.parts {
            match *part {
                Part::Bytes(ref bytes) => out.extend(bytes),
                Part::Function(instruction, number) => {
                    out.push(instruction);
                    put_number(&mut out, function(number));
                }
                Part::Local(instruction, number) => {
                    out.push(instruction);
                    put_number(&mut out, number);
                }
                Part::Constant(value) => {
                    out.push(CONSTANT);
                    put_signed(&mut out, value);
                }
            }
        }
        out
    }

    /// The locals that are used most come first, in groups of one type; those that are not used go. None where one is used
    /// that is not there.
    pub fn sort_locals(&mut self, parameters: usize) -> Option<()> {
        let types: Vec<u8> = self
            .locals
            .iter()
            .flat_map(|&(count, kind)| std::iter::repeat_n(kind, count))
            .collect();
        let mut uses = vec![0_usize; types.len()];
        for part in &self.parts {
            if let Part::Local(_, number) = part
                && let Some(at) = number.checked_sub(parameters)
            {
                *uses.get_mut(at)? += 1;
            }
        }
        let of_type = |kind: u8| -> usize {
            let all = uses.iter().zip(&types).filter(|(_, t)| **t == kind);
            all.map(|(uses, _)| uses).sum()
        };
        let mut order: Vec<usize> = (0..types.len()).filter(|&at| uses[at] > 0).collect();
        order.sort_by_key(|&at| {
            let kind = types[at];
            (usize::MAX - of_type(kind), kind, usize::MAX - uses[at], at)
        });
        let mut place = vec![0; types.len()];
        self.locals.clear();
        for (new, &at) in order.iter().enumerate() {
            place[at] = parameters + new;
            match self.locals.last_mut() {
                Some((count, kind)) if *kind == types[at] => *count += 1,
                _ => self.locals.push((1, types[at])),
            }
        }
        for part in &mut self.parts {
            if let Part::Local(_, number) = part
                && let Some(at) = number.checked_sub(parameters)
            {
                *number = place[at];
            }
        }
        Some(())
    }

    /// A panic says where it stands by an address that it hands over last. Those that say the same become one. (A call
    /// that does not return is followed by `unreachable`: in no other place is a constant taken for an address.)
    pub fn merge_places(&mut self, same: &BTreeMap<usize, usize>) {
        for at in 2..self.parts.len() {
            let (before, after) = self.parts.split_at_mut(at);
            if let [.., Part::Constant(value), Part::Function(CALL, _)] = before
                && let [Part::Bytes(next), ..] = after
                && next.first() == Some(&UNREACHABLE)
                && let Some(&first) = usize::try_from(*value).ok().and_then(|v| same.get(&v))
            {
                *value = first as i64;
            }
        }
    }
}

/// What the next instruction names, if it names anything.
fn part(at: &mut Reader) -> Option<Option<Part>> {
    let instruction = at.byte()?;
    match instruction {
        CALL | 0xd2 => return Some(Some(Part::Function(instruction, at.number()?))),
        0x20..=0x22 => return Some(Some(Part::Local(instruction, at.number()?))),
        CONSTANT => return Some(Some(Part::Constant(signed(at)?))),
        // Blocks, branches, globals, tables, constants of 64 bits.
        0x02..=0x04 | 0x0c | 0x0d | 0x23..=0x26 | 0x42 => skip(at)?,
        0x0e => {
            for _ in 0..=at.number()? {
                skip(at)?;
            }
        }
        // Calls by table, loads and stores.
        0x11 | 0x28..=0x3e => {
            skip(at)?;
            skip(at)?;
        }
        0x1c => {
            let types = at.number()?;
            at.take(types)?;
        }
        0x3f | 0x40 | 0xd0 => {
            at.byte()?;
        }
        0x43 => {
            at.take(4)?;
        }
        0x44 => {
            at.take(8)?;
        }
        0x00 | 0x01 | 0x05 | 0x0b | 0x0f | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 => {}
        0xfc => match at.number()? {
            0..=7 => {}
            8 | 10 | 12 | 14 => {
                skip(at)?;
                skip(at)?;
            }
            9 | 11 | 13 | 15..=17 => skip(at)?,
            _ => return None,
        },
        0xfd => match at.number()? {
            0..=11 | 92 | 93 => {
                skip(at)?;
                skip(at)?;
            }
            12 | 13 => {
                at.take(16)?;
            }
            21..=34 => {
                at.byte()?;
            }
            84..=91 => {
                skip(at)?;
                skip(at)?;
                at.byte()?;
            }
            _ => {}
        },
        _ => return None,
    }
    Some(None)
}

/// Skips a number, signed or not.
fn skip(at: &mut Reader) -> Option<()> {
    while at.byte()? >= 0x80 {}
    Some(())
}

fn signed(at: &mut Reader) -> Option<i64> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let byte = at.byte()?;
        number |= i64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            let sign = if byte & 0x40 == 0 {
                0
            } else {
                -1 << (shift + 7)
            };
            return Some(number | sign);
        }
    }
    None
}

fn put_signed(out: &mut Vec<u8>, mut number: i64) {
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if (number == 0 && byte & 0x40 == 0) || (number == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

/// The functions of a code section.
pub fn bodies(section: &[u8]) -> Option<Vec<Body>> {
    let mut at = Reader {
        bytes: section,
        at: 0,
    };
    let count = at.number()?;
    let mut bodies = Vec::new();
    for _ in 0..count {
        let length = at.number()?;
        bodies.push(Body::read(at.take(length)?)?);
    }
    (at.at == section.len()).then_some(bodies)
}

/// The same as a section.
pub fn section<'a>(
    bodies: impl ExactSizeIterator<Item = &'a Body>,
    function: impl Fn(usize) -> usize,
) -> Vec<u8> {
    let mut out = Vec::new();
    put_number(&mut out, bodies.len());
    for body in bodies {
        put_bytes(&mut out, &body.write(&function));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again_and_what_is_unknown_is_not_read() {
        let bytes = [
            2, 1, 0x7f, 2, 0x7e, // locals: one of 32 bits, two of 64
            0x02, 0x40, 0x20, 3, 0x10, 0x85, 0x01, 0x41, 0x80, 0x80, 0xc0, 0x00, 0x0d, 0, 0x0b,
            0x0e, 1, 0, 0, 0x28, 2, 0, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0xfc, 10, 0, 0, 0xfd,
            12, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xfd, 91, 0, 0, 3, 0x41,
            0x7f, 0x0b,
        ];
        let body = Body::read(&bytes).unwrap();
        assert_eq!(body.write(|number| number), bytes);
        assert!(body.parts.contains(&Part::Constant(1 << 20)));
        assert!(body.parts.contains(&Part::Constant(-1)));
        assert!(body.parts.contains(&Part::Function(CALL, 133)));
        assert_eq!(Body::read(&bytes[..bytes.len() - 2]), None);
        assert_eq!(Body::read(&[0, 0xfe, 3, 0, 0x0b]), None);
    }

    #[test]
    fn locals_stand_by_use_and_those_without_go() {
        let local = |number| Part::Local(0x20, number);
        let mut body = Body {
            locals: vec![(2, 0x7f), (1, 0x7e), (1, 0x7f)],
            parts: vec![local(0), local(1), local(4), local(4), local(3)],
        };
        assert_eq!(body.sort_locals(1), Some(()));
        assert_eq!(body.locals, [(2, 0x7f), (1, 0x7e)]);
        assert_eq!(
            body.parts,
            [local(0), local(2), local(1), local(1), local(3)]
        );
        assert_eq!(body.sort_locals(0), None);
    }

    #[test]
    fn places_are_merged_only_where_the_program_ends() {
        let call = || Part::Function(CALL, 7);
        let end = |bytes: &[u8]| Part::Bytes(bytes.to_vec());
        let mut body = Body {
            locals: Vec::new(),
            parts: vec![
                Part::Constant(2048),
                call(),
                end(&[UNREACHABLE, 0x0b]),
                Part::Constant(2048),
                call(),
                end(&[0x1a]),
                Part::Constant(4096),
                call(),
                end(&[UNREACHABLE]),
            ],
        };
        let before = body.parts.clone();
        body.merge_places(&BTreeMap::from([(2048, 1024)]));
        assert_eq!(body.parts[0], Part::Constant(1024));
        assert_eq!(body.parts[1..], before[1..]);
    }
}
