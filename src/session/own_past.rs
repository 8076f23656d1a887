//! A table's rows beside their entity's own past, for what tells the unfamiliar.

use super::estimate::check_memory;
use super::failure::Fault;
use super::keys;
use crate::data::{Frame, Level, MISSING_TIME, Notice, grouped};
use crate::prepare::{FEWEST_PAST_VALUES, OwnPast, PastRows, Recipe, Series};
use crate::protocol::PrepareSpec;

/// Rows on their way to be compared, a column at a time.
#[derive(Debug)]
pub(super) struct Comparing {
    past: OwnPast,
    series: Series,
    rows: PastRows,
}

impl Comparing {
    /// Of the rows that a model is learned from and those that it is scored on. Where `spec` names neither time nor entity, the
    /// notices and the model do.
    pub(super) fn to_train(
        frame: &Frame,
        spec: &PrepareSpec,
        recipe: &Recipe,
        (train, test): (&[u32], &[u32]),
        memory_limit_bytes: Option<u64>,
    ) -> Result<(Self, Vec<Notice>), Fault> {
        let series = keys::series(frame, spec.time.as_deref(), &spec.entity, &spec.target)
            .map_err(|error| Fault::no_past(&error.to_string()))?;
        let past = OwnPast::of(recipe, frame, &series).map_err(|_| {
            Fault::no_past("no column to learn from holds numbers that tell no time")
        })?;
        // Held twice while they are parted.
        let features = recipe.feature_names().len() + 2 * past.columns.len();
        check_memory(frame, features, train.len(), memory_limit_bytes)?;
        let notice = Notice::Other {
            title: format!(
                "Unfamiliar rows are told by their own past, in the time of {}",
                past.time
            ),
            meaning: match &past.entity[..] {
                [] => "All rows are of one entity.".to_owned(),
                entity => format!(
                    "{} entities are told apart by {}.",
                    grouped(series.names.len() as u64),
                    entity.join(", ")
                ),
            },
            level: Level::Info,
        };
        let mut notices = vec![notice];
        notices.extend(repeated(&series));
        let rows = [train, test].concat();
        Ok((Self::new(past, series, rows), notices))
    }

    /// Of the rows of another table; none where it lacks time or entity, with a notice either way of what is amiss.
    pub(super) fn to_predict(
        frame: &Frame,
        past: &OwnPast,
        rows: &[u32],
        notices: &mut Vec<Notice>,
    ) -> Option<Self> {
        let is_key = |name: &String| *name == past.time || past.entity.contains(name);
        notices.retain(|n| !matches!(n, Notice::ExtraColumn { column } if is_key(column)));
        match Series::new(frame, &past.time, &past.entity) {
            Ok(series) => {
                notices.extend(repeated(&series));
                Some(Self::new(past.clone(), series, rows.to_vec()))
            }
            Err(error) => {
                notices.push(Notice::Other {
                    title: "No row is judged as familiar or not".to_owned(),
                    meaning: format!(
                        "The model compares rows with their entity's own past, and here {error}. The names are predicted all the same."
                    ),
                    level: Level::Warning,
                });
                None
            }
        }
    }

    fn new(past: OwnPast, series: Series, rows: Vec<u32>) -> Self {
        Self {
            rows: PastRows::new(rows, past.columns.len()),
            past,
            series,
        }
    }

    /// By so many columns.
    pub(super) fn columns(&self) -> usize {
        self.past.columns.len()
    }

    /// Compares by the next column; what share is done, or none where nothing was left.
    pub(super) fn step(&mut self, frame: &Frame, recipe: &Recipe) -> Result<Option<f64>, Fault> {
        let Some(name) = self.past.columns.get(self.rows.columns_done()) else {
            return Ok(None);
        };
        self.rows.add(&recipe.numbers(frame, name)?, &self.series);
        let done = self.rows.columns_done() as f64;
        Ok(Some(done / self.past.columns.len() as f64))
    }

    /// All at once.
    pub(super) fn finish(mut self, frame: &Frame, recipe: &Recipe) -> Result<PastRows, Fault> {
        while self.step(frame, recipe)?.is_some() {}
        Ok(self.rows)
    }

    /// What is compared, the rows to learn from and those to score, and when each of the former was: [`MISSING_TIME`] where
    /// it has no past.
    pub(super) fn parted(self, train: &[u32]) -> (OwnPast, PastRows, PastRows, Vec<i64>) {
        let (of_train, of_test) = self.rows.split_at(train.len());
        let instants = train.iter().zip(of_train.has_past());
        let instants = instants.map(|(&row, &has)| match has {
            true => self.series.instants[row as usize],
            false => MISSING_TIME,
        });
        let instants = instants.collect();
        (self.past, of_train, of_test, instants)
    }

    pub(super) fn into_rows(self) -> PastRows {
        self.rows
    }
}

/// Rows of which nothing is told, since too little came before them.
pub(super) fn untold(past: &PastRows) -> Option<Notice> {
    let (rows, all) = (past.has_past().iter(), past.has_past().len());
    let untold = rows.filter(|has| !**has).count();
    (untold > 0).then(|| Notice::Other {
        title: format!(
            "{} of {} rows have too short a past to be judged as familiar or not",
            grouped(untold as u64),
            grouped(all as u64)
        ),
        meaning: format!(
            "A row is compared with the earlier rows of its entity in the same table, of which there must be {FEWEST_PAST_VALUES}."
        ),
        level: if untold < all { Level::Info } else { Level::Warning },
    })
}

fn repeated(series: &Series) -> Option<Notice> {
    let rows = series.duplicates.len() as u64;
    (rows > 0).then(|| Notice::Other {
        title: format!(
            "{} rows have their time and entity in common with another",
            grouped(rows)
        ),
        meaning: "They are taken for later ones, in the table's order. If they are of different things, other columns tell entities apart.".to_owned(),
        level: Level::Warning,
    })
}
