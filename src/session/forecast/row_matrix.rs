//! Rows by what came and what was said at the thresholds of a budget.

use super::bench::{Bench, Seen, Thresholds};
use super::parts::{Parts, Side};
use crate::data::grouped;
use crate::json::record;
use crate::prepare::Ahead;

/// What came where nothing did.
const QUIET: &str = "nothing ahead";
const OTHER: &str = "other kinds";

/// The confusion matrix of the rows that are judged by: rows within an issue, and those whose horizon nobody saw to its
/// end, are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowMatrix {
    /// `nothing ahead`, each kind that is warned of, and `other kinds` where rows of such are judged.
    pub classes: Vec<String>,
    /// Rows of each true class (down) that were said to be of each (across).
    pub counts: Vec<Vec<u64>>,
}

record!(Whole: RowMatrix { classes, counts });

impl RowMatrix {
    /// A row is said to be of the kind whose probability is the most times its threshold, of those that reach theirs.
    /// A kind that hits whole groups is judged by the mean of the group, as its pages are. Nothing is waited for: two of the
    /// last three rows make a page, but each of them counts here.
    pub(super) fn new(
        parts: &Parts,
        bench: &Bench<'_>,
        seen: &Seen,
        thresholds: &Thresholds,
    ) -> Self {
        let rows = &parts.judged[Side::Test as usize];
        let mut said = vec![(0.0_f32, 0_usize); rows.len()];
        let scoped = &parts.tracks[Side::Test as usize];
        for row in 0..seen.rows() {
            let mut best = (0.0_f32, 0);
            for (k, threshold) in thresholds.iter().enumerate() {
                let Some(threshold) = *threshold else {
                    continue;
                };
                let score = seen.score(row as u32, k);
                let times = (score / threshold.max(1e-12)) as f32;
                if score >= threshold && times > best.0 {
                    best = (times, k + 1);
                }
            }
            let own = [row as u32];
            let of = scoped.members(row);
            for &member in if of.is_empty() { &own[..] } else { of } {
                if let Some(said) = said.get_mut(member as usize)
                    && best.0 > said.0
                {
                    *said = best;
                }
            }
        }
        let kinds = &parts.kinds;
        let mut classes = vec![QUIET.to_owned()];
        classes.extend(bench.kind_names());
        let came = |row: u32| match parts.labels[row as usize] {
            Ahead::Quiet => Some(0),
            Ahead::Kind(kind) => Some(1 + kinds.binary_search(&kind).unwrap_or(kinds.len())),
            Ahead::Inside | Ahead::Unknown => None,
        };
        if rows.iter().any(|&row| came(row) == Some(kinds.len() + 1)) {
            classes.push(OTHER.to_owned());
        }
        let mut counts = vec![vec![0; classes.len()]; classes.len()];
        for (&row, (_, said)) in rows.iter().zip(said) {
            if let Some(came) = came(row) {
                counts[came][said] += 1;
            }
        }
        Self { classes, counts }
    }

    /// In a sentence.
    pub fn finding(&self) -> String {
        let sum = |row: &[u64]| row.iter().sum::<u64>();
        let (mut ahead, mut right, mut other) = (0, 0, 0);
        for (came, row) in self.counts.iter().enumerate().skip(1) {
            let own = row.get(came).copied().unwrap_or(0);
            ahead += sum(row);
            right += own;
            other += sum(row) - row[0] - own;
        }
        let quiet = self.counts.first().map_or(&[][..], Vec::as_slice);
        let called = sum(quiet) - quiet.first().copied().unwrap_or(0);
        let mut text = format!(
            "{} of {} rows before an incident are named",
            grouped(right),
            grouped(ahead)
        );
        if other > 0 {
            text.push_str(&format!(", {} taken for another kind", grouped(other)));
        }
        text.push_str(&format!(
            "; of {} quiet rows {} {} called",
            grouped(sum(quiet)),
            grouped(called),
            if called == 1 { "is" } else { "are" }
        ));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 100 quiet rows 3 are called one of two kinds; of 10 rows before the first 4 are named and 1 is taken for the
    /// second; of 5 before the second none is named; 2 are before a kind that nobody warns of, one of them called the first.
    #[test]
    fn the_sentence_counts_by_hand() {
        let rows = RowMatrix {
            classes: [QUIET, "oom", "dns", OTHER].map(str::to_owned).to_vec(),
            counts: vec![
                vec![97, 2, 1, 0],
                vec![5, 4, 1, 0],
                vec![5, 0, 0, 0],
                vec![1, 1, 0, 0],
            ],
        };
        assert_eq!(
            rows.finding(),
            "4 of 17 rows before an incident are named, 2 taken for another kind; of 100 quiet rows 3 are called"
        );
        assert_eq!(
            RowMatrix::default().finding(),
            "0 of 0 rows before an incident are named; of 0 quiet rows 0 are called"
        );
    }
}
