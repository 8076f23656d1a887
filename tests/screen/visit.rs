//! A visit from its beginning: the sample, files that are dropped, what is not listened to any more.

use super::*;

#[test]
fn a_first_visit_loads_the_sample_and_one_click_trains_and_shows_the_evaluation() {
    let mut screen = Screen::default();
    screen.act(Act::Started(Ok(Box::default())));
    assert!(matches!(
        screen.last_sent(),
        Request::Simulate { spec, sample: true } if spec.num_samples == 5000 && spec.seed == 42
    ));
    assert!(screen.state.data.running().is_some());
    screen.hear(Event::Data(Box::new(data("sample", "issue_type"))));
    assert_eq!(screen.state.features(), ["cpu", "memory"]);
    screen.act(Act::Train);
    assert!(matches!(
        screen.last_sent(),
        Request::Train { prepare, model } if prepare.target == "issue_type"
            && prepare.columns.is_empty() && *model == kubecast::protocol::ModelSpec::default()
    ));
    assert_eq!(screen.state.route, Route::Train);
    screen.hear(trained());
    assert_eq!(screen.state.route, Route::Evaluate);
    assert!(screen.effects.contains(&Effect::Go(Route::Evaluate)));
    let runs = &screen.state.runs;
    assert_eq!(
        runs.iter().map(|r| r.action.as_str()).collect::<Vec<_>>(),
        ["load", "train"]
    );
    assert_eq!(runlog::figure(&runs[1], runlog::ACCURACY), Some(0.973));
    // The model's file is fetched at once, to be kept.
    assert_eq!(screen.last_sent(), &Request::SaveModel);
    let job = screen.job();
    screen.hear_of(job, file("m.kubecast"), Some(vec![7]));
    assert!(
        matches!(screen.effects.last(), Some(Effect::KeepModel(_, bytes)) if bytes.as_slice() == [7])
    );
}

#[test]
fn events_of_jobs_that_are_not_current_change_nothing() {
    let mut screen = Screen::with_data();
    screen.act(Act::Train);
    let old = screen.job();
    screen.act(Act::Cancel);
    let before = screen.state.clone();
    let effects = screen.effects.len();
    screen.hear_of(old, trained(), None);
    screen.hear_of(old, Event::Cancelled, None);
    screen.hear_of(99, failure("Late"), None);
    assert!(screen.state == before);
    assert_eq!(screen.effects.len(), effects);
}

#[test]
fn cancelling_acts_at_once_and_leaves_the_last_model() {
    let mut screen = Screen::with_model();
    screen.now_millis = 1000.0;
    screen.act(Act::Train);
    let job = screen.job();
    screen.now_millis = 5000.0;
    screen.hear(Event::Progress {
        stage: Stage::Growing,
        done: 0.25,
        detail: "tree 25 of 100".into(),
        candidates: Vec::new(),
    });
    let progress = screen.state.model.running().cloned().unwrap_or_default();
    assert_eq!(progress.left_secs, Some(12.0));
    assert!(
        screen.state.model.value().is_some(),
        "the last model stays in sight"
    );
    screen.act(Act::Cancel);
    assert!(screen.effects.contains(&Effect::Cancel(job)));
    assert!(screen.state.job.is_none());
    assert!(matches!(screen.state.model, Async::Ready(_)));
    let last = screen.state.runs.last().expect("the run is logged");
    assert_eq!(
        (last.action.as_str(), last.outcome.as_str(), last.secs),
        ("train", "cancelled", 4.0)
    );
    assert!(last.options.is_some());
    // And it can be trained again.
    screen.act(Act::Train).hear(trained());
    assert_eq!(screen.state.route, Route::Evaluate);
}

#[test]
fn a_drop_during_training_waits_and_loses_nothing() {
    let mut screen = Screen::with_model();
    screen.act(Act::Train);
    screen.act(Act::Dropped(vec![csv(3, "checkout.csv")]));
    assert!(screen.state.training().is_some(), "training goes on");
    assert!(
        screen.state.said.contains("checkout.csv"),
        "{}",
        screen.state.said
    );
    assert!(screen.state.waiting().is_some());
    // Another drop replaces the one that waits.
    screen.act(Act::Dropped(vec![csv(4, "later.csv")]));
    assert_eq!(screen.state.queue.len(), 1);
    screen.hear(trained());
    assert!(matches!(
        screen.last_sent(),
        Request::Load { files, .. } if files.len() == 1 && files[0].name == "later.csv"
    ));
    assert!(screen.state.model.value().is_some());

    let mut screen = Screen::with_model();
    screen.act(Act::Train);
    screen.act(Act::Dropped(vec![csv(3, "checkout.csv")]));
    screen.act(Act::PreferWaiting);
    assert!(matches!(screen.last_sent(), Request::Load { .. }));
    assert!(screen.state.model.value().is_some());
}

#[test]
fn the_same_bad_file_twice_is_told_twice_and_the_data_stays() {
    let mut screen = Screen::with_data();
    let mut jobs = Vec::new();
    for _ in 0..2 {
        screen.act(Act::Dropped(vec![csv(1, "empty.csv")]));
        screen.hear(failure("empty.csv is empty"));
        match &screen.state.data {
            Async::Failed {
                failure, job, last, ..
            } => {
                assert_eq!(failure.title, "empty.csv is empty");
                assert!(last.is_some());
                jobs.push(*job);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_ne!(jobs[0], jobs[1]);
    assert_eq!(
        screen.state.runs.last().map(|r| r.outcome.as_str()),
        Some("empty.csv is empty")
    );
    screen.act(Act::DismissFailure(Route::Data));
    assert!(matches!(screen.state.data, Async::Ready(_)));
    // What holds no file gets a sentence as well.
    screen.act(Act::Dropped(Vec::new()));
    assert_eq!(screen.state.alerts.len(), 1);
    let id = screen.state.alerts[0].id;
    screen.act(Act::Dismiss(id));
    assert!(screen.state.alerts.is_empty());
}

#[test]
fn files_go_where_they_belong() {
    let mut screen = Screen::with_model();
    screen.act(Act::Dropped(vec![csv(1, "kept.KUBECAST")]));
    assert!(matches!(screen.last_sent(), Request::OpenModel { .. }));
    assert_eq!(screen.state.route, Route::Keep);
    screen.hear(failure("kept.KUBECAST is damaged"));
    assert!(screen.state.model.value().is_some(), "the last model stays");
    screen.act(Act::Went(Route::Predict));
    screen.act(Act::Dropped(vec![csv(2, "new.csv")]));
    assert!(
        matches!(screen.last_sent(), Request::Predict { files, .. } if files[0].name == "new.csv")
    );
    assert!(matches!(
        screen.state.job.as_ref().map(|j| &j.purpose),
        Some(Purpose::Predict { .. })
    ));
    screen.act(Act::Cancel);
    screen.act(Act::Went(Route::Evaluate));
    screen.act(Act::Dropped(vec![csv(2, "new.csv")]));
    assert!(matches!(screen.last_sent(), Request::Load { .. }));
    assert_eq!(screen.state.route, Route::Data);
}
