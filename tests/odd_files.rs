//! Files as people have them, each read as a person would: tables of fixed places, titles above and remarks below, one
//! column, odd signs between cells.

mod raw;

use kubecast::ingest::ReadOptions;
use raw::{Row, read};

fn rows(text: &[&[&str]]) -> Vec<Row> {
    let row = |cells: &&[&str]| cells.iter().map(|&c| c.to_owned()).collect();
    text.iter().map(row).collect()
}

/// The table, header first, and what stands between its cells.
fn table(text: &str) -> (Vec<Row>, String) {
    let (rows, how) = read(text.as_bytes(), &ReadOptions::default())
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    (rows, how.delimiter)
}

#[test]
fn fixed_places_hold_empty_cells_and_cells_with_blanks() {
    let printed = "\
POD        NODE     CPU   STARTED              NOTE
api-1      node 1   0.5   2026-01-01 10:00:00
db                  0.25                       moved from node 2
web-long   node 2         2026-01-01 10:05:00  new
job        node 1   1.5   2026-01-01 10:06:00  one, two
";
    let expected = rows(&[
        &["POD", "NODE", "CPU", "STARTED", "NOTE"],
        &["api-1", "node 1", "0.5", "2026-01-01 10:00:00", ""],
        &["db", "", "0.25", "", "moved from node 2"],
        &["web-long", "node 2", "", "2026-01-01 10:05:00", "new"],
        &["job", "node 1", "1.5", "2026-01-01 10:06:00", "one, two"],
    ]);
    assert_eq!(table(printed), (expected.clone(), "fixed".to_owned()));
    // The same when it is said, and in pieces of any size.
    let told = ReadOptions {
        delimiter: kubecast::ingest::Delimiter::named("fixed"),
        ..ReadOptions::default()
    };
    assert_eq!(read(printed.as_bytes(), &told).unwrap().0, expected);
    for size in 1..64 {
        let mut reader = kubecast::ingest::Reader::new("a.txt").keep_raw();
        for piece in printed.as_bytes().chunks(size) {
            reader.push(piece).unwrap();
        }
        let (_, cells) = reader.finish_raw().unwrap();
        assert_eq!(raw::parse(&String::from_utf8(cells).unwrap()), expected);
    }
}

#[test]
fn dashes_below_the_header_say_where_columns_are() {
    let printed = "name       n     \n---------- ------\na b          1   \nc               2\n\n(2 rows affected)\n";
    let expected = rows(&[&["name", "n"], &["a b", "1"], &["c", "2"]]);
    assert_eq!(table(printed).0, expected);
}

#[test]
fn a_tab_separates_where_blanks_do_not() {
    let lines: String = (0..20).map(|i| format!("{i}\tsome words {i}\n")).collect();
    let (rows, delimiter) = table(&format!("id\ttext\n{lines}"));
    assert_eq!((rows[1].len(), delimiter.as_str()), (2, "\t"));
}

#[test]
fn one_column_stays_one() {
    for (name, cells) in [
        ("name", ["item 0", "item 1", "item 2", "item 3"]),
        (
            "url",
            [
                "https://a.b/c?d=0",
                "https://a.b/c?d=1",
                "https://a.b/c?d=2",
                "https://a.b/c?d=3",
            ],
        ),
        ("wert", ["0,5", "1,5", "2,25", "3,0"]),
        (
            "text, long",
            ["\"so, 0\"", "\"so, 1\"", "\"so, 2\"", "\"so, 3\""],
        ),
        (
            "seen",
            [
                "Thu Jan  1 10:00:00 2026",
                "Fri Jan  2 10:00:00 2026",
                "Sat Jan  3 10:00:00 2026",
                "Sun Jan  4 10:00:00 2026",
            ],
        ),
    ] {
        let header = match name.contains(',') {
            true => format!("\"{name}\""),
            false => name.to_owned(),
        };
        let (rows, _) = table(&format!("{header}\n{}\n", cells.join("\n")));
        let bare: Vec<Row> = [name]
            .iter()
            .chain(&cells)
            .map(|c| vec![c.trim_matches('"').to_owned()])
            .collect();
        assert_eq!(rows, bare);
    }
}

#[test]
fn asctime_is_a_time() {
    let text = "seen,x\nThu Jan  1 10:00:00 2026,1\nFri Jan  2 10:00:00 UTC 2026,2\n";
    let read = kubecast::ingest::read_csv("a.csv", text.as_bytes()).unwrap();
    let kubecast::data::Values::Time(seen) = &read.frame.column("seen").unwrap().values else {
        panic!("{:?}", read.frame)
    };
    assert_eq!(seen[..], [1_767_261_600_000_000, 1_767_348_000_000_000]);
}

#[test]
fn which_of_day_and_month_comes_first_is_asked_and_may_be_said() {
    use kubecast::ingest::DateOrder;
    let first = |text: &str, said| {
        let options = ReadOptions {
            date_order: said,
            ..ReadOptions::default()
        };
        let read = kubecast::ingest::read_csv_as("a.csv", text.as_bytes(), &options).unwrap();
        let kubecast::data::Values::Time(seen) = &read.frame.column("seen").unwrap().values else {
            panic!("{:?}", read.frame)
        };
        (seen[0], read.how.date_order, read.how.sure.date_order)
    };
    let open = "seen,x\n03/04/2026,1\n05/06/2026,2\n";
    let (april, march) = (1_775_174_400_000_000, 1_772_582_400_000_000);
    assert_eq!(first(open, None), (march, "month-first".to_owned(), 0.5));
    let said = first(open, Some(DateOrder::DayFirst));
    assert_eq!(said, (april, "day-first".to_owned(), 1.0));
    let decided = "seen,x\n03/04/2026,1\n25/06/2026,2\n";
    assert_eq!(first(decided, None), (april, "day-first".to_owned(), 1.0));
    let plain = "seen,x\n2026-04-03,1\n2026-06-25,2\n";
    assert_eq!(first(plain, None), (april, String::new(), 1.0));
}

#[test]
fn a_header_alone_is_told_as_text() {
    assert_eq!(table("time,pod,cpu\n").0, rows(&[&["time", "pod", "cpu"]]));
    assert!(kubecast::ingest::read_csv("a.csv", b"time,pod,cpu\n").is_err());
}

#[test]
fn an_apostrophe_is_no_quote() {
    let text = "who,what\nO'Neil,1\nDe'Ath,2\n'tis,3\n";
    let (_, how) = read(text.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!((how.repaired.count, how.quote.as_str()), (0, "\""));
}

#[test]
fn quotes_behind_padding_are_quotes() {
    let text =
        "day, sum, all\n01.02.2026, \"1,5\", \"1.000,25\"\n02.02.2026, \"2,5\", \"2.000,25\"\n";
    let expected = rows(&[
        &["day", "sum", "all"],
        &["01.02.2026", "1,5", "1.000,25"],
        &["02.02.2026", "2,5", "2.000,25"],
    ]);
    assert_eq!(table(text), (expected, ",".to_owned()));
}

#[test]
fn another_table_is_named_with_its_title_or_without_a_blank_line() {
    let first: String = (0..9).map(|i| format!("{i},{}.5,ok\n", i * 2)).collect();
    let second = "pod,node,cpu,memory\na,n1,0.5,100\nb,n2,0.25,200\nc,n1,0.75,300\n";
    for between in ["", "\n", "\nPods of the day\n"] {
        let text = format!("n,x,state\n{first}{between}{second}");
        let (rows, how) = read(text.as_bytes(), &ReadOptions::default()).unwrap();
        assert_eq!(rows.len(), 10, "{between:?}");
        assert!(how.skipped.count >= 4, "{between:?}: {how:?}");
    }
}

#[test]
fn odd_signs_that_cut_every_line_alike_separate() {
    let lines: String = (0..9)
        .map(|i| format!("0{}.01.2026#-5{i},00#1.00{i},25#x\n", i % 9 + 1))
        .collect();
    let (rows, delimiter) = table(&format!("day#sum#all#what\n{lines}"));
    assert_eq!((rows[1].len(), delimiter.as_str()), (4, "#"));
}

#[test]
fn remarks_at_the_end_of_a_table_of_words_are_no_rows() {
    let first: String = (0..9).map(|i| format!("Ada {i},Berlin,team\n")).collect();
    for remark in [
        "(9 rows)",
        "-- end",
        "EOF",
        "\u{a9} 2026 us",
        "Source: us, and others",
        "\u{1a}",
    ] {
        let (rows, _) = table(&format!("name,city,team\n{first}{remark}"));
        assert_eq!(rows.len(), 10, "{remark}");
    }
}
