use super::*;
use crate::evaluate::RankedScores;

fn of(positive: &[bool], scores: &[f64], at: &[i64]) -> Option<Interval> {
    let rows = ScoredRows {
        positive,
        scores,
        at,
        others: None,
    };
    average_precision_interval(&rows, 1)
}

#[test]
fn incidents_are_drawn_whole() {
    let rows = 2_400;
    let at: Vec<i64> = (0..rows).collect();
    // Ten rows before an incident every hundred rows, found in every other stretch alone.
    let positive: Vec<bool> = at.iter().map(|t| t % 100 < 10).collect();
    let score = |&t: &i64| if t % 200 < 10 { 1.0 } else { 0.0 };
    let scores: Vec<f64> = at.iter().map(score).collect();
    let whole = RankedScores::new(&positive, &scores, None).unwrap();
    let whole = whole.precision_recall().unwrap().average_precision;
    let stretches = of(&positive, &scores, &at).unwrap();
    assert!(stretches.low < whole && whole < stretches.high);
    // Were rows alone drawn, 120 found of 240 would be a matter of some hundredths.
    assert!(stretches.high - stretches.low > 0.2, "{stretches:?}");
    let sure: Vec<f64> = positive.iter().map(|&p| f64::from(u8::from(p))).collect();
    let sure = of(&positive, &sure, &at).unwrap();
    assert_eq!((sure.low, sure.high), (1.0, 1.0));
    assert_eq!(of(&[false], &[0.5], &[3]), None);
    assert_eq!(of(&[], &[], &[]), None);
    assert_eq!(of(&[true, false], &[0.5, f64::NAN], &[3, 4]), None);
    assert_eq!(of(&[true, false], &[0.5], &[3, 4]), None);
    let one = ScoredRows {
        positive: &positive,
        scores: &scores,
        at: &at,
        others: Some(&vec![7; 2_400]),
    };
    // Of one entity nothing is known of others.
    assert_eq!(average_precision_interval(&one, 1), Some(stretches));
}

#[test]
fn ranks_put_in_order_once_are_those_of_the_curve() {
    let mut rng = Rng::new(2, 2);
    let n = 300;
    let positive: Vec<bool> = (0..n).map(|_| rng.below(4) == 0).collect();
    // Many equal scores, -0 among them.
    let scores: Vec<f64> = (0..n)
        .map(|_| f64::from(rng.below(9)) * 0.25 - 1.0)
        .map(|s| -s)
        .collect();
    let weights: Vec<f64> = (0..n).map(|_| f64::from(rng.below(3))).collect();
    let ranks = Ranks::new(&ScoredRows {
        positive: &positive,
        scores: &scores,
        at: &vec![0; n],
        others: None,
    })
    .unwrap();
    let ranked = RankedScores::new(&positive, &scores, Some(&weights)).unwrap();
    let slow = ranked.precision_recall().unwrap().average_precision;
    let ordered: Vec<f64> = ranks.order.iter().map(|&at| weights[at as usize]).collect();
    let fast = ranks.average_precision(&ordered).unwrap();
    assert!((fast - slow).abs() < 1e-12, "{fast} is not {slow}");
}

/// Normal, by Box and Muller.
fn normal(rng: &mut Rng) -> f64 {
    let radius = (-2.0 * libm::log(1.0 - rng.unit())).sqrt();
    radius * libm::cos(std::f64::consts::TAU * rng.unit())
}

/// Entities over 24 stretches of 8 rows. Each has incidents of 4 rows, as many as a draw of its own says; issue rows score 1
/// higher than quiet ones, more or less so by entity and incident.
fn fleet(entities: u32, rng: &mut Rng) -> (Vec<bool>, Vec<f64>, Vec<i64>, Vec<u32>) {
    let mut out: (Vec<bool>, Vec<f64>, Vec<i64>, Vec<u32>) = Default::default();
    for entity in 0..entities {
        let (own, often) = (normal(rng), 0.02 + 0.1 * rng.unit());
        let mut left = 0;
        let mut shown = 0.0;
        for at in 0..24 * 8 {
            if left == 0 && rng.unit() < often {
                (left, shown) = (4, 1.0 + own + 0.5 * normal(rng));
            }
            let is_issue = left > 0;
            left -= i32::from(is_issue);
            out.0.push(is_issue);
            out.1.push(normal(rng) + if is_issue { shown } else { 0.0 });
            out.2.push(at);
            out.3.push(entity);
        }
    }
    out
}

/// The truth is that of 4,000 entities. An interval over time alone holds it for two of five fleets or fewer, since it does not
/// know that other entities differ; over both it holds it for nearly nine in ten, be they few or not so few: a standard
/// deviation of 200 fleets is .02.
#[test]
fn where_entities_differ_the_interval_holds_the_truth_as_often_as_it_says() {
    let mut rng = Rng::new(5, 5);
    let (positive, scores, ..) = fleet(4_000, &mut rng);
    let ranked = RankedScores::new(&positive, &scores, None).unwrap();
    let truth = ranked.precision_recall().unwrap().average_precision;
    for entities in [3, 6, 12] {
        let (mut over_time, mut over_both) = (0, 0);
        let fleets = 200;
        for seed in 0..fleets {
            let (positive, scores, at, of) = fleet(entities, &mut rng);
            let holds = |others| {
                let rows = ScoredRows {
                    positive: &positive,
                    scores: &scores,
                    at: &at,
                    others,
                };
                let i = average_precision_interval(&rows, seed).unwrap();
                u32::from(i.low <= truth && truth <= i.high)
            };
            over_time += holds(None);
            over_both += holds(Some(&of));
        }
        assert!(over_time < 100, "{entities}: {over_time}");
        assert!((168..=194).contains(&over_both), "{entities}: {over_both}");
    }
}
