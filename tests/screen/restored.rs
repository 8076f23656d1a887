//! What is kept from the last visit, and what a lost worker takes with it.

use super::*;

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
