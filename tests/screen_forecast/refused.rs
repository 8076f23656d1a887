//! What is refused and mended, and runs that are compared.

use super::*;

#[test]
fn two_forecasts_are_compared_by_the_engine_and_no_other_runs_are() {
    let mut screen = Screen::ready();
    for run in ["one", "two"] {
        let summary = ForecastSummary {
            run: Some(run.into()),
            ..summary()
        };
        screen
            .act(Act::Forecast)
            .hear(Event::Forecast(Box::new(summary)))
            .hear(Event::Track(Box::new(track())));
    }
    let runs = &screen.state.runs;
    let places: Vec<usize> = (0..runs.len())
        .filter(|&i| select::comparable(&runs[i]))
        .collect();
    assert_eq!(
        (places.len(), runlog::of_json(&runlog::to_json(runs))),
        (2, (**runs).clone())
    );
    let sent = screen.effects.len();
    screen.act(Act::Compare(places[1], true));
    assert_eq!(
        screen.effects.len(),
        sent,
        "one alone is nothing to compare"
    );
    screen.act(Act::Compare(places[0], true));
    let runs = ("one".to_owned(), "two".to_owned());
    // Where the slider stands.
    let budget = summary().rungs[*screen.state.rung].budget;
    let at = |budget: f64| Request::CompareRuns {
        runs: runs.clone(),
        budget: Some(budget),
    };
    assert_eq!(screen.last_sent(), &at(budget));
    assert_eq!(select::at_work(&screen.state).as_deref(), Some("Comparing"));
    let comparison = RunComparison {
        finding: "Both warn of as many.".into(),
        ..RunComparison::default()
    };
    screen.hear(Event::Compared(Box::new(comparison)));
    let said = screen.state.comparison.as_ref().map(|c| c.finding.as_str());
    assert_eq!(said, Some("Both warn of as many."));
    // At another budget, until which this one stays.
    screen.act(Act::CompareAt(0.3));
    assert_eq!(screen.last_sent(), &at(0.3));
    assert!(screen.state.comparison.is_some());
    screen.hear(Event::Compared(Box::default()));
    screen.act(Act::Compare(places[0], false));
    assert!(screen.state.comparison.is_none());
    // What cannot be compared is said.
    screen.act(Act::Compare(places[0], true));
    let failure = refusal().failure;
    screen.hear(Event::Failed {
        failure: failure.clone(),
        notices: Vec::new(),
    });
    let told = screen.state.alerts.last().map(|a| *a.failure == failure);
    assert_eq!(told, Some(true));
}

fn refusal() -> Refusal {
    Refusal {
        failure: Failure {
            code: FailureCode::Data,
            title: "The split leaks".into(),
            detail: "A column tells.".into(),
            hint: "Leave it out.".into(),
            place: Place::default(),
        },
        leaks: vec![LeakSummary {
            meaning: "The column \"ttf\" alone gives the answer away.".into(),
            repair: "Leave it out.".into(),
            count: 900,
            rows: Vec::new(),
        }],
        mends: vec![Mend::Leave("ttf".into()), Mend::Forward],
    }
}

#[test]
fn a_refusal_is_mended_with_one_click_or_overruled() {
    let mut screen = Screen::ready();
    screen
        .act(Act::Set(Setting::ForecastHeldOut(HeldOut::Any)))
        .act(Act::Forecast);
    assert!(screen.last_spec().shuffled);
    screen.hear(Event::Refused(Box::new(refusal())));
    assert!(screen.state.refusal.is_some() && screen.state.forecast.value().is_none());
    assert_eq!(
        screen.state.runs.last().map(|r| r.outcome.as_str()),
        Some("The split leaks")
    );
    assert_eq!(
        ahead::mends(&refusal().mends),
        "Leave ttf out, split forward in time"
    );
    let mut other = Screen {
        state: screen.state.clone(),
        ..Screen::default()
    };
    screen.act(Act::Mend);
    let spec = screen.last_spec();
    assert_eq!(
        (spec.leave.as_slice(), spec.shuffled, spec.anyway),
        (&["ttf".to_owned()][..], false, false)
    );
    assert!(screen.state.refusal.is_none());
    screen.hear(Event::Cancelled);
    screen
        .hear(Event::Series(Box::new(found())))
        .act(Act::Set(Setting::ForecastPutBack("ttf".into())))
        .act(Act::Forecast);
    assert!(screen.last_spec().leave.is_empty());
    other.act(Act::ForecastAnyway);
    assert!(other.last_spec().anyway && other.last_spec().shuffled);
    let flattering = Flattering {
        leaks: refusal().leaks,
        all: line("all", 14, Some(20.0), 0),
        average_precision: Some(0.974),
    };
    let both = ForecastSummary {
        flattering: Some(flattering),
        ..summary()
    };
    let (figures, price) = ahead::flattered(&both).unwrap();
    assert_eq!(figures[0].value, "14 of 14");
    assert!(
        price.ends_with("0.974 where the honest split has 0.611: the leak is worth 0.363."),
        "{price}"
    );
    let leaky = ForecastSummary {
        leaks: refusal().leaks,
        ..summary()
    };
    assert!(
        ahead::verdict(&leaky, 1)
            .text()
            .starts_with("Not to be believed, since the split leaks: it warns of 9")
    );
}
