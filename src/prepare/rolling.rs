//! One series' last `span` of time, kept while rows arrive: the state behind every windowed feature.
//!
//! A window at time `t` holds the rows of `t - span < time <= t`, however many they are, so that a gap empties it.
//! Sums are kept by two stacks (a queue whose sums are never subtracted): nothing drifts, and a row that left has left
//! no rounding behind. Values are counted from the mean at the last turn of the stacks, so that squares do not cancel.

use std::collections::VecDeque;

/// Count, sums and bounds of some rows, of values counted from `Window::origin`.
#[derive(Clone, Copy, Debug)]
struct Sums {
    n: f64,
    x: f64,
    xx: f64,
    t: f64,
    tt: f64,
    tx: f64,
    min: f64,
    max: f64,
}

impl Sums {
    const NONE: Self = Self {
        n: 0.0,
        x: 0.0,
        xx: 0.0,
        t: 0.0,
        tt: 0.0,
        tx: 0.0,
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
    };

    #[inline]
    fn plus(&self, o: &Self) -> Self {
        Self {
            n: self.n + o.n,
            x: self.x + o.x,
            xx: self.xx + o.xx,
            t: self.t + o.t,
            tt: self.tt + o.tt,
            tx: self.tx + o.tx,
            min: if o.min < self.min { o.min } else { self.min },
            max: if o.max > self.max { o.max } else { self.max },
        }
    }

    #[inline]
    fn one(t: f64, x: f64, origin: (f64, f64)) -> Self {
        let (dt, dx) = (t - origin.0, x - origin.1);
        Self {
            n: 1.0,
            x: dx,
            xx: dx * dx,
            t: dt,
            tt: dt * dt,
            tx: dt * dx,
            min: x,
            max: x,
        }
    }
}

/// What a window says of its rows. All are `NaN` where it holds too few.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rolled {
    /// Arithmetic mean.
    pub mean: f64,
    /// Least.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Standard deviation with `n - 1`, as pandas; `NaN` of one row.
    pub deviation: f64,
    /// Least-squares slope per minute; `NaN` of one instant.
    pub slope: f64,
}

impl Rolled {
    /// Nothing is known.
    pub const MISSING: Self = Self {
        mean: f64::NAN,
        min: f64::NAN,
        max: f64::NAN,
        deviation: f64::NAN,
        slope: f64::NAN,
    };
}

/// Mean, bounds, deviation and slope of the last `span_minutes`.
#[derive(Clone, Debug)]
pub struct Window {
    span_minutes: f64,
    fewest: f64,
    /// Rows by time, `rows[front..]` being in the window; those before `turned` have their sums in `suffix`.
    rows: Vec<(f64, f64)>,
    front: usize,
    turned: usize,
    suffix: Vec<Sums>,
    back: Sums,
    origin: (f64, f64),
}

impl Window {
    /// An empty window. Fewer than `fewest` values say nothing.
    pub fn new(span_minutes: f64, fewest: u32) -> Self {
        Self {
            span_minutes,
            fewest: f64::from(fewest.max(1)),
            rows: Vec::new(),
            front: 0,
            turned: 0,
            suffix: Vec::new(),
            back: Sums::NONE,
            origin: (0.0, 0.0),
        }
    }

    /// Forgets everything: another series begins.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.suffix.clear();
        (self.front, self.turned, self.back) = (0, 0, Sums::NONE);
    }

    /// Takes the next row, at a time not before the last, in minutes; `NaN` is missing and only moves time on.
    #[inline]
    pub fn push(&mut self, minute: f64, value: f64) -> Rolled {
        let from = minute - self.span_minutes;
        while self.front < self.rows.len() && self.rows[self.front].0 <= from {
            self.front += 1;
        }
        if value.is_finite() {
            if self.front == self.rows.len() {
                self.rows.clear();
                (self.front, self.turned, self.back) = (0, 0, Sums::NONE);
                self.suffix.clear();
                self.origin = (minute, value);
            }
            self.rows.push((minute, value));
            self.back = self.back.plus(&Sums::one(minute, value, self.origin));
        }
        if self.front >= self.turned && self.front > 0 {
            self.turn();
        }
        let all = match self.front < self.turned {
            true => self.suffix[self.front].plus(&self.back),
            false if self.front < self.rows.len() => self.back,
            false => Sums::NONE,
        };
        self.told(&all)
    }

    /// The rows that are left become the front stack, counted from their mean.
    fn turn(&mut self) {
        self.rows.drain(..self.front);
        (self.front, self.turned) = (0, self.rows.len());
        self.back = Sums::NONE;
        if self.rows.is_empty() {
            self.suffix.clear();
            return;
        }
        let n = self.rows.len() as f64;
        let base = self.rows[0];
        let (t, x) = self.rows.iter().fold((0.0, 0.0), |(t, x), row| {
            (t + (row.0 - base.0), x + (row.1 - base.1))
        });
        self.origin = (base.0 + t / n, base.1 + x / n);
        self.suffix.resize(self.rows.len(), Sums::NONE);
        let mut sums = Sums::NONE;
        for (at, &(t, x)) in self.rows.iter().enumerate().rev() {
            sums = Sums::one(t, x, self.origin).plus(&sums);
            self.suffix[at] = sums;
        }
    }

    #[inline]
    fn told(&self, all: &Sums) -> Rolled {
        if all.n < self.fewest {
            return Rolled::MISSING;
        }
        let (mean_x, mean_t) = (all.x / all.n, all.t / all.n);
        let apart_t = all.tt - all.t * mean_t;
        // Equal values have neither spread nor slope, to the last bit.
        let flat = all.min >= all.max;
        let deviation = if all.n < 2.0 {
            f64::NAN
        } else if flat {
            0.0
        } else {
            ((all.xx - all.x * mean_x).max(0.0) / (all.n - 1.0)).sqrt()
        };
        let slope = if apart_t <= 0.0 || all.n < 2.0 {
            f64::NAN
        } else if flat {
            0.0
        } else {
            (all.tx - all.t * mean_x) / apart_t
        };
        Rolled {
            // Rounding never takes the mean beyond the values.
            mean: (self.origin.1 + mean_x).clamp(all.min, all.max),
            min: all.min,
            max: all.max,
            deviation,
            slope,
        }
    }
}

/// The value of `span_minutes` ago: of the last row that is at least so old, and at most `slack_minutes` older.
#[derive(Clone, Debug)]
pub struct Lag {
    span_minutes: f64,
    slack_minutes: f64,
    rows: VecDeque<(f64, f64)>,
}

impl Lag {
    /// Nothing is known yet.
    pub fn new(span_minutes: f64, slack_minutes: f64) -> Self {
        Self {
            span_minutes,
            slack_minutes,
            rows: VecDeque::new(),
        }
    }

    /// Another series begins.
    pub fn clear(&mut self) {
        self.rows.clear();
    }

    /// Takes the next row; `NaN` where no row is of that age, or its value is missing.
    pub fn push(&mut self, minute: f64, value: f64) -> f64 {
        let until = minute - self.span_minutes;
        self.rows.push_back((minute, value));
        while self.rows.get(1).is_some_and(|row| row.0 <= until) {
            self.rows.pop_front();
        }
        match self.rows.front() {
            Some(&(at, value)) if at <= until && at >= until - self.slack_minutes => value,
            _ => f64::NAN,
        }
    }
}

/// Exponentially weighted mean by time: a row weighs half as much after each `half_life_minutes`.
#[derive(Clone, Debug)]
pub struct Fading {
    half_life_minutes: f64,
    last: f64,
    sum: f64,
    weight: f64,
    step: (f64, f64),
}

impl Fading {
    /// Nothing is known yet.
    pub fn new(half_life_minutes: f64) -> Self {
        Self {
            half_life_minutes,
            last: f64::NAN,
            sum: 0.0,
            weight: 0.0,
            step: (0.0, 1.0),
        }
    }

    /// Another series begins.
    pub fn clear(&mut self) {
        (self.last, self.sum, self.weight) = (f64::NAN, 0.0, 0.0);
    }

    /// Takes the next row; `NaN` until a value came.
    pub fn push(&mut self, minute: f64, value: f64) -> f64 {
        if self.weight > 0.0 {
            let step = minute - self.last;
            if step != self.step.0 {
                self.step = (step, libm::exp2(-step / self.half_life_minutes));
            }
            self.sum *= self.step.1;
            self.weight *= self.step.1;
        }
        self.last = minute;
        if value.is_finite() {
            self.sum += value;
            self.weight += 1.0;
        }
        if self.weight > 0.0 {
            self.sum / self.weight
        } else {
            f64::NAN
        }
    }
}

/// A counter: what it grew by each minute over the last `span_minutes`, and when it grew last. A fall is a reset to 0
/// (Prometheus' `rate`, without its extrapolation to the window's ends).
#[derive(Clone, Debug)]
pub struct Counter {
    span_minutes: f64,
    last: f64,
    total: f64,
    grew_at: f64,
    rows: VecDeque<(f64, f64)>,
}

impl Counter {
    /// Nothing is known yet.
    pub fn new(span_minutes: f64) -> Self {
        Self {
            span_minutes,
            last: f64::NAN,
            total: 0.0,
            grew_at: f64::NAN,
            rows: VecDeque::new(),
        }
    }

    /// Another series begins.
    pub fn clear(&mut self) {
        self.rows.clear();
        (self.last, self.total, self.grew_at) = (f64::NAN, 0.0, f64::NAN);
    }

    /// Takes the next row. First the growth per minute, `NaN` where the window has one row; then the minutes since it
    /// grew, `NaN` where it was not seen to.
    pub fn push(&mut self, minute: f64, value: f64) -> (f64, f64) {
        if value.is_finite() {
            let grown = if value < self.last {
                value
            } else {
                value - self.last
            };
            if grown > 0.0 {
                self.total += grown;
                self.grew_at = minute;
            }
            self.last = value;
            self.rows.push_back((minute, self.total));
        }
        let from = minute - self.span_minutes;
        while self.rows.front().is_some_and(|row| row.0 <= from) {
            self.rows.pop_front();
        }
        let rate = match (self.rows.front(), self.rows.back()) {
            (Some(a), Some(b)) if b.0 > a.0 => (b.1 - a.1) / (b.0 - a.0),
            _ => f64::NAN,
        };
        (rate, minute - self.grew_at)
    }
}
