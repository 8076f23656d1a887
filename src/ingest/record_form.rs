//! How records that are lists of their fields are told from other text: by the lines that psql and mysql draw above each record,
//! and by what stands below the last.

use super::class::Class;
use super::layout::is_drawn;
use super::limits::MAX_COLUMNS;
use super::scan::line_at;
use crate::data::Names;

/// Lines that may stand above the first record.
const MOST_ABOVE: usize = 20;
/// Records of the unaligned form that are compared.
const COMPARED: usize = 200;

/// How records are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// psql: `-[ RECORD 1 ]---`, then `name | value`.
    Barred,
    /// psql, unaligned: `name|value`, a blank line between records.
    Bare,
    /// mysql: `*** 1. row ***`, then `name: value`, names set to the right.
    Starred,
}

/// The bytes of the bar with which a text begins; 0 if it begins with none.
pub(super) fn bar_width(text: &[u8]) -> usize {
    match text {
        [b'|', ..] => 1,
        [0xe2, 0x94, 0x82 | 0x83, ..] | [0xe2, 0x95, 0x91, ..] => 3,
        _ => 0,
    }
}

/// The line above a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    pub form: Form,
    pub number: u64,
    /// Whether lines are drawn at the record's sides.
    pub sided: bool,
}

impl Marker {
    /// Of records that have none; they are never counted from 1 again.
    pub const NONE: Self = Self {
        form: Form::Bare,
        number: u64::MAX,
        sided: false,
    };
}

fn number_of(digits: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(digits).ok()?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// `-[ RECORD 1 ]---+---` in any border, or `*************************** 1. row ***************************`.
pub(super) fn marker(line: &[u8]) -> Option<Marker> {
    const STARS: &[u8] = b"**********";
    let line = line.trim_ascii();
    match line.first()? {
        b'*' => {
            let starts = line.starts_with(STARS) && line.ends_with(STARS);
            let within = |b: &&u8| **b == b'*';
            let left = line.iter().take_while(within).count();
            let right = line.iter().rev().take_while(within).count();
            if !starts || left + right >= line.len() {
                return None;
            }
            let body = line.get(left..line.len() - right)?;
            let digits = body.strip_prefix(b" ")?.strip_suffix(b". row ")?;
            Some(Marker {
                form: Form::Starred,
                number: number_of(digits)?,
                sided: false,
            })
        }
        b'-' | b'+' | 0xe2 => {
            let from = line.iter().position(|&b| b == b'[')?;
            let to = from + line.get(from..)?.iter().position(|&b| b == b']')?;
            let (before, after) = (line.get(..from)?, line.get(to + 1..)?);
            let label = line.get(from + 1..to)?;
            let label = label.strip_prefix(b" ")?.strip_suffix(b" ")?;
            let cut = label.iter().rposition(|&b| b == b' ')?;
            let drawn = is_drawn(before) && is_drawn(after) && !before.contains(&b' ');
            let number = number_of(label.get(cut + 1..)?)?;
            let one = matches!(before.len(), 1) || (before.len() == 3 && before[0] == 0xe2);
            drawn.then_some(Marker {
                form: Form::Barred,
                number,
                sided: !one,
            })
        }
        _ => None,
    }
}

/// `(2 rows)`, `2 rows in set (0.00 sec)`: what ends an answer.
pub(super) fn is_footer(line: &[u8], form: Form) -> bool {
    let line = line.trim_ascii();
    match form {
        Form::Starred => {
            let digits = line.iter().take_while(|b| b.is_ascii_digit()).count();
            let rest = line.get(digits..).unwrap_or_default();
            digits > 0 && (rest.starts_with(b" rows in set") || rest.starts_with(b" row in set"))
        }
        Form::Barred | Form::Bare => {
            let body = line.strip_prefix(b"(").and_then(|l| l.strip_suffix(b")"));
            body.and_then(|b| {
                let cut = b.iter().position(|&b| b == b' ')?;
                let word = b.get(cut + 1..)?;
                number_of(b.get(..cut)?)?;
                Some(!word.is_empty() && !word.contains(&b' ') && !word.contains(&b'|'))
            })
            .unwrap_or(false)
        }
    }
}

/// How records are set in a text, if they are.
pub(super) fn form_of(text: &[u8], complete: bool) -> Option<Form> {
    let (mut at, mut above) = (0, 0);
    let mut quotes = 0;
    while above < MOST_ABOVE {
        let Some((end, next)) = line_at(text, at, complete).filter(|_| at < text.len()) else {
            break;
        };
        let line = text.get(at..end).unwrap_or_default();
        at = next;
        if line.trim_ascii().is_empty() {
            continue;
        }
        if let Some(mark) = marker(line) {
            // Such lines stand within the quoted cell of a table, too.
            let is_first = above == 0 || (mark.number == 1 && quotes % 2 == 0);
            let below = line_at(text, at, complete).and_then(|(end, _)| text.get(at..end));
            let holds_field = below.is_some_and(|line| match mark.form {
                Form::Starred => line.contains(&b':'),
                _ => (0..line.len()).any(|at| bar_width(line.get(at..).unwrap_or_default()) > 0),
            });
            return (is_first && holds_field).then_some(mark.form);
        }
        quotes += line.iter().filter(|&&b| b == b'"').count();
        above += 1;
    }
    is_bare(text, complete).then_some(Form::Bare)
}

/// Whether all records have the same names, each `name|value` on its line, and a blank line stands between records.
fn is_bare(text: &[u8], complete: bool) -> bool {
    let mut records: Vec<Vec<(&[u8], &[u8])>> = vec![Vec::new()];
    let mut at = 0;
    while let Some((end, next)) = line_at(text, at, complete).filter(|_| at < text.len()) {
        let line = text.get(at..end).unwrap_or_default();
        at = next;
        let Some(record) = records.last_mut() else {
            return false;
        };
        if line.trim_ascii().is_empty() {
            // Two blank lines, or one above all.
            if record.is_empty() {
                return false;
            }
            if records.len() == COMPARED {
                break;
            }
            records.push(Vec::new());
            continue;
        }
        let Some(cut) = line.iter().position(|&b| b == b'|') else {
            return false;
        };
        let (name, value) = line.split_at(cut);
        let is_name = name.trim_ascii() == name && Class::of(name) == Class::Text;
        if !is_name || record.len() >= MAX_COLUMNS {
            return false;
        }
        record.push((name, value));
    }
    // The last one may not be whole.
    if records.last().is_some_and(Vec::is_empty) || !complete {
        records.pop();
    }
    let Some((first, others)) = records.split_first() else {
        return false;
    };
    let mut seen = Names::default();
    let unlike = |(name, _): &(&[u8], &[u8])| seen.take(&String::from_utf8_lossy(name));
    let alike = |record: &Vec<(&[u8], &[u8])>| {
        let names = |r: &[(&[u8], &[u8])], at: usize| r.get(at).map(|f| f.0.to_vec());
        record.len() == first.len()
            && (0..first.len()).all(|at| names(record, at) == names(first, at))
    };
    // The header of a table of two columns, once more above each part, has the same words in both.
    let header =
        |record: &Vec<(&[u8], &[u8])>| record.first().map(|f| f.1) == first.first().map(|f| f.1);
    first.len() > 1
        && !others.is_empty()
        && first.iter().all(unlike)
        && others.iter().all(alike)
        && !others.iter().all(header)
}

#[cfg(test)]
mod tests {
    use super::super::expanded::{Piece, expander};
    use super::super::options::ReadOptions;

    /// Names, rows, and what is told of lines.
    type Found = (Vec<String>, Vec<Vec<String>>, Vec<String>);

    fn read(text: &str, size: usize) -> Option<Found> {
        let (mut expander, sample) = expander(text.as_bytes(), true, &ReadOptions::default())?;
        let (mut rows, mut notes) = (Vec::new(), Vec::new());
        let mut take = |piece: Piece<'_>| {
            match piece {
                Piece::Row(r) => {
                    let text = |c: &[u8]| String::from_utf8_lossy(c).into_owned();
                    rows.push(r.cells().map(text).collect());
                    if let Some(why) = r.why {
                        notes.push(format!("{} {why:?}", r.line));
                    }
                }
                Piece::Repaired(line, why, _) | Piece::Skipped(line, why, _) => {
                    notes.push(format!("{line} {why:?}"));
                }
            }
            Ok(())
        };
        for piece in text.as_bytes().chunks(size) {
            expander.push(piece, &mut take).unwrap();
        }
        expander.finish(&mut take).unwrap();
        Some((sample.names, rows, notes))
    }

    #[test]
    fn records_are_rows_in_every_form() {
        let forms = [
            "-[ RECORD 1 ]------\nid   | 1\nnote | a | b    +\n     | two+\n     | \n-[ RECORD 2 ]------\nid   | 2\nnote | \n\n",
            "+-[ RECORD 1 ]-----+\n| id   | 1         |\n| note | a | b    +|\n|      | two      +|\n|      |           |\n+-[ RECORD 2 ]-----+\n| id   | 2         |\n| note |           |\n+------+-----------+\n",
            "-[ RECORD 1 ]------\nid   | 1\nnote | a | b\n     : two\n     : \n-[ RECORD 2 ]------\nid   | 2\nnote | \n(2 rows)\n",
            "\u{250c}\u{2500}[ RECORD 1 ]\u{2500}\u{252c}\u{2500}\u{2510}\n\u{2502} id   \u{2502} 1 \u{2502}\n\u{2502} note \u{2502} a | b\u{21b5}\u{2502}\n\u{2502}      \u{2502} two\u{21b5}\u{2502}\n\u{2502}      \u{2502}    \u{2502}\n\u{251c}\u{2500}[ RECORD 2 ]\u{2500}\u{253c}\u{2500}\u{2524}\n\u{2502} id   \u{2502} 2 \u{2502}\n\u{2502} note \u{2502}   \u{2502}\n\u{2514}\u{2500}\u{2500}\u{2534}\u{2500}\u{2500}\u{2518}\n",
        ];
        for text in forms {
            for size in [1, 7, 1000] {
                let (names, rows, _) = read(text, size).expect("records");
                assert_eq!(names, ["id", "note"], "{text}");
                assert_eq!(rows, [["1", "a | b\ntwo"], ["2", ""]], "{text}");
            }
        }
    }

    #[test]
    fn rows_of_mysql_keep_their_lines() {
        let stars = "***************************";
        let text = format!(
            "mysql> SELECT * FROM t\\G\n{stars} 1. row {stars}\n  id: 1\nnote: a: b\n\nx: more\n{stars} 2. row {stars}\n  id: 2\nlate: 3\n2 rows in set (0.00 sec)\n\n"
        );
        let (names, rows, notes) = read(&text, 3).expect("records");
        assert_eq!(names, ["id", "note", "late"]);
        assert_eq!(rows, [["1", "a: b\n\nx: more", ""], ["2", "", "3"]]);
        let expected = ["1 Preamble", "6 Continued", "2 Short", "7 Short"];
        assert_eq!(notes[..4], expected);
        assert_eq!(notes[4..], ["10 Footnote", "11 Blank"]);
    }

    #[test]
    fn what_fits_nothing_is_named_and_another_answer_is_left_out() {
        let field = |n: usize| format!("f{n:02} | {n}\n");
        let fields: String = (0..30).map(field).collect();
        let text = format!(
            "-[ RECORD 1 ]--\n{fields}-[ RECORD 2 ]--\nnoise\n{fields}-[ RECORD 1 ]--\nz | 1\ny | 2\n"
        );
        let (names, rows, notes) = read(&text, 5).expect("records");
        assert_eq!((names.len(), rows.len()), (30, 2));
        let expected = [
            "33 NoField",
            "65 OtherTable",
            "66 OtherTable",
            "64 OtherTable",
        ];
        assert_eq!(notes, expected);
    }

    #[test]
    fn wrapped_values_are_joined() {
        let text = "-[ RECORD 1 ]-\na | one two.\n  |.three\nb | 1\n";
        let (_, rows, _) = read(text, 4).expect("records");
        assert_eq!(rows, [["one twothree", "1"]]);
    }

    #[test]
    fn the_unaligned_form_needs_records_that_are_alike() {
        let (names, rows, notes) = read("id|1\nnote|a|b\n\nid|2\nnote|\n", 4).expect("records");
        assert_eq!(names, ["id", "note"]);
        assert_eq!(rows, [["1", "a|b"], ["2", ""]]);
        assert_eq!(notes, ["3 Blank"]);
        for text in [
            "a|b\n1|2\n\n3|4\n",
            "metric|value\ncpu|1\nmem|2\n\nmetric|value\ncpu|3\nmem|4\n",
            "id|1\nnote|a\n\nid|2\n",
            "id: 1\nnote: a\n\nid: 2\nnote: b\n",
            "- [ RECORD 1 ]\na | b\n",
            "| a | b |\n|---|---|\n| [ x 1 ] | 2 |\n",
            "a,b\n1,\"-[ RECORD 1 ]--\nx | 1\n-[ RECORD 2 ]--\nx | 2\n\"\n",
            "a,b\n1,\"\n-[ RECORD 1 ]--\nx | 1\n\"\n",
            "**********\n1. row\n**********\n",
        ] {
            assert!(read(text, 100).is_none(), "{text}");
        }
    }
}
