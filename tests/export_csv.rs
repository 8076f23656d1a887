//! Export to CSV: what is written reads back as it was, and nothing in it runs.

use kubecast::data::{Column, Frame};
use kubecast::export::{CsvOptions, CsvWriter, cell, frame_csv, predictions_csv};
use proptest::prelude::*;

/// The records of a CSV text, read by a parser that is not ours.
fn parsed(text: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv_core::Reader::new();
    let (mut records, mut record) = (Vec::new(), Vec::new());
    let mut field = Vec::new();
    let mut buffer = [0; 64];
    let mut rest = text;
    loop {
        let (result, read, written) = reader.read_field(rest, &mut buffer);
        rest = &rest[read..];
        field.extend_from_slice(&buffer[..written]);
        match result {
            csv_core::ReadFieldResult::Field { record_end } => {
                record.push(String::from_utf8(std::mem::take(&mut field)).unwrap());
                if record_end {
                    records.push(std::mem::take(&mut record));
                }
            }
            csv_core::ReadFieldResult::InputEmpty | csv_core::ReadFieldResult::OutputFull => {}
            csv_core::ReadFieldResult::End => return records,
        }
    }
}

/// What a spreadsheet would run: the rule in its plainest form.
fn runs(text: &str) -> bool {
    let first = text.chars().next();
    first.is_some_and(|c| "=+-@\t\r\n\0＝＋－＠".contains(c)) && text.parse::<f64>().is_err()
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[=+@\\-,\"'\\r\\n\\t a-c0-9＝＋－＠\u{0}\u{feff}]{0,8}",
        any::<String>(),
    ]
}

fn numbers() -> impl Strategy<Value = f64> {
    any::<u64>()
        .prop_map(f64::from_bits)
        .prop_map(|x| if x.is_finite() { x } else { f64::NAN })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn numbers_come_back_bit_for_bit(values in prop::collection::vec(numbers(), 1..20)) {
        let frame = Frame::new("t", vec![Column::number("x", values.clone()), Column::number("y", values.clone())]).unwrap();
        let records = parsed(&frame_csv(&frame, CsvOptions::default()));
        prop_assert_eq!(records.len(), values.len() + 1);
        for (record, &value) in records[1..].iter().zip(&values) {
            if value.is_nan() {
                prop_assert_eq!(&record[0], "");
            } else {
                prop_assert_eq!(record[0].parse::<f64>().unwrap().to_bits(), value.to_bits());
            }
        }
    }

    #[test]
    fn text_comes_back_and_nothing_runs(cells in prop::collection::vec(texts(), 1..12), header in texts()) {
        let columns = vec![Column::category(header.clone(), &cells), Column::category("other column", &cells)];
        let frame = Frame::new("t", columns).unwrap();
        let plain = parsed(&frame_csv(&frame, CsvOptions { neutralise: false }));
        let safe = parsed(&frame_csv(&frame, CsvOptions::default()));
        prop_assert_eq!(plain.len(), cells.len() + 1);
        prop_assert_eq!(safe.len(), cells.len() + 1);
        let original = std::iter::once(&header).chain(&cells);
        for ((plain, safe), text) in plain.iter().zip(&safe).zip(original) {
            prop_assert_eq!(&plain[0], text);
            prop_assert!(!runs(&safe[0]), "{:?} would run", safe[0]);
            let expected = if runs(text) { format!("'{text}") } else { text.clone() };
            prop_assert_eq!(&safe[0], &expected);
        }
    }

    #[test]
    fn a_lone_column_keeps_its_empty_cells(cells in prop::collection::vec(texts(), 1..12)) {
        let frame = Frame::new("t", vec![Column::category("x", &cells)]).unwrap();
        let records = parsed(&frame_csv(&frame, CsvOptions { neutralise: false }));
        prop_assert_eq!(records[1..].iter().map(|r| r[0].clone()).collect::<Vec<_>>(), cells);
    }

    #[test]
    fn pieces_make_the_whole(cut in 0_usize..30, values in prop::collection::vec(numbers(), 25)) {
        let frame = Frame::new("t", vec![Column::number("x", values), Column::time("t", (0..25).map(|i| i * 1_500_000).collect())]).unwrap();
        let writer = CsvWriter::new(&frame, CsvOptions::default());
        let mut pieces = Vec::new();
        writer.header(&mut pieces);
        writer.rows(0..cut, &mut pieces);
        writer.rows(cut..usize::MAX, &mut pieces);
        prop_assert_eq!(pieces, frame_csv(&frame, CsvOptions::default()));
    }

    #[test]
    fn predictions_come_back(classes in prop::collection::vec(texts(), 1..5), shares in prop::collection::vec(numbers(), 15)) {
        let table = ndarray::Array2::from_shape_fn((3, classes.len()), |(i, j)| shares[i * 5 + j]);
        let predicted = [0, (classes.len() - 1) as u32, 0];
        let text = predictions_csv(&classes, &[1, 2, 3], &predicted, table.view(), None, CsvOptions::default());
        let records = parsed(&text);
        prop_assert_eq!(records.len(), 4);
        for (i, record) in records[1..].iter().enumerate() {
            prop_assert_eq!(record.len(), 3 + classes.len());
            prop_assert_eq!(&record[0], &(i + 1).to_string());
            prop_assert!(!runs(&record[1]));
            prop_assert_eq!(&record[2], &record[3 + predicted[i] as usize]);
        }
        let named: Vec<String> = classes.iter().map(|class| format!("p_{class}")).collect();
        prop_assert_eq!(&records[0][3..], &named[..]);
    }
}

#[test]
fn missing_cells_are_empty_and_null_words_stay() {
    let mut number = Column::number("x", vec![1.0, f64::NAN, f64::NAN]);
    number.null_tokens.push(kubecast::data::NullToken {
        row: 2,
        token: "NA".to_owned(),
    });
    let time = Column::time(
        "t",
        vec![kubecast::data::MISSING_TIME, 0, 1_740_960_450_000_000],
    );
    let label = Column::category("label", ["None", "", "a,b"]);
    let frame = Frame::new("t", vec![number, time, label]).unwrap();
    let text = String::from_utf8(frame_csv(&frame, CsvOptions::default())).unwrap();
    assert_eq!(
        text,
        "x,t,label\n1,,None\n,1970-01-01T00:00:00,\nNA,2025-03-03T00:07:30,\"a,b\"\n"
    );
}

#[test]
fn an_empty_table_is_its_header() {
    let frame = Frame::new("t", vec![Column::number("=x", Vec::new())]).unwrap();
    assert_eq!(frame_csv(&frame, CsvOptions::default()), b"'=x\n");
    assert_eq!(cell("", true), "");
}
