//! Fitting an isolation forest tree by tree, here or in workers.

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{ArrayBase, ArrayView2, Data, Ix2};

use super::IsolationForest;
use super::params::{Amount, IsolationError, IsolationValidParams};
use super::sample::WeightedRows;
use crate::trees::{IsolationGrower, IsolationTree, Reader, Rng, Writer};

/// Rows that a tree draws where nothing else is asked for: enough to tell outliers apart (section 4.1 of the paper).
const AUTO_SAMPLES: Amount = Amount::Count(256);
/// Weights may count more rows than memory holds.
const MOST_SAMPLES: u32 = 1 << 24;

/// Grows trees of a training in any worker: the same bytes whatever the worker.
#[derive(Clone, Debug)]
pub struct IsolationUnitGrower {
    rows: WeightedRows,
    params: IsolationValidParams,
}

impl IsolationUnitGrower {
    /// From the bytes of [`IsolationFitter::setup`].
    pub fn from_bytes(setup: &[u8]) -> Result<Self, IsolationError> {
        let mut r = Reader::new(setup);
        let params = IsolationValidParams::read(&mut r)?;
        let rows = WeightedRows::read(&mut r)?;
        r.finish()?;
        Ok(Self { rows, params })
    }

    /// Rows that each tree draws.
    fn max_samples(&self) -> u32 {
        let amount = self.params.max_samples.unwrap_or(AUTO_SAMPLES);
        amount.of(self.rows.count()).min(MOST_SAMPLES)
    }

    fn tree(&self, unit: u32) -> Result<IsolationTree, IsolationError> {
        let mut rng = Rng::new(self.params.seed, u64::from(unit));
        let sample = self
            .rows
            .draw(self.max_samples(), self.params.bootstrap, &mut rng);
        let features = self.rows.features();
        let grower = IsolationGrower {
            values: self.rows.values(),
            features,
            max_features: self.params.max_features.of(features as u32) as usize,
        };
        Ok(grower.grow(sample, &mut rng)?)
    }

    /// Grows one unit, a tree, as bytes.
    pub fn grow(&self, unit: u32) -> Result<Vec<u8>, IsolationError> {
        let mut w = Writer::new();
        self.tree(unit)?.write(&mut w);
        Ok(w.into_bytes())
    }
}

/// A training: trees go out by number and come back as bytes, in any order; then it is an [`IsolationForest`].
#[derive(Debug)]
pub struct IsolationFitter {
    grower: IsolationUnitGrower,
    grown: Vec<Option<IsolationTree>>,
    done: u32,
}

impl IsolationFitter {
    /// Checks and orders the rows (rows x features; `NaN` is missing, all other values finite). `weights` count how
    /// often each row stands there, 0 or more; only relative where they sum to less than there are distinct rows.
    pub fn new(
        rows: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        params: IsolationValidParams,
    ) -> Result<Self, IsolationError> {
        let rows = WeightedRows::new(rows, weights)?;
        if let Amount::Count(asked) = params.max_features
            && asked as usize > rows.features()
        {
            let features = rows.features();
            return Err(IsolationError::MaxFeatures { asked, features });
        }
        let units = params.trees as usize;
        Ok(Self {
            grower: IsolationUnitGrower { rows, params },
            grown: vec![None; units],
            done: 0,
        })
    }

    /// What a worker needs to grow trees.
    pub fn setup(&self) -> Vec<u8> {
        let mut w = Writer::new();
        self.grower.params.write(&mut w);
        self.grower.rows.write(&mut w);
        w.into_bytes()
    }

    /// Trees in all.
    pub fn units(&self) -> u32 {
        self.grown.len() as u32
    }

    /// Trees grown.
    pub fn done(&self) -> u32 {
        self.done
    }

    /// Grows the first tree that is missing, here. `false` when none is.
    pub fn step(&mut self) -> Result<bool, IsolationError> {
        let Some(unit) = self.grown.iter().position(Option::is_none) else {
            return Ok(false);
        };
        self.grown[unit] = Some(self.grower.tree(unit as u32)?);
        self.done += 1;
        Ok(true)
    }

    /// Takes a tree's bytes, checked; one that is there already, or was never asked for, is ignored.
    pub fn accept(&mut self, unit: u32, bytes: &[u8]) -> Result<(), IsolationError> {
        let features = self.grower.rows.features();
        let rows = self.grower.max_samples();
        let Some(place @ None) = self.grown.get_mut(unit as usize) else {
            return Ok(());
        };
        let mut r = Reader::new(bytes);
        let tree = IsolationTree::read(&mut r, features, rows)?;
        r.finish().map_err(crate::trees::IsolationTreeError::from)?;
        *place = Some(tree);
        self.done += 1;
        Ok(())
    }

    /// The forest, once all trees are there. With contamination it scores the training rows first.
    pub fn finish(self) -> Option<IsolationForest> {
        let max_samples = self.grower.max_samples();
        let trees = self.grown.into_iter().collect::<Option<Vec<_>>>()?;
        let rows = &self.grower.rows;
        let mut forest = IsolationForest::from_parts(rows.features(), max_samples, trees);
        if let Some(share) = self.grower.params.contamination {
            let shape = (rows.values().len() / rows.features(), rows.features());
            let view = ArrayView2::from_shape(shape, rows.values()).ok()?;
            let scores = forest.score_samples(view).ok()?.to_vec();
            forest.set_offset(rows.quantile(&scores, share));
        }
        Some(forest)
    }
}

/// linfa's trait. Targets are not looked at; weights of the data set are.
impl<D: Data<Elem = f64>, T> Fit<ArrayBase<D, Ix2>, T, IsolationError> for IsolationValidParams {
    type Object = IsolationForest;

    fn fit(
        &self,
        dataset: &DatasetBase<ArrayBase<D, Ix2>, T>,
    ) -> Result<IsolationForest, IsolationError> {
        let weights: Option<Vec<f64>> = dataset
            .weights()
            .map(|weights| weights.iter().map(|&w| f64::from(w)).collect());
        let records = dataset.records.view();
        let mut fitter = IsolationFitter::new(records, weights.as_deref(), self.clone())?;
        while fitter.step()? {}
        fitter.finish().ok_or(IsolationError::NoRows)
    }
}
