//! The search for better settings.

use super::*;

fn candidate(number: u32, changes: &str, mean: f64) -> Candidate {
    Candidate {
        number,
        changes: changes.into(),
        steps: 100,
        folds: 5,
        mean,
        spread: 0.02,
    }
}

fn found(best: u32) -> Event {
    let model = ModelSpec::RandomForest(ForestSpec {
        max_depth: (best > 0).then_some(12),
        ..ForestSpec::default()
    });
    Event::Found(Box::new(SearchSummary {
        prepare: PrepareSpec {
            target: "issue_type".into(),
            columns: vec!["cpu".into(), "memory".into()],
            ..PrepareSpec::default()
        },
        model,
        best,
        candidates: vec![candidate(4, "depth limit 12", 0.75), candidate(0, "", 0.7)],
        tried: 31,
        fits: 200,
        secs: 60.0,
        notices: Vec::new(),
    }))
}

#[test]
fn a_search_shows_its_candidates_and_sets_the_form_to_the_best() {
    let mut screen = Screen::with_model();
    let before = screen.state.model.clone();
    screen
        .act(Act::Set(Setting::SearchSecs(10)))
        .act(Act::Search);
    let Request::Search { search, .. } = screen.last_sent() else {
        panic!("{:?}", screen.last_sent())
    };
    assert_eq!(search.seconds, 10.0);
    assert_eq!(search.fold_kind, FoldKind::Stratified);
    screen.hear(Event::Progress {
        stage: Stage::Searching,
        done: 0.5,
        detail: "2 candidates".into(),
        candidates: vec![candidate(0, "", 0.7)],
    });
    assert_eq!(screen.state.candidates.len(), 1);
    assert!(select::train_why_not(&screen.state).is_some());
    let train = &select::steps(&screen.state)[2];
    assert_eq!(train.note, "50 %");
    screen.hear(found(4));
    assert_eq!(
        &*screen.state.said,
        "Better: depth limit 12. Macro F1 0.750 where yours has 0.700, over 5 folds; 30 other settings tried."
    );
    assert_eq!(screen.state.model, before);
    let logged = screen.state.runs.last().expect("the search is logged");
    assert_eq!(
        (logged.action.as_str(), logged.outcome.as_str()),
        ("search", "done")
    );
    assert_eq!(logged.data_name, "sample");
    let figures = [
        runlog::TRIED,
        runlog::FITTED,
        runlog::BEST_FOUND,
        runlog::OWN,
    ];
    let figures = figures.map(|name| runlog::figure_text(logged, name));
    assert_eq!(figures, ["31", "200", "0.750", "0.700"]);
    let options = logged.options.as_ref().expect("what was found");
    assert!(matches!(&options.model, ModelSpec::RandomForest(f) if f.max_depth == Some(12)));
    let text = runlog::to_text(&screen.state.runs);
    assert!(text.contains("settings tried           31"), "{text}");
    assert_eq!(&*screen.state.settings.text(Field::ForestDepth), "");
    screen.act(Act::TrainFound);
    assert_eq!(&*screen.state.settings.text(Field::ForestDepth), "12");
    let Request::Train { model, .. } = screen.last_sent() else {
        panic!("{:?}", screen.last_sent())
    };
    assert!(matches!(model, ModelSpec::RandomForest(f) if f.max_depth == Some(12)));
}

#[test]
fn a_cancelled_or_failed_search_leaves_the_model_and_another_table_forgets_it() {
    let mut screen = Screen::with_model();
    let before = screen.state.model.clone();
    screen.act(Act::Search).act(Act::Cancel);
    assert_eq!(screen.state.search, Async::Idle);
    let logged = screen.state.runs.last().expect("the search is logged");
    assert_eq!(
        (logged.action.as_str(), logged.outcome.as_str()),
        ("search", "cancelled")
    );
    assert!(logged.options.is_some());
    assert_eq!(screen.state.model, before);
    screen.act(Act::Search).hear(found(0));
    assert_eq!(
        &*screen.state.said,
        "Your own settings are the best so far; 30 other settings tried."
    );
    screen.act(Act::Search);
    screen.hear(failure("Too few rows"));
    let logged = screen.state.runs.last().expect("the search is logged");
    assert_eq!(
        (logged.action.as_str(), logged.outcome.as_str()),
        ("search", "Too few rows")
    );
    assert!(matches!(
        screen.state.search,
        Async::Failed { last: Some(_), .. }
    ));
    assert_eq!(screen.state.model, before);
    screen.act(Act::DismissFailure(Route::Train));
    assert!(matches!(screen.state.search, Async::Ready(_)));
    screen.act(Act::LoadSample);
    screen.hear(Event::Data(Box::new(data("other", "issue_type"))));
    assert_eq!(screen.state.search, Async::Idle);
    assert!(screen.state.candidates.is_empty());
    screen.act(Act::Set(Setting::Model(ModelKind::Tree)));
    let sent = screen.sent().len();
    screen.act(Act::Search);
    assert_eq!(screen.sent().len(), sent, "a single tree is not searched");
}

#[test]
fn folds_can_go_by_time_and_by_node_where_the_table_has_them() {
    let mut screen = Screen::with_data();
    let mut table = data("other", "issue_type");
    table.columns[0].kind = ColumnKind::Timestamp;
    table.columns[2].kind = ColumnKind::Category;
    screen.act(Act::LoadSample);
    screen.hear(Event::Data(Box::new(table)));
    let kinds = select::fold_kinds(&screen.state);
    let words: Vec<&str> = kinds.iter().map(|(_, words)| words.as_str()).collect();
    assert_eq!(
        words,
        [
            "Any rows, each class alike",
            "Later rows, by cpu",
            "Rows of another node"
        ]
    );
    screen
        .act(Act::Set(Setting::Folds(kinds[2].0.clone())))
        .act(Act::Search);
    let Request::Search { search, .. } = screen.last_sent() else {
        panic!("{:?}", screen.last_sent())
    };
    assert_eq!(search.fold_kind, kinds[2].0);
}
