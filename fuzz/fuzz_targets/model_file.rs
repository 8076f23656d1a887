//! Any body under a valid head is refused, or a model whose probabilities are shares of 1.
#![no_main]

use kubecast::export::kubecast::read;
use libfuzzer_sys::fuzz_target;
use ndarray::Array2;
use sha2::{Digest, Sha256};

fuzz_target!(|data: (bool, &[u8])| {
    let (first, body) = data;
    let version = if first { 1_u16 } else { 2 };
    let mut bytes = b"KUBECAST".to_vec();
    bytes.extend_from_slice(&version.to_le_bytes());
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&Sha256::digest(body));
    bytes.extend_from_slice(body);
    let Ok(file) = read(&bytes) else { return };
    let rows = Array2::from_shape_fn((64, file.model.features()), |(i, f)| match (i + f) % 11 {
        0 => f64::NAN,
        1 => f64::INFINITY,
        n => n as f64 * 13.0 - 50.0,
    });
    for row in file.model.predict_proba(rows.view()).rows() {
        assert!(row.iter().all(|p| (0.0..=1.0).contains(p)));
        assert!((row.sum() - 1.0).abs() < 1e-9);
    }
});
