//! Restarts: the rows at which a counter of them grows.

use super::series::Series;

/// What the steps of a counter show, each from one known count of an entity to its next, over gaps as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restarts {
    /// Rows that show more than the last known count of their entity, in the order of the [`Series`]. The first count of an
    /// entity is none, nor is a smaller one: the pod was replaced.
    pub rows: Vec<u32>,
    /// Steps to a smaller count.
    pub falls: u64,
    /// All steps.
    pub steps: u64,
    /// The most rises of one entity.
    pub most: u64,
}

/// Reads a counter off a column of numbers, in the table's order, `NaN` where it is missing.
pub fn restarts(values: &[f64], series: &Series) -> Restarts {
    let mut out = Restarts::default();
    for rows in series.each() {
        let (mut last, mut rises) = (f64::NAN, 0);
        for &row in rows {
            let count = values[row as usize];
            if count.is_nan() {
                continue;
            }
            out.steps += u64::from(!last.is_nan());
            out.falls += u64::from(count < last);
            if count > last {
                out.rows.push(row);
                rises += 1;
            }
            last = count;
        }
        out.most = out.most.max(rises);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Column, Frame};
    use crate::prepare::MINUTE_MICROS;

    #[test]
    fn first_counts_resets_and_gaps_are_no_restarts_but_the_row_after_a_gap_may_be() {
        const N: f64 = f64::NAN;
        // Minutes (a gap from 3 to 9), pod, count, whether it is a rise; two pods in turn.
        let rows = [
            (0, "a", N, false),
            (0, "b", 5.0, false),
            (1, "a", 2.0, false),
            (1, "b", 5.0, false),
            (2, "a", 3.0, true),
            (2, "b", 0.0, false),
            (3, "a", N, false),
            (3, "b", 1.0, true),
            (9, "a", 5.0, true),
            (9, "b", N, false),
            (10, "a", 5.0, false),
            (10, "b", 1.0, false),
        ];
        let at = rows.iter().map(|r| r.0 * MINUTE_MICROS).collect();
        let columns = vec![
            Column::time("at", at),
            Column::category("pod", rows.iter().map(|r| r.1)),
        ];
        let frame = Frame::new("t", columns).unwrap();
        let series = Series::new(&frame, "at", &["pod".to_owned()]).unwrap();
        let counts: Vec<f64> = rows.iter().map(|r| r.2).collect();
        let found = restarts(&counts, &series);
        let mut told = found.rows.clone();
        crate::data::sort_rows(&mut told);
        let rises: Vec<u32> = (0..12).filter(|r| rows[*r as usize].3).collect();
        assert_eq!(told, rises);
        assert_eq!((found.falls, found.steps, found.most), (1, 7, 2));
    }
}
