//! How a file was read: what was found about it and how sure that is, and every row that was not read as it stands.

use crate::data::ColumnKind;

/// How many rows of each kind are listed; all are counted.
pub const MAX_LISTED_ROWS: usize = 200_000;

/// How a file was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadReport {
    /// `UTF-8`, `UTF-16LE`, `UTF-16BE` or `Windows-1252`.
    pub encoding: String,
    /// What stands between cells, as it stands in the file.
    pub delimiter: String,
    /// The quote; empty where there is none.
    pub quote: String,
    /// What stands before a quote within a quoted cell; empty where there is no quote.
    pub escape: String,
    /// `.` or `,` before fractions.
    pub decimal: String,
    /// `day-first` or `month-first`, where dates name day and month by numbers; else empty. Of several columns, that of one which
    /// leaves it open, if one does.
    pub date_order: String,
    /// What times without a zone were taken for, `UTC` or such as `+01:00`; empty where there are none.
    pub offset: String,
    /// What comment lines begin with; empty where there are none.
    pub comment: String,
    /// Rows that make the header.
    pub header_rows: u64,
    /// Lines above the header that are not part of the table, blank ones and comments not counted.
    pub preamble_rows: u64,
    /// Rows of the table, the header left out.
    pub rows: u64,
    /// The columns, in order.
    pub columns: Vec<ColumnReport>,
    /// Rows that were kept and are not as they stand in the file.
    pub repaired: RowList,
    /// Lines that are not in the table.
    pub skipped: RowList,
    /// How sure each guess is, 0 to 1; what the caller said is 1.
    pub sure: Sureness,
}

/// A column as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnReport {
    /// The name, made unique.
    pub name: String,
    /// What it means.
    pub kind: Option<ColumnKind>,
    /// What its numbers count; empty where no cell says so.
    pub unit: String,
    /// Cells without a value.
    pub missing: u64,
}

/// How sure each guess is, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "named as what they are about")]
pub struct Sureness {
    pub encoding: f64,
    pub delimiter: f64,
    pub quote: f64,
    pub escape: f64,
    pub decimal: f64,
    pub date_order: f64,
    pub offset: f64,
    pub header_rows: f64,
    pub preamble_rows: f64,
}

/// Rows with their lines and what there is to say about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowList {
    /// All of them.
    pub count: u64,
    /// The first 200,000, by line.
    pub rows: Vec<RowNote>,
}

/// What there is to say about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowNote {
    /// Where it begins, from 1.
    pub line: u64,
    /// Why it was not read as it stands.
    pub why: Why,
    /// What was left out of the table, cut to 80 characters; empty where nothing was.
    pub text: String,
}

/// Why a row was not read as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Fewer cells than the table has columns: filled up with missing ones.
    Short,
    /// More cells than the table has columns.
    Long,
    /// A quote that does not belong there, or one that is not closed.
    Quote,
    /// Cells are separated by something else than in the other rows.
    Delimiter,
    /// Two rows on one line.
    TwoRows,
    /// A row over two lines, without quotes.
    Broken,
    /// Nothing on the line.
    Blank,
    /// A comment.
    Comment,
    /// A line that says how cells are separated.
    Separator,
    /// Above the table.
    Preamble,
    /// Below the table.
    Footnote,
    /// A line drawn under the header or between rows.
    Ruled,
    /// The header once more.
    HeaderAgain,
    /// Of another table in the same file.
    OtherTable,
    /// No field of a record, where records are set as lists of their fields.
    NoField,
    /// No field of a record either, and read as more of the value above it.
    Continued,
}

impl Why {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Short => "it has fewer cells than the table has columns",
            Self::Long => "it has more cells than the table has columns",
            Self::Quote => "it holds a quote that is not closed or does not belong there",
            Self::Delimiter => "its cells are separated otherwise than in the other rows",
            Self::TwoRows => "two rows stand on this line",
            Self::Broken => "the row is broken over two lines",
            Self::Blank => "the line is blank",
            Self::Comment => "it is a comment",
            Self::Separator => "it says how cells are separated",
            Self::Preamble => "it stands above the table",
            Self::Footnote => "it stands below the table",
            Self::Ruled => "it is a drawn line",
            Self::HeaderAgain => "it repeats the header",
            Self::OtherTable => "it belongs to another table in the file",
            Self::NoField => "it is no field of a record",
            Self::Continued => "it names no field and was read as more of the value above it",
        }
    }
}

impl RowList {
    /// Adds a row.
    pub(super) fn add(&mut self, line: u64, why: Why, text: String) {
        self.count += 1;
        if self.rows.len() < MAX_LISTED_ROWS {
            self.rows.push(RowNote { line, why, text });
        }
    }
}
