//! The fitted recipe: a table in, features out.

use super::encode::Encoder;
use super::error::{PrepareError, excerpt};
use super::params::{MissingRule, RecipeParams};
use super::reading::{Reader, as_names, known_boolean};
use crate::data::{Column, ColumnKind, Frame, Names, Notice, is_null_token, sort};
use crate::json::record;
use ndarray::{Array2, ShapeBuilder};

/// Most one-hot features in all.
const MAX_ONE_HOT: usize = 5_000;
/// Most names of one category.
const MAX_NAMES: usize = 100_000;
/// Most columns of a recipe; tables have fewer.
const MAX_COLUMNS: usize = 100_000;
/// Most cells of a feature matrix: 2 GiB.
const MAX_CELLS: usize = 1 << 28;

/// A column that a recipe needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSpec {
    /// Its name.
    pub name: String,
    /// What it was in training.
    pub kind: ColumnKind,
}

record!(Whole: ColumnSpec { name, kind });

/// A table as numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// One name per feature, unique.
    pub names: Vec<String>,
    /// (rows, features), column-major: each feature's values lie together. Finite, or `NaN` where the recipe leaves
    /// cells missing.
    pub matrix: Array2<f64>,
    /// The table's row number of each row of the matrix: those asked for, without those that the recipe drops.
    pub rows: Vec<u32>,
}

/// How a table becomes features, fitted on training rows only. Plain data: it is saved with the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    target: String,
    drop_rows: bool,
    columns: Vec<ColumnSpec>,
    encoders: Vec<Encoder>,
}

record!(Closed: Recipe { target, drop_rows, columns, encoders });

impl Recipe {
    /// Fits on `train_rows` (row numbers of `frame`); no other row is looked at. A column of which every training row is
    /// missing is left out, and told.
    ///
    /// # Errors
    /// Columns that are unknown, listed twice, the target, of a kind that is no feature or not readable as their kind;
    /// too many names; no row or no column left; a row number beyond the table.
    pub fn fit(
        frame: &Frame,
        params: &RecipeParams,
        train_rows: &[u32],
    ) -> Result<(Self, Vec<Notice>), PrepareError> {
        if let MissingRule::Constant(value) = params.missing
            && !value.is_finite()
        {
            return Err(PrepareError::Fill { value });
        }
        check_rows(frame, train_rows)?;
        if train_rows.is_empty() {
            return Err(PrepareError::NoRows { dropped: 0 });
        }
        let mut notices = Vec::new();
        let mut sources = Vec::new();
        for column in chosen(frame, params)? {
            let source = Source::of(column, train_rows)?;
            if train_rows.iter().all(|&row| source.is_missing(row)) {
                notices.push(Notice::LeftOut {
                    column: column.name.clone(),
                    why: "Every training row lacks it.".to_owned(),
                });
            } else {
                sources.push((column, source));
            }
        }
        if sources.is_empty() {
            return Err(PrepareError::NoColumns);
        }
        let drop_rows = params.missing == MissingRule::DropRows;
        let mut rows = train_rows.to_vec();
        if drop_rows {
            rows.retain(|&row| !sources.iter().any(|(_, source)| source.is_missing(row)));
            let dropped = train_rows.len() - rows.len();
            if rows.is_empty() {
                return Err(PrepareError::NoRows { dropped });
            }
            if dropped > 0 {
                notices.push(Notice::DroppedRows {
                    rows: dropped as u64,
                });
            }
        }
        let mut columns = Vec::with_capacity(sources.len());
        let mut encoders = Vec::with_capacity(sources.len());
        for (column, source) in sources {
            let Some(encoder) = source.fit(&column.name, &rows, params)? else {
                continue;
            };
            columns.push(ColumnSpec {
                name: column.name.clone(),
                kind: column.kind,
            });
            encoders.push(encoder);
        }
        let recipe = Self {
            target: params.target.clone(),
            drop_rows,
            columns,
            encoders,
        };
        recipe.check_width()?;
        Ok((recipe, notices))
    }

    /// The features of `rows` (row numbers of `frame`), in that order; where the recipe drops rows with missing cells,
    /// without those.
    ///
    /// # Errors
    /// [`PrepareError::Mismatch`] as from [`Recipe::match_columns`], a row number beyond the table, or more cells than
    /// fit into memory.
    pub fn transform(&self, frame: &Frame, rows: &[u32]) -> Result<Features, PrepareError> {
        check_rows(frame, rows)?;
        let readers = self.readers(frame)?;
        let mut rows = rows.to_vec();
        if self.drop_rows {
            rows.retain(|&row| {
                let mut cells = self.encoders.iter().zip(&readers);
                !cells.any(|(encoder, reader)| encoder.is_missing(reader, row))
            });
        }
        let names = self.feature_names();
        let shape = (rows.len(), names.len());
        let out_of_memory = || PrepareError::OutOfMemory {
            rows: shape.0,
            features: shape.1,
        };
        let cells = shape.0.checked_mul(shape.1).filter(|&n| n <= MAX_CELLS);
        let mut data = Vec::new();
        data.try_reserve_exact(cells.ok_or_else(out_of_memory)?)
            .map_err(|_| out_of_memory())?;
        for (encoder, reader) in self.encoders.iter().zip(&readers) {
            encoder.encode(reader, &rows, &mut data);
        }
        let matrix = Array2::from_shape_vec(shape.f(), data).map_err(|_| out_of_memory())?;
        Ok(Features {
            names,
            matrix,
            rows,
        })
    }

    /// The features whose values are codes of categories in no order, for a learner that splits them by sets.
    pub fn category_features(&self) -> Vec<usize> {
        let mut features = Vec::new();
        let mut at = 0;
        for encoder in &self.encoders {
            if matches!(encoder, Encoder::Sets { .. }) {
                features.push(at);
            }
            at += encoder.width();
        }
        features
    }

    /// One name per feature, unique: the column's own; `COLUMN=NAME` for each name under one-hot encoding; then
    /// `COLUMN is missing` where there is an indicator.
    pub fn feature_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (spec, encoder) in self.columns.iter().zip(&self.encoders) {
            encoder.feature_names(&spec.name, &mut names);
        }
        let mut taken = Names::default();
        // The next number to try for each name, so that many equal ones take no longer than as many others.
        let mut next = Names::default();
        for name in &mut names {
            if taken.contains(name.as_str()) {
                let stem = name.clone();
                let mut again = next.number(&stem).unwrap_or(2);
                while taken.contains(name.as_str()) {
                    *name = format!("{stem} ({again})");
                    again += 1;
                }
                next.set(&stem, again);
            }
            taken.take(name);
        }
        names
    }

    /// For each feature, which of [`Recipe::columns`] it is made from.
    pub fn sources(&self) -> Vec<usize> {
        let widths = self.encoders.iter().map(Encoder::width).enumerate();
        widths
            .flat_map(|(column, width)| std::iter::repeat_n(column, width))
            .collect()
    }

    /// The columns that it needs, in the order of their features.
    pub fn columns(&self) -> &[ColumnSpec] {
        &self.columns
    }

    /// Those of them that are read as numbers.
    pub fn number_columns(&self) -> impl Iterator<Item = &String> {
        let all = self.columns.iter().zip(&self.encoders);
        let numbers = all.filter(|(_, encoder)| matches!(encoder, Encoder::Number { .. }));
        numbers.map(|(spec, _)| &spec.name)
    }

    /// One of [`Recipe::number_columns`] as a number for each row of a table, neither filled in nor scaled; `NaN` is missing.
    ///
    /// # Errors
    /// [`PrepareError::Mismatch`] as from [`Recipe::match_columns`], also where the recipe does not read it as numbers.
    pub fn numbers(&self, frame: &Frame, name: &str) -> Result<Vec<f64>, PrepareError> {
        let is_known = self.number_columns().any(|known| known == name);
        let column = frame.column(name).filter(|_| is_known);
        match column.map(Reader::numbers) {
            Some(Ok(reader)) => Ok((0..frame.rows() as u32).map(|r| reader.number(r)).collect()),
            _ => Err(self.mismatch(frame, &self.locate(frame))),
        }
    }

    /// What is predicted.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Whether rows with missing cells are left out.
    pub fn drops_rows(&self) -> bool {
        self.drop_rows
    }

    /// Whether features can come out missing (`NaN`).
    pub fn leaves_missing(&self) -> bool {
        !self.drop_rows
            && self.encoders.iter().any(|encoder| match encoder {
                Encoder::Number { fill, .. } | Encoder::Boolean { fill, .. } => fill.is_none(),
                Encoder::Ordinal { fill, .. } | Encoder::Sets { fill, .. } => fill.is_none(),
                Encoder::OneHot { .. } => false,
            })
    }

    /// Whether it is sound, to be asked of a recipe that was read from a file before anything else is.
    ///
    /// # Errors
    /// [`PrepareError::Damaged`] with what is wrong.
    pub fn check(&self) -> Result<(), PrepareError> {
        let damaged = |what: String| Err(PrepareError::Damaged { what });
        if self.columns.is_empty() || self.columns.len() > MAX_COLUMNS {
            return damaged(format!("{} columns", self.columns.len()));
        }
        if self.columns.len() != self.encoders.len() {
            return damaged(format!(
                "{} columns with {} encoders",
                self.columns.len(),
                self.encoders.len()
            ));
        }
        let mut seen = Names::default();
        for (spec, encoder) in self.columns.iter().zip(&self.encoders) {
            let name = excerpt(&spec.name);
            if !seen.take(&spec.name) {
                return damaged(format!("the column {name:?} stands twice"));
            }
            if spec.name == self.target {
                return damaged(format!("the target {name:?} is among the features"));
            }
            let fits = match encoder {
                Encoder::Number { .. } => {
                    matches!(spec.kind, ColumnKind::Number | ColumnKind::Integer)
                }
                Encoder::Boolean { .. } => spec.kind == ColumnKind::Boolean,
                Encoder::Ordinal { .. } | Encoder::Sets { .. } | Encoder::OneHot { .. } => {
                    spec.kind == ColumnKind::Category
                }
            };
            if !fits {
                return damaged(format!("the column {name:?} is read as what it is not"));
            }
            if let Some(fault) = encoder.fault(MAX_NAMES + 1) {
                return damaged(format!("the column {name:?}: {fault}"));
            }
        }
        self.check_width().or_else(|e| damaged(e.to_string()))
    }

    /// A reader for each column's cells in `frame`.
    pub(super) fn readers<'a>(&self, frame: &'a Frame) -> Result<Vec<Reader<'a>>, PrepareError> {
        let mut readers = Vec::with_capacity(self.columns.len());
        let found = self.locate(frame);
        for (encoder, at) in self.encoders.iter().zip(&found) {
            let column = at.and_then(|at| frame.columns().get(at));
            let reader = column.map(|column| match encoder {
                Encoder::Number { .. } => Reader::numbers(column),
                Encoder::Boolean { words, .. } => Reader::boolean(column, words),
                Encoder::Ordinal { names, .. }
                | Encoder::Sets { names, .. }
                | Encoder::OneHot { names, .. } => Reader::names(column, names),
            });
            match reader {
                Some(Ok(reader)) => readers.push(reader),
                // Every bad column is named, not only the first.
                _ => return Err(self.mismatch(frame, &found)),
            }
        }
        Ok(readers)
    }

    /// Where each column stands in `frame`.
    pub(super) fn locate(&self, frame: &Frame) -> Vec<Option<usize>> {
        let places: Names = frame.columns().iter().map(|c| c.name.as_str()).collect();
        let place = |spec: &ColumnSpec| places.number(&spec.name);
        self.columns.iter().map(place).collect()
    }

    /// What is done with each of [`Recipe::columns`].
    pub(super) fn encoders(&self) -> &[Encoder] {
        &self.encoders
    }

    fn check_width(&self) -> Result<(), PrepareError> {
        let mut features = 0usize;
        let mut widest = ("", 0);
        for (spec, encoder) in self.columns.iter().zip(&self.encoders) {
            if let Encoder::OneHot { names, .. } = encoder {
                features = features.saturating_add(names.len());
                if names.len() > widest.1 {
                    widest = (&spec.name, names.len());
                }
            }
        }
        if features > MAX_ONE_HOT {
            return Err(PrepareError::TooWide {
                features,
                limit: MAX_ONE_HOT,
                column: excerpt(widest.0),
                names: widest.1,
            });
        }
        Ok(())
    }
}

/// A training column before it is fitted.
enum Source<'a> {
    Numbers {
        reader: Reader<'a>,
        words: Option<Vec<String>>,
    },
    Names {
        reader: Reader<'a>,
        names: Vec<String>,
    },
}

impl<'a> Source<'a> {
    /// Reads the column as its kind says; only what training rows hold decides how.
    fn of(column: &'a Column, rows: &[u32]) -> Result<Self, PrepareError> {
        let unreadable = |example| PrepareError::Unreadable {
            column: column.name.clone(),
            kind: column.kind,
            example,
        };
        match column.kind {
            ColumnKind::Number | ColumnKind::Integer => Ok(Self::Numbers {
                reader: Reader::numbers(column).map_err(unreadable)?,
                words: None,
            }),
            ColumnKind::Boolean => {
                let words = boolean_words(column, rows).map_err(unreadable)?;
                Ok(Self::Numbers {
                    reader: Reader::boolean(column, &words).map_err(unreadable)?,
                    words: Some(words),
                })
            }
            ColumnKind::Category => {
                let names = training_names(column, rows).map_err(unreadable)?;
                Ok(Self::Names {
                    reader: Reader::names(column, &names).map_err(unreadable)?,
                    names,
                })
            }
            kind => Err(PrepareError::NotAFeature {
                column: column.name.clone(),
                kind,
            }),
        }
    }

    fn is_missing(&self, row: u32) -> bool {
        match self {
            Self::Numbers { reader, .. } => reader.number(row).is_nan(),
            Self::Names { reader, names } => reader.code(row) as usize >= names.len(),
        }
    }

    fn fit(
        self,
        column: &str,
        rows: &[u32],
        params: &RecipeParams,
    ) -> Result<Option<Encoder>, PrepareError> {
        match self {
            Self::Numbers { reader, words } => {
                Ok(Encoder::fit_numbers(&reader, words, rows, params))
            }
            Self::Names { reader, names } => {
                let mut counts = vec![0u64; names.len()];
                let mut absent = 0;
                for &row in rows {
                    match counts.get_mut(reader.code(row) as usize) {
                        Some(count) => *count += 1,
                        None => absent += 1,
                    }
                }
                // Rows may have been dropped, and names with them.
                let mut counts: Vec<_> = names.into_iter().zip(counts).collect();
                counts.retain(|(_, count)| *count > 0);
                let names = counts.len();
                if names > MAX_NAMES {
                    return Err(PrepareError::TooManyNames {
                        column: column.to_owned(),
                        names,
                        limit: MAX_NAMES,
                    });
                }
                Ok((names > 0).then(|| Encoder::fit_names(counts, absent, params)))
            }
        }
    }
}

/// The columns asked for, in that order.
fn chosen<'a>(frame: &'a Frame, params: &RecipeParams) -> Result<Vec<&'a Column>, PrepareError> {
    let by_name: Names = frame.columns().iter().map(|c| c.name.as_str()).collect();
    let mut seen = Names::default();
    let mut out = Vec::with_capacity(params.columns.len());
    for name in &params.columns {
        let column = || name.clone();
        if *name == params.target {
            return Err(PrepareError::TargetAsFeature { column: column() });
        }
        if !seen.take(name) {
            return Err(PrepareError::RepeatedColumn { column: column() });
        }
        match by_name.number(name) {
            Some(at) => out.push(&frame.columns()[at]),
            None => return Err(PrepareError::UnknownColumn { column: column() }),
        }
    }
    if out.is_empty() {
        return Err(PrepareError::NoColumns);
    }
    Ok(out)
}

fn check_rows(frame: &Frame, rows: &[u32]) -> Result<(), PrepareError> {
    match rows.iter().find(|&&row| row as usize >= frame.rows()) {
        Some(&row) => Err(PrepareError::RowOutOfRange {
            row,
            rows: frame.rows(),
        }),
        None => Ok(()),
    }
}

/// The names in training rows that say something, sorted by code point.
fn training_names(column: &Column, rows: &[u32]) -> Result<Vec<String>, String> {
    let dictionary = as_names(column).ok_or_else(|| column.kind.name().to_owned())?;
    let mut occurs = vec![false; dictionary.names.len()];
    for &row in rows {
        let code = dictionary.codes.get(row as usize).copied();
        if let Some(flag) = code.and_then(|code| occurs.get_mut(code as usize)) {
            *flag = true;
        }
    }
    let mut names: Vec<String> = dictionary
        .names
        .iter()
        .zip(occurs)
        .filter(|(name, occurs)| *occurs && !is_null_token(name))
        .map(|(name, _)| name.clone())
        .collect();
    sort(&mut names);
    Ok(names)
}

/// The two words of a boolean column, sorted, or none where they are numbers or known words.
fn boolean_words(column: &Column, rows: &[u32]) -> Result<Vec<String>, String> {
    if matches!(column.values, crate::data::Values::Number(_)) {
        return Ok(Vec::new());
    }
    let names = training_names(column, rows)?;
    if names.iter().all(|name| known_boolean(name).is_some()) {
        Ok(Vec::new())
    } else if names.len() <= 2 {
        Ok(names)
    } else {
        Err(excerpt(&names[2]))
    }
}
