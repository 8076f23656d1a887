//! A column that has been read -> a typed column, with what there is to tell about it.

use super::buffer::{Cells, ColumnBuffer, Numbers, Texts, quoted};
use super::clock::clock_column;
use super::epoch::{EpochUnit, time_name, unit_of};
use super::kind::kind_of;
use super::measure::{Measured, measure};
use super::number;
use super::offset::Offset;
use super::time::{self, DateOrder, OrderEvidence};
use super::value::Unit;
use crate::data::{
    Column, ColumnKind, Level, MISSING_CODE, MISSING_TIME, Notice, NullToken, Values, is_instant,
    is_null_token,
};

/// The share of cells that must read as instants for a column to be time.
pub(super) const TIME_SHARE: f64 = 0.9;
/// The share of cells that must be numbers for the others to be told.
const NUMBER_SHARE: f64 = 0.9;

/// The typed column at `position` (from 0).
pub(super) fn infer(
    mut buffer: ColumnBuffer,
    name: String,
    position: usize,
    said: Said,
    notices: &mut Vec<Notice>,
) -> (Column, Writing) {
    let mut padded = false;
    let mut writing = Writing::default();
    if let Cells::Numbers(numbers) = &buffer.cells {
        padded = numbers.are_padded_codes();
        if padded || numbers.values.iter().all(|x| x.is_nan()) {
            buffer.become_texts();
        }
    }
    if padded {
        notices.push(Notice::Other {
            title: format!("{name} holds codes"),
            meaning: "Its numbers are padded with zeros to one width, like postal codes, so they are kept as text. Change its type if they are measurements.".to_owned(),
            level: Level::Info,
        });
    }
    let column = match buffer.cells {
        Cells::Numbers(numbers) => {
            if buffer.non_finite.count > 0 {
                notices.push(Notice::NonFinite {
                    column: name.clone(),
                    count: buffer.non_finite.count,
                    first_lines: buffer.non_finite.first_lines,
                });
            }
            if numbers.has_comma() {
                writing.decimal = ',';
            }
            number_column(numbers, name, position)
        }
        Cells::Texts(texts) => {
            let told = Told {
                first_word: buffer.first_word,
                inexact: buffer.inexact,
                said,
            };
            let decimal = if padded { None } else { Some(said.decimal) };
            text_column(
                texts,
                name,
                position,
                (told, decimal),
                &mut writing,
                notices,
            )
        }
    };
    tell_kind(&column, notices);
    (column, writing)
}

/// What is said, or known from the other columns, of how a column writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub decimal: char,
    pub dates: Option<DateOrder>,
    pub offset: Option<Offset>,
}

/// How a column writes its numbers and dates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writing {
    /// The unit's sign; empty where there is none.
    pub symbol: &'static str,
    pub decimal: char,
    /// Which of day and month comes first, where both are numbers, and whether the cells leave that open.
    pub dates: Option<(DateOrder, bool)>,
    /// Whether there are times without a zone; a day is one that begins at midnight.
    pub local: bool,
}

impl Default for Writing {
    fn default() -> Self {
        Self {
            symbol: "",
            decimal: '.',
            dates: None,
            local: false,
        }
    }
}

/// Tells a column that cannot be learned from.
pub(super) fn tell_kind(column: &Column, notices: &mut Vec<Notice>) {
    let rows = column.len();
    let constant = match &column.values {
        Values::Time(v) => rows > 1 && v.first().is_some_and(|t| v.iter().all(|x| x == t)),
        _ => column.kind == ColumnKind::Constant,
    };
    if constant {
        let value = (0..rows)
            .map(|row| column.text(row))
            .find(|t| !t.is_empty());
        notices.push(Notice::ConstantColumn {
            column: column.name.clone(),
            value: quoted(&value.unwrap_or_default()),
        });
    } else if column.kind == ColumnKind::Identifier {
        let distinct = match &column.values {
            Values::Text(d) => d.names.len(),
            _ => rows - column.missing_count(),
        };
        notices.push(Notice::IdentifierColumn {
            column: column.name.clone(),
            distinct: distinct as u64,
        });
    }
}

fn number_column(numbers: Numbers, name: String, position: usize) -> Column {
    let null_tokens = numbers.null_tokens();
    let present = numbers.values.iter().copied().filter(|x| !x.is_nan());
    if let Some(unit) = unit_of(time_name(&name), present) {
        let micros = numbers.values.iter().map(|&x| match x.is_nan() {
            true => MISSING_TIME,
            false => unit.micros(x).unwrap_or(MISSING_TIME),
        });
        return Column {
            kind: ColumnKind::Timestamp,
            values: Values::Time(micros.collect()),
            null_tokens,
            name,
        };
    }
    let values = Values::Number(numbers.values);
    Column {
        kind: kind_of(&values, &name, position),
        values,
        null_tokens,
        name,
    }
}

/// What was noticed about a column of text while it was read.
struct Told {
    first_word: Option<(String, u64)>,
    inexact: Option<String>,
    said: Said,
}

fn text_column(
    texts: Texts,
    name: String,
    position: usize,
    (told, decimal): (Told, Option<char>),
    writing: &mut Writing,
    notices: &mut Vec<Notice>,
) -> Column {
    if let Some(column) = time_column(&texts, &name, told.said, writing, notices) {
        return column;
    }
    let counts = texts.names.counts(&texts.codes);
    if let Some(column) = clock_column(&texts, &counts, &name, notices) {
        writing.symbol = Unit::Seconds.symbol();
        return column;
    }
    if told.inexact.is_none()
        && let Some(decimal) = decimal
        && let Some(measured) = measure(&texts.names, &counts, decimal)
    {
        writing.symbol = measured.unit.symbol();
        writing.decimal = measured.format.decimal;
        return measured_column(&texts, &measured, name, position, notices);
    }
    if let Some(example) = told.inexact {
        notices.push(Notice::InexactInteger {
            column: name.clone(),
            example,
        });
    } else {
        tell_written_numbers(&texts, &counts, &name, told.first_word, notices);
    }
    let values = Values::Text(texts.into_dictionary());
    Column {
        kind: kind_of(&values, &name, position),
        values,
        null_tokens: Vec::new(),
        name,
    }
}

/// The column as the numbers that its texts mean.
fn measured_column(
    texts: &Texts,
    measured: &Measured,
    name: String,
    position: usize,
    notices: &mut Vec<Notice>,
) -> Column {
    if measured.open {
        notices.push(Notice::Other {
            title: format!("{name}: commas were read as signs between thousands"),
            meaning: "Every comma stands before three digits, so they could be decimal commas as well. Name the decimal sign if they are.".to_owned(),
            level: Level::Warning,
        });
    } else if measured.format.decimal == ',' || measured.format.group.is_some() {
        notices.push(Notice::Other {
            title: format!(
                "{name} holds numbers with {}",
                match measured.format.decimal {
                    ',' => "a decimal comma",
                    _ => "signs between the thousands",
                }
            ),
            meaning: "They were read as numbers.".to_owned(),
            level: Level::Info,
        });
    }
    let is_null: Vec<bool> = texts.names.iter().map(is_null_token).collect();
    let mut values = Vec::with_capacity(texts.codes.len());
    let mut null_tokens = Vec::new();
    for (row, &code) in texts.codes.iter().enumerate() {
        let value = measured.values.get(code as usize).copied();
        values.push(value.unwrap_or(f64::NAN));
        if code != MISSING_CODE && is_null[code as usize] {
            null_tokens.push(NullToken {
                row: row as u32,
                token: texts.names.text(code).to_owned(),
            });
        }
    }
    if measured.non_finite > 0 {
        notices.push(Notice::NonFinite {
            column: name.clone(),
            count: measured.non_finite,
            first_lines: Vec::new(),
        });
    }
    let values = Values::Number(values);
    Column {
        kind: kind_of(&values, &name, position),
        values,
        null_tokens,
        name,
    }
}

/// The column as time, if (nearly) all its cells are instants.
fn time_column(
    texts: &Texts,
    name: &str,
    said: Said,
    writing: &mut Writing,
    notices: &mut Vec<Notice>,
) -> Option<Column> {
    let is_null: Vec<bool> = texts.names.iter().map(is_null_token).collect();
    let present = || texts.names.iter().zip(&is_null).filter(|(_, null)| !**null);
    let reader = TimeReader::for_names(name, said.dates, || present().map(|(text, _)| text))?;
    let mut instants = Vec::with_capacity(texts.names.len());
    let (mut zoned, mut local) = (false, false);
    let offset = said.offset.unwrap_or_default();
    for (text, &null) in texts.names.iter().zip(&is_null) {
        let mut instant = if null { None } else { reader.read(text) };
        if let Some((micros, false)) = instant {
            local = true;
            let micros = micros - offset.micros();
            instant = is_instant(micros).then_some((micros, false));
        }
        zoned |= matches!(instant, Some((_, true)));
        instants.push(instant.map(|(micros, _)| micros));
    }
    let counts = texts.names.counts(&texts.codes);
    let (mut read, mut unread, mut example) = (0u64, 0u64, None);
    for (code, &count) in counts.iter().enumerate() {
        if is_null[code] {
            continue;
        }
        if instants[code].is_some() {
            read += count;
        } else {
            unread += count;
            example = example.or(Some(code as u32));
        }
    }
    if read == 0 || (read as f64) < TIME_SHARE * (read + unread) as f64 {
        return None;
    }
    if let Some(code) = example {
        notices.push(Notice::Unreadable {
            column: name.to_owned(),
            kind: ColumnKind::Timestamp,
            count: unread,
            example: quoted(texts.names.text(code)),
        });
    }
    writing.local = local;
    if let TimeReader::Written { order, asks, open } = reader {
        writing.dates = asks.then_some((order, open));
    }
    if let TimeReader::Written {
        order, open: true, ..
    } = reader
    {
        notices.push(ambiguous(
            name,
            present().map(|(text, _)| text).next(),
            order,
        ));
    }
    if zoned && local {
        notices.push(Notice::Other {
            title: format!("{name} names a time zone in some rows only"),
            meaning: format!("Those without one are read as {}.", offset.name()),
            level: Level::Warning,
        });
    }
    let mut null_tokens = Vec::new();
    let mut micros = Vec::with_capacity(texts.codes.len());
    for (row, &code) in texts.codes.iter().enumerate() {
        let instant = instants.get(code as usize).copied().flatten();
        micros.push(instant.unwrap_or(MISSING_TIME));
        if code != MISSING_CODE && is_null[code as usize] {
            null_tokens.push(NullToken {
                row: row as u32,
                token: texts.names.text(code).to_owned(),
            });
        }
    }
    Some(Column {
        null_tokens,
        ..Column::time(name, micros)
    })
}

fn ambiguous(column: &str, example: Option<&str>, order: DateOrder) -> Notice {
    Notice::AmbiguousDate {
        column: column.to_owned(),
        example: quoted(example.unwrap_or_default()),
        read_as: match order {
            DateOrder::DayFirst => "day, month, year",
            DateOrder::MonthFirst => "month, day, year",
        }
        .to_owned(),
    }
}

/// How the texts of a column are read as instants.
#[derive(Clone, Copy, Debug)]
pub(super) enum TimeReader {
    /// Dates; `asks` where some name day and month by numbers, `open` where the column leaves open which comes first.
    Written {
        order: DateOrder,
        asks: bool,
        open: bool,
    },
    /// Digits counted from 1970.
    Counted(EpochUnit),
}

impl TimeReader {
    /// From the column's name and its distinct texts (null tokens left out); `None` if none of the first ones is an instant.
    /// What `told` says of the order of day and month holds.
    pub fn for_names<'a, I: Iterator<Item = &'a str>>(
        name: &str,
        told: Option<DateOrder>,
        texts: impl Fn() -> I,
    ) -> Option<Self> {
        let mut evidence = OrderEvidence::default();
        let any = texts().take(64).any(|t| {
            time::parse(t, DateOrder::DayFirst).is_some()
                || time::parse(t, DateOrder::MonthFirst).is_some()
        });
        if any {
            texts().for_each(|t| time::collect_order(t, &mut evidence));
            let (guessed, open) = evidence.decide();
            return Some(Self::Written {
                order: told.unwrap_or(guessed),
                asks: evidence.open || evidence.day_first || evidence.month_first,
                open: open && told.is_none(),
            });
        }
        let named = time_name(name);
        let numbers = texts().map_while(|t| number::parse(t.as_bytes()).map(|n| n.value));
        unit_of(named, numbers).map(Self::Counted)
    }

    /// The instant in microseconds, and whether its text names a zone.
    pub fn read(self, text: &str) -> Option<(i64, bool)> {
        match self {
            Self::Written { order, .. } => time::parse(text, order).map(|t| (t.micros, t.zoned)),
            Self::Counted(unit) => unit.micros_of_text(text).map(|m| (m, true)),
        }
    }
}

/// Tells a column of text that was nearly one of numbers, or one of numbers written with units or commas.
fn tell_written_numbers(
    texts: &Texts,
    counts: &[u64],
    name: &str,
    first_word: Option<(String, u64)>,
    notices: &mut Vec<Notice>,
) {
    let (mut rows, mut numbers, mut distinct, mut written) = (0u64, 0u64, 0usize, 0u64);
    let mut example = None;
    for (text, &count) in texts.names.iter().zip(counts) {
        if is_null_token(text) {
            continue;
        }
        rows += count;
        if number::parse(text.as_bytes()).is_some() {
            numbers += count;
            distinct += 1;
        } else if let Some(how) = written_number(text) {
            written += count;
            example = example.or(Some((quoted(text), how)));
        }
    }
    let share = |n: u64| n as f64 / rows.max(1) as f64;
    // Codes such as 1, 2, 3 and U are a category; a measurement has more than a handful of values.
    if distinct > 8
        && share(numbers) >= NUMBER_SHARE
        && let Some((example, first_line)) = first_word
    {
        notices.push(Notice::NotAllNumbers {
            column: name.to_owned(),
            count: rows - numbers,
            example,
            first_line,
        });
    } else if share(numbers + written) >= NUMBER_SHARE
        && let Some((example, how)) = example
    {
        notices.push(Notice::Other {
            title: format!("{name} holds numbers with {how}"),
            meaning: format!(
                "{example:?} is not read as a number, so the column is text. Write plain numbers with a decimal point to use them as measurements."
            ),
            level: Level::Warning,
        });
    }
}

/// How a text that is no plain number may still mean one; `None` if it does not look like one.
fn written_number(text: &str) -> Option<&'static str> {
    const UNITS: [&str; 46] = [
        "%", "n", "u", "m", "k", "K", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
        "B", "KB", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "bytes", "ns", "us",
        "\u{b5}s", "\u{3bc}s", "ms", "s", "sec", "min", "h", "d", "w", "y", "Hz", "MHz", "GHz",
        "\u{b0}C", "cores", "req/s",
    ];
    let unsigned = text.trim_start_matches(['-', '+', '\u{2212}']);
    let digits = unsigned.trim_start_matches(|c: char| {
        c.is_ascii_digit() || matches!(c, '.' | ',' | '_' | '\'' | '\u{a0}' | '\u{202f}' | ' ')
    });
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if digits.is_empty() {
        return Some(if unsigned.contains(',') {
            "a comma"
        } else {
            "signs between the digits"
        });
    }
    UNITS.contains(&digits).then_some("units")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: Said = Said {
        decimal: '.',
        dates: None,
        offset: None,
    };

    fn read(name: &str, cells: &[&str]) -> (Column, Vec<Notice>) {
        let mut buffer = ColumnBuffer::new('.');
        for (row, cell) in cells.iter().enumerate() {
            buffer.push(cell.as_bytes(), row as u64 + 2);
        }
        let mut notices = Vec::new();
        let (column, _) = infer(buffer, name.to_owned(), 1, SAID, &mut notices);
        (column, notices)
    }

    #[test]
    fn nearly_numbers_are_told() {
        let mut cells: Vec<String> = (0..30).map(|i| i.to_string()).collect();
        cells.push("0x1F".to_owned());
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let (column, notices) = read("cpu", &cells);
        assert_eq!(column.kind, ColumnKind::Text);
        assert_eq!(
            notices,
            [Notice::NotAllNumbers {
                column: "cpu".to_owned(),
                count: 1,
                example: "0x1F".to_owned(),
                first_line: 32
            }]
        );
        assert!(read("steel", &["1", "2", "U", "1"]).1.is_empty());
    }

    #[test]
    fn units_and_commas_are_numbers_where_the_whole_column_agrees() {
        for (cells, first, told) in [
            (&["100m", "250m", "1"][..], 0.1, 0),
            (&["1,5", "2,25"], 1.5, 1),
            (&["1_000", "2_000"], 1000.0, 1),
            (&["128Mi", "1Gi"], 134_217_728.0, 0),
            (&["31.2%", "N/A"], 31.2, 0),
        ] {
            let (column, notices) = read("cpu", cells);
            let Values::Number(v) = &column.values else {
                panic!("{cells:?}: {notices:?}")
            };
            assert_eq!(
                (v[0], notices.len()),
                (first, told),
                "{cells:?}: {notices:?}"
            );
        }
        let (column, notices) = read("cpu", &["5%", "3 s"]);
        assert!(matches!(column.values, Values::Text(_)));
        assert!(notices.iter().any(|n| n.title().ends_with("units")));
        assert!(read("doors", &["2", "3", "5more"]).1.is_empty());
    }

    #[test]
    fn time_is_never_a_category() {
        let (column, notices) = read(
            "when",
            &["2026-01-01 00:00:00", "NA", "", "2026-01-01 00:00:00"],
        );
        assert_eq!(column.kind, ColumnKind::Timestamp);
        let t = 1_767_225_600_000_000;
        assert_eq!(
            column.values,
            Values::Time(vec![t, MISSING_TIME, MISSING_TIME, t])
        );
        assert_eq!(column.null_token(1), Some("NA"));
        assert!(notices.is_empty());
        let (column, notices) = read("when", &["01/02/2026", "03/04/2026"]);
        assert_eq!(column.kind, ColumnKind::Timestamp);
        assert!(matches!(notices[..], [Notice::AmbiguousDate { .. }]));
        let (column, _) = read("ts", &["1767225600123456789", "1767225601123456789"]);
        assert_eq!(column.kind, ColumnKind::Timestamp);
    }

    #[test]
    fn codes_keep_their_zeros() {
        let (column, _) = read("zip", &["08123", "10115"]);
        assert_eq!(column.text(0), "08123");
        let (column, _) = read("hour", &["00", "23"]);
        assert_eq!(column.kind, ColumnKind::Integer);
    }

    #[test]
    fn an_inexact_integer_keeps_its_digits() {
        let (column, notices) = read("counter", &["1", "9007199254740993"]);
        assert_eq!(column.text(1), "9007199254740993");
        assert!(matches!(notices[..], [Notice::InexactInteger { .. }]));
    }

    #[test]
    fn nothing_but_null_tokens_are_names() {
        let (column, _) = read("issue", &["None", "NA", "None", ""]);
        assert_eq!(column.kind, ColumnKind::Category);
        assert_eq!(column.classes().names, ["NA", "None"]);
    }
}
