//! Every hostile CSV file does what its manifest asks for: it loads, it loads with a warning, or it is refused in words.

use std::path::PathBuf;

use kubecast::data::{Level, Notice};
use kubecast::ingest::{IngestError, Ingested, Reader, read_csv};

fn hostile_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("KUBECAST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    Some(folder.join("hostile")).filter(|f| f.is_dir())
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn not_run(test: &str) {
    eprintln!("{test} DID NOT RUN: no test data (set KUBECAST_DATA)");
}

/// Files whose warning is about the use of the table, and comes with the target.
const WARNED_LATER: [&str; 1] = ["label_is_feature_copy.csv"];

fn check(entry: &serde_json::Value, read: &Result<Ingested, IngestError>) -> Result<(), String> {
    let must: Vec<&str> = entry["must"]
        .as_str()
        .unwrap_or_default()
        .split('|')
        .collect();
    let file = entry["file"].as_str().unwrap_or_default();
    match read {
        Err(error) => {
            if !must.contains(&"refuse") {
                return Err(format!("was refused: {error}"));
            }
            if !error.to_string().contains(" ") || !error.hint().ends_with('.') {
                return Err(format!(
                    "is refused without words: {error} {}",
                    error.hint()
                ));
            }
        }
        Ok(table) => {
            let warned = table
                .notices
                .iter()
                .any(|n| n.level() == Level::Warning || !must.contains(&"load"));
            if !must.contains(&"load") && !must.contains(&"warn") {
                return Err("was read, and must be refused".to_owned());
            }
            if !must.contains(&"load") && !warned && !WARNED_LATER.contains(&file) {
                return Err("was read without a word".to_owned());
            }
            for (what, found) in [
                ("rows", table.frame.rows()),
                ("cols", table.frame.columns().len()),
            ] {
                if !entry[what].is_null() && entry[what] != found {
                    return Err(format!("has {found} {what}, not {}", entry[what]));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn every_hostile_file_does_what_it_must() {
    let Some(folder) = hostile_folder() else {
        return not_run("every_hostile_file_does_what_it_must");
    };
    let manifest = std::fs::read_to_string(folder.join("manifest.jsonl")).expect("the manifest");
    let mut failed = Vec::new();
    let mut seen = 0;
    for line in manifest.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("JSON");
        if entry["kind"] != "csv" {
            continue;
        }
        let file = entry["file"].as_str().expect("a name");
        let bytes = std::fs::read(folder.join(file)).expect("a file");
        let read = read_csv(file, &bytes);
        if let Err(why) = check(&entry, &read) {
            failed.push(format!("{file} {why}"));
        }
        if bytes.len() < 10_000 {
            for size in [1, 2, 3, 7, 61] {
                let mut reader = Reader::new(file);
                let pieces = bytes.chunks(size).try_for_each(|piece| reader.push(piece));
                let again = pieces.and_then(|()| reader.finish());
                let summary = |r: &Result<Ingested, IngestError>| match r {
                    Ok(t) => Ok((t.frame.fingerprint(), t.notices.clone())),
                    Err(e) => Err(e.clone()),
                };
                assert_eq!(summary(&again), summary(&read), "{file} cut by {size}");
            }
        }
        seen += 1;
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(seen, 126);
}

fn read_hostile(file: &str) -> Option<Result<Ingested, IngestError>> {
    let folder = hostile_folder()?;
    Some(read_csv(
        file,
        &std::fs::read(folder.join(file)).expect("a file"),
    ))
}

#[test]
fn what_the_manifest_asks_in_words() {
    let Some(Ok(ragged)) = read_hostile("ragged.csv") else {
        return not_run("what_the_manifest_asks_in_words");
    };
    let lines = |n: &Notice| match n {
        Notice::RaggedRows { first_lines, .. } => Some(first_lines.clone()),
        _ => None,
    };
    assert_eq!(ragged.notices.iter().find_map(lines), Some(vec![62, 63]));
    let quote = read_hostile("unterminated_quote.csv")
        .and_then(Result::ok)
        .expect("a table");
    assert!(quote.notices.contains(&Notice::UnclosedQuote { line: 62 }));
    let says = |file: &str, word: &str| {
        let error = read_hostile(file).and_then(Result::err).expect("a refusal");
        assert!(error.to_string().contains(word), "{file}: {error}");
    };
    says("xlsx.csv", "spreadsheet");
    says("html.csv", "web page");
    says("png.csv", "an image");
    says("bomb.csv.gz", "compressed");
    says("commas_only.csv", "columns");
    for at in 0..=20 {
        let file = format!("name_{at:02}.csv");
        let table = read_hostile(&file).and_then(Result::ok).expect("a table");
        let bytes = std::fs::read(hostile_folder().expect("a folder").join(&file)).expect("a file");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let name = &table.frame.columns()[1].name;
        let header = format!("timestamp,\"{}\",label\n", name.replace('"', "\"\""));
        let renamed = table
            .notices
            .iter()
            .any(|n| matches!(n, Notice::RenamedColumn { .. }));
        assert!(renamed || text.starts_with(&header), "{file}: {name:?}");
    }
    for at in [0, 1, 5, 6, 7, 8] {
        let file = format!("num_{at:02}.csv");
        let table = read_hostile(&file).and_then(Result::ok).expect("a table");
        let told =
            |n: &Notice| matches!(n, Notice::NonFinite { first_lines, .. } if first_lines == &[32]);
        assert!(table.notices.iter().any(told), "{file}");
        assert!(table.frame.columns()[0].is_missing(30));
    }
}
