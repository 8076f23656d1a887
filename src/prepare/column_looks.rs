//! The features of one column, from its values in the order of their series.

use super::blocks::{Need, Suffix, Totals, finite, first_not};
use super::known::Known;
use super::look_back::LookBack;
use super::rolling::{Counter, Fading};
use super::series::{MINUTE_MICROS, Series};
use super::window::{
    FAR_MINUTES, Look, Looks, MOST_DEVIATIONS, WindowPlan, feature_name, fewest, full,
    short_minutes,
};

/// A row of sums that are kept running costs as much as so many values that are added up anew.
const RUNNING_COST: f64 = 5.0;
/// A window that is added up on its own costs so many values more.
const ALONE_COST: f64 = 8.0;

/// The features of one column.
pub(super) struct ColumnLooks<'a> {
    back: &'a LookBack,
    series: &'a Series,
    known: Known<'a>,
    name: &'a str,
    looks: &'a [Look],
    full: f64,
    wanted: &'a dyn Fn(&str) -> bool,
    suffix: Suffix,
    totals: Totals,
}

type Take<'a> = &'a mut dyn FnMut(String, &[f64]);

impl<'a> ColumnLooks<'a> {
    /// `values` are in the table's order.
    pub(super) fn new(
        back: &'a LookBack,
        series: &'a Series,
        of: &'a Looks,
        values: &[f64],
        wanted: &'a dyn Fn(&str) -> bool,
    ) -> Self {
        let full = match of.looks.contains(&Look::Full) {
            true => full(&of.column, values),
            false => None,
        };
        Self {
            back,
            series,
            known: Known::new(back, series, values),
            name: &of.column,
            looks: &of.looks,
            full: full.unwrap_or(f64::NAN),
            wanted,
            suffix: Suffix::default(),
            totals: Totals::default(),
        }
    }

    /// Makes those that are wanted; values are in the order of the places that are told.
    pub(super) fn features(mut self, plan: &WindowPlan, take: Take<'_>) {
        if let Some(name) = self.asked(Look::Now, 0) {
            let now: Vec<f64> = self.places().map(|(_, value)| value).collect();
            take(name, &now);
        }
        for &window in &plan.windows_minutes {
            self.of_window(window.max(1), take);
        }
        if plan.past_minutes > 0
            && let Some(name) = self.asked(Look::Standing, 0)
        {
            take(name, &self.standing(plan.past_minutes));
        }
        if let Some(name) = self.asked(Look::Since, 0) {
            let mut counter = Counter::new(1.0);
            let minutes = self.streamed(&mut |new, minute, value| {
                if new {
                    counter.clear();
                }
                counter.push(minute, value).1
            });
            take(name, &minutes);
        }
    }

    /// The feature's name, where it is asked.
    fn asked(&self, look: Look, window: u32) -> Option<String> {
        let name = feature_name(self.name, look, window);
        (self.looks.contains(&look) && (self.wanted)(&name)).then_some(name)
    }

    /// Minute and value of the places that are asked.
    fn places(&self) -> impl Iterator<Item = (f64, f64)> {
        let of = |&place: &u32| {
            let place = place as usize;
            (self.back.minutes[place], self.known.values[place])
        };
        self.back.places.iter().map(of)
    }

    fn of_window(&mut self, window: u32, take: Take<'_>) {
        let span = f64::from(window);
        let ago = [Look::Lag, Look::Difference].map(|look| self.asked(look, window));
        if ago.iter().any(Option::is_some) {
            let lags = self.lags(span);
            let [lag, change] = ago;
            if let Some(name) = lag {
                take(name, &lags);
            }
            if let Some(name) = change {
                let changes = self.places().zip(&lags);
                let changes: Vec<f64> = changes.map(|((_, x), lag)| finite(x - lag)).collect();
                take(name, &changes);
            }
        }
        if let Some(name) = self.asked(Look::Fading, window) {
            let mut fading = Fading::new(span);
            let means = self.streamed(&mut |new, minute, value| {
                if new {
                    fading.clear();
                }
                fading.push(minute, value)
            });
            take(name, &means);
        }
        if let Some(name) = self.asked(Look::Rate, window) {
            let mut counter = Counter::new(span);
            let rates = self.streamed(&mut |new, minute, value| {
                if new {
                    counter.clear();
                }
                counter.push(minute, value).0
            });
            take(name, &rates);
        }
        self.rolled(window, take);
    }

    /// What is kept from row to row; `of` hears whether a new series begins, the minute and the value.
    fn streamed(&self, of: &mut dyn FnMut(bool, f64, f64) -> f64) -> Vec<f64> {
        let mut out = Vec::with_capacity(self.back.places.len());
        for (_, places, asked) in self.known.each() {
            let mut next = places.start;
            for &place in asked {
                for at in next..=place as usize {
                    let (minute, value) = (self.back.minutes[at], self.known.values[at]);
                    let told = of(at == places.start, minute, value);
                    if at == place as usize {
                        out.push(finite(told));
                    }
                }
                next = place as usize + 1;
            }
        }
        out
    }

    /// The values a window ago: of the last row that is at least so old, and at most one and a half steps older.
    fn lags(&self, span: f64) -> Vec<f64> {
        let slack = 1.5 * self.series.step_micros as f64 / MINUTE_MICROS as f64;
        let minutes = &self.back.minutes;
        let mut out = Vec::with_capacity(self.back.places.len());
        for (_, places, asked) in self.known.each() {
            let mut next = places.start;
            for &place in asked {
                let until = minutes[place as usize] - span;
                next = first_not(next, place as usize, |at| minutes[at] <= until);
                let before = next.checked_sub(1).filter(|at| *at >= places.start);
                let before = before.filter(|at| minutes[*at] >= until - slack);
                out.push(before.map_or(f64::NAN, |at| finite(self.known.values[at])));
            }
        }
        out
    }

    /// Sums of the windows of every place that is asked, a series at a time.
    fn totals(&mut self, span: f64, need: Need, take: &mut dyn FnMut(&Totals, usize)) {
        let step = self.series.step_micros.max(1) as f64 / MINUTE_MICROS as f64;
        let alone = span / step + ALONE_COST;
        for (series, places, asked) in self.known.each() {
            let first = places.start as u32;
            let rows = asked.last().map_or(0, |last| last - first + 1) as usize;
            let run = self.known.run(series, places);
            if alone * asked.len() as f64 <= RUNNING_COST * rows as f64 {
                let all = Need {
                    spread: true,
                    slope: true,
                };
                self.totals.resize(asked.len(), all);
                run.some(span, asked, first, &mut self.totals);
            } else {
                self.totals.resize(rows, need);
                run.all(span, rows, need, &mut self.suffix, &mut self.totals);
                if asked.len() < rows {
                    self.totals.keep(asked, first, need);
                }
            }
            take(&self.totals, asked.len());
        }
    }

    /// Mean, bounds, deviation and slope in one pass.
    fn rolled(&mut self, window: u32, take: Take<'_>) {
        const ALL: [Look; 7] = [
            Look::Mean,
            Look::Min,
            Look::Max,
            Look::Deviation,
            Look::Slope,
            Look::Full,
            Look::Empty,
        ];
        let places = self.back.places.len();
        let asked = |look: &Look| {
            let name = self.asked(*look, window)?;
            Some((*look, name, Vec::with_capacity(places)))
        };
        let mut all: Vec<(Look, String, Vec<f64>)> = ALL.iter().filter_map(asked).collect();
        if all.is_empty() {
            return;
        }
        let need = Need {
            spread: all.iter().any(|of| of.0 == Look::Deviation),
            slope: all
                .iter()
                .any(|of| matches!(of.0, Look::Slope | Look::Full | Look::Empty)),
        };
        let few = f64::from(fewest(self.series, window));
        self.totals(f64::from(window), need, &mut |totals, rows| {
            for (look, _, out) in &mut all {
                match look {
                    Look::Mean => totals.means(rows, few, out),
                    Look::Min => totals.bounds(&totals.min, rows, few, out),
                    Look::Max => totals.bounds(&totals.max, rows, few, out),
                    Look::Deviation => totals.deviations(rows, few, out),
                    _ => totals.slopes(rows, few, out),
                }
            }
        });
        for (look, name, mut out) in all {
            let now = self.places().map(|(_, value)| value);
            match look {
                Look::Full => {
                    for (of, now) in out.iter_mut().zip(now) {
                        *of = finite(minutes_to(self.full - now, *of));
                    }
                }
                Look::Empty => {
                    for (of, now) in out.iter_mut().zip(now) {
                        *of = finite(minutes_to(now, -*of));
                    }
                }
                _ => {}
            }
            take(name, &out);
        }
    }

    /// Deviations of the last minutes' mean from that of the past.
    fn standing(&mut self, past_minutes: u32) -> Vec<f64> {
        let need = |spread| Need {
            spread,
            slope: false,
        };
        let places = self.back.places.len();
        let mut short = Vec::with_capacity(places);
        let span = short_minutes(self.series, past_minutes);
        self.totals(span, need(false), &mut |totals, rows| {
            totals.means(rows, 1.0, &mut short)
        });
        let few = f64::from((fewest(self.series, past_minutes) / 2).max(2));
        let (mut means, mut deviations) = (Vec::with_capacity(places), Vec::with_capacity(places));
        self.totals(f64::from(past_minutes), need(true), &mut |totals, rows| {
            totals.means(rows, few, &mut means);
            totals.deviations(rows, few, &mut deviations);
        });
        for ((out, mean), deviation) in short.iter_mut().zip(means).zip(deviations) {
            *out = finite(standing(*out, mean, deviation));
        }
        short
    }
}

/// Minutes until a way is gone at a pace per minute.
fn minutes_to(way: f64, pace: f64) -> f64 {
    match pace > 0.0 {
        true => (way / pace).clamp(0.0, FAR_MINUTES),
        // NaN where either is.
        false => way * 0.0 + pace * 0.0 + FAR_MINUTES,
    }
}

/// Deviations above the past's mean; 0 where the past, of which the last minutes are a part, stood still but for rounding.
fn standing(mean: f64, past_mean: f64, past_deviation: f64) -> f64 {
    let off = mean - past_mean;
    match off.abs() <= 1e-12 * past_mean.abs() {
        true => 0.0,
        false => (off / past_deviation).clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS),
    }
}
