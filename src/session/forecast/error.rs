use super::marks::MarkFault;
use crate::data::grouped;
use crate::evaluate::{Finding, Leak};
use crate::prepare::{SeriesError, TimeSplitError};
use crate::protocol::{Failure, FailureCode, ForecastSpec, LeakSummary, Mend, Place, Refusal};

/// Why there is no forecast.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ForecastError {
    /// Time or identity is missing.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// Nothing is left on a side.
    #[error(transparent)]
    Split(#[from] TimeSplitError),
    /// Rows that have entity and instant in common.
    #[error("{} rows have their time and entity in common with another, the first of them row {row}", grouped(*.rows))]
    Duplicates {
        /// How many.
        rows: u64,
        /// The first, from 1.
        row: u64,
    },
    /// No class of the target says that all is well, or no other.
    #[error("the column {column:?} tells no issue from health: {found}")]
    NoIssue {
        /// The target.
        column: String,
        /// What it holds.
        found: String,
    },
    /// The target counts restarts, and there are none.
    #[error("the column {column:?} never rises: there is no restart to forecast")]
    NeverRises {
        /// The target.
        column: String,
    },
    /// Incidents are to be marked, and none is.
    #[error("no incident is marked yet")]
    NoMarks,
    /// A mark that says nothing, or nothing of this table.
    #[error("{words}: {fault}")]
    Mark {
        /// Its number, from 1.
        number: u32,
        /// What it says.
        words: String,
        /// What is wrong.
        fault: MarkFault,
    },
    /// No mark holds a row.
    #[error("none of the {} marks holds a row of the data, the first of them {first}", grouped(u64::from(*.marks)))]
    MarksOutside {
        /// How many there are.
        marks: u32,
        /// The first.
        first: String,
    },
    /// The marks hold all rows.
    #[error("the marks hold every row of the data")]
    MarksEverywhere,
    /// Too few incidents to learn from or to judge by.
    #[error("{incidents} of the {all} incidents can be used to {part}")]
    FewIncidents {
        /// In that part.
        incidents: usize,
        /// In the whole table.
        all: usize,
        /// `learn from` or `judge by`.
        part: &'static str,
    },
    /// No number to look at.
    #[error("no column of numbers is left to look at")]
    NoColumns,
    /// The table to judge by is not like that to learn from.
    #[error("the column {column:?} {what} in the table to judge by")]
    OtherColumns {
        /// Its name.
        column: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The split leaks.
    #[error("{}", .0.iter().map(Finding::meaning).collect::<Vec<_>>().join("; "))]
    Leaks(Vec<Finding>),
    /// The learner refused.
    #[error("{0}")]
    Learn(String),
}

impl ForecastError {
    /// As a person reads it.
    pub fn failure(&self) -> Failure {
        let rows = |f: &Finding| {
            let pairs: Vec<String> = f
                .pairs
                .iter()
                .map(|p| format!("{} and {}", p.0 + 1, p.1 + 1))
                .collect();
            match pairs.is_empty() {
                true => String::new(),
                false => format!(" (rows {})", pairs.join(", ")),
            }
        };
        let (title, hint) = match self {
            Self::Series(SeriesError::NoTime) => ("There is no time in this table", "Name a column with --time: instants, or a number that counts minutes, cycles or the like.".to_owned()),
            Self::Series(_) => ("The rows cannot be put in time", "Name the columns of time and entity with --time and --entity.".to_owned()),
            Self::Split(TimeSplitError::TooShort { .. }) => ("The data is too short for these windows and this horizon", "Ask for a shorter horizon or shorter windows, or bring more data.".to_owned()),
            Self::Split(_) => ("There are too few entities to hold any out", "Split forward in time instead: leave --by-entity out.".to_owned()),
            Self::Duplicates { .. } => ("Times stand twice", "Name the columns that tell these rows apart with --entity, or keep the first of each with --first-of-duplicates.".to_owned()),
            Self::NoIssue { .. } => ("There is nothing to warn of", "Name the column that says what was wrong, or one that counts restarts, with --target.".to_owned()),
            Self::NeverRises { .. } => ("There is nothing to warn of", "Choose another column with --target: one that says what was wrong, or counts what happened; or bring data of a time with restarts.".to_owned()),
            Self::NoMarks => ("There is nothing to warn of", "Mark at least four incidents: from, until and kind of each.".to_owned()),
            Self::Mark { .. } => ("A mark cannot be used", "Set it right, or take it out.".to_owned()),
            Self::MarksOutside { .. } => ("The marks are of another time than the data", "Mark incidents within the data, or bring data of the time that is marked. Times without a zone are as the data's.".to_owned()),
            Self::MarksEverywhere => ("There is no health to compare with", "Mark the incidents alone: rows outside the marks count as healthy.".to_owned()),
            Self::FewIncidents { .. } => ("There are too few incidents", "Bring data with more incidents (at least two to learn from and two to judge by), or hold out entities with --by-entity.".to_owned()),
            Self::OtherColumns { .. } => ("The two tables do not match", "Bring a table to judge by with the same columns.".to_owned()),
            Self::NoColumns => ("There is nothing to look at", "Name columns of numbers with --columns.".to_owned()),
            Self::Leaks(findings) => ("The split leaks, so its score would say nothing about tomorrow", findings.iter().map(|f| f.repair() + &rows(f)).collect::<Vec<_>>().join(" ") + " To see the score all the same: --anyway."),
            Self::Learn(_) => ("The forest cannot be grown", "Check the options.".to_owned()),
        };
        Failure {
            code: FailureCode::Data,
            title: title.to_owned(),
            detail: sentence(&self.to_string()),
            hint,
            place: Place::default(),
        }
    }

    /// As a person reads it on the page, with the ways on. `entities` are those of the table, as far as it is known.
    pub(in crate::session) fn refusal(&self, spec: &ForecastSpec, entities: u32) -> Refusal {
        let can_hold_out = !spec.by_entity && entities >= 4;
        let longest = spec.windows_minutes.iter().copied().max().unwrap_or(0);
        let (hint, mends) = match self {
            Self::Series(SeriesError::NoTime) => (
                "Choose the column of time, or read it as a timestamp on the Data step. Without one only rows can be scored, on the Train step.",
                vec![],
            ),
            Self::Series(_) => ("Choose the columns of time and entity below.", vec![]),
            Self::Split(TimeSplitError::TooShort { .. }) => match spec.horizon_minutes {
                minutes if minutes > 1 && minutes >= longest => (
                    "Ask for a shorter horizon or shorter windows, or bring data of a longer time.",
                    vec![Mend::Horizon((minutes / 4).max(1))],
                ),
                _ => (
                    "Ask for shorter windows, or bring data of a longer time.",
                    vec![],
                ),
            },
            Self::Split(_) => ("Split forward in time instead.", vec![Mend::Forward]),
            Self::Duplicates { .. } => (
                "Choose the columns that tell these rows apart, or keep the first of each.",
                vec![Mend::FirstOfDuplicates],
            ),
            Self::NoIssue { .. } => (
                "Choose the column that says what was wrong, or one that counts restarts.",
                vec![],
            ),
            Self::NeverRises { .. } => (
                "Choose another column of what was wrong, or bring data of a time with restarts.",
                vec![],
            ),
            Self::NoMarks => ("Mark at least four incidents below.", vec![]),
            Self::Mark { .. } => ("Remove it from the marks below, or mark it anew.", vec![]),
            Self::MarksOutside { .. } => (
                "Mark incidents within the data, or bring data of the time that is marked.",
                vec![],
            ),
            Self::MarksEverywhere => (
                "Mark the incidents alone: rows outside the marks count as healthy.",
                vec![],
            ),
            Self::FewIncidents { .. } if can_hold_out => (
                "Hold out entities instead of later rows, or bring data with more incidents: at least two to learn from and two to judge by.",
                vec![Mend::ByEntity],
            ),
            Self::FewIncidents { .. } => (
                "Bring data with more incidents: at least two to learn from and two to judge by.",
                vec![],
            ),
            Self::OtherColumns { .. } => {
                ("Bring a table to judge by with the same columns.", vec![])
            }
            Self::NoColumns => ("Read a column as a number on the Data step.", vec![]),
            Self::Leaks(findings) => ("Each leak below says what mends it.", mends(findings, spec)),
            Self::Learn(_) => ("Check the options.", vec![]),
        };
        let leaks = match self {
            Self::Leaks(findings) => findings.iter().map(leak).collect(),
            _ => Vec::new(),
        };
        Refusal {
            failure: Failure {
                hint: hint.to_owned(),
                ..self.failure()
            },
            leaks,
            mends,
        }
    }
}

/// With a capital at its beginning and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut text = format!("{text}.");
    if let Some(first) = text.get(..1).map(str::to_ascii_uppercase) {
        text.replace_range(..1, &first);
    }
    text
}

/// A finding as the page shows it.
pub(super) fn leak(finding: &Finding) -> LeakSummary {
    let number = |row: u32| u64::from(row) + 1;
    LeakSummary {
        meaning: sentence(&finding.meaning()),
        repair: finding.repair(),
        count: finding.count,
        rows: finding
            .pairs
            .iter()
            .map(|p| (number(p.0), number(p.1)))
            .collect(),
    }
}

/// What mends these leaks together, as far as it is a choice.
pub(super) fn mends(findings: &[Finding], spec: &ForecastSpec) -> Vec<Mend> {
    let mut mends = Vec::new();
    for finding in findings {
        let mend = match &finding.leak {
            Leak::Giveaway { column } => Mend::Leave(column.clone()),
            _ if spec.shuffled => Mend::Forward,
            // Rows so far apart that a cut in time has them side by side.
            Leak::SharedEpisode | Leak::OverlappingWindows | Leak::Neighbours
                if !spec.by_entity =>
            {
                Mend::ByEntity
            }
            _ => continue,
        };
        if !mends.contains(&mend) {
            mends.push(mend);
        }
    }
    mends
}

/// The question with these changes.
pub(super) fn mended(spec: &ForecastSpec, mends: &[Mend]) -> ForecastSpec {
    let mut spec = spec.clone();
    for mend in mends {
        match mend {
            Mend::Leave(column) => spec.leave.push(column.clone()),
            Mend::Forward => (spec.shuffled, spec.by_entity) = (false, false),
            Mend::ByEntity => spec.by_entity = true,
            Mend::Horizon(minutes) => spec.horizon_minutes = *minutes,
            Mend::FirstOfDuplicates => spec.first_of_duplicates = true,
        }
    }
    spec.anyway = false;
    spec
}
