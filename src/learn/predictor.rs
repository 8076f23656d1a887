//! A model made ready to predict many times over.

use super::model::Model;
use crate::trees::{Steps, Tree, set_twins};

/// A model with its trees laid out for walking and room for its sums: predicts the same as [`Model::predict_proba`] bit for
/// bit, a block of rows at a time, and allocates nothing. It takes 8 bytes a node beside a copy of the model.
#[derive(Clone, Debug)]
pub struct Predictor {
    model: Model,
    laid_out: Vec<Option<Steps>>,
    twins: Vec<u8>,
    leaves: Vec<u32>,
    bins: Vec<u8>,
}

impl Predictor {
    /// Lays the trees out.
    pub fn new(model: Model) -> Self {
        let laid_out = model.trees().iter().map(Steps::of);
        Self {
            laid_out: laid_out.collect(),
            twins: vec![0; model.block_rows() * 2 * model.features()],
            leaves: vec![0; model.block_rows()],
            bins: vec![0; model.features()],
            model,
        }
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Rows that are best predicted in one call.
    pub fn block_rows(&self) -> usize {
        self.leaves.len()
    }

    /// Eight trees at a time.
    fn predict_row(&mut self, features: &[f64], out: &mut [f64]) {
        for ((f, of), &x) in self.model.bins().iter().enumerate().zip(features) {
            self.bins[f] = of.bin(x);
            set_twins(&mut self.twins, f, self.bins[f]);
        }
        let (model, bins) = (&self.model, &self.bins);
        model.begin_block(out);
        let told = Steps::leaves_of_row(&self.laid_out, &self.twins, |tree, leaf| {
            model.add(tree, leaf, out);
        });
        let rest = &model.trees()[told..];
        Tree::leaves_of_row(rest, bins, |tree, leaf| model.add(told + tree, leaf, out));
        model.finish_block(out);
    }

    /// Class probabilities, `out` (rows x classes, row by row), of `features` (rows x features, row by row; `NaN` is
    /// missing): as many rows as both hold.
    pub fn predict(&mut self, features: &[f64], out: &mut [f64]) {
        let (width, classes) = (self.model.features(), self.model.classes());
        let most = self.leaves.len();
        let blocks = features.chunks(most * width);
        for (features, out) in blocks.zip(out.chunks_mut(most * classes)) {
            let rows = (features.len() / width).min(out.len() / classes);
            if rows == 1 {
                self.predict_row(&features[..width], &mut out[..classes]);
                continue;
            }
            for (f, of) in self.model.bins().iter().enumerate() {
                let column = features.iter().skip(f).step_by(width).take(rows);
                for (row, &x) in self.twins.chunks_exact_mut(2 * width).zip(column) {
                    set_twins(row, f, of.bin(x));
                }
            }
            self.model.predict_block(
                &self.twins,
                Some(&self.laid_out),
                &mut self.leaves[..rows],
                &mut out[..rows * classes],
            );
        }
    }
}
