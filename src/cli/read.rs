//! `kubecast read`: the table as it was read, and how.

use std::io::Read;

use clap::Args as ClapArgs;

use super::files;
use crate::data::{Column, Level};
use crate::export::{CsvOptions, frame_csv};
use crate::ingest::{
    ColumnReport, DateOrder, Delimiter, Encoding, Escape, FileRead, FilesReader, IngestError,
    Ingested, InputFile, JoinOptions, MAX_BYTES, Offset, ReadOptions, ReadReport, Reader, RowList,
    TableRead,
};
use crate::json::{self, Plain, record};
use crate::protocol::{Failure, FailureCode, Place};

#[derive(Debug, ClapArgs)]
pub(super) struct ReadArgs {
    /// Files of any kind that the page reads, packed or not: tables with equal headers are put one below the other, exports
    /// of metrics are joined on time and labels; - is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Write the cells of one delimited file as text before any typing, under the header as it stands in the file.
    #[arg(long)]
    raw: bool,
    /// The table to write, as CSV; - is standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: String,
    /// How it was read, as JSON: every guess, how sure it is, every row that was repaired or left out; - is standard output.
    #[arg(long, value_name = "FILE")]
    report: Option<String>,
    #[command(flatten)]
    options: OptionArgs,
    #[command(flatten)]
    join: JoinArgs,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "How series are joined")]
struct JoinArgs {
    /// Seconds between rows, instead of the samples' own distance.
    #[arg(long, value_name = "SECONDS", value_parser = step)]
    step: Option<f64>,
    /// Labels that name a row, instead of those that vary and are shared.
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    entity_labels: Option<Vec<String>>,
    /// Metrics that are counters, to be made rates.
    #[arg(long, value_name = "METRIC", value_delimiter = ',')]
    rates: Vec<String>,
    /// Metrics that are not to be made rates.
    #[arg(long, value_name = "METRIC", value_delimiter = ',')]
    no_rates: Vec<String>,
    /// Labels that tell the members of a pair apart that scrape the same.
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    replica_labels: Option<Vec<String>>,
    /// The format of VictoriaMetrics' CSV export, as it was asked for: __name__,instance,__value__,__timestamp__:unix_s
    #[arg(long, value_name = "FORMAT")]
    victoria_format: Option<String>,
}

impl JoinArgs {
    fn options(&self) -> JoinOptions {
        let said = |metrics: &[String], rate: bool| {
            let pair = |metric: &String| (metric.clone(), rate);
            metrics.iter().map(pair).collect::<Vec<_>>()
        };
        JoinOptions {
            step_secs: self.step,
            entity_labels: self.entity_labels.clone(),
            rates: [said(&self.rates, true), said(&self.no_rates, false)].concat(),
            replica_labels: self.replica_labels.clone(),
            victoria_format: self.victoria_format.clone(),
        }
    }
}

fn step(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(secs) if (1e-3..1e9).contains(&secs) => Ok(secs),
        _ => Err("rows are from 0.001 to a billion seconds apart".to_owned()),
    }
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Instead of a guess")]
struct OptionArgs {
    /// What separates cells: a sign or several, or comma, semicolon, tab, space, blanks, wide-blanks, fixed.
    #[arg(long, value_name = "SIGN", value_parser = delimiter, allow_hyphen_values = true)]
    delimiter: Option<Delimiter>,
    /// The quote, or none.
    #[arg(long, value_name = "SIGN", value_parser = sign)]
    quote: Option<Sign>,
    /// How a quote stands within quotes: doubled, or after backslash or another sign.
    #[arg(long, value_name = "RULE", value_parser = escape)]
    escape: Option<Escape>,
    /// utf-8, utf-16le, utf-16be, utf-32le, utf-32be or windows-1252.
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<Encoding>,
    /// Rows of the header; 0 where the first row is data.
    #[arg(long, value_name = "N")]
    header_rows: Option<usize>,
    /// Lines above the header, blank ones and comments not counted.
    #[arg(long, value_name = "N")]
    preamble_rows: Option<usize>,
    /// The sign before fractions, . or ,
    #[arg(long, value_name = "SIGN", value_parser = decimal)]
    decimal: Option<char>,
    /// Which comes first in dates such as 01/02/2026: day-first or month-first.
    #[arg(long, value_name = "ORDER", value_parser = dates)]
    dates: Option<DateOrder>,
    /// How far times without a zone are ahead of UTC: UTC, or such as +01:00.
    #[arg(long, value_name = "OFFSET", value_parser = offset, allow_hyphen_values = true)]
    offset: Option<Offset>,
    /// What comment lines begin with, or none.
    #[arg(long, value_name = "SIGN", value_parser = sign)]
    comment: Option<Sign>,
}

/// A sign, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sign(Option<u8>);

fn sign(text: &str) -> Result<Sign, String> {
    match *text.as_bytes() {
        _ if text == "none" => Ok(Sign(None)),
        [b] if b.is_ascii_graphic() => Ok(Sign(Some(b))),
        _ => Err("it is one character, or none".to_owned()),
    }
}

fn delimiter(text: &str) -> Result<Delimiter, String> {
    Delimiter::named(text).ok_or_else(|| {
        "it is a sign such as , or several such as ->, or comma, semicolon, tab, space, blanks, wide-blanks or fixed"
            .to_owned()
    })
}

fn escape(text: &str) -> Result<Escape, String> {
    Escape::named(text).ok_or_else(|| "it is doubled, backslash, or one sign".to_owned())
}

fn encoding(text: &str) -> Result<Encoding, String> {
    let name = match text.to_ascii_lowercase().as_str() {
        "utf8" => "utf-8".to_owned(),
        "cp1252" | "latin-1" | "latin1" | "iso-8859-1" => "windows-1252".to_owned(),
        other => other.to_owned(),
    };
    Encoding::named(&name).ok_or_else(|| {
        "it is utf-8, utf-16le, utf-16be, utf-32le, utf-32be or windows-1252".to_owned()
    })
}

fn decimal(text: &str) -> Result<char, String> {
    match text {
        "." | "point" => Ok('.'),
        "," | "comma" => Ok(','),
        _ => Err("it is . or ,".to_owned()),
    }
}

fn dates(text: &str) -> Result<DateOrder, String> {
    DateOrder::named(text).ok_or_else(|| "it is day-first or month-first".to_owned())
}

fn offset(text: &str) -> Result<Offset, String> {
    Offset::named(text).ok_or_else(|| "it is UTC, or from -14:00 to +14:00".to_owned())
}

impl OptionArgs {
    fn options(&self) -> ReadOptions {
        ReadOptions {
            delimiter: self.delimiter,
            quote: self.quote.map(|sign| sign.0),
            escape: self.escape,
            encoding: self.encoding,
            header_rows: self.header_rows,
            preamble_rows: self.preamble_rows,
            decimal: self.decimal,
            date_order: self.dates,
            offset: self.offset,
            comment: self.comment.map(|sign| sign.0),
        }
    }
}

pub(super) fn read(args: &ReadArgs) -> Result<(), Failure> {
    if args.raw && args.files.len() > 1 {
        return Err(Failure {
            code: FailureCode::Option,
            title: "--raw is for one file".to_owned(),
            detail: "Several files are put together by what their cells mean.".to_owned(),
            hint: "Name one file, or leave --raw out.".to_owned(),
            place: Place::default(),
        });
    }
    let options = args.options.options();
    let plain = CsvOptions { neutralise: false };
    let (read, text) = match &args.files[..] {
        [path] if args.raw => {
            let (table, raw) = read_raw(path, &options)?;
            let read = TableRead {
                table,
                files: Vec::new(),
                join: None,
            };
            (read, raw)
        }
        paths => {
            let read = read_any(paths, options, args.join.options())?;
            let text = frame_csv(&read.table.frame, plain);
            (read, text)
        }
    };
    files::write(&args.out, &text)?;
    if let Some(out) = &args.report {
        files::write(out, (json::to_lines(&report(&read)) + "\n").as_bytes())?;
    }
    Ok(())
}

/// Files of any kind as one table.
pub(super) fn read_any(
    paths: &[String],
    options: ReadOptions,
    join: JoinOptions,
) -> Result<TableRead, Failure> {
    let (heads, bytes) = files::read_all(paths)?;
    let inputs = heads.into_iter().zip(bytes).map(|(head, bytes)| InputFile {
        name: head.name,
        bytes: bytes.into(),
        modified_secs: head.modified_secs.map(|secs| secs as f64),
    });
    FilesReader::new(inputs.collect(), join)
        .read_as(options)
        .finish()
        .map_err(in_words)
}

/// One file of delimited text, packed or not, and its cells as text.
fn read_raw(path: &str, options: &ReadOptions) -> Result<(Ingested, Vec<u8>), Failure> {
    let (head, bytes) = files::read(path)?;
    let read = |bytes: &[u8]| {
        let mut reader = Reader::with_options(&head.name, options.clone()).keep_raw();
        reader.push(bytes)?;
        reader.finish_raw()
    };
    if !bytes.starts_with(b"\x1f\x8b\x08") {
        return read(&bytes).map_err(in_words);
    }
    let mut plain = Vec::new();
    // One byte more than is read shows that there is too much.
    let unpacked = flate2::read::MultiGzDecoder::new(&bytes[..])
        .take(MAX_BYTES + 1)
        .read_to_end(&mut plain);
    match unpacked {
        Ok(_) => read(&plain).map_err(in_words),
        Err(error) => Err(files::broken("read", path, &error)),
    }
}

pub(super) fn in_words(error: IngestError) -> Failure {
    Failure {
        code: FailureCode::Input,
        title: match error.file() {
            Some(file) => format!("{file} cannot be read"),
            None => "There is nothing to read".to_owned(),
        },
        detail: format!("{error}."),
        hint: error.hint(),
        place: Place {
            file: error.file().map(str::to_owned),
            line: error.line(),
            column: error.column().map(str::to_owned),
            byte: error.byte(),
        },
    }
}

struct HowRead {
    encoding: String,
    delimiter: String,
    quote: String,
    escape: String,
    decimal: String,
    date_order: String,
    offset: String,
    comment: String,
    header_rows: u64,
    preamble_rows: u64,
    rows: u64,
    columns: Vec<ColumnLine>,
    repaired_count: u64,
    repaired: Vec<RowLine>,
    skipped_count: u64,
    skipped: Vec<RowLine>,
    sure: SureLine,
    notices: Vec<NoticeLine>,
    files: Vec<FileLine>,
}

/// One of several files, or one that is no delimited text.
struct FileLine {
    name: String,
    format: String,
    rows: u64,
    delimiter: String,
    repaired: Vec<RowLine>,
    skipped: Vec<RowLine>,
}

struct ColumnLine {
    name: String,
    kind: String,
    unit: String,
    missing: u64,
}

struct RowLine {
    line: u64,
    reason: String,
    text: String,
}

struct SureLine {
    encoding: f64,
    delimiter: f64,
    quote: f64,
    escape: f64,
    decimal: f64,
    date_order: f64,
    offset: f64,
    header_rows: f64,
    preamble_rows: f64,
}

struct NoticeLine {
    level: String,
    title: String,
    meaning: String,
}

record!(Whole: HowRead {
    encoding, delimiter, quote, escape, decimal, date_order, offset, comment, header_rows, preamble_rows, rows, columns, repaired_count, repaired,
    skipped_count, skipped, sure, notices, files,
});
record!(Whole: FileLine { name, format, rows, delimiter, repaired, skipped });
/// By hand, for a field cannot be called `type`.
impl Plain for ColumnLine {
    fn write(&self, to: &mut json::Writer) {
        to.record(
            &COLUMN_NAMES,
            &[&self.name, &self.kind, &self.unit, &self.missing],
        );
    }

    fn read(&mut self, from: &mut json::Reader) {
        let Self {
            name,
            kind,
            unit,
            missing,
        } = self;
        from.record(
            "ColumnLine",
            json::Rule::Whole,
            &COLUMN_NAMES,
            &mut [name, kind, unit, missing],
        );
    }

    fn blank() -> Self {
        Self {
            name: Plain::blank(),
            kind: Plain::blank(),
            unit: Plain::blank(),
            missing: Plain::blank(),
        }
    }
}

const COLUMN_NAMES: [&str; 4] = ["name", "type", "unit", "missing"];

record!(Whole: RowLine { line, reason, text });
record!(Whole: SureLine { encoding, delimiter, quote, escape, decimal, date_order, offset, header_rows, preamble_rows });
record!(Whole: NoticeLine { level, title, meaning });

fn of_column(column: &Column) -> ColumnReport {
    ColumnReport {
        name: column.name.clone(),
        kind: Some(column.kind),
        unit: String::new(),
        missing: column.missing_count() as u64,
    }
}

fn report(read: &TableRead) -> HowRead {
    let table = &read.table;
    let alone = read.files.len() == 1 && read.files[0].how.is_some();
    let of_file = |file: &FileRead| {
        let how = file.how.clone().unwrap_or_default();
        FileLine {
            name: file.name.clone(),
            format: file.recognised.format.name().to_owned(),
            rows: file.rows,
            delimiter: how.delimiter,
            repaired: lines(how.repaired),
            skipped: lines(how.skipped),
        }
    };
    let files = match alone {
        true => Vec::new(),
        false => read.files.iter().map(of_file).collect(),
    };
    // What was made of series has no text of its own; that of a single file was cut as its report says.
    let how = match &read.files[..] {
        _ if !table.how.columns.is_empty() => table.how.clone(),
        [FileRead { how: Some(how), .. }] => how.clone(),
        _ => ReadReport::default(),
    };
    let columns = match table.how.columns.is_empty() {
        false => how.columns.clone(),
        true => table.frame.columns().iter().map(of_column).collect(),
    };
    let sure = how.sure;
    HowRead {
        encoding: how.encoding,
        delimiter: how.delimiter,
        quote: how.quote,
        escape: how.escape,
        decimal: how.decimal,
        date_order: how.date_order,
        offset: how.offset,
        comment: how.comment,
        header_rows: how.header_rows,
        preamble_rows: how.preamble_rows,
        rows: table.rows,
        columns: columns
            .into_iter()
            .map(|column| ColumnLine {
                name: column.name,
                kind: column.kind.map_or("", |kind| kind.name()).to_owned(),
                unit: column.unit,
                missing: column.missing,
            })
            .collect(),
        repaired_count: how.repaired.count,
        repaired: lines(how.repaired),
        skipped_count: how.skipped.count,
        skipped: lines(how.skipped),
        sure: SureLine {
            encoding: sure.encoding,
            delimiter: sure.delimiter,
            quote: sure.quote,
            escape: sure.escape,
            decimal: sure.decimal,
            date_order: sure.date_order,
            offset: sure.offset,
            header_rows: sure.header_rows,
            preamble_rows: sure.preamble_rows,
        },
        notices: table
            .notices
            .iter()
            .map(|notice| NoticeLine {
                level: match notice.level() {
                    Level::Info => "note",
                    Level::Warning => "warning",
                }
                .to_owned(),
                title: notice.title(),
                meaning: notice.meaning(),
            })
            .collect(),
        files,
    }
}

fn lines(list: RowList) -> Vec<RowLine> {
    list.rows
        .into_iter()
        .map(|row| RowLine {
            line: row.line,
            reason: row.why.words().to_owned(),
            text: row.text,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_arrives() {
        assert_eq!(delimiter("tab"), Ok(Delimiter::Byte(b'\t')));
        assert_eq!(
            delimiter("||"),
            Delimiter::named("||").ok_or_else(String::new)
        );
        assert!(delimiter("ab").is_err() && delimiter("").is_err());
        assert_eq!(sign("none"), Ok(Sign(None)));
        assert_eq!(sign("'"), Ok(Sign(Some(b'\''))));
        assert!(sign("ab").is_err());
        assert_eq!(decimal(","), Ok(','));
        assert!(offset("+01:00").is_ok() && offset("-5").is_ok() && offset("15:00").is_err());
        assert!(encoding("ebcdic").is_err() && escape("x").is_err());
    }
}
