//! Columns that give the target away: copies of it, its causes written down afterwards, countdowns to it.
//!
//! A column is suspected where, on rows that hold every class, one of these holds, each so that chance would do it less
//! often than once in a million columns:
//!
//! 1. it has few distinct values (a missing cell counts as one), and its value tells the class;
//! 2. it is a number, and a few intervals of it (three per class) tell the class;
//! 3. there are several classes, it has few distinct values, and they tell the healthy class from all others;
//! 4. it is a category whose names are class names, and it nearly tells the class (a label of something wider).
//!
//! "Tell" is meant on 99.9 % of rows and, as a mean over classes, on 99.9 % of each class's rows, so that a class that is
//! most of the table does not hide the others. The first 50,000 rows of a spread sample are looked at.

use super::split::Draw;
use crate::data::{
    Column, Dictionary, MISSING_CODE, Values, is_null_token, read_float, sort, sort_keyed,
};

/// Rows looked at.
const MAX_ROWS: usize = 50_000;
/// Rows of a first look, which lets most honest columns go.
const GLANCE_ROWS: usize = 2_000;
/// Share of rows, and of each class's rows in the mean, that must be told right.
const PURITY: f64 = 0.999;
/// The same for a category that shares its names with the classes.
const SHARED_NAMES_PURITY: f64 = 0.95;
/// Distinct values beyond which a column is not one of few.
const MAX_FEW: usize = 1_000;
/// `-ln` of how likely chance may explain as much.
const SURPRISE: f64 = 13.8;
/// The key of a missing cell: after every number and every name.
const MISSING_KEY: u64 = u64::MAX;

/// The classes of the rows that are looked at.
pub(super) struct Labels<'a> {
    /// Row numbers, ascending.
    rows: Vec<u32>,
    /// Their classes.
    codes: Vec<u32>,
    /// Rows of each class among them.
    counts: Vec<u64>,
    /// The class that says that nothing is wrong, or else most rows.
    healthy: Option<u32>,
    names: &'a [String],
}

/// A run of equal cells.
struct Group {
    rows: u64,
    class: u32,
    class_rows: u64,
    healthy_rows: u64,
}

impl<'a> Labels<'a> {
    /// The target's classes, with `healthy` as [`super::healthy_classes`] says. `None` for fewer than two classes.
    pub(super) fn new(classes: &'a Dictionary, healthy: &[bool]) -> Option<Self> {
        let known = |row: &u32| (classes.codes[*row as usize] as usize) < classes.names.len();
        let mut rows: Vec<u32> = (0..classes.codes.len() as u32).filter(known).collect();
        if rows.len() > MAX_ROWS {
            rows = spread(&rows, MAX_ROWS);
        }
        Self::of(rows, classes, healthy)
    }

    fn of(rows: Vec<u32>, classes: &'a Dictionary, healthy: &[bool]) -> Option<Self> {
        let codes: Vec<u32> = rows.iter().map(|&r| classes.codes[r as usize]).collect();
        let mut counts = vec![0u64; classes.names.len()];
        for &code in &codes {
            counts[code as usize] += 1;
        }
        if counts.iter().filter(|&&n| n > 0).count() < 2 {
            return None;
        }
        let most = |k: &usize| counts[*k] * 2 > codes.len() as u64;
        let healthy = (0..counts.len())
            .filter(|&k| healthy.get(k) == Some(&true))
            .max_by_key(|&k| (counts[k], std::cmp::Reverse(k)))
            .or_else(|| (0..counts.len()).find(most))
            .map(|k| k as u32);
        Some(Self {
            rows,
            codes,
            counts,
            healthy,
            names: &classes.names,
        })
    }

    /// The share of rows whose class `column` tells, if it is suspected.
    pub(super) fn share_told(&self, column: &Column) -> Option<f64> {
        let keys = Keys::of(column)?;
        if self.rows.len() > 2 * GLANCE_ROWS && !keys.share_names {
            let glance: Vec<usize> = {
                let all: Vec<u32> = (0..self.rows.len() as u32).collect();
                spread(&all, GLANCE_ROWS)
                    .iter()
                    .map(|&i| i as usize)
                    .collect()
            };
            let cells = self.cells(&keys, glance.into_iter());
            if self.is_honest_at_a_glance(&cells, keys.ordered) {
                return None;
            }
        }
        let cells = self.cells(&keys, 0..self.rows.len());
        let groups = self.groups(&cells);
        let few = groups.len() <= self.few();
        if few {
            if let Some(share) = self.tells_class(&cells, &groups) {
                return Some(share);
            }
            if let Some(share) = self.tells_healthy(&groups) {
                return Some(share);
            }
            if keys.share_names
                && let Some(share) = self.nearly_tells(&cells, column)
            {
                return Some(share);
            }
        }
        if keys.ordered {
            return self.intervals_tell(&cells, groups);
        }
        None
    }

    fn few(&self) -> usize {
        (3 * self.classes()).max(self.rows.len() / 20).min(MAX_FEW)
    }

    fn classes(&self) -> usize {
        self.counts.iter().filter(|&&n| n > 0).count()
    }

    /// (key, class) of the rows at `places`, sorted.
    fn cells(&self, keys: &Keys<'_>, places: impl Iterator<Item = usize>) -> Vec<(u64, u32)> {
        let mut cells: Vec<(u64, u32)> = places
            .map(|i| (keys.key(self.rows[i] as usize), self.codes[i]))
            .collect();
        sort_keyed(&mut cells);
        cells
    }

    fn groups(&self, cells: &[(u64, u32)]) -> Vec<Group> {
        let group = |cells: &[(u64, u32)]| {
            let mut group = Group {
                rows: cells.len() as u64,
                class: 0,
                class_rows: 0,
                healthy_rows: 0,
            };
            for run in cells.chunk_by(|a, b| a.1 == b.1) {
                let n = run.len() as u64;
                if n > group.class_rows {
                    (group.class, group.class_rows) = (run[0].1, n);
                }
                if Some(run[0].1) == self.healthy {
                    group.healthy_rows = n;
                }
            }
            group
        };
        cells.chunk_by(|a, b| a.0 == b.0).map(group).collect()
    }

    /// Whether a sample of the rows already has more exceptions than a column that tells could have in all likelihood.
    fn is_honest_at_a_glance(&self, cells: &[(u64, u32)], ordered: bool) -> bool {
        // Two exceptions are expected among 2,000 rows at 99.9 %.
        const SPARE: u64 = 14;
        let groups = self.groups(cells);
        if groups.len() <= MAX_FEW {
            let wrong: u64 = groups.iter().map(|g| g.rows - g.class_rows).sum();
            let unhealthy: u64 = groups
                .iter()
                .map(|g| g.healthy_rows.min(g.rows - g.healthy_rows))
                .sum();
            let binary = self.healthy.is_some() && self.classes() > 2;
            if wrong <= SPARE || binary && unhealthy <= SPARE {
                return false;
            }
        }
        let changes = groups
            .windows(2)
            .filter(|w| w[0].class != w[1].class)
            .count();
        !ordered || changes as u64 > 3 * self.classes() as u64 + 2 * SPARE
    }

    /// Rule 1.
    fn tells_class(&self, cells: &[(u64, u32)], groups: &[Group]) -> Option<f64> {
        let told: Vec<u32> = groups.iter().map(|g| g.class).collect();
        let share = self.score(cells, &told, PURITY)?;
        let shares = self
            .counts
            .iter()
            .map(|&n| n as f64 / self.rows.len() as f64);
        let free = (self.rows.len() - groups.len()) as f64;
        (free * doubt(shares) >= SURPRISE).then_some(share)
    }

    /// Rule 2. Groups too small to matter may be passed over.
    fn intervals_tell(&self, cells: &[(u64, u32)], groups: Vec<Group>) -> Option<f64> {
        let limit = 3 * self.classes() + 1;
        let budget = (self.rows.len() as f64 * (1.0 - PURITY)) as u64;
        let mut told: Vec<u32> = groups.iter().map(|g| g.class).collect();
        let runs = |told: &[u32]| told.chunk_by(|a, b| a == b).count();
        if runs(&told) > limit {
            // The smallest runs are taken for exceptions, as many as the budget allows.
            let mut starts = vec![0];
            starts.extend((1..told.len()).filter(|&i| told[i] != told[i - 1]));
            let mut small: Vec<(u64, usize, usize)> = starts
                .iter()
                .enumerate()
                .map(|(k, &start)| {
                    let end = starts.get(k + 1).copied().unwrap_or(told.len());
                    let rows = groups[start..end].iter().map(|g| g.rows).sum();
                    (rows, start, end)
                })
                .collect();
            sort(&mut small);
            let mut spent = 0;
            let mut passed = vec![false; told.len()];
            for (rows, start, end) in small {
                spent += rows;
                if spent > budget {
                    break;
                }
                passed[start..end].fill(true);
            }
            let mut class = (0..told.len()).find(|&i| !passed[i]).map(|i| told[i])?;
            for i in 0..told.len() {
                if passed[i] {
                    told[i] = class;
                } else {
                    class = told[i];
                }
            }
        }
        let intervals = runs(&told);
        if intervals > limit {
            return None;
        }
        let share = self.score(cells, &told, PURITY)?;
        let rows = self.rows.len() as f64;
        let shares = self.counts.iter().map(|&n| n as f64 / rows);
        let chosen = intervals as f64;
        ((rows - chosen) * doubt(shares) - chosen * libm::log(rows) >= SURPRISE).then_some(share)
    }

    /// Rule 3. The share is that of rows told healthy or not.
    fn tells_healthy(&self, groups: &[Group]) -> Option<f64> {
        let healthy = self.counts[self.healthy? as usize];
        let rows = self.rows.len() as u64;
        if self.classes() < 3 || healthy == 0 {
            return None;
        }
        let (mut hit, mut passed) = (0, 0);
        for group in groups {
            let sick = group.rows - group.healthy_rows;
            if group.healthy_rows > sick {
                hit += group.healthy_rows;
            } else {
                passed += sick;
            }
        }
        let share = (hit + passed) as f64 / rows as f64;
        let recall = hit as f64 / healthy as f64;
        let rest = passed as f64 / (rows - healthy) as f64;
        let p = healthy as f64 / rows as f64;
        let free = (self.rows.len() - groups.len()) as f64;
        (share >= PURITY
            && (recall + rest) / 2.0 >= PURITY
            && free * doubt([p, 1.0 - p].into_iter()) >= SURPRISE)
            .then_some(share)
    }

    /// Rule 4. The share is the mean over classes, each counting alike.
    fn nearly_tells(&self, cells: &[(u64, u32)], column: &Column) -> Option<f64> {
        let Values::Text(dictionary) = &column.values else {
            return None;
        };
        let shared = dictionary
            .names
            .iter()
            .filter(|name| !is_null_token(name) && read_float(name).is_none())
            .filter(|name| self.names.contains(name))
            .count();
        if shared < 3 {
            return None;
        }
        // Each value tells the class of which it holds the largest share.
        let mut told = Vec::new();
        for group in cells.chunk_by(|a, b| a.0 == b.0) {
            let mut best = (0.0, 0);
            for run in group.chunk_by(|a, b| a.1 == b.1) {
                let share = run.len() as f64 / self.counts[run[0].1 as usize] as f64;
                if share > best.0 {
                    best = (share, run[0].1);
                }
            }
            told.push(best.1);
        }
        let (_, balanced) = self.told_right(cells, &told);
        (balanced >= SHARED_NAMES_PURITY).then_some(balanced)
    }

    /// The share of rows told right, where it and the mean over classes reach `least`. `told` is the class that each
    /// group of equal cells is thought to be.
    fn score(&self, cells: &[(u64, u32)], told: &[u32], least: f64) -> Option<f64> {
        let (share, balanced) = self.told_right(cells, told);
        (share >= least && balanced >= least).then_some(share)
    }

    fn told_right(&self, cells: &[(u64, u32)], told: &[u32]) -> (f64, f64) {
        let mut right = vec![0u64; self.counts.len()];
        for (group, &class) in cells.chunk_by(|a, b| a.0 == b.0).zip(told) {
            let n = group.iter().filter(|cell| cell.1 == class).count();
            right[class as usize] += n as u64;
        }
        let share = right.iter().sum::<u64>() as f64 / self.rows.len().max(1) as f64;
        let recalls = right
            .iter()
            .zip(&self.counts)
            .filter(|(_, n)| **n > 0)
            .map(|(&right, &n)| right as f64 / n as f64);
        (share, recalls.sum::<f64>() / self.classes().max(1) as f64)
    }
}

/// `-ln` of the chance that two rows are of one class.
fn doubt(shares: impl Iterator<Item = f64>) -> f64 {
    -libm::log(shares.map(|p| p * p).sum::<f64>())
}

/// `take` of the rows, one from each of as many equal stretches, ascending.
fn spread(rows: &[u32], take: usize) -> Vec<u32> {
    let mut draw = Draw::new(0, rows.len() as u64);
    let (n, take) = (rows.len() as u64, take as u64);
    let edge = |k: u64| k * n / take;
    (0..take)
        .filter(|&k| edge(k + 1) > edge(k))
        .map(|k| rows[(edge(k) + draw.below(edge(k + 1) - edge(k))) as usize])
        .collect()
}

/// Cells as keys that are equal where the cells are, and in order where the column has one.
struct Keys<'a> {
    column: &'a Column,
    /// Of names: the key of each, null tokens alike.
    names: Vec<u64>,
    ordered: bool,
    /// Whether it is a category.
    share_names: bool,
}

impl<'a> Keys<'a> {
    fn of(column: &'a Column) -> Option<Self> {
        let names = match &column.values {
            Values::Text(dictionary) => dictionary
                .names
                .iter()
                .enumerate()
                .map(|(code, name)| {
                    if is_null_token(name) {
                        MISSING_KEY
                    } else {
                        code as u64
                    }
                })
                .collect(),
            Values::Number(_) => Vec::new(),
            Values::Time(_) => return None,
        };
        Some(Self {
            column,
            ordered: matches!(column.values, Values::Number(_)),
            share_names: !names.is_empty() && names.len() <= MAX_FEW,
            names,
        })
    }

    fn key(&self, row: usize) -> u64 {
        match &self.column.values {
            Values::Number(values) => {
                let x = values[row];
                if x.is_nan() {
                    return MISSING_KEY;
                }
                // Ascending as the numbers are: negative ones with all bits turned, others above them.
                let bits = (x + 0.0).to_bits();
                if bits >> 63 == 1 {
                    !bits
                } else {
                    bits | 1 << 63
                }
            }
            Values::Text(dictionary) => match dictionary.codes[row] {
                MISSING_CODE => MISSING_KEY,
                code => self
                    .names
                    .get(code as usize)
                    .copied()
                    .unwrap_or(MISSING_KEY),
            },
            Values::Time(_) => MISSING_KEY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(column: &Column, target: &[&str]) -> Option<f64> {
        let classes = Column::category("y", target).classes();
        let healthy = super::super::healthy_classes(&classes.names, &classes.counts());
        Labels::new(&classes, &healthy)?.share_told(column)
    }

    fn cycle<'a>(names: &[&'a str], n: usize) -> Vec<&'a str> {
        (0..n).map(|i| names[i * 7919 % n % names.len()]).collect()
    }

    #[test]
    fn copies_in_other_words_are_told() {
        let y = cycle(&["None", "oom", "disk"], 300);
        let copy = Column::category(
            "x",
            y.iter().map(|y| match *y {
                "None" => "",
                "oom" => "a",
                _ => "b",
            }),
        );
        assert_eq!(told(&copy, &y), Some(1.0));
        // A number that is 1 where there is any issue.
        let any = Column::integer(
            "x",
            y.iter()
                .map(|y| f64::from(u8::from(*y != "None")))
                .collect(),
        );
        assert_eq!(told(&any, &y), Some(1.0));
        // A cause that is written down only once there is an issue.
        let cause = Column::number(
            "x",
            y.iter()
                .enumerate()
                .map(|(i, y)| {
                    if *y == "None" {
                        f64::NAN
                    } else {
                        (i % 5) as f64
                    }
                })
                .collect(),
        );
        assert_eq!(told(&cause, &y), Some(1.0));
    }

    #[test]
    fn a_countdown_is_told_even_with_rare_classes_and_a_few_exceptions() {
        let n = 20_000;
        let left: Vec<f64> = (0..n).map(|i| f64::from(i * 7919 % n) / 7.0).collect();
        let mut y: Vec<&str> = left
            .iter()
            .map(|&x| if x < 9.0 { "fails" } else { "runs" })
            .collect();
        let column = Column::number("left", left);
        assert_eq!(told(&column, &y), Some(1.0));
        // Exceptions among the many are forgiven, a rare class turned into them is not.
        for i in 0..8 {
            if y[i * 2000 + 3] == "runs" {
                y[i * 2000 + 3] = "fails";
            }
        }
        assert_eq!(told(&column, &y), None);
    }

    #[test]
    fn chance_is_not_told() {
        // Ten rows: any column of numbers could sort them.
        let y = ["a", "b", "a", "b", "a", "b", "a", "b", "a", "b"];
        let x = Column::number("x", vec![0.1, 5.0, 0.2, 6.0, 0.3, 7.0, 0.4, 8.0, 0.5, 9.0]);
        assert_eq!(told(&x, &y), None);
        let id = Column::category("x", (0..300).map(|i| i.to_string()));
        assert_eq!(told(&id, &cycle(&["a", "b"], 300)), None);
    }

    #[test]
    fn a_strong_but_honest_column_is_not_told() {
        let n = 4000;
        let y = cycle(&["None", "oom"], n);
        let x = y.iter().enumerate().map(|(i, y)| {
            let noise = (i * 37 % 101) as f64;
            if *y == "oom" { noise + 90.0 } else { noise }
        });
        assert_eq!(told(&Column::number("x", x.collect()), &y), None);
    }

    #[test]
    fn keys_are_in_the_order_of_the_numbers() {
        let v = vec![f64::MIN, -1.0, -0.0, 1e-300, 2.0, f64::MAX, f64::NAN];
        let column = Column::number("x", v);
        let keys = Keys::of(&column).unwrap();
        let keys: Vec<u64> = (0..7).map(|row| keys.key(row)).collect();
        assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
    }
}
