//! Text that fits: measuring, eliding and breaking of labels.

/// Width in CSS pixels of a text at a font size in CSS pixels, bold or not. The page measures with its own font; files
/// use [`estimate`].
pub type Measure<'a> = &'a dyn Fn(&str, f64, bool) -> f64;

/// More characters than any label shows: longer names are cut before they are measured.
const LONGEST: usize = 120;

/// A width that suits wide faces (DejaVu, Verdana), so that narrower ones only leave air.
pub fn estimate(text: &str, size: f64, bold: bool) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.31,
            ' ' | 'f' | 't' | 'r' | 'I' | '(' | ')' | '[' | ']' | '/' | '-' => 0.38,
            'm' | 'w' | 'M' | 'W' | '%' | '@' | '\u{2026}' => 0.93,
            '0'..='9' | '_' => 0.62,
            'A'..='Z' => 0.69,
            'a'..='z' => 0.6,
            c if (c as u32) < 0x2e80 => 0.66,
            _ => 1.02,
        })
        .sum();
    ems * size * if bold { 1.1 } else { 1.0 }
}

/// The characters of a text as an SVG may hold and a reader be shown them.
pub(super) fn allowed(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .map(|c| match c {
            '\t' | '\n' | '\r' => ' ',
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => '\u{fffd}',
            c => c,
        })
}

/// A name as it can be drawn: control characters, which no SVG may hold, are replaced, direction overrides left out,
/// and what exceeds any label is cut.
pub fn printable(text: &str) -> String {
    let mut shown: String = allowed(text).take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('\u{2026}');
    }
    if shown.trim().is_empty() {
        shown = "(blank)".into();
    }
    shown
}

/// The longest beginning that fits, with an ellipsis where anything is left out; empty where nothing fits.
pub fn elide(text: &str, width: f64, size: f64, bold: bool, measure: Measure) -> String {
    let text = printable(text);
    if measure(&text, size, bold) <= width {
        return text;
    }
    let chars: Vec<char> = text.chars().collect();
    let cut = |keep: usize| -> String {
        let kept: String = chars.iter().take(keep).collect();
        format!("{}\u{2026}", kept.trim_end_matches(['_', '-', ' ', '.']))
    };
    // Widths rise with length, so the longest that fits is found by halving.
    let (mut fits, mut too_long) = (0, chars.len());
    while too_long - fits > 1 {
        let middle = fits + (too_long - fits) / 2;
        if measure(&cut(middle), size, bold) <= width {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    if fits == 0 { String::new() } else { cut(fits) }
}

/// Breaks a name at `_`, `-` and spaces into at most `most` lines that all fit; none where that cannot be done.
pub fn break_lines(
    text: &str,
    width: f64,
    size: f64,
    most: usize,
    measure: Measure,
) -> Option<Vec<String>> {
    let text = printable(text);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_inclusive(['_', '-', ' ']) {
        let joined = match lines.last() {
            Some(line) => format!("{line}{word}"),
            None => word.to_owned(),
        };
        // The separator at a line's end may stand out a little.
        if !lines.is_empty() && measure(joined.trim_end(), size, false) <= width {
            lines.pop();
            lines.push(joined);
        } else if measure(word.trim_end(), size, false) <= width {
            lines.push(word.to_owned());
        } else {
            return None;
        }
    }
    let lines: Vec<String> = lines.iter().map(|line| line.trim().to_owned()).collect();
    (lines.len() <= most).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ten_each(text: &str, _: f64, _: bool) -> f64 {
        text.chars().count() as f64 * 10.0
    }

    #[test]
    fn a_label_is_cut_to_fit() {
        let cut = |width| elide("node_failure", width, 12.0, false, &ten_each);
        assert_eq!(cut(120.0), "node_failure");
        assert_eq!(cut(119.0), "node_failu\u{2026}");
        assert_eq!(cut(60.0), "node\u{2026}");
        assert_eq!(cut(20.0), "n\u{2026}");
        assert_eq!(cut(5.0), "");
        assert_eq!(elide("", 100.0, 12.0, false, &ten_each), "(blank)");
    }

    #[test]
    fn a_label_breaks_at_its_joints() {
        let lines = |width| break_lines("api_server_latency", width, 12.0, 3, &ten_each);
        assert_eq!(lines(200.0).unwrap(), ["api_server_latency"]);
        assert_eq!(lines(110.0).unwrap(), ["api_server_", "latency"]);
        assert_eq!(lines(70.0).unwrap(), ["api_", "server_", "latency"]);
        assert_eq!(lines(60.0), None);
        assert_eq!(break_lines("a b c d", 10.0, 12.0, 3, &ten_each), None);
    }

    #[test]
    fn what_cannot_be_drawn_is_replaced() {
        assert_eq!(printable("a\u{0}b\nc\u{202e}d"), "a\u{fffd}b cd");
        assert_eq!(printable(&"x".repeat(1_000)).chars().count(), LONGEST + 1);
    }
}
