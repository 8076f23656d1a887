//! How files were read, and what a person says of it instead of leaving it to be guessed.

/// Something about a file of delimited text that is guessed, and can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadSetting {
    /// `UTF-8`, `UTF-16LE`, `UTF-16BE`, `UTF-32LE`, `UTF-32BE` or `Windows-1252`.
    Encoding,
    /// `comma`, `semicolon`, `tab`, `blank`, `blanks`, `wide-blanks`, `fixed`, or one sign, or several.
    Delimiter,
    /// One character, or `none`.
    Quote,
    /// How a quote stands within quotes: `doubled`, or after `backslash` or another sign.
    Escape,
    /// `.` or `,`: what stands before a number's fraction.
    Decimal,
    /// Header rows, joined to one: a whole number, 0 where the first row is data.
    HeaderRows,
    /// Lines above the header that are not of the table, blank ones and comments not counted: a whole number.
    PreambleRows,
    /// What lines begin with that are no rows: one character, or `none`.
    Comment,
    /// Which comes first in dates that name day and month by numbers: `day-first` or `month-first`.
    DateOrder,
    /// How far times without a zone are ahead of UTC, in whole minutes: `UTC`, or from `-14:00` to `+14:00`.
    Offset,
}

/// What a person says of how files are to be read and joined; what is not said is guessed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadSpec {
    /// Of delimited text, each setting at most once.
    pub said: Vec<(ReadSetting, String)>,
    /// Of single files, by their names, whatever is said of all: each setting at most once a file.
    pub said_of: Vec<(String, Vec<(ReadSetting, String)>)>,
    /// Seconds between the rows of joined series, from 0.001 to a billion.
    pub step_secs: Option<f64>,
    /// The labels that name a row of joined series.
    pub entity_labels: Option<Vec<String>>,
    /// Metrics that are to be made rates per second, or not to be.
    pub rates: Vec<(String, bool)>,
    /// Labels that tell the members of a pair apart that scrape the same; none takes the usual.
    pub replica_labels: Option<Vec<String>>,
    /// VictoriaMetrics' format string, for its CSV files: `__name__,instance,__value__,__timestamp__:unix_s`.
    pub victoria_format: Option<String>,
}

/// A guess about a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// Of what.
    pub setting: ReadSetting,
    /// What was found, as [`ReadSetting`] writes it.
    pub value: String,
    /// How sure it is, 0 to 1: 1 where it was said; none where that is not measured.
    pub sure: Option<f64>,
}

impl Guess {
    /// Whether the file leaves it open, so that a person should be asked: as good a case can be made for another choice.
    pub fn is_open(&self) -> bool {
        let is_asked = matches!(self.setting, ReadSetting::DateOrder | ReadSetting::Offset);
        is_asked && self.sure.is_some_and(|sure| sure <= 0.5)
    }
}

/// How one file of delimited text was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadingSummary {
    /// The file.
    pub file: String,
    /// What was found about it.
    pub guesses: Vec<Guess>,
    /// Rows that were kept and are not as they stand in the file.
    pub repaired: RowNotes,
    /// Lines that are not in the table.
    pub skipped: RowNotes,
}

/// Rows that were not read as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowNotes {
    /// All of them.
    pub count: u64,
    /// The first; at most 50 over all files of a table.
    pub rows: Vec<RowNote>,
}

/// A row that was not read as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowNote {
    /// Where it begins, from 1.
    pub line: u64,
    /// Why, in words.
    pub why: String,
    /// What was left out of the table, cut to 80 characters; empty where nothing was.
    pub text: String,
}
