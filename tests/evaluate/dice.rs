//! Data that no code under test made, and judgements of them.

use super::*;

/// A generator of its own, so that the data do not lean on the code under test.
pub struct Dice(pub u64);

impl Dice {
    pub fn unit(&mut self) -> f64 {
        // xorshift64* (Vigna 2016).
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn class(&mut self, shares: &[f64]) -> u32 {
        let mut at = self.unit();
        for (class, share) in shares.iter().enumerate() {
            at -= share;
            if at < 0.0 {
                return class as u32;
            }
        }
        shares.len() as u32 - 1
    }
}

pub fn names(k: usize) -> Vec<String> {
    (0..k).map(|c| format!("class {c}")).collect()
}

/// Probabilities that lean to `predicted`.
pub fn leaning(predicted: &[u32], k: usize, dice: &mut Dice) -> Array2<f64> {
    let mut proba = Array2::from_shape_fn((predicted.len(), k), |_| dice.unit());
    for (mut row, &class) in proba.axis_iter_mut(Axis(0)).zip(predicted) {
        row[class as usize] += 1.0;
        let sum = row.sum();
        row /= sum;
    }
    proba
}

pub fn judge(truth: &[u32], predicted: &[u32], k: usize, seed: u64) -> Evaluation {
    let mut dice = Dice(seed + 1);
    let proba = leaning(predicted, k, &mut dice);
    let mut train = vec![0; k];
    for &class in truth {
        train[class as usize] += 3;
    }
    evaluate(truth, proba.view(), predicted, &names(k), &train, seed)
}

/// Numbers, some missing, and a category, with classes that hang on them.
pub fn mixed(rows: usize) -> (Array2<f64>, Vec<u8>) {
    let mut dice = Dice(77);
    let mut features = Array2::zeros((rows, 7));
    let mut classes = Vec::with_capacity(rows);
    for mut row in features.rows_mut() {
        for x in &mut row {
            *x = if dice.unit() < 0.1 {
                f64::NAN
            } else {
                (dice.unit() * 30.0).floor()
            };
        }
        row[6] = (dice.unit() * 12.0).floor();
        let high = row[0] > 14.0 || [1.0, 4.0, 7.0].contains(&row[6]);
        let class = u8::from(high) + u8::from(row[1] + row[2] > 25.0 && dice.unit() < 0.9);
        classes.push(class);
    }
    (features, classes)
}

pub fn assert_finite(evaluation: &Evaluation) {
    // Debug text names every number there is.
    let text = format!("{evaluation:?}");
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}
