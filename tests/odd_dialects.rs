//! Tables written with odd signs: between cells, around them, at the ends of lines; drawn as boxes, quoted line by line, in wide
//! encodings. Which rows stay whole, which damaged rows are named, how often the delimiter is right.
//!
//! `cargo test --test odd_dialects -- --nocapture` prints a line for each family.

#[path = "polluted/listed.rs"]
mod listed;
mod polluted;
mod raw;

use listed::listed;
use polluted::{Case, PLAIN, Style, line_of, measure, tables, without};
use raw::Row;

/// Rows of a small table.
const FEW: usize = 5;

/// A table and how it is written.
struct Written {
    header: Row,
    rows: Vec<Row>,
    style: Style,
    /// Line ends behind each row beside the first.
    more_ends: u64,
}

impl Written {
    /// Undamaged and, unless there are few rows, with one row damaged: a cell too few in the middle, a cell too many at the end.
    /// `form` makes bytes of the lines, of which the first is the header.
    fn cases(
        &self,
        kind: &'static str,
        what: &str,
        told: &'static str,
        form: &dyn Fn(&[String]) -> Vec<u8>,
        cases: &mut Vec<Case>,
    ) {
        let lines = self.style.table(&self.header, &self.rows);
        let case = |what: String, bytes| Case {
            kind,
            what,
            bytes,
            header: Some(self.header.clone()),
            rows: self.rows.clone(),
            damaged: Vec::new(),
            delimiter: told,
        };
        cases.push(case(what.to_owned(), form(&lines)));
        if self.rows.len() <= FEW {
            return;
        }
        for (damage, at) in [("less", self.rows.len() / 2), ("more", self.rows.len() - 1)] {
            let mut cells: Vec<String> = self.rows[at].iter().map(|c| self.style.cell(c)).collect();
            match damage {
                "less" => drop(cells.remove(1)),
                _ => cells.insert(2, self.style.cell("extra")),
            }
            let mut odd = lines.clone();
            odd[at + 1] = cells.join(self.style.delimiter);
            cases.push(Case {
                rows: without(&self.rows, at),
                // `\r\r\n` ends a line and one more.
                damaged: vec![line_of(&odd, at + 1) + self.more_ends * (at as u64 + 1)],
                ..case(format!("{what} {damage} at {at}"), form(&odd))
            });
        }
    }
}

fn ended(lines: &[String], end: &'static str) -> Vec<u8> {
    Style { end, ..PLAIN }.text(lines).into_bytes()
}

/// What cannot be written in a box: cells of several lines, and the box's own sign.
fn flat(rows: &[Row]) -> Vec<Row> {
    let flat = |c: &String| c.replace('\n', " ").replace('|', "/");
    rows.iter().map(|r| r.iter().map(flat).collect()).collect()
}

/// The signs of a drawn table: left, between, right and horizontal of the lines over, under and between rows.
struct Drawn {
    name: &'static str,
    side: &'static str,
    between: &'static str,
    /// Left, filling, crossing, right; empty where no such line is drawn.
    top: [&'static str; 4],
    below_header: [&'static str; 4],
    between_rows: [&'static str; 4],
    bottom: [&'static str; 4],
    padded: bool,
    foot: &'static str,
}

const NONE: [&str; 4] = [""; 4];
const ASCII: [&str; 4] = ["+", "-", "+", "+"];

const BOXES: [Drawn; 12] = [
    Drawn {
        name: "mysql",
        side: "|",
        between: "|",
        top: ASCII,
        below_header: ASCII,
        between_rows: NONE,
        bottom: ASCII,
        padded: true,
        foot: "30 rows in set (0.00 sec)\n",
    },
    Drawn {
        name: "every row ruled",
        side: "|",
        between: "|",
        top: ASCII,
        below_header: ASCII,
        between_rows: ASCII,
        bottom: ASCII,
        padded: true,
        foot: "",
    },
    Drawn {
        name: "grid with a double line",
        side: "|",
        between: "|",
        top: ASCII,
        below_header: ["+", "=", "+", "+"],
        between_rows: ASCII,
        bottom: ASCII,
        padded: true,
        foot: "",
    },
    Drawn {
        name: "psql",
        side: "",
        between: "|",
        top: NONE,
        below_header: ["", "-", "+", ""],
        between_rows: NONE,
        bottom: NONE,
        padded: true,
        foot: "(30 rows)\n\n",
    },
    Drawn {
        name: "psql border 2",
        side: "|",
        between: "|",
        top: ASCII,
        below_header: ["|", "-", "+", "|"],
        between_rows: NONE,
        bottom: ASCII,
        padded: true,
        foot: "(30 rows)\n",
    },
    Drawn {
        name: "markdown",
        side: "|",
        between: "|",
        top: NONE,
        below_header: ["|", "-", "|", "|"],
        between_rows: NONE,
        bottom: NONE,
        padded: true,
        foot: "",
    },
    Drawn {
        name: "markdown, not aligned",
        side: "|",
        between: "|",
        top: NONE,
        below_header: ["|", "-", "|", "|"],
        between_rows: NONE,
        bottom: NONE,
        padded: false,
        foot: "",
    },
    Drawn {
        name: "markdown without sides",
        side: "",
        between: "|",
        top: NONE,
        below_header: ["", "-", "|", ""],
        between_rows: NONE,
        bottom: NONE,
        padded: false,
        foot: "",
    },
    Drawn {
        name: "org",
        side: "|",
        between: "|",
        top: NONE,
        below_header: ["|", "-", "+", "|"],
        between_rows: NONE,
        bottom: ["|", "-", "+", "|"],
        padded: true,
        foot: "",
    },
    Drawn {
        name: "light",
        side: "│",
        between: "│",
        top: ["┌", "─", "┬", "┐"],
        below_header: ["├", "─", "┼", "┤"],
        between_rows: NONE,
        bottom: ["└", "─", "┴", "┘"],
        padded: true,
        foot: "",
    },
    Drawn {
        name: "heavy head",
        side: "│",
        between: "│",
        top: ["╭", "─", "┬", "╮"],
        below_header: ["╞", "═", "╪", "╡"],
        between_rows: ["├", "─", "┼", "┤"],
        bottom: ["╰", "─", "┴", "╯"],
        padded: true,
        foot: "",
    },
    Drawn {
        name: "double",
        side: "║",
        between: "║",
        top: ["╔", "═", "╦", "╗"],
        below_header: ["╠", "═", "╬", "╣"],
        between_rows: NONE,
        bottom: ["╚", "═", "╩", "╝"],
        padded: true,
        foot: "",
    },
];

impl Drawn {
    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let cell = |(c, w): (&String, &usize)| match self.padded {
            true => format!(" {c}{} ", " ".repeat(w.saturating_sub(c.chars().count()))),
            false => format!(" {c} "),
        };
        let cells: Vec<String> = cells.iter().zip(widths).map(cell).collect();
        let line = format!("{}{}{}", self.side, cells.join(self.between), self.side);
        line.trim_end().to_owned()
    }

    fn rule(&self, [left, fill, cross, right]: [&str; 4], widths: &[usize]) -> Option<String> {
        let part = |w: &usize| fill.repeat(w + 2);
        let parts: Vec<String> = widths.iter().map(part).collect();
        (!fill.is_empty()).then(|| format!("{left}{}{right}", parts.join(cross)))
    }

    /// The table's lines, and on which line each row stands.
    fn text(&self, header: &Row, rows: &[Row]) -> (String, Vec<u64>) {
        let width_of = |c: usize| {
            let cells = rows.iter().chain([header]);
            cells
                .filter_map(|r| r.get(c))
                .map(|c| c.chars().count())
                .max()
        };
        let widths: Vec<usize> = (0..header.len() + 1)
            .map(|c| width_of(c).unwrap_or(3))
            .collect();
        let full = &widths[..header.len()];
        let mut lines: Vec<String> = self.rule(self.top, full).into_iter().collect();
        lines.push(self.line(header, &widths));
        lines.extend(self.rule(self.below_header, full));
        let mut at = Vec::new();
        for (i, row) in rows.iter().enumerate() {
            if i > 0 {
                lines.extend(self.rule(self.between_rows, full));
            }
            lines.push(self.line(row, &widths));
            at.push(lines.len() as u64);
        }
        lines.extend(self.rule(self.bottom, full));
        (format!("{}\n{}", lines.join("\n"), self.foot), at)
    }
}

fn boxes(name: &str, header: &Row, rows: &[Row], cases: &mut Vec<Case>) {
    let rows = flat(rows);
    for drawn in &BOXES {
        let case = |what: &str, text: String| Case {
            kind: "drawn as a box",
            what: format!("{name} {} {what}", drawn.name),
            bytes: text.into_bytes(),
            header: Some(header.clone()),
            rows: rows.clone(),
            damaged: Vec::new(),
            delimiter: drawn.between,
        };
        cases.push(case("", drawn.text(header, &rows).0));
        let above = format!("mysql> SELECT * FROM t;\n{}", drawn.text(header, &rows).0);
        cases.push(case("below a command", above));
        let at = rows.len() / 2;
        for damage in ["less", "more"] {
            let mut odd = rows.clone();
            match damage {
                "less" => drop(odd[at].remove(1)),
                _ => odd[at].insert(2, "extra".to_owned()),
            }
            let (text, lines) = drawn.text(header, &odd);
            cases.push(Case {
                rows: without(&rows, at),
                damaged: vec![lines[at]],
                ..case(damage, text)
            });
        }
    }
}

/// Boxes whose cells go on in the lines below: behind a sign, or between drawn lines.
fn several_lines(name: &str, header: &Row, rows: &[Row], cases: &mut Vec<Case>) {
    if !rows.iter().flatten().any(|c| c.contains('\n')) {
        return;
    }
    let plain = |c: &String| c.replace('|', "/");
    let rows: Vec<Row> = rows.iter().map(|r| r.iter().map(plain).collect()).collect();
    for drawn in &BOXES {
        let marked = drawn.foot.starts_with('(');
        if !marked && drawn.between_rows == NONE {
            continue;
        }
        let width_of = |c: usize| {
            let cells = rows.iter().chain([header]).map(|r| &r[c]);
            let parts = cells.flat_map(|c| c.split('\n'));
            parts.map(|p| p.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..header.len()).map(width_of).collect();
        let mut lines: Vec<String> = drawn.rule(drawn.top, &widths).into_iter().collect();
        lines.push(drawn.line(header, &widths));
        lines.extend(drawn.rule(drawn.below_header, &widths));
        for (i, row) in rows.iter().enumerate() {
            if i > 0 {
                lines.extend(drawn.rule(drawn.between_rows, &widths));
            }
            let parts: Vec<Vec<&str>> = row.iter().map(|c| c.split('\n').collect()).collect();
            for at in 0..parts.iter().map(Vec::len).max().unwrap_or(1) {
                let cell = |(parts, w): (&Vec<&str>, &usize)| {
                    let part = parts.get(at).copied().unwrap_or("");
                    let blanks = " ".repeat(w - part.chars().count());
                    let goes_on = marked && at + 1 < parts.len();
                    format!(" {part}{blanks}{}", if goes_on { "+" } else { " " })
                };
                let cells: Vec<String> = parts.iter().zip(&widths).map(cell).collect();
                let line = format!("{}{}{}", drawn.side, cells.join(drawn.between), drawn.side);
                lines.push(line.trim_end().to_owned());
            }
        }
        lines.extend(drawn.rule(drawn.bottom, &widths));
        let text = format!("{}\n{}", lines.join("\n"), drawn.foot);
        let case = |what: &str, text: String| Case {
            kind: "cells of several lines",
            what: format!("{name} {} {what}", drawn.name),
            bytes: text.into_bytes(),
            header: Some(header.clone()),
            rows: rows.clone(),
            damaged: Vec::new(),
            delimiter: drawn.between,
        };
        cases.push(case("", text.clone()));
        cases.push(case(
            "below a command",
            format!("db> SELECT * FROM t;\n{text}"),
        ));
    }
}

/// Boxes of a single column, each of the first columns in turn.
fn lone_columns(name: &str, header: &Row, rows: &[Row], cases: &mut Vec<Case>) {
    let rows = flat(rows);
    for column in 0..header.len().min(7) {
        let header = vec![header[column].clone()];
        // A line without any sign is blank.
        let cells = rows.iter().map(|r| vec![r[column].clone()]);
        let rows: Vec<Row> = cells.filter(|r| !r[0].is_empty()).collect();
        for drawn in &BOXES {
            // Without sides and a count below, it is any text with dashes in it.
            if drawn.side.is_empty() && drawn.foot.is_empty() {
                continue;
            }
            let case = |what: &str, text: String| Case {
                kind: "a box of one column",
                what: format!("{name} {} {} {what}", header[0], drawn.name),
                bytes: text.into_bytes(),
                header: Some(header.clone()),
                rows: rows.clone(),
                damaged: Vec::new(),
                delimiter: match drawn.side {
                    "" => "fixed",
                    side => side,
                },
            };
            let text = drawn.text(&header, &rows).0;
            cases.push(case("", text.clone()));
            cases.push(case("below a command", format!("db> SELECT a, b;\n{text}")));
        }
    }
}

/// Words that are written with other letters than Latin ones.
fn cyrillic() -> (Row, Vec<Row>) {
    let header = ["время", "узел", "загрузка", "состояние"];
    let row = |i: usize| {
        vec![
            format!("2026-01-01T{:02}:{:02}:00Z", i / 60, i % 60),
            format!("узел-{}", i % 5),
            format!("0.{:03}", (i * 379) % 1000),
            ["норма", "сбой, сеть", "переполнение"][i % 3].to_owned(),
        ]
    };
    (
        header.map(str::to_owned).to_vec(),
        (0..40).map(row).collect(),
    )
}

/// What clusters print: labels, addresses, paths, images, shares, ages, offsets, JSON.
fn pods() -> (Row, Vec<Row>) {
    let header = [
        "observed_at",
        "namespace/pod",
        "ip",
        "labels",
        "image",
        "cpu%",
        "mem",
        "age",
        "args",
        "last_state",
    ];
    let row = |i: usize| {
        vec![
            format!(
                "2026-03-{:02}T{:02}:{:02}:30+02:00",
                1 + i / 24,
                i % 24,
                (i * 7) % 60
            ),
            format!(
                "{}/web-{:x}-{}",
                ["prod", "stage"][i % 2],
                0x5f3a + i * 977,
                i % 7
            ),
            format!("10.0.{}.{}", i % 4, 10 + i),
            format!("app=web,tier={},rev={}", ["front", "back"][i % 2], i % 3),
            format!("registry.example/team/web:v1.{}.{}", i % 5, i),
            format!("{}.{}%", (i * 13) % 97, i % 10),
            format!("{}Mi", 64 + (i * 31) % 900),
            format!("{}d{}h", i % 30, i % 24),
            ["--port=80 --log=/var/log/a.log", "", "-c \"sleep 5; run\""][i % 3].to_owned(),
            [
                "",
                "{\"exitCode\":137,\"reason\":\"OOMKilled\"}",
                "Error: it's gone",
                "<none>",
            ][i % 4]
                .to_owned(),
        ]
    };
    (
        header.map(str::to_owned).to_vec(),
        (0..36).map(row).collect(),
    )
}

fn wide_bytes(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "UTF-32LE" => text
            .chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect(),
        _ => text
            .chars()
            .flat_map(|c| u32::from(c).to_be_bytes())
            .collect(),
    }
}

const SINGLE: [&str; 30] = [
    "§", "¦", "¬", "¶", "·", "•", "→", "│", "~", "^", "#", "!", "@", "*", "&", "=", "$", "%", "+",
    ">", "/", "\\", "?", ":", "|", "\u{1}", "\u{2}", "\u{7}", "\u{1f}", "\u{1e}",
];
const SEVERAL: [&str; 26] = [
    "::", "||", "->", "|~|", "~|~", ";;", "@@", "=>", "&&", "$$", "%%", "##", "#!#", "<>", "|,|",
    "^|^", "~~", "**", "--", "<|>", "{|}", "|;|", "§§", " | ", " ; ", "\t|\t",
];

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let more = [("cyrillic", cyrillic()), ("pods", pods())];
    let whole = tables().into_iter().chain(more);
    let few = whole.clone().map(|(name, (header, mut rows))| {
        rows.truncate(FEW);
        (name, (header, rows))
    });
    for (name, (header, rows)) in whole.chain(few) {
        let written = |style: Style| Written {
            header: header.clone(),
            rows: rows.clone(),
            style,
            more_ends: 0,
        };
        let lines = |lines: &[String]| ended(lines, "\n");
        for delimiter in SINGLE {
            let style = Style { delimiter, ..PLAIN };
            let what = format!("{name} {delimiter:?}");
            written(style).cases("one odd sign", &what, delimiter, &lines, &mut cases);
        }
        for delimiter in SEVERAL {
            let style = Style { delimiter, ..PLAIN };
            let what = format!("{name} {delimiter:?}");
            let told = match delimiter {
                " | " | "\t|\t" => "|",
                " ; " => ";",
                sign => sign,
            };
            written(style).cases("several signs", &what, told, &lines, &mut cases);
        }
        for quote in ['\'', '`', '|', '$', '~', '%', '^', '*', '#', '/', '@'] {
            for delimiter in [",", ";", "\t"] {
                for all_quoted in [false, true] {
                    let style = Style {
                        quote,
                        escape: quote,
                        delimiter,
                        all_quoted,
                        ..PLAIN
                    };
                    let what = format!("{name} {quote} {delimiter:?} all {all_quoted}");
                    written(style).cases("quote", &what, delimiter, &lines, &mut cases);
                }
            }
        }
        for escape in ['\\', '/', '^', '~', '\'', '`', '@', '#', '%', '$', '|', '!'] {
            for delimiter in [",", ";"] {
                for all_quoted in [false, true] {
                    let style = Style {
                        escape,
                        delimiter,
                        all_quoted,
                        ..PLAIN
                    };
                    let what = format!("{name} {escape} {delimiter:?} all {all_quoted}");
                    written(style).cases("escape", &what, delimiter, &lines, &mut cases);
                }
            }
        }
        for end in [
            "\u{b}", "\u{c}", "\u{1e}", "\u{85}", "\u{2028}", "\u{2029}", "\u{1c}", "\u{1d}",
            "\r\r\n", "\n\r",
        ] {
            for delimiter in [",", ";", "\t", "\u{1f}"] {
                let style = Style { delimiter, ..PLAIN };
                let what = format!("{name} {end:?} {delimiter:?}");
                let form = |lines: &[String]| ended(lines, end);
                Written {
                    more_ends: u64::from(matches!(end, "\r\r\n" | "\n\r")),
                    ..written(style)
                }
                .cases("line end", &what, delimiter, &form, &mut cases);
            }
        }
        for delimiter in [",", ";", "\t"] {
            for (how, bare_header, end) in [
                ("all", false, "\n"),
                ("all, crlf", false, "\r\n"),
                ("all but the header", true, "\n"),
            ] {
                let style = Style { delimiter, ..PLAIN };
                let what = format!("{name} {delimiter:?} {how}");
                let form = |lines: &[String]| {
                    let quoted = |(i, l): (usize, &String)| match i {
                        0 if bare_header => l.clone(),
                        _ => format!("\"{}\"", l.replace('"', "\"\"")),
                    };
                    let lines: Vec<String> = lines.iter().enumerate().map(quoted).collect();
                    ended(&lines, end)
                };
                written(style).cases("lines quoted whole", &what, delimiter, &form, &mut cases);
            }
        }
        boxes(name, &header, &rows, &mut cases);
        lone_columns(name, &header, &rows, &mut cases);
        several_lines(name, &header, &rows, &mut cases);
        listed(name, &header, &rows, &mut cases);
        for encoding in ["UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"] {
            for mark in ["", "\u{feff}"] {
                for delimiter in [",", ";", "\t"] {
                    let style = Style { delimiter, ..PLAIN };
                    let what = format!("{name} {encoding} {delimiter:?} mark {}", !mark.is_empty());
                    let form = |lines: &[String]| {
                        let text: String = lines.iter().map(|l| format!("{l}\r\n")).collect();
                        wide_bytes(&format!("{mark}{text}"), encoding)
                    };
                    written(style).cases("wide encoding", &what, delimiter, &form, &mut cases);
                }
            }
        }
    }
    cases
}

#[test]
fn undamaged_rows_stay_and_damaged_ones_are_named() {
    let (kinds, sum) = measure(&cases());
    let [intact, whole, named, headers, delimiters] = sum.shares();
    assert_eq!(kinds, 11);
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
