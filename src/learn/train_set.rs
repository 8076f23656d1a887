//! What a worker needs to grow any unit, as bytes.

use super::boost_params::{BoostValidParams, EarlyStopping, Growth};
use super::params::{
    ClassWeights, DecisionTreeValidParams, FeatureDraw, ForestValidParams, Learner,
};
use crate::trees::{BinnedColumns, BytesError, FeatureBins, Impurity, Reader, Writer};

/// Binned training rows, their classes and the learner.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainSet {
    /// Binned features.
    pub columns: BinnedColumns,
    /// How they were binned.
    pub bins: Vec<FeatureBins>,
    /// Class of each row, below `n_classes`, ascending: rows stand in an order that does not depend on the table's.
    pub classes: Vec<u8>,
    /// Weight of each row, finite and above 0; empty where all weigh 1.
    pub weights: Vec<f32>,
    /// 1 to 255.
    pub n_classes: usize,
    /// Which learner.
    pub learner: Learner,
}

impl TrainSet {
    /// Weight of the rows of each class: their number where all weigh 1.
    pub fn class_totals(&self) -> Vec<f64> {
        let mut totals = vec![0.0; self.n_classes];
        for (row, &class) in self.classes.iter().enumerate() {
            totals[usize::from(class)] += self.weight(row);
        }
        totals
    }

    /// Classes whose shares a leaf holds; 0 where it holds one score.
    pub(super) fn leaf_classes(&self) -> usize {
        match self.learner {
            Learner::Boost(_) => 0,
            Learner::Forest(_) | Learner::DecisionTree(_) => self.n_classes,
        }
    }

    /// A row's weight.
    pub fn weight(&self, row: usize) -> f64 {
        self.weights.get(row).map_or(1.0, |&w| f64::from(w))
    }

    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        write_learner(&mut w, &self.learner);
        w.u8(self.n_classes as u8);
        w.bytes(&self.classes);
        w.f32s(&self.weights);
        w.len(self.columns.features());
        (0..self.columns.features()).for_each(|f| w.bytes(self.columns.column(f)));
        self.bins.iter().for_each(|b| b.write(&mut w));
        w.into_bytes()
    }

    /// From bytes, checked.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let mut r = Reader::new(bytes);
        let set = Self::read(&mut r).map_err(|e| e.to_string())?;
        r.finish().map_err(|e| e.to_string())?;
        set.ok_or_else(|| "its values are out of range".to_owned())
    }

    fn read(r: &mut Reader<'_>) -> Result<Option<Self>, BytesError> {
        let Some(learner) = read_learner(r)? else {
            return Ok(None);
        };
        let n_classes = usize::from(r.u8()?);
        let classes = r.bytes()?.to_vec();
        let weights = r.f32s()?;
        let features = r.len(4)?;
        let columns = (0..features)
            .map(|_| Ok(r.bytes()?.to_vec()))
            .collect::<Result<Vec<_>, BytesError>>()?;
        let mut bins = Vec::with_capacity(features);
        for _ in 0..features {
            let Some(read) = FeatureBins::read(r)? else {
                return Ok(None);
            };
            bins.push(read);
        }
        let in_range = classes.last().is_some_and(|&c| usize::from(c) < n_classes)
            && classes.is_sorted()
            && (weights.is_empty() || weights.len() == classes.len())
            && weights.iter().all(|w| *w > 0.0 && w.is_finite());
        if !in_range {
            return Ok(None);
        }
        let Some(columns) = BinnedColumns::new(columns, classes.len()) else {
            return Ok(None);
        };
        Ok(Some(Self {
            columns,
            bins,
            classes,
            weights,
            n_classes,
            learner,
        }))
    }
}

fn write_impurity(w: &mut Writer, impurity: Impurity) {
    w.u8(u8::from(impurity == Impurity::Entropy));
}

fn read_impurity(r: &mut Reader<'_>) -> Result<Impurity, BytesError> {
    Ok(if r.u8()? == 1 {
        Impurity::Entropy
    } else {
        Impurity::Gini
    })
}

fn write_learner(w: &mut Writer, learner: &Learner) {
    match learner {
        Learner::Forest(p) => {
            w.u8(0);
            w.u32(p.trees);
            w.u32(p.max_depth.unwrap_or(0));
            w.u32(p.min_samples_split);
            w.u32(p.min_samples_leaf);
            let (tag, share) = match p.max_features {
                FeatureDraw::Sqrt => (0, 0.0),
                FeatureDraw::Log2 => (1, 0.0),
                FeatureDraw::All => (2, 0.0),
                FeatureDraw::Share(share) => (3, share),
            };
            w.u8(tag);
            w.f64(share);
            w.u8(u8::from(p.class_weights == ClassWeights::Balanced));
            write_impurity(w, p.impurity);
            w.u8(u8::from(p.bootstrap));
            w.u32(p.max_leaves.unwrap_or(0));
            w.u8(u8::from(p.random_cuts));
            w.u8(u8::from(p.out_of_bag));
            w.u64(p.seed);
        }
        Learner::Boost(p) => {
            w.u8(1);
            w.u32(p.rounds);
            w.f64(p.learning_rate);
            w.u32(p.max_depth.unwrap_or(0));
            w.u32(p.max_leaves.unwrap_or(0));
            w.u8(u8::from(p.growth == Growth::LevelByLevel));
            w.u32(p.min_samples_leaf);
            w.f64(p.min_hessian);
            w.f64(p.min_gain);
            w.f64(p.l2);
            w.f64(p.subsample);
            w.f64(p.column_share.unwrap_or(0.0));
            let stopping = p.early_stopping.unwrap_or(EarlyStopping {
                share: 0.0,
                patience: 0,
            });
            w.f64(stopping.share);
            w.u32(stopping.patience);
            let signs: Vec<u8> = p.monotone.iter().map(|&s| s as u8).collect();
            w.bytes(&signs);
            w.u8(u8::from(p.class_weights == ClassWeights::Balanced));
            w.u64(p.seed);
        }
        Learner::DecisionTree(p) => {
            w.u8(2);
            w.u32(p.max_depth);
            w.u32(p.min_samples_split);
            w.u32(p.min_samples_leaf);
            write_impurity(w, p.impurity);
            w.u64(p.seed);
        }
    }
}

fn weights(balanced: bool) -> ClassWeights {
    if balanced {
        ClassWeights::Balanced
    } else {
        ClassWeights::None
    }
}

fn read_learner(r: &mut Reader<'_>) -> Result<Option<Learner>, BytesError> {
    Ok(Some(match r.u8()? {
        0 => Learner::Forest(ForestValidParams {
            trees: r.u32()?,
            max_depth: Some(r.u32()?).filter(|d| *d > 0),
            min_samples_split: r.u32()?,
            min_samples_leaf: r.u32()?,
            max_features: {
                let tag = r.u8()?;
                let share = r.f64()?;
                match tag {
                    0 => FeatureDraw::Sqrt,
                    1 => FeatureDraw::Log2,
                    2 => FeatureDraw::All,
                    _ => FeatureDraw::Share(share),
                }
            },
            class_weights: weights(r.u8()? == 1),
            impurity: read_impurity(r)?,
            bootstrap: r.u8()? == 1,
            max_leaves: Some(r.u32()?).filter(|n| *n > 0),
            random_cuts: r.u8()? == 1,
            out_of_bag: r.u8()? == 1,
            seed: r.u64()?,
        }),
        1 => Learner::Boost(BoostValidParams {
            rounds: r.u32()?,
            learning_rate: r.f64()?,
            max_depth: Some(r.u32()?).filter(|d| *d > 0),
            max_leaves: Some(r.u32()?).filter(|n| *n > 0),
            growth: if r.u8()? == 1 {
                Growth::LevelByLevel
            } else {
                Growth::BestFirst
            },
            min_samples_leaf: r.u32()?,
            min_hessian: r.f64()?,
            min_gain: r.f64()?,
            l2: r.f64()?,
            subsample: r.f64()?,
            column_share: Some(r.f64()?).filter(|share| *share != 0.0),
            early_stopping: {
                let (share, patience) = (r.f64()?, r.u32()?);
                (patience > 0).then_some(EarlyStopping { share, patience })
            },
            monotone: r.bytes()?.iter().map(|&s| s as i8).collect(),
            class_weights: weights(r.u8()? == 1),
            seed: r.u64()?,
        }),
        2 => Learner::DecisionTree(DecisionTreeValidParams {
            max_depth: r.u32()?,
            min_samples_split: r.u32()?,
            min_samples_leaf: r.u32()?,
            impurity: read_impurity(r)?,
            seed: r.u64()?,
        }),
        _ => return Ok(None),
    }))
}
