//! What is shown of results: predictions by the page, sentences, the log, addresses.

use super::*;

#[test]
fn pages_of_predictions_replace_each_other_while_they_wait() {
    let mut screen = Screen::with_model();
    screen.act(Act::PredictData);
    assert!(matches!(screen.last_sent(), Request::Predict { files, .. } if files.is_empty()));
    screen.hear(Event::Predicted(Box::new(PredictionSummary {
        data_name: "sample".into(),
        rows: 5000,
        totals: vec![
            class("None", 4000, true),
            class("disk_pressure", 1000, false),
        ],
        unfamiliar: Some(12),
        page: RowsPage::default(),
        report: None,
        notices: Vec::new(),
        secs: 0.1,
    })));
    assert_eq!(
        screen.state.said.as_ref(),
        "20 % of 5,000 rows point to an issue; the most frequent is disk pressure. 12 rows are unlike anything learned \
         from: their names are guesses."
    );
    let only = PredictionFilter {
        unfamiliar_only: true,
        ..PredictionFilter::default()
    };
    screen.act(Act::Filter(only.clone()));
    assert!(
        matches!(screen.last_sent(), Request::PredictionRows { filter, .. } if *filter == only),
        "what is asked for is listed"
    );
    screen.hear(Event::PredictionRows(RowsPage::default()));
    screen.act(Act::Filter(PredictionFilter::default()));
    screen.hear(Event::PredictionRows(RowsPage::default()));
    screen
        .act(Act::Page(50))
        .act(Act::Page(100))
        .act(Act::Page(150));
    assert_eq!(screen.state.queue.len(), 1);
    screen.act(Act::Set(Setting::Text(Field::MinProbability, "0.9".into())));
    assert_eq!(screen.state.filter.min_probability, Some(0.9));
    screen.act(Act::Set(Setting::Text(
        Field::MinProbability,
        "0.9x".into(),
    )));
    assert_eq!(
        screen.state.filter.min_probability,
        Some(0.9),
        "what cannot be read filters nothing"
    );
    let page = Event::PredictionRows(RowsPage::default());
    screen.hear(page);
    assert!(matches!(
        screen.last_sent(),
        Request::PredictionRows { offset: 0, filter, .. } if filter.min_probability == Some(0.9)
    ));
    // Another model's predictions are not shown as this one's.
    screen.hear(Event::PredictionRows(RowsPage::default()));
    screen.act(Act::Train).hear(trained());
    assert!(screen.state.predictions.value().is_none());
}

#[test]
fn clearing_the_log_asks_first() {
    let mut screen = Screen::with_model();
    assert_eq!(screen.state.runs.len(), 2);
    screen.act(Act::ClearRuns).act(Act::ConfirmClear(false));
    assert_eq!(screen.state.runs.len(), 2);
    screen.act(Act::ClearRuns).act(Act::ConfirmClear(true));
    assert!(screen.state.runs.is_empty());
    assert!(matches!(screen.effects.last(), Some(Effect::KeepRuns(runs)) if runs.is_empty()));
}

#[test]
fn sentences_are_computed_from_figures() {
    let good = report();
    assert_eq!(
        verdict::of_report(&good).text(),
        "Right on 97.3 % of 2,500 rows it never saw; always saying None would be right on 69.8 %."
    );
    let useless = Report {
        beats_baseline: false,
        ..report()
    };
    assert_eq!(
        verdict::of_report(&useless).text(),
        "No better than always saying None: this model has found nothing."
    );
    let rare = Report {
        accuracy: 0.6,
        ..report()
    };
    assert!(
        verdict::of_report(&rare)
            .text()
            .starts_with("Finds the rare classes: macro F1 0.900")
    );
    assert_eq!(
        verdict::confusion_title(&good),
        "Most mistakes: None taken for disk pressure (45 of 68)"
    );
    let figures = verdict::figures(&good);
    let undefined = figures.iter().find(|f| f.label == "Average precision");
    let undefined = undefined.expect("it is listed");
    assert_eq!(undefined.value, "not defined");
    assert_eq!(undefined.beside, "One class has no rows.");
    assert_eq!(figures[0].below, "▲ 27.5 points over baseline 69.8 %");

    let screen = Screen::with_data();
    let data = screen.state.data.value().expect("loaded");
    let target = screen.state.target.value().map(|t| &**t);
    assert_eq!(
        select::data_finding(data, target).text(),
        "30 % of 5,000 rows carry one of 2 issues; memory pressure is the most frequent."
    );
    assert_eq!(
        select::plan(&screen.state).text(),
        "2 columns to learn from, 3,750 rows to train on, 1,250 held out."
    );
    let steps = select::steps(&screen.state);
    assert_eq!(steps[0].note, "5,000 rows, 4 columns");
    assert_eq!(steps[2].note, "Random forest by default");
}

#[test]
fn addresses_hold_the_step_and_nothing_else() {
    for route in Route::STEPS.into_iter().chain([Route::Simulate]) {
        assert_eq!(Route::of_hash(route.hash()), Some(route));
    }
    assert_eq!(Route::of_hash("#/elsewhere"), None);
}

/// Two trainings are compared by the engine, on what was kept of them; of old ones the large part is let go.
#[test]
fn trainings_are_compared_by_what_was_kept_of_them() {
    let mut screen = Screen::with_data();
    let told = |nth: usize| match trained() {
        Event::Trained { model, report, .. } => Event::Trained {
            model,
            report,
            run: Some(format!("run {nth}")),
        },
        other => other,
    };
    for nth in 0..52 {
        screen
            .act(Act::Train)
            .hear(told(nth))
            .hear(file("a.kubecast"));
    }
    let runs = &screen.state.runs;
    let kept: Vec<usize> = (0..runs.len())
        .filter(|&i| runs[i].training.is_some())
        .collect();
    let trainings: Vec<usize> = (0..runs.len())
        .filter(|&i| runs[i].action == "train")
        .collect();
    assert_eq!((trainings.len(), &kept[..]), (52, &trainings[2..]));
    assert_eq!(runlog::of_json(&runlog::to_json(runs)), **runs);
    screen.act(Act::Compare(kept[0], true));
    let sent = screen.effects.len();
    // One of which nothing was kept stands beside it, untested.
    screen.act(Act::Compare(trainings[0], true));
    assert_eq!(screen.effects.len(), sent);
    screen.act(Act::Compare(trainings[0], false));
    screen.act(Act::Compare(kept[1], true));
    let asked = Request::CompareRuns {
        runs: ("run 2".to_owned(), "run 3".to_owned()),
        budget: None,
    };
    assert_eq!(screen.last_sent(), &asked);
}
