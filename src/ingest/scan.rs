//! Text -> the cells of one record, as the file's dialect has it or, where a row is damaged, as nearly as can be.
//!
//! Cells are slices of the text or, where quotes have to go, copies. No function here looks further than it is told.

use super::limits::{MAX_CELL_BYTES, MAX_COLUMNS, MAX_ROW_BYTES};
use super::options::{Delimiter, Escape};

/// How rows are cut into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub delimiter: Delimiter,
    pub quote: Option<u8>,
    pub escape: Escape,
    /// Whether blanks around cells belong to the delimiter.
    pub pad: bool,
}

/// Cells, one after the other in `text`, each up to its place in `ends`.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    pub text: Vec<u8>,
    pub ends: Vec<usize>,
}

/// Cells, in order.
#[derive(Clone, Debug)]
pub(super) struct CellIter<'a> {
    pub text: &'a [u8],
    pub ends: &'a [usize],
    /// Bytes between a cell and the next.
    pub gap: usize,
    /// Whether blanks around cells do not belong to them.
    pub pad: bool,
    pub from: usize,
}

impl<'a> Iterator for CellIter<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let (&end, rest) = self.ends.split_first()?;
        self.ends = rest;
        let cell = self.text.get(self.from..end).unwrap_or_default();
        self.from = end + self.gap;
        Some(if self.pad { cell.trim_ascii() } else { cell })
    }
}

impl<'a> FromIterator<&'a [u8]> for Cells {
    fn from_iter<I: IntoIterator<Item = &'a [u8]>>(cells: I) -> Self {
        let mut out = Self::default();
        for cell in cells {
            out.push(cell);
        }
        out
    }
}

impl Cells {
    pub fn iter(&self) -> CellIter<'_> {
        CellIter {
            text: &self.text,
            ends: &self.ends,
            gap: 0,
            pad: false,
            from: 0,
        }
    }

    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    pub fn push(&mut self, cell: &[u8]) {
        self.text.extend_from_slice(cell);
        self.end();
    }

    fn end(&mut self) {
        self.ends.push(self.text.len());
    }

    /// Whether the last cell holds an odd number of quotes so far.
    fn is_open(&self, quote: u8) -> bool {
        let from = self.ends.last().copied().unwrap_or(0);
        let cell = self.text.get(from..).unwrap_or_default();
        cell.iter().filter(|&&b| b == quote).count() % 2 == 1
    }

    fn len_of_last(&self) -> usize {
        self.text.len() - self.ends.last().copied().unwrap_or(0)
    }
}

/// How strictly quotes are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A quoted cell ends at a quote before a delimiter or a line end; any other quote in it is doubled or escaped.
    Strict,
    /// The same, but a cell that begins with a quoted word and goes on behind it is as it stands: `"the boss", they say` where
    /// commas separate nothing.
    Literal,
    /// Quotes within a quoted cell stand for themselves unless a delimiter or a line end follows.
    Loose,
    /// The same, but quotes within a cell come in pairs, and a doubled quote before a delimiter ends the cell.
    Eager,
}

/// What came of reading a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// The record ends before `next`, after `lines` line ends. `stray`: an unquoted cell holds an odd number of quotes.
    Record {
        next: usize,
        lines: u64,
        stray: bool,
    },
    /// The text ends within the record.
    Cut,
    /// Not a record in this mode.
    Broken,
}

/// The bytes of the line end at a place: 0 where there is none, `None` where the text ends before that is known.
pub(super) fn line_end(text: &[u8], at: usize, complete: bool) -> Option<usize> {
    match text.get(at) {
        Some(b'\n') => Some(1),
        Some(b'\r') => match text.get(at + 1) {
            Some(b'\n') => Some(2),
            None if !complete => None,
            _ => Some(1),
        },
        Some(_) => Some(0),
        None => None,
    }
}

/// The physical line that begins at `from`: its end, and where the next begins. `None` if the text ends before.
pub(super) fn line_at(text: &[u8], from: usize, complete: bool) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    match rest.iter().position(|&b| matches!(b, b'\n' | b'\r')) {
        Some(n) => {
            let end = from + n;
            line_end(text, end, complete).map(|width| (end, end + width))
        }
        None => complete.then_some((text.len(), text.len())),
    }
}

impl Dialect {
    /// The bytes of the delimiter at a place; 0 if there is none.
    fn delimiter_at(&self, text: &[u8], at: usize) -> usize {
        let rest = text.get(at..).unwrap_or_default();
        let Some(&first) = rest.first() else { return 0 };
        match self.delimiter {
            Delimiter::Fixed => 0,
            Delimiter::Byte(b) => usize::from(first == b),
            Delimiter::Sequence(signs) => {
                let signs = signs.as_bytes();
                if rest.starts_with(signs) {
                    signs.len()
                } else {
                    0
                }
            }
            Delimiter::Blanks | Delimiter::WideBlanks => {
                let run = rest.iter().take_while(|b| matches!(b, b' ' | b'\t'));
                let (n, tab) = run.fold((0, false), |(n, tab), &b| (n + 1, tab || b == b'\t'));
                let wide = self.delimiter == Delimiter::Blanks || n > 1 || tab;
                // Blanks before the line end separate nothing.
                let last = matches!(rest.get(n), None | Some(b'\n' | b'\r'));
                if n > 0 && wide && !last { n } else { 0 }
            }
        }
    }

    fn skip_blanks(&self, text: &[u8], at: usize) -> usize {
        let blank = |b: u8| self.delimiter != Delimiter::Byte(b);
        let (space, tab) = (blank(b' '), blank(b'\t'));
        let is_blank = |b: &&u8| (**b == b' ' && space) || (**b == b'\t' && tab);
        at + text
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take_while(is_blank)
            .count()
    }

    fn runs(&self) -> bool {
        matches!(self.delimiter, Delimiter::Blanks | Delimiter::WideBlanks)
    }

    /// Reads the record that begins at `from`; beyond its first line it has at most `most` cells.
    pub fn record(
        &self,
        text: &[u8],
        from: usize,
        complete: bool,
        mode: Mode,
        most: usize,
        out: &mut Cells,
    ) -> Scan {
        out.clear();
        let mut at = from;
        let (mut lines, mut stray) = (0, false);
        if self.runs() {
            at = self.skip_blanks(text, at);
        }
        loop {
            if at - from > MAX_ROW_BYTES || out.ends.len() > MAX_COLUMNS {
                return Scan::Broken;
            }
            // At the beginning of a cell.
            let mut start = at;
            if self.pad || self.runs() {
                start = self.skip_blanks(text, at);
            }
            let quoted = self.quote.filter(|q| text.get(start) == Some(q));
            let before = out.text.len();
            let read = quoted.map(|quote| self.quoted(text, start + 1, complete, quote, mode, out));
            let literal = mode == Mode::Literal && matches!(read, Some(Err(Scan::Broken)));
            if let (Some(read), false) = (read, literal) {
                match read {
                    Ok((next, inner)) => {
                        at = next;
                        lines += inner;
                    }
                    Err(scan) => return scan,
                }
                out.end();
            } else {
                out.text.truncate(before);
                let mut quotes = 0;
                loop {
                    match text.get(at) {
                        None if complete => break,
                        None => return Scan::Cut,
                        Some(b'\n' | b'\r') => break,
                        _ if self.delimiter_at(text, at) > 0 => break,
                        _ if out.len_of_last() > MAX_CELL_BYTES => return Scan::Broken,
                        Some(&b) => {
                            if self.escape.is_sign(b) {
                                match text.get(at + 1) {
                                    None if !complete => return Scan::Cut,
                                    Some(&next) if self.is_escaped(next) => {
                                        out.text.push(next);
                                        at += 2;
                                        continue;
                                    }
                                    _ => {}
                                }
                            }
                            quotes += usize::from(Some(b) == self.quote);
                            out.text.push(b);
                            at += 1;
                        }
                    }
                }
                // The end of a run of blanks at the end of the text is not known yet.
                if self.runs() && !complete && self.skip_blanks(text, at) >= text.len() {
                    return Scan::Cut;
                }
                stray |= quotes % 2 == 1;
                let cell = out.text.get(before..).unwrap_or_default().trim_ascii_end();
                if literal && (quotes % 2 == 1 || cell.last() == self.quote.as_ref()) {
                    return Scan::Broken;
                }
                out.end();
            }
            if out.ends.len() > most && lines > 0 {
                return Scan::Broken;
            }
            // At a delimiter, a line end or the end.
            let width = self.delimiter_at(text, at);
            if width > 0 {
                at += width;
                continue;
            }
            if at >= text.len() {
                return if complete {
                    Scan::Record {
                        next: at,
                        lines: lines + 1,
                        stray,
                    }
                } else {
                    Scan::Cut
                };
            }
            return match line_end(text, at, complete) {
                Some(width) => Scan::Record {
                    next: at + width,
                    lines: lines + 1,
                    stray,
                },
                None => Scan::Cut,
            };
        }
    }

    fn is_escaped(&self, b: u8) -> bool {
        let delimits = match self.delimiter {
            Delimiter::Byte(delimiter) => b == delimiter,
            Delimiter::Sequence(signs) => b == signs.first(),
            _ => false,
        };
        Some(b) == self.quote || self.escape.is_sign(b) || delimits
    }

    /// Whether the text may end within a delimiter that begins at a place.
    fn is_cut_delimiter(&self, text: &[u8], at: usize) -> bool {
        let rest = text.get(at..).unwrap_or_default();
        match self.delimiter {
            Delimiter::Sequence(signs) => {
                rest.len() < signs.as_bytes().len() && signs.as_bytes().starts_with(rest)
            }
            _ => false,
        }
    }

    /// Reads a quoted cell from behind its quote: where the delimiter or line end behind it stands, and the line ends in it.
    fn quoted(
        &self,
        text: &[u8],
        from: usize,
        complete: bool,
        quote: u8,
        mode: Mode,
        out: &mut Cells,
    ) -> Result<(usize, u64), Scan> {
        let mut at = from;
        let mut lines = 0;
        // Where the cell would end: behind the blanks that follow a quote.
        let ends = |at: usize| {
            let behind = self.skip_blanks(text, at);
            let behind = match self.runs() && self.delimiter_at(text, at) > 0 {
                true => at,
                false => behind,
            };
            match text.get(behind) {
                None => complete.then_some(behind).ok_or(true),
                Some(b'\n' | b'\r') => Ok(behind),
                _ if self.delimiter_at(text, behind) > 0 => Ok(behind),
                _ => Err(!complete && self.is_cut_delimiter(text, behind)),
            }
        };
        loop {
            if out.len_of_last() > MAX_CELL_BYTES {
                return Err(Scan::Broken);
            }
            let Some(&b) = text.get(at) else {
                return Err(if complete { Scan::Broken } else { Scan::Cut });
            };
            at += 1;
            if self.escape.is_sign(b) {
                match text.get(at) {
                    None if !complete => return Err(Scan::Cut),
                    Some(&next) if self.is_escaped(next) => {
                        out.text.push(next);
                        at += 1;
                        continue;
                    }
                    _ => {}
                }
            }
            if b == quote {
                let doubled = match text.get(at) {
                    None if !complete => return Err(Scan::Cut),
                    next => next == Some(&quote),
                };
                if doubled {
                    if mode == Mode::Eager && ends(at + 1).is_ok() {
                        // A quote that closes one within the cell belongs to it.
                        if out.is_open(quote) {
                            out.text.push(quote);
                        }
                        return ends(at + 1).map(|end| (end, lines)).map_err(|_| Scan::Cut);
                    }
                    out.text.push(quote);
                    at += 1;
                    continue;
                }
                match ends(at) {
                    Ok(_) if mode == Mode::Eager && out.is_open(quote) => {}
                    Ok(end) => return Ok((end, lines)),
                    Err(true) => return Err(Scan::Cut),
                    Err(false) if matches!(mode, Mode::Strict | Mode::Literal) => {
                        return Err(Scan::Broken);
                    }
                    Err(false) => {}
                }
            }
            if b == b'\n' || (b == b'\r' && text.get(at) != Some(&b'\n')) {
                lines += 1;
            }
            out.text.push(b);
        }
    }

    /// Cuts a line at every delimiter, quoted or not, and takes quotes from the edges of cells.
    pub fn cut_everywhere(&self, line: &[u8], out: &mut Cells) {
        out.clear();
        let mut at = if self.runs() {
            self.skip_blanks(line, 0)
        } else {
            0
        };
        let mut start = at;
        loop {
            let width = self.delimiter_at(line, at);
            if width > 0 || at >= line.len() {
                let cell = line.get(start..at).unwrap_or_default();
                out.push(self.without_edge_quotes(cell));
                if width == 0 {
                    return;
                }
                at += width;
                start = at;
            } else {
                at += 1;
            }
        }
    }

    fn without_edge_quotes<'a>(&self, cell: &'a [u8]) -> &'a [u8] {
        let Some(quote) = self.quote else { return cell };
        let mut inner = cell.trim_ascii();
        let before = inner.len();
        while let Some(rest) = inner.strip_prefix(&[quote]) {
            inner = rest;
        }
        while let Some(rest) = inner.strip_suffix(&[quote]) {
            inner = rest;
        }
        if inner.len() < before { inner } else { cell }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn comma() -> Dialect {
        Dialect {
            delimiter: Delimiter::Byte(b','),
            quote: Some(b'"'),
            escape: Escape::Doubled,
            pad: false,
        }
    }

    fn read(dialect: Dialect, mode: Mode, text: &str) -> Option<Vec<String>> {
        let mut cells = Cells::default();
        match dialect.record(text.as_bytes(), 0, true, mode, usize::MAX, &mut cells) {
            Scan::Record { .. } => Some(texts(&cells)),
            _ => None,
        }
    }

    fn texts(cells: &Cells) -> Vec<String> {
        let mut from = 0;
        let cut = |&end: &usize| {
            let cell = String::from_utf8_lossy(&cells.text[from..end]).into_owned();
            from = end;
            cell
        };
        cells.ends.iter().map(cut).collect()
    }

    #[test]
    fn quotes() {
        let strict = |text| read(comma(), Mode::Strict, text);
        let row = |cells: &[&str]| Some(cells.iter().map(|&c| c.to_owned()).collect::<Vec<_>>());
        assert_eq!(
            strict("a,\"b,\"\"c\"\"\nd\" ,e\nf"),
            row(&["a", "b,\"c\"\nd", "e"])
        );
        assert_eq!(strict("a,,\n"), row(&["a", "", ""]));
        assert_eq!(strict("a,\"b\"c,d"), None);
        assert_eq!(strict("a,\"b"), None);
        let loose = |text| read(comma(), Mode::Loose, text);
        assert_eq!(loose("a,\"\"b, c\",d"), row(&["a", "\"b, c", "d"]));
        assert_eq!(
            loose("\"he said \"hi\" x\",2"),
            row(&["he said \"hi\" x", "2"])
        );
        let eager = |text| read(comma(), Mode::Eager, text);
        assert_eq!(eager("\"a, b\"\",\"c\""), row(&["a, b", "c"]));
        assert_eq!(eager("\"a, \"b\"\",\"c\""), row(&["a, \"b\"", "c"]));
        assert_eq!(eager("\"\"a\", b\",c"), row(&["\"a\", b", "c"]));
        let mut cells = Cells::default();
        comma().cut_everywhere(b"1,\"2,3\"", &mut cells);
        assert_eq!(texts(&cells), ["1", "2", "3"]);
    }

    #[test]
    fn other_dialects() {
        let row = |cells: &[&str]| Some(cells.iter().map(|&c| c.to_owned()).collect::<Vec<_>>());
        let of = |delimiter, escape, pad| Dialect {
            delimiter,
            escape,
            pad,
            ..comma()
        };
        let backslash = of(Delimiter::Byte(b','), Escape::BACKSLASH, false);
        assert_eq!(
            read(backslash, Mode::Strict, "\"a\\\"b\\\\\",c\\,d,\\n"),
            row(&["a\"b\\", "c,d", "\\n"])
        );
        let blanks = of(Delimiter::Blanks, Escape::Doubled, false);
        assert_eq!(
            read(blanks, Mode::Strict, "  a   b \"c d\"  \n"),
            row(&["a", "b", "c d"])
        );
        let wide = of(Delimiter::WideBlanks, Escape::Doubled, false);
        assert_eq!(
            read(wide, Mode::Strict, "a b   c d\te  \n"),
            row(&["a b", "c d", "e  "])
        );
        let twice = of(Delimiter::named("||").unwrap(), Escape::Doubled, false);
        assert_eq!(
            read(twice, Mode::Strict, "a||b|c||\"d\"||"),
            row(&["a", "b|c", "d", ""])
        );
        let padded = of(Delimiter::Byte(b','), Escape::Doubled, true);
        assert_eq!(
            read(padded, Mode::Strict, "a, \"b, c\", d"),
            row(&["a", "b, c", " d"])
        );
    }
}
