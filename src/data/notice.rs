//! What could be worked around, told as values beside the result.

use super::ColumnKind;

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Info,
    /// It may change the result.
    Warning,
}

/// Something that was worked around, or that the user would want to know before trusting a result.
///
/// The numbers and names are fields; [`Notice::title`] and [`Notice::meaning`] are the only places that word them.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields say what their names say; rows and lines count from 1"
)]
pub enum Notice {
    /// A column with one value or none.
    ConstantColumn { column: String, value: String },
    /// A column that names each row.
    IdentifierColumn { column: String, distinct: u64 },
    /// A column that gives the target away.
    TargetCopy {
        column: String,
        target: String,
        share_explained: f64,
    },
    /// Rows that repeat an earlier row in every cell.
    DuplicateRows { count: u64, first_lines: Vec<u64> },
    /// A class with fewer than 5 rows.
    RareClass { class: String, rows: u64 },
    /// Rows left out since their target is empty.
    MissingTarget { rows: u64 },
    /// Rows left out since a feature is missing and the recipe drops such rows.
    DroppedRows { rows: u64 },
    /// Rows with too few or too many cells: filled up with missing ones, or cut.
    RaggedRows {
        count: u64,
        expected: u64,
        first_lines: Vec<u64>,
    },
    /// A quote that is never closed.
    UnclosedQuote { line: u64 },
    /// Bytes that are no text in the file's encoding, read as the replacement character.
    InvalidText {
        encoding: String,
        count: u64,
        first_line: u64,
    },
    /// NUL bytes, removed.
    NulBytes { count: u64, first_line: u64 },
    /// Cells that are infinite or too large for a 64-bit float, read as missing.
    NonFinite {
        column: String,
        count: u64,
        first_lines: Vec<u64>,
    },
    /// Numbers with more digits than a 64-bit float holds: kept as text.
    InexactInteger { column: String, example: String },
    /// Cells that are no number in a column of numbers, so it was read as text.
    NotAllNumbers {
        column: String,
        count: u64,
        example: String,
        first_line: u64,
    },
    /// Headers that were empty or repeated, and the names they were given.
    RenamedColumn {
        from: String,
        to: String,
        position: u64,
    },
    /// How the file was read, where that differs from a plain comma-separated UTF-8 file.
    Dialect { delimiter: String, encoding: String },
    /// Dates whose order of day and month the column leaves open.
    AmbiguousDate {
        column: String,
        example: String,
        read_as: String,
    },
    /// Changing the kind made cells missing that the new kind cannot hold.
    Unreadable {
        column: String,
        kind: ColumnKind,
        count: u64,
        example: String,
    },
    /// A column that the model does not know and does not need.
    ExtraColumn { column: String },
    /// The columns stand in another order than in training, which does not matter.
    ColumnOrder,
    /// Category names that training never saw.
    UnseenCategories {
        column: String,
        names: Vec<String>,
        rows: u64,
    },
    /// A column left out of the features, and why.
    LeftOut { column: String, why: String },
    /// Training used a sample of the rows.
    Sampled { used: u64, of: u64, why: String },
    /// Anything else, already in words.
    Other {
        title: String,
        meaning: String,
        level: Level,
    },
}

impl Notice {
    /// How much it matters.
    pub fn level(&self) -> Level {
        match self {
            Self::Other { level, .. } => *level,
            Self::ConstantColumn { .. }
            | Self::IdentifierColumn { .. }
            | Self::Dialect { .. }
            | Self::RenamedColumn { .. }
            | Self::ExtraColumn { .. }
            | Self::LeftOut { .. }
            | Self::ColumnOrder => Level::Info,
            _ => Level::Warning,
        }
    }

    /// One line: what was found.
    pub fn title(&self) -> String {
        match self {
            Self::ConstantColumn { column, value } if value.is_empty() => {
                format!("{column} is empty")
            }
            Self::ConstantColumn { column, value } => format!("{column} is always {value}"),
            Self::IdentifierColumn { column, distinct } => {
                format!(
                    "{column} names its rows ({} distinct values)",
                    grouped(*distinct)
                )
            }
            Self::TargetCopy {
                column,
                target,
                share_explained,
            } => {
                format!(
                    "{column} gives {target} away ({:.1} % of rows)",
                    share_explained * 100.0
                )
            }
            Self::DuplicateRows { count: 1, .. } => "1 duplicate row".to_owned(),
            Self::DuplicateRows { count, .. } => format!("{} duplicate rows", grouped(*count)),
            Self::RareClass { class, rows } => format!("Class {class} has {}", rows_text(*rows)),
            Self::MissingTarget { rows } => format!("{} without a target", rows_text(*rows)),
            Self::DroppedRows { rows } => format!("{} dropped", rows_text(*rows)),
            Self::RaggedRows {
                count, expected, ..
            } => {
                format!("{} without {expected} cells", rows_text(*count))
            }
            Self::UnclosedQuote { line } => {
                format!("A quote opened on line {line} is never closed")
            }
            Self::InvalidText {
                encoding, count: 1, ..
            } => {
                format!("1 character is not {encoding}")
            }
            Self::InvalidText {
                encoding, count, ..
            } => {
                format!("{} characters are not {encoding}", grouped(*count))
            }
            Self::NulBytes { count: 1, .. } => "1 NUL byte removed".to_owned(),
            Self::NulBytes { count, .. } => format!("{} NUL bytes removed", grouped(*count)),
            Self::NonFinite { column, count, .. } => {
                format!("{column}: {} infinite or too large", cells_text(*count))
            }
            Self::InexactInteger { column, .. } => format!("{column} is kept as text"),
            Self::NotAllNumbers {
                column, count: 1, ..
            } => format!("{column}: 1 cell is not a number"),
            Self::NotAllNumbers { column, count, .. } => {
                format!("{column}: {} not numbers", cells_text(*count))
            }
            Self::RenamedColumn { to, position, .. } => format!("Column {position} was named {to}"),
            Self::Dialect {
                delimiter,
                encoding,
            } => format!("Read as {encoding}, separated by {delimiter}"),
            Self::AmbiguousDate { column, .. } => {
                format!("{column}: day and month could be swapped")
            }
            Self::Unreadable {
                column,
                kind,
                count,
                ..
            } => {
                format!(
                    "{column}: {} not readable as {}",
                    cells_text(*count),
                    kind.name()
                )
            }
            Self::ExtraColumn { column } => format!("{column} is not used by the model"),
            Self::ColumnOrder => "The columns stand in another order than in training".to_owned(),
            Self::UnseenCategories { column, names, .. } => {
                format!(
                    "{column} has {} names that training never saw",
                    grouped(names.len() as u64)
                )
            }
            Self::LeftOut { column, .. } => format!("{column} is left out"),
            Self::Sampled { used, of, .. } => {
                format!("Trained on {} of {} rows", grouped(*used), grouped(*of))
            }
            Self::Other { title, .. } => title.clone(),
        }
    }

    /// What it means, and what to do if anything.
    pub fn meaning(&self) -> String {
        match self {
            Self::ConstantColumn { .. } => "It cannot tell rows apart, so it is left out.".to_owned(),
            Self::IdentifierColumn { .. } => {
                "A model that learns names by heart fails on new ones, so it is left out. Change its type if it is a measurement.".to_owned()
            }
            Self::TargetCopy { target, .. } => format!(
                "It may be a copy of {target}, or be known only afterwards. It is left out unless you put it back: a score reached with it says nothing about tomorrow."
            ),
            Self::DuplicateRows { first_lines, .. } => format!(
                "The same row in training and test makes a score look better than it is. First on {}.",
                lines_text(first_lines)
            ),
            Self::RareClass { .. } => {
                "Too few to learn from and to test on: its scores are close to chance. Collect more, or merge it with a class alike.".to_owned()
            }
            Self::MissingTarget { .. } => "They can be neither learned from nor scored, so they are left out.".to_owned(),
            Self::DroppedRows { .. } => {
                "They lack a value in a used column, and the recipe drops such rows. Choose another rule for missing values to keep them.".to_owned()
            }
            Self::RaggedRows { first_lines, .. } => format!(
                "Short rows were filled up with missing cells, long ones cut. First on {}.",
                lines_text(first_lines)
            ),
            Self::UnclosedQuote { .. } => {
                "Everything after it was read as one cell. Close the quote in the file and load it again.".to_owned()
            }
            Self::InvalidText { first_line, .. } => {
                format!("They are shown as \u{fffd}, first on line {first_line}. Save the file as UTF-8 to keep them.")
            }
            Self::NulBytes { first_line, .. } => {
                format!("First on line {first_line}. The file may be damaged or not be text.")
            }
            Self::NonFinite { first_lines, .. } => {
                format!("They are read as missing. First on {}.", lines_text(first_lines))
            }
            Self::InexactInteger { example, .. } => {
                format!("{example} has more digits than a number can hold exactly.")
            }
            Self::NotAllNumbers { example, first_line, .. } => format!(
                "The first is {example:?} on line {first_line}, so the column was read as text. Change its type to read them as missing."
            ),
            Self::RenamedColumn { from, .. } if from.is_empty() => "Its header is empty.".to_owned(),
            Self::RenamedColumn { from, .. } => format!("Another column is called {from} as well."),
            Self::Dialect { .. } => "Found from the first lines of the file.".to_owned(),
            Self::AmbiguousDate { example, read_as, .. } => format!("{example:?} was read as {read_as}."),
            Self::Unreadable { example, .. } => format!("They are read as missing. The first is {example:?}."),
            Self::ExtraColumn { .. } => "It was not among the columns that the model learned from, so it is ignored.".to_owned(),
            Self::ColumnOrder => "They are matched by name.".to_owned(),
            Self::UnseenCategories { names, rows, .. } => format!(
                "{} in {}: they are treated as none of the known ones.",
                names.iter().take(5).cloned().collect::<Vec<_>>().join(", "),
                rows_text(*rows)
            ),
            Self::LeftOut { why, .. } | Self::Sampled { why, .. } => why.clone(),
            Self::Other { meaning, .. } => meaning.clone(),
        }
    }

    /// The column it is about, if it is about one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::ConstantColumn { column, .. }
            | Self::IdentifierColumn { column, .. }
            | Self::TargetCopy { column, .. }
            | Self::NonFinite { column, .. }
            | Self::InexactInteger { column, .. }
            | Self::NotAllNumbers { column, .. }
            | Self::AmbiguousDate { column, .. }
            | Self::Unreadable { column, .. }
            | Self::ExtraColumn { column }
            | Self::UnseenCategories { column, .. }
            | Self::LeftOut { column, .. } => Some(column),
            _ => None,
        }
    }
}

/// An integer with its thousands set apart: `12,345`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

fn rows_text(n: u64) -> String {
    if n == 1 {
        "1 row".to_owned()
    } else {
        format!("{} rows", grouped(n))
    }
}

fn cells_text(n: u64) -> String {
    if n == 1 {
        "1 cell is".to_owned()
    } else {
        format!("{} cells are", grouped(n))
    }
}

fn lines_text(lines: &[u64]) -> String {
    let shown: Vec<String> = lines.iter().take(5).map(u64::to_string).collect();
    match shown.len() {
        0 => "no known line".to_owned(),
        1 => format!("line {}", shown[0]),
        _ => format!("lines {}", shown.join(", ")),
    }
}
