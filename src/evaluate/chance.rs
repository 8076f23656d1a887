use super::ConfusionMatrix;
use super::sum::sum;
use crate::trees::Rng;

/// The level of [`ChanceTest::p_value`] at which skill is claimed.
pub const CLAIM_LEVEL: f64 = 0.01;

/// Random orders drawn at most.
const DRAWS: u32 = 999;
/// Orders as good as the model's after which the test is over: its p-value can no longer be small.
const ENOUGH: u32 = 25;
const STREAM: u64 = 0x6368_616e;

/// Whether predictions know anything about the truth, or could have been dealt out at random.
///
/// The question is not settled by beating the majority class: on coin-toss labels a model that guesses 50:50 has a macro
/// F1 of 0.5 where the majority class has 0.33. So the model is also compared with *itself shuffled*: the same
/// predictions dealt out to the rows in random order, which keeps how often it says each class and destroys all it
/// knows. This is a permutation test (Fisher 1935; for classifiers Ojala & Garriga 2010, "Permutation Tests for Studying
/// Classifier Performance", JMLR 11, their test 1, on the held-out predictions instead of by refitting). If rows are
/// independent, its level is exact for any number of rows and any balance of classes, where bootstrap and normal
/// intervals are too narrow for rare classes.
///
/// Two statistics are tested, accuracy and macro F1, each at half the level (Bonferroni), since either can show skill:
/// macro F1 for rare classes, accuracy where tiny classes drown macro F1 in noise. With both margins of the confusion
/// matrix fixed, as they are here, both are sums `Σ wᵢ nᵢᵢ` over its diagonal; MCC and kappa rise and fall with accuracy
/// and so give the same answer. Mean and variance under shuffling are then known exactly (Mantel 1963), and where the
/// model is far enough above the mean, Cantelli's inequality `P(z ≥ t) ≤ 1 / (1 + t²)`, which holds for every
/// distribution, settles the matter without drawing. Otherwise up to 999 orders are drawn, stopping early when 25 were
/// as good (Besag & Clifford 1991).
///
/// Rows of one incident or of neighbouring minutes are not independent: the test is then too lenient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChanceTest {
    /// Probability (or an upper bound of it) that shuffled predictions do as well, in accuracy or in macro F1; 1 where
    /// truth or predictions are all of one class.
    pub p_value: f64,
    /// Mean accuracy of shuffled predictions.
    pub accuracy: f64,
    /// Mean macro F1 of shuffled predictions.
    pub macro_f1: f64,
}

impl ChanceTest {
    /// Tests `predicted` against `truth`, class numbers below `classes`, row by row. The inputs must be those that
    /// `matrix` was counted from, without weights.
    pub fn new(truth: &[u32], predicted: &[u32], matrix: &ConfusionMatrix, seed: u64) -> Self {
        let classes = matrix.classes();
        let present: Vec<usize> = (0..classes).filter(|&c| matrix.is_present(c)).collect();
        let rows = matrix.total();
        let accuracy = Statistic::new(matrix, |_| 1.0 / rows);
        let macro_f1 = Statistic::new(matrix, |c| {
            let marks = matrix.support(c) + matrix.predicted(c);
            2.0 / (marks * present.len() as f64)
        });
        let mut test = Self {
            p_value: 1.0,
            accuracy: accuracy.mean,
            macro_f1: macro_f1.mean,
        };
        let statistics = [accuracy, macro_f1];
        let bound = statistics.iter().map(Statistic::bound).fold(1.0, f64::min);
        test.p_value = if 2.0 * bound <= CLAIM_LEVEL {
            2.0 * bound
        } else if bound >= 1.0 {
            1.0
        } else {
            shuffle(truth, predicted, classes, &statistics, seed)
        };
        test
    }

    /// Whether the predictions know something, at a level of 1 %.
    pub fn is_skill(&self) -> bool {
        self.p_value <= CLAIM_LEVEL
    }
}

/// A weighted sum over the confusion matrix's diagonal, with its distribution under shuffling.
struct Statistic {
    weights: Vec<f64>,
    observed: f64,
    mean: f64,
    variance: f64,
}

impl Statistic {
    fn new(matrix: &ConfusionMatrix, weight: impl Fn(usize) -> f64) -> Self {
        let classes = matrix.classes();
        let n = matrix.total();
        let weights: Vec<f64> = (0..classes)
            .map(|c| if matrix.is_present(c) { weight(c) } else { 0.0 })
            .collect();
        let diagonal: Vec<f64> = (0..classes).map(|c| matrix.cell(c, c)).collect();
        if n <= 1.0 {
            let observed = value(&weights, &diagonal);
            return Self {
                weights,
                observed,
                mean: observed,
                variance: 0.0,
            };
        }
        // Moments of a table with fixed margins r and c: E n_ij = r_i c_j / n and
        // Cov(n_ii, n_jj) = r_i (n [i=j] - r_j) c_i (n [i=j] - c_j) / (n^2 (n - 1)). In shares of n.
        let shares: Vec<(f64, f64, f64)> = (0..classes)
            .map(|c| {
                (
                    weights[c] * n,
                    matrix.support(c) / n,
                    matrix.predicted(c) / n,
                )
            })
            .collect();
        let mean = sum(shares.iter().map(|(w, r, c)| w * r * c));
        let own = sum(shares.iter().map(|(w, r, c)| w * w * r * c * (1.0 - r - c)));
        Self {
            observed: value(&weights, &diagonal),
            mean,
            variance: ((own + mean * mean) / (n - 1.0)).max(0.0),
            weights,
        }
    }

    /// Cantelli's bound of the probability of doing as well by chance.
    fn bound(&self) -> f64 {
        let above = self.observed - self.mean;
        // What rounding alone makes of "no better" must not pass for skill.
        if above <= 1e-12 || self.variance <= 1e-24 {
            return 1.0;
        }
        self.variance / (self.variance + above * above)
    }
}

fn value(weights: &[f64], diagonal: &[f64]) -> f64 {
    sum(weights.iter().zip(diagonal).map(|(w, n)| w * n))
}

/// The p-value by random orders, for the better of the statistics, doubled.
fn shuffle(
    truth: &[u32],
    predicted: &[u32],
    classes: usize,
    statistics: &[Statistic; 2],
    seed: u64,
) -> f64 {
    // Only pairs on the diagonal count, so the side with the larger greatest class is dealt out, and of the other side
    // only the rows outside that class need a card: its own hits are what is left.
    let (fixed, mut cards, greatest) = {
        let (by_truth, by_predicted) = (greatest(truth, classes), greatest(predicted, classes));
        if by_truth.1 >= by_predicted.1 {
            (truth, predicted.to_vec(), by_truth.0)
        } else {
            (predicted, truth.to_vec(), by_predicted.0)
        }
    };
    let seats: Vec<u32> = fixed.iter().copied().filter(|&c| c != greatest).collect();
    let greatest_cards = cards.iter().filter(|&&c| c == greatest).count();
    let mut rng = Rng::new(seed, STREAM);
    let mut diagonal = vec![0.0; classes];
    let mut as_good = [0_u32; 2];
    let mut drawn = 0;
    while drawn < DRAWS && as_good.iter().any(|&count| count < ENOUGH) {
        drawn += 1;
        diagonal.fill(0.0);
        let mut dealt_greatest = 0;
        for (i, &seat) in seats.iter().enumerate() {
            let left = (cards.len() - i) as u32;
            cards.swap(i, i + rng.below(left) as usize);
            if cards[i] == seat {
                diagonal[seat as usize] += 1.0;
            } else if cards[i] == greatest {
                dealt_greatest += 1;
            }
        }
        diagonal[greatest as usize] = (greatest_cards - dealt_greatest) as f64;
        for (count, statistic) in as_good.iter_mut().zip(statistics) {
            if value(&statistic.weights, &diagonal) >= statistic.observed - 1e-12 {
                *count += 1;
            }
        }
    }
    // The model's own order is one of them, so that the level is exact and p never 0.
    let p = as_good
        .iter()
        .map(|&count| f64::from(count + 1) / f64::from(drawn + 1))
        .fold(1.0, f64::min);
    (2.0 * p).min(1.0)
}

/// The most frequent class and its rows.
fn greatest(rows: &[u32], classes: usize) -> (u32, u64) {
    let mut counts = vec![0_u64; classes];
    for &class in rows {
        counts[class as usize] += 1;
    }
    let mut best = (0, 0);
    for (class, &count) in counts.iter().enumerate() {
        if count > best.1 {
            best = (class as u32, count);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(truth: &[u32], predicted: &[u32], classes: usize, seed: u64) -> ChanceTest {
        let matrix = ConfusionMatrix::new(truth, predicted, classes, None).unwrap();
        ChanceTest::new(truth, predicted, &matrix, seed)
    }

    /// Draws a class by cumulative per mille.
    fn draw(rng: &mut Rng, cumulative: &[u32]) -> u32 {
        let at = rng.below(1000);
        cumulative.iter().filter(|&&end| end <= at).count() as u32
    }

    #[test]
    fn moments_agree_with_shuffling() {
        let truth: Vec<u32> = (0..60).map(|i| [0, 0, 0, 1, 1, 2][i % 6]).collect();
        let mut predicted: Vec<u32> = (0..60).map(|i| [0, 1, 2, 0, 1][i % 5]).collect();
        let matrix = ConfusionMatrix::new(&truth, &predicted, 3, None).unwrap();
        let weights = [0.5, 2.0, 1.0];
        let statistic = Statistic::new(&matrix, |c| weights[c]);
        let mut rng = Rng::new(1, 1);
        let values: Vec<f64> = (0..40_000)
            .map(|_| {
                for i in 0..59 {
                    predicted.swap(i, i + rng.below(60 - i as u32) as usize);
                }
                truth
                    .iter()
                    .zip(&predicted)
                    .filter(|(t, p)| t == p)
                    .map(|(&t, _)| weights[t as usize])
                    .sum()
            })
            .collect();
        let mean = values.iter().sum::<f64>() / 40_000.0;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 40_000.0;
        assert!((statistic.mean - mean).abs() < 0.05, "{mean}");
        assert!(
            (statistic.variance / variance - 1.0).abs() < 0.03,
            "{variance}"
        );
    }

    #[test]
    fn the_probability_is_that_of_all_orders() {
        // Six rows, two classes: of the 20 ways to place three ones, 1 has 3 hits, 9 have 2.
        let truth = [0, 0, 0, 1, 1, 1];
        let perfect = test(&truth, &truth, 2, 3).p_value / 2.0;
        assert!((perfect - 0.05).abs() < 0.02, "{perfect}");
        let twice = test(&truth, &[1, 0, 0, 0, 1, 1], 2, 3).p_value / 2.0;
        assert!((twice - 0.5).abs() < 0.15, "{twice}");
    }

    #[test]
    fn noise_is_rarely_taken_for_skill() {
        let balances: [&[u32]; 5] = [
            &[500, 1000],
            &[900, 1000],
            &[990, 1000],
            &[700, 800, 900, 950, 980, 990, 995, 1000],
            &[100, 200, 300, 400, 500, 600, 700, 800, 900, 1000],
        ];
        for rows in [30, 150, 1500] {
            for balance in balances {
                let mut claims = 0;
                let mut rng = Rng::new(rows as u64, balance.len() as u64);
                for seed in 0..300 {
                    let truth: Vec<u32> = (0..rows).map(|_| draw(&mut rng, balance)).collect();
                    let guesses: Vec<u32> = (0..rows).map(|_| draw(&mut rng, balance)).collect();
                    claims += u32::from(test(&truth, &guesses, balance.len(), seed).is_skill());
                }
                // 1 % of 300 is 3; 9 or more would come up once in 250 times.
                assert!(
                    claims <= 8,
                    "{claims} claims of 300: {rows} rows, {balance:?}"
                );
            }
        }
    }

    #[test]
    fn skill_is_seen() {
        let mut rng = Rng::new(8, 8);
        // 16 rare rows of 1,600, half of them found, with as many false alarms.
        let truth: Vec<u32> = (0..1600).map(|i| u32::from(i < 16)).collect();
        let found: Vec<u32> = (0..1600)
            .map(|i| u32::from(i < 8 || (100..108).contains(&i)))
            .collect();
        assert!(test(&truth, &found, 2, 0).is_skill());
        // A coin that falls right 60 times of 100, 500 times: 4.5 standard deviations.
        let mut seen = 0;
        for seed in 0..50 {
            let truth: Vec<u32> = (0..500).map(|_| rng.below(2)).collect();
            let said: Vec<u32> = truth
                .iter()
                .map(|&t| if rng.below(10) < 6 { t } else { 1 - t })
                .collect();
            seen += u32::from(test(&truth, &said, 2, seed).is_skill());
        }
        assert!(seen >= 45, "{seen} of 50");
    }

    #[test]
    fn nothing_to_compare_is_no_skill() {
        assert_eq!(test(&[], &[], 2, 0).p_value, 1.0);
        assert_eq!(test(&[1], &[1], 2, 0).p_value, 1.0);
        assert_eq!(test(&[1, 1, 1], &[1, 1, 1], 2, 0).p_value, 1.0);
        assert_eq!(test(&[0, 1, 1], &[1, 1, 1], 2, 0).p_value, 1.0);
        let inverse: Vec<u32> = (0..100).map(|i| i % 2).collect();
        let wrong: Vec<u32> = inverse.iter().map(|c| 1 - c).collect();
        assert_eq!(test(&inverse, &wrong, 2, 0).p_value, 1.0);
    }
}
