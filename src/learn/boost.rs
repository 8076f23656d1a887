//! Gradient boosting (Friedman 2001): a round grows one tree per class on the softmax's derivatives (one on the
//! logistic's for two classes).
//!
//! The trees of one round depend on the rounds before, not on each other: a unit of work is the trees of a part of the
//! classes, and whoever has heard the rounds before can grow any. How the classes are divided does not depend on who
//! grows them, nor do the trees: their sums are exact (`trees::Units`).

use crate::data::sort;
use std::ops::Range;

use super::boost_params::BoostValidParams;
use super::boost_rows::BoostRows;
use super::softmax::probabilities;
use super::train_set::TrainSet;
use crate::trees::{
    BinRows, GradientGrower, GradientRows, Histogram, Pair, Rng, RootCounter, TOGETHER, Tree,
    TreeOverRows, TreeTask, Units,
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

/// The outputs whose trees are unit `group` of a round.
pub(crate) fn outputs_of(n_classes: usize, group: u32) -> Range<usize> {
    let (outputs, groups) = (outputs(n_classes), groups(n_classes) as usize);
    let group = (group as usize).min(groups - 1);
    group * outputs / groups..(group + 1) * outputs / groups
}

/// What one worker keeps between rounds.
#[derive(Debug)]
pub(crate) struct Booster {
    n_classes: usize,
    rows: BoostRows,
    bins: BinRows,
    /// `output * rows + row`.
    scores: Vec<f64>,
    /// Likewise, at the beginning of the round.
    probabilities: Vec<f32>,
    grower: GradientGrower,
    counter: RootCounter,
    /// Derivatives that are no longer needed: their room is.
    spare: Vec<Vec<Pair>>,
    round: Round,
}

/// The round at hand.
#[derive(Debug, Default)]
struct Round {
    number: u32,
    /// Rows drawn and not drawn, once they are.
    rows: Option<(Vec<u32>, Vec<u32>)>,
    /// Units grown here, by group: their trees are in the scores already.
    grown: Vec<Option<GrownUnit>>,
    /// Whether the whole round before was grown here: then this one probably will be too.
    alone: bool,
    /// Outputs whose roots are counted.
    begun: Vec<Begun>,
}

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
            grown: vec![None; groups(n_classes) as usize],
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
            scores: first
                .iter()
                .flat_map(|&s| std::iter::repeat_n(s, n))
                .collect(),
            probabilities: Vec::new(),
            grower: GradientGrower::default(),
            counter: RootCounter::default(),
            spare: Vec::new(),
            round: Round::new(0, set.n_classes),
        }
    }

    /// The round at hand: those before it are known.
    pub(crate) fn round(&self) -> u32 {
        self.round.number
    }

    /// Grows a unit of the round at hand.
    pub(crate) fn grow(
        &mut self,
        set: &TrainSet,
        params: &BoostValidParams,
        group: u32,
    ) -> GrownUnit {
        if let Some(Some(unit)) = self.round.grown.get(group as usize) {
            return unit.clone();
        }
        let n = set.classes.len();
        let round = self.round.number;
        if self.round.rows.is_none() {
            probabilities(&self.scores, n, &mut self.probabilities);
            self.round.rows = Some(self.rows.draw(params, round));
        }
        let outputs = outputs(set.n_classes);
        let tree_params = params.tree();
        let mut unit = GrownUnit {
            trees: Vec::new(),
            importance: vec![0.0; set.columns.features()],
        };
        for output in outputs_of(set.n_classes, group) {
            let Begun {
                pairs, units, root, ..
            } = self.begin(set, output, group);
            let number = u64::from(round) * outputs as u64 + output as u64;
            let places = draw_places(self.bins.usable().len(), params, number);
            let Some((rows, others)) = &self.round.rows else {
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
            let scores = &mut self.scores[output * n..(output + 1) * n];
            for (rows, value) in self.grower.leaf_rows() {
                let value = f64::from(value);
                rows.iter().for_each(|&row| scores[row as usize] += value);
            }
            if !others.is_empty()
                && let Some(tree) = TreeOverRows::new(&tree, &self.bins)
            {
                tree.add(&self.bins, others, scores);
            }
            unit.trees.push(tree);
        }
        if let Some(place) = self.round.grown.get_mut(group as usize) {
            *place = Some(unit.clone());
        }
        unit
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
        let n = set.classes.len();
        let rows = self.round.rows.as_ref().map_or(&[][..], |(rows, _)| rows);
        for output in together.clone() {
            let derivatives = RowDerivatives {
                probabilities: &self.probabilities[output * n..(output + 1) * n],
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

    /// Takes the trees of the whole round at hand, wherever they were grown, and goes on to the next; a sentence where
    /// they cannot be trees of this training.
    pub(crate) fn learn(&mut self, trees: &[Tree]) -> Result<(), String> {
        let rows = self.scores.len() / outputs(self.n_classes);
        for group in 0..groups(self.n_classes) {
            let range = outputs_of(self.n_classes, group);
            let theirs = trees.get(range.clone()).ok_or("a round lacks trees")?;
            if let Some(Some(own)) = self.round.grown.get(group as usize) {
                if own.trees == theirs {
                    continue;
                }
                return Err("a tree came back as another".to_owned());
            }
            for (output, tree) in range.zip(theirs) {
                let tree = TreeOverRows::new(tree, &self.bins)
                    .ok_or("a tree asks a feature that says nothing")?;
                let scores = &mut self.scores[output * rows..(output + 1) * rows];
                tree.add(&self.bins, &self.rows.learned, scores);
            }
        }
        let mut next = Round::new(self.round.number + 1, self.n_classes);
        next.alone = self.round.grown.iter().all(Option::is_some);
        self.spare
            .extend(self.round.begun.drain(..).map(|b| b.pairs));
        self.spare.truncate(TOGETHER);
        self.round = next;
        Ok(())
    }
}

/// Places of the features that a tree may ask: a share of them drawn, at least one.
fn draw_places(features: usize, params: &BoostValidParams, tree: u64) -> Vec<u16> {
    let mut places: Vec<u16> = (0..features as u16).collect();
    let wanted = (features as f64 * params.column_share).ceil() as usize;
    if wanted < features {
        let mut rng = Rng::new(params.seed, COLUMNS + tree);
        for i in 0..wanted {
            let other = i + rng.below((features - i) as u32) as usize;
            places.swap(i, other);
        }
        places.truncate(wanted.max(1));
        sort(&mut places);
    }
    places
}

/// What the derivatives of the rows' losses in one output's score come from.
struct RowDerivatives<'a> {
    probabilities: &'a [f32],
    classes: &'a [u8],
    weights: &'a [f32],
    whole: bool,
    class: u8,
}

impl RowDerivatives<'_> {
    /// Integer derivatives of all rows, in units that the sums over `rows` allow.
    fn pack(&self, rows: &[u32], pairs: &mut Vec<Pair>) -> Units {
        let derivatives = |p: f32, class: u8| {
            let p = f64::from(p);
            let target = if class == self.class { 1.0 } else { 0.0 };
            (p - target, p * (1.0 - p))
        };
        let (mut first, mut second) = (0.0, 0.0);
        for &row in rows {
            let row = row as usize;
            let (g, h) = derivatives(self.probabilities[row], self.classes[row]);
            let weight = f64::from(self.weights[row]);
            first += weight * g.abs();
            second += weight * h;
        }
        let units = Units::of(first, second);
        let scales = units.scales();
        let all = self
            .probabilities
            .iter()
            .zip(self.classes)
            .zip(self.weights);
        pairs.clear();
        if self.whole {
            pairs.extend(all.map(|((&p, &class), &weight)| {
                let (g, h) = derivatives(p, class);
                // Both halves of the pair at once.
                Units::pack(scales, g, h).wrapping_mul(weight as u64)
            }));
        } else {
            pairs.extend(all.map(|((&p, &class), &weight)| {
                let (g, h) = derivatives(p, class);
                let weight = f64::from(weight);
                Units::pack(scales, weight * g, weight * h)
            }));
        }
        units
    }
}
