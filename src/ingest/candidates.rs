//! What may separate cells, quote them and stand before quotes in a text: signs that stand where such signs would. Which of
//! them it is, [`super::guess`] tries.

use super::layout::is_ruled;
use super::options::{Delimiter, Escape, Sequence};

/// Lines that are looked at.
const LINES: usize = 80;
/// The most sequences that are tried, and the most that are counted.
const MOST_SEQUENCES: usize = 6;
const MOST_COUNTED: usize = 400;
/// The characters of a sequence of ASCII signs.
const MOST_SIGNS: usize = 3;

/// Signs that separate cells here and there, in the order in which they are tried; among equals the first is taken.
const SIGNS: [u8; 12] = *b",;\t|^~\x01\x1e\x1f:#*";
const SELDOM: [u8; 12] = *b"&!@=$%+></\\?";

/// How usual a delimiter is.
pub(super) fn prior(delimiter: Delimiter) -> f64 {
    match delimiter {
        Delimiter::Byte(b',' | b';' | b'\t') => 1.0,
        Delimiter::Byte(b'|' | b'^' | b'~' | 1 | 0x1e | 0x1f) => 0.98,
        Delimiter::Byte(b':') => 0.7,
        Delimiter::Byte(b' ') => 0.86,
        Delimiter::WideBlanks => 0.9,
        Delimiter::Blanks => 0.85,
        Delimiter::Fixed => 0.84,
        // Two of them are an empty cell more often.
        Delimiter::Sequence(signs) if matches!(signs.as_bytes(), b",," | b";;" | b"\t\t") => 0.8,
        // Of one within another the longer: the rest of it would stand in the cells.
        Delimiter::Sequence(signs) => 0.985 + 0.003 * signs.as_bytes().len() as f64,
        Delimiter::Byte(b) if b < b' ' => 0.9,
        Delimiter::Byte(_) => 0.6,
    }
}

/// The first lines that are neither blank nor drawn.
fn lines(text: &[u8], complete: bool) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = text
        .split(|b| matches!(b, b'\n' | b'\r'))
        .filter(|line| !line.trim_ascii().is_empty() && !is_ruled(line))
        .take(LINES)
        .collect();
    if !complete && lines.len() > 1 && lines.len() < LINES {
        lines.pop();
    }
    lines
}

/// The bar at both sides of nearly every line of a drawn table: then nothing else separates cells.
fn sides(text: &[u8], lines: &[&[u8]]) -> Option<Delimiter> {
    let sided = |bar: &str| {
        let has_bars = |line: &&&[u8]| {
            let line = line.trim_ascii();
            let within = line.strip_prefix(bar.as_bytes());
            within.is_some_and(|rest| rest.ends_with(bar.as_bytes()))
        };
        lines.iter().filter(has_bars).count()
    };
    let bars = ["|", "\u{2502}", "\u{2503}", "\u{2551}"];
    let bar = bars.into_iter().find(|bar| {
        let count = sided(bar);
        // Some lines stand above and below.
        count > 1 && (count * 5 >= lines.len() * 4 || count + 2 >= lines.len())
    })?;
    let mut all = text.split(|b| matches!(b, b'\n' | b'\r')).take(LINES);
    let is_drawn = all.any(is_ruled);
    is_drawn.then(|| Delimiter::named(bar)).flatten()
}

/// What may separate cells.
pub(super) fn delimiters(text: &[u8], complete: bool) -> Vec<Delimiter> {
    let lines = lines(text, complete);
    if let Some(bar) = sides(text, &lines) {
        return vec![bar];
    }
    let mut present = [0usize; 128];
    for line in &lines {
        let mut seen = [false; 128];
        for &b in *line {
            if let Some(seen) = seen.get_mut(usize::from(b)) {
                *seen = true;
            }
        }
        for (count, seen) in present.iter_mut().zip(seen) {
            *count += usize::from(seen);
        }
    }
    let holds = |b: u8| text.contains(&b);
    let mut found: Vec<Delimiter> = Vec::new();
    found.extend(SIGNS.into_iter().filter(|&b| holds(b)).map(Delimiter::Byte));
    if text.windows(2).any(|w| w == b"  ") || holds(b'\t') {
        found.push(Delimiter::WideBlanks);
    }
    if holds(b' ') {
        found.extend([Delimiter::Byte(b' '), Delimiter::Blanks]);
    } else if holds(b'\t') {
        found.push(Delimiter::Blanks);
    }
    // Signs of prose and of values have to stand in nearly every line.
    let steady = |b: u8| present[usize::from(b)] * 5 >= lines.len() * 4;
    let controls = (2..=8).chain(0x0e..=0x1d);
    let seldom = controls.chain(SELDOM).filter(|&b| steady(b));
    found.extend(seldom.map(Delimiter::Byte));
    found.extend(sequences(&lines).into_iter().map(Delimiter::Sequence));
    if holds(b' ') {
        found.push(Delimiter::Fixed);
    }
    found
}

/// Several signs in a row, and single ones that are not ASCII, that stand in most lines.
fn sequences(lines: &[&[u8]]) -> Vec<Sequence> {
    struct Count {
        signs: Sequence,
        /// The last line that it was seen on, from 1.
        last: usize,
        lines: usize,
        all: usize,
    }
    let mut counts: Vec<Count> = Vec::new();
    let mut add = |text: &str, line: usize| {
        let Some(signs) = Sequence::new(text) else {
            return;
        };
        if let Some(count) = counts.iter_mut().find(|c| c.signs == signs) {
            count.lines += usize::from(count.last < line);
            (count.last, count.all) = (line, count.all + 1);
        // What most lines hold stands in the first few.
        } else if counts.len() < MOST_COUNTED && line <= LINES / 2 {
            counts.push(Count {
                signs,
                last: line,
                lines: 1,
                all: 1,
            });
        }
    };
    let is_sign = |b: u8| b.is_ascii_punctuation() && !matches!(b, b'"' | b'_' | b'.');
    for (at, line) in (1..).zip(lines) {
        let line = line.get(..2_000).unwrap_or(line);
        for run in line.split(|&b| !is_sign(b)).filter(|run| run.len() > 1) {
            let run = std::str::from_utf8(run).unwrap_or_default();
            for len in 2..=MOST_SIGNS.min(run.len()) {
                let mut from = 0;
                while let Some(part) = run.get(from..from + len) {
                    add(part, at);
                    // Beside itself it counts once: `----` holds two of `--`.
                    let again = run.get(from + len..from + 2 * len) == Some(part);
                    from += if again { len } else { 1 };
                }
            }
        }
        if !line.is_ascii() {
            for chunk in line.utf8_chunks() {
                let mut buffer = [0; 8];
                let mut before = None;
                for c in chunk.valid().chars() {
                    let odd = !c.is_ascii() && !c.is_alphanumeric() && !c.is_whitespace();
                    if odd {
                        add(c.encode_utf8(&mut buffer), at);
                        if before == Some(c) {
                            add(&[c, c].iter().collect::<String>(), at);
                        }
                    }
                    before = odd.then_some(c);
                }
            }
        }
    }
    let quotes = [b',', b';', b'\t', b'|'].map(|b| quoting_all(lines, &[b]));
    counts.retain(|c| {
        let steady = c.lines > 1 && c.lines * 5 >= lines.len() * 3;
        steady
            && !quotes
                .iter()
                .flatten()
                .any(|q| c.signs.as_bytes().contains(q))
    });
    crate::data::sort_by_key(&mut counts, |c| usize::MAX - c.lines * 64 - c.all.min(63));
    counts.truncate(MOST_SEQUENCES);
    counts.into_iter().map(|c| c.signs).collect()
}

/// The sign that begins and ends nearly every cell, if one does.
fn quoting_all(lines: &[&[u8]], between: &[u8]) -> Option<u8> {
    let (mut cells, mut begun, mut ended) = (0usize, [0usize; 128], [0usize; 128]);
    let outer = |q: u8| {
        let begin = lines.iter().filter(|l| l.first() == Some(&q)).count();
        let end = lines.iter().filter(|l| l.last() == Some(&q)).count();
        begin.min(end) * 2 > lines.len()
    };
    for line in lines {
        let mut from = 0;
        for at in 0..=line.len() {
            let is_end = at == line.len();
            if !is_end && !line[at..].starts_with(between) {
                continue;
            }
            let cell = line.get(from..at).unwrap_or_default().trim_ascii();
            from = at + between.len();
            cells += 1;
            if let [first, .., last] = *cell {
                begun[usize::from(first) % 128] += usize::from(first.is_ascii_punctuation());
                ended[usize::from(last) % 128] += usize::from(last.is_ascii_punctuation());
            }
        }
    }
    // A quoted cell may hold what separates cells.
    let all = |b: &u8| {
        let (begun, ended) = (begun[usize::from(*b)], ended[usize::from(*b)]);
        begun.min(ended) * 3 > cells * 2 && begun.abs_diff(ended) * 20 <= begun && outer(*b)
    };
    (cells > lines.len())
        .then(|| (0..128u8).find(all))
        .flatten()
}

/// The bytes of a delimiter that has bytes of its own.
pub(super) fn bytes_of(delimiter: &Delimiter) -> &[u8] {
    match delimiter {
        Delimiter::Byte(b) => std::slice::from_ref(b),
        Delimiter::Sequence(signs) => signs.as_bytes(),
        Delimiter::Blanks | Delimiter::WideBlanks => b" ",
        Delimiter::Fixed => b"",
    }
}

/// What may quote cells: double quotes, which stand for none as well, then signs that begin as many cells as they end.
pub(super) fn quotes(text: &[u8], delimiter: Delimiter) -> Vec<u8> {
    let mut found = vec![b'"'];
    let between = bytes_of(&delimiter);
    if between.is_empty() {
        return found;
    }
    let all: Vec<&[u8]> = lines(text, false);
    if let Some(quote) = quoting_all(&all, between) {
        return vec![quote];
    }
    let mut begun = [0u32; 128];
    let mut ended = [0u32; 128];
    for line in text.split(|b| matches!(b, b'\n' | b'\r')).take(4 * LINES) {
        for (at, &b) in line.iter().enumerate() {
            if !b.is_ascii_punctuation() || between.contains(&b) {
                continue;
            }
            let (before, behind) = (&line[..at], &line[at + 1..]);
            let before = trim_blanks(before, between);
            let begins = before.is_empty() || before.ends_with(between);
            let blanks = behind.iter().take_while(|&&b| b == b' ').count();
            let behind = match between.contains(&b' ') {
                true => behind,
                false => &behind[blanks..],
            };
            let ends = behind.is_empty() || behind.starts_with(between);
            // A cell of nothing but the sign is none that is quoted.
            if begins != ends {
                let counts = if begins { &mut begun } else { &mut ended };
                counts[usize::from(b)] += 1;
            }
        }
    }
    let pairs = |b: &u8| {
        let (begun, ended) = (begun[usize::from(*b)], ended[usize::from(*b)]);
        // Apostrophes are quotes more often than they look.
        let few = if *b == b'\'' { 0 } else { 1 };
        begun > few && ended > few && begun.abs_diff(ended) * 4 <= begun.max(ended).max(4)
    };
    let signs = (b'!'..=b'~').filter(|b| b.is_ascii_punctuation() && *b != b'"');
    found.extend(signs.filter(pairs).take(3));
    found
}

fn trim_blanks<'a>(before: &'a [u8], between: &[u8]) -> &'a [u8] {
    match between.contains(&b' ') {
        true => before,
        false => before
            .iter()
            .rposition(|&b| b != b' ')
            .map_or(&[], |end| &before[..=end]),
    }
}

/// How quotes may stand within quotes: twice, then after signs that stand before quotes within cells.
pub(super) fn escapes(text: &[u8], quote: u8, delimiter: Delimiter) -> Vec<Escape> {
    let mut found = vec![Escape::Doubled];
    let between = bytes_of(&delimiter);
    let escaped = |w: &[u8]| w[0] == b'\\' && !w[1].is_ascii_alphanumeric();
    if text.windows(2).any(escaped) {
        found.push(Escape::BACKSLASH);
    }
    let (mut counts, mut all) = ([0u32; 128], [0u32; 128]);
    for (at, pair) in text.windows(2).enumerate() {
        let [sign, next] = *pair else { continue };
        if next != quote || sign == quote || !sign.is_ascii_punctuation() || between.contains(&sign)
        {
            continue;
        }
        let behind = text.get(at + 2..).unwrap_or_default();
        let begins = text.get(..=at).unwrap_or_default();
        let ends = matches!(behind.first(), None | Some(b'\n' | b'\r'))
            || (!between.is_empty() && (behind.starts_with(between) || begins.ends_with(between)));
        if !ends {
            // A quote behind it: the end of the cell, or one that is doubled.
            let clear = behind.first() != Some(&quote);
            all[usize::from(sign)] += 1;
            counts[usize::from(sign)] += u32::from(clear);
        }
    }
    let seen = |b: u8| counts[usize::from(b)] > 0 && all[usize::from(b)] > 1;
    let most = (0..128u8)
        .filter(|&b| b != b'\\' && seen(b))
        .max_by_key(|&b| (counts[usize::from(b)], 128 - b));
    found.extend(most.map(Escape::Sign));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_stand_in_most_lines_are_found() {
        let found = |text: &str| delimiters(text.as_bytes(), true);
        let several = Delimiter::named("|~|").unwrap();
        assert!(found("a|~|b\n1|~|2\n3|~|4\n").contains(&several));
        let section = Delimiter::named("\u{a7}").unwrap();
        assert!(found("a\u{a7}b\n1\u{a7}2\n").contains(&section));
        let arrow = Delimiter::named("->").unwrap();
        assert!(found("a->b\n-1->-2\n-3->4\n").contains(&arrow));
        assert!(!found("a,b\n1,->\n3,4\n5,6\n").contains(&arrow));
    }

    #[test]
    fn quotes_begin_and_end_cells() {
        let found = |text: &str| quotes(text.as_bytes(), Delimiter::Byte(b','));
        assert_eq!(found("a,b\n|x, y|,1\n|z, y|,2\n"), b"\"|");
        assert_eq!(found("a,b\n$5,1\n$6,2\n"), b"\"");
        assert_eq!(found("a,b\nO'Neil,1\n'tis,-\n"), b"\"");
        let found = |text: &str| escapes(text.as_bytes(), b'"', Delimiter::Byte(b','));
        assert_eq!(
            found("\"a ^\"b^\" c\",1\n"),
            [Escape::Doubled, Escape::Sign(b'^')]
        );
        assert_eq!(found("\"a \"\"b\"\" c\",1\n"), [Escape::Doubled]);
    }
}
