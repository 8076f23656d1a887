//! `kubecast read`: the table as it was read, and how.

use std::io::Read;

use clap::Args as ClapArgs;

use super::files;
use super::read_args::ReadingArgs;
use crate::data::{Column, Level};
use crate::export::{CsvOptions, frame_csv};
use crate::ingest::{
    ColumnReport, FileRead, FilesReader, IngestError, Ingested, InputFile, MAX_BYTES, ReadOptions,
    ReadReport, Reader, RowList, Sureness, TableRead,
};
use crate::json::{self, Plain, record};
use crate::protocol::{Failure, FailureCode, Place};
use crate::session::Said;

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
    reading: ReadingArgs,
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
    let plain = CsvOptions { neutralise: false };
    let (read, text) = match &args.files[..] {
        [path] if args.raw => {
            let (table, raw) = read_raw(path, said(&args.reading, &args.files)?)?;
            let read = TableRead {
                table,
                files: Vec::new(),
                join: None,
            };
            (read, raw)
        }
        paths => {
            let read = read_any(paths, said(&args.reading, paths)?)?;
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

/// What is said of files, as their readers take it.
pub(super) fn said(reading: &ReadingArgs, paths: &[String]) -> Result<Said, Failure> {
    Said::of(&reading.spec(paths)?.unwrap_or_default())
}

/// Files of any kind as one table.
pub(super) fn read_any(paths: &[String], said: Said) -> Result<TableRead, Failure> {
    let (heads, bytes) = files::read_all(paths)?;
    let inputs = heads.into_iter().zip(bytes).map(|(head, bytes)| InputFile {
        name: head.name,
        bytes: bytes.into(),
        modified_secs: head.modified_secs.map(|secs| secs as f64),
    });
    let mut reader = FilesReader::new(inputs.collect(), said.join).read_as(said.all);
    for (name, options) in said.single {
        reader = reader.read_file_as(name, options);
    }
    reader.finish().map_err(in_words)
}

/// One file of delimited text, packed or not, and its cells as text.
fn read_raw(path: &str, said: Said) -> Result<(Ingested, Vec<u8>), Failure> {
    let (head, bytes) = files::read(path)?;
    let mut of_file = said.single.into_iter();
    let of_file = of_file.find(|(name, _)| *name == head.name);
    let options: ReadOptions = of_file.map_or(said.all, |(_, of)| of);
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
    sure: Option<SureLine>,
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

impl SureLine {
    fn of(sure: Sureness) -> Self {
        Self {
            encoding: sure.encoding,
            delimiter: sure.delimiter,
            quote: sure.quote,
            escape: sure.escape,
            decimal: sure.decimal,
            date_order: sure.date_order,
            offset: sure.offset,
            header_rows: sure.header_rows,
            preamble_rows: sure.preamble_rows,
        }
    }
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
record!(Whole: FileLine {
    name, format, rows, encoding, delimiter, quote, escape, decimal, date_order, offset, comment, header_rows, preamble_rows,
    sure, repaired, skipped,
});
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
            sure: file.how.as_ref().map(|how| SureLine::of(how.sure)),
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
        sure: SureLine::of(how.sure),
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
