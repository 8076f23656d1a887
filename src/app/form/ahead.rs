//! What a forecast looks at.

use super::{Field, Settings};
use crate::protocol::{ForecastSpec, Mark};

/// Windows that a forecast may look back over, at most.
pub const FORECAST_WINDOWS: u8 = 5;

/// Which rows a forecast is judged by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeldOut {
    /// Later ones.
    #[default]
    Later,
    /// Those of other entities.
    Entities,
    /// Any: it leaks.
    Any,
}

/// What was chosen for a forecast.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AheadForm {
    /// The time's column; empty: as it is found.
    pub time: String,
    /// The columns that tell entities apart; the first empty: as they are found.
    pub entity: [String; 2],
    /// Which rows it is judged by.
    pub held_out: HeldOut,
    /// Of rows that repeat a time only the first.
    pub first_of_duplicates: bool,
    /// Columns left out.
    pub leave: Vec<String>,
    /// Whether incidents are marked by hand, whatever column says what was wrong.
    pub by_hand: bool,
    /// The marks.
    pub marks: Vec<Mark>,
    /// Whether the next mark is of all entities rather than of the one in sight.
    pub of_all: bool,
}

impl AheadForm {
    /// What is kept of it where another table is at hand: the marks are of times that it may hold.
    pub(in crate::app) fn of_other_data(&self) -> Self {
        Self {
            by_hand: self.by_hand,
            marks: self.marks.clone(),
            of_all: self.of_all,
            ..Self::default()
        }
    }

    /// Time and entities, of a table with this target; empty: with none.
    pub(super) fn series(&self, target: &str) -> ForecastSpec {
        let by_hand = self.by_hand || target.is_empty();
        let entity = match self.entity[0].is_empty() {
            true => Vec::new(),
            false => self
                .entity
                .iter()
                .filter(|c| !c.is_empty())
                .cloned()
                .collect(),
        };
        ForecastSpec {
            time: (!self.time.is_empty()).then(|| self.time.clone()),
            entity,
            target: if by_hand { "" } else { target }.to_owned(),
            marks: by_hand.then(|| self.marks.clone()),
            first_of_duplicates: self.first_of_duplicates,
            ..ForecastSpec::default()
        }
    }
}

impl Settings {
    /// What is asked of a table with this target, or the first field that is not right.
    pub fn forecast_spec(&self, target: &str) -> Result<ForecastSpec, Field> {
        let form = &self.ahead;
        let mut windows_minutes = vec![self.whole(Field::ForecastWindow(0))?];
        for more in 1..FORECAST_WINDOWS {
            windows_minutes.extend(self.limit(Field::ForecastWindow(more))?);
        }
        Ok(ForecastSpec {
            leave: form.leave.clone(),
            horizon_minutes: self.whole(Field::ForecastHorizon)?,
            windows_minutes,
            gap_minutes: self.whole(Field::ForecastGap)?,
            budget: self.number(Field::ForecastBudget)?,
            by_entity: form.held_out == HeldOut::Entities,
            shuffled: form.held_out == HeldOut::Any,
            trees: self.whole(Field::ForecastTrees)?,
            ..form.series(target)
        })
    }

    /// What time and entities are found by, whatever stands in the other fields.
    pub fn series_spec(&self, target: &str) -> ForecastSpec {
        let spec = self.forecast_spec(target);
        spec.unwrap_or_else(|_| self.ahead.series(target))
    }
}
