//! One typed column.

use super::{Names, read_float, sort_by};

/// The code of a missing cell in a [`Dictionary`].
pub const MISSING_CODE: u32 = u32::MAX;
/// The instant that stands for a missing one in [`Values::Time`].
pub const MISSING_TIME: i64 = i64::MIN;

/// What a column's values mean, which decides what may be done with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// A measurement with a fractional part.
    Number,
    /// A count or an integer-valued code.
    Integer,
    /// Two values that mean no and yes: 0 and 1, or words.
    Boolean,
    /// One of a few names.
    Category,
    /// An instant; time, never a category.
    Timestamp,
    /// Free text: too many distinct values to be a category, repeated too often to identify a row.
    Text,
    /// One single value, or none.
    Constant,
    /// A name or number of its own for (nearly) every row.
    Identifier,
}

impl ColumnKind {
    /// Every kind, in the order in which a chooser lists them.
    pub const ALL: [Self; 8] = [
        Self::Number,
        Self::Integer,
        Self::Boolean,
        Self::Category,
        Self::Timestamp,
        Self::Text,
        Self::Constant,
        Self::Identifier,
    ];

    /// The word for it, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Category => "category",
            Self::Timestamp => "timestamp",
            Self::Text => "text",
            Self::Constant => "constant",
            Self::Identifier => "identifier",
        }
    }

    /// Whether a model takes such a column as it comes: numbers, booleans and categories do, the rest say
    /// nothing about a row that would hold for the next one.
    pub fn is_feature(self) -> bool {
        matches!(
            self,
            Self::Number | Self::Integer | Self::Boolean | Self::Category
        )
    }
}

/// Cells that are one of a set of names: `codes[row]` indexes `names`, or is [`MISSING_CODE`].
///
/// Only an empty cell is missing here. `None`, `NA` and the like stay names, since in a target they are
/// classes; who reads the column as a feature asks [`is_null_token`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dictionary {
    /// One code per row.
    pub codes: Vec<u32>,
    /// Distinct names, in order of first appearance.
    pub names: Vec<String>,
}

/// A column's cells.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Finite numbers; `NaN` is missing.
    Number(Vec<f64>),
    /// Names.
    Text(Dictionary),
    /// Microseconds since 1970-01-01T00:00:00 (UTC, or local where the file names no zone); [`MISSING_TIME`] is missing.
    Time(Vec<i64>),
}

/// A cell of a number or time column that was written as `NA`, `None` or the like: missing in a feature, a class in a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NullToken {
    /// The row, from 0.
    pub row: u32,
    /// What the cell said.
    pub token: String,
}

/// A named column of a [`crate::data::Frame`].
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The header, made unique.
    pub name: String,
    /// What it means.
    pub kind: ColumnKind,
    /// Its cells.
    pub values: Values,
    /// The missing cells of a number or time column that held a null token, by row; empty for text.
    pub null_tokens: Vec<NullToken>,
}

impl Column {
    /// A number column.
    pub fn number(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self {
            name: name.into(),
            kind: ColumnKind::Number,
            values: Values::Number(values),
            null_tokens: Vec::new(),
        }
    }

    /// A column of integers, held as numbers.
    pub fn integer(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self {
            kind: ColumnKind::Integer,
            ..Self::number(name, values)
        }
    }

    /// A category column from one string per row; empty strings are missing.
    pub fn category<S: AsRef<str>>(
        name: impl Into<String>,
        cells: impl IntoIterator<Item = S>,
    ) -> Self {
        let values = Values::Text(Dictionary::from_cells(cells));
        Self {
            name: name.into(),
            kind: ColumnKind::Category,
            values,
            null_tokens: Vec::new(),
        }
    }

    /// A timestamp column.
    pub fn time(name: impl Into<String>, micros: Vec<i64>) -> Self {
        Self {
            name: name.into(),
            kind: ColumnKind::Timestamp,
            values: Values::Time(micros),
            null_tokens: Vec::new(),
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Number(v) => v.len(),
            Values::Text(d) => d.codes.len(),
            Values::Time(v) => v.len(),
        }
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the cell says nothing when the column is read as a feature.
    pub fn is_missing(&self, row: usize) -> bool {
        match &self.values {
            Values::Number(v) => v[row].is_nan(),
            Values::Text(d) => d.name(row).is_none_or(is_null_token),
            Values::Time(v) => v[row] == MISSING_TIME,
        }
    }

    /// How many cells are missing when it is read as a feature.
    pub fn missing_count(&self) -> usize {
        match &self.values {
            Values::Number(v) => v.iter().filter(|x| x.is_nan()).count(),
            Values::Time(v) => v.iter().filter(|&&x| x == MISSING_TIME).count(),
            Values::Text(d) => {
                let null: Vec<bool> = d.names.iter().map(|n| is_null_token(n)).collect();
                d.codes
                    .iter()
                    .filter(|&&c| c == MISSING_CODE || null[c as usize])
                    .count()
            }
        }
    }

    /// The cell as it would be written to a CSV file; empty where missing.
    pub fn text(&self, row: usize) -> String {
        match &self.values {
            Values::Text(d) => d.name(row).unwrap_or_default().to_owned(),
            Values::Number(v) if !v[row].is_nan() => number_text(v[row]),
            Values::Time(v) if v[row] != MISSING_TIME => super::time_text(v[row]),
            _ => self.null_token(row).unwrap_or_default().to_owned(),
        }
    }

    /// What a missing number or time cell said, if it said anything.
    pub fn null_token(&self, row: usize) -> Option<&str> {
        let row = u32::try_from(row).ok()?;
        let at = self
            .null_tokens
            .binary_search_by_key(&row, |t| t.row)
            .ok()?;
        Some(&self.null_tokens[at].token)
    }

    /// The column read as a target: every non-empty cell names a class, `None`, `NA` and `null` among them.
    /// Classes are sorted: by value where all are numbers, else by name, so that they do not depend on the order of rows.
    pub fn classes(&self) -> Dictionary {
        let raw = match &self.values {
            Values::Text(d) => d.clone(),
            _ => Dictionary::from_cells((0..self.len()).map(|row| self.text(row))),
        };
        raw.sorted_by_name()
    }
}

impl Dictionary {
    /// From one string per row; empty strings are missing.
    pub fn from_cells<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> Self {
        let mut seen = Names::default();
        let mut out = Self::default();
        for cell in cells {
            let cell = cell.as_ref();
            let code = if cell.is_empty() {
                MISSING_CODE
            } else if let Some(code) = seen.number(cell) {
                code as u32
            } else {
                seen.take(cell);
                out.names.push(cell.to_owned());
                out.names.len() as u32 - 1
            };
            out.codes.push(code);
        }
        out
    }

    /// The cell's name, or `None` where missing.
    pub fn name(&self, row: usize) -> Option<&str> {
        self.names.get(self.codes[row] as usize).map(String::as_str)
    }

    /// How many rows carry each name.
    pub fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.names.len()];
        for &code in &self.codes {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// The same cells with names that occur, sorted (by value if all are numbers, else by code point).
    pub fn sorted_by_name(self) -> Self {
        let counts = self.counts();
        let mut order: Vec<usize> = (0..self.names.len()).filter(|&i| counts[i] > 0).collect();
        let as_number: Option<Vec<f64>> = self.names.iter().map(|n| read_float(n)).collect();
        match as_number {
            Some(v) => sort_by(&mut order, |&a, &b| {
                v[a].total_cmp(&v[b])
                    .then_with(|| self.names[a].cmp(&self.names[b]))
            }),
            None => sort_by(&mut order, |&a, &b| self.names[a].cmp(&self.names[b])),
        }
        let mut to = vec![MISSING_CODE; self.names.len()];
        for (new, &old) in order.iter().enumerate() {
            to[old] = new as u32;
        }
        Self {
            codes: self
                .codes
                .iter()
                .map(|&c| to.get(c as usize).copied().unwrap_or(MISSING_CODE))
                .collect(),
            names: order.iter().map(|&i| self.names[i].clone()).collect(),
        }
    }
}

/// Whether a cell's text says that there is no value, when the column is a feature.
///
/// The set is pandas' defaults with what Grafana and kubectl write; in a target these are class names.
pub fn is_null_token(text: &str) -> bool {
    const TOKENS: [&str; 15] = [
        "",
        "na",
        "n/a",
        "#n/a",
        "nan",
        "-nan",
        "null",
        "none",
        "nil",
        "<na>",
        "-",
        "?",
        "<unknown>",
        "no data",
        "undefined",
    ];
    let text = text.trim();
    text.len() <= 9 && TOKENS.iter().any(|t| t.eq_ignore_ascii_case(text))
}

/// The shortest text that reads back as the same number; whole numbers carry no point.
pub(crate) fn number_text(x: f64) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    let magnitude = x.abs();
    if (1e-5..1e16).contains(&magnitude) {
        format!("{x}")
    } else {
        format!("{x:e}")
    }
}
