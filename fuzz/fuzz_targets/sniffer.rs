//! What a file is taken for, and how sure that is, for any bytes and whatever the caller says about them.
#![no_main]

use kubecast::ingest::{
    DateOrder, Delimiter, Encoding, Escape, Offset, ReadOptions, read_csv_as, recognise,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for name in [
        "a.csv",
        "a.json",
        "a.prom",
        "Panel-data-2026-01-01 10_00_00.csv",
    ] {
        let taken = recognise(name, bytes);
        assert!((0.0..=1.0).contains(&taken.sure), "{taken:?}");
        assert_eq!(taken, recognise(name, bytes));
    }
    // Nothing said, and some of what may be said, chosen by the length.
    let n = bytes.len();
    let said = ReadOptions {
        delimiter: [
            None,
            Some(Delimiter::Byte(b';')),
            Some(Delimiter::Blanks),
            Some(Delimiter::WideBlanks),
            Delimiter::named("|~|"),
        ][n % 5],
        quote: [None, Some(None), Some(Some(b'\''))][n % 3],
        escape: [None, Some(Escape::BACKSLASH)][n % 2],
        encoding: [None, Some(Encoding::Utf16Le), Some(Encoding::Windows1252)][n / 3 % 3],
        header_rows: [None, Some(0), Some(2)][n / 5 % 3],
        preamble_rows: [None, Some(1)][n / 7 % 2],
        decimal: [None, Some(',')][n / 11 % 2],
        date_order: [None, Some(DateOrder::DayFirst)][n / 17 % 2],
        offset: [None, Offset::named("+05:30")][n / 19 % 2],
        comment: [None, Some(None), Some(Some(b'%'))][n / 13 % 3],
    };
    for options in [ReadOptions::default(), said] {
        let Ok(read) = read_csv_as("a.csv", bytes, &options) else {
            continue;
        };
        let sure = &read.how.sure;
        for sure in [
            sure.encoding,
            sure.delimiter,
            sure.quote,
            sure.escape,
            sure.decimal,
            sure.header_rows,
            sure.preamble_rows,
        ] {
            assert!((0.0..=1.0).contains(&sure), "{:?}", read.how);
        }
        assert_eq!(read.how.rows, read.rows);
        assert!(
            read.frame
                .columns()
                .iter()
                .all(|c| c.len() as u64 == read.rows)
        );
    }
});
