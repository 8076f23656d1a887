//! Which delimiter, quote and escape cut a text into a table: each candidate is tried, and the one whose rows are most
//! alike in width and whose cells look most like single values is taken.
//!
//! After G. J. J. van den Burg, A. Nazábal and C. Sutton, "Wrangling messy CSV files by detecting row and type patterns",
//! Data Mining and Knowledge Discovery 33 (2019): a dialect's score is a pattern score times a type score. Here the pattern
//! score is the chance that two rows drawn at random have the same width (so that a few damaged rows cost little) times
//! `(width - 1) / width`, and a prior says how usual a delimiter is.

use super::IngestError;
use super::between::{is_doubled, is_one_typed_column, is_padded};
use super::candidates;
use super::class::{self, Class};
use super::csv::{Record, Tokenizer};
use super::fixed;
use super::layout::is_ruled;
use super::lone;
use super::options::{Delimiter, Escape, ReadOptions};
use super::report::Why;
use super::scan::Dialect;

/// Rows and bytes of the sample by which dialects are compared.
pub(super) const SCORED_ROWS: usize = 300;
const SCORED_BYTES: usize = 48 << 10;

/// A row of the sample.
#[derive(Clone, Debug)]
pub(super) struct SampleRow {
    pub line: u64,
    pub lines: u64,
    /// None where the line is blank.
    pub cells: Vec<Vec<u8>>,
    pub why: Option<Why>,
    pub source: Vec<u8>,
}

impl SampleRow {
    fn of(record: &Record<'_>) -> Self {
        Self {
            line: record.line,
            lines: record.lines,
            cells: record.cells().map(<[u8]>::to_vec).collect(),
            why: record.why,
            source: record.source.to_vec(),
        }
    }

    pub fn filled(&self) -> usize {
        let filled = |c: &&Vec<u8>| !c.trim_ascii().is_empty();
        self.cells.iter().filter(filled).count()
    }
}

/// The first rows of a text, at most `most`; the last record counts only if the text is complete or it is the only one.
pub(super) fn rows_of(
    text: &[u8],
    complete: bool,
    dialect: Dialect,
    width: usize,
    most: usize,
) -> Vec<SampleRow> {
    let mut rows = Vec::new();
    let mut tokenizer = Tokenizer::new(dialect, width);
    let mut take = |record: Record<'_>| {
        rows.push(SampleRow::of(&record));
        // Any error stops.
        if rows.len() < most {
            Ok(())
        } else {
            Err(IngestError::NoFile)
        }
    };
    // An error ends the sample; the whole file's reading tells it.
    if tokenizer.push(text, &mut take).is_ok() && complete {
        let _ = tokenizer.finish(&mut take);
    }
    if rows.iter().all(|r| r.cells.is_empty()) && !complete {
        let _ = tokenizer.finish(&mut |record: Record<'_>| {
            rows.push(SampleRow::of(&record));
            Ok(())
        });
    }
    rows
}

/// The guessed dialect, and how sure each part is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Guess {
    pub dialect: Dialect,
    pub delimiter_sure: f64,
    pub quote_sure: f64,
    pub escape_sure: f64,
}

/// How good a dialect is for the sample.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    score: f64,
    /// The share of rows that have the most frequent width.
    alike: f64,
    /// Whether some column holds numbers or times.
    typed: bool,
    rows: usize,
    width: usize,
    /// Whether it is the colon of times of day.
    cuts_times: bool,
    /// Whether it cuts every row but the first, which is the name of one column then.
    spares_first: bool,
    /// Whether most rows have quoted cells beside each other with a blank between them.
    quotes_apart: bool,
}

fn score(text: &[u8], complete: bool, dialect: Dialect) -> Score {
    let mut rows = rows_of(text, complete, dialect, usize::MAX, SCORED_ROWS);
    if dialect.delimiter == Delimiter::Fixed {
        let Some(starts) = fixed::starts(text, complete) else {
            return Score::default();
        };
        fixed::recut(&mut rows, &starts);
        rows.retain(|r| !r.cells.is_empty() && !is_ruled(&r.source));
        // Commas at the ends of cells, or quotes with a blank between them, are what separates cells.
        let separated = |r: &&SampleRow| {
            r.cells.iter().filter(|c| c.ends_with(b",")).count() > 1 || quotes_apart(r)
        };
        if rows.iter().filter(|r| r.filled() > 1).count() * 4 < rows.len() * 3
            || rows.iter().filter(separated).count() * 2 > rows.len()
        {
            return Score::default();
        }
    }
    // What most rows are not is a remark.
    let commented = |r: &SampleRow| r.source.starts_with(b"#");
    let filled = |r: &&SampleRow| r.filled() > 0 && !commented(r);
    let usual = rows.iter().find(filled).map(|r| r.cells.len());
    rows.retain(|r| {
        let len = r.cells.len();
        let remark = commented(r) && (len == 1 || usual.is_some_and(|usual| usual != len));
        !(r.filled() == 0 || remark || is_ruled(&r.source))
    });
    let n = rows.len() as f64;
    let mut widths: Vec<(usize, usize)> = Vec::new();
    for row in &rows {
        let width = row.cells.len();
        match widths.iter_mut().find(|(w, _)| *w == width) {
            Some((_, count)) => *count += 1,
            None => widths.push((width, 1)),
        }
    }
    let pattern: f64 = widths
        .iter()
        .map(|&(w, count)| {
            let share = count as f64 / n;
            share * share * (w as f64 - 1.0) / w as f64
        })
        .sum();
    let Some(&(width, count)) = widths.iter().max_by_key(|&&(w, count)| count * (w - 1)) else {
        return Score::default();
    };
    if width < 2 {
        return Score::default();
    }
    let (mut cells, mut likeness) = (0.0, 0.0);
    let mut typed = vec![0usize; width];
    let mut damaged = 0.0;
    for row in &rows {
        damaged += f64::from(row.why.is_some());
        for cell in row.cells.iter().take(200) {
            cells += 1.0;
            likeness += class::likeness(cell);
        }
        if row.cells.len() == width {
            for (count, cell) in typed.iter_mut().zip(&row.cells) {
                *count += usize::from(Class::of(cell).is_typed());
            }
        }
    }
    let types: f64 = likeness / cells;
    let spares_first = rows.first().is_some_and(|r| r.cells.len() == 1)
        && rows.iter().skip(1).all(|r| r.cells.len() > 1);
    // What cuts every line into as many cells, the header too, is no chance.
    let usual = match candidates::prior(dialect.delimiter) {
        prior if prior < 0.8 && count == rows.len() && rows.len() > 3 && width > 2 => 0.95,
        prior => prior,
    };
    // A sign before quotes within cells may be there by chance.
    let escape = match dialect.escape {
        Escape::Doubled | Escape::BACKSLASH => 1.0,
        Escape::Sign(_) => 0.99,
    };
    Score {
        quotes_apart: rows.iter().filter(|r| quotes_apart(r)).count() * 2 > rows.len(),
        score: pattern * types * types * (1.0 - 0.5 * damaged / n) * usual * escape,
        spares_first,
        alike: count as f64 / n,
        // The header is words.
        typed: typed
            .iter()
            .any(|&t| t > 0 && t * 10 >= count.saturating_sub(1) * 8),
        rows: rows.len(),
        width,
        cuts_times: dialect.delimiter == Delimiter::Byte(b':')
            && rows.iter().filter(|r| cuts_time(&r.cells)).count() * 2 > rows.len(),
    }
}

/// Whether a row has quoted cells beside each other with a blank between them.
fn quotes_apart(row: &SampleRow) -> bool {
    row.source.windows(3).any(|w| w == b"\" \"")
}

/// Whether two neighbouring cells are the hours and the minutes of a time of day.
fn cuts_time(cells: &[Vec<u8>]) -> bool {
    let two = |w: &[u8], most: u8| w.len() == 2 && w.iter().all(u8::is_ascii_digit) && w[0] <= most;
    cells.len() < 7
        && cells.windows(2).any(|w| {
            let (left, right) = (&w[0], &w[1]);
            let hour = left.get(left.len().saturating_sub(2)..);
            let before = left.len().checked_sub(3).and_then(|i| left.get(i));
            hour.is_some_and(|h| two(h, b'2'))
                && matches!(before, None | Some(b' ' | b'T' | b'['))
                && right.get(..2).is_some_and(|m| two(m, b'5'))
                && !right.get(2).is_some_and(u8::is_ascii_digit)
        })
}

/// Whether what a delimiter makes of the text may be a table at all: what separates words in prose must do better.
fn is_plausible(delimiter: Delimiter, s: &Score) -> bool {
    match delimiter {
        Delimiter::Byte(b',' | b';' | b'\t' | b'|' | 1 | 0x1e | 0x1f) => s.score > 0.0,
        Delimiter::Byte(b) if b < b' ' => s.alike > 0.8,
        // The name of one column above addresses: `://` cuts all of them.
        Delimiter::Sequence(_) => s.alike > 0.8 && !(s.spares_first && s.width == 2),
        Delimiter::Byte(b'^' | b'~') => s.alike >= 0.5,
        Delimiter::Fixed => s.alike >= 0.75 && s.rows > 1 && s.score > 0.2,
        Delimiter::WideBlanks => s.alike >= 0.7 && s.rows > 1,
        Delimiter::Byte(b' ') | Delimiter::Blanks => {
            // Above many columns one word is a title.
            let many = s.width > 7 && delimiter == Delimiter::Blanks;
            (!s.spares_first || many)
                && (s.alike >= 0.7
                    || (many && s.alike >= 0.5)
                    || (s.quotes_apart && delimiter == Delimiter::Byte(b' ')))
                && s.rows > 1
                && (s.typed || (s.width > 2 && s.rows > 3 && s.alike > 0.9))
        }
        _ => {
            s.alike >= 0.8
                && s.rows > 2
                && (s.typed || s.width > 3)
                && !s.cuts_times
                && !s.spares_first
        }
    }
}

/// The delimiter that a `sep=;` line names, if there is one.
pub(super) fn separator_line(text: &[u8]) -> Option<Delimiter> {
    let rest = text
        .strip_prefix(b"sep=")
        .or_else(|| text.strip_prefix(b"\"sep="))?;
    let end = rest.iter().position(|b| matches!(b, b'\r' | b'\n'))?;
    let named = rest.get(..end)?;
    let named = named.strip_suffix(b"\"").unwrap_or(named);
    let named = std::str::from_utf8(named).ok()?;
    Delimiter::named(named)
}

/// The likeliest dialect of a text.
pub(super) fn guess(text: &[u8], complete: bool, options: &ReadOptions) -> Guess {
    let head = guess_head(text, complete, options);
    let told = options.delimiter.is_some() || separator_line(text).is_some();
    if told || text.len() < 2 * SCORED_BYTES || head.dialect.delimiter == Delimiter::Fixed {
        return head;
    }
    // What stands above a table may fill all that was looked at. If nothing is cut further down, that is asked.
    let from = text.len() - SCORED_BYTES;
    let tail = text.get(from..).unwrap_or_default();
    let end = tail.iter().position(|&b| b == b'\n' || b == b'\r');
    let tail = tail.get(end.map_or(0, |e| e + 1)..).unwrap_or_default();
    let cut = |dialect| {
        let rows = rows_of(tail, complete, dialect, usize::MAX, SCORED_ROWS);
        let cut = rows.iter().filter(|r| r.cells.len() > 1).count();
        cut as f64 / rows.len().max(1) as f64
    };
    if cut(head.dialect) > 0.1 {
        return head;
    }
    let below = guess_head(tail, complete, options);
    let usual = matches!(
        below.dialect.delimiter,
        Delimiter::Byte(b',' | b';' | b'\t' | b'|')
    );
    if usual && cut(below.dialect) > 0.9 {
        below
    } else {
        head
    }
}

/// The likeliest dialect of a text's beginning.
fn guess_head(text: &[u8], complete: bool, options: &ReadOptions) -> Guess {
    let complete = complete && text.len() <= SCORED_BYTES;
    let text = text.get(..SCORED_BYTES).unwrap_or(text);
    let told = options.delimiter.or_else(|| separator_line(text));
    let body = match separator_line(text) {
        Some(_) => {
            let end = text.iter().position(|&b| b == b'\n' || b == b'\r');
            text.get(end.map_or(0, |e| e + 1)..).unwrap_or_default()
        }
        None => text,
    };
    if told.is_none() && options.quote.is_none() && lone::name_line(body, complete).is_some() {
        return Guess {
            dialect: Dialect {
                delimiter: Delimiter::Fixed,
                quote: None,
                escape: Escape::Doubled,
                pad: true,
            },
            delimiter_sure: 0.98,
            quote_sure: 0.98,
            escape_sure: 0.98,
        };
    }
    let candidates: Vec<Delimiter> = match told {
        Some(delimiter) => vec![delimiter],
        None => candidates::delimiters(body, complete),
    };
    let fallback = Dialect {
        delimiter: told.unwrap_or(Delimiter::Byte(b',')),
        quote: options.quote.unwrap_or(Some(b'"')),
        escape: options.escape.unwrap_or_default(),
        pad: false,
    };
    let mut tried: Vec<(Dialect, Score)> = Vec::new();
    for &delimiter in &candidates {
        let quotes: Vec<Option<u8>> = match options.quote {
            Some(quote) => vec![quote],
            None => candidates::quotes(body, delimiter)
                .into_iter()
                .map(Some)
                .collect(),
        };
        for quote in quotes {
            let escapes = match (options.escape, quote) {
                (Some(escape), _) => vec![escape],
                (None, Some(quote)) => candidates::escapes(body, quote, delimiter),
                (None, None) => vec![Escape::Doubled],
            };
            for escape in escapes {
                let fixed = delimiter == Delimiter::Fixed;
                let mut dialect = Dialect {
                    delimiter,
                    quote: quote.filter(|_| !fixed),
                    escape,
                    pad: fixed || matches!(delimiter, Delimiter::Blanks | Delimiter::WideBlanks),
                };
                if !dialect.pad && is_padded(body, dialect) {
                    dialect.pad = true;
                }
                let s = score(body, complete, dialect);
                let chance = !matches!(quote, None | Some(b'"' | b'\'')) && s.alike <= 0.5;
                if told.is_some() || (is_plausible(delimiter, &s) && !chance) {
                    tried.push((dialect, s));
                }
            }
        }
    }
    // Tabs separate: where they give a table, the blanks in its cells do not.
    let tab = Delimiter::Byte(b'\t');
    if tried
        .iter()
        .any(|(d, s)| d.delimiter == tab && s.alike > 0.9)
    {
        tried.retain(|(d, _)| !is_blank(d.delimiter) || told.is_some());
    }
    // A sign that cuts all lines alike, the header among them, is no part of cells, and one that spares the header is.
    let level = tried.iter().any(|(d, s)| {
        let usual = matches!(d.delimiter, Delimiter::Byte(b',' | b';' | b'\t' | b'|'));
        usual && s.alike == 1.0 && s.rows > 2 && s.width > 1
    });
    if level && told.is_none() {
        tried.retain(|(_, s)| !s.spares_first);
    }
    // Places tell nothing where blanks alone give the same columns, and are left where a number is longer than those above.
    // Of several blanks in a row those behind the first hold no empty cells.
    let blanks = tried
        .iter()
        .find(|(d, s)| matches!(d.delimiter, Delimiter::Blanks) && s.alike > 0.9)
        .map(|(_, s)| s.width);
    if let Some(width) = blanks
        && told.is_none()
    {
        tried.retain(|(d, s)| match d.delimiter {
            Delimiter::Fixed => s.width != width,
            Delimiter::Byte(b' ') => s.width <= width,
            _ => true,
        });
    }
    let best = tried
        .iter()
        .map(|(dialect, score)| (*dialect, score.score))
        .reduce(|best, next| if next.1 > best.1 + 1e-9 { next } else { best });
    let Some((mut dialect, top)) = best else {
        return Guess {
            dialect: fallback,
            delimiter_sure: if told.is_some() { 1.0 } else { 0.3 },
            quote_sure: 0.5,
            escape_sure: 0.5,
        };
    };
    if told.is_none() && is_one_typed_column(body, complete, dialect) {
        // Nothing separates anything: what does not occur.
        dialect.delimiter = match body.contains(&b',') {
            true => Delimiter::Byte(b';'),
            false => Delimiter::Byte(b','),
        };
        return Guess {
            dialect,
            delimiter_sure: 0.6,
            quote_sure: 0.5,
            escape_sure: 0.5,
        };
    }
    // How far the best other choice of each part stays behind.
    let sure = |differs: &dyn Fn(&Dialect) -> bool| {
        let second = tried
            .iter()
            .filter(|(d, _)| differs(d))
            .fold(0.0f64, |best, t| best.max(t.1.score));
        if top > 0.0 {
            (1.0 - 0.5 * second / top).clamp(0.0, 1.0)
        } else {
            0.5
        }
    };
    let guess = Guess {
        dialect,
        delimiter_sure: match told {
            Some(_) => 1.0,
            None => sure(&|d| d.delimiter != dialect.delimiter),
        },
        quote_sure: match options.quote {
            Some(_) => 1.0,
            None => sure(&|d| d.quote != dialect.quote),
        },
        escape_sure: match options.escape {
            Some(_) => 1.0,
            None => sure(&|d| d.escape != dialect.escape),
        },
    };
    if told.is_none()
        && !is_blank(dialect.delimiter)
        && is_doubled(body, complete, dialect)
        && let Some(twice) = Delimiter::named(&dialect.delimiter.text().repeat(2))
    {
        dialect.delimiter = twice;
    }
    Guess { dialect, ..guess }
}

/// Whether what separates cells is some kind of blank.
fn is_blank(delimiter: Delimiter) -> bool {
    matches!(
        delimiter,
        Delimiter::Byte(b' ') | Delimiter::Blanks | Delimiter::WideBlanks | Delimiter::Fixed
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter(text: &str) -> String {
        guess(text.as_bytes(), true, &ReadOptions::default())
            .dialect
            .delimiter
            .text()
    }

    #[test]
    fn delimiters() {
        for (text, expected) in [
            ("a;b;c\n1,5;2,5;3\n", ";"),
            ("a,b\n1;2,3;4\n", ","),
            ("a\tb\n1\t2\n", "\t"),
            ("one|two,two|three\nfour|five,five|six", "|"),
            ("a,b,c\na,b,c|d|e|f", ","),
            ("\"Field1,1,1\";Field2;\"Field3\";Field4;Field5;Field6", ";"),
            (
                "Field1;Field2;\"Field,3,\"\"3,3\";Field4;Field5;\"Field6,6\"",
                ";",
            ),
            ("sep=|\na,b,c|d\n", "|"),
            ("alone\n1\n2\n", ","),
            ("t,x\n10:00:00,1\n10:01:00,2\n", ","),
            ("time\n10:00:00\n10:01:00\n10:02:00\n", ","),
            ("when\n2026-01-01 10:00:00\n2026-01-01 10:00:01\n", ","),
            ("a:b:c\n1:2:3\n4:5:6\n7:8:9\n", ":"),
            ("a^b^c\n1^2^3\n4^5^6\n", "^"),
            ("a~b~c\n1~2~3\n4~5~6\n", "~"),
            ("a b c\n1 2 3\n4 5 6\n", " "),
            (
                "NAME   CPU    MEMORY\nn1     412m   5321Mi\nnode2  90m    12Mi\n",
                "  ",
            ),
            ("a||b||c\n1||2||3\n4||5||6\n", "||"),
            ("a#b#c\n1#2#3\n4#5#6\n", "#"),
            ("a, b, c\n1, 2, 3\n", ","),
            (
                "once upon a time\nthere was a pod that\nwould not start at all\n",
                ",",
            ),
        ] {
            assert_eq!(delimiter(text), expected, "{text:?}");
        }
    }

    #[test]
    fn quotes_and_escapes() {
        let of = |text: &str| {
            let d = guess(text.as_bytes(), true, &ReadOptions::default()).dialect;
            (d.quote.map(char::from), d.escape)
        };
        assert_eq!(
            of("a,b\n1,'x, y'\n2,'it''s, so'\n"),
            (Some('\''), Escape::Doubled)
        );
        assert_eq!(
            of("a,b\n1,\"it's, so\"\n2,\"x\"\n"),
            (Some('"'), Escape::Doubled)
        );
        assert_eq!(
            of("a,b\n1,\"x \\\"y\\\", z\"\n2,\"x\"\n"),
            (Some('"'), Escape::BACKSLASH)
        );
        assert_eq!(
            of("a,b\n1,\"x \"\"y\"\", z\"\n2,\"c:\\\\d\"\n"),
            (Some('"'), Escape::Doubled)
        );
    }
}
