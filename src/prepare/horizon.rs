//! What is to be predicted: that an issue sets in within the next minutes.

use super::episode::Episode;
use super::series::{NO_SERIES, Series};

/// What comes after a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// Nothing sets in within the horizon.
    Quiet,
    /// This kind sets in first.
    Kind(u32),
    /// An issue is on already: there is nothing left to predict.
    Inside,
    /// The entity is not seen until the horizon's end (censored), or the row has no time.
    Unknown,
}

/// Each row's label, in the table's order: the first kind whose episode starts in `t < start <= t + horizon`. Rows in an
/// episode, the calm between two flaps included, are [`Ahead::Inside`].
pub fn ahead(series: &Series, episodes: &[Episode], horizon_micros: i64) -> Vec<Ahead> {
    let mut out = vec![Ahead::Unknown; series.instants.len()];
    let mut of: Vec<Vec<&Episode>> = vec![Vec::new(); series.names.len()];
    // By start, as they come.
    for e in episodes {
        if let Some(of) = of.get_mut(e.entity as usize) {
            of.push(e);
        }
    }
    for (rows, episodes) in series.each().zip(of) {
        let Some(&last) = rows.last() else {
            continue;
        };
        let last = series.instants[last as usize];
        let (mut next, mut until) = (0, i64::MIN);
        for &row in rows {
            let t = series.instants[row as usize];
            while next < episodes.len() && episodes[next].start <= t {
                until = until.max(episodes[next].end);
                next += 1;
            }
            let end = t.saturating_add(horizon_micros);
            out[row as usize] = match episodes.get(next) {
                _ if t <= until => Ahead::Inside,
                Some(e) if e.start <= end => Ahead::Kind(e.kind),
                _ if end > last => Ahead::Unknown,
                _ => Ahead::Quiet,
            };
        }
    }
    debug_assert!(
        series
            .of_row
            .iter()
            .zip(&out)
            .all(|(&e, a)| e != NO_SERIES || *a == Ahead::Unknown)
    );
    out
}

#[cfg(test)]
mod tests {
    use super::super::episode::{NO_LABEL, episodes};
    use super::super::series::MINUTE_MICROS;
    use super::*;
    use crate::data::{Column, Frame};
    use proptest::prelude::*;

    const M: i64 = MINUTE_MICROS;

    fn series(minutes: &[i64], pods: &[u8]) -> Series {
        let at = minutes.iter().map(|m| m * M).collect();
        let columns = vec![
            Column::time("at", at),
            Column::category("pod", pods.iter().map(|p| format!("p{p}"))),
        ];
        Series::new(
            &Frame::new("t", columns).unwrap(),
            "at",
            &["pod".to_owned()],
        )
        .unwrap()
    }

    /// One pod, a row a minute, `.` healthy, letters kinds (a is 1, b is 2), `?` without a label.
    fn of(line: &str, gap: i64) -> (Series, Vec<Episode>) {
        let minutes: Vec<i64> = (0..line.len() as i64).collect();
        let series = series(&minutes, &vec![0; line.len()]);
        let labels = line.bytes().map(|b| match b {
            b'.' => 0,
            b'?' => NO_LABEL,
            b => u32::from(b - b'a') + 1,
        });
        let labels = labels.collect::<Vec<_>>();
        let found = episodes(&series, &labels, &[true, false, false], gap * M);
        (series, found)
    }

    #[test]
    fn flapping_is_one_episode_and_ends_that_nobody_saw_are_marked() {
        // Minutes      0123456789
        let (_, e) = of("aa..a....b", 2);
        let told: Vec<_> = e
            .iter()
            .map(|e| (e.kind, e.start / M, e.end / M, e.rows))
            .collect();
        // The second a comes after two minutes of health: the same episode at a gap of 2, another at a gap of 1.
        assert_eq!(told, [(1, 0, 4, 3), (2, 9, 9, 1)]);
        assert!(
            e[0].censored_start && !e[0].censored_end && !e[1].censored_start && e[1].censored_end
        );
        assert_eq!(of("aa..a....b", 1).1.len(), 3);
    }

    #[test]
    fn labels_look_ahead_and_mask_what_is_on() {
        let line = "...a.a....b...";
        let (series, e) = of(line, 1);
        let word = |a: &Ahead| match a {
            Ahead::Quiet => '.',
            Ahead::Kind(k) => (b'a' + *k as u8 - 1) as char,
            Ahead::Inside => '#',
            Ahead::Unknown => '?',
        };
        // Horizon of 2 minutes: 1 and 2 precede a at 3; 4 is calm between flaps; 12 and 13 end before their horizon does.
        let text: String = ahead(&series, &e, 2 * M).iter().map(word).collect();
        assert_eq!(text, ".aa###..bb#.??");
    }

    proptest! {
        #[test]
        fn labels_agree_with_their_definition(
            rows in prop::collection::vec((0..4_i64, 0..3_u8, 0..6_u32), 1..60), gap in 0..4_i64, horizon in 1..9_i64,
        ) {
            let mut at = 0;
            let minutes: Vec<i64> = rows.iter().map(|r| { at += r.0; at }).collect();
            let pods: Vec<u8> = rows.iter().map(|r| r.1).collect();
            let labels: Vec<u32> = rows.iter().map(|r| r.2.saturating_sub(3)).collect();
            let series = series(&minutes, &pods);
            let found = episodes(&series, &labels, &[true, false, false], gap * M);
            prop_assert_eq!(found.iter().map(|e| e.rows).sum::<u32>() as usize, labels.iter().filter(|l| **l > 0).count());
            let fast = ahead(&series, &found, horizon * M);
            for (row, &t) in series.instants.iter().enumerate() {
                let own: Vec<&Episode> = found.iter().filter(|e| e.entity == series.of_row[row]).collect();
                let last = (0..minutes.len()).filter(|&r| series.of_row[r] == series.of_row[row]).map(|r| series.instants[r]).max().unwrap();
                let first = own.iter().filter(|e| e.start > t && e.start <= t + horizon * M).min_by_key(|e| (e.start, e.kind));
                let slow = if own.iter().any(|e| e.start <= t && t <= e.end) {
                    Ahead::Inside
                } else if let Some(e) = first {
                    Ahead::Kind(e.kind)
                } else if t + horizon * M > last {
                    Ahead::Unknown
                } else {
                    Ahead::Quiet
                };
                prop_assert_eq!(fast[row], slow, "row {}", row);
            }
        }
    }
}
