//! Any text as a cell: numbers are what the standard library reads, quantities and times are values or none.
#![no_main]

use kubecast::data::read_float;
use kubecast::ingest::read_csv;
use kubecast::ingest::value::{NumberFormat, parse_number_with_unit, parse_quantity};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for cell in text.lines() {
        let bits = |x: f64| if x.is_nan() { u64::MAX } else { x.to_bits() };
        assert_eq!(
            read_float(cell).map(bits),
            cell.parse::<f64>().ok().map(bits),
            "{cell:?}"
        );
        if let Some(read) = parse_number_with_unit(cell) {
            assert!(!read.value.is_nan(), "{cell:?}");
        }
        for (decimal, group) in [
            ('.', Some(',')),
            (',', Some('.')),
            (',', Some(' ')),
            (',', None),
        ] {
            for minutes in [false, true] {
                let format = NumberFormat {
                    decimal,
                    group,
                    minutes,
                };
                if let Some(read) = parse_quantity(cell, format) {
                    assert!(!read.value.is_nan(), "{cell:?}");
                }
            }
        }
    }
    // As columns: of times, of numbers, beside each other.
    for header in ["time\n", "x,y\n", "timestamp;v\n", "t\n1.5\n2.5\n"] {
        drop(read_csv("a.csv", format!("{header}{text}").as_bytes()));
    }
});
