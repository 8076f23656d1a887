//! Other people's collections of good and bad texts.

use super::*;

#[test]
fn the_openmetrics_suite_passes() {
    let Some(folder) = data_folder("prometheus/openmetrics") else {
        return not_run("the_openmetrics_suite_passes");
    };
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let Some(case) = name.strip_suffix("__metrics") else {
            continue;
        };
        let test =
            std::fs::read(path.with_file_name(format!("{case}__test.json"))).expect("a test");
        let test: serde_json::Value = serde_json::from_slice(&test).expect("JSON");
        let text = std::fs::read(&path).expect("a text");
        // Metadata without a sample is a good exposition, though there is no table in it.
        let read = read_files(vec![file("suite.om", &text)], &JoinOptions::default());
        let is_read = matches!(read, Ok(_) | Err(IngestError::NoSamples { .. }));
        if test["shouldParse"] != is_read {
            wrong.push(format!("{case}: {:?}", read.err()));
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(seen, 211);
}

/// Whether tokens of the text come to its end, cut into pieces of that size.
fn tokens_end(text: &[u8], size: usize) -> bool {
    let mut tokens = Tokens::new(false);
    let mut rest: Vec<u8> = Vec::new();
    for piece in text.chunks(size.max(1)).chain([&[][..]]) {
        let last = piece.is_empty();
        rest.extend_from_slice(piece);
        let mut at = 0;
        loop {
            match tokens.next(&rest, &mut at, last) {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return false,
            }
        }
        tokens.passed(at);
        rest.drain(..at);
    }
    true
}

#[test]
fn the_json_suite_passes() {
    let Some(folder) = data_folder("json/test_parsing") else {
        return not_run("the_json_suite_passes");
    };
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read(&path).expect("a text");
        let whole = tokens_end(&text, usize::MAX);
        if (name.starts_with("y_") && !whole) || (name.starts_with("n_") && whole) {
            wrong.push(name.clone());
        }
        for size in [1, 2, 3, 7] {
            if text.len() < 10_000 {
                assert_eq!(tokens_end(&text, size), whole, "{name} cut by {size}");
            }
        }
        // The tree is read by other code, and agrees; but for what it has no number for.
        if !name.contains("overflow") && !name.contains("huge_exp") && !name.contains("pos_double")
        {
            assert_eq!(
                kubecast::json::Value::of_text(&text).is_ok(),
                whole,
                "{name}"
            );
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 300, "{seen}");
}

#[test]
fn every_hostile_answer_does_what_it_must() {
    let Some(folder) = data_folder("hostile") else {
        return not_run("every_hostile_answer_does_what_it_must");
    };
    let manifest = std::fs::read_to_string(folder.join("manifest.jsonl")).expect("the manifest");
    let mut failed = Vec::new();
    let (mut answers, mut tables) = (0, 0);
    for line in manifest.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let name = entry["file"].as_str().expect("a name");
        let bytes = std::fs::read(folder.join(name)).expect("a file");
        let read = read_files(vec![file(name, &bytes)], &JoinOptions::default());
        if entry["kind"] == "csv" {
            // A table is what it is without the other formats; what is compressed is now unpacked, within bounds.
            let plain = read_csv(name, &bytes);
            let same = match (&read, &plain) {
                (Ok(a), Ok(b)) => {
                    a.table.frame.fingerprint() == b.frame.fingerprint()
                        && a.table.notices == b.notices
                }
                (Err(a), Err(b)) => a == b || name.ends_with(".gz"),
                _ => false,
            };
            if !same {
                failed.push(format!(
                    "{name}: {:?} but {:?}",
                    read.map(|_| ()),
                    plain.map(|_| ())
                ));
            }
            tables += 1;
            continue;
        }
        answers += 1;
        let must: Vec<&str> = entry["must"]
            .as_str()
            .unwrap_or_default()
            .split('|')
            .collect();
        let done = match &read {
            Err(error) if error.to_string().contains(' ') && error.hint().ends_with('.') => {
                "refuse"
            }
            Err(_) => "be silent",
            Ok(read)
                if read
                    .table
                    .notices
                    .iter()
                    .any(|n| n.level() == Level::Warning) =>
            {
                "warn"
            }
            Ok(_) => "load",
        };
        // A warning too many does no harm.
        let is_allowed = must.contains(&done) || (done == "warn" && must.contains(&"load"));
        if !is_allowed {
            failed.push(format!(
                "{name} must {must:?} and does {done}: {:?}",
                read.as_ref().map(|r| &r.table.notices)
            ));
        }
        if let (Some(points), Ok(read)) = (entry["points"].as_u64(), &read) {
            assert_eq!(read.files[0].rows, points, "{name}");
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!((answers, tables), (26, 126));
}
