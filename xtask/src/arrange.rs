//! A program that does the same and is fewer bytes when a host compresses it: functions that are equal become one, the
//! locals that are used most get the lowest numbers, and functions stand beside those that resemble them. The compiler's
//! order tells a compressor nothing. Of the page's 382 KB this takes 11.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    code::{self, Body, Part},
    slim::{Reader, put_number},
};

/// A section's number, and what it holds.
pub type Section = (u8, Vec<u8>);

const TYPES: u8 = 1;
const IMPORTS: u8 = 2;
const FUNCTIONS: u8 = 3;
const EXPORTS: u8 = 7;
const START: u8 = 8;
const ELEMENTS: u8 = 9;
const CODE: u8 = 10;
/// Bytes that are compared at once.
const SHINGLE: usize = 5;
/// What so many functions have in common tells nothing of any two.
const COMMON: usize = 400;

/// The sections arranged, with equal places of panics merged; none where they are not as the tools write them.
pub fn arrange(sections: &[Section], places: &BTreeMap<usize, usize>) -> Option<Vec<Section>> {
    let of = |id: u8| {
        let section = sections.iter().find(|(of, _)| *of == id);
        section.map_or(&[0][..], |(_, bytes)| bytes)
    };
    let parameters = parameters(of(TYPES))?;
    let imported = Reader {
        bytes: of(IMPORTS),
        at: 0,
    }
    .number()?;
    let types = numbers(of(FUNCTIONS))?;
    let mut bodies = code::bodies(of(CODE))?;
    if types.len() != bodies.len() {
        return None;
    }
    for (body, &of) in bodies.iter_mut().zip(&types) {
        body.merge_places(places);
        body.sort_locals(*parameters.get(of)?)?;
    }
    let parts = || bodies.iter().flat_map(|body| &body.parts);
    let is_there =
        |part: &Part| !matches!(part, Part::Function(_, n) if *n >= imported + types.len());
    if !parts().all(is_there) {
        return None;
    }
    let same = merge_equal(&mut bodies, &types, imported);
    let order = order(&bodies, &types, &same);
    let mut place = vec![0; bodies.len()];
    for (at, &body) in order.iter().enumerate() {
        place[body] = imported + at;
    }
    let function = |number: usize| match number.checked_sub(imported) {
        Some(own) => place[same[own]],
        None => number,
    };
    let mut out = Vec::new();
    for (id, bytes) in sections {
        let bytes = match *id {
            FUNCTIONS => {
                let mut out = Vec::new();
                put_number(&mut out, order.len());
                for &body in &order {
                    put_number(&mut out, types[body]);
                }
                out
            }
            EXPORTS => exports(bytes, function)?,
            START => {
                let number = Reader { bytes, at: 0 }.number()?;
                let mut out = Vec::new();
                put_number(&mut out, function(number));
                out
            }
            ELEMENTS => elements(bytes, function)?,
            CODE => code::section(order.iter().map(|&body| &bodies[body]), function),
            _ => bytes.clone(),
        };
        out.push((*id, bytes));
    }
    Some(out)
}

/// For each function the first that is equal to it. (What calls functions that became one may then be equal itself.)
fn merge_equal(bodies: &mut [Body], types: &[usize], imported: usize) -> Vec<usize> {
    let mut same: Vec<usize> = (0..bodies.len()).collect();
    loop {
        let mut seen = BTreeMap::new();
        let before = same.clone();
        for at in 0..bodies.len() {
            if same[at] == at {
                same[at] = *seen
                    .entry((types[at], bodies[at].write(|number| number)))
                    .or_insert(at);
            }
        }
        for at in 0..bodies.len() {
            same[at] = same[same[at]];
        }
        if same == before {
            return same;
        }
        for body in &mut *bodies {
            for part in &mut body.parts {
                if let Part::Function(_, number) = part
                    && let Some(own) = number.checked_sub(imported)
                {
                    *number = imported + same[own];
                }
            }
        }
    }
}

/// The functions that stay: by type, and within one each followed by the one that shares most of its bytes.
fn order(bodies: &[Body], types: &[usize], same: &[usize]) -> Vec<usize> {
    let mut by_type: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in (0..bodies.len()).filter(|&at| same[at] == at) {
        by_type.entry(types[at]).or_default().push(at);
    }
    let mut order = Vec::new();
    for group in by_type.values() {
        let written: Vec<Vec<u8>> = group
            .iter()
            .map(|&at| bodies[at].write(|number| number))
            .collect();
        order.extend(chain(&written).into_iter().map(|at| group[at]));
    }
    order
}

/// An order of texts in which each stands after one that it resembles; the longest comes first.
fn chain(texts: &[Vec<u8>]) -> Vec<usize> {
    let shingles: Vec<BTreeSet<&[u8]>> = texts
        .iter()
        .map(|text| text.windows(SHINGLE).collect())
        .collect();
    let mut having: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (at, shingles) in shingles.iter().enumerate() {
        for shingle in shingles {
            having.entry(shingle).or_default().push(at);
        }
    }
    let mut left: BTreeSet<usize> = (0..texts.len()).collect();
    let mut order = Vec::new();
    let mut common = vec![0_u32; texts.len()];
    let longest = |left: &BTreeSet<usize>| left.iter().copied().max_by_key(|&at| texts[at].len());
    let mut next = longest(&left);
    while let Some(at) = next {
        order.push(at);
        left.remove(&at);
        let mut touched = BTreeSet::new();
        for shingle in &shingles[at] {
            let having = &having[shingle];
            if having.len() < COMMON {
                for &other in having.iter().filter(|other| left.contains(other)) {
                    common[other] += 1;
                    touched.insert(other);
                }
            }
        }
        // The share of what either has that both have.
        let alike = |other: usize| {
            let both = f64::from(common[other]);
            both / ((shingles[at].len() + shingles[other].len()) as f64 - both)
        };
        let nearest = touched
            .iter()
            .copied()
            .max_by(|&a, &b| alike(a).total_cmp(&alike(b)).then(b.cmp(&a)));
        next = nearest.or_else(|| longest(&left));
        for other in touched {
            common[other] = 0;
        }
    }
    order
}

/// How many parameters the functions of each type have.
fn parameters(section: &[u8]) -> Option<Vec<usize>> {
    const FUNCTION: u8 = 0x60;
    let mut at = Reader {
        bytes: section,
        at: 0,
    };
    let mut all = Vec::new();
    for _ in 0..at.number()? {
        if at.byte()? != FUNCTION {
            return None;
        }
        let parameters = at.number()?;
        at.take(parameters)?;
        let results = at.number()?;
        at.take(results)?;
        all.push(parameters);
    }
    Some(all)
}

fn numbers(section: &[u8]) -> Option<Vec<usize>> {
    let mut at = Reader {
        bytes: section,
        at: 0,
    };
    (0..at.number()?).map(|_| at.number()).collect()
}

fn exports(section: &[u8], function: impl Fn(usize) -> usize) -> Option<Vec<u8>> {
    let mut at = Reader {
        bytes: section,
        at: 0,
    };
    let mut out = Vec::new();
    let count = at.number()?;
    put_number(&mut out, count);
    for _ in 0..count {
        let begin = at.at;
        let length = at.number()?;
        at.take(length)?;
        let is_function = at.byte()? == 0;
        out.extend(&section[begin..at.at]);
        let number = at.number()?;
        put_number(
            &mut out,
            if is_function {
                function(number)
            } else {
                number
            },
        );
    }
    Some(out)
}

/// Tables of functions that are filled at the start, at a place that is a constant, and functions that are only declared.
fn elements(section: &[u8], function: impl Fn(usize) -> usize) -> Option<Vec<u8>> {
    const CONSTANT: u8 = 0x41;
    let mut at = Reader {
        bytes: section,
        at: 0,
    };
    let mut out = Vec::new();
    let count = at.number()?;
    put_number(&mut out, count);
    for _ in 0..count {
        let begin = at.at;
        let flags = at.number()?;
        if flags > 3 {
            return None;
        }
        if flags == 2 {
            at.number()?;
        }
        if flags.is_multiple_of(2) {
            if at.byte()? != CONSTANT {
                return None;
            }
            while at.byte()? >= 0x80 {}
            at.byte()?;
        }
        if flags > 0 {
            at.byte()?;
        }
        out.extend(&section[begin..at.at]);
        let functions = at.number()?;
        put_number(&mut out, functions);
        for _ in 0..functions {
            put_number(&mut out, function(at.number()?));
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_functions_become_one_and_all_that_names_them_follows() {
        // One import; then 1 calls 2, 3 calls 4, and 2 and 4 are equal: so are 1 and 3.
        let body = |bytes: &[u8]| [&[bytes.len() as u8 + 1, 0][..], bytes].concat();
        let code = [
            vec![5],
            body(&[0x10, 2, 0x0b]),
            body(&[0x41, 9, 0x1a, 0x0b]),
            body(&[0x10, 4, 0x0b]),
            body(&[0x41, 9, 0x1a, 0x0b]),
            body(&[0x10, 0, 0x10, 3, 0x0b]),
        ]
        .concat();
        let sections = [
            (TYPES, vec![1, 0x60, 0, 0]),
            (IMPORTS, vec![1, 1, b'a', 1, b'b', 0, 0]),
            (FUNCTIONS, vec![5, 0, 0, 0, 0, 0]),
            (EXPORTS, vec![2, 1, b'x', 0, 5, 1, b'm', 2, 0]),
            (START, vec![3]),
            (ELEMENTS, vec![1, 0, 0x41, 1, 0x0b, 3, 1, 3, 4]),
            (CODE, code),
        ];
        let out = arrange(&sections, &BTreeMap::new()).unwrap();
        let of = |id: u8| &out.iter().find(|(of, _)| *of == id).unwrap().1;
        let bodies = code::bodies(of(CODE)).unwrap();
        assert_eq!(bodies.len(), 3);
        assert_eq!(of(FUNCTIONS), &[3, 0, 0, 0]);
        // The one that was 5 is the longest and comes first; it still calls the import, and what 3 became.
        let [calls, mut rest] = [&bodies[0], &bodies[1]];
        let called = |body: &Body| -> Vec<usize> {
            let parts = body.parts.iter();
            parts
                .filter_map(|part| match part {
                    Part::Function(_, number) => Some(*number),
                    _ => None,
                })
                .collect()
        };
        let one = called(calls)[1];
        assert_eq!(called(calls), [0, one]);
        if one != 2 {
            rest = &bodies[2];
        }
        let two = called(rest)[0];
        assert!(one != two && one > 1 && two > 1);
        assert_eq!(of(EXPORTS), &[2, 1, b'x', 0, 1, 1, b'm', 2, 0]);
        assert_eq!(of(START), &[one as u8]);
        let [one, two] = [one as u8, two as u8];
        assert_eq!(of(ELEMENTS), &[1, 0, 0x41, 1, 0x0b, 3, one, one, two]);

        let mut odd = sections.to_vec();
        for at in [3, 4] {
            odd[6].1[at] = 0xfe;
            assert_eq!(arrange(&odd, &BTreeMap::new()), None);
            odd.clone_from(&sections.to_vec());
        }
    }

    #[test]
    fn what_is_alike_stands_together() {
        let texts = ["abcdefgh-1", "123456789-123", "abcdefgh-2", "123456789"];
        let texts: Vec<Vec<u8>> = texts.iter().map(|t| t.as_bytes().to_vec()).collect();
        assert_eq!(chain(&texts), [1, 3, 2, 0]);
    }
}
