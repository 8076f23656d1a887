//! Exports as files, what is read of them, and the table as lines of cells.

use super::*;

/// 2024-03-04T08:30:00Z
pub const T: i64 = 1_709_541_000;

pub fn data_folder(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("KUBECAST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    Some(folder.join(name)).filter(|f| f.is_dir())
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
pub fn not_run(test: &str) {
    eprintln!("{test} DID NOT RUN: no test data (set KUBECAST_DATA)");
}

pub fn file<'a>(name: &str, bytes: &'a [u8]) -> InputFile<'a> {
    InputFile {
        name: name.to_owned(),
        bytes: Cow::Borrowed(bytes),
        modified_secs: None,
    }
}

pub fn dated<'a>(name: &str, text: &'a str, modified_secs: i64) -> InputFile<'a> {
    InputFile {
        modified_secs: Some(modified_secs as f64),
        ..file(name, text.as_bytes())
    }
}

pub fn try_read(files: &[(&str, &str)]) -> Result<TableRead, IngestError> {
    let files = files
        .iter()
        .map(|(name, text)| file(name, text.as_bytes()))
        .collect();
    read_files(files, &JoinOptions::default())
}

pub fn read(files: &[(&str, &str)]) -> TableRead {
    try_read(files).unwrap_or_else(|e| panic!("{e}: {}", e.hint()))
}

/// The table as lines of cells; missing ones are empty.
pub fn cells(frame: &Frame) -> Vec<String> {
    let header: Vec<&str> = frame.columns().iter().map(|c| c.name.as_str()).collect();
    let row = |at: usize| {
        let cells: Vec<String> = frame.columns().iter().map(|c| c.text(at)).collect();
        cells.join(" | ")
    };
    std::iter::once(header.join(" | "))
        .chain((0..frame.rows()).map(row))
        .collect()
}

pub fn check(read: &TableRead, expected: &[&str]) {
    assert_eq!(
        cells(&read.table.frame),
        expected,
        "{:#?}",
        read.table.notices
    );
}

pub fn has_notice(read: &TableRead, words: &str) -> bool {
    read.table
        .notices
        .iter()
        .any(|n| format!("{}. {}", n.title(), n.meaning()).contains(words))
}

pub fn matrix(series: &[(&str, &[(i64, &str)])]) -> String {
    let series: Vec<String> = series
        .iter()
        .map(|(labels, points)| {
            let points: Vec<String> = points
                .iter()
                .map(|(t, v)| format!("[{t},\"{v}\"]"))
                .collect();
            format!(
                "{{\"metric\":{{{labels}}},\"values\":[{}]}}",
                points.join(",")
            )
        })
        .collect();
    format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{}]}}}}",
        series.join(",")
    )
}
