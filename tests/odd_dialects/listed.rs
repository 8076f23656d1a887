//! Records set as lists of their fields, as psql prints them after `\x` and mysql after `\G`.

use crate::polluted::{Case, without};
use crate::raw::Row;

/// How a program sets a record.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// psql: the bar, whether lines are drawn at the sides, the sign at the end of a line that goes on, and the bar of the next.
    Psql(&'static str, bool, &'static str, &'static str),
    /// psql, unaligned.
    Bare,
    /// mysql.
    Stars,
}

const FORMS: [(&str, Form); 8] = [
    ("psql", Form::Psql("|", false, "+", "|")),
    ("psql border 2", Form::Psql("|", true, "+", "|")),
    ("psql unicode", Form::Psql("│", false, "↵", "│")),
    ("psql unicode border 2", Form::Psql("│", true, "↵", "│")),
    ("psql old", Form::Psql("|", false, " ", ":")),
    ("psql old border 2", Form::Psql("|", true, " ", ":")),
    ("psql unaligned", Form::Bare),
    ("mysql", Form::Stars),
];

fn padded(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(blanks))
}

/// Fields of a record: names and values.
type Fields = Vec<(String, String)>;

/// The text, and on which line each record begins.
fn text(form: Form, records: &[Fields]) -> (String, Vec<u64>) {
    let fields = || records.iter().flatten();
    let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0);
    let name_width = longest(&mut fields().map(|(n, _)| n.chars().count()));
    let value_lines = fields().flat_map(|(_, v)| v.split('\n'));
    let value_width = longest(&mut value_lines.map(|l| l.chars().count()));
    let mut lines: Vec<String> = Vec::new();
    let mut at = Vec::new();
    for (n, record) in records.iter().enumerate() {
        let number = n + 1;
        match form {
            Form::Psql(bar, sided, end, next) => {
                let fill = if bar == "|" { "-" } else { "─" };
                let corner = match (sided, bar, n) {
                    (false, ..) => "",
                    (_, "|", _) => "+",
                    (_, _, 0) => "┌",
                    _ => "├",
                };
                lines.push(format!(
                    "{corner}{fill}[ RECORD {number} ]{}",
                    fill.repeat(value_width)
                ));
                at.push(lines.len() as u64);
                for (name, value) in record {
                    let mut parts = value.split('\n').peekable();
                    let (mut name, mut sign) = (name.as_str(), bar);
                    while let Some(part) = parts.next() {
                        let goes_on = parts.peek().is_some();
                        let name_cell = padded(name, name_width);
                        let value_cell = padded(part, value_width);
                        let end = if goes_on { end } else { " " };
                        lines.push(match sided {
                            true => format!("{bar} {name_cell} {sign} {value_cell}{end}{bar}"),
                            false if goes_on => format!("{name_cell} {sign} {value_cell}{end}"),
                            false => format!("{name_cell} {sign} {part}"),
                        });
                        (name, sign) = ("", next);
                    }
                }
                if sided && number == records.len() {
                    let cross = if bar == "|" {
                        ["+", "+"]
                    } else {
                        ["└", "┘"]
                    };
                    let line = fill.repeat(name_width + value_width + 5);
                    lines.push(format!("{}{line}{}", cross[0], cross[1]));
                }
            }
            Form::Bare => {
                if n > 0 {
                    lines.push(String::new());
                }
                at.push(lines.len() as u64 + 1);
                lines.extend(record.iter().map(|(name, value)| format!("{name}|{value}")));
            }
            Form::Stars => {
                let stars = "*".repeat(27);
                lines.push(format!("{stars} {number}. row {stars}"));
                at.push(
                    lines
                        .iter()
                        .map(|l| l.matches('\n').count() as u64 + 1)
                        .sum(),
                );
                lines.extend(record.iter().map(|(name, value)| {
                    let blanks = " ".repeat(name_width - name.chars().count());
                    format!("{blanks}{name}: {value}")
                }));
            }
        }
    }
    let foot = match form {
        Form::Stars => format!("{} rows in set (0.00 sec)\n\n", records.len()),
        Form::Psql(_, true, ..) => format!("({} rows)\n", records.len()),
        _ => "\n".to_owned(),
    };
    (format!("{}\n{foot}", lines.join("\n")), at)
}

/// A table in every form: as it is, below what was typed, with a field less in one record, and with a line that is none.
pub fn listed(name: &str, header: &Row, rows: &[Row], cases: &mut Vec<Case>) {
    for (form_name, form) in FORMS {
        let flat = |c: &String| match form {
            Form::Bare => c.replace('\n', " "),
            _ => c.clone(),
        };
        let rows: Vec<Row> = rows.iter().map(|r| r.iter().map(flat).collect()).collect();
        let fields = |row: &Row| header.iter().cloned().zip(row.iter().cloned()).collect();
        let records: Vec<Fields> = rows.iter().map(fields).collect();
        let case = |what: &str, bytes: String| Case {
            kind: "records as lists",
            what: format!("{name} {form_name} {what}"),
            bytes: bytes.into_bytes(),
            header: Some(header.clone()),
            rows: rows.clone(),
            damaged: Vec::new(),
            delimiter: match form {
                Form::Psql(bar, ..) => bar,
                Form::Bare => "|",
                Form::Stars => ":",
            },
        };
        let whole = text(form, &records).0;
        cases.push(case("", whole.clone()));
        if form == Form::Bare {
            continue;
        }
        let typed = match form {
            Form::Stars => "mysql> SELECT * FROM t\\G\n",
            _ => "db=> SELECT * FROM t;\n",
        };
        cases.push(case("below a command", format!("{typed}{whole}")));
        let at = rows.len() / 2;
        let mut less = records.clone();
        less[at].remove(1);
        let (less, lines) = text(form, &less);
        cases.push(Case {
            rows: without(&rows, at),
            damaged: vec![lines[at]],
            ..case("less", less)
        });
        let (whole, lines) = text(form, &records);
        let above = lines[at] as usize - 1;
        let mut noisy: Vec<&str> = whole.split('\n').collect();
        noisy.insert(above, "~ broken ~");
        cases.push(Case {
            rows: match form {
                // It may be a line more of the value above it.
                Form::Stars => without(&rows, at - 1),
                _ => rows.clone(),
            },
            damaged: vec![above as u64 + 1],
            ..case("noise", noisy.join("\n"))
        });
    }
}
