use std::collections::VecDeque;

use ndarray::Array2;

use super::parts::{Parts, Side};
use super::{ForecastError, ForecastSpec};
use crate::data::Frame;
use crate::learn::Model;
use crate::prepare::{WindowPlan, each_feature, propose};

/// Rows whose features stand in memory as numbers of full width at a time.
const CHUNK_ROWS: usize = 8_192;

/// Features of the rows of all parts, made a column of the table at a time.
pub(super) struct Features {
    pub(super) names: Vec<String>,
    /// Trees cut between values: half the digits halve the memory. Training rows first, then those to calibrate on, then
    /// those to judge by.
    columns: Vec<Vec<f32>>,
    /// Where each part begins, and the end.
    starts: [usize; 4],
    left: VecDeque<WindowPlan>,
    steps: usize,
}

impl Features {
    pub(super) fn new(frame: &Frame, spec: &ForecastSpec, parts: &Parts) -> Self {
        let plan = propose(frame, &parts.series, &parts.columns, &spec.windows_minutes);
        let windows_minutes = plan.windows_minutes;
        let one = |columns, calendar| WindowPlan {
            windows_minutes: windows_minutes.clone(),
            columns,
            calendar,
        };
        let mut left: VecDeque<WindowPlan> = plan
            .columns
            .into_iter()
            .map(|looks| one(vec![looks], false))
            .collect();
        if plan.calendar {
            left.push_back(one(Vec::new(), true));
        }
        let (train, calibrate) = (parts.train.len(), parts.split.calibrate.len());
        Self {
            names: Vec::new(),
            columns: Vec::new(),
            starts: [
                0,
                train,
                train + calibrate,
                train + calibrate + parts.split.test.len(),
            ],
            steps: left.len(),
            left,
        }
    }

    /// Makes the features of one more column; answers whether there are more.
    pub(super) fn step(&mut self, frame: &Frame, parts: &Parts) -> Result<bool, ForecastError> {
        if let Some(plan) = self.left.pop_front() {
            let rows = [&parts.train, &parts.split.calibrate, &parts.split.test];
            let (names, columns) = (&mut self.names, &mut self.columns);
            each_feature(frame, &parts.series, &plan, &mut |name, values| {
                names.push(name);
                let all = rows.iter().flat_map(|rows| rows.iter());
                columns.push(all.map(|&row| values[row as usize] as f32).collect());
            })?;
        }
        Ok(!self.left.is_empty())
    }

    /// Columns of the table that are done, and all.
    pub(super) fn done(&self) -> (usize, usize) {
        (self.steps - self.left.len(), self.steps)
    }

    /// Rows x features to learn from.
    pub(super) fn train(&self) -> Array2<f64> {
        self.rows(0, self.starts[1])
    }

    fn rows(&self, from: usize, until: usize) -> Array2<f64> {
        Array2::from_shape_fn((until - from, self.columns.len()), |(row, f)| {
            f64::from(self.columns[f][from + row])
        })
    }

    /// A feature of a part's row.
    pub(super) fn value(&self, side: Side, row: usize, feature: usize) -> f64 {
        let at = self.starts[side as usize + 1] + row;
        let column = self.columns.get(feature);
        column
            .and_then(|c| c.get(at))
            .map_or(f64::NAN, |&x| x.into())
    }

    /// Adds the probabilities (rows x classes) of a part's next rows to those before; answers whether there are more.
    pub(super) fn predict(
        &self,
        model: &Model,
        side: Side,
        all: &mut Vec<f64>,
        classes: usize,
    ) -> bool {
        let (begin, end) = (
            self.starts[side as usize + 1],
            self.starts[side as usize + 2],
        );
        let from = begin + all.len() / classes.max(1);
        let until = (from + CHUNK_ROWS).min(end);
        if from < until {
            all.extend(model.predict_proba(self.rows(from, until).view()));
        }
        until < end
    }
}
