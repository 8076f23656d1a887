//! Forecasts that are compared by what was kept of them.

use super::*;

#[test]
fn runs_are_compared_by_what_was_kept_of_them() {
    // A second column of noise, so that no row of noise is twice there.
    let mut text = String::new();
    for (at, line) in table().lines().enumerate() {
        let more = match at {
            0 => "disk".to_owned(),
            at => Rng::new(at as u64, 77).unit().to_string(),
        };
        text.push_str(&format!("{more},{line}\n"));
    }
    let mut session = loaded(&text);
    let first = forecast(&mut session, &spec()).unwrap();
    // Noise tells nothing.
    let blind = ForecastSpec {
        columns: vec!["cpu".to_owned(), "disk".to_owned()],
        ..spec()
    };
    let second = forecast(&mut session, &blind).unwrap();
    let (first, second) = (first.run.unwrap(), second.run.unwrap());
    assert!(first.len() < 20_000, "{} bytes", first.len());
    // Another session, as after a reload: nothing but the texts is needed.
    let mut other = Session::in_place();
    let runs = (first.clone(), second);
    let compared = match ask(&mut other, Request::CompareRuns { runs, budget: None }) {
        Event::Compared(compared) => compared,
        other => panic!("{other:?}"),
    };
    assert!(
        compared.finding.contains("fewer of the"),
        "{}",
        compared.finding
    );
    assert!(
        !compared.finding.contains("which chance alone could do"),
        "{}",
        compared.finding
    );
    let (_, figures) = &compared.tables[0];
    assert_eq!(
        (
            figures.len(),
            figures[1][0].as_str(),
            figures[1][1].as_str()
        ),
        (5, "share caught ahead", "1")
    );
    assert!(figures[1][5].parse::<f64>().unwrap() < 0.05, "{figures:?}");
    let (_, differs) = &compared.tables[1];
    assert!(
        differs
            .iter()
            .any(|row| row[0] == "columns" && row[2] == "cpu, disk"),
        "{differs:?}"
    );
    assert!(compared.tables[2].0.contains("changed sides"));
    let runs = (first, "{}".to_owned());
    assert!(matches!(
        ask(&mut other, Request::CompareRuns { runs, budget: None }),
        Event::Failed { .. }
    ));
}

/// At every budget that the slider has, the runs are compared as the forecasts told that budget's outcomes.
#[test]
fn runs_are_compared_at_any_budget_of_the_slider_as_the_slider_has_it() {
    let mut session = loaded(&table());
    let first = forecast(&mut session, &spec()).unwrap();
    let second = forecast(
        &mut session,
        &ForecastSpec {
            trees: 1,
            seed: 5,
            ..spec()
        },
    )
    .unwrap();
    let runs = (first.run.clone().unwrap(), second.run.clone().unwrap());
    let mut shares = Vec::new();
    for (at, rung) in first.rungs.iter().enumerate() {
        let request = Request::CompareRuns {
            runs: runs.clone(),
            budget: Some(rung.budget),
        };
        let Event::Compared(compared) = ask(&mut session, request) else {
            panic!("they can be compared at {}", rung.budget);
        };
        assert_eq!(compared.budget, Some(rung.budget));
        assert_eq!(compared.budgets.len(), first.rungs.len());
        let (_, figures) = &compared.tables[0];
        for (summary, column) in [(&first, 1), (&second, 2)] {
            let rung = &summary.rungs[at];
            let outcome = &summary.outcomes[rung.outcome as usize];
            let share = f64::from(outcome.all.ahead) / f64::from(outcome.all.incidents);
            let told = [share, outcome.all.false_per_cluster_day];
            for (row, told) in [1, 3].into_iter().zip(told) {
                let compared: f64 = figures[row][column].parse().unwrap();
                assert!(
                    (compared - told).abs() <= 0.005 + 1e-9,
                    "{figures:?} at {}",
                    rung.budget
                );
            }
            shares.push(outcome.all.ahead);
        }
    }
    shares.sort_unstable();
    shares.dedup();
    assert!(shares.len() > 2, "the budgets differ: {shares:?}");
}
