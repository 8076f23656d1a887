//! Any bytes as what kubectl prints (`top`, `events`, `events -o json`) are a table or an error, in any pieces.
#![no_main]

use kubecast_fuzz::whole_and_in_pieces;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    drop(whole_and_in_pieces("top.txt", bytes));
});
