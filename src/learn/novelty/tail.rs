//! How rare a score is among those of rows that are as usual.

use crate::data::sort_numbers;
use crate::trees::{BytesError, Reader, Writer};

/// The highest of the usual scores, thinned: what is asked is only how few were higher.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tail {
    /// Scores that were compared.
    count: u32,
    /// Falling scores, each with how many were as high: 1, 2, 3, 4, 6, 8, 12 and so on.
    knots: Vec<(f64, u32)>,
}

impl Tail {
    /// Of finite scores; higher is stranger.
    pub(super) fn of(mut scores: Vec<f64>) -> Self {
        sort_numbers(&mut scores);
        scores.reverse();
        let count = scores.len() as u32;
        let mut knots: Vec<(f64, u32)> = Vec::new();
        let mut rank = 1_u32;
        let mut step = 1_u32;
        while let Some(&score) = scores.get(rank as usize - 1) {
            // Equal scores: as many as are as high.
            let as_high = scores.partition_point(|&s| s >= score) as u32;
            knots.push((score, as_high));
            while rank <= as_high {
                if rank >= 4 * step {
                    step *= 2;
                }
                rank += step;
            }
        }
        Self { count, knots }
    }

    /// Scores that were compared.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// The negative logarithm of the share of usual scores that are as high, between the known ones by a straight line;
    /// beyond the highest it goes on as steeply as before, so that what is stranger still ranks higher.
    pub(super) fn surprise(&self, score: f64) -> f64 {
        let surprise = |as_high: u32| libm::log(f64::from(self.count + 1) / f64::from(as_high));
        let at = self.knots.partition_point(|&(knot, _)| knot > score);
        match (
            at.checked_sub(1).map(|above| self.knots[above]),
            self.knots.get(at),
        ) {
            (Some((above, more)), Some(&(below, most))) => {
                let share = (score - below) / (above - below);
                surprise(most) + (surprise(more) - surprise(most)) * share
            }
            (None, Some(&(top, as_high))) => {
                let far = self.knots.get(4).or(self.knots.last());
                let slope = far.filter(|(low, _)| *low < top).map_or(0.0, |&(low, n)| {
                    (surprise(as_high) - surprise(n)) / (top - low)
                });
                // At least a little, so that the order stays.
                surprise(as_high) + (score - top) * slope.clamp(1e-6, 1e6)
            }
            _ => 0.0,
        }
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.u32(self.count);
        w.len(self.knots.len());
        for &(score, as_high) in &self.knots {
            w.f64(score);
            w.u32(as_high);
        }
    }

    /// Reads one; what cannot be is `None`.
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Option<Self>, BytesError> {
        let count = r.u32()?;
        let n = r.len(12)?;
        let mut knots: Vec<(f64, u32)> = Vec::with_capacity(n);
        for _ in 0..n {
            let (score, as_high) = (r.f64()?, r.u32()?);
            let (above, more) = knots.last().copied().unwrap_or((f64::INFINITY, 0));
            if !(score.is_finite() && score < above && as_high > more && as_high <= count) {
                return Ok(None);
            }
            knots.push((score, as_high));
        }
        let sound = count > 0 && count < u32::MAX && !knots.is_empty();
        Ok(sound.then_some(Self { count, knots }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_as_rare_as_the_share_of_scores_that_are_as_high() {
        let tail = Tail::of((0..999).map(f64::from).collect());
        // 998 is the highest of 999: one in a thousand.
        assert!((tail.surprise(998.0) - libm::log(1000.0)).abs() < 1e-12);
        assert!((tail.surprise(997.0) - libm::log(500.0)).abs() < 1e-12);
        assert!(tail.surprise(1200.0) > tail.surprise(1100.0));
        assert!(tail.surprise(1100.0) > tail.surprise(998.0));
        assert_eq!(tail.surprise(-1.0), 0.0);
        let mut last = -1.0;
        for score in 0..1100 {
            let now = tail.surprise(f64::from(score));
            assert!(now >= last, "{score}");
            last = now;
        }
    }

    #[test]
    fn equal_scores_are_all_as_high() {
        let tail = Tail::of([vec![0.0; 97], vec![1.0; 2]].concat());
        assert!((tail.surprise(1.0) - libm::log(50.0)).abs() < 1e-12);
        assert!((tail.surprise(0.0) - libm::log(100.0 / 99.0)).abs() < 1e-12);
        assert!(tail.surprise(2.0) >= tail.surprise(1.0));
        let same = Tail::of(vec![3.0; 9]);
        assert!(same.surprise(4.0).is_finite());
    }

    #[test]
    fn bytes_survive_and_what_cannot_be_is_refused() {
        let tail = Tail::of((0..50).map(|i| f64::from(i * 7 % 23)).collect());
        let mut w = Writer::new();
        tail.write(&mut w);
        let bytes = w.into_bytes();
        assert_eq!(Tail::read(&mut Reader::new(&bytes)), Ok(Some(tail)));
        let mut rising = bytes.clone();
        rising[8..16].copy_from_slice(&(-5.0_f64).to_le_bytes());
        assert_eq!(Tail::read(&mut Reader::new(&rising)), Ok(None));
        assert!(Tail::read(&mut Reader::new(&bytes[..9])).is_err());
    }
}
