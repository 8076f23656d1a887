//! Tables drawn as boxes: of one line a row, of several, of one column.

use super::*;

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

    /// A table that is drawn like this, undamaged.
    fn case(
        &self,
        kind: &'static str,
        what: String,
        header: &Row,
        rows: &[Row],
        text: String,
    ) -> Case {
        Case {
            kind,
            what,
            bytes: text.into_bytes(),
            header: Some(header.clone()),
            rows: rows.to_vec(),
            damaged: Vec::new(),
            delimiter: self.between,
        }
    }
}

pub fn boxes(name: &str, header: &Row, rows: &[Row], cases: &mut Vec<Case>) {
    let rows = flat(rows);
    for drawn in &BOXES {
        let case = |what: &str, text: String| {
            let what = format!("{name} {} {what}", drawn.name);
            drawn.case("drawn as a box", what, header, &rows, text)
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
pub fn several_lines(name: &str, header: &Row, rows: &[Row], cases: &mut Vec<Case>) {
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
        let case = |what: &str, text: String| {
            let what = format!("{name} {} {what}", drawn.name);
            drawn.case("cells of several lines", what, header, &rows, text)
        };
        cases.push(case("", text.clone()));
        cases.push(case(
            "below a command",
            format!("db> SELECT * FROM t;\n{text}"),
        ));
    }
}

/// Boxes of a single column, each of the first columns in turn.
pub fn lone_columns(name: &str, header: &Row, rows: &[Row], cases: &mut Vec<Case>) {
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
            let case = |what: &str, text: String| {
                let what = format!("{name} {} {} {what}", header[0], drawn.name);
                Case {
                    delimiter: match drawn.side {
                        "" => "fixed",
                        side => side,
                    },
                    ..drawn.case("a box of one column", what, &header, &rows, text)
                }
            };
            let text = drawn.text(&header, &rows).0;
            cases.push(case("", text.clone()));
            cases.push(case("below a command", format!("db> SELECT a, b;\n{text}")));
        }
    }
}
