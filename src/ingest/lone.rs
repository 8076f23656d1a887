//! psql's table of one column, which draws nothing but the line below the name: no sign tells its cells from other text.

use super::layout::is_drawn;
use super::scan::line_at;

/// Lines that may stand above the name.
const MOST_ABOVE: usize = 12;

/// The line of the name, from 1, if a text is such a table: a name and a line of dashes at least as long as it, below it lines that
/// begin with a blank and are no longer than the dashes, and at last, unless the sample ends before, `(3 rows)`.
pub(super) fn name_line(text: &[u8], complete: bool) -> Option<u64> {
    let lines = lines(text, complete);
    let at = (1..=MOST_ABOVE.min(lines.len().saturating_sub(1))).find(|&at| {
        let (name, rule) = (lines.get(at - 1), lines.get(at));
        name.is_some_and(|n| n.starts_with(b" ") && !n.trim_ascii().is_empty() && !is_drawn(n))
            && rule.is_some_and(|r| is_dashes(r))
            && length(name) <= length(rule)
    })?;
    let most = length(lines.get(at));
    let mut rows = 0;
    for line in lines.get(at + 1..).unwrap_or_default() {
        if is_count(line) {
            return Some(at as u64);
        }
        if !line.starts_with(b" ") || length(Some(line)) > most {
            return None;
        }
        rows += 1;
    }
    (!complete && rows > 0).then_some(at as u64)
}

fn lines(text: &[u8], complete: bool) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut at = 0;
    while let Some((end, next)) = line_at(text, at, complete).filter(|_| at < text.len()) {
        lines.push(text.get(at..end).unwrap_or_default());
        at = next;
        // Nearly every text shows within a few lines that it is none.
        if lines.len() == MOST_ABOVE + 1 && !lines.iter().any(|line| is_dashes(line)) {
            break;
        }
    }
    lines
}

/// Characters of a line.
fn length(line: Option<&&[u8]>) -> usize {
    line.map_or(0, |line| line.iter().filter(|&b| b & 0xc0 != 0x80).count())
}

/// `-----`, or the same with U+2500.
fn is_dashes(line: &[u8]) -> bool {
    let light = "\u{2500}".as_bytes();
    line.len() > 2
        && (line.iter().all(|&b| b == b'-')
            || (line.len().is_multiple_of(3) && line.chunks(3).all(|c| c == light)))
}

/// `(3 rows)`.
fn is_count(line: &[u8]) -> bool {
    let body = line.trim_ascii_end().strip_prefix(b"(");
    let Some(body) = body.and_then(|l| l.strip_suffix(b")")) else {
        return false;
    };
    let digits = body.iter().take_while(|b| b.is_ascii_digit()).count();
    let word = body.get(digits..).unwrap_or_default();
    digits > 0 && word.starts_with(b" ") && !word.trim_ascii().contains(&b' ') && word.len() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_column_is_told_from_other_text() {
        let of = |text: &str| name_line(text.as_bytes(), true);
        assert_eq!(of(" a \n---\n 1\n 2\n(2 rows)\n\n"), Some(1));
        assert_eq!(
            of("db=> SELECT a FROM t;\n  name  \n--------\n x, y\n z\n(2 rows)\n"),
            Some(2)
        );
        assert_eq!(of(" a \n\u{2500}\u{2500}\u{2500}\n 1\n(1 row)\n"), Some(1));
        for text in [
            " a \n---\n 1\n 2\n",
            "a\n---\n1\n(1 row)\n",
            " Title\n---\n text longer than that\n(1 row)\n",
            " a | b\n---+---\n 1 | 2\n(1 row)\n",
            "a  b\n-  -\n1  2\n",
            "",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(name_line(b" a \n---\n 1\n 2\n 3", false), Some(1));
    }
}
