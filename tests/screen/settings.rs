//! What is chosen for a training, and what it would need.

use super::*;

#[test]
fn what_is_typed_is_checked_before_it_is_sent() {
    let mut screen = Screen::with_data();
    screen.act(Act::Set(Setting::Text(Field::ForestTrees, "0".into())));
    let asked = screen.sent().len();
    screen.act(Act::Train);
    assert_eq!(screen.sent().len(), asked);
    assert_eq!(
        screen.effects.last(),
        Some(&Effect::Focus(Field::ForestTrees))
    );
    assert_eq!(screen.state.route, Route::Train);
    screen.act(Act::Set(Setting::Model(ModelKind::Tree)));
    screen.act(Act::Train);
    assert!(matches!(
        screen.last_sent(),
        Request::Train {
            model: kubecast::protocol::ModelSpec::DecisionTree(_),
            ..
        }
    ));
}

#[test]
fn unchecking_a_column_names_the_rest_and_checking_it_again_suggests() {
    let mut screen = Screen::with_data();
    screen.act(Act::Set(Setting::Column("cpu".into(), false)));
    assert_eq!(screen.state.features(), ["memory"]);
    screen.act(Act::Train);
    assert!(
        matches!(screen.last_sent(), Request::Train { prepare, .. } if prepare.columns == ["memory"])
    );
    screen.act(Act::Cancel);
    screen.act(Act::Set(Setting::Column("cpu".into(), true)));
    assert!(screen.state.settings.columns.is_none());
    screen.act(Act::Set(Setting::NoColumns));
    let asked = screen.sent().len();
    screen.act(Act::Train);
    assert_eq!(screen.sent().len(), asked);
    assert_eq!(
        screen.state.alerts[0].failure.title,
        "No column is left to learn from"
    );
}

#[test]
fn what_a_training_needs_is_asked_where_it_would_be_started_and_told_in_a_sentence() {
    let mut screen = Screen::with_data();
    screen.act(Act::Went(Route::Train));
    assert!(matches!(screen.last_sent(), Request::Estimate { .. }));
    screen.hear(Event::Estimated(Estimate {
        secs: 12.3,
        memory_bytes: 230_000_000,
        workers: 2,
        probe_rows: 3750,
    }));
    let words = estimate_words(screen.state.estimate.as_ref().unwrap());
    assert_eq!(
        words,
        "Growing it takes about 12 s on 2 workers and 230 MB of memory, by a probe of 3,750 rows."
    );
    screen.act(Act::Set(Setting::Bootstrap(false)));
    assert_eq!(
        screen.state.estimate, None,
        "other settings need something else"
    );
    assert!(matches!(screen.last_sent(), Request::Estimate { .. }));
    // Whoever trains meanwhile does not wait.
    screen.act(Act::Train);
    assert!(matches!(screen.last_sent(), Request::Train { .. }));
}
