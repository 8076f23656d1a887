//! Any bytes are a message or an error value.
#![no_main]

use kubecast::protocol::{Event, Request, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = decode::<Request>(bytes);
    let _ = decode::<Event>(bytes);
});
