//! The main job through the front door: a table in, a model and its report out, its file, its predictions on new rows.

use kubecast::data::ColumnKind;
use kubecast::protocol::{
    BoostSpec, DataSummary, Event, Failure, FailureCode, FileHead, ForestSpec, ModelSpec,
    PredictionFilter, PrepareSpec, Report, Request, SimulateSpec, TreeSpec,
};
use kubecast::session::{Reply, Session};

/// Works a session to the end of one request.
fn ask(session: &mut Session, request: Request, files: Vec<Vec<u8>>) -> Reply {
    session.submit(7, request, files);
    let mut done = 0.0;
    for now in 0.. {
        for reply in session.work(f64::from(now)) {
            assert_eq!(reply.job, 7);
            if let Event::Progress { done: share, .. } = reply.event {
                assert!(
                    share >= done && share <= 1.0,
                    "progress fell from {done} to {share}"
                );
                done = share;
            } else {
                assert!(!session.has_work());
                return reply;
            }
        }
        assert!(now < 1_000_000, "the job does not end");
    }
    unreachable!()
}

fn load(session: &mut Session, name: &str, text: &str) -> Result<DataSummary, Failure> {
    let files = vec![FileHead {
        name: name.to_owned(),
        bytes: text.len() as u64,
        modified_secs: None,
    }];
    match ask(
        session,
        Request::Load {
            files,
            reading: None,
        },
        vec![text.as_bytes().to_vec()],
    )
    .event
    {
        Event::Data(summary) => Ok(*summary),
        Event::Failed { failure, .. } => Err(failure),
        other => panic!("{other:?}"),
    }
}

fn train(session: &mut Session, prepare: PrepareSpec, model: ModelSpec) -> Result<Report, Failure> {
    match ask(session, Request::Train { prepare, model }, vec![]).event {
        Event::Trained { report, .. } => Ok(*report),
        Event::Failed { failure, .. } => Err(failure),
        other => panic!("{other:?}"),
    }
}

fn file(session: &mut Session, request: Request) -> Vec<u8> {
    let reply = ask(session, request, vec![]);
    assert!(
        matches!(reply.event, Event::File { .. }),
        "{:?}",
        reply.event
    );
    reply.attachment.unwrap()
}

fn small_forest() -> ModelSpec {
    ModelSpec::RandomForest(ForestSpec {
        trees: 20,
        ..ForestSpec::default()
    })
}

fn simulated() -> Session {
    let mut session = Session::in_place();
    let spec = SimulateSpec {
        num_samples: 2000,
        ..SimulateSpec::default()
    };
    let reply = ask(
        &mut session,
        Request::Simulate {
            spec: Box::new(spec),
            sample: true,
        },
        vec![],
    );
    let Event::Data(summary) = reply.event else {
        panic!("{:?}", reply.event)
    };
    assert_eq!((summary.rows, summary.columns.len()), (2000, 24));
    session
}

#[test]
fn a_healthy_class_called_none_is_learned_and_never_dropped() {
    let mut text = String::from("cpu,taint,issue_type\n");
    for i in 0..400 {
        let (cpu, label) = [(10, "None"), (95, "oom"), (50, "NA"), (70, "null")][i % 4];
        text.push_str(&format!(
            "{},{},{label}\n",
            cpu + i % 5,
            ["None", "x"][i % 2]
        ));
    }
    let mut session = Session::in_place();
    let data = load(&mut session, "cluster.csv", &text).unwrap();
    let target = data.target.unwrap();
    assert_eq!(target.column, "issue_type");
    assert_eq!(
        target
            .classes
            .iter()
            .map(|c| (c.class.as_str(), c.rows))
            .collect::<Vec<_>>(),
        [("NA", 100), ("None", 100), ("null", 100), ("oom", 100)]
    );
    assert_eq!(
        (target.missing, data.columns[1].missing),
        (0, 200),
        "in a feature the same word is missing"
    );
    let prepare = PrepareSpec {
        columns: vec!["cpu".into(), "taint".into()],
        ..PrepareSpec::default()
    };
    let report = train(&mut session, prepare, small_forest()).unwrap();
    assert_eq!((report.rows_train, report.rows_test), (300, 100));
    assert_eq!(report.classes, ["NA", "None", "null", "oom"]);
    assert!(report.accuracy > 0.99 && report.beats_baseline);
}

#[test]
fn a_forest_judges_its_own_rows_and_boosting_stops_early_where_that_is_asked() {
    let mut session = simulated();
    let forest = ModelSpec::RandomForest(ForestSpec {
        trees: 30,
        max_leaves: Some(60),
        out_of_bag: true,
        ..ForestSpec::default()
    });
    let report = train(&mut session, PrepareSpec::default(), forest).unwrap();
    let right = report.out_of_bag.expect("the forest was asked");
    assert!(
        (right - report.accuracy).abs() < 0.1,
        "{right} out of bag, {} held out",
        report.accuracy
    );
    let boosting = ModelSpec::GradientBoosting(BoostSpec {
        rounds: 400,
        learning_rate: 0.5,
        max_depth: None,
        max_leaves: Some(15),
        min_hessian: 1.0,
        column_share: Some(0.5),
        stop_after: Some(3),
        ..BoostSpec::default()
    });
    let report = train(&mut session, PrepareSpec::default(), boosting).unwrap();
    let kept = report.rounds.expect("it may stop early");
    assert!((1..200).contains(&kept), "{kept} rounds of 400");
    assert_eq!(report.out_of_bag, None);
}

#[test]
fn every_model_trains_saves_loads_and_predicts_the_same() {
    for model in [
        small_forest(),
        ModelSpec::GradientBoosting(BoostSpec {
            rounds: 20,
            ..BoostSpec::default()
        }),
        ModelSpec::DecisionTree(TreeSpec::default()),
    ] {
        let mut session = simulated();
        let csv = file(&mut session, Request::ExportData);
        let report = train(&mut session, PrepareSpec::default(), model.clone()).unwrap();
        assert!(
            report.macro_f1 > report.baseline.macro_f1 + 0.1,
            "{}: {}",
            model.name(),
            report.macro_f1
        );
        assert!(
            !report.importance.is_empty()
                && report.importance.windows(2).all(|w| w[0].mean >= w[1].mean)
        );
        let predict = |session: &mut Session| {
            let files = vec![FileHead {
                name: "new.csv".into(),
                bytes: csv.len() as u64,
                modified_secs: None,
            }];
            let reply = ask(session, Request::Predict { files }, vec![csv.clone()]);
            let Event::Predicted(summary) = reply.event else {
                panic!("{:?}", reply.event)
            };
            assert_eq!(summary.rows, 2000);
            assert!(summary.report.unwrap().accuracy > 0.5);
            file(session, Request::ExportPredictions)
        };
        let before = predict(&mut session);
        let bytes = file(&mut session, Request::SaveModel);
        let mut other = Session::in_place();
        let reply = ask(
            &mut other,
            Request::OpenModel {
                name: "m.kubecast".into(),
            },
            vec![bytes.clone()],
        );
        let Event::Opened {
            model: opened,
            report: Some(carried),
        } = reply.event
        else {
            panic!("{:?}", reply.event)
        };
        assert_eq!(opened.bytes, bytes.len() as u64);
        assert_eq!(carried.macro_f1, report.macro_f1);
        assert_eq!(predict(&mut other), before, "{}: bit for bit", model.name());
        assert_eq!(file(&mut other, Request::SaveModel), bytes);
    }
}

#[test]
fn units_grown_elsewhere_in_any_order_give_the_same_model() {
    for model in [
        small_forest(),
        ModelSpec::GradientBoosting(BoostSpec {
            rounds: 5,
            ..BoostSpec::default()
        }),
    ] {
        let mut here = simulated();
        train(&mut here, PrepareSpec::default(), model.clone()).unwrap();
        let mut there = Session::default();
        let spec = SimulateSpec {
            num_samples: 2000,
            ..SimulateSpec::default()
        };
        ask(
            &mut there,
            Request::Simulate {
                spec: Box::new(spec),
                sample: true,
            },
            vec![],
        );
        there.submit(
            8,
            Request::Train {
                prepare: PrepareSpec::default(),
                model,
            },
            vec![],
        );
        while there.has_work() {
            there.work(0.0);
        }
        let work = there.unit_work().unwrap();
        assert!(there.unit_work().is_none(), "handed out once");
        // Two workers, and the units come back last first.
        let mut workers: Vec<_> = (0..2)
            .map(|_| kubecast::learn::UnitGrower::from_bytes(&work.setup).unwrap())
            .collect();
        let mut grown: Vec<_> = (0..work.units)
            .map(|u| (u, workers[u as usize % 2].grow(u).unwrap()))
            .collect();
        grown.reverse();
        for (unit, bytes) in grown {
            there.accept_unit(unit, &bytes, 1.0);
        }
        while there.has_work() {
            there.work(2.0);
        }
        assert_eq!(
            file(&mut there, Request::SaveModel),
            file(&mut here, Request::SaveModel)
        );
    }
}

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
        Request::Predict { files: vec![] },
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
fn new_rows_with_other_columns_are_named_one_by_one_before_anything_is_predicted() {
    let mut session = Session::in_place();
    let mut text = String::from("cpu,mem,issue\n");
    (0..80).for_each(|i| {
        text.push_str(&format!(
            "{}.5,{}.25,{}\n",
            i % 40 * (1 + i % 2),
            i,
            ["ok", "bad"][i % 2]
        ))
    });
    load(&mut session, "t.csv", &text).unwrap();
    train(&mut session, PrepareSpec::default(), small_forest()).unwrap();
    let predict = |session: &mut Session, text: &str| {
        let files = vec![FileHead {
            name: "n.csv".into(),
            bytes: text.len() as u64,
            modified_secs: None,
        }];
        ask(
            session,
            Request::Predict { files },
            vec![text.as_bytes().to_vec()],
        )
        .event
    };
    let Event::Failed { failure, .. } = predict(&mut session, "cpu_usage,issue\n1,ok\n2,bad\n")
    else {
        panic!()
    };
    assert_eq!(failure.code, FailureCode::Mismatch);
    assert!(
        failure.detail.contains("\"mem\"") && failure.detail.contains("\"cpu\""),
        "{failure}"
    );
    let Event::Failed { failure, .. } = predict(&mut session, "cpu,mem\nhigh,1\nlow,2\n") else {
        panic!()
    };
    assert!(failure.detail.contains("\"cpu\""), "{failure}");
    // Another order and extra columns do not matter, and are told.
    let Event::Predicted(summary) = predict(&mut session, "mem,extra,cpu\n1,x,2\n3,y,4\n") else {
        panic!()
    };
    assert_eq!((summary.rows, summary.report.is_none()), (2, true));
    assert!(summary.notices.iter().any(|n| n.title().contains("extra")));
    let Event::PredictionRows(page) = ask(
        &mut session,
        Request::PredictionRows {
            filter: PredictionFilter {
                class: Some("ok".into()),
                ..Default::default()
            },
            offset: 0,
            limit: 10,
        },
        vec![],
    )
    .event
    else {
        panic!()
    };
    assert!(page.rows.iter().all(|r| r.1[0] == "ok"));
}

#[test]
fn a_column_can_be_read_as_another_kind_and_back() {
    let mut session = Session::in_place();
    let mut text = String::from("code,v,issue\n");
    (0..60).for_each(|i| {
        text.push_str(&format!(
            "{},{}.5,{}\n",
            i % 3,
            i * 7 % 11,
            ["ok", "bad"][i % 2]
        ))
    });
    let before = load(&mut session, "t.csv", &text).unwrap();
    let set = |session: &mut Session, kind| match ask(
        session,
        Request::SetKind {
            column: "code".into(),
            kind,
        },
        vec![],
    )
    .event
    {
        Event::Data(d) => d.columns[0].clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(before.columns[0].kind, ColumnKind::Integer);
    let category = set(&mut session, ColumnKind::Category);
    assert_eq!(
        (category.kind, category.kind_set, category.distinct),
        (ColumnKind::Category, true, 3)
    );
    let report = train(&mut session, PrepareSpec::default(), small_forest()).unwrap();
    assert_eq!(
        report.options.kinds,
        [("code".to_owned(), ColumnKind::Category)]
    );
    let time = set(&mut session, ColumnKind::Timestamp);
    assert_eq!(time.kind, ColumnKind::Timestamp);
    let back = set(&mut session, ColumnKind::Integer);
    assert_eq!((back.kind_set, back.distinct, back.missing), (false, 3, 0));
}

#[test]
fn files_of_exports_become_one_table_that_says_how() {
    let mut session = Session::in_place();
    let answer = |values: [f64; 4]| {
        let series = |pod: &str, a: f64, b: f64| {
            format!(
                "{{\"metric\":{{\"pod\":\"{pod}\"}},\"values\":[[1709541000,\"{a}\"],[1709541060,\"{b}\"]]}}"
            )
        };
        let [a, b, c, d] = values;
        format!("[{},{}]", series("x", a, b), series("y", c, d))
    };
    let texts = [
        answer([0.1, 0.2, 0.3, 0.4]),
        answer([1.0, 2.0, 3.0, 4.0]),
        "NAMESPACE NAME CPU(cores) MEMORY(bytes)\nshop x 5m 1Gi\n".to_owned(),
    ];
    let heads = ["cpu.json", "load.json", "top.txt"].map(|name| FileHead {
        name: name.into(),
        bytes: 0,
        modified_secs: Some(1_709_541_065),
    });
    let request = Request::Load {
        files: heads.to_vec(),
        reading: None,
    };
    let bytes = texts.map(String::into_bytes).to_vec();
    let Event::Data(summary) = ask(&mut session, request, bytes).event else {
        panic!("no table");
    };
    let join = summary.join.expect("how it was joined");
    assert_eq!((join.series, join.step_secs), (6, 60.0));
    assert_eq!(join.entity_labels, ["pod"]);
    let names: Vec<&str> = join.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["cpu", "cpu_cores", "load", "memory_bytes"]);
    assert_eq!(summary.rows, 4);
    assert_eq!(summary.files.len(), 3);
    let told =
        |n: &kubecast::data::Notice| n.meaning().contains("one row for each instant and pod");
    assert!(summary.notices.iter().any(told), "{:#?}", summary.notices);
    // What it says survives the way to the page.
    let text = kubecast::json::to_text(&join);
    assert_eq!(kubecast::json::of_text(text.as_bytes()), Ok(join));
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
