//! The same rows predicted again and again, with the values of a few features dealt out anew each time.

use ndarray::ArrayView2;

use super::model::Model;
use crate::trees::set_twins;

/// Rows that are binned once, with the leaf of each in every tree and the features asked on the way to it: where a tree
/// asked a row for none of the features that are dealt out anew, it says what it said. What is predicted is what
/// [`Model::predict_proba`] predicts: a forest's to the last bit (shares are whole 65,535ths, kept as `f32`, of which a double
/// holds thousands of sums exactly), boosting's but for the rounding of its scores' sum.
#[derive(Clone, Debug)]
pub struct Reshuffled {
    rows: usize,
    width: usize,
    twins: Vec<u8>,
    /// By tree, then row.
    leaves: Vec<u32>,
    /// By tree, then row: the features asked, feature `f` as bit `f % 64`.
    asked: Vec<u64>,
    /// By row, then class: what the trees say together of the rows as they stand.
    sums: Vec<f64>,
    likeliest: Vec<u32>,
}

impl Reshuffled {
    /// From features (rows x features; `NaN` is missing) of the model; `None` where there are not as many.
    pub fn new(model: &Model, features: ArrayView2<'_, f64>) -> Option<Self> {
        let (rows, width) = features.dim();
        if width != model.features() {
            return None;
        }
        let mut twins = vec![0; rows * 2 * width];
        for (f, of) in model.bins().iter().enumerate() {
            for (row, &x) in twins.chunks_exact_mut(2 * width).zip(features.column(f)) {
                set_twins(row, f, of.bin(x));
            }
        }
        let walks = rows * model.trees().len();
        let (mut leaves, mut asked) = (Vec::with_capacity(walks), Vec::with_capacity(walks));
        for tree in model.trees() {
            for row in twins.chunks_exact(2 * width) {
                let (leaf, features) = tree.leaf_and_asked(row);
                leaves.push(leaf as u32);
                asked.push(features);
            }
        }
        let classes = model.classes();
        let mut sums = vec![0.0; rows * classes];
        model.begin_block(&mut sums);
        for (i, leaves) in leaves.chunks_exact(rows.max(1)).enumerate() {
            for (out, &leaf) in sums.chunks_exact_mut(classes).zip(leaves) {
                model.add(i, leaf as usize, out);
            }
        }
        Some(Self {
            rows,
            width,
            twins,
            leaves,
            asked,
            likeliest: likeliest(model, sums.clone()),
            sums,
        })
    }

    /// The likeliest class of each row as it stands.
    pub fn likeliest(&self) -> &[u32] {
        &self.likeliest
    }

    /// The likeliest class of each row, where row `i` has the values of row `order[i]` in `features`. The model is that of
    /// [`Reshuffled::new`]; `order` holds a row for each row.
    pub fn shuffled(&self, model: &Model, features: &[usize], order: &[u32]) -> Vec<u32> {
        let mask = features.iter().fold(0, |mask, f| mask | 1 << (f & 63));
        let mut touched = vec![0; self.rows];
        for asked in self.asked.chunks_exact(self.rows.max(1)) {
            touched.iter_mut().zip(asked).for_each(|(t, a)| *t |= a);
        }
        let changed = |row: usize| {
            let twin = |row: usize, f: usize| self.twins[(row * self.width + f) * 2];
            let other = order[row] as usize;
            features.iter().any(|&f| twin(row, f) != twin(other, f))
        };
        let rows: Vec<u32> = (0..self.rows)
            .filter(|&row| touched[row] & mask != 0 && changed(row))
            .map(|row| row as u32)
            .collect();
        let mut out = self.likeliest.clone();
        let anew = self.predict(model, &rows, features, order, mask);
        for (&row, class) in rows.iter().zip(anew) {
            out[row as usize] = class;
        }
        out
    }

    fn predict(
        &self,
        model: &Model,
        rows: &[u32],
        features: &[usize],
        order: &[u32],
        mask: u64,
    ) -> Vec<u32> {
        let (stride, classes) = (2 * self.width, model.classes());
        let mut twins = Vec::with_capacity(rows.len() * stride);
        let mut sums = Vec::with_capacity(rows.len() * classes);
        for &row in rows {
            let row = row as usize;
            let begin = twins.len();
            twins.extend_from_slice(&self.twins[row * stride..][..stride]);
            let other = &self.twins[order[row] as usize * stride..][..stride];
            for &f in features {
                set_twins(&mut twins[begin..], f, other[2 * f]);
            }
            sums.extend_from_slice(&self.sums[row * classes..][..classes]);
        }
        let mut places = Vec::with_capacity(rows.len());
        let mut leaves = vec![0; rows.len()];
        let mut before = vec![0.0; classes];
        for (i, tree) in model.trees().iter().enumerate() {
            let (known, asked) = (&self.leaves[i * self.rows..], &self.asked[i * self.rows..]);
            places.clear();
            for (place, &row) in rows.iter().enumerate() {
                if asked[row as usize] & mask != 0 {
                    places.push(place as u32);
                }
            }
            tree.leaves_of_some(&twins, stride, &places, &mut leaves[..places.len()]);
            for (&place, &leaf) in places.iter().zip(&leaves) {
                let place = place as usize;
                let known = known[rows[place] as usize];
                if leaf != known {
                    let out = &mut sums[place * classes..][..classes];
                    model.add(i, leaf as usize, out);
                    before.fill(0.0);
                    model.add(i, known as usize, &mut before);
                    out.iter_mut().zip(&before).for_each(|(sum, x)| *sum -= x);
                }
            }
        }
        likeliest(model, sums)
    }
}

/// Of what the trees say together, row by row.
fn likeliest(model: &Model, mut sums: Vec<f64>) -> Vec<u32> {
    model.finish_block(&mut sums);
    sums.chunks_exact(model.classes())
        .map(|row| Model::first_largest(row.iter().copied()))
        .collect()
}
