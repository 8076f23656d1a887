//! How near the tables that are read of a folder's files come to those that a person made of them, out of 10.
//!
//! `cargo run --release --example reading_score -- FOLDER`, where `FOLDER/csv` holds the files, `FOLDER/clean` the table of
//! each under the same name (RFC 4180, header first), and `FOLDER/parameters/NAME_parameters.json`, if it is there, the
//! file's `delimiter` and how many `header_lines` it has: the layout of the collections that come with G. Vitagliano et al.,
//! "Pollock: a data loading benchmark", PVLDB 16 (2023). Nothing is told to the reader.
//!
//! The score is that paper's simple one: 1 if the file loads, then precision, recall and F1 of the header's names, of the
//! rows and of the cells, each as multisets. A file without a header has names that somebody made up. Of those the second
//! score counts the number alone, and no more of the first than the benchmark does.

#![expect(clippy::print_stdout, reason = "a program that prints its result")]

use kubecast::ingest::{ReadOptions, ReadReport, Reader};
use std::collections::BTreeMap;
use std::path::Path;

type Row = Vec<String>;

/// RFC 4180, as the clean files and `--raw` are written; blank lines are none.
fn parse(text: &str) -> Vec<Row> {
    let text = text.trim_start_matches('\u{feff}');
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut begun) = (false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => (quoted, begun) = (true, true),
            ',' if !quoted => {
                row.push(std::mem::take(&mut cell));
                begun = true;
            }
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' | '\r' if !quoted => {
                if begun || !cell.is_empty() {
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
                begun = false;
            }
            c => cell.push(c),
        }
    }
    if begun || !cell.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

/// The same for cells that mean the same: numbers however they are written, letters of either case.
fn norm(cell: &str) -> String {
    match (cell.trim().parse::<i64>(), cell.trim().parse::<f64>()) {
        (Ok(n), _) => n.to_string(),
        (_, Ok(x)) if x.is_finite() => x.to_string(),
        _ => cell.to_lowercase(),
    }
}

/// Precision, recall and F1 of what is in both multisets, summed.
fn overlap(wanted: Vec<String>, found: Vec<String>) -> f64 {
    let (a, b) = (wanted.len() as f64, found.len() as f64);
    if wanted.is_empty() {
        return 3.0;
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for item in wanted {
        *counts.entry(item).or_default() += 1;
    }
    let mut both = 0.0;
    for item in found {
        if let Some(count) = counts.get_mut(&item)
            && *count > 0
        {
            *count -= 1;
            both += 1.0;
        }
    }
    if both == 0.0 {
        return 0.0;
    }
    both / a + both / b + 2.0 * both / (a + b)
}

/// The ten figures' sum. `made_up`: of the names only how many there are counts.
fn score(wanted: &[Row], found: &[Row], made_up: bool) -> f64 {
    let Some((header, rows)) = wanted.split_first() else {
        return 10.0;
    };
    let Some((found_header, found_rows)) = found.split_first() else {
        return 1.0;
    };
    let names = |row: &Row| match made_up {
        true => (0..row.len()).map(|n| n.to_string()).collect(),
        false => row.iter().map(|c| norm(c)).collect(),
    };
    let records = |rows: &[Row]| {
        let record = |row: &Row| row.iter().map(|c| norm(c)).collect::<String>();
        rows.iter().map(record).collect::<Vec<String>>()
    };
    let cells = |all: &[Row], below: &[Row]| {
        if made_up {
            below.concat()
        } else {
            all.concat()
        }
    };
    1.0 + overlap(names(header), names(found_header))
        + overlap(records(rows), records(found_rows))
        + overlap(cells(wanted, rows), cells(found, found_rows))
}

fn read(bytes: &[u8]) -> Result<(Vec<Row>, ReadReport), String> {
    let mut reader = Reader::with_options("file", ReadOptions::default()).keep_raw();
    reader.push(bytes).map_err(|e| e.to_string())?;
    let (table, raw) = reader.finish_raw().map_err(|e| e.to_string())?;
    Ok((parse(&String::from_utf8_lossy(&raw)), table.how))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let folder = Path::new(&folder);
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder.join("clean"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let (mut strict, mut lenient, mut told, mut right) = (0.0, 0.0, 0usize, 0usize);
    for name in &names {
        let bytes = std::fs::read(folder.join("csv").join(name))?;
        let clean = std::fs::read(folder.join("clean").join(name))?;
        let wanted = parse(&String::from_utf8_lossy(&clean));
        let parameters = folder
            .join("parameters")
            .join(format!("{name}_parameters.json"));
        let parameters: serde_json::Value = match std::fs::read(parameters) {
            Ok(text) => serde_json::from_slice(&text)?,
            Err(_) => serde_json::Value::Null,
        };
        let headless = parameters["header_lines"].as_str() == Some("0");
        let (exact, near) = match read(&bytes) {
            Err(error) => {
                println!(" 0      0      {name}: {error}");
                let all = if wanted.is_empty() { 10.0 } else { 0.0 };
                (all, all)
            }
            Ok((found, how)) => {
                if let Some(delimiter) = parameters["delimiter"].as_str() {
                    told += 1;
                    right += usize::from(how.delimiter == delimiter);
                }
                let exact = score(&wanted, &found, false);
                let near = match headless && how.header_rows == 0 {
                    true => score(&wanted, &found, true),
                    false => exact,
                };
                if near < 9.9995 {
                    let (header, delimiter) = (how.header_rows, &how.delimiter);
                    println!("{exact:6.3} {near:6.3} {name}: {delimiter:?}, {header} header rows");
                }
                (exact, near)
            }
        };
        strict += exact;
        lenient += near;
    }
    let n = names.len().max(1) as f64;
    println!(
        "{} files: {:.3} of 10; {:.3} where names that somebody made up count by their number; {right} of {told} delimiters",
        names.len(),
        strict / n,
        lenient / n
    );
    Ok(())
}
