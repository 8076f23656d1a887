//! The screen's behaviour: what a person does and what the engine says, against the state that results and the
//! effects that are ordered. No browser is needed.

use kubecast::app::form::{Field, ModelKind};
use kubecast::app::{
    Act, Action, Async, Attachment, Effect, FileRef, Handle, Kept, Origin, Purpose, Route, Setting,
    Source, State, estimate_words, runlog, select, verdict,
};
use kubecast::data::ColumnKind;
use kubecast::protocol::{
    Baseline, Candidate, ClassCount, ColumnSummary, DataOrigin, DataSummary, Estimate, Event,
    Failure, FailureCode, FoldKind, ForestSpec, Interval, JobId, ModelSpec, ModelSummary, Options,
    Place, PredictionFilter, PredictionSummary, PrepareSpec, Profile, Report, Request, RowsPage,
    SearchSummary, Stage, TargetSummary,
};

/// A state with a clock, and every effect so far.
#[derive(Default)]
struct Screen {
    state: State,
    effects: Vec<Effect>,
    now_millis: f64,
}

impl Screen {
    fn act(&mut self, act: Act) -> &mut Self {
        let (state, effects) = self.state.after(&Action {
            at_millis: self.now_millis,
            act,
        });
        self.state = state;
        self.effects.extend(effects);
        self
    }

    fn job(&self) -> JobId {
        self.state.job.as_ref().expect("a job is at work").id
    }

    fn hear(&mut self, event: Event) -> &mut Self {
        let job = self.job();
        self.hear_of(job, event, None)
    }

    fn hear_of(&mut self, job: JobId, event: Event, bytes: Option<Vec<u8>>) -> &mut Self {
        self.act(Act::Heard {
            job,
            event: Box::new(event),
            attachment: bytes.map(Handle::new),
        })
    }

    fn sent(&self) -> Vec<&Request> {
        self.effects
            .iter()
            .filter_map(|e| match e {
                Effect::Send { request, .. } => Some(request),
                _ => None,
            })
            .collect()
    }

    fn last_sent(&self) -> &Request {
        self.sent().last().copied().expect("something was asked")
    }

    /// A first visit with its sample loaded.
    fn with_data() -> Self {
        let mut screen = Self::default();
        screen.act(Act::Started(Ok(Box::default())));
        screen.hear(Event::Data(Box::new(data("sample", "issue_type"))));
        screen
    }

    fn with_model() -> Self {
        let mut screen = Self::with_data();
        screen.act(Act::Train).hear(trained());
        // The model's bytes are fetched to be kept.
        let job = screen.job();
        screen.hear_of(job, file("m.kubecast"), Some(vec![1, 2, 3]));
        screen
    }
}

fn data(name: &str, target: &str) -> DataSummary {
    DataSummary {
        name: name.into(),
        origin: DataOrigin::Files,
        files: Vec::new(),
        rows: 5000,
        bytes: 12_400_000,
        parse_secs: 0.2,
        fingerprint: format!("{name:0>16}"),
        columns: ["cpu", "memory", "node", target]
            .map(|c| column(c, c != "node" && c != target))
            .into(),
        notices: Vec::new(),
        preview: RowsPage::default(),
        target: Some(target_of(target)),
        join: None,
        readings: Vec::new(),
    }
}

fn column(name: &str, used: bool) -> ColumnSummary {
    ColumnSummary {
        name: name.into(),
        kind: ColumnKind::Number,
        kind_set: false,
        missing: 0,
        distinct: 9,
        mean: None,
        profile: Profile::Empty,
        used,
        why_not: String::new(),
        target_why_not: String::new(),
    }
}

fn class(name: &str, rows: u64, healthy: bool) -> ClassCount {
    ClassCount {
        class: name.into(),
        rows,
        healthy,
    }
}

fn target_of(column: &str) -> TargetSummary {
    TargetSummary {
        column: column.into(),
        classes: vec![
            class("None", 3500, true),
            class("disk_pressure", 500, false),
            class("memory_pressure", 1000, false),
        ],
        missing: 0,
        why_not: String::new(),
        notices: Vec::new(),
        features: vec!["cpu".into(), "memory".into()],
    }
}

fn report() -> Report {
    Report {
        out_of_bag: None,
        rounds: None,
        unfamiliar: None,
        accuracy: 0.973,
        accuracy_interval: Interval {
            low: 0.966,
            high: 0.979,
        },
        balanced_accuracy: 0.91,
        macro_precision: 0.9,
        macro_recall: 0.91,
        macro_f1: 0.9,
        macro_f1_interval: Interval {
            low: 0.88,
            high: 0.92,
        },
        weighted_precision: 0.97,
        weighted_recall: 0.97,
        weighted_f1: 0.97,
        mcc: 0.95,
        log_loss: 0.11,
        roc_auc_ovr: Some(0.99),
        average_precision: None,
        classes: vec!["None".into(), "disk_pressure".into()],
        confusion: vec![vec![1700, 45], vec![23, 732]],
        per_class: Vec::new(),
        roc: Vec::new(),
        precision_recall: Vec::new(),
        importance: Vec::new(),
        baseline: Baseline {
            class: "None".into(),
            accuracy: 0.698,
            balanced_accuracy: 0.5,
            macro_f1: 0.41,
            weighted_f1: 0.57,
            log_loss: 0.9,
        },
        beats_baseline: true,
        rows_train: 7500,
        rows_test: 2500,
        fit_secs: 3.1,
        options: Options::default(),
        data_fingerprint: "f".into(),
        data_name: "sample".into(),
        undefined: vec![kubecast::protocol::Undefined {
            figure: "average_precision".into(),
            why: "One class has no rows.".into(),
        }],
        notices: Vec::new(),
    }
}

fn model() -> ModelSummary {
    ModelSummary {
        kind: "random forest".into(),
        target: "issue_type".into(),
        classes: vec!["None".into(), "disk_pressure".into()],
        columns: vec![("cpu".into(), ColumnKind::Number)],
        features: 2,
        trees: 100,
        nodes: 900,
        bytes: 40_000,
        id: "0123".into(),
        options: Options::default(),
        data_name: "sample".into(),
        data_fingerprint: "f".into(),
        text: None,
    }
}

fn trained() -> Event {
    Event::Trained {
        model: Box::new(model()),
        report: Box::new(report()),
    }
}

fn file(name: &str) -> Event {
    Event::File {
        name: name.into(),
        media_type: "application/octet-stream".into(),
    }
}

fn failure(title: &str) -> Event {
    Event::Failed {
        failure: Failure {
            code: FailureCode::Input,
            title: title.into(),
            detail: "It has 0 bytes.".into(),
            hint: "Choose another file.".into(),
            place: Place::default(),
        },
        notices: Vec::new(),
    }
}

fn csv(key: u32, name: &str) -> FileRef {
    FileRef {
        key,
        name: name.into(),
        bytes: 10,
        modified_secs: None,
    }
}

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
fn a_visit_is_restored_and_says_so() {
    let source = Source {
        origin: Origin::Files([csv(0, "checkout.csv")].into()),
        kinds: [("cpu".to_owned(), ColumnKind::Category)].into(),
        target: Some("phase".into()),
        reading: std::rc::Rc::default(),
    };
    let mut screen = Screen::default();
    screen.act(Act::Started(Ok(Box::new(Kept {
        source: Some(source.clone()),
        model: Some(("m.kubecast".into(), Handle::new(vec![1]))),
        runs: Vec::new(),
    }))));
    assert!(matches!(screen.last_sent(), Request::Load { .. }));
    let mut loaded = data("checkout.csv", "issue_type");
    loaded.columns.push(column("phase", false));
    screen.hear(Event::Data(Box::new(loaded.clone())));
    assert_eq!(screen.state.restored.as_deref(), Some("checkout.csv"));
    assert!(matches!(screen.last_sent(), Request::SetKind { column, .. } if column == "cpu"));
    screen.hear(Event::Data(Box::new(loaded)));
    assert!(matches!(
        screen.effects.iter().rev().find_map(|e| match e {
            Effect::Send { request, attachments, .. } => Some((request, attachments)),
            _ => None,
        }),
        Some((Request::OpenModel { .. }, a)) if matches!(a.as_slice(), [Attachment::Bytes(_)])
    ));
    screen.hear(Event::Opened {
        model: Box::new(model()),
        report: None,
    });
    assert!(matches!(screen.last_sent(), Request::DescribeTarget { column } if column == "phase"));
    screen.hear(Event::Target(Box::new(target_of("phase"))));
    assert_eq!(screen.state.source, Some(source));
    assert!(screen.state.runs.is_empty(), "restoring is no run");
    assert!(screen.state.model.value().is_some());

    screen.act(Act::Forget);
    assert!(screen.state.restored.is_none());
    assert!(screen.effects.contains(&Effect::Forget));
}

#[test]
fn what_cannot_be_restored_gives_way_to_the_sample() {
    let mut screen = Screen::default();
    screen.act(Act::Started(Ok(Box::new(Kept {
        source: Some(Source::new(Origin::Files([csv(0, "gone.csv")].into()))),
        model: None,
        runs: Vec::new(),
    }))));
    screen.hear(failure("gone.csv cannot be read"));
    assert!(
        screen.state.alerts[0]
            .failure
            .title
            .contains("gone.csv could not be restored")
    );
    assert!(matches!(
        screen.last_sent(),
        Request::Simulate { sample: true, .. }
    ));
}

#[test]
fn a_lost_worker_is_told_and_data_and_model_come_back() {
    let mut screen = Screen::with_model();
    screen.act(Act::Train);
    let old = screen.job();
    screen.act(Act::Lost("the worker ran out of memory".into()));
    let alert = &screen.state.alerts[0].failure;
    assert_eq!(alert.title, "The worker stopped");
    assert!(
        alert
            .detail
            .contains("Training a random forest was not finished. the worker ran out of memory."),
        "{}",
        alert.detail
    );
    assert!(matches!(
        screen.last_sent(),
        Request::Simulate { sample: true, .. }
    ));
    assert_ne!(screen.job(), old);
    assert!(
        screen.state.data.value().is_some(),
        "the last figures stay in sight"
    );
    screen.hear(Event::Data(Box::new(data("sample", "issue_type"))));
    assert!(matches!(screen.last_sent(), Request::OpenModel { .. }));
    // Lost once more while restoring: told, not tried for ever.
    let asked = screen.sent().len();
    screen.act(Act::Lost("it stopped again".into()));
    assert_eq!(screen.sent().len(), asked);
    assert_eq!(screen.state.alerts.len(), 2);
}

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
fn pages_of_predictions_replace_each_other_while_they_wait() {
    let mut screen = Screen::with_model();
    screen.act(Act::PredictData);
    assert!(matches!(screen.last_sent(), Request::Predict { files } if files.is_empty()));
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
fn files_go_where_they_belong() {
    let mut screen = Screen::with_model();
    screen.act(Act::Dropped(vec![csv(1, "kept.KUBECAST")]));
    assert!(matches!(screen.last_sent(), Request::OpenModel { .. }));
    assert_eq!(screen.state.route, Route::Keep);
    screen.hear(failure("kept.KUBECAST is damaged"));
    assert!(screen.state.model.value().is_some(), "the last model stays");
    screen.act(Act::Went(Route::Predict));
    screen.act(Act::Dropped(vec![csv(2, "new.csv")]));
    assert!(matches!(screen.last_sent(), Request::Predict { files } if files[0].name == "new.csv"));
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
