//! Any bytes as a compressed file are unpacked or refused, within bounds.
#![no_main]

use std::borrow::Cow;

use kubecast::ingest::{InputFile, JoinOptions, read_files};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: (bool, &[u8])| {
    let (is_zip, rest) = data;
    let start: &[u8] = if is_zip {
        b"PK\x03\x04\x14\0"
    } else {
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03"
    };
    let bytes = [start, rest].concat();
    let file = InputFile {
        name: "fuzz".to_owned(),
        bytes: Cow::Owned(bytes),
        modified_secs: None,
    };
    drop(read_files(vec![file], &JoinOptions::default()));
});
