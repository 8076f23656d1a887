//! What is said at each budget.

use super::*;

#[test]
fn a_budget_moves_the_sentence_and_every_figure_without_asking_anybody() {
    let mut screen = Screen::ready();
    screen
        .act(Act::Forecast)
        .hear(Event::Forecast(Box::new(summary())));
    assert_eq!(
        screen.last_sent(),
        &Request::Track {
            entity: 1,
            secs: None
        }
    );
    screen.hear(Event::Track(Box::new(track())));
    let said = |screen: &Screen| {
        let summary = screen.state.forecast.value().unwrap();
        ahead::verdict(summary, *screen.state.rung).text()
    };
    let half = "Warns of 9 of 14 incidents, a median of 11 minutes ahead, at 0.5 false pages a day (90 % interval 0.3 to 1.1).";
    assert_eq!(said(&screen), half);
    assert_eq!(&*screen.state.said, half);
    let note = |screen: &Screen| select::steps(&screen.state)[4].note.clone();
    assert_eq!(note(&screen), "9 of 14 caught ahead");
    let sent = screen.effects.len();
    screen.act(Act::Budget(2));
    assert_eq!(
        said(&screen),
        "No better than static thresholds, which warns of 13 of 14 incidents at 4.5 false pages a day. It warns of 12 of 14 \
         incidents, a median of 12.5 minutes ahead, at 5.5 false pages a day (90 % interval 0.3 to 1.1)."
    );
    screen.act(Act::Budget(0));
    assert_eq!(
        said(&screen),
        "Nothing here is found to precede the incidents: at this budget it warns of none of 14 incidents."
    );
    assert_eq!(note(&screen), "0 of 14 caught ahead");
    assert_eq!(screen.effects.len(), sent, "the slider asks nobody");
    let summary = screen.state.forecast.value().unwrap();
    let outcome = ahead::outcome(summary, 1).unwrap();
    let values: Vec<String> = ahead::figures(summary, outcome)
        .into_iter()
        .map(|f| f.value)
        .collect();
    assert_eq!(values, ["9 of 14", "11 minutes", "0.5", "75 %", "1"]);
    let below: Vec<String> = ahead::figures(summary, outcome)
        .into_iter()
        .map(|f| f.below)
        .collect();
    assert_eq!(
        below[..3],
        [
            "90 % interval 40 to 80 %",
            "90 % interval 8 to 14",
            "90 % interval 0.3 to 1.1"
        ]
    );
    assert_eq!(
        ahead::cells(&outcome.all),
        [
            "14",
            "9",
            "40 to 80 %",
            "0",
            "5",
            "11 / 5.5",
            "–",
            "0.5",
            "0.25",
            "75 %",
            "1"
        ]
    );
    assert_eq!(ahead::rivals_title(summary, 1), "Beats every simple rule");
    assert_eq!(
        ahead::rivals_title(summary, 2),
        "No better than static thresholds"
    );
    assert_eq!(
        ahead::curve_title(summary, 1),
        "3 incidents more would be caught ahead at 2.8 false pages per cluster-day"
    );
    let run = screen.state.runs.last().unwrap();
    assert_eq!(
        (run.action.as_str(), runlog::figure(run, "caught ahead")),
        ("forecast", Some(9.0))
    );
    assert_eq!(
        ahead::grounds(summary),
        "Judged on the last 48 hours, which it never saw, after a gap of 90 minutes: 2,400 rows of 4 entities. Looks 30 minutes ahead."
    );
}
