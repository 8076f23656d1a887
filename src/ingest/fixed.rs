//! Tables whose columns are places in the line, as reports and terminals print them: cells may be empty and hold blanks.
//!
//! A column is a run of places that some line fills; between columns are places that (nearly) every line leaves blank. A gap
//! below one name of the header, as between a date and its time, cuts nothing. A line of dashes says where the columns are.

use super::guess::SampleRow;
use super::layout::is_ruled;
use super::lone;
use super::options::{Delimiter, Escape};
use super::scan::{Cells, Dialect, Mode};

/// Lines, and places of a line, that are looked at.
const LINES: usize = 300;
const PLACES: usize = 2_000;
/// Lines below which places say nothing, unless dashes are drawn.
const FEWEST_LINES: usize = 4;
/// How many lines may stand above the header.
const MOST_ABOVE: usize = 12;

/// Where columns begin, in characters; the first is 0.
pub(super) type Starts = Vec<usize>;

/// How a row is cut that does not keep to the places.
const OTHERWISE: Dialect = Dialect {
    delimiter: Delimiter::WideBlanks,
    quote: None,
    escape: Escape::Doubled,
    pad: true,
};

/// The places of a text's columns, if it has any; one where it is [`lone`].
pub(super) fn starts(text: &[u8], complete: bool) -> Option<Starts> {
    if lone::name_line(text, complete).is_some() {
        return Some(vec![0]);
    }
    let mut lines: Vec<&[u8]> = Vec::new();
    // Lines that stand below a blank one.
    let mut apart: Vec<usize> = Vec::new();
    for line in text.split(|b| matches!(b, b'\n' | b'\r')) {
        if lines.len() == LINES {
            break;
        }
        if !line.trim_ascii().is_empty() {
            lines.push(line);
        } else if !lines.is_empty() {
            apart.push(lines.len());
        }
    }
    if !complete && lines.len() < LINES {
        lines.pop();
    }
    if lines.iter().filter(|l| l.contains(&b'\t')).count() * 10 > lines.len() {
        return None;
    }
    // Dashes below the header say it all.
    let drawn = lines.iter().take(MOST_ABOVE).find_map(|line| {
        let runs = runs(line);
        ((2..PLACES / 2).contains(&runs.len())
            && is_ruled(line)
            && line.iter().all(|b| matches!(b, b'-' | b'=' | b' ')))
        .then_some(runs)
    });
    if let Some(runs) = drawn {
        return Some(from_zero(runs));
    }
    let mut best: Option<Starts> = None;
    for above in 0..MOST_ABOVE {
        let below: Vec<&[u8]> = lines
            .get(above..)
            .unwrap_or_default()
            .iter()
            .copied()
            .filter(|line| !is_ruled(line))
            .collect();
        if below.len() < FEWEST_LINES {
            break;
        }
        let found = places(&below);
        // What stands right above the header and keeps to its places is the header.
        let is_above = above
            .checked_sub(1)
            .and_then(|at| lines.get(at))
            .is_none_or(|line| apart.contains(&above) || crosses(line, &bytes_of(line, &found)));
        if is_above && found.len() > best.as_ref().map_or(1, Vec::len) {
            best = Some(found);
        }
    }
    best
}

/// Where the runs of characters begin that are not blank.
fn runs(line: &[u8]) -> Starts {
    let mut before = b' ';
    let mut found = Vec::new();
    for (at, &b) in line.iter().enumerate() {
        if b != b' ' && before == b' ' {
            found.push(at);
        }
        before = b;
    }
    found
}

fn from_zero(mut starts: Starts) -> Starts {
    if let Some(first) = starts.first_mut() {
        *first = 0;
    }
    starts
}

/// The columns of these lines, of which the first is the header.
fn places(lines: &[&[u8]]) -> Starts {
    let mut filled = vec![0usize; PLACES];
    for line in lines {
        let mut at = 0;
        for &b in *line {
            // Bytes that go on with a character take no place.
            if b & 0xc0 == 0x80 {
                continue;
            }
            if b != b' '
                && let Some(count) = filled.get_mut(at)
            {
                *count += 1;
            }
            at += 1;
        }
    }
    let few = lines.len() / 20;
    let mut starts: Starts = Vec::new();
    let mut blank = true;
    for (at, &count) in filled.iter().enumerate() {
        if count > few && blank {
            starts.push(at);
        }
        blank = count <= few;
    }
    // A column without a name belongs to the one before it; the first may count the rows.
    let Some(header) = lines.first() else {
        return Vec::new();
    };
    let mut bytes = bytes_of(header, &starts);
    bytes.push(header.len());
    let mut kept: Starts = Vec::new();
    for (i, &at) in starts.iter().enumerate() {
        let name = header.get(bytes[i]..bytes[i + 1]).unwrap_or_default();
        if i == 0 || !name.trim_ascii().is_empty() {
            kept.push(at);
        }
    }
    from_zero(kept)
}

/// The bytes at which columns begin in a line, its length where it is shorter.
fn bytes_of(line: &[u8], starts: &[usize]) -> Vec<usize> {
    let mut bytes = Vec::with_capacity(starts.len());
    let mut left = starts.iter().peekable();
    let mut place = 0;
    for (at, &b) in line.iter().enumerate() {
        // Bytes that go on with a character take no place.
        if b & 0xc0 == 0x80 {
            continue;
        }
        if left.next_if_eq(&&place).is_some() {
            bytes.push(at);
        }
        if left.peek().is_none() {
            break;
        }
        place += 1;
    }
    bytes.resize(starts.len(), line.len());
    bytes
}

/// Whether a column begins within a word of the line.
fn crosses(line: &[u8], bytes: &[usize]) -> bool {
    let within = |&at: &usize| at > 0 && at < line.len() && line.get(at - 1) != Some(&b' ');
    bytes.iter().any(within)
}

/// Cuts a line at its places. One that has words across them is cut at wide blanks.
pub(super) fn cut(line: &[u8], starts: &[usize], out: &mut Cells) {
    out.clear();
    if line.trim_ascii().is_empty() {
        return;
    }
    let bytes = bytes_of(line, starts);
    if crosses(line, &bytes) {
        OTHERWISE.record(line, 0, true, Mode::Strict, usize::MAX, out);
        return;
    }
    let ends = bytes.iter().skip(1).copied().chain([line.len()]);
    let mut from = 0;
    for to in ends {
        out.push(line.get(from..to).unwrap_or_default().trim_ascii());
        from = to;
    }
}

/// Whether a line says how many rows stand above it, as psql does: `(3 rows)`.
pub(super) fn is_count(line: &[u8]) -> bool {
    let within = line.trim_ascii().strip_prefix(b"(");
    within.and_then(|l| l.strip_suffix(b")")).is_some_and(|l| {
        let digits = l.iter().take_while(|b| b.is_ascii_digit()).count();
        digits > 0 && matches!(&l[digits..], b" row" | b" rows")
    })
}

/// Cuts rows of a sample, each a line as a whole, at the places.
pub(super) fn recut(rows: &mut [SampleRow], starts: &[usize]) {
    let mut cells = Cells::default();
    for row in rows {
        if !row.cells.is_empty() && !is_ruled(&row.source) {
            cut(&row.source, starts, &mut cells);
            row.cells = cells.iter().map(|c| c.trim_ascii().to_vec()).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str, starts: &[usize]) -> Vec<String> {
        let mut out = Cells::default();
        cut(line.as_bytes(), starts, &mut out);
        let text = |c: &[u8]| String::from_utf8_lossy(c).into_owned();
        out.iter().map(text).collect()
    }

    #[test]
    fn columns_are_found_by_their_places() {
        let text = "NAME    NODE    STARTED              NOTE\n\
                    api-1   n1      2026-01-01 10:00:00  all is well\n\
                    db      \u{e9}n2             \n\
                    web-22          2026-01-01 10:05:00\n\
                    job     n1                           late\n";
        let found = starts(text.as_bytes(), true).unwrap();
        assert_eq!(found, [0, 8, 16, 37]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            cells(lines[1], &found),
            ["api-1", "n1", "2026-01-01 10:00:00", "all is well"]
        );
        assert_eq!(cells(lines[2], &found), ["db", "\u{e9}n2", "", ""]);
        assert_eq!(cells(lines[4], &found), ["job", "n1", "", "late"]);
        assert_eq!(
            cells("a-very-long-name  n1  x", &found),
            ["a-very-long-name", "n1", "x"]
        );
        assert_eq!(
            starts(b"name\nitem 0\nitem 1\nitem 2\nitem 3\n", true),
            None
        );
        let drawn = b"a          b\n---------- ---\nx y        1\n";
        assert_eq!(starts(drawn, true), Some(vec![0, 11]));
    }
}
