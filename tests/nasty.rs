//! Public collections of difficult files, cell by cell, before any typing. They are read from the folder that
//! `KUBECAST_DATA` names.

mod raw;

use std::path::PathBuf;

use kubecast::ingest::{Delimiter, Escape, ReadOptions};
use raw::{Row, read};

fn nasty_folder(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("KUBECAST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let folder = folder.join("nasty");
    if !folder.is_dir() {
        not_run(test);
        return None;
    }
    Some(folder)
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn not_run(test: &str) {
    eprintln!("{test} DID NOT RUN: no test data (set KUBECAST_DATA)");
}

#[test]
fn csv_spectrum_with_no_hint() {
    let Some(folder) = nasty_folder("csv_spectrum_with_no_hint") else {
        return;
    };
    let folder = folder.join("csv-spectrum");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.join("csvs")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let stem = path
            .file_stem()
            .and_then(|n| n.to_str())
            .expect("a name")
            .to_owned();
        let bytes = std::fs::read(&path).expect("a file");
        let (rows, how) = read(&bytes, &ReadOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        let (header, rows) = rows.split_first().expect("a header");
        assert_eq!(
            (how.delimiter.as_str(), how.header_rows),
            (",", 1),
            "{stem}"
        );
        seen += 1;
        if stem == "location_coordinates" {
            // Its answer is of another row, and its bytes are not UTF-8: the cells are checked by hand.
            assert_eq!(rows[0][1], "37\u{fffd}36'37.8\"N 121\u{fffd}2'17.9\"W");
            continue;
        }
        let json = std::fs::read(folder.join("json").join(format!("{stem}.json"))).expect("a file");
        let expected: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_slice(&json).expect("JSON");
        assert_eq!(rows.len(), expected.len(), "{stem}");
        for (row, cells) in rows.iter().zip(&expected) {
            for (name, cell) in header.iter().zip(row) {
                assert_eq!(cells[name], cell.as_str(), "{stem}: {name}");
            }
        }
    }
    assert_eq!(seen, 12);
}

/// Where a person reads otherwise than PapaParse does, and why.
const ARGUED: &[(&str, &str)] = &[
    (
        "Quoted field has no closing quote",
        "an open quote costs its row alone: the rest of the file is not swallowed",
    ),
    (
        "Quoted field has invalid trailing quote after delimiter with a valid closer",
        "the quote in front opens nothing that fits: its row has three cells like the other one",
    ),
    (
        "Quoted field has invalid trailing quote after delimiter",
        "as above: d,e,f is a row of its own",
    ),
    (
        "Quoted field has invalid trailing quote before delimiter",
        "as above: e,f,g is a row of its own",
    ),
    (
        "Quoted field has invalid trailing quote after new line",
        "as above",
    ),
    (
        "Mixed slash n and slash r should choose first as precident",
        "\\r ends a line in a file that mixes line ends",
    ),
    (
        "Input is just empty fields",
        "nothing but delimiters is no table",
    ),
    (
        "Other fields are empty",
        "a last row of nothing but delimiters is what spreadsheets leave below a table",
    ),
    (
        "Parsing with skipEmptyLines set to 'greedy'",
        "a row of blanks stays, one of nothing but delimiters does not",
    ),
];

/// Every case of PapaParse's parser whose options mean something here, told what its options say and no more.
#[test]
fn papaparse_cell_by_cell() {
    let Some(folder) = nasty_folder("papaparse_cell_by_cell") else {
        return;
    };
    let cases = std::fs::read_to_string(folder.join("papaparse/cases.json")).expect("cases.json");
    let cases: serde_json::Value = serde_json::from_str(&cases).expect("JSON");
    let (mut seen, mut argued, mut failed) = (0, 0, Vec::new());
    for case in cases
        .as_object()
        .expect("an object")
        .values()
        .flat_map(|v| v.as_array().expect("a list"))
    {
        let what = case["description"].as_str().unwrap_or_default();
        let (Some(input), Some(config)) = (case["input"].as_str(), case["config"].as_object())
        else {
            continue;
        };
        let known = [
            "delimiter",
            "comments",
            "header",
            "newline",
            "quoteChar",
            "escapeChar",
            "skipEmptyLines",
            "fastMode",
        ];
        if !config.keys().all(|k| known.contains(&k.as_str())) {
            continue; // previews, dynamic typing, transforms: not about reading
        }
        let Some((names, expected)) =
            expected(&case["expected"]["data"], config.get("header").is_some())
        else {
            continue;
        };
        if expected.is_empty() {
            continue; // no rows: refused here
        }
        seen += 1;
        let byte = |key: &str| {
            config
                .get(key)
                .and_then(|v| v.as_str())
                .and_then(|s| s.bytes().next())
        };
        let options = ReadOptions {
            delimiter: config
                .get("delimiter")
                .and_then(|d| d.as_str())
                .and_then(|d| Delimiter::named(if d == ", " { "," } else { d })),
            quote: byte("quoteChar").map(Some),
            escape: byte("escapeChar").map(|_| Escape::BACKSLASH),
            header_rows: Some(usize::from(names.is_some())),
            preamble_rows: Some(0),
            comment: Some(match config.get("comments") {
                Some(serde_json::Value::String(s)) => s.bytes().next(),
                Some(_) => Some(b'#'),
                None => None,
            }),
            ..ReadOptions::default()
        };
        let width = expected.iter().map(Vec::len).max().unwrap_or(0);
        let found = match read(input.as_bytes(), &options) {
            Err(error) => Err(error.to_string()),
            // Objects do not have the cells that a short row lacks.
            Ok((mut rows, _)) => {
                rows.remove(0);
                for row in &mut rows {
                    while row.len() > width && row.last().is_some_and(String::is_empty) {
                        row.pop();
                    }
                }
                Ok(rows)
            }
        };
        let alike = found.as_ref() == Ok(&expected);
        let is_argued = ARGUED.iter().any(|(name, _)| *name == what);
        argued += usize::from(is_argued);
        if alike == is_argued {
            failed.push(format!(
                "{what}: {input:?}\n   read {found:?}\n   {} {expected:?}",
                if alike { "as argued not to be" } else { "not" }
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(seen >= 95, "{seen} cases");
    assert!(argued >= ARGUED.len(), "{argued} of {}", ARGUED.len());
}

/// The names and the rows, blank lines left out, short rows filled up.
fn expected(data: &serde_json::Value, header: bool) -> Option<(Option<Vec<String>>, Vec<Row>)> {
    let rows = data.as_array()?;
    let text = |v: &serde_json::Value| v.as_str().map(str::to_owned);
    if header {
        let first = rows.first()?.as_object()?;
        let names: Vec<String> = first.keys().cloned().collect();
        // Objects forget the order of columns where a row lacks one.
        let rows: Option<Vec<Row>> = rows
            .iter()
            .map(|r| {
                names
                    .iter()
                    .map(|n| r.get(n).map_or(Some(String::new()), text))
                    .collect()
            })
            .collect();
        return Some((Some(names), rows?));
    }
    let rows: Option<Vec<Row>> = rows
        .iter()
        .map(|r| r.as_array()?.iter().map(text).collect())
        .collect();
    let mut rows = rows?;
    rows.retain(|r| r.len() > 1 || r.iter().any(|c| !c.trim().is_empty()));
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    for row in &mut rows {
        row.resize(width, String::new());
    }
    Some((None, rows))
}
