//! Fields that are typed into: what each means, what it allows, and what is wrong with what stands in it.

use crate::app::format;
use crate::data::read_float;

/// A field that is typed into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the rule of each field says what it is")]
pub enum Field {
    SimulateRows,
    SimulateHours,
    SimulateProbability,
    SimulateSeed,
    TestShare,
    SplitSeed,
    FillValue,
    ForestTrees,
    ForestDepth,
    ForestMinSplit,
    ForestMinLeaf,
    ForestLeaves,
    ForestFeatureShare,
    BoostRounds,
    BoostRate,
    BoostDepth,
    BoostLeaves,
    BoostMinLeaf,
    BoostL2,
    BoostSubsample,
    BoostColumns,
    BoostMinHessian,
    BoostMinGain,
    BoostStop,
    TreeDepth,
    TreeMinSplit,
    TreeMinLeaf,
    MinProbability,
    ForecastHorizon,
    ForecastWindow(u8),
    ForecastGap,
    ForecastBudget,
    ForecastTrees,
    /// Of an incident that is marked: from when, until when, and of what kind.
    MarkFrom,
    MarkUntil,
    MarkKind,
    /// A setting of the simulator that most people leave alone.
    Knob(super::Knob),
}

/// What a field allows, in words and in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// A name for the page's markup, unique.
    pub id: &'static str,
    /// Its label.
    pub label: &'static str,
    /// One plain sentence: what it does.
    pub hint: &'static str,
    /// The least that is allowed.
    pub low: f64,
    /// The most that is allowed.
    pub high: f64,
    /// Whether `low` itself is excluded.
    pub above_low: bool,
    /// Whether `high` itself is excluded.
    pub below_high: bool,
    /// Whether only whole numbers are allowed.
    pub whole: bool,
    /// Whether it is no number but any text.
    pub text: bool,
    /// What an empty field means; absent: it must be filled.
    pub empty: Option<&'static str>,
    /// What stands in it at first.
    pub default: &'static str,
}

const fn whole(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    low: f64,
    high: f64,
    default: &'static str,
) -> Rule {
    Rule {
        id,
        label,
        hint,
        low,
        high,
        above_low: false,
        below_high: false,
        whole: true,
        text: false,
        empty: None,
        default,
    }
}

const fn share(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    default: &'static str,
) -> Rule {
    Rule {
        whole: false,
        ..whole(id, label, hint, 0.0, 1.0, default)
    }
}

const fn minutes(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    default: &'static str,
) -> Rule {
    whole(id, label, hint, 1.0, 525_600.0, default)
}

const fn text(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    empty: &'static str,
) -> Rule {
    Rule {
        text: true,
        empty: Some(empty),
        ..share(id, label, hint, "")
    }
}

const fn leaves(id: &'static str, default: &'static str) -> Rule {
    Rule {
        empty: Some("no limit"),
        ..whole(
            id,
            "Leaves of each tree",
            "The most useful splits are made first.",
            2.0,
            65_536.0,
            default,
        )
    }
}

/// Seeds up to 2^53 - 1, which every language reads back exactly.
const MAX_SEED: f64 = 9_007_199_254_740_991.0;

impl Field {
    /// What the field means and allows.
    pub fn rule(self) -> Rule {
        match self {
            Self::SimulateRows => whole(
                "sim-rows",
                "Rows",
                "How many measurements to make.",
                1.0,
                5_000_000.0,
                "5000",
            ),
            Self::SimulateHours => Rule {
                empty: Some("as the preset"),
                ..whole(
                    "sim-hours",
                    "Hours",
                    "The time that the rows span. 168 is a week.",
                    1.0,
                    8784.0,
                    "168",
                )
            },
            Self::SimulateProbability => Rule {
                empty: Some("as the preset"),
                ..share(
                    "sim-probability",
                    "Share of rows with an issue",
                    "0.3 gives an issue to about three rows in ten.",
                    "0.3",
                )
            },
            Self::SimulateSeed => whole(
                "sim-seed",
                "Seed",
                "The same seed gives the same rows.",
                0.0,
                MAX_SEED,
                "42",
            ),
            Self::ForecastHorizon => minutes(
                "forecast-horizon",
                "Warn ahead by, minutes",
                "A page counts where an incident sets in within this time: 15, 30, 60 or any.",
                "30",
            ),
            Self::ForecastWindow(0) => minutes(
                "forecast-window-0",
                "Look back, minutes",
                "Means, trends and extremes of the past so long.",
                "5",
            ),
            Self::ForecastWindow(more) => {
                let (id, label, default) = match more {
                    1 => ("forecast-window-1", "Second look back, minutes", "15"),
                    2 => ("forecast-window-2", "Third look back, minutes", "60"),
                    3 => ("forecast-window-3", "Fourth look back, minutes", ""),
                    _ => ("forecast-window-4", "Fifth look back, minutes", ""),
                };
                Rule {
                    empty: Some("none"),
                    ..minutes(
                        id,
                        label,
                        "Each takes as long to compute as the first.",
                        default,
                    )
                }
            }
            Self::ForecastGap => Rule {
                low: 0.0,
                ..minutes(
                    "forecast-gap",
                    "One incident across, minutes",
                    "Health so short between two flaps does not end an incident.",
                    "10",
                )
            },
            Self::ForecastBudget => Rule {
                high: 1000.0,
                ..share(
                    "forecast-budget",
                    "Budget, false pages per cluster-day",
                    "What a team bears: 0.5 is one every other day for each cluster.",
                    "0.5",
                )
            },
            Self::ForecastTrees => whole(
                "forecast-trees",
                "Trees",
                "More trees give steadier probabilities and take longer.",
                1.0,
                2000.0,
                "100",
            ),
            Self::TestShare => Rule {
                above_low: true,
                below_high: true,
                ..share(
                    "test-share",
                    "Test share",
                    "The share of rows that training never sees and the scores are measured on.",
                    "0.25",
                )
            },
            Self::SplitSeed => whole(
                "split-seed",
                "Seed",
                "Draws the held-out rows and all that training draws. The same seed gives the same model.",
                0.0,
                MAX_SEED,
                "42",
            ),
            Self::FillValue => Rule {
                low: -1e300,
                high: 1e300,
                ..share(
                    "fill-value",
                    "Value to fill in",
                    "Stands in every missing number. Categories take the name missing.",
                    "0",
                )
            },
            Self::ForestTrees => whole(
                "forest-trees",
                "Trees",
                "More trees give steadier answers and take longer.",
                1.0,
                2000.0,
                "100",
            ),
            Self::ForestDepth => Rule {
                empty: Some("as deep as needed"),
                ..whole(
                    "forest-depth",
                    "Depth limit",
                    "Fewer levels give a simpler model. Empty lets every tree grow until its leaves are pure.",
                    1.0,
                    64.0,
                    "",
                )
            },
            Self::ForestMinSplit => whole(
                "forest-min-split",
                "Fewest rows to split",
                "A group of fewer rows is not divided further.",
                2.0,
                1_000_000.0,
                "2",
            ),
            Self::ForestMinLeaf => whole(
                "forest-min-leaf",
                "Fewest rows in a leaf",
                "Larger leaves smooth out noise in the rows.",
                1.0,
                1_000_000.0,
                "1",
            ),
            Self::ForestFeatureShare => Rule {
                above_low: true,
                ..share(
                    "forest-feature-share",
                    "Share of features",
                    "The share that each split may choose from.",
                    "0.5",
                )
            },
            Self::BoostRounds => whole(
                "boost-rounds",
                "Rounds",
                "Each round corrects what the ones before got wrong.",
                1.0,
                2000.0,
                "100",
            ),
            Self::BoostRate => Rule {
                above_low: true,
                ..share(
                    "boost-rate",
                    "Learning rate",
                    "How much of each correction is taken. A smaller rate needs more rounds.",
                    "0.1",
                )
            },
            Self::BoostDepth => Rule {
                empty: Some("no limit"),
                ..whole(
                    "boost-depth",
                    "Depth of each tree",
                    "How many questions in a row a correction may ask.",
                    1.0,
                    64.0,
                    "",
                )
            },
            Self::BoostLeaves => leaves("boost-leaves", "31"),
            Self::ForestLeaves => leaves("forest-leaves", ""),
            Self::BoostColumns => Rule {
                above_low: true,
                empty: Some("automatic"),
                ..share(
                    "boost-columns",
                    "Share of columns per tree",
                    "Below 1, each tree learns from a fresh draw of the columns. Empty: half of them up to 10,000 rows, else all.",
                    "",
                )
            },
            Self::BoostMinHessian => Rule {
                high: 1_000_000.0,
                ..share(
                    "boost-min-hessian",
                    "Least weight of a leaf",
                    "Its sum of second derivatives. More keeps noise out, less lets rare classes in.",
                    "1",
                )
            },
            Self::BoostMinGain => Rule {
                high: 1_000_000.0,
                ..share(
                    "boost-min-gain",
                    "Least gain of a split",
                    "Splits that improve less are not made.",
                    "0",
                )
            },
            Self::BoostStop => Rule {
                empty: Some("never"),
                ..whole(
                    "boost-stop",
                    "Stop early after",
                    "So many rounds that do not improve on a tenth of the training rows.",
                    1.0,
                    2000.0,
                    "",
                )
            },
            Self::BoostMinLeaf => whole(
                "boost-min-leaf",
                "Fewest rows in a leaf",
                "Larger leaves smooth out noise in the rows.",
                1.0,
                1_000_000.0,
                "1",
            ),
            Self::BoostL2 => Rule {
                high: 1_000_000.0,
                ..share(
                    "boost-l2",
                    "L2 penalty",
                    "Holds corrections back where few rows speak for them.",
                    "0.1",
                )
            },
            Self::BoostSubsample => Rule {
                above_low: true,
                ..share(
                    "boost-subsample",
                    "Share of rows per round",
                    "Below 1, each round learns from a fresh draw of the rows.",
                    "1",
                )
            },
            Self::TreeDepth => whole(
                "tree-depth",
                "Depth limit",
                "Fewer levels are easier to read.",
                1.0,
                32.0,
                "8",
            ),
            Self::TreeMinSplit => whole(
                "tree-min-split",
                "Fewest rows to split",
                "A group of fewer rows is not divided further.",
                2.0,
                1_000_000.0,
                "2",
            ),
            Self::TreeMinLeaf => whole(
                "tree-min-leaf",
                "Fewest rows in a leaf",
                "Larger leaves smooth out noise in the rows.",
                1.0,
                1_000_000.0,
                "1",
            ),
            Self::MinProbability => Rule {
                empty: Some("any"),
                ..share(
                    "min-probability",
                    "Probability from",
                    "Only rows whose predicted class has at least this probability.",
                    "",
                )
            },
            Self::MarkFrom => text(
                "mark-from",
                "From",
                "Such as 2026-03-02 14:00. Without a zone it is as the data's.",
                "",
            ),
            Self::MarkUntil => text("mark-until", "Until", "The first instant after it.", ""),
            Self::MarkKind => text("mark-kind", "Kind", "What was wrong.", "incident"),
            Self::Knob(knob) => knob.rule(),
        }
    }
}

impl Rule {
    /// What is allowed, in words: `A whole number from 1 to 2,000.`
    pub fn allowed(&self) -> String {
        let noun = if self.whole {
            "A whole number"
        } else {
            "A number"
        };
        let low = format::number(self.low);
        let high = format::number(self.high);
        let range = match (self.above_low, self.below_high) {
            _ if self.high >= 1e300 => String::new(),
            _ if self.high >= MAX_SEED => format!(" from {low} up"),
            (false, false) => format!(" from {low} to {high}"),
            (true, false) => format!(" above {low}, at most {high}"),
            (false, true) => format!(" from {low}, below {high}"),
            (true, true) => format!(" above {low} and below {high}"),
        };
        match self.empty {
            Some(empty) => format!("{noun}{range}, or empty: {empty}."),
            None => format!("{noun}{range}."),
        }
    }

    /// The number that was typed; `None` where an empty field is allowed. The error is a sentence.
    pub fn read(&self, text: &str) -> Result<Option<f64>, String> {
        let text = text.trim();
        if self.text || text.is_empty() {
            return match self.empty {
                Some(_) => Ok(None),
                None => Err(self.allowed()),
            };
        }
        // Thousands may be set apart; what is set apart otherwise is a list.
        let apart = |c| matches!(c, ',' | ' ' | '_' | '\u{a0}' | '\u{202f}');
        let grouped = !self.whole || text.split(apart).skip(1).all(|group| group.len() == 3);
        let plain: String = if self.whole {
            text.split(apart).collect()
        } else if text.contains(',') && !text.contains('.') {
            return Err(format!(
                "Write {} with a point instead of a comma.",
                text.replace(',', ".")
            ));
        } else {
            text.to_owned()
        };
        let looks_numeric = plain
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
        let value = match read_float(&plain) {
            Some(value) if looks_numeric && grouped => value,
            _ => {
                return Err(format!(
                    "{} is not a number. {}",
                    format::shortened(text, 24),
                    self.allowed()
                ));
            }
        };
        let outside = !value.is_finite()
            || value < self.low
            || value > self.high
            || (self.above_low && value <= self.low)
            || (self.below_high && value >= self.high);
        if outside || (self.whole && value != libm::trunc(value)) {
            return Err(self.allowed());
        }
        Ok(Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_checked_in_words() {
        let trees = Field::ForestTrees.rule();
        assert_eq!(trees.read("1,000"), Ok(Some(1000.0)));
        assert_eq!(
            trees.read("0"),
            Err("A whole number from 1 to 2,000.".into())
        );
        assert_eq!(
            trees.read("2.5"),
            Err("A whole number from 1 to 2,000.".into())
        );
        assert!(
            trees
                .read("many")
                .unwrap_err()
                .starts_with("many is not a number.")
        );
        assert!(trees.read("").is_err());
        assert!(trees.read("inf").is_err());
        let share = Field::TestShare.rule();
        assert_eq!(
            share.read("0,25"),
            Err("Write 0.25 with a point instead of a comma.".into())
        );
        assert_eq!(share.read("1"), Err("A number above 0 and below 1.".into()));
        assert_eq!(Field::ForestDepth.rule().read(" "), Ok(None));
        assert!(Field::SimulateSeed.rule().read("1e300").is_err());
    }
}
