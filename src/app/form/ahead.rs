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

impl Settings {
    /// What is asked of a table with this target, or the first field that is not right.
    pub fn forecast_spec(&self, target: &str) -> Result<ForecastSpec, Field> {
        let form = &self.ahead;
        let mut windows_minutes = vec![self.whole(Field::ForecastWindow(0))?];
        for more in [1, 2] {
            windows_minutes.extend(self.limit(Field::ForecastWindow(more))?);
        }
        windows_minutes.dedup();
        let entity = match form.entity[0].is_empty() {
            true => Vec::new(),
            false => form
                .entity
                .iter()
                .filter(|c| !c.is_empty())
                .cloned()
                .collect(),
        };
        Ok(ForecastSpec {
            time: (!form.time.is_empty()).then(|| form.time.clone()),
            entity,
            target: target.to_owned(),
            leave: form.leave.clone(),
            horizon_minutes: self.whole(Field::ForecastHorizon)?,
            windows_minutes,
            gap_minutes: self.whole(Field::ForecastGap)?,
            budget: self.number(Field::ForecastBudget)?,
            by_entity: form.held_out == HeldOut::Entities,
            shuffled: form.held_out == HeldOut::Any,
            first_of_duplicates: form.first_of_duplicates,
            trees: self.whole(Field::ForecastTrees)?,
            ..ForecastSpec::default()
        })
    }
}
