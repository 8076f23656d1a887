//! What is cancelled or cannot be done, and what is left then.

use super::*;

#[test]
fn cancel_and_failure_leave_the_last_model_and_data_untouched() {
    let mut session = simulated();
    train(&mut session, PrepareSpec::default(), small_forest()).unwrap();
    let bytes = file(&mut session, Request::SaveModel);
    session.submit(
        9,
        Request::Train {
            prepare: PrepareSpec::default(),
            model: ModelSpec::default(),
        },
        vec![],
    );
    for _ in 0..5 {
        session.work(0.0);
    }
    let replies = session.cancel();
    assert_eq!(replies.len(), 1);
    assert_eq!((replies[0].job, &replies[0].event), (9, &Event::Cancelled));
    assert!(session.cancel().is_empty() && !session.has_work());
    let bad = PrepareSpec {
        target: "no such".into(),
        ..PrepareSpec::default()
    };
    assert_eq!(
        train(&mut session, bad, small_forest()).unwrap_err().code,
        FailureCode::Option
    );
    assert!(load(&mut session, "empty.csv", "").is_err());
    let reply = ask(
        &mut session,
        Request::OpenModel { name: "x".into() },
        vec![b"no model".to_vec()],
    );
    assert!(matches!(reply.event, Event::Failed { .. }));
    assert_eq!(file(&mut session, Request::SaveModel), bytes);
    let Event::Rows(page) = ask(
        &mut session,
        Request::Rows {
            offset: 1990,
            limit: 50,
            view: None,
        },
        vec![],
    )
    .event
    else {
        panic!()
    };
    assert_eq!((page.total, page.rows.len()), (2000, 10));
}

#[test]
fn what_cannot_be_trained_on_says_what_and_what_to_do() {
    let cases: [(&str, &str, PrepareSpec); 8] = [
        (
            "one class",
            "a,issue\n1,x\n2,x\n3,x\n4,x\n",
            PrepareSpec::default(),
        ),
        (
            "all rows without class",
            "a,issue\n1,\n2,\n3,\n",
            PrepareSpec {
                target: "issue".into(),
                ..Default::default()
            },
        ),
        (
            "one column",
            "issue\na\nb\na\nb\n",
            PrepareSpec {
                target: "issue".into(),
                ..Default::default()
            },
        ),
        (
            "no usable target",
            "a,b\n1.5,2.5\n2.25,3.5\n3.125,4.5\n",
            PrepareSpec::default(),
        ),
        (
            "a column that is not there",
            "a,issue\n1,x\n2,y\n3,x\n4,y\n",
            PrepareSpec {
                columns: vec!["z".into()],
                ..Default::default()
            },
        ),
        (
            "the target as feature",
            "a,issue\n1,x\n2,y\n3,x\n4,y\n",
            PrepareSpec {
                columns: vec!["issue".into()],
                ..Default::default()
            },
        ),
        (
            "no test rows",
            "a,issue\n1,x\n2,y\n3,x\n4,y\n",
            PrepareSpec {
                test_share: 1.0,
                ..Default::default()
            },
        ),
        (
            "not a share",
            "a,issue\n1,x\n2,y\n3,x\n4,y\n",
            PrepareSpec {
                test_share: f64::NAN,
                ..Default::default()
            },
        ),
    ];
    for (what, text, spec) in cases {
        let mut session = Session::in_place();
        load(&mut session, "t.csv", text).unwrap_or_else(|f| panic!("{what}: {f}"));
        let failure = train(&mut session, spec, small_forest()).expect_err(what);
        assert!(
            !failure.title.is_empty()
                && failure.detail.ends_with('.')
                && failure.hint.ends_with('.'),
            "{what}: {failure:?}"
        );
    }
    let mut session = Session::in_place();
    for request in [
        Request::Train {
            prepare: PrepareSpec::default(),
            model: small_forest(),
        },
        Request::SaveModel,
        Request::Predict {
            files: vec![],
            reading: None,
        },
        Request::ExportData,
        Request::ExportPredictions,
        Request::ExportReport,
        Request::Rows {
            offset: 0,
            limit: 1,
            view: None,
        },
        Request::PredictionRows {
            filter: PredictionFilter::default(),
            offset: 0,
            limit: 1,
        },
        Request::SetKind {
            column: "x".into(),
            kind: ColumnKind::Text,
        },
        Request::DescribeTarget { column: "x".into() },
        Request::Simulate {
            spec: Box::new(SimulateSpec {
                num_samples: 0,
                ..Default::default()
            }),
            sample: false,
        },
    ] {
        let reply = ask(&mut session, request.clone(), vec![]);
        assert!(matches!(reply.event, Event::Failed { .. }), "{request:?}");
    }
}

#[test]
fn a_class_with_one_row_trains_and_is_told() {
    let mut text = String::from("a,issue\n");
    for i in 0..60 {
        text.push_str(&format!(
            "{},{}\n",
            i,
            if i == 17 {
                "lonely"
            } else {
                ["x", "y"][i / 30]
            }
        ));
    }
    let mut session = Session::in_place();
    let data = load(&mut session, "t.csv", &text).unwrap();
    assert!(
        data.target
            .unwrap()
            .notices
            .iter()
            .any(|n| n.title().contains("lonely"))
    );
    let prepare = PrepareSpec {
        columns: vec!["a".into()],
        ..Default::default()
    };
    let kind = Request::SetKind {
        column: "a".into(),
        kind: ColumnKind::Integer,
    };
    ask(&mut session, kind, vec![]);
    let report = train(&mut session, prepare, small_forest()).unwrap();
    assert!(report.notices.iter().any(|n| n.title().contains("lonely")));
    assert!(
        report
            .undefined
            .iter()
            .any(|u| u.figure.contains("lonely") || u.why.contains("class")),
        "{:?}",
        report.undefined
    );
}

#[test]
fn what_a_training_needs_is_told_before_it_begins_and_what_does_not_fit_is_refused() {
    let mut session = simulated().on(2, None);
    let plainly = PrepareSpec {
        mark_unfamiliar: false,
        ..PrepareSpec::default()
    };
    let request = |model| Request::Estimate {
        prepare: plainly.clone(),
        model,
    };
    let mut estimate = |model| match ask(&mut session, request(model), vec![]).event {
        Event::Estimated(estimate) => estimate,
        other => panic!("{other:?}"),
    };
    // The clock of these tests ticks once a slice, so that a unit takes a second.
    let forest = estimate(small_forest());
    assert_eq!((forest.workers, forest.probe_rows), (2, 1500));
    assert!(
        (forest.secs - 10.0).abs() < 0.01,
        "20 trees of a second on two workers: {}",
        forest.secs
    );
    let more = estimate(ModelSpec::RandomForest(ForestSpec {
        trees: 200,
        ..ForestSpec::default()
    }));
    assert!((more.secs - 100.0).abs() < 0.1, "{}", more.secs);
    assert!(more.memory_bytes > forest.memory_bytes);
    // What marks unfamiliar rows is five steps for each of two references, as many seconds as their rows take.
    let marking = Request::Estimate {
        prepare: PrepareSpec::default(),
        model: small_forest(),
    };
    let Event::Estimated(marking) = ask(&mut session, marking, vec![]).event else {
        panic!("no estimate")
    };
    let extra = marking.secs - forest.secs;
    assert!((5.0..10.0).contains(&extra), "{extra}");
    // Beside its own past a row takes room and, a second a column here, time.
    let recalling = Request::Estimate {
        prepare: PrepareSpec {
            unfamiliar_own_past: true,
            ..PrepareSpec::default()
        },
        model: small_forest(),
    };
    let Event::Estimated(recalling) = ask(&mut session, recalling, vec![]).event else {
        panic!("no estimate")
    };
    assert!(recalling.memory_bytes >= marking.memory_bytes);
    assert!(recalling.secs > marking.secs + 5.0, "{}", recalling.secs);

    train(&mut session, PrepareSpec::default(), small_forest()).unwrap();
    let before = file(&mut session, Request::SaveModel);
    let mut session = session.on(1, Some(100_000));
    for request in [
        request(small_forest()),
        Request::Train {
            prepare: PrepareSpec::default(),
            model: small_forest(),
        },
    ] {
        let Event::Failed { failure, .. } = ask(&mut session, request, vec![]).event else {
            panic!("it does not fit")
        };
        assert_eq!(failure.code, FailureCode::Resource);
        assert!(
            failure.title.contains("more memory") && failure.hint.contains("fewer"),
            "{failure}"
        );
    }
    assert_eq!(
        before,
        file(&mut session, Request::SaveModel),
        "the last model stays"
    );
}
