//! Any bytes that reach a worker as its training set are refused or can be grown from.
#![no_main]

use kubecast::learn::UnitGrower;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(mut grower) = UnitGrower::from_bytes(bytes) {
        let _ = grower.grow(0);
    }
});
