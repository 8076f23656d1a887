use super::*;
use crate::data::Column;

/// `n` rows, a minute apart for each of three pods.
fn table(n: usize) -> Frame {
    let columns = vec![
        Column::time(
            "at",
            (0..n).map(|row| (row / 3) as i64 * 60_000_000).collect(),
        ),
        Column::category("pod", (0..n).map(|row| ["a", "b", "c"][row % 3])),
        Column::number("load", (0..n).map(|row| row as f64).collect()),
        Column::category("issue", (0..n).map(|row| ["none", "oom"][row % 2])),
    ];
    Frame::new("pods.csv", columns).unwrap()
}

fn options() -> Options {
    let mut options = Options::default();
    options.prepare.target = "issue".to_owned();
    options
}

fn run(frame: &Frame, rows: &[u32]) -> TrainedRun {
    let truth: Vec<u32> = rows.iter().map(|row| row % 2).collect();
    let probabilities = Array2::from_shape_fn((rows.len(), 2), |(at, class)| {
        let first = (at % 11) as f64 / 10.0;
        if class == 0 { first } else { 1.0 - first }
    });
    let judged = Judged {
        truth: &truth,
        predicted: &vec![1; rows.len()],
        probabilities: &probabilities,
    };
    let classes = ["none".to_owned(), "oom".to_owned()];
    RunRows::new(frame, &options(), &classes, rows).judged(30, &judged)
}

#[test]
fn rows_are_read_as_they_were_judged() {
    let frame = table(60);
    let rows: Vec<u32> = (3..50).filter(|row| row % 4 != 1).collect();
    let run = run(&frame, &rows);
    assert_eq!(
        (run.kept as usize, run.entity.as_slice()),
        (rows.len(), &["pod".to_owned()][..])
    );
    let tree = json::Value::of_text(run.kept_text().as_bytes()).unwrap();
    let read = TrainedRun::of_tree(tree).unwrap();
    assert_eq!(read, run);
    let judged = read.judged().unwrap();
    assert_eq!(judged.rows, rows);
    assert_eq!(
        judged.truth,
        rows.iter().map(|row| row % 2).collect::<Vec<_>>()
    );
    assert_eq!(judged.predicted, vec![1; rows.len()]);
    let groups: Vec<u32> = rows.iter().map(|row| row % 3).collect();
    assert_eq!(judged.groups, Some(groups));
    for (at, (&class, &p)) in judged.truth.iter().zip(&judged.probability).enumerate() {
        let first = (at % 11) as f64 / 10.0;
        let told = if class == 0 { first } else { 1.0 - first };
        // A step at .1 is .003 wide, at .9 .0009.
        assert!((p - told).abs() < 0.002, "{p} for {told}");
    }
    // Nothing tells entities apart where no time is there twice.
    let one = Frame::new("t", frame.columns()[2..].to_vec()).unwrap();
    let alone = super::entities(&one, "issue", &rows);
    assert_eq!(alone, (Vec::new(), Vec::new()));
}

#[test]
fn of_many_rows_the_same_are_kept_whoever_judges_them() {
    let frame = table(40_000);
    let (even, all): (Vec<u32>, Vec<u32>) =
        ((0..40_000).step_by(2).collect(), (0..40_000).collect());
    let (even, all) = (run(&frame, &even), run(&frame, &all));
    assert_eq!((even.kept, even.rows_judged), (10_000, 20_000));
    let (kept, of_all) = (even.judged().unwrap().rows, all.judged().unwrap().rows);
    // Of the 10,000 of all, half are even, and stand among those that are kept of the even.
    let shared = of_all
        .iter()
        .filter(|row| kept.binary_search(row).is_ok())
        .count();
    let evens = of_all.iter().filter(|row| *row % 2 == 0).count();
    assert_eq!(shared, evens);
    assert!((4_700..5_300).contains(&shared), "{shared}");
    // Evenly over the table: a quarter in each quarter.
    let first = kept.iter().filter(|row| **row < 10_000).count();
    assert!((2_300..2_700).contains(&first), "{first}");
    assert!(
        even.kept_text().len() < 100_000,
        "{} bytes",
        even.kept_text().len()
    );
}

#[test]
fn what_cannot_have_been_kept_is_refused() {
    let run = run(&table(30), &[1, 2, 5]);
    let odd: [fn(&mut TrainedRun); 7] = [
        |run| run.kept = 4,
        |run| run.kept = u32::MAX,
        |run| run.rows = packed(&[1, 0, 3]),
        |run| run.truth = packed(&[0, 1, 2]),
        |run| run.predicted = "!!!".to_owned(),
        |run| run.surprise.clear(),
        |run| run.groups = "A".to_owned(),
    ];
    for (at, change) in odd.iter().enumerate() {
        let mut odd = run.clone();
        change(&mut odd);
        let tree = json::Value::of_text(odd.kept_text().as_bytes()).unwrap();
        let refused = TrainedRun::of_tree(tree);
        assert!(matches!(refused, Err(CompareError::NoRun(_))), "{at}");
    }
}
