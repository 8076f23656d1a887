use super::*;

fn cell(entity: u32, stretch: u8) -> Cell {
    Cell { entity, stretch }
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-5, "{a} is not {b}");
}

/// Six false pages of three entities: four of entity 0, in stretches 0 (two), 5 and 7; one of entity 1, in stretch 9; one of
/// entity 2, in stretch 0.
/// ```text
/// by entity    4, 1, 1            18 - 36 / 3  =  6,     times 3 / 2    9
/// by stretch   3, 1, 1, 1         12 - 36 / 24 = 10.5,   times 24 / 23  10.956522
/// by cell      2, 1, 1, 1, 1       8 - 36 / 72 =  7.5,   times 72 / 71   7.605634
/// variance     9 + 10.956522 - 7.605634 = 12.350888, more than either
/// ```
/// The root of 6 is 2.449490; its variance is 12.350888 / (4 * 6) = .514620, its deviation .717370; times t of two degrees of
/// freedom, 2.919986, 2.094712. Ends: (2.449490 -+ 2.094712)^2 = .125867 and 20.649770.
#[test]
fn a_count_by_hand() {
    let cells = [
        cell(0, 0),
        cell(0, 5),
        cell(0, 0),
        cell(0, 7),
        cell(1, 9),
        cell(2, 0),
    ];
    let found = of_sum(6.0, Scale::Count, (&cells, &[1.0; 6]), (3, 3)).unwrap();
    near(found.low, 0.125867);
    near(found.high, 20.649770);
    // Of one entity nothing is known of others.
    assert_eq!(of_sum(6.0, Scale::Count, (&cells, &[1.0; 6]), (1, 1)), None);
    assert_eq!(of_sum(0.0, Scale::Count, (&[], &[]), (3, 3)), None);
}

/// Two of four incidents caught: both of entity 0 (stretches 1 and 2), none of entity 1 (stretches 1 and 3). The influence of
/// those caught is .5 / 4 = .125, of the others -.125.
/// ```text
/// by entity    .25, -.25          .125,    times 2 / 1     .25
/// by stretch   0, .125, -.125     .03125,  times 24 / 23   .032609
/// by cell      four of .125       .0625,   times 48 / 47   .063830
/// variance     .25 + .032609 - .063830 = .218779, less than .25, which it is then
/// ```
/// The arcsine of the root of .5 is .785398 and its slope .5 / .5 = 1; t of one degree of freedom times .5 is 3.157: all of 0
/// to 1.
#[test]
fn a_share_by_hand() {
    let cells = [cell(0, 1), cell(0, 2), cell(1, 1), cell(1, 3)];
    let added = [0.125, 0.125, -0.125, -0.125];
    let found = of_sum(0.5, Scale::Share, (&cells, &added), (2, 2)).unwrap();
    assert_eq!((found.low, found.high), (0.0, 1.0));
    // Over eight alike entities, four of which are caught, with one incident each in stretches of their own: .25 / 8 * 8 / 7
    // = .035714 by entity and by cell (192 / 191: .031414), by stretch .03125 * 24 / 23 = .032609: of all .036909.
    // Its root, .192117, times t of seven, 1.894579, is .363981: sin^2 of .421417 and of 1.149379.
    let cells: Vec<Cell> = (0..8).map(|at| cell(at, at as u8)).collect();
    let added: Vec<f64> = (0..8)
        .map(|at| if at < 4 { 0.0625 } else { -0.0625 })
        .collect();
    let found = of_sum(0.5, Scale::Share, (&cells, &added), (8, 8)).unwrap();
    near(found.low, 0.167327);
    near(found.high, 0.832673);
    assert_eq!(of_sum(1.0, Scale::Share, (&cells, &[0.0; 8]), (8, 8)), None);
}

/// Counts of false pages of entities that differ (exponentially), over 24 stretches. A bootstrap over stretches alone holds the
/// truth in about half of these cases (it is the variance by stretches); both do in about nine of ten. 400 counts: a standard
/// deviation is .015.
#[test]
fn counts_hold_the_truth_as_often_as_they_say() {
    let mut rng = Rng::new(11, 11);
    for (entities, alike) in [(3, false), (5, false), (12, false), (12, true), (30, true)] {
        let (mut held, mut some) = (0, 0);
        for _ in 0..400 {
            let mut cells = Vec::new();
            for entity in 0..entities {
                let own = if alike {
                    1.0
                } else {
                    -libm::log(1.0 - rng.unit())
                };
                for stretch in 0..24 {
                    // Five in all on average, of eight chances in each stretch.
                    let pages = (0..8).filter(|_| rng.unit() < own * 5.0 / 192.0).count();
                    cells.extend(vec![cell(entity, stretch); pages]);
                }
            }
            let n = cells.len();
            let Some(i) = of_sum(
                n as f64,
                Scale::Count,
                (&cells, &vec![1.0; n]),
                (entities as usize, entities as usize),
            ) else {
                continue;
            };
            let truth = 5.0 * f64::from(entities);
            some += 1;
            held += u32::from(i.low <= truth && truth <= i.high);
        }
        let share = f64::from(held) / f64::from(some);
        assert!(
            (0.83..=0.97).contains(&share),
            "{entities}: {held} of {some}"
        );
    }
}

#[test]
fn resamples_are_the_same_for_the_same_seed() {
    let cells: Vec<Cell> = (0..40)
        .map(|at| cell(at % 4, (at * 7 % 24) as u8))
        .collect();
    let mut mean = |weights: &[f64]| {
        let n: f64 = weights.iter().sum();
        let sum: f64 = weights
            .iter()
            .enumerate()
            .map(|(at, w)| w * (at % 4) as f64 / 4.0)
            .sum();
        (n > 0.0).then(|| sum / n)
    };
    let first = of_resamples(&cells, Scale::Share, 3, &mut mean).unwrap();
    assert_eq!(
        of_resamples(&cells, Scale::Share, 3, &mut mean),
        Some(first)
    );
    assert!(first.low < 0.375 && 0.375 < first.high);
    assert_eq!(of_resamples(&cells, Scale::Share, 3, &mut |_| None), None);
    assert_eq!(
        of_resamples(&cells[..1], Scale::Share, 3, &mut |_| Some(0.5)),
        None
    );
}
