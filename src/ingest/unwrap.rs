//! Files whose lines are quoted as a whole, as a program writes them that takes a table for a single column: `"a,""b, c"",d"`.

use super::candidates;
use super::class::Class;
use super::csv::{Record, RecordError, Tokenizer};
use super::guess::{guess, rows_of};
use super::options::{Delimiter, Escape, ReadOptions};
use super::scan::Dialect;

/// Lines that are looked at.
const LINES: usize = 200;

/// Takes the quotes off lines.
#[derive(Debug)]
pub(super) struct Unwrapper {
    tokenizer: Tokenizer,
    out: Vec<u8>,
}

/// Whole lines: text holds no NUL.
fn lines_of(escape: Escape) -> Dialect {
    Dialect {
        delimiter: Delimiter::Byte(0),
        quote: Some(b'"'),
        escape,
        pad: false,
    }
}

fn is_wrapped(source: &[u8], cells: usize, is_sound: bool) -> bool {
    cells == 1
        && is_sound
        && source.len() > 2
        && source.starts_with(b"\"")
        && source.ends_with(b"\"")
}

fn put(out: &mut Vec<u8>, record: &Record<'_>) {
    let wrapped = is_wrapped(record.source, record.ends.len(), record.why.is_none());
    match record.cells().next() {
        Some(line) if wrapped => out.extend_from_slice(line),
        // A line that is not quoted as a whole stays as it is.
        _ => out.extend_from_slice(record.source),
    }
    out.push(b'\n');
}

impl Unwrapper {
    fn new(escape: Escape) -> Self {
        Self {
            tokenizer: Tokenizer::new(lines_of(escape), 1),
            out: Vec::new(),
        }
    }

    /// The lines that are known to end in what there is by now, without the quotes around them.
    pub fn push(&mut self, text: &[u8]) -> Result<&[u8], RecordError> {
        let out = &mut self.out;
        out.clear();
        self.tokenizer.push(text, &mut |record: Record<'_>| {
            put(out, &record);
            Ok(())
        })?;
        Ok(&self.out)
    }

    /// What is left at the end of the file.
    pub fn finish(&mut self) -> Result<&[u8], RecordError> {
        let out = &mut self.out;
        out.clear();
        self.tokenizer.finish(&mut |record: Record<'_>| {
            put(out, &record);
            Ok(())
        })?;
        Ok(&self.out)
    }
}

/// Whether the lines of a sample are quoted as a whole and hold a table: then what takes the quotes off, and the sample without
/// them. Whoever says the quote has lines read as they stand.
pub(super) fn unwrapper(
    text: &[u8],
    complete: bool,
    options: &ReadOptions,
) -> Option<(Unwrapper, Vec<u8>)> {
    if options.quote.is_some() || !text.contains(&b'"') {
        return None;
    }
    let escapes = [Escape::Doubled, Escape::BACKSLASH];
    let escape = escapes.into_iter().find(|&escape| {
        let rows = rows_of(text, complete, lines_of(escape), 1, LINES);
        let rows = || rows.iter().filter(|r| !r.cells.is_empty());
        let wrapped = |r: &&_| {
            let row: &super::guess::SampleRow = r;
            is_wrapped(&row.source, row.cells.len(), row.why.is_none())
        };
        let (count, all) = (rows().filter(wrapped).count(), rows().count());
        count > 1 && count * 5 >= all * 4
    })?;
    let mut unwrapper = Unwrapper::new(escape);
    let mut bare = unwrapper.push(text).ok()?.to_vec();
    if complete {
        bare.extend_from_slice(unwrapper.finish().ok()?);
    }
    holds_table(&bare, complete, options).then(|| (Unwrapper::new(escape), bare))
}

/// Whether lines are rows of several cells, and not sentences with commas in them.
fn holds_table(text: &[u8], complete: bool, options: &ReadOptions) -> bool {
    let dialect = guess(text, complete, options).dialect;
    if candidates::prior(dialect.delimiter) < 0.9 || dialect.pad {
        return false;
    }
    let rows = rows_of(text, complete, dialect, usize::MAX, LINES);
    let rows: Vec<_> = rows.iter().filter(|r| !r.cells.is_empty()).collect();
    let Some(width) = rows.first().map(|r| r.cells.len()) else {
        return false;
    };
    let alike = rows.iter().filter(|r| r.cells.len() == width).count();
    let typed = |row: &&&super::guess::SampleRow| row.cells.iter().any(|c| Class::of(c).is_typed());
    let typed = rows.iter().filter(typed).count() * 2 > rows.len();
    width > 1 && alike * 5 >= rows.len() * 4 && (width > 2 || typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_quoted_as_a_whole_are_told_from_columns_of_text() {
        let of = |text: &str| unwrapper(text.as_bytes(), true, &ReadOptions::default());
        let bare = of("\"a,b\"\n\"1,\"\"x, y\"\"\"\n\"2,z\"\n").unwrap().1;
        assert_eq!(bare, b"a,b\n1,\"x, y\"\n2,z\n");
        let bare = of("a;b;c\n\"1;2;\\\"x\ny\\\"\"\n\"2;3;z\"\n\"3;4;\"\n\"5;6;v\"\n");
        assert_eq!(
            bare.unwrap().1,
            b"a;b;c\n1;2;\"x\ny\"\n2;3;z\n3;4;\n5;6;v\n"
        );
        for text in [
            "\"text, long\"\n\"so, 0\"\n\"so, 1\"\n",
            "\"a\",\"b\"\n\"1\",\"2\"\n",
            "\"name\"\n\"x,y,z\"\n\"u,v,w\"\n",
            "\"a\"\n\"b\"\n",
        ] {
            assert!(of(text).is_none(), "{text}");
        }
    }
}
