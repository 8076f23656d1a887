//! What a row says of now and of the future.

use super::*;

/// Specification, 7: what a row says of the future is what comes.
#[test]
fn what_is_foretold_comes_true() {
    let frame = run(Scenario {
        overlap: 0.0,
        row_drop: 0.0,
        horizons_mins: vec![15, 30, 60],
        ..full(120_000, 10)
    });
    let told = numbers(&frame, "time_to_impact_s");
    let y = [
        numbers(&frame, "y_15"),
        numbers(&frame, "y_30"),
        numbers(&frame, "y_60"),
    ];
    let label = frame.column("issue_type_true").unwrap();
    let alert = numbers(&frame, "alert_firing");
    let (mut positives, mut masked, mut alerted) = (0, 0, 0);
    for rows in series(&frame).values() {
        for (at, &row) in rows.iter().enumerate() {
            let active = label.text(row) != "None";
            masked += usize::from(y[1][row] == -1.0);
            alerted += usize::from(active && alert[row] == 1.0);
            assert!(!active || (y[1][row] == -1.0 && told[row].is_nan()));
            // A scrape a minute, and none is dropped here: the next harm is where it was said to be.
            let next = (at + 1..rows.len().min(at + 121)).find(|&k| label.text(rows[k]) != "None");
            if active || y[1][row] == -1.0 {
                continue;
            }
            for (horizon, y) in [15, 30, 60].into_iter().zip(y) {
                let comes = next.is_some_and(|k| k - at <= horizon);
                if at + horizon + 1 < rows.len() {
                    assert_eq!(y[row] == 1.0, comes, "row {row}, {horizon} minutes");
                }
            }
            positives += usize::from(y[1][row] == 1.0);
            if let Some(k) = next.filter(|_| !told[row].is_nan()) {
                assert_eq!(told[row], 60.0 * (k - at) as f64, "row {row}");
            }
        }
    }
    assert!(positives > 1_000 && masked > 2_000, "{positives}, {masked}");
    assert!(alerted > 500, "{alerted}");
}

#[test]
fn labels_may_say_what_is_coming_and_may_be_wrong() {
    let issues = |scenario: Scenario| {
        let frame = run(scenario);
        let (shown, clean) = (
            frame.column("issue_type").unwrap(),
            frame.column("issue_type_true").unwrap(),
        );
        let count = |f: &dyn Fn(usize) -> bool| (0..frame.rows()).filter(|&row| f(row)).count();
        (
            count(&|row| shown.text(row) != "None"),
            count(&|row| clean.text(row) != "None"),
            count(&|row| {
                shown.text(row) != "None"
                    && clean.text(row) != "None"
                    && shown.text(row) != clean.text(row)
            }),
        )
    };
    let with = |label_mode, label_noise| Scenario {
        label_mode,
        label_noise,
        ..full(80_000, 12)
    };
    let (shown, clean, wrong) = issues(with(LabelMode::Impact, 0.0));
    assert!(shown == clean && wrong == 0 && clean > 2_000);
    let onset = issues(with(LabelMode::Onset, 0.0));
    let horizon = issues(with(LabelMode::Horizon, 0.0));
    assert!(onset.0 > clean && horizon.0 > clean && onset.1 == clean && horizon.1 == clean);
    let noisy = issues(with(LabelMode::Impact, 0.1));
    let share = noisy.2 as f64 / noisy.0 as f64;
    assert!((0.07..0.13).contains(&share), "{share} wrong of 0.1");
    assert_eq!(noisy.1, clean);
}
