//! One entity over time.

use super::*;

/// A plot of 700 pixels shows 7,140 seconds, 10.2 each.
#[test]
fn a_timeline_is_drawn_along_and_closer_under_the_pointer() {
    let mut screen = Screen::ready();
    screen
        .act(Act::Forecast)
        .hear(Event::Forecast(Box::new(summary())))
        .hear(Event::Track(Box::new(track())));
    let nudge = |x: f64, times: f64, drawn: f64| {
        let width = 46.0 + 700.0 + 12.0;
        Act::Nudge(Nudge {
            x,
            width,
            times,
            drawn,
        })
    };
    let span = |screen: &Screen| match screen.last_sent() {
        Request::Track { secs, .. } => secs.map(|(a, b)| (a.round(), b.round())),
        other => panic!("{other:?}"),
    };
    // All is in sight: it can be neither drawn along nor wider.
    let sent = screen.effects.len();
    screen
        .act(nudge(300.0, 1.0, 50.0))
        .act(nudge(300.0, 1.25, 0.0));
    assert_eq!(screen.effects.len(), sent);
    // Half as much, at a quarter: 1,785 seconds stays a quarter of what is in sight.
    screen.act(nudge(46.0 + 175.0, 0.5, 0.0));
    assert_eq!(span(&screen), Some((893.0, 4463.0)));
    // Before the answer is there, 100 pixels to the right: a seventh of 3,570 seconds sooner.
    screen.act(nudge(300.0, 1.0, 100.0));
    screen.hear(Event::Track(Box::new(track())));
    assert_eq!(span(&screen), Some((383.0, 3953.0)));
    // No further than the beginning, no closer than ten minutes.
    screen.hear(Event::Track(Box::new(track())));
    screen.act(nudge(300.0, 1.0, 10_000.0));
    assert_eq!(span(&screen), Some((0.0, 3570.0)));
    screen.hear(Event::Track(Box::new(track())));
    screen.act(nudge(46.0, 0.01, 0.0));
    assert_eq!(span(&screen), Some((0.0, 600.0)));
}

#[test]
fn another_table_forgets_the_forecast_and_an_entity_is_looked_at_closer() {
    let mut screen = Screen::ready();
    screen
        .act(Act::Forecast)
        .hear(Event::Forecast(Box::new(summary())));
    screen.hear(Event::Track(Box::new(track())));
    let closer = ahead::zoom(&track(), Zoom::Closer);
    assert_eq!(
        closer,
        Some((3_015.0, 6_585.0)),
        "half as wide, about the incident"
    );
    assert_eq!(
        ahead::zoom(&track(), Zoom::Wider),
        None,
        "all of it is in sight"
    );
    screen.act(Act::Span(closer));
    assert_eq!(
        screen.last_sent(),
        &Request::Track {
            entity: 1,
            secs: closer
        }
    );
    screen
        .hear(Event::Track(Box::new(track())))
        .act(Act::Watch(1));
    assert_eq!(
        screen.last_sent(),
        &Request::Track {
            entity: 1,
            secs: None
        }
    );
    screen.hear(Event::Track(Box::new(track())));
    screen
        .act(Act::SetTarget("issue".into()))
        .hear(Event::Target(Box::new(data().target.unwrap())));
    assert!(screen.state.forecast.value().is_none() && screen.state.track.value().is_none());
    assert!(
        matches!(screen.last_sent(), Request::DescribeSeries { .. }),
        "it is in sight"
    );
}
