//! linfa's traits: a linfa user fits ours on a `linfa::Dataset` of `f64` records and `usize` targets.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, ArrayBase, Data, Ix2};

use super::boost_params::BoostValidParams;
use super::params::{DecisionTreeValidParams, ForestValidParams, LearnError, Learner};
use super::{Fitter, Model};

fn fit<D: Data<Elem = f64>, T: AsSingleTargets<Elem = usize>>(
    dataset: &DatasetBase<ArrayBase<D, Ix2>, T>,
    learner: Learner,
) -> Result<Model, LearnError> {
    let targets = dataset.targets.as_single_targets();
    let n_classes = targets
        .iter()
        .copied()
        .max()
        .map_or(0, |largest| largest.saturating_add(1));
    if n_classes > 255 {
        return Err(LearnError::TooManyClasses { classes: n_classes });
    }
    let classes = targets.iter().map(|&c| c as u8).collect();
    let mut fitter = Fitter::new(dataset.records.view(), classes, n_classes, learner)?;
    while fitter.step()? {}
    fitter.finish().ok_or(LearnError::NoRows)
}

macro_rules! fit_with {
    ($params:ty, $learner:path) => {
        impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = usize>>
            Fit<ArrayBase<D, Ix2>, T, LearnError> for $params
        {
            type Object = Model;

            fn fit(
                &self,
                dataset: &DatasetBase<ArrayBase<D, Ix2>, T>,
            ) -> Result<Model, LearnError> {
                fit(dataset, $learner(self.clone()))
            }
        }
    };
}

fit_with!(ForestValidParams, Learner::Forest);
fit_with!(BoostValidParams, Learner::Boost);
fit_with!(DecisionTreeValidParams, Learner::DecisionTree);

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for Model {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<usize>) {
        let classes = Self::likeliest(self.predict_proba(x.view()).view());
        y.iter_mut()
            .zip(classes)
            .for_each(|(y, class)| *y = class as usize);
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(x.nrows())
    }
}

#[cfg(test)]
mod tests {
    use linfa::prelude::*;
    use ndarray::{Array1, Array2};

    use crate::learn::{BoostParams, DecisionTreeParams, ForestParams, Model};
    use crate::trees::{Reader, Rng, Writer};

    fn blobs() -> Dataset<f64, usize, ndarray::Ix1> {
        let mut rng = Rng::new(5, 5);
        let centre = [[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]];
        let targets: Array1<usize> = (0..300).map(|i| i % 3).collect();
        let records = Array2::from_shape_fn((300, 2), |(i, f)| {
            centre[i % 3][f] + (0..4).map(|_| rng.unit() - 0.5).sum::<f64>() * 1.5
        });
        Dataset::new(records, targets)
    }

    fn right(model: &Model, data: &Dataset<f64, usize, ndarray::Ix1>) -> f64 {
        let predicted: Array1<usize> = model.predict(data.records());
        let hits = predicted
            .iter()
            .zip(data.targets())
            .filter(|(p, t)| p == t)
            .count();
        hits as f64 / 300.0
    }

    #[test]
    fn a_linfa_user_fits_each_learner_and_its_bytes_predict_the_same() {
        let data = blobs();
        let models = [
            ForestParams::new().trees(20).fit(&data).unwrap(),
            BoostParams::new().rounds(30).fit(&data).unwrap(),
            DecisionTreeParams::new().fit(&data).unwrap(),
        ];
        for model in &models {
            assert!(
                right(model, &data) > 0.97,
                "{:?} {}",
                model.kind(),
                right(model, &data)
            );
            let mut w = Writer::new();
            model.write(&mut w);
            let bytes = w.into_bytes();
            let back = Model::read(&mut Reader::new(&bytes)).unwrap();
            assert_eq!(&back, model);
            assert_eq!(
                back.predict_proba(data.records().view()),
                model.predict_proba(data.records().view())
            );
            for p in model.predict_proba(data.records().view()).rows() {
                assert!((p.sum() - 1.0).abs() < 1e-12);
            }
            for cut in (0..bytes.len()).step_by(7) {
                assert!(Model::read(&mut Reader::new(&bytes[..cut])).is_err());
            }
        }
    }

    #[test]
    fn two_classes_and_unusable_data() {
        let mut data = blobs();
        data.targets.mapv_inplace(|t| t.min(1));
        for model in [
            ForestParams::new().trees(10).fit(&data).unwrap(),
            BoostParams::new().fit(&data).unwrap(),
        ] {
            assert!(right(&model, &data) > 0.97);
        }
        data.targets.fill(1);
        assert!(
            ForestParams::new()
                .fit(&data)
                .unwrap_err()
                .to_string()
                .contains("one class")
        );
        let empty = Dataset::new(Array2::<f64>::zeros((0, 2)), Array1::<usize>::zeros(0));
        assert!(BoostParams::new().fit(&empty).is_err());
    }
}
