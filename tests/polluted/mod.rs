//! Tables, styles of writing them, and what is left of them when they are read: rows intact, damaged rows named.

use kubecast::ingest::ReadOptions;

use crate::raw::{Row, read};

/// A polluted file and what should be read from it.
pub struct Case {
    pub kind: &'static str,
    pub what: String,
    pub bytes: Vec<u8>,
    pub header: Option<Row>,
    /// The rows that are not damaged, in order.
    pub rows: Vec<Row>,
    /// The lines of damaged rows.
    pub damaged: Vec<u64>,
    pub delimiter: &'static str,
}

/// Orders: dates, times, money, words with commas, quotes and line ends, addresses, empty cells.
pub fn orders() -> (Row, Vec<Row>) {
    let header = [
        "DATE",
        "TIME",
        "Qty",
        "ID",
        "Price",
        "Type",
        "Description",
        "URL",
        "Comments",
    ];
    let kinds = ["Computer", "Printer", "Tablet"];
    let rows = (0..60u64).map(|i| {
        let description = match i % 4 {
            0 => format!("{} inch, {} GB, \"new\"", 10 + i % 9, 4 << (i % 3)),
            1 => format!("Model {}, black", 100 + i),
            2 => "Plain one".to_owned(),
            _ => format!("Caf\u{e9} edition {i}; boxed"),
        };
        let comment = match i % 5 {
            0 => String::new(),
            1 => format!("Good value,\nwould buy {} again", i + 1),
            2 => "Stopped working".to_owned(),
            3 => format!("It's fine, {i} of 10"),
            _ => "He said \"no\"".to_owned(),
        };
        vec![
            format!("{:02}/{:02}/2018", 1 + i % 12, 1 + (i * 7) % 28),
            format!(
                "{}:{:02} {}",
                1 + i % 12,
                (i * 13) % 60,
                if i % 2 == 0 { "AM" } else { "PM" }
            ),
            format!("{}", 1 + (i * i) % 90),
            format!("{}", 1_000_000_000 + i * 7919),
            format!("${}.{:02}", 10 + i * 37 % 900, (i * 31) % 100),
            kinds[i as usize % 3].to_owned(),
            description,
            format!("https://shop.example/p/{}?ref={}", i, i % 7),
            comment,
        ]
    });
    (header.map(str::to_owned).to_vec(), rows.collect())
}

/// Metrics: a time, a name, numbers, a label; nothing needs quotes.
fn metrics() -> (Row, Vec<Row>) {
    let header = [
        "timestamp",
        "pod",
        "cpu",
        "memory",
        "restarts",
        "issue_type",
    ];
    let rows = (0..50u64).map(|i| {
        vec![
            format!(
                "2026-01-{:02}T{:02}:{:02}:00Z",
                1 + i / 24,
                i % 24,
                (i * 7) % 60
            ),
            format!("api-{}", i % 5),
            format!("0.{:03}", (i * 379) % 1000),
            format!("{}.5", 100 + (i * 61) % 400),
            format!("{}", i % 4),
            ["None", "oom", "crash"][i as usize % 3].to_owned(),
        ]
    });
    (header.map(str::to_owned).to_vec(), rows.collect())
}

/// Nothing but words, some of them empty.
fn words() -> (Row, Vec<Row>) {
    let header = ["name", "city", "team", "note"];
    let first = ["Ada", "Brian", "Chen", "Dana", "Emil"];
    let city = ["Berlin", "Lima, Peru", "Oslo", "New York"];
    let note = ["", "on call", "left in May", "\"the boss\", they say"];
    let rows = (0..40usize).map(|i| {
        vec![
            format!("{} {}", first[i % 5], first[(i * 3 + 1) % 5].to_uppercase()),
            city[(i * 7) % 4].to_owned(),
            format!("team-{}", i % 6),
            note[(i * 5 / 3) % 4].to_owned(),
        ]
    });
    (header.map(str::to_owned).to_vec(), rows.collect())
}

/// Many columns of numbers.
fn wide() -> (Row, Vec<Row>) {
    let header = (0..30).map(|c| format!("f{c:02}")).collect();
    let cell =
        |i: u64, c: u64| format!("{}.{:03}", (i * 31 + c * 17) % 9, (i * 379 + c * 91) % 1000);
    let rows = (0..30).map(|i| (0..30).map(|c| cell(i, c)).collect());
    (header, rows.collect())
}

/// All of them, with their names.
pub fn tables() -> [(&'static str, (Row, Vec<Row>)); 4] {
    [
        ("orders", orders()),
        ("metrics", metrics()),
        ("words", words()),
        ("wide", wide()),
    ]
}

/// How a table is written.
#[derive(Clone, Copy)]
pub struct Style {
    pub delimiter: &'static str,
    pub quote: char,
    /// What stands before a quote within quotes.
    pub escape: char,
    pub all_quoted: bool,
    pub end: &'static str,
}

pub const PLAIN: Style = Style {
    delimiter: ",",
    quote: '"',
    escape: '"',
    all_quoted: false,
    end: "\n",
};

impl Style {
    pub fn cell(&self, cell: &str) -> String {
        let needs = self.all_quoted
            || cell.contains(match self.delimiter.trim() {
                "" => self.delimiter,
                sign => sign,
            })
            || cell.contains(['\n', '\r', self.quote])
            || (self.escape != self.quote && cell.contains(self.escape));
        if !needs {
            return cell.to_owned();
        }
        let mut out = String::from(self.quote);
        for c in cell.chars() {
            if c == self.quote || c == self.escape {
                out.push(self.escape);
            }
            out.push(c);
        }
        out.push(self.quote);
        out
    }

    pub fn row(&self, row: &[String]) -> String {
        let cells: Vec<String> = row.iter().map(|c| self.cell(c)).collect();
        cells.join(self.delimiter)
    }

    pub fn table(&self, header: &[String], rows: &[Row]) -> Vec<String> {
        let mut lines = vec![self.row(header)];
        lines.extend(rows.iter().map(|r| self.row(r)));
        lines
    }

    pub fn text(&self, lines: &[String]) -> String {
        lines.iter().map(|l| format!("{l}{}", self.end)).collect()
    }
}

/// The line on which a record begins.
pub fn line_of(lines: &[String], at: usize) -> u64 {
    let before = lines[..at]
        .iter()
        .map(|l| 1 + l.matches('\n').count() as u64);
    1 + before.sum::<u64>()
}

/// The rows but for one.
pub fn without(rows: &[Row], at: usize) -> Vec<Row> {
    let mut rows = rows.to_vec();
    rows.remove(at);
    rows
}

/// How many of the rows are there, in order.
fn intact(expected: &[Row], found: &[Row]) -> usize {
    let mut at = 0;
    let mut count = 0;
    for row in expected {
        if let Some(n) = found[at..].iter().position(|r| r == row) {
            at += n + 1;
            count += 1;
        }
    }
    count
}

#[derive(Default)]
pub struct Tally {
    pub files: usize,
    pub rows: usize,
    pub intact: usize,
    pub whole: usize,
    pub damaged: usize,
    pub named: usize,
    pub headers: usize,
    pub headers_right: usize,
    pub delimiters_right: usize,
    /// Rows named or added that should not be.
    pub surplus: usize,
}

impl Tally {
    /// The share of undamaged rows that are intact, 0 to 1; of files with all of them; of damaged rows that are named; of
    /// headers and of delimiters that are right.
    pub fn shares(&self) -> [f64; 5] {
        let of = |n: usize, of: usize| n as f64 / of.max(1) as f64;
        [
            of(self.intact, self.rows),
            of(self.whole, self.files),
            of(self.named, self.damaged),
            of(self.headers_right, self.headers),
            of(self.delimiters_right, self.files),
        ]
    }
}

/// Reads all of them, prints a line for each kind and one for each file that is not read right, and adds up. The number of kinds
/// and the sum.
#[expect(
    clippy::print_stdout,
    reason = "the table of kinds is for whoever looks"
)]
pub fn measure(cases: &[Case]) -> (usize, Tally) {
    let mut kinds: Vec<(&str, Tally)> = Vec::new();
    let mut failed = Vec::new();
    for case in cases {
        if kinds.last().is_none_or(|(kind, _)| *kind != case.kind)
            && !kinds.iter().any(|(kind, _)| *kind == case.kind)
        {
            kinds.push((case.kind, Tally::default()));
        }
        let Some((_, tally)) = kinds.iter_mut().find(|(kind, _)| *kind == case.kind) else {
            continue;
        };
        tally.files += 1;
        tally.rows += case.rows.len();
        tally.damaged += case.damaged.len();
        tally.headers += usize::from(case.header.is_some());
        let (found, how) = match read(&case.bytes, &ReadOptions::default()) {
            Ok(found) => found,
            Err(error) => {
                failed.push(format!("{} {}: {error}", case.kind, case.what));
                continue;
            }
        };
        let (header, found) = found.split_first().expect("a header");
        let rows = intact(&case.rows, found);
        let named = case.damaged.iter().filter(|line| {
            how.repaired
                .rows
                .iter()
                .chain(&how.skipped.rows)
                .any(|r| r.line == **line)
        });
        let named = named.count();
        tally.intact += rows;
        tally.whole += usize::from(rows == case.rows.len());
        tally.named += named;
        let header_right = case.header.as_ref().is_none_or(|h| h == header);
        tally.headers_right += usize::from(case.header.is_some() && header_right);
        tally.delimiters_right += usize::from(how.delimiter == case.delimiter);
        let most = case.rows.len() + 2;
        tally.surplus += found.len().saturating_sub(most);
        if rows < case.rows.len()
            || named < case.damaged.len()
            || !header_right
            || how.delimiter != case.delimiter
        {
            failed.push(format!(
                "{} {}: {rows} of {} rows, {named} of {} named, delimiter {:?}, header {header:?}",
                case.kind,
                case.what,
                case.rows.len(),
                case.damaged.len(),
                how.delimiter
            ));
        }
    }
    println!(
        "{:<26} files  whole  rows intact  damaged named  header  delimiter",
        "pollution"
    );
    let share = |n: usize, of: usize| {
        if of == 0 {
            "     -".to_owned()
        } else {
            format!("{:>5.1}%", 100.0 * n as f64 / of as f64)
        }
    };
    let mut sum = Tally::default();
    for (kind, t) in &kinds {
        println!(
            "{kind:<26} {:>5}  {}      {}         {}  {}     {}",
            t.files,
            share(t.whole, t.files),
            share(t.intact, t.rows),
            share(t.named, t.damaged),
            share(t.headers_right, t.headers),
            share(t.delimiters_right, t.files)
        );
        sum.files += t.files;
        sum.rows += t.rows;
        sum.intact += t.intact;
        sum.whole += t.whole;
        sum.damaged += t.damaged;
        sum.named += t.named;
        sum.headers += t.headers;
        sum.headers_right += t.headers_right;
        sum.delimiters_right += t.delimiters_right;
        sum.surplus += t.surplus;
    }
    let [intact, whole, named, headers, delimiters] = sum.shares().map(|share| 100.0 * share);
    println!(
        "{} files: {intact:.2} % of undamaged rows intact, {whole:.2} % of files with all of them, {named:.2} % of damaged rows named, {headers:.2} % of headers, {delimiters:.2} % of delimiters, {} rows too many",
        sum.files, sum.surplus
    );
    for line in &failed {
        println!("{line}");
    }
    (kinds.len(), sum)
}
