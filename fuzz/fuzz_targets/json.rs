//! Any bytes as an answer or an export in JSON are a table or an error with its place, in any pieces.
#![no_main]

use kubecast_fuzz::whole_and_in_pieces;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    drop(whole_and_in_pieces("answer.json", bytes));
});
