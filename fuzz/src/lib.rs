//! What the targets share: a file read whole and in pieces, which must come to the same.

use std::borrow::Cow;

use kubecast::ingest::{FilesReader, IngestError, InputFile, JoinOptions, TableRead, read_files};

/// A file of that name, exported at a time that ages are counted back from.
pub fn file<'a>(name: &str, bytes: &'a [u8]) -> InputFile<'a> {
    InputFile {
        name: name.to_owned(),
        bytes: Cow::Borrowed(bytes),
        modified_secs: Some(1_709_541_000.0),
    }
}

/// What was read, as text: a missing number is not equal to itself.
pub fn shown(read: &Result<TableRead, IngestError>) -> String {
    match read {
        Ok(read) => format!(
            "{:?} {:?} {:?}",
            read.table.frame, read.table.how, read.join
        ),
        Err(error) => format!("{error:?}"),
    }
}

/// Reads the file whole and in pieces of a size that its length chooses, 1 to 63 bytes, and compares.
///
/// # Panics
/// When the pieces matter.
pub fn whole_and_in_pieces(name: &str, bytes: &[u8]) -> Result<TableRead, IngestError> {
    let options = JoinOptions::default();
    let whole = read_files(vec![file(name, bytes)], &options);
    let mut reader = FilesReader::new(vec![file(name, bytes)], options);
    let pieces = loop {
        match reader.work(1 + bytes.len() % 63) {
            Ok(true) => {}
            Ok(false) => break reader.finish(),
            Err(error) => break Err(error),
        }
    };
    assert_eq!(shown(&whole), shown(&pieces));
    whole
}
