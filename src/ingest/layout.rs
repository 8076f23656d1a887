//! Where the table stands in a file: lines above it, header rows, its width, what its columns look like.

use super::class::Class;
use super::expanded::Sample;
use super::fixed::{self, Starts};
use super::guess::{SampleRow, rows_of};
use super::header::{header, header_rows, rows_are_named};
use super::lone;
use super::options::{Delimiter, ReadOptions};
use super::report::Why;
use super::scan::Dialect;
use super::start::{other_header, table_start};
use crate::data::Names;

/// Rows of the sample that are looked at.
const LAYOUT_ROWS: usize = 2_000;

/// Where the table stands, found in the sample.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    /// Cells of a whole row as the tokenizer cuts it, edges included.
    pub width: usize,
    /// Where the columns of a table of fixed places begin; else empty.
    pub starts: Starts,
    /// Whether each row begins with a delimiter, so that its first cell is none; how many at its end are none.
    pub drop_first: bool,
    pub drop_last: usize,
    /// The names as they stand in the file but for blanks around them, joined where there are several rows; one per column.
    pub header: Vec<String>,
    /// The same, blanks and all, where there is one row of them.
    pub header_text: Vec<String>,
    pub header_rows: usize,
    pub preamble_rows: usize,
    /// The line from which on there are rows of the table.
    pub first_line: u64,
    pub header_line: u64,
    pub comment: Option<u8>,
    /// Whether the first column names the rows: words, or a count from 1, none of them twice.
    pub rows_are_named: bool,
    /// What the column's cells look like, where nearly all are alike.
    pub classes: Vec<Option<Class>>,
    pub decimal: char,
    pub skipped: Vec<(u64, Why, String)>,
    pub repaired: Vec<(u64, Why, String)>,
    pub header_sure: f64,
    pub preamble_sure: f64,
    pub decimal_sure: f64,
}

impl Layout {
    fn of_width(width: usize, comment: Option<u8>) -> Self {
        Self {
            width,
            starts: Starts::new(),
            drop_first: false,
            drop_last: 0,
            header: Vec::new(),
            header_text: Vec::new(),
            header_rows: 0,
            preamble_rows: 0,
            first_line: 0,
            header_line: 0,
            comment,
            rows_are_named: false,
            classes: Vec::new(),
            decimal: '.',
            skipped: Vec::new(),
            repaired: Vec::new(),
            header_sure: 1.0,
            preamble_sure: 1.0,
            decimal_sure: 1.0,
        }
    }

    /// Whether it is a single column with nothing drawn but the line below its name.
    pub fn is_lone(&self) -> bool {
        self.starts.len() == 1
    }

    /// Whether it is a single column between drawn sides.
    pub fn is_boxed(&self) -> bool {
        self.width > 1 && self.columns() == 1
    }

    /// Whether a row of so many cells leaves none out, or only those at the edges.
    pub fn has_width(&self, cells: usize) -> bool {
        cells == self.width || (cells == self.columns() && !self.is_boxed())
    }

    /// Of records whose columns are known: `rows` are those of a sample, each of whole width.
    pub fn of_records(sample: &Sample, dialect: Dialect, options: &ReadOptions) -> Self {
        let mut layout = Self::of_width(sample.names.len(), None);
        let rows: Vec<&SampleRow> = sample.rows.iter().collect();
        classes(&mut layout, &rows);
        decimal(&mut layout, &rows, dialect, options);
        layout.rows_are_named = rows_are_named(&rows);
        layout.header.clone_from(&sample.names);
        layout.header_text.clone_from(&sample.names);
        layout.header_rows = 1;
        layout.preamble_rows = sample.preamble_rows;
        layout.header_line = rows.first().map_or(1, |r| r.line);
        layout
    }

    /// The columns of the table.
    pub fn columns(&self) -> usize {
        (self.width - usize::from(self.drop_first))
            .saturating_sub(self.drop_last)
            .max(1)
    }
}

/// Looks at the sample under a dialect. `None` if it holds no row at all.
pub(super) fn layout(
    text: &[u8],
    complete: bool,
    dialect: Dialect,
    options: &ReadOptions,
) -> Option<Layout> {
    let starts = match dialect.delimiter {
        Delimiter::Fixed => fixed::starts(text, complete).unwrap_or_default(),
        _ => Starts::new(),
    };
    let cut = |width| {
        let mut rows = rows_of(text, complete, dialect, width, LAYOUT_ROWS);
        if !starts.is_empty() {
            fixed::recut(&mut rows, &starts);
        }
        rows
    };
    let first = cut(usize::MAX);
    let comment = match options.comment {
        Some(comment) => comment,
        None => comment_of(&first, dialect),
    };
    let width = width_of(&first, comment)?;
    let mut rows = cut(width);
    if is_blank(dialect) {
        commented_header(&mut rows, width);
    }
    let mut layout = Layout::of_width(width, comment);
    layout.starts = starts;
    if !matches!(
        dialect.delimiter,
        Delimiter::Blanks | Delimiter::WideBlanks | Delimiter::Fixed
    ) {
        edges(&mut layout, &rows);
    }
    let is_nothing =
        |r: &SampleRow| r.cells.iter().all(Vec::is_empty) && (width > 1 || r.cells.is_empty());
    let blanks: Vec<u64> = rows
        .iter()
        .filter(|r| is_nothing(r))
        .map(|r| r.line)
        .collect();
    rows.retain(|r| !is_nothing(r));
    let is_comment = |row: &SampleRow| {
        comment.is_some_and(|c| row.source.first() == Some(&c))
            && (options.comment.is_some() || row.cells.len() != width)
    };
    let first = match options.preamble_rows {
        Some(n) => {
            let mut counted = 0;
            rows.iter()
                .position(|r| {
                    let skip = is_comment(r) || is_separator(r) || is_ruled(&r.source);
                    counted += usize::from(!skip);
                    !skip && counted > n
                })
                .unwrap_or(rows.len())
        }
        None => {
            layout.preamble_sure = 0.95;
            let name = match layout.is_lone() {
                true => lone::name_line(text, complete),
                false => None,
            };
            name.and_then(|line| rows.iter().position(|r| r.line == line))
                .unwrap_or_else(|| table_start(&rows, &layout, &is_comment))
        }
    };
    let first = match options.preamble_rows {
        None => first - usize::from(other_header(&mut rows, first, &layout, dialect)),
        Some(_) => first,
    };
    let (above, table) = rows.split_at(first.min(rows.len()));
    for row in above {
        let why = if is_comment(row) {
            Why::Comment
        } else if is_separator(row) {
            Why::Separator
        } else if is_ruled(&row.source) {
            Why::Ruled
        } else {
            layout.preamble_rows += 1;
            Why::Preamble
        };
        layout.skipped.push((row.line, why, shown(&row.source)));
    }
    let table: Vec<&SampleRow> = table
        .iter()
        .filter(|r| !is_comment(r) && !is_ruled(&r.source))
        .collect();
    classes(&mut layout, &table);
    decimal(&mut layout, &table, dialect, options);
    let header_rows = match options.header_rows {
        Some(n) => n.min(table.len()),
        // What is drawn around one column is drawn below its name, too.
        None if layout.is_lone() || layout.is_boxed() => 1.min(table.len()),
        None => header_rows(&mut layout, &table),
    };
    // Nothing but a header tells a delimiter at the edge from a column without values.
    if header_rows == 0 {
        layout.drop_first = false;
        layout.drop_last = 0;
    }
    // What the columns look like is judged without the header.
    classes(&mut layout, table.get(header_rows..).unwrap_or_default());
    layout.rows_are_named = rows_are_named(table.get(header_rows..).unwrap_or_default());
    header(&mut layout, table.get(..header_rows).unwrap_or_default());
    let below = table.get(..header_rows).and_then(<[_]>::last);
    layout.first_line = match (table.get(header_rows), below) {
        (Some(first), _) => first.line,
        (None, Some(header)) => header.line + header.lines,
        (None, None) => 1,
    };
    // Between the header's rows and the first one below, too, nothing is left out unnamed.
    let within = rows.iter().skip(first);
    for row in within.filter(|r| r.line < layout.first_line) {
        if is_comment(row) {
            layout
                .skipped
                .push((row.line, Why::Comment, shown(&row.source)));
        } else if is_ruled(&row.source) {
            layout
                .skipped
                .push((row.line, Why::Ruled, shown(&row.source)));
        }
    }
    for line in blanks.into_iter().filter(|&line| line < layout.first_line) {
        layout.skipped.push((line, Why::Blank, String::new()));
    }
    Some(layout)
}

/// A line cut to what a list shows.
pub(super) fn shown(source: &[u8]) -> String {
    let text = String::from_utf8_lossy(source.get(..400).unwrap_or(source));
    super::buffer::quoted(text.trim())
}

/// A line that nothing but draws: `---+---`, `|:--|--:|`, `=====`, or the same with the signs for boxes.
pub(super) fn is_ruled(source: &[u8]) -> bool {
    let line = source.trim_ascii();
    // Nearly every line begins with something else.
    let may_be = |b: &u8| matches!(b, b'-' | b'=' | b'+' | b'|' | b':' | b'_' | 0xe2);
    line.len() > 2
        && line.first().is_some_and(may_be)
        && is_drawn(line)
        && line.windows(3).any(|w| {
            matches!(w, b"---" | b"===" | b"___")
                // Horizontal ones: light, heavy, dashed, double.
                || matches!(w, [0xe2, 0x94, 0x80 | 0x81 | 0x84 | 0x85 | 0x88 | 0x89])
                || matches!(w, [0xe2, 0x95, 0x8c | 0x8d | 0x90])
        })
}

/// Whether there is nothing but blanks and signs of drawn lines, those of U+2500 to U+257F among them.
pub(super) fn is_drawn(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        rest = match (first, behind) {
            (b'-' | b'=' | b'+' | b'|' | b':' | b' ' | b'\t' | b'_', _) => behind,
            (0xe2, [0x94 | 0x95, 0x80..=0xbf, behind @ ..]) => behind,
            _ => return false,
        };
    }
    true
}

pub(super) fn is_separator(row: &SampleRow) -> bool {
    row.line == 1
        && (row.source.starts_with(b"sep=") || row.source.starts_with(b"\"sep="))
        && row.source.len() <= 8
}

/// Cuts the last of the comments at the top at its blanks, if that gives a name for each column.
fn commented_header(rows: &mut [SampleRow], width: usize) {
    let top = rows.iter().position(|r| !r.source.starts_with(b"#"));
    let Some(row) = top.and_then(|at| rows.get_mut(at.checked_sub(1)?)) else {
        return;
    };
    let names = row.source.trim_ascii();
    let names = names.strip_prefix(b"#").unwrap_or(names);
    let words = names
        .split(u8::is_ascii_whitespace)
        .filter(|w| !w.is_empty());
    let words: Vec<Vec<u8>> = words.map(<[u8]>::to_vec).collect();
    if width > 1 && words.len() == width && words.iter().all(|w| Class::of(w) == Class::Text) {
        row.cells = words;
    }
}

/// Whether blanks separate cells.
fn is_blank(dialect: Dialect) -> bool {
    matches!(
        dialect.delimiter,
        Delimiter::Byte(b' ') | Delimiter::Blanks | Delimiter::WideBlanks | Delimiter::Fixed
    )
}

/// `#`, where lines that begin with it are not rows of the table.
fn comment_of(rows: &[SampleRow], dialect: Dialect) -> Option<u8> {
    let width = width_of(rows, None)?;
    // Words that are separated as cells are, and are more than there are columns.
    if let [first, second, ..] = rows
        && is_blank(dialect)
        && let Some(words) = first.source.strip_prefix(b"#")
        && words
            .split(u8::is_ascii_whitespace)
            .filter(|w| !w.is_empty())
            .count()
            > second.cells.len()
        && !second.source.starts_with(b"#")
        && second.cells.iter().any(|c| Class::of(c).is_typed())
    {
        return Some(b'#');
    }
    for sign in [&b"#"[..], b"%", b"//", b"!"] {
        let signed = |r: &&SampleRow| r.source.starts_with(sign);
        let count = rows.iter().filter(signed).count();
        let misfit = rows
            .iter()
            .filter(signed)
            .filter(|r| r.cells.len() != width)
            .count();
        // Signs other than # begin too many things.
        let above = rows.first().is_some_and(|r| r.source.starts_with(sign));
        if misfit > 0 && misfit * 2 >= count && width > 1 && (sign == b"#" || above) {
            return sign.first().copied();
        }
        // Several lines above the first that has none.
        let run = rows
            .iter()
            .take_while(|r| r.source.starts_with(sign))
            .count();
        if sign == b"#" && run > 1 && count < rows.len() {
            return Some(b'#');
        }
        if sign == b"#" && width == 1 && above && count * 2 < rows.len() {
            return Some(b'#');
        }
    }
    None
}

/// The width of the table: that of the most cells, where rows that follow each other count together.
fn width_of(rows: &[SampleRow], comment: Option<u8>) -> Option<usize> {
    let mut widths: Vec<(usize, usize)> = Vec::new();
    let mut total = 0;
    for row in rows {
        let width = row.cells.len();
        if width == 0 || (comment.is_some() && row.source.first() == comment.as_ref()) {
            continue;
        }
        total += 1;
        match widths.iter_mut().find(|(w, _)| *w == width) {
            Some((_, n)) => *n += 1,
            None => widths.push((width, 1)),
        }
    }
    if total == 0 {
        return rows.iter().map(|r| r.cells.len()).find(|&w| w > 0);
    }
    let weight = |&(w, n): &(usize, usize)| n as f64 * (w as f64 - 0.5);
    let best = widths.iter().copied().reduce(|best, next| {
        if weight(&next) > weight(&best) {
            next
        } else {
            best
        }
    });
    let (mut width, count) = best?;
    if let Some(first) = first_table(rows, &widths, (width, count)) {
        return Some(first);
    }
    // A header names columns that rows may leave out at their end.
    let Some(header) = rows.iter().find(|r| r.cells.len() >= width.max(2)) else {
        return Some(width);
    };
    let named = header.cells.len() > width
        && header.cells.len() < 2 * width + 2
        && header.cells.iter().all(|c| Class::of(c) == Class::Text)
        && !has_repeats(header);
    let below = rows
        .iter()
        .filter(|r| r.line > header.line && !r.cells.is_empty());
    let (narrow, all) = below.take(8).fold((0, 0), |(n, all), r| {
        (n + usize::from(r.cells.len() <= width), all + 1)
    });
    let wider = widths
        .iter()
        .any(|&(w, n)| w == header.cells.len() && n > 1);
    if named && narrow * 2 >= all && (wider || count < 3) {
        width = header.cells.len();
    }
    Some(width)
}

/// The width of the first of several tables, where a wider one below it has no more rows: of tables below each other the first
/// is read.
fn first_table(
    rows: &[SampleRow],
    widths: &[(usize, usize)],
    best: (usize, usize),
) -> Option<usize> {
    let mut filled = rows.iter().filter(|r| !r.cells.is_empty());
    let header = filled.next()?;
    let narrow = header.cells.len();
    let words = |r: &SampleRow| r.filled() > 1 && r.cells.iter().all(|c| !Class::of(c).is_typed());
    // A header may end with a delimiter where its rows do not.
    let trails = header.cells.last().is_some_and(Vec::is_empty);
    let near = |w: usize| w == narrow || (w + 1 == narrow && trails);
    let &(width, count) = widths.iter().find(|(w, n)| near(*w) && *n > 4)?;
    let last = rows.iter().rposition(|r| r.cells.len() == width)?;
    let begun = rows.iter().position(|r| r.cells.len() == best.0)?;
    let other = rows.get(begun)?;
    (width < best.0 && width > 1 && count * 10 >= best.1 * 9 && last < begun)
        .then_some(width)
        .filter(|_| words(header) && words(other))
}

pub(super) fn has_repeats(row: &SampleRow) -> bool {
    let mut seen = Names::default();
    !row.cells
        .iter()
        .all(|c| seen.take(&String::from_utf8_lossy(c)))
}

/// Whether rows begin or end with a delimiter.
fn edges(layout: &mut Layout, rows: &[SampleRow]) {
    let width = layout.width;
    if width < 3 {
        return;
    }
    let whole: Vec<&SampleRow> = rows
        .iter()
        .filter(|r| r.cells.len() == width && !is_ruled(&r.source))
        .collect();
    // A line end in quotes is a cell.
    let blank =
        |cell: Option<&Vec<u8>>| cell.is_some_and(|c| c.iter().all(|b| matches!(b, b' ' | b'\t')));
    if whole.is_empty() {
        return;
    }
    let blank_at = |at: usize| whole.iter().all(|r| blank(r.cells.get(at)));
    layout.drop_last = (2..width).rev().take_while(|&at| blank_at(at)).count();
    // A bar at either side is no delimiter where lines are drawn.
    let drawn = rows.iter().any(|r| is_ruled(&r.source));
    let least = if drawn { 1 } else { 2 };
    layout.drop_first = blank_at(0) && width - layout.drop_last > least;
}

/// What the cells of each column look like, where at least four fifths of those that say something agree.
pub(super) fn classes(layout: &mut Layout, table: &[&SampleRow]) {
    let offset = usize::from(layout.drop_first);
    layout.classes = (0..layout.columns())
        .map(|column| {
            let mut counts = [0usize; 3];
            for row in table
                .iter()
                .filter(|r| r.cells.len() == layout.width)
                .take(300)
            {
                match row.cells.get(column + offset).map(|c| Class::of(c)) {
                    Some(Class::Number) => counts[0] += 1,
                    Some(Class::Time) => counts[1] += 1,
                    Some(Class::Text) => counts[2] += 1,
                    _ => {}
                }
            }
            let total: usize = counts.iter().sum();
            [Class::Number, Class::Time, Class::Text]
                .into_iter()
                .zip(counts)
                .find(|&(_, n)| n > 0 && (n * 5 >= total * 4 || (total < 10 && n * 3 >= total * 2)))
                .map(|(class, _)| class)
        })
        .collect();
}

/// Whether fractions stand behind a comma.
fn decimal(layout: &mut Layout, table: &[&SampleRow], dialect: Dialect, options: &ReadOptions) {
    if let Some(decimal) = options.decimal {
        layout.decimal = decimal;
        return;
    }
    let (mut commas, mut points) = (0u32, 0u32);
    if dialect.delimiter != Delimiter::Byte(b',')
        || table
            .iter()
            .any(|r| r.cells.iter().any(|c| c.contains(&b',')))
    {
        for cell in table.iter().take(300).flat_map(|r| &r.cells) {
            match decimal_sign(cell.trim_ascii()) {
                Some(',') => commas += 1,
                Some(_) => points += 1,
                None => {}
            }
        }
    }
    // A comma within a cell of a file that commas separate is seldom meant as one.
    let enough = dialect.delimiter != Delimiter::Byte(b',') || commas > 2;
    if commas > points && enough {
        layout.decimal = ',';
        layout.decimal_sure = f64::from(commas) / f64::from(commas + points);
    } else if commas > 0 {
        layout.decimal_sure = f64::from(points) / f64::from(commas + points);
    }
}

/// The sign before a number's fraction, where there is no doubt: `1.234` and `1,234` leave it open.
fn decimal_sign(cell: &[u8]) -> Option<char> {
    let cell = cell.strip_prefix(b"-").unwrap_or(cell);
    let n = cell
        .iter()
        .take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
        .count();
    let number = cell.get(..n)?;
    // What follows is a unit at most.
    if n == 0 || cell.len() - n > 6 || cell.get(n..)?.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let at = number.iter().rposition(|b| matches!(b, b'.' | b','))?;
    let (sign, other) = (number[at], if number[at] == b'.' { b',' } else { b'.' });
    let before = number.get(..at)?;
    let fraction = number.len() - at - 1;
    let once = !before.contains(&sign);
    let open = fraction == 3 && before.len() <= 3 && before != b"0";
    (once && !before.is_empty() && fraction > 0 && (!open || before.contains(&other)))
        .then_some(char::from(sign))
}
