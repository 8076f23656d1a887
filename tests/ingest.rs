//! Reading CSV files, through the module's front door.
//!
//! The fixtures are written here; the public suites are read from the folder that `KUBECAST_DATA` names.

use std::path::PathBuf;

use kubecast::data::{Column, ColumnKind, Level, Notice, Values};
use kubecast::ingest::{IngestError, Ingested, Reader, guess_target, read_csv, stack};
use proptest::prelude::*;

/// The folder of public test files, if it is there.
fn data_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("KUBECAST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    folder.is_dir().then_some(folder)
}

/// Says that a test did not run.
#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn not_run(test: &str) {
    eprintln!("{test} DID NOT RUN: no test data (set KUBECAST_DATA)");
}

fn read(text: &str) -> Ingested {
    read_csv("test.csv", text.as_bytes()).unwrap_or_else(|e| panic!("{text:?}: {e}"))
}

fn column<'a>(table: &'a Ingested, name: &str) -> &'a Column {
    let column = table.frame.column(name);
    column.unwrap_or_else(|| panic!("no column {name}"))
}

/// Reads the same bytes in pieces of that size.
fn read_in_pieces(bytes: &[u8], size: usize) -> Result<Ingested, IngestError> {
    let mut reader = Reader::new("test.csv");
    for piece in bytes.chunks(size.max(1)) {
        reader.push(piece)?;
    }
    reader.finish()
}

/// Equal in everything, missing numbers counting as equal.
fn same(a: &Result<Ingested, IngestError>, b: &Result<Ingested, IngestError>) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => {
            a.frame.fingerprint() == b.frame.fingerprint()
                && a.frame.columns().len() == b.frame.columns().len()
                && a.notices == b.notices
                && (a.rows, a.bytes) == (b.rows, b.bytes)
        }
        (Err(a), Err(b)) => a == b,
        _ => false,
    }
}

#[test]
fn kinds_of_columns() {
    let mut text = String::from(
        "when,epoch_ms,cpu,restarts,ready,healthy,phase,message,region,pod,empty,issue_type\n",
    );
    for i in 0..40 {
        text += &format!(
            "2025-02-07 05:{i:02}:09.595296,{},{}.5,{},{},{},{},msg {},eu,pod-{i},,{}\n",
            1_738_906_269_595_u64 + i,
            i % 7,
            i % 5,
            i % 2,
            ["yes", "no"][i as usize % 2],
            ["Running", "Pending", "Failed"][i as usize % 3],
            i % 36,
            ["None", "oom", "None", "NA"][i as usize % 4],
        );
    }
    let table = read(&text);
    let kinds: Vec<ColumnKind> = table.frame.columns().iter().map(|c| c.kind).collect();
    use ColumnKind::*;
    let expected = [
        Timestamp, Timestamp, Number, Integer, Boolean, Boolean, Category, Text, Constant,
        Identifier, Constant, Category,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(guess_target(&table.frame), Some(11));
    let told: Vec<Option<&str>> = table.notices.iter().map(Notice::column).collect();
    assert_eq!(told, [Some("region"), Some("pod"), Some("empty")]);
    assert_eq!(column(&table, "when").text(0), "2025-02-07T05:00:09.595296");
}

#[test]
fn the_healthy_class_is_a_class_in_the_target_and_missing_in_a_feature() {
    let table = read(
        "cpu,zone,state,issue_type\n0.5,a,normal,None\nNone,NA,null,NA\n0.7,null,None,null\nNA,b,normal,normal\n",
    );
    let issue = column(&table, "issue_type").classes();
    assert_eq!(issue.names, ["NA", "None", "normal", "null"]);
    assert_eq!(issue.counts(), [1, 1, 1, 1]);
    let missing = |name: &str| -> Vec<bool> {
        let column = column(&table, name);
        (0..4).map(|row| column.is_missing(row)).collect()
    };
    assert_eq!(missing("cpu"), [false, true, false, true]);
    assert_eq!(missing("zone"), [false, true, true, false]);
    assert_eq!(column(&table, "cpu").kind, ColumnKind::Number);
    // The same number column as a target: what its missing cells said are classes.
    let classes = column(&table, "cpu").classes();
    assert_eq!(classes.names, ["0.5", "0.7", "NA", "None"]);
}

#[test]
fn damaged_rows_are_repaired_and_named() {
    let table = read("a,b,c\n1,2,3\n4,5\n\n6,7,8,9\n1,2,3,\n , , \n");
    assert_eq!(table.frame.rows(), 5);
    let ragged = Notice::RaggedRows {
        count: 2,
        expected: 3,
        first_lines: vec![3, 5],
    };
    assert!(table.notices.contains(&ragged), "{:?}", table.notices);
    let duplicate = Notice::DuplicateRows {
        count: 1,
        first_lines: vec![6],
    };
    assert!(table.notices.contains(&duplicate), "{:?}", table.notices);
}

#[test]
fn an_open_quote_is_told_with_its_line() {
    let table = read("a,b\n1,2\n3,\"four\n5,6\n7,8\n");
    assert_eq!(table.frame.rows(), 4, "an open quote costs no row below it");
    assert_eq!(column(&table, "a").text(3), "7");
    assert_eq!(table.how.repaired.rows[0].line, 3);
    assert!(table.notices.contains(&Notice::UnclosedQuote { line: 3 }));
}

#[test]
fn headers_are_made_unique() {
    let table = read("a,,a,a_2,\u{feff}a,,\n1,2,3,4,5,6,\n7,8,9,10,11,12,\n");
    let names: Vec<&str> = table
        .frame
        .columns()
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    assert_eq!(names, ["a", "column_2", "a_3", "a_2", "a_4", "column_6"]);
    let renamed = |n: &&Notice| matches!(n, Notice::RenamedColumn { .. });
    assert_eq!(table.notices.iter().filter(renamed).count(), 4);
}

#[test]
fn numbers_that_are_none_are_never_silent() {
    let with = |cell: &str| {
        let rows: String = (0..30).map(|i| format!("{i},{}\n", i % 2)).collect();
        read(&format!("cpu,label\n{rows}{cell},1\n"))
    };
    for cell in ["1e400", "-1e400", "inf", "-Inf", "Infinity"] {
        let table = with(cell);
        let told = Notice::NonFinite {
            column: "cpu".to_owned(),
            count: 1,
            first_lines: vec![32],
        };
        assert!(table.notices.contains(&told), "{cell}");
        assert!(column(&table, "cpu").is_missing(30));
    }
    for cell in [
        "0x1F",
        "1_000",
        "\"1,5\"",
        "\u{2212}1",
        "50%",
        "100m",
        "1\u{a0}000",
        "true",
        "--1",
    ] {
        let table = with(cell);
        let told = |n: &&Notice| n.level() == Level::Warning && n.column() == Some("cpu");
        assert_eq!(table.notices.iter().filter(told).count(), 1, "{cell}");
        assert!(matches!(column(&table, "cpu").values, Values::Text(_)));
    }
    let table = with("9007199254740993");
    assert_eq!(column(&table, "cpu").text(30), "9007199254740993");
    for cell in [
        "+1", ".5", "1.", "1e5", "-0", " 7 ", "NaN", "N/A", "-", "1e-400", "00012",
    ] {
        let table = with(cell);
        assert!(
            matches!(column(&table, "cpu").values, Values::Number(_)),
            "{cell}"
        );
    }
}

#[test]
fn encodings_and_separators() {
    let text = "t\u{e9}mp;label\n1,5;\u{20ac}\n2,5;x\n";
    let le: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let bare: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let bom = ["\u{feff}", text].concat().into_bytes();
    let cp1252 = text
        .chars()
        .map(|c| match c {
            '\u{20ac}' => 0x80,
            c => c as u32 as u8,
        })
        .collect();
    for bytes in [le, bare, bom, cp1252, text.as_bytes().to_vec()] {
        let table = read_csv("t.csv", &bytes).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(column(&table, "t\u{e9}mp").text(0), "1.5");
        assert_eq!(
            (table.how.decimal.as_str(), table.how.delimiter.as_str()),
            (",", ";")
        );
        assert_eq!(column(&table, "label").text(0), "\u{20ac}");
        for size in 1..64 {
            assert!(same(
                &read_in_pieces(&bytes, size),
                &read_csv("test.csv", &bytes)
            ));
        }
    }
    assert_eq!(read("sep=;\na;b\n1;2\n").frame.columns().len(), 2);
}

#[test]
fn what_is_no_table_is_refused_with_the_way_out() {
    for (bytes, says) in [
        (&b""[..], "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b" \n\r\n", "is empty"),
        (b"a,b\n", "has a header and no rows"),
        (b"PK\x03\x04\x14\0\x06\0", "spreadsheet"),
        (b"\x1f\x8b\x08\0\0", "compressed"),
        (b"<html><body>", "web page"),
        (b"{\"status\":\"success\",\"data\":{}}", "JSON"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (
            b"once upon a time\nthere was a pod that\nwould not start at all\n",
            "plain text",
        ),
    ] {
        let error = read_csv("x.csv", bytes).expect_err(says);
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.hint().ends_with('.'), "{error:?}");
        assert_eq!(error.file(), Some("x.csv"));
    }
}

#[test]
fn a_million_names_are_no_category() {
    let mut text = String::from("id,cpu\n");
    for i in 0..1_000_000 {
        text += &format!("request-{i:x},{}\n", i % 100);
    }
    let table = read(&text);
    assert_eq!(table.frame.rows(), 1_000_000);
    assert_eq!(column(&table, "id").kind, ColumnKind::Identifier);
    assert!(
        table
            .notices
            .iter()
            .any(|n| matches!(n, Notice::IdentifierColumn { .. }))
    );
}

#[test]
fn the_seed_keeps_its_healthy_rows() {
    let Some(folder) = data_folder() else {
        return not_run("the_seed_keeps_its_healthy_rows");
    };
    let bytes =
        std::fs::read(folder.join("seed/kubernetes_metrics_dataset.csv")).expect("the seed");
    let table = read_csv("seed.csv", &bytes).expect("a table");
    assert_eq!(
        (table.frame.rows(), table.frame.columns().len()),
        (10_000, 24)
    );
    let target = guess_target(&table.frame).expect("a target");
    let issue = &table.frame.columns()[target];
    assert_eq!(issue.name, "issue_type");
    let classes = issue.classes();
    let none = classes
        .names
        .iter()
        .position(|n| n == "None")
        .expect("None");
    assert_eq!(classes.names.len(), 10);
    assert_eq!(classes.counts()[none], 6_978);
    let kind = |name: &str| column(&table, name).kind;
    assert_eq!(kind("timestamp"), ColumnKind::Timestamp);
    assert_eq!(kind("time_of_day"), ColumnKind::Number);
    assert_eq!(kind("is_weekend"), ColumnKind::Boolean);
    assert_eq!(kind("node"), ColumnKind::Category);
    assert!(table.notices.is_empty(), "{:?}", table.notices);
}

#[test]
fn public_sets_have_the_rows_and_columns_of_the_reference() {
    let Some(folder) = data_folder() else {
        return not_run("public_sets_have_the_rows_and_columns_of_the_reference");
    };
    let reference = std::fs::read_to_string(folder.join("reference.json")).expect("reference.json");
    let reference: serde_json::Value = serde_json::from_str(&reference).expect("JSON");
    let sets = reference["classification"].as_object().expect("an object");
    let mut seen = 0;
    for part in ["telemetry", "classic"] {
        for entry in std::fs::read_dir(folder.join(part)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let file = path
                .file_name()
                .and_then(|n| n.to_str())
                .expect("a name")
                .to_owned();
            let bytes = std::fs::read(&path).expect("a file");
            let table = read_csv(&file, &bytes).unwrap_or_else(|e| panic!("{e}"));
            let Some(set) = sets.values().find(|s| s["bytes"] == bytes.len()) else {
                continue;
            };
            seen += 1;
            assert_eq!(set["rows"], table.frame.rows(), "{file}");
            assert_eq!(set["cols"], table.frame.columns().len(), "{file}");
            let target = guess_target(&table.frame).unwrap_or_else(|| panic!("{file}: no target"));
            let target = &table.frame.columns()[target];
            assert_eq!(set["label"], target.name.as_str(), "{file}");
            let classes = target.classes();
            for (name, count) in classes.names.iter().zip(classes.counts()) {
                assert_eq!(set["classes"][name], count, "{file}: {name}");
            }
            // A class called `none` is not missing.
            let features = table
                .frame
                .columns()
                .iter()
                .filter(|c| c.name != target.name);
            let missing: usize = features.map(Column::missing_count).sum();
            assert_eq!(set["missing_cells"], missing, "{file}");
        }
    }
    assert_eq!(seen, 18);
}

#[test]
fn csv_spectrum() {
    let Some(folder) = data_folder() else {
        return not_run("csv_spectrum");
    };
    let folder = folder.join("nasty/csv-spectrum");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.join("csvs")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let stem = path
            .file_stem()
            .and_then(|n| n.to_str())
            .expect("a name")
            .to_owned();
        let table = read_csv(&stem, &std::fs::read(&path).expect("a file"))
            .unwrap_or_else(|e| panic!("{e}"));
        let json = std::fs::read(folder.join("json").join(format!("{stem}.json"))).expect("a file");
        // One of them is not UTF-8, and its answer is of another row: only its shape can be checked.
        if stem == "location_coordinates" {
            assert_eq!((table.frame.rows(), table.frame.columns().len()), (1, 4));
            continue;
        }
        let rows: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_slice(&json).expect("JSON");
        assert_eq!(table.frame.rows(), rows.len(), "{stem}");
        for (row, cells) in rows.iter().enumerate() {
            assert_eq!(table.frame.columns().len(), cells.len(), "{stem}");
            for (name, cell) in cells {
                let text = column(&table, name).text(row);
                assert_eq!(text, cell.as_str().expect("a string"), "{stem}: {name}");
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 11);
}

/// The cases of PapaParse that mean the same here: no options beyond the separator, a header that names its columns,
/// rows of one width, no blank lines and no damaged quotes. What must be equal are the cells, without the blanks around
/// them.
#[test]
fn papaparse() {
    let Some(folder) = data_folder() else {
        return not_run("papaparse");
    };
    let cases =
        std::fs::read_to_string(folder.join("nasty/papaparse/cases.json")).expect("cases.json");
    let cases: serde_json::Value = serde_json::from_str(&cases).expect("JSON");
    let mut seen = 0;
    for case in cases
        .as_object()
        .expect("an object")
        .values()
        .flat_map(|v| v.as_array().expect("a list"))
    {
        let options = case["config"].as_object().expect("options");
        let known = |(name, value): (&String, &serde_json::Value)| match name.as_str() {
            "newline" => true,
            "delimiter" => [",", ";", "\t", "|"].iter().any(|d| value == d),
            _ => false,
        };
        let Some(input) = case["input"].as_str() else {
            continue;
        };
        let damaged = case["expected"]["errors"]
            .as_array()
            .is_none_or(|e| e.iter().any(|e| e["type"] == "Quotes"));
        let rows: Option<Vec<Vec<String>>> =
            serde_json::from_value(case["expected"]["data"].clone()).ok();
        let (Some(rows), true, false) = (rows, options.iter().all(known), damaged) else {
            continue;
        };
        let Some((header, rows)) = rows.split_first() else {
            continue;
        };
        let mut names: Vec<&str> = header.iter().map(|n| n.trim()).collect();
        names.sort_unstable();
        names.dedup();
        if rows.is_empty()
            || names.len() != header.len()
            || names.contains(&"")
            || rows
                .iter()
                .any(|r| r.len() != header.len() || r.iter().all(|c| c.trim().is_empty()))
        {
            continue;
        }
        let table = read(input);
        let what = &case["description"];
        assert_eq!(table.frame.rows(), rows.len(), "{what}");
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in table.frame.columns().iter().zip(cells) {
                let text = column.text(row);
                let equal = text == cell.trim()
                    || column.kind == ColumnKind::Timestamp
                    || text
                        .parse::<f64>()
                        .is_ok_and(|x| cell.trim().parse() == Ok(x));
                assert!(equal, "{what}: {cell:?} was read as {text:?}");
            }
        }
        seen += 1;
    }
    assert!(seen >= 30, "{seen} cases had a meaning here");
}

#[test]
fn halves_stacked_are_the_whole() {
    let Some(folder) = data_folder() else {
        return not_run("halves_stacked_are_the_whole");
    };
    for file in [
        "seed/kubernetes_metrics_dataset.csv",
        "telemetry/ms_cloud_crash_and_api.csv",
        "telemetry/nezha_online_boutique_0823.csv",
        "classic/mushroom.csv",
    ] {
        let text = std::fs::read_to_string(folder.join(file)).expect("a file");
        let (header, rows) = text.split_once('\n').expect("a header");
        let middle = rows.len() / 2 + rows[rows.len() / 2..].find('\n').expect("a line") + 1;
        let (top, bottom) = rows.split_at(middle);
        let part = |name: &str, rows: &str| {
            read_csv(name, format!("{header}\n{rows}").as_bytes()).expect("a table")
        };
        let both = stack(vec![part("a.csv", top), part("b.csv", bottom)]).expect("one table");
        let whole = read_csv("whole.csv", text.as_bytes()).expect("a table");
        assert_eq!(
            both.frame.fingerprint(),
            whole.frame.fingerprint(),
            "{file}"
        );
    }
}

/// A cell as it is written to a file.
fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read_or_refused_and_cuts_do_not_matter(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        size in 1usize..64,
    ) {
        let whole = read_csv("test.csv", &bytes);
        prop_assert!(same(&whole, &read_in_pieces(&bytes, size)));
    }

    #[test]
    fn any_text_like_a_table_is_read_or_refused_and_cuts_do_not_matter(
        text in "[ab1,;\"\r\n\t .\u{e9}\u{1f600}]{0,200}",
        damage in prop::option::of((0usize..200, any::<u8>())),
        size in 1usize..64,
    ) {
        let mut bytes = text.into_bytes();
        if let Some((at, byte)) = damage && let Some(b) = bytes.get_mut(at) {
            *b = byte;
        }
        let whole = read_csv("test.csv", &bytes);
        prop_assert!(same(&whole, &read_in_pieces(&bytes, size)));
    }

    #[test]
    fn any_table_reads_back(
        rows in prop::collection::vec(prop::collection::vec("[a-z,;\"\n\r |\u{e9}]{0,6}z", 3), 1..20),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
    ) {
        let mut text = format!("one{delimiter}two{delimiter}three\n");
        for row in &rows {
            let cells: Vec<String> = row.iter().map(|c| quoted(c)).collect();
            text += &cells.join(&delimiter.to_string());
            text += "\r\n";
        }
        let table = read(&text);
        prop_assert_eq!(table.frame.rows(), rows.len());
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in table.frame.columns().iter().zip(cells) {
                prop_assert_eq!(column.text(row), cell.trim());
            }
        }
    }

    #[test]
    fn any_numbers_read_back_bit_for_bit(
        xs in prop::collection::vec(any::<f64>().prop_filter("finite", |x| x.is_finite()), 2..50),
    ) {
        let rows: String = xs.iter().map(|x| format!("{x:e},w\n")).collect();
        let table = read(&format!("x,y\n{rows}"));
        let Values::Number(read) = &column(&table, "x").values else {
            panic!("numbers")
        };
        let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(read), bits(&xs));
    }
}
