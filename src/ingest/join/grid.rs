//! Samples onto a grid of instants, counters as rates.
//!
//! A cell is a step long, and its row bears an instant at which all that the row holds was known: where every sample stands at the
//! beginning of its cell that, else the time of the latest sample within its cell, counted from the cell's beginning, whole
//! seconds where the step is ten or more; where samples fill more than half of a cell, its end. So no row knows what came after
//! its time, whatever the step, and rows stay a step apart. Events count in the first row whose time is not before them.

use super::super::series::{MetricKind, Points, SeriesSet};
use super::entity::{Layout, Placed};
use super::{JoinReport, JoinedColumn, Surroundings};
use crate::data::{self, sort_by, sort_instants};

/// The step where the samples do not say: a minute.
const USUAL_STEP: i64 = 60_000_000;
/// A value that is older says nothing, and neither does a rate over a longer time: 5 minutes.
const OLDEST: i64 = 300_000_000;
/// Metrics whose samples stand so many times further apart than those of another do not set the step.
const MOST_COARSE: i64 = 10;
/// Gaps looked at of one series, and residues.
const LOOKED_AT: usize = 512;

/// The instants of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// Microseconds between rows, above 0.
    pub step: i64,
    /// Where the first cell after 1970 begins, in microseconds; below the step.
    pub origin: i64,
    /// Microseconds from where a cell begins to its row's time: no sample of a cell is later. From 0 to one and a half steps.
    pub stamp: i64,
}

/// A series on the grid.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    /// Cells with a sample, ascending.
    pub cells: Vec<i64>,
    /// Their values; `NaN` where there is none.
    pub values: Vec<f64>,
}

/// A column's series on the grid, each for its own entity.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    /// With the tuple and the mask of the series.
    pub series: Vec<(Placed, Cells)>,
    pub kind: ColumnKind,
}

/// What a column's cells are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ColumnKind {
    #[default]
    Numbers,
    Words,
    Events,
}

/// Puts each series' samples in order of time, of several at one instant the largest; returns how many were left out.
pub(super) fn sort_samples(set: &mut SeriesSet) -> u64 {
    let mut merged = 0;
    for points in &mut set.points {
        if points.times.windows(2).all(|w| w[0] < w[1]) {
            continue;
        }
        let mut order: Vec<usize> = (0..points.times.len()).collect();
        sort_by(&mut order, |&a, &b| {
            points.times[a].cmp(&points.times[b]).then_with(|| {
                // A missing value goes before any other.
                let key = |x: f64| if x.is_nan() { f64::NEG_INFINITY } else { x };
                key(points.values[a]).total_cmp(&key(points.values[b]))
            })
        });
        let (mut times, mut values) = (
            Vec::with_capacity(order.len()),
            Vec::with_capacity(order.len()),
        );
        for at in order {
            if times.last() == Some(&points.times[at]) {
                merged += 1;
                times.pop();
                values.pop();
            }
            times.push(points.times[at]);
            values.push(points.values[at]);
        }
        (points.times, points.values) = (times, values);
    }
    merged
}

impl Grid {
    /// The grid that the samples themselves stand on.
    pub fn of(set: &SeriesSet, layout: &Layout, around: &Surroundings<'_>) -> Self {
        if around.is_untimed {
            return Self {
                step: 1_000_000,
                origin: 0,
                stamp: 0,
            };
        }
        let step = match around.options.step_secs {
            Some(secs) if secs.is_finite() && (1e-3..1e9).contains(&secs) => {
                libm::round(secs * 1e6) as i64
            }
            _ => step_of(set, layout),
        };
        let unstamped = Self {
            step,
            origin: origin_of(set, layout, step),
            stamp: 0,
        };
        Self {
            stamp: unstamped.stamp_of(set, layout),
            ..unstamped
        }
    }

    /// The instant of a cell's row, in microseconds since 1970: none of its values was measured later.
    pub fn time(&self, cell: i64) -> i64 {
        cell.saturating_mul(self.step)
            .saturating_add(self.origin)
            .saturating_add(self.stamp)
    }

    /// The cell of something that happened: the first whose row's time is not before it.
    fn cell_after(&self, time: i64) -> i64 {
        (time - self.origin - self.stamp + self.step - 1).div_euclid(self.step)
    }

    /// How late after their cells' beginnings samples stand.
    fn stamp_of(&self, set: &SeriesSet, layout: &Layout) -> i64 {
        let mut latest = 0;
        for points in sampled(set, layout) {
            let times = &points.times;
            self.each(times, |cell, at| {
                latest = latest.max(times[at] - self.time(cell));
            });
        }
        let second = 1_000_000;
        let rounded = match self.step >= 10 * second {
            true => (latest + second - 1) / second * second,
            false => latest,
        };
        match latest {
            late if late > self.step / 2 && late <= self.step => self.step,
            _ => rounded,
        }
    }

    /// A series' samples on the grid: each at the nearest instant of the series' own clock, and that in its cell; where
    /// the clock is faster than the grid, each in the cell that it stands in. Calls `take` with the cell and the sample's
    /// place, in order.
    fn each(&self, times: &[i64], mut take: impl FnMut(i64, usize)) {
        let gaps = times.windows(2).take(LOOKED_AT).map(|w| w[1] - w[0]);
        if median(gaps.collect()).is_some_and(|gap| gap < self.step / 4 * 3) {
            for (at, &time) in times.iter().enumerate() {
                take((time - self.origin).div_euclid(self.step), at);
            }
            return;
        }
        let phase = phase_of(times, self.step);
        for (at, &time) in times.iter().enumerate() {
            let tick = (time - phase + self.step / 2).div_euclid(self.step);
            // Of instants within the calendar no sum or product of these overflows.
            let nominal = tick * self.step + phase;
            take((nominal - self.origin).div_euclid(self.step), at);
        }
    }
}

/// The distance between samples: the median of each series, of each metric's series, and of the metrics the largest.
fn step_of(set: &SeriesSet, layout: &Layout) -> i64 {
    let mut of_column: Vec<Vec<i64>> = vec![Vec::new(); layout.columns.len() + 1];
    for placed in &layout.placed {
        let Some(points) = set.points.get(placed.series) else {
            continue;
        };
        let gaps = points.times.windows(2).take(LOOKED_AT).map(|w| w[1] - w[0]);
        if let Some(gap) = median(gaps.collect())
            && let Some(medians) = of_column.get_mut(placed.column.unwrap_or(layout.columns.len()))
        {
            medians.push(gap);
        }
    }
    // Alerts fire now and then; they set the step where there is nothing else.
    let alerts = of_column.pop().unwrap_or_default();
    let is_event = |at: usize| {
        layout
            .columns
            .get(at)
            .is_some_and(|c| is_of_events(set, &c.metric))
    };
    let medians: Vec<i64> = of_column
        .into_iter()
        .enumerate()
        .filter(|(at, _)| !is_event(*at))
        .filter_map(|(_, medians)| median(medians))
        .collect();
    let least = medians.iter().copied().min();
    let step = medians
        .iter()
        .copied()
        .filter(|&m| least.is_some_and(|least| m / MOST_COARSE <= least))
        .max()
        .or_else(|| median(alerts))
        .unwrap_or(USUAL_STEP)
        .max(1_000);
    // Clocks jitter: whole seconds where it is as good as that.
    let whole = (step + 500_000) / 1_000_000 * 1_000_000;
    if whole > 0 && (step - whole).abs() * 50 <= step {
        whole
    } else {
        step
    }
}

/// Of two the smaller: what is longer may be a gap.
fn median(mut gaps: Vec<i64>) -> Option<i64> {
    sort_instants(&mut gaps);
    gaps.get(gaps.len().saturating_sub(1) / 2).copied()
}

fn is_of_events(set: &SeriesSet, metric: &str) -> bool {
    set.declared(metric) == Some(MetricKind::Events)
}

/// Where in its step a series' samples stand: their median, the circle cut where it is emptiest.
fn phase_of(times: &[i64], step: i64) -> i64 {
    let Some(&first) = times.first() else {
        return 0;
    };
    let stride = times.len().div_ceil(LOOKED_AT).max(1);
    let mut residues: Vec<i64> = times
        .iter()
        .step_by(stride)
        .map(|t| t.rem_euclid(step))
        .collect();
    if residues.iter().all(|&r| r == first.rem_euclid(step)) {
        return first.rem_euclid(step);
    }
    sort_instants(&mut residues);
    let cut = emptiest(&residues, step);
    residues[(cut + residues.len() / 2) % residues.len()]
}

/// The place, among sorted points of a circle, that follows the largest gap.
fn emptiest(points: &[i64], around: i64) -> usize {
    let len = points.len();
    let gap = |at: usize| match at {
        0 => points[0] + around - points[len - 1],
        _ => points[at] - points[at - 1],
    };
    let mut best = 0;
    for at in 1..len {
        if gap(at) > gap(best) {
            best = at;
        }
    }
    best
}

/// Where cells begin: at whole steps since 1970, unless series of one cell would stand on both sides of its border.
fn origin_of(set: &SeriesSet, layout: &Layout, step: i64) -> i64 {
    let mut phases: Vec<i64> = sampled(set, layout)
        .filter(|p| !p.times.is_empty())
        .map(|p| phase_of(&p.times, step))
        .collect();
    sort_instants(&mut phases);
    phases.dedup();
    match (phases.first(), phases.last()) {
        (Some(&first), Some(&last)) if first == last => first,
        (Some(&first), Some(&last)) if last - first <= step / 2 => 0,
        (Some(_), Some(_)) => phases[emptiest(&phases, step)],
        _ => 0,
    }
}

/// The series that are measured again and again: events happen whenever they do.
fn sampled<'a>(set: &'a SeriesSet, layout: &'a Layout) -> impl Iterator<Item = &'a Points> {
    let is_sampled = |p: &&Placed| {
        p.column
            .and_then(|at| layout.columns.get(at))
            .is_none_or(|c| !is_of_events(set, &c.metric))
    };
    let placed = layout.placed.iter().filter(is_sampled);
    placed.filter_map(|p| set.points.get(p.series))
}

/// Every column's series on the grid.
pub(super) fn columns(
    set: &SeriesSet,
    layout: &Layout,
    grid: &Grid,
    around: &Surroundings<'_>,
    report: &mut JoinReport,
) -> Vec<Column> {
    let mut members: Vec<Vec<&Placed>> = vec![Vec::new(); layout.columns.len()];
    for placed in &layout.placed {
        if let Some(list) = placed.column.and_then(|at| members.get_mut(at)) {
            list.push(placed);
        }
    }
    let counters = counters(set, layout, around);
    let mut columns = Vec::with_capacity(members.len());
    for (plan, members) in layout.columns.iter().zip(members) {
        let is_rate = counters.contains(&plan.metric);
        let declared = set.declared(&plan.metric);
        let kind = match declared {
            Some(MetricKind::Words) => ColumnKind::Words,
            Some(MetricKind::Events) => ColumnKind::Events,
            _ => ColumnKind::Numbers,
        };
        let mut told = JoinedColumn {
            name: if is_rate {
                rate_name(&plan.metric, &plan.labels)
            } else {
                plan.name.clone()
            },
            metric: plan.metric.clone(),
            series: members.len() as u64,
            is_rate,
            ..JoinedColumn::default()
        };
        let mut column = Column {
            series: Vec::new(),
            kind,
        };
        for placed in members {
            let Some(points) = set.points.get(placed.series) else {
                continue;
            };
            let file = set
                .files
                .get(points.file as usize)
                .map_or("", String::as_str);
            if told.source.is_empty() || file < told.source.as_str() {
                told.source = file.to_owned();
            }
            let cells = match (kind, is_rate) {
                (ColumnKind::Events, _) => sums(&points.times, &points.values, grid),
                (_, true) => rates(
                    &points.times,
                    &points.values,
                    grid,
                    &mut told.resets,
                    &mut report.merged,
                ),
                _ => lasts(&points.times, &points.values, grid, &mut report.merged),
            };
            if let (Some(first), Some(last)) = (cells.cells.first(), cells.cells.last())
                && kind != ColumnKind::Events
            {
                told.gaps += (last - first) as u64 + 1 - cells.cells.len() as u64;
            }
            column.series.push((placed.clone(), cells));
        }
        told.duplicates = merge_duplicates(set, &mut column);
        report.columns.push(told);
        columns.push(column);
    }
    columns
}

/// What a counter's column is called: `rate(http_requests_total{code="500"})`, as one would ask for it.
fn rate_name(metric: &str, labels: &str) -> String {
    format!("rate({metric}{labels})")
}

/// The last sample of each cell.
pub(super) fn lasts(times: &[i64], values: &[f64], grid: &Grid, merged: &mut u64) -> Cells {
    let mut out = Cells::default();
    grid.each(times, |cell, at| {
        if out.cells.last() == Some(&cell) {
            *merged += 1;
            if !values[at].is_nan()
                && let Some(last) = out.values.last_mut()
            {
                *last = values[at];
            }
        } else {
            out.cells.push(cell);
            out.values.push(values[at]);
        }
    });
    out
}

/// The sum of what happened in the step up to each row's time.
fn sums(times: &[i64], values: &[f64], grid: &Grid) -> Cells {
    let mut out = Cells::default();
    for (at, &time) in times.iter().enumerate() {
        let cell = grid.cell_after(time);
        if out.cells.last() == Some(&cell)
            && let Some(last) = out.values.last_mut()
        {
            *last += values[at];
        } else {
            out.cells.push(cell);
            out.values.push(values[at]);
        }
    }
    out
}

/// What a counter grew by per second since the cell before. After a reset it has grown by what it shows; over more than
/// five minutes, or two and a half steps where these are longer, nothing is known.
fn rates(times: &[i64], values: &[f64], grid: &Grid, resets: &mut u64, merged: &mut u64) -> Cells {
    let mut out = Cells::default();
    let longest = OLDEST.max(grid.step / 2 * 5);
    // The last sample, and what was grown by since the last cell's, with that one's time.
    let mut before: Option<f64> = None;
    let (mut grown, mut since) = (0.0, None::<i64>);
    let mut last_time = None;
    grid.each(times, |cell, at| {
        let (time, value) = (times[at], values[at]);
        let is_new = out.cells.last() != Some(&cell);
        if is_new {
            if last_time.is_some() {
                since = last_time;
            }
            grown = 0.0;
            out.cells.push(cell);
            out.values.push(f64::NAN);
        } else {
            *merged += 1;
        }
        if value.is_nan() {
            return;
        }
        if let Some(before) = before {
            *resets += u64::from(value < before);
            grown += if value < before {
                value
            } else {
                value - before
            };
        }
        before = Some(value);
        last_time = Some(time);
        if let (Some(since), Some(rate)) = (since, out.values.last_mut())
            && time > since
            && time - since <= longest
        {
            let per_second = grown / ((time - since) as f64 / 1e6);
            *rate = if per_second.is_finite() {
                per_second
            } else {
                f64::NAN
            };
        }
    });
    out
}

/// The metrics that only grow.
fn counters(
    set: &SeriesSet,
    layout: &Layout,
    around: &Surroundings<'_>,
) -> data::SortedSet<String> {
    let mut growth: data::SortedMap<String, (u64, u64)> = data::SortedMap::default();
    for placed in &layout.placed {
        let (Some(points), Some(plan)) = (
            set.points.get(placed.series),
            placed.column.and_then(|at| layout.columns.get(at)),
        ) else {
            continue;
        };
        let (mut up, mut down) = growth.get(&plan.metric).copied().unwrap_or_default();
        for pair in points.values.windows(2) {
            up += u64::from(pair[1] > pair[0]);
            down += u64::from(pair[1] < pair[0]);
        }
        growth.insert(plan.metric.clone(), (up, down));
    }
    growth
        .iter()
        .filter(|(metric, (up, down))| {
            if let Some((_, is_rate)) = around.options.rates.iter().find(|(name, _)| name == metric)
            {
                return *is_rate;
            }
            // Without a clock there is no rate.
            if around.is_untimed {
                return false;
            }
            // A reset now and then is a counter's; what goes down as often as up is none.
            let grows = down.saturating_mul(4) <= *up;
            match set.declared(metric) {
                Some(MetricKind::Counter) => true,
                Some(_) => false,
                None if metric.ends_with("_total") => grows,
                None => {
                    let is_named = ["_count", "_sum", "_bucket"]
                        .iter()
                        .any(|end| metric.ends_with(end));
                    is_named && grows && *up > 0
                }
            }
        })
        .map(|(metric, _)| metric.clone())
        .collect()
}

/// Series of one entity become one: the fullest, its gaps filled from the others. Returns how many went into another.
fn merge_duplicates(set: &SeriesSet, column: &mut Column) -> u64 {
    let before = column.series.len();
    sort_by(&mut column.series, |(a, x), (b, y)| {
        let fullness = y.cells.len().cmp(&x.cells.len());
        let by_labels = || set.labels(a.series).cmp(&set.labels(b.series));
        a.tuple.cmp(&b.tuple).then(fullness).then_with(by_labels)
    });
    let mut kept: Vec<(Placed, Cells)> = Vec::new();
    for (placed, cells) in std::mem::take(&mut column.series) {
        match kept.last_mut() {
            Some((first, filled)) if first.tuple == placed.tuple => {
                fill(filled, &cells, column.kind == ColumnKind::Events);
            }
            _ => kept.push((placed, cells)),
        }
    }
    column.series = kept;
    (before - column.series.len()) as u64
}

/// Takes from another what is missing; events are added up.
fn fill(cells: &mut Cells, other: &Cells, adds: bool) {
    let mut out = Cells::default();
    let (mut a, mut b) = (0, 0);
    while a < cells.cells.len() || b < other.cells.len() {
        let left = cells.cells.get(a).copied().unwrap_or(i64::MAX);
        let right = other.cells.get(b).copied().unwrap_or(i64::MAX);
        let (mut value, theirs) = (f64::NAN, other.values.get(b).copied().unwrap_or(f64::NAN));
        if left <= right {
            value = cells.values[a];
            a += 1;
        }
        if right <= left {
            value = match (value.is_nan(), adds) {
                (true, _) => theirs,
                (false, true) => value + theirs,
                (false, false) => value,
            };
            b += 1;
        }
        out.cells.push(left.min(right));
        out.values.push(value);
    }
    *cells = out;
}
