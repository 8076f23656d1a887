//! Scores to probabilities, for all training rows at once.

use crate::trees::fast_exp;

/// Rows whose scores are turned together: they stay in the nearest cache.
const BLOCK: usize = 64;

/// Probabilities (`output * rows + row`) of scores that lie alike: the softmax over outputs, or for a single output the
/// logistic function. A row's probabilities depend on its own scores only, to the last bit.
pub(crate) fn probabilities(scores: &[f64], rows: usize, out: &mut Vec<f32>) {
    out.resize(scores.len(), 0.0);
    if rows == 0 {
        return;
    }
    let outputs = scores.len() / rows;
    if outputs == 1 {
        let logistic = |s: f64| (1.0 / (1.0 + fast_exp(-s))) as f32;
        out.iter_mut()
            .zip(scores)
            .for_each(|(p, &s)| *p = logistic(s));
        return;
    }
    let mut powers = vec![[0.0_f64; BLOCK]; outputs];
    let mut begin = 0;
    while begin < rows {
        let n = BLOCK.min(rows - begin);
        let mut largest = [f64::NEG_INFINITY; BLOCK];
        for (k, scored) in powers.iter_mut().enumerate() {
            let at = k * rows + begin;
            scored[..n].copy_from_slice(&scores[at..at + n]);
            for (largest, &s) in largest.iter_mut().zip(scored.iter()) {
                *largest = if s > *largest { s } else { *largest };
            }
        }
        let mut total = [0.0_f64; BLOCK];
        for scored in &mut powers {
            for ((s, total), largest) in scored.iter_mut().zip(&mut total).zip(&largest) {
                *s = fast_exp(*s - largest);
                *total += *s;
            }
        }
        total.iter_mut().for_each(|t| *t = 1.0 / *t);
        for (k, power) in powers.iter().enumerate() {
            let at = k * rows + begin;
            for ((p, &power), &share) in out[at..at + n].iter_mut().zip(power).zip(&total) {
                *p = (power * share) as f32;
            }
        }
        begin += n;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trees::Rng;

    #[test]
    fn they_are_the_softmax_of_each_row() {
        let mut rng = Rng::new(5, 0);
        for (rows, outputs) in [(1, 3), (63, 2), (64, 10), (130, 4)] {
            let scores: Vec<f64> = (0..rows * outputs)
                .map(|_| rng.unit() * 30.0 - 15.0)
                .collect();
            let mut out = Vec::new();
            probabilities(&scores, rows, &mut out);
            for row in 0..rows {
                let mut exact: Vec<f64> = (0..outputs).map(|k| scores[k * rows + row]).collect();
                super::super::boost::softmax(&mut exact);
                for (k, exact) in exact.iter().enumerate() {
                    let p = f64::from(out[k * rows + row]);
                    assert!((p - exact).abs() <= 1e-7 * exact, "{p} {exact}");
                }
            }
        }
        let mut out = Vec::new();
        probabilities(&[0.0, 800.0, -800.0], 3, &mut out);
        assert_eq!(out, [0.5, 1.0, 0.0]);
    }
}
