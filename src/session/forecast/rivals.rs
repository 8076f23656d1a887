use ndarray::Array2;

use super::ForecastSpec;
use super::bench::{Bargain, Thresholds};
use super::firing::Firing;
use super::parts::{Parts, Side};
use crate::data::Frame;
use crate::evaluate::StaticRule;
use crate::prepare::{Ahead, Look, LookBack, Looked, Looks, WindowPlan};

/// Rules that need no learning, and the model's own pages at other times; the last where the table tells of alerts.
pub(super) const RIVALS: [&str; 6] = [
    "always normal",
    "persistence",
    "static thresholds",
    "linear extrapolation",
    "chance",
    "alerts that fired",
];

/// The place of chance among [`RIVALS`]: it has no scores, but the model's pages ([`Bench::chance`]).
///
/// [`Bench::chance`]: super::bench::Bench::chance
pub(super) const CHANCE_AT: usize = 4;
/// The place of the alerts.
pub(super) const ALERTS_AT: usize = 5;

/// What they are made of.
pub(super) struct Rivals {
    rules: Vec<Option<StaticRule>>,
    /// The rule's column at all rows.
    values: Vec<Vec<f64>>,
    /// Its slope in the longest window, at all rows; empty of a counter.
    slopes: Vec<Vec<f64>>,
    horizon_minutes: f64,
    firing: Option<Firing>,
}

impl Rivals {
    pub(super) fn new(frame: &Frame, spec: &ForecastSpec, parts: &Parts) -> Self {
        let train: Vec<Vec<f64>> = parts
            .columns
            .iter()
            .map(|name| parts.of(frame, name, &parts.train))
            .collect();
        let rules: Vec<Option<StaticRule>> = parts
            .kinds
            .iter()
            .map(|&kind| {
                let answers: Vec<bool> = parts
                    .train
                    .iter()
                    .map(|&r| parts.labels[r as usize] == Ahead::Kind(kind))
                    .collect();
                StaticRule::fit(&train, &answers)
            })
            .collect();
        let all: Vec<u32> = (0..frame.rows() as u32).collect();
        let values = rules
            .iter()
            .map(|rule| {
                rule.as_ref().map_or(Vec::new(), |rule| {
                    parts.of(frame, &parts.columns[rule.column], &all)
                })
            })
            .collect();
        let longest = spec.windows_minutes.iter().copied().max().unwrap_or(1);
        let back = LookBack::new(&parts.series, &all);
        let slope = |rule: &Option<StaticRule>| {
            let mut found = Vec::new();
            let Some(rule) = rule else { return found };
            let column = parts.columns[rule.column].clone();
            let plan = WindowPlan {
                windows_minutes: vec![longest],
                columns: vec![Looks {
                    column,
                    looks: vec![Look::Slope],
                }],
                past_minutes: 0,
                calendar: false,
            };
            // The column is one of the table's numbers.
            let take = &mut |_, looked: Looked<'_>| found = looked.each().collect();
            let _made = back.features(frame, &parts.series, &plan, &|_| true, take);
            found
        };
        let slopes = rules.iter().map(slope).collect();
        Self {
            rules,
            values,
            slopes,
            horizon_minutes: f64::from(spec.horizon_minutes),
            firing: Firing::new(frame, &spec.target, parts),
        }
    }

    /// How many of [`RIVALS`] there are here.
    pub(super) fn count(&self) -> usize {
        RIVALS.len() - usize::from(self.firing.is_none())
    }

    /// What a rival is paged from for a budget. Alerts fire as they do, whatever that costs.
    pub(super) fn thresholds(&self, rival: usize, bargain: &Bargain, budget: f64) -> Thresholds {
        match rival {
            ALERTS_AT => self.rules.iter().map(|_| Some(f64::MIN_POSITIVE)).collect(),
            _ => bargain.bought(budget).1,
        }
    }

    /// Scores (rows of the side x kinds) of one of [`RIVALS`].
    pub(super) fn scores(&self, rival: usize, parts: &Parts, side: Side) -> Array2<f64> {
        let rows = &parts.judged[side as usize];
        Array2::from_shape_fn((rows.len(), parts.kinds.len()), |(at, k)| {
            let row = rows[at] as usize;
            let rule = self.rules[k].as_ref();
            match (rival, rule) {
                (1, _) => f64::from(u8::from(parts.now[row] == parts.kinds[k])),
                (2, Some(rule)) => rule.score(self.values[k][row]),
                (3, Some(rule)) => {
                    let slope = self.slopes[k].get(row).copied().unwrap_or(f64::NAN);
                    rule.extrapolated(self.values[k][row], slope, self.horizon_minutes)
                }
                (ALERTS_AT, _) => {
                    let firing = self.firing.as_ref();
                    firing.map_or(0.0, |firing| firing.score(rows[at], k))
                }
                _ => 0.0,
            }
        })
    }
}
