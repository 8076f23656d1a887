//! What is looked for, typed and asked.

use super::*;

#[test]
fn time_and_entities_are_looked_for_when_they_come_into_sight_and_again_when_they_are_corrected() {
    let mut screen = Screen::ready();
    assert_eq!(screen.last_spec().target, "issue");
    assert_eq!(
        ahead::found(&found()),
        "4 entities by pod, a row every 1 min, 2026-03-02 00:00 to 2026-03-03 09:19; 32 incidents. 2 gaps."
    );
    let one = SeriesSummary {
        entity: Vec::new(),
        entities: 1,
        ..found()
    };
    assert!(ahead::found(&one).starts_with("One entity, a row every 1 min, "));
    assert_eq!(ahead::time_columns(&screen.state), ["time", "uptime"]);
    assert_eq!(ahead::entity_columns(&screen.state), ["pod"]);
    // A counter of restarts has too many values for classes, and is one to warn of.
    assert_eq!(
        ahead::target_columns(&screen.state),
        ["issue", "rate(Restarts_total)"]
    );
    let sent = screen.effects.len();
    screen
        .act(Act::Went(Route::Data))
        .act(Act::Went(Route::Forecast));
    assert_eq!(
        screen.effects.len(),
        sent,
        "what is known is not asked again"
    );
    screen.act(Act::Set(Setting::ForecastTime("uptime".into())));
    assert_eq!(screen.last_spec().time.as_deref(), Some("uptime"));
    screen.hear(Event::Series(Box::default()));
    screen.act(Act::Set(Setting::ForecastEntity([
        "pod".into(),
        String::new(),
    ])));
    assert_eq!(screen.last_spec().entity, ["pod"]);
}

#[test]
fn what_is_typed_is_checked_and_asked() {
    let mut screen = Screen::ready();
    screen.act(Act::Forecast);
    let spec = screen.last_spec();
    assert_eq!(
        *spec,
        ForecastSpec {
            target: "issue".into(),
            ..ForecastSpec::default()
        }
    );
    screen.hear(Event::Forecast(Box::new(summary())));
    screen.hear(Event::Track(Box::new(track())));
    for (field, text) in [
        (Field::ForecastHorizon, "45"),
        (Field::ForecastWindow(2), ""),
        (Field::ForecastBudget, "1.5"),
    ] {
        screen.act(Act::Set(Setting::Text(field, text.into())));
    }
    screen
        .act(Act::Set(Setting::ForecastHeldOut(HeldOut::Entities)))
        .act(Act::Forecast);
    let spec = screen.last_spec();
    assert_eq!(
        (spec.horizon_minutes, spec.budget, spec.by_entity),
        (45, 1.5, true)
    );
    assert_eq!(spec.windows_minutes, [5, 15]);
    screen.hear(Event::Cancelled);
    assert!(
        screen.state.forecast.value().is_some(),
        "the last one stays"
    );
    screen.act(Act::Set(Setting::Text(Field::ForecastHorizon, "0".into())));
    assert_eq!(
        ahead::why_not(&screen.state).as_deref(),
        Some("Set Warn ahead by, minutes right first.")
    );
    screen.act(Act::Forecast);
    assert_eq!(
        screen.effects.last(),
        Some(&Effect::Focus(Field::ForecastHorizon))
    );
}

#[test]
fn five_windows_may_be_asked_and_a_wrong_one_is_named() {
    let mut screen = Screen::ready();
    let mut typed = |texts: [&str; 5]| {
        for (at, text) in (0..).zip(texts) {
            let field = Field::ForecastWindow(at);
            screen.act(Act::Set(Setting::Text(field, text.into())));
        }
        let settings = &screen.state.settings;
        let problems = (0..FORECAST_WINDOWS).map(|at| settings.problem(Field::ForecastWindow(at)));
        let windows = settings.forecast_spec("issue").map(|s| s.windows_minutes);
        (
            windows,
            problems.flatten().collect::<Vec<_>>(),
            ahead::why_not(&screen.state),
        )
    };
    let (windows, problems, why_not) = typed(["5", "10", "15", "30", "1,440"]);
    assert_eq!((windows, why_not), (Ok(vec![5, 10, 15, 30, 1_440]), None));
    assert!(problems.is_empty());
    assert_eq!(typed(["5", "", "", "", "60"]).0, Ok(vec![5, 60]));
    // One field is one window: a list is not taken for thousands.
    for wrong in ["0", "2.5", "10, 30", "10,30", "an hour", "525601"] {
        let (windows, problems, why_not) = typed(["5", "15", "60", wrong, ""]);
        assert_eq!(windows, Err(Field::ForecastWindow(3)), "{wrong}");
        assert!(
            problems.len() == 1 && problems[0].contains("whole number from 1 to 525,600"),
            "{problems:?}"
        );
        assert_eq!(
            why_not.as_deref(),
            Some("Set Fourth look back, minutes right first.")
        );
    }
    // The first is needed.
    assert_eq!(
        typed(["", "15", "", "", ""]).0,
        Err(Field::ForecastWindow(0))
    );
}
