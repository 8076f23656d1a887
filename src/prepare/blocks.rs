//! Windows of a series that lies there as a whole: to the last bit what [`Window`](super::Window) says of rows that arrive.
//!
//! Its two stacks turn at rows that the times alone decide. Between two turns lies a stretch of rows whose windows are each
//! the end of one block and the beginning of what follows it (van Herk 1992; Gil & Werman 1993): sums from the block's
//! right end, and sums onwards from there. Where many rows are asked both are kept running, where few are each window is
//! added up on its own, in the same order.

use std::ops::Range;

/// One column of one series, rows in time.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    /// Of every row.
    pub(super) minutes: &'a [f64],
    /// How many values are known up to a row, itself included.
    pub(super) known: &'a [u32],
    /// Minute and value of those that are known.
    pub(super) t: &'a [f64],
    pub(super) x: &'a [f64],
}

/// Which sums are needed beside count, sum and bounds.
#[derive(Clone, Copy)]
pub(super) struct Need {
    /// The deviation's.
    pub(super) spread: bool,
    /// The slope's.
    pub(super) slope: bool,
}

/// Sums of windows, a place for each row; values are counted from `origin`, minutes from one of their own.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) n: Vec<f64>,
    origin: Vec<f64>,
    x: Vec<f64>,
    pub(super) min: Vec<f64>,
    pub(super) max: Vec<f64>,
    xx: Vec<f64>,
    t: Vec<f64>,
    tt: Vec<f64>,
    tx: Vec<f64>,
}

/// Sums from each value of a block to its end.
pub(super) type Suffix = Vec<Sums>;

/// Rows between two turns.
struct Stretch {
    rows: Range<usize>,
    /// The block that their windows begin in, among the values that are known. Empty where they begin with its first.
    block: Range<usize>,
}

/// Sums of some values.
#[derive(Clone, Copy)]
pub(super) struct Sums {
    x: f64,
    min: f64,
    max: f64,
    xx: f64,
    t: f64,
    tt: f64,
    tx: f64,
}

impl Sums {
    const NONE: Self = Self {
        x: 0.0,
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
        xx: 0.0,
        t: 0.0,
        tt: 0.0,
        tx: 0.0,
    };

    /// Of one value.
    #[inline(always)]
    fn one(t: f64, x: f64, origin: (f64, f64)) -> Self {
        let (dt, dx) = (t - origin.0, x - origin.1);
        Self {
            x: dx,
            min: x,
            max: x,
            xx: dx * dx,
            t: dt,
            tt: dt * dt,
            tx: dt * dx,
        }
    }

    #[inline(always)]
    fn plus(&self, o: &Self) -> Self {
        self.plus_needed::<true, true>(o)
    }

    /// Sums that nobody needs cost nothing.
    #[inline(always)]
    fn plus_needed<const SPREAD: bool, const SLOPE: bool>(&self, o: &Self) -> Self {
        Self {
            x: self.x + o.x,
            min: if o.min < self.min { o.min } else { self.min },
            max: if o.max > self.max { o.max } else { self.max },
            xx: if SPREAD { self.xx + o.xx } else { 0.0 },
            t: if SLOPE { self.t + o.t } else { 0.0 },
            tt: if SLOPE { self.tt + o.tt } else { 0.0 },
            tx: if SLOPE { self.tx + o.tx } else { 0.0 },
        }
    }
}

impl Totals {
    /// Makes room for so many rows.
    pub(super) fn resize(&mut self, rows: usize, need: Need) {
        let some = [
            &mut self.n,
            &mut self.origin,
            &mut self.x,
            &mut self.min,
            &mut self.max,
        ];
        for column in some {
            column.resize(rows, 0.0);
        }
        if need.spread {
            self.xx.resize(rows, 0.0);
        }
        if need.slope {
            for column in [&mut self.t, &mut self.tt, &mut self.tx] {
                column.resize(rows, 0.0);
            }
        }
    }

    /// Means of the first rows; `NaN` where fewer than `fewest` values are known, as below.
    pub(super) fn means(&self, rows: usize, fewest: f64, out: &mut Vec<f64>) {
        let (n, x, origin) = (&self.n[..rows], &self.x[..rows], &self.origin[..rows]);
        let (min, max) = (&self.min[..rows], &self.max[..rows]);
        out.extend((0..rows).map(|i| {
            let mean = origin[i] + x[i] / n[i];
            // Rounding never takes the mean beyond the values.
            let mean = if mean < min[i] { min[i] } else { mean };
            let mean = if mean > max[i] { max[i] } else { mean };
            if n[i] < fewest {
                f64::NAN
            } else {
                finite(mean)
            }
        }));
    }

    /// Least or largest values: one of the two columns of bounds.
    pub(super) fn bounds(&self, of: &[f64], rows: usize, fewest: f64, out: &mut Vec<f64>) {
        let (n, of) = (&self.n[..rows], &of[..rows]);
        out.extend((0..rows).map(|i| if n[i] < fewest { f64::NAN } else { of[i] }));
    }

    /// Deviations with `n - 1`.
    pub(super) fn deviations(&self, rows: usize, fewest: f64, out: &mut Vec<f64>) {
        let (n, x, xx) = (&self.n[..rows], &self.x[..rows], &self.xx[..rows]);
        let (min, max) = (&self.min[..rows], &self.max[..rows]);
        let fewest = if fewest < 2.0 { 2.0 } else { fewest };
        out.extend((0..rows).map(|i| {
            let squares = xx[i] - x[i] * (x[i] / n[i]);
            let squares = if squares > 0.0 { squares } else { 0.0 };
            let deviation = (squares / (n[i] - 1.0)).sqrt();
            // Equal values have neither spread nor slope, to the last bit.
            let deviation = if min[i] >= max[i] { 0.0 } else { deviation };
            if n[i] < fewest {
                f64::NAN
            } else {
                finite(deviation)
            }
        }));
    }

    /// Least-squares slopes per minute.
    pub(super) fn slopes(&self, rows: usize, fewest: f64, out: &mut Vec<f64>) {
        let (n, x, t) = (&self.n[..rows], &self.x[..rows], &self.t[..rows]);
        let (tt, tx) = (&self.tt[..rows], &self.tx[..rows]);
        let (min, max) = (&self.min[..rows], &self.max[..rows]);
        let fewest = if fewest < 2.0 { 2.0 } else { fewest };
        out.extend((0..rows).map(|i| {
            let apart = tt[i] - t[i] * (t[i] / n[i]);
            let slope = (tx[i] - t[i] * (x[i] / n[i])) / apart;
            let slope = if min[i] >= max[i] { 0.0 } else { slope };
            let slope = if apart <= 0.0 { f64::NAN } else { slope };
            if n[i] < fewest {
                f64::NAN
            } else {
                finite(slope)
            }
        }));
    }

    /// Keeps of all rows those asked, ascending, counted from `first`.
    pub(super) fn keep(&mut self, asked: &[u32], first: u32, need: Need) {
        let mut columns = vec![
            &mut self.n,
            &mut self.origin,
            &mut self.x,
            &mut self.min,
            &mut self.max,
        ];
        if need.spread {
            columns.push(&mut self.xx);
        }
        if need.slope {
            columns.extend([&mut self.t, &mut self.tt, &mut self.tx]);
        }
        for column in columns {
            for (at, &row) in asked.iter().enumerate() {
                column[at] = column[(row - first) as usize];
            }
        }
    }

    /// The places of some rows.
    #[inline(always)]
    fn of<const SPREAD: bool, const SLOPE: bool>(&mut self, rows: &Range<usize>) -> Slots<'_> {
        fn some<'a>(column: &'a mut [f64], rows: &Range<usize>, is_needed: bool) -> &'a mut [f64] {
            match is_needed {
                true => &mut column[rows.clone()],
                false => &mut [],
            }
        }
        Slots {
            n: some(&mut self.n, rows, true),
            origin: some(&mut self.origin, rows, true),
            x: some(&mut self.x, rows, true),
            min: some(&mut self.min, rows, true),
            max: some(&mut self.max, rows, true),
            xx: some(&mut self.xx, rows, SPREAD),
            t: some(&mut self.t, rows, SLOPE),
            tt: some(&mut self.tt, rows, SLOPE),
            tx: some(&mut self.tx, rows, SLOPE),
        }
    }
}

/// Rows of [`Totals`].
struct Slots<'a> {
    n: &'a mut [f64],
    origin: &'a mut [f64],
    x: &'a mut [f64],
    min: &'a mut [f64],
    max: &'a mut [f64],
    xx: &'a mut [f64],
    t: &'a mut [f64],
    tt: &'a mut [f64],
    tx: &'a mut [f64],
}

impl Slots<'_> {
    #[inline(always)]
    fn put<const SPREAD: bool, const SLOPE: bool>(
        &mut self,
        at: usize,
        n: f64,
        origin: f64,
        sums: &Sums,
    ) {
        self.n[at] = n;
        self.origin[at] = origin;
        self.x[at] = sums.x;
        self.min[at] = sums.min;
        self.max[at] = sums.max;
        if SPREAD {
            self.xx[at] = sums.xx;
        }
        if SLOPE {
            self.t[at] = sums.t;
            self.tt[at] = sums.tt;
            self.tx[at] = sums.tx;
        }
    }
}

impl Run<'_> {
    /// The window of every row up to `rows`.
    pub(super) fn all(
        &self,
        span: f64,
        rows: usize,
        need: Need,
        suffix: &mut Suffix,
        out: &mut Totals,
    ) {
        let scan = match (need.spread, need.slope) {
            (false, false) => Self::scan::<false, false>,
            (true, false) => Self::scan::<true, false>,
            (false, true) => Self::scan::<false, true>,
            (true, true) => Self::scan::<true, true>,
        };
        self.stretches(span, rows, &mut |stretch| {
            scan(self, span, &stretch, suffix, out)
        });
    }

    /// The windows of some rows, ascending, counted from `first`.
    pub(super) fn some(&self, span: f64, asked: &[u32], first: u32, out: &mut Totals) {
        let Some(&last) = asked.last() else { return };
        let mut at = 0;
        self.stretches(span, (last - first) as usize + 1, &mut |stretch| {
            let mut origin = None;
            while let Some(row) = asked.get(at).map(|&row| (row - first) as usize) {
                if row >= stretch.rows.end {
                    break;
                }
                let origin = *origin.get_or_insert_with(|| self.origin(&stretch));
                self.one(span, &stretch, row, origin, at, out);
                at += 1;
            }
        });
    }

    /// The stretches of the first `rows`.
    fn stretches(&self, span: f64, rows: usize, take: &mut dyn FnMut(Stretch)) {
        let (mut row, mut block) = (0, 0..0);
        while row < rows {
            // The stretch ends where the block, or without one the first value, has left.
            let edge = match block.is_empty() {
                true => self.t.get(block.start),
                false => self.t.get(block.end - 1),
            };
            let is_within = |at: usize| edge.is_none_or(|&edge| edge > self.minutes[at] - span);
            // Where rows come at one pace stretches are as long as the block.
            let usual = row + block.len().max(1);
            let end = match usual < rows && is_within(usual - 1) && !is_within(usual) {
                true => usual,
                false => first_not(row, rows, is_within),
            };
            take(Stretch {
                rows: row..end,
                block: block.clone(),
            });
            if end >= rows {
                return;
            }
            let from = self.minutes[end] - span;
            let before = self.known[end - 1] as usize;
            let front = first_not(block.end.max(block.start + 1), before, |at| {
                self.t[at] <= from
            });
            // Where all have left, the next value begins anew.
            block = match front < before {
                true => front..self.known[end] as usize,
                false => before..before,
            };
            row = end;
        }
    }

    /// What minutes and values are counted from: a block's mean, without one the first of both.
    fn origin(&self, stretch: &Stretch) -> (f64, f64) {
        let block = stretch.block.clone();
        let (Some(&t0), Some(&x0)) = (self.t.get(block.start), self.x.get(block.start)) else {
            return (0.0, 0.0);
        };
        if block.is_empty() {
            return (t0, x0);
        }
        let n = block.len() as f64;
        let of = self.t[block.clone()].iter().zip(&self.x[block]);
        let (t, x) = of.fold((0.0, 0.0), |(t, x), of| (t + (of.0 - t0), x + (of.1 - x0)));
        (t0 + t / n, x0 + x / n)
    }

    fn one(
        &self,
        span: f64,
        stretch: &Stretch,
        row: usize,
        origin: (f64, f64),
        at: usize,
        out: &mut Totals,
    ) {
        let Range { start, end } = stretch.block;
        let known = self.known[row] as usize;
        let from = self.minutes[row] - span;
        let front = first_not(start, end, |at| self.t[at] <= from);
        let mut sums = Sums::NONE;
        let onwards = self.t[end..known].iter().zip(&self.x[end..known]);
        for (&t, &x) in onwards {
            sums = sums.plus(&Sums::one(t, x, origin));
        }
        if front < end {
            let back = sums;
            sums = Sums::NONE;
            let block = self.t[front..end].iter().zip(&self.x[front..end]);
            for (&t, &x) in block.rev() {
                sums = Sums::one(t, x, origin).plus(&sums);
            }
            sums = sums.plus(&back);
        }
        let mut slot = out.of::<true, true>(&(at..at + 1));
        slot.put::<true, true>(0, (known - front) as f64, origin.1, &sums);
    }

    fn scan<const SPREAD: bool, const SLOPE: bool>(
        &self,
        span: f64,
        stretch: &Stretch,
        suffix: &mut Suffix,
        out: &mut Totals,
    ) {
        let origin = self.origin(stretch);
        let Range { start, end } = stretch.block;
        let mut sums = Sums::NONE;
        suffix.resize(end - start, Sums::NONE);
        let block = self.t[start..end].iter().zip(&self.x[start..end]);
        for (slot, (&t, &x)) in suffix.iter_mut().zip(block.rev()) {
            sums = Sums::one(t, x, origin).plus_needed::<SPREAD, SLOPE>(&sums);
            *slot = sums;
        }
        let mut slots = out.of::<SPREAD, SLOPE>(&stretch.rows);
        let rows = self.known[stretch.rows.clone()].iter();
        let rows = rows.zip(&self.minutes[stretch.rows.clone()]);
        let (mut back, mut front, mut next) = (Sums::NONE, start, end);
        for (at, (&known, minute)) in rows.enumerate() {
            let known = known as usize;
            if known > next {
                let one = Sums::one(self.t[next], self.x[next], origin);
                back = back.plus_needed::<SPREAD, SLOPE>(&one);
                next = known;
            }
            let from = minute - span;
            while front < end && self.t[front] <= from {
                front += 1;
            }
            // The last of them is the sum to the block's end from its last value.
            let sums = match suffix.get((end - front).wrapping_sub(1)) {
                Some(ahead) => ahead.plus_needed::<SPREAD, SLOPE>(&back),
                None => back,
            };
            slots.put::<SPREAD, SLOPE>(at, (known - front) as f64, origin.1, &sums);
        }
    }
}

/// The first place of `from..until` that is not so, where those that are so come first; found near `from` at once.
#[inline]
pub(super) fn first_not(from: usize, until: usize, is_so: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut step) = (from, 1);
    while low < until && is_so(low) {
        let next = low + step;
        if next >= until || !is_so(next) {
            // Between `low`, which is so, and `next`, which is not or is the end.
            let mut high = next.min(until);
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                match is_so(middle) {
                    true => low = middle,
                    false => high = middle,
                }
            }
            return high;
        }
        low = next;
        step *= 2;
    }
    low
}

/// `NaN` instead of an infinity.
#[inline(always)]
pub(super) fn finite(x: f64) -> f64 {
    if x.is_finite() { x } else { f64::NAN }
}
