//! Tables written with odd signs: between cells, around them, at the ends of lines; drawn as boxes, quoted line by line, in wide
//! encodings. Which rows stay whole, which damaged rows are named, how often the delimiter is right.
//!
//! `cargo test --test odd_dialects -- --nocapture` prints a line for each family.

#[path = "../polluted/mod.rs"]
mod polluted;
#[path = "../raw/mod.rs"]
mod raw;

mod drawn;
mod listed;
mod more_tables;
mod written;

use drawn::{boxes, lone_columns, several_lines};
use listed::listed;
use more_tables::{cyrillic, pods};
use polluted::{Case, PLAIN, Style, line_of, measure, tables, without};
use raw::Row;
use written::*;

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
