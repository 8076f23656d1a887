//! Any bytes, in any pieces, are a table or an error with its place; the pieces do not matter.
#![no_main]

use kubecast::ingest::{Reader, read_csv};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: (u8, &[u8])| {
    let (piece, bytes) = data;
    let whole = read_csv("fuzz.csv", bytes);
    let mut reader = Reader::new("fuzz.csv");
    let mut pushed = Ok(());
    for piece in bytes.chunks(usize::from(piece).max(1)) {
        pushed = reader.push(piece);
        if pushed.is_err() {
            break;
        }
    }
    let pieces = pushed.and_then(|()| reader.finish());
    match (whole, pieces) {
        // As text: a missing number is not equal to itself.
        (Ok(whole), Ok(pieces)) => {
            assert_eq!(format!("{:?}", whole.frame), format!("{:?}", pieces.frame));
            assert_eq!(whole.how, pieces.how);
        }
        (Err(_), Err(_)) => {}
        (whole, pieces) => panic!("{} whole, {} in pieces", whole.is_ok(), pieces.is_ok()),
    }
});
