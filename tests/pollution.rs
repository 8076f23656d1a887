//! One table, polluted in many ways, one at a time: which rows stay whole, which damaged rows are named.
//!
//! After G. Vitagliano, M. Hameed, L. Jiang, L. Reisener, E. Wu and F. Naumann, "Pollock: a data loading benchmark", PVLDB 16
//! (2023). The tables and the pollutions are made here.

mod polluted;
mod raw;

use kubecast::ingest::{ReadOptions, Reader};
use polluted::{Case, PLAIN, Style, line_of, measure, orders, tables, without};
use raw::{Row, read};

#[expect(clippy::too_many_lines, reason = "a list of pollutions")]
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, (header, rows)) in tables() {
        // Which rows of words are headers, and whether the first is one, nobody can see.
        let typed = name != "words";
        let width = header.len();
        let places = [0, 1, rows.len() / 2, rows.len() - 2, rows.len() - 1];
        let lines = PLAIN.table(&header, &rows);
        let whole = |kind, what: &str, text: String, delimiter| Case {
            kind,
            what: format!("{name} {what}"),
            bytes: text.into_bytes(),
            header: Some(header.clone()),
            rows: rows.clone(),
            damaged: Vec::new(),
            delimiter,
        };
        // The whole file.
        cases.push(whole("unpolluted", "", PLAIN.text(&lines), ","));
        for delimiter in [";", "\t", "|", ":", "^", "~", " ", ", ", "||", "#", "\u{1}"] {
            let style = Style { delimiter, ..PLAIN };
            let text = style.text(&style.table(&header, &rows));
            let told = if delimiter == ", " { "," } else { delimiter };
            cases.push(whole("delimiter", delimiter, text, told));
        }
        for quote in ['\'', '`'] {
            let style = Style {
                quote,
                escape: quote,
                ..PLAIN
            };
            cases.push(whole(
                "quote",
                &quote.to_string(),
                style.text(&style.table(&header, &rows)),
                ",",
            ));
            let style = Style {
                all_quoted: true,
                ..style
            };
            cases.push(whole(
                "quote",
                "all",
                style.text(&style.table(&header, &rows)),
                ",",
            ));
        }
        let all = Style {
            all_quoted: true,
            ..PLAIN
        };
        cases.push(whole(
            "all cells quoted",
            "",
            all.text(&all.table(&header, &rows)),
            ",",
        ));
        let style = Style {
            escape: '\\',
            ..PLAIN
        };
        cases.push(whole(
            "escape",
            "backslash",
            style.text(&style.table(&header, &rows)),
            ",",
        ));
        // Quotes within quotes stand as they are.
        let bare = |cell: &String| match PLAIN.cell(cell) {
            quoted if quoted.starts_with('"') => format!("\"{cell}\""),
            plain => plain,
        };
        let odd: Vec<String> = std::iter::once(&header)
            .chain(&rows)
            .map(|r| r.iter().map(&bare).collect::<Vec<_>>().join(","))
            .collect();
        cases.push(whole("escape", "none", PLAIN.text(&odd), ","));
        for end in ["\r\n", "\r"] {
            let style = Style { end, ..PLAIN };
            cases.push(whole("record end", end, style.text(&lines), ","));
        }
        let mixed: String = lines
            .iter()
            .enumerate()
            .map(|(i, l)| format!("{l}{}", ["\n", "\r\n", "\r"][i % 3]))
            .collect();
        cases.push(whole("record end", "mixed", mixed, ","));
        let text = PLAIN.text(&lines);
        cases.push(whole(
            "last line end",
            "none",
            text.trim_end().to_owned(),
            ",",
        ));
        cases.push(whole("last line end", "three", format!("{text}\n\n"), ","));
        for (what, bytes) in [
            ("utf-8 mark", ["\u{feff}", &text].concat().into_bytes()),
            (
                "utf-16le mark",
                ["\u{feff}", &text]
                    .concat()
                    .encode_utf16()
                    .flat_map(u16::to_le_bytes)
                    .collect(),
            ),
            (
                "utf-16be mark",
                ["\u{feff}", &text]
                    .concat()
                    .encode_utf16()
                    .flat_map(u16::to_be_bytes)
                    .collect(),
            ),
            (
                "utf-16le",
                text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            ),
            (
                "utf-16be",
                text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            ),
            ("latin-1", text.chars().map(|c| c as u32 as u8).collect()),
        ] {
            cases.push(Case {
                bytes,
                ..whole("encoding", what, String::new(), ",")
            });
        }
        if typed {
            cases.push(Case {
                header: None,
                ..whole("no header", "", PLAIN.text(&lines[1..]), ",")
            });
        }
        for n in [2, 3] {
            if !typed {
                break;
            }
            let mut upper: Vec<Row> = (1..n)
                .map(|k| {
                    (0..width)
                        .map(|c| format!("part{k}{}", ["a", "b"][c % 2]))
                        .collect()
                })
                .collect();
            upper.push(header.clone());
            let joined = (0..width)
                .map(|c| {
                    upper
                        .iter()
                        .map(|r| r[c].clone())
                        .collect::<Vec<_>>()
                        .join(" ")
                })
                .collect();
            let mut all: Vec<String> = upper.iter().map(|r| PLAIN.row(r)).collect();
            all.extend_from_slice(&lines[1..]);
            cases.push(Case {
                header: Some(joined),
                ..whole("header rows", &n.to_string(), PLAIN.text(&all), ",")
            });
        }
        for (kind, cell) in [
            ("repeated name", header[0].clone()),
            ("empty name", String::new()),
        ] {
            for at in [1, width / 2, width - 1] {
                let mut odd = header.clone();
                odd[at].clone_from(&cell);
                let text = PLAIN.text(&PLAIN.table(&odd, &rows));
                cases.push(Case {
                    header: Some(odd),
                    ..whole(kind, &at.to_string(), text, ",")
                });
            }
        }
        for (what, above) in [
            ("1", "Report of last week\n"),
            ("3", "Report of last week\nMade by: someone\n2026-02-01\n"),
            ("with blank", "Report of last week\nby, someone\n\n"),
            ("padded", &format!("Report{}\n", ",".repeat(width - 1))),
            (
                "key values",
                "Report,Weekly\nFrom,2026-01-01\nTo,2026-01-08\n\n",
            ),
            ("sep", "sep=,\n"),
            ("comments", "# made by a tool\n# version 3, beta\n"),
            ("blank", "\n\n"),
            ("many comments", &"# made by: a tool, of sorts\n".repeat(90)),
            (
                "long",
                &"A sentence about the data, and one more.\n".repeat(25),
            ),
        ] {
            cases.push(whole("preamble", what, format!("{above}{text}"), ","));
        }
        for (what, below) in [
            ("1", "Source: the shop\n"),
            ("3", "* one\n* two, and more\n* three\n"),
            (
                "with blank",
                "\nNote: prices are in dollars, taxes not\nAll rights reserved\n",
            ),
            (
                "padded",
                &format!("Source: the shop{}\n", ",".repeat(width - 1)),
            ),
        ] {
            cases.push(whole("footnote", what, format!("{text}{below}"), ","));
        }
        for at in places {
            for n in [1, 3] {
                let mut odd = lines.clone();
                odd[at].push_str(&"\n".repeat(n));
                cases.push(whole(
                    "blank lines",
                    &format!("{n} at {at}"),
                    PLAIN.text(&odd),
                    ",",
                ));
            }
        }
        let trailing = Style {
            end: ",\n",
            ..PLAIN
        };
        cases.push(whole(
            "trailing delimiters",
            "all",
            trailing.text(&lines),
            ",",
        ));
        let mut odd: Vec<String> = lines.iter().map(|l| format!("{l},")).collect();
        odd[0].clone_from(&lines[0]);
        cases.push(whole("trailing delimiters", "rows", PLAIN.text(&odd), ","));
        cases.push(whole(
            "trailing delimiters",
            "three",
            Style {
                end: ",,,\n",
                ..PLAIN
            }
            .text(&lines),
            ",",
        ));
        for n in 1..5 {
            cases.push(Case {
                rows: rows[..n].to_vec(),
                ..whole("few rows", &n.to_string(), PLAIN.text(&lines[..=n]), ",")
            });
        }
        for null in ["NA", "NULL", "-", "n/a", "nan", "?", "None"] {
            let odd: Vec<Row> = rows
                .iter()
                .enumerate()
                .map(|(i, r)| {
                    r.iter()
                        .enumerate()
                        .map(|(c, x)| {
                            if (i + c) % 7 == 0 {
                                null.to_owned()
                            } else {
                                x.clone()
                            }
                        })
                        .collect()
                })
                .collect();
            let text = PLAIN.text(&PLAIN.table(&header, &odd));
            cases.push(Case {
                rows: odd,
                ..whole("null marker", null, text, ",")
            });
        }
        for (what, columns) in [("less", 3usize), ("same", width), ("more", width + 3)] {
            let second: Vec<String> = (0..8)
                .map(|i| {
                    let cell = |c: usize| match i {
                        0 => format!("field{c}"),
                        _ if c.is_multiple_of(2) => format!("{}", i * 10 + c),
                        _ => format!("w{i}"),
                    };
                    (0..columns).map(cell).collect::<Vec<_>>().join(",")
                })
                .collect();
            let below = format!("{text}\n{}", PLAIN.text(&second));
            cases.push(whole("two tables", &format!("{what} below"), below, ","));
            let above = format!("{}\n{text}", PLAIN.text(&second));
            if what != "same" {
                cases.push(whole("two tables", &format!("{what} above"), above, ","));
            }
        }
        // One row.
        for at in places {
            let mut damaged = |kind: &'static str, what: String, changed: String| {
                if changed == lines[at + 1] {
                    return;
                }
                let mut odd = lines.clone();
                odd[at + 1] = changed;
                cases.push(Case {
                    rows: without(&rows, at),
                    damaged: vec![line_of(&odd, at + 1)],
                    ..whole(kind, &format!("row {at} {what}"), PLAIN.text(&odd), ",")
                });
            };
            let row = &rows[at];
            let cells: Vec<String> = row.iter().map(|c| PLAIN.cell(c)).collect();
            for c in [0, 1, width / 2, width - 2, width - 1] {
                let mut less = cells.clone();
                less.remove(c);
                damaged("missing cell", format!("column {c}"), less.join(","));
                let mut more = cells.clone();
                more.insert(c + 1, "extra".to_owned());
                damaged("extra cell", format!("column {c}"), more.join(","));
                let mut more = cells.clone();
                more.insert(c, String::new());
                damaged("extra delimiter", format!("column {c}"), more.join(","));
                if c + 1 < width {
                    let mut less = cells.clone();
                    let next = less.remove(c + 1);
                    less[c].push_str(&next);
                    damaged("missing delimiter", format!("column {c}"), less.join(","));
                }
                let mut with = |kind, what: &str, cell: String| {
                    let mut odd = cells.clone();
                    odd[c] = cell;
                    damaged(kind, format!("{what} column {c}"), odd.join(","));
                };
                with("extra quote", "before", format!("\"{}", cells[c]));
                with("extra quote", "behind", format!("{}\"", cells[c]));
                let middle = (0..=cells[c].len() / 2)
                    .rev()
                    .find(|&m| cells[c].is_char_boundary(m))
                    .unwrap_or(0);
                if middle > 0 {
                    with(
                        "extra quote",
                        "within",
                        format!("{}\"{}", &cells[c][..middle], &cells[c][middle..]),
                    );
                }
                if cells[c].starts_with('"') && cells[c].len() > 1 {
                    with("missing quote", "before", cells[c][1..].to_owned());
                    with(
                        "missing quote",
                        "behind",
                        cells[c][..cells[c].len() - 1].to_owned(),
                    );
                }
            }
            for delimiter in [";", "\t", " "] {
                let style = Style { delimiter, ..PLAIN };
                damaged(
                    "other delimiter in a row",
                    format!("{delimiter:?}"),
                    style.row(row),
                );
            }
            if at + 1 < rows.len() {
                let mut odd = lines.clone();
                let next = odd.remove(at + 2);
                odd[at + 1] = format!("{},{next}", odd[at + 1]);
                let mut left = without(&rows, at);
                left.remove(at);
                cases.push(Case {
                    rows: left,
                    damaged: vec![line_of(&odd, at + 1)],
                    ..whole(
                        "two rows on a line",
                        &format!("row {at}"),
                        PLAIN.text(&odd),
                        ",",
                    )
                });
            }
        }
        for at in [0, width / 2, width - 1] {
            let mut odd = lines.clone();
            let mut cells = header.clone();
            cells.remove(at);
            odd[0] = cells.join(",");
            cases.push(Case {
                header: None,
                damaged: vec![1],
                ..whole(
                    "damaged header",
                    &format!("less {at}"),
                    PLAIN.text(&odd),
                    ",",
                )
            });
            let mut cells = header.clone();
            cells.insert(at, String::new());
            odd[0] = cells.join(",");
            cases.push(Case {
                header: None,
                damaged: vec![1],
                ..whole(
                    "damaged header",
                    &format!("more {at}"),
                    PLAIN.text(&odd),
                    ",",
                )
            });
        }
        for at in places {
            let mut odd = lines.clone();
            odd.insert(at + 1, format!("# a remark, at {at}"));
            let line = line_of(&odd, at + 1);
            cases.push(Case {
                damaged: vec![line],
                ..whole("comment line", &at.to_string(), PLAIN.text(&odd), ",")
            });
            let mut odd = lines.clone();
            odd.insert(at + 2, lines[0].clone());
            let line = line_of(&odd, at + 2);
            cases.push(Case {
                damaged: vec![line],
                ..whole("header again", &at.to_string(), PLAIN.text(&odd), ",")
            });
        }
    }
    cases
}

#[test]
fn undamaged_rows_stay_and_damaged_ones_are_named() {
    let (kinds, sum) = measure(&cases());
    let [intact, whole, named, headers, delimiters] = sum.shares();
    assert!(kinds >= 30, "{kinds} kinds");
    assert!(intact >= 0.99);
    assert!(whole >= 0.97);
    assert!(named >= 0.95);
    assert!(headers >= 0.97);
    assert!(delimiters >= 0.99);
    assert!(
        sum.surplus * 50 < sum.files,
        "{} rows too many",
        sum.surplus
    );
}

#[test]
fn every_cut_gives_the_same_table_and_the_same_report() {
    let (header, rows) = orders();
    let mut lines = PLAIN.table(&header, &rows[..24]);
    lines[3] = lines[3].replacen(',', "", 1);
    lines[5].push_str(",extra");
    lines[9] = lines[9].replacen('"', "", 1);
    lines[12].insert(0, '"');
    lines.insert(15, String::new());
    lines.insert(0, "A report, of sorts".to_owned());
    let text = format!(
        "{}\r\n\r\nSource: \u{e9}\n",
        PLAIN.text(&lines).replace('\n', "\r\n")
    );
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [text.into_bytes(), utf16] {
        let whole = read(&bytes, &ReadOptions::default()).expect("a table");
        assert!(
            whole.1.repaired.count >= 4 && whole.1.skipped.count >= 3,
            "{:?}",
            whole.1
        );
        for size in 1..64 {
            let mut reader = Reader::new("test.csv").keep_raw();
            bytes
                .chunks(size)
                .for_each(|piece| reader.push(piece).expect("a piece"));
            let (table, cells) = reader.finish_raw().expect("a table");
            assert_eq!(
                (raw::parse(&String::from_utf8(cells).unwrap()), table.how),
                whole,
                "cut by {size}"
            );
        }
    }
}

/// What a reader may be made to do again and again: each input is a hundred thousand times the same trap.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test may look at the clock")]
fn no_trap_takes_more_than_its_length_asks_for() {
    let many = |line: &str| line.repeat(200_000);
    let traps = [
        many(","),
        many("\""),
        many(" "),
        many("\n"),
        format!("a,b\n1,{}", "x".repeat(8 << 20)),
        format!("a,b,c\n1,\"2,3\n{}", many("4,5,6\n")),
        format!("a,b\n{}", many("1,\"x\n")),
        format!("a,b\n{}", many("1,\"\n")),
        format!("a,b\n{}", many("1,\"\"x\n")),
        format!("a,b,c\n{}", many("x\",y,\"z\n")),
        format!("a,b,c\n{}", many("1,2\n1,2,3\n\n")),
        format!("a,b,c\n{}", many("1;2;3\n1,2,3\n")),
        format!("a,b,c\n{}", many("1,2,3,1,2,3\n1,2,3\n")),
        format!("a b c\n{}", many("1   \"2   3\n")),
    ];
    for (at, trap) in traps.iter().enumerate() {
        let begun = std::time::Instant::now();
        // Pieces of a size at which looking at each again would show.
        let mut reader = Reader::new("trap.csv");
        let read = trap
            .as_bytes()
            .chunks(1 << 12)
            .try_for_each(|piece| reader.push(piece));
        let read = read.and_then(|()| reader.finish());
        let secs = begun.elapsed().as_secs_f64();
        assert!(secs < 10.0, "trap {at}: {secs} s for {} bytes", trap.len());
        if let Ok(table) = read {
            assert!(table.rows > 0);
        }
    }
}
