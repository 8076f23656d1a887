//! Makes the features of a plan: what each row's entity did over the last minutes. No feature ever sees a later row.
//!
//! A table is at hand as a whole, so each column is put in the order of its series once, and its windows are summed in
//! blocks ([`super::blocks`]). What [`super::rolling`] keeps between rows is all that a live feed needs for the same bits.

use super::blocks::{Need, Run, Suffix, Totals, first_not};
use super::rolling::{Counter, Fading};
use super::series::{MINUTE_MICROS, Series, SeriesError};
use super::window::{
    DAY_MICROS, FAR_MINUTES, Look, MOST_DEVIATIONS, WindowPlan, feature_name, fewest, full,
    short_minutes,
};
use crate::data::{Column, Frame, Values};

/// The place of a row that is of no series.
const NO_PLACE: u32 = u32::MAX;
/// A row of sums that are kept running costs as much as so many values that are added up anew.
const RUNNING_COST: f64 = 5.0;
/// A window that is added up on its own costs so many values more.
const ALONE_COST: f64 = 8.0;

/// Series, and the rows whose features are asked.
pub struct LookBack {
    /// Since the first row of all, by place: where a row stands in the order of the series.
    minutes: Vec<f64>,
    place_of_row: Vec<u32>,
    /// Places that are told, ascending, and where each series' begin.
    places: Vec<u32>,
    places_from: Vec<u32>,
    /// For each row that is asked, where its place stands among them.
    asked: Vec<u32>,
    /// 1, 2, 3 and so on: how many values of a series are known where none is missing.
    counts: Vec<u32>,
}

/// A feature of the rows that were asked.
pub struct Looked<'a> {
    by_place: &'a [f64],
    asked: &'a [u32],
}

impl Looked<'_> {
    /// The values, in the order of the rows that were asked; `NaN` is missing.
    pub fn each(&self) -> impl Iterator<Item = f64> + '_ {
        let of = |&at: &u32| self.by_place.get(at as usize).copied().unwrap_or(f64::NAN);
        self.asked.iter().map(of)
    }
}

impl LookBack {
    /// For features of these rows. What is made of a row does not hang on which others are asked.
    pub fn new(series: &Series, rows: &[u32]) -> Self {
        let origin = series.span().0;
        let minute = |&row: &u32| {
            series.instants[row as usize].wrapping_sub(origin) as f64 / MINUTE_MICROS as f64
        };
        let mut place_of_row = vec![NO_PLACE; series.instants.len()];
        for (place, &row) in (0..).zip(&series.order) {
            place_of_row[row as usize] = place;
        }
        let place = |&row: &u32| place_of_row.get(row as usize).copied().unwrap_or(NO_PLACE);
        let mut at_of_place = vec![NO_PLACE; series.order.len()];
        for place in rows.iter().map(place) {
            if let Some(at) = at_of_place.get_mut(place as usize) {
                *at = 0;
            }
        }
        let mut places = Vec::new();
        let mut places_from = vec![0];
        for ends in series.starts.windows(2) {
            let of = ends[0] as usize..ends[1] as usize;
            let is_asked = |place: &usize| at_of_place[*place] != NO_PLACE;
            let asked = of.clone().filter(is_asked).count();
            let end = of.clone().rfind(is_asked).map_or(of.start, |last| last + 1);
            // Of nearly all rows the others are told as well: that is less work than to leave them out.
            let all = 2 * asked > end - of.start;
            for place in of.start..end {
                let at = &mut at_of_place[place];
                if all || *at != NO_PLACE {
                    *at = places.len() as u32;
                    places.push(place as u32);
                }
            }
            places_from.push(places.len() as u32);
        }
        let asked = rows.iter().map(place);
        let asked = asked.map(|p| at_of_place.get(p as usize).copied().unwrap_or(NO_PLACE));
        let longest = series.starts.windows(2).map(|ends| ends[1] - ends[0]).max();
        Self {
            minutes: series.order.iter().map(minute).collect(),
            asked: asked.collect(),
            counts: (1..=longest.unwrap_or(0)).collect(),
            place_of_row,
            places,
            places_from,
        }
    }

    /// Makes the features whose names are wanted, one at a time. Those of one column and window share a pass; what is not
    /// wanted costs nothing.
    ///
    /// # Errors
    /// [`SeriesError::UnknownColumn`], also of a column that holds no numbers.
    pub fn features(
        &self,
        frame: &Frame,
        series: &Series,
        plan: &WindowPlan,
        wanted: &dyn Fn(&str) -> bool,
        take: &mut dyn FnMut(String, Looked<'_>),
    ) -> Result<(), SeriesError> {
        let mut told = |name: String, by_place: &[f64]| {
            let asked = &self.asked;
            take(name, Looked { by_place, asked });
        };
        for looks in &plan.columns {
            let Some(Values::Number(values)) = frame.column(&looks.column).map(|c| &c.values)
            else {
                return Err(SeriesError::UnknownColumn {
                    column: looks.column.clone(),
                });
            };
            let full = match looks.looks.contains(&Look::Full) {
                true => full(&looks.column, values),
                false => None,
            };
            Pass {
                back: self,
                series,
                known: Known::new(self, series, values),
                name: &looks.column,
                looks: &looks.looks,
                full: full.unwrap_or(f64::NAN),
                wanted,
                suffix: Suffix::default(),
                totals: Totals::default(),
            }
            .features(plan, &mut told);
        }
        if plan.calendar {
            self.calendar(series, wanted, &mut told);
        }
        Ok(())
    }

    /// Hour and weekday as sine and cosine, so that midnight is next to the minute before it.
    fn calendar(
        &self,
        series: &Series,
        wanted: &dyn Fn(&str) -> bool,
        take: &mut dyn FnMut(String, &[f64]),
    ) {
        let cycles = [
            ("hour", DAY_MICROS, 0),
            ("weekday", 7 * DAY_MICROS, 3 * DAY_MICROS),
        ];
        for (name, cycle, shift) in cycles {
            for (word, of) in [("sin", libm::sin as fn(f64) -> f64), ("cos", libm::cos)] {
                let at = |&place: &u32| {
                    let t = series.instants[series.order[place as usize] as usize];
                    // 1970 began on a Thursday: weeks are counted from a Monday.
                    let place = t.wrapping_add(shift).rem_euclid(cycle) as f64 / cycle as f64;
                    of(std::f64::consts::TAU * place)
                };
                let name = format!("{name} {word}");
                if wanted(&name) {
                    let values: Vec<f64> = self.places.iter().map(at).collect();
                    take(name, &values);
                }
            }
        }
    }
}

/// A column in the order of its series.
struct Known<'a> {
    back: &'a LookBack,
    starts: &'a [u32],
    values: Vec<f64>,
    /// Where values are missing: how many of a series are known up to each place, and minute and value of those.
    partly: Option<Partly>,
}

struct Partly {
    known: Vec<u32>,
    from: Vec<u32>,
    t: Vec<f64>,
    x: Vec<f64>,
}

impl<'a> Known<'a> {
    fn new(back: &'a LookBack, series: &'a Series, of_rows: &[f64]) -> Self {
        let mut values = vec![f64::NAN; series.order.len()];
        for (&value, &place) in of_rows.iter().zip(&back.place_of_row) {
            if let Some(at) = values.get_mut(place as usize) {
                *at = value;
            }
        }
        let is_whole = values.iter().all(|x| x.is_finite());
        Self {
            back,
            starts: &series.starts,
            partly: (!is_whole).then(|| Partly::new(&back.minutes, &values, &series.starts)),
            values,
        }
    }

    fn run(&self, series: usize, places: std::ops::Range<usize>) -> Run<'_> {
        let minutes = &self.back.minutes[places.clone()];
        match &self.partly {
            None => Run {
                minutes,
                known: &self.back.counts[..places.len()],
                t: minutes,
                x: &self.values[places],
            },
            Some(partly) => {
                let of = partly.from[series] as usize..partly.from[series + 1] as usize;
                Run {
                    minutes,
                    known: &partly.known[places],
                    t: &partly.t[of.clone()],
                    x: &partly.x[of],
                }
            }
        }
    }

    /// Each series' places, and those of them that are asked, where any are.
    fn each(&self) -> impl Iterator<Item = (usize, std::ops::Range<usize>, &'a [u32])> {
        let back = self.back;
        let series = self.starts.windows(2).zip(back.places_from.windows(2));
        series.enumerate().filter_map(|(at, (ends, from))| {
            let asked = &back.places[from[0] as usize..from[1] as usize];
            let places = ends[0] as usize..ends[1] as usize;
            (!asked.is_empty()).then_some((at, places, asked))
        })
    }
}

impl Partly {
    fn new(minutes: &[f64], values: &[f64], starts: &[u32]) -> Self {
        let mut out = Self {
            known: Vec::with_capacity(values.len()),
            from: vec![0],
            t: Vec::new(),
            x: Vec::new(),
        };
        for ends in starts.windows(2) {
            let mut known = 0;
            for place in ends[0] as usize..ends[1] as usize {
                if values[place].is_finite() {
                    known += 1;
                    out.t.push(minutes[place]);
                    out.x.push(values[place]);
                }
                out.known.push(known);
            }
            out.from.push(out.t.len() as u32);
        }
        out
    }
}

/// The features of one column.
struct Pass<'a> {
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

impl Pass<'_> {
    fn features(mut self, plan: &WindowPlan, take: Take<'_>) {
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
            if let Some(name) = change {
                let changes = self.places().zip(&lags);
                let changes: Vec<f64> = changes.map(|((_, x), lag)| finite(x - lag)).collect();
                if let Some(name) = lag {
                    take(name, &lags);
                }
                take(name, &changes);
            } else if let Some(name) = lag {
                take(name, &lags);
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

#[inline(always)]
pub(super) fn finite(x: f64) -> f64 {
    if x.is_finite() { x } else { f64::NAN }
}

/// Makes every feature, one at a time, in the table's order of rows. Rows of no series are `NaN`.
///
/// # Errors
/// As [`LookBack::features`].
pub fn each_feature(
    frame: &Frame,
    series: &Series,
    plan: &WindowPlan,
    take: &mut dyn FnMut(String, Vec<f64>),
) -> Result<(), SeriesError> {
    let rows: Vec<u32> = (0..series.instants.len() as u32).collect();
    let back = LookBack::new(series, &rows);
    back.features(frame, series, plan, &|_| true, &mut |name, looked| {
        take(name, looked.each().collect());
    })
}

/// All features as a table.
///
/// # Errors
/// As [`each_feature`]; [`SeriesError::UnknownColumn`] as well where two features would have one name.
pub fn features(frame: &Frame, series: &Series, plan: &WindowPlan) -> Result<Frame, SeriesError> {
    let mut columns = Vec::new();
    each_feature(frame, series, plan, &mut |name, values| {
        columns.push(Column::number(name, values));
    })?;
    Frame::new(frame.name.clone(), columns).map_err(|error| SeriesError::UnknownColumn {
        column: error.to_string(),
    })
}

#[cfg(test)]
#[path = "look_back_tests.rs"]
mod tests;
