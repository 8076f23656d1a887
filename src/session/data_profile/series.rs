//! Time in the table: steps, gaps and counters of each entity.

use crate::data::{Frame, Values, lowered, sort_by, sort_instants, time_text};
use crate::prepare::{MINUTE_MICROS, Series, is_counter};
use crate::protocol::{CounterLine, EntityLine, SeriesProfile};
use crate::session::keys;

const SHOWN_ENTITIES: usize = 12;
const SHOWN_STEPS: usize = 8;
const SHOWN_COUNTERS: usize = 20;
/// A step longer than so many usual ones is a gap.
const GAP_STEPS: i64 = 2;

/// None where nothing in the table is a time.
pub(super) fn series(frame: &Frame, target: &str) -> Option<SeriesProfile> {
    let series = keys::series(frame, None, &[], target).ok()?;
    let mut gaps = 0;
    let mut all_steps: Vec<i64> = Vec::new();
    let mut lines: Vec<(i64, EntityLine)> = Vec::new();
    let mut steps: Vec<(i64, u32)> = Vec::new();
    for (name, rows) in series.names.iter().zip(series.each()) {
        steps.clear();
        for pair in rows.windows(2) {
            let at = |row: u32| series.instants[row as usize];
            steps.push((at(pair[1]).saturating_sub(at(pair[0])), pair[0]));
        }
        let duplicates = steps.iter().filter(|s| s.0 == 0).count();
        let mut sorted: Vec<i64> = steps.iter().map(|s| s.0).filter(|&s| s > 0).collect();
        sort_instants(&mut sorted);
        let usual = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
        let gap = usual.saturating_mul(GAP_STEPS);
        let own_gaps = sorted.len() - sorted.partition_point(|&step| step <= gap);
        let longest = sorted.last().copied().unwrap_or(0);
        let began = steps.iter().find(|s| s.0 == longest && longest > 0);
        gaps += own_gaps as u64;
        all_steps.append(&mut sorted);
        let line = EntityLine {
            name: name.clone(),
            rows: rows.len() as u64,
            step_secs: usual as f64 / 1e6,
            gaps: own_gaps as u64,
            longest_secs: longest as f64 / 1e6,
            longest_at: began.map_or_else(String::new, |s| told(&series, s.1)),
            duplicates: duplicates as u64,
        };
        lines.push((longest, line));
        // No more are kept than are told of, with some room so that they are seldom sorted.
        if lines.len() >= 64 * SHOWN_ENTITIES {
            longest_first(&mut lines);
        }
    }
    longest_first(&mut lines);
    sort_instants(&mut all_steps);
    let runs = all_steps.chunk_by(|a, b| a == b);
    let mut counted: Vec<(i64, u64)> = runs.map(|run| (run[0], run.len() as u64)).collect();
    sort_by(&mut counted, |a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let usual = all_steps.get(all_steps.len() / 2).copied().unwrap_or(0);
    Some(SeriesProfile {
        counted: series.counted,
        entities: series.names.len() as u64,
        step_secs: usual as f64 / 1e6,
        steps: counted
            .iter()
            .take(SHOWN_STEPS)
            .map(|&(step, n)| (step as f64 / 1e6, n))
            .collect(),
        all_steps: all_steps.len() as u64,
        gaps,
        duplicates: series.duplicates.len() as u64,
        backwards: series.backwards.len() as u64,
        without_time: series.without_time,
        lines: lines.into_iter().map(|l| l.1).collect(),
        counters: counters(frame, &series),
        time: series.time,
        entity: series.entity,
    })
}

fn longest_first(lines: &mut Vec<(i64, EntityLine)>) {
    sort_by(lines, |a, b| {
        b.0.cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name))
    });
    lines.truncate(SHOWN_ENTITIES);
}

/// A row's time, as the table has it.
fn told(series: &Series, row: u32) -> String {
    let at = series.instants[row as usize];
    match series.counted {
        true => (at / MINUTE_MICROS).to_string(),
        false => time_text(at),
    }
}

/// What counts up, and how often it began anew.
fn counters(frame: &Frame, series: &Series) -> Vec<CounterLine> {
    let mut lines = Vec::new();
    for column in frame.columns() {
        let Values::Number(values) = &column.values else {
            continue;
        };
        let is_key = column.name == series.time || series.entity.contains(&column.name);
        if is_key || !column.kind.is_feature() || !is_counter(&column.name, values, series) {
            continue;
        }
        let (mut resets, mut entities, mut most) = (0, 0, (0, ""));
        for (name, rows) in series.names.iter().zip(series.each()) {
            let mut last = f64::NEG_INFINITY;
            let mut own = 0;
            for &row in rows {
                let x = values[row as usize];
                // A missing value is neither a fall nor what the next one falls from.
                if !x.is_nan() {
                    own += u64::from(x < last);
                    last = x;
                }
            }
            resets += own;
            entities += u64::from(own > 0);
            if own > most.0 {
                most = (own, name);
            }
        }
        lines.push(CounterLine {
            name: column.name.clone(),
            resets,
            entities,
            most: most.1.to_owned(),
            most_resets: most.0,
        });
    }
    sort_by(&mut lines, |a, b| {
        b.resets
            .cmp(&a.resets)
            .then_with(|| lowered(&a.name).cmp(&lowered(&b.name)))
    });
    lines.truncate(SHOWN_COUNTERS);
    lines
}
