//! What a forecast looks at.

use super::{Field, Settings};
use crate::protocol::ForecastSpec;

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
}

impl AheadForm {
    /// Time and entities, of a table with this target.
    fn series(&self, target: &str) -> ForecastSpec {
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
            target: target.to_owned(),
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
        for more in [1, 2] {
            windows_minutes.extend(self.limit(Field::ForecastWindow(more))?);
        }
        windows_minutes.dedup();
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
