//! On rows whose oddities are known.

use ndarray::Array2;

use super::*;
use crate::trees::{Reader, Rng, Writer};

/// Healthy rows (class 0) about 10, 20 and 30, and a known issue (class 1) whose first feature is about 40. Every row has a
/// fourth feature that is always 5, but for a few that lack it.
fn rows(n: usize, seed: u64) -> (Array2<f64>, Vec<u8>) {
    let mut rng = Rng::new(seed, 7);
    let classes: Vec<u8> = (0..n).map(|row| u8::from(row % 10 == 0)).collect();
    let mut wave = |middle: f64| middle + rng.unit() + rng.unit() + rng.unit();
    let rows = Array2::from_shape_fn((n, 4), |(row, feature)| match feature {
        0 if classes[row] == 1 => wave(40.0),
        0 => wave(10.0),
        1 => wave(20.0),
        2 => wave(30.0),
        _ => 5.0,
    });
    (rows, classes)
}

fn fitted(n: usize) -> Novelty {
    let (rows, classes) = rows(n, 1);
    let fitter = NoveltyFitter::new(rows.view(), &classes, &[true, false], &[], 42);
    let mut fitter = fitter.unwrap();
    let steps = fitter.steps();
    let mut taken = 0;
    while fitter.step().unwrap() {
        taken += 1;
        assert_eq!(fitter.done(), taken);
    }
    assert_eq!(taken, steps);
    fitter.finish().unwrap()
}

#[test]
fn about_as_many_healthy_rows_are_unfamiliar_as_is_said() {
    let novelty = fitted(20_000);
    assert!((novelty.alarm_one_in() - 1000.0).abs() < 1e-9);
    let (new, classes) = rows(20_000, 2);
    let judged = novelty.judge(new.view(), &vec![0; 20_000]).unwrap();
    let alarms = |class: u8| {
        let of_class = judged.iter().zip(&classes).filter(|(_, c)| **c == class);
        of_class.filter(|(j, _)| j.is_unfamiliar).count()
    };
    // 18 of 18,000 are expected.
    assert!((2..=45).contains(&alarms(0)), "{}", alarms(0));
    // An issue that is named healthy is unlike all healthy rows.
    assert_eq!(alarms(1), 2_000);
    // Named for what they are, they are like the rows that the name was learned from.
    let named: Vec<u32> = classes.iter().map(|&c| u32::from(c)).collect();
    let judged = novelty.judge(new.view(), &named).unwrap();
    let wrong = judged.iter().zip(&classes);
    let wrong = wrong.filter(|(j, c)| **c == 1 && j.is_unfamiliar).count();
    assert!(wrong <= 60, "{wrong} of 2,000, where 20 are expected");
}

#[test]
fn what_is_new_is_unfamiliar_whatever_it_is_named_and_its_column_is_told() {
    let novelty = fitted(2_000);
    let new = ndarray::arr2(&[
        [11.5, 21.5, 31.5, 5.0],
        // Beyond all that was seen.
        [11.5, 21.5, 90.0, 5.0],
        [11.5, -3.0, 31.5, 5.0],
        // A value that never varied, and one that was never missing.
        [11.5, 21.5, 31.5, 9.0],
        [f64::NAN, 21.5, 31.5, 5.0],
        // As far as numbers go.
        [11.5, 21.5, f64::MAX, 5.0],
        [f64::MIN, 21.5, 31.5, 5.0],
    ]);
    let expected = [
        None,
        Some((2, Side::High)),
        Some((1, Side::Low)),
        Some((3, Side::High)),
        Some((0, Side::Missing)),
        Some((2, Side::High)),
        Some((0, Side::Low)),
    ];
    for named in [0, 1] {
        let judged = novelty.judge(new.view(), &[named; 7]).unwrap();
        for (row, (judged, expected)) in judged.iter().zip(expected).enumerate() {
            assert_eq!(
                judged.is_unfamiliar,
                expected.is_some(),
                "row {row} as {named}"
            );
            if let Some(expected) = expected {
                let because = novelty.because(new.view(), row, named, &[0, 1, 2, 3]);
                assert_eq!(because[0], expected, "row {row} as {named}");
            }
        }
    }
    // Columns, not features: here the first two are made from one.
    let because = novelty.because(new.view(), 2, 0, &[0, 0, 1, 2]);
    assert_eq!(because[0], (0, Side::Low));
}

#[test]
fn many_values_that_are_each_as_usual_are_found_by_the_forest() {
    let mut rng = Rng::new(3, 0);
    let rows = Array2::from_shape_fn((4_000, 8), |_| rng.unit() + rng.unit() + rng.unit());
    let fitter = NoveltyFitter::new(rows.view(), &[0; 4_000], &[true], &[], 1);
    let mut fitter = fitter.unwrap();
    while fitter.step().unwrap() {}
    let novelty = fitter.finish().unwrap();
    // One value in 400 is as high: none is beyond what was seen, but no row had eight of them.
    let mut new = Array2::from_elem((2, 8), 1.5);
    new.row_mut(1).fill(2.75);
    new[(0, 3)] = 2.75;
    let judged = novelty.judge(new.view(), &[0, 0]).unwrap();
    assert!(
        !judged[0].is_unfamiliar && judged[1].is_unfamiliar,
        "{judged:?}"
    );
    let because = novelty.because(new.view(), 1, 0, &[0, 1, 2, 3, 4, 5, 6, 7]);
    assert!(!because.is_empty() && because.iter().all(|(_, side)| *side == Side::High));
}

#[test]
fn without_a_healthy_class_all_rows_are_compared_with() {
    let (rows, classes) = rows(1_000, 1);
    let fitter = NoveltyFitter::new(rows.view(), &classes, &[false, false], &[], 42);
    let mut fitter = fitter.unwrap();
    while fitter.step().unwrap() {}
    let novelty = fitter.finish().unwrap();
    let new = ndarray::arr2(&[[41.5, 21.5, 31.5, 5.0], [25.0, 21.5, 99.0, 5.0]]);
    for named in [0, 1] {
        let judged = novelty.judge(new.view(), &[named; 2]).unwrap();
        assert!(!judged[0].is_unfamiliar && judged[1].is_unfamiliar);
    }
}

#[test]
fn of_few_rows_nothing_is_told() {
    let (few, classes) = rows(390, 1);
    assert!(NoveltyFitter::new(few.view(), &classes, &[true, false], &[], 1).is_none());
    let (rows, mut classes) = rows(600, 1);
    // Twenty rows of issues: too few to say what is unlike them.
    classes[200..].fill(0);
    let fitter = NoveltyFitter::new(rows.view(), &classes, &[true, false], &[], 1);
    let mut fitter = fitter.unwrap();
    while fitter.step().unwrap() {}
    let novelty = fitter.finish().unwrap();
    assert!((novelty.alarm_one_in() - 581.0 / 2.0).abs() < 1e-9);
    let new = ndarray::arr2(&[[11.5, 21.5, 90.0, 5.0]]);
    assert!(novelty.judge(new.view(), &[0]).unwrap()[0].is_unfamiliar);
    assert!(!novelty.judge(new.view(), &[1]).unwrap()[0].is_unfamiliar);
}

#[test]
fn bytes_survive_and_every_truncation_is_refused() {
    let novelty = fitted(600);
    let mut w = Writer::new();
    novelty.write(&mut w);
    let bytes = w.into_bytes();
    assert_eq!(Novelty::read(&mut Reader::new(&bytes)).unwrap(), novelty);
    for cut in (0..bytes.len())
        .step_by(131)
        .chain(bytes.len() - 300..bytes.len())
    {
        assert!(
            Novelty::read(&mut Reader::new(&bytes[..cut])).is_err(),
            "cut at {cut}"
        );
    }
    // Damaged bytes are refused, or judge.
    let (new, _) = rows(8, 2);
    let mut rng = Rng::new(1, 1);
    for _ in 0..500 {
        let mut damaged = bytes.clone();
        for _ in 0..2 {
            let at = rng.below(bytes.len() as u32) as usize;
            damaged[at] = rng.below(256) as u8;
        }
        if let Ok(novelty) = Novelty::read(&mut Reader::new(&damaged))
            && novelty.features() == 4
        {
            novelty.judge(new.view(), &[1; 8]).unwrap();
            novelty.because(new.view(), 0, 1, &[0, 1, 2, 3]);
        }
    }
}
