//! Any bytes after the beginning of an export, in any pieces, are a table or an error; the pieces do not matter.
#![no_main]

use std::borrow::Cow;

use kubecast::ingest::{FilesReader, IngestError, InputFile, JoinOptions, TableRead, read_files};
use libfuzzer_sys::fuzz_target;

/// Names and beginnings that lead to each reader.
const BEGINNINGS: [(&str, &str); 10] = [
    (
        "a.json",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[",
    ),
    (
        "a.jsonl",
        "{\"metric\":{\"__name__\":\"up\"},\"values\":[1],\"timestamps\":[1709541000000]}\n",
    ),
    (
        "a.json",
        "{\"series\":[{\"metric\":\"m\",\"scope\":\"host:a\",\"pointlist\":[[1709541000000,1]",
    ),
    ("a.om", "# TYPE a histogram\n"),
    ("a.prom", "{__name__=\"up\", job=\"a\"} 1 1709541000000\n"),
    ("a.txt", "NAME CPU(cores) CPU(%) MEMORY(bytes) MEMORY(%)\n"),
    ("a.txt", "NAMESPACE LAST SEEN TYPE REASON OBJECT MESSAGE\n"),
    (
        "a.json",
        "{\"apiVersion\":\"v1\",\"items\":[{\"involvedObject\":{",
    ),
    (
        "CPU-data-2024-03-04 10_00_00.csv",
        "\"Time\",\"{pod=\"\"a\"\"}\"\r\n1709541000000,",
    ),
    ("a.csv", "up,n1,1,1709541000\n"),
];

fn file<'a>(name: &str, bytes: &'a [u8]) -> InputFile<'a> {
    InputFile {
        name: name.to_owned(),
        bytes: Cow::Borrowed(bytes),
        modified_secs: Some(1_709_541_000.0),
    }
}

fn shown(read: &Result<TableRead, IngestError>) -> String {
    match read {
        // As text: a missing number is not equal to itself.
        Ok(read) => format!("{:?} {:?}", read.table.frame, read.join),
        Err(error) => format!("{error:?}"),
    }
}

fuzz_target!(|data: (u8, u8, &[u8], &[u8])| {
    let (which, size, bytes, other) = data;
    let (name, beginning) = BEGINNINGS[usize::from(which) % BEGINNINGS.len()];
    let text = [beginning.as_bytes(), bytes].concat();
    let options = JoinOptions::default();
    let whole = read_files(vec![file(name, &text)], &options);
    let mut reader = FilesReader::new(vec![file(name, &text)], options.clone());
    let pieces = loop {
        match reader.work(usize::from(size).max(1)) {
            Ok(true) => {}
            Ok(false) => break reader.finish(),
            Err(error) => break Err(error),
        }
    };
    assert_eq!(shown(&whole), shown(&pieces));
    // Beside another file, in either order.
    let two = read_files(vec![file(name, &text), file("other", other)], &options);
    let turned = read_files(vec![file("other", other), file(name, &text)], &options);
    assert_eq!(two.is_ok(), turned.is_ok());
});
