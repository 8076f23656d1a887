use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// The path length below which neighbours are merged first, so that the heap stays small.
const GRAIN: f64 = 0.0002;
/// The area that leaving points out may move: with [`GRAIN`]'s share it stays below 0.001.
const DRIFT: f64 = 0.0006;

/// Which of a curve's points to keep for a chart that joins them by straight lines: indices, rising, at most `limit` (at
/// least 2), the first and last among them.
///
/// The points' `x` must not fall, all within the unit square. Greedy removal of the point that spans the smallest
/// triangle (Visvalingam & Whyatt 1993), so corners stay; removals that add area are set off against those that take
/// some, so that with a limit of 200 the area under the lines moves by less than 0.001.
pub fn thin(points: &[(f64, f64)], limit: usize) -> Vec<usize> {
    let limit = limit.max(2);
    if points.len() <= limit {
        return (0..points.len()).collect();
    }
    let coarse = merge_close(points);
    let mut outline = Outline::new(coarse.iter().map(|&i| points[i]).collect());
    while outline.left > limit && outline.remove_one() {}
    (0..coarse.len())
        .filter(|&i| outline.kept[i])
        .map(|i| coarse[i])
        .collect()
}

/// Merges runs of points that are no longer than [`GRAIN`] along the curve; corners longer than that keep their point.
fn merge_close(points: &[(f64, f64)]) -> Vec<usize> {
    let mut kept = vec![0];
    let mut path = 0.0;
    for i in 1..points.len() {
        path += (points[i].0 - points[i - 1].0).abs() + (points[i].1 - points[i - 1].1).abs();
        if path > GRAIN {
            if kept.last() != Some(&(i - 1)) {
                kept.push(i - 1);
            }
            path = (points[i].0 - points[i - 1].0).abs() + (points[i].1 - points[i - 1].1).abs();
        }
    }
    kept.push(points.len() - 1);
    kept
}

struct Outline {
    points: Vec<(f64, f64)>,
    kept: Vec<bool>,
    previous: Vec<usize>,
    next: Vec<usize>,
    /// Counts changes of a point's neighbours: older candidates are void.
    version: Vec<u32>,
    left: usize,
    /// Area added so far.
    drift: f64,
    adding: BinaryHeap<Candidate>,
    taking: BinaryHeap<Candidate>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    /// Area that its loss adds.
    change: f64,
    point: usize,
    version: u32,
}

impl Ord for Candidate {
    /// The cheapest is the greatest; ties go to the first point.
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .change
            .abs()
            .total_cmp(&self.change.abs())
            .then(other.point.cmp(&self.point))
    }
}
impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Candidate {}

impl Outline {
    fn new(points: Vec<(f64, f64)>) -> Self {
        let n = points.len();
        let mut outline = Self {
            kept: vec![true; n],
            previous: (0..n).map(|i| i.saturating_sub(1)).collect(),
            next: (1..=n).collect(),
            version: vec![0; n],
            left: n,
            drift: 0.0,
            adding: BinaryHeap::new(),
            taking: BinaryHeap::new(),
            points,
        };
        for point in 1..n.saturating_sub(1) {
            outline.offer(point);
        }
        outline
    }

    fn offer(&mut self, point: usize) {
        let (a, b, c) = (
            self.points[self.previous[point]],
            self.points[point],
            self.points[self.next[point]],
        );
        let change =
            ((c.1 + a.1) * (c.0 - a.0) - (b.1 + a.1) * (b.0 - a.0) - (c.1 + b.1) * (c.0 - b.0))
                / 2.0;
        let candidate = Candidate {
            change,
            point,
            version: self.version[point],
        };
        if change < 0.0 {
            self.taking.push(candidate);
        } else {
            self.adding.push(candidate);
        }
    }

    /// Removes the point that shows least among those that keep the drift in bounds; `false` when none is left.
    fn remove_one(&mut self) -> bool {
        for heap in [&mut self.adding, &mut self.taking] {
            while heap
                .peek()
                .is_some_and(|c| c.version != self.version[c.point] || !self.kept[c.point])
            {
                heap.pop();
            }
        }
        let (add, take) = (self.adding.peek().copied(), self.taking.peek().copied());
        let chosen = match (add, take) {
            (None, None) => return false,
            (Some(only), None) | (None, Some(only)) => only,
            (Some(add), Some(take)) => {
                let (cheap, other) = if add.change <= -take.change {
                    (add, take)
                } else {
                    (take, add)
                };
                if (self.drift + cheap.change).abs() <= DRIFT {
                    cheap
                } else {
                    other
                }
            }
        };
        self.drift += chosen.change;
        self.kept[chosen.point] = false;
        self.left -= 1;
        let (before, after) = (self.previous[chosen.point], self.next[chosen.point]);
        self.next[before] = after;
        self.previous[after] = before;
        let last = self.points.len() - 1;
        for neighbour in [before, after] {
            if neighbour != 0 && neighbour != last {
                self.version[neighbour] += 1;
                self.offer(neighbour);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn area(points: &[(f64, f64)]) -> f64 {
        points
            .windows(2)
            .map(|w| (w[1].0 - w[0].0) * (w[0].1 + w[1].1) / 2.0)
            .sum()
    }

    fn check(points: &[(f64, f64)]) {
        let kept = thin(points, 200);
        assert!(kept.len() <= 200 && kept.is_sorted());
        assert_eq!(kept.first(), Some(&0));
        assert_eq!(kept.last(), Some(&(points.len() - 1)));
        let thinned: Vec<_> = kept.iter().map(|&i| points[i]).collect();
        let moved = area(&thinned) - area(points);
        assert!(moved.abs() < 0.001, "moved by {moved}");
    }

    /// Positives and negatives from the best score down, as ROC and as precision over recall.
    fn curves(ranking: &[bool]) -> [Vec<(f64, f64)>; 2] {
        let positives = ranking.iter().filter(|&&p| p).count().max(1) as f64;
        let negatives = ranking.iter().filter(|&&p| !p).count().max(1) as f64;
        let (mut tp, mut fp) = (0.0, 0.0);
        let mut roc = vec![(0.0, 0.0)];
        let mut precision_recall = vec![(0.0, 1.0)];
        for &positive in ranking {
            if positive {
                tp += 1.0;
            } else {
                fp += 1.0;
            }
            roc.push((fp / negatives, tp / positives));
            precision_recall.push((tp / positives, tp / (tp + fp)));
        }
        [roc, precision_recall]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn the_area_stays(
            seeds in prop::collection::vec((0.0..1.0_f64, 1..400_usize), 2..40),
            noise in any::<u64>(),
        ) {
            // Stretches of differing shares of positives: convex and concave pieces of all sizes.
            let mut state = noise;
            let mut ranking = Vec::new();
            for (share, rows) in seeds {
                for _ in 0..rows {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    ranking.push(((state >> 33) as f64 / (1_u64 << 31) as f64) < share);
                }
            }
            let [roc, precision_recall] = curves(&ranking);
            check(&roc);
            check(&precision_recall);
        }
    }

    #[test]
    fn staircases_saws_and_arcs() {
        for stairs in [150, 400, 1000, 5000] {
            let ranking: Vec<bool> = (0..2 * stairs).map(|i| i % 2 == 0).collect();
            let mirrored: Vec<bool> = ranking.iter().map(|p| !p).collect();
            for ranking in [ranking, mirrored] {
                let [roc, precision_recall] = curves(&ranking);
                check(&roc);
                check(&precision_recall);
            }
            // One positive in a hundred, found at random.
            let rare: Vec<bool> = (0..100 * stairs as u64)
                .map(|i| (i * 7919) % 100_003 % 100 == 3)
                .collect();
            let [roc, precision_recall] = curves(&rare);
            check(&roc);
            check(&precision_recall);
        }
        let arc: Vec<(f64, f64)> = (0..=50_000)
            .map(|i| f64::from(i) / 50_000.0)
            .map(|x| (x, x.sqrt()))
            .collect();
        check(&arc);
    }

    #[test]
    fn corners_stay() {
        // A perfect ranking: everything lies on two lines with one corner.
        let ranking: Vec<bool> = (0..2000).map(|i| i < 700).collect();
        let [roc, _] = curves(&ranking);
        assert!(thin(&roc, 200).contains(&700));
        assert!(thin(&roc, 3).contains(&700));
    }

    #[test]
    fn short_curves_are_left_alone() {
        assert_eq!(thin(&[], 200), [0_usize; 0]);
        assert_eq!(thin(&[(0.0, 0.0), (0.5, 0.9), (1.0, 1.0)], 200), [0, 1, 2]);
    }
}
