//! Gradient boosting (Friedman 2001): a round grows one tree per class on the softmax's derivatives (one on the
//! logistic's for two classes).
//!
//! The trees of one round depend on the rounds before, not on each other: a unit of work is the trees of a part of the
//! classes, and whoever has heard the rounds before can grow any. How the classes are divided does not depend on who
//! grows them, nor do the trees: their sums are exact (`trees::Units`).

use crate::data::sort;
use std::cmp::Ordering;
use std::ops::Range;

use super::boost_params::BoostValidParams;
use super::boost_rows::BoostRows;
use super::row_derivatives::RowDerivatives;
use super::row_leaves::{self, RowLeavesWriter};
use super::softmax::{BYTE_LEAVES, RowProbabilities, power_of, powers};
use super::train_set::TrainSet;
use crate::trees::{
    BinRows, GradientGrower, GradientRows, Histogram, NodeKind, Pair, Reader, Rng, RootCounter,
    TOGETHER, Tree, TreeOverRows, TreeTask, Units,
};

/// A round is divided into at most so many units.
const MOST_GROUPS: usize = 4;

/// Streams of randomness for the columns that a tree draws, by tree.
const COLUMNS: u64 = 2 << 40;

/// The scores that boosting begins from: the log of each class's share of the weight (two classes: their log odds).
pub(crate) fn first_scores(class_sums: &[f64]) -> Vec<f64> {
    let total: f64 = class_sums.iter().sum();
    // A class without rows in training stays as unlikely as half a row.
    let log_share = |x: f64| libm::log(x.max(0.5) / total.max(1.0));
    match class_sums {
        [a, b] => vec![log_share(*b) - log_share(*a)],
        all => all.iter().map(|&x| log_share(x)).collect(),
    }
}

/// `1 / (1 + e^-x)`.
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// Scores to probabilities, in place.
pub(crate) fn softmax(scores: &mut [f64]) {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for s in scores.iter_mut() {
        *s = libm::exp(*s - largest);
        total += *s;
    }
    scores.iter_mut().for_each(|s| *s /= total);
}

/// Trees of a round: one for each class, one in all for two classes.
pub(crate) fn outputs(n_classes: usize) -> usize {
    if n_classes == 2 { 1 } else { n_classes }
}

/// Units of a round.
pub(crate) fn groups(n_classes: usize) -> u32 {
    outputs(n_classes).min(MOST_GROUPS) as u32
}

/// The outputs whose trees are unit `group` of a round. Units of one tree more come first: whoever takes them one by one
/// then ends nearly at the same time as others that do.
pub(crate) fn outputs_of(n_classes: usize, group: u32) -> Range<usize> {
    let (outputs, groups) = (outputs(n_classes), groups(n_classes) as usize);
    let group = (group as usize).min(groups - 1);
    let begin = |group: usize| group * (outputs / groups) + group.min(outputs % groups);
    begin(group)..begin(group + 1)
}

/// What one worker keeps between rounds.
#[derive(Debug)]
pub(crate) struct Booster {
    n_classes: usize,
    rows: BoostRows,
    bins: BinRows,
    probabilities: RowProbabilities,
    grower: GradientGrower,
    counter: RootCounter,
    /// Derivatives that are no longer needed: their room is.
    spare: Vec<Vec<Pair>>,
    round: Round,
    /// Each row's leaf in the tree at hand.
    leaves: Vec<u8>,
    /// The same in larger trees: its value's power.
    factors: Vec<f32>,
}

/// The round at hand.
#[derive(Debug, Default)]
struct Round {
    number: u32,
    /// Rows drawn and not drawn, once they are.
    rows: Option<(Vec<u32>, Vec<u32>)>,
    /// By group.
    units: Vec<Unit>,
    /// Whether the whole round before was grown here: then this one probably will be too.
    alone: bool,
    /// Outputs whose roots are counted.
    begun: Vec<Begun>,
}

/// What is known of a unit of the round at hand.
#[derive(Clone, Debug, Default)]
enum Unit {
    #[default]
    Unknown,
    /// It was grown here: its trees are in the probabilities.
    Grown(GrownUnit),
    /// The leaves of all rows were told, and are in the probabilities: the values of some rows, by tree.
    Told(Vec<[f32; CHECKED_ROWS]>),
}

/// Rows of which is checked that they were told as a unit's trees have it.
const CHECKED_ROWS: usize = 16;

/// An output whose tree is about to be grown.
#[derive(Debug)]
struct Begun {
    output: usize,
    pairs: Vec<Pair>,
    units: Units,
    root: Option<Histogram>,
}

impl Round {
    fn new(number: u32, n_classes: usize) -> Self {
        Self {
            number,
            rows: None,
            units: vec![Unit::Unknown; groups(n_classes) as usize],
            alone: false,
            begun: Vec::new(),
        }
    }
}

/// A unit's trees and what each feature gained.
#[derive(Clone, Debug)]
pub(crate) struct GrownUnit {
    pub(crate) trees: Vec<Tree>,
    pub(crate) importance: Vec<f64>,
}

impl Booster {
    pub(crate) fn new(set: &TrainSet, params: &BoostValidParams) -> Self {
        let rows = BoostRows::of(set, params);
        let first = first_scores(&rows.class_sums);
        let n = set.classes.len();
        Self {
            n_classes: set.n_classes,
            rows,
            bins: BinRows::of(&set.columns),
            probabilities: RowProbabilities::new(&first, n),
            grower: GradientGrower::default(),
            counter: RootCounter::default(),
            spare: Vec::new(),
            round: Round::new(0, set.n_classes),
            leaves: vec![0; n],
            factors: Vec::new(),
        }
    }

    /// The round at hand: those before it are known.
    pub(crate) fn round(&self) -> u32 {
        self.round.number
    }

    /// Whether a unit can be grown from here: nothing of it, or of what comes after what it builds on, was told.
    pub(crate) fn leads_to(&self, round: u32, group: u32) -> bool {
        let told = |unit: &Unit| matches!(unit, Unit::Told(_));
        match round.cmp(&self.round.number) {
            Ordering::Less => false,
            Ordering::Equal => !self.round.units.get(group as usize).is_some_and(told),
            Ordering::Greater => !self.round.units.iter().any(told),
        }
    }

    /// Grows a unit of the round at hand; where `tell` is there, it is told the leaves of all rows, of trees that allow it.
    pub(crate) fn grow(
        &mut self,
        set: &TrainSet,
        params: &BoostValidParams,
        group: u32,
        mut tell: Option<&mut Option<RowLeavesWriter>>,
    ) -> GrownUnit {
        if let Some(Unit::Grown(unit)) = self.round.units.get(group as usize) {
            return unit.clone();
        }
        let round = self.round.number;
        if self.round.rows.is_none() {
            self.round.rows = Some(self.rows.draw(params, round));
        }
        if let Some(tell) = tell.as_deref_mut() {
            let unit = round * groups(set.n_classes) + group;
            *tell = Some(RowLeavesWriter::new(unit));
        }
        let outputs = outputs(set.n_classes);
        let tree_params = params.tree(self.rows.class_sums.iter().sum());
        let mut unit = GrownUnit {
            trees: Vec::new(),
            importance: vec![0.0; set.columns.features()],
        };
        for output in outputs_of(set.n_classes, group) {
            let Begun {
                pairs, units, root, ..
            } = self.begin(set, output, group);
            let number = u64::from(round) * outputs as u64 + output as u64;
            let share = params.column_share(self.rows.learned.len());
            let places = draw_places(self.bins.usable().len(), share, params.seed, number);
            let Some((rows, _)) = &self.round.rows else {
                break;
            };
            let task = TreeTask {
                rows,
                pairs: &pairs,
                units,
                places: &places,
            };
            let data = GradientRows {
                columns: &set.columns,
                bins: &self.bins,
                features: &set.bins,
                monotone: &params.monotone,
            };
            let tree = self
                .grower
                .grow(data, task, root, &tree_params, &mut unit.importance);
            self.spare.push(pairs);
            self.add_grown(output, &tree, tell.as_deref_mut());
            unit.trees.push(tree);
        }
        if let Some(place) = self.round.units.get_mut(group as usize) {
            *place = Unit::Grown(unit.clone());
        }
        unit
    }

    /// Takes the tree grown last into an output's probabilities.
    fn add_grown(
        &mut self,
        output: usize,
        tree: &Tree,
        tell: Option<&mut Option<RowLeavesWriter>>,
    ) {
        let values: Vec<f32> = self.grower.leaf_rows().map(|(_, value)| value).collect();
        let others = self.round.rows.as_ref().map_or(&[][..], |(_, rows)| rows);
        let over_others = (!others.is_empty()).then(|| TreeOverRows::new(tree, &self.bins));
        let value_of = |node: usize| tree.score(node) as f32;
        if values.len() > BYTE_LEAVES {
            self.factors.resize(self.leaves.len(), 1.0);
            for (rows, value) in self.grower.leaf_rows() {
                let power = power_of(value);
                rows.iter()
                    .for_each(|&row| self.factors[row as usize] = power);
            }
            if let Some(Some(over)) = over_others {
                let power = |node| power_of(value_of(node));
                let of_node: Vec<f32> = (0..tree.len()).map(power).collect();
                over.fill(&self.bins, others, &of_node, &mut self.factors);
            }
            self.probabilities.multiply_by(output, &self.factors);
            if let Some(tell) = tell {
                *tell = None;
            }
            return;
        }
        for (place, (rows, _)) in self.grower.leaf_rows().enumerate() {
            rows.iter()
                .for_each(|&row| self.leaves[row as usize] = place as u8);
        }
        if let Some(Some(over)) = over_others {
            // Of leaves of one value any will do.
            let place = |node| values.iter().position(|v| *v == value_of(node));
            let place = |node| place(node).unwrap_or(0) as u8;
            let of_node: Vec<u8> = (0..tree.len()).map(place).collect();
            over.fill(&self.bins, others, &of_node, &mut self.leaves);
        }
        self.probabilities
            .multiply(output, &self.leaves, &powers(&values));
        if let Some(Some(tell)) = tell {
            tell.tree(&values, &self.leaves);
        }
    }

    /// Derivatives and the root's histogram of an output. Those of the next outputs that will be wanted here come of
    /// the same pass over the rows.
    fn begin(&mut self, set: &TrainSet, output: usize, group: u32) -> Begun {
        let begun = &mut self.round.begun;
        if let Some(at) = begun.iter().position(|b| b.output == output) {
            return begun.swap_remove(at);
        }
        let end = if self.round.alone {
            outputs(set.n_classes)
        } else {
            outputs_of(set.n_classes, group).end
        };
        let together = output..end.min(output + TOGETHER);
        let rows = self.round.rows.as_ref().map_or(&[][..], |(rows, _)| rows);
        for output in together.clone() {
            let derivatives = RowDerivatives {
                probabilities: self.probabilities.of(output),
                classes: &set.classes,
                weights: &self.rows.weights,
                whole: self.rows.whole,
                class: if outputs(set.n_classes) == 1 {
                    1
                } else {
                    output as u8
                },
            };
            let mut pairs = self.spare.pop().unwrap_or_default();
            let units = derivatives.pack(rows, &mut pairs);
            begun.push(Begun {
                output,
                pairs,
                units,
                root: None,
            });
        }
        let fresh = begun.len() - together.len();
        if together.len() > 1 {
            let pairs: Vec<&[Pair]> = begun[fresh..].iter().map(|b| b.pairs.as_slice()).collect();
            let roots = self.counter.count(&set.columns, &self.bins, rows, &pairs);
            for (begun, root) in begun[fresh..].iter_mut().zip(roots) {
                begun.root = Some(root);
            }
        }
        begun.swap_remove(fresh)
    }

    /// Takes the leaves that all rows fell into in the trees of a unit that was grown elsewhere: what
    /// [`Self::grow`] told there. Of another round than that at hand, or of a unit that is known, they are passed over.
    pub(crate) fn follow(&mut self, unit: u32, leaves: Reader<'_>) -> Result<(), String> {
        let groups = groups(self.n_classes);
        let (round, group) = (unit / groups, unit % groups);
        let known = self.round.units.get(group as usize);
        if round != self.round.number || !matches!(known, Some(Unit::Unknown)) {
            return Ok(());
        }
        let range = outputs_of(self.n_classes, group);
        let trees = row_leaves::read(leaves, range.len(), self.leaves.len())?;
        let mut checked = Vec::with_capacity(trees.len());
        for (output, tree) in range.zip(&trees) {
            self.probabilities
                .multiply(output, tree.leaves, &powers(&tree.values));
            let rows = self.checked_rows();
            checked.push(rows.map(|row| {
                let leaf = tree.leaves.get(row).copied().unwrap_or(0);
                tree.values.get(usize::from(leaf)).copied().unwrap_or(0.0)
            }));
        }
        if let Some(place) = self.round.units.get_mut(group as usize) {
            *place = Unit::Told(checked);
        }
        Ok(())
    }

    /// Some of the rows to learn from.
    fn checked_rows(&self) -> [usize; CHECKED_ROWS] {
        let rows = &self.rows.learned;
        std::array::from_fn(|i| {
            rows.get(i * rows.len() / CHECKED_ROWS)
                .map_or(0, |&r| r as usize)
        })
    }

    /// Takes the trees of the whole round at hand, wherever they were grown, and goes on to the next; a sentence where
    /// they cannot be trees of this training.
    pub(crate) fn learn(&mut self, set: &TrainSet, trees: &[Tree]) -> Result<(), String> {
        for group in 0..groups(self.n_classes) {
            let range = outputs_of(self.n_classes, group);
            let theirs = trees.get(range.clone()).ok_or("a round lacks trees")?;
            match self.round.units.get(group as usize) {
                Some(Unit::Grown(own)) if own.trees == theirs => {}
                Some(Unit::Grown(_)) => return Err("a tree came back as another".to_owned()),
                Some(Unit::Told(values)) => {
                    for (tree, values) in theirs.iter().zip(values) {
                        for (row, value) in self.checked_rows().into_iter().zip(values) {
                            let leaf = tree.leaf_of(|f| set.columns.column(f)[row]);
                            if tree.score(leaf) as f32 != *value {
                                return Err("rows are in other leaves than was told".to_owned());
                            }
                        }
                    }
                }
                Some(Unit::Unknown) | None => {
                    for (output, tree) in range.zip(theirs) {
                        self.add_learned(output, tree)?;
                    }
                }
            }
        }
        // Here and nowhere else: products are rounded, so that their order counts.
        self.probabilities.settle();
        let alone = |unit: &Unit| matches!(unit, Unit::Grown(_));
        let mut next = Round::new(self.round.number + 1, self.n_classes);
        next.alone = self.round.units.iter().all(alone);
        self.spare
            .extend(self.round.begun.drain(..).map(|b| b.pairs));
        self.spare.truncate(TOGETHER);
        self.round = next;
        Ok(())
    }

    /// Takes a tree that was grown elsewhere into an output's probabilities.
    fn add_learned(&mut self, output: usize, tree: &Tree) -> Result<(), String> {
        let over =
            TreeOverRows::new(tree, &self.bins).ok_or("a tree asks a feature that says nothing")?;
        let rows = &self.rows.learned;
        let mut values = Vec::new();
        let place = |node: usize| {
            let split = matches!(
                tree.kind(node),
                NodeKind::Split { .. } | NodeKind::SetSplit { .. }
            );
            if !split {
                values.push(tree.score(node) as f32);
            }
            values.len().saturating_sub(1)
        };
        let places: Vec<usize> = (0..tree.len()).map(place).collect();
        if values.len() > BYTE_LEAVES {
            let power = |&place: &usize| values.get(place).map_or(1.0, |&v| power_of(v));
            let of_node: Vec<f32> = places.iter().map(power).collect();
            self.factors.resize(self.leaves.len(), 1.0);
            over.fill(&self.bins, rows, &of_node, &mut self.factors);
            self.probabilities.multiply_by(output, &self.factors);
        } else {
            let of_node: Vec<u8> = places.iter().map(|&place| place as u8).collect();
            over.fill(&self.bins, rows, &of_node, &mut self.leaves);
            self.probabilities
                .multiply(output, &self.leaves, &powers(&values));
        }
        Ok(())
    }
}

/// Places of the features that a tree may ask: a share of them drawn, at least one.
fn draw_places(features: usize, share: f64, seed: u64, tree: u64) -> Vec<u16> {
    let mut places: Vec<u16> = (0..features as u16).collect();
    let wanted = (features as f64 * share).ceil() as usize;
    if wanted < features {
        let mut rng = Rng::new(seed, COLUMNS + tree);
        for i in 0..wanted {
            let other = i + rng.below((features - i) as u32) as usize;
            places.swap(i, other);
        }
        places.truncate(wanted.max(1));
        sort(&mut places);
    }
    places
}
