//! Forms that files of offices, instruments and portals have, found by reading some hundreds of them and made up anew here:
//! what a person would read of each.

mod raw;

use kubecast::ingest::{ReadOptions, ReadReport};
use raw::{Row, read};

fn table(text: &str) -> (Vec<Row>, ReadReport) {
    read(text.as_bytes(), &ReadOptions::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn rows(text: &[&[&str]]) -> Vec<Row> {
    let row = |cells: &&[&str]| cells.iter().map(|&c| c.to_owned()).collect();
    text.iter().map(row).collect()
}

/// A hundred lines, each made of its number.
fn lines(line: impl Fn(usize) -> String) -> String {
    (0..100).map(|n| line(n) + "\n").collect()
}

#[test]
fn rows_of_delimiters_are_blank_lines() {
    let (found, how) = table(
        "pod,cpu,node\na,1,x\n,,\nb,2,y\n,,\n,,\nc,3,z\n,,\n,,\nThese figures were taken by hand,,\n",
    );
    let expected = rows(&[
        &["pod", "cpu", "node"],
        &["a", "1", "x"],
        &["b", "2", "y"],
        &["c", "3", "z"],
    ]);
    assert_eq!(found, expected);
    let skipped: Vec<(u64, &str)> = how
        .skipped
        .rows
        .iter()
        .map(|r| (r.line, r.why.words()))
        .collect();
    let blank = skipped[0].1;
    let told: Vec<u64> = skipped
        .iter()
        .filter(|s| s.1 == blank)
        .map(|s| s.0)
        .collect();
    assert_eq!(told, [3, 5, 6, 8, 9]);
    assert_eq!(skipped.last().map(|s| s.0), Some(10));
}

#[test]
fn blank_rows_do_not_make_two_delimiters_one() {
    let blank = ",,,,,,\n".repeat(40);
    let (found, how) = table(&format!(
        ",,,,,,\n,,,,,,\nno,day,code,shop,sum,text,\n1,01/02/2026,9399,one,5.20,paid by card ,\n2,02/02/2026,9400,two,6.25,paid,\n{blank}"
    ));
    assert_eq!((how.delimiter.as_str(), found.len()), (",", 3));
    assert_eq!(found[1][..3], ["1", "01/02/2026", "9399"]);
}

#[test]
fn a_title_above_two_columns_is_no_name() {
    let (found, how) = table("Spending of the year ,\n,\nitem,sum\nrail,1981.75\nhotels,227.88\n");
    assert_eq!(how.header_rows, 1);
    assert_eq!(
        found,
        rows(&[
            &["item", "sum"],
            &["rail", "1981.75"],
            &["hotels", "227.88"]
        ])
    );
}

#[test]
fn names_go_on_in_the_row_below() {
    let (found, how) = table(
        "\"A. Person, Director\",,,,,,\n,,,,,,\nday,purpose,travel,,,other,sum\n,,air,rail,taxi,,\n\
         04/04/2026,meeting,,65.60,,,65.60\n09/04/2026,visit,,,16.00,,16.00\n10/04/2026,visit,1.5,,,,1.50\n",
    );
    assert_eq!(how.header_rows, 2);
    let names = [
        "day",
        "purpose",
        "travel air",
        "travel rail",
        "travel taxi",
        "other",
        "sum",
    ];
    assert_eq!(found[0], names);
    assert_eq!(found.len(), 4);
    // Years above some of the names, and a remark below one of them.
    let (found, _) = table(
        "People employed,,,\n,,,\n,,2013-14,2012-13\nsegment,paid,total,total\n,,,restated\na,609,672,641\nb,116,119,115\nc,225,225,1\n",
    );
    assert_eq!(
        found[0],
        ["segment", "paid", "2013-14 total", "2012-13 total restated"]
    );
    assert_eq!(found.len(), 4);
    // A row that lacks its first cell is none of the header.
    let (found, how) = table("pod,state,cpu\n,down,\nb,up,2\nc,up,3\nd,up,4\n");
    assert_eq!((how.header_rows, found.len()), (1, 5));
}

#[test]
fn lines_with_another_sign_above_the_table_are_no_table() {
    let above = "$info\nids=[1,2,3,4,5,6]\nlength=[4.0,15.0,4.2,4.6,10.2,4.3]\nmass=[1390,8915,1578,1740,4790,1610]\n";
    let names: Vec<String> = (0..600).map(|n| format!("speed[{n}]")).collect();
    let body: String = (0..60)
        .map(|n| {
            let cells: Vec<String> = (0..600).map(|m| format!("{}.{:03}", n + m, m)).collect();
            cells.join(";") + "\n"
        })
        .collect();
    let (found, how) = table(&format!("{}{}\n{body}", above.repeat(12), names.join(";")));
    assert_eq!((how.delimiter.as_str(), found.len()), (";", 61));
    assert_eq!(found[0], names);
}

#[test]
fn the_first_of_several_tables_is_read() {
    let first = lines(|n| format!("{n},a,{}", n * 2));
    let second = lines(|n| format!("{n},1,2,3,4,5"));
    let (found, how) = table(&format!("run,kind,size\n{first}run,v,w,x,y,z\n{second}"));
    assert_eq!((found.len(), found[0].len()), (101, 3));
    assert_eq!(how.skipped.count, 101, "{:?}", how.skipped.rows.first());
    // A narrower one below, of which a row is damaged itself.
    let third = lines(|n| match n {
        30 => "30,1".to_owned(),
        n => format!("{n},1,2"),
    });
    let (found, how) = table(&format!("run,v,w,x,y,z\n{second}run,w,z\n{third}"));
    assert_eq!(
        (found.len(), found[0].len()),
        (101 + usize::from(how.repaired.count > 0), 6)
    );
    assert_eq!(how.skipped.count + how.repaired.count, 101);
    // A wider one with more rows is the table, and what stands above it is not.
    let (found, _) = table(&format!(
        "run,kind\n1,a\n2,b\n3,c\n4,d\n5,e\nrun,v,w,x,y,z\n{second}"
    ));
    assert_eq!((found.len(), found[0].len()), (101, 6));
}

#[test]
fn a_header_may_be_separated_by_another_sign() {
    for sign in [" ", ";", "\t", "|"] {
        let header = ["day", "pod", "cpu", "node"].join(sign);
        let (found, how) = table(&format!(
            "{header}\n{}",
            lines(|n| format!("2026-01-02,p,{n},n"))
        ));
        assert_eq!(found[0], ["day", "pod", "cpu", "node"], "{sign:?}");
        assert_eq!((found.len(), how.header_rows), (101, 1));
        assert_eq!(how.repaired.rows.first().map(|r| r.line), Some(1));
    }
}

#[test]
fn controls_that_were_quotes_are_quotes() {
    let (found, _) = table("name,n\nCh\u{e2}teau d\u{92}Or \u{96} red,1\n\u{91}b\u{92},2\n");
    assert_eq!(found[1][0], "Ch\u{e2}teau d\u{2019}Or \u{2013} red");
    assert_eq!(found[2][0], "\u{2018}b\u{2019}");
}

#[test]
fn names_are_written_as_they_stand() {
    let (found, how) = table("# energy (MeV),count \n1,2\n3,4\n");
    assert_eq!(found[0], ["energy (MeV)", "count "]);
    let names: Vec<&str> = how.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["energy (MeV)", "count"]);
}

#[test]
fn numbers_between_blanks_need_no_places() {
    // The numbers of later lines are wider than those that the places were found by.
    let body: String = (0..900)
        .map(|n| {
            let values: Vec<String> = (0..9)
                .map(|m| match (n > 600, m) {
                    (true, 4) => "-9999.9 1".to_owned(),
                    _ => format!("{:>7.1} 0", f64::from(n * m % 97) / 10.0),
                })
                .collect();
            format!(" 2026 {n:>4} {}\n", values.join(" "))
        })
        .collect();
    let (found, how) = table(&format!(" Station\n  37.70  105.92 2317 m\n{body}"));
    assert_eq!((how.header_rows, how.preamble_rows), (0, 2));
    assert_eq!((found.len(), found[0].len()), (901, 20));
    assert_eq!(how.repaired.count, 0);
    let (found, how) = table(
        "# Values of one day, from 00:00 to 05:00 by hour\n170.167332531 10.269112037\n170.560688674 9.058820647\n171.271663481 9.603724551\n171.9 9.6\n",
    );
    assert_eq!((found.len(), found[0].len(), how.header_rows), (5, 2, 0));
}

#[test]
fn a_blank_before_a_quote_is_none_of_the_cell() {
    let (found, _) = table(
        "date, other date, heat, place\n2026-01-01, 24 October 2025, 0,\n2026-01-02, 24 October 2026, -1,Here and there\n2026-01-03, , \"6,000,000\",Here\n",
    );
    assert_eq!(found[3], ["2026-01-03", "", "6,000,000", "Here"]);
    assert_eq!(found[1][1], "24 October 2025");
    let (found, _) = table(
        "|id   |  shift |  object |\n|3102 |  0.32  |  Q1250  |\n|877  |  0.22  |  Q1251  |\n",
    );
    assert_eq!(
        found,
        rows(&[
            &["id", "shift", "object"],
            &["3102", "0.32", "Q1250"],
            &["877", "0.22", "Q1251"]
        ])
    );
}

#[test]
fn signs_with_blanks_around_them_separate_quoted_cells() {
    let text = lines(|n| format!("{n:>6} # '{n} some street' # 'town, ma {:05}'", n * 7));
    let (found, how) = table(&text);
    assert_eq!((how.delimiter.as_str(), how.header_rows), ("#", 0));
    assert_eq!(found[1], ["0", "0 some street", "town, ma 00000"]);
}

#[test]
fn a_log_that_commas_separate_is_no_report() {
    let text = lines(|n| {
        format!(
            "13058{:05}.754003, baselogger, ERROR, utils, save_all, 111, RECORDING {}, (200{}, \"no server on '50.57.68.{}' (111)\")",
            n * 37,
            ["FAILED", "REPLAY"][n % 2],
            n % 5,
            n
        )
    });
    let (_, how) = table(&text);
    assert_eq!(how.delimiter, ",");
}

#[test]
fn blanks_between_quoted_cells_separate() {
    // Cells with blanks in them that nobody quoted: the rows are damaged, what separates them is plain.
    let kinds = ["Boots", "Running Jacket", "Towel", "Shoes"];
    let text = format!(
        "day pod count kind \"note\" \"address\"\n{}",
        lines(|n| format!(
            "2026-01-02 p{n} {n} {} \"well, quite good\" \"https://a.b/{n}\"",
            kinds[n % 4]
        ))
    );
    let (found, how) = table(&text);
    assert_eq!((how.delimiter.as_str(), how.header_rows), (" ", 1));
    assert_eq!(found[0], ["day", "pod", "count", "kind", "note", "address"]);
    assert_eq!(found.len(), 101);
    assert_eq!(
        found[3][3..],
        ["Towel", "well, quite good", "https://a.b/2"]
    );
}

#[test]
fn a_comment_may_name_the_columns() {
    for (rule, names) in [
        ("#-------------\n", "#  col1   col2"),
        ("# of a test\n#-----\n", "# col1 col2"),
    ] {
        let body = lines(|n| format!("  {n}.000000   -0.{n:03}196"));
        let (found, how) = table(&format!("{rule}{names}\n{body}"));
        assert_eq!((how.header_rows, found.len()), (1, 101), "{names}");
        assert_eq!(found[0], ["col1", "col2"]);
        assert_eq!(found[1], ["0.000000", "-0.000196"]);
    }
}

#[test]
fn a_line_end_in_quotes_at_the_end_is_a_cell() {
    let row = |name: &str, n: usize| format!("\"{name}\";\"{n}\";\"TIME_LIMIT\";\"\n\"\n");
    let head = "\"problem\";\"m\";\"status\"\n";
    for text in [
        format!("{head}{}", row("a", 1)),
        format!("{head}{}{}{}", row("a", 1), row("b", 2), row("c", 3)),
    ] {
        let (found, how) = table(&text);
        assert_eq!(found[0], ["problem", "m", "status", ""]);
        assert_eq!(found[1], ["a", "1", "TIME_LIMIT", "\n"]);
        assert_eq!(how.repaired.rows.iter().filter(|r| r.line > 1).count(), 0);
    }
}

#[test]
fn lists_within_cells_are_no_columns() {
    let body = lines(|n| format!("{n};2;3,4;5;{n}"));
    let (found, how) = table(&format!("left,right\n{body}"));
    assert_eq!((how.delimiter.as_str(), found.len()), (",", 101));
    assert_eq!(found[1], ["0;2;3", "4;5;0"]);
    // One column whose name holds commas.
    let (found, how) = table("\"#,##,#00\"\n1\n2\n");
    assert_eq!((how.delimiter.as_str(), found.len()), (",", 3));
    assert_eq!(found[0], ["#,##,#00"]);
}

#[test]
fn the_count_below_a_printed_table_is_no_row() {
    let (found, how) = table(
        "id   name   when    \n-- -------- ----------\n 1 a b      2026-01-01\n 2          2026-01-02\n10 long one \n(3 rows)\n\n",
    );
    assert_eq!(how.delimiter, "fixed");
    assert_eq!(
        found,
        rows(&[
            &["id", "name", "when"],
            &["1", "a b", "2026-01-01"],
            &["2", "", "2026-01-02"],
            &["10", "long one", ""],
        ])
    );
    assert_eq!(how.skipped.rows.iter().filter(|r| r.line == 6).count(), 1);
}
