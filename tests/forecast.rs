//! From a table to a verdict by incident, and what is refused on the way, in words.

use kubecast::data::{Column, Frame};
use kubecast::learn::Fitter;
use kubecast::prepare::MINUTE_MICROS;
use kubecast::session::{ForecastError, ForecastReport, ForecastSpec, forecast};

const MINUTES: i64 = 2_000;

fn spec() -> ForecastSpec {
    ForecastSpec {
        time: None,
        entity: Vec::new(),
        target: "issue".to_owned(),
        columns: Vec::new(),
        leave: Vec::new(),
        horizon_minutes: 20,
        windows_minutes: vec![5, 15],
        gap_minutes: 5,
        budget: 4.0,
        by_entity: false,
        first_of_duplicates: false,
        anyway: false,
        trees: 30,
        seed: 7,
        ..ForecastSpec::default()
    }
}

/// Even noise from 0 to 1 that no row repeats.
fn noise(row: i64, of: i64) -> f64 {
    kubecast::trees::Rng::new(row as u64, of as u64).unit()
}

/// Four pods, a row a minute. Each leaks memory for 40 minutes before it is killed, every 250 minutes, at its own times;
/// `cpu` is noise. `told` says whether memory shows it.
fn columns(told: bool) -> Vec<Column> {
    let (mut at, mut pod, mut memory, mut cpu, mut issue) =
        (vec![], vec![], vec![], vec![], vec![]);
    for t in 0..MINUTES {
        for p in 0..4 {
            let phase = (t + 61 * p) % 250;
            let (leaking, killed) = ((190..240).contains(&phase), (230..240).contains(&phase));
            at.push(t * MINUTE_MICROS);
            pod.push(format!("pod-{p}"));
            let ramp = if leaking && told {
                (phase - 189) as f64 / 2.0
            } else {
                0.0
            };
            memory.push(40.0 + ramp + 30.0 * noise(t, p));
            cpu.push(noise(t, p + 9));
            issue.push(if killed { "oom" } else { "None" });
        }
    }
    vec![
        Column::time("time", at),
        Column::category("pod", pod),
        Column::number("memory", memory),
        Column::number("cpu", cpu),
        Column::category("issue", issue),
    ]
}

fn run(columns: Vec<Column>, spec: &ForecastSpec) -> Result<ForecastReport, ForecastError> {
    let grow = &mut |fitter: &mut Fitter| loop {
        match fitter.step() {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        }
    };
    forecast(&Frame::new("pods", columns).unwrap(), spec, grow)
}

#[test]
fn a_leak_that_builds_up_is_warned_of_and_the_bad_luck_is_not_invented() {
    // Thresholds are chosen on less than a day, where a smaller budget grants no false page at all.
    let spec = ForecastSpec {
        budget: 4.0,
        ..spec()
    };
    let report = run(columns(true), &spec).unwrap();
    let all = &report.incidents.overall;
    assert_eq!(
        (report.entity.as_slice(), report.time.as_str()),
        (&["pod".to_owned()][..], "time")
    );
    assert!(all.incidents >= 7, "{all:?}");
    assert_eq!(
        (all.ahead, all.missed),
        (all.incidents, 0),
        "{}",
        report.to_text()
    );
    assert!(all.lead_minutes.unwrap().0 >= 10.0 && report.roc_auc.unwrap() > 0.99);
    assert!(
        report.verdict.contains(&format!(
            "Warns of {0} of {0} incidents, median ",
            all.incidents
        )),
        "{}",
        report.verdict
    );
    let names: Vec<&str> = report.rivals.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "always normal",
            "persistence",
            "static thresholds",
            "linear extrapolation",
            "chance"
        ]
    );
    assert_eq!(
        (report.rivals[0].score.ahead, report.rivals[1].score.ahead),
        (0, 0)
    );
    assert!(
        report
            .rivals
            .iter()
            .all(|r| r.score.incidents == all.incidents)
    );
    assert_eq!(
        report.to_json(),
        run(columns(true), &spec).unwrap().to_json()
    );
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["overall"]["ahead"], all.ahead);
    assert_eq!(json["verdict"], report.verdict);
}

/// The same incidents come every 250 minutes, and no column knows the clock: rows alone must not tell.
/// Three tables in which nothing precedes anything, and issues are so frequent that a page at any time is often right.
#[test]
fn pages_that_are_right_by_chance_are_called_so() {
    let mut caught = 0;
    for table in 0..3 {
        let rows = || (0..3_000).map(move |row| 10_000 * table + row);
        let issue = rows().map(|row| ["None", "oom"][usize::from(noise(row, 1) < 0.06)]);
        let metric = |of: i64| rows().map(|row| noise(row, of)).collect::<Vec<f64>>();
        let columns = vec![
            Column::time(
                "time",
                (0..3_000).map(|row| 5 * row * MINUTE_MICROS).collect(),
            ),
            Column::number("memory", metric(2)),
            Column::number("cpu", metric(3)),
            Column::category("issue", issue),
        ];
        let spec = ForecastSpec {
            horizon_minutes: 60,
            windows_minutes: vec![15, 60],
            budget: 12.0,
            ..spec()
        };
        let report = run(columns, &spec).unwrap();
        caught += report.incidents.overall.ahead;
        let chance = &report.rivals[4];
        assert_eq!(chance.name, "chance");
        assert!(
            report.verdict.starts_with("No better than "),
            "{}",
            report.verdict
        );
    }
    assert!(caught > 0, "no page was ever right, nor any by chance");
}

#[test]
fn where_nothing_precedes_no_skill_is_invented() {
    let report = run(columns(false), &spec()).unwrap();
    let all = &report.incidents.overall;
    let area = report.roc_auc.unwrap();
    assert!((0.4..0.6).contains(&area), "{area}");
    assert!(all.ahead * 2 <= all.incidents, "{}", report.to_text());
}

#[test]
fn entities_can_be_held_out() {
    let by_entity = ForecastSpec {
        by_entity: true,
        ..spec()
    };
    let report = run(columns(true), &by_entity).unwrap();
    assert!(report.cuts.is_empty() && report.incidents.overall.ahead > 0);
    // Of four pods one is judged: what the intervals cannot know is said.
    let told = |report: &ForecastReport| {
        let one = "All rows to judge by are of one entity";
        report.notices.iter().any(|notice| notice.starts_with(one))
    };
    assert!(told(&report), "{:?}", report.notices);
    assert!(report.average_precision_90.is_some() && report.incidents.false_per_day.is_some());
    assert!(!told(&run(columns(true), &spec()).unwrap()));
}

fn words(result: Result<ForecastReport, ForecastError>) -> String {
    let failure = result.unwrap_err().failure();
    assert!(!failure.hint.is_empty());
    failure.to_string()
}

#[test]
fn bad_input_is_a_sentence_and_a_way_on() {
    // No time column.
    let mut no_time = columns(true);
    no_time.remove(0);
    let text = words(run(no_time, &spec()));
    assert!(
        text.contains("no time in this table") && text.contains("--time"),
        "{text}"
    );
    // Duplicate timestamps: nothing tells the pods apart; the first of each can be kept.
    let mut alike = columns(true);
    alike.remove(1);
    let text = words(run(alike.clone(), &spec()));
    assert!(
        text.contains("6,000 rows have their time") && text.contains("--first-of-duplicates"),
        "{text}"
    );
    // One entity is told.
    let first = ForecastSpec {
        first_of_duplicates: true,
        ..spec()
    };
    let report = run(alike, &first);
    let notices = report.unwrap().notices.join(" ");
    assert!(
        notices.contains("All rows are of one entity")
            && notices.contains("6,000 rows that repeat a time"),
        "{notices}"
    );
    // A horizon longer than the data.
    let long = ForecastSpec {
        horizon_minutes: 5_000,
        ..spec()
    };
    let text = words(run(columns(true), &long));
    assert!(
        text.contains("too short") && text.contains("shorter horizon"),
        "{text}"
    );
    // No issue at all, and no such column.
    let healthy = ForecastSpec {
        target: "pod".to_owned(),
        entity: vec!["pod".to_owned()],
        ..spec()
    };
    assert!(words(run(columns(true), &healthy)).contains("nothing to warn of"));
    let missing = ForecastSpec {
        target: "nothing".to_owned(),
        ..spec()
    };
    assert!(words(run(columns(true), &missing)).contains("no column \"nothing\""));
}

/// Issues only between two minutes.
fn only(from: i64, until: i64) -> Vec<Column> {
    let mut all = columns(true);
    let labels = (0..MINUTES * 4).map(|row| {
        let (t, p) = (row / 4, row % 4);
        let killed = (230..240).contains(&((t + 61 * p) % 250));
        if killed && (from..until).contains(&t) {
            "oom"
        } else {
            "None"
        }
    });
    all[4] = Column::category("issue", labels);
    all
}

#[test]
fn a_part_without_incidents_is_named_before_any_score() {
    let text = words(run(only(0, 900), &spec()));
    assert!(
        text.contains("0 of the") && text.contains("judge by"),
        "{text}"
    );
    // The first pod alone, once.
    let text = words(run(only(225, 241), &spec()));
    assert!(
        text.contains("of the 1 incidents") || text.contains("of the 2 incidents"),
        "{text}"
    );
    let text = words(run(only(1_500, 2_000), &spec()));
    assert!(text.contains("learn from"), "{text}");
}

#[test]
fn time_that_goes_backwards_is_put_in_order_and_told() {
    let mut turned = columns(true);
    let rows: Vec<usize> = (0..(MINUTES * 4) as usize).rev().collect();
    for column in &mut turned {
        *column = match &column.values {
            kubecast::data::Values::Time(v) => {
                Column::time(column.name.clone(), rows.iter().map(|&r| v[r]).collect())
            }
            kubecast::data::Values::Number(v) => {
                Column::number(column.name.clone(), rows.iter().map(|&r| v[r]).collect())
            }
            kubecast::data::Values::Text(d) => Column::category(
                column.name.clone(),
                rows.iter().map(|&r| d.name(r).unwrap_or_default()),
            ),
        };
    }
    let (turned, straight) = (
        run(turned, &spec()).unwrap(),
        run(columns(true), &spec()).unwrap(),
    );
    assert!(
        turned.notices[0].contains("Time goes backwards at 7,996 rows"),
        "{:?}",
        turned.notices
    );
    assert_eq!(
        turned.incidents.overall.ahead,
        straight.incidents.overall.ahead
    );
}

#[test]
fn a_column_that_knows_the_answer_closes_the_gate_and_anyway_is_struck() {
    let mut leaky = columns(true);
    let countdown = (0..MINUTES * 4).map(|row| {
        let phase = (row / 4 + 61 * (row % 4)) % 250;
        ((230 - phase).rem_euclid(250)) as f64
    });
    leaky.push(Column::number("minutes_to_oom", countdown.collect()));
    let text = words(run(leaky.clone(), &spec()));
    assert!(
        text.contains("The split leaks") && text.contains("\"minutes_to_oom\" alone"),
        "{text}"
    );
    let anyway = ForecastSpec {
        anyway: true,
        ..spec()
    };
    let report = run(leaky.clone(), &anyway).unwrap();
    assert!(
        report.verdict.starts_with("Not to be believed") && report.leaks.len() == 1,
        "{}",
        report.verdict
    );
    let repaired = ForecastSpec {
        leave: vec!["minutes_to_oom".to_owned()],
        ..spec()
    };
    assert!(run(leaky, &repaired).unwrap().leaks.is_empty());
}
