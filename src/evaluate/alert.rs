//! From probabilities to pages: what would have woken somebody.

use ndarray::ArrayView2;

use crate::prepare::{NO_SERIES, Series};

/// When a probability becomes a page. Per entity and kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlertPolicy {
    /// A row counts at this probability or above.
    pub threshold: f64,
    /// It fires when `needed` of the last `steps` rows count; 1 to 64.
    pub needed: u32,
    /// See `needed`; 1 to 64.
    pub steps: u32,
    /// It fires on until the probability falls below this share of the threshold, 0 to 1.
    pub release: f64,
    /// While it fires it pages again, but never sooner than this after the last page, in microseconds. So an alert that
    /// is always on is paid for.
    pub cooldown_micros: i64,
    /// After this long without a row all is forgotten, in microseconds.
    pub stale_micros: i64,
}

/// Somebody is woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// About which entity of the series.
    pub entity: u32,
    /// About which kind.
    pub kind: u32,
    /// When, in microseconds.
    pub at: i64,
}

/// Some rows of a table by entity and time, as an alert sees them come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracks {
    /// Places in the list of rows, by entity and time.
    order: Vec<u32>,
    /// Entity, and where in `order` its rows end.
    ends: Vec<(u32, u32)>,
    /// Instants, as `order`.
    instants: Vec<i64>,
}

impl Tracks {
    /// Of the rows listed, which rise.
    pub fn new(series: &Series, rows: &[u32]) -> Self {
        let mut place = vec![NO_SERIES; series.instants.len()];
        for (at, &row) in rows.iter().enumerate() {
            if let Some(place) = place.get_mut(row as usize) {
                *place = at as u32;
            }
        }
        let mut out = Self::default();
        for (entity, rows) in series.each().enumerate() {
            let before = out.order.len();
            for &row in rows.iter().filter(|&&row| place[row as usize] != NO_SERIES) {
                out.order.push(place[row as usize]);
                out.instants.push(series.instants[row as usize]);
            }
            if out.order.len() > before {
                out.ends.push((entity as u32, out.order.len() as u32));
            }
        }
        out
    }

    /// Adds one more entity: places of its rows in the list, and their instants, which rise.
    pub(super) fn add(&mut self, entity: u32, rows: &[(u32, i64)]) {
        self.order.extend(rows.iter().map(|r| r.0));
        self.instants.extend(rows.iter().map(|r| r.1));
        self.ends.push((entity, self.order.len() as u32));
    }

    /// Every row: its entity, its instant, its place in the list.
    pub fn each(&self) -> impl Iterator<Item = (u32, i64, u32)> {
        let begins = std::iter::once(0).chain(self.ends.iter().map(|e| e.1));
        begins
            .zip(&self.ends)
            .flat_map(move |(begin, &(entity, end))| {
                (begin as usize..end as usize)
                    .map(move |at| (entity, self.instants[at], self.order[at]))
            })
    }

    /// The entities that are seen: which, and from when to when in microseconds.
    pub fn seen(&self) -> impl Iterator<Item = (u32, i64, i64)> {
        let begins = std::iter::once(0).chain(self.ends.iter().map(|e| e.1));
        begins.zip(&self.ends).map(|(begin, &(entity, end))| {
            (
                entity,
                self.instants[begin as usize],
                self.instants[end as usize - 1],
            )
        })
    }
}

/// Rows of a block whose highest probability is kept: more than the steps of any policy.
const BLOCK: usize = 128;

/// The highest of each block of a kind's probabilities, so that what can send no page is passed over. It costs one pass, and
/// serves every threshold.
pub fn peaks(tracks: &Tracks, probabilities: &dyn Fn(u32) -> f64) -> Vec<f64> {
    let highest = |rows: &[u32]| {
        rows.iter()
            .fold(f64::NEG_INFINITY, |peak, &row| peak.max(probabilities(row)))
    };
    tracks.order.chunks(BLOCK).map(highest).collect()
}

/// The pages of one kind's probabilities (one for each row of the tracks' list; `NaN` never counts), by entity and time.
pub fn pages(
    tracks: &Tracks,
    kind: u32,
    probabilities: &dyn Fn(u32) -> f64,
    policy: &AlertPolicy,
) -> Vec<Page> {
    peaked_pages(tracks, kind, probabilities, &[], policy)
}

/// As [`pages`], sooner where many thresholds are tried: `peaks` are those of the same tracks and probabilities.
pub fn peaked_pages(
    tracks: &Tracks,
    kind: u32,
    probabilities: &dyn Fn(u32) -> f64,
    peaks: &[f64],
    policy: &AlertPolicy,
) -> Vec<Page> {
    let mut out = Vec::new();
    let steps = policy.steps.clamp(1, 64);
    let needed = policy.needed.clamp(1, steps);
    let mask = u64::MAX >> (64 - steps);
    let mut begin = 0;
    for &(entity, end) in &tracks.ends {
        let (mut counted, mut firing) = (0_u64, false);
        let (mut last, mut paged): (Option<i64>, Option<i64>) = (None, None);
        let (mut at, end) = (begin, end as usize);
        begin = end;
        let quiet = policy.threshold * policy.release.min(1.0);
        while at < end {
            // Once nothing counts and nothing is on, rows that are low throughout change neither.
            let is_low = || peaks.get(at / BLOCK).is_some_and(|peak| *peak < quiet);
            if counted == 0 && !firing && is_low() {
                at = ((at / BLOCK + 1) * BLOCK).min(end);
                last = Some(tracks.instants[at - 1]);
                continue;
            }
            let t = tracks.instants[at];
            if last.is_some_and(|last| t.saturating_sub(last) > policy.stale_micros) {
                (counted, firing) = (0, false);
            }
            last = Some(t);
            let p = probabilities(tracks.order[at]);
            at += 1;
            counted = (counted << 1 | u64::from(p >= policy.threshold)) & mask;
            if counted.count_ones() >= needed {
                firing = true;
            } else if p.is_nan() || p < policy.threshold * policy.release {
                firing = false;
            }
            let rested =
                paged.is_none_or(|paged| t.saturating_sub(paged) >= policy.cooldown_micros);
            if firing && rested {
                paged = Some(t);
                out.push(Page {
                    entity,
                    kind,
                    at: t,
                });
            }
        }
    }
    out
}

/// The pages of all kinds: column `k` of the probabilities (rows of the tracks' list x kinds) is kind `kinds[k]`.
pub fn all_pages(
    tracks: &Tracks,
    kinds: &[u32],
    probabilities: ArrayView2<'_, f64>,
    policy: &AlertPolicy,
) -> Vec<Page> {
    let mut out = Vec::new();
    for (column, &kind) in kinds.iter().enumerate() {
        let of = |row: u32| {
            probabilities
                .get((row as usize, column))
                .copied()
                .unwrap_or(f64::NAN)
        };
        out.extend(pages(tracks, kind, &of, policy));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Column, Frame};
    use crate::prepare::MINUTE_MICROS;

    const POLICY: AlertPolicy = AlertPolicy {
        threshold: 0.5,
        needed: 1,
        steps: 1,
        release: 1.0,
        cooldown_micros: 0,
        stale_micros: i64::MAX,
    };

    fn minutes_paged(at: &[i64], p: &[f64], policy: AlertPolicy) -> Vec<i64> {
        let frame = Frame::new(
            "t",
            vec![Column::time(
                "at",
                at.iter().map(|m| m * MINUTE_MICROS).collect(),
            )],
        )
        .unwrap();
        let series = Series::new(&frame, "at", &[]).unwrap();
        let rows: Vec<u32> = (0..at.len() as u32).collect();
        let found = pages(
            &Tracks::new(&series, &rows),
            1,
            &|row| p[row as usize],
            &policy,
        );
        found.iter().map(|page| page.at / MINUTE_MICROS).collect()
    }

    #[test]
    fn by_hand() {
        let at = [0, 1, 2, 3, 4, 5, 6, 7];
        let p = [0.6, 0.4, 0.6, 0.3, 0.6, 0.6, 0.1, 0.7];
        let m = MINUTE_MICROS;
        // Every row at or above .5.
        assert_eq!(minutes_paged(&at, &p, POLICY), [0, 2, 4, 5, 7]);
        // Two of three: (0,2), (2,4), (4,5), and at 6 still (4,5); at 7 (5,7). At 3 there is one of (1,2,3), and .3 < .5.
        let two = AlertPolicy {
            needed: 2,
            steps: 3,
            ..POLICY
        };
        assert_eq!(minutes_paged(&at, &p, two), [2, 4, 5, 6, 7]);
        // Released below .35 only: .4 at 1 keeps it on, .3 at 3 and .1 at 6 end it.
        let slow = AlertPolicy {
            release: 0.7,
            ..POLICY
        };
        assert_eq!(minutes_paged(&at, &p, slow), [0, 1, 2, 4, 5, 7]);
        // At most one in three minutes.
        let calm = AlertPolicy {
            release: 0.7,
            cooldown_micros: 3 * m,
            ..POLICY
        };
        assert_eq!(minutes_paged(&at, &p, calm), [0, 4, 7]);
        // After half an hour without rows a vote of two of three begins anew; an unknown probability never counts.
        let stale = AlertPolicy {
            stale_micros: 5 * m,
            ..two
        };
        assert_eq!(
            minutes_paged(&[0, 30, 31, 32], &[0.9, 0.9, f64::NAN, 0.9], stale),
            [32]
        );
        assert_eq!(
            minutes_paged(&[0, 30, 31, 32], &[0.9, 0.9, f64::NAN, 0.9], two),
            [30, 31, 32]
        );
    }

    proptest::proptest! {
        #[test]
        fn peaks_change_no_page(seed in 0..u64::MAX, threshold in 0.0..1.0_f64, release in 0.1..1.0_f64, needed in 1..4_u32) {
            let mut rng = crate::trees::Rng::new(seed, 1);
            let mut p = vec![0.0; 1500];
            let mut at = 0;
            while at < p.len() {
                let (long, height) = (1 + rng.below(200) as usize, f64::from(rng.below(100)) / 99.0);
                for p in p.iter_mut().skip(at).take(long) {
                    *p = if rng.below(40) == 0 { f64::NAN } else { height * f64::from(rng.below(100)) / 99.0 };
                }
                at += long;
            }
            let columns = vec![
                Column::time("at", (0..1500).map(|m| (m + 30 * (m / 700)) * MINUTE_MICROS).collect()),
                Column::category("pod", (0..1500).map(|m| ["a", "b"][usize::from(m % 3 == 0)])),
            ];
            let series = Series::new(&Frame::new("t", columns).unwrap(), "at", &["pod".to_owned()]).unwrap();
            let tracks = Tracks::new(&series, &(0..1500).collect::<Vec<_>>());
            let policy = AlertPolicy { threshold, needed, steps: 3, release, cooldown_micros: 9 * MINUTE_MICROS, stale_micros: 8 * MINUTE_MICROS };
            let of = |row: u32| p[row as usize];
            let peaked = peaked_pages(&tracks, 1, &of, &peaks(&tracks, &of), &policy);
            proptest::prop_assert_eq!(pages(&tracks, 1, &of, &policy), peaked);
        }
    }

    #[test]
    fn what_still_counts_at_the_edge_of_a_low_block_pages() {
        let columns = vec![Column::time(
            "at",
            (0..256).map(|m| m * MINUTE_MICROS).collect(),
        )];
        let series = Series::new(&Frame::new("t", columns).unwrap(), "at", &[]).unwrap();
        let tracks = Tracks::new(&series, &(0..256).collect::<Vec<_>>());
        // On at 120, at rest until 129: the row at 127 is among the last three then.
        let of = |row: u32| f64::from(u8::from((120..128).contains(&row)));
        let policy = AlertPolicy {
            steps: 3,
            cooldown_micros: 9 * MINUTE_MICROS,
            ..POLICY
        };
        let found = peaked_pages(&tracks, 1, &of, &peaks(&tracks, &of), &policy);
        let minutes: Vec<i64> = found.iter().map(|page| page.at / MINUTE_MICROS).collect();
        assert_eq!(minutes, [120, 129]);
        assert_eq!(found, pages(&tracks, 1, &of, &policy));
    }

    #[test]
    fn entities_do_not_vote_for_each_other_and_other_rows_are_not_seen() {
        let columns = vec![
            Column::time("at", (0..6).map(|m| m * MINUTE_MICROS).collect()),
            Column::category("pod", ["a", "b", "a", "b", "a", "b"]),
        ];
        let series = Series::new(
            &Frame::new("t", columns).unwrap(),
            "at",
            &["pod".to_owned()],
        )
        .unwrap();
        let tracks = Tracks::new(&series, &[0, 1, 3, 4, 5]);
        assert_eq!(
            tracks.seen().collect::<Vec<_>>(),
            [
                (0, 0, 4 * MINUTE_MICROS),
                (1, MINUTE_MICROS, 5 * MINUTE_MICROS)
            ]
        );
        let p = ndarray::array![[0.9], [0.9], [0.1], [0.9], [0.9]];
        let both = AlertPolicy {
            needed: 2,
            steps: 2,
            ..POLICY
        };
        let found = all_pages(&tracks, &[7], p.view(), &both);
        assert_eq!(
            found,
            [Page {
                entity: 0,
                kind: 7,
                at: 4 * MINUTE_MICROS
            }]
        );
    }
}
